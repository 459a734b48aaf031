"""Laws of shocks: each strikes when its author says, where it should, and nowhere else."""

# mypy: disable-error-code="union-attr, arg-type"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from sim import Campaign, Fault, Plan, Scenario, Shock, load_scenario, simulate
from sim.cli import program
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.processes.shocks import WHATS, Parameters
from sim.run import Run

WEEK, WEEKS = 10, 8
LATER = {"answer": "open"}
each_what = pytest.mark.parametrize("what", WHATS)
each_crisis = pytest.mark.parametrize("what", ["breach", "scandal"])


def market() -> Scenario:
    return load_scenario("supermarket", 800).but(weeks=40).also("notice")  # by which a delay is felt


@cache
def run(what: str | None = None, answer: str = "silence", **numbers: float) -> Run:
    """Run a market with a shock from week 10 to 17, or none."""
    shocks = Parameters(**numbers).but(
        calendar=[] if what is None else [Shock(what=what, week=WEEK, weeks=WEEKS)]
    )
    plan = Plan(shocks={"answer": answer}, campaigns=[Campaign(every=2)])
    return simulate(market().but(shocks=shocks), plan, 3)


def orders(of: Run, first: int = WEEK, until: int = WEEK + WEEKS) -> int:
    """Count orders from a week on until another."""
    week = of.events.of(Kind.ORDER).minute // MINUTES_A_WEEK
    return int(((week >= first) & (week < until)).sum())


def taken(of: Run, cause: str) -> float:
    """Give the patience of those who left that went on a cause, in shares of one."""
    return float(of.defections[cause].sum())


def same(one: Run, other: Run) -> bool:
    return bool(one.events.frame().equals(other.events.frame()))


# -- when ------------------------------------------------------------------------------------------


def test_without_shocks_the_market_is_the_same_event_for_event() -> None:
    plan = Plan(campaigns=[Campaign(every=2)])
    assert same(simulate(market(), plan, 3), run())


@each_what
def test_nothing_happens_before_a_shock_and_something_does_from_then_on(what: str) -> None:
    calm, struck = run(), run(what)
    first = [page.frame() for page in struck.pages[:WEEK]]
    for before, page in zip(calm.pages[:WEEK], first, strict=True):
        pd.testing.assert_frame_equal(before.frame(), page)
    assert not same(calm, struck)
    seen = struck.events.of(Kind.SHOCK)
    assert seen.minute.tolist() == [WEEK * MINUTES_A_WEEK] and seen.channel.tolist() == [WHATS.index(what)]


@each_what
def test_a_shock_without_strength_does_nothing_but_be_noted(what: str) -> None:
    weak = simulate(
        market().struck(Shock(what=what, week=WEEK, strength=0.0)), Plan(campaigns=[Campaign(every=2)]), 3
    )
    rest = weak.events.where(weak.events.kind != int(Kind.SHOCK))
    pd.testing.assert_frame_equal(rest.frame(), run().events.frame())


def test_a_yearly_shock_comes_again_in_the_same_weeks_of_each_year() -> None:
    season = Shock(what="season", week=5, weeks=3, yearly=True)
    ages = [season.age(week) for week in range(120)]
    assert [week for week, age in enumerate(ages) if age is not None] == [5, 6, 7, 57, 58, 59, 109, 110, 111]
    assert [week for week, age in enumerate(ages) if age == 0] == [5, 57, 109]
    assert Shock(what="entrant", week=5, weeks=None).age(1_000) == 995


def test_a_shock_can_be_added_to_those_on_the_calendar() -> None:
    one, two = Shock(what="season", week=5), Shock(what="breach", week=9)
    assert market().struck(one).struck(two).shocks.calendar == (one, two)


@pytest.mark.parametrize("wrong", ["breach@5", {"what": "breach", "week": 5}, None])
def test_what_is_no_shock_is_refused_with_an_example(wrong: Any) -> None:
    with pytest.raises(
        Fault, match=r'shocks: expects some such as Shock\(what="breach", week=5\), was given'
    ):
        market().struck(wrong)


def test_a_shock_after_the_end_is_refused_and_one_in_the_last_week_is_not() -> None:
    assert market().struck(Shock(what="breach", week=39)).shocks.calendar
    with pytest.raises(Fault, match="shocks: breach@40 begins after the market's last week, 39"):
        market().struck(Shock(what="breach", week=40))


# -- what ------------------------------------------------------------------------------------------


def test_in_a_season_all_buy_more_by_the_stated_share() -> None:
    shares = []
    for seed in range(6):
        calm, busy = (
            simulate(
                market().but(
                    shocks=Parameters(season_lift=lift, calendar=[Shock(what="season", week=10, weeks=8)])
                ),
                Plan(),
                seed,
            )
            for lift in (0.0, 0.5)
        )
        shares.append(orders(busy) / orders(calm))
    assert np.mean(shares) == pytest.approx(1.5, abs=0.05)


