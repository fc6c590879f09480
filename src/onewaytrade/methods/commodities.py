"""Growth of China's commodity imports in customs' monthly tables: quantity, unit value and value, by release.

A release prints, for each line, the year to date and the same months of last year, revised. Both ends of a growth
rate are taken from one release, so that a release has exactly one window: its own year to date. Values stand in
yuan; what they are in dollars is implied by the growth of all imports in both currencies.

Columns named `…_pct` are in per cent, `…_log` in log points, quantities in the line's own unit, values in billions
of yuan.
"""

import functools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pandas as pd

from onewaytrade import claims, datasets, fmt, measures
from onewaytrade.claims import Estimate
from onewaytrade.errors import NoFigureError, ParameterError
from onewaytrade.measures import Interval

DATASET: Final = "gacc-commodities"
TOTALS: Final = "gacc-totals"
OTHER: Final = "gacc-commodities-other"

IRON, COAL, CRUDE, GAS = "Iron ore", "Coal and lignite", "Crude oil", "Natural gas"
FARM, GRAIN, SOYBEANS = "Agricultural products*", "Grain (incl. soybeans)", "Soybeans"
MACHINERY: Final = "Mechanical and electrical products*"
OTHER_GRAIN: Final = "Grain without soybeans"
FOUR: Final = (IRON, COAL, CRUDE, GAS)

# Customs' tree, as far as the releases print it: a line on the right is part of the line on the left.
NESTED: Final[dict[str, tuple[str, ...]]] = {
    FARM: ("Meat (incl. offal)", "Fruit and nuts", GRAIN, "Edible vegetable oil"),
    GRAIN: (SOYBEANS,),
    MACHINERY: (
        "Machine tools", "Computers and parts", "Diodes and similar semiconductors", "Integrated circuits",
        "Cars (incl. chassis)", "Car parts",
    ),
}  # fmt: skip
# A group by another principle (technology): it cuts across the others, so that it is in no sum.
ACROSS: Final = frozenset({"High-tech products*"})

_BN: Final = 1e5  # of 10k CNY
_LEVEL_UNITS: Final = {"100M CNY": 1.0, "trn CNY": 1e4, "k USD": 1e-6, "bn USD": 1.0, "trn USD": 1e3}
_LEVEL_STEPS: Final = {"trn CNY": 0.01, "bn USD": 1.0, "trn USD": 0.01}
_INTO_DOLLARS: Final = {
    "totals": "implied by the yuan table and the growth of all imports in both currencies",
    "market": "turned into dollars at the market’s average rates of the months",
}
_COLUMNS: Final = ("quantity_start", "quantity_end", "value_start", "value_end")


@dataclass(frozen=True, slots=True)
class Window:
    """The year to date of one release, and the same months a year before."""

    release: str
    months: int
    start: str
    end: str

    @property
    def year(self) -> int:
        """The release's own year."""
        return int(self.end[:4])

    @property
    def text(self) -> str:
        """Both periods in words."""
        return f"{fmt.period(self.end)} against {fmt.period(self.start)}"

    @property
    def days(self) -> tuple[int, int]:
        """The calendar days of the earlier and of the later period."""
        return measures.days_of(self.start), measures.days_of(self.end)


@dataclass(frozen=True, slots=True)
class Basket:
    """Lines that are looked at together, none part of another, and why these."""

    name: str
    lines: tuple[str, ...]
    reason: str


_METALS: Final = (*FOUR, "Refined oil products", "Copper ore", "Unwrought copper and copper products")
_FOOD: Final = ("Meat (incl. offal)", "Fruit and nuts", OTHER_GRAIN, SOYBEANS, "Edible vegetable oil")
_PRIMARY: Final = (*_METALS, *_FOOD, "Rubber", "Pulp", "Logs and sawn timber")
# The only place where a basket is declared: each by a rule that is named with it, never by its result.
BASKETS: Final = (
    Basket("Four energy and ore lines", FOUR, "The lines of which the article gives a quantity."),
    Basket(
        "Energy and metals",
        _METALS,
        "With refined oil, copper ore and copper: what mines and wells yield, up to the first processing.",
    ),
    Basket(
        "Primary goods",
        _PRIMARY,
        "With food, rubber, pulp and timber: what UNCTAD counts as primary (sections 0 to 4 and division 68 of "
        "the international trade classification), as far as customs' list goes.",
    ),
    Basket(
        "Primary goods and basic materials",
        (*_PRIMARY, "Rare earths", "Fertilisers", "Primary plastics", "Steel products"),
        "With the materials of the list that UNCTAD counts as manufactures; vehicles, machines, chips, medicines, "
        "cosmetics and textiles stay out.",
    ),
)


def window(release: str = "pinned", months: int = 0) -> Window:
    """Return the window of a release: "pinned", "latest" or its date.

    `months` is the length of its year to date, or 0 for whatever the release holds; with "latest" it picks the
    newest release of that length. Raises DatasetError for an unknown release, and ParameterError, which names
    the lengths at hand, for a length that the release does not hold.
    """
    exact = datasets.resolve(DATASET, release)
    found = next(one for one in _windows() if one.release == exact)
    if months in {0, found.months}:
        return found
    alike = [one for one in _windows() if one.months == months]
    if release == "latest" and alike:
        return alike[-1]
    if alike:
        elsewhere = f"{months} stand in {fmt.join(one.release for one in alike)}"
    else:
        known = sorted({one.months for one in _windows()})
        near = min(known, key=lambda length: abs(length - months))
        elsewhere = f"the releases hold {fmt.join(map(str, known), 'or')} months, and {near} is nearest"
    raise ParameterError(
        f"months={months} is not what the release {found.release} holds, {fmt.period(found.end)}: it must be "
        f"{found.months}, or 0 for what a release holds; {elsewhere}."
    )


