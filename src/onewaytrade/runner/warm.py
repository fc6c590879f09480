"""Kernels that start at once: each is a fork of a process that has imported what notebooks use.

A provisioner is jupyter_client's way to say how kernels are started; this one is registered as the entry point
`onewaytrade-warm`. Where a process cannot be forked safely (elsewhere than on Linux), or a kernel is asked for in
a way that a fork could not follow, an ordinary kernel is started instead.
"""

import asyncio
import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import List, Unicode

NAME: Final = "onewaytrade-warm"
# What a notebook imports, and what starting a kernel does.
MODULES: Final = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    # With these, a kernel that starts imports hardly anything; the debugger alone is ninety modules.
    "ipykernel.debugger",
    "IPython.core.completer",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.magics",
    "IPython.core.oinspect",
    "IPython.core.pylabtools",
    "IPython.extensions.storemagic",
    "psutil",
    "sqlite3",
    "tornado.platform.asyncio",
    "onewaytrade.runner.watch",
    "pandas",
    "matplotlib.pyplot",
    # What Pillow imports to encode its first picture. The inline backend is not here: it has to find a kernel.
    "PIL.BmpImagePlugin",
    "PIL.GifImagePlugin",
    "PIL.JpegImagePlugin",
    "PIL.PpmImagePlugin",
    "seaborn",
    "onewaytrade.charts",
    "onewaytrade.curves",
    "onewaytrade.definitions",
    "onewaytrade.display",
    "onewaytrade.grids",
    "onewaytrade.scoreboard",
    "onewaytrade.since",
    "onewaytrade.small_multiples",
)
# What is read from the environment by what is imported; kernels that differ in it have servers of their own.
_READ_AT_IMPORT: Final = ("PYTHON", "MPL", "LD_", "OMP_", "OPENBLAS_", "MKL_", "NUMEXPR_", "LANG", "LC_", "HOME")
# How often, and after how many seconds each, it is seen whether a process that was ended has gone.
_LOOKS: Final = 50
_MOMENT: Final = 0.002
_LAUNCHER: Final = ("-m", "ipykernel_launcher")


def available() -> bool:
    """Tell whether kernels can be forked here: on Linux, and not where ONEWAYTRADE_WARM is 0."""
    return not why_not()


def why_not() -> str:
    """Return in a few words why kernels are not forked here, "" if they are."""
    if sys.platform != "linux" or not hasattr(os, "pidfd_open"):
        return "a process cannot be forked safely on this system"
    return "ONEWAYTRADE_WARM is 0" if os.environ.get("ONEWAYTRADE_WARM") == "0" else ""


class Provisioner(LocalProvisioner):
    """Starts a kernel by a fork, and treats it like any local process from then on."""

    modules = List(Unicode(), list(MODULES), help="What the kernels' common process imports.").tag(config=True)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel of a command, and return how to connect to it."""
        forked = _fork(cmd, self.modules, kwargs) if available() else None
        if forked is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.process = forked  # type: ignore[assignment] # a process, if not one that we started
        self.pid = self.pgid = forked.pid
        self.cwd = kwargs.get("cwd")
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        """End the process, and wait a moment until it has: jupyter_client looks only ten times a second."""
        process = self.process
        await super().kill(restart)
        if isinstance(process, Forked):
            for _ in range(_LOOKS):
                if process.poll() is not None:
                    return
                await asyncio.sleep(_MOMENT)


class Forked:
    """A kernel's process, with what jupyter_client asks of a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._stream = channel.makefile(encoding="utf-8")
        self.returncode: int | None = None
        self.pid = int(self._stream.readline())
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        """Return the exit code, or None as long as the process runs."""
        return self._read(blocking=False)

    def wait(self, timeout: float | None = None) -> int:  # noqa: ARG002 # jupyter_client waits for what has ended
        """Wait for the process to end, and return its exit code."""
        return self._read(blocking=True) or 0

    def send_signal(self, signum: int) -> None:
        """Send a signal to the process, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    def terminate(self) -> None:
        """Ask the process to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process."""
        self.send_signal(signal.SIGKILL)

    def _read(self, *, blocking: bool) -> int | None:
        with self._lock:
            if self.returncode is None:
                flags = 0 if blocking else socket.MSG_DONTWAIT
                try:
                    told = self._channel.recv(16, flags)
                except BlockingIOError:
                    return None
                # A server that has gone says nothing, and its kernels have gone with it.
                self.returncode = int(told) if told.strip() else -signal.SIGKILL
                self._stream.close()
                self._channel.close()
            return self.returncode


class Server:
    """The process that kernels are forked from; it ends with this one, and its kernels with it."""

    def __init__(self, interpreter: Sequence[str], modules: Sequence[str], environment: Mapping[str, str]) -> None:
        self._lock = threading.Lock()
        # Packets, so that a channel that is handed over belongs to one order.
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [*interpreter, "-m", "onewaytrade.runner.warm_server", str(theirs.fileno()), *modules]
            self._process = subprocess.Popen(  # noqa: S603 # our own interpreter
                command,
                env=dict(environment),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    @property
    def runs(self) -> bool:
        """Whether the process is still there."""
        return self._process.poll() is None

    def fork(self, order: Mapping[str, Any]) -> Forked:
        """Return a new kernel; raises OSError or ValueError if the server cannot make one."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            socket.send_fds(self._control, [b"k"], [theirs.fileno()])
        ours.sendall(json.dumps(order).encode() + b"\n")
        return Forked(ours)

    def close(self) -> None:
        """End the process, and every kernel that is left."""
        self._control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


_servers: dict[tuple[Any, ...], Server] = {}
_starting = threading.Lock()


def start(
    environment: Mapping[str, str],
    modules: Sequence[str] = MODULES,
    interpreter: Sequence[str] = (sys.executable,),
) -> Server:
    """Return the server that kernels of this environment are forked from, started if there is none yet."""
    read = tuple(sorted((key, value) for key, value in environment.items() if key.startswith(_READ_AT_IMPORT)))
    key = (tuple(interpreter), tuple(modules), read)
    with _starting:
        if key not in _servers or not _servers[key].runs:
            _servers[key] = Server(interpreter, modules, environment)
        return _servers[key]


def close() -> None:
    """End all servers with their kernels."""
    with _starting:
        while _servers:
            _servers.popitem()[1].close()


def _fork(command: Sequence[str], modules: Sequence[str], asked: Mapping[str, Any]) -> Forked | None:
    """Return the kernel of a command, or None where only an ordinary process can be it."""
    streams = {asked.get(name) for name in ("stdout", "stderr")}
    at = next((at for at in range(len(command)) if tuple(command[at : at + 2]) == _LAUNCHER), None)
    if at is None or command[0] != sys.executable or len(streams) > 1 or not streams <= {None, subprocess.DEVNULL}:
        return None
    environment = dict(asked.get("env") or os.environ)
    order = {
        "arguments": list(command[at + 2 :]),
        "folder": str(asked.get("cwd") or os.getcwd()),  # noqa: PTH109 # a text goes into the order
        "environment": environment,
        "quiet": streams == {subprocess.DEVNULL},
    }
    with contextlib.suppress(OSError, ValueError):
        return start(environment, modules, tuple(command[:at])).fork(order)
    return None


atexit.register(close)
