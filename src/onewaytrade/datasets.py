"""Load the figures of `data/`: every load checks the file's checksum, its columns, types and keys.

The manifest `data/datapackage.json` says what each file must be; a file that is anything else is not loaded.
Text that a file leaves empty is "" in the frame; a missing number is NaN (or <NA> in a column of integers).
"""

import csv
import difflib
import functools
import hashlib
import io
import itertools
import json
import math
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from onewaytrade import project
from onewaytrade.errors import DatasetError

if TYPE_CHECKING:
    import pandas as pd

_REQUIRED: Mapping[str, type] = {
    "name": str, "path": str, "title": str, "bytes": int, "hash": str, "schema": dict, "dataset": str,
    "edition": str, "released": str, "dated": str, "publisher": str, "where": str, "licence": str,
    "grade": str, "caveats": list,
}  # fmt: skip
_State = tuple[int, int, int] | None
View = tuple[Path, _State, tuple[tuple[str, str], ...]]
# Editions that are read where the pinned one is asked for, by dataset.
_INSTEAD: ContextVar[Mapping[str, str]] = ContextVar("instead_of_pinned", default=MappingProxyType({}))
_KINDS = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
}


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a frame comes from: dataset, edition, publisher, file and checksum, and what to beware of.

    `released` is an ISO date (or a month, where the day is unknown) or "not established", `dated` says what it
    is the date of ("published" or "compiled"), `path` is relative to the project, `grade` is primary, press,
    mirror or implied.
    """

    dataset: str
    edition: str
    title: str
    publisher: str
    released: str
    where: str
    licence: str
    grade: str
    path: str
    sha256: str
    caveats: tuple[str, ...]
    dated: str = "published"

    def __deepcopy__(self, memo: dict[int, Any]) -> "Provenance":
        """Return the record itself, which never changes: pandas copies what a frame carries at each step."""
        return self

    def cite(self) -> str:
        """Return publisher, title, edition, date, file and the checksum's first eight digits in one line."""
        return (
            f"{self.publisher}, {self.title}, edition {self.edition} ({self.dated} {self.released}); "
            f"{self.path}, sha256 {self.sha256[:8]}"
        )


def load(name: str, edition: str = "pinned") -> "pd.DataFrame":
    """Return the dataset `name` in `edition` ("pinned", "latest" or an exact one), checked and typed.

    The columns, types and units are those of the manifest; `provenance(frame)` says where the frame is from.
    Raises DatasetError, in a sentence that names file, row and column, if the dataset or edition is unknown, or
    if the file is missing or is not what the manifest describes.
    """
    root = project.root()
    manifest = _manifest(root)
    resource = _resource(manifest, name, _resolve(manifest, name, edition))
    content = _content(root, resource)
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 != _expected(resource):
        raise DatasetError(next(_content_faults(resource, content)))
    frame = _checked(_shown_path(resource), sha256, content, resource["schema"])
    frame.attrs["provenance"] = _provenance(resource)
    return frame


def provenance(frame: "pd.DataFrame") -> Provenance:
    """Return where `frame` comes from; raises DatasetError if it was not loaded here."""
    found = frame.attrs.get("provenance")
    if not isinstance(found, Provenance):
        raise DatasetError("This frame carries no provenance; datasets.load() returns one that does.")
    return found


def editions(name: str) -> tuple[str, ...]:
    """Return the editions of the dataset `name`, oldest first; raises DatasetError if there is none."""
    return _editions(_manifest(project.root()), name)


def resolve(name: str, edition: str) -> str:
    """Return the exact edition that `edition` ("pinned", "latest" or an exact one) means.

    Raises DatasetError, with the nearest name or edition and the range, if there is no such thing.
    """
    return _resolve(_manifest(project.root()), name, edition)


@contextmanager
def using(instead: Mapping[str, str]) -> Iterator[None]:
    """Read other editions than the pinned ones, by dataset, as long as this context lasts.

    An edition may be "latest". Raises DatasetError for a dataset or an edition that is not there.
    """
    exact = {name: resolve(name, edition) for name, edition in instead.items()}
    before = _INSTEAD.set({**_INSTEAD.get(), **exact})
    try:
        yield
    finally:
        _INSTEAD.reset(before)


