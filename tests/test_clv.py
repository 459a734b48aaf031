"""Lifetime value: the published estimates, a peer's forecasts, the laws behind the formulas, and refusals."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.testing as npt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaln, hyp2f1

from sim import Campaign, Fault, Offer, Plan, Segment, clv, load_scenario, over, simulate
from sim.clock import MINUTES_A_WEEK, WEEKS_A_YEAR
from sim.clv.likelihood import maximum_likelihood
from sim.datasets import load_cdnow, load_renewals
from sim.events import Kind
from sim.run import Run

Floats = np.typing.NDArray[np.float64]
BG_NBD = {"r": 0.2426, "alpha": 4.4136, "a": 0.7929, "b": 2.4259}
GAMMA_GAMMA = {"p": 6.25, "q": 3.744, "v": 15.44}
PUBLISHED_BG_NBD = clv.BgNbd(**BG_NBD)
PUBLISHED_SPEND = clv.GammaGamma(**GAMMA_GAMMA)
WEEKS = 39


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return load_cdnow()


@pytest.fixture(scope="module")
def customers(orders: pd.DataFrame) -> pd.DataFrame:
    return clv.history(orders, WEEKS)


@pytest.fixture(scope="module")
def buying(customers: pd.DataFrame) -> clv.BgNbd:
    return clv.BgNbd.fit(customers)


@pytest.fixture(scope="module")
def spend(customers: pd.DataFrame) -> clv.GammaGamma:
    return clv.GammaGamma.fit(customers)


@cache
def market() -> Run:
    """Live through a market that is BG/NBD with gamma-gamma spend and nothing else."""
    return simulate(load_scenario("cdnow_plain", people=20_000), Plan(), 3)


def table(
    frequency: Sequence[float], recency: Sequence[float], age: Sequence[float], **more: Any
) -> pd.DataFrame:
    return pd.DataFrame({"frequency": frequency, "recency": recency, "age": age, **more})


# -- the published estimates -----------------------------------------------------------------------


def test_bg_nbd_on_cdnow_is_the_published_fit_to_three_decimals(buying: clv.BgNbd) -> None:
    assert buying.estimates == pytest.approx(BG_NBD, abs=5e-4)
    assert buying.log_likelihood == pytest.approx(-9582.4, abs=0.05)
    assert buying.customers == 2357


def test_gamma_gamma_on_cdnow_is_the_published_fit(spend: clv.GammaGamma) -> None:
    assert spend.estimates == pytest.approx(GAMMA_GAMMA, abs=0.005)
    assert spend.q == pytest.approx(3.744, abs=5e-4)
    assert spend.customers == 946


@pytest.mark.parametrize(
    ("service", "alpha", "beta"), [("high_end", 0.668, 3.806), ("regular", 0.704, 1.182)]
)
def test_sbg_on_seven_years_of_renewals_is_the_published_fit(service: str, alpha: float, beta: float) -> None:
    fitted = clv.Sbg.fit(load_renewals()[service][:8])
    assert fitted.estimates == pytest.approx({"alpha": alpha, "beta": beta}, abs=5e-4)


@pytest.mark.parametrize("service", ["high_end", "regular"])
def test_sbg_fitted_to_seven_years_foretells_five_more_within_two_percentage_points(service: str) -> None:
    left = load_renewals()[service]
    fitted = clv.Sbg.fit(left[:8])
    assert np.abs(fitted.survival(left.index[8:]) - left[8:] / 1000).max() < 0.02


def test_the_published_customer_of_cdnow_is_expected_to_order_1_226_times_more() -> None:
    expected = PUBLISHED_BG_NBD.predict(table([2], [30.43], [38.86]), 39)
    assert expected[0] == pytest.approx(1.226, abs=5e-4)  # Fader, Hardie & Lee's own spreadsheet


# -- a peer ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lifetimes() -> Any:
    """Import the peer package; it sets an option that pandas no longer has a use for."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*mode.chained_assignment")
        import lifetimes

    return lifetimes


@pytest.fixture(scope="module")
def peer(lifetimes: Any, customers: pd.DataFrame) -> Any:
    return lifetimes.BetaGeoFitter().fit(customers["frequency"], customers["recency"], customers["age"])


@pytest.fixture(scope="module")
def spend_peer(lifetimes: Any, customers: pd.DataFrame) -> Any:
    buyers = customers[customers["frequency"] > 0]
    return lifetimes.GammaGammaFitter().fit(buyers["frequency"], buyers["mean_spend"])


