"""Laws of needs: what people want decides what an offer is worth to them; the firm sees what they declare."""

# Plans are written here as learners write them, with lists, dicts and functions:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from sim import Campaign, Fault, Offer, Plan, Scenario, Segment, at_least, load_scenario, simulate
from sim.accounts import LINES
from sim.analysis.value import delivered_value
from sim.board.code import code
from sim.events import FIRM, Cause, Kind
from sim.levers import group
from sim.need import NEEDS, PARTS, Proposition, Weights
from sim.processes.needs import GREEN, Levers
from sim.processes.needs import Parameters as Needs
from sim.processes.profile import Parameters as Profile
from sim.processes.rival import Parameters as Rival
from sim.run import Run

SEEDS = (1, 2, 3)
each_seed = pytest.mark.parametrize("seed", SEEDS)
each_part = pytest.mark.parametrize("part", PARTS)
ATTENTIVE = {"consent_share": 1.0, "open_share": 0.9, "click_share": 0.2, "opt_out_share": 0.0}
LETTER = Campaign(channel="email", offer=Offer(discount=0.1), every=2)


def market(**changes: Any) -> Scenario:
    """Give a supermarket of 800 customers, in which nobody stands in another's way."""
    scenario = load_scenario("supermarket").but(people=800, weeks=30, service=None, acquisition=None)
    contact = scenario.contact
    channels = {name: channel.but(**ATTENTIVE) for name, channel in contact.channels.items()}
    return scenario.but(
        entry=scenario.entry.but(present_share=1.0),
        contact=contact.but(channels=channels),
        needs=Needs().but(**changes),
        profile=Profile(),
    )


def indifferent(**changes: Any) -> Scenario:
    """Give the same, where staying does not follow value."""
    scenario = market(**changes)
    return scenario.but(patience=scenario.patience.but(value_steepness=0.0))


def run_with(plan: Plan, seed: int = 1, **changes: Any) -> Run:
    return simulate(market(**changes), plan, seed)


def seen_of_us(run: Run) -> pd.DataFrame:
    """Give all events but what people declare."""
    return run.events.where(run.events.kind != int(Kind.DECLARED)).frame()


def of_need(run: Run, values: npt.NDArray[Any]) -> dict[str, float]:
    """Give the mean of people's values by their true need."""
    return pd.Series(values).groupby(run.truth["true_need"].to_numpy()).mean().to_dict()


# -- off, and on without effect ----------------------------------------------------------------------


@each_seed
def test_on_with_its_levers_and_prices_at_rest_it_changes_nothing_but_what_people_declare(seed: int) -> None:
    plan = Plan(campaigns=[LETTER.but(offer=Offer())])
    on, off = simulate(market(), plan, seed), simulate(market().but(needs=None), plan, seed)
    assert len(on.events.of(Kind.DECLARED)) > 100
    pd.testing.assert_frame_equal(seen_of_us(on), off.events.frame())


def test_another_offer_of_the_rival_changes_nothing_either_where_nobody_chooses_or_stays_by_it() -> None:
    poor = Proposition(range=1, price=1.4)
    one, other = (simulate(scenario, Plan(), 1) for scenario in (indifferent(), indifferent(rival=poor)))
    pd.testing.assert_frame_equal(one.events.frame(), other.events.frame())
    assert (other.truth["delivered_value"] > one.truth["delivered_value"]).all()


# -- who needs what ----------------------------------------------------------------------------------


def test_people_have_needs_in_the_shares_that_the_scenario_states() -> None:
    run = simulate(market().but(people=5_000, weeks=1), Plan(), 1)
    found = run.truth["true_need"].value_counts(normalize=True)
    for name, share in zip(NEEDS, Needs().shares(), strict=True):
        assert abs(found[name] - share) < 4 * np.sqrt(share * (1 - share) / 5_000)


def test_a_market_may_know_some_of_the_needs_only() -> None:
    run = run_with(Plan(), types={"senior": Weights(share=1), "young": Weights(share=3)})
    assert set(run.truth["true_need"]) == {"young", "senior"}
    assert set(run.record(30)["need"]) == {"young", "senior", ""}


