"""Laws of contracts: alone they are sBG to the letter, and what firms do about them pushes as it should."""

# Plans are written here as learners write them, with lists, dicts and functions:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.stats import binomtest, chisquare

from sim import Campaign, Fault, Offer, Plan, Scenario, Segment, at_least, clv, load_scenario, simulate, under
from sim.clock import MINUTES_A_WEEK
from sim.events import Events, Kind, Stage
from sim.processes.entry import Parameters as Entry
from sim.processes.patience import Parameters as Patience
from sim.processes.renewal import RUNNING
from sim.processes.renewal import Parameters as Renewal
from sim.processes.rollout import Parameters as Rollout
from sim.run import Run

RARE = 1e-3
SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)
PUBLISHED = {"high end": (0.668, 3.806), "regular": (0.704, 1.182)}  # Fader & Hardie 2007
each_law = pytest.mark.parametrize("law", PUBLISHED)
PEOPLE, TERM, RENEWALS = 20_000, 6, 8  # TERM in weeks: the law counts terms, however long they are


def contracts(law: str, weeks: int, patience: Patience | None = None, **numbers: Any) -> Scenario:
    """Give a market of contracts in which all come in the first week, and nothing else happens."""
    a, b = PUBLISHED[law]
    terms = {"fees": (10.0,), "bill_weeks": 2, "term_bills": TERM // 2, "leave_a": a, "leave_b": b}
    renewal = Renewal(**{**terms, **numbers})
    came = Entry(present_share=0.0, entry_weeks=1)
    return Scenario(
        name="contracts",
        people=PEOPLE,
        weeks=weeks,
        margin=0.8,
        entry=came,
        renewal=renewal,
        patience=patience,
    )


def still_there(run: Run) -> list[int]:
    """Count the customers at the start, after the first renewal, after the second, and so on."""
    renewal = run.events.of(Kind.LEFT).minute // (TERM * MINUTES_A_WEEK)
    lost = np.bincount(renewal, minlength=RENEWALS + 1)[1:]
    return [PEOPLE, *(PEOPLE - np.cumsum(lost)).tolist()]


@cache
def cohort(law: str, seed: int) -> tuple[Run, list[int]]:
    run = simulate(contracts(law, TERM * RENEWALS + 1), Plan(), seed)
    return run, still_there(run)


def survival(law: str) -> npt.NDArray[np.float64]:
    """Give S(t) = prod (beta + i - 1) / (alpha + beta + i - 1), from t = 0 (Fader & Hardie 2007)."""
    a, b = PUBLISHED[law]
    i = np.arange(1, RENEWALS + 1)
    return np.concatenate([[1.0], np.cumprod((b + i - 1) / (a + b + i - 1))])


# -- theory ----------------------------------------------------------------------------------------


@each_seed
@each_law
def test_a_market_of_contracts_alone_follows_sbg(law: str, seed: int) -> None:
    share, counts = survival(law), cohort(law, seed)[1]
    expected = PEOPLE * np.append(-np.diff(share), share[-1])
    seen = np.append(-np.diff(counts), counts[-1])
    assert chisquare(seen, expected).pvalue > RARE


def test_the_test_of_sbg_notices_a_parameter_that_is_five_percent_off() -> None:
    a, b = PUBLISHED["regular"]
    counts = cohort("regular", 1)[1]
    for other in ((1.05 * a, b), (a, 1.05 * b)):
        share = np.array([clv.Sbg(alpha=other[0], beta=other[1]).survival(t) for t in range(RENEWALS + 1)])
        expected = PEOPLE * np.append(-np.diff(share), share[-1])
        assert chisquare(np.append(-np.diff(counts), counts[-1]), expected).pvalue < RARE


@each_seed
@each_law
def test_sbg_fitted_to_the_market_finds_its_parameters(law: str, seed: int) -> None:
    counts = np.array(cohort(law, seed)[1])
    fitted = clv.Sbg.fit(counts.tolist())
    (a, b), i = PUBLISHED[law], np.arange(1, RENEWALS + 1)
    stays = (b + i - 1) / (a + b + i - 1)
    by_a, by_b = -stays / (a + b + i - 1), (1 - stays) / (a + b + i - 1)  # derivatives of it
    weight = counts[:-1] / (stays * (1 - stays))  # binomial information of each renewal
    slopes = np.stack([by_a, by_b])
    errors = np.sqrt(np.diag(np.linalg.inv((weight * slopes) @ slopes.T)))
    assert abs(fitted.alpha - a) < 3 * errors[0]
    assert abs(fitted.beta - b) < 3 * errors[1]


@pytest.mark.parametrize("past", [0, 1, 2, 10])
def test_who_has_renewed_n_times_renews_as_sbg_says_of_the_next_time(past: int) -> None:
    scenario = contracts("regular", TERM, past_terms=past).but(entry=Entry(present_share=1.0))
    run = simulate(scenario, Plan(), 1)
    renewed = int((run.events.of(Kind.SIGNED).channel == 1).sum())
    assert renewed + len(run.events.of(Kind.CANCELLED)) == PEOPLE  # each decides once in a term's time
    a, b = PUBLISHED["regular"]
    assert binomtest(renewed, PEOPLE, (b + past) / (a + b + past)).pvalue > RARE


@pytest.mark.parametrize("pull", [0.005, 0.05])
def test_what_takes_patience_within_a_term_is_felt_at_its_end(pull: float) -> None:
    calm = Patience(competitor_pull=pull, satisfaction_steepness=0.0, switching_cost=0.0)
    run = simulate(contracts("regular", 2 * TERM + 1, calm), Plan(), 1)
    left = run.events.of(Kind.LEFT)
    assert set(left.minute // MINUTES_A_WEEK) == {TERM, 2 * TERM}  # bound until then
    for terms in (1, 2):
        stay = survival("regular")[terms] * np.exp(-pull * TERM * terms)
        there = PEOPLE - int((left.minute < (TERM * terms + 1) * MINUTES_A_WEEK).sum())
        assert binomtest(there, PEOPLE, stay).pvalue > RARE


def test_switching_cost_shields_from_nature_and_from_the_rest_alike() -> None:
    costly = Patience(competitor_pull=0.05, satisfaction_steepness=0.0, switching_cost=0.8)
    run = simulate(contracts("regular", TERM + 1, costly), Plan(), 1)
    own = np.exp(-run.people.patience.shield * (run.people.renewal.toll + 0.05 * TERM))
    stayed = (run.people.entry.stage == Stage.CUSTOMER).sum()
    assert abs(stayed - own.sum()) < 4 * np.sqrt((own * (1 - own)).sum())


def test_bills_come_at_even_distances_and_terms_of_so_many_bills() -> None:
    run, _ = cohort("high end", 1)
    orders = run.events.of(Kind.ORDER)
    order = np.lexsort((orders.minute, orders.person))
    person, minute = orders.person[order], orders.minute[order].astype(np.int64)
    assert (np.diff(minute)[np.diff(person) == 0] == 2 * MINUTES_A_WEEK).all()
    signed, left = run.events.of(Kind.SIGNED), run.events.of(Kind.LEFT)
    assert (signed.ref - signed.minute == TERM * MINUTES_A_WEEK).all()
    ends = {*zip(signed.ref.tolist(), signed.person.tolist(), strict=True)}
    assert ends >= {*zip(left.minute.tolist(), left.person.tolist(), strict=True)}
    assert len(orders) == (signed.channel >= 0).sum() * TERM // 2 - tail(run)


def tail(run: Run) -> int:
    """Count the bills of terms under way that fall due after the end of the run."""
    signed, end = run.events.of(Kind.SIGNED), run.scenario.weeks * MINUTES_A_WEEK
    bills = signed.minute[:, None] + np.arange(TERM // 2) * 2 * MINUTES_A_WEEK
    return int((bills >= end).sum())


def test_at_satisfaction_7_levels_move_at_their_plain_shares() -> None:
    numbers = {"fees": (10, 20, 30), "level_shares": (0, 1), "upgrade_share": 0.2, "downgrade_share": 0.1}
    run = simulate(contracts("high end", TERM + 1, **numbers), Plan(), 1)
    signed = run.events.of(Kind.SIGNED)
    assert (signed.value[signed.channel == 0] == 1).all()
    renewed = signed.value[signed.channel == 1]
    for level, share in ((2, 0.2), (0, 0.1)):
        assert binomtest(int((renewed == level).sum()), len(renewed), share).pvalue > RARE


def test_new_contracts_are_spread_over_levels_by_their_relative_numbers() -> None:
    numbers = {"fees": (10, 20, 30), "level_shares": (6, 3, 1)}
    levels = simulate(contracts("regular", 2, **numbers), Plan(), 1).events.of(Kind.SIGNED).value
    assert chisquare(np.bincount(levels), PEOPLE * np.array([0.6, 0.3, 0.1])).pvalue > RARE


# -- directions ------------------------------------------------------------------------------------


@cache
def market(**sections: Any) -> Scenario:
    """Give a software firm whose 600 customers are all there from the start, and pay."""
    scenario = load_scenario("saas").but(people=600, weeks=60, acquisition=None, freemium=None)
    paying = scenario.renewal.but(fees=(40, 120, 400), level_shares=(0.6, 0.3, 0.1))
    return scenario.but(entry=Entry(present_share=1.0), renewal=paying)


def with_(**sections: dict[str, Any]) -> Scenario:
    return market().but(**{name: getattr(market(), name).but(**these) for name, these in sections.items()})


def stay(discount: float, to: Segment | None = None) -> Plan:
    return Plan(renewal={"stay_discount": discount, "stay_to": to})


def assert_same(one: Events, other: Events) -> None:
    pd.testing.assert_frame_equal(one.frame(), other.frame())


@each_seed
def test_a_higher_stay_discount_brings_more_renewals_and_less_of_each(seed: int) -> None:
    runs = [simulate(market(), stay(share), seed) for share in (0.05, 0.2, 0.5)]
    assert (np.diff([run.metrics["renewal_rate"] for run in runs]) > 0).all()
    assert (np.diff([run.metrics["average_order"] for run in runs]) < 0).all()


@each_seed
def test_the_agreed_discount_is_off_every_bill_of_the_next_term_and_no_other(seed: int) -> None:
    run = simulate(market(), stay(0.25), seed)
    orders, given = run.events.of(Kind.ORDER), run.events.of(Kind.DISCOUNT)
    signed = run.events.of(Kind.SIGNED)
    renewed = np.full(600, np.iinfo(np.int32).max)
    np.minimum.at(renewed, signed.person[signed.channel == 1], signed.minute[signed.channel == 1])
    later = orders.minute >= renewed[orders.person]
    assert given.value.tolist() == np.rint(orders.value[later] * 0.25).tolist()


@each_seed
def test_an_offer_to_stay_reminds_some_of_leaving(seed: int) -> None:
    scenario = with_(renewal={"reminder_toll": 0.3})
    none, offered = (simulate(scenario, stay(share), seed) for share in (0.0, 0.001))
    assert offered.metrics["renewal_rate"] < none.metrics["renewal_rate"]
    assert offered.defections["contact"].sum() > none.defections["contact"].sum() == 0
    driven = set(offered.defections["person"]) - set(none.defections["person"])
    assert len(driven) > 10  # would have stayed, had nobody asked


@each_seed
def test_an_offer_to_those_alone_who_stay_anyway_only_costs(seed: int) -> None:
    """Nature takes hardly anything, so that there is nobody to be kept."""
    scenario = with_(renewal={"leave_a": 0.001, "leave_b": 10.0})
    none, offered = (simulate(scenario, stay(share), seed) for share in (0.0, 0.3))
    assert offered.metrics["renewal_rate"] <= none.metrics["renewal_rate"]
    assert offered.metrics["revenue"] < none.metrics["revenue"]


@each_seed
def test_the_satisfied_move_up_more_and_down_less_than_the_dissatisfied(seed: int) -> None:
    base = {"upgrade_share": 0.2, "downgrade_share": 0.2}
    up, down = [], []
    for quality in (5.0, 7.0, 9.0):
        scenario = with_(renewal=base, experience={"quality": quality})
        scenario = scenario.but(renewal=scenario.renewal.but(level_shares=(0, 1)), people=1_500)
        signed = simulate(scenario, Plan(), seed).events.of(Kind.SIGNED)
        renewed = signed.value[signed.channel == 1]
        up.append((renewed == 2).mean())
        down.append((renewed == 0).mean())
    assert (np.diff(up) > 0).all()
    assert (np.diff(down) < 0).all()


@each_seed
def test_shorter_terms_give_more_occasions_to_leave(seed: int) -> None:
    runs = [simulate(with_(renewal={"term_bills": bills}), Plan(), seed) for bills in (13, 6, 3)]
    assert (np.diff([len(run.defections) for run in runs]) > 0).all()


@each_seed
def test_longer_ways_between_bills_bring_fewer_bills(seed: int) -> None:
    runs = [simulate(with_(renewal={"bill_weeks": weeks}), Plan(), seed) for weeks in (2, 4, 8)]
    assert (np.diff([run.metrics["orders"] for run in runs]) < 0).all()


@each_seed
def test_who_cancelled_can_be_won_back_and_signs_a_new_contract(seed: int) -> None:
    keen = {"return_on_click": 1.0, "away_attention": 1.0}
    win_back = Plan(campaigns=[Campaign(channel="email", offer=Offer(discount=0.2))])
    run = simulate(with_(contact=keen), win_back, seed)
    back, signed = run.events.of(Kind.RETURNED), run.events.of(Kind.SIGNED)
    new = signed.where(signed.channel == 0)
    assert len(back) > 20
    assert new.person.tolist() == back.person.tolist()
    assert new.minute.tolist() == back.minute.tolist()


# -- what the firm knows, and whom it minds --------------------------------------------------------


def test_contracts_older_than_the_market_are_on_record_with_their_ends() -> None:
    run = simulate(market(), Plan(), 1)
    older = run.events.of(Kind.SIGNED)
    older = older.where(older.channel == RUNNING)
    assert len(older) == 600
    record = run.record(5)  # by then everybody has had a bill
    ends = pd.Series(older.ref, older.person)
    expected = ends[run.hidden_link.loc[record.index].to_numpy()] / MINUTES_A_WEEK - 5
    runs_on = record["contract_weeks"].to_numpy() < 52 - 5  # not renewed yet
    assert runs_on.sum() > 400
    assert np.allclose(record["contract_weeks"][runs_on].to_numpy(), expected[runs_on].to_numpy())
    decided = {*zip(older.ref.tolist(), older.person.tolist(), strict=True)}
    for kind in (Kind.CANCELLED, Kind.SIGNED):
        seen = run.events.of(kind)
        seen = seen.where((seen.minute > 0) & (seen.minute < 52 * MINUTES_A_WEEK))
        assert len(seen) > 30
        assert {*zip(seen.minute.tolist(), seen.person.tolist(), strict=True)} <= decided


def test_an_offer_to_those_whose_contract_ends_soon_reaches_all_whose_term_ends() -> None:
    soon = stay(0.3, Segment(contract_weeks=under(1)))
    everybody, chosen = simulate(market(), stay(0.3), 1), simulate(market(), soon, 1)
    late = [since(run.events, 5) for run in (everybody, chosen)]  # on record from the first bill on
    discounts = [events.of(Kind.DISCOUNT) for events in late]
    first_month = everybody.events.of(Kind.SIGNED)
    early = first_month.person[(first_month.channel == 1) & (first_month.minute < 5 * MINUTES_A_WEEK)]
    left_out = np.isin(discounts[0].person, early)
    assert_same(discounts[0].where(~left_out), discounts[1].where(~np.isin(discounts[1].person, early)))
    assert len(discounts[1]) > 500


def since(events: Events, week: int) -> Events:
    return events.where(events.minute >= week * MINUTES_A_WEEK)


@pytest.mark.parametrize("kind", [Kind.CARED, Kind.NPS])
def test_nobody_cares_for_or_asks_who_has_cancelled(kind: Kind) -> None:
    scenario = with_(experience={"survey_every": 4, "survey_share": 1.0}).but(contact=None)
    run = simulate(scenario, Plan(bonds={"care": 1.0, "every": 2}), 1)
    gone = np.full(600, np.iinfo(np.int32).max)
    cancelled = run.events.of(Kind.CANCELLED)
    gone[cancelled.person] = cancelled.minute // MINUTES_A_WEEK
    done = run.events.of(kind)
    assert len(done) > 500
    assert len(cancelled) > 50
    assert (done.minute // MINUTES_A_WEEK <= gone[done.person]).all()


# -- twins -----------------------------------------------------------------------------------------


def decided_while(run: Run, rule: Segment) -> npt.NDArray[np.bool_]:
    """Tell whose record fitted a rule on a Monday of a week in which their term ended."""
    ended = [run.events.of(Kind.CANCELLED), run.events.of(Kind.SIGNED)]
    ended[1] = ended[1].where(ended[1].channel == 1)
    week, person = (
        np.concatenate([getattr(e, name) for e in ended]) // step
        for name, step in (("minute", MINUTES_A_WEEK), ("person", 1))
    )
    fits = np.zeros(run.scenario.people, bool)
    for monday in np.unique(week).tolist():
        record = run.record(monday)
        chosen = run.hidden_link.loc[record.index[rule.chosen(record)]]
        fits[np.intersect1d(chosen, person[week == monday])] = True
    return fits


@each_seed
def test_an_offer_to_stay_touches_those_alone_to_whom_it_is_made(seed: int) -> None:
    scenario = market().but(service=None)  # no queue couples people
    rich = Segment(spend_52w=at_least(500))
    plain, offered = simulate(scenario, Plan(), seed), simulate(scenario, stay(0.3, rich), seed)
    touched = decided_while(plain, rich) | decided_while(offered, rich)
    assert min(touched.sum(), (~touched).sum()) > 100
    assert_same(*(run.events.where(~touched[run.events.person]) for run in (plain, offered)))
    assert (plain.people.patience.left == offered.people.patience.left)[~touched].all()
    assert (plain.people.patience.left != offered.people.patience.left)[touched].all()


def test_without_an_offer_or_for_nobody_the_market_is_the_same() -> None:
    plain = simulate(market(), Plan(), 1)
    nobody = simulate(market(), stay(0.5, Segment(orders=at_least(10**6))), 1)
    assert_same(plain.events, nobody.events)


def test_what_is_planned_but_not_done_keeps_nobody() -> None:
    undone = market().but(rollout=Rollout(by_hand=0.0))
    assert_same(simulate(undone, Plan(), 1).events, simulate(undone, stay(0.5), 1).events)
    half = market().but(rollout=Rollout(by_hand=0.5, habit=1.0))
    given = [len(simulate(s, stay(0.5), 1).events.of(Kind.DISCOUNT)) for s in (half, market())]
    assert 0.35 < given[0] / given[1] < 0.65


# -- bad input -------------------------------------------------------------------------------------

WRONG = {
    "more levels than fees": ({"fees": [10], "level_shares": [1, 1]}, "level_shares", "1 fees"),
    "no fee": ({"fees": []}, "fees", "at least 1"),
    "a fee below nothing": ({"fees": [10, -1]}, r"fees\[1\]", "at least 0"),
    "a share below nothing": ({"fees": [1, 2], "level_shares": [-1, 2]}, r"level_shares\[0\]", "at least 0"),
    "shares of nothing": ({"level_shares": [0.0]}, "level_shares", "above 0"),
    "bills never": ({"bill_weeks": 0}, "bill_weeks", "at least 1"),
    "terms without bills": ({"term_bills": 0}, "term_bills", "at least 1"),
    "alpha none": ({"leave_a": 0}, "leave_a", "more than 0"),
    "more than all move up": ({"upgrade_share": 1.5}, "upgrade_share", "at most 1"),
    "a reminder that soothes": ({"reminder_toll": -0.1}, "reminder_toll", "at least 0"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_number_of_a_contract_is_named_with_what_is_allowed(name: str) -> None:
    given, field, remedy = WRONG[name]
    with pytest.raises(Fault, match=field) as caught:
        market().renewal.but(**given)
    assert remedy in str(caught.value)


@pytest.mark.parametrize("discount", [-0.1, 1.1])
def test_a_stay_discount_is_a_share(discount: float) -> None:
    with pytest.raises(Fault, match=r"renewal\.stay_discount"):
        stay(discount)


def test_a_market_without_contracts_says_so() -> None:
    with pytest.raises(Fault, match=r"renewal: supermarket has no renewal.*leave stay_discount alone"):
        simulate(load_scenario("supermarket").but(people=5, weeks=1), stay(0.1), 1)


def test_a_market_has_one_law_of_buying() -> None:
    supermarket = load_scenario("supermarket")
    with pytest.raises(Fault, match=r"Scenario\.renewal: .*give shopping or renewal, not both"):
        supermarket.but(renewal=market().renewal)
    with pytest.raises(Fault, match=r"give shopping or renewal\.$"):
        supermarket.but(shopping=None)
