"""The property slump beside imports of raw materials, and China's imports from the countries that supply them.

Property stands in levels of calendar years, and in growth on the year that the statistics office prints on a
comparable basis; the two are kept apart. Imports from a country are taken as customs printed their growth; where
it printed none that is at hand, growth is computed from amounts, printed or implied by a later print, or bounded.
"""

import functools
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

import pandas as pd

from onewaytrade import datasets, fmt, measures
from onewaytrade.claims import GRADES, Estimate, weakest_of
from onewaytrade.errors import NoFigureError
from onewaytrade.measures import Interval
from onewaytrade.methods import commodities, partners, rows
from onewaytrade.methods.partners import Amount
from onewaytrade.nearest import check_choice

PROPERTY: Final = "property"
STARTED, SOLD = "Floor space newly started", "Floor space of commercial buildings sold"
BUILDING, INVESTMENT = "Floor space under construction", "Real estate development investment"
NAMES: Final = {
    STARTED: "Floor space started",
    SOLD: "Floor space sold",
    BUILDING: "Floor space under construction",
    INVESTMENT: "Investment in property",
}
COPPER: Final = "Copper ore"
COMMODITIES: Final = (*commodities.FOUR, COPPER)
# The last year that was complete when the article appeared, and the last at hand.
LAST, LATEST = "2024", "2025"

BRAZIL, SOUTH_AFRICA, AFRICA, WORLD = "Brazil", "South Africa", "Africa", "World"
BOTH: Final = (BRAZIL, SOUTH_AFRICA)
# Windows, each on the same months of the year before, for which something is known of both countries.
WINDOWS: Final = (
    "2024", "2025-01..2025-02", "2025-01..2025-03", "2025-01..2025-05", "2025-01..2025-06", "2025-04..2025-06",
)  # fmt: skip
# What the verdicts and the pictures rest on, by the number of its source.
SOURCES: Final = {
    "S175": "property, 2015 to 2022",
    "S176": "property, 2023",
    "S177": "property, 2024",
    "S179": "property, January to May 2025",
    "S157": "iron ore and coal, quantity, 2021",
    "S127": "commodities, January to May 2025 and 2024",
    "S086": "Brazil, 2022, in dollars",
    "S027": "Brazil, 2024, by month",
    "S091": "South Africa, 2024, by month",
    "S169": "Brazil, South Africa and Africa, January and February 2025",
    "S082": "Brazil, January to May 2025, in dollars",
    "S092": "Africa, January to May 2025",
    "S024": "Brazil, sum to March 2026, from which that of 2025 is implied",
    "S170": "South Africa, sum to March 2026, from which that of 2025 is implied",
    "S025": "Brazil, sum to June 2026, from which that of 2025 is implied",
    "S089": "South Africa, sum to June 2026, from which that of 2025 is implied",
}
LATER: Final = ("2025-01..2025-10", "2025-01..2025-11", "2026-01..2026-03", "2026-01..2026-06")
_CURRENCIES: Final = ("CNY", "USD")
_FROM: Final = "TOTAL imports from "


def check_parameters(values: Mapping[str, Any]) -> None:
    """Check the parameters `base`, `commodity`, `window` and `partner` of the notebook on property and suppliers.

    Raises ParameterError, naming the values at hand and the nearest.
    """
    years = [year for year in property_years()["period"].unique() if year < LAST]
    check_choice("base", values["base"], years, why=f"no year for which property is at hand before {LAST}")
    check_choice("commodity", values["commodity"], COMMODITIES)
    check_choice("window", values["window"], (*WINDOWS, *LATER[2:]))
    check_choice("partner", values["partner"], suppliers())


# What the register asks for


