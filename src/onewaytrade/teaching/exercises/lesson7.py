"""Lesson 7, a claim of your own: the steps of a test, practised on one printed number."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from onewaytrade.measures import growth as _growth
from onewaytrade.teaching.checking import PER_CENT, Choice, Exercise, Function, Mistake, Number, Numbers
from onewaytrade.teaching.tables import once, read

if TYPE_CHECKING:
    import pandas as pd

REGION: Final = "Emerging Asia excluding China"
PRINTED: Final = 11.0
_UNIT: Final = 1.0  # the last digit printed
START: Final = "2022-12"
END: Final = "2025-03"
_OLDER, _NEWER = "2025-01", "2026-01"
_BOTH: Final = "2024-12"  # the last month that both editions hold and that is no single January
_WAYS: Final = {"one month": 1, "three months": 3, "twelve months": 12}


@once
def asia() -> "pd.DataFrame":
    """Return imports of Emerging Asia excluding China by month, from 2021, seasonally adjusted (2021 = 100).

    Columns "volume" and "dollars" of CPB's newest edition, and "volume, older edition", which ends earlier.
    """
    import pandas as pd

    newer, older = read("cpb"), read("cpb", _OLDER)
    volume = _index(newer, "volume")
    columns = {
        "volume": volume,
        "dollars": volume * _index(newer, "unit_value") / 100,
        "volume, older edition": _index(older, "volume"),
    }
    table = pd.DataFrame(columns).sort_index().loc["2021-01":END].rename_axis("month")
    table.attrs["source"] = f"{newer.attrs['source']}; the older edition is {_OLDER}"
    return table


def cpb() -> "pd.DataFrame":
    """Return CPB's newest edition as it is published: `flow`, `region`, `measure`, `month`, `index`."""
    return read("cpb")


def _index(frame: "pd.DataFrame", measure: str) -> "pd.Series[float]":
    rows = frame[(frame["region"] == REGION) & (frame["flow"] == "imports") & (frame["measure"] == measure)]
    return rows.set_index("month")["index"]


def _mean(end: str, months: int = 1, column: str = "volume") -> float:
    return float(asia()[column].loc[:end].tail(months).mean())


def _window(months: int = 1, *, start: str = START, end: str = END, column: str = "volume") -> float:
    return _growth(_mean(start, months, column), _mean(end, months, column))


def _around(middle: float, way: float) -> dict[str, float]:
    return {"low": middle - way, "high": middle + way}


def _interval() -> dict[str, float]:
    return _around(PRINTED, _UNIT / 2)


def _slips_of_interval() -> Iterable[Mistake]:
    yield Mistake(
        "a whole unit either way",
        _around(PRINTED, _UNIT),
        "These are the neighbours. Which numbers between them would have been printed as one of the neighbours?",
    )
    yield Mistake(
        "cut off for rounded",
        {"low": PRINTED, "high": PRINTED + _UNIT},
        "This is what is left if the decimals are cut off. Printed numbers are rounded, up as well as down.",
    )
    yield Mistake(
        "a digit too fine",
        _around(PRINTED, _UNIT / 20),
        "This is the interval of a number printed with one decimal. How many has this one?",
    )


def _slips_of_growth() -> Iterable[Mistake]:
    yield Mistake(
        "wrong base month",
        _window(start="2023-01"),
        "You start in January 2023. The last month of 2022 is which?",
    )
    yield Mistake(
        "wrong base month",
        _window(start="2022-01"),
        "You start in January 2022. This step reads “from 2022” as from its end.",
    )
    yield Mistake(
        "wrong end month", _window(end="2024-12"), "You stop in December 2024. The claim ends in March 2025."
    )
    yield Mistake(
        "money for quantity", _window(column="dollars"), "These are dollars. This step tests the claim in volume."
    )
    yield Mistake(
        "mixed editions",
        _growth(_mean(START, column="volume, older edition"), _mean(END)),
        "You divide by a level of the older edition. Both ends come from one edition.",
    )
    yield Mistake(
        "mixed windows",
        _growth(_mean(START, 12), _mean(END)),
        "One end is the mean of a year and the other a month. Take one month at both.",
    )
    yield Mistake(
        "twelve months for one",
        _window(12),
        "You average twelve months at each end. That is fair too, and comes in step 5: here take one month.",
    )
    yield Mistake(
        "points for per cent",
        _mean(END) - _mean(START),
        "This is a difference of index levels. Set it against the level at the start.",
    )


