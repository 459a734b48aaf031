"""The page: `docs/validation.md`, put together from the rows, with what to make of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.datasets import has_journey
from sim.validation import comparison, contract, donation, grocer, mailing, unvalidated
from sim.validation.cohort import Floats
from sim.validation.inputs import digest
from sim.validation.measure import LAWS, MEASURES, MONEY, ORDERS, RETURN
from sim.validation.row import FORMS, UNKNOWN, Row, table

FIGURE = "validation.png"
BEST = "with dormancy"
STAMP = "Inputs: "
WHERE = {"in": "in sample", "out": "out of sample", "-": "no sample"}


@dataclass(frozen=True)
class Effort:
    """How much chance is averaged away: seeds of each market, bootstrap draws, tests of an e-mail."""

    cohorts: int = 200
    draws: int = 150
    contracts: int = 200
    mailings: int = 40
    people: int = mailing.PEOPLE
    donations: int = 40
    grocers: int = 40
    jobs: int = 2


@dataclass(frozen=True)
class Findings:
    """All rows of the page, by what they are about."""

    effort: Effort
    customers: dict[str, Row]  # by the name of the measure
    contracts: list[Row]
    mailings: list[Row]
    tests: Floats  # of the e-mail, shape (seeds, 2, 4)
    donations: list[Row]
    grocers: list[Row]  # none where the package with the sample data is not installed

    @classmethod
    def of(cls, effort: Effort) -> Findings:
        """Measure everything: minutes of work."""
        tests = mailing.trials(effort.mailings, effort.jobs, effort.people)
        return cls(
            effort,
            comparison.rows(effort.cohorts, effort.draws, effort.jobs),
            list(contract.rows(effort.contracts, effort.jobs)),
            list(mailing.rows(tests)),
            tests,
            list(donation.rows(effort.donations, effort.jobs)),
            sample_rows(effort),
        )

    def about(self, group: str) -> list[Row]:
        """Give the rows about customers without a contract that belong to a section."""
        return [row for key, row in self.customers.items() if MEASURES[key].group == group]


def sample_rows(effort: Effort) -> list[Row]:
    """Measure the grocer's sample data, if they are installed."""
    return list(grocer.rows(effort.grocers, effort.draws, effort.jobs)) if has_journey() else []


INTRODUCTION = """# How far to believe the market

This page holds the simulated market against real customers. Read it before you carry anything from a
lesson into your firm. `python -m sim.validation` writes it, from the code and the data of the day. Nothing
in the market was changed to make a row come out.

**How to read a row.** The market is run with many seeds (随机种子). Each run gives a cohort (同期群) of as
many customers as the real one, so chance moves it as much as it moved the real one. The brackets hold 95 of
100 cohorts: the sampling interval (抽样区间). If the real value lies in them, the verdict is *inside*. If
not, it is **outside**: chance alone does not explain the gap. Beside the real value stands its own margin,
by bootstrap (自助法) over customers: how far another sample of such people might lie.

- *in* sample (样本内): the market was fitted to these weeks. To be inside is then no merit.
- *out* of sample (样本外): weeks from 40 on have a part in the number, and the fit never saw them. This is
  the test. (Totals by week 52 and later, and of weeks 1–78, hold the known weeks too.)
- Even a perfect market would be outside in 1 of 20 rows. And rows hang together: one cause moves several.
- *inside* is no proof. The wider the brackets, the less it says. They take the parameters as known; as
  these were estimated from the same 2 357 people, honest ones would be a little wider.
"""

CUSTOMERS = """## Customers without a contract: CDNOW

The real ones are 2 357 people who first bought at CDNOW, a web shop for music CDs, early in 1997. All their
orders until June 1998 are known (`datasets/cdnow.md`). Two markets stand beside them. **Plain BG/NBD**
(`cdnow_plain`) has the published parameters and nothing else. **With dormancy** (休眠; `cdnow`), people also
fall asleep and wake by themselves; it was calibrated (校准) on weeks 1–39. Real and simulated orders are
counted by the same functions: by their day, those of one customer and day once.
"""

