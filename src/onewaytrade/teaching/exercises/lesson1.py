"""Lesson 1, where you start decides where you end: base effects, adjustment, and the 33 per cent."""

import calendar
from collections.abc import Callable, Iterable, Mapping
from typing import Final

import pandas as pd

from onewaytrade.measures import growth as _change
from onewaytrade.teaching.checking import PER_CENT, Exercise, Function, Mistake, Number, Numbers
from onewaytrade.teaching.tables import once, read

START: Final = "2022-12"
END: Final = "2025-03"
STARTS: Final = ("2022-01", "2023-12")  # the first and the last month that a count is started from
LAST_YEAR: Final = ("2024-04", END)  # the last twelve months of the window
HOLIDAY: Final = {year: [f"{year}-01", f"{year}-02"] for year in (2023, 2024)}  # the months that share it
FLOWS: Final = ["exports", "imports"]
_TABLE: Final = "S001"  # customs' monthly table in dollars

# Round numbers, to try a function on: no figures of any country.
_RISING: Final = pd.Series({"2024-01": 50.0, "2024-02": 60.0, "2024-03": 75.0, "2024-04": 80.0})
_FALLING: Final = pd.Series({"2023-11": 125.0, "2023-12": 150.0, "2024-01": 120.0, "2024-02": 90.0})


@once
def china() -> pd.DataFrame:
    """Return CPB's volumes of China's exports and imports, seasonally adjusted (2021 = 100), by month."""
    frame = read("cpb")
    own = frame[(frame["region"] == "China") & (frame["measure"] == "volume")]
    return _cited(own.pivot(index="month", columns="flow", values="index"), frame)


@once
def customs() -> pd.DataFrame:
    """Return China's exports and imports as customs counts them, not adjusted, in billion dollars, by month."""
    frame = read("gacc-totals")
    own = frame[(frame["source_id"] == _TABLE) & (frame["frequency"] == "monthly")]
    return _cited(own.pivot(index="period", columns="flow", values="value") / 1e6, frame)


@once
def adjusted() -> pd.DataFrame:
    """Return China's exports and imports, seasonally adjusted by the OECD, in billion dollars, by month."""
    frame = read("oecd-fred-trade")
    return _cited(frame.pivot(index="period", columns="flow", values="value") / 1e9, frame)