def growth(choices: Mapping[str, Any]) -> Estimate:
    """Return the growth of China's imports from a country, from the choices of a `supplier-growth` definition.

    Choices: `partner` (a country, a group, or World), `period` (a year, months from January on, or later months of
    one year; against the same months of the year before) and `currency` (CNY, USD, "any": yuan before dollars, or
    "other": the one that "any" does not give). The rate that customs printed comes first, then what amounts give,
    then bounds: a sum from January on lies between a shorter one and a longer one. Optionally `by` ("amounts":
    what they give although a rate was printed) and `base` (a calendar year, against which the twelve months to the
    end of `period` are set). Raises NoFigureError where the tables hold nothing of these.
    """
    partner, period, currency = (choices[name] for name in ("partner", "period", "currency"))
    if "base" in choices:
        return _on_calendar_year(partner, currency, period, str(choices["base"]))
    view = datasets.view()
    found = _first_known(partner, period, (currency,) if currency in _CURRENCIES else _CURRENCIES, view)
    if found and currency == "other":
        found = _first_known(partner, period, tuple(one for one in _CURRENCIES if one != found[0]), view)
    if found is None and currency == "other":
        raise NoFigureError(
            "In the other currency these months and those of the year before are not both at hand."
        )
    if found is None:
        raise NoFigureError(
            f"Of imports from {_named(partner)} these months and those of the year before are not both at hand in "
            f"{partners.WORDS.get(currency, 'yuan or dollars')}."
        )
    return _beside_the_rate(partner, period, *found) if choices.get("by") == "amounts" else found[1]


@functools.lru_cache(maxsize=512)
def _first_known(
    partner: str, period: str, currencies: tuple[str, ...], _view: datasets.View
) -> tuple[str, Estimate] | None:
    """Return the best that is known in one of some currencies, with that currency."""
    # A grid asks for the same growth by way of many definitions.
    for find in (_as_printed, _from_amounts, _bounded):
        for currency in currencies:
            if found := find(partner, currency, period):
                return currency, found
    return None


def _beside_the_rate(partner: str, period: str, currency: str, found: Estimate) -> Estimate:
    """Return what amounts give beside a printed rate; raises NoFigureError where they would be nothing new."""
    if found.recomputed:
        raise NoFigureError("No printed rate stands for these months, so that amounts are all there is anyway.")
    start, computed = (
        _in_money(partner, currency, measures.shift_years(period, -1)),
        _from_amounts(partner, currency, period),
    )
    if start is None or computed is None or start.basis == "implied":
        raise NoFigureError("The amount of the year before is known through the printed rate alone.")
    return computed


def _on_calendar_year(partner: str, currency: str, period: str, base: str) -> Estimate:
    """Return the growth of the twelve months to the end of a period against a calendar year, as first printed."""
    asked = {
        "partner": partner,
        "currency": "CNY" if currency == "any" else "USD" if currency == "other" else currency,
        "end": measures.months_of(period)[-1],
        "window": 12,
        "base": base,
    }
    try:
        return partners.growth(asked)
    except NoFigureError as error:
        raise NoFigureError(
            f"Of imports from {_named(partner)} these twelve months and calendar {base} are not both at hand."
        ) from error


def years_growth(choices: Mapping[str, Any]) -> Estimate:
    """Return the growth of a quantity imported between two years, from the choices of `commodity-years`.

    Choices: `commodity`, `start` and `end` (calendar years). No release holds two years that are not neighbours,
    so every print of either year is allowed for. Raises NoFigureError where a year is not at hand.
    """
    name, start, end = choices["commodity"], str(choices["start"]), str(choices["end"])
    known = {row["period"]: row for row in import_years((name,)).to_dict("records")}
    for year in (start, end):
        if year not in known:
            raise NoFigureError(
                f"Imports of {commodities.line_name(name)} in {year} are not at hand as a quantity."
            )
    first, last = known[start], known[end]
    span = measures.growth_interval(Interval(first["low"], first["high"]), Interval(last["low"], last["high"]))
    return Estimate(
        value=measures.growth(first["value"], last["value"]),
        low=span.low,
        high=span.high,
        grade=weakest_of(first["grade"], last["grade"]),
        edition=f"{commodities.DATASET}, all releases; {datasets.pinned(commodities.OTHER)}",
        sentence=(
            f"Quantity of {commodities.line_name(name)} imported, calendar {end} against calendar {start}, from "
            "different prints of customs’ figures."
        ),
        unit="%",
    )


