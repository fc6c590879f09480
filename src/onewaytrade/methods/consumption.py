"""Consumers in China: what they spend, earn and save, how they feel, what homes cost, and what luxury firms sell.

Retail sales are published for March to December alone. "Twelve months to May" therefore hold ten figures, always
of the same ten calendar months, so that they compare with March to December of any year.
"""

import functools
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from onewaytrade import datasets, fmt, measures
from onewaytrade.claims import Estimate
from onewaytrade.errors import NoFigureError, ParameterError
from onewaytrade.measures import Interval
from onewaytrade.methods import rows
from onewaytrade.nearest import nearest

DATASET: Final = "consumption"
LUXURY: Final = "luxury"
ARTICLE: Final = "2025-06"  # the month in which the article appeared
BEFORE: Final = "2025-05"  # the last month that it could know
RATE: Final = "retail sales of consumer goods, nominal, change on year as first published (no Jan/Feb values)"
LEVEL: Final = "retail sales of consumer goods, level"
CONFIDENCE: Final = "NBS consumer confidence index, monthly"
HOMES: Final = "residential property prices, nominal, change on year (BIS)"
INCOME: Final = "per capita disposable income"
SPENDING: Final = "per capita consumption expenditure"
SAVING: Final = "household-survey saving ratio = 1 - expenditure/income (calculated)"
# From here on a year lies behind the month in which confidence broke, and three years of sales behind each month.
FIRST_END: Final = "2023-03"
_RATE_STEP: Final = 0.1  # in points: the last digit of a published rate
_LEVEL_STEP: Final = 0.1  # in 100 million yuan
_TIERS: Final = {
    "China, tier-1 cities": "Largest cities (tier 1)",
    "China, tier-2 cities": "Second group (tier 2)",
    "China, tier-3 cities": "Third group (tier 3)",
}
_HOMES: Final = {"new home prices, change on year": "New", "existing home prices, change on year": "Existing"}
_PORSCHE: Final = ("Porsche AG, China", "Porsche AG, world")
_LVMH: Final = "LVMH, Asia excluding Japan"
_SWATCH: Final = "Swatch Group, China incl. Hong Kong and Macau"
_SWATCH_SALES: Final = "Swatch Group, China+HK+Macau and dependent SE Asian markets"
_FITS: Final = {-1: "yes", 0: "flat", 1: "no"}


# Parameters
# What the verdicts and the pictures rest on, by the number of its source.
SOURCES: Final = {
    "S255": "retail sales, growth on the year",
    "S256": "retail sales, level",
    "S259": "consumer confidence",
    "S266": "income and consumption per head, 2019",
    "S267": "income and consumption per head, 2022",
    "S268": "income and consumption per head, 2024",
    "S280": "house prices by quarter",
    "S278": "prices of new homes in seventy cities",
    "S279": "prices of homes by group of cities, May 2025",
    "S225": "Porsche, China, 2023",
    "S226": "Porsche, China and world, 2024",
    "S232": "Porsche, China, first quarter of 2025",
    "S244": "LVMH, Asia without Japan, 2024",
    "S245": "LVMH, Asia without Japan, first quarter of 2025",
    "S252": "Swatch, 2023 and 2024",
    "S250": "the hearing",
    "S251": "what was said at the hearing",
}


def check_parameters(values: Mapping[str, Any]) -> None:
    """Check the parameters `start`, `end`, `base` and `year` of the notebook on consumers.

    Raises ParameterError, with the range or the nearest value.
    """
    published = _series(RATE)
    ends = [month for month in published.index if month >= FIRST_END]
    end = _known("end", values["end"], ends, "a month with published retail sales (never January or February)")
    first, last = "2019-01", measures.shift_month(end, -12)
    measures.check_month("start", values["start"], first, last)
    if not first <= values["start"] <= last:
        raise ParameterError(
            f"start={values['start']!r} must lie between {first} and {last}, a year before end={end!r}; the "
            f"nearest is {first if values['start'] < first else last!r}."
        )
    years = [str(year) for year in range(2019, int(end[:4]))]
    years = [year for year in years if f"{year}-12" in _series(LEVEL).index]
    _known("base", values["base"], years, f"a year of retail sales before end={end!r}")
    sold = sorted(set(_deliveries().columns[1:]))
    _known("year", values["year"], sold, "a year in which a luxury firm’s growth is known")


def _known(name: str, value: str, allowed: Sequence[str], what: str) -> str:
    if value in allowed:
        return value
    try:
        near = min(allowed, key=lambda other: abs(_number(other) - _number(value)))
    except measures.MeasureError:
        near = nearest(value, allowed)
    raise ParameterError(
        f"{name}={value!r} is not {what}; the nearest is {near!r}, and they run from {allowed[0]} to "
        f"{allowed[-1]}."
    )


