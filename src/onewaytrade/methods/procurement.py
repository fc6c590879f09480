"""Public procurement: how large it is in China, which shares of it are reserved, and what Europe answered.

Everything here is one press figure at a time. A figure printed as "about" is given a range of its own, whose width
is a choice; a figure printed as "more than" stays an open bound; what follows from two printed figures is implied.
"""

import contextlib
import difflib
import math
import re
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from onewaytrade import datasets, fmt, measures
from onewaytrade.claims import Estimate
from onewaytrade.errors import NoFigureError, ParameterError
from onewaytrade.measures import Interval
from onewaytrade.methods import rows

PROCUREMENT: Final = "procurement"
DOCUMENTS: Final = "documents"
EU: Final = "eu-ipi"
DRAEGER: Final = "draeger"

# The years for which both the total and government procurement are at hand.
YEARS: Final = ("2021", "2022")
# What a printed "about" may be rounded to, in percentage points.
ROUNDINGS: Final = (2, 5, 10)

GOVERNMENT: Final = "government procurement (budget entities)"
TOTAL: Final = "total public procurement incl. state sector (more than)"
IN_DOLLARS: Final = "total public procurement (more than)"
# What government procurement is printed as a share of, and how it is called in a chart.
SHARES: Final = {"share of GDP": "GDP", "share of national fiscal expenditure": "All fiscal spending"}
SPLIT: Final = {"of which works": "Works", "of which services": "Services", "of which goods": "Goods"}

LIST: Final = "Document 551 (MOF+MIIT, 2021)"
_COPIES: Final = {
    "first": re.compile(r"number of medical device types with required domestic share of (\d+) percent"),
    "second": re.compile(r"number of device types at (\d+) percent \(second source\)"),
}

TENDERS: Final = "China public tenders for medical devices"
EU_TENDERS: Final = "EU medical device tenders"
BY_NUMBER: Final = "share of tenders >= EUR 5m by number"
BY_VALUE: Final = "share of tenders >= EUR 5m by value (about)"
REGULATION: Final = "Implementing Regulation (EU) 2025/1197"
THRESHOLD: Final = "tender value threshold, net of VAT (equal to or above), CPV 33100000-1 to 33199000-1 only"
ANSWER: Final = "China countermeasure"

CHINA: Final = "Draegerwerk, China business (all, medical+safety)"
GROUP: Final = "Draegerwerk group"
SALES_2022: Final = "net sales (preliminary, about -9 percent on year)"
QUARTER: Final = "net sales Q1"
QUARTER_2023: Final = "net sales Q1 (China ventilator demand named as driver)"
REGION: Final = "Draegerwerk, Asia-Pacific"


def check_parameters(values: Mapping[str, Any]) -> None:
    """Check the parameters `year` and `about` of the notebook on procurement.

    Raises ParameterError, naming the values at hand and the nearest.
    """
    year, about = str(values["year"]), values["about"]
    if year not in YEARS:
        near = min(YEARS, key=lambda known: abs(int(known) - int(year))) if year.isdecimal() else YEARS[-1]
        raise ParameterError(
            f"year={values['year']!r} cannot be answered: the total of public procurement is at hand for "
            f"{fmt.join(YEARS)} only; the nearest is {near!r}."
        )
    if about not in ROUNDINGS:
        near_width = min(ROUNDINGS, key=lambda known: abs(known - float(about)))
        raise ParameterError(
            f"about={about!r} is none of {', '.join(map(str, ROUNDINGS))}, the units to which a printed “about” "
            f"may be rounded here; the nearest is {near_width}."
        )


# Methods of the register


def value(choices: Mapping[str, Any]) -> Estimate:
    """Return a printed sum of purchases in trillions of yuan, as a `procurement-value` definition asks.

    Choices: `measure` and `period` of a row of `procurement`, whose unit may be another power of ten. Raises
    NoFigureError if there is no such row, or if it is an open bound.
    """
    row = rows.find({**choices, "dataset": PROCUREMENT})
    allowed = _trillions(row)
    return Estimate(
        value=float(row["value"]) * _POWERS[str(row["unit"])],
        low=allowed.low,
        high=allowed.high,
        grade=str(row["grade"]),
        edition=f"{PROCUREMENT} {datasets.resolve(PROCUREMENT, 'pinned')}",
        sentence=f"China, {row['measure']}, {row['period']}, by {row['publisher']}, in trillions of yuan.",
        unit="trn CNY",
    )


