"""The answer key of chapter 6, practice: a function a task, called by the check cells of its exercise.

Each works out what is right from the data that the notebook hands it, so that no right number is written
down anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import pandas as pd

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
from sim.data import Fault
from sim.experiment import Strategy, Trials, compare, mean_and_interval, replicate
from sim.lead import Lead
from sim.plan import Plan, Timeline
from sim.processes.automation import CLOSED
from sim.recommender import Evidence
from sim.scenario import Scenario
from sim.style import percent, signed

UNSEEN, MARKETS = 5_001, 6  # first seed and number of the markets in which an answer is tried
STAFF_MOST = 60  # USD an agent a week, for training, pay and bonus
PROFIT_LOSS = 3_000  # CNY of this year's profit that stock may cost
WORTH_LEAST = 2_000  # CNY that it must be worth
QUARTER = 13  # weeks
VERDICTS = ("reproduced", "not reproduced", "open")


def claim(answer: Any) -> Passed:
    """Task 1: a verdict beside a claim."""
    wrong = {
        "a": "The claim has a size. Is it anywhere near the interval?",
        "c": "It did rise. The verdict is about the size, by this reading and in these markets.",
        "d": "The interval is narrow. Twenty markets tell very well how large the rise is.",
    }
    choice("beside", answer, "b", wrong)
    return Passed(
        "The direction holds, the size does not. Write the reading beside the verdict: of what, until when, "
        "less what. By another one it may come out otherwise."
    )


def personal(lost_after: Any, signal: Any, race: Lead) -> Passed:
    """Task 2: when a personal price has surely lost, and which number would have warned."""
    table = race.table(QUARTER).droplevel(0)
    below = table.index[table["high"] < 0]
    weeks = number("lost_after", lost_after)
    require("lost_after", weeks in table.index, "choose one of the rows of the table: its weeks.")
    early = "there the interval still reaches above zero: it may be luck."
    require("lost_after", weeks in below, early)
    require("lost_after", weeks == below[0], "it was sure before that. Go up the table.")
    wrong = {
        "a": "It rises: those who pay more, pay more. Those who left place no orders.",
        "b": "Hardly anybody complains about it. They find out, and go.",
        "d": "That is the number by which the vendor sells it.",
    }
    choice("signal", signal, "c", wrong)
    return Passed(
        f"After {weeks:.0f} weeks. The first half year tells nothing, and the customers go later: whoever "
        "judges early buys it. Decide before the trial that you will count who is still there."
    )


def caution(answer: Any, change: pd.Series[float]) -> Passed:
    """Task 3: from which chance of a breach on rules for data pay."""
    calm, breach = float(change["calm"]), float(change["breach"])
    right = -calm / (breach - calm)
    mistakes = {
        "with that chance the calm times are counted in full. How likely are they then?": -calm / breach,
        "this is the chance of a calm time. Turn it round.": 1 - right,
    }
    value = share("chance", answer, right, 0.01, mistakes)
    return Passed(
        f"From about {percent(value)} on. Both changes come from a few markets, so the chance is known no "
        "better than they are. And what is right towards people does not hang on this number."
    )


def aimed(answer: Any, today: Plan, market: Scenario) -> Passed:
    """Task 4: a list that earns more than today's within the same budget."""
    plan = kind("my_list", answer, Plan, "a Plan(…)")
    require("my_list", plan.contact.budget == today.contact.budget, "keep the budget as it is.")
    gains = _gains("my_list", market, today, plan, equity=False)
    require("my_list", bool(gains.any()), "this is today's list: it earns exactly the same.")
    _beyond_luck(
        "my_list", gains, market, "today's list", "Who comes anyway, and who needs a reason to come?"
    )
    return Passed(
        f"{signed(gains.mean())} {market.currency} more profit in a year, for the same budget, in {MARKETS} "
        "markets you had not seen. Ask of every model: which plain rule does it beat, and by how much?"
    )


