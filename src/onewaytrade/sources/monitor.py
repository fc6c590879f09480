"""Make datasets of CPB's workbooks: an edition of the World Trade Monitor gives `cpb` and `cpb-series`."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from onewaytrade.sources import addresses, cpb
from onewaytrade.sources.figures import Record
from onewaytrade.sources.reading import Table

_NEIGHBOUR = (
    "The article's own edition (2025-03) is not among those at hand; 2025-01 and 2026-01 are its neighbours."
)
_LUNAR = "The last month is provisional, and a month of the Lunar New Year in some years and not in others."
_CAVEATS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"2025-01": (_NEIGHBOUR,), "2026-01": (_NEIGHBOUR, _LUNAR)}
)
_PROVISIONAL = "The last month is provisional."


def tables(path: Path) -> tuple[Table, ...]:
    """Return the datasets `cpb` (index by month) and `cpb-series` (base-year values) of the workbook at `path`.

    Raises SourceError, naming file, sheet, row and column, if the workbook is not as CPB's layout has it.
    """
    read = cpb.read(path)
    where = addresses.published("cpb", addresses.of_edition(read.edition))
    about = (read.edition, read.published.isoformat(), where, _caveats(read.edition))
    source = f"World Trade Monitor to {read.edition}, fixed base {read.base_year}=100"
    return (
        Table("cpb", _records(read.observations), *about, source),
        Table("cpb-series", _records(read.series), *about, source),
    )


def _caveats(edition: str) -> tuple[str, ...]:
    newest = max(_CAVEATS)
    return _CAVEATS.get(edition, (_PROVISIONAL,) if edition > newest else ())


def _records(frame: pd.DataFrame) -> tuple[Record, ...]:
    """Return the frame's rows as text: numbers in their shortest form, missing ones empty."""
    columns = [["" if pd.isna(cell) else str(cell) for cell in frame[name].tolist()] for name in frame]
    return tuple(dict(zip(frame.columns, cells, strict=True)) for cells in zip(*columns, strict=True))
