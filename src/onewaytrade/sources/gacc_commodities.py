"""Read GACC's table of quantities and values of major import commodities.

Headers and names in English are those of GACC's page of May 2026, and of its exports of January and February 2025
for the months that stand as a pair; names in Chinese are those of a machine copy of customs' tables from 2023 on:
all as public repositories keep them. No original was at hand, and the reader was run on none.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Final

from onewaytrade.sources import gacc
from onewaytrade.sources.figures import Record
from onewaytrade.sources.gacc import Release
from onewaytrade.sources.reading import Table
from onewaytrade.sources.safe import column_name

WANTED: Final = gacc.Kind(
    re.compile(
        r"Major\s+Imports?\s+(?:Commodities\s+)?by\s+Quantity\s+and\s+Value"
        r"|Quantity\s+and\s+Value\s+of\s+Major\s+Import|进口重点商品量值表",
        re.IGNORECASE,
    ),
    "GACC's table \"China's Major Imports by Quantity and Value\"",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: its name and unit in `data/` ("" for a value alone), and how customs prints it."""

    name: str
    unit: str
    printed: tuple[str, ...]


LINES: Final = (
    Line("Agricultural products*", "", ("Agricultural products", "Agriculture products", "农产品")),
    Line("Meat (incl. offal)", "10 kt", ("Meat (including meat offal)", "肉类(包括杂碎)")),
    Line(
        "Fruit and nuts",
        "10 kt",
        ("Fresh or dried fruit and nuts", "Fresh or dried fruits and nuts", "干鲜瓜果及坚果"),
    ),
    Line("Grain (incl. soybeans)", "10 kt", ("Grain food", "Grain", "粮食")),
    Line("Soybeans", "10 kt", ("Soya beans", "Soybeans", "Soybean", "大豆")),
    Line("Edible vegetable oil", "10 kt", ("Edible vegetable oil", "Edible vegetable oils", "食用植物油")),
    Line("Iron ore", "10 kt", ("Iron ores and concentrates", "Iron ore and concentrates", "铁矿砂及其精矿")),
    Line("Copper ore", "10 kt", ("Copper ores and concentrates", "Copper ore and concentrates", "铜矿砂及其精矿")),
    Line("Coal and lignite", "10 kt", ("Coal and lignite", "煤及褐煤")),
    Line("Crude oil", "10 kt", ("Crude petroleum oils", "Crude petroleum oil", "Crude oil", "原油")),
    Line("Refined oil products", "10 kt", ("Refined petroleum products", "Petroleum products", "成品油")),
    Line("Natural gas", "10 kt", ("Natural gases", "Natural gas", "天然气")),
    Line("Rare earths", "t", ("Rare-earth ore, metals, compounds", "Rare earth", "Rare earths", "稀土")),
    Line(
        "Pharmaceuticals",
        "t",
        ("Medicinal materials and pharmaceutical products", "医药材及药品"),
    ),
    Line("Fertilisers", "10 kt", ("Fertilizers", "Fertilisers", "肥料")),
    Line("Cosmetics", "t", ("Make-ups or personal care and toiletries", "美容化妆品及洗护用品")),
    Line("Primary plastics", "10 kt", ("Plastics in primary forms", "初级形状的塑料")),
    Line("Rubber", "10 kt", ("Natural and synthetic rubber (including latex)", "天然及合成橡胶(包括胶乳)")),
    Line("Logs and sawn timber", "10k m3", ("Wood logs and lumber", "原木及锯材")),
    Line("Pulp", "10 kt", ("Paper pulp", "纸浆")),
    Line("Textiles", "", ("Textile yarn, fabrics and articles thereof", "纺织纱线、织物及其制品")),
    Line("Steel products", "10 kt", ("Products, of steel or iron", "Steel products", "钢材")),
    Line(
        "Unwrought copper and copper products", "10 kt", ("Unwrought copper and copper products", "未锻轧铜及铜材")
    ),
    Line("Mechanical and electrical products*", "", ("Mechanical and electrical products", "机电产品")),
    Line("Machine tools", "sets", ("Machine tools", "机床")),
    Line(
        "Computers and parts",
        "",
        ("Automatic data processing machines and parts thereof", "自动数据处理设备及其零部件"),
    ),
    Line(
        "Diodes and similar semiconductors",
        "100M pieces",
        ("Diodes and similar semiconductors", "二极管及类似半导体器件"),
    ),
    Line(
        "Integrated circuits", "100M pieces", ("Electronic integrated circuits", "Integrated circuits", "集成电路")
    ),
    Line(
        "Cars (incl. chassis)",
        "10k vehicles",
        (
            "Motor vehicles (including chassis fitted with engines)",
            "Motor vehicles (including chassis)",
            "汽车(包括底盘)",
        ),
    ),
    Line("Car parts", "", ("Parts and accessories of vehicle", "Parts and accessories of vehicles", "汽车零配件")),
    Line("Aircraft over 2 t", "aircraft", ("Aircraft of an unladen weight exceeding 2T", "空载重量超过2吨的飞机")),
    Line(
        "Flat panel display modules",
        "10k pieces",
        ("Flat panel display modules of liquid crystals", "液晶平板显示模组"),
    ),
    Line("Medical instruments", "", ("Medical or surgical instruments and apparatuses", "医疗仪器及器械")),
    Line(
        "High-tech products*",
        "",
        ("Hi-tech products", "High-tech products", "High and new-tech products", "高新技术产品"),
    ),
)
# Lines that every release of `data/` prints, so that a table without one of them has lost a row.
REQUIRED: Final = (
    "Grain (incl. soybeans)", "Soybeans", "Edible vegetable oil", "Iron ore", "Copper ore", "Coal and lignite",
    "Crude oil", "Refined oil products", "Natural gas",
)  # fmt: skip
_UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "10,000tons": "10 kt",
        "万吨": "10 kt",
        "ton": "t",
        "tons": "t",
        "吨": "t",
        "10,000cars": "10k vehicles",
        "10,000autos": "10k vehicles",
        "10,000vehicles": "10k vehicles",
        "万辆": "10k vehicles",
        "100millionpcs": "100M pieces",
        "100millionpieces": "100M pieces",
        "亿个": "100M pieces",
        "10,000pcs": "10k pieces",
        "10,000pieces": "10k pieces",
        "万个": "10k pieces",
        "10,000cbm": "10k m3",
        "万立方米": "10k m3",
        "set": "sets",
        "sets": "sets",
        "台": "sets",
        "craft": "aircraft",
        "crafts": "aircraft",
        "架": "aircraft",
    }
)
_MONEY: Final = "10k CNY"
_FACTORS: Final[Mapping[str, Decimal]] = MappingProxyType({"10k CNY": Decimal(1), "100M CNY": Decimal(10_000)})
_TENTHS: Final = (
    "Values with a note were printed in 100M CNY, and multiplied by 10,000: with one decimal, they are exact to "
    "±500 of their unit."
)
_NAME: Final = re.compile(r"Commodity|Commodities|商\s*品\s*名\s*称|商\s*品", re.IGNORECASE)
_UNIT: Final = re.compile(r"(?:(?:QTY|Quantity)\s*)?Units?|计\s*量\s*单\s*位|数量单位", re.IGNORECASE)
_MEASURES: Final[Mapping[str, str]] = MappingProxyType(
    {"quantity": "quantity", "qty": "quantity", "数量": "quantity", "value": "value", "金额": "value"}
)
_GROWTH: Final = re.compile(r"year.on.year|同比|比\s*(?:去|上)年|增减|±", re.IGNORECASE)
_LAST_YEAR: Final = re.compile(r"去年|上年|last\s+year|previous\s+year", re.IGNORECASE)
_YEAR: Final = re.compile(r"(?<!\d)(20\d{2})(?!\d)")
_THIS_MONTH: Final = re.compile(r"当月|本月|(?:this|current)\s+month", re.IGNORECASE)
_SUM: Final = re.compile(r"累计|本年|year\s+to\s+date|\btotal\b", re.IGNORECASE)
_NOTE: Final = re.compile(r"^(Notes?\b|注|\*|备注)", re.IGNORECASE)
# Printed growth rates agree with the printed levels to their rounding, and one in 595 misses it by 0.03 points.
_SLACK: Final = 0.05