def _number(period: str) -> int:
    return measures.month_number(measures.months_of(period)[-1])


# Retail sales


def retail(choices: Mapping[str, Any]) -> Estimate:
    """Return growth of retail sales from the choices of a `retail-sales` definition.

    Choices: `end` (a month, moved by `end_shift` months), and optionally `average` ("month", "quarter": the last
    three months with a figure, "year": the twelve months to `end`, ten of which have one), `base` (the year whose
    same calendar months are compared with) or `years` (so many years before; 1 if neither is given), `figures`
    ("rates": growth on the year as published, chained where it is more than one year; "amounts": sales in yuan as
    printed) and `read_as` ("level": whether sales fell; "rate": whether their growth on the year did, in points).
    Raises NoFigureError for a month without a figure, and where a month would be compared with itself.
    """
    end = measures.shift_month(choices["end"], choices.get("end_shift", 0))
    average, figures = choices.get("average", "month"), choices.get("figures", "rates")
    months = _window(end, average)
    before = _compared_with(months, choices)
    if choices.get("read_as") == "rate":
        own, other = (_growth(span, _years_before(span, 1), figures) for span in (months, before))
        sentence = f"{_named_growth(months, 'the year', figures)}, less the same for {_span(before)}."
        return _computed(own[0] - other[0], own[1] - other[1], sentence, "points")
    value, allowed = _growth(months, before, figures)
    chained = set(before) != set(_years_before(months, 1))
    on = "the year"
    if chained:
        on = _same_named(months, choices["base"]) if "base" in choices else f"{choices['years']} years before"
    sentence = _named_growth(months, on, figures, chained=chained)
    if figures == "rates" and len(months) == 1 and not chained:
        told = f"{sentence}, by China’s statistics office."
        return Estimate(value, "primary", datasets.pinned(DATASET), told, recomputed=False, unit="%")
    return _computed(value, allowed, f"{sentence}.", "%")


def _computed(value: float, allowed: Interval, sentence: str, unit: str) -> Estimate:
    return Estimate(value, "primary", datasets.pinned(DATASET), sentence, allowed.low, allowed.high, unit=unit)


def _window(end: str, average: str) -> tuple[str, ...]:
    """Return the months that stand for an end month; those of several without January and February."""
    if average == "month":
        return (end,)
    months = tuple(m for m in measures.months_of(measures.trailing(end)) if m[5:] not in {"01", "02"})
    return months[-3:] if average == "quarter" else months


def _compared_with(months: tuple[str, ...], choices: Mapping[str, Any]) -> tuple[str, ...]:
    if "base" not in choices:
        return _years_before(months, choices.get("years", 1))
    before = _same_months(months, choices["base"])
    if any(first >= last for first, last in _pairs(before, months)):
        raise NoFigureError(f"Some of these months lie in {choices['base']} themselves.")
    return before


def _pairs(before: Iterable[str], months: Iterable[str]) -> list[tuple[str, str]]:
    """Return the same calendar months of two spans, side by side."""
    first, last = (sorted(span, key=lambda month: month[5:]) for span in (before, months))
    return list(zip(first, last, strict=True))


def _growth(months: Iterable[str], before: Iterable[str], figures: str) -> tuple[float, Interval]:
    """Return the growth of sales from some months to the same calendar months of later years, with its rounding.

    By amounts it is that of their sum; by rates it is the mean of what each month's rates chain to.
    """
    pairs = _pairs(before, months)
    if figures == "amounts":
        first, last = (_sum_of(pair[at] for pair in pairs) for at in (0, 1))
        return measures.growth(first.middle, last.middle), measures.growth_interval(first, last)
    published = _series(RATE)
    rates = [[_at(published, year, "growth rates") for year in _years_between(*pair)] for pair in pairs]
    half = _RATE_STEP / 2
    value, low, high = (statistics.fmean(_chained(own, by) for own in rates) for by in (0.0, -half, half))
    return value, Interval(low, high)


def _chained(rates: Sequence[float], by: float = 0.0) -> float:
    """Return what rates make one upon the other, each moved by so many points; a single one as it stands."""
    return rates[0] + by if len(rates) == 1 else measures.compound(*(rate + by for rate in rates))


def _years_between(first: str, last: str) -> list[str]:
    """Return a calendar month of each year after that of `first`, to `last`."""
    return [f"{year}{last[4:]}" for year in range(int(first[:4]) + 1, int(last[:4]) + 1)]


def _sum_of(months: Iterable[str]) -> Interval:
    levels = _series(LEVEL)
    amounts = [measures.rounded(_at(levels, month, "amounts"), _LEVEL_STEP) for month in months]
    return Interval(sum(one.low for one in amounts), sum(one.high for one in amounts))


