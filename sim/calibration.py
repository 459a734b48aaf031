"""Refit the market's buying law to the real CDNOW orders of weeks 1–39.

``python -m sim.calibration`` prints every parameter with its standard error. Four
laws are fitted by maximum likelihood; weeks 40–78 are never read.

* BG/NBD: Poisson orders at a personal rate, and a personal probability to leave
  for ever after each repeat order (Fader, Hardie & Lee 2005, Marketing Science 24).
* BG/NBD with dormancy: the same people also fall asleep and wake up, week by week.
* Gamma-gamma: value of an order around a personal mean (Fader & Hardie 2013).
* Gaussian copula: do people who order often spend more per order?

Array shapes: H histories, K customers, N rates, M scores, W weeks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize
from scipy.special import betaln, expit, factorial, gammainc, gammaln, logit, roots_genlaguerre
from scipy.stats import gamma, multivariate_normal, norm

from sim.datasets import load_cdnow, order_days

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

PUBLISHED = {
    "bg_nbd": {"r": 0.2426, "alpha": 4.4136, "a": 0.7929, "b": 2.4259},
    "gamma_gamma": {"p": 6.25, "q": 3.744, "v": 15.44},
}
UNITS = {"alpha": "weeks", "doze_share": "per week", "wake_share": "per week", "v": "dollars"}


@dataclass(frozen=True)
class Fit:
    """Maximum-likelihood estimates, their standard errors and the log-likelihood there."""

    estimates: dict[str, float]
    standard_errors: dict[str, float]
    log_likelihood: float


@dataclass(frozen=True)
class Histories:
    """Weekly repeat orders; people with identical histories share one row."""

    counts: Integers  # (H, W) repeat orders in each calendar week
    exposure: Array  # (H, W) share of the week after the first order
    group: Integers  # (K,) row of each customer


def maximum_likelihood(log_likelihood: Callable[[Array], float], start: Mapping[str, float]) -> Fit:
    """Maximise a log-likelihood; standard errors come from its numerical Hessian.

    Each parameter moves on a logit scale between its bounds: (0, 1) if its name
    ends in ``_share``, (-1, 1) if in ``_correlation``, else (0, 100).
    """
    low = np.array([-1.0 if name.endswith("_correlation") else 0.0 for name in start])
    high = np.array([1.0 if name.endswith(("_share", "_correlation")) else 100.0 for name in start])

    def value(free: Array) -> Array:
        return low + (high - low) * expit(free)

    def loss(free: Array) -> float:
        return -log_likelihood(value(free))

    begin = logit((np.array(list(start.values())) - low) / (high - low))
    best = minimize(loss, begin, method="L-BFGS-B", options={"ftol": 1e-13, "gtol": 1e-5})
    slope = (value(best.x) - low) * (high - value(best.x)) / (high - low)  # d value / d free
    errors = slope * np.sqrt(np.diag(np.linalg.inv(hessian(loss, best.x))))
    return Fit(
        dict(zip(start, value(best.x).tolist(), strict=True)),
        dict(zip(start, errors.tolist(), strict=True)),
        -float(best.fun),
    )


def hessian(function: Callable[[Array], float], point: Array, step: float = 0.01) -> Array:
    """Second derivatives of a function by central differences, one square matrix."""
    shifts = step * np.eye(len(point))

    def second(one: Array, other: Array) -> float:
        same = function(point + one + other) + function(point - one - other)
        cross = function(point + one - other) + function(point - one + other)
        return (same - cross) / (4 * step**2)

    return np.array([[second(one, other) for other in shifts] for one in shifts])


def repeat_summary(orders: pd.DataFrame, weeks: int = 39) -> pd.DataFrame:
    """Summarise each customer as the published studies do, one row per customer.

    Columns: ``frequency`` (repeat order days), ``recency`` and ``age`` (weeks from
    the first order to the last one and to the end) and ``mean_spend`` (dollars per
    repeat order; missing without one). Source: Fader & Hardie (2008), note 22.
    """
    days = order_days(orders).query("day < 7 * @weeks")
    people = days.groupby("customer")
    first = people["first_day"].first()
    return pd.DataFrame(
        {
            "frequency": people["repeat"].sum(),
            "recency": (people["day"].max() - first) / 7,
            "age": (7 * weeks - 1 - first) / 7,
            "mean_spend": days[days["repeat"]].groupby("customer")["amount_cents"].mean() / 100,
        }
    )


def weekly_histories(orders: pd.DataFrame, weeks: int = 39) -> Histories:
    """Count each customer's repeat order days per calendar week."""
    days = order_days(orders).query("day < 7 * @weeks")
    customer, row = np.unique(days["customer"], return_inverse=True)
    counts = np.zeros((len(customer), weeks), dtype=np.int64)  # (K, W)
    np.add.at(counts, (row, days["day"].to_numpy() // 7), days["repeat"].to_numpy())
    return histories(counts, days.groupby("customer")["first_day"].first().to_numpy())


def histories(counts: Integers, first_day: Integers) -> Histories:
    """Group weekly counts (K, W) by history; the first order falls at midday."""
    rows, group = np.unique(np.column_stack([counts, first_day]), axis=0, return_inverse=True)
    start = rows[:, -1:] + 0.5  # (H, 1) days since the start of week 1
    week_ends = 7.0 * np.arange(1, counts.shape[1] + 1)  # (W,)
    exposure = np.clip((week_ends - start) / 7, 0, 1)  # (H, W)
    return Histories(rows[:, :-1], exposure, group.ravel())


def departure_terms(a: float, b: float, frequency: Array) -> tuple[Array, Array]:
    """Means of (1 - p)^x and of p (1 - p)^(x - 1) over p ~ Beta(a, b).

    The probabilities to be still there after x repeat orders, and to leave at the
    x-th; nobody leaves at the first order (x = 0). Both have the shape of x.
    """
    stay = np.exp(betaln(a, b + frequency) - betaln(a, b))
    leave = np.exp(betaln(a + 1, b + np.maximum(frequency, 1) - 1) - betaln(a, b))
    return stay, np.where(frequency > 0, leave, 0.0)


def bg_nbd_log_likelihood(values: Array, summary: pd.DataFrame) -> float:
    """Log-likelihood of BG/NBD (r, alpha, a, b): Fader, Hardie & Lee (2005), eq. 6."""
    r, alpha, a, b = values
    frequency, recency, age = summary[["frequency", "recency", "age"]].to_numpy(float).T  # (K,)
    stay, leave = departure_terms(a, b, frequency)
    still_there = stay * (alpha + age) ** -(r + frequency)
    left_at_last = leave * (alpha + recency) ** -(r + frequency)
    constant = gammaln(r + frequency) - gammaln(r) + r * np.log(alpha)
    return float(np.sum(constant + np.log(still_there + left_at_last)))


def order_likelihood(rates: Array, values: Array, past: Histories) -> Array:
    """Probability of each history at each order rate, shape (H, N).

    A forward recursion over awake, dormant and gone; ``values`` ends in a, b,
    doze_share and wake_share. Who orders later had not left before, so p enters only
    through the last order and integrates out exactly (:func:`departure_terms`).
    """
    a, b, doze, wake = values[-4:]
    awake = np.ones((len(past.counts), len(rates)))  # (H, N)
    dormant, gone = np.zeros_like(awake), np.zeros_like(awake)
    for week in range(past.counts.shape[1]):
        old = past.exposure[:, :week].any(axis=1)  # (H,) first order in an earlier week
        dozing, waking = doze * awake[old], wake * dormant[old]
        awake[old] += waking - dozing
        dormant[old] += dozing - waking
        buying = np.flatnonzero(past.counts[:, week])
        count = past.counts[buying, week, None]
        expected = past.exposure[:, week, None] * rates  # (H, N)
        gone[buying] = awake[buying] * gammainc(count, expected[buying])  # P(Poisson >= count)
        awake *= np.exp(-expected)
        awake[buying] *= expected[buying] ** count / factorial(count)
        dormant[buying] = 0.0
    stay, leave = departure_terms(a, b, past.counts.sum(axis=1)[:, None])
    return np.asarray(stay * (awake + dormant) + leave * gone)


def dormancy_log_likelihood(values: Array, past: Histories, nodes: int = 64) -> float:
    """Log-likelihood of BG/NBD with dormancy (r, alpha, a, b, doze_share, wake_share).

    The rate, Gamma(r, alpha), is integrated by Gauss–Laguerre quadrature.
    """
    r, alpha = values[:2]
    points, weights = roots_genlaguerre(nodes, r - 1)  # (N,)
    likelihood = order_likelihood(points / alpha, values, past) @ (weights / weights.sum())  # (H,)
    return float(np.log(likelihood) @ np.bincount(past.group))


def gamma_gamma_log_likelihood(values: Array, summary: pd.DataFrame) -> float:
    """Log-likelihood of the mean spend (p, q, v): Fader & Hardie (2013), eq. 1a."""
    p, q, v = values
    buyers = summary[summary["frequency"] > 0]
    frequency, spend = buyers["frequency"].to_numpy(float), buyers["mean_spend"].to_numpy()
    shape, total = p * frequency, frequency * spend
    constant = -betaln(shape, q) + q * np.log(v) - np.log(spend)
    return float(np.sum(constant + shape * np.log(total) - (shape + q) * np.log(v + total)))


def copula_log_likelihood(correlation: float, by_rate: Array, by_spend: Array) -> float:
    """Log-likelihood of the correlation between the scores of rate and mean spend.

    ``by_rate`` (K, M) and ``by_spend`` (K, M) give the likelihood of a customer's
    orders and of his or her mean spend at each normal score of :func:`scores`.
    """
    grid = np.stack(np.meshgrid(scores(), scores(), indexing="ij"), axis=-1)  # (M, M, 2)
    density = multivariate_normal.pdf(grid, cov=[[1.0, correlation], [correlation, 1.0]])  # (M, M)
    joint = np.sum((by_rate @ density) * by_spend, axis=1)  # (K,)
    return float(np.sum(np.log(joint * (scores()[1] - scores()[0]) ** 2)))


def scores() -> Array:
    """Grid of standard normal scores, shape (M,)."""
    return np.linspace(-6.0, 6.0, 121)


def copula_fit(orders: pd.DataFrame, law: Fit, spend: Fit) -> Fit:
    """Fit ``rate_spend_correlation`` with both marginal laws held at their estimates."""
    summary, past = repeat_summary(orders), weekly_histories(orders)
    buyers = (summary["frequency"] > 0).to_numpy()
    frequency, mean_spend = summary.loc[buyers, ["frequency", "mean_spend"]].to_numpy(float).T
    values = np.array(list(law.estimates.values()))
    rates = gamma.ppf(norm.cdf(scores()), values[0], scale=1 / values[1])  # (M,)
    by_rate = order_likelihood(rates, values, past)[past.group][buyers]  # (K, M)
    p, q, v = spend.estimates.values()
    inverse_scale = gamma.isf(norm.cdf(scores()), q, scale=1 / v) * frequency[:, None]  # (K, M)
    by_spend = gamma.pdf(mean_spend[:, None], p * frequency[:, None], scale=1 / inverse_scale)
    return maximum_likelihood(
        lambda value: copula_log_likelihood(value[0], by_rate, by_spend),
        {"rate_spend_correlation": 0.1},
    )


def entry_shares(orders: pd.DataFrame) -> Array:
    """Share of customers whose first order falls in weeks 1 to 12, shape (12,)."""
    entry_week = orders.groupby("customer")["week"].min()
    return np.asarray(entry_week.value_counts(normalize=True).sort_index().to_numpy())


def calibration(orders: pd.DataFrame) -> dict[str, Fit]:
    """Fit every law; the keys are the model names printed in the table.

    ``weekly_bg_nbd`` is BG/NBD on the same weekly counts as ``dormancy``, so that
    the two log-likelihoods can be compared.
    """
    summary, past = repeat_summary(orders), weekly_histories(orders)
    start = {"r": 0.3, "alpha": 4.0, "a": 0.6, "b": 2.0}
    asleep = {"doze_share": 0.05, "wake_share": 0.1}
    spend = {"p": 5.0, "q": 3.0, "v": 10.0}
    never = np.array([0.0, 0.5])  # doze_share 0: nobody ever falls asleep
    fits = {
        "bg_nbd": maximum_likelihood(lambda x: bg_nbd_log_likelihood(x, summary), start),
        "weekly_bg_nbd": maximum_likelihood(
            lambda x: dormancy_log_likelihood(np.append(x, never), past), start
        ),
        "dormancy": maximum_likelihood(
            lambda x: dormancy_log_likelihood(x, past), {**start, **asleep}
        ),
        "gamma_gamma": maximum_likelihood(lambda x: gamma_gamma_log_likelihood(x, summary), spend),
    }
    return {**fits, "copula": copula_fit(orders, fits["dormancy"], fits["gamma_gamma"])}


def main() -> None:
    """Print the table of estimates, the likelihood ratio and the entry weeks."""
    orders = load_cdnow()
    fits = calibration(orders)
    print(f"{'model':<14}{'parameter':<24}{'estimate':>10}{'std. error':>12}  published  unit")
    for model, fit in fits.items():
        for name, estimate in fit.estimates.items():
            published = PUBLISHED.get(model, {}).get(name, "")
            row = f"{model:<14}{name:<24}{estimate:>10.4f}{fit.standard_errors[name]:>12.4f}"
            print(f"{row}  {published:<9}  {UNITS.get(name, '')}")
    for model, fit in fits.items():
        print(f"log-likelihood {model:<14}{fit.log_likelihood:>12.3f}")
    gain = fits["dormancy"].log_likelihood - fits["weekly_bg_nbd"].log_likelihood
    print(f"Dormancy gains {gain:.2f}; likelihood ratio {2 * gain:.1f} for two more parameters.")
    print("doze_share = 0 is a boundary, so chi-square (2) is only a guide: 13.8 is its 0.1 % point.")
    summary = repeat_summary(orders).query("frequency > 0")
    for method, published in (("pearson", ".11"), ("spearman", "none")):
        observed = summary["frequency"].corr(summary["mean_spend"], method=method)
        print(f"{method} correlation of frequency and mean spend {observed:.3f} ({published})")
    print("entry weeks 1-12:", " ".join(f"{share:.4f}" for share in entry_shares(orders)))


if __name__ == "__main__":
    main()