def instead_of_pinned(name: str) -> str | None:
    """Return the edition that is read instead of the pinned one, or None where the pin holds."""
    return _INSTEAD.get().get(name)


def view() -> View:
    """Return what the data look like from here, as a key for what was computed from them.

    It is another one in another project, with other editions than the pinned ones, and once the manifest has been
    written anew, as it is with whatever is added.
    """
    root = project.root()
    return root, _state(_place_of_manifest(root)), tuple(sorted(_INSTEAD.get().items()))


def before(name: str, edition: str) -> str:
    """Return the edition that comes before an exact one; raises DatasetError if that is the first."""
    known = editions(name)
    older = [other for other in known if other < edition]
    if not older:
        others = f"all are {', '.join(known)}" if len(known) > 1 else "it is the only one"
        raise DatasetError(f"{name} has no edition before {edition}; {others}.")
    return older[-1]


def pinned(name: str) -> str:
    """Return the dataset `name` with its pinned edition, as an estimate names where it comes from."""
    return f"{name} {resolve(name, 'pinned')}"


def names() -> tuple[str, ...]:
    """Return the names of all datasets, in alphabetical order."""
    return _names(_manifest(project.root()))


def check(root: Path | None = None) -> list[str]:
    """Return one sentence for every fault in `data/` of the project at `root`; none if all is sound.

    Looked at: the manifest, every file's checksum, columns, types, constraints and keys, and files that the
    manifest does not know.
    """
    folder = project.root() if root is None else root
    try:
        manifest = _manifest(folder)
    except DatasetError as error:
        return [str(error)]
    faults = [fault for name in _names(manifest) for fault in _pin_faults(manifest, name)]
    for resource in manifest["resources"]:
        faults.extend(_file_faults(folder, resource))
    known = {resource["path"] for resource in manifest["resources"]}
    data = folder / project.MANIFEST.parent
    strays = (path.relative_to(data).as_posix() for path in sorted(data.rglob("*.csv")))
    faults.extend(f"data/{stray}: the manifest does not know this file." for stray in strays if stray not in known)
    return faults


def manifest(root: Path) -> Mapping[str, Any]:
    """Return the manifest of the project at `root`, not to be changed; raises DatasetError if it is malformed."""
    return _manifest(root)


def content(root: Path, resource: Mapping[str, Any]) -> bytes:
    """Return the bytes of a file of `data/`; raises DatasetError if they are not those that `resource` has."""
    found = _content(root, resource)
    if hashlib.sha256(found).hexdigest() != _expected(resource):
        raise DatasetError(next(_content_faults(resource, found)))
    return found


def written(name: str, edition: str = "pinned") -> tuple[Provenance, bytes]:
    """Return where a file of `data/` comes from and the bytes that are written there, checked by their checksum.

    Raises DatasetError as `load` does.
    """
    root = project.root()
    manifest = _manifest(root)
    resource = _resource(manifest, name, _resolve(manifest, name, edition))
    return _provenance(resource), content(root, resource)


def rows(name: str, edition: str = "pinned") -> list[dict[str, str]]:
    """Return the rows of a dataset as they are written, each a mapping of columns to texts.

    For whoever needs a few cells and no frame, for which pandera would have to be imported. Raises DatasetError as
    `load` does, but looks at nothing in the file except its checksum.
    """
    _, content = written(name, edition)
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def frame_of(resource: Mapping[str, Any], content: bytes) -> "pd.DataFrame":
    """Return the typed frame of a file that `resource` describes, whether it is in `data/` or yet to be written.

    Raises DatasetError with the first fault: a checksum, column, type, constraint or key that is not as it says.
    """
    if hashlib.sha256(content).hexdigest() != _expected(resource):
        raise DatasetError(next(_content_faults(resource, content)))
    return _checked(_shown_path(resource), _expected(resource), content, resource["schema"])


# --- the manifest ---------------------------------------------------------------------------------------------


def _manifest(root: Path) -> Mapping[str, Any]:
    """Return the manifest; its file is read once in a process for as long as it stays as it is.

    Of a process that was forked from one that has read it, too, so that whoever watches it hears of the file.
    """
    path = root / project.MANIFEST
    place = os.getpid(), path
    state = _state(path)
    known = _MANIFESTS.get(place)
    if known is not None and known[0] == state:
        return known[1]
    found = _read_manifest(root, path)
    # A file that was written a moment ago may be written again within the same tick of its clock.
    if state is not None and time.time_ns() - state[0] > _SETTLED:
        _MANIFESTS[place] = state, found
    return found


