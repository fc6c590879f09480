"""The tests of an exercise as otter-grader reads them: made of the lesson's exercises, never written by hand.

A test calls `onewaytrade.teaching.require`, so that an autograder says of an answer what the notebook says of it.
An exercise that asks for a function has a second, hidden test, which tries the function on cases that the notebook
does not show. That guards against a lucky or a typed-in answer, and not against reading this package.
"""

from typing import Final

from onewaytrade.teaching.checking import Exercise, Function

# Of the points of a function, what it earns if it holds for the cases that the notebook shows and no others.
PUBLIC_SHARE: Final = 0.5

_HEAD: Final = """\
from otter.test_files import test_case

OK_FORMAT = False

name = "{name}"
points = {points:g}
"""
_CASE: Final = """

@test_case(points={points:g}, hidden={hidden})
def {function}(env):
    from onewaytrade.teaching import {check}

    {check}({lesson}, "{name}", env)
"""


def text(lesson: int, exercise: Exercise, points: float) -> str:
    """Return the file of an exercise's tests, in otter's format of functions that raise.

    Its cases sum to `points`: all of them for the shown cases, or, if there are hidden ones, `PUBLIC_SHARE` of
    them, and the rest for the hidden ones.
    """
    name = exercise.name
    cases = [("test_shown", "require", points, False)]
    if isinstance(exercise, Function):
        shown = points * PUBLIC_SHARE
        cases = [
            ("test_shown", "require", shown, False),
            ("test_hidden", "require_elsewhere", points - shown, True),
        ]
    return _HEAD.format(name=name, points=points) + "".join(
        _CASE.format(function=function, check=check, points=worth, hidden=hidden, lesson=lesson, name=name)
        for function, check, worth, hidden in cases
    )
