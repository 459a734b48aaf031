"""What the figures show, and that all of them keep the house rules."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import matplotlib
import nbformat
import numpy as np
import numpy.testing as npt
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.text import Text
from PIL import Image

from sim import (
    Campaign,
    Fault,
    Offer,
    Plan,
    Scenario,
    Segment,
    clv,
    compare,
    concentration,
    load_scenario,
    over,
    plots,
    rfm,
    series,
    simulate,
    twin,
)
from sim.analysis import churn, clusters, court, dashboard, journey, newcomers, survey, tradeoff
from sim.analysis.closeup import CAUSES, TRACES
from sim.clock import MINUTES_A_WEEK, MINUTES_AN_HOUR
from sim.datasets import load_cdnow, load_renewals
from sim.events import Cause, Kind
from sim.experiment import Trials, Twin
from sim.export import Export
from sim.lead import Lead, lead
from sim.processes.sales import Parameters as Sales
from sim.processes.service import Levers
from sim.run import Run
from sim.style import NEUTRALS, PALETTE, Picture, label_ends, number, percent, signed, spread
from sim.sweep import Dial, Sweep, sweep

PLAN = Plan(
    campaigns=[
        Campaign(to=Segment(recency_weeks=over(4)), channel="sms", offer=Offer(discount=0.3), every=2)
    ],
    service=Levers(agents=1),
)

WINNING = Plan(acquisition={"search": 50, "referral_reward": 5})


def market(people: int = 300, weeks: int = 60) -> Scenario:
    """Give a small supermarket with plenty of faults, so that its one agent has something to do."""
    scenario = load_scenario("supermarket")
    assert scenario.service
    service = scenario.service.but(fault_share=0.3, handling_minutes=240.0, outspoken_share=0.8)
    entry = scenario.entry.but(entry_weeks=min(scenario.entry.entry_weeks, weeks))
    return scenario.but(people=people, weeks=weeks, service=service, entry=entry)


@cache
def pair() -> Twin:
    return twin(market(), Plan(), PLAN, 1)


@cache
def runs() -> dict[str, Run]:
    return {"today": pair().before, "win-back": pair().after}


@cache
def trials(replications: int = 4) -> Trials:
    plans = {"today": Plan(), "win-back": PLAN, "one agent": Plan(service=Levers(agents=1))}
    return compare(market(100, 30), plans, replications)


def crossed() -> Trials:
    """Give plans of two ideas and two means, with amounts as large as in lessons."""
    names = [f"{idea}: {means}" for idea in ("mass mailing", "keep them") for means in ("by hand", "both")]
    rows = [{"plan": "today", "seed": seed, "profit": 0.0} for seed in range(3)]
    rows += [
        {"plan": name, "seed": seed, "profit": 40_000.0 * (place - 1) + 9_000 * seed}
        for place, name in enumerate(names)
        for seed in range(3)
    ]
    return Trials(pd.DataFrame(rows), ("today", *names), "USD")


@cache
def swept() -> Sweep:
    down = Dial(name="cost", parameter="patience.switching_cost", settings={"none": 0.0, "high": 2.0})
    across = Dial(name="orders a week", parameter="shopping.rate_scale", settings={"0.1": 12.0, "0.8": 1.5})
    return sweep(market(100, 30), {"today": Plan(), "win-back": PLAN}, down, across, replications=2)


@cache
def ahead() -> Lead:
    return lead(market(100, 30), {"today": Plan(), "win-back": PLAN, "search": WINNING}, replications=2)


def spend() -> pd.Series[float]:
    return pair().before.record(52)["spend_52w"]


def leaver(run: Run) -> int:
    return int(run.defections["person"].iloc[-1])


def expectations(groups: int = 4) -> pd.DataFrame:
    """Give what `clv.by_frequency` gives."""
    actual = np.arange(groups) * 1.5
    rows = pd.DataFrame({"customers": 900 // (1 + actual), "expected": actual + 0.2, "actual": actual})
    rows = rows.assign(low=actual - 0.1, high=actual + [0.1, 0.3, 0.3, 0.3][:groups])
    return rows.astype({"customers": int}).set_axis([f"{row}" for row in range(groups)])


def seen(looks: int = 6, effect: float = 9.0) -> pd.DataFrame:
    """Give what `sim.looks` gives: an effect that the plain interval sees first, and then the wide one."""
    error = 12 / np.sqrt(np.arange(1, looks + 1))
    table = pd.DataFrame({"difference": effect + 0 * error}, index=8 * np.arange(1, looks + 1))
    for name, edge in (("low", -1.96), ("high", 1.96), ("wide_low", -2.3), ("wide_high", 2.3)):
        table[name] = effect + edge * error
    for name, low in (("naive", "low"), ("verdict", "wide_low")):
        table[name] = np.where(table[low] > 0, "more", "open")
    return table


@cache
def sold() -> Run:
    return simulate(market(400, 40).but(sales=Sales(lead_share=0.03)), Plan(sales={"minimum_score": 20}), 1)


@cache
def following() -> Run:
    return simulate(market(), Plan(pricing={"follow_demand": 0.5}), 1)  # type: ignore[arg-type]


def chances() -> pd.DataFrame:
    """Give what `clv.by_probability` gives, with three outcomes."""
    chance = pd.Series(np.linspace(0, 1, 99), name="alive")
    outcomes = {"ordered again": chance > 0.7, "still there": chance > 0.4, "awake": chance > 0.5}
    return clv.by_probability(chance, outcomes)


def gains(power: int) -> pd.DataFrame:
    score = pd.Series(np.arange(60) % 7) ** power
    return churn.caught(score, pd.Series(np.arange(60) % 3 == 0))


SURVIVORS = load_renewals()["regular"]
REAL = np.cumsum(np.arange(78) % 7)
MANY = REAL * np.linspace(0.9, 1.1, 21)[:, None]

FIGURES: dict[str, Callable[[], Picture]] = {
    "retention of a run": lambda: plots.retention(pair().before),
    "retention of runs": lambda: plots.retention(runs()),
    "money of a run": lambda: plots.money(pair().before),
    "money of runs": lambda: plots.money(runs()),
    "difference in money": lambda: plots.difference(trials(), "profit"),
    "difference in shares": lambda: plots.difference(trials(), "repurchase_rate"),
    "effect on contribution": lambda: plots.effect(pair()),
    "effect on orders": lambda: plots.effect(pair(), "orders"),
    "trends": lambda: plots.trends(pair(), ("today", "win-back")),
    "trends in a narrow figure": lambda: plots.trends(pair(), ("today", "win-back"), width=6.6),
    "queue": lambda: plots.queue(pair().after, 20),
    "patience": lambda: plots.patience(pair().after, leaver(pair().after)),
    "repeat orders of a run": lambda: plots.repeat_orders(REAL, MANY[0]),
    "repeat orders of runs": lambda: plots.repeat_orders(REAL, MANY),
    "forecast": lambda: plots.forecast(expectations(), "in weeks 1–39", "in weeks 40–78"),
    "calibration": lambda: plots.calibration(chances()),
    "caught": lambda: plots.caught(
        {"silence": gains(1), "learned from the past": gains(2)}, "those who left"
    ),
    "renewals": lambda: plots.renewals(SURVIVORS, {"same rate every year": SURVIVORS * 0.9}, known=4),
    "lifelines": lambda: plots.lifelines(load_cdnow(), [167, 325, 1136, 45], 39, later=True),
    "concentration": lambda: plots.concentration({"the only shop": spend()}),
    "concentration of three": lambda: plots.concentration(
        {"a shop": spend(), "another shop with a long name": spend() ** 2, "equals": np.ones(9)}
    ),
    "rfm map": lambda: plots.rfm_map(rfm.score(rfm.of_record(pair().before.record(52)))),
    "shares of tiers": lambda: plots.shares(concentration.tier_summary(spend())),
    "next period": lambda: plots.next_period(concentration.next_period(spend(), spend()[::-1])),
    "tiles of plans": lambda: plots.tiles(crossed()),
    "tiles of markets": lambda: plots.tiles(swept(), "orders"),
    "lead": lambda: plots.lead(ahead()),
    "looks": lambda: plots.looks(seen(12)),
    "shelf": lambda: plots.shelf({"today": pair().before, "follows demand": following()}),
    "pipeline": lambda: plots.pipeline(sold()),
    "exhibits": lambda: plots.exhibits(court.exhibits(hearing())),
    "fates": lambda: plots.fates(court.testimony(market(), Plan(), LETTER, 2)),
    "dashboard": lambda: plots.dashboard(dashboard.indicators(pair().after), list(dashboard.BAD)[7:12]),
    "dashboard of one": lambda: plots.dashboard(dashboard.indicators(pair().after), ["orders"], 56),
    "tradeoff": lambda: plots.tradeoff(tradeoff.by_threshold(*doubles())),
    "cloud": lambda: plots.cloud(table(), clusters.k_means(table(), 3), clusters.by_hand(table())),
    "nps": lambda: plots.nps(survey.by_quarter(pair().before)),
    "journey": lambda: plots.journey(
        {"a complaint": journey.complaints(pair().after), "a message": journey.messages(pair().after)}
    ),
    "costs": lambda: plots.costs(
        newcomers.by_channel(simulate(market(), WINNING, 1))[["cost_currency", "value_currency"]]
    ),
}


LETTER = Campaign(to=court.at_risk, channel="sms", every=4, first_week=52)


@cache
def hearing() -> court.Hearing:
    return court.hearing(market(), Plan(), LETTER, seed=2)


@cache
def doubles() -> tuple[pd.DataFrame, pd.DataFrame]:
    dirty = market(weeks=20).but(stewardship={"duplicate_share": 0.2})
    export = Export.of(simulate(dirty, Plan(), 2))
    return export.tables["customers"], export.truth["identities"]


@cache
def table() -> pd.DataFrame:
    return clusters.view(pair().before, 60)


def short() -> Run:
    return simulate(market(20, 3), Plan(), 1)


def nobody() -> Run:
    return simulate(market(0, 30), Plan(), 1)


def nobody_scored() -> pd.DataFrame:
    return rfm.score(rfm.of_record(nobody().record(30)))


def barren(agents: int = 1) -> Trials:
    """Give trials too short for churn to be known."""
    return compare(market(20, 3), {"today": Plan(), "other": Plan(service=Levers(agents=agents))}, 2)


EMPTY: dict[str, tuple[Callable[[], Picture], str]] = {
    "retention of a short run": (lambda: plots.retention(short()), "nobody to retain"),
    "retention of nobody": (lambda: plots.retention(nobody()), "nobody to retain"),
    "retention, one of two": (
        lambda: plots.retention({"a": short(), "b": pair().before}),
        "a there are none",
    ),
    "money of a short run": (lambda: plots.money(short()), "shorter than 4 weeks"),
    "money of nobody": (lambda: plots.money(nobody()), "Profit of all weeks"),
    "difference of one pair": (lambda: plots.difference(trials(1)), "only pair; an interval needs two"),
    "difference unknown": (lambda: plots.difference(barren(), "churn"), "unknown"),
    "difference of equal plans": (
        lambda: plots.difference(barren(2), "orders"),
        "other: 0 orders on average",
    ),
    "effect of equal plans": (lambda: plots.effect(Twin(short(), short())), "same to everybody"),
    "effect on nobody": (lambda: plots.effect(Twin(nobody(), nobody())), "Of 0 people"),
    "trends of a short run": (lambda: plots.trends(Twin(short(), short())), "No answers to a survey"),
    "trends of nobody": (lambda: plots.trends(Twin(nobody(), nobody())), "Nobody ordered"),
    "queue of nobody": (lambda: plots.queue(nobody(), 3), "No complaint this week"),
    "repeat orders of no week": (lambda: plots.repeat_orders([], []), "nothing to compare"),
    "repeat orders of no run": (lambda: plots.repeat_orders(REAL, np.empty((0, 78))), "nothing to compare"),
    "repeat orders, none": (lambda: plots.repeat_orders([0, 0], [0, 0]), "0 repeat orders"),
    "calibration of nobody": (lambda: plots.calibration(chances().iloc[:0]), "nothing to compare"),
    "caught, none": (
        lambda: plots.caught(
            {"silence": churn.caught(pd.Series([2.0, 1]), pd.Series([False, False]))}, "all"
        ),
        "silence unknown",
    ),
    "lifeline of one": (lambda: plots.lifelines(load_cdnow(), [45], 39), "week 39"),
    "forecast for nobody": (lambda: plots.forecast(expectations(0)), "nothing to compare"),
    "forecast for one customer": (
        lambda: plots.forecast(expectations(1).assign(customers=1, low=np.nan, high=np.nan)),
        "Expected of 1 person afterwards: 0.2 orders; placed: 0",
    ),
    "looks at nothing": (lambda: plots.looks(seen(0)), "no look to show"),
    "one look": (lambda: plots.looks(seen(1)), "sees an effect at none"),
    "repeat orders of a week": (lambda: plots.repeat_orders([3], [[3], [4]]), "By week 1"),
    "concentration of nothing": (lambda: plots.concentration({"a": []}), "Nobody here has spent anything"),
    "concentration of one": (lambda: plots.concentration({"a": [5]}), "Gini 0"),
    "rfm map of nobody": (lambda: plots.rfm_map(nobody_scored()), "0 people"),
    "shares of no group": (lambda: plots.shares(pd.DataFrame({"a_share": []})), "nothing to compare"),
    "pipeline without leads": (
        lambda: plots.pipeline(simulate(market(20, 3).but(sales=Sales(lead_share=0.0)), Plan(), 1)),
        "Of 0 leads 0 were won, unknown of those decided",
    ),
    "next period of nothing": (
        lambda: plots.next_period(concentration.next_period(pd.Series([0.0, 0]), pd.Series([0.0, 0]), 2)),
        "nobody spent anything",
    ),
}
ALL = FIGURES | {name: draw for name, (draw, _) in EMPTY.items()}


@cache
def one(name: str) -> Picture:
    """Give a figure for all tests that only look at it."""
    return ALL[name]()


@cache
def texts(figure: Picture) -> list[Text]:
    """Give all text that can be seen, where it stands."""
    figure.png()  # ticks get their words, and all gets its place, when drawn
    found = [text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text().strip()]
    beyond = [text for axes in figure.axes for text in ticks(axes) if not within(axes, text)]
    return [text for text in found if text not in beyond]


def ticks(axes: Axes) -> list[Text]:
    every = [tick for axis in (axes.xaxis, axes.yaxis) for tick in axis.get_major_ticks()]
    return [label for tick in every for label in (tick.label1, tick.label2)]


def within(axes: Axes, tick: Text) -> bool:
    """Tell whether a tick's label is drawn: matplotlib keeps some beyond the limits."""
    (low, high), place = (axes.get_xlim(), 0) if tick in axes.get_xticklabels() else (axes.get_ylim(), 1)
    return tick.get_visible() and min(low, high) <= tick.get_position()[place] <= max(low, high)


