"""The pages of guides, decisions and changes: links lead to what the site holds, and each project has its own."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from onewaytrade import project, starter
from onewaytrade.site import feeds, guides
from onewaytrade.site.content import Content
from onewaytrade.site.settings import Settings

ROOT = Path(__file__).parents[2]
GUIDES = sorted(path.stem for path in (ROOT / "docs" / "guides").glob("*.md"))


def _content(
    root: Path, *, repository: str = "", verdicts: list[dict[str, Any]] | None = None, stems: tuple[str, ...] = ()
) -> Content:
    executed = root / "build" / "notebooks"
    notebooks = [executed / f"{stem}.ipynb" for stem in stems]
    return Content(root, executed, notebooks, verdicts or [], Settings(repository=repository))


def _written(folder: Path, text: str) -> Path:
    (folder / "docs" / "guides").mkdir(parents=True)
    (folder / "docs" / "guides" / "own.md").write_text(text, encoding="utf-8")
    return folder


def test_each_guide_is_a_page_with_a_description_and_the_list_leads_to_it():
    pages = guides.make(_content(ROOT)).sources
    assert {name for name in pages if name.startswith("guides/")} == {
        f"guides/{name}.md" for name in (*GUIDES, "index", "decisions")
    }
    for name in GUIDES:
        page = pages[f"guides/{name}.md"]
        assert len(yaml.safe_load(page.split("---")[1])["myst"]["html_meta"]["description"]) > 50
        title = (ROOT / "docs" / "guides" / f"{name}.md").read_text(encoding="utf-8").partition("\n")[0]
        assert f"\n{title}\n" in page
        assert f"]({name}.md)" in pages["guides/index.md"]
        assert f" <{name}>" in pages["guides/index.md"], "in the table of contents"


def test_a_guide_keeps_its_blocks_of_code_as_they_are():
    page = guides.make(_content(ROOT)).sources["guides/new-data.md"]
    text = (ROOT / "docs" / "guides" / "new-data.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```.*?^```$", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) > 5
    assert [block for block in blocks if block not in page] == []


@pytest.mark.parametrize(
    ("link", "led"),
    [
        ("[new data](new-data.md)", "[new data](../guides/new-data.md)"),
        ("[step 3](new-data.md#3-compare)", "[step 3](../guides/new-data.md#3-compare)"),
        ("[the register](../../data/claims.yml)", '<a href="../files/claims.yml">the register</a>'),
        ("[`claims.yml`](../../data/claims.yml)", '<a href="../files/claims.yml"><code>claims.yml</code></a>'),
        (
            "[the first](../../notebooks/01-export-surge.ipynb#cpb-exports-33)",
            '<a href="../notebooks/01-export-surge.html#cpb-exports-33">the first</a>',
        ),
        ("[why](../decisions/0001-one-lock-with-hashes.md)", "[why](../guides/decisions.md)"),
        ("[changes](../../CHANGELOG.md)", "[changes](../changes.md)"),
        ("[the rules](../../src/onewaytrade/claims.py)", "the rules (`src/onewaytrade/claims.py`)"),
        ("[`claims.py`](../../src/onewaytrade/claims.py)", "`claims.py`"),
        ("[CPB](https://www.cpb.nl/)", "[CPB](https://www.cpb.nl/)"),
        ("[below](#below)", "[below](#below)"),
    ],
)
def test_a_link_leads_to_the_same_thing_on_the_site(tmp_path, link, led):
    root = _written(tmp_path, f"# Own\n\nSee {link} now.\n\n```sh\necho '{link}'\n```\n")
    page = guides.make(_content(root, stems=("01-export-surge",))).sources["guides/own.md"]
    assert f"See {led} now." in page
    assert f"echo '{link}'" in page


def test_what_is_not_on_the_site_is_looked_up_on_the_projects_page_if_there_is_one(tmp_path):
    root = _written(tmp_path, "# Own\n\n[The rules](../../src/onewaytrade/claims.py#L1).\n")
    page = guides.make(_content(root, repository="some/trade")).sources["guides/own.md"]
    assert "[The rules](https://github.com/some/trade/blob/main/src/onewaytrade/claims.py#L1)" in page


def test_all_decisions_stand_on_one_page_below_its_title():
    page = guides.make(_content(ROOT)).sources["guides/decisions.md"]
    titles = [
        path.read_text(encoding="utf-8").partition("\n")[0]
        for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))
    ]
    assert re.findall(r"^#+ .*$", page, re.MULTILINE)[1:] == [f"#{title}" for title in titles]


def test_changes_of_the_project_stand_below_the_verdicts():
    verdict = {"claim": "coal-8", "label": "Coal imports", "verdict": "reproduced", "computed_text": "−7.9 %"}
    page = guides.make(_content(ROOT, verdicts=[_judged(verdict)])).sources["changes.md"]
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[(.+?)\](.*)$", log, re.MULTILINE)
    headings = re.findall(r"^#+ .*$", page, re.MULTILINE)
    assert headings[:3] == ["# Changes", "## Verdicts", "## The project"]
    assert [line for line in headings if line.startswith("### ")] == [f"### {name}{day}" for name, day in versions]
    assert "No verdict has changed since the first were given." in page


def _judged(own: dict[str, Any]) -> dict[str, Any]:
    """Return a verdict with what every one has; what is not told is not known."""
    empty = dict.fromkeys(("printed", "computed", "computed_low", "computed_high", "range", "variant", "unit"))
    return empty | {"robustness": "robust", "evidence": "primary", "notebook": "01-example"} | own


def test_another_article_has_the_guides_of_the_package_and_nothing_to_tell_of_changes(tmp_path, monkeypatch):
    root = tmp_path / "mine"
    starter.lay_out(root)
    monkeypatch.setenv(project.VARIABLE, str(root))
    pages = guides.make(_content(root)).sources
    assert {f"guides/{name}.md" for name in GUIDES} <= set(pages)
    assert "guides/decisions.md" not in pages
    assert "Nothing has changed yet." in pages["changes.md"]


def test_a_package_without_its_guides_still_makes_a_site(tmp_path, monkeypatch):
    monkeypatch.setattr(project, "packaged", lambda: tmp_path)
    pages = guides.make(_content(tmp_path)).sources
    assert set(pages) == {"guides/index.md", "changes.md"}
    assert "There are none here." in pages["guides/index.md"]


def test_a_verdict_that_a_moved_pin_changed_is_told_with_both_words(tmp_path, monkeypatch):
    root = tmp_path / "mine"
    starter.lay_out(root)
    monkeypatch.setenv(project.VARIABLE, str(root))
    own = {
        "claim": "example-exports-6",
        "label": "Exports, volume",
        "computed_text": "+6.2 %",
        "robustness": "alone",
    }
    before, now = own | {"verdict": "contradicted"}, own | {"verdict": "reproduced"}
    # Why it changed is judged afresh on both editions, which takes long; the feed's own tests look at that.
    monkeypatch.setattr(feeds, "_reasons", lambda _: {})
    kept = {"dataset": "cpb", "edition": "2025-01", "about": "", "verdicts": [before]}
    (root / "data" / "verdicts").mkdir()
    (root / "data" / "verdicts" / "cpb-2025-01.json").write_text(json.dumps(kept), encoding="utf-8")
    page = guides.make(_content(root, verdicts=[_judged(now)])).sources["changes.md"]
    assert (
        '<a href="claims/example-exports-6.html">Exports, volume: contradicted before, reproduced now</a>' in page
    )
    assert "in its edition 2026-01 instead of 2025-01" in page
    assert "No verdict has changed" not in page
