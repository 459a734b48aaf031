"""The answer key of chapter 1, foundations: a function a task, called by the check cells of its exercise.

Each works out what is right from the data that the notebook hands it, so that no right number is written
down anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim import clv
from sim.analysis import newcomers
from sim.analysis.eras import ERAS, era
from sim.course.checks import Passed, answered, choice, chosen, kind, number, require, share, works
from sim.course.duel import EQUITY, duel
from sim.course.pairing import paired
from sim.data import Fault
from sim.experiment import Trials, Twin, mean_and_interval
from sim.lead import Lead
from sim.market import simulate
from sim.plan import Plan
from sim.scenario import Scenario
from sim.style import number as shown
from sim.style import people, percent

OPEN, TODAY = "open", "today"
STYLES = (TODAY, "selling", "relationship")
UNHAPPY, LARGE = 6, 5  # an answer to the survey; one in so many clients is large


def corner(answer: Any) -> Passed:
    """Task 1: the system is used, and says nothing worth hearing."""
    wrong = {
        "a": "The system does what it is told, ten times over. Who told it what?",
        "b": "If people did not use it, the number of messages would not have changed.",
        "d": "Patience helps where something grows. Here nobody does anything that could.",
    }
    choice("corner", answer, "c", wrong)
    return Passed("The idea is missing: technology and practice only make louder what a firm says anyway.")


def cac(answer: Any, pair: Twin) -> Passed:
    """Task 2: spending over newcomers."""
    row = newcomers.by_channel(pair.after).T["leaflet"].to_dict()
    mistakes = {
        "this is what a newcomer has brought. What did one cost?": row["value_currency"],
        "turn it round: money by people.": row["newcomers"] / row["spent_currency"],
        "this is the cost of all. Divide it among those who came by it.": row["spent_currency"],
    }
    value = number("cac", answer, row["cost_currency"], 2.0, mistakes)
    return Passed(f"{shown(value)} CNY for each. What they have brought stands in the table above.")


def cac_additional(answer: Any, pair: Twin) -> Passed:
    """Task 2, second part: spending over those who would not have come anyway."""
    row = newcomers.additional(pair).T["leaflet"].to_dict()
    mistakes = {
        "this still counts those who would have come anyway.": row["cost_currency"],
        "this spreads the cost over those who would have come ANYWAY.": row["cost_currency"]
        / max(row["came_anyway_share"], 1e-9),
    }
    value = number("cac_additional", answer, row["additional_cost_currency"], 3.0, mistakes)
    times = value / row["cost_currency"]
    return Passed(
        f"{shown(value)} CNY, {times:.1f} times as much: what the advertising really bought is dearer."
    )


def forecast(answer: Any) -> Passed:
    """Task 3, first part: a forecast has no right or wrong, but must be there."""
    cases = answered("forecast", answer)
    require(
        "forecast", isinstance(cases, Mapping) and len(cases) == 4, "expects one word for each of four cases."
    )
    open_cases = [case for case, word in cases.items() if word not in STYLES]
    require("forecast", not open_cases, f"choose one of {', '.join(STYLES)} for: {', '.join(open_cases)}.")
    return Passed("Written down. Now let the markets answer, and count how many of the four were right.")


def best_style(table: pd.DataFrame, between: pd.Series[float]) -> str:
    """Name the best of three plans by the leads of two over today, and of one over the other; or say open."""
    if table["high"].max() < 0:
        return TODAY
    low = table["low"].to_dict()
    for plan, ahead in (("relationship", between["low"]), ("selling", -between["high"])):
        if low[plan] > 0 and ahead > 0:
            return plan
    return OPEN


def verdict(answer: Any, leads: Mapping[str, Lead]) -> Passed:
    """Task 3: what four years in two markets say, as far as intervals can tell."""
    right, think = {}, {}
    for name, each in leads.items():
        table, between = each.table(every=104), each.between("relationship", "selling").table(every=104)
        for weeks in table.index.levels[1]:  # type: ignore[attr-defined]
            case = f"{name}, {weeks // 52} years"
            rows = table.loc[(slice(None), weeks), :].droplevel(1)
            right[case] = best_style(rows, between.loc[("relationship", weeks)])
            think[case] = "Which of its intervals, against today and against the other plan, contain 0?"
    paired("verdict", answer, right, think)
    return Passed(
        "How often customers come decides whether there is anything to win; time decides what shows of it."
    )


def timed(answer: Any, mass: Plan, market: Scenario) -> Passed:
    """Task 4: reminders that earn more than doing nothing, with fewer messages than the habit."""
    plan = kind("timed", answer, Plan, "a Plan(…)")
    unset = "a channel or a staple is missing: put the values into the marked lines."
    require("timed", bool(plan.campaigns), unset)
    about = [campaign.about for campaign in plan.campaigns]
    require("timed", all(about), "each reminder must be about a staple.")
    think = (
        "Who gets a discount and would have bought anyway? For whom is the reminder too late? Who is reached?"
    )
    gain = duel("timed", plan, Plan(), market, think)
    sent = gain.of("yours", "contacts")
    most = works("timed", lambda: simulate(market, mass, 1)).metrics["contacts"]
    words = f"it sends {shown(sent)} messages a market, the mass mailing {shown(most)}. Write to fewer."
    require("timed", sent <= most, words)
    return Passed(f"{gain.said} more than doing nothing, with {shown(sent)} messages. It needs no discount.")


def care(answer: Any) -> Passed:
    """Task 4, second part: a bond is slow."""
    wrong = {
        "a": "A bond grows over months and shows in who stays. The profit of one year cannot show that.",
        "b": "Always? In this trial it has not paid yet; elsewhere it may never. How would one know?",
        "d": "Each further yuan of care binds less than the one before, and costs as much.",
    }
    choice("care_answer", answer, "c", wrong)
    return Passed(
        "Judge a slow thing slowly, and against people who did not get it. Wang cleaned jars for years."
    )


def ladder(weakest: Any, more_advocates: Any, table: pd.DataFrame) -> Passed:
    """Task 5: where a funnel loses most, and what a change at a rung brings at its end."""
    steps = table["passed"].dropna()
    rung = answered("weakest", weakest)
    require("weakest", rung in steps.index, f"choose one of {', '.join(steps.index)}, in quotes.")
    lost = f'on the way to "{rung}" a share of {steps.get(rung, np.nan):.2f} passes. Do fewer on another?'
    require("weakest", steps[rung] == steps.min(), lost)
    again, regulars, advocates = table["people"][["came again", "regular", "advocate"]]
    mistakes = {
        "this is how many more REGULARS there would be. Not all of them recommend.": again / 10,
        "10 points, not 10 per cent: the share rises by 0.10 of those who came again.": advocates / 10,
    }
    value = number("more_advocates", more_advocates, again / 10 * advocates / regulars, 1.5, mistakes)
    return Passed(
        f"{shown(value)} more, on {advocates:.0f}. The rung that loses most is not always the one to mend: "
        "ask what a point costs there, and what passes on."
    )


def needed(parts: Any, software: Any, wage: float, brings: Mapping[str, float]) -> Passed:
    """Task 6: how many customers a fixed wage needs."""
    for name, answer, firm in (("parts_needed", parts, "parts"), ("software_needed", software, "software")):
        right = wage / brings[firm]
        turned = "turn it round: the wage by what one customer brings."
        require(name, abs(number(name, answer) * right - 1) > 0.05, turned)
        mistakes = {"this is for a week's wage; the customer's sum is for a year.": right / 52}
        number(name, answer, right, 0.02 * right + 0.05, mistakes)
    return Passed(
        f"{float(parts):.1f} accounts there, {float(software):.0f} here, of some 400 visits in a year. "
        "A wage is the same everywhere; what it can keep is not."
    )


def worth(trials: Mapping[str, Trials]) -> pd.DataFrame:
    """Give profit and customer equity together, more than today, by firm and way: for the notebook."""
    rows = {
        (firm, way): mean_and_interval(each.paired("profit", way) + each.paired(EQUITY, way))
        for firm, each in trials.items()
        for way in list(each.plans)[1:]
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["worth", "low", "high"])
    return table.set_index(pd.MultiIndex.from_tuples(rows, names=["firm", "way"]))


def better_way(answer: Any, table: pd.DataFrame) -> Passed:
    """Task 6, second part: a way of selling for a size of customer."""
    firms = table.index.get_level_values("firm").unique()
    right = {firm: str(table.loc[firm, "worth"].idxmax()) for firm in firms}
    think = {firm: "Compare the two rows of this firm in the table above." for firm in firms}
    paired("better_way", answer, right, think)
    return Passed(
        "Where few bring much, a visit pays; where many bring little, only what costs next to nothing each. "
        "Customer equity is a forecast: read the intervals before you hire."
    )


def visit_first(answer: Any, clients: pd.DataFrame) -> Passed:
    """Task 7: whom no desk sees alone."""
    large = clients["spend_52w"].nlargest(len(clients) // LARGE).index
    right = clients.index.isin(large) & (clients["tickets"] >= 1) & (clients["nps"] <= UNHAPPY)
    given = chosen("visit_first", answer, clients.index[right], "clients to visit first")
    money = clients.loc[given, "spend_52w"].sum() / clients["spend_52w"].sum()
    return Passed(
        f"{people(len(given))} with {percent(money)} of the fees. They stand in no table of any desk."
    )


def spoiled(answer: Any) -> Passed:
    """Task 7, second part: the decision that each desk's blindness spoils."""
    think = {
        "sales": "It sees money and contracts. What does it not see of a person?",
        "service": "It sees who complains. What does it not know about them?",
        "research": "It sees answers. Who is not in the table?",
        "management": "It sees sums by quarter. What shows only later?",
    }
    right = {"sales": "a", "service": "b", "research": "c", "management": "d"}
    paired("spoiled", answer, right, think)
    return Passed(
        "Each desk is right about what it sees. One view of the customer is no luxury of computer people."
    )


