"""Lesson 3, quantity, price, value: what a growth rate is a rate of, and how the parts of one are put together."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from onewaytrade.measures import growth as _growth
from onewaytrade.teaching.checking import PER_CENT, Choice, Exercise, Function, Mistake, Number, Numbers
from onewaytrade.teaching.tables import once, read

if TYPE_CHECKING:
    import pandas as pd

BEFORE: Final = "2024-01..2024-05"
AFTER: Final = "2025-01..2025-05"
ORE, COAL, CRUDE = "Iron ore", "Coal and lignite", "Crude oil"
FARM, GRAIN, SOYBEANS = "Agricultural products*", "Grain (incl. soybeans)", "Soybeans"
MEAT, FRUIT, COOKING_OIL = "Meat (incl. offal)", "Fruit and nuts", "Edible vegetable oil"
OTHER_GRAIN: Final = "Grain without soybeans"
FOOD: Final = (MEAT, FRUIT, COOKING_OIL, SOYBEANS, OTHER_GRAIN)
# What the article prints, and would be the growth of a value in yuan if its paragraph were about yuan.
PRINTED_VALUES: Final = {CRUDE: -11.4, FARM: -12.5}

_MILLION_TONNES: Final = {"10 kt": 1e-2, "t": 1e-6}
_BN: Final = 1e5  # of 10k CNY
_LINE_COLUMNS: Final = ["quantity_2024", "quantity_2025", "value_2024", "value_2025"]


@once
def lines() -> "pd.DataFrame":
    """Return customs' main import commodities, January to May of 2024 and of 2025, one row a line.

    Columns `quantity_2024`, `quantity_2025` (million tonnes; missing for a group, and for what is not weighed) and
    `value_2024`, `value_2025` (billion yuan), both years as printed in the same release. Some lines are parts of
    others, as they are in customs' own table.
    """
    frame = read("gacc-commodities")
    own = frame[frame["period"].isin([BEFORE, AFTER])]
    factor = own["unit"].map({**_MILLION_TONNES, "10k CNY": 1 / _BN})
    own = own.assign(value=own["value"] * factor, column=own["measure"] + "_" + own["period"].str[:4])
    table = own.pivot_table(index="commodity", columns="column", values="value")[_LINE_COLUMNS]
    table.attrs["source"] = frame.attrs["source"]
    return table.rename_axis(index=None, columns=None)


@once
def all_imports() -> "pd.DataFrame":
    """Return all imports of January to May 2024 and of 2025, one row a period.

    Columns `value` (billion yuan) and, on the year as published, `growth_in_yuan` and `growth_in_dollars` (per
    cent).
    """
    frame = read("gacc-totals")
    own = frame[(frame["flow"] == "imports") & frame["period"].isin([BEFORE, AFTER])]
    yuan = own[own["currency"] == "CNY"]
    # Of one level printed twice the finer print counts, of rates printed twice the first.
    level = yuan.assign(value=yuan["value"] * yuan["unit"].map({"100M CNY": 0.1, "trn CNY": 1000.0}))
    table = level.sort_values("grade", ascending=False).groupby("period")[["value"]].first()
    for currency, word in (("CNY", "yuan"), ("USD", "dollars")):
        rates = own[(own["currency"] == currency) & own["yoy_published_pct"].notna()].sort_values("print")
        table[f"growth_in_{word}"] = rates.groupby("period")["yoy_published_pct"].first()
    table.attrs["source"] = frame.attrs["source"]
    return table.rename_axis(index=None)


@once
def _lines() -> "pd.DataFrame":
    """Return the lines, and grain without the soybeans in it."""
    table = lines()
    table.loc[OTHER_GRAIN] = table.loc[GRAIN, _LINE_COLUMNS] - table.loc[SOYBEANS, _LINE_COLUMNS]
    return table


def _ends(line: str, what: str) -> tuple[float, float]:
    """Return the quantity, the value or the unit value of a line in both years."""
    if what == "unit value":
        values, quantities = _ends(line, "value"), _ends(line, "quantity")
        return values[0] / quantities[0], values[1] / quantities[1]
    table = _lines()
    return float(table[f"{what}_2024"][line]), float(table[f"{what}_2025"][line])


def _by_end(before: float, after: float) -> float:
    return 100 * (after - before) / after


def _growth_of(line: str, what: str) -> float:
    return _growth(*_ends(line, what))


def _iron_ore(rate: Callable[[float, float], float] = _growth) -> dict[str, float]:
    return {what: rate(*_ends(ORE, what)) for what in ("quantity", "value")}


def _slips_of_iron_ore() -> Iterable[Mistake]:
    right = _iron_ore()
    return (
        Mistake(
            "wrong base",
            _iron_ore(_by_end),
            "You divide the change by 2025. Growth is told from where it starts: by which year do you divide?",
        ),
        Mistake(
            "quantity for value",
            {"quantity": right["value"], "value": right["quantity"]},
            "The two have changed places: which columns are tonnes, and which are yuan?",
        ),
    )


def _which_measure() -> str:
    """Return the statement that fits: in yuan only if the printed values are what the table gives in yuan."""
    apart = [abs(_growth_of(line, "value") - printed) for line, printed in PRINTED_VALUES.items()]
    return "b" if max(apart) <= 0.05 else "c"


def _slips_of_measure() -> Iterable[Mistake]:
    return (
        Mistake(
            "value taken for quantity",
            "a",
            "Look at the row of crude oil: can a quantity both fall and rise? What is a tonne of farm goods?",
        ),
        Mistake(
            "wrong currency",
            "b",
            "Right about tonnes and money. But does the column in yuan give the printed figures, to the decimal?",
        ),
        Mistake(
            "quantity taken for value",
            "d",
            "Set the printed figures of iron ore, coal and gas beside both columns: which of the two fits?",
        ),
    )


def _slips_of_unit_value() -> Iterable[Mistake]:
    quantity, value = _growth_of(COAL, "quantity"), _growth_of(COAL, "value")
    upside_down = _growth(*reversed(_ends(COAL, "unit value")))
    return (
        Mistake(
            "percentages subtracted",
            value - quantity,
            "You subtract one per cent from the other. Value is quantity times price: what undoes a product?",
        ),
        Mistake(
            "percentages added",
            value + quantity,
            "You add the two per cents. Value holds quantity already: take it out.",
        ),
        Mistake("value for price", value, "This is the bill. A bill falls also because less is bought."),
        Mistake("quantity for price", quantity, "These are the tonnes. What did one of them cost, in each year?"),
        Mistake(
            "ratio upside down",
            upside_down,
            "This is growth backwards, or of tonnes per yuan. Build yuan per tonne, then 2025 on 2024.",
        ),
        Mistake(
            "wrong base",
            _by_end(*_ends(COAL, "unit value")),
            "You divide the change by the price of 2025. Growth is told from where it starts.",
        ),
    )


_PARTS: Final = ("quantity", "unit value", "value")


def _logs(scale: float = 100.0, log: Callable[[float], float] = math.log) -> dict[str, float]:
    return {what: scale * (log(_ends(COAL, what)[1]) - log(_ends(COAL, what)[0])) for what in _PARTS}


def _slips_of_logs() -> Iterable[Mistake]:
    return (
        Mistake(
            "per cent for log points",
            {what: _growth_of(COAL, what) for what in _PARTS},
            "These are per cents, and they do not add up. Take the logarithm of each ratio of 2025 to 2024.",
        ),
        Mistake("not in points", _logs(scale=1.0), "These are logarithms: in log points they are 100 times that."),
        Mistake(
            "wrong logarithm",
            _logs(log=math.log10),
            "This is the logarithm to base ten. Log points are made with the natural one, `np.log`.",
        ),
    )


def _contribution(before: float, after: float, total: float) -> float:
    return 100 * (after - before) / total


def _slips_of_contribution() -> Iterable[Mistake]:
    return (
        Mistake(
            "per cent for points",
            lambda before, after, _total: _growth(before, after),
            "This is the line’s own growth. For points of the total: by what must its change be divided?",
        ),
        Mistake(
            "level for change",
            lambda _before, after, total: 100 * after / total,
            "This is what the line is of the total. What counts is by how much the line has changed.",
        ),
        Mistake(
            "share for points",
            lambda before, after, total: (after - before) / total,
            "This is a share of one: in points it is 100 times that.",
        ),
        Mistake(
            "end weights for base weights",
            lambda before, after, total: _growth(before, after) * after / total,
            "You weigh growth with the new level. Growth is told from where it starts, and so is its weight.",
        ),
    )


def _farm_points(*parts: str, of: float | None = None) -> float:
    total = _ends(FARM, "value")[0] if of is None else of
    return sum(_contribution(*_ends(part, "value"), total) for part in parts)


def _slips_of_farm_points() -> Iterable[Mistake]:
    four = (MEAT, FRUIT, COOKING_OIL, GRAIN)
    everything = float(all_imports()["value"][BEFORE])
    return (
        Mistake(
            "nested line counted twice",
            _farm_points(*four, SOYBEANS),
            "One of your lines lies within another, so that its change is counted twice. Read the names again.",
        ),
        Mistake(
            "part for the whole line",
            _farm_points(MEAT, FRUIT, COOKING_OIL, SOYBEANS),
            "No line is counted twice, but a part of one is missing: soybeans are not all grain.",
        ),
        Mistake(
            "group counted with its parts",
            _farm_points(*four, FARM),
            "You add the group to its own parts. A star marks a group.",
        ),
        Mistake(
            "percentages added",
            sum(_growth_of(line, "value") for line in four),
            "You add growth rates, as if every line were as large as the group. Weigh each: use `contribution`.",
        ),
        Mistake(
            "wrong total",
            _farm_points(*four, of=everything),
            "These are points of all imports. The question is about the growth of farm goods.",
        ),
        Mistake(
            "wrong base",
            _farm_points(*four, of=_ends(FARM, "value")[1]),
            "You divide by the group in 2025. Growth is told from where it starts.",
        ),
        Mistake(
            "share of the change for points",
            100 * _farm_points(*four) / _growth_of(FARM, "value"),
            "This is which part of the group’s change they explain, in per cent. Points are per cents of the "
            "group’s value of 2024.",
        ),
        Mistake(
            "growth of the parts for points",
            _growth(*(sum(_ends(line, "value")[at] for line in four) for at in (0, 1))),
            "This is the growth of the named goods by themselves. Set their change against the whole group.",
        ),
        Mistake(
            "level for points",
            _farm_points(*four, of=100.0),
            "This is the change in billion yuan. What is it of the group’s value in 2024?",
        ),
    )


def _indices(names: Iterable[str] = FOOD, of: str = "quantity", by: str = "unit value") -> dict[str, float]:
    """Return the growth of a basket's quantities (or of its prices), by the three formulas, in per cent."""
    moved, weights = ([_ends(name, what) for name in names] for what in (of, by))
    both = list(zip(moved, weights, strict=True))
    old, new = (
        sum(one[1] * weight[at] for one, weight in both) / sum(one[0] * weight[at] for one, weight in both)
        for at in (0, 1)
    )
    ratios = {"Laspeyres": old, "Paasche": new, "Fisher": math.sqrt(old * new)}
    return {name: 100 * (ratio - 1) for name, ratio in ratios.items()}


