"""Lesson 5, one number, many true sentences: grids of definitions, editions, and a fair sentence."""

from collections.abc import Callable, Iterable, Mapping
from itertools import product
from typing import TYPE_CHECKING, Final

from onewaytrade.measures import growth as _growth
from onewaytrade.teaching.checking import PER_CENT, Choice, Exercise, Function, Mistake, Number, Numbers
from onewaytrade.teaching.tables import once, read

if TYPE_CHECKING:
    import pandas as pd

START: Final = "2022-12"
END: Final = "2025-03"
PRINTED: Final = 33
# The article could know no later month, and the exchange rates at hand begin with the first.
_FIRST, _LAST = "2021-01", "2025-03"
_MEASURES: Final = ("volume", "dollars", "yuan", "customs")
_STARTS: Final = ("2022-11", "2022-12", "2023-01")
_ENDS: Final = ("2025-02", "2025-03")
_MONTHS: Final = (1, 3, 12)
_OTHER_BASE, _OLDER, _NEWER = "2024-01", "2025-01", "2026-01"
_REVISED: Final = ("2024-12", "2025-01")  # the last months that both editions hold


@once
def trade() -> "pd.DataFrame":
    """Return China's exports and imports by month, each counted in four ways.

    Columns "exports volume", "exports dollars", "exports yuan", "exports customs" and the same of imports: CPB's
    volume; CPB's value in dollars; the same at the month's average exchange rate (these three seasonally adjusted,
    2021 = 100); and the value that customs counts, in billion dollars, not adjusted.
    """
    import pandas as pd

    frame = read("cpb")
    rates = read("exchange-rates")
    daily = (rates["pair"] == "CNY per USD") & (rates["statistic"] == "monthly average of daily")
    rate = rates[daily].set_index("period")["rate"]
    columns: dict[str, pd.Series[float]] = {}
    for flow in ("exports", "imports"):
        volume, dollars = _index(frame, flow, "volume"), _dollars(frame, flow)
        yuan = dollars * rate
        columns[f"{flow} volume"] = volume
        columns[f"{flow} dollars"] = 100 * dollars / dollars["2021-01":"2021-12"].mean()
        columns[f"{flow} yuan"] = 100 * yuan / yuan["2021-01":"2021-12"].mean()
        columns[f"{flow} customs"] = _customs(flow)
    table = pd.DataFrame(columns).sort_index().loc[_FIRST:_LAST].rename_axis("month")
    sources = (read(name).attrs["source"] for name in ("exchange-rates", "gacc-totals"))
    table.attrs["source"] = "; ".join((frame.attrs["source"], *sources))
    return table


def vintages() -> "pd.DataFrame":
    """Return CPB's volume of China's imports by month, one column for each edition of the table."""
    return _vintages("imports")


@once
def witnesses() -> "pd.DataFrame":
    """Return China's exports in dollars by quarter, from 2018, as CPB, the OECD and customs count them.

    Means of three months "YYYYQn": of CPB an index, of the others billion dollars; CPB's and the OECD's are
    seasonally adjusted. Quarters, since CPB gives January and February the same value and the OECD does not.
    """
    import pandas as pd

    frame, other = read("cpb"), read("oecd-fred-trade")
    oecd = other[other["flow"] == "exports"].set_index("period")["value"] / 1e9
    columns = {"CPB": _dollars(frame, "exports"), "OECD": oecd, "customs": _customs("exports")}
    months = pd.DataFrame(columns).sort_index().loc["2018-01":_LAST]
    quarters = [f"{month[:4]}Q{(int(month[5:]) + 2) // 3}" for month in months.index]
    table = months.groupby(quarters).mean().rename_axis("quarter")
    told = (frame.attrs["source"], other.attrs["source"], read("gacc-totals").attrs["source"])
    table.attrs["source"] = "; ".join(told)
    return table


@once
def _vintages(flow: str) -> "pd.DataFrame":
    import pandas as pd

    editions = (_OTHER_BASE, _OLDER, _NEWER)
    frames = {edition: read("cpb", edition) for edition in editions}
    table = pd.DataFrame({edition: _index(frame, flow, "volume") for edition, frame in frames.items()})
    table.attrs["source"] = f"{frames[_NEWER].attrs['source']}, and the editions {_OTHER_BASE} and {_OLDER}"
    return table.sort_index().rename_axis("month")