@dataclass(frozen=True, slots=True)
class _Column:
    """What a column holds: quantity or value, of this year, of last or as growth, of the month or to date."""

    measure: str
    what: str
    to_date: bool

    @property
    def words(self) -> str:
        """What a sentence calls it."""
        period = "from January on" if self.to_date else "of the month"
        what = f"growth of {self.measure}" if self.what == "growth" else f"{self.measure} of {self.what}"
        return f"{what} {period}" if self.to_date else f"{what}, {period}"


def tables(path: Path) -> tuple[Table, ...]:
    """Return the rows for the dataset `gacc-commodities`, as far as they are printed: nothing is made up.

    Values are in 10k CNY, quantities in each line's unit; the print is "first" for this year's figures, and
    "reprint" for last year's that stand beside them. Raises SourceError if the table is not there or not of
    imports in yuan, if a column is displaced, a line is unknown, missing, twice or has another unit than before,
    a number is none, or if printed growth and levels disagree.
    """
    table = gacc.release(path, WANTED)
    if table.unit not in _FACTORS:
        right = "the one in yuan is expected, as the dataset gacc-commodities holds it"
        raise table.cells.fault(f"this is the table in {table.currency}", right)
    row, name, unit = _header(table)
    columns, odd_year = _columns(table, row, unit)
    lines = _lines(table, row + 2, name)
    units = {line: _quantity_unit(table, lines[line], unit, line) for line in lines}
    numbers = _numbers(table, lines, units, columns)
    agree = _check_growth(table, lines, columns, numbers)
    if odd_year and not agree:
        place, year = odd_year
        right = f"{table.year - 1} is expected, the year before that of the title"
        raise table.cells.fault(f"the header says {year}", right, row, place)
    records = tuple(
        _record(table, line, column, units[line], numbers)
        for line, column in numbers
        if column.what != "growth" and numbers[line, column]
    )
    return (
        Table(
            "gacc-commodities",
            records,
            table.released,
            table.released,
            table.address,
            _caveats(table, odd_year, columns),
            f"GACC, {table.title}",
        ),
    )


