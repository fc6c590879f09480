"""Trade investigations against China: what each way of counting holds, what it lacks, and its sum as a bound.

Four accounts count four different things: pairs of anti-dumping and countervailing cases once or twice, cases
that name several countries or not. Their figures are never added to each other; where one is turned into a floor
for another, the definition says how.
"""

import contextlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from onewaytrade import claims, datasets, fmt, measures
from onewaytrade.claims import Estimate
from onewaytrade.errors import NoFigureError
from onewaytrade.measures import Interval
from onewaytrade.methods import rows
from onewaytrade.nearest import check_choice

DATASET: Final = "trade-remedies"
TARGET: Final = "China (as exporter)"
# Counts are known to the half-year at best, so the count that the article closes in mid-June is closed with June.
CLOSED: Final = "2025-06"
NAMED: Final = ("Vietnam", "Turkey", "India", "Brazil")
# "Double the previous year" is a word: every ratio that rounds to two.
_RATIOS: Final = {2: "double", 5: "fivefold"}
_HALF: Final = 0.5
_BY: Final = f"{TARGET}, by "
_PER_HALF_YEAR: Final = 'AD+CVD investigations initiated, per half-year, stated as a range ("20-30")'
_RANGE_PERIOD: Final = "2021-01..2023-06"


@dataclass(frozen=True, slots=True)
class Count:
    """A way of counting: its name as a parameter, what it counts, by whom, and where its rows stand.

    `short` is a heading of few words; `times` how many times the year before its first period that one was said to
    be, in a word, if it was.
    """

    name: str
    short: str
    what: str
    by: str
    measure: str
    periods: tuple[str, ...]
    entity: str = TARGET
    times: int | None = None

    @property
    def heading(self) -> str:
        """What is counted, with a capital."""
        return _capital(self.what).rstrip(",")

    def row(self, period: str) -> "pd.Series[Any]":
        """Return the row that holds a period's figure."""
        place = {"dataset": DATASET, "entity": self.entity, "measure": self.measure, "period": period}
        if self.name == "half-years" and period in _half_years(_RANGE_PERIOD):
            place |= {"measure": _PER_HALF_YEAR, "period": _RANGE_PERIOD}
        return rows.find(place)

    def since(self, first: str, until: str = CLOSED) -> tuple[str, ...]:
        """Return the periods from a year or month to a month; raises NoFigureError if there are none."""
        found = tuple(own for own in self.periods if _start(first) <= _start(own) and _end(own) <= _end(until))
        if not found:
            raise NoFigureError(f"The count of {self.what} has no figure from {fmt.period(first)} on.")
        return found

    def filling(self, span: str) -> tuple[str, ...]:
        """Return the periods that fill a span of months; raises NoFigureError if they leave a gap in it."""
        found = tuple(own for own in self.periods if _start(span) <= _start(own) and _end(own) <= _end(span))
        if sum(len(measures.months_of(own)) for own in found) < len(measures.months_of(span)):
            raise NoFigureError(f"The count of {self.what} has no figure of {_words(span)}.")
        return found

    @property
    def year_before(self) -> tuple[str, Interval]:
        """The year before the first period, and how many times its figure that period's may be by the word."""
        if self.times is None:
            raise NoFigureError("Only the research says in a word what the year before had.")
        return str(int(self.periods[0][:4]) - 1), Interval(self.times - _HALF, self.times + _HALF)


def _half_years(period: str) -> tuple[str, ...]:
    months = measures.months_of(period)
    return tuple(f"{first}..{last}" for first, last in zip(months[::6], months[5::6], strict=True))


