"""Import volumes of CPB's regions side by side: over one window, over shifted ones, and month by month."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pandas as pd

from onewaytrade import claims, datasets, fmt, measures
from onewaytrade.errors import ParameterError
from onewaytrade.methods import cpb

ASIA: Final = "Emerging Asia excluding China"
STATES: Final = "United States"
WORLD: Final = "World"
_CLAIMS: Final = {ASIA: "asia-imports-11", STATES: "us-imports-36"}
_COMPARED: Final = tuple(_CLAIMS)


def check_parameters(values: Mapping[str, Any]) -> None:
    """Check the parameters `edition`, `economy`, `start`, `end` of the notebook that compares imports.

    Raises ParameterError as `cpb.check_parameters` does, and for an economy that is itself one of those that the
    article compares China with, or a sum of several, which has no place in a ranking.
    """
    cpb.check_parameters(values)
    economy = values["economy"]
    known = [
        region for region in economies(datasets.resolve(cpb.DATASET, values["edition"])) if region not in _COMPARED
    ]
    if economy not in known:
        fault = "one of the two that the others are set beside" if economy in _COMPARED else "a sum of several"
        near = difflib.get_close_matches(economy, known, n=1, cutoff=0.0)[0]
        raise ParameterError(
            f"economy={economy!r} is {fault}; the nearest is {near!r}, and all are {fmt.join(known)}."
        )


def before(start: str, end: str) -> tuple[str, str]:
    """Return the window of the same length that ends where this one starts."""
    length = measures.month_number(end) - measures.month_number(start)
    return measures.shift_month(start, -length), start


def windows(edition: str, start: str, end: str) -> dict[str, tuple[str, str]]:
    """Return the window, one of the same length a year earlier, and the one nearest to a year later, by name.

    The later one ends with the edition where a whole year later would lie beyond it. A window that the edition
    does not hold, or that would be the asked one again, is left out.
    """
    first, last = cpb.months(edition)
    later = min(12, measures.month_number(last) - measures.month_number(end))
    found: dict[str, tuple[str, str]] = {}
    for shift in (-12, 0, later):
        own = (measures.shift_month(start, shift), measures.shift_month(end, shift))
        if own[0] >= first and own not in found.values():
            found[f"{fmt.month(own[0], short=True)} to {fmt.month(own[1], short=True)}"] = own
    return found


def growth(edition: str, region: str, start: str, end: str) -> float:
    """Return the growth of a region's import volume between two periods, in per cent."""
    return measures.window_growth(cpb.series(edition, "imports", region, "volume"), start, end)


def economies(edition: str) -> tuple[str, ...]:
    """Return the regions of an edition that are no sums of others, in CPB's order."""
    return tuple(region for region in cpb.regions(edition) if region not in cpb.NOT_ECONOMIES)


def ranking(edition: str, start: str, end: str, front: Iterable[str] = ()) -> pd.DataFrame:
    """Return the growth of import volumes over a window, the largest first, with the world below for scale.

    Columns `label`, `value` (per cent), `front` (whether the region is among those named), `group`.
    """
    named = set(front)
    rows = [(name, growth(edition, name, start, end), name in named, "Regions") for name in economies(edition)]
    rows.sort(key=lambda row: -row[1])
    rows.append((WORLD, growth(edition, WORLD, start, end), WORLD in named, "For scale"))
    return pd.DataFrame(rows, columns=["label", "value", "front", "group"])


def printed(start: str, end: str) -> dict[str, float]:
    """Return what the article prints for the two that it compares with, on its own window; else nothing."""
    own = {region: claims.get(claim) for region, claim in _CLAIMS.items()}
    return {
        region: claim.printed.value
        for region, claim in own.items()
        if claim.printed.value is not None
        and (start, end) == (claim.definition.choices["start"], claim.definition.choices["end"])
    }


def ranks(edition: str, over: Mapping[str, tuple[str, str]], economy: str) -> pd.DataFrame:
    """Return one row a window: where the economy and the two compared with stand among the regions.

    Columns `window`, `economy` (place among the regions, 1 is the fastest), `of`, and `growth`, `asia`, `us`,
    `world` (per cent). The place is missing for an economy that is a sum of regions.
    """
    rows = []
    for name, (start, end) in over.items():
        own = growth(edition, economy, start, end)
        others = [growth(edition, region, start, end) for region in economies(edition)]
        place = 1 + sum(value > own for value in others) if economy in economies(edition) else None
        compared = [growth(edition, region, start, end) for region in (*_COMPARED, WORLD)]
        rows.append((name, place, len(others), own, *compared))
    return pd.DataFrame(rows, columns=["window", "economy", "of", "growth", "asia", "us", "world"])


def by_average(edition: str, regions: Iterable[str], start: str, end: str) -> pd.DataFrame:
    """Return import growth with one, three and twelve months at each end, where the data reach.

    Columns `Region` and one for each length, in per cent.
    """
    table = pd.DataFrame({"Region": list(regions)})
    for average, name in cpb.LENGTHS.items():
        ends = cpb.averaged(start, average), cpb.averaged(end, average)
        if ends[0][:7] >= cpb.months(edition)[0]:
            table[f"{name}, %"] = [growth(edition, region, *ends) for region in table["Region"]]
    return table


def rolling(edition: str, regions: Iterable[str], start: str, end: str) -> pd.DataFrame:
    """Return import growth over all windows as long as the one from `start` to `end`.

    Columns `month` (the last one of a window), `series` (the region), `value` (per cent).
    """
    length = measures.month_number(end) - measures.month_number(start)
    parts = []
    for region in regions:
        data = cpb.series(edition, "imports", region, "volume")
        rates = 100 * (data / data.shift(length) - 1)
        parts.append(rates.dropna().rename("value").reset_index().assign(series=region))
    return pd.concat(parts, ignore_index=True)[["month", "series", "value"]]


def path(edition: str, region: str, end: str) -> pd.DataFrame:
    """Return a region's import volume by month (base year = 100) from the January before an end month's year.

    To the December of that year, as far as the edition reaches. Columns `month`, `series`, `value`.
    """
    data = cpb.series(edition, "imports", region, "volume")
    shown = data.loc[f"{int(end[:4]) - 1}-01" : f"{end[:4]}-12"].rename("value").reset_index()
    return shown.assign(series=region)[["month", "series", "value"]]