def test_a_peer_finds_the_same_estimates_and_standard_errors(
    buying: clv.BgNbd, spend: clv.GammaGamma, peer: Any, spend_peer: Any
) -> None:
    for ours, theirs in ((buying, peer), (spend, spend_peer)):
        assert ours.estimates == pytest.approx(theirs.params_.to_dict(), rel=1e-4)
        assert ours.standard_errors == pytest.approx(theirs.standard_errors_.to_dict(), rel=2e-4)


def test_a_peer_forecasts_the_same_of_every_customer(
    customers: pd.DataFrame, peer: Any, spend_peer: Any
) -> None:
    columns = [customers[name].to_numpy(float) for name in ("frequency", "recency", "age")]
    ours, spend = clv.BgNbd(**peer.params_), clv.GammaGamma(**spend_peer.params_)
    expected = peer.conditional_expected_number_of_purchases_up_to_time(39, *columns)
    npt.assert_allclose(ours.predict(customers, 39), expected, rtol=1e-9)
    npt.assert_allclose(ours.p_alive(customers), peer.conditional_probability_alive(*columns), rtol=1e-9)
    means = spend_peer.conditional_expected_average_profit(
        customers["frequency"], customers["mean_spend"].fillna(0)
    )
    npt.assert_allclose(spend.predict(customers), means, rtol=1e-9)
    new = peer.expected_number_of_purchases_up_to_time(26)
    assert ours.expected_orders(26) == pytest.approx(new, rel=1e-9)


def test_a_peer_values_customers_the_same_but_for_its_monthly_steps(
    customers: pd.DataFrame, peer: Any, spend_peer: Any
) -> None:
    ours = clv.BgNbd(**peer.params_)
    mean_order = clv.GammaGamma(**spend_peer.params_).predict(customers)
    monthly = 1.15 ** (1 / 12) - 1  # its months have 30 days: 12 of them are 360 / 7 weeks
    columns = customers["frequency"], customers["recency"], customers["age"]
    theirs = spend_peer.customer_lifetime_value(
        peer, *columns, customers["mean_spend"].fillna(0), time=12, discount_rate=monthly, freq="W"
    )
    found = ours.clv(customers, mean_order, weeks=360 / 7, yearly_discount_rate=0.15)
    npt.assert_allclose(found, theirs, rtol=0.01)


# -- recovery --------------------------------------------------------------------------------------


def lives(law: clv.BgNbd, people: int, weeks: float, seed: int) -> pd.DataFrame:
    """Live many lives order by order: the law as a story, without its likelihood."""
    chance = np.random.default_rng(seed)
    rate, leaves = chance.gamma(law.r, 1 / law.alpha, people), chance.beta(law.a, law.b, people)
    age = weeks * chance.uniform(0.5, 1, people)
    frequency, recency, clock = np.zeros(people, int), np.zeros(people), np.zeros(people)
    here = np.ones(people, bool)
    while here.any():
        clock += chance.exponential(1, people) / rate
        here &= clock < age
        frequency[here] += 1
        recency[here] = clock[here]
        here &= chance.random(people) > leaves
    return table(frequency.tolist(), recency.tolist(), age.tolist())


def z_scores(law: Any, truth: dict[str, float]) -> Floats:
    return np.array([(law.estimates[name] - truth[name]) / law.standard_errors[name] for name in truth])


@pytest.mark.parametrize("seed", range(3))
def test_bg_nbd_is_recovered_from_lives_lived(seed: int) -> None:
    truth = clv.BgNbd(r=0.8, alpha=6.0, a=1.0, b=3.0)
    fitted = clv.BgNbd.fit(lives(truth, 4000, 52, seed))
    assert np.abs(z_scores(fitted, truth.estimates)).max() < 3.5


def test_orders_too_frequent_for_plain_floating_point_are_fitted_too() -> None:
    truth = clv.BgNbd(r=5.0, alpha=1.0, a=0.5, b=60.0)  # five a week: hundreds in two years
    people = lives(truth, 2000, 104, seed=1)
    assert people["frequency"].max() > 500
    fitted = clv.BgNbd.fit(people)
    assert np.abs(z_scores(fitted, truth.estimates)).max() < 3.5
    assert np.isfinite(fitted.predict(people, 500)).all()