def _named_growth(months: tuple[str, ...], on: str, figures: str, *, chained: bool = False) -> str:
    """Return in words what grew, on what, in which months, and by which figures."""
    grew, how = f"growth on {on}", f"{'chained from rates ' if chained else ''}as first published"
    if figures == "amounts":
        grew, how = ("growth of their sum" if len(months) > 1 else "growth") + f" on {on}", "by amounts as printed"
    elif len(months) > 1:
        grew = f"mean of the monthly growth on {on}"
    return f"Retail sales of consumer goods, {grew}, {_span(months)}, {how}"


def _same_named(months: tuple[str, ...], year: str) -> str:
    return f"the same month{'s' if len(months) > 1 else ''} of {year}"


def _mean_rate(end: str) -> tuple[float, tuple[str, ...]]:
    months = _window(end, "year")
    return _mean_of(months), months


def _mean_of(months: Iterable[str]) -> float:
    published = _series(RATE)
    return statistics.fmean(_at(published, month, "growth rates") for month in months)


def _same_months(months: Iterable[str], year: str) -> tuple[str, ...]:
    return tuple(sorted(f"{year}{month[4:]}" for month in months))


def _years_before(months: Iterable[str], years: int) -> tuple[str, ...]:
    return tuple(measures.shift_month(month, -12 * years) for month in months)


def _span(months: tuple[str, ...]) -> str:
    if len(months) == 1:
        return fmt.month(months[0])
    count = "" if len(months) == 12 else f" ({len(months)} months with a figure)"
    return f"{fmt.month(months[0])} to {fmt.month(months[-1])}{count}"


def _at(series: "pd.Series[float]", month: str, what: str) -> float:
    if month not in series.index:
        raise NoFigureError(
            f"The {what} of retail sales that are at hand run from {fmt.month(series.index[0])} to "
            f"{fmt.month(series.index[-1])}, without January and February."
        )
    return float(series[month])


def _series(measure: str, entity: str = "China") -> "pd.Series[float]":
    """Return a series of the compiled table by period."""
    return _read(measure, entity, datasets.view()).copy()


@functools.lru_cache(maxsize=32)
def _read(measure: str, entity: str, _view: datasets.View) -> "pd.Series[float]":
    # A grid asks for the same few series hundreds of times.
    frame = datasets.load(DATASET)
    own = frame[(frame["entity"] == entity) & (frame["measure"] == measure)]
    return own.set_index("period")["value"].sort_index()


# Spending by the household survey


def spending(choices: Mapping[str, Any]) -> Estimate:
    """Return growth of consumption per head from the choices of a `household-spending` definition.

    Choices as `retail`: `end` (the survey's year is the last that was over by then), `base`, `figures` ("rates":
    the growth on the year that was printed, "amounts": yuan per head) and `read_as`. Growth of the year before is
    implied by the printed rate and the amounts around it. Raises NoFigureError for what is not at hand.
    """
    year = str(int(measures.shift_month(choices["end"], 1)[:4]) - 1)
    by_rates = choices.get("figures", "rates") == "rates"
    if by_rates is ("base" in choices) or (choices.get("read_as") == "rate" and not by_rates):
        raise NoFigureError(_SURVEYED)
    named = "Consumption per head by the household survey"
    own = {
        "dataset": DATASET,
        "entity": "China",
        "named": named if not by_rates else f"{named}, growth on the year",
    }
    try:
        if not by_rates:
            return rows.growth({**own, "measure": SPENDING, "start": choices["base"], "end": year})
        rate = rows.value({**own, "measure": f"{SPENDING}, nominal change", "period": year})
    except NoFigureError as error:
        raise NoFigureError(_SURVEYED) from error
    if choices.get("read_as") != "rate":
        return rate
    return rate.less(_implied_growth(str(int(year) - 1), rate), f"Less that of {int(year) - 1}, implied.")


_SURVEYED: Final = "Of the household survey, amounts of 2019, 2022 and 2024 and the growth of 2024 are at hand."


def _implied_growth(year: str, after: Estimate) -> Estimate:
    """Return the growth of consumption per head in a year whose amount is implied by the growth `after` it."""
    amounts = _series(SPENDING)
    ends = (str(int(year) + 1), str(int(year) - 1))
    if not set(ends) <= set(amounts.index):
        raise NoFigureError(_SURVEYED)
    last, first = (measures.rounded(float(amounts[name]), 1) for name in ends)
    own = measures.implied_base(last, after.number, _RATE_STEP)
    span = measures.growth_interval(first, own)
    value = measures.growth(first.middle, last.middle / (1 + after.number / 100))
    return Estimate(value, "implied", datasets.pinned(DATASET), "", span.low, span.high, unit=after.unit)


