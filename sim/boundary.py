"""The boundary: how far a difference must lie from nothing if one looks at a test more than once.

A test looked at once, at its end, calls an effect what is 1.96 standard errors away; without any effect
that happens in 5 of 100 tests. Who looks five times and stops at the first such difference is misled in 14
(peeking). A boundary repairs it: it is wide at first and narrow at the end, so that all looks *together*
mislead in 5 of 100.

Here it spends the 5 % as O'Brien & Fleming would, by the function of Lan & DeMets 1983, Discrete sequential
boundaries for clinical trials, Biometrika 70(3). When to look need not be known beforehand, but how much
will be known at the end. The chances of crossing are worked out look by look, by numerical integration, as
in Armitage, McPherson & Rowe 1969, Journal of the Royal Statistical Society A 132(2).

Shapes: K looks, N nodes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri, roots_legendre

from sim.data import Fault

Floats = npt.NDArray[np.float64]

FEWEST, MOST = 200, 1_000  # nodes of the integration
FARTHEST = 37.0  # standard errors: beyond, the normal tail is nothing to the machine
WIDEST = 8.0  # standard errors: hardly any test without an effect is beyond


def boundary(information: npt.ArrayLike, level: float = 0.95) -> Floats:
    """Give how many standard errors a difference must reach at each look to count.

    Parameters
    ----------
    information
        What is known at each look, as a share of what will be known at the end: rising, at most 1; shape
        (K,). For a mean it is the share of the customers who have been watched to the end.
    level
        1 less the chance that any of the looks misleads, if there is no effect.

    Returns
    -------
    Standard errors, shape (K,).

    Raises
    ------
    Fault
        If the shares do not rise from 0 to 1, or the level is none.
    """
    shares = _rising(information)
    passed, found = _Passed(shares), []
    for share, spent in zip(shares, np.diff(_spent(shares, level), prepend=0.0), strict=True):
        edge = _edge(passed, share, spent)
        passed.look(share, edge)
        found.append(edge)
    return np.array(found)


def false_alarms(information: npt.ArrayLike, edges: npt.ArrayLike) -> float:
    """Work out how often some look passes its edge, though there is no effect.

    Parameters
    ----------
    information
        As in `boundary`; for five looks evenly apart `np.arange(1, 6) / 5`.
    edges
        Standard errors: one number for all looks (1.96 is who peeks), or one a look, shape (K,).

    Returns
    -------
    The share of tests that mislead, 0 to 1.

    Raises
    ------
    Fault
        If the shares do not rise from 0 to 1, or an edge is not above 0.
    """
    shares = _rising(information)
    limits, passed, total = np.broadcast_to(np.asarray(edges, float), shares.shape), _Passed(shares), 0.0
    if not (limits > 0).all():
        raise Fault("edges: expects numbers above 0, such as 1.96.")
    for share, edge in zip(shares, limits, strict=True):
        total += passed.crossing(share, edge)
        passed.look(share, edge)
    return total


class _Passed:
    """Where tests without an effect stand that have passed no edge yet.

    The sum of what is known, z times the root of its share, moves by independent normal steps.
    """

    def __init__(self, shares: Floats) -> None:
        narrowest = np.sqrt(np.diff(shares, prepend=0.0).min())  # the nodes must lie closer than a step
        self.nodes = roots_legendre(int(np.clip(3 * WIDEST / narrowest, FEWEST, MOST)))
        self.share = 0.0
        self.places, self.weights = np.zeros(1), np.ones(1)  # (N,) sums, and how many tests are there

    def crossing(self, share: float, edge: float) -> float:
        """Give the share of all tests that pass this edge at the next look, and none before."""
        limit, step = edge * np.sqrt(share), np.sqrt(share - self.share)
        out = ndtr((self.places - limit) / step) + ndtr(-(limit + self.places) / step)
        return float(self.weights @ out)

    def look(self, share: float, edge: float) -> None:
        """Move on to the next look, and drop what has passed its edge."""
        limit, step = min(edge, WIDEST) * np.sqrt(share), np.sqrt(share - self.share)
        nodes, weights = self.nodes
        places = limit * nodes  # (N,)
        density = _density((places[:, None] - self.places) / step) @ self.weights / step
        self.share, self.places, self.weights = share, places, limit * weights * density


def _edge(passed: _Passed, share: float, spent: float) -> float:
    """Find the edge that so large a share of all tests passes at the next look, and not before."""
    if passed.crossing(share, FARTHEST) >= spent:
        return FARTHEST
    return float(brentq(lambda edge: passed.crossing(share, edge) - spent, 0.0, FARTHEST, xtol=1e-10))


def _spent(shares: Floats, level: float) -> Floats:
    """Give how much of the error has been spent at each look, (K,): little at first (Lan & DeMets 1983)."""
    if isinstance(level, bool) or not 0 < level < 1:
        raise Fault(f"level: expects a share between 0 and 1, such as 0.95, was given {level!r}.")
    tail = (1 - level) / 4  # half of the error on each side, and their function halves it again
    return np.asarray(4 * ndtr(ndtri(tail) / np.sqrt(shares)))


def _rising(information: npt.ArrayLike) -> Floats:
    shares = np.asarray(information, float)
    if shares.ndim != 1 or not len(shares) or not (np.diff(shares, prepend=0.0) > 0).all():
        raise Fault("information: expects shares that rise from look to look, such as [0.5, 1].")
    if shares[-1] > 1:
        raise Fault(f"information: ends at {shares[-1]:g}, more than all there will be; the most is 1.")
    return shares


def _density(z: Floats) -> Floats:
    """Give the density of the standard normal."""
    return np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
