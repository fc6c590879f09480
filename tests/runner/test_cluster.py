"""The same sweep on a Dask cluster: a scheduler and workers in processes of their own, on this machine."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from onewaytrade.runner import cluster, collection, journal, notebooks, sweep, warm

from .conftest import Record
from .test_sweep import CELLS, Told, lines, make, ran

distributed = pytest.importorskip("distributed")
# A run with 5 months ends the process that started its kernel, as a machine that fails would.
DEADLY = "import os, signal, pathlib\nif months == 5:\n    os.kill(int(pathlib.Path('victim').read_text()), signal.SIGKILL)"


@dataclass(frozen=True)
class Cluster:
    """A cluster of processes: the address of its scheduler, and its workers."""

    address: str
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
        stack.enter_context(process("dask_scheduler", *options, **once))
        found = Cluster(address, [], stack, project.parent)
        for _ in range(3):
            found.add(project)
        with distributed.Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(3, timeout=60)
        yield found


def swept(root: Path, address: str | None, out: str, *grids: str, told: Told | None = None) -> sweep.Results:
    planned = sweep.plan(root / "notebooks" / "01-swept.ipynb", grids, ())
    options = sweep.Options(scheduler=address, count=2)
    return sweep.sweep(planned, root, root / out, options, told or Told())
