"""Laws of baskets: what orders are made of, what is suggested beside it, what runs out, what is not there."""

# Plans are written here as learners write them, with lists, dicts and functions, and sometimes wrongly:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from sim import Campaign, Fault, Offer, Plan, Scenario, Segment, at_least, at_most, load_scenario, simulate
from sim.chance import Luck
from sim.clock import MINUTES_A_WEEK
from sim.delays import Delays
from sim.events import Events, Kind
from sim.files import dump
from sim.levers import levers
from sim.lines import in_basket
from sim.pantry import Columns
from sim.processes.basket import Parameters
from sim.processes.entry import Parameters as Entry
from sim.processes.rollout import Parameters as Rollout
from sim.purchases import Purchases
from sim.recommender import Evidence, learned, popular
from sim.run import Run
from tests.goods import BASKET, RANGE
from tests.test_contracts import assert_sound

PLAIN = Parameters(  # everybody alike, nothing goes together, no staples
    categories={
        name: {"share": share, "margin": margin}
        for name, share, margin in (("a", 0.5, 0.1), ("b", 0.3, 0.3), ("c", 0.1, 0.5), ("d", 0.05, 0.2))
    },
    taste_spread=0.0,
)
EVERYTHING = Plan(
    campaigns=[Campaign(channel="app", about="rice", offer=Offer(discount=0.1), every=3)],
    pricing={"price": 0.973},
    basket={"suggestions": 2, "recommender": "learned", "up_sell": 0.2, "stock": 7.5},
)


def market(basket: Parameters | None = BASKET, people: int = 800, weeks: int = 40) -> Scenario:
    """Give a supermarket whose people are all there from the start."""
    scenario = load_scenario("supermarket").but(people=people, weeks=weeks, service=None, acquisition=None)
    return scenario.but(entry=Entry(present_share=1.0), basket=basket)


def lived(basket: Parameters | None = BASKET, seed: int = 1) -> Run:
    return simulate(market(basket), Plan(), seed)


def selling(levers: dict[str, Any], basket: Parameters = BASKET, seed: int = 1) -> Run:
    return simulate(market(basket), Plan(basket=levers), seed)


def taken_share(run: Run) -> float:
    """Give the share of suggestions that are taken."""
    return float((run.events.of(Kind.SUGGESTED).value > 0).mean())


def contents(run: Run) -> npt.NDArray[np.bool_]:
    return in_basket(run.events.of(Kind.BASKET).ref.astype(np.int64), len(run.scenario.basket.categories))


def without(events: Events, *kinds: Kind) -> pd.DataFrame:
    return events.where(~np.isin(events.kind, kinds)).frame()


# -- switching baskets on --------------------------------------------------------------------------


def test_orders_have_contents_but_their_number_and_their_cents_stay_as_they_were() -> None:
    closed, opened = lived(None), lived()
    pd.testing.assert_frame_equal(closed.events.frame(), without(opened.events, Kind.BASKET))
    assert len(opened.events.of(Kind.BASKET)) == len(opened.events.of(Kind.ORDER)) > 5_000
    books = [
        run.accounts.by_person().drop(columns=["goods", "contribution", "profit"]) for run in (closed, opened)
    ]
    pd.testing.assert_frame_equal(*books)
    assert closed.accounts.total()["goods"] != opened.accounts.total()["goods"]


@pytest.mark.parametrize("price", [1.0, 0.973])
def test_with_the_market_s_margin_in_each_category_the_books_stay_as_they_were(price: float) -> None:
    same = BASKET.but(categories={name: kind.but(margin=0.27) for name, kind in RANGE.items()})
    plan = Plan(pricing={"price": price})
    one, other = (simulate(market(basket), plan, 2).accounts for basket in (None, same))
    pd.testing.assert_frame_equal(one.by_person(), other.by_person())


