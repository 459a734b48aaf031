"""Tradeoffs: figures of two kinds of error at once, and of clusters in a cloud."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim import style
from sim.analysis.matching import match_probabilities, match_quality
from sim.data import Fault
from sim.style import Picture, percent, styled

THRESHOLDS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.99)


def by_threshold(customers: pd.DataFrame, identities: pd.DataFrame) -> pd.DataFrame:
    """Match at several thresholds, and compare each with the truth.

    Returns
    -------
    A row a threshold: `found` (pairs), `wrong` (found, and no pair), `missed` (a pair, and not found),
    `precision` and `recall`.
    """
    table = match_probabilities(customers)
    rows = {}
    for threshold in THRESHOLDS:
        likely = table[table["probability"] > threshold]
        told = match_quality(zip(likely["one"], likely["other"], strict=True), identities)
        rows[threshold] = (
            told.found,
            told.found - told.right,
            told.true - told.right,
            told.precision,
            told.recall,
        )
    columns = ["found", "wrong", "missed", "precision", "recall"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("threshold")


@styled
def tradeoff(table: pd.DataFrame) -> Picture:
    """Show wrong pairs and missed pairs as the threshold rises.

    Parameters
    ----------
    table
        As `by_threshold` gives it.
    """
    style.expect(table, pd.DataFrame, "tradeoff", "a table, as by_threshold(…) gives it")
    if not {"wrong", "missed"} <= set(table):
        raise Fault("tradeoff: expects the table that tradeoff.by_threshold gives.")
    figure = Picture("Line chart", "Two kinds of error, one threshold")
    axes = figure.subplots()
    axes.set(xlabel="threshold: how likely a pair must be", ylabel="pairs of customer numbers")
    for name, color, mark in (("wrong", style.VERMILION, "o"), ("missed", style.BLUE, "s")):
        word = {"wrong": "put together wrongly", "missed": "not found"}[name]
        axes.plot(table.index, table[name], marker=mark, color=color, label=word)
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=-1)
    axes.xaxis.set_major_formatter(style.percents)
    axes.legend(loc="upper center")
    low, high = table.iloc[0], table.iloc[-1]
    figure.read(
        f"At {percent(table.index[0])}: {low['wrong']:.0f} wrong, {low['missed']:.0f} missed. "
        f"At {percent(table.index[-1])}: {high['wrong']:.0f} wrong, {high['missed']:.0f} missed."
    )
    return figure


@styled
def cloud(table: pd.DataFrame, left: pd.Series, right: pd.Series) -> Picture:
    """Show customers by silence and orders, once in the colours of one grouping, once in those of another.

    Parameters
    ----------
    table
        As `sim.analysis.clusters.view` gives it.
    left, right
        Groupings of the same customers; their names are the titles.
    """
    style.expect(table, pd.DataFrame, "cloud", "a table, as clusters.view(…) gives it")
    if not {"silent", "orders"} <= set(table):
        raise Fault("cloud: expects the table that clusters.view gives.")
    figure = Picture("Two scatter plots", "The same customers, coloured twice", height=4.6)
    panels = figure.subplots(1, 2, sharey=True)
    figure.get_layout_engine().set(wspace=0.08)  # type: ignore[union-attr, call-arg]  # of a constrained layout
    jitter = 0.16 * (np.arange(len(table)) * 0.618 % 1 - 0.5)  # whole numbers would lie on lines
    x, y = np.log1p(table["silent"]) + jitter, np.log1p(table["orders"]) + jitter[::-1]
    for axes, groups in zip(panels, (left, right), strict=True):
        for name, color in zip(sorted(groups.dropna().unique()), style.PALETTE, strict=False):
            mine = (groups == name).to_numpy()
            axes.plot(x[mine], y[mine], ".", color=color, markersize=4, label=f"{name}")
        axes.set(title=str(groups.name), xlabel="weeks silent")
        axes.set_xticks(np.log1p([0, 3, 10, 30, 100]), ["0", "3", "10", "30", "100"])
        axes.legend(loc="upper right", markerscale=3)
    panels[0].set_ylabel("orders in the year")
    panels[0].set_yticks(np.log1p([0, 3, 10, 30, 100]), ["0", "3", "10", "30", "100"])
    panels[0].set_ylim(-0.3, 6.6)
    figure.read(f"{len(table):,} customers; left {left.nunique()} groups, right {right.nunique()}.")
    return figure
