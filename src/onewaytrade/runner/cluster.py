"""Do runs on a Dask cluster: jobs go out to its workers, and outcomes come back as they end.

A worker needs this package, the lock and the data as they are here: it compares checksums before each run, and
refuses it otherwise. Each run has a kernel of its own in a process of its own, as it has here.
"""

import functools
import importlib.util
import logging
import os
import re
import socket
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from onewaytrade import project
from onewaytrade.errors import OneWayTradeError
from onewaytrade.runner import collection, fingerprint, jobs
from onewaytrade.runner.execute import Failure, Outcome, Setting
from onewaytrade.runner.fingerprint import Fingerprint
from onewaytrade.runner.jobs import Job
from onewaytrade.runner.kernels import Kernels
from onewaytrade.runner.parameters import Value

if TYPE_CHECKING:
    from distributed import Client

_ADDRESS: Final = re.compile(r"([a-z]+://)?[^/]+:\d+/?")
_ANSWER: Final = 10  # seconds that a scheduler has to answer


class ClusterError(OneWayTradeError):
    """No scheduler answers, or a worker holds something else than what is here."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a worker answers that holds other things than the job was made for: its name, and what it holds."""

    worker: str
    holds: Fingerprint


def check_libraries() -> None:
    """Raise ClusterError if the library that talks to a cluster is not installed."""
    if importlib.util.find_spec("distributed") is None:
        raise ClusterError("--scheduler needs Dask's distributed: pip install 'onewaytrade[sweep]'.")


@contextmanager
def connected(address: str, root: Path, tell: Callable[[str], None]) -> Iterator["Cluster"]:
    """Yield the pool of the cluster whose scheduler is at `address`, for the project at `root`.

    `tell` hears of what is waited for. When anything is raised, Ctrl-C too, the jobs that have not begun are
    taken back. Raises ClusterError if no scheduler answers, or a worker holds other things than are here.
    """
    check_libraries()
    if not _ADDRESS.fullmatch(address):
        raise ClusterError(
            f"{address!r} is no address of a scheduler: tcp://HOST:PORT is one, as it says of itself."
        )
    from distributed import Client

    # That a scheduler has gone is said in a sentence; its log would say it again, with a traceback.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=_ANSWER, set_as_default=False, name="onewaytrade")
    except (OSError, ValueError, TimeoutError) as error:
        raise ClusterError(
            f"No Dask scheduler answers at {address} within {_ANSWER} seconds ({_first_line(error)})."
        ) from None
    cluster = Cluster(client, address, root, fingerprint.place(root))
    try:
        cluster.check()
        if not cluster.slots:
            tell(
                f"No worker has come to {address} yet: the runs begin with the first that does; Ctrl-C ends this."
            )
        yield cluster
    finally:
        cluster.close()


@contextmanager
def workers(address: str, root: Path, board: Path, tell: Callable[[str], None]) -> Iterator[collection.Submit]:
    """Yield what hands a run's notebook to the cluster, the scoreboard with the verdicts in the file `board`."""
    with connected(address, root, tell) as cluster:

        def submit(
            path: Path, parameters: Mapping[str, Value], setting: Setting, _on_cell: Callable[[], None]
        ) -> Future[Outcome]:
            read = board.read_bytes() if path.stem == collection.LAST and board.is_file() else None
            return cluster.submit(Job(path.stem, path.read_bytes(), parameters, setting.timeout, read))

        yield submit


