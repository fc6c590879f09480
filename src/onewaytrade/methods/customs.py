"""Growth of China's exports and imports by its customs: levels, published rates, and the yuan between them.

Customs publishes its totals in yuan and in dollars, with a growth rate beside each level. A level may stand in
several prints (first, revised) and sources, which the rows of the dataset name (`source_id`); a level that is
rounded in print is carried as the interval of all numbers that round to it. Columns named `…_pct` are in per cent.
"""

import functools
import math
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pandas as pd

from onewaytrade import claims, datasets, fmt, grids, measures
from onewaytrade.claims import Estimate, Verdict
from onewaytrade.errors import NoFigureError
from onewaytrade.grids import Grid
from onewaytrade.measures import Interval
from onewaytrade.methods import commodities, cpb
from onewaytrade.methods import rows as single_rows
from onewaytrade.methods.partners import BILLIONS
from onewaytrade.nearest import check_choice

DATASET: Final = "gacc-totals"
RATES: Final = "exchange-rates"
MEDICAL: Final = "medical-exports"
CURRENCIES: Final = {"CNY": "yuan", "USD": "dollars"}
FLOWS: Final = ("exports", "imports")
# The periods whose growth the article prints, with the period that each is compared with.
WINDOWS: Final = {
    "2022": "2021",
    "2023": "2022",
    "2024": "2023",
    "2025-01..2025-05": "2024-01..2024-05",
}
TABLE: Final[dict[str, str]] = {"CNY": "S002", "USD": "S001"}  # customs' monthly tables, in full
# The sources that tables and verdicts name by their number, and what was read there.
SOURCES: Final[dict[str, str]] = {
    "S001": "dollars, by month from 2017: one later table, past years revised",
    "S002": "yuan, by month, 2023 and 2024",
    "S005": "yuan, 2022: levels as first printed, and rates",
    "S006": "yuan, 2023: levels as first printed, and rates",
    "S007": "yuan, 2024: as the press had it",
    "S009": "yuan, January to May 2025: levels and rates",
    "S015": "dollars, 2022: levels as first printed, and rates",
    "S016": "yuan, January to May 2024: as the press had it",
    "S021": "yuan, January to May 2025: exports and imports together",
    "S281": "medical exports, January to September 2022",
    "S287": "protective equipment, 2019 and 2020",
}
OTHER_FLOW: Final = {"exports": "imports", "imports": "exports"}
COMPUTERS, CHIPS = "Computers and parts", "Integrated circuits"

# One unit of the last digit that is printed at the least, by unit; 0 where the table is in full.
_STEPS: Final = {"100M CNY": 1.0, "trn CNY": 0.01, "k USD": 0.0, "bn USD": 1.0, "trn USD": 0.01}
_PRINTS: Final[dict[str, tuple[str, ...]]] = {"first": ("first", "as published"), "revised": ("revised",)}
_MARKET: Final = ("FRED DEXCHUS", "monthly average of daily")
_OWN_RATE: Final = "implied by GACC imports RMB/USD"
_MINUS: Final = "minus_"
_PRESS: Final = "(press)"
_ROUND: Final = 0.1  # customs prints its rates to a tenth of a per cent
_NO_DAY_RATE: Final = "A rate per calendar day can be computed from customs’ own levels alone."
_NINE_MONTHS: Final = "2022-01..2022-09"
_AVERAGES: Final = {12: "year", 3: "quarter", 1: "month"}  # what CPB's method calls a period of so many months
# One row of the dataset, by its columns.
Row = Mapping[Hashable, Any]


@dataclass(frozen=True, slots=True)
class Level:
    """A value in billions, with all numbers that its print allows, its grade, and where it stands in words."""

    value: float
    span: Interval
    grade: str
    place: str

    def __add__(self, other: "Level") -> "Level":
        return Level(
            self.value + other.value,
            self.span + other.span,
            claims.weakest_of(self.grade, other.grade),
            self.place if self.place == other.place else f"{self.place} and {other.place}",
        )


def growth(choices: Mapping[str, Any]) -> Estimate:
    """Compute a growth rate from the choices of a `customs-growth` definition.

    Choices: `flow`, `currency` (CNY or USD), `start`, `end` (periods), `source` ("published": the rate that
    customs printed beside the later period; "gacc-totals": the growth between two levels; "cpb": CPB's own count,
    with `edition` and, instead of the value in dollars, `measure`: volume). Both periods are moved by
    `start_shift` and `end_shift` (months; a year to date keeps its first month), and of each the last `months`
    are taken.

    Of levels, `base_print` is the print of the earlier one: "first", "revised", "implied" by the level and the
    published rate of a year later, "later" (revised, or implied where no table prints that), or "dollars", the
    first one revised by as much as in dollars; `end_print` is that of the later one, "first" if not said.
    `rounded` takes both as newspapers carried them, `narrowed` narrows the later one by the printed sum of both
    flows, and `per_day` gives the growth per calendar day. With `minus_flow` it is the difference, in points, to
    that flow.

    Raises NoFigureError if a level or rate is not at hand, or is not printed in what is asked.
    """
    if _MINUS + "flow" in choices:
        return _difference(choices, growth)
    start, end = _window(choices)
    if choices["source"] == cpb.DATASET:
        return cpb.growth(_asked_of_cpb(choices, start, end))
    if choices.get("measure", "value") != "value":
        raise NoFigureError("Customs prints values; a volume of all trade it does not publish.")
    if choices["source"] == "published":
        return _published_growth(choices, end)
    first, last = _levels(choices, start, end)
    value, span = measures.growth(first.value, last.value), measures.growth_interval(first.span, last.span)
    # Between two levels in full the range is the value itself, but for binary noise.
    low, high = min(span.low, value), max(span.high, value)
    if choices.get("per_day"):
        value, low, high = (measures.growth_at_day_rate(rate, start, end) for rate in (value, low, high))
    apart = measures.months_apart(start, end)
    return Estimate(
        value=value,
        low=low,
        high=high,
        grade=claims.weakest_of(first.grade, last.grade),
        edition=_edition(datasets.view()),
        sentence=_sentence(choices, (start, first), (end, last)),
        annual_rate=None if apart < 12 else measures.annual_rate(value, apart),
        unit="%",
    )


