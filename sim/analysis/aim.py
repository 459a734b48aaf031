"""Aim (选人): one message, a budget for some of the customers, and scores that say to whom it goes.

    other branches, half of each left alone by lot  ->  pilot  ->  Uplift, a score of its own
    a market lived with the message for everybody, and without  ->  shots  ->  gains, curves

Since everybody's second life is known, any list can be judged: what a list brings is what the message did to
the people on it. That leaves out what they tell others. Who is at risk is one thing, whom a message moves
another (Ascarza 2018, Journal of Marketing Research 55(1)).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim import style
from sim.analysis.churn import learn, outcomes, signals
from sim.campaign import Campaign
from sim.events import Kind
from sim.experiment import collect, mean_and_interval
from sim.fault import Fault
from sim.plan import Plan
from sim.run import Run
from sim.scenario import Scenario
from sim.style import Picture, number, percent, styled

FACTS = ("gain", "silent later", "by lot", "best customers", "longest silent", "churn model", "value at risk")
SIGNALS = ("silence", "rhythm", "orders", "spend", "tenure", "complaints", "answer")
CAPPED = 0.99  # of the customers of a pilot; the largest are cut to this, or a few would decide all
UNSEEN = 101  # first seed of the branches of a pilot: markets on which no list is judged


@dataclass(frozen=True)
class Uplift:
    """What a message is expected to change: a regression of those written to, less one of the others."""

    written: npt.NDArray[np.float64]  # weights, an intercept first
    alone: npt.NDArray[np.float64]
    customers: int  # from how many it learned

    @classmethod
    def learn(cls, pilot: pd.DataFrame) -> Uplift:
        """Learn from a pilot: least squares in each of its two halves.

        Raises
        ------
        Fault
            If a half is too small.
        """
        halves = [pilot[pilot["written"] == flag] for flag in (True, False)]
        if min(map(len, halves)) < 20:
            raise Fault("learn: a pilot needs 20 customers who were written to and 20 who were not.")
        most = float(pilot["contribution"].quantile(CAPPED))
        written, alone = (_fit(half, most) for half in halves)
        return cls(written, alone, len(pilot))

    def expect(self, customers: pd.DataFrame) -> pd.Series[float]:
        """Give the expected change of contribution, in currency, for customers with these signals."""
        return pd.Series(_terms(customers) @ (self.written - self.alone), customers.index, name="uplift")


def _fit(half: pd.DataFrame, most: float) -> npt.NDArray[np.float64]:
    weights = np.linalg.lstsq(_terms(half), np.minimum(half["contribution"].to_numpy(float), most))[0]
    return np.asarray(weights, float)


def _terms(customers: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Give an intercept, silence and spend, and their product: what a message can move needs both."""
    silence, spend = customers["silence"].to_numpy(float), customers["spend"].to_numpy(float)
    return np.column_stack([np.ones(len(customers)), silence, spend, silence * spend])


def pilot(
    market: Scenario, today: Plan, message: Campaign, branches: int, week: int = 52, jobs: int = 1
) -> pd.DataFrame:
    """Try the message in branches of one's own, where a lot leaves half of the customers alone.

    Parameters
    ----------
    message
        Its first week should be `week`.

    Returns
    -------
    A row a customer on record in that week: the `SIGNALS` of the record, `written` (by lot), and the
    `contribution` (currency) since. All of that a firm sees.
    """
    plan = today.but(campaigns=[message.but(holdout=0.5), *today.campaigns])
    seen = collect(market, plan, partial(_piloted, week=week), branches, UNSEEN, jobs)
    table = pd.DataFrame(seen.reshape(-1, seen.shape[-1]), columns=[*SIGNALS, "written", "contribution"])
    return table.dropna().astype({"written": bool}).reset_index(drop=True)


def _piloted(run: Run, week: int) -> npt.NDArray[np.float64]:
    events = run.events
    written, alone = (np.unique(events.of(kind).person) for kind in (Kind.SENT, Kind.HELD_OUT))
    flag = np.full(run.scenario.people, np.nan)
    flag[alone], flag[written] = 0.0, 1.0
    money = run.accounts.contribution(week) / 100
    return np.column_stack([_by_person(run, signals(run.record(week))), flag, money])


