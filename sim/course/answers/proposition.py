"""The answer key of chapter 2, its second half: needs, an offer beside the rival's, and what customers bring.

A function a task, called by the check cells of its exercise. Each works out what is right from the data that
the notebook hands it, so that no right number is written down anywhere.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim.analysis.value import delivered_value
from sim.course.checks import Passed, answered, choice, kind, number, require, share, works
from sim.experiment import Trials, compare, mean_and_interval
from sim.need import PARTS
from sim.plan import Plan
from sim.scenario import Scenario
from sim.style import percent, signed

UNSEEN, MARKETS = 5_001, 5  # first seed and number of the markets in which levels of service are tried
OFFER_MOST = 40.0  # CNY a week per 1 000 people for all parts of an offer
PRICE_MOST = 0.02  # by which the price may be changed
VERDICTS = ("pays", "does not pay", "open")


def matched(
    right_share: Any, times: Any, on_file: pd.Series[str], true_need: pd.Series[str], rates: pd.DataFrame
) -> Passed:
    """Task 8, first part: how far a declared need can be trusted, and what a letter that fits brings."""
    said, true = on_file.astype(str).to_numpy(), true_need.astype(str).to_numpy()
    spoke, agrees = said != "", said == true
    mistakes = {
        "this counts all customers. The question is about those who have said something.": agrees.mean(),
        "this is the share that is wrong. Turn it round.": 1 - agrees[spoke].mean(),
        "this is the share who have said something. How many of them are right?": spoke.mean(),
    }
    value = share("right_share", right_share, float(agrees[spoke].mean()), mistakes=mistakes)
    fits = rates["for families"]
    family, all_alike = (float(rates[name]["family"]) for name in ("for families", "one for all"))
    mistakes = {
        "turn it round: the letter that fits, beside the one for all.": all_alike / family,
        "this is the whole letter made for families, not what families do with it.": fits.mean() / all_alike,
        "this is a difference. How many times as often?": family - all_alike,
    }
    number("times", times, family / all_alike, 0.05, mistakes)
    others = rates.drop("family")
    kept = (others["for families"] / others["one for all"]).mean()
    return Passed(
        f"{percent(value)} are right. Families follow a letter that fits {family / all_alike:.1f} "
        f"times as often; the others follow it {kept:.1f} times as often as before. Who sends it to "
        "all loses there."
    )


def bundle(verdict: Any, plan: Any, trials: Trials) -> Passed:
    """Task 8, second part: a bundle of the learner's own, and a verdict on it."""
    offer = kind("bundle", plan, Plan, "a Plan(…)").place
    require("bundle", offer.bundle is not None and offer.discount > 0, "nothing is taken off the bundle.")
    _, low, high = mean_and_interval(trials.paired("profit"))
    _judge("verdict", verdict, low, high)
    more = trials.paired("orders").mean() / trials.of(trials.plans[0])["orders"].mean()
    return Passed(
        f"Orders {signed(100 * more)} %, profit {signed(low)} to {signed(high)}. The claim counts what is "
        "sold at that hour. Whoever would have bought anyway pays less, and that is not in it."
    )


def offered(plan: Any, gap: Any, follows: Any, market: Scenario, wallets: pd.DataFrame) -> Passed:
    """Task 9: an offer that nobody finds better at the rival's, and what a score does not tell."""
    offer = kind("offer", plan, Plan, "a Plan(…)")
    spent = sum(getattr(offer.needs, part) for part in PARTS)
    require("offer", spent <= OFFER_MOST, f"it spends {spent:g} CNY a week; {OFFER_MOST:g} are the limit.")
    change = abs(offer.pricing.price - 1)
    require("offer", change <= PRICE_MOST + 1e-9, f"the price moves by {percent(change)}; 2 % are the limit.")
    total = delivered_value(market, offer)["total"]
    better = ", ".join(total.index[total < -1e-9])
    require(
        "offer", not better, f"at the rival's, these are still better off: {better}. What do they weigh most?"
    )
    low, high = (float(wallets[name]["champions"]) for name in ("lowest_tenth", "highest_tenth"))
    right = high - low
    mistakes = {
        "this is the highest tenth alone.": high,
        "turn it round: the highest less the lowest.": -right,
        "this is a quotient; subtract.": high / low,
    }
    number("gap", gap, right, 0.012, mistakes)
    wrong = {
        "a": "Look at the lowest tenth of the champions. Where do they buy the rest?",
        "c": "They spend much; most of it elsewhere. That is room to grow, if something can win it.",
        "d": "Finer classes of what they spend here say nothing of what they spend there.",
    }
    choice("follows", follows, "b", wrong)
    return Passed(
        f"Nobody is better off at the rival's: by {total.min():.2f} points at least. Whether that earns "
        "its cost is another question, and the table under your plan answers it for one year."
    )