# Tables on consumers


def sources() -> pd.DataFrame:
    """Return where the main figures were read: `Source`, `Figures`, `Publisher`, `Read at`."""
    return rows.places(SOURCES)


def course(start: str, end: str, base: str) -> pd.DataFrame:
    """Return what is known of consumers from `start` to `end`, in panels with units of their own.

    Columns `panel`, `unit`, `period`, `series`, `value`. The level of retail sales is set to 100 in the same month
    of the year `base`, which takes out the seasons. Periods that reach out of the window are left out, and so is a
    panel without a figure.
    """
    levels = _series(LEVEL)
    index = pd.Series(
        {month: 100 * levels[month] / levels[f"{base}{month[4:]}"] for month in map(str, levels.index)}
    )
    homes, cities = _series(HOMES), _series("new home prices, change on year", "China, 70 cities")
    homes.index = [f"{month[:4]}Q{int(month[5:]) // 3}" for month in homes.index]
    drawn = [
        ("Retail sales, level", f"same month of {base} = 100", "", index),
        ("Retail sales, growth on the year", "%", "", _series(RATE)),
        ("Consumer confidence", "index from 0 to 200", "", _series(CONFIDENCE)),
        ("Household saving", "% of income", "", _series(SAVING)),
        ("House prices, growth on the year", "%", "BIS", homes),
        ("House prices, growth on the year", "%", "70 cities", cities),
    ]
    table = _told(drawn)
    months = table["period"].map(measures.months_of)
    return table[(months.str[0] >= start) & (months.str[-1] <= end)].reset_index(drop=True)


def readings(end: str, base: str) -> pd.DataFrame:
    """Return what "on the decline" can mean, with what each reading gives and whether that is a decline.

    Columns as they are shown: `Read as`, `Measure`, `Gives`, `A decline` (yes, no, or flat if it rounds to 0). A
    reading without a figure is left out, and so is one of a year that was not over by `end`.
    """
    asked: list[tuple[str, str, Mapping[str, Any]]] = [
        ("a level", "Sales against a year before, as published", {}),
        ("a level", "The same, mean of twelve months", {"average": "year"}),
        ("a level", "Sales against three years before", {"figures": "amounts", "years": 3}),
        ("a level", "Spending per head, 2024 against 2022", _per_head(SPENDING, "2022", "2024")),
        (
            "a rate",
            f"Growth in twelve months against {base}",
            {"average": "year", "read_as": "rate", "base": base},
        ),
        ("a rate", "Growth in twelve months against the twelve before", {"average": "year", "read_as": "rate"}),
        ("a rate", "Growth in the month against a year before", {"read_as": "rate"}),
        ("a mood", "Confidence since March 2022", _confidence("2022-03", end)),
        ("a mood", "Confidence since December 2022", _confidence("2022-12", end)),
        ("a habit", "Share of income spent, 2024 less 2019", {"start": "2024", "end": "2019"}),
        ("a habit", "Share of income spent, 2024 less 2022", {"start": "2024", "end": "2022"}),
    ]
    told = []
    for kind, name, choices in asked:
        if "2024" in name and end < "2025":
            continue
        try:
            estimate = _estimate({"end": end, **choices})
        except NoFigureError:
            continue
        told.append(
            (kind, name, fmt.with_unit(estimate.value, estimate.unit or "%", sign=True), _FITS[_side(estimate)])
        )
    return pd.DataFrame(told, columns=["Read as", "Measure", "Gives", "A decline"])


def _estimate(choices: Mapping[str, Any]) -> Estimate:
    if "measure" in choices:
        return rows.growth(choices)
    # The share spent changes as the share saved does, with the years turned round.
    return budget(choices) if "start" in choices else retail(choices)


def _per_head(measure: str, start: str, end: str) -> dict[str, Any]:
    return {"dataset": DATASET, "entity": "China", "measure": measure, "start": start, "end": end}


def _confidence(start: str, end: str) -> dict[str, Any]:
    return {"dataset": DATASET, "entity": "China", "measure": CONFIDENCE, "start": start, "end": end}


def budget(choices: Mapping[str, Any]) -> Estimate:
    """Return the change of the share of income per head that is not spent, from one year to another, in points.

    Choices: the years `start` and `end`. Raises NoFigureError for a year that the survey at hand does not have.
    """
    first, last = (_saved(choices[name]) for name in ("start", "end"))
    return Estimate(
        value=last - first,
        grade="press",
        edition=datasets.pinned(DATASET),
        sentence=(
            f"Share of income per head that is not spent, {choices['end']} less {choices['start']}, by the "
            "household survey."
        ),
        unit="points",
    )


