"""China's exports set against its imports: their ratio, what is left over, and what quantities and prices do.

Money is that of Chinese customs, of goods, unadjusted; volumes and unit values are CPB's. Where the two are put
together (a surplus at the prices of one year), the result is implied by both and printed by neither.
"""

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import pandas as pd

from onewaytrade import datasets, fmt, measures
from onewaytrade.claims import Estimate, weakest_of
from onewaytrade.errors import ClaimError, NoFigureError, ParameterError
from onewaytrade.methods import commodities, consumption, cpb, customs, partners
from onewaytrade.methods.partners import Amount
from onewaytrade.nearest import check_choice

DATASET: Final = "gacc-totals"
CURRENCIES: Final = ("USD", "CNY")
UNITS: Final = {"USD": ("dollar", "cents"), "CNY": ("yuan", "fen")}
FIRST_YEAR: Final = 2019
BASE_YEAR: Final = "2021"
KNOWN: Final = "2025-05"
FLOWS: Final = ("exports", "imports")

_T = TypeVar("_T")
_CHINA: Final = "China"
_MEASURES: Final = ("ratio", "surplus", "import-share")
# The choices on which an amount hangs, beside its period.
_OF_AMOUNTS: Final = ("measure", "currency", "partner", "prices", "source", "edition")
# The base of a growth rate is asked for as customs carries it now, or as it was printed first.
_LATEST: Final = ("revised", "in full", "implied", "as published")
_PRINTS: Final = {"revised": _LATEST, "first": ("first", "as published")}
_CAPACITY: Final = "capacity utilisation"
_PRODUCER_PRICES: Final = "producer price index, change on year"
_PARTNER_WINDOWS: Final = {
    "2024 on 2023": ("2023", "2024"),
    "First half of 2025 on 2024": ("2024-01..2024-06", "2025-01..2025-06"),
}
WINDOWS: Final = tuple(_PARTNER_WINDOWS)
# What each explanation of the gap would show as, and which others would show alike.
_RIVALS: Final = {
    "Industrial policy": ("Capacity ahead of demand, falling factory prices, exports", "Weak demand at home"),
    "Weak demand at home": ("Few imports, more saving, falling factory prices", "Industrial policy"),
    "Cheaper raw materials": ("Import prices falling more than export prices", "None of these"),
    "Exchange rate and competitiveness": (
        "A cheaper yuan, or falling export prices",
        "Industrial policy, weak demand at home",
    ),
    "Home production in place of imports": ("Fewer imports of the goods concerned", "Weak demand at home"),
    "Strong demand abroad": ("World imports growing like China’s exports", "None of these"),
}


# What the register asks for


def change(choices: Mapping[str, Any]) -> Estimate:
    """Compute what a `trade-balance` definition asks of China's trade in goods.

    Choices: `measure` ("ratio": growth of exports over imports; "surplus": growth of exports less imports;
    "import-share": imports of `end` for a hundred of exports), `currency`, `start`, `end` (periods), `base_print`
    ("revised" or "first": which print of `start`), and optionally `partner` (trade with it alone), `prices` (a
    year, whose prices stand for all: customs' dollars of that year, moved by CPB's volumes) or `source` ("cpb":
    CPB's values in dollars instead of customs'), both of an `edition` of CPB's table. Rounding is carried as an
    interval. Raises NoFigureError where a figure is not at hand.
    """
    return _change(choices, _pair, _edition)


def change_many(definitions: Sequence[Mapping[str, Any]]) -> list[Estimate | NoFigureError]:
    """Compute many definitions as `change` does, looking up each period's flows once; an error where none are."""
    pair, edition = _once(_pair), _once(_edition)
    answers: list[Estimate | NoFigureError] = []
    for choices in definitions:
        try:
            answers.append(_change(choices, pair, edition))
        except NoFigureError as error:
            answers.append(error)
    return answers


def _once(find: Callable[..., _T]) -> Callable[..., _T]:
    """Return a function of choices and more that remembers what it found, also that there is no figure."""
    known: dict[tuple[Any, ...], _T | NoFigureError] = {}

    def found(choices: Mapping[str, Any], *more: Any) -> _T:
        key = (*(choices.get(name) for name in _OF_AMOUNTS), *more)
        if key not in known:
            try:
                known[key] = find(choices, *more)
            except NoFigureError as error:
                known[key] = error
        answer = known[key]
        if isinstance(answer, NoFigureError):
            raise answer
        return answer

    return found


