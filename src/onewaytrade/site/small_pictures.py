"""Draw a claim's printed and computed value on a line as a small SVG, with the range over its definitions.

The printed value is an upright tick, the computed one the shape of its verdict, drawn out over the interval if the
data give one; the range over all definitions of the same question is a thin band, and zero a dotted line. All
rates in per cent stand on one scale, so that their pictures can be compared; any other figure has a scale of its
own, which is told in words beside it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import count
from typing import Any, Final

from onewaytrade import fmt, scoreboard
from onewaytrade.site import marks

WIDTH: Final = 160
HEIGHT: Final = 28
MARGIN: Final = 12  # at either end of the scale, for shapes that stand on it and for arrows that point beyond
_MIDDLE: Final = HEIGHT / 2
_TICK: Final = 10  # from the middle, up and down
_BAND: Final = 8
_LEAST: Final = 2.0  # what a band measures at least, so that it is seen
_RADIUS: Final = 4.5
_ARROW: Final = 4
_RATE: Final = "%"
_HELD: Final = 0.9  # of the rates the common scale holds so many; the rest are arrows at its end
_STEPS: Final = (1, 2, 5)
_MOST_STEPS: Final = 6
_ROOM: Final = 1.2  # the scale of an open bound goes on for a fifth of it
# Where a claim prints no figure but a direction, an arrow from zero stands in place of the tick.
_DIRECTIONS: Final = {"rising": 1, "falling": -1}


@dataclass(frozen=True, slots=True)
class Scale:
    """What a picture's line spans, from `low` to `high` in `unit`, with a label at every `step`.

    A `shared` scale is that of all rates in per cent; any other is one claim's own.
    """

    low: float
    high: float
    step: float
    unit: str
    shared: bool

    def x(self, value: float) -> float:
        """Return the place of a value in pixels; one beyond the scale stands at its end."""
        held = min(max(value, self.low), self.high)
        return MARGIN + (held - self.low) / (self.high - self.low) * (WIDTH - 2 * MARGIN)

    @property
    def steps(self) -> tuple[float, ...]:
        """The values at which the line is labelled."""
        number = round((self.high - self.low) / self.step)
        return tuple(self.low + place * self.step for place in range(number + 1))

    @property
    def words(self) -> str:
        """The scale in words, as "0 to 300 cases"."""
        return fmt.span(self.low, self.high, self.unit)


def scales(verdicts: Sequence[Mapping[str, Any]]) -> dict[str, Scale]:
    """Return the scale of each claim that has a figure, by the claim's id; all rates in per cent share one.

    Give all verdicts of the run, on whatever page the picture stands: a claim then looks the same everywhere.
    """
    pictured = [verdict for verdict in verdicts if _values(verdict)]
    rates = sorted(
        (_values(verdict) for verdict in pictured if verdict["unit"] == _RATE),
        key=lambda values: max(map(abs, values)),
    )
    held = rates[: math.ceil(_HELD * len(rates))]
    common = _scale([value for values in held for value in values], _RATE, shared=True) if held else None
    return {
        verdict["claim"]: common
        if common and verdict["unit"] == _RATE
        else _scale(
            [*_values(verdict), *filter(math.isfinite, _ends(verdict)), *_room(verdict)],
            verdict["unit"],
            shared=False,
        )
        for verdict in pictured
    }


def draw(verdict: Mapping[str, Any], scale: Scale) -> str:
    """Return a claim's picture on a scale, as an SVG in the verdict's colour with its alternative text.

    home.css styles its classes: `owt-axis`, `owt-zero`, `owt-band`, `owt-tick`, `owt-arrow`, `owt-hollow`.
    """
    word = verdict["verdict"]
    drawn = [
        _line("owt-axis", f"M{MARGIN} {_MIDDLE:g}H{WIDTH - MARGIN}"),
        *([_upright("owt-zero", scale.x(0), _MIDDLE)] if scale.low <= 0 <= scale.high else []),
        _band(verdict, scale),
        _printed(verdict, scale),
        _computed(verdict, scale),
    ]
    return (
        f'<svg class="owt-picture owt-{marks.TONES[word]}" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" role="img" aria-label="{escape(alternative(verdict))}">{"".join(drawn)}</svg>'
    )


def alternative(verdict: Mapping[str, Any]) -> str:
    """Return what a claim's picture shows, in words composed from its numbers."""
    computed = f", computed {verdict['computed_text']}" if verdict["computed_text"] else ""
    over = scoreboard.span(dict(verdict))
    spread = f"; over all definitions of the same question {over}" if over else ""
    return f"Printed {verdict['printed_text']}{computed}{spread}"


def ruler(scale: Scale) -> str:
    """Return the labels of a scale, as an SVG to stand above the pictures that share it."""
    labels = "".join(
        f'<path class="owt-axis" d="M{marks.short(scale.x(value))} 22V28"/>'
        f'<text x="{marks.short(scale.x(value))}" y="17" text-anchor="middle">{_label(value, scale)}</text>'
        for value in scale.steps[:: 2 if len(scale.steps) > 5 else 1]
    )
    return (
        f'<svg class="owt-ruler" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'aria-hidden="true" focusable="false">{labels}</svg>'
    )


