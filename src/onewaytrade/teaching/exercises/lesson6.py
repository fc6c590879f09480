"""Lesson 6, counting and causes: denominators, one-sided numbers, and what would make "because" testable."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from onewaytrade.measures import growth as _growth
from onewaytrade.teaching.checking import PER_CENT, Choice, Exercise, Function, Mistake, Number, Numbers
from onewaytrade.teaching.tables import once, read

if TYPE_CHECKING:
    import pandas as pd

PRINTED: Final = 250
_MONTHS: Final = 30  # January 2023 to June 2025
_ALL, _ONLY, _HALVES = "all cases", "China only", "half-years"
_SAFEGUARDS: Final = "with safeguards"
_COUNTS: Final = {
    "trade investigations initiated, incl. cases naming several countries": _ALL,
    "trade investigations initiated, China-only cases": _ONLY,
    "AD+CVD investigations initiated, all WTO members, half-year": _HALVES,
    "trade remedy investigations initiated (AD+CVD+safeguard), all countries; series high": _SAFEGUARDS,
    "trade remedy investigations initiated (AD+CVD+safeguard), all countries; series low": _SAFEGUARDS,
}
_TOTAL, _GOVERNMENT = "all public procurement (more than)", "government procurement"
_SHARE_OF_GDP = "government procurement, share of GDP"
_SHARE_OF_SPENDING = "government procurement, share of spending"
_SUMS: Final = {
    "total public procurement incl. state sector (more than)": _TOTAL,
    "government procurement (budget entities)": _GOVERNMENT,
    "share of GDP": _SHARE_OF_GDP,
    "share of national fiscal expenditure": _SHARE_OF_SPENDING,
}
_YEAR: Final = "2022"
_TARGET, _RESTRICTED = "domestic share, target for hospitals", "tenders with restrictions on imports"
_BY_NUMBER, _BY_VALUE = "tenders of EUR 5m or more, by number", "tenders of EUR 5m or more, by value (about)"
_DEVICES: Final = {
    "share of tenders with direct or indirect restrictions on imported devices": _RESTRICTED,
    "share of tenders >= EUR 5m by number": _BY_NUMBER,
    "share of tenders >= EUR 5m by value (about)": _BY_VALUE,
    "domestic share target for mid/high-end devices in hospital procurement": _TARGET,
}
_NINE_MONTHS: Final = ("2021-01..2021-09", "2022-01..2022-09")
_MEDICAL: Final = "pharma+medical products exports"


@once
def cases() -> "pd.DataFrame":
    """Return how many investigations were opened against Chinese goods: `count`, `period`, `cases`, `publisher`.

    Each `count` is one way of counting; none of them continues another.
    """
    frame = read("trade-remedies")
    rows = frame[frame["measure"].isin(list(_COUNTS)) & frame["value"].notna()]
    table = rows.assign(count=rows["measure"].map(_COUNTS), cases=rows["value"].astype(int))
    table = table[["count", "period", "cases", "publisher"]].sort_values(["count", "period"], ignore_index=True)
    table.attrs["source"] = frame.attrs["source"]
    return table


@once
def procurement() -> "pd.DataFrame":
    """Return what China's public bodies bought in 2022, as printed: `what`, `value`, `unit`, `publisher`."""
    frame = read("procurement")
    rows = frame[frame["measure"].isin(list(_SUMS)) & (frame["period"] == _YEAR) & (frame["basis"] == "printed")]
    table = rows.assign(what=rows["measure"].map(_SUMS), value=rows["value"].fillna(rows["low"]))
    table = table[["what", "value", "unit", "publisher"]].reset_index(drop=True)
    table.attrs["source"] = frame.attrs["source"]
    return table


@once
def devices() -> "pd.DataFrame":
    """Return printed shares of medical devices, per cent: `of`, `measure`, `period`, `value`, `publisher`."""
    frame = read("eu-ipi")
    rows = frame[frame["measure"].isin(list(_DEVICES))].rename(columns={"entity": "of"})
    table = rows.assign(measure=rows["measure"].map(_DEVICES))
    table = table[["of", "measure", "period", "value", "publisher"]].reset_index(drop=True)
    table.attrs["source"] = frame.attrs["source"]
    return table


