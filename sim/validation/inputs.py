"""The inputs of the page: a hash that tells whether scenarios, mechanisms and data are still the same."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sim import datasets, scenario

SIM = Path(__file__).parents[1]
LENGTH = 16  # digits of the hash that are shown


def files() -> list[Path]:
    """List scenarios, mechanisms, models, the comparison itself and the data."""
    sources = [*SIM.glob("processes/*.py"), *SIM.glob("clv/*.py"), *SIM.glob("validation/*.py")]
    data = [datasets.FOLDER / "renewals.csv", Path(datasets.cdnow_file().locate())]
    return [*sorted(scenario.FOLDER.glob("*.yaml")), *sorted(sources), *data]


def digest() -> str:
    """Hash names and contents of all inputs; how lines end does not matter."""
    whole = hashlib.sha256()
    for path in files():
        whole.update(f"{path.name}\n{path.read_text(encoding='utf-8')}\n".encode())
    return whole.hexdigest()[:LENGTH]