def _slips_of_indices() -> Iterable[Mistake]:
    right = _indices()
    whole = (MEAT, FRUIT, COOKING_OIL, GRAIN)
    tonnes = [sum(_ends(name, "quantity")[at] for name in FOOD) for at in (0, 1)]
    mean = sum(_growth_of(name, "quantity") for name in FOOD) / len(FOOD)
    return (
        Mistake(
            "end weights for base weights",
            {**right, "Laspeyres": right["Paasche"], "Paasche": right["Laspeyres"]},
            "Laspeyres and Paasche have changed places: which of them weighs with the prices of the start?",
        ),
        Mistake(
            "mean of per cents",
            {**right, "Fisher": math.sqrt(right["Laspeyres"] * right["Paasche"])},
            "Fisher is the mean of the two ratios: a root of two per cents loses their sign. Go back to ratios.",
        ),
        Mistake(
            "prices for quantities",
            _indices(of="unit value", by="quantity"),
            "You let prices move and hold quantities. For quantities it is the other way round.",
        ),
        Mistake(
            "nested line counted twice",
            _indices((*whole, SOYBEANS)),
            "Soybeans are in this basket twice, by name and within grain. Take the table `food` as it is.",
        ),
        Mistake(
            "lines lumped together",
            _indices(whole),
            "Here grain is one line, soybeans and all. Take the table `food`, where they are apart.",
        ),
        Mistake(
            "tonnes added",
            dict.fromkeys(right, _growth(*tonnes)),
            "You add tonnes of unlike goods: one of meat would count as one of maize. Weigh with prices.",
        ),
        Mistake(
            "no weights",
            dict.fromkeys(right, mean),
            "This is the plain mean of growth rates: a small line counts as much as a large one.",
        ),
    )


