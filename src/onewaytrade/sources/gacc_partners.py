"""Read GACC's table of total exports and imports by country or region.

The page in English was checked against the original of January and February 2025, and the headers of other months
against those of GACC's page of March 2026 as a public repository keeps it. The same table as XLSX or CSV, and the
headers in Chinese, follow descriptions of customs' workbooks: no original of them was at hand.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from onewaytrade.sources import gacc
from onewaytrade.sources.figures import Record
from onewaytrade.sources.gacc import Column, Release
from onewaytrade.sources.reading import Table

WANTED: Final = gacc.Kind(
    re.compile(
        r"by\s+(?:Major\s+)?Country\s*(?:/|\()\s*Region|主要国别\s*[（(]\s*地区\s*[)）]\s*总值表", re.IGNORECASE
    ),
    "GACC's table \"China's Total Export & Import Values by Country/Region\"",
)

# As customs prints them, in English and Chinese: as `data/` names them. Names that are not here stay as printed.
NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Total": "World",
        "European Union": "EU",
        "European Union (EU)": "EU",
        "United States (US)": "United States",
        "ASEAN": "ASEAN",
        "Hong Kong, China": "Hong Kong",
        "R. O. Korea": "South Korea",
        "Republic of Korea": "South Korea",
        "Taiwan, China": "Taiwan",
        "Russian Federation": "Russia",
        "United Kingdom (UK)": "United Kingdom",
        "Regional Comprehensive Economic Partnership": "RCEP",
        "Jointly build the countries along Belt and Road Routes": "Belt and Road countries",
        "总值": "World",
        "欧洲联盟": "EU",
        "德国": "Germany",
        "荷兰": "Netherlands",
        "法国": "France",
        "意大利": "Italy",
        "美国": "United States",
        "东南亚国家联盟": "ASEAN",
        "越南": "Vietnam",
        "马来西亚": "Malaysia",
        "泰国": "Thailand",
        "新加坡": "Singapore",
        "印度尼西亚": "Indonesia",
        "菲律宾": "Philippines",
        "日本": "Japan",
        "中国香港": "Hong Kong",
        "韩国": "South Korea",
        "中国台湾": "Taiwan",
        "澳大利亚": "Australia",
        "俄罗斯": "Russia",
        "俄罗斯联邦": "Russia",
        "印度": "India",
        "英国": "United Kingdom",
        "加拿大": "Canada",
        "新西兰": "New Zealand",
        "拉丁美洲": "Latin America",
        "巴西": "Brazil",
        "非洲": "Africa",
        "南非": "South Africa",
        "区域全面经济伙伴关系协定": "RCEP",
        "区域全面经济伙伴关系协定(RCEP)成员国": "RCEP",
        "共建一带一路国家": "Belt and Road countries",
        "共建“一带一路”国家和地区": "Belt and Road countries",
    }
)
# Every table of this kind has these, and the notebooks need them; the sum over all is first.
REQUIRED: Final = (
    "World", "EU", "Germany", "Netherlands", "France", "United States", "ASEAN", "Vietnam", "Japan", "Hong Kong",
    "South Korea", "Taiwan", "Australia", "Russia", "United Kingdom", "Brazil",
)  # fmt: skip

_TOTAL: Final = re.compile(r"\s*(Total|总值)\s*")
_WHICH: Final = re.compile(r"^(of which|其中)\s*[:：]\s*", re.IGNORECASE)
_NOTE: Final = re.compile(r"^(Notes?\b|注)", re.IGNORECASE)
_GROWTH: Final = re.compile(r"year.on.year|同比|比去年同期|比上年同期", re.IGNORECASE)


def tables(path: Path) -> tuple[Table, ...]:
    """Return the rows for the dataset `gacc-partners`: total, exports and imports of each country or region.

    Values are in the unit of the table; the growth on the year before stands with the months to date, for which
    alone it is printed. Raises SourceError if the table is not there, its unit or months are unknown, a column is
    displaced, a row is missing, twice or no number, or a total is not the sum of exports and imports.
    """
    table = gacc.release(path, WANTED)
    first, label = _first_row(table)
    columns = _columns(table, first, label)
    rows = _rows(table, first, label)
    _check_names(table, rows)
    records = _records(table, rows, columns)
    caveats = () if table.is_page and not table.chinese else (gacc.NOT_CHECKED,)
    return (
        Table(
            "gacc-partners",
            records,
            table.released,
            table.released,
            table.address,
            caveats,
            f"GACC, {table.title}",
        ),
    )


def _first_row(table: Release) -> tuple[int, int]:
    """Return where the names begin: the row and column of the total over all partners."""
    for row, column, found in table.cells.find(_TOTAL):
        if found[0] == table.cells.cells[row, column]:
            return row, column
    raise table.cells.fault("there is no row 'Total'", "the total over all countries is expected as the first row")


def _columns(table: Release, first: int, label: int) -> dict[Column, int]:
    cells = table.cells
    header = next((row for row in range(first) if gacc.flow(gacc.label(cells, row, label + 1))), None)
    if header is None or header + 1 >= first:
        right = "a header of 'Export & Import', 'Export', 'Import' over months is expected above the numbers"
        raise cells.fault("no header of two rows was found", right, max(first - 1, 0), label + 1)
    groups = gacc.carried(cells, header, label)
    columns: dict[Column, int] = {}
    for column in range(label + 1, cells.columns):
        below = gacc.label(cells, first - 1, column)
        if not below and cells.blank(first, column):
            continue
        what = _column(table, header, first - 1, column, groups[column], below)
        gacc.note_column(table, columns, what, first - 1, column)
    _check_columns(table, first - 1, columns)
    return columns


def _column(table: Release, upper: int, lower: int, column: int, group: str, below: str) -> Column:
    growth = _GROWTH.search(group) is not None
    flow, period, row = (below, group, lower) if growth else (group, below, upper)
    if not (meant := gacc.flow(flow)):
        right = "'Export & Import', 'Export' or 'Import' is expected"
        raise table.cells.fault(f"{_shown(flow)} stands among the headers", right, row, column)
    months = gacc.to_date(period)
    month = months or gacc.one_month(period)
    if month is None:
        right = f"a header like '{table.month}' or '1-to-{table.month}' is expected"
        raise table.cells.fault(f"{_shown(period)} stands among the months", right, lower, column)
    gacc.check_month(table, month, lower, column)
    return Column(meant, growth, months is not None)


def _check_columns(table: Release, row: int, columns: Mapping[Column, int]) -> None:
    monthly = any(not column.to_date for column in columns)
    wanted = [Column(flow, growth=False, to_date=False) for flow in gacc.FLOWS if monthly]
    wanted += [Column(flow, growth, to_date=True) for growth in (False, True) for flow in gacc.FLOWS]
    for column in wanted:
        if column not in columns:
            raise table.cells.fault(f"there is no column of {column.words}", "customs' table has one", row)


def _rows(table: Release, first: int, label: int) -> dict[str, int]:
    """Return the row of each partner, by the name that `data/` has for it."""
    rows: dict[str, int] = {}
    for row in range(first, table.cells.rows):
        printed = gacc.label(table.cells, row, label)
        if _NOTE.match(printed):
            break
        if not printed:
            if any(not table.cells.blank(row, column) for column in range(label + 1, table.cells.columns)):
                right = "the name of a country or region is expected before its numbers"
                raise table.cells.fault("numbers stand in a row without a name", right, row, label)
            continue
        name = _name(printed)
        if name in rows:
            right = "each country or region is expected once"
            raise table.cells.fault(f"'{printed}' stands in row {rows[name] + 1} already", right, row, label)
        rows[name] = row
    return rows


def _name(printed: str) -> str:
    name = _WHICH.sub("", printed).strip()
    if gacc.is_chinese(name):
        name = re.sub(r"\s", "", name).replace("（", "(").replace("）", ")")
    return NAMES.get(name, name)


def _check_names(table: Release, rows: Mapping[str, int]) -> None:
    for name in REQUIRED:
        if name not in rows:
            strange = [other for other in rows if other not in {*NAMES.values(), *REQUIRED}] or list(rows)
            near = gacc.near(name, strange)
            right = f"the nearest name in the table is '{near}' in row {rows[near] + 1}, which is not known as it"
            raise table.cells.fault(f"the row of {name} is missing", right)


def _records(table: Release, rows: Mapping[str, int], columns: Mapping[Column, int]) -> tuple[Record, ...]:
    numbers = {
        (name, what): gacc.number(
            table.cells, row, column, f"{what.words} of {name} are expected there", signed=what.growth
        )
        for name, row in rows.items()
        for what, column in columns.items()
    }
    digits = gacc.decimals([value for (_, what), value in numbers.items() if not what.growth])
    records: list[Record] = []
    for name, row in rows.items():
        for to_date in sorted({what.to_date for what in columns}):
            flows = {flow: Column(flow, growth=False, to_date=to_date) for flow in gacc.FLOWS}
            values = {flow: numbers[name, what] for flow, what in flows.items()}
            if all(values.values()):
                gacc.check_sum(table, row, columns[flows["total"]], **values, digits=digits)
            for flow, value in values.items():
                growth = numbers[name, Column(flow, growth=True, to_date=True)] if to_date else ""
                if value:
                    records.append(_record(table, name, flow, to_date, value, growth))
    return tuple(records)


def _record(table: Release, name: str, flow: str, to_date: bool, value: str, growth: str) -> Record:
    frequency, period = table.periods(table.month, to_date=to_date)
    return {
        "partner": name,
        "flow": flow,
        "currency": table.currency,
        "frequency": frequency,
        "period": period,
        "value": table.money(value),
        "unit": table.unit,
        "yoy_published_pct": growth,
        "basis": "printed",
        "grade": "primary",
        "publisher": gacc.PUBLISHER,
        "source_id": "",
        "note": "",
    }


def _shown(text: str) -> str:
    return f"'{text}'" if text else "an empty cell"