SECTIONS = {
    LAWS: """### The laws, fitted again

`sim.clv` fits BG/NBD and gamma-gamma to weeks 1–39 of the real customers, and of each simulated cohort. The
published figures are those of Fader, Hardie & Lee (2005).
""",
    ORDERS: """### How many orders

Repeat orders (复购) of all customers together; first orders are not counted.
""",
    MONEY: """### Who brings the money, and for how long

The Gini index (基尼系数) is 0 if all customers spend the same, and near 1 if one spends everything. The top
tenth of one period spends less in the next: part of what made it the top was luck. This is regression to
the mean (均值回归).
""",
    RETURN: """### Who comes back unasked

Counted is who ordered in weeks 40–78. *High-value customers at risk* (高价值风险客户): the top fifth by money
of weeks 1–39, if they did not order in the last 13 of them. *Repeat buyers gone quiet*: two repeat orders or
more, none in the last 13 weeks. *Without a repeat order*: they bought on one day only by week 39.
""",
}

CONTRACTS = """## Customers under contract: two cohorts of subscribers

How many still renew (续约), year after year: Fader & Hardie 2007, Journal of Interactive Marketing 21(1); see
`datasets/renewals.md`. sBG is fitted to years 1–7 and judged on years 8–12. *The market* is a scenario with
`renewal` and nothing else. It should do what the law says, give or take chance; the test is whether the law
holds. The size of the cohorts is not published: 1 000 each is assumed, and with it all margins.
"""

MAILINGS = """## An e-mail, by lot

Does a message do here what it does outside? A public test is Hillstrom's (2008, *The MineThatData e-mail
analytics and data mining challenge*, blog.minethatdata.com). 64 000 customers of a web shop got, by lot, an
e-mail on men's goods, one on women's goods, or none, and were watched for two weeks. 10.6 % visited the site
without an e-mail, 18.3 % and 15.1 % with one. .57 % bought without, 1.25 % and .88 % with one.

The supermarket is given the same test: a third of those chosen are left alone, the holdout (留出对照组). The
brackets of the supermarket are those of its mean over many tests. It is known better than the published
figures, so here the verdict asks whether the supermarket lies inside the margin of the *real* test.

- *Comparable*: the direction; the lot; two weeks; one message without a discount; people with an order in
  the last year.
- *Not comparable*: how often people buy. Who visits a supermarket every other week cannot buy twice as
  often for an e-mail, so the *ratio* must be smaller here. *Silent* customers, without an order for 13
  weeks, are nearer to Hillstrom's, but not alike.
- *Not quite comparable*: visits. The market knows orders and clicks, no visits. Some who click would have
  come anyway, and others come without a click, so clicks are only roughly the visits that were added.
- Hillstrom's figures informed `open_share`, `click_share` and `reminder_lift`; none was fitted to them.
"""

UNVALIDATED = """## Not validated at all

{literature} parameters follow published results in direction, and only roughly in size: *literature* (文献).
{assumed} are guesses: *assumed*. `docs/model.md` has each with its source. No row above tests them, unless
the line says so.
"""

ALSO = """
Nor was any of this held against data:

- the scenarios `supermarket` and `saas` as wholes: their people, prices, desks and demand are chosen;
- how the mechanisms work *together*, such as what a faulty order does to an offer a week later;
- other trades and other times: the real customers here bought CDs in 1997–98, or hold one of two contracts.
"""

ADVICE = """## What to do with this

- Trust the *ways of reasoning*: holdouts, twins, asking who comes back unasked.
- Where a row above is outside, correct your picture in the direction that it names.
- Where there is no row, take a result as a story that could be true, and test it in your own firm.
"""


