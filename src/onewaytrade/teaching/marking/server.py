"""The process that students' notebooks are forked from: it has imported what lessons use, and runs nothing itself.

Started by `crew.Warm` with the number of a socket. Each packet on it carries a channel for one notebook. A keeper
is forked for it, which reads the order, forks the process that runs the notebook (`guest.attend`), and sees to it
that nothing of it is left when it has ended, was too slow or sent too much, or nobody waits for it any more.
Then the keeper sends back one line of JSON: what was sent to it, and how the notebook ended.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from onewaytrade.teaching.marking import guest, rooms, walls

MOST_SENT: Final = 1 << 20  # bytes; a lesson's answers are a few hundred
MOST_WRITTEN: Final = 256 << 20  # bytes of files in the notebook's own folder
_PACE: Final = 0.1  # seconds between two looks at what was written
# How a notebook may end.
DONE, SLOW, LOUD, FULL, GONE = "done", "slow", "loud", "full", "gone"


def main() -> None:
    """Import what lessons use, and serve until the socket closes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    # Ctrl-C is for the run to hear; it ends this process by closing the socket.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    prepare()
    _serve(control)


def prepare() -> None:
    """Import what lessons use, and leave it to be shared by all forks."""
    for name in guest.MODULES:
        importlib.import_module(name)
    guest.warm()
    gc.collect()
    gc.freeze()


def _serve(control: socket.socket) -> None:
    keepers: set[int] = set()
    while True:
        ready, _, _ = select.select([control], [], [], 1.0)
        _bury(keepers)
        if not ready:
            continue
        _, passed, _, _ = socket.recv_fds(control, 1, 1)
        if not passed:
            # The keepers notice by themselves that nobody waits for them.
            for keeper in keepers:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(keeper, 0)
            return
        if keeper := os.fork():
            os.close(passed[0])
            keepers.add(keeper)
            continue
        control.close()
        code = 1
        try:
            _keep(socket.socket(fileno=passed[0]))
            code = 0
        finally:
            os._exit(code)


def _bury(keepers: set[int]) -> None:
    for keeper in tuple(keepers):
        ended, _ = os.waitpid(keeper, os.WNOHANG)
        if ended:
            keepers.discard(keeper)


@dataclass(frozen=True, slots=True)
class Ended:
    """What a notebook's process sent, how it ended, and with which code."""

    sent: bytes
    how: str
    code: int


def _keep(channel: socket.socket) -> None:
    walls.adopt_orphans()
    with channel.makefile(encoding="utf-8") as stream:
        order = guest.Order(**json.loads(stream.readline()))
    Path(order.room).mkdir()
    try:
        ended = _watch(order, channel)
    finally:
        _end_orphans()
        rooms.clear(Path(order.room))
    told: dict[str, Any] = {"sent": ended.sent.decode("utf-8", "replace"), "how": ended.how, "code": ended.code}
    channel.sendall(json.dumps(told).encode("ascii") + b"\n")


def _watch(order: guest.Order, channel: socket.socket) -> Ended:
    """Run a notebook in a process of its own, and end it when it has to end."""
    reading, writing = os.pipe()
    limits = walls.Limits(order.seconds, order.memory)
    pid = os.fork()
    if not pid:
        _become(order, channel, reading, writing)
    os.close(writing)
    process = os.pidfd_open(pid)
    sent = bytearray()
    ends = time.monotonic() + limits.patience
    try:
        how = _listen((reading, process), channel, sent, ends, Path(order.room))
    finally:
        os.close(reading)
        os.close(process)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        _, status, used = os.wait4(pid, 0)
    if how == DONE and status and used.ru_utime + used.ru_stime >= limits.seconds:
        how = SLOW
    return Ended(bytes(sent), how, os.waitstatus_to_exitcode(status))


def _listen(watched: tuple[int, int], channel: socket.socket, sent: bytearray, ends: float, room: Path) -> str:
    """Take what is sent until the process ends or has to; return how it ended.

    `watched` are the pipe that it sends on and the process itself, whose end is not that of the pipe if it has
    left something behind.
    """
    reading, process = watched
    while True:
        left = ends - time.monotonic()
        if left <= 0:
            return SLOW
        watching: list[Any] = [reading, process, channel]
        ready, _, _ = select.select(watching, [], [], min(left, _PACE))
        if channel in ready:
            # Nothing more comes on it but its end.
            return GONE
        if reading in ready:
            more = os.read(reading, 1 << 16)
            if not more:
                return DONE
            sent += more
            if len(sent) > MOST_SENT:
                return LOUD
        elif process in ready:
            return DONE
        elif rooms.holds_more(room, MOST_WRITTEN):
            return FULL


def _become(order: guest.Order, channel: socket.socket, reading: int, writing: int) -> None:
    """Be the process of a notebook, and leave it only by its end."""
    try:
        # A session of its own, so that a signal to its group reaches what it has started.
        os.setsid()
        walls.die_with_parent()
        os.close(reading)
        channel.detach()
        out = 3
        os.dup2(writing, out)
        os.closerange(out + 1, 1 << 16)
        guest.attend(order, out)
    finally:
        os._exit(0)


def _end_orphans() -> None:
    """End what a notebook has left behind, which this process has inherited."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    while True:
        try:
            left = [int(pid) for pid in children.read_text(encoding="ascii").split()]
        except (OSError, ValueError):
            return
        if not left:
            return
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in left:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
