"""Refuse a value that is not among those known, in one sentence that names the nearest."""

import difflib
from collections.abc import Iterable

from onewaytrade.errors import ParameterError


def nearest(wanted: object, known: Iterable[str]) -> str:
    """Return the one of `known` that is nearest: of years the least far away, else the one spelled most alike.

    Capitals make no difference. Raises IndexError or ValueError if there are none.
    """
    names, word = {name.casefold(): name for name in known}, str(wanted).casefold()
    if word.isdigit() and all(map(str.isdigit, names)):
        return min(names.values(), key=lambda name: abs(int(name) - int(word)))
    return names[difflib.get_close_matches(word, names, n=1, cutoff=0.0)[0]]


def check_choice(name: str, value: object, known: Iterable[str], *, why: str = "") -> None:
    """Raise ParameterError, with the nearest value, if a parameter's value is not one of those known.

    `why` says what the value is instead ("no year of the count"), where that is not plain.
    """
    names = list(known)
    if value in names:
        return
    near = f"the nearest is {nearest(value, names)!r}"
    if why:
        raise ParameterError(f"{name}={value!r} is {why}; {near}, and all are {', '.join(names)}.")
    raise ParameterError(f"{name}={value!r} is not one of {', '.join(map(repr, names))}; {near}.")
