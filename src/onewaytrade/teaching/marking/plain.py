"""Answers as plain values: what a notebook's process may send of a student's variables, and what is made of it.

The one side runs beside the student's code and turns an answer into what JSON can hold; the other side runs in
the process that judges, and makes of it an answer of the same kind, whatever was sent: a number, a text, a gap, a
Series or dict of numbers, a function known by what it returned, or else a thing of which only the type is known.
"""

import copy
import math
import numbers
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

Plain = dict[str, Any]

_ADDRESS: Final = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
_LONGEST_TEXT: Final = 400
_MOST_LABELS: Final = 400
_MOST_DIGITS: Final = 300  # of a whole number that is still one; no answer is longer


def describe(answer: Any) -> Plain:
    """Return an answer as plain values; for what has none, its type."""
    kind = type(answer).__name__[:_LONGEST_TEXT]
    if answer is ...:
        return {"kind": "gap"}
    if answer is None or isinstance(answer, bool):
        return {"kind": "constant", "value": answer}
    if isinstance(answer, str):
        return {"kind": "text", "value": answer[:_LONGEST_TEXT]}
    if hasattr(answer, "keys") and hasattr(answer, "__getitem__"):
        pairs = [[_label(label), _inside(answer[label])] for label in list(answer.keys())[:_MOST_LABELS]]
        single = getattr(answer, "size", 0) == 1
        return {"kind": "labelled", "type": kind, "pairs": pairs, "single": single}
    if hasattr(answer, "item") and getattr(answer, "size", 0) == 1:
        return _inside(answer.item())
    if isinstance(answer, numbers.Real):
        return _number(answer)
    return {"kind": "thing", "type": kind}


def describe_function(answer: Any, cases: Sequence[tuple[Any, ...]]) -> Plain:
    """Return what a function gives for each case: a plain value, or the name and text of an exception."""
    if not callable(answer):
        return describe(answer)
    return {"kind": "function", "outcomes": [_outcome(answer, case) for case in cases]}


def _outcome(answer: Callable[..., Any], case: tuple[Any, ...]) -> Plain:
    try:
        # A function that changes what it is given would spoil the case for the next one.
        return describe(answer(*copy.deepcopy(case)))
    except Exception as error:  # whatever a student's function may raise
        told = str(error)[:_LONGEST_TEXT]
        return {"kind": "error", "type": type(error).__name__[:_LONGEST_TEXT], "value": told}


def _inside(answer: Any) -> Plain:
    """Describe what lies in an answer; no answer is deeper than that."""
    if hasattr(answer, "keys") or (hasattr(answer, "item") and not isinstance(answer, numbers.Real)):
        return {"kind": "thing", "type": type(answer).__name__[:_LONGEST_TEXT]}
    return describe(answer)


def _number(answer: numbers.Real) -> Plain:
    if isinstance(answer, numbers.Integral):
        whole = int(answer)
        return {"kind": "number", "value": whole if abs(whole) < 10**_MOST_DIGITS else math.inf}
    return {"kind": "number", "value": float(answer)}


def _label(label: Any) -> str | int | float | None:
    return label if isinstance(label, str | int | float) else str(label)[:_LONGEST_TEXT]


class _Labelled:
    """What was a Series or a dict: labels with values, and the value of a Series with one (`single`)."""

    def __init__(self, pairs: Mapping[Any, Any], *, single: bool) -> None:
        self._pairs = pairs
        if single:
            self.size = 1
            self.item = lambda: next(iter(pairs.values()))

    def keys(self) -> Iterable[Any]:
        """Return the labels."""
        return self._pairs.keys()

    def __getitem__(self, label: Any) -> Any:
        return self._pairs[label]


def restore(told: Any, cases: Sequence[tuple[Any, ...]] = ()) -> Any:
    """Return an answer of the kind that plain values tell of; `cases` are those that a function was tried on.

    Raises ValueError if they are not what `describe` or `describe_function` returns: a process that runs other
    people's code may send anything.
    """
    match told:
        case {"kind": "gap"}:
            return ...
        case {"kind": "constant", "value": None | bool() as value}:
            return value
        case {"kind": "text", "value": str() as value}:
            return value
        case {"kind": "number", "value": int() | float() as value}:
            return value if isinstance(value, float) else _within(value)
        case {"kind": "labelled", "type": str() as kind, "pairs": list() as pairs, "single": bool() as single}:
            named = type(_name(kind), (_Labelled,), {})
            return named(dict(map(_pair, pairs)), single=single and len(pairs) == 1)
        case {"kind": "function", "outcomes": list() as outcomes} if len(outcomes) == len(cases):
            return _replay(cases, outcomes)
        case {"kind": "thing", "type": str() as kind}:
            return type(_name(kind), (), {})()
    raise ValueError("no answer was told in plain values")


def _within(value: int) -> int | float:
    """Return a whole number if a float can hold it, and infinity otherwise."""
    return value if abs(value) < 10**_MOST_DIGITS else math.inf


def _name(kind: str) -> str:
    return kind if kind.isidentifier() else "thing"


def _pair(pair: Any) -> tuple[Any, Any]:
    match pair:
        case [str() | int() | float() as label, told] if not _is_nested(told):
            return label, restore(told)
    raise ValueError("no label with a value")


def clean(text: str) -> str:
    """Return a text that came from a student as one that can be written and shown: without what no file holds.

    An address of an object is another in each run, and is left out. What is not Unicode, as in the name of a file
    with bytes that are none, is told by its number, so that two names stay two.
    """
    sound = text.encode("utf-8", "backslashreplace").decode("utf-8")
    shown = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in sound)
    return _ADDRESS.sub("0x…", shown)


def _is_nested(told: Any) -> bool:
    return isinstance(told, dict) and told.get("kind") in ("labelled", "function")


def _replay(cases: Sequence[tuple[Any, ...]], outcomes: Sequence[Any]) -> Callable[..., Any]:
    """Return a function that gives for each case what the student's gave, and raises what it raised."""
    known = [(case, _known(outcome)) for case, outcome in zip(cases, outcomes, strict=True)]

    def answer(*asked: Any) -> Any:
        # The judge asks with the very objects of the exercise, some of which do not say whether they are equal.
        for case, outcome in known:
            if len(case) == len(asked) and all(one is other for one, other in zip(case, asked, strict=True)):
                if isinstance(outcome, Exception):
                    raise outcome
                return outcome
        raise LookupError("asked for a case that was not tried")

    return answer


def _known(outcome: Any) -> Any:
    match outcome:
        case {"kind": "error", "type": str() as kind, "value": str() as told}:
            return type(_name(kind), (Exception,), {})(clean(told))
        case {"kind": "function"}:
            return type("function", (), {})()
    return restore(outcome)
