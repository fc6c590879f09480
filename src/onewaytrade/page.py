"""The page that a chart stands on: theme, words around the plot, labels that keep clear of each other.

Everything is laid out in inches, so that type keeps its size whatever is drawn.
"""

import functools
import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from onewaytrade import fmt

WIDTH: Final = 7.2
MARGIN: Final = 0.1
DPI: Final = 150
TITLE: Final = 15.0
TEXT: Final = 11.5
SMALL: Final = 11.0
INK: Final = "#222222"
QUIET: Final = "#595959"
PALE: Final = "#A8A8A8"
GRID: Final = "#DDDDDD"
_LINE: Final = 1.3 / 72  # inches of line height to a point of type
_BODY_GAP: Final = 0.14


@dataclass(frozen=True, slots=True)
class Words:
    """What stands around a plot: the finding, what is drawn (with units), and the source."""

    title: str
    subtitle: str
    source: str


@dataclass(frozen=True, slots=True)
class Style:
    """Colour of a series, a darker ink of it for its text, and its marker."""

    colour: str
    ink: str
    marker: str


# Okabe and Ito's colours, those that stand out best from white first; each ink has a contrast of at least 4.5.
STYLES: Final = (
    Style("#0072B2", "#00619A", "o"),
    Style("#D55E00", "#A84A00", "s"),
    Style("#009E73", "#00704F", "D"),
    Style("#CC79A7", "#95436F", "^"),
    Style("#444444", "#333333", "v"),
    Style("#E69F00", "#875D00", "P"),
    Style("#56B4E9", "#22719F", "X"),
)
PRINTED: Final = Style("#000000", "#000000", "|")


@dataclass(frozen=True, slots=True)
class Label:
    """A text that belongs to a height of a plot."""

    at: float
    text: str
    ink: str
    weight: str = "bold"


@dataclass(frozen=True, slots=True)
class Page:
    """A figure with its words set; places of the body between them are in inches from its top left."""

    figure: Figure
    height: float
    top: float

    @classmethod
    def new(cls, words: Words, body: float) -> "Page":
        """Return a page whose height fits its words and a body of so many inches."""
        room = WIDTH - 2 * MARGIN
        title = wrap(words.title, room, TITLE, "bold")
        subtitle = wrap(words.subtitle, room)
        source = wrap(f"Source: {words.source}", room, SMALL)
        below_title = MARGIN + text_height(title, TITLE) + 0.05
        top = below_title + text_height(subtitle) + _BODY_GAP
        height = top + body + _BODY_GAP + text_height(source, SMALL) + MARGIN
        figure = Figure(figsize=(WIDTH, height), dpi=DPI)
        FigureCanvasAgg(figure)
        page = cls(figure, height, top)
        page.text(MARGIN, MARGIN - top, title, fontsize=TITLE, fontweight="bold")
        page.text(MARGIN, below_title - top, subtitle, color=QUIET)
        page.text(MARGIN, body + _BODY_GAP, source, fontsize=SMALL, color=QUIET)
        return page

    def axes(self, left: float, top: float, right: float, height: float) -> Axes:
        """Return axes with these margins and this height."""
        bottom = self.height - self.top - top - height
        box = (left / WIDTH, bottom / self.height, (WIDTH - left - right) / WIDTH, height / self.height)
        return self.figure.add_axes(box)

    def text(self, x: float, y: float, text: str, **style: Any) -> None:
        """Write a text whose upper left corner (unless `va` and `ha` say otherwise) is at a place."""
        self.figure.text(*self._at(x, y), text, **({"va": "top", "linespacing": 1.2} | style))

    def marker(self, x: float, y: float, marker: str, colour: str, size: float = 8) -> None:
        """Draw a marker at a place."""
        place = ([end] for end in self._at(x, y))
        width = 2.6 if marker == "|" else 0.0
        self.figure.add_artist(
            Line2D(*place, marker=marker, color=colour, markersize=size, markeredgewidth=width, linestyle="")
        )

    def rule(self, y: float) -> None:
        """Draw a hairline across the page."""
        (x0, y0), (x1, y1) = self._at(MARGIN, y), self._at(WIDTH - MARGIN, y)
        self.figure.add_artist(Line2D([x0, x1], [y0, y1], color=GRID, linewidth=0.7))

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return x / WIDTH, 1 - (self.top + y) / self.height


