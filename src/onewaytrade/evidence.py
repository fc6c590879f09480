"""The evidence of each claim, row by row: the file, the line in it, the figure as it is written, and its source.

The register selects rows (`rows` under a claim's `evidence`); here they are found in the files of `data/`, whose
checksums are compared on the way.
"""

import csv
import functools
import io
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from onewaytrade import claims, datasets, fmt
from onewaytrade.claims import Claim, Evidence, Selector, Stretch
from onewaytrade.datasets import Provenance
from onewaytrade.errors import ClaimError, DatasetError
from onewaytrade.nearest import nearest

# The column that holds the figure; where there are two, the one that has it as it was found.
_FIGURES: Final = ("value_text", "value", "index", "rate", "where")
_PERIODS: Final = ("period", "month")
_CPB: Final = "cpb"
_SERIES: Final = "cpb-series"
_RATE: Final = "yoy_published_pct"
# Columns that do not say what a figure is: the figure itself, its source, and what was noted beside it.
_BESIDE: Final = frozenset(
    {*_FIGURES, *_PERIODS, _RATE, "low", "high", "unit", "n_days", "basis", "derived", "release", "suspect"}
    | {"grade", "publisher", "source_id", "note"}
)
_OF_FILE: Final = ("dataset", "edition", "path", "sha256", "released", "dated")
_OF_ROW: Final = (
    "line", "label", "period", "value", "unit", "rate", "grade", "publisher", "source_id", "where", "sheet",
)  # fmt: skip
# Units that say of what kind a text is; nobody reads them beside it.
_UNITLESS: Final = frozenset({"text", "date", "year"})
_UNITS: Final = {"percent": "%"}
_WORDS: Final = {
    "ytd": "year to date",
    "unit_value": "unit value",
    "first": "first print",
    "reprint": "reprinted a year later",
    "revised": "as revised",
}


@dataclass(frozen=True, slots=True)
class Found:
    """One row on which a claim rests.

    `evidence` is the register's entry that selects it; `file` says dataset, edition, path, sha256, release and
    licence. `line` is the line in the file as an editor counts, the header being 1. `label` says what the figure
    is, `period` and `value` stand as they are written ("2025-01..2025-05", "23.97"; "" where there is none), and
    `rate` is the growth on the year that was printed beside the figure, in per cent. `publisher` and `where` are
    the row's own, by its `source_id`, or else the file's; `sheet` is the place in CPB's workbook, or "".
    """

    evidence: Evidence
    file: Provenance
    line: int
    label: str
    period: str
    value: str
    unit: str
    rate: str
    grade: str
    publisher: str
    source_id: str
    where: str
    sheet: str

    @property
    def when(self) -> str:
        """The period in words."""
        try:
            return fmt.period(self.period)
        except ValueError:
            return self.period.replace("..", " to ")

    @property
    def figure(self) -> str:
        """What is written, with its unit and the growth printed beside it."""
        unit = "" if self.unit in _UNITLESS or not self.value else _UNITS.get(self.unit, self.unit)
        times = f"×{fmt.SPACE}" if unit[:1].isdigit() else ""  # of "10 kt", a count of ten thousand tonnes
        level = f"{self.value}{fmt.SPACE}{times}{unit}" if unit else self.value
        rate = f"{self.rate}{fmt.SPACE}% on the year" if self.rate else ""
        return ", ".join(part for part in (level, rate) if part)

    @property
    def place(self) -> str:
        """File and line, where it was found, by whom it was published, and its grade."""
        source = f"{self.source_id}, " if self.source_id else f"{self.sheet}, " if self.sheet else ""
        return f"{self.file.path}, line {self.line} ({source}{self.publisher}, {self.grade})"


def rows(claim_id: str) -> tuple[Found, ...]:
    """Return the rows on which a claim rests, in the order of entries, selectors and file.

    Entries that select no rows give none. Raises ClaimError if there is no such claim, or if a selector names a
    column or an edition that is not there or finds no row; DatasetError if a file is not what the manifest says.
    """
    claim = claims.get(claim_id)
    return tuple(found for entry in claim.evidence for found in of_entry(claim, entry))


def of_entry(claim: Claim, entry: Evidence) -> tuple[Found, ...]:
    """Return the rows that one entry of a claim's evidence selects, each once; raises the errors of `rows`."""
    found: dict[tuple[str, int], Found] = {}
    for selector in entry.rows:
        table = _table_of(claim, entry, selector)
        for number in _selected(claim, table, selector):
            found.setdefault((table.file.path, number), _found(entry, table, number))
    return tuple(found.values())


def told(claim_id: str) -> str:
    """Return a claim's evidence as lines of text, each entry's place and under it its rows; errors as `rows`."""
    lines = []
    claim = claims.get(claim_id)
    for entry in claim.evidence:
        lines.append(f"{entry.dataset} ({entry.grade}): {entry.place}")
        found = of_entry(claim, entry)
        lines += [f"    {own.label or own.source_id}, {own.when}: {own.figure}; {own.place}" for own in found]
    return "\n".join(lines) or f"Nothing was found on {claim_id}."