def growth_many(definitions: Sequence[Mapping[str, Any]]) -> list[Estimate | NoFigureError]:
    """Compute many definitions as `growth` does; an error where no figure is at hand.

    What CPB counts is handed on to its own method all at once; levels are read once for all definitions.
    """
    answers: dict[int, Estimate | NoFigureError] = {}
    by_cpb: dict[int, Mapping[str, Any]] = {}
    for at, choices in enumerate(definitions):
        try:
            if choices["source"] == cpb.DATASET and _MINUS + "flow" not in choices:
                by_cpb[at] = _asked_of_cpb(choices, *_window(choices))
            else:
                answers[at] = growth(choices)
        except NoFigureError as error:
            answers[at] = error
    answers |= zip(by_cpb, cpb.growth_many(list(by_cpb.values())), strict=True)
    return [answers[at] for at in range(len(definitions))]


def _window(choices: Mapping[str, Any]) -> tuple[str, str]:
    """Return the earlier and the later period that are asked for, written as the dataset writes them."""
    length = choices.get("months")
    start, end = (_moved(choices[side], choices.get(f"{side}_shift", 0), length) for side in ("start", "end"))
    return start, end


def _moved(period: str, by: int, length: int | None) -> str:
    if not by and length is None:
        return period
    months = measures.months_of(period)
    last = measures.shift_month(months[-1], by)
    return _written(months[0] if length is None else measures.shift_month(last, 1 - length), last)


def _written(first: str, last: str) -> str:
    """Return the months from one to another as the dataset writes a period."""
    if first == last:
        return first
    return first[:4] if (first, last) == (f"{last[:4]}-01", f"{first[:4]}-12") else f"{first}..{last}"


def _asked_of_cpb(choices: Mapping[str, Any], start: str, end: str) -> dict[str, Any]:
    """Return what CPB's method is asked for the same periods; raises NoFigureError for what it does not count."""
    measure = choices.get("measure", "value")
    if measure == "value" and choices["currency"] != "USD":
        raise NoFigureError("CPB counts values in dollars.")
    if choices.get("per_day"):
        raise NoFigureError(_NO_DAY_RATE)
    first, last = (measures.months_of(period) for period in (start, end))
    return {
        "method": "cpb-growth",
        "flow": choices["flow"],
        "region": "China",
        "measure": measure,
        "start": first[-1],
        "end": last[-1],
        "average": _AVERAGES.get(len(last), "ytd"),
        "edition": choices.get("edition", "pinned"),
    }


def _levels(choices: Mapping[str, Any], start: str, end: str) -> tuple[Level, Level]:
    """Return the earlier and the later level in the prints that the choices name."""
    flow, currency = choices["flow"], choices["currency"]
    if choices.get("rounded"):
        first, last = (level(flow, currency, period, None, "rounded") for period in (start, end))
        return first, last
    wanted = choices.get("base_print", "revised")
    find = {"implied": implied_level, "dollars": level_revised_as_dollars, "later": later_level}
    if wanted == "revised" and not _is_revised(flow, currency, start):
        raise NoFigureError(
            f"No revised {flow} in {CURRENCIES[currency]} for {fmt.period(start)} stand in a table at hand."
        )
    first = find.get(wanted, level)(flow, currency, start, None, wanted)
    if choices.get("narrowed"):
        return first, end_level(flow, currency, end)
    return first, level(flow, currency, end, None, choices.get("end_print", "first"))


def _is_revised(flow: str, currency: str, period: str) -> bool:
    """Tell whether a period has a revised print, or none of its own: its months are then of one table."""
    found = _rows(flow, currency, period)
    return not found or any(row["print"] == "revised" for row in found)


def chained(choices: Mapping[str, Any]) -> Estimate:
    """Chain the growth rates that customs published, from the choices of a `chained-rates` definition.

    Choices: `flow`, `currency`, `periods`; the rounding of every rate is carried. With `minus_flow` it is the
    difference, in points, to that flow. Raises NoFigureError if a rate is not at hand.
    """
    if _MINUS + "flow" in choices:
        return _difference(choices, chained)
    flow, currency = choices["flow"], choices["currency"]
    rates = [published(flow, currency, period) for period in choices["periods"]]
    span = measures.exact(1.0)
    for rate, _ in rates:
        span = span * _factor(rate)
    allowed = measures.as_growth(span)
    each = fmt.join(fmt.pct(rate) for rate, _ in rates)
    return Estimate(
        value=measures.compound(*(rate for rate, _ in rates)),
        low=allowed.low,
        high=allowed.high,
        grade=claims.weakest_of(*(str(row["grade"]) for _, row in rates)),
        edition=_edition(datasets.view()),
        sentence=(
            f"China's {flow} in {CURRENCIES[currency]}: the rates that customs published for "
            f"{fmt.join(fmt.period(period) for period in choices['periods'])}, {each}, one upon the other."
        ),
        unit="%",
    )


def published(flow: str, currency: str, period: str, source: str | None = None) -> tuple[float, Row]:
    """Return the growth rate that customs printed for a period, and its row; first prints before later ones.

    Raises NoFigureError if there is none.
    """
    rows = [
        row
        for row in _rows(flow, currency, period)
        if not math.isnan(row["yoy_published_pct"]) and source in {None, row["source_id"]}
    ]
    if not rows:
        where = f" in the source {source}" if source else ""
        raise NoFigureError(
            f"No growth rate of {flow} in {CURRENCIES[currency]} for {fmt.period(period)} is at hand{where}."
        )
    row = min(rows, key=lambda row: row["print"] == "revised")
    return float(row["yoy_published_pct"]), row


