"""Experiments compare like with like: same people, same luck, and intervals that are what they say."""

# Plans are written here as learners write them, with lists, dicts and functions, and sometimes wrongly:
# mypy: disable-error-code="arg-type, call-arg, union-attr, dict-item"

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.testing as npt
import pandas as pd
import pytest
from scipy.stats import ttest_rel
from tqdm.std import tqdm

from sim import (
    Campaign,
    Fault,
    Offer,
    Plan,
    Scenario,
    Timeline,
    compare,
    load_scenario,
    replicate,
    simulate,
    twin,
)
from sim.experiment import Trials
from sim.metrics import METRICS
from sim.sweep import Dial, sweep

MAIL = Plan(campaigns=[Campaign(offer=Offer(discount=0.2))])


@cache
def market(people: int = 80, weeks: int = 8) -> Scenario:
    """Give a small supermarket."""
    return load_scenario("supermarket").but(people=people, weeks=weeks)


def trials(**values: list[float]) -> Trials:
    """Make trials in which the profit of each plan is given, seed by seed."""
    rows = [
        {"plan": plan, "seed": seed, **dict.fromkeys(METRICS, 0.0), "profit": profit}
        for plan, profits in values.items()
        for seed, profit in enumerate(profits, start=1)
    ]
    return Trials(pd.DataFrame(rows), tuple(values))


# -- intervals -------------------------------------------------------------------------------------


def test_a_difference_is_that_of_pairs() -> None:
    made = trials(today=[1.0, 5.0, 9.0], more=[2.0, 7.0, 12.0], less=[1.0, 4.0, 7.0])
    assert made.paired("profit", "more").tolist() == [1, 2, 3]
    assert made.paired("profit").tolist() == [0, -1, -2]
    table = made.difference("profit")
    assert list(table.index) == ["more", "less"]
    assert table["difference"].tolist() == [2, -1]
    assert table["pairs"].tolist() == [3, 3]


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95, 0.99])
def test_the_interval_is_students_for_paired_differences(level: float) -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(100, 50, 9), rng.normal(110, 50, 9)
    row = trials(a=a.tolist(), b=b.tolist()).difference("profit", level).loc["b"]
    expected = ttest_rel(b, a).confidence_interval(level)
    npt.assert_allclose([row["low"], row["high"]], [expected.low, expected.high])
    npt.assert_allclose(row["difference"], (b - a).mean())
    npt.assert_allclose((row["low"] + row["high"]) / 2, row["difference"])


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng, hits, rounds = np.random.default_rng(2), 0, 150
    for _ in range(rounds):
        luck = rng.normal(0, 100, 6)  # shared by both plans of a seed: it must not matter
        row = (
            trials(a=luck.tolist(), b=(luck + rng.normal(3, 2, 6)).tolist())
            .difference("profit", 0.9)
            .loc["b"]
        )
        hits += bool(row["low"] <= 3 <= row["high"])
    assert abs(hits / rounds - 0.9) < 3 * np.sqrt(0.9 * 0.1 / rounds)


def test_a_higher_level_gives_a_wider_interval() -> None:
    made = trials(a=[1.0, 5.0, 9.0], b=[2.0, 9.0, 10.0])
    tables = [made.difference("profit", level) for level in (0.5, 0.9, 0.99)]
    widths = np.array([table["high"] - table["low"] for table in tables]).ravel()
    assert widths[0] > 0
    assert (np.diff(widths) > 0).all()


def test_what_one_replication_cannot_tell_is_unknown_and_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        once = trials(a=[1.0], b=[3.0]).difference("profit").loc["b"]
        run = compare(market(), {"a": Plan(), "b": MAIL}, replications=1).difference("contacts").loc["b"]
    assert once["difference"] == 2
    assert once["pairs"] == 1
    assert np.isnan(once["low"])
    assert np.isnan(once["high"])
    assert run["difference"] > 0
    assert np.isnan(run["low"])


def test_a_seed_without_an_answer_is_left_out_of_the_pairs() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        row = trials(a=[1.0, 2.0, np.nan, 4.0], b=[2.0, np.nan, 3.0, 6.0]).difference("profit").loc["b"]
        none = trials(a=[np.nan, 1.0], b=[1.0, np.nan]).difference("profit").loc["b"]
    assert row["pairs"] == 2
    assert row["difference"] == 1.5
    assert none["pairs"] == 0
    assert np.isnan(none["difference"])


def test_a_plan_compared_with_itself_makes_no_difference() -> None:
    same = compare(market(), {"a": MAIL, "b": MAIL}, replications=3)
    for metric in METRICS:
        row = same.difference(metric).loc["b"]
        assert row["pairs"] == 0 or (row[["difference", "low", "high"]] == 0).all(), metric


# -- runs ------------------------------------------------------------------------------------------


