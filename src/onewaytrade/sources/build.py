"""Write `data/` from the publishers' workbooks and the compiled tables: the same input gives the same bytes.

python -m onewaytrade.sources.build FIGURES WORKBOOKS [DATA]
"""

import csv
import hashlib
import io
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from onewaytrade import datasets, files, project
from onewaytrade.errors import OneWayTradeError, SourceError
from onewaytrade.sources import cpb, figures
from onewaytrade.sources.tables import NOT_ESTABLISHED, SPECS, Spec

_PINS = {"cpb": "2026-01", "cpb-series": "2026-01", "gacc-commodities": "2025-06-09"}
_ADDRESSES = (
    "https://www.cpb.nl/sites/default/files/omnidownload/CPB-World-Trade-Monitor-{month}-{year}.xlsx",
    "https://www.cpb.nl/system/files/cpbmedia/cpb-world-trade-monitor-{month}-{year}.xlsx",
)


@dataclass(frozen=True, slots=True)
class _File:
    """One file of `data/`, with what its manifest says about this edition."""

    dataset: str
    edition: str
    content: bytes
    released: str
    dated: str
    where: str
    caveats: tuple[str, ...]


def build(figures_dir: Path, workbooks_dir: Path, data_dir: Path) -> list[Path]:
    """Write every dataset and the manifest into `data_dir`, and return the paths written.

    Nothing is written before everything was read; each file is replaced atomically, the manifest last.
    Raises SourceError if an input is missing or malformed, or if a key stands in two rows.
    """
    made = sorted(
        [*_editions(workbooks_dir), *_compiled(figures_dir)], key=lambda file: (file.dataset, file.edition)
    )
    paths = []
    for file in made:
        paths.append(data_dir / file.dataset / f"{file.edition}.csv")
        files.write_bytes(paths[-1], file.content)
    paths.append(data_dir / project.MANIFEST.name)
    files.write_text(paths[-1], json.dumps(_manifest(made), ensure_ascii=False, indent=1) + "\n")
    return paths


def _editions(folder: Path) -> Iterator[_File]:
    workbooks = sorted(folder.glob("*.xlsx"))
    if not workbooks:
        raise SourceError(f"{folder}: there is no workbook; CPB's editions (.xlsx) are expected there.")
    for workbook in workbooks:
        edition = cpb.read(workbook)
        caveats = {"2025-01": _NEIGHBOUR, "2026-01": (*_NEIGHBOUR, _PROVISIONAL)}.get(edition.edition, ())
        for dataset, frame in (("cpb", edition.observations), ("cpb-series", edition.series)):
            yield _File(
                dataset,
                edition.edition,
                _csv(dataset, edition.edition, _records(frame)),
                edition.published.isoformat(),
                "published",
                _address(edition.edition),
                caveats,
            )


def _compiled(folder: Path) -> Iterator[_File]:
    tables = figures.tables(folder)
    places = {
        row["source_id"]: row["where"] for table in tables if table.dataset == "sources" for row in table.rows
    }
    for table in tables:
        content = _csv(table.dataset, table.edition, _sorted(table))
        if table.edition == figures.COMPILED:
            yield _File(table.dataset, table.edition, content, table.edition, "compiled", "", ())
        else:
            where = "; ".join(places[source] for source in sorted({row["source_id"] for row in table.rows}))
            caveats = _release_caveats(table)
            yield _File(table.dataset, table.edition, content, table.edition, "published", where, caveats)


def _release_caveats(table: figures.Table) -> tuple[str, ...]:
    caveats = [_DAY_UNKNOWN] if len(table.edition) == len("2023-12") else []
    if any(row["note"] for row in table.rows):
        caveats.append(_IN_TENTHS)
    if not any(row["frequency"] == "monthly" for row in table.rows):
        caveats.append("This release holds January and February together, and no single month.")
    return tuple(caveats)


_NEIGHBOUR = (
    "The article's own edition (2025-03) is not among those at hand; 2025-01 and 2026-01 are its neighbours.",
)
_PROVISIONAL = "The last month is provisional, and a month of the Lunar New Year in some years and not in others."
_DAY_UNKNOWN = "The day of this release in December 2023 is not known; the figures are those to November 2023."
_IN_TENTHS = (
    "Values with a note were printed in 100M CNY with one decimal, and multiplied by 10,000 by the compilers: "
    "they are exact to ±500 of their unit."
)


def _records(frame: pd.DataFrame) -> list[figures.Record]:
    """Return the frame's rows as text: numbers in their shortest form, missing ones empty."""
    columns = [["" if pd.isna(cell) else str(cell) for cell in frame[name].tolist()] for name in frame]
    return [dict(zip(frame.columns, cells, strict=True)) for cells in zip(*columns, strict=True)]


def _sorted(table: figures.Table) -> list[figures.Record]:
    key = SPECS[table.dataset].key
    return sorted(table.rows, key=lambda row: [row[name] for name in key])


def _csv(dataset: str, edition: str, rows: Sequence[figures.Record]) -> bytes:
    spec = SPECS[dataset]
    names = [field.name for field in spec.fields]
    seen: set[tuple[str, ...]] = set()
    for row in rows:
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
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def _address(edition: str) -> str:
    year, month = edition.split("-")
    name = cpb.MONTH_NAMES[int(month) - 1]
    # CPB changed the pattern of its addresses in 2025.
    old, new = _ADDRESSES
    return old.format(month=name, year=year) if edition < "2025-02" else new.format(month=name.lower(), year=year)


def _manifest(made: Iterable[_File]) -> dict[str, object]:
    made = list(made)
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "onewaytrade",
        "title": "One-Way Trade: published figures on China's trade",
        "description": (
            "Figures as their publishers printed them, one file for each table and edition. Nothing is "
            "interpolated; what was computed or implied says so in its row. No licence is given where none could "
            "be established."
        ),
        "keywords": ["China", "trade", "customs", "world trade monitor"],
        "pins": {file.dataset: _PINS.get(file.dataset, figures.COMPILED) for file in made},
        "resources": [_resource(file, SPECS[file.dataset]) for file in made],
    }


def _resource(file: _File, spec: Spec) -> dict[str, object]:
    where = file.where or spec.where
    return {
        "name": f"{file.dataset}-{file.edition}",
        "path": f"{file.dataset}/{file.edition}.csv",
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
        "licence": NOT_ESTABLISHED,
        "grade": spec.grade,
        "caveats": [*file.caveats, *spec.caveats],
        "sources": [{"title": spec.publisher, **({"path": where} if where.startswith("https://") else {})}],
        "schema": {
            "fields": [field.to_dict() for field in spec.fields],
            "missingValues": [""],
            "primaryKey": list(spec.key),
        },
    }


def main(arguments: Sequence[str]) -> int:
    """Build `data/` from the folders named, check it, and return the exit status."""
    if len(arguments) not in {2, 3}:
        print("usage: python -m onewaytrade.sources.build FIGURES WORKBOOKS [DATA]", file=sys.stderr)
        return 2
    figures_dir, workbooks_dir, *rest = map(Path, arguments)
    try:
        data = rest[0] if rest else Path("data")
        written = build(figures_dir, workbooks_dir, data)
        faults = datasets.check(data.resolve().parent)
    except OneWayTradeError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(written)} files written to {data}.")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