def _miss(value: float, low: float, high: float) -> float:
    return max(low - value, value - high, 0.0)


def _slips_of_miss() -> Iterable[Mistake]:
    yield Mistake(
        "distance from the middle",
        lambda value, low, high: abs(value - (low + high) / 2),
        "This is how far the value lies from the middle. A value anywhere inside misses nothing.",
    )
    yield Mistake(
        "negative inside",
        lambda value, low, high: max(low - value, value - high),
        "Right outside. Inside the interval your function returns less than nothing: there the miss is 0.",
    )
    yield Mistake(
        "one side only",
        lambda value, _, high: max(value - high, 0.0),
        "Your function sees a value that is too high. What of one that is too low?",
    )
    yield Mistake(
        "one side only",
        lambda value, low, _: max(low - value, 0.0),
        "Your function sees a value that is too low. What of one that is too high?",
    )
    yield Mistake(
        "far end",
        lambda value, low, high: 0.0 if low <= value <= high else max(abs(value - low), abs(value - high)),
        "You measure to the far end. The miss is the way to the nearer one.",
    )
    yield Mistake(
        "signed",
        lambda value, low, high: 0.0 if low <= value <= high else (value - high if value > high else value - low),
        "A distance has no sign: below the interval your function returns a negative number.",
    )


def _by_edition() -> tuple[float, float]:
    """Return growth to the last common month in the older and in the newer edition."""
    return _window(end=_BOTH, column="volume, older edition"), _window(end=_BOTH)


def _revision() -> float:
    older, newer = _by_edition()
    return newer - older


def _slips_of_revision() -> Iterable[Mistake]:
    older, newer = _by_edition()
    yield Mistake("one edition only", newer, "This is growth in the newer edition. Subtract that in the older.")
    yield Mistake("one edition only", older, "This is growth in the older edition. What does the newer one say?")
    yield Mistake(
        "per cent for points",
        _growth(older, newer),
        "This is by how many per cent the rate changed. The difference of two per cents is in points.",
    )
    yield Mistake(
        "levels for growth",
        _mean(_BOTH) - _mean(_BOTH, column="volume, older edition"),
        "This is how much a level moved. Compare two growth rates.",
    )
    yield Mistake(
        "to a single January",
        _window(end="2025-01") - _window(end="2025-01", column="volume, older edition"),
        "Both of your windows end in January 2025. The step says why December 2024 is the better end.",
    )
    yield Mistake(
        "mixed windows",
        _window() - older,
        "You set a window to March 2025 against one to December 2024: both must end in the same month.",
    )


def _band(value: float, revision: float) -> dict[str, float]:
    return _around(value, abs(revision))


def _slips_of_band() -> Iterable[Mistake]:
    value, width = _window(), abs(_revision())
    yield Mistake(
        "half the width",
        _around(value, width / 2),
        "You take half of the revision on either side. The rule takes all of it either way.",
    )
    yield Mistake(
        "around the printed number",
        _around(PRINTED, width),
        "The data are what may be revised, not the newspaper: lay the band around your computed value.",
    )
    yield Mistake(
        "points for per cent",
        _around(value, value * width / 100),
        "You take the points as per cent of the value. Points are added and subtracted.",
    )
    yield Mistake(
        "one side only",
        {"low": value, "high": value + width},
        "The next edition may move the value either way: subtract as well.",
    )