def shares(recommended: Any, losing: Any, parts: pd.DataFrame, groups: pd.DataFrame) -> Passed:
    """Task 10, first part: what customers bring by recommending, and big ones that lose money."""
    own, brought = parts["own_currency"].sum(), parts["brought_currency"].sum()
    mistakes = {
        "divide by the sum of both, not by their own.": brought / own,
        "this is the share of those who brought somebody.": (parts["brought"] > 0).mean(),
        "this is what they brought themselves. Turn it round.": own / (own + brought),
    }
    share("recommended", recommended, float(brought / (own + brought)), 0.0002, mistakes)
    count = groups["customers"]
    big = count["big and profitable"] + count["big and unprofitable"]
    mistakes = {
        "this is a share of all customers. Of the big ones?": count["big and unprofitable"] / count.sum(),
        "these are the small ones.": count["small and unprofitable"]
        / (count["small and profitable"] + count["small and unprofitable"]),
        "this is the share that brings money. Turn it round.": count["big and profitable"] / big,
    }
    value = share("losing", losing, float(count["big and unprofitable"] / big), mistakes=mistakes)
    return Passed(
        f"{percent(value)} of the big customers cost more than they bring: revenue is not contribution. "
        "And in this market few come by recommendation; where people talk more, that part "
        "of their value is larger."
    )


def served(for_store: Any, for_software: Any, store: Scenario, software: Scenario) -> Passed:
    """Task 10, second part: a level of service for many small customers, and for few large ones."""
    firms = {"for_software": (for_software, software), "for_store": (for_store, store)}
    worth = {}
    for name, (answer, market) in firms.items():
        plan = kind(name, answer, Plan, 'a plan, such as levels["reactive"]')
        require(name, bool(plan.levels.rules), "nobody is served at any level in this plan.")
        low, high = _worth(name, market, plan)
        worth[name] = f"{signed(low)} to {signed(high)} {market.currency}"
        unsure = (
            f"beside no levels it is worth {worth[name]}. What does one of these customers bring in a year?"
        )
        require(name, low > 0 if name == "for_software" else high > 0, unsure)
    return Passed(
        f"Software firm: worth {worth['for_software']} more than no levels; store: {worth['for_store']}. "
        "It is not how dear a level is that decides, but how much a customer brings, and how many there are."
    )


def _judge(name: str, verdict: Any, low: float, high: float) -> None:
    """Judge a verdict by an interval of profit."""
    given = str(answered(name, verdict)).strip().lower()
    require(name, given in VERDICTS, f"choose one of {', '.join(VERDICTS)}, in quotes.")
    right = VERDICTS[0] if low > 0 else VERDICTS[1] if high < 0 else VERDICTS[2]
    require(name, given == right, "look at both ends of the interval: on which side of zero do they lie?")


def _worth(name: str, market: Scenario, plan: Plan) -> tuple[float, float]:
    """Give the ends of the interval of what a plan is worth in markets nobody has seen."""
    trials = works(name, lambda: compare(market, {"none": Plan(), "plan": plan}, MARKETS, UNSEEN))
    _, low, high = mean_and_interval(trials.paired("profit") + trials.paired("customer_equity"))
    return low, high