def _change(
    choices: Mapping[str, Any], pair: Callable[..., dict[str, Amount]], edition: Callable[..., str]
) -> Estimate:
    measure, end = choices["measure"], str(choices["end"])
    if measure not in _MEASURES:
        raise ClaimError(f"The measure {measure!r} of a trade balance is none of {', '.join(_MEASURES)}.")
    last = pair(choices, end, _LATEST)
    if measure == "import-share":
        return _share(choices, last["imports"] / last["exports"])
    start = str(choices["start"])
    kind = "revised" if _by_cpb(choices) else choices.get("base_print", "revised")
    if measures.months_of(start)[-1] >= measures.months_of(end)[0]:
        raise NoFigureError(f"{_spelt(start)} to {_spelt(end)} is no window: its end must come after its start.")
    first = pair(choices, start, _PRINTS[kind])
    before, after = (_set_against(flows, measure) for flows in (first, last))
    if before.interval.low <= 0:
        raise NoFigureError(
            f"From a deficit in {_spelt(start)}, {_counted(choices)}, there is no growth of a surplus."
        )
    value, allowed = (
        measures.growth(before.value, after.value),
        measures.growth_interval(before.interval, after.interval),
    )
    return Estimate(
        value=value,
        # Of exact amounts both ends are the value, but for the last bit.
        low=min(allowed.low, value),
        high=max(allowed.high, value),
        grade=weakest_of(before.grade, after.grade),
        edition=edition(choices),
        sentence=(
            f"{_what(choices)}, {_counted(choices)}, {_spelt(end)} against {_spelt(start)}"
            f"{' as first printed' if kind == 'first' else ''}."
        ),
        unit="%",
    )


def _share(choices: Mapping[str, Any], share: Amount) -> Estimate:
    unit, small = UNITS[choices["currency"]]
    return Estimate(
        value=100 * share.value,
        low=100 * share.interval.low,
        high=100 * share.interval.high,
        grade=share.grade,
        edition=_edition(choices),
        sentence=(
            f"{small.capitalize()} of imports for each {unit} of exports, {_counted(choices)}, "
            f"{_spelt(str(choices['end']))}."
        ),
        unit=f"{small} per {unit}",
    )


def _set_against(pair: Mapping[str, Amount], measure: str) -> Amount:
    return pair["exports"] / pair["imports"] if measure == "ratio" else pair["exports"] - pair["imports"]


def _what(choices: Mapping[str, Any]) -> str:
    currency, prices = choices["currency"], choices.get("prices")
    if choices["measure"] == "surplus":
        return f"Exports less imports in {_money(currency)}{f' at prices of {prices}' if prices else ''}"
    # In a ratio the prices of one year cancel, so that volumes are left.
    return "Volume of exports over that of imports" if prices else f"Exports per {UNITS[currency][0]} of imports"


def check_parameters(values: Mapping[str, Any]) -> None:
    """Check the parameters `currency`, `start` and `end` of the notebook on one-way trade.

    Raises ParameterError, naming the values at hand and the nearest.
    """
    currency = values["currency"]
    check_choice("currency", currency, CURRENCIES)
    known = years(currency)
    for name in ("start", "end"):
        check_choice(name, values[name], known, why=f"no calendar year at hand in {_money(currency)}")
    if values["start"] >= values["end"]:
        later = [year for year in known if year > values["start"]]
        hint = f"the nearest is end={later[0]!r}" if later else f"the nearest is start={known[-2]!r}"
        raise ParameterError(f"start={values['start']!r} must come before end={values['end']!r}; {hint}.")


def years(currency: str) -> tuple[str, ...]:
    """Return the calendar years of which exports and imports are at hand, from the first that is looked at."""
    frame = datasets.load(DATASET)
    own = frame[(frame["currency"] == currency) & (frame["frequency"] == "annual")]
    both = set.intersection(*(set(own.loc[own["flow"] == flow, "period"]) for flow in FLOWS))
    # CPB's whole years set the end, since every question is asked of quantities too.
    return tuple(sorted(year for year in both if FIRST_YEAR <= int(year) <= int(_last_year())))