@once
def medical() -> "pd.DataFrame":
    """Return China's exports of medical products and of all goods in January to September, in billion dollars.

    Columns "2021", "2022" and "change" (in per cent, as published); the medical level of 2021 was not printed.
    """
    import pandas as pd

    frame, totals = read("medical-exports"), read("gacc-totals")
    own = frame[frame["period"] == _NINE_MONTHS[1]].set_index("measure")["value"]
    ytd = totals[(totals["flow"] == "exports") & (totals["unit"] == "k USD") & (totals["frequency"] == "ytd")]
    every = ytd.set_index("period")
    table = pd.DataFrame(
        {
            "2021": [float("nan"), every["value"][_NINE_MONTHS[0]] / 1e6],
            "2022": [own[_MEDICAL], every["value"][_NINE_MONTHS[1]] / 1e6],
            "change": [own[f"{_MEDICAL}, change"], every["yoy_published_pct"][_NINE_MONTHS[1]]],
        },
        index=["medical products", "all exports"],
    )
    table.attrs["source"] = f"{frame.attrs['source']}; {totals.attrs['source']}"
    return table


@once
def _cases() -> dict[tuple[str, str], int]:
    return {(row.count, row.period): row.cases for row in cases().itertuples(index=False)}  # type: ignore[misc]


@once
def _sums() -> dict[str, float]:
    table = procurement()
    return dict(zip(table["what"], table["value"], strict=True))


@once
def _shares() -> dict[tuple[str, str], float]:
    table = devices()
    return dict(zip(zip(table["measure"], table["period"], strict=True), table["value"], strict=True))


@once
def _trade() -> dict[str, dict[str, float]]:
    return {str(row): dict(own) for row, own in medical().to_dict(orient="index").items()}  # type: ignore[arg-type]


def _case(count: str, period: str) -> int:
    return _cases()[count, period]


def _sum(what: str) -> float:
    return _sums()[what]


def _share(measure: str, period: str) -> float:
    return _shares()[measure, period]


def _target() -> dict[str, float]:
    early, late = _share(_TARGET, "2020"), _share(_TARGET, "2025")
    return {"points": late - early, "per cent": _growth(early, late)}


def _slips_of_target() -> Iterable[Mistake]:
    right = _target()
    early, late = _share(_TARGET, "2020"), _share(_TARGET, "2025")
    yield Mistake(
        "points for per cent",
        {"points": right["per cent"], "per cent": right["points"]},
        "The two are the wrong way round: points are a difference of per cents, per cent is a part of the start.",
    )
    yield Mistake(
        "points for per cent",
        {"points": right["points"], "per cent": right["points"]},
        "These are points both times. For per cent, set the rise against the share that it began with.",
    )
    yield Mistake(
        "wrong base",
        {"points": right["points"], "per cent": 100 * (late - early) / late},
        "You set the rise against the later share. A rise is told against where it began.",
    )
    yield Mistake(
        "share for per cent",
        {"points": right["points"] / 100, "per cent": right["per cent"] / 100},
        "These are shares of one: points and per cent are 100 times that.",
    )


def _opened() -> float:
    return _case(_ALL, "2023") + _case(_ALL, "2024")


def _slips_of_opened() -> Iterable[Mistake]:
    only = _case(_ONLY, "2023") + _case(_ONLY, "2024")
    half = _case(_HALVES, "2025-01..2025-06")
    yield Mistake(
        "nested line counted twice",
        _opened() + only,
        "The cases against China only are a part of all cases: you have counted them twice.",
    )
    yield Mistake("the part for the whole", only, "These are the cases that name China alone: take all cases.")
    yield Mistake(
        "yearly for cumulative",
        _case(_ALL, "2024"),
        "This is 2024 alone. “Since the end of 2022” adds up all years since.",
    )
    yield Mistake(
        "two counts in one sum",
        _opened() + half,
        "The half-year is another publisher’s count of other cases: it does not continue this one.",
    )
    yield Mistake(
        "two counts in one sum",
        _opened() + half + _case(_HALVES, "2024-07..2024-12"),
        "You add half-years of one publisher to years of another: what is one case differs, and 2024 is in twice.",
    )
    yield Mistake(
        "printed for counted",
        PRINTED,
        "This is what the article prints. Add up the table, and see how near it comes.",
    )
    yield Mistake(
        "all counts in one sum",
        sum(_cases().values()),
        "You add all four ways of counting, so that one case is in several times. Take one of them.",
    )
    yield Mistake("difference for sum", _case(_ALL, "2024") - _case(_ALL, "2023"), "This is the rise from 2023.")