def carried_out(market: Scenario, plan: Plan, name: str) -> bool:
    """Tell whether a firm of an era can carry out a plan at all."""
    try:
        simulate(era(market, name), plan, 1)  # type: ignore[arg-type]
    except Fault:
        return False
    return True


def first_era(answer: Any, ideas: Mapping[str, Plan], market: Scenario) -> Passed:
    """Task 8: the first era whose channels and data a plan can do with."""
    right = {
        idea: next(name for name in ERAS if carried_out(market, plan, name)) for idea, plan in ideas.items()
    }
    think = dict.fromkeys(
        ideas, "Which channel does it need, and which column of the record chooses the people?"
    )
    paired("first_era", answer, right, think)
    return Passed(
        "What a firm could do hung on what it could see. The wish to ring good customers is much older."
    )


def of_the_1990s(answer: Any, market: Scenario) -> Passed:
    """Task 8, second part: a plan for a firm that has a database, and no e-mail."""
    plan = kind("my_1990s", answer, Plan, "a Plan(…)")
    run = works("my_1990s", lambda: simulate(era(market, "1990s"), plan, 1))
    older = "a firm of the 1980s could do this, too. What does a database add to a telephone?"
    require("my_1990s", not carried_out(market, plan, "1980s"), older)
    sent = run.metrics["contacts"]
    require("my_1990s", sent > 0, "it reaches nobody. Which condition shuts everybody out?")
    return Passed(
        f"It sends {shown(sent)} messages, by telephone or at the till, to people chosen by what they did."
    )