_MANIFESTS: dict[tuple[int, Path], tuple[_State, Mapping[str, Any]]] = {}
_SETTLED = 2_000_000_000  # nanoseconds


def _state(path: Path) -> _State:
    """Return what changes when a file is written: time, size and number of its inode; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


@functools.lru_cache(maxsize=16)
def _place_of_manifest(root: Path) -> Path:
    return root / project.MANIFEST


def _read_manifest(root: Path, path: Path) -> Mapping[str, Any]:
    shown = project.MANIFEST.as_posix()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DatasetError(f"{shown} is missing in {root}; it lists every file of data/.") from None
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"{shown}, byte {error.start + 1}: this is not UTF-8, which a manifest must be."
        ) from None
    return _parsed(text)


@functools.lru_cache(maxsize=4)
def _parsed(text: str) -> Mapping[str, Any]:
    """Return the manifest, having made sure that whatever is read from it later is there."""
    shown = project.MANIFEST.as_posix()
    try:
        manifest = json.loads(text)
    except json.JSONDecodeError as error:
        raise DatasetError(
            f"{shown}, row {error.lineno}, column {error.colno}: this is not JSON ({error.msg}); "
            "restore the file or build data/ again."
        ) from None
    if not isinstance(manifest, dict):
        raise DatasetError(f"{shown}: the manifest is no JSON object; it must hold 'resources' and 'pins'.")
    if not isinstance(manifest.get("resources"), list) or not isinstance(manifest.get("pins"), dict):
        raise DatasetError(f"{shown}: 'resources' (a list) or 'pins' (an object) is missing or malformed.")
    for number, resource in enumerate(manifest["resources"], start=1):
        for name, kind in _REQUIRED.items():
            if not isinstance(resource, dict) or not isinstance(resource.get(name), kind):
                called = resource.get("name", number) if isinstance(resource, dict) else number
                right = f"a {kind.__name__} is expected"
                raise DatasetError(f"{shown}, resource {called}: '{name}' is missing or malformed; {right}.")
        _check_schema(f"{shown}, resource {resource['name']}", resource["schema"])
    return manifest


def _check_schema(where: str, schema: Mapping[str, Any]) -> None:
    fields, key = schema.get("fields"), schema.get("primaryKey")
    if not isinstance(fields, list) or not fields:
        raise DatasetError(f"{where}: 'schema' names no fields; the columns of the file are expected.")
    for field in fields:
        if not isinstance(field, dict) or "name" not in field or field.get("type") not in _KINDS:
            raise DatasetError(f"{where}: a field lacks a name, or a type among {', '.join(_KINDS)}.")
    known = {field["name"] for field in fields}
    if not isinstance(key, list) or not key or not set(key) <= known:
        raise DatasetError(f"{where}: 'primaryKey' must list columns of the file.")


def _names(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted({resource["dataset"] for resource in manifest["resources"]}))


def _editions(manifest: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = tuple(sorted(entry["edition"] for entry in manifest["resources"] if entry["dataset"] == name))
    if not found:
        known = _names(manifest)
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
        hint = f"the nearest is '{near[0]}', and all are {', '.join(known)}" if near else "the manifest lists none"
        raise DatasetError(f"There is no dataset '{name}'; {hint}.")
    return found


def _resolve(manifest: Mapping[str, Any], name: str, edition: str) -> str:
    known = _editions(manifest, name)
    if edition == "latest":
        return known[-1]
    pin = _INSTEAD.get().get(name, str(manifest["pins"].get(name, "")))
    wanted = pin if edition == "pinned" else edition
    if wanted in known:
        return wanted
    nearest = min(known, key=lambda other: _distance(wanted, other))
    which = f"the nearest is {nearest}, and they range from {known[0]} to {known[-1]}"
    if len(known) == 1:
        which = f"the only one is {known[0]}"
    what = (
        f"The pinned edition '{wanted}' of {name} is not there"
        if edition == "pinned"
        else f"{name} has no edition '{edition}'"
    )
    raise DatasetError(f"{what}; {which} ('pinned' and 'latest' may be asked for as well).")


def _distance(one: str, other: str) -> float:
    """Return how far two dates lie apart, in days or so; an edition that is no date is far from all."""
    days = []
    for text in (one, other):
        found = re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", text)
        if not found:
            return math.inf
        days.append(int(found[1]) * 372 + int(found[2] or 1) * 31 + int(found[3] or 1))
    return abs(days[0] - days[1])


def _resource(manifest: Mapping[str, Any], name: str, edition: str) -> Mapping[str, Any]:
    return next(
        entry for entry in manifest["resources"] if entry["dataset"] == name and entry["edition"] == edition
    )


def _provenance(resource: Mapping[str, Any]) -> Provenance:
    same = ("dataset", "edition", "title", "publisher", "released", "where", "licence", "grade", "dated")
    return Provenance(
        **{name: resource[name] for name in same},
        path=_shown_path(resource),
        sha256=_expected(resource),
        caveats=tuple(resource["caveats"]),
    )


def _shown_path(resource: Mapping[str, Any]) -> str:
    return f"{project.MANIFEST.parent.as_posix()}/{resource['path']}"


def _expected(resource: Mapping[str, Any]) -> str:
    return str(resource["hash"]).removeprefix("sha256:")


# --- the files ------------------------------------------------------------------------------------------------


def _content(root: Path, resource: Mapping[str, Any]) -> bytes:
    path: Path = root / project.MANIFEST.parent / resource["path"]
    try:
        return path.read_bytes()
    except FileNotFoundError:
        right = "restore it, or build data/ again"
        raise DatasetError(f"{_shown_path(resource)} is missing, though the manifest lists it; {right}.") from None
    except OSError as error:
        raise DatasetError(f"{_shown_path(resource)} is no readable file ({error.strerror}).") from error


def _pin_faults(manifest: Mapping[str, Any], name: str) -> Iterator[str]:
    shown = project.MANIFEST.as_posix()
    known = _editions(manifest, name)
    if len(set(known)) < len(known):
        yield f"{shown}: an edition of {name} is listed twice; each may stand once."
    if manifest["pins"].get(name) not in known:
        right = f"one of {', '.join(known)} is expected"
        yield f"{shown}, pins: {name} is pinned to no edition that is there; {right}."


def _file_faults(root: Path, resource: Mapping[str, Any]) -> Iterator[str]:
    try:
        content = _content(root, resource)
    except DatasetError as error:
        yield str(error)
        return
    yield from _content_faults(resource, content)


def _content_faults(resource: Mapping[str, Any], content: bytes) -> Iterator[str]:
    """Yield what is wrong with a file; a wrong checksum is told with the first fault, which may explain it."""
    shown = _shown_path(resource)
    faults = _faults(_Table(shown, content, resource["schema"]))
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 != _expected(resource) or len(content) != resource["bytes"]:
        first = next(faults, None)
        changed = (
            f"the file is not the one that the manifest describes ({len(content)} bytes with sha256 {sha256[:8]} "
            f"where {resource['bytes']} bytes with {_expected(resource)[:8]} are expected)"
        )
        yield f"{first[:-1]}, and {changed}." if first else f"{shown}: {changed}."
    yield from faults


def _checked(shown: str, sha256: str, content: bytes, schema: Mapping[str, Any]) -> "pd.DataFrame":
    """Return the frame of a file, checked once in the life of a process for the same bytes and schema."""
    known = (shown, sha256, json.dumps(schema))
    if known not in _CACHE:
        table = _Table(shown, content, schema)
        for fault in _faults(table):
            raise DatasetError(fault)
        _CACHE[known] = table.frame
    return _CACHE[known].copy()


_CACHE: dict[tuple[str, str, str], "pd.DataFrame"] = {}


class _Table:
    """The lines of one file, and the typed frame that they make once they were found sound."""

    def __init__(self, shown: str, content: bytes, schema: Mapping[str, Any]) -> None:
        self.shown = shown
        self.content = content
        self.fields: Sequence[Mapping[str, Any]] = schema["fields"]
        self.key: list[str] = schema["primaryKey"]
        self.frame: pd.DataFrame

    def text(self) -> io.StringIO:
        """Return the file to read, its line ends as they are; raises UnicodeDecodeError."""
        return io.StringIO(self.content.decode("utf-8"), newline="")

    def line(self, row: int) -> int:
        """Return the number of the line where a row of the frame ends: a quoted cell may hold several lines."""
        reader = csv.reader(self.text(), strict=True)
        for _ in range(row + 2):
            next(reader)
        return reader.line_num

    def fault(self, problem: str, row: int | None = None, column: str | None = None) -> str:
        """Return one sentence that says where the problem is."""
        where = (
            self.shown + ("" if row is None else f", row {row}") + ("" if column is None else f", column {column}")
        )
        return f"{where}: {problem}."


def _faults(table: _Table) -> Iterator[str]:
    """Yield what is wrong with the file; `table.frame` is there once nothing was."""
    try:
        cells = list(itertools.chain.from_iterable(_rows(table)))
    except DatasetError as error:
        yield str(error)
        return
    texts = {field["name"]: cells[at :: len(table.fields)] for at, field in enumerate(table.fields)}
    columns: dict[str, Any] = {}
    for field in table.fields:
        try:
            columns[field["name"]] = _typed(table, field, texts[field["name"]])
        except DatasetError as error:
            yield str(error)
    if len(columns) == len(table.fields):
        import pandas as pd  # only whoever loads figures waits for it

        table.frame = pd.DataFrame(columns)
        if not _is_sound(table, texts):
            yield from _schema_faults(table)


def _rows(table: _Table) -> Iterator[list[str]]:
    """Yield the cells of every record below the header."""
    try:
        reader = csv.reader(table.text(), strict=True)
    except UnicodeDecodeError as error:
        row = table.content.count(b"\n", 0, error.start) + 1
        raise DatasetError(table.fault("there is a byte that is not UTF-8, which the file must be", row)) from None
    names = [field["name"] for field in table.fields]
    try:
        header = next(reader, [])
        _check_header(table, header, names)
        for cells in reader:
            if len(cells) != len(names):
                problem = f"there are {len(cells)} cells where {len(names)} are expected"
                raise DatasetError(table.fault(problem, reader.line_num))
            yield cells
    except csv.Error as error:
        raise DatasetError(table.fault(f"this is not CSV ({error})", reader.line_num)) from None


def _check_header(table: _Table, header: list[str], names: list[str]) -> None:
    for name in names:
        if name not in header:
            raise DatasetError(table.fault(f"the column is missing; {', '.join(names)} are expected", 1, name))
    for name in header:
        if name not in names or header.count(name) > 1:
            raise DatasetError(
                table.fault(f"the column does not belong there; {', '.join(names)} are expected", 1, name)
            )
    if header != names:
        raise DatasetError(table.fault(f"the columns stand in another order than {', '.join(names)}", 1))


def _typed(table: _Table, field: Mapping[str, Any], cells: Sequence[str]) -> "pd.Series[Any]":
    """Return a column's values by its type, empty numbers as missing ones."""
    import pandas as pd

    kind = field["type"]
    if kind == "string":
        return pd.Series(cells, dtype=_dtype(field))
    # pandas makes an empty cell false, or nothing at all, where its type has no missing value.
    if kind != "number" and _is_required(field) and "" in cells:
        raise DatasetError(_empty_cell(table, field, cells.index("")))
    convert, missing = _CONVERSIONS[kind]
    values: list[Any] = []
    try:
        values.extend(convert(cell) if cell else missing for cell in cells)
    except ValueError:
        row = len(values)  # those before it have been taken
        problem = f"'{cells[row]}' stands where {_KINDS[kind]} is expected"
        raise DatasetError(table.fault(problem, table.line(row), field["name"])) from None
    return pd.Series(values, dtype=_dtype(field))


