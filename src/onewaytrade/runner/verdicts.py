"""Collect the verdicts that notebooks leave in their outputs, and keep them in one file."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from onewaytrade import files
from onewaytrade.errors import OneWayTradeError

VERDICT_MIME = "application/vnd.onewaytrade.verdict+json"
FILE = "verdicts.json"

Verdict = dict[str, Any]


def collect(stem: str, notebook: Mapping[str, Any]) -> list[Verdict]:
    """Return the verdicts in the outputs of an executed notebook, in their order, marked with its stem."""
    bundles = (
        output["data"] for cell in notebook["cells"] for output in cell.get("outputs", ()) if "data" in output
    )
    return [dict(data[VERDICT_MIME]) | {"notebook": stem} for data in bundles if VERDICT_MIME in data]


def read(path: Path) -> list[Verdict]:
    """Return the verdicts kept in the file at `path`; none if there is no such file.

    Raises OneWayTradeError if the file is not what a run writes.
    """
    if not path.is_file():
        return []
    try:
        kept: list[Verdict] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        kept = [{}]
    if not isinstance(kept, list) or not all(isinstance(v, dict) and "claim" in v for v in kept):
        raise OneWayTradeError(f"{path} is not what a run writes; delete it and run the notebooks again.")
    return kept


def merge(kept: Iterable[Verdict], stem: str, fresh: Iterable[Verdict], order: Sequence[str]) -> list[Verdict]:
    """Return `kept` with the verdicts of the notebook `stem` replaced by `fresh`, in the order of the claims.

    Claims that `order` does not list come last, by notebook.
    """
    rank = {claim: position for position, claim in enumerate(order)}
    merged = [verdict for verdict in kept if verdict["notebook"] != stem]
    merged += fresh
    return sorted(merged, key=lambda verdict: (rank.get(verdict["claim"], len(rank)), verdict["notebook"]))


def write(path: Path, verdicts: Sequence[Verdict]) -> None:
    """Write `verdicts` to the file at `path` as a JSON list."""
    files.write_text(path, json.dumps(verdicts, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