def levers(answer: Any) -> Passed:
    """Task 9: a theory and its lever."""
    right = {
        "transaction cost": "c",
        "social exchange": "a",
        "fairness": "b",
        "resource dependence": "f",
        "weak ties": "e",
        "promises kept": "d",
    }
    think = {
        "transaction cost": "It says: looking for another, and trying it, is a cost.",
        "social exchange": "It says: who receives something unasked wants to give something back.",
        "fairness": "It says: people compare what they get with what others get.",
        "resource dependence": "It says: whoever needs the other more has less power.",
        "weak ties": "It says: news comes from people one hardly knows.",
        "promises kept": "It says: trust grows where what was announced is done.",
    }
    paired("levers", answer, right, think)
    return Passed("Theories are no decoration: each names a lever to move, and what could prove it wrong.")


def deals(loses_most: Any, won: Any, funnel: pd.DataFrame) -> Passed:
    """Task 10: the leakiest stage, and the share of leads that end in a deal."""
    passed = funnel["passed_share"]
    stage = answered("loses_most", loses_most)
    require(
        "loses_most", stage in passed.index, f"choose one of the stages {', '.join(passed.index)}, in quotes."
    )
    words = (
        f'at "{stage}" a share of {passed.get(stage, np.nan):.2f} goes on. Is there a stage where fewer do?'
    )
    require("loses_most", passed[stage] == passed.min(), words)
    ends = funnel.loc[["research", "bid"], ["entered", "went_on"]].to_numpy(float)
    first, last = (
        dict(zip(("entered", "went_on"), ends[0], strict=True)),
        dict(zip(("entered", "went_on"), ends[1], strict=True)),
    )
    mistakes = {
        "this is the share of the BIDS that are won. The question is about all leads.": last["went_on"]
        / last["entered"],
        "this is the share that reaches a bid. How many of them are won?": last["entered"] / first["entered"],
    }
    value = share("won", won, last["went_on"] / first["entered"], mistakes=mistakes)
    return Passed(
        f"{percent(value)} of the leads become a deal. Most are lost early and cheaply; a lost bid is dear."
    )


