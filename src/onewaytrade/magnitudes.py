"""Draw magnitudes to scale: bars from zero, with what is only bounded drawn as bounded."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from onewaytrade import page
from onewaytrade.drawing import (
    Chart,
    bounds_text,
    check_bounds,
    check_columns,
    completed,
    full_name,
    limits_of,
    range_text,
    records,
    rounded,
    sentence,
    signed,
    tick_unit,
    unit_heading,
)
from onewaytrade.page import Row, Words

_BAR: Final = 0.24  # height of a bar, in inches
_ARROW: Final = 0.34  # length of the arrow at an open end
_GAP: Final = 0.09  # between a bar and its number, and between a number and its note
_NOTE: Final = (1.9, 1.2)  # width that a number with its note may take, where bars go one way and where both
_SMALL: Final = 11.0
_ZERO: Final = 0.3
_STYLE: Final = page.STYLES[0]


@signed
def scale(table: pd.DataFrame, *, title: str, subtitle: str, unit: str, source: str, decimals: int = 1) -> Chart:
    """Draw magnitudes as bars from zero on one scale, one row each, with the numbers at their ends.

    Columns: `label` and `value`; where present, `low` and `high` (with a value, the range that it is rounded
    from, a whisker; without one, bounds: solid as far as is certain, then hatched up to the other bound, or an
    arrow where there is none), `group` (a heading over rows), `note` (a few words after the number). Values
    below zero go to the left. Numbers carry no plus, and "%" if the unit is "%" or begins with it ("% of GDP").

    Raises ValueError for a row without a value or bound, with bounds that its value does not fit, or with an
    open end towards zero ("less than 5": write `low` 0 if that is what it means), which no bar can show.
    """
    check_columns(table, ("label", "value"))
    drawn = completed(table, ("group", "note"), ("value", "low", "high"))
    rows = records(drawn)
    for row in rows:
        _check(row)
    room = _NOTE[any(_goes_left(row) for row in rows)]
    bars = [_Bar.of(row, unit, decimals, room) for row in rows]
    lines = [Row(bar.label, bar.group, inner=bar.height) for bar in bars]
    with page.theme():
        sheet, [(axes, centres)] = page.forest(Words(title, subtitle, source), [lines], ())
        _set_axis(axes, bars, unit)
        for bar, centre in zip(bars, centres, strict=True):
            _draw(axes, bar, centre)
            _write(axes, bar, centre)
    return Chart(sheet.figure, _alt(bars, title, unit, decimals), table, source)


@dataclass(frozen=True, slots=True)
class _Bar:
    """A magnitude with its words: the number, and a note that stands after it or, in lines, below it."""

    label: str
    group: str
    value: float
    low: float
    high: float
    number: str
    note: str
    below: bool

    @classmethod
    def of(cls, row: Mapping[str, Any], unit: str, decimals: int, room: float) -> "_Bar":
        value, low, high = (float(row[name]) for name in ("value", "low", "high"))
        if math.isnan(value):
            number = bounds_text(low, high, unit, decimals)
        else:
            number = rounded(value, low, high, unit, decimals)
        note = str(row["note"])
        bar = cls(str(row["label"]), str(row["group"]), value, low, high, number, note, below=False)
        if not note or (bar.width <= room and not bar.leftward):
            return bar
        note = page.balance(note, room, _SMALL)
        return cls(bar.label, bar.group, value, low, high, number, note, below=True)

    @property
    def ends(self) -> list[float]:
        """Zero and all known ends."""
        return [0.0, *(end for end in (self.value, self.low, self.high) if not math.isnan(end))]

    @property
    def leftward(self) -> bool:
        """Whether the bar goes to the left of zero, with its words beyond its end."""
        return _goes_left({"value": self.value, "low": self.low, "high": self.high})

    @property
    def is_open(self) -> bool:
        """Whether the magnitude has a bound on the side of zero alone."""
        return math.isnan(self.value) and math.isnan(self.low) != math.isnan(self.high)

    @property
    def certain(self) -> float:
        """How far the magnitude goes at least."""
        if not math.isnan(self.value):
            return self.value
        if self.leftward:
            return self.high
        return self.low if self.low > 0 else 0.0

    @property
    def away(self) -> float:
        """Inches from the bar's end to its words."""
        return _GAP + (_ARROW if self.is_open else 0.0)

    @property
    def width(self) -> float:
        """Inches that the words take."""
        number, note = page.text_width(self.number, page.TEXT, "bold"), page.text_width(self.note, _SMALL)
        if self.below:
            return max(number, note)
        return number + (note + _GAP if self.note else 0.0)

    @property
    def height(self) -> float:
        """Inches that the words take, from top to bottom."""
        return page.text_height(self.number) + (page.text_height(self.note, _SMALL) if self.below else 0.0)