@pytest.mark.parametrize("seed", range(3))
def test_gamma_gamma_is_recovered_from_orders_drawn_one_by_one(seed: int) -> None:
    chance = np.random.default_rng(seed)
    truth = clv.GammaGamma(p=4.0, q=3.0, v=50.0)
    frequency = chance.integers(0, 9, 3000)
    rate = chance.gamma(truth.q, 1 / truth.v, 3000)
    mean = [
        chance.gamma(truth.p, 1 / nu, x).mean() if x else np.nan
        for x, nu in zip(frequency, rate, strict=True)
    ]
    people = pd.DataFrame({"frequency": frequency, "mean_spend": mean})
    fitted = clv.GammaGamma.fit(people)
    assert fitted.customers == (frequency > 0).sum()
    assert np.abs(z_scores(fitted, truth.estimates)).max() < 3.5
    forecast, error = truth.predict(people), truth.p / rate
    assert (forecast - error).mean() == pytest.approx(0, abs=3.5 * error.std() / np.sqrt(3000))


def cohort(law: clv.Sbg, people: int, renewals: int, chance: np.random.Generator) -> list[int]:
    leaves = chance.beta(law.alpha, law.beta, people)
    stayed = chance.geometric(np.maximum(leaves, 1e-12))  # the renewal at which each is lost
    return [int((stayed > renewal).sum()) for renewal in range(renewals + 1)]


def test_standard_errors_tell_how_far_estimates_scatter() -> None:
    truth, chance = clv.Sbg(alpha=1.0, beta=4.0), np.random.default_rng(2)
    fits = [clv.Sbg.fit(cohort(truth, 4000, 8, chance)) for _ in range(200)]
    scores = np.array([z_scores(fitted, truth.estimates) for fitted in fits])
    assert np.abs(scores.mean(axis=0)).max() < 3 / np.sqrt(200)
    assert 0.85 < scores.std(axis=0).min() <= scores.std(axis=0).max() < 1.15


def test_several_cohorts_of_different_age_are_fitted_together() -> None:
    truth, chance = clv.Sbg(alpha=0.7, beta=2.0), np.random.default_rng(1)
    cohorts = [cohort(truth, 2000, renewals, chance) for renewals in (2, 4, 8)]
    together = clv.Sbg.fit(*cohorts)
    assert together.customers == 6000
    assert np.abs(z_scores(together, truth.estimates)).max() < 3
    assert together.standard_errors["beta"] < clv.Sbg.fit(cohorts[-1]).standard_errors["beta"]


# -- the market ------------------------------------------------------------------------------------


def test_the_plain_market_is_bg_nbd_with_gamma_gamma_spend() -> None:
    customers, (seen, spent) = clv.history(market()), (BG_NBD, GAMMA_GAMMA)
    assert np.abs(z_scores(clv.BgNbd.fit(customers), seen)).max() < 3.5
    assert np.abs(z_scores(clv.GammaGamma.fit(customers), spent)).max() < 3.5


def test_p_alive_is_the_share_of_customers_who_are_truly_there() -> None:
    customers = clv.history(market(), WEEKS)
    there = market().truth_at(WEEKS).loc[customers.index] != "left"
    chance = PUBLISHED_BG_NBD.p_alive(customers)
    for _, group in chance.groupby(np.minimum(np.floor(chance * 5), 4)):
        error = np.sqrt((group * (1 - group)).sum()) / len(group)
        assert there[group.index].mean() == pytest.approx(group.mean(), abs=3.5 * error)


def test_the_forecast_comes_true_in_the_plain_market_at_every_frequency() -> None:
    customers = clv.history(market(), WEEKS)
    actual = clv.later_orders(market(), WEEKS, WEEKS)
    expected = PUBLISHED_BG_NBD.predict(customers, WEEKS)
    rows = clv.by_frequency(customers["frequency"], expected, actual)
    error = (rows["high"] - rows["low"]) / (2 * 1.96)
    assert (np.abs(rows["expected"] - rows["actual"]) / error).max() < 3.5


def test_the_value_forecast_is_the_money_that_then_comes_in() -> None:
    customers = clv.history(market(), WEEKS)
    orders = market().events.of(Kind.ORDER)
    later = orders.where(orders.minute >= WEEKS * MINUTES_A_WEEK)
    paid = np.bincount(later.person, later.value, market().scenario.people)[customers.index] / 100
    mean_order = PUBLISHED_SPEND.predict(customers)
    value = PUBLISHED_BG_NBD.clv(customers, mean_order, weeks=WEEKS, yearly_discount_rate=0)
    gap = paid - value
    assert gap.mean() == pytest.approx(0, abs=3.5 * gap.std() / np.sqrt(len(gap)))


# -- history ---------------------------------------------------------------------------------------


