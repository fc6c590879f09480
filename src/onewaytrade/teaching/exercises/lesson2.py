"""Lesson 2, two currencies and a volume: yuan, dollars, deflation, and a base that was revised."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import pandas as pd

from onewaytrade.measures import growth as _growth
from onewaytrade.teaching.checking import PER_CENT, Choice, Exercise, Function, Mistake, Number, Numbers
from onewaytrade.teaching.tables import once, read

START: Final = "2022-12"
END: Final = "2025-03"
FLOWS: Final = ["exports", "imports"]
# Customs' tables in full, by month and year, and its press releases on a year as a whole.
_IN_FULL: Final = {"yuan": "S002", "dollars": "S001"}
_RELEASES: Final = {"2022": "S005", "2023": "S006"}
_CURRENCIES: Final = {"CNY": "yuan", "USD": "dollars"}
_FIRST_IN_DOLLARS: Final = "S015"
_TO_BILLIONS: Final = {"100M CNY": 0.1, "k USD": 1e-6, "bn USD": 1.0}
_PERIODS: Final = {"2022": "2022", "2023": "2023", "2024": "2024", "2025-01..2025-05": "2025, to May"}
_OWN_RATE: Final = "implied by GACC imports RMB/USD"
_MARKET: Final = "FRED DEXCHUS"
_FACTORY: Final = "producer price index, change on year"


@once
def totals() -> pd.DataFrame:
    """Return China's exports and imports of 2023 and 2024 as customs counts them, in billion yuan and dollars.

    Columns `exports_yuan`, `exports_dollars`, `imports_yuan`, `imports_dollars`.
    """
    frame = read("gacc-totals")
    columns = {}
    for flow in FLOWS:
        for money, source in _IN_FULL.items():
            own = frame[
                (frame["flow"] == flow) & (frame["frequency"] == "annual") & (frame["source_id"] == source)
            ]
            value = own["value"] * own["unit"].map(_TO_BILLIONS)
            columns[f"{flow}_{money}"] = value.set_axis(own["period"])
    return _cited(pd.DataFrame(columns).loc[["2023", "2024"]], frame, "year")


@once
def published() -> pd.DataFrame:
    """Return the growth on the year before that customs published, in per cent, with the columns of `totals`."""
    frame = read("gacc-totals")
    rows = frame[frame["period"].isin(_PERIODS) & frame["yoy_published_pct"].notna()]
    rows = rows.assign(column=rows["flow"] + "_" + rows["currency"].map(_CURRENCIES))
    # The same rate may stand in two sources, of which the first print comes first in the file.
    rows = rows.drop_duplicates(["period", "column"])
    table = rows.pivot(index="period", columns="column", values="yoy_published_pct").rename(index=_PERIODS)
    return _cited(table[[f"{flow}_{money}" for flow in FLOWS for money in _IN_FULL]], frame, "period")


@once
def releases() -> pd.DataFrame:
    """Return what customs' releases said of the years 2022 and 2023, each in the January after.

    Columns `exports` and `imports` in trillion yuan, `exports_growth` and `imports_growth` in per cent.
    """
    frame = read("gacc-totals")
    rows = frame[frame["source_id"].isin(_RELEASES.values())].set_index(["period", "flow"])
    level, growth = (rows[column].unstack()[FLOWS] for column in ("value", "yoy_published_pct"))
    return _cited(level.join(growth.add_suffix("_growth")), frame, "year")


@once
def prints() -> pd.DataFrame:
    """Return exports and imports of 2022 in billion dollars as printed `first`, and as `revised` later."""
    frame = read("gacc-totals")
    year = frame[(frame["period"] == "2022") & (frame["currency"] == "USD")]
    year = year.assign(value=year["value"] * year["unit"].map(_TO_BILLIONS))
    by_source = year.pivot(index="flow", columns="source_id", values="value")
    names = {_FIRST_IN_DOLLARS: "first", _IN_FULL["dollars"]: "revised"}
    return _cited(by_source.rename(columns=names)[["first", "revised"]], frame, "flow")


@once
def rates() -> pd.DataFrame:
    """Return yuan per dollar by month: what `customs` converts at, by its two tables, and the `market`'s mean."""
    frame = read("exchange-rates")
    by_month = frame[(frame["pair"] == "CNY per USD") & frame["statistic"].str.startswith("monthly")]
    table = by_month.pivot(index="period", columns="series", values="rate")
    names = {_OWN_RATE: "customs", _MARKET: "market"}
    return _cited(table.rename(columns=names)[["customs", "market"]].dropna(), frame, "month")