def page(found: Findings) -> str:
    """Put the page together."""
    return "\n".join(
        [
            INTRODUCTION,
            *_glance(found),
            CUSTOMERS,
            *(f"{text}\n{table(found.about(group))}\n" for group, text in SECTIONS.items()),
            CONTRACTS,
            table(found.contracts) + "\n",
            MAILINGS,
            table(found.mailings) + "\n",
            _one_test(found.tests),
            donation.ABOUT,
            table(found.donations) + "\n",
            donation.likelier(),
            grocer.ABOUT,
            table(found.grocers, "sample data") + "\n" if found.grocers else grocer.ABSENT,
            UNVALIDATED.format(**unvalidated.counted()),
            *unvalidated.lines(),
            ALSO,
            ADVICE,
            *_made_from(found.effort),
        ]
    )


def _glance(found: Findings) -> Iterator[str]:
    """Count the verdicts, and name each measure that the better market misses."""
    rows = list(found.customers.values())
    yield "## At a glance\n"
    yield "| rows inside | in sample | out of sample |\n| --- | --- | --- |"
    for market in comparison.MARKETS:
        yield f"| customers without a contract, {market} | {_inside(rows, market)} |"
    yield f"| customers under contract | {_inside(found.contracts, contract.MARKET)} |"
    yield f"| donors, once a year or not at all | {_inside(found.donations, donation.MARKET)} |"
    yield f"\n![Where each real value lies in the bands of the markets]({FIGURE})\n"
    yield f"**Where the market misses**, even {BEST}:\n"
    yield from _misses([row for row in rows if row.verdict(BEST) == "outside"])
    yield f"\nOut of sample, dormancy mends {_mended(rows)}.\n"


def _inside(rows: list[Row], market: str) -> str:
    cells = []
    for sample in ("in", "out"):
        verdicts = [row.verdict(market) for row in rows if row.sample == sample]
        cells.append(f"{verdicts.count('inside')} of {len(verdicts)}" if verdicts else UNKNOWN)
    return " | ".join(cells)


def _misses(rows: list[Row]) -> Iterator[str]:
    """Write what hangs on the measures that the market misses, and each of them below it."""
    for matter in dict.fromkeys(row.matters for row in rows):
        yield f"- {matter}"
        for row in rows:
            band = row.markets[BEST]
            side = "too low" if band.middle < row.real.middle else "too high"
            real, market = row.shown(row.real.middle), row.with_ends(band)
            if row.matters == matter:
                yield f"  - *{row.name}* is {side} ({WHERE[row.sample]}): {market}; real {real}"


def _mended(rows: list[Row]) -> str:
    plain, *_ = comparison.MARKETS
    out = [row for row in rows if row.sample == "out" and row.verdict(plain) == "outside"]
    mended = [row.name for row in out if row.verdict(BEST) == "inside"]
    return f"{len(mended)} of the {len(out)} misses of {plain}: {', '.join(mended) or 'none'}"


def _one_test(tests: Floats) -> str:
    band, points = mailing.one_test(tests), FORMS["points"]
    agreeing = int((tests[:, 0, 1] > 0).sum())
    return (
        f"The direction agrees on average; of {len(tests)} single tests of that size, {agreeing} found more "
        f"buyers with the e-mail than without. One finds {points(band.middle)} points more, give or take "
        f"chance {points(band.low)} to {points(band.high)}: where people buy often anyway, even 64 000 "
        "customers may not show what a message does.\n"
    )


def _made_from(effort: Effort) -> Iterator[str]:
    yield "---\n"
    yield (
        f"Seeds: {effort.cohorts} cohorts of each market, {effort.contracts} of each contract, "
        f"{effort.mailings} e-mail tests, {effort.donations} of the donors, {effort.grocers} of the grocer; "
        f"{effort.draws} bootstrap draws. Below stands a hash of the "
        "scenarios, mechanisms and models, of this comparison and of the data; a test says when they have "
        "moved on.\n"
    )
    yield f"{STAMP}`{digest()}`\n"
