"""Growth in CPB's World Trade Monitor: volumes, unit values and their product, by region and edition."""

import functools
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from onewaytrade import claims, datasets, fmt, measures
from onewaytrade.claims import Estimate
from onewaytrade.errors import NoFigureError, ParameterError
from onewaytrade.nearest import nearest

DATASET: Final = "cpb"
NOT_ECONOMIES: Final = frozenset({"World", "Advanced economies", "Emerging economies"})
_MEASURES: Final = {"volume": "volume", "unit_value": "unit value in dollars", "value": "value in dollars"}
_FLOWS: Final = {"Exports": "exports", "Imports": "imports"}
_PARTS: Final = {"volume": "Volume", "unit_value": "Unit value", "product": "Value"}
LENGTHS: Final = {"month": "One month", "quarter": "Three months", "year": "Twelve months"}
_AVERAGES: Final = {
    "month": "one month against one month",
    "quarter": "the mean of the three months to each end month",
    "year": "the mean of the twelve months to each end month",
    "ytd": "the mean of January to each end month",
}
_MINUS: Final = "minus_"
_CUSTOMS: Final = "gacc-totals"


def series(edition: str, flow: str, region: str, measure: str) -> "pd.Series[float]":
    """Return one monthly index of an edition (base year = 100), by month "YYYY-MM".

    `measure` is "volume", "unit_value" or "value" (their product over 100: an index of value in dollars).
    Raises ParameterError if the edition has no such region.
    """
    if measure == "value":
        volume, unit_value = (series(edition, flow, region, name) for name in ("volume", "unit_value"))
        return volume * unit_value / 100
    exact = datasets.resolve(DATASET, edition)
    found = _series(exact, flow, region, measure, datasets.view())
    if found is None:
        check_region(region, edition)
        raise KeyError((flow, region, measure))
    return found.copy()


@functools.lru_cache(maxsize=512)
def _series(edition: str, flow: str, region: str, measure: str, view: datasets.View) -> "pd.Series[float] | None":
    # A grid asks for the same few series hundreds of times.
    index, places = _places(edition, view)
    rows = places.get((flow, region, measure))
    return None if rows is None else index.iloc[rows].sort_index()


@functools.lru_cache(maxsize=16)
def _places(edition: str, _view: datasets.View) -> tuple["pd.Series[float]", Mapping[Hashable, Any]]:
    """Return the index of all series by month, and which of its tens of thousands of rows are of each series."""
    frame = datasets.load(DATASET, edition)
    places = frame.groupby(["flow", "region", "measure"], sort=False).indices
    return frame.set_index("month")["index"], places


def regions(edition: str) -> tuple[str, ...]:
    """Return the regions of an edition, in CPB's order."""
    return tuple(datasets.load(DATASET, edition)["region"].unique())


def months(edition: str) -> tuple[str, str]:
    """Return the first and the last month of an edition."""
    return _months(datasets.resolve(DATASET, edition), datasets.view())


@functools.lru_cache(maxsize=32)
def _months(edition: str, _view: datasets.View) -> tuple[str, str]:
    # Asked for by every table of windows, and slow to find among tens of thousands of rows.
    column = datasets.load(DATASET, edition)["month"]
    return str(column.min()), str(column.max())


def check_region(region: str, edition: str) -> None:
    """Raise ParameterError, naming the nearest, if an edition has no such region."""
    known = regions(edition)
    if region not in known:
        near = nearest(region, known)
        raise ParameterError(
            f"economy={region!r} is no region of CPB's edition {edition}; the nearest is {near!r}, and all are: "
            f"{', '.join(known)}."
        )


