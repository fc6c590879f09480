"""Read a CPB World Trade Monitor workbook as it was published.

Cells are found by their labels and series codes, never by their place; whatever is not where a reader of the
sheet would look for it raises SourceError.
"""

import datetime as dt
import itertools
import math
import re
import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from onewaytrade.errors import SourceError
from onewaytrade.sources import safe
from onewaytrade.sources.safe import Cells, column_name

SHEET = "trade_out"
REGIONS: Mapping[str, str] = MappingProxyType(
    {
        "w1": "World",
        "i1": "Advanced economies",
        "e6": "Euro Area",
        "us": "United States",
        "gb": "United Kingdom",
        "jp": "Japan",
        "a3": "Advanced Asia excluding Japan",
        "r2": "Other advanced economies",
        "d1": "Emerging economies",
        "cn": "China",
        "a5": "Emerging Asia excluding China",
        "t1": "Eastern Europe / CIS",
        "l1": "Latin America",
        "f3": "Africa and Middle East",
    }
)
FLOWS: Mapping[str, str] = MappingProxyType({"t": "world trade", "m": "imports", "x": "exports"})
MEASURES: Mapping[str, str] = MappingProxyType({"qnmi": "volume", "pdmi": "unit_value"})

_CODE = re.compile(r"(?P<flow>[tmx])gz_(?P<region>\w{2})_(?P<measure>qnmi|pdmi)_sn")
_ANY_CODE = re.compile(r"[a-z]{3}_\w{2}_[a-z]{4}_[a-z]{2}")
# HWWI's commodity prices stand below the trade series; they are another institute's, and not read.
_LEFT_OUT = re.compile(r"h(fl|pr)_w1_pdmi_nn")
_MONTH = re.compile(r"(?P<year>\d{4})m(?P<month>0[1-9]|1[0-2])")
_VALUES = re.compile(r"Values (?P<year>\d{4}), usd bln")
_BASE = re.compile(r"fixed base (?P<year>\d{4})\s*=\s*100")
_PUBLISHED = re.compile(r"(?P<day>\d{1,2}) (?P<month>[A-Z][a-z]+) (?P<year>\d{4})\s+\d{1,2}:\d{2}:\d{2}")
# Not strptime: its month names follow the locale of the machine.
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SECTIONS: Mapping[str, str] = MappingProxyType({"volume": "Volumes", "unit_value": "Prices / unit values"})


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of the World Trade Monitor.

    `edition` is the last month covered ("2026-01"), `published` the date in the workbook, `base_year` the year
    that equals 100.

    `observations`: flow (imports, exports, world trade), region, measure (volume, unit_value), month
    ("YYYY-MM"), index (base year = 100).

    `series`: series (CPB's code), flow, region, measure, adjustment ("seasonally adjusted" where the sheet says
    so, else "not stated"), base_year, base_value_bn_usd (bn USD; missing for unit values), first_month,
    last_month, workbook_row.
    """

    edition: str
    published: dt.date
    base_year: int
    observations: pd.DataFrame
    series: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Header:
    """Where the sheet keeps its months and its base-year values."""

    row: int
    first_column: int
    months: tuple[str, ...]
    value_column: int
    base_year: int


@dataclass(frozen=True, slots=True)
class _Series:
    """One line of the sheet: its code, what the code means, and what stands beside it."""

    row: int
    code: str
    flow: str
    region: str
    measure: str
    adjustment: str


def read(path: Path) -> Edition:
    """Return the edition that the workbook at `path` holds.

    Raises SourceError if the file is missing, empty or no workbook, or if the sheet, a series, a month or a
    number is not as CPB's layout has it; the sentence names file, sheet, row and column.
    """
    sheet = _open(path)
    published = _published(sheet)
    header = _header(sheet)
    series = _series(sheet)
    values = [_numbers(sheet, header, line) for line in series]
    return Edition(
        edition=header.months[-1],
        published=published,
        base_year=header.base_year,
        observations=pd.concat(
            [
                pd.DataFrame(
                    {
                        "flow": line.flow,
                        "region": line.region,
                        "measure": line.measure,
                        "month": header.months,
                        "index": numbers,
                    }
                )
                for line, numbers in zip(series, values, strict=True)
            ],
            ignore_index=True,
        ),
        series=pd.DataFrame(
            {
                "series": [line.code for line in series],
                "flow": [line.flow for line in series],
                "region": [line.region for line in series],
                "measure": [line.measure for line in series],
                "adjustment": [line.adjustment for line in series],
                "base_year": header.base_year,
                "base_value_bn_usd": [_base_value(sheet, header, line) for line in series],
                "first_month": header.months[0],
                "last_month": header.months[-1],
                "workbook_row": [line.row + 1 for line in series],
            }
        ),
    )


def _open(path: Path) -> Cells:
    sheets = safe.workbook(path)
    if SHEET not in sheets:
        raise SourceError(
            f"{path.name}: there is no sheet {SHEET}, only {', '.join(sheets)}; a World Trade Monitor holds it."
        )
    sheet = sheets[SHEET]
    if not sheet.cells.size:
        raise sheet.fault("the sheet is empty", "CPB's table of trade is expected")
    return sheet


def _published(sheet: Cells) -> dt.date:
    for row, column, found in sheet.find(_PUBLISHED):
        try:
            month = MONTH_NAMES.index(found["month"]) + 1
            return dt.date(int(found["year"]), month, int(found["day"]))
        except ValueError as error:
            right = "a date like '20 March 2026  11:51:11' is expected"
            raise sheet.fault(f"'{found[0]}' is no date", right, row, column) from error
    raise sheet.fault(
        "no date of publication was found", "a cell like '20 March 2026  11:51:11' is expected in column B"
    )


def _header(sheet: Cells) -> _Header:
    row, first = next(((row, column) for row, column, _ in sheet.find(_MONTH)), (None, None))
    if row is None or first is None:
        raise sheet.fault("no row of months was found", "headers like '2000m01' are expected above the numbers")
    months = [_month(sheet, row, column) for column in range(first, _last_header(sheet, row, first) + 1)]
    for step, (before, after) in enumerate(itertools.pairwise(months)):
        if after != _next_month(before):
            wanted = _next_month(before).replace("-", "m")
            found = after.replace("-", "m")
            right = f"the months must follow each other, so '{wanted}' is expected"
            raise sheet.fault(f"'{found}' follows '{before.replace('-', 'm')}'", right, row, first + step + 1)
    value_row, value_column, value_year = _one(sheet, _VALUES, "Values 2021, usd bln")
    title_row, title_column, title_year = _one(sheet, _BASE, "fixed base 2021=100")
    if value_year != title_year:
        raise sheet.fault(
            f"the values are of {value_year} and the title in cell {column_name(title_column)}{title_row + 1} "
            f"says {title_year}=100",
            "both must name the same base year",
            value_row,
            value_column,
        )
    if value_column >= first:
        right = f"it must stand left of the months, which begin in column {column_name(first)}"
        raise sheet.fault("the column of base-year values is displaced", right, value_row, value_column)
    return _Header(row, first, tuple(months), value_column, value_year)


def _last_header(sheet: Cells, row: int, first: int) -> int:
    return max(column for column in range(first, sheet.columns) if not sheet.blank(row, column))


def _month(sheet: Cells, row: int, column: int) -> str:
    found = _MONTH.fullmatch(sheet.text(row, column))
    if not found:
        right = "a month like '2000m01' is expected in every cell of the header"
        raise sheet.fault(f"{sheet.shown(row, column)} stands among the months", right, row, column)
    return f"{found['year']}-{found['month']}"


def _one(sheet: Cells, pattern: re.Pattern[str], example: str) -> tuple[int, int, int]:
    for row, column, found in sheet.find(pattern):
        return row, column, int(found["year"])
    raise sheet.fault(f"no cell like '{example}' was found", "CPB's layout names its base year there")


def _series(sheet: Cells) -> list[_Series]:
    """Return the trade series in the order of the sheet, complete and each once."""
    cells = [(row, column, sheet.text(row, column)) for row, column, _ in sheet.find(_ANY_CODE)]
    cells = [(row, column, code) for row, column, code in cells if not _LEFT_OUT.fullmatch(code)]
    series: list[_Series] = []
    seen: dict[str, int] = {}
    usual = statistics.mode(column for _, column, _ in cells) if cells else None
    for row, column, code in cells:
        if column != usual:
            right = "it must stand in one column with the others"
            raise sheet.fault(f"the series code '{code}' is displaced", right, row, column)
        if code in seen:
            problem = f"the series {code} stands in row {seen[code] + 1} already"
            raise sheet.fault(problem, "each is expected once", row, column)
        seen[code] = row
        series.append(_line(sheet, row, column, code))
    for code in _expected():
        if code not in seen:
            raise sheet.fault(f"the series {code} is missing", "a row with this code is expected")
    return series


def _expected() -> Iterator[str]:
    for measure in MEASURES:
        yield f"tgz_w1_{measure}_sn"
        yield from (f"{flow}gz_{region}_{measure}_sn" for flow in "mx" for region in REGIONS)


def _line(sheet: Cells, row: int, column: int, code: str) -> _Series:
    parts = _CODE.fullmatch(code)
    if not parts or parts["region"] not in REGIONS or (parts["flow"] == "t" and parts["region"] != "w1"):
        right = "codes are like 'mgz_cn_qnmi_sn', and a new region must be added to the reader first"
        raise sheet.fault(f"the series code '{code}' is unknown", right, row, column)
    flow, region, measure = FLOWS[parts["flow"]], REGIONS[parts["region"]], MEASURES[parts["measure"]]
    wanted = f"World {flow.removeprefix('world ')}" if region == "World" else region.replace("excluding", "excl")
    labels = [sheet.text(row, left) for left in range(column) if sheet.text(row, left)]
    if labels != [wanted]:
        right = f"'{wanted}' is expected beside this code"
        raise sheet.fault(f"the series {code} is labelled '{' '.join(labels)}'", right, row, column)
    heading = _heading(sheet, row, column)
    if not heading.startswith(_SECTIONS[measure]):
        right = f"a section that begins '{_SECTIONS[measure]}' is expected"
        raise sheet.fault(f"the series {code} stands under '{heading}'", right, row, column)
    adjustment = "seasonally adjusted" if "seasonally adjusted" in heading else "not stated"
    return _Series(row, code, flow, region, measure, adjustment)


def _heading(sheet: Cells, row: int, code_column: int) -> str:
    """Return the label nearest above that has no series code beside it."""
    for above in range(row - 1, -1, -1):
        labels = [sheet.text(above, left) for left in range(code_column) if sheet.text(above, left)]
        if labels and not _ANY_CODE.search(sheet.text(above, code_column)):
            return labels[0]
    return ""


def _numbers(sheet: Cells, header: _Header, line: _Series) -> list[float]:
    end = header.first_column + len(header.months)
    for column in range(header.value_column + 1, sheet.columns):
        if not header.first_column <= column < end and not sheet.blank(line.row, column):
            months = f"the months stand in columns {column_name(header.first_column)} to {column_name(end - 1)}"
            problem = f"{sheet.shown(line.row, column)} of {line.code} has no month above it"
            raise sheet.fault(problem, months, line.row, column)
    return [_number(sheet, line, column) for column in range(header.first_column, end)]


def _base_value(sheet: Cells, header: _Header, line: _Series) -> float | None:
    if line.measure == "volume":
        return _number(sheet, line, header.value_column)
    if not sheet.blank(line.row, header.value_column):
        right = "unit values have no base-year value"
        raise sheet.fault(
            f"{sheet.shown(line.row, header.value_column)} stands beside {line.code}",
            right,
            line.row,
            header.value_column,
        )
    return None


def _number(sheet: Cells, line: _Series, column: int) -> float:
    cell = sheet.cells[line.row, column]
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not math.isfinite(cell) or cell <= 0:
        right = f"{line.code} must have a positive number there"
        raise sheet.fault(
            f"{sheet.shown(line.row, column)} stands where a number belongs", right, line.row, column
        )
    return float(cell)


def _next_month(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"