def _food_value() -> float:
    return _growth(*(sum(_ends(name, "value")[at] for name in FOOD) for at in (0, 1)))


def _price_index(quantity: float | None = None) -> float:
    fisher = _indices()["Fisher"] if quantity is None else quantity
    return _growth(1 + fisher / 100, 1 + _food_value() / 100)


def _slips_of_price_index() -> Iterable[Mistake]:
    value, prices, quantity = _food_value(), _indices(of="unit value", by="quantity"), _indices()["Fisher"]
    formula = "This is only one half of the pair. Divide the ratio of values by Fisher’s ratio of quantities."
    return (
        Mistake(
            "percentages subtracted",
            value - quantity,
            "You subtract per cents. Value is quantity times price here as well: divide the ratios.",
        ),
        Mistake("value for price", value, "This is the bill of the basket. Take the quantity out of it."),
        Mistake("quantity for price", quantity, "This is the quantity again: what is left of the value?"),
        Mistake("Laspeyres for Fisher", prices["Laspeyres"], formula),
        Mistake("Paasche for Fisher", prices["Paasche"], formula),
        Mistake(
            "ratio upside down",
            _growth(1 + value / 100, 1 + quantity / 100),
            "You divide quantity by value. Value over quantity is price.",
        ),
    )


EXERCISES: Final[tuple[Exercise, ...]] = (
    Numbers(
        name="iron_ore",
        unit=PER_CENT,
        places=1,
        right=_iron_ore,
        mistakes=_slips_of_iron_ore,
        otherwise="Divide the column of 2025 by that of 2024, and see what lies above or below one.",
    ),
    Choice(name="which_measure", options="abcd", right=_which_measure, mistakes=_slips_of_measure),
    Number(
        name="coal_unit_value",
        unit=PER_CENT,
        places=1,
        right=lambda: _growth_of(COAL, "unit value"),
        mistakes=_slips_of_unit_value,
        otherwise="What did a tonne cost in each year? Divide value by quantity, then one year by the other.",
    ),
    Numbers(
        name="coal_logs",
        unit="log points",
        places=1,
        right=_logs,
        mistakes=_slips_of_logs,
        otherwise="A log point is 100 times the natural logarithm of a ratio, here of 2025 to 2024.",
    ),
    Function(
        name="contribution",
        unit="points",
        places=2,
        right=_contribution,
        shown=((200.0, 150.0, 1000.0),),
        hidden=((80.0, 120.0, 400.0), (50.0, 40.0, 2000.0), (30.0, 30.0, 90.0)),
        mistakes=_slips_of_contribution,
        otherwise="From 200 to 150 a line takes 50 from the total: how much is that of a total of 1000?",
    ),
    Number(
        name="farm_points",
        unit="points",
        places=1,
        right=lambda: _farm_points(MEAT, FRUIT, COOKING_OIL, GRAIN),
        mistakes=_slips_of_farm_points,
        otherwise="Add up the contributions of the lines that are farm goods, each good once, by value.",
    ),
    Numbers(
        name="quantity_indices",
        unit=PER_CENT,
        places=1,
        right=_indices,
        mistakes=_slips_of_indices,
        otherwise="Value the quantities of both years at the same prices: those of 2024, then those of 2025.",
    ),
    Number(
        name="price_index",
        unit=PER_CENT,
        places=1,
        right=_price_index,
        mistakes=_slips_of_price_index,
        otherwise="Divide the ratio of the basket’s values by Fisher’s ratio of its quantities.",
        from_rounded=lambda: _price_index(round(_indices()["Fisher"], 1)),
    ),
)
TABLES: Final[Mapping[str, Callable[[], "pd.DataFrame"]]] = {"lines": lines, "all_imports": all_imports}
