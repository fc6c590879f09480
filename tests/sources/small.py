"""Make small projects to add files to: a manifest and a few files, in the form that the build gives them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from onewaytrade.sources import monitor, store
from onewaytrade.sources.figures import Record
from onewaytrade.sources.tables import SPECS
from sources import workbook as book

SOURCES = [{"source_id": "S050", "publisher": "US Census", "where": "a copy"}]
CPB = "2022-01"


def mirror(period: str, value: str, unit: str = "M USD", source: str = "S050", **other: str) -> Record:
    """Return a row of US exports to China in the dataset `mirror`."""
    row = {
        "reporter": "United States",
        "partner": "China",
        "flow": "exports",
        "currency": "USD",
        "frequency": "monthly",
        "adjustment": "not stated",
        "period": period,
        "value": value,
        "unit": unit,
        "yoy_published_pct": "",
        "basis": "printed",
        "grade": "mirror",
        "publisher": "US Census",
        "source_id": source,
        "note": "",
    }
    return row | other


MIRROR = (mirror("2022-11", "100.5"), mirror("2022-12", "200"), mirror("2023-01", "300"))


def file(dataset: str, edition: str, rows: Sequence[Record]) -> store.File:
    """Return a file of a dataset whose rows are compiled."""
    content = store.content(dataset, edition, store.by_key(rows, SPECS[dataset].key))
    return store.File(dataset, edition, content, edition, "compiled", "", ())


def files(folder: Path, mirrored: Sequence[Record] = MIRROR) -> list[store.File]:
    """Return the files of a small project: an edition of CPB, three months of US exports, and their source."""
    folder.mkdir(parents=True, exist_ok=True)
    workbook = book.write(folder / "cpb.xlsx", {"trade_out": book.grid()})
    made = [file("mirror", "2026-11-23", mirrored), file("sources", "2026-11-23", SOURCES)]
    for table in monitor.tables(workbook):
        content = store.content(table.dataset, CPB, table.rows)
        made.append(
            store.File(table.dataset, CPB, content, str(table.released), "published", table.where, table.caveats)
        )
    return made


def project(folder: Path, mirrored: Sequence[Record] = MIRROR) -> Path:
    """Write the small project into `folder` and return it; its manifest holds a key that no code knows."""
    empty = {"pins": {}, "resources": [], "remark": "kept"}
    made = files(folder, mirrored)
    store.write(folder / "data", made, store.with_files(empty, made))
    return folder


def contents(folder: Path) -> Mapping[str, bytes]:
    """Return every file below the project's `data/`, hidden ones too."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted((folder / "data").rglob("*"))
        if path.is_file()
    }
