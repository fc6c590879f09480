"""Make small files in the layouts of GACC's tables, as page, XLSX or CSV, and break them."""

import csv
from collections.abc import Callable
from html import escape
from pathlib import Path

from sources import workbook as book

Grid = book.Grid
Change = Callable[[Grid], None]
FORMATS = ("html", "xlsx", "csv", "csv in GB 18030")


def write(folder: Path, rows: Grid, form: str = "html", released: str = "2025/06/09") -> Path:
    """Write the rows as `made.html`, `made.xlsx` or `made.csv`; only a page says when it was released."""
    path = folder / f"made.{form[:4].rstrip()}"
    if form == "html":
        lines = "".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in rows)
        path.write_text(
            "<html><head><meta charset='utf-8'><title>GACC</title><script>gtag('js', 2025/01/01);</script></head>"
            "<body><table><tr><td>Home</td><td>Statistics</td></tr></table>"
            f"<div class='atcl-date'>{released}</div><table>{lines}</table></body></html>",
            encoding="utf-8",
        )
    elif form == "xlsx":
        book.write(path, {"Sheet1": rows, "Sheet2": [["notes"]]}, "A1:B2")
    else:
        encoding = "gb18030" if "GB" in form else "utf-8-sig"
        with path.open("w", encoding=encoding, newline="") as stream:
            csv.writer(stream).writerows(
                [["" if cell is None else _printed(cell) for cell in row] for row in rows]
            )
    return path


def _cell(cell: book.Cell) -> str:
    return f"<td align='right'><span>{escape('' if cell is None else _printed(cell))}&nbsp;</span></td>"


def _printed(cell: str | float) -> str:
    return cell if isinstance(cell, str) else f"{cell:,}"


def put(row: int, column: int, cell: book.Cell) -> Change:
    def change(rows: Grid) -> None:
        rows[row][column] = cell

    return change


def drop(row: int) -> Change:
    return lambda rows: rows.__delitem__(row)


def twice(row: int) -> Change:
    return lambda rows: rows.insert(row + 1, list(rows[row]))


def shift_header(rows: Grid, header: range) -> None:
    """Move the headers right of the first column by one, as when a cell was inserted above the numbers."""
    for row in header:
        rows[row].insert(1, None)
