"""The same sweep on a Dask cluster: a scheduler and workers in processes of their own, on this machine."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psutil
import pytest

from onewaytrade.runner import cluster, collection, notebooks, sweep, warm
from onewaytrade.runner.cluster import ClusterError
from onewaytrade.runner.jobs import Job, completed

from .conftest import Record, alive, write_notebook
from .test_sweep import Told, light_kernels, lines, make, ran

__all__ = ["light_kernels"]  # a fixture for this module as well

distributed = pytest.importorskip("distributed")
from .dask_processes import WORKER, start_scheduler, start_worker  # noqa: E402 # it imports distributed

# Ends the worker that runs it, as a machine that runs out of memory would.
DEADLY = ("months: int = 1", f"import os, signal\nos.kill(int(os.environ['{WORKER}']), signal.SIGKILL)")
JOB = Job("01-swept", b"", {}, 60)
BOARD = ("# Board", "import os; print(open(os.environ['ONEWAYTRADE_VERDICTS']).read())")


@dataclass(frozen=True)
class Cluster:
    """A cluster of processes: the address of its scheduler, that itself, and its workers."""

    address: str
    scheduler: BaseProcess
    folder: Path
    workers: list[BaseProcess] = field(default_factory=list)

    def add(self, project: Path) -> BaseProcess:
        """Start a worker whose project is `project`."""
        worker = start_worker(self.address, self.folder, project, warm.Provisioner.modules)
        self.workers.append(worker)
        return worker

    def wait_for(self, own: "distributed.Client", *workers: BaseProcess) -> None:
        """Wait until the scheduler knows these workers; a count would take in one that has just been killed."""
        until = time.monotonic() + 60
        while not {worker.pid for worker in workers} <= set(own.run(os.getpid, on_error="ignore").values()):
            assert time.monotonic() < until
            time.sleep(0.02)

    def end(self) -> None:
        """End all processes."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.join()


