"""The look of all figures: one size, one palette, one way to write numbers, and the `Picture` itself.

Nothing here touches pyplot: a picture is shown by the notebook because it is what the cell gives back,
once, and it looks the same whatever the notebook has done to matplotlib's settings.
"""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Callable, Sequence
from functools import wraps
from threading import RLock
from typing import Any, Literal, ParamSpec, TypeVar

import matplotlib.style
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.lines import Line2D
from matplotlib.transforms import offset_copy
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from scipy.optimize import isotonic_regression

from sim.data import Fault

INK, GREY, PALE = "#222222", "#5F5F5F", "#E4E4E4"
BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, BLACK, YELLOW = "#E69F00", "#56B4E9", "#000000", "#F0E442"
PALETTE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK, YELLOW)  # Okabe & Ito 2008
NEUTRALS = (INK, GREY, PALE)

WIDTH, HEIGHT = 8.0, 4.5  # inches
DOTS, SHOWN = 150, 100  # an inch: in an image, and of a notebook's screen
SMALL = 11  # points: the reading; everything else is larger
LINE = 92  # characters of the reading that fit on a line
COLORS = 128  # in an image: a third of the bytes, and no eye sees it
CHINESE = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Micro Hei")

STYLE: dict[str, Any] = {
    "font.family": ["DejaVu Sans", *sorted(set(CHINESE) & set(fontManager.get_font_names()))],
    "font.size": 12,
    "text.parse_math": False,  # a dollar is a dollar
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.labelsize": 12,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.xmargin": 0.02,
    "grid.color": PALE,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "lines.linewidth": 2.2,
    "legend.frameon": False,
}
LOOK: list[Any] = ["default", STYLE]
DRAWING = RLock()  # matplotlib has one look at a time, and a board of levers draws in a thread of its own

Given = ParamSpec("Given")
Made = TypeVar("Made")


def styled(draw: Callable[Given, Made]) -> Callable[Given, Made]:
    """Let a function draw in the look of the kit; a missing glyph is no news to a reader."""

    @wraps(draw)
    def drawn(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        with DRAWING, matplotlib.style.context(LOOK), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            return draw(*args, **kwargs)

    return drawn


def expect(given: object, kind: type | tuple[type, ...], figure: str, words: str) -> None:
    """Refuse to draw what is of another kind.

    Raises
    ------
    Fault
        Saying what the figure expects.
    """
    if not isinstance(given, kind) or isinstance(given, bool):
        raise Fault(f"{figure}: expects {words}, was given {type(given).__name__}.")


class Picture(Figure):
    """A figure with a title above it, a reading below it, and a text for those who cannot see it.

    A notebook shows the image and keeps `alt_text` as its plain text; the image file carries it too.
    """

    def __init__(self, form: str, title: str, height: float = HEIGHT, width: float = WIDTH) -> None:
        super().__init__(figsize=(width, height), dpi=DOTS, layout="constrained")
        self.form, self.title, self.reading = form, title, ""
        self.suptitle(title, x=0.01, ha="left", fontsize=15, fontweight="bold")

    def read(self, reading: str) -> None:
        """Say below the figure, in a sentence, what is to be seen in it."""
        self.reading = reading
        whole = reading.replace(" %", "\N{NO-BREAK SPACE}%")
        line = int(LINE * self.get_size_inches()[0] / WIDTH)
        self.supxlabel(wrapped(whole, line), x=0.01, ha="left", fontsize=SMALL, color=GREY)

    @property
    def alt_text(self) -> str:
        """What the figure shows, in a sentence."""
        return f'{self.form} "{self.title}": {self.reading}'

    def __repr__(self) -> str:
        return self.alt_text

    @styled
    def png(self) -> bytes:
        """Give the image, the same to the last byte whenever it is drawn."""
        drawn, packed, words = io.BytesIO(), io.BytesIO(), PngInfo()
        for _ in range(2):  # settles ticks and layout, which depend on each other
            self.draw_without_rendering()
        self.set_layout_engine("none")  # or each drawing would move all by a rounding error
        self.savefig(drawn, format="png", dpi=DOTS)
        words.add_text("Description", self.alt_text)
        few = Image.open(drawn).convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
        few.save(packed, "PNG", optimize=True, pnginfo=words)
        return packed.getvalue()

    @styled
    def sketch(self) -> bytes:
        """Give the image in half the time and twice the bytes, for a figure that the next move replaces."""
        drawn = io.BytesIO()
        self.savefig(drawn, format="png", dpi=DOTS, pil_kwargs={"compress_level": 1})
        return drawn.getvalue()

    def _ipython_display_(self) -> None:
        from IPython.display import display  # only a notebook calls this, and it has IPython

        width, height = (round(SHOWN * inches) for inches in self.get_size_inches())
        image = {"image/png": self.png(), "text/plain": self.alt_text}
        display(image, metadata={"image/png": {"width": width, "height": height}}, raw=True)  # type: ignore[no-untyped-call]


# -- numbers ----------------------------------------------------------------------------------------


def number(value: float) -> str:
    """Write a number for reading: 1,234 or 12.3 or 0.12."""
    digits = 0 if abs(value) >= 99.95 else 1 if abs(value) >= 9.95 else 2
    return _plain(f"{value:,.{digits}f}") if np.isfinite(value) else "unknown"


def signed(value: float) -> str:
    """Write a difference: +1,234 or −0.12, and 0 without a sign."""
    text = number(value)
    return f"+{text}" if value > 0 and text != "0" else text


def percent(share: float) -> str:
    """Write a share: 12 %, and <1 % if it is that small."""
    if not np.isfinite(share):
        return "unknown"
    return "<1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def people(count: int) -> str:
    """Write how many: 1 person, 1,234 people."""
    return f"{count:,} {'person' if count == 1 else 'people'}"


def _plain(text: str) -> str:
    """Drop zeros that say nothing, and write a true minus."""
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "0") else text.replace("-", "−")


