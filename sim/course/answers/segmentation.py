"""The answer key of chapter 2, segmentation: a function a task, called by the check cells of its exercise.

Each works out what is right from the data that the notebook hands it, so that no right number is written
down anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim import concentration, rfm
from sim.course.checks import NotYet, Passed, answered, choice, chosen, kind, number, require, share, works
from sim.experiment import compare, mean_and_interval
from sim.plan import Plan
from sim.scenario import Scenario
from sim.segment import Segment
from sim.style import percent, signed

AT_RISK = "high value at risk"
UNSEEN, MARKETS = 5_001, 10  # first seed and number of the markets in which an allocation is tried


def scores(answer: Any) -> Passed:
    """Task 1: ordered once, last week, for much money."""
    wrong = {
        "a": "Recency is high when the last order is recent, not when it is long ago.",
        "c": "Money counts by itself: one large order is enough for a high M.",
        "d": "Ordering once is the least one can do, so F cannot be high.",
    }
    choice("scores", answer, "b", wrong)
    return Passed("R and M are high, F is low. Whether such a customer returns, no score can say yet.")


def guess(answer: Any) -> Passed:
    """Task 2, first part: a guess has no right or wrong."""
    value = share("my_guess", answer)
    return Passed(f"You expect {percent(value)}. Now let the data answer.")


def top_share(answer: Any, spend: pd.Series[float]) -> Passed:
    """Task 2: the share of the money that comes from the top fifth."""
    mistakes = {
        "this is the share of the customers. What is their share of the money?": concentration.TOP,
        "this is what all but the top fifth spend. Turn it round.": 1 - concentration.top_share(spend),
        "this is the bottom fifth. Sort the other way round.": 1 - concentration.top_share(spend, 0.8),
    }
    value = share("top_share", answer, concentration.top_share(spend), mistakes=mistakes)
    return Passed(
        f"The top fifth bring {percent(value)} of the money. 80/20 is a figure of speech: measure your own."
    )


def at_risk(answer: Any, scored: pd.DataFrame) -> Passed:
    """Task 3: those who are worth much and have not been seen for long."""
    segments = rfm.segments(scored)
    right = segments.index[segments == AT_RISK]
    given = chosen("at_risk", answer, right, "customers at risk")
    spend = scored["monetary_currency"]
    times = spend[given].mean() / spend.mean()
    return Passed(
        f"{len(given)} of {len(scored):,} customers. They spent {times:.1f} times what an average customer "
        "did, and have not been seen for long. A list this short can be called by hand."
    )


def came_back(answer: Any, later: pd.DataFrame, scored: pd.DataFrame) -> Passed:
    """Task 4: how many of those at risk ordered again, though nobody wrote to them."""
    segments = rfm.segments(scored)
    names, back = segments.index[segments == AT_RISK], scored.index.isin(later.index)
    right = float(names.isin(later.index).mean())
    mistakes = {
        "this is the share of all customers who came back; the question is about those at risk.": back.mean(),
        "this is the share who stayed away. Turn it round.": 1 - right,
    }
    value = share("came_back", answer, right, mistakes=mistakes)
    champions = pd.Series(back, scored.index)[segments == "champions"].mean()
    return Passed(
        f"{percent(value)} came back without any campaign; of the champions it was {percent(champions)}. "
        "A win-back must be measured against the first number, not against nobody."
    )


def stayed(answer: Any, before: pd.Series[float], after: pd.Series[float]) -> Passed:
    """Task 5: how many of the top fifth are in the top fifth again."""
    missed = concentration.missed_share(before, after)
    mistakes = {"this is the share who fell out. The question is who stayed.": missed}
    value = share("stayed", answer, 1 - missed, mistakes=mistakes)
    return Passed(f"{percent(value)} are among the best again. A list of the best grows old within a year.")


def reason(answer: Any) -> Passed:
    """Task 5, second part: regression to the mean."""
    wrong = {
        "a": "Nobody was treated differently from the year before, and the bottom fifth did better.",
        "c": "In this market no plan was changed, and a worse shop would have hit the bottom fifth, too.",
        "d": "Saturation would hold the top down. It does not explain why the bottom fifth rise.",
    }
    choice("reason", answer, "b", wrong)
    return Passed(
        "Regression to the mean (均值回归). Whoever gives the best customers a programme after a good year, "
        "or the worst a reminder after a bad one, sees movement that the programme did not cause."
    )


def rule(answer: Any, record: pd.DataFrame) -> Passed:
    """Task 6: a rule that finds many of those at risk, and few others."""
    segment = kind("at_risk_rule", answer, Segment, "a Segment(…)")
    segments = rfm.segments(rfm.score(rfm.of_record(record)))
    wanted = (segments == AT_RISK).to_numpy()
    found = segment.chosen(record)
    require(
        "at_risk_rule", found.any(), "nobody fits this rule. Which of the conditions shuts everybody out?"
    )
    recall, precision = found[wanted].mean(), wanted[found].mean()
    require(
        "at_risk_rule",
        recall >= 0.6,
        f"it finds {percent(recall)} of the customers at risk; find at least 60 %. "
        "Which condition is too strict: the silence, or the money?",
    )
    require(
        "at_risk_rule",
        precision >= 0.5,
        f"of those it finds, {percent(precision)} are at risk; aim for half of them at least. "
        "Are they all silent for long? Are they all worth much?",
    )
    return Passed(
        f"{found.sum()} customers fit. The rule finds {percent(recall)} of those whom RFM calls at risk, and "
        f"{percent(precision)} of those it finds are. A few conditions do the work of a score."
    )


def allocation(answer: Any, rival: Plan, market: Scenario) -> Passed:
    """Task 7: a plan that earns more than the rival, within the same budget, in markets nobody has seen."""
    plan = kind("by_tier", answer, Plan, "a Plan(…)")
    same = plan.contact.budget == rival.contact.budget
    require("by_tier", same, "keep the budget as it is, or the comparison is not fair.")
    trials = works("by_tier", lambda: compare(market, {"rival": rival, "yours": plan}, MARKETS, UNSEEN))
    gains = trials.paired("profit")
    even = "it earns exactly what the mass mailing earns: so far, each tier gets the same coupon as before."
    require("by_tier", bool(gains.any()), even)
    mean, low, high = mean_and_interval(gains)
    interval = f"{signed(low)} to {signed(high)} {market.currency}"
    if low <= 0:
        towards = "loses against" if high < 0 else "cannot be told from"
        raise NotYet(
            "by_tier",
            f"in {MARKETS} new markets it {towards} the mass mailing ({interval} of profit). "
            "Who gets a discount and would have bought anyway? Which channel reaches whom?",
        )
    return Passed(
        f"{signed(mean)} {market.currency} more profit than the mass mailing, within the same budget, in "
        f"{MARKETS} markets you had not seen (95 % interval {interval})."
    )


def gini(answer: Any, spend: pd.Series[float]) -> Passed:
    """Judge the extension: a function that measures concentration."""
    require("gini", callable(answered("gini", answer)), "expects a function; begin with def gini(values):")
    function: Callable[[npt.NDArray[Any]], Any] = answer
    equal, one = np.full(10, 3.0), np.array([0.0] * 9 + [5.0])
    require("gini", function(equal) is not None, "not answered yet: the function gives nothing back.")
    number("gini(ten equal customers)", function(equal), 0.0, 1e-9)
    number("gini(one of ten has all)", function(one), concentration.gini(one), 1e-9)
    values = spend.to_numpy(float)
    doubled = number("gini(values)", function(values)), number("gini(2 * values)", function(2 * values))
    require("gini", np.isclose(*doubled), "in another currency it gives something else; it must not.")
    number("gini(values)", doubled[0], concentration.gini(values), 1e-6)
    return Passed(
        "Zero for equals, near one for a monopoly, the same in every currency: a Gini index (基尼系数)."
    )
