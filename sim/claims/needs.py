"""The shop whose customers have needs: experiments for the claims of chapter "segmentation".

A supermarket, as in lesson 2.2. Customers want different things of it, some name what they want, and the firm
writes, prices and gives samples by what they have named.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.analysis.response import clicks
from sim.campaign import Campaign, Offer
from sim.claims.reading import altered, change, points
from sim.events import Kind
from sim.market import simulate
from sim.need import NEEDS, NeedName
from sim.plan import Plan
from sim.processes.seeding import SAMPLE
from sim.run import Run
from sim.scenario import Scenario, load_scenario
from sim.segment import Segment, at_least

TODAY = Plan()
ANSWERED = Segment(greenness=at_least(0))  # whoever has told the firm about themselves
COUPON = Campaign(name="one for all", to=ANSWERED, channel="email", every=2, offer=Offer(discount=0.10))
LINES = [COUPON.but(name=need, to=Segment(need=need), fits=need) for need in NEEDS]
ONE_NET, FOUR_LINES = TODAY.but(campaigns=[COUPON]), TODAY.but(campaigns=LINES)
AT_THE_COUNTER = TODAY.but(campaigns=[line.but(channel="store") for line in LINES])


def supermarket(people: int = 2_000) -> Scenario:
    """Give the supermarket of lesson 2.2."""
    return load_scenario("supermarket", people=people).also("needs", "profile")


# -- C06, C07: one coupon for all, or one for each need ------------------------------------------------


def fitted_clicks(seed: int, need: NeedName) -> dict[str, float]:
    """Send each need a coupon made for it, and see how many of one need click what they have opened."""
    shop = supermarket()
    truthful, responsive = altered(shop, "profile", wrong_share=0.0), altered(shop, "needs", fit=5.0)
    return {
        "as it is": clicked(simulate(shop, FOUR_LINES, seed), need),
        "if it is handed over at the counter, not mailed": clicked(
            simulate(shop, AT_THE_COUNTER, seed), need
        ),
        "if nobody names a wrong need": clicked(simulate(truthful, FOUR_LINES, seed), need),
        "if what fits is clicked 5 times as often as a coupon for all, not 1.6": clicked(
            simulate(responsive, FOUR_LINES, seed), need
        ),
    }


def clicked(run: Run, need: NeedName) -> float:
    """Give the clicks for 100 messages opened, of those made for a need."""
    return 100 * clicks(run)["mean"][need]


def precise_feeding(seed: int) -> dict[str, float]:
    """Send the same number of e-mails for four years: one coupon for all, or four that fit."""
    shop = supermarket(people=3_000).but(weeks=208)
    today, net, lines = (simulate(shop, plan, seed) for plan in (TODAY, ONE_NET, FOUR_LINES))
    more = change(gain(lines, today), gain(net, today))
    dearer = change(spent(lines), spent(net))
    return {
        "as it is": more,
        "if the discounts count as money spent": change(1 + more / 100, 1 + dearer / 100),
    }


def gain(run: Run, today: Run) -> float:
    """Give the profit that a plan adds, in currency."""
    return run.metrics["profit"] - today.metrics["profit"]


def spent(run: Run) -> float:
    """Give what messages and discounts cost, in currency."""
    return float(-run.accounts.total()[["messages", "discounts"]].sum() / 100)


# -- C10: the price of green ---------------------------------------------------------------------------


def green_premium(seed: int) -> dict[str, float]:
    """Look what premium those would pay at most who say that green goods matter to them."""
    run = simulate(supermarket(), TODAY, seed)
    said = run.record(run.scenario.weeks)["greenness"].dropna()
    worth = run.truth["green_worth"].loc[run.hidden_link[said.index]].set_axis(said.index)
    return {
        "as it is": 100 * worth[said >= 9].median(),
        "if all who say 6 or more are the segment": 100 * worth[said >= 6].median(),
        "if it is the premium that takes most from them": 100 * best_premium(worth[said >= 9]),
    }


def best_premium(worth: pd.Series[float]) -> float:
    """Give the premium at which premium times buyers is largest."""
    asked = np.sort(worth)
    buyers = np.arange(len(asked), 0, -1)  # those who would pay so much
    return float(asked[np.argmax(asked * buyers)])


# -- C26: the young set the trend ----------------------------------------------------------------------

SAMPLE_WORTH = 3  # USD
YOUNG, ALL = Segment(need="young"), Segment()


def new_shop() -> Scenario:
    """Give the same shop, new in town, with customers who recommend it five times as often as usual."""
    shop = supermarket(people=3_000).also("seeding").but(weeks=52)
    shop = altered(shop, "entry", present_share=0.3, pool_share=1.0)
    return altered(shop, "acquisition", recommend_share=0.02)


def trend_seeders(seed: int) -> dict[str, float]:
    """Give samples every eight weeks to those who name the need "young", or to all on record."""
    shop = new_shop()
    truthful, as_others = altered(shop, "profile", wrong_share=0.0), altered(shop, "seeding", young_lift=0.0)
    return {
        "as it is": young_above_all(shop, seed),
        "if nobody names a wrong need": young_above_all(truthful, seed),
        "if samples make the young talk no more than others": young_above_all(as_others, seed),
    }


def young_above_all(shop: Scenario, seed: int) -> float:
    """Give how many more newcomers a hundred samples bring among the young than among all."""
    none, young, everybody = (
        simulate(shop, TODAY.but(seeding={"sample": worth, "every": 8, "to": whom}), seed)
        for worth, whom in ((0, ALL), (SAMPLE_WORTH, YOUNG), (SAMPLE_WORTH, ALL))
    )
    return points(won_by_a_sample(young, none), won_by_a_sample(everybody, none))


def won_by_a_sample(run: Run, none: Run) -> float:
    """Give the newcomers that came more than without samples, over the samples given."""
    given = run.events.of(Kind.PROVIDED)
    samples = given.value[given.channel == SAMPLE].sum() / (100 * SAMPLE_WORTH)
    return float((run.metrics["newcomers"] - none.metrics["newcomers"]) / samples)