def growth(choices: Mapping[str, Any]) -> Estimate:
    """Compute a growth rate from the choices of a `cpb-growth` definition.

    Choices: `flow`, `region`, `measure` (volume, unit_value, value), `start`, `end` (months), and optionally
    `edition`, `average` (month, quarter, year, ytd), `start_shift` and `end_shift` (months), `clip_end` (end at
    the edition's last month if that comes earlier), `past` (a window as long, up to the start: "before",
    or to a month), `per_year` (the rate that compounds to it) and `source` ("gacc-totals": China's
    value by its customs, not adjusted, instead of CPB's series). With any of these after `minus_` (`minus_region`,
    `minus_flow`, `minus_past`, ...) it is the difference, in points, to the growth that these give instead. Raises
    NoFigureError for a window outside the edition.
    """
    if other := _compared_with(choices):
        return _difference(growth(_own(choices)), growth(other))
    window = _Window.of(choices, datasets.resolve(DATASET, choices.get("edition", "pinned")))
    data = _series_of(*window.key)
    window.check((str(data.index[0]), str(data.index[-1])))
    try:
        rate = measures.window_growth(data, *window.periods)
    except measures.MeasureError as error:
        raise NoFigureError(str(error)) from error
    return window.estimate(rate, _named_edition(window.key))


def _series_of(edition: str, flow: str, region: str, measure: str, source: str) -> "pd.Series[float]":
    """Return a monthly series of CPB, or China's value in dollars by its customs, which is not adjusted."""
    _check_source(edition, flow, region, measure, source)
    return series(edition, flow, region, measure) if source == DATASET else customs_value(flow)


def _check_source(_edition: str, _flow: str, region: str, measure: str, source: str) -> None:
    if source != DATASET and (source, region, measure) != (_CUSTOMS, "China", "value"):
        told = measure.replace("_", " ")
        raise NoFigureError(f"Chinese customs counts China’s values alone, no {told} of {region}.")


def customs_value(flow: str) -> "pd.Series[float]":
    """Return China's exports or imports in dollars by its customs' monthly table, not adjusted, by month."""
    frame = datasets.load(_CUSTOMS)
    monthly = (frame["frequency"] == "monthly") & (frame["currency"] == "USD") & (frame["source_id"] == "S001")
    return frame[monthly & (frame["flow"] == flow)].set_index("period")["value"].sort_index()


def growth_many(definitions: Sequence[Mapping[str, Any]]) -> list[Estimate | NoFigureError]:
    """Compute many definitions as `growth` does, all at once; an error where a table does not hold the window.

    Of a difference of two growth rates both are computed, and then subtracted.
    """
    compared = {at: minus for at, choices in enumerate(definitions) if (minus := _compared_with(choices))}
    found = _rates([*map(_own, definitions), *compared.values()])
    answers = found[: len(definitions)]
    for at, other in zip(compared, found[len(definitions) :], strict=True):
        own = answers[at]
        if not isinstance(own, NoFigureError):
            answers[at] = other if isinstance(other, NoFigureError) else _difference(own, other)
    return answers


def _rates(definitions: Sequence[Mapping[str, Any]]) -> list[Estimate | NoFigureError]:
    """Compute the growth of many windows: each series is summed up once, so that any mean is one difference."""
    # Each edition is looked up once: the manifest is read anew each time.
    editions = {
        name: datasets.resolve(DATASET, name) for name in {own.get("edition", "pinned") for own in definitions}
    }
    answers: list[Estimate | NoFigureError | _Window] = [_window_of(own, editions) for own in definitions]
    windows = [(at, own) for at, own in enumerate(answers) if isinstance(own, _Window)]
    sums = _RunningSums.of([window.key for _, window in windows])
    rates = sums.growth([window for _, window in windows])
    named = {key: _named_edition(key) for key in sums.columns}
    for (at, window), rate in zip(windows, rates, strict=True):
        try:
            window.check(sums.held[window.key])
            answers[at] = window.estimate(float(rate), named[window.key])
        except NoFigureError as error:
            answers[at] = error
    return [answer for answer in answers if not isinstance(answer, _Window)]


def _window_of(choices: Mapping[str, Any], editions: Mapping[str, str]) -> "_Window | NoFigureError":
    try:
        window = _Window.of(choices, editions[choices.get("edition", "pinned")])
        _check_source(*window.key)
    except NoFigureError as error:
        return error
    return window


_Key = tuple[str, str, str, str, str]


def _named_edition(key: _Key) -> str:
    """Return the dataset and edition of a series; a project without customs' table never asks for its edition."""
    edition, *_, source = key
    return datasets.pinned(_CUSTOMS) if source == _CUSTOMS else f"{DATASET} {edition}"


