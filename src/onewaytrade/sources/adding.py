"""Add a publisher's file to `data/`: read, normalise, validate, compare with the newest edition, write.

What was there stays there: a new edition is a new file, and no pin moves. The datasets of `UNIONS` hold rows of
many sources in one file; their new edition is the newest one with the file's rows added.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from onewaytrade import datasets, fmt, project
from onewaytrade.errors import DatasetError
from onewaytrade.sources import comparing, safe, store
from onewaytrade.sources.comparing import Comparison
from onewaytrade.sources.figures import Record
from onewaytrade.sources.reading import Table, reader
from onewaytrade.sources.tables import NOT_ESTABLISHED, SPECS, Spec

UNIONS: Final = frozenset({"exchange-rates", "fred", "gacc-partners", "gacc-totals", "mirror"})

_SOURCES: Final = "sources"
_ID: Final = "source_id"
_DAY: Final = r"\d{4}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?"
# Two digits, so that editions keep their order as text.
_EDITION: Final = re.compile(rf"(?P<date>{_DAY})(?:\.(?P<number>\d\d))?")
_SHOWN: Final = 16  # digits of a file's checksum that stand in `sources`
# A table whose values are this many times those of the edition before has another unit, not other news.
# The smallest slip is tenfold (billions for 100 millions), with room for what was revised at the same time.
_OTHER_UNIT: Final = 8
# Where no row is shared, other months are compared: further apart than trade grows or falls from one to the other.
_OTHER_SIZE: Final = 50
_LATEST: Final = 12  # periods of the edition before that other months are compared with
# Of a unit's first word; what follows ("CNY", "pieces") must be the same for two numbers to be compared.
_POWERS: Final[Mapping[str, float]] = {"k": 1e3, "10k": 1e4, "M": 1e6, "100M": 1e8, "bn": 1e9, "trn": 1e12}


@dataclass(frozen=True, slots=True)
class Added:
    """What adding a file came to.

    `editions` are the new editions by dataset, `comparisons` one for each dataset of the file that had an edition
    before, `written` the paths from the project's folder, `pinned` the datasets that this is the first edition of,
    and that are pinned to it; all are empty if the data held the same already. In a dry run nothing was written,
    and `written` holds what would have been.
    """

    source: str
    file: str
    editions: Mapping[str, str]
    comparisons: tuple[Comparison, ...]
    written: tuple[str, ...]
    dry_run: bool = False
    pinned: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether the data held the same already."""
        return not self.written

    @property
    def sentence(self) -> str:
        """What happened, in plain words."""
        if self.nothing:
            return f"{self.file}: nothing to do; the data hold the same already."
        made = fmt.join(f"{dataset} {edition}" for dataset, edition in self.editions.items())
        verb = "would be added; nothing was written" if self.dry_run else f"added; {self._pins}"
        return f"{self.file}: {made} {verb}."

    @property
    def _pins(self) -> str:
        if not self.pinned:
            return "no pin has moved"
        first = f"pinned, being {'its first edition' if len(self.pinned) == 1 else 'their first editions'}"
        if len(self.pinned) == len(self.editions):
            return first
        return f"{fmt.join(self.pinned)} {first}; no other pin has moved"


@dataclass(frozen=True, slots=True)
class _Plan:
    """A table of the file on its way into the data: its rows, and the file of `data/` that they make.

    `before` is the newest edition until now, None if there is none; `is_new` is whether the file is not there yet.
    """

    rows: tuple[Record, ...]
    file: store.File
    before: str | None
    is_new: bool


