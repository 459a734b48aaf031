"""Claims about what chapter "practice" teaches: machines, clever prices, tools and quick remedies."""

from __future__ import annotations

import numpy as np

from sim.campaign import Campaign, Offer
from sim.claims.claim import Claim, Untried
from sim.claims.grocer import REGULARS, SILENT_TILL, grocer, suggesting
from sim.claims.lives import earns_more, more_come_again, more_satisfied, worth_more
from sim.claims.reading import altered, change
from sim.clock import MINUTES_A_WEEK
from sim.events import Kind
from sim.experiment import Twin, twin
from sim.market import simulate
from sim.plan import Plan, load_plan
from sim.run import Run
from sim.scenario import Scenario, load_scenario
from sim.segment import Segment, at_least, over

TODAY = Plan()


# -- C01, C04, C34: suggestions ----------------------------------------------------------------------


def pleased(seed: int) -> dict[str, float]:
    """Suggest something to everybody; to those who are known; and where nobody minds what does not fit."""
    shop = grocer()
    indifferent = altered(shop, "basket", annoyance=0.0)
    quiet = simulate(shop, SILENT_TILL, seed)
    return {
        "as it is": more_satisfied(simulate(shop, suggesting(), seed), quiet),
        "if only customers of 12 orders and more are spoken to": more_satisfied(
            simulate(shop, suggesting(to=REGULARS), seed), quiet
        ),
        "if nobody minds what does not fit": more_satisfied(
            simulate(indifferent, suggesting(), seed), simulate(indifferent, SILENT_TILL, seed)
        ),
    }


def larger_orders(seed: int) -> dict[str, float]:
    """Suggest one good with each order; four; and one where suggestions work more strongly."""
    shop = grocer()
    quiet, one, four = (
        simulate(shop, plan, seed) for plan in (SILENT_TILL, suggesting(), suggesting(suggestions=4))
    )
    strong, irresistible = (
        simulate(altered(shop, "basket", appeal=appeal), suggesting(), seed) for appeal in (0.3, 2.0)
    )
    return {
        "as it is": buy_more(one, quiet),
        "if four goods are suggested with each order": buy_more(four, quiet),
        "if suggestions work four times as strongly": buy_more(strong, quiet),
        "if suggestions work 27 times as strongly": buy_more(irresistible, quiet),
    }


def buy_more(with_: Run, without: Run) -> float:
    """Give how much more is paid for an order, in per cent."""
    return change(with_.metrics["average_order"], without.metrics["average_order"])


def machine_and_app(seed: int) -> dict[str, float]:
    """Suggest something at the grocer's till; and give a convenience store an app with points and offers."""
    shop, kiosk = grocer(), load_scenario("convenience_store", people=1_500)
    news = Campaign(channel="app", every=4)
    app = TODAY.but(loyalty={"points": 0.05, "reward": 5}, campaigns=[news])
    treats = app.but(campaigns=[news.but(offer=Offer(discount=0.2))])
    bare, with_app, with_treats = (simulate(kiosk, plan, seed) for plan in (TODAY, app, treats))
    return {
        "as it is": more_satisfied(simulate(shop, suggesting(), seed), simulate(shop, SILENT_TILL, seed)),
        "if the app and repurchase are meant": more_come_again(with_app, bare),
        "if they are meant, and it gives 20 % off every four weeks": more_come_again(with_treats, bare),
    }


# -- C05, C22: prices --------------------------------------------------------------------------------

OFTEN = Segment(orders_52w=at_least(12))
PERSONAL = TODAY.but(surcharge={"markup": 0.20, "to": OFTEN})


def clever_price(seed: int) -> dict[str, float]:
    """Ask regulars for 20 per cent more, as things are and in kinder worlds; and let prices follow demand."""
    market = load_scenario("supermarket", people=2_000).also("surcharge")
    secret, meek = (
        altered(market, "surcharge", notice_share=0.0),
        altered(market, "surcharge", elasticity=0.75),
    )
    usual = simulate(market, TODAY, seed)
    chasing = TODAY.but(pricing={"follow_demand": 0.1})  # per cent of price for a per cent of orders
    return {
        "as it is": earns_more(simulate(market, PERSONAL, seed), usual),
        "if nobody finds out that others pay less": earns_more(simulate(secret, PERSONAL, seed), usual),
        "if those asked for more mind half as much": earns_more(simulate(meek, PERSONAL, seed), usual),
        "if the price follows last week's demand instead": earns_more(simulate(market, chasing, seed), usual),
    }


WAR_FROM, WAR_UNTIL = 26, 52  # weeks