def test_weights_of_a_person_add_up_to_one_with_that_of_money() -> None:
    run = run_with(Plan())
    total = run.people.needs.weights.sum(axis=0) + run.people.needs.money / Needs().money_points
    np.testing.assert_allclose(total, 1, atol=1e-6)
    assert run.people.needs.weights.min() > 0


def test_people_of_one_need_differ_as_the_spread_says() -> None:
    alike, unlike = (run_with(Plan(), weight_spread=spread) for spread in (0.0, 0.8))
    family = alike.truth["true_need"] == "family"
    assert np.ptp(alike.people.needs.money[family]) < 1e-9
    assert unlike.people.needs.money[family].std() > 1


def test_needs_are_drawn_apart_from_how_people_buy() -> None:
    """Or the market would not be BG/NBD any more."""
    run = run_with(Plan())
    pd.testing.assert_series_equal(
        run.truth["orders_a_week"], simulate(market().but(needs=None), Plan(), 1).truth["orders_a_week"]
    )


# -- delivered value ---------------------------------------------------------------------------------


@each_part
def test_money_spent_on_a_part_adds_what_the_law_says_to_each_person(part: str) -> None:
    run, these = run_with(Plan(needs={part: 40.0})), Needs()
    bought = these.gain * (1 - np.exp(-40.0 / these.worth))
    expected = bought * run.people.needs.weights[PARTS.index(part)].astype(float)
    np.testing.assert_allclose(run.truth["delivered_value"], expected, atol=0.02 * these.gain)


def test_money_adds_nothing_to_what_is_perfect_already() -> None:
    perfect = {"ours": Proposition(range=10, speed=9), "rival": Proposition(range=10, speed=9)}
    runs = [run_with(Plan(needs={part: 1e5}), **perfect) for part in ("range", "speed")]
    assert (runs[0].truth["delivered_value"] == 0).all()
    speed = runs[1].people.needs.weights[PARTS.index("speed")]
    np.testing.assert_allclose(runs[1].truth["delivered_value"], speed, atol=0.02)


@each_part
def test_the_next_money_adds_less_than_the_last(part: str) -> None:
    spent = (0, 50, 100, 150)
    values = [run_with(Plan(needs={part: x})).truth["delivered_value"].mean() for x in spent]
    steps = np.diff(values)
    assert (steps > 0).all()
    assert (np.diff(steps) < 0).all()


def test_each_need_gains_most_where_it_cares_most() -> None:
    """Families care for choice, business people for time, seniors for personnel, the young for image."""
    cares = {"family": "range", "business": "speed", "senior": "personnel", "young": "image"}
    for need, part in cares.items():
        gains = of_need(run := run_with(Plan(needs={part: 50.0})), run.truth["delivered_value"])
        assert max(gains, key=gains.__getitem__) == need


def test_the_table_of_delivered_value_is_what_the_market_comes_to() -> None:
    changes = {
        "weight_spread": 0.0,
        "ours": Proposition(range=8, speed=3),
        "rival": Proposition(ease=7.5, price=1.1),
        "notice": 1.0,
    }
    plan = Plan(needs={"range": 30, "image": 90})
    table = delivered_value(market(**changes), plan)
    run = run_with(plan, **changes)
    for need, value in of_need(run, run.truth["delivered_value"].to_numpy()).items():
        assert value == pytest.approx(table.loc[need, "total"], abs=1e-6)
    assert list(table.columns) == [*PARTS, "money", "total"]
    np.testing.assert_allclose(table["total"], table.drop(columns="total").sum(axis=1))


def test_the_table_counts_a_lower_shelf_price_as_money_saved() -> None:
    usual, cheap = (delivered_value(market(), Plan(pricing={"price": p})) for p in (1.0, 0.9))
    saved = Needs().weights()[-1] * Needs().money_points * 0.1
    np.testing.assert_allclose(cheap["total"] - usual["total"], saved)
    assert (usual == 0).all(axis=None)


def test_a_market_without_needs_has_no_table_of_value() -> None:
    with pytest.raises(Fault, match="delivered_value: supermarket has no needs"):
        delivered_value(market().but(needs=None))


def test_what_is_noticed_sooner_is_no_more_in_the_end() -> None:
    plan = Plan(needs={"range": 60.0})
    slow, fast = (run_with(plan, notice=n).truth["delivered_value"].mean() for n in (0.3, 1.0))
    assert slow == pytest.approx(fast, rel=0.02)
    early = [
        simulate(market(notice=n).but(weeks=3), plan, 1).truth["delivered_value"].mean()
        for n in (0.1, 0.3, 1)
    ]
    assert early == sorted(early)
    assert early[0] < 0.5 * early[2]