def check_parameters(values: Mapping[str, Any]) -> None:
    """Check the parameters `release` and `months` of a notebook on commodities; raises as `window`."""
    window(values["release"], values["months"])


def growth(choices: Mapping[str, Any]) -> Estimate:
    """Compute a growth rate from the choices of a `commodity-growth` definition.

    Choices: `commodity` (a line of the table, or `OTHER_GRAIN`), `measure` (quantity, value, unit_value), and
    optionally `release`, `months`, `span` ("ytd", or "year": the twelve months to the same end, from years and
    parts of years as reprinted), `currency` (CNY or USD, of a value), `dollars` ("totals": implied by all imports
    in both currencies; "market": at the market's average rate of the months), `base_print` ("reprint": last
    year's figure as the release reprints it; "first": as it was first printed a year before), `end_print`
    ("reprint": this year's figure as it was reprinted a year later) and `per_day` (per calendar day). The figures'
    rounding is carried as an interval; in dollars by the totals there is an interval alone.

    Raises ParameterError for a window or line that does not exist, and NoFigureError for a line, a total or a rate
    that the releases or the totals do not hold, and per day where both periods have as many days.
    """
    asked = _Asked.of(choices, _Lookups(_periods, _sum, _dollars))
    ratio = math.prod(asked.above, start=_ONE) / math.prod(asked.below, start=_ONE)
    return asked.estimate(ratio.low, ratio.high)


def growth_many(definitions: Sequence[Mapping[str, Any]]) -> list[Estimate | NoFigureError]:
    """Compute many definitions as `growth` does, all at once; an error where a figure is not at hand.

    Every window, every figure and what a yuan is in dollars is looked up once.
    """
    once = _Lookups(_remembered(_periods), _remembered(_sum), _remembered(_dollars))
    asked: dict[int, _Asked] = {}
    answers: dict[int, Estimate | NoFigureError] = {}
    for at, choices in enumerate(definitions):
        try:
            asked[at] = _Asked.of(choices, once)
        except NoFigureError as error:
            answers[at] = error
    sides = np.ones((len(asked), 2, _MOST_FACTORS, 2))
    for row, one in enumerate(asked.values()):
        for side, factors in enumerate((one.above, one.below)):
            for place, factor in enumerate(factors):
                sides[row, side, place] = factor.low, factor.high
    # All factors are positive: the lowest ratio is what is lowest above over what is highest below.
    above, below = sides.prod(axis=2).transpose(1, 0, 2)
    ratios = above / below[:, ::-1]
    for (at, one), (low, high) in zip(asked.items(), ratios.tolist(), strict=True):
        answers[at] = one.estimate(low, high)
    return [answers[at] for at in range(len(definitions))]


_ONE: Final = measures.exact(1.0)
# A value and a quantity, what a yuan is in dollars, and the days.
_MOST_FACTORS: Final = 4
# The choices that say which prints of which months, and what they are unless chosen.
_TIMING: Final = {"release": "pinned", "months": 0, "span": "ytd", "base_print": "reprint", "end_print": "first"}
_Term = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One definition: its release, both of its periods, where they stand, and the factors of its ratio."""

    choices: Mapping[str, Any]
    release: str
    window: Window
    prints: str
    above: tuple[Interval, ...]
    below: tuple[Interval, ...]

    @classmethod
    def of(cls, choices: Mapping[str, Any], lookups: "_Lookups") -> "_Asked":
        """Gather the figures of one definition; raises as `growth`."""
        timing = [choices.get(name, default) for name, default in _TIMING.items()]
        own, asked, end, start, prints = lookups.periods(*timing)
        line, measure = choices["commodity"], choices["measure"]
        main = "quantity" if measure == "quantity" else "value"
        above, below = [lookups.figure(end, line, main)], [lookups.figure(start, line, main)]
        if measure == "unit_value":
            above.append(lookups.figure(start, line, "quantity"))
            below.append(lookups.figure(end, line, "quantity"))
        if _in_dollar_terms(choices):
            above.append(lookups.dollars(asked, choices.get("dollars", "totals")))
        if choices.get("per_day"):
            before, after = asked.days
            if before == after:
                raise NoFigureError(f"Both periods have {after} days, so that nothing changes per day.")
            above.append(measures.exact(before / after))
        return cls(choices, own.release, asked, prints, tuple(above), tuple(below))

    def estimate(self, low: float, high: float) -> Estimate:
        """Return the estimate whose ratio lies between two ends."""
        ends = 100 * (low - 1), 100 * (high - 1)
        implied = _in_dollar_terms(self.choices)
        bounded = implied and self.choices.get("dollars", "totals") == "totals"
        return Estimate(
            value=None if bounded else sum(ends) / 2,
            low=ends[0],
            high=ends[1],
            grade="implied" if implied else "primary",
            edition=f"{DATASET} {self.release}",
            sentence=_sentence(self.choices, self.prints),
            unit="%",
        )


_Periods = tuple[Window, Window, tuple[_Term, ...], tuple[_Term, ...], str]


@dataclass(frozen=True, slots=True)
class _Lookups:
    """Where a definition finds what it needs: its periods, a figure summed from prints, a yuan in dollars."""

    periods: Callable[..., _Periods]
    figure: Callable[..., Interval]
    dollars: Callable[..., Interval]


def _remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that looks up everything once, also that there is no figure."""
    known: dict[Any, Any] = {}

    def recalled(*key: Any) -> Any:
        if key not in known:
            try:
                known[key] = function(*key)
            except NoFigureError as error:
                known[key] = error
        if isinstance(known[key], NoFigureError):
            raise known[key]
        return known[key]

    return recalled