def listed_ratio(choices: Mapping[str, Any]) -> Estimate:
    """Return the lowest or highest domestic share in a copy of the list, as a `listed-ratio` definition asks.

    Choices: `end` ("lowest" or "highest") and `copy` ("first" or "second"). Raises NoFigureError for a copy that
    holds none.
    """
    copy = str(choices["copy"])
    held = ratios().dropna(subset=[copy])
    if held.empty:
        raise NoFigureError(f"The {copy} copy of the list holds no ratio.")
    ratio = held["ratio"].min() if choices["end"] == "lowest" else held["ratio"].max()
    row = _listed(copy).set_index("ratio").loc[ratio]
    return Estimate(
        value=float(ratio),
        grade=str(row["grade"]),
        edition=f"{DOCUMENTS} {datasets.resolve(DOCUMENTS, 'pinned')}",
        sentence=(
            f"The {choices['end']} of the {len(held)} domestic shares in the {copy} copy of the list, which holds "
            f"{fmt.number(float(row['value']))} device types there, by {row['publisher']}."
        ),
        recomputed=False,
        unit="% domestic",
    )


# How large


def implied(year: str) -> pd.DataFrame:
    """Return what government procurement and its printed shares imply of their wholes, in trillions of yuan.

    Columns `whole`, `share` (as printed, %), `value`, `low`, `high`; the rounding of both figures makes the range.
    No rows for a year whose shares are not at hand.
    """
    purchases = _row(PROCUREMENT, "China", GOVERNMENT, year)
    found = []
    for measure, name in SHARES.items():
        try:
            share = _row(PROCUREMENT, "China", measure, year)
        except NoFigureError:
            continue
        allowed = _trillions(purchases) / rows.interval_of(share) * measures.exact(100)
        middle = 100 * float(purchases["value"]) * _POWERS[str(purchases["unit"])] / float(share["value"])
        found.append((name, float(share["value"]), middle, allowed.low, allowed.high))
    return pd.DataFrame(found, columns=["whole", "share", "value", "low", "high"])


def magnitudes(year: str) -> pd.DataFrame:
    """Return what there is to compare in a year, in trillions of yuan.

    Columns `label`, `group`, `value`, `low`, `high`, `note`: the total is an open bound, the wholes are implied,
    and the rest is printed.
    """
    drawn = [
        (whole["whole"], "", whole["value"], whole["low"], whole["high"], "implied")
        for whole in implied(year).to_dict("records")
    ]
    bound = float(_row(PROCUREMENT, "China", TOTAL, year)["low"])
    # By size, where all sums are at hand: GDP, the total, fiscal spending, government procurement.
    drawn.insert(1, ("Public procurement, state sector included", "", math.nan, bound, math.nan, "open bound"))
    names = {GOVERNMENT: ("Government procurement", "", "ministry")}
    names |= {measure: (name, "Of government procurement", "") for measure, name in SPLIT.items()}
    for measure, (name, group, note) in names.items():
        with contextlib.suppress(NoFigureError):
            row = _row(PROCUREMENT, "China", measure, year)
            worth = float(row["value"]) * _POWERS[str(row["unit"])]
            drawn.append((name, group, worth, math.nan, math.nan, note))
    return pd.DataFrame(drawn, columns=["label", "group", "value", "low", "high", "note"])


def at_least(year: str) -> pd.DataFrame:
    """Return how large the total is at least beside each printed or implied sum of a year: `beside`, `ratio`.

    The total's bound over the highest value that the rounding of the other figure allows: a lower bound as well.
    """
    bound = float(_row(PROCUREMENT, "China", TOTAL, year)["low"])
    purchases = _trillions(_row(PROCUREMENT, "China", GOVERNMENT, year))
    found = [("Government procurement", bound / purchases.high)]
    found += [(whole["whole"], bound / whole["high"]) for whole in implied(year).to_dict("records")]
    return pd.DataFrame(found, columns=["beside", "ratio"])