def test_what_is_offered_no_more_is_forgotten_to_the_last_bit() -> None:
    run = simulate(market(), {0: Plan(needs={"range": 100, "green": 50}), 5: Plan()}, 1)
    assert (run.truth["delivered_value"] == 0).all()
    assert (run.people.needs.markup == 1).all()


@each_seed
def test_delivered_value_is_felt_in_satisfaction(seed: int) -> None:
    plan = Plan(needs={part: 150.0 for part in PARTS})
    moods = [run_with(plan, seed, felt=felt).truth["satisfaction"].mean() for felt in (0.0, 0.5, 1.0)]
    assert moods == sorted(moods)
    assert moods[2] > moods[0] + 0.5


def test_value_that_is_not_felt_moves_nobody_where_nobody_chooses_or_stays_by_it() -> None:
    scenario = indifferent(felt=0.0)
    spent, idle = (simulate(scenario, plan, 1) for plan in (Plan(needs={"range": 100.0}), Plan()))
    rest = spent.events.where(spent.events.kind != int(Kind.PROVIDED))
    pd.testing.assert_frame_equal(rest.frame(), idle.events.frame())


# -- staying ---------------------------------------------------------------------------------------


@each_seed
def test_the_more_value_a_firm_delivers_beside_its_competitor_the_fewer_it_loses_to_it(seed: int) -> None:
    offers = [Proposition(**dict.fromkeys(PARTS, points)) for points in (2, 6, 10)]
    scenarios = [market(ours=ours) for ours in offers]
    strong = [s.but(patience=s.patience.but(competitor_pull=0.01)) for s in scenarios]
    lost = [simulate(scenario, Plan(), seed).defections["competitor"].sum() for scenario in strong]
    assert lost[0] > 1.3 * lost[1] > 1.6 * lost[2] > 0


def test_a_competitor_takes_of_each_person_s_patience_what_the_law_of_value_says() -> None:
    scenario = market(rival=Proposition(range=9, price=1.2))
    these = scenario.patience.but(satisfaction_steepness=0.0, value_steepness=0.3)
    run = simulate(scenario.but(patience=these), Plan(), 1)
    stays = ((run.truth["stage"] == "customer") & (run.truth["spell"] == 0)).to_numpy()
    value, patience = run.people.needs.value, run.people.patience
    assert value.std() > 0.2 and stays.sum() > 400
    toll = 30 * these.competitor_pull * np.exp(-0.3 * value) * patience.shield
    np.testing.assert_allclose(patience.used[Cause.COMPETITOR][stays], toll[stays])


@each_seed
def test_where_both_deliver_the_same_staying_does_not_hang_on_how_steeply_it_follows_value(seed: int) -> None:
    one, other = (simulate(scenario, Plan(), seed) for scenario in (market(), indifferent()))
    pd.testing.assert_frame_equal(one.events.frame(), other.events.frame())


# -- price -----------------------------------------------------------------------------------------


def test_sensitivity_to_prices_goes_with_the_weight_of_money_and_is_as_high_as_ever_on_average() -> None:
    run = simulate(market().but(people=5_000, weeks=1), Plan(), 1)
    plain = simulate(market().but(people=5_000, weeks=1, needs=None), Plan(), 1)
    weight = run.people.needs.money / run.people.needs.money.mean()
    np.testing.assert_allclose(run.truth["sensitivity"], plain.truth["sensitivity"] * weight)
    assert run.truth["sensitivity"].mean() == pytest.approx(1, abs=0.05)


@each_seed
def test_an_offer_is_answered_most_by_those_to_whom_money_counts_most(seed: int) -> None:
    cheap, plain = (
        run_with(Plan(campaigns=[LETTER.but(offer=Offer(discount=share))]), seed) for share in (0.5, 0.0)
    )
    gain = {need: rate / click_rate(plain)[need] for need, rate in click_rate(cheap).items()}
    assert gain["family"] > 1.15 * gain["senior"] > 1.15 * gain["business"]


