"""Open files from elsewhere as cells, without running or following anything that they hold.

A file is measured before it is read and read once; what is checked is what is parsed. A workbook is looked into as
the zip archive that it is, and only the parts that hold values are handed on: no macro, drawing, external link,
formula or connection ever reaches the reader. Scripts of a page are dropped. Whatever breaks a bound is a
SourceError that says which.
"""

import csv
import io
import json
import math
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
from python_calamine import CalamineError, CalamineWorkbook

from onewaytrade.errors import SourceError

# The bounds are some twenty times what the largest of the publishers' files need (CPB's workbooks: 0.4 MB packed,
# 1.6 MB unpacked, 15 parts; GACC's page: 0.03 MB).
FILE_MB = 20
PAGE_MB = 2
UNPACKED_MB = 100
PARTS = 500
RATIO = 200
CELLS = 2_000_000
DEPTH = 32

_MB = 1_000_000
# Below this size a part may be packed as tightly as it likes: it cannot grow into harm.
_SMALL = 1_000_000
# What a workbook says in words, over all its cells: a long text that many cells share is held once in the file,
# and once for each cell in memory.
_WORDS_MB = 200
_PACKINGS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1
_VALUES = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/[^/]+\.xml|xl/_rels/[^/]+\.rels|xl/worksheets/[^/]+\.xml"
)
_DECLARATION = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,4})([0-9]{1,9})["']""")
_SHARED = re.compile(rb"""\bt\s*=\s*["']s["']""")
_STRING = re.compile(rb"<(?:\w+:)?si\b.*?</(?:\w+:)?si>", re.DOTALL)
_NUMBER = re.compile(r"[-+−]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?|[-+−]?\.[0-9]+")
_WESTERN = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?(iso-8859-1|windows-1252)\b""", re.IGNORECASE)
# Browsers write this comment, with the address's length, above a page that they save.
_SAVED_FROM = re.compile(r"saved from url=\(\d{4}\)(?P<address>https?://\S{1,400})")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"


class Cells:
    """One table as cells, and sentences that say where in it something is wrong.

    `name` says file and sheet or table in words; `cells` is a 2-D object array in the order of the table, from its
    first row and column on: None for an empty cell, else str, float, int, bool or a date. Only the first cell of
    a merged range holds its text.
    """

    def __init__(self, name: str, cells: np.ndarray) -> None:
        self.name = name
        self.cells = cells
        self.rows, self.columns = cells.shape

    def text(self, row: int, column: int) -> str:
        """Return the cell's text, without white space at its ends; "" if it holds none."""
        cell = self.cells[row, column]
        return cell.strip() if isinstance(cell, str) else ""

    def find(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, int, re.Match[str]]]:
        """Yield row, column and match of every text cell in which `pattern` is found."""
        for row in range(self.rows):
            for column in range(self.columns):
                if found := pattern.search(self.text(row, column)):
                    yield row, column, found

    def blank(self, row: int, column: int) -> bool:
        """Return whether the cell holds nothing, or nothing but white space."""
        return _blank(self.cells[row, column])

    def shown(self, row: int, column: int) -> str:
        """Return the cell as a sentence names it: text in quotes, cut where it is long."""
        cell = self.cells[row, column]
        if _blank(cell):
            return "an empty cell"
        if not isinstance(cell, str):
            return f"{cell}"
        text = " ".join(cell.split())
        return f"'{text if len(text) <= 60 else text[:57] + '…'}'"

    def number(self, row: int, column: int, right: str = "a number is expected there") -> str:
        """Return the cell's number in its shortest form ("65363.6"), whether it stands as a number or as text.

        Text may group digits by commas ("65,363.6"). Raises SourceError, with what would be `right`, for anything
        else, an empty cell included.
        """
        cell = self.cells[row, column]
        if isinstance(cell, str) and _NUMBER.fullmatch(written := cell.strip()):
            cell = float(written.replace(",", "").replace("−", "-"))
        if isinstance(cell, bool) or not isinstance(cell, int | float) or not math.isfinite(cell):
            raise self.fault(f"{self.shown(row, column)} stands where a number belongs", right, row, column)
        # Adding 0.0 turns −0 into 0.
        return repr(float(cell) + 0.0)

    def fault(self, problem: str, right: str, row: int | None = None, column: int | None = None) -> SourceError:
        """Return the error that says what is wrong, where, and what would be right."""
        where = self.name
        where += "" if row is None else f", row {row + 1}"
        where += "" if column is None else f", column {column_name(column)}"
        return SourceError(f"{where}: {problem}; {right}.")


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it would be read without running it: its title, all its text, and its tables.

    `scripted` says that the page has scripts and hardly a word beside them, as publishers send it to programs;
    `address` is where a browser says that it saved the page from, "" if it does not.
    """

    title: str
    text: str
    tables: tuple[Cells, ...]
    scripted: bool
    address: str


def read(path: Path, limit_mb: float = FILE_MB, right: str = "a table of data is expected") -> bytes:
    """Return the file's bytes.

    Raises SourceError if it is missing, no ordinary file, empty, or larger than `limit_mb` (10^6 bytes each),
    which is found out before it is read; `right` says what is expected in its place.
    """
    name = path.name
    if not path.exists():
        raise SourceError(f"{name}: there is no such file in {path.parent}; {right} there.")
    if not path.is_file():
        raise SourceError(f"{name}: this is a folder or a device, not a file; {right}.")
    limit = int(limit_mb * _MB)
    too_large = SourceError(
        f"{name}: the file is larger than {limit_mb:g} MB, and was not read; {right}, of a size that is usual."
    )
    if path.stat().st_size > limit:
        raise too_large
    try:
        with path.open("rb") as stream:
            content = stream.read(limit + 1)
    except OSError as error:
        raise SourceError(f"{name}: the file cannot be opened ({error.strerror}); {right}.") from error
    if not content:
        raise SourceError(f"{name}: the file is empty; {right}.")
    if len(content) > limit:
        raise too_large
    return content


def column_name(column: int) -> str:
    """Return the spreadsheet's letters for a column counted from 0: 0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def kind(content: bytes) -> str:
    """Return what a file's first bytes say that it is: "workbook", "old workbook", "page", "json" or "text"."""
    start = content[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    if content.startswith(_ZIP):
        return "workbook"
    if content.startswith(_OLD_OFFICE):
        return "old workbook"
    if start.startswith(b"<"):
        return "page"
    return "json" if start.startswith((b"{", b"[")) else "text"


def workbook(path: Path, limit_mb: float = FILE_MB) -> dict[str, Cells]:
    """Return the sheets of an XLSX workbook by name: values only, of a formula the one saved with it.

    The size that a sheet declares is not believed: each is read to its last cell. Raises SourceError if the file
    is no such workbook, is encrypted, names parts outside itself, has an XML part with a document type or
    entities, or would unpack into more than the bounds of this module.
    """
    right = "a workbook (.xlsx) is expected"
    content = read(path, limit_mb, right)
    found = kind(content)
    if found == "old workbook":
        raise SourceError(
            f"{path.name}: this is a workbook of the old format (.xls) or with a password, which is not opened; "
            "save it as .xlsx without a password, or as CSV."
        )
    if found == "page":
        raise SourceError(f"{path.name}: this is a page (HTML or XML) in place of a workbook; {right}.")
    values = _only_values(path.name, content)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(values)) as book:
            return {
                sheet: Cells(
                    f"{path.name}, sheet {sheet}",
                    _array(book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)),
                )
                for sheet in book.sheet_names
            }
    except (CalamineError, OSError, ValueError, KeyError) as error:
        raise SourceError(f"{path.name}: the file cannot be read as a workbook; {right}.") from error