def _index(frame: "pd.DataFrame", flow: str, measure: str) -> "pd.Series[float]":
    rows = frame[(frame["region"] == "China") & (frame["flow"] == flow) & (frame["measure"] == measure)]
    return rows.set_index("month")["index"]


def _dollars(frame: "pd.DataFrame", flow: str) -> "pd.Series[float]":
    return _index(frame, flow, "volume") * _index(frame, flow, "unit_value") / 100


def _customs(flow: str) -> "pd.Series[float]":
    frame = read("gacc-totals")
    rows = (frame["frequency"] == "monthly") & (frame["unit"] == "k USD") & (frame["flow"] == flow)
    return frame[rows].set_index("period")["value"] / 1e6


def _mean(column: str, end: str, months: int) -> float:
    return float(trade()[column].loc[:end].tail(months).mean())


def _window_growth(column: str, start: str, end: str, months: int) -> float:
    return _growth(_mean(column, start, months), _mean(column, end, months))


def _slips_of_twelve_months() -> Iterable[Mistake]:
    volume = "exports volume"
    yield Mistake(
        "mixed windows",
        _growth(_mean(volume, START, 12), _mean(volume, END, 1)),
        "One end is a mean of twelve months and the other a single month: both ends need the same length.",
    )
    yield Mistake(
        "mixed windows",
        _growth(_mean(volume, START, 1), _mean(volume, END, 12)),
        "You set twelve months against one: December 2022 alone is no year. Average both ends.",
    )
    yield Mistake(
        "single months",
        _window_growth(volume, START, END, 1),
        "This sets one month against one month, as the article does. Here each end is a mean of twelve.",
    )
    yield Mistake(
        "wrong end of the window",
        _growth(_mean(volume, START, 12), _mean(volume, "2024-12", 12)),
        "You compare calendar years. The later twelve months end in March 2025: where do they begin?",
    )
    yield Mistake(
        "wrong base month",
        _window_growth(volume, "2023-01", END, 12),
        "Your first twelve months end in January 2023. The end of 2022 is which month?",
    )
    yield Mistake(
        "money for quantity",
        _window_growth("exports dollars", START, END, 12),
        "These are dollars. The question is about the quantity: the column `exports volume`.",
    )
    yield Mistake(
        "imports for exports",
        _window_growth("imports volume", START, END, 12),
        "This is the growth of imports: the claim is about exports.",
    )


def _slips_of_window_growth() -> Iterable[Mistake]:
    yield Mistake(
        "mean at one end only",
        lambda column, start, end, months: _growth(_mean(column, start, 1), _mean(column, end, months)),
        "You average the later end only. With a single month at the start, its luck stays in the answer.",
    )
    yield Mistake(
        "mean at one end only",
        lambda column, start, end, months: _growth(_mean(column, start, months), _mean(column, end, 1)),
        "You average the start only: the later end needs the mean of as many months.",
    )
    yield Mistake(
        "months ignored",
        lambda column, start, end, _: _window_growth(column, start, end, 1),
        "Your function takes no notice of `months`: each end is the mean of that many months.",
    )
    yield Mistake(
        "one month too many",
        lambda column, start, end, months: _window_growth(column, start, end, months + 1),
        "Each of your means holds one month too many: count them, the end month is one of them.",
    )
    yield Mistake(
        "upside down",
        lambda column, start, end, months: _growth(_mean(column, end, months), _mean(column, start, months)),
        "You divide the earlier level by the later one: growth sets the later against the earlier.",
    )


@once
def _grid() -> "pd.DataFrame":
    import pandas as pd

    choices = product(_MEASURES, _STARTS, _ENDS, _MONTHS)
    grid = pd.DataFrame(choices, columns=["measure", "start", "end", "months"])
    for flow in ("exports", "imports"):
        grid[flow] = [
            _window_growth(f"{flow} {measure}", start, end, months)
            for measure, start, end, months in product(_MEASURES, _STARTS, _ENDS, _MONTHS)
        ]
    grid["lone"] = (grid["months"] == 1) & ((grid["start"] == "2023-01") | (grid["end"] == "2025-02"))
    grid["seasonal"] = (grid["measure"] == "customs") & (grid["months"] < 12)
    return grid


def _fair() -> "pd.DataFrame":
    grid = _grid()
    return grid[~grid["lone"] & ~grid["seasonal"]]


