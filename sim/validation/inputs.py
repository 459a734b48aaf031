"""The inputs of the page: a hash that tells whether scenarios, mechanisms and data are still the same."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sim import datasets, plan, scenario
from sim.validation import grocer

SIM = Path(__file__).parents[1]
LENGTH = 16  # digits of the hash that are shown


def files() -> list[Path]:
    """List scenarios, mechanisms, models, the comparison itself and the data."""
    sources = [*SIM.glob("processes/*.py"), *SIM.glob("clv/*.py"), *SIM.glob("validation/*.py")]
    carried = [Path(path.locate()) for path in (datasets.cdnow_file(), datasets.donations_file())]
    data = [datasets.FOLDER / "renewals.csv", *carried]
    plan_of_the_grocer = plan.FOLDER / f"{grocer.PLAN}.yaml"
    return [*sorted(scenario.FOLDER.glob("*.yaml")), plan_of_the_grocer, *sorted(sources), *data]


def digest() -> str:
    """Hash names and contents of all inputs; how lines end does not matter.

    Of the grocer's sample data, which need not be installed to read the page, the version counts.
    """
    whole = hashlib.sha256(f"{datasets.JOURNEY}=={datasets.JOURNEY_VERSION}\n".encode())
    for path in files():
        whole.update(f"{path.name}\n{path.read_text(encoding='utf-8')}\n".encode())
    return whole.hexdigest()[:LENGTH]
