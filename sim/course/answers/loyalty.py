"""The answer key of chapter 5, loyalty: a function a task, called by the check cells of its exercise.

Each works out what is right from the data that the notebook hands it, so that no right number is written
down anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sim.analysis.inquest import Case
from sim.course.checks import Passed, answered, choice, kind, number, require, share, works
from sim.course.duel import EQUITY, duel
from sim.course.pairing import paired
from sim.course.reading import cell, read, verdicts
from sim.experiment import Trials
from sim.plan import Plan
from sim.scenario import Scenario
from sim.style import number as shown
from sim.style import percent

ANSWERED, SOLVED = 0.85, 0.95  # shares of complaints answered, and solved, in the promised time
WORTH = ("profit", EQUITY)
SUSPECTS = ("nature", "product", "price", "service", "contact", "competitor")


def remedies(answer: Any) -> Passed:
    """Task 1: each cause has its remedy, and the others are money thrown after somebody."""
    right = {
        "nobody answered the complaint": "a",
        "nine messages a week": "b",
        "the goods were often faulty": "c",
        "moved to another city": "d",
    }
    think = {
        "nobody answered the complaint": "What was missing: a lower price, or somebody?",
        "nine messages a week": "Would more attention help a person who has too much of it?",
        "the goods were often faulty": "An answer mends one order. What spoils the next one?",
        "moved to another city": "Is there anything a shop can do about it?",
    }
    paired("remedies", answer, right, think)
    return Passed("A remedy acts on a cause. On all other customers who leave, the same money is wasted.")


def stake(answer: Any, case: Case) -> Passed:
    """Task 2: a stake that says more than to spread it evenly."""
    given = answered("stake", answer)
    require("stake", isinstance(given, Mapping), "expects a share for each cause, as in {'nature': 20, …}.")
    missing = [cause for cause in SUSPECTS if given.get(cause, 0) is ...]
    require("stake", not missing, f"not answered yet: {', '.join(missing)}.")
    finding = works("stake", lambda: case.open(given))
    even = case.open(dict.fromkeys(SUSPECTS, 100 / len(SUSPECTS))).score
    words = f"its score is {finding.score:.2f}; to spread it evenly gets {even:.2f} (0 is best)."
    require("stake", finding.score < even, f"{words} What happened in the last weeks of the file?")
    return Passed(f"Score {finding.score:.2f}; evenly spread it would be {even:.2f} (0 is best).")


def unseen(answer: Any) -> Passed:
    """Task 2, second part: what no file shows."""
    wrong = {
        "a": "Messages are on file: the firm sent them.",
        "c": "Complaints are on file. What is a fault that nobody complains about?",
        "d": "The money of each week is on file.",
    }
    choice("unseen", answer, "b", wrong)
    return Passed("A file holds what the firm did and what it was told. The rival's visits are in neither.")


def best_remedy(answer: Any, kept: pd.DataFrame) -> Passed:
    """Task 3: which remedy keeps most of those who left for a cause."""
    causes = ("service", "contact", "competitor")
    names = [str(column) for column in kept.columns if column != "left"]
    right = {cause: str(kept.loc[cause, names].astype(float).idxmax()) for cause in causes}
    think = dict.fromkeys(causes, "Compare the numbers in the row of this cause.")
    paired("best_remedy", answer, right, think)
    return Passed("Each remedy does most for those whom its cause drove away, and little for most others.")


def wasted(answer: Any, kept: pd.DataFrame) -> Passed:
    """Task 3, second part: on how many of the leavers a remedy is wasted."""
    right = 1 - cell(kept, "all", "stop writing")
    turned = {"these are those whom it would have kept. Turn it round.": 1 - right}
    value = share("wasted", answer, right, 0.006, turned)
    return Passed(
        f"On {percent(value)} of those who left. It may still be right: for those whom it is about."
    )


def because(answer: Any, came_back: float, people: int, returned: float) -> Passed:
    """Task 4: how many came back because of a letter, and not by themselves."""
    right = people * (returned - came_back)
    mistakes = {
        "these are all who came back. How many would have come anyway?": people * returned,
        "these would have come anyway. Who came because of the letter?": people * came_back,
    }
    value = number("because", answer, right, 0.6, mistakes)
    return Passed(f"{shown(value)} of {people}. The report will say {people * returned:.0f}.")


def win_back(answer: Any, market: Scenario) -> Passed:
    """Task 4, second part: a win-back that earns more than silence, and ends."""
    plan = kind("win_back", answer, Plan, "a Plan(…)")
    require("win_back", bool(plan.campaigns), "it writes to nobody: write campaigns=[Campaign(to=…, …)].")
    rules = [getattr(campaign.to, "recency_weeks", None) for campaign in plan.campaigns]
    ends = all(rule and (rule.under or rule.at_most) for rule in rules)
    endless = (
        "it never stops. After how many weeks of silence do you leave somebody in peace? Write it as under."
    )
    require("win_back", ends, endless)
    starts = all(rule and (rule.over or rule.at_least) for rule in rules)
    require("win_back", starts, "it writes to people who are not silent. From how many weeks on are they?")
    think = "Who comes back anyway, and takes the discount along? Whom does one channel not reach?"
    gain = duel("win_back", plan, Plan(), market, think)
    return Passed(f"{gain.said} more than silence, and it knows when to stop.")


def points(never_used: Any, owed: Any, flows: pd.Series[float]) -> Passed:
    """Task 5: what became of the points."""
    earned, redeemed, expired = (float(flows[name]) for name in ("earned", "redeemed", "expired"))
    mistakes = {
        "these are the points that were redeemed.": redeemed / earned,
        "this counts points that can still be used. Only what has expired is lost.": 1 - redeemed / earned,
    }
    value = share("never_used", never_used, expired / earned, mistakes=mistakes)
    both = {"this still holds the points that have expired.": earned - redeemed}
    debt = number("owed", owed, earned - redeemed - expired, 5.0, both)
    return Passed(
        f"{percent(value)} were lost to breakage (过期), and {shown(debt)} USD are a debt on the books."
    )


def schemes(answer: Any, trials: Trials) -> Passed:
    """Task 5, second part: schemes beside another, read from intervals."""
    read("schemes", answer, verdicts(trials, "profit"))
    return Passed("What is given back, and from when on, decides. Generous is not the same as effective.")


def tier_effect(gap: Any, did: Any, gold: float, gold_without: float, others: float) -> Passed:
    """Task 6: self-selection, and what the tier did."""
    alone = {"this is what gold members spend. How much more than the others is it?": gold}
    number("gap", gap, gold - others, 2.0, alone)
    mistakes = {
        "this compares different people. Take the same people without the programme.": gold - others,
        "the sign: with the programme, less without it.": gold_without - gold,
    }
    value = number("did", did, gold - gold_without, 2.0, mistakes)
    part = value / (gold - others)
    return Passed(
        f"Of the gap the tier made {percent(part)}. Who spends much becomes gold, not the other way."
    )


def cliff(answer: Any) -> Passed:
    """Task 6, second part: to lose a tier hurts more than to reach it pleases."""
    wrong = {
        "a": "They do not stand where they stood. What is it like to lose what one had?",
        "c": "They know: the member line does not answer any more.",
        "d": "Some try. Is that what most people do who feel set back?",
    }
    choice("fall", answer, "b", wrong)
    return Passed(
        "A fall hurts more than the rise pleased. Think of the way down before you build the stairs."
    )


def ties(answer: Any, left: pd.Series[float], copied: pd.Series[float]) -> Passed:
    """Task 7: which bond lasts, which fades, which is copied."""
    right = {
        "lasts longest": str(left.idxmax()),
        "fades first": str(left.idxmin()),
        "easiest to copy": str(copied.idxmax()),
    }
    think = {
        "lasts longest": "Which share of each bond is left half a year later?",
        "fades first": "Which share of each bond is left half a year later?",
        "easiest to copy": "Read the column copied.",
    }
    paired("three", answer, right, think)
    return Passed("Money binds fast, and is copied by Friday. Services of one's own bind slowly, and stay.")


def social_left(answer: Any, left: pd.Series[float]) -> Passed:
    """Task 7, second part: what is left of being known, half a year later."""
    right = float(left["social"])
    value = share("social_left", answer, right, 0.01, {"this is what has gone. Turn it round.": 1 - right})
    return Passed(f"{percent(value)} are left after half a year without any care.")


def kept_by_quality(quiet: Any, hard: Any, gone: pd.DataFrame) -> Passed:
    """Task 8: what two points more satisfaction keep, where there is little and much competition."""
    values = []
    for name, answer, row in (
        ("kept_quiet", quiet, "hardly any rival"),
        ("kept_hard", hard, "hard competition"),
    ):
        worse, better = cell(gone, row, "plain goods"), cell(gone, row, "better goods")
        mistakes = {
            "these left in spite of better goods. How many FEWER are they?": 100 * better,
            "per hundred: multiply by 100.": worse - better,
            "fewer left, so what is kept is positive.": 100 * (better - worse),
        }
        values.append(number(name, answer, 100 * (worse - better), 0.6, mistakes))
    return Passed(f"{values[0]:.0f} of a hundred, and {values[1]:.0f}. It depends on where else one can go.")


def taken(habit: Any, tied: Any, gone: pd.DataFrame) -> Passed:
    """Task 9: what a rival takes of those who came out of habit, and of those who were tied."""
    values = []
    for name, answer, row in (("habit_taken", habit, "habit"), ("tied_taken", tied, "tied")):
        before, after = cell(gone, row, "no rival"), cell(gone, row, "rival next door")
        mistakes = {"these left in all. How many would have left without the rival?": after}
        values.append(share(name, answer, after - before, 0.006, mistakes))
    return Passed(
        f"{percent(values[0])} out of habit, {percent(values[1])} of the tied, who came just as often. "
        "An order count knows no difference."
    )


def five_points(before: Any, after: Any, gained: Any, a_year: float) -> Passed:
    """Task 10: years together, and what five points of renewal are worth."""
    for name, answer, rate in (("years_before", before, 0.80), ("years_after", after, 0.85)):
        mistakes = {
            "this is one over those who STAY. Divide by those who leave.": 1 / rate,
            "this is the share who leave. How many years is that?": 1 - rate,
        }
        number(name, answer, 1 / (1 - rate), 0.02, mistakes)
    right = a_year * (1 / 0.15 - 1 / 0.20)
    flat = {"this is five per cent of the worth. Take the years together instead.": 0.05 * a_year / 0.20}
    value = number("gained", gained, right, 0.02 * right, flat)
    more = value / (a_year / 0.20)
    return Passed(
        f"{shown(value)} USD a customer, {percent(more)} more. True while the chance to leave is the same "
        "each year, and nobody counts what the five points cost."
    )


def renewal_plan(answer: Any, market: Scenario) -> Passed:
    """Task 10, second part: a plan that makes the software firm worth more."""
    think = "Who would have stayed anyway, and is paid for it? What ties by more than a price, and for whom?"
    gain = duel("renewal_plan", answer, Plan(), market, think, WORTH)
    rates = (gain.of("rival", "renewal_rate"), gain.of("yours", "renewal_rate"))
    return Passed(f"{gain.said} of profit and equity; renewal went from {rates[0]:.3f} to {rates[1]:.3f}.")


def loop(answer: Any, one: Plan, market: Scenario) -> Passed:
    """Task 11: promises kept at the desk, by a firm that is worth more for it."""
    plan = kind("closed_loop", answer, Plan, "a Plan(…)")
    think = "How long is the queue? Who is taken first? And what does each further agent still change?"
    gain = duel("closed_loop", plan, one, market, think, (EQUITY,))
    fast, done = gain.of("yours", "sla_answer"), gain.of("yours", "sla_solution")
    slow = f"{percent(fast)} are answered in time; {percent(ANSWERED)} are asked for. {think}"
    require("closed_loop", fast >= ANSWERED, slow)
    require(
        "closed_loop", done >= SOLVED, f"{percent(done)} are solved in time; {percent(SOLVED)} are asked for."
    )
    cost = gain.of("rival", "profit") - gain.of("yours", "profit")
    dear = f"it costs {shown(cost)} {market.currency} of profit, for {shown(gain.mean)} of equity. {think}"
    require("closed_loop", cost <= gain.mean, dear)
    return Passed(f"{gain.said} of equity, {percent(fast)} answered and {percent(done)} solved in time.")


def foreseen(answer: Any, warned: Plan, market: Scenario) -> Passed:
    """Task 12: trouble that is foreseen, met with more than a warning."""
    think = "A warning softens a blow. What would keep it from falling, and what would make up for it?"
    gain = duel("prepared", answer, warned, market, think, WORTH, markets=5)
    return Passed(f"{gain.said} of profit and equity more than a warning alone.")


def public(answer: Any, trials: Trials) -> Passed:
    """Task 12, second part: three answers to a scandal, read from intervals."""
    profit, equity = verdicts(trials, "profit"), verdicts(trials, EQUITY)
    right = {f"{plan}, profit": word for plan, word in profit.items()}
    right |= {f"{plan}, equity": word for plan, word in equity.items()}
    read("scandal", answer, right)
    return Passed(
        "Openness has its price, which profit need not show; it saves the customer base. "
        "Denial saves nothing."
    )


def abuse(answer: Any, claims: int, with_reason: int) -> Passed:
    """Task 13: claims without a reason."""
    turned = {"these had a reason. Turn it round.": with_reason / claims}
    value = share("abused", answer, 1 - with_reason / claims, 0.006, turned)
    return Passed(f"{percent(value)} of the claims had no reason. A firm does not see which.")


def mended(answer: Any, trials: Trials) -> Passed:
    """Task 13, second part: which gap's remedy pays, read from intervals."""
    read("mended", answer, verdicts(trials, "profit"))
    return Passed("Money for another gap's remedy closes nothing. Ask first where service falls short.")


def lifetime(answer: Any) -> Passed:
    """Judge the extension: years together when the chance to leave changes."""
    name = "years_together"
    require(name, callable(answered(name, answer)), "expects a function; begin with def years_together(…):")
    silent = "not answered yet: the function gives nothing back."
    require(name, answer([0.5, 1.0]) not in (None, ...), silent)
    number(f"{name}([1.0])", answer([1.0]), 1.0, 1e-9)
    number(f"{name}([0.5, 1.0])", answer([0.5, 1.0]), 1.5, 1e-9)
    number(f"{name} at 20 % for 400 years", answer([0.2] * 400), 5.0, 1e-6)
    falling = [0.4, 0.2, 0.1, 1.0]
    value = number(f"{name}({falling})", answer(falling), 1 + 0.6 + 0.48 + 0.432, 1e-9)
    return Passed(f"{value:.2f} years. Where the chance to leave falls with time, one over it is wrong.")
