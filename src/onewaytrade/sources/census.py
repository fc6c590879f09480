"""Read the US Census Bureau's trade by country: its table of all years, or what its API answers.

The table (`country.xlsx`, or the same as CSV) has a row for each year and country, with imports and exports of
each month in millions of dollars, not seasonally adjusted. The API answers with an array of arrays, in dollars.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from onewaytrade.errors import SourceError
from onewaytrade.sources import places
from onewaytrade.sources.figures import Record
from onewaytrade.sources.reading import Table
from onewaytrade.sources.safe import Cells, csv_cells, json_of, kind, read, workbook
from onewaytrade.sources.values import columns, end, number, shortest

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_FLOWS: Final = {"I": "imports", "E": "exports"}
_CODE: Final = "5700"
_PARTNER: Final = "China"
_WANTED: Final = (
    *("year", "CTY_CODE", "CTYNAME"),
    *(f"{letter}{month}" for letter in _FLOWS for month in (*_MONTHS, "YR")),
)
# Months are rounded to 0.1, and so is their sum: that is the most by which twelve of them can miss it.
_ROUNDING: Final = 0.7
_ADDRESS: Final = "https://www.census.gov/foreign-trade/balance/country.xlsx"
_API: Final = "https://api.census.gov/data/timeseries/intltrade/"
# The API's values of a month, in dollars: total exports, and imports as the table counts them.
_VALUES: Final = {"ALL_VAL_MO": "exports", "GEN_VAL_MO": "imports"}
_GOODS: Final = {"E_COMMODITY": "-", "I_COMMODITY": "-"}


def tables(path: Path) -> tuple[Table, ...]:
    """Return US exports and imports for the dataset `mirror`, unadjusted: of the table with China, of the API all.

    Raises SourceError if a column or China is missing, a country unknown, a month or year out of order, a value
    no number, or if a year is not the sum of its months, as when the unit has changed.
    """
    content = kind(read(path))
    if content == "json":
        return (_of_api(path),)
    if content == "workbook":
        sheets = workbook(path)
        cells = next((sheet for sheet in sheets.values() if "CTY_CODE" in _names(sheet)), None)
        if cells is None:
            raise SourceError(
                f"{path.name}: no sheet has the columns of the table, only {', '.join(sheets)} are there; columns "
                f"{', '.join(_WANTED[:4])} and so on are expected in the first row."
            )
    else:
        cells = csv_cells(path)
    return (_of_table(cells),)


def _names(cells: Cells) -> list[str]:
    return [cells.text(0, column) for column in range(cells.columns)] if cells.rows else []


# --- the table ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Year:
    """A row of the table: its place, and the year."""

    row: int
    year: int


def _of_table(cells: Cells) -> Table:
    last = end(cells, "a row for each year and country is expected")
    at = columns(cells, _WANTED)
    years = _years(cells, at, last)
    rows = [
        record
        for position, year in enumerate(years)
        for letter in _FLOWS
        for record in _of_year(cells, at, year, letter, is_last=position == len(years) - 1)
    ]
    caveat = "Of the table of all countries, the rows of China were taken."
    newest = max(row["period"] for row in rows if row["frequency"] == "monthly")
    source = f"U.S. Trade in Goods by Country, China, to {newest}"
    return Table("mirror", tuple(rows), None, None, _ADDRESS, (caveat,), source)


def _years(cells: Cells, at: Mapping[str, int], last: int) -> list[_Year]:
    """Return the rows of China, in the order of the years."""
    years: list[_Year] = []
    for row in range(1, last):
        code, name = _code(cells, row, at["CTY_CODE"]), cells.text(row, at["CTYNAME"])
        if (code == _CODE) != (places.by_name(name) == _PARTNER):
            right = f"'{_PARTNER}' and the code {_CODE} are expected to stand together"
            raise cells.fault(f"'{name}' stands beside the code '{code}'", right, row, at["CTYNAME"])
        if code == _CODE:
            text = number(cells, row, at["year"], "a year is expected")
            if not re.fullmatch(r"(19|20)\d\d", text):
                raise cells.fault(f"{cells.shown(row, at['year'])} is no year", "e.g. 2023", row, at["year"])
            if years and int(text) != years[-1].year + 1:
                problem = f"{text} follows {years[-1].year}"
                raise cells.fault(problem, "the years must follow each other", row, at["year"])
            years.append(_Year(row, int(text)))
    if not years:
        raise cells.fault(f"there is no row of {_PARTNER}", f"rows with CTY_CODE {_CODE} are expected")
    return years


def _code(cells: Cells, row: int, column: int) -> str:
    """Return a country's code, which may stand as a number."""
    cell = cells.cells[row, column]
    return shortest(float(cell)) if isinstance(cell, int | float) else cells.text(row, column)


