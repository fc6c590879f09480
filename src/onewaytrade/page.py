"""The page that a chart stands on: theme, words around the plot, labels that keep clear of each other.

Everything is laid out in inches, so that type keeps its size whatever is drawn.
"""

import functools
import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Transform

from onewaytrade import canvas, colours, fmt

WIDTH: Final = 7.2
MARGIN: Final = 0.1
DPI: Final = 150
HEADING: Final = 0.34  # height of a heading over rows or over a plot
TEXT: Final = 11.5
INK: Final = colours.INK
QUIET: Final = colours.QUIET
PALE: Final = colours.PALE
_TITLE: Final = 15.0
_SMALL: Final = 11.0
_LINE: Final = 1.3 / 72  # height of a line to a point of type
_BODY_GAP: Final = 0.14
_SOURCE: Final = "Source: "
_ROW: Final = 0.38
_COLUMN_GAP: Final = 0.2
_INTERVALS: Final = 5  # between ticks, at most
_TICK_DECIMALS: Final = 6  # at most: a tick that is rounded would stand beside its number
_MISREAD: Final = 300  # points of lines that a text may rather cover than be read as another's
_FAR: Final = 120  # and to stay an inch nearer to its own
_LABEL: Final = 1.4  # width that a label beside a plot may take
_AROUND: Final = ((0, 1), (0, -1), (-1, 1), (1, 1), (-1, -1), (1, -1))
_BESIDE: Final = ((-1, 0), (1, 0), (-1, 1), (1, 1), (-1, -1), (1, -1))


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


# Those that stand out best from white first.
STYLES: Final = tuple(Style(*both, marker) for both, marker in zip(colours.SERIES, "osD^vPX", strict=True))
PRINTED: Final = Style(colours.BLACK, colours.BLACK, "|")

# Left, lower, right and upper end, in the units of a plot.
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Label:
    """A text that belongs to a height of a plot."""

    at: float
    text: str
    ink: str
    weight: str = "bold"


@dataclass(frozen=True, slots=True)
class Row:
    """A row's label, the heading that it stands under, and the inches that it needs beyond one line.

    `inner` is the height, in inches, of words that will be written into the plot. `front` puts the row before
    (or, if False, behind) the others.
    """

    label: str
    group: str = ""
    extra: float = 0.0
    inner: float = 0.0
    front: bool | None = None

    @property
    def weight(self) -> str:
        """The weight of its words."""
        return "bold" if self.front else "normal"


@dataclass(frozen=True, slots=True)
class Column:
    """Texts beside a plot, one a row; a style gives them its ink, and the head its marker.

    `marks` puts a marker before each text; `bold` leaves room for texts of rows at the front.
    """

    head: str
    texts: Sequence[str]
    style: Style | None = None
    marks: Sequence[fmt.Mark] = ()
    bold: bool = False

    @property
    def width(self) -> float:
        """Inches that head and texts need, with the gap to the left."""
        weight = "bold" if self.bold else "normal"
        texts = max(text_width(text, TEXT, weight) for text in self.texts) + self.indent
        return max(text_width(self.wrapped_head, TEXT, "bold"), texts) + _COLUMN_GAP

    @property
    def indent(self) -> float:
        """Inches that a marker before each text takes."""
        return 0.22 if self.marks else 0.0

    @property
    def wrapped_head(self) -> str:
        """The head, on several lines where it is long."""
        return wrap(self.head, 0.9, TEXT, "bold")


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
        title = balance(words.title, room, _TITLE, "bold")
        subtitle = balance(words.subtitle, room)
        source = balance(f"{_SOURCE}{words.source}", room, _SMALL)
        below_title = MARGIN + text_height(title, _TITLE) + 0.05
        top = below_title + text_height(subtitle) + _BODY_GAP
        height = top + body + _BODY_GAP + text_height(source, _SMALL) + MARGIN
        figure = Figure(figsize=(WIDTH, height), dpi=DPI)
        canvas.Canvas(figure)
        page = cls(figure, height, top)
        page.text(MARGIN, MARGIN - top, title, fontsize=_TITLE, fontweight="bold")
        page.text(MARGIN, below_title - top, subtitle, color=QUIET)
        page.text(MARGIN, body + _BODY_GAP, source, fontsize=_SMALL, color=QUIET)
        return page

    def axes(self, left: float, top: float, right: float, height: float) -> Axes:
        """Return axes with these margins and this height."""
        bottom = self.height - self.top - top - height
        box = (left / WIDTH, bottom / self.height, (WIDTH - left - right) / WIDTH, height / self.height)
        return self.figure.add_axes(box)

    def text(
        self, x: float, y: float, text: str, *, anchor: float = 0.0, fontsize: float = TEXT, **style: Any
    ) -> None:
        """Write a text at a place, which is its top, or its middle with `anchor` 0.5, or its bottom with 1."""
        top = y - anchor * text_height(text, fontsize)
        # Line by line on baselines of ours: matplotlib's boxes depend on which letters a text happens to have.
        for number, line in enumerate(text.split("\n")):
            baseline = top + (number + 0.76) * fontsize * _LINE
            self.figure.text(*self._at(x, baseline), line, va="baseline", fontsize=fontsize, **style)

    def marker(self, x: float, y: float, mark: fmt.Mark) -> None:
        """Draw a marker at a place."""
        across, up = self._at(x, y)
        self.figure.add_artist(Line2D([across], [up], **marker_look(mark)))

    def rule(self, y: float) -> None:
        """Draw a hairline across the page."""
        (x0, y0), (x1, y1) = self._at(MARGIN, y), self._at(WIDTH - MARGIN, y)
        self.figure.add_artist(Line2D([x0, x1], [y0, y1], color=colours.GRID, linewidth=0.7))

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
                "grid.color": colours.GRID,
                "grid.linewidth": 0.8,
                "axes.edgecolor": PALE,
                "lines.linewidth": 2.2,
                "lines.markersize": 7,
                "lines.markeredgewidth": 0.8,
            },
        )
        yield


