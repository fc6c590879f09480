"""Draw panels over time: series in unlike units below each other on one axis of months.

What is drawn says how long a period is: months make a line, and a longer period is a level over exactly its
months, so that a year, a quarter and a month are never taken for the same kind of thing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from onewaytrade import fmt, page
from onewaytrade.drawing import (
    Chart,
    Months,
    TimeMark,
    bounds_text,
    check_bounds,
    check_columns,
    completed,
    is_per_cent,
    limits_of,
    range_text,
    records,
    rounded,
    sentence,
    signed,
    split,
    tick_unit,
    unit_heading,
    value_axis,
)
from onewaytrade.errors import OneWayTradeError
from onewaytrade.measures import month_number, month_of, months_of
from onewaytrade.page import Box, Label, Page, Style, Words

_FEW: Final = 6  # points of a panel that have their values written
_HEIGHTS: Final = {1: 3.0, 2: 2.1, 3: 1.8, 4: 1.55}  # inches of a panel by their number; smaller for more
_SMALL_PANEL: Final = 1.25
_GAP: Final = 0.2
_ARROW: Final = 0.3
_SHORT: Final = 0.3  # inches of a level that is too short for a marker of its own among others
_POINT: Final = 0.13  # width of a marker, in inches
_NAME: Final = 1.7  # width of a name inside a plot
_KINDS: Final = {1: "monthly", 3: "quarterly", 6: "half-yearly", 12: "yearly"}
_UNIT_GAP: Final = 0.12


@signed
def panels(
    table: pd.DataFrame, *, title: str, subtitle: str, source: str, marks: Sequence[TimeMark] = ()
) -> Chart:
    """Draw panels one below the other on the same months, each with a unit and a value axis of its own.

    Columns: `panel`, `unit` (one for each panel), `period` (a year, quarter, month or range of months),
    `series`, `value`; where present, `low` and `high` (with a value, the range that it is rounded from, a
    whisker; without one, bounds, drawn as an area between them or as an arrow where one is missing). Months are
    joined to a line that breaks where one is missing; a longer period is a level over its months, joined only to
    a neighbour of the same length. Panels of up to six rows have their values written. A series that is named in
    the panel's heading and alone in it (or has the empty name) has no label. `marks` are as in `lines`.

    Raises ValueError for a missing column, a period that is none, a panel with two units, a series that has a
    period twice, and a row without value or bound, or whose bounds do not fit.
    """
    plots = _panels_of(table)
    drawn = [row for plot in plots for row in plot.rows]
    height = _HEIGHTS.get(len(plots), _SMALL_PANEL)
    limits = [_limits(plot, height) for plot in plots]
    axis, names = _time_axis(plots, limits, marks)
    step = _axis_step(drawn)
    foot = 0.32 if step == 12 else 0.5
    headings = [_heading(plot) for plot in plots]
    body = axis.head + sum(map(_heading_height, headings)) + (height + _GAP) * len(plots) - _GAP + foot
    with page.theme():
        sheet = Page.new(Words(title, subtitle, source), body)
        top = 0.0
        for at, (plot, heading) in enumerate(zip(plots, headings, strict=True)):
            _write_heading(sheet, top, heading)
            top += _heading_height(heading) + (axis.head if at == 0 else 0.0)
            axes = sheet.axes(axis.left, top, axis.right, height)
            last = at == len(plots) - 1
            if step:
                axis.draw_spans(axes, step, labelled=last)
            else:
                axis.draw(axes, labelled=last)
            value_axis(axes, plot.shown, tick_unit(plot.unit), sign=plot.sign, limits=limits[at])
            axis.draw_marks(axes, sheet if at == 0 else None, top)
            _draw_panel(axes, plot, names[at])
            top += height + _GAP
    return Chart(sheet.figure, _alt(plots, title, marks), table, source)


# Rows and panels


@dataclass(frozen=True, slots=True)
class _Row:
    """A value, with or without a range, or bounds alone, over the months of a period."""

    series: str
    period: str
    first: int
    last: int
    value: float
    low: float
    high: float

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "_Row":
        series, period = str(row["series"]), str(row["period"])
        try:
            months = months_of(period)
        except OneWayTradeError as error:
            raise ValueError(f"Panel {row['panel']!r}: {error}") from error
        value, low, high = (float(row[name]) for name in ("value", "low", "high"))
        check_bounds(f"Panel {row['panel']!r}: {series or 'the series'} in {period}", value, low, high)
        return cls(series, period, month_number(months[0]), month_number(months[-1]), value, low, high)

    @property
    def length(self) -> int:
        return self.last - self.first + 1

    @property
    def middle(self) -> float:
        return (self.first + self.last) / 2

    @property
    def edges(self) -> tuple[float, float]:
        return self.first - 0.5, self.last + 0.5

    @property
    def is_bound(self) -> bool:
        return math.isnan(self.value)

    @property
    def ends(self) -> list[float]:
        """All known numbers."""
        return [number for number in (self.value, self.low, self.high) if not math.isnan(number)]

    @property
    def box(self) -> Box:
        """All that the row draws, but for a range."""
        ends = self.ends if self.is_bound else [self.value]
        return self.edges[0], min(ends), self.edges[1], max(ends)

    @property
    def at(self) -> float:
        """The height that a word about the row belongs to."""
        return sum(self.ends) / len(self.ends) if self.is_bound else self.value


@dataclass(frozen=True, slots=True)
class _Panel:
    """A panel's heading, its unit, its rows and the styles of its series."""

    name: str
    unit: str
    rows: tuple[_Row, ...]
    styles: Mapping[str, Style]

    @property
    def few(self) -> bool:
        return len(self.rows) <= _FEW

    @property
    def sign(self) -> bool:
        """Whether the values carry their sign: changes of which some are negative, as shares never are."""
        return (is_per_cent(self.unit) or self.unit == "points") and min(self.ends) < 0

    @property
    def ends(self) -> list[float]:
        return [end for row in self.rows for end in row.ends]

    @property
    def shown(self) -> list[float]:
        """All that the value axis must hold: zero, too, where the values would be misread without it."""
        low, high = limits_of(self.ends)
        if low == high or 0 < low < high / 2 or low / 2 < high < 0:
            return [*self.ends, 0.0]
        # A few values that are nearly the same should look so.
        middle, least = (low + high) / 2, 0.1 * max(-low, high)
        return (
            [*self.ends, middle - least / 2, middle + least / 2] if self.few and high - low < least else self.ends
        )

    @property
    def decimals(self) -> int:
        """The decimals that values are written with: as many as the finest needs, fewer for large ones."""
        written = [end for row in self.rows for end in (row.ends if row.is_bound else [row.value])]
        most = max(map(abs, written))
        room = 0 if most >= 1000 else 1 if most >= 10 or is_per_cent(self.unit) else 2
        fits = (all(math.isclose(end, round(end, n), abs_tol=1e-9) for end in written) for n in range(room))
        return next((n for n, fit in enumerate(fits) if fit), room)

    def text(self, row: _Row) -> str:
        """Return the value or the bounds of a row."""
        if row.is_bound:
            return bounds_text(row.low, row.high, self.unit, self.decimals, sign=self.sign)
        return rounded(row.value, row.low, row.high, self.unit, self.decimals, sign=self.sign)

    def series(self) -> dict[str, list[_Row]]:
        """Return the rows of each series in the order of time, the shortest last of those that end together."""
        return {
            name: sorted((row for row in self.rows if row.series == name), key=lambda row: (row.last, row.first))
            for name in self.styles
        }

    def labels(self) -> dict[str, _Row]:
        """Return the last row of each series that the heading does not name already."""
        ends = {name: rows[-1] for name, rows in self.series().items() if name}
        if len(self.styles) == 1 and all(name.casefold() in self.name.casefold() for name in ends):
            return {}
        return ends


