"""A parameter of the market: a number that carries its unit and its source.

Every number that a mechanism uses is declared with `parameter`, so that the model reference can list
where each comes from, and a test can refuse one that does not say.
"""

from typing import Any

from pydantic import Field

LITERATURE = "literature"
CALIBRATED = "calibrated"
CHOICE = "choice"  # a fact of the scenario (an opening hour, a price): nothing to calibrate


def parameter(
    default: Any = ..., *, meaning: str, unit: str, source: str, status: str = LITERATURE, **bounds: Any
) -> Any:
    """Declare a parameter: its meaning, unit, source and status, and the bounds of its valid values.

    `status` is `calibrated` (fitted to data in the scenario that says so), `literature` (informed by
    published results, not fitted) or `choice` (a fact of the scenario that its author decides).
    """
    note = {"unit": unit, "source": source, "status": status}
    return Field(default, description=meaning, json_schema_extra=note, **bounds)
