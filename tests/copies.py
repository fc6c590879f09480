"""Copies of the project with editions that it does not have, for tests of what a new edition would do."""

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

Rows = list[dict[str, str]]


def copy_of(root: Path, place: Path) -> Path:
    """Copy a project's data, and return the project that they make."""
    shutil.copytree(root / "data", place / "data")
    return place


def add_edition(project: Path, dataset: str, old: str, new: str, change: Callable[[Rows], Rows]) -> None:
    """Write an edition of a dataset that is an old one with its rows changed, and list it in the manifest."""
    data = project / "data"
    before = (data / dataset / f"{old}.csv").read_text(encoding="utf-8")
    rows = change(list(csv.DictReader(io.StringIO(before))))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    content = text.getvalue().encode("utf-8")
    (data / dataset / f"{new}.csv").write_bytes(content)
    manifest = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    own = next(one for one in manifest["resources"] if (one["dataset"], one["edition"]) == (dataset, old))
    fresh = {
        **own, "name": f"{dataset}-{new}", "path": f"{dataset}/{new}.csv", "edition": new,
        "bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }  # fmt: skip
    manifest["resources"].append(fresh)
    (data / "datapackage.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")
