"""Read GACC's table of total exports and imports, of one month and to date, or month by month.

The headers of the table of one month follow descriptions of GACC's pages in English and Chinese; those of the
table by month follow customs' usual order. No original of either was at hand.
"""

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from onewaytrade.sources import gacc
from onewaytrade.sources.cpb import MONTH_NAMES
from onewaytrade.sources.figures import Record
from onewaytrade.sources.gacc import Column, Release
from onewaytrade.sources.reading import Table

WANTED: Final = gacc.Kind(
    re.compile(
        r"Total\s+(?:(?:Exports?\s*(?:&|and)\s*Imports?|Imports?\s*(?:&|and)\s*Exports?)\s+Values?"
        r"|Values?\s+of\s+(?:Exports?\s*(?:&|and)\s*Imports?|Imports?\s*(?:&|and)\s*Exports?))"
        r"(?!.*\bby\s+(?:Major|Country|Trade|Customs|Enterprise|Location))"
        r"|全国进出口总值表|进出口商品总值表",
        re.IGNORECASE,
    ),
    "GACC's table \"China's Total Export & Import Values\", of all countries and goods together,",
    dated=False,
)

_ITEMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "totalexport&import": "total",
        "totalexports&imports": "total",
        "totalimport&export": "total",
        "totalimports&exports": "total",
        "进出口总值": "total",
        "totalexport": "exports",
        "totalexports": "exports",
        "出口总值": "exports",
        "totalimport": "imports",
        "totalimports": "imports",
        "进口总值": "imports",
    }
)
_GROWTH: Final = re.compile(r"year.on.year|同比|去年同期|上年同期", re.IGNORECASE)
_LEFT_OUT: Final = re.compile(r"month.on.month|环比|balance|差额", re.IGNORECASE)
_TO_DATE: Final = re.compile(r"to\s+(?:the\s+)?(?:current|date)|累计|1至当月", re.IGNORECASE)
_ROW_MONTH: Final = re.compile(r"(?P<year>\d{4})\s*(?:[-./]|年)\s*(?P<month>\d{1,2})\s*月?")
_NAMED_MONTH: Final = re.compile(r"(?P<name>[A-Za-z]{3})[a-z]*\.?,?\s+(?P<year>\d{4})")


def tables(path: Path) -> tuple[Table, ...]:
    """Return the rows for the dataset `gacc-totals`: total, exports and imports, each print "as published".

    Raises SourceError if the table is not there, its unit or months are unknown or out of order, a column is
    displaced, a row is missing, twice or no number, or a total is not the sum of exports and imports.
    """
    table = gacc.release(path, WANTED)
    records = _by_item(table) if any(_items(table)) else _by_month(table)
    source = f"GACC, {table.title}"
    caveats = (gacc.NOT_CHECKED,)
    return (Table("gacc-totals", records, table.released, table.released, table.address, caveats, source),)


# --- one month, a row for each flow ---------------------------------------------------------------------------


def _items(table: Release) -> dict[str, tuple[int, int]]:
    """Return row and column of each item's name, if it is a table of items."""
    places: dict[str, tuple[int, int]] = {}
    for row in range(table.top, table.cells.rows):
        for column in range(table.cells.columns):
            name = re.sub(r"\s", "", gacc.label(table.cells, row, column)).lower().replace("and", "&")
            if item := _ITEMS.get(name):
                if item in places:
                    problem = f"the row of {item} stands in row {places[item][0] + 1} already"
                    raise table.cells.fault(problem, "each is expected once", row, column)
                places[item] = row, column
    return places