# Words


def text_width(text: str, size: float = TEXT, weight: str = "normal") -> float:
    """Return the width of a text's widest line, in inches."""
    space = _word_width(" ", size, weight)
    lines = (line.split(" ") for line in text.split("\n"))
    points = (sum(_word_width(word, size, weight) for word in words) + space * (len(words) - 1) for words in lines)
    return max(points) / 72


# A text is set letter by letter, and most of its words have been set before. No pair of a letter and a space is
# kerned, so that the words of a line add up to it.
@functools.lru_cache(maxsize=8192)
def _word_width(word: str, size: float, weight: str) -> float:
    """Return the width of a word, in points."""
    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    return float(canvas.scale().get_text_width_height_descent(word, font, False)[0])


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


def balance(text: str, room: float, size: float = TEXT, weight: str = "normal") -> str:
    """Break a text into as few lines as `wrap`, but of about the same length."""
    best = wrap(text, room, size, weight)
    lines = best.count("\n")
    if not lines:
        return best
    # The less room, the more lines: the least that does with as few is found by halves, from half the room on.
    low, high = 50, 100
    while high - low > 1:
        share = (low + high) // 2
        narrower = wrap(text, room * share / 100, size, weight)
        if narrower.count("\n") > lines:
            low = share
        else:
            best, high = narrower, share
    return best


# Axes


def marker_look(mark: fmt.Mark) -> dict[str, Any]:
    """Return the properties of a line that draw only its points, as a mark."""
    tick = mark.marker == "|"
    return {
        "linestyle": "",
        "marker": mark.marker,
        "markersize": 14 if tick else 9,
        "markeredgewidth": 2.6 if tick else 1.6,
        "color": mark.colour,
        "fillstyle": mark.fill,
        "markerfacecoloralt": "white",
    }


def size(axes: Axes) -> tuple[float, float]:
    """Return width and height of a plot, in inches."""
    box, figure = axes.get_position(), cast("Figure", axes.figure)
    width, height = figure.get_size_inches()
    return float(box.width * width), float(box.height * height)


def set_ticks(axes: Axes, which: Literal["x", "y"], unit: str, *, sign: bool = False) -> None:
    """Set round ticks within the limits of an axis, as many as have room for their numbers."""
    low, high = sorted(axes.get_xlim() if which == "x" else axes.get_ylim())
    for intervals in range(_INTERVALS, 1, -1):
        ticks = [tick for tick in _ticks(low, high, intervals) if low <= tick <= high]
        texts = tick_texts(ticks, unit, sign=sign, most=_TICK_DECIMALS)
        apart = size(axes)[0] * (ticks[1] - ticks[0]) / (high - low) if len(ticks) > 1 else math.inf
        if which == "y" or apart > max(map(text_width, texts)) + 0.15:
            break
    (axes.set_xticks if which == "x" else axes.set_yticks)(ticks, texts)