def _saved(year: str) -> float:
    income, spending = _series(INCOME), _series(SPENDING)
    if year not in income.index or year not in spending.index:
        raise NoFigureError(
            f"Income and consumption per head are at hand for {fmt.join(map(str, income.index))}, not {year}."
        )
    return 100 - 100 * float(spending[year]) / float(income[year])


def _side(estimate: Estimate) -> int:
    value = measures.round_half_away(estimate.number)
    return (value > 0) - (value < 0)


def budgets() -> pd.DataFrame:
    """Return income and spending per head: `Year`, `Income, yuan`, `Spending, yuan`, `Spent, % of income`."""
    income, spending = _series(INCOME), _series(SPENDING)
    table = pd.DataFrame({"Income, yuan": income, "Spending, yuan": spending}).astype(int)
    table["Spent, % of income"] = 100 * spending / income
    return table.rename_axis("Year").reset_index()


def budget_growth() -> pd.DataFrame:
    """Return growth per year of income and spending per head between years: `label`, `series`, `value`."""
    table = budgets()
    found = []
    for before, after in zip(table.index, table.index[1:], strict=False):
        first, last = table.loc[before], table.loc[after]
        months = 12 * (int(last["Year"]) - int(first["Year"]))
        for name in ("Income", "Spending"):
            rate = measures.growth(first[f"{name}, yuan"], last[f"{name}, yuan"])
            found.append((f"{first['Year']} to {last['Year']}", name, measures.annual_rate(rate, months)))
    return pd.DataFrame(found, columns=["label", "series", "value"])


def confidence_break() -> str:
    """Return the month in which confidence fell most against the month before."""
    return str(_series(CONFIDENCE).diff().idxmin())


def confidence_twice() -> pd.DataFrame:
    """Return the months of confidence that stand in the press, too: `Month`, `In the series`, `In the press`."""
    press, index = _series("NBS consumer confidence index"), _series(CONFIDENCE)
    return pd.DataFrame(
        {"Month": press.index.map(fmt.month), "In the series": index[press.index], "In the press": press}
    )


@dataclass(frozen=True, slots=True)
class Mood:
    """Consumer confidence: before its break, the fall of that month, and its range and last reading since then."""

    before: float
    drop: float
    lowest: float
    highest: float
    last: float
    month: str


def confidence_since(end: str) -> Mood:
    """Return confidence in March 2022 and what became of it from April 2022 to `end`, as far as it is at hand."""
    index = _series(CONFIDENCE)
    since = index.loc["2022-04":end]
    return Mood(
        before=float(index["2022-03"]),
        drop=-float(index.diff().min()),
        lowest=float(since.min()),
        highest=float(since.max()),
        last=float(since.iloc[-1]),
        month=str(since.index[-1]),
    )


def sales(end: str, base: str) -> dict[str, float]:
    """Return what is known of retail sales at `end`, in per cent and as an index.

    Keys: `published` (growth on the year), `ratio` (the same by printed levels) and `level` (`base` = 100), both
    NaN where no level is at hand; `year`, `before`, `base`: the mean rates of the twelve months to `end`, of the
    twelve before, and of the same months of `base`.
    """
    months = _mean_rate(end)[1]
    levels = _series(LEVEL)
    own, last_year, same = (
        levels.get(m, math.nan) for m in (end, measures.shift_month(end, -12), f"{base}{end[4:]}")
    )
    return {
        "published": float(_series(RATE)[end]),
        "ratio": 100 * (own / last_year - 1),
        "level": 100 * own / same,
        "year": _mean_of(months),
        "before": _mean_of(_years_before(months, 1)),
        "base": _mean_of(_same_months(months, base)),
    }


def growth_since(end: str) -> "pd.Series[float]":
    """Return the published growth rates of retail sales from April 2022 to `end`."""
    return _series(RATE).loc["2022-04":end]


def place(end: str) -> str:
    """Return in words where the growth of sales at `end` stands among the rates of the twelve months to it."""
    rates = [_series(RATE)[month] for month in _mean_rate(end)[1]]
    own, count = rates[-1], len(rates)
    ends = {max(rates): "the highest", min(rates): "the lowest"}
    return f"{ends.get(own, 'neither the highest nor the lowest')} of the {count} rates"


def three_years_before(end: str) -> float:
    """Return the growth of sales in the month three years before `end`, NaN where none was printed."""
    return float(_series(RATE).get(measures.shift_month(end, -36), math.nan))