def _cited(table: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    table = table[FLOWS].rename_axis(index="month", columns=None)
    table.attrs["source"] = frame.attrs["source"]
    return table


def _growth(levels: "pd.Series[float]", start: str, end: str) -> float:
    return _change(float(levels[start]), float(levels[end]))


def _slips_of_window() -> Iterable[Mistake]:
    volume = china()
    exports = volume["exports"]
    return (
        Mistake(
            "wrong base month",
            _growth(exports, "2023-01", END),
            "You start in January 2023. The claim starts at the end of 2022: which month of the table is that?",
        ),
        Mistake(
            "base month too early",
            _growth(exports, "2022-11", END),
            "You start in November 2022. The claim starts at the end of 2022: which month of the table is that?",
        ),
        Mistake(
            "wrong end month",
            _growth(exports, START, "2025-02"),
            "Your window ends a month too early. Which month does the claim end with?",
        ),
        Mistake(
            "imports for exports",
            _growth(volume["imports"], START, END),
            "This is the growth of imports: the question is about exports.",
        ),
        Mistake(
            "divided by the end",
            100 * (1 - float(exports[START]) / float(exports[END])),
            "You divide the change by the later level. Growth is told against the level that it started from.",
        ),
        Mistake(
            "points for per cent",
            float(exports[END] - exports[START]),
            "This is a difference in points of the index, which depends on the year that is set to 100. "
            "In per cent, divide it by the level at the start.",
        ),
        Mistake(
            "month against year average",
            _change(exports["2022-01":"2022-12"].mean(), exports[END]),
            "You compare with the average of 2022. The claim compares with one month, at the end of that year.",
        ),
    )


def _slips_of_gap() -> Iterable[Mistake]:
    exports, imports = (_growth(china()[flow], START, END) for flow in FLOWS)
    later_exports, later_imports = (_growth(china()[flow], "2023-01", END) for flow in FLOWS)
    mixed = (
        "Exports and imports are taken over different windows: one of the two starts in January 2023. "
        "A gap only means something if both ends are the same."
    )
    return (
        Mistake("mixed windows", later_exports - imports, mixed),
        Mistake("mixed windows", exports - later_imports, mixed),
        Mistake(
            "wrong base month",
            later_exports - later_imports,
            "Both windows start in January 2023. The claim starts at the end of 2022.",
        ),
        Mistake(
            "per cent for points",
            _change(1 + imports / 100, 1 + exports / 100),
            "This is how much exports grew per unit of imports, in per cent. The gap in percentage points is "
            "plainly one growth rate less the other.",
        ),
        Mistake(
            "growth rates divided",
            exports / imports,
            "You divide one growth rate by the other, which explodes when the lower one is near zero. A gap in "
            "points is a difference.",
        ),
        Mistake(
            "index points for percentage points",
            float(china()["exports"][END] - china()["exports"][START])
            - float(china()["imports"][END] - china()["imports"][START]),
            "You subtract differences of index levels. Turn each into a growth rate in per cent first: percentage "
            "points are a difference of per cents.",
        ),
        Mistake("growth rates added", exports + imports, "You add the two growth rates; a gap is a difference."),
        Mistake(
            "one rate only",
            exports,
            "This is the growth of exports alone. How much of it did imports grow as well?",
        ),
    )


def _slips_of_function() -> Iterable[Mistake]:
    return (
        Mistake(
            "divided by the end",
            lambda levels, start, end: 100 * (1 - levels[start] / levels[end]),
            "Your function divides the change by the later level. Growth is told against the level at the start.",
        ),
        Mistake(
            "start and end swapped",
            lambda levels, start, end: _growth(levels, end, start),
            "Your function runs backwards in time: it goes from `end` to `start`.",
        ),
        Mistake(
            "points for per cent",
            lambda levels, start, end: levels[end] - levels[start],
            "Your function returns the difference of two levels, in the levels’ own unit. Set it against the "
            "level at the start, in per cent.",
        ),
        Mistake(
            "first and last row",
            lambda levels, *_: _change(levels.iloc[0], levels.iloc[-1]),
            "Your function takes the first and the last level that it is given. Look the levels up under the "
            "months `start` and `end`.",
        ),
        Mistake(
            "a typed-in table",
            lambda _, start, end: _growth(china()["exports"], start, end),
            "Your function looks into the table of exports, whatever it is given. Use its argument `levels`.",
        ),
    )


def _from_starts(flow: str, first: str, last: str) -> "pd.Series[float]":
    levels = china()[flow]
    rates: pd.Series[float] = 100 * (levels[END] / levels[first:last] - 1)
    return rates


def _summary(rates: "pd.Series[float]") -> dict[str, float]:
    return {"lowest": rates.min(), "median": rates.median(), "highest": rates.max()}


def _slips_of_starts() -> Iterable[Mistake]:
    rates = _from_starts("exports", *STARTS)
    own = _summary(rates)
    half = "These are the starts of {} alone. Take all 24 months of 2022 and 2023."
    return (
        Mistake(
            "imports for exports",
            _summary(_from_starts("imports", *STARTS)),
            "These are the three numbers for imports; the question is about exports.",
        ),
        Mistake("half of the starts", _summary(_from_starts("exports", "2022-01", "2022-12")), half.format(2022)),
        Mistake("half of the starts", _summary(_from_starts("exports", "2023-01", "2023-12")), half.format(2023)),
        Mistake(
            "mean for median",
            own | {"median": rates.mean()},
            "What you call the median is the mean. The median has as many starts below it as above.",
        ),
        Mistake(
            "high start for high growth",
            own | {"lowest": own["highest"], "highest": own["lowest"]},
            "Lowest and highest are swapped. A low start gives a high growth, and the other way round.",
        ),
        Mistake(
            "end moved for start",
            _summary(100 * (china()["exports"][STARTS[0] : STARTS[1]] / china()["exports"][START] - 1)),
            "You keep the start in December 2022 and move the end. Move the start, and end in March 2025 each "
            "time.",
        ),
    )


def _year_on_year() -> float:
    exports = china()["exports"]
    return _change(exports["2022-01":"2022-12"].mean(), exports[LAST_YEAR[0] : LAST_YEAR[1]].mean())


def _slips_of_year() -> Iterable[Mistake]:
    exports, imports = (china()[flow] for flow in FLOWS)
    base, last = exports["2022-01":"2022-12"], exports[LAST_YEAR[0] : LAST_YEAR[1]]
    return (
        Mistake(
            "month against year average",
            _change(base.mean(), exports[END]),
            "A single month stands against the average of a year. Average the twelve months to March 2025, too.",
        ),
        Mistake(
            "year average against month",
            _change(exports[START], last.mean()),
            "The average of a year stands against the single month that it should do away with. Average 2022, "
            "too.",
        ),
        Mistake(
            "calendar year for last twelve months",
            _change(base.mean(), exports["2024-01":"2024-12"].mean()),
            "You end with the calendar year 2024. The last twelve months to March 2025 reach from which month on?",
        ),
        Mistake(
            "wrong base year",
            _change(exports["2022-04":"2023-03"].mean(), last.mean()),
            "Your first twelve months are those to March 2023. The question sets calendar 2022 as the base.",
        ),
        Mistake(
            "mean of growth rates",
            _from_starts("exports", "2022-01", "2022-12").mean(),
            "You average twelve growth rates. Average the levels first, and then take one growth rate.",
        ),
        Mistake(
            "imports for exports",
            _change(imports["2022-01":"2022-12"].mean(), imports[LAST_YEAR[0] : LAST_YEAR[1]].mean()),
            "This is for imports; the question is about exports.",
        ),
    )


def _slips_of_adjustment() -> Iterable[Mistake]:
    return (
        Mistake(
            "unadjusted month for adjusted",
            _growth(customs()["exports"], START, END),
            "These are the months as customs counted them. December is a strong month in every year and March a "
            "weaker one: part of what you measure is the season. Take the adjusted table.",
        ),
        Mistake(
            "volume for value",
            _growth(china()["exports"], START, END),
            "This is the growth of the volume. The question is about dollars: which table holds them?",
        ),
        Mistake(
            "imports for exports",
            _growth(adjusted()["imports"], START, END),
            "This is the growth of imports; the question is about exports.",
        ),
        Mistake(
            "wrong base month",
            _growth(adjusted()["exports"], "2023-01", END),
            "You start in January 2023. The window is the same as in exercise 1.",
        ),
        Mistake(
            "mixed series",
            _change(customs()["exports"][START], adjusted()["exports"][END]),
            "One end is adjusted and the other is not. Take both from the same table.",
        ),
    )


def _both_months(flow: str, table: Callable[[], pd.DataFrame] = customs) -> float:
    before, after = (float(table()[flow].loc[months].sum()) for months in HOLIDAY.values())
    return _change(before, after)


def _slips_of_holiday() -> Iterable[Mistake]:
    imports = customs()["imports"]
    january, february = (_growth(imports, f"2023-{month}", f"2024-{month}") for month in ("01", "02"))
    single = (
        "This is {} alone, and the holiday fell into different months in the two years. Take both months together."
    )
    return (
        Mistake("one month only", january, single.format("January")),
        Mistake("one month only", february, single.format("February")),
        Mistake(
            "mean of growth rates",
            (january + february) / 2,
            "You average two growth rates, as if both months had the same base. Add the dollars of both months "
            "first.",
        ),
        Mistake(
            "percentages added",
            january + february,
            "You add two growth rates, each of another base. Add the dollars of both months first.",
        ),
        Mistake(
            "exports for imports",
            _both_months("exports"),
            "This is the growth of exports; the question is about imports.",
        ),
        Mistake(
            "adjusted for unadjusted",
            _both_months("imports", adjusted),
            "These are adjusted dollars. The question is what can be done with what customs counted.",
        ),
    )


def _per_day() -> float:
    before, after = (customs()["imports"].loc[months].sum() / _days(year) for year, months in HOLIDAY.items())
    return _change(before, after)


def _days(year: int) -> int:
    return sum(calendar.monthrange(year, month)[1] for month in (1, 2))


def _slips_of_days() -> Iterable[Mistake]:
    factor = 1 + _both_months("imports") / 100
    return (
        Mistake(
            "no days at all",
            100 * (factor - 1),
            "This is the growth of the sums, as before. Divide each sum by its number of days first.",
        ),
        Mistake(
            "days turned round",
            100 * (factor * _days(2024) / _days(2023) - 1),
            "More days make more trade, so the growth per day must be the smaller one: you multiplied where you "
            "should have divided.",
        ),
        Mistake(
            "February’s days for both months",
            100 * (factor * 28 / 29 - 1),
            "You took the days of February alone. The sums are over January and February together.",
        ),
    )


EXERCISES: Final[tuple[Exercise, ...]] = (
    Number(
        name="export_growth",
        unit=PER_CENT,
        places=1,
        right=lambda: _growth(china()["exports"], START, END),
        mistakes=_slips_of_window,
        otherwise="Which two months does the claim compare? Divide the later level by the earlier one.",
    ),
    Number(
        name="growth_gap",
        unit="points",
        places=1,
        right=lambda: _growth(china()["exports"], START, END) - _growth(china()["imports"], START, END),
        mistakes=_slips_of_gap,
        otherwise="Compute both growth rates over the same window, and take the difference.",
        from_rounded=lambda: (
            round(_growth(china()["exports"], START, END), 1) - round(_growth(china()["imports"], START, END), 1)
        ),
    ),
    Function(
        name="growth",
        unit=PER_CENT,
        places=1,
        right=_growth,
        shown=((_RISING, "2024-02", "2024-03"), (_FALLING, "2023-12", "2024-02")),
        hidden=(
            (_RISING, "2024-01", "2024-03"),
            (_FALLING, "2023-11", "2024-01"),
            (_FALLING / 7, "2023-12", "2024-01"),
        ),
        mistakes=_slips_of_function,
        otherwise="Look up both levels, divide the later by the earlier, and turn the ratio into per cent.",
    ),
    Numbers(
        name="starts",
        unit=PER_CENT,
        places=1,
        right=lambda: _summary(_from_starts("exports", *STARTS)),
        mistakes=_slips_of_starts,
        otherwise="Compute the growth to March 2025 from each of the 24 months first, and look at the list.",
    ),
    Number(
        name="year_growth",
        unit=PER_CENT,
        places=1,
        right=_year_on_year,
        mistakes=_slips_of_year,
        otherwise="Take the mean level of twelve months at each end, and the growth from one mean to the other.",
    ),
    Number(
        name="adjusted_growth",
        unit=PER_CENT,
        places=1,
        right=lambda: _growth(adjusted()["exports"], START, END),
        mistakes=_slips_of_adjustment,
        otherwise="Take the column of exports of the table `adjusted`, and the window of exercise 1.",
    ),
    Number(
        name="both_months",
        unit=PER_CENT,
        places=1,
        right=lambda: _both_months("imports"),
        mistakes=_slips_of_holiday,
        otherwise="Add the imports of January and February, in each of the two years, and compare the two sums.",
    ),
    Number(
        name="per_day",
        unit=PER_CENT,
        places=1,
        right=_per_day,
        mistakes=_slips_of_days,
        otherwise="How many days do January and February have together, in 2023 and in 2024?",
    ),
)
TABLES: Final[Mapping[str, Callable[[], pd.DataFrame]]] = {
    "china": china,
    "customs": customs,
    "adjusted": adjusted,
}
