"""A parameter of the market: a number that carries its unit and its source.

Every number that a mechanism uses is declared with `parameter`, so that the model reference can list
where each comes from, and a test can refuse one that does not say.
"""

from math import inf
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic.config import JsonDict

SCENARIO = "scenario"  # a fact of the market that its author sets: an opening hour, a wage
PLAN = "plan"  # a decision of the firm
ASSUMED = "assumed; no published figure known"


def _can_be_drawn_from(shares: tuple[float, ...]) -> tuple[float, ...]:
    if not 0 < sum(shares) < inf:
        raise ValueError("these are relative numbers: their sum must be above 0, and finite.")
    return shares


Share = Annotated[float, Field(ge=0)]
Shares = Annotated[tuple[Share, ...], AfterValidator(_can_be_drawn_from)]  # 1, 3: a quarter and the rest


def _status(source: str) -> str:
    """Say what kind of number this source makes it."""
    if source in (SCENARIO, PLAN):
        return "choice"
    return "assumed" if source.startswith("assumed") else "literature"


def parameter(
    meaning: str,
    unit: str,
    source: str,
    default: Any = ...,
    *,
    slider: tuple[float, float, float] | None = None,
    absent: str | None = None,
    **bounds: Any,
) -> Any:
    """Declare a parameter: its meaning, unit and source, its default, and the bounds of its valid values.

    Its status follows from its source: `assumed` (the source begins with this word: nothing published was
    found), `choice` (its author decides) or else `literature` (informed by published results, not fitted).
    Which parameters a scenario has fitted to data stands in the scenario, under `calibrated`.

    A decision of the firm may also say how a board of levers (`sim.levers`) offers it: `slider` gives the
    sensible range, lowest, highest and step, where the valid one is far wider; `absent` says in a few
    words what None means.
    """
    note: JsonDict = {"unit": unit, "source": source, "status": _status(source)}
    if slider:
        note["slider"] = list(slider)
    if absent:
        note["absent"] = absent
    return Field(default, description=meaning, json_schema_extra=note, **bounds)