def numbers(value: float, _: float = 0) -> str:
    """Write a tick of an axis of numbers."""
    return _plain(f"{value:,.3f}")


def percents(value: float, _: float = 0) -> str:
    """Write a tick of an axis of shares."""
    return _plain(f"{100 * value:.1f}") + " %"


# -- what is drawn everywhere ------------------------------------------------------------------------


def spread(places: npt.ArrayLike, gap: float, low: float, high: float) -> npt.NDArray[np.float64]:
    """Move places as little as it takes to keep neighbours a gap apart (by isotonic regression)."""
    wanted = np.asarray(places, float)
    if not wanted.size:
        return wanted
    order, steps = np.argsort(wanted, kind="stable"), gap * np.arange(len(wanted))
    fitted = isotonic_regression(wanted[order] - steps).x
    moved = np.empty_like(wanted)
    moved[order] = np.clip(fitted, low, max(low, high - steps[-1])) + steps
    return moved


def label_ends(axes: Axes, lines: Sequence[Line2D], names: Sequence[str], gap: float) -> None:
    """Write its name at the right end of each line, `gap` (share of the height, a line of text) apart."""
    if not lines:
        return
    beside = offset_copy(axes.transAxes, axes.get_figure(root=True), x=0.2)
    low, high = axes.get_ylim()
    labels = [wrapped(name, 18) for name in names]
    ends = [np.asarray(line.get_xydata(), float)[-1] for line in lines]
    gap *= 1 + max(label.count("\n") for label in labels)
    heights = spread([(end[1] - low) / (high - low) for end in ends], gap, 0.0, 1.0)
    for line, label, end, place in zip(lines, labels, ends, heights, strict=True):
        arrow = {"arrowstyle": "-", "color": line.get_color(), "shrinkA": 2, "shrinkB": 4}
        axes.annotate(label, tuple(end), (1, float(place)), textcoords=beside, va="center", arrowprops=arrow)


def zero_line(axes: Axes, across: Literal["x", "y"] = "x") -> None:
    """Draw the line where nothing is gained or lost, along the x axis or along the y axis."""
    draw = axes.axhline if across == "x" else axes.axvline
    draw(0, color=INK, linewidth=1, zorder=1.5)


def note(axes: Axes, sentence: str, width: int = 50) -> None:
    """Say in an empty figure why it is empty."""
    box = {"facecolor": "white", "edgecolor": "none"}
    text = wrapped(sentence, width)
    axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes, color=GREY, bbox=box)


def wrapped(text: str, width: int) -> str:
    """Break a text into lines of so many characters."""
    return textwrap.fill(text, width, break_on_hyphens=False)