def csv_cells(path: Path, limit_mb: float = FILE_MB) -> Cells:
    """Return the cells of a CSV file as text, whichever of comma, semicolon and tab stands between them.

    The encoding is UTF-8, or GB 18030 as Chinese offices save it. Raises SourceError if the file is no text in
    these encodings, or a quotation is left open.
    """
    content = read(path, limit_mb, "a CSV file is expected")
    if (found := kind(content)) not in {"text", "json"}:
        raise SourceError(f"{path.name}: this is a {found}, not text; a CSV file is expected.")
    text = _decoded(path.name, content)
    parsed: dict[str, list[list[str]]] = {}
    for delimiter in "\t;,":
        try:
            parsed[delimiter] = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        except csv.Error as error:
            fault = error
    if not parsed:
        raise SourceError(
            f"{path.name}: the text cannot be read as CSV ({fault}); quotation marks must be closed, and a comma, "
            "semicolon or tab must stand between cells."
        )
    rows = max(parsed.values(), key=_usual_width)
    if sum(map(len, rows)) > CELLS or len(rows) * max(map(len, rows), default=0) > CELLS:
        raise SourceError(f"{path.name}: there are more than {CELLS:,} cells; a smaller table is expected.")
    return Cells(path.name, _array(rows))


def page(path: Path, limit_mb: float = PAGE_MB) -> Page:
    """Return the title, the text and the tables of an HTML page; its scripts are dropped.

    Spans of rows and columns are resolved, so that every cell stands in its column. Raises SourceError if the file
    is no text (UTF-8, GB 18030 or what its meta element names of these), or spans make a table too large.
    """
    content = read(path, limit_mb, "an HTML page is expected")
    if (found := kind(content)) != "page":
        raise SourceError(f"{path.name}: this is {_a(found)}, not a page; an HTML page is expected.")
    parser = _Reader(path.name)
    try:
        parser.feed(_decoded(path.name, content))
        # What the parser keeps back is text, or a tag or comment without an end. Over the latter its `close` would
        # toil for hours, and a page that ends so has lost its rest.
        if "<" in parser.rawdata:
            raise SourceError(f"{path.name}: the page breaks off within a tag; the whole page is expected.")
        parser.close()
    except AssertionError as error:
        problem = f"the page cannot be read ({error})"
        raise SourceError(f"{path.name}: {problem}; an HTML page is expected.") from error
    text = " ".join("".join(parser.words).split())
    tables = tuple(
        Cells(f"{path.name}, table {number}", cells) for number, cells in enumerate(parser.tables, start=1)
    )
    scripted = parser.scripts > 0 and not tables and len(text) < 200
    return Page(" ".join("".join(parser.title).split()), text, tables, scripted, parser.address)


