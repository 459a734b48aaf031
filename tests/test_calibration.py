"""The laws fitted to CDNOW are the published ones, and the law with dormancy is computed rightly."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.special import gammaln
from scipy.stats import norm

from sim.calibration import (
    SCORES,
    Integers,
    copula_log_likelihood,
    dormancy_log_likelihood,
    entry_shares,
    group_histories,
    weekly_histories,
)
from sim.clv.bg_nbd import log_departure
from sim.clv.history import history
from sim.clv.likelihood import Floats, maximum_likelihood
from sim.datasets import cdnow_file, load_cdnow

BG_NBD = np.array([0.2418, 4.3847, 0.8034, 2.4401, 0, 0.5])  # estimates of sim.calibration, weekly data
DORMANCY = np.array([0.3113, 5.2436, 0.4511, 2.0180, 0.0341, 0.0626])


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return load_cdnow()


def simulated_counts(values: Floats, first_day: Integers, weeks: int, seed: int) -> Integers:
    """Live the lives of many customers, (people, weeks): the law as a story, without its likelihood."""
    r, alpha, a, b, doze_share, wake_share = values
    people, chance = len(first_day), np.random.default_rng(seed)
    rate, leave = chance.gamma(r, 1 / alpha, people), chance.beta(a, b, people)
    awake, here = np.ones(people, bool), np.ones(people, bool)
    counts = np.zeros((people, weeks), np.int64)
    for week in range(weeks):
        turning = chance.random(people) < np.where(awake, doze_share, wake_share)
        awake ^= turning & (first_day < 7 * week)
        clock = np.maximum((first_day + 0.5) / 7 - week, 0)  # weeks since the start of the week
        buying = here & awake
        while buying.any():
            clock += chance.exponential(1, people) / rate
            buying &= clock < 1
            counts[buying, week] += 1
            here &= ~(buying & (chance.random(people) < leave))
            buying &= here
    return counts


def test_the_summary_is_the_one_that_comes_with_the_orders(orders: pd.DataFrame) -> None:
    name = "cdnow_customers_summary_with_transactions.csv"
    theirs = pd.read_csv(str(cdnow_file().locate()).replace(cdnow_file().name, name))
    ours = history(orders, 39).fillna(0)
    assert ours["frequency"].tolist() == theirs["x"].tolist()
    columns = ["recency", "age", "mean_spend"]
    assert np.abs(ours[columns].to_numpy() - theirs[["t_x", "T", "zbar"]].to_numpy()).max() < 0.0051


def test_entry_shares_are_twelve_and_sum_to_one(orders: pd.DataFrame) -> None:
    assert len(entry_shares(orders)) == 12
    assert entry_shares(orders).sum() == pytest.approx(1)


def test_weekly_histories_hold_every_repeat_order_and_every_customer(orders: pd.DataFrame) -> None:
    past = weekly_histories(orders)
    assert past.counts[past.row].sum() == 2457
    assert past.exposure[past.row].sum(axis=1) == pytest.approx(history(orders, 39)["age"] + 0.5 / 7)


def probabilities(values: Floats, counts: Integers, first_day: int) -> Floats:
    """Probability of each row of counts, (rows,)."""
    entry = np.array([first_day])
    return np.exp([dormancy_log_likelihood(values, group_histories(row[None], entry)) for row in counts])


def test_probabilities_of_all_histories_sum_to_one() -> None:
    values = np.array([2.0, 20.0, 1.0, 3.0, 0.3, 0.4])  # 0.1 orders a week: nine in a week are 1 in 10^11
    counts = np.array(list(product(range(9), repeat=3)))  # (729, 3)
    assert probabilities(values, counts, first_day=4).sum() == pytest.approx(1, abs=1e-8)


def test_probabilities_agree_with_lives_lived_order_by_order() -> None:
    values, people = np.array([1.0, 2.0, 1.0, 2.0, 0.3, 0.4]), 200_000
    lived = simulated_counts(values, np.full(people, 2), weeks=4, seed=1)
    counts, number = np.unique(lived, axis=0, return_counts=True)
    common = number > 200
    expected = people * probabilities(values, counts[common], first_day=2)
    assert common.sum() > 30
    assert np.abs((number[common] - expected) / np.sqrt(expected)).max() < 4.5


def test_without_dozing_the_likelihood_has_its_closed_form() -> None:
    r, alpha, a, b = 0.3, 4.0, 0.6, 2.0
    counts = np.array([[0, 0, 0, 0], [0, 1, 0, 2]])
    found = probabilities(np.array([r, alpha, a, b, 0, 0.5]), counts, first_day=0)
    time = 4 - 0.5 / 7
    assert found[0] == pytest.approx((alpha / (alpha + time)) ** r)
    # three orders, the last in the last week: stayed, or left at the last of two or more in that week
    stay, leave = np.exp(log_departure(a, b, np.array([3])))
    more = np.arange(2, 80)  # orders that the last week would have held
    power = gammaln(r + 1 + more) - gammaln(r) - gammaln(more + 1) + r * np.log(alpha)
    terms = np.exp(power - (r + 1 + more) * np.log(alpha + time))
    assert found[1] == pytest.approx((stay * terms[0] + leave * terms.sum()).item())


def test_twice_as_many_nodes_change_nothing(orders: pd.DataFrame) -> None:
    past = weekly_histories(orders)
    fine = dormancy_log_likelihood(DORMANCY, past, nodes=128)
    assert dormancy_log_likelihood(DORMANCY, past) == pytest.approx(fine, abs=1e-3)


def test_dormancy_fits_cdnow_better_than_bg_nbd(orders: pd.DataFrame) -> None:
    past = weekly_histories(orders)
    gain = dormancy_log_likelihood(DORMANCY, past) - dormancy_log_likelihood(BG_NBD, past)
    assert gain == pytest.approx(19.53, abs=0.01)


@pytest.mark.parametrize("parameter", range(6))
def test_the_estimates_are_at_the_top_of_the_likelihood(orders: pd.DataFrame, parameter: int) -> None:
    past, top = weekly_histories(orders), DORMANCY.copy()
    best = dormancy_log_likelihood(top, past)
    for factor in (0.97, 1.03):
        beside = np.where(np.arange(6) == parameter, factor * top, top)
        assert dormancy_log_likelihood(beside, past) < best


def test_known_parameters_are_recovered_from_lives_lived() -> None:
    start = {"r": 1.0, "alpha": 2.0, "a": 1.0, "b": 5.0, "doze_share": 0.2, "wake_share": 0.2}
    truth = np.array([2.0, 4.0, 1.0, 9.0, 0.1, 0.3])
    first_day = np.arange(500) % 14
    past = group_histories(simulated_counts(truth, first_day, weeks=18, seed=4), first_day)
    fit = maximum_likelihood(lambda values: dormancy_log_likelihood(values, past, nodes=20), start)
    errors = (np.array(list(fit.estimates.values())) - truth) / list(fit.standard_errors.values())
    assert np.abs(errors).max() < 3
    assert fit.standard_errors["wake_share"] < 0.1


def test_a_share_has_its_textbook_standard_error() -> None:
    fit = maximum_likelihood(
        lambda value: float(30 * np.log(value[0]) + 70 * np.log1p(-value[0])), {"some_share": 0.5}
    )
    assert fit.estimates["some_share"] == pytest.approx(0.3, abs=1e-5)
    assert fit.standard_errors["some_share"] == pytest.approx(np.sqrt(0.3 * 0.7 / 100), rel=1e-3)


def test_a_known_correlation_is_recovered_from_blurred_scores() -> None:
    chance = np.random.default_rng(5)
    true = chance.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], 1000)
    seen = true + chance.normal(0, 0.5, true.shape)  # (people, 2)
    by_rate, by_spend = norm.pdf(seen.T[:, :, None], SCORES, 0.5)
    fit = maximum_likelihood(
        lambda value: copula_log_likelihood(value[0], by_rate, by_spend), {"any_correlation": 0.0}
    )
    assert abs(fit.estimates["any_correlation"] - 0.5) < 3 * fit.standard_errors["any_correlation"] < 0.15
