"""Files from elsewhere: what is read of them, and that nothing in them is run, followed or believed."""

import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onewaytrade.errors import SourceError
from onewaytrade.sources import safe
from sources import workbook as book

GRID: book.Grid = [[None, "month", None], ["iron ore", 1.5, None], [None, None, 3.0]]


def rows(cells: safe.Cells) -> list[list[object]]:
    found: list[list[object]] = cells.cells.tolist()
    return found


def sentence(read: Callable[[Path], object], path: Path) -> str:
    with pytest.raises(SourceError) as error:
        read(path)
    assert str(error.value).startswith(path.name)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)
    return str(error.value)


def repacked(path: Path, change: Callable[[zipfile.ZipFile], None], drop: str = "", packing: int = 0) -> Path:
    """Write the workbook again without the part `drop`, and let `change` add to it."""
    with zipfile.ZipFile(path) as archive:
        parts = {entry: archive.read(entry) for entry in archive.infolist() if entry.filename != drop}
    with zipfile.ZipFile(path, "w", packing) as archive:
        for entry, data in parts.items():
            archive.writestr(entry.filename, data)
        change(archive)
    return path


def add(name: str, data: str | bytes, packing: int | None = None) -> Callable[[zipfile.ZipFile], None]:
    return lambda archive: archive.writestr(name, data, packing)


@pytest.mark.parametrize("dimension", [None, "A1", "A1:B1", "A1:XFD1048576"])
def test_a_workbook_is_read_whole_whatever_size_it_declares(tmp_path: Path, dimension: str | None) -> None:
    sheets = safe.workbook(book.write(tmp_path / "made.xlsx", {"one": GRID, "two": [["x"]]}, dimension))
    assert list(sheets) == ["one", "two"]
    assert rows(sheets["one"]) == GRID
    assert rows(sheets["two"]) == [["x"]]
    fault = sheets["one"].fault("it is 1.5", "2 is expected", 1, 1)
    assert str(fault) == "made.xlsx, sheet one, row 2, column B: it is 1.5; 2 is expected."


def sheet(xml: str, before: str = "") -> Callable[[zipfile.ZipFile], None]:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    head = f'<?xml version="1.0" encoding="UTF-8"?>{before}<worksheet xmlns="{main}"><sheetData>'
    return add("xl/worksheets/sheet1.xml", f"{head}{xml}</sheetData></worksheet>")


def made(folder: Path, change: Callable[[zipfile.ZipFile], None], drop: str = "xl/worksheets/sheet1.xml") -> Path:
    return repacked(book.write(folder / "made.xlsx", {"one": GRID}), change, drop)


def test_of_a_formula_the_saved_value_is_read_and_nothing_else(tmp_path: Path) -> None:
    formula = "<f>WEBSERVICE(&quot;http://127.0.0.1/&quot;)</f>"
    path = made(tmp_path, sheet(f'<row r="1"><c r="A1">{formula}<v>7</v></c><c r="B1">{formula}</c></row>'))
    cells = safe.workbook(path)["one"]
    assert cells.number(0, 0) == "7.0"
    assert cells.columns == 1 or cells.blank(0, 1)


def test_macros_links_and_drawings_never_reach_the_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = book.write(tmp_path / "made.xlsx", {"one": GRID})
    repacked(path, add("xl/vbaProject.bin", b"Sub AutoOpen()"))
    repacked(
        path, add("xl/externalLinks/externalLink1.xml", "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>")
    )
    handed: list[str] = []
    whole = safe.CalamineWorkbook

    class Spy:
        @staticmethod
        def from_filelike(stream: object) -> object:
            with zipfile.ZipFile(stream) as archive:  # type: ignore[call-overload]
                handed.extend(archive.namelist())
            stream.seek(0)  # type: ignore[attr-defined]
            return whole.from_filelike(stream)

    monkeypatch.setattr(safe, "CalamineWorkbook", Spy)
    assert rows(safe.workbook(path)["one"]) == GRID
    assert sorted(handed) == [
        "[Content_Types].xml",
        "_rels/.rels",
        "xl/_rels/workbook.xml.rels",
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
    ]


