"""CPB's workbooks: what is read from them, and what is said of one that is not as it should be."""

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from onewaytrade.errors import SourceError
from onewaytrade.sources import cpb
from sources import workbook as book

EDITIONS = {
    "2022-04": "2022-06-20",
    "2022-12": "2023-02-22",
    "2023-04": "2023-06-21",
    "2023-06": "2023-08-23",
    "2024-01": "2024-03-20",
    "2025-01": "2025-03-21",
    "2026-01": "2026-03-20",
}


@pytest.fixture(scope="module")
def originals(shared: Path) -> dict[str, cpb.Edition]:
    return {path.stem[-7:]: cpb.read(path) for path in sorted((shared / "workbooks").glob("*.xlsx"))}


def read(folder: Path, rows: book.Grid, dimension: str | None = None) -> cpb.Edition:
    return cpb.read(book.write(folder / "made.xlsx", {"trade_out": rows, "inpro_out": [["other"]]}, dimension))


def index(edition: cpb.Edition, flow: str, region: str, measure: str, month: str) -> float:
    frame = edition.observations
    keep = (frame["flow"] == flow) & (frame["region"] == region) & (frame["measure"] == measure)
    return float(frame.loc[keep & (frame["month"] == month), "index"].item())


@pytest.mark.parametrize("base_year", [2010, 2021])
@pytest.mark.parametrize("dimension", [None, "A1", "A1:H80"])
def test_both_bases_are_read_whatever_size_the_sheet_declares(
    tmp_path: Path, base_year: int, dimension: str | None
) -> None:
    edition = read(tmp_path, book.grid(base_year), dimension)
    assert (edition.edition, edition.published, edition.base_year) == ("2022-01", dt.date(2022, 3, 21), base_year)
    assert len(edition.series) == 58
    assert len(edition.observations) == 58 * 3
    # Series 0 is world trade; 1 to 14 are imports in the order of the regions, and so on.
    assert index(edition, "world trade", "World", "volume", "2021-11") == 100
    assert index(edition, "imports", "China", "volume", "2022-01") == 110.2
    assert index(edition, "exports", "Africa and Middle East", "unit_value", "2021-12") == 157.1


def test_series_say_what_the_sheet_says_of_them(tmp_path: Path) -> None:
    series = read(tmp_path, book.grid()).series.set_index("series")
    china, price = series.loc["mgz_cn_qnmi_sn"], series.loc["xgz_a3_pdmi_sn"]
    assert (china["adjustment"], china["base_value_bn_usd"], china["workbook_row"]) == (
        "seasonally adjusted",
        1010.5,
        18,
    )
    assert (china["first_month"], china["last_month"], china["base_year"]) == ("2021-11", "2022-01", 2021)
    assert (price["region"], price["adjustment"]) == ("Advanced Asia excluding Japan", "not stated")
    assert series["base_value_bn_usd"].isna().sum() == 29


def test_things_are_found_wherever_they_stand(tmp_path: Path) -> None:
    rows = [[None, None, *row] for row in book.grid()]
    edition = read(tmp_path, [[None], *rows])
    assert index(edition, "imports", "China", "volume", "2022-01") == 110.2


def put(row: int | str, column: int, cell: book.Cell) -> Callable[[book.Grid], None]:
    def change(rows: book.Grid) -> None:
        rows[book.row_of(rows, row) if isinstance(row, str) else row][column] = cell

    return change


def drop(code: str) -> Callable[[book.Grid], None]:
    return lambda rows: rows.__delitem__(book.row_of(rows, code))


def shift_header(rows: book.Grid) -> None:
    for row in rows:
        row.append(None)
    rows[book.HEADER][book.FIRST_MONTH :] = [None, *book.MONTHS]


def swap_regions(rows: book.Grid) -> None:
    one, other = book.row_of(rows, "mgz_us_qnmi_sn"), book.row_of(rows, "mgz_cn_qnmi_sn")
    rows[one][book.CODE], rows[other][book.CODE] = rows[other][book.CODE], rows[one][book.CODE]


def twice(rows: book.Grid) -> None:
    rows.append(list(rows[book.row_of(rows, "mgz_cn_qnmi_sn")]))


