"""Customs' table of major imports, in English and Chinese, and what is said of one that is not as it should be."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from onewaytrade.errors import SourceError
from onewaytrade.sources import gacc_commodities as commodities
from onewaytrade.sources.figures import Record
from onewaytrade.sources.tables import SPECS
from sources import gacc_files as made

# Name and unit in English and in Chinese, as customs prints them; a dash is a line without quantity.
LINES = (
    ("Agriculture products*", "-", "农产品*", "-"),
    ("    Meat(including  meat offal)", "10,000 Tons", "肉类（包括杂碎）", "万吨"),
    ("    Grain food", "10,000 Tons", "粮食", "万吨"),
    ("        Soya beans", "10,000 Tons", "大豆", "万吨"),
    ("Edible vegetable oil", "10,000 Tons", "食用植物油", "万吨"),
    ("Iron ores and concentrates", "10,000 Tons", "铁矿砂及其精矿", "万吨"),
    ("Copper ores and concentrates", "10,000 Tons", "铜矿砂及其精矿", "万吨"),
    ("Coal and lignite", "10,000 Tons", "煤及褐煤", "万吨"),
    ("Crude petroleum oils", "10,000 Tons", "原油", "万吨"),
    ("Refined petroleum products", "10,000 Tons", "成品油", "万吨"),
    ("Natural gases", "10,000 Tons", "天然气", "万吨"),
    ("Motor vehicles（including chassis fitted with engines)", "10,000 Cars", "汽车(包括底盘）", "万辆"),
    ("Mechanical and electrical products*", "—", "机电产品\n*", "-"),
)
GROWTH = "1-5 Total Year-On-Year(%)"
TITLE, UNIT, UPPER, LOWER, FIRST = range(5)
IRON = FIRST + 5


def numbers(place: int, *, quantity: bool) -> list[made.book.Cell]:
    """Return quantity and value of May, to date, to date last year, and the growth: 25 % and 50 %."""
    values = [
        20.0 + place,
        100.0 + place,
        100.0 + 5 * place,
        300.0 + 3 * place,
        80.0 + 4 * place,
        200.0 + 2 * place,
    ]
    cells: list[made.book.Cell] = [*values, 25.0, 50.0]
    return cells if quantity else [cell if column % 2 else "-" for column, cell in enumerate(cells)]


def english() -> made.Grid:
    return [
        ["(6) China's Major Imports by Quantity and Value, May 2026 (in CNY)", *[None] * 9],
        ["Unit: CNY 100 Million", *[None] * 9],
        ["Commodity", "QTY Unit", "5", None, "1-5 Total", None, "1-5 Total, 2025", None, GROWTH, None],
        [None, None, *["Quantity", "Value"] * 4],
        *[[line[0], line[1], *numbers(n, quantity=len(line[1]) > 1)] for n, line in enumerate(LINES)],
        ["Note: * marks goods that other lines contain", *[None] * 9],
    ]


def chinese() -> made.Grid:
    return [
        ["（14）2026年5月全国进口重点商品量值表（人民币值）", *[None] * 9],
        [*[None] * 9, "单位：亿元人民币"],
        [
            "商品名称",
            "计量单位",
            "5月",
            None,
            "1至5月累计",
            None,
            "去年1至5月累计",
            None,
            "1至5月累计比去年同期±%",
            None,
        ],
        [None, None, *["数量", "金额"] * 4],
        *[[line[2], line[3], *numbers(n, quantity=len(line[3]) > 1)] for n, line in enumerate(LINES)],
        ["注：*包括本表中已列名的有关商品", *[None] * 9],
    ]


def bare_headers() -> made.Grid:
    """Return the table with headers that name no months."""
    rows = chinese()
    rows[UPPER] = ["商品名称", "计量单位", "当月", None, "累计", None, "去年同期", None, "增减%", None]
    return rows


def read(path: Path) -> dict[tuple[str, str, str, str], Record]:
    (table,) = commodities.tables(path)
    assert {field.name for field in SPECS["gacc-commodities"].fields} == set(table.rows[0])
    found = {(row["commodity"], row["measure"], row["frequency"], row["period"]): row for row in table.rows}
    assert len(found) == len(table.rows)
    return found


@pytest.mark.parametrize("form", made.FORMATS)
@pytest.mark.parametrize("layout", [english, chinese, bare_headers])
def test_every_layout_gives_the_same_rows(tmp_path: Path, form: str, layout: Callable[[], made.Grid]) -> None:
    rows = read(made.write(tmp_path, layout(), form))
    assert len(rows) == 13 * 3 + 11 * 3
    month = rows["Iron ore", "quantity", "monthly", "2026-05"]
    assert (month["value"], month["unit"], month["currency"], month["print"]) == ("25", "10 kt", "", "first")
    now, last = (rows["Iron ore", "value", "ytd", f"{year}-01..{year}-05"] for year in (2026, 2025))
    assert (now["value"], now["unit"], now["currency"]) == ("3150000", "10k CNY", "CNY")
    assert (now["yoy_published_pct"], now["print"]) == ("50", "first")
    assert (last["value"], last["yoy_published_pct"], last["print"]) == ("2100000", "", "reprint")
    assert now["note"] == "printed in 100M CNY, multiplied by 10,000"
    assert month["note"] == ""
    assert ("Agricultural products*", "value", "monthly", "2026-05") in rows
    assert ("Agricultural products*", "quantity", "monthly", "2026-05") not in rows
    assert rows["Cars (incl. chassis)", "quantity", "monthly", "2026-05"]["unit"] == "10k vehicles"


def test_the_page_says_its_edition_and_what_to_beware_of(tmp_path: Path) -> None:
    (table,) = commodities.tables(made.write(tmp_path, english(), released="2026/06/10"))
    assert (table.dataset, table.edition, table.released) == ("gacc-commodities", "2026-06-10", "2026-06-10")
    assert "multiplied by 10,000" in " ".join(table.caveats)
    assert "not checked against an original" in " ".join(table.caveats)
    (other,) = commodities.tables(made.write(tmp_path, chinese(), "xlsx"))
    assert other.edition is None


def test_values_in_ten_thousand_yuan_stay_as_they_are(tmp_path: Path) -> None:
    rows = chinese()
    rows[UNIT][9] = "单位：万元人民币"
    (table,) = commodities.tables(made.write(tmp_path, rows, "xlsx"))
    found = next(row for row in table.rows if row["commodity"] == "Crude oil" and row["measure"] == "value")
    assert (found["value"], found["unit"], found["note"]) == ("108", "10k CNY", "")
    assert not any("multiplied" in caveat for caveat in table.caveats)


def test_without_last_year_no_level_is_made_up(tmp_path: Path) -> None:
    rows = [[*row[:6], *row[8:]] for row in english()]
    (table,) = commodities.tables(made.write(tmp_path, rows))
    assert {row["print"] for row in table.rows} == {"first"}
    assert len(table.rows) == 13 * 2 + 11 * 2
    assert table.caveats[-1] == "This release prints growth rates without last year's figures."


def test_january_and_february_stand_as_a_pair(tmp_path: Path) -> None:
    rows = [[*row[:2], *row[4:]] for row in english()]
    rows[TITLE][0] = "(6) China's Major Imports by Quantity and Value, January-February 2026 (in CNY)"
    rows[UPPER][2:8:2] = ["1-2 Total", "1-2 Total, 2025", "1-2 Total, Year-On-Year(%)"]
    found = read(made.write(tmp_path, rows))
    assert {key[2:] for key in found} == {("ytd", "2026-01..2026-02"), ("ytd", "2025-01..2025-02")}


def test_a_whole_year_is_annual(tmp_path: Path) -> None:
    rows = english()
    rows[TITLE][0] = "(6) China's Major Imports by Quantity and Value, Dec 2026 (in CNY)"
    rows[UPPER][2:9:2] = ["12", "1-12 Total", "1-12 Total, 2025", "1-12 Total Year-On-Year(%)"]
    found = read(made.write(tmp_path, rows))
    assert {key[2:] for key in found} == {("monthly", "2026-12"), ("annual", "2026"), ("annual", "2025")}


def test_a_wrong_year_in_the_header_is_put_right_by_the_growth(tmp_path: Path) -> None:
    """GACC's page of May 2026 says 2024 above the figures of 2025."""
    rows = english()
    rows[UPPER][6] = "1-5 Total, 2024"
    (table,) = commodities.tables(made.write(tmp_path, rows))
    assert "2025-01..2025-05" in {row["period"] for row in table.rows}
    assert "says 2024 of last year's figures; the printed growth shows that they are of 2025" in " ".join(
        table.caveats
    )
    for row in rows[FIRST:]:
        row[8:] = ["-", "-"]
    with pytest.raises(SourceError, match=r"row 3, column G: the header says 2024; 2025 is expected"):
        commodities.tables(made.write(tmp_path, rows))


