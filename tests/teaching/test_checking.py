"""What a student is told of an answer: any sound rounding is right, a gap is open, and each slip has its hint."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onewaytrade.errors import TeachingError
from onewaytrade.teaching import answered, checking, open_lesson, require, require_elsewhere
from onewaytrade.teaching.checking import Choice, Function, Mistake, Number, Numbers, WrongAnswerError


def number(right: float = 32.64, unit: str = checking.PER_CENT, places: int = 1) -> Number:
    slip = Mistake("wrong base month", 25.37, "You start a month late.")
    return Number("growth", unit, places, lambda: right, lambda: (slip,), "Which two months?")


@pytest.mark.parametrize(
    "answer",
    [32.64, 32.6, 32.641, 32.638, np.float64(32.6), np.array([32.6]), pd.Series([32.6]), np.int64(33) - 0.4],
)
def test_any_rounding_as_fine_as_asked_for_is_right(answer: object) -> None:
    assert checking.look_at(number(), answer).state == "right"


@given(right=st.floats(-500, 500), places=st.integers(0, 3), more=st.integers(0, 6))
def test_every_rounding_of_the_right_answer_is_right(right: float, places: int, more: int) -> None:
    assert checking.look_at(number(right, places=places), round(right, places + more)).state == "right"


@given(right=st.floats(1, 500), off=st.floats(0.06, 1e6))
def test_nothing_further_away_than_a_rounding_is_right(right: float, off: float) -> None:
    assert checking.look_at(number(right), right + off).state == "wrong"


@pytest.mark.parametrize("gap", [..., None, "", "..."])
def test_a_gap_is_open_and_not_wrong(gap: object) -> None:
    told = checking.look_at(number(), gap)
    assert (told.state, told.hint) == ("open", "not answered yet")
    assert not answered(1.0, gap)


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (25.37, "wrong base month"),
        (25.4, "wrong base month"),
        (-32.64, "sign"),
        (0.3264, "share for per cent"),
        (1.3264, "level for growth"),
        (132.6, "level for growth"),
        (33, "rounded too far"),
        (30, "rounded too far"),
        (32.7, "rounded on the way"),
        (32.5, "rounded on the way"),
        (32.4, ""),
        ("32.6 %", "no number"),
        (math.nan, "no number"),
        (10**4000, "no number"),
        (True, "no number"),
        ([32.6, 1.0], "no number"),
        (12.0, ""),
    ],
)
def test_a_wrong_number_is_named_by_its_slip(answer: object, mistake: str) -> None:
    told = checking.look_at(number(), answer)
    assert (told.state, told.mistake) == ("wrong", mistake)
    assert told.hint.endswith((".", "?"))
    assert "32.6" not in told.hint


def test_a_count_next_to_the_right_one_is_not_a_rounding_of_it() -> None:
    assert checking.look_at(number(48, "cases", places=0), 49).mistake == ""


def test_nothing_is_no_rounding_of_a_small_number() -> None:
    assert checking.look_at(number(3.64, "points"), 0).mistake == ""


def test_rounding_on_the_way_is_told_from_other_near_misses() -> None:
    hint = checking.look_at(number(), 32.7).hint
    assert "all its decimals" in hint
    assert hint.endswith("If not: Which two months?")


def test_what_comes_of_rounded_answers_is_right_as_well() -> None:
    exercise = Number("gap", "points", 1, lambda: 28.455, lambda: (), "Subtract.", from_rounded=lambda: 28.4)
    assert [checking.look_at(exercise, gap).state for gap in (28.5, 28.455, 28.4, 28.3)] == [
        *["right"] * 3,
        "wrong",
    ]


def test_a_comma_for_a_point_is_told() -> None:
    assert "have a point" in checking.look_at(number(), (32, 6)).hint


def test_numbers_say_which_labels_are_off() -> None:
    slip = Mistake("shares of the sum", {"coal": 40.0, "crude": 60.0}, "These are shares.")
    exercise = Numbers(
        "parts", "points", 1, lambda: {"coal": -0.42, "crude": -1.2}, lambda: (slip,), "Weigh by last year."
    )
    assert checking.look_at(exercise, pd.Series({"coal": -0.4, "crude": -1.2, "gas": 9.0})).state == "right"
    assert checking.look_at(exercise, {"coal": 40, "crude": 60}).mistake == "shares of the sum"
    assert checking.look_at(exercise, {"coal": 0.42, "crude": 1.2}).mistake == "sign"
    assert checking.look_at(exercise, {"coal": -0.4, "crude": 3}).hint == (
        "1 of 2 are right; look again at crude. Weigh by last year."
    )
    assert checking.look_at(exercise, {"coal": -0.4, "crude": -1.3}).mistake == "rounded on the way"
    assert checking.look_at(exercise, {"coal": 3, "crude": -1.3}).mistake == ""
    assert "missing: crude" in checking.look_at(exercise, {"coal": 1}).hint
    assert checking.look_at(exercise, {"coal": "x", "crude": 1}).hint.startswith("coal: ")
    assert checking.look_at(exercise, 3.0).mistake == "labels or numbers missing"


def test_a_choice_takes_a_letter_and_each_wrong_one_has_its_hint() -> None:
    slips = tuple(Mistake(f"took {letter}", letter, f"Not {letter}.") for letter in "ac")
    exercise = Choice("why", "abc", lambda: "b", lambda: slips)
    assert checking.look_at(exercise, " B ").state == "right"
    assert checking.look_at(exercise, "c").mistake == "took c"
    assert "one letter" in checking.look_at(exercise, "d").hint
    assert "one letter" in checking.look_at(exercise, 2).hint


def growth(base: float, end: float) -> float:
    return 100 * (end / base - 1)


FUNCTION = Function(
    "growth",
    checking.PER_CENT,
    1,
    growth,
    shown=((80.0, 100.0),),
    hidden=((50.0, 100.0), (100.0, 80.0)),
    mistakes=lambda: (
        Mistake("divided by the end", lambda base, end: 100 * (end - base) / end, "By which level?"),
    ),
    otherwise="Compare end and base.",
)


def test_a_function_is_tried_elsewhere_when_it_is_marked() -> None:
    assert checking.look_at(FUNCTION, growth, elsewhere=True).state == "right"

    def lucky(base: float, end: float) -> float:
        return 25.0

    assert checking.look_at(FUNCTION, lucky).state == "right"
    assert checking.look_at(FUNCTION, lucky, elsewhere=True).mistake == "right by luck"


def test_a_function_has_its_slips_and_its_gap() -> None:
    assert checking.look_at(FUNCTION, lambda base, end: 100 - 100 * base / end).mistake == "divided by the end"
    assert checking.look_at(FUNCTION, lambda base, end: end / base).mistake == "level for growth"
    assert checking.look_at(FUNCTION, lambda base, end: ...).state == "open"
    assert checking.look_at(FUNCTION, 25.0).mistake == "no function"
    assert checking.look_at(FUNCTION, lambda base: base).mistake == "error"
    assert "growth(80.0, 100.0)" in checking.look_at(FUNCTION, lambda base, end: 7.0).hint


def test_a_lesson_finds_the_answer_where_it_is_checked() -> None:
    lesson = open_lesson(1)
    export_growth = ...
    assert str(lesson.check("export_growth")) == "… export_growth: not answered yet"
    export_growth = 12.0  # looked at through the caller's variables
    assert str(lesson.check("export_growth")).startswith("✘ export_growth: Which two months")
    assert "export_growth" in lesson.check("export_growth")._repr_html_()
    assert export_growth == 12.0


def test_what_is_required_of_an_autograder_is_the_same_check() -> None:
    with pytest.raises(WrongAnswerError, match="not answered yet"):
        require(1, "export_growth", {})
    with pytest.raises(WrongAnswerError) as caught:
        require_elsewhere(1, "export_growth", {"export_growth": 0.5})
    assert caught.value.feedback.state == "wrong"


def test_unknown_names_are_told_with_the_known_ones() -> None:
    with pytest.raises(TeachingError, match="There is no lesson 9; the lessons are 1 to 7"):
        open_lesson(9)
    with pytest.raises(TeachingError, match=r"Lesson 1 has no exercise 'x'; its exercises are .*export_growth"):
        open_lesson(1).check("x", {})
    with pytest.raises(TeachingError, match=r"Lesson 1 has no table 'x'; its tables are .*china"):
        open_lesson(1).table("x")