def price_war(seed: int) -> dict[str, float]:
    """Sell for ten per cent less for half a year, before a rival who answers; then go back."""
    street = load_scenario("community_fresh_cn", people=1_000).but(weeks=78).also("rival")
    forgetful = altered(street, "pricing", reference_rise=1.0)
    war = {0: TODAY, WAR_FROM: TODAY.but(pricing={"price": 0.9}), WAR_UNTIL: TODAY}
    peace, fought = simulate(street, TODAY, seed), simulate(street, war, seed)
    forgotten = twin(forgetful, TODAY, war, seed)
    return {
        "as it is": -change(still_buying(fought), still_buying(peace)),
        "if what is earned is counted": -earns_more(fought, peace),
        "if the sales of the war are counted": change(sales_of_the_war(fought), sales_of_the_war(peace)),
        "if people forget low prices at once": -change(
            still_buying(forgotten.after), still_buying(forgotten.before)
        ),
    }


def still_buying(run: Run) -> float:
    """Count the people who order in the half-year after the war."""
    orders = run.events.of(Kind.ORDER)
    return float(len(np.unique(orders.person[orders.minute >= WAR_UNTIL * MINUTES_A_WEEK])))


def sales_of_the_war(run: Run) -> float:
    """Give the revenue of the weeks of the war, in cents."""
    return float(run.accounts.by_week()["revenue"].iloc[WAR_FROM:WAR_UNTIL].sum())


# -- C20, C21, C23: loops, tools and offers ----------------------------------------------------------


def no_loop(seed: int) -> dict[str, float]:
    """Dismiss the agent, so that complaints lie in a box that nobody opens."""
    market = load_scenario("supermarket", people=2_000)
    faulty = altered(market, "service", fault_share=0.08, outspoken_share=0.5)
    patient = altered(market, "service", late_toll=0.01)  # 0.1 a week as it is
    return {
        "as it is": churn_surges(market, seed),
        "if 8 orders of 100 go wrong, not 3": churn_surges(faulty, seed),
        "if waiting in vain takes a tenth of the patience": churn_surges(patient, seed),
    }


def churn_surges(market: Scenario, seed: int) -> float:
    """Give how much higher churn is without anybody at the desk, in per cent."""
    desk = TODAY.but(service={"agents": 1})
    pair = twin(market, desk, desk.but(service={"agents": 0}), seed)
    return change(pair.after.metrics["churn"], pair.before.metrics["churn"])


def tool(seed: int) -> dict[str, float]:
    """Buy a CRM system for a plan that is carried out by hand; then train as well; or find no practice."""
    firm = load_scenario("supermarket", people=2_000).but(rollout={})
    unlearned = altered(firm, "rollout", habit=0.0)
    by_hand = load_plan("relationship").but(campaigns=load_plan("marketing").campaigns)
    bought = by_hand.but(rollout={"system": True})
    trained = by_hand.but(rollout={"system": True, "training": 40})  # USD a week for 1 000 people
    pair, new = twin(firm, by_hand, bought, seed), twin(unlearned, by_hand, bought, seed)
    return {
        "as it is": worth_more(pair.after, pair.before),
        "if people had no practice before": worth_more(new.after, new.before),
        "if profit is counted, bill and all": profit_gained(pair),
        "if people are trained all along": worth_more(simulate(firm, trained, seed), pair.before),
    }


def profit_gained(pair: Twin) -> float:
    """Give the profit that a plan adds, in per cent of the contribution without it."""
    gained = pair.after.metrics["profit"] - pair.before.metrics["profit"]
    return 100 * gained / pair.before.metrics["contribution"]


LAPSING = Segment(recency_weeks=over(4), orders=at_least(4))


