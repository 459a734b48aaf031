"""Laws of selling: how deals are won and lost, what sellers' hours go on, and what the levers do to both."""

# Plans are written here as learners write them, with lists, dicts and functions:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.stats import binomtest, kstest

from sim import Fault, Plan, Scenario, Segment, load_scenario, over, simulate
from sim.analysis import pipeline
from sim.clock import MINUTES_A_WEEK, MINUTES_AN_HOUR
from sim.events import FIRM, SELLING, Bond, Events, Kind, Stage
from sim.processes.entry import Parameters as Entry
from sim.processes.renewal import Parameters as Renewal
from sim.processes.rollout import Parameters as Rollout
from sim.processes.sales import SELLERS, Parameters
from sim.run import Run

RARE = 1e-3
SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)
STEPS = SELLING[:-1]
CALM = Parameters(sellers=60, lead_share=0.02, cooling=0.0, habit=1.0, visit_weeks=0)  # nobody has to wait


@cache
def market(sales: Parameters = CALM, people: int = 1_500, weeks: int = 52) -> Scenario:
    """Give a market of contracts of three sizes in which all have to be won, and nothing else happens."""
    contracts = {
        "fees": (100.0, 400.0, 1_600.0),
        "level_shares": (0.6, 0.3, 0.1),
        "leave_a": 1,
        "leave_b": 50,
    }
    return Scenario(
        name="pipeline",
        people=people,
        weeks=weeks,
        margin=0.5,
        entry=Entry(present_share=0.0, pool_share=1.0),
        renewal=Renewal(**contracts),
        sales=sales,
    )


BUSY = Parameters(sellers=2, lead_share=0.01, visit_weeks=0)


def ran(seed: int = 1, sales: Parameters = BUSY, people: int = 600, **levers: Any) -> Run:
    return simulate(market(sales, people), Plan(sales=levers), seed)


def deals(run: Run) -> pd.DataFrame:
    return pipeline.deals(run.events.frame())


def outcomes(run: Run) -> pd.Series[int]:
    return deals(run)["outcome"].value_counts()


def hours(run: Run) -> float:
    return run.events.of(Kind.WORKED).value.sum() / MINUTES_AN_HOUR


def assert_same(one: Events, other: Events) -> None:
    pd.testing.assert_frame_equal(one.frame(), other.frame())


def tolls(these: Parameters) -> npt.NDArray[np.float64]:
    return np.array([these.step(place).toll for place in range(len(STEPS))])


# -- the law of deals ------------------------------------------------------------------------------


def test_where_nobody_waits_and_all_are_alike_each_step_passes_its_own_share() -> None:
    alike = CALM.but(keenness_spread=0.0)
    table = pipeline.funnel(pipeline.stages(simulate(market(alike), Plan(), 1).events.frame()))
    for name, toll in zip(STEPS, tolls(alike), strict=True):
        row = table.loc[name]
        known = int(row["entered"] - row["open"])
        assert known > 150
        assert binomtest(int(row["went_on"]), known, np.exp(-toll)).pvalue > RARE
    assert (table[["went_cold", "below_the_minimum_score", "came_another_way"]] == 0).all(axis=None)


@pytest.mark.parametrize("spread", [0.3, 1.0])
def test_where_nobody_waits_a_prospect_is_won_by_keenness_and_the_sum_of_tolls(spread: float) -> None:
    these = CALM.but(keenness_spread=spread)
    run = simulate(market(these), Plan(), 1)
    done = deals(run).query("outcome != 'open'")
    chance = np.exp(-run.people.sales.keenness[done["person"]].astype(float) * tolls(these).sum())
    won = (done["outcome"] == "won").sum()
    assert abs(won - chance.sum()) < 4 * np.sqrt((chance * (1 - chance)).sum())
    assert np.log(run.people.sales.keenness).std() == pytest.approx(spread, rel=0.1)