COUNTS: Final = {
    count.name: count
    for count in (
        Count(
            "all cases",
            "All cases, South China Morning Post",
            "cases naming China, alone or with others,",
            "the South China Morning Post’s count",
            "trade investigations initiated, incl. cases naming several countries",
            ("2023", "2024"),
        ),
        Count(
            "China only",
            "China only, South China Morning Post",
            "cases naming China alone",
            "the South China Morning Post’s count",
            "trade investigations initiated, China-only cases",
            ("2023", "2024"),
        ),
        Count(
            "half-years",
            "Half-years, Nikkei Asia from the WTO",
            "anti-dumping and countervailing investigations",
            "Nikkei Asia’s figures from the WTO",
            "AD+CVD investigations initiated, all WTO members, half-year",
            (*_half_years(_RANGE_PERIOD), "2024-07..2024-12", "2025-01..2025-06"),
        ),
        Count(
            "research",
            "Research, Peking University",
            "trade investigation cases at the WTO",
            "research at Peking University",
            "trade investigation cases at WTO (stated as double the previous year, nearly half of world total)",
            ("2024",),
            times=2,
        ),
    )
}
# What can grow: all cases of a count, those who opened any, or the cases of one of them; in words.
SCOPES: Final = {
    "all": "All cases",
    "partners": "Trading partners that opened cases",
    "European Union": "Cases of the European Union",
    "Brazil": "Cases of Brazil",
}
_OF_SCOPE: Final = {
    "partners": replace(
        COUNTS["all cases"],
        what="trading partners with cases against China",
        measure="number of initiating trading partners",
    ),
    "European Union": replace(
        COUNTS["research"],
        what="trade investigation cases of the European Union against China",
        measure="trade investigations initiated",
        periods=("2023", "2024"),
        entity=f"{_BY}European Union",
        times=None,
    ),
    "Brazil": replace(
        COUNTS["all cases"],
        what="cases of Brazil against China",
        measure="trade investigations initiated (stated as fivefold the previous year)",
        periods=("2024",),
        entity=f"{_BY}Brazil",
        times=5,
    ),
}

# What the register asks for


def cumulative_count(choices: Mapping[str, Any]) -> Estimate:
    """Return the sum of one count since a year, from the choices of a `cumulative-count` definition.

    Choices: `count` (a name of `COUNTS`), `since` (a year or month), `until` (a month; the article's, if none is
    given), and two that stretch what was printed: `with_implied` (the year before as what "double the previous
    year" implies) and `floor_from` (after the count's last month, half of another count, rounded up, as a floor:
    where that one has an anti-dumping and a countervailing case, this one has one). The high end is open as long
    as months lack a figure. Raises NoFigureError if the count has no such period, or cannot be stretched so.
    """
    count, since, until = COUNTS[choices["count"]], choices["since"], choices.get("until", CLOSED)
    periods = count.since(since, until)
    found = [count.row(period) for period in periods]
    low, high = (sum(ends) for ends in zip(*map(_ends, found), strict=True))
    added = _stretch(count, choices)
    gaps = tuple(gap for gap in missing(count, since, until) if gap not in added.periods)
    told = [added.told] if added.told else []
    if gaps:
        told.append(f"it has no figure for {fmt.join(map(_words, gaps))}, so that the sum is a lower bound")
    low, high = low + added.low, math.inf if gaps else high + added.high
    sentence = f"{count.heading}, opened in {fmt.join(map(_words, _merged(periods)))}, by {count.by}"
    return Estimate(
        value=low if low == high else None,
        low=low,
        high=None if math.isinf(high) else high,
        grade=claims.weakest_of(*(str(row["grade"]) for row in found), "implied" if added.told else "primary"),
        edition=datasets.pinned(DATASET),
        sentence=f"{'; '.join([sentence, *told])}.",
        recomputed=len(found) > 1 or bool(added.told),
        unit="cases",
    )


def growth(choices: Mapping[str, Any]) -> Estimate:
    """Return the growth, in per cent, of one count, from the choices of a `count-growth` definition.

    Choices: `count`, `scope` (a name of `SCOPES`; all cases, if none is given), and the window: `start` and `end`
    (spans of months that periods of the count fill), or `since` (a year: from the count's first period since then
    to its last). Ranges are carried as intervals, a word such as "double" as every ratio that rounds to it.
    Raises NoFigureError where the count has no two figures to compare.
    """
    count = _counted(choices)
    if "start" in choices:
        return _between(count, choices["start"], choices["end"])
    periods = count.since(choices["since"])
    if len(periods) > 1:
        return _between(count, periods[0], periods[-1])
    if count.times is None or choices["since"] > count.year_before[0]:
        raise NoFigureError(
            f"The count of {count.what} has a single figure from {choices['since']} on: no growth."
        )
    return _by_word(count, _RATIOS[count.times])


def _counted(choices: Mapping[str, Any]) -> Count:
    """Return what a definition counts; raises NoFigureError where its count does not tell that apart."""
    count, scope = COUNTS[choices["count"]], choices.get("scope", "all")
    if scope == "all":
        return count
    counted = _OF_SCOPE[scope]
    if counted.name != count.name:
        raise NoFigureError(f"{SCOPES[scope]} are at hand for two years in {counted.by} alone.")
    return counted


