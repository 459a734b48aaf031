"""Claims about what chapter "foundations" teaches: selling, keeping or winning, being late, data."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.analysis.churn import learn, signals
from sim.campaign import Campaign, Offer
from sim.claims.claim import Claim, Untried
from sim.claims.reading import altered, change
from sim.events import Kind
from sim.experiment import twin
from sim.market import simulate
from sim.plan import Plan, load_plan
from sim.run import Run
from sim.scenario import Scenario, load_scenario
from sim.segment import Segment, at_least, over

TODAY = Plan()

# -- C03: a sales system -----------------------------------------------------------------------------

SYSTEM, PROMISES_KEPT = {"automation": 0.8}, {"follow_up": 1.0}


def sales_system(seed: int) -> dict[str, float]:
    """Let three sellers work for three years without a system, with it, and with promises kept."""
    maker = load_scenario("manufacturing")
    today, system, kept, both = (
        simulate(maker, TODAY.but(sales=sales), seed).metrics["sales_efficiency"]
        for sales in ({}, SYSTEM, PROMISES_KEPT, SYSTEM | PROMISES_KEPT)
    )
    return {
        "as it is": change(system, today),
        "if every promise to call back is kept as well": change(both, today),
        "if every promise is kept, without a system": change(kept, today),
    }


# -- C27: to keep, or to win -------------------------------------------------------------------------

REGULARS = Segment(orders_52w=at_least(12))  # as in the ready-made plan "relationship"
QUIET = Segment(recency_weeks=over(8), spend_52w=at_least(400))  # as in the ready-made plan "win-back"
LETTER = Campaign(channel="sms", every=4, offer=Offer(discount=0.15))  # the same, and that of lesson 6.2
KEEPING = TODAY.but(bonds={"care": 0.12, "care_to": REGULARS, "ties": 0.12, "ties_to": REGULARS})
REMINDING = TODAY.but(campaigns=[LETTER.but(to=QUIET)])
WINNING = TODAY.but(acquisition={"search": 16, "social": 16, "leaflet": 16})  # spends as much as KEEPING
REWARDING = TODAY.but(acquisition={"referral_reward": 5})  # as in "relationship"
SPENDING = ["care", "perks", "messages", "discounts", "advertising", "referrals"]


def keep_or_win(seed: int) -> dict[str, float]:
    """Spend the same on those who are there, and on those who are not; see what comes back."""
    shop = load_scenario("supermarket", people=2_000)
    today, kept, won, reminded, rewarded = (
        simulate(shop, plan, seed) for plan in (TODAY, KEEPING, WINNING, REMINDING, REWARDING)
    )
    later, kept_later, won_later = (
        simulate(shop.but(weeks=208), plan, seed) for plan in (TODAY, KEEPING, WINNING)
    )
    equity = for_a_hundred(kept, today, "customer_equity") - for_a_hundred(won, today, "customer_equity")
    cheapest = for_a_hundred(reminded, today) - for_a_hundred(rewarded, today)
    return {
        "as it is": for_a_hundred(kept, today) - for_a_hundred(won, today),
        "if four years are counted": for_a_hundred(kept_later, later) - for_a_hundred(won_later, later),
        "if what remains of customers is counted as well": equity,
        "if a message to good customers gone quiet is set beside a reward for recommending": cheapest,
    }


def for_a_hundred(run: Run, today: Run, *besides: str) -> float:
    """Give the profit, and what else is counted, that a plan adds for each 100 that it spends."""
    spent = (today.accounts.total() - run.accounts.total())[SPENDING].sum() / 100
    return 100 * sum(run.metrics[name] - today.metrics[name] for name in ("profit", *besides)) / spent


# -- C29: how long customers stay --------------------------------------------------------------------

YEARS = 20
HIGH_END, REGULAR = (0.668, 3.806), (0.704, 1.182)  # chance to leave: Fader & Hardie 2007
ALIKE = (1_493.0, 8_507.0)  # the mean of the first, and hardly a difference


def years_of_custom(seed: int) -> dict[str, float]:
    """Sign yearly contracts with a thousand firms, and see for twenty years how long they are renewed."""
    maker = load_scenario("manufacturing", people=1_000).only()  # contracts, and nothing else
    maker = maker.but(weeks=52 * YEARS, entry={"present_share": 0.0, "entry_weeks": 1.0})
    high_end, regular, alike = (
        beyond_the_rule(altered(maker, "renewal", leave_a=a, leave_b=b), seed)
        for a, b in (HIGH_END, REGULAR, ALIKE)
    )
    return {
        "as it is": high_end,
        "if they differ as a software firm's customers do": regular,
        "if everybody leaves with the same chance": alike,
    }


def beyond_the_rule(market: Scenario, seed: int) -> float:
    """Give how much longer customers stay than the share that leaves after the first year says."""
    signed = np.bincount(simulate(market, TODAY, seed).events.of(Kind.SIGNED).person)
    years = signed[signed > 0]  # yearly contracts of each who signed one
    staying = (years > 1).mean()
    return change(years.mean(), (staying ** np.arange(YEARS)).sum())


# -- C30: too late -----------------------------------------------------------------------------------

THREE_YEARS = 156  # weeks
HARD_PULL = 0.006  # three times the usual


def too_late(seed: int) -> dict[str, float]:
    """Lose customers to a rival for four years, and begin to keep them after three, after two, or at once."""
    shop = load_scenario("supermarket", people=1_000).but(weeks=208)
    shop = altered(shop, "patience", competitor_pull=HARD_PULL)
    idea = load_plan("relationship").but(campaigns=load_plan("marketing").campaigns)
    never, third, second, first = (
        simulate(shop, plans, seed).metrics["customer_equity"]
        for plans in (TODAY, {0: TODAY, THREE_YEARS: idea}, {0: TODAY, 104: idea}, idea)
    )
    return {
        "as it is": change(third, never),
        "if it begins after two years": change(second, never),
        "if it begins at once": change(first, never),
    }


# -- C31: a list made of data, or a list made by lot --------------------------------------------------

BUDGET = 200  # customers who are written to


def blind_or_seeing(seed: int) -> dict[str, float]:
    """Write to 200 customers for half a year, chosen by lot or on the record; see what both lists bring.

    Everybody's life is known with the message and without it, so any list can be judged (`sim.analysis.aim`).
    """
    letter = LETTER.but(first_week=52, until_week=78)
    pair = twin(load_scenario("supermarket", people=2_000), TODAY, TODAY.but(campaigns=[letter]), seed)
    record = pair.before.record(52)
    gain = pair.effect["contribution"].loc[pair.before.hidden_link[record.index]].set_axis(record.index)
    risk = pd.Series(learn(pair.before, 52).predict_proba(signals(record))[:, 1], record.index)
    lists = {
        "as it is": risk * record["spend_52w"],
        "if the data are asked only who falls silent": risk,
        "if the list is of those who spent most": record["spend_52w"],
    }
    by_lot = BUDGET * gain.mean()
    whole = pair.before.accounts.contribution(first_week=52).sum() / 100
    return {
        name: 100 * (gain[score.nlargest(BUDGET).index].sum() - by_lot) / whole
        for name, score in lists.items()
    }


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "C03",
        "A CRM system makes selling more efficient.",
        "Yearly margin of the deals won for each week of a seller, over three years: a sales system does "
        "eight tenths of what it can do at the desk, beside none; in per cent of the latter.",
        "The maker of machine parts of lesson 1.4, 400 firms, three sellers.",
        sales_system,
        figure=35,
        remark="The system gives back hours at the desk. Whether sellers use them to call back is a plan of "
        "its own; that they keep six promises in ten by habit is assumed. A few large deals make the "
        "interval wide.",
    ),
    Claim(
        "C27",
        "To keep customers is more efficient than to win them.",
        "Profit added in two years for each 100 USD spent: on care and own services for regulars, less as "
        "much on search words, social media and leaflets.",
        "The supermarket, 2 000 people, about 10 000 USD either way.",
        keep_or_win,
        unit="points",
        remark="Bonds build slowly, and shield only those who would have left. The last condition sets the "
        "cheapest ways beside each other: both bring much for 100 USD, and there is little of either "
        "to be had.",
    ),
    Claim(
        "C29",
        "One over the share of customers who leave in a year is how many years they stay: a fifth means "
        "five years, a tenth means ten.",
        "Mean number of yearly contracts within twenty years, beside what the rule gives for these twenty "
        "by the share that leaves after the first; in per cent of the latter, so 0 is what is stated.",
        "The maker of machine parts with 1 000 firms under contract and nothing else switched on.",
        years_of_custom,
        figure=0,
        level=True,
        at_most=True,
        remark="Where customers differ, those who would leave go first, and the others stay far longer than "
        "the first year's share says. The rule needs a chance that is the same for all and in every "
        "year.",
    ),
    Claim(
        "C30",
        "A retailer began with CRM so late that it could not be saved.",
        "What the customers of the end of four years are worth (customer equity): a plan to keep them, from "
        "the fourth year on, beside none; in per cent. Too late means that it is 0 or less.",
        "The supermarket of lesson 6.3, 1 000 people, with a rival who pulls three times as hard.",
        too_late,
        figure=0,
        level=True,
        at_most=True,
        remark="Nobody chooses here between a street and the web; the rival stands for whoever was earlier. "
        "A plan needs a year until its bonds hold, so the fourth year alone can hardly show what it does.",
    ),
    Claim(
        "C31",
        "A supermarket that does not analyse its data fails.",
        "Contribution of the second year: 200 customers are written to for half a year, those with most at "
        "stake by a model of the firm's own record, beside 200 by lot; in per cent of what all bring "
        "without a message.",
        "The supermarket of lesson 6.2, 2 000 people.",
        blind_or_seeing,
        remark="Read as “earns less”: no firm goes under in this market. It is one use of data among many, "
        "and by lot stands for the mean of all lots.",
    ),
)
UNTRIED: tuple[Untried, ...] = ()
