"""Growth of China's imports from one partner: by Chinese customs in dollars or yuan, or by the partner's count.

No release of customs that is at hand holds both ends of the window, so amounts of several releases are put
together. Each is an interval: what rounds to the printed figure, or what the growth printed a year later implies.
Where a sum can be built in two ways, or a base was revised, the result spans both.
"""

import functools
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import pandas as pd

from onewaytrade import claims, datasets, fmt, measures
from onewaytrade.claims import GRADES, Claim, Estimate, weakest_of
from onewaytrade.errors import NoFigureError, ParameterError
from onewaytrade.measures import Interval
from onewaytrade.nearest import check_choice

if TYPE_CHECKING:
    from onewaytrade.grids import Grid

DATASET: Final = "gacc-partners"
CLAIMS: Final = {
    "United States": "imports-from-us-11",
    "Japan": "imports-from-japan-17",
    "Germany": "imports-from-germany-18",
}
CURRENCIES: Final = ("USD", "CNY", "own")
WINDOWS: Final = (1, 12)
GROUPS: Final = frozenset({"World", "EU", "ASEAN", "Africa", "Latin America"})
OWN: Final = {"United States": "USD", "Japan": "JPY", "Germany": "EUR"}
WORDS: Final = {"USD": "dollars", "CNY": "yuan", "JPY": "yen", "EUR": "euros"}
AUTHORITIES: Final = {"United States": "US Census", "Japan": "Japan’s MoF", "Germany": "Destatis"}