def lose_units(rows: made.Grid) -> None:
    """Leave the units out, as GACC's page of April 2025 in dollars does, and pad the rows at their end."""
    for row in rows[FIRST:]:
        row[1:] = [*row[2:], None]


def shift(rows: made.Grid) -> None:
    rows[UPPER].insert(2, None)
    rows[LOWER].insert(2, None)


def swap_years(rows: made.Grid) -> None:
    rows[UPPER][4], rows[UPPER][6] = rows[UPPER][6], rows[UPPER][4]


FAULTS: dict[str, tuple[made.Change, tuple[str, ...]]] = {
    "exports": (
        made.put(TITLE, 0, "(5) China's Major Exports by Quantity and Value, May 2026 (in CNY)"),
        ("Major Exports", '"China\'s Major Imports by Quantity and Value" is expected'),
    ),
    "text in a number": (
        made.put(IRON, 4, "lots"),
        ("row 10, column E", "'lots'", "Iron ore: quantity of this year from January on"),
    ),
    "a quantity below 0": (
        made.put(IRON, 2, -25.0),
        ("row 10, column C", "is below 0", "Iron ore: quantity of this year, of the month"),
    ),
    "a value of last year below 0": (
        made.put(IRON, 7, -210.0),
        ("row 10, column H", "is below 0", "Iron ore: value of last year from January on"),
    ),
    "an empty cell": (
        made.put(IRON, 5, None),
        ("row 10, column F", "an empty cell stands where a number belongs"),
    ),
    "no value": (
        made.put(IRON, 5, "-"),
        ("row 10, column F", "a dash stands there", "Iron ore must have a value"),
    ),
    "a missing row": (
        made.drop(IRON),
        ("the row of Iron ore is missing", "'Iron ores and concentrates' is expected"),
    ),
    "a renamed line": (
        made.put(IRON, 0, "Iron ores and their concentrates"),
        (
            "row 10, column A",
            "'Iron ores and their concentrates' is unknown",
            "nearest known is 'Iron ores and conc",
        ),
    ),
    "a line twice": (made.twice(IRON), ("'Iron ores and concentrates' stands in row 10 already", "row 11")),
    "numbers without a name": (made.put(IRON, 0, None), ("numbers stand in a row without a name", "row 10")),
    "a unit that changed": (
        made.put(IRON, 1, "Ton"),
        ("row 10, column B: the unit is 'Ton'; Iron ore is expected in 10 kt, as in the releases before",),
    ),
    "no unit": (made.put(IRON, 1, None), ("row 10, column B: there is no unit", "expected in 10 kt")),
    "a unit for a value": (
        made.put(FIRST, 1, "Ton"),
        ("the unit is 'Ton'; Agricultural products* is expected in values",),
    ),
    "a quantity for a value": (made.put(FIRST, 2, 7.0), ("row 5, column C: ", "has no quantity")),
    "units left out": (
        lose_units,
        ("row 6, column B: the number 21", "stands among the units", "columns are displaced"),
    ),
    "a shifted header": (shift, ("row 4, column C: an empty cell stands in the header", "'Quantity' or 'Value'")),
    "years swapped": (swap_years, ("the growth of", "a column is displaced or a number wrong")),
    "a wrong number": (made.put(IRON, 5, 351.0), ("row 10, column J", "the growth of Iron ore is 50 %", "67.1 %")),
    "a group twice": (
        made.put(UPPER, 6, "1-5 Total"),
        ("quantity of this year from January on stands here and in column E", "row 3, column G"),
    ),
    "another month": (made.put(UPPER, 2, "4"), ("row 3, column C: the header names month 4; 5 is expected",)),
    "a group without months": (made.put(UPPER, 2, "Now"), ("'Now' does not say which months it means",)),
    "no column of units": (made.put(UPPER, 1, "Kind"), ("there is no column of units",)),
    "no header": (made.put(UPPER, 0, "Goods"), ("there is no header 'Commodity' or '商品名称'",)),
    "nothing below": (lambda rows: rows.__delitem__(slice(FIRST, None)), ("there is nothing below the header",)),
    "dollars": (
        lambda rows: (
            (made.put(TITLE, 0, "China's Major Imports by Quantity and Value, May 2026 (in USD)")(rows))
            or made.put(UNIT, 0, "Unit: USD1 Million")(rows)
        ),
        ("this is the table in USD", "gacc-commodities"),
    ),
    "another unit of money": (made.put(UNIT, 0, "Unit: CNY 1 Million"), ("the unit 'CNY 1 Million' is unknown",)),
    "months out of order": (
        made.put(TITLE, 0, "China's Major Imports by Quantity and Value, May-April 2026"),
        ("are out of order",),
    ),
}


