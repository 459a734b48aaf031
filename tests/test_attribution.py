"""Each order is credited once, to the last click before it, or to none."""

import numpy as np
import pytest

from sim import Campaign, Fault, Plan, load_scenario, simulate
from sim.analysis.attribution import last_click
from sim.channel import codes
from sim.clock import MINUTES_A_DAY
from sim.events import Kind

MARKET = load_scenario("supermarket", people=500).but(weeks=40)
MAIL = Campaign(channel="email", every=1)
RUN = simulate(MARKET, Plan(campaigns=[MAIL, MAIL.but(channel="app"), MAIL.but(channel="store")]), 3)


def test_every_order_and_every_cent_is_credited_exactly_once() -> None:
    table, orders = last_click(RUN), RUN.events.of(Kind.ORDER)
    assert table["orders"].sum() == len(orders)
    assert table["revenue_currency"].sum() == pytest.approx(orders.value.sum() / 100)
    assert table["share"].sum() == pytest.approx(1) and list(table.index)[-1] == "no click"


def test_the_credit_goes_to_the_last_click_within_the_days() -> None:
    orders, clicks = RUN.events.of(Kind.ORDER), RUN.events.of(Kind.CLICKED)
    names = {code: name for name, code in codes(MARKET.contact.channels).items()}
    count: dict[str, int] = {}
    for person, minute in zip(orders.person.tolist(), orders.minute.tolist(), strict=True):
        mine = (clicks.person == person) & (clicks.minute <= minute)
        mine &= clicks.minute >= minute - 7 * MINUTES_A_DAY
        last = "no click"
        if mine.any():
            place = np.flatnonzero(mine)
            place = place[clicks.minute[place] == clicks.minute[place].max()]
            last = names[int(clicks.channel[place].min())]
        count[last] = count.get(last, 0) + 1
    assert last_click(RUN)["orders"].to_dict() == count


def test_days_that_are_none_are_refused() -> None:
    with pytest.raises(Fault, match="days is a number from 1"):
        last_click(RUN, days=0)
