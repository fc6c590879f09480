"""The page on method: its rules, counts and thresholds are those of the code, its doubts those of the project."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml

from onewaytrade import claims, fmt, robustness
from onewaytrade.measures import Interval
from onewaytrade.site import marks, reference, worked
from onewaytrade.site.content import Content, Verdict
from onewaytrade.site.settings import Settings

ROOT = Path(__file__).parents[2]
FIRST = {
    "claim": "cpb-exports-33",
    "label": "Exports, volume",
    "kind": "number",
    "verdict": "reproduced",
    "robustness": "alone",
    "evidence": "primary",
    "variant": None,
}
SECOND = FIRST | {"claim": "cause-exports-2022-medical", "label": "Medical supplies", "kind": "cause",
                  "verdict": "contradicted", "robustness": None, "evidence": "press"}  # fmt: skip


def _page(root: Path, verdicts: list[Verdict], settings: Settings | None = None) -> str:
    content = Content(root, root / "notebooks", [], verdicts, settings or Settings())
    return reference.make(content).sources["method.md"]


def _rows(page: str) -> dict[str, list[str]]:
    """Return the cells of the tables' rows, as text, by the row's header."""
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', page)
    plain = {re.sub("<[^>]+>", "", head): re.findall("<td[^>]*>(.*?)</td>", cells) for head, cells in rows}
    return {unescape(head).lstrip(): [unescape(cell) for cell in cells] for head, cells in plain.items()}


def test_the_rules_and_their_counts_are_those_of_the_code_and_the_verdicts() -> None:
    rows = _rows(_page(ROOT, [FIRST, SECOND, FIRST | {"claim": "third"}]))
    for word, rule in (claims.REPLICATION | robustness.ROBUSTNESS).items():
        assert rows[word][0].replace("’", "'") == rule
    counted = {word: cells[-1] for word, cells in rows.items() if cells[-1] != "0"}
    assert counted == {
        "reproduced": "2", "contradicted": "1", "alone": "2", "none": "1", "primary": "2", "press": "1",
        "number: a figure, such as 33\N{NO-BREAK SPACE}%": "2", "cause: because of …": "1",
    }  # fmt: skip
    assert set(claims.GRADES) <= set(rows)


def test_each_word_is_shown_with_its_shape_and_leads_to_the_glossary() -> None:
    page = _page(ROOT, [])
    for word in fmt.MARKS:
        assert marks.badge(word) in page
        assert f'href="glossary.html#{word.replace(" ", "-")}"' in page


def test_the_thresholds_are_those_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    assert f"({fmt.pct(100 * robustness.ROBUST_SHARE, 0, sign=False)})" in _page(ROOT, [])
    monkeypatch.setattr(robustness, "ROBUST_SHARE", 0.75)
    monkeypatch.setattr(robustness, "ROBUST_SAME_SIGN", 0.9)
    page = _page(ROOT, [])
    assert "(75\N{NO-BREAK SPACE}%)" in page
    assert "(90\N{NO-BREAK SPACE}%)" in page


def test_the_words_that_the_page_gives_the_thresholds_hold() -> None:
    # The page says "half" and "all" in words.
    assert (robustness.ROBUST_SHARE, robustness.ROBUST_SAME_SIGN) == (0.5, 1.0)


def test_the_worked_example_is_that_of_the_claim() -> None:
    page = _page(ROOT, [FIRST])
    start, end = map(float, re.search(r"index stood at ([\d.]+), in March 2025 at ([\d.]+)", page).groups())  # type: ignore[union-attr]
    low, high = 100 * (end - 0.05) / (start + 0.05) - 100, 100 * (end + 0.05) / (start - 0.05) - 100
    assert f"- 100 = {100 * end / start - 100:.2f}" in page
    assert f"the interval +{low:.2f} to +{high:.2f}\N{NO-BREAK SPACE}%. All of it rounds to the printed" in page
    assert 32.5 < low < high < 33.5
    table = (ROOT / "data" / "cpb" / "2026-01.csv").read_text(encoding="utf-8")
    for month, level in (("2022-12", start), ("2025-03", end)):
        exact = float(re.search(rf"^exports,China,volume,{month},(.*)$", table, re.MULTILINE)[1])  # type: ignore[index]
        assert abs(exact - level) <= 0.05


@pytest.mark.parametrize("verdict", [SECOND, FIRST | {"variant": "end: 2024-12"}, FIRST | {"claim": "unknown"}])
def test_without_such_a_claim_the_formula_stands_without_figures(verdict: dict[str, Any]) -> None:
    page = _page(ROOT, [verdict])
    assert "x_1 - u/2" in page
    assert "index stood at" not in page


def test_a_growth_that_does_not_round_as_printed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worked.measures, "growth_interval", lambda *_: Interval(32.4, 33.1))
    assert "Not all of it rounds to the printed +33" in _page(ROOT, [FIRST])


def test_the_doubts_are_those_of_the_project_and_lead_to_its_claims(tmp_path: Path) -> None:
    assert "Open doubts" not in _page(tmp_path, [FIRST])
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "doubts.md").write_text("# Ours\n\n- `cpb-exports-33` and `other`.\n", encoding="utf-8")
    page = _page(tmp_path, [FIRST])
    assert "## Open doubts\n\n- [Exports, volume](claims/cpb-exports-33.md) and `other`.\n" in page
    assert "# Ours" not in page


def test_our_doubts_speak_of_the_verdicts_as_they_are() -> None:
    text = (ROOT / "docs" / "doubts.md").read_text(encoding="utf-8")
    expected = yaml.safe_load((ROOT / "tests" / "notebooks" / "expected.yml").read_text(encoding="utf-8"))
    manifest = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    datasets = {resource["name"] for resource in manifest["resources"]}
    named = set(re.findall(r"`([\w-]+)`", text))
    assert {
        name for name in named if name not in expected and not any(own.startswith(name) for own in datasets)
    } == set()
    assert {expected[claim]["robustness"] for claim in ("coal-8", "crude-quantity-0")} == {"robust"}
    assert expected["resistance-grows"]["verdict"] == "reproduced"
    assert expected["cause-exports-2022-medical"]["verdict"] == "contradicted"
    assert {resource["licence"] for resource in manifest["resources"]} == {"not established"}


def test_objections_lead_to_the_projects_page_if_there_is_one() -> None:
    assert "(https://github.com/a/b/issues)" in _page(ROOT, [], Settings(repository="a/b"))
    assert "github.com" not in _page(ROOT, [])


def test_no_placeholder_is_left() -> None:
    assert re.findall(r"\{\{\w+\}\}", _page(ROOT, [FIRST])) == []