# Property


def property_years() -> pd.DataFrame:
    """Return the four measures of property by calendar year, as `charts.panels` takes them.

    Columns `panel`, `unit`, `period`, `series` (no name), `value` (million m², or trillions of yuan).
    """
    found = []
    for name, panel in NAMES.items():
        scale, unit = (1e-4, "trn CNY") if name == INVESTMENT else (1e-2, "million m²")
        found += [(panel, unit, year, "", value * scale) for year, (value, _) in _annual(name).items()]
    return pd.DataFrame(found, columns=_PANEL)


def rates_beside_levels() -> pd.DataFrame:
    """Return, for each year that has both, the growth that NBS printed and the ratio of its two printed levels.

    Columns `label` (the measure), `group` (the year), `published`, `levels` (per cent), `gap` (points, the
    ratio of levels less the printed rate).
    """
    found = []
    for name, label in NAMES.items():
        own = _annual(name)
        for year, (value, rate) in own.items():
            if not math.isnan(rate):
                levels = measures.growth(own[str(int(year) - 1)][0], value)
                found.append((label, year, rate, levels, levels - rate))
    table = pd.DataFrame(found, columns=["label", "group", "published", "levels", "gap"])
    return table.sort_values("group", kind="stable", ignore_index=True)


def published(period: str) -> dict[str, float]:
    """Return the growth on the year that NBS printed for a period, by the measure's name."""
    frame = datasets.load(PROPERTY)
    own = frame[(frame["period"] == period) & frame["yoy_published_pct"].notna()]
    rates = dict(zip(own["indicator"], own["yoy_published_pct"], strict=True))
    return {label: float(rates[name]) for name, label in NAMES.items() if name in rates}


def chained(indicator: str, base: str, end: str = LAST) -> float:
    """Return growth since a year, in per cent, by NBS's printed rates where they are at hand, else by levels."""
    own, ratio = _annual(indicator), 1.0
    for year in range(int(base) + 1, int(end) + 1):
        value, rate = own[str(year)]
        ratio *= value / own[str(year - 1)][0] if math.isnan(rate) else 1 + rate / 100
    return 100 * (ratio - 1)


def _annual(indicator: str) -> dict[str, tuple[float, float]]:
    """Return the level and the printed growth (or NaN) of a measure of property by year, oldest first."""
    frame = datasets.load(PROPERTY)
    own = frame[(frame["frequency"] == "annual") & (frame["indicator"] == indicator)].sort_values("period")
    figures = zip(own["period"], own["value"], own["yoy_published_pct"], strict=True)
    return {str(year): (float(value), float(rate)) for year, value, rate in figures}


# Imports by quantity


def import_years(names: Iterable[str]) -> pd.DataFrame:
    """Return the quantities of calendar years, as `charts.panels` takes them, with how they are known.

    The columns of `property_years`, in million tonnes, with `low` and `high` (over all releases of customs that
    print the year, or the rounding of another source), `grade` and `where`. Years that nobody prints are the sum
    of their months, where all twelve are at hand.
    """
    known = _known_years(datasets.view())
    found = [
        (f"{name} imported", "million t", year, "", *row)
        for name in names
        for (line, year), row in known.items()
        if line == name
    ]
    return pd.DataFrame(found, columns=[*_PANEL, "low", "high", "grade", "where"])


