"""Calibration: refit the market's laws to the real CDNOW orders of weeks 1–39.

``python -m sim.calibration`` prints every parameter with its standard error. All laws are fitted by
maximum likelihood, and weeks 40–78 are never read:

* BG/NBD: Poisson orders at a personal rate, and a personal probability to leave for ever after each
  repeat order (Fader, Hardie & Lee 2005, Marketing Science 24(2));
* BG/NBD with dormancy: the same people also fall dormant and wake, week by week;
* gamma-gamma: the value of an order varies around a personal mean (Fader & Hardie 2013, note 25);
* a Gaussian copula: do people who order often also spend more on an order?

The notes are at brucehardie.com/notes.

Shapes: K customers, H different histories, W weeks, N order rates, M normal scores.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import factorial, gammainc, roots_genlaguerre
from scipy.stats import gamma, multivariate_normal, norm

from sim.clv.bg_nbd import BgNbd, log_departure
from sim.clv.gamma_gamma import GammaGamma
from sim.clv.history import history
from sim.clv.law import Law
from sim.clv.likelihood import Fit, Floats, maximum_likelihood
from sim.datasets import load_cdnow, order_days

Integers = npt.NDArray[np.int64]

PUBLISHED = {
    "bg_nbd": {"r": 0.2426, "alpha": 4.4136, "a": 0.7929, "b": 2.4259},
    "gamma_gamma": {"p": 6.25, "q": 3.744, "v": 15.44},
}
UNITS = {"alpha": "weeks", "doze_share": "share a week", "wake_share": "share a week", "v": "dollars"}
WEEKS = 39  # the others judge
SCORES = np.linspace(-6, 6, 121)  # (M,) grid of standard normal scores for the copula


@dataclass(frozen=True)
class Histories:
    """Repeat orders week by week; customers with the same history share a row."""

    counts: Integers  # (H, W) repeat orders in each calendar week
    exposure: Floats  # (H, W) part of the week after the first order
    row: Integers  # (K,) row of each customer


def weekly_histories(orders: pd.DataFrame, weeks: int = WEEKS) -> Histories:
    """Count each customer's days with a repeat order in each calendar week."""
    days = order_days(orders).query("day < 7 * @weeks")
    people, who = np.unique(days["customer"], return_inverse=True)
    counts = np.zeros((len(people), weeks), dtype=np.int64)  # (K, W)
    np.add.at(counts, (who, days["day"].to_numpy() // 7), days["repeat"].to_numpy())
    return group_histories(counts, days.groupby("customer")["first_day"].first().to_numpy())


def group_histories(counts: Integers, first_day: Integers) -> Histories:
    """Group weekly counts (K, W) and days of first order (K,); a first order falls at midday."""
    rows, row = np.unique(np.column_stack([counts, first_day]), axis=0, return_inverse=True)
    week_end = 7 * np.arange(1, counts.shape[1] + 1)  # (W,) in days
    exposure = np.clip((week_end - (rows[:, -1:] + 0.5)) / 7, 0, 1)  # (H, W)
    return Histories(rows[:, :-1], exposure, row.ravel())


def order_likelihood(rates: Floats, values: Floats, past: Histories) -> Floats:
    """Probability of each history at each order rate (H, N); ``values`` ends in a, b, doze and wake share.

    A forward recursion over awake, dormant and gone. Whoever orders later had not left before, so p
    matters at the last order only, and integrates out exactly in :func:`sim.clv.bg_nbd.log_departure`.
    """
    a, b, doze_share, wake_share = values[-4:]
    awake = np.ones((len(past.counts), len(rates)))  # (H, N)
    dormant, gone = np.zeros_like(awake), np.zeros_like(awake)
    for week in range(past.counts.shape[1]):
        old = past.exposure[:, :week].any(axis=1)  # (H,) first order in an earlier week
        dozing, waking = doze_share * awake[old], wake_share * dormant[old]
        awake[old] += waking - dozing
        dormant[old] += dozing - waking
        buying = np.flatnonzero(past.counts[:, week])
        count = past.counts[buying, week, None]  # (buying, 1)
        expected = past.exposure[:, week, None] * rates  # (H, N)
        gone[buying] = awake[buying] * gammainc(count, expected[buying])  # P(Poisson >= count)
        awake *= np.exp(-expected)
        awake[buying] *= expected[buying] ** count / factorial(count)
        dormant[buying] = 0.0
    stay, leave = np.exp(log_departure(a, b, past.counts.sum(axis=1)[:, None]))
    return stay * (awake + dormant) + leave * gone


def dormancy_log_likelihood(values: Floats, past: Histories, nodes: int = 64) -> float:
    """Log-likelihood at (r, alpha, a, b, doze_share, wake_share), by Gauss–Laguerre quadrature over rates."""
    points, weights = roots_genlaguerre(nodes, values[0] - 1)  # (N,) each
    likelihood = order_likelihood(points / values[1], values, past) @ (weights / weights.sum())  # (H,)
    return float(np.log(likelihood) @ np.bincount(past.row))


def copula_log_likelihood(correlation: float, by_rate: Floats, by_spend: Floats) -> float:
    """Log-likelihood of rate and mean spend together, given each one's likelihood at every score, (K, M)."""
    grid = np.stack(np.meshgrid(SCORES, SCORES, indexing="ij"), axis=-1)  # (M, M, 2)
    density = multivariate_normal.pdf(grid, cov=[[1, correlation], [correlation, 1]])  # (M, M)
    joint = np.sum((by_rate @ density) * by_spend, axis=1) * (SCORES[1] - SCORES[0]) ** 2  # (K,)
    return float(np.sum(np.log(joint)))


def copula(orders: pd.DataFrame, law: Fit, spend: GammaGamma) -> Fit:
    """Fit the correlation of the normal scores of order rate and mean spend; both laws stay as fitted.

    Only repeat buyers tell; the noise in their few orders is part of the likelihood. The tie is to the
    rate: frequency also depends on how long somebody stayed, so its plain correlation is another quantity.
    """
    summary, past = history(orders, WEEKS), weekly_histories(orders)
    buyer = (summary["frequency"] > 0).to_numpy()
    frequency, mean_spend = summary.loc[buyer, ["frequency", "mean_spend"]].to_numpy(float).T[:, :, None]
    values, (p, q, v) = np.array(list(law.estimates.values())), spend.estimates.values()
    rates = gamma.ppf(norm.cdf(SCORES), values[0], scale=1 / values[1])  # (M,) orders a week
    by_rate = order_likelihood(rates, values, past)[past.row][buyer]  # (K, M)
    spend_rates = gamma.isf(norm.cdf(SCORES), q, scale=1 / v)  # (M,) nu: the mean spend is p / nu
    by_spend = gamma.pdf(mean_spend, p * frequency, scale=1 / (frequency * spend_rates))  # (K, M)
    start = {"rate_spend_correlation": 0.1}
    return maximum_likelihood(lambda value: copula_log_likelihood(value[0], by_rate, by_spend), start)


def entry_shares(orders: pd.DataFrame) -> pd.Series:
    """Share of customers by week of first order, weeks 1 to 12."""
    return orders.groupby("customer")["week"].min().value_counts(normalize=True).sort_index()


def calibration(orders: pd.DataFrame) -> dict[str, Fit | Law]:
    """Fit every law; ``weekly_bg_nbd`` is BG/NBD on the data of ``dormancy``, to compare likelihoods."""
    summary, weekly = history(orders, WEEKS), partial(dormancy_log_likelihood, past=weekly_histories(orders))
    start = {"r": 0.3, "alpha": 4.0, "a": 0.6, "b": 2.0}
    never = np.array([0.0, 0.5])  # nobody dozes, so the wake share is idle
    dormancy = maximum_likelihood(weekly, {**start, "doze_share": 0.05, "wake_share": 0.1})
    spend = GammaGamma.fit(summary)
    return {
        "bg_nbd": BgNbd.fit(summary),
        "weekly_bg_nbd": maximum_likelihood(lambda values: weekly(np.append(values, never)), start),
        "dormancy": dormancy,
        "gamma_gamma": spend,
        "copula": copula(orders, dormancy, spend),
    }


def main() -> None:
    """Print the estimates, the likelihood ratio, the plain correlation and the entry weeks."""
    orders = load_cdnow()
    fits = calibration(orders)
    print(f"{'law':<15}{'parameter':<24}{'estimate':>10}{'std. error':>12}{'published':>11}  unit")
    for law, fit in fits.items():
        for name, estimate in fit.estimates.items():
            published = PUBLISHED.get(law, {}).get(name, "-")
            numbers = f"{estimate:>10.4f}{fit.standard_errors[name]:>12.4f}{published:>11}"
            print(f"{law:<15}{name:<24}{numbers}  {UNITS.get(name, '-')}")
        print(f"{law:<15}{'log-likelihood':<24}{fit.log_likelihood:>10.2f}")
    dormancy, weekly = (fits[law].log_likelihood or np.nan for law in ("dormancy", "weekly_bg_nbd"))
    ratio = 2 * (dormancy - weekly)
    print(f"likelihood ratio of dormancy to weekly_bg_nbd: {ratio:.1f} for two parameters (as no dozing is")
    print("a boundary, chi-square with two degrees is only a guide; 13.8 is its 0.1 % point)")
    buyers = history(orders, WEEKS).query("frequency > 0")
    plain = buyers["frequency"].corr(buyers["mean_spend"])
    print(f"plain correlation of frequency and mean spend: {plain:.3f} (published .11)")
    print("entry shares, weeks 1-12:", *(f"{share:.4f}" for share in entry_shares(orders)))


if __name__ == "__main__":
    main()