def suggestions(times: Any, mine: Any, trials: Trials, market: Scenario) -> Passed:
    """Task 5: how much better than chance a model sells, and suggestions that are worth it."""
    rate = {name: float(trials.of(name)["cross_sell_rate"].mean()) for name in trials.plans}
    mistakes = {
        "turn it round: the model beside chance.": rate["random"] / rate["learned"],
        "this is the model beside what is bought most.": rate["learned"] / rate["popular"],
        "this is a difference. How many times as often?": rate["learned"] - rate["random"],
    }
    number("times", times, rate["learned"] / rate["random"], 0.1, mistakes)
    plan = kind("mine", mine, Plan, "a Plan(…)")
    require("mine", plan.basket.suggestions > 0, "nothing is suggested. Give basket a number of suggestions.")
    gains = _gains("mine", market, Plan(), plan)
    _beyond_luck("mine", gains, market, "no suggestions", "Do they fit? Are there too many?")
    return Passed(
        f"Worth {signed(gains.mean())} {market.currency}. What is sold is seen at once, and whom it annoys "
        "only later: judge a recommender by both."
    )


def assistant(answer: Any, machine: Mapping[str, Any], events: pd.DataFrame) -> Passed:
    """Task 6: a machine that closes much and little wrongly, and the number that no book shows."""
    met = events[events["kind"] == "met"]
    closed, wrong = int((met["channel"] == CLOSED).sum()), int((events["kind"] == "misled").sum())
    reached = machine.get("share", 1.0) if machine.get("front", "none") != "none" else 0.0
    require("machine", reached >= 0.5 and closed > 0, "it meets too few complaints; half are the least.")
    few = f"it closes {percent(closed / len(met))} of what it meets; a third is the least."
    require("machine", closed >= len(met) / 3, f"{few} Which machine knows more?")
    many = f"{percent(wrong / closed)} of what it closes is wrong; 10 % are the limit."
    require("machine", wrong <= 0.1 * closed, f"{many} Who keeps what it knows?")
    mistakes = {
        "this is a share of all it met. Of those it closed?": wrong / len(met),
        "this is the share that is right. Turn it round.": 1 - wrong / closed,
    }
    value = share("wrong_share", answer, wrong / closed, mistakes=mistakes)
    return Passed(
        f"{percent(value)} of what it closes is wrong, and the books call all of it solved. Only a call to "
        "some of those whose case was closed tells a firm so."
    )


def adopted(answer: Any, race: Lead) -> Passed:
    """Task 7: from when on a tool with training has paid for itself."""
    table = race.table(QUARTER).loc["tool and training"]
    sure = table["low"] > 0
    bad = "it has not surely paid for itself after two years. Is it used? Does training cost too much?"
    require("training", bool(sure.iloc[-1]), bad)
    unsure = table.index[~sure]
    right = next(week for week in table.index if not len(unsure) or week > unsure[-1])
    weeks = number("paid_after", answer)
    require("paid_after", weeks in table.index, "choose one of the rows of the table: its weeks.")
    require("paid_after", weeks >= right, "there it may still be luck: look at the low end of the interval.")
    require("paid_after", weeks <= right, "it was sure before that. Go up the table.")
    return Passed(
        f"After {weeks:.0f} weeks, and the first quarters cost. Whoever judges a tool after three months "
        "abolishes it; whoever buys it without training has a bill and nothing else."
    )


