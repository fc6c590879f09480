"""Judge answers in a process that no student's code has run in, on plain values alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from onewaytrade.teaching import checking
from onewaytrade.teaching.autotests import PUBLIC_SHARE
from onewaytrade.teaching.checking import Exercise, Feedback, Function
from onewaytrade.teaching.lesson import open_lesson
from onewaytrade.teaching.marking import guest, plain


@dataclass(frozen=True, slots=True)
class Mark:
    """What one answer earns: points, of how many, and what is to be said of it ("right", "open", "wrong").

    `answer` is what was given, for a teacher who wants to see it; "" for a gap, and for a function.
    """

    exercise: str
    points: float
    of: float
    state: checking.State
    mistake: str
    hint: str
    answer: str = ""


class Judge:
    """Judges the answers of one lesson; the same answer always earns the same, and is looked at once."""

    def __init__(self, lesson: int, points: Mapping[str, float]) -> None:
        """Take the number of a lesson and the points of those of its exercises that are asked."""
        known = open_lesson(lesson).exercises
        self._exercises = {name: _quick(one) for name, one in known.items() if name in points}
        self._points = points
        self._known: dict[tuple[str, str], Mark] = {}

    def marks(self, answers: Mapping[str, Any]) -> tuple[Mark, ...]:
        """Return the marks of a notebook, in the order of the exercises, by its answers in plain values."""
        return tuple(self._mark(name, answers.get(name)) for name in self._exercises)

    def _mark(self, name: str, told: Any) -> Mark:
        try:
            key = (name, json.dumps(told, sort_keys=True))
        except RecursionError:
            return _unreadable(name, self._points[name])
        if key not in self._known:
            self._known[key] = self._judge(name, told)
        return self._known[key]

    def _judge(self, name: str, told: Any) -> Mark:
        exercise = self._exercises[name]
        of = self._points[name]
        try:
            answer = ... if told is None else plain.restore(told, guest.cases(exercise))
            found = checking.look_at(exercise, answer, elsewhere=True)
            share = 1.0 if _is_right(found) else 0.0
            if not share and isinstance(exercise, Function) and _is_right(checking.look_at(exercise, answer)):
                # As an autograder gives it for the cases that the notebook shows.
                share = PUBLIC_SHARE
        except Exception:  # what is right was computed before any answer came: this one is at fault
            return _unreadable(name, of)
        hint = "" if found.state == "right" else plain.clean(found.hint)
        return Mark(name, share * of, of, found.state, found.mistake, hint, _shown(answer))


def _unreadable(name: str, of: float) -> Mark:
    return Mark(name, 0.0, of, "wrong", "no answer", "The answer could not be read.")


def _shown(answer: Any) -> str:
    """Return a number, a text, or labelled numbers as a teacher reads them; "" for whatever else was given."""
    if isinstance(answer, bool) or not isinstance(answer, int | float | str | Mapping):
        return ""
    if isinstance(answer, Mapping):
        return plain.clean("; ".join(f"{label}: {_shown(value)}" for label, value in answer.items()))
    return plain.clean(answer if isinstance(answer, str) else f"{answer:.10g}")


def _is_right(feedback: Feedback) -> bool:
    return feedback.state == "right"


def _quick(exercise: Exercise) -> Exercise:
    """Return an exercise that has computed from its data what is right and what is not."""
    slips = tuple(exercise.mistakes())
    if isinstance(exercise, Function):
        return replace(exercise, mistakes=lambda: slips)
    known: Any = exercise.right()
    own: dict[str, Any] = {"right": lambda: known, "mistakes": lambda: slips}
    return replace(exercise, **own)