@contextmanager
def theme() -> Iterator[None]:
    """Put seaborn's theme and ours on top of matplotlib's defaults, and everything back at the end."""
    with mpl.rc_context():
        mpl.rcdefaults()
        sns.set_theme(
            style="whitegrid",
            font="DejaVu Sans",
            rc={
                "font.size": TEXT,
                "xtick.labelsize": TEXT,
                "ytick.labelsize": TEXT,
                "text.color": INK,
                "xtick.color": QUIET,
                "ytick.color": QUIET,
                "grid.color": GRID,
                "grid.linewidth": 0.8,
                "axes.edgecolor": PALE,
                "lines.linewidth": 2.2,
                "lines.markersize": 7,
                "lines.markeredgewidth": 0.8,
            },
        )
        yield


@functools.lru_cache(maxsize=4096)
def text_width(text: str, size: float = TEXT, weight: str = "normal") -> float:
    """Return the width of a text's widest line, in inches."""
    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    measure = RendererAgg(8, 8, 72).get_text_width_height_descent
    return max(measure(line, font, ismath=False)[0] for line in text.split("\n")) / 72


def text_height(text: str, size: float = TEXT) -> float:
    """Return the height of a text's lines, in inches."""
    return (text.count("\n") + 1) * size * _LINE


def wrap(text: str, room: float, size: float = TEXT, weight: str = "normal") -> str:
    """Break a text at its spaces (not the no-break ones) into lines of at most `room` inches."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and text_width(f"{lines[-1]} {word}", size, weight) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "\n".join(lines)


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Return places near the wanted ones (both upward) where boxes of these heights do not overlap.

    The places lie between `low` and `high` where there is room for all of them.
    """
    # Boxes that touch move as one block about the mean of what they want (pool adjacent violators).
    blocks: list[tuple[list[float], list[float]]] = []
    for place, height in zip(wanted, heights, strict=True):
        block = ([place], [height])
        while blocks and _bottom(block, low, high) < _top(blocks[-1], low, high):
            before = blocks.pop()
            block = (before[0] + block[0], before[1] + block[1])
        blocks.append(block)
    places: list[float] = []
    for block in blocks:
        ends = itertools.accumulate(block[1], initial=_bottom(block, low, high))
        places += [end + height / 2 for end, height in zip(ends, block[1], strict=False)]
    return places


def _bottom(block: tuple[list[float], list[float]], low: float, high: float) -> float:
    wanted, heights = block
    below = itertools.accumulate(heights, initial=0.0)
    offsets = [end + height / 2 for end, height in zip(below, heights, strict=False)]
    best = sum(place - offset for place, offset in zip(wanted, offsets, strict=True)) / len(wanted)
    return max(low, min(best, high - sum(heights)))


def _top(block: tuple[list[float], list[float]], low: float, high: float) -> float:
    # A hair lower, so that blocks that only touch do not merge for a rounding error.
    return _bottom(block, low, high) + sum(block[1]) * (1 - 1e-9)


def end_labels(axes: Axes, labels: Sequence[Label]) -> None:
    """Write labels to the right of a plot, at their heights or as near as they do not overlap."""
    low, high = axes.get_ylim()
    unit = (high - low) / size(axes)[1]
    order = sorted(labels, key=lambda label: label.at)
    heights = [text_height(label.text) * unit for label in order]
    places = spread([label.at for label in order], heights, low, high)
    for label, place in zip(order, places, strict=True):
        axes.annotate(
            label.text,
            (1, place),
            xycoords=("axes fraction", "data"),
            xytext=(9, 0),
            textcoords="offset points",
            va="center",
            color=label.ink,
            fontweight=label.weight,
            annotation_clip=False,
        )