def _check(row: Mapping[str, Any]) -> None:
    name = f"The row {full_name(str(row['group']), str(row['label']))!r}"
    check_bounds(name, row["value"], row["low"], row["high"])
    if math.isnan(row["value"]):
        if math.isnan(row["high"]) and row["low"] < 0:
            raise ValueError(f"{name} is more than {row['low']:g}, which may be on either side of zero.")
        if math.isnan(row["low"]) and row["high"] > 0:
            raise ValueError(f"{name} is less than {row['high']:g}: give it a low of 0 if it cannot be negative.")


def _goes_left(row: Mapping[str, Any]) -> bool:
    return bool(row["value"] < 0 or (math.isnan(row["value"]) and row["high"] <= 0))


def _set_axis(axes: Axes, bars: Sequence[_Bar], unit: str) -> None:
    """Set the horizontal axis so that it holds zero, all bars, and the words at their ends."""
    low, high = limits_of([end for bar in bars for end in bar.ends])
    width = page.size(axes)[0]
    left, right = low, high if high > low else low + 1.0
    # Each round gives the words the room that they need at the scale found so far.
    for _ in range(100):
        inch = (right - left) / width
        left = min([low, *(min(bar.ends) - (bar.away + bar.width) * inch for bar in bars if bar.leftward)])
        right = max([high, *(max(bar.ends) + (bar.away + bar.width) * inch for bar in bars if not bar.leftward)])
    # A zero at the right end needs room for its number.
    axes.set_xlim(left, max(right, _ZERO * (right - left) / width))
    page.set_ticks(axes, "x", tick_unit(unit))
    # No ticks where there are only words.
    ticks = [
        (float(at), text.get_text()) for at, text in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)
    ]
    ticks = [(at, text) for at, text in ticks if low <= at <= high]
    axes.set_xticks([at for at, _ in ticks], [text for _, text in ticks])
    axes.axvline(0, color=page.QUIET, linewidth=1, zorder=3.5)


def _draw(axes: Axes, bar: _Bar, centre: float) -> None:
    """Draw a bar as far as its magnitude is certain, and beyond that its range, its bounds or its open end."""
    colour = _STYLE.colour
    if bar.certain:
        axes.barh(centre, bar.certain, height=_BAR, color=colour, linewidth=0, zorder=3, label=bar.label)
    if not math.isnan(bar.value):
        axes.plot(
            [bar.low, bar.high], [centre, centre], label=f"{bar.label}, range", color=page.INK, linewidth=1.4,
            marker="|", markersize=9, markeredgewidth=1.4, markeredgecolor=page.INK, zorder=4,
        )  # fmt: skip
    elif bar.is_open:
        arrow = {
            "arrowstyle": "<|-,head_length=0.45,head_width=0.25",
            "color": colour,
            "linewidth": 2.2,
            "shrinkB": 0,
        }
        away = (-72 if bar.leftward else 72) * _ARROW
        axes.annotate("", (bar.certain, centre), (away, 0), textcoords="offset points", arrowprops=arrow)
    else:
        axes.barh(
            centre, bar.high - bar.low, left=bar.low, height=_BAR, label=f"{bar.label}, bounds",
            facecolor="white", edgecolor=colour, hatch="////", linewidth=1.2, zorder=2.9,
        )  # fmt: skip


def _write(axes: Axes, bar: _Bar, centre: float) -> None:
    """Write the number and its note beyond the end of a bar."""
    end = min(bar.ends) if bar.leftward else max(bar.ends)
    top = centre - bar.height / 2
    line = 0.76 * page.text_height(bar.number)
    _put(axes, bar, (end, top + line), bar.number, fontweight="bold")
    if not bar.below:
        # Measured large, since small type is measured on whole pixels.
        after = page.text_width(bar.number, 8 * page.TEXT, "bold") / 8 + _GAP
        _put(axes, bar, (end, top + line), bar.note, after=after, fontsize=_SMALL, color=page.QUIET)
        return
    for at, text in enumerate(bar.note.split("\n")):
        down = page.text_height(bar.number) + (at + 0.76) * page.text_height(text, _SMALL)
        _put(axes, bar, (end, top + down), text, fontsize=_SMALL, color=page.QUIET)


def _put(axes: Axes, bar: _Bar, place: tuple[float, float], text: str, *, after: float = 0.0, **look: Any) -> None:
    axes.annotate(
        text,
        place,
        ((-72 if bar.leftward else 72) * (bar.away + after), 0),
        textcoords="offset points",
        ha="right" if bar.leftward else "left",
        va="baseline",
        annotation_clip=False,
        path_effects=[withStroke(linewidth=3, foreground="white")],
        zorder=6,
        **look,
    )


def _alt(bars: Sequence[_Bar], title: str, unit: str, decimals: int) -> str:
    told = []
    for bar in bars:
        ranged = not math.isnan(bar.value) and not math.isnan(bar.low)
        asides = [range_text(bar.low, bar.high, unit, decimals)] if ranged else []
        asides += [bar.note.replace("\n", " ")] if bar.note else []
        aside = f" ({'; '.join(asides)})" if asides else ""
        told.append(f"{full_name(bar.group, bar.label)} {bar.number}{aside}")
    return f"Bar chart from zero, {unit_heading(unit)}: {sentence(title)} {'; '.join(told)}."
