"""Contracts: the experiments of chapter "loyalty" among users, firms and clients under contract.

`loyalty.py` holds the claims that they try.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.claims.reading import altered, change
from sim.clock import MINUTES_A_WEEK, WEEKS_A_YEAR
from sim.events import Events, Kind
from sim.experiment import Twin, twin
from sim.market import simulate
from sim.metrics import RENEWED
from sim.plan import Plan
from sim.processes.renewal import RUNNING
from sim.run import Run
from sim.scenario import load_scenario
from sim.segment import Segment

REGULAR = {"leave_a": 0.704, "leave_b": 1.182}  # the two cohorts of Fader & Hardie (2007): see `saas`
HIGH_END = {"leave_a": 0.668, "leave_b": 3.806}  # and `manufacturing`
CARED = Plan().but(service={"agents": 2})  # enough for a few thousand users of software (lesson 5.3)
LED = CARED.but(community={"invite": Segment(), "advisers": 10.0, "posts": 3})  # hours for 1 000 people
VISITED = Plan().but(success={"managers": 1})
ADVISED = Plan().but(ties={"document": 1.0}, success={"managers": 1, "first": "largest"})
WEALTHY = 20_000  # USD of fees a year: assets of 2 million

# -- C13: users of a free level ----------------------------------------------------------------------


def free_users(seed: int) -> dict[str, float]:
    """Watch those who are on the free level as the market opens, with more advertisements and with fewer."""
    market = load_scenario("saas", people=3_000)
    usual, many = (simulate(market, plan, seed) for plan in (CARED, CARED.but(freemium={"ads": 400})))
    return {
        "as it is": still_there(usual, WEEKS_A_YEAR),
        "if counted after two years": still_there(usual, 2 * WEEKS_A_YEAR),
        "if counted after three years": still_there(usual, 3 * WEEKS_A_YEAR),
        "if they see 400 advertisements a week, not 100": still_there(many, WEEKS_A_YEAR),
    }


def still_there(run: Run, week: int) -> float:
    """Give how many of 100 free users of the beginning are there in a week, free or paying."""
    signed = run.events.of(Kind.SIGNED)
    free = signed.person[(signed.channel == RUNNING) & (signed.value == 0)]
    return 100 * float((run.truth_at(week)[free] == "awake").mean())


# -- C15, C18: contracts that are renewed ------------------------------------------------------------


def coaches(seed: int) -> dict[str, float]:
    """Invite firms that rent software to a group with coaches; count the terms that end for its members."""
    market = load_scenario("saas", people=2_000).also("community")
    market = altered(market, "renewal", level_shares=(0, 6, 3, 1))  # nobody begins on the free level
    steady = altered(market, "renewal", **HIGH_END)
    alone = altered(steady, "patience", competitor_pull=0.0)
    led = [simulate(each, LED, seed) for each in (market, steady, alone)]
    usual, loyal, left_alone = (renewed(run, entered(run)) for run in led)
    without = renewed(simulate(market, CARED, seed), entered(led[0]))
    return {
        "as it is": usual,
        "if the same customers are in no community": without,
        "if they renew as high-end customers do": loyal,
        "if they renew as high-end customers do and no rival pulls": left_alone,
    }


def entered(run: Run) -> npt.NDArray[np.int64]:
    """Give the minute at which each person entered the group; far away for who never did."""
    came = run.events.of(Kind.ENTERED)
    minute = np.full(run.scenario.people, np.iinfo(np.int64).max)
    minute[came.person] = came.minute
    return minute


def renewed(run: Run, since: npt.NDArray[np.int64]) -> float:
    """Give how many of 100 terms were followed by another, of those that ended after each person's minute."""
    went_on, ended = (terms.where(terms.minute > since[terms.person]) for terms in paid_terms(run))
    return 100 * len(went_on) / (len(went_on) + len(ended))


def paid_terms(run: Run) -> tuple[Events, Events]:
    """Give the contracts with a fee that were renewed, and those that were not."""
    assert run.scenario.renewal
    fees = np.array(run.scenario.renewal.fees)
    signed, ended = run.events.of(Kind.SIGNED), run.events.of(Kind.CANCELLED)
    went_on = signed.where((signed.channel == RENEWED) & (fees[signed.value] > 0))
    return went_on, ended.where(fees[ended.value] > 0)


def success_managers(seed: int) -> dict[str, float]:
    """Let a manager visit the accounts of a maker of parts, and of one whose accounts leave more readily."""
    market = load_scenario("manufacturing")
    loose = altered(market, "renewal", **REGULAR)
    later = simulate(market.but(weeks=2 * WEEKS_A_YEAR), {0: Plan(), WEEKS_A_YEAR: VISITED}, seed)
    went_on, _ = paid_terms(later)
    before, after = np.bincount(went_on.minute // (WEEKS_A_YEAR * MINUTES_A_WEEK), minlength=2)
    return {
        "as it is": renew_more(twin(market, Plan(), VISITED, seed)),
        "if accounts renew as regular customers do": renew_more(twin(loose, Plan(), VISITED, seed)),
        "if renewals are counted and set beside the year before": change(after, before),
    }


def renew_more(pair: Twin) -> float:
    """Give how much higher the renewal rate is, in per cent."""
    return change(pair.after.metrics["renewal_rate"], pair.before.metrics["renewal_rate"])


# -- C19: wealthy clients ----------------------------------------------------------------------------


def wealth(seed: int) -> dict[str, float]:
    """Write down all that is known of a client, and let a specialist look at the plans of the largest."""
    market = load_scenario("bank").but(weeks=WEEKS_A_YEAR + 4)
    rising = altered(market, "renewal", upgrade_share=0.1)
    pair, lively = (twin(each, Plan(), ADVISED, seed) for each in (market, rising))
    return {
        "as it is": more_assets(pair),
        "if they are set beside the year before": grown_assets(pair.after),
        "if 10 % move up a level in a quarter, not 2 %": more_assets(lively),
        "if 10 % move up and they are set beside the year before": grown_assets(lively.after),
    }


def more_assets(pair: Twin) -> float:
    """Give how much more the wealthy entrust after a year of advice than without it, in per cent."""
    return change(assets(pair.after, WEEKS_A_YEAR), assets(pair.before, WEEKS_A_YEAR))


def grown_assets(run: Run) -> float:
    """Give how much more the wealthy entrust after a year than at its beginning, in per cent."""
    return change(assets(run, WEEKS_A_YEAR), assets(run, 0))


def assets(run: Run, week: int) -> float:
    """Give the fees of four weeks of those who pay as the wealthy do: a fixed share of their assets."""
    bills = run.events.of(Kind.ORDER)
    cents = bills.value[bills.minute // (4 * MINUTES_A_WEEK) == week // 4]
    return float(cents[cents >= 100 * WEALTHY * 4 / WEEKS_A_YEAR].sum())
