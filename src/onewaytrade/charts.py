"""Draw the figures of the notebooks from tables that are already computed.

A builder takes a tidy table, the finding as its title, what is drawn (with units) as its subtitle, and the source
line, and returns a `Chart`. Nothing is calculated here. Lines and points are told apart by colour and shape and
are labelled where they are, in type that stays legible when the picture is shown 360 pixels wide.

Each builder groups its own rows: seaborn 0.13.2 under pandas 3 draws wrong groups for a categorical `hue`
(mwaskom/seaborn #3893, #3922), so it serves for the theme alone.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator

from onewaytrade import fmt, page
from onewaytrade.curves import specification_curve
from onewaytrade.drawing import (
    Chart,
    Months,
    TimeMark,
    amount,
    check_columns,
    completed,
    full_name,
    is_signed,
    limits_of,
    padded,
    records,
    sentence,
    signed,
    split,
    styles_of,
    unit_heading,
    value_axis,
)
from onewaytrade.magnitudes import scale
from onewaytrade.measures import month_number, month_of, months_of
from onewaytrade.page import Column, Label, Page, Row, Style, Words
from onewaytrade.small_multiples import panels

_PLOT: Final = 3.3  # height of a plot that stands alone, in inches
_PANEL: Final = 2.1
_CLOSER: Final = -0.08  # inches that many rows of one line spare
_POINT: Final = 0.1  # width of a point
_TOLD: Final = 15  # rows that an alternative text spells out; the table beside the picture has them all
_QUIET_STYLE: Final = Style(page.PALE, page.QUIET, "")
_GRADES: Final = {"implied": "hollow point: implied by other figures", "bound": "bar alone: bounds only"}


__all__ = [
    "Chart",
    "TimeMark",
    "decomposition",
    "dots",
    "lines",
    "panels",
    "scale",
    "scoreboard",
    "seasons",
    "specification_curve",
    "starts",
]

# Lines over time


@signed
def lines(
    table: pd.DataFrame,
    *,
    title: str,
    subtitle: str,
    unit: str,
    source: str,
    marks: Sequence[TimeMark] = (),
    growth: Mapping[str, float] | None = None,
) -> Chart:
    """Draw monthly series as lines that are labelled at their ends; missing months stay gaps.

    Columns: `month` (YYYY-MM), `series`, `value`, and `panel` for one plot below the other on the same months.
    `marks` are months or ranges with a label. `growth` gives for some series the growth in per cent from the
    first to the last marked month, which is then written at the line.

    Raises ValueError if `growth` is given without two marked months, or a series lacks one of the two.
    """
    styles = styles_of(table["series"])
    plots = split(table, "panel")
    left = page.tick_room(*padded(*limits_of(table["value"])), unit)
    axis = Months.of(
        table["month"], marks, left, page.label_room([*(name for name in styles if name not in plots), ""])
    )
    height, heading, gap = (_PLOT, 0.0, 0.0) if list(plots) == [""] else (_PANEL, page.HEADING, 0.16)
    body = axis.head + (heading + height + gap) * len(plots) - gap + axis.foot
    with page.theme():
        sheet = Page.new(Words(title, subtitle, source), body)
        top = 0.0
        for at, (panel, rows) in enumerate(plots.items()):
            sheet.text(page.MARGIN, top, panel, fontweight="bold")
            top += heading + (axis.head if at == 0 else 0.0)
            axes = sheet.axes(axis.left, top, axis.right, height)
            series = _series(rows, "month", "value")
            value_axis(axes, rows["value"], unit)
            axis.draw(axes, labelled=at == len(plots) - 1)
            axis.draw_marks(axes, sheet if at == 0 else None, top)
            top += height + gap
            _draw_series(axes, series, styles, every=6 if axis.last - axis.first <= 120 else 24)
            # A panel that is named after its only series needs no second label.
            named = {name: values for name, values in series.items() if name != panel}
            page.end_labels(axes, [Label(v.iloc[-1], name, styles[name].ink) for name, v in named.items()])
            _draw_growth(axes, series, styles, growth or {}, axis.marked_months)
    return Chart(sheet.figure, _lines_alt(table, title, unit, growth or {}, axis.marked_months), table, source)


@signed
def starts(
    table: pd.DataFrame,
    *,
    title: str,
    subtitle: str,
    source: str,
    article: str,
    printed: Mapping[str, float] | None = None,
) -> Chart:
    """Draw growth to one fixed end, in per cent, from every month that it could be counted from.

    Columns: `start` (YYYY-MM), `series`, `growth_pct`. `article` is the start to be marked; `printed`
    the growth that the article prints for a series, drawn as a level.
    """
    styles = styles_of(table["series"])
    printed = printed or {}
    levels = {name: f"printed {fmt.pct(value, 0)}" for name, value in printed.items()}
    shown = [*table["growth_pct"], *printed.values(), 0.0]
    marks = [(article, f"counted from {fmt.month(article)}")]
    room = page.label_room([*styles, *levels.values()])
    axis = Months.of(table["start"], marks, page.tick_room(*padded(*limits_of(shown)), "%", sign=True), room)
    series = _series(table, "start", "growth_pct")
    with page.theme():
        sheet = Page.new(Words(title, subtitle, source), axis.head + _PLOT + axis.foot)
        axes = sheet.axes(axis.left, axis.head, axis.right, _PLOT)
        value_axis(axes, shown, "%", sign=True)
        axis.draw(axes, labelled=True)
        axis.draw_marks(axes, sheet, axis.head)
        labels = [Label(values.iloc[-1], name, styles[name].ink) for name, values in series.items()]
        for name, level in levels.items():
            axes.axhline(printed[name], color=styles[name].colour, linewidth=1.4, linestyle=(0, (3, 2)))
            labels.append(Label(printed[name], level, styles[name].ink, "normal"))
        _draw_series(axes, series, styles, every=1)
        page.end_labels(axes, labels)
        taken: list[np.ndarray] = []
        for name, values in series.items():
            if (value := values.get(month_number(article))) is not None:
                point = (month_number(article), float(value))
                page.note_beside(axes, point, fmt.pct(value), styles[name].ink, taken)
    return Chart(sheet.figure, _starts_alt(series, title, article, printed), table, source)


@signed
def seasons(
    table: pd.DataFrame, *, title: str, subtitle: str, unit: str, source: str, highlight: int = 2
) -> Chart:
    """Draw a line for each year over the months from January to December, the last years in colour.

    Columns: `period` (a month, or several of one year, as "2025-01..2025-02") and `value`, comparable between
    periods of unlike length (per day, or per month). A period of several months is drawn as one level over all
    of them, never split and never joined to its neighbours.
    """
    years = sorted({period[:4] for period in table["period"]})
    bright = dict(zip(reversed(years[-highlight:]), page.STYLES, strict=False))
    left = page.tick_room(*padded(*limits_of(table["value"])), unit)
    with page.theme():
        sheet = Page.new(Words(title, subtitle, source), _PLOT + 0.35)
        axes = sheet.axes(left, 0.0, page.label_room(years), _PLOT)
        value_axis(axes, table["value"], unit)
        axes.set_xlim(-0.5, 11.5)
        axes.xaxis.set_major_locator(FixedLocator(range(12)))
        axes.set_xticklabels([fmt.month(f"2000-{number:02d}")[:3] for number in range(1, 13)])
        axes.grid(visible=False, axis="x")
        ends = [_draw_year(axes, table, year, bright.get(year)) for year in years]
        page.end_labels(axes, [label for month, label in ends if month == 11])
        taken: list[np.ndarray] = []
        for month, label in ends:
            if month < 11:
                page.note_beside(axes, (month, label.at), label.text, label.ink, taken)
    return Chart(sheet.figure, _seasons_alt(table, title, unit, years[-highlight:]), table, source)


# Rows of points, intervals or bars


@signed
def dots(table: pd.DataFrame, *, title: str, subtitle: str, unit: str, source: str, decimals: int = 1) -> Chart:
    """Draw rows of points or intervals on one axis, with their numbers in columns beside them.

    Columns: `label` (the row) and `value`; where present, `series` (several points a row, joined by a line, each
    with a shape and a column of its own), `low` and `high` (an interval; without a value, bounds alone),
    `printed` (what the article prints, a tick), `group` (a heading over rows), `grade` ("implied" is drawn
    hollow), `text` (the number as it shall be written, as "about −30"),
    `front` (rows that are true stand out, the others are pale, as in a ranking). Rows, groups and series keep
    the order of the table. Values in "%" or "points" carry their sign.
    """
    check_columns(table, ("label", "value"))
    drawn = completed(table, ("series", "group", "grade", "text"), ("value", "low", "high", "printed"))
    _check_rows(drawn)
    styles = styles_of(drawn["series"])
    ranged = bool(drawn[["low", "high"]].notna().any(axis=None))
    owns = [own for _, own in drawn.groupby(["group", "label"], sort=False)]
    ticks = [own["printed"].max() for own in owns]
    fronts = _fronts(drawn, owns)
    bold = any(fronts)
    columns = [
        Column(name, [_row_text(own[own["series"] == name], unit, decimals) for own in owns], style, bold=bold)
        for name, style in styles.items()
    ]
    if drawn["printed"].notna().any():
        columns.append(Column("article", [_printed_text(tick, unit) for tick in ticks], page.PRINTED, bold=bold))
    apart = 0.18 if ranged else 0.0
    rows = [
        Row(own["label"].iloc[0], own["group"].iloc[0], apart * (len(styles) - 1), front=front)
        for own, front in zip(owns, fronts, strict=True)
    ]
    words = Words(title, subtitle + _grade_key(drawn["grade"]), source)
    with page.theme():
        sheet, [(axes, centres)] = page.forest(words, [rows], columns)
        _row_axis(axes, drawn[["value", "low", "high", "printed"]], unit)
        for own, centre, tick, front in zip(owns, centres, ticks, fronts, strict=True):
            shades = styles if front is not False else {name: _behind(style) for name, style in styles.items()}
            _draw_points(axes, own, centre, shades, apart=apart, stem=not ranged)
            _draw_printed(axes, tick, centre)
    return Chart(sheet.figure, _dots_alt(drawn, title, unit, decimals), table, source)


@signed
def scoreboard(table: pd.DataFrame, *, title: str, subtitle: str, source: str) -> Chart:
    """Draw what is printed against what was computed, one row a claim, on an axis of its own for each unit.

    Columns: `label`, `printed`, `computed`, `low`, `high`, `verdict`, `unit`, and optionally `text`, the computed
    value as it shall be written, without its unit, `group`, a heading over rows (by default their unit, if there
    are several), and `range_low` and `range_high`, between which all definitions of the same question lie: a pale
    bar. The computed value (or, where there is none, its bounds) has the shape and colour of its verdict, which is
    named beside. A unit with one row needs no ticks.
    """
    drawn = completed(table, ("group",), ("printed", "computed", "low", "high", "range_low", "range_high"))
    blocks = [own for _, own in drawn.groupby("unit", sort=False)]
    claims = [claim for own in blocks for claim in records(own)]
    columns = [
        Column("article", [_printed_text(claim["printed"], claim["unit"]) for claim in claims], page.PRINTED),
        Column("data", [page.wrap(_computed_text(claim), 1.5) for claim in claims]),
        Column(
            "verdict",
            [page.wrap(claim["verdict"], 1.5) for claim in claims],
            marks=[fmt.MARKS[claim["verdict"]] for claim in claims],
        ),
    ]
    rows = _scoreboard_rows(blocks)
    bare = [len(own) == 1 for own in rows]
    with page.theme():
        sheet, plots = page.forest(Words(title, subtitle, source), rows, columns, bare=bare)
        for own, (axes, centres), unticked in zip(blocks, plots, bare, strict=True):
            shown = own[["printed", "computed", "low", "high", "range_low", "range_high"]]
            _row_axis(axes, shown, own["unit"].iloc[0])
            if unticked:
                axes.set_xticks([])
            for claim, centre in zip(records(own), centres, strict=True):
                _draw_claim(axes, claim, centre)
    return Chart(sheet.figure, _scoreboard_alt(claims, title), table, source)


@signed
def decomposition(table: pd.DataFrame, *, title: str, subtitle: str, source: str, total: str = "value") -> Chart:
    """Draw growth as a bridge of parts that add up to the total, in log points, for one window or more.

    Columns: `window` (a heading), `part`, `log_points`, `pct` (the same growth in per cent); the part named
    `total` comes last in each window. Raises ValueError if the parts of a window do not add up to its total.
    """
    windows = split(table, "window")
    for name, own in windows.items():
        _check_sum(name, own, total)
    columns = [
        Column("log points", [fmt.number(value, 1, sign=True) for value in table["log_points"]]),
        Column("per cent", [fmt.number(value, 1, sign=True) for value in table["pct"]]),
    ]
    rows = [Row(part, window) for window, own in windows.items() for part in own["part"]]
    with page.theme():
        sheet, [(axes, centres)] = page.forest(Words(title, subtitle, source), [rows], columns)
        places = iter(centres)
        reached = [
            end
            for own in windows.values()
            for end in _draw_bridge(axes, own, list(itertools.islice(places, len(own))), total)
        ]
        _row_axis(axes, pd.DataFrame({"reached": reached}), "")
    return Chart(sheet.figure, _decomposition_alt(windows, title), table, source)


# How lines are drawn


def _series(table: pd.DataFrame, month: str, value: str) -> dict[str, pd.Series]:
    """Return each series as its known values, indexed by month numbers."""
    return {
        name: pd.Series(rows[value].to_numpy(float), index=rows[month].map(month_number)).dropna().sort_index()
        for name, rows in split(table, "series").items()
    }


def _draw_series(
    axes: Axes, series: Mapping[str, pd.Series], styles: Mapping[str, Style], *, every: int = 6
) -> None:
    """Draw each series as one line, broken where months are missing, with a marker `every` so many months."""
    for name, values in series.items():
        grid = values.reindex(range(values.index.min(), values.index.max() + 1))
        # Between gaps a month may stand alone, and would not be seen without a marker.
        step = every if grid.notna().all() else 1
        axes.plot(
            list(grid.index),
            grid.to_numpy(),
            label=name,
            color=styles[name].colour,
            marker=styles[name].marker,
            markevery=[at for at, month in enumerate(grid.index) if month % step == 0],
            markeredgecolor="white",
            zorder=3,
        )


def _draw_growth(
    axes: Axes,
    series: Mapping[str, pd.Series],
    styles: Mapping[str, Style],
    growth: Mapping[str, float],
    marked: Sequence[int],
) -> None:
    """Mark both end months on the lines, and write the growth between them at the second."""
    taken: list[np.ndarray] = []
    for name, rate in growth.items():
        if name not in series:
            continue
        if len(marked) < 2 or not {marked[0], marked[-1]} <= set(series[name].index):
            raise ValueError(f"The growth of {name} needs two marked months that the series has.")
        ends = [marked[0], marked[-1]]
        values = [float(series[name][month]) for month in ends]
        style = styles[name]
        axes.plot(ends, values, color=style.colour, linewidth=1.2, linestyle=(0, (2, 2)), zorder=4)
        axes.plot(
            ends, values, linestyle="", marker=style.marker, markersize=10,
            markerfacecolor="none", markeredgecolor=style.colour, markeredgewidth=2.4, zorder=5,
        )  # fmt: skip
        page.note_beside(axes, (ends[1], values[1]), fmt.pct(rate), style.ink, taken)


def _draw_year(axes: Axes, table: pd.DataFrame, year: str, bright: Style | None) -> tuple[int, Label]:
    """Draw one year: months as a line, longer periods as levels; return its last month and a label for it."""
    style = bright or _QUIET_STYLE
    look: dict[str, Any] = {
        "color": style.colour,
        "linewidth": 2.6 if bright else 1.4,
        "zorder": 4 if bright else 3,
    }
    own = table[table["period"].str.startswith(year)].dropna(subset=["value"]).sort_values("period")
    months = pd.Series(math.nan, index=range(12))
    for period, value in zip(own["period"], own["value"], strict=True):
        inside = [month_number(month) % 12 for month in months_of(period)]
        if len(inside) == 1:
            months[inside[0]] = value
        else:
            ends = [inside[0] - 0.35, inside[-1] + 0.35]
            axes.plot(ends, [value, value], label=period, solid_capstyle="butt", **look | {"linewidth": 5.0})
    if months.notna().any():
        axes.plot(range(12), months.to_numpy(), label=year, marker=style.marker, markeredgecolor="white", **look)
    end = month_number(months_of(own["period"].iloc[-1])[-1]) % 12
    return end, Label(float(own["value"].iloc[-1]), year, style.ink, "bold" if bright else "normal")


# How rows are drawn


def _scoreboard_rows(blocks: Sequence[pd.DataFrame]) -> list[list[Row]]:
    """Return the rows of each block, closer than others, under headings that blocks in a row have only once."""
    rows: list[list[Row]] = []
    before = ""
    for own in blocks:
        unit = unit_heading(str(own["unit"].iloc[0])) if len(blocks) > 1 else ""
        headings = [str(heading) or unit for heading in own["group"]]
        repeated = [heading == before for heading in headings]
        shown = ["" if all(repeated) else heading for heading in headings]
        rows.append([Row(*row, extra=_CLOSER) for row in zip(own["label"], shown, strict=True)])
        before = headings[-1]
    return rows


def _row_axis(axes: Axes, shown: pd.DataFrame, unit: str) -> None:
    """Set the horizontal axis so that it holds all that is shown, and zero."""
    low, high = limits_of([*shown.to_numpy(dtype=float).ravel(), 0.0])
    half_open = {"low", "high"} <= set(shown) and bool((shown["low"].isna() ^ shown["high"].isna()).any())
    room = (0.15 if half_open else 0.06) * (high - low or 1.0)
    axes.set_xlim(low - (room if low < 0 else 0.0), high + (room if high > 0 else 0.3 * room))
    page.set_ticks(axes, "x", unit)
    axes.axvline(0, color=page.QUIET, linewidth=1, zorder=1)


def _fronts(drawn: pd.DataFrame, owns: Sequence[pd.DataFrame]) -> list[bool | None]:
    """Return which rows stand before the others, and which behind; none where no row does."""
    if "front" not in drawn or not drawn["front"].eq(True).any():
        return [None] * len(owns)
    return [bool(own["front"].eq(True).any()) for own in owns]


def _behind(style: Style) -> Style:
    return Style(page.PALE, page.QUIET, style.marker)


def _draw_points(
    axes: Axes, own: pd.DataFrame, centre: float, styles: Mapping[str, Style], *, apart: float, stem: bool
) -> None:
    """Draw the points or intervals of one row; points of several series are joined, a single one has a stem."""
    if stem and own["value"].notna().any():
        reach = [own["value"].min(), own["value"].max()] if len(styles) > 1 else [0.0, own["value"].max()]
        axes.plot(reach, [centre, centre], color=page.PALE, linewidth=2, zorder=2)
    asides = [0.0] * len(own) if apart else _asides(axes, list(own["value"]))
    for point, aside in zip(records(own), asides, strict=True):
        style = styles[point["series"]]
        y = centre + aside + apart * (list(styles).index(point["series"]) - (len(styles) - 1) / 2)
        _draw_range(axes, point["low"], point["high"], y, style.colour)
        mark = fmt.Mark("", style.marker, style.colour, "none" if point["grade"] == "implied" else "full")
        axes.plot([point["value"]], [y], label=point["series"] or point["label"], zorder=4, **_on_white(mark))


def _asides(axes: Axes, values: Sequence[float]) -> list[float]:
    """Return how far, in inches, each point must step aside so that none hides another."""
    (low, high), width = axes.get_xlim(), page.size(axes)[0]
    asides = [0.0] * len(values)
    cluster: list[int] = []
    for at in sorted((at for at, value in enumerate(values) if not math.isnan(value)), key=values.__getitem__):
        if cluster and (values[at] - values[cluster[-1]]) / (high - low) * width > _POINT:
            cluster = []
        cluster.append(at)
        for step, member in enumerate(cluster):
            asides[member] = _POINT * (step - (len(cluster) - 1) / 2)
    return asides


def _draw_range(axes: Axes, low: float, high: float, y: float, colour: str) -> None:
    """Draw an interval as a bar between its ends; one that is open at an end as an arrow."""
    ends = [end for end in (low, high) if not math.isnan(end)]
    axes.plot(ends, [y] * len(ends), color=colour, linestyle="", marker="|", markersize=11, markeredgewidth=2)
    if len(ends) == 2:
        axes.plot(ends, [y, y], color=colour, linewidth=4, alpha=0.45, solid_capstyle="butt", zorder=3)
    elif ends:
        away = 28 if math.isnan(high) else -28
        arrow = {"arrowstyle": "<-", "color": colour, "linewidth": 2, "shrinkB": 0}
        axes.annotate("", (ends[0], y), (away, 0), textcoords="offset points", arrowprops=arrow)


def _draw_printed(axes: Axes, value: float, centre: float) -> None:
    look = page.marker_look(fmt.Mark("", page.PRINTED.marker, page.PRINTED.colour)) | {"markersize": 19}
    axes.plot([value], [centre], label="article", zorder=5, **look)


def _draw_claim(axes: Axes, claim: Mapping[str, Any], centre: float) -> None:
    mark = fmt.MARKS[claim["verdict"]]
    ends = [claim["range_low"], claim["range_high"]]
    axes.plot(
        ends, [centre, centre], color=page.PALE, linewidth=9, solid_capstyle="butt", zorder=1.5, label="range"
    )
    axes.plot([claim["printed"], claim["computed"]], [centre, centre], color=page.PALE, linewidth=2, zorder=2)
    if math.isnan(claim["computed"]):
        _draw_range(axes, claim["low"], claim["high"], centre, mark.colour)
    axes.plot([claim["computed"]], [centre], label=claim["verdict"], zorder=4, **_on_white(mark))
    _draw_printed(axes, claim["printed"], centre)


def _on_white(mark: fmt.Mark) -> dict[str, Any]:
    """Return the look of a mark that covers what lies behind it, with a white rim or, if hollow, inside."""
    look = page.marker_look(mark)
    if mark.fill == "none":
        return look | {"fillstyle": "full", "markerfacecolor": "white", "markeredgewidth": 2.2}
    if mark.fill == "left" or mark.marker == "X":
        return look
    return look | {"markeredgecolor": "white", "markeredgewidth": 0.8, "markersize": 10}


def _draw_bridge(axes: Axes, own: pd.DataFrame, centres: Sequence[float], total: str) -> list[float]:
    """Draw a window's parts as bars that begin where the one before ended, and the total from zero.

    Returns all the ends of bars.
    """
    reached = [0.0]
    for part, size, centre in zip(own["part"], own["log_points"], centres, strict=True):
        begin = 0.0 if part == total else reached[-1]
        style = page.STYLES[4] if part == total else page.STYLES[0 if size >= 0 else 1]
        axes.barh(centre, size, left=begin, height=0.22, color=style.colour, linewidth=0, zorder=3, label=part)
        reached.append(begin + size)
    for end, above, below in zip(reached[1:], centres, centres[1:], strict=False):
        axes.plot([end, end], [above - 0.11, below + 0.11], color=page.QUIET, linewidth=1, zorder=2)
    return reached


def _check_rows(drawn: pd.DataFrame) -> None:
    twice = drawn[drawn.duplicated(["group", "label", "series"])]
    if len(twice):
        row = twice.iloc[0]
        raise ValueError(f"The row {full_name(row['group'], row['label'])!r} has {row['series']!r} twice.")


def _check_sum(window: str, own: pd.DataFrame, total: str) -> None:
    last = own.iloc[-1]
    parts = float(own["log_points"].iloc[:-1].sum())
    if last["part"] != total or not math.isclose(parts, last["log_points"], abs_tol=1e-6):
        raise ValueError(f"The last row of {window!r} must be {total!r} with the sum of the parts, {parts:.6g}.")


def _row_text(own: pd.DataFrame, unit: str, decimals: int) -> str:
    """Return the number or interval of one series in one row; nothing if the row has no such series."""
    return "" if own.empty else own["text"].iloc[0] or _number_or_range(own.iloc[0], "value", unit, decimals)


def _computed_text(claim: Mapping[str, Any]) -> str:
    if claim.get("text"):
        return str(claim["text"])
    decimals = 1 if abs(claim["printed"]) < 100 else 0
    return _number_or_range(claim, "computed", claim["unit"], decimals)


def _number_or_range(row: Mapping[str, Any] | pd.Series, name: str, unit: str, decimals: int) -> str:
    sign = is_signed(unit)
    if not math.isnan(row[name]):
        return fmt.number(row[name], decimals, sign=sign)
    return fmt.interval(row["low"], row["high"], decimals, unit="", sign=sign)


def _printed_text(value: float, unit: str) -> str:
    return "" if math.isnan(value) else page.tick_texts([value], "", sign=is_signed(unit))[0]


def _grade_key(grades: pd.Series) -> str:
    found = [text for grade, text in _GRADES.items() if grade in set(grades)]
    return f"; {'; '.join(found)}" if found else ""


# What the pictures show, in words


def _lines_alt(
    table: pd.DataFrame, title: str, unit: str, growth: Mapping[str, float], marked: Sequence[int]
) -> str:
    told = []
    for panel, rows in split(table, "panel").items():
        for name, values in _series(rows, "month", "value").items():
            ends = [
                f"{amount(values.iloc[at], unit)} in {fmt.month(month_of(values.index[at]))}" for at in (0, -1)
            ]
            low, high = (amount(value, unit) for value in (values.min(), values.max()))
            rate = f", {fmt.pct(growth[name])} between the marked months" if name in growth else ""
            told.append(
                f"{full_name(panel, name)} from {ends[0]} to {ends[1]} (lowest {low}, highest {high}){rate}"
            )
    months = f" Marked: {fmt.join(fmt.month(month_of(month)) for month in marked)}." if marked else ""
    return f"Line chart: {sentence(title)} {'; '.join(told)}.{months}"


def _starts_alt(series: Mapping[str, pd.Series], title: str, article: str, printed: Mapping[str, float]) -> str:
    told = []
    for name, values in series.items():
        own = values.get(month_number(article))
        here = f", {fmt.pct(own)} from {fmt.month(article)}" if own is not None else ""
        says = f" (the article prints {fmt.pct(printed[name], 0)})" if name in printed else ""
        span = f"{fmt.pct(values.min())} to {fmt.pct(values.max())} from {len(values)} start months"
        told.append(f"{name} {span}{here}{says}")
    return f"Line chart of growth by start month: {sentence(title)} {'; '.join(told)}."


def _seasons_alt(table: pd.DataFrame, title: str, unit: str, years: Sequence[str]) -> str:
    told = []
    for year in reversed(years):
        own = table[table["period"].str.startswith(year)].dropna(subset=["value"]).sort_values("value")
        low, high = own.iloc[0], own.iloc[-1]
        told.append(
            f"{year} between {amount(low['value'], unit)} ({fmt.period(low['period'])}) "
            f"and {amount(high['value'], unit)} ({fmt.period(high['period'])})"
        )
    span = f"{table['period'].min()[:4]} to {table['period'].max()[:4]}"
    what = f"Line chart by month of the year, one line for each year from {span}"
    return f"{what}: {sentence(title)} {'; '.join(told)}."


def _dots_alt(table: pd.DataFrame, title: str, unit: str, decimals: int) -> str:
    told = []
    kept = []
    owns = [own for _, own in table.groupby(["group", "label"], sort=False)]
    for at, (own, front) in enumerate(zip(owns, _fronts(table, owns), strict=True)):
        group, label = own["group"].iloc[0], own["label"].iloc[0]
        points = [_point_words(point, unit, decimals) for point in records(own)]
        tick = own["printed"].max()
        says = "" if math.isnan(tick) else f" (article {_printed_text(tick, unit)})"
        told.append(f"{full_name(str(group), str(label))} {', '.join(points)}{says}")
        if at < _TOLD or front:
            kept.append(told[-1])
    left_out = f" and {len(told) - len(kept)} rows more" if len(told) > len(kept) else ""
    return f"Dot chart, {unit_heading(unit)}: {sentence(title)} {'; '.join(kept)}{left_out}."


def _point_words(point: Mapping[str, Any], unit: str, decimals: int) -> str:
    text = _row_text(pd.DataFrame([point]), unit, decimals)
    grade = f" ({point['grade']})" if point["grade"] in _GRADES else ""
    return f"{point['series']} {text}{grade}".strip()


def _scoreboard_alt(claims: Sequence[Mapping[str, Any]], title: str) -> str:
    words = [claim["verdict"] for claim in claims]
    counts = [f"{words.count(word)} {word}" for word in fmt.MARKS if word in words]
    told = [
        f"{claim['label']}: {_printed_text(claim['printed'], claim['unit'])} and {_computed_text(claim)}"
        for claim in claims
    ]
    what = f"Dot chart of printed against computed figures: {sentence(title)} {fmt.join(counts)}"
    return f"{what}. Printed and computed: {'; '.join(told)}." if len(told) <= _TOLD else f"{what}."


def _decomposition_alt(windows: Mapping[str, pd.DataFrame], title: str) -> str:
    told = []
    for window, own in windows.items():
        parts = [
            f"{part} {fmt.number(size, 1, sign=True)}"
            for part, size in zip(own["part"], own["log_points"], strict=True)
        ]
        told.append(f"{window}: {fmt.join(parts[:-1])} make {parts[-1]} log points")
    return f"Bridge chart: {sentence(title)} {'; '.join(told)}."
