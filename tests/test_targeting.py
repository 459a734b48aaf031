"""Whom a plan moved is counted once, in the group the firm put them in, to the last cent."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from sim import Campaign, Fault, Plan, Segment, concentration, load_scenario, rfm, twin, under
from sim.analysis import targeting
from sim.events import Kind
from sim.experiment import Twin

WEEK = 40


@cache
def pair(low_only: bool = False) -> Twin:
    market = load_scenario("supermarket", people=400).but(weeks=80)
    to = Segment(spend_52w=under(300)) if low_only else Segment()
    plan = Plan(campaigns=[Campaign(to=to, channel="sms", every=2, first_week=WEEK)])
    return twin(market, Plan(), plan, seed=3)


def record() -> pd.DataFrame:
    return pair().before.record(WEEK)


def tiers() -> "pd.Series[str]":
    return concentration.tiers(record()["spend_52w"])


def test_groups_add_up_to_all_customers_who_were_on_record() -> None:
    for groups in (tiers(), rfm.segments(rfm.score(rfm.of_record(record())))):
        table = targeting.by_group(pair(), groups)
        people = pair().before.hidden_link[record().index]
        effect = pair().effect.loc[people]
        assert table["customers"].sum() == len(record())
        assert table["moved"].sum() == (effect["orders"] != 0).sum() > 0
        assert table["gain_currency"].sum() == pytest.approx(effect["contribution"].sum())
        sent = pair().after.events.of(Kind.SENT)
        assert table["messages"].sum() == np.isin(sent.person, people).sum()
        shares = table[["customer_share", "message_share"]].sum()
        assert shares.tolist() == pytest.approx([1, 1])


def test_a_group_that_gets_no_message_is_not_moved() -> None:
    """The middle of the money is out of the campaign's reach, but for those who fall below 300 later."""
    spend = pair(True).before.record(WEEK)["spend_52w"]
    rich = pd.Series(np.where(spend > 2_000, "rich", "others"), index=spend.index, name="group")
    table = targeting.by_group(pair(True), rich)
    assert table.loc["rich", "messages"] == 0
    assert table.loc["rich", "moved"] == 0 and table.loc["rich", "gain_currency"] == 0
    assert np.isnan(table.loc["rich", "gain_per_message_currency"])
    assert table.loc["others", "messages"] > 0


def test_a_plan_compared_with_itself_moves_nobody() -> None:
    same = Twin(pair().before, pair().before)
    table = targeting.by_group(same, tiers())
    assert (table[["messages", "moved", "gain_currency"]] == 0).all(axis=None)
    assert table["gain_share"].isna().all()
    assert np.isnan(targeting.mean_effect(same))


def test_the_mean_effect_counts_each_person_written_to_once() -> None:
    who = np.unique(pair().after.events.of(Kind.SENT).person)
    for column in ("orders", "revenue", "contribution"):
        total = pair().effect[column].iloc[who].sum()
        assert targeting.mean_effect(pair(), column) * len(who) == pytest.approx(total)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: targeting.by_group(pair(), pd.Series(["a"], index=[9_999])), "indexed by record"),
        (lambda: targeting.by_group(pair(), pd.Series(["a", "b"], index=[1, 1])), "each once"),
        (lambda: targeting.mean_effect(pair(), "profit"), 'no column "profit"'),
    ],
)
def test_bad_input_is_refused_in_one_sentence(wrong: object, words: str) -> None:
    with pytest.raises(Fault) as caught:
        wrong()  # type: ignore[operator]
    assert words in str(caught.value) and "\n" not in str(caught.value)
