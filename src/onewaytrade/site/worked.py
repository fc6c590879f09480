"""An example of a growth rate whose inputs are rounded, with the figures of a claim of the project."""

from dataclasses import dataclass
from typing import Final

from onewaytrade import datasets, fmt, measures
from onewaytrade.claims import Claim
from onewaytrade.site.content import Content

_METHOD: Final = "cpb-growth"
_DATASET: Final = "cpb"
_SERIES: Final = ("flow", "region", "measure")
_UNIT: Final = 0.1  # to which CPB's report prints the index


@dataclass(frozen=True, slots=True)
class _Case:
    claim: Claim
    label: str
    start: float
    end: float

    @property
    def growth(self) -> measures.Interval:
        """All growth that the two rounded levels allow."""
        return measures.growth_interval(measures.rounded(self.start, _UNIT), measures.rounded(self.end, _UNIT))


def example(content: Content) -> str:
    """Return the formula in numbers for the first claim on a CPB index; nothing where there is none."""
    case = next(filter(None, map(_case, _asked(content))), None)
    if case is None:
        return ""
    printed, half = case.claim.printed, _UNIT / 2
    first, last = (fmt.month(case.claim.definition.choices[end]) for end in ("start", "end"))
    start, end = fmt.number(case.start, 1), fmt.number(case.end, 1)
    low, high = case.growth.low, case.growth.high
    ends = {measures.round_half_away(value, printed.precision) for value in (low, high)}
    told = (
        f"All of it rounds to the printed {printed.text}"
        if ends == {printed.value}
        else f"Not all of it rounds to the printed {printed.text}"
    )
    return f"""With the figures of “{case.label}”: in {first} the index stood at {start}, in {last} at {end}
(here with one decimal, as a report would print it; the table has more). So

$$
100\\,\\frac{{{end}}}{{{start}}} - 100 = {_tex(measures.growth(case.start, case.end))}
$$

and, for the two ends,

$$
100\\,\\frac{{{end} - {half:.2f}}}{{{start} + {half:.2f}}} - 100 = {_tex(low)}
$$

$$
100\\,\\frac{{{end} + {half:.2f}}}{{{start} - {half:.2f}}} - 100 = {_tex(high)}
$$

The growth lies in the interval {fmt.interval(low, high, 2)}. {told}.
"""


def _asked(content: Content) -> list[Claim]:
    known = content.register
    return [known[own["claim"]] for own in content.verdicts if own["claim"] in known and not own.get("variant")]


def _case(claim: Claim) -> _Case | None:
    choices = claim.definition.choices
    usual = choices.get("method") == _METHOD and claim.printed.value and not choices.get("average")
    if claim.kind != "number" or not usual or _DATASET not in claim.pins:
        return None
    levels = {
        row["month"]: row["index"]
        for row in datasets.rows(_DATASET, claim.pins[_DATASET])
        if all(row[name] == choices[name] for name in _SERIES)
    }
    ends = [choices["start"], choices["end"]]
    if not all(levels.get(month) for month in ends):
        return None
    start, end = (measures.round_half_away(float(levels[month]), _UNIT) for month in ends)
    return _Case(claim, claim.label, start, end)


def _tex(value: float) -> str:
    return fmt.number(value, 2).replace(fmt.MINUS, "-").replace(",", "")