def _panels_of(table: pd.DataFrame) -> list[_Panel]:
    check_columns(table, ("panel", "unit", "period", "series", "value"))
    drawn = completed(table, (), ("value", "low", "high"))
    known: dict[str, Style] = {}
    found = []
    for name, own in split(drawn, "panel").items():
        units = list(dict.fromkeys(map(str, own["unit"])))
        if len(units) > 1:
            raise ValueError(
                f"Panel {name!r} has the units {fmt.join(map(repr, units))}: give each its own panel."
            )
        rows = [_Row.of(row) for row in records(own)]
        _check_twice(name, rows)
        styles = _own_styles([row.series for row in rows], known)
        known |= styles
        found.append(_Panel(name, units[0], tuple(rows), styles))
    return found


def _check_twice(name: str, rows: Sequence[_Row]) -> None:
    seen: set[tuple[str, int, int]] = set()
    for row in rows:
        key = (row.series, row.first, row.last)
        if key in seen:
            raise ValueError(f"Panel {name!r} has {row.series or 'its series'} in {row.period} twice.")
        seen.add(key)


def _own_styles(names: Sequence[str], known: Mapping[str, Style]) -> dict[str, Style]:
    """Return styles for the series of a panel: those of earlier panels keep theirs, others take the next free."""
    own = list(dict.fromkeys(names))
    used = {known[name] for name in own if name in known}
    free = [style for style in page.STYLES if style not in used] or list(page.STYLES)
    new = [name for name in own if name not in known]
    fresh = {name: free[at % len(free)] for at, name in enumerate(new)}
    return {name: known.get(name) or fresh[name] for name in own}