def words(figure: Picture) -> str:
    return " ".join(" ".join(text.get_text() for text in texts(figure)).split()).replace(
        "\N{NO-BREAK SPACE}", " "
    )


def drawn(axes: Axes, count: int) -> list[np.ndarray]:
    return [np.asarray(line.get_ydata(), float) for line in axes.get_lines()[:count]]


def zero_lines(axes: Axes) -> int:
    """Count the lines that run along zero from one side to the other."""
    along = [axes.get_yaxis_transform(), axes.get_xaxis_transform()]
    lines = [line for line in axes.get_lines() if line.get_transform() in along]
    data = [(line.get_ydata(), line.get_xdata())[along.index(line.get_transform())] for line in lines]
    return sum(list(values) == [0, 0] for values in data)  # type: ignore[arg-type]


# -- the house rules -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_every_figure_has_a_title_a_reading_and_a_text_for_those_who_cannot_see_it(name: str) -> None:
    figure = one(name)
    assert len(figure.title) > 10
    assert len(figure.reading) > 10 and figure.reading.endswith(".")
    assert figure.title in figure.alt_text and figure.reading in figure.alt_text
    assert figure.title in words(figure) and figure.reading in words(figure)
    assert repr(figure) == figure.alt_text
    assert "nan" not in words(figure)