@dataclass(frozen=True, slots=True)
class _Window:
    """What one definition asks: its series, the periods at both ends, and the end months that they stand for."""

    choices: Mapping[str, Any]
    key: _Key
    start: str
    end: str
    periods: tuple[str, str]

    @classmethod
    def of(cls, choices: Mapping[str, Any], edition: str) -> "_Window":
        """Return the window of some choices in an edition; raises NoFigureError if it ends before it starts."""
        start = measures.shift_month(choices["start"], choices.get("start_shift", 0))
        end = measures.shift_month(choices["end"], choices.get("end_shift", 0))
        if choices.get("clip_end"):
            end = _clipped(end, edition)
        if start >= end:
            raise NoFigureError(
                f"A window from {start} to {end} has no growth: its end must come after its start."
            )
        if until := choices.get("past"):
            start, end = _past(start, end, until)
        average = choices.get("average", "month")
        key = (edition, choices["flow"], choices["region"], choices["measure"], choices.get("source", DATASET))
        return cls(choices, key, start, end, (averaged(start, average), averaged(end, average)))

    def check(self, held: tuple[str, str]) -> None:
        """Raise NoFigureError if a table from one month to another does not hold all of this window."""
        first, last = self.periods[0].partition("..")[0], self.periods[1].rpartition("..")[2]
        edition, *_, source = self.key
        check_held(edition, (first, last), held, source)

    def estimate(self, rate: float, edition: str) -> Estimate:
        """Return the estimate at a rate in per cent; `edition` names the dataset and edition that it is from."""
        yearly = measures.annual_rate(rate, measures.months_apart(*self.periods))
        per_year = bool(self.choices.get("per_year"))
        sentence = _sentence(self.choices, self.start, self.end, self.choices.get("average", "month"))
        return Estimate(
            value=yearly if per_year else rate,
            grade="primary",
            edition=edition,
            sentence=f"{sentence[:-1]}, per year." if per_year else sentence,
            annual_rate=yearly,
            unit="%",
        )


def check_held(edition: str, window: tuple[str, str], held: tuple[str, str], source: str = DATASET) -> None:
    """Raise NoFigureError if the months that a table holds, CPB's or customs', are not all those of a window."""
    if window[0] < held[0] or window[1] > held[1]:
        whose = f"Edition {edition} of CPB’s table" if source == DATASET else "Customs’ monthly table"
        raise NoFigureError(f"{whose} holds {fmt.month(held[0])} to {fmt.month(held[1])}, not all of this window.")


@dataclass(frozen=True, slots=True)
class _RunningSums:
    """Some monthly series side by side, summed up from their first month on, and the months that each holds."""

    columns: Mapping[_Key, int]
    held: Mapping[_Key, tuple[str, str]]
    first: int
    sums: np.ndarray
    gaps: np.ndarray

    @classmethod
    def of(cls, keys: Sequence[_Key]) -> "_RunningSums":
        """Return the running sums of the distinct series among `keys`."""
        series_of = {key: _series_of(*key) for key in dict.fromkeys(keys)}
        held = {key: (str(data.index[0]), str(data.index[-1])) for key, data in series_of.items()}
        columns = {key: at for at, key in enumerate(series_of)}
        if not columns:
            return cls(columns, held, 0, np.zeros((1, 0)), np.zeros((1, 0)))
        months = measures.months_between(
            min(ends[0] for ends in held.values()), max(ends[1] for ends in held.values())
        )
        table = np.column_stack([data.reindex(months).to_numpy(float) for data in series_of.values()])
        start = np.zeros((1, len(columns)))
        # A mean is a difference of two sums: a month that is not known must not spread over all later ones.
        sums, gaps = (
            np.vstack([start, np.cumsum(own, axis=0)]) for own in (np.nan_to_num(table), np.isnan(table))
        )
        return cls(columns, held, measures.month_number(months[0]), sums, gaps)

    def growth(self, windows: Sequence[_Window]) -> np.ndarray:
        """Return the growth of each window in per cent; not a number where a month of it is not known."""
        means = [self._means(windows, end) for end in (0, 1)]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(100 * (means[1] / means[0] - 1))

    def _means(self, windows: Sequence[_Window], end: int) -> np.ndarray:
        columns = np.array([self.columns[window.key] for window in windows], dtype=int)
        ends = [window.periods[end].partition("..") for window in windows]
        low = np.array([measures.month_number(first) for first, _, _ in ends], dtype=int) - self.first
        high = np.array([measures.month_number(last or first) for first, _, last in ends], dtype=int) - self.first
        inside = (low >= 0) & (high < len(self.sums) - 1)
        low, high = np.where(inside, low, 0), np.where(inside, high, 0)
        totals = self.sums[high + 1, columns] - self.sums[low, columns]
        unknown = self.gaps[high + 1, columns] - self.gaps[low, columns]
        return np.where(inside & (unknown == 0), totals / (high - low + 1), np.nan)