def tick_texts(values: Sequence[float], unit: str, *, sign: bool = False, most: int = 2) -> list[str]:
    """Return numbers with the decimals that the finest needs, `most` at most, and with "%" if that is the unit."""
    fits = (
        all(math.isclose(value, round(value, count), abs_tol=1e-9) for value in values) for count in range(most)
    )
    decimals = next((count for count, fit in enumerate(fits) if fit), most)
    return [fmt.with_unit(value, "%" if unit == "%" else "", decimals, sign=sign) for value in values]


def tick_room(low: float, high: float, unit: str, *, sign: bool = False) -> float:
    """Return the inches left of a plot that ticks between two values need."""
    return (
        max(map(text_width, tick_texts(_ticks(low, high), unit, sign=sign, most=_TICK_DECIMALS))) + MARGIN + 0.08
    )


def _ticks(low: float, high: float, intervals: int = _INTERVALS) -> list[float]:
    return [float(tick) for tick in MaxNLocator(intervals, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)]


# Labels


def label_room(texts: Iterable[str]) -> float:
    """Return the inches that `end_labels` needs beside a plot for these texts."""
    widths = [text_width(wrap(text, _LABEL, TEXT, "bold"), TEXT, "bold") for text in texts]
    return max(widths) + 9 / 72 + MARGIN