def _caveats(table: Release, odd_year: tuple[int, int] | None, columns: Mapping[_Column, int]) -> tuple[str, ...]:
    caveats = [_TENTHS] if table.unit != _MONEY else []
    caveats.append(gacc.NOT_CHECKED)
    if odd_year:
        caveats.append(
            f"The header says {odd_year[1]} of last year's figures; the printed growth shows that they are of "
            f"{table.year - 1}, as which they stand here."
        )
    if not any(column.what == "last year" for column in columns):
        caveats.append("This release prints growth rates without last year's figures.")
    return tuple(caveats)


def _header(table: Release) -> tuple[int, int, int]:
    """Return the upper row of the header, and the columns of names and units in it."""
    cells = table.cells
    for row, column, found in cells.find(_NAME):
        if row < table.top or found[0] != cells.text(row, column):
            continue
        unit = next(
            (c for c in range(column + 1, cells.columns) if _UNIT.fullmatch(gacc.label(cells, row, c))), None
        )
        if unit is None:
            right = "a column 'Quantity Unit' or '计量单位' is expected beside the names"
            raise cells.fault("there is no column of units", right, row)
        if row + 2 >= cells.rows:
            raise cells.fault("there is nothing below the header", "a row for each commodity is expected", row)
        return row, column, unit
    raise cells.fault("there is no header 'Commodity' or '商品名称'", "customs' table has one above the names")