def _by_item(table: Release) -> tuple[Record, ...]:
    cells, places = table.cells, _items(table)
    if not table.year:
        right = "a title with its months, like 'March 2026', is expected"
        raise cells.fault(f"the title '{table.title}' names no months", right)
    for item in gacc.FLOWS:
        if item not in places:
            right = "rows of total exports and imports, total exports and total imports are expected"
            raise cells.fault(f"the row of {item} is missing", right)
    first, label = min(places.values())
    columns = _columns_of_item(table, first, label)
    numbers = {
        (item, what): gacc.number(
            cells, places[item][0], column, f"{what.words} are expected there", signed=what.growth
        )
        for item in gacc.FLOWS
        for what, column in columns.items()
    }
    records = []
    for to_date in sorted({what.to_date for what in columns}):
        value, growth = (Column("", growth=growth, to_date=to_date) for growth in (False, True))
        values = {item: numbers[item, value] for item in gacc.FLOWS}
        _check(table, places["total"][0], columns[value], values)
        frequency, period = table.periods(table.month, to_date=to_date)
        for item in gacc.FLOWS:
            rate = numbers.get((item, growth), "")
            records.append(_record(table, item, frequency, period, values[item], rate))
    return tuple(records)


def _columns_of_item(table: Release, first: int, label: int) -> dict[Column, int]:
    cells = table.cells
    columns: dict[Column, int] = {}
    for column, parts in _headers(table, first, label).items():
        header = " ".join(parts)
        if _LEFT_OUT.search(header):
            continue
        months = [(month, True) for part in parts if (month := gacc.to_date(part))]
        months += [(month, False) for part in parts if (month := gacc.one_month(part))]
        if not months:
            right = f"a header like '{table.month}' or '1-to-{table.month}' is expected"
            raise cells.fault(f"'{header}' does not say which months it means", right, first - 1, column)
        month, to_date = months[0]
        gacc.check_month(table, month, first - 1, column)
        gacc.note_column(
            table, columns, Column("", _GROWTH.search(header) is not None, to_date), first - 1, column
        )
    if Column("", growth=False, to_date=True) not in columns:
        right = f"a header like '1-to-{table.month}' is expected"
        raise cells.fault("there is no column of values from January on", right, first - 1)
    for what in columns:
        if what.growth and Column("", growth=False, to_date=what.to_date) not in columns:
            right = "customs' table has one beside their growth"
            raise cells.fault(f"there is no column of values {what.words.partition('of ')[2]}", right, first - 1)
    return columns


# --- a row for each month -------------------------------------------------------------------------------------


def _by_month(table: Release) -> tuple[Record, ...]:
    cells = table.cells
    months = [(row, *found) for row in range(table.top, cells.rows) if (found := _month_of(table, row))]
    if not months:
        right = "rows of 'Total Export', 'Total Import' or of months like '2025-01' are expected below the title"
        raise cells.fault("there are neither totals nor months in the first column", right)
    first, label = months[0][0], months[0][1]
    columns = _columns_of_month(table, first, label)
    records: list[Record] = []
    before: tuple[int, int] | None = None
    for row, column, year, month in months:
        if before and (year, month) != _next(*before):
            problem = f"{year}-{month:02d} follows {before[0]}-{before[1]:02d}"
            right = "the months must be in order, each once"
            raise cells.fault(problem, right, row, column)
        before = year, month
        for to_date in sorted({what.to_date for what in columns}):
            records += _of_month(table, row, columns, (year, month), to_date=to_date)
    return tuple(records)


def _of_month(
    table: Release, row: int, columns: Mapping[Column, int], when: tuple[int, int], *, to_date: bool
) -> list[Record]:
    numbers = {
        what: gacc.number(table.cells, row, column, f"{what.words} are expected there", signed=what.growth)
        for what, column in columns.items()
        if what.to_date == to_date
    }
    values = {flow: numbers[Column(flow, growth=False, to_date=to_date)] for flow in gacc.FLOWS}
    if not any(values.values()):
        return []
    _check(table, row, columns[Column("total", growth=False, to_date=to_date)], values)
    frequency, period = table.periods(when[1], to_date=to_date, year=when[0])
    return [
        _record(table, flow, frequency, period, value, numbers.get(Column(flow, True, to_date), ""))
        for flow, value in values.items()
    ]


