"""Read every definition of each claim from a run's `definitions.csv`, and write those of one claim."""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from onewaytrade import grids

_TRUE: Final = "True"


@dataclass(frozen=True, slots=True)
class Definitions:
    """All definitions of one claim, as rows of `definitions.csv` with its columns (see `grids.table`)."""

    columns: Sequence[str]
    rows: Sequence[Mapping[str, str]]

    @property
    def same(self) -> list[Mapping[str, str]]:
        """The definitions of the article's question, its own among them, none that ends after the article."""
        asked = {(row["part"], row["question"]) for row in self.rows if row["article"] == _TRUE}
        return [row for row in self.rows if (row["part"], row["question"]) in asked and row["update"] != _TRUE]

    @property
    def ends(self) -> tuple[Mapping[str, str], Mapping[str, str]] | None:
        """The definitions of the article's question with the lowest and the highest value.

        None where they are of several parts or units, where some of them only bound the value, or where all give
        the same.
        """
        same = self.same
        if len({(row["part"], row["unit"]) for row in same}) != 1 or not all(row["computed"] for row in same):
            return None
        low, high = (choose(same, key=lambda row: float(row["computed"])) for choose in (min, max))
        return None if low["computed"] == high["computed"] else (low, high)

    def csv(self) -> bytes:
        """Return the rows as CSV, as they stand in `definitions.csv`, below its header."""
        text = io.StringIO()
        writer = csv.DictWriter(text, self.columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return text.getvalue().encode()


def read(run: Path) -> dict[str, Definitions]:
    """Return the definitions of each claim, by its id, from the folder of a run; none if it has no such file."""
    path = run / grids.FILE
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file)
        columns = list(table.fieldnames or ())
        rows: defaultdict[str, list[Mapping[str, str]]] = defaultdict(list)
        for row in table:
            rows[row["claim"]].append(row)
    return {claim: Definitions(columns, own) for claim, own in rows.items()}
