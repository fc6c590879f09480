"""Loading figures: what a frame carries, and what is said when a file is not what the manifest describes."""

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onewaytrade import datasets
from onewaytrade.errors import DatasetError

FIELDS = [
    {"name": "month", "type": "string", "constraints": {"required": True, "pattern": r"\d{4}-\d{2}"}},
    {"name": "flow", "type": "string", "constraints": {"required": True, "enum": ["imports", "exports"]}},
    {"name": "value", "type": "number", "constraints": {"required": True}},
    {"name": "days", "type": "integer"},
    {"name": "sure", "type": "boolean", "constraints": {"required": True}},
    {"name": "note", "type": "string"},
]
ROWS = """month,flow,value,days,sure,note
2022-11,imports,1.5,30,true,
2022-12,imports,0.1,,false,"a, b"
2022-12,exports,-3,31,true,Zürich
"""


class Project:
    """A project of one dataset in three editions, and ways to break it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / "data" / "trade" / "2023-01.csv"
        self.manifest = root / "data" / "datapackage.json"
        editions = ("2022-06", "2023-01", "2023-08-15")
        for edition in editions:
            self.put(edition, ROWS)
        self.content: dict[str, Any] = {
            "pins": {"trade": "2023-01"},
            "resources": [self.resource(edition) for edition in editions],
        }
        self.save()

    def put(self, edition: str, text: str | bytes) -> None:
        path = self.root / "data" / "trade" / f"{edition}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def resource(self, edition: str) -> dict[str, Any]:
        content = (self.root / "data" / "trade" / f"{edition}.csv").read_bytes()
        return {
            "name": f"trade-{edition}",
            "path": f"trade/{edition}.csv",
            "title": "Table of trade",
            "bytes": len(content),
            "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
            "schema": {"fields": FIELDS, "primaryKey": ["month", "flow"], "missingValues": [""]},
            "dataset": "trade",
            "edition": edition,
            "released": "2023-02-07",
            "dated": "published",
            "publisher": "An Office",
            "where": "https://example.org/trade",
            "licence": "not established",
            "grade": "primary",
            "caveats": ["Revised each month."],
        }

    def save(self) -> None:
        self.manifest.write_text(json.dumps(self.content), encoding="utf-8")

    def replace(self, text: str | bytes) -> None:
        """Give the pinned edition another content, which the manifest knows of."""
        self.put("2023-01", text)
        self.content["resources"][1] = self.resource("2023-01")
        self.save()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    made = Project(tmp_path / "project")
    monkeypatch.setenv("ONEWAYTRADE_PROJECT", str(made.root))
    return made


def fault(make: Callable[[], object]) -> str:
    with pytest.raises(DatasetError) as error:
        make()
    sentence = str(error.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def test_a_frame_is_typed_and_keeps_text_that_is_empty(project: Project) -> None:
    frame = datasets.load("trade")
    assert [str(kind) for kind in frame.dtypes] == ["str", "str", "float64", "Int64", "bool", "str"]
    assert frame["value"].tolist() == [1.5, 0.1, -3.0]
    assert frame["days"].isna().tolist() == [False, True, False]
    assert frame["note"].tolist() == ["", "a, b", "Zürich"]
    assert frame["sure"].tolist() == [True, False, True]


def test_a_frame_carries_its_provenance(project: Project) -> None:
    found = datasets.provenance(datasets.load("trade"))
    sha256 = hashlib.sha256(ROWS.encode()).hexdigest()
    assert found.sha256 == sha256
    assert (found.edition, found.publisher, found.path) == ("2023-01", "An Office", "data/trade/2023-01.csv")
    assert found.caveats == ("Revised each month.",)
    title = "An Office, Table of trade, edition 2023-01 (published 2023-02-07)"
    assert found.cite() == f"{title}; data/trade/2023-01.csv, sha256 {sha256[:8]}"


def test_a_frame_from_elsewhere_has_no_provenance(project: Project) -> None:
    frame = datasets.load("trade")
    frame.attrs.clear()
    assert "no provenance" in fault(lambda: datasets.provenance(frame))


def test_what_is_done_to_a_frame_does_not_reach_the_next(project: Project) -> None:
    frame = datasets.load("trade")
    frame["value"] = 0.0
    assert datasets.load("trade")["value"].tolist() == [1.5, 0.1, -3.0]


def test_editions_are_pinned_latest_or_exact(project: Project) -> None:
    assert datasets.names() == ("trade",)
    assert datasets.editions("trade") == ("2022-06", "2023-01", "2023-08-15")
    asked = ("pinned", "latest", "2022-06")
    assert [datasets.resolve("trade", edition) for edition in asked] == ["2023-01", "2023-08-15", "2022-06"]
    assert datasets.provenance(datasets.load("trade", "latest")).edition == "2023-08-15"


@pytest.mark.parametrize(
    ("asked", "nearest"), [("2023-02", "2023-01"), ("2023-07", "2023-08-15"), ("1999", "2022-06")]
)
def test_an_unknown_edition_is_told_the_nearest_and_the_range(project: Project, asked: str, nearest: str) -> None:
    sentence = fault(lambda: datasets.load("trade", asked))
    assert sentence.startswith(f"trade has no edition '{asked}'; the nearest is {nearest}")
    assert "from 2022-06 to 2023-08-15" in sentence


def test_an_unknown_dataset_is_told_the_nearest(project: Project) -> None:
    for ask in (datasets.load, datasets.editions):
        assert "There is no dataset 'trdae'; the nearest is 'trade'" in fault(partial(ask, "trdae"))


def swapped(old: str, new: str) -> str:
    assert old in ROWS
    return ROWS.replace(old, new)


BROKEN: Mapping[str, tuple[str | bytes, str]] = {
    "a wrong number": (swapped("0.1", "O.1"), "row 3, column value: 'O.1' stands where a number is expected."),
    "an endless number": (swapped("0.1", "inf"), "row 3, column value: 'inf' stands where a number is expected."),
    "neither of both": (
        swapped("false", ""),
        "row 3, column sure: an empty cell stands where true or false is expected.",
    ),
    "no number": (swapped("0.1", ""), "row 3, column value: an empty cell stands where a number is expected."),
    "half a day": (swapped("31", "31.5"), "row 4, column days: '31.5' stands where a whole number is expected."),
    "neither true nor false": (
        swapped("false", "no"),
        "row 3, column sure: 'no' stands where true or false is expected.",
    ),
    "a month of five letters": (
        swapped("2022-11", "22-11"),
        r"row 2, column month: '22-11' stands where text like",
    ),
    "an empty text": (swapped("2022-11", ""), "row 2, column month: an empty cell stands where text is expected."),
    "a flow misspelt": (
        swapped("exports", "export"),
        "row 4, column flow: 'export' stands where one of imports, exports is expected.",
    ),
    "a key twice": (
        swapped("2022-12,exports", "2022-11,imports"),
        "row 4, column month + flow: the key (2022-11, imports) stands in row 2 already; each may stand once.",
    ),
    "a missing column": (swapped("flow,value", "value"), "row 1, column flow: the column is missing"),
    "a column too many": (
        swapped("sure,note", "sure,note,more"),
        "row 1, column more: the column does not belong there",
    ),
    "columns exchanged": (swapped("month,flow", "flow,month"), "row 1: the columns stand in another order"),
    "a missing cell": (swapped("-3,31,", "-3,"), "row 4: there are 5 cells where 6 are expected."),
    "an unclosed quote": (swapped('"a, b"', '"a, b'), "this is not CSV"),
    "an empty file": ("", "row 1, column month: the column is missing"),
    "no UTF-8": (ROWS.encode().replace("ü".encode(), b"\xfc"), "row 4: there is a byte that is not UTF-8"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_fault_in_a_file_is_one_sentence_with_row_and_column(project: Project, name: str) -> None:
    text, sentence = BROKEN[name]
    project.replace(text)
    said = fault(lambda: datasets.load("trade"))
    assert said.startswith("data/trade/2023-01.csv")
    assert sentence in said
    assert datasets.check() == [said]
    # The manifest may not know of the change either: then the checksum is named as well.
    project.content["resources"][1]["hash"] = f"sha256:{'0' * 64}"
    project.save()
    both = fault(lambda: datasets.load("trade"))
    assert both.startswith(said[:-1])
    assert "not the one that the manifest describes" in both
    assert datasets.check() == [both]


_TEXTS: Mapping[str, Sequence[str]] = {
    "string": ("", "imports", "exports", "2022-11", "2022-11\n", "2022-1१", "a, b", "Zürich"),
    "number": ("", "1.5", "-3", "1e3"),
    "integer": ("", "30", "-3"),
    "boolean": ("", "true", "false"),
}
_CONSTRAINTS: Sequence[Mapping[str, Any]] = (
    {}, {"enum": ["imports", "exports", "2022-11"]}, {"pattern": r"\d{4}-\d{2}"}, {"pattern": r"\w+|a, b"},
)  # fmt: skip


@st.composite
def _tables(draw: st.DrawFn) -> tuple[dict[str, Any], list[tuple[str, ...]]]:
    """A schema of a few columns, and rows whose cells are of the columns' types, if often not as they must be."""
    fields = []
    for at, kind in enumerate(draw(st.lists(st.sampled_from(sorted(_TEXTS)), min_size=1, max_size=4))):
        own = draw(st.sampled_from(_CONSTRAINTS)) if kind == "string" else {}
        fields.append({"name": f"c{at}", "type": kind, "constraints": {**own, "required": draw(st.booleans())}})
    key = draw(st.lists(st.sampled_from([field["name"] for field in fields]), min_size=1, unique=True))
    cells = (st.sampled_from(_TEXTS[field["type"]]) for field in fields)
    return {"fields": fields, "primaryKey": key}, draw(st.lists(st.tuples(*cells), max_size=4))