@each_seed
def test_prospects_show_interest_at_the_stated_share_and_rest_after_a_lost_deal(seed: int) -> None:
    these = CALM.but(lead_share=0.2, rest_weeks=10)
    run = simulate(market(these, 400), Plan(), seed)
    table = deals(run)
    first = table[table["opened"] < MINUTES_A_WEEK]
    assert binomtest(len(first), 400, 0.2).pvalue > RARE
    before = table.groupby("person")["closed"].shift()
    again = before.notna()
    assert again.sum() > 100
    gap = table["opened"][again] // MINUTES_A_WEEK - before[again] // MINUTES_A_WEEK
    assert gap.min() >= 10
    assert not (table.groupby("person")["opened"].shift(-1) < table["closed"]).any(), "one deal at a time"


def test_steps_take_the_stated_hours_on_average() -> None:
    these = CALM.but(effort=0.0, reminder_hours=0.0)
    events = simulate(market(these), Plan(), 1).events
    worked, met = events.of(Kind.WORKED), events.of(Kind.CONVERSED)
    for place in range(len(STEPS)):
        step, done = these.step(place), worked.channel == place
        for total, mean in (
            (worked.value[done].sum(), step.contact + step.desk + step.road),
            (met.value[met.channel == place].sum(), step.contact),
        ):
            count = done.sum()  # exponential: the standard deviation is the mean
            assert abs(total / MINUTES_AN_HOUR - count * mean) < 4 * mean * np.sqrt(count) + count / 60
    assert (met.channel != 0).all(), "research needs no customer"


def test_an_account_of_twice_the_worth_takes_so_much_more_work() -> None:
    even, uneven = (
        simulate(market(CALM.but(effort=power, reminder_hours=0.0)), Plan(), 1) for power in (0.0, 0.5)
    )
    level = even.people.renewal.level
    means = []
    for run in (even, uneven):
        worked = run.events.of(Kind.WORKED)
        research = worked.channel == 0
        means.append([worked.value[research & (level[worked.person] == size)].mean() for size in (0, 1, 2)])
    ratio = np.array(means[1]) / np.array(means[0])
    assert ratio[1] / ratio[0] == pytest.approx(2.0, rel=0.02)  # four times the fee, to the power of a half
    assert ratio[2] / ratio[1] == pytest.approx(2.0, rel=0.02)


def test_estimates_and_scores_err_as_stated() -> None:
    run = simulate(market(CALM.but(worth_noise=0.4, score_noise=0.0)), Plan(sales={"minimum_score": 30}), 1)
    table = deals(run)
    true = np.array(run.scenario.renewal.fees)[run.people.renewal.level] * 13
    error = np.log(table["estimate_currency"] / true[table["person"]])
    assert kstest((error + 0.08) / 0.4, "norm").pvalue > RARE  # log-normal of mean 1
    won = table["outcome"] == "won"
    assert np.allclose(table["worth_currency"][won], true[table["person"][won]])
    keen = run.people.sales.keenness[table["person"]]
    given_up = table["outcome"] == "below the minimum score"
    assert binomtest(int(given_up.sum()), len(table), 0.3).pvalue > RARE
    assert (
        keen[given_up].min() >= keen[~given_up & (table["steps"] > 1)].max()
    )  # without error, the least keen


# -- sellers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("routing", ["first come", "largest first", "own territory"])
@each_seed
def test_a_seller_does_one_thing_at_a_time_and_only_in_office_hours(routing: str, seed: int) -> None:
    run = ran(seed, routing=routing)
    office, worked = run.scenario.sales.hours, run.events.of(Kind.WORKED)
    ends = np.array([office.open_minutes(minute) for minute in worked.minute.tolist()])
    for seller in np.unique(worked.ref):
        mine = worked.ref == seller
        end, begin = ends[mine], (ends - worked.value)[mine]
        assert (begin[1:] >= end[:-1] - 1).all(), "two things at a time"
    clock = worked.minute % 1_440
    assert ((clock >= 9 * 60) & (clock <= 17 * 60)).all()
    assert (worked.minute % MINUTES_A_WEEK < 5 * 1_440).all()
    assert pipeline.time_use(run)["busy_share"] < 1