def nothing(archive: zipfile.ZipFile) -> None:
    """Add no part."""


def lying(path: Path) -> Path:
    """Make a packed part of 2 MB declare 10 bytes in the directory and before its data."""
    repacked(path, add("xl/styles.xml", b" " * 2_000_000, zipfile.ZIP_DEFLATED))
    data = bytearray(path.read_bytes())
    size = struct.pack("<I", 2_000_000)
    while (found := data.find(size)) >= 0:
        data[found : found + 4] = struct.pack("<I", 10)
    path.write_bytes(data)
    return path


def declaring(path: Path, size: int) -> Path:
    """Declare in the directory that the first part is `size` bytes long."""
    data = bytearray(path.read_bytes())
    entry = data.find(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", size)
    path.write_bytes(data)
    return path


def encrypted(path: Path) -> Path:
    data = bytearray(path.read_bytes())
    entry = data.find(b"PK\x01\x02")
    data[entry + 8] |= 1
    path.write_bytes(data)
    return path


SHEET = "xl/worksheets/sheet1.xml"
TYPE = '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>'
REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a bomb": (
        lambda folder: made(folder, add(SHEET, b" " * 30_000_000, zipfile.ZIP_DEFLATED)),
        "is packed more than 200-fold, as only bombs are",
    ),
    "much in all": (
        lambda folder: declaring(made(folder, nothing, ""), 200_000_000),
        "would unpack into 200 MB, and at most 100 are read",
    ),
    "many parts": (
        lambda folder: made(folder, lambda archive: [archive.writestr(f"{n}", b"") for n in range(600)] and None),
        "parts, and at most 500 are read",
    ),
    "a size that lies": (
        lambda folder: lying(made(folder, nothing, "")),
        "cannot be read as a workbook",
    ),
    "a part outside": (lambda folder: made(folder, add("../evil.xml", "x"), ""), "'../evil.xml' points outside"),
    "an absolute part": (lambda folder: made(folder, add("/evil.xml", "x"), ""), "'/evil.xml' points outside"),
    "a part twice": (
        lambda folder: made(folder, add("xl\\workbook.xml", "x"), ""),
        "'xl/workbook.xml' stands twice",
    ),
    "a password": (lambda folder: encrypted(made(folder, nothing, "")), "without a password"),
    "entities": (
        lambda folder: made(folder, sheet("<row/>", TYPE)),
        "declares a DOCTYPE, which no workbook needs",
    ),
    "entities in UTF-16": (
        lambda folder: made(folder, add(SHEET, f"{TYPE}<worksheet/>".encode("utf-16"))),
        "is not in UTF-8",
    ),
    "a cell far away": (
        lambda folder: made(folder, sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
        "reaches to row 1,048,576 and column 16,384; at most 2,000,000 cells are read",
    ),
    "no workbook": (
        lambda folder: made(folder, nothing, "xl/workbook.xml"),
        "this archive is no workbook",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_harm_is_refused_before_it_is_unpacked(tmp_path: Path, name: str) -> None:
    make, fragment = REFUSED[name]
    assert fragment in sentence(safe.workbook, make(tmp_path))


def test_long_texts_that_many_cells_share_are_refused(tmp_path: Path) -> None:
    path = made(tmp_path, sheet("<row>" + '<c t="s"><v>0</v></c>' * 5000 + "</row>"))
    repacked(path, add("xl/sharedStrings.xml", f"<sst><si><t>{'x' * 50_000}</t></si></sst>"))
    assert "5,000 cells share texts of up to 50,0" in sentence(safe.workbook, path)


def test_files_are_measured_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "made.csv"
    path.write_bytes(b"a,b\n" * 300_000)
    assert "larger than 1 MB, and was not read" in sentence(lambda file: safe.read(file, 1), path)
    assert len(safe.read(path, 1.2)) == 1_200_000
    path.write_bytes(b"")
    for read in (safe.read, safe.workbook, safe.csv_cells, safe.page, safe.json_of):
        assert "the file is empty" in sentence(read, path)
        assert "there is no such file" in sentence(read, tmp_path / "absent")
        assert "not a file" in sentence(read, tmp_path)


def test_one_kind_of_file_in_place_of_another_is_named(tmp_path: Path) -> None:
    workbook = book.write(tmp_path / "made.xlsx", {"one": GRID})
    page = tmp_path / "page.xlsx"
    page.write_bytes(b"\xef\xbb\xbf\n<!DOCTYPE html><p>412</p>")
    old = tmp_path / "old.xlsx"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))
    assert "a page (HTML or XML) in place of a workbook" in sentence(safe.workbook, page)
    assert "old format (.xls) or with a password" in sentence(safe.workbook, old)
    assert "this is a workbook, not text" in sentence(safe.csv_cells, workbook)
    assert "this is a page, not text" in sentence(safe.csv_cells, page)
    assert "this is a workbook, not a page" in sentence(safe.page, workbook)
    workbook.write_bytes(workbook.read_bytes()[:400])
    assert "perhaps because its download broke off" in sentence(safe.workbook, workbook)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_csv_file_is_read_in_every_encoding_and_dialect(
    tmp_path: Path, encoding: str, delimiter: str, end: str
) -> None:
    lines = [
        "商品名称, 2025年1-2月",
        delimiter.join(["铁矿砂", '"65,363.6"', "1"]),
        delimiter.join(["大豆", '""', "2"]),
    ]
    path = tmp_path / "made.csv"
    path.write_bytes(end.join(lines).encode(encoding))
    cells = safe.csv_cells(path)
    assert rows(cells)[1:] == [["铁矿砂", "65,363.6", "1"], ["大豆", None, "2"]]
    assert cells.number(1, 1) == "65363.6"
    assert cells.text(0, 0).startswith("商品名称")


