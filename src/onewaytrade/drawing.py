"""What the builders of figures share: the chart itself, its time axis, its value axis, and words for it."""

import functools
import io
import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, ParamSpec, cast

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from onewaytrade import colours, fmt, page
from onewaytrade.measures import month_number, month_of, months_of
from onewaytrade.page import Page, Style

# A month ("2022-12": a line) or a range of months ("2025-04..2025-07": a band) of a time axis, and its label.
TimeMark = tuple[str, str]

_MARK_ROW: Final = 0.23
_Given = ParamSpec("_Given")


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn figure with its alternative text, the table it shows, and its source line.

    `drawn_by` is the function that drew it, as a notebook calls it; `claim` the one claim that it is about, if so.
    """

    figure: Figure
    alt: str
    table: pd.DataFrame
    source: str
    claim: str | None = None
    drawn_by: str = ""

    @property
    def foot(self) -> float:
        """Height of the source line at the foot of the picture, as a share of the picture's width."""
        return page.foot(self.figure) / page.WIDTH

    def png(self) -> bytes:
        """Return the picture as a PNG with a palette; the same chart gives the same bytes."""
        from PIL import Image

        with page.theme():
            canvas: Any = self.figure.canvas
            canvas.draw()
            picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        # A palette of our own, since one that is computed from the picture blends rare colours into common ones.
        palette = Image.new("P", (1, 1))
        palette.putpalette(list(itertools.chain.from_iterable(colours.palette())))
        stream = io.BytesIO()
        # One level more makes it smaller by 2 % in more than twice the time.
        picture.quantize(palette=palette, dither=Image.Dither.NONE).save(
            stream, "PNG", compress_level=8, dpi=(page.DPI, page.DPI)
        )
        return stream.getvalue()


def signed(build: Callable[_Given, Chart]) -> Callable[_Given, Chart]:
    """Let a builder leave its name, as a notebook calls it, on the charts that it returns."""

    @functools.wraps(build)
    def built(*args: _Given.args, **named: _Given.kwargs) -> Chart:
        return replace(build(*args, **named), drawn_by=f"charts.{build.__name__}")

    return built


# Axes


@dataclass(frozen=True, slots=True)
class _Mark:
    """A marked month or range, with where its label fits: left end in inches, row counted from the plot."""

    first: int
    last: int
    label: str
    x: float
    row: int

    def clashes(self, x: float, width: float) -> bool:
        """Tell whether a label of this width at `x` would run into this one."""
        gap = 0.15
        return x < self.x + page.text_width(self.label) + gap and self.x < x + width + gap