def _columns_of_month(table: Release, first: int, label: int) -> dict[Column, int]:
    columns: dict[Column, int] = {}
    for column, parts in _headers(table, first, label).items():
        header = " ".join(parts)
        if _LEFT_OUT.search(header):
            continue
        flow = next((found for part in parts if (found := gacc.flow(part))), "")
        if not flow:
            right = "'Export & Import', 'Export', 'Import' or 'Balance' is expected"
            raise table.cells.fault(f"'{header}' stands among the headers", right, first - 1, column)
        what = Column(flow, _GROWTH.search(header) is not None, _TO_DATE.search(header) is not None)
        gacc.note_column(table, columns, what, first - 1, column)
    for to_date in sorted({what.to_date for what in columns} | ({False} if not columns else set())):
        for flow in gacc.FLOWS:
            if (what := Column(flow, growth=False, to_date=to_date)) not in columns:
                raise table.cells.fault(f"there is no column of {what.words}", "customs' table has one", first - 1)
    return columns


def _month_of(table: Release, row: int) -> tuple[int, int, int] | None:
    """Return column, year and month of a row that begins with a month."""
    for column in range(table.cells.columns):
        if table.cells.blank(row, column):
            continue
        cell = table.cells.cells[row, column]
        if isinstance(cell, dt.date):
            return column, cell.year, cell.month
        # A spreadsheet makes "2025.10" the number 2025.1: with two digits it is October again.
        is_number = isinstance(cell, float) and not float(cell).is_integer()
        text = f"{cell:.2f}" if is_number else gacc.label(table.cells, row, column)
        found = _ROW_MONTH.fullmatch(text)
        if found and 1 <= int(found["month"]) <= 12:
            return column, int(found["year"]), int(found["month"])
        names = [name[:3].lower() for name in MONTH_NAMES]
        if (named := _NAMED_MONTH.fullmatch(text)) and named["name"].lower() in names:
            return column, int(named["year"]), names.index(named["name"].lower()) + 1
        return None
    return None


def _next(year: int, month: int) -> tuple[int, int]:
    return year + month // 12, month % 12 + 1


# --- both -----------------------------------------------------------------------------------------------------


def _headers(table: Release, first: int, label: int) -> dict[int, list[str]]:
    """Return the headers above each column of numbers, from the top down."""
    cells = table.cells
    above = [gacc.carried(cells, row, label) for row in range(table.top, first)]
    if not above:
        right = "a header with months is expected between the title and the numbers"
        raise cells.fault("there is no header", right, first)
    headers: dict[int, list[str]] = {}
    for column in range(label + 1, cells.columns):
        own = gacc.label(cells, first - 1, column)
        spanned = [row[column] for row in above[:-1]]
        # Of a header of one row nothing is carried on; under a merged range, each column has one of its own.
        parts = [*spanned, own] if own else [gacc.label(cells, row, column) for row in range(table.top, first)]
        if parts := [part for part in parts if part]:
            headers[column] = parts
        elif not cells.blank(first, column):
            raise cells.fault("a number has no header above it", "the columns are displaced", first, column)
    return headers


def _check(table: Release, row: int, column: int, values: Mapping[str, str]) -> None:
    if not all(values.values()):
        raise table.cells.fault(
            "not all of total, exports and imports are there", "three numbers are expected", row
        )
    digits = gacc.decimals(list(values.values()))
    gacc.check_sum(table, row, column, values["total"], values["exports"], values["imports"], digits)


def _record(table: Release, flow: str, frequency: str, period: str, value: str, growth: str) -> Record:
    return {
        "flow": flow,
        "currency": table.currency,
        "frequency": frequency,
        "period": period,
        "value": table.money(value),
        "unit": table.unit,
        "yoy_published_pct": growth,
        "print": "as published",
        "grade": "primary",
        "publisher": gacc.PUBLISHER,
        "source_id": "",
        "note": "",
    }
