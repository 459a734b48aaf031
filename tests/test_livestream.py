"""Laws of nights of selling live: who watches, what surges, what comes back, what is missing afterwards."""

# mypy: disable-error-code="arg-type, call-arg, union-attr"

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Campaign, Fault, Offer, Plan, Scenario, load_scenario, simulate
from sim.clock import MINUTES_A_DAY, MINUTES_A_WEEK
from sim.delays import Delays
from sim.events import Events, Kind
from sim.processes.entry import Parameters as Entry
from sim.processes.livestream import HIGHEST, Levers
from sim.processes.livestream import Parameters as Nights
from sim.processes.rollout import Parameters as Rollout
from sim.run import Run
from tests.goods import BASKET
from tests.test_contracts import assert_sound

SUPERMARKET = load_scenario("supermarket")
PEOPLE, WEEKS, NIGHT = 1_500, 30, 10
STAYING = {"dropout_a": 0.001, "dropout_b": 1e4, "doze_share": 0.0}
SEEN = {"follow_share": 0.5}  # so that many watch
DEAL = Plan(livestream={"first_week": NIGHT, "discount": 0.4})


def market(these: Nights | None = None, **sections: Any) -> Scenario:
    """Give a market in which nobody comes, leaves or sleeps: lives differ by the night alone."""
    given: dict[str, Any] = {
        "shopping": SUPERMARKET.shopping.but(**STAYING),
        "entry": Entry(),
        "patience": None,
        "service": None,
        "livestream": these or Nights(**SEEN),
    }
    return SUPERMARKET.but(people=PEOPLE, weeks=WEEKS, **{**given, **sections})


def week_of(events: Events) -> Any:
    return events.minute // MINUTES_A_WEEK


def orders_by_week(run: Run, who: Any = None) -> Any:
    orders = run.events.of(Kind.ORDER)
    if who is not None:
        orders = orders.where(np.isin(orders.person, who))
    return np.bincount(week_of(orders), minlength=run.scenario.weeks)


def moments(person: Any, minute: Any) -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([person, minute])


def sum_by_moment(events: Events, signs: dict[Kind, int]) -> Any:
    parts = ((events.of(kind), sign) for kind, sign in signs.items())
    values = [pd.Series(sign * part.value, moments(part.person, part.minute)) for part, sign in parts]
    return pd.concat(values).groupby(level=[0, 1]).sum()


def watching(run: Run) -> Any:
    return run.events.of(Kind.WATCHED).person


def gain(numbers: dict[str, float], plan: Plan = DEAL, weeks: slice = slice(NIGHT, NIGHT + 1)) -> int:
    """Tell how many orders more than in a market without nights, in some weeks."""
    one = simulate(market(), Plan(), 3)
    other = simulate(market(Nights(**{**SEEN, **numbers})), plan, 3)
    return int((orders_by_week(other) - orders_by_week(one))[weeks].sum())


# -- when, and who watches -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("levers", "weeks"),
    [
        ({}, []),
        ({"every": 3, "discount": 0.5, "promotion": 50.0}, []),
        ({"first_week": 4}, [4]),
        ({"first_week": 4, "every": 3}, [4, 7, 10]),
        ({"first_week": 0, "every": 12}, [0]),
    ],
)
def test_nights_are_held_in_the_weeks_that_the_plan_says(levers: dict[str, Any], weeks: list[int]) -> None:
    assert [week for week in range(12) if Levers(**levers).due(week)] == weeks
    run = simulate(market().but(weeks=12, people=200), Plan(livestream=levers), 1)
    nights = run.events.of(Kind.NIGHT)
    assert week_of(nights).tolist() == weeks and not (nights.minute % MINUTES_A_WEEK).any()
    assert set(week_of(run.events.of(Kind.WATCHED))) <= set(weeks)


def test_promotion_brings_the_stated_share_of_viewers() -> None:
    these = Nights(follow_share=0.05, reach_share=0.2, promotion_worth=100.0)
    scenario = market(these, acquisition=None)  # all are equally sociable
    for money in (0.0, 50.0, 200.0):
        run = simulate(scenario.but(people=4_000), Plan(livestream={"first_week": 1, "promotion": money}), 1)
        share = 0.05 + 0.2 * (1 - np.exp(-money / 100))
        assert abs(len(watching(run)) / 4_000 - share) < 4 * np.sqrt(share / 4_000)


