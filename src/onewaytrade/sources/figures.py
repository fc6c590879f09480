"""Normalise the compiled tables of published figures into the project's own datasets.

Rows are kept one for one, with publisher and source; numbers stay as they were found. What changes is the
spelling: periods, units, bounds and ranges, and who computed what.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from onewaytrade.errors import SourceError

COMPILED = "2026-11-23"

Record = dict[str, str]

_ID = "source_id"
_STATEMENT = ["entity", "measure", "period", "value", "unit", "publisher", _ID]
_TRADE = [
    "flow",
    "currency",
    "frequency",
    "period",
    "value",
    "unit",
    "published_yoy_pct",
    "publisher",
    "note",
    _ID,
]
_COLUMNS: Mapping[str, list[str]] = MappingProxyType(
    {
        "customs_totals.csv": _TRADE,
        "customs_partners.csv": ["reporter", "partner", *_TRADE],
        "customs_commodities.csv": [
            *("commodity", "measure", "frequency", "period", "value", "unit", "published_yoy_pct"),
            *("release", "derived", "publisher", "note", _ID),
        ],
        "exchange_rates.csv": ["pair", "series", "statistic", "period", "value", "n_days", "note", _ID],
        "property.csv": ["indicator", *_TRADE[2:]],
        "sources.csv": [_ID, "publisher", "where"],
    }
)
STATEMENTS: Mapping[str, str] = MappingProxyType(
    {
        "consumption": "consumption_property.csv",
        "trade-remedies": "trade_remedies.csv",
        "eu-ipi": "eu_ipi_medical_devices.csv",
        "procurement": "public_procurement.csv",
        "documents": "documents_79_551.csv",
        "draeger": "draegerwerk.csv",
        "luxury": "luxury.csv",
        "medical-exports": "medical_exports.csv",
        "localisation": "it_localisation_chips.csv",
        "surplus-prices": "surplus_capacity_prices.csv",
        "article": "source_article.csv",
    }
)

# Issuers themselves, also where a machine or a reprint copied their table or text unchanged.
_PRIMARY = frozenset(
    {
        "Assemblee nationale (primary)",
        "BIS via repository",
        "China Customs via Wind (CREA)",
        "Company release (EQS) FY2024",
        "European Commission Access2Markets, case page (proxied copy)",
        "European Commission SWD(2025) 2",
        "GACC",
        "GACC via Eastmoney",
        "GACC via Eastmoney/akshare",
        "GACC via akshare repo",
        "MARA",
        "NBS",
        "NBS (collected)",
        "NBS via Eastmoney/akshare",
        "Official Journal of the EU (copy on lexaris.de; CELEX 32025R1197)",
        "Red Censor",
    }
)
_UNITS: Mapping[str, str] = MappingProxyType(
    {
        "%": "percent",
        "bn US$": "bn USD",
        "billion RMB": "bn CNY",
        "USD trn": "trn USD",
        "USD trn (as stated)": "trn USD",
        "EUR m": "M EUR",
        "EUR m (about)": "M EUR",
        "EUR bn": "bn EUR",
        "CHF m": "M CHF",
        "CHF bn": "bn CHF",
    }
)
_MEASURES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "quantity": ("quantity", ""),
        "value_rmb": ("value", "CNY"),
        "value_usd": ("value", "USD"),
        "avg_price": ("average_price", "CNY"),
        "avg_price_yoy": ("average_price_yoy", ""),
    }
)
# What the compilers wrote for themselves (patterns), put so that any reader understands it.
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        r"totals\.csv rows": "rows of gacc-totals",
        r"partners\.csv": "the rows by partner",
        r"repo name not shown by \w+": "name of the repository not established",
        "repository not named by the index": "repository not established",
    }
)
_COMPUTED_PRICE = "computed value/quantity"
_REPRINT = "same period last year as reprinted (revised) in this release"


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one dataset in one edition, every cell as text."""

    dataset: str
    edition: str
    rows: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of an input table, which knows where it stands."""

    file: str
    line: int
    cells: Record

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def fault(self, column: str, right: str) -> SourceError:
        """Return the error that says that this cell is not what it should be."""
        return SourceError(f"{self.file}, line {self.line}, column {column}: '{self[column]}' is not {right}.")

    def number(self, column: str) -> str:
        """Return the cell as it was found, having made sure that it is a number or empty."""
        if self[column] and not _is_number(self[column]):
            raise self.fault(column, "a number, and a number or nothing is expected there")
        return self[column]


def tables(folder: Path) -> tuple[Table, ...]:
    """Return every dataset that the compiled tables in `folder` hold, in the order of their names.

    Raises SourceError if a table is missing, its columns are not those known, or a cell cannot be read.
    """
    totals = _read(folder, "customs_totals.csv")
    partners = _read(folder, "customs_partners.csv")
    commodities = _read(folder, "customs_commodities.csv")
    places = _read(folder, "sources.csv")
    by_rate = frozenset(row[_ID] for row in places if re.search(r"^derived: .*\(1[+-]", row["where"]))
    compiled: dict[str, Iterable[Record]] = {
        "gacc-totals": (_total(row) for row in totals if not _of_oecd(row)),
        "oecd-fred-trade": (_oecd(row) for row in totals if _of_oecd(row)),
        "gacc-partners": (_partner(row, by_rate) for row in partners if row["reporter"] == "China"),
        "mirror": (_mirror(row, by_rate) for row in partners if row["reporter"] != "China" and not _of_atlas(row)),
        "atlas": (_atlas(row) for row in partners if _of_atlas(row)),
        "gacc-commodities-other": (_commodity_other(row) for row in commodities if not _release(row)),
        "exchange-rates": (_rate(row) for row in _read(folder, "exchange_rates.csv")),
        "property": (_estate(row) for row in _read(folder, "property.csv")),
        "sources": (_source(row) for row in places),
    }
    for dataset, file in STATEMENTS.items():
        compiled[dataset] = [record for row in _read(folder, file) for record in _statements(row)]
    made = [Table(name, COMPILED, tuple(rows)) for name, rows in compiled.items()]
    return tuple(sorted((*made, *_releases(commodities)), key=lambda table: (table.dataset, table.edition)))


def _read(folder: Path, name: str) -> list[_Row]:
    path, columns = folder / name, _COLUMNS.get(name, _STATEMENT)
    if not path.is_file():
        raise SourceError(f"{name}: there is no such file in {folder}; it is one of the compiled tables.")
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        header = next(reader, [])
        if header != columns:
            problem = f"the columns are {', '.join(header)}; {', '.join(columns)} are expected"
            raise SourceError(f"{name}, line 1: {problem}.")
        rows = []
        for cells in reader:
            if len(cells) != len(columns):
                problem = f"there are {len(cells)} cells; {len(columns)} are expected"
                raise SourceError(f"{name}, line {reader.line_num}: {problem}.")
            rows.append(_Row(name, reader.line_num, dict(zip(columns, cells, strict=True))))
    return rows


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", text) is not None


def _unit(text: str) -> str:
    return _UNITS.get(text, text)


def _plain(text: str) -> str:
    for found, better in _WORDS.items():
        text = re.sub(found, better, text)
    return text


def _grade(publisher: str) -> str:
    if re.search(r"derived|calculated|implied", publisher, re.IGNORECASE):
        return "implied"
    return "primary" if publisher in _PRIMARY else "press"


def _publisher(text: str) -> str:
    return f"{text.removeprefix('DERIVED from ')} (derived)" if text.startswith("DERIVED from ") else text


def _of_oecd(row: _Row) -> bool:
    return row["publisher"].startswith("OECD")


def _of_atlas(row: _Row) -> bool:
    return row["publisher"].startswith("Harvard Atlas")


def _when(row: _Row) -> Record:
    """Return frequency and period: year-to-date as a range, a whole year as a year."""
    frequency, period = row["frequency"].removesuffix(", seasonally adjusted"), row["period"]
    if frequency == "partial year" and row["note"] == "2026 is Jan-Mar":
        return {"frequency": "ytd", "period": f"{period}-01..{period}-03"}
    if frequency == "2-month" and (pair := re.fullmatch(r"(\d{4})-(\d{2})\.\.\1-(\d{2})", period)):
        return {"frequency": "ytd" if pair[2] == "01" else frequency, "period": period}
    if frequency == "ytd" and (found := re.fullmatch(r"(?:(\d{4})-01\.\.)?(\d{4})-(\d{2})", period)):
        year, month = found[2], found[3]
        if month == "12":
            return {"frequency": "annual", "period": year}
        return {"frequency": "ytd", "period": f"{found[1] or year}-01..{year}-{month}"}
    if frequency == "monthly" and re.fullmatch(r"\d{4}-\d{2}", period):
        return {"frequency": frequency, "period": period}
    if frequency == "annual" and re.fullmatch(r"\d{4}", period):
        return {"frequency": frequency, "period": period}
    raise row.fault("period", f"a period of frequency '{row['frequency']}'")


def _printed(row: _Row) -> Record:
    """Return what every row of a table of trade has: the value, its unit, the rate, and where they stand."""
    return {
        **_when(row),
        "value": row.number("value"),
        "unit": _unit(row["unit"]),
        "yoy_published_pct": row.number("published_yoy_pct"),
        "grade": _grade(row["publisher"]),
        "publisher": _publisher(row["publisher"]),
        _ID: row[_ID],
        "note": _plain(row["note"]),
    }


def _total(row: _Row) -> Record:
    record = {"flow": row["flow"], "currency": row["currency"], **_printed(row)}
    year = row["period"][:4]
    # Both files carry past years as revised since: Eastmoney's reaches 2026, the dashboard's table is of 2024.
    revised = (row[_ID] == "S001" and year < "2026") or (row[_ID] == "S002" and year < "2024")
    first = row["note"].startswith("first print")
    return {**record, "print": "revised" if revised else "first" if first else "as published"}


def _oecd(row: _Row) -> Record:
    return {
        "flow": row["flow"],
        "currency": row["currency"],
        **_printed(row),
        "adjustment": "seasonally adjusted",
    }


def _partner(row: _Row, by_rate: frozenset[str]) -> Record:
    names = ("partner", "flow", "currency")
    return {name: row[name] for name in names} | _printed(row) | {"basis": _basis(row, by_rate)}


def _basis(row: _Row, by_rate: frozenset[str]) -> str:
    """Return whether a row is printed, implied by a printed rate, or a difference of printed sums."""
    if not row["publisher"].startswith("DERIVED"):
        return "printed"
    return "implied" if row[_ID] in by_rate else "computed"


def _mirror(row: _Row, by_rate: frozenset[str]) -> Record:
    adjusted, stated = row["frequency"].endswith("seasonally adjusted"), "unadjusted" in row["note"]
    record = {name: row[name] for name in ("reporter", "partner", "flow", "currency")} | _printed(row)
    record["adjustment"] = "seasonally adjusted" if adjusted else "unadjusted" if stated else "not stated"
    record["basis"] = _basis(row, by_rate)
    if record["grade"] != "implied":
        record["grade"] = "press" if "(press)" in row["publisher"] else "mirror"
    return record


def _atlas(row: _Row) -> Record:
    record = {name: row[name] for name in ("reporter", "flow", "currency")} | _printed(row)
    return {**record, "partner": {"CHN": "China"}.get(row["partner"], row["partner"])}


def _release(row: _Row) -> str:
    """Return the release that printed the row ("2025-06-09"), "" if it is none of GACC's monthly releases."""
    found = re.match(r"\d{4}-\d{2}(-\d{2})?", row["release"])
    return found[0] if found else ""