def test_where_all_weigh_money_alike_offers_are_answered_as_in_a_market_without_needs() -> None:
    alike = market(types={"family": Weights(money=3)}, weight_spread=0.0)
    plan = Plan(campaigns=[LETTER], pricing={"price": 1.1})
    on, off = simulate(alike, plan, 1), simulate(alike.but(needs=None), plan, 1)
    pd.testing.assert_frame_equal(seen_of_us(on), off.events.frame())


# -- what it costs -----------------------------------------------------------------------------------


@pytest.mark.parametrize("people", [800, 77])
def test_the_offer_costs_what_the_levers_say(people: int) -> None:
    spends = (10.5, 4, 1, 3, 20, 2, 0.5)
    levers = Levers(**dict(zip(PARTS, spends, strict=True)), green=4.25, green_premium=0.1)
    run = simulate(market().but(people=people), Plan(needs=levers), 1)
    provided = run.events.of(Kind.PROVIDED)
    weekly = [round(100 * spend * people / 1_000) for spend in (*spends, 4.25)]
    assert (provided.person == FIRM).all()
    for channel, cents in enumerate(weekly):
        assert provided.value[provided.channel == channel].tolist() == [cents] * 30
    assert channel == GREEN
    total = run.accounts.total()
    assert -total["offer"] == 30 * sum(weekly)
    assert total["profit"] == sum(total[line] for line in LINES)
    assert run.accounts.by_person()["profit"].sum() == total["profit"]


# -- green goods -------------------------------------------------------------------------------------


def test_as_many_pay_a_premium_as_the_law_of_willingness_says() -> None:
    these = Needs()
    run = simulate(market().but(people=5_000, weeks=1), Plan(), 1)
    for premium in (0.1, 0.25, 0.5):
        share = these.green_willing * np.exp(-premium / these.green_worth)
        found = (run.truth["green_worth"] >= premium).mean()
        assert abs(found - share) < 4 * np.sqrt(share * (1 - share) / 5_000)
    assert run.truth["green_worth"].mean() == pytest.approx(these.green_willing * these.green_worth, rel=0.1)


def test_who_would_not_pay_the_premium_is_touched_by_green_goods_in_nothing() -> None:
    plan = Plan(needs={"green": 100, "green_premium": 0.2})
    plain, green = run_with(Plan()), run_with(plan)
    unwilling = np.flatnonzero(plain.truth["green_worth"] < 0.2)
    assert 200 < len(unwilling) < 700
    ours = [run.events.where(np.isin(run.events.person, unwilling)).frame() for run in (plain, green)]
    pd.testing.assert_frame_equal(*ours)


def test_an_order_of_green_goods_costs_as_much_more_as_the_premium_on_their_share() -> None:
    plan = Plan(needs={"green": 100, "green_premium": 0.2})
    quiet = indifferent(felt=0.0, notice=1.0)
    plain, green = (simulate(quiet, strategy, 1) for strategy in (Plan(), plan))
    noticed = 1 - np.exp(-100 / Needs().worth)
    dearer = 1 + 0.2 * Needs().green_range * noticed
    buys = (plain.truth["green_worth"] >= 0.2).to_numpy()
    before, after = (run.events.of(Kind.ORDER) for run in (plain, green))
    assert before.minute.tolist() == after.minute.tolist()
    factor = np.where(buys[before.person], dearer, 1.0)
    assert np.abs(after.value - before.value * factor).max() <= 1
    assert green.accounts.total()["goods"] < plain.accounts.total()["goods"] < 0  # dearer goods cost more


def test_a_higher_premium_is_paid_by_fewer_and_worth_less_to_them() -> None:
    runs = [run_with(Plan(needs={"green": 100, "green_premium": p})) for p in (0.0, 0.2, 0.5)]
    buyers = [(run.people.needs.markup > 1).sum() for run in runs[1:]]
    assert buyers[0] > 2 * buyers[1] > 0
    values = [run.truth["delivered_value"].mean() for run in runs]
    assert values[0] > values[1] > values[2] > 0


def test_without_money_for_green_goods_there_is_no_premium_to_pay() -> None:
    one, other = run_with(Plan(needs={"green_premium": 0.5})), run_with(Plan())
    pd.testing.assert_frame_equal(one.events.frame(), other.events.frame())


# -- messages for a need -----------------------------------------------------------------------------