@pytest.mark.parametrize("name", ALL)
def test_every_axis_is_named(name: str) -> None:
    figure = one(name)
    for axes in figure.axes:
        below = next(
            other
            for other in figure.axes[::-1]
            if other in (axes, *axes.get_shared_x_axes().get_siblings(axes))
        )
        accounts = figure.axes[:-1] if name == "patience" else []
        assert below.get_xlabel()
        assert axes.get_ylabel() or name.startswith("difference") or axes in (*accounts, figure.axes[-1])


@pytest.mark.parametrize("name", ALL)
def test_all_text_can_be_read_when_projected(name: str) -> None:
    figure = one(name)
    sizes = {text.get_fontsize() for text in texts(figure)}
    assert min(sizes) >= 11
    assert [text.get_text() for text in texts(figure) if text.get_fontsize() < 12] == [
        figure._supxlabel.get_text()  # type: ignore[attr-defined]
    ]


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_cut_off(name: str) -> None:
    figure = one(name)
    width, height = figure.get_size_inches() * figure.dpi
    for text in texts(figure):
        box = Text.get_window_extent(text)
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, text.get_text()


@pytest.mark.parametrize("name", ALL)
def test_no_text_covers_another(name: str) -> None:
    boxes = [(text.get_text(), Text.get_window_extent(text)) for text in texts(one(name))]
    for place, (text, box) in enumerate(boxes):
        hidden = [
            other for other, beneath in boxes[place + 1 :] if box.padded(-2).overlaps(beneath.padded(-2))
        ]
        assert not hidden, (text, hidden)


