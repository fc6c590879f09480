"""Open a lesson in a notebook: its tables and its checks."""

import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final

from onewaytrade.errors import TeachingError
from onewaytrade.teaching import checking
from onewaytrade.teaching.checking import Exercise, Feedback, WrongAnswerError

if TYPE_CHECKING:
    import pandas as pd

LESSONS: Final = range(1, 8)
_SIGNS: Final = {"right": "✔", "open": "…", "wrong": "✘"}
_COLOURS: Final = {"right": "#00785A", "open": "#6B6B6B", "wrong": "#B34700"}


@dataclass(frozen=True, slots=True)
class Shown:
    """Feedback as a notebook shows it: a sign, the exercise's name, and the sentence."""

    feedback: Feedback

    def __str__(self) -> str:
        """Return the feedback as one line of text."""
        return f"{_SIGNS[self.feedback.state]} {self.feedback.exercise}: {self._sentence()}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        # Readable on a light and on a dark page: the colour is in the bar alone, and no colour says it alone.
        told = self.feedback
        return (
            f'<div role="status" style="border-left: 0.3em solid {_COLOURS[told.state]}; padding: 0.2em 0.8em">'
            f"{_SIGNS[told.state]} <code>{escape(told.exercise)}</code>: {escape(self._sentence())}</div>"
        )

    def _sentence(self) -> str:
        return "right." if self.feedback.state == "right" else self.feedback.hint


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson: `table` gives its tables, and `check` says of an answer whether it is right."""

    number: int
    exercises: Mapping[str, Exercise]

    def table(self, name: str) -> "pd.DataFrame":
        """Return a table of the lesson; raises TeachingError, with the known names, if there is none such."""
        tables = _module(self.number).TABLES
        if name not in tables:
            raise TeachingError(f"Lesson {self.number} has no table '{name}'; its tables are {_listed(tables)}.")
        found: pd.DataFrame = tables[name]()
        return found

    def check(self, name: str, answers: Mapping[str, Any] | None = None) -> Shown:
        """Say whether the answer `name` is right, and if it is not, what may have gone wrong.

        The answer is looked for where `check` is called from, or in `answers`. Raises TeachingError, with the
        known names, if the lesson has no exercise of that name.
        """
        if answers is None:
            frame = inspect.currentframe()
            caller = frame.f_back if frame else None
            answers = {**caller.f_globals, **caller.f_locals} if caller else {}
        return Shown(self.look_at(name, answers))

    def look_at(self, name: str, answers: Mapping[str, Any], *, elsewhere: bool = False) -> Feedback:
        """Return the feedback on the answer `name` among a notebook's variables; a missing one is an open one."""
        if name not in self.exercises:
            raise TeachingError(
                f"Lesson {self.number} has no exercise '{name}'; its exercises are {_listed(self.exercises)}."
            )
        return checking.look_at(self.exercises[name], answers.get(name), elsewhere=elsewhere)


def open_lesson(number: int) -> Lesson:
    """Return the lesson of that number; raises TeachingError if there is none."""
    exercises: tuple[Exercise, ...] = _module(number).EXERCISES
    return Lesson(number, {exercise.name: exercise for exercise in exercises})


def tables(number: int) -> "Mapping[str, Callable[[], pd.DataFrame]]":
    """Return the tables of a lesson by name, each still to be read; raises TeachingError if there is no lesson."""
    found: Mapping[str, Callable[[], pd.DataFrame]] = _module(number).TABLES
    return found


def answered(*answers: Any) -> bool:
    """Return whether none of the answers is still a gap, so that what is drawn from them can wait for them."""
    return not any(checking.is_open(answer) for answer in answers)


def require(number: int, name: str, answers: Mapping[str, Any]) -> None:
    """Raise WrongAnswerError, whose text is the hint, unless `name` is right; a test of an autograder."""
    _require(number, name, answers, elsewhere=False)


def require_elsewhere(number: int, name: str, answers: Mapping[str, Any]) -> None:
    """Raise WrongAnswerError unless the answer `name` also holds for cases that the notebook does not show."""
    _require(number, name, answers, elsewhere=True)


def _require(number: int, name: str, answers: Mapping[str, Any], *, elsewhere: bool) -> None:
    feedback = open_lesson(number).look_at(name, answers, elsewhere=elsewhere)
    if feedback.state != "right":
        raise WrongAnswerError(feedback)


def _module(number: int) -> Any:
    if number not in LESSONS:
        raise TeachingError(f"There is no lesson {number!r}; the lessons are {LESSONS[0]} to {LESSONS[-1]}.")
    return importlib.import_module(f"onewaytrade.teaching.exercises.lesson{number}")


def _listed(names: Mapping[str, Any]) -> str:
    return ", ".join(names)
