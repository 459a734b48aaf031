"""The core market as a SimPy programmer would write it: each customer a generator, each wait an event.

The law and the parameters are those of the kit's core: gamma rates, beta dropout, gamma-gamma amounts,
faults that some complain about, a desk with priorities, weekly offers that interrupt who opens them.
Draws come from `random.Random`, whose scalar draws cost less than those of a NumPy generator.
"""

# mypy: disable-error-code="union-attr"
from collections.abc import Generator
from random import Random

import simpy

from benchmarks.settings import DISCOUNT, SILENT_WEEKS
from sim import Scenario
from sim.clock import MINUTES_A_WEEK
from sim.desk import PLAIN
from sim.post import SEND_MINUTE

Life = Generator[simpy.Event, object, None]
NEVER = float("inf")
Event = tuple[int, int, str, int]  # minute, person, kind, value


class Market:
    """A clock, a log, a desk and what everybody has in common."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario = scenario
        self.env = simpy.Environment()
        self.random = Random(seed)
        self.log: list[Event] = []
        self.desk = simpy.PriorityResource(self.env, scenario.service.agents)
        self.customers = [Customer(self, number) for number in range(scenario.people)]
        self.env.process(self.offer_weekly())

    def offer_weekly(self) -> Life:
        """Each Monday, write to those who may be written to and have been silent."""
        while True:
            silent_since = self.env.now - SILENT_WEEKS * MINUTES_A_WEEK
            for customer in self.customers:
                if customer.consents and customer.last is not None and customer.last < silent_since:
                    self.write_to(customer)
            yield self.env.timeout(MINUTES_A_WEEK)

    def write_to(self, customer: "Customer") -> None:
        """Send a message; some open it, and some of those click and hold an offer for the week."""
        contact, pricing = self.scenario.contact, self.scenario.pricing
        email, random = contact.channels["email"], self.random.random
        sent = int(self.env.now) + SEND_MINUTE
        self.log.append((sent, customer.number, "sent", round(email.cost * 100)))
        if random() >= email.open_share:
            return
        seen = sent + int(random() * 2_880)
        self.log.append((seen, customer.number, "opened", 0))
        if random() < email.click_share * (1 + contact.offer_click * DISCOUNT):
            self.log.append((seen, customer.number, "clicked", 0))
            lift = (1 + contact.reminder_lift) * (1 + pricing.offer_lift * DISCOUNT)
            customer.stir(lift, offer_from=seen)
        else:
            customer.stir(1 + contact.reminder_lift, offer_from=NEVER)


class Customer:
    """One customer: traits, and a life of waiting, ordering, perhaps complaining, perhaps leaving."""

    __slots__ = (
        "consents",
        "dropout",
        "last",
        "lift",
        "lift_ends",
        "market",
        "number",
        "offer_from",
        "outspoken",
        "process",
        "rate",
        "spend_scale",
    )

    def __init__(self, market: Market, number: int) -> None:
        these, random = market.scenario.shopping, market.random
        self.market = market
        self.number = number
        self.rate = random.gammavariate(these.rate_shape, 1 / these.rate_scale) / MINUTES_A_WEEK
        self.dropout = random.betavariate(these.dropout_a, these.dropout_b)
        self.spend_scale = these.spend_scale / random.gammavariate(these.spend_spread, 1.0)
        self.outspoken = random.uniform(0, 2 * market.scenario.service.outspoken_share)
        self.consents = random.random() < market.scenario.contact.channels["email"].consent_share
        self.last: float | None = None  # minute of the last order
        self.lift, self.lift_ends, self.offer_from = 1.0, 0.0, NEVER
        self.process = market.env.process(self.live())

    def live(self) -> Life:
        """Wait for the next order at this week's rate; a message starts the wait afresh."""
        env, random = self.market.env, self.market.random
        while True:
            wait = random.expovariate(self.rate * self.lift)
            try:
                if self.lift > 1 and env.now + wait >= self.lift_ends:
                    yield env.timeout(self.lift_ends - env.now)
                    self.lift, self.offer_from = 1.0, NEVER
                    continue
                yield env.timeout(wait)
            except simpy.Interrupt:
                continue
            self.order()
            if random.random() < self.dropout:
                self.note("left")
                return

    def stir(self, lift: float, offer_from: float) -> None:
        """Raise this week's rate, and let an offer be held from a minute on."""
        self.lift, self.lift_ends, self.offer_from = lift, self.market.env.now + MINUTES_A_WEEK, offer_from
        if self.process.is_alive:
            self.process.interrupt()

    def order(self) -> None:
        """Order something, perhaps at a discount, perhaps faulty."""
        market, random = self.market, self.market.random
        self.last = market.env.now
        cents = max(
            round(random.gammavariate(market.scenario.shopping.spend_shape, self.spend_scale) * 100), 1
        )
        self.note("order", cents)
        if self.last >= self.offer_from:
            self.note("discount", round(cents * DISCOUNT))
        if random.random() < market.scenario.service.fault_share:
            self.note("fault")
            if random.random() < self.outspoken:
                market.env.process(self.complain())

    def complain(self) -> Life:
        """Queue at the desk for an answer and a solution."""
        market, arrived = self.market, self.market.env.now
        self.note("ticket")
        with market.desk.request(priority=PLAIN) as turn:
            yield turn
            self.note("answered", int(market.env.now - arrived))
            yield market.env.timeout(market.random.expovariate(1 / market.scenario.service.handling_minutes))
        self.note("resolved", int(market.env.now - arrived))

    def note(self, kind: str, value: int = 0) -> None:
        self.market.log.append((int(self.market.env.now), self.number, kind, value))


def simulate(scenario: Scenario, seed: int) -> list[Event]:
    """Run the core market and give its log."""
    market = Market(scenario, seed)
    market.env.run(until=scenario.weeks * MINUTES_A_WEEK)
    return market.log
