"""The program: a group of commands which says what is wrong in a sentence, and never with a traceback.

Stands around the commands of `sim.cli`. Exit codes: 0 done, 1 a fault, 2 a command line that cannot be
read, 130 stopped with Ctrl-C.
"""

from __future__ import annotations

import errno
import sys
from typing import IO, Any

import click

from sim.data import Fault

STOPPED = 130  # what shells use for Ctrl-C: 128 and the number of the signal


class Refusal(click.ClickException):
    """A sentence for the person at the terminal."""

    exit_code = 1

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence alone."""
        click.echo(self.message, file=file or sys.stderr)


class Unread(Refusal):
    """The same, of a command line that cannot be read."""

    exit_code = 2


class Program(click.Group):
    """Commands whose failures are sentences; a pipe that is closed early is none (click sees to that)."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            result = super().invoke(ctx)
            if sys.stdout:  # there may be none
                sys.stdout.flush()  # here, where a closed pipe is still noticed
            return result
        except Fault as fault:
            raise Refusal(str(fault)) from None
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else ctx.command_path
            raise Unread(f"{error.format_message()} See: {command} --help") from None
        except KeyboardInterrupt:
            raise click.exceptions.Exit(STOPPED) from None
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            place = f"{error.filename}: " if error.filename else ""
            raise Refusal(f"{place}{error.strerror or error}.") from None