# The axes


def _time_axis(
    plots: Sequence[_Panel], limits: Sequence[tuple[float, float]], marks: Sequence[TimeMark]
) -> tuple[Months, list[dict[str, _Row]]]:
    """Return the axis of all panels, and for each panel the series that are labelled at its right edge."""
    rows = [row for plot in plots for row in plot.rows]
    first, last = min(row.first for row in rows), max(row.last for row in rows)
    # A series that ends long before the others is labelled where it ends.
    near = last - 0.15 * (last - first + 1)
    names = [{name: row for name, row in plot.labels().items() if row.last >= near} for plot in plots]
    left = max(
        page.tick_room(*ends, tick_unit(plot.unit), sign=plot.sign)
        for plot, ends in zip(plots, limits, strict=True)
    )
    right = page.label_room(["", *(name for own in names for name in own)])
    return Months.of([month_of(first), month_of(last)], marks, left, max(right, 0.3)), names


def _axis_step(rows: Sequence[_Row]) -> int:
    """Return the months between ticks: years or quarters, or 0 for the months of a short axis."""
    span = max(row.last for row in rows) - min(row.first for row in rows)
    if span >= 36 or all(row.length % 12 == 0 and row.first % 12 == 0 for row in rows):
        return 12
    return 0 if any(row.length == 1 for row in rows) else 3


def _limits(plot: _Panel, height: float) -> tuple[float, float]:
    """Return the ends of a value axis of this height, with room for what stands above and below the values."""
    low, high = limits_of(plot.shown)
    extent = high - low or 1.0
    noted = 0.3 if plot.few else 0.1
    # How far arrows go beyond all values, which take what the height leaves when both ends have room.
    inch = extent / (height - 2 * _ARROW)
    open_rows = [row for row in plot.rows if row.is_bound and len(row.ends) == 1]
    up = [_ARROW + 0.08 - (high - row.low) / inch for row in open_rows if math.isnan(row.high)]
    down = [_ARROW + 0.08 - (row.high - low) / inch for row in open_rows if math.isnan(row.low)]
    below, above = max([0.0 if low == 0 else noted, *down]), max([0.0 if high == 0 else noted, *up])
    inch = extent / (height - below - above)
    return low - below * inch, low + extent + above * inch


