"""Claims about what chapter "insight" teaches: who is at risk, and what those who leave leave for."""

from __future__ import annotations

import numpy as np

from sim.analysis import court, remedy
from sim.campaign import Campaign, Offer
from sim.claims.claim import Claim, Untried
from sim.claims.reading import altered
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.market import simulate
from sim.plan import Plan
from sim.run import Run
from sim.scenario import load_scenario

ONE_AGENT = Plan().but(service={"agents": 1})

# -- C12: high value at risk -------------------------------------------------------------------------

LISTED, HALF_A_YEAR = 52, 26  # weeks: when the list is drawn up, and how long one looks
TEXT = Campaign(channel="sms", every=4, first_week=LISTED, offer=Offer(discount=0.15))
LETTER = TEXT.but(to=court.at_risk)


def at_risk(seed: int) -> dict[str, float]:
    """Write to the high-value customers whom RFM finds at risk; count who orders, and who would anyway."""
    market = load_scenario("supermarket", people=3_000).but(weeks=LISTED + HALF_A_YEAR)
    alone, written = (simulate(market, plan, seed) for plan in (ONE_AGENT, ONE_AGENT.but(campaigns=[LETTER])))
    case = court.Hearing(written, written, LISTED)
    found, ((of_value, _),) = case.written(), case.groups("top row").values()
    return {
        "as it is": come_back(written, found),
        "if nobody writes to them": come_back(alone, found),
        "if all of high value are counted, at risk or not": come_back(written, of_value),
        "if all of high value are counted, and nobody writes to those at risk": come_back(alone, of_value),
    }


def come_back(run: Run, people: court.People) -> float:
    """Give how many of some people order in the half-year after the list, of 100."""
    orders = run.events.of(Kind.ORDER)
    return 100 * float(np.isin(people, orders.person[orders.minute >= LISTED * MINUTES_A_WEEK]).mean())


# -- C28: what leavers leave for ---------------------------------------------------------------------


def received(seed: int) -> dict[str, float]:
    """Look what patience went on of those who left: with a desk, and with a box for complaints."""
    market = load_scenario("supermarket", people=2_000)
    faulty = altered(market, "service", fault_share=0.08, outspoken_share=0.5)
    box = ONE_AGENT.but(service={"agents": 0})
    return {
        "as it is": blames_service(simulate(market, ONE_AGENT, seed)),
        "if nobody opens the box for complaints": blames_service(simulate(market, box, seed)),
        "if 8 orders of 100 go wrong, not 3": blames_service(simulate(faulty, ONE_AGENT, seed)),
    }


def blames_service(run: Run) -> float:
    """Give the part of service in the accounts of those who left, less goods and price, of 100."""
    part = remedy.causes(run)["patience_share"].reindex(["service", "product", "price"], fill_value=0)
    return 100 * float(part["service"] - part["product"] - part["price"])


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "C12",
        "RFM finds the high-value customers at risk, and three quarters of them are retained.",
        "Of the customers on the list of week 52 (RFM: high value at risk) who get a text with 15 per cent "
        "off every four weeks: the share who order in the half-year after it.",
        "Supermarket, 3 000 people in reach, one agent at the desk; a smaller one than in lesson 4.2.",
        at_risk,
        figure=75,
        level=True,
        remark="A level without a comparison: set each beside the same without a letter. It moves with how "
        "long a silence puts one on the list, and with how many sleep and wake (doze_share, wake_share).",
    ),
    Claim(
        "C28",
        "Those who leave blame how they were received, not quality or price.",
        "What their patience went on, of those who left for good in two years: the share of service, less "
        "those of product and price together, in points of 100.",
        "Supermarket, 2 000 people in reach, one agent at the desk.",
        received,
        unit="points",
        remark="A saying about firms more than about customers: it hangs on whether complaints are answered. "
        "This is what they left for, behind glass; what they would say, some of whom blame the price "
        "whatever it was, is another matter.",
    ),
)
UNTRIED: tuple[Untried, ...] = (
    Untried(
        "C25",
        "A pharmaceutical firm that joins its data reports on compliance 60 % more efficiently.",
        "No firm in the market writes reports to an authority, so there is no work that could be saved.",
    ),
)
