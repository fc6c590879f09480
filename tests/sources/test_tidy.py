"""A table of one's own with its schema: what becomes of it, and what is said where the two do not fit."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from onewaytrade.errors import SourceError
from onewaytrade.sources import tidy
from onewaytrade.sources.reading import Table

CSV = "month,grade_of_steel,price,tonnes,final\n2023-01,HRC,650.50,12,true\n2023-02,HRC,,13,false\n"
SCHEMA: dict[str, Any] = {
    "title": "Steel prices",
    "publisher": "An exchange",
    "where": "https://example.org/steel",
    "licence": "CC BY 4.0",
    "grade": "press",
    "key": ["month", "grade_of_steel"],
    "caveats": ["Prices are asked, not paid."],
    "fields": [
        {
            "name": "month",
            "type": "string",
            "description": "month",
            "constraints": {"required": True, "pattern": r"\d{4}-\d{2}"},
        },
        {
            "name": "grade_of_steel",
            "type": "string",
            "description": "sort",
            "constraints": {"required": True, "enum": ["HRC", "CRC"]},
        },
        {"name": "price", "type": "number", "description": "price", "unit": "USD/t"},
        {"name": "tonnes", "type": "integer", "description": "quantity", "unit": "t"},
        {"name": "final", "type": "boolean", "description": "whether it is final"},
    ],
}


def write(folder: Path, text: str = CSV, schema: object = SCHEMA, name: str = "steel-prices") -> Path:
    path = folder / f"{name}.csv"
    path.write_text(text, "utf-8")
    path.with_suffix(".schema.json").write_text(json.dumps(schema), "utf-8")
    return path


def read(path: Path) -> Table:
    (table,) = tidy.tables(path)
    return table


def test_the_table_becomes_a_dataset_as_its_schema_says(tmp_path: Path) -> None:
    table = read(write(tmp_path))
    assert (table.dataset, table.edition, table.released, table.where) == (
        "steel-prices",
        None,
        None,
        "https://example.org/steel",
    )
    # Numbers stay as they were found: their digits say how they were printed.
    assert table.rows[0] == {
        "month": "2023-01",
        "grade_of_steel": "HRC",
        "price": "650.50",
        "tonnes": "12",
        "final": "true",
    }
    assert table.rows[1]["price"] == ""
    assert table.spec is not None
    assert (table.spec.licence, table.spec.key, table.spec.caveats) == (
        "CC BY 4.0",
        ("month", "grade_of_steel"),
        ("Prices are asked, not paid.",),
    )


def test_columns_stand_in_the_order_of_the_schema_whatever_the_file_has(tmp_path: Path) -> None:
    rows = [line.split(",") for line in CSV.splitlines()]
    turned = "\n".join(";".join(reversed(cells)) for cells in rows)
    assert read(write(tmp_path, turned)).rows == read(write(tmp_path)).rows


def test_the_schema_may_name_the_edition_and_leave_the_licence_out(tmp_path: Path) -> None:
    schema = {key: value for key, value in SCHEMA.items() if key != "licence"} | {"released": "2026-12-10"}
    table = read(write(tmp_path, schema=schema))
    assert (table.edition, table.released) == ("2026-12-10", "2026-12-10")
    assert table.spec is not None
    assert table.spec.licence == "not established"


@pytest.mark.parametrize(
    ("old", "new", "fragments"),
    [
        ("650.50", "650,50", ("row 2, column F", "'true' has no header above it")),
        ("650.50", "n.a.", ("row 2, column C", "'n.a.' stands in price", "a number like 1234.5")),
        ("650.50", "nan", ("'nan' stands in price",)),
        (",12,", ",12.5,", ("row 2, column D", "'12.5' stands in tonnes", "a whole number")),
        ("false", "no", ("row 3, column E", "'no' stands in final", "true or false")),
        ("HRC,650", ",650", ("row 2, column B", "grade_of_steel is empty", "the schema requires it")),
        ("HRC,650", "HRX,650", ("'HRX' stands in grade_of_steel", "one of HRC, CRC", "'HRC'")),
        ("2023-01", "Jan 23", ("row 2, column A", "'Jan 23' stands in month", "text like")),
        ("price", "prices", ("row 1", "the column price is missing")),
        ("final", "final,more", ("row 1, column F", "the column 'more' does not belong there")),
    ],
)
def test_a_cell_that_does_not_fit_is_one_sentence(
    tmp_path: Path, old: str, new: str, fragments: tuple[str, ...]
) -> None:
    assert old in CSV
    with pytest.raises(SourceError) as error:
        read(write(tmp_path, CSV.replace(old, new, 1)))
    sentence = str(error.value)
    assert sentence.startswith("steel-prices.csv")
    assert sentence.endswith(".")
    assert [fragment for fragment in fragments if fragment not in sentence] == []


def field(number: int, **change: object) -> Callable[[dict[str, Any]], object]:
    return lambda schema: schema["fields"][number].update(change)


def top(**change: object) -> Callable[[dict[str, Any]], object]:
    return lambda schema: schema.update(change)


@pytest.mark.parametrize(
    ("change", "fragments"),
    [
        (top(title=""), ("'title' is missing",)),
        (top(grade="gold"), ("the grade is 'gold'", "primary, press, mirror, implied")),
        (top(fields=[]), ("'fields' is missing or empty",)),
        (top(key=["months"]), ("the key names 'months'", "the nearest is 'month'")),
        (top(key=[]), ("'key' is missing",)),
        (top(key=["price"]), ("'price' is in the key", "required")),
        (top(licence=7), ("'licence' is no text",)),
        (top(caveats="one"), ("'caveats' is no list",)),
        (top(edition="soon"), ("the edition is 'soon'",)),
        (field(0, name="month of"), ("field 1", "the name is missing")),
        (field(1, name="month"), ("the field 'month' stands twice",)),
        (field(0, type="date"), ("field month", "the type is 'date'", "a date or month is a string")),
        (field(0, description=""), ("field month", "'description' is missing")),
        (field(2, unit=""), ("field price", "'unit' is missing")),
        (field(2, constraints={"minimum": 0}), ("field price", "'minimum' would not be checked")),
        (field(2, missing="-"), ("field price", "'missing' would not be checked")),
        (field(0, constraints={"pattern": "("}), ("field month", "no regular expression")),
        (field(1, constraints={"enum": "HRC"}), ("field grade_of_steel", "'enum' is no list")),
        (field(1, constraints=[]), ("'constraints' is no object",)),
    ],
)
def test_a_schema_that_says_too_little_is_one_sentence(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], fragments: tuple[str, ...]
) -> None:
    schema = json.loads(json.dumps(SCHEMA))
    change(schema)
    with pytest.raises(SourceError) as error:
        read(write(tmp_path, schema=schema))
    sentence = str(error.value)
    assert sentence.startswith("steel-prices.schema.json")
    assert sentence.endswith(".")
    assert [fragment for fragment in fragments if fragment not in sentence] == []


def test_a_name_that_is_taken_or_none_and_a_missing_schema_are_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"mirror\.csv: 'mirror' is a dataset of the project"):
        read(write(tmp_path, name="mirror"))
    with pytest.raises(SourceError, match="'Steel prices' cannot be one; small letters"):
        read(write(tmp_path, name="Steel prices"))
    path = write(tmp_path)
    path.with_suffix(".schema.json").unlink()
    with pytest.raises(SourceError, match=r"there is no steel-prices\.schema\.json beside it"):
        read(path)
    with pytest.raises(SourceError, match="this is no JSON object"):
        read(write(tmp_path, schema=[]))
    with pytest.raises(SourceError, match="the file is empty"):
        read(write(tmp_path, ""))
    with pytest.raises(SourceError, match="there is no row below the header"):
        read(write(tmp_path, CSV.splitlines()[0]))