def _slips_of_defensible() -> Iterable[Mistake]:
    grid = _grid()
    lone, seasonal = grid["lone"], grid["seasonal"]
    yield Mistake("nothing dropped", len(grid), "This is the whole grid. Which rows do the two rules take out?")
    yield Mistake("what is dropped", int((lone | seasonal).sum()), "These are the rows that the rules take out.")
    yield Mistake(
        "first rule only",
        int((~lone).sum()),
        "You have applied the first rule. The second takes out rows of customs, whose months are not adjusted.",
    )
    yield Mistake(
        "second rule only",
        int((~seasonal).sum()),
        "You have applied the second rule. The first takes out single months of January and February.",
    )
    yield Mistake(
        "and for or",
        int((~(lone & seasonal)).sum()),
        "You drop only rows that break both rules at once. One broken rule is enough.",
    )
    yield Mistake(
        "too much dropped",
        int((~((grid["months"] == 1) | seasonal)).sum()),
        "Too many go. Of single months only a January or a February does, and customs keeps its means of twelve.",
    )
    lunar = (grid["start"] == "2023-01") | (grid["end"] == "2025-02")
    yield Mistake(
        "too much dropped",
        int((~(lunar | seasonal)).sum()),
        "You drop every window that touches a January or February. Means of three or twelve months may keep them.",
    )


def _shares(grid: "pd.DataFrame") -> dict[str, float]:
    return {
        "rounds to 33": 100 * float((grid["exports"].round() == PRINTED).mean()),
        "exports rose": 100 * float((grid["exports"] > 0).mean()),
        "exports outgrew imports": 100 * float((grid["exports"] > grid["imports"]).mean()),
    }


def _slips_of_supporting() -> Iterable[Mistake]:
    grid, fair = _grid(), _fair()
    right = _shares(fair)
    yield Mistake(
        "indefensible ones counted",
        _shares(grid),
        "These are shares of the whole grid: take `fair`, so that definitions that make no sense have no vote.",
    )
    yield Mistake(
        "numbers for shares",
        {label: share * len(fair) / 100 for label, share in right.items()},
        "These are numbers of definitions: divide by how many there are, and make it per cent.",
    )
    volume = fair[fair["measure"] == "volume"]
    yield Mistake(
        "one measure only",
        _shares(volume),
        "These are shares of the definitions in volume: the other measures have a vote as well.",
    )


def _gaps(first: str = "2023Q1", quarters: int = 4) -> "pd.DataFrame":
    """Return by how many points the growth of each series lies above that of CPB's."""
    table = witnesses()
    rates = 100 * (table / table.shift(quarters) - 1)
    gaps: pd.DataFrame = rates.loc[first:].sub(rates["CPB"], axis=0)[["OECD", "customs"]]
    return gaps


def _largest(gaps: "pd.DataFrame") -> dict[str, float]:
    return {str(name): float(gaps[name].abs().max()) for name in gaps.columns}


def _slips_of_apart() -> Iterable[Mistake]:
    table = witnesses().loc["2023Q1":]
    levels = table.sub(table["CPB"], axis=0)[["OECD", "customs"]]
    yield Mistake(
        "levels for growth",
        _largest(levels),
        "You subtract levels in different units. First turn each into growth on the same quarter a year before.",
    )
    yield Mistake(
        "quarter on quarter",
        _largest(_gaps(quarters=1)),
        "This is growth on the quarter before, and customs' figures are not adjusted. Go back a year: four rows.",
    )
    yield Mistake(
        "all quarters",
        _largest(_gaps("2019Q1")),
        "These are all quarters of the table. The question begins with 2023.",
    )
    yield Mistake(
        "ups and downs cancel",
        {str(name): abs(float(gap.mean())) for name, gap in _gaps().items()},
        "A mean lets what lies above cancel what lies below: take the size of each difference, then the largest.",
    )
    yield Mistake(
        "mean for largest",
        {str(name): float(gap.abs().mean()) for name, gap in _gaps().items()},
        "These are mean distances. Asked for are the largest.",
    )
    yield Mistake(
        "share for per cent",
        {name: size / 100 for name, size in _largest(_gaps()).items()},
        "Your growth rates are shares of one: in per cent, and so in points, they are 100 times that.",
    )