@pytest.mark.parametrize("form", ["html", "xlsx"])
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_one_sentence_that_says_where(tmp_path: Path, name: str, form: str) -> None:
    change, fragments = FAULTS[name]
    rows = english()
    change(rows)
    with pytest.raises(SourceError) as error:
        commodities.tables(made.write(tmp_path, rows, form))
    sentence = str(error.value)
    assert sentence.startswith(f"made.{form}")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert [fragment for fragment in fragments if fragment not in sentence] == []


def test_lines_and_units_are_those_of_the_data(root: Path) -> None:
    """What is required of a new table stands in all releases, and no unit differs from theirs."""
    units = {line.name: line.unit for line in commodities.LINES}
    for path in (root / "data" / "gacc-commodities").glob("*.csv"):
        with path.open(encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        assert set(commodities.REQUIRED) <= {row["commodity"] for row in rows}, path.name
        for row in rows:
            assert row["measure"] == "value" or units[row["commodity"]] == row["unit"]
            assert row["commodity"] in units


def test_a_release_of_the_data_printed_as_a_table_comes_back(tmp_path: Path, root: Path) -> None:
    with (root / "data" / "gacc-commodities" / "2026-06-09.csv").open(encoding="utf-8") as stream:
        kept = {
            tuple(row[name] for name in ("commodity", "measure", "frequency", "period")): row
            for row in csv.DictReader(stream)
        }
    chinese_names = {line.name: line.printed[-1] for line in commodities.LINES}
    units = {"10 kt": "万吨", "t": "吨", "10k vehicles": "万辆", "100M pieces": "亿个", "": "-"}
    rows = chinese()[:FIRST]
    rows[UNIT][9] = "单位：万元人民币"
    for name in dict.fromkeys(key[0] for key in kept):
        cells: made.book.Grid = [[]]
        for when in (("monthly", "2026-05"), ("ytd", "2026-01..2026-05"), ("ytd", "2025-01..2025-05")):
            found = [kept.get((name, measure, *when)) for measure in ("quantity", "value")]
            cells[0] += [float(row["value"]) if row else "-" for row in found]
        found = [kept.get((name, measure, "ytd", "2026-01..2026-05")) for measure in ("quantity", "value")]
        rates = [row["yoy_published_pct"] if row else "-" for row in found]
        unit = next((row["unit"] for key, row in kept.items() if key[:2] == (name, "quantity")), "")
        rows.append([chinese_names[name], units[unit], *cells[0], *rates])
    back = read(made.write(tmp_path, rows, "xlsx"))
    assert set(back) == set(kept)
    for key, row in kept.items():
        assert float(back[key]["value"]) == float(row["value"])
        assert {name: back[key][name] for name in ("unit", "print", "currency", "note")} == {
            name: row[name] for name in ("unit", "print", "currency", "note")
        }
        assert back[key]["yoy_published_pct"] == "" or float(back[key]["yoy_published_pct"]) == float(
            row["yoy_published_pct"]
        )
