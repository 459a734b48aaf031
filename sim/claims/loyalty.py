"""Claims about what chapter "loyalty" teaches, and the experiments among the members of a shop.

Those among customers under contract stand in `contracts.py`.
"""

from __future__ import annotations

from sim.analysis import club
from sim.claims.claim import Claim, Untried
from sim.claims.contracts import coaches, free_users, success_managers, wealth
from sim.claims.reading import altered, change, points
from sim.experiment import Twin, twin
from sim.market import simulate
from sim.plan import Plan
from sim.scenario import Scenario, load_scenario
from sim.segment import Segment, at_least

PAIR_WEEK, PAIR_WEEKS = 78, 4  # of those who order in weeks 74 to 77, who does in weeks 78 to 81?
SHOP = Plan().but(service={"agents": 1})
BEST = Segment(spend_52w=at_least(1_000))  # USD
SERVICES = {"ties": 0.5}  # USD a customer and week
TIERS = {"silver_from": 400, "gold_from": 1_000}  # USD in 52 weeks


def shop() -> Scenario:
    """Give the supermarket of lesson 5.2: one agent, at 320 USD a week, is enough for 2 000 people."""
    return altered(load_scenario("supermarket", people=2_000), "service", wage=320)


# -- C02: points -------------------------------------------------------------------------------------


def scheme(seed: int) -> dict[str, float]:
    """Begin a programme of points after a year; half a year later, count who orders again."""
    usual, generous = (
        twin(shop(), SHOP, {0: SHOP, 52: SHOP.but(loyalty={"points": share, "reward": 5})}, seed)
        for share in (0.01, 0.05)
    )
    return {
        "as it is": more_order_again(usual),
        "if members are set beside those who did not join": members_less_others(usual),
        "if 5 % come back in points, not 1 %": more_order_again(generous),
        "if those who order again in the next week are counted": more_order_again(usual, weeks=1),
    }


def more_order_again(pair: Twin, weeks: int = PAIR_WEEKS) -> float:
    """Give how many more of 100 customers order again, with a programme less without it."""
    rates = club.again(pair, PAIR_WEEK, weeks).T["all"]
    return points(rates["with"], rates["without"])


def members_less_others(pair: Twin) -> float:
    """Give how many more of 100 members order again than of 100 others, in the market with a programme."""
    rates = club.again(pair, PAIR_WEEK, PAIR_WEEKS)["with"]
    return points(rates["members"], rates["others"])


# -- C17: value-added services -----------------------------------------------------------------------


def services(seed: int) -> dict[str, float]:
    """Give services of the shop's own to its best customers, or to all; also where rivals pull harder."""
    usual = services_worth(shop(), seed)
    pulled = services_worth(altered(shop(), "patience", competitor_pull=0.01), seed)
    return {
        "as it is": usual["best"],
        "if all customers get them": usual["all"],
        "if rivals pull five times as hard": pulled["best"],
        "if rivals pull five times as hard and all customers get them": pulled["all"],
    }


def services_worth(market: Scenario, seed: int) -> dict[str, float]:
    """Give how much more customers are worth at the end, if the best or all get services, in per cent."""
    ways = {"none": {}, "best": SERVICES | {"ties_to": BEST}, "all": SERVICES}
    worth = {
        name: simulate(market, SHOP.but(bonds=way), seed).metrics["customer_equity"]
        for name, way in ways.items()
    }
    return {name: change(worth[name], worth["none"]) for name in ("best", "all")}


# -- C33: tiers --------------------------------------------------------------------------------------


def tiers(seed: int) -> dict[str, float]:
    """Make customers silver and gold, with perks of 0.50 and 1 USD an order, or with titles only."""
    plain, perks, titles = (
        simulate(shop(), SHOP.but(loyalty=levels), seed) for levels in ({}, TIERS | {"perk": 0.5}, TIERS)
    )
    return {
        "as it is": points(plain.metrics["churn"], perks.metrics["churn"]),
        "if repurchase is counted": more_order_again(Twin(plain, perks)),
        "if there are titles without a service": points(plain.metrics["churn"], titles.metrics["churn"]),
    }


# -- the claims --------------------------------------------------------------------------------------

