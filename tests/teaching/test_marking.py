"""A class is marked: good notebooks get what they earn, whatever lies beside them, and nothing is left behind."""

import contextlib
import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from onewaytrade import cli, project
from onewaytrade.errors import TeachingError
from onewaytrade.teaching import autotests, checking, marking, masters, open_lesson
from onewaytrade.teaching.checking import Choice, Exercise, Function, Mistake, Number, Numbers
from onewaytrade.teaching.marking import crew, discussion, guest, judging, plain, report, submissions, walls

ROOT = Path(__file__).resolve().parents[2]
STEM = "1-where-you-start"
NAME = "export_growth"
LESSON = open_lesson(1)
WORTH = 2
SECONDS = 1.0
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
    "import pandas as pd\nimport matplotlib.pyplot as plt\n"
    "from onewaytrade.teaching import answered, open_lesson\n"
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

HOSTILE: dict[str, tuple[str, ...]] = {
    "endless": ("while True: pass",),
    "deaf": ("import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))\nwhile True: pass",),
    "hungry": ("kept = []\nwhile True: kept.append(bytearray(50_000_000))",),
    "forks": ("import os\nwhile True: os.fork()",),
    "threads": ("import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,)).start()",),
    "quits": ("import os\nos._exit(0)",),
    "crashes": ("import ctypes\nctypes.string_at(0)",),
    "loud": ("print('x' * 100_000_000)",),
    "floods": (
        "import os\nfor handle in range(3, 9):\n    try:\n"
        "        while True: os.write(handle, b'{' * 65536)\n    except OSError: pass",
    ),
    "digs": (
        "import os, time\nfor _ in range(500):\n    os.mkdir('a-long-name')\n    os.chdir('a-long-name')\n"
        "os.mkdir('shut', 0)\ntime.sleep(9)",
    ),
    "fills": (
        "import os, time\nfor at in range(10):\n    with open(f'{at}', 'wb') as stream:\n"
        "        os.posix_fallocate(stream.fileno(), 0, 30_000_000)\ntime.sleep(9)",
    ),
    "leaves": ("def growth(*case): raise SystemExit",),
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
    "deletes": (
        "import shutil\nfor place in ('{folder}', '..'): shutil.rmtree(place, ignore_errors=True)",
    ),
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
    limits = walls.Limits(more.pop("seconds", SECONDS), more.pop("memory", 128))
    return marking.Order(folder, **({"out": None, "lesson": None, "jobs": 2} | more), limits=limits)


def rows(place: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((place / marking.MARKS).read_text(encoding="utf-8-sig"))))


def points(found: report.Class) -> dict[str, float]:
    return {one.student: sum(mark.points for mark in one.marks) for one in found.marked if one.marks}


def remarks(found: report.Class) -> dict[str, str]:
    return {one.student: one.remark for one in found.marked}


@pytest.fixture(scope="module")
def warm(place: Path) -> Iterator[crew.Warm]:
    """Have one process ready for all tests, since its imports take longest."""
    if not crew.can_fork():
        pytest.skip("no process can be forked safely on this system")
    with contextlib.closing(crew.Warm(walls.Limits(SECONDS, 128))) as ready:
        yield ready


@pytest.fixture(scope="module")
def quick(warm: crew.Warm) -> Iterator[None]:
    """Let marking use the process that is ready."""

    class Ready:
        run = staticmethod(warm.run)

        def close(self) -> None:
            pass

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(marking.crews, "crew", lambda _limits: Ready())
        yield


