"""Run many notebooks side by side, keep their results, and let one failure stop nothing else."""

import os
import re
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from onewaytrade import files
from onewaytrade.runner import verdicts
from onewaytrade.runner.cache import Cache, Missing, Reused
from onewaytrade.runner.execute import Outcome, Setting, environment, execute, import_engine
from onewaytrade.runner.parameters import Value
from onewaytrade.runner.product import Product

if TYPE_CHECKING:
    from onewaytrade.runner.kernels import Kernels

# How a notebook is handed over to be executed: its path, parameters, setting, and what is called after each cell.
Submit = Callable[[Path, Mapping[str, Value], "Setting", Callable[[], None]], Future["Outcome"]]
# Begins what is to be executed beside the notebooks: given what hands it over, and the setting of the run.
Begin = Callable[[Submit, "Setting"], Future["Outcome"]]
Done = Outcome | Reused

# It reads the verdicts of all others.
LAST = "00-scoreboard"


class Progress(Protocol):
    """What is told of a run while it goes on; `cell_done` is called from many threads."""

    def cell_done(self, stem: str) -> None:
        """Hear that one code cell of the notebook has been executed."""

    def notebook_done(self, outcome: Done) -> None:
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

    def record(self, outcome: Done) -> Product:
        """Replace all that is kept of the notebook: its copy, the tables of its figures, and its verdicts.

        Of a notebook that failed nothing older is kept, lest it pass for fresh. Return what was written; what lies
        there already stays untouched.
        """
        fresh, stale = self.notebook(outcome.stem), self.failed(outcome.stem)
        if outcome.failure is not None:
            fresh, stale = stale, fresh
        product = outcome.product
        files.replace(fresh, product.notebook)
        stale.unlink(missing_ok=True)
        self._record_figures(outcome.stem, product.tables)
        if outcome.stem != LAST:
            kept = verdicts.read(self.verdicts)
            merged = verdicts.merge(kept, outcome.stem, product.verdicts, self.order)
            if merged != kept or not self.verdicts.is_file():
                verdicts.write(self.verdicts, merged)
        return product

    def _record_figures(self, stem: str, tables: Sequence[str]) -> None:
        folder = self.folder / "figures"
        names = [f"{stem}-{number}.csv" for number in range(1, len(tables) + 1)]
        for name, table in zip(names, tables, strict=True):
            files.replace(folder / name, table.encode())
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
    workers: AbstractContextManager[Submit],
    timeout: int,
    progress: Progress,
    cache: Cache | None = None,
    beside: Begin | None = None,
) -> list[Done]:
    """Execute `notebooks`, each with its parameters, by workers such as `threads`, and record their results.

    What `cache` holds already is not executed again, and what it may hold is kept there. `beside` begins what else
    is to be executed, once, behind the first notebooks, or alone; it has ended when this returns. Return the
    outcomes in the order of the notebooks; the scoreboard runs after all others. On Ctrl-C every kernel is ended,
    nothing more is recorded, and KeyboardInterrupt goes on to the caller.
    """
    setting = Setting(root, environment(root, results.verdicts), timeout)
    outcomes: dict[str, Done] = {}

    def settle(outcome: Done) -> None:
        outcomes[outcome.stem] = outcome
        progress.notebook_done(outcome)

    first = [path for path in notebooks if path.stem != LAST]
    last = [path for path in notebooks if path.stem == LAST]
    with ExitStack() as stack:
        submit: Submit | None = None
        others: list[Future[Outcome]] = []
        for batch in (first, last):
            orders = [_Order(path, notebooks[path], cache) for path in batch]
            due = {order.path.stem: order for order in orders if order.reused is None}
            tasks = []
            if due or beside:
                submit = submit or stack.enter_context(workers)
                tasks = [
                    submit(order.path, order.parameters, setting, _teller(progress, stem))
                    for stem, order in due.items()
                ]
            if beside is not None and submit is not None:
                others.append(beside(submit, setting))
                beside = None
            for order in orders:
                if order.reused is not None:
                    results.record(order.reused)
                    settle(order.reused)
            for outcome in _as_completed(tasks):
                order = due[outcome.stem]
                note = order.keep(outcome, results.record(outcome))
                settle(replace(outcome, reason=order.reason, note=note))
        # Before the workers go, and with them what they have not done; whoever began it asks what came of it.
        _await(others)
    return [outcomes[path.stem] for path in notebooks]


class _Order:
    """A notebook to be run: its kept result, if one holds, or the reason why it has to be executed."""

    def __init__(self, path: Path, parameters: Mapping[str, Value], cache: Cache | None) -> None:
        self.path = path
        self.parameters = parameters
        self.reason = ""
        self.reused: Reused | None = None
        self._cache = cache
        if cache is not None:
            start = time.monotonic()
            self._key = cache.key(path, parameters)
            found = cache.find(path.stem, self._key)
            if isinstance(found, Missing):
                self.reason = found.reason
            else:
                self.reused = Reused(path.stem, time.monotonic() - start, found)

    def keep(self, outcome: Outcome, product: Product) -> str:
        """Keep the result for the next run; return "", or a sentence on why it cannot be kept."""
        if self._cache is None or outcome.failure is not None:
            return ""
        if self._cache.is_stale() or self._cache.key(self.path, self.parameters) != self._key:
            return f"{outcome.stem} is not kept: it or the package changed while it ran."
        return self._cache.keep(outcome.stem, self._key, outcome.observed, product)


def _teller(progress: Progress, stem: str) -> Callable[[], None]:
    return lambda: progress.cell_done(stem)


def _as_completed(tasks: Sequence[Future[Outcome]]) -> Iterator[Outcome]:
    pending = set(tasks)
    while pending:
        # With a time-out, because a wait without one cannot be interrupted on Windows.
        done, pending = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
        for task in sorted(done, key=tasks.index):
            yield task.result()


def prepare(environment: Mapping[str, str]) -> None:
    """Start what kernels of this environment are forked from, where they are, before the first is asked for."""
    from onewaytrade.runner import warm

    if warm.available():
        warm.start(environment)


def _await(tasks: Sequence[Future[Outcome]]) -> None:
    while wait(tasks, timeout=0.5).not_done:
        pass  # with a time-out, as above


@contextmanager
def threads(jobs: int) -> Iterator[Submit]:
    """Yield what hands a notebook to one of so many threads; no thread or kernel is left afterwards."""
    # It imports jupyter_client, which a run that reuses everything does without.
    from onewaytrade.runner.kernels import Kernels

    # While the first kernel starts, and has nothing to say yet, papermill is imported.
    threading.Thread(target=import_engine, name="import").start()
    with tempfile.TemporaryDirectory(prefix="onewaytrade-", ignore_cleanup_errors=True) as scratch:
        kernels = Kernels(Path(scratch))
        with pool(jobs, kernels) as pooled:

            def submit(
                path: Path, parameters: Mapping[str, Value], setting: Setting, on_cell: Callable[[], None]
            ) -> Future[Outcome]:
                return pooled.submit(execute, path, parameters, setting, kernels, on_cell)

            yield submit


@contextmanager
def pool(jobs: int, kernels: "Kernels") -> Iterator[ThreadPoolExecutor]:
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