def house_prices(choices: Mapping[str, Any]) -> Estimate:
    """Return growth of the prices of homes from the choices of a `house-prices` definition.

    Choices: `end` (a month, moved by `end_shift` months), `prices` ("new" or "existing": homes as the statistics
    office counts them, in the `cities` "70", "tier-1", "tier-2" or "tier-3"; "bis": all homes of the country by
    the Bank for International Settlements, for the last quarter that was over by `end`; "bis-year": the mean of
    the four quarters to it) and, for these, `base` (a calendar year instead of the year before; rates of the same
    quarter are chained). Raises NoFigureError for what is not at hand.
    """
    end, cities = measures.shift_month(choices["end"], choices.get("end_shift", 0)), choices["cities"]
    if choices["prices"] in _NEW_OR_EXISTING:
        if "base" in choices:
            raise NoFigureError("Of the statistics office’s prices only growth on the year is at hand.")
        return _city_prices(choices["prices"], cities, end)
    if cities != "70":
        raise NoFigureError("The BIS has one figure for the whole country.")
    known = [month for month in _series(HOMES).index if month <= end]
    quarters = known[-4:] if choices["prices"] == "bis-year" else known[-1:]
    base = choices.get("base")
    if base is None and len(quarters) == 1:
        asked = {"dataset": DATASET, "entity": "China", "measure": HOMES, "period": quarters[0]}
        printed = rows.value({**asked, "named": "Residential property prices, change on the year"})
        return replace(printed, sentence=f"{_bis_named(quarters, 'the year')}.")
    rates = _series(HOMES)
    chained = [[float(rates[month]) for month in _years_between(f"{base or int(q[:4]) - 1}", q)] for q in quarters]
    value = statistics.fmean(map(_chained, chained))
    on = f"the same quarter{'s' if len(quarters) > 1 else ''} of {base}, chained" if base else "the year"
    return Estimate(value, "primary", datasets.pinned(DATASET), f"{_bis_named(quarters, on)}.", unit="%")


_NEW_OR_EXISTING: Final = {kind.lower(): measure for measure, kind in _HOMES.items()}
_CITIES: Final = {"70": "China, 70 cities", **dict(zip(("tier-1", "tier-2", "tier-3"), _TIERS, strict=True))}


def _city_prices(kind: str, cities: str, month: str) -> Estimate:
    entity = _CITIES[cities]
    where = "70 cities" if cities == "70" else f"cities of the {_ORDINALS[cities]} group"
    asked = {"dataset": DATASET, "entity": entity, "measure": _NEW_OR_EXISTING[kind], "period": month}
    try:
        return rows.value({**asked, "named": f"Prices of {kind} homes in {where}, change on the year"})
    except NoFigureError as error:
        raise NoFigureError(
            "Of all cities prices of new homes are at hand, for April and May 2025; of each group those of May."
        ) from error


_ORDINALS: Final = {"tier-1": "first", "tier-2": "second", "tier-3": "third"}


def _bis_named(quarters: Sequence[str], on: str) -> str:
    names = [fmt.period(f"{month[:4]}Q{int(month[5:]) // 3}") for month in quarters]
    when = names[0] if len(names) == 1 else f"mean of the four quarters to the {names[-1]}"
    return f"Residential property prices by the BIS, growth on {on}, {when}"


def homes_by_city(month: str = "2025-05") -> pd.DataFrame:
    """Return growth on the year of prices of homes by group of cities: `label`, `series`, `value`."""
    found = [
        (name, kind, _series(measure, entity)[month])
        for entity, name in _TIERS.items()
        for measure, kind in _HOMES.items()
    ]
    return pd.DataFrame(found, columns=["label", "series", "value"])


def homes_chained(last: str = "2025-03") -> tuple[str, float, int]:
    """Return since when house prices fell in a row, and by how much in all, from rates on the same quarter.

    The rates of the same quarter of each year are chained back as long as they are negative: the quarter (by its
    last month) that counts as 100, the growth in per cent, and the number of rates.
    """
    rates = _series(HOMES)
    ratio, month, count = 1.0, last, 0
    while rates.get(month, 0.0) < 0:
        ratio *= 1 + float(rates[month]) / 100
        month, count = measures.shift_month(month, -12), count + 1
    return month, 100 * (ratio - 1), count


def after(end: str) -> pd.DataFrame:
    """Return the growth of retail sales from a year before `end` to the last: `month`, `series`, `value`."""
    published = _series(RATE).loc[measures.shift_month(end, -14) :]
    return pd.DataFrame({"month": published.index, "series": "Growth on the year", "value": published.to_numpy()})


# Luxury


def _luxury(entity: str, measure: str) -> "pd.Series[float]":
    frame = datasets.load(LUXURY)
    own = frame[(frame["entity"] == entity) & (frame["measure"] == measure)]
    return own.set_index("period")["value"].dropna().sort_index()


