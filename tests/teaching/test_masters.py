"""A master is read as its author meant it, and each fault is told with its file and cell."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orchard
import pytest

from onewaytrade.errors import TeachingError
from onewaytrade.teaching import autotests, masters
from onewaytrade.teaching.masters import Step

WHY = [f"{part}-why" for part in ("begin", "ask", "answer", "end")]
REAL = masters.paths(Path(__file__).parents[2])


@pytest.fixture(autouse=True)
def _made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    orchard.use(monkeypatch)


def cell(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in notebook["cells"] if one["id"] == name)


def without(*names: str) -> Callable[[dict[str, Any]], None]:
    def take_out(notebook: dict[str, Any]) -> None:
        notebook["cells"] = [one for one in notebook["cells"] if one["id"] not in names]

    return take_out


def put(name: str, text: str) -> Callable[[dict[str, Any]], None]:
    return lambda notebook: cell(notebook, name).update(source=text)


def test_a_master_is_read(tmp_path: Path) -> None:
    master = masters.read(orchard.write(tmp_path))
    assert (master.number, master.stem, master.title) == (1, "1-orchard", "The orchard")
    assert master.hook == "Did it *thrive*? The gardener says so."
    assert master.aims == ("add", "divide", "doubt a gardener")
    assert master.prior == ("what an apple is",)
    assert master.plan[1] == Step(40, "Exercises", "in pairs")
    assert [question.name for question in master.exercises] == list(orchard.NAMES)
    assert {question.points for question in master.exercises} == {2.0}
    talk = master.discussions[0]
    assert (talk.heading, talk.model) == ("Talk: talk_weather", "A model answer mentions hailstorms.")
    assert talk.prompt == "What would you ask the gardener?"
    assert master.references == ("The Book of Apples",)
    assert master.section("Notes for the teacher") == "Bring *windfalls* along."
    assert masters.faults(master) == []


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (without("config"), "first cell is not the raw cell"),
        (put("config", "# ASSIGNMENT CONFIG\nname: x"), "cell config sets otter otherwise"),
        (put("config", "# ASSIGNMENT CONFIG\nname: [x"), "cell config sets otter otherwise"),
        (put("title", "# The orchard"), "no sentence below it"),
        (without("references"), "no section “## References”"),
        (put("aims", "## After this you can\n\n- add"), "it has 1 aims, and should have 3 to 5"),
        (put("plan", "## Time plan\n\n| 50 | All | alone |"), "minutes of its time plan sum to 50, not to 60"),
        (lambda notebook: cell(notebook, "plan").update(metadata={}), "cell plan (“Time plan”) is not tagged"),
        (without("warm-up-teacher"), "warm-up has no cell tagged teacher"),
        (
            without(*WHY),
            "exercise why of the lesson has",
        ),
        (put("begin-why", "# BEGIN QUESTION\nname: other"), "question other is no exercise of the lesson"),
        (without(*WHY), "5 of its exercises are marked"),
        (put("begin-talk_price", "# BEGIN QUESTION\nname: talk_weather\nmanual: true"), "talk_weather is there 2"),
        (put("model-talk_price", ""), "talk_price is for discussion and has no model answer"),
        (put("answer-why", "why = ..."), "question why has no code with a line ending in # SOLUTION"),
        (put("answer-why", 'since = "b"  # SOLUTION'), "solution of question why does not define why"),
        (put("chart", "\n".join("x = 1" for _ in range(13))), "cell chart has 13 lines of code"),
        (lambda notebook: cell(notebook, "chart").update(metadata={}), "cell chart draws a figure and has no alt"),
        (lambda notebook: cell(notebook, "chart").update(execution_count=3), "cell chart holds outputs"),
        (put("set-up", "import seaborn\ngrader = open_lesson(1)"), "cell set-up imports seaborn"),
        (put("set-up", "import pandas"), "no cell says grader = open_lesson(1)"),
        (put("shown-later", "def helper():\n    return 1"), "cell shown-later defines a function"),
        (put("shown-later", "if"), "cell shown-later is no Python"),
        (lambda notebook: cell(notebook, "found").update(id="0a1b2c3d"), "has no readable name (0a1b2c3d)"),
        (put("short", "![](x.png)"), "cell short shows a picture without alternative text"),
    ],
)
def test_a_fault_is_told_with_its_cell(
    tmp_path: Path, spoil: Callable[[dict[str, Any]], None], fault: str
) -> None:
    notebook = orchard.notebook()
    spoil(notebook)
    found = masters.faults(masters.read(orchard.write(tmp_path, notebook)))
    assert any(fault in one for one in found), found
    assert all(one.startswith("1-orchard.ipynb: ") and one.endswith(".") for one in found)


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (without("end-why"), "cell begin-growth begins a question where none can begin"),
        (without("begin-model-talk_price"), "cell end-model-talk_price ends a solution"),
        (put("begin-why", "# BEGIN QUESTION\npoints: 1"), "cell begin-why begins a question that has no name"),
        (put("begin-why", "# BEGIN QUESTION\nname: why\npoints: two"), "begin-why begins a question whose points"),
        (
            lambda notebook: cell(notebook, "shown-later")["metadata"].update(tags=["master"]),
            "cell shown-later is tagged master",
        ),
        (put("short", "x"), ""),
    ],
)
def test_questions_that_do_not_nest_are_refused(
    tmp_path: Path, spoil: Callable[[dict[str, Any]], None], fault: str
) -> None:
    notebook = orchard.notebook()
    spoil(notebook)
    path = orchard.write(tmp_path, notebook)
    if not fault:
        assert masters.read(path).questions
        return
    with pytest.raises(TeachingError, match=fault):
        masters.read(path)


def test_lessons_are_chosen_by_number_or_name(tmp_path: Path) -> None:
    first, second = orchard.write(tmp_path), orchard.write(tmp_path, stem="2-the-sequel")
    assert masters.choose(tmp_path, []) == (first, second)
    assert masters.choose(tmp_path, ["2", "1-orchard", "2-the"]) == (second, first)
    with pytest.raises(TeachingError, match=r"no lesson '9'; .* the lessons are 1-orchard, 2-the-sequel"):
        masters.choose(tmp_path, ["9"])
    with pytest.raises(TeachingError, match="There are no lessons in"):
        masters.choose(tmp_path / "elsewhere", ["1"])


def test_tests_follow_from_the_exercise() -> None:
    number, *_, function = orchard.exercises().EXERCISES
    shown = autotests.text(1, number, 2)
    assert 'require(1, "apple_growth", env)' in shown
    assert "hidden=True" not in shown
    both = autotests.text(1, function, 3)
    assert both.count("points=1.5") == 2
    assert both.index("hidden=False") < both.index("hidden=True")


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_every_lesson_of_the_project_is_sound(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert masters.faults(masters.read(path)) == []


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_every_master_says_first_that_it_has_no_results_and_where_they_are(path: Path) -> None:
    first = json.loads(path.read_text(encoding="utf-8"))["cells"][0]
    assert first["metadata"]["tags"] == [masters.OWN]
    said = "".join(first["source"])
    assert "`make teach`" in said
    assert "](README.md)" in said
    assert (path.parent / "README.md").is_file()