def add(
    source: str, path: Path, *, edition: str | None = None, root: Path | None = None, dry_run: bool = False
) -> Added:
    """Add the file at `path`, of a kind that `reading.READERS` knows, to the project at `root`.

    `edition` is needed where the file does not say which it is, or none that is later than the newest. Raises
    SourceError if the file is not as its reader expects, and DatasetError if the edition is there with other
    bytes or the table would not pass the checks of the data; nothing is written then.
    """
    folder = project.own_root() if root is None else root
    if edition is not None:
        check_edition(edition)
    held = _Held(folder)
    read = reader(source)(path)
    identity = held.identity(path)
    plans = [_plan(held, table, path.name, identity, edition) for table in read]
    made = [plan.file for plan in plans if plan.is_new]
    if not made:
        return Added(source, path.name, {}, (), (), dry_run)
    for file in made:
        _checked(file, path.name)
    comparisons = tuple(_compared(held, plan, plans, path.name) for plan in plans if plan.is_new and plan.before)
    sourced = [table for table, plan in zip(read, plans, strict=True) if plan.is_new and _has_source(table)]
    if sourced and not held.knows(identity):
        made.append(_sources(held, sourced[0], max(file.edition for file in made), path, identity))
    changed = store.with_files(held.manifest, made)
    if not dry_run:
        try:
            store.write(folder / project.MANIFEST.parent, made, changed)
        except OSError as error:
            problem = f"{path.name}: the data cannot be written ({error.strerror or error})"
            raise DatasetError(f"{problem}; they are as they were, and room and permission are needed.") from error
    written = [f"{project.MANIFEST.parent.as_posix()}/{file.path}" for file in made]
    return Added(
        source,
        path.name,
        {file.dataset: file.edition for file in made},
        comparisons,
        (*written, project.MANIFEST.as_posix()),
        dry_run,
        tuple(file.dataset for file in made if file.dataset not in held.manifest["pins"]),
    )


def check_edition(edition: str) -> None:
    """Raise DatasetError if the text is not how an edition is written."""
    if not _EDITION.fullmatch(edition):
        raise DatasetError(
            f"'{edition}' is no edition; a day or month (2026-12-10, 2026-12) is expected, or one with a number "
            "for a second of its kind (2026-12-10.02)."
        )


