"""Write files of `data/` with their manifest, both or neither: the same rows give the same bytes."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onewaytrade import files, project
from onewaytrade.errors import SourceError
from onewaytrade.sources.figures import Record
from onewaytrade.sources.tables import SPECS, Spec

Manifest = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class File:
    """One file of `data/`, with what its manifest says about this edition.

    `released` is an ISO date and `dated` says of what ("published", "compiled"); `where` and `caveats` are those
    of this edition, beside those of its dataset. `spec` describes a dataset that `tables.SPECS` does not know.
    """

    dataset: str
    edition: str
    content: bytes
    released: str
    dated: str
    where: str
    caveats: tuple[str, ...]
    spec: Spec | None = None

    @property
    def path(self) -> str:
        """Where the file lies in `data/`."""
        return f"{self.dataset}/{self.edition}.csv"


def content(dataset: str, edition: str, records: Sequence[Record], spec: Spec | None = None) -> bytes:
    """Return the records as the bytes of the dataset's file, in the order given.

    Raises SourceError if a key stands in two rows, or if a row has a note or a rate for which there is no column.
    """
    spec = spec or SPECS[dataset]
    names = [field.name for field in spec.fields]
    seen: set[tuple[str, ...]] = set()
    for row in records:
        key = tuple(row[name] for name in spec.key)
        if key in seen:
            shown = ", ".join(key)
            raise SourceError(f"{dataset} {edition}: the key ({shown}) stands in two rows; one is expected.")
        seen.add(key)
        # A column that the dataset does not have may only be dropped where it says nothing of its own.
        if lost := [name for name in ("note", "yoy_published_pct") if name not in names and row.get(name)]:
            raise SourceError(f"{dataset} {edition}: the row {key} has a {lost[0]}, for which there is no column.")
    text = io.StringIO()
    writer = csv.DictWriter(text, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue().encode("utf-8")


def rows(content: bytes) -> list[Record]:
    """Return the rows of a file of `data/` as text: what `content` made bytes of."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def by_key(records: Iterable[Record], key: Sequence[str]) -> list[Record]:
    """Return the records in the order of their keys."""
    return sorted(records, key=lambda row: [row[name] for name in key])


def resource(file: File) -> dict[str, Any]:
    """Return what the manifest says of a file."""
    spec = file.spec or SPECS[file.dataset]
    where = file.where or spec.where
    return {
        "name": f"{file.dataset}-{file.edition}",
        "path": file.path,
        "title": spec.title,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(file.content),
        "hash": f"sha256:{hashlib.sha256(file.content).hexdigest()}",
        "dataset": file.dataset,
        "edition": file.edition,
        "released": file.released,
        "dated": file.dated,
        "publisher": spec.publisher,
        "where": where,
        "licence": spec.licence,
        "grade": spec.grade,
        "caveats": [*file.caveats, *spec.caveats],
        "sources": [{"title": spec.publisher, **({"path": where} if where.startswith("https://") else {})}],
        "schema": {
            "fields": [field.to_dict() for field in spec.fields],
            "missingValues": [""],
            "primaryKey": list(spec.key),
        },
    }


def with_files(manifest: Manifest, made: Iterable[File]) -> Manifest:
    """Return the manifest with the files listed in it, in the order of dataset and edition.

    Nothing else changes: pins stay as they are (a dataset that is new is pinned to its first file), and so does
    whatever the manifest holds besides.
    """
    made = list(made)
    pins = dict(manifest["pins"])
    for file in sorted(made, key=lambda file: file.edition):
        pins.setdefault(file.dataset, file.edition)
    listed = {entry["path"]: entry for entry in [*manifest["resources"], *map(resource, made)]}
    ordered = sorted(listed.values(), key=lambda entry: (entry["dataset"], entry["edition"]))
    return {**manifest, "pins": dict(sorted(pins.items())), "resources": ordered}


def formatted(manifest: Manifest) -> str:
    """Return the manifest as its file holds it."""
    return json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"


def write(data_dir: Path, made: Iterable[File], manifest: Manifest) -> list[Path]:
    """Write the files and then the manifest, and return the paths written.

    Each is replaced atomically. If one cannot be written, all are put back as they were; if the process ends in
    between, the manifest is still the old one, which does not know the new files: `datasets.check` names them.
    """
    contents = {data_dir / file.path: file.content for file in made}
    contents[data_dir / project.MANIFEST.name] = formatted(manifest).encode("utf-8")
    before = {path: path.read_bytes() if path.is_file() else None for path in contents}
    written: list[Path] = []
    try:
        for path, text in contents.items():
            written.append(path)
            files.write_bytes(path, text)
    except BaseException:
        for path in reversed(written):
            _put_back(path, before[path], data_dir)
        raise
    return written


def _put_back(path: Path, old: bytes | None, data_dir: Path) -> None:
    if old is None:
        path.unlink(missing_ok=True)
        if path.parent != data_dir and path.parent.is_dir() and not any(path.parent.iterdir()):
            path.parent.rmdir()
    elif path.read_bytes() != old:
        files.write_bytes(path, old)