@each_seed
def test_a_deal_stays_with_the_seller_who_took_it(seed: int) -> None:
    worked = ran(seed).events.of(Kind.WORKED)
    table = pd.DataFrame({"person": worked.person, "week": worked.ref, "step": worked.channel})
    number = (table["step"] == 0).groupby(table["person"]).cumsum()
    assert (table.groupby([table["person"], number])["week"].nunique() == 1).all()


@each_seed
def test_more_sellers_let_fewer_deals_go_cold_and_win_more(seed: int) -> None:
    runs = [ran(seed, BUSY.but(lead_share=0.03), sellers=count) for count in (1, 2, 4, 20)]
    cold = [outcomes(run)["went cold"] for run in runs]
    won = [outcomes(run)["won"] for run in runs]
    assert (np.diff(cold)[:2] < 0).all()
    assert (np.diff(won)[:2] > 0).all()
    busy = [pipeline.time_use(run)["busy_share"] for run in runs]
    assert (np.diff(busy) < 0).all()
    efficiency = [run.metrics["sales_efficiency"] for run in runs]
    assert efficiency[3] < max(efficiency), "too many sellers have nothing to do"


def test_without_sellers_nothing_is_sold_and_nobody_is_paid() -> None:
    run = ran(sellers=0)
    assert set(outcomes(run)[lambda count: count > 0].index) <= {"open", "went cold"}
    assert len(run.events.of(Kind.WORKED)) == run.accounts.total()["wages"] == 0
    assert np.isnan(run.metrics["sales_efficiency"])


def test_a_team_that_shrinks_leaves_its_tasks_to_those_who_stay() -> None:
    six, one = Plan(sales={"sellers": 6}), Plan(sales={"sellers": 1})
    run = simulate(market(BUSY.but(cooling=0.001), 600), {0: six, 20: one, 40: six}, 1)
    worked = run.events.of(Kind.WORKED)
    week = worked.minute // MINUTES_A_WEEK
    assert len(np.unique(worked.ref[week < 20])) == 6
    assert np.unique(worked.ref[(week >= 23) & (week < 40)]).tolist() == [0]  # who is at work ends it first
    fresh = np.unique(worked.ref[week >= 43])
    assert len(fresh) == 6 and fresh.max() > 5, "who comes later is somebody else"
    paid = run.events.of(Kind.WAGES)
    assert paid.ref.tolist() == [6] * 20 + [1] * 20 + [6] * 12
    started = deals(run).query("opened < 20 * 10080 and outcome == 'open'")
    assert started.empty or len(started) < 0.1 * len(deals(run)), "tasks of those who left are done"


def test_sellers_cost_their_wage_and_the_system_its_licence() -> None:
    these = BUSY.but(wage=1_234.56, licence=12.34)
    run = ran(sales=these, automation=0.5, sellers=3)
    wages, tools = run.events.of(Kind.WAGES), run.events.of(Kind.TOOLS)
    assert wages.value.tolist() == [3 * 123_456] * 52
    assert (wages.channel == SELLERS).all() and (wages.person == FIRM).all()
    assert tools.value.tolist() == [round(12.34 * 0.5 * 3 * 100)] * 52
    total = run.accounts.total()
    assert total["wages"] == -wages.value.sum() and total["tools"] == -tools.value.sum()


def test_sales_efficiency_is_the_yearly_margin_won_by_weeks_of_sellers() -> None:
    run = ran()
    table = deals(run)
    expected = table["worth_currency"].sum() * run.scenario.margin / (52 * 2)
    assert run.metrics["sales_efficiency"] == pytest.approx(expected)
    assert np.isnan(simulate(market().but(sales=None), Plan(), 1).metrics["sales_efficiency"])