def _own(choices: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in choices.items() if not name.startswith(_MINUS)}


def _compared_with(choices: Mapping[str, Any]) -> dict[str, Any]:
    """Return the choices of the growth that is subtracted; none where nothing is."""
    minus = {name.removeprefix(_MINUS): value for name, value in choices.items() if name.startswith(_MINUS)}
    return {**_own(choices), **minus} if minus else {}


def _difference(own: Estimate, other: Estimate) -> Estimate:
    rates = f"{fmt.pct(own.number)} less {fmt.pct(other.number)}"
    return own.less(other, f"Less the same for: {other.sentence} {rates}.")


def _past(start: str, end: str, until: str) -> tuple[str, str]:
    """Return the window as long as this one that ends with a month, or ("before") where this one starts."""
    last = start if until == "before" else until
    if last > start:
        raise NoFigureError(f"{fmt.month(last)} is no past of a window that starts in {fmt.month(start)}.")
    return measures.shift_month(last, measures.month_number(start) - measures.month_number(end)), last


def _clipped(end: str, edition: str) -> str:
    last = min(end, months(edition)[1])
    # Two months are what the article's window loses; a window that loses more is another one.
    if measures.month_number(end) - measures.month_number(last) > 2:
        raise NoFigureError(f"Edition {edition} ends at {last}, too long before {end} to stand for it.")
    return last


def averaged(month: str, average: str) -> str:
    """Return the period that stands for an end month: itself, three or twelve months to it, or its year so far."""
    periods = {"month": month, "quarter": measures.trailing(month, 3), "year": measures.trailing(month, 12)}
    return (periods | {"ytd": f"{month[:4]}-01..{month}"})[average]


def averages(edition: str, region: str, start: str, end: str) -> pd.DataFrame:
    """Return the growth of both volumes with one, three and twelve months at each end, where the data reach.

    Columns as they are shown: `At each end`, `From`, `To`, `Exports, %`, `Imports, %`, `Gap, points`.
    """
    rows = []
    for average, name in LENGTHS.items():
        ends = (averaged(start, average), averaged(end, average))
        if ends[0][:7] < months(edition)[0]:
            continue
        exports, imports = (
            measures.window_growth(series(edition, flow, region, "volume"), *ends) for flow in _FLOWS.values()
        )
        rows.append((name, fmt.period(ends[0]), fmt.period(ends[1]), exports, imports, exports - imports))
    columns = ["At each end", "From", "To", "Exports, %", "Imports, %", "Gap, points"]
    return pd.DataFrame(rows, columns=columns)


def check_parameters(values: Mapping[str, Any]) -> None:
    """Check the parameters `edition`, `economy`, `start`, `end` of a notebook on CPB's volumes.

    Raises ParameterError, with the range or the nearest value, and DatasetError for an unknown edition.
    """
    edition = datasets.resolve(DATASET, values["edition"])
    check_region(values["economy"], edition)
    first, last = months(edition)
    for name in ("start", "end"):
        measures.check_month(name, values[name], first, last)
        if not first <= values[name] <= last:
            raise ParameterError(
                f"{name}={values[name]!r} lies outside CPB's edition {edition}, which holds {first} to {last}; "
                f"the nearest is {first if values[name] < first else last!r}."
            )
    if values["start"] >= values["end"]:
        hint = (
            f"end={measures.shift_month(values['start'], 1)!r}"
            if values["start"] < last
            else f"start={measures.shift_month(values['end'], -1)!r}"
        )
        raise ParameterError(
            f"start={values['start']!r} must come before end={values['end']!r}; the nearest is {hint}."
        )