@pytest.mark.parametrize("name", FIGURES)
def test_all_data_are_drawn_in_the_palette(name: str) -> None:
    allowed = {color.lower() for color in (*PALETTE, *NEUTRALS, "#ffffff")}
    for axes in one(name).axes:
        colors = [line.get_color() for line in axes.get_lines()]
        colors += [patch.get_facecolor() for patch in axes.patches]
        colors += [color for collection in axes.collections for color in collection.get_facecolor()]
        assert colors and {to_hex(color) for color in colors} <= allowed


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_the_same_to_the_last_byte(name: str) -> None:
    first, image = one(name), one(name).png()
    assert image == first.png() == FIGURES[name]().png()
    assert len(image) < 60_000
    opened = Image.open(io.BytesIO(image))
    assert opened.text == {"Description": first.alt_text}  # type: ignore[attr-defined]
    assert opened.size == tuple(round(150 * inches) for inches in first.get_size_inches())
    assert opened.convert("RGB").getpixel((1, 1)) == (255, 255, 255)


def test_what_a_learner_does_to_matplotlib_changes_no_figure() -> None:
    plain = FIGURES["retention of runs"]().png()
    with matplotlib.rc_context(
        {"font.size": 30, "lines.linewidth": 9, "axes.facecolor": "red", "text.color": "red"}
    ):
        before = dict(matplotlib.rcParams)
        assert FIGURES["retention of runs"]().png() == plain
        assert dict(matplotlib.rcParams) == before


def test_a_figure_can_be_kept_in_a_file_for_print(tmp_path: Path) -> None:
    for ending in ("pdf", "svg", "png"):
        path = tmp_path / f"figure.{ending}"
        FIGURES["money of runs"]().savefig(path)
        assert path.stat().st_size > 1_000


CELLS = (
    "import matplotlib.pyplot as plt\nfrom sim import plots\nplt.close(plt.figure())",
    "figure = plots.repeat_orders([1, 2], [1, 3])",
    "figure",
    "print(plt.get_fignums())",
)


