"""Write `data/` from the publishers' workbooks and the compiled tables: the same input gives the same bytes.

python -m onewaytrade.sources.build FIGURES WORKBOOKS [DATA]
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from onewaytrade import datasets
from onewaytrade.errors import OneWayTradeError, SourceError
from onewaytrade.sources import figures, monitor, store
from onewaytrade.sources.tables import SPECS

_PINS = {"cpb": "2026-01", "cpb-series": "2026-01", "gacc-commodities": "2025-06-09"}


def build(figures_dir: Path, workbooks_dir: Path, data_dir: Path) -> list[Path]:
    """Write every dataset and the manifest into `data_dir`, and return the paths written.

    Nothing is written before everything was read; each file is replaced atomically, the manifest last.
    Raises SourceError if an input is missing or malformed, or if a key stands in two rows.
    """
    made = sorted(
        [*_editions(workbooks_dir), *_compiled(figures_dir)], key=lambda file: (file.dataset, file.edition)
    )
    return store.write(data_dir, made, _manifest(made))


def _editions(folder: Path) -> Iterator[store.File]:
    workbooks = sorted(folder.glob("*.xlsx"))
    if not workbooks:
        raise SourceError(f"{folder}: there is no workbook; CPB's editions (.xlsx) are expected there.")
    for table in (table for workbook in workbooks for table in monitor.tables(workbook)):
        edition, released = str(table.edition), str(table.released)
        content = store.content(table.dataset, edition, table.rows)
        yield store.File(table.dataset, edition, content, released, "published", table.where, table.caveats)


def _compiled(folder: Path) -> Iterator[store.File]:
    tables = figures.tables(folder)
    places = {
        row["source_id"]: row["where"] for table in tables if table.dataset == "sources" for row in table.rows
    }
    for table in tables:
        rows = store.by_key(table.rows, SPECS[table.dataset].key)
        content = store.content(table.dataset, table.edition, rows)
        if table.edition == figures.COMPILED:
            yield store.File(table.dataset, table.edition, content, table.edition, "compiled", "", ())
        else:
            where = "; ".join(places[source] for source in sorted({row["source_id"] for row in table.rows}))
            caveats = _release_caveats(table)
            yield store.File(table.dataset, table.edition, content, table.edition, "published", where, caveats)


def _release_caveats(table: figures.Table) -> tuple[str, ...]:
    caveats = [_DAY_UNKNOWN] if len(table.edition) == len("2023-12") else []
    if any(row["note"] for row in table.rows):
        caveats.append(_IN_TENTHS)
    if not any(row["frequency"] == "monthly" for row in table.rows):
        caveats.append("This release holds January and February together, and no single month.")
    return tuple(caveats)


_DAY_UNKNOWN = "The day of this release in December 2023 is not known; the figures are those to November 2023."
_IN_TENTHS = (
    "Values with a note were printed in 100M CNY with one decimal, and multiplied by 10,000 by the compilers: "
    "they are exact to ±500 of their unit."
)


def _manifest(made: Iterable[store.File]) -> store.Manifest:
    empty = {
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
        "resources": [],
    }
    return store.with_files(empty, made)


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