@once
def exports() -> pd.DataFrame:
    """Return China's exports by month, seasonally adjusted: `value` in billion dollars, `volume` (2021 = 100)."""
    values, frame = read("oecd-fred-trade"), read("cpb")
    value = values[values["flow"] == "exports"].set_index("period")["value"] / 1e9
    own = frame[(frame["region"] == "China") & (frame["flow"] == "exports") & (frame["measure"] == "volume")]
    table = pd.DataFrame({"value": value, "volume": own.set_index("month")["index"]}).dropna()
    return _cited(table, values, "month", frame)


@once
def prices() -> pd.DataFrame:
    """Return three price indices of 2022 and 2023 (2022 = 100).

    Columns `export_unit_value` and `import_unit_value` (in dollars, means of the months) and `producer_prices` (at
    home, in yuan; from the mean of the monthly changes on the year).
    """
    frame, factories = read("cpb"), read("surplus-prices")
    own = frame[(frame["region"] == "China") & (frame["measure"] == "unit_value")]
    by_year = own.groupby([own["month"].str[:4], "flow"])["index"].mean().unstack().loc[["2022", "2023"]]
    changes = factories[(factories["measure"] == _FACTORY) & factories["period"].str.startswith("2023")]["value"]
    table = pd.DataFrame({f"{flow.removesuffix('s')}_unit_value": by_year[flow] for flow in FLOWS})
    table = 100 * table / table.loc["2022"]
    table["producer_prices"] = [100.0, 100.0 + changes.mean()]
    return _cited(table, frame, "year", factories)


def _cited(table: pd.DataFrame, frame: pd.DataFrame, index: str, *others: pd.DataFrame) -> pd.DataFrame:
    table = table.rename_axis(index=index, columns=None)
    table.attrs["source"] = "; ".join(one.attrs["source"] for one in (frame, *others))
    return table


def _deflated(growth: float, prices_growth: float) -> float:
    return 100 * ((1 + growth / 100) / (1 + prices_growth / 100) - 1)


def _grown(flow: str) -> dict[str, float]:
    """Return the growth of a flow from 2023 to 2024 by currency."""
    table = totals()
    return {money: _growth(*table[f"{flow}_{money}"]) for money in _IN_FULL}


def _slips_of_currencies() -> Iterable[Mistake]:
    table, own = totals(), _grown("exports")
    return (
        Mistake(
            "CNY for USD",
            {"yuan": own["dollars"], "dollars": own["yuan"]},
            "The two are swapped: what you call dollars is in yuan.",
        ),
        Mistake(
            "CNY for USD",
            {"yuan": own["yuan"], "dollars": own["yuan"]},
            "Both of your numbers are in yuan. The table has another column for dollars.",
        ),
        Mistake(
            "USD for CNY",
            {"yuan": own["dollars"], "dollars": own["dollars"]},
            "Both of your numbers are in dollars. The table has another column for yuan.",
        ),
        Mistake(
            "imports for exports",
            _grown("imports"),
            "These are the growth rates of imports: the question is about exports.",
        ),
        Mistake(
            "divided by the end",
            {money: -_growth(*table[f"exports_{money}"][::-1]) for money in _IN_FULL},
            "You divide the change by the level of 2024. Growth is told against the year that it starts from.",
        ),
        Mistake(
            "levels for growth",
            {money: float(table[f"exports_{money}"].diff().iloc[-1]) for money in _IN_FULL},
            "These are the changes in billions. In per cent, set them against the levels of 2023.",
        ),
    )