@pytest.fixture(scope="module")
def marked(quick: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[report.Class, Path]:
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


def test_the_report_sums_the_points_of_each_student(marked: tuple[report.Class, Path]) -> None:
    page = (marked[1].with_name(f"{marked[1].name}-marks") / marking.REPORT).read_text(encoding="utf-8")
    sums = re.findall(r"<tr><th scope=row>([^<]+)</th><td class=number>([\d.]+)</td><td class=number>", page)
    assert dict(sums)["good-1"] == f"{FULL:g}"
    assert dict(sums)["blank"] == "0"
    assert not {"broken", "deep", "not-one"} & dict(sums).keys()  # no sum for what could not be marked


def test_the_gradebook_has_one_row_a_student_and_no_nought_for_what_could_not_be_marked(
    marked: tuple[report.Class, Path],
) -> None:
    text = (marked[1].with_name(f"{marked[1].name}-marks") / marking.GRADEBOOK).read_text(encoding="utf-8-sig")
    book = {row["student"]: row[f"lesson 1 (of {FULL:g})"] for row in csv.DictReader(io.StringIO(text))}
    assert len(book) == len(text.splitlines()) - 1 == len({one.student for one in marked[0].marked})
    assert (book["good-1"], book["blank"], book["broken"]) == (f"{FULL:g}", "0", "")


def test_the_best_counts_where_a_lesson_was_handed_in_twice(marked: tuple[report.Class, Path]) -> None:
    one = next(one for one in marked[0].marked if one.student == "good-1")
    blank = next(one for one in marked[0].marked if one.student == "blank")
    twice = replace(marked[0], marked=(replace(blank, student="good-1"), one, replace(blank, student="good-1")))
    assert report.gradebook(twice).decode("utf-8-sig").splitlines()[1:] == [f"good-1,{FULL:g}"]


@pytest.mark.usefixtures("quick")
def test_a_wrong_answer_is_shown_as_it_was_given(tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "class", {"ana": notebook(OPENING, f"{NAME} = -12.5"), "bo": notebook(OPENING)})
    marking.mark(order(folder))
    given = {row["student"]: row["answer"] for row in rows(order(folder).place) if row["exercise"] == NAME}
    assert given == {"ana": "-12.5", "bo": ""}


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
        ("deaf", "had not ended after 1 s"),
        ("quits", "ended before its last cell"),
        ("crashes", "ended before its last cell"),
        ("floods", "sent more than answers can be"),
        ("digs", "wrote more than"),
        ("fills", "wrote more than"),
        ("leaves", ""),
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


TRIES = """
import ctypes, os, resource, socket, subprocess
export_growth = ""
def tried(name, call):
    global export_growth
    try:
        call()
    except OSError as error:
        name += f":{error.strerror}"
    export_growth += name + ";"
tried("socket", lambda: socket.socket())
tried("unix", lambda: socket.socket(socket.AF_UNIX))
tried("look-up", lambda: socket.getaddrinfo("localhost", 80, type=socket.SOCK_RAW))
tried("fork", os.fork)
tried("start", lambda: subprocess.Popen(["true"]))
tried("own-room", lambda: open("mine.txt", "w").write("x"))
tried("above", lambda: open("../mine.txt", "w"))
tried("read", lambda: open("/etc/passwd").read())
tried("limit", lambda: resource.prlimit(os.getpid(), resource.RLIMIT_AS, (1 << 40, 1 << 40)))
def leave():
    if ctypes.CDLL(None, use_errno=True).unshare(0x10000000):
        raise OSError(ctypes.get_errno(), "not permitted")
tried("namespace", leave)
"""


def test_walls_refuse_what_they_say(warm: crew.Warm) -> None:
    ran = warm.run(crew.Job(1, [TRIES, 'grader.check("export_growth")']))
    if set(ran.walls) != set(walls.STANDING):
        pytest.skip(f"this system has only these walls: {', '.join(ran.walls) or 'none'}")
    told = dict(one.partition(":")[::2] for one in ran.answers[NAME]["value"].rstrip(";").split(";"))
    assert told.pop("own-room") == ""
    assert set(told) == {"socket", "unix", "look-up", "fork", "start", "above", "read", "limit", "namespace"}
    # A look-up of a name fails in words of its own.
    assert told.pop("look-up")
    assert {name for name, error in told.items() if "permitted" not in error and "denied" not in error} == set()


def test_a_wall_that_cannot_be_raised_keeps_a_notebook_from_running(warm: crew.Warm) -> None:
    ran = warm.run(crew.Job(1, [f"{NAME} = 12.0"]), [*walls.STANDING, "a wall that nobody has"])
    assert (dict(ran.answers), ran.finished) == ({}, False)


def test_without_walls_the_notebooks_are_put_back_and_no_process_is_left(
    tmp_path: Path, place: Path, warm: crew.Warm, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "class" / "good.ipynb"
    leaves = "import subprocess\nsubprocess.Popen(['sleep', '300'], start_new_session=True)"
    stays = leaves.replace("sleep', '300'", "sh', '-c', 'sleep 300; true'")
    spoils = f"open('{other}', 'w').write('mine')"
    folder = hand_in(
        tmp_path / "class",
        {"good": GOOD, "leaves": notebook(OPENING, ALL_RIGHT, leaves, stays), "spoils": notebook(spoils)},
    )
    bare = "from onewaytrade.teaching.marking import server, walls\nwalls.shut_in = lambda *_: ()\nserver.main()"
    monkeypatch.setattr(
        marking.crews, "crew", lambda limits: crew.Warm(limits, [sys.executable, "-P", "-c", bare])
    )
    found = marking.mark(order(folder))
    assert (found.standing, found.restored) == ((), ("good.ipynb",))
    assert other.read_text(encoding="utf-8") == GOOD
    assert (points(found)["good"], points(found)["leaves"]) == (FULL, FULL)
    page = (order(folder).place / marking.REPORT).read_text(encoding="utf-8")
    assert all(told in page for told in walls.MISSING.values())
    assert "put back as they were read" in page
    assert set(_processes(place)) <= {warm._process.pid}


def test_a_process_started_for_each_notebook_gives_the_same(place: Path) -> None:
    with contextlib.closing(crew.Cold(walls.Limits(SECONDS, 128))) as cold:
        ran = cold.run(crew.Job(1, [OPENING, f"{NAME} = 12.0", "import os\nprint('x' * 1000)\nos.write(1, b'y')"]))
    assert (ran.answers[NAME], ran.how, ran.finished) == ({"kind": "number", "value": 12.0}, "done", True)


@pytest.mark.usefixtures("quick")
def test_the_same_notebooks_give_the_same_bytes(tmp_path: Path) -> None:
    code = (f"{NAME} = 12.0 + 0 * len(repr(object()))", "1 / 0", "import time\ntime.sleep(0.01)")
    folder = hand_in(tmp_path / "class", {f"s{at}": notebook(OPENING, *code) for at in range(3)} | {"b": "{"})
    written = []
    for out, jobs in (("one", 1), ("two", 3)):
        marking.mark(order(folder, out=tmp_path / out, jobs=jobs))
        written.append({path.name: path.read_bytes() for path in sorted((tmp_path / out).iterdir())})
    assert written[0] == written[1]
    assert set(written[0]) == {marking.MARKS, marking.GRADEBOOK, marking.REPORT, marking.DISCUSSION}


@pytest.mark.usefixtures("quick")
def test_what_was_written_for_discussion_is_collected_and_not_run(tmp_path: Path) -> None:
    asked = "### Talk: why?\n\nSay it in words."
    gap = "<!-- BEGIN QUESTION -->\n_Type your answer here, replacing this text._"
    folder = hand_in(
        tmp_path / "class",
        {
            "ana": notebook(texts=(asked, "Because of <b>the base</b>.\n\n## Mine", "So.", "## What you found")),
            "bo": notebook(OPENING, texts=(f"{asked}\r\nIn the cell\r\nitself.",)),
            "cy": notebook(OPENING, texts=(asked, gap, "## What you found", "not an answer")),
        },
    )  # fmt: skip
    found = marking.mark(order(folder))
    assert {one.student: one.texts["talk"] for one in found.marked} == {
        "ana": "Because of <b>the base</b>.\n\n## Mine\n\nSo.",
        "bo": "In the cell\nitself.",
        "cy": "",
    }
    page = (order(folder).place / marking.DISCUSSION).read_text(encoding="utf-8")
    assert "Because of &lt;b&gt;the base" in page
    assert "Nothing written: 1." in page


@pytest.mark.usefixtures("quick")
def test_names_cannot_become_formulas_or_markup(tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "class", {"=1+1": GOOD, "＝1": "{", "\n=1": "{"})
    hand_in(folder, {"<script>x": notebook("import os; os._exit(1)")})
    marking.mark(order(folder))
    assert {row["student"] for row in rows(order(folder).place)} == {"'=1+1", "'＝1", " =1", "<script>x"}
    assert "<script>" not in (order(folder).place / marking.REPORT).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("places", "students"),
    [
        ((f"Ana_1_assignsubmission_file_{STEM}", f"Bo_7_assignsubmission_file_{STEM}"), ("Ana", "Bo")),
        ((f"Ana_1_assignsubmission_file/{STEM}", "Bo_7_assignsubmission_file/my work"), ("Ana", "Bo")),
        ((f"silvaana_LATE_123_456_{STEM}-2", f"libo_9_8_{STEM}"), ("silvaana", "libo")),
        ((f"ana/{STEM}", f"bo/{STEM}"), ("ana", "bo")),
        (("ana/solution", "bo/solution"), ("ana", "bo")),
        ((f"export/ana/ps1/{STEM}", f"export/bo/ps1/{STEM}"), ("ana", "bo")),
        (("group 1/ana", "group 1/bo", "group 2/cy", "group 2/di"), ("ana", "bo", "cy", "di")),
        ((f"{STEM}-ana", f"bo_{STEM} (1)"), ("ana", "bo")),
        ((f"ana/{STEM}", f"ana/{STEM}-Copy1"), (f"ana ({STEM})", f"ana ({STEM}-Copy1)")),
    ],
)  # fmt: skip
def test_a_student_is_told_by_file_or_folder(
    tmp_path: Path, places: Sequence[str], students: Sequence[str]
) -> None:
    hand_in(tmp_path, dict.fromkeys(places, GOOD))
    found = submissions.find(tmp_path, None, [STEM])
    assert sorted(one.student for one in found.submissions) == sorted(students)


def test_archives_are_read_and_links_are_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.writestr(f"Silva Ana_1_assignsubmission_file/{STEM}.ipynb", GOOD)
        archive.writestr(f"Li Bo_2_assignsubmission_file/{STEM}.ipynb", GOOD)
        archive.writestr(f"__MACOSX/Li Bo/._{STEM}.ipynb", "x")
        archive.writestr("../../outside.txt", "x")
    (folder / "torn.zip").write_bytes(b"PK")
    (tmp_path / "outside.ipynb").write_text(GOOD, encoding="utf-8")
    (folder / "link.ipynb").symlink_to(tmp_path / "outside.ipynb")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "x-checkpoint.ipynb").write_text(GOOD, encoding="utf-8")
    found = submissions.find(folder, None, [STEM])
    assert [(one.student, bool(one.fault)) for one in found.submissions] == [
        ("Li Bo", False), ("Silva Ana", False), ("torn", True)
    ]  # fmt: skip


