"""Copy executed notebooks back over their sources, so that the committed ones carry their outputs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from onewaytrade import files
from onewaytrade.runner import notebooks


def publish(sources: Sequence[Path], executed: Path) -> list[str]:
    """Copy from the folder `executed` over the notebooks `sources`; return the stems of those that changed.

    Raises NotebookError, before anything is written, if one was not run, was run with other parameters, or
    has been edited since.
    """
    ready = {path: _checked(path, executed / path.name) for path in sources}
    changed = [path for path, content in ready.items() if path.read_bytes() != content]
    for path in changed:
        files.write_bytes(path, ready[path])
    return [path.stem for path in changed]


def _checked(source: Path, executed: Path) -> bytes:
    if not executed.is_file():
        raise notebooks.NotebookError(f"{source.stem} has no executed copy in {executed.parent}: run it first.")
    copy = notebooks.read(executed)
    if notebooks.tagged(copy, notebooks.INJECTED) is not None:
        raise notebooks.NotebookError(f"{executed} was run with other parameters than its own: run it without.")
    if _text(copy) != _text(notebooks.read(source)):
        raise notebooks.NotebookError(f"{source} has been edited since it was run: run it again first.")
    return executed.read_bytes()


def _text(notebook: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(cell["id"], cell["cell_type"], notebooks.source(cell)) for cell in notebook["cells"]]
