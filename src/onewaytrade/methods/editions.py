"""How far published figures move: CPB's growth from edition to edition, and customs' rates by print of their base.

Windows of one length are compared through all editions that hold them. Two of them that end a month apart share
nearly all their months, and every window of one step shares its two editions: their changes are not independent,
so that a spread over many windows rests on as few observations as there are steps between editions.
Changes are in percentage points of growth.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from onewaytrade import datasets, fmt, measures
from onewaytrade.measures import MeasureError
from onewaytrade.methods import cpb, customs

# Months that are averaged at each end of a window.
AVERAGES: Final = {"month": 1, "year": 12}
ENDS: Final = {"month": "single months", "year": "twelve-month means"}
# Classes of how old the end of a window was in the older edition, by the last month of each.
AGES: Final = {"0 to 2 months": 2, "3 to 11 months": 11, "12 to 23 months": 23, "24 months or more": math.inf}
FRESH: Final = 11  # the greatest age of a window that ends within the last year of an edition
FLOWS: Final = ("exports", "imports")
_PERIODS: Final = {**customs.WINDOWS, "2025": "2024"}
_LEAST: Final = 0.05  # points: what shows at the one decimal that growth is given with
_EXACT: Final = 1e-6  # index points by which the mean of a base year may miss 100
_TENTH: Final = 0.1  # customs prints its rates to a tenth of a per cent


@dataclass(frozen=True, slots=True)
class Band:
    """How far growth moved from one edition to the next, in points either way, over the steps that revised it.

    `alike` says which windows are counted, `windows` how many changes there are, `steps` between which editions,
    and `repeated` which steps are left out since the newer edition repeats the past. `median`, `p90` (the 90th
    percentile) and `largest` are of the absolute changes, `p90_least` and `p90_most` the extremes of the 90th
    percentiles of single steps; all five are NaN where there is no window.
    """

    alike: str
    windows: int
    steps: tuple[tuple[str, str], ...]
    repeated: tuple[tuple[str, str], ...]
    median: float
    p90: float
    largest: float
    p90_least: float
    p90_most: float

    def around(self, growth_pct: float) -> tuple[float, float]:
        """Return the band that a growth of a single edition deserves: the 90th percentile either way."""
        return growth_pct - self.p90, growth_pct + self.p90


# Editions


def reaching(month: str) -> tuple[str, ...]:
    """Return the editions at hand that hold a month, oldest first."""
    return tuple(name for name in datasets.editions(cpb.DATASET) if _holds(name, month))


def reach(month: str) -> str:
    """Return in one sentence which editions at hand reach a month, and what that means for a figure on it."""
    known, found = datasets.editions(cpb.DATASET), reaching(month)
    when = fmt.month(month)
    if not found:
        return f"None of the {len(known)} editions at hand reaches {when}."
    if len(found) == 1:
        return (
            f"Only one of the {len(known)} editions at hand, {found[0]}, reaches {when}: what a window to that "
            "month gives has no second edition to be checked by."
        )
    which = f"All {len(known)}" if found == known else f"{len(found)} of the {len(known)}"
    return (
        f"{which} editions at hand reach {when} ({fmt.join(found)}): what a window to that month gives can be "
        "checked by more than one."
    )


def age(edition: str, month: str) -> int:
    """Return by how many months an edition goes on after a month."""
    return measures.month_number(cpb.months(edition)[1]) - measures.month_number(month)


def cite() -> str:
    """Return the source line of what is computed from all editions: publisher, title, editions and checksums."""
    records = [datasets.provenance(datasets.load(cpb.DATASET, name)) for name in datasets.editions(cpb.DATASET)]
    each = ", ".join(f"{record.edition} ({record.sha256[:8]})" for record in records)
    return f"{records[-1].publisher}, {records[-1].title}, all editions at hand, with sha256: {each}"


def base_year(edition: str) -> str:
    """Return the base year of an edition: the calendar year over which its volumes have a mean of 100.

    Raises MeasureError if there is none.
    """
    world = cpb.series(edition, "exports", "World", "volume")
    means = world.groupby(world.index.str[:4]).mean()
    found = means.index[(means - 100).abs() < _EXACT]
    if len(found) != 1:
        raise MeasureError(f"CPB's edition {edition} has no base year: over none is the mean of its volumes 100.")
    return str(found[0])


def level_change(region: str, flow: str, month: str, older: str, newer: str) -> float:
    """Return how far the volume of one month moved from one edition to another, in per cent.

    Raises MeasureError where the editions have different base years, whose levels cannot be compared, and where
    one does not hold the month.
    """
    bases = [base_year(name) for name in (older, newer)]
    if bases[0] != bases[1]:
        raise MeasureError(
            f"CPB's editions {older} and {newer} have the base years {bases[0]} and {bases[1]}: they can be "
            "compared in growth, and not in level."
        )
    levels = [measures.mean_over(cpb.series(name, flow, region, "volume"), month) for name in (older, newer)]
    return measures.growth(*levels)


def volumes(region: str, flow: str) -> pd.DataFrame:
    """Return a volume through all editions: a row for each month, a column for each edition, oldest first.

    Each column has its own base year (= 100) and ends with its edition; only growth compares two of them. Raises
    ParameterError if an edition has no such region.
    """
    names = datasets.editions(cpb.DATASET)
    table = pd.DataFrame({name: cpb.series(name, flow, region, "volume") for name in names}).sort_index()
    return table.reindex(measures.months_between(table.index[0], table.index[-1]))


# Windows through editions


def triangle(table: pd.DataFrame, length: int, average: str = "month") -> pd.DataFrame:
    """Return growth over all windows of a length that two or more editions hold, through each that does.

    `table` is one of `volumes`, without a month left out; `length` is in months between both ends, each of which
    is one month or the mean of the twelve to it (`average`: month or year). Columns `end` (the last month),
    `edition`, `age` (months by which the edition goes on after it), `growth_pct`; by end, then by edition.

    Raises MeasureError for a length below one month.
    """
    if length < 1:
        raise MeasureError(f"A window of {length} months has no growth: its end must come after its start.")
    ends = table.rolling(AVERAGES[average]).mean()
    rates = 100 * (ends / ends.shift(length) - 1)
    row, column = np.nonzero(rates.notna() & (rates.notna().sum(axis="columns") >= 2).to_numpy()[:, None])
    last = len(table) - 1 - table.notna().to_numpy()[::-1].argmax(axis=0)
    return pd.DataFrame(
        {
            "end": table.index[row],
            "edition": table.columns[column],
            "age": last[column] - row,
            "growth_pct": rates.to_numpy()[row, column],
        }
    )


def changes(rates: pd.DataFrame) -> pd.DataFrame:
    """Return how far the growth of each window of a `triangle` moved from one edition that holds it to the next.

    Columns `end`, `older`, `newer`, `age` (of the window's end in the older edition, in months), `points`.
    """
    before = rates.groupby("end")[["edition", "age", "growth_pct"]].shift()
    moved = pd.DataFrame(
        {
            "end": rates["end"],
            "older": before["edition"],
            "newer": rates["edition"],
            "age": before["age"],
            "points": rates["growth_pct"] - before["growth_pct"],
        }
    )
    return moved.dropna(ignore_index=True).astype({"age": int})


def steps(moved: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each step between editions in `changes`, and whether it revised the past.

    Columns `older`, `newer`, `windows`, `median`, `p90` (90th percentile) and `largest` (of the absolute changes,
    in points), `revised` (false where no window moved by as much as one decimal shows).
    """
    found = _spread(moved, ["older", "newer"])
    return found.assign(revised=found["largest"] >= _LEAST)


def revised(moved: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `changes` whose step revised the past.

    An edition that adds months and repeats all others is no second opinion on them: a change of zero would say
    that its past is certain, where it only was not looked at.
    """
    return moved[moved.groupby(["older", "newer"])["points"].transform(_largest) >= _LEAST]


def by_age(moved: pd.DataFrame) -> pd.DataFrame:
    """Return the spread of `changes` by how old the window's end was, over the steps that revised the past.

    Columns `age` (the names of `AGES`, in their order), `windows`, `median`, `p90`, `largest`.
    """
    kept = revised(moved)
    classes = pd.cut(kept["age"], [-1, *AGES.values()], labels=list(AGES))
    return _spread(kept.assign(age=classes), ["age"]).astype({"age": str})


def band(moved: pd.DataFrame, age: int = 0) -> Band:
    """Return how far windows like one whose end has an `age` moved, over the steps that revised the past.

    Alike are those that end within the last year of the older edition, for an age of less than a year, and all
    that end earlier for any other.
    """
    fresh, kept, taken = age <= FRESH, revised(moved), steps(moved)
    alike = kept[(kept["age"] <= FRESH) == fresh]
    sizes, each = alike["points"].abs(), _spread(alike, ["older", "newer"])
    return Band(
        alike="less than a year" if fresh else "a year or more",
        windows=len(alike),
        steps=_pairs(each),
        repeated=_pairs(taken[~taken["revised"]]),
        median=float(sizes.median()),
        p90=float(sizes.quantile(0.9)),
        largest=float(sizes.max()),
        p90_least=float(each["p90"].min()),
        p90_most=float(each["p90"].max()),
    )


def bands(region: str, length: int, age: int = 0) -> dict[tuple[str, str], Band]:
    """Return the band of each flow and average, by both names ("exports", "month")."""
    tables = {flow: volumes(region, flow) for flow in FLOWS}
    return {
        (flow, average): band(changes(triangle(table, length, average)), age)
        for flow, table in tables.items()
        for average in AVERAGES
    }


# What the notebook shows


def shown(region: str, flow: str, length: int) -> pd.DataFrame:
    """Return the triangle as it is shown: growth over windows to the last month of each edition, in per cent.

    A row for each edition, with `Base year`, and a column for each last month that two or more editions reach;
    missing where an edition ends earlier. No columns of months if no window of the length has two editions.
    """
    rates = triangle(volumes(region, flow), length)
    known = datasets.editions(cpb.DATASET)
    lasts = sorted({cpb.months(name)[1] for name in known} & set(rates["end"]))
    wide = rates.pivot(index="edition", columns="end", values="growth_pct").reindex(index=known, columns=lasts)
    wide.columns = [f"to {fmt.month(month, short=True)}, %" for month in lasts]
    wide.insert(0, "Base year", [base_year(name) for name in known])
    return wide.rename_axis("Edition")


def spreads(region: str, length: int) -> pd.DataFrame:
    """Return the 90th percentile of changes by age of the window's end, as rows of a chart, in points.

    Columns `group` (the flow), `label` (the age), `series` (what stands at both ends), `value`, `windows`.
    """
    tables = {flow: volumes(region, flow) for flow in FLOWS}
    parts = [
        by_age(changes(triangle(table, length, average))).assign(group=flow.capitalize(), series=ENDS[average])
        for flow, table in tables.items()
        for average in AVERAGES
    ]
    rows = pd.concat(parts, ignore_index=True).rename(columns={"age": "label", "p90": "value"})
    return rows[["group", "label", "series", "value", "windows"]]


def steps_told(band: Band) -> str:
    """Return in sentences between which editions the changes of a band lie, and how much single steps differ."""
    each = fmt.interval(band.p90_least, band.p90_most, unit="points", sign=False)
    taken = (
        f"The changes lie in {len(band.steps)} steps between editions ({_steps_named(band.steps)}); taken one by "
        f"one, their ninth deciles are {each}."
        if len(band.steps) > 1
        else f"All the changes lie in one step between editions, {_steps_named(band.steps)}."
    )
    if not band.repeated:
        return taken
    return f"{taken} Left out: {_steps_named(band.repeated)}, where the newer edition repeats the past."


def compared(growth_pct: float, wide: Band, single: tuple[float, float]) -> str:
    """Return in a sentence how a band of many windows differs from that of a single one; "" without windows."""
    if not wide.windows:
        return ""
    half = (single[1] - single[0]) / 2
    return (
        f"By the many windows above it would be {fmt.interval(*wide.around(growth_pct))}, "
        f"{'wider' if wide.p90 > half else 'narrower'}, since the one window moved by "
        f"{fmt.points(half, sign=False)} where nine of ten moved by at most {fmt.points(wide.p90, sign=False)}."
    )


# Prints of customs' base


def prints() -> pd.DataFrame:
    """Return growth on the base as first printed and as revised, beside the rate that customs published.

    For the periods of the article and 2025, in both currencies, where the first print of the base is at hand.
    Columns `flow`, `currency`, `period`, `base` (the period before), `published_pct`; `first_low_pct`,
    `first_high_pct`, `revised_low_pct`, `revised_high_pct`: the growth between levels, with their rounding. The
    last two are missing where no revised base is at hand; one that only a published rate implies is none, since
    it gives that rate back. The later level is the first print at hand; in dollars that is mostly the later table.
    """
    rows = []
    for currency in customs.CURRENCIES:
        for period, before in _PERIODS.items():
            for flow in FLOWS:
                first, later = (customs.print_of(flow, currency, before, name) for name in ("first", "revised"))
                if first is not None:
                    end = customs.end_level(flow, currency, period).span
                    spans = [_growth(base, end) for base in (first, later)]
                    published, _ = customs.published(flow, currency, period)
                    rows.append((flow, currency, period, before, published, *spans[0], *spans[1]))
    columns = [
        "flow", "currency", "period", "base", "published_pct",
        "first_low_pct", "first_high_pct", "revised_low_pct", "revised_high_pct",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def fitting(table: pd.DataFrame, base: str) -> "pd.Series[bool]":
    """Tell for each row of `prints` whether its published rate is one that a base ("first", "revised") allows."""
    half = _TENTH / 2
    return (table[f"{base}_low_pct"] <= table["published_pct"] + half) & (
        table["published_pct"] - half <= table[f"{base}_high_pct"]
    )


def away(table: pd.DataFrame, base: str) -> "pd.Series[float]":
    """Return for each row of `prints` how far growth on a base lies from the published rate, in points."""
    middle = (table[f"{base}_low_pct"] + table[f"{base}_high_pct"]) / 2
    return (middle - table["published_pct"]).abs()


def rate_names(table: pd.DataFrame) -> list[str]:
    """Return the names of the rates of `prints` within a sentence: "exports 2023 in yuan"."""
    return [
        f"{flow} {fmt.period(period, short=True)} in {customs.CURRENCIES[currency]}"
        for flow, period, currency in zip(table["flow"], table["period"], table["currency"], strict=True)
    ]


def prints_shown(table: pd.DataFrame) -> pd.DataFrame:
    """Return `prints` as it is shown: a row for each rate, with its growth on either base in per cent."""
    texts = {
        name: [
            fmt.interval(low, high, 2, unit="")
            for low, high in zip(table[f"{base}_low_pct"], table[f"{base}_high_pct"], strict=True)
        ]
        for name, base in {"On first base, %": "first", "On revised base, %": "revised"}.items()
    }
    return pd.DataFrame(
        {
            "Rate": [f"{name[0].upper()}{name[1:]}" for name in rate_names(table)],
            **texts,
            "Published, %": [customs.signed(rate) for rate in table["published_pct"]],
        }
    )


# Parts of the above


def _holds(edition: str, month: str) -> bool:
    first, last = cpb.months(edition)
    return first <= month <= last


def _steps_named(taken: tuple[tuple[str, str], ...]) -> str:
    return fmt.join(f"{older} to {newer}" for older, newer in taken)


def _largest(points: "pd.Series[float]") -> float:
    return float(points.abs().max())


def _spread(moved: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    sizes = moved.assign(points=moved["points"].abs()).groupby(by, observed=True)["points"]
    columns = {"windows": sizes.count(), "median": sizes.median(), "p90": sizes.quantile(0.9)}
    return pd.DataFrame({**columns, "largest": sizes.max()}).reset_index()


def _pairs(taken: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    return tuple(zip(taken["older"], taken["newer"], strict=True))


def _growth(base: customs.Level | None, end: measures.Interval) -> tuple[float, float]:
    if base is None:
        return math.nan, math.nan
    span = measures.growth_interval(base.span, end)
    return span.low, span.high