@pytest.mark.parametrize("number", ["follow_share", "reach_share"])
def test_each_share_of_viewers_brings_more(number: str) -> None:
    plan = Plan(livestream={"first_week": 3, "promotion": 100.0})
    few, many = (simulate(market(Nights(**{number: share})), plan, 1) for share in (0.02, 0.4))
    assert set(watching(few)) < set(watching(many))


def test_promotion_that_is_worth_less_brings_fewer() -> None:
    plan = Plan(livestream={"first_week": 3, "promotion": 100.0})
    cheap, dear = (simulate(market(Nights(promotion_worth=worth)), plan, 1) for worth in (50.0, 500.0))
    assert len(watching(dear)) < len(watching(cheap))


def test_the_sociable_watch_sooner() -> None:
    run = simulate(market(Nights(follow_share=0.1)), DEAL, 1)
    sociability = run.truth["sociability"]
    assert sociability[watching(run)].mean() > 1.2 * sociability.mean()


def test_those_asleep_gone_or_not_yet_come_do_not_watch() -> None:
    scenario = SUPERMARKET.but(people=PEOPLE, weeks=WEEKS, livestream=Nights(follow_share=1.0))
    run = simulate(scenario, Plan(livestream={"first_week": 20}), 1)
    assert set(run.truth_at(20)[watching(run)]) == {"awake"}


# -- the surge -------------------------------------------------------------------------------------


def test_orders_of_viewers_surge_by_the_stated_law_and_the_impulse_is_what_it_adds() -> None:
    these = Nights(follow_share=1.0, show_lift=0.5, deal_lift=4.0)
    alike = SUPERMARKET.pricing.but(sensitivity_spread=0.0, offer_lift=0.0)
    run = simulate(market(these, pricing=alike, acquisition=None).but(people=6_000), DEAL, 1)
    usual = orders_by_week(run)[:NIGHT].mean()
    orders, impulse = orders_by_week(run)[NIGHT], len(run.events.of(Kind.IMPULSE))
    surge = 1 + 0.5 + 4.0 * 0.4
    assert orders / usual == pytest.approx(surge, rel=0.05)
    assert impulse / orders == pytest.approx(1 - 1 / surge, abs=4 * np.sqrt(0.25 / orders))


def test_the_surge_has_an_end() -> None:
    these = Nights(follow_share=1.0, show_lift=5.0, deal_lift=10.0)
    alike = SUPERMARKET.pricing.but(offer_lift=0.0)
    plan = Plan(livestream={"first_week": NIGHT, "discount": 1.0})
    run = simulate(market(these, pricing=alike).but(people=3_000), plan, 1)
    assert orders_by_week(run)[NIGHT] < 1.05 * HIGHEST * orders_by_week(run)[:NIGHT].mean()


@pytest.mark.parametrize("number", ["show_lift", "deal_lift"])
def test_each_lift_sells_more_on_the_night(number: str) -> None:
    assert gain({number: 0.0}) < gain({number: 2.0})


def test_a_deeper_discount_sells_more_and_gives_more_away_an_order() -> None:
    runs = [
        simulate(market(), Plan(livestream={"first_week": NIGHT, "discount": depth}), 3)
        for depth in (0.0, 0.2, 0.5)
    ]
    sold = [orders_by_week(run)[NIGHT] for run in runs]
    assert sold[0] < sold[1] < sold[2]
    given = [run.accounts.by_week().loc[NIGHT, "discounts"] / n for run, n in zip(runs, sold, strict=True)]
    assert given[0] == 0 and given[1] > given[2]


def test_those_sensitive_to_prices_buy_more_on_impulse() -> None:
    run = simulate(market().but(people=4_000), DEAL, 1)
    sensitivity, impulse = run.truth["sensitivity"], run.events.of(Kind.IMPULSE).person
    assert sensitivity[impulse].mean() > 1.2 * sensitivity[watching(run)].mean()


def test_viewers_pay_the_price_of_the_night_all_week_and_nobody_else_does() -> None:
    run = simulate(market(), DEAL, 1)
    cut, orders = run.events.of(Kind.DISCOUNT), run.events.of(Kind.ORDER)
    theirs = orders.where((week_of(orders) == NIGHT) & np.isin(orders.person, watching(run)))
    assert set(week_of(cut)) == {NIGHT}
    assert cut.person.tolist() == theirs.person.tolist() and cut.minute.tolist() == theirs.minute.tolist()
    assert cut.value.tolist() == np.rint(theirs.value * 0.4).astype(int).tolist()


