"""Laws of the pages in docs/: every ready-made scenario has one, under the headings that all share."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim import Plan, load_scenario, scenario_names, simulate

DOCS = Path(__file__).parents[1] / "docs"
HEADINGS = [
    "What it is",
    "Who the customers are",
    "What the firm sees",
    "What it may do",
    "How it is scored",
    "Where its numbers come from",
]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_has_a_page_with_the_fixed_headings_each_saying_something(name: str) -> None:
    page = (DOCS / "scenarios" / f"{name}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {name} · ")
    head, *parts = re.split(r"^## ", page, flags=re.MULTILINE)
    assert f"sim/scenarios/{name}.yaml" in head
    assert [part.partition("\n")[0] for part in parts] == HEADINGS
    assert all(len(part.partition("\n")[2].split()) >= 3 for part in parts)


def test_the_page_of_the_supermarket_says_what_its_market_does() -> None:
    """Six in ten are customers, once in three weeks, 40 dollars, a fifth asleep, breaking even."""
    market = load_scenario("supermarket")
    run = simulate(market, Plan(), 1)
    customers = run.truth[run.truth["stage"] == "customer"]
    assert market.entry.present_share == 0.6 and market.entry.pool_share == 0.5
    assert 1 / customers["orders_a_week"].mean() == pytest.approx(3, abs=0.5)
    assert run.metrics["average_order"] == pytest.approx(40, abs=5)
    assert customers["dormant"].mean() == pytest.approx(0.2, abs=0.05)
    assert abs(run.metrics["profit"]) < 0.03 * run.metrics["revenue"]


def test_no_page_is_about_a_scenario_that_is_none() -> None:
    assert {path.stem for path in (DOCS / "scenarios").glob("*.md")} == set(scenario_names())


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