def packed(**members: bytes) -> bytes:
    """Return an archive with these members, whose names end in .ipynb."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.ipynb", content)
    return buffer.getvalue()


def _spoilt() -> bytes:
    """Return an archive whose one member cannot be unpacked."""
    content = packed(mine=GOOD.encode())
    start = content.index(b"mine.ipynb") + len(b"mine.ipynb")
    return content[:start] + b"\xff" * 40 + content[start + 40 :]


@pytest.mark.parametrize(
    ("content", "place", "said"),
    [
        (_spoilt(), "it.zip/mine.ipynb", "cannot be read"),
        # A name that says it is UTF-8 and is not, and a version of the format that there is not.
        (packed(é=b"").replace("é".encode(), b"\xff\xff"), "it.zip", "cannot be read"),
        (packed(a=b"").replace(b"PK\1\2\x14\3\x14", b"PK\1\2\x14\3\xff"), "it.zip", "cannot be read"),
        (packed(), "it.zip", "no notebook (*.ipynb) in the archive"),
    ],
    ids=("content", "name", "version", "empty"),
)
def test_an_archive_that_is_damaged_is_told_of(tmp_path: Path, content: bytes, place: str, said: str) -> None:
    (tmp_path / "it.zip").write_bytes(content)
    hand_in(tmp_path, {"good": GOOD})
    good, other = submissions.find(tmp_path, None, [STEM]).submissions
    assert (good.student, good.fault) == ("good", "")
    assert other.place == place
    assert said in other.fault


def test_nothing_that_is_handed_in_packed_goes_missing(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(f"_ana/{STEM}.ipynb", GOOD)
        archive.writestr(f"bo\\{STEM}.ipynb", GOOD)
        archive.writestr("cy.zip", packed(mine=GOOD.encode()))
        archive.writestr(f"di/{STEM}.ipynb", BLANK)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr(f"di/{STEM}.ipynb", GOOD)
    found = submissions.find(tmp_path, None, [STEM]).submissions
    assert [(one.student, one.fault.partition(":")[0]) for one in found] == [
        ("_ana", ""), ("bo", ""), ("cy", "It is an archive in an archive"), ("di", "")
    ]  # fmt: skip
    # As when it is unpacked, the later one is written over the earlier.
    assert len(found[-1].cells) == len(json.loads(GOOD)["cells"])


def test_an_archive_is_unpacked_up_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submissions, "LARGEST_ARCHIVE", 3 * len(GOOD))
    (tmp_path / "bomb.zip").write_bytes(packed(**dict.fromkeys("abcdef", GOOD.encode())))
    found = submissions.find(tmp_path, None, [STEM]).submissions
    assert [bool(one.fault) for one in found] == [False, False, False, True, True, True]
    monkeypatch.setattr(submissions, "MOST_PACKED", 5)
    (one,) = submissions.find(tmp_path, None, [STEM]).submissions
    assert one.fault == "It holds more than 5 notebooks, and none was run: if they are of a class, unpack it."


@pytest.mark.parametrize(
    ("archive", "beside"),
    [
        ("ana.zip", True),
        ("Silva Ana_1_assignsubmission_file_mine.zip", False),
        ("Silva Ana_1_assignsubmission_file/mine.zip", False),
        ("silvaana_123_456_mine.zip", False),
    ],
)
def test_of_one_student_s_archive_no_more_is_taken_than_anybody_hands_in(
    tmp_path: Path, archive: str, beside: bool
) -> None:
    if beside:
        hand_in(tmp_path, {"bo": GOOD})
    place = tmp_path / archive
    place.parent.mkdir(exist_ok=True)
    stems = [STEM, "2-the-sequel"]
    most = submissions.MOST_OF_ONE * len(stems)

    def found(count: int) -> list[submissions.Submission]:
        place.write_bytes(packed(**{f"try {number}": GOOD.encode() for number in range(count)}))
        return [one for one in submissions.find(tmp_path, None, stems).submissions if one.student != "bo"]

    assert [one.fault for one in found(most)] == [""] * most
    (one,) = found(1_000)
    assert one.place == archive
    assert one.fault == "It holds more than 10 notebooks, and none was run: if they are of a class, unpack it."


def test_an_archive_alone_may_be_a_class_s(tmp_path: Path) -> None:
    class_of_forty = {f"student {number}/{STEM}": GOOD.encode() for number in range(40)}
    (tmp_path / "all.zip").write_bytes(packed(**class_of_forty))
    found = submissions.find(tmp_path, None, [STEM]).submissions
    assert [one.fault for one in found] == [""] * 40


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (json.dumps({"nbformat": 3, "worksheets": [{"cells": []}]}), "format of before 2015"),
        (notebook("x = 1\n" * 200_000), "far more"),
        (notebook(*["1"] * 1_001), "far more"),
    ],
)
def test_what_is_no_notebook_of_a_lesson_says_why(tmp_path: Path, text: str, said: str) -> None:
    (one,) = submissions.find(hand_in(tmp_path, {"ana": text}), None, [STEM]).submissions
    assert said in one.fault


def test_no_text_and_no_name_keeps_the_marking_busy(tmp_path: Path) -> None:
    # Each of these would take a pattern that tries all its ways longer than a class has.
    hand_in(tmp_path, {f"{STEM}{' copy' * 40}x": GOOD})
    hand_in(tmp_path, {"blank lines": notebook("\n" * 500_000, lesson=None)})
    found = {one.student: one for one in submissions.find(tmp_path, None, [STEM]).submissions}
    assert set(found) == {f"{'copy ' * 39}copyx", "blank lines"}
    question = masters.Question("talk", 0, True, "Talk: why?", "Say it in words.", "Because.")
    for text in ("\n" * 500_000, "<!--" * 200_000, f"# a{' ' * 500_000}b"):
        cells = [submissions.Cell("markdown", one) for one in (f"### {question.heading}", text)]
        said = discussion.answer(cells, question, [question.heading])
        assert len(said) < 20_000
        assert "characters in all]" in said


@pytest.mark.usefixtures("quick")
def test_names_that_are_no_unicode_stop_nobody(tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "class", {"good": GOOD})
    try:
        for name in (b"\xfe.ipynb", b"\xff.ipynb"):
            Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text("{", encoding="utf-8")
    except OSError:
        pytest.skip("this system has no such names")
    found = marking.mark(order(folder))
    assert set(remarks(found)) == {"good", r"\udcfe", r"\udcff"}
    assert points(found) == {"good": FULL}


def test_a_lesson_is_told_by_the_notebook_its_name_its_code_or_the_option(tmp_path: Path) -> None:
    hand_in(tmp_path, {"tells": notebook("1", lesson=3), f"{STEM}-ana": notebook("1", lesson=None)})
    hand_in(
        tmp_path, {"codes": notebook("grader = open_lesson(2)", lesson=None), "lost": notebook("1", lesson=None)}
    )
    hand_in(tmp_path, {"wrong": notebook("1", lesson=99)})
    stems = [STEM, "2-two", "3-three", "4-four"]
    found = {one.student: one.lesson for one in submissions.find(tmp_path, None, stems).submissions}
    assert found == {"tells": 3, "ana": 1, "codes": 2, "lost": 0, "wrong": 0}
    found = {one.student: one.lesson for one in submissions.find(tmp_path, 4, stems).submissions}
    assert found["lost"] == 4


def test_what_cannot_be_marked_at_all_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "class"
    with pytest.raises(TeachingError, match="There is no folder"):
        marking.mark(order(folder))
    folder.mkdir()
    with pytest.raises(TeachingError, match="There is no notebook"):
        marking.mark(order(folder))
    hand_in(folder, {"ana": GOOD})
    with pytest.raises(TeachingError, match="There is no lesson 9; the lessons are 1"):
        marking.mark(order(folder, lesson=9))
    with pytest.raises(TeachingError, match="The marks cannot lie in"):
        marking.mark(order(folder, out=folder / "marks"))
    (tmp_path / "file").touch()
    with pytest.raises(TeachingError, match="is no folder"):
        marking.mark(order(folder, out=tmp_path / "file"))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "datapackage.json").touch()
    hand_in(tmp_path / "notebooks" / "lessons", {"notes": GOOD})
    monkeypatch.setenv(project.VARIABLE, str(tmp_path))
    with pytest.raises(TeachingError, match=r"notes\.ipynb: the name of a lesson begins with its number"):
        marking.mark(order(folder))


FUNCTION = Function(
    "growth",
    checking.PER_CENT,
    1,
    lambda base, end: 100 * (end / base - 1),
    shown=((80.0, 100.0),),
    hidden=((50.0, 100.0),),
    mistakes=lambda: (Mistake("divided by the end", lambda base, end: 100 - 100 * base / end, "By which level?"),),
    otherwise="Compare.",
)
NUMBERS = Numbers("parts", "points", 1, lambda: {"coal": -0.42, "gas": 1.2}, lambda: (), "Weigh.")
NUMBER = Number("one", checking.PER_CENT, 1, lambda: 32.64, lambda: (), "Which?")
CHOICE = Choice("why", "ab", lambda: "a", lambda: (Mistake("took b", "b", "Not b."),))


class Odd:
    """A thing that is no answer, and whose text has an address in it."""


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        *((NUMBER, answer) for answer in (32.6, 33, np.float64(32.64), np.array([32.6]), ..., None)),
        *((NUMBER, answer) for answer in ("32.6 %", True, float("nan"), 10**200, [1.0], {}, abs)),
        *((NUMBER, answer) for answer in (pd.Series([32.6]), pd.DataFrame(), Odd())),
        *((NUMBERS, answer) for answer in ({"coal": -0.4, "gas": 1.2}, {"coal": 1}, {1: 2}, 1.0)),
        *((NUMBERS, answer) for answer in (pd.Series({"coal": 0.42, "gas": -1.2}), {"coal": "x", "gas": 1})),
        *((NUMBERS, answer) for answer in ({"coal": {}, "gas": [1]}, {"coal": [1], "gas": 1.2})),
        *((CHOICE, answer) for answer in ("a", " (B) ", "c", 2, "")),
        *((FUNCTION, answer) for answer in (FUNCTION.right, lambda base, end: 25.0, lambda base, end: ..., 25.0)),
        *((FUNCTION, answer) for answer in (lambda base, end: 100 - 100 * base / end, lambda base: 1, abs)),
        *((FUNCTION, answer) for answer in (lambda base, end: 1 / 0, lambda base, end: "x", lambda base, end: {})),
    ],
)  # fmt: skip
def test_an_answer_sent_in_plain_values_is_judged_as_the_answer_itself(exercise: Exercise, answer: Any) -> None:
    if isinstance(exercise, Function):
        cases = (*exercise.shown, *exercise.hidden)
        told = plain.describe_function(answer, cases)
    else:
        cases = ()
        told = plain.describe(answer)
    sent = plain.restore(json.loads(json.dumps(told)), cases)
    for elsewhere in (False, True):
        assert checking.look_at(exercise, sent, elsewhere=elsewhere) == checking.look_at(
            exercise, answer, elsewhere=elsewhere
        )


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"kind": "number", "value": "32.6"},
        {"kind": "number", "value": True},
        {"kind": "function", "outcomes": []},
        {"kind": "labelled", "type": "dict", "pairs": [[1]], "single": False},
        {"kind": "labelled", "type": "dict", "pairs": [[{}, {"kind": "gap"}]], "single": False},
        {"kind": "labelled", "type": "x y", "pairs": 7, "single": False},
        {"kind": "number", "value": 10**4000},
        {"kind": "thing", "type": "__import__('os')"},
        {"kind": "text", "value": "\ud800"},
    ],
)
def test_whatever_is_sent_earns_nothing_and_stops_nothing(told: Any) -> None:
    judge = judging.Judge(1, dict.fromkeys(LESSON.exercises, 2.0))
    (mark, *_) = judge.marks({NAME: told})
    assert (mark.points, mark.of, mark.state) == (0, 2, "wrong")


def test_points_are_those_of_an_autograder() -> None:
    files = pytest.importorskip("otter.test_files", reason="otter-grader is not installed")
    judge = judging.Judge(1, dict.fromkeys(LESSON.exercises, 2.0))
    for name, exercise in LESSON.exercises.items():
        test = files.ExceptionTestFile.from_string(autotests.text(1, exercise, 2.0))
        wrong = [mistake.answer for mistake in exercise.mistakes()]
        for answer in (exercise.right if isinstance(exercise, Function) else exercise.right(), ..., *wrong):
            test.run({name: answer})
            told = (
                plain.describe_function(answer, guest.cases(exercise))
                if callable(answer)
                else plain.describe(answer)
            )
            mark = next(mark for mark in judge.marks({name: told}) if mark.exercise == name)
            assert mark.points == pytest.approx(test.score)


def test_a_question_that_a_teacher_has_left_out_is_not_marked() -> None:
    (mark,) = judging.Judge(1, {NAME: 2.0}).marks({name: {"kind": "gap"} for name in LESSON.exercises})
    assert (mark.exercise, mark.state, mark.of) == (NAME, "open", 2)


def test_notebooks_are_put_back_after_an_interruption_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = hand_in(tmp_path / "class", {"ana": GOOD})

    class Spoils:
        def run(self, *_: object) -> crew.Ran:
            (folder / "ana.ipynb").write_text("mine", encoding="utf-8")
            raise KeyboardInterrupt

        def close(self) -> None:
            pass

    monkeypatch.setattr(marking.crews, "crew", lambda _limits: Spoils())
    with pytest.raises(KeyboardInterrupt):
        marking.mark(order(folder))
    assert (folder / "ana.ipynb").read_text(encoding="utf-8") == GOOD


def test_an_interruption_leaves_what_there_was(tmp_path: Path, place: Path, warm: crew.Warm) -> None:
    folder = hand_in(tmp_path / "class", {f"s{at}": notebook("while True: pass") for at in range(4)})
    out = tmp_path / "class-marks"
    out.mkdir()
    (out / marking.MARKS).write_text("what there was", encoding="utf-8")
    command = [sys.executable, "-m", "onewaytrade", "mark", str(folder), "--seconds", "60", "--jobs", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        # The walls are told once notebooks begin to run.
        assert "process of its own" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "no marks were written" in errors
    assert [path.name for path in out.iterdir()] == [marking.MARKS]
    assert (out / marking.MARKS).read_text(encoding="utf-8") == "what there was"
    assert set(_processes(place)) <= {warm._process.pid}


@pytest.mark.usefixtures("quick")
def test_the_command_ends_well_with_a_broken_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = hand_in(tmp_path / "class", {"ana": GOOD, "bo": "{"})
    monkeypatch.setattr(sys, "argv", ["onewaytrade", "mark", str(folder), "--jobs", "1"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    said = capsys.readouterr().out
    assert "Marked: 1 of 2 notebooks." in said
    assert "bo: The file is no notebook" in said
    assert "Each notebook ran in a process of its own" in said


def test_no_file_is_left(marked: tuple[report.Class, Path], warm: crew.Warm) -> None:
    assert [path.name for path in warm._rooms._folder.iterdir()] == ["home"]


def test_nothing_is_left_running(marked: tuple[report.Class, Path], warm: crew.Warm, place: Path) -> None:
    assert _processes(place) == [warm._process.pid]


def _processes(place: Path) -> list[int]:
    """Return all processes that were started to mark in the project at `place`, and their forks."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if f"{project.VARIABLE}={place}".encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
    return found
