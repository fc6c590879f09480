"""What a reader of publishers' files makes, and which reader knows which kind of file."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from onewaytrade.errors import SourceError
from onewaytrade.nearest import nearest
from onewaytrade.sources.figures import Record
from onewaytrade.sources.tables import Spec


@dataclass(frozen=True, slots=True)
class Table:
    """What one reader made of a file for one dataset.

    `rows` are text by the columns of the dataset (numbers in their shortest form, missing ones empty; source_id
    is left empty, since whoever adds the file gives it). `edition` and `released` (an ISO date) are as the file
    itself says, None where it does not; `where` is the publisher's address, "" if it is unknown; `source` is the
    file's title as printed. `spec` describes a dataset that `tables.SPECS` does not know.
    """

    dataset: str
    rows: tuple[Record, ...]
    edition: str | None
    released: str | None
    where: str
    caveats: tuple[str, ...] = ()
    source: str = ""
    spec: Spec | None = None


Reader = Callable[[Path], tuple[Table, ...]]

READERS: Mapping[str, str] = MappingProxyType(
    {
        "cpb": "onewaytrade.sources.monitor:tables",
        "gacc-partners": "onewaytrade.sources.gacc_partners:tables",
        "gacc-commodities": "onewaytrade.sources.gacc_commodities:tables",
        "gacc-totals": "onewaytrade.sources.gacc_totals:tables",
        "fred": "onewaytrade.sources.fred:tables",
        "comtrade": "onewaytrade.sources.comtrade:tables",
        "census": "onewaytrade.sources.census:tables",
        "table": "onewaytrade.sources.tidy:tables",
    }
)


def reader(source: str) -> Reader:
    """Return the reader of the files of `source`; raises SourceError, with the nearest name, if there is none."""
    if source not in READERS:
        near = nearest(source, READERS)
        raise SourceError(
            f"There is no source '{source}'; the nearest is '{near}', and all are {', '.join(READERS)}."
        )
    module, _, function = READERS[source].partition(":")
    found: Reader = getattr(importlib.import_module(module), function)
    return found