def government_by_year() -> pd.DataFrame:
    """Return government procurement of all years at hand: `year`, `value` (trn CNY), `growth` (%), `publisher`.

    Growth is between figures of different reports, whose last digits differ: it is computed only as an interval.
    """
    frame = _rows(PROCUREMENT, "China", GOVERNMENT).sort_values("period")
    found = []
    before = None
    for _, row in frame.iterrows():
        own = _trillions(row)
        rate = "" if before is None else fmt.interval(*_ends(measures.growth_interval(before, own)))
        found.append((row["period"], float(row["value"]) * _POWERS[str(row["unit"])], rate, row["publisher"]))
        before = own
    return pd.DataFrame(found, columns=["year", "value", "growth", "publisher"])


def year_before(year: str) -> Interval | None:
    """Return government procurement of the year before that a year's figure and its printed growth imply.

    In trillions of yuan; None if no growth rate was printed for the year.
    """
    try:
        rate = rows.interval_of(_row(PROCUREMENT, "China", "change on year", year))
    except NoFigureError:
        return None
    purchases = _trillions(_row(PROCUREMENT, "China", GOVERNMENT, year))
    return purchases / Interval(1 + rate.low / 100, 1 + rate.high / 100)


def dollars(year: str) -> pd.DataFrame:
    """Return the yuan per dollar at which the total's two printed bounds agree, beside the market's rates.

    Columns `rate` (in words) and `yuan`; the market's are averages of the year and of the month in which the
    figure was published. No rows if the total was not printed in dollars.
    """
    try:
        in_dollars = _row(PROCUREMENT, "China", IN_DOLLARS, year)
    except NoFigureError:
        return pd.DataFrame(columns=["rate", "yuan"])
    month = str(re.search(r"\d{4}-\d{2}", str(in_dollars["publisher"]))[0])  # type: ignore[index]
    bound = float(_row(PROCUREMENT, "China", TOTAL, year)["low"])
    found = [("implied by the two bounds", bound / float(in_dollars["low"]))]
    found += [(f"market, mean of {fmt.period(when)}", _rate("CNY per USD", when)) for when in (year, month)]
    return pd.DataFrame(found, columns=["rate", "yuan"])


# Which shares are reserved


def ratios() -> pd.DataFrame:
    """Return the list's device types by required domestic share, in two copies: `ratio`, `first`, `second`.

    A share that a copy leaves out is missing there.
    """
    copies = [_listed(copy).set_index("ratio")["value"].rename(copy) for copy in _COPIES]
    return pd.concat(copies, axis=1).sort_index().reset_index()


def listed_types() -> pd.DataFrame:
    """Return the device types of the first copy as rows of a chart: `label`, `value`, `note` (who agrees)."""
    frame = ratios()
    notes = []
    for own, other in zip(frame["first"], frame["second"], strict=True):
        agree = "second copy agrees" if own == other else f"second copy: {fmt.number(other)}"
        notes.append("first copy only" if math.isnan(other) else agree)
    labels = [f"{ratio} % domestic" for ratio in frame["ratio"]]
    return pd.DataFrame({"label": labels, "value": frame["first"], "note": notes})


def hospital_targets() -> pd.DataFrame:
    """Return the targets for the domestic share in hospitals' purchases, by year: `year`, `percent`."""
    frame = _rows(EU, "Made in China 2025", None).sort_values("period")
    return pd.DataFrame({"year": frame["period"], "percent": frame["value"]}).reset_index(drop=True)


# What was counted, and what Europe answered


def restricted_tenders() -> pd.DataFrame:
    """Return the accounts of the restricted tenders: `percent`, `words`, `years`, `publisher`."""
    frame = _rows(EU, TENDERS, None)
    frame = frame[frame["unit"] == "percent of tenders"]
    years = [period.replace("..", " to ") for period in frame["period"]]
    words = [re.sub(r"^share (of tenders )?with ", "", measure) for measure in frame["measure"]]
    return pd.DataFrame(
        {"percent": frame["value"], "words": words, "years": years, "publisher": frame["publisher"]}
    )


def notices() -> float:
    """Return the number of tender notices that were looked at, which is a lower bound."""
    return float(_rows(EU, TENDERS, "number of tender notices analysed (more than)")["low"].iloc[0])


def over_threshold(about: int) -> pd.DataFrame:
    """Return the shares of the EU's tenders from the threshold on: `label`, `value`, `low`, `high`, `note`, in %.

    `about` is what a share printed as "about" is taken to be rounded to.
    """
    drawn = []
    for label, measure in (("By number of tenders", BY_NUMBER), ("By their value", BY_VALUE)):
        row = _rows(EU, EU_TENDERS, measure).iloc[0]
        low, high = _ends(_about(row, about))
        drawn.append((label, float(row["value"]), low, high, "“about”" if "(about)" in measure else ""))
    return pd.DataFrame(drawn, columns=["label", "value", "low", "high", "note"])


