"""Execute the solutions of lessons, and see whether every answer in them is right."""

import json
import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from onewaytrade.runner import collection, normalise
from onewaytrade.runner.execute import Outcome
from onewaytrade.runner.normalise import Notebook
from onewaytrade.runner.parameters import Value
from onewaytrade.teaching.masters import Cell

_TIMEOUT: Final = 120  # seconds for one cell of a lesson
_FIRST: Final = "teach-first"
_LAST: Final = "teach-last"
# Pictures twice as fine as they are shown: slides are thrown on a wall.
_FINE: Final = "%config InlineBackend.figure_format = 'retina'"
_STATES: Final = """\
import json
print(json.dumps({name: str(grader.look_at(name, globals(), elsewhere=True).state) for name in grader.exercises}))
"""


class Progress(collection.Progress, AbstractContextManager["Progress"], Protocol):
    """What is told of the execution, and shown as long as it goes on."""


@dataclass(frozen=True, slots=True)
class Executed:
    """A lesson's executed solutions, and how each of its exercises was found; or why it stopped."""

    notebook: Notebook
    states: Mapping[str, str]
    failure: str

    @property
    def fault(self) -> str:
        """One clause on what is wrong, "" if every answer is right."""
        wrong = [name for name, state in self.states.items() if state != "right"]
        if self.failure:
            return self.failure
        return f"its own solution of {', '.join(wrong)} is not right" if wrong else ""


def execute(
    root: Path, notebooks: Mapping[str, Notebook], jobs: int, progress: collection.Progress
) -> dict[str, Executed]:
    """Execute notebooks of solutions side by side, and return by stem what came of each."""
    with tempfile.TemporaryDirectory(prefix="onewaytrade-teach-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        paths: dict[Path, dict[str, Value]] = {}
        for stem, notebook in notebooks.items():
            path = folder / f"{stem}.ipynb"
            path.write_bytes(normalise.encode(_framed(notebook)))
            paths[path] = {}
        results = collection.Results(folder / "results", order=())
        done = collection.run(
            root, paths, results, workers=collection.threads(jobs), timeout=_TIMEOUT, progress=progress
        )
    return {outcome.stem: _executed(outcome) for outcome in done}


def _executed(outcome: collection.Done) -> Executed:
    if not isinstance(outcome, Outcome):
        raise TypeError("a lesson is never reused")
    cells = outcome.notebook["cells"]
    failure = ""
    if outcome.failure is not None:
        place = f" under “{outcome.failure.heading}”" if outcome.failure.heading else ""
        failure = f"its solutions stop{place}: {outcome.failure.error}"
    states = {} if failure else _states(next(cell for cell in cells if cell["id"] == _LAST))
    kept = [cell for cell in cells if cell["id"] not in {_FIRST, _LAST}]
    return Executed({**outcome.notebook, "cells": _counted(kept)}, states, failure)


def _states(last: Cell) -> dict[str, str]:
    """Return what our last cell has printed, whatever warnings stand beside it."""
    found: dict[str, str] = json.loads(
        "".join(output["text"] for output in last["outputs"] if output.get("name") == "stdout")
    )
    return found


def _framed(notebook: Notebook) -> Notebook:
    """Return a notebook between two cells of ours: what pictures are like, and how its answers were found."""
    return {**notebook, "cells": [_code(_FIRST, _FINE), *notebook["cells"], _code(_LAST, _STATES)]}


def _code(name: str, source: str) -> Cell:
    return {
        "cell_type": "code", "id": name, "metadata": {}, "source": source, "outputs": [], "execution_count": None,
    }  # fmt: skip


def _counted(cells: list[Cell]) -> list[Cell]:
    """Return the cells with their counts as if ours had not been there, and each picture with its words."""
    counted, count = [], 0
    for cell in cells:
        if cell["cell_type"] != "code":
            counted.append(cell)
            continue
        count += 1
        alt = cell["metadata"].get("onewaytrade", {}).get("alt", "")
        outputs = []
        for output in cell["outputs"]:
            changed = dict(output)
            if "execution_count" in changed:
                changed["execution_count"] = count
            if alt and "image/png" in changed.get("data", ()):
                picture = {**changed.get("metadata", {}).get("image/png", {}), "alt": alt}
                changed["metadata"] = {**changed.get("metadata", {}), "image/png": picture}
            outputs.append(changed)
        counted.append({**cell, "execution_count": count, "outputs": outputs})
    return counted
