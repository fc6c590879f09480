"""A class is marked: good notebooks get what they earn, whatever lies beside them, and nothing is left behind."""

import contextlib
import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from onewaytrade import project
from onewaytrade.errors import TeachingError
from onewaytrade.teaching import checking, marking, open_lesson
from onewaytrade.teaching.checking import Choice, Exercise, Function, Mistake, Number, Numbers
from onewaytrade.teaching.marking import crew, judging, plain, report, submissions, walls

ROOT = Path(__file__).resolve().parents[2]
STEM = "1-where-you-start"
NAME = "export_growth"
LESSON = open_lesson(1)
WORTH = 2
SECONDS = 2.0
RIGHT = next(iter(LESSON.exercises.values()))


def notebook(*code: str, lesson: int | None = 1, texts: Sequence[str] = ()) -> str:
    """Return a notebook as a student hands it in."""
    cells = [
        {"cell_type": "markdown", "id": f"t{at}", "metadata": {}, "source": text} for at, text in enumerate(texts)
    ]
    cells += [
        {
            "cell_type": "code",
            "id": f"c{at}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for at, source in enumerate(code)
    ]
    metadata = {} if lesson is None else {"onewaytrade": {"lesson": lesson}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells})


def master() -> str:
    """Return a master of lesson 1 with all its exercises and a question for discussion."""

    def cell(kind: str, source: str, at: list[int] = [0]) -> dict[str, Any]:  # noqa: B006 # it counts
        at[0] += 1
        return {"cell_type": kind, "id": f"m{at[0]}", "metadata": {}, "source": source}

    cells = [cell("markdown", "# Where you start\n\nA question.")]
    for name in LESSON.exercises:
        cells += [
            cell("raw", f"# BEGIN QUESTION\nname: {name}\npoints: {WORTH}"),
            cell("markdown", f"### Exercise: {name}\n\nHow much?"),
            cell("raw", "# END QUESTION"),
        ]
    cells += [
        cell("raw", "# BEGIN QUESTION\nname: talk\nmanual: true"),
        cell("markdown", "### Talk: why?\n\nSay it in words."),
        cell("raw", "# BEGIN SOLUTION"),
        cell("markdown", "Because."),
        cell("raw", "# END SOLUTION"),
        cell("raw", "# END QUESTION"),
        cell("markdown", "## What you found"),
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})


OPENING = (
    "import pandas as pd\nimport matplotlib.pyplot as plt\nfrom onewaytrade.teaching import answered, open_lesson\n"
    "grader = open_lesson(1)\nchina = grader.table('china')"
)
# Right answers are taken from the lesson itself: what is tried here is the marking.
ALL_RIGHT = "\n".join(
    f"{name} = (lambda *case: grader.exercises['{name}'].right(*case))"
    if isinstance(exercise, Function)
    else f"{name} = grader.exercises['{name}'].right()"
    for name, exercise in LESSON.exercises.items()
)
CHECKS = tuple(f'grader.check("{name}")' for name in LESSON.exercises)
GOOD = notebook(OPENING, "%matplotlib inline\nchina.plot()\nplt.show()", ALL_RIGHT, *CHECKS)
BLANK = notebook(OPENING, f"{NAME} = ...", *CHECKS)
SLIP = next(iter(LESSON.exercises[NAME].mistakes()))
OUTSIDE = "/" + "outside-of-any-notebook"

