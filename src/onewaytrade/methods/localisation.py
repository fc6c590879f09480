"""What is known of China's replacing foreign technology: chips imported, vendors' business, accounts of an order.

Three kinds of evidence stand here and are never joined to one series: customs' own tables of integrated circuits
(pieces and yuan, from 2023), single figures from newspapers (growth in pieces from 2021, dollars to 2024, what
came from the United States), and accounts of texts that are not public. Amounts are in billions. What only a
growth rate implies has bounds and no value.
"""

import functools
import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from onewaytrade import datasets, fmt, measures
from onewaytrade.claims import Verdict
from onewaytrade.errors import NoFigureError
from onewaytrade.measures import Interval
from onewaytrade.methods import commodities, rows
from onewaytrade.methods.commodities import Window
from onewaytrade.nearest import check_choice

DATASET: Final = "localisation"
CHIPS: Final = "Integrated circuits"
ALL: Final = "China, integrated circuits"
AMERICAN: Final = "China, integrated circuits from United States"
CURRENCIES: Final = ("CNY", "USD")
MONEY: Final = {"CNY": "yuan", "USD": "dollars"}
# What a piece costs is told in: the unit, how many of it a unit of the currency has, and decimals.
PRICE: Final = {"CNY": ("yuan", measures.exact(1.0), 2), "USD": ("US cents", measures.exact(100.0), 1)}
CUSTOMS: Final = "customs"
PRESS: Final = "newspapers"
IMPLIED: Final = "implied"
ONE: Final = "one article"

# Of each field that the article names, the lines of customs' table that trace it in quantities.
TRACES: Final[dict[str, tuple[str, ...]]] = {
    "Technology": (CHIPS,),
    "Food": (
        commodities.OTHER_GRAIN, commodities.SOYBEANS, "Edible vegetable oil", "Meat (incl. offal)",
    ),
    "Raw materials and energy": (
        commodities.IRON, "Copper ore", commodities.COAL, commodities.CRUDE, commodities.GAS,
    ),
}  # fmt: skip
# What is looked for on each vendor that the article names: a measure of the table, and what its rows say.
_VENDORS: Final = (
    ("IBM", "China revenue, change on year", "revenue, {period} on the year"),
    ("Cisco", 'China sales "halved during the past two years"', "sales, over two years to 2014"),
    ("Dell", "", "nothing found"),
    (
        "Microsoft",
        'China share of global revenue (B. Smith, House hearing, "1.4 or 1.5")',
        "only a share is known, {low} to {high} % of revenue",
    ),
    ("Oracle", "", "nothing found"),
)
# The accounts of Document 79 by their places in the list of sources.
ACCOUNTS: Final = ("S212", "S213", "S214", "S308", "S215")
_NAMES_AMERICA: Final = "america|美國|美国"
_STANDS: Final = {True: "stands", False: "does not stand", None: "unknown"}

_BN: Final = {"100M pieces": 0.1, "10k CNY": 1e-5, "bn units": 1.0, "bn USD": 1.0, "trn CNY": 1e3, "bn CNY": 1.0}
_UNITS_RATE: Final = "import units, change"
_VALUE_RATE: Final = "import value, change"
_FIRST_RATE: Final = 2021
_THIN: Final = 2e-3  # of the figure
_ARTICLE: Final = "2025-06"
# Newspapers' figures that customs' tables hold too: the measure in both, and the unit.
_CHECKED: Final = {
    "Pieces": ("import units", "quantity", "billion pieces"),
    "Pieces, growth": (_UNITS_RATE, "quantity", "%"),
    "Value": ("import value", "value", "trillion yuan"),
    "Value in yuan, growth": (f"{_VALUE_RATE}, CNY", "value", "%"),
}
_PIECES_HEADING, _PAID_HEADING = "Pieces imported", "Paid for them"
_EACH_HEADING, _AMERICAN_HEADING = "Paid for a piece", "Paid for those from the United States"


