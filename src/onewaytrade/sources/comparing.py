"""Compare two editions of a table over what both have: how many values changed, and which the most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd

from onewaytrade import datasets, fmt
from onewaytrade.errors import DatasetError

GROWTH: Final = "month-on-month growth"
BASED: Final = frozenset({"cpb", "cpb-series"})  # their levels depend on the edition's base year
_EXACT: Final = 1e-9  # what two ways of writing one number may differ by


@dataclass(frozen=True, slots=True)
class Extreme:
    """The largest change of its kind: the key it stands at, both values, and the change."""

    key: tuple[str, ...]
    old: float
    new: float
    change: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two editions of one table, compared over the rows that both have.

    `both` rows are in both, `changed` of them with another value; `added` are in the new one only, `gone` in the
    old one only. `largest_relative` has its change in per cent of the old value, `largest_absolute` in the unit
    of `what`; each is None where nothing changed. `changes` has a row for each changed value: the columns of the
    key, `old`, `new`, `change` and `change_pct` (missing where the old value is 0, or missing itself).
    """

    dataset: str
    old: str
    new: str
    what: str
    both: int
    changed: int
    added: int
    gone: int
    largest_relative: Extreme | None
    largest_absolute: Extreme | None
    changes: pd.DataFrame = field(repr=False, compare=False)
    reason: str = ""

    @property
    def is_growth(self) -> bool:
        """Whether growth was compared in place of levels, so that a change is in percentage points."""
        return self.what == GROWTH

    @property
    def sentence(self) -> str:
        """What a person wants to know first, in plain words."""
        start = f"{self.dataset} {self.new} against {self.old}: "
        if not self.both:
            middle = "no row is in both"
        elif not self.changed:
            middle = f"the {fmt.counted(self.both, 'row')} in both have the same {self.what}"
        else:
            share = fmt.pct(self.changed / self.both * 100, sign=False)
            of = f"{self.changed:,} of {fmt.counted(self.both, 'value')} of {self.what} in both"
            middle = f"{of} changed ({share}){self._largest()}"
        reason = f" {self.reason}" if self.reason else ""
        return f"{start}{middle}; {fmt.counted(self.added, 'row')} new, {self.gone:,} gone.{reason}"

    def _largest(self) -> str:
        largest = self.largest_absolute if self.is_growth else self.largest_relative or self.largest_absolute
        if largest is None:
            return ""
        if self.is_growth:
            change = fmt.points(largest.change, 2)
        elif self.largest_relative is None:
            change = fmt.number(largest.change, 2, sign=True)
        else:
            change = fmt.pct(largest.change, 2)
        ends = f"from {largest.old:.6g} to {largest.new:.6g}".replace("-", fmt.MINUS)
        return f", the most by {change} ({', '.join(filter(None, largest.key))}: {ends})"


def compare(
    old: pd.DataFrame,
    new: pd.DataFrame,
    key: Sequence[str],
    value: str | None,
    *,
    names: tuple[str, str, str] = ("table", "old", "new"),
    what: str = "",
    reason: str = "",
) -> Comparison:
    """Return what changed from `old` to `new`, row by row of the same `key`, in the column `value`.

    `names` are the dataset and both editions, `what` the value in words; `reason` is a sentence to add. Without
    `value`, a row has changed if any of its cells has, and no change is measured. Rows that have no value in
    either are the same. Raises ValueError if a key stands in two rows of one table.
    """
    key = list(key)
    merged = _sides(old, key, value).merge(
        _sides(new, key, value), on=key, how="outer", suffixes=("_old", "_new"), indicator=True, validate="1:1"
    )
    both = merged[merged["_merge"] == "both"].rename(columns={"side_old": "old", "side_new": "new"})
    changes = both.loc[_differs(both, measured=value is not None), [*key, "old", "new"]]
    if value is None:
        changes = changes[key]
    else:
        changes["change"] = changes["new"] - changes["old"]
        changes["change_pct"] = changes["change"] / changes["old"].where(changes["old"] != 0).abs() * 100
    return Comparison(
        *names,
        what=what or value or "cells",
        both=len(both),
        changed=len(changes),
        added=int((merged["_merge"] == "right_only").sum()),
        gone=int((merged["_merge"] == "left_only").sum()),
        largest_relative=_extreme(changes, key, "change_pct"),
        largest_absolute=_extreme(changes, key, "change"),
        changes=changes.sort_values(key).reset_index(drop=True),
        reason=reason,
    )