def test_a_notebook_shows_a_figure_once_as_an_image_with_its_text(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    nbformat.write(notebook, tmp_path / "cells.ipynb")
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "notebook", "--execute", "--inplace"]
    done = subprocess.run([*command, "cells.ipynb"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    cells = nbformat.read(tmp_path / "cells.ipynb", as_version=4).cells
    assert [len(cell.outputs) for cell in cells] == [0, 0, 1, 1]
    shown, left_open = cells[2].outputs[0], cells[3].outputs[0]
    figure = plots.repeat_orders([1, 2], [1, 3])
    assert sorted(shown.data) == ["image/png", "text/plain"]
    assert shown.data["text/plain"] == figure.alt_text
    assert base64.b64decode(shown.data["image/png"]) == figure.png()
    assert shown.metadata == {"image/png": {"width": 800, "height": 450}}
    assert left_open.text == "[]\n"


# -- what each figure shows ------------------------------------------------------------------------


def test_retention_draws_the_curve_of_each_run() -> None:
    figure = plots.retention(runs())
    lines = drawn(figure.axes[0], 2)
    for line, run in zip(lines, runs().values(), strict=True):
        npt.assert_array_equal(line, series.retention_curve(run)["active"])
    assert "win-back" in words(figure)
    assert percent(lines[0][-1]) in figure.reading


def test_money_draws_sums_of_four_weeks_and_a_zero_line() -> None:
    figure = plots.money(runs())
    upper, lower = figure.axes
    for axes, column in ((upper, "revenue"), (lower, "profit")):
        for line, run in zip(drawn(axes, 2), runs().values(), strict=True):
            npt.assert_array_equal(line, series.money_by_period(run)[column])
        assert column in axes.get_ylabel() and "USD" in axes.get_ylabel()
    assert zero_lines(lower) == 1
    assert upper.get_ylim()[0] == 0
    assert upper.get_shared_x_axes().joined(upper, lower)
    for name, run in runs().items():
        assert f"{name} {number(run.metrics['profit'])} USD" in figure.reading


def test_sums_of_four_weeks_leave_no_cent_out_but_those_of_an_unfinished_period() -> None:
    run = pair().before
    money = series.money_by_period(run)
    assert money["week"].tolist() == list(range(0, 60, 4))
    assert money["profit"].sum() == pytest.approx(run.metrics["profit"])
    longer = series.money_by_period(run, 50)
    assert longer["week"].tolist() == [0]
    assert longer["revenue"].sum() == pytest.approx(run.accounts.by_week()["revenue"][:50].sum() / 100)


def test_trends_draws_four_curves_of_both_lives_and_says_what_changed() -> None:
    figure = plots.trends(pair(), ("today", "win-back"))
    kept, revenue, nps, profit = figure.axes
    for place, run in enumerate(runs().values()):
        money, answers = series.money_by_period(run), series.nps_by_period(run)
        npt.assert_array_equal(drawn(kept, 2)[place], series.retention_curve(run)["active"])
        npt.assert_array_equal(drawn(revenue, 2)[place], money["revenue"])
        npt.assert_array_equal(drawn(profit, 2)[place], money["profit"])
        npt.assert_array_equal(drawn(nps, 2)[place], answers["nps"])
    change = pair().difference()["difference"]
    assert f"{signed(change['profit'])} USD profit" in figure.reading
    assert "today" in words(figure) and "win-back" in words(figure)


def test_nps_by_period_counts_every_answer_once_and_ends_with_the_headline() -> None:
    run = pair().after
    table = series.nps_by_period(run)
    assert table["answers"].sum() == len(run.events.of(Kind.NPS)) > 0
    assert table["nps"].iloc[-1] == run.metrics["nps"]


def test_a_sketch_shows_the_same_figure_at_the_same_size() -> None:
    figure = FIGURES["trends"]()
    quick, careful = (Image.open(io.BytesIO(image)).convert("L") for image in (figure.sketch(), figure.png()))
    assert quick.size == careful.size
    blurred = [np.asarray(image.reduce(30), float) for image in (quick, careful)]
    assert np.abs(blurred[0] - blurred[1]).mean() < 5 < np.asarray(blurred[0]).std()


def test_difference_draws_a_dot_for_each_pair_and_the_mean_with_its_interval() -> None:
    figure = plots.difference(trials(), "profit")
    (axes,) = figure.axes
    means = trials().difference("profit")
    assert zero_lines(axes) == 1
    lines = [np.asarray(line.get_xdata(), float) for line in axes.get_lines()[1:]]
    for row, plan in enumerate(("win-back", "one agent")):
        dots, interval, mean = lines[3 * row : 3 * row + 3]
        npt.assert_array_equal(dots, trials().paired("profit", plan))
        npt.assert_allclose(
            [*mean, *interval], means.loc[plan, ["difference", "low", "high"]].to_numpy(float)
        )
        found = means.loc[plan, "difference"]
        assert f"{plan}: {signed(found)} USD profit on average, between " in figure.reading
    assert "(4 pairs)" in figure.reading
    assert [label.get_text() for label in axes.get_yticklabels()] == ["win-back", "one agent"]
    assert axes.yaxis_inverted(), "the first plan stands on top"


def test_differences_in_shares_are_read_in_percentage_points() -> None:
    figure = plots.difference(trials(), "repurchase_rate")
    (axes,) = figure.axes
    dots = np.asarray(axes.get_lines()[1].get_xdata(), float)
    npt.assert_allclose(dots, 100 * trials().paired("repurchase_rate", "win-back"))
    assert axes.get_xlabel().endswith("percentage points")


def test_effect_counts_everybody_once_and_every_cent() -> None:
    for column in ("contribution", "revenue", "orders"):
        figure = plots.effect(pair(), column)
        counts, sums = ([patch.get_height() for patch in axes.patches] for axes in figure.axes)
        values = pair().effect[column]
        assert sum(counts) == len(values)
        assert counts[len(counts) // 2] == (values == 0).sum()
        assert sums[len(sums) // 2] == 0
        assert sum(sums) == pytest.approx(values.sum())
        assert f"{(values == 0).sum():,} were untouched" in figure.reading
        assert f"{(values > 0).sum():,} brought more ({signed(values[values > 0].sum())})" in figure.reading
        assert f"{(values < 0).sum():,} brought less ({signed(values[values < 0].sum())})" in figure.reading
        assert zero_lines(figure.axes[1]) == 1


def test_effects_are_sorted_by_their_size_in_steps_of_ten() -> None:
    effect = pd.DataFrame({"orders": [0, 0.5, -0.5, 1, 9.99, 10, -1000, 100]})
    sizes = series.effect_by_size(effect, "orders")
    assert sizes.index.tolist() == list(range(-5, 6))
    assert sizes["people"].to_dict() == {
        -5: 1,
        -4: 0,
        -3: 0,
        -2: 0,
        -1: 1,
        0: 1,
        1: 1,
        2: 2,
        3: 1,
        4: 1,
        5: 0,
    }
    npt.assert_allclose(sizes["effect"][[-5, 2, 4]], [-1000, 10.99, 100])


def test_effects_by_end_say_who_stays_and_who_leaves_only_with_the_plan() -> None:
    ends = {"left_a": [True, True, False, False, True], "left_b": [False, True, False, True, False]}
    effect = pd.DataFrame({"orders": [5, 0, 2, -3, 0], **ends})
    found = series.effect_by_end(effect, "orders")
    assert found.to_dict("index") == {
        "kept": {"people": 1, "effect": 5},
        "lost": {"people": 1, "effect": -3},
        "same": {"people": 1, "effect": 2},
    }


def busiest(run: Run) -> int:
    weeks = series.broken_promises(run) // MINUTES_A_WEEK
    return int(np.bincount(weeks).argmax())


def test_the_queue_holds_every_complaint_from_its_arrival_to_its_solution() -> None:
    run = pair().after
    events, week = run.events, busiest(run)
    desk = series.queue_by_minute(run, week)
    assert len(desk) == MINUTES_A_WEEK
    for minute in (week * MINUTES_A_WEEK, week * MINUTES_A_WEEK + 3_000, (week + 1) * MINUTES_A_WEEK - 1):
        came, answered, solved = (
            int((events.of(kind).minute <= minute).sum())
            for kind in (Kind.TICKET, Kind.ANSWERED, Kind.RESOLVED)
        )
        row = desk[desk["minute"] == minute].iloc[0]
        assert (row["waiting"], row["in_hand"]) == (came - answered, answered - solved)
    assert (desk["waiting"] >= 0).all() and desk["waiting"].max() > 1
    assert desk["in_hand"].between(0, 1).all(), "there is one agent"


def test_the_queue_figure_shades_the_open_hours_and_marks_what_came_late() -> None:
    run = pair().after
    week = busiest(run)
    figure = plots.queue(run, week)
    (axes,) = figure.axes
    assert run.scenario.service
    hours = run.scenario.service.hours
    spans = [(patch.get_x(), patch.get_width()) for patch in axes.patches]
    npt.assert_allclose(
        spans,
        [
            (day + hours.from_hour / 24, (hours.until_hour - hours.from_hour) / 24)
            for day in range(hours.days)
        ],
    )
    broken = series.broken_promises(run)
    here = broken[broken // MINUTES_A_WEEK == week]
    crosses = axes.get_lines()[0]
    assert len(crosses.get_xdata()) == len(here) > 1  # type: ignore[arg-type]
    assert f"without an answer for 2 open hours: {len(here)}." in figure.reading
    tops = [collection.get_datalim(axes.transData).y1 for collection in axes.collections]
    desk = series.queue_by_minute(run, week)
    assert max(tops) == (desk["waiting"] + desk["in_hand"]).max()
    assert {"desk open", "in hand", "waiting"} <= {text.get_text() for text in axes.get_legend().get_texts()}  # type: ignore[union-attr]


def test_broken_promises_are_those_that_the_service_level_counts() -> None:
    run = pair().after
    assert run.scenario.service
    answers = run.events.of(Kind.ANSWERED)
    met = int((answers.value <= run.scenario.service.answer_target * MINUTES_AN_HOUR).sum())
    broken = series.broken_promises(run)
    assert run.metrics["sla_answer"] == pytest.approx(met / (met + len(broken)))
    assert (np.diff(broken) >= 0).all()
    assert not len(series.broken_promises(simulate(market(50, 10).only(), Plan(), 1)))


def test_patience_draws_the_account_of_each_leaving() -> None:
    run = pair().after
    for person in run.defections["person"].unique()[:12]:
        figure = plots.patience(run, person)
        ends = run.defections[run.defections["person"] == person]
        *bars, timeline = figure.axes
        assert len(bars) == len(ends)
        for axes, (_, row) in zip(bars, ends.iterrows(), strict=True):
            shares = {to_hex(patch.get_facecolor()).upper(): patch.get_width() for patch in axes.patches}
            wanted = {
                color: row[cause.name.lower()]
                for cause, color in CAUSES.items()
                if row[cause.name.lower()] > 0
            }
            assert shares == pytest.approx(wanted)
            assert sum(shares.values()) == pytest.approx(1)
            named = {text.get_text().split("\n")[0] for text in axes.texts}
            assert named == {cause.name.lower() for cause in Cause if row[cause.name.lower()] > 0}
        assert [label.get_text() for label in timeline.get_yticklabels()] == list(TRACES)


def test_the_timeline_shows_what_a_person_lived_through_until_they_left() -> None:
    run = pair().after
    person = leaver(run)
    timeline = plots.patience(run, person).axes[-1]
    events = run.events.where(run.events.person == person)
    end = events.of(Kind.LEFT).minute[-1]
    for (kind, _), row in zip(TRACES.values(), timeline.collections, strict=True):
        minutes = events.of(kind).minute
        npt.assert_allclose(row.get_positions(), minutes[minutes <= end] / MINUTES_A_WEEK)  # type: ignore[attr-defined]
    assert timeline.get_lines()[-1].get_xdata()[0] == end / MINUTES_A_WEEK  # type: ignore[index]


def test_labels_of_an_account_never_overlap() -> None:
    run = pair().after
    richest = (run.defections[[cause.name.lower() for cause in Cause]] > 0).sum(axis=1).idxmax()
    figure = plots.patience(run, run.defections.loc[richest, "person"])  # type: ignore[arg-type]
    figure.png()
    boxes = [Text.get_window_extent(text) for text in figure.axes[0].texts]
    assert len(boxes) >= 4
    assert not any(box.overlaps(other) for box in boxes for other in boxes if box is not other)


def test_repeat_orders_draws_real_totals_beside_the_median_and_the_border_of_the_fit() -> None:
    figure = plots.repeat_orders(REAL, MANY, calibrated_until=39)
    (axes,) = figure.axes
    real, middle = drawn(axes, 2)
    npt.assert_array_equal(real, REAL)
    npt.assert_allclose(middle, np.median(MANY, axis=0))
    npt.assert_array_equal(axes.get_lines()[0].get_xdata(), np.arange(1, 79))
    assert list(axes.get_lines()[2].get_xdata()) == [39, 39]  # type: ignore[arg-type]
    low, _, high = series.band(MANY)
    (band,) = axes.collections
    assert band.get_datalim(axes.transData).y1 == pytest.approx(high.max())
    assert number(low[-1]) in figure.reading and number(high[-1]) in figure.reading
    assert len(plots.repeat_orders(REAL, REAL, calibrated_until=None).axes[0].get_lines()) == 2
    assert ", 0 %." in plots.repeat_orders(REAL, REAL).reading


def test_looks_marks_where_each_interval_sees_an_effect_first() -> None:
    table = seen(12)
    figure = plots.looks(table)
    counts = [len(line) for line in drawn(figure.axes[0], 4)[1:]]
    naive, wide = ((table[name] != "open").sum() for name in ("naive", "verdict"))
    assert counts == [12 - naive, naive - wide, wide]
    weeks = [table.index[table[name] != "open"][0] for name in ("naive", "verdict")]
    assert f"an effect at {naive}, first in week {weeks[0]}" in figure.reading
    assert f"all looks at {wide}, first in week {weeks[1]}" in figure.reading


def test_forecast_draws_what_came_with_its_interval_beside_what_was_expected() -> None:
    table = expectations()
    figure = plots.forecast(table, "in weeks 1–39", "in weeks 40–78")
    (axes,) = figure.axes
    actual, expected = drawn(axes, 2)
    npt.assert_array_equal(actual, table["actual"])
    npt.assert_array_equal(expected, table["expected"])
    segments = axes.collections[0].get_segments()  # type: ignore[attr-defined]
    assert [segment[1, 1] for segment in segments] == table["high"].tolist()
    assert "0 (900)" in words(figure) and "orders a customer in weeks 40–78" in words(figure)
    total = table["customers"] @ table["expected"]
    assert number(total) in figure.reading
    assert "In 3 of 4 groups" in figure.reading  # in the first the interval is narrower than the gap


def test_a_band_holds_its_share_of_the_paths() -> None:
    low, middle, high = series.band(np.arange(101.0)[:, None])
    npt.assert_allclose([*low, *middle, *high], [5, 50, 95])


# -- nothing to show, or the wrong thing -----------------------------------------------------------


@pytest.mark.parametrize("name", EMPTY)
def test_where_there_is_nothing_to_show_the_figure_says_so(name: str) -> None:
    assert EMPTY[name][1] in words(one(name))


WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "no run": (lambda: plots.retention({}), "a run, or runs by name"),
    "another thing": (lambda: plots.money([1]), "was given list"),  # type: ignore[arg-type]
    "another thing by name": (lambda: plots.money({"a": 1}), "was given int"),  # type: ignore[dict-item]
    "too many runs": (lambda: plots.retention(dict.fromkeys("abcdefghi", short())), "up to 7"),
    "two currencies": (
        lambda: plots.money({"a": short(), "b": simulate(market(5, 3).but(currency="EUR"), Plan(), 1)}),
        "EUR and USD",
    ),
    "one plan": (
        lambda: plots.difference(compare(market(5, 3), {"only": Plan()}, 1)),
        'was given only "only"',
    ),
    "no such metric": (lambda: plots.difference(trials(), "joy"), "joy"),
    "no trials": (lambda: plots.difference(short()), "compare"),  # type: ignore[arg-type]
    "no such column": (lambda: plots.effect(pair(), "left"), "contribution, revenue, orders"),
    "no pair": (lambda: plots.effect(short()), "twin"),  # type: ignore[arg-type]
    "no desk": (lambda: plots.queue(simulate(market(5, 3).only(), Plan(), 1), 1), "no service desk"),
    "no such week": (lambda: plots.queue(short(), 3), "weeks 0 to 2, was given 3"),
    "no whole week": (lambda: plots.queue(short(), 1.5), "whole number"),  # type: ignore[arg-type]
    "nobody left": (lambda: plots.patience(nobody(), 0), "Nobody left in this run"),
    "someone who stayed": (lambda: plots.patience(pair().before, -7), "Try one who did: "),
    "other weeks": (
        lambda: plots.repeat_orders([1, 2], [1, 2, 3]),
        "the same weeks in both, was given 2 and 3",
    ),
    "no table of forecasts": (lambda: plots.forecast([1, 2]), "clv.by_frequency"),  # type: ignore[arg-type]
    "no table of looks": (lambda: plots.looks([1, 2]), "looks(…)"),  # type: ignore[arg-type]
    "half a table of looks": (lambda: plots.looks(seen().drop(columns="low")), "no column low"),
    "half a table of forecasts": (
        lambda: plots.forecast(expectations().drop(columns=["low", "high"])),
        "no column low, high",
    ),
    "no totals": (lambda: plots.repeat_orders(["a"], [1]), "running totals"),  # type: ignore[list-item]
    "a number": (lambda: plots.repeat_orders(1, 1), "running totals"),
    "real orders twice": (lambda: plots.repeat_orders([[1, 2]], [1, 2]), "the same weeks"),
}


@pytest.mark.parametrize("name", WRONG)
def test_who_asks_for_what_is_not_there_is_told_so_in_a_sentence(name: str) -> None:
    draw, sentence = WRONG[name]
    with pytest.raises(Fault) as told:
        draw()
    assert sentence in str(told.value)
    assert len(str(told.value).splitlines()) == 1


def test_names_may_hold_dollars_chinese_and_a_whole_sentence() -> None:
    run = pair().before
    names = [
        "$5 off, $10 off",
        "赢回客户",
        "a plan whose author could not stop writing its name until here it ends",
    ]
    figure = plots.retention(dict.fromkeys(names, run))
    assert figure.png()
    width = figure.axes[0].get_position().width
    assert width > 0.4, "names leave room for the lines"
    plans = dict.fromkeys(names, Plan())
    assert plots.difference(compare(market(20, 5), plans, 2)).png()


# -- numbers and labels ----------------------------------------------------------------------------


def test_numbers_are_written_for_reading() -> None:
    assert [number(x) for x in (0, -0.0, 0.001, 0.12, 9.9, 12.34, 99.96, 1234.5, -7196)] == [
        "0", "0", "0", "0.12", "9.9", "12.3", "100", "1,234", "−7,196",
    ]  # fmt: skip
    assert [signed(x) for x in (0.001, 7196, -0.5)] == ["0", "+7,196", "−0.5"]
    assert [percent(x) for x in (0, 0.001, 0.5, 1)] == ["0 %", "<1 %", "50 %", "100 %"]
    assert number(np.nan) == percent(np.nan) == "unknown"


def test_labels_move_no_more_than_they_must() -> None:
    npt.assert_allclose(spread([0.5, 0.5], 0.1, 0, 1), [0.45, 0.55])
    npt.assert_allclose(spread([0.9, 0.1], 0.1, 0, 1), [0.9, 0.1])
    npt.assert_allclose(spread([1.0, 1.0, 0.2], 0.1, 0, 1), [0.9, 1.0, 0.2])
    assert spread([], 0.1, 0, 1).shape == (0,)
    crowd = spread([0.5] * 30, 0.1, 0, 1)
    npt.assert_allclose(np.diff(np.sort(crowd)), 0.1)


def test_each_line_is_named_once_where_it_ends() -> None:
    figure = plots.retention(runs())
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.texts] == list(runs())
    ends = [(float(line.get_xdata()[-1]), float(line.get_ydata()[-1])) for line in axes.get_lines()]  # type: ignore[index]
    npt.assert_allclose([text.xy for text in axes.texts], ends)  # type: ignore[attr-defined]
    label_ends(axes, [], [], 0.1)
