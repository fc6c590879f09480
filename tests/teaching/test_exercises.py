"""What holds for the exercises of every lesson: right answers pass however rounded, each slip has its hint."""

import itertools
import pkgutil
import re
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import pytest

from onewaytrade.teaching import checking, exercises
from onewaytrade.teaching.checking import Choice, Exercise, Function, Mistake, Number, Numbers

LESSONS = sorted(
    int(found.name.removeprefix("lesson"))
    for found in pkgutil.iter_modules(exercises.__path__)
    if found.name.startswith("lesson")
)
# What a student's browser does not have, or has no need of.
ABSENT = ("pandera", "seaborn", "papermill", "otter", "scipy", "nbformat", "pooch", "typer")


def module(lesson: int) -> Any:
    return import_module(f"{exercises.__name__}.lesson{lesson}")


EVERY_EXERCISE = [
    pytest.param(exercise, id=f"{lesson}-{exercise.name}")
    for lesson in LESSONS
    for exercise in module(lesson).EXERCISES
]
EVERY_TABLE = [
    pytest.param(table, id=f"{lesson}-{name}")
    for lesson in LESSONS
    for name, table in module(lesson).TABLES.items()
]


def as_numbers(exercise: Exercise, answer: Any) -> list[float]:
    """Return an answer, right or wrong, as numbers that can be compared with those of another."""
    if isinstance(exercise, Function):
        return [float(answer(*case)) for case in (*exercise.shown, *exercise.hidden)]
    if isinstance(exercise, Numbers):
        return [float(answer[label]) for label in exercise.right()]
    return [float(answer)]


def right_answer(exercise: Exercise) -> Any:
    return exercise.right if isinstance(exercise, Function) else exercise.right()


def rounded(exercise: Exercise, answer: Any, more: int = 0) -> Any:
    """Return an answer with as many decimals as are asked for, or some more; a letter as it is."""
    if isinstance(exercise, Choice):
        return answer
    places = exercise.places + more
    if isinstance(exercise, Function):
        return lambda *case: round(float(answer(*case)), places)
    if isinstance(exercise, Numbers):
        return {label: round(float(answer[label]), places) for label in exercise.right()}
    return round(float(answer), places)


def tell_apart(exercise: Number | Numbers | Function, one: Any, other: Any) -> bool:
    """Return whether no number that is rounded as asked for can be taken for both answers."""
    apart = 10.0**-exercise.places
    pairs = zip(as_numbers(exercise, one), as_numbers(exercise, other), strict=True)
    return any(abs(first - second) > apart for first, second in pairs)


def hints(exercise: Exercise) -> list[str]:
    own = [mistake.hint for mistake in exercise.mistakes()]
    if isinstance(exercise, Choice):
        return own
    return [*own, exercise.otherwise, *([exercise.elsewhere] if isinstance(exercise, Function) else [])]


@pytest.mark.parametrize("exercise", EVERY_EXERCISE)
@pytest.mark.parametrize("more", [0, 1, 9])
def test_a_right_answer_passes_however_finely_it_is_rounded(exercise: Exercise, more: int) -> None:
    answer = rounded(exercise, right_answer(exercise), more)
    assert checking.look_at(exercise, answer, elsewhere=True).state == "right"


@pytest.mark.parametrize("exercise", EVERY_EXERCISE)
def test_each_slip_gets_its_own_hint(exercise: Exercise) -> None:
    mistakes = tuple(exercise.mistakes())
    assert mistakes, "no known slip"
    for mistake in mistakes:
        for answer in (mistake.answer, rounded(exercise, mistake.answer)):
            told = checking.look_at(exercise, answer, elsewhere=True)
            assert (told.state, told.mistake, told.hint) == ("wrong", mistake.name, mistake.hint)


@pytest.mark.parametrize("exercise", EVERY_EXERCISE)
def test_no_two_slips_can_be_taken_for_one_another(exercise: Exercise) -> None:
    mistakes = tuple(exercise.mistakes())
    if isinstance(exercise, Choice):
        letters = [mistake.answer for mistake in mistakes]
        assert sorted([exercise.right(), *letters]) == sorted(exercise.options)
        return
    close = [
        (one.name, other.name)
        for one, other in itertools.combinations((Mistake("right", right_answer(exercise), ""), *mistakes), 2)
        if one.hint != other.hint and not tell_apart(exercise, one.answer, other.answer)
    ]
    assert close == []


@pytest.mark.parametrize("exercise", EVERY_EXERCISE)
def test_no_hint_tells_the_right_answer(exercise: Exercise) -> None:
    told = hints(exercise)
    if isinstance(exercise, Choice):
        letter = exercise.right()
        assert not [hint for hint in told if f"({letter})" in hint or f'"{letter}"' in hint]
        return
    for number in as_numbers(exercise, right_answer(exercise)):
        places = max(exercise.places, 0)
        for written in {
            f"{abs(number):.{places}f}",
            f"{abs(number):,.{places}f}",
            f"{abs(number):.{places + 1}f}",
        }:
            whole = re.compile(rf"(?<![\d.,]){re.escape(written)}(?!\d)")
            assert not [hint for hint in told if whole.search(hint)], written


@pytest.mark.parametrize("exercise", EVERY_EXERCISE)
def test_names_and_hints_are_well_formed(exercise: Exercise) -> None:
    assert re.fullmatch(r"[a-z_0-9]+", exercise.name)
    for mistake in exercise.mistakes():
        assert mistake.name == mistake.name.strip() != ""
    for hint in hints(exercise):
        assert hint == " ".join(hint.split())
        assert hint.endswith((".", "?"))
        assert len(hint) < 300


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_has_its_hour_of_exercises(lesson: int) -> None:
    own: Sequence[Exercise] = module(lesson).EXERCISES
    assert len({exercise.name for exercise in own}) == len(own) >= 6
    assert sum(isinstance(exercise, Choice) for exercise in own) <= 2
    assert [exercise for exercise in own if isinstance(exercise, Function) and exercise.hidden]


@pytest.mark.parametrize("table", EVERY_TABLE)
def test_each_table_loads_and_says_where_it_is_from(table: Any) -> None:
    first = table()
    assert len(first) > 0
    assert re.search(r"data/[a-z-]+/\S+\.csv, sha256 [0-9a-f]+", first.attrs["source"])
    column = first.columns[0]
    first[column] = None  # whatever a student does to a table, the next one is as it was
    assert table()[column].notna().any()


def test_a_lesson_imports_nothing_that_a_browser_lacks() -> None:
    script = f"""
import sys
from onewaytrade.teaching import open_lesson
for number in {LESSONS}:
    lesson = open_lesson(number)
    for name in lesson.exercises:
        assert lesson.look_at(name, {{}}).state == "open"
        assert lesson.look_at(name, {{name: 0.123}}).state == "wrong"
    from importlib import import_module
    for name in import_module("{exercises.__name__}.lesson" + str(number)).TABLES:
        lesson.table(name)
print(*[name for name in {ABSENT} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stdout + done.stderr
