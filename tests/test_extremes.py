"""At the edge of what a scenario or plan may say, every market stays sound, and never warns."""

# Plans are written here as learners write them, with lists, dicts and functions, and sometimes wrongly:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim import Campaign, Offer, Plan, Scenario, Segment, over, scenario_names, simulate
from sim.clock import OpeningHours
from sim.delays import Delays
from sim.events import Kind, Stage
from sim.metrics import METRICS
from sim.plan import Timeline
from sim.processes.credit import Parameters as Credit
from sim.processes.freemium import Parameters as Ads
from sim.processes.fulfilment import Parameters as Work
from sim.processes.gaps import Parameters as Gaps
from sim.processes.livestream import Parameters as Nights
from sim.processes.payday import Parameters as Payday
from sim.processes.place import Parameters as Places
from sim.processes.place import Place
from sim.processes.privacy import Parameters as Privacy
from sim.processes.rollout import Parameters as Rollout
from sim.processes.sales import Parameters as Sales
from sim.processes.sales import Step
from sim.processes.shocks import WHATS, Shock
from sim.processes.shocks import Parameters as Shocks
from sim.processes.stewardship import Parameters as Stewardship
from sim.processes.success import Parameters as Success
from sim.processes.surcharge import Parameters as Surcharge
from sim.processes.ties import Parameters as Ties
from sim.run import Run
from sim.series import retention_curve
from tests.drawn import can
from tests.goods import BASKET
from tests.test_contracts import assert_sound, small

MARKETS = scenario_names()
Change = Callable[[Scenario], Scenario]


def market(name: str) -> Scenario:
    """Give a ready-made market, small."""
    few = small(name, 80, 16)
    return few.but(people=400) if few.sales else few  # where sellers come, customers are few and bills rare


def section(name: str, **changes: Any) -> Change:
    """Change a section; a market in which it is switched off stays as it is."""

    def change(scenario: Scenario) -> Scenario:
        these = getattr(scenario, name)
        return scenario if these is None else scenario.but(**{name: these.but(**changes)})

    return change


def channels(**changes: Any) -> Change:
    """Change all channels alike."""

    def change(scenario: Scenario) -> Scenario:
        if scenario.contact is None:
            return scenario
        changed = {name: channel.but(**changes) for name, channel in scenario.contact.channels.items()}
        return scenario.but(contact=scenario.contact.but(channels=changed))

    return change


def accounts(**numbers: float) -> Change:
    """Give people second accounts, where they buy freely."""
    return lambda s: s if s.renewal else s.but(stewardship=Stewardship(**numbers))


def everything(scenario: Scenario) -> Plan:
    """Use all that a market has: an offer on every channel every week, compensation, a first class."""
    offer = Offer(discount=0.3) if scenario.pricing else Offer()
    names = scenario.contact.channels if scenario.contact else {}
    service = {"compensation": 5.0, "first": Segment(orders=over(3)), "checks": 0.1}
    if scenario.service and scenario.service.agents >= len(scenario.service.channels):
        service["routing"] = "by_channel"
    service = service if scenario.service else {}
    wanted = Plan(**{name: levers for name, levers in LAVISH.items() if getattr(scenario, name)})
    moved = {name: getattr(wanted, name) for name in LAVISH if can(scenario, getattr(wanted, name))}
    return Plan(campaigns=[Campaign(channel=name, offer=offer) for name in names], service=service, **moved)