@functools.lru_cache(maxsize=4)
def _known_years(_view: datasets.View) -> dict[tuple[str, str], tuple[float, float, float, str, str]]:
    """Return value, low, high, grade and place of the years of all `COMMODITIES`, by line and year, in order."""
    known = {
        (name, year): (total, total, total, "primary", "sum of months")
        for name in COMMODITIES
        for year, total in _summed(name).items()
    }
    releases = [datasets.load(commodities.DATASET, one) for one in datasets.editions(commodities.DATASET)]
    printed: dict[tuple[str, str], list[float]] = {}
    for one in releases:
        own = (one[column].tolist() for column in ("measure", "unit", "commodity", "period", "value"))
        for measure, unit, name, period, value in zip(*own, strict=True):
            if (measure, unit) == ("quantity", "10 kt") and len(period) == 4:
                printed.setdefault((name, period), []).append(value / 100)
    other = datasets.load(commodities.OTHER)
    table = commodities.years(COMMODITIES)
    columns = (table[name] for name in ("commodity", "year", "value", "where"))
    for name, year, value, where in zip(*columns, strict=True):
        seen, grade = printed.get((name, year), []), "primary"
        if not seen:
            row = _quantities(other, name).query("period == @year").iloc[0]
            spread, grade = rows.interval_of(row), str(row["grade"])
            seen = [spread.low / 100, float(value), spread.high / 100]
        known[name, year] = (float(value), min(seen), max(seen), grade, str(where))
    return dict(sorted(known.items()))


def _summed(name: str) -> dict[str, float]:
    """Return the years of which every month is printed, in million tonnes."""
    own = _quantities(datasets.load(commodities.OTHER), name)
    own = own[(own["frequency"] == "monthly") & (own["basis"] == "printed") & ~own["suspect"]]
    months: dict[str, list[float]] = {}
    for period, value in zip(own["period"], own["value"], strict=True):
        months.setdefault(str(period)[:4], []).append(float(value))
    return {year: sum(values) / 100 for year, values in months.items() if len(values) == 12}