def test_a_better_offer_of_a_message_stays() -> None:
    better = DEAL.but(campaigns=[Campaign(offer=Offer(discount=0.6), first_week=NIGHT, until_week=NIGHT + 1)])
    run = simulate(market(), better, 1)
    cut = run.events.of(Kind.DISCOUNT)
    clicked = run.events.of(Kind.CLICKED).person
    assert set(cut.person[cut.ref == 1]) <= set(clicked)
    assert len(np.intersect1d(cut.person[cut.ref == 1], watching(run))) > 5


# -- what comes back -------------------------------------------------------------------------------


def test_the_stated_share_of_impulse_orders_comes_back_within_the_stated_days() -> None:
    run = simulate(market(Nights(**SEEN, return_share=0.4, return_days=20)), DEAL, 1)
    back, impulse = run.events.of(Kind.REFUNDED), run.events.of(Kind.IMPULSE)
    assert abs(len(back) / len(impulse) - 0.4) < 4 * np.sqrt(0.24 / len(impulse))
    bought = set(zip(impulse.person.tolist(), impulse.minute.tolist(), strict=True))
    assert set(zip(back.person.tolist(), back.ref.tolist(), strict=True)) <= bought
    days = (back.minute - back.ref) / MINUTES_A_DAY
    assert days.min() > 0 and days.max() <= 20 and days.mean() == pytest.approx(10, abs=1)


@pytest.mark.parametrize("basket", [None, BASKET])
def test_refunds_are_what_was_paid_and_the_goods_come_back_but_for_what_is_lost(basket: Any) -> None:
    these = Nights(**SEEN, return_share=0.5, loss_share=0.25)
    loyal = DEAL.but(loyalty={"points": 0.05, "reward": 1.0})  # some is paid in points
    run = simulate(market(these, basket=basket), loyal, 1)
    events = run.events
    cost = events.of(Kind.BASKET if basket else Kind.ORDER)
    goods = cost.value if basket else np.rint(cost.value * (1 - SUPERMARKET.margin))
    worth = pd.Series(goods, moments(cost.person, cost.minute))
    paid = sum_by_moment(events, {Kind.ORDER: 1, Kind.DISCOUNT: -1, Kind.REDEEMED: -1})
    back, shelf = events.of(Kind.REFUNDED), events.of(Kind.RESTOCKED)
    when = moments(back.person, back.ref)
    alone = ~when.isin(worth.index[worth.index.duplicated(keep=False)])  # no two orders in a minute
    assert alone.sum() > 100 and len(events.of(Kind.REDEEMED)) > 100
    assert back.value[alone].tolist() == paid[when[alone]].tolist()
    assert shelf.value[alone].tolist() == np.floor(worth[when[alone]] * 0.75).tolist()
    total = run.accounts.total()
    assert total["returns"] == -back.value.sum() and total["restocked"] == shelf.value.sum()
    assert_sound(run)


def test_nights_and_promotion_cost_what_was_agreed() -> None:
    plan = Plan(livestream={"first_week": 2, "every": 5, "promotion": 30.0})
    run = simulate(market(Nights(studio=12.5)), plan, 1)
    cost = run.accounts.by_week()["livestream"]
    assert cost[cost != 0].to_dict() == {week: -round(42.5 * 100 * 1.5) for week in range(2, 30, 5)}


def test_where_all_that_comes_back_is_lost_nothing_is_restocked() -> None:
    run = simulate(market(Nights(**SEEN, loss_share=1.0)), DEAL, 1)
    assert run.accounts.total()["returns"] < 0 == run.accounts.total()["restocked"]


def test_returned_orders_count_no_more_in_what_a_customer_has_spent() -> None:
    run = simulate(market(Nights(**SEEN, return_share=1.0, return_days=3), record=Delays()), DEAL, 1)
    back = run.events.of(Kind.REFUNDED)
    record = run.record(WEEKS).set_index(run.hidden_link)["spend"]
    paid = run.accounts.by_person()[["sales", "discounts", "returns"]].sum(axis=1)
    assert record[back.person].to_numpy() == pytest.approx(paid[back.person].to_numpy() / 100)


# -- the mornings after ----------------------------------------------------------------------------


def test_what_is_borrowed_is_missing_in_the_weeks_after() -> None:
    after = slice(NIGHT + 1, NIGHT + 9)
    assert gain({"borrowed_share": 1.0, "seen_step": 0.0}, weeks=after) < gain(
        {"borrowed_share": 0.0, "seen_step": 0.0}, weeks=after
    )


