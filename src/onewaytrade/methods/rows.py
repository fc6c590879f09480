"""Figures that stand as single rows in the compiled tables: looked up, compared, and grown from one to another.

Choices name a row by the columns of its dataset (`entity`, `measure`, `period`, or `commodity`, `currency`, or
`partner`, `flow`, ...). A row holds a value, or bounds ("more than 48", "20-30"); a value that was printed with
decimals carries their rounding into what is computed from it.
"""

import functools
import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from onewaytrade import claims, datasets, fmt, measures
from onewaytrade.claims import Estimate
from onewaytrade.errors import ClaimError, NoFigureError
from onewaytrade.measures import Interval
from onewaytrade.nearest import nearest

_UNITS: Final = {"percent": "%", "percentage points": "points", "percent of tenders": "% of tenders"}
# Whole numbers of these are exact; other units are rounded at the last digit that is printed.
_COUNTS: Final = frozenset({"count", "vehicles", "cases", "tenders", "device types", "companies", "employees"})
_FIGURES: Final = ("value", "low", "high", "value_text", "yoy_published_pct")
_RELATIONS: Final = ("equals", "contains", "lacks", "above", "below")


def find(choices: Mapping[str, Any]) -> "pd.Series[Any]":
    """Return the one row of `choices["dataset"]` that has what the choices say in each of its columns.

    Raises NoFigureError, with the nearest value of the first column that has none, if there is no such row, and
    ClaimError if several rows differ in their figures or their words.
    """
    place = datasets.view()
    columns = _table(choices["dataset"], place).columns
    return _find(
        choices["dataset"], tuple((name, str(choices[name])) for name in columns if name in choices), place
    )


@functools.lru_cache(maxsize=4096)
def _find(dataset: str, cells: tuple[tuple[str, str], ...], place: datasets.View) -> "pd.Series[Any]":
    # A grid looks for the same rows in many definitions.
    table = _table(dataset, place)
    found = list(range(len(table)))
    for column, wanted in cells:
        texts, before = _texts(dataset, column, place), found
        found = [row for row in before if texts[row] == wanted]
        if not found:
            near = nearest(wanted, dict.fromkeys(texts[row] for row in before))
            if column == "period":
                raise NoFigureError(f"No figure of {wanted} is at hand here, though one of {near} is.")
            raise NoFigureError(f"The dataset {dataset} has no {column} {wanted!r} here; the nearest is {near!r}.")
    if len(found) > 1:
        rows = table.iloc[found]
        if len(rows[[name for name in _FIGURES if name in rows]].drop_duplicates()) > 1:
            places = fmt.join(rows["source_id"].astype(str))
            raise ClaimError(f"{len(rows)} rows of {dataset} fit {dict(cells)}: name one of {places}.")
    return table.iloc[found[0]]


@functools.lru_cache(maxsize=64)
def _texts(dataset: str, column: str, place: datasets.View) -> Sequence[str]:
    """Return the cells of a column as texts."""
    return _table(dataset, place)[column].astype(str).tolist()


@functools.lru_cache(maxsize=16)
def _table(name: str, _place: datasets.View) -> pd.DataFrame:
    # Without its provenance, which pandas would copy with every selection of rows.
    frame = datasets.load(name)
    frame.attrs = {}
    return frame


def value(choices: Mapping[str, Any]) -> Estimate:
    """Return a printed figure as it stands, from the choices of a `series-value` definition.

    Choices: `dataset`, the columns of the row, and optionally `named` (what the row is, in words for readers) and
    `minus_...` for columns of a second row whose figure is subtracted. Raises NoFigureError if there is no such
    row.
    """
    if minus := _minus(choices):
        other = value({**_own(choices), **minus})
        return value(_own(choices)).less(other, f"Less: {other.sentence}")
    row = find(choices)
    number = None if pd.isna(row["value"]) else float(row["value"])
    low, high = (None if pd.isna(row.get(end)) else float(row[end]) for end in ("low", "high"))
    if (number, low, high) == (None, None, None):
        raise NoFigureError(f"{_named(row)} is told in words: {row['value_text']}.")
    return Estimate(
        value=number,
        low=low,
        high=high,
        grade=str(row["grade"]),
        edition=datasets.pinned(choices["dataset"]),
        sentence=f"{_named(row, choices)}, by {_publisher(row)}.",
        recomputed=False,
        unit=unit_of(row),
        exclusive=str(row.get("value_text", "")).startswith((">", "<")),
        near=str(row.get("value_text", "")).startswith("almost"),
    )


def published_rate(choices: Mapping[str, Any]) -> Estimate:
    """Return the growth on the year that a publisher printed beside a figure; choices as `value`."""
    row = find(choices)
    if pd.isna(row["yoy_published_pct"]):
        raise NoFigureError(f"{_named(row)} was printed without a growth rate.")
    return Estimate(
        value=float(row["yoy_published_pct"]),
        grade=str(row["grade"]),
        edition=datasets.pinned(choices["dataset"]),
        sentence=f"{_named(row)}, growth on the year as printed by {row['publisher']}.",
        recomputed=False,
        unit="%",
    )


