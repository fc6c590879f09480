"""Customs' table of totals, of one month or by month, and what is said of one that is not as it should be."""

from collections.abc import Callable
from pathlib import Path

import pytest

from onewaytrade.errors import SourceError
from onewaytrade.sources import gacc_totals as totals
from onewaytrade.sources.figures import Record
from onewaytrade.sources.tables import SPECS
from sources import gacc_files as made

# Figures of March 2026 as press and other tables of this release printed them.
MARCH = {
    "total": (41046.4, 118380.0, 15.2, 9.2, 15.0),
    "exports": (22297.0, 68466.7, 6.2, -0.7, 11.9),
    "imports": (18749.4, 49913.3, 28.2, 23.8, 19.6),
}
TITLE, UNIT, HEADER = range(3)


def page(title: str = "(1) China's Total Export & Import Values, Mar 2026 (in CNY)") -> made.Grid:
    """Return the table of one month in English, with a header of two rows."""
    return [
        [title, *[None] * 5],
        ["Unit: CNY 100 Million", *[None] * 5],
        ["Item", "3", "1-to-3", "3", None, "1-to-3"],
        [None, None, None, "Month-on-Month (±%)", "Year-on-Year (±%)", "Year-on-Year (±%)"],
        ["Total Export & Import", *MARCH["total"]],
        ["Total Export", *MARCH["exports"]],
        ["Total Import", *MARCH["imports"]],
        ["Export & Import Balance", 3547.5, 18553.4, "-", "-", "-"],
        ["Note: plus means that exports are more than imports", *[None] * 5],
    ]


def chinese() -> made.Grid:
    """Return the table of one month in Chinese, with a header of one row."""
    return [
        ["（1）2026年3月全国进出口总值表（人民币值）", *[None] * 5],
        [*[None] * 5, "单位：亿元人民币"],
        [
            "项目",
            "3月",
            "1至3月累计",
            "3月与上月环比增减±%",
            "3月与去年同期同比增减±%",
            "1至3月累计与去年同期同比增减±%",
        ],
        ["进出口总值", *MARCH["total"]],
        ["出口总值", *MARCH["exports"]],
        ["进口总值", *MARCH["imports"]],
        ["进出口差额", 3547.5, 18553.4, "-", "-", "-"],
    ]


def by_month() -> made.Grid:
    """Return the table by month: the value of month n is n times that of January."""
    flows = ["Export & Import", "Export", "Import", "Balance"]
    months = [[f"2025-{n:02d}", *_row(n), *_row(sum(range(1, n + 1)))] for n in range(1, 13)]
    return [
        ["(1) Total Value of Imports and Exports, B: by Month (in USD)", *[None] * 8],
        ["Unit: USD 1 Million", *[None] * 8],
        ["Year and Month", "Month", None, None, None, "1 to the current month", None, None, None],
        [None, *flows, *flows],
        *months,
        ["2026-01", "-", "-", "-", "-", "-", "-", "-", "-"],
    ]


def _row(times: int) -> list[float]:
    return [times * 500.0, times * 300.0, times * 200.0, times * 100.0]


def read(path: Path) -> dict[tuple[str, str, str], Record]:
    (table,) = totals.tables(path)
    assert {field.name for field in SPECS["gacc-totals"].fields} == set(table.rows[0])
    found = {(row["flow"], row["frequency"], row["period"]): row for row in table.rows}
    assert len(found) == len(table.rows)
    return found


@pytest.mark.parametrize("form", made.FORMATS)
@pytest.mark.parametrize("layout", [page, chinese])
def test_every_layout_gives_the_same_rows(tmp_path: Path, form: str, layout: Callable[[], made.Grid]) -> None:
    rows = read(made.write(tmp_path, layout(), form))
    assert set(rows) == {
        (flow, *period) for flow in MARCH for period in (("monthly", "2026-03"), ("ytd", "2026-01..2026-03"))
    }
    for flow, (month, to_date, _, growth, growth_to_date) in MARCH.items():
        first, second = rows[flow, "monthly", "2026-03"], rows[flow, "ytd", "2026-01..2026-03"]
        assert [float(first[name]) for name in ("value", "yoy_published_pct")] == [month, growth]
        assert [float(second[name]) for name in ("value", "yoy_published_pct")] == [to_date, growth_to_date]
        assert (first["unit"], first["currency"], first["print"]) == ("100M CNY", "CNY", "as published")


def test_the_page_says_when_it_was_released(tmp_path: Path) -> None:
    (table,) = totals.tables(made.write(tmp_path, page(), released="2026/04/14"))
    assert (table.dataset, table.edition, table.released) == ("gacc-totals", "2026-04-14", "2026-04-14")
    assert table.source == "GACC, (1) China's Total Export & Import Values, Mar 2026 (in CNY)"
    assert "not checked against an original" in table.caveats[0]


def test_dollars_are_stored_in_billions(tmp_path: Path) -> None:
    rows = page("(1) China's Total Export & Import Values, Mar 2026(in USD)")
    rows[UNIT][0] = "Unit: USD 100 Million"
    found = read(made.write(tmp_path, rows))["exports", "monthly", "2026-03"]
    assert (found["value"], found["unit"], found["currency"]) == ("2229.7", "bn USD", "USD")