LAVISH: dict[str, Any] = {
    "bonds": {"care": 1.0, "ties": 1.0, "every": 3},
    "loyalty": {
        "points": 0.1,
        "reward": 1.0,
        "silver_from": 5,
        "gold_from": 50,
        "perk": 1.0,
        "review_weeks": 4,
    },
    "acquisition": {"search": 1e4, "social": 50, "leaflet": 50, "referral_reward": 7.5},
    "renewal": {"stay_discount": 0.3},
    "rollout": {"training": 100.0, "system": True},
    "shocks": {"answer": "denial"},
    "gaps": dict.fromkeys(("knowledge", "standards", "delivery", "communication", "perception"), 1e3),
    "place": {"bundle": "lunch", "discount": 1.0},
    "surcharge": {"markup": 1.0},
    "payday": {"credit": True},
    "fulfilment": {"charge": 1.0},
    "freemium": {"ads": 1_000.0},
    "privacy": {"easy_withdrawal": True, "plain_option": True, "keep_weeks": 1, "sensitive": "unasked"},
    "stewardship": {"cleaning": 100.0, "integration": 1.0},
    "staff": {"training": 100.0, "bonus": 200.0, "pay": 10.0},
    "automation": {"front": "assistant", "upkeep": 10.0},
    "notice": {"status": True, "warn": True, "compensation": 5.0, "backup": True},
    "guarantee": {"promise": 20.0, "limit": 3},
    "followup": {"cycle": 4, "after": "order", "capacity": 50},
    "levels": {"rules": [{"level": "partnership"}]},
    "basket": {"suggestions": 9, "recommender": "learned", "up_sell": 0.5, "stock": 10.0},
    "livestream": {"first_week": 1, "every": 3, "discount": 0.3, "promotion": 1e4},
    "sales": {
        "sellers": 3,
        "automation": 1.0,
        "follow_up": 1.0,
        "routing": "own territory",
        "visit_weeks": 4,
    },
    "ties": {"document": 1.0},
    "success": {"managers": 2, "every": 1},
    "credit": {"payment_weeks": 52.0},
}


