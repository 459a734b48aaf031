"""The kit from the command line: `python -m sim --help`."""

from __future__ import annotations

import io
import sys

from sim.cli import program


def main() -> None:
    """Do what the command line says, in UTF-8 whatever the terminal was set to."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    program(prog_name="python -m sim")


if __name__ == "__main__":
    main()
