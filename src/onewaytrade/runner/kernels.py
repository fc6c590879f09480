"""Start kernels of the running interpreter, and end them all when asked to."""

import asyncio
import contextlib
import math
import queue
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync

from onewaytrade.runner import warm, watch

# Seconds after which what a kernel has said while nobody was connected is taken for lost.
_UNHEARD = 0.2
_TRY_AGAIN = 10  # milliseconds


class Interrupted(Exception):  # noqa: N818 # not an error: the user asked for it
    """A kernel was asked for after all of them had been ended."""


class NotReady(RuntimeError):  # noqa: N818 # nothing has gone wrong for good
    """A kernel has died before it was ready, as one does whose free port another process took first."""


class Client(AsyncKernelClient):
    """A client that begins as soon as its kernel is ready, and not after a fifth of a second of silence."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # It mostly connects a moment before the kernel listens, and would try again after a tenth of a second.
        self.context.setsockopt(zmq.RECONNECT_IVL, _TRY_AGAIN)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return once the kernel answers and all that it says on that has been heard on the channel of outputs.

        Raises NotReady if the kernel dies, and RuntimeError if it does not answer within so many seconds.
        """
        deadline = time.monotonic() + (math.inf if timeout is None else timeout)
        while True:
            asked = self.kernel_info()
            # The channel of outputs may be connected after the first answer, which it then misses.
            if await self._answer(asked) and await self._has_heard_all(asked):
                return
            if not await self.is_alive():
                raise NotReady("Kernel died before replying to kernel_info")
            if time.monotonic() > deadline:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    async def _answer(self, asked: str) -> bool:
        with contextlib.suppress(queue.Empty):
            while True:
                message = await self.get_shell_msg(timeout=1)
                if message["parent_header"].get("msg_id") == asked:
                    self._handle_kernel_info_reply(message)
                    return True
        return False

    async def _has_heard_all(self, asked: str) -> bool:
        with contextlib.suppress(queue.Empty):
            while True:
                message = await self.get_iopub_msg(timeout=_UNHEARD)
                is_ours = message["parent_header"].get("msg_id") == asked
                if is_ours and message["content"].get("execution_state") == "idle":
                    return True
        return False


class Kernel:
    """One kernel process of this interpreter, whatever `python3` may mean elsewhere on this machine."""

    def __init__(self, connection_file: Path) -> None:
        # With no folders to look in, the only specification left is the interpreter's own.
        self.manager = AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
            connection_file=str(connection_file),
        )
        self.manager.client_factory = Client
        specification = self.manager.kernel_spec
        if specification is not None and warm.available():
            specification.metadata["kernel_provisioner"] = {"provisioner_name": warm.NAME}

    async def start(self, folder: Path, environment: dict[str, str]) -> None:
        """Start the process in `folder`; it is ready later, when a client has heard of it."""
        await self.manager.start_kernel(
            cwd=str(folder),
            env=environment,
            extra_arguments=[
                "--HistoryManager.hist_file=:memory:",
                f"--IPKernelApp.extra_extensions={watch.EXTENSION}",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    async def close(self) -> None:
        """End the process if it is still there, and let go of its ports and files."""
        if self.manager.has_kernel:
            await self.manager.shutdown_kernel(now=True)

    def kill(self) -> None:
        """End the process and its children at once, from any thread; its own is to close it."""
        provisioner = self.manager.provisioner
        if provisioner is not None and provisioner.has_process:
            # Its own thread may be reaping it at this moment.
            with contextlib.suppress(OSError, AttributeError):
                run_sync(provisioner.kill)()  # also where an event loop runs, as in a notebook


class Kernels:
    """The kernels of one run, and the folder for their short-lived files."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._running: dict[str, Kernel] = {}
        self._ended = False
        # One start at a time: two would choose the same free ports.
        self._lock = threading.Lock()

    def start(
        self, loop: asyncio.AbstractEventLoop, name: str, folder: Path, environment: dict[str, str]
    ) -> Kernel:
        """Return a new kernel, started in `folder`, to be released under its name.

        Raises Interrupted once `end` has been called.
        """
        with self._lock:
            self.check()
            kernel = Kernel(self._scratch / f"{name}.json")
            self._running[name] = kernel
            self._watched(name).unlink(missing_ok=True)
            # A private IPython folder: no start-up files of the user's, no race to make it.
            private = environment | {
                "IPYTHONDIR": str(self._scratch / "ipython" / name),
                watch.VARIABLE: str(self._watched(name)),
            }
            loop.run_until_complete(kernel.start(folder, private))
        return kernel

    def observed(self, name: str) -> watch.Observed | None:
        """Return what the kernel started last under that name has read and done; None if it could not tell."""
        return watch.report(self._watched(name))

    def _watched(self, name: str) -> Path:
        return self._scratch / f"{name}.watched"

    def check(self) -> None:
        """Raise Interrupted once `end` has been called."""
        if self._ended:
            raise Interrupted

    def release(self, loop: asyncio.AbstractEventLoop, name: str) -> None:
        """End the kernel of that name, if there is one."""
        kernel = self._running.pop(name, None)
        if kernel is not None:
            loop.run_until_complete(kernel.close())

    def end(self) -> None:
        """End all kernels, and start no more."""
        with self._lock:
            self._ended = True
            for kernel in list(self._running.values()):
                kernel.kill()
