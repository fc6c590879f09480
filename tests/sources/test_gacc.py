"""What the readers of customs' tables share: headers, and files that no reader may open."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from onewaytrade.errors import SourceError
from onewaytrade.sources import gacc, gacc_commodities, gacc_partners, gacc_totals
from onewaytrade.sources.reading import Table
from sources import workbook as book

READERS = (gacc_partners.tables, gacc_commodities.tables, gacc_totals.tables)


@pytest.mark.parametrize(
    "header",
    ["1-to-12", "1- to-12", "1 to 12", "1-12 Total", "1–12", "1至12月", "1—12月累计", "1月至12月", "1-TO-12"],
)
def test_months_to_date_are_read_as_gacc_writes_them(header: str) -> None:
    assert gacc.to_date(header) == 12
    assert gacc.one_month(header) is None


@pytest.mark.parametrize(
    ("header", "month"), [("3", 3), ("12月", 12), ("3月与去年同期同比增减±%", 3), ("Now", None), ("2024", None)]
)
def test_a_single_month_is_no_month_to_date(header: str, month: int | None) -> None:
    assert gacc.one_month(header) == month
    assert gacc.to_date(header) is None


@pytest.mark.parametrize(
    ("header", "flow"),
    [
        ("Export & Import", "total"),
        ("Export and Import", "total"),
        ("进出口", "total"),
        ("Exports", "exports"),
        ("进 口", "imports"),
        ("Balance", ""),
    ],
)
def test_flows_are_read_as_gacc_writes_them(header: str, flow: str) -> None:
    assert gacc.flow(header) == flow


def bomb(path: Path) -> None:
    book.write(path, {"Sheet1": [["x"]]})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/styles.xml", bytes(5_000_000))


def entities(path: Path) -> None:
    book.write(path, {"Sheet1": [["x"]]})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(
            "xl/sharedStrings.xml", '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><sst>&y;</sst>'
        )


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "bomb.xlsx": (bomb, "is packed more than 200-fold"),
    "entities.xlsx": (entities, "declares a DOCTYPE"),
    "large.csv": (lambda path: path.write_bytes(b"a,b\n" * 5_000_001), "larger than 20 MB"),
    "empty.csv": (lambda path: path.write_bytes(b""), "the file is empty"),
    "old.xls": (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(99)), "save it as .xlsx"),
    "robot.html": (
        lambda path: path.write_text("<html><head><script>$_ts={}</script></head><body></body></html>"),
        "the page of scripts that GACC sends to programs",
    ),
    "other.html": (lambda path: path.write_text("<title>Press</title><p>no table</p>"), "only 'Press'"),
    "other.xlsx": (lambda path: book.write(path, {"one": [["GDP"]], "two": []}), "only 'GDP'; 'an empty table'"),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", BAD)
def test_no_reader_opens_what_it_must_not(
    tmp_path: Path, reader: Callable[[Path], tuple[Table, ...]], name: str
) -> None:
    make, fragment = BAD[name]
    make(tmp_path / name)
    with pytest.raises(SourceError) as error:
        reader(tmp_path / name)
    assert str(error.value).startswith(f"{name}")
    assert str(error.value).endswith(".")
    assert fragment in str(error.value)