def _in_yuan(growth_dollars: float, growth_rate: float) -> float:
    return 100 * ((1 + growth_dollars / 100) * (1 + growth_rate / 100) - 1)


def _slips_of_conversion() -> Iterable[Mistake]:
    return (
        Mistake(
            "percentages added",
            lambda dollars, rate: dollars + rate,
            "You add the two percentages. Yuan are dollars times the rate, so the factors are multiplied.",
        ),
        Mistake(
            "percentages subtracted",
            lambda dollars, rate: dollars - rate,
            "You subtract the percentages. When the dollar becomes dearer, the same dollars are more yuan.",
        ),
        Mistake(
            "divided by the rate",
            _deflated,
            "You divide by the rate. The rate is in yuan per dollar: dollars times the rate are yuan.",
        ),
        Mistake(
            "per cent taken for shares",
            lambda dollars, rate: (1 + dollars) * (1 + rate) - 1,
            "You use the percentages as if they were shares of one. Divide each by 100 first, and multiply the "
            "result by 100.",
        ),
        Mistake(
            "growth rates multiplied",
            lambda dollars, rate: dollars * rate / 100,
            "You multiply the two rates of growth. Multiply the factors: each is one plus the growth.",
        ),
        Mistake(
            "a factor for a growth rate",
            lambda dollars, rate: (1 + dollars / 100) * (1 + rate / 100),
            "This is the growth factor in yuan. The growth in per cent is what lies above one, times 100.",
        ),
        Mistake(
            "rate left out",
            lambda dollars, _: dollars,
            "Your function returns the growth in dollars. What does the exchange rate add to it?",
        ),
    )


def _two_rates() -> tuple[float, float]:
    """Return the growth of exports in 2023 that customs published in yuan and in dollars."""
    table = published()
    return float(table["exports_yuan"]["2023"]), float(table["exports_dollars"]["2023"])


def _slips_of_rate() -> Iterable[Mistake]:
    yuan, dollars = _two_rates()
    return (
        Mistake(
            "percentages subtracted",
            yuan - dollars,
            "You subtract one percentage from the other. Solve (1 + yuan) = (1 + dollars) × (1 + rate) for rate.",
        ),
        Mistake(
            "percentages added",
            yuan + dollars,
            "You put the two rates together. The exchange rate is what lies between them: solve the identity.",
        ),
        Mistake(
            "dollars per yuan",
            _deflated(dollars, yuan),
            "This is how much the yuan lost against the dollar. The question asks the other way round: how much "
            "dearer the dollar became.",
        ),
    )


def _grown_in_window(column: str) -> float:
    levels = exports()[column]
    return _growth(levels[START], levels[END])


def _slips_of_price() -> Iterable[Mistake]:
    value, volume = (_grown_in_window(column) for column in ("value", "volume"))
    return (
        Mistake(
            "percentages subtracted",
            value - volume,
            "You subtract the growth of the volume from that of the value. Value is volume times unit value: "
            "divide the factors.",
        ),
        Mistake(
            "percentages added",
            value + volume,
            "You add the two growth rates. Value is volume times unit value: which of the two do you look for?",
        ),
        Mistake(
            "factors multiplied",
            _in_yuan(value, volume),
            "You multiply the factors of value and volume. Value is already the product: divide.",
        ),
        Mistake(
            "divided the wrong way",
            _deflated(volume, value),
            "You divide volume by value. Money per unit of goods is value divided by volume.",
        ),
        Mistake("value for unit value", value, "This is the growth of the value. How much of it is more goods?"),
        Mistake("volume for unit value", volume, "This is the growth of the volume. What did its price do?"),
    )


def _deflators() -> dict[str, float]:
    table = prices()
    return {str(name): _growth(*table[name]) for name in table}