def _empty_cell(table: _Table, field: Mapping[str, Any], row: int) -> str:
    problem = f"an empty cell stands where {_KINDS[field['type']]} is expected"
    return table.fault(problem, table.line(row), field["name"])


def _dtype(field: Mapping[str, Any]) -> str:
    """Return the pandas type of a column: only numbers with a fraction have a missing value of their own."""
    kind: str = field["type"]
    if kind == "integer":
        return "int64" if _is_required(field) else "Int64"
    if kind == "boolean":
        return "bool" if _is_required(field) else "boolean"
    return "float64" if kind == "number" else "str"


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or "_" in text:
        raise ValueError(text)
    return value


def _integer(text: str) -> int:
    if not re.fullmatch(r"-?\d+", text):
        raise ValueError(text)
    return int(text)


def _boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(text)
    return text == "true"


_CONVERSIONS: Mapping[str, tuple[Callable[[str], Any], Any]] = {
    "number": (_number, math.nan),
    "integer": (_integer, None),
    "boolean": (_boolean, None),
}


def _is_required(field: Mapping[str, Any]) -> bool:
    return bool(field.get("constraints", {}).get("required", False))


_UNIQUE = "multiple_fields_uniqueness"
_EMPTY = frozenset({"present", "not_nullable"})


def _is_sound(table: _Table, texts: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether the frame certainly is as pandera would have it, whose word takes several times as long.

    Each check is made once for each text that a column holds, however often it does. If the answer is no, pandera
    says what is wrong.
    """
    is_fine = all(_is_column_sound(field, set(texts[field["name"]])) for field in table.fields)
    return is_fine and not table.frame.duplicated(table.key).any()


def _is_column_sound(field: Mapping[str, Any], cells: set[str]) -> bool:
    if _is_required(field) and "" in cells:
        return False
    allowed, whole = _allowed(field), _whole(field)
    if field["type"] != "string":
        # Only texts are compared with texts.
        return allowed is None and whole is None
    if allowed is not None and not cells <= set(allowed):
        return False
    if whole is None:
        return True
    import pandas as pd

    # What pandera calls: its expressions are not quite those of Python.
    return bool(pd.Series(list(cells), dtype=_dtype(field)).str.match(whole, na=False).all())


def _allowed(field: Mapping[str, Any]) -> list[str] | None:
    """Return all texts that may stand in a column, or None where the manifest does not enumerate them."""
    enum: list[str] | None = field.get("constraints", {}).get("enum")
    return [*enum, ""] if enum and not _is_required(field) else enum or None


def _whole(field: Mapping[str, Any]) -> str | None:
    """Return the pattern that all of a text must match, or None where the manifest has none."""
    pattern = field.get("constraints", {}).get("pattern")
    return f"(?:{pattern})" + ("$" if _is_required(field) else "?$") if pattern else None


def _schema_faults(table: _Table) -> Iterator[str]:
    """Yield, in our words, the first cell of each column that pandera finds wrong, and a key that stands twice."""
    from pandera.errors import SchemaErrors  # imported when needed: it costs a third of a second

    try:
        _pandera_schema(table).validate(table.frame, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases
        for field in table.fields:
            own = cases[(cases["column"] == field["name"]) & (cases["check"] != _UNIQUE)]
            if len(own):
                # The checks of a column stand in the order in which they were made: an empty cell comes first.
                first = own.sort_values("index", kind="stable").iloc[0]
                row, right = int(first["index"]), str(first["check"])
                if right in _EMPTY:
                    yield _empty_cell(table, field, row)
                    continue
                problem = f"'{table.frame[field['name']].iloc[row]}' stands where {right} is expected"
                yield table.fault(problem, table.line(row), field["name"])
        if (cases["check"] == _UNIQUE).any():
            yield _key_fault(table)


def _key_fault(table: _Table) -> str:
    key = table.frame[table.key]
    second = int(key.duplicated().to_numpy().argmax())
    first = int((key == key.iloc[second]).all(axis=1).to_numpy().argmax())
    shown = ", ".join(str(cell) for cell in key.iloc[second])
    problem = f"the key ({shown}) stands in row {table.line(first)} already; each may stand once"
    return table.fault(problem, table.line(second), " + ".join(table.key))


def _pandera_schema(table: _Table) -> Any:
    """Return the manifest's schema in pandera's words; each check is named by what would be right."""
    import pandera.pandas as pa

    columns = {}
    for field in table.fields:
        constraints, required = field.get("constraints", {}), _is_required(field)
        checks = []
        if field["type"] == "string" and required:
            checks.append(pa.Check.str_length(min_value=1, error="present"))
        if allowed := _allowed(field):
            checks.append(pa.Check.isin(allowed, error=f"one of {', '.join(constraints['enum'])}"))
        if whole := _whole(field):
            checks.append(pa.Check.str_matches(whole, error=f"text like {constraints['pattern']}"))
        columns[field["name"]] = pa.Column(_dtype(field), checks=checks, nullable=not required)
    return pa.DataFrameSchema(columns, strict=True, ordered=True, unique=table.key)
