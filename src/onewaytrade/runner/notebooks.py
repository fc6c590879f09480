"""Find the project's notebooks and read one."""

import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from onewaytrade.errors import OneWayTradeError
from onewaytrade.nearest import nearest

FOLDER = "notebooks"
INJECTED = "injected-parameters"


class NotebookError(OneWayTradeError):
    """A notebook is unknown, or is not the file that it should be."""


def collection(root: Path) -> tuple[Path, ...]:
    """Return the paths of the project's notebooks, in the order of their names.

    Raises NotebookError if there are none.
    """
    paths = tuple(sorted((root / FOLDER).glob("*.ipynb")))
    if not paths:
        raise NotebookError(f"There are no notebooks in {root / FOLDER}.")
    return paths


def choose(root: Path, names: Sequence[str]) -> tuple[Path, ...]:
    """Return the notebooks named by stem, by a prefix that only one stem has, or by path.

    No name stands for all of them. Raises NotebookError if a name fits no notebook or several, or if two
    paths have one stem.
    """
    if not names:
        return collection(root)
    chosen: dict[str, Path] = {}
    for name in names:
        path = _find(root, name)
        if chosen.setdefault(path.stem, path) != path:
            raise NotebookError(
                f"{chosen[path.stem]} and {path} have the same name and would overwrite each other's "
                "results: run them one after the other with different --out."
            )
    return tuple(chosen.values())


def _find(root: Path, name: str) -> Path:
    path = Path(name)
    if path.suffix == ".ipynb":
        for candidate in (path, root / path):
            if candidate.is_file():
                return candidate.resolve()
        name = path.stem
    known = {path.stem: path.resolve() for path in collection(root)}
    if name in known:
        return known[name]
    fitting = [stem for stem in known if stem.startswith(name)]
    if len(fitting) == 1:
        return known[fitting[0]]
    if fitting:
        raise NotebookError(f"{name!r} could be {' or '.join(fitting)}: write a little more of the name.")
    raise NotebookError(f"There is no notebook {name!r}; the nearest is {nearest(name, known)}.")


def read(path: Path) -> dict[str, Any]:
    """Return the notebook at `path` in nbformat 4.5, a cell that has no id getting one by its position.

    Raises NotebookError if the file is not a notebook of version 4.
    """
    return parse(path.read_bytes(), str(path))


def parse(content: bytes, name: str) -> dict[str, Any]:
    """Return the notebook that a file holds, as `read` does; `name` is what an error calls it."""
    try:
        notebook: dict[str, Any] = json.loads(content.decode("utf-8"))
        cells = notebook["cells"]
        if notebook["nbformat"] != 4:
            raise NotebookError(f"{name} is a notebook of version {notebook['nbformat']}: version 4 is needed.")
    except (ValueError, KeyError, TypeError) as error:
        raise NotebookError(f"{name} is not a notebook: {error}.") from error
    for position, cell in enumerate(cells, start=1):
        cell.setdefault("id", f"cell-{position:02d}")
    notebook["nbformat_minor"] = max(5, notebook.get("nbformat_minor", 0))
    return notebook


def without_outputs(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return the notebook as if it had never been run."""
    cells = [
        {**cell, "outputs": [], "execution_count": None} if cell["cell_type"] == "code" else cell
        for cell in notebook["cells"]
    ]
    return {**notebook, "cells": cells}


def unexecuted(path: Path) -> dict[str, Any]:
    """Return the notebook at `path` as `without_outputs` does; parsed once as long as its file stays as it is.

    It is shared, and to be read only.
    """
    found = path.stat()
    return _unexecuted(path, found.st_mtime_ns, found.st_size, found.st_ino)


@functools.lru_cache(maxsize=64)
def _unexecuted(path: Path, *_signature: int) -> dict[str, Any]:
    return without_outputs(read(path))


def source(cell: dict[str, Any]) -> str:
    """Return a cell's source as one string, whichever of its two forms the file uses."""
    return "".join(cell["source"])


def code_cells(paths: Sequence[Path]) -> dict[str, int]:
    """Return how many code cells each notebook has, by stem."""
    return {path.stem: sum(cell["cell_type"] == "code" for cell in unexecuted(path)["cells"]) for path in paths}


def tagged(notebook: dict[str, Any], tag: str) -> dict[str, Any] | None:
    """Return the first cell that carries `tag`, or None."""
    return next((cell for cell in notebook["cells"] if tag in cell["metadata"].get("tags", ())), None)