# -- levers ----------------------------------------------------------------------------------------


@each_seed
def test_keeping_promises_saves_deals_and_takes_time(seed: int) -> None:
    these = BUSY.but(sellers=20)
    runs = [ran(seed, these, follow_up=share) for share in (0.0, 0.5, 1.0)]
    assert (np.diff([outcomes(run)["went cold"] for run in runs]) < 0).all()
    assert (np.diff([outcomes(run)["won"] for run in runs]) > 0).all()
    patient = these.but(cooling=0.0, forgotten_weeks=0.0)
    lazy, strict = (ran(seed, patient, follow_up=share) for share in (0.0, 1.0))
    steps = len(strict.events.of(Kind.WORKED))
    assert len(lazy.events.of(Kind.WORKED)) == pytest.approx(steps, rel=0.05)
    assert hours(strict) - hours(lazy) == pytest.approx(steps * these.reminder_hours, rel=0.3)


@each_seed
@pytest.mark.parametrize(
    ("name", "values"), [("cooling", (0.0, 0.1, 0.5)), ("forgotten_weeks", (0.0, 2.0, 8.0))]
)
def test_less_patient_prospects_and_longer_oblivion_lose_deals(
    name: str, values: tuple[float, ...], seed: int
) -> None:
    won = [outcomes(ran(seed, BUSY.but(sellers=20, **{name: value})))["won"] for value in values]
    assert (np.diff(won) < 0).all()


@each_seed
def test_a_better_habit_is_worth_as_much_as_a_plan(seed: int) -> None:
    assert_same(ran(seed, BUSY.but(habit=0.9)).events, ran(seed, follow_up=0.9).events)


@each_seed
def test_a_system_saves_desk_hours_alone(seed: int) -> None:
    these = CALM.but(reminder_hours=0.0)
    plain, half, full = (
        simulate(market(these, 600), Plan(sales={"automation": share}), seed) for share in (0.0, 0.5, 1.0)
    )
    met = [run.events.of(Kind.CONVERSED).value.sum() for run in (plain, half, full)]
    worked = [run.events.of(Kind.WORKED) for run in (plain, half, full)]
    assert met[0] == pytest.approx(met[2], rel=0.02)
    desk = np.array([these.step(place).desk for place in range(5)])
    for run, saved in ((worked[1], 0.2), (worked[2], 0.4)):
        for place in range(5):
            step = these.step(place)
            before = worked[0].value[worked[0].channel == place].mean()
            after = run.value[run.channel == place].mean()
            share = desk[place] / (step.contact + step.desk + step.road)
            assert after / before == pytest.approx(1 - saved * share, abs=0.02)


@each_seed
def test_a_system_frees_busy_sellers_for_more_deals(seed: int) -> None:
    """On sellers who have more to do than time, and with all promises kept, so that time is what is short."""
    these = BUSY.but(sellers=1, lead_share=0.02, habit=1.0)
    plain, tooled = (ran(seed, these, automation=share) for share in (0.0, 1.0))
    assert len(tooled.events.of(Kind.WORKED)) > len(plain.events.of(Kind.WORKED))
    shares = [pipeline.time_use(run)["selling_share"] for run in (plain, tooled)]
    assert shares[1] > shares[0]


@each_seed
def test_a_system_that_nobody_uses_changes_nothing_but_the_bill(seed: int) -> None:
    idle = market(BUSY, 600).but(rollout=Rollout(by_hand=0.0))
    plans = (Plan(), Plan(sales={"automation": 1.0, "follow_up": 1.0}))
    plain, unused = (simulate(idle, plan, seed) for plan in plans)
    assert unused.accounts.total()["tools"] < 0
    assert_same(plain.events, unused.events.where(unused.events.kind != int(Kind.TOOLS)))