def level(flow: str, currency: str, period: str, source: str | None = None, wanted: str = "first") -> Level:
    """Return the value of a period: as printed, or as the sum of its calendar years and their months.

    `source` names the print by its `source_id` where it prints the whole period; otherwise the print `wanted`
    ("first" or "revised") comes first, and the one with most digits; "rounded" is the one that newspapers carried.
    Raises NoFigureError if none is at hand.
    """
    return _level(flow, currency, period, source, wanted, datasets.view())


@functools.lru_cache(maxsize=4096)
def _level(flow: str, currency: str, period: str, source: str | None, wanted: str, view: datasets.View) -> Level:
    # A grid asks for the same few levels hundreds of times, some of them sums of many months.
    found = _rows(flow, currency, period)
    if source is not None:
        found = [row for row in found if row["source_id"] == source]
        if not found:
            raise NoFigureError(
                f"The source {source} prints no {flow} in {CURRENCIES[currency]} for {fmt.period(period)}."
            )
    if found:
        return _level_of(_best(found, wanted))
    pieces = _pieces(period)
    if pieces == (period,):
        pieces = measures.months_of(period)
    absent = f"No {flow} in {CURRENCIES[currency]} for {fmt.period(period)} are at hand."
    if len(pieces) == 1:
        raise NoFigureError(absent)
    try:
        whole, *others = (_level(flow, currency, piece, None, wanted, view) for piece in pieces)
    except NoFigureError as error:
        raise NoFigureError(absent) from error
    for other in others:
        whole = whole + other
    return whole


def print_of(flow: str, currency: str, period: str, wanted: str) -> Level | None:
    """Return the value of a period in one print, "first" or "revised", with most digits; None if not at hand."""
    rows = [row for row in _rows(flow, currency, period) if row["print"] in _PRINTS[wanted]]
    return _level_of(_best(rows, wanted)) if rows else None


def end_level(flow: str, currency: str, period: str) -> Level:
    """Return the later level of a window, narrowed by the sum of both flows where that stands in the currency.

    Raises NoFigureError if no level is at hand.
    """
    end = level(flow, currency, period, None, "first")
    total = _rows("total", currency, period)
    return _narrowed(end, flow, currency, period, str(total[0]["source_id"])) if total else end


def implied_level(
    flow: str, currency: str, period: str, source: str | None = None, _wanted: str = "implied"
) -> Level:
    """Return the value of a period that the value and the published rate of a year later imply.

    `source` prints both. Raises NoFigureError if no print has both.
    """
    later = measures.shift_years(period, 1)
    rate, row = published(flow, currency, later, source)
    end = _level_of(row)
    span = measures.implied_base(end.span, rate, _ROUND)
    place = f"{_printer(row)}, implied by {fmt.period(later)} and its published rate"
    return Level(end.value / (1 + rate / 100), span, claims.weakest_of(end.grade, "implied"), place)


def later_level(flow: str, currency: str, period: str, source: str | None = None, _wanted: str = "later") -> Level:
    """Return the value of a period as it was revised later; where no table prints that, the implied one.

    Raises NoFigureError if neither is at hand.
    """
    if _is_revised(flow, currency, period):
        return level(flow, currency, period, source, "revised")
    return implied_level(flow, currency, period, source)


def level_revised_as_dollars(
    flow: str, currency: str, period: str, source: str | None = None, _wanted: str = "dollars"
) -> Level:
    """Return a first-printed value of a period, changed by as much as its value in dollars was revised later."""
    if currency == "USD":
        raise NoFigureError("In dollars the revised level itself is at hand.")
    own = level(flow, currency, period, source, "first")
    first, later = (level(flow, "USD", period, None, wanted) for wanted in ("first", "revised"))
    return Level(
        own.value * later.value / first.value,
        own.span * later.span / first.span,
        claims.weakest_of(own.grade, first.grade, later.grade),
        f"{own.place}, revised by as much as in dollars",
    )


def in_currency(claim_id: str, currency: str) -> dict[str, Any]:
    """Return the choices that ask a claim in a currency: none for its own, customs' monthly table for the other.

    A cause is asked in the currency by its effect.
    """
    choices = claims.get(claim_id).definition.choices
    own = choices.get("effect", choices)
    if currency == own["currency"]:
        return {}
    asked: dict[str, Any] = {"currency": currency}
    if own.get("source") == DATASET:
        asked["base_print"] = "revised"
    return {"effect": asked} if "effect" in choices else asked


def check_parameters(values: Mapping[str, Any]) -> None:
    """Check the parameters `currency` and `basket`; raises ParameterError with the nearest value."""
    check_choice("currency", values["currency"], CURRENCIES)
    check_choice("basket", values["basket"], (basket.name for basket in commodities.BASKETS))


# What the notebook shows


def printed(flow: str, period: str) -> float:
    """Return the growth rate that the article prints for a flow and a period."""
    for claim in claims.register().values():
        own = claim.definition.choices
        asked = (own.get("method"), own.get("flow"), own.get("end"))
        if claim.printed.value is not None and asked == ("customs-growth", flow, period):
            return claim.printed.value
    raise NoFigureError(f"The article prints no growth of {flow} for {fmt.period(period)}.")


def rates(currency: str) -> pd.DataFrame:
    """Set the rates that customs published in both currencies beside the article's, the asked currency first.

    Columns `group` (the flow), `label` (the period), `series` (the currency in words), `value`, `printed`.
    """
    order = [currency, *(other for other in CURRENCIES if other != currency)]
    rows = [
        (flow.capitalize(), _short(period), _in(money), published(flow, money, period)[0], printed(flow, period))
        for flow in FLOWS
        for period in WINDOWS
        for money in order
    ]
    return pd.DataFrame(rows, columns=["group", "label", "series", "value", "printed"])


