"""Run many notebooks side by side, keep their results, and let one failure stop nothing else."""

import os
import re
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from onewaytrade import files
from onewaytrade.runner import normalise, verdicts
from onewaytrade.runner.execute import Outcome, Setting, execute
from onewaytrade.runner.kernels import Kernels, environment
from onewaytrade.runner.parameters import Value

# It reads the verdicts of all others.
LAST = "00-scoreboard"


class Progress(Protocol):
    """What is told of a run while it goes on; `cell_done` is called from many threads."""

    def cell_done(self, stem: str) -> None:
        """Hear that one code cell of the notebook has been executed."""

    def notebook_done(self, outcome: Outcome) -> None:
        """Hear that a notebook has ended and its results are written."""


@dataclass(frozen=True, slots=True)
class Results:
    """The folder in which a run leaves its results, and the order of the claims in its verdicts."""

    folder: Path
    order: Sequence[str]

    @property
    def verdicts(self) -> Path:
        """The file of the verdicts."""
        return self.folder / verdicts.FILE

    def notebook(self, stem: str) -> Path:
        """Return where the executed notebook lies."""
        return self.folder / "notebooks" / f"{stem}.ipynb"

    def failed(self, stem: str) -> Path:
        """Return where the partly executed copy of a notebook that failed lies."""
        return self.folder / "failed" / f"{stem}.ipynb"

    def record(self, outcome: Outcome) -> None:
        """Replace all that is kept of the notebook: its copy, the tables of its figures, and its verdicts.

        Of a notebook that failed nothing older is kept, lest it pass for fresh.
        """
        fresh, stale = self.notebook(outcome.stem), self.failed(outcome.stem)
        if outcome.failure is not None:
            fresh, stale = stale, fresh
        files.write_bytes(fresh, normalise.encode(outcome.notebook))
        stale.unlink(missing_ok=True)
        sound = outcome.failure is None
        self._record_figures(outcome.stem, normalise.tables(outcome.notebook) if sound else [])
        if outcome.stem != LAST:
            found = verdicts.collect(outcome.stem, outcome.notebook) if sound else []
            kept = verdicts.read(self.verdicts)
            verdicts.write(self.verdicts, verdicts.merge(kept, outcome.stem, found, self.order))

    def _record_figures(self, stem: str, tables: Sequence[str]) -> None:
        folder = self.folder / "figures"
        names = [f"{stem}-{number}.csv" for number in range(1, len(tables) + 1)]
        for name, table in zip(names, tables, strict=True):
            files.write_text(folder / name, table)
        for path in folder.glob(f"{stem}-*.csv"):
            if path.name not in names and re.fullmatch(r"\d+", path.stem.removeprefix(f"{stem}-")):
                path.unlink()


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(
    root: Path,
    notebooks: Mapping[Path, Mapping[str, Value]],
    results: Results,
    *,
    jobs: int,
    timeout: int,
    progress: Progress,
) -> list[Outcome]:
    """Execute `notebooks`, each with its parameters, `jobs` at a time, and record their results.

    Return the outcomes in the order of the notebooks; the scoreboard runs after all others. On Ctrl-C every
    kernel is ended, nothing more is recorded, and KeyboardInterrupt goes on to the caller.
    """
    setting = Setting(root, environment(root, results.verdicts), timeout)
    outcomes: dict[str, Outcome] = {}
    first = [path for path in notebooks if path.stem != LAST]
    last = [path for path in notebooks if path.stem == LAST]
    with tempfile.TemporaryDirectory(prefix="onewaytrade-", ignore_cleanup_errors=True) as scratch:
        kernels = Kernels(Path(scratch))
        with pool(jobs, kernels) as threads:
            for batch in (first, last):
                tasks = [
                    threads.submit(execute, path, notebooks[path], setting, kernels, _teller(progress, path.stem))
                    for path in batch
                ]
                for outcome in _as_completed(tasks):
                    results.record(outcome)
                    outcomes[outcome.stem] = outcome
                    progress.notebook_done(outcome)
    return [outcomes[path.stem] for path in notebooks]


def _teller(progress: Progress, stem: str) -> Callable[[], None]:
    return lambda: progress.cell_done(stem)


def _as_completed(tasks: Sequence[Future[Outcome]]) -> Iterator[Outcome]:
    pending = set(tasks)
    while pending:
        # With a time-out, because a wait without one cannot be interrupted on Windows.
        done, pending = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
        for task in sorted(done, key=tasks.index):
            yield task.result()


@contextmanager
def pool(jobs: int, kernels: Kernels) -> Iterator[ThreadPoolExecutor]:
    """Yield a pool of threads; if anything is raised, end all kernels, and wait until every thread has ended.

    Threads do: each mostly waits for its kernel, papermill is imported once, and kernels, which live in
    sessions of their own, get no Ctrl-C but from here.
    """
    threads = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="notebook")
    try:
        yield threads
    except BaseException:
        with _uninterrupted():
            threads.shutdown(wait=False, cancel_futures=True)
            kernels.end()
            threads.shutdown()
        raise
    threads.shutdown()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ignore further Ctrl-C while what was interrupted is put away."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