@dataclass(frozen=True, slots=True)
class Months:
    """The months of a plot, its margins in inches, and the marks on it."""

    first: int
    last: int
    left: float
    right: float
    marks: tuple[_Mark, ...]

    @classmethod
    def of(cls, months: Iterable[str], marks: Sequence[TimeMark], left: float, right: float) -> "Months":
        """Return the axis that holds these months, with the labels of its marks placed clear of each other."""
        numbers = [month_number(month) for month in months]
        axis = cls(min(numbers), max(numbers), left, right, ())
        placed = axis._outward(marks)
        if placed:
            return cls(axis.first, axis.last, left, right, tuple(placed))
        placed = []
        for period, label in marks:
            inside = [month_number(month) for month in months_of(period)]
            width = page.text_width(label)
            x = axis.inches((inside[0] + inside[-1]) / 2) - width / 2
            x = min(max(x, page.MARGIN), page.WIDTH - page.MARGIN - width)
            full = {mark.row for mark in placed if mark.clashes(x, width)}
            row = next(row for row in itertools.count() if row not in full)
            placed.append(_Mark(inside[0], inside[-1], label, x, row))
        return cls(axis.first, axis.last, left, right, tuple(placed))

    def _outward(self, marks: Sequence[TimeMark]) -> list[_Mark]:
        """Return two marked months with their labels to the left of the one and to the right of the other.

        Returns nothing where the labels have room above their lines, or none beside them.
        """
        if len(marks) != 2 or any(len(months_of(period)) > 1 for period, _ in marks):
            return []
        (first, one), (last, other) = sorted(
            (month_number(months_of(period)[0]), label) for period, label in marks
        )
        wide, broad = page.text_width(one), page.text_width(other)
        ends = self.inches(first), self.inches(last)
        clear = ends[0] + wide / 2 + 0.15 <= min(ends[1], page.WIDTH - page.MARGIN - broad / 2) - broad / 2
        fits = ends[0] - wide >= page.MARGIN and ends[1] + broad <= page.WIDTH - page.MARGIN
        if clear or not fits:
            return []
        return [_Mark(first, first, one, ends[0] - wide, 0), _Mark(last, last, other, ends[1], 0)]

    @property
    def head(self) -> float:
        """Inches above the first plot for the labels of the marks."""
        return _MARK_ROW * max((mark.row + 1 for mark in self.marks), default=0)

    @property
    def foot(self) -> float:
        """Inches below the last plot for its ticks."""
        return 0.5 if self.quarterly else 0.32

    @property
    def quarterly(self) -> bool:
        """Whether there is room to label quarters, not years."""
        return self.last - self.first < 36

    @property
    def marked_months(self) -> tuple[int, ...]:
        """The months that are marked by a line, in order."""
        return tuple(sorted(mark.first for mark in self.marks if mark.first == mark.last))

    def inches(self, month: float) -> float:
        """Return how far from the left of the page a month lies."""
        return self.left + (month - self.first + 0.6) / (self.last - self.first + 1.2) * (
            page.WIDTH - self.left - self.right
        )

    def draw(self, axes: Axes, *, labelled: bool) -> None:
        """Set the axis: ticks at Januaries, or, where there is room, at quarters."""
        step = 3 if self.quarterly else 12 * math.ceil((self.last - self.first) / 120)
        ticks = [month for month in range(self.first, self.last + 1) if month % step == 0]
        axes.set_xlim(self.first - 0.6, self.last + 0.6)
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.tick_params(axis="x", bottom=True, length=4, color=page.PALE, labelbottom=labelled)
        axes.grid(visible=False, axis="x")
        names = [fmt.month(month_of(tick), short=True).split(" ") for tick in ticks]
        axes.set_xticklabels(
            [
                f"{name}\n{year}" if name == "Jan" or (at == 0 and name != "Oct") else name
                for at, (name, year) in enumerate(names)
            ]
            if self.quarterly
            else [year for _, year in names]
        )

    def draw_spans(self, axes: Axes, step: int, *, labelled: bool) -> None:
        """Set the axis: years (`step` 12) or quarters (3) between ticks, each named in its middle."""
        begins = [month for month in range(self.first - step + 1, self.last + 1) if month % step == 0]
        low, high = self.first - 0.5, self.last + 0.5
        axes.set_xlim(low - 0.1, high + 0.1)
        axes.set_xticks([month - 0.5 for month in [*begins, begins[-1] + step] if low <= month - 0.5 <= high], [])
        axes.tick_params(axis="x", bottom=True, length=6, color=page.PALE)
        axes.tick_params(axis="x", which="minor", bottom=False, labelbottom=labelled, pad=4)
        axes.grid(visible=False, axis="x", which="both")
        shown = [(max(month - 0.5, low), min(month + step - 0.5, high)) for month in begins]
        room = page.text_width("2000" if step == 12 else "Q4") + 0.12
        every = math.ceil(room / max(self.inches(begins[0] + step) - self.inches(begins[0]), 0.01))
        # Counted back from the last whole year, which is named; a quarter of four is a first one.
        phase = max(month for month in begins if month + step <= self.last + 1 or month == begins[0]) // step
        phase = phase if step == 12 else 0
        regular = [at for at, month in enumerate(begins) if (month // step - phase) % every == 0]
        kept: list[int] = []
        # A period that is cut off at an end gives way to its whole neighbour.
        for at in sorted(regular, key=lambda at: shown[at][1] - shown[at][0] < step):
            middle = self.inches(sum(shown[at]) / 2)
            if all(abs(middle - self.inches(sum(shown[other]) / 2)) >= room for other in kept):
                kept.append(at)
        kept.sort()
        names = [_span_name(begins[at], step, first=at == kept[0]) for at in kept]
        axes.set_xticks([sum(shown[at]) / 2 for at in kept], names, minor=True)

    def draw_marks(self, axes: Axes, sheet: Page | None, top: float) -> None:
        """Draw the marks, and on the sheet, if given, their labels above the plot, which begins at `top`."""
        for mark in self.marks:
            if mark.first == mark.last:
                axes.axvline(mark.first, color=page.QUIET, linewidth=1, zorder=1.5)
            else:
                axes.axvspan(mark.first - 0.5, mark.last + 0.5, color="#EDEDED", zorder=0)
            if sheet:
                sheet.text(mark.x, top - _MARK_ROW * (mark.row + 1), mark.label, color=page.QUIET)


def _span_name(month: int, step: int, *, first: bool) -> str:
    """Return a year ("2024") or a quarter ("Q2", with its year at the first of the axis and of each year)."""
    year, quarter = month_of(month)[:4], f"Q{month % 12 // 3 + 1}"
    if step == 12:
        return year
    # A second line, if an empty one, keeps all on one level.
    return f"{quarter}\n{year}" if quarter == "Q1" or first else f"{quarter}\n"


def value_axis(
    axes: Axes,
    values: Iterable[float],
    unit: str,
    *,
    sign: bool = False,
    limits: tuple[float, float] | None = None,
) -> None:
    """Set the vertical axis so that it holds these values, with a line at zero where they cross it.

    `limits` are its ends; by default a little beyond the values.
    """
    low, high = limits_of(values)
    axes.set_ylim(*(limits or padded(low, high)))
    page.set_ticks(axes, "y", unit, sign=sign)
    axes.tick_params(axis="y", length=0, pad=4)
    sns.despine(ax=axes, left=True)
    if low <= 0 <= high:
        axes.axhline(0, color=page.QUIET, linewidth=1, zorder=2)


def padded(low: float, high: float) -> tuple[float, float]:
    """Return the ends of a vertical axis that goes a little beyond these values."""
    room = 0.07 * (high - low or abs(high) or 1.0)
    return low - room, high + room


def limits_of(values: Iterable[float]) -> tuple[float, float]:
    """Return the lowest and the highest of the known values."""
    known = [float(value) for value in values if math.isfinite(value)]
    return min(known), max(known)


# Tables


def styles_of(names: Iterable[str]) -> dict[str, Style]:
    """Return a style for each name, in their order."""
    return dict(zip(dict.fromkeys(names), itertools.cycle(page.STYLES), strict=False))


def split(table: pd.DataFrame, column: str) -> dict[str, pd.DataFrame]:
    """Return the rows of each value of a column, in the order of the table; all under "" without the column."""
    if column not in table:
        return {"": table}
    return {str(name): rows for name, rows in table.groupby(column, sort=False)}


def completed(table: pd.DataFrame, words: Sequence[str], numbers: Sequence[str]) -> pd.DataFrame:
    """Return the table with empty texts and missing numbers where it lacks an optional column or a text."""
    gaps = [name for name in words if name in table and table[name].isna().any()]
    table = table.assign(**{name: table[name].astype(object).where(table[name].notna(), "") for name in gaps})
    blank: dict[str, Any] = dict.fromkeys(words, "") | dict.fromkeys(numbers, math.nan)
    lacking = {name: value for name, value in blank.items() if name not in table}
    return table.assign(**lacking).astype(dict.fromkeys(numbers, float))


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table, each by the names of its columns."""
    return cast("list[dict[str, Any]]", table.to_dict("records"))


def check_columns(table: pd.DataFrame, needed: Sequence[str]) -> None:
    """Raise ValueError if a table has no rows, lacks a needed column, or a cell of it that names something."""
    lacking = [name for name in needed if name not in table]
    if lacking:
        raise ValueError(f"The table of the chart lacks {fmt.join(map(repr, lacking))}; it has {list(table)}.")
    if table.empty:
        raise ValueError("The table of the chart has no rows.")
    for name in needed:
        if name != "value" and table[name].isna().any():
            raise ValueError(f"Row {int(table[name].isna().to_numpy().argmax())} of the chart has no {name!r}.")


def check_bounds(name: str, value: float, low: float, high: float) -> None:
    """Raise ValueError if a row says nothing, or if its value and its bounds do not fit each other."""
    if any(math.isinf(number) for number in (value, low, high)):
        raise ValueError(f"{name} is infinite: leave out the bound at an open end.")
    if math.isnan(value) and math.isnan(low) and math.isnan(high):
        raise ValueError(f"{name} has no value and no bound: leave out the row.")
    if low > high:
        raise ValueError(f"{name} has a lower bound of {low:g} above its upper one of {high:g}.")
    if not math.isnan(value) and math.isnan(low) != math.isnan(high):
        raise ValueError(f"{name} has a value and one bound: give both ends of its range, or none.")
    if value < low or value > high:
        raise ValueError(f"{name} has a value of {value:g} outside its range of {low:g} to {high:g}.")


# Words


def is_per_cent(unit: str) -> bool:
    """Tell whether a unit is per cent, or per cent of something ("% of sales")."""
    return unit == "%" or unit.startswith("% ")


def tick_unit(unit: str) -> str:
    """Return what of a unit is written at each number: the sign of per cent, or nothing."""
    return "%" if is_per_cent(unit) else ""


def plain(value: float, unit: str, decimals: int, *, sign: bool = False) -> str:
    """Return a number without decimals that say nothing (48, not 48.0), with the sign of per cent."""
    counts = range(decimals)
    needed = next((n for n in counts if math.isclose(value, round(value, n), abs_tol=1e-9)), decimals)
    return fmt.with_unit(value, tick_unit(unit), needed, sign=sign)


def rounded(value: float, low: float, high: float, unit: str, decimals: int, *, sign: bool = False) -> str:
    """Return a value, without decimals that say nothing where its range is as wide as "about" leaves it."""
    if high - low >= 1:
        return plain(value, unit, decimals, sign=sign)
    return fmt.with_unit(value, tick_unit(unit), decimals, sign=sign)


def bounds_text(low: float, high: float, unit: str, decimals: int, *, sign: bool = False) -> str:
    """Return bounds as words: "more than 48", "less than 5", "20–30", or "−30 to −20"."""
    if math.isnan(high):
        return f"more than {plain(low, unit, decimals, sign=sign)}"
    if math.isnan(low):
        return f"less than {plain(high, unit, decimals, sign=sign)}"
    last = plain(high, unit, decimals, sign=sign)
    first = plain(low, "", decimals, sign=sign)
    return f"{first}\N{EN DASH}{last}" if low >= 0 and not sign else f"{first} to {last}"


def range_text(low: float, high: float, unit: str, decimals: int, *, sign: bool = False) -> str:
    """Return the range of a value, with more decimals than it where the ends would lose much by rounding."""
    more = (
        places
        for places in range(decimals, decimals + 4)
        if all(abs(round(end, places) - end) <= 0.1 * (high - low) for end in (low, high))
    )
    return bounds_text(low, high, unit, next(more, decimals), sign=sign)


def is_signed(unit: str) -> bool:
    """Tell whether values of a unit are changes, which carry their sign."""
    return unit in {"%", "points"}


def unit_heading(unit: str) -> str:
    """Return a unit as words."""
    return f"per cent{unit[1:]}" if is_per_cent(unit) else unit


def amount(value: float, unit: str) -> str:
    """Return a value for running text, with its unit if that is per cent."""
    return fmt.with_unit(value, "%" if unit == "%" else "", 1, sign=is_signed(unit))


def full_name(group: str, name: str) -> str:
    """Return a name with the group that it belongs to, if any."""
    return f"{group}, {name}" if group and name else group or name


def sentence(title: str) -> str:
    """Return a text with a stop at its end."""
    return title if title.endswith((".", "?", "!")) else f"{title}."