def revision(choices: Mapping[str, Any], older: str, newer: str) -> tuple[str, float, float]:
    """Return the growth of one window in two editions: the last month that both have, then both rates.

    The window starts as the choices say and ends with them, or earlier where an edition does. Rates in per
    cent; editions of different base years are so compared in growth only.
    """
    end = min(choices["end"], months(older)[1], months(newer)[1])
    rates = [
        measures.window_growth(
            series(edition, choices["flow"], choices["region"], choices["measure"]), choices["start"], end
        )
        for edition in (older, newer)
    ]
    return end, rates[0], rates[1]


def band(choices: Mapping[str, Any]) -> tuple[tuple[float, float] | None, str]:
    """Return the band around a growth rate that the revisions between neighbouring editions give, and why.

    Where the edition that the article used (`wanted_edition`) is not at hand, the editions on either side of it
    are compared over the longest window that both have; their difference, in points and either way, is the
    band's half-width. (None, "") where it is at hand or has no neighbours.
    """
    wanted, known = choices.get("wanted_edition", ""), datasets.editions(DATASET)
    older = [name for name in known if name < wanted and months(name)[1] > choices["start"]]
    newer = [name for name in known if name > wanted]
    if wanted in known or not older or not newer:
        return None, ""
    end, old, new = revision(choices, older[-1], newer[0])
    gap = abs(new - old)
    value = growth(choices).range[0]
    return (value - gap, value + gap), (
        f"The article's edition ({wanted}) is not at hand. The editions around it, {older[-1]} and {newer[0]}, "
        f"give {fmt.pct(old, 1)} and {fmt.pct(new, 1)} from {fmt.month(choices['start'])} to {fmt.month(end)}: "
        f"{fmt.number(gap, 1)} points apart, which is taken as the width either way."
    )


def levels(edition: str, region: str, since: str) -> pd.DataFrame:
    """Return the volumes of a region's exports and imports, and the world's exports, from a month on.

    Columns `month`, `series`, `value` (base year = 100), in this order of series.
    """
    wanted = [("Exports", "exports", region), ("Imports", "imports", region)]
    if region != "World":
        wanted.append(("World exports", "exports", "World"))
    parts = [
        series(edition, flow, owner, "volume").loc[since:].rename("value").reset_index().assign(series=name)
        for name, flow, owner in wanted
    ]
    return pd.concat(parts, ignore_index=True)[["month", "series", "value"]]


def since(edition: str, region: str, start: str) -> pd.DataFrame:
    """Return the growth of both volumes from one month to every later one: `month`, `series`, `value` (%)."""
    parts = []
    for name, flow in _FLOWS.items():
        data = series(edition, flow, region, "volume").loc[start:]
        rates = 100 * (data / data.iloc[0] - 1)
        parts.append(rates.rename("value").reset_index().assign(series=name))
    return pd.concat(parts, ignore_index=True)[["month", "series", "value"]]


def starts_around(edition: str, start: str, end: str) -> tuple[str, ...]:
    """Return the months to start from instead: the calendar year of `start` and the next, if before `end`."""
    first, last = f"{start[:4]}-01", f"{int(start[:4]) + 1}-12"
    known, before_end = months(edition)[0], measures.shift_month(end, -1)
    return measures.months_between(max(first, known), min(last, before_end))


def growth_from_starts(edition: str, region: str, start: str, end: str) -> pd.DataFrame:
    """Return the growth of both volumes to `end` from every start around: `start`, `series`, `growth_pct`."""
    starts = starts_around(edition, start, end)
    parts = [
        measures.growth_from_starts(series(edition, flow, region, "volume"), starts, end).assign(series=name)
        for name, flow in _FLOWS.items()
    ]
    return pd.concat(parts, ignore_index=True)[["start", "series", "growth_pct"]]


