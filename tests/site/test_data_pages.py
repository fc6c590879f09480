"""Pages of datasets: they say what the manifest says, read here by itself, and lead to what is there."""

import csv
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from onewaytrade import project, starter
from onewaytrade.errors import DatasetError
from onewaytrade.site import data_pages
from onewaytrade.site.about import ABOUT
from onewaytrade.site.content import Content, Pages
from onewaytrade.site.settings import Settings

ROOT = Path(__file__).parents[2]
MANIFEST = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
REGISTER = yaml.load((ROOT / "data" / "claims.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["claims"]
NAMES = sorted(MANIFEST["pins"])
ADDRESS = "https://example.org/trade/"


class _Tables(HTMLParser):
    """The tables of a page: caption, and the texts of each row; and all links and ids."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.links: list[str] = []
        self.ids: set[str] = set()
        self._caption: str | None = None
        self._rows: list[list[str]] = []
        self._cell: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if named.get("href"):
            self.links.append(str(named["href"]))
        if named.get("id"):
            self.ids.add(str(named["id"]))
        if tag == "table":
            self._rows = []
        if tag == "caption":
            self._caption = ""
        if tag == "tr":
            self._rows.append([])
        if tag in {"td", "th"}:
            self._cell = ""
            if tag == "th":
                assert named["scope"] in {"col", "row"}

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell += data
        elif self._caption is not None:
            self._caption += data

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._rows[-1].append(str(self._cell))
            self._cell = None
        if tag == "caption":
            self.tables[str(self._caption)] = self._rows
            self._caption = None


def _content(root: Path, verdicts: list[dict[str, Any]], notebooks: list[Path]) -> Content:
    return Content(root, root / "build" / "notebooks", notebooks, verdicts, Settings(ADDRESS))


@pytest.fixture(scope="module")
def pages() -> Pages:
    verdicts = [{"claim": claim["id"], "verdict": "reproduced", "label": claim["label"]} for claim in REGISTER]
    return data_pages.make(_content(ROOT, verdicts, sorted((ROOT / "notebooks").glob("*.ipynb"))))


def _resources(name: str) -> list[dict[str, Any]]:
    return sorted((one for one in MANIFEST["resources"] if one["dataset"] == name), key=lambda one: one["edition"])


def _pinned(name: str) -> dict[str, Any]:
    return next(one for one in _resources(name) if one["edition"] == MANIFEST["pins"][name])


def _table(page: str, begins: str) -> list[list[str]]:
    return next(rows for caption, rows in _Tables(page).tables.items() if re.match(begins, caption))


def test_every_dataset_has_a_page_with_a_description_and_a_sentence_on_what_it_is(pages):
    assert {name for name in pages.sources if name != "data/index.md"} == {f"data/{name}.md" for name in NAMES}
    assert set(ABOUT) == set(NAMES)
    for name in NAMES:
        page = pages.sources[f"data/{name}.md"]
        front = yaml.safe_load(page.split("---")[1])
        assert ABOUT[name] in front["myst"]["html_meta"]["description"]
        assert page.count("\n# ") == 1


@pytest.mark.parametrize("name", NAMES)
def test_the_columns_are_those_of_the_manifest_with_type_unit_and_values(pages, name):
    fields = _pinned(name)["schema"]["fields"]
    head, *rows = _table(pages.sources[f"data/{name}.md"], r"The \d+ columns? of ")
    assert head[0] == "Column, with type and unit"
    kinds = {"string": "text", "number": "number", "integer": "whole number", "boolean": "true or false"}
    for field, (column, told) in zip(fields, rows, strict=True):
        unit = f"; {field['unit']}" if "unit" in field else ""
        assert column == f"{field['name']}{kinds[field['type']]}{unit}"
        plain = re.sub(r"[`'\"]", "", field.get("description", ""))
        assert re.sub(r"[‘’“”'\"`]", "", told).startswith(plain)
        assert ("never empty" in told.lower()) == bool(field.get("constraints", {}).get("required"))
        for value in field.get("constraints", {}).get("enum", []):
            assert str(value) in told
        assert ("part of the key" in told.lower()) == (field["name"] in _pinned(name)["schema"]["primaryKey"])


@pytest.mark.parametrize("name", NAMES)
def test_every_edition_has_its_file_its_rows_and_its_whole_checksum(pages, name):
    page = pages.sources[f"data/{name}.md"]
    _, *rows = _table(page, r"(\d+ editions|The one edition) of ")
    resources = _resources(name)
    assert [row[0].split()[0] for row in rows] == [one["edition"] for one in reversed(resources)]
    assert [row[0].split()[0] for row in rows if "pinned" in row[0]] == [MANIFEST["pins"][name]]
    for row, resource in zip(rows, reversed(resources), strict=True):
        content = (ROOT / "data" / resource["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() in row[4]
        count = sum(1 for _ in csv.reader(content.decode("utf-8").splitlines(keepends=True))) - 1
        assert int(row[2].replace(",", "")) == count
        address = f"files/{name}/{resource['edition']}.csv"
        assert f"../{address}" in _Tables(page).links
        laid = pages.files[address]
        assert isinstance(laid, Path)
        assert laid.read_bytes() == content


@pytest.mark.parametrize("name", NAMES)
def test_publisher_grade_caveats_and_the_missing_licence_are_said(pages, name):
    page = re.sub(r"\\(?=[*_<>#|$\[\]])", "", pages.sources[f"data/{name}.md"])
    plain = re.sub(r"[‘’“”'\"`]", "", page).replace("&amp;", "&")
    pinned = _pinned(name)
    assert re.sub(r"['\"]", "", pinned["publisher"]) in plain
    assert f"<strong>{pinned['grade']}</strong>" in page
    for caveat in pinned["caveats"]:
        assert "- " + re.sub(r"[‘’“”'\"`]", "", caveat) in plain
    assert pinned["licence"] == "not established"
    assert "Licence: **Not established.**" in page
    assert "ask the publisher before you republish" in page


@pytest.mark.parametrize("name", NAMES)
def test_who_uses_it_are_the_claims_that_pin_it_or_name_it_as_evidence(pages, name):
    page = pages.sources[f"data/{name}.md"]
    own = [
        claim
        for claim in REGISTER
        if name in claim["pins"] or any(one["dataset"] == name for one in claim["evidence"])
    ]
    linked = re.findall(r'href="\.\./claims/([\w-]+)\.html"', page)
    assert linked == [claim["id"] for claim in own]
    assert ("No claim rests on it directly." in page) == (not own)
    for claim in own:
        assert f"](../notebooks/{claim['notebook']}.ipynb)" in page


def test_a_claim_that_this_run_did_not_judge_is_named_and_leads_nowhere(own):
    some = [{"claim": "example-exports-6", "verdict": "reproduced", "label": "Exports, volume"}]
    page = data_pages.make(_content(own, some, [])).sources["data/cpb.md"]
    assert re.findall(r'href="\.\./claims/([\w-]+)\.html"', page) == ["example-exports-6"]
    assert "not judged in this run" in page
    assert ".ipynb)" not in page


def test_the_rows_name_their_sources_with_addresses_that_lead_there(pages):
    with (ROOT / "data" / "sources" / "2026-11-23.csv").open(encoding="utf-8", newline="") as file:
        sources = {row["source_id"]: row for row in csv.DictReader(file)}
    with (ROOT / "data" / "luxury" / "2026-11-23.csv").open(encoding="utf-8", newline="") as file:
        used = [row["source_id"] for row in csv.DictReader(file)]
    page = pages.sources["data/luxury.md"]
    _, *rows = _table(page, r"\d+ sources of the rows")
    assert {row[0]: int(row[1]) for row in rows} == {key: used.count(key) for key in used}
    assert [row[2] for row in rows] == [sources[row[0]]["publisher"].replace("'", "’") for row in rows]
    whole = _Tables(pages.sources["data/sources.md"])
    assert set(sources) <= whole.ids
    assert {f"sources.html#{key}" for key in used} <= set(_Tables(page).links)
    address = re.compile(r"https?://[^\s;,<>\"]+[^\s;,<>\".)]")
    plain = [row["where"] for row in sources.values() if address.fullmatch(row["where"])]
    assert len(plain) > 50
    assert set(plain) <= set(whole.links)


def test_the_list_counts_editions_and_claims(pages):
    head, *rows = _table(pages.sources["data/index.md"], rf"{len(NAMES)} tables")
    assert head == ["Table", "Claims", "Evidence", "Publisher", "Editions", "Newest", "Rows"]
    titles = {_pinned(name)["title"].replace("'", "’"): name for name in NAMES}
    assert {row[0] for row in rows} == set(titles)
    for title, count, grade, _, editions, newest, _ in rows:
        name = titles[title]
        pinning = [c for c in REGISTER if name in c["pins"] or any(e["dataset"] == name for e in c["evidence"])]
        assert int(count) == len(pinning)
        assert grade == _pinned(name)["grade"]
        assert (int(editions), newest) == (len(_resources(name)), _resources(name)[-1]["edition"])
    assert [int(row[1]) for row in rows] == sorted((int(row[1]) for row in rows), reverse=True)


def _json_ld(page: str) -> dict[str, Any]:
    (text,) = re.findall(r'<script type="application/ld\+json">\n(.*?)\n</script>', page, re.DOTALL)
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_machines_read_a_dataset_of_schema_org(pages, name):
    whole = _json_ld(pages.sources[f"data/{name}.md"])
    assert (whole["@context"], whole["@type"]) == ("https://schema.org", "Dataset")
    assert whole["name"] == _pinned(name)["title"]
    assert 50 <= len(whole["description"]) <= 5000
    assert whole["license"]["name"].startswith("Not established")
    assert whole["creator"]["name"]
    assert whole["url"] == f"{ADDRESS}data/{name}.html"
    assert [(one["contentUrl"], one["sha256"]) for one in whole["distribution"]] == [
        (f"{ADDRESS}files/{name}/{one['edition']}.csv", one["hash"].removeprefix("sha256:"))
        for one in reversed(_resources(name))
    ]
    if name == "cpb":
        assert whole["temporalCoverage"] == "2000-01/2026-01"


def test_machines_read_a_catalogue_of_all_datasets(pages):
    whole = _json_ld(pages.sources["data/index.md"])
    assert whole["@type"] == "DataCatalog"
    assert {one["url"] for one in whole["dataset"]} == {f"{ADDRESS}data/{name}.html" for name in NAMES}


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project about another article."""
    root = tmp_path / "mine"
    starter.lay_out(root)
    monkeypatch.setenv(project.VARIABLE, str(root))
    return root


def test_a_text_of_the_manifest_cannot_end_the_page_it_stands_on(own):
    place = own / "data" / "datapackage.json"
    manifest = json.loads(place.read_text(encoding="utf-8"))
    for one in manifest["resources"]:
        one["caveats"] = ["</script><script>alert(1)</script> and *no* [link](x)"]
        one["licence"] = "CC BY 4.0"
    place.write_text(json.dumps(manifest), encoding="utf-8")
    page = data_pages.make(_content(own, [], [])).sources["data/cpb.md"]
    assert page.replace(r"\<", "").count("<script") == 1, "the one for machines"
    assert "</script><script>alert(1)" in _json_ld(page)["description"]
    assert r"\*no\* \[link\](x)" in page
    assert "Licence: CC BY 4.0" in page
    assert "Not established" not in page


def test_a_file_that_is_not_the_manifests_is_told_and_not_shown(own):
    path = own / "data" / "cpb" / "2025-01.csv"
    path.write_bytes(path.read_bytes().replace(b"2000-01", b"1999-01", 1))
    with pytest.raises(DatasetError, match=r"data/cpb/2025-01\.csv"):
        data_pages.make(_content(own, [], []))


def test_another_article_has_pages_of_its_own_data(own):
    pages = data_pages.make(_content(own, [], [own / "notebooks" / "01-example.ipynb"]))
    assert set(pages.sources) == {"data/index.md", "data/cpb.md", "data/cpb-series.md"}
    assert {name for name in pages.files if name.endswith(".csv")} == {
        f"files/{name}/{edition}.csv" for name in ("cpb", "cpb-series") for edition in ("2025-01", "2026-01")
    }
    assert {"files/datapackage.json", "files/claims.yml"} <= set(pages.files)
    assert "Exports, volume" in pages.sources["data/cpb.md"]
    assert "2 claims rest on cpb" in pages.sources["data/cpb.md"]


def test_without_the_guide_to_new_data_no_page_leads_there(own: Path) -> None:
    def leading() -> list[str]:
        pages = data_pages.make(_content(own, [], [])).sources
        return [name for name, text in pages.items() if "guides/new-data.md" in text]

    assert "data/cpb.md" in leading()
    (own / "docs" / "guides").mkdir(parents=True)
    (own / "docs" / "guides" / "ours.md").write_text("# Ours\n", encoding="utf-8")
    assert leading() == []
