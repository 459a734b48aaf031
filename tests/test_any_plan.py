"""Whatever a file may say, the market stays sound: scenarios and plans drawn from their whole valid space."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim import Timeline, simulate
from tests.drawn import plans, scenarios
from tests.test_contracts import assert_sound

SLOW = settings(max_examples=20, suppress_health_check=list(HealthCheck))
MARKETS = ("supermarket", "saas")


@pytest.mark.parametrize("name", MARKETS)
@SLOW
@given(data=st.data())
def test_any_plan_in_any_market_gives_a_sound_run(name: str, data: Any) -> None:
    scenario = data.draw(scenarios(name))
    assert_sound(simulate(scenario, data.draw(plans(scenario)), data.draw(st.integers(0, 2**63 - 1))))


@pytest.mark.parametrize("name", MARKETS)
@SLOW
@given(data=st.data())
def test_any_change_of_plan_gives_a_sound_run_and_the_same_to_those_who_live_one_by_one(
    name: str, data: Any
) -> None:
    scenario = data.draw(scenarios(name))
    plan = Timeline(plans={0: data.draw(plans(scenario)), 7: data.draw(plans(scenario))})
    run = simulate(scenario, plan, 1)
    assert_sound(run)
    lived = simulate(scenario, plan, 1, focus=range(scenario.people))
    assert run.events.frame().equals(lived.events.frame())
