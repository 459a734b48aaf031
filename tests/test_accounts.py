"""Laws of money: every cent comes from an event, and contributions and the unallocated are the profit."""

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import yaml

from sim import (
    Campaign,
    Offer,
    Plan,
    Scenario,
    load_plan,
    load_scenario,
    plan_names,
    scenario_names,
    simulate,
)
from sim.accounts import COMMON, LINES, UNALLOCATED
from sim.clock import MINUTES_A_WEEK
from sim.events import FIRM, Events, Kind
from sim.files import loads
from sim.need import Weights
from sim.processes.automation import Parameters as Automation
from sim.processes.community import Parameters as Community
from sim.processes.credit import Parameters as Credit
from sim.processes.followup import Parameters as Followup
from sim.processes.freemium import Parameters as Freemium
from sim.processes.fulfilment import Parameters as Fulfilment
from sim.processes.gaps import Parameters as Gaps
from sim.processes.gifts import Parameters as Gifts
from sim.processes.guarantee import Parameters as Guarantee
from sim.processes.levels import Parameters as Levels
from sim.processes.livestream import Parameters as Livestream
from sim.processes.needs import Parameters as Needs
from sim.processes.notice import Delay
from sim.processes.notice import Parameters as Notice
from sim.processes.participation import Parameters as Participation
from sim.processes.payday import Parameters as Payday
from sim.processes.place import Parameters as Places
from sim.processes.privacy import Parameters as Privacy
from sim.processes.profile import Parameters as Profile
from sim.processes.rival import Parameters as Rival
from sim.processes.rollout import Parameters as Rollout
from sim.processes.sales import Parameters as Sales
from sim.processes.seeding import Parameters as Seeding
from sim.processes.shocks import Parameters as Shocks
from sim.processes.shocks import Shock
from sim.processes.staff import Parameters as Staff
from sim.processes.stewardship import Parameters as Stewardship
from sim.processes.success import Parameters as Success
from sim.processes.surcharge import Parameters as Surcharge
from sim.processes.ties import Parameters as Ties
from sim.run import Run
from sim.scenario import FOLDER, MECHANISMS
from tests.goods import BASKET
from tests.test_contracts import fits

PEOPLE, WEEKS = 300, 30
SUPERMARKET = load_scenario("supermarket")
assert SUPERMARKET.service and SUPERMARKET.contact and SUPERMARKET.pricing
assert SUPERMARKET.experience and SUPERMARKET.patience
assert SUPERMARKET.bonds and SUPERMARKET.loyalty and SUPERMARKET.acquisition
COSTLY = Plan(
    name="costly",
    campaigns=[
        Campaign(channel=channel, offer=Offer(discount=0.17)) for channel in ("email", "sms", "phone")
    ],
    service=Plan().service.but(agents=3, compensation=7.77),
)
LAVISH = COSTLY.but(  # every lever that costs something
    name="lavish",
    pricing={"price": 0.973},
    experience={"quality": 0.333},
    service=Plan().service.but(agents=3, compensation=7.77, checks=0.077),
    bonds={"care": 0.21, "ties": 0.17, "every": 2},
    loyalty={
        "points": 0.031,
        "reward": 2,
        "silver_from": 50,
        "perk": 0.37,
        "review_weeks": 3,
        "expiry_weeks": 4,
    },
    acquisition={"search": 90.5, "social": 70, "leaflet": 60, "referral_reward": 12.34},
)
PLANS = {**{name: load_plan(name) for name in plan_names()}, "costly": COSTLY, "lavish": LAVISH}


def small(name: str) -> Scenario:
    """Give a ready-made market, scaled down, with many complaints and odd cents."""
    scenario = load_scenario(name).but(people=PEOPLE, weeks=WEEKS, fixed_cost=1_234.56)
    if scenario.service is None:
        return scenario
    return scenario.but(service=scenario.service.but(fault_share=0.2, wage=777.77))


PAIRS = [
    (name, plan) for name in scenario_names() for plan in PLANS if fits(PLANS[plan], load_scenario(name))
]


