"""Which periods a table covers, as rows of months and as a picture that needs no script and no colours of its own.

A figure covers the months of its period: a year twelve, a day the one that it lies in; a range without an end only
where it begins. Months that have a figure of their own are told from those that lie within a longer period only.
"""

import csv
import functools
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Final

from onewaytrade import fmt

LIMIT: Final = 20  # rows of a picture; the rest is counted
_SPARE: Final = 2  # rows beyond the limit that are drawn rather than counted
_DENSE: Final = 4  # figures that a row must have on average, for its column to name the rows
_FEW: Final = 6
_ALIKE: Final = 3  # names that cover the same and share a row
_YEAR, _QUARTER, _MONTH = (
    re.compile(pattern) for pattern in (r"(\d{4})", r"(\d{4})Q([1-4])", r"(\d{4})-(0[1-9]|1[0-2])(?:-\d{2})?")
)
_TIMES: Final = ("period", "month", "year")
_ENDS: Final = ("first_month", "last_month")
# Columns that say how a figure is stated, not what it is about.
_NO_SUBJECT: Final = frozenset(
    {
        *_TIMES,
        *_ENDS,
        "source_id",
        "unit",
        "currency",
        "frequency",
        "adjustment",
        "basis",
        "print",
        "grade",
        "note",
    }
    | {"publisher", "value_text", "derived", "release"}
)