def click_rate(run: Run) -> dict[str, float]:
    """Give clicks for each message opened, by true need and of all."""
    true = run.truth["true_need"].to_numpy()
    opened, clicked = (
        pd.Series(true[run.events.of(kind).person]).value_counts() for kind in (Kind.OPENED, Kind.CLICKED)
    )
    return {**(clicked / opened).to_dict(), "all": clicked.sum() / opened.sum()}


@each_seed
def test_a_message_for_a_need_is_clicked_more_by_those_who_have_it_and_less_by_the_others(seed: int) -> None:
    plain = click_rate(run_with(Plan(campaigns=[LETTER]), seed))
    for need in ("family", "business"):
        rate = click_rate(run_with(Plan(campaigns=[LETTER.but(fits=need)]), seed))
        for name in NEEDS:
            assert (rate[name] > 1.2 * plain[name]) if name == need else (rate[name] < 0.9 * plain[name])


@each_seed
def test_offers_matched_to_the_declared_need_are_clicked_more_than_one_for_all(seed: int) -> None:
    known = Segment(greenness=at_least(0))  # whoever has answered
    for_all = run_with(Plan(campaigns=[LETTER.but(to=known)]), seed)
    matched = run_with(Plan(campaigns=[LETTER.but(to=Segment(need=n), fits=n) for n in NEEDS]), seed)
    liars = market().but(profile=Profile(wrong_share=0.7))
    lying = simulate(liars, Plan(campaigns=[LETTER.but(to=Segment(need=n), fits=n) for n in NEEDS]), seed)
    assert click_rate(matched)["all"] > 1.2 * click_rate(for_all)["all"]
    assert click_rate(matched)["all"] > click_rate(lying)["all"]


@pytest.mark.parametrize(("fit", "misfit"), [(1.0, 1.0), (2.0, 0.0)])
def test_the_pull_of_a_message_is_as_strong_as_the_parameters_say(fit: float, misfit: float) -> None:
    plan = Plan(campaigns=[LETTER.but(fits="family", offer=Offer())])
    plain = run_with(plan.but(campaigns=[LETTER.but(offer=Offer())]))
    run = run_with(plan, fit=fit, misfit=misfit)
    if fit == misfit:
        pd.testing.assert_frame_equal(run.events.frame(), plain.events.frame())
        return
    rate = click_rate(run)
    assert rate["family"] == pytest.approx(0.4, abs=0.03)  # twice the share that clicks
    assert np.isnan(rate["young"]) or rate["young"] == 0


@each_seed
def test_who_gets_no_message_for_a_need_lives_as_before(seed: int) -> None:
    plan = Plan(campaigns=[LETTER.but(to=Segment(need="business"), fits="business")])
    plain, fitted = run_with(Plan(), seed), run_with(plan, seed)
    touched = np.unique(fitted.events.of(Kind.SENT).person)
    assert 30 < len(touched) < 400
    rest = [run.events.where(~np.isin(run.events.person, touched)).frame() for run in (plain, fitted)]
    pd.testing.assert_frame_equal(*rest)


# -- bad input ---------------------------------------------------------------------------------------


def test_a_need_that_no_market_knows_is_answered_with_those_there_are() -> None:
    for make in (lambda: Segment(need="famly"), lambda: Campaign(fits="famly")):
        with pytest.raises(Fault, match=r'"famly" is not allowed; did you mean "family"\? Allowed: family, '):
            make()


def test_a_number_is_no_need() -> None:
    with pytest.raises(Fault, match=r"Segment\.need"):
        Segment(need={"over": 3})


def test_a_message_for_a_need_that_this_market_does_not_have_is_refused() -> None:
    plan = Plan(campaigns=[LETTER, LETTER.but(fits="senior")])
    with pytest.raises(Fault, match=r'campaigns\[1\]\.fits: .* no need "senior"\. It has: young\.'):
        run_with(plan, types={"young": Weights()})
    with pytest.raises(Fault, match=r"campaigns\[1\]\.fits: .* Its needs section is switched off\."):
        simulate(market().but(needs=None), plan, 1)


@pytest.mark.parametrize("types", [{}, {"young": Weights(share=0)}])
def test_people_without_any_need_are_refused(types: dict[str, Weights]) -> None:
    with pytest.raises(Fault, match="give at least one type with a share above 0"):
        Needs(types=types)


