"""Progress: a bar that says how much of long work is done, and how long the rest may take."""

from __future__ import annotations

import os
from typing import Any

from tqdm.auto import tqdm

QUIET = "CRM_KIT_QUIET"  # set it, to whatever, to switch progress bars off


def progress(title: str, total: int) -> tqdm[Any]:
    """Give a bar for so many runs; it shows itself only if they take more than a moment."""
    return tqdm(total=total, unit="run", desc=title, disable=QUIET in os.environ, delay=1)
