"""Claims about what chapter "loyalty" teaches."""

from __future__ import annotations

from sim.claims.claim import Claim, Untried

CLAIMS: tuple[Claim, ...] = ()
UNTRIED: tuple[Untried, ...] = ()
