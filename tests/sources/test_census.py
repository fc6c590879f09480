"""The Census Bureau's trade by country: its table as XLSX and CSV, its API, and what is said of faults."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from onewaytrade.errors import SourceError
from onewaytrade.sources import census
from onewaytrade.sources.reading import Table
from sources import workbook as book

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
HEADER: list[book.Cell] = [
    *("year", "CTY_CODE", "CTYNAME"),
    *(f"{letter}{month}" for letter in "IE" for month in (*MONTHS, "YR")),
]
IMPORTS, EXPORTS, SUM = 3, 16, 12


def line(year: int, code: str, name: str, imports: list[float], exports: list[float]) -> list[book.Cell]:
    flows = [[*values, *[0.0] * (12 - len(values)), round(sum(values), 1)] for values in (imports, exports)]
    return [float(year), code, name, *flows[0], *flows[1]]


def grid() -> book.Grid:
    """Return two countries; of China the whole of 2022 and three months of 2023."""
    whole = [100 + month / 10 for month in range(12)]
    return [
        HEADER,
        line(2022, "4280", "Germany", whole, whole),
        line(2022, "5700", "China", whole, [value / 4 for value in whole]),
        line(2023, "5700", "China", [90.5, 80.25, 70.1], [9, 8, 7]),
    ]


def as_book(folder: Path, rows: book.Grid) -> Path:
    return book.write(folder / "country.xlsx", {"Notes": [["a note"]], "country": rows})


def as_csv(folder: Path, rows: book.Grid) -> Path:
    path = folder / "country.csv"
    path.write_text(
        "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in rows), encoding="utf-8"
    )
    return path


def read(path: Path) -> Table:
    (table,) = census.tables(path)
    return table


def values(table: Table, flow: str) -> dict[str, str]:
    return {row["period"]: row["value"] for row in table.rows if row["flow"] == flow}


def test_workbook_and_csv_give_the_months_and_years_of_china(tmp_path: Path) -> None:
    table = read(as_book(tmp_path, grid()))
    assert table.rows == read(as_csv(tmp_path, grid())).rows
    imports, exports = values(table, "imports"), values(table, "exports")
    assert (imports["2022-01"], imports["2022-12"], imports["2022"]) == ("100", "101.1", "1206.6")
    assert (exports["2022-12"], exports["2023-02"]) == ("25.275", "8")
    # Months to come stand as 0 in the table, and are no figures.
    assert sorted(period for period in imports if period > "2023") == [
        "2023-01",
        "2023-01..2023-03",
        "2023-02",
        "2023-03",
    ]
    assert imports["2023-01..2023-03"] == "240.8"
    same = ("reporter", "partner", "unit", "adjustment", "grade")
    assert {tuple(row[name] for name in same) for row in table.rows} == {
        ("United States", "China", "M USD", "unadjusted", "mirror")
    }
    assert "the rows of China were taken" in table.caveats[0]


def put(row: int, column: int, cell: book.Cell) -> Callable[[book.Grid], object]:
    return lambda rows: rows[row].__setitem__(column, cell)


def in_thousands(rows: book.Grid) -> None:
    for column in range(IMPORTS, IMPORTS + SUM):
        rows[2][column] = float(rows[2][column] or 0) * 1000


FAULTS: dict[str, tuple[Callable[[book.Grid], object], tuple[str, ...]]] = {
    "a column missing": (put(0, IMPORTS, "JAN"), ("row 1", "the column IJAN is missing")),
    "a header displaced": (put(0, IMPORTS + 1, "IJAN"), ("the column IFEB is missing",)),
    "text for a number": (
        put(2, EXPORTS + 1, "(X)"),
        ("row 3, column R", "'(X)' stands where a number belongs", "millions of dollars"),
    ),
    "an empty cell": (put(2, IMPORTS, None), ("row 3, column D", "an empty cell")),
    "a country renamed": (
        put(2, 2, "Chna"),
        ("row 3, column C", "'Chna' stands beside the code '5700'", "'China' and the code 5700"),
    ),
    "another country's code": (put(2, 1, "5880"), ("row 3", "'China' stands beside the code '5880'")),
    "years out of order": (put(3, 0, 2021.0), ("row 4, column A", "2021 follows 2022")),
    "a year left out": (put(3, 0, 2024.0), ("2024 follows 2022",)),
    "no year": (put(3, 0, 23.0), ("row 4, column A", "23.0 is no year")),
    "months in another unit": (
        in_thousands,
        ("row 3, column P", "the year is 1206.6, and its months add up to 1206600", "same unit"),
    ),
    "a month that is none": (put(2, IMPORTS + 4, 0.0), ("row 3, column H", "0.0 stands before a later month")),
    "no china": (lambda rows: rows.__delitem__(slice(2, 4)), ("there is no row of China", "CTY_CODE 5700")),
    "no rows": (lambda rows: rows.__delitem__(slice(1, 4)), ("there is no row below the header",)),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_one_sentence_that_says_where(tmp_path: Path, name: str) -> None:
    break_it, fragments = FAULTS[name]
    rows = [list(row) for row in grid()]
    break_it(rows)
    with pytest.raises(SourceError) as error:
        read(as_book(tmp_path, rows))
    sentence = str(error.value)
    assert sentence.startswith("country.xlsx")
    assert sentence.endswith(".")
    assert [fragment for fragment in fragments if fragment not in sentence] == []


def test_a_workbook_without_the_table_names_its_sheets(tmp_path: Path) -> None:
    path = book.write(tmp_path / "other.xlsx", {"Notes": [["a"]], "More": [["b"]]})
    with pytest.raises(SourceError, match=r"other\.xlsx: no sheet has the columns of the table, only Notes, More"):
        read(path)
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(SourceError, match=r"empty\.csv: the file is empty"):
        read(tmp_path / "empty.csv")


# --- the API --------------------------------------------------------------------------------------------------

ANSWER: list[list[Any]] = [
    ["CTY_CODE", "CTY_NAME", "ALL_VAL_MO", "E_COMMODITY", "time", "CTY_CODE"],
    ["5700", "CHINA", "10895123456", "-", "2023-05", "5700"],
    ["5800", "KOREA, SOUTH", "5600000000", "-", "2023-05", "5800"],
    ["-", "TOTAL FOR ALL COUNTRIES", "165000000000", "-", "2023-05", "-"],
    ["5700", "CHINA", "95123", "8703", "2023-05", "5700"],
]


def answer(folder: Path, rows: object) -> Path:
    path = folder / "api.json"
    path.write_text(json.dumps(rows), "utf-8")
    return path


def test_the_api_answers_in_dollars(tmp_path: Path) -> None:
    table = read(answer(tmp_path, ANSWER))
    found = [(row["partner"], row["flow"], row["period"], row["value"], row["unit"]) for row in table.rows]
    assert found == [
        ("China", "exports", "2023-05", "10895123456", "USD"),
        ("South Korea", "exports", "2023-05", "5600000000", "USD"),
        ("World", "exports", "2023-05", "165000000000", "USD"),
    ]


@pytest.mark.parametrize(
    ("row", "column", "cell", "fragments"),
    [
        (0, 2, "VAL", ("row 1", "ALL_VAL_MO or GEN_VAL_MO")),
        (0, 4, "month", ("the column time is missing",)),
        (1, 1, "CHINE", ("row 2, column B", "the country 'CHINE' is unknown", "'China'")),
        (1, 2, "n/a", ("row 2, column C", "'n/a' stands where a number belongs", "dollars")),
        (1, 2, None, ("an empty cell",)),
        (1, 4, "2023-13", ("row 2, column E", "'2023-13' stands among the months")),
    ],
)
def test_a_fault_of_an_answer_is_one_sentence(
    tmp_path: Path, row: int, column: int, cell: str | None, fragments: tuple[str, ...]
) -> None:
    rows = [list(cells) for cells in ANSWER]
    rows[row][column] = cell
    with pytest.raises(SourceError) as error:
        read(answer(tmp_path, rows))
    assert [fragment for fragment in ("api.json", *fragments) if fragment not in str(error.value)] == []


@pytest.mark.parametrize(
    ("rows", "fragment"),
    [
        ({"error": "unknown variable"}, "this is no answer of the Census API"),
        (ANSWER[:1], "there is no row below the header"),
        ([ANSWER[0], ANSWER[1][:4]], "there are 4 cells in row 2 where the first has 6"),
        ([ANSWER[0], ANSWER[4]], "there is no row of all goods"),
    ],
)
def test_an_answer_without_rows_is_told(tmp_path: Path, rows: object, fragment: str) -> None:
    with pytest.raises(SourceError, match=fragment):
        read(answer(tmp_path, rows))
