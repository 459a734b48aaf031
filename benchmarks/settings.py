"""The markets that are measured: one core that all peers can play, all of the supermarket, all there is."""

# mypy: disable-error-code="union-attr"

from sim import Campaign, Offer, Plan, Scenario, Segment, load_scenario, over
from sim.category import Category
from sim.clock import OpeningHours
from sim.delays import Delays
from sim.processes.basket import Parameters as Basket
from sim.processes.entry import Parameters as Entry
from sim.scenario import MECHANISMS

PEOPLE, WEEKS = 10_000, 104
PEOPLE_AN_AGENT = 5_000
SILENT_WEEKS = 8  # after so long without an order the firm writes
DISCOUNT = 0.10
BUSINESS = ("sales", "ties", "success", "credit")  # mechanisms of markets where firms are the customers
SHELVES = Basket(  # two staples, a pair that goes together, and a bait
    categories={
        "vegetables": Category(share=0.55, weight=0.6, margin=0.35),
        "meat": Category(share=0.40, weight=1.4, margin=0.25, goes_with={"vegetables": 1.5}),
        "snacks": Category(share=0.30, weight=0.6, margin=0.38, goes_with={"beer": 3.0}),
        "beer": Category(share=0.15, weight=1.3, margin=0.22, goes_with={"snacks": 3.0}),
        "rice": Category(share=0.25, weight=1.2, margin=0.12, cycle_weeks=4),
        "oil": Category(share=0.15, weight=1.0, margin=0.15, cycle_weeks=7),
        "milk powder": Category(share=0.08, weight=3.0, margin=-0.05),
    }
)


def weekly_offers() -> Plan:
    """Write every week to all who have been silent, and offer them something."""
    return Plan(
        campaigns=(Campaign(to=Segment(recency_weeks=over(SILENT_WEEKS)), offer=Offer(discount=DISCOUNT)),)
    )


def everything_at_once() -> Plan:
    """Write weekly offers, and move every other lever of the supermarket as well."""
    return weekly_offers().but(
        pricing={"price": 0.98},
        experience={"quality": 0.2},
        service={"compensation": 5.0, "first": {"spend_52w": {"at_least": 1_000}}},
        bonds={"care": 0.1, "ties": 0.1},
        loyalty={"points": 0.01, "silver_from": 500, "gold_from": 1_500, "perk": 0.5},
        acquisition={"search": 50, "social": 50, "leaflet": 50, "referral_reward": 5},
    )


def core(people: int = PEOPLE, weeks: int = WEEKS) -> Scenario:
    """Keep of the supermarket what an ordinary simulation would have: orders, dropout, tickets, offers.

    Everybody is there from the start and alike in how they answer messages and prices; nobody dozes,
    tires of messages, fills a pantry or remembers a price, and the desk never closes.
    """
    market = everything(people, weeks).only("contact", "service", "pricing")
    email = market.contact.channels["email"].but(fatigue=0.0, opt_out_share=0.0)
    return market.but(
        entry=Entry(),
        shopping=market.shopping.but(doze_share=0.0, rate_spend_correlation=0.0),
        pricing=market.pricing.but(
            sensitivity_spread=0.0, forward_share=0.0, reference_fall=0.0, price_loss=0.0, price_toll=0.0
        ),
        contact=market.contact.but(
            channels={"email": email}, preference_spread=0.0, away_attention=1.0, return_on_click=0.0
        ),
        service=market.service.but(hours=OpeningHours()),
        record=Delays(),
    )


def everything(people: int = PEOPLE, weeks: int = WEEKS) -> Scenario:
    """Give the supermarket as it comes, its desk staffed in proportion to the people."""
    market = load_scenario("supermarket").but(people=people, weeks=weeks)
    agents = max(1, round(people / PEOPLE_AN_AGENT))
    return market.but(service=market.service.but(agents=agents))


def whole(people: int = PEOPLE, weeks: int = WEEKS) -> Scenario:
    """Give the supermarket with every mechanism that a market of free buyers can have."""
    market = everything(people, weeks).but(basket=SHELVES)
    off = [name for name in MECHANISMS if name not in BUSINESS and getattr(market, name) is None]
    return market.also(*off)


def under_contract(name: str, people: int = PEOPLE, weeks: int = WEEKS) -> Scenario:
    """Give a market of contracts, its desk and its sellers in proportion to the people."""
    return load_scenario(name, people).but(weeks=weeks)


def busy_desk(people: int, weeks: int = WEEKS) -> Scenario:
    """Give the supermarket with so many faults that one agent is hardly enough."""
    market = everything(people, weeks)
    busy = market.service.but(fault_share=0.15, handling_minutes=150.0 * 2_000 / people)
    return market.but(service=busy)


def cdnow(people: int = PEOPLE, weeks: int = WEEKS) -> Scenario:
    """Give a market of shopping alone, with the published habits of CDNOW's customers, all there at once."""
    market = load_scenario("cdnow_plain").but(people=people, weeks=weeks)
    return market.but(entry=Entry())
