"""Likelihood: the parameters under which data are most likely, and how far they can be trusted.

Every law of `sim.clv` and `sim.calibration` is fitted here: a function that gives the log-likelihood of the
data at some parameters goes in, a `Fit` comes out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, logit

from sim.data import Fault

Floats = npt.NDArray[np.float64]

FARTHEST = 12.0  # the search stays within exp(12), 160 000 times, of where it starts
VAGUEST = 5.0  # standard error of a logarithm (or logit) beyond which a parameter is as good as unknown
UPHILL = 1e-3  # of log-likelihood may be left between the end of the search and the top


@dataclass(frozen=True)
class Fit:
    """Maximum-likelihood estimates, their standard errors, and the log-likelihood reached."""

    estimates: dict[str, float]
    standard_errors: dict[str, float]
    log_likelihood: float


def maximum_likelihood(log_likelihood: Callable[[Floats], float], start: Mapping[str, float]) -> Fit:
    """Maximise a log-likelihood; the standard errors come from its Hessian there, the observed information.

    Each parameter moves on a scale told by its name: on a logit scale between 0 and 1 for a ``_share`` and
    between -1 and 1 for a ``_correlation``, otherwise it is positive and moves on a logarithmic scale.

    Parameters
    ----------
    log_likelihood
        Of all parameters together, in the order of ``start``.
    start
        Where the search begins, by name.

    Raises
    ------
    Fault
        If there is no maximum, or it is so flat that the data do not tell where it is.
    """
    scale = _Scale(start)
    begin = np.array(list(start.values()))
    size = abs(log_likelihood(begin)) or 1.0  # a loss near 1 keeps the first step of the search short

    def gain(free: Floats) -> float:
        return log_likelihood(scale.value(free))

    search = minimize(
        lambda free: -gain(free) / size, scale.free(begin), method="BFGS", jac="3-point",
        options={"gtol": 1e-8},
    )  # fmt: skip
    information = -hessian(gain, search.x)
    _expect_a_top(list(start), scale.moved(search.x), slope(gain, search.x), information)
    best = scale.value(search.x)
    errors = np.sqrt(np.diag(np.linalg.inv(information))) * scale.slope(best)  # delta method
    named = [dict(zip(start, numbers.tolist(), strict=True)) for numbers in (best, errors)]
    return Fit(named[0], named[1], log_likelihood(best))


class _Scale:
    """The free scale on which each parameter moves, from minus to plus infinity; arrays are (parameters,)."""

    def __init__(self, start: Mapping[str, float]) -> None:
        begin = np.array(list(start.values()))
        self.low = np.array([-1.0 if name.endswith("_correlation") else 0.0 for name in start])
        self.bounded = np.array([name.endswith(("_share", "_correlation")) for name in start])
        self.unit = np.where(self.bounded, 1 - self.low, begin)  # a width, or the value at the start
        self.begin = self.free(begin)

    def free(self, value: Floats) -> Floats:
        part = (value - self.low) / self.unit
        return np.where(self.bounded, logit(np.where(self.bounded, part, 0.5)), np.log(part))

    def value(self, free: Floats) -> Floats:
        near = self.begin + np.clip(free - self.begin, -FARTHEST, FARTHEST)
        return self.low + self.unit * np.where(self.bounded, expit(near), np.exp(near))

    def slope(self, value: Floats) -> Floats:
        """Give the derivative of the value by the free number."""
        part = (value - self.low) / self.unit
        return self.unit * np.where(self.bounded, part * (1 - part), part)

    def moved(self, free: Floats) -> Floats:
        return np.abs(free - self.begin)


def _expect_a_top(names: list[str], moved: Floats, rise: Floats, information: Floats) -> None:
    """Refuse a search that ended anywhere but on top of a hill that curves down on all sides."""
    curvature, axes = np.linalg.eigh(information)
    flat = curvature < VAGUEST**-2
    lost = (np.abs(axes[:, flat]) > 0.1).any(axis=1) | (moved > FARTHEST - 1)
    uphill = 0.0 if flat.any() else float(rise @ np.linalg.solve(information, rise)) / 2
    if lost.any():
        unknown = ", ".join(name for name, is_lost in zip(names, lost, strict=True) if is_lost)
        raise Fault(
            f"The data do not tell {unknown}: they are too few, too much alike, or follow another law; "
            "give more customers or a longer time, or use a simpler model."
        )
    if not uphill < UPHILL:
        raise Fault("The search did not converge; look for outliers and wrong units in the data.")


def slope(function: Callable[[Floats], float], point: Floats, step: float = 0.001) -> Floats:
    """First derivatives by central differences, one a parameter."""
    arms = step * np.eye(len(point))
    return np.array([function(point + arm) - function(point - arm) for arm in arms]) / (2 * step)


def hessian(function: Callable[[Floats], float], point: Floats, step: float = 0.002) -> Floats:
    """Second derivatives by central differences: a square matrix, one row a parameter."""

    def second(one: Floats, other: Floats) -> float:
        along = function(point + one + other) + function(point - one - other)
        across = function(point + one - other) + function(point - one + other)
        return (along - across) / (4 * step**2)

    steps = step * np.eye(len(point))
    return np.array([[second(one, other) for other in steps] for one in steps])
