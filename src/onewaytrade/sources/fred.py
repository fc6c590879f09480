"""Read the CSV file of a series that FRED offers for download: a column of dates, then one for each series."""

import datetime as dt
import itertools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from onewaytrade.sources.figures import Record
from onewaytrade.sources.reading import Table
from onewaytrade.sources.safe import Cells, csv_cells
from onewaytrade.sources.values import end, number

_DATES: Final = ("observation_date", "DATE")
_SERIES: Final = re.compile(r"[A-Z0-9_]{2,40}")
_MISSING: Final = "."
_ADDRESS: Final = "https://fred.stlouisfed.org/series/{series}"
# Months from one date to the next, and what that is called.
_FREQUENCIES: Final = {1: "monthly", 3: "quarterly", 12: "annual"}


def tables(path: Path) -> tuple[Table, ...]:
    """Return the series of the file at `path` for the dataset `fred`; "." is a missing figure.

    Raises SourceError if the header is not FRED's, if dates are malformed, out of order or leave one out, or if
    something else than a number stands among the figures.
    """
    cells = csv_cells(path)
    last = end(cells, "a header and a row for each date are expected")
    series = _header(cells)
    dates = _dates(cells, last)
    frequency = _frequency(cells, dates)
    rows: list[Record] = [
        {
            "series": name,
            "frequency": frequency,
            "period": _period(date, frequency),
            "value": _value(cells, row, column),
            "unit": "",
        }
        for column, name in enumerate(series, start=1)
        for row, date in enumerate(dates, start=1)
    ]
    where = "; ".join(_ADDRESS.format(series=name) for name in series)
    source = f"FRED, {', '.join(series)}, to {rows[-1]['period']}"
    return (Table("fred", tuple(rows), None, None, where, (), source),)


def _header(cells: Cells) -> list[str]:
    right = "a header like 'observation_date,XTEXVA01CNM667S' is expected"
    if cells.text(0, 0) not in _DATES:
        raise cells.fault(f"{cells.shown(0, 0)} stands first", right, 0, 0)
    series = [cells.text(0, column) for column in range(1, cells.columns)]
    if not series:
        raise cells.fault("there is no series beside the dates", right, 0)
    for column, name in enumerate(series, start=1):
        if not _SERIES.fullmatch(name):
            raise cells.fault(f"{cells.shown(0, column)} is no code of a series", right, 0, column)
        if series.index(name) < column - 1:
            raise cells.fault(f"the series {name} stands twice", "each is expected once", 0, column)
    return series


def _dates(cells: Cells, last: int) -> list[dt.date]:
    dates: list[dt.date] = []
    for row in range(1, last):
        text = cells.text(row, 0)
        try:
            dates.append(dt.date.fromisoformat(text) if len(text) == len("2023-01-01") else dt.date.min)
        except ValueError:
            dates.append(dt.date.min)
        if dates[-1] == dt.date.min:
            right = "a date like 2023-01-01 is expected"
            raise cells.fault(f"{cells.shown(row, 0)} stands among the dates", right, row, 0)
        if row > 1 and dates[-1] <= dates[-2]:
            problem = f"{text} follows {dates[-2].isoformat()}"
            raise cells.fault(problem, "the dates must be in order, each once", row, 0)
    return dates


def _frequency(cells: Cells, dates: Sequence[dt.date]) -> str:
    """Return how far apart the dates are; months, quarters and years must follow each other without a gap."""
    if len(dates) == 1 or any(date.day != 1 for date in dates):
        return "daily"
    steps = [
        (after.year - before.year) * 12 + after.month - before.month for before, after in itertools.pairwise(dates)
    ]
    step = min(steps)
    if step not in _FREQUENCIES:
        raise cells.fault(f"the dates are {step} months apart", "months, quarters or years are expected", 2, 0)
    for row, months in enumerate(steps, start=2):
        if months != step:
            problem = f"{dates[row - 1].isoformat()} follows {dates[row - 2].isoformat()}"
            right = f"the dates of a {_FREQUENCIES[step]} series must follow each other"
            raise cells.fault(problem, right, row, 0)
    return _FREQUENCIES[step]


def _period(date: dt.date, frequency: str) -> str:
    if frequency == "annual":
        return f"{date.year}"
    if frequency == "quarterly":
        return f"{date.year}Q{(date.month + 2) // 3}"
    return date.isoformat() if frequency == "daily" else f"{date:%Y-%m}"


def _value(cells: Cells, row: int, column: int) -> str:
    if cells.text(row, column) in {_MISSING, ""}:
        return ""
    return number(cells, row, column, "a number, or a dot where there is none, is expected")