def test_what_was_sent_back_fills_no_pantry() -> None:
    after = slice(NIGHT + 1, NIGHT + 9)
    kept, back = (gain({"borrowed_share": 1.0, "return_share": share}, weeks=after) for share in (0.0, 1.0))
    assert kept < back


def test_who_only_watched_holds_a_lower_price_for_normal_until_it_is_forgotten() -> None:
    run = simulate(market(Nights(**SEEN, seen_step=0.3)).but(weeks=NIGHT + 1), DEAL, 1)
    bought = run.events.of(Kind.ORDER)
    only_saw = np.setdiff1d(watching(run), bought.person[week_of(bought) == NIGHT])
    assert run.people.pricing.reference[only_saw] == pytest.approx(1 - 0.3 * 0.4)
    others = np.setdiff1d(np.arange(PEOPLE), watching(run))
    assert run.people.pricing.reference[others] == pytest.approx(1.0)
    later = simulate(market(Nights(**SEEN, seen_step=0.3)), DEAL, 1)
    assert later.people.pricing.reference[only_saw].min() > 0.98


def test_a_deep_night_sells_less_in_the_twelve_weeks_after() -> None:
    weeks = slice(NIGHT + 1, NIGHT + 13)
    assert gain({}) > 0 > gain({}, weeks=weeks)


def test_without_offers_a_night_is_a_show_without_a_price() -> None:
    run = simulate(market(pricing=None), DEAL, 1)
    plain = simulate(market(pricing=None), Plan(), 1)
    assert orders_by_week(run)[NIGHT] > orders_by_week(plain)[NIGHT]
    assert not len(run.events.of(Kind.DISCOUNT))
    assert orders_by_week(run)[NIGHT + 1 :].tolist() == orders_by_week(plain)[NIGHT + 1 :].tolist()


# -- off is off ------------------------------------------------------------------------------------


def test_a_market_without_nights_is_one_in_which_none_is_held() -> None:
    scenario = SUPERMARKET.but(people=600, weeks=30)
    plan = Plan(campaigns=[Campaign(offer=Offer(discount=0.2), every=3)])
    one, other = simulate(scenario, plan, 2), simulate(scenario.also("livestream"), plan, 2)
    pd.testing.assert_frame_equal(one.events.frame(), other.events.frame())
    idle = plan.but(livestream={"every": 2, "discount": 0.5, "promotion": 90.0})  # but no first week
    pd.testing.assert_frame_equal(one.events.frame(), simulate(other.scenario, idle, 2).events.frame())


def test_who_does_not_watch_lives_the_same_life() -> None:
    scenario = SUPERMARKET.but(people=PEOPLE, weeks=WEEKS, acquisition=None, service=None)
    scenario = scenario.but(livestream=Nights(follow_share=0.2))
    one, other = simulate(scenario, Plan(), 1), simulate(scenario, DEAL, 1)
    apart = np.setdiff1d(np.arange(PEOPLE), watching(other))
    assert len(apart) > 500
    same = [run.events.where(np.isin(run.events.person, apart)).frame() for run in (one, other)]
    pd.testing.assert_frame_equal(*same)


def test_what_is_not_done_is_not_held() -> None:
    slow = Rollout(by_hand=1.0, habit=0.5, learning=0.0, forgetting=0.0)
    whole, half = (simulate(market(**more), DEAL, 1) for more in ({}, {"rollout": slow}))
    assert set(watching(half)) < set(watching(whole))
    assert half.accounts.total()["livestream"] == whole.accounts.total()["livestream"] // 2


def test_lives_and_columns_share_a_night() -> None:
    scenario = SUPERMARKET.but(people=150, weeks=16).also("livestream")
    plan = Plan(livestream={"first_week": 5, "every": 4, "discount": 0.5, "promotion": 300.0})
    columns, lives = simulate(scenario, plan, 4), simulate(scenario, plan, 4, focus=range(150))
    pd.testing.assert_frame_equal(columns.events.frame(), lives.events.frame())
    assert len(columns.events.of(Kind.REFUNDED)) > 0


def test_under_contract_there_are_no_nights() -> None:
    with pytest.raises(Fault, match="leave livestream or renewal out"):
        load_scenario("saas").also("livestream")


def test_a_market_without_nights_says_so() -> None:
    with pytest.raises(Fault, match=r"livestream: supermarket has no livestream.*leave first_week, discount"):
        simulate(SUPERMARKET, DEAL, 1)
