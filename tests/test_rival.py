"""Laws of the rival: we see a share of each wallet, and the share follows what both shops offer."""

# Plans are written here as learners write them, with lists, dicts and functions:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from sim import (
    Campaign,
    Fault,
    Offer,
    Plan,
    Scenario,
    Segment,
    Timeline,
    Trigger,
    load_scenario,
    over,
    simulate,
    twin,
)
from sim.clock import MINUTES_A_WEEK
from sim.events import FIRM, Cause, Kind
from sim.need import PARTS, Proposition
from sim.processes.needs import PLAIN_MONEY
from sim.processes.needs import Parameters as Needs
from sim.processes.rival import DEEPEST, FARTHEST, OPENING, PRICE
from sim.processes.rival import Parameters as Rival
from sim.run import Run

SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)
RIVALS = (Kind.RIVAL_ORDER, Kind.RIVAL_MOVED)
WIDER = Plan(needs={"range": 100.0})
ALL = Campaign(channel="email", offer=Offer(discount=0.2))
FEW = ALL.but(to=Segment(spend_52w=over(1_200)))


def market(needs: Needs | None = Needs(), **changes: Any) -> Scenario:  # noqa: B008  # frozen
    """Give a supermarket of 800 customers, in which nobody stands in another's way, and a rival."""
    scenario = load_scenario("supermarket").but(people=800, weeks=30, service=None, acquisition=None)
    present = scenario.entry.but(present_share=1.0)
    return scenario.but(entry=present, needs=needs, rival=Rival().but(**changes))


def plain(**changes: Any) -> Scenario:
    """Give the same with nothing but the law of buying and the rival: nobody leaves, nobody sleeps."""
    scenario = market(needs=None, **changes)
    loyal = scenario.shopping.but(dropout_a=1e-4, dropout_b=1e6, doze_share=0.0)
    return scenario.only("rival").but(shopping=loyal)


def ours(run: Run) -> pd.DataFrame:
    """Give all that is not the rival's."""
    return run.events.where(~np.isin(run.events.kind, RIVALS)).frame()


def share(run: Run) -> float:
    """Give the mean share of what people buy here, as it is at the end."""
    return float(run.truth["wallet_share"].mean())


def left_by(seed: int, **changes: Any) -> int:
    """Count who leaves in a market in which orders drive hardly anybody away."""
    scenario = market(**changes)
    loyal = scenario.shopping.but(dropout_a=1e-4, dropout_b=1e6)
    run = simulate(scenario.but(shopping=loyal), Plan(), seed)
    return int((run.truth["stage"] == "left").sum())


def sold_there(run: Run) -> int:
    return len(run.events.of(Kind.RIVAL_ORDER))