def check_parameters(values: Mapping[str, Any]) -> None:
    """Check the parameters `currency` and `release` of the notebook on localisation.

    Raises ParameterError for a currency that no table has, and DatasetError for an unknown release, each with the
    nearest value.
    """
    check_choice("currency", values["currency"], CURRENCIES)
    commodities.window(values["release"])


# Chips from everywhere


def chips(currency: str) -> pd.DataFrame:
    """Return chips imported by year in pieces, in money and per piece, and what was paid for American ones.

    Columns `panel`, `unit`, `period` (a year), `series` (whose figures: customs', newspapers', or implied by the
    rates that newspapers print), `value`, `low`, `high` (what its rounding allows; bounds alone where implied).
    In yuan pieces and money are customs', in dollars newspapers'.
    """
    if currency == "CNY":
        pieces = {year: (CUSTOMS, customs(year, "quantity")) for year in customs_years()}
        paid = {year: (CUSTOMS, customs(year, "value")) for year in customs_years()}
    else:
        pieces = {year: (PRESS, press("import units", year)) for year in _printed("import units", "bn units")}
        paid = {year: (PRESS, press("import value", year)) for year in _printed("import value", "bn USD")}
        paid |= _implied(_VALUE_RATE, "import value", min(paid))
    pieces |= _implied(_UNITS_RATE, "import units", min(pieces))
    unit, parts, _ = PRICE[currency]
    each = {
        year: (IMPLIED if IMPLIED in (whose, pieces[year][0]) else whose, own / pieces[year][1] * parts)
        for year, (whose, own) in paid.items()
        if year in pieces
    }
    american = {year: (ONE, press("import value", year, AMERICAN)) for year in _printed_american()}
    plots = (
        (_PIECES_HEADING, "billion pieces", pieces),
        (_PAID_HEADING, f"billion {MONEY[currency]}", paid),
        (_EACH_HEADING, unit, each),
        (_AMERICAN_HEADING, "billion yuan", american),
    )
    return pd.DataFrame([row for heading, unit, own in plots for row in _panel_rows(heading, unit, own)])


def chips_cited(currency: str) -> str:
    """Return the source line of `chips`."""
    newspapers = datasets.provenance(datasets.load(DATASET)).cite()
    return f"{cited(annual())} | {newspapers}" if currency == "CNY" else newspapers


def price(currency: str) -> "pd.Series[float]":
    """Return what was paid for a piece by year, in the unit of `PRICE`; the middle where it is only bounded."""
    table = chips(currency)
    own = table[table["panel"] == _EACH_HEADING].set_index("period")
    return own["value"].fillna((own["low"] + own["high"]) / 2)


def customs(year: int, measure: str, *, first: bool = False) -> Interval:
    """Return a year's chips in customs' newest print of it, in billions (pieces, or yuan), with its rounding.

    With `first`, in the print that newspapers saw. Raises NoFigureError if no release prints the whole year so.
    """
    for release in reversed(_annual_releases(datasets.view())):
        frame = datasets.load(commodities.DATASET, release)
        own = frame[(frame["period"] == str(year)) & (frame["measure"] == measure)]
        found = own[(own["commodity"] == CHIPS) & ((own["print"] == "first") | (not first))]
        if not found.empty:
            alike = own.loc[own["unit"] == found["unit"].iloc[0], "value"]
            # The decimals that a release prints are those of its finest figure in the same unit.
            places = min(Decimal(repr(value)).normalize().as_tuple().exponent for value in alike)
            printed = measures.rounded(float(found["value"].iloc[0]), 10.0 ** int(places))
            return printed * measures.exact(_BN[str(found["unit"].iloc[0])])
    raise NoFigureError(f"No release at hand prints the {measure} of chips for all of {year}.")