@given(_tables())
def test_the_quick_look_at_a_file_finds_what_pandera_finds(drawn: tuple[dict[str, Any], list[Any]]) -> None:
    schema, rows = drawn
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([[field["name"] for field in schema["fields"]], *rows])
    content = text.getvalue().encode()
    resource = {
        "path": "drawn.csv", "bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": schema,
    }  # fmt: skip

    quick, said = datasets._is_sound, []

    def ask_both(*table: Any) -> bool:
        said.append(quick(*table))
        return False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets, "_is_sound", ask_both)
        patch.setattr(datasets, "_CACHE", {})
        try:
            datasets.frame_of(resource, content)
        except DatasetError:
            assert said in ([], [False])
        else:
            assert said == [True]


def test_a_line_number_counts_lines_not_records(project: Project) -> None:
    project.replace(swapped('"a, b"', '"a,\nb"').replace("-3", "x"))
    assert "row 5, column value: 'x'" in fault(lambda: datasets.load("trade"))


def test_a_changed_byte_is_found_although_every_cell_is_sound(project: Project) -> None:
    before = datasets.load("trade")
    project.put("2023-01", swapped("1.5", "1.6"))
    sentence = fault(lambda: datasets.load("trade"))
    assert sentence.startswith("data/trade/2023-01.csv: the file is not the one that the manifest describes")
    assert before.attrs["provenance"].sha256[:8] in sentence
    assert datasets.check() == [sentence]