@pytest.mark.parametrize("basket", [BASKET, BASKET.but(fill_rate=0.8), PLAIN])
def test_lines_add_up_to_orders_and_to_the_books_under_every_lever(basket: Parameters) -> None:
    plan = EVERYTHING.but(campaigns=[]) if basket is PLAIN else EVERYTHING
    run = simulate(market(basket).but(people=300), plan, 3)
    assert_sound(run)
    lines, taken = run.lines, run.events.of(Kind.SUGGESTED).value
    assert lines["suggested"].sum() == (taken > 0).sum() > 50
    assert lines.loc[lines["suggested"], "cents"].sum() == taken[taken > 0].sum() or basket is not PLAIN
    assert len(lines) == contents(run).sum()
    assert run.accounts.total()["stock"] == -40 * round(7.5 * 100 * 300 / 1_000)


def test_without_baskets_there_are_no_lines_and_no_rate_of_suggestions() -> None:
    assert lived(None).lines.empty
    assert np.isnan(lived(None).metrics["cross_sell_rate"])
    assert lived(None).summary().loc["cross_sell_rate", "value"] == "-"
    assert lived().metrics["cross_sell_rate"] == 0


# -- what is in a basket ---------------------------------------------------------------------------


def test_each_category_is_in_as_many_orders_as_the_stated_law_says() -> None:
    """In it by its own clock; or it rings first of all, though late."""
    has = contents(lived(PLAIN))
    strength = -np.log1p(-np.array([category.share for category in PLAIN.categories.values()]))
    nothing_by_one = np.exp(-strength.sum())
    expected = 1 - np.exp(-strength) + nothing_by_one * strength / strength.sum()
    spread = np.sqrt(expected * (1 - expected) / len(has))
    assert (np.abs(has.mean(axis=0) - expected) < 4 * spread).all()
    assert has.any(axis=1).all(), "nobody pays for nothing"


def test_what_goes_together_is_bought_together_and_what_does_not_is_not() -> None:
    def lift(basket: Parameters) -> float:
        has = contents(lived(basket))
        names = list(basket.categories)
        snacks, beer = has[:, names.index("snacks")], has[:, names.index("beer")]
        return float((snacks & beer).mean() / (snacks.mean() * beer.mean()))

    alike = BASKET.but(taste_spread=0.0)
    apart = alike.but(categories={name: kind.but(goes_with={}) for name, kind in RANGE.items()})
    closer = {**RANGE, "beer": RANGE["beer"].but(goes_with={"snacks": 9.0})}
    assert lift(apart) < 1.1 < lift(alike) < lift(alike.but(categories=closer))


def test_households_that_like_a_category_more_buy_it_more_often_the_more_tastes_differ() -> None:
    def spread(taste_spread: float) -> float:
        run = lived(PLAIN.but(taste_spread=taste_spread))
        table = pd.DataFrame(contents(run)).groupby(run.events.of(Kind.BASKET).person).agg(["mean", "size"])
        often = table[table[(0, "size")] >= 10]
        if taste_spread:
            taste = run.truth.loc[often.index, "taste_b"]
            assert taste.corr(often[(1, "mean")], method="spearman") > 0.5
        return float(often[(1, "mean")].std())

    assert spread(0.0) < spread(0.5) < spread(1.0)


def test_dear_goods_make_a_larger_part_of_what_is_spent() -> None:
    dearer = PLAIN.but(categories={**PLAIN.categories, "b": PLAIN.categories["b"].but(weight=4.0)})
    one, other = (lived(basket).lines for basket in (PLAIN, dearer))
    parts = [
        lines.loc[lines["category"] == "b", "cents"].sum() / lines["cents"].sum() for lines in (one, other)
    ]
    assert parts[0] * 1.1 < parts[1]


def test_big_spenders_may_bring_little_where_margins_differ() -> None:
    """With one margin for all, who spends much brings much; with baskets some of them bring a loss."""
    plan = Plan(
        experience={"quality": 2.5}, campaigns=[Campaign(channel="store", offer=Offer(discount=0.15))]
    )

    def big(basket: Parameters | None) -> pd.DataFrame:
        books = simulate(market(basket), plan, 1).accounts.by_person().drop(index=-1)
        books = books[books["revenue"] >= books["revenue"].quantile(0.8)]
        return books.assign(kept=books["contribution"] / books["revenue"])

    one_margin, baskets = big(None), big(BASKET.but(taste_spread=1.2))
    assert (one_margin["contribution"] > 0).all()
    assert (baskets["contribution"] < 0).any()
    assert baskets["kept"].std() > 1.3 * one_margin["kept"].std()


