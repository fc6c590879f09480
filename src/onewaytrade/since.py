"""The claims carried forward: what the same definition gives by the newest month at hand.

The article is of June 2025, and its claims are judged as of then. A claim whose window runs "to date" can be asked
again later: the start stays, the end moves. No verdict is given on that: what came after the article can neither
confirm nor correct it. A claim about a year that is over, a document, an event or a cause is not carried.
"""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from onewaytrade import claims, datasets, fmt, measures
from onewaytrade.choices import NESTED, choices_of, choices_of_part, evaluate
from onewaytrade.claims import Claim, Estimate, Printed
from onewaytrade.errors import NoFigureError, ParameterError
from onewaytrade.methods import balance, commodities, consumption, cpb, customs, partners

LATEST: Final = "latest"
FIRST: Final = "2025-03"  # the last month of the article's window on volumes
_BOUNDED: Final = "The figures at hand only bound it."
_LUNAR: Final = frozenset({"01", "02"})
# What is counted, as a heading over rows; of commodities the two windows stand under two headings.
_HEADINGS: Final[dict[str, str]] = {
    "cpb-growth": "Volumes by CPB, since December 2022",
    "chained-rates": "Customs’ rates in yuan, chained since 2022",
    "trade-balance": "Exports per unit of imports, since 2022",
    "customs-growth": "Customs’ values in yuan, on the year before",
    "partner-growth": "Imports by partner in dollars, twelve months on 2022",
    "commodity-growth": "Commodities, on the year before: ",
    "supplier-growth": "Imports by supplier, on the year before",
    "retail-sales": "Retail sales, on the year before",
}
# How the title of the overview names some claims, by their labels.
TOLD: Final = {
    "exports": "Exports, volume",
    "imports": "Imports, volume",
    "American imports": "What the United States imported",
}
_TO_DATE: Final = "this year so far"
_YEAR: Final = "whole year"


@dataclass(frozen=True, slots=True)
class Carried:
    """One figure of a claim carried forward.

    `part` is the id of the part that it answers ("" for the claim), `choices` are those of the same definition
    with a later end, `window` says in words which months, `heading` what is counted, `caution` what to beware of
    ("" for nothing); `then` is what the definition gives as of the article, None where it gives no figure.
    """

    claim: Claim
    part: str
    choices: Mapping[str, Any]
    window: str
    heading: str
    caution: str
    then: Estimate | None
    now: Estimate

    @property
    def label(self) -> str:
        """The claim's label, with its part."""
        return f"{self.claim.label}: {self.part.replace('-', ' ')}" if self.part else self.claim.label

    def text(self, estimate: Estimate | None) -> str:
        """Return an estimate in words and digits, as precise as the claim is printed."""
        printed = self.claim.printed if self.claim.printed.unit else Printed(unit="%", precision=1)
        return fmt.MISSING if estimate is None else claims.text_of(printed, estimate)


@dataclass(frozen=True, slots=True)
class _Later:
    """A later end for some choices: what to lay over them, the window in words, and a caution."""

    choices: Mapping[str, Any]
    window: str
    caution: str = ""
    kind: str = ""


def check_parameters(values: Mapping[str, Any]) -> None:
    """Check the parameter `until` of the notebook on what came after: "latest", or a month from March 2025 on.

    A month beyond the data is fine: it asks for the newest at hand. Raises ParameterError with the nearest.
    """
    until = values["until"]
    if until == LATEST:
        return
    measures.check_month("until", until, FIRST, max(FIRST, _newest()))
    if until < FIRST:
        raise ParameterError(
            f"until={until!r} lies before {fmt.month(FIRST)}, up to which the article itself counts; the nearest "
            f"is {FIRST!r}."
        )


def carry(claim: Claim, until: str = LATEST) -> tuple[Carried, ...]:
    """Return the figures of a claim by the newest month at hand up to `until` ("latest", or YYYY-MM).

    One for each part of a bundle; for commodities the year to date and the newest whole year. None where nothing
    newer than the article's own window is at hand, or where the claim has no window that could be carried.
    """
    if claim.kind == "cause":
        return ()
    return tuple(
        _carried(claim, part, choices, later, now)
        for part, choices in _asked(claim)
        for later, now in _newest_figures(choices, until)
    )


def carried(until: str = LATEST) -> tuple[Carried, ...]:
    """Return the figures of all claims that can be carried, in the register's order, each definition once.

    A part of a bundle that asks what another claim asks by itself is left to that claim.
    """
    every = [one for claim in claims.register().values() for one in carry(claim, until)]
    alone = [one.choices for one in every if not one.part]
    return tuple(one for one in every if not one.part or one.choices not in alone)