def _columns(table: Release, row: int, unit: int) -> tuple[dict[_Column, int], tuple[int, int] | None]:
    """Return the columns, and the place and year of a header that names another year than the one before."""
    cells = table.cells
    groups = gacc.carried(cells, row, unit)
    columns: dict[_Column, int] = {}
    odd_year = None
    for column in range(unit + 1, cells.columns):
        below = gacc.label(cells, row + 1, column)
        if not below and all(cells.blank(other, column) for other in range(row, cells.rows)):
            continue
        measure = _MEASURES.get(re.sub(r"\s", "", below).lower())
        if measure is None:
            right = "'Quantity' or 'Value' ('数量', '金额') is expected"
            raise cells.fault(f"{cells.shown(row + 1, column)} stands in the header", right, row + 1, column)
        meant = _column(table, row, column, groups[column], measure)
        if meant in columns:
            problem = f"{meant.words} stands here and in column {column_name(columns[meant])}"
            raise cells.fault(problem, "each is expected once", row, column)
        columns[meant] = column
        year = _YEAR.search(groups[column])
        if meant.what == "last year" and year and int(year[1]) != table.year - 1:
            odd_year = odd_year or (column, int(year[1]))
    for measure in ("quantity", "value"):
        if (meant := _Column(measure, "this year", to_date=True)) not in columns:
            raise cells.fault(f"there is no column of {meant.words}", "customs' table has one", row)
    return columns, odd_year


def _column(table: Release, row: int, column: int, group: str, measure: str) -> _Column:
    year = _YEAR.search(group)
    is_growth = _GROWTH.search(group) is not None
    is_last = not is_growth and (_LAST_YEAR.search(group) is not None or (year and int(year[1]) != table.year))
    what = "growth" if is_growth else "last year" if is_last else "this year"
    words = _YEAR.sub("", group)
    months = gacc.to_date(words)
    month = months or gacc.one_month(words)
    if month is not None:
        gacc.check_month(table, month, row, column)
        return _Column(measure, what, months is not None)
    # Headers without months: last year's figures and the growth are of the months to date.
    if what != "this year" or (_SUM.search(group) and not _THIS_MONTH.search(group)):
        return _Column(measure, what, to_date=True)
    if _THIS_MONTH.search(group):
        return _Column(measure, what, to_date=False)
    right = f"a header like '{table.month}' or '1-{table.month} Total' is expected"
    raise table.cells.fault(f"'{group}' does not say which months it means", right, row, column)


def _lines(table: Release, first: int, column: int) -> dict[Line, int]:
    """Return the row of each line."""
    cells = table.cells
    known = {_key(printed): line for line in LINES for printed in line.printed}
    lines: dict[Line, int] = {}
    for row in range(first, cells.rows):
        printed = gacc.label(cells, row, column)
        if _NOTE.match(printed):
            break
        if not printed:
            if any(not cells.blank(row, other) for other in range(column + 1, cells.columns)):
                right = "the name of a commodity is expected before its numbers"
                raise cells.fault("numbers stand in a row without a name", right, row, column)
            continue
        line = known.get(_key(printed))
        if line is None:
            near = gacc.near(printed, [name for line in LINES for name in line.printed])
            right = f"the nearest known is '{near}', and a new one must be added to the reader first"
            raise cells.fault(f"the commodity '{printed}' is unknown", right, row, column)
        if line in lines:
            right = "each commodity is expected once"
            raise cells.fault(f"'{printed}' stands in row {lines[line] + 1} already", right, row, column)
        lines[line] = row
    there = {line.name for line in lines}
    for name in REQUIRED:
        if name not in there:
            printed = next(line.printed[0] for line in LINES if line.name == name)
            raise cells.fault(f"the row of {name} is missing", f"a row '{printed}' is expected")
    return lines


def _key(printed: str) -> str:
    """Return a name without what differs from release to release: spaces, width of brackets, stars, capitals."""
    plain = printed.replace("（", "(").replace("）", ")").replace("，", ",")
    return re.sub(r"[\s*＊]", "", plain).casefold()