def customs_years() -> tuple[int, ...]:
    """Return the whole years for which customs' releases at hand print chips."""
    releases = _annual_releases(datasets.view())
    frames = (datasets.load(commodities.DATASET, release) for release in releases)
    return tuple(sorted({int(year) for frame in frames for year in _annual(frame)}))


def press(measure: str, year: int | str, entity: str = ALL) -> Interval:
    """Return a newspaper's figure in billions, or its rate in per cent, with its rounding."""
    row = rows.find({"dataset": DATASET, "entity": entity, "measure": measure, "period": str(year)})
    scale = _BN.get(str(row["unit"]), 1.0)
    return rows.interval_of(row) * measures.exact(scale)


def implied(rate: str, level: str, year: int) -> dict[int, Interval]:
    """Return what printed rates imply for the years before `year`, whose level is printed, down to the first rate.

    Each year is the next one's level over one plus the next one's growth. Rates refer to revised levels and levels
    are first prints, so that a revision between the two is not in the bounds.
    """
    known, found = press(level, year), {}
    for before in range(year - 1, _FIRST_RATE - 1, -1):
        try:
            growth = press(rate, before + 1)
        except NoFigureError:
            break
        known = known / Interval(1 + growth.low / 100, 1 + growth.high / 100)
        found[before] = known
    return found


def press_check() -> pd.DataFrame:
    """Set newspapers' figures on chips from everywhere beside customs' first print of the year.

    Columns `what`, `period`, `unit`, `press`, `customs` and `agrees` (customs' figure, or its growth within one
    release, rounds to the newspaper's).
    """
    found = [one for year in customs_years() for what in _CHECKED if (one := _checked(what, year)) is not None]
    columns = ["what", "period", "unit", "press", "customs", "agrees"]
    return pd.DataFrame(found, columns=columns).sort_values(["what", "period"], ignore_index=True)


def windows(asked: Window) -> tuple[Window, ...]:
    """Return the longest window of each year in customs' releases, the article's and the one asked, by time."""
    found: dict[int, Window] = {}
    for release in datasets.editions(commodities.DATASET):
        one = commodities.window(release)
        if one.year not in found or one.months >= found[one.year].months:
            found[one.year] = one
    return tuple(sorted({*found.values(), commodities.window(), asked}, key=lambda one: (one.year, one.months)))


def annual() -> tuple[Window, ...]:
    """Return the windows whose releases print whole years of chips, in order of time."""
    return tuple(map(commodities.window, _annual_releases(datasets.view())))


def bridge(shown: Iterable[Window]) -> pd.DataFrame:
    """Return the growth of chips imported, in yuan, as parts that add up: see `commodities.bridge`."""
    parts = [commodities.bridge(one, (CHIPS,)).assign(window=_dated(one)) for one in shown]
    return pd.concat(parts, ignore_index=True)


def rates() -> pd.DataFrame:
    """Return the growth of pieces by year as newspapers print it: `year`, `value` (per cent), `publisher`."""
    frame = datasets.load(DATASET)
    own = frame[(frame["entity"] == ALL) & (frame["measure"] == _UNITS_RATE)].sort_values("period")
    return own.rename(columns={"period": "year"})[["year", "value", "publisher"]].reset_index(drop=True)


# Chips from the United States


def american() -> dict[str, Interval]:
    """Return what one article's figures on chips from the United States come to, with their rounding.

    Keys: `growth` (per cent), `rise` (billions of yuan), `share_start`, `share_end` (per cent of what customs
    prints for chips from everywhere), `part_of_rise` (per cent of the rise from everywhere).
    """
    start, end = _printed_american()
    first, last = (press("import value", year, AMERICAN) for year in (start, end))
    all_first, all_last = customs(start, "value"), customs(end, "value")
    percent = measures.exact(100.0)
    return {
        "growth": measures.growth_interval(first, last),
        "rise": last - first,
        "share_start": first / all_first * percent,
        "share_end": last / all_last * percent,
        "part_of_rise": (last - first) / (all_last - all_first) * percent,
    }


