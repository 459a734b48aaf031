"""Claims about what chapter "segmentation" teaches, and the experiments at a till and in a street.

Those in the shop whose customers have needs stand in `needs.py`.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from sim.analysis.daypart import by_daypart
from sim.analysis.targeting import mean_effect
from sim.campaign import Campaign
from sim.claims.claim import Claim, Untried
from sim.claims.needs import fitted_clicks, green_premium, precise_feeding, trend_seeders
from sim.claims.reading import change
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.experiment import Twin, twin
from sim.market import simulate
from sim.need import NeedName
from sim.plan import Plan
from sim.run import Run
from sim.scenario import Scenario, load_scenario
from sim.segment import Segment, at_least

TODAY = Plan()

# -- C08: what is suggested at the till ----------------------------------------------------------------

ALL_KNOWING = {"recommender": "assumed", "hit_share": 1.0}


def cross_selling(seed: int) -> dict[str, float]:
    """Suggest one good at each order: what fits this customer, what all buy, anything, the best there is."""
    shop = load_scenario("community_fresh_cn", people=1_000).but(weeks=52)
    machines = (
        {"recommender": "learned"},
        {"recommender": "popular"},
        {"recommender": "random"},
        ALL_KNOWING,
    )
    learned, popular, chance, best = (
        simulate(shop, TODAY.but(basket={"suggestions": 1, **machine}), seed).metrics["cross_sell_rate"]
        for machine in machines
    )
    return {
        "as it is": change(learned, popular),
        "if chance picked the goods before": change(learned, chance),
        "if the model knew all that can be known": change(best, popular),
    }


# -- C09: three times a week ---------------------------------------------------------------------------

HALF, LATER = 26, 39  # weeks: the first tells who is core, the quarter until the second who comes again
CORE_VISITS = 3  # a week
THANKS = Campaign(to=Segment(orders=at_least(CORE_VISITS * HALF)), channel="store", every=2, first_week=HALF)


def street() -> Scenario:
    """Give the convenience store of lesson 2.2."""
    return load_scenario("convenience_store", people=2_000)


def three_times_a_week(seed: int) -> dict[str, float]:
    """See whether those who came three times a week come again; then thank them, and see what it brings."""
    pair = twin(street(), TODAY, TODAY.but(campaigns=[THANKS]), seed)
    half, later = pair.before.record(HALF), pair.before.record(LATER)
    visits = half["orders"] / half["tenure_weeks"]
    again = (later["recency_weeks"].reindex(half.index) < LATER - HALF).astype(float)
    core = again[visits >= CORE_VISITS].mean()
    return {
        "as it is": change(core, again[visits < CORE_VISITS].mean()),
        "if set beside those who came less than once in two weeks": change(core, again[visits < 0.5].mean()),
        "if it means what thanks to the core bring": more_orders(pair),
    }


def more_orders(pair: Twin) -> float:
    """Give how many more orders the thanked place from then on, in per cent of those without thanks."""
    thanked, orders = np.unique(pair.after.events.of(Kind.SENT).person), pair.before.events.of(Kind.ORDER)
    since = orders.person[orders.minute >= HALF * MINUTES_A_WEEK]
    usual = np.isin(since, thanked).sum() / len(thanked)
    return float(100 * mean_effect(pair, "orders") / usual)


# -- C11: lunch by the offices -------------------------------------------------------------------------


def lunch(seed: int) -> dict[str, float]:
    """Sell a lunch menu at a lower price for a year."""
    usual, three_tenths, four_tenths = (
        lunch_sales(simulate(street(), TODAY.but(place={"bundle": "lunch", "discount": discount}), seed))
        for discount in (0.0, 0.3, 0.4)
    )
    return {
        "as it is": change(three_tenths, usual),
        "if four tenths are taken off, not three": change(four_tenths, usual),
        "if what is paid is counted, not the worth at full price": change(0.7 * three_tenths, usual),
    }


def lunch_sales(run: Run) -> float:
    """Give what was sold at lunch in all places, at full price, in currency."""
    return float(by_daypart(run)["sales_currency"].xs("lunch", level="daypart").sum())


def clicks_what_fits(number: str, need: NeedName, says: str, figure: float) -> Claim:
    """Say of one need how far oftener its people click what is made for them."""
    return Claim(
        number,
        says,
        f"Clicks for 100 e-mails opened in two years, of those who named the need “{need}” and get a coupon "
        "of 10 % made for it.",
        "The supermarket of lesson 2.2, 2 000 people, with needs and profile.",
        partial(fitted_clicks, need=need),
        figure=figure,
        unit="points",
        level=True,
        remark="One coupon for all is clicked by about 15 %, as told. What fits is clicked 1.6 times as "
        "often, the upper end of a field study (Ansari & Mela 2003); it would have to be about five. At "
        "the counter people click anything oftener.",
    )


BUSINESS = "After segmentation, business customers click what they are sent far oftener."
FAMILY = "After segmentation, families click what they are sent most of all."

CLAIMS: tuple[Claim, ...] = (
    clicks_what_fits("C06a", "business", BUSINESS, figure=40),
    clicks_what_fits("C06b", "family", FAMILY, figure=65),
    Claim(
        "C07",
        "Precise segmentation raises the return on marketing money (the lower figure of two).",
        "What four coupons that fit add to the profit of four years, beside what one for all adds, in per "
        "cent of the latter; as many e-mails, the same discount.",
        "The supermarket of lesson 2.2, 3 000 people, with needs and profile.",
        precise_feeding,
        figure=20,
        remark="The same e-mails earn more, since more people use the discount; so most of the gain is "
        "bought. Asking for needs and writing four texts costs nothing here. Four years, as two "
        "leave the ratio too unsure.",
    ),
    Claim(
        "C08",
        "Segmentation raises the cross-sell rate.",
        "Orders of a year with a suggestion accepted: suggested by a model of this basket and customer, "
        "beside what is popular with all; in per cent of the latter.",
        "The community grocer of lesson 6.2, 1 000 people, a suggestion for each order.",
        cross_selling,
        figure=35,
        remark="A model only finds what somebody wants; how strongly a suggestion works is the same for "
        "every machine (appeal in section basket).",
    ),
    Claim(
        "C09",
        "Core members, who come three times a week, buy again far oftener.",
        "Customers who come again in the third quarter of a year, of those with three visits a week or more "
        "in the first half, beside all others; in per cent of the latter.",
        "The convenience store of lesson 2.2, 2 000 people.",
        three_times_a_week,
        figure=35,
        remark="Those who came often come again: it tells people apart, and is nothing that was done for "
        "them. The last condition does something for them.",
    ),
    Claim(
        "C10",
        "The eco-minded pay a premium of half the price.",
        "The premium that one half of them would pay, of those who say 9 or 10 when asked how much, from 0 "
        "to 10, green goods matter to them; in per cent of the price.",
        "The supermarket of lesson 2.2, 2 000 people, with needs and profile.",
        green_premium,
        figure=50,
        level=True,
        remark="What people would pay is taken from studies of what they say (Tully & Winer 2014), which is "
        "more than they do. In lesson 2.2 no premium earns back what green goods cost the shop.",
    ),
    Claim(
        "C11",
        "A lunch bundle for commuters raises lunch sales near offices.",
        "Sales at lunch in a year, at full price, with 30 % off the lunch menu, beside a year without; in "
        "per cent of the latter.",
        "The convenience store of lesson 2.2, 2 000 people.",
        lunch,
        figure=60,
        remark="No discount is stated; this is that of the lesson. Everybody who bought lunch before gets "
        "it as well, and profit falls. The lift is that of ordinary offers (Anderson & Simester "
        "2004).",
    ),
    Claim(
        "C26",
        "Among those of 18 to 24, who set trends, samples convert best.",
        "Newcomers for 100 samples in a year, given to those who name the need “young”, less the same given "
        "to all on record.",
        "The supermarket of lesson 2.2 as new in town, 3 000 people, with needs, profile and seeding.",
        trend_seeders,
        unit="points",
        remark="There is no age here; the need “young” stands for it. That samples make the young talk "
        "twice as much more as others is assumed, so the market could hardly answer otherwise.",
    ),
)
UNTRIED: tuple[Untried, ...] = ()