# -- staples ---------------------------------------------------------------------------------------


def jar(urgency: float) -> Columns:
    """Give 1 000 households whose jars are filled evenly, from empty to a pack."""
    these = BASKET.but(urgency=urgency, pace_spread=0.0)
    columns = Columns.draw(these, Luck(1), np.arange(1_000), np.zeros(1_000))
    columns.runs_out[0] = (np.arange(1_000) + 0.5) / 1_000 * columns.lasts[0]
    return columns


@pytest.mark.parametrize("urgency", [0.0, 0.5, 3.0, 10.0])
def test_need_is_one_on_average_over_a_pack_and_falls_with_what_is_left(urgency: float) -> None:
    need = jar(urgency).need(0, np.arange(1_000), 0)
    assert need.mean() == pytest.approx(1, abs=0.01)
    assert (np.diff(need) < 0).all() or urgency == 0
    assert need[0] / need[-1] == pytest.approx(np.exp(urgency * 0.999), rel=1e-3)


def test_a_message_about_a_staple_is_relevant_by_need_and_one_about_other_goods_by_taste() -> None:
    me, who = jar(3.0), np.arange(1_000)
    assert me.relevance(None, who, 0) == 1.0
    assert np.array_equal(me.relevance("rice", who, 0), me.need(0, who, 0))
    assert np.allclose(me.relevance("beer", who, 0), me.taste[list(RANGE).index("beer")])


def rice(run: Run) -> pd.DataFrame:
    """Give each person's purchases of rice: how many, and the mean weeks between them."""
    bought = run.lines.query("category == 'rice'").groupby("person")["week"].agg(["min", "max", "size"])
    bought = bought[bought["size"] >= 4]
    return bought.assign(interval=(bought["max"] - bought["min"]) / (bought["size"] - 1))


def test_the_more_need_presses_the_better_the_intervals_between_purchases_tell_the_pace() -> None:
    def tells(urgency: float) -> float:
        run = lived(BASKET.but(urgency=urgency, elsewhere_share=0.0, taste_spread=0.0))
        bought = rice(run)
        assert len(bought) > 50
        return float(bought["interval"].corr(run.truth.loc[bought.index, "lasts_rice"], method="spearman"))

    assert tells(0.0) < tells(5.0)


def test_what_is_bought_elsewhere_is_not_bought_here() -> None:
    counts = [
        int((lived(BASKET.but(elsewhere_share=share)).lines["category"] == "rice").sum())
        for share in (0.0, 0.3, 1.0)
    ]
    assert counts == sorted(counts, reverse=True)
    assert counts[2] < 0.95 * counts[0]


@pytest.mark.parametrize("hours", [0.0, 60.5])
def test_run_out_is_predicted_from_the_purchases_known_by_then_and_from_nothing_else(hours: float) -> None:
    run = simulate(market().but(record=Delays(order_hours=hours)), Plan(), 4)
    link, has, baskets = run.hidden_link, contents(run), run.events.of(Kind.BASKET)
    for week in (3, 20, 40):
        record, monday = run.record(week), week * MINUTES_A_WEEK
        known = baskets.minute + round(hours * 60) < monday
        expected = np.full((2, run.scenario.people), np.nan)
        for place, staple in enumerate(run.scenario.basket.staples):
            bought = pd.Series(baskets.minute[known & has[:, staple]])
            groups = bought.groupby(baskets.person[known & has[:, staple]])
            often = groups.size()[groups.size() >= 2].index
            last, first = groups.max()[often], groups.min()[often]
            due = last + (last - first) / (groups.size()[often] - 1)
            expected[place, often] = (due - monday) / MINUTES_A_WEEK
        soonest = np.fmin(*expected)[link[: len(record)]]
        assert record["runout_weeks"].tolist() == pytest.approx(soonest.tolist(), nan_ok=True)
        assert record["runout_weeks"].notna().sum() > 100 or week == 3


