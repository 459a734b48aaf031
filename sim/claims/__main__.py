"""The command: `python -m sim.claims` tries all claims again and writes their page, `docs/claims.md`."""

from __future__ import annotations

from difflib import get_close_matches

import click

from sim.claims import ledger
from sim.claims.claim import Verdict
from sim.claims.figure import sizes
from sim.claims.page import FIGURE, found, page, stated
from sim.fault import Fault
from sim.files import atomic_write


@click.command()
@click.argument("numbers", nargs=-1)
@click.option("--seeds", default=ledger.SEEDS, show_default=True, type=click.IntRange(min=2))
@click.option("--jobs", default=2, show_default=True, type=click.IntRange(min=1), help="Processes.")
def main(numbers: tuple[str, ...], seeds: int, jobs: int) -> None:
    """Try claims by their NUMBERS, such as C02, and print the verdicts.

    Without any, try all, and write docs/claims.csv and docs/claims.md.
    """
    chosen = [_known(number) for number in dict.fromkeys(numbers)]
    try:
        if chosen:
            for verdict in ledger.verdicts(ledger.tried(chosen, seeds, jobs=jobs)):
                click.echo(_told(verdict))
        else:
            _write(seeds, jobs)
    except Fault as fault:
        raise click.ClickException(str(fault)) from None


def _known(number: str) -> str:
    """Refuse what is no claim that can be tried."""
    asked = number.upper()
    for claim in ledger.UNTRIED:
        if claim.number == asked:
            raise click.ClickException(f"{asked} is not tried. {claim.why}")
    if asked not in ledger.CLAIMS:
        near = get_close_matches(asked, ledger.CLAIMS, n=1, cutoff=0.0)
        raise click.ClickException(f"There is no claim {number}. The nearest: {''.join(near)}.")
    return asked


def _told(verdict: Verdict) -> str:
    """Write a verdict as a terminal shows it."""
    claim = verdict.claim
    lines = [f"{claim.number} · {claim.says} Figure: {stated(claim)}."]
    lines += [f"  {each.condition}: {found(claim, each)}" for each in verdict.estimates]
    return "\n".join([*lines, f"  {verdict.words}"])


def _write(seeds: int, jobs: int) -> None:
    """Try all claims, keep the value of each seed, and write the page from what is kept."""
    values = ledger.tried(list(ledger.CLAIMS), seeds, jobs=jobs)
    kept, written = ledger.KEPT, ledger.KEPT.with_suffix(".md")
    atomic_write(kept, lambda path: values.to_csv(path, index=False, lineterminator="\n"))
    judged = ledger.verdicts(ledger.kept())
    text, image = page(judged, ledger.UNTRIED), sizes(judged).png()
    atomic_write(kept.parent / FIGURE, lambda path: path.write_bytes(image))
    atomic_write(written, lambda path: path.write_text(text, encoding="utf-8", newline="\n"))
    click.echo(f"{kept} and {written} are written.")


if __name__ == "__main__":
    main()