@each_seed
def test_a_higher_minimum_score_gives_up_more_and_wins_more_of_the_rest(seed: int) -> None:
    these = CALM.but(score_noise=0.5)
    runs = [simulate(market(these), Plan(sales={"minimum_score": score}), seed) for score in (0, 40, 80)]
    given_up = [outcomes(run)["below the minimum score"] for run in runs]
    assert given_up[0] == 0 and (np.diff(given_up) > 0).all()
    tried = [outcomes(run)[["won", "said no"]] for run in runs]
    assert (np.diff([some["won"] / some.sum() for some in tried]) > 0).all()
    assert (np.diff([some["won"] for some in tried]) < 0).all()  # some of those given up would have come
    assert (np.diff([hours(run) for run in runs]) < 0).all()


@each_seed
def test_who_goes_for_the_largest_first_wins_larger_accounts_where_time_is_short(seed: int) -> None:
    these = BUSY.but(sellers=1, lead_share=0.02, worth_noise=0.2, effort=0.0, habit=1.0)
    first_come, largest = (ran(seed, these, routing=routing) for routing in ("first come", "largest first"))
    worked = [run.events.of(Kind.WORKED) for run in (first_come, largest)]
    level = largest.people.renewal.level
    served = [level[work.person[work.channel == 0]].mean() for work in worked]
    assert served[1] > served[0]
    assert largest.metrics["sales_efficiency"] > first_come.metrics["sales_efficiency"]


@each_seed
def test_territories_save_hours_on_the_road_and_each_stays_in_its_own(seed: int) -> None:
    these = CALM.but(territory_saved=0.5, reminder_hours=0.0)
    plain, own = (
        simulate(market(these, 600), Plan(sales={"routing": routing, "sellers": 8}), seed)
        for routing in ("first come", "own territory")
    )
    worked = own.events.of(Kind.WORKED)
    owner = pd.Series(worked.ref).groupby(worked.person).nunique()
    assert (owner == 1).all(), "a person lives in one territory"
    assert len(np.unique(worked.ref)) == 8
    means = []
    for run in (plain, own):
        visits = run.events.of(Kind.WORKED)
        means.append(visits.value[visits.channel == 2].mean())
    assert means[1] / means[0] == pytest.approx(1 - 0.5 * 3 / 6, abs=0.03)


@each_seed
def test_a_higher_price_wins_fewer_bids(seed: int) -> None:
    pricing = load_scenario("saas").pricing
    priced = market(CALM.but(keenness_spread=0.0)).but(pricing=pricing)
    for price in (0.8, 1.0, 1.2):
        run = simulate(priced, Plan(pricing={"price": price}), seed)
        row = pipeline.funnel(pipeline.stages(run.events.frame())).loc["bid"]
        known = int(row["entered"] - row["open"])
        chance = np.exp(-CALM.bid.toll * price**pricing.elasticity)
        assert binomtest(int(row["went_on"]), known, chance).pvalue > RARE


# -- accounts --------------------------------------------------------------------------------------