def _slips_of_deflation() -> Iterable[Mistake]:
    yuan, dollars = _two_rates()
    deflators = _deflators()
    own, volume = deflators["export_unit_value"], exports()["volume"]
    return (
        Mistake(
            "wrong deflator",
            _deflated(dollars, deflators["import_unit_value"]),
            "You deflate exports by the prices of imports. Oil and ore cost something else than phones and cars.",
        ),
        Mistake(
            "wrong deflator",
            _deflated(dollars, deflators["producer_prices"]),
            "You deflate by prices at home, in yuan. The value is in dollars, and of goods that were sold abroad.",
        ),
        Mistake(
            "CNY for USD",
            _deflated(yuan, own),
            "You deflate the growth in yuan by a price in dollars. Both must be in the same money.",
        ),
        Mistake(
            "yuan at home prices",
            _deflated(yuan, deflators["producer_prices"]),
            "Yuan by prices in yuan: one money, but prices of what is sold at home. Which index is of exports?",
        ),
        Mistake(
            "percentages subtracted",
            dollars - own,
            "You subtract the change of prices. That is near for small changes only: divide the factors.",
        ),
        Mistake(
            "multiplied by the deflator",
            _in_yuan(dollars, own),
            "You multiply by the change of prices. To take prices out of a value, divide by them.",
        ),
        Mistake(
            "deflator of another time",
            _deflated(dollars, _deflated(*(_grown_in_window(column) for column in ("value", "volume")))),
            "You deflate one year by the change of prices of exercise 4, over more than two. Which prices are "
            "over the same time?",
        ),
        Mistake(
            "a rate divided by an index",
            dollars / (1 + own / 100),
            "You divide the growth rate itself by the price index. Divide the factors: each is one plus a growth.",
        ),
        Mistake(
            "volume looked up",
            _growth(*(volume[volume.index.str.startswith(year)].mean() for year in ("2022", "2023"))),
            "This is CPB’s own count of the volume, a good check on yours. Here, deflate the growth in dollars.",
        ),
        Mistake("nominal for real", dollars, "This is the growth in dollars of the day: prices are still in it."),
        Mistake(
            "price for volume",
            own,
            "This is the change of prices. What is left of the value without it?",
        ),
    )


def _by_first_print() -> dict[str, float]:
    table = releases()
    return {flow: _growth(*table[flow]) for flow in FLOWS}


def _slips_of_first_print() -> Iterable[Mistake]:
    table, own = releases(), _by_first_print()
    return (
        Mistake(
            "published for computed",
            {flow: float(table[f"{flow}_growth"]["2023"]) for flow in FLOWS},
            "These are the rates that customs published. Compute yours from the two levels, and compare.",
        ),
        Mistake(
            "start and end swapped",
            {flow: _growth(*table[flow][::-1]) for flow in FLOWS},
            "You divide 2022 by 2023. Growth is the later level divided by the earlier, less one.",
        ),
        Mistake(
            "flows swapped",
            {"exports": own["imports"], "imports": own["exports"]},
            "Exports and imports are swapped.",
        ),
        Mistake(
            "levels for growth",
            {flow: float(table[flow].diff().iloc[-1]) for flow in FLOWS},
            "These are the changes in trillion yuan. In per cent, set them against the levels of 2022.",
        ),
    )


def _revised() -> float:
    """Return the exports of 2022 that those of 2023 and its published growth imply, in trillion yuan."""
    table = releases()
    return float(table["exports"]["2023"]) / (1 + float(table["exports_growth"]["2023"]) / 100)


def _revision() -> float:
    return _growth(float(releases()["exports"]["2022"]), _revised())


def _slips_of_revision() -> Iterable[Mistake]:
    table = releases()
    first, second = table["exports"]
    rate = float(table["exports_growth"]["2023"])
    return (
        Mistake(
            "first-printed base",
            _growth(first, second),
            "This is the growth from the first-printed level to 2023, as in exercise 6. The question is how the "
            "level of 2022 itself was changed.",
        ),
        Mistake(
            "multiplied for divided",
            _growth(first, second * (1 + rate / 100)),
            "You go forward from 2023 by the growth rate. To come back to 2022, divide by the growth factor.",
        ),
        Mistake(
            "growth for revision",
            _growth(first, first / (1 + rate / 100)),
            "You apply the growth rate to the first print of 2022. It leads from the revised 2022 to 2023: go "
            "back from there.",
        ),
        Mistake(
            "a level for a change",
            _revised(),
            "This is the revised level, in trillion yuan. How many per cent is it away from the first print?",
        ),
        Mistake(
            "trillions for per cent",
            _revised() - first,
            "This is the revision in trillion yuan. In per cent, set it against the first print.",
        ),
    )