def test_text_that_is_no_csv(tmp_path: Path) -> None:
    path = tmp_path / "made.csv"
    path.write_bytes(b'a,b\n"open,1\n')
    assert "quotation marks must be closed" in sentence(safe.csv_cells, path)
    path.write_bytes("a,b\n".encode("utf-16"))
    assert "UTF-16" in sentence(safe.csv_cells, path)
    path.write_bytes(b"a,b\n\xff\xff,1")
    assert "encoding is unknown" in sentence(safe.csv_cells, path)
    path.write_bytes(b"," * 2_000_001)
    assert "more than 2,000,000 cells" in sentence(safe.csv_cells, path)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("65,363.6\xa0", "65363.6"),
        (" -1.2", "-1.2"),
        ("−7.3", "-7.3"),
        ("-0.0", "0.0"),
        (".5", "0.5"),
        (26551.5, "26551.5"),
        (7, "7.0"),
        ("1,234,567", "1234567.0"),
    ],
)
def test_numbers_are_numbers_or_text_that_reads_as_one(cell: object, number: str) -> None:
    assert safe.Cells("x", np.array([[cell]], dtype=object)).number(0, 0) == number


@pytest.mark.parametrize(
    "cell", ["n.a.", "1,23", "1.234.5", "=1+1", "nan", "inf", "1e5", "", None, True, float("nan"), "٣"]
)
def test_what_only_resembles_a_number_is_refused_with_its_place(cell: object) -> None:
    with pytest.raises(SourceError, match=r"^x, row 1, column A: .+ stands where a number belongs; a number"):
        safe.Cells("x", np.array([[cell]], dtype=object)).number(0, 0)


@given(st.floats(allow_nan=False, allow_infinity=False, width=32).filter(lambda number: abs(number) < 1e15))
def test_a_number_survives_with_and_without_commas(number: float) -> None:
    number = round(number, 3)
    cells = safe.Cells("x", np.array([[number, f"{number:,.3f}"]], dtype=object))
    assert float(cells.number(0, 0)) == number
    assert float(cells.number(0, 1)) == pytest.approx(number, abs=0.0005)