def test_a_history_ends_with_its_weeks_whatever_follows(orders: pd.DataFrame) -> None:
    whole = clv.history(orders, 26)
    early = clv.history(orders[orders["week"] <= 26].sample(frac=1, random_state=1), 26)
    pd.testing.assert_frame_equal(whole, early)
    assert clv.history(orders)["age"].max() == pytest.approx((78 * 7 - 1) / 7)


def test_the_history_of_a_run_is_what_its_events_say() -> None:
    offer = Campaign(to=Segment(recency_weeks=over(1)), offer=Offer(discount=0.3))
    run = simulate(load_scenario("supermarket", people=300).but(weeks=40), Plan(campaigns=[offer]), 2)
    found = clv.history(run, 30)
    events = run.events.where(run.events.minute < 30 * MINUTES_A_WEEK)
    assert len(events.of(Kind.DISCOUNT)) > 20
    assert found.index.tolist() == np.unique(events.of(Kind.ORDER).person).tolist()
    for person in found.index[::10]:
        theirs = events.where(events.person == person)
        minutes = np.unique(theirs.of(Kind.ORDER).minute)
        weeks = minutes / MINUTES_A_WEEK
        row = found.loc[person]
        assert row["frequency"] == len(minutes) - 1
        assert row["recency"] == pytest.approx(weeks[-1] - weeks[0])
        assert row["age"] == pytest.approx(30 - weeks[0])
        again = theirs.where(theirs.minute > minutes[0])
        paid = (again.of(Kind.ORDER).value.sum() - again.of(Kind.DISCOUNT).value.sum()) / 100
        assert np.nan_to_num(row["mean_spend"]) * row["frequency"] == pytest.approx(paid)


def test_later_orders_and_history_split_the_repeat_orders_of_cdnow(orders: pd.DataFrame) -> None:
    customers, later = clv.history(orders, WEEKS), clv.later_orders(orders, WEEKS, WEEKS)
    assert later.index.equals(customers.index)
    assert customers["frequency"].sum() == 2457
    assert later.sum() == 4339 - 2457


def test_by_frequency_loses_nobody_and_keeps_the_totals(
    orders: pd.DataFrame, customers: pd.DataFrame, buying: clv.BgNbd
) -> None:
    expected, actual = buying.predict(customers, WEEKS), clv.later_orders(orders, WEEKS, WEEKS)
    rows = clv.by_frequency(customers["frequency"], expected, actual)
    assert rows.index.tolist() == ["0", "1", "2", "3", "4", "5", "6", "7+"]
    assert rows["customers"].sum() == 2357
    assert rows["customers"] @ rows["expected"] == pytest.approx(expected.sum())
    assert rows["customers"] @ rows["actual"] == pytest.approx(actual.sum())
    assert (rows["low"] < rows["actual"]).all() and (rows["actual"] < rows["high"]).all()


def test_later_spend_is_the_money_of_the_later_orders(orders: pd.DataFrame) -> None:
    spent, later = clv.later_spend(orders, WEEKS, WEEKS), clv.later_orders(orders, WEEKS, WEEKS)
    assert spent.index.equals(later.index)
    assert spent.sum() * 100 == pytest.approx(orders.loc[orders["week"] > WEEKS, "amount_cents"].sum())
    assert (spent[later == 0] == 0).all()


def test_later_spend_of_a_run_is_what_was_paid_after_discounts() -> None:
    offer = Campaign(to=Segment(recency_weeks=over(1)), offer=Offer(discount=0.3))
    run = simulate(load_scenario("supermarket", people=300).but(weeks=40), Plan(campaigns=[offer]), 2)
    spent = clv.later_spend(run, 30, 10)
    events = run.events.where(run.events.minute >= 30 * MINUTES_A_WEEK)
    events = events.where(np.isin(events.person, spent.index))
    assert len(events.of(Kind.DISCOUNT)) > 5
    paid = events.of(Kind.ORDER).value.sum() - events.of(Kind.DISCOUNT).value.sum()
    assert spent.sum() * 100 == pytest.approx(paid)


def test_by_probability_loses_nobody_and_keeps_every_mean(
    orders: pd.DataFrame, customers: pd.DataFrame, buying: clv.BgNbd
) -> None:
    chance, again = buying.p_alive(customers), clv.later_orders(orders, WEEKS, WEEKS) > 0
    rows = clv.by_probability(chance, {"ordered again": again})
    assert rows.index.tolist() == ["0–20 %", "20–40 %", "40–60 %", "60–80 %", "80–100 %", "100 %"]
    assert rows["customers"].sum() == 2357
    assert rows["customers"] @ rows["expected"] == pytest.approx(chance.sum())
    assert rows["customers"] @ rows["ordered again"] == pytest.approx(again.sum())
    assert rows.loc["100 %", "customers"] == (customers["frequency"] == 0).sum()


