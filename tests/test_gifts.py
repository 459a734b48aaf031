"""Laws of gifts: what surprises delights, what is expected does so less, and the peak is remembered."""

# mypy: disable-error-code="arg-type, call-arg, union-attr"

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Fault, Plan, Scenario, Segment, at_least, load_scenario, simulate
from sim.clock import MINUTES_A_WEEK
from sim.events import Bond, Kind
from sim.processes.entry import Parameters as Entry
from sim.processes.gifts import BIRTHDAY, SURPRISE
from sim.processes.gifts import Parameters as Gifts
from sim.processes.rollout import Parameters as Rollout
from sim.run import Run
from tests.test_contracts import assert_sound

SUPERMARKET = load_scenario("supermarket")
PEOPLE, WEEKS = 600, 40
LEAVING = {"competitor_pull": 0.0}  # nobody leaves over what is felt: lives differ by feelings alone


def market(these: Gifts | None = None, off: bool = False, **sections: Any) -> Scenario:
    scenario = SUPERMARKET.but(people=PEOPLE, weeks=WEEKS, service=None, acquisition=None)
    still = SUPERMARKET.patience.but(**LEAVING)
    gifts = None if off else these or Gifts()
    return scenario.but(
        **{
            "patience": still,
            "entry": Entry(present_share=1.0, birthday_share=0.5),
            "gifts": gifts,
            **sections,
        }
    )


def given(run: Run) -> pd.DataFrame:
    events = run.events.of(Kind.GIFTED)
    return pd.DataFrame(
        {
            "person": events.person,
            "week": events.minute // MINUTES_A_WEEK,
            "minute": events.minute,
            "occasion": events.channel,
            "cents": events.value,
        }
    )


def satisfaction(run: Run, who: Any = slice(None)) -> float:
    return float(run.people.experience.satisfaction[who].mean())


def surprising(share: float = 0.2, value: float = 5.0, **levers: Any) -> Plan:
    return Plan(gifts={"surprise": value, "surprise_share": share, **levers})


# -- birthdays -------------------------------------------------------------------------------------


def test_birthday_gifts_go_to_those_on_record_who_have_told_it_once_a_year() -> None:
    run = simulate(market().but(weeks=104), Plan(gifts={"birthday": 4.0}), 1)
    table = given(run)
    assert set(table["occasion"]) == {BIRTHDAY} and set(table["cents"]) == {400}
    assert set(table.groupby("person")["week"].diff().dropna()) == {52}
    year = table[table["week"] >= 52]["person"].nunique()
    known = len(run.record(78))
    assert abs(year - 0.5 * known) < 4 * np.sqrt(0.25 * known) + 0.02 * known


def test_a_birthday_gift_delights_at_once_by_the_stated_law() -> None:
    these = Gifts(at_home=0.5)
    silent = market(these).but(weeks=17, people=2_000)
    one, other = simulate(silent, Plan(), 1), simulate(silent, Plan(gifts={"birthday": 5.0}), 1)
    orders, table = other.events.of(Kind.ORDER), given(other)
    last = table[table["week"] == 16]["person"]
    quiet = np.setdiff1d(last, orders.person[orders.minute >= 16 * MINUTES_A_WEEK])
    assert len(quiet) >= 5
    rise = 100 * these.at_home * these.most * (1 - np.exp(-5.0 / these.worth))
    gain = other.people.experience.satisfaction[quiet] - one.people.experience.satisfaction[quiet]
    assert np.abs(gain - rise).max() <= 1


def test_nobody_s_birthday_is_known_where_nobody_tells_it() -> None:
    scenario = market(entry=Entry(present_share=1.0, birthday_share=0.0))
    assert given(simulate(scenario, Plan(gifts={"birthday": 4.0}), 1)).empty


# -- surprises -------------------------------------------------------------------------------------


