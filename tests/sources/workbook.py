"""Make small workbooks in the layout of CPB's, and break them: a zip with XML of our own, inline strings."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from onewaytrade.sources import cpb

Cell = str | float | None
Grid = list[list[Cell]]

CODES = [*(("tgz", "w1", "qnmi"), *((f, r, "qnmi") for f in ("mgz", "xgz") for r in cpb.REGIONS))]
CODES += [*(("tgz", "w1", "pdmi"), *((f, r, "pdmi") for f in ("mgz", "xgz") for r in cpb.REGIONS))]
LABELS = {"tgz": "World trade", "mgz": "World imports", "xgz": "World exports"}
MONTHS = ("2021m11", "2021m12", "2022m01")
# Rows and columns of the sheet, counted from 0.
DATE, HEADER, FIRST_SERIES, LABEL, CODE, VALUE, FIRST_MONTH = 3, 3, 7, 1, 2, 3, 5


def grid(base_year: int = 2021, months: Sequence[str] = MONTHS) -> Grid:
    """Return the cells of a sheet: the index of series n in month m is 100 + n + m / 10."""
    width = FIRST_MONTH + len(months)
    rows: Grid = [[None] * width for _ in range(FIRST_SERIES)]
    rows[0][LABEL] = "CPB WORLD TRADE MONITOR"
    rows[1][LABEL] = f"Merchandise world trade, fixed base {base_year}=100"
    rows[DATE][LABEL] = "21 March 2022  09:08:58"
    rows[HEADER][FIRST_MONTH:] = list(months)
    rows[5][LABEL], rows[5][VALUE] = "Volumes, seasonally adjusted", f"Values {base_year}, usd bln"
    for number, (flow, region, measure) in enumerate(CODES):
        if (flow, measure) == ("tgz", "pdmi"):
            rows += [[None] * width, [None, "Prices / unit values in usd", *[None] * (width - 2)]]
        label = LABELS[flow] if region == "w1" else cpb.REGIONS[region].replace("excluding", "excl")
        value = 1000.5 + number if measure == "qnmi" else None
        numbers = [100 + number + month / 10 for month in range(len(months))]
        rows.append([None, label, f"{flow}_{region}_{measure}_sn", value, None, *numbers])
    rows += [[None] * width, [None, "Prices / unit values in usd", *[None] * (width - 2)]]
    rows.append([None, "Fuels (HWWI)", "hfl_w1_pdmi_nn", None, None, *[50.0] * len(months)])
    return rows


def row_of(rows: Grid, code: str) -> int:
    """Return where the series stands, counted from 0."""
    return next(number for number, row in enumerate(rows) if row[CODE] == code)


def write(path: Path, sheets: Mapping[str, Grid], dimension: str | None = None) -> Path:
    """Write the sheets; `dimension` is what each declares of its size, true or not.

    Each sheet also names a drawing that is not in the file, as some of CPB's do.
    """
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    spread = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numbers = range(1, len(sheets) + 1)
    listed = "".join(
        f'<sheet name="{n}" sheetId="{i}" r:id="r{i}"/>' for i, n in zip(numbers, sheets, strict=True)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{spread}.sheet.main+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{spread}.worksheet+xml"/>'
            for i in numbers
        )
        + "</Types>",
        "_rels/.rels": _relations(package, [("r1", f"{office}/officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            package, [(f"r{i}", f"{office}/worksheet", f"worksheets/sheet{i}.xml") for i in numbers]
        ),
    }
    size = f'<dimension ref="{dimension}"/>' if dimension else ""
    for number, rows in zip(numbers, sheets.values(), strict=True):
        lines = "".join(_line(position, cells) for position, cells in enumerate(rows, start=1))
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{main}" xmlns:r="{office}">{size}<sheetData>{lines}</sheetData>'
            '<drawing r:id="r1"/></worksheet>'
        )
        parts[f"xl/worksheets/_rels/sheet{number}.xml.rels"] = _relations(
            package, [("r1", f"{office}/drawing", "../drawings/drawing1.xml")]
        )
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{text}')
    return path


def _relations(package: str, entries: Sequence[tuple[str, str, str]]) -> str:
    lines = "".join(f'<Relationship Id="{i}" Type="{kind}" Target="{target}"/>' for i, kind, target in entries)
    return f'<Relationships xmlns="{package}/relationships">{lines}</Relationships>'


def _line(position: int, cells: Sequence[Cell]) -> str:
    return (
        f'<row r="{position}">{"".join(_cell(position, column, cell) for column, cell in enumerate(cells))}</row>'
    )


def _cell(position: int, column: int, cell: Cell) -> str:
    if cell is None:
        return ""
    place = f"{cpb.column_name(column)}{position}"
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    return f'<c r="{place}"><v>{cell!r}</v></c>'