def _newest_figures(choices: Mapping[str, Any], until: str) -> list[tuple[_Later, Estimate]]:
    """Return what some choices give at the newest end at hand, by the newest editions of all tables."""
    ends = _LATER.get(str(choices["method"]))
    if ends is None:
        return []
    found: dict[str, tuple[_Later, Estimate]] = {}
    with _newest_editions():
        for later in ends(choices, _cap(until)):
            if later.kind in found:
                continue
            try:
                found[later.kind] = later, evaluate(later.choices)
            except NoFigureError:
                continue
            # After the year to date a whole year is looked for; older sums of months tell nothing newer.
            if later.kind != _TO_DATE:
                break
    return list(found.values())


@contextmanager
def _newest_editions() -> Iterator[None]:
    """Read the newest edition of every dataset, whatever is pinned, as long as this context lasts."""
    newest = {name: datasets.resolve(name, LATEST) for name in datasets.names()}
    with datasets.using({name: new for name, new in newest.items() if new != datasets.resolve(name, "pinned")}):
        yield


def _carried(claim: Claim, part: str, choices: Mapping[str, Any], later: _Later, now: Estimate) -> Carried:
    caution = " ".join(text for text in (later.caution, _BOUNDED if now.value is None else "") if text)
    heading = _HEADINGS[str(choices["method"])]
    try:
        then = evaluate(choices)
    except NoFigureError:
        then = None
    return Carried(claim, part, later.choices, later.window, heading + later.kind, caution, then, now)