# Exports, imports and what is left over


def window(currency: str, start: str, end: str) -> pd.DataFrame:
    """Return both flows, the surplus and the ratio of two calendar years, and their growth.

    Rows by name (`exports`, `imports`, `surplus`, `ratio`), columns `start`, `end` (billions, or a ratio), `pct`.
    """
    pairs = {
        "start": _pair({"currency": currency}, start, _PRINTS["revised"]),
        "end": _pair({"currency": currency}, end, _LATEST),
    }
    columns = {
        name: {flow: pair[flow].value for flow in FLOWS}
        | {"surplus": _set_against(pair, "surplus").value, "ratio": _set_against(pair, "ratio").value}
        for name, pair in pairs.items()
    }
    frame = pd.DataFrame(columns)
    return frame.assign(pct=100 * (frame["end"] / frame["start"] - 1))


def flows(currency: str) -> pd.DataFrame:
    """Return exports, imports and the surplus for `charts.panels`: `panel`, `unit`, `period`, `series`, `value`.

    In dollars the twelve months to each month, in yuan calendar years (of which only some months are at hand);
    in billions, as customs carries them now.
    """
    unit = f"bn {currency}"
    found = []
    for period, shown in _periods(currency):
        pair = _pair({"currency": currency}, period, _LATEST)
        surplus = pair["exports"] - pair["imports"]
        found += [
            ("Exports and imports", unit, shown, "Exports", pair["exports"].value),
            ("Exports and imports", unit, shown, "Imports", pair["imports"].value),
            ("Surplus: exports less imports", unit, shown, "", surplus.value),
        ]
    return pd.DataFrame(found, columns=["panel", "unit", "period", "series", "value"])


def prints(year: str = "2022") -> pd.DataFrame:
    """Return a year's trade as printed first and as carried now, in both currencies.

    Columns as they are shown; the surplus and the ratio are computed from the two flows of the same print.
    """
    found = []
    for currency in CURRENCIES:
        for name, kind in {"first print": "first", "as revised": "revised"}.items():
            pair = _pair({"currency": currency}, year, _PRINTS[kind])
            exports, imports = pair["exports"], pair["imports"]
            how = ", implied" if "implied" in {exports.basis, imports.basis} else ""
            figures = (exports.value, imports.value, exports.value - imports.value)
            found.append((f"{currency}, {name}{how}", *figures, exports.value / imports.value))
    columns = [f"{year}", "Exports, bn", "Imports, bn", "Surplus, bn", "Exports per unit of imports"]
    return pd.DataFrame(found, columns=columns)


def by_year(base: str = BASE_YEAR) -> pd.DataFrame:
    """Return trade by year in dollars of the day and at the prices of one year, in billions.

    At the prices of the base year: customs' value of that year times CPB's volume of a year over that of the
    base. Columns `year`, `exports`, `imports`, `surplus`, `real_exports`, `real_imports`, `real_surplus`, and
    `exports_apart`, `imports_apart`: how far CPB's own value (volume times unit value) lies from customs', in per
    cent, once both are the same in the base year.
    """
    start = _pair({"currency": "USD"}, base, _LATEST)
    found = []
    for year in years("USD"):
        now = {flow: amount.value for flow, amount in _pair({"currency": "USD"}, year, _LATEST).items()}
        volume, value = (
            {flow: start[flow].value * _against(flow, what, base, year) for flow in FLOWS}
            for what in ("volume", "value")
        )
        row: dict[str, Any] = {"year": year, **now, "surplus": now["exports"] - now["imports"]}
        row |= {f"real_{flow}": volume[flow] for flow in FLOWS}
        row["real_surplus"] = volume["exports"] - volume["imports"]
        row |= {f"{flow}_apart": 100 * (value[flow] / now[flow] - 1) for flow in FLOWS}
        found.append(row)
    return pd.DataFrame(found)


def surpluses(table: pd.DataFrame, base: str = BASE_YEAR) -> pd.DataFrame:
    """Return both surpluses of `by_year` for `charts.panels`."""
    names = {"surplus": "In prices of the day", "real_surplus": f"At prices of {base}"}
    parts = [
        pd.DataFrame({"period": table["year"], "series": name, "value": table[column]})
        for column, name in names.items()
    ]
    return pd.concat(parts, ignore_index=True).assign(panel="Surplus", unit="bn USD")