def growth(index: pd.DataFrame) -> pd.DataFrame:
    """Return month-on-month growth in per cent of a table of `flow`, `region`, `measure`, `month` and `index`.

    A month whose month before is not there has none, and its row is left out.
    """
    series = ["flow", "region", "measure"]
    ordered = index.sort_values([*series, "month"])
    before = ordered.groupby(series)["index"].shift()
    return (
        ordered.assign(growth=(ordered["index"] / before - 1) * 100).dropna(subset="growth").drop(columns="index")
    )


def editions(name: str, old: str, new: str, root: Path) -> Comparison:
    """Return what changed in the dataset `name` from one exact edition to another.

    Raises DatasetError if a file is not what the manifest describes, or if the editions have different keys.
    """
    entries = {(entry["dataset"], entry["edition"]): entry for entry in datasets.manifest(root)["resources"]}

    def frame(dataset: str, edition: str) -> pd.DataFrame:
        entry = entries[dataset, edition]
        return datasets.frame_of(entry, datasets.content(root, entry))

    bases = None
    if name in BASED and all(("cpb-series", edition) in entries for edition in (old, new)):
        bases = (base_year(frame("cpb-series", old)), base_year(frame("cpb-series", new)))
    schemas = (entries[name, old]["schema"], entries[name, new]["schema"])
    if schemas[0]["primaryKey"] != schemas[1]["primaryKey"]:
        keys = " and ".join(", ".join(schema["primaryKey"]) for schema in schemas)
        raise DatasetError(f"{name} {old} and {new} have different keys ({keys}), and cannot be compared.")
    return tables(frame(name, old), frame(name, new), schemas[1], (name, old, new), bases)


def tables(
    old: pd.DataFrame,
    new: pd.DataFrame,
    schema: Mapping[str, Any],
    names: tuple[str, str, str],
    bases: tuple[int, int] | None = None,
) -> Comparison:
    """Return what changed between two tables of one `schema` (as the manifest has it), in its first number.

    `bases` are the base years of CPB's editions: where they differ, growth is compared, since levels cannot be.
    """
    key: list[str] = schema["primaryKey"]
    numbers = [field["name"] for field in schema["fields"] if field["type"] == "number"]
    value = next((name for name in numbers if name not in key and name in old and name in new), None)
    if bases is None or bases[0] == bases[1]:
        return compare(old, new, key, value, names=names)
    reason = f"The base years differ ({bases[0]} and {bases[1]})"
    if value == "index":
        reason += ", so that levels cannot be compared, and month-on-month growth was."
        return compare(growth(old), growth(new), key, "growth", names=names, what=GROWTH, reason=reason)
    return compare(old, new, key, value, names=names, reason=f"{reason}, and base-year values with them.")


def base_year(series: pd.DataFrame) -> int:
    """Return the year that equals 100 in an edition, from its table `cpb-series`."""
    return int(series["base_year"].iloc[0])


def _sides(frame: pd.DataFrame, key: list[str], value: str | None) -> pd.DataFrame:
    """Return key and value, or key and all other cells as one text."""
    if value is not None:
        return frame[key].assign(side=frame[value].astype("float64"))
    others = [name for name in frame if name not in key]
    cells = frame[others].astype("str").to_dict("split")["data"]
    return frame[key].assign(side=["\x1f".join(row) for row in cells])


def _differs(both: pd.DataFrame, *, measured: bool) -> "pd.Series[bool]":
    if not measured:
        return both["old"] != both["new"]
    apart = (both["new"] - both["old"]).abs() > _EXACT * both[["old", "new"]].abs().max(axis=1)
    return apart | (both["old"].isna() != both["new"].isna())


def _extreme(changes: pd.DataFrame, key: list[str], column: str) -> Extreme | None:
    """Return the row of the largest change; the first by its key where several are as large."""
    sizes = changes.sort_values(key)[column].abs().dropna() if column in changes else pd.Series(dtype="float64")
    if sizes.empty:
        return None
    row = changes.loc[[sizes.idxmax()]].iloc[0]
    return Extreme(tuple(str(row[name]) for name in key), float(row["old"]), float(row["new"]), float(row[column]))
