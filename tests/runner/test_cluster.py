"""The same sweep on a Dask cluster: a scheduler and workers in processes of their own, on this machine."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from onewaytrade.runner import cluster, collection, notebooks, sweep
from onewaytrade.runner.cluster import ClusterError
from onewaytrade.runner.jobs import Job, completed

from .conftest import Record, write_notebook
from .test_sweep import Told, light_kernels, lines, make, ran

__all__ = ["light_kernels"]  # a fixture for this module as well

distributed = pytest.importorskip("distributed")
# Ends the process that started its kernel, as a machine that runs out of memory would.
DEADLY = ("months: int = 1", "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)")
JOB = Job("01-swept", b"", {}, 60)
BOARD = ("# Board", "import os; print(open(os.environ['ONEWAYTRADE_VERDICTS']).read())")


@dataclass(frozen=True)
class Cluster:
    """A cluster of processes: its scheduler and the address of that, and its workers."""

    address: str
    scheduler: "subprocess.Popen[bytes]"
    workers: list["subprocess.Popen[bytes]"]
    stack: ExitStack
    root: Path

    def add(self, project: Path) -> "subprocess.Popen[bytes]":
        """Start a worker whose project is `project`."""
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.root / "dask"))
        worker = self.stack.enter_context(
            process("dask_worker", self.address, *options, ONEWAYTRADE_PROJECT=str(project))
        )
        self.workers.append(worker)
        return worker


@contextmanager
def process(module: str, *arguments: str, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Yield a process of Dask's own commands, which ends with the block."""
    with subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{module}", *arguments],
        env=os.environ | {"ONEWAYTRADE_WARM": "0"} | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as started:
        try:
            yield started
        finally:
            started.kill()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a project with a notebook to be swept."""
    root = tmp_path_factory.mktemp("cluster") / "project"
    make(root)
    return root


@pytest.fixture(scope="module")
def running(project: Path) -> Iterator[Cluster]:
    """Return a cluster of three workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    options = ("--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show")
    with ExitStack() as stack:
        # The first death of a worker is forgiven each run, and the second is not.
        once = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
        scheduler = stack.enter_context(process("dask_scheduler", *options, **once))
        found = Cluster(address, scheduler, [], stack, project.parent)
        for _ in range(3):
            found.add(project)
        with distributed.Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(3, timeout=60)
        yield found


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
        workers = cluster.workers(running.address, project, results.verdicts, print) if name == "there" else None
        collection.run(project, chosen, results, jobs=1, timeout=60, progress=Record(), workers=workers)
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
        running.workers.pop().kill()
        (project / "wait").unlink()

    killer = threading.Thread(target=kill)
    killer.start()
    results = swept(project, running.address, "killed", "months=2:5")
    killer.join()
    assert results.failed == []
    assert sorted(line["parameters"]["months"] for line in lines(project / "killed")[1:]) == [2, 3, 4, 5]
    assert len(ran(project)) == before + 5


def test_a_worker_that_holds_other_data_is_named_and_nothing_runs(running: Cluster, project: Path) -> None:
    other = project.parent / "other"
    make(other)
    (other / "data" / "prices.csv").write_text("1", encoding="utf-8")
    worker = running.add(other)
    before = ran(project)
    try:
        with distributed.Client(running.address, set_as_default=False) as client:
            client.wait_for_workers(3, timeout=60)
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
    with distributed.Client(running.address, set_as_default=False) as client:
        while client.nthreads():
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


def test_without_distributed_it_is_said_what_to_install(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "check_libraries", lambda: None)
    monkeypatch.setattr(cluster.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ClusterError, match=r"needs Dask's distributed: pip install 'onewaytrade\[sweep\]'"):
        swept(project, "tcp://127.0.0.1:9", "nobody", "months=1")
