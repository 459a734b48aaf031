"""Laws of membership: everybody who joined is somewhere, and a message's row is what the log has of it."""

# mypy: disable-error-code="arg-type, call-arg, union-attr, operator"

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim import Campaign, Fault, Plan, Segment, Trigger, load_scenario, twin
from sim.analysis.membership import fates, kept, letters
from sim.events import Kind
from sim.experiment import Twin

GROUP = Plan(
    community={"invite": Segment(), "posts": 7, "advisers": 1.0},
    campaigns=[Campaign(name="news", channel="wecom", every=4)],
    triggers=[Trigger(name="welcome", on="welcome", channel="wecom")],
)


@cache
def pair() -> Twin:
    market = load_scenario("community_fresh_cn", people=400).but(weeks=30)
    return twin(market, GROUP.but(community={}), GROUP, seed=3)


def test_who_joined_listens_has_muted_it_or_is_gone() -> None:
    row = fates({"group": pair().after}).loc["group"]
    assert row["joined"] == row["listen"] + row["muted"] + row["gone"] > 50
    assert min(row["listen"], row["muted"], row["gone"]) > 0
    assert row["answered"] <= row["asked"]
    assert row["cost_currency"] == pytest.approx(-pair().after.accounts.total()["community"] / 100)


def test_without_a_group_nobody_is_in_it() -> None:
    assert (fates({"none": pair().before}).loc["none"] == 0).all()


def test_members_and_others_are_all_customers_and_members_are_compared_with_themselves() -> None:
    table = kept(pair())
    customers = len(np.unique(pair().after.events.of(Kind.ORDER).person))
    assert table.loc[["members", "others"], "people"].sum() >= customers
    assert table.loc["members", "people"] == table.loc["the same members, without it", "people"]
    assert table["still_order"].between(0, 1).all()
    assert kept(pair(), weeks=30)["still_order"].min() > 0.95  # nearly all have ordered in the whole run


def test_letters_are_counted_message_by_message() -> None:
    table, events = letters(pair().after), pair().after.events
    assert table.index.tolist() == ["news", "welcome"]
    assert table["sent"].sum() == len(events.of(Kind.SENT))
    assert table["opt_outs"].sum() == len(events.of(Kind.OPTED_OUT))
    assert (table["clicked"] <= table["opened"]).all()


def test_a_group_that_nobody_joined_is_refused() -> None:
    with pytest.raises(Fault, match="kept: nobody joined"):
        kept(Twin(pair().after, pair().before))