def growth(choices: Mapping[str, Any]) -> Estimate:
    """Return the growth, in per cent, between two rows, from the choices of a `series-growth` definition.

    Choices: `dataset`, the columns that both rows share, `start` and `end` (their periods), and optionally
    `end_measure` (where the later row is named otherwise), `per_year`, and `minus_start` with `minus_end` for a
    window whose growth is subtracted. Bounds and rounding are carried as an interval. Raises NoFigureError if a
    row is missing.
    """
    if minus := _minus(choices):
        other = growth({**_own(choices), **minus})
        return growth(_own(choices)).less(other, f"Less: {other.sentence}")
    shared = {name: choices[name] for name in choices if name not in {"start", "end", "end_measure"}}
    first = find({**shared, "period": choices["start"]})
    last = find(
        {**shared, "period": choices["end"], "measure": choices.get("end_measure", choices.get("measure"))}
    )
    if (units := {str(first["unit"]), str(last["unit"])}) and len(units) > 1:
        raise ClaimError(f"{_named(first)} and {_named(last)} are in {fmt.join(sorted(units))}: no growth.")
    allowed = measures.growth_interval(interval_of(first), interval_of(last))
    number = (
        None
        if pd.isna(first["value"]) or pd.isna(last["value"])
        else measures.growth(float(first["value"]), float(last["value"]))
    )
    low, high = allowed.low, allowed.high
    months = measures.months_apart(choices["start"], choices["end"])
    yearly = None if number is None or months < 12 else measures.annual_rate(number, months)
    if choices.get("per_year"):
        low, high = measures.annual_rate(low, months), measures.annual_rate(high, months)
        number = None if number is None else measures.annual_rate(number, months)
    return Estimate(
        value=number,
        low=low,
        high=high,
        grade=claims.weakest_of(str(first["grade"]), str(last["grade"])),
        edition=datasets.pinned(choices["dataset"]),
        sentence=(
            f"{choices.get('named', _subject(first))}, "
            f"{fmt.period(choices['start'])} to {fmt.period(choices['end'])}"
            f"{', per year' if choices.get('per_year') else ''}, by {_publishers(first, last)}."
        ),
        unit="%",
        annual_rate=yearly,
    )


def check(choices: Mapping[str, Any]) -> tuple[bool, str]:
    """Tell whether a row says what the choices of a `row-check` expect, with the evidence in a sentence.

    Choices: `dataset`, the columns of the row, `field` (the column looked at), `relation` (equals, contains,
    lacks, above, below), `expected`, and optionally `told` (what the row says, in a sentence for readers, where
    its own words are a compiler's; "{value}" stands for its figure with the unit). Raises NoFigureError if there
    is no such row.
    """
    row = find({name: choice for name, choice in choices.items() if name != "field"})
    grade = str(row.get("grade", "press"))
    # Some publishers' names already end with the grade.
    source = f"{_publisher(row).removesuffix(f' ({grade})')} ({grade})"
    stands = _holds(row[choices["field"]], choices)
    if "told" in choices:
        told = str(choices["told"])
        return stands, f"{told.replace('{value}', _told(row)) if '{value}' in told else told} Source: {source}."
    return stands, f"{_named(row)}: {_told(row)}. By {source}."


def compare(estimate: Estimate, choices: Mapping[str, Any]) -> bool | None:
    """Tell whether an estimate stands in the `relation` (rounds-to, above, below) to `expected`.

    None where its range holds numbers that do and others that do not. Raises ClaimError for another relation.
    """
    (low, high), expected = estimate.range, float(choices["expected"])
    if choices["relation"] == "rounds-to":
        half = float(choices.get("precision", 1)) / 2
        if high < expected - half or low > expected + half:
            return False
        ends = {measures.round_half_away(end, 2 * half) for end in (low, high) if math.isfinite(end)}
        return True if ends == {expected} and math.isfinite(high - low) else None
    if choices["relation"] == "below":
        low, high, expected = -high, -low, -expected
    elif choices["relation"] != "above":
        raise ClaimError(f"An estimate has no relation {choices['relation']!r}: rounds-to, above or below.")
    if low > expected or (low == expected and estimate.exclusive):
        return True
    return None if high > expected else False


def places(figures: Mapping[str, str]) -> pd.DataFrame:
    """Return where figures were read, by the `source_id` of each: `Source`, `Figures`, `Publisher`, `Read at`.

    Of an address only the site is given, of a repository its name; the table of sources has them in full. Raises
    KeyError for a source that it does not name.
    """
    found = datasets.load("sources").set_index("source_id").loc[list(figures)]
    return pd.DataFrame(
        {
            "Source": list(figures),
            "Figures": list(figures.values()),
            "Publisher": list(found["publisher"]),
            "Read at": [_site(where) for where in found["where"]],
        }
    )