def whole(needless: Any, stocked: Any, trials: Trials, market: Scenario) -> Passed:
    """Task 8: messages that a silo sends for nothing, and stock against shortages."""
    apart, joined = (float(trials.of(name)["contacts"].mean()) for name in trials.plans)
    mistakes = {
        "divide by what was sent before, with the records apart.": apart / joined - 1,
        "this is what is still sent. Which share was needless?": joined / apart,
    }
    value = share("needless", needless, 1 - joined / apart, mistakes=mistakes)
    plan = kind("stocked", stocked, Plan, "a Plan(…)")
    require("stocked", plan.basket.stock > 0, "no money goes into the stock.")
    trials = works("stocked", lambda: compare(market, {"today": Plan(), "plan": plan}, MARKETS, UNSEEN))
    cost = float(-trials.paired("profit").mean())
    dear = f"this year's profit falls by {cost:,.0f} {market.currency}; {PROFIT_LOSS:,} are the limit."
    require("stocked", cost <= PROFIT_LOSS, dear)
    gains = trials.paired("profit") + trials.paired("customer_equity")
    _beyond_luck("stocked", gains, market, "an empty shelf now and then", "Is it enough to be noticed?")
    little = f"it is worth {signed(gains.mean())} {market.currency}; {WORTH_LEAST:,} are the least."
    require("stocked", gains.mean() >= WORTH_LEAST, little)
    return Passed(
        f"{percent(value)} of the messages were needless. The stock is worth {signed(gains.mean())} "
        f"{market.currency}, though this year's profit falls by {cost:,.0f}. CRM ends at the shelf, "
        "not at the letter."
    )


def paid(by_speed: Any, staff: Any, trials: Trials, market: Scenario) -> Passed:
    """Task 9: what a bonus on speed does to satisfaction, and what helps it."""
    right = float(trials.paired("csat").mean())
    mistakes = {
        "turn it round: with the bonus, less with the wage only.": -right,
        "this is csat with the bonus. By how much does it differ from the other?": float(
            trials.of(trials.plans[-1])["csat"].mean()
        ),
    }
    number("by_speed", by_speed, right, 0.005, mistakes)
    plan = kind("staff", staff, Plan, "a Plan(…)")
    spent = plan.staff.training + plan.staff.pay + plan.staff.bonus
    require("staff", spent > 0, "nothing is spent on the people at the desk.")
    dear = f"it spends {spent:g} USD an agent a week; {STAFF_MOST} are the limit."
    require("staff", spent <= STAFF_MOST, dear)
    tried = works("staff", lambda: compare(market, {"wage": Plan(), "yours": plan}, MARKETS, UNSEEN))
    mean, low, high = mean_and_interval(tried.paired("csat"))
    unsure = f"csat changes by {signed(100 * low)} to {signed(100 * high)} points. What are they paid for?"
    require("staff", low > 0, unsure)
    return Passed(
        f"Speed: {signed(100 * right)} points of csat; yours: {signed(100 * mean)}. Effort follows pay, "
        "and what nobody pays for is neglected."
    )


def industries(better: Any, worse: Any, plan: Any, five: Mapping[str, Trials]) -> Passed:
    """Task 10, first part: in which industries one plan is clearly better or worse."""
    given = kind("one_plan", plan, Plan, "a Plan(…)")
    require("one_plan", given.but(name="") != Plan(), "this plan changes nothing. Change one thing.")
    ends = {name: mean_and_interval(trials.paired("profit"))[1:] for name, trials in five.items()}
    right = {
        "better": {name for name, (low, _) in ends.items() if low > 0},
        "worse": {name for name, (_, high) in ends.items() if high < 0},
    }
    for name, answer in (("better", better), ("worse", worse)):
        names = _names(name, answer, five)
        extra, missing = names - right[name], right[name] - names
        luck = f"{len(extra)} of these are not clear: the interval reaches to the other side of zero."
        require(name, not extra, luck)
        require(name, not missing, f"{len(missing)} more, of the five, are clear.")
    unclear = len(five) - len(right["better"]) - len(right["worse"])
    return Passed(
        f"Better in {len(right['better'])}, worse in {len(right['worse'])}, open in {unclear}. A plan is "
        "not good or bad; it fits a firm's customers, margins and contracts, or not."
    )


def case(verdict: Any, plan: Any, trials: Trials) -> Passed:
    """Task 10, second part: a case as a strategy, and a verdict."""
    told = kind("case", plan, Plan, "a Plan(…)")
    require("case", told.loyalty.points > 0, "no points are given in this plan.")
    given = str(answered("verdict", verdict)).strip().lower()
    require("verdict", given in VERDICTS, f"choose one of {', '.join(VERDICTS)}, in quotes.")
    _, low, high = mean_and_interval(trials.paired("profit"))
    right = VERDICTS[0] if low > 0 else VERDICTS[1] if high < 0 else VERDICTS[2]
    require(
        "verdict", given == right, "look at both ends of the interval: on which side of zero do they lie?"
    )
    members = float(trials.of(trials.plans[-1])["members"].mean())
    return Passed(
        f"“{right}” in this store, in a year, by profit; {members:.0f} people joined. A case tells what a "
        "firm did and how it fared, not what would have happened without it."
    )