def test_january_and_february_have_no_month_of_their_own(tmp_path: Path) -> None:
    rows = [
        [row[0], row[2], row[5]] for row in page("(1) China's Total Export & Import Values, January-February 2026")
    ]
    rows[HEADER] = ["Item", "1-to-2", "1-to-2"]
    rows[HEADER + 1] = [None, None, "Year-on-Year (±%)"]
    found = read(made.write(tmp_path, rows, "csv"))
    assert {key[1:] for key in found} == {("ytd", "2026-01..2026-02")}
    assert found["imports", "ytd", "2026-01..2026-02"]["yoy_published_pct"] == "19.6"


@pytest.mark.parametrize("form", made.FORMATS)
def test_the_table_by_month_gives_months_and_sums_to_date(tmp_path: Path, form: str) -> None:
    rows = read(made.write(tmp_path, by_month(), form))
    assert len(rows) == 12 * 2 * 3
    assert rows["exports", "monthly", "2025-10"]["value"] == "3000"
    assert rows["imports", "ytd", "2025-01..2025-03"]["value"] == "1200"
    assert rows["total", "annual", "2025"]["value"] == "39000"
    assert rows["total", "annual", "2025"]["unit"] == "M USD"


@pytest.mark.parametrize(
    "months",
    [
        (2025.09, 2025.1, 2025.11),
        ("2025年9月", "2025年10月", "2025年11月"),
        ("Sep 2025", "Oct. 2025", "Nov, 2025"),
    ],
)
def test_months_are_read_as_they_are_written(tmp_path: Path, months: tuple[str | float, ...]) -> None:
    rows = [row[:5] for row in by_month()[:7]]
    for row, month in zip(rows[4:], months, strict=True):
        row[0] = month
    found = read(made.write(tmp_path, rows, "xlsx"))
    assert [key[2] for key in found if key[0] == "exports"] == ["2025-09", "2025-10", "2025-11"]


def mode(rows: made.Grid) -> None:
    rows[TITLE][0] = "(2) China's Total Export & Import Values by Trade Mode, Mar 2026 (in CNY)"


def shift(rows: made.Grid) -> None:
    made.shift_header(rows, range(HEADER, HEADER + 2))


FAULTS: dict[str, tuple[made.Change, tuple[str, ...]]] = {
    "another table": (mode, ("by Trade Mode", "of all countries and goods together, is expected")),
    "text in a number": (
        made.put(5, 1, "about 22"),
        ("row 6, column B", "'about 22' stands where a number belongs"),
    ),
    "a value below 0": (made.put(5, 1, -22297.0), ("row 6, column B", "is below 0", "values of the month")),
    "a dash for a value": (made.put(5, 1, "-"), ("row 5", "not all of total, exports and imports are there")),
    "a missing row": (made.drop(6), ("the row of imports is missing",)),
    "a row twice": (made.twice(5), ("the row of exports stands in row 6 already", "row 7")),
    "a renamed row": (made.put(5, 0, "Exports proper"), ("the row of exports is missing",)),
    "a shifted header": (shift, ("row 5, column B: a number has no header above it",)),
    "a header of another month": (made.put(HEADER, 1, "2"), ("the header names month 2", "3 is expected")),
    "a header without months": (
        made.put(HEADER, 1, "Value"),
        ("'Value' does not say which months it means", "column B"),
    ),
    "no sum to date": (made.put(HEADER, 2, "3 Month-on-Month"), ("no column of values from January on",)),
    "a wrong sum": (made.put(4, 1, 41046.9), ("row 5, column B", "do not add up to the total of 41046.9")),
    "an unknown unit": (made.put(UNIT, 0, "Unit: EUR 100 Million"), ("the unit 'EUR 100 Million' is unknown",)),
    "no months": (
        made.put(TITLE, 0, "China's Total Export & Import Values"),
        ("names no months", "like 'March 2026'"),
    ),
}
MONTHLY_FAULTS: dict[str, tuple[made.Change, tuple[str, ...]]] = {
    "months out of order": (made.put(6, 0, "2025-06"), ("row 7, column A", "2025-06 follows 2025-02", "in order")),
    "a month missing": (made.drop(6), ("row 7, column A", "2025-04 follows 2025-02")),
    "a flow missing": (made.put(3, 2, "Balance"), ("there is no column of exports of the month",)),
    "a flow twice": (made.put(3, 2, "Import"), ("imports of the month stand here and in column C", "column D")),
    "a flow unknown": (made.put(3, 2, "Transit"), ("'Month Transit' stands among the headers", "column C")),
    "text in a number": (made.put(6, 3, "x"), ("row 7, column D", "'x' stands where a number belongs")),
    "a value below 0": (made.put(6, 3, -600.0), ("row 7, column D", "is below 0")),
    "no months": (lambda rows: rows.__delitem__(slice(4, None)), ("neither totals nor months",)),
}


@pytest.mark.parametrize("form", ["html", "xlsx"])
@pytest.mark.parametrize("name", [*FAULTS, *(f"by month: {name}" for name in MONTHLY_FAULTS)])
def test_a_fault_is_one_sentence_that_says_where(tmp_path: Path, name: str, form: str) -> None:
    monthly = name.startswith("by month: ")
    change, fragments = MONTHLY_FAULTS[name.removeprefix("by month: ")] if monthly else FAULTS[name]
    rows = by_month() if monthly else page()
    change(rows)
    with pytest.raises(SourceError) as error:
        totals.tables(made.write(tmp_path, rows, form))
    sentence = str(error.value)
    assert sentence.startswith(f"made.{form}")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert [fragment for fragment in fragments if fragment not in sentence] == []