@each_seed
def test_who_is_won_orders_in_the_week_after_and_is_a_customer_then(seed: int) -> None:
    run = ran(seed, BUSY.but(sellers=20))
    won, orders = run.events.of(Kind.WON), run.events.of(Kind.ORDER)
    assert len(won) > 15
    first = pd.Series(orders.minute, orders.person).groupby(level=0).min()
    early = won.minute // MINUTES_A_WEEK < 51
    weeks = first.reindex(won.person[early]).to_numpy() // MINUTES_A_WEEK
    assert (weeks == won.minute[early] // MINUTES_A_WEEK + 1).all()
    assert set(orders.person.tolist()) == set(won.person[early].tolist())
    assert len(np.unique(won.person)) == len(won)
    assert (run.people.entry.stage[won.person[early]] != Stage.PROSPECT).all()


@cache
def visited(visit_weeks: int | None = None, **levers: Any) -> Run:
    """Run a software firm whose 300 accounts are all there, and get visits."""
    scenario = load_scenario("saas").but(people=300, weeks=52, acquisition=None, service=None)
    scenario = scenario.but(entry=Entry(present_share=1.0), sales=Parameters(sellers=10))
    if visit_weeks is not None:
        levers["visit_weeks"] = visit_weeks
    return simulate(scenario, Plan(sales=levers), 1)


def test_accounts_are_visited_as_often_as_the_plan_says() -> None:
    counts = []
    for weeks in (0, 26, 13, 4):
        worked = visited(weeks).events.of(Kind.WORKED)
        assert (worked.channel == SELLING.index("maintenance")).all()
        counts.append(len(worked))
        if weeks:
            gap = pd.Series(worked.minute).groupby(worked.person).diff().dropna() / MINUTES_A_WEEK
            assert gap.min() >= weeks - 1 and gap.median() < weeks + 1.5
    assert counts[0] == 0 and (np.diff(counts) > 0).all()
    assert_same(visited().events, visited(13).events)  # the scenario's


def test_visits_build_the_social_bond_and_no_visits_build_none() -> None:
    means = [visited(weeks).people.bonds.strength[Bond.SOCIAL].mean() for weeks in (0, 26, 4)]
    assert means[0] == 0 and (np.diff(means) > 0).all()


def test_visits_keep_accounts() -> None:
    gone = [len(visited(weeks).defections) for weeks in (0, 4)]
    assert gone[1] < gone[0]


def test_only_the_chosen_accounts_are_visited() -> None:
    large = Segment(spend_52w=over(1_000))
    run = visited(visit_to=large)
    worked = run.events.of(Kind.WORKED)
    asked_in = (worked.minute - worked.value) // MINUTES_A_WEEK  # begun in that week or before
    records = [run.record(week) for week in range(53)]
    fits = [set(run.hidden_link.loc[seen.index[large.chosen(seen)]]) for seen in records]
    for person, week in zip(worked.person.tolist(), asked_in.tolist(), strict=True):
        assert person in fits[week] | fits[max(week - 1, 0)]
    assert 30 < len(np.unique(worked.person)) < 150


def test_each_account_keeps_its_seller_and_all_sellers_have_some() -> None:
    run = visited()
    worked = run.events.of(Kind.WORKED)
    assert (pd.Series(worked.ref).groupby(worked.person).nunique() == 1).all()
    assert len(np.unique(worked.ref)) == 10
    mine = worked.person[run.people.entry.stage[worked.person] == Stage.CUSTOMER]
    assert (run.people.sales.seller[mine] >= 0).all()


# -- off, and twins --------------------------------------------------------------------------------


@each_seed
def test_sellers_without_leads_or_visits_cost_their_wages_and_change_nothing(seed: int) -> None:
    scenario = load_scenario("saas").but(people=300, weeks=30)
    idle = scenario.but(sales=Parameters(lead_share=0.0, visit_weeks=0))
    plain, other = (simulate(one, Plan(), seed) for one in (scenario, idle))
    wages = (other.events.kind == int(Kind.WAGES)) & (other.events.channel == SELLERS)
    assert wages.sum() == 30
    assert_same(plain.events, other.events.where(~wages))


@each_seed
def test_giving_up_some_leads_leaves_the_fate_of_the_others_as_it_is(seed: int) -> None:
    """Deals meet in their sellers' time alone, and prospects who do not mind waiting do not mind that."""
    once = CALM.but(rest_weeks=520)
    plain, strict = (
        deals(simulate(market(once, 800), Plan(sales={"minimum_score": score}), seed)).set_index("person")
        for score in (0.0, 30.0)
    )
    assert plain["opened"].to_dict() == strict["opened"].to_dict()
    given_up = strict["outcome"] == "below the minimum score"
    known = (plain["outcome"].reindex(strict.index) != "open") & (strict["outcome"] != "open")
    assert min(given_up.sum(), (~given_up & known).sum()) > 100
    others = strict.index[~given_up & known]
    same = ["outcome", "steps", "worth_currency"]
    pd.testing.assert_frame_equal(plain.loc[others, same], strict.loc[others, same])


@each_seed
def test_who_comes_by_advertising_in_the_middle_of_a_deal_ends_it(seed: int) -> None:
    saas = load_scenario("saas")
    keen = saas.acquisition.but(search={"reach_cost": 100, "response": 0.05}, recommend_share=0.0)
    scenario = market(BUSY.but(sellers=20, lead_share=0.05), 400).but(acquisition=keen)
    run = simulate(scenario, Plan(acquisition={"search": 300}), seed)
    assert outcomes(run)["came another way"] > 5
    first = run.events.of(Kind.ORDER)
    begins = pd.Series(first.minute, first.person).groupby(level=0).min()
    joined = run.events.of(Kind.JOINED)
    assert begins.loc[joined.person].tolist() == joined.minute.tolist()


# -- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {"sellers": -1},
        {"routing": "best first"},
        {"automation": 1.5},
        {"follow_up": -0.1},
        {"minimum_score": 101.0},
        {"visit_weeks": -1},
        {"visit_to": {"keenness": {"over": 1}}},
    ],
)
def test_a_lever_of_sales_outside_its_bounds_is_named(given: dict[str, Any]) -> None:
    with pytest.raises(Fault, match=rf"sales\.{next(iter(given))}"):
        Plan(sales=given)


