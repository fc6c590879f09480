"""Find a table of China's customs (GACC) in a file, and read what its title, unit and headers say.

GACC publishes each table as a page in English or Chinese, or as a workbook of the old format; a reader may have
saved it as a page, as XLSX or as CSV. Titles, units and headers are found by their words, never by their place.
"""

import calendar
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Final

from onewaytrade import nearest
from onewaytrade.errors import SourceError
from onewaytrade.sources.cpb import MONTH_NAMES
from onewaytrade.sources.safe import Cells, column_name, csv_cells, kind, page, read, workbook
from onewaytrade.sources.values import shortest

PUBLISHER: Final = "GACC"
# For layouts that are known from descriptions or copies, and on whose originals no reader was ever run.
NOT_CHECKED: Final = "The reader of this file's layout was not checked against an original of GACC's."

# Units as printed: as `data/` spells them, and what to multiply by where it has another one.
_UNITS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "cny100million": ("100M CNY", "1"),
        "亿元": ("100M CNY", "1"),
        "亿元人民币": ("100M CNY", "1"),
        "cny10000": ("10k CNY", "1"),
        "cny10thousand": ("10k CNY", "1"),
        "万元": ("10k CNY", "1"),
        "万元人民币": ("10k CNY", "1"),
        "usd100million": ("bn USD", "0.1"),
        "亿美元": ("bn USD", "0.1"),
        "usd1million": ("M USD", "1"),
        "usdmillion": ("M USD", "1"),
        "百万美元": ("M USD", "1"),
        "usd1000": ("k USD", "1"),
        "usdthousand": ("k USD", "1"),
        "千美元": ("k USD", "1"),
    }
)
_FLOWS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "export&import": "total",
        "exports&imports": "total",
        "import&export": "total",
        "imports&exports": "total",
        "进出口": "total",
        "export": "exports",
        "exports": "exports",
        "出口": "exports",
        "import": "imports",
        "imports": "imports",
        "进口": "imports",
    }
)
FLOWS: Final = ("total", "exports", "imports")
_UNIT: Final = re.compile(r"(?:Unit|单位)\s*[:：∶]\s*(?P<unit>[^;；)）]+)", re.IGNORECASE)
_MONTH: Final = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_ENGLISH_DATE: Final = re.compile(
    rf"\b(?P<first>{_MONTH})\.?(?:\s*(?:[-–—]|to)\s*(?P<last>{_MONTH})\.?)?,?\s+(?P<year>\d{{4}})", re.IGNORECASE
)
_CHINESE_DATE: Final = re.compile(
    r"(?P<year>\d{4})\s*年\s*(?P<first>\d{1,2})\s*月?(?:\s*[-–—~～至]\s*(?P<last>\d{1,2}))?\s*月"
)
_CURRENCIES: Final[Mapping[str, str]] = MappingProxyType(
    {"CNY": "CNY", "RMB": "CNY", "USD": "USD", "人民币": "CNY", "美元": "USD"}
)
_DAY: Final = re.compile(r"(?<!\d)(20\d{2})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
# "1-to-2", "1- to-3", "1-5 Total", "1至5月", "1—5月累计".
_TO_DATE: Final = re.compile(
    r"(?<!\d)1\s*月?\s*(?:[-–—~～至]|to)[-–—\s]*(?:to[-–—\s]*)?(?P<month>\d{1,2})(?!\d)", re.IGNORECASE
)
_ONE_MONTH: Final = re.compile(r"(?<![\d至])(?P<month>\d{1,2})(?:\s*月|$)")
_TITLE_ROWS: Final = 8
_DASHES: Final = frozenset({"-", "–", "—", "--", "－"})


@dataclass(frozen=True, slots=True)
class Kind:
    """A table that a reader wants: the words of its title, what it is called, whether its title names months."""

    title: re.Pattern[str]
    name: str
    dated: bool = True


@dataclass(frozen=True, slots=True)
class Release:
    """One table of one release.

    `year` and `month` are the last that the title names, 0 if it names none; `unit` is that of money, as `data/`
    spells it, and `scale` what printed numbers are multiplied by to be in it; `currency` is an ISO code;
    `released` the page's date (ISO), None if it gives none; `top` the first row below title and unit; `address`
    where the page was saved from, "" if it does not say; `is_page` tells a page from a workbook or CSV file.
    """

    cells: Cells
    title: str
    year: int
    month: int
    unit: str
    scale: Decimal
    currency: str
    released: str | None
    top: int
    address: str
    is_page: bool

    @property
    def chinese(self) -> bool:
        """Whether the title is in Chinese."""
        return is_chinese(self.title)

    def money(self, value: str) -> str:
        """Return a printed amount in `unit`, "" for none."""
        return scaled(value, self.scale)

    def periods(self, month: int, *, to_date: bool, year: int | None = None) -> tuple[str, str]:
        """Return frequency and period, as `data/` spells them; a year to date that is complete is a year."""
        year = year or self.year
        if not to_date:
            return "monthly", f"{year}-{month:02d}"
        return ("annual", f"{year}") if month == 12 else ("ytd", f"{year}-01..{year}-{month:02d}")


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds: values or growth, in a month or from January on; `flow` is "" where rows tell it."""

    flow: str
    growth: bool
    to_date: bool

    @property
    def words(self) -> str:
        """What a sentence calls it."""
        what = f"the growth of {self.flow or 'values'}" if self.growth else self.flow or "values"
        return f"{what} {'from January on' if self.to_date else 'of the month'}"


def release(path: Path, wanted: Kind) -> Release:
    """Return the wanted table of the file at `path`, with what its title says.

    Raises SourceError if the file is none that is read, is a page of scripts as GACC sends to programs, holds
    another table, or if the title's months, its currency and the unit are missing or disagree.
    """
    tables, texts, address = _open(path)
    found = [(cells, title) for cells in tables if (title := _title(cells, wanted, texts))]
    if not found:
        raise _no_table(path, wanted, tables, texts)
    if len(found) > 1:
        names = ", ".join(cells.name for cells, _ in found)
        raise SourceError(f"{path.name}: several tables have this title ({names}); one file for each is expected.")
    cells, title = found[0]
    year, month = _months(cells, title, wanted)
    (unit, scale), unit_row = _unit(cells, texts)
    currency = unit.rpartition(" ")[2]
    stated = next((code for word, code in _CURRENCIES.items() if word in title.upper()), currency)
    if stated != currency:
        raise cells.fault(
            f"the title says {stated} and the unit is {unit}",
            "both must name the same currency, as on GACC's page",
        )
    title_row = next((row for row, _, found in cells.find(wanted.title) if row < _TITLE_ROWS), -1)
    released = _released(cells, texts, year, month)
    top = max(title_row, unit_row) + 1
    return Release(cells, title, year, month, unit, Decimal(scale), currency, released, top, address, bool(texts))


def is_dash(text: str) -> bool:
    """Return whether the text is the dash that GACC prints where there is no figure."""
    return text in _DASHES


def label(cells: Cells, row: int, column: int) -> str:
    """Return a header or name in one line: of a whole number its digits, "" for an empty cell."""
    cell = cells.cells[row, column]
    if isinstance(cell, int | float) and not isinstance(cell, bool) and float(cell).is_integer():
        return str(int(cell))
    return " ".join(cells.text(row, column).split())


def is_chinese(text: str) -> bool:
    """Return whether there is a Chinese character in the text."""
    return re.search(r"[\u4e00-\u9fff]", text) is not None


def flow(text: str) -> str:
    """Return the flow of a header like "Export & Import" or "出口", "" if it is no such header."""
    return _FLOWS.get(re.sub(r"\s", "", text).lower().replace("and", "&"), "")


def scaled(value: str, factor: Decimal) -> str:
    """Return a number times a factor, exactly; "" for none."""
    return shortest(float(Decimal(value) * factor)) if value and factor != 1 else value


def number(cells: Cells, row: int, column: int, right: str, *, signed: bool) -> str:
    """Return the cell's number in its shortest form, "" for the dash that GACC prints where there is none.

    Raises SourceError, with what would be `right`, for what is no number, and for one below 0 that is not
    `signed`: growth is, quantities and values are not.
    """
    if is_dash(cells.text(row, column)):
        return ""
    found = float(cells.number(row, column, right))
    if found < 0 and not signed:
        raise cells.fault(f"{cells.shown(row, column)} is below 0", right, row, column)
    return shortest(found)


def to_date(text: str) -> int | None:
    """Return the last month of a header like "1-to-3" or "1至3月", None if it is no such header."""
    found = _TO_DATE.search(text)
    return int(found["month"]) if found else None


def one_month(text: str) -> int | None:
    """Return the month of a header like "3" or "3月", None if it is no such header."""
    found = None if _TO_DATE.search(text) else _ONE_MONTH.search(text)
    return int(found["month"]) if found else None


def carried(cells: Cells, row: int, first: int) -> list[str]:
    """Return the headers of a row, each carried on to the right over the empty cells of its merged range."""
    headers: list[str] = []
    for column in range(cells.columns):
        text = label(cells, row, column)
        headers.append(text or (headers[-1] if headers and column > first else ""))
    return headers


def check_month(table: Release, month: int, row: int, column: int) -> int:
    """Return the month of a header, if it is the one that the title names; else raises SourceError."""
    if month != table.month:
        right = f"{table.month} is expected, the month of the title '{table.title}'"
        raise table.cells.fault(f"the header names month {month}", right, row, column)
    return month


def note_column(table: Release, columns: dict[Column, int], what: Column, row: int, column: int) -> None:
    """Note where a column is; raises SourceError if another one holds the same."""
    if what in columns:
        problem = f"{what.words} stand here and in column {column_name(columns[what])}"
        raise table.cells.fault(problem, "each is expected once", row, column)
    columns[what] = column


def decimals(values: Sequence[str]) -> int:
    """Return the most digits after the point in any of the numbers."""
    return max((len(value.partition(".")[2]) for value in values), default=0)


def check_sum(table: Release, row: int, column: int, total: str, exports: str, imports: str, digits: int) -> None:
    """Raise SourceError unless exports and imports add up to the total, each rounded to so many digits."""
    tolerance = 1.5 * 10.0**-digits + 1e-9 * abs(float(total))
    if abs(float(exports) + float(imports) - float(total)) > tolerance * (1 + 1e-9):
        problem = f"exports of {exports} and imports of {imports} do not add up to the total of {total}"
        raise table.cells.fault(problem, "a column is displaced or a number is wrong", row, column)


def near(name: str, known: Sequence[str]) -> str:
    """Return the known name that is spelled most alike."""
    return nearest.nearest(name, known)


# --- opening --------------------------------------------------------------------------------------------------


def _open(path: Path) -> tuple[list[Cells], list[str], str]:
    """Return the file's tables, the texts around them (a page's title and words), and a page's address."""
    match kind(read(path)):
        case "workbook" | "old workbook":
            return list(workbook(path).values()), [], ""
        case "page":
            opened = page(path)
            if opened.scripted:
                raise SourceError(
                    f"{path.name}: this is the page of scripts that GACC sends to programs in place of the table; "
                    "open the address in a browser, save the page from there, and add that file."
                )
            return list(opened.tables), [opened.title, opened.text], opened.address
        case _:
            return [csv_cells(path)], [], ""