def test_a_missing_file_and_a_stray_one_are_reported(project: Project) -> None:
    project.path.rename(project.path.with_name("2023-02.csv"))
    assert "data/trade/2023-01.csv is missing" in fault(lambda: datasets.load("trade"))
    assert [sentence.split()[0] for sentence in datasets.check()] == [
        "data/trade/2023-01.csv",
        "data/trade/2023-02.csv:",
    ]


def test_every_fault_is_reported_not_only_the_first(project: Project) -> None:
    project.replace(swapped("0.1", "x").replace("31", "y"))
    project.put("2022-06", "")
    sentences = datasets.check()
    assert [sentence.split(":")[0] for sentence in sentences] == [
        "data/trade/2022-06.csv, row 1, column month",
        "data/trade/2023-01.csv, row 3, column value",
        "data/trade/2023-01.csv, row 4, column days",
    ]


def test_a_pin_to_nowhere_and_an_edition_twice_are_faults(project: Project) -> None:
    project.content["pins"]["trade"] = "2020-01"
    project.content["resources"].append(project.resource("2022-06"))
    project.save()
    twice, pin = datasets.check()
    assert "listed twice" in twice
    assert "pinned to no edition that is there" in pin
    assert "The pinned edition '2020-01' of trade is not there" in fault(lambda: datasets.load("trade"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"resources": [\n  oops]}', "row 2, column 3: this is not JSON"),
        ("[]", "the manifest is no JSON object"),
        ('{"resources": []}', "'pins'"),
        ('{"resources": [{"name": "x"}], "pins": {}}', "resource x: 'path' is missing or malformed"),
        ('{"resources": [7], "pins": {}}', "resource 1: 'name' is missing or malformed"),
    ],
)
def test_a_malformed_manifest_is_one_sentence(project: Project, text: str, sentence: str) -> None:
    project.manifest.write_text(text, encoding="utf-8")
    said = fault(lambda: datasets.load("trade"))
    assert said.startswith("data/datapackage.json")
    assert sentence in said
    assert datasets.check() == [said]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"fields": []}, "'schema' names no fields"),
        ({"fields": [{"name": "month", "type": "moon"}]}, "a field lacks a name, or a type"),
        ({"primaryKey": ["moon"]}, "'primaryKey' must list columns"),
    ],
)
def test_a_malformed_schema_is_one_sentence(project: Project, change: dict[str, Any], sentence: str) -> None:
    project.content["resources"][1]["schema"] |= change
    project.save()
    assert sentence in fault(lambda: datasets.load("trade"))


def test_what_is_done_to_a_frames_arrays_does_not_reach_the_next(project: Project) -> None:
    frame = datasets.load("trade")
    frame["value"].array[1] = 7.0
    frame["days"].array[0] = 7
    assert datasets.load("trade")["value"].tolist() == [1.5, 0.1, -3.0]
    assert datasets.load("trade")["days"].tolist()[0] == 30


