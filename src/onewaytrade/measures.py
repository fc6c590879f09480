"""Pure calculators: numbers and tidy frames in, numbers and tidy frames out, no files and no drawing.

Growth is in per cent, logs are in log points (100 times the natural logarithm). A period is written as in
`data/`: "2022" (calendar year), "2022Q4" (quarter), "2022-12" (month) or "2025-01..2025-05" (months, both
ends included).
"""

import calendar
import difflib
import functools
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import numpy as np
import pandas as pd

from onewaytrade.errors import OneWayTradeError, ParameterError

_MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


class MeasureError(OneWayTradeError):
    """A calculation was asked for over a period, or of a quantity, that the data do not have."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval that is known to hold a number: [low, high].

    Sums, differences, products and quotients are those of interval arithmetic (Moore, *Interval Analysis*,
    1966), so that the rounding of every input is carried into the result. Raises ValueError when `low`
    lies above `high`, and ZeroDivisionError when a divisor holds zero.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"An interval needs low <= high, not {self.low} and {self.high}.")

    def __add__(self, other: "Interval") -> "Interval":
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other: "Interval") -> "Interval":
        return Interval(self.low - other.high, self.high - other.low)

    def __mul__(self, other: "Interval") -> "Interval":
        products = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(products), max(products))

    def __truediv__(self, other: "Interval") -> "Interval":
        if other.low <= 0 <= other.high:
            raise ZeroDivisionError("The divisor's interval holds zero.")
        return self * Interval(1 / other.high, 1 / other.low)

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    @property
    def middle(self) -> float:
        """The midpoint."""
        return (self.low + self.high) / 2

    def hull(self, other: "Interval") -> "Interval":
        """Return the smallest interval that holds both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))


def exact(value: float) -> Interval:
    """Return the interval that holds this one number only."""
    return Interval(value, value)


def rounded(value: float, unit: float) -> Interval:
    """Return all numbers that round to `value` at the printed unit, e.g. 7.27 at 0.01 is [7.265, 7.275]."""
    return Interval(value - unit / 2, value + unit / 2)


def round_half_away(value: float, unit: float = 1.0) -> float:
    """Round to the nearest multiple of `unit`, halves away from zero, and never to minus zero.

    Works on the shortest decimal that stands for the number, so that 2.675 at 0.01 is 2.68, as a reader
    with a pencil would have it, not 2.67 as the binary number behind it would.
    """
    step = Decimal(repr(unit))
    steps = (Decimal(repr(float(value))) / step).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return float(steps * step) + 0.0


@functools.lru_cache(maxsize=1024)
def months_of(period: str) -> tuple[str, ...]:
    """Return the months of a period, in order, as "YYYY-MM".

    Raises MeasureError for a text that is no period.
    """
    if re.fullmatch(r"\d{4}", period):
        return months_between(f"{period}-01", f"{period}-12")
    if quarter := re.fullmatch(r"(\d{4})Q([1-4])", period):
        third = 3 * int(quarter[2])
        return months_between(f"{quarter[1]}-{third - 2:02d}", f"{quarter[1]}-{third:02d}")
    first, dots, last = period.partition("..")
    if _MONTH.fullmatch(first) and _MONTH.fullmatch(last if dots else first):
        months = months_between(first, last if dots else first)
        if months:
            return months
    raise MeasureError(
        f"{period!r} is no period: write 2022, 2022Q4, 2022-12 or 2025-01..2025-05 (first month first)."
    )


def months_between(first: str, last: str) -> tuple[str, ...]:
    """Return all months from `first` to `last`, both included; none if `last` comes first."""
    return tuple(month_of(number) for number in range(month_number(first), month_number(last) + 1))


def month_number(month: str) -> int:
    """Return a month as a count, so that two months can be subtracted.

    Raises MeasureError for a text that is no month.
    """
    match = _MONTH.fullmatch(month)
    if match is None:
        raise MeasureError(f"{month!r} is no month: write YYYY-MM, for example 2025-03.")
    return int(match[1]) * 12 + int(match[2]) - 1