def _releases(rows: Iterable[_Row]) -> Iterator[Table]:
    releases: dict[str, list[_Row]] = {}
    for row in rows:
        # Average prices were computed by the compilers; the measures compute them where they are wanted.
        if _release(row) and row["derived"] != _COMPUTED_PRICE:
            releases.setdefault(_release(row), []).append(row)
    for release, members in releases.items():
        own_year = max(row["period"][-7:-3] if "-" in row["period"] else row["period"] for row in members)
        yield Table("gacc-commodities", release, tuple(_commodity(row, own_year) for row in members))


def _commodity(row: _Row, own_year: str) -> Record:
    if row["derived"]:
        raise row.fault("derived", "empty, and a release holds only what it printed")
    record = _commodity_base(row)
    record["print"] = "first" if record["period"][:4] == own_year else "reprint"
    record["note"] = "" if row["note"] == _REPRINT else row["note"]
    return record


def _commodity_other(row: _Row) -> Record:
    record = _commodity_base(row)
    record["basis"] = "implied" if "implied" in row["derived"] else "computed" if row["derived"] else "printed"
    if row["derived"]:
        record["grade"] = "implied"
    record["suspect"] = "true" if "do not use" in row["note"] else "false"
    return {**record, "derived": row["derived"], "release": row["release"]}