def size_ratio(about: int) -> tuple[float, Interval]:
    """Return how many times as large a tender from the threshold on is, on average, as one below it.

    Follows from the two shares, v by value and n by number: v / n over (1 - v) / (1 - n), with the range that
    their rounding allows.
    """
    number, worth = over_threshold(about).to_dict("records")
    allowed = Interval(_odds(worth["low"]) / _odds(number["high"]), _odds(worth["high"]) / _odds(number["low"]))
    return _odds(worth["value"]) / _odds(number["value"]), allowed


def _odds(percent: float) -> float:
    return percent / (100 - percent)


def thresholds() -> pd.DataFrame:
    """Return the thresholds of the EU's measure and of China's answer in millions of euros.

    Columns `whose`, `since`, `printed`, `euros`; yuan are turned into euros at the mean rate of the month.
    """
    own = _rows(EU, REGULATION, THRESHOLD).iloc[0]
    answer = _rows(EU, ANSWER, None).iloc[0]
    found = []
    for whose, row in (("European Union", own), ("China", answer)):
        since, million = str(row["period"]).removesuffix(".."), float(row["value"]) / 1e6
        month = since[:7]
        rate = 1.0 if row["unit"] == "EUR" else _rate("CNY per USD", month) * _rate("USD per EUR", month)
        found.append((whose, since, fmt.with_unit(million, f"million {row['unit']}", 0), million / rate))
    return pd.DataFrame(found, columns=["whose", "since", "printed", "euros"])


def most_from_china() -> float:
    """Return the largest share of a contract, in per cent, that a winner may fill with devices from China."""
    measure = "maximum share of China-origin devices for successful bidders"
    return float(_rows(EU, REGULATION, measure)["value"].iloc[0])


def calendar() -> pd.DataFrame:
    """Return what happened when: `date`, `event`, `grade`, in order of time."""
    wanted = [
        (EU, "IPI investigation", "initiation date", "The Commission opens an investigation"),
        (EU, "IPI investigation", "report COM(2025) 5 / SWD(2025) 2 date", "Its report on restricted tenders"),
        (
            "article",
            "cited: Financial Times",
            "date of EU vote reported",
            "Member states vote, as a newspaper reports",
        ),
        (EU, REGULATION, "adoption date", "The regulation is adopted"),
        (EU, REGULATION, "entry into force", "It enters into force"),
        (EU, ANSWER, None, "China’s answer takes effect"),
    ]
    found = []
    for dataset, entity, measure, event in wanted:
        row = _rows(dataset, entity, measure).iloc[0]
        found.append((str(row["period"]).removesuffix(".."), event, str(row["grade"])))
    return pd.DataFrame(found, columns=["date", "event", "grade"])


# Dräger


def levels(about: int) -> pd.DataFrame:
    """Return the sales of Dräger's group and its business in China by year, each with 2023 as 100.

    Columns `panel`, `unit`, `period`, `series`, `value`, `low`, `high`. Of China no sum was published: its 2024 is
    what the printed "about" leaves of 2023, and nothing is at hand for 2022.
    """
    base, printed = _sales("net sales", "2023")
    drawn = []
    for period, measure in (("2022", SALES_2022), ("2023", "net sales"), ("2024", "net sales")):
        sales, allowed = _sales(measure, period)
        index = allowed / printed * measures.exact(100)
        # A range of less than a tenth of a point could not be seen.
        low, high = _ends(index) if period != "2023" and index.high - index.low > 0.1 else (math.nan, math.nan)
        drawn.append((period, "Group", 100 * sales / base, low, high))
    fall = _about(_row(DRAEGER, CHINA, "change on year (about)", "2024"), about)
    drawn.append(("2023", "China", 100.0, math.nan, math.nan))
    drawn.append(("2024", "China", 100 + fall.middle, 100 + fall.low, 100 + fall.high))
    frame = pd.DataFrame(drawn, columns=["period", "series", "value", "low", "high"])
    return frame.assign(panel="Business by year", unit="2023 = 100")


