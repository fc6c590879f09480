"""Read what the public API of UN Comtrade (v1) answers, as JSON or CSV: total trade of reporters with partners."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from onewaytrade.errors import SourceError
from onewaytrade.sources import places
from onewaytrade.sources.figures import Record
from onewaytrade.sources.reading import Table
from onewaytrade.sources.safe import Cells, csv_cells, json_of, kind, read
from onewaytrade.sources.values import columns, end, number

_FLOWS: Final = {"X": "exports", "M": "imports"}
_WANTED: Final = ("flowCode", "cmdCode", "period", "primaryValue")
_SIDES: Final = ("reporter", "partner")
_TOTAL: Final = "TOTAL"
# Where the API breaks a total down further, the row of the total has these.
_WHOLE: Final[Mapping[str, frozenset[str]]] = {
    "partner2Code": frozenset({"0", ""}),
    "motCode": frozenset({"0", ""}),
    "customsCode": frozenset({"C00", ""}),
}
_OPTIONAL: Final = (*(f"{side}{part}" for side in _SIDES for part in ("Desc", "ISO", "Code")), *_WHOLE)
_ADDRESS: Final = "https://comtradeapi.un.org/"


@dataclass(frozen=True, slots=True)
class _Answer:
    """The rows of an answer as cells, and where each column stands."""

    cells: Cells
    at: Mapping[str, int]
    end: int

    def text(self, row: int, name: str) -> str:
        """Return a cell as text: a code stands as a number in JSON and as text in CSV."""
        if name not in self.at:
            return ""
        cell = self.cells.cells[row, self.at[name]]
        return "" if cell is None else str(cell).strip()

    def fault(self, row: int, name: str, right: str) -> SourceError:
        """Return the error that says that this cell is not what it should be."""
        column = self.at[name]
        return self.cells.fault(f"{self.cells.shown(row, column)} stands there", right, row, column)


def tables(path: Path) -> tuple[Table, ...]:
    """Return total exports and imports of the answer at `path`, in USD, for the dataset `mirror`.

    Rows of single goods, of other flows (re-exports, processing) and of single means of transport, customs
    procedures or second partners are left out. Raises SourceError if a column is missing, a country unknown, a
    period malformed or a value no number, or if no total is left.
    """
    answer = _answer(path)
    kept = [row for row in range(1, answer.end) if _is_total(answer, row)]
    if not kept:
        raise answer.cells.fault(
            "there is no row of total exports or imports",
            "rows with flowCode X or M and cmdCode TOTAL are expected",
        )
    rows = tuple(_row(answer, row) for row in kept)
    _check_once(answer, rows, kept)
    left_out = answer.end - 1 - len(kept)
    caveat = f"{left_out:,} rows of {path.name} that are no totals of exports or imports were left out."
    periods = sorted({row["period"] for row in rows})
    source = f"UN Comtrade, total trade, {periods[0]} to {periods[-1]}"
    return (Table("mirror", rows, None, None, _ADDRESS, (caveat,) if left_out else (), source),)


def _answer(path: Path) -> _Answer:
    right = "an answer of the Comtrade API with at least one row is expected"
    cells = _of_json(path, right) if kind(read(path)) == "json" else csv_cells(path)
    last = end(cells, right)
    at = columns(cells, _WANTED, _OPTIONAL)
    for side in _SIDES:
        if not any(f"{side}{part}" in at for part in ("Desc", "ISO", "Code")):
            raise cells.fault(f"the column {side}Desc is missing", f"the {side}'s name or code is expected", 0)
    return _Answer(cells, at, last)


def _of_json(path: Path, right: str) -> Cells:
    """Return the objects of the answer's "data" as rows below a header."""
    answer = json_of(path)
    if isinstance(answer, dict) and answer.get("error"):
        raise SourceError(f"{path.name}: Comtrade answered with an error ({str(answer['error'])[:200]}); {right}.")
    data = answer.get("data") if isinstance(answer, dict) else answer
    if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
        raise SourceError(f"{path.name}: there is no list 'data' of rows; {right}.")
    names = list(dict.fromkeys(name for entry in data for name in entry))
    cells = np.full((len(data) + 1, len(names)), None, dtype=object)
    cells[0] = names
    for row, entry in enumerate(data, start=1):
        cells[row] = [_plain(entry.get(name)) for name in names]
    return Cells(f"{path.name}, data", cells)


def _plain(value: Any) -> object:
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _is_total(answer: _Answer, row: int) -> bool:
    return (
        answer.text(row, "flowCode") in _FLOWS
        and answer.text(row, "cmdCode") == _TOTAL
        and all(answer.text(row, name) in whole for name, whole in _WHOLE.items())
    )


def _row(answer: _Answer, row: int) -> Record:
    reporter, partner = (_country(answer, row, side) for side in _SIDES)
    return {
        "reporter": reporter,
        "partner": partner,
        "flow": _FLOWS[answer.text(row, "flowCode")],
        "currency": "USD",
        **_when(answer, row),
        "adjustment": "not stated",
        "value": _value(answer, row),
        "unit": "USD",
        "yoy_published_pct": "",
        "basis": "printed",
        # What China reports of itself is no mirror.
        "grade": "primary" if reporter == "China" else "mirror",
        "publisher": "UN Comtrade",
        "note": "",
    }


def _value(answer: _Answer, row: int) -> str:
    text = number(answer.cells, row, answer.at["primaryValue"], "a value in USD is expected")
    if float(text) < 0:
        raise answer.fault(row, "primaryValue", "a value in USD that is not negative is expected")
    return text


def _country(answer: _Answer, row: int, side: str) -> str:
    """Return our name of a row's reporter or partner: by what the answer has of name, ISO code and number."""
    name, iso, code = (answer.text(row, f"{side}{part}") for part in ("Desc", "ISO", "Code"))
    known = places.by_name(name)
    by_code = places.by_iso(iso) or (places.by_number(int(code)) if code.isdigit() else None)
    if name and by_code and known != by_code:
        raise answer.fault(row, f"{side}Desc", f"'{by_code}' is expected beside the code {iso or code}")
    if found := known or by_code:
        return found
    if name and len(iso) == 3 and iso.isalpha():
        return name
    column = next(f"{side}{part}" for part in ("Desc", "ISO", "Code") if f"{side}{part}" in answer.at)
    raise answer.fault(row, column, places.hint(name or iso or code))


def _when(answer: _Answer, row: int) -> Record:
    text = answer.text(row, "period")
    if text.isdigit() and len(text) == 4:
        return {"frequency": "annual", "period": text}
    if text.isdigit() and len(text) == 6 and "01" <= text[4:] <= "12":
        return {"frequency": "monthly", "period": f"{text[:4]}-{text[4:]}"}
    raise answer.fault(row, "period", "a year like 2023 or a month like 202305 is expected")


def _check_once(answer: _Answer, rows: Iterable[Record], places_of: Sequence[int]) -> None:
    seen: dict[tuple[str, ...], int] = {}
    for record, row in zip(rows, places_of, strict=True):
        key = tuple(record[name] for name in ("reporter", "partner", "flow", "period"))
        if key in seen:
            problem = f"{', '.join(key)} stands in row {seen[key] + 1} already"
            raise answer.cells.fault(problem, "one total of each is expected", row)
        seen[key] = row