def _by_word(count: Count, word: str) -> Estimate:
    """Return the growth that a word such as "double" says of a count's first period."""
    row, (year, ratio) = count.row(count.periods[0]), count.year_before
    return Estimate(
        value=None,
        low=100 * (ratio.low - 1),
        high=100 * (ratio.high - 1),
        grade=str(row["grade"]),
        edition=datasets.pinned(DATASET),
        sentence=(
            f"{count.heading}, opened in {_words(count.periods[0])}, by {count.by}, said to be {word} those of "
            f"{year}, which is any ratio from {ratio.low} to {ratio.high}."
        ),
        recomputed=False,
        unit="%",
    )


def _between(count: Count, start: str, end: str) -> Estimate:
    """Return the growth of a count from one span of months to another."""
    first, last = ([count.row(period) for period in count.filling(span)] for span in (start, end))
    allowed = measures.growth_interval(_sum(first), _sum(last))
    return Estimate(
        value=allowed.low if allowed.low == allowed.high else None,
        low=allowed.low,
        high=allowed.high,
        grade=claims.weakest_of(*(str(row["grade"]) for row in (*first, *last))),
        edition=datasets.pinned(DATASET),
        sentence=f"{count.heading}, opened in {_words(start)} and in {_words(end)}, by {count.by}.",
        unit="%",
    )


def _sum(found: Sequence["pd.Series[Any]"]) -> Interval:
    each = [rows.interval_of(row) for row in found]
    return Interval(sum(own.low for own in each), sum(own.high for own in each))


def check_parameters(values: Mapping[str, Any]) -> None:
    """Check the parameters `count` and `since` of the notebook; raises ParameterError with the nearest value."""
    name = values["count"]
    check_choice("count", name, COUNTS)
    years = sorted({period[:4] for period in COUNTS[name].periods})
    check_choice("since", values["since"], years, why=f"no year of the count {name!r}")


# What the notebook shows


def course() -> pd.DataFrame:
    """Return the counts of which more than one period is at hand, each way of counting a panel of its own.

    Columns `panel`, `unit`, `period`, `series`, `value`, or `low` and `high` for a range: as they were printed.
    """
    found = []
    for name in ("all cases", "China only", "half-years"):
        unit = "opened in half a year" if name == "half-years" else "opened in a year"
        # The range is one row of the table, for all of its half-years.
        own = {str(row["period"]): row for row in map(COUNTS[name].row, COUNTS[name].periods)}
        found += [(COUNTS[name].short, unit, row) for row in own.values()]
    found += [
        ("Safeguards included, China Trade Monitor", "opened in a year", row)
        for _, row in _with_safeguards().iterrows()
        if not pd.isna(row["value"])
    ]
    table = [
        (panel, unit, row["period"], panel, row["value"], row["low"], row["high"]) for panel, unit, row in found
    ]
    frame = pd.DataFrame(table, columns=["panel", "unit", "period", "series", "value", "low", "high"])
    return frame.astype(dict.fromkeys(("value", "low", "high"), float))


def with_safeguards(year: str) -> float:
    """Return the figure of a year in the older series that counts safeguards too."""
    return float(_with_safeguards().set_index("period")["value"][year])


def usual() -> tuple[float, float]:
    """Return the range of most years in the older series that counts safeguards too."""
    found = _with_safeguards().set_index("period")
    return float(found["low"]["2002..2023"]), float(found["high"]["2002..2023"])


def _with_safeguards() -> pd.DataFrame:
    frame = datasets.load(DATASET)
    return frame[(frame["entity"] == TARGET) & (frame["source_id"] == "S189")].sort_values("period")


def sums(since: str, limit: float) -> pd.DataFrame:
    """Return for each count what it holds from a year to the article, what it lacks, and what is short of a limit.

    Columns `name`, `count`, `by`, `holds`, `lacks` (periods in words), `low` (the sum, at least) and `short` (the
    cases that it still needs to be above the limit).
    """
    table = []
    for count in _counts_since(since):
        periods = count.since(since)
        low = sum(_ends(count.row(period))[0] for period in periods)
        held, lacks = (fmt.join(map(_words, own)) for own in (_merged(periods), missing(count, since)))
        short = max(0, math.floor(limit) + 1 - math.floor(low))
        table.append((count.name, count.heading, count.by, held, lacks, low, short))
    return pd.DataFrame(table, columns=["name", "count", "by", "holds", "lacks", "low", "short"])