def _title(cells: Cells, wanted: Kind, texts: Sequence[str]) -> str:
    """Return the wanted title from the table's first rows, else from the page's title, "" if it is in neither."""
    for text in _first_texts(cells):
        if wanted.title.search(text):
            return text
    # A page's own title speaks for its table only where that is a table of numbers, not one of the page's frame.
    if texts and wanted.title.search(texts[0]) and cells.rows > _TITLE_ROWS and cells.columns > 3:
        return " ".join(texts[0].split())
    return ""


def _first_texts(cells: Cells) -> Iterator[str]:
    for row in range(min(_TITLE_ROWS, cells.rows)):
        for column in range(cells.columns):
            if text := " ".join(cells.text(row, column).split()):
                yield text


def _no_table(path: Path, wanted: Kind, tables: Sequence[Cells], texts: Sequence[str]) -> SourceError:
    there = [next(_first_texts(cells), "an empty table") for cells in tables]
    shown = "; ".join(f"'{text[:80]}'" for text in (there or [text for text in texts[:1] if text])[:3])
    problem = f"the table is not there, only {shown}" if shown else "there is no table in it"
    return SourceError(f"{path.name}: {problem}; {wanted.name} is expected.")


def _months(cells: Cells, title: str, wanted: Kind) -> tuple[int, int]:
    """Return the year and the last month that the title names, zeros if it names none and need not."""
    right = "a title with its months, like 'January-February 2025' or '2025年1至2月', is expected"
    found = _CHINESE_DATE.search(title) or _ENGLISH_DATE.search(title)
    if not found:
        if not wanted.dated:
            return 0, 0
        raise cells.fault(f"the title '{title}' names no months", right)
    first = _month(found["first"])
    last = _month(found["last"]) if found["last"] else first
    if not 1 <= first <= last <= 12 or (first == last and found["last"]):
        raise cells.fault(f"the months of the title '{title}' are out of order", right)
    if first not in {1, last}:
        raise cells.fault(f"the months of the title '{title}' do not begin with January", right)
    return int(found["year"]), last


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return next(i for i, name in enumerate(MONTH_NAMES, start=1) if name.lower().startswith(text[:3].lower()))