def by_base(start: str, end: str) -> pd.DataFrame:
    """Return how much the surplus grew at the prices of each year: `base`, `start`, `end` (bn USD), `pct`."""
    found = []
    for base in years("USD"):
        table = by_year(base).set_index("year")["real_surplus"]
        found.append((base, table[start], table[end], measures.growth(table[start], table[end])))
    return pd.DataFrame(found, columns=["base", "start", "end", "pct"])


# Prices


def prices() -> pd.DataFrame:
    """Return unit values, terms of trade, producer prices and use of capacity for `charts.panels`.

    Unit values are CPB's (mean of the base year = 100); in yuan they are those in dollars times the market's
    monthly rate over its mean of the base year, and so implied.
    """
    since = f"{FIRST_YEAR}-01"
    exports, imports = (_cpb(flow, "unit_value").loc[since:] for flow in FLOWS)
    rates = customs.market_rate()
    yuan = (exports * rates / measures.mean_over(rates, BASE_YEAR)).dropna()
    own = "Unit values in dollars and yuan"
    parts = [
        _panel(own, f"{BASE_YEAR} = 100", "Exports, in dollars", exports),
        _panel(own, f"{BASE_YEAR} = 100", "Exports, in yuan", yuan),
        _panel(own, f"{BASE_YEAR} = 100", "Imports, in dollars", imports),
        _panel("Terms of trade: exports over imports", f"{BASE_YEAR} = 100", "", terms().loc[since:]),
        _panel("Producer prices at home, on the year before", "%", "", _row_series(_PRODUCER_PRICES)),
        _panel("Use of industrial capacity, by quarter", "%", "", capacity()),
    ]
    return pd.concat(parts, ignore_index=True)


def terms() -> "pd.Series[float]":
    """Return the terms of trade: CPB's unit value of exports over that of imports, its base year = 100."""
    return 100 * _cpb("exports", "unit_value") / _cpb("imports", "unit_value")


def producer_prices() -> "pd.Series[float]":
    """Return the change of producer prices on the year before, in per cent, by month."""
    return _row_series(_PRODUCER_PRICES)


def capacity() -> "pd.Series[float]":
    """Return use of industrial capacity by quarter, in per cent, as the press had it; quarters are missing."""
    found = _row_series(_CAPACITY)
    return found[found.index.str.contains("Q")]


def price_changes(start: str, end: str) -> dict[str, float]:
    """Return the growth of yearly means, in per cent, of unit values, terms of trade and the exchange rate.

    Keys `exports`, `imports`, `terms`; with `rate` and `exports_yuan` where the market's rates are at hand.
    """
    found = {flow: measures.window_growth(_cpb(flow, "unit_value"), start, end) for flow in FLOWS}
    found["terms"] = 100 * ((1 + found["exports"] / 100) / (1 + found["imports"] / 100) - 1)
    rates = customs.market_rate()
    if {f"{start}-01", f"{end}-12"} <= set(rates.index):
        found["rate"] = measures.window_growth(rates, start, end)
        found["exports_yuan"] = measures.compound(found["exports"], found["rate"])
    return found


def bridge(start: str, end: str) -> pd.DataFrame:
    """Split the growth of exports per unit of imports, in dollars by customs, for `charts.decomposition`.

    In logs: volumes (CPB's exports over imports), prices (the terms of trade), and what customs' values hold
    beside CPB's, such as revisions that only one of them has.
    """
    ratio = change({"measure": "ratio", "currency": "USD", "start": start, "end": end}).number
    rates = {
        part: 100 * (_against("exports", what, start, end) / _against("imports", what, start, end) - 1)
        for part, what in {"Quantities": "volume", "Prices": "unit_value"}.items()
    }
    by_cpb = (1 + rates["Quantities"] / 100) * (1 + rates["Prices"] / 100)
    rates["Customs beside CPB"] = 100 * ((1 + ratio / 100) / by_cpb - 1)
    logs = measures.decompose_logs(rates)
    logs["Ratio"] = logs.pop("product")
    window = f"{start} to {end}"
    found = [(window, part, logs[part], rates.get(part, ratio)) for part in logs]
    return pd.DataFrame(found, columns=["window", "part", "log_points", "pct"])