@pytest.mark.parametrize(("what", "sign"), [("season", 1), ("price_war", -1), ("outage", -1)])
def test_a_season_brings_orders_and_price_war_and_outage_cost_some(what: str, sign: int) -> None:
    assert sign * (orders(run(what)) - orders(run())) > 0.02 * orders(run())


@pytest.mark.parametrize(
    ("what", "cause", "number"),
    [
        ("price_war", "competitor", "war_toll"),
        ("entrant", "competitor", "entrant_toll"),
        ("outage", "service", "outage_toll"),
        ("breach", "trust", "breach_toll"),
        ("scandal", "trust", "scandal_toll"),
    ],
)
def test_each_shock_takes_patience_for_its_own_cause_and_more_where_its_toll_is_higher(
    what: str, cause: str, number: str
) -> None:
    none, some, much = (taken(run(what, **{number: toll}), cause) for toll in (0.0, 0.05, 0.2))
    assert none < some < much


@pytest.mark.parametrize(("what", "number"), [("breach", "breach_opt_out"), ("privacy_law", "law_lapse")])
def test_permissions_end_by_the_stated_share_and_for_good(what: str, number: str) -> None:
    struck = run(what, **{number: 0.4})
    at_once = struck.events.of(Kind.WITHDRAWN)
    assert set(at_once.minute.tolist()) == {WEEK * MINUTES_A_WEEK}
    came = run().people.entry.minute < WEEK * MINUTES_A_WEEK
    refused = run().events.of(Kind.OPTED_OUT)
    given = run().people.contact.consent[:, came].sum() + came[refused.person].sum()
    assert len(at_once) / given == pytest.approx(0.4, abs=0.04)
    assert not struck.people.contact.consent[at_once.channel, at_once.person].any()
    later = [
        len(one.events.of(Kind.SENT).where(one.events.of(Kind.SENT).minute > WEEK * MINUTES_A_WEEK))
        for one in (struck, run())
    ]
    assert later[0] < 0.75 * later[1]


