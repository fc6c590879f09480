"""Lesson 4, two sides of one border: mirror statistics, passage, currency, and what bounds can say."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from onewaytrade.measures import growth as _growth
from onewaytrade.teaching.checking import PER_CENT, Choice, Exercise, Function, Mistake, Number, Numbers
from onewaytrade.teaching.tables import once, read

if TYPE_CHECKING:
    import pandas as pd

US, JAPAN, GERMANY = "United States", "Japan", "Germany"
# What the article prints for Germany, per cent.
PRINTED: Final = -18.0
# How far June 2025 is supposed to lie from June 2024 at most, per cent: an assumption, and the lesson says so.
STRAY: Final = 20.0

_BN: Final = {
    "USD": 1e-9, "k USD": 1e-6, "M USD": 1e-3, "bn USD": 1.0,
    "10k CNY": 1e-5, "100M CNY": 0.1, "bn EUR": 1.0, "bn JPY": 1.0,
}  # fmt: skip
_YEAR: Final = "annual average of daily"
_CUSTOMS_RATE: Final = "implied by GACC imports RMB/USD"


@once
def us_exports() -> "pd.DataFrame":
    """Return the exports of the United States to China by US Census: `exports` (billion dollars), by month."""
    frame = read("mirror")
    own = frame[(frame["reporter"] == US) & (frame["frequency"] == "monthly")]
    table = own.assign(exports=own["value"] * own["unit"].map(_BN)).set_index("period")[["exports"]]
    table.attrs["source"] = frame.attrs["source"]
    return table.sort_index().rename_axis(index=None)


@once
def us_imports() -> "pd.DataFrame":
    """Return what China bought from the United States by Chinese customs, one row a period.

    Columns `imports` (billion dollars) and `basis`: printed, or implied by the growth printed a year later.
    """
    frame = read("gacc-partners")
    pieces = (
        ("2022", _printed(frame, US, "USD", "2022"), "printed"),
        ("2024", _implied(frame, US, "USD", "2025"), "implied"),
        ("2024-01..2024-05", _implied(frame, US, "USD", "2025-01..2025-05"), "implied"),
        ("2025-01..2025-05", _printed(frame, US, "USD", "2025-01..2025-05"), "printed"),
    )
    return _table(pieces, frame.attrs["source"])


@once
def japan_exports() -> "pd.DataFrame":
    """Return what Japan sent to China by its Ministry of Finance, by year: `yen` (billions), and `yen_per_dollar`.

    The rate is the market's, the average of the year's days.
    """
    frame = read("mirror")
    own = frame[(frame["reporter"] == JAPAN) & (frame["frequency"] == "annual")].set_index("period")
    rates = read("exchange-rates")
    market = rates[(rates["pair"] == "JPY per USD") & (rates["statistic"] == _YEAR)].set_index("period")
    table = own[["value"]].join(market["rate"], how="inner")
    table.columns = ["yen", "yen_per_dollar"]
    table.attrs["source"] = frame.attrs["source"]
    return table.sort_index().rename_axis(index=None)


@once
def two_sides() -> "pd.DataFrame":
    """Return both counts of the same trade in calendar 2022 and 2024, one row a partner, in billion dollars.

    Columns `imports_2022`, `imports_2024` (Chinese customs) and `exports_2022`, `exports_2024` (the partner; yen
    and euros at the market's average rate of the year).
    """
    import pandas as pd

    frame, mirror, rates = read("gacc-partners"), read("mirror"), read("exchange-rates")
    years = ("2022", "2024")
    euro = rates[(rates["pair"] == "USD per EUR") & (rates["statistic"] == _YEAR)].set_index("period")["rate"]
    germany = mirror[(mirror["reporter"] == GERMANY) & (mirror["frequency"] == "annual")]
    # The year 2022 stands twice: the print with a decimal comes before that in whole billions.
    euros = germany.sort_values("value", key=lambda value: value % 1 == 0).groupby("period")["value"].first()
    yen, months = japan_exports(), us_exports()["exports"]
    here = {
        US: [_printed(frame, US, "USD", "2022"), _implied(frame, US, "USD", "2025")],
        JAPAN: [_printed(frame, JAPAN, "USD", year) for year in years],
        GERMANY: [
            _printed(frame, GERMANY, "USD", "2022"),
            _printed(frame, GERMANY, "CNY", "2024") / _yuan_per_dollar(frame, "2024"),
        ],
    }
    there = {
        US: [months[f"{year}-01" : f"{year}-12"].sum() for year in years],
        JAPAN: [yen["yen"][year] / yen["yen_per_dollar"][year] for year in years],
        GERMANY: [euros[year] * euro[year] for year in years],
    }
    table = pd.DataFrame(
        {
            f"{flow}_{year}": {partner: float(amounts[at]) for partner, amounts in side.items()}
            for flow, side in (("imports", here), ("exports", there))
            for at, year in enumerate(years)
        }
    )
    table.attrs["source"] = mirror.attrs["source"]
    return table


@once
def germany_imports() -> "pd.DataFrame":
    """Return what of China's imports from Germany is known by Chinese customs, one row a period.

    Columns `imports` (billion dollars) and `basis`: printed in dollars; converted from yuan at customs' own rate
    of the month; or implied by the growth printed a year later, and converted.
    """
    frame = read("gacc-partners")
    half = _implied(frame, GERMANY, "CNY", "2026-01..2026-06") / _yuan_per_dollar(frame, "2025-01..2025-06")
    rest = [_month(frame, f"2024-{month:02d}") for month in range(7, 13)]
    pieces = (
        ("2022", _printed(frame, GERMANY, "USD", "2022"), "printed"),
        ("2024-06", _month(frame, "2024-06"), "converted"),
        ("2024-07..2024-12", sum(rest), "converted"),
        ("2025-01..2025-06", half, "implied"),
    )
    return _table(pieces, frame.attrs["source"])


def _table(pieces: Iterable[tuple[str, float, str]], source: str) -> "pd.DataFrame":
    import pandas as pd

    table = pd.DataFrame(pieces, columns=["period", "imports", "basis"]).set_index("period")
    table.attrs["source"] = source
    return table.rename_axis(index=None)


def _rows(frame: "pd.DataFrame", partner: str, currency: str, period: str) -> "pd.DataFrame":
    own = frame[(frame["flow"] == "imports") & (frame["partner"] == partner) & (frame["period"] == period)]
    return own[(own["currency"] == currency) & own["value"].notna() & (own["basis"] == "printed")]


def _printed(frame: "pd.DataFrame", partner: str, currency: str, period: str) -> float:
    row = _rows(frame, partner, currency, period).iloc[0]
    return float(row["value"]) * _BN[str(row["unit"])]


def _implied(frame: "pd.DataFrame", partner: str, currency: str, later: str) -> float:
    """Return the same months of the year before, as a level and its growth on the year imply them."""
    rate = _rows(frame, partner, currency, later).iloc[0]["yoy_published_pct"]
    return _printed(frame, partner, currency, later) / (1 + float(rate) / 100)


def _yuan_per_dollar(frame: "pd.DataFrame", period: str) -> float:
    """Return customs' own rate of a period: all imports in yuan over all imports in dollars."""
    if period == "2024":
        yuan = _printed(frame, "World", "CNY", period)
    else:
        yuan = _implied(frame, "World", "CNY", period.replace("2025", "2026"))
    totals = read("gacc-totals")
    own = totals[(totals["flow"] == "imports") & (totals["currency"] == "USD") & (totals["period"] == period)]
    return yuan / (float(own[own["print"] == "revised"]["value"].iloc[0]) * _BN["k USD"])


def _month(frame: "pd.DataFrame", month: str) -> float:
    """Return a month of 2024 in dollars: as printed, or from yuan at customs' own rate of the month."""
    if len(_rows(frame, GERMANY, "USD", month)):
        return _printed(frame, GERMANY, "USD", month)
    rates = read("exchange-rates")
    rate = rates[(rates["series"] == _CUSTOMS_RATE) & (rates["period"] == month)]["rate"]
    return _printed(frame, GERMANY, "CNY", month) / float(rate.iloc[0])


@once
def _levels() -> Mapping[str, Mapping[str, float]]:
    japan = japan_exports()
    series = {
        "US imports": us_imports()["imports"],
        "US exports": us_exports()["exports"],
        "Germany": germany_imports()["imports"],
        "yen": japan["yen"],
        "yen per dollar": japan["yen_per_dollar"],
    }
    return {name: {str(label): float(one) for label, one in own.items()} for name, own in series.items()}


def _of(name: str) -> Mapping[str, float]:
    return _levels()[name]


def _sent(first: str, last: str) -> float:
    """Return American exports from one month to another, of the months that the table holds, as a slice does."""
    return sum(value for month, value in _of("US exports").items() if first <= month <= last)


def _us_gap() -> float:
    return _growth(_sent("2022-01", "2022-12"), _of("US imports")["2022"])


def _slips_of_gap() -> Iterable[Mistake]:
    here, there = _of("US imports"), _sent("2022-01", "2022-12")
    return (
        Mistake(
            "wrong base",
            100 * (here["2022"] - there) / here["2022"],
            "You measure the gap by the Chinese figure. The question is what lies above the American one.",
        ),
        Mistake(
            "level for per cent",
            here["2022"] - there,
            "This is the gap in billion dollars. What is it of the American figure, in per cent?",
        ),
        Mistake(
            "wrong year",
            _growth(_sent("2024-01", "2024-12"), here["2024"]),
            "This is the gap of 2024. The question is about 2022.",
        ),
        Mistake(
            "mixed windows",
            _growth(_sent("2024-01", "2024-12"), here["2022"]),
            "The two figures are of different years. Both sides must cover the same months.",
        ),
    )


def _import_growth(export_growth: float, margin_before: float, margin_after: float) -> float:
    return 100 * ((1 + export_growth / 100) * (1 + margin_after / 100) / (1 + margin_before / 100) - 1)


def _slips_of_import_growth() -> Iterable[Mistake]:
    return (
        Mistake(
            "margin left out",
            lambda export_growth, _before, _after: export_growth,
            "You return the exports’ growth as it is. That holds while the margin stays: what if it changes?",
        ),
        Mistake(
            "percentages added",
            lambda export_growth, before, after: export_growth + after - before,
            "You add per cents. Imports are exports times (1 + margin), at both ends: build both and divide.",
        ),
        Mistake(
            "level gap taken for growth gap",
            lambda export_growth, _before, after: _growth(1, (1 + export_growth / 100) * (1 + after / 100)),
            "You lift only the later year by its margin. The earlier year’s imports had a margin as well.",
        ),
        Mistake(
            "margin the wrong way round",
            lambda export_growth, before, after: _import_growth(export_growth, after, before),
            "The two margins have changed places: which one belongs above the line?",
        ),
    )


def _twelve_months() -> float:
    us = _of("US imports")
    return us["2024"] - us["2024-01..2024-05"] + us["2025-01..2025-05"]


def _slips_of_us_growth() -> Iterable[Mistake]:
    us, end = _of("US imports"), _twelve_months()
    return (
        Mistake(
            "mixed windows",
            _growth(us["2022"], us["2025-01..2025-05"]),
            "You set five months against twelve. Both ends must be equally long.",
        ),
        Mistake(
            "months counted twice",
            _growth(us["2022"], us["2024"] + us["2025-01..2025-05"]),
            "Your later end holds seventeen months. Which five of them are too many?",
        ),
        Mistake(
            "months missing",
            _growth(us["2022"], us["2024"] - us["2024-01..2024-05"]),
            "Your later end holds only June to December 2024. Which months up to May 2025 are missing?",
        ),
        Mistake(
            "months the wrong way round",
            _growth(us["2022"], us["2024"] + us["2024-01..2024-05"] - us["2025-01..2025-05"]),
            "You take 2025 away and add 2024. Which five months leave the window as it moves on, and which enter?",
        ),
        Mistake(
            "wrong window",
            _growth(us["2022"], us["2024"]),
            "This ends in December 2024. The claim goes on to May 2025.",
        ),
        Mistake(
            "wrong base",
            _growth(us["2024-01..2024-05"], us["2025-01..2025-05"]),
            "This is growth on the year before. The claim starts from 2022.",
        ),
        Mistake(
            "wrong base year",
            _growth(us["2024"], end),
            "Your later end is right. You divide it by 2024: from which year does the claim start?",
        ),
        Mistake(
            "divided by the end",
            100 * (end - us["2022"]) / end,
            "You divide the change by the later end. Growth is told from where it starts.",
        ),
    )


def _mirrored(
    start: tuple[str, str] = ("2021-11", "2022-10"), end: tuple[str, str] = ("2024-04", "2025-03")
) -> float:
    return _growth(_sent(*start), _sent(*end))


def _slips_of_lag() -> Iterable[Mistake]:
    year, same = ("2022-01", "2022-12"), ("2024-06", "2025-05")
    backwards = "Your window moves on in time. What arrives in May has been sent before: earlier, or later?"
    return (
        Mistake(
            "no lag", _mirrored(year, same), "These are the same months on both sides. Goods need time to arrive."
        ),
        Mistake(
            "wrong lag",
            _mirrored(("2021-12", "2022-11"), ("2024-05", "2025-04")),
            "This is one month of passage. The question asks for two.",
        ),
        Mistake(
            "mixed windows",
            _mirrored(start=year),
            "You have moved the later window and not the earlier one. What arrived in 2022 was sent when?",
        ),
        Mistake(
            "mixed windows",
            _mirrored(end=same),
            "You have moved the earlier window and not the later one. Both need time to arrive.",
        ),
        Mistake("lag in the wrong direction", _mirrored(year, ("2024-08", "2025-07")), backwards),
        Mistake(
            "lag in the wrong direction", _mirrored(("2022-03", "2023-02"), ("2024-08", "2025-07")), backwards
        ),
    )


def _slips_of_hong_kong() -> Iterable[Mistake]:
    return (
        Mistake(
            "last port taken for origin",
            "a",
            "Right for the exporter. But an importer asks where a thing was made, not where it was last aboard.",
        ),
        Mistake(
            "destination known to all",
            "c",
            "The American exporter sells to Hong Kong. What will the form say if nobody knows of a next buyer?",
        ),
        Mistake(
            "countries of record exchanged",
            "d",
            "Each record asks a question of its own. Which asks where a thing was made, and which where it goes?",
        ),
    )


def _japan(convert: Callable[[float, float], float] = lambda yen, rate: yen / rate) -> dict[str, float]:
    yen, rates = _of("yen"), _of("yen per dollar")
    dollars = {year: convert(yen[year], rates[year]) for year in ("2022", "2024")}
    return {"yen": _growth(yen["2022"], yen["2024"]), "dollars": _growth(dollars["2022"], dollars["2024"])}


def _slips_of_japan() -> Iterable[Mistake]:
    right, rates = _japan(), _of("yen per dollar")
    dearer = _growth(rates["2022"], rates["2024"])
    return (
        Mistake(
            "rate upside down",
            _japan(lambda yen, rate: yen * rate),
            "You multiply yen by yen per dollar. What is left when you divide?",
        ),
        Mistake(
            "one rate for both years",
            {**right, "dollars": right["yen"]},
            "At one rate for both years nothing can differ. Each year has a rate of its own.",
        ),
        Mistake(
            "percentages added",
            {**right, "dollars": right["yen"] - dearer},
            "You subtract the growth of the rate. Growth rates of a quotient do not subtract: divide the levels.",
        ),
        Mistake(
            "wrong currency",
            {"yen": right["dollars"], "dollars": right["yen"]},
            "The two have changed places: in which money does the table of Japan’s ministry stand?",
        ),
        Mistake(
            "wrong base year",
            {
                "yen": _growth(_of("yen")["2023"], _of("yen")["2024"]),
                "dollars": _growth(_of("yen")["2023"] / rates["2023"], _of("yen")["2024"] / rates["2024"]),
            },
            "This is growth on 2023. The question starts from 2022.",
        ),
    )


def _known() -> float:
    """Return Germany's thirteen months from June 2024 to June 2025."""
    own = _of("Germany")
    return own["2024-06"] + own["2024-07..2024-12"] + own["2025-01..2025-06"]


def _to_may(june_pct: float) -> float:
    """Return the growth of the twelve months to May 2025 on 2022 if June grew by so much on the year."""
    return _growth(_of("Germany")["2022"], _known() - _of("Germany")["2024-06"] * (1 + june_pct / 100))


def _bounds(growth: Callable[[float], float]) -> dict[str, float]:
    return {"low": growth(STRAY), "high": growth(-STRAY)}


def _slips_of_bounds() -> Iterable[Mistake]:
    own, right = _of("Germany"), _bounds(_to_may)
    june, base = own["2024-06"], own["2022"]
    without = _known() - june
    to_june = _growth(base, without)
    return (
        Mistake(
            "ends exchanged",
            {"low": right["high"], "high": right["low"]},
            "The ends have changed places. The larger June 2025 was, the less is left for the months to May.",
        ),
        Mistake(
            "eleven months",
            _bounds(lambda stray: _growth(base, without - june * (1 + stray / 100))),
            "You have taken June 2025 out and put nothing in: eleven months. Which June belongs to the window?",
        ),
        Mistake(
            "thirteen months",
            _bounds(lambda stray: _growth(base, without + june * (1 - stray / 100))),
            "One June too many: count the months between your two ends.",
        ),
        Mistake(
            "bound taken for value",
            dict.fromkeys(right, to_june),
            "This is one number, of the window to June. To May there are two ends: let June be low, then high.",
        ),
        Mistake(
            "range of June taken for that of the year",
            {"low": to_june - STRAY, "high": to_june + STRAY},
            "You let all twelve months stray by as much as June may. June is only one of them.",
        ),
    )


def _june_needed(printed: float = PRINTED) -> float:
    own = _of("Germany")
    return _growth(own["2024-06"], _known() - own["2022"] * (1 + printed / 100))


def _slips_of_june() -> Iterable[Mistake]:
    own = _of("Germany")
    return (
        Mistake(
            "eleven months",
            _growth(own["2024-06"], _known() - own["2024-06"] - own["2022"] * (1 + PRINTED / 100)),
            "June 2024 belongs to the twelve months to May 2025: put it in.",
        ),
        Mistake(
            "level for growth",
            _known() - own["2022"] * (1 + PRINTED / 100),
            "This is June 2025 in billion dollars. How much is that above June 2024, in per cent?",
        ),
        Mistake(
            "edge of the rounding",
            _june_needed(PRINTED + 0.5),
            "This is what June needs for a figure that just rounds to the printed one. Asked for is exactly it.",
        ),
        Mistake(
            "edge of the rounding",
            _june_needed(PRINTED - 0.5),
            "This is what June may be for a figure that still rounds to the printed one. Asked for is exactly it.",
        ),
        Mistake(
            "claim of another partner",
            _june_needed(-17.0),
            "This is what the figure printed for Japan would need. For Germany another is printed.",
        ),
        Mistake(
            "wrong base",
            100 * (1 - own["2024-06"] / (_known() - own["2022"] * (1 + PRINTED / 100))),
            "You divide by June 2025. Growth is told from where it starts.",
        ),
    )


EXERCISES: Final[tuple[Exercise, ...]] = (
    Number(
        name="us_gap",
        unit=PER_CENT,
        places=1,
        right=_us_gap,
        mistakes=_slips_of_gap,
        otherwise="Divide the Chinese figure of 2022 by the American one: what lies above one?",
    ),
    Function(
        name="import_growth",
        unit=PER_CENT,
        places=2,
        right=_import_growth,
        shown=((-10.0, 5.0, 5.0), (-10.0, 5.0, 8.0)),
        hidden=((20.0, 10.0, 10.0), (5.0, 10.0, 4.0), (0.0, 4.0, 6.0)),
        mistakes=_slips_of_import_growth,
        otherwise="Start from exports of 100: what are imports before? And what are exports and imports after?",
    ),
    Number(
        name="us_growth",
        unit=PER_CENT,
        places=1,
        right=lambda: _growth(_of("US imports")["2022"], _twelve_months()),
        mistakes=_slips_of_us_growth,
        otherwise="Which pieces make the twelve months from June 2024 to May 2025? Set them against 2022.",
    ),
    Number(
        name="lagged_growth",
        unit=PER_CENT,
        places=2,
        right=_mirrored,
        mistakes=_slips_of_lag,
        otherwise="Move both windows by two months, then divide the later sum by the earlier one.",
    ),
    Choice(name="hong_kong", options="abcd", right=lambda: "b", mistakes=_slips_of_hong_kong),
    Numbers(
        name="japan_growth",
        unit=PER_CENT,
        places=1,
        right=_japan,
        mistakes=_slips_of_japan,
        otherwise="Turn the yen of each year into dollars at the rate of that year, then take 2024 on 2022.",
    ),
    Numbers(
        name="germany_bounds",
        unit=PER_CENT,
        places=1,
        right=lambda: _bounds(_to_may),
        mistakes=_slips_of_bounds,
        otherwise="From the twelve months to June take June 2025, and put June 2024 in. Do it twice.",
    ),
    Number(
        name="june_needed",
        unit=PER_CENT,
        places=1,
        right=_june_needed,
        mistakes=_slips_of_june,
        otherwise="What must the twelve months to May come to? What does that leave for June 2025?",
    ),
)
TABLES: Final[Mapping[str, Callable[[], "pd.DataFrame"]]] = {
    "us_exports": us_exports,
    "us_imports": us_imports,
    "japan_exports": japan_exports,
    "two_sides": two_sides,
    "germany_imports": germany_imports,
}