@dataclass(frozen=True)
class Shots:
    """Some markets: what each customer's scores were, and what the message did to them in truth.

    By lot stands for the mean of all lots, so that no luck of the draw is taken for a model's merit.
    """

    table: pd.DataFrame  # market, then `FACTS`, then `SIGNALS`: a row a customer

    def but(self, **scores: Uplift | pd.Series[float]) -> Shots:
        """Give the same with further scores, an underscore for each space in a name."""
        new = {
            name.replace("_", " "): score.expect(self.table) if isinstance(score, Uplift) else score
            for name, score in scores.items()
        }
        return Shots(self.table.assign(**new))

    @property
    def scores(self) -> tuple[str, ...]:
        """The names of all scores, the truth last."""
        other = {"market", "silent later", *SIGNALS, "gain"}
        return (*(str(name) for name in self.table if name not in other), "gain")

    def down(self, score: str) -> pd.DataFrame:
        """Go down a score in each market, the highest first; a row a place, a column a market: the gain."""
        if score not in self.scores:
            raise Fault(f'score: there is none named "{score}". There are: {", ".join(self.scores)}.')
        ranked = self._ranked(score)
        place = ranked.groupby("market").cumcount()
        gain = ranked.assign(place=place + 1).pivot(index="place", columns="market", values="gain")
        return gain.dropna().cumsum()  # as far as the smallest market goes

    def _ranked(self, score: str) -> pd.DataFrame:
        """Sort each market by a score; by lot, each place is what a customer is on average."""
        if score == "by lot":
            means = self.table.groupby("market")[["gain", "silent later"]].transform("mean")
            return self.table.assign(**{str(name): means[name] for name in means})
        return self.table.sort_values(["market", score], ascending=[True, False], kind="stable")

    def gains(self, messages: int) -> pd.DataFrame:
        """Spend the same budget by each score.

        Returns
        -------
        A row a score: `silent_later` (of those chosen, who order nothing in the next half year), `gain`
        (contribution, currency a market), `low` and `high` (95 % interval over markets).
        """
        rows = {}
        for score in self.scores:
            chosen = self._ranked(score).groupby("market").head(messages)
            gain = chosen.groupby("market")["gain"].sum()
            rows[score] = (chosen["silent later"].mean(), *mean_and_interval(gain))
        table = pd.DataFrame.from_dict(rows, orient="index", columns=["silent_later", "gain", "low", "high"])
        return table.rename(index={"gain": "the truth"}).rename_axis("score")

    def less(self, messages: int, score: str, other: str) -> tuple[float, float, float]:
        """Give what a score brings more than another at the same budget, with its 95 % interval."""
        ours, others = (self.down(name).to_numpy()[messages - 1] for name in (score, other))
        return mean_and_interval(pd.Series(ours - others))


def shots(
    market: Scenario, today: Plan, message: Campaign, markets: int = 8, week: int = 52, jobs: int = 1
) -> Shots:
    """Let markets live with the message for everybody and without it, and score their customers before."""
    everybody = today.but(campaigns=[message, *today.campaigns])
    before = collect(market, today, partial(_scored, week=week), markets, jobs=jobs)
    after = collect(market, everybody, partial(_money, week=week), markets, jobs=jobs)
    before[:, :, 0] = after - before[:, :, 0]
    table = pd.DataFrame(before.reshape(-1, before.shape[-1]), columns=[*FACTS, *SIGNALS])
    table.insert(0, "market", np.repeat(np.arange(1, markets + 1), market.people))
    return Shots(table.dropna().astype({"silent later": bool}).reset_index(drop=True))


def _money(run: Run, week: int) -> npt.NDArray[np.float64]:
    return np.asarray(run.accounts.contribution(week) / 100, float)


def _scored(run: Run, week: int) -> npt.NDArray[np.float64]:
    """Give contribution since, what came, and all scores of each person; NaN for who is not on record."""
    record = run.record(week)
    known = signals(record)
    risk = learn(run, week).predict_proba(known)[:, 1]
    columns = {
        "silent later": outcomes(run, week)["silent later"].astype(float),
        "by lot": 0.0,
        "best customers": record["spend_52w"],
        "longest silent": record["recency_weeks"],
        "churn model": risk,
        "value at risk": risk * record["spend_52w"],
    }
    seen = pd.DataFrame(columns, index=record.index).join(known)
    return np.column_stack([_money(run, week), _by_person(run, seen)])


def _by_person(run: Run, records: pd.DataFrame) -> npt.NDArray[np.float64]:
    rows = np.full((run.scenario.people, records.shape[1]), np.nan)
    rows[run.hidden_link[records.index].to_numpy()] = records.to_numpy(float)
    return rows


@styled
def gains(shots: Shots, names: Mapping[str, str] | tuple[str, ...], messages: int) -> Picture:
    """Show what a message brings by going down a score, the highest first; a curve a score.

    Parameters
    ----------
    names
        Up to four scores.
    messages
        The budget at which the curves are read.
    """
    style.expect(shots, Shots, "gains", "shots, as aim.shots(…) gives them")
    if not 0 < len(names) <= 5:
        raise Fault(f"gains: expects 1 to 5 scores, was given {len(names)}.")
    figure = Picture("Line chart", "What the same message brings, by who gets it first")
    axes = figure.subplots()
    axes.set(xlabel="customers written to, highest score first", ylabel="gain, currency a market")
    axes.yaxis.set_major_formatter(style.numbers)
    axes.xaxis.set_major_formatter(style.numbers)
    said = []
    for name, pen in zip(names, _pens(), strict=False):
        curve = shots.down(name).mean(axis=1)
        shown = "the truth" if name == "gain" else name
        axes.plot(curve.index, curve, label=shown, **pen)
        said.append(f"{shown} {number(curve.loc[messages])}")
    axes.axvline(messages, color=style.GREY, linewidth=1, linestyle="--")
    style.zero_line(axes)
    axes.legend(loc="lower right")
    share = percent(messages / len(shots.down("by lot")))
    figure.read(f"The first {number(messages)} messages ({share}) bring: {'; '.join(said)}.")
    return figure


def _pens() -> list[dict[str, Any]]:
    colors = (style.GREY, style.ORANGE, style.VERMILION, style.BLUE, style.GREEN)
    return [{"color": color, "linewidth": 2} for color in colors]
