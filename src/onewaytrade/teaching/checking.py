"""Check a student's answer: right, still open, or wrong in a way that has a name.

An exercise knows its right answer and the answers that known slips lead to, all computed from data when they
are asked for. A hint names the slip and leads on; it never tells the right answer. What counts as right is any
rounding that is at least as fine as the exercise asks for.
"""

import math
import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

State = Literal["right", "open", "wrong"]

PER_CENT: Final = "per cent"
OPEN: Final = "not answered yet"
_EDGE: Final = 1e-9  # a tie may be rounded either way
_NEAR: Final = 1.5  # units of the last place: how far two rounded numbers in a sum may lead away
_ON_THE_WAY: Final = "rounded on the way"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A known slip: its short name for the teacher, the answer it leads to, and what the student is told.

    `answer` is of the kind that the exercise asks for: a number, a mapping of numbers, one of the options, or, for
    an exercise that asks for a function, a function.
    """

    name: str
    answer: Any
    hint: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """What is said of one answer: right, open or wrong, with the name of the slip and the hint if it is wrong."""

    exercise: str
    state: State
    mistake: str = ""
    hint: str = ""


class WrongAnswerError(AssertionError):
    """An answer that is not right; its text is the hint, and `feedback` says which slip it is."""

    def __init__(self, feedback: Feedback) -> None:
        super().__init__(feedback.hint)
        self.feedback = feedback


@dataclass(frozen=True, slots=True)
class Number:
    """An exercise whose answer is one number.

    `unit` is said in the question ("per cent", "points", "a factor", "trillion yuan"); `places` are the decimals
    that the answer must have at least, in that unit (negative: tens, hundreds). `otherwise` is the hint for a
    wrong answer that no slip explains. Slips of form (a sign, and of a per cent a share or a level) are known.
    `from_rounded` is what comes of earlier answers that were rounded as they were asked for; it is right as well.
    """

    name: str
    unit: str
    places: int
    right: Callable[[], float]
    mistakes: Callable[[], Iterable[Mistake]]
    otherwise: str
    from_rounded: Callable[[], float] | None = None

    def look_at(self, answer: Any) -> Feedback:
        """Return what is to be said of an answer, whatever it is."""
        found = _as_number(answer)
        if isinstance(found, str):
            return _wrong(self.name, "no number", found)
        right = self.right()
        rights = (right,) if self.from_rounded is None else (right, self.from_rounded())
        if any(_agrees(found, one, self.places) for one in rights):
            return Feedback(self.name, "right")
        for mistake in (*self.mistakes(), *_slips_of_form(right, self.unit)):
            if _agrees(found, mistake.answer, self.places):
                return _wrong(self.name, mistake.name, mistake.hint)
        return _rounded_or_unknown(self.name, found, right, self.places, self.otherwise)

    def look_elsewhere(self, answer: Any) -> Feedback:
        """Return the same as `look_at`: one number has no other case to be tried on."""
        return self.look_at(answer)


@dataclass(frozen=True, slots=True)
class Numbers:
    """An exercise whose answer is several numbers by label, as a Series or a dict.

    A slip is recognised if all its numbers agree. `unit`, `places`, `otherwise` and `from_rounded` are as for one
    number.
    """

    name: str
    unit: str
    places: int
    right: Callable[[], Mapping[str, float]]
    mistakes: Callable[[], Iterable[Mistake]]
    otherwise: str
    from_rounded: Callable[[], Mapping[str, float]] | None = None

    def look_at(self, answer: Any) -> Feedback:
        """Return what is to be said of an answer, whatever it is."""
        right = self.right()
        found = _as_numbers(answer, tuple(right))
        if isinstance(found, str):
            return _wrong(self.name, "labels or numbers missing", found)
        rights = (right,) if self.from_rounded is None else (right, self.from_rounded())
        off = [
            label for label in right if not any(_agrees(found[label], one[label], self.places) for one in rights)
        ]
        if not off:
            return Feedback(self.name, "right")
        for mistake in (*self.mistakes(), *_slips_of_form_for_all(right, self.unit)):
            if all(_agrees(found[label], mistake.answer[label], self.places) for label in right):
                return _wrong(self.name, mistake.name, mistake.hint)
        some = f"{len(right) - len(off)} of {len(right)} are right; look again at {', '.join(off)}. "
        if all(_is_near(found[label], right[label], self.places) for label in off):
            return _wrong(self.name, _ON_THE_WAY, f"{some}{_near(self.otherwise)}")
        return _wrong(self.name, "", f"{some}{self.otherwise}")

    def look_elsewhere(self, answer: Any) -> Feedback:
        """Return the same as `look_at`: the numbers have no other case to be tried on."""
        return self.look_at(answer)


@dataclass(frozen=True, slots=True)
class Choice:
    """An exercise whose answer is the letter of one of several statements.

    `options` are the letters in the order of the notebook. Each wrong letter is a slip of its own.
    """

    name: str
    options: Sequence[str]
    right: Callable[[], str]
    mistakes: Callable[[], Iterable[Mistake]]

    def look_at(self, answer: Any) -> Feedback:
        """Return what is to be said of an answer, whatever it is."""
        letter = answer.strip().strip("()").lower() if isinstance(answer, str) else ""
        if letter not in tuple(self.options):
            some = ", ".join(f'"{option}"' for option in self.options)
            return _wrong(self.name, "no letter", f"The answer is one letter in quotes: {some}.")
        if letter == self.right():
            return Feedback(self.name, "right")
        found = next(mistake for mistake in self.mistakes() if mistake.answer == letter)
        return _wrong(self.name, found.name, found.hint)

    def look_elsewhere(self, answer: Any) -> Feedback:
        """Return the same as `look_at`: a letter has no other case to be tried on."""
        return self.look_at(answer)


@dataclass(frozen=True, slots=True)
class Function:
    """An exercise whose answer is a function of the student's own.

    It is called with each of `shown` (arguments that the student may see) and must return what `right` returns, to
    `places` decimals; when it is marked also with each of `hidden`, so that a lucky or a typed-in answer fails. A
    slip's `answer` is a function as well, and recognised if it agrees wherever the student's was tried. A hint
    says with which arguments the answer was wrong if no slip explains it.
    """

    name: str
    unit: str
    places: int
    right: Callable[..., float]
    shown: Sequence[tuple[Any, ...]]
    hidden: Sequence[tuple[Any, ...]]
    mistakes: Callable[[], Iterable[Mistake]]
    otherwise: str
    elsewhere: str = "Right for the notebook's case and wrong for others: the function must use what it is given."

    def look_at(self, answer: Any) -> Feedback:
        """Return what is to be said of an answer, tried on the cases that the student sees."""
        return self._tried(answer, self.shown)

    def look_elsewhere(self, answer: Any) -> Feedback:
        """Return what is to be said of an answer, tried on other cases than the student sees."""
        first = self.look_at(answer)
        if first.state != "right":
            return first
        second = self._tried(answer, self.hidden)
        if second.state == "right" or second.mistake:
            return second
        return _wrong(self.name, "right by luck", self.elsewhere)

    def _tried(self, answer: Any, cases: Sequence[tuple[Any, ...]]) -> Feedback:
        if not callable(answer):
            return _wrong(self.name, "no function", f"`{self.name}` must be a function: keep its `def` line.")
        found: list[float] = []
        for case in cases:
            called = f"{self.name}({', '.join(map(_shown, case))})"
            try:
                value = answer(*case)
            except Exception as error:  # whatever a student's function may raise
                return _wrong(self.name, "error", f"{called} stops with {type(error).__name__}: {error}")
            if is_open(value):
                return Feedback(self.name, "open", hint=OPEN)
            number = _as_number(value)
            if isinstance(number, str):
                return _wrong(self.name, "no number", f"{called}: {number}")
            found.append(number)
        return self._judged(found, cases)

    def _judged(self, found: Sequence[float], cases: Sequence[tuple[Any, ...]]) -> Feedback:
        rights = [self.right(*case) for case in cases]
        if _all_agree(found, rights, self.places):
            return Feedback(self.name, "right")
        for mistake in self.mistakes():
            if _all_agree(found, [mistake.answer(*case) for case in cases], self.places):
                return _wrong(self.name, mistake.name, mistake.hint)
        forms = [_slips_of_form(right, self.unit) for right in rights]
        for slip in zip(*forms, strict=True):
            if _all_agree(found, [mistake.answer for mistake in slip], self.places):
                return _wrong(self.name, slip[0].name, slip[0].hint)
        off = next(
            case
            for case, value, right in zip(cases, found, rights, strict=True)
            if not _agrees(value, right, self.places)
        )
        return _wrong(self.name, "", f"{self.name}({', '.join(map(_shown, off))}) is not right. {self.otherwise}")


Exercise = Number | Numbers | Choice | Function


def is_open(answer: Any) -> bool:
    """Return whether a gap was left as it was: the three dots, nothing, or an empty text."""
    return answer is ... or answer is None or (isinstance(answer, str) and answer.strip() in ("", "..."))


def look_at(exercise: Exercise, answer: Any, *, elsewhere: bool = False) -> Feedback:
    """Return what is to be said of an answer; `elsewhere` tries a function on cases that are not shown."""
    if is_open(answer):
        return Feedback(exercise.name, "open", hint=OPEN)
    try:
        return exercise.look_elsewhere(answer) if elsewhere else exercise.look_at(answer)
    except WrongAnswerError as error:
        return error.feedback


def _wrong(name: str, mistake: str, hint: str) -> Feedback:
    return Feedback(name, "wrong", mistake, hint)


def _agrees(found: float, right: float, places: int) -> bool:
    """Return whether a number is a rounding of another, as fine as asked for or finer."""
    return abs(found - right) <= 0.5 * 10.0**-places + _EDGE * max(1.0, abs(right))


def _all_agree(found: Sequence[float], rights: Sequence[float], places: int) -> bool:
    return all(_agrees(one, other, places) for one, other in zip(found, rights, strict=True))


def _slips_of_form(right: float, unit: str) -> tuple[Mistake, ...]:
    """Return the slips that any number of a unit is prone to: its sign, and for a per cent also its form."""
    sign = Mistake("sign", -right, "The size is right and the sign is not: did it rise or fall?")
    if unit != PER_CENT:
        return (sign,)
    return (
        sign,
        Mistake("share for per cent", right / 100, "A share of one: per cent is 100 times that."),
        Mistake("level for growth", 1 + right / 100, "A ratio of levels: the change is what lies above 1."),
        Mistake(
            "level for growth", 100 + right, "This is a level: the change is what lies above 100."
        ),
    )  # fmt: skip


def _slips_of_form_for_all(right: Mapping[str, float], unit: str) -> Iterable[Mistake]:
    forms = {label: _slips_of_form(number, unit) for label, number in right.items()}
    for slips in zip(*forms.values(), strict=True):
        answer = {label: slip.answer for label, slip in zip(forms, slips, strict=True)}
        yield Mistake(slips[0].name, answer, slips[0].hint)


def _rounded_or_unknown(name: str, found: float, right: float, places: int, otherwise: str) -> Feedback:
    """Return the hint for a number that was rounded further than asked for, or that nothing explains."""
    coarser = {round(right, fewer) for fewer in range(places - 1, places - 3, -1)} - {0}
    if any(math.isclose(found, rounded, abs_tol=10.0 ** -(places + 3)) for rounded in coarser):
        asked = f"at least {places} decimal{'s' if places != 1 else ''}" if places > 0 else "more digits"
        return _wrong(name, "rounded too far", f"This is rounded too far: give {asked}.")
    if _is_near(found, right, places):
        return _wrong(name, _ON_THE_WAY, _near(otherwise))
    return _wrong(name, "", otherwise)


def _is_near(found: float, right: float, places: int) -> bool:
    """Return whether a number is so close that rounding on the way may explain it; a count is right or wrong."""
    return places > 0 and abs(found - right) <= _NEAR * 10.0**-places


def _near(otherwise: str) -> str:
    return (
        "Very close. If you went on with a rounded number, take it with all its decimals, and round at the end "
        f"only. If not: {otherwise}"
    )


def _as_number(answer: Any) -> float | str:
    """Return an answer as a number, or the sentence that says why it is none."""
    if hasattr(answer, "item") and getattr(answer, "size", 0) == 1:
        answer = answer.item()
    if isinstance(answer, bool) or not isinstance(answer, numbers.Real):
        kind = type(answer).__name__
        if kind == "tuple":  # its name is all that is left of one when a folder is marked
            return "A comma makes several numbers. Decimals have a point: one and a half is 1.5, and not 1,5."
        return f"The answer is one number, without quotes or a sign of per cent; this is a {kind}."
    try:
        value = float(answer)
    except OverflowError:
        value = math.inf
    return value if math.isfinite(value) else f"The answer is a number, and this is {value}."


def _as_numbers(answer: Any, labels: Sequence[str]) -> dict[str, float] | str:
    """Return an answer as numbers by label, or the sentence that says what is missing."""
    asked = f"a Series or dict with the labels {', '.join(labels)}"
    if not hasattr(answer, "keys") or not hasattr(answer, "__getitem__"):
        return f"The answer is {asked}; this is a {type(answer).__name__}."
    known = list(answer.keys())
    missing = [label for label in labels if label not in known]
    if missing:
        return f"The answer is {asked}; missing: {', '.join(missing)}."
    found: dict[str, float] = {}
    for label in labels:
        number = _as_number(answer[label])
        if isinstance(number, str):
            return f"{label}: {number}"
        found[label] = number
    return found


def _shown(argument: Any) -> str:
    return repr(argument) if isinstance(argument, str | int | float) else type(argument).__name__