def test_surprises_come_with_the_share_of_orders_that_the_plan_says() -> None:
    run = simulate(market(), surprising(0.2), 1)
    table, orders = given(run), run.events.of(Kind.ORDER)
    late = orders.where(orders.minute >= 10 * MINUTES_A_WEEK)  # by then everybody is on record
    gifts = table[table["minute"] >= 10 * MINUTES_A_WEEK]
    assert set(table["occasion"]) == {SURPRISE}
    assert abs(len(gifts) / len(late) - 0.2) < 4 * np.sqrt(0.16 / len(late)) + 0.01  # one a week at most
    moments = set(zip(orders.person, orders.minute, strict=True))
    assert set(zip(table["person"], table["minute"], strict=True)) <= moments
    assert not table.duplicated(["person", "week"]).any()


def test_surprises_lift_satisfaction_the_more_the_gift_is_worth() -> None:
    felt = [satisfaction(simulate(market(), surprising(0.2, value), 1)) for value in (0.0, 2.0, 20.0)]
    assert felt[0] < felt[1] < felt[2]


def test_the_fifth_gift_in_a_row_brings_less_than_the_first() -> None:
    """The same gifts, in a market that gets used to them and in one that does not."""
    fresh, used = (simulate(market(Gifts(habit_step=step)), surprising(1.0), 1) for step in (0.0, 0.5))
    assert satisfaction(used) < satisfaction(fresh)
    assert used.people.gifts.habit.max() > 0.9 and not fresh.people.gifts.habit.any()
    assert used.people.bonds.warmth.mean() < fresh.people.bonds.warmth.mean()


def test_habit_follows_the_stated_law() -> None:
    these = Gifts()
    run = simulate(market(these), surprising(0.5), 1)
    table, habit = given(run), np.zeros(PEOPLE)
    for week in range(WEEKS):
        habit *= these.habit_keep
        habit[habit < 0.01] = 0.0
        who = table[table["week"] == week]["person"].to_numpy()
        habit[who] += these.habit_step * (1 - habit[who])
    assert run.people.gifts.habit == pytest.approx(habit, abs=1e-5)


@pytest.mark.parametrize("levers", [{"birthday": 8.0}, {"surprise": 8.0}])
def test_gifts_build_a_social_bond(levers: dict[str, float]) -> None:
    bare, warm = (simulate(market(), Plan(gifts=these), 1) for these in ({}, levers))
    got = np.unique(warm.events.of(Kind.GIFTED).person)
    assert not bare.people.bonds.strength[Bond.SOCIAL].any()
    assert warm.people.bonds.strength[Bond.SOCIAL][got].mean() > 0
    none = np.setdiff1d(np.arange(PEOPLE), got)
    assert not warm.people.bonds.strength[Bond.SOCIAL][none].any()


@pytest.mark.parametrize(
    ("name", "values"), [("most", (0.5, 4.0)), ("worth", (50.0, 1.0)), ("habit_keep", (0.99, 0.5))]
)
def test_each_number_of_joy_makes_gifts_delight_more(name: str, values: tuple[float, float]) -> None:
    felt = [satisfaction(simulate(market(Gifts(**{name: value})), surprising(0.5), 1)) for value in values]
    assert felt[0] < felt[1]


# -- to whom, and what it costs --------------------------------------------------------------------


def test_gifts_go_only_to_whom_the_segment_fits() -> None:
    plan = surprising(0.3, birthday=3.0, to=Segment(orders=at_least(6)))
    run = simulate(market(), plan, 1)
    table = given(run)
    assert set(table["occasion"]) == {BIRTHDAY, SURPRISE}
    for week, people in table.groupby("week")["person"]:
        record = run.record(int(week))
        orders = pd.Series(record["orders"].to_numpy(), run.hidden_link[: len(record)].to_numpy())
        assert orders[people].min() >= 6