def matches(table: pd.DataFrame) -> dict[str, int]:
    """Return, for each series of `rates`, how many of its values are those that the article prints."""
    same = (table["value"] - table["printed"]).abs() < _ROUND / 2
    return {name: int(same[table["series"] == name].sum()) for name in table["series"].unique()}


def recomputed(currency: str) -> pd.DataFrame:
    """Return what the levels at hand give beside each published rate, in one currency.

    Columns `flow`, `period`, `published_pct`, `low_pct`, `high_pct` (the growth between the levels, with their
    rounding; missing where a level is), `start`, `end` (where the levels stand).
    """
    rows = []
    for flow in FLOWS:
        for period, before in WINDOWS.items():
            rate, _ = published(flow, currency, period)
            low, high, start, end = math.nan, math.nan, "not at hand", "not at hand"
            try:
                first, last = level(flow, currency, before, None, "revised"), end_level(flow, currency, period)
            except NoFigureError:
                pass
            else:
                span = measures.growth_interval(first.span, last.span)
                low, high, start, end = span.low, span.high, first.place, last.place
            rows.append((flow, period, rate, low, high, start, end))
    columns = ["flow", "period", "published_pct", "low_pct", "high_pct", "start", "end"]
    return pd.DataFrame(rows, columns=columns)


def recomputed_shown(currency: str) -> pd.DataFrame:
    """Return `recomputed` as it is shown: `Flow`, `Period`, `Published, %`, `From levels, %`, `Levels`."""
    table = recomputed(currency)
    return pd.DataFrame(
        {
            "Flow": table["flow"].str.capitalize(),
            "Period": table["period"].map(_short),
            "Published, %": [fmt.number(rate, 1, sign=True) for rate in table["published_pct"]],
            "From levels, %": [
                fmt.interval(low, high, 2, unit="")
                for low, high in zip(table["low_pct"], table["high_pct"], strict=True)
            ],
            "Levels": [
                end if start == end else f"{end}, against {start}"
                for start, end in zip(table["start"], table["end"], strict=True)
            ],
        }
    )