_REPOSITORY: Final = re.compile(r"github[: ]\s*([\w.-]+/[\w.-]+?):?(?= |$)( [\w./-]*/[\w./-]+)?", re.IGNORECASE)


def _site(where: str) -> str:
    named = _REPOSITORY.sub(r"GitHub, \1", re.sub(r" ?@[0-9a-f]{7,40}", "", where))
    return re.sub(r"https?://(?:www\.)?([^/\s;]+)[^\s;]*", r"\1", named)


def interval_of(row: "pd.Series[Any] | Mapping[str, Any]") -> Interval:
    """Return all numbers that a row's print allows: its bounds, an exact count, or what rounds to it.

    Raises NoFigureError for a bound that is open at one end, since nothing can be computed from it.
    """
    if pd.isna(row["value"]):
        if pd.isna(row["low"]) or pd.isna(row["high"]):
            raise NoFigureError(f"{_named(row)} is printed as an open bound ({row['value_text']}).")
        return Interval(float(row["low"]), float(row["high"]))
    number = float(row["value"])
    if str(row["unit"]) in _COUNTS and number.is_integer():
        return measures.exact(number)
    return measures.rounded(number, step_of(row))


def step_of(row: "pd.Series[Any] | Mapping[str, Any]") -> float:
    """Return one unit of the last digit with which a row's value was printed, 1 for whole numbers."""
    shortest = Decimal(repr(float(row["value"]))).normalize()
    try:
        printed = Decimal(str(row.get("value_text", "")).replace(",", ""))
    except ArithmeticError:
        printed = shortest
    return float(Decimal(1).scaleb(min(0, int(printed.as_tuple().exponent))))


def unit_of(row: "pd.Series[Any]") -> str:
    """Return a row's unit as readers write it: "%" for percent."""
    return _UNITS.get(str(row["unit"]), str(row["unit"]))


def _holds(found: Any, choices: Mapping[str, Any]) -> bool:
    relation, expected = choices["relation"], choices["expected"]
    if relation in {"contains", "lacks"}:
        return (str(expected) in str(found)) is (relation == "contains")
    if relation in {"above", "below"}:
        return float(found) > float(expected) if relation == "above" else float(found) < float(expected)
    if relation != "equals":
        raise ClaimError(f"The relation {relation!r} is unknown; there are {', '.join(_RELATIONS)}.")
    number = isinstance(expected, int | float)
    return float(found) == float(expected) if number else str(found) == str(expected)


def _told(row: "pd.Series[Any]") -> str:
    """Return what a row prints, a number with its unit and a comma between thousands."""
    text = str(row.get("value_text", ""))
    try:
        number = Decimal(text)
    except ArithmeticError:
        if text.startswith(">"):
            return f"more than {text.removeprefix('>')}"
        if pd.notna(row.get("low")) and pd.notna(row.get("high")):
            return text.replace("-", " to ")
        return text or fmt.with_unit(float(row["value"]), str(row["unit"]), 0)
    if row["unit"] in {"year", "date"}:
        return text
    # "21 count" is no English: what is counted stands in the row's name.
    unit = "" if row["unit"] == "count" else f"{fmt.SPACE}{unit_of(row)}"
    return f"{number:,}{unit}".replace("-", fmt.MINUS)


def _minus(choices: Mapping[str, Any]) -> dict[str, Any]:
    return {name.removeprefix("minus_"): choices[name] for name in choices if name.startswith("minus_")}


def _own(choices: Mapping[str, Any]) -> dict[str, Any]:
    return {name: choices[name] for name in choices if not name.startswith("minus_")}


def _named(row: "pd.Series[Any] | Mapping[str, Any]", choices: Mapping[str, Any] | None = None) -> str:
    """Return what a row is, by its columns or, where these are a compiler's, as the choices have it `named`."""
    return f"{(choices or {}).get('named', _subject(row))}, {_period(str(row['period']))}"


def _subject(row: "pd.Series[Any] | Mapping[str, Any]") -> str:
    parts = (
        row.get(name) for name in ("entity", "partner", "indicator", "commodity", "flow", "measure", "currency")
    )
    return ", ".join(str(part) for part in parts if part)


def _period(period: str) -> str:
    try:
        return fmt.period(period)
    except ValueError:
        return period.replace("..", " to ")


def _publishers(first: "pd.Series[Any]", last: "pd.Series[Any]") -> str:
    return fmt.join(dict.fromkeys((_publisher(first), _publisher(last))))


def _publisher(row: "pd.Series[Any]") -> str:
    # After a semicolon, a publisher's name says how it counts.
    return str(row["publisher"]).split("; AD+CVD")[0]