def _asked(claim: Claim) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the choices of what a claim computes, by part."""
    choices = choices_of(claim)
    if claim.parts and claim.printed.value is None:
        yield from ((part.id, choices_of_part(choices, part.id)) for part in claim.parts)
    else:
        yield "", {name: value for name, value in choices.items() if name not in NESTED}


# Later ends, by method, the newest first


def _cpb_ends(choices: Mapping[str, Any], last: str) -> Iterator[_Later]:
    edition = datasets.resolve(cpb.DATASET, LATEST)
    end = min(last, cpb.months(edition)[1])
    laid = {**choices, "edition": edition, "end": end}
    caution = ""
    if end[5:] in _LUNAR:
        back = steady_month(end)
        single = evaluate(laid)
        caution = (
            f"Taken back to {fmt.month(back)}, since a single January or February says where the Lunar New Year "
            f"fell; to {fmt.month(end)} it is {fmt.with_unit(single.number, single.unit or '', 1, sign=True)}."
        )
        laid = {**laid, "end": back}
    if str(laid["end"]) > str(choices["end"]):
        yield _Later(laid, f"{fmt.month(str(choices['start']))} to {fmt.month(str(laid['end']))}", caution)


def _partner_ends(choices: Mapping[str, Any], last: str) -> Iterator[_Later]:
    for end in _months_back(choices["end"], min(last, _last_period(partners.DATASET))):
        yield _Later(
            {**choices, "end": end},
            f"Twelve months to {fmt.month(end)} on {choices['base']}",
        )


def _commodity_ends(choices: Mapping[str, Any], last: str) -> Iterator[_Later]:
    own = commodities.window(str(choices["release"]))
    newest = sorted(
        (commodities.window(release) for release in datasets.editions(commodities.DATASET)),
        key=lambda asked: (measures.months_of(asked.end)[-1], asked.release),
        reverse=True,
    )
    for asked in newest:
        end = measures.months_of(asked.end)[-1]
        if measures.months_of(own.end)[-1] < end <= last:
            kind = _YEAR if asked.months == 12 else _TO_DATE
            yield _Later({**choices, "release": asked.release, "months": asked.months}, asked.text, kind=kind)


def _customs_ends(choices: Mapping[str, Any], last: str) -> Iterator[_Later]:
    if ".." not in str(choices["end"]):
        return  # A year that is over stays what it is.
    for end in _sums(str(choices["end"]), last, customs.DATASET):
        start = measures.shift_years(end, -1)
        window = f"{fmt.period(end)} against {fmt.period(start)}"
        kept = {name: value for name, value in choices.items() if name != "rows"}
        try:
            rate, _ = customs.published(str(choices["flow"]), str(choices["currency"]), end)
        except NoFigureError:
            rate = None
        told = "" if rate is None else f"The rate that customs printed is {fmt.pct(rate)}."
        yield _Later({**kept, "start": start, "end": end}, window, told)
        if rate is not None:
            published = {**kept, "start": start, "end": end, "source": "published"}
            yield _Later(published, window, "As customs printed it; no levels of both ends are at hand.")


def _chained_ends(choices: Mapping[str, Any], last: str) -> Iterator[_Later]:
    *years, own = choices["periods"]
    for end in _sums(own, last, customs.DATASET):
        yield _Later({**choices, "periods": [*years, end]}, f"2022 to {fmt.period(end)}")


def _balance_ends(choices: Mapping[str, Any], last: str) -> Iterator[_Later]:
    for year in range(int(cpb.last_full_year(last)), int(str(choices["end"])[:4]), -1):
        yield _Later({**choices, "end": str(year)}, f"{year} against {choices['start']}")


def _supplier_ends(choices: Mapping[str, Any], last: str) -> Iterator[_Later]:
    for period in _sums(str(choices["period"]), last, partners.DATASET):
        yield _Later({**choices, "period": period}, f"{fmt.period(period)} on the year before")


def _retail_ends(choices: Mapping[str, Any], last: str) -> Iterator[_Later]:
    for end in _months_back(str(choices["end"]), min(last, _last_period(consumption.DATASET))):
        if end[5:] not in _LUNAR:
            yield _Later({**choices, "end": end}, f"{fmt.month(end)} on the year before")


_LATER: Final[dict[str, Callable[[Mapping[str, Any], str], Iterator[_Later]]]] = {
    "cpb-growth": _cpb_ends,
    "partner-growth": _partner_ends,
    "commodity-growth": _commodity_ends,
    "customs-growth": _customs_ends,
    "chained-rates": _chained_ends,
    "trade-balance": _balance_ends,
    "supplier-growth": _supplier_ends,
    "retail-sales": _retail_ends,
}


def _months_back(after: str, last: str) -> list[str]:
    return list(reversed(measures.months_between(measures.shift_month(after, 1), last)))


def _sums(own: str, last: str, dataset: str) -> Iterator[str]:
    """Yield sums from January on that end after a period, the longest first; January alone is no sum."""
    for end in _months_back(measures.months_of(own)[-1], min(last, _last_period(dataset))):
        if not end.endswith("-01"):
            yield end[:4] if end.endswith("-12") else f"{end[:4]}-01..{end}"


def _last_period(dataset: str) -> str:
    """Return the last month of which the newest edition of a dataset holds anything."""
    return _last_month(dataset, datasets.view())


@functools.lru_cache(maxsize=16)
def _last_month(dataset: str, _view: datasets.View) -> str:
    # Each claim asks for it, for every end that it may be carried to.
    found = []
    for period in datasets.load(dataset, LATEST)["period"].unique():
        try:
            found.append(measures.months_of(str(period))[-1])
        except measures.MeasureError:
            continue
    return max(found)


def _newest() -> str:
    """Return the last month of which any of the tables here holds anything."""
    return _newest_of_all(datasets.view())


@functools.lru_cache(maxsize=4)
def _newest_of_all(_view: datasets.View) -> str:
    releases = [commodities.window(name).end for name in datasets.editions(commodities.DATASET)]
    return max(
        cpb.months(LATEST)[1],
        *(measures.months_of(end)[-1] for end in releases),
        *map(_last_period, (partners.DATASET, customs.DATASET, consumption.DATASET)),
    )


# What the notebook shows


def overview(found: Sequence[Carried]) -> pd.DataFrame:
    """Return carried figures in words.

    Columns as they are shown: `Claim`, `Printed`, `As of the article`, `Since then`, `Over`, `Caution`.
    """
    rows = [
        (
            one.label,
            one.claim.printed_text,
            one.text(one.then),
            one.text(one.now),
            one.window,
            one.caution or "none",
        )
        for one in found
    ]
    return pd.DataFrame(rows, columns=["Claim", "Printed", "As of the article", "Since then", "Over", "Caution"])


def drawn(found: Sequence[Carried]) -> pd.DataFrame:
    """Return the carried figures of claims that print a percentage, for `charts.dots`.

    Columns `group` (what is counted), `label`, `series` ("as of the article", "since then"), `value`, `low`,
    `high` (bounds alone where there is no value), `printed`.
    """
    rows = []
    for one in found:
        if one.claim.printed.unit != "%" or one.claim.printed.value is None:
            continue
        for series, estimate in {"as of the article": one.then, "since then": one.now}.items():
            if estimate is not None:
                bounds = (estimate.low, estimate.high) if estimate.value is None else (None, None)
                printed = one.claim.printed.value
                rows.append((one.heading, one.claim.label, series, estimate.value, *bounds, printed))
    columns = ["group", "label", "series", "value", "low", "high", "printed"]
    table = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[3:], float))
    order = {heading: at for at, heading in enumerate(table["group"].unique())}
    return table.sort_values("group", key=lambda own: own.map(order), kind="stable", ignore_index=True)


def turned(found: Sequence[Carried]) -> list[str]:
    """Return the labels of figures whose sign, at the printed precision, is no longer the one of then."""
    return [one.label for one in found if one.then is not None and _signs(one, one.then) != _signs(one, one.now)]


def _signs(one: Carried, estimate: Estimate) -> set[int]:
    shown = [measures.round_half_away(end, one.claim.printed.precision) for end in estimate.range]
    return {(end > 0) - (end < 0) for end in shown}


def volumes(until: str, region: str = "China") -> pd.DataFrame:
    """Return growth of both volumes since December 2022, by month to `until`: `month`, `series`, `value` (%)."""
    edition = datasets.resolve(cpb.DATASET, LATEST)
    table = cpb.since(edition, region, "2022-12")
    return table[table["month"] <= last_month(until)].reset_index(drop=True)


def last_month(until: str) -> str:
    """Return the last month of CPB's newest table up to `until`, a single January or February included."""
    newest = cpb.months(LATEST)[1]
    return newest if until == LATEST else min(until, newest)