def end_labels(axes: Axes, labels: Sequence[Label]) -> None:
    """Write labels to the right of a plot, at their heights or as near as they do not overlap."""
    low, high = axes.get_ylim()
    unit = (high - low) / size(axes)[1]
    order = sorted(labels, key=lambda label: label.at)
    texts = [wrap(label.text, _LABEL, TEXT, label.weight) for label in order]
    places = spread([label.at for label in order], [text_height(text) * unit for text in texts], low, high)
    for label, text, place in zip(order, texts, places, strict=True):
        axes.annotate(
            text,
            (1, place),
            xycoords=("axes fraction", "data"),
            xytext=(9, 0),
            textcoords="offset points",
            va="center",
            color=label.ink,
            fontweight=label.weight,
            annotation_clip=False,
        )


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Return places near the wanted ones (both upward) where boxes of these heights do not overlap.

    They lie between `low` and `high` where there is room for all of them.
    """
    # Boxes that meet move as one block about the mean of what they want (pooling of adjacent violators).
    blocks: list[_Block] = []
    for place, height in zip(wanted, heights, strict=True):
        block = _Block((place,), (height,))
        while blocks and block.bottom(low, high) < blocks[-1].bottom(low, high) + blocks[-1].height * (1 - 1e-9):
            block = blocks.pop().below(block)
        blocks.append(block)
    return [place for block in blocks for place in block.places(low, high)]


@dataclass(frozen=True, slots=True)
class _Block:
    """Boxes that stand on each other, with the middles that each would like to have."""

    wanted: tuple[float, ...]
    heights: tuple[float, ...]

    @property
    def height(self) -> float:
        return sum(self.heights)

    @property
    def middles(self) -> list[float]:
        ends = itertools.accumulate(self.heights)
        return [end - height / 2 for end, height in zip(ends, self.heights, strict=True)]

    def below(self, other: "_Block") -> "_Block":
        return _Block(self.wanted + other.wanted, self.heights + other.heights)

    def bottom(self, low: float, high: float) -> float:
        best = sum(place - middle for place, middle in zip(self.wanted, self.middles, strict=True)) / len(
            self.wanted
        )
        return max(low, min(best, high - self.height))

    def places(self, low: float, high: float) -> list[float]:
        return [self.bottom(low, high) + middle for middle in self.middles]


def note_beside(
    axes: Axes,
    place: tuple[float, float],
    text: str,
    ink: str,
    taken: list[np.ndarray],
    *,
    side: int = 0,
    own: Box | None = None,
    others: Sequence[Box] = (),
) -> None:
    """Write a text near a point of a plot, where it covers the least; its box is added to `taken`.

    `side` keeps it above the point (1) or below it (-1). `own` is all that the text belongs to and `others` what
    it does not, which it then does not come nearer to.
    """
    paths = np.concatenate([_path(axes, line) for line in axes.lines])
    boxes = _boxes_around(axes, place, text, side, inside=own is not None)
    mine, *strangers = [_box_in_inches(axes, other) for other in (own or (*place, *place), *others)]
    ((x, y),) = _to_inches(axes, np.array([place]), axes.transData)

    def cost(box: np.ndarray) -> float:
        away = math.hypot((box[0] + box[2]) / 2 - x, (box[1] + box[3]) / 2 - y)
        strayed = 0.0 if own is None else _MISREAD * _is_nearer(box, strangers, mine) + _FAR * away
        return _covered(axes, box, paths, taken) + strayed

    box = min(boxes, key=cost)
    taken.append(box)
    x, y = box.reshape(2, 2).mean(axis=0) / size(axes)
    axes.text(
        x,
        y,
        text,
        transform=axes.transAxes,
        ha="center",
        va="center",
        color=ink,
        fontweight="bold",
        path_effects=[withStroke(linewidth=3, foreground="white")],
        zorder=6,
    )


def _box_in_inches(axes: Axes, box: Box) -> np.ndarray:
    return _to_inches(axes, np.array(box, dtype=float).reshape(2, 2), axes.transData).ravel()


def _is_nearer(box: np.ndarray, strangers: Sequence[np.ndarray], own: np.ndarray) -> bool:
    """Tell whether a text in a box would be nearer to one of the strangers than to its own."""
    return any(_apart(box, other) < _apart(box, own) - 0.01 for other in strangers)


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    """Return the distance of two boxes in inches, 0 where they meet."""
    return float(np.hypot(*np.maximum(0.0, np.maximum(one[:2] - other[2:], other[:2] - one[2:]))))


def _boxes_around(
    axes: Axes, place: tuple[float, float], text: str, side: int, *, inside: bool
) -> list[np.ndarray]:
    """Return boxes (x0, y0, x1, y1, in inches) around a point, or above or below it, the nearest first.

    `inside` moves those above and below a point near an end of the plot into the plot.
    """
    ((x, y),) = _to_inches(axes, np.array([place]), axes.transData)
    half, rise = text_width(text, TEXT, "bold") / 2 + 0.04, text_height(text) / 2
    shifts = [(across * (half + 0.1), up * (rise + gap)) for gap in (0.08, 0.22, 0.4) for across, up in _AROUND]
    shifts += [(across * (half + gap), up * 0.16) for gap in (0.12, 0.3, 0.5) for across, up in _BESIDE]
    shifts = [shift for shift in shifts if side in (0, math.copysign(1, shift[1]))]
    shifts.sort(key=lambda shift: math.hypot(*shift))
    if inside:
        width = size(axes)[0]
        shifts = [(dx or max(half, min(x, width - half - 1e-6)) - x, dy) for dx, dy in shifts]
    return [np.array([x + dx - half, y + dy - rise, x + dx + half, y + dy + rise]) for dx, dy in shifts]


def _covered(axes: Axes, box: np.ndarray, paths: np.ndarray, taken: Sequence[np.ndarray]) -> int:
    """Return how much a text in a box would cover: points of lines, other texts, and what lies outside."""
    inside = int(((paths > box[:2]) & (paths < box[2:])).all(axis=1).sum())
    clashes = sum(bool((box[:2] < other[2:]).all() and (other[:2] < box[2:]).all()) for other in taken)
    outside = bool((box[:2] < 0).any() or (box[2:] > size(axes)).any())
    return inside + 1000 * (clashes + outside)


def _path(axes: Axes, line: Line2D) -> np.ndarray:
    """Return points along a line, dense enough to tell whether a text covers it, in inches."""
    points = np.column_stack(line.get_data(orig=False)).astype(float)
    at = np.linspace(0, len(points) - 1, max(100, 8 * len(points)))
    dense = np.column_stack([np.interp(at, np.arange(len(points)), points[:, column]) for column in (0, 1)])
    return _to_inches(axes, dense[np.isfinite(dense).all(axis=1)], line.get_transform())


def _to_inches(axes: Axes, points: np.ndarray, transform: Transform) -> np.ndarray:
    return np.asarray((transform - axes.transAxes).transform(points) * size(axes))


# Rows with a plot and columns of texts


def forest(
    words: Words, blocks: Sequence[Sequence[Row]], columns: Sequence[Column], *, bare: Sequence[bool] = ()
) -> tuple[Page, list[tuple[Axes, list[float]]]]:
    """Lay out rows with their labels, a plot for each block of rows, and columns of texts on the right.

    A block that is `bare` has no room for ticks, since its few numbers stand beside it.

    Returns the page, and for each block its plot with the heights of the rows' middles, both in inches from the
    top of the plot.
    """
    rows = [row for block in blocks for row in block]
    right = sum(column.width for column in columns) + MARGIN
    room = max(1.4, min(2.4, WIDTH - 2 * MARGIN - right - 2.2))
    labels = [wrap(row.label, room, TEXT, row.weight) for row in rows]
    widths = [text_width(label, TEXT, row.weight) for label, row in zip(labels, rows, strict=True)]
    left = MARGIN + max(widths) + 0.25
    heights = [
        max(_ROW, 0.14 + max(row.inner, *map(text_height, texts))) + row.extra
        for row, *texts in zip(rows, labels, *(column.texts for column in columns), strict=True)
    ]
    head = _head_height(columns)
    bare = bare or [False] * len(blocks)
    tops, end = _row_tops(blocks, heights, head, bare)
    page = Page.new(words, end)
    middles = [top + height / 2 for top, height in zip(tops, heights, strict=True)]
    _write_columns(page, columns, head, middles, rows)
    places = iter(zip(labels, tops, heights, strict=True))
    plots = [_plot(page, block, list(itertools.islice(places, len(block))), left, right) for block in blocks]
    for (axes, _), unticked in zip(plots, bare, strict=True):
        if unticked:
            sns.despine(ax=axes, left=True, bottom=True)
    return page, plots


def _head_height(columns: Sequence[Column]) -> float:
    """Return the inches that the heads of the columns need, with the markers over them."""
    if not any(column.head for column in columns):
        return 0.0
    marker = 0.26 if any(column.style for column in columns) else 0.04
    return max(text_height(column.wrapped_head) for column in columns) + marker


def _row_tops(
    blocks: Sequence[Sequence[Row]], heights: Sequence[float], head: float, bare: Sequence[bool]
) -> tuple[list[float], float]:
    """Return the top of each row and the end of the body; the ticks of each block, unless bare, are below it."""
    tops: list[float] = []
    y = head
    height = iter(heights)
    for block, unticked in zip(blocks, bare, strict=True):
        group = ""
        for row in block:
            y += HEADING if row.group != group else 0.0
            group = row.group
            tops.append(y)
            y += next(height)
        y += 0.0 if unticked else 0.42
    return tops, y - (0.0 if bare[-1] else 0.1)


def _write_columns(
    page: Page, columns: Sequence[Column], head: float, middles: Sequence[float], rows: Sequence[Row]
) -> None:
    x = WIDTH - MARGIN
    for column in reversed(columns):
        left = x - column.width + _COLUMN_GAP
        edge, side = (left, "left") if column.marks else (x, "right")
        ink = column.style.ink if column.style else INK
        page.text(edge, head - 0.05, column.wrapped_head, anchor=1, ha=side, color=ink, fontweight="bold")
        if column.style and column.head:
            mark = fmt.Mark("", column.style.marker, column.style.colour)
            page.marker(x - 0.07, 0.1, mark)
        for text, middle, row in zip(column.texts, middles, rows, strict=True):
            own = QUIET if row.front is False else ink
            page.text(edge + column.indent, middle, text, anchor=0.5, ha=side, color=own, fontweight=row.weight)
        for mark, middle in zip(column.marks, middles, strict=False):
            page.marker(left + 0.07, middle, mark)
        x -= column.width


def _plot(
    page: Page, block: Sequence[Row], places: Sequence[tuple[str, float, float]], left: float, right: float
) -> tuple[Axes, list[float]]:
    """Write the labels and headings of a block and return its plot; `places` are labels, tops and heights."""
    begin = places[0][1] - (HEADING if block[0].group else 0.0)
    end = places[-1][1] + places[-1][2]
    axes = page.axes(left, begin, right, end - begin)
    axes.set_ylim(end - begin, 0)
    axes.yaxis.set_visible(False)
    sns.despine(ax=axes, left=True)
    group = ""
    for row, (label, top, height) in zip(block, places, strict=True):
        if row.group != group:
            # The grid and the line at zero stop at a heading, which may be longer than the labels.
            axes.axhspan(top - begin - HEADING, top - begin, color="white", linewidth=0, zorder=3.6)
            page.text(MARGIN, top - 0.05, row.group, anchor=1, fontweight="bold")
        group = row.group
        page.rule(top)
        ink = QUIET if row.front is False else INK
        page.text(MARGIN, top + height / 2, label, anchor=0.5, color=ink, fontweight=row.weight)
    return axes, [top - begin + height / 2 for _, top, height in places]


def foot(figure: Figure) -> float:
    """Return the height, in inches, of what a page made by `Page.new` has below its body: the source line."""
    height = figure.get_size_inches()[1]
    first = next(text for text in figure.texts if text.get_text().startswith(_SOURCE))
    return float(first.get_position()[1] * height) + 0.76 * _SMALL * _LINE + _BODY_GAP / 2


def pale(colour: str) -> tuple[float, float, float]:
    """Return a shade of a colour of the palette, for an area."""
    red, green, blue = (part / 255 for part in colours.mixed(colour, colours.WHITE, 2 / 8))
    return red, green, blue