def test_a_scandal_spreads_by_talk_while_it_lasts_and_reaches_nobody_twice() -> None:
    heard = run("scandal").events.of(Kind.HEARD)
    by_week = np.bincount(heard.minute // MINUTES_A_WEEK, minlength=40)
    assert by_week[WEEK] == pytest.approx(80, abs=30) and (by_week[WEEK : WEEK + WEEKS] > 0).all()
    assert by_week.sum() == by_week[WEEK : WEEK + WEEKS].sum() == len(np.unique(heard.person))
    still = run("scandal", scandal_talk=0.0).events.of(Kind.HEARD)
    assert set((still.minute // MINUTES_A_WEEK).tolist()) == {WEEK}


def test_who_hears_of_a_scandal_is_less_satisfied_and_a_prospect_who_hears_stays_away() -> None:
    calm, struck = run(), run("scandal", scandal_toll=0.0)
    heard = np.flatnonzero(struck.people.shocks.heard)
    assert len(heard) > 100 and not struck.people.acquisition.inclination[heard].any()
    mood = [one.people.experience.satisfaction for one in (calm, struck)]
    fell = mood[1][heard] < mood[0][heard]
    assert fell.mean() > 0.5 and (mood[0] == mood[1])[~struck.people.shocks.heard].mean() > 0.95


# -- beside a rival --------------------------------------------------------------------------------


def beside_a_rival(strength: float = 1.0, plan: Plan = Plan(), **numbers: float) -> Run:  # noqa: B008  # frozen
    war = Shock(what="price_war", week=WEEK, weeks=WEEKS, strength=strength)
    shocks = Parameters(**numbers).but(calendar=[war])
    return simulate(market().also("rival").but(shocks=shocks), plan, 3)


def bought_there(of: Run, first: int = WEEK, until: int = WEEK + WEEKS) -> int:
    """Count purchases at the rival's from a week on until another."""
    week = of.events.of(Kind.RIVAL_ORDER).minute // MINUTES_A_WEEK
    return int(((week >= first) & (week < until)).sum())


def its_prices(of: Run) -> dict[int, float]:
    """Give the rival's price in the weeks in which it is not the usual one."""
    moved = of.events.of(Kind.RIVAL_MOVED)
    return dict(zip((moved.minute // MINUTES_A_WEEK).tolist(), (moved.value / 1e6).tolist(), strict=True))


def test_in_a_price_war_of_a_rival_our_orders_fall_and_the_rival_s_rise_and_then_both_return() -> None:
    calm, war = beside_a_rival(strength=0.0), beside_a_rival()
    assert orders(war) < 0.9 * orders(calm) and bought_there(war) > 1.1 * bought_there(calm)
    late = WEEK + WEEKS + 4, 40
    assert orders(war, *late) == pytest.approx(orders(calm, *late), rel=0.1)
    assert bought_there(war, *late) == pytest.approx(bought_there(calm, *late), rel=0.1)


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_the_rival_s_prices_fall_by_the_stated_cut_as_long_as_its_war_lasts(strength: float) -> None:
    war = beside_a_rival(strength, war_cut=0.3)
    expected = {week: 1 - 0.3 * strength for week in range(WEEK, WEEK + WEEKS)}
    assert its_prices(war) == pytest.approx(expected)


def test_in_a_war_the_rival_goes_by_its_deeper_cut_its_own_or_its_answer_to_ours() -> None:
    cheap = Plan(pricing={"price": 0.6})  # to which it answers by a fifth
    for cut in (0.1, 0.3):
        prices = its_prices(beside_a_rival(plan=cheap, war_cut=cut))
        assert prices[WEEK - 1] == prices[WEEK + WEEKS] == 0.8
        assert prices[WEEK] == pytest.approx(1 - max(cut, 0.2))


def test_beside_a_rival_a_war_is_felt_by_its_prices_alone() -> None:
    """The elasticity and the toll that stand for a rival who is not there do nothing."""
    usual, other = beside_a_rival(), beside_a_rival(war_elasticity=3.0, war_toll=2.0)
    assert same(usual, other)
    assert not same(run("price_war"), run("price_war", war_elasticity=3.0, war_toll=2.0))


def test_a_new_rival_in_a_market_without_patience_is_refused_with_the_remedy() -> None:
    calm = load_scenario("cdnow", 50)
    with pytest.raises(Fault, match=r"shocks\.calendar\[0\]: an entrant .* give a patience section"):
        calm.struck(Shock(what="entrant", week=5))
    assert calm.also("patience").struck(Shock(what="entrant", week=5)).shocks.calendar
    assert calm.struck(Shock(what="entrant", week=5, strength=0.0)).shocks.calendar


# -- under contract --------------------------------------------------------------------------------


def test_under_contract_a_season_lifts_the_levels_of_those_who_renew_and_brings_no_more_bills() -> None:
    software = load_scenario("saas", 800).but(weeks=40)
    season = Shock(what="season", week=WEEK, weeks=WEEKS)
    calm, busy = (
        simulate(software.but(shocks=Parameters(season_lift=lift, calendar=[season])), Plan(), 3)
        for lift in (0.0, 5.0)
    )
    assert orders(busy) == orders(calm)
    levels = [
        one.events.of(Kind.SIGNED).frame().set_index(["person", "minute"])["value"] for one in (calm, busy)
    ]
    change = levels[1] - levels[0]
    struck = change.index.get_level_values("minute") // MINUTES_A_WEEK
    assert not change[struck < WEEK].any()
    now = change[(struck >= WEEK) & (struck < WEEK + WEEKS)]
    assert (now >= 0).all() and now.sum() > 5


# -- how it is met ---------------------------------------------------------------------------------


@each_crisis
def test_an_open_answer_costs_money_and_saves_patience_and_denial_makes_it_worse(what: str) -> None:
    silent, denied, opened = (run(what, answer) for answer in ("silence", "denial", "open"))
    assert taken(opened, "trust") < taken(silent, "trust") < taken(denied, "trust")
    cost = [one.accounts.total()["crisis"] for one in (silent, denied, opened)]
    assert cost == [0, 0, -300 * 100 * 800 // 1_000]
    assert opened.accounts.by_person()["profit"].sum() == opened.accounts.total()["profit"]


def test_an_answer_without_a_crisis_changes_nothing() -> None:
    assert same(run(), run(answer="open")) and same(run("season"), run("season", answer="open"))


# -- from the command line -------------------------------------------------------------------------


def test_shocks_can_be_given_on_the_command_line(monkeypatch: Any) -> None:
    given = ["run", "supermarket", "--people", "50", "--weeks", "12", "--shock"]
    assert CliRunner().invoke(program, [*given, "season@3-5", "--shock", "breach@7"]).exit_code == 0


@pytest.mark.parametrize("text", ["breach", "breach@soon", "comet@3", "season@9-3", "season@-3"])
def test_a_shock_that_cannot_be_read_is_refused_in_a_sentence(text: str) -> None:
    told = CliRunner().invoke(program, ["run", "supermarket", "--people", "50", "--shock", text])
    assert told.exit_code != 0 and ("--shock" in told.output or "Shock" in told.output), told.output


def test_a_scenario_with_an_impossible_shock_is_refused_with_its_place() -> None:
    with pytest.raises(Fault, match=r"shocks.calendar\[0\].what"):
        market().but(shocks={"calendar": [{"what": "comet", "week": 3}]})
