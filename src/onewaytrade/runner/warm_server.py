"""The process that warm kernels are forked from: it has imported what notebooks use, and does nothing else.

Started by `warm.Server` with the number of a socket. Each packet on it carries a channel of its own for one
kernel: the order comes in on it as a line of JSON; what goes back is the kernel's process id, and its exit code
once it has ended. When the socket closes, because the run is over or its process is gone, every kernel ends, and
so does this process. While nobody orders a kernel, it reads ahead what notebooks of its project read.
"""

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

# What Python itself, numpy and matplotlib would have read from the environment while they were imported.
_INLINE = "module://matplotlib_inline.backend_inline"


@dataclass(frozen=True, slots=True)
class Order:
    """A kernel to become: its arguments, folder and environment, and whether its streams lead nowhere."""

    arguments: Sequence[str]
    folder: str
    environment: dict[str, str]
    quiet: bool


def main() -> None:
    """Import the modules named after the socket's number, and fork kernels until the socket closes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    # As in an ordinary kernel, the folder where this was started is no place for modules.
    if sys.path[0] in {"", os.getcwd()}:  # noqa: PTH109 # as the list has it, a text
        del sys.path[0]
    # The run ends this process by closing the socket; Ctrl-C is the run's to hear.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _import(sys.argv[2:])
    steps = _to_read_ahead(sys.argv[2:])
    # The first of them every notebook would do itself at once.
    _read_ahead(steps)
    order = _serve(control, steps)
    if order is not None:
        _become(order)


def _import(names: Sequence[str]) -> None:
    # The debugger would complain on our stderr of frozen modules; a kernel has an environment of its own.
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    with _without_grammars():
        for name in names:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
    # What was imported is shared by all kernels as long as nobody's collector touches it.
    gc.collect()
    gc.freeze()


@contextlib.contextmanager
def _without_grammars() -> Iterator[None]:
    """Of jsonschema's checkers of formats, leave out the one that compiles a grammar for two seconds."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    try:
        yield
    finally:
        if sys.modules["rfc3987_syntax"] is None:
            del sys.modules["rfc3987_syntax"]


def _to_read_ahead(names: Sequence[str]) -> Iterator[Callable[[], object]]:
    """Yield what to do while nobody waits, if kernels are to have our modules and a project is named."""
    place = os.environ.get("ONEWAYTRADE_PROJECT")
    if place and "onewaytrade.definitions" in names:
        from onewaytrade.runner import ahead

        yield from ahead.steps(Path(place))
        gc.collect()
        gc.freeze()


def _read_ahead(steps: Iterator[Callable[[], object]]) -> bool:
    """Do one step; tell whether there may be another. What fails, fails in the notebooks, which say so."""
    with contextlib.suppress(Exception), _without_grammars():
        step = next(steps, None)
        if step is not None:
            step()
        return step is not None
    return True


def _serve(control: socket.socket, steps: Iterator[Callable[[], object]]) -> Order | None:
    """Fork a kernel for each order; return the order in the kernel's process, and None in this one at the end.

    Steps are done in between, one at a time, whenever no order waits.
    """
    channels: dict[int, socket.socket] = {}
    selector = selectors.DefaultSelector()
    selector.register(control, selectors.EVENT_READ)
    is_idle = True
    while True:
        ready = selector.select(0) if is_idle else selector.select()
        if not ready:
            is_idle = _read_ahead(steps)
        for key, _ in ready:
            if key.fileobj is not control:
                _bury(key.fd, key.data, channels.pop(key.data), selector)
                continue
            _, passed, _, _ = socket.recv_fds(control, 1, 1)
            if not passed:
                _end(channels)
                return None
            channel = socket.socket(fileno=passed[0])
            order = Order(**json.loads(_line(channel)))
            if pid := os.fork():
                channels[pid] = channel
                selector.register(os.pidfd_open(pid), selectors.EVENT_READ, pid)
                continue
            # A session of its own, so that a signal to the kernel's group reaches what the kernel has started.
            os.setsid()
            channel.sendall(f"{os.getpid()}\n".encode())
            for watch in selector.get_map().values():
                if watch.fileobj is not control:
                    os.close(watch.fd)
            selector.close()
            for own in (*channels.values(), channel, control):
                own.close()
            return order


def _line(channel: socket.socket) -> str:
    with channel.makefile(encoding="utf-8") as stream:
        return stream.readline()


def _bury(watch: int, pid: int, channel: socket.socket, selector: selectors.BaseSelector) -> None:
    """Tell the exit code of a kernel that has ended."""
    selector.unregister(watch)
    os.close(watch)
    _, status = os.waitpid(pid, 0)
    with channel, contextlib.suppress(OSError):
        channel.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _end(pids: dict[int, Any]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def _become(order: Order) -> NoReturn:
    """Be the kernel of an order, as if a process had been started for it."""
    parent = os.getppid()
    os.environ.clear()
    # A kernel ends once its parent has gone, which is this server and not the process that asked for it.
    os.environ.update(order.environment | {"JPY_PARENT_PID": str(parent)})
    os.chdir(order.folder)
    time.tzset()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if order.quiet:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        os.close(nowhere)
    _forget()
    from ipykernel import kernelapp

    sys.argv = ["ipykernel_launcher.py", *order.arguments]
    kernelapp.launch_new_instance()
    sys.exit(0)


def _forget() -> None:
    """Take back what a fork shares with its siblings or its import came too early for."""
    if "numpy" in sys.modules:
        # Python reseeds its own generator in each fork.
        sys.modules["numpy"].random.seed(None)
    if "matplotlib" in sys.modules:
        # It reads the backend from the environment when it is imported, where a kernel has put its own by then.
        parameters = sys.modules["matplotlib"].rcParams
        dict.__setitem__(parameters, "backend", os.environ.get("MPLBACKEND") or _INLINE)


if __name__ == "__main__":
    main()
