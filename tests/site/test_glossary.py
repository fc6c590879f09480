"""The glossary, and the links that lead to it from the first use of a term on a page."""

import re
from html import unescape
from pathlib import Path

import pytest

from onewaytrade import claims, robustness
from onewaytrade.site import reference, words
from onewaytrade.site.content import Content, Verdict
from onewaytrade.site.settings import Settings

ROOT = Path(__file__).parents[2]
VERDICT = {
    "claim": "cpb-exports-33",
    "label": "Exports, volume",
    "title": "Exports of China by volume.",
    "reason": "It is so.",
    "kind": "number",
    "verdict": "reproduced",
    "robustness": "alone",
    "evidence": "primary",
    "printed_text": "+33 %",
    "computed_text": "+33.2 %",
    "alternatives": [
        {"id": "value", "computed_text": "+14.4 %"},
        {"id": "twelve-months", "computed_text": "+18.6 %"},
    ],
    "variant": None,
    "paragraph": 3,
    "notebook": "01-export-surge",
}


def _content(root: Path, verdicts: list[Verdict], stems: tuple[str, ...] = ()) -> Content:
    return Content(root, root / "notebooks", [root / f"{stem}.ipynb" for stem in stems], verdicts, Settings())


@pytest.fixture(scope="module")
def built(small_site: Path) -> Path:
    return small_site


def _links(page: Path) -> list[tuple[str, str]]:
    """Return words and address of each link to the glossary that the transform made."""
    html = page.read_text(encoding="utf-8")
    found = re.findall(r"<a ([^>]*\bowt-term\b[^>]*)>([^<]*)</a>", html)
    return [(" ".join(text.split()), re.search(r'href="([^"]*)"', inside)[1]) for inside, text in found]  # type: ignore[index]


def test_the_first_use_of_a_term_in_running_text_leads_to_its_entry(built: Path) -> None:
    assert _links(built / "notebooks" / "01-export-surge.html") == [
        ("Unit values", "../glossary.html#unit-value"),
        ("seasonally adjusted", "../glossary.html#seasonal-adjustment"),
        ("Volume", "../glossary.html#volume"),
        ("year-to-date", "../glossary.html#year-to-date"),
        ("Trade remedies", "../glossary.html#trade-remedy"),
        ("base effect", "../glossary.html#base-effect"),
        ("FOB", "../glossary.html#cif-and-fob"),
    ]


def test_a_link_carries_the_short_definition(built: Path) -> None:
    page = unescape((built / "notebooks" / "01-export-surge.html").read_text(encoding="utf-8"))
    short = next(entry.short for entry in words.entries() if entry.term == "Unit value")
    assert re.search(rf'<a class="[^"]*owt-term[^"]*"[^>]* title="{re.escape(short)}"', page)


def test_an_entry_does_not_lead_to_itself_and_every_link_has_a_place(built: Path) -> None:
    html = (built / "glossary.html").read_text(encoding="utf-8")
    places = set(re.findall(r'\bid="([^"]+)"', html))
    assert {entry.slug for entry in words.entries()} <= places
    sections = re.findall(r'<section id="([^"]+)">(.*?)</section>', html, re.DOTALL)
    assert len(sections) == len(words.entries())
    for slug, inside in sections:
        assert not re.search(rf'owt-term[^>]*href="#{slug}"', inside), slug


def test_money_stays_text_and_a_formula_becomes_mathml(built: Path) -> None:
    html = (built / "notebooks" / "01-export-surge.html").read_text(encoding="utf-8")
    assert "It cost $3 and then $4, from US$5 to US$6, or $7-$8." in html
    assert '<math alttext="x_1 / x_0"' in html
    assert html.count("<math ") == 2
    assert not re.search(r"<script[^>]*mathjax", html, re.IGNORECASE)


def test_a_reader_finds_terms_by_search(built: Path) -> None:
    index = (built / "searchindex.js").read_text(encoding="utf-8")
    assert '"Front-loading"' in index
    assert '"Year to date"' in index


def test_every_word_of_a_verdict_and_every_grade_has_an_entry() -> None:
    explained = {entry.word for entry in words.entries()}
    assert {*claims.REPLICATION, *claims.GRADES, *robustness.ROBUSTNESS} <= explained


def test_every_reference_of_an_entry_exists() -> None:
    terms = {entry.term for entry in words.entries()}
    stems = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    known = claims.register(ROOT / "data" / "claims.yml")
    for entry in words.entries():
        assert set(entry.see) <= terms - {entry.term}, entry.term
        assert set(entry.notebooks) <= stems, entry.term
        for claim, key in re.findall(r"\{([\w-]+)\.([\w.-]+)\}", entry.example):
            name, _, reading = key.partition(".")
            assert not reading or reading in {own.id for own in known[claim].alternatives}, entry.term
            assert name in {"alternatives", "computed_text", "printed_text"}, entry.term


def test_a_form_belongs_to_one_term_and_a_definition_fits_beside_a_link() -> None:
    forms = [form.lower() for entry in words.entries() for form in entry.forms]
    assert sorted(set(forms)) == sorted(forms)
    assert [
        entry.term for entry in words.entries() if len(entry.short) > 125 or not entry.short.endswith(".")
    ] == []


def test_examples_take_their_figures_from_the_verdicts(tmp_path: Path) -> None:
    page = reference.make(_content(tmp_path, [VERDICT], ("01-export-surge",))).sources["glossary.md"]
    assert "+33.2 % by volume, +14.4 % in dollars. See [Exports, volume](claims/cpb-exports-33.md)." in page
    assert "It stands beside 1 of 1 claim, namely [Exports, volume]" in page
    assert "“[](notebooks/01-export-surge.ipynb)”" in page
    assert "05-commodities" not in page


@pytest.mark.parametrize(
    "verdicts", [[], [VERDICT | {"claim": "another"}], [VERDICT | {"variant": "end: 2024-12"}]]
)
def test_a_project_without_the_claim_has_no_example_of_it(tmp_path: Path, verdicts: list[Verdict]) -> None:
    page = reference.make(_content(tmp_path, verdicts)).sources["glossary.md"]
    assert "owt-example" not in page
    assert "## Year to date" in page
    assert "{cpb" not in page