def _heading(plot: _Panel) -> tuple[str, str]:
    """Return the heading in bold, broken into lines, and the unit that stands after or below it."""
    room = page.WIDTH - 2 * page.MARGIN
    return page.balance(plot.name, room, page.TEXT, "bold"), page.wrap(unit_heading(plot.unit), room)


def _fits_beside(heading: tuple[str, str]) -> bool:
    name, unit = heading
    width = page.text_width(name, page.TEXT, "bold") + _UNIT_GAP + page.text_width(unit)
    return "\n" not in name + unit and width <= page.WIDTH - 2 * page.MARGIN


def _heading_height(heading: tuple[str, str]) -> float:
    texts = [text for text in heading if text]
    if not texts:
        return 0.0
    return (page.text_height("x") if _fits_beside(heading) else sum(map(page.text_height, texts))) + 0.15


def _write_heading(sheet: Page, top: float, heading: tuple[str, str]) -> None:
    name, unit = heading
    sheet.text(page.MARGIN, top, name, fontweight="bold")
    if not name:
        sheet.text(page.MARGIN, top, unit, color=page.QUIET)
    elif _fits_beside(heading):
        # Measured large, since small type is measured on whole pixels.
        after = page.text_width(name, 8 * page.TEXT, "bold") / 8 + _UNIT_GAP
        sheet.text(page.MARGIN + after, top, unit, color=page.QUIET)
    else:
        sheet.text(page.MARGIN, top + page.text_height(name), unit, color=page.QUIET)


# What a panel shows


def _draw_panel(axes: Axes, plot: _Panel, names: Mapping[str, _Row]) -> None:
    taken: list[np.ndarray] = []
    aside = _asides(axes, plot)
    for name, rows in plot.series().items():
        style = plot.styles[name]
        _draw_months(axes, name, [row for row in rows if row.length == 1 and not row.is_bound], style)
        _draw_levels(axes, [row for row in rows if row.length > 1 and not row.is_bound], style, aside)
        for row in rows:
            if row.is_bound:
                taken += _draw_bound(axes, row, style)
            elif not math.isnan(row.low):
                _draw_whisker(axes, row)
    if plot.few:
        _write_values(axes, plot, taken)
    for name, row in plot.labels().items():
        if name not in names:
            text = page.wrap(name, _NAME, page.TEXT, "bold")
            page.note_beside(
                axes, (row.middle, row.at), text, plot.styles[name].ink, taken, own=row.box,
                others=[other.box for other in plot.rows if other.series != name],
            )  # fmt: skip
    page.end_labels(axes, [Label(row.at, name, plot.styles[name].ink) for name, row in names.items()])


def _write_values(axes: Axes, plot: _Panel, taken: list[np.ndarray]) -> None:
    """Write the values at the points; bounds that stay the same from one period to the next once for all."""
    for rows in plot.series().values():
        runs: list[list[_Row]] = []
        for row in rows:
            before = runs[-1][-1] if runs else row
            follows = row.is_bound and before.is_bound and before.last + 1 == row.first
            if follows and (row.low, row.high) == (before.low, before.high):
                runs[-1].append(row)
            else:
                runs.append([row])
        for run in runs:
            row = run[0]
            place = ((row.middle + run[-1].middle) / 2, row.at)
            ink = plot.styles[row.series].ink
            (left, low, _, high), (*_, right, _) = row.box, run[-1].box
            page.note_beside(
                axes, place, plot.text(row), ink, taken, side=_side(row, plot.rows), own=(left, low, right, high),
                others=[other.box for other in plot.rows if other not in run],
            )  # fmt: skip