FAULTS: dict[str, tuple[Callable[[book.Grid], None], tuple[str, ...]]] = {
    "text for a number": (put("mgz_cn_qnmi_sn", 6, "n.a."), ("row 18", "column G", "'n.a.'", "positive number")),
    "an empty cell": (put("mgz_cn_qnmi_sn", 6, None), ("row 18", "column G", "an empty cell")),
    "a negative index": (put("xgz_us_qnmi_sn", 7, -1.0), ("row 26", "column H", "-1")),
    "text for a base-year value": (put("mgz_cn_qnmi_sn", 3, "big"), ("row 18", "column D", "'big'")),
    "a value beside a unit value": (put("mgz_cn_pdmi_sn", 3, 7.0), ("column D", "no base-year value")),
    "a missing series": (drop("xgz_a5_pdmi_sn"), ("the series xgz_a5_pdmi_sn is missing",)),
    "a series twice": (twice, ("mgz_cn_qnmi_sn stands in row 18 already",)),
    "an unknown series": (put("mgz_cn_qnmi_sn", 2, "mgz_zz_qnmi_sn"), ("'mgz_zz_qnmi_sn' is unknown", "row 18")),
    "codes of two regions swapped": (swap_regions, ("is labelled 'United States'", "'China' is expected")),
    "a code out of its column": (put(5, 4, "mgz_cn_qnmi_sn"), ("displaced",)),
    "a shifted header": (shift_header, ("row 8", "column F", "has no month above it", "columns G to I")),
    "a gap in the months": (
        put(book.HEADER, 6, "2022m02"),
        ("'2022m02' follows '2021m11'", "'2021m12'", "column G"),
    ),
    "months out of order": (put(book.HEADER, 7, "2021m10"), ("'2021m10' follows '2021m12'", "column H")),
    "a header that is no month": (put(book.HEADER, 6, "2021Q4"), ("'2021Q4' stands among the months", "row 4")),
    "no months": (lambda rows: rows[book.HEADER].__setitem__(slice(5, 8), [None] * 3), ("no row of months",)),
    "no date": (put(book.DATE, 1, None), ("no date of publication",)),
    "an impossible date": (put(book.DATE, 1, "31 June 2022  09:08:58"), ("'31 June 2022  09:08:58' is no date",)),
    "two base years": (put(1, 1, "fixed base 2010=100"), ("2021", "2010=100", "same base year")),
    "no base-year column": (put(5, 3, None), ("'Values 2021, usd bln'",)),
    "base-year values among the months": (put(5, 6, "Values 2021, usd bln"), ("left of the months",)),
    "unit values under the wrong heading": (put(37, 1, "Volumes"), ("stands under 'Volumes'",)),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_one_sentence_that_says_where(tmp_path: Path, name: str) -> None:
    break_it, fragments = FAULTS[name]
    rows = book.grid()
    if name == "base-year values among the months":
        rows[5][book.VALUE] = None
    break_it(rows)
    with pytest.raises(SourceError) as error:
        read(tmp_path, rows)
    sentence = str(error.value)
    assert sentence.startswith("made.xlsx, sheet trade_out")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert [fragment for fragment in fragments if fragment not in sentence] == []


def test_another_sheet_a_missing_an_empty_and_a_strange_file(tmp_path: Path) -> None:
    other = book.write(tmp_path / "other.xlsx", {"inpro_out": book.grid()})
    with pytest.raises(SourceError, match=r"other\.xlsx: there is no sheet trade_out, only inpro_out"):
        cpb.read(other)
    empty_sheet = book.write(tmp_path / "blank.xlsx", {"trade_out": []})
    with pytest.raises(SourceError, match=r"blank\.xlsx, sheet trade_out: the sheet is empty"):
        cpb.read(empty_sheet)
    with pytest.raises(SourceError, match=r"absent\.xlsx: there is no such file"):
        cpb.read(tmp_path / "absent.xlsx")
    for name, content, sentence in (
        ("empty.xlsx", b"", "empty.xlsx: the file is empty"),
        (
            "page.xlsx",
            b"<!DOCTYPE html><html>not found</html>",
            "page.xlsx: this is a page",
        ),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SourceError, match=sentence):
            cpb.read(tmp_path / name)


def test_a_download_cut_short_is_no_workbook(tmp_path: Path) -> None:
    whole = book.write(tmp_path / "whole.xlsx", {"trade_out": book.grid()}).read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceError, match=r"cut\.xlsx: the file cannot be read as a workbook"):
        cpb.read(tmp_path / "cut.xlsx")


@pytest.mark.parametrize(("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_named_as_spreadsheets_do(column: int, name: str) -> None:
    assert cpb.column_name(column) == name


def test_every_original_is_read_under_any_name(
    originals: dict[str, cpb.Edition], shared: Path, tmp_path: Path
) -> None:
    assert {name: edition.published.isoformat() for name, edition in originals.items()} == EDITIONS
    for name, edition in originals.items():
        assert edition.edition == name
        assert edition.base_year == (2010 if name < "2025" else 2021)
        months = len(edition.observations) / 58
        assert months == (int(name[:4]) - 2000) * 12 + int(name[5:])
    copy = tmp_path / "download.tmp"
    shutil.copy(shared / "workbooks" / "cpb-world-trade-monitor-2024-01.xlsx", copy)
    assert cpb.read(copy).edition == "2024-01"


def test_the_originals_hold_the_known_answers(originals: dict[str, cpb.Edition]) -> None:
    edition = originals["2026-01"]

    def growth(flow: str, region: str, measure: str = "volume") -> float:
        ends = [index(edition, flow, region, measure, month) for month in ("2022-12", "2025-03")]
        return round((ends[1] / ends[0] - 1) * 100, 1)

    assert index(edition, "exports", "China", "volume", "2022-12") == pytest.approx(92.71, abs=0.005)
    assert index(edition, "exports", "China", "volume", "2025-03") == pytest.approx(123.51, abs=0.005)
    assert growth("exports", "China") == 33.2
    assert growth("exports", "China", "unit_value") == -14.1
    assert growth("imports", "China") == 4.8
    assert growth("imports", "Emerging Asia excluding China") == 15.0
    assert growth("imports", "United States") == 32.6


@pytest.mark.parametrize("name", EDITIONS)
def test_an_original_is_normed_to_its_base_year(originals: dict[str, cpb.Edition], name: str) -> None:
    edition = originals[name]
    frame = edition.observations
    of_base = frame[frame["month"].str.startswith(str(edition.base_year))]
    means = of_base[of_base["measure"] == "volume"].groupby(["flow", "region"])["index"].mean()
    # Seasonal adjustment leaves the mean of the base year near 100, not at it.
    assert means.between(98.5, 101.5).all()
    values = edition.series.set_index("series")["base_value_bn_usd"]
    world = (values["mgz_w1_qnmi_sn"] + values["xgz_w1_qnmi_sn"]) / 2
    assert values["tgz_w1_qnmi_sn"] == pytest.approx(world)