def _of_year(cells: Cells, at: Mapping[str, int], year: _Year, letter: str, *, is_last: bool) -> list[Record]:
    """Return the months of a year, and their sum: for the year, or up to the last month that is out."""
    right = "a value in millions of dollars is expected"
    values = [number(cells, year.row, at[f"{letter}{month}"], right) for month in _MONTHS]
    out = max((position + 1 for position, value in enumerate(values) if float(value)), default=0)
    # The table has a 0 for months to come; China's trade of a month that is out is never none.
    for position, value in enumerate(values):
        if float(value) < 0 or (not float(value) and (position < out or not is_last)):
            column = at[f"{letter}{_MONTHS[position]}"]
            problem = f"{cells.shown(year.row, column)} stands before a later month"
            raise cells.fault(problem, "0 is expected only for months to come", year.row, column)
    whole = number(cells, year.row, at[f"{letter}YR"], right)
    total = sum(map(float, values))
    if abs(total - float(whole)) > _ROUNDING:
        problem = f"the year is {whole}, and its months add up to {shortest(round(total, 1))}"
        same = "both are expected in the same unit, millions of dollars"
        raise cells.fault(problem, same, year.row, at[f"{letter}YR"])
    flow = _FLOWS[letter]
    months = [
        _record(_PARTNER, flow, f"{year.year}-{month:02d}", "monthly", value, "M USD")
        for month, value in enumerate(values[:out], start=1)
    ]
    if not months:
        return []
    if out == len(_MONTHS):
        return [*months, _record(_PARTNER, flow, f"{year.year}", "annual", whole, "M USD")]
    return [*months, _record(_PARTNER, flow, f"{year.year}-01..{year.year}-{out:02d}", "ytd", whole, "M USD")]


def _record(partner: str, flow: str, period: str, frequency: str, value: str, unit: str) -> Record:
    return {
        "reporter": "United States",
        "partner": partner,
        "flow": flow,
        "currency": "USD",
        "frequency": frequency,
        "adjustment": "unadjusted",
        "period": period,
        "value": value,
        "unit": unit,
        "yoy_published_pct": "",
        "basis": "printed",
        "grade": "mirror",
        "publisher": "US Census",
        "note": "",
    }


# --- the API --------------------------------------------------------------------------------------------------


def _of_api(path: Path) -> Table:
    cells = _cells(path)
    last = end(cells, "an answer with at least one row is expected")
    # The API repeats a column that was asked for and selected by.
    names = _names(cells)
    values = [name for name in _VALUES if name in names]
    if not values:
        right = f"{' or '.join(_VALUES)}, the total of a month, is expected among the columns"
        raise cells.fault(f"the columns are {', '.join(names)[:200]}", right, 0)
    for wanted in ("CTY_NAME", "time"):
        if wanted not in names:
            raise cells.fault(f"the column {wanted} is missing", "it must be asked for in the query", 0)
    at = {name: names.index(name) for name in names}
    rows = [
        _record(
            _country(cells, row, at["CTY_NAME"]),
            _VALUES[value],
            _month(cells, row, at["time"]),
            "monthly",
            number(cells, row, at[value], "a value in dollars is expected"),
            "USD",
        )
        for row in range(1, last)
        for value in values
        if _is_all_goods(cells, row, at)
    ]
    if not rows:
        raise cells.fault("there is no row of all goods", "rows whose commodity is '-' are expected")
    source = f"Census API, U.S. trade by country, to {max(row['period'] for row in rows)}"
    return Table("mirror", tuple(rows), None, None, _API, (), source)


def _cells(path: Path) -> Cells:
    answer: Any = json_of(path)
    right = "an array of arrays, the first of them names, is expected"
    if not isinstance(answer, list) or not answer or not all(isinstance(row, list) for row in answer):
        raise SourceError(f"{path.name}: this is no answer of the Census API; {right}.")
    cells = np.full((len(answer), len(answer[0])), None, dtype=object)
    for row, line in enumerate(answer):
        if len(line) != len(answer[0]):
            problem = f"there are {len(line)} cells in row {row + 1} where the first has {len(answer[0])}"
            raise SourceError(f"{path.name}: {problem}; {right}.")
        cells[row] = [cell if cell is None or isinstance(cell, str | int | float) else str(cell) for cell in line]
    return Cells(path.name, cells)


def _is_all_goods(cells: Cells, row: int, at: Mapping[str, int]) -> bool:
    return all(cells.text(row, at[name]) == total for name, total in _GOODS.items() if name in at)


def _country(cells: Cells, row: int, column: int) -> str:
    text = cells.text(row, column)
    if found := places.by_name("World" if text == "TOTAL FOR ALL COUNTRIES" else text):
        return found
    raise cells.fault(f"the country '{text}' is unknown", places.hint(text), row, column)


def _month(cells: Cells, row: int, column: int) -> str:
    text = cells.text(row, column)
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        right = "a month like 2023-05 is expected"
        raise cells.fault(f"{cells.shown(row, column)} stands among the months", right, row, column)
    return text