def decomposition(edition: str, region: str, flow: str, windows: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """Split growth in dollars into volume and unit value, for windows by name (start and end period).

    Columns `window`, `part` (Volume, Unit value, Value), `pct`, `log_points`; within a window the first
    two log points add up to the third.
    """
    rows = []
    for name, (start, end) in windows.items():
        rates = {
            part: measures.window_growth(series(edition, flow, region, part), start, end)
            for part in ("volume", "unit_value")
        }
        logs = measures.decompose_logs(rates)
        rates["product"] = 100 * ((1 + rates["volume"] / 100) * (1 + rates["unit_value"] / 100) - 1)
        rows += [(name, _PARTS[part], rates[part], logs[part]) for part in _PARTS]
    return pd.DataFrame(rows, columns=["window", "part", "pct", "log_points"])


def customs_check(edition: str, flow: str, until: str) -> pd.DataFrame:
    """Set China's trade in dollars by customs, unadjusted, against CPB's value, on equal calendar months.

    For the twelve months to `until`, as far as both have them: growth on the same month two years earlier, in
    per cent. Equal months need no seasonal adjustment; January and February are left out, since the Lunar New
    Year moves between them. Columns `label` (the month), `series`, `value`; no rows if nothing can be compared.
    """
    customs, cpb = customs_value(flow), series(edition, flow, "China", "value")
    pairs = [(measures.shift_month(m, -24), m) for m in measures.months_of(measures.trailing(until))]
    shared = customs.index.intersection(cpb.index)
    rows = [
        (fmt.month(month, short=True), name, measures.window_growth(data, before, month))
        for before, month in pairs
        for name, data in {"Customs": customs, "CPB": cpb}.items()
        if month[5:] not in {"01", "02"} and before in shared and month in shared
    ]
    return pd.DataFrame(rows, columns=["label", "series", "value"])


def last_full_year(until: str) -> str:
    """Return the last calendar year that ends by a month."""
    return until[:4] if until.endswith("-12") else str(int(until[:4]) - 1)


def _sentence(choices: Mapping[str, Any], start: str, end: str, average: str) -> str:
    what = _MEASURES[choices["measure"]]
    how = " by Chinese customs, not adjusted" if choices.get("source") == _CUSTOMS else ""
    flow = owned(choices["region"], choices["flow"])
    window = f"{fmt.month(start)} to {fmt.month(end)}, {_AVERAGES[average]}"
    return f"{what[0].upper()}{what[1:]} of {flow}{how}, {window}."


def question(claim_id: str, region: str, start: str, end: str) -> str:
    """Return in a sentence what a run asks, and, where that is not the article's question, what it is instead.

    `claim_id` is the claim that holds the article's own region and window; an edition is no part of the question.
    """
    choices = claims.get(claim_id).definition.choices
    own, asked = (choices["region"], choices["start"], choices["end"]), (region, start, end)
    told = f"{named(region)} from {fmt.month(start)} to {fmt.month(end)}"
    if asked == own:
        return f"With these values the notebook asks what the article says: of {told}."
    article = f"{named(own[0])} from {fmt.month(own[1])} to {fmt.month(own[2])}"
    return (
        f"**This run asks the article’s question of {told}.** The article itself speaks of {article}. All that "
        f"is computed below is about {named(region)}, unless it names another region. A card that asks something "
        "else than the article says so and judges nothing; “the article’s question” and “the article’s "
        f"definition” then mean its words, applied to {named(region)}."
        if region != own[0]
        else f"**This run asks of {told}**, while the article speaks of the time from {fmt.month(own[1])} to "
        f"{fmt.month(own[2])}. A card that asks something else than the article says so and judges nothing; “the "
        "article’s question” and “the article’s definition” then mean its words, applied to this time."
    )


def owned(region: str, thing: str) -> str:
    """Return what a region has: "China’s exports", but "the exports of Emerging Asia excluding China"."""
    if region in _NAMED or " excluding " in region:
        return f"the {thing} of {named(region)}"
    return f"{named(region)}{'’' if region.endswith('s') else '’s'} {thing}"


def named(region: str) -> str:
    """Return a region's name as it stands within a sentence: "China", "the Euro Area"."""
    return _NAMED.get(region, f"{'the ' if region in _WITH_ARTICLE else ''}{region}")


_WITH_ARTICLE: Final = frozenset({"World", "Euro Area", "United States", "United Kingdom"})
# Regions of several countries whose names in CPB's table are labels rather than words of a sentence.
_NAMED: Final = {
    "Advanced economies": "the advanced economies",
    "Africa and Middle East": "Africa and the Middle East",
    "Eastern Europe / CIS": "Eastern Europe and the CIS",
    "Emerging economies": "the emerging economies",
    "Other advanced economies": "the other advanced economies",
}