def test_alive_probabilities_are_calibrated_where_their_story_is_true_and_not_where_people_doze() -> None:
    gaps = {}
    for name in ("cdnow_plain", "cdnow"):
        run = simulate(load_scenario(name, people=6_000), Plan(), 7)
        seen = clv.history(run, WEEKS)
        there = run.truth_at(WEEKS)[seen.index] != "left"
        given_up = clv.by_probability(clv.BgNbd.fit(seen).p_alive(seen), {"there": there}).loc["0–20 %"]
        gaps[name] = given_up["there"] - given_up["expected"]
    assert abs(gaps["cdnow_plain"]) < 0.06
    assert gaps["cdnow"] > 0.12


# -- laws ------------------------------------------------------------------------------------------

shape = st.floats(0.05, 20)
bg_nbd = st.builds(clv.BgNbd, r=shape, alpha=st.floats(0.1, 100), a=shape, b=shape)
sbg = st.builds(clv.Sbg, alpha=shape, beta=shape)
share, interest = st.floats(0, 1), st.floats(0.01, 1)


@st.composite
def one_customer(draw: Callable[..., Any]) -> pd.DataFrame:
    frequency, age = draw(st.integers(0, 300)), draw(st.floats(0, 200))
    return table([frequency], [age * draw(share) if frequency else 0.0], [age])


@given(bg_nbd, one_customer(), st.floats(0, 50))
def test_p_alive_is_a_probability_and_falls_with_silence(
    law: clv.BgNbd, customer: pd.DataFrame, weeks: float
) -> None:
    now, later = (law.p_alive(customer.assign(age=customer["age"] + more))[0] for more in (0, weeks))
    assert 0 <= later <= now <= 1


@given(bg_nbd, one_customer(), st.floats(0.01, 500))
def test_a_forecast_is_the_law_averaged_over_all_that_a_customer_may_be(
    law: clv.BgNbd, customer: pd.DataFrame, weeks: float
) -> None:
    x, age = customer["frequency"][0], customer["age"][0]
    logit = np.arange(-700, 700, 0.1)  # of the chance to leave: the trapezoid rule is exact there
    log_leave, log_stay = -np.logaddexp(0, -logit), -np.logaddexp(0, logit)
    leave = np.exp(log_leave)
    orders = -np.expm1(-(law.r + x) * np.log1p(leave * weeks / (law.alpha + age))) / leave
    density = np.exp(law.a * log_leave + (law.b + x) * log_stay - betaln(law.a, law.b + x))
    expected = law.p_alive(customer)[0] * np.sum(orders * density) * 0.1
    assert law.predict(customer, weeks)[0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("a", "b"), [(1.0, 2.0), (0.4, 0.6), (1.0, 1.0)])
def test_forecasts_are_smooth_where_their_formula_divides_by_zero(a: float, b: float) -> None:
    people = table([0, 1, 5], [0, 3, 10], [5, 5, 20])
    beside = [clv.BgNbd(r=0.5, alpha=4, a=a + step, b=b).predict(people, 30) for step in (-1e-3, 0, 1e-3)]
    npt.assert_allclose(beside[1], (beside[0] + beside[2]) / 2, rtol=1e-4)


@given(bg_nbd, one_customer(), st.integers(1, 150), interest)
def test_a_value_is_the_sum_of_its_orders_discounted(
    law: clv.BgNbd, customer: pd.DataFrame, weeks: int, interest: float
) -> None:
    ends = np.linspace(0, weeks, 41)
    gained = np.diff([law.predict(customer, end)[0] for end in ends])
    discount = (1 + interest) ** (-ends / WEEKS_A_YEAR)
    value = law.clv(customer, 10.0, weeks=weeks, margin=0.3, yearly_discount_rate=interest)[0]
    late, early = (3 * gained @ factor for factor in (discount[1:], discount[:-1]))
    assert late * (1 - 1e-9) <= value <= early * (1 + 1e-9)  # an order counts from its own moment


@given(sbg)
def test_survival_falls_and_retention_rises(law: clv.Sbg) -> None:
    survival, retention = law.survival(range(30)), law.retention(range(1, 30))
    assert survival[0] == pytest.approx(1)
    assert (np.diff(survival) < 0).all() and (survival > 0).all()
    assert (np.diff(retention) > 0).all() and (retention < 1).all()
    npt.assert_allclose(np.cumprod(retention), survival[1:], rtol=1e-9)