def _commodity_base(row: _Row) -> Record:
    if row["measure"] not in _MEASURES:
        raise row.fault("measure", f"one of {', '.join(_MEASURES)}")
    measure, currency = _MEASURES[row["measure"]]
    return {"commodity": row["commodity"], "measure": measure, "currency": currency, **_printed(row)}


def _rate(row: _Row) -> Record:
    implied, averaged = row["series"].startswith("implied"), "averaged here" in row["note"]
    return {
        "pair": row["pair"],
        "series": row["series"],
        "statistic": row["statistic"],
        "period": row["period"],
        "rate": row.number("value"),
        "n_days": row.number("n_days"),
        "basis": "implied" if implied else "computed" if averaged or "average" in row["statistic"] else "printed",
        _ID: row[_ID],
        "note": row["note"],
    }


def _estate(row: _Row) -> Record:
    return {"indicator": row["indicator"], **_printed(row)}


def _source(row: _Row) -> Record:
    return {_ID: row[_ID], "publisher": _publisher(row["publisher"]), "where": _plain(row["where"])}


def _statements(row: _Row) -> list[Record]:
    """Return a statement's record; two figures printed in one breath ("3.1 bn; -11.2 %") become two."""
    units = [unit.strip() for unit in row["unit"].split(";")]
    if len(units) == 1:
        return [_statement(row, row["measure"], row["value"], row["unit"])]
    measures = [measure.strip() for measure in row["measure"].split(";")]
    values = [re.sub(r" (bn|%)$", "", value.strip()) for value in row["value"].split(";")]
    if not len(units) == len(measures) == len(values):
        raise row.fault("value", f"as many figures as the unit '{row['unit']}' names")
    return [_statement(row, *parts) for parts in zip(measures, values, units, strict=True)]