def _deliveries() -> pd.DataFrame:
    """Return Porsche's deliveries in full years: rows China, World and Elsewhere (the rest), columns the years."""
    china, world = (_luxury(entity, "deliveries") for entity in _PORSCHE)
    years = [period for period in china.index if len(period) == 4 and period in world.index]
    table = pd.DataFrame({"China": china[years], "World": world[years]}).T
    table.loc["Elsewhere"] = table.loc["World"] - table.loc["China"]
    return table


def luxury_course(until: str = BEFORE) -> pd.DataFrame:
    """Return the three firms' figures for China in panels: `panel`, `unit`, `period`, `series`, `value`.

    Porsche's deliveries are per month, so that years and quarters compare; Elsewhere is the world less China. Its
    half-years and LVMH's growth in years and nine months are left out, since they lie upon others; and so are
    periods that end after the month `until`.
    """
    china = _luxury(_PORSCHE[0], "deliveries")
    cars = {
        "Elsewhere": _deliveries().T["Elsewhere"],
        "China": _of_length(china, 12),
        "China, quarter": _of_length(china, 3),
    }
    grew, share, swatch = (
        _luxury(*where)
        for where in (
            (_LVMH, "organic revenue growth on year"),
            (_LVMH, "share of group revenue"),
            (_SWATCH, "share of group sales"),
        )
    )
    asia, weight = "LVMH, Asia without Japan, growth on the year", "Asia without Japan in LVMH’s sales"
    drawn: list[tuple[str, str, str, pd.Series[Any]]] = [
        *(
            ("Porsche, deliveries", "thousand cars a month", name, own / [1000 * _length(p) for p in own.index])
            for name, own in cars.items()
        ),
        (asia, "%", "half-year", _of_length(grew, 6)),
        (asia, "%", "quarter", _of_length(grew, 3)),
        (weight, "% of sales", "year", _of_length(share, 12)),
        (weight, "% of sales", "quarter", _of_length(share, 3)),
        ("Greater China in Swatch’s sales, by year", "% of sales", "", _of_length(swatch, 12)),
    ]
    table = _told(drawn)
    return table[table["period"].map(_last_month) <= until].reset_index(drop=True)


def _of_length(series: "pd.Series[float]", months: int) -> "pd.Series[float]":
    return series[series.index.map(_length) == months]


def _length(period: Any) -> int:
    return len(measures.months_of(str(period)))


def _last_month(period: Any) -> str:
    return measures.months_of(str(period))[-1]


def _told(drawn: Iterable[tuple[str, str, str, "pd.Series[Any]"]]) -> pd.DataFrame:
    """Return series, each with its panel, unit and name, as one table for `charts.panels`."""
    parts = [
        pd.DataFrame({"panel": panel, "unit": unit, "period": own.index, "series": name, "value": own.to_numpy()})
        for panel, unit, name, own in drawn
    ]
    return pd.concat(parts, ignore_index=True)


def china_and_elsewhere(year: str) -> pd.DataFrame:
    """Return each firm's growth in China, elsewhere and in all, in a year.

    Columns `group`, `label`, `value`, `low`, `high`, `grade`. What is elsewhere is implied: for Porsche by
    difference, for Swatch by the shares of sales, whose rounding gives the range. What is not at hand is left out.
    """
    nan = math.nan
    cars = _deliveries()
    before = str(int(year) - 1)
    found: list[tuple[str, str, float, float, float, str]] = [
        (
            "Porsche, deliveries", name, measures.growth(float(cars[before][name]), float(cars[year][name])),
            nan, nan, grade,
        )
        for name, grade in (("China", "press"), ("Elsewhere", "implied"), ("World", "press"))
    ]  # fmt: skip
    printed = _luxury(_SWATCH_SALES, "sales change on year (about)")
    if year in printed:
        all_of_it = _swatch_total(year)
        other = swatch_implied(year, elsewhere=True)
        found += [
            ("Swatch, sales", "China and dependent markets", float(printed[year]), nan, nan, "press"),
            ("Swatch, sales", "Elsewhere", other[0], other[1].low, other[1].high, "implied"),
            ("Swatch, sales", "Group", all_of_it, nan, nan, "press"),
        ]
    asia = _luxury(_LVMH, "organic revenue growth on year")
    if year in asia:
        found.append(("LVMH, organic sales", "Asia without Japan", float(asia[year]), nan, nan, "press"))
    table = pd.DataFrame(found, columns=["group", "label", "value", "low", "high", "grade"])
    rough = table["label"] == "China and dependent markets"
    return table.assign(
        text=table["value"].map(lambda rate: f"about {fmt.number(rate, 0, sign=True)}").where(rough, "")
    )