def test_a_rule_on_run_out_is_about_the_staple_of_the_message() -> None:
    run = lived()
    record = run.replay(40)
    rule, chosen = Segment(runout_weeks=at_most(0)), {}
    for about in (None, "rice", "oil", "beer"):
        chosen[about] = set(record.boxes(rule, about).tolist())
    assert chosen[None] == chosen["rice"] | chosen["oil"]
    assert chosen["rice"] - chosen["oil"]
    assert chosen["oil"] - chosen["rice"]
    assert not chosen["beer"], "nobody runs out of what is no staple"


def answered(to: Segment, about: str | None, seed: int, basket: Parameters = BASKET) -> tuple[int, int, int]:
    letters = [Campaign(to=to, about=about, channel="app", every=2)]
    events = simulate(market(basket, people=1_500), Plan(campaigns=letters), seed).events
    return len(events.of(Kind.SENT)), len(events.of(Kind.OPENED)), len(events.of(Kind.CLICKED))


def test_a_message_that_comes_as_the_jar_runs_out_is_clicked_more_and_one_to_full_jars_less() -> None:
    def clicks(to: Segment, about: str | None) -> float:
        opened, clicked = np.sum([answered(to, about, seed)[1:] for seed in (1, 2, 3)], axis=0)
        return float(clicked / opened)

    active = Segment(recency_weeks=at_most(6))
    empty, full = active.but(runout_weeks=at_most(0.5)), active.but(runout_weeks=at_least(1.5))
    everybody = clicks(active, "rice")
    assert clicks(full, "rice") < everybody < clicks(empty, "rice")
    assert clicks(full, "rice") < clicks(full, None)


def test_what_is_said_moves_orders_as_far_as_it_is_relevant() -> None:
    """The same people, channel and weeks; only what the message is about differs."""
    always = Parameters(categories=RANGE, urgency=10.0, elsewhere_share=0.0)
    scenario = market(always, people=1_500)
    loud = scenario.but(contact=scenario.contact.but(reminder_lift=1.0))
    orders = {}
    for urgency in (0.0, 10.0):
        letters = Plan(
            campaigns=[Campaign(about="rice", channel="store", to=Segment(runout_weeks=at_least(2)))]
        )
        run = simulate(loud.but(basket=always.but(urgency=urgency)), letters, 1)
        orders[urgency] = run.metrics["orders"]
    assert orders[10.0] < orders[0.0], "who has enough is not moved"


# -- suggestions -----------------------------------------------------------------------------------


def test_suggestions_are_taken_as_often_as_the_stated_law_says() -> None:
    eager = PLAIN.but(appeal=0.8)
    events = selling({"suggestions": 1, "recommender": "random"}, eager).events.of(Kind.SUGGESTED)
    for place, category in enumerate(eager.categories.values()):
        taken = events.value[events.channel == place] > 0
        expected = 1 - (1 - category.share) ** 0.8
        assert abs(taken.mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / len(taken))


def test_nothing_is_suggested_twice_nor_what_is_in_the_basket_already() -> None:
    run = selling({"suggestions": 10, "recommender": "popular"}, BASKET.but(appeal=5.0))
    events = run.events.of(Kind.SUGGESTED)
    keys = pd.DataFrame({"m": events.minute, "p": events.person, "j": events.ref, "c": events.channel})
    assert not keys.duplicated().any()
    own = (~run.lines["suggested"]).sum()
    assert len(events) + own == len(run.events.of(Kind.ORDER)) * len(RANGE), "each is suggested or there"