# Is it one-way?


def shares(currency: str) -> pd.DataFrame:
    """Return imports for a hundred of exports by calendar year: `label`, `value`, `low`, `high`."""
    found = []
    for year in years(currency):
        got = change({"measure": "import-share", "currency": currency, "end": year})
        found.append((year, got.value, *got.range))
    return pd.DataFrame(found, columns=["label", "value", "low", "high"])


def long_view() -> pd.DataFrame:
    """Return exports per dollar of imports over twelve months, for `charts.lines`: by customs and implied by CPB.

    CPB's index of value has no level of its own: it is given that of customs in the base year.
    """
    customs = pd.Series(
        {month: _ratio("USD", period) for period, month in _periods("USD", since="2018-12")}, dtype=float
    )
    yearly = {flow: _cpb(flow, "value").rolling(12).mean().dropna() for flow in FLOWS}
    index = yearly["exports"] / yearly["imports"]
    implied = index * _ratio("USD", BASE_YEAR) / index[f"{BASE_YEAR}-12"]
    parts = [
        values.rename("value").rename_axis("month").reset_index().assign(series=name)
        for name, values in {"Implied by CPB": implied, "Customs": customs}.items()
    ]
    frame: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return frame[["month", "series", "value"]]


def regions(start: str, end: str) -> pd.DataFrame:
    """Return the growth of both volumes by CPB's regions, for `charts.dots`, from the widest gap down.

    Columns `group`, `label`, `series`, `value` (per cent) and `gap` (points).
    """
    edition = datasets.resolve(cpb.DATASET, "pinned")
    found = []
    for region in cpb.regions(edition):
        rates = {
            flow: measures.window_growth(cpb.series(edition, flow, region, "volume"), start, end) for flow in FLOWS
        }
        group = "Groups, and the world" if region in cpb.NOT_ECONOMIES else "Economies and regions"
        gap = rates["exports"] - rates["imports"]
        found += [(group, region, flow.capitalize(), rates[flow], gap) for flow in FLOWS]
    frame = pd.DataFrame(found, columns=["group", "label", "series", "value", "gap"])
    return frame.sort_values(["group", "gap"], ascending=[True, False], kind="stable", ignore_index=True)


def coverage() -> pd.DataFrame:
    """Return the change of exports over imports in yuan, partner by partner, for `charts.dots`.

    Over the two windows at hand. Columns `group`, `label`, `series` (the window), `value`, `low`, `high` (per
    cent), `grade` (a growth rate that was printed a year later gives one end of each), `before` and `share` (fen
    of imports per yuan of exports at the start and at the end), and `moved`: what that did to the balance.
    """
    found = []
    for name in sorted(set(datasets.load(partners.DATASET)["partner"])):
        for window, periods in _PARTNER_WINDOWS.items():
            ends = [_partner_ratio(name, period) for period in periods]
            if (before := ends[0]) is None or (after := ends[1]) is None:
                continue
            span = measures.growth_interval(before.interval, after.interval)
            rate = measures.growth(before.value, after.value)
            group = "Groups, and the world" if name in partners.GROUPS else "Economies"
            fen = [100 / before.value, 100 / after.value]
            found.append((group, name, window, rate, span.low, span.high, "implied", *fen, _moved(*fen)))
    columns = ["group", "label", "series", "value", "low", "high", "grade", "before", "share", "moved"]
    frame = pd.DataFrame(found, columns=columns)
    first = frame[frame["series"] == WINDOWS[0]].set_index("label")["value"]
    frame = frame[frame["label"].isin(first.index)]
    frame = frame.assign(order=frame["label"].map(first))
    return frame.sort_values(["group", "order"], ascending=[True, False], kind="stable", ignore_index=True)


def _partner_ratio(name: str, period: str) -> Amount | None:
    exports, imports = (partners.amount(name, "CNY", period, flow) for flow in FLOWS)
    return None if exports is None or imports is None else exports / imports


def _moved(before: float, after: float) -> str:
    """Return what a change from `before` to `after` fen of imports per yuan of exports did to the balance."""
    if abs(math.log(after / 100)) <= abs(math.log(before / 100)):
        return "nearer to balance"
    return "China sells still more" if after < 100 else "China buys still more"