def quarters(answer: Any, market: Scenario) -> Passed:
    """Task 11: a plan by quarters that the market can carry out."""
    timeline = kind("my_quarters", answer, Timeline, "a Timeline(plans={…})")
    weeks = sorted(timeline.plans)
    require("my_quarters", len(weeks) >= 3, "give at least three plans: a firm of twelve quarters learns.")
    odd = [week for week in weeks if week % QUARTER]
    require(
        "my_quarters", not odd, f"week {odd[:1]} begins no quarter; quarters begin every {QUARTER} weeks."
    )
    plans = [timeline.plans[week].but(name="") for week in weeks]
    same = any(one == other for one, other in pairwise(plans))
    require("my_quarters", not same, "two plans in a row are the same: what changes in that quarter?")
    short = market.but(weeks=max(weeks) + 1)
    works("my_quarters", lambda: replicate(short, timeline, 1, UNSEEN))
    return Passed(f"{len(weeks)} plans, from weeks {', '.join(map(str, weeks))} on. It can be done.")


def recommender(function: Any, market: Scenario) -> Passed:
    """Judge the extension: a recommender that sells more often than what is bought most."""
    require("recommend", callable(answered("recommend", function)), "begin with def recommend(known):")
    popular = Plan(basket={"suggestions": 1, "recommender": "popular"})  # type: ignore[arg-type]

    def answering(known: Evidence) -> Any:
        scores = function(known)
        if scores is ... or scores is None:
            raise Fault("the function gives nothing back yet.")
        return scores

    mine = popular.but(basket=popular.basket.but(recommender=answering))
    trials = works("recommend", lambda: compare(market, {"popular": popular, "yours": mine}, 3, UNSEEN))
    rates = [float(trials.of(name)["cross_sell_rate"].mean()) for name in trials.plans]
    shown = f"it sells at {percent(rates[1])} of the orders, and “popular” at {percent(rates[0])}."
    require("recommend", rates[1] > rates[0], f"{shown} What does it know of the single customer?")
    return Passed(f"It sells at {100 * rates[1]:.1f} % of the orders, “popular” at {100 * rates[0]:.1f} %.")


def _gains(name: str, market: Scenario, today: Strategy, plan: Plan, equity: bool = True) -> pd.Series[float]:
    """Try a plan against another in markets nobody has seen: profit, and what customers are worth."""
    trials = works(name, lambda: compare(market, {"today": today, "plan": plan}, MARKETS, UNSEEN))
    return trials.paired("profit") + (trials.paired("customer_equity") if equity else 0.0)


def _beyond_luck(name: str, gains: pd.Series[float], market: Scenario, other: str, ask: str) -> None:
    """Refuse what is not worth more beyond luck, and say which it is."""
    _, low, high = mean_and_interval(gains)
    if low <= 0:
        towards = "is worth less than" if high < 0 else "cannot be told from"
        interval = f"{signed(low)} to {signed(high)} {market.currency}"
        raise NotYet(name, f"in {MARKETS} new markets it {towards} {other} ({interval}). {ask}")


def _names(name: str, answer: Any, known: Iterable[str]) -> set[str]:
    """Read a list of names of industries."""
    given = answered(name, answer)
    given = [given] if isinstance(given, str) else given
    listed = isinstance(given, list | tuple | set | frozenset)
    require(name, listed, 'expects a list of names, such as ["bank"], or [] for none.')
    names = {str(one).strip().lower() for one in given}
    strange = sorted(names - set(known))
    require(name, not strange, f"there is no {', '.join(strange)}. There are: {', '.join(known)}.")
    return names
