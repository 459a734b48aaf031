"""The answer key of chapter 4, insight: a function a task, called by the check cells of its exercise.

Each works out what is right from the data that the notebook hands it, so that no right number is written
down anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.analysis.matching import Pair, match_quality
from sim.analysis.power import customers_for_shares
from sim.campaign import Campaign
from sim.course.checks import (
    NotYet,
    Passed,
    answered,
    choice,
    kind,
    number,
    require,
    share,
    works,
)
from sim.experiment import Trials, compare, mean_and_interval
from sim.export import Export
from sim.looks import OPEN
from sim.plan import Plan
from sim.run import Run
from sim.scenario import Scenario
from sim.segment import Segment
from sim.style import percent, signed

UNSEEN, MARKETS = 5_001, 6  # first seed and number of the markets in which a fix is tried
STAY, BETTER = 0.97, 0.01  # of the bank's clients in a quarter, and what a dinner may add
WRONG_MERGE, MISSED_PAIR, ERRORS = 200, 10, 200  # CNY: what each error costs, and what all may cost


def claims(answer: Any) -> Passed:
    """Task 1: what a chance to be alive claims."""
    wrong = {
        "a": "How many of them should still be there by the model, and how many are proved to be?",
        "c": "A chance given to one customer cannot be wrong. Given to two hundred, it can.",
        "d": "Some of them may be there and not have needed anything. No order tells.",
    }
    choice("claims", answer, "b", wrong)
    return Passed("Orders prove that somebody was there. That somebody has left, they can never prove.")


def forecast(
    missed: Any,
    group: Any,
    expected: pd.Series[float],
    came: pd.Series[float],
    groups: pd.DataFrame,
) -> Passed:
    """Task 2: what a forecast did not foresee, and a group where it fails."""
    right = 1 - expected.sum() / came.sum()
    mistakes = {
        "this is a share of what was expected. Divide by what came.": came.sum() / expected.sum() - 1,
        "this is what it did foresee. Turn it round.": 1 - right,
    }
    value = share("missed", missed, right, mistakes=mistakes)
    name = str(answered("failing_group", group)).strip()
    names = {str(label): label for label in groups.index}
    require("failing_group", name in names, f"choose one of the groups {', '.join(names)}.")
    row = groups.loc[names[name]]
    inside = bool(row["low"] <= row["expected"] <= row["high"])
    require("failing_group", not inside, "there what was expected lies inside the interval.")
    return Passed(
        f"{percent(value)} of the orders were not foreseen, most of them of people with few orders. The "
        "model knows two states, there and gone; whoever wakes after a long pause, it had given up."
    )


def warning(rule: Any, unanswered: Any, record: pd.DataFrame, silent: pd.Series[bool]) -> Passed:
    """Task 3: a rule that does about what a learned score does, and what neither can tell."""
    warned = kind("warned", rule, Segment, "a Segment(…)").chosen(record)
    require("warned", warned.any(), "nobody fits this rule. Which condition shuts everybody out?")
    quiet = silent.to_numpy(bool)
    many, hit, caught = warned.mean(), quiet[warned].mean(), warned[quiet].mean()
    require("warned", many <= 0.2, f"it warns of {percent(many)} of the customers; 20 % are the limit.")
    few = f"of those it warns of, {percent(hit)} are silent later. Do longer silences last longer?"
    require("warned", hit >= 0.7, few)
    require("warned", caught >= 0.5, f"it finds {percent(caught)} of those who will be silent. Too strict?")
    wrong = {
        "a": "Sort by the weeks since the last order: that is the simplest of the lists.",
        "b": "That is just what the table above counts.",
        "d": "Whoever has been silent for long has often left, and all lists rank by that.",
    }
    choice("unanswered", unanswered, "c", wrong)
    return Passed(
        f"{percent(hit)} of those you warn of are silent later, without any model. What no list can tell is "
        "whom a letter would keep: for that, some must get none, by lot."
    )


def size(answer: Any) -> Passed:
    """Task 4: the size of a test; the rule of thumb counts as right, too."""
    right = customers_for_shares(STAY, BETTER)
    value = number(
        "clients_needed",
        answer,
        1.1 * right,  # between the exact number and the rule of thumb
        0.18 * right,
        {"this is one of the two groups. The question is about both.": 0.55 * right},
    )
    return Passed(
        f"About {value:,.0f} clients, and the bank has 600. A test of this kind cannot find what it looks "
        "for: wait for more quarters, look for a larger effect, or count what differs less by chance."
    )


def looked(verdict: Any, test: Any, seen: pd.DataFrame) -> Passed:
    """Task 5: a test of the learner's own, and what may be said of it after many looks."""
    coupon = kind("my_test", test, Campaign, "a Campaign(…)")
    require("my_test", coupon.holdout > 0, "nobody is left alone, so there is nothing to compare with.")
    require("my_test", coupon.offer.discount >= 0.05, "the coupon takes less than 5 % off.")
    groups = seen[["written_to", "left_alone"]].iloc[-1]
    written, alone = groups.astype(int)
    few = f"{written} people were written to and {alone} left alone; 250 of each are the least."
    require("my_test", min(written, alone) >= 250, f"{few} Which channel reaches more?")
    given = str(answered("verdict", verdict)).strip().lower()
    right, single = (_first_verdict(seen[name]) for name in ("verdict", "naive"))
    require("verdict", given in ("more", "less", "open"), 'choose "more", "less" or "open", in quotes.')
    if given != right:
        hasty = "that is what one of the intervals for a single look says. This firm looked more than once."
        slow = "that does not fit the intervals that allow for all looks. Go along them once more."
        raise NotYet("verdict", hasty if given == single else slow)
    twice = "" if single == right else f" A firm in a hurry would have said “{single}”."
    return Passed(
        f"“{right}”, after {len(seen)} looks at {written + alone} people.{twice} Say before the test how "
        "large it is and when you look: then neither hope nor fear decides when it ends."
    )