def last_shares() -> pd.DataFrame:
    """Return what China bought for each yuan that it sold to a partner in 2024, as a table to be shown."""
    table = coverage()
    table = table[table["series"] == WINDOWS[0]].sort_values("share", ignore_index=True)
    return pd.DataFrame(
        {
            "Partner": table["label"],
            "2023, fen": table["before"],
            "2024, fen": table["share"],
            "In 2024": table["moved"],
        }
    )


# Explanations


def explanations(start: str, end: str) -> pd.DataFrame:
    """Return the rival explanations of the gap, what each would show as, and what the series at hand show.

    Columns as they are shown. The last column says which of the others would show alike.
    """
    price = price_changes(start, end)
    volume = {flow: 100 * (_against(flow, "volume", start, end) - 1) for flow in FLOWS}
    edition = datasets.resolve(cpb.DATASET, "pinned")
    world = measures.window_growth(cpb.series(edition, "imports", "World", "volume"), start, end)
    shown = {
        "Industrial policy": _factories(),
        "Weak demand at home": f"{start} to {end}: import volume {fmt.change(volume['imports'])}. {_households()}",
        "Cheaper raw materials": (
            f"{start} to {end}: import prices {fmt.change(price['imports'])}, export prices "
            f"{fmt.change(price['exports'])}, in dollars."
        ),
        "Exchange rate and competitiveness": f"{start} to {end}: {_competitiveness(price)}.",
        "Home production in place of imports": (
            f"Chips imported, by number, January to May 2025: {fmt.pct(_chips())} on the year. "
            "Output by product is not at hand."
        ),
        "Strong demand abroad": (
            f"{start} to {end}, by volume: the world’s imports {fmt.change(world)}, China’s exports "
            f"{fmt.change(volume['exports'])}."
        ),
    }
    found = [(name, implied, shown[name], alike) for name, (implied, alike) in _RIVALS.items()]
    return pd.DataFrame(found, columns=["Explanation", "Would show as", "The series at hand", "Would show alike"])


def _factories() -> str:
    use, producer = _row_series(_CAPACITY), _row_series(_PRODUCER_PRICES).loc["2022-01":KNOWN]
    return (
        f"{use['2022']:.1f} % of capacity used in 2022, {use['2023']:.1f} % in 2023. Producer prices below the "
        f"year before in {int((producer < 0).sum())} of {len(producer)} months, {fmt.month('2022-01')} to "
        f"{fmt.month(KNOWN)}."
    )


def _households() -> str:
    frame = datasets.load(consumption.DATASET)
    saving = frame[frame["measure"] == consumption.SAVING].sort_values("period")
    told = fmt.join(
        f"{value:.1f} % in {year}" for year, value in zip(saving["period"], saving["value"], strict=True)
    )
    return f"Households’ saving: {told} of income."


def _competitiveness(price: Mapping[str, float]) -> str:
    dollars = f"export prices in dollars {fmt.change(price['exports'])}"
    if "rate" not in price:
        return f"{dollars}; yuan per dollar are not at hand for both years"
    return (
        f"{dollars}, yuan per dollar {fmt.change(price['rate'])}, so that export prices in yuan "
        f"{fmt.change(price['exports_yuan'])}"
    )


def _chips() -> float:
    choices = {"commodity": "Integrated circuits", "measure": "quantity", "release": "2025-06-09", "months": 5}
    return commodities.growth(choices).number


# Small steps


def _pair(choices: Mapping[str, Any], period: str, prints: Sequence[str]) -> dict[str, Amount]:
    """Return exports and imports of a period, in billions; raises NoFigureError if one is not at hand."""
    currency, partner = choices["currency"], choices.get("partner")
    if _by_cpb(choices):
        return _by_index(choices, period)
    found = {}
    for flow in FLOWS:
        amount = (
            partners.amount(partner, currency, period, flow)
            if partner
            else _total(flow, currency, period, tuple(prints), datasets.view())
        )
        if amount is None:
            raise NoFigureError(
                f"China’s {flow} in {_money(currency)}, {_counted(choices)}, {_spelt(period)}: not at hand."
            )
        found[flow] = amount
    return found


@functools.lru_cache(maxsize=512)
def _total(flow: str, currency: str, period: str, prints: tuple[str, ...], _view: datasets.View) -> Amount | None:
    # A grid asks for the same few years hundreds of times, each of them twelve months of rows.
    return partners.total(flow, currency, period, *prints)