@cache
def run_of(scenario: str, plan: str) -> Run:
    return simulate(small(scenario), PLANS[plan], 1)


def personal_weeks(run: Run) -> npt.NDArray[np.int64]:
    """Give everybody's entries by week, shape (weeks, people + 1); the last column is nobody's."""
    books = run.accounts
    table = np.zeros((WEEKS, PEOPLE + 1), np.int64)
    np.add.at(table, (books.week, np.where(books.person == UNALLOCATED, PEOPLE, books.person)), books.cents)
    return table


# -- it adds up ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("scenario", "plan"), PAIRS)
def test_contributions_and_the_unallocated_are_the_profit_each_week_and_in_total(
    scenario: str, plan: str
) -> None:
    run = run_of(scenario, plan)
    by_week, by_person, total = run.accounts.by_week(), run.accounts.by_person(), run.accounts.total()
    cells = personal_weeks(run)
    assert by_week["profit"].tolist() == cells.sum(axis=1).tolist()
    assert by_week["contribution"].tolist() == cells[:, :-1].sum(axis=1).tolist()
    assert by_person["profit"].tolist() == cells.sum(axis=0).tolist()
    assert run.accounts.contribution().tolist() == by_person["contribution"].tolist()[:-1]
    assert run.accounts.contribution().sum() + by_person.loc[UNALLOCATED, "profit"] == total["profit"]
    for week in (0, 7, WEEKS):
        assert run.accounts.contribution(week).tolist() == cells[week:, :-1].sum(axis=0).tolist()
    for line in (*LINES, "revenue", "contribution", "profit"):
        assert by_week[line].sum() == by_person[line].sum() == total[line]
    assert by_person.loc[UNALLOCATED, "contribution"] == 0
    assert (by_person.loc[: PEOPLE - 1, [*COMMON]] == 0).all(axis=None)


