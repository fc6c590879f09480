"""Have notebooks run, each in a process of its own: forked from a warm one where a system can, else started.

What comes back from such a process may be anything that a student has written: it is read as JSON, and as nothing
else.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from onewaytrade import project
from onewaytrade.errors import TeachingError
from onewaytrade.teaching.marking import guest, rooms, server, walls

_PATIENCE: Final = 30  # seconds beyond a notebook's own until its keeper must have answered
# Without the folder where it is started among the places for modules: a student's file may lie there.
_PYTHON: Final = (sys.executable, "-P", "-c")
_SERVER: Final = (*_PYTHON, "from onewaytrade.teaching.marking import server; server.main()")
_ALONE: Final = (*_PYTHON, "from onewaytrade.teaching.marking import alone; alone.main()")
# What Python, its libraries and the project need of the environment; nothing else is handed on.
_NEEDED: Final = (
    "PATH",
    "PYTHONPATH",
    "SYSTEMROOT",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "TZ",
    "FONTCONFIG_PATH",
)


@dataclass(frozen=True, slots=True)
class Job:
    """A notebook to run: its lesson and its code cells."""

    lesson: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a notebook: the walls that stood, its answers as they were sent, and how it ended.

    `how` is one of those of `server`; `code` is the exit code of its process (negative: a signal); `stopped` are
    the cells that took too long, counted from 1.
    """

    walls: tuple[str, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    how: str = server.GONE
    code: int = 0
    finished: bool = False
    stopped: tuple[int, ...] = ()


class Crew(Protocol):
    """Runs notebooks, several at a time if it is asked by several threads."""

    def run(self, job: Job, standing: Sequence[str] = ()) -> Ran:
        """Run a notebook if all walls of the names `standing` can be raised around it."""

    def close(self) -> None:
        """End what still runs."""


def can_fork() -> bool:
    """Tell whether processes can be forked here: on Linux, and not where ONEWAYTRADE_WARM is 0."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open") and os.environ.get("ONEWAYTRADE_WARM") != "0"


class _Rooms:
    """A folder for the run with a folder in it for each notebook, and what processes need to know."""

    def __init__(self, limits: walls.Limits) -> None:
        self._limits = limits
        self._folder = Path(tempfile.mkdtemp(prefix="onewaytrade-marking-"))
        # Where Python and its packages would put files of their own, out of any notebook's sight.
        home = self._folder / "home"
        home.mkdir()
        self._taken = 0
        self._lock = threading.Lock()
        kept = {name: os.environ[name] for name in _NEEDED if name in os.environ}
        threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
        self.environment = kept | dict.fromkeys(threads, "1") | {
            "HOME": str(home),
            "USERPROFILE": str(home),
            "IPYTHONDIR": str(home),
            "MPLCONFIGDIR": str(home),
            "TMPDIR": str(home),
            "TEMP": str(home),
            "MPLBACKEND": "agg",
            "LANG": "C.UTF-8",
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            project.VARIABLE: str(project.root()),
        }  # fmt: skip

    def order(self, job: Job, standing: Sequence[str]) -> guest.Order:
        """Return the order to run a notebook, in a folder that does not exist yet."""
        with self._lock:
            self._taken += 1
            # No number that tells how many others there are, nor which.
            room = self._folder / f"room-{self._taken:06d}"
        return guest.Order(
            lesson=job.lesson,
            cells=list(job.cells),
            room=str(room),
            readable=[str(project.data_dir())],
            walls=list(standing),
            seconds=self._limits.seconds,
            memory=self._limits.memory,
        )

    def close(self) -> None:
        """Remove the folder."""
        rooms.clear(self._folder)


class Warm:
    """A crew of forks: one process imports what lessons use, once, and every notebook begins from there."""

    def __init__(self, limits: walls.Limits, command: Sequence[str] = _SERVER) -> None:
        self._rooms = _Rooms(limits)
        self._patience = limits.patience + _PATIENCE
        self._lock = threading.Lock()
        self._channels: set[socket.socket] = set()
        # Packets, so that a channel that is handed over belongs to one order.
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 # our own interpreter
                [*command, str(theirs.fileno())],
                env=self._rooms.environment,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )

    def run(self, job: Job, standing: Sequence[str] = ()) -> Ran:
        """Run a notebook in a fork."""
        order = self._rooms.order(job, standing)
        ours, theirs = socket.socketpair()
        ours.settimeout(self._patience)
        with ours:
            self._channels.add(ours)
            try:
                with theirs, self._lock:
                    socket.send_fds(self._control, [b"n"], [theirs.fileno()])
                ours.sendall(json.dumps(asdict(order)).encode("ascii") + b"\n")
                with ours.makefile("rb") as stream:
                    told = json.loads(stream.readline())
            except (OSError, ValueError) as error:
                if self._process.poll() is not None:
                    raise TeachingError("The process that notebooks are forked from has ended.") from error
                return Ran()
            finally:
                self._channels.discard(ours)
        return _read(told["sent"], told["how"], told["code"])

    def close(self) -> None:
        """End the process, and every notebook that still runs."""
        # A keeper whose channel has closed ends its notebook.
        for channel in tuple(self._channels):
            with contextlib.suppress(OSError):
                channel.shutdown(socket.SHUT_RDWR)
        self._control.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._rooms.close()


class Cold:
    """A crew of ordinary processes, each of which imports everything anew: slower, and possible everywhere."""

    def __init__(self, limits: walls.Limits, command: Sequence[str] = _ALONE) -> None:
        self._rooms = _Rooms(limits)
        self._command = command
        self._limits = limits
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()

    def run(self, job: Job, standing: Sequence[str] = ()) -> Ran:
        """Run a notebook in a process that is started for it."""
        order = self._rooms.order(job, standing)
        Path(order.room).mkdir()
        process = subprocess.Popen(  # noqa: S603 # our own interpreter
            list(self._command),
            env=self._rooms.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        with self._lock:
            self._running.add(process)
        late = threading.Event()
        try:
            with process, self._clock(process, late, _PATIENCE + self._limits.patience):
                sent = self._listen(process, order, late)
            code = process.wait()
        finally:
            _end(process)
            with self._lock:
                self._running.discard(process)
        late_itself = code == -getattr(signal, "SIGXCPU", 0)
        how = (
            server.SLOW
            if late.is_set() or late_itself
            else server.LOUD
            if len(sent) > server.MOST_SENT
            else server.DONE
        )
        return _read(sent.decode("utf-8", "replace"), how, code)

    def _listen(self, process: subprocess.Popen[bytes], order: guest.Order, late: threading.Event) -> bytes:
        assert process.stdin is not None  # noqa: S101 # it is a pipe
        assert process.stdout is not None  # noqa: S101 # the same
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(asdict(order)).encode("ascii") + b"\n")
            process.stdin.close()
        # The time for imports is not the notebook's, which begins with the walls.
        first = process.stdout.readline(server.MOST_SENT)
        with self._clock(process, late, self._limits.patience):
            sent = first + process.stdout.read(server.MOST_SENT + 1 - len(first))
            _end(process)
        return sent

    @contextlib.contextmanager
    def _clock(self, process: subprocess.Popen[bytes], late: threading.Event, seconds: float) -> Iterator[None]:
        def ring() -> None:
            late.set()
            _end(process)

        clock = threading.Timer(seconds, ring)
        clock.start()
        try:
            yield
        finally:
            clock.cancel()

    def close(self) -> None:
        """End what still runs."""
        with self._lock:
            for process in self._running:
                _end(process)
        self._rooms.close()


def crew(limits: walls.Limits) -> Warm | Cold:
    """Return a crew of forks where processes can be forked, and else one of ordinary processes."""
    return Warm(limits) if can_fork() else Cold(limits)


def _end(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def _read(sent: str, how: str, code: int) -> Ran:
    """Return what came of a notebook by what its process sent: lines of JSON, as far as they are any."""
    raised: tuple[str, ...] = ()
    answers: dict[str, Any] = {}
    stopped: tuple[int, ...] = ()
    finished = False
    for position, line in enumerate(sent.splitlines()):
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            # A line that was cut off, or that a student's code has written.
            continue
        match told:
            case {"walls": list() as names} if position == 0:
                raised = tuple(name for name in walls.STANDING if name in names)
            case {"exercise": str() as name, "answer": dict() as answer}:
                answers.setdefault(name, answer)
            case {"stopped": list() as cells, "done": True}:
                finished = True
                stopped = tuple(cell for cell in cells if isinstance(cell, int) and not isinstance(cell, bool))
    return Ran(raised, answers, how, code, finished, stopped)