class _Held:
    """What the project holds before the file is added."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.manifest = datasets.manifest(root)
        self.entries = {(entry["dataset"], entry["edition"]): entry for entry in self.manifest["resources"]}

    def newest(self, dataset: str) -> str | None:
        """Return the newest edition of a dataset, None if there is none."""
        return max((edition for name, edition in self.entries if name == dataset), default=None)

    def content(self, dataset: str, edition: str) -> bytes:
        """Return the bytes of an edition."""
        return datasets.content(self.root, self.entries[dataset, edition])

    def frame(self, dataset: str, edition: str) -> pd.DataFrame:
        """Return the typed frame of an edition."""
        return datasets.frame_of(self.entries[dataset, edition], self.content(dataset, edition))

    def sources(self) -> list[Record]:
        """Return the rows of the newest edition of `sources`."""
        edition = self.newest(_SOURCES)
        return store.rows(self.content(_SOURCES, edition)) if edition else []

    def knows(self, identity: str) -> bool:
        """Return whether a source has this id."""
        return any(row[_ID] == identity for row in self.sources())

    def identity(self, path: Path) -> str:
        """Return the id of a file as a source: the one that it was added by, else the next."""
        rows, mark = self.sources(), _mark(path)
        for row in rows:
            if mark in row["where"]:
                return row[_ID]
        number = max((int(row[_ID][1:]) for row in rows if row[_ID].startswith("A")), default=0) + 1
        if number > 999:
            raise DatasetError("sources: there are 999 added files already, and ids end at A999.")
        return f"A{number:03d}"


def _mark(path: Path) -> str:
    return f"sha256 {hashlib.sha256(safe.read(path)).hexdigest()[:_SHOWN]}"


def _has_source(table: Table) -> bool:
    return table.spec is None and any(field.name == _ID for field in SPECS[table.dataset].fields)


def _plan(held: _Held, table: Table, name: str, identity: str, given: str | None) -> _Plan:
    spec = table.spec or SPECS[table.dataset]
    rows = tuple({**row, _ID: identity} for row in table.rows) if _has_source(table) else table.rows
    before = held.newest(table.dataset)
    if table.spec and before:
        _check_same_key(held, table, spec, before, name)
    if table.dataset in UNIONS and before:
        return _union(held, table, rows, before, given, name)
    edition = _own_edition(table, given, name)
    ordered = store.by_key(rows, spec.key) if _has_source(table) else rows
    content = store.content(table.dataset, edition, ordered, table.spec)
    released = table.released or NOT_ESTABLISHED
    where = table.where or spec.where or NOT_ESTABLISHED
    file = store.File(table.dataset, edition, content, released, "published", where, table.caveats, table.spec)
    return _Plan(rows, file, before, _is_new(held, file, name))


def _union(held: _Held, table: Table, rows: Sequence[Record], before: str, given: str | None, name: str) -> _Plan:
    """Return the newest edition with the rows added; a row of the same key is replaced."""
    spec, old = SPECS[table.dataset], held.content(table.dataset, before)
    merged = {tuple(row[column] for column in spec.key): row for row in [*store.rows(old), *rows]}
    # The rows by themselves first: two of one key in the file are a fault, not a replacement.
    store.content(table.dataset, name, rows)
    content = store.content(table.dataset, name, store.by_key(merged.values(), spec.key))
    own = [text for text in held.entries[table.dataset, before]["caveats"] if text not in spec.caveats]
    if content == old:
        same = store.File(table.dataset, before, content, "", "", "", ())
        return _Plan(tuple(rows), same, before, is_new=False)
    edition = given or table.edition or ""
    if given is None and edition <= before:
        says = (
            f"the file is of {edition}, which is not later" if edition else "the file does not say when it is from"
        )
        raise DatasetError(
            f"{name}: the newest edition of {table.dataset} is {before}, and {says}; name the new edition with "
            "--edition, for example by the day of the download (YYYY-MM-DD)."
        )
    about = f"Edition {before} with {len(rows):,} rows added from the file {name} (source {rows[0][_ID]})."
    caveats = (about, *table.caveats, *own)
    file = store.File(table.dataset, edition, content, _date(edition), "compiled", "", caveats)
    is_new = _is_new(held, file, name)
    if is_new and edition < before:
        raise DatasetError(
            f"{name}: the edition {edition} would stand before {before}, the newest of {table.dataset}, on which "
            "it builds; name a later one with --edition."
        )
    return _Plan(tuple(rows), file, before, is_new)


def _own_edition(table: Table, given: str | None, name: str) -> str:
    if given is None and table.edition is None:
        raise DatasetError(
            f"{name}: the file does not say which edition it is; name it with --edition, for example by the day "
            "of the download (YYYY-MM-DD)."
        )
    if given and table.edition and table.dataset not in UNIONS and _date(given) != table.edition:
        raise DatasetError(
            f"{name}: the file says that it is edition {table.edition}, not {given}; leave --edition out, or "
            f"number another print of it ({table.edition}.02)."
        )
    return given or str(table.edition)


def _is_new(held: _Held, file: store.File, name: str) -> bool:
    """Return whether the edition is not there yet; raises DatasetError if it is there with other bytes."""
    entry = held.entries.get((file.dataset, file.edition))
    if entry is None:
        return True
    if held.content(file.dataset, file.edition) == file.content:
        return False
    date, number = _date(file.edition), _EDITION.fullmatch(file.edition)
    following = int(number["number"] or 1) + 1 if number else 2
    raise DatasetError(
        f"{name}: {file.dataset} {file.edition} is there already with other figures, and an edition never "
        "changes; if this is a revision or another file of the same date, add it with --edition "
        f"{date}.{following:02d}."
    )


def _date(edition: str) -> str:
    return edition.partition(".")[0]


def _check_same_key(held: _Held, table: Table, spec: Spec, before: str, name: str) -> None:
    key = held.entries[table.dataset, before]["schema"]["primaryKey"]
    if key != list(spec.key):
        raise DatasetError(
            f"{name}: the key is {', '.join(spec.key)}, and that of {table.dataset} {before} is {', '.join(key)}; "
            "give the table another name, or the same key."
        )


def _sources(held: _Held, table: Table, edition: str, path: Path, identity: str) -> store.File:
    """Return the edition of `sources` that has a row for the file."""
    publisher = table.rows[0].get("publisher") or SPECS[table.dataset].publisher
    released = f"released {table.released}" if table.released else ""
    where = "; ".join(filter(None, (table.where, table.source, released, f"file {path.name}", _mark(path))))
    row = {_ID: identity, "publisher": publisher, "where": where}
    before = held.newest(_SOURCES)
    if before and edition <= before:
        number = before.partition(".")[2] or "1"
        edition = f"{_date(before)}.{int(number) + 1:02d}"
    content = store.content(_SOURCES, edition, store.by_key([*held.sources(), row], SPECS[_SOURCES].key))
    caveat = f"Edition {before} with source {identity} added." if before else f"Made when {identity} was added."
    old = held.entries[_SOURCES, before]["caveats"] if before else []
    own = [text for text in old if text not in SPECS[_SOURCES].caveats]
    return store.File(_SOURCES, edition, content, _date(edition), "compiled", "", (caveat, *own))


# --- checking and comparing -----------------------------------------------------------------------------------


def _checked(file: store.File, name: str) -> pd.DataFrame:
    """Return the typed frame of a file that is yet to be written; raises if it does not pass the checks."""
    try:
        return datasets.frame_of(store.resource(file), file.content)
    except DatasetError as error:
        raise DatasetError(
            f"{name}: what was read from it does not pass the checks of the data: {error}"
        ) from error


def _compared(held: _Held, plan: _Plan, plans: Sequence[_Plan], name: str) -> Comparison:
    """Return what the rows of the file change against the edition before."""
    dataset, before = plan.file.dataset, str(plan.before)
    names = (dataset, before, plan.file.edition)
    schema: Mapping[str, Any] = store.resource(plan.file)["schema"]
    old = held.frame(dataset, before)
    if dataset in UNIONS:
        alone = replace(plan.file, content=store.content(dataset, plan.file.edition, plan.rows))
        new = _checked(alone, name)
        found = _compared_rows(old, new, schema, names)
        if not found.both:
            _check_size(_size(old, new, schema), names, name)
    else:
        found = comparing.tables(old, _checked(plan.file, name), schema, names, _bases(held, plan, plans))
    _check_unit(found, name)
    return found


def _bases(held: _Held, plan: _Plan, plans: Sequence[_Plan]) -> tuple[int, int] | None:
    if plan.file.dataset not in comparing.BASED or ("cpb-series", str(plan.before)) not in held.entries:
        return None
    old = comparing.base_year(held.frame("cpb-series", str(plan.before)))
    new = next(int(other.rows[0]["base_year"]) for other in plans if other.file.dataset == "cpb-series")
    return old, new


def _compared_rows(
    old: pd.DataFrame, new: pd.DataFrame, schema: Mapping[str, Any], names: tuple[str, str, str]
) -> Comparison:
    """Return what rows from one source change against rows from others, whose units may differ."""
    key, value = _key_and_value(schema)
    before, after = (
        _finest(_in_one_unit(frame.dropna(subset=value), value), [*key, "of"]) for frame in (old, new)
    )
    both = before.merge(after, on=[*key, "of"], suffixes=("", "_new"))
    reason = ""
    if (both["power"] != both["power_new"]).any():
        reason = "Numbers were brought to one unit; those printed in a coarser one may differ by their rounding."
    found = before.merge(after[[*key, "of"]], on=[*key, "of"])
    return comparing.compare(found, after, [*key, "of"], value, names=names, reason=reason)


def _key_and_value(schema: Mapping[str, Any]) -> tuple[list[str], str]:
    """Return the columns that tell rows apart whatever their source, and the column of the values."""
    key = [name for name in schema["primaryKey"] if name != _ID]
    return key, next(field["name"] for field in schema["fields"] if field["type"] == "number")


def _in_one_unit(frame: pd.DataFrame, value: str) -> pd.DataFrame:
    """Return the frame with `power`, `of` ("10k CNY" is 10,000 `of` CNY), and the value multiplied out."""
    units = frame["unit"].tolist() if "unit" in frame else [""] * len(frame)
    parts = [unit.partition(" ") if unit.partition(" ")[0] in _POWERS else ("", "", unit) for unit in units]
    powers = [_POWERS.get(first, 1.0) for first, _, _ in parts]
    made = frame.assign(power=powers, of=[rest for _, _, rest in parts])
    made[value] = made[value] * made["power"]
    if "adjustment" in made:
        # Where a source does not say, the number is the plain one: only adjusted numbers stand apart.
        made["adjustment"] = made["adjustment"].replace("unadjusted", "not stated")
    return made


def _finest(frame: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Return one row of each key: in the finest unit, and from the file added last where several have that."""
    added = frame[_ID].str.startswith("A")
    age = frame[_ID].str[1:].astype("int64").where(added, 0)
    ordered = frame.assign(age=age).sort_values(["power", "age"], ascending=[True, False], kind="stable")
    return ordered.drop_duplicates(key).drop(columns="age")


