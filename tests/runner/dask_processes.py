"""A Dask scheduler and workers, each in a process of its own on this machine, at ports that the system chooses.

They are forked from a process that has imported this module, where that can be done: each would otherwise spend
seconds on its imports.
"""

import asyncio
import multiprocessing
import os
import sys
from collections.abc import Sequence
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from unittest import mock

from distributed import Scheduler, Worker

from onewaytrade import startup
from onewaytrade.runner import cluster, warm

startup.leave_out_grammars()
from onewaytrade.runner import engine  # noqa: E402 # it imports what the line above is about

__all__ = ["WORKER", "cluster", "engine", "start_scheduler", "start_worker"]  # what workers need lies ready

WORKER = "WORKER_PROCESS"  # where a kernel finds the process id of its worker
_HOST = "127.0.0.1"


def start_scheduler() -> tuple[BaseProcess, str]:
    """Start a scheduler that forgives each run the first death of a worker; return it and its address."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = _start(_schedule, theirs)
    theirs.close()
    return process, str(ours.recv())


def start_worker(address: str, folder: Path, project: Path, modules: Sequence[str]) -> BaseProcess:
    """Start a worker with one thread for the project; its kernels are forked once `modules` are imported."""
    return _start(_work, address, folder, project, list(modules))


def _start(target: object, *arguments: object) -> BaseProcess:
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload([__name__])
        # It looks for modules where any Python does, and not where pytest has found this one.
        with mock.patch.dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)):
            forkserver.ensure_running()
    process = context.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


def _schedule(told: Connection) -> None:
    async def serve() -> None:
        async with Scheduler(host=_HOST, port=0, dashboard=False, allowed_failures=1) as scheduler:
            told.send(scheduler.address)
            await scheduler.finished()

    asyncio.run(serve())


def _work(address: str, folder: Path, project: Path, modules: list[str]) -> None:
    os.environ["ONEWAYTRADE_PROJECT"] = str(project)
    os.environ[WORKER] = str(os.getpid())
    warm.Provisioner.modules = modules

    async def serve() -> None:
        worker = Worker(address, host=_HOST, nthreads=1, dashboard=False, local_directory=str(folder))
        async with worker:
            await worker.finished()

    asyncio.run(serve())