def _periods(release: str, months: int, span: str, base_print: str, end_print: str) -> _Periods:
    """Return a release's window, the window asked, what its end and its start are summed from, all in words."""
    own = window(release, months)
    top = _reprint(own) if end_print == "reprint" else own
    if span == "year":
        return _rolling(own, base_print, top)
    base = _first_print(own) if base_print == "first" else own
    later = f" as reprinted in the release {top.release}" if top != own else ""
    before = (
        f"as first printed in the release {base.release}" if base != own else "as reprinted in the same release"
    )
    prints = f"{fmt.period(own.end)}{later} against {fmt.period(own.start)} {before}"
    return own, own, ((1, top.release, own.end),), ((1, base.release, own.start),), prints


def _rolling(own: Window, base_print: str, top: Window) -> _Periods:
    """Return the twelve months to a window's end and those before, summed from figures as reprinted.

    Twelve months to May are the year before, less its January to May, plus this January to May.
    """
    if own.months == 12:
        raise NoFigureError(f"The release {own.release} holds twelve months already.")
    if base_print == "first":
        raise ParameterError("base_print='first' is of a year to date: twelve months are summed from reprints.")
    before = _first_print(own)
    years = [str(own.year - back) for back in (1, 2)]
    whole = [_release_of(own, "start", year, "as reprinted a year later").release for year in years]
    end = ((1, whole[0], years[0]), (-1, own.release, own.start), (1, top.release, own.end))
    start = ((1, whole[1], years[1]), (-1, before.release, before.start), (1, own.release, own.start))
    twelve = measures.trailing(measures.months_of(own.end)[-1])
    asked = Window(own.release, 12, measures.shift_years(twelve, -1), twelve)
    later = f", {fmt.period(own.end)} in the release {top.release}" if top != own else ""
    return own, asked, end, start, f"{asked.text}, summed from figures as reprinted{later}"


def _sum(terms: Iterable[_Term], line: str, measure: str) -> Interval:
    """Return a figure summed from prints, each with its sign, by release and period."""
    (_, release, period), *others = terms
    total = _figure(release, period, line, measure)
    for sign, release, period in others:
        figure = _figure(release, period, line, measure)
        total = total + figure if sign > 0 else total - figure
    return total


def _in_dollar_terms(choices: Mapping[str, Any]) -> bool:
    return choices["measure"] != "quantity" and choices.get("currency") == "USD"


def _dollars(asked: Window, by: str) -> Interval:
    return {"totals": dollar_ratio, "market": market_ratio}[by](asked)


def lines(asked: Window) -> pd.DataFrame:
    """Return the lines of a release with both ends, one row a line, in the order of customs' tree.

    Columns `commodity`, `unit` (of the quantity, "" if there is none), `quantity_start`, `quantity_end`,
    `value_start`, `value_end`; and what grain is without soybeans, by difference. Quantities are missing for
    groups. Prints of the single month are left out.
    """
    frame = _table(asked.release)
    printed: dict[str, dict[tuple[str, str], float]] = {}
    units: dict[str, str] = {}
    columns = (frame[name].tolist() for name in ("commodity", "measure", "period", "value", "unit"))
    for name, measure, period, value, unit in zip(*columns, strict=True):
        printed.setdefault(name, {})[measure, period] = value
        if measure == "quantity":
            units.setdefault(name, unit)
    ends = {
        name: tuple(
            own.get((measure, period), math.nan) / scale
            for measure, scale in (("quantity", 1.0), ("value", _BN))
            for period in (asked.start, asked.end)
        )
        for name, own in printed.items()
    }
    if {GRAIN, SOYBEANS} <= ends.keys():
        ends[OTHER_GRAIN] = tuple(grain - beans for grain, beans in zip(ends[GRAIN], ends[SOYBEANS], strict=True))
        units[OTHER_GRAIN] = units.get(GRAIN, "")
    rows = [(name, units.get(name, ""), *ends[name]) for name in _in_order(ends)]
    return pd.DataFrame(rows, columns=["commodity", "unit", *_COLUMNS])


def decomposed(asked: Window) -> pd.DataFrame:
    """Return every line that has a quantity, its growth split into quantity and unit value.

    The columns of `lines` and of `measures.decompose_value` (in yuan), and what both are in dollars:
    `value_usd_low_pct`, `value_usd_high_pct` and the same for `unit_value_usd`, missing where the totals do not
    give the rate.
    """
    table = lines(asked)
    result = measures.decompose_value(table[table[list(_COLUMNS)].gt(0).all(axis="columns")])
    return _in_dollars(result, asked)