PAGE = """<!DOCTYPE html>
<!-- saved from url=(0042)http://english.customs.gov.cn/Statics/1.html -->
<html><head><meta charset="{charset}"><title>Trade &amp; 贸易</title>
<script>document.write("<table><tr><td>made by a script</td></tr></table>")</script></head><body>
<p>Before</p><table><tr><td colspan="3">Title&nbsp;</td></tr>
<tr><th rowspan=2>Country<br>or region</th><td colspan=2>Growth</td></tr><tr><td>Export<td>Import</tr>
<tr><td>&nbsp;&nbsp;of which: Germany</td><td><span>1,193.0&nbsp;</span></td><td>4<!-- x -->.4</td></tr></table>
<style>td {{ color: red }}</style><table></table><table><tr><td rowspan=9>x</td></tr></table></body></html>"""


@pytest.mark.parametrize(("charset", "encoding"), [("utf-8", "utf-8"), ("gb2312", "gb18030"), ("gb2312", "utf-8")])
def test_a_page_is_read_without_its_scripts(tmp_path: Path, charset: str, encoding: str) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(PAGE.format(charset=charset).encode(encoding))
    page = safe.page(path)
    assert page.title == "Trade & 贸易"
    assert page.text.startswith("Before Title Country or region")
    assert "script" not in page.text
    assert "color" not in page.text
    assert not page.scripted
    assert page.address == "http://english.customs.gov.cn/Statics/1.html"
    first, second = safe.page(path).tables
    assert rows(first) == [
        ["Title", None, None],
        ["Country or region", "Growth", None],
        [None, "Export", "Import"],
        ["of which: Germany", "1,193.0", "4.4"],
    ]
    assert rows(second) == [["x"]]
    assert str(first.fault("a", "b", 2, 2)) == "page.html, table 1, row 3, column C: a; b."


def test_a_page_of_scripts_is_known_as_such(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        '<html><head><meta id="x" content="y"><script src="/a.js"></script></head><body></body></html>'
    )
    page = safe.page(path)
    assert (page.scripted, page.tables, page.text) == (True, (), "")


@pytest.mark.parametrize(
    ("content", "fragment"),
    [
        ("<!--" * 400_000, "breaks off within a tag"),
        ("<table><tr><td>1</td><td", "breaks off within a tag"),
        ("<table>" * 100_000, "nested deeper than 32"),
        ("<table><tr>" + "<td colspan=1000>x" * 400 + "</table>", "too many cells"),
        ("<table>" + "<tr>" * 2_001 + "<td colspan=1000>x</table>", "too many cells"),
        ("<table><tr><td rowspan=65534 colspan=1000>x</table>", "too many cells"),
    ],
)
def test_a_page_that_would_take_for_ever_is_refused(tmp_path: Path, content: str, fragment: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(content)
    assert fragment in sentence(safe.page, path)


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("[" * 33 + "]" * 33, "nested 33 deep; at most 32"),
        ("[" * 100_000, "nested 100000 deep"),
        ('{"a": 1, "a": 2}', "the key 'a' stands twice"),
        ('{"a": NaN}', "NaN is no JSON value"),
        ('{"a": 1', "line 1, column 8: the file is no JSON"),
        ("<html></html>", "the file is no JSON"),
    ],
)
def test_json_is_bounded_and_strict(tmp_path: Path, text: str, fragment: str) -> None:
    path = tmp_path / "made.json"
    path.write_text(text)
    assert fragment in sentence(safe.json_of, path)


def test_json_is_read_with_brackets_in_its_words(tmp_path: Path) -> None:
    path = tmp_path / "made.json"
    wanted = {"data": [{"name": '[[" {{' * 40, "value": 1.5}], "count": 1}
    path.write_text(json.dumps(wanted), encoding="utf-8-sig")
    assert safe.json_of(path) == wanted