def _label(value: float, scale: Scale) -> str:
    return fmt.number(value, 0 if float(scale.step).is_integer() else 1, sign=scale.unit == _RATE)


def _values(verdict: Mapping[str, Any]) -> list[float]:
    """Return the printed value, the computed one and the ends of its interval, as far as there are any."""
    named = ("printed", "computed", "computed_low", "computed_high")
    return [float(verdict[name]) for name in named if verdict.get(name) is not None]


def _ends(verdict: Mapping[str, Any]) -> list[float]:
    """Return the ends of the range over all definitions, an open one being infinite; nothing of a single one."""
    if not scoreboard.span(dict(verdict)):
        return []
    low, high = verdict["range"]
    return [-math.inf if low is None else low, math.inf if high is None else high]


def _room(verdict: Mapping[str, Any]) -> list[float]:
    """Return a value beyond the end of a bound, so that its picture shows that it is open."""
    low, high = verdict["computed_low"], verdict["computed_high"]
    return [_ROOM * (low if high is None else high)] if (low is None) != (high is None) else []


def _scale(values: Sequence[float], unit: str, *, shared: bool) -> Scale:
    """Return the smallest scale with zero on it, in steps of 1, 2 or 5 and at most six, that holds all values."""
    low, high = min(0.0, *values), max(0.0, *values)
    if low == high:
        high = 1.0
    for power in count(math.floor(math.log10(high - low)) - 1):
        for first in _STEPS:
            step = first * 10.0**power
            below, above = math.floor(low / step), math.ceil(high / step)
            if above - below <= _MOST_STEPS:
                return Scale(below * step, above * step, step, unit, shared)
    raise AssertionError("a larger step always holds the values")


def _printed(verdict: Mapping[str, Any], scale: Scale) -> str:
    value = verdict["printed"]
    if value is None:
        return _pointing(verdict["printed_text"], scale)
    return _upright("owt-tick", scale.x(value), _TICK) + _beyond("owt-tick", value, scale, _TICK - _ARROW)


def _pointing(direction: str, scale: Scale) -> str:
    """Return an arrow from zero to where the article says that it goes, above the line."""
    way = _DIRECTIONS.get(direction)
    if way is None:
        return ""
    start, top = scale.x(0), _MIDDLE - _TICK + 2
    tip = start + way * 14
    head = f"M{marks.short(tip - way * 3)} {top - 3:g}L{marks.short(tip)} {top:g}l{-3 * way} 3"
    return _line("owt-tick", f"M{marks.short(start)} {top:g}H{marks.short(tip)}{head}")


def _computed(verdict: Mapping[str, Any], scale: Scale) -> str:
    """Return the verdict's shape at the computed value, or drawn out from end to end of an interval or a bound."""
    value, low, high = verdict["computed"], verdict["computed_low"], verdict["computed_high"]
    if value is not None:
        return marks.shape(verdict["verdict"], scale.x(value), _MIDDLE, _RADIUS) + _beyond(
            "owt-arrow", value, scale, 0
        )
    if low is None and high is None:
        return ""
    first, last = scale.x(scale.low if low is None else low), scale.x(scale.high if high is None else high)
    mark = fmt.MARKS[verdict["verdict"]]
    drawn = (
        f'<rect x="{marks.short(first - _RADIUS)}" y="{marks.short(_MIDDLE - _RADIUS)}" '
        f'width="{marks.short(last - first + 2 * _RADIUS)}" height="{marks.short(2 * _RADIUS)}" '
        f'rx="{_RADIUS if mark.marker == "o" else 1:g}" {marks.fill(verdict["verdict"])}/>'
    )
    return drawn if low is not None and high is not None else drawn + _open("owt-arrow", up=high is None)


def _band(verdict: Mapping[str, Any], scale: Scale) -> str:
    """Return the range over all definitions as a band, as far as it lies on the scale."""
    ends = _ends(verdict)
    if not ends or ends[0] > scale.high or ends[1] < scale.low:
        return ""
    left, right = map(scale.x, ends)
    missing = max(0.0, _LEAST - (right - left))
    return (
        f'<rect class="owt-band" x="{marks.short(left - missing / 2)}" y="{_MIDDLE - _BAND / 2:g}" '
        f'width="{marks.short(right - left + missing)}" height="{_BAND}"/>'
    )


def _beyond(name: str, value: float, scale: Scale, lift: float) -> str:
    """Return an arrow at the end of the scale that a value lies beyond."""
    if scale.low <= value <= scale.high:
        return ""
    return _open(name, up=value > scale.high, lift=lift)


def _open(name: str, *, up: bool, lift: float = 0) -> str:
    tip, way = (WIDTH - 1, -1) if up else (1, 1)
    return _line(
        name, f"M{tip + way * _ARROW} {_MIDDLE - lift - _ARROW:g}l{-way * _ARROW} {_ARROW}l{way * _ARROW} {_ARROW}"
    )


def _upright(name: str, x: float, half: float) -> str:
    return _line(name, f"M{marks.short(x)} {_MIDDLE - half:g}V{_MIDDLE + half:g}")


def _line(name: str, path: str) -> str:
    return f'<path class="{name}" d="{path}"/>'