def json_of(path: Path, limit_mb: float = FILE_MB) -> object:
    """Return what a JSON file holds.

    Raises SourceError if it is no JSON, nested deeper than 32, names a key twice in one object, or holds NaN or
    infinities, which are not JSON.
    """
    right = "a JSON file is expected"
    text = _decoded(path.name, read(path, limit_mb, right))
    depth = deepest = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', text):
        if token[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in "]}":
            depth -= 1
    if deepest > DEPTH:
        raise SourceError(f"{path.name}: the file is nested {deepest} deep; at most {DEPTH} is read.")
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_key_twice)
    except json.JSONDecodeError as error:
        raise SourceError(
            f"{path.name}, line {error.lineno}, column {error.colno}: the file is no JSON ({error.msg}); {right}."
        ) from error
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path.name}: the file is no plain JSON ({error}); {right}.") from error


def _blank(cell: object) -> bool:
    return (
        cell is None
        or (isinstance(cell, float) and math.isnan(cell))
        or (isinstance(cell, str) and not cell.strip())
    )


def _a(thing: str) -> str:
    return f"an {thing}" if thing.startswith("o") else thing if thing in {"json", "text"} else f"a {thing}"


def _array(rows: Sequence[Sequence[object]]) -> np.ndarray:
    """Return the rows as a rectangle, None where there is nothing."""
    width = max(map(len, rows), default=0)
    cells = np.full((len(rows), width), None, dtype=object)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            cells[number, column] = None if _blank(cell) else cell
    return cells


def _usual_width(rows: list[list[str]]) -> tuple[int, int]:
    """Return how many cells the rows mostly have, among those that have more than one."""
    widths = Counter(len(row) for row in rows[:200] if len(row) > 1)
    return max(((count, width) for width, count in widths.items()), default=(0, 0))[::-1]