@pytest.mark.parametrize(
    ("name", "value"), [("lead_share", 1.1), ("wage", -1.0), ("cooling", -0.1), ("call", {"toll": -1.0})]
)
def test_a_parameter_of_sales_outside_its_bounds_is_named(name: str, value: Any) -> None:
    with pytest.raises(Fault, match=name):
        Parameters(**{name: value})


def test_a_market_without_sales_says_so() -> None:
    with pytest.raises(Fault, match=r"sales: supermarket has no sales.*leave sellers alone"):
        simulate(load_scenario("supermarket", 50), Plan(sales={"sellers": 3}), 1)


def test_a_smaller_market_has_fewer_sellers() -> None:
    scenario = load_scenario("saas").but(sales=Parameters(sellers=6))
    assert scenario.scaled(1_000).sales.sellers == 1
    assert scenario.scaled(2_001).sales.sellers == 3


# -- leads that marketing brings -------------------------------------------------------------------


@each_seed
def test_marketing_brings_as_many_leads_as_stated_and_leaves_those_that_come_by_themselves(seed: int) -> None:
    few = CALM.but(lead_share=0.004, lead_lift=1.5, lead_worth=300.0)  # hardly anybody would come anyway
    plain, more = (ran(seed, few, people=1_500, leads=spent) for spent in (0.0, 300.0))
    own, all_ = deals(plain), deals(more)
    assert not own["brought"].any()
    stated = 1.5 * (1 - np.exp(-1))
    assert all_["brought"].sum() / (~all_["brought"]).sum() == pytest.approx(stated, rel=0.25)
    first = {(row.person, row.opened) for row in all_[~all_["brought"]].itertuples()}
    kept = [(row.person, row.opened) in first for row in own.itertuples()]
    assert np.mean(kept) > 0.7, "the others were busy with a deal that marketing had brought"
    paid = -more.accounts.total()["advertising"]
    assert paid == 300 * 100 * 1.5 * 52 and not plain.accounts.total()["advertising"]


@each_seed
def test_leads_that_marketing_brings_are_won_less_often(seed: int) -> None:
    bought = CALM.but(brought_interest=0.5)
    table = deals(ran(seed, bought, people=1_500, leads=2_000.0))
    won = (table["outcome"] == "won").groupby(table["brought"]).mean()
    assert won[True] < 0.8 * won[False]