def _side(row: _Row, rows: Sequence[_Row]) -> int:
    """Return where the value of a row belongs: above all others of the same months, below, or on either side."""
    others = [
        other.at for other in rows if other is not row and (other.first, other.last) == (row.first, row.last)
    ]
    if not others or min(others) < row.at < max(others):
        return 0
    return 1 if row.at >= max(others) else -1


def _draw_months(axes: Axes, name: str, rows: Sequence[_Row], style: Style) -> None:
    """Draw months as one line that breaks where months are missing, with a marker at some and at lone ones."""
    if not rows:
        return
    values = pd.Series([row.value for row in rows], index=[row.first for row in rows])
    grid = values.reindex(range(rows[0].first, rows[-1].first + 1))
    known = set(values.index)
    every = 1 if len(rows) <= 24 else 6
    marked = [
        at
        for at, month in enumerate(grid.index)
        if month in known and (month % every == 0 or not known & {month - 1, month + 1})
    ]
    axes.plot(
        list(grid.index), grid.to_numpy(), label=name, color=style.colour, marker=style.marker, markevery=marked,
        markeredgecolor="white", zorder=3,
    )  # fmt: skip


def _asides(axes: Axes, plot: _Panel) -> dict[_Row, float]:
    """Return how far, in months, the marker of a level steps aside so that it does not hide another's."""
    inch = (axes.get_xlim()[1] - axes.get_xlim()[0]) / page.size(axes)[0]
    near = (axes.get_ylim()[1] - axes.get_ylim()[0]) / page.size(axes)[1] * _POINT
    levels = sorted((row for row in plot.rows if row.length > 1 and not row.is_bound), key=lambda row: row.value)
    names = list(plot.styles)
    asides: dict[_Row, float] = {}
    for place in dict.fromkeys((row.first, row.last) for row in levels):
        clusters: list[list[_Row]] = []
        for row in (row for row in levels if (row.first, row.last) == place):
            if clusters and row.value - clusters[-1][-1].value < near:
                clusters[-1].append(row)
            else:
                clusters.append([row])
        for cluster in clusters:
            step = min(_POINT * inch, cluster[0].length / (len(cluster) + 1))
            cluster.sort(key=lambda row: names.index(row.series))
            asides |= {row: step * (at - (len(cluster) - 1) / 2) for at, row in enumerate(cluster)}
    return asides


