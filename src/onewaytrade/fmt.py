"""Write numbers, months and verdicts the way all notebooks, tables and charts show them.

Numbers are rounded half away from zero, take a true minus sign (U+2212) and a comma between thousands, and
are kept on one line with their unit by a no-break space; a missing number is a dash.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

MINUS: Final = "\N{MINUS SIGN}"
MISSING: Final = "\N{EN DASH}"
SPACE: Final = "\N{NO-BREAK SPACE}"

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SAME: Final = 1e-9  # machines differ by less, editions by more
_ORDINALS: Final = ("first", "second", "third", "fourth")
_MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Mark:
    """How a verdict looks: a character for text, the same shape as a matplotlib marker, and a colour."""

    glyph: str
    marker: str
    colour: str
    fill: str = "full"


# One shape for each word, so that a verdict is never told by colour alone. Colours of Okabe and Ito.
# What stands in the place of a verdict's mark where a run asks something else than the article.
DEPARTS: Final = Mark("↷", "o", "#6B6B6B", fill="none")
MARKS: Final = {
    "reproduced": Mark("●", "o", "#009E73"),
    "close": Mark("▲", "^", "#009E73"),
    "not excluded": Mark("○", "o", "#0072B2", fill="none"),
    "partly reproduced": Mark("◐", "o", "#E69F00", fill="left"),
    "depends on definition": Mark("◆", "D", "#E69F00"),
    "not reproduced": Mark("✕", "X", "#D55E00"),
    "contradicted": Mark("▼", "v", "#D55E00"),
    "attested": Mark("■", "s", "#0072B2"),
    "cause not testable here": Mark("□", "s", "#6B6B6B", fill="none"),
    "cannot be checked with open data": Mark("◇", "D", "#6B6B6B", fill="none"),
}


def number(value: float | None, decimals: int = 0, *, sign: bool = False) -> str:
    """Return a number rounded to `decimals` places, with a plus before positive ones if `sign` is set.

    Half is rounded away from zero on the decimal that stands for the number (2.675 gives 2.68), what rounds
    to zero has no sign, and None and NaN give a dash.
    """
    if value is None or math.isnan(value):
        return MISSING
    # repr gives the shortest decimal that stands for the number: the one a reader would round.
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    before = "" if rounded == 0 else MINUS if rounded < 0 else "+" if sign else ""
    return f"{before}{abs(rounded):,}"


def pct(value: float | None, decimals: int = 1, *, sign: bool = True) -> str:
    """Return a number of per cent, e.g. "+33.2 %"."""
    return with_unit(value, "%", decimals, sign=sign)


def points(value: float | None, decimals: int = 1, *, sign: bool = True) -> str:
    """Return a number of percentage points, e.g. "−0.7 points"."""
    return with_unit(value, "points", decimals, sign=sign)


def with_unit(value: float | None, unit: str, decimals: int = 1, *, sign: bool = False) -> str:
    """Return a number with its unit, or a dash alone where there is no number."""
    text = number(value, decimals, sign=sign)
    return text if text == MISSING or not unit else f"{text}{SPACE}{unit}"


def counted(count: int, noun: str) -> str:
    """Return how many there are of what, e.g. "1 row", "1,200 rows"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def interval(
    low: float | None, high: float | None, decimals: int = 1, *, unit: str = "%", sign: bool = True
) -> str:
    """Return an interval, e.g. "−11.4 to −11.3 %"; one number if both ends round to it.

    An end that is None is open: "at least +3.0 %", "at most +3.0 %".
    """
    first, last = (number(end, decimals, sign=sign) for end in (low, high))
    tail = f"{SPACE}{unit}" if unit else ""
    if first == last:
        return first if first == MISSING else first + tail
    if last == MISSING:
        return f"at least {first}{tail}"
    if first == MISSING:
        return f"at most {last}{tail}"
    return f"{first} to {last}{tail}"


def span(low: float | None, high: float | None, unit: str) -> str:
    """Return a range in as many decimals as tell its ends apart: one, none for whole numbers, more for close ends.

    Changes ("%", "points") carry their sign; an end that is None is open.
    """
    ends = [end for end in (low, high) if end is not None]
    decimals = 0 if all(float(end).is_integer() for end in ends) else 1
    apart = len(ends) == 2 and not math.isclose(*ends, rel_tol=_SAME, abs_tol=_SAME)
    while apart and number(low, decimals) == number(high, decimals):
        decimals += 1
    return interval(low, high, decimals, unit=unit, sign=unit in {"%", "points"})


def month(text: str, *, short: bool = False) -> str:
    """Return a month written "2022-12" as "December 2022", or "Dec 2022".

    Raises ValueError for a text that is no month.
    """
    match = _MONTH.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no month: write YYYY-MM, for example 2022-12.")
    name = _MONTHS[int(match[2]) - 1]
    return f"{name[:3] if short else name} {match[1]}"


def period(text: str, *, short: bool = False) -> str:
    """Return a period as words: a year, a quarter, a month, or a range "2025-01..2025-05" of months.

    "2022Q4" gives "fourth quarter of 2022" or "Q4 2022", the range "January to May 2025" or "Jan–May 2025".
    Raises ValueError for a text that is no period.
    """
    if re.fullmatch(r"\d{4}", text):
        return text
    if quarter := re.fullmatch(r"(\d{4})Q([1-4])", text):
        year, which = quarter[1], int(quarter[2])
        return f"Q{which} {year}" if short else f"{_ORDINALS[which - 1]} quarter of {year}"
    first, dots, last = text.partition("..")
    if not dots or first == last:
        return month(first, short=short)
    start, end = month(first, short=short), month(last, short=short)
    if first[:4] == last[:4]:
        start = start.rpartition(" ")[0]
    return f"{start}\N{EN DASH}{end}" if short and first[:4] == last[:4] else f"{start} to {end}"


def join(items: Iterable[str], word: str = "and") -> str:
    """Return items as running text: "a, b and c"."""
    *others, last = list(items) or [""]
    return f"{', '.join(others)} {word} {last}" if others else last


def change(value: float, decimals: int = 1) -> str:
    """Return a growth rate as a verb: "rose by 4.8 %", "fell by 0.3 %", or "did not change" if it rounds to 0."""
    text = number(value, decimals)
    if not text.strip("0."):
        return "did not change"
    verb = "fell" if text.startswith(MINUS) else "rose"
    return f"{verb} by {text.removeprefix(MINUS)}{SPACE}%"