def test_what_was_computed_from_other_data_has_another_key(project: Project) -> None:
    before = datasets.view()
    assert datasets.view() == before
    with datasets.using({"trade": "2022-06"}):
        assert datasets.view() != before
    assert datasets.view() == before
    project.replace(ROWS.replace("1.5", "1.75"))
    assert datasets.view() != before


def test_a_project_without_a_manifest_is_one_sentence(tmp_path: Path) -> None:
    (said,) = datasets.check(tmp_path)
    assert said.startswith("data/datapackage.json is missing")


# --- the project's own data -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def package(root: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((root / "data" / "datapackage.json").read_text(encoding="utf-8"))
    return content


def test_the_data_are_sound() -> None:
    assert datasets.check() == []


def test_the_manifest_is_a_data_package(root: Path, package: dict[str, Any]) -> None:
    """What the standard (v2) demands: resources with unique names, relative paths, hashes, schemas that fit."""
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    names = [resource["name"] for resource in package["resources"]]
    assert len(set(names)) == len(names)
    for resource in package["resources"]:
        assert re.fullmatch(r"[-a-z0-9._/]+", resource["name"])
        assert not Path(resource["path"]).is_absolute()
        assert ".." not in resource["path"]
        content = (root / "data" / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content) < 1_500_000
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert (resource["format"], resource["mediatype"], resource["encoding"]) == ("csv", "text/csv", "utf-8")
        header = content.split(b"\n", 1)[0].decode().split(",")
        assert [field["name"] for field in resource["schema"]["fields"]] == header
        assert set(resource["schema"]["primaryKey"]) <= set(header)
        for source in resource["sources"]:
            assert source["title"]
            assert source.get("path", "https://").startswith("https://")
        assert b"\r" not in content


def test_the_manifest_says_where_everything_is_from(package: dict[str, Any]) -> None:
    for resource in package["resources"]:
        assert resource["publisher"]
        assert resource["where"]
        assert resource["caveats"]
        assert resource["licence"] == "not established"
        assert resource["grade"] in {"primary", "press", "mirror", "implied"}
        assert re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", resource["released"])
        for field in resource["schema"]["fields"]:
            assert field["description"]
            assert field["type"] != "number" or field["unit"]


def test_no_address_of_a_machine_or_tool_is_in_the_data(root: Path) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted((root / "data").rglob("*.*")))
    folders = "|".join(("home", "root", "tmp", "work", "Users"))
    assert not re.search(rf"/(?:{folders})/|not shown by|find_\w+|customs_\w+\.csv", text)


def test_every_source_is_known() -> None:
    known = set(datasets.load("sources")["source_id"])
    for name in datasets.names():
        assert set(datasets.load(name).get("source_id", ())) <= known


@pytest.mark.parametrize(
    ("name", "edition"),
    [
        ("cpb", "2026-01"),
        ("cpb-series", "2026-01"),
        ("gacc-commodities", "2025-06-09"),
        ("gacc-totals", "2026-11-23"),
    ],
)
def test_editions_are_pinned_to_those_of_the_article(name: str, edition: str) -> None:
    assert datasets.resolve(name, "pinned") == edition


def test_the_committed_figures_are_those_of_the_originals() -> None:
    china = datasets.load("cpb").query("region == 'China' and measure == 'volume'")
    index = china.set_index(["flow", "month"])["index"]
    assert round((index["exports", "2025-03"] / index["exports", "2022-12"] - 1) * 100, 1) == 33.2
    assert round((index["imports", "2025-03"] / index["imports", "2022-12"] - 1) * 100, 1) == 4.8
    release = datasets.load("gacc-commodities").query("commodity == 'Iron ore' and measure == 'quantity'")
    quantity = release.set_index("period")["value"]
    assert round((quantity["2025-01..2025-05"] / quantity["2024-01..2024-05"] - 1) * 100, 2) == -5.18
    totals = datasets.load("gacc-totals").query(
        "period == '2025-01..2025-05' and currency == 'CNY' and flow == 'imports'"
    )
    assert totals[["value", "unit", "yoy_published_pct"]].iloc[0].tolist() == [7.27, "trn CNY", -3.8]


def test_the_date_of_a_compiled_table_is_called_so() -> None:
    assert "(compiled 2026-11-23)" in datasets.provenance(datasets.load("luxury")).cite()
    assert "(published 2026-03-20)" in datasets.provenance(datasets.load("cpb")).cite()


def test_nothing_heavy_is_imported_before_figures_are_loaded() -> None:
    code = (
        "import sys; from onewaytrade import datasets; datasets.names(); datasets.resolve('cpb', 'latest');"
        "print(sorted({'pandas', 'pandera', 'numpy'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