def test_gifts_cost_what_they_are_worth_and_the_accounts_add_up() -> None:
    run = simulate(market(), surprising(0.3, value=2.35, birthday=4.1), 1)
    table = given(run)
    assert set(table["cents"]) == {235, 410}
    assert -run.accounts.total()["gifts"] == table["cents"].sum()
    by_person = run.accounts.by_person()["gifts"]
    assert (-by_person[table["person"].unique()]).sum() == table["cents"].sum()
    assert_sound(run)


def test_what_is_not_done_is_not_given() -> None:
    scenario = market(rollout=Rollout(by_hand=1.0, habit=0.5, learning=0.0, forgetting=0.0))
    plan = surprising(0.3, birthday=4.0)
    half, whole = (len(given(simulate(these, plan, 1))) for these in (scenario, market()))
    assert abs(half - 0.5 * whole) < 4 * np.sqrt(0.25 * whole)


# -- the peak is remembered ------------------------------------------------------------------------


def test_with_weight_on_the_peak_one_surprise_is_remembered_longer() -> None:
    """Give one surprise to some, and see what is left of it many orders later."""
    gains = []
    for weight in (0.0, 0.5):
        felt = SUPERMARKET.experience.but(peak_weight=weight, quality_spread=0.3, adaptation=0.0)
        scenario = market(Gifts(most=5.0, warmth_step=0.0), experience=felt)
        once = {0: Plan(), 6: surprising(1.0, 50.0), 8: Plan()}
        one, other = simulate(scenario, Plan(), 1), simulate(scenario, once, 1)
        got = np.unique(other.events.of(Kind.GIFTED).person)
        since = other.events.of(Kind.ORDER)
        later = np.bincount(since.person[since.minute > 9 * MINUTES_A_WEEK], minlength=PEOPLE)[got]
        some = got[later >= 8]
        assert len(some) > 50
        gains.append(satisfaction(other, some) - satisfaction(one, some))
    assert 0 <= gains[0] < gains[1] - 10  # hundredths


def test_a_peak_may_also_be_a_bad_one() -> None:
    faults = SUPERMARKET.service.but(fault_share=0.03)
    felt = [
        satisfaction(simulate(market(service=faults, experience=these), Plan(), 1))
        for these in (SUPERMARKET.experience.but(peak_weight=weight) for weight in (0.0, 0.6))
    ]
    assert felt[1] < felt[0] - 5


def test_the_end_counts_alone_where_the_peak_has_no_weight() -> None:
    wild = SUPERMARKET.experience.but(peak_keep=0.1)
    one, other = (simulate(market(experience=these), Plan(), 1) for these in (SUPERMARKET.experience, wild))
    pd.testing.assert_frame_equal(one.truth, other.truth)
    assert not one.people.experience.peak.any()


# -- off is off ------------------------------------------------------------------------------------


def test_a_market_without_gifts_is_one_in_which_none_are_given() -> None:
    plan = Plan(bonds={"care": 0.3}, loyalty={"points": 0.02})
    one, other = (simulate(these, plan, 2) for these in (market(off=True), market()))
    pd.testing.assert_frame_equal(one.events.frame(), other.events.frame())
    idle = simulate(market(), plan.but(gifts={"surprise_share": 0.9}), 2)
    pd.testing.assert_frame_equal(one.events.frame(), idle.events.frame())


def test_who_gets_no_gift_lives_the_same_life() -> None:
    scenario = market(patience=SUPERMARKET.patience)
    one, other = simulate(scenario, Plan(), 1), simulate(scenario, surprising(0.05), 1)
    alone = ~np.isin(np.arange(PEOPLE), other.events.of(Kind.GIFTED).person)
    assert alone.sum() > 100
    same = [run.events.where(alone[run.events.person]).frame() for run in (one, other)]
    pd.testing.assert_frame_equal(*same)


def test_a_market_without_gifts_says_so() -> None:
    with pytest.raises(Fault, match=r"gifts: supermarket has no gifts.*leave birthday alone"):
        simulate(market(off=True), Plan(gifts={"birthday": 3.0}), 1)
