"""The command: `python -m sim.validation` measures everything again and writes `docs/validation.md`."""

from __future__ import annotations

from pathlib import Path

import click

from sim.datasets import load_journey
from sim.fault import Fault
from sim.files import atomic_write
from sim.validation.figure import gaps
from sim.validation.page import FIGURE, Effort, Findings, page

FOLDER = Path(__file__).parents[2] / "docs"


@click.command()
@click.option("--jobs", default=Effort().jobs, show_default=True, help="Processes to share the work.")
def main(jobs: int) -> None:
    """Hold the market against real customers again, and write docs/validation.md with its figure."""
    try:
        load_journey("campaigns")  # a page without its rows is no page: say at once if they cannot be had
    except Fault as fault:
        raise click.ClickException(str(fault)) from None
    found = Findings.of(Effort(jobs=jobs))
    text, image = page(found), gaps(list(found.customers.values())).png()
    atomic_write(FOLDER / FIGURE, lambda path: path.write_bytes(image))
    atomic_write(FOLDER / "validation.md", lambda path: path.write_text(text, encoding="utf-8", newline="\n"))
    click.echo(f"{FOLDER / 'validation.md'} is written.")


if __name__ == "__main__":
    main()