def trial(because: Any, sentence: Any, halves: pd.DataFrame) -> Passed:
    """Task 6: what a letter changed, beside what is claimed for it."""
    bought = halves["bought"]
    right = float(bought["written to"] - bought["left alone"])
    mistakes = {
        "these are all who bought after a letter. How many bought without?": float(bought["written to"]),
        "these are those left alone. What did the letter change?": float(bought["left alone"]),
        "turn it round: less those left alone.": -right,
    }
    number("because", because, right, 0.005, mistakes)
    wrong = {
        "a": "The others, whom nobody wrote to, came back as well.",
        "b": "Those left alone ordered, too, and no report claims their orders.",
        "d": "A difference in one test may be chance. What does the interval of the last row say?",
    }
    choice("sentence", sentence, "c", wrong)
    written, alone = (percent(float(bought[group])) for group in ("written to", "left alone"))
    return Passed(
        f"{written} “retained”, {alone} without any letter. The claim is true and says nothing. A "
        "report that credits who opened a letter says no more."
    )


def cleaned(rules: pd.DataFrame, sales: pd.DataFrame, truth: Mapping[str, pd.DataFrame]) -> Passed:
    """Task 7, first part: rules that find what is wrong, and leave the rest alone."""
    role = truth["identities"].set_index("customer_number")["role"].reindex(sales["customer_number"])
    spoilt = truth["mistakes"].query("table == 'orders' and column == 'amount'")["number"]
    wrong = {
        "test": role.eq("test account").to_numpy(),
        "wholesale": role.eq("wholesale buyer").to_numpy(),
        "fen": sales["order_number"].isin(spoilt).to_numpy(),
    }
    for name, wanted in wrong.items():
        found = rules[name].to_numpy(bool)
        require(f"rule “{name}”", found.any(), "it hits no order at all.")
        recall, precision = found[wanted].mean(), wanted[found].mean()
        strict = f"it finds {percent(recall)} of the orders it looks for. Is it too strict?"
        require(f"rule “{name}”", recall >= 0.75, strict)
        loose = f"of the orders it hits, {percent(precision)} are what it looks for. Whom else does it hit?"
        require(f"rule “{name}”", precision >= 0.9, loose)
    out = rules.any(axis=1)
    money = sales.loc[out, "amount"].sum() / sales["amount"].sum()
    return Passed(
        f"Your rules remove {percent(out.mean())} of the orders, and {percent(money)} of the "
        "money that stood there. Write both numbers beside every result: whoever reads it must know."
    )