def test_more_appeal_and_more_suggestions_sell_more_and_more_suggestions_annoy_more() -> None:
    runs = {number: selling({"suggestions": number}) for number in (0, 1, 4)}
    for name, sign in (("cross_sell_rate", 1), ("average_order", 1)):
        values = [sign * run.metrics[name] for run in runs.values()]
        assert values == sorted(values)
        assert values[0] < values[2]
    moods = [run.truth["satisfaction"].mean() for run in runs.values()]
    assert moods[0] > moods[1] > moods[2]
    keen = selling({"suggestions": 1}, BASKET.but(appeal=0.3))
    assert keen.metrics["cross_sell_rate"] > 2 * runs[1].metrics["cross_sell_rate"]


def test_without_annoyance_nobody_minds_and_the_more_there_is_the_less_they_are_content() -> None:
    moods = [
        selling({"suggestions": 3}, BASKET.but(annoyance=points)).truth["satisfaction"].mean()
        for points in (0.0, 0.2, 1.0)
    ]
    assert moods[0] == lived().truth["satisfaction"].mean()
    assert moods[0] > moods[1] > moods[2]


def test_further_suggestions_find_less_attention_the_less_is_kept() -> None:
    shares = [
        taken_share(selling({"suggestions": 4, "recommender": "random"}, BASKET.but(attention_keep=keep)))
        for keep in (1.0, 0.5, 0.0)
    ]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 2 * shares[2]


def test_a_recommender_that_is_assumed_to_know_more_hits_more() -> None:
    levers = {"suggestions": 1, "recommender": "assumed"}
    shares = [taken_share(selling(levers | {"hit_share": hit})) for hit in (0.0, 0.5, 1.0)]
    assert shares[0] < shares[1] < shares[2]
    assert shares[2] > taken_share(selling({"suggestions": 1, "recommender": "learned"})), (
        "no model knows all"
    )


def mean_share(recommender: Any, basket: Parameters) -> float:
    runs = [selling({"suggestions": 1, "recommender": recommender}, basket, seed) for seed in (1, 2, 3)]
    return float(np.mean([taken_share(run) for run in runs]))


def test_a_model_that_learns_finds_what_goes_together_and_has_nothing_to_find_where_nothing_does() -> None:
    pairs = {
        name: {"share": 0.15, "margin": 0.2, "goes_with": {other: 8.0}}
        for name, other in (("a", "b"), ("b", "a"), ("c", "d"), ("d", "c"), ("e", "f"), ("f", "e"))
    }
    tied = Parameters(categories=pairs, taste_spread=0.0, appeal=0.3)
    loose = {name: {"share": 0.15, "margin": 0.2} for name in pairs}
    assert mean_share("learned", tied) > 1.3 * mean_share("popular", tied)
    free = tied.but(categories=loose)
    assert mean_share("learned", free) == pytest.approx(mean_share("popular", free), rel=0.1)


def test_a_model_that_learns_finds_tastes_the_more_they_differ() -> None:
    gains = []
    for spread in (0.0, 1.2):
        basket = PLAIN.but(taste_spread=spread, appeal=0.3)
        gains.append(mean_share("learned", basket) / mean_share("popular", basket))
    assert gains[0] < gains[1]
    assert gains[1] > 1


