"""Claims about what chapter "channels" teaches: channels joined, and the right word at the right place."""

from __future__ import annotations

from sim.analysis.suggestion import Timely
from sim.claims.claim import Claim, Untried
from sim.claims.grocer import REGULARS, SILENT_TILL, grocer, suggesting
from sim.claims.lives import earns_more
from sim.claims.reading import altered, change
from sim.experiment import Twin, twin
from sim.market import simulate
from sim.plan import Plan
from sim.run import Run
from sim.scenario import Scenario, load_scenario

# -- C16: one queue for all channels -----------------------------------------------------------------

ONE_QUEUE = Plan()
SILOS = ONE_QUEUE.but(service={"routing": "by_channel"})


def department_store() -> Scenario:
    """Give the store of lesson 3.3: two agents, two channels, and complaints of three hours each."""
    market = load_scenario("supermarket", people=1_500).but(weeks=78)
    channels = {"agents": 2, "wage": 320, "channels": {"phone": 0.6, "chat": 0.4}}
    busy = {"fault_share": 0.08, "handling_minutes": 180, "difficult_times": 4}
    return altered(market, "service", **channels, **busy).also("staff")


def one_queue(seed: int) -> dict[str, float]:
    """Let two agents share all complaints, instead of a channel each."""
    store = department_store()
    calm = altered(store, "service", handling_minutes=60)
    drowning = altered(store, "service", handling_minutes=300)
    return {
        "as it is": content_with_answers(twin(store, SILOS, ONE_QUEUE, seed)),
        "if a complaint takes five hours, not three": content_with_answers(
            twin(drowning, SILOS, ONE_QUEUE, seed)
        ),
        "if a complaint takes one hour, not three": content_with_answers(twin(calm, SILOS, ONE_QUEUE, seed)),
    }


def content_with_answers(pair: Twin) -> float:
    """Give how many more rate the handling of their complaint 4 or 5, in per cent."""
    return change(pair.after.metrics["csat"], pair.before.metrics["csat"])


# -- C24, C32: suggestions to known members, and by what fits ----------------------------------------


def to_the_known(seed: int) -> dict[str, float]:
    """Suggest something to customers known from 12 orders; as much by chance; and to everybody."""
    shop = grocer()
    quiet = simulate(shop, SILENT_TILL, seed)
    known = simulate(shop, suggesting(to=REGULARS), seed)
    chance = simulate(shop, suggesting(to=REGULARS, recommender="random"), seed)
    return {
        "as it is": earns_more(known, quiet),
        "if chance picks the goods": earns_more(chance, quiet),
        "if all are spoken to, known or not": earns_more(simulate(shop, suggesting(), seed), quiet),
    }


def fitting(seed: int) -> dict[str, float]:
    """Suggest what fits the basket and the customer; what is popular; anything; and what runs out."""
    shop = grocer()
    popular, chance, fits, due = (
        simulate(shop, suggesting(recommender=machine), seed)
        for machine in ("popular", "random", "learned", Timely())
    )
    return {
        "as it is": taken_more(fits, popular),
        "if what runs out at home is suggested first": taken_more(due, popular),
        "if what is earned is counted": earns_more(fits, popular),
        "if set beside chance": taken_more(fits, chance),
    }


def taken_more(with_: Run, without: Run) -> float:
    """Give how many more orders have a suggestion in them that was taken, in per cent."""
    return change(with_.metrics["cross_sell_rate"], without.metrics["cross_sell_rate"])


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "C16",
        "Channels joined into one raise satisfaction, and people buy more across channels.",
        "CSAT, the share of answers about complaints that are 4 or 5 of 5, over a year and a half: one queue "
        "for telephone and chat, beside an agent for each, in per cent of the latter.",
        "The supermarket as the department store of lesson 3.3: 1 500 people, 8 faults in 100 orders, two "
        "agents, complaints of three hours.",
        one_queue,
        figure=30,
        remark="What is gained is waiting, so it hangs on how busy the desk is; it was made busy on purpose. "
        "In the ready-made market there is hardly a queue to share. Orders across channels, the other half "
        "of the claim, this market does not know.",
    ),
    Claim(
        "C24",
        "A convenience store that makes suggestions to known members of its own accord does well by it.",
        "Contribution of a year with a suggestion at each order of customers known from 12 orders on, beside "
        "the same shop that suggests nothing, in per cent of the latter.",
        "The community grocer of lesson 6.2, 1 000 people: the convenience store's market does not know what "
        "an order is made of.",
        to_the_known,
        remark="The claim has no figure and no number; what it earns is our reading. How strongly a "
        "suggestion works is taken from one published study of an online shop (appeal in section basket).",
    ),
    Claim(
        "C32",
        "Recommendation that fits the scene converts best.",
        "Orders of a year in which a suggestion is taken: suggested by what is in this basket and what this "
        "customer likes, beside what is popular with everybody; in per cent of the latter.",
        "The community grocer of lesson 6.2, 1 000 people, a suggestion for each order.",
        fitting,
        remark="The scene is the basket at the till. What it is like to be in one, the other half of the "
        "claim, is not in the market.",
    ),
)
UNTRIED: tuple[Untried, ...] = (
    Untried(
        "C14",
        "Cash-back in steps raises conversion by 32 %.",
        "Nobody in the market buys more to reach a step, for what an order is worth does not answer to a "
        "threshold; and points, which come nearest, are a flat rate.",
    ),
)