def told(name: str, since: str, limit: float) -> str:
    """Return in sentences what a count holds from a year on, and what is missing for it to be above a limit."""
    count, own = COUNTS[name], sums(since, limit)
    lacks, holds, short = own.loc[own["name"] == name, ["lacks", "holds", "short"]].to_numpy()[0]
    low, high = (sum(ends) for ends in zip(*(_ends(count.row(p)) for p in count.since(since)), strict=True))
    printed, over = fmt.interval(low, high, 0, unit="", sign=False), f"more than {fmt.number(limit)}"
    held = f"{printed} {count.what} were opened in {holds}, by {count.by}"
    if not lacks:
        return f"{held}: {'not ' if short else ''}{over}."
    if not short:
        return f"{held}: {over}, with {lacks} still to be added."
    more = f"{fmt.number(short)} more from there would make it {over}{'' if low == high else ' in any case'}"
    return f"{held}. There is no figure for {lacks}; {more}.{_beside(count, since)}"


def _beside(count: Count, since: str) -> str:
    """Return what the half-years around the gap had, where the gap is that of the half-years."""
    gap = missing(count, since)
    before, after = "2023-01..2023-06", "2024-07..2024-12"
    if count.name != "half-years" or gap != ("2023-07..2023-12", "2024-01..2024-06"):
        return ""
    low, high = _ends(count.row(before))
    return (
        f" The half-year before the gap had {fmt.interval(low, high, 0, unit='', sign=False)}, the one after it "
        f"{fmt.number(_ends(count.row(after))[0])}."
    )


def where() -> pd.DataFrame:
    """Return the sources of the dataset: `publisher` and `where`, the address of what was read."""
    used = datasets.load(DATASET)["source_id"].unique()
    sources = datasets.load("sources")
    return sources[sources["source_id"].isin(used)][["publisher", "where"]].reset_index(drop=True)


def inferred(since: str) -> dict[str, Estimate]:
    """Return the lower bounds that follow from what was printed without being its sum, by name."""
    ways: dict[str, dict[str, Any]] = {
        "all cases, with a floor for 2025": {"count": "all cases", "floor_from": "half-years"},
        "research, with 2023 implied": {"count": "research", "with_implied": True},
    }
    found = {}
    for name, choices in ways.items():
        with contextlib.suppress(NoFigureError):
            found[name] = cumulative_count({**choices, "since": since})
    return found


def build_up(since: str, limit: float) -> pd.DataFrame:
    """Return how each count adds up from a year on, period by period, as lower bounds; gaps are rows of their own.

    Columns `group` (the count), `label` (the period added, or the one without a figure), `low` (NaN for a gap),
    `printed` (the limit, at the last sum of each count) and `front` (whether it is that).
    """
    table: list[tuple[str, str, float, float]] = []
    for count in _counts_since(since):
        low, held = 0.0, count.since(since)
        for period in sorted((*held, *missing(count, since)), key=_start):
            name = _words(period).removeprefix("the ")
            if period in held:
                low += _ends(count.row(period))[0]
                table.append((count.short, f"with {name}", low, limit if period == held[-1] else math.nan))
            else:
                table.append((count.short, name, math.nan, math.nan))
    table += [("Inferred, not printed", way, found.range[0], limit) for way, found in inferred(since).items()]
    result = pd.DataFrame(table, columns=["group", "label", "low", "printed"])
    return result.assign(value=math.nan, front=result["printed"].notna())


def missing(count: Count, since: str, until: str = CLOSED) -> tuple[str, ...]:
    """Return the stretches, from a year or month to another, for which a count has no figure."""
    known = {month for period in count.periods for month in measures.months_of(period)}
    months = measures.months_between(measures.months_of(since)[0], measures.months_of(until)[-1])
    return _spans(month for month in months if month not in known)


def users() -> pd.DataFrame:
    """Return the cases that single countries opened, and those on steel, by period and source.

    Columns `group` (period and who counts), `label`, `value` or `low`, `note` ("named" or "not named" by the
    article) and `named`.
    """
    frame = datasets.load(DATASET)
    counters = {"S186": COUNTS["half-years"].by, "S188": COUNTS["all cases"].by}
    own = frame[frame["entity"].str.startswith(_BY) & frame["source_id"].isin(counters)]
    own = own.sort_values(["period", "value"], ascending=[True, False])
    table = [
        (f"{_capital(_words(row['period']))}, {counters[row['source_id']]}", row["entity"].removeprefix(_BY), row)
        for _, row in own.iterrows()
    ]
    for _, row in frame[frame["entity"].str.startswith("World steel")].iterrows():
        label = "naming China" if "naming China" in row["entity"] else "naming anyone"
        table.append((f"Anti-dumping cases on steel, {row['period']}, {row['publisher']}", label, row))
    result = pd.DataFrame(
        [(group, label, row["value"], row["low"]) for group, label, row in table],
        columns=["group", "label", "value", "low"],
    )
    country = result["value"].notna()
    result["named"] = result["label"].isin(NAMED) | ~country
    result["note"] = result["named"].map({True: "named", False: "not named"}).where(country, "")
    return result