def values(asked: Window) -> pd.DataFrame:
    """Return the growth of every line's value: `commodity`, `value_pct` and the ends in dollars."""
    table = lines(asked)
    table["value_pct"] = 100 * (table["value_end"] / table["value_start"] - 1)
    return _in_dollars(table, asked)


def measured(asked: Window, claim_ids: Iterable[str]) -> pd.DataFrame:
    """Return the commodities of some claims by every measure, with what the article prints on one of them.

    Columns `group` (the line), `label` (the measure in words), `value`, `low`, `high` (per cent; bounds alone in
    dollars), `printed` (missing where the article says nothing), `grade`.
    """
    printed: dict[tuple[str, str], float] = {}
    order: dict[str, None] = {}
    for claim in map(claims.get, claim_ids):
        choices = claim.definition.choices
        order[choices["commodity"]] = None
        if claim.printed.value is not None:
            printed[choices["commodity"], _measure_name(choices)] = claim.printed.value
    rows = []
    for line in order:
        for measure, currency in (("quantity", ""), ("unit_value", "CNY"), ("value", "CNY"), ("value", "USD")):
            choices = {"commodity": line, "measure": measure, "currency": currency, "release": asked.release}
            try:
                found = growth(choices)
            except NoFigureError:
                continue
            name = _measure_name(choices)
            low, high = (None, None) if found.value is not None else found.range
            rows.append(
                (line.removesuffix("*"), name, found.value, low, high, printed.get((line, name)), found.grade)
            )
    columns = ["group", "label", "value", "low", "high", "printed", "grade"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype(dict.fromkeys(("value", "low", "high", "printed"), float))


def bridge(asked: Window, names: Iterable[str] = FOUR) -> pd.DataFrame:
    """Return the growth of lines in yuan as parts that add up: `window`, `part`, `log_points`, `pct`.

    `window` is the line; the parts are Quantity, Unit value and Value, of which the first two logs make the third.
    """
    table = decomposed(asked).set_index("commodity")
    parts = {"Quantity": "quantity", "Unit value": "unit_value", "Value": "value"}
    rows = [
        (name, part, table.loc[name, f"{column}_log"], table.loc[name, f"{column}_pct"])
        for name in names
        if name in table.index
        for part, column in parts.items()
    ]
    return pd.DataFrame(rows, columns=["window", "part", "log_points", "pct"])


def in_logs(asked: Window, names: Iterable[str] = FOUR) -> pd.DataFrame:
    """Return the growth of lines in log points, from quantity to value in yuan and in dollars.

    Columns `commodity`, `quantity_log`, `unit_value_log`, `value_log` (in yuan), `rate_low_log`, `rate_high_log`
    (what a yuan is in dollars) and `value_usd_low_log`, `value_usd_high_log`; the first two add up to the third,
    and that with a rate to the value in dollars. The last four are missing where the totals do not give the rate.
    """
    table = decomposed(asked).set_index("commodity")
    table = table.loc[
        [name for name in names if name in table.index], ["quantity_log", "unit_value_log", "value_log"]
    ]
    try:
        ratio = dollar_ratio(asked)
    except NoFigureError:
        ends = {"low": math.nan, "high": math.nan}
    else:
        ends = {"low": 100 * math.log(ratio.low), "high": 100 * math.log(ratio.high)}
    rates = {f"rate_{end}_log": rate for end, rate in ends.items()}
    dollars = {f"value_usd_{end}_log": table["value_log"] + rate for end, rate in ends.items()}
    return table.assign(**rates, **dollars).reset_index()


def baskets(asked: Window) -> pd.DataFrame:
    """Return the index numbers of every basket, on those of its lines that the release prints.

    Columns `basket`, `lines` (how many are in), `missing` (names of those that are not), `share_pct` (of all
    imports in the earlier period, by value; missing where the total is), and the keys of
    `measures.index_numbers`.
    """
    table = decomposed(asked).set_index("commodity")
    total = total_start(asked)
    rows = []
    for basket in BASKETS:
        present = [name for name in basket.lines if name in table.index]
        inside = table.loc[present]
        rows.append(
            {
                "basket": basket.name,
                "lines": len(present),
                "missing": fmt.join(line_name(name) for name in basket.lines if name not in present),
                "share_pct": math.nan if total is None else 100 * inside["value_start"].sum() / total,
                **measures.index_numbers(inside),
            }
        )
    return pd.DataFrame(rows)


def contents(table: pd.DataFrame) -> pd.DataFrame:
    """Return in words what baskets hold: `Basket`, `Lines`, `What, and why`, `Not in this release`."""
    return pd.DataFrame(
        {
            "Basket": table["basket"],
            "Lines": [f"{n} of {len(basket.lines)}" for n, basket in zip(table["lines"], BASKETS, strict=True)],
            "What, and why": [basket.reason for basket in BASKETS],
            "Not in this release": table["missing"].replace("", "none is missing"),
        }
    )


def fisher(table: pd.DataFrame) -> pd.DataFrame:
    """Return Fisher's two indices of a table of `baskets`, one row each: `label`, `series`, `value` (per cent)."""
    names = {"fisher_quantity": "Quantity", "fisher_unit_value": "Unit value"}
    long = table[["basket", *names]].rename(columns={"basket": "label", **names})
    return long.melt("label", var_name="series")


def contributions(asked: Window) -> pd.DataFrame:
    """Return what lines add to the growth of all imports in yuan, in percentage points.

    Columns `commodity`, `group` ("Lines that do not overlap" or "Of which"), `points`, and of these
    `quantity_points` and `unit_value_points`, split by the logarithmic mean (missing for groups, which have no
    quantity). The lines that do not overlap add up to the growth of all imports with the row "Everything else",
    which is there where that growth is. Empty where the totals do not hold the level of the earlier period.
    """
    columns = ["commodity", "group", "points", "quantity_points", "unit_value_points"]
    total, table = total_start(asked), lines(asked)
    if total is None:
        return pd.DataFrame(columns=columns)
    table["points"] = measures.contributions(table["value_start"], table["value_end"], total)
    logs = decomposed(asked).set_index("commodity")
    for part in ("quantity", "unit_value"):
        share = logs[f"{part}_log"] / logs["value_log"]
        table[f"{part}_points"] = table["points"] * measures.look_up(table["commodity"], share)
    parts = {OTHER_GRAIN, *(part for nested in NESTED.values() for part in nested)}
    table["group"] = ["Of which" if name in parts else "Lines that do not overlap" for name in table["commodity"]]
    table = table[~table["commodity"].isin(ACROSS)]
    try:
        whole = total_growth(asked, "CNY").middle
    except NoFigureError:
        return table[columns].reset_index(drop=True)
    rest = whole - table.loc[table["group"] != "Of which", "points"].sum()
    other = pd.DataFrame([("Everything else", "Lines that do not overlap", rest)], columns=columns[:3])
    return pd.concat([table[columns], other], ignore_index=True)


def largest(points: pd.DataFrame, least: float = 0.1) -> pd.DataFrame:
    """Return the contributions of at least so many points, the most negative first: `label`, `group`, `value`."""
    big = points[points["points"].abs() >= least].sort_values(["group", "points"])
    names = big["commodity"].str.removesuffix("*")
    return pd.DataFrame({"label": names, "group": big["group"], "value": big["points"]}).reset_index(drop=True)


def split(points: pd.DataFrame, basket: Basket) -> dict[str, float]:
    """Return what a basket contributes: `points`, and of these `quantity_points` and `unit_value_points`."""
    inside = points[points["commodity"].isin(basket.lines)]
    return {name: float(inside[name].sum()) for name in ("points", "quantity_points", "unit_value_points")}


def farm_goods(asked: Window) -> pd.DataFrame:
    """Return what makes the growth of agricultural products' value in yuan, line by line.

    Columns `commodity`, `share_pct` (of the group's value in the earlier period), `quantity_pct`,
    `unit_value_pct`, `value_pct`, `points` (contribution to the growth of the group); the group comes first, what
    is on no line of the release last.
    """
    table = lines(asked).set_index("commodity")[list(_COLUMNS)]
    parts = [name for name in (SOYBEANS, OTHER_GRAIN, *NESTED[FARM]) if name in table.index and name != GRAIN]
    result = table.loc[[FARM, *parts]]
    # Quantities of unlike goods do not add up: what is on no line has a value alone.
    result.loc["Other farm goods"] = result.iloc[0] - result.iloc[1:].sum()
    quantity = result["quantity_end"] / result["quantity_start"]
    value = result["value_end"] / result["value_start"]
    start = float(result["value_start"].iloc[0])
    return pd.DataFrame(
        {
            "share_pct": 100 * result["value_start"] / start,
            "quantity_pct": 100 * (quantity - 1),
            "unit_value_pct": 100 * (value / quantity - 1),
            "value_pct": 100 * (value - 1),
            "points": measures.contributions(result["value_start"], result["value_end"], start),
        }
    ).reset_index()


def per_day(asked: Window) -> pd.DataFrame:
    """Return the growth of quantities, in all and per calendar day: `commodity`, `quantity_pct`, `per_day_pct`."""
    table = decomposed(asked)[["commodity", "quantity_pct"]].copy()
    table["per_day_pct"] = [
        measures.growth_at_day_rate(rate, asked.start, asked.end) for rate in table["quantity_pct"]
    ]
    return table


def revisions(asked: Window) -> pd.DataFrame:
    """Return last year's quantities as first printed and as reprinted, and the growth on either.

    Columns `commodity`, `unit`, `first`, `reprint`, `revision_pct`, `growth_on_first_pct`,
    `growth_on_reprint_pct`. Empty where no release of a year before is at hand.
    """
    table = decomposed(asked)
    try:
        base = _first_print(asked)
    except NoFigureError:
        table, earlier = table.iloc[:0], pd.Series(dtype=float)
    else:
        earlier = lines(base).set_index("commodity")["quantity_end"]
    first = measures.look_up(table["commodity"], earlier)
    reprint, end = table["quantity_start"], table["quantity_end"]
    result = pd.DataFrame(
        {
            "commodity": table["commodity"],
            "unit": table["unit"],
            "first": first,
            "reprint": reprint,
            "revision_pct": 100 * (reprint / first - 1),
            "growth_on_first_pct": 100 * (end / first - 1),
            "growth_on_reprint_pct": 100 * (end / reprint - 1),
        }
    )
    return result.dropna(ignore_index=True)


def by_release(names: Iterable[str] = FOUR) -> pd.DataFrame:
    """Return the growth of quantities as every release gives it: `release`, `month`, `series`, `value`.

    `month` is the last month of the release's year to date, `value` the growth of the year to date in per cent.
    """
    wanted = list(names)
    parts = []
    for asked in _windows():
        table = lines(asked)
        rows = table[table["commodity"].isin(wanted)]
        parts.append(
            pd.DataFrame(
                {
                    "release": asked.release,
                    "month": measures.months_of(asked.end)[-1],
                    "series": rows["commodity"],
                    "value": 100 * (rows["quantity_end"] / rows["quantity_start"] - 1),
                }
            )
        )
    # A release may be corrected by a later one of the same months.
    return pd.concat(parts, ignore_index=True).drop_duplicates(["month", "series"], keep="last", ignore_index=True)


def spells(commodity: str) -> pd.DataFrame:
    """Return the quantity per calendar day of the shortest periods that the releases allow, never splitting one.

    Columns `period` (a month, or several), `value` (thousand tonnes a day), `how`: "printed" for a month that a
    release prints, "reprinted" for what stands in the releases of the year after, "difference" between two sums.
    A difference books the revisions of the months before it. A year with fewer than three releases of its own is
    taken from the reprints; one with neither is left out.
    """
    rows: list[tuple[str, float, str]] = []
    releases = _windows()
    for year in sorted({asked.year for asked in releases}):
        own = [asked for asked in releases if asked.year == year]
        if len(own) < 3 and (later := [asked for asked in releases if asked.year == year + 1]):
            rows += _spells_of(year, commodity, later, reprinted=True)
        else:
            rows += _spells_of(year, commodity, own, reprinted=False)
    table = pd.DataFrame(rows, columns=["period", "value", "how"])
    table["value"] *= [10 / measures.days_of(period) for period in table["period"]]  # from 10 kt
    return table


def years(names: Iterable[str] = FOUR) -> pd.DataFrame:
    """Return the quantities of calendar years: `commodity`, `year`, `value` (million tonnes), `where`.

    From the newest release that prints the year, else from other places; years that nobody prints are not there.
    """
    found: dict[tuple[str, str], tuple[float, str]] = {}
    other = datasets.load(OTHER)
    wanted = (other["measure"] == "quantity") & (other["frequency"] == "annual") & (other["unit"] == "10 kt")
    rows = other[wanted & ~other["suspect"]]
    for name, year, value in zip(rows["commodity"], rows["period"], rows["value"], strict=True):
        found.setdefault((name, year), (value, f"dataset {OTHER}"))
    for asked in (one for one in _windows() if one.months == 12):
        table = lines(asked).set_index("commodity")
        for name in table.index:
            for period, column in ((asked.start, "quantity_start"), (asked.end, "quantity_end")):
                found[name, period] = (table[column][name], f"release {asked.release}")
    told = [
        (name, year, found[name, year][0] / 100, found[name, year][1])
        for name in names
        for year in sorted({period for line, period in found if line == name})
    ]
    return pd.DataFrame(told, columns=["commodity", "year", "value", "where"])


def dollar_check() -> pd.DataFrame:
    """Compare dollar growth as implied with dollar growth as printed, for the one year of which both are at hand.

    Columns `commodity`, `low`, `high` (implied, per cent), `printed` (customs' table in dollars), `holds` (some
    number that rounds to the printed one lies inside).
    """
    other = datasets.load(OTHER)
    printed = other[
        (other["measure"] == "value")
        & (other["currency"] == "USD")
        & (other["frequency"] == "annual")
        & (other["basis"] == "printed")
        & (other["publisher"] == "GACC")
        & other["yoy_published_pct"].notna()
    ].set_index("commodity")
    year = str(printed["period"].iloc[0])
    asked = next(one for one in _windows() if one.end == year)
    implied = values(asked).set_index("commodity")[["value_usd_low_pct", "value_usd_high_pct"]]
    both = implied.join(printed["yoy_published_pct"], how="inner")
    both.columns = pd.Index(["low", "high", "printed"])
    both["holds"] = (both["low"] <= both["printed"] + 0.05) & (both["high"] >= both["printed"] - 0.05)
    return both.reset_index()


def total_growth(asked: Window, currency: str) -> Interval:
    """Return what is known of the growth of all imports over a window, in per cent.

    The hull of every rate in `totals_used`: the first print and later ones, each with its rounding. Raises
    NoFigureError where there is none.
    """
    hull = _hull(asked, currency, datasets.view())
    if hull is None:
        raise NoFigureError(
            f"The growth of all imports in {currency}, {asked.text}, is not among the totals at hand."
        )
    return hull


@functools.lru_cache(maxsize=256)
def _hull(asked: Window, currency: str, _view: datasets.View) -> Interval | None:
    # Every value in dollars asks for it.
    rates = totals_used(asked, currency)
    return None if rates.empty else Interval(float(rates["low"].min()), float(rates["high"].max()))


def totals_used(asked: Window, currency: str) -> pd.DataFrame:
    """Return every rate of growth of all imports over a window: `currency`, `source`, `low`, `high` (per cent).

    Rates that customs published, with their rounding to a tenth, and the growth between two levels of the same
    source that are printed in full.
    """
    totals = _totals(currency, datasets.view())
    end, start = totals.get(asked.end, []), totals.get(asked.start, [])
    rows = [
        (currency, f"published rate ({one.source})", one.rate - 0.05, one.rate + 0.05)
        for one in end
        if not math.isnan(one.rate)
    ]
    for after in end:
        for before in start:
            if after.source == before.source and after.step == before.step == 0:
                rate = measures.growth(before.level, after.level)
                rows.append((currency, f"levels printed in full ({after.source})", rate, rate))
    return pd.DataFrame(rows, columns=["currency", "source", "low", "high"])


def reprinted_rates(currency: str) -> pd.DataFrame:
    """Return the rates of all imports that are at hand both as published first and as carried later, in per cent.

    Columns `period`, `first`, `later`, by period.
    """
    frame = datasets.load(TOTALS)
    rows = frame[
        (frame["flow"] == "imports") & (frame["currency"] == currency) & frame["yoy_published_pct"].notna()
    ]
    later = rows["print"] == "revised"
    columns = ["period", "frequency", "yoy_published_pct"]
    both = rows.loc[~later, columns].merge(rows.loc[later, columns], on=columns[:2], suffixes=("_first", "_later"))
    both.columns = pd.Index(["period", "frequency", "first", "later"])
    return both.sort_values("period", ignore_index=True)[["period", "first", "later"]]


def dollar_ratio(asked: Window) -> Interval:
    """Return by what a ratio of values in yuan is multiplied to have it in dollars.

    It is the ratio of all imports in dollars over that in yuan; taking it for one line presumes that the line's
    months weigh as those of all imports do. Raises NoFigureError as `total_growth`.
    """
    dollars, yuan = (total_growth(asked, currency) for currency in ("USD", "CNY"))
    one = measures.exact(1.0)
    percent = measures.exact(0.01)
    return (one + dollars * percent) / (one + yuan * percent)


def market_ratio(asked: Window) -> Interval:
    """Return by what a ratio of values in yuan is multiplied to have it in dollars at the market's rate.

    The rate of a period is the mean of its months' averages. Raises NoFigureError for a month without one.
    """
    # That module looks at commodities in its turn.
    from onewaytrade.methods import customs

    rates = customs.market_rate()
    means = []
    for period in (asked.start, asked.end):
        months = list(measures.months_of(period))
        if not set(months) <= set(rates.index):
            raise NoFigureError(f"The market’s rate is not at hand for all of {fmt.period(period)}.")
        means.append(float(rates.loc[months].mean()))
    return measures.exact(means[0] / means[1])


def total_start(asked: Window) -> float | None:
    """Return all imports of the earlier period in billions of yuan, or None where the totals do not hold it."""
    found = _totals("CNY", datasets.view()).get(asked.start)
    return min(found, key=lambda one: one.step).level / 10 if found else None


def line_name(line: str) -> str:
    """Return a line's name as running text: "agricultural products" for "Agricultural products*"."""
    return f"{line[0].lower()}{line[1:]}".removesuffix("*")


def _windows() -> tuple[Window, ...]:
    return _windows_in(datasets.view())


@functools.lru_cache(maxsize=4)
def _windows_in(_view: datasets.View) -> tuple[Window, ...]:
    # Every definition looks through the windows of all releases.
    return tuple(_window(release) for release in datasets.editions(DATASET))


def _window(release: str) -> Window:
    frame = datasets.load(DATASET, release)
    columns = (frame[name].tolist() for name in ("print", "frequency", "period"))
    end = next(
        str(period)
        for prints, frequency, period in zip(*columns, strict=True)
        if prints == "first" and frequency != "monthly"
    )
    return Window(release, len(measures.months_of(end)), end.replace(end[:4], str(int(end[:4]) - 1)), end)


def _first_print(asked: Window) -> Window:
    """Return the window whose release first printed the earlier period of this one."""
    return _release_of(asked, "end", asked.start, "as first printed")


def _reprint(asked: Window) -> Window:
    """Return the window whose release reprints the later period of this one, a year later."""
    return _release_of(asked, "start", asked.end, "as reprinted a year later")


def _release_of(asked: Window, side: str, period: str, how: str) -> Window:
    for other in _windows():
        if getattr(other, side) == period and other != asked:
            return other
    raise NoFigureError(f"No release at hand holds {fmt.period(period)} {how}.")


def _table(release: str) -> pd.DataFrame:
    frame = datasets.load(DATASET, release)
    return frame[frame["frequency"] != "monthly"]


def _figure(release: str, period: str, line: str, measure: str) -> Interval:
    """Return a printed figure with its rounding: the last decimal that the release prints in this unit.

    Grain without soybeans is the difference of two printed figures. Raises NoFigureError for what is not printed.
    """
    if line == OTHER_GRAIN:
        return _figure(release, period, GRAIN, measure) - _figure(release, period, SOYBEANS, measure)
    printed = _printed(release, datasets.view())
    if (line, measure, period) not in printed:
        raise NoFigureError(
            f"The release {release} prints no {measure} of {line_name(line)} for {fmt.period(period)}."
        )
    return printed[line, measure, period]


@functools.lru_cache(maxsize=64)
def _printed(release: str, _view: datasets.View) -> Mapping[tuple[str, str, str], Interval]:
    # Definitions ask for the same figures again and again, and their rounding takes a look at all of them.
    frame = _table(release)
    columns = (frame[name].tolist() for name in ("commodity", "measure", "period", "value", "unit"))
    rows = list(zip(*columns, strict=True))
    places: dict[tuple[str, str], int] = {}
    for _, measure, _, value, unit in rows:
        last = int(Decimal(repr(value)).normalize().as_tuple().exponent)
        places[measure, unit] = min(places.get((measure, unit), last), last)
    found: dict[tuple[str, str, str], Interval] = {}
    for line, measure, period, value, unit in rows:
        found.setdefault((line, measure, period), measures.rounded(value, 10.0 ** places[measure, unit]))
    return found


@dataclass(frozen=True, slots=True)
class _Total:
    """All imports as one source prints them: 100M CNY or bn USD, and the rate beside it, NaN if there is none."""

    source: str
    level: float
    step: float  # of its rounding, 0 if it is printed in full
    rate: float


@functools.lru_cache(maxsize=4)
def _totals(currency: str, _view: datasets.View) -> Mapping[str, Sequence[_Total]]:
    """Return all imports in a currency by period, without single months."""
    # Each window asks for a few of its hundreds of rows.
    frame = datasets.load(TOTALS)
    of_currency = (frame["flow"] == "imports") & (frame["currency"] == currency)
    rows = frame[of_currency & (frame["frequency"] != "monthly")]
    found: dict[str, list[_Total]] = {}
    columns = (rows[name].tolist() for name in ("period", "source_id", "value", "unit", "yoy_published_pct"))
    for period, source, value, unit, rate in zip(*columns, strict=True):
        level, step = value * _LEVEL_UNITS.get(unit, math.nan), _LEVEL_STEPS.get(unit, 0.0)
        found.setdefault(period, []).append(_Total(source, level, step, rate))
    return found


def _spells_of(
    year: int, commodity: str, releases: Iterable[Window], *, reprinted: bool
) -> Iterator[tuple[str, float, str]]:
    """Yield the periods of one year between the sums at hand, with their quantities."""
    done, before = 0, 0.0
    for asked in sorted(releases, key=lambda one: one.months):
        frame = datasets.load(DATASET, asked.release)
        rows = frame[(frame["commodity"] == commodity) & (frame["measure"] == "quantity")]
        own = rows.set_index("period")["value"]
        period = asked.start if reprinted else asked.end
        if period not in own.index:
            continue
        last, total = f"{year}-{asked.months:02d}", float(own[period])
        month = math.nan if reprinted else float(own.get(last, math.nan))
        if math.isnan(month):
            yield _period(year, done + 1, asked.months), total - before, _how(done, reprinted)
        else:
            if asked.months > done + 1:
                yield _period(year, done + 1, asked.months - 1), total - month - before, "difference"
            yield last, month, "printed"
        done, before = asked.months, total


def _how(done: int, reprinted: bool) -> str:
    return "difference" if done else "reprinted" if reprinted else "printed"


def _period(year: int, first: int, last: int) -> str:
    return f"{year}-{first:02d}" if first == last else f"{year}-{first:02d}..{year}-{last:02d}"


def _in_order(names: Iterable[str]) -> list[str]:
    """Return lines in the order of customs' tree, with those that are on no branch as they come."""
    order = [FARM, GRAIN, SOYBEANS, OTHER_GRAIN, *NESTED[FARM], *_METALS, *BASKETS[-1].lines]
    place = {name: at for at, name in reversed(list(enumerate(order)))}
    return sorted(names, key=lambda name: place.get(name, len(order)))


def _in_dollars(table: pd.DataFrame, asked: Window) -> pd.DataFrame:
    try:
        ratio = dollar_ratio(asked)
    except NoFigureError:
        ends = {"low": math.nan, "high": math.nan}
    else:
        ends = {"low": ratio.low, "high": ratio.high}
    result = table.copy()
    for column in table.columns.intersection(["value_pct", "unit_value_pct"]):
        for end, factor in ends.items():
            name = f"{column.removesuffix('_pct')}_usd_{end}_pct"
            result[name] = 100 * ((1 + table[column] / 100) * factor - 1)
    return result


def _measure_name(choices: Mapping[str, Any]) -> str:
    measure = choices["measure"]
    if measure == "quantity":
        return "Quantity"
    money = {"CNY": "yuan", "USD": "dollars"}[choices.get("currency", "CNY")]
    return {"value": "Value in ", "unit_value": "Unit value in "}[measure] + money


def _sentence(choices: Mapping[str, Any], prints: str) -> str:
    daily = ", per calendar day" if choices.get("per_day") else ""
    into = f", {_INTO_DOLLARS[choices.get('dollars', 'totals')]}" if _in_dollar_terms(choices) else ""
    return f"{_measure_name(choices)} of {line_name(choices['commodity'])} imported{daily}, {prints}{into}."