# Traces of an aim


def traces(asked: Window) -> pd.DataFrame:
    """Return the growth of quantities imported over a window: `group` (the field), `label`, `value` (per cent)."""
    table = commodities.decomposed(asked).set_index("commodity")
    found = [
        (field, line.removesuffix("*"), table.loc[line, "quantity_pct"])
        for field, names in TRACES.items()
        for line in names
        if line in table.index
    ]
    return pd.DataFrame(found, columns=["group", "label", "value"])


# Vendors


def vendors() -> pd.DataFrame:
    """Return what was found on the change of vendors' business in China.

    Columns `group` (vendor), `label`, `value` (per cent, missing for a vendor of whom no change was found; the
    label then says what was) and `text` (the report's own word where that is no number).
    """
    frame = datasets.load(DATASET)
    found = []
    for vendor, measure, text in _VENDORS:
        own = frame[(frame["entity"] == vendor) & (frame["measure"] == measure)].sort_values("period")
        found += [
            (vendor, text.format(period=row["period"], low=row["low"], high=row["high"]), row["value"])
            for row in own.to_dict("records")
        ]
        if own.empty:
            found.append((vendor, text, math.nan))
    table = pd.DataFrame(found, columns=["group", "label", "value"])
    return table.assign(text=table["group"].map({"Cisco": "“halved”"}).fillna(""))


def two_years(entity: str = "IBM", measure: str = "China revenue, change on year") -> Interval:
    """Return what a vendor's two printed rates of consecutive years come to together, in per cent."""
    one = measures.exact(1.0)
    ratio = one
    for year in (2022, 2023):
        rate = press(measure, year, entity)
        ratio = ratio * (one + rate * measures.exact(0.01))
    return measures.as_growth(ratio)


# Texts and verdicts


def summary(verdicts: Iterable[Verdict]) -> pd.DataFrame:
    """Return the verdicts in short: `Claim`, `Paragraph`, `Verdict`, `Why`."""
    return pd.DataFrame(
        [
            (
                verdict.claim.label,
                verdict.claim.paragraph,
                f"{fmt.MARKS[verdict.word].glyph} {verdict.word}",
                verdict.reason,
            )
            for verdict in verdicts
        ],
        columns=["Claim", "Paragraph", "Verdict", "Why"],
    )


def checklist(verdict: Verdict) -> pd.DataFrame:
    """Return the elements of a text, one row each: `Element`, `The article`, `As reported`, `Stands?`."""
    texts = {part.id: part.text for part in verdict.claim.parts}
    return pd.DataFrame(
        [
            (finding.part.capitalize(), texts[finding.part], finding.note, _STANDS[finding.stands])
            for finding in verdict.findings
        ],
        columns=["Element", "The article", "As reported", "Stands?"],
    )


def accounts() -> pd.DataFrame:
    """Return where accounts of Document 79 stand: `source_id`, `publisher`, `where`, `names_america` (does it)."""
    frame = datasets.load("sources").set_index("source_id").loc[list(ACCOUNTS)].reset_index()
    return frame.assign(names_america=frame["where"].str.contains(_NAMES_AMERICA, case=False))


def search(word: str) -> pd.DataFrame:
    """Look for a word in every column of words of every table, whatever its case: `dataset`, `rows`, `hits`.

    Of each dataset the pinned edition is read.
    """
    found = []
    for name in datasets.names():
        frame = datasets.load(name)
        columns = [own.astype(str).tolist() for _, own in frame.select_dtypes(exclude="number").items()]
        # Most texts stand in many rows: each is looked at once.
        holding = {text for text in set().union(*columns) if word.lower() in text.lower()}
        hits = sum(not holding.isdisjoint(row) for row in zip(*columns, strict=True)) if holding else 0
        found.append((name, len(frame), hits))
    return pd.DataFrame(found, columns=["dataset", "rows", "hits"])


