"""Laws of theory: what the market is with its mechanisms off, and what each adds, in closed form."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1
from scipy.stats import binomtest, chi2, norm, rankdata

from sim import Campaign, Offer, Plan, Scenario, load_scenario, simulate
from sim.clock import MINUTES_A_WEEK
from sim.events import Cause, Kind, Stage
from sim.processes.entry import Parameters as Entry
from sim.processes.experience import Levers as QualityLevers
from sim.processes.experience import Parameters as Experience
from sim.processes.loyalty import Levers as Loyalty
from sim.processes.patience import Parameters as Patience
from sim.processes.pricing import Levers as PriceLevers
from sim.processes.pricing import Parameters as Pricing
from sim.processes.shopping import Parameters as Shopping
from sim.run import Run

Floats = npt.NDArray[np.float64]
SEEDS = (1, 2, 3)
RARE = 1e-3
WEEKS = 104
BG_NBD = {"r": 0.2426, "alpha": 4.4136, "a": 0.7929, "b": 2.4259}
GAMMA_GAMMA = {"p": 6.25, "q": 3.744, "v": 15.44}

CDNOW = Shopping(
    rate_shape=0.2426,
    rate_scale=4.4136,
    dropout_a=0.7929,
    dropout_b=2.4259,
    spend_shape=6.25,
    spend_spread=3.744,
    spend_scale=15.44,
)
COHORT = Entry(present_share=0.0, entry_weeks=12)
WEEK_ONE = Entry(present_share=0.0, entry_weeks=1)
STEADY = CDNOW.but(rate_shape=100, rate_scale=50, dropout_a=1e-6)  # two a week, for ever


def market(
    shopping: Shopping,
    people: int,
    weeks: int,
    patience: Patience | None = None,
    entry: Entry | None = None,
) -> Scenario:
    came = entry or Entry()
    laws = {"entry": came, "shopping": shopping, "patience": patience}
    return Scenario(name="theory", people=people, weeks=weeks, margin=0.25, **laws)


@dataclass(frozen=True)
class Histories:
    """What BG/NBD and gamma-gamma need to know of each customer, arrays of shape (customers,)."""

    repeats: Floats  # x: orders after the first
    recency: Floats  # t_x: weeks from the first order to the last
    age: Floats  # T: weeks from the first order to the end
    mean_order: Floats  # currency
    weeks_since_first: Floats  # (orders,) of each order


@lru_cache(maxsize=3)
def cdnow(seed: int) -> tuple[Run, Histories]:
    """Live through the CDNOW market once for all tests that look at it."""
    run = simulate(market(CDNOW, 200_000, WEEKS, entry=COHORT), Plan(), seed)
    orders = run.events.of(Kind.ORDER)
    week = (orders.minute + 0.5) / MINUTES_A_WEEK
    count = np.bincount(orders.person, minlength=200_000)
    assert count.min() >= 1  # all come within the first weeks
    first, last = np.full(200_000, np.inf), np.zeros(200_000)
    np.minimum.at(first, orders.person, week)
    np.maximum.at(last, orders.person, week)
    spent = np.bincount(orders.person, orders.value) / 100
    since = week - first[orders.person]
    return run, Histories(count - 1.0, last - first, WEEKS - first, spent / count, since)


def bg_nbd_loss(seen: Histories) -> Callable[[Floats], float]:
    """Give minus the mean log-likelihood of BG/NBD (Fader, Hardie & Lee 2005, eq. 6) at log-parameters."""
    x, place = np.unique(seen.repeats, return_inverse=True)
    again = seen.repeats > 0

    def loss(log_parameters: Floats) -> float:
        r, alpha, a, b = np.exp(log_parameters)
        constant = (
            gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b)
        )  # (counts,)
        odds = np.log(
            a / (b + np.maximum(x, 1) - 1)
        )  # of having left at the last order: B(a+1, b+x-1) / B(a, b+x)
        stayed = -(r + seen.repeats) * np.log(alpha + seen.age)
        left = odds[place] - (r + seen.repeats) * np.log(alpha + seen.recency)
        return -float(np.mean(constant[place] + np.where(again, np.logaddexp(stayed, left), stayed)))

    return loss


def gamma_gamma_loss(seen: Histories) -> Callable[[Floats], float]:
    """Give minus the mean log-likelihood of gamma-gamma (Fader & Hardie 2013, eq. 1a) at log-parameters."""
    orders = seen.repeats + 1
    total = orders * seen.mean_order

    def loss(log_parameters: Floats) -> float:
        p, q, v = np.exp(log_parameters)
        shape = p * orders
        terms = (
            -betaln(shape, q) + q * np.log(v) + (shape - 1) * np.log(total) - (shape + q) * np.log(v + total)
        )
        return -float(np.mean(terms + np.log(orders)))

    return loss


def hessian(loss: Callable[[Floats], float], point: Floats, step: float = 0.01) -> Floats:
    """Give second derivatives by central differences."""
    arms = step * np.eye(len(point))

    def second(one: Floats, other: Floats) -> float:
        same = loss(point + one + other) + loss(point - one - other)
        return (same - loss(point + one - other) - loss(point - one + other)) / (4 * step**2)

    upper = {(i, j): second(arms[i], arms[j]) for i in range(len(point)) for j in range(i, len(point))}
    return np.array([[upper[min(i, j), max(i, j)] for j in range(len(point))] for i in range(len(point))])


@dataclass(frozen=True)
class Fit:
    """Maximum-likelihood estimates of log-parameters and the information about them."""

    estimate: Floats
    information: Floats

    @classmethod
    def of(cls, loss: Callable[[Floats], float], near: dict[str, float], customers: int) -> "Fit":
        best = minimize(loss, np.log(list(near.values())), method="BFGS", options={"gtol": 1e-7}).x
        return cls(best, customers * hessian(loss, best))

    def wald(self, truth: dict[str, float]) -> float:
        """Give the p-value of parameters, tested jointly."""
        off = self.estimate - np.log(list(truth.values()))
        return float(chi2.sf(off @ self.information @ off, len(off)))


@lru_cache
def fits(seed: int) -> tuple[Fit, Fit]:
    """Fit BG/NBD and gamma-gamma to a run."""
    _, seen = cdnow(seed)
    customers = len(seen.repeats)
    return (
        Fit.of(bg_nbd_loss(seen), BG_NBD, customers),
        Fit.of(gamma_gamma_loss(seen), GAMMA_GAMMA, customers),
    )


# -- BG/NBD and gamma-gamma ------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_without_mechanisms_the_market_is_bg_nbd_with_gamma_gamma_spend(seed: int) -> None:
    orders, spend = fits(seed)
    assert orders.wald(BG_NBD) > RARE
    assert spend.wald(GAMMA_GAMMA) > RARE


def test_the_joint_tests_notice_a_parameter_that_is_five_percent_off() -> None:
    for fit, truth in zip(fits(1), (BG_NBD, GAMMA_GAMMA), strict=True):
        for name in truth:
            assert fit.wald(truth | {name: 1.05 * truth[name]}) < RARE


def test_the_scenario_cdnow_plain_is_this_market() -> None:
    scenario = load_scenario("cdnow_plain")
    assert scenario == scenario.only()
    assert scenario.shopping == CDNOW
    assert scenario.entry == COHORT


def expected_repeats(weeks: float) -> float:
    """Give E[X(t)] of BG/NBD (Fader, Hardie & Lee 2005, eq. 9)."""
    r, alpha, a, b = BG_NBD.values()
    shrink = (alpha / (alpha + weeks)) ** r * hyp2f1(r, b, a + b - 1, weeks / (alpha + weeks))
    return float((a + b - 1) / (a - 1) * (1 - shrink))


@pytest.mark.parametrize("weeks", [1, 13, 26, 52, 90])
def test_repeat_orders_come_as_often_as_bg_nbd_expects(weeks: int) -> None:
    run, seen = cdnow(1)
    orders = run.events.of(Kind.ORDER)
    counts = np.bincount(orders.person[seen.weeks_since_first <= weeks], minlength=200_000) - 1
    assert abs(counts.mean() - expected_repeats(weeks)) < 4 * counts.std() / np.sqrt(len(counts))


def test_mean_orders_have_the_moments_of_gamma_gamma() -> None:
    run, seen = cdnow(1)
    p, q, v = GAMMA_GAMMA.values()
    mean = p * v / (q - 1)  # of customers' mean orders, over customers
    assert abs(seen.mean_order.mean() - mean) < 4 * seen.mean_order.std() / np.sqrt(len(seen.mean_order))
    personal = run.truth["mean_order"].to_numpy()
    assert personal.mean() == pytest.approx(mean, rel=0.01)
    assert personal.var() == pytest.approx(mean**2 / (q - 2), rel=0.05)
    deviation = (seen.mean_order / personal - 1) * np.sqrt((seen.repeats + 1) * p)  # of mean 0, variance 1
    assert abs(deviation.mean()) < 4 / np.sqrt(len(deviation))
    assert deviation.var() == pytest.approx(1, abs=0.02)


def test_customers_leave_after_an_order_as_often_as_their_coin_falls() -> None:
    run, seen = cdnow(1)
    coin = run.truth["leaves_after_order"].to_numpy()
    left = run.truth["stage"].to_numpy() == "left"
    for low, high in zip((0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8), (0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1), strict=True):
        stratum = (coin >= low) & (coin < high)
        p, tosses = coin[stratum], seen.repeats[stratum]  # one toss a repeat order
        surprise = left[stratum].sum() - (p * tosses).sum()
        assert tosses.sum() > 1_500
        assert abs(surprise) < 4 * np.sqrt((p * (1 - p) * tosses).sum())


def test_the_same_coin_for_all_falls_as_often_as_it_should() -> None:
    shopping = STEADY.but(dropout_a=3e3, dropout_b=7e3)  # p is 0.3, within 0.005, for everybody
    run = simulate(market(shopping, 20_000, 3, entry=WEEK_ONE), Plan(), 1)
    orders, left = run.events.of(Kind.ORDER), run.events.of(Kind.LEFT)
    assert binomtest(len(left), len(orders) - 20_000, 0.3).pvalue > RARE  # the first order is no toss
    counts = np.bincount(orders.person[np.isin(orders.person, left.person)], minlength=20_000)
    tosses = np.bincount(counts[counts > 0] - 1, minlength=5)
    assert tosses[0] == 0  # nobody leaves at the first order


@pytest.mark.parametrize("tie", [-0.5, 0.0, 0.11, 0.6])
def test_rates_and_mean_orders_are_tied_by_a_gaussian_copula(tie: float) -> None:
    run = simulate(market(CDNOW.but(rate_spend_correlation=tie), 40_000, 1), Plan(), 1)
    ranks = [rankdata(run.truth[name]) / 40_001 for name in ("orders_a_week", "mean_order")]
    scores = [norm.ppf(rank) for rank in ranks]
    assert abs(np.corrcoef(*scores)[0, 1] - tie) < 4 * (1 - tie**2) / np.sqrt(40_000)


def test_first_orders_come_evenly_over_the_entry_weeks() -> None:
    run = simulate(market(CDNOW, 20_000, 12, entry=COHORT.but(entry_shares=(1.0, 3.0))), Plan(), 1)
    orders = run.events.of(Kind.ORDER)
    first = np.full(20_000, np.iinfo(np.int64).max)
    np.minimum.at(first, orders.person, orders.minute)
    late = first >= 6 * MINUTES_A_WEEK
    assert binomtest(int(late.sum()), 20_000, 0.75).pvalue > RARE
    share = (first[late] - 6 * MINUTES_A_WEEK) / (6 * MINUTES_A_WEEK)
    assert abs(share.mean() - 0.5) < 4 / np.sqrt(12 * late.sum())


def test_a_lone_market_counts_its_people_from_none() -> None:
    for people in (0, 1):
        run = simulate(market(CDNOW, people, 12, entry=COHORT), Plan(), 1)
        assert len(np.unique(run.events.of(Kind.ORDER).person)) == people


# -- dormancy --------------------------------------------------------------------------------------


def dormant_by_week(run: Run) -> Floats:
    """Give the share of people asleep after each week's turning over, shape (weeks,)."""
    net = np.zeros(run.scenario.weeks)
    for kind, sign in ((Kind.DOZED, 1), (Kind.WOKE, -1)):
        np.add.at(net, run.events.of(kind).minute // MINUTES_A_WEEK, sign)
    asleep = run.people.shopping.asleep.sum() - net.sum() + np.cumsum(net)
    return np.asarray(asleep / run.scenario.people)


@pytest.mark.parametrize(("doze", "wake"), [(0.01, 0.04), (0.1, 0.3), (0.02, 0.01)])
def test_the_share_dormant_stays_where_it_belongs(doze: float, wake: float) -> None:
    shopping = STEADY.but(doze_share=doze, wake_share=wake)
    share, n = dormant_by_week(simulate(market(shopping, 10_000, 60), Plan(), 1)), 10_000
    rest = doze / (doze + wake)
    assert np.abs(share - rest).max() < 4.5 * np.sqrt(rest * (1 - rest) / n)


@pytest.mark.parametrize(("doze", "wake"), [(0.01, 0.04), (0.1, 0.3)])
def test_newcomers_fall_dormant_towards_the_same_share(doze: float, wake: float) -> None:
    shopping = STEADY.but(doze_share=doze, wake_share=wake)
    share, n = dormant_by_week(simulate(market(shopping, 10_000, 60, entry=WEEK_ONE), Plan(), 1)), 10_000
    expected = doze / (doze + wake) * (1 - (1 - doze - wake) ** np.arange(60.0))
    assert np.all(np.abs(share - expected) <= 4.5 * np.sqrt(expected * (1 - expected) / n))


def test_customers_order_at_their_rate_while_awake_and_never_while_dormant() -> None:
    shopping = STEADY.but(rate_shape=1.2, rate_scale=3, doze_share=0.1, wake_share=0.3)
    run = simulate(market(shopping, 3_000, 40), Plan(), 1)
    turned = run.events.where(np.isin(run.events.kind, (Kind.DOZED, Kind.WOKE)))
    flips = np.zeros((40, 3_000), np.int64)
    flips[turned.minute // MINUTES_A_WEEK, turned.person] = 1
    later = flips.sum(axis=0) - np.cumsum(flips, axis=0)  # flips still to come, (weeks, people)
    asleep = run.people.shopping.asleep ^ (later % 2 == 1)
    orders = run.events.of(Kind.ORDER)
    assert not asleep[orders.minute // MINUTES_A_WEEK, orders.person].any()
    expected = ((~asleep).sum(axis=0) * run.people.shopping.rate).sum()
    assert abs(len(orders) - expected) < 4 * np.sqrt(expected)  # Poisson


# -- price and quality ------------------------------------------------------------------------------


@pytest.mark.parametrize("price", [0.8, 1.25])
def test_orders_answer_the_shelf_price_by_its_elasticity(price: float) -> None:
    pricing = Pricing(elasticity=0.8, price_loss=0.0, price_toll=0.0)
    scenario = market(STEADY, 4_000, 10).but(pricing=pricing)
    run = simulate(scenario, Plan(pricing=PriceLevers(price=price)), 1)
    expected = run.people.shopping.rate.sum() * 10 * price**-0.8
    assert abs(len(run.events.of(Kind.ORDER)) - expected) < 4 * np.sqrt(expected)  # Poisson


def test_a_price_above_the_one_held_for_normal_slows_buying_as_stated_until_it_is_normal() -> None:
    pricing = Pricing(elasticity=0.0, price_loss=2.0, price_toll=0.0, sensitivity_spread=0.0)
    scenario = market(STEADY, 4_000, 30).but(pricing=pricing)
    run = simulate(scenario, Plan(pricing=PriceLevers(price=1.2)), 1)
    week = run.events.of(Kind.ORDER).minute // MINUTES_A_WEEK
    seen = np.bincount(week, minlength=30)
    gap = 0.2 * 0.9 ** np.arange(30)
    gap[gap < 0.01] = 0.0  # forgotten
    expected = run.people.shopping.rate.sum() * np.exp(-2 * gap)
    assert (np.abs(seen - expected) < 4.5 * np.sqrt(expected)).all()


@pytest.mark.parametrize("money", [0.0, 0.6, 2.0, 50.0])
def test_without_chance_customers_come_to_expect_and_feel_what_money_buys(money: float) -> None:
    experience = Experience(quality=7.0, quality_spread=0.0, quality_gain=1.5, quality_worth=2.0)
    scenario = market(STEADY, 300, 60).but(experience=experience)
    run = simulate(scenario, Plan(experience=QualityLevers(quality=money)), 1)
    delivered = 7.0 + 1.5 * (1 - np.exp(-money / 2.0))
    for mood in ("satisfaction", "expectation"):
        assert np.abs(run.truth[mood] - delivered).max() < 0.035  # steps end where they round to nothing


# -- patience --------------------------------------------------------------------------------------

IDLE = CDNOW.but(rate_shape=1, rate_scale=1e4, dropout_a=1e-6)  # nature takes nothing


def survivors(run: Run, weeks: int) -> int:
    left = run.events.of(Kind.LEFT)
    return run.scenario.people - int((left.minute < weeks * MINUTES_A_WEEK).sum())


@pytest.mark.parametrize("pull", [0.002, 0.02, 0.2])
def test_under_a_constant_pull_customers_survive_exponentially(pull: float) -> None:
    plain = Patience(competitor_pull=pull, satisfaction_steepness=0.0, switching_cost=0.0)
    run = simulate(market(IDLE, 40_000, 52, plain), Plan(), 1)
    for weeks in (1, 2, 13, 26, 52):
        assert binomtest(survivors(run, weeks), 40_000, np.exp(-pull * weeks)).pvalue > RARE


def test_a_shield_lets_only_its_share_of_the_pull_through() -> None:
    shielded = Patience(competitor_pull=0.1, satisfaction_steepness=0.0, switching_cost=0.8)
    run = simulate(market(IDLE, 40_000, 26, shielded), Plan(), 1)
    shield = run.truth["shield"].to_numpy()
    assert 0 < shield.min() <= shield.max() <= 1
    assert abs(-np.log(shield).mean() - 0.8) < 4 * 0.8 / np.sqrt(40_000)  # the cost is exponential
    for weeks in (1, 8, 26):
        share = quad(lambda u, weeks=weeks: np.exp(-0.1 * weeks * u**0.8), 0, 1)[0]
        assert binomtest(survivors(run, weeks), 40_000, share).pvalue > RARE
        own = np.exp(-0.1 * weeks * shield)  # each by their own shield
        assert abs(survivors(run, weeks) - own.sum()) < 4 * np.sqrt((own * (1 - own)).sum())


def test_dissatisfaction_multiplies_the_pull_as_stated() -> None:
    steep = Patience(competitor_pull=0.02, satisfaction_steepness=0.7, switching_cost=0.0)
    scenario = load_scenario("supermarket").only("experience", "patience")
    run = simulate(
        scenario.but(people=40_000, weeks=13, entry=Entry(), shopping=IDLE, patience=steep), Plan(), 1
    )
    quiet = ~np.isin(np.arange(40_000), run.events.of(Kind.ORDER).person)  # moods as they were drawn
    pull = 0.02 * np.exp(0.7 * (7 - run.truth["satisfaction"].to_numpy()[quiet]))
    stays = np.exp(-13 * pull)
    stayed = (run.people.entry.stage[quiet] == Stage.CUSTOMER).sum()
    assert abs(stayed - stays.sum()) < 4 * np.sqrt((stays * (1 - stays)).sum())


def eventful() -> Run:
    """Give a run in which every cause drives somebody away."""
    base = load_scenario("supermarket")
    assert base.service and base.pricing and base.contact
    service = base.service.but(fault_share=0.2, agents=1, handling_minutes=200.0)
    contact = base.contact.but(contact_toll=0.05)
    busy = base.but(people=2_000, weeks=60, service=service, contact=contact)
    offer = Offer(discount=0.3)
    channels = ("email", "sms", "app")
    programme = Loyalty(silver_from=300, review_weeks=4)
    campaigns = [Campaign(channel=channel, offer=offer) for channel in channels]
    return simulate(busy, Plan(campaigns=campaigns, loyalty=programme), 1)


def test_each_defection_has_an_account_of_causes_that_sums_to_one() -> None:
    run = eventful()
    causes = [cause.name.lower() for cause in Cause]
    shares = run.defections[causes].to_numpy()
    assert shares.min() >= 0
    assert np.allclose(shares.sum(axis=1), 1, rtol=0, atol=1e-12)
    at_work = [cause != Cause.TRUST for cause in Cause]  # nothing broke a promise in this market
    assert (shares > 0).any(axis=0).tolist() == at_work  # every other cause took something from somebody
    left = run.events.of(Kind.LEFT)
    assert len(left) > 200
    assert left.person.tolist() == run.defections["person"].tolist()
    assert (left.minute // MINUTES_A_WEEK).tolist() == run.defections["week"].tolist()
    assert left.channel.tolist() == shares.argmax(axis=1).tolist()


def test_patience_is_used_up_exactly_when_a_customer_leaves() -> None:
    run = eventful()
    left = run.people.entry.stage == Stage.LEFT
    assert (run.people.patience.left[left] <= 0).all()
    assert (run.people.patience.left[~left] > 0).all()
    drawn = run.people.patience.left + run.people.patience.used.sum(axis=0)
    assert (drawn > 0).all()


def test_two_causes_share_the_blame_in_proportion_to_their_tolls() -> None:
    shopping = STEADY.but(dropout_a=200, dropout_b=9_800)  # nature takes about 0.02 an order, two a week
    both = Patience(competitor_pull=0.05, satisfaction_steepness=0.0, switching_cost=0.5)
    run = simulate(market(shopping, 5_000, 60, both), Plan(), 1)
    nature, competitor = run.defections["nature"].mean(), run.defections["competitor"].mean()
    expected = -2 * np.log1p(-0.02) / (0.05 - 2 * np.log1p(-0.02))
    assert nature + competitor == pytest.approx(1)
    assert nature == pytest.approx(expected, abs=0.02)


def test_the_log_tells_who_is_gone_and_who_is_dormant_and_neither_orders() -> None:
    base = load_scenario("supermarket").but(people=1_000, weeks=60)
    assert base.contact
    shopping = base.shopping.but(dropout_a=2.0, dropout_b=20.0, rate_scale=0.3, doze_share=0.05)
    easily = base.contact.but(away_attention=1.0, return_on_click=1.0, wake_on_click=1.0)
    campaigns = [Campaign(channel=channel) for channel in ("app", "email")]
    base = base.but(entry=WEEK_ONE)  # all come awake, within a week
    run = simulate(base.but(shopping=shopping, contact=easily), Plan(campaigns=campaigns), 1)
    log = zip(run.events.minute.tolist(), run.events.kind.tolist(), run.events.person.tolist(), strict=True)
    begins, ends = (Kind.RETURNED, Kind.WOKE), (Kind.LEFT,)  # before and after all else in their minute
    gone: set[int] = set()
    asleep: set[int] = set()
    seen: set[int] = set()
    for _, _, kind, person in sorted((m, (k not in begins) + (k in ends), k, p) for m, k, p in log):
        seen.add(kind)
        if kind == Kind.ORDER:
            assert person not in gone | asleep
        elif kind == Kind.LEFT:
            gone.add(person)
        elif kind == Kind.RETURNED:
            gone.remove(person)
            asleep.discard(person)
        elif kind == Kind.DOZED:
            asleep.add(person)
        elif kind == Kind.WOKE:
            asleep.remove(person)
    assert seen >= {Kind.LEFT, Kind.RETURNED, Kind.DOZED, Kind.WOKE}
    assert sorted(gone) == np.flatnonzero(run.people.entry.stage == Stage.LEFT).tolist()
    assert sorted(asleep) == np.flatnonzero(run.people.shopping.asleep).tolist()