MENDED = "`supermarket`, 2 000 people, one agent at the desk, two years"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "C02",
        "A membership scheme lifts the repurchase rate from 28 % to 52 %.",
        "Of those who order in four weeks, the share who order again in the next four, half a year after "
        "the scheme begins; all customers, with it less without it. From 28 to 52 is 24 points more.",
        f"{MENDED}. From week 52 on 1 % comes back in points, to be used from 5 USD on.",
        scheme,
        figure=24.0,
        unit="points",
        remark="No window and no comparator is stated. Who orders often joins soon, so members would come "
        "again more often than others without any scheme (lesson 5.2). What points do hangs on "
        "`loyalty.pressure` and `loyalty.glow`.",
    ),
    Claim(
        "C13",
        "Of the free users of a video platform, who pay by looking at advertising, only few are retained.",
        "Of those on the free level as the market opens, the share who are still there a year later, on "
        "whatever level. It is told as a weakness: reproduced if no more than that are there.",
        "`saas`, 3 000 people, two agents at the desk; 100 advertisements a week on the free level.",
        free_users,
        figure=45.0,
        unit="points",
        level=True,
        at_most=True,
        remark="No window is stated, and retention without a window is no number: the share falls with "
        "every year. The market is one of software and not of video; what an advertisement takes "
        "from patience (`freemium.toll`) is assumed.",
    ),
    Claim(
        "C15",
        "In a community led by coaches, nearly all renew.",
        "Of the terms of paid contracts that end in three years, after their holder has joined the "
        "community, the share that another term follows.",
        "`saas`, 2 000 people, none beginning on the free level, two agents at the desk, `community` "
        "switched on: everybody is invited, 3 posts a week, 10 hours of coaches a week for 1 000 people.",
        coaches,
        figure=90.0,
        unit="points",
        level=True,
        remark="A level without a comparator: the law of the contracts decides most of it. What coaches did "
        "is the difference from the same customers without a community. Regular customers, as here, "
        "and high-end ones are the two cohorts of Fader & Hardie (2007). Lesson 3.4 tries the claim "
        "where there are no contracts.",
    ),
    Claim(
        "C17",
        "Value-added services raise lifetime value by half.",
        "What the remaining customers are still worth after two years (`customer_equity`), with services "
        "less without them, in per cent.",
        f"{MENDED}. Who spent 1 000 USD in a year gets services of the shop's own, for 0.50 USD a week.",
        services,
        figure=50.0,
        remark="Services bind, so they are worth much only where customers leave for reasons that a bond "
        "can ward off: it hangs on `patience.competitor_pull`, 0.002 a week in this market, and on "
        "`bonds.structural`, whose size is assumed. What services cost is taken off.",
    ),
    Claim(
        "C18",
        "Customer success managers of a leading manufacturer raise contract renewals year on year.",
        "The renewal rate of three years (`renewal_rate`), with a manager less without one, in per cent of "
        "the latter.",
        "`manufacturing`, 400 people, three years; one success manager, who sees an account once a quarter.",
        success_managers,
        figure=35.0,
        remark="Where nine in ten renew there is no room for a third more. Regular customers renew less "
        "often: they are the other cohort of Fader & Hardie (2007). If renewals are counted, "
        "contracts won a year ago add to them, and those lost since are missing.",
    ),
    Claim(
        "C19",
        "Risk control and profiles at a bank let the assets of wealthy clients grow, year by year.",
        "Assets of those who entrust 2 million USD or more, by their fees, after a year of advice; with it "
        "less without it, in per cent.",
        "`bank`, 1 200 people. Advisers write down all that they know of a client (`ties.document`), and "
        "one specialist looks at the plans of the largest clients with them (`success`).",
        wealth,
        figure=20.0,
        remark="Of the two causes the market knows the profile only: it has no risks, and no stock market "
        "that rises and falls. Assets grow as clients bring what lies elsewhere "
        "(`renewal.upgrade_share`), stay, and are won. Beside the year before, all growth counts, "
        "also what would have come without advice.",
    ),
    Claim(
        "C33",
        "Tiers of members with a service of their own raise retention and repurchase markedly.",
        "Earlier customers silent for the last 26 weeks (`churn`), in points: without tiers less with them. "
        "As no size is stated, more than chance is asked for.",
        f"{MENDED}. Silver from 400 USD a year and gold from 1 000, with perks of 0.50 and 1 USD an order.",
        tiers,
        unit="points",
        remark="Whether it is marked, the estimate says and not the verdict. Perks bind "
        "(`loyalty.perk_worth`), to rise pleases for a while (`loyalty.status_points`), and to lose a tier "
        "hurts (`loyalty.demotion_toll`). Profit is another matter: lesson 5.2.",
    ),
)
UNTRIED: tuple[Untried, ...] = ()