WORST = Shocks(
    calendar=[Shock(what=what, week=1, weeks=None) for what in WHATS],
    **{"season_lift": 5.0, "war_cut": 0.9, "outage_loss": 0.99, "breach_toll": 5.0, "scandal_talk": 20.0},
)
DEAREST = Surcharge(elasticity=10.0, notice_share=1.0, unfair_toll=10.0)
WORRIED = Privacy(concern_spread=3.0, profiled_toll=5.0, plain_share=1.0)
WILD = Nights(follow_share=1.0, show_lift=5.0, return_share=1.0, return_days=365, loss_share=0.0)
FREE = [name for name in MARKETS if market(name).shopping]
CONTRACTS = [name for name in MARKETS if market(name).renewal]
EXTREMES: dict[str, Change] = {
    "0 people": lambda s: s.but(people=0),
    "1 person": lambda s: s.but(people=1),
    "1 week": lambda s: s.but(weeks=1),
    "0 people, 1 week": lambda s: s.but(people=0, weeks=1),
    "2 weeks": lambda s: s.but(weeks=2),
    "no consent": channels(consent_share=0.0),
    "all consent": channels(consent_share=1.0),
    "all open and click": channels(open_share=1.0, click_share=1.0),
    "all opt out": channels(opt_out_share=1.0),
    "nobody opens": channels(open_share=0.0),
    "free messages": channels(cost=0.0),
    "most tiring messages": channels(fatigue=10.0),
    "most harmful messages": section("contact", tolerance=0.0, contact_toll=10.0, fatigue_keep=0.99),
    "all return and wake": section("contact", away_attention=1.0, return_on_click=1.0, wake_on_click=1.0),
    "nobody renews": section("renewal", leave_a=1e4, leave_b=0.001),
    "everybody renews": section("renewal", leave_a=1e-6, leave_b=1e6),
    "a bill a week, a term a bill": section("renewal", bill_weeks=1, term_bills=1),
    "terms without end": section("renewal", bill_weeks=104, term_bills=104),
    "all move up and down": section("renewal", upgrade_share=1.0, downgrade_share=1.0),
    "all are offered to stay": section("renewal", offer_relief=50.0, reminder_toll=10.0),
    "strongest bonds": section("bonds", worth=1e-3, copy_weeks=1e-3),
    "all join": section("loyalty", join_share=1.0, redeem_share=1.0, pressure=5.0, glow=5.0),
    "worst demotions": section("loyalty", join_share=1.0, demotion_drop=10.0, demotion_toll=10.0),
    "proudest promotions": section("loyalty", join_share=1.0, status_points=10.0),
    "all talk": section("acquisition", recommend_share=1.0, answer_share=1.0),
    "nobody talks": section("acquisition", recommend_share=0.0),
    "all in a pool": section("entry", present_share=0.0, pool_share=1.0),
    "all that can happen": lambda s: s.also("notice", "patience").but(shocks=WORST),
    "the widest gaps": lambda s: s.but(gaps=Gaps(knowledge=10, delivery=10, slips=1, communication=10)),
    "all at lunch": lambda s: s.but(place=Places(places={"a": Place(share=1, dayparts=(0, 1, 0, 0))})),
    "nobody pays": lambda s: s.but(payday=Payday(short_share=1.0, dip=0.99, unpaid_share=1.0, interest=1.0)),
    "nothing but advertisements": lambda s: s.but(freemium=Ads(ads=1e4, rate=1e3, toll=10, escape=10)),
    "nothing but work": lambda s: s.but(fulfilment=Work(extra_share=1, extra_spread=3, charge_toll=10)),
    "dearest to all": lambda s: s.but(surcharge=DEAREST),
    "all mind their data": lambda s: s.but(privacy=WORRIED),
    "the dirtiest data": lambda s: s.but(stewardship=Stewardship(duplicate_share=1.0, gap_share=1.0)),
    "two accounts each": accounts(split_share=1.0, merging_speed=0.01),
    "all orders under the second": accounts(split_share=1.0, second_share=1.0),
    "all joined at once": accounts(split_share=1.0, merging_speed=1.0),
    "all alike": lambda s: s.but(basket=BASKET.but(taste_spread=0.0, pace_spread=0.0, urgency=0.0)),
    "as different as can be": lambda s: s.but(basket=BASKET.but(taste_spread=3.0, pace_spread=2.0)),
    "nothing but need": lambda s: s.but(basket=BASKET.but(urgency=10.0, elsewhere_share=1.0)),
    "nothing in stock": lambda s: s.but(basket=BASKET.but(fill_rate=0.0, substitute_share=0.0)),
    "the largest households": lambda s: s.but(basket=BASKET.but(household_shares=[0] * 11 + [1])),
    "all that is suggested is taken": lambda s: s.but(basket=BASKET.but(appeal=10.0, attention_keep=1.0)),
    "one kind of goods": lambda s: s.but(basket={"categories": {"all": {"share": 0.01, "margin": 1.0}}}),
    "nothing gets done": lambda s: s.but(rollout=Rollout(by_hand=0.0, habit=0.0)),
    "sellers around the clock": lambda s: s.but(sales=Sales(hours=OpeningHours(), lead_share=0.5)),
    "all want to buy": lambda s: s.but(sales=Sales(lead_share=1.0, call=Step(), keenness_spread=3.0)),
    "nobody waits": lambda s: s.but(sales=Sales(lead_share=1.0, cooling=10.0, habit=0.0)),
    "sellers come and go": lambda s: s.but(sales=Sales(visit_weeks=1), ties=Ties(turnover=0.99)),
    "the best one goes": lambda s: s.but(sales=Sales(), ties=Ties(follow_toll=10.0, star_leaves=2)),
    "ties without sellers": lambda s: s.but(ties=Ties()),
    "managers who can do all": lambda s: s.but(success=Success(visits=1_000, usage=10.0, told=1.0)),
    "payment in a year": lambda s: s.but(credit=Credit(interest=1.0, customer_interest=0.9)),
    "all watch and send all back": lambda s: s if s.renewal else s.but(livestream=WILD),
    "a channel each": section("service", channels={f"{n}": 0.1 for n in range(12)}, fault_share=0.5),
    "one channel": section("service", channels={"letter": 1.0}, fault_share=0.5),
    "all faults can be prevented": section("service", checks_reach=1.0, checks_worth=1e-6),
    "no agents": section("service", agents=0),
    "many agents": section("service", agents=10_000),
    "all faulty": section("service", fault_share=1.0),
    "all complain": section("service", fault_share=1.0, outspoken_share=1.0, handling_minutes=600),
    "none complain": section("service", fault_share=1.0, outspoken_share=0.0),
    "worst faults": section("service", fault_share=1.0, fault_toll=10.0, late_toll=10.0),
    "never closed": section("service", hours=OpeningHours(), fault_share=1.0),
    "an hour a week": section("service", hours=OpeningHours(days=1, from_hour=23), fault_share=1.0),
    "all doze": section("shopping", doze_share=1.0),
    "none wake": section("shopping", doze_share=0.2, wake_share=0.0),
    "all doze and wake": section("shopping", doze_share=1.0, wake_share=1.0),
    "none present": section("entry", present_share=0.0),
    "all present": section("entry", present_share=1.0),
    "all leave": section("shopping", dropout_a=100.0, dropout_b=0.001),
    "none leave": section("shopping", dropout_a=1e-6, dropout_b=1e6),
    "many orders": section("shopping", rate_scale=0.3),
    "hardly an order": section("shopping", rate_scale=1e4),
    "nothing but cents": section("shopping", spend_scale=1e-6),
    "millions": section("shopping", spend_scale=1e6),
    "rate is spend": section("shopping", rate_spend_correlation=1.0),
    "rate against spend": section("shopping", rate_spend_correlation=-1.0),
    "no margin": lambda s: s.but(margin=0.0),
    "all margin": lambda s: s.but(margin=1.0),
    "no interest": lambda s: s.but(discount_rate=0.0),
    "late records": lambda s: s.but(record=Delays(order_hours=168, answer_hours=168)),
    "strongest competitor": section("patience", competitor_pull=5.0),
    "no competitor": section("patience", competitor_pull=0.0),
    "highest switching cost": section("patience", switching_cost=5.0),
    "worst quality": section("experience", quality=0.0, quality_spread=0.0),
    "best quality": section("experience", quality=10.0, quality_spread=5.0),
    "no survey": section("experience", survey_every=0),
    "survey of all each week": section("experience", survey_every=1, survey_share=1.0, answer_share=1.0),
    "most sensitive": section("pricing", sensitivity_spread=3.0, price_loss=50.0, price_toll=10.0),
    "prices never forgotten": section("pricing", reference_rise=1e-6, reference_fall=1.0),
    "pantry full for long": section("pricing", forward_share=1.0, pantry=1.0),
}  # fmt: skip


