"""Attention: what is left of a visit, week by week, and the bond that it builds meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.events import Bond
from sim.mask import places

if TYPE_CHECKING:
    from sim.world import World

FADED = 0.005  # less attention is none: lives that have diverged meet again


def bind(world: World, attention: npt.NDArray[np.float32], bond: Bond, worth: float, fades: float) -> None:
    """Let a bond move towards what visits are worth, the more recent the more; then let these fade a week.

    Parameters
    ----------
    attention
        What is left of everybody's last visit, 0 to 1, shape (people,); changed in place.
    worth
        Where a visit just made moves the bond to, of its strongest.
    fades
        Weeks in which 63 % of the attention fades.
    """
    who = places(attention)
    left = attention[who].astype(float)
    world.people.bonds.raise_aim(bond, worth * left, who)
    left *= float(np.exp(-1 / fades))
    attention[who] = np.where(left < FADED, 0, left)