def turns(table: pd.DataFrame) -> str:
    """Return rates by year as words: "rose in 2021, fell in 2022 and 2023, and rose in 2024 and 2025"."""
    spells: list[tuple[str, list[str]]] = []
    for year, rate in zip(table["year"], table["value"], strict=True):
        word = "rose" if rate > 0 else "fell" if rate < 0 else "stood still"
        if not spells or spells[-1][0] != word:
            spells.append((word, []))
        spells[-1][1].append(str(year))
    return fmt.join(f"{word} in {fmt.join(years)}" for word, years in spells)


def cited(shown: Iterable[Window]) -> str:
    """Return the source line of figures that stand in several releases."""
    first, *others = (datasets.provenance(datasets.load(commodities.DATASET, one.release)) for one in shown)
    more = fmt.join(f"{other.edition} (sha256 {other.sha256[:8]})" for other in others)
    return f"{first.cite()}; and edition{'s'[: len(others) - 1]} {more}" if others else first.cite()


def is_later(asked: Window) -> bool:
    """Tell whether a window was printed after the month of the article."""
    return asked.release[:7] > _ARTICLE


def _dated(asked: Window) -> str:
    return f"{asked.text}{' (an update)' if is_later(asked) else ''}"


@functools.lru_cache(maxsize=1)
def _annual_releases(_view: datasets.View) -> tuple[str, ...]:
    """Return the releases that print whole years of chips."""
    editions = datasets.editions(commodities.DATASET)
    return tuple(one for one in editions if _annual(datasets.load(commodities.DATASET, one)))


def _annual(frame: pd.DataFrame) -> list[str]:
    own = frame[(frame["commodity"] == CHIPS) & (frame["frequency"] == "annual")]
    return list(own["period"].unique())


def _printed(measure: str, unit: str, entity: str = ALL) -> list[int]:
    frame = datasets.load(DATASET)
    own = frame[(frame["entity"] == entity) & (frame["measure"] == measure) & (frame["unit"] == unit)]
    return sorted(map(int, own["period"]))


def _implied(rate: str, level: str, year: int) -> dict[int, tuple[str, Interval]]:
    return {before: (IMPLIED, own) for before, own in implied(rate, level, year).items()}


def _printed_american() -> list[int]:
    return _printed("import value", "bn CNY", AMERICAN)


def _panel_rows(heading: str, unit: str, own: Mapping[int, tuple[str, Interval]]) -> list[dict[str, Any]]:
    return [
        {
            "panel": heading,
            "unit": unit,
            "period": str(year),
            "series": whose,
            "value": math.nan if whose == IMPLIED else (found.low + found.high) / 2,
            "low": found.low if whose == IMPLIED or _is_seen(found) else math.nan,
            "high": found.high if whose == IMPLIED or _is_seen(found) else math.nan,
        }
        for year, (whose, found) in sorted(own.items())
    ]


def _is_seen(found: Interval) -> bool:
    """Tell whether the rounding of a figure is wide enough to be drawn."""
    return found.high - found.low > _THIN * found.high


def _checked(what: str, year: int) -> tuple[str, str, str, float, float, bool] | None:
    """Return one line of `press_check`, or None where a newspaper or customs prints nothing."""
    named, measure, unit = _CHECKED[what]
    try:
        row = rows.find({"dataset": DATASET, "entity": ALL, "measure": named, "period": str(year)})
        known = customs(year, measure, first=True)
    except NoFigureError:
        return None
    if str(row["unit"]) == "bn USD":
        return None
    if unit == "%":
        release = next(one.release for one in annual() if one.end == str(year))
        own = sum(commodities.growth({"commodity": CHIPS, "measure": measure, "release": release}).range) / 2
    else:
        own = (known.low + known.high) / 2 / _BN[str(row["unit"])]
    told = float(row["value"])
    return what, str(year), unit, told, own, measures.round_half_away(own, rows.step_of(row)) == told
