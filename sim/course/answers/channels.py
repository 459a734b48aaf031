"""The answer key of chapter 3, channels: a function a task, called by the check cells of its exercise.

Each works out what is right from the data that the notebook hands it, so that no right number is written
down anywhere.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim.analysis import touchpoints
from sim.course.checks import Passed, answered, choice, kind, number, require, share
from sim.course.duel import EQUITY, duel
from sim.course.reading import cell, read, verdict, verdicts
from sim.experiment import Trials, Twin
from sim.lead import Lead
from sim.plan import Plan
from sim.scenario import Scenario
from sim.style import number as shown
from sim.style import percent, signed

FEWER = 0.5  # of the opt-outs of the rival, what a plan may cause at most
CONTENT = 0.45  # share of answers about complaints that are 4 or 5
SAVED = 0.6  # of the wages saved by one agent less, what must be left as profit
GAIN, LOSS = 0.3, 0.6  # weights of the market: above, and below, what was expected


def opens(answer: Any) -> Passed:
    """Task 1: who opens differs from who does not."""
    wrong = {
        "a": "Both groups got the letter. What made some of them open it?",
        "c": "Longer letters change nothing about who reads them.",
        "d": "The numbers are right. What they compare is not.",
    }
    choice("opens", answer, "b", wrong)
    return Passed("Good customers open. Only a lot makes two groups of the same kind.")


def brought(answer: Any, pair: Twin) -> Passed:
    """Task 2: what two channels brought, of what their reports claim."""
    claimed = float(touchpoints.credited(pair.after)["revenue_currency"].sum())
    gained = cell(pair.difference(), "revenue", "difference")
    with_it = cell(pair.difference(), "revenue", "with")
    mistakes = {
        "this is what they claim, as a share of all sales. How much MORE was sold?": claimed / with_it,
        "this is the gain as a share of all sales. The question is: of what they claim.": gained / with_it,
        "this is what they did not bring. Turn it round.": 1 - gained / claimed,
    }
    value = share("brought", answer, gained / claimed, 0.01, mistakes)
    return Passed(f"{percent(value)} of what the reports claim. The rest would have been bought anyway.")


def lot(answer: Any) -> Passed:
    """Task 2, second part: how a firm without a twin finds out."""
    wrong = {
        "a": "Who opens and who does not are two kinds of people: that is where the claim came from.",
        "b": "Another year has another weather, other prices, other rivals.",
        "d": "Who has not consented never was like the others. What would make two groups alike?",
    }
    choice("lot", answer, "c", wrong)
    return Passed("A holdout by lot. It costs the sales to some, and buys the truth about all.")


def rhythm(answer: Any, weekly: Plan, market: Scenario) -> Passed:
    """Task 3: a rhythm that earns more than silence, and spends few permissions."""
    plan = kind("rhythm", answer, Plan, "a Plan(…)")
    require("rhythm", bool(plan.campaigns), "it writes to nobody: put weeks into the marked lines.")
    think = "How tired is who reads the next message? Which channel costs money, which a permission?"
    gain = duel("rhythm", plan, Plan(), market, think)
    limit = duel("rhythm", plan, weekly, market, think, markets=4)
    lost, most = limit.of("yours", "opt_outs"), FEWER * limit.of("rival", "opt_outs")
    words = f"{shown(lost)} permissions are lost; lose {shown(most)} at most. Which channel tires most?"
    require("rhythm", lost <= most, words)
    return Passed(f"{gain.said} more than silence, and {shown(lost)} opt-outs: between too few and too many.")


def irreversible(answer: Any) -> Passed:
    """Task 3, second part: which of the two mistakes cannot be mended."""
    wrong = {
        "a": "One can write more next month. What is lost until then is lost once.",
        "c": "One of the two can be mended next Monday. Which?",
    }
    choice("irreversible", answer, "b", wrong)
    return Passed("Too many. Silence ends on Monday; an opt-out (退订) does not.")


def records(answer: Any, trials: Trials) -> Passed:
    """Task 4: what intervals say of integration, half of it, and a cheaper remedy."""
    read("records", answer, verdicts(trials, "profit"))
    return Passed("Set the bill beside what it mends: one record is a means, and must earn its keep.")


def bill(answer: Any, trials: Trials) -> Passed:
    """Task 4, second part: how much more integration would have to bring."""
    right = -cell(trials.difference("profit"), "integration", "difference")
    gone = {"this is with its sign: how much is MISSING until it pays?": -right}
    value = number("missing", answer, right, 0.02 * abs(right) + 1, gone)
    return Passed(
        f"{shown(value)} USD. So much it would have to bring otherwise: service that knows the caller, an "
        "analysis that counts people. If it does, pay."
    )


def felt(wang: Any, li: Any, performance: float, expected: tuple[float, float]) -> Passed:
    """Task 5: the same order, felt against two expectations."""
    high, low = expected
    below, above = performance - LOSS * (high - performance), performance + GAIN * (performance - low)
    same = {"this is the performance itself. What does the gap to the expectation add or take?": performance}
    weight = {"below what was expected the other weight counts.": performance - GAIN * (high - performance)}
    number("wang", wang, below, 0.01, same | weight)
    weight = {"above what was expected the other weight counts.": performance + LOSS * (performance - low)}
    number("li", li, above, 0.01, same | weight)
    return Passed("The same apples, felt as two. Satisfaction (满意) is experience against expectation.")


def quality(answer: Any) -> Passed:
    """Task 5, second part: expectations follow what is delivered."""
    wrong = {
        "a": "For how long? What do people expect after a month of better apples?",
        "c": "It rises at first: the first good order is above what was expected.",
        "d": "Falling short weighs more, yes, but nothing falls short here.",
    }
    choice("better_apples", answer, "b", wrong)
    return Passed("People get used to it. What stays is the level of the goods; what goes is the surprise.")


def words(answer: Any, promised: Lead) -> Passed:
    """Task 6: what big words earn soon, and later."""
    table = promised.table(every=13)
    right = {}
    for weeks in (13, 104):
        for plan in ("half", "full"):
            ends = (cell(table, (plan, weeks), end) for end in ("low", "high"))
            right[f"{plan}, {weeks} weeks"] = verdict(*ends)
    read("words", answer, right)
    return Passed("Who believes big words buys once, and then measures every order against them.")


def cost_of_words(answer: Any, promised: Lead) -> Passed:
    """Task 6, second part: what the quarters after the first cost."""
    lead = promised.table(every=13)["lead"]["full"]
    soon, late = float(lead.loc[13]), float(lead.loc[104])
    mistakes = {
        "this is the sum after two years. How much of it was lost AFTER the first quarter?": late,
        "this is the first quarter alone.": soon,
        "the sign: what was lost is a minus.": soon - late,
    }
    value = number("afterwards", answer, late - soon, 0.02 * abs(late - soon) + 1, mistakes)
    return Passed(f"{signed(value)} USD, for {signed(soon)} at first. Whoever is paid by the quarter shouts.")


def night(on_the_night: Any, afterwards: Any, change: pd.DataFrame, week: int) -> Passed:
    """Task 7: a night of selling, and the twelve weeks after."""
    profit = change["profit"]
    first, later = float(profit.loc[week]), float(profit.loc[week + 1 : week + 12].sum())
    sold = {
        "this is what was SOLD more. Look at the column profit.": float(change["sales"].loc[week]),
        "this is revenue. Look at the column profit.": float(change["revenue"].loc[week]),
    }
    number("on_the_night", on_the_night, first, 0.02 * abs(first) + 1, sold)
    both = {
        "this counts the night itself, too. Begin with the week after it.": first + later,
        "these are more or fewer than twelve weeks.": float(profit.loc[week + 1 :].sum()),
    }
    both = {sentence: sum_ for sentence, sum_ in both.items() if abs(sum_ - later) > 1}
    number("twelve_weeks", afterwards, later, 0.02 * abs(later) + 1, both)
    return Passed(
        f"{signed(first)} CNY on the night, {signed(later)} in the twelve weeks after. It fills pantries and "
        "teaches a price. Neither stands in the report of the morning after."
    )


def quiet(answer: Any, loud: Plan, market: Scenario) -> Passed:
    """Task 7, second part: quiet contact instead of a loud night."""
    plan = kind("quiet_plan", answer, Plan, "a Plan(…)")
    require("quiet_plan", plan.livestream.first_week is None, "no night, please: that is the other plan.")
    seen = any(campaign.offer.discount and not campaign.personal for campaign in plan.campaigns)
    loudly = "a discount for everybody is as visible as a night. Choose to whom, or leave the discount away."
    require("quiet_plan", not seen, loudly)
    think = "Compare it with silence, too: a plan that does nothing beats a bad night, and earns nothing."
    gain = duel("quiet_plan", plan, loud, market, think, markets=4)
    duel("quiet_plan", plan, Plan(), market, think)
    return Passed(f"{gain.said} more than with the night. Nobody outside has seen it.")


def tickets(answer: Any) -> Passed:
    """Task 8: which tickets a machine may have."""
    wrong = {
        "a": "What does an angry customer with a difficult case hear from a menu?",
        "c": "The dear customers are not the simple cases. Which *ticket* is for a machine?",
        "d": "At night, too, some cases are simple and some are not.",
    }
    choice("for_machines", answer, "b", wrong)
    return Passed("The frequent and simple ones, with a short way to a person for all others.")


def desk(answer: Any, two: Plan, market: Scenario) -> Passed:
    """Task 8, second part: cheaper than two people, and not worse for who complains."""
    plan = kind("my_desk", answer, Plan, "a Plan(…)")
    think = "Who meets the complaint first? Does it know enough, and how is it kept?"
    gain = duel("my_desk", plan, two, market, think, markets=4)
    wage = market.service.wage * market.weeks if market.service else 0.0
    least = SAVED * wage
    require(
        "my_desk",
        gain.mean >= least,
        f"it saves {signed(gain.mean)} USD of {shown(least)}. {think}",
    )
    csat = gain.of("yours", "csat")
    bad = f"of those who complained {percent(csat)} are content; {percent(CONTENT)} are asked for. {think}"
    require("my_desk", csat >= CONTENT, bad)
    return Passed(f"{gain.said}, and {percent(csat)} of those who complained are content.")


def desk_reading(answer: Any, trials: Trials) -> Passed:
    """Task 9: what skill and messages about progress do to satisfaction."""
    read("skill", answer, verdicts(trials, "csat"))
    return Passed("Skill is felt by all who call; a status message only by those who wait long.")


def silent(answer: Any, faults: int, complaints: int) -> Passed:
    """Task 10: the share of faults of which nobody hears."""
    mistakes = {
        "these are the faults that the firm hears of. Turn it round.": complaints / faults,
        "divide by all faults, not by the complaints.": min(faults / complaints - 1, 1.0),
    }
    value = share("silent", answer, 1 - complaints / faults, mistakes=mistakes)
    return Passed(f"Of {faults} faults {percent(value)} are swallowed. A quiet desk is not a content market.")


def follow_up(answer: Any, trials: Trials) -> Passed:
    """Task 10, second part: what calls bring at a bank."""
    read("follow_up", answer, verdicts(trials, "profit"))
    return Passed(
        "A call costs the same whether something was wrong or not. A round calls many who are content; "
        "a call for a reason few. Whether it pays, you have just measured: for this bank."
    )


def triggers(answer: Any, most: int, market: Scenario) -> Passed:
    """Task 11: messages on occasions, few of them, that earn more than silence."""
    plan = kind("on_occasion", answer, Plan, "a Plan(…)")
    require("on_occasion", bool(plan.triggers), "it has no trigger: write triggers=[Trigger(on=…, …)].")
    require("on_occasion", not plan.campaigns, "it still sends by the calendar: leave the campaigns away.")
    think = "Which occasion befalls many, and changes what they do? Whom does one channel miss?"
    gain = duel("on_occasion", plan, Plan(), market, think, markets=8)
    sent = gain.of("yours", "contacts")
    require("on_occasion", sent <= most, f"it sends {shown(sent)} messages a market; {shown(most)} at most.")
    return Passed(f"{gain.said} more than silence, with {shown(sent)} messages.")


def knowing(answer: Any, trials: Trials, known: int) -> Passed:
    """Task 12: what it is worth to know what one customer needs."""
    gain, harm = (trials.paired("profit", plan).mean() for plan in ("matched", "wrong"))
    mistakes = {
        "this is for all of them together. How much is it for one?": gain,
        "this is what a WRONG match does, for one.": harm / known,
    }
    value = number("for_one", answer, gain / known, 0.05 * abs(gain / known) + 0.01, mistakes)
    return Passed(f"{value:.2f} CNY a year. That is the most that asking one customer may cost.")


def wrong_match(answer: Any, trials: Trials) -> Passed:
    """Task 12, second part: right, and wrong, information, read from intervals."""
    read("match", answer, verdicts(trials, "profit"))
    return Passed("Knowing helps, and being wrong about somebody does harm: a guess is not knowledge.")


def group(left_share: Any, muted_share: Any, counts: pd.Series[int]) -> Passed:
    """Task 13: what becomes of the members of a group."""
    entered, muted, quitted = (float(counts[name]) for name in ("entered", "muted", "quit"))
    number(
        "left_share", left_share, quitted / entered, 0.01, {"these are those who muted it.": muted / entered}
    )
    listens = {"these are those who still listen. Turn it round.": 1 - muted / entered}
    value = share("muted_share", muted_share, muted / entered, 0.01, listens)
    return Passed(f"{percent(value)} have muted the group (免打扰), and no report shows it.")


def hours(answer: Any, trials: Trials) -> Passed:
    """Task 13, second part: profit now and customer equity, read from intervals."""
    profit, equity = verdicts(trials, "profit"), verdicts(trials, EQUITY)
    right = {f"{plan}, profit": profit[plan] for plan in profit} | {
        f"{plan}, equity": equity[plan] for plan in equity
    }
    read("hours", answer, right)
    return Passed("Ground of one's own costs rent every week, and what grows on it is seen later, if at all.")


def tiredness(answer: Any) -> Passed:
    """Judge the extension: fatigue from week to week."""
    name = "fatigue"
    require(name, callable(answered(name, answer)), "expects a function; begin with def fatigue(…):")
    require(
        name, answer([1], 0.5, 0.7) not in (None, ...), "not answered yet: the function gives nothing back."
    )
    number(f"{name}([1], 0.5, 0.7)", answer([1], 0.5, 0.7), 0.5, 1e-9)
    number(f"{name}([1, 0], 0.5, 0.7)", answer([1, 0], 0.5, 0.7), 0.35, 1e-9)
    number(f"{name} of nobody", answer([0, 0, 0], 0.5, 0.7), 0.0, 1e-9)
    level = number(f"{name} of a hundred weeks", answer([1] * 100, 0.5, 0.7), 0.5 / 0.3, 1e-6)
    return Passed(f"It rises to {level:.2f} and stays there: what is added each week is then what wears off.")
