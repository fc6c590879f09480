"""The answers of UN Comtrade, as JSON and CSV: what is read, and what is said of one that is not as expected."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from onewaytrade.errors import SourceError
from onewaytrade.sources import comtrade
from onewaytrade.sources.reading import Table

Entry = dict[str, Any]


def entry(**other: object) -> Entry:
    row: Entry = {
        "typeCode": "C",
        "freqCode": "M",
        "period": "202305",
        "reporterCode": 842,
        "reporterISO": "USA",
        "reporterDesc": "USA",
        "flowCode": "X",
        "partnerCode": 156,
        "partnerISO": "CHN",
        "partnerDesc": "China",
        "partner2Code": 0,
        "cmdCode": "TOTAL",
        "motCode": 0,
        "customsCode": "C00",
        "primaryValue": 10910600180.0,
    }
    return row | other


def as_json(folder: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    path = folder / "answer.json"
    path.write_text(json.dumps({"elapsedTime": "0.1", "count": len(rows), "data": rows, "error": ""}), "utf-8")
    return path


def as_csv(folder: Path, rows: Sequence[Mapping[str, Any]], end: str = "") -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator=f"{end}\n")
    writer.writeheader()
    writer.writerows(rows)
    path = folder / "answer.csv"
    path.write_text(text.getvalue(), "utf-8")
    return path


def read(path: Path) -> Table:
    (table,) = comtrade.tables(path)
    return table


ROWS = (entry(), entry(flowCode="M", period="2023", primaryValue=448024767943.5))


def test_json_and_csv_of_one_answer_give_the_same_rows(tmp_path: Path) -> None:
    table = read(as_json(tmp_path, ROWS))
    assert table == read(as_csv(tmp_path, ROWS))
    # Comtrade's own CSV ends each line with a comma.
    assert table == read(as_csv(tmp_path, ROWS, end=","))
    assert table.dataset == "mirror"
    columns = ("reporter", "partner", "flow", "frequency", "period", "value", "unit", "currency", "grade")
    assert [tuple(row[name] for name in columns) for row in table.rows] == [
        ("United States", "China", "exports", "monthly", "2023-05", "10910600180", "USD", "USD", "mirror"),
        ("United States", "China", "imports", "annual", "2023", "448024767943.5", "USD", "USD", "mirror"),
    ]
    assert table.caveats == ()


@pytest.mark.parametrize(
    ("names", "reporter"),
    [
        ({"reporterDesc": "Rep. of Korea", "reporterISO": "KOR", "reporterCode": 410}, "South Korea"),
        ({"reporterDesc": "Viet Nam", "reporterISO": "VNM", "reporterCode": 704}, "Vietnam"),
        ({"reporterDesc": "Other Asia, nes", "reporterISO": "S19", "reporterCode": 490}, "Taiwan"),
        # The preview leaves names and ISO codes out.
        ({"reporterDesc": None, "reporterISO": None, "reporterCode": 276}, "Germany"),
        ({"reporterDesc": None, "reporterISO": "JPN", "reporterCode": 392}, "Japan"),
        # A country that has no other name with us keeps the one it has.
        ({"reporterDesc": "Peru", "reporterISO": "PER", "reporterCode": 604}, "Peru"),
    ],
)
def test_countries_are_called_as_everywhere_else(tmp_path: Path, names: Entry, reporter: str) -> None:
    assert [row["reporter"] for row in read(as_json(tmp_path, [entry(**names)])).rows] == [reporter]


def test_only_totals_are_taken_and_it_is_said(tmp_path: Path) -> None:
    others = [
        entry(cmdCode="8703"),
        entry(flowCode="RX"),
        entry(partner2Code=344),
        entry(motCode=2100),
        entry(customsCode="C01"),
    ]
    table = read(as_json(tmp_path, [*ROWS, *others]))
    assert table.rows == read(as_json(tmp_path, ROWS)).rows
    assert table.caveats == ("5 rows of answer.json that are no totals of exports or imports were left out.",)


def test_what_china_reports_is_no_mirror(tmp_path: Path) -> None:
    china = {"reporterDesc": "China", "reporterISO": "CHN", "reporterCode": 156}
    usa = {"partnerDesc": "USA", "partnerISO": "USA", "partnerCode": 842}
    (row,) = read(as_json(tmp_path, [entry(**china, **usa)])).rows
    assert (row["partner"], row["grade"]) == ("United States", "primary")


def without(name: str) -> Entry:
    return {key: value for key, value in entry().items() if key != name}


FAULTS: Mapping[str, tuple[Sequence[Entry], tuple[str, ...]]] = {
    "a column missing": ([without("primaryValue")], ("row 1", "the column primaryValue is missing")),
    "text for a value": ([entry(primaryValue="n.a.")], ("row 2", "'n.a.' stands where a number", "USD")),
    "a value below 0": ([entry(primaryValue=-5.0)], ("row 2", "stands there", "not negative")),
    "no value": ([entry(primaryValue=None)], ("row 2", "an empty cell stands where a number")),
    "no period": ([entry(), entry(period="202313")], ("row 3", "'202313' stands there", "202305")),
    "no country": (
        [entry(reporterDesc="Chermany", reporterISO=None, reporterCode=None)],
        ("'Chermany' stands there", "the nearest country that is known is 'Germany'"),
    ),
    "a country renamed": (
        [entry(partnerDesc="Mainland")],
        ("'Mainland' stands there", "'China' is expected beside the code CHN"),
    ),
    "no total": ([entry(cmdCode="01")], ("no row of total exports or imports", "cmdCode TOTAL")),
    "a total twice": ([entry(), entry()], ("row 3", "United States, China, exports, 2023-05 stands in row 2")),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("write", [as_json, as_csv])
def test_a_fault_is_one_sentence_that_says_where(tmp_path: Path, write: Any, name: str) -> None:
    rows, fragments = FAULTS[name]
    with pytest.raises(SourceError) as error:
        comtrade.tables(write(tmp_path, rows))
    sentence = str(error.value)
    assert sentence.startswith("answer.")
    assert sentence.endswith(".")
    assert [fragment for fragment in fragments if fragment not in sentence] == []


def test_a_shifted_header_is_told(tmp_path: Path) -> None:
    path = as_csv(tmp_path, ROWS)
    header, *lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([header, *(f"C,{line}" for line in lines)]), "utf-8")
    with pytest.raises(SourceError, match=r"row 2, column P: '1091.* has no header above it"):
        comtrade.tables(path)


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("", "the file is empty"),
        ('{"data": []}', "nothing but blanks"),
        ('{"data": [1]}', "no list 'data' of rows"),
        ('{"statusCode": 401, "error": "Access denied"}', r"answered with an error \(Access denied\)"),
        ('{"data": [', "the file is no JSON"),
    ],
)
def test_an_answer_without_rows_is_told(tmp_path: Path, text: str, fragment: str) -> None:
    (tmp_path / "answer.json").write_text(text, "utf-8")
    with pytest.raises(SourceError, match=fragment):
        comtrade.tables(tmp_path / "answer.json")
