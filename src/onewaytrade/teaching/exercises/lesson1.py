"""Lesson 1, where you start decides where you end: base effects, adjustment, and the 33 per cent."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from onewaytrade.teaching.checking import PER_CENT, Exercise, Mistake, Number
from onewaytrade.teaching.tables import read

if TYPE_CHECKING:
    import pandas as pd

START: Final = "2022-12"
END: Final = "2025-03"


def china() -> "pd.DataFrame":
    """Return CPB's volumes of China's exports and imports, seasonally adjusted (2021 = 100), by month."""
    frame = read("cpb")
    own = frame[(frame["region"] == "China") & (frame["measure"] == "volume")]
    table = own.pivot_table(index="month", columns="flow", values="index")[["exports", "imports"]]
    table.attrs["source"] = frame.attrs["source"]
    return table.rename_axis(columns=None)


def _growth(flow: str, start: str = START, end: str = END) -> float:
    levels = china()[flow]
    return 100 * (float(levels[end]) / float(levels[start]) - 1)


def _slips_of_window() -> Iterable[Mistake]:
    return (
        Mistake(
            "wrong base month",
            _growth("exports", start="2023-01"),
            "You start in January 2023. The claim starts at the end of 2022: which month of the table is that?",
        ),
        Mistake(
            "imports for exports", _growth("imports"), "This is the growth of imports: the claim is about exports."
        ),
    )


EXERCISES: Final[tuple[Exercise, ...]] = (
    Number(
        name="export_growth",
        unit=PER_CENT,
        places=1,
        right=lambda: _growth("exports"),
        mistakes=_slips_of_window,
        otherwise="Which two months does the claim compare? Divide the later level by the earlier one.",
    ),
)
TABLES: Final[Mapping[str, Callable[[], "pd.DataFrame"]]] = {"china": china}