def test_a_model_of_one_s_own_sees_what_was_known_on_monday_and_may_be_the_kit_s_own() -> None:
    by_name = selling({"suggestions": 2, "recommender": "learned"})
    by_hand = selling({"suggestions": 2, "recommender": learned})
    pd.testing.assert_frame_equal(by_name.events.frame(), by_hand.events.frame())
    seen: list[Evidence] = []

    def watch(known: Evidence) -> Any:
        seen.append(known)
        return popular(known)

    run = selling({"suggestions": 1, "recommender": watch})
    week, has, baskets = 30, contents(run), run.events.of(Kind.BASKET)
    known = baskets.minute + 24 * 60 < week * MINUTES_A_WEEK
    assert np.array_equal(seen[week].together, has[known].T.astype(int) @ has[known])
    assert seen[week].baskets == known.sum()
    now = baskets.person[baskets.minute // MINUTES_A_WEEK == week]
    counts = np.zeros((run.scenario.people, len(RANGE)), int)
    np.add.at(counts, baskets.person[known], has[known])
    assert np.array_equal(seen[week].history, counts[now])
    assert np.array_equal(seen[week].orders, np.bincount(baskets.person[known], minlength=800)[now])


def test_what_a_model_does_to_its_evidence_reaches_nobody() -> None:
    def vandal(known: Evidence) -> Any:
        scores = popular(known).copy()
        for column in (known.basket, known.history, known.orders, known.together, known.runout_weeks):
            column[:] = 0
        return scores

    spoiled, plain = (selling({"suggestions": 1, "recommender": model}) for model in (vandal, "popular"))
    pd.testing.assert_frame_equal(spoiled.events.frame(), plain.events.frame())


@pytest.mark.parametrize(
    "model",
    [lambda known: 1, lambda known: known.orders, lambda known: known.runout_weeks, lambda known: "beer"],
    ids=["one for all", "one an order", "unknown", "a word"],
)
def test_a_model_without_a_number_for_each_order_and_category_is_refused(model: Any) -> None:
    with pytest.raises(Fault, match="must give a number for each order and category"):
        simulate(market(weeks=3), Plan(basket={"suggestions": 1, "recommender": model}), 1)


def test_a_model_of_one_s_own_cannot_be_saved() -> None:
    with pytest.raises(Fault, match=r"recommender is a Python function.*learned"):
        Plan(basket={"recommender": popular}).to_yaml()


def test_only_those_the_firm_chooses_are_suggested_anything_and_the_others_live_as_they_did() -> None:
    chosen = Segment(orders=at_least(12))
    run = selling({"suggestions": 2, "up_sell": 0.2, "to": chosen})
    asked = np.isin(np.arange(800), run.events.of(Kind.SUGGESTED).person)
    assert min(asked.sum(), (~asked).sum()) > 50
    others = np.flatnonzero(~asked)
    one, other = (
        events.where(np.isin(events.person, others)).frame() for events in (lived().events, run.events)
    )
    pd.testing.assert_frame_equal(one, other)


def test_what_a_firm_does_not_get_done_is_not_suggested() -> None:
    plan = Plan(basket={"suggestions": 1})
    done = [
        len(
            simulate(market().but(rollout=Rollout(by_hand=share, habit=1.0)), plan, 1).events.of(
                Kind.SUGGESTED
            )
        )
        for share in (0.0, 0.5, 1.0)
    ]
    assert done[0] == 0
    assert done[1] == pytest.approx(done[2] / 2, rel=0.1)


def test_dearer_variants_are_taken_as_often_as_the_stated_law_says_and_earn_their_margin() -> None:
    scenario = market(PLAIN).but(pricing=None)
    for step in (0.1, 0.4):
        run = simulate(scenario, Plan(basket={"up_sell": step}), 1)
        events = run.events.of(Kind.DEARER)
        expected = PLAIN.dearer_share * np.exp(-PLAIN.dearer_steepness * step)
        spread = np.sqrt(expected * (1 - expected) / len(events))
        assert abs((events.value > 0).mean() - expected) < 4 * spread
        assert run.metrics["average_order"] > lived(PLAIN).metrics["average_order"]
        assert_sound(run)


# -- shortages -------------------------------------------------------------------------------------


def test_as_many_lines_are_missed_as_the_stated_law_says_and_nobody_goes_home_with_nothing() -> None:
    short = PLAIN.but(fill_rate=0.7, substitute_share=0.4, missing_drop=0.0, missing_toll=0.0)
    run = lived(short)
    full, rest = contents(lived(PLAIN)), contents(run)
    assert len(full) == len(rest)
    beside = full.sum() - len(full)  # lines but for the one for which one came
    expected = 0.3 * 0.6
    lost = (full.sum() - rest.sum()) / beside
    assert abs(lost - expected) < 4 * np.sqrt(expected * (1 - expected) / beside)
    missed = run.events.of(Kind.MISSED)
    sales = [lived(basket).accounts.total()["sales"] for basket in (PLAIN, short)]
    assert sales[0] - sales[1] == missed.value.sum() > 0


def test_where_all_is_replaced_nothing_is_lost_but_good_mood() -> None:
    short = BASKET.but(fill_rate=0.5, substitute_share=1.0)
    replaced = lived(short.but(missing_toll=0.0))
    sales = [run.accounts.total()["sales"] for run in (lived(), replaced)]
    assert not len(replaced.events.of(Kind.MISSED))
    assert replaced.truth["satisfaction"].mean() < lived().truth["satisfaction"].mean() - 0.5
    unfelt = lived(short.but(missing_toll=0.0, missing_drop=0.0))
    assert unfelt.accounts.total()["sales"] == sales[0]


def test_shortages_drive_people_away_and_stand_in_their_account_under_product() -> None:
    blamed = []
    for toll in (0.0, 0.3):
        run = lived(BASKET.but(fill_rate=0.6, missing_toll=toll, missing_drop=0.0))
        blamed.append(run.defections["product"].sum())
    assert blamed[0] == 0 < blamed[1]


def test_money_in_the_stock_buys_off_shortages_with_diminishing_returns() -> None:
    short = BASKET.but(fill_rate=0.6, substitute_share=0.0, missing_toll=0.0, missing_drop=0.0)
    missed = [len(selling({"stock": money}, short).events.of(Kind.MISSED)) for money in (0, 50, 100, 150)]
    gains = -np.diff(missed)
    assert (gains > 0).all()
    assert (np.diff(gains) < 0).all()
    lines = [run.lines for run in (lived(short), selling({"stock": 50.0}, short), lived())]
    lost = [1 - len(rest) / len(lines[2]) for rest in lines[:2]]
    assert lost[1] == pytest.approx(lost[0] / np.e, rel=0.1), "63 % are bought off"


# -- on a board of levers --------------------------------------------------------------------------


def test_a_board_offers_the_goods_of_the_market_for_messages_and_none_where_there_are_none() -> None:
    def about(basket: Parameters | None) -> Any:
        board = levers(market(basket, people=40, weeks=4), groups=("campaigns",))
        leaves = {path[-1]: leaf for path, leaf in board.groups["campaigns"].leaves()}
        return leaves.get("about")

    assert about(None) is None
    assert tuple(about(BASKET).inputs[0].options) == tuple(RANGE)
    till = levers(market(weeks=4), groups=("basket",)).groups["basket"]
    assert {"suggestions", "recommender", "up_sell", "stock"} <= {path[0] for path, _ in till.leaves()}


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: BASKET.but(categories={}), "categories"),
        (lambda: BASKET.but(categories={"a": {"share": 0.1, "margin": 0.1, "goes_with": {"b": 2.0}}}), '"b"'),
        (lambda: BASKET.but(categories={"a": {"share": 0.1, "margin": 0.1, "goes_with": {"a": 2.0}}}), '"a"'),
        (
            lambda: RANGE["beer"].but(goes_with={"rice": 0.0}),
            "goes_with.rice: 0.0 is too small: at least 0.01",
        ),
        (lambda: Plan(basket={"recommender": "clever"}), "learned"),
        (lambda: simulate(market(), Plan(campaigns=[Campaign(about="wine", channel="app")]), 1), "rice, veg"),
        (lambda: simulate(market(None), Plan(campaigns=[Campaign(about="rice")]), 1), "switched off"),
        (
            lambda: simulate(market(None), Plan(basket={"suggestions": 1}), 1),
            "basket section is switched off",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(wrong: Any, said: str) -> None:
    with pytest.raises(Fault, match=said):
        wrong()


def test_a_scenario_with_baskets_can_be_written_and_read_again() -> None:
    text = dump(market())
    assert "milk powder" in text
    assert "cycle_weeks: 4" in text


def test_purchases_of_a_market_without_baskets_take_no_room_and_predict_nothing() -> None:
    books = Purchases.of(None, 7)
    assert books.bought.size == books.first.size == books.together.size == 0
    assert np.isnan(books.runout_weeks(0)).tolist() == [True] * 7