HOSTILE: dict[str, tuple[str, ...]] = {
    "endless": ("while True: pass",),
    "deaf": (
        "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nsignal.pthread_sigmask(signal.SIG_BLOCK, "
        "[signal.SIGALRM])\nwhile True: pass",
    ),
    "hungry": ("kept = []\nwhile True: kept.append(bytearray(50_000_000))",),
    "forks": ("import os\nwhile True: os.fork()",),
    "threads": ("import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,)).start()",),
    "quits": ("import os\nos._exit(0)",),
    "crashes": ("import ctypes\nctypes.string_at(0)",),
    "loud": ("print('x' * 100_000_000)",),
    "floods": ("import os\nfor handle in range(3, 9):\n    try:\n        while True: os.write(handle, b'{' * 65536)\n"
               "    except OSError: pass",),
    "raises": ("1 / 0", "raise SystemExit", "syntax error here", "import nothing_like_it"),
    "patches": (
        "import onewaytrade.teaching.checking as c, onewaytrade.teaching.lesson as l\n"
        "c.look_at = l.checking.look_at = lambda e, a, **k: c.Feedback(e.name, 'right')\n"
        "c._agrees = lambda *a: True\n"
        "for one in grader.exercises.values(): object.__setattr__(one, 'right', lambda *a: 12.0)",
    ),
}  # fmt: skip
# What each of these does to the folder that it lies in; {folder} is that folder, {other} a good notebook.
DESTRUCTIVE: dict[str, tuple[str, ...]] = {
    "deletes": ("import shutil\nshutil.rmtree('{folder}', ignore_errors=True)\nshutil.rmtree('..', ignore_errors=True)",),
    "overwrites": ("open('{other}', 'w').write('mine')",),
    "truncates": ("import os\nos.truncate('{other}', 0)",),
    "locks": ("import os\nos.chmod('{other}', 0)",),
    "copies": (f"import json\n{NAME} = json.load(open('{{other}}'))",),
    "spies": (f"import os\n{NAME} = open(f'/proc/{{os.getppid()}}/environ').read() or 'nothing'",),
    "kills": ("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)",),
}  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make a project with one lesson, on the project's data."""
    root = tmp_path_factory.mktemp("project")
    (root / "data").symlink_to(ROOT / "data", target_is_directory=True)
    (root / "notebooks/lessons").mkdir(parents=True)
    (root / "notebooks/lessons" / f"{STEM}.ipynb").write_text(master(), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(project.VARIABLE, str(root))
        yield root


@pytest.fixture(autouse=True)
def _in_that_project(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(project.VARIABLE, str(place))


def hand_in(folder: Path, notebooks: Mapping[str, str]) -> Path:
    for name, text in notebooks.items():
        path = folder / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def order(folder: Path, **more: Any) -> marking.Order:
    limits = walls.Limits(more.pop("seconds", SECONDS), more.pop("memory", 512))
    return marking.Order(folder, **({"out": None, "lesson": None, "jobs": 2} | more), limits=limits)


def rows(place: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((place / marking.MARKS).read_text(encoding="utf-8-sig"))))


def points(found: report.Class) -> dict[str, float]:
    return {one.student: sum(mark.points for mark in one.marks) for one in found.marked if one.marks}


def remarks(found: report.Class) -> dict[str, str]:
    return {one.student: one.remark for one in found.marked}


@pytest.fixture(scope="module")
def marked(place: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[report.Class, Path]:
    """Mark a class of good, poor and hostile notebooks at once; return what was found and the folder."""
    folder = tmp_path_factory.mktemp("class")
    other = folder / "good-2.ipynb"
    named = {
        name: tuple(code.replace("{folder}", str(folder)).replace("{other}", str(other)) for code in codes)
        for name, codes in DESTRUCTIVE.items()
    }
    hand_in(folder, {f"good-{number}": GOOD for number in range(4)})
    hand_in(folder, {"blank": BLANK, "broken": '{"cells": [', "deep": "[" * 100_000, "not-one": "{}"})
    hand_in(folder, {"slips": notebook(OPENING, f"{NAME} = {SLIP.answer!r}", *CHECKS)})
    hand_in(folder, {name: notebook(OPENING, f"{NAME} = 12.0", *CHECKS, *code) for name, code in HOSTILE.items()})
    hand_in(folder, {name: notebook(OPENING, *code, ALL_RIGHT, *CHECKS) for name, code in named.items()})
    before = {path: path.read_bytes() for path in folder.iterdir()}
    found = marking.mark(order(folder))
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    return found, folder


FULL = float(WORTH * len(LESSON.exercises))
needs = {
    name: pytest.mark.skipif(
        sys.platform != "linux", reason=f"no wall around {name} is known for this system: see the start of a run"
    )
    for name in walls.STANDING
}


def test_good_notebooks_earn_all_whatever_lies_beside_them(marked: tuple[report.Class, Path]) -> None:
    found = points(marked[0])
    assert {found[f"good-{number}"] for number in range(4)} == {FULL}
    assert all(not told for who, told in remarks(marked[0]).items() if who.startswith(("good", "blank", "slips")))


def test_a_gap_earns_nothing_and_is_called_open(marked: tuple[report.Class, Path]) -> None:
    own = [row for row in rows(marked[1].with_name(f"{marked[1].name}-marks")) if row["student"] == "blank"]
    assert [(row["points"], row["mistake"], row["hint"]) for row in own] == [
        ("0", "", checking.OPEN) for _ in LESSON.exercises
    ]


def test_a_known_slip_is_named_with_its_hint(marked: tuple[report.Class, Path]) -> None:
    own = [row for row in rows(marked[1].with_name(f"{marked[1].name}-marks")) if row["student"] == "slips"]
    found = next(row for row in own if row["exercise"] == NAME)
    assert (found["points"], found["of"], found["mistake"], found["hint"]) == ("0", "2", SLIP.name, SLIP.hint)
    page = (marked[1].with_name(f"{marked[1].name}-marks") / marking.REPORT).read_text(encoding="utf-8")
    assert SLIP.name in page


def test_what_is_no_notebook_is_listed_with_the_reason(marked: tuple[report.Class, Path]) -> None:
    found, folder = marked
    for name in ("broken", "deep", "not-one"):
        assert "no notebook" in remarks(found)[name]
        own = [row for row in rows(folder.with_name(f"{folder.name}-marks")) if row["student"] == name]
        assert [(row["points"], row["mistake"]) for row in own] == [("", report.NOT_MARKED)]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_was_answered_before_a_notebook_turned_hostile_is_marked(
    marked: tuple[report.Class, Path], name: str
) -> None:
    own = next(one for one in marked[0].marked if one.student == name)
    mark = next(mark for mark in own.marks if mark.exercise == NAME)
    assert (mark.points, mark.state) == (0, "wrong")
    assert mark.hint == checking.look_at(LESSON.exercises[NAME], 12.0).hint


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("endless", "took too long and had to be stopped"),
        ("deaf", "had not ended after 2 s"),
        ("quits", "ended before its last cell"),
        ("crashes", "ended before its last cell"),
        ("floods", "sent more than answers can be"),
        ("raises", ""),
        ("loud", ""),
        ("hungry", ""),
    ],
)
def test_the_report_says_how_a_notebook_ended(marked: tuple[report.Class, Path], name: str, said: str) -> None:
    told = remarks(marked[0])[name]
    assert said in told
    assert bool(said) == bool(told)


def need(found: report.Class, *names: str) -> None:
    missing = [name for name in names if name not in found.standing]
    if missing:
        pytest.skip(f"this system has no wall around {' and '.join(missing)}")


@pytest.mark.parametrize("name", ["deletes", "overwrites", "truncates", "locks", "kills"])
def test_nobody_harms_others(marked: tuple[report.Class, Path], name: str) -> None:
    found, _ = marked
    need(found, walls.FILES, walls.PROCESSES)
    assert found.restored == ()
    assert points(found)[name] == FULL


@pytest.mark.parametrize("name", ["copies", "spies"])
def test_nobody_reads_what_is_not_theirs(marked: tuple[report.Class, Path], name: str) -> None:
    need(marked[0], walls.FILES)
    # Its first answer stands once it is no gap: here it could not be given, and the right one came after it.
    assert points(marked[0])[name] == FULL


def test_nothing_is_left_running(marked: tuple[report.Class, Path]) -> None:
    assert not [line for line in _processes() if "teaching.marking" in line]


def _processes() -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return found
