"""FRED's CSV of a series: what is read from it, and what is said of one that is not as it should be."""

from pathlib import Path

import pytest

from onewaytrade.errors import SourceError
from onewaytrade.sources import fred
from onewaytrade.sources.figures import Record

MONTHS = "observation_date,XTEXVA01CNM667S\n2023-01-01,195198900000.0\n2023-02-01,.\n2023-03-01,0.1\n"


def read(folder: Path, text: str) -> tuple[Record, ...]:
    (folder / "series.csv").write_text(text, encoding="utf-8")
    (table,) = fred.tables(folder / "series.csv")
    assert (table.dataset, table.edition, table.released) == ("fred", None, None)
    return table.rows


def test_a_dot_is_a_missing_figure_and_nothing_is_made_up(tmp_path: Path) -> None:
    rows = read(tmp_path, MONTHS)
    assert [(row["period"], row["value"]) for row in rows] == [
        ("2023-01", "195198900000"),
        ("2023-02", ""),
        ("2023-03", "0.1"),
    ]
    assert {(row["series"], row["frequency"], row["unit"]) for row in rows} == {("XTEXVA01CNM667S", "monthly", "")}


def test_the_older_header_and_a_mark_of_bytes_are_read_too(tmp_path: Path) -> None:
    assert len(read(tmp_path, "\ufeff" + MONTHS.replace("observation_date", "DATE"))) == 3


@pytest.mark.parametrize(
    ("dates", "frequency", "periods"),
    [
        (("2022-10-01", "2023-01-01", "2023-04-01"), "quarterly", ["2022Q4", "2023Q1", "2023Q2"]),
        (("2021-01-01", "2022-01-01"), "annual", ["2021", "2022"]),
        (("2023-05-05", "2023-05-08"), "daily", ["2023-05-05", "2023-05-08"]),
    ],
)
def test_periods_follow_the_distance_of_the_dates(
    tmp_path: Path, dates: tuple[str, ...], frequency: str, periods: list[str]
) -> None:
    rows = read(tmp_path, "DATE,ABC\n" + "".join(f"{date},1\n" for date in dates))
    assert [row["period"] for row in rows] == periods
    assert {row["frequency"] for row in rows} == {frequency}


def test_a_file_of_several_series_has_the_rows_of_each(tmp_path: Path) -> None:
    rows = read(tmp_path, "DATE,ABC,DEF2\n2023-01-01,1,.\n2023-02-01,2,3.50\n")
    assert [(row["series"], row["value"]) for row in rows] == [
        ("ABC", "1"),
        ("ABC", "2"),
        ("DEF2", ""),
        ("DEF2", "3.5"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "fragments"),
    [
        ("observation_date", "Datum", ("row 1, column A", "'Datum' stands first", "observation_date")),
        ("XTEXVA01CNM667S", "exports of China", ("row 1, column B", "'exports of China' is no code of a series")),
        (",XTEXVA01CNM667S\n", "\n", ("row 2, column B", "'195198900000.0' has no header above it")),
        ("0.1", "n/a", ("row 4, column B", "'n/a' stands where a number belongs", "a dot")),
        ("2023-02-01", "01/02/2023", ("row 3, column A", "'01/02/2023' stands among the dates", "2023-01-01")),
        ("2023-02-01", "2023-02-30", ("row 3, column A", "'2023-02-30' stands among the dates")),
        ("2023-02-01", "2022-02-01", ("row 3, column A", "2022-02-01 follows 2023-01-01", "in order")),
        ("2023-02-01", "2023-01-01", ("row 3, column A", "each once")),
        ("2023-03-01", "2023-06-01", ("row 4, column A", "2023-06-01 follows 2023-02-01", "monthly series")),
    ],
)
def test_a_fault_is_one_sentence_that_says_where(
    tmp_path: Path, old: str, new: str, fragments: tuple[str, ...]
) -> None:
    assert old in MONTHS
    with pytest.raises(SourceError) as error:
        read(tmp_path, MONTHS.replace(old, new))
    sentence = str(error.value)
    assert sentence.startswith("series.csv")
    assert sentence.endswith(".")
    assert [fragment for fragment in fragments if fragment not in sentence] == []


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("", "the file is empty"),
        ("\n\n", "nothing but blanks"),
        ("observation_date,ABC\n", "there is no row below the header"),
        ("DATE,ABC,ABC\n2023-01-01,1,2\n", "the series ABC stands twice"),
        ("<!DOCTYPE html><p>Not found", "this is a page, not text"),
    ],
)
def test_a_file_without_a_table_is_told(tmp_path: Path, text: str, fragment: str) -> None:
    with pytest.raises(SourceError, match=fragment):
        read(tmp_path, text)
