"""Customs' table by country: read alike from page, XLSX and CSV, and what is said of one that is broken."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from onewaytrade.errors import SourceError
from onewaytrade.sources import gacc_partners as partners
from onewaytrade.sources.figures import Record
from onewaytrade.sources.tables import SPECS
from sources import gacc_files as made

NAMES = (
    "Total", "  European Union", "      of which: Germany", "          Netherlands", "          France",
    "United States (US)", "ASEAN", "of which: Vietnam", "Japan", "Hong Kong, China", "R. O. Korea",
    "Taiwan, China", "Australia", "Russian Federation", "United Kingdom (UK)", "Atlantis", "Brazil",
)  # fmt: skip
CHINESE = (
    "总值", "欧洲联盟", "其中：德国", "荷兰", "法国", "美国", "东南亚国家联盟", "其中：越南",
    "日本", "中国香港", "韩国", "中国台湾", "澳大利亚", "俄罗斯联邦", "英国", "亚特兰蒂斯", "巴西",
)  # fmt: skip
GROWTH = "1-to-5 Total Year-on-Year (±%)"
TITLE, UNIT, UPPER, LOWER, FIRST = range(5)
GERMANY = FIRST + 2


def numbers(place: int) -> tuple[float, ...]:
    """Return month and to-date values of total, exports and imports, then growth; exports of May are 100.5 + n."""
    exports, imports = 100.5 + place, 50.25 + place
    month = [exports + imports, exports, imports]
    return (*(value for flow in month for value in (flow, 5 * flow)), -1.0, 2.0 + place, -3.5)


def grid(month: str = "May 2025") -> made.Grid:
    rows: made.Grid = [
        [f"(4) China's Total Export & Import Values by Country/Region, {month} (in CNY)", *[None] * 9],
        ["Unit: CNY 100 Million", *[None] * 9],
        ["Import Source", *["Export & Import"] * 2, *["Export"] * 2, *["Import"] * 2, GROWTH, None, None],
        ["Export Destination", *["5", "1- to-5"] * 3, "Export & Import", "Export", "Import"],
        *[[name, *numbers(place)] for place, name in enumerate(NAMES)],
    ]
    return [*rows, ["Note: 1.The European Union (EU) includes: Germany, France", *[None] * 9]]


def pair() -> made.Grid:
    """Return the table of January and February, which has no single month."""
    rows = [[row[0], *row[2:7:2], *row[7:]] for row in grid("January-February 2025")]
    rows[UPPER][1:5] = ["Export & Import", "Export", "Import", "1-to-2 Total Year-on-Year (±%)"]
    rows[LOWER][1:4] = ["1- to-2", "1-to-2", "1-to-2"]
    return rows


def chinese() -> made.Grid:
    """Return the table in Chinese: its first column is empty, and its headers span two columns."""
    rows: made.Grid = [
        ["（6）2025年5月进出口商品主要国别（地区）总值表", *[None] * 9],
        [*[None] * 8, "单位：亿元人民币", None],
        ["进口原产国（地）", "进出口", None, "出口", None, "进口", None, "1至5月累计比去年同期±%", None, None],
        ["出口最终目的国（地）", *["5月", "1至5月"] * 3, "进出口", "出口", "进口"],
        *[[name, *numbers(place)] for place, name in enumerate(CHINESE)],
    ]
    return [[None, *row] for row in rows]


def read(path: Path) -> dict[tuple[str, str, str, str], Record]:
    (table,) = partners.tables(path)
    assert {field.name for field in SPECS["gacc-partners"].fields} == set(table.rows[0])
    found = {(row["partner"], row["flow"], row["frequency"], row["period"]): row for row in table.rows}
    assert len(found) == len(table.rows)
    return found


@pytest.mark.parametrize("form", made.FORMATS)
@pytest.mark.parametrize("layout", [grid, chinese])
def test_every_layout_gives_the_same_rows(tmp_path: Path, form: str, layout: Callable[[], made.Grid]) -> None:
    rows = read(made.write(tmp_path, layout(), form))
    assert len(rows) == 17 * 3 * 2
    germany = rows["Germany", "exports", "monthly", "2025-05"]
    assert (germany["value"], germany["unit"], germany["currency"]) == ("102.5", "100M CNY", "CNY")
    assert (germany["yoy_published_pct"], germany["basis"], germany["grade"]) == ("", "printed", "primary")
    to_date = rows["Germany", "exports", "ytd", "2025-01..2025-05"]
    assert (to_date["value"], to_date["yoy_published_pct"]) == ("512.5", "4")
    assert rows["World", "total", "ytd", "2025-01..2025-05"]["value"] == "753.75"
    assert rows["Russia", "imports", "monthly", "2025-05"]["value"] == "63.25"
    assert ("Atlantis" if layout is grid else "亚特兰蒂斯", "imports", "monthly", "2025-05") in rows


def test_the_page_says_when_it_was_released_and_what_it_is(tmp_path: Path) -> None:
    (table,) = partners.tables(made.write(tmp_path, grid()))
    assert (table.dataset, table.edition, table.released) == ("gacc-partners", "2025-06-09", "2025-06-09")
    assert table.source.endswith("Values by Country/Region, May 2025 (in CNY)")
    assert table.caveats == ()
    (bare,) = partners.tables(made.write(tmp_path, grid(), "xlsx"))
    assert (bare.edition, bare.released) == (None, None)
    assert "not checked against an original" in bare.caveats[0]


def test_a_date_that_cannot_be_the_release_is_not_taken(tmp_path: Path) -> None:
    (table,) = partners.tables(made.write(tmp_path, grid(), released="2025/05/31 2025/13/01 2025-06-10"))
    assert table.released == "2025-06-10"


def test_january_and_february_stand_as_a_pair(tmp_path: Path) -> None:
    rows = read(made.write(tmp_path, pair(), "xlsx"))
    assert {key[2:] for key in rows} == {("ytd", "2025-01..2025-02")}
    assert rows["Brazil", "imports", "ytd", "2025-01..2025-02"]["value"] == "331.25"


@pytest.mark.parametrize(
    ("months", "unit", "currency", "spelled"),
    [
        ("Jan-Feb, 2025 (in RMB)", "CNY 10,000", "CNY", "10k CNY"),
        ("Jan. – Feb. 2025 (in USD)", "USD1 Million", "USD", "M USD"),
        ("January to February 2025(in USD)", "USD 1,000", "USD", "k USD"),
        ("Feb 2025 (in USD)", "USD Million", "USD", "M USD"),
    ],
)
def test_titles_and_units_are_read_as_gacc_writes_them(
    tmp_path: Path, months: str, unit: str, currency: str, spelled: str
) -> None:
    rows = pair()
    rows[TITLE][0] = f"China's Total Export & Import Values by Country/Region, {months}"
    rows[UNIT][0] = f"Unit: {unit}"
    found = read(made.write(tmp_path, rows, "csv"))["World", "total", "ytd", "2025-01..2025-02"]
    assert (found["currency"], found["unit"], found["value"]) == (currency, spelled, "753.75")


def test_a_whole_year_is_annual(tmp_path: Path) -> None:
    rows = grid("Dec 2025")
    rows[UPPER][7] = "1-to-12 Total Year-on-Year (±%)"
    rows[LOWER][1:7] = [12.0, "1-to-12"] * 3
    found = read(made.write(tmp_path, rows, "xlsx"))
    assert ("Japan", "imports", "annual", "2025") in found
    assert ("Japan", "imports", "monthly", "2025-12") in found


def shift(rows: made.Grid) -> None:
    made.shift_header(rows, range(UPPER, FIRST))


def swap_exports_and_total(rows: made.Grid) -> None:
    rows[UPPER][1:5] = ["Export", "Export", "Export & Import", "Export & Import"]


def other_table(rows: made.Grid) -> None:
    rows[TITLE][0] = "(2) China's Total Export & Import Values by Trade Mode, May 2025 (in CNY)"


FAULTS: dict[str, tuple[made.Change, tuple[str, ...]]] = {
    "another table": (other_table, ("by Trade Mode, May 2025 (in CNY)'", 'by Country/Region" is expected')),
    "text in a number": (
        made.put(GERMANY, 3, "n.a."),
        ("row 7, column D", "'n.a.'", "exports of the month of Germany"),
    ),
    "a value below 0": (
        made.put(GERMANY, 4, -512.5),
        ("row 7, column E", "is below 0", "exports from January on of Germany"),
    ),
    "an empty cell": (
        made.put(GERMANY, 4, None),
        ("row 7, column E", "an empty cell stands where a number belongs"),
    ),
    "a formula": (made.put(GERMANY, 4, "=1+1"), ("row 7, column E", "'=1+1'")),
    "a missing row": (made.drop(GERMANY), ("the row of Germany is missing", "the nearest name in the table")),
    "a renamed region": (
        made.put(GERMANY, 0, "of which: Germany (Fed. Rep.)"),
        ("the row of Germany is missing", "nearest name in the table is 'Germany (Fed. Rep.)' in row 7"),
    ),
    "a country twice": (made.twice(GERMANY), ("'of which: Germany' stands in row 7 already", "row 8, column A")),
    "numbers without a name": (made.put(GERMANY, 0, None), ("numbers stand in a row without a name", "row 7")),
    "no total": (made.put(FIRST, 0, "All"), ("there is no row 'Total'",)),
    "a shifted header": (shift, ("row 4, column B", "no header of two rows was found")),
    "flows that do not add up": (swap_exports_and_total, ("do not add up to the total", "row 5, column D")),
    "a wrong sum": (made.put(GERMANY, 1, 999.0), ("row 7, column B", "do not add up to the total of 999")),
    "a flow twice": (
        made.put(UPPER, 5, "Export"),
        ("exports of the month stand here and in column D", "column F"),
    ),
    "a flow renamed": (made.put(UPPER, 5, "Transit"), ("'Transit' stands among the headers", "row 3, column F")),
    "another month": (made.put(LOWER, 5, "4"), ("the header names month 4", "5 is expected", "row 4, column F")),
    "no month": (made.put(LOWER, 5, "May be"), ("'May be' stands among the months", "like '5' or '1-to-5'")),
    "no growth": (
        lambda rows: [row.__delitem__(9) for row in rows] and None,
        ("no column of the growth of imports",),
    ),
    "months out of order": (
        made.put(TITLE, 0, "Values by Country/Region, May-February 2025"),
        ("the months of the title", "are out of order"),
    ),
    "months that begin late": (
        made.put(TITLE, 0, "Values by Country/Region, Feb-May 2025"),
        ("do not begin with January",),
    ),
    "no months": (made.put(TITLE, 0, "Values by Country/Region"), ("names no months", "'January-February 2025'")),
    "another unit": (made.put(UNIT, 0, "Unit: Bushels"), ("row 2, column A: the unit 'Bushels' is unknown",)),
    "no unit": (made.put(UNIT, 0, None), ("no unit is stated",)),
    "a unit of the other currency": (
        made.put(UNIT, 0, "Unit: USD1 Million"),
        ("the title says CNY and the unit is M USD", "both must name the same currency"),
    ),
}


@pytest.mark.parametrize("form", ["html", "xlsx"])
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_one_sentence_that_says_where(tmp_path: Path, name: str, form: str) -> None:
    change, fragments = FAULTS[name]
    rows = grid()
    change(rows)
    with pytest.raises(SourceError) as error:
        partners.tables(made.write(tmp_path, rows, form))
    sentence = str(error.value)
    assert sentence.startswith(f"made.{form}")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert [fragment for fragment in fragments if fragment not in sentence] == []


def test_what_is_no_table_is_named(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    for content, fragment in (
        ("", "the file is empty"),
        ("<html><head><script src='x.js'></script></head><body></body></html>", "open the address in a browser"),
        ("<html><head><title>Not found</title></head><body><p>404</p></body></html>", "only 'Not found'"),
        ("a,b\n1,2\n", "the table is not there, only 'a'"),
    ):
        path.write_text(content)
        with pytest.raises(SourceError, match=rf"^page\.html: .*{fragment}"):
            partners.tables(path)
    path.write_bytes(b"<table>" + b" " * 3_000_000)
    with pytest.raises(SourceError, match="larger than 2 MB"):
        partners.tables(path)


def test_one_title_over_two_tables_is_refused(tmp_path: Path) -> None:
    path = made.write(tmp_path, grid())
    text = path.read_text()
    path.write_text(
        text.replace("</body>", text[text.index("<table><tr><td align") : text.index("</body>")] + "</body>")
    )
    with pytest.raises(SourceError, match="several tables have this title"):
        partners.tables(path)


def test_the_original_agrees_with_the_rows_in_data(shared: Path, root: Path) -> None:
    path = shared / "pages" / "gacc-by-country-2025-02-cny.html"
    rows = read(path)
    assert len(rows) == 30 * 3
    with (root / "data" / "gacc-partners" / "2026-11-23.csv").open(encoding="utf-8") as stream:
        kept = [row for row in csv.DictReader(stream) if row["source_id"] == "S023"]
    assert len(kept) == 32
    for row in kept:
        found = rows[row["partner"], row["flow"], row["frequency"], row["period"]]
        assert (float(found["value"]), found["unit"]) == (float(row["value"]), row["unit"])
        assert float(found["yoy_published_pct"]) == float(row["yoy_published_pct"])
    (table,) = partners.tables(path)
    assert table.released == "2025-03-11"