def test_each_row_is_the_run_of_that_plan_and_seed() -> None:
    plans = {"today": Plan(), "mail": MAIL}
    table = compare(market(), plans, replications=2, first_seed=5).table
    assert table[["plan", "seed"]].values.tolist() == [["today", 5], ["mail", 5], ["today", 6], ["mail", 6]]
    for row in table.to_dict("records"):
        metrics = simulate(market(), plans[row["plan"]], row["seed"]).metrics
        npt.assert_array_equal([row[name] for name in METRICS], [metrics[name] for name in METRICS])


def test_two_processes_give_the_same_numbers_as_one() -> None:
    plans: dict[str, Any] = {"today": Plan(), "mail": MAIL, "both": {0: Plan(), 4: MAIL}}
    one, two = (compare(market(), plans, replications=2, jobs=jobs).table for jobs in (1, 2))
    pd.testing.assert_frame_equal(one, two)


def test_replicating_a_plan_is_comparing_it_with_nothing() -> None:
    table = replicate(market(), MAIL, replications=3, first_seed=2)
    assert table.index.tolist() == [2, 3, 4]
    assert list(table.columns) == list(METRICS)
    assert table.equals(compare(market(), {"other": MAIL}, 3, 2).of("other"))


def test_the_first_plan_is_what_the_others_are_compared_with_whatever_they_are_called() -> None:
    plans = {"zebra 斑马": MAIL.but(name="x"), "": Plan(), "a plan with a very long name" * 3: MAIL}
    made = compare(market(), plans, replications=2)
    assert made.plans == tuple(plans)
    table = made.difference("contacts")
    assert list(table.index) == list(plans)[1:]
    assert table["difference"].iloc[0] < 0 == table["difference"].iloc[1]
    assert len(made.of("")) == 2


def test_a_plan_that_changes_later_can_be_compared() -> None:
    later = {"never": Plan(), "late": Timeline(plans={0: Plan(), 5: MAIL}), "early": {0: Plan(), 2: MAIL}}
    contacts = compare(market(), later, replications=2).difference("contacts")["difference"]
    assert 0 < contacts["late"] < contacts["early"]


# -- one format ------------------------------------------------------------------------------------


def test_every_experiment_gives_the_same_tidy_table() -> None:
    plans, columns = {"without": Plan(), "with": MAIL}, ["plan", "seed", *METRICS]
    made = compare(market(), plans, replications=1, first_seed=3).table
    assert list(made.columns) == columns
    pd.testing.assert_frame_equal(twin(market(), Plan(), MAIL, 3).table, made, check_exact=True)
    down, across = (
        Dial(name=name, parameter=f"patience.{name}", settings={"some": value})
        for name, value in (("switching_cost", 0.5), ("satisfaction_steepness", 0.5))
    )
    swept = sweep(market(), plans, down, across, replications=2, first_seed=3)
    assert list(swept.table.columns) == ["switching_cost", "satisfaction_steepness", *columns]
    assert swept.table.iloc[:, 2:].equals(swept.cells["some", "some"].table)


# -- until within ----------------------------------------------------------------------------------


def test_the_goal_stops_at_the_first_look_at_which_every_interval_is_narrow_enough() -> None:
    plans = {"today": Plan(), "mail": MAIL, "twice": MAIL.but(campaigns=[Campaign(), Campaign()])}
    every = compare(market(), plans, replications=19)

    def widest(seeds: int) -> float:
        table = Trials(every.table[every.table["seed"] <= seeds], every.plans).difference("contacts")
        return float((table["high"] - table["low"]).max())

    width = widest(14) * 1.001  # so that the look after 14 seeds is the last one at most
    stops = next(seeds for seeds in (4, 9, 14) if widest(seeds) <= width)
    made = compare(market(), plans, 4, until_within=width, metric="contacts", most=19)
    assert made.table["seed"].max() == stops
    pd.testing.assert_frame_equal(made.table, every.table[every.table["seed"] <= stops], check_exact=True)
    assert "no wider than" in repr(made)


def test_a_goal_that_is_not_reached_stops_at_the_most_and_says_so() -> None:
    made = compare(market(), {"a": Plan(), "b": MAIL}, 2, until_within=1e-6, metric="contacts", most=4)
    assert made.table["seed"].unique().tolist() == [1, 2, 3, 4]
    assert "the most allowed" in repr(made) and "asked was 1e-06" in repr(made)


def test_an_interval_that_is_unknown_is_not_narrow() -> None:
    made = compare(market(), {"a": Plan(), "b": MAIL}, 2, until_within=1.0, metric="churn", most=3)
    assert len(made.table) == 6, "too short a run to know any churn"
    assert "still unknown" in repr(made)