def _slips_of_per_year() -> Iterable[Mistake]:
    yield Mistake(
        "cumulative for yearly", PRINTED, "This is the sum over the whole time. How many is that in twelve months?"
    )
    yield Mistake("monthly for yearly", PRINTED / _MONTHS, "This is the count of one month. A year has more.")
    yield Mistake(
        "wrong length",
        PRINTED / 3,
        "You divide by three years. January 2023 to June 2025 is shorter: count the months, both ends included.",
    )
    yield Mistake("wrong length", PRINTED / 2, "You divide by two years. January 2023 to June 2025 is longer.")
    yield Mistake(
        "off by one month",
        PRINTED / (_MONTHS - 1) * 12,
        "One month is missing: from January to June are six months, not five.",
    )


def _government() -> float:
    """Return government procurement in trillion yuan; it was printed in 100 million."""
    return _sum(_GOVERNMENT) / 1e4


def _slips_of_government_share() -> Iterable[Mistake]:
    total, government = _sum(_TOTAL), _government()
    yield Mistake(
        "wrong unit",
        100 * 10 * government / total,
        "You read the unit as a billion. The ministry counts in 100 million yuan (one yi): a tenth of a billion.",
    )
    yield Mistake(
        "wrong unit",
        100 * 1e4 * government / total,
        "One sum is in trillion yuan, the other in units of 100 million. Bring both to trillions first.",
    )
    yield Mistake(
        "share of the wrong whole", _sum(_SHARE_OF_GDP), "This is its share of GDP: look at the whole asked for."
    )
    yield Mistake(
        "share of the wrong whole",
        _sum(_SHARE_OF_SPENDING),
        "This is its share of what the state spends. Asked is its share of all public procurement.",
    )
    yield Mistake(
        "odds for a share",
        100 * government / (total - government),
        "You set the part against the rest. A share sets it against the whole, itself included.",
    )
    yield Mistake("upside down", 100 * total / government, "You divide the whole by the part.")
    yield Mistake("the rest", 100 - 100 * government / total, "This is the share of all the others.")


def _implied_whole(part: float, share_pct: float) -> float:
    return part / (share_pct / 100)


def _slips_of_implied_whole() -> Iterable[Mistake]:
    yield Mistake(
        "share taken of the part",
        lambda part, share_pct: part * share_pct / 100,
        "You take the share of the part. The part *is* that share of the whole: the whole must be larger.",
    )
    yield Mistake(
        "per cent for a share",
        lambda part, share_pct: part / share_pct,
        "You divide by the per cent as it stands: one per cent is 0.01 of the whole.",
    )
    yield Mistake(
        "the rest for the whole",
        lambda part, share_pct: part * (100 - share_pct) / share_pct,
        "This is the whole without the part: the part belongs to it.",
    )
    yield Mistake(
        "per cent added",
        lambda part, share_pct: part * (1 + share_pct / 100),
        "You add that per cent to the part. But the part is only that per cent of the whole.",
    )


def _size_ratio() -> float:
    number, worth = _share(_BY_NUMBER, "2023"), _share(_BY_VALUE, "2023")
    return (worth / number) / ((100 - worth) / (100 - number))


def _slips_of_size_ratio() -> Iterable[Mistake]:
    number, worth = _share(_BY_NUMBER, "2023"), _share(_BY_VALUE, "2023")
    yield Mistake(
        "compared with the average",
        worth / number,
        "This compares a large tender with the average of all, large ones included. Asked is: with a small one.",
    )
    yield Mistake(
        "all for the small",
        (worth / number) / ((100 - worth) / 100),
        "You spread the value of the small ones over all tenders. How many small ones are there?",
    )
    yield Mistake(
        "odds for sizes",
        worth / (100 - worth),
        "These are odds: the value of the large ones over that of the small. How many are there of each?",
    )
    yield Mistake(
        "odds for sizes",
        (100 - number) / number,
        "This says how many small ones there are for a large one. What are they worth?",
    )
    yield Mistake("points for a ratio", worth - number, "This is a difference of shares, in points: divide.")
    yield Mistake("upside down", 1 / _size_ratio(), "You set the small ones against the large ones.")