def as_json(claim_id: str) -> str:
    """Return the rows of a claim as a JSON list, each with its file and sha256; errors as `rows`."""
    found = [
        {name: getattr(own.file, name) for name in _OF_FILE} | {name: getattr(own, name) for name in _OF_ROW}
        for own in rows(claim_id)
    ]
    return json.dumps(found, indent=2, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Table:
    """A file as it is written: its rows by the line on which they start, and their lines by column and text."""

    file: Provenance
    columns: tuple[str, ...]
    rows: Mapping[int, Mapping[str, str]]
    lines: Mapping[str, Mapping[str, frozenset[int]]]


def _table_of(claim: Claim, entry: Evidence, selector: Selector) -> _Table:
    edition = selector.edition or claim.pins.get(entry.dataset)
    if edition is None:
        raise ClaimError(
            f"Claim {claim.id!r} takes evidence from {entry.dataset} without an edition; add one to its pins."
        )
    try:
        return _table(datasets.view(), entry.dataset, edition)
    except DatasetError as error:
        raise ClaimError(f"Claim {claim.id!r}, evidence: {error}") from error


@functools.lru_cache(maxsize=64)
def _table(_view: datasets.View, dataset: str, edition: str) -> _Table:
    file, content = datasets.written(dataset, edition)
    reader = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
    columns = tuple(next(reader))
    rows: dict[int, Mapping[str, str]] = {}
    lines: dict[str, dict[str, set[int]]] = {name: defaultdict(set) for name in columns}
    start = reader.line_num + 1
    for cells in reader:
        rows[start] = dict(zip(columns, cells, strict=True))
        for name, cell in rows[start].items():
            lines[name][cell].add(start)
        start = reader.line_num + 1  # a cell with a line break makes a row of several lines
    frozen = {name: {text: frozenset(own) for text, own in texts.items()} for name, texts in lines.items()}
    return _Table(file, columns, rows, frozen)


def _selected(claim: Claim, table: _Table, selector: Selector) -> Sequence[int]:
    where = f"Claim {claim.id!r}, evidence in {table.file.path}"
    left: frozenset[int] | None = None
    for name, wanted in selector.columns.items():
        if name not in table.lines:
            near = nearest(name, table.columns)
            raise ClaimError(f"{where}: there is no column {name!r}; the nearest is {near!r}.")
        texts = table.lines[name]
        for text in () if isinstance(wanted, Stretch) else wanted:
            if text not in texts:
                raise ClaimError(f"{where}: no {name} is {text!r}; the nearest is {nearest(text, texts)!r}.")
        fitting = [own for text, own in texts.items() if _fits(text, wanted)]
        own = frozenset().union(*fitting)
        left = own if left is None else left & own
    if not left:
        shown = fmt.join(f"{name} {_told(wanted)}" for name, wanted in selector.columns.items())
        raise ClaimError(f"{where}: no row has {shown or 'any column'}.")
    return sorted(left)


def _fits(text: str, wanted: tuple[str, ...] | Stretch) -> bool:
    if isinstance(wanted, Stretch):
        return len(text) == len(wanted.first) and wanted.first <= text <= wanted.last
    return text in wanted


def _told(wanted: tuple[str, ...] | Stretch) -> str:
    if isinstance(wanted, Stretch):
        return f"from {wanted.first!r} to {wanted.last!r}"
    return fmt.join(map(repr, wanted), "or")


def _found(entry: Evidence, table: _Table, number: int) -> Found:
    row, file = table.rows[number], table.file
    source = row.get("source_id", "")
    publisher, where = _source(datasets.view(), source) if source else ("", "")
    sheet, base = _sheet(file, row) if file.dataset == _CPB else ("", "")
    named = [row[name] for name in table.columns if name not in _BESIDE and row[name]]
    return Found(
        evidence=entry,
        file=file,
        line=number,
        label=", ".join(_WORDS.get(text, text) for text in named),
        period=_first(row, _PERIODS),
        value=_first(row, _FIGURES),
        unit=row.get("unit", "") or base,
        rate=row.get(_RATE, ""),
        grade=row.get("grade") or entry.grade,
        publisher=row.get("publisher") or publisher or file.publisher,
        source_id=source,
        where=where or file.where,
        sheet=sheet,
    )


def _first(row: Mapping[str, str], names: Sequence[str]) -> str:
    return next((row[name] for name in names if row.get(name)), "")


@functools.lru_cache(maxsize=1024)
def _source(view: datasets.View, source_id: str) -> tuple[str, str]:
    """Return publisher and place of a source, empty where no table of sources has it."""
    if "sources" not in datasets.names():
        return "", ""
    table = _table(view, "sources", datasets.resolve("sources", "pinned"))
    lines = table.lines["source_id"].get(source_id, frozenset())
    return next(((table.rows[line]["publisher"], table.rows[line]["where"]) for line in lines), ("", ""))


def _sheet(file: Provenance, row: Mapping[str, str]) -> tuple[str, str]:
    """Return where a figure stands in CPB's workbook and the base of its index, if there is a table of series."""
    if _SERIES not in datasets.names():
        return "", ""
    every = _table(datasets.view(), _SERIES, file.edition).rows.values()
    own = next(one for one in every if all(one[name] == row[name] for name in ("flow", "region", "measure")))
    column = row["month"].replace("-", "m")
    place = f"sheet trade_out, row {own['workbook_row']} ({own['series']}), column {column}"
    return place, f"index, {own['base_year']} = 100"