def test_the_goal_is_the_same_whoever_does_the_runs() -> None:
    plans, goal = {"a": Plan(), "b": MAIL}, {"until_within": 20.0, "metric": "contacts", "most": 12}
    one, two = (compare(market(), plans, 2, jobs=jobs, **goal) for jobs in (1, 2))
    pd.testing.assert_frame_equal(one.table, two.table, check_exact=True)
    assert one.verdict == two.verdict


# -- mistakes --------------------------------------------------------------------------------------


def fault(call: Callable[[], Any]) -> str:
    """Give the sentence with which a mistake is answered."""
    with pytest.raises(Fault) as caught:
        call()
    said = str(caught.value)
    assert said
    assert "\n" not in said, "one sentence for one mistake"
    return said


def test_a_metric_that_does_not_exist_is_answered_with_those_that_do() -> None:
    made = trials(a=[1.0, 2.0], b=[2.0, 2.0])
    for call in (lambda: made.difference("profitt"), lambda: made.paired("profitt")):
        said = fault(call)
        assert "profitt" in said
        assert "customer_equity" in said


@pytest.mark.parametrize("ask", ["paired", "of"])
def test_a_plan_that_was_not_compared_is_answered_with_those_that_were(ask: str) -> None:
    made = trials(today=[1.0, 2.0], mail=[2.0, 2.0])
    said = fault(lambda: made.paired("profit", "mial") if ask == "paired" else made.of("mial"))
    assert "mial" in said
    assert "today, mail" in said