def check_month(name: str, value: str, first: str, last: str) -> None:
    """Raise ParameterError if a parameter's value is no month, with the nearest from `first` to `last`."""
    if _MONTH.fullmatch(value) is None:
        near = difflib.get_close_matches(value, months_between(first, last), n=1, cutoff=0.0)[0]
        raise ParameterError(f"{name}={value!r} is no month: write YYYY-MM; the nearest is {near!r}.")


def month_of(number: int) -> str:
    """Return the month that `month_number` counted."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def shift_month(month: str, by: int) -> str:
    """Return the month that lies `by` months later (earlier if negative)."""
    return month_of(month_number(month) + by)


def shift_years(period: str, by: int) -> str:
    """Return the same months, quarter or year of `by` years later (earlier if negative)."""
    return "..".join(f"{int(end[:4]) + by:04d}{end[4:]}" for end in period.split(".."))


def trailing(end: str, length: int = 12) -> str:
    """Return the period of `length` months that ends in the month `end`."""
    return f"{shift_month(end, 1 - length)}..{end}"


def days_of(period: str) -> int:
    """Return the number of calendar days of a period."""
    return sum(calendar.monthrange(int(m[:4]), int(m[5:]))[1] for m in months_of(period))


def growth(start: float, end: float) -> float:
    """Return the change from `start` to `end` in per cent.

    Raises MeasureError if either is missing or `start` is not above zero.
    """
    if not (math.isfinite(start) and math.isfinite(end)) or start <= 0:
        raise MeasureError(f"No growth can be computed from {start} to {end}: a positive start is needed.")
    return 100 * (end / start - 1)


def growth_interval(start: Interval, end: Interval) -> Interval:
    """Return the interval of growth, in per cent, that the intervals of both ends allow."""
    return as_growth(end / start)


def as_growth(ratio: Interval) -> Interval:
    """Return a ratio of end to start as growth in per cent."""
    return Interval(100 * (ratio.low - 1), 100 * (ratio.high - 1))


def compound(*rates_pct: float) -> float:
    """Return the growth, in per cent, that growth rates come to one upon the other."""
    return 100 * (math.prod(1 + rate / 100 for rate in rates_pct) - 1)


def growth_at_day_rate(growth_pct: float, start: str, end: str) -> float:
    """Return the growth of the average per calendar day, given the growth of the totals of two periods."""
    return 100 * ((1 + growth_pct / 100) * days_of(start) / days_of(end) - 1)


def annual_rate(growth_pct: float, months: float) -> float:
    """Return the growth per year, in per cent, that compounds to `growth_pct` over `months` months.

    Raises MeasureError if there is no time between the two.
    """
    if months <= 0:
        raise MeasureError(f"A growth over {months} months has no annual rate.")
    return 100 * (math.pow(1 + growth_pct / 100, 12 / months) - 1)


def months_apart(start: str, end: str) -> float:
    """Return the distance between the middles of two periods, in months."""
    first, last = months_of(start), months_of(end)
    return (month_number(last[0]) + month_number(last[-1]) - month_number(first[0]) - month_number(first[-1])) / 2


def mean_over(series: pd.Series, period: str) -> float:
    """Return the mean of a monthly series (index "YYYY-MM") over a period.

    Raises MeasureError, naming the range at hand, when a month of the period is missing.
    """
    return float(_values(series, period).mean())


def window_growth(series: pd.Series, start: str, end: str) -> float:
    """Return the growth, in per cent, from the mean over one period to the mean over another."""
    return growth(mean_over(series, start), mean_over(series, end))


def growth_from_starts(series: pd.Series, starts: Iterable[str], end: str) -> pd.DataFrame:
    """Return the growth to one fixed end from each start: columns `start`, `growth_pct`."""
    level = mean_over(series, end)
    rows = [(start, growth(mean_over(series, start), level)) for start in starts]
    return pd.DataFrame(rows, columns=["start", "growth_pct"])


def decompose_logs(factors: Mapping[str, float]) -> dict[str, float]:
    """Return growth rates of factors (per cent) in log points, which add up to that of their product.

    The last entry, `product`, is the sum. A product of ratios is a sum of logs: the exact form of
    "volume plus price is value" (IMF, *Export and Import Price Index Manual*, on decomposing values).
    """
    logs = {name: 100 * math.log1p(pct / 100) for name, pct in factors.items()}
    return logs | {"product": sum(logs.values())}


def decompose_value(frame: pd.DataFrame) -> pd.DataFrame:
    """Split the growth of each line's value into quantity and unit value.

    Takes one row a line with `quantity_start`, `quantity_end`, `value_start`, `value_end` and returns it with
    `quantity_pct`, `unit_value_pct`, `value_pct` (per cent) and `quantity_log`, `unit_value_log`, `value_log`
    (log points; the first two add up to the third).
    """
    ratios = {
        "quantity": frame["quantity_end"] / frame["quantity_start"],
        "value": frame["value_end"] / frame["value_start"],
    }
    ratios["unit_value"] = ratios["value"] / ratios["quantity"]
    result = frame.copy()
    for name in ("quantity", "unit_value", "value"):
        result[f"{name}_pct"] = 100 * (ratios[name] - 1)
        result[f"{name}_log"] = 100 * ratios[name].map(math.log)
    return result


def look_up(names: "pd.Series[str]", figures: "Mapping[str, float] | pd.Series[float]") -> "pd.Series[float]":
    """Return the figure of each name, in the order of the names; missing where a name has none.

    Numbers even of no names at all, of which Series.map makes texts (if pyarrow is installed) or objects.
    """
    return names.map(figures).astype(float)


def index_numbers(frame: pd.DataFrame) -> dict[str, float]:
    """Return the growth of a basket's quantity and unit value by three classic index numbers, in per cent.

    Takes one row a line with `quantity_start`, `quantity_end`, `value_start`, `value_end`, in which no line
    is part of another. Keys: `laspeyres_quantity`, `paasche_quantity`, `fisher_quantity`, the same for
    `_unit_value`, and `value`. Fisher's two indices multiply to the value ratio (factor reversal). Source:
    IMF, *Export and Import Price Index Manual*, chapter on basic index number theory.

    Raises MeasureError if a quantity or value is missing or not above zero.
    """
    columns = ["quantity_start", "quantity_end", "value_start", "value_end"]
    if not (frame[columns] > 0).all(axis=None):
        raise MeasureError("An index number needs a positive quantity and value of every line at both ends.")
    q0, q1, v0, v1 = (frame[name] for name in columns)
    p0, p1 = v0 / q0, v1 / q1
    ratios = {
        "laspeyres_quantity": (p0 * q1).sum() / v0.sum(),
        "paasche_quantity": v1.sum() / (p1 * q0).sum(),
        "laspeyres_unit_value": (p1 * q0).sum() / v0.sum(),
        "paasche_unit_value": v1.sum() / (p0 * q1).sum(),
        "value": v1.sum() / v0.sum(),
    }
    for kind in ("quantity", "unit_value"):
        ratios[f"fisher_{kind}"] = math.sqrt(ratios[f"laspeyres_{kind}"] * ratios[f"paasche_{kind}"])
    return {name: 100 * (float(ratio) - 1) for name, ratio in ratios.items()}


def contributions(start: pd.Series, end: pd.Series, total_start: float) -> pd.Series:
    """Return each line's contribution to the growth of a total, in percentage points of that total."""
    return 100 * (end - start) / total_start


def implied_base(level: Interval, published_pct: float, unit: float = 0.1) -> Interval:
    """Return last year's level that a level and its published growth imply, with the rounding of both."""
    rate = rounded(published_pct, unit)
    return level / Interval(1 + rate.low / 100, 1 + rate.high / 100)


def _values(series: pd.Series, period: str) -> np.ndarray:
    months = months_of(period)
    if not series.index.is_unique:
        twice = series.index[series.index.duplicated()][0]
        raise MeasureError(f"{period} cannot be taken from data in which {twice} stands twice.")
    at = series.index.get_indexer(pd.Index(months))
    if (at >= 0).all():
        values = series.to_numpy(float, na_value=math.nan)[at]
        if not np.isnan(values).any():
            return values
    known = series.dropna()
    missing = next(month for month in months if month not in known.index)
    at_hand = f"{known.index.min()} to {known.index.max()}" if len(known) else "no month"
    if period == missing:
        raise MeasureError(f"The data do not have {period}: they hold {at_hand}.")
    raise MeasureError(f"{period} needs {missing}, which the data do not have: they hold {at_hand}.")