def _statement(row: _Row, measure: str, value: str, unit: str) -> Record:
    about = "about" in measure or "about" in unit or "(about)" in row["publisher"]
    notes = ["about" if about else "", "as stated" if "as stated" in unit else "", *_loose(row["period"])]
    computed = "calculated" in row["publisher"] or "calculated" in measure
    return {
        "entity": row["entity"],
        "measure": measure,
        "period": _statement_period(row),
        "value_text": row["value"],
        **_bounds(value, unit),
        "unit": _unit(unit),
        "basis": "computed" if computed else "printed",
        "grade": "implied" if computed else _grade(row["publisher"]),
        "publisher": row["publisher"],
        _ID: row[_ID],
        "note": "; ".join(note for note in notes if note),
    }


def _bounds(text: str, unit: str) -> Record:
    """Return value, low and high: a plain number is a value, ">48" a low end, "20-30" both ends."""
    bounds = {"value": "", "low": "", "high": ""}
    if unit in {"date", "text"}:
        return bounds
    if _is_number(text):
        return bounds | {"value": text}
    if found := re.fullmatch(r">(\d+(?:\.\d+)?)", text):
        return bounds | {"low": found[1]}
    if found := re.fullmatch(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)", text):
        return bounds | {"low": found[1], "high": found[2]}
    if found := re.fullmatch(r"almost (-\d+(?:\.\d+)?)", text):
        # "Almost half" is a fall that stops short of half.
        return bounds | {"low": found[1]}
    return bounds


def _loose(period: str) -> list[str]:
    """Return what a period says beyond its months."""
    return [period] if "basis" in period or "(" in period else []


def _statement_period(row: _Row) -> str:
    text = row["period"].removesuffix(" basis")
    for pattern, make in _PERIODS:
        if found := re.fullmatch(pattern, text):
            return make(found)
    raise row.fault("period", "a year, quarter, half-year, month, day or range")


def _halves(first: str, first_half: str, last: str, last_half: str) -> str:
    return f"{first}-{'01' if first_half == '1' else '07'}..{last}-{'06' if last_half == '1' else '12'}"


_PERIODS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"\d{4}(-\d{2}){0,2}", lambda found: found[0]),
    (r"\d{4}(-\d{2})?\.\.\d{4}(-\d{2})?", lambda found: found[0]),
    (r"(\d{4})-(\d{4})", lambda found: f"{found[1]}..{found[2]}"),
    (r"(\d{4})-(Q[1-4])", lambda found: f"{found[1]}{found[2]}"),
    (r"(\d{4})-H([12])", lambda found: _halves(found[1], found[2], found[1], found[2])),
    (r"(\d{4})-H([12])\.\.(\d{4})-H([12])", lambda found: _halves(found[1], found[2], found[3], found[4])),
    (r"from (\d{4}(-\d{2}){0,2})", lambda found: f"{found[1]}.."),
    (r"(\d{4}) \(from March\)", lambda found: f"{found[1]}-03..{found[1]}-12"),
)