def matched(wrong: Any, missed: Any, pairs: set[Pair], people: pd.DataFrame) -> Passed:
    """Task 7, second part: both errors of a match, and what they cost."""
    quality = match_quality(pairs, people)
    false, lost = quality.found - quality.right, quality.true - quality.right
    number("wrong_merges", wrong, float(false), 0.5, {"this is the other error.": float(lost)})
    number("missed_pairs", missed, float(lost), 0.5, {"this is the other error.": float(false)})
    cost = WRONG_MERGE * false + MISSED_PAIR * lost
    side = "wrong merges cost most of it" if WRONG_MERGE * false > MISSED_PAIR * lost else "you miss too many"
    require("threshold", cost <= ERRORS, f"the errors cost {cost:,} CNY, {ERRORS} are the limit; {side}.")
    return Passed(
        f"{false} wrong merges and {lost} missed pairs cost {cost:,} CNY. There is no threshold without "
        "errors; what each of them costs decides where it should be."
    )


def clusters(labels: Any, run: Run, record: pd.DataFrame) -> Passed:
    """Task 8: clusters that have something to do with who is gone."""
    from sklearn.metrics import adjusted_rand_score

    person = run.hidden_link[record.index]
    away = (run.truth_at(week=52)[person] != "awake").to_numpy()
    given = np.asarray(answered("clusters", labels))
    require("clusters", len(given) == len(away), "there must be one cluster for each customer on record.")
    index = adjusted_rand_score(away, given)
    low = f"the index is {index:.2f}. Do the columns have anything to do with who is gone?"
    require("clusters", index >= 0.3, low)
    needs = adjusted_rand_score(run.truth["true_need"][person], given)
    return Passed(
        f"The index is {index:.2f}. Of what these customers need, the same clusters tell {needs:.2f}: "
        "nothing. Data do not show “the” types; clusters show what you put in."
    )


def nps(score: Any, plus_minus: Any, too_high: Any, answers: pd.Series[int], felt: pd.DataFrame) -> Passed:
    """Task 9: a score, its chance, and its bias."""
    points = _points(answers)
    promoters = 100 * float((answers >= 9).mean())
    mistakes = {
        "these are the promoters alone. Take off the detractors.": promoters,
        "this is the mean answer. Count promoters and detractors instead.": float(answers.mean()),
        "this is a share. Multiply by 100.": points.mean() / 100,
    }
    number("score", score, points.mean(), 0.6, mistakes)
    error = points.std() / len(points) ** 0.5
    mistakes = {
        "this is one standard error. An interval of 95 % reaches about twice as far.": error,
        "this is the whole width. The question is how far it reaches on either side.": 3.92 * error,
        "this is how much single answers differ. A mean of many differs less.": points.std(),
    }
    number("plus_minus", plus_minus, 1.96 * error, 0.06 * error, mistakes)
    true = _points(felt["feels"])
    there = true[felt["stage"] == "customer"].mean()
    mistakes = {
        "this is less those who have left. The question is less all of them.": there
        - true[felt["stage"] == "left"].mean(),
        "turn it round: those still there, less all.": true.mean() - there,
    }
    value = number("too_high", too_high, there - true.mean(), 0.6, mistakes)
    return Passed(
        f"{signed(points.mean())} ± {1.96 * error:.0f}: what moves less than that is chance. And {value:.0f} "
        "points come from not asking those who have left. More answers make chance smaller, "
        "and bias not at all."
    )