def changes(about: int) -> pd.DataFrame:
    """Return what changed at Dräger by how much, in per cent: `group`, `label`, `value`, `low`, `high`, `note`.

    Rates as printed have no range, except "about"; those computed carry the rounding of both figures.
    """
    fall = _row(DRAEGER, CHINA, "change on year (about)", "2024")
    low, high = _ends(_about(fall, about))
    now, then = "2024 on 2023", "2023 on 2022"
    nominal = _row(DRAEGER, REGION, "order intake change, nominal", "2024")
    division = _row(DRAEGER, "Draegerwerk medical division", "net sales change, currency-adjusted", "2024")
    found = [
        (now, "China, all business", float(fall["value"]), low, high, "“about”, one newspaper"),
        (now, "Asia-Pacific, orders", float(nominal["value"]), math.nan, math.nan, ""),
        (now, "Medical division, sales", float(division["value"]), math.nan, math.nan, "currency-adjusted"),
        (now, "Group, sales", *_growth(("2023", "net sales"), ("2024", "net sales")), ""),
        (then, "Group, sales", *_growth(("2022", SALES_2022), ("2023", "net sales")), "2022 preliminary"),
        (then, "Group, first quarter", *_growth(("2022Q1", QUARTER), ("2023Q1", QUARTER_2023)), ""),
    ]
    return pd.DataFrame(found, columns=["group", "label", "value", "low", "high", "note"])


def undoing(about: int) -> Interval:
    """Return the growth in 2023, in per cent, after which the fall of 2024 would bring China back to 2022."""
    fall = _about(_row(DRAEGER, CHINA, "change on year (about)", "2024"), about)
    return Interval(*(100 * (1 / (1 + end / 100) - 1) for end in (fall.high, fall.low)))


# Rows

_POWERS: Final = {"trn CNY": 1.0, "100M CNY": 1e-4}  # of a trillion yuan


def _rows(dataset: str, entity: str, measure: str | None) -> pd.DataFrame:
    frame = datasets.load(dataset)
    return frame[(frame["entity"] == entity) & ((frame["measure"] == measure) | (measure is None))]


def _row(dataset: str, entity: str, measure: str, period: str) -> "pd.Series[Any]":
    return rows.find({"dataset": dataset, "entity": entity, "measure": measure, "period": period})


def _trillions(row: "pd.Series[Any]") -> Interval:
    return rows.interval_of(row) * measures.exact(_POWERS[str(row["unit"])])


def _about(row: "pd.Series[Any]", about: int) -> Interval:
    """Return all that a printed figure may be rounded from: `about` wide if it was printed as "about"."""
    if "(about)" in str(row["measure"]):
        return measures.rounded(float(row["value"]), float(about))
    return rows.interval_of(row)


def _ends(allowed: Interval) -> tuple[float, float]:
    return allowed.low, allowed.high


def _listed(copy: str) -> pd.DataFrame:
    frame = _rows(DOCUMENTS, LIST, None)
    found = [
        (int(match[1]), row) for _, row in frame.iterrows() if (match := _COPIES[copy].fullmatch(row["measure"]))
    ]
    return pd.DataFrame([{"ratio": ratio, **row.to_dict()} for ratio, row in found])


def _growth(start: tuple[str, str], end: tuple[str, str]) -> tuple[float, float, float]:
    (first, before), (last, after) = (_sales(measure, period) for period, measure in (start, end))
    return measures.growth(first, last), *_ends(measures.growth_interval(before, after))


def _sales(measure: str, period: str) -> tuple[float, Interval]:
    """Return a figure of the group in millions of euros, with all numbers that it may be rounded from."""
    row = _row(DRAEGER, GROUP, measure, period)
    factor = {"M EUR": 1.0, "bn EUR": 1000.0}[str(row["unit"])]
    return float(row["value"]) * factor, rows.interval_of(row) * measures.exact(factor)


def _rate(pair: str, period: str) -> float:
    frame = datasets.load("exchange-rates")
    wanted = frame[(frame["pair"] == pair) & (frame["period"] == period) & frame["series"].str.startswith("FRED")]
    if wanted.empty:
        near = difflib.get_close_matches(period, frame["period"], n=1, cutoff=0.0)[0]
        raise NoFigureError(f"No rate of {pair} is at hand for {period}; the nearest is {near}.")
    return float(wanted["rate"].iloc[0])