@dataclass(slots=True)
class Cluster:
    """The workers of a Dask cluster as a pool of jobs."""

    client: "Client"
    address: str
    root: Path
    holds: Fingerprint
    _pending: dict[str, Any] = field(default_factory=dict)
    _closing: bool = False

    @property
    def slots(self) -> int:
        """How many runs the workers can do at once: one for each of their threads."""
        try:
            counts: Mapping[str, int] = self.client.nthreads()
        except OSError:
            raise self._gone() from None
        return sum(counts.values())

    def check(self) -> None:
        """Raise ClusterError if a worker holds other things than are here."""
        from distributed.comm.core import CommClosedError

        answers: Mapping[str, Any] = self.client.run(_held, str(self.root), on_error="return")
        for worker, answer in answers.items():
            if isinstance(answer, CommClosedError):
                # It has died, or is about to; should it come back, it is asked before each run.
                continue
            if isinstance(answer, ModuleNotFoundError):
                raise ClusterError(f"The worker {worker} lacks a module: {answer}; it needs the same package.")
            if isinstance(answer, Exception):
                raise ClusterError(f"The worker {worker} cannot say what it holds: {_first_line(answer)}")
            self._compare(answer)

    def submit(self, job: Job) -> Future[Outcome]:
        """Hand a job to the scheduler; should its worker die, another one gets it."""
        mine: Future[Outcome] = Future()
        # A key of its own: the same job again is another run.
        name = f"onewaytrade-{job.stem}-{uuid.uuid4().hex}"
        theirs = self.client.submit(
            _work, job, str(self.root), fingerprint.digest(self.holds), key=name, pure=False
        )
        self._pending[name] = theirs
        theirs.add_done_callback(lambda done: self._resolve(name, job, done, mine))
        return mine

    def close(self) -> None:
        """Take back what has not begun, and let go of the cluster."""
        self._closing = True
        with suppress(Exception):  # a scheduler that has gone has nothing to take back
            self.client.cancel(list(self._pending.values()), force=True)
        with suppress(Exception):
            self.client.close(timeout=_ANSWER)

    def _resolve(self, name: str, job: Job, done: Any, mine: Future[Outcome]) -> None:
        """Pass on what became of a job."""
        self._pending.pop(name, None)
        if self._closing:
            return
        try:
            mine.set_result(self._outcome(job, done))
        except BaseException as error:  # whatever it is, the one who waits is to hear it
            mine.set_exception(error)

    def _outcome(self, job: Job, done: Any) -> Outcome:
        from distributed import CancelledError
        from distributed.scheduler import KilledWorker

        try:
            answer = done.result()
        except KilledWorker as error:
            return _killed(job, error.allowed_failures + 1)
        except CancelledError:
            raise self._gone() from None
        if isinstance(answer, Refusal):
            self._compare(answer)
        outcome: Outcome = answer
        return outcome

    def _gone(self) -> ClusterError:
        return ClusterError(f"The scheduler at {self.address} has gone, or has dropped the runs.")

    def _compare(self, answer: Refusal) -> None:
        changed = fingerprint.differences(self.holds, answer.holds)
        if changed:
            raise ClusterError(
                f"The worker {answer.worker} holds something else than is here: {changed}; give it the same "
                "package, libraries and data, or stop it."
            )


def _killed(job: Job, deaths: int) -> Outcome:
    from onewaytrade.runner import notebooks

    error = f"KilledWorker: each of the {deaths} workers that were given this run died of it"
    notebook = notebooks.without_outputs(notebooks.parse(job.source, job.stem))
    return Outcome(job.stem, 0.0, notebook, Failure(error, None))


def _held(asked: str) -> Refusal:
    """Return what this worker holds, by the name that tells where it runs."""
    return Refusal(f"{socket.gethostname()}, process {os.getpid()}", fingerprint.place(_root(asked)))


def _root(asked: str) -> Path:
    """Return the project on this worker: the one its environment names, or where it is for the one who asks."""
    if project.VARIABLE not in os.environ and (Path(asked) / project.MANIFEST).is_file():
        return Path(asked)
    return project.root()


def _work(job: Job, asked: str, digest: str) -> Outcome | Refusal:
    """Do a job on a worker, or refuse it."""
    held = _held(asked)
    if fingerprint.digest(held.holds) != digest:
        return held
    kernels, scratch = _kernels()
    return jobs.perform(job, _root(asked), kernels, scratch, lambda: None)


_first = threading.Lock()


def _kernels() -> tuple[Kernels, Path]:
    """Return the kernels of this worker, and the folder of their short-lived files."""
    with _first:
        return _made()


@functools.cache
def _made() -> tuple[Kernels, Path]:
    folder = tempfile.TemporaryDirectory(prefix="onewaytrade-", ignore_cleanup_errors=True)
    # Kept as long as the process: the folder goes when it ends.
    _folders.append(folder)
    return Kernels(Path(folder.name)), Path(folder.name)


_folders: list[tempfile.TemporaryDirectory[str]] = []


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