def steady_month(until: str) -> str:
    """Return the last month up to `until` on which a count of CPB's volumes may end: no January or February."""
    last = last_month(until)
    return f"{int(last[:4]) - 1}-12" if last[5:] in _LUNAR else last


def yearly_gap(until: str) -> tuple[str, dict[str, float]]:
    """Return the newest complete year up to `until`, and the growth of both volumes of it on 2022, in per cent."""
    edition, year = datasets.resolve(cpb.DATASET, LATEST), cpb.last_full_year(last_month(until))
    return year, {
        flow: measures.window_growth(cpb.series(edition, flow, "China", "volume"), "2022", year)
        for flow in balance.FLOWS
    }


def imports_of(regions: Sequence[str], until: str, since: str = "2022-01") -> pd.DataFrame:
    """Return regions' import volumes by month to `until`: `month`, `series`, `value` (December 2022 = 100)."""
    edition = datasets.resolve(cpb.DATASET, LATEST)
    parts = []
    for region in regions:
        data = cpb.series(edition, "imports", region, "volume")
        own = (100 * data / data.loc["2022-12"]).loc[since : last_month(until)]
        parts.append(own.rename("value").reset_index().assign(series=region))
    return pd.concat(parts, ignore_index=True)[["month", "series", "value"]]


@_newest_editions()
def partner_course(until: str) -> pd.DataFrame:
    """Return growth of twelve months' imports on 2022 by partner, to every end from 2024 on that is at hand.

    Columns `group` (the partner), `label` (the last month), `value`, `low`, `high` (per cent; bounds alone without
    a value), `printed` (on the article's own row), as `charts.dots` takes them.
    """
    rows: list[tuple[Any, ...]] = []
    last = min(_cap(until), _last_period(partners.DATASET))
    for partner, name in partners.CLAIMS.items():
        claim = claims.get(name)
        own = claim.definition.choices
        for end in measures.months_between("2024-12", last):
            try:
                found = evaluate({**own, "end": end})
            except NoFigureError:
                continue
            printed = claim.printed.value if end == own["end"] else None
            rows.append((partner, f"to {fmt.month(end)}", found.value, found.low, found.high, printed))
    columns = ["group", "label", "value", "low", "high", "printed"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[2:], float))


@_newest_editions()
def customs_rates(until: str) -> pd.DataFrame:
    """Return growth of sums from January on by customs, from May 2025 to `until`, for `charts.lines`.

    The rates that customs published, in dollars and in yuan; a sum that was not found is not there. Columns
    `month` (the last of the sum), `panel` (the currency), `series` (the flow), `value` (per cent). January alone
    is left out.
    """
    rows = []
    for currency, name in (("USD", "In dollars"), ("CNY", "In yuan")):
        for flow in customs.FLOWS:
            for period in reversed(list(_sums("2025-04", _cap(until), customs.DATASET))):
                try:
                    rate, _ = customs.published(flow, currency, period)
                except NoFigureError:
                    continue
                rows.append((measures.months_of(period)[-1], name, flow.capitalize(), rate))
    return pd.DataFrame(rows, columns=["month", "panel", "series", "value"])


@_newest_editions()
def ore_years(until: str, name: str = commodities.IRON) -> pd.DataFrame:
    """Return the quantity imported of a commodity by calendar year to `until`: `period`, `value` (million t)."""
    table = commodities.years((name,))
    table = table[table["year"] <= cpb.last_full_year(_cap(until))]
    return table.rename(columns={"year": "period"})[["period", "value"]].reset_index(drop=True)


def _cap(until: str) -> str:
    return _newest() if until == LATEST else until
