"""Lay out a small project of one's own: a register with two worked examples, a notebook, and their data."""

import json
from importlib import resources
from pathlib import Path
from typing import Any, Final

from onewaytrade import files, project
from onewaytrade.errors import ProjectError

# Where each template goes.
_TEMPLATES: Final = {
    "README.md": "README.md",
    "index.md": "index.md",
    "gitignore": ".gitignore",
    "claims.yml": "data/claims.yml",
    "01-example.ipynb": "notebooks/01-example.ipynb",
}
# The editions that the examples read; the last one is pinned.
_EDITIONS: Final = ("2025-01", "2026-01")
_DATASETS: Final = ("cpb", "cpb-series")
# What may lie in an empty folder: a repository that was begun before the project.
_HARMLESS: Final = frozenset({".git"})


def lay_out(folder: Path) -> tuple[Path, ...]:
    """Lay out a project in a folder that is new or empty; return the files written, the manifest last.

    The data are copied from those that came with the package, with what the manifest says of them. Raises
    ProjectError, before anything is written, if the folder is not empty or cannot be made.
    """
    if folder.exists() and not folder.is_dir():
        raise ProjectError(f"{folder} is a file; onewaytrade new needs a new or an empty folder.")
    if folder.is_dir() and (found := sorted({path.name for path in folder.iterdir()} - _HARMLESS)):
        raise ProjectError(f"{folder} is not empty (it holds {found[0]}); name a new or an empty folder.")
    contents = {**_templates(), **_data()}
    try:
        for name, content in contents.items():
            files.write_bytes(folder / name, content)
    except OSError as error:
        raise ProjectError(f"{folder} cannot be written ({error.strerror}).") from error
    return tuple(folder / name for name in contents)


def _templates() -> dict[str, bytes]:
    place = resources.files("onewaytrade") / "templates"
    return {target: place.joinpath(name).read_bytes() for name, target in _TEMPLATES.items()}


def _data() -> dict[str, bytes]:
    """Return the data files and the manifest by their paths; the manifest comes last, since it makes a project."""
    origin = project.packaged()
    manifest = json.loads((origin / project.MANIFEST).read_text(encoding="utf-8"))
    own = [
        _without_our_article(entry)
        for entry in manifest["resources"]
        if entry["dataset"] in _DATASETS and entry["edition"] in _EDITIONS
    ]
    paths = {f"data/{entry['path']}": (origin / "data" / entry["path"]).read_bytes() for entry in own}
    described = {
        "$schema": manifest["$schema"],
        "name": "my-article",
        "title": "The data of this project",
        "description": "Figures as their publishers printed them, one file for each table and edition.",
        "pins": dict.fromkeys(_DATASETS, _EDITIONS[-1]),
        "resources": own,
    }
    text = json.dumps(described, ensure_ascii=False, indent=1) + "\n"
    return {**paths, project.MANIFEST.as_posix(): text.encode("utf-8")}


def _without_our_article(entry: dict[str, Any]) -> dict[str, Any]:
    """Return a resource without the caveats that speak of this project's article, which is not the new one's."""
    return {**entry, "caveats": [caveat for caveat in entry["caveats"] if "article" not in caveat]}
