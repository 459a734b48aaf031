"""Each role's table is a part of the log, and shows nothing of the others'."""

from functools import cache

import pytest

from sim import Campaign, Fault, Plan, load_scenario, simulate
from sim.analysis.voices import DESKS, desk
from sim.events import Kind
from sim.run import Run


@cache
def run() -> Run:
    plan = Plan(campaigns=(Campaign(channel="email"),))
    return simulate(load_scenario("supermarket", people=500).but(weeks=52), plan, 4)


def test_what_stands_on_the_desks_adds_up_to_the_log_and_the_books() -> None:
    sales, marketing, service = (desk(run(), role) for role in ("sales", "marketing", "service"))
    assert sales["orders"].sum() == len(run().events.of(Kind.ORDER))
    assert marketing["sent"].sum() == len(run().events.of(Kind.SENT))
    assert service["complaints"].sum() == len(run().events.of(Kind.TICKET))
    assert desk(run(), "managers")["profit"].sum() == pytest.approx(run().accounts.total()["profit"] / 100)


def test_ten_customers_speak_and_nobody_else_is_asked() -> None:
    assert len(desk(run(), "customers")) == 10


def test_no_two_desks_share_a_column() -> None:
    columns = [name for role in DESKS for name in desk(run(), role).columns]
    assert len(columns) == len(set(columns))


def test_a_role_that_nobody_has_and_a_run_without_a_quarter_are_refused() -> None:
    with pytest.raises(Fault, match="sales, marketing"):
        desk(run(), "porter")
    with pytest.raises(Fault, match="a quarter has 13 weeks"):
        desk(simulate(load_scenario("supermarket", people=50).but(weeks=5), Plan(), 1), "sales")
