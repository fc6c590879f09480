"""Small projects made by the tests, and one run of a collection that most tests look at."""

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from onewaytrade.runner import collection, notebooks
from onewaytrade.runner.execute import Outcome

VERDICT = """
from IPython.display import display
display({{"application/vnd.onewaytrade.verdict+json": {{"claim": "{claim}", "verdict": "close"}},
         "text/plain": "close", "text/csv": "month,index\\n2022-12,{index}\\n"}}, raw=True)
"""
CELLS = {
    "00-scoreboard": ["# Scoreboard", "import os; print(open(os.environ['ONEWAYTRADE_VERDICTS']).read())"],
    "01-good": [
        "# Good",
        "growth: int = 2  # in percent, as in a = b",
        "import os, sys, warnings\nprint(os.path.samefile('.', os.environ['ONEWAYTRADE_PROJECT']))",
        "print(sys.executable, hash('x'), os.getppid() == int(os.environ['JPY_PARENT_PID']))",
        "print('out'); warnings.warn('careful'); print('err', file=sys.stderr)\nobject()",
        VERDICT.format(claim="second", index=1),
        VERDICT.format(claim="first", index=2),
    ],
    "02-raises": [
        "# Raises",
        VERDICT.format(claim="third", index=3),
        "## The part that fails\n```\n# no heading\n```\n",
        "raise ValueError('no luck\\nin two lines')",
        "## Not reached",
        "print('not reached')",
    ],
    "03-dies": ["# Dies", "import os; os._exit(1)"],
    "04-parameters": [
        "# Parameters",
        'start: str = "2022-12"  # a month\nmonths: int = 12\n',
        "print(start, months)",
    ],
    "05-sleeps": [
        "# Sleeps",
        "import os, pathlib, time\npathlib.Path('kernel.pid').write_text(str(os.getpid()))\ntime.sleep(60)",
    ],
}


def cell(number: int, text: str) -> dict[str, Any]:
    """Return a cell: Markdown if the text begins with "#", tagged if it declares parameters."""
    common = {"id": f"c{number}", "metadata": {}, "source": text}
    if text.startswith("#"):
        return common | {"cell_type": "markdown"}
    if ": int =" in text:
        common["metadata"] = {"tags": ["parameters"]}
    return common | {"cell_type": "code", "outputs": [], "execution_count": None}


def write_notebook(path: Path, texts: Sequence[str]) -> Path:
    cells = [cell(number, text) for number, text in enumerate(texts)]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    content = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def alive(processes: Iterable[psutil.Process], within: float = 20) -> list[psutil.Process]:
    """Return those processes that have not ended within so many seconds."""

    def lives(process: psutil.Process) -> bool:
        try:
            # Where nobody buries the orphans of a machine, they stay as zombies.
            return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    deadline = time.monotonic() + within
    while (left := [process for process in processes if lives(process)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def make_project(folder: Path, stems: Sequence[str] = tuple(CELLS)) -> Path:
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "datapackage.json").write_text("{}", encoding="utf-8")
    for stem in stems:
        write_notebook(folder / "notebooks" / f"{stem}.ipynb", CELLS[stem])
    return folder


@pytest.fixture
def make_notebook(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a notebook of the given cells."""
    return lambda *texts: write_notebook(tmp_path / "notebooks" / "01-made.ipynb", texts)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project of its own, not run yet."""
    return make_project(tmp_path / "project")


@dataclass
class Record:
    """A progress that remembers what it was told."""

    cells: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def cell_done(self, stem: str) -> None:
        self.cells.append(stem)

    def notebook_done(self, outcome: Outcome) -> None:
        self.done.append(outcome.stem)


@dataclass(frozen=True)
class Run:
    """A run and what came of it."""

    root: Path
    results: collection.Results
    progress: Record
    outcomes: dict[str, Outcome]

    def notebook(self, stem: str) -> dict[str, Any]:
        return notebooks.read(self.results.notebook(stem))

    def printed(self, stem: str) -> str:
        """Return all that the notebook printed on its two streams."""
        outputs = [output for cell in self.notebook(stem)["cells"] for output in cell.get("outputs", ())]
        return "".join("".join(output["text"]) for output in outputs if output["output_type"] == "stream")


def run(root: Path, out: Path, *stems: str, timeout: int = 60, **parameters: Any) -> Run:
    """Run notebooks of a project; `parameters` go to those of "04-parameters"."""
    results = collection.Results(out, order=("first", "second", "third"))
    progress = Record()
    chosen = {path: parameters if path.stem == "04-parameters" else {} for path in notebooks.choose(root, stems)}
    outcomes = collection.run(
        root, chosen, results, workers=collection.threads(2), timeout=timeout, progress=progress
    )
    return Run(root, results, progress, {outcome.stem: outcome for outcome in outcomes})


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return one run: a good notebook, one that raises, one whose kernel dies, one with parameters, the board."""
    root = make_project(tmp_path_factory.mktemp("ran") / "project")
    out = root / "build"
    old = [
        {"claim": claim, "verdict": "old", "notebook": stem}
        for claim, stem in (("x", "09-other"), ("third", "02-raises"))
    ]
    out.mkdir()
    (out / "verdicts.json").write_text(json.dumps(old), encoding="utf-8")
    (out / "notebooks").mkdir()
    (out / "notebooks" / "02-raises.ipynb").write_text("old", encoding="utf-8")
    (out / "figures").mkdir()
    for name in ("01-good-3.csv", "02-raises-1.csv", "09-other-1.csv"):
        (out / "figures" / name).write_text("old", encoding="utf-8")
    stems = ("00-scoreboard", "01-good", "02-raises", "03-dies", "04-parameters")
    return run(root, out, *stems, start="2021-01")


@pytest.fixture(scope="session")
def again(ran: Run) -> Run:
    """Return a second run, elsewhere, of the good notebook; another sleeps longer than a cell may take."""
    return run(ran.root, ran.root / "build" / "again", "01-good", "05-sleeps", timeout=2)