def _check_unit(found: Comparison, name: str) -> None:
    """Raise if most values are so many times those before that their unit must be another."""
    if found.is_growth or "change" not in found.changes or found.changed * 2 < found.both or not found.changed:
        return
    pairs = found.changes[(found.changes["old"] != 0) & (found.changes["new"] != 0)]
    ratio = float((pairs["new"] / pairs["old"]).abs().median())
    if ratio >= _OTHER_UNIT or ratio <= 1 / _OTHER_UNIT:
        raise DatasetError(
            f"{name}: the values are about {_times(ratio)} those of {found.dataset} {found.old} for the same "
            "rows, so that the unit seems to have changed; values in the unit that the reader knows are expected."
        )


def _size(old: pd.DataFrame, new: pd.DataFrame, schema: Mapping[str, Any]) -> float | None:
    """Return how many times the latest values of its series those of new rows are, None without such a series.

    A series is what has the same key but for its period; the answer is the median, over series, of the ratio of
    medians.
    """
    key, value = _key_and_value(schema)
    series = [*(name for name in key if name != "period"), "of"]
    before, after = (_in_one_unit(frame.dropna(subset=value), value) for frame in (old, new))
    latest = _finest(before, [*key, "of"]).sort_values("period", kind="stable").groupby(series).tail(_LATEST)
    levels = pd.concat(
        {name: frame.groupby(series)[value].median() for name, frame in (("old", latest), ("new", after))},
        axis="columns",
        join="inner",
    )
    levels = levels[(levels != 0).all(axis="columns")]
    return None if levels.empty else float((levels["new"] / levels["old"]).abs().median())


def _check_size(ratio: float | None, names: tuple[str, str, str], name: str) -> None:
    """Raise if values of other months are so many times those before that their unit must be another."""
    if ratio is not None and not 1 / _OTHER_SIZE < ratio < _OTHER_SIZE:
        dataset, before, _ = names
        raise DatasetError(
            f"{name}: the values are about {_times(ratio)} the latest of {dataset} {before} for the same series, "
            "so that the unit in the file's head seems not to be that of its numbers; the two must agree."
        )


def _times(ratio: float) -> str:
    return f"{ratio:,.0f} times" if ratio > 1 else f"a {1 / ratio:,.0f}th of"