def _quantity_unit(table: Release, row: int, column: int, line: Line) -> str:
    cells = table.cells
    text = gacc.label(cells, row, column)
    if not line.unit and (not text or gacc.is_dash(text)):
        return ""
    right = f"{line.name} is expected in {line.unit or 'values alone (-)'}, as in the releases before"
    if re.fullmatch(r"[-\d.,\s]+", text) and not gacc.is_dash(text):
        right = "a unit is expected there: the columns are displaced"
        raise cells.fault(f"the number {text} stands among the units", right, row, column)
    unit = _UNITS.get(re.sub(r"\s", "", text).lower())
    if unit != line.unit:
        what = f"the unit is {cells.shown(row, column)}" if text else "there is no unit"
        raise cells.fault(what, right, row, column)
    return unit


def _numbers(
    table: Release, lines: Mapping[Line, int], units: Mapping[Line, str], columns: Mapping[_Column, int]
) -> dict[tuple[Line, _Column], str]:
    numbers: dict[tuple[Line, _Column], str] = {}
    for line, row in lines.items():
        for what, column in columns.items():
            if what.measure == "quantity" and not units[line]:
                if not table.cells.blank(row, column) and not gacc.is_dash(table.cells.text(row, column)):
                    right = f"{line.name} has no quantity, so that a dash is expected"
                    raise table.cells.fault(f"{table.cells.shown(row, column)} stands there", right, row, column)
                continue
            right = f"{line.name}: {what.words} is expected there"
            numbers[line, what] = gacc.number(table.cells, row, column, right, signed=what.what == "growth")
        value = _Column("value", "this year", to_date=True)
        if not numbers[line, value]:
            right = f"{line.name} must have a value"
            raise table.cells.fault("a dash stands there", right, row, columns[value])
    return numbers


def _check_growth(
    table: Release,
    lines: Mapping[Line, int],
    columns: Mapping[_Column, int],
    numbers: Mapping[tuple[Line, _Column], str],
) -> bool:
    """Return whether printed growth confirms last year's figures; raises SourceError where it contradicts them."""
    checked = False
    for measure in ("quantity", "value"):
        now, last, growth = (_Column(measure, what, to_date=True) for what in ("this year", "last year", "growth"))
        used = [gacc.decimals([numbers.get((line, column), "") for line in lines]) for column in (now, last)]
        steps = [0.5 * 10.0**-digits for digits in used]
        for line, row in lines.items():
            level, base, rate = (numbers.get((line, column), "") for column in (now, last, growth))
            # A level of a few steps says nothing of growth.
            if not (level and base and rate) or float(base) <= 20 * steps[1]:
                continue
            low = ((float(level) - steps[0]) / (float(base) + steps[1]) - 1) * 100
            high = ((float(level) + steps[0]) / (float(base) - steps[1]) - 1) * 100
            if not low - 0.05 - _SLACK <= float(rate) <= high + 0.05 + _SLACK:
                right = (
                    f"{level} against {base} is {(low + high) / 2:.1f} %: a column is displaced or a number wrong"
                )
                raise table.cells.fault(f"the growth of {line.name} is {rate} %", right, row, columns[growth])
            checked = True
    return checked


def _record(
    table: Release, line: Line, column: _Column, unit: str, numbers: Mapping[tuple[Line, _Column], str]
) -> Record:
    is_first = column.what == "this year"
    year = table.year if is_first else table.year - 1
    frequency, period = table.periods(table.month, to_date=column.to_date, year=year)
    value, is_money = numbers[line, column], column.measure == "value"
    growth = numbers.get((line, _Column(column.measure, "growth", column.to_date)), "") if is_first else ""
    factor = _FACTORS[table.unit] if is_money else Decimal(1)
    return {
        "commodity": line.name,
        "measure": column.measure,
        "currency": table.currency if is_money else "",
        "frequency": frequency,
        "period": period,
        "value": gacc.scaled(value, factor),
        "unit": _MONEY if is_money else unit,
        "yoy_published_pct": growth,
        "print": "first" if is_first else "reprint",
        "grade": "primary",
        "source_id": "",
        "note": "" if factor == 1 else "printed in 100M CNY, multiplied by 10,000",
    }