def _quantities(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    is_quantity = (frame["measure"] == "quantity") & (frame["unit"] == "10 kt")
    return frame[(frame["commodity"] == name) & is_quantity]


def stacked(names: Iterable[str]) -> pd.DataFrame:
    """Return property and the quantities imported of commodities by year, in the columns of `property_years`."""
    return pd.concat([property_years(), import_years(names)[_PANEL]], ignore_index=True)


def peaks(table: pd.DataFrame) -> dict[str, str]:
    """Return the highest year of each panel of `stacked`."""
    highest = table.loc[table.groupby("panel", sort=False)["value"].idxmax()]
    return {str(panel): str(year) for panel, year in zip(highest["panel"], highest["period"], strict=True)}


def since(base: str, commodity: str) -> pd.DataFrame:
    """Return what became of property and of imports by quantity since a year, as `charts.dots` takes it.

    Columns `group`, `label`, `series` (the end year), `value` (per cent, from levels). An import that is not at
    hand in the base year is counted from its first year, which its label then names.
    """
    found = []
    for name, label in NAMES.items():
        levels = {year: value for year, (value, _) in _annual(name).items()}
        found += [("Property", label, end, levels[base], levels[end]) for end in (LAST, LATEST)]
    for name in dict.fromkeys((commodities.IRON, commodities.COAL, commodity)):
        table = import_years((name,))
        own = dict(zip(table["period"], table["value"], strict=True))
        start = min(year for year in own if year >= base)
        label = name if start == base else f"{name}, from {start}"
        found += [("Imports, by weight", label, end, own[start], own[end]) for end in (LAST, LATEST)]
    grown = [(group, label, f"to {end}", measures.growth(low, high)) for group, label, end, low, high in found]
    return pd.DataFrame(grown, columns=["group", "label", "series", "value"])


def split(table: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return in words which rows of `since` were lower in the last complete year, and which were higher."""
    own = table[table["series"] == f"to {LAST}"]
    lower: list[str] = []
    higher: list[str] = []
    for group, label, value in zip(own["group"], own["label"], own["value"], strict=True):
        name, comma, start = label.partition(",")
        words = f"{name[0].lower()}{name[1:]}{'' if group == 'Property' else ' imports'}"
        words += f" ({start.strip()})" if comma else ""
        (lower if value < 0 else higher).append(words)
    return lower, higher


def in_pairs(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return columns of a table as series of `charts.dots`: `group`, `label`, `series` (as named), `value`."""
    long = table[["group", "label", *names]].rename(columns=dict(names))
    long["at"] = range(len(long))
    melted = long.melt(["group", "label", "at"], var_name="series", value_name="value")
    order = melted["series"].map({name: at for at, name in enumerate(names.values())})
    melted = melted.assign(order=order).sort_values(["at", "order"], ignore_index=True)
    return melted[["group", "label", "series", "value"]]


def together(commodity: str) -> pd.DataFrame:
    """Return the growth of floor space started and of a quantity imported over the same months of the same years.

    Both as their publishers stand by them: NBS's rate on a comparable basis, and customs' two figures of one
    release. Columns `period`, `started`, `imported` (per cent), `release`, oldest first; periods that lack one are
    left out.
    """
    frame = datasets.load(PROPERTY)
    own = frame[(frame["indicator"] == STARTED) & frame["yoy_published_pct"].notna()]
    started = dict(zip(own["period"], own["yoy_published_pct"], strict=True))
    found = {}
    for asked in map(commodities.window, datasets.editions(commodities.DATASET)):
        if asked.end in started:
            table = commodities.decomposed(asked)
            imported = dict(zip(table["commodity"], table["quantity_pct"], strict=True))
            if commodity in imported:
                found[asked.end] = (asked.end, started[asked.end], imported[commodity], asked.release)
    ordered = sorted(found.values(), key=lambda row: (row[0][:4], len(measures.months_of(row[0]))))
    return pd.DataFrame(ordered, columns=["period", "started", "imported", "release"])


def brazilian_crude() -> dict[str, float]:
    """Return the quantities of crude oil that came from Brazil, in million tonnes, by year: one newspaper's count.

    The later year stands in a row of its own and the earlier one in that row's note.
    """
    frame = datasets.load(commodities.OTHER)
    row = frame[frame["commodity"] == "Crude oil from Brazil"].iloc[0]
    before = re.match(r"(\d{4}): (\d+)", str(row["note"]))
    if before is None:
        raise NoFigureError("The note on crude oil from Brazil names no quantity of the year before.")
    return {before[1]: float(before[2]) / 100, str(row["period"]): float(row["value"]) / 100}


# Imports by country


def suppliers() -> tuple[str, ...]:
    """Return the partners of customs' table that can be set beside Brazil and South Africa, by name."""
    frame = datasets.load(partners.DATASET)
    own = frame[(frame["flow"] == "imports") & (frame["period"] == "2025-01..2025-06")]
    return tuple(sorted(set(own["partner"]) - {*BOTH, AFRICA, WORLD}))


def sources() -> pd.DataFrame:
    """Return where the main figures were read: `Source`, `Figures`, `Publisher`, `Read at`."""
    return rows.places(SOURCES)


def windows(names: Iterable[str] = (*BOTH, AFRICA)) -> pd.DataFrame:
    """Return the growth of imports from countries over every window up to mid-2025, as `charts.dots` takes it.

    Columns `group` (the country), `label` (the window, with the currency where it is dollars), `value`, `low`,
    `high` (per cent; bounds alone without a value), `grade` ("printed", "implied", "bound"), `period`.
    """
    found: list[tuple[Any, ...] | None] = []
    for name in names:
        if since_2022 := _on_2022(name):
            found.append((name, f"{LAST} on 2022, in dollars", *since_2022, "implied", f"{LAST} on 2022"))
        found += [_row(name, period) for period in WINDOWS]
    return _as_windows(found)


def later(names: Iterable[str]) -> pd.DataFrame:
    """Return the growth of imports from countries over windows that the article could not know; as `windows`."""
    return _as_windows(_row(name, period) for name in names for period in LATER)


def beside(periods: Iterable[str], partner: str) -> pd.DataFrame:
    """Return growth over some windows: the two countries, Africa, one supplier more, and all imports.

    The columns of `windows`, with the window as `group` and the country as `label`, and `front`: the two named.
    """
    found = []
    for period in dict.fromkeys(periods):
        for name in (*BOTH, AFRICA, partner, WORLD):
            if row := _row(name, period):
                label = "All imports" if name == WORLD else name
                money = ", in dollars" if row[1].endswith("dollars") else ""
                found.append((fmt.period(period), f"{label}{money}", *row[2:]))
    table = _as_windows(found)
    return table.assign(front=table["label"].str.partition(",")[0].isin(BOTH))


def told(table: pd.DataFrame, names: Iterable[str]) -> str:
    """Return growth in the first window of `beside` in words: "Brazil −15.5 %, South Africa −13.5 %"."""
    first = table[table["group"] == table["group"].iloc[0]]
    own = first.set_index(first["label"].str.partition(",")[0])
    each = []
    for name in names:
        row = own.loc[name]
        growth = fmt.interval(row["low"], row["high"]) if math.isnan(row["value"]) else fmt.pct(row["value"])
        each.append(f"{name} {growth}")
    return ", ".join(each)


def workings(partner: str, period: str) -> pd.DataFrame:
    """Return the sums between which a sum from January on must lie, with the same months a year before, in yuan.

    Columns `Sum`, `At least`, `At most` (billions), `Basis`, as a reader shall see them. Raises NoFigureError if
    one of them is not at hand.
    """
    known = _around(partner, "CNY", period)
    if known is None:
        raise NoFigureError(f"Imports from {_named(partner)}, {fmt.period(period)}, have no sums on both sides.")
    start, (shorter, below), (longer, above) = known
    bounds = below.interval.hull(above.interval)
    found = [
        (fmt.period(measures.shift_years(period, -1)), start.interval, start.basis),
        (fmt.period(shorter), below.interval, below.basis),
        (f"{fmt.period(period)}, so", bounds, "bounded"),
        (fmt.period(longer), above.interval, above.basis),
    ]
    table = [(name, span.low, span.high, basis) for name, span, basis in found]
    return pd.DataFrame(table, columns=["Sum", "At least", "At most", "Basis"])


def two_years(names: Iterable[str] = BOTH) -> pd.DataFrame:
    """Return growth over a window, over the same months a year before, and over both together, in yuan.

    Columns `partner`, `period`, `before`, `now`, `both` (per cent), for two months and for the half-year of 2025.
    The two rates are chained, so that a base which was revised in between does not count.
    """
    found = []
    for period in ("2025-01..2025-02", "2025-01..2025-06"):
        for name in names:
            earlier = measures.shift_years(period, -1)
            before, now = (
                growth({"partner": name, "period": one, "currency": "CNY"}).number for one in (earlier, period)
            )
            found.append((name, period, before, now, measures.compound(before, now)))
    return pd.DataFrame(found, columns=["partner", "period", "before", "now", "both"])


def level(partner: str, currency: str, period: str) -> Amount | None:
    """Return imports from a country over months of one year, in billions; None where the tables do not give them.

    As printed; or as the print of a year later implies, with the base revised by then; or as the sum to a month
    less that month; or, for one or more months after January, as a difference of two sums.
    """
    for row in _rows(partner, currency, period):
        if row["basis"] != "implied" and not math.isnan(row["value"]):
            return _amount_of(row)
    for row in _rows(partner, currency, measures.shift_years(period, 1)):
        if row["basis"] == "printed" and not math.isnan(row["value"]) and not math.isnan(row["yoy_published_pct"]):
            now, rate = _amount_of(row), float(row["yoy_published_pct"])
            base = measures.implied_base(now.interval, rate)
            return Amount(now.value / (1 + rate / 100), base, "implied", weakest_of(now.grade, "implied"))
    months = measures.months_of(period)
    if not months[0].endswith("-01"):
        whole = level(partner, currency, f"{months[0][:4]}-01..{months[-1]}")
        part = level(partner, currency, f"{months[0][:4]}-01..{measures.shift_month(months[0], -1)}")
        return whole - part if whole and part else None
    if len(months) == 1:
        return None
    following = measures.shift_month(months[-1], 1)
    longer = [row for row in _rows(partner, currency, f"{months[0]}..{following}") if row["basis"] == "printed"]
    single = [row for row in _rows(partner, currency, following) if row["basis"] == "printed"]
    return _amount_of(longer[0]) - _amount_of(single[0]) if longer and single else None


def _as_printed(partner: str, currency: str, period: str) -> Estimate | None:
    for row in _rows(partner, currency, period):
        if row["basis"] == "printed" and not math.isnan(row["yoy_published_pct"]):
            return Estimate(
                value=float(row["yoy_published_pct"]),
                grade=str(row["grade"]),
                edition=datasets.pinned(str(row["dataset"])),
                sentence=f"{_subject(partner, currency, period)}, by the rate printed by {row['publisher']}.",
                recomputed=False,
                unit="%",
            )
    return None


def _from_amounts(partner: str, currency: str, period: str) -> Estimate | None:
    end, start = (
        _in_money(partner, currency, period),
        _in_money(partner, currency, measures.shift_years(period, -1)),
    )
    if end is None or start is None:
        return None
    span = measures.growth_interval(start.interval, end.interval)
    implied = "implied" in {end.basis, start.basis}
    how = "implied by figures printed later" if implied else "computed from printed amounts"
    return Estimate(
        value=measures.growth(start.value, end.value),
        low=span.low,
        high=span.high,
        grade=weakest_of(end.grade, start.grade, *(("implied",) if implied else ())),
        edition=datasets.pinned(partners.DATASET),
        sentence=f"{_subject(partner, currency, period)}, {how}.",
        unit="%",
    )


def _bounded(partner: str, currency: str, period: str) -> Estimate | None:
    """Return bounds of a sum from January on: a shorter one below, a longer one above, as sums never shrink."""
    known = _around(partner, currency, period)
    if known is None:
        return None
    start, (shorter, below), (longer, above) = known
    span = measures.growth_interval(start.interval, below.interval.hull(above.interval))
    return Estimate(
        value=None,
        low=span.low,
        high=span.high,
        grade=weakest_of(below.grade, above.grade, start.grade),
        edition=datasets.pinned(partners.DATASET),
        sentence=(
            f"{_subject(partner, currency, period)}, bounded: the sum is at least that of {fmt.period(shorter)} "
            f"and at most that of {fmt.period(longer)}."
        ),
        unit="%",
    )


def _around(
    partner: str, currency: str, period: str
) -> tuple[Amount, tuple[str, Amount], tuple[str, Amount]] | None:
    """Return the base of a sum from January on, and the next shorter and longer sums with their periods."""
    months = measures.months_of(period)
    start, first = level(partner, currency, measures.shift_years(period, -1)), f"{months[0][:4]}-01"
    if start is None or months[0] != first:
        return None
    every = [
        (f"{first}..{last}", level(partner, currency, f"{first}..{last}"))
        for last in measures.months_of(first[:4])
    ]
    sums = [(name, found) for name, found in every if found is not None]
    shorter = [one for one in sums if one[0] < f"{first}..{months[-1]}"]
    longer = [one for one in sums if one[0] > f"{first}..{months[-1]}"]
    return (start, shorter[-1], longer[0]) if shorter and longer else None


def _in_money(partner: str, currency: str, period: str) -> Amount | None:
    """Return an amount in a currency; in dollars also from yuan, at the rate of all imports over those months."""
    if found := level(partner, currency, period):
        return found
    if currency != "USD":
        return None
    yuan, all_yuan = level(partner, "CNY", period), level(WORLD, "CNY", period)
    dollars = _all_dollars(datasets.view()).get(period)
    if yuan is None or all_yuan is None or dollars is None:
        return None
    return yuan * Amount(dollars, measures.exact(dollars), "computed", "primary") / all_yuan


@functools.lru_cache(maxsize=4)
def _all_dollars(_view: datasets.View) -> dict[str, float]:
    """Return all imports in billions of dollars by period, as revised."""
    frame = datasets.load("gacc-totals")
    own = frame[(frame["flow"] == "imports") & (frame["currency"] == "USD") & (frame["print"] == "revised")]
    found: dict[str, float] = {}
    for period, value, unit in zip(own["period"], own["value"], own["unit"], strict=True):
        found.setdefault(period, value * partners.BILLIONS[unit])
    return found


def _on_2022(partner: str) -> tuple[float | None, float, float] | None:
    """Return the growth of 2024 on 2022 with its ends, for the few partners whose 2022 is at hand."""
    choices = {"partner": partner, "currency": "USD", "end": f"{LAST}-12", "window": 12, "base": "2022"}
    try:
        found = partners.growth(choices)
    except NoFigureError:
        return None
    return found.value, *found.range


def _row(partner: str, period: str) -> tuple[str, str, float | None, float, float, str, str] | None:
    try:
        found = growth({"partner": partner, "period": period, "currency": "any"})
    except NoFigureError:
        return None
    money = ", in dollars" if " in dollars" in found.sentence else ""
    kind = "printed" if not found.recomputed else "bound" if found.value is None else "implied"
    return partner, f"{fmt.period(period, short=True)}{money}", found.value, *found.range, kind, period


def _as_windows(found: Iterable[tuple[Any, ...] | None]) -> pd.DataFrame:
    table = pd.DataFrame([row for row in found if row], columns=_WINDOW)
    return table.astype(dict.fromkeys(("value", "low", "high"), float))


_PANEL: Final = ["panel", "unit", "period", "series", "value"]
_WINDOW: Final = ["group", "label", "value", "low", "high", "grade", "period"]


def _rows(partner: str, currency: str, period: str) -> list[dict[str, Any]]:
    """Return the rows on imports from a partner over a period, customs' own tables before the press."""
    return _records(datasets.view()).get((partner, currency, period), [])


@functools.lru_cache(maxsize=4)
def _records(_view: datasets.View) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    tables = (datasets.load(partners.DATASET), datasets.load(commodities.OTHER))
    trade, other = (cast("list[dict[str, Any]]", table.to_dict("records")) for table in tables)
    found = [{**row, "dataset": partners.DATASET} for row in trade if row["flow"] == "imports"]
    for row in other:
        name = str(row["commodity"])
        if row["measure"] == "value" and name.startswith("TOTAL imports"):
            partner = name.removeprefix(_FROM) if name.startswith(_FROM) else WORLD
            found.append({**row, "partner": partner, "dataset": commodities.OTHER})
    records: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in sorted(found, key=lambda row: GRADES.index(row["grade"])):
        records.setdefault((row["partner"], row["currency"], row["period"]), []).append(row)
    return records


def _amount_of(row: Mapping[str, Any]) -> Amount:
    scale = partners.BILLIONS[row["unit"]]
    spread = rows.interval_of({**row, "low": math.nan, "high": math.nan})
    return Amount(
        row["value"] * scale, Interval(spread.low * scale, spread.high * scale), row["basis"], row["grade"]
    )


def _subject(partner: str, currency: str, period: str) -> str:
    return (
        f"China’s imports from {_named(partner)} in {partners.WORDS[currency]}, {fmt.period(period)} on the "
        "same months a year before"
    )


def _named(partner: str) -> str:
    return "all the world" if partner == WORLD else partners.named(partner)