def _in_editions(edition: str, base: str = "", flow: str = "imports") -> dict[str, float]:
    """Return growth from the start to each end in one edition, with the level at the start from edition `base`."""
    levels = _vintages(flow)
    start = float(levels[base or edition].loc[START])
    return {end: _growth(start, float(levels[edition].loc[end])) for end in _REVISED}


def _less(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    return {end: first[end] - second[end] for end in first}


def _revisions(flow: str = "imports") -> dict[str, float]:
    return _less(_in_editions(_NEWER, flow=flow), _in_editions(_OLDER, flow=flow))


def _slips_of_revision() -> Iterable[Mistake]:
    older, newer = _in_editions(_OLDER), _in_editions(_NEWER)
    levels = _vintages("imports")
    yield Mistake(
        "mixed editions",
        _in_editions(_NEWER, base=_OLDER),
        "You divide a level of one edition by a level of another. Each growth rate is made within one edition.",
    )
    yield Mistake(
        "mixed editions",
        _less(_in_editions(_NEWER, base=_OLDER), older),
        "Both of your growth rates start from the same edition. Each is made within its own.",
    )
    yield Mistake(
        "per cent for points",
        {end: _growth(older[end], newer[end]) for end in _REVISED},
        "This is by how many per cent a growth rate changed. The difference of two per cents is in points.",
    )
    yield Mistake(
        "levels for growth",
        {end: float(levels[_NEWER].loc[end] - levels[_OLDER].loc[end]) for end in _REVISED},
        "This is how much a level moved. Ask how much growth moved: two growth rates, then their difference.",
    )
    yield Mistake(
        "share for per cent",
        {end: points / 100 for end, points in _revisions().items()},
        "Your growth rates are shares of one: in per cent, and so in points, they are 100 times that.",
    )
    yield Mistake("one edition only", newer, "This is growth in one edition. Subtract that in the other.")
    yield Mistake("one edition only", older, "This is growth in one edition. What does the other say?")


EXERCISES: Final[tuple[Exercise, ...]] = (
    Number(
        name="twelve_months",
        unit=PER_CENT,
        places=1,
        right=lambda: _window_growth("exports volume", START, END, 12),
        mistakes=_slips_of_twelve_months,
        otherwise="Twelve months to March 2025 over twelve to December 2022: take both means of one column.",
    ),
    Function(
        name="window_growth",
        unit=PER_CENT,
        places=1,
        right=_window_growth,
        shown=(("exports volume", START, END, 1), ("exports volume", START, END, 3)),
        hidden=(("imports dollars", "2023-01", "2025-02", 12), ("exports customs", "2022-11", "2024-11", 6)),
        mistakes=_slips_of_window_growth,
        otherwise="Take the column up to a month, of that its last `months` months, and of these the mean.",
    ),
    Number(
        name="defensible",
        unit="definitions",
        places=0,
        right=lambda: len(_fair()),
        mistakes=_slips_of_defensible,
        otherwise="Write each rule as a condition on the columns; `|` is or, `&` is and, `~` is not.",
    ),
    Numbers(
        name="supporting",
        unit=PER_CENT,
        places=1,
        right=lambda: _shares(_fair()),
        mistakes=_slips_of_supporting,
        otherwise="A condition on columns of `fair` is true or false: its mean is the share that is true.",
    ),
    Numbers(
        name="apart",
        unit="points",
        places=1,
        right=lambda: _largest(_gaps()),
        mistakes=_slips_of_apart,
        otherwise="Growth on the same quarter a year before sets the table against itself four rows earlier.",
    ),
    Numbers(
        name="revised_by",
        unit="points",
        places=1,
        right=_revisions,
        mistakes=_slips_of_revision,
        otherwise="For each end month two growth rates from December 2022, one in each edition; newer less older.",
    ),
    Choice(
        name="fairest",
        options=("a", "b", "c", "d"),
        right=lambda: "c",
        mistakes=lambda: (
            Mistake("one cell of the grid", "a", "How many of the definitions in `fair` round to a third?"),
            Mistake("one measure only", "b", "Filter `fair` for the two measures in dollars. Are all above zero?"),
            Mistake("share for truth", "d", "A share of definitions is no probability: who chose them?"),
        ),
    ),
)
TABLES: Final[Mapping[str, Callable[[], "pd.DataFrame"]]] = {
    "trade": trade,
    "vintages": vintages,
    "witnesses": witnesses,
}