def voices(
    counted: Any, fix: Any, letters: pd.DataFrame, paper: Export, box: Plan, market: Scenario
) -> Passed:
    """Task 10: what letters are about by count, and a fix that is worth it in markets nobody has seen."""
    share("service_share", counted, float((letters["counted"] == "service").mean()))
    plan = kind("fix", fix, Plan, "a Plan(…)")
    trials = works("fix", lambda: compare(market, {"box": box, "fix": plan}, MARKETS, UNSEEN))
    gains = trials.paired("profit") + trials.paired("customer_equity")
    mean, low, high = mean_and_interval(gains)
    interval = f"{signed(low)} to {signed(high)} {market.currency}"
    if low <= 0:
        towards = "is worth less than" if high < 0 else "cannot be told from"
        raise NotYet(
            "fix", f"in {MARKETS} new markets it {towards} the box ({interval}). What do people leave for?"
        )
    truly = float((paper.truth["themes"]["theme"] == "service").mean())
    return Passed(
        f"Worth {signed(mean)} {market.currency} more ({interval}). By count {percent(counted)} of the "
        f"letters are about service, in truth {percent(truly)}. Weigh a theme by what it costs, not by how "
        "often it comes."
    )


def leak(answer: Any, stages: pd.DataFrame) -> Passed:
    """Task 11, first part: the stage that loses the largest share of its deals."""
    lost = (stages["said_no"] + stages["went_cold"]) / stages["entered"]
    given = str(answered("leak", answer)).strip().lower()
    lost.index = lost.index.astype(str)
    require("leak", given in lost.index, f"choose one of the stages {', '.join(lost.index)}, in quotes.")
    require("leak", given == lost.idxmax(), f"{percent(lost[given])} are lost there; another loses more.")
    return Passed(
        f"{percent(lost.max())} of the deals end there. Whether it should be mended is another question: "
        "many should end early, before hours of demonstration are spent on them."
    )


def information(answer: Any, trials: Trials) -> Passed:
    """Task 11, second part: the most that one would pay for a rule that uses information."""
    answered("pay", answer)
    mean, low, high = mean_and_interval(trials.paired("profit", "informed"))
    blind = float(trials.paired("profit", "blind").mean())
    profits = trials.of("informed")["profit"], trials.of("blind")["profit"]
    same = "your rule writes to everybody, as without the information. Whom should it leave out?"
    require("told", not profits[0].equals(profits[1]), same)
    lucky = "your rule does not earn more than the better of the plans without information, beyond luck."
    ask = "Whom does a coupon change, and who would have come anyway?"
    require("told", low > max(blind, 0), f"{lucky} {ask}")
    mistakes = {
        "you would lose by it about every second time. How sure is the mean?": mean,
        "it will hardly ever bring so much. You want to be sure not to lose.": high,
        "compare with the better of the plans without information, not with the other.": low - blind,
    }
    number("pay", answer, low, 0.02 * mean, mistakes)
    return Passed(
        "Information is worth what you do otherwise because of it, and not a cent more. If the rule were not "
        "changed by it, it would be worth nothing."
    )


def bootstrap(function: Any, answers: pd.Series[int]) -> Passed:
    """Judge the extension: an interval for the score by drawing again."""
    require("interval", callable(answered("interval", function)), "begin with def interval(answers):")
    width, score = _width(function, answers.to_numpy()), _points(answers).mean()
    low, high = function(answers.to_numpy())
    require("interval", low < score < high, "it does not contain the score of the answers themselves.")
    right = 3.92 * _points(answers).std() / len(answers) ** 0.5
    number("width of the interval", width, right, 0.2 * right)
    fourfold = _width(function, np.tile(answers.to_numpy(), 4))
    require(
        "interval", fourfold < 0.65 * width, "with four times the answers it should be about half as wide."
    )
    return Passed("It agrees with the formula, and needs none: that helps where there is no formula.")


def _first_verdict(column: pd.Series[str]) -> str:
    decided = column[column != OPEN]
    return str(decided.iloc[0]) if len(decided) else OPEN


def _points(answers: pd.Series[Any]) -> pd.Series[float]:
    return 100.0 * ((answers >= 9).astype(int) - (answers <= 6).astype(int))


def _width(function: Callable[[npt.NDArray[Any]], Any], answers: npt.NDArray[Any]) -> float:
    ends = function(answers)
    require("interval", ends is not None and ends is not ..., "the function gives nothing back.")
    require("interval", np.size(ends) == 2, "it should give two numbers, the low and the high end.")
    return float(ends[1] - ends[0])