def _chained() -> str:
    """Return the letter of what two chained rates are beside the growth of the levels, if 2021 stays as it was.

    The first rate leads up to the first print of 2022, and the second starts from the revised one.
    """
    return "a" if _revision() < 0 else "b"


def _slips_of_chain() -> Iterable[Mistake]:
    return (
        Mistake(
            "prints the wrong way round",
            "b",
            "The first rate leads up to the first print of 2022, the second starts from the revised one. Which of "
            "the two is higher?",
        ),
        Mistake(
            "prints taken for one",
            "c",
            "Factors may be multiplied if the second starts where the first has ended. Does it?",
        ),
        Mistake(
            "revision taken for rounding",
            "d",
            "Rounding moves each factor by half of a tenth of a per cent at most. How large was the revision?",
        ),
    )


_CASES: Final[Mapping[str, tuple[tuple[Any, ...], ...]]] = {
    "shown": ((25.0, 40.0), (-4.0, 5.0)),
    "hidden": ((50.0, 40.0), (-20.0, -10.0), (8.0, 0.5)),
}

EXERCISES: Final[tuple[Exercise, ...]] = (
    Numbers(
        name="two_growths",
        unit=PER_CENT,
        places=1,
        right=lambda: _grown("exports"),
        mistakes=_slips_of_currencies,
        otherwise="Divide the level of 2024 by that of 2023, once for each currency.",
    ),
    Function(
        name="in_yuan",
        unit=PER_CENT,
        places=1,
        right=_in_yuan,
        shown=_CASES["shown"],
        hidden=_CASES["hidden"],
        mistakes=_slips_of_conversion,
        otherwise="Turn both percentages into factors, multiply them, and turn the product into per cent again.",
    ),
    Number(
        name="dearer_dollar",
        unit=PER_CENT,
        places=1,
        right=lambda: _deflated(*_two_rates()),
        mistakes=_slips_of_rate,
        otherwise="Put both growth rates into the identity, as factors, and solve it for the factor of the rate.",
    ),
    Number(
        name="price_change",
        unit=PER_CENT,
        places=1,
        right=lambda: _deflated(*(_grown_in_window(column) for column in ("value", "volume"))),
        mistakes=_slips_of_price,
        otherwise="Compute value divided by volume in each of the two months, and the growth of that.",
    ),
    Number(
        name="real_growth",
        unit=PER_CENT,
        places=1,
        right=lambda: _deflated(_two_rates()[1], _deflators()["export_unit_value"]),
        mistakes=_slips_of_deflation,
        otherwise="Take the growth in dollars as a factor, and divide it by the factor of the right price index.",
    ),
    Numbers(
        name="first_print",
        unit=PER_CENT,
        places=1,
        right=_by_first_print,
        mistakes=_slips_of_first_print,
        otherwise="Divide the level of 2023 by that of 2022, both as the releases printed them.",
    ),
    Number(
        name="revision",
        unit=PER_CENT,
        places=1,
        right=_revision,
        mistakes=_slips_of_revision,
        otherwise="Which level of 2022 grows to that of 2023 at the published rate? Compare it with the first.",
    ),
    Choice(name="chained", options="abcd", right=_chained, mistakes=_slips_of_chain),
)
TABLES: Final[Mapping[str, Callable[[], pd.DataFrame]]] = {
    "totals": totals,
    "published": published,
    "rates": rates,
    "exports": exports,
    "prices": prices,
    "releases": releases,
    "prints": prints,
}