@contextmanager
def client(running: Cluster) -> Iterator["distributed.Client"]:
    """Yield a client of the cluster."""
    with distributed.Client(running.address, timeout=60, set_as_default=False) as found:
        yield found


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a project with a notebook to be swept."""
    root = tmp_path_factory.mktemp("cluster") / "project"
    make(root)
    return root


@pytest.fixture(scope="module")
def running(project: Path, light_kernels: None) -> Iterator[Cluster]:  # the workers' are as light
    """Return a cluster of three workers."""
    scheduler, address = start_scheduler()
    found = Cluster(address, scheduler, project.parent / "dask")
    try:
        for _ in range(3):
            found.add(project)
        with client(found) as own:
            own.wait_for_workers(3, timeout=60)
        yield found
    finally:
        found.end()


def swept(root: Path, address: str | None, out: str, *grids: str, stem: str = "01-swept") -> sweep.Results:
    planned = sweep.plan(root / "notebooks" / f"{stem}.ipynb", grids, ())
    return sweep.sweep(planned, root, root / out, sweep.Options(scheduler=address, count=2), Told())


def test_a_cluster_and_this_machine_give_the_same_table(running: Cluster, project: Path) -> None:
    grids = ("economy=China,fails", "months=1")
    here, there = (
        swept(project, address, f"same-{address is None}", *grids) for address in (None, running.address)
    )
    assert here.text.read_bytes() == there.text.read_bytes()
    assert here.table.read_bytes() == there.table.read_bytes()
    assert [entry.heading for _, entry in there.failed] == [entry.heading for _, entry in here.failed]


def test_a_run_on_a_cluster_leaves_the_bytes_of_a_run_here(running: Cluster, project: Path) -> None:
    write_notebook(project / "notebooks" / "00-scoreboard.ipynb", BOARD)
    chosen = {path: {} for path in notebooks.choose(project, ["00-scoreboard", "01-swept"])}
    left = []
    for name in ("here", "there"):
        results = collection.Results(project / name, order=("second", "first"))
        there = cluster.workers(running.address, project, results.verdicts, print)
        workers = there if name == "there" else collection.threads(1)
        collection.run(project, chosen, results, workers=workers, timeout=60, progress=Record())
        files = sorted(path for path in results.folder.rglob("*") if path.is_file())
        left.append({path.relative_to(results.folder): path.read_bytes() for path in files})
    assert left[0] == left[1]
    assert Path("notebooks") / "00-scoreboard.ipynb" in left[0]


def test_the_runs_of_a_worker_that_is_killed_are_done_again_and_each_is_kept_once(
    running: Cluster, project: Path
) -> None:
    (project / "wait").touch()
    before = len(ran(project))

    def kill() -> None:
        # One run has ended, and each worker is in the middle of another.
        deadline = time.monotonic() + 60
        while len(ran(project)) < before + 4 and time.monotonic() < deadline:
            time.sleep(0.05)
        worker = running.workers.pop()
        left.extend(psutil.Process(worker.pid).children(recursive=True))
        worker.kill()
        (project / "wait").unlink()

    left: list[psutil.Process] = []
    killer = threading.Thread(target=kill)
    killer.start()
    results = swept(project, running.address, "killed", "months=2:5")
    killer.join()
    assert results.failed == []
    assert sorted(line["parameters"]["months"] for line in lines(project / "killed")[1:]) == [2, 3, 4, 5]
    assert len(ran(project)) == before + 5
    # What the dead worker had started has ended with it.
    assert left
    assert alive(left) == []


def test_a_worker_that_dies_while_it_is_asked_what_it_holds_is_none_that_refuses(project: Path) -> None:
    class Client:
        def run(self, *_: Any, **__: Any) -> dict[str, Any]:
            return {"tcp://127.0.0.1:9": distributed.comm.CommClosedError("gone")}

    cluster.Cluster(Client(), "tcp://127.0.0.1:8", project, {}).check()


def test_a_worker_that_holds_other_data_is_named_and_nothing_runs(running: Cluster, project: Path) -> None:
    other = project.parent / "other"
    make(other)
    (other / "data" / "prices.csv").write_text("1", encoding="utf-8")
    worker = running.add(other)
    before = ran(project)
    try:
        with client(running) as own:
            running.wait_for(own, worker)
        told = (
            rf"The worker \S+, process {worker.pid} holds something else than is here: data \(prices\.csv\); give"
        )
        with pytest.raises(ClusterError, match=told):
            swept(project, running.address, "other", "months=1")
        # One that joins later is found out by the first run that it is given.
        held = cluster._work(JOB, str(project), "another digest")
        assert isinstance(held, cluster.Refusal)
    finally:
        running.workers.pop().kill()
    assert ran(project) == before
    assert not (project / "other" / "journal.jsonl").exists()


def test_a_run_that_kills_one_worker_after_another_is_a_failure(running: Cluster, project: Path) -> None:
    write_notebook(project / "notebooks" / "02-deadly.ipynb", DEADLY)
    ((_, entry),) = swept(project, running.address, "deadly", "months=1", stem="02-deadly").failed
    assert entry.error == "KilledWorker: each of the 2 workers that were given this run died of it"


def test_a_sweep_waits_for_workers_and_ends_with_the_scheduler(running: Cluster, project: Path) -> None:
    while running.workers:
        running.workers.pop().kill()
    with client(running) as own:
        while own.nthreads():
            time.sleep(0.05)
    said = []

    def hear(sentence: str) -> None:
        said.append(sentence)
        running.scheduler.kill()

    with (
        pytest.raises(ClusterError, match=r"The scheduler at \S+ has gone, or has dropped the runs"),
        cluster.connected(running.address, project, hear) as pool,
    ):
        list(completed(pool, [JOB]))
    assert said == [
        f"No worker has come to {running.address} yet: the runs begin with the first that does; Ctrl-C ends this."
    ]


def test_a_scheduler_that_does_not_answer_is_told_in_a_sentence(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_ANSWER", 1)
    with pytest.raises(ClusterError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9 within 1 second"):
        swept(project, "tcp://127.0.0.1:9", "nobody", "months=1")


@pytest.mark.parametrize("address", ["127.0.0.1", "tcp://127.0.0.1", "tcp://:8786/x", "8786"])
def test_an_address_without_a_port_is_refused_at_once(project: Path, address: str) -> None:
    with pytest.raises(ClusterError, match=r"is no address of a scheduler: tcp://HOST:PORT is one"):
        swept(project, address, "nobody", "months=1")


def test_without_distributed_it_is_said_what_to_install(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "check_libraries", lambda: None)
    monkeypatch.setattr(cluster.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ClusterError, match=r"needs Dask's distributed: pip install 'onewaytrade\[sweep\]'"):
        swept(project, "tcp://127.0.0.1:9", "nobody", "months=1")
