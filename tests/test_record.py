"""Laws of the record: it holds what was known by then, nothing hidden, and is what the plan saw."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from sim import Campaign, Fault, Offer, Plan, Scenario, load_scenario, simulate
from sim.clock import MINUTES_A_DAY, MINUTES_A_WEEK
from sim.delays import FEATURES, Delays
from sim.events import BILL, POINTS, Kind
from sim.need import NEEDS
from sim.processes.loyalty import Levers as Loyalty
from sim.processes.needs import Parameters as Needs
from sim.processes.profile import Parameters as Profile
from sim.run import Run
from sim.segment import Segment

PEOPLE, WEEKS = 300, 70
SUPERMARKET = load_scenario("supermarket").but(people=PEOPLE, weeks=WEEKS)
assert SUPERMARKET.service and SUPERMARKET.experience
DELAYS = {
    "at once": Delays(),
    "a day": Delays(order_hours=24),
    "days": Delays(order_hours=60.5, answer_hours=100),
    "a week": Delays(order_hours=168, answer_hours=168),
}


def market(delays: str) -> Scenario:
    """Give a market in which a lot happens: latecomers, complaints, surveys."""
    return SUPERMARKET.but(
        record=DELAYS[delays],
        entry=SUPERMARKET.entry.but(present_share=0.5, entry_weeks=40),
        service=SUPERMARKET.service.but(fault_share=0.2),
        experience=SUPERMARKET.experience.but(survey_share=1.0, answer_share=1.0),
        needs=Needs(),
        profile=Profile(),
    )


@cache
def watched(delays: str) -> tuple[Run, dict[int, pd.DataFrame]]:
    """Run a market; give also what a function of the plan saw on each Monday."""
    views: list[pd.DataFrame] = []

    def look(record: Any) -> npt.NDArray[np.bool_]:
        views.append(pd.DataFrame({name: getattr(record, name).copy() for name in FEATURES}))
        return np.zeros(len(record), bool)

    letters = [
        Campaign(channel="email", offer=Offer(discount=0.2), every=2),
        Campaign(to=look, channel="sms"),
    ]
    programme = Loyalty(points=0.05, silver_from=300, gold_from=900, expiry_weeks=8, review_weeks=5)
    run = simulate(market(delays), Plan(campaigns=letters, loyalty=programme), 1)
    return run, dict(enumerate(views))


def known(run: Run, week: int, kind: Kind, since_week: int | None = None) -> pd.DataFrame:
    """Give the events of a kind that have become known by a Monday, and since another."""
    delays = run.scenario.record
    hours = {**dict.fromkeys(BILL, delays.order_hours), Kind.NPS: delays.answer_hours}
    hours[Kind.DECLARED] = delays.answer_hours
    table = run.events.of(kind).frame()
    table["known"] = table["minute"] + round(60 * hours.get(kind, 0))
    late = -1 if since_week is None else since_week * MINUTES_A_WEEK
    return table[(table["known"] < week * MINUTES_A_WEEK) & (table["known"] >= late)]


def people_on_record(run: Run, week: int) -> list[int]:
    return list(dict.fromkeys(known(run, week, Kind.ORDER).sort_values("known", kind="stable")["person"]))


def per_record(run: Run, week: int, events: pd.DataFrame, how: str) -> "pd.Series[Any]":
    """Work out a number of events, or of their last or first minute or value, for each record."""
    groups = events.groupby("person")
    found = {
        "count": groups.size,
        "sum": groups["value"].sum,
        "first": groups["minute"].min,
        "last": groups["minute"].max,
        "last value": groups["value"].last,
    }[how]()
    return found.reindex(people_on_record(run, week)).reset_index(drop=True).astype(float)


# -- the record and the plan -----------------------------------------------------------------------


@pytest.mark.parametrize("delays", DELAYS)
def test_the_record_of_a_week_is_what_the_plan_saw_on_its_monday(delays: str) -> None:
    run, views = watched(delays)
    assert sorted(views) == list(range(WEEKS))
    for week in (0, 1, 2, 13, 14, 40, 52, 53, 54, 69):
        pd.testing.assert_frame_equal(run.record(week), views[week].rename_axis("record"), check_exact=True)
    assert len(views[0]) == 0
    assert len(views[69]) > 200


@pytest.mark.parametrize("delays", DELAYS)
def test_looking_changes_nothing(delays: str) -> None:
    run, _ = watched(delays)
    letters = run.timeline.campaigns[0]
    plain = simulate(run.scenario, run.timeline.plans[0].but(campaigns=[letters]), 1)
    pd.testing.assert_frame_equal(run.events.frame(), plain.events.frame())


def test_what_a_function_does_to_its_view_reaches_nobody() -> None:
    def vandal(record: Any) -> npt.NDArray[np.bool_]:
        for name in FEATURES:
            getattr(record, name)[:] = 10**6
        return np.zeros(len(record), bool)

    scenario = market("at once").but(weeks=20)
    plain, spoiled = (
        simulate(scenario, Plan(campaigns=[Campaign(to=to)]), 1)
        for to in (lambda record: np.zeros(len(record), bool), vandal)
    )
    pd.testing.assert_frame_equal(plain.events.frame(), spoiled.events.frame())
    pd.testing.assert_frame_equal(plain.record(20), spoiled.record(20))


# -- known when ------------------------------------------------------------------------------------


def orders_on_record(run: Run, week: int) -> npt.NDArray[np.int64]:
    """Give the orders that the record of a week shows, by person; 0 for those without a record."""
    record = run.record(week)
    counts = np.zeros(PEOPLE, np.int64)
    counts[run.hidden_link[: len(record)]] = record["orders"]
    return counts


def test_an_order_of_sunday_noon_is_on_record_a_day_later_not_on_monday() -> None:
    run, _ = watched("a day")
    orders, found = run.events.of(Kind.ORDER), 0
    for week in range(5, 65, 6):
        monday, sunday = week * MINUTES_A_WEEK, week * MINUTES_A_WEEK - MINUTES_A_DAY
        before = np.bincount(orders.person[orders.minute < sunday], minlength=PEOPLE)
        of_sunday = np.unique(orders.person[(orders.minute >= sunday) & (orders.minute < monday)])
        assert np.array_equal(orders_on_record(run, week), before)
        assert (orders_on_record(run, week + 1)[of_sunday] > before[of_sunday]).all()
        found += len(of_sunday)
    assert found > 30


def test_an_order_that_becomes_known_on_monday_at_midnight_is_not_yet_on_record() -> None:
    scenario = market("at once").but(weeks=12)
    order = simulate(scenario, Plan(), 1).events.of(Kind.ORDER).where(np.array([200]))
    minute, person = int(order.minute[0]), int(order.person[0])
    week = minute // MINUTES_A_WEEK + 1
    until_midnight = (week * MINUTES_A_WEEK - minute) / 60  # hours
    just, late = (
        orders_on_record(simulate(scenario.but(record=Delays(order_hours=delay)), Plan(), 1), week)[person]
        for delay in (until_midnight - 1 / 60, until_midnight)
    )
    assert just == late + 1


@pytest.mark.parametrize("delays", DELAYS)
@pytest.mark.parametrize("week", [1, 8, 52, 53, 60, 70])
def test_every_column_is_a_recount_of_what_was_known(delays: str, week: int) -> None:
    run, _ = watched(delays)
    record = run.record(week)
    orders, last_year = known(run, week, Kind.ORDER), known(run, week, Kind.ORDER, week - 52)
    monday = week * MINUTES_A_WEEK

    def recount(events: pd.DataFrame, how: str) -> "pd.Series[Any]":
        return per_record(run, week, events, how)

    def ago(events: pd.DataFrame, how: str) -> "pd.Series[Any]":
        return (monday - recount(events, how)) / MINUTES_A_WEEK

    def total(signs: dict[Kind, int], since: int | None = None) -> "pd.Series[Any]":
        sums = [sign * recount(known(run, week, k, since), "sum").fillna(0) for k, sign in signs.items()]
        return sum(sums) / 100

    said = known(run, week, Kind.DECLARED)
    needs = recount(said[said["channel"] == 0], "last value")
    words = [NEEDS[int(code)] if code == code else "" for code in needs]
    tiers = pd.concat([known(run, week, Kind.ENROLLED), known(run, week, Kind.TIER)]).sort_values("minute")

    expected = {
        "recency_weeks": ago(orders, "last"),
        "tenure_weeks": ago(orders, "first"),
        "orders": recount(orders, "count"),
        "orders_52w": recount(last_year, "count").fillna(0),
        "spend": total(BILL),
        "spend_52w": total(BILL, week - 52),
        "contact_weeks": ago(known(run, week, Kind.SENT), "last"),
        "opened": recount(known(run, week, Kind.OPENED), "count").fillna(0),
        "clicked": recount(known(run, week, Kind.CLICKED), "count").fillna(0),
        "nps": recount(known(run, week, Kind.NPS), "last value"),
        "tier": recount(tiers, "last value"),
        "points": total(POINTS),
        "runout_weeks": pd.Series(np.nan, range(len(record))),  # baskets are closed here; see test_basket
        "community": pd.Series(0.0, range(len(record))),  # there is none here
        "contract_weeks": pd.Series(np.nan, range(len(record))),  # nobody has one here
        "contract_level": pd.Series(np.nan, range(len(record))),  # see test_freemium
        "greenness": recount(said[said["channel"] == 1], "last value"),
        "household_size": recount(said[said["channel"] == 2], "last value"),
    }
    assert record["need"].tolist() == words
    assert set(expected) | {"tickets", "need"} == set(FEATURES)
    for name, values in expected.items():
        assert record[name].tolist() == pytest.approx(values.tolist(), nan_ok=True, abs=1e-9), name
    if week > 53:
        assert record["orders_52w"].sum() < record["orders"].sum()


@pytest.mark.parametrize("delays", DELAYS)
def test_complaints_are_those_of_the_person_on_record(delays: str) -> None:
    run, _ = watched(delays)
    for week in (1, 8, 40, 70):
        expected = per_record(run, week, known(run, week, Kind.TICKET), "count").fillna(0)
        assert run.record(week)["tickets"].tolist() == expected.tolist()


@pytest.mark.parametrize("delays", DELAYS)
def test_records_stand_in_the_order_of_their_first_known_order(delays: str) -> None:
    run, _ = watched(delays)
    for week in (1, 20, 45, 70):
        record = run.record(week)
        assert run.hidden_link[: len(record)].tolist() == people_on_record(run, week)
        assert record.index.tolist() == list(range(len(record)))
        assert (np.diff(record["tenure_weeks"]) <= 0).all()  # the oldest first


def test_a_week_that_the_run_does_not_have_is_refused() -> None:
    run, _ = watched("at once")
    for week in (-1, WEEKS + 1):
        with pytest.raises(Fault, match=rf"week: this run has weeks 0 to {WEEKS}, was given {week}"):
            run.record(week)


# -- what a firm cannot see ------------------------------------------------------------------------


TRAITS = ["satisfaction", "patience", "shield", "rate", "toll", "dormant", "stage", "reference", "churn_risk"]


@pytest.mark.parametrize("name", TRAITS)
def test_a_function_that_asks_for_a_hidden_trait_is_told_that_a_firm_cannot_see_it(name: str) -> None:
    ask: Callable[[Any], Any] = lambda record: getattr(record, name) > 0.5  # noqa: E731
    with pytest.raises(Fault, match=rf'"{name}" is hidden: a firm cannot see it') as refused:
        simulate(SUPERMARKET.but(people=20, weeks=3), Plan(campaigns=[Campaign(to=ask)]), 1)
    assert len(refused.value.args) == 1
    with pytest.raises(Fault, match=rf'"{name}" is hidden: a firm cannot see it'):
        Segment(**{name: {"over": 0.5}})


def test_nothing_hidden_is_in_the_record() -> None:
    run, _ = watched("at once")
    record = run.record(WEEKS)
    assert tuple(record.columns) == FEATURES == tuple(Segment.model_fields)
    assert not set(record.columns) & {*TRAITS, *run.truth.columns, "person"}


def test_the_view_has_no_other_ways_in() -> None:
    seen: set[str] = set()

    def look(record: Any) -> npt.NDArray[np.bool_]:
        seen.update(name for name in dir(record) if not name.startswith("_"))
        return np.zeros(len(record), bool)

    simulate(SUPERMARKET.but(people=20, weeks=3), Plan(campaigns=[Campaign(to=look)]), 1)
    assert not seen - set(FEATURES)


@pytest.mark.parametrize(
    "answer",
    [lambda r: True, lambda r: r.orders, lambda r: r.orders[:-1] > 1, lambda r: None],
    ids=["one for all", "numbers", "one too few", "nothing"],
)
def test_a_function_that_gives_no_yes_or_no_for_each_record_is_refused(answer: Callable[[Any], Any]) -> None:
    with pytest.raises(Fault, match="must answer true or false for each record"):
        simulate(SUPERMARKET.but(people=20, weeks=3), Plan(campaigns=[Campaign(to=answer)]), 1)
