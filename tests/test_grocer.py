"""Laws of the community grocer: a firm that could exist, on channels of its own, in its seasons."""

# mypy: disable-error-code="arg-type, call-arg, union-attr"

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from sim import Campaign, Fault, Plan, Shock, load_scenario, simulate
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.run import Run
from sim.scenario import FOLDER, LAWS, MECHANISMS

NAME = "community_fresh_cn"
GROCER = load_scenario(NAME)
PAGE = Path(__file__).parents[1] / "docs" / "scenarios" / f"{NAME}.md"
INDUSTRIES = (NAME, "supermarket", "convenience_store", "saas", "bank", "manufacturing")
SECTIONS = ("entry", *LAWS, *MECHANISMS, "record")


@cache
def ran(seed: int) -> Run:
    return simulate(GROCER, Plan(), seed)


def orders_by_week(run: Run) -> Any:
    return np.bincount(run.events.of(Kind.ORDER).minute // MINUTES_A_WEEK, minlength=run.scenario.weeks)


@pytest.mark.parametrize("seed", [1, 7])
def test_a_grocer_that_does_nothing_in_particular_about_breaks_even(seed: int) -> None:
    metrics = ran(seed).metrics
    assert abs(metrics["profit"]) < 0.03 * metrics["revenue"]
    assert 0.15 < metrics["contribution"] / metrics["revenue"] < 0.25, "margins are thin"
    assert 30 < metrics["average_order"] < 60
    quarters = ran(seed).accounts.by_week()["revenue"].groupby(np.arange(104) // 13).sum()
    assert 0.6 < quarters.iloc[-1] / quarters.iloc[0] < 0.95, "more customers leave than come"


@pytest.mark.parametrize("name", INDUSTRIES)
def test_every_section_of_the_file_says_where_its_numbers_come_from(name: str) -> None:
    written = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    assert {section for section in written if section in SECTIONS} == set(written["sources"])


def test_the_grocer_has_channels_of_its_own_and_no_e_mail() -> None:
    channels = GROCER.contact.channels
    assert {"wecom", "wecom_group", "official_account", "mini_program", "sms", "store"} == set(channels)
    with pytest.raises(Fault, match=r"campaigns\[0\]\.channel: community_fresh_cn has no channel \"email\""):
        simulate(GROCER, Plan(campaigns=[Campaign()]), 1)


def test_the_official_account_carries_four_mailings_in_any_four_weeks() -> None:
    daily = [Campaign(name=f"day {day}", channel="official_account", every=1 + day) for day in range(3)]
    sent = simulate(GROCER.but(people=300, weeks=30), Plan(campaigns=daily), 1).events.of(Kind.SENT)
    mailings = {(week, ref) for week, ref in zip(sent.minute // MINUTES_A_WEEK, sent.ref, strict=True)}
    in_week = np.bincount([week for week, _ in mailings], minlength=30)
    assert np.convolve(in_week, np.ones(4, int), "valid").max() == 4


def test_people_stock_up_before_spring_festival_and_at_double_eleven() -> None:
    without = simulate(GROCER.but(shocks=None), Plan(), 7)
    lift = orders_by_week(ran(7)) / orders_by_week(without)
    for week, expected in ((4, 1.6), (5, 1.6), (55, 1.6), (44, 1.18), (96, 1.18)):
        assert lift[week] == pytest.approx(expected, rel=0.08), week
    assert lift[:4] == pytest.approx(1.0)


def test_a_price_war_takes_orders_and_customers() -> None:
    war = simulate(GROCER.struck(Shock(what="price_war", week=60, weeks=12)), Plan(), 7)
    one, other = (orders_by_week(run)[60:72].sum() for run in (ran(7), war))
    assert other < 0.95 * one
    assert len(war.defections) > len(ran(7).defections)


def test_who_has_bought_rice_seldom_buys_it_again_in_the_week_after() -> None:
    """Beside a market in which a full jar keeps nobody from buying."""
    soon = []
    for run in (ran(7), simulate(GROCER.but(basket=GROCER.basket.but(urgency=0.0)), Plan(), 7)):
        lines = run.lines
        rice = lines[lines["category"] == "rice"].drop_duplicates(["person", "week"])
        soon.append((rice.groupby("person")["week"].diff().dropna() == 1).mean())
    assert soon[0] < 0.6 * soon[1]


def test_the_plan_of_the_page_runs_and_does_what_it_says() -> None:
    block = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert block
    found: dict[str, Any] = {}
    exec(block[1], found)
    events = found["run"].events
    assert len(events.of(Kind.ENTERED)) > 100 and len(events.of(Kind.ADVISED)) > 100
    sent = events.of(Kind.SENT)
    assert set(sent.ref.tolist()) == {1, 2, 3}