def moves(run: Run, what: int) -> pd.DataFrame:
    table = run.events.of(Kind.RIVAL_MOVED).frame()
    return table[table["channel"] == what].assign(week=table["minute"] // MINUTES_A_WEEK)


# -- off, and on without effect ----------------------------------------------------------------------


@each_seed
@pytest.mark.parametrize("needs", [None, Needs()], ids=["alone", "with needs"])
def test_on_it_changes_nothing_of_ours_while_nobody_moves(seed: int, needs: Needs | None) -> None:
    plan = Plan(campaigns=[ALL.but(offer=Offer())])  # messages without a price
    on = simulate(market(needs), plan, seed)
    off = simulate(market(needs).but(rival=None), plan, seed)
    assert sold_there(on) > 1_000
    pd.testing.assert_frame_equal(ours(on), off.events.frame())
    pd.testing.assert_series_equal(on.accounts.total(), off.accounts.total())


def test_a_better_rival_has_more_of_the_wallets_and_our_sales_at_the_start_are_the_same() -> None:
    """What is bought here is what was measured; a better rival means that people buy more in all."""
    patience = market().patience.but(value_steepness=0.0)  # or more would leave a shop that is the poorer one
    markets = [market(Needs(rival=Proposition(range=r))).but(patience=patience) for r in (6, 10)]
    equal, better = (simulate(scenario, Plan(), 1) for scenario in markets)
    assert share(better) < share(equal) - 0.05
    assert sold_there(better) > 1.2 * sold_there(equal)
    pd.testing.assert_frame_equal(ours(better), ours(equal))


# -- the share ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("taste", "spread"), [(0.4, 1.0), (-0.5, 0.3), (0.0, 0.0)])
def test_shares_are_distributed_as_a_logit_of_normal_tastes(taste: float, spread: float) -> None:
    run = simulate(plain(taste=taste, taste_spread=spread).but(people=5_000, weeks=1), Plan(), 1)
    normal = np.random.default_rng(1).normal(size=200_000)
    expected = expit(np.clip(taste + spread * normal, -FARTHEST, FARTHEST))
    shares = run.truth["wallet_share"]
    assert shares.mean() == pytest.approx(expected.mean(), abs=4 * expected.std() / np.sqrt(5_000) + 1e-9)
    assert shares.std() == pytest.approx(expected.std(), abs=0.01)


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_bought_at_both_shops_is_divided_by_the_share(seed: int) -> None:
    """Orders there are Poisson with the rate here times (1 - share) / share."""
    run = simulate(plain(), Plan(), seed)
    rate, wallet = run.truth["orders_a_week"], run.truth["wallet_share"]
    expected = 30 * rate * (1 - wallet) / wallet
    there = run.events.of(Kind.RIVAL_ORDER)
    found = pd.Series(np.bincount(there.person, minlength=800))
    assert abs(found.sum() - expected.sum()) < 4 * np.sqrt(expected.sum())
    close = ((found - expected).abs() <= 4 * np.sqrt(expected) + 4).mean()
    assert close > 0.999
    mean_here = run.accounts.by_person()["sales"].iloc[:-1].sum() / run.metrics["orders"]
    few_rich = there.value.mean() / mean_here  # who buys there often need not buy as dear
    assert 0.7 < few_rich < 1.4


def test_the_share_follows_the_delivered_value_by_the_logit_where_there_is_no_habit() -> None:
    run = simulate(market(habit_band=0.0), WIDER, 1)
    start = simulate(market(habit_band=0.0), Plan(), 1)
    utility = np.log(start.truth["wallet_share"] / (1 - start.truth["wallet_share"]))
    expected = expit(utility + Rival().steepness * run.truth["delivered_value"])
    np.testing.assert_allclose(run.truth["wallet_share"], expected, rtol=1e-9)


@pytest.mark.parametrize("part", [*PARTS, "green"])
def test_a_better_offer_sells_more_here_and_less_there(part: str) -> None:
    pair = twin(market(), Plan(), Plan(needs={part: 100.0}), seed=2)
    assert pair.after.metrics["orders"] > pair.before.metrics["orders"]
    assert sold_there(pair.after) < sold_there(pair.before)
    assert share(pair.after) > share(pair.before)


def test_buying_here_and_there_together_stays_what_it_is() -> None:
    scenario = plain().but(needs=Needs())
    before, after = (simulate(scenario, plan, 1) for plan in (Plan(), WIDER))
    totals = [run.metrics["orders"] + sold_there(run) for run in (before, after)]
    assert after.metrics["orders"] > 1.02 * before.metrics["orders"]
    assert totals[1] == pytest.approx(totals[0], rel=0.02)


def test_a_steeper_choice_moves_more() -> None:
    shares = [share(simulate(market(steepness=s), WIDER, 1)) for s in (0.0, 0.5, 1.5)]
    assert shares == sorted(shares)
    assert shares[2] > shares[1] > shares[0]


def test_satisfaction_moves_the_share_only_where_it_is_given_a_weight() -> None:
    good = Plan(experience={"quality": 4.0})
    for steepness in (0.0, 0.5):
        before, after = (
            simulate(market(satisfaction_steepness=steepness), plan, 1) for plan in (Plan(), good)
        )
        assert (share(after) > share(before)) == (steepness > 0)
        assert (share(after) == share(before)) == (steepness == 0)


def test_the_dormant_buy_all_at_the_rival_s() -> None:
    scenario = plain().but(shopping=plain().shopping.but(doze_share=0.5, wake_share=0.0))
    run = simulate(scenario, Plan(), 1)
    late = run.events.where(run.events.minute >= 20 * MINUTES_A_WEEK)
    assert len(late.of(Kind.ORDER)) < 20
    in_all = (run.truth["orders_a_week"] / run.truth["wallet_share"]).sum() * 10
    assert abs(len(late.of(Kind.RIVAL_ORDER)) - in_all) < 5 * np.sqrt(in_all)


def test_who_has_left_is_not_followed_any_more() -> None:
    run = simulate(market(), Plan(), 1)
    left, there = run.events.of(Kind.LEFT), run.events.of(Kind.RIVAL_ORDER)
    gone = pd.Series(left.minute // MINUTES_A_WEEK, left.person)
    week = pd.Series(there.minute // MINUTES_A_WEEK, there.person)
    assert len(gone) > 20
    assert (week[week.index.isin(gone.index)] <= gone.reindex(week.index).dropna()).all()


# -- prices and messages -----------------------------------------------------------------------------


def test_part_of_what_a_promotion_brings_comes_out_of_the_rival_s_till() -> None:
    plan = Plan(campaigns=[ALL.but(channel="store")])
    taken, brought = {}, {}
    for switched in (0.0, 0.15, 0.33):
        scenario = plain(switched=switched, reaction=0.0).but(
            contact=market().contact.but(wake_on_click=0.0), pricing=market().pricing
        )
        before, after = (simulate(scenario, plan_, 1) for plan_ in (Plan(), plan))
        taken[switched] = sold_there(before) - sold_there(after)
        brought[switched] = after.metrics["orders"] - before.metrics["orders"]
    assert taken[0.0] == 0
    assert brought[0.0] == brought[0.33] > 100
    assert 0 < taken[0.15] < taken[0.33]
    assert taken[0.33] == pytest.approx(0.33 * brought[0.33], rel=0.4)


@pytest.mark.parametrize(("price", "sign"), [(0.9, -1), (1.1, 1)])
def test_our_price_moves_buying_by_its_elasticity_once_and_part_of_it_to_or_from_the_rival(
    price: float, sign: int
) -> None:
    plan = Plan(pricing={"price": price})
    with_, without = market(reaction=0.0), market(reaction=0.0).but(rival=None)
    pd.testing.assert_frame_equal(ours(simulate(with_, plan, 1)), simulate(without, plan, 1).events.frame())
    there = sold_there(simulate(with_, plan, 1)) - sold_there(simulate(with_, Plan(), 1))
    assert np.sign(there) == sign


# -- habit -------------------------------------------------------------------------------------------


def test_a_difference_within_the_band_of_habit_moves_nobody() -> None:
    small = Plan(needs={"range": 5.0})
    still, moved = (simulate(market(habit_band=band), small, 1) for band in (10.0, 0.0))
    assert share(still) == share(simulate(market(), Plan(), 1))
    assert share(moved) > share(still)


def test_a_wider_band_of_habit_lets_fewer_go_to_a_cheaper_rival() -> None:
    cheap = Plan(pricing={"price": 0.8})  # which the rival answers
    shares = [share(simulate(market(habit_band=band), cheap, 1)) for band in (0.0, 0.2, 0.6)]
    assert shares[0] < shares[1] < shares[2] <= share(simulate(market(), Plan(), 1))


def test_of_equals_those_with_the_habit_stay_and_those_without_go() -> None:
    """The same small advantage of the rival: who buys here out of habit does not answer to it."""
    cheap = Plan(pricing={"price": 0.85})
    scenario = market(needs=None, habit_band=0.4, reaction=1.0)  # the rival answers in week 3
    before, after = (simulate(scenario.but(weeks=weeks), cheap, 1) for weeks in (3, 4))
    lost = after.truth["wallet_share"] < before.truth["wallet_share"]
    assert 0.1 < lost.mean() < 0.9
    pull = Rival().steepness * 0.15 * PLAIN_MONEY * before.truth["sensitivity"]
    assert (lost == (pull > 0.4 * before.truth["habit"])).all()


def test_habit_is_the_smoothed_share_of_purchases() -> None:
    run = simulate(plain(habit_keep=0.875), Plan(), 1)
    expected = simulate(plain().but(weeks=1), Plan(), 1).truth["wallet_share"].to_numpy()
    for page in run.pages:
        here, there = (
            np.bincount(page.of(kind).person, minlength=800) for kind in (Kind.ORDER, Kind.RIVAL_ORDER)
        )
        bought = np.maximum(here + there, 1)
        keep = 0.875 ** (here + there)
        expected = keep * expected + (1 - keep) * here / bought
    np.testing.assert_allclose(run.truth["habit"], expected, atol=1e-5)


# -- a rival next door -------------------------------------------------------------------------------


@each_seed
def test_until_a_rival_opens_next_door_nothing_is_different(seed: int) -> None:
    opens, calm = (simulate(market(opens_week=week), Plan(), seed) for week in (12, None))
    assert len(moves(opens, OPENING)) == 1
    assert moves(opens, OPENING)["week"].tolist() == [12]
    before = [run.events.where(run.events.minute < 12 * MINUTES_A_WEEK).frame() for run in (opens, calm)]
    pd.testing.assert_frame_equal(*before)
    assert share(opens) < share(calm) - 0.1
    late = [int((run.events.of(Kind.ORDER).minute >= 12 * MINUTES_A_WEEK).sum()) for run in (opens, calm)]
    assert late[0] < 0.85 * late[1]


@each_seed
def test_a_rival_next_door_pulls_at_patience_as_well_and_more_people_leave(seed: int) -> None:
    left = [left_by(seed, opens_week=5, opens_pull=pull) for pull in (1.0, 3.0, 9.0)]
    assert left[0] < left[1] < left[2]


def test_once_it_is_open_competitors_take_so_many_times_as_much_patience_as_before() -> None:
    flat = market().patience.but(satisfaction_steepness=0.0)
    run = simulate(market(opens_week=20, opens_pull=3.0).but(patience=flat), Plan(), 1)
    stays = ((run.truth["stage"] == "customer") & (run.truth["spell"] == 0)).to_numpy()
    toll = flat.competitor_pull * (20 + 3.0 * 10) * run.people.patience.shield
    np.testing.assert_allclose(run.people.patience.used[Cause.COMPETITOR][stays], toll[stays])


def test_a_stronger_rival_takes_more() -> None:
    shares = [share(simulate(market(opens_week=5, opens_strength=s), Plan(), 1)) for s in (0.0, 1.0, 3.0)]
    assert shares[0] > shares[1] > shares[2]


def test_habit_alone_does_not_hold_when_a_rival_opens_next_door() -> None:
    """However strong it was: the way to the shop leads past another door now."""
    narrow, wide = (market(opens_week=5, habit_band=band).but(weeks=6) for band in (0.0, 2.0))
    assert share(simulate(wide, Plan(), 1)) == pytest.approx(share(simulate(narrow, Plan(), 1)), abs=1e-9)


def test_what_shields_a_customer_holds_by_the_stated_law() -> None:
    run = simulate(market(opens_week=29, opens_strength=2.0, habit_band=0.0), Plan(), 1)
    start = simulate(market().but(weeks=1), Plan(), 1).truth["wallet_share"]
    utility = np.log(start / (1 - start)) - 2.0 * run.truth["shield"]
    np.testing.assert_allclose(run.truth["wallet_share"], expit(utility), rtol=1e-9)


@each_seed
def test_bonds_hold_where_habit_does_not(seed: int) -> None:
    """Equal frequency until the rival opens; then the customers who are cared for stay."""
    care = Plan(bonds={"care": 2.0, "ties": 2.0})
    scenario = market(opens_week=29)
    bare, bound = (simulate(scenario, plan, seed) for plan in (Plan(), care))
    kept = [run.truth["wallet_share"].mean() for run in (bare, bound)]
    assert kept[1] > kept[0] + 0.05
    calm = market()
    assert share(simulate(calm, care, seed)) == share(simulate(calm, Plan(), seed))


# -- what the rival sees -----------------------------------------------------------------------------


@each_seed
def test_a_discount_for_many_provokes_the_rival_and_one_for_a_few_does_not(seed: int) -> None:
    loud, quiet = (simulate(market(), Plan(campaigns=[letter]), seed) for letter in (ALL, FEW))
    assert len(quiet.events.of(Kind.SENT)) > 50
    assert len(moves(loud, PRICE)) > 20
    assert moves(quiet, PRICE).empty
    assert (loud.events.of(Kind.RIVAL_MOVED).person == FIRM).all()


def part(tenths: int) -> Campaign:
    """Give a letter with a high discount to some tenths of all on record."""
    return ALL.but(offer=Offer(discount=0.5), to=lambda record: np.arange(len(record)) % 10 < tenths)


@each_seed
@pytest.mark.parametrize(("tenths", "public"), [(4, False), (6, True)])
def test_a_discount_is_public_where_it_goes_to_most_whom_its_channel_reaches(
    seed: int, tenths: int, public: bool
) -> None:
    run = simulate(market(), Plan(campaigns=[part(tenths)]), seed)
    assert (len(moves(run, PRICE)) > 20) == public
    assert moves(run, PRICE).empty == (not public)


@pytest.mark.parametrize("share", [0.0, 0.35, 0.45, 0.9, 1.0])
def test_the_share_from_which_a_discount_is_seen_is_the_stated_one(share: float) -> None:
    scenario = market()
    seen = scenario.but(contact=scenario.contact.but(seen_share=share))
    run = simulate(seen, Plan(campaigns=[part(4)]), 1)
    assert moves(run, PRICE).empty == (share > 0.4)


@each_seed
def test_a_mailing_cut_in_two_is_seen_like_the_whole(seed: int) -> None:
    """Both halves in the same week are as public as one letter; in turns, week by week, they are not."""
    half, rest = (
        part(4),
        part(8).but(name="the rest"),
    )  # no box gets two letters: the rest goes to four others
    together = simulate(market(), Plan(campaigns=[half, rest]), seed)
    whole = simulate(market(), Plan(campaigns=[part(8)]), seed)
    pd.testing.assert_frame_equal(moves(together, PRICE), moves(whole, PRICE))
    assert len(moves(whole, PRICE)) > 20
    others = rest.but(
        to=lambda record: (np.arange(len(record)) % 10 >= 4) & (np.arange(len(record)) % 10 < 8)
    )
    turns = Plan(campaigns=[half.but(every=2), others.but(every=2, first_week=1)])
    assert moves(simulate(market(), turns, seed), PRICE).empty


def test_in_person_those_count_who_come() -> None:
    """A leaflet at the till for all who come is public, though most customers stay away in that week."""
    scenario = market(noticed_from=0.0)
    assert scenario.contact.channels["store"].in_person
    run = simulate(scenario, Plan(campaigns=[ALL.but(channel="store")]), 1)
    assert len(run.events.of(Kind.SENT)) < 0.4 * 30 * len(run.record(15))
    assert len(moves(run, PRICE)) > 20


@each_seed
def test_a_trigger_never_provokes_the_rival_however_many_it_reaches(seed: int) -> None:
    gift = {"channel": "email", "offer": Offer(discount=0.9)}
    welcome, birthday = (Trigger(on=occasion, **gift) for occasion in ("welcome", "birthday"))
    scenario = market(noticed_from=0.0)
    scenario = scenario.but(entry=scenario.entry.but(birthday_share=1.0))
    run = simulate(scenario, Plan(triggers=[welcome, birthday]), seed)
    assert len(run.events.of(Kind.SENT)) > 300
    assert moves(run, PRICE).empty


@each_seed
def test_a_price_cut_is_answered_after_some_weeks_and_as_long_as_it_lasts(seed: int) -> None:
    plan = Timeline(plans={0: Plan(), 5: Plan(pricing={"price": 0.9}), 11: Plan()})
    for weeks in (1, 4):
        answers = moves(simulate(market(reaction_weeks=weeks), plan, seed), PRICE)
        assert answers["week"].tolist() == list(range(5 + weeks, 11 + weeks))
        assert set(answers["value"]) == {950_000}


def test_a_higher_price_and_messages_without_a_discount_provoke_nobody() -> None:
    plan = Plan(pricing={"price": 1.1}, campaigns=[ALL.but(offer=Offer())])
    assert moves(simulate(market(), plan, 1), PRICE).empty


@each_seed
def test_the_answer_takes_back_share(seed: int) -> None:
    cheap = Plan(pricing={"price": 0.85})
    orders = [
        simulate(market(reaction=reaction, habit_band=0.0), cheap, seed).metrics["orders"]
        for reaction in (0.0, 0.5, 1.0)
    ]
    assert orders[0] > orders[1] > orders[2]


def test_a_rival_that_notices_less_answers_less() -> None:
    plan = Plan(campaigns=[ALL])
    counts = [len(moves(simulate(market(noticed_from=f), plan, 1), PRICE)) for f in (0.0, 0.08, 0.5)]
    assert counts[0] >= counts[1] >= counts[2] == 0
    assert counts[0] > 20


def test_no_rival_sells_below_half_its_price() -> None:
    answers = moves(simulate(market(reaction=2.0), Plan(pricing={"price": 0.5}), 1), PRICE)
    assert set(answers["value"]) == {round((1 - DEEPEST) * 1e6)}


# -- untouched, hidden, refused ----------------------------------------------------------------------


@each_seed
def test_who_is_not_written_to_buys_as_before_here_and_there(seed: int) -> None:
    before, after = (simulate(market(), plan, seed) for plan in (Plan(), Plan(campaigns=[FEW])))
    touched = np.unique(after.events.of(Kind.SENT).person)
    assert 5 < len(touched) < 400
    rest = [run.events.where(~np.isin(run.events.person, touched)).frame() for run in (before, after)]
    pd.testing.assert_frame_equal(*rest)


def test_the_firm_sees_nothing_of_the_rival() -> None:
    seen = simulate(market(), Plan(), 1).record(30)
    same = simulate(market().but(rival=None), Plan(), 1).record(30)
    pd.testing.assert_frame_equal(seen, same)


def test_lives_lived_one_by_one_are_the_same() -> None:
    plan = Plan(pricing={"price": 0.9}, needs={"range": 80.0, "green": 50, "green_premium": 0.1})
    scenario = market(opens_week=9).but(people=120, weeks=15)
    together, apart = (simulate(scenario, plan, 1, focus=focus) for focus in ((), range(120)))
    pd.testing.assert_frame_equal(together.events.frame(), apart.events.frame())


def test_a_market_of_contracts_has_no_rival() -> None:
    with pytest.raises(Fault, match="rival: people divide what they buy freely, not contracts"):
        load_scenario("saas").but(rival=Rival())


@pytest.mark.parametrize(
    "given", [{"opens_week": -1}, {"switched": 2}, {"habit_keep": 1.5}, {"reaction": -1}]
)
def test_a_parameter_of_the_rival_outside_its_bounds_is_named(given: dict[str, Any]) -> None:
    with pytest.raises(Fault, match=next(iter(given))):
        Rival(**given)


@given(
    taste=st.floats(-3, 3),
    spread=st.floats(0, 5),
    steepness=st.floats(0, 10),
    band=st.floats(0, 10),
    strength=st.floats(0, 20),
    price=st.floats(0.5, 2),
)
@settings(max_examples=15, deadline=None)
def test_shares_stay_shares_whatever_happens(
    taste: float, spread: float, steepness: float, band: float, strength: float, price: float
) -> None:
    scenario = market(
        taste=taste,
        taste_spread=spread,
        steepness=steepness,
        habit_band=band,
        opens_strength=strength,
        opens_week=4,
        reaction=2.0,
    )
    run = simulate(scenario.but(people=60, weeks=10), WIDER.but(pricing={"price": price}), 1)
    assert run.truth[["wallet_share", "habit"]].stack().between(0, 1).all()
    assert (run.events.of(Kind.RIVAL_ORDER).value >= 1).all()


@each_seed
def test_a_night_of_selling_live_is_seen_by_the_rival_and_one_without_a_price_is_not(seed: int) -> None:
    live = market().also("livestream")
    nights = [{"first_week": 5, "every": 4, "discount": share, "promotion": 500} for share in (0.5, 0.0)]
    shown, plain = (simulate(live, Plan(livestream=levers), seed) for levers in nights)
    weeks = set((moves(shown, PRICE)["minute"] // MINUTES_A_WEEK).tolist())
    assert weeks == {week + 3 for week in range(5, shown.scenario.weeks - 3, 4)}
    assert moves(plain, PRICE).empty
