"""Run one student's notebook within walls, and send its answers as they are found.

This is the only part that shares a process with a student's code. It sends lines of JSON: first the walls that
stand, then an answer each time that one is checked in the notebook, and at the end what else there is. Nothing
that it sends is believed further than as an answer of this one notebook.
"""

import json
import os
import random
import re
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from onewaytrade.teaching.checking import Exercise, Function, is_open
from onewaytrade.teaching.lesson import LESSONS, open_lesson
from onewaytrade.teaching.marking import plain, walls

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

# What is imported before any notebook comes, so that it costs nothing in each.
MODULES: Final = (
    "IPython.core.interactiveshell",
    "IPython.core.magics",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "numpy",
    "pandas",
    "pandas.plotting._matplotlib",
    "onewaytrade.teaching",
)
_CHECK: Final = re.compile(r"\bgrader\s*\.\s*check\(\s*[\"'](\w+)[\"']\s*\)")
_SHARE_OF_A_CELL: Final = 0.5  # of the time that is left, so that others have some as well


@dataclass(frozen=True, slots=True)
class Order:
    """A notebook to run: its lesson and its code cells, within which limits.

    `room` is the folder to run it in, `readable` the data that it may read beside the software, and `walls` the
    names of those without which it is not run.
    """

    lesson: int
    cells: list[str]
    room: str
    readable: list[str]
    walls: list[str]
    seconds: float
    memory: int


class TooLongError(KeyboardInterrupt):
    """A cell has taken its share of the time."""


def attend(order: Order, out: int) -> None:
    """Shut this process in, run a notebook in it, and send what there is to the file descriptor `out`."""
    lesson = open_lesson(order.lesson)
    shell = _shell()
    readable = (*walls.software(), *order.readable)
    os.chdir(order.room)
    _forget_the_world()
    limits = walls.Limits(order.seconds, order.memory)
    clock = _Clock(time.process_time() + limits.seconds, time.monotonic() + limits.patience)
    raised = walls.shut_in(Path(order.room), readable, limits)
    _send(out, {"walls": raised})
    if not set(order.walls) <= set(raised):
        return
    sent: set[str] = set()
    stopped: list[int] = []

    def answer(name: str, *, last: bool = False) -> None:
        """Send an answer, unless it is still a gap that may be filled further down."""
        given = shell.user_ns.get(name)
        if name in sent or (is_open(given) and not last):
            return
        # Whatever an answer of a student's own making raises, SystemExit too, the next one is still looked at.
        with suppress(BaseException), _within(clock):
            told = _described(lesson.exercises[name], given)
            if last or not _is_gap(told):
                _send(out, {"exercise": name, "answer": told})
                sent.add(name)

    for position, source in enumerate(order.cells, start=1):
        checked = [name for name in _CHECK.findall(source) if name in lesson.exercises]
        # What is only a check is not run here: the answer is judged elsewhere.
        if not (checked and _CHECK.sub("", source).strip() == ""):
            with _within(clock):
                if _run(shell, source) is TooLongError:
                    stopped.append(position)
        for name in checked:
            answer(name)
    for name in lesson.exercises:
        answer(name, last=True)
    _send(out, {"stopped": stopped, "done": True})


def _is_gap(told: plain.Plain) -> bool:
    """Return whether it is a function whose body is still to be written."""
    gaps = ({"kind": "gap"}, {"kind": "constant", "value": None})
    return told["kind"] == "function" and all(outcome in gaps for outcome in told["outcomes"])


def _described(exercise: Exercise, given: Any) -> plain.Plain:
    if isinstance(exercise, Function) and not is_open(given):
        return plain.describe_function(given, cases(exercise))
    return plain.describe(given)


def cases(exercise: Exercise) -> tuple[tuple[Any, ...], ...]:
    """Return all arguments that a function is tried on, and none for another kind of exercise."""
    return (*exercise.shown, *exercise.hidden) if isinstance(exercise, Function) else ()


def warm() -> None:
    """Import what every notebook needs and draw a first figure, which takes longest, before any comes."""
    import matplotlib.pyplot as plt

    for number in LESSONS:
        with suppress(ImportError):
            open_lesson(number)
    shell = _shell()
    _run(shell, "pass")
    figure, axes = plt.subplots()
    axes.plot([0, 1], label="one")
    axes.legend()
    figure.canvas.draw()
    plt.close(figure)


def _shell() -> "InteractiveShell":
    """Return the shell that cells run in: IPython's own, without history, displays and tracebacks."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    if InteractiveShell.initialized():
        return InteractiveShell.instance()
    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.ast_node_interactivity = "none"
    settings.InteractiveShell.colors = "nocolor"
    shell = InteractiveShell.instance(config=settings)
    # Nobody reads what a cell shows, and a traceback takes longer than a lesson's longest cell.
    for name in ("showtraceback", "showsyntaxtraceback", "showindentationerror", "system", "system_raw"):
        setattr(shell, name, _do_nothing)
    # Set-up cells of Colab and the like install what is there already; figures are drawn for nobody.
    for magic in ("pip", "conda", "mamba", "uv", "matplotlib"):
        shell.magics_manager.magics["line"][magic] = _do_nothing
    return shell


def _do_nothing(*_: Any, **__: Any) -> None:
    pass


def _run(shell: "InteractiveShell", source: str) -> type[BaseException] | None:
    """Run a cell, whatever is in it; return the type of the error that it ended with, if any."""
    try:
        result = shell.run_cell(source, store_history=False, silent=True)  # type: ignore[no-untyped-call]
        found = result.error_before_exec or result.error_in_exec
    except BaseException as error:  # a shell that a student has changed may let anything through
        found = error
    finally:
        _close_figures()
    return None if found is None else type(found)


def _close_figures() -> None:
    # A student may have put anything in its place.
    with suppress(Exception):
        sys.modules["matplotlib.pyplot"].close("all")


@dataclass(frozen=True, slots=True)
class _Clock:
    """When a notebook's time is over: its computing, as the process counts it, and all that passes."""

    computed: float
    passed: float


@contextmanager
def _within(clock: _Clock) -> Iterator[None]:
    """Stop what is run inside once it has taken its share of the time that is left, where the system can."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    shares = {
        (signal.ITIMER_PROF, signal.SIGPROF): clock.computed - time.process_time(),
        (signal.ITIMER_REAL, signal.SIGALRM): clock.passed - time.monotonic(),
    }
    for (timer, bell), left in shares.items():
        signal.signal(bell, _interrupt)
        signal.setitimer(timer, max(0.05, left * _SHARE_OF_A_CELL))
    try:
        yield
    except TooLongError:
        # It rang on the way out.
        pass
    finally:
        for timer, _ in shares:
            signal.setitimer(timer, 0)


def _interrupt(_signum: int, _frame: FrameType | None) -> None:
    raise TooLongError


def _forget_the_world() -> None:
    """Take back what tells of the process that this one comes from, and chance from what is drawn by chance."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 # until the process ends
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 # the same
    random.seed(0)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(0)
    sys.argv = ["notebook"]


def _send(out: int, told: Mapping[str, Any]) -> None:
    line = json.dumps(told).encode("ascii") + b"\n"
    while line:
        line = line[os.write(out, line) :]