@given(sbg, interest, st.integers(0, 20), st.sampled_from([1, 4, 12]))
def test_a_contract_is_worth_its_discounted_renewals(
    law: clv.Sbg, interest: float, renewals: int, a_year: int
) -> None:
    step = (1 + interest) ** (-1 / a_year)
    following = law.beta + renewals + 1
    # discounted expected residual lifetime in closed form: Fader & Hardie 2010, Marketing Science 29(1)
    lifetime = hyp2f1(1, following, law.alpha + following, step) * law.retention(renewals + 1) * step
    assert law.clv(7, interest, renewals, a_year) == pytest.approx(7 * lifetime, rel=1e-6)


@given(st.floats(0.05, 0.95), interest)
def test_where_all_customers_are_alike_sbg_is_the_formula(retention: float, interest: float) -> None:
    alike = clv.Sbg(alpha=1e6 * (1 - retention), beta=1e6 * retention)
    formula = clv.constant_retention_value(100, retention, interest)
    assert alike.clv(100, interest) == pytest.approx(formula, rel=1e-3)


@given(sbg, interest)
def test_customers_who_differ_are_worth_more_than_the_formula_says_of_their_average(
    law: clv.Sbg, interest: float
) -> None:
    formula = clv.constant_retention_value(100, law.retention(1), interest)
    assert law.clv(100, interest) >= formula * (1 - 1e-12)


@given(share, share, interest, interest)
def test_value_rises_with_retention_and_falls_with_interest(
    one: float, other: float, cheap: float, dear: float
) -> None:
    low, high = sorted((one, other))
    assert clv.constant_retention_value(5, low, cheap) <= clv.constant_retention_value(5, high, cheap)
    patient, hasty = sorted((cheap, dear))
    assert clv.constant_retention_value(5, high, hasty) <= clv.constant_retention_value(5, high, patient)


@given(sbg, st.floats(1.01, 5), interest)
def test_a_contract_is_worth_more_where_fewer_leave(law: clv.Sbg, factor: float, interest: float) -> None:
    loyal = law.but(beta=law.beta * factor)
    assert loyal.retention(1) > law.retention(1)
    assert loyal.clv(1, interest) > law.clv(1, interest)


@given(st.builds(clv.GammaGamma, p=shape, q=st.floats(1.05, 20), v=shape), st.integers(0, 50), shape)
def test_a_mean_order_lies_between_the_customers_own_and_that_of_all(
    law: clv.GammaGamma, frequency: int, own: float
) -> None:
    people = pd.DataFrame({"frequency": [frequency], "mean_spend": [own if frequency else np.nan]})
    low, high = sorted((law.mean_order, own if frequency else law.mean_order))
    assert low * (1 - 1e-9) <= law.predict(people)[0] <= high * (1 + 1e-9)


def test_a_present_value_is_the_textbook_sum() -> None:
    by_hand = -50 + (30 - 10) / 1.1 + (40 - 10) / 1.1**2
    assert clv.net_present_value([0, 30, 40], [50, 10, 10], 0.1, first_period=0) == pytest.approx(by_hand)
    assert clv.net_present_value([30, 40], 10, 0.1) == pytest.approx(by_hand + 50)
    forever = clv.net_present_value(100 * 0.8 ** np.arange(1, 500), 0, 0.1)
    assert forever == pytest.approx(clv.constant_retention_value(100, 0.8, 0.1))


# -- reading ---------------------------------------------------------------------------------------


def test_a_fit_reads_as_a_sentence(buying: clv.BgNbd, spend: clv.GammaGamma) -> None:
    assert repr(buying) == (
        "BG/NBD fitted to 2,357 customers: r 0.243 ± 0.013, alpha 4.414 ± 0.378 weeks, a 0.793 ± 0.186, "
        "b 2.426 ± 0.705; log-likelihood -9,582.4"
    )
    assert "v 15.444 ± 4.160 currency" in str(spend)
    assert repr(clv.Sbg(alpha=0.668, beta=3.806)) == "sBG with given parameters: alpha 0.668, beta 3.806"


def test_the_table_of_a_fit_gives_each_parameter_with_error_and_unit(buying: clv.BgNbd) -> None:
    rows = buying.table()
    assert list(rows) == ["estimate", "standard_error", "unit", "meaning"]
    assert rows.index.tolist() == list(BG_NBD)
    assert rows.loc["alpha", "unit"] == "weeks"
    assert rows["estimate"].to_dict() == pytest.approx(BG_NBD, abs=1e-4)
    assert clv.Sbg(alpha=1.0, beta=2.0).table()["standard_error"].isna().all()