def strict_run(scenario: Scenario, plan: Plan) -> Run:
    """Run and look at everything with warnings as errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = simulate(scenario, plan, 1)
        run.summary()
        retention_curve(run)
        repr(run)
        return run


def cases(changes: dict[str, Change]) -> list[Any]:
    """Pair each market with each change that changes something in it."""
    return [
        pytest.param(name, change, id=f"{name}-{label}")
        for name in MARKETS
        for label, change in changes.items()
        if change(market(name)) != market(name)
    ]


@pytest.mark.parametrize(("name", "change"), cases(EXTREMES))
def test_the_market_stays_sound_at_every_extreme(name: str, change: Change) -> None:
    scenario = change(market(name))
    run = strict_run(scenario, everything(scenario))
    assert_sound(run)


def test_the_list_of_extremes_touches_every_section() -> None:
    full = market("supermarket")
    touched = {
        field
        for change in EXTREMES.values()
        for field in Scenario.model_fields
        if getattr(change(full), field) != getattr(full, field)
    }
    sections = {"shopping", "pricing", "contact", "service", "experience", "patience", "record"}
    sections |= {
        "entry",
        "bonds",
        "loyalty",
        "acquisition",
        "rollout",
        "gaps",
        *("sales", "ties", "success", "credit"),
        "livestream",
        "basket",
        "shocks",
        "surcharge",
        *("payday", "fulfilment", "freemium"),
        "privacy",
        "place",
        "stewardship",
    }
    assert touched >= sections | {"people", "weeks", "margin"}


@pytest.mark.parametrize("name", MARKETS)
def test_a_market_without_people_has_nothing_but_fixed_cost(name: str) -> None:
    scenario = market(name).but(people=0)
    run = strict_run(scenario, everything(scenario))
    total = run.accounts.total()
    service, selling, plan = scenario.service, scenario.sales, everything(scenario)
    people = [(service.agents, service.wage)] if service else []
    people += [(plan.sales.sellers, selling.wage)] if selling else []
    people += [(plan.success.managers, scenario.success.wage)] if scenario.success else []
    wages = sum(round(count * wage * 100) for count, wage in people) * scenario.weeks
    system = round(selling.licence * plan.sales.sellers * 100) * scenario.weeks if selling else 0
    assert total["profit"] == -round(scenario.fixed_cost * 100) * scenario.weeks - wages - system
    assert total["contribution"] == run.metrics["orders"] == run.metrics["customers"] == 0
    # advertising to nobody costs nothing, and the seasons come all the same
    spent = {Kind.WAGES, Kind.ADVERTISED, Kind.PROMOTED, Kind.TOOLS, Kind.RESIGNED, Kind.SHOCK, Kind.NIGHT}
    spent.add(Kind.CHECKED)
    assert set(np.unique(run.events.kind)) <= spent


@pytest.mark.parametrize("name", MARKETS)
def test_nobody_who_does_not_consent_gets_a_message(name: str) -> None:
    scenario = channels(consent_share=0.0)(market(name))
    run = strict_run(scenario, everything(scenario))
    assert run.metrics["contacts"] == run.metrics["opt_outs"] == 0
    assert run.accounts.total()["messages"] == 0
    silent = everything(scenario).but(campaigns=())
    assert run.metrics["orders"] == simulate(scenario, silent, 1).metrics["orders"]


@pytest.mark.parametrize("name", MARKETS)
def test_prospects_alone_give_no_order_before_they_enter(name: str) -> None:
    scenario = market(name).but(sales=None)  # which would win them sooner
    scenario = scenario.but(entry=scenario.entry.but(present_share=0.0, pool_share=0.0, entry_weeks=16))
    run = strict_run(scenario, Plan())
    orders = run.events.of(Kind.ORDER)
    assert len(orders)
    assert (orders.minute >= run.people.entry.minute[orders.person]).all()
    far = scenario.but(entry=scenario.entry.but(present_share=0.0, entry_weeks=1e4, entry_shares=[0, 0, 1]))
    later = strict_run(far, Plan())
    assert later.metrics["orders"] == 0
    assert (later.people.entry.stage == Stage.PROSPECT).all()


@pytest.mark.parametrize("name", FREE)
def test_when_all_fall_dormant_and_none_wake_only_newcomers_order(name: str) -> None:
    scenario = market(name)
    scenario = scenario.but(shopping=scenario.shopping.but(doze_share=1.0, wake_share=0.0))
    run = strict_run(scenario, Plan())
    orders = run.events.of(Kind.ORDER)
    entry = run.people.entry.minute[orders.person]
    assert (entry >= 0).all(), "somebody who was there from the start was dormant from the start"
    assert (orders.minute // 10_080 == entry // 10_080).all()


@pytest.mark.parametrize("name", [name for name in MARKETS if market(name).pricing and market(name).contact])
def test_goods_for_nothing_bring_nothing(name: str) -> None:
    scenario = channels(open_share=1.0, click_share=1.0, consent_share=1.0)(market(name))
    channel = next(iter(scenario.contact.channels)) if scenario.contact else "email"
    run = strict_run(scenario, Plan(campaigns=[Campaign(channel=channel, offer=Offer(discount=1.0))]))
    assert_sound(run)
    orders, cuts = run.events.of(Kind.ORDER), run.events.of(Kind.DISCOUNT)
    redeemed = orders.where((orders.ref > 0) & (orders.value > 0))
    assert len(redeemed) > 15
    assert sorted(redeemed.value.tolist()) == sorted(cuts.value.tolist())
    total = run.accounts.total()
    assert total["revenue"] - total["sponsored"] == orders.value[orders.ref == 0].sum()
    assert run.truth["reference_price"].min() < 0.7


@pytest.mark.parametrize("name", [name for name in MARKETS if market(name).service])
def test_a_desk_without_agents_answers_nobody(name: str) -> None:
    scenario = section("service", agents=0, fault_share=1.0)(market(name)).but(sales=None)
    run = strict_run(scenario, Plan(service={"compensation": 10.0}))
    assert len(run.events.of(Kind.TICKET)) > 50
    assert not len(run.events.of(Kind.ANSWERED)) + len(run.events.of(Kind.COMPENSATED))
    assert run.metrics["sla_answer"] == run.metrics["sla_solution"] == 0
    assert np.isnan(run.metrics["csat"])
    assert run.accounts.total()["wages"] == run.accounts.total()["compensation"] == 0


@pytest.mark.parametrize("name", [name for name in MARKETS if market(name).service])
def test_when_every_order_is_faulty_every_order_is_a_fault(name: str) -> None:
    run = strict_run(section("service", fault_share=1.0, outspoken_share=1.0)(market(name)), Plan())
    assert len(run.events.of(Kind.FAULT)) == run.metrics["orders"] == len(run.events.of(Kind.TICKET))


@pytest.mark.parametrize("name", [name for name in MARKETS if market(name).contact])
def test_a_budget_of_nothing_buys_nothing_but_what_is_free(name: str) -> None:
    scenario = channels(cost=0.01)(market(name))
    nothing = everything(scenario).but(contact={"budget": 0.0})
    assert strict_run(scenario, nothing).metrics["contacts"] == 0
    free = channels(cost=0.0)(scenario)
    assert strict_run(free, nothing).metrics["contacts"] > 0


@pytest.mark.parametrize("name", [name for name in MARKETS if market(name).contact])
def test_no_messages_a_week_means_none(name: str) -> None:
    scenario = market(name)
    run = strict_run(scenario, everything(scenario).but(contact={"messages_a_week": 0}))
    assert run.metrics["contacts"] == 0


@pytest.mark.parametrize("name", [name for name in MARKETS if market(name).contact])
def test_a_control_group_of_all_is_nobody_written_to(name: str) -> None:
    scenario = market(name)
    channel = next(iter(scenario.contact.channels)) if scenario.contact else "email"
    run = strict_run(scenario, Plan(campaigns=[Campaign(channel=channel, holdout=1.0)]))
    assert run.metrics["contacts"] == 0
    assert len(run.events.of(Kind.HELD_OUT)) > 0


def test_a_plan_of_a_thousand_weeks_hence_changes_nothing_today() -> None:
    scenario = market("supermarket")
    later = Timeline(plans={0: Plan(), 1_000: everything(scenario)})
    one, other = simulate(scenario, later, 1), simulate(scenario, Plan(), 1)
    assert one.events.frame().equals(other.events.frame())


@pytest.mark.parametrize("name", MARKETS)
def test_every_metric_of_a_market_of_one_week_can_be_read(name: str) -> None:
    run = strict_run(market(name).but(weeks=1), Plan())
    summary = run.summary()
    assert len(summary) == len(METRICS)
    assert summary.loc["churn", "value"] == "-"
    assert summary.loc["customer_equity", "value"] == "-"
