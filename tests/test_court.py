"""Evidence counts what the firm could count, a purse is kept, and the twin's fates add up."""

from functools import cache

import numpy as np
import pytest

from sim import Campaign, Fault, Offer, Plan, load_scenario, plots, simulate
from sim.analysis import court
from sim.analysis.court import Hearing
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind

MARKET = load_scenario("supermarket", people=1_500)
SHOP = Plan(service={"agents": 1})
LETTER = Campaign(to=court.at_risk, channel="sms", every=4, first_week=52, offer=Offer(discount=0.15))


@cache
def case() -> Hearing:
    return court.hearing(MARKET, SHOP, LETTER, seed=3)


def test_the_list_is_the_square_of_the_rfm_map() -> None:
    from sim import rfm

    record = case().run.record(52)
    names = rfm.segments(rfm.score(rfm.of_record(record)))
    expected = case().run.hidden_link[record.index[names == "high value at risk"]]
    assert set(case().listed()) == set(expected) and len(expected) > 20


def test_those_retained_are_counted_by_their_orders() -> None:
    table = court.exhibits(case(), "longer")
    orders = case().run.events.of(Kind.ORDER)
    later = orders.where((orders.minute >= 52 * MINUTES_A_WEEK) & (orders.minute < 104 * MINUTES_A_WEEK))
    share = np.isin(case().written(), later.person).mean()
    row = table.loc[("longer", "written to")]
    assert row["retained"] == pytest.approx(share) and row["low"] < share < row["high"]


def test_by_lot_no_person_is_on_both_sides_and_those_left_alone_get_nothing() -> None:
    sides = case().groups("by lot")
    written, alone = sides["written to"][0], sides["left alone"][0]
    assert not set(written) & set(alone) and len(alone) > 5
    assert not np.isin(case().tested.events.of(Kind.SENT).person, alone).any()


def test_a_longer_window_never_retains_fewer() -> None:
    half = court.exhibits(case(), "opened")["retained"].iloc[0]
    assert 0 <= half <= 1
    told = court.readings(MARKET, SHOP, LETTER, replications=2)
    assert told["with letter"].iloc[1] >= told["with letter"].iloc[0]


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        (("opened", "longer"), "buys 3 different pieces"),
        (("opened", "opened", "longer"), "buys 3 different pieces"),
        (("opened", "longer", "rumour"), 'no piece "rumour"'),
        (("by lot", "earlier", "other list"), "cost 7 coins"),
    ],
)
def test_a_side_buys_three_pieces_of_the_list_for_its_coins(pieces: tuple[str, ...], said: str) -> None:
    with pytest.raises(Fault, match=said):
        court.buy(case(), *pieces)


def test_fates_add_up_to_all_who_were_written_to() -> None:
    table = court.testimony(MARKET, SHOP, LETTER, replications=2)
    assert table[["anyway", "because", "driven away", "lost"]].sum(axis=1).to_numpy() == pytest.approx(100)
    run = simulate(MARKET, SHOP.but(campaigns=[LETTER]), 1)
    assert table["people"].iloc[0] == len(Hearing(run, run, 52).written())


def test_a_letter_to_nobody_moves_nobody() -> None:
    silent = MARKET.but(contact=MARKET.contact.but(reminder_lift=0, wake_on_click=0, return_on_click=0))
    table = court.testimony(silent, SHOP, LETTER.but(offer=Offer()), replications=2)
    assert not table[["because", "driven away"]].to_numpy().any()


def test_the_figures_say_what_the_tables_hold() -> None:
    table = court.exhibits(case())
    over = int((table["low"] > court.CLAIM).sum())
    said = plots.exhibits(table).alt_text
    assert said.split("Clearly above the claim: ")[1].split(". ")[0].count(":") == over
    told = court.testimony(MARKET, SHOP, LETTER, replications=2)
    assert f"because of it {told['because'].mean():.0f}" in plots.fates(told).alt_text
    for figure in (plots.exhibits, plots.fates):
        with pytest.raises(Fault, match="expects the table"):
            figure(told[["people"]])