def swatch_implied(year: str, *, elsewhere: bool = False) -> tuple[float, Interval]:
    """Return Swatch's growth in Greater China, or elsewhere, that its shares of sales imply, with their rounding.

    The growth of the group is at constant exchange rates and the shares are in francs: the result is rough.
    """
    shares = _luxury(_SWATCH, "share of group sales")
    total = _swatch_total(year)
    before, after_ = (measures.rounded(float(shares[name]), 1) for name in (str(int(year) - 1), year))
    if elsewhere:
        whole = measures.exact(100)
        before, after_ = whole - before, whole - after_
    ratio = after_ / before * (measures.exact(1) + measures.rounded(total, 0.1) * measures.exact(0.01))
    middle = after_.middle / before.middle * (1 + total / 100)
    return 100 * (middle - 1), measures.as_growth(ratio)


def implied_sales(choices: Mapping[str, Any]) -> Estimate:
    """Return Swatch's growth in Greater China from the choices of an `implied-sales` definition.

    Choice: `period`, a year. Raises NoFigureError where its share of sales, or that of the year before, is not at
    hand.
    """
    year = choices["period"]
    try:
        value, allowed = swatch_implied(year)
    except KeyError as error:
        raise NoFigureError(
            f"Swatch’s shares of sales for {year} and the year before are not both at hand."
        ) from error
    return Estimate(
        value=value,
        low=allowed.low,
        high=allowed.high,
        grade="press",
        edition=datasets.pinned(LUXURY),
        sentence=(
            f"Swatch’s sales in China with Hong Kong and Macau, {year} on the year, implied by their share of its "
            "sales and the growth of all its sales."
        ),
        unit="%",
    )


def _swatch_total(year: str) -> float:
    return float(_luxury("Swatch Group", "net sales change, constant currency")[year])


def quarters() -> pd.DataFrame:
    """Return growth on the year of the first quarters before the article, columns as they are shown."""
    cars, asia = _luxury(_PORSCHE[0], "deliveries"), _luxury(_LVMH, "organic revenue growth on year")
    found = []
    for period in ("2024Q1", "2025Q1"):
        before = f"{int(period[:4]) - 1}{period[4:]}"
        rate = measures.growth(float(cars[before]), float(cars[period]))
        found.append((fmt.period(period), rate, float(asia[period])))
    return pd.DataFrame(found, columns=["Quarter", "Porsche in China, %", "LVMH in Asia without Japan, %"])


def parts_of(year: str) -> dict[str, dict[str, str]]:
    """Return the choices of the parts of the claim on luxury brands for another year."""
    before = str(int(year) - 1)
    return {"swatch": {"period": year}, "porsche": {"start": before, "end": year}, "lvmh": {"period": year}}


def later() -> pd.DataFrame:
    """Return the firms' figures for periods that ended in the article's month or after it, as they are shown."""
    frame = datasets.load(LUXURY)
    own = frame[(frame["period"].str.len() != 10) & frame["entity"].isin([entity for entity, _ in _LATER])]
    own = own[own["period"].map(_last_month) >= ARTICLE]
    found = [
        (name, fmt.period(str(row["period"])), _figure(row), row["publisher"])
        for (entity, measure), name in _LATER.items()
        for _, row in own[(own["entity"] == entity) & own["measure"].str.startswith(measure)].iterrows()
    ]
    return pd.DataFrame(found, columns=["What", "Period", "As printed", "By"])


_LATER: Final = {
    ("Porsche AG, China", "deliveries"): "Porsche, cars delivered in China",
    ("Porsche AG, world", "deliveries"): "Porsche, cars delivered in the world",
    ("LVMH, Asia excluding Japan", "organic revenue growth"): "LVMH, Asia without Japan, organic growth",
    ("LVMH, mainland China", "wording"): "LVMH, mainland China, in words",
    ("Swatch Group", "change"): "Swatch, sales, in francs and growth",
    ("Swatch Group, China incl. Hong Kong and Macau", "share"): "Swatch, share of Greater China in its sales",
}


def _figure(row: "pd.Series[Any]") -> str:
    text = str(row["value_text"])
    if not text.lstrip("-").isdigit():
        return text.replace("-", fmt.MINUS) if any(map(str.isdigit, text)) else text
    unit = "%" if row["unit"] == "percent" else ""
    return fmt.with_unit(float(row["value"]), unit, 0, sign="growth" in str(row["measure"]))


def hearing() -> pd.DataFrame:
    """Return what is at hand on the hearing: `What`, `Where it stands`, `Grade`."""
    frame = datasets.load(LUXURY)
    own = frame[frame["entity"].str.contains("Bianchi")]
    by = own["publisher"].str.removesuffix(" (primary)")
    return pd.DataFrame({"What": own["measure"], "By": by, "Grade": own["grade"]})