def identity() -> pd.DataFrame:
    """Split growth in yuan into growth in dollars and that of the rate between customs' own two tables.

    Columns `flow`, `period`; `cny_low_pct`, `cny_high_pct`, `usd_low_pct`, `usd_high_pct`: the growth in either
    currency, from levels where both currencies have them, else as published; `rate_low_pct`, `rate_high_pct`: the
    growth of yuan per dollar that the two imply, by (1 + yuan) = (1 + dollars) (1 + rate); `market_pct` and
    `month_before_pct`: the growth of the market's rate, its months weighted by their trade in dollars, in the same
    month and in the month before (missing where a month of the market is).
    """
    rows = []
    for flow in FLOWS:
        for period, before in WINDOWS.items():
            yuan, dollars = _growth_of(flow, period, before)
            one = measures.exact(1.0)
            rate = (one + yuan * measures.exact(0.01)) / (one + dollars * measures.exact(0.01))
            market = [_market_growth(flow, period, before, lag) for lag in (0, 1)]
            ends = (yuan.low, yuan.high, dollars.low, dollars.high)
            grown = measures.as_growth(rate)
            rows.append((flow, period, *ends, grown.low, grown.high, *market))
    columns = [
        "flow", "period", "cny_low_pct", "cny_high_pct", "usd_low_pct", "usd_high_pct",
        "rate_low_pct", "rate_high_pct", "market_pct", "month_before_pct",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    own = (table["rate_low_pct"] + table["rate_high_pct"]) / 2
    return table.assign(residual=own - table["market_pct"], month_before_residual=own - table["month_before_pct"])


def identity_shown(table: pd.DataFrame) -> pd.DataFrame:
    """Return `identity` as it is shown, in per cent and points, with intervals where the rates are rounded."""
    middle = {
        name: [
            fmt.interval(low, high, 2, unit="")
            for low, high in zip(table[f"{part}_low_pct"], table[f"{part}_high_pct"], strict=True)
        ]
        for name, part in {"Yuan, %": "cny", "Dollars, %": "usd", "Customs’ rate, %": "rate"}.items()
    }
    return pd.DataFrame(
        {
            "Flow": table["flow"].str.capitalize(),
            "Period": table["period"].map(_short),
            **middle,
            "Market, %": [fmt.number(rate, 2, sign=True) for rate in table["market_pct"]],
            "Left over": [fmt.number(rate, 2, sign=True) for rate in table["residual"]],
            "Market a month before, %": [fmt.number(rate, 2, sign=True) for rate in table["month_before_pct"]],
            "Left over then": [fmt.number(rate, 2, sign=True) for rate in table["month_before_residual"]],
        }
    )


def distance(table: pd.DataFrame) -> dict[str, float]:
    """Return how far each market rate of `monthly_rates` lies from customs' own on average, in yuan per dollar."""
    wide = table.pivot(index="month", columns="series", values="value")
    own = wide.pop("Customs’ own")
    return {str(name): float((own - wide[name]).abs().mean()) for name in wide}


def follows(table: pd.DataFrame) -> dict[str, float]:
    """Return the correlation of the monthly changes of customs' own rate with those of each market rate."""
    changes = table.pivot(index="month", columns="series", values="value").diff().dropna()
    own = changes.pop("Customs’ own")
    return {str(name): float(own.corr(changes[name])) for name in changes}


def monthly_rates() -> pd.DataFrame:
    """Return yuan per dollar by month: customs' own, and the market's in the same month and in the month before.

    Columns `month`, `series`, `value`, for the months of which customs' two tables stand in full.
    """
    frame = datasets.load(RATES)
    own = frame[(frame["series"] == _OWN_RATE)].set_index("period")["rate"].sort_index()
    market = market_rate()
    series = {
        "Customs’ own": own,
        "Market": market.reindex(own.index),
        "Market, month before": pd.Series(
            [market[measures.shift_month(month, -1)] for month in own.index], index=own.index
        ),
    }
    parts = [
        pd.DataFrame({"month": values.index, "series": name, "value": values.to_numpy()})
        for name, values in series.items()
    ]
    return pd.concat(parts, ignore_index=True)


def market_rate() -> "pd.Series[float]":
    """Return the market's rate in yuan per dollar, averages of months."""
    return _market_rate(datasets.view()).copy()


@functools.lru_cache(maxsize=2)
def _market_rate(_view: datasets.View) -> "pd.Series[float]":
    frame = datasets.load(RATES)
    series, statistic = _MARKET
    rows = frame[
        (frame["pair"] == "CNY per USD") & (frame["series"] == series) & (frame["statistic"] == statistic)
    ]
    return rows.set_index("period")["rate"].sort_index()


def revision(period: str = "2022") -> pd.DataFrame:
    """Return how a year's value was revised, in yuan (implied) and in dollars (printed twice).

    Columns `flow`, `currency`, `first`, `later` (billions), `low_pct`, `high_pct` (the change, with the rounding
    of both prints), `grade` ("implied" where the later level is).
    """
    rows = []
    for flow in FLOWS:
        for currency in CURRENCIES:
            first = level(flow, currency, period, None, "first")
            later = later_level(flow, currency, period)
            span = measures.growth_interval(first.span, later.span)
            grade = "implied" if currency == "CNY" else claims.weakest_of(first.grade, later.grade)
            rows.append((flow, currency, first.value, later.value, span.low, span.high, grade))
    columns = ["flow", "currency", "first", "later", "low_pct", "high_pct", "grade"]
    return pd.DataFrame(rows, columns=columns)


def revision_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return `revision` as rows of a chart: `group`, `label`, `value`, `low`, `high`, `grade`."""
    how = {"CNY": "In yuan, base implied", "USD": "In dollars, printed twice"}
    return pd.DataFrame(
        {
            "group": table["flow"].str.capitalize(),
            "label": table["currency"].map(how),
            "value": (table["low_pct"] + table["high_pct"]) / 2,
            "low": table["low_pct"],
            "high": table["high_pct"],
            "grade": table["grade"],
        }
    )


def sources() -> pd.DataFrame:
    """Return where the main figures were read: `Source`, `Figures`, `Publisher`, `Read at`."""
    return single_rows.places(SOURCES)


def monthly_growth(flow: str, currency: str, since: str, until: str) -> pd.DataFrame:
    """Return growth on the year by month and by year to date: `month`, `series`, `value` (per cent).

    In full levels of customs' monthly table in that currency; where it has none, the published rate; months with
    neither are left out.
    """
    rows = []
    for month in measures.months_between(since, until):
        spans = {
            "Single month": month,
            "Year to date": month[:4] if month.endswith("-12") else f"{month[:4]}-01..{month}",
        }
        for name, period in spans.items():
            rate = _growth_or_none(flow, currency, period)
            if rate is not None:
                rows.append((month, name, rate))
    return pd.DataFrame(rows, columns=["month", "series", "value"])


def calendar_of(period: str) -> tuple[int, int]:
    """Return the days of a period, and those of them that are Monday to Friday (holidays not taken out)."""
    months = measures.months_of(period)
    after = measures.shift_month(months[-1], 1)
    return measures.days_of(period), int(np.busday_count(f"{months[0]}-01", f"{after}-01"))


def by_calendar(currency: str) -> pd.DataFrame:
    """Return the growth of January to May 2025 in all, per calendar day, and per weekday: columns as shown."""
    period = "2025-01..2025-05"
    before = WINDOWS[period]
    (days, weekdays), (days_before, weekdays_before) = calendar_of(period), calendar_of(before)
    rows = []
    for flow in FLOWS:
        start, end = level(flow, currency, before, TABLE[currency]), end_level(flow, currency, period)
        ratio = end.value / start.value
        rates = [1.0, days_before / days, weekdays_before / weekdays]
        rows.append((flow.capitalize(), *(100 * (ratio * rate - 1) for rate in rates)))
    return pd.DataFrame(rows, columns=["Flow", "In all, %", "Per calendar day, %", "Per weekday, %"])


def chained_and_levels(flow: str) -> tuple[float, float]:
    """Return the growth in yuan from 2021 to 2023 by the two printed rates, and by the levels that went with them.

    The level of 2021 is the one that the first print of 2022 and its published rate imply. Both in per cent.
    """
    (first, _), (second, _) = (published(flow, "CNY", year) for year in ("2022", "2023"))
    base = implied_level(flow, "CNY", "2021").value
    return (
        measures.compound(first, second),
        measures.growth(base, level(flow, "CNY", "2023", None, "first").value),
    )


def import_parts(release: str, basket: str) -> pd.DataFrame:
    """Return what the growth of imports in yuan is made of, in points: `label`, `group`, `value`.

    The first rows add up to the last: a basket of raw materials by quantity and by unit value, computers, chips,
    and all the rest.
    """
    asked = commodities.window(release)
    points = commodities.contributions(asked)
    own = next(one for one in commodities.BASKETS if one.name == basket)
    raw = commodities.split(points, own)
    by_line = points.set_index("commodity")["points"]
    whole = commodities.total_growth(asked, "CNY").middle
    rows = [
        ("Quantity", basket, raw["quantity_points"]),
        ("Unit value", basket, raw["unit_value_points"]),
        (COMPUTERS, "Other lines", float(by_line[COMPUTERS])),
        (CHIPS, "Other lines", float(by_line[CHIPS])),
    ]
    rest = whole - sum(value for *_, value in rows)
    rows += [("Everything else", "Other lines", rest), ("All imports", "Together", whole)]
    return pd.DataFrame(rows, columns=["label", "group", "value"])


def import_volume() -> float:
    """Return the growth of the volume of imports by CPB, January to May 2025 on the year, in per cent."""
    edition = datasets.resolve(cpb.DATASET, "pinned")
    return measures.window_growth(
        cpb.series(edition, "imports", "China", "volume"), "2024-01..2024-05", "2025-01..2025-05"
    )


def later(currency: str) -> pd.DataFrame:
    """Return the rates that customs published for January to May 2025 and later: `Period`, and both flows, %."""
    periods = ["2025-01..2025-05", "2025-01..2025-06", "2025-01..2025-08", "2025-01..2025-09", "2025"]
    rows = [(_short(period), *(published(flow, currency, period)[0] for flow in FLOWS)) for period in periods]
    return pd.DataFrame(rows, columns=["Period", "Exports, %", "Imports, %"])


def signed(rate: float) -> str:
    """Return a rate of growth as tables show it, with its sign."""
    return fmt.number(rate, 1, sign=True)


def by_measure(years: tuple[str, ...] = ("2022", "2023")) -> pd.DataFrame:
    """Return growth on the year by every measure: `group` (the year), `label`, `series` (the flow), `value`.

    Yuan and dollars as customs published them, volume and unit value in dollars by CPB.
    """
    edition = datasets.resolve(cpb.DATASET, "pinned")
    rows = []
    for year in years:
        for flow in FLOWS:
            own = {f"Value {_in(money)}": published(flow, money, year)[0] for money in CURRENCIES}
            for measure, name in {"volume": "Volume (CPB)", "unit_value": "Unit value in dollars (CPB)"}.items():
                data = cpb.series(edition, flow, "China", measure)
                own[name] = measures.window_growth(data, WINDOWS[year], year)
            rows += [(year, name, flow.capitalize(), value) for name, value in own.items()]
    return pd.DataFrame(rows, columns=["group", "label", "series", "value"])


def twelve_months(since: str, until: str, base: str = "2022") -> pd.DataFrame:
    """Return the value of twelve months to each month in dollars, a year = 100: `month`, `series`, `value`."""
    rows = []
    for flow in FLOWS:
        whole = level(flow, "USD", base, TABLE["USD"]).value
        monthly = _monthly(flow, "USD")
        for month in measures.months_between(since, until):
            total = measures.mean_over(monthly, measures.trailing(month)) * 12
            rows.append((month, flow.capitalize(), 100 * total / whole))
    return pd.DataFrame(rows, columns=["month", "series", "value"])


def confirmations() -> pd.DataFrame:
    """Return how far customs' values and CPB's volumes stand from 2022, by several counts, in per cent.

    Columns as they are shown: `Count`, `Exports, %`, `Imports, %`, `Gap, points`.
    """
    claim = claims.get("customs-confirms-cpb")
    volumes = {"region": "China", "measure": "volume", "method": "cpb-growth"}
    counts = {
        "Customs in yuan, the article’s rates from 2023 on, chained": claim.definition.choices,
        **{other.label: {**claim.definition.choices, **other.choices} for other in claim.alternatives},
        "CPB’s volumes, December 2022 to March 2025": {**volumes, "start": "2022-12", "end": "2025-03"},
        "CPB’s volumes, twelve months to May 2025 on 2022": {
            **volumes, "start": "2022-12", "end": "2025-05", "average": "year",
        },
    }  # fmt: skip
    rows = []
    for name, choices in counts.items():
        method = _COUNTED[choices["method"]]
        exports, imports = (method({**choices, "flow": flow}).number for flow in FLOWS)
        rows.append((name, exports, imports, exports - imports))
    return pd.DataFrame(rows, columns=["Count", "Exports, %", "Imports, %", "Gap, points"])


# The methods of the counts that `confirmations` sets side by side.
_COUNTED: Final = {"customs-growth": growth, "chained-rates": chained, "cpb-growth": cpb.growth}


def medical_changes() -> pd.DataFrame:
    """Return the change of medical exports in 2022 beside all exports, in dollars: `label`, `group`, `value`.

    By one chamber of commerce for January to September; other lines over the periods that the press gives.
    """
    chamber = {
        "All medical and pharmaceutical": "pharma+medical products exports, change",
        "Medical devices": "medical devices exports, change",
        "Disposable consumables": "disposable consumables exports, change",
        "Dressings, with masks": "medical dressings exports, change",
        "Human vaccines": "human vaccines exports, change",
    }
    others = {
        "Lithium batteries, to November": ("exports of lithium batteries, change", "2022-01..2022-11"),
        "Solar cells, to November": ("exports of solar cells, change", "2022-01..2022-11"),
        "Vehicles, by number, full year": ("vehicle exports, change, units", "2022"),
    }
    first = "January to September 2022, one chamber’s count"
    rows = [(name, first, _medical(measure, _NINE_MONTHS)) for name, measure in chamber.items()]
    rows.append(
        ("All exports", "January to September 2022, customs", published("exports", "USD", _NINE_MONTHS)[0])
    )
    rows += [
        (name, "Other lines, by the press (currency not given)", _medical(*place))
        for name, place in others.items()
    ]
    return pd.DataFrame(rows, columns=["label", "group", "value"])


def medical_weight() -> dict[str, float]:
    """Return what medical exports weigh in the growth of exports in dollars, in per cent, points and billions.

    Keys: `share_pct` (of exports in January to September 2022), `points` (contribution to their growth),
    `carry_pct` (how much they would have had to grow to make all of it), `fell_bn` (by how much they fell),
    `nine_pct` and `year_pct` (growth of all exports over these months and over 2022, as published), `in_yuan_pct`
    (the change of medical exports at the market's rate of the same months), `needed_pct` (by how much they would
    have had to grow in the last quarter to make up, had that of 2021 been a third of the nine months before), and
    for 2020 `ppe_bn` (rise of protective equipment), `ppe_points`, `all_2020_bn` and `all_2020_pct` (rise of all
    exports).
    """
    value = _medical("pharma+medical products exports", _NINE_MONTHS)
    rate = _medical("pharma+medical products exports, change", _NINE_MONTHS)
    before = value / (1 + rate / 100)
    ends = [level("exports", "USD", p, TABLE["USD"]).value for p in ("2021-01..2021-09", _NINE_MONTHS)]
    years = [level("exports", "USD", year, TABLE["USD"]).value for year in ("2019", "2020")]
    rose = _medical("PPE exports", "2020") - _medical("PPE exports", "2019")
    yuan = _market_growth("exports", _NINE_MONTHS, "2021-01..2021-09", 0)
    return {
        "share_pct": 100 * value / ends[1],
        "points": 100 * (value - before) / ends[0],
        "carry_pct": 100 * published("exports", "USD", _NINE_MONTHS)[0] / (100 * before / ends[0]),
        "fell_bn": before - value,
        "nine_pct": published("exports", "USD", _NINE_MONTHS)[0],
        "year_pct": published("exports", "USD", "2022")[0],
        "in_yuan_pct": measures.compound(rate, yuan),
        "needed_pct": 100 * (before - value) / (before / 3),
        "ppe_bn": rose,
        "ppe_points": 100 * rose / years[0],
        "all_2020_bn": years[1] - years[0],
        "all_2020_pct": measures.growth(*years),
    }


def export_volume(since: str, until: str) -> pd.DataFrame:
    """Return CPB's volume and unit value of China's exports: `month`, `series`, `value` (base year = 100)."""
    edition = datasets.resolve(cpb.DATASET, "pinned")
    parts = []
    for name, measure in {"Volume": "volume", "Unit value": "unit_value"}.items():
        data = cpb.series(edition, "exports", "China", measure).loc[since:until]
        parts.append(pd.DataFrame({"month": data.index, "series": name, "value": data.to_numpy()}))
    return pd.concat(parts, ignore_index=True)


def summary(verdicts: Iterable[Verdict]) -> pd.DataFrame:
    """Return verdicts in one table: `Claim`, `The article`, `The data`, `Verdict`, `Other definitions`."""
    rows = [
        (
            one.claim.label,
            one.claim.printed_text,
            one.computed_text or "told in pieces",
            one.word,
            one.robustness or "none of the same thing",
        )
        for one in verdicts
    ]
    return pd.DataFrame(rows, columns=["Claim", "The article", "The data", "Verdict", "Other definitions"])


def standing(found: Grid) -> str:
    """Return where the printed figure stands among the definitions of its question, as a predicate in words."""
    printed = found.claim.printed
    away = found.same["value"] - (printed.value or 0.0)
    # What rounds to the print is neither above nor below it.
    below, above = int((away <= -printed.precision / 2).sum()), int((away >= printed.precision / 2).sum())
    total = len(away)
    if total == 1:
        return f"{'not ' if below + above else ''}what the one definition gives"
    if total in (below, above):
        return f"{'above' if below else 'below'} all {total} definitions"
    if below + above in (0, total):
        return f"{'between those of' if below + above else 'given by all'} {total} definitions"
    if below and above:
        return f"in the middle of {total} definitions"
    return f"the {'lowest' if above else 'highest'} of {total} definitions"


def spreads(found: Iterable[Grid]) -> pd.DataFrame:
    """Return how far the definitions of some rates lie apart, in per cent.

    Columns as they are shown: `Rate`, `Printed`, `Same question` and `Other questions` (how many definitions, from
    where to where), `Moved most by` (among all of them).
    """
    rows = []
    for one in found:
        voting, moving = one.frame[~one.frame["update"]], grids.sensitivity(one)["name"]
        other = voting[voting["panel"] != grids.OWN_QUESTION]
        printed = fmt.number(one.claim.printed.value or 0.0, 1, sign=True)
        rows.append((one.claim.label, printed, _reach(one.same), _reach(other), next(iter(moving), "").lower()))
    return pd.DataFrame(rows, columns=["Rate", "Printed", "Same question", "Other questions", "Moved most by"])


def _reach(definitions: pd.DataFrame) -> str:
    values = definitions["value"]
    return f"{len(values)}: {fmt.interval(values.min(), values.max(), 2, unit='')}" if len(values) else "none"


# Rows of the dataset


def _rows(flow: str, currency: str, period: str) -> Sequence[Row]:
    return _by_period(datasets.view()).get((flow, currency, period), ())


@functools.lru_cache(maxsize=2)
def _edition(_view: datasets.View) -> str:
    return datasets.pinned(DATASET)


@functools.lru_cache(maxsize=2)
def _by_period(_view: datasets.View) -> Mapping[tuple[str, str, str], Sequence[Row]]:
    """Return the rows of each flow, currency and period."""
    known: dict[tuple[str, str, str], list[Row]] = {}
    for row in datasets.load(DATASET).to_dict("records"):
        known.setdefault((row["flow"], row["currency"], row["period"]), []).append(row)
    return known


def _best(rows: Sequence[Row], wanted: str) -> Row:
    """Return the row of the wanted print if there is one, and of several the one with most digits.

    Of a print "rounded" by newspapers it is the one with fewest; raises NoFigureError if none carried it.
    """
    if wanted == "rounded":
        carried = [row for row in rows if row["publisher"].endswith(_PRESS)]
        if not carried:
            flow, currency, period = (rows[0][name] for name in ("flow", "currency", "period"))
            raise NoFigureError(
                f"No newspaper’s {flow} in {CURRENCIES[currency]} for {fmt.period(period)} are at hand."
            )
        return max(carried, key=_last_digit)
    of_print = [row for row in rows if row["print"] in _PRINTS.get(wanted, ())]
    return min(of_print or rows, key=_last_digit)


def _last_digit(row: Row) -> float:
    """Return one unit of the last printed digit in billions."""
    return _step(row) * BILLIONS[row["unit"]]


def _step(row: Row) -> float:
    """Return one unit of the last printed digit, or what the unit is printed with: trailing zeros were lost."""
    least = _STEPS[row["unit"]]
    shown = 10.0 ** int(Decimal(repr(float(row["value"]))).normalize().as_tuple().exponent)
    return min(least, shown)


def _level_of(row: Row) -> Level:
    factor = BILLIONS[row["unit"]]
    span = measures.rounded(float(row["value"]), _step(row))
    return Level(
        value=float(row["value"]) * factor,
        span=span * measures.exact(factor),
        grade=str(row["grade"]),
        place=_printer(row),
    )


def _printer(row: Row) -> str:
    """Return in whose print a figure of customs is at hand, with the row of the dataset `sources` that it has."""
    press = str(row["publisher"]).endswith(_PRESS)
    return f"{'the press' if press else 'a copy of customs’ table'}, {row['source_id']}"


def _in_words(place: str) -> str:
    """Return a place without the numbers of sources, for a sentence."""
    return f"from {re.sub(r', S[0-9]+', '', place)}"


def _narrowed(end: Level, flow: str, currency: str, period: str, total: str) -> Level:
    """Return a rounded level within what the rounded other flow and the more exact sum of both leave of it.

    `total` is the source of that sum.
    """
    other = level(OTHER_FLOW[flow], currency, period)
    both = level("total", currency, period, total)
    left = both.span - other.span
    span = Interval(max(end.span.low, left.low), min(end.span.high, left.high))
    place = f"{end.place}, narrowed by the sum of both flows, {total}"
    return Level(end.value, span, claims.weakest_of(end.grade, both.grade), place)


def _pieces(period: str) -> tuple[str, ...]:
    """Return the parts of a period that lie in one calendar year each, written as the dataset writes them."""
    months = measures.months_of(period)
    found = []
    for year in sorted({month[:4] for month in months}):
        own = [month for month in months if month.startswith(year)]
        found.append(_written(own[0], own[-1]))
    return tuple(found)


def _monthly(flow: str, currency: str) -> "pd.Series[float]":
    """Return the months of customs' monthly table in a currency, in billions."""
    return _monthly_of(flow, currency, datasets.view()).copy()


@functools.lru_cache(maxsize=8)
def _monthly_of(flow: str, currency: str, _view: datasets.View) -> "pd.Series[float]":
    frame = datasets.load(DATASET)
    rows = frame[
        (frame["flow"] == flow)
        & (frame["currency"] == currency)
        & (frame["frequency"] == "monthly")
        & (frame["source_id"] == TABLE[currency])
    ]
    return (rows["value"] * measures.look_up(rows["unit"], BILLIONS)).set_axis(rows["period"]).sort_index()


def _factor(rate: float) -> Interval:
    return measures.exact(1.0) + measures.rounded(rate, _ROUND) * measures.exact(0.01)


def _growth_of(flow: str, period: str, before: str) -> tuple[Interval, Interval]:
    """Return the growth in yuan and in dollars, between levels where both tables have the base, else published."""
    if any(row["source_id"] == TABLE["CNY"] for row in _rows(flow, "CNY", before)):
        spans = [
            measures.growth_interval(
                level(flow, money, before, TABLE[money]).span, end_level(flow, money, period).span
            )
            for money in CURRENCIES
        ]
        return spans[0], spans[1]
    yuan, dollars = (measures.rounded(published(flow, money, period)[0], _ROUND) for money in CURRENCIES)
    return yuan, dollars


def _market_growth(flow: str, period: str, before: str, lag: int) -> float:
    """Return the growth of the market's rate, its months weighted by trade in dollars; NaN if one is not known."""
    market, trade = market_rate(), _monthly(flow, "USD")
    means = []
    for months in (measures.months_of(before), measures.months_of(period)):
        rate = market.reindex([measures.shift_month(month, -lag) for month in months])
        weights = trade.reindex(list(months))
        means.append(float((rate.to_numpy() * weights.to_numpy()).sum() / weights.sum()))
    return math.nan if any(map(math.isnan, means)) else measures.growth(*means)


def _growth_or_none(flow: str, currency: str, period: str) -> float | None:
    before = measures.shift_years(period, -1)
    try:
        ends = [level(flow, currency, one, TABLE[currency]).value for one in (before, period)]
        return measures.growth(*ends)
    except NoFigureError:
        pass
    try:
        return published(flow, currency, period)[0]
    except NoFigureError:
        return None


def _medical(measure: str, period: str) -> float:
    frame = datasets.load(MEDICAL)
    rows = frame[(frame["measure"] == measure) & (frame["period"] == period)]
    return float(rows["value"].iloc[0])


def _published_growth(choices: Mapping[str, Any], period: str) -> Estimate:
    if choices.get("per_day"):
        raise NoFigureError(_NO_DAY_RATE)
    flow, currency = choices["flow"], choices["currency"]
    rate, row = published(flow, currency, period)
    return Estimate(
        value=rate,
        grade=str(row["grade"]),
        edition=_edition(datasets.view()),
        sentence=(
            f"Growth of China's {flow} in {CURRENCIES[currency]}, {fmt.period(period)}, as customs published it "
            f"({_in_words(_printer(row))})."
        ),
        recomputed=False,
        unit="%",
    )


def _difference(choices: Mapping[str, Any], method: Callable[[Mapping[str, Any]], Estimate]) -> Estimate:
    own = {name: value for name, value in choices.items() if not name.startswith(_MINUS)}
    other = choices[_MINUS + "flow"]
    return method(own).less(method({**own, "flow": other}), f"Less the same for {other}.")


def _sentence(choices: Mapping[str, Any], start: tuple[str, Level], end: tuple[str, Level]) -> str:
    daily = ", per calendar day" if choices.get("per_day") else ""
    then, now = (f"{fmt.period(period)} ({_in_words(found.place)})" for period, found in (start, end))
    money = CURRENCIES[choices["currency"]]
    return f"Value of China's {choices['flow']} in {money}{daily}, {now} against {then}."


def _in(currency: str) -> str:
    return f"in {CURRENCIES[currency]}"


def _short(period: str) -> str:
    return fmt.period(period, short=True)