@pytest.mark.parametrize("plan", ["", "mail"])
def test_a_difference_is_that_of_the_plan_asked_for(plan: str) -> None:
    made = Trials(
        trials(today=[1.0], mail=[5.0], none=[2.0]).table.replace({"plan": {"none": ""}}),
        ("today", "", "mail"),
    )
    assert made.paired("profit", plan).tolist() == [{"": 1.0, "mail": 4.0}[plan]]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("replications", 0),
        ("replications", -1),
        ("replications", 1.5),
        ("replications", "two"),
        ("replications", True),
        ("first_seed", -1),
        ("first_seed", 2**63),
        ("first_seed", 1.5),
        ("first_seed", "one"),
        ("jobs", 0),
        ("jobs", "two"),
    ],
)
def test_a_wrong_number_is_answered_by_its_name(field: str, wrong: Any) -> None:
    settings: dict[str, Any] = {"replications": 2, field: wrong}
    said = fault(lambda: compare(market(), {"a": Plan()}, **settings))
    assert field.removeprefix("first_") in said
    assert str(wrong) in said


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"until_within": 0.0}, "until_within: expects the width"),
        ({"until_within": float("nan")}, "until_within: expects the width"),
        ({"until_within": True}, "until_within: expects the width"),
        ({"until_within": "narrow"}, "until_within: expects the width"),
        ({"until_within": 1.0, "metric": "luck"}, 'none named "luck"'),
        ({"until_within": 1.0, "most": 1}, "most: expects a whole number from 2"),
        ({"until_within": 1.0, "most": 2.5}, "most: expects a whole number from 2"),
    ],
)
def test_a_goal_that_is_none_is_refused_before_any_run(
    wrong: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.work.simulate", None)
    assert said in fault(lambda: compare(market(), {"a": Plan(), "b": MAIL}, 2, **wrong))


def test_a_goal_needs_a_second_plan() -> None:
    assert "second plan" in fault(lambda: compare(market(), {"a": Plan()}, 2, until_within=1.0))


def test_a_plan_that_the_market_cannot_carry_out_is_refused_before_any_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sim.work.simulate", None)
    silent = market().only("pricing")
    assert "has no channel" in fault(lambda: compare(silent, {"a": Plan(), "b": MAIL}, 2))


@pytest.mark.parametrize("level", [95, -0.1, float("nan")])
def test_a_level_that_is_no_share_is_refused(level: float) -> None:
    assert "level" in fault(lambda: trials(a=[1.0, 2.0], b=[2.0, 4.0]).difference("profit", level))


@pytest.mark.parametrize("plans", [{}, [], [Plan()], Plan(), "mass_mailing", None], ids=repr)
def test_plans_without_names_are_refused(plans: Any) -> None:
    assert "plans: expects" in fault(lambda: compare(market(), plans, 2))


def test_a_strategy_that_is_none_is_refused() -> None:
    assert "expects a Plan" in fault(lambda: compare(market(), {"a": "mass_mailing"}, 2))


# -- twins -----------------------------------------------------------------------------------------


def test_a_twin_is_two_runs_of_one_seed() -> None:
    pair = twin(market(), Plan(), MAIL, 3)
    assert pair.before.events.frame().equals(simulate(market(), Plan(), 3).events.frame())
    assert pair.after.events.frame().equals(simulate(market(), MAIL, 3).events.frame())
    assert "seed 3" in repr(pair)


def test_the_effect_table_adds_up_person_by_person() -> None:
    pair = twin(market(200, 20), Plan(), MAIL, 1)
    effect = pair.effect
    lives = ["orders", "revenue", "contribution", "left"]
    sides = [f"{name}_{side}" for side in "ab" for name in lives]
    assert list(effect.columns) == [*sides, "orders", "revenue", "contribution"]
    assert effect.index.tolist() == list(range(200))
    assert effect.notna().all(axis=None)
    for name in ("orders", "revenue", "contribution"):
        npt.assert_allclose(effect[name], effect[f"{name}_b"] - effect[f"{name}_a"], atol=1e-9)
        npt.assert_allclose(effect[f"{name}_a"].sum(), pair.before.metrics[name], atol=1e-6)
        npt.assert_allclose(effect[f"{name}_b"].sum(), pair.after.metrics[name], atol=1e-6)
    assert effect["left_b"].sum() == (pair.after.truth["stage"] == "left").sum()


def test_who_is_not_touched_lives_the_same_life_twice() -> None:
    scenario = market(300, 20).only(
        "contact", "pricing", "patience"
    )  # a desk would let people meet in a queue
    plan = Plan(campaigns=[Campaign(holdout=0.4, channel="sms", offer=Offer(discount=0.5))])
    pair = twin(scenario, Plan(), plan, 1)
    reached = np.unique(pair.after.events.frame().query("kind == 'sent'")["person"])
    untouched = pair.effect.drop(index=reached.tolist())
    assert len(untouched) > 50
    assert (untouched[["orders", "revenue", "contribution"]] == 0).all(axis=None)
    assert (untouched["left_a"] == untouched["left_b"]).all()
    touched = pair.effect.loc[reached]
    assert (touched["orders"] != 0).any()
    assert (touched["contribution"] < 0).any()


def test_the_same_plan_twice_has_no_effect() -> None:
    pair = twin(market(), MAIL, MAIL, 1)
    assert (pair.effect[["orders", "revenue", "contribution"]] == 0).all(axis=None)
    assert not np.nan_to_num(pair.difference()["difference"].to_numpy()).any()


def test_the_difference_of_a_twin_is_after_less_before() -> None:
    pair = twin(market(), Plan(), MAIL, 1)
    table = pair.difference()
    assert list(table.columns) == ["without", "with", "difference"]
    assert tuple(table.index) == tuple(METRICS)
    contacts = pair.after.metrics["contacts"]
    assert list(table.loc["contacts"]) == [0, contacts, contacts]


def test_a_twin_in_an_empty_market_has_an_empty_effect() -> None:
    assert len(twin(market().but(people=0), Plan(), MAIL, 1).effect) == 0


# -- progress --------------------------------------------------------------------------------------


@pytest.mark.parametrize("quiet", ["1", "", None], ids=["set", "set to nothing", "not set"])
def test_progress_is_silent_when_asked_to_be(
    quiet: str | None, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def at_once(*args: Any, **settings: Any) -> Any:
        return tqdm(*args, **{**settings, "delay": 0})

    monkeypatch.setattr("sim.progress.tqdm", at_once)
    monkeypatch.delenv("CRM_KIT_QUIET", raising=False)
    if quiet is not None:
        monkeypatch.setenv("CRM_KIT_QUIET", quiet)
    compare(market(20, 2), {"a": Plan()}, 2)
    shown = capfd.readouterr()
    assert not shown.out
    assert bool(shown.err) == (quiet is None)


def test_short_work_shows_no_progress(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CRM_KIT_QUIET", raising=False)
    compare(market(20, 2), {"a": Plan()}, 1)
    assert capfd.readouterr().err == ""


# -- means -------------------------------------------------------------------------------------------


def test_means_are_those_of_the_runs_in_the_order_of_the_plans_rounded_as_the_summary_rounds() -> None:
    trials = compare(market(), {"plan b": Plan(), "a plan": Plan(pricing={"price": 1.1})}, 3)
    means = trials.means("profit", "repurchase_rate")
    assert list(means.index) == ["plan b", "a plan"] and list(means.columns) == ["profit", "repurchase_rate"]
    for plan in trials.plans:
        assert means.loc[plan, "profit"] == round(trials.of(plan)["profit"].mean())
        assert means.loc[plan, "repurchase_rate"] == round(trials.of(plan)["repurchase_rate"].mean(), 3)
    assert list(trials.means().columns) == list(METRICS)


def test_the_mean_of_what_is_unknown_is_unknown() -> None:
    trials = compare(market().only("pricing"), {"today": Plan()}, 2)
    assert trials.means("csat", "nps", "orders").isna().to_numpy().tolist() == [[True, True, False]]


def test_a_mean_of_what_is_no_headline_number_is_refused() -> None:
    with pytest.raises(Fault, match='none named "profits"'):
        compare(market(), {"today": Plan()}, 1).means("profits")