def _medical_before() -> float:
    own = _trade()["medical products"]
    return own["2022"] / (1 + own["change"] / 100)


def _medical_points() -> float:
    trade = _trade()
    return 100 * (trade["medical products"]["2022"] - _medical_before()) / trade["all exports"]["2021"]


def _slips_of_medical_points() -> Iterable[Mistake]:
    trade = _trade()
    own, every = trade["medical products"], trade["all exports"]
    yield Mistake(
        "per cent for points",
        own["change"],
        "This is by how many per cent medical exports changed. How much of *all* exports is that?",
    )
    yield Mistake(
        "money for points", own["2022"] - _medical_before(), "These are billions: set them against all exports."
    )
    yield Mistake(
        "weight of the wrong year",
        own["change"] * own["2022"] / every["2022"],
        "You weigh with the share of 2022. Growth starts in 2021, and so does the weight.",
    )
    yield Mistake(
        "change taken from the later level",
        own["change"] * own["2022"] / every["2021"],
        "You take the per cent from the level of 2022. It belongs to that of 2021, which is first to be found.",
    )
    yield Mistake(
        "share of the growth",
        100 * (own["2022"] - _medical_before()) / (every["2022"] - every["2021"]),
        "This is a share of the rise of exports. Points of growth are parts of the level that it starts from.",
    )
    yield Mistake(
        "share for per cent", _medical_points() / 100, "This is a share of one: in points it is 100 times that."
    )


EXERCISES: Final[tuple[Exercise, ...]] = (
    Numbers(
        name="target",
        unit="points and per cent",
        places=0,
        right=_target,
        mistakes=_slips_of_target,
        otherwise="Points: the later share less the earlier. Per cent: that rise as a part of the earlier share.",
    ),
    Number(
        name="opened",
        unit="cases",
        places=0,
        right=_opened,
        mistakes=_slips_of_opened,
        otherwise="Take one way of counting, `all cases`, and add up the years that it has since the end of 2022.",
    ),
    Number(
        name="per_year",
        unit="cases a year",
        places=0,
        right=lambda: 12 * PRINTED / _MONTHS,
        mistakes=_slips_of_per_year,
        otherwise="How many months are January 2023 to June 2025? Divide by them, and take twelve.",
    ),
    Number(
        name="government_share",
        unit=PER_CENT,
        places=1,
        right=lambda: 100 * _government() / _sum(_TOTAL),
        mistakes=_slips_of_government_share,
        otherwise="Bring both sums of 2022 to trillion yuan, then divide the part by the whole.",
    ),
    Function(
        name="implied_whole",
        unit="the unit of the part",
        places=1,
        right=_implied_whole,
        shown=((3.0, 25.0), (3.0, 80.0)),
        hidden=((20.0, 80.0), (7.5, 12.5)),
        mistakes=_slips_of_implied_whole,
        otherwise="If 5 is ten per cent of a whole, the whole is 50: which sum gives that?",
    ),
    Number(
        name="size_ratio",
        unit="times",
        places=0,
        right=_size_ratio,
        mistakes=_slips_of_size_ratio,
        otherwise="Imagine 100 tenders worth 100 million: what is a large one worth, and what a small one?",
    ),
    Number(
        name="medical_points",
        unit="points",
        places=2,
        right=_medical_points,
        mistakes=_slips_of_medical_points,
        otherwise="Find the medical level of 2021 from that of 2022 and its change; then the change against all.",
    ),
    Choice(
        name="telling",
        options=("a", "b", "c", "d"),
        right=lambda: "b",
        mistakes=lambda: (
            Mistake("the effect again", "a", "This is the effect once more: it says nothing yet about its cause."),
            Mistake("the cause again", "c", "This is the cause once more: that it exists, not that it did this."),
            Mistake("an opinion", "d", "A word is a reason to look, and no view of a world without the rule."),
        ),
    ),
)
TABLES: Final[Mapping[str, Callable[[], "pd.DataFrame"]]] = {
    "cases": cases,
    "procurement": procurement,
    "devices": devices,
    "medical": medical,
}