def selling_better(answer: Any, market: Scenario) -> Passed:
    """Task 10, second part: more profit with the sellers there are."""
    plan = kind("selling_better", answer, Plan, "a Plan(…)")
    sellers = plan.sales.sellers
    have = market.sales.sellers if market.sales else 0
    require(
        "selling_better", sellers is None or sellers <= have, f"it employs {sellers} sellers; {have} at most."
    )
    think = "At which stage do prospects go cold, and what makes them wait? What does each lever cost?"
    gain = duel("selling_better", plan, Plan(), market, think, markets=8)
    return Passed(f"{gain.said} more profit than today, in new markets, and nobody was hired.")


def followed(answer: Any, storm: pd.Series[bool], calm: pd.Series[bool]) -> Passed:
    """Task 11: clients who left only where the star resigned."""
    mistakes = {
        "these are all who are gone in the storm. Some would have gone anyway.": float(storm.sum()),
        "this is the difference of the two sums. Did the same clients leave in both?": float(
            storm.sum() - calm.sum()
        ),
        "these left in the calm, and not in the storm. Turn it round.": float((calm & ~storm).sum()),
    }
    right = float((storm & ~calm).sum())
    mistakes = {words: count for words, count in mistakes.items() if count != right}
    value = number("followed", answer, right, 0.5, mistakes)
    return Passed(f"{value:.0f} clients. They were not the bank's customers; they were their adviser's.")


def recorded(answer: Any, storm: Scenario) -> Passed:
    """Task 11, second part: a plan by which the firm knows what its people know."""
    think = "Some of the relation was the adviser's own. What becomes the firm's, once written down?"
    gain = duel("recorded", answer, Plan(), storm, think, ("profit", EQUITY), markets=5)
    return Passed(
        f"{gain.said} of profit and customer equity: whoever knows the customer keeps the customer."
    )


def worth_it_from(answer: Any, biggest: pd.Series[float]) -> Passed:
    """Task 12: how probable a loss must be for a discount to pay."""
    revenue, contribution = biggest["revenue"], biggest["contribution"]
    mistakes = {
        "this is the discount itself. Set what it costs against what would be lost.": 0.10,
        "you took a tenth of the contribution; the discount is a tenth of what they PAY.": 0.1,
        "this is the share of what they pay that the firm keeps.": contribution / revenue,
    }
    right = 0.10 * revenue / contribution
    value = share("worth_it_from", answer, right, 0.01, mistakes)
    return Passed(
        f"From {percent(value)} on. Ten per cent of the price is far more than ten per cent of the margin."
    )


def lifetime_value(answer: Any) -> Passed:
    """Judge the extension: a function that discounts."""
    name = "lifetime_value"
    require(name, callable(answered(name, answer)), "expects a function; begin with def lifetime_value(…):")
    require(
        name,
        answer([1.0], [0.0], 0.1) not in (None, ...),
        "not answered yet: the function gives nothing back.",
    )
    number(f"{name}([100], [60], 0.1)", answer([100.0], [60.0], 0.1), 40.0, 1e-9)
    number(f"{name} without interest", answer([100.0, 50.0], [60.0, 20.0], 0.0), 70.0, 1e-9)
    revenue, cost = [400.0, 350.0, 500.0], [300.0, 200.0, 450.0]
    right = clv.net_present_value(revenue, cost, 0.08, first_period=0)
    early = {"the first year counts in full: do not discount it.": right / 1.08}
    number(f"{name} of three years", answer(revenue, cost, 0.08), right, 1e-6, early)
    return Passed("V = Σ (Qₜ − Cₜ)(1 + i)⁻ᵗ. The formula is easy; the years to come are not.")
