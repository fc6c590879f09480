"""Which verdicts changed when a pin moved: for the page of changes and for the feed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from onewaytrade import datasets, pinning
from onewaytrade.errors import SiteError
from onewaytrade.site.content import Content


@dataclass(frozen=True, slots=True)
class Change:
    """A claim's verdict before and after the pin of a dataset moved, as words, and why it moved.

    `date` is the day (or the month) of the edition that the pin moved to, as the manifest has it: no clock is
    asked. `claim` is the claim's id, `reason` names the dataset and both editions.
    """

    date: str
    claim: str
    before: str
    after: str
    reason: str


def changes(content: Content) -> tuple[Change, ...]:
    """Return the verdicts that changed their word since they were kept in `data/verdicts/`, the newest first.

    What was kept of a dataset is compared with what was kept of it next, and at last with the verdicts of now.
    Raises SiteError if a file there does not hold what `onewaytrade pin` writes.
    """
    kept = [_read(path) for path in sorted((content.root / pinning.FOLDER).glob("*.json"))]
    if not kept:
        return ()
    now = {str(verdict["claim"]): str(verdict["verdict"]) for verdict in content.verdicts}
    manifest = datasets.manifest(content.root)
    found = [
        change
        for dataset in sorted({whole["dataset"] for whole in kept})
        for change in _of_dataset(dataset, [one for one in kept if one["dataset"] == dataset], now, manifest)
    ]
    return tuple(sorted(found, key=lambda change: change.date, reverse=True))


def _of_dataset(
    dataset: str, kept: list[dict[str, Any]], now: Mapping[str, str], manifest: Mapping[str, Any]
) -> Iterator[Change]:
    stages = [(one["edition"], _words(one)) for one in sorted(kept, key=lambda one: str(one["edition"]))]
    stages.append((str(manifest["pins"].get(dataset, "")), dict(now)))
    dates = {one["edition"]: one["released"] for one in manifest["resources"] if one["dataset"] == dataset}
    for (old, before), (new, after) in pairwise(stages):
        if old == new:
            continue
        for claim, word in before.items():
            if claim in after and after[claim] != word:
                reason = f"{dataset} is pinned to {new} instead of {old}"
                yield Change(str(dates.get(new, new)), claim, word, after[claim], reason)


def _words(whole: Mapping[str, Any]) -> dict[str, str]:
    return {str(verdict["claim"]): str(verdict["verdict"]) for verdict in whole["verdicts"]}


def _read(path: Path) -> dict[str, Any]:
    try:
        whole: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        _words(whole)
        whole["dataset"], whole["edition"]
    except (ValueError, KeyError, TypeError) as error:
        raise SiteError(
            f"{path} does not hold verdicts as `onewaytrade pin` keeps them; restore it or remove it."
        ) from error
    return whole