def _draw_levels(axes: Axes, rows: Sequence[_Row], style: Style, aside: Mapping[_Row, float]) -> None:
    """Draw each period as a level over its months, with thin joints between neighbours of the same length.

    Where the levels are short, only some have a marker.
    """
    begins = {(row.first, row.length): row for row in rows}
    ends_at = {(row.last, row.length) for row in rows}
    (left, right), width = axes.get_xlim(), page.size(axes)[0]
    for row in rows:
        begin, end = row.edges
        after = begins.get((row.last + 1, row.length))
        inside = after and (row.first - 1, row.length) in ends_at
        short = (end - begin) / (right - left) * width < _SHORT
        marked = not (inside and short and row.first // row.length % 4)
        # A white rim parts levels that nearly touch; the shorter of them lies above.
        axes.plot(
            [begin, end], [row.value] * 2, label=f"{row.series}, {row.period}", color=style.colour, linewidth=3,
            solid_capstyle="butt", path_effects=[withStroke(linewidth=4.6, foreground="white")],
            zorder=3 + 0.5 / row.length,
        )  # fmt: skip
        if marked:
            axes.plot(
                [row.middle + aside[row]], [row.value], label=f"{row.series}, {row.period}, marker", linestyle="",
                color=style.colour, marker=style.marker, markeredgecolor="white", zorder=4,
            )  # fmt: skip
        if after:
            ends = [row.value, after.value]
            axes.plot([end, end], ends, label="_joint", color=style.colour, linewidth=1, zorder=2.5)


def _draw_bound(axes: Axes, row: _Row, style: Style) -> list[np.ndarray]:
    """Draw bounds as lines over their months, with an area between them, or an arrow at an open end.

    Returns the boxes, in inches, that no word should cover.
    """
    begin, end = row.edges
    label = f"{row.series}, {row.period}, bound"
    for level in row.ends:
        axes.plot(
            [begin, end], [level, level], label=label, color=style.colour, linewidth=2.2,
            solid_capstyle="butt", zorder=3,
        )  # fmt: skip
    if len(row.ends) == 2:
        area = Rectangle((begin, row.low), end - begin, row.high - row.low, facecolor=page.pale(style.colour))
        area.set(linewidth=0.6, edgecolor=page.pale(style.colour), zorder=2.2, label=label)
        axes.add_patch(area)
        return []
    up = 1 if math.isnan(row.high) else -1
    arrow = {"arrowstyle": "<|-,head_length=0.45,head_width=0.25", "color": style.colour, "linewidth": 2.2}
    axes.annotate(
        "", (row.middle, row.ends[0]), (0, up * 72 * _ARROW), textcoords="offset points",
        arrowprops=arrow | {"shrinkB": 0},
    )  # fmt: skip
    ((x, y),) = (axes.transData - axes.transAxes).transform([(row.middle, row.ends[0])]) * page.size(axes)
    bottom, top = sorted((y, y + up * _ARROW))
    return [np.array([x - 0.05, bottom, x + 0.05, top])]


def _draw_whisker(axes: Axes, row: _Row) -> None:
    axes.plot(
        [row.middle] * 2, [row.low, row.high], label=f"{row.series}, {row.period}, range", color=page.INK,
        linewidth=1.2, marker="_", markersize=7, markeredgewidth=1.2, markeredgecolor=page.INK, zorder=3.9,
    )  # fmt: skip


# What the picture shows, in words


def _alt(plots: Sequence[_Panel], title: str, marks: Sequence[TimeMark]) -> str:
    told = [f"{_panel_name(plot)}: {'; '.join(_series_words(plot))}." for plot in plots]
    places = [f"{label} ({fmt.period(period)})" for period, label in marks]
    marked = f" Marked: {fmt.join(places)}." if places else ""
    count = "one panel" if len(plots) == 1 else f"{len(plots)} panels on the same months"
    return f"Chart over time, {count}: {sentence(title)} {' '.join(told)}{marked}"


def _panel_name(plot: _Panel) -> str:
    parts = [part for part in (plot.name, unit_heading(plot.unit)) if part]
    return ", ".join(parts) or "Values"


def _series_words(plot: _Panel) -> list[str]:
    told = []
    for name, rows in plot.series().items():
        lengths = sorted({row.length for row in rows if not row.is_bound}, reverse=True)
        kinds = [[row for row in rows if row.length == length and not row.is_bound] for length in lengths]
        parts = [_kind_words(plot, kind) for kind in kinds]
        parts += [f"{plot.text(row)} in {fmt.period(row.period)}" for row in rows if row.is_bound]
        told.append(f"{name} {', '.join(parts)}".strip())
    return told


def _kind_words(plot: _Panel, rows: Sequence[_Row]) -> str:
    """Return the values of periods of the same length: all of a few, else the ends and the extremes."""
    if len(rows) <= _FEW:
        return ", ".join(f"{plot.text(row)} in {fmt.period(row.period)}{_range_words(plot, row)}" for row in rows)
    kind = _KINDS.get(rows[0].length, f"over {rows[0].length} months each")
    ends = [f"{plot.text(row)} in {fmt.period(row.period)}" for row in (rows[0], rows[-1])]
    low, high = (plot.text(pick(rows, key=lambda row: row.value)) for pick in (min, max))
    return f"{kind} from {ends[0]} to {ends[1]} (lowest {low}, highest {high})"


def _range_words(plot: _Panel, row: _Row) -> str:
    if math.isnan(row.low):
        return ""
    ends = range_text(row.low, row.high, plot.unit, plot.decimals, sign=plot.sign)
    return f" ({ends})"