def personal_offers(seed: int) -> dict[str, float]:
    """Send offers chosen from member data; and mend the goods, instead."""
    market = load_scenario("supermarket", people=2_000)
    letter = Campaign(to=LAPSING, channel="app", offer=Offer(discount=0.10), every=4)
    offers = TODAY.but(campaigns=[letter], loyalty={"points": 0.01})
    better = TODAY.but(experience={"quality": 0.60})  # USD an order
    plain, offered, mended = (simulate(market, plan, seed) for plan in (TODAY, offers, better))
    return {
        "as it is": more_satisfied(offered, plain),
        "if repurchase is counted": more_come_again(offered, plain),
        "if the goods are made better instead": more_satisfied(mended, plain),
        "if they are, and repurchase is counted": more_come_again(mended, plain),
    }


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "C01",
        "A bank's personal recommendations raise satisfaction.",
        "Mean satisfaction, 0 to 10, of those who are customers after a year in both lives: with a "
        "suggestion by what goes together and by this customer, beside none; in per cent. It is the truth, "
        "no survey.",
        "The community grocer of lesson 6.2, 1 000 people: in the bank's market nothing can be recommended.",
        pleased,
        figure=40,
        remark="A suggestion can sell and annoy here, but not delight, help to choose or save time: the "
        "market can refute that satisfaction always rises, and cannot prove that it never does.",
    ),
    Claim(
        "C04",
        "Cross-selling makes the average order larger.",
        "What is paid for an order, mean of a year: with one suggestion for each order by what goes together "
        "and by this customer, beside none; in per cent.",
        "The community grocer of lesson 6.2, 1 000 people.",
        larger_orders,
        figure=25,
        remark="All hangs on how much a suggestion adds to the wish for a good (appeal in section basket, "
        "0.075 after Lee & Hosanagar 2021); most orders do not take it.",
    ),
    Claim(
        "C05",
        "Dynamic pricing by a machine raises profit.",
        "Contribution of two years, before the rent, with a surcharge of 20 per cent for those who ordered "
        "12 times in a year, beside one price for all; in per cent. Profit itself lies near zero: a per cent "
        "of it could be anything.",
        "Supermarket, 2 000 people, with surcharge.",
        clever_price,
        figure=22,
        remark="How many find out (notice_share) and what they do then is assumed, and the bill comes after "
        "the second year. Lesson 6.1 sets 10 per cent for regulars beside 10 per cent for all, openly, which "
        "earns nearly as much; and a price that follows demand has nothing scarce here to ration.",
    ),
    Claim(
        "C20",
        "Without a feedback loop, churn surges.",
        "Churn, earlier customers silent for the last half of the second year: with a box for complaints "
        "that nobody opens, beside one agent; in per cent of the latter.",
        "Supermarket, 2 000 people.",
        no_loop,
        remark="How far it surges hangs on how often something goes wrong, and on the patience that an "
        "overdue complaint takes week after week (late_toll, assumed in size).",
    ),
    Claim(
        "C21",
        "A CRM tool without a change of process has no effect.",
        "What the customers of the end of two years are worth (customer equity): the same plan with a system "
        "and no training, beside by hand; in per cent. No effect means that it is 0 or less.",
        "Supermarket, 2 000 people, with rollout, and the plan of lesson 6.3.",
        tool,
        figure=0,
        level=True,  # of an effect: what is said is how small it is
        at_most=True,
        remark="Practice multiplies what a tool can do, so the little that people do by habit "
        "(rollout.habit, 0.2) is done by the tool as well: more than nothing, and less than its price. "
        "Within two years training does not pay either; what it does to customers stands in the last line.",
    ),
    Claim(
        "C22",
        "A price war alone sells now, and loses margin and loyalty.",
        "Three things are said, and the claim needs all. People who order in the half-year after half a year "
        "of prices ten per cent lower: how many fewer, in per cent. Then how much less contribution in a "
        "year and a half; then how much more revenue in the weeks of the war.",
        "The community grocer of lesson 3.2, 1 000 people, with a rival who answers.",
        price_war,
        remark="The weakest of the three stands first. It would come out less where low prices are soon "
        "forgotten (reference_rise), or where a rival is driven out, which none here ever is.",
    ),
    Claim(
        "C23",
        "A supermarket's personal offers from member data raise repurchase and satisfaction.",
        "Two things are said, and the claim needs both. Mean satisfaction of those who are customers after "
        "two years in both lives, with offers beside none, in per cent; then, of the customers of four "
        "weeks, how many more come again in the next four.",
        "Supermarket, 2 000 people: 1 % in points, and every four weeks 10 % off for those not seen in four.",
        personal_offers,
        remark="The weaker of the two stands first. Lesson 6.3 reads repurchase as a second order ever, "
        "which nearly everybody places; here it can move. The last lines are what the offers may get the "
        "credit for: goods made better in the same months.",
    ),
    Claim(
        "C34",
        "A bookshop's recommendations raise satisfaction; a coffee house's app raises repurchase.",
        "Two things are said, and the claim needs both. Satisfaction as in C01; then, of the customers of "
        "four weeks, how many more come again in the next four, with an app beside none; both in per cent.",
        "The community grocer of lesson 6.2, 1 000 people; the convenience store, 1 500, with 5 % in points "
        "and news in the app every four weeks.",
        machine_and_app,
        remark="The weaker of the two stands first. Ordering ahead, most of what such an app is for, is not "
        "in the market, and neither is delight at a good find.",
    ),
)
UNTRIED: tuple[Untried, ...] = ()