def _by_cpb(choices: Mapping[str, Any]) -> bool:
    return "prices" in choices or choices.get("source") == cpb.DATASET


def _by_index(choices: Mapping[str, Any], period: str) -> dict[str, Amount]:
    """Return both flows by CPB's indices, at the level that customs counted in the year of the prices.

    By its volumes at the prices of that year, or else by its values; in dollars, in billions a year.
    """
    base, measure = str(choices.get("prices", BASE_YEAR)), "volume" if "prices" in choices else "value"
    edition = datasets.resolve(cpb.DATASET, choices.get("edition", "pinned"))
    if choices["currency"] != "USD":
        raise NoFigureError("By CPB’s indices trade is implied in dollars only.")
    months = measures.months_of(period)
    cpb.check_held(edition, (months[0], months[-1]), cpb.months(edition))
    level = _pair({"currency": "USD"}, base, _LATEST)
    found = {}
    for flow in FLOWS:
        now, then = (_mean(edition, flow, measure, when, datasets.view()) for when in (period, base))
        value = level[flow].value * now / then
        found[flow] = Amount(value, measures.exact(value), "implied", "implied")
    return found


@functools.lru_cache(maxsize=512)
def _mean(edition: str, flow: str, measure: str, period: str, _view: datasets.View) -> float:
    return measures.mean_over(cpb.series(edition, flow, _CHINA, measure), period)


def _ratio(currency: str, period: str) -> float:
    pair = _pair({"currency": currency}, period, _LATEST)
    return (pair["exports"] / pair["imports"]).value


def _periods(currency: str, since: str = f"{FIRST_YEAR}-01") -> list[tuple[str, str]]:
    """Return the periods that a picture of money has: what is summed, and the month or year that stands for it."""
    if currency != "USD":
        return [(year, year) for year in years(currency)]
    monthly = datasets.load(DATASET).query("currency == 'USD' and frequency == 'monthly'")
    return [(measures.trailing(month), month) for month in measures.months_between(since, monthly["period"].max())]


def _cpb(flow: str, measure: str) -> "pd.Series[float]":
    return cpb.series(datasets.resolve(cpb.DATASET, "pinned"), flow, _CHINA, measure)


def _against(flow: str, measure: str, start: str, end: str) -> float:
    """Return the ratio of two yearly means of CPB's series for China."""
    edition = datasets.resolve(cpb.DATASET, "pinned")
    now, then = (_mean(edition, flow, measure, year, datasets.view()) for year in (end, start))
    return now / then


def _last_year() -> str:
    return cpb.last_full_year(cpb.months(datasets.resolve(cpb.DATASET, "pinned"))[1])


def _row_series(measure: str) -> "pd.Series[float]":
    frame = datasets.load("surplus-prices")
    return frame[frame["measure"] == measure].set_index("period")["value"].sort_index()


def _panel(panel: str, unit: str, series: str, values: "pd.Series[float]") -> pd.DataFrame:
    table = values.rename("value").rename_axis("period").reset_index()
    return table.assign(panel=panel, unit=unit, series=series)


def _money(currency: str) -> str:
    return partners.WORDS[currency]


def _counted(choices: Mapping[str, Any]) -> str:
    """Return in words whose trade is counted, and by whom."""
    if partner := choices.get("partner"):
        return f"with {partners.named(partner)} by Chinese customs"
    if not _by_cpb(choices):
        return "goods by Chinese customs"
    edition = f", edition {choices['edition']}" if "edition" in choices else ""
    if choices["measure"] == "ratio":
        return f"goods by CPB{edition}"
    return f"goods by Chinese customs and CPB{edition}"


def _spelt(period: str) -> str:
    return f"calendar {period}" if len(period) == 4 else fmt.period(period)


def _edition(choices: Mapping[str, Any]) -> str:
    own = datasets.pinned(partners.DATASET if choices.get("partner") else DATASET)
    if not _by_cpb(choices):
        return own
    edition = f"{cpb.DATASET} {datasets.resolve(cpb.DATASET, choices.get('edition', 'pinned'))}"
    return edition if choices["measure"] == "ratio" else fmt.join([own, edition])