# A picture's measures in pixels; across it everything is in per cent, so that letters keep their size on a phone.
_TOP: Final = 26
_PITCH: Final = 32
_BAR: Final = 9
_LETTERS: Final = 40
_TICKS: Final = 7


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a file and its rows, all as text."""

    columns: tuple[str, ...]
    rows: tuple[Sequence[str], ...]

    def column(self, name: str) -> list[str]:
        """Return the cells of a column."""
        at = self.columns.index(name)
        return [row[at] for row in self.rows]


def read(content: bytes) -> Table:
    """Return the table that a CSV file in UTF-8 holds; its first line names the columns."""
    columns, *rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
    return Table(tuple(columns), tuple(rows))


@dataclass(frozen=True, slots=True)
class Row:
    """What one row of a picture covers.

    `single` are the months that have a figure of their own, `spanned` those that only a longer period covers, both
    counted from the year 0; `figures` is the number of figures, whatever their period. `names` are those that
    share the row, since they cover the same.
    """

    names: tuple[str, ...]
    figures: int
    single: frozenset[int]
    spanned: frozenset[int]

    @property
    def label(self) -> str:
        """What the row is called in the picture."""
        first, *others = self.names
        return f"{first} and {len(others)} more" if others else first

    @property
    def first(self) -> int:
        """The first month covered."""
        return min(self.single | self.spanned)

    @property
    def last(self) -> int:
        """The last month covered."""
        return max(self.single | self.spanned)

    @property
    def missing(self) -> int:
        """How many months between the first and the last no figure covers."""
        return self.last - self.first + 1 - len(self.single | self.spanned)

    @property
    def how(self) -> str:
        """How the months are covered, in words."""
        if not self.spanned:
            return "by month"
        return "by month, and in longer periods" if self.single else "in longer periods"


@dataclass(frozen=True, slots=True)
class Coverage:
    """The rows of a picture, what they are called (a column's name, or "edition"), and how many were left out."""

    by: str
    rows: tuple[Row, ...]
    left_out: int = 0

    @property
    def first(self) -> int:
        """The first month that any row covers."""
        return min(row.first for row in self.rows)

    @property
    def last(self) -> int:
        """The last month that any row covers."""
        return max(row.last for row in self.rows)


@functools.cache
def months(period: str) -> range:
    """Return the months of a period as the tables write it; empty if it is not written so.

    Known are a year, a quarter, a month, a day, and a range of these, with or without its end.
    """
    first, dots, last = period.partition("..")
    begin = _months(first)
    end = _months(last) if dots and last else begin
    return range(begin.start, end.stop) if begin and end else range(0)


def by_subject(table: Table, key: Sequence[str]) -> Coverage | None:
    """Return what a table covers by the column that tells most about its rows; None if it holds no periods.

    `key` are the columns of its key: the names of the rows are sought there, and in all columns if the key has
    but one. Several that cover the same share a row, and of many rows those with most figures stay.
    """
    periods = _periods(table)
    by = _subject(table, key) if any(map(months, set(periods))) else ""
    if not by:
        return None
    groups: dict[str, Counter[str]] = {}
    for (label, period), count in Counter(zip(table.column(by), periods, strict=True)).items():
        if months(period):
            groups.setdefault(label, Counter())[period] = count
    found = _joined([_row(label or "(not named)", counts) for label, counts in groups.items()])
    if len(found) <= LIMIT + _SPARE:
        return Coverage(by, tuple(found))
    kept = sorted(found, key=lambda row: row.figures, reverse=True)[:LIMIT]
    left_out = sum(len(row.names) for row in found if row not in kept)
    return Coverage(by, tuple(row for row in found if row in kept), left_out)


def by_edition(tables: Mapping[str, Table], pin: str) -> Coverage | None:
    """Return what each edition covers, the newest first, the pinned one marked; None if none holds periods."""
    counts = {edition: Counter(own for own in _periods(tables[edition]) if months(own)) for edition in tables}
    found = [
        _row(f"{edition} (pinned)" if edition == pin else edition, counts[edition])
        for edition in sorted(counts, reverse=True)
        if counts[edition]
    ]
    return Coverage("edition", tuple(found[:LIMIT]), len(found[LIMIT:])) if found else None


def words(month: int) -> str:
    """Return a month counted from the year 0 in words."""
    return fmt.month(f"{month // 12:04d}-{month % 12 + 1:02d}")


def sentence(found: Coverage) -> str:
    """Return in one sentence how many rows cover which time, for somebody who does not see the picture."""
    number = sum(len(row.names) for row in found.rows)
    what = "editions" if found.by == "edition" else f"rows, named by {found.by.replace('_', ' ')}"
    count = f"{number} {what}" if number > 1 else found.rows[0].label
    more = f"; {found.left_out} more are not drawn" if found.left_out else ""
    return f"{count}, from {words(found.first)} to {words(found.last)}{more}"


def svg(found: Coverage, name: str, title: str) -> str:
    """Return the picture as inline SVG without empty lines; `name` makes its ids differ from other pictures'.

    Its description tells every row in words.
    """
    start, stop = found.first // 12 * 12, (found.last // 12 + 1) * 12
    height = _TOP + _PITCH * len(found.rows)
    told = " ".join(f"{fmt.join(row.names)}: {_told(row)}." for row in found.rows)
    parts = [
        f'<svg class="owt-coverage" role="img" aria-labelledby="{name}-title {name}-desc" width="100%" '
        f'height="{height}">',
        f'<title id="{name}-title">{escape(title)}: {escape(sentence(found))}.</title>',
        f'<desc id="{name}-desc">{escape(told)}</desc>',
        *_axis(start, stop, height),
    ]
    for number, row in enumerate(found.rows):
        parts += _drawn(row, _TOP + number * _PITCH, start, stop)
    return "\n".join([*parts, "</svg>"])


def shortened(label: str) -> str:
    """Return what a picture has room for of a row's name."""
    return label if len(label) <= _LETTERS else f"{label[: _LETTERS - 1].rstrip(' ,;(')}…"


# Months


def _months(text: str) -> range:
    if found := _YEAR.fullmatch(text):
        return range(int(found[1]) * 12, int(found[1]) * 12 + 12)
    if found := _QUARTER.fullmatch(text):
        begin = int(found[1]) * 12 + int(found[2]) * 3 - 3
        return range(begin, begin + 3)
    if found := _MONTH.fullmatch(text):
        begin = int(found[1]) * 12 + int(found[2]) - 1
        return range(begin, begin + 1)
    return range(0)


def _periods(table: Table) -> list[str]:
    """Return the period of each row, as it is written; nothing where the table has no such column."""
    for name in _TIMES:
        if name in table.columns:
            return table.column(name)
    if set(_ENDS) <= set(table.columns):
        return ["..".join(ends) for ends in zip(*map(table.column, _ENDS), strict=True)]
    return [""] * len(table.rows)


def _row(label: str, counts: Counter[str]) -> Row:
    covered = [months(period) for period in counts]
    single = frozenset(own.start for own in covered if len(own) == 1)
    spanned = frozenset(month for own in covered if len(own) > 1 for month in own)
    return Row((label,), counts.total(), single, spanned - single)


def _joined(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with those that cover the same as one, as soon as they are three."""
    alike: dict[tuple[frozenset[int], frozenset[int]], list[Row]] = {}
    for row in rows:
        alike.setdefault((row.single, row.spanned), []).append(row)
    return [
        own
        for group in alike.values()
        for own in (
            [replace(group[0], names=tuple(row.label for row in group), figures=sum(row.figures for row in group))]
            if len(group) >= _ALIKE
            else group
        )
    ]


def _subject(table: Table, key: Sequence[str]) -> str:
    """Return the column that names the rows: of those a picture can hold, the one with most values, if dense."""
    asked = [name for name in key if name not in _NO_SUBJECT]
    if len(asked) == 1:
        asked += [name for name in table.columns if name not in _NO_SUBJECT and name not in asked]
    if not asked:
        return ""
    counts = {name: len(set(table.column(name))) for name in asked}
    lead = asked[0]
    fit = [name for name in asked if counts[name] <= LIMIT + _SPARE and len(table.rows) >= _DENSE * counts[name]]
    best = max(fit, key=lambda name: counts[name], default=lead)
    if counts[lead] > LIMIT + _SPARE and counts[best] < _FEW:
        best = lead
    return max(asked, key=lambda name: counts[name]) if counts[best] == 1 else best


# The picture


def _told(row: Row) -> str:
    gaps = f", {row.missing} months of them without any" if row.missing else ""
    figures = "1 figure" if row.figures == 1 else f"{fmt.number(row.figures)} figures"
    when = words(row.first) if row.first == row.last else f"{words(row.first)} to {words(row.last)}"
    return f"{figures} {row.how}, {when}{gaps}"


def _axis(start: int, stop: int, height: int) -> Iterator[str]:
    years = (stop - start) // 12
    step = next(own for own in (1, 2, 5, 10, 20, 50, 100) if years <= own * _TICKS)
    for year in range(start // 12, stop // 12 + 1):
        if year % step:
            continue
        at = _share(year * 12 - start, stop - start)
        anchor = "start" if year * 12 == start else "end" if year * 12 == stop else "middle"
        yield f'<line class="owt-cover-grid" x1="{at}" x2="{at}" y1="{_TOP - 8}" y2="{height}"/>'
        yield f'<text class="owt-cover-tick" x="{at}" y="12" text-anchor="{anchor}">{year}</text>'


def _drawn(row: Row, top: int, start: int, stop: int) -> Iterator[str]:
    yield f'<text class="owt-cover-label" x="0" y="{top + 12}">{escape(shortened(row.label))}</text>'
    for months_, kind, thick in ((row.spanned, "owt-cover-spanned", 3), (row.single, "owt-cover-single", _BAR)):
        for begin, end in _runs(months_):
            x, width = _share(begin - start, stop - start), _share(end - begin, stop - start)
            y = top + 17 + (_BAR - thick) // 2
            yield f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{thick}"/>'


def _runs(found: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the first month of each unbroken run, and the month after its last."""
    ordered = sorted(found)
    begin = 0
    for at, month in enumerate(ordered):
        if at + 1 == len(ordered) or ordered[at + 1] != month + 1:
            yield ordered[begin], month + 1
            begin = at + 1


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.3f}".rstrip("0").rstrip(".") + "%"