def half_year(period: str) -> tuple[float, float]:
    """Return the least and the most investigations of a half-year."""
    return _ends(COUNTS["half-years"].row(period))


def number(measure: str, period: str) -> float:
    """Return a count of the dataset for China as a whole, by measure and period."""
    row = rows.find({"dataset": DATASET, "entity": TARGET, "measure": measure, "period": period})
    return float(row["value"])


def _ends(row: "pd.Series[Any]") -> tuple[float, float]:
    """Return the least and the most cases that a row allows; a bound that is open ends at 0 or nowhere."""
    if not pd.isna(row["value"]):
        return float(row["value"]), float(row["value"])
    low, high = row["low"], row["high"]
    return 0.0 if pd.isna(low) else float(low), math.inf if pd.isna(high) else float(high)


@dataclass(frozen=True, slots=True)
class _Added:
    """What choices add to a sum: at least and at most so many cases, for which periods, and why in words."""

    low: float = 0.0
    high: float = 0.0
    periods: tuple[str, ...] = ()
    told: str = ""


def _stretch(count: Count, choices: Mapping[str, Any]) -> _Added:
    if choices.get("with_implied"):
        return _implied(count, choices["since"])
    if choices.get("floor_from"):
        return _floor(count, COUNTS[choices["floor_from"]], choices.get("until", CLOSED))
    return _Added()


def _implied(count: Count, since: str) -> _Added:
    """Return the cases of the year before a count's first that its word "double" allows."""
    year, ratio = count.year_before
    if since > year:
        raise NoFigureError(f"The count of {count.what} begins after the year that its word would imply.")
    printed = _ends(count.row(count.periods[0]))[0]
    low, high = math.ceil(printed / ratio.high), math.floor(printed / ratio.low)
    told = (
        f"{year} is implied: {fmt.number(printed)} was said to be double, which it roughly is of anything from "
        f"{low} to {high}"
    )
    return _Added(low, high, (year,), told)


def _floor(count: Count, other: Count, until: str) -> _Added:
    """Return the fewest cases after a count's last month that another count allows; the most, it leaves open."""
    if count.name != "all cases" or other.name != "half-years":
        raise NoFigureError("Half of another count is a floor only where pairs of cases are counted once.")
    last = max(map(_end, count.periods))
    later = tuple(period for period in other.periods if _start(period) > last and _end(period) <= _end(until))
    if not later:
        raise NoFigureError("A count that lacks no month needs no floor from another.")
    least = sum(_ends(other.row(period))[0] for period in later)
    half = math.ceil(least / 2)
    told = (
        f"for {fmt.join(map(_words, later))} at least {half}, half of {fmt.number(least)} by {other.by}, since "
        "this count takes an anti-dumping and a countervailing case of one country on one product for one"
    )
    return _Added(half, math.inf, later, told)


def _start(period: str) -> int:
    return measures.month_number(measures.months_of(period)[0])


def _end(period: str) -> int:
    return measures.month_number(measures.months_of(period)[-1])


def _counts_since(year: str) -> list[Count]:
    return [count for count in COUNTS.values() if count.periods[-1][:4] >= year]


def _spans(months: Iterable[str]) -> tuple[str, ...]:
    """Return months as whole years where they make one, and else as half-years."""
    known = set(months)
    found: list[str] = []
    for year in sorted({month[:4] for month in known}):
        halves = [half for half in _half_years(year) if known.issuperset(measures.months_of(half))]
        found += [year] if len(halves) == 2 else halves
    return tuple(found)


def _merged(periods: Sequence[str]) -> tuple[str, ...]:
    return _spans(month for period in periods for month in measures.months_of(period))


def _words(period: str) -> str:
    """Return a period as readers say it, with "first half of 2025" for its months."""
    first, _, last = period.partition("..")
    halves = {("-01", "-06"): "first", ("-07", "-12"): "second"}
    if first[:4] == last[:4] and (first[4:], last[4:]) in halves:
        return f"the {halves[first[4:], last[4:]]} half of {first[:4]}"
    return fmt.period(period)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