def test_a_fit_cannot_be_changed(buying: clv.BgNbd) -> None:
    with pytest.raises(Fault, match="cannot be changed"):
        buying.r = 1.0
    assert buying.but(r=1.0).r == 1.0


# -- refusals --------------------------------------------------------------------------------------

SAME = table([3] * 50, [20.0] * 50, [30.0] * 50, mean_spend=[10.0] * 50)
GOOD = table([0, 2], [0.0, 5.0], [9.0, 9.0], mean_spend=[np.nan, 4.0])

WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "no table": (lambda: clv.BgNbd.fit([1, 2]), "customers: expects a table"),  # type: ignore[arg-type]
    "no customers": (lambda: clv.BgNbd.fit(SAME.head(0)), "there are none"),
    "one customer": (lambda: clv.BgNbd.fit(SAME.head(1)), "needs many of them, was given 1"),
    "one buyer": (lambda: clv.GammaGamma.fit(GOOD), "needs many of them, was given 1"),
    "all the same": (lambda: clv.BgNbd.fit(SAME), "do not tell r, alpha"),
    "all spend the same": (lambda: clv.GammaGamma.fit(SAME), "do not tell p, q"),
    "nobody came back": (
        lambda: clv.BgNbd.fit(SAME.assign(frequency=0, recency=0.0)),
        "nobody ordered again",
    ),
    "no column": (lambda: clv.BgNbd.fit(SAME.drop(columns="age")), "no column age"),
    "no spend": (lambda: clv.GammaGamma.fit(SAME.drop(columns="mean_spend")), "no column mean_spend"),
    "words": (lambda: clv.BgNbd.fit(SAME.assign(age="thirty")), "age: expects a column of numbers"),
    "missing": (lambda: PUBLISHED_BG_NBD.p_alive(SAME.assign(age=np.nan)), "age: expects numbers; 50 of 50"),
    "boundless": (lambda: PUBLISHED_BG_NBD.predict(SAME.assign(age=np.inf), 9), "age: expects numbers"),
    "half an order": (lambda: clv.BgNbd.fit(SAME.assign(frequency=2.5)), "frequency: expects whole numbers"),
    "less than no order": (
        lambda: clv.BgNbd.fit(SAME.assign(frequency=-1)),
        "frequency: expects numbers from 0",
    ),
    "negative recency": (lambda: clv.BgNbd.fit(SAME.assign(recency=-1.0)), "recency: expects weeks from 0"),
    "ordered after the end": (lambda: clv.BgNbd.fit(SAME.assign(recency=31.0)), "at most the age"),
    "recency without a repeat": (lambda: clv.BgNbd.fit(SAME.assign(frequency=0)), "without a repeat order"),
    "spent nothing": (lambda: clv.GammaGamma.fit(SAME.assign(mean_spend=0.0)), "money above 0"),
    "spend missing": (lambda: PUBLISHED_SPEND.predict(SAME.assign(mean_spend=np.nan)), "mean_spend: expects"),
    "endless mean": (lambda: clv.GammaGamma(p=1, q=0.9, v=1).predict(GOOD), "only above 1, here it is 0.900"),
    "no such parameter": (lambda: clv.Sbg(alpha=-1, beta=1), "too small: more than 0"),
    "backwards": (lambda: PUBLISHED_BG_NBD.predict(GOOD, -1), "weeks: expects a number from 0"),
    "margin in percent": (
        lambda: PUBLISHED_BG_NBD.clv(GOOD, 9, 52, margin=25),
        "margin: expects a number from 0 to 1",
    ),
    "other customers": (
        lambda: PUBLISHED_BG_NBD.clv(GOOD, pd.Series([1.0, 2.0], ["a", "b"]), 52),
        "not about the same customers",
    ),
    "unknown order": (lambda: PUBLISHED_BG_NBD.clv(GOOD, GOOD["mean_spend"], 52), "money from 0"),
    "no cohort": (lambda: clv.Sbg.fit(), "cohorts: expects"),
    "a start only": (lambda: clv.Sbg.fit([1000]), "from the start to a renewal"),
    "a number": (lambda: clv.Sbg.fit(1000), "from the start to a renewal"),  # type: ignore[arg-type]
    "somebody joins": (lambda: clv.Sbg.fit([1000, 800, 900]), "nobody joins later"),
    "percentages": (lambda: clv.Sbg.fit([100.0, 86.9, 74.3]), "whole numbers"),  # type: ignore[list-item]
    "text": (lambda: clv.Sbg.fit("1000"), "whole numbers"),  # type: ignore[arg-type]
    "ragged": (lambda: clv.Sbg.fit([[3, 2], [1]]), "whole numbers"),  # type: ignore[list-item]
    "one renewal": (lambda: clv.Sbg.fit([1000, 800]), "do not tell alpha, beta"),
    "nobody left": (lambda: clv.Sbg.fit([1000, 1000, 1000]), "do not tell alpha, beta"),
    "falling retention": (lambda: clv.Sbg.fit([1000, 900, 700, 300]), "follow another law"),
    "renewal 0": (lambda: clv.Sbg(alpha=1, beta=1).retention(0), "renewal: expects whole numbers from 1"),
    "no interest": (lambda: clv.Sbg(alpha=1, beta=1).clv(9, 0), "a number from 0.001"),
    "for ever": (lambda: clv.constant_retention_value(9, 1, 0), "the value is endless"),
    "retention in percent": (lambda: clv.constant_retention_value(9, 80, 0.1), "retention: expects"),
    "unequal lists": (lambda: clv.net_present_value([1, 2], [1, 2, 3], 0.1), "as many numbers"),
    "a gap": (lambda: clv.net_present_value([1, np.nan], 0, 0.1), "none of them missing"),
    "no orders": (lambda: clv.history([1, 2]), "expects a run, or a table"),  # type: ignore[arg-type]
    "no money": (lambda: clv.history(load_cdnow().drop(columns="amount_cents")), "there is no amount_cents"),
    "empty orders": (lambda: clv.history(load_cdnow().head(0)), "it is empty"),
    "no day": (lambda: clv.history(load_cdnow().assign(day=np.nan)), "every order has a customer"),
    "dates for days": (
        lambda: clv.history(load_cdnow().assign(day=load_cdnow()["date"])),
        "day: expects a column of numbers",
    ),
    "half a week": (lambda: clv.history(load_cdnow(), 1.5), "weeks: expects a whole number"),  # type: ignore[arg-type]
    "beyond the run": (lambda: clv.history(market(), 79), "from 1 to 78, was given 79"),
    "before anybody": (lambda: clv.history(load_cdnow().query("week > 3"), 2), "none in the first 2 weeks"),
    "no probability": (
        lambda: clv.by_probability(pd.Series([1.2]), {"came": pd.Series([True])}),
        "numbers from 0 to 1",
    ),
    "outcomes of others": (
        lambda: clv.by_probability(pd.Series([0.2]), {"came": pd.Series([True], [7])}),
        "not about the same customers",
    ),
    "beyond the orders": (lambda: clv.later_orders(load_cdnow(), 39, 40), "do not reach week 79"),
    "different tables": (
        lambda: clv.by_frequency(GOOD["frequency"], SAME["age"], SAME["frequency"]),
        "not about the same customers",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_in_one_sentence(name: str) -> None:
    call, words = WRONG[name]
    with pytest.raises(Fault) as caught:
        call()
    assert words in str(caught.value)
    assert len(caught.value.args) == 1 and "\n" not in str(caught.value)


def test_each_thing_wrong_has_its_own_sentence_and_names_who_it_is() -> None:
    people = table([1, 1, 2.5], [1, 9, 1], [5, 5, 5]).set_axis(["Ann", "Bo", "Cy"])
    with pytest.raises(Fault) as caught:
        clv.BgNbd.fit(people)
    assert [sentence[-3:-1] for sentence in caught.value.args] == ["Cy", "Bo"]


def test_customers_who_never_leave_do_not_tell_how_they_would(customers: pd.DataFrame) -> None:
    chance = np.random.default_rng(1)
    frequency = chance.poisson(chance.gamma(2, 1 / 4, 2000) * 50)
    last = np.where(frequency > 0, 50 * chance.random(2000) ** (1 / np.maximum(frequency, 1)), 0)
    with pytest.raises(Fault, match="do not tell a, b"):
        clv.BgNbd.fit(table(frequency.tolist(), last.tolist(), [50.0] * 2000))


def test_a_likelihood_without_a_top_is_refused() -> None:
    with pytest.raises(Fault, match="do not tell scale"):
        maximum_likelihood(lambda value: float(np.log(value[0])), {"scale": 1.0})


def test_a_search_that_stops_on_a_slope_is_refused() -> None:
    def stairs(value: Floats) -> float:  # each step looks level to those who stand on it
        return float(-(25 * (np.log(value[0]).round(4) - 1) ** 2))

    with pytest.raises(Fault, match="did not converge"):
        maximum_likelihood(stairs, {"scale": 1.0})
