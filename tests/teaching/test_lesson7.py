"""Lesson 7: its practice agrees with the project's own verdict, and its worked example with CPB's table."""

from typing import Any

import pytest

from onewaytrade import claims, definitions, measures
from onewaytrade.methods import cpb
from onewaytrade.teaching import open_lesson
from onewaytrade.teaching.checking import Choice, Function, Number, Numbers
from onewaytrade.teaching.exercises import lesson7

LESSON = open_lesson(7)
LENGTHS = {"one month": "month", "three months": "quarter", "twelve months": "year"}


def right(name: str) -> Any:
    exercise = LESSON.exercises[name]
    assert isinstance(exercise, Number | Numbers | Choice)
    return exercise.right()


def growth(region: str = lesson7.REGION, end: str = "2025-03", **more: str) -> float:
    """Return growth of imports from December 2022 by the project's own method."""
    choices = {"flow": "imports", "region": region, "measure": "volume", "start": "2022-12", "end": end}
    found = cpb.growth({**choices, **more}).value
    assert found is not None
    return found


def test_the_interval_is_that_of_the_registered_claim() -> None:
    printed = claims.get("asia-imports-11").printed
    assert printed.value == lesson7.PRINTED
    interval = measures.rounded(lesson7.PRINTED, printed.precision)
    assert right("printed_interval") == {"low": interval.low, "high": interval.high}


def test_growth_is_the_projects_on_each_way() -> None:
    assert right("asia_growth") == pytest.approx(growth())
    assert right("ways") == pytest.approx({name: growth(average=average) for name, average in LENGTHS.items()})


@pytest.mark.parametrize("value", [-3.0, 10.4, 10.5, 11.0, 11.5, 15.2])
def test_a_miss_is_zero_exactly_where_the_interval_holds_the_value(value: float) -> None:
    tool = LESSON.exercises["miss"]
    assert isinstance(tool, Function)
    interval = measures.Interval(10.5, 11.5)
    missed = tool.right(value, interval.low, interval.high)
    assert (missed == 0) == (value in interval)
    assert missed == pytest.approx(abs(value - min(max(value, interval.low), interval.high)))


def test_the_band_is_as_wide_as_the_editions_differ() -> None:
    moved = growth(end="2024-12") - growth(end="2024-12", edition="2025-01")
    assert right("revision") == pytest.approx(moved)
    assert right("band") == pytest.approx({"low": growth() - abs(moved), "high": growth() + abs(moved)})


def test_the_verdicts_follow_from_the_rule_and_agree_with_the_projects() -> None:
    interval, band = right("printed_interval"), right("band")
    missed = right("asia_growth") - interval["high"]
    words = {"a": missed <= 0, "b": 0 < missed <= 1, "c": missed > 1 and band["low"] <= interval["high"]}
    words["d"] = not any(words.values())
    assert words[right("first_verdict")]
    inside = [interval["low"] <= value <= interval["high"] for value in right("ways").values()]
    assert any(inside)
    assert not all(inside)
    judged = definitions.judge("asia-imports-11")
    assert (right("final_verdict"), judged.word) == ("c", "depends on definition")


def test_the_worked_example_holds() -> None:
    printed = claims.get("us-imports-36").printed
    assert (printed.value, printed.precision) == (36, 1)
    region = "United States"
    assert round(growth(region), 1) == 32.6
    moved = growth(region, end="2024-12") - growth(region, end="2024-12", edition="2025-01")
    assert round(abs(moved), 1) == 0.1
    assert [round(growth(region) + side * abs(moved), 1) for side in (-1, 1)] == [32.5, 32.6]
    others = [growth(region, measure="value"), growth(region, average="quarter"), growth(region, average="year")]
    assert [round(value, 1) for value in others] == [32.4, 27.1, 9.5]
    assert definitions.judge("us-imports-36").word == "not reproduced"


def test_twelve_months_are_revised_by_more_as_the_teacher_is_told() -> None:
    ends = {edition: growth(end="2024-12", average="year", edition=edition) for edition in ("2025-01", "2026-01")}
    assert 2.5 < abs(ends["2026-01"] - ends["2025-01"]) < 3.5
    assert abs(ends["2026-01"] - ends["2025-01"]) > abs(right("revision"))


@pytest.mark.parametrize(
    ("name", "answer", "mistake"),
    [
        ("asia_growth", 10.6, "twelve months for one"),
        ("revision", 1.1, "to a single January"),
    ],
)
def test_a_slip_made_by_hand_is_named(name: str, answer: object, mistake: str) -> None:
    assert LESSON.look_at(name, {name: answer}).mistake == mistake


def test_a_band_of_rounded_answers_is_right() -> None:
    assert LESSON.look_at("band", {"band": {"low": 15.0 - 2.2, "high": 15.0 + 2.2}}).state == "right"