def _decoded(name: str, content: bytes) -> str:
    """Return the text: UTF-8 with or without a mark, else Western where a page says so, else GB 18030."""
    if b"\0" in content:
        raise SourceError(f"{name}: the file is no text, or UTF-16; text in UTF-8 or GB 18030 is expected.")
    # Bytes that are valid UTF-8 are UTF-8, whatever the page says of itself.
    for encoding in ("utf-8-sig", "cp1252" if _WESTERN.search(content[:4096]) else "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SourceError(f"{name}: the text's encoding is unknown; UTF-8 or GB 18030 is expected.")


def _no_constant(text: str) -> object:
    message = f"{text} is no JSON value"
    raise ValueError(message)


def _no_key_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        key = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        message = f"the key '{key}' stands twice in one object"
        raise ValueError(message)
    return made


# Workbooks


def _only_values(name: str, content: bytes) -> bytes:
    """Return an archive of our own with those parts of the workbook that hold values, all bounds kept.

    Handing on a new archive leaves nothing to read differently: no second entry of a name, no size that lies.
    """
    kept = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(kept, "w") as made:
            entries = archive.infolist()
            _check_directory(name, entries)
            parts = {}
            for entry in entries:
                if _VALUES.fullmatch(part := entry.filename.replace("\\", "/")):
                    parts[part] = archive.read(entry)
                    _check_xml(name, part, parts[part])
            _check_words(name, parts)
            for part, data in parts.items():
                made.writestr(zipfile.ZipInfo(part), data)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        problem = "the file cannot be read as a workbook, perhaps because its download broke off"
        raise SourceError(f"{name}: {problem}; a workbook (.xlsx) is expected.") from error
    if "xl/workbook.xml" not in parts:
        raise SourceError(f"{name}: this archive is no workbook; a workbook (.xlsx) is expected.")
    return kept.getvalue()


def _check_directory(name: str, entries: list[zipfile.ZipInfo]) -> None:
    right = "a workbook as a publisher saves it is expected"
    if len(entries) > PARTS:
        raise SourceError(f"{name}: the archive has {len(entries)} parts, and at most {PARTS} are read; {right}.")
    if (size := sum(entry.file_size for entry in entries)) > UNPACKED_MB * _MB:
        problem = f"the file would unpack into {size / _MB:,.0f} MB, and at most {UNPACKED_MB} are read"
        raise SourceError(f"{name}: {problem}; {right}.")
    seen: set[str] = set()
    for entry in entries:
        part = entry.filename.replace("\\", "/")
        if part.startswith("/") or ".." in part.split("/") or re.match(r"[A-Za-z]:", part):
            raise SourceError(f"{name}: its part '{part}' points outside the file; {right}.")
        if part in seen:
            raise SourceError(f"{name}: its part '{part}' stands twice in the archive; {right}.")
        seen.add(part)
        if entry.flag_bits & _ENCRYPTED:
            raise SourceError(f"{name}: its part '{part}' is encrypted; save the workbook without a password.")
        if entry.compress_type not in _PACKINGS:
            raise SourceError(f"{name}: its part '{part}' is packed in an unusual way; {right}.")
        if entry.file_size > _SMALL and entry.file_size > RATIO * max(entry.compress_size, 1):
            problem = f"its part '{part}' is packed more than {RATIO}-fold, as only bombs are"
            raise SourceError(f"{name}: {problem}; {right}.")


def _check_xml(name: str, part: str, data: bytes) -> None:
    if b"\0" in data:
        # In UTF-16 the checks below would see nothing.
        raise SourceError(f"{name}: its part '{part}' is not in UTF-8, as workbooks are; save it again as .xlsx.")
    if found := _DECLARATION.search(data):
        problem = f"its part '{part}' declares a {found[1].decode().upper()}, which no workbook needs"
        raise SourceError(f"{name}: {problem}; a workbook without document types or entities is expected.")
    rows = columns = 0
    if part.startswith("xl/worksheets/"):
        for letters, digits in set(_PLACE.findall(data)):
            rows, columns = max(rows, int(digits)), max(columns, _column(letters))
    if rows * columns > CELLS:
        problem = f"the sheet in '{part}' reaches to row {rows:,} and column {columns:,}"
        raise SourceError(f"{name}: {problem}; at most {CELLS:,} cells are read.")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _check_words(name: str, parts: dict[str, bytes]) -> None:
    longest = max(map(len, _STRING.findall(parts.get("xl/sharedStrings.xml", b""))), default=0)
    uses = sum(len(_SHARED.findall(data)) for part, data in parts.items() if part.startswith("xl/worksheets/"))
    if longest * uses > _WORDS_MB * _MB:
        problem = f"{uses:,} cells share texts of up to {longest:,} characters"
        raise SourceError(f"{name}: {problem}; a workbook of numbers with short labels is expected.")


# Pages


class _Table:
    """A table while it is read: cells by place, and the spans that reach down into later rows."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.cells: dict[tuple[int, int], list[str]] = {}
        self.taken: set[tuple[int, int]] = set()
        self.row, self.column = -1, 0
        self.open: list[str] | None = None

    def begin_row(self) -> None:
        self.row, self.column, self.open = self.row + 1, 0, None

    def begin_cell(self, rows: int, columns: int) -> None:
        if self.row < 0:
            self.begin_row()
        column = self.column
        while (self.row, column) in self.taken:
            column += 1
        if len(self.taken) + rows * columns > CELLS // 10:
            raise self._too_large()
        self.taken |= {(self.row + down, column + right) for down in range(rows) for right in range(columns)}
        self.column = column + columns
        self.open = self.cells[self.row, column] = []

    def array(self) -> np.ndarray:
        """Return the cells; a span that reaches below the last row adds none."""
        width = max((column for row, column in self.taken if row <= self.row), default=-1) + 1
        if (self.row + 1) * width > CELLS:
            raise self._too_large()
        made = np.full((self.row + 1, width), None, dtype=object)
        for place, words in self.cells.items():
            text = " ".join("".join(words).split())
            made[place] = text or None
        return made

    def _too_large(self) -> SourceError:
        return SourceError(f"{self.file}: a table of the page has too many cells; a smaller one is expected.")


class _Reader(HTMLParser):
    """Collect a page's title, words and tables; what stands in scripts and styles is dropped."""

    _SILENT = frozenset({"script", "style", "noscript", "template"})
    _BREAKS = frozenset({"br", "p", "div", "li", "tr", "td", "th", "table", "h1", "h2", "h3", "h4"})

    def __init__(self, file: str) -> None:
        super().__init__(convert_charrefs=True)
        self.file = file
        self.title: list[str] = []
        self.words: list[str] = []
        self.scripts = 0
        self.address = ""
        self._silent: str | None = None
        self._in_title = False
        self._stack: list[_Table] = []
        self._begun: list[_Table] = []

    @property
    def tables(self) -> list[np.ndarray]:
        return [table.array() for table in self._begun if table.cells]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self.scripts += 1
        if self._silent:
            return
        if tag in self._SILENT:
            self._silent = tag
        elif tag == "title":
            self._in_title = True
        elif tag == "table":
            if len(self._stack) >= DEPTH:
                raise SourceError(f"{self.file}: tables are nested deeper than {DEPTH}; a plain page is expected.")
            self._stack.append(_Table(self.file))
            self._begun.append(self._stack[-1])
        elif tag == "tr" and self._stack:
            self._stack[-1].begin_row()
        elif tag in {"td", "th"} and self._stack:
            spans = dict(attrs)
            self._stack[-1].begin_cell(_span(spans.get("rowspan"), 65_534), _span(spans.get("colspan"), 1000))
        if tag in self._BREAKS:
            self._say(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # "<script/>" opens a script in HTML as "<script>" does, but hides nothing here.
        if tag not in self._SILENT:
            self.handle_starttag(tag, attrs)
        self.scripts += tag == "script"

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            self._silent = None if tag == self._silent else self._silent
        elif tag == "title":
            self._in_title = False
        elif tag == "table" and self._stack:
            self._stack.pop()
        elif tag in {"td", "th"} and self._stack:
            self._stack[-1].open = None
        if tag in self._BREAKS:
            self._say(" ")

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._in_title:
            self.title.append(data)
        else:
            self._say(data)

    def handle_comment(self, data: str) -> None:
        if found := _SAVED_FROM.fullmatch(data.strip()):
            self.address = self.address or found["address"]

    def _say(self, text: str) -> None:
        self.words.append(text)
        if self._stack and self._stack[-1].open is not None:
            self._stack[-1].open.append(text)


def _span(text: str | None, most: int) -> int:
    written = (text or "").strip()
    return min(max(int(written), 1), most) if re.fullmatch(r"[0-9]{1,9}", written) else 1