def label_room(texts: Iterable[str]) -> float:
    """Return the inches that `end_labels` needs beside a plot for these texts."""
    return max(text_width(text, TEXT, "bold") for text in texts) + 9 / 72 + MARGIN


def tick_text(value: float, unit: str, *, sign: bool = False) -> str:
    """Return the label of a tick, with as many decimals as it needs and "%" if that is the unit."""
    decimals = next((count for count in (0, 1) if math.isclose(value, round(value, count), abs_tol=1e-9)), 2)
    return fmt.with_unit(value, "%" if unit == "%" else "", decimals, sign=sign)


def size(axes: Axes) -> tuple[float, float]:
    """Return width and height of a plot, in inches."""
    box, (width, height) = axes.get_position(), axes.get_figure(root=True).get_size_inches()  # type: ignore[union-attr]
    return box.width * width, box.height * height


def note_beside(axes: Axes, place: tuple[float, float], text: str, ink: str, taken: list[np.ndarray]) -> None:
    """Write a text near a point of a plot, where it covers the least of what is drawn; `taken` grows by its box."""
    around = _places_around(axes, place, text)
    paths = np.concatenate([_path(axes, line) for line in axes.lines], axis=0)
    box = min(around, key=lambda box: _covered(axes, box, paths, taken))
    taken.append(box)
    width, height = size(axes)
    x, y = box.reshape(2, 2).mean(axis=0)
    axes.text(
        x / width,
        y / height,
        text,
        transform=axes.transAxes,
        ha="center",
        va="center",
        color=ink,
        fontweight="bold",
        path_effects=[withStroke(linewidth=3, foreground="white")],
        zorder=6,
    )


def _places_around(axes: Axes, place: tuple[float, float], text: str) -> list[np.ndarray]:
    """Return boxes (x0, y0, x1, y1, in inches) around a point, the nearest and highest first."""
    ((x, y),) = _to_inches(axes, np.array([place]))
    half, rise = text_width(text, TEXT, "bold") / 2 + 0.03, text_height(text) / 2
    shifts = [
        (across * (half + 0.12), up * (rise + gap))
        for gap in (0.08, 0.25, 0.45)
        for up, across in itertools.product((1, -1), (0, -1, 1))
    ] + [(across * (half + 0.15), 0.0) for across in (-1, 1)]
    return [np.array([x + dx - half, y + dy - rise, x + dx + half, y + dy + rise]) for dx, dy in shifts]


def _covered(axes: Axes, box: np.ndarray, paths: np.ndarray, taken: Sequence[np.ndarray]) -> int:
    """Return how much a text in a box would cover: points of lines, other texts, and what lies outside."""
    inside = ((paths > box[:2]) & (paths < box[2:])).all(axis=1).sum()
    clash = sum(bool((box[:2] < other[2:]).all() and (other[:2] < box[2:]).all()) for other in taken)
    outside = bool((box[:2] < 0).any() or (box[2:] > size(axes)).any())
    return int(inside) + 1000 * clash + 1000 * outside


def _path(axes: Axes, line: Line2D) -> np.ndarray:
    """Return points along a line, dense enough to tell whether a text covers it, in inches."""
    points = np.column_stack(line.get_data(orig=False)).astype(float)
    if line.get_transform() != axes.transData or len(points) < 2:
        return np.empty((0, 2))
    at = np.linspace(0, len(points) - 1, 8 * len(points))
    dense = np.column_stack([np.interp(at, np.arange(len(points)), points[:, column]) for column in (0, 1)])
    return _to_inches(axes, dense[np.isfinite(dense).all(axis=1)])


def _to_inches(axes: Axes, points: np.ndarray) -> np.ndarray:
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    width, height = size(axes)
    return (points - [x0, y0]) * [width / (x1 - x0), height / (y1 - y0)]