@pytest.mark.parametrize("trait", ["true_need", "green_worth", "delivered_value", "wallet_share", "habit"])
def test_what_people_really_want_is_hidden(trait: str) -> None:
    with pytest.raises(Fault, match=f'"{trait}" is hidden'):
        Segment(**{trait: at_least(1)})


@pytest.mark.parametrize("given", [{"range": -1}, {"green_premium": 9}, {"speed": "much"}, {"image": 1e9}])
def test_a_lever_outside_its_bounds_is_named(given: dict[str, Any]) -> None:
    with pytest.raises(Fault, match=rf"needs\.{next(iter(given))}"):
        Plan(needs=given)


def test_a_market_without_needs_says_so() -> None:
    with pytest.raises(Fault, match=r"needs: supermarket has no needs.*leave range alone"):
        simulate(market().but(needs=None), Plan(needs={"range": 1.0}), 1)


def test_needs_and_a_rival_meet_in_columns_alone() -> None:
    """Each runs without the other."""
    for scenario in (market(), market().but(needs=None, rival=Rival())):
        assert simulate(scenario.but(weeks=3), Plan(), 1).metrics["orders"] > 0


# -- on a board of levers ----------------------------------------------------------------------------


def choices_on_board(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Give what a board offers for the word fields of a campaign."""
    found = {}
    for path, leaf in group("campaigns", Plan(campaigns=[LETTER]), scenario).leaves():
        if path[-1] in ("fits", "need") and hasattr(leaf.inputs[0], "options"):
            found[path[-1]] = leaf.inputs[0].options
    return found


def test_a_board_offers_the_needs_of_its_market_and_none_where_there_are_none() -> None:
    types = {"young": Weights(), "senior": Weights()}
    assert choices_on_board(market(types=types)) == {"fits": ("young", "senior"), "need": ("young", "senior")}
    assert choices_on_board(market().but(profile=None)) == {"fits": NEEDS}
    assert choices_on_board(market().but(profile=None, needs=None)) == {}
    parts = {path[-1] for path, _ in group("needs", Plan(), market().but(profile=None)).leaves()}
    assert parts == set(Levers.model_fields)


def test_a_plan_for_needs_shown_as_python_makes_the_same_plan() -> None:
    plan = Plan(
        campaigns=[LETTER.but(to=Segment(need="young", greenness=at_least(6)), fits="young")],
        needs={"range": 20.0, "green_premium": 0.1},
        seeding={"sample": 2.0, "to": Segment(need="young")},
    )
    names: dict[str, Any] = {}
    exec(code(plan), names)
    assert names["plan"] == plan


# -- situations ---------------------------------------------------------------------------------------


@each_seed
def test_the_oftener_a_situation_asks_for_something_else_the_less_a_message_made_for_ones_need_is_worth(
    seed: int,
) -> None:
    """Half of the people are of each need: in a situation, every second one needs what the others do."""
    half = {"business": Weights(share=1), "family": Weights(share=1)}
    letter = LETTER.but(fits="family", offer=Offer())
    ahead = []
    for share in (0.0, 0.5, 1.0):
        run = run_with(Plan(campaigns=[letter]), seed, types=half, situation_share=share, fit=2.5, misfit=0.4)
        clicks = np.bincount(run.events.of(Kind.CLICKED).person, minlength=800)
        family = run.people.needs.need == NEEDS.index("family")
        ahead.append(clicks[family].mean() / clicks[~family].mean())
    assert ahead[0] > ahead[1] > ahead[2] and ahead[2] == pytest.approx(1, abs=0.25)


def test_in_a_situation_value_is_weighed_as_those_do_who_usually_need_it_and_then_as_ever() -> None:
    poor = Proposition(range=2, image=9)
    usual = run_with(Plan(), rival=poor).people.needs
    moved = run_with(Plan(), rival=poor, situation_share=0.3).people.needs
    shifted = moved.value != usual.value
    assert 0.2 < shifted.mean() < 0.4, "of the last week; all others are as ever"
    assert (moved.need == usual.need).all() and (moved.now != moved.need).any()
    alike = pd.Series(moved.value[shifted]).groupby(moved.now[shifted]).std()
    assert alike.fillna(0).max() < 1e-9
