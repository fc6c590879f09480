"""Runs of notebooks as jobs that carry what they need, and the pools that do them, here or elsewhere."""

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from onewaytrade import files
from onewaytrade.runner import collection, verdicts
from onewaytrade.runner.execute import PICTURES, Outcome, Setting, environment, execute
from onewaytrade.runner.kernels import Kernels
from onewaytrade.runner.normalise import Notebook
from onewaytrade.runner.parameters import Value


@dataclass(frozen=True, slots=True)
class Job:
    """A notebook's file as it was when the run began, its parameters, and the seconds that a cell may take.

    `board` is the file of the verdicts until now, for the notebook that reads it; without `whole` only what holds
    verdicts is wanted of the executed notebook.
    """

    stem: str
    source: bytes
    parameters: Mapping[str, Value]
    timeout: int
    board: bytes | None = None
    whole: bool = True


class Pool(Protocol):
    """Where jobs are done, `slots` at a time."""

    @property
    def slots(self) -> int:
        """How many jobs it can do at once, at this moment."""

    def submit(self, job: Job) -> Future[Outcome]:
        """Begin a job, or put it in the queue."""


def completed(pool: Pool, jobs: Iterable[Job]) -> Iterator[tuple[Job, Outcome]]:
    """Yield each job with its outcome as it ends; no more are handed out than the pool has slots."""
    queue = iter(jobs)
    running: dict[Future[Outcome], Job] = {}
    exhausted = False
    while running or not exhausted:
        while not exhausted and len(running) < max(1, pool.slots):
            job = next(queue, None)
            if job is None:
                exhausted = True
            else:
                running[pool.submit(job)] = job
        # With a time-out, because slots may be added, and a wait without one cannot be interrupted on Windows.
        done, _ = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
        for future in done:
            yield running.pop(future), future.result()


def perform(job: Job, root: Path, kernels: Kernels, scratch: Path, on_cell: Callable[[], None]) -> Outcome:
    """Do a job in the project at `root`, and leave nothing of it in `scratch`, which `kernels` use as well."""
    folder = Path(tempfile.mkdtemp(prefix=f"{job.stem}-", dir=scratch))
    try:
        # Kernels are told apart by the stem, which several runs of one notebook would share.
        path = folder / f"{folder.name}.ipynb"
        path.write_bytes(job.source)
        board = root / "build" / verdicts.FILE
        if job.board is not None:
            board = folder / verdicts.FILE
            board.write_bytes(job.board)
        # Whoever wants the verdicts alone throws the pictures away.
        unpainted = {} if job.whole else {PICTURES: "0"}
        setting = Setting(root, environment(root, board) | unpainted, job.timeout)
        outcome = execute(path, job.parameters, setting, kernels, on_cell)
    finally:
        for left in (folder, scratch / "ipython" / folder.name):
            shutil.rmtree(left, ignore_errors=True)
        for file in scratch.glob(f"{folder.name}.*"):
            file.unlink(missing_ok=True)
    notebook = outcome.notebook if job.whole else _verdicts_alone(outcome.notebook)
    return replace(outcome, stem=job.stem, notebook=notebook)


@dataclass(frozen=True, slots=True)
class Threads:
    """The pool of this machine: threads, each of which waits for a kernel."""

    slots: int
    submit: Callable[[Job], Future[Outcome]]


@contextmanager
def threads(root: Path, count: int) -> Iterator[Threads]:
    """Yield a pool of `count` threads; if anything is raised, Ctrl-C too, all kernels are ended."""
    with tempfile.TemporaryDirectory(prefix="onewaytrade-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        kernels = Kernels(scratch)
        with collection.pool(count, kernels) as pool:
            yield Threads(count, lambda job: pool.submit(perform, job, root, kernels, scratch, _unheard))


def keep(path: Path, outcome: Outcome) -> None:
    """Write the executed notebook of an outcome to `path`."""
    from onewaytrade.runner import normalise

    files.write_bytes(path, normalise.encode(outcome.notebook))


def _unheard() -> None:
    """Hear of a cell, and tell nobody."""


def _verdicts_alone(notebook: Notebook) -> Notebook:
    """Return a notebook of the outputs that are verdicts, which is all that a sweep keeps of it."""
    outputs = [
        {"output_type": "display_data", "data": {verdicts.VERDICT_MIME: output["data"][verdicts.VERDICT_MIME]}}
        for cell in notebook["cells"]
        for output in cell.get("outputs", ())
        if verdicts.VERDICT_MIME in output.get("data", ())
    ]
    return {"cells": [{"cell_type": "code", "outputs": outputs}]}