# Two stretches of three months: the only ones whose every month's growth on the year customs' table of 2024 gives.
STRETCHES: Final = ("2024-05..2024-07", "2024-06..2024-08")
# The article's last month with those around it to which something is known.
AROUND: Final = ("2024-12", "2025-03", "2025-05", "2025-06")
# The months of 2024 that tell how far June 2025 may stray from its quarter; the verdicts stand on the second.
RULES: Final = {
    "own": "its own months",
    "large": "large suppliers’ months",
    "all": "all suppliers’ months",
}
_RULE: Final = "large"
# What a unit of money is in billions of its currency.
BILLIONS: Final = {
    "USD": 1e-9, "k USD": 1e-6, "M USD": 1e-3, "bn USD": 1.0, "trn USD": 1e3,
    "10k CNY": 1e-5, "100M CNY": 0.1, "bn CNY": 1.0, "trn CNY": 1e3, "bn EUR": 1.0, "bn JPY": 1.0,
}  # fmt: skip
_DECIMALS: Final = {"bn": 1, "trn": 2}
_BASES: Final = ("printed", "computed", "implied")
_MARKET: Final = {"JPY": ("JPY per USD", False), "EUR": ("USD per EUR", True)}


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of money in billions: the best figure, all that the sources allow, and what it rests on.

    `basis` is "printed", "computed" (from printed figures) or "implied" (by a printed growth rate); `grade` is
    that of the weakest evidence in it.
    """

    value: float
    interval: Interval
    basis: str
    grade: str

    def __add__(self, other: "Amount") -> "Amount":
        return self._with(other, self.value + other.value, self.interval + other.interval)

    def __sub__(self, other: "Amount") -> "Amount":
        return self._with(other, self.value - other.value, self.interval - other.interval)

    def __mul__(self, other: "Amount") -> "Amount":
        return self._with(other, self.value * other.value, self.interval * other.interval)

    def __truediv__(self, other: "Amount") -> "Amount":
        return self._with(other, self.value / other.value, self.interval / other.interval)

    def _with(self, other: "Amount", value: float, interval: Interval) -> "Amount":
        basis = "implied" if "implied" in {self.basis, other.basis} else "computed"
        return Amount(value, interval, basis, weakest_of(self.grade, other.grade))


@dataclass(frozen=True, slots=True)
class _End:
    """One end of a window: the best figure in billions, None if only bounded, and all that the data allow.

    `basis` is that of the best figure and `grade` the weakest behind all; `several` tells that there are two
    prints, or two ways to put it together.
    """

    value: float | None
    span: Interval
    basis: str
    grade: str
    several: bool = False

    @classmethod
    def of(cls, amounts: Sequence[Amount]) -> "_End":
        """Return the end that one or more amounts tell, the best first."""
        span, grade = _hull([one.interval for one in amounts]), weakest_of(*(one.grade for one in amounts))
        return cls(amounts[0].value, span, amounts[0].basis, grade, len(amounts) > 1)

    @classmethod
    def bounded(cls, span: Interval) -> "_End":
        """Return an end that is known to lie in an interval and no better."""
        return cls(None, span, "implied", "implied")


@dataclass(frozen=True, slots=True)
class June:
    """What June 2025 may have been, for a partner whose figure to May was not found.

    `quarter_pct` is the second quarter's growth on the year, `low_pct` and `high_pct` that of June, `amount` what
    June was worth and `last_year` what June 2024 was, in billions.
    """

    quarter_pct: float
    low_pct: float
    high_pct: float
    amount: Interval
    last_year: Amount


_T = TypeVar("_T")
_Row = dict[str, Any]

# What the register asks for


def growth(choices: Mapping[str, Any]) -> Estimate:
    """Compute the growth of imports from a partner from the choices of a `partner-growth` definition.

    Choices: `partner`; `currency` (USD, CNY, or "own", which asks the partner's own statistics); `end`, the last
    month; `window`, the months at each end (12, or 1); `base`, the year whose last `window` months are the start;
    `base_print` (first, revised); `source` (customs, mirror); `lag`, months by which the partner counts earlier;
    `pieces` (table, months): how the twelve months are put together, if not in the best way at hand; `strays`
    (one of `RULES`): what tells how far a June that is only bounded may stray.

    Return bounds without a value where the data only limit it. Raises NoFigureError where they hold none, and
    where a choice changes nothing.
    """
    return _evaluate(choices)[0]


def _evaluate(choices: Mapping[str, Any]) -> tuple[Estimate, str]:
    """Return what `growth` does, and whether it rests on printed, computed or implied amounts."""
    if reason := _no_choice(choices):
        raise NoFigureError(reason)
    start, end = _ends(choices)
    if start is None or start.value is None or end is None:
        raise NoFigureError(_missing(choices))
    change = measures.growth_interval(start.span, end.span)
    estimate = Estimate(
        value=None if end.value is None else measures.growth(start.value, end.value),
        grade=weakest_of(start.grade, end.grade),
        edition=datasets.pinned("mirror" if _by_partner(choices) else DATASET),
        sentence=_sentence(choices, bounded=end.value is None, revised=start.several),
        low=change.low,
        high=change.high,
        unit="%",
    )
    return estimate, "implied" if end.value is None else max(start.basis, end.basis, key=_BASES.index)


def _ends(choices: Mapping[str, Any]) -> tuple[_End | None, _End | None]:
    partner, currency, view = choices["partner"], choices["currency"], datasets.view()
    if _by_partner(choices):
        start, end = _periods_there(choices)
        return _exported(partner, currency, start, view), _exported(partner, currency, end, view)
    base = _base_period(choices["base"], choices["window"])
    way = (choices.get("pieces"), choices.get("strays", _RULE))
    return (
        _start(partner, currency, base, choices.get("base_print", "first"), view),
        _last(partner, currency, choices["end"], choices["window"], *way, view),
    )


def _by_partner(choices: Mapping[str, Any]) -> bool:
    """Tell whether a definition asks for the partner's count instead of that of Chinese customs."""
    return choices["currency"] == "own" or choices.get("source") == "mirror"


def check_parameters(values: Mapping[str, Any]) -> None:
    """Check the parameters `currency` and `window` of the notebook on imports by partner.

    Raises ParameterError, naming the values at hand and the nearest.
    """
    currency, window = values["currency"], int(values["window"])
    check_choice("currency", currency, CURRENCIES)
    if window not in WINDOWS:
        nearest = min(WINDOWS, key=lambda known: abs(known - window))
        raise ParameterError(
            f"window={window} cannot be answered, since of 2022 the data hold December alone (1) and the "
            f"whole year (12); the nearest is {nearest}."
        )


def overrides(currency: str, window: int) -> dict[str, Any]:
    """Return the choices that the parameters of the notebook on imports by partner set."""
    source = "mirror" if currency == "own" else "customs"
    return {"source": source, "currency": currency, "window": window}


def rooms(found: "Grid") -> pd.DataFrame:
    """Return in how many definitions of a claim the printed figure is possible, by the currency they count in.

    Columns `currency` (as readers know it), `definitions`, `possible`: those whose value or bounds hold a number
    that rounds to the printed one. What ends after the article is left out.
    """
    labels = {
        option.id: option.label
        for dimension in found.dimensions
        if dimension.id == "currency"
        for option in dimension.options
    }
    voting = found.frame[~found.frame["update"]]
    rows = [
        (labels[str(currency)], len(own), int(leave_room(found.claim, own).sum()))
        for currency, own in voting.groupby("currency", sort=False)
    ]
    return pd.DataFrame(rows, columns=["currency", "definitions", "possible"])


def leave_room(claim: Claim, rows: pd.DataFrame) -> "pd.Series[bool]":
    """Tell of rows of a grid whether their value or their bounds hold a number that rounds to the printed one."""
    goals = measures.rounded(float(claim.printed.value or 0), claim.printed.precision)
    low, high = (rows["value"].fillna(rows[end]) for end in ("low", "high"))
    return (low <= goals.high) & (high >= goals.low)


# Customs' amounts


def amount(partner: str, currency: str, period: str, flow: str = "imports") -> Amount | None:
    """Return China's imports from a partner in a period, in billions: as printed, or as next year's print implies.

    A figure and its growth on the year, printed together, imply the same period of the year before as revised.
    None if customs printed neither. With `flow` "exports" it is what China sold to the partner.
    """
    if printed := _printed(partner, currency, period, flow):
        return printed
    return _implied(partner, currency, period, flow)


def _printed(partner: str, currency: str, period: str, flow: str = "imports") -> Amount | None:
    rows = [row for row in _rows_of(partner, currency, period, flow) if row["basis"] != "implied"]
    return _amount_of(_best(rows)) if rows else None


def _implied(partner: str, currency: str, period: str, flow: str = "imports") -> Amount | None:
    """Return what the print of one year later implies for this period, base revised as it was then."""
    rows = _rows_of(partner, currency, measures.shift_years(period, 1), flow)
    rows = [row for row in rows if row["basis"] == "printed" and not math.isnan(row["yoy_published_pct"])]
    return _base_of(_best(rows)) if rows else None


def _base_of(row: _Row) -> Amount:
    level, rate = _amount_of(row), row["yoy_published_pct"]
    interval = measures.implied_base(level.interval, rate)
    return Amount(level.value / (1 + rate / 100), interval, "implied", weakest_of(level.grade, "implied"))


def _rows_of(partner: str, currency: str, period: str, flow: str = "imports") -> list[_Row]:
    return _find(DATASET, period, partner=partner, flow=flow, currency=currency)


def _best(rows: list[_Row]) -> _Row:
    """Return the best graded row, and of several one that shows a fraction: others round the same figure."""
    return min(rows, key=lambda row: (GRADES.index(row["grade"]), _spread(row), row["value"] % 1 == 0))


def _spread(row: _Row) -> float:
    interval = _amount_of(row).interval
    return interval.high - interval.low


def _find(dataset: str, period: str, **wanted: str) -> list[_Row]:
    """Return the rows of a dataset for a period that have a value and these cells."""
    return [row for row in _find_any(dataset, period, **wanted) if not math.isnan(row["value"])]


def _find_any(dataset: str, period: str, **wanted: str) -> Sequence[_Row]:
    return _by_cells(dataset, tuple(wanted), datasets.view()).get((period, *wanted.values()), ())


@functools.lru_cache(maxsize=16)
def _by_cells(dataset: str, columns: tuple[str, ...], view: datasets.View) -> Mapping[tuple[str, ...], list[_Row]]:
    """Return the rows of a dataset by their period and what stands in some other columns."""
    # Thousands of single figures are looked up; a frame is slow at that.
    found: dict[tuple[str, ...], list[_Row]] = {}
    for row in _records(dataset, view):
        cells = cast("dict[str, str]", row)
        found.setdefault((row["period"], *(cells[name] for name in columns)), []).append(row)
    return found


@functools.lru_cache(maxsize=8)
def _records(dataset: str, _view: datasets.View) -> list[_Row]:
    frame = datasets.load(dataset).rename(columns={"rate": "value"})
    return cast("list[_Row]", frame.to_dict("records"))


def _amount_of(row: _Row) -> Amount:
    value, scale = row["value"], BILLIONS[row["unit"]]
    decimals = len(repr(value).partition(".")[2]) if value % 1 else 0
    # The press prints billions with a decimal and trillions with two, also noughts, which a number does not keep.
    unit = 10.0 ** -max(decimals, _DECIMALS.get(row["unit"].split()[0], 0))
    interval = measures.rounded(value, unit)
    spread = Interval(interval.low * scale, interval.high * scale)
    return Amount(value * scale, spread, row["basis"], row["grade"])


def _months(partner: str, currency: str, months: Sequence[str]) -> Amount | None:
    """Return the sum of single months, each as printed, or from yuan at customs' own rate of the month."""
    found = [_month(partner, currency, month) for month in months]
    if not found or None in found:
        return None
    total, *others = [one for one in found if one is not None]
    for one in others:
        total += one
    return total


def _month(partner: str, currency: str, month: str) -> Amount | None:
    if printed := _printed(partner, currency, month):
        return printed
    yuan, rate = _printed(partner, "CNY", month), _rate(month)
    return yuan / rate if currency == "USD" and yuan and rate else None


def _rate(period: str) -> Amount | None:
    """Return customs' own rate of a period, yuan per dollar: all imports in yuan over all imports in dollars."""
    if rows := _find("exchange-rates", period, series="implied by GACC imports RMB/USD"):
        rate = rows[0]["value"]
        return Amount(rate, measures.rounded(rate, 1e-4), "implied", "implied")
    # Numerator and denominator from prints of the same age: today's levels where the partners' tables imply them.
    if today := amount("World", "CNY", period):
        dollars = _total("USD", period, "revised")
        return today / dollars if dollars else None
    yuan, dollars = _total("CNY", period, "as published"), _total("USD", period, "first", "revised")
    return yuan / dollars if yuan and dollars else None


def _total(currency: str, period: str, *prints: str) -> Amount | None:
    """Return China's imports from all the world, of the first of these prints that is at hand."""
    for kind in prints:
        if rows := _find("gacc-totals", period, flow="imports", currency=currency, print=kind):
            return _amount_of({**rows[0], "basis": "printed"})
    return None


def total(flow: str, currency: str, period: str, *prints: str) -> Amount | None:
    """Return China's exports to, or imports from, all the world in billions, in the first of `prints` at hand.

    A print is "revised" (as customs carried it later), "first", "in full" (from customs' own table), "implied" (by
    what was published one year later), or "as published". Months that were not printed as one period are added
    up, and where one of them is not at hand, the parts of a period that lie in one year each. None if not at hand.
    """
    one = _calendar(period)
    for kind in prints:
        if rows := _total_rows(flow, currency, one, kind):
            return _base_of(_best(rows)) if kind == "implied" else _amount_of(_best(rows))
    months = measures.months_of(period)
    if len(months) == 1:
        return None
    found = [total(flow, currency, month, *prints) for month in months]
    if not all(found) and months[0][:4] < months[-1][:4]:
        years = [list(own) for _, own in itertools.groupby(months, key=lambda month: month[:4])]
        found = [total(flow, currency, f"{own[0]}..{own[-1]}", *prints) for own in years]
    return functools.reduce(Amount.__add__, map(_need, found)) if all(found) else None


def _total_rows(flow: str, currency: str, period: str, kind: str) -> list[_Row]:
    when = measures.shift_years(period, 1) if kind == "implied" else period
    wanted = {
        "flow": flow,
        "currency": currency,
        "print": kind if kind in {"revised", "first"} else "as published",
    }
    found = [{**row, "basis": "printed"} for row in _find("gacc-totals", when, **wanted)]
    if kind == "implied":
        return [row for row in found if not math.isnan(row["yoy_published_pct"])]
    return [row for row in found if kind != "in full" or row["grade"] == "primary"]


# The two ends


# A grid of definitions asks for the same few ends again and again; each is put together once.
@functools.lru_cache(maxsize=256)
def _start(partner: str, currency: str, period: str, kind: str, _view: datasets.View) -> _End | None:
    """Return the start; with the first print the revised one is taken in, so that their gap is carried."""
    bases = _bases(partner, currency, period, kind)
    return _End.of(bases) if bases else None


@functools.lru_cache(maxsize=256)
def _last(
    partner: str, currency: str, end: str, window: int, pieces: str | None, rule: str, _view: datasets.View
) -> _End | None:
    """Return the months to `end`, put together in one of the ways at hand or in all, or else their bounds."""
    if ways := _windows(partner, currency, end, window):
        chosen = _by_way(ways, pieces)
        return _End.of(chosen) if chosen else None
    span = _bounded(partner, currency, end, window, pieces, rule)
    return _End.bounded(span) if span else None


def _by_way(ways: Mapping[str, Amount], pieces: str | None) -> list[Amount]:
    return [one for kind, one in ways.items() if pieces in (None, kind)]


def _bases(partner: str, currency: str, period: str, kind: str) -> list[Amount]:
    """Return the start, best first, with the revised one after the first print."""
    rate = None if currency == "USD" else _rate(period)
    if currency != "USD" and rate is None:
        return []
    found = [_printed(partner, "USD", period), _implied(partner, "USD", period)]
    if kind == "revised":
        found = found[1:]
    dollars = [one for one in found if one is not None]
    return dollars if rate is None else [one * rate for one in dollars]


def _windows(partner: str, currency: str, end: str, window: int) -> Mapping[str, Amount]:
    """Return the amount of the months to `end`, by each way of putting it together, best first; none if none.

    The ways are those of `_rest_of_year`; a calendar year is a "table" of its own or the sum of its "months".
    """
    return _windows_at(partner, currency, end, window, datasets.view())


@functools.lru_cache(maxsize=256)
def _windows_at(partner: str, currency: str, end: str, window: int, _view: datasets.View) -> Mapping[str, Amount]:
    if window == 1:
        found = {"month": _month(partner, currency, end)}
        return {kind: one for kind, one in found.items() if one is not None}
    year = end[:4]
    if end.endswith("-12"):
        months = _months(partner, currency, measures.months_of(year))
        found = {"table": amount(partner, currency, year), "months": months}
        return {kind: one for kind, one in found.items() if one is not None}
    so_far = _to_date(partner, currency, f"{year}-01..{end}")
    if so_far is None:
        return {}
    return {kind: one + so_far for kind, one in _rest_of_year(partner, currency, end, so_far).items()}


def _to_date(partner: str, currency: str, period: str) -> Amount | None:
    """Return a year's first months: as printed or implied, or converted at customs' own rate of those months."""
    if found := amount(partner, currency, period):
        return found
    other, rate = amount(partner, "CNY" if currency == "USD" else "USD", period), _rate(period)
    if other is None or rate is None:
        return None
    return other / rate if currency == "USD" else other * rate


def _rest_of_year(partner: str, currency: str, end: str, so_far: Amount | None) -> dict[str, Amount]:
    """Return what the year before brought after the month of `end`, by the ways that the data allow, best first.

    "table": the whole year less its first months, two cumulative figures; "months": single months added up;
    "growth": the whole year less what the growth of this year's months (`so_far`), printed alone, implies.
    """
    before, period = str(int(end[:4]) - 1), f"{end[:4]}-01..{end}"
    year, first = amount(partner, currency, before), amount(partner, currency, f"{before}-01..{before}{end[4:]}")
    after = measures.months_between(f"{before}-{int(end[5:]) + 1:02d}", f"{before}-12")
    found = {
        "table": year - first if year and first else None,
        "months": _months(partner, currency, after),
    }
    rates = [row["yoy_published_pct"] for row in _growth_alone(partner, currency, period)]
    if year and so_far and not first and rates:
        base = measures.implied_base(so_far.interval, rates[0])
        found["growth"] = year - Amount(so_far.value / (1 + rates[0] / 100), base, "implied", "press")
    return {kind: one for kind, one in found.items() if one is not None}


def _growth_alone(partner: str, currency: str, period: str) -> list[_Row]:
    """Return the rows that print a growth rate on the year without the amount."""
    rows = _find_any(DATASET, period, partner=partner, flow="imports", currency=currency)
    return [row for row in rows if math.isnan(row["value"])]


# Bounds, where the months to May were not found


def june(partner: str, currency: str, rule: str = _RULE) -> June | None:
    """Return what June 2025 may have been, given the half-year and its first quarter; None if one is missing.

    The second quarter is known as a whole. June's growth on the year may lie as far from the quarter's as a single
    month's was seen to lie from that of the three months around it, in points, among the months of a rule
    (`RULES`): by default those of all suppliers at least as large as Germany, none left out.
    """
    half, first = (_to_date(partner, currency, f"2025-01..2025-{month}") for month in ("06", "03"))
    quarter = _months(partner, currency, measures.months_of("2024Q2"))
    last_year = _month(partner, currency, "2024-06")
    if half is None or first is None or quarter is None or last_year is None:
        return None
    change = measures.growth_interval(quarter.interval, (half - first).interval)
    points = _stray_points(partner, rule, datasets.view())
    low, high = change.low + float(points.min()), change.high + float(points.max())
    return June(
        quarter_pct=measures.growth(quarter.value, (half - first).value),
        low_pct=low,
        high_pct=high,
        amount=last_year.interval * Interval(1 + low / 100, 1 + high / 100),
        last_year=last_year,
    )


def _bounded(
    partner: str, currency: str, end: str, window: int, pieces: str | None = None, rule: str = _RULE
) -> Interval | None:
    """Return the bounds of the twelve months to May 2025: those to June, less June 2025, plus June 2024."""
    known = june(partner, currency, rule) if window == 12 and end == "2025-05" else None
    ways = _by_way(_windows(partner, currency, "2025-06", 12), pieces)
    if known is None or not ways:
        return None
    return _hull([way.interval for way in ways]) - known.amount + known.last_year.interval


@functools.lru_cache(maxsize=16)
def _stray_points(partner: str, rule: str, _view: datasets.View) -> "pd.Series[float]":
    """Return the points by which the months of a rule strayed, as the rule takes them for a partner."""
    every = strays(large=rule != "all")
    points: pd.Series[float] = (every[every["partner"] == partner] if rule == "own" else every)["stray_points"]
    return points


def strays(*, large: bool) -> pd.DataFrame:
    """Return how far single months strayed from their surroundings, in growth on the year.

    Columns `partner`, `month`, `stretch`, `month_pct`, `stretch_pct`, `stray_points` (the difference). Over the
    `STRETCHES` of 2024, in yuan; 2023 is implied by the growth of cumulative sums. Economies only, no groups;
    with `large`, those from which China imported at least as much in 2024 as from Germany.
    """
    years = _find(DATASET, "2024", flow="imports", currency="CNY")
    sizes = {row["partner"]: row["value"] for row in years if row["partner"] not in GROUPS}
    rows = []
    for name in sorted(sizes):
        if large and sizes[name] < sizes["Germany"]:
            continue
        for stretch in STRETCHES:
            months = measures.months_of(stretch)
            now = [_need(_printed(name, "CNY", month)).value for month in months]
            then = [_year_before(name, month) for month in months]
            level = measures.growth(sum(then), sum(now))
            for month, one, base in zip(months, now, then, strict=True):
                rate = measures.growth(base, one)
                rows.append((name, month, stretch, rate, level, rate - level))
    columns = ["partner", "month", "stretch", "month_pct", "stretch_pct", "stray_points"]
    return pd.DataFrame(rows, columns=columns)


def _year_before(partner: str, month: str) -> float:
    """Return the same month a year earlier, in billions of yuan, from the growth of two cumulative sums."""
    ends = (month, measures.shift_month(month, -1))
    now, before = (_base_of(_best(_rows_of(partner, "CNY", f"{end[:4]}-01..{end}"))).value for end in ends)
    return now - before


# The partner's own count


def _periods_there(choices: Mapping[str, Any]) -> tuple[str, str]:
    """Return the months at both ends as the partner counts them, earlier by the lag."""
    lag = choices.get("lag", 0)
    ends = (measures.shift_month(month, -lag) for month in (f"{choices['base']}-12", choices["end"]))
    start, end = (_calendar(measures.trailing(month, choices["window"])) for month in ends)
    return start, end


@functools.lru_cache(maxsize=256)
def _exported(partner: str, currency: str, period: str, _view: datasets.View) -> _End | None:
    if found := exports(partner, period, currency):
        return _End.of([found])
    span = _bounded_exports(partner, period, currency)
    return _End.bounded(span) if span else None


def exports(partner: str, period: str, currency: str = "own") -> Amount | None:
    """Return a partner's exports to China in a period, by its own statistics, in billions.

    In its own currency, or in dollars at the market's average rate of the period; None if not at hand.
    """
    own = _own_exports(partner, period)
    if own is None or currency in ("own", OWN[partner]):
        return own
    if currency != "USD":
        return None
    pair, dollars_per_unit = _MARKET[OWN[partner]]
    months = measures.months_of(period)
    found = [_find("exchange-rates", month, pair=pair, statistic="monthly average of daily") for month in months]
    if not all(found):
        return None
    rate = sum(rows[0]["value"] for rows in found) / len(found)
    factor = rate if dollars_per_unit else 1 / rate
    interval = Interval(own.interval.low * factor, own.interval.high * factor)
    return Amount(own.value * factor, interval, own.basis, own.grade)


def _own_exports(partner: str, period: str) -> Amount | None:
    if whole := _mirror(partner, period):
        return _amount_of(_best(whole))
    months = [_mirror(partner, month) for month in measures.months_of(period)]
    if not all(months):
        return None
    total, *others = [_amount_of(_best(rows)) for rows in months]
    for one in others:
        total += one
    return total


def _bounded_exports(partner: str, period: str, currency: str) -> Interval | None:
    """Return the bounds of Germany's exports in the twelve months to May 2025, in billions of euros.

    Their growth to May is known ("about" a whole per cent), and of 2024 the year, the first quarter and May; April
    2024 lies between the lowest and the highest unadjusted month at hand.
    """
    if (partner, period, currency) != ("Germany", "2024-06..2025-05", "own"):
        return None
    change = _find_any("mirror", "2025-01..2025-05", reporter=partner)[0]["yoy_published_pct"]
    every = (_mirror(partner, month) for month in measures.months_between("2022-01", "2025-05"))
    months = [row["value"] for rows in every for row in rows]
    year, quarter, may = (
        _amount_of(_best(_mirror(partner, known))).interval for known in ("2024", "2024-01..2024-03", "2024-05")
    )
    first = quarter + may + Interval(min(months), max(months))
    rate = measures.rounded(change, 1.0)
    return year + first * Interval(rate.low / 100, rate.high / 100)


def _mirror(partner: str, period: str) -> list[_Row]:
    rows = _find("mirror", period, reporter=partner, partner="China", flow="exports")
    return [row for row in rows if _unadjusted(row)]


def _unadjusted(row: _Row) -> bool:
    return str(row["adjustment"]) != "seasonally adjusted"


# Tables for the notebook


def windows(currency: str, window: int) -> pd.DataFrame:
    """Return growth to the last months `AROUND` the article's, for the three partners, as far as data reach.

    Columns `group` (the partner), `label` (the last month), `value`, `low`, `high` (per cent), `printed` (on the
    article's own row) and `grade` ("implied" or "printed"), as `charts.dots` takes them.
    """
    rows = []
    for partner, claim in CLAIMS.items():
        for end in AROUND:
            printed = claims.get(claim).printed.value if end == "2025-05" else None
            label = f"to {fmt.month(end)}"
            rows += _row(partner, label, _choices(partner, currency, end, window), printed)
    return pd.DataFrame(rows, columns=_COLUMNS)


def currencies(year: str) -> pd.DataFrame:
    """Return growth of a calendar year on 2022 in every currency at hand; columns as `windows`."""
    rows = []
    for partner, own in OWN.items():
        who = AUTHORITIES[partner]
        choices = _choices(partner, "USD", f"{year}-12", 12)
        rows += _row(partner, "Chinese customs, in dollars", choices)
        rows += _row(partner, "Chinese customs, in yuan", {**choices, "currency": "CNY"})
        rows += _row(partner, f"{who}, in {WORDS[own]}", {**choices, "currency": "own"})
        if own != "USD":
            rows += _row(partner, f"{who}, in dollars", {**choices, "source": "mirror"})
    return pd.DataFrame(rows, columns=_COLUMNS)


def lags(window: int) -> pd.DataFrame:
    """Return the American figure by both sides, the exporter's 0, 1 and 2 months earlier; columns as `windows`."""
    partner = "United States"
    printed = claims.get(CLAIMS[partner]).printed.value
    customs = _choices(partner, "USD", "2025-05", window)
    rows = _row("Imports by Chinese customs", "the article’s months", customs, printed)
    for lag, label in enumerate(("the same months", "one month earlier", "two months earlier")):
        rows += _row("Exports by US Census", label, {**customs, "currency": "own", "lag": lag}, printed)
    return pd.DataFrame(rows, columns=_COLUMNS)


def two_sides() -> pd.DataFrame:
    """Set customs' imports beside the partners' exports in 2022 and at the last end that both have, in dollars.

    Columns `partner`, `end`, `ratio_start` and `ratio_end` (imports over exports), `exports_log`, `ratio_log` and
    `imports_log` (growth in log points; the first two add up to the third), `exports_pct`, `imports_pct`.
    """
    rows = []
    for partner in CLAIMS:
        end = "2025-05" if partner == "United States" else "2024-12"
        last = _calendar(measures.trailing(end))
        there = [_need(exports(partner, period, "USD")).value for period in ("2022", last)]
        here = [_need(amount(partner, "USD", "2022")).value, _first(_windows(partner, "USD", end, 12)).value]
        ratios = [one / other for one, other in zip(here, there, strict=True)]
        rates = {"exports": measures.growth(*there), "ratio": measures.growth(*ratios)}
        logs = measures.decompose_logs(rates)
        rows.append((partner, last, *ratios, *logs.values(), rates["exports"], measures.growth(*here)))
    columns = "partner end ratio_start ratio_end exports_log ratio_log imports_log exports_pct imports_pct"
    return pd.DataFrame(rows, columns=columns.split())


def suppliers() -> pd.DataFrame:
    """Return China's imports from all partners at hand, January to June 2025 on the year before, in yuan.

    Columns `group` ("Economies", or "Groups, and the world"), `label`, `value`, `low`, `high` (growth, per cent),
    `grade`, `before` and `after` (bn CNY), `change` (bn CNY), `points` (contribution to the growth of all
    imports); each group from the largest growth down.
    """
    total = _need(amount("World", "CNY", "2024-01..2024-06")).value
    rows = []
    for name in sorted({row["partner"] for row in _find(DATASET, "2025-01..2025-06", flow="imports")}):
        before, after = (amount(name, "CNY", f"{year}-01..{year}-06") for year in (2024, 2025))
        if before and after:
            span = measures.growth_interval(before.interval, after.interval)
            rate, gain = measures.growth(before.value, after.value), after.value - before.value
            kind = "implied" if "implied" in {before.basis, after.basis} else "printed"
            group = "Groups, and the world" if name in GROUPS else "Economies"
            amounts = (before.value, after.value, gain, 100 * gain / total)
            rows.append((group, name, rate, span.low, span.high, kind, *amounts))
    columns = ["group", "label", "value", "low", "high", "grade", "before", "after", "change", "points"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values(["group", "value"], ascending=[True, False], ignore_index=True)


def june_needed(currency: str) -> pd.DataFrame:
    """Return what June 2025 would have had to be for the printed figures, beside what the data know of it.

    Columns, in per cent on the year: `partner`, `quarter_pct` (second quarter), `low_pct` and `high_pct` (the
    range allowed to June), `needed_pct` and `needed_high_pct` (June, so that the twelve months to May round to
    the printed figure), `others_pct` (April and May together at `needed_pct`), `april_pct` (as printed, if it
    was) and `may_pct` (what would then be left for May); `as_far` of `seen` months strayed at least as far up.
    """
    rows = []
    for partner in ("Japan", "Germany"):
        seen = _stray_points(partner, _RULE, datasets.view())
        known = _need(june(partner, currency))
        needed = _junes(partner, currency)
        months = [_need(_month(partner, currency, month)).value for month in measures.months_of("2024Q2")]
        others = sum(months) * (1 + known.quarter_pct / 100) - months[2] * (1 + needed[0] / 100)
        april = next((row["yoy_published_pct"] for row in _growth_alone(partner, currency, "2025-04")), math.nan)
        may = others - months[0] * (1 + april / 100)
        rates = (measures.growth(sum(months[:2]), others), april, 100 * (may / months[1] - 1))
        as_far = int((seen >= needed[0] - known.quarter_pct).sum())
        rows.append(
            (partner, known.quarter_pct, known.low_pct, known.high_pct, *needed, *rates, as_far, len(seen))
        )
    columns = (
        "partner quarter_pct low_pct high_pct needed_pct needed_high_pct others_pct april_pct may_pct as_far seen"
    )
    return pd.DataFrame(rows, columns=columns.split())


def june_rules(currency: str) -> pd.DataFrame:
    """Return the bounds of the article's figure by three rules for how far June may stray from its quarter.

    Columns as `windows`; `group` is the partner and `label` the rule.
    """
    rows = []
    for partner in ("Japan", "Germany"):
        printed = claims.get(CLAIMS[partner]).printed.value
        choices = _choices(partner, currency, "2025-05", 12)
        for rule, label in RULES.items():
            rows += _row(partner, label, {**choices, "strays": rule}, printed)
    return pd.DataFrame(rows, columns=_COLUMNS).astype({"value": float})


def workings(partner: str, currency: str) -> pd.DataFrame:
    """Return the amounts that the twelve months to May 2025 and their base are made of, by Chinese customs.

    Columns `item`, `value`, `low`, `high` (billions of the currency; `value` missing where only bounded), `basis`.
    """
    end, base = "2025-05", _bases(partner, currency, "2022", "first")
    so_far = _to_date(partner, currency, "2025-01..2025-05")
    rest = _rest_of_year(partner, currency, end, so_far)
    items: list[tuple[str, Amount]] = [("Year 2022, first print", base[0])]
    items += [("Year 2022, as revised a year later", one) for one in base[1:]]
    year, first = amount(partner, currency, "2024"), amount(partner, currency, "2024-01..2024-05")
    if "table" in rest and year and first:
        items += [("Year 2024", year), ("less January to May 2024", first)]
    else:
        items.append(("June to December 2024, month by month", rest["months"]))
    half, known = _to_date(partner, currency, "2025-01..2025-06"), june(partner, currency)
    if so_far:
        items.append(("plus January to May 2025", so_far))
    elif half:
        items.append(("plus January to June 2025", half))
    rows: list[tuple[str, float | None, float, float, str]] = [
        (item, one.value, one.interval.low, one.interval.high, one.basis) for item, one in items
    ]
    if so_far is None and known:
        rows.append(("less June 2025, allowed", None, known.amount.low, known.amount.high, "bounded"))
    if last := _last(partner, currency, end, 12, None, _RULE, datasets.view()):
        kind = "bounded" if last.value is None else "computed"
        rows.append(("Twelve months to May 2025", last.value, last.span.low, last.span.high, kind))
    return pd.DataFrame(rows, columns=["item", "value", "low", "high", "basis"]).astype({"value": float})


def _junes(partner: str, currency: str) -> tuple[float, float]:
    """Return June's growth, least and most, at which the twelve months to May round to the printed figure."""
    printed = claims.get(CLAIMS[partner]).printed
    last_year = _need(june(partner, currency)).last_year.value
    base = _bases(partner, currency, "2022", "first")[0].value
    half = _need(_to_date(partner, currency, "2025-01..2025-06")).value
    rest = _first(_rest_of_year(partner, currency, "2025-05", None)).value
    goals = measures.rounded(float(printed.value or 0), printed.precision)
    found = [measures.growth(last_year, rest + half - base * (1 + goal / 100)) for goal in (goals.high, goals.low)]
    return found[0], found[1]


_COLUMNS: Final = ["group", "label", "value", "low", "high", "printed", "grade"]


def _row(
    group: str, label: str, choices: Mapping[str, Any], printed: float | None = None
) -> list[tuple[Any, ...]]:
    try:
        estimate, basis = _evaluate(choices)
    except NoFigureError:
        return []
    kind = "implied" if basis == "implied" else "printed"
    return [(group, label, estimate.value, estimate.low, estimate.high, printed, kind)]


def _choices(partner: str, currency: str, end: str, window: int) -> dict[str, Any]:
    return {"partner": partner, "currency": currency, "end": end, "window": window, "base": "2022"}


# Sentences


def _sentence(choices: Mapping[str, Any], *, bounded: bool, revised: bool) -> str:
    if _by_partner(choices):
        return _mirror_sentence(choices, bounded=bounded)
    partner, currency, end = choices["partner"], choices["currency"], choices["end"]
    against = _against(choices["base"], end, choices["window"])
    base = "as revised" if choices.get("base_print") == "revised" else "as first printed"
    text = f"China’s imports from {named(partner)} in {WORDS[currency]} by Chinese customs, {against} {base}"
    if pieces := choices.get("pieces"):
        text += f", 2024 by its {'single months' if pieces == 'months' else 'cumulative figures'}"
    if bounded:
        return (
            f"{text}; January to May 2025 is the half-year less a range for June, taken from "
            f"{RULES[choices.get('strays', _RULE)]} of 2024, so that only bounds are known."
        )
    return f"{text}; the interval takes in what was revised since." if revised else f"{text}."


def _mirror_sentence(choices: Mapping[str, Any], *, bounded: bool) -> str:
    partner, currency = choices["partner"], choices["currency"]
    start, end = _periods_there(choices)
    money = WORDS[OWN[partner] if currency == "own" else currency]
    text = (
        f"Exports of {named(partner)} to China in {money} by {AUTHORITIES[partner]}, {_spelt(end)} against "
        f"{_spelt(start)}"
    )
    return f"{text}; one month of 2024 is not at hand, so that only bounds are known." if bounded else f"{text}."


def _missing(choices: Mapping[str, Any]) -> str:
    """Return in one sentence which figures are not at hand."""
    partner, window = choices["partner"], choices["window"]
    if _by_partner(choices):
        if choices["currency"] == "CNY":
            return "The exporter does not count in yuan."
        start, end = map(_spelt, _periods_there(choices))
        who = AUTHORITIES[partner]
        return f"The figures of {who} on exports to China for {end} and for {start} are not both at hand."
    end = _calendar(measures.trailing(choices["end"], window))
    ends = f"for {_spelt(end)} and for {_spelt(_base_period(choices['base'], window))}"
    if window == 1 and choices["currency"] == "CNY":
        return (
            f"Customs’ figures in yuan on imports from {named(partner)} {ends} are not both at hand, nor is the "
            "total of all imports in yuan of December 2022, from which customs’ own exchange rate would follow."
        )
    return f"Customs’ figures on imports from {named(partner)} {ends} are not both at hand."


def _no_choice(choices: Mapping[str, Any]) -> str | None:
    """Return in a sentence why a definition makes a choice that changes nothing, or None if it makes no such."""
    pieces, rule = choices.get("pieces"), choices.get("strays", _RULE)
    if _by_partner(choices):
        if pieces is None and rule == _RULE and choices.get("base_print", "first") == "first":
            return None
        return "The exporter’s figures are of one table in one print: there is nothing to choose."
    partner, currency, end, window = (choices[name] for name in ("partner", "currency", "end", "window"))
    ways = _windows(partner, currency, end, window)
    if ways and rule != _RULE:
        return "To this last month the amount is known, whatever June 2025 was."
    if pieces and window == 1:
        return "A single month is one figure: there is nothing to add up."
    best = next(iter(ways or _windows(partner, currency, "2025-06", 12)), None)
    if pieces and pieces == best:
        return "Where cumulative figures are not at hand, the months are what is added up anyway."
    return None


def described(currency: str, window: int) -> str:
    """Return in words what the growth rates of a run are growth of, for a chart's subtitle."""
    what = (
        "Exports to China by the partner’s statistics, in its own currency"
        if currency == "own"
        else f"China’s imports by Chinese customs, in {WORDS[currency]}"
    )
    months = "single months against December 2022" if window == 1 else "twelve months against calendar 2022"
    return f"{what}: growth, {months}"


def _base_period(year: str, window: int) -> str:
    return year if window == 12 else f"{year}-12"


def _against(base: str, end: str, window: int) -> str:
    if window == 1:
        return f"{fmt.month(end)} against {fmt.month(f'{base}-12')}"
    year = _calendar(measures.trailing(end))
    last = f"calendar {year}" if len(year) == 4 else f"the twelve months to {fmt.month(end)}"
    return f"{last} against calendar {base}"


def _spelt(period: str) -> str:
    return fmt.period(period) if len(period) > 4 else f"calendar {period}"


def named(partner: str) -> str:
    """Return a partner's name as it stands in a sentence."""
    return f"the {partner}" if partner == "United States" else partner


# Small things


def _hull(spans: Sequence[Interval]) -> Interval:
    return Interval(min(span.low for span in spans), max(span.high for span in spans))


def _first(ways: Mapping[str, Amount]) -> Amount:
    """Return what the best of some ways gives; there is at least one."""
    return next(iter(ways.values()))


def _need(found: _T | None) -> _T:
    if found is None:
        raise measures.MeasureError("A figure that the tables of this notebook rest on is missing in data/.")
    return found


def _calendar(period: str) -> str:
    """Return a period of months as briefly as the data spell it: a year, a month, or a range."""
    first, _, last = period.partition("..")
    if first == last:
        return first
    return first[:4] if (first[5:], last[5:], first[:4]) == ("01", "12", last[:4]) else period
