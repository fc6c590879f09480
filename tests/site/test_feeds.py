"""The feed: the first verdicts, and each that an edition changed, with both verdicts, editions and a day."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from claim_sites import ADDRESS, coal

from copies import add_edition, copy_of
from onewaytrade import definitions, pinning
from onewaytrade.site import feeds
from onewaytrade.site.content import Content
from onewaytrade.site.settings import Settings

ATOM = "{http://www.w3.org/2005/Atom}"
CLAIM = "cpb-exports-33"


def content(root: Path, verdicts: list[dict[str, Any]]) -> Content:
    return Content(root, root / "build" / "notebooks", [], verdicts, Settings(ADDRESS))


def parsed(own: Content) -> ET.Element:
    found = feeds.make(own).files["feed.xml"]
    assert isinstance(found, bytes)
    return ET.fromstring(found)  # noqa: S314 # our own


def texts(feed: ET.Element, name: str) -> list[str]:
    return [entry.findtext(f"{ATOM}{name}") or "" for entry in feed.iter(f"{ATOM}entry")]


def test_without_a_change_the_feed_tells_the_first_verdicts(root: Path) -> None:
    feed = parsed(content(root, [coal() | {"notebook": "05-commodities"}]))
    assert texts(feed, "title") == ["The first verdicts"]
    assert texts(feed, "summary") == ["Of the 1 claims judged here, 1 comes out of the data."]
    manifest = json.loads((root / "data" / "datapackage.json").read_text("utf-8"))
    newest = max(
        one["released"] for one in manifest["resources"] if manifest["pins"][one["dataset"]] == one["edition"]
    )
    assert texts(feed, "updated") == [f"{newest}T00:00:00Z"]
    assert feed.findtext(f"{ATOM}updated") == f"{newest}T00:00:00Z"


def test_a_project_without_a_verdict_has_a_feed_all_the_same(root: Path) -> None:
    assert texts(parsed(content(root, [])), "summary") == ["No claim has been judged yet."]


def lower(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The same table, with China's export volume of March 2025 a hundredth lower."""
    for row in rows:
        if (row["flow"], row["region"], row["measure"], row["month"]) == ("exports", "China", "volume", "2025-03"):
            row["index"] = repr(float(row["index"]) * 0.99)
    return rows


def judge_one(patch: pytest.MonkeyPatch, project: Path) -> None:
    """Use a project, and judge one claim in it: all twenty that pin this dataset would take long."""
    patch.setenv("ONEWAYTRADE_PROJECT", str(project))
    patch.setattr(definitions, "can_judge", lambda claim: claim.id == CLAIM)


@pytest.fixture(scope="module")
def pinned(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Content:
    """Return a project whose pin on CPB's table was moved to an edition in which a figure is lower."""
    project = copy_of(root, tmp_path_factory.mktemp("project"))
    add_edition(project, "cpb", "2026-01", "2026-02", lower)
    manifest = project / "data" / "datapackage.json"
    whole = json.loads(manifest.read_text("utf-8"))
    whole["resources"][-1]["released"] = "2026-12-24"
    manifest.write_text(json.dumps(whole), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        judge_one(patch, project)
        pinning.pin("cpb", "2026-02")
        return content(project, [definitions.judge(CLAIM).to_dict() | {"notebook": "01-export-surge"}])


@pytest.fixture
def moved(pinned: Content, monkeypatch: pytest.MonkeyPatch) -> Iterator[Content]:
    judge_one(monkeypatch, pinned.root)
    kept = pinned.root / "data" / "verdicts" / "cpb-2026-01.json"
    before = kept.read_bytes()
    yield pinned
    kept.write_bytes(before)


def test_a_changed_verdict_is_an_entry_with_both_its_editions_and_why(moved: Content) -> None:
    feed = parsed(moved)
    assert len(texts(feed, "title")) == 2
    kept = json.loads((moved.root / "data" / "verdicts" / "cpb-2026-01.json").read_text("utf-8"))
    (before,), (after,) = kept["verdicts"], moved.verdicts
    assert before["verdict"] != after["verdict"]
    expected = f"{before['label']}: {before['verdict']} before, {after['verdict']} now"
    assert texts(feed, "title")[0] == expected
    told = texts(feed, "summary")[0]
    assert before["computed_text"] in told
    assert after["computed_text"] in told
    assert "cpb is now read in its edition 2026-02 instead of 2026-01." in told
    assert len(told.split("2026-01. ")[1]) > 20, "the reason follows"
    assert texts(feed, "updated") == ["2026-12-24T00:00:00Z", "2026-11-23T00:00:00Z"]
    link = feed.find(f"{ATOM}entry/{ATOM}link")
    assert link is not None
    assert link.get("href") == f"{ADDRESS}claims/{CLAIM}.html"
    ids = texts(feed, "id")
    assert len(set(ids)) == len(ids)


def test_a_verdict_that_stayed_is_no_entry(moved: Content) -> None:
    kept = moved.root / "data" / "verdicts" / "cpb-2026-01.json"
    whole = json.loads(kept.read_text("utf-8"))
    whole["verdicts"] = [dict(verdict) for verdict in moved.verdicts]
    kept.write_text(json.dumps(whole), "utf-8")
    assert texts(parsed(moved), "title") == ["The first verdicts"]


def test_the_same_word_by_other_figures_is_an_entry(moved: Content) -> None:
    kept = moved.root / "data" / "verdicts" / "cpb-2026-01.json"
    whole = json.loads(kept.read_text("utf-8"))
    (after,) = moved.verdicts
    whole["verdicts"] = [dict(after) | {"computed_text": "+99.9 %"}]
    kept.write_text(json.dumps(whole), "utf-8")
    assert texts(parsed(moved), "title")[0] == f"{after['label']}: still {after['verdict']}, by other figures"


def test_two_builds_give_the_same_feed(moved: Content) -> None:
    assert feeds.make(moved).files == feeds.make(moved).files