@pytest.mark.parametrize(("scenario", "plan"), PAIRS)
def test_every_cent_comes_from_an_event(scenario: str, plan: str) -> None:
    """Add the events up again, one by one in whole numbers, by week and by person."""
    run = run_of(scenario, plan)
    share, levers = 1 - run.scenario.margin, run.timeline.plans[0]
    baskets = run.scenario.basket is not None  # they say what the goods cost
    lines: dict[Kind, dict[str, Any]] = {
        Kind.ORDER: {
            "sales": lambda value: value,
            "goods": lambda value: 0 if baskets else -round(value / levers.pricing.price * share),
            "quality": lambda value: -round(levers.experience.quality * 100),
            "checks": lambda value: -round(levers.service.checks * 100),
        },
        Kind.EARNED: {"points": lambda value: -value},  # a debt is a cost on the day it is made
        Kind.EXPIRED: {"points": lambda value: value},
        Kind.REDEEMED: {"redeemed": lambda value: -value, "points": lambda value: value},
    }
    spent = {
        Kind.DISCOUNT: "discounts",
        **{Kind.SENT: "messages", Kind.COMPENSATED: "compensation", Kind.CARED: "care", Kind.PERK: "perks"},
        **{Kind.REWARDED: "referrals", Kind.WAGES: "wages", Kind.ADVERTISED: "advertising"},
        **{Kind.TOOLS: "tools", Kind.PROVIDED: "offer"},
        Kind.STEWARDED: "stewardship",
        **{Kind.TOOLS: "tools", Kind.STAFFED: "staff", Kind.MET: "machines", Kind.CLAIMED: "claims"},
        **{Kind.ATTENDED: "attention", Kind.FORESTALLED: "prevention"},
        **{Kind.HOSTED: "community", Kind.GIFTED: "gifts", Kind.TOOK_PART: "participation"},
        **{Kind.FINANCED: "credit", Kind.UNPAID: "unpaid", Kind.PROMOTED: "advertising"},
        **{Kind.BASKET: "goods", Kind.FULFILLED: "fulfilment"},
        **{Kind.REFUNDED: "returns", Kind.NIGHT: "livestream"},
    }
    lines |= {kind: {line: lambda value: -value} for kind, line in spent.items()}
    lines[Kind.SPONSORED] = {"sponsored": lambda value: value}
    lines[Kind.CHARGED] = {"charges": lambda value: value}
    lines[Kind.RESTOCKED] = {"restocked": lambda value: value}
    week, person = np.zeros((WEEKS, len(LINES)), int), np.zeros((PEOPLE + 1, len(LINES)), int)
    events = run.events
    for minute, who, kind, value in zip(
        *(column.tolist() for column in (events.minute, events.person, events.kind, events.value)),
        strict=True,
    ):
        for line, cents in lines.get(Kind(kind), {}).items():
            week[minute // MINUTES_A_WEEK, LINES.index(line)] += cents(value)
            person[who, LINES.index(line)] += cents(value)  # the firm's -1 is the last row
    week[:, LINES.index("fixed")] = -123_456
    person[-1, LINES.index("fixed")] = -123_456 * WEEKS
    assert np.array_equal(run.accounts.by_week()[list(LINES)].to_numpy(), week)
    assert np.array_equal(run.accounts.by_person()[list(LINES)].to_numpy(), person)


def test_the_lavish_plan_moves_every_line() -> None:
    events = run_of("supermarket", "lavish").events
    moved = (Kind.PRICED, Kind.IMPROVED, Kind.EARNED, Kind.REDEEMED, Kind.EXPIRED, Kind.PERK, Kind.CARED)
    assert all(len(events.of(kind)) for kind in (*moved, Kind.REWARDED, Kind.ADVERTISED))
    total = run_of("supermarket", "lavish").accounts.total()
    elsewhere = (  # lines of mechanisms that this market has not
        *("tools", "crisis", "gaps", "surcharges"),
        *("offer", "stewardship", "stock"),
        *("community", "gifts", "participation"),
        *("livestream", "returns", "restocked"),
        *("credit", "unpaid", "fulfilment", "charges", "sponsored"),
        *("staff", "machines", "attention", "prevention", "claims"),
    )
    assert (total[[line for line in LINES if line not in ("sales", *elsewhere)]] < 0).all()
    assert total["sales"] > 0


def test_wages_compensation_and_messages_cost_what_was_agreed() -> None:
    run = run_of("supermarket", "costly")
    assert run.events.of(Kind.WAGES).value.tolist() == [3 * 77_777] * WEEKS
    assert (run.events.of(Kind.WAGES).person == FIRM).all()
    compensated, resolved = run.events.of(Kind.COMPENSATED), run.events.of(Kind.RESOLVED)
    assert (compensated.value == 777).all()
    assert sorted(zip(compensated.person, compensated.ref, strict=True)) == sorted(
        zip(resolved.person, resolved.ref, strict=True)
    )
    sent = run.events.of(Kind.SENT)
    for number, campaign in enumerate(COSTLY.campaigns, start=1):
        price = round(SUPERMARKET.contact.channels[campaign.channel].cost * 100)
        assert (sent.value[sent.ref == number] == price).all()


def test_each_discount_belongs_to_an_order_of_that_moment_and_is_what_was_offered() -> None:
    events = run_of("supermarket", "costly").events
    orders, discounts = events.of(Kind.ORDER), events.of(Kind.DISCOUNT)
    redeemed = orders.where(orders.ref > 0)
    assert len(redeemed) > 20
    for column in ("minute", "person", "ref"):
        assert getattr(redeemed, column).tolist() == getattr(discounts, column).tolist()
    assert discounts.value.tolist() == [round(value * 0.17) for value in redeemed.value.tolist()]
    clicked = events.of(Kind.CLICKED)
    held = set(zip(clicked.person, clicked.minute // MINUTES_A_WEEK, clicked.ref, strict=True))
    assert held.issuperset(zip(redeemed.person, redeemed.minute // MINUTES_A_WEEK, redeemed.ref, strict=True))


# -- off means off ---------------------------------------------------------------------------------


def shoppings(run: Run) -> pd.DataFrame:
    """Give who ordered when, and what it was worth at shelf price."""
    return run.events.of(Kind.ORDER).frame()[["minute", "person", "value"]]


@pytest.mark.parametrize("section", [name for name in MECHANISMS if getattr(SUPERMARKET, name)])
def test_a_section_taken_out_is_a_section_never_written(section: str) -> None:
    written = yaml.safe_load((FOLDER / "supermarket.yaml").read_text(encoding="utf-8"))
    del written[section]
    for note in ("calibrated", "sources"):
        if note in written:
            kept = [entry for entry in written[note] if entry.split(".")[0] != section]
            written[note] = kept if note == "calibrated" else {entry: written[note][entry] for entry in kept}
    never = loads(yaml.safe_dump(written), Scenario).but(people=PEOPLE, weeks=WEEKS)
    removed = SUPERMARKET.but(people=PEOPLE, weeks=WEEKS, **{section: None})
    one, other = (simulate(scenario, Plan(), 3) for scenario in (never, removed))
    pd.testing.assert_frame_equal(one.events.frame(), other.events.frame())
    pd.testing.assert_frame_equal(one.truth, other.truth)


def test_a_section_with_calibrated_parameters_can_be_switched_off() -> None:
    assert SUPERMARKET.but(calibrated=("experience.memory",)).only().experience is None


QUIET: dict[str, Any] = {  # each mechanism, switched on but without any effect on buying and leaving
    "pricing": SUPERMARKET.pricing.but(
        offer_lift=0.0, forward_share=0.0, reference_fall=0.0, price_loss=0.0, price_toll=0.0
    ),
    "contact": SUPERMARKET.contact.but(
        reminder_lift=0.0, wake_on_click=0.0, return_on_click=0.0, contact_toll=0.0
    ),
    "service": SUPERMARKET.service.but(fault_share=0.2, handling_minutes=900, fault_toll=0.0, late_toll=0.0),
    "experience": SUPERMARKET.experience,  # moods act through patience alone
    "patience": SUPERMARKET.patience.but(competitor_pull=0.0, switching_cost=0.0),
    "bonds": SUPERMARKET.bonds,  # they act through the shield alone, and nobody ties any
    "loyalty": SUPERMARKET.loyalty.but(
        pressure=0.0, glow=0.0, perk_worth=1e5, status_points=0.0, demotion_drop=0.0, demotion_toll=0.0
    ),
    "acquisition": SUPERMARKET.acquisition.but(recommend_share=0.0),
    "rollout": Rollout(by_hand=1.0, habit=1.0),
    "gaps": Gaps(knowledge=0, standards=0, delivery=0, communication=0, perception=0),
    "place": Places(),  # one place, no bundle
    "surcharge": Surcharge(),  # nobody is asked for more
    "payday": Payday(dip=0.0),
    "freemium": Freemium(),  # nobody has a level without a fee
    "fulfilment": Fulfilment(),  # what nobody pays for, nobody feels
    "privacy": Privacy(profiled_toll=0.0),
    "shocks": Shocks(calendar=(Shock(what="season", week=3, weeks=9),), season_lift=0.0),
    "needs": Needs(types={"family": Weights(money=3)}, weight_spread=0.0),  # money counts to all alike
    "profile": Profile(),
    "rival": Rival(reaction=0.0),
    "seeding": Seeding(),  # nobody gets a sample
    "stewardship": Stewardship(gap_share=0.2, wholesale_share=0.1, split_share=0.0),
    "staff": Staff(
        first_contact=1.0,
        skill_pace=0.0,
        skill_recovery=0.0,
        morale_recovery=0.0,
        again_toll=0.0,
        turnover=50.0,
    ),
    "automation": Automation(wrong_toll=0.0, retold_toll=0.0),
    "notice": Notice(delay=Delay(from_week=10), delay_toll=0.0, delay_points=0.0),
    "guarantee": Guarantee(),  # nobody is promised anything, or called, or served in another way
    "followup": Followup(),
    "levels": Levels(),
    "basket": BASKET.but(fill_rate=0.8, substitute_share=1.0, missing_drop=0.0, missing_toll=0.0),
    "community": Community(),  # nobody is invited
    "gifts": Gifts(),  # nothing is given
    "participation": Participation(),  # and nobody is asked
    "livestream": Livestream(),  # no night is held
    "sales": Sales(lead_share=0.0, visit_weeks=0),
    "ties": Ties(turnover=0.9),  # they bind nobody where sellers do not visit
    "success": Success(usage=0.0, worth=0.0, told=0.0),
    "credit": Credit(customer_interest=0.0),
}


def test_a_market_of_mechanisms_without_effect_sells_as_one_without_mechanisms() -> None:
    assert set(QUIET) == set(MECHANISMS)
    plain = SUPERMARKET.but(people=600, weeks=52).only()
    quiet = plain.but(**QUIET)
    one, other = simulate(plain, Plan(), 3), simulate(quiet, COSTLY, 3)
    assert min(len(other.events.of(kind)) for kind in (Kind.DISCOUNT, Kind.TICKET, Kind.OPTED_OUT)) > 10
    pd.testing.assert_frame_equal(shoppings(one), shoppings(other))
    assert one.events.of(Kind.LEFT).person.tolist() == other.events.of(Kind.LEFT).person.tolist()


@pytest.mark.parametrize("section", MECHANISMS)
def test_a_mechanism_without_effect_sells_as_if_it_were_off(section: str) -> None:
    """The others stay on, but for what leads from this one to them."""
    others: dict[str, Any] = {}
    if section in ("experience", "service"):  # what is felt matters neither to the competitor's pull
        others["patience"] = SUPERMARKET.patience.but(satisfaction_steepness=0.0)
        others["acquisition"] = None  # nor to what is told
    if section == "patience":  # and all else that takes patience takes none
        others = {name: QUIET[name] for name in ("contact", "service")}
        others["pricing"] = SUPERMARKET.pricing.but(price_toll=0.0)
    scenario = SUPERMARKET.but(people=600, weeks=52, **others)
    plan = Plan() if section in ("pricing", "contact") else COSTLY.but(service=Plan().service)
    off, quiet = (simulate(scenario.but(**{section: these}), plan, 3) for these in (None, QUIET[section]))
    pd.testing.assert_frame_equal(shoppings(off), shoppings(quiet))


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("pricing", {"offer_lift": 2.0}),
        ("pricing", {"price_loss": 2.0, "reference_fall": 0.2}),
        ("pricing", {"forward_share": 0.3}),
        ("contact", {"reminder_lift": 0.1}),
        ("contact", {"wake_on_click": 0.5}),
        ("contact", {"return_on_click": 0.5}),
        ("contact", {"contact_toll": 0.05}),
        ("service", {"fault_toll": 0.3}),
        ("service", {"late_toll": 0.3}),
        ("patience", {"competitor_pull": 0.005}),
        ("patience", {"switching_cost": 0.3}),
    ],
)
def test_each_effect_alone_shows_in_the_orders(section: str, change: dict[str, float]) -> None:
    """Or the laws above would hold of a market in which nothing ever has an effect."""
    plain = SUPERMARKET.but(people=600, weeks=52, **QUIET)
    moved = plain.but(**{section: QUIET[section].but(**change)})
    one, other = (simulate(scenario, COSTLY, 3) for scenario in (plain, moved))
    assert not shoppings(one).equals(shoppings(other))


def test_a_plan_that_does_nothing_costs_nothing_but_wages_and_rent() -> None:
    total = simulate(small("supermarket"), Plan(), 1).accounts.total()
    assert total["messages"] == total["discounts"] == total["compensation"] == 0


def test_events_of_nobody_cost_nobody() -> None:
    events: Events = run_of("supermarket", "costly").events
    assert set(events.kind[events.person == FIRM].tolist()) == {Kind.WAGES}