def _ways() -> dict[str, float]:
    return {name: _window(months) for name, months in _WAYS.items()}


def _slips_of_ways() -> Iterable[Mistake]:
    yield Mistake(
        "mixed windows",
        {name: _growth(_mean(START), _mean(END, months)) for name, months in _WAYS.items()},
        "You average the later end only. Both ends need as many months.",
    )
    yield Mistake(
        "mixed windows",
        {name: _growth(_mean(START, months), _mean(END)) for name, months in _WAYS.items()},
        "You average the start only. Both ends need as many months.",
    )
    yield Mistake(
        "money for quantity",
        {name: _window(months, column="dollars") for name, months in _WAYS.items()},
        "These are dollars. Take the column `volume`.",
    )
    yield Mistake(
        "one month too many",
        {name: _window(months + 1) for name, months in _WAYS.items()},
        "Each mean holds a month too many: the end month is one of them.",
    )


EXERCISES: Final[tuple[Exercise, ...]] = (
    Numbers(
        name="printed_interval",
        unit=PER_CENT,
        places=1,
        right=_interval,
        mistakes=_slips_of_interval,
        otherwise="From which number on does rounding give the printed one, and up to which?",
    ),
    Number(
        name="asia_growth",
        unit=PER_CENT,
        places=1,
        right=_window,
        mistakes=_slips_of_growth,
        otherwise="Divide the level of March 2025 by that of December 2022, both from the column `volume`.",
    ),
    Function(
        name="miss",
        unit="the unit of the value",
        places=1,
        right=_miss,
        shown=((7.0, 4.5, 5.5), (5.2, 4.5, 5.5), (3.0, 4.5, 5.5)),
        hidden=((-4.0, -2.5, -1.5), (-1.0, -2.5, -1.5), (0.0, -0.5, 0.5), (48.0, 31.5, 32.5)),
        mistakes=_slips_of_miss,
        otherwise="Three cases: below the interval, inside it, above it.",
    ),
    Number(
        name="revision",
        unit="points",
        places=1,
        right=_revision,
        mistakes=_slips_of_revision,
        otherwise="Two growth rates from December 2022 to December 2024, one in each edition; newer less older.",
    ),
    Numbers(
        name="band",
        unit=PER_CENT,
        places=1,
        right=lambda: _band(_window(), _revision()),
        mistakes=_slips_of_band,
        otherwise="The value of exercise 2, less and plus the revision of exercise 4.",
        from_rounded=lambda: _band(round(_window(), 1), round(_revision(), 1)),
    ),
    Choice(
        name="first_verdict",
        options=("a", "b", "c", "d"),
        right=lambda: "d",
        mistakes=lambda: (
            Mistake("near enough", "a", "Does the computed value itself round to the printed one?"),
            Mistake(
                "near enough",
                "b",
                "How many points does the value miss the interval by, and how many are allowed?",
            ),
            Mistake(
                "band not compared", "c", "Compare the ends: where does the band begin, and the interval end?"
            ),
        ),
    ),
    Numbers(
        name="ways",
        unit=PER_CENT,
        places=1,
        right=_ways,
        mistakes=_slips_of_ways,
        otherwise="The mean of so many months to March 2025, against the mean of as many to December 2022.",
    ),
    Choice(
        name="final_verdict",
        options=("a", "b", "c", "d"),
        right=lambda: "c",
        mistakes=lambda: (
            Mistake("one definition for all", "a", "On how many of the three ways does it come out?"),
            Mistake("one definition for all", "b", "Look at all three ways: does none of them give it?"),
            Mistake(
                "doubt for a finding", "d", "The table is public and the words can be read: what did you find?"
            ),
        ),
    ),
)
TABLES: Final[Mapping[str, Callable[[], "pd.DataFrame"]]] = {"asia": asia, "cpb": cpb}