def _unit(cells: Cells, texts: Sequence[str]) -> tuple[tuple[str, str], int]:
    """Return the unit of money with its factor, and its row, -1 where only the words of the page state it."""
    right = "a unit like 'Unit: CNY 100 Million' or '单位：亿元人民币' is expected"
    for row, column, found in cells.find(_UNIT):
        if row >= _TITLE_ROWS:
            break
        if unit := _UNITS.get(re.sub(r"[\s,，]", "", found["unit"]).lower()):
            return unit, row
        raise cells.fault(f"the unit '{found['unit'].strip()}' is unknown", right, row, column)
    for text in texts:
        for found in _UNIT.finditer(text):
            # In a page's words the unit runs on into what follows, so that only its beginning can be compared.
            words = re.sub(r"[\s,，]", "", found["unit"]).lower()
            if name := max((name for name in _UNITS if words.startswith(name)), key=len, default=""):
                return _UNITS[name], -1
    raise cells.fault("no unit is stated", right)


def _released(cells: Cells, texts: Sequence[str], year: int, month: int) -> str | None:
    """Return the first date after the months covered, of the page's words or else of the table's first rows."""
    end = dt.date(year, month, calendar.monthrange(year, month)[1]) if year else dt.date.min
    for text in (*texts[1:], *_first_texts(cells)):
        for found in _DAY.finditer(text):
            try:
                day = dt.date(*map(int, found.groups()))
            except ValueError:
                continue
            if day > end:
                return day.isoformat()
    return None
