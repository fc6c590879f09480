"""The page of each claim: what a reader finds on it, whatever the verdict, and in a project that has less."""

import csv
import hashlib
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import claim_sites
import pytest
from claim_reviews import check

from onewaytrade import claims, files, fmt
from onewaytrade.site import claim_pages, plainly, text
from onewaytrade.site.content import Pages


def _pages(root: Path, folder: Path, verdicts: list[dict[str, Any]], *more: Any) -> Pages:
    return claim_pages.make(claim_sites.content(root, claim_sites.run(folder, verdicts, *more)))


class _Page(HTMLParser):
    """What the tests look at in a built page: its words, its scripts' texts, and its attributes."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.words, self.data, self.links, self.pictures, self.scripts = "", [], [], [], 0
        self.heading, self.title, self.description = "", "", ""
        self._inside: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.words = self.words.replace(fmt.SPACE, " ")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        kind = named.get("type") or ""
        self._inside.append("ld" if tag == "script" and kind == "application/ld+json" else tag)
        self.links += [named["href"]] if tag == "a" and named.get("href") else []
        self.pictures += [named] if tag == "img" else []
        if tag == "meta" and named.get("name") == "description":
            self.description = str(named["content"])
        if tag in {"meta", "link", "img", "br", "hr", "input", "wbr"}:
            self._inside.pop()

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() not in {tag, "ld" if tag == "script" else tag}:
            pass

    def handle_data(self, text: str) -> None:
        if "ld" in self._inside:
            self.data.append(json.loads(text))
        elif not {"script", "style"} & set(self._inside):
            self.words += text
            self.heading += text if "h1" in self._inside else ""
            self.title += text if "title" in self._inside else ""


@pytest.fixture(scope="module")
def built(small_site: Path) -> Path:
    return small_site


@pytest.mark.parametrize("verdict", claim_sites.of_each_word(), ids=lambda verdict: verdict["verdict"])
def test_each_page_says_what_is_claimed_found_and_why(built: Path, verdict: dict[str, Any]) -> None:
    page = _Page(built / "claims" / f"{verdict['claim']}.html")
    assert page.heading.startswith(verdict["label"])
    for told in (
        verdict["title"],
        verdict["printed_text"],
        verdict["computed_text"],
        verdict["verdict"],
        verdict["reason"],
        plainly.in_one_sentence(verdict),
    ):
        assert told.replace(fmt.SPACE, " ") in page.words, told
    assert page.title.startswith(f"{verdict['label']}: {verdict['verdict']}")
    # A search engine cuts what is too long: what we found, and not the claim that we may contradict, comes first.
    assert page.description.lower().startswith(f"{verdict['verdict']}: ")
    assert f"The claim: “{text.typographic(verdict['title']).rstrip('.')}”." in page.description


def test_each_page_carries_one_valid_review(built: Path) -> None:
    verdicts = [claim_sites.coal(), *claim_sites.of_each_word(), claim_sites.EVIL]
    for verdict in verdicts:
        (found,) = _Page(built / "claims" / f"{verdict['claim']}.html").data
        check(found)
        assert found["claimReviewed"] == verdict["title"]


def test_texts_with_markup_are_shown_as_they_are(built: Path) -> None:
    page = _Page(built / "claims" / "evil.html")
    # As they were written, before they were made typographic.
    plain = page.words.translate(str.maketrans({"“": '"', "”": '"', "’": "'", "–": "--"}))
    for told in (claim_sites.EVIL["title"], claim_sites.EVIL["reason"], claim_sites.EVIL["definition"]):
        assert told in plain
    assert claim_sites.EVIL["label"] in page.heading.translate(str.maketrans("“”", '""'))
    assert "<script>alert" not in (built / "claims" / "evil.html").read_text(encoding="utf-8")


def test_the_picture_is_that_of_the_notebooks_page_with_its_text_and_its_data(built: Path) -> None:
    page = _Page(built / "claims" / "coal-8.html")
    (picture,) = page.pictures
    assert picture["alt"] == claim_sites.ALT
    shown = (built / "claims" / str(picture["src"])).resolve()
    assert shown.read_bytes() == claim_sites.png()
    assert shown.name in (built / "notebooks" / "05-commodities.html").read_text(encoding="utf-8")
    assert "../figures/05-commodities-1.csv" in page.links
    assert "sha256 12345678" in page.words
    assert "charts.specification_curve" in page.words


def test_the_neighbours_in_the_article_are_one_step_away(built: Path) -> None:
    page = _Page(built / "claims" / "claim-3.html")
    assert {"claim-2.html", "claim-4.html", "../notebooks/05-commodities.html#claim-3"} <= set(page.links)


def test_the_list_of_claims_can_be_searched_by_its_words(built: Path) -> None:
    index = (built / "searchindex.js").read_text(encoding="utf-8")
    listed = _Page(built / "claims" / "index.html")
    for verdict in claim_sites.of_each_word():
        assert verdict["label"] in listed.words
        assert f"{verdict['claim']}.html" in listed.links
    assert listed.words.count(claim_sites.coal()["title"]) == 1 + len(claims.REPLICATION)
    assert f'"claims/{claim_sites.coal()["claim"]}"' in index


def test_a_claims_table_is_its_part_of_all_definitions(root: Path, tmp_path: Path) -> None:
    others = [{**row, "claim": "iron-ore-5"} for row in claim_sites.coal_rows()]
    made = _pages(root, tmp_path, [claim_sites.coal()], [*others, *claim_sites.coal_rows()])
    written = made.files["claims/coal-8.csv"]
    assert isinstance(written, bytes)
    whole = list(csv.DictReader(io.StringIO((tmp_path / "definitions.csv").read_text(encoding="utf-8"))))
    assert list(csv.DictReader(io.StringIO(written.decode()))) == [
        row for row in whole if row["claim"] == "coal-8"
    ]
    assert written.decode() == claim_sites.definitions(claim_sites.coal_rows())


def test_the_range_is_over_the_articles_question_as_of_the_article(root: Path, tmp_path: Path) -> None:
    verdict = claim_sites.coal(
        range=[-7.99, -7.9],
        definitions={
            "same": 3,
            "voting": 2,
            "others": 1,
            "updates": 1,
            "excluded": 0,
            "missing": 0,
            "repeated": 0,
        },
    )
    page = _pages(root, tmp_path, [verdict], claim_sites.coal_rows()).sources["claims/coal-8.md"]
    assert re.search(
        r"−7\.99.% to −7\.90.%\. Lowest, −7\.99.%: As first printed\. Highest, −7\.90.%: As corr", page
    )
    assert "3 answer the article’s question, 1 asks another and 1 ends after the article" in page


def test_what_moves_the_answer_is_told_with_how_far(root: Path, tmp_path: Path) -> None:
    moved = {"most_sensitive_to": "Last year’s figure", "moves": 0.014062}
    figure = claim_sites.coal(**moved)
    side = claim_sites.coal(**{**moved, "moves": 0.25}, kind="direction", claim="side")
    pages = _pages(root, tmp_path, [figure, side]).sources
    assert (
        f"last year’s figure (two definitions that differ in nothing else lie 0.014{fmt.SPACE}points apart"
        in (pages["claims/coal-8.md"])
    )
    assert f"the answers differ in 25{fmt.SPACE}% of cases" in pages["claims/side.md"]


def test_evidence_names_file_line_value_and_checksum(root: Path, tmp_path: Path) -> None:
    page = _pages(root, tmp_path, [claim_sites.coal()]).sources["claims/coal-8.md"]
    path = root / "data" / "gacc-commodities" / "2025-06-09.csv"
    assert hashlib.sha256(path.read_bytes()).hexdigest() in page
    assert 'href="../files/gacc-commodities/2025-06-09.csv"' in page
    numbered = list(enumerate(path.read_text(encoding="utf-8").splitlines(), start=1))
    own = [
        (number, line)
        for number, line in numbered
        if line.startswith("Coal and lignite,") and ",2025-01..2025-05," in line and "quantity" in line
    ]
    ((number, line),) = own
    assert f">{number}</td>" in page
    written = next(cell for cell in line.split(",") if re.fullmatch(r"\d+\.\d{5,}", cell))
    assert written in page


def test_a_printed_figure_at_the_edge_of_the_range_is_said_to_be_there() -> None:
    bounded = claim_sites.coal(verdict="not excluded", computed=None, computed_low=-7.9, computed_high=-7.0)
    assert plainly.in_one_sentence(bounded).endswith("the printed −7.9\N{NO-BREAK SPACE}% lies at the end of it.")
    middle = {**bounded, "computed_low": -8.3, "computed_high": -7.5}
    assert plainly.in_one_sentence(middle).endswith("lies within what it allows.")


def test_an_open_bound_is_told_by_those_that_can_decide_it(root: Path, tmp_path: Path) -> None:
    counts = {"same": 6, "voting": 2, "others": 7, "updates": 0, "excluded": 0, "missing": 0, "repeated": 0}
    verdict = claim_sites.coal(
        kind="bound",
        verdict="not excluded",
        computed=None,
        printed_text="over 250 cases",
        robustness=None,
        robustness_reason="Whether the article’s definition agrees is open; 1 of 2 others does. Without: 3.",
        share_agreeing=0.5,
        definitions=counts,
        breaks=["another count (at least 288 cases)"],
    )
    page = _pages(root, tmp_path, [verdict]).sources["claims/coal-8.md"]
    assert "leaves open whether it is over 250 cases; of the 2 others that can tell, 1 says so. Without" in page
    assert "the data neither show nor rule out what is printed" in page, "a bound is not rounded to"
    assert "What was counted: Quantity of coal" in page.partition("##")[0], "a count is quoted with what it counts"
    assert "one change alone would decide it" in page, "there is no answer to overturn"


def test_how_near_a_figure_lies_to_the_next_printed_one_is_told() -> None:
    claim = claims.get("coal-8")
    told = plainly.what_would_change(claim_sites.coal(), claim)[0].sentence
    # −7.95 and −7.85 are the numbers halfway to the next printed ones; from −7.937653 it is 0.012 to the nearer.
    assert told == (
        f"Figures between −7.95{fmt.SPACE}% and −7.85{fmt.SPACE}% round to the printed −7.9{fmt.SPACE}%; the "
        f"computed one lies 0.012{fmt.SPACE}points from the nearer of these ends."
    )


def test_single_changes_are_named_and_the_rest_of_them_counted() -> None:
    verdict = claim_sites.coal(breaks=["measure: value (−28.7 %)"], turns=[f"month: {n}" for n in range(7)])
    told = plainly.what_would_change(verdict, None)
    assert [len(one.items) for one in told] == [1, 6]
    assert told[1].items[-1] == "and 2 more"
    assert "another question" in told[1].sentence


def test_what_cannot_be_checked_says_what_it_would_take() -> None:
    verdict = claims.cannot_check(claims.get("london-framework")).to_dict()
    assert "it would take the joint statement" in plainly.in_one_sentence(verdict)
    told = [one.sentence for one in plainly.what_would_change(verdict, claims.get("london-framework"))]
    assert any("What would settle it: the joint statement" in sentence for sentence in told)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"verdict": "attested"}, "gives the same figure, −7.94 %, but nothing from which it could be recomputed"),
        (
            {"verdict": "not excluded", "computed": None, "computed_text": "−8 to −7 %"},
            "The data give only a range, −8 to −7 %, and the printed −7.9 % lies within",
        ),
        (
            {"verdict": "not reproduced", "reason": "−7.94\N{NO-BREAK SPACE}% is not the printed one. More."},
            "The data give −7.94 %, which is not the printed one.",
        ),
        (
            {
                "verdict": "not reproduced",
                "reason": "−7.94\N{NO-BREAK SPACE}% is not it.",
                "band_holds_printed": True,
            },
            "which is not it; but editions of the data differ so much that the printed figure may have been right",
        ),
        (
            {"kind": "direction", "printed": None, "printed_text": "falling"},
            "The data show a fall, as the article says: −7.94 %",
        ),
        (
            {"kind": "direction", "printed_text": "rising", "verdict": "contradicted"},
            "The data show the opposite of a rise: −7.94 %",
        ),
        (
            {"kind": "bound", "verdict": "not excluded", "computed": None},
            "neither confirms nor rules out “−7.9 %”",
        ),
        ({"variant": "another month"}, "asked something else than the article (another month)"),
    ],
)
def test_a_verdict_is_told_in_one_plain_sentence(changes: dict[str, Any], sentence: str) -> None:
    told = plainly.in_one_sentence(claim_sites.coal(**changes)).replace(fmt.SPACE, " ")
    assert sentence in told
    assert told.endswith(".")


def _part(name: str, *, stands: bool | None) -> dict[str, Any]:
    return {"part": name, "text": f"{name} is so", "stands": stands, "note": ""}


def test_parts_are_counted_and_those_that_fail_are_named() -> None:
    parts = [_part("a", stands=True), _part("b", stands=False), _part("c", stands=None)]
    verdict = claim_sites.coal(kind="text", verdict="partly reproduced", parts=parts)
    assert plainly.in_one_sentence(verdict) == (
        "1 of the 3 parts of the statement stands; “b is so” does not; “c is so” is not known."
    )


def test_a_cause_says_what_figures_show_and_what_they_cannot() -> None:
    parts = [_part("effect", stands=True), _part("premise", stands=None)]
    verdict = claim_sites.coal(kind="cause", verdict="cause not testable here", parts=parts)
    assert plainly.in_one_sentence(verdict) == (
        "The figures bear out that effect is so, do not show whether premise is so, and cannot tell whether the "
        "one led to the other."
    )
    told = " ".join(one.sentence for one in plainly.what_would_change(verdict, None))
    assert "wrong that premise is so, the claim would be contradicted" in told


def test_a_run_with_other_parameters_has_no_review_and_no_verdict(root: Path, tmp_path: Path) -> None:
    page = _pages(root, tmp_path, [claim_sites.coal(variant="month: May 2024")]).sources["claims/coal-8.md"]
    assert "ld+json" not in page
    assert "no verdict on the article" in page
    assert "Coal imports: asked with other choices" in page


def test_without_definitions_article_or_register_a_page_still_tells_the_verdict(tmp_path: Path) -> None:
    made = _pages(tmp_path, tmp_path / "build", [claim_sites.coal()])
    page = made.sources["claims/coal-8.md"]
    assert "−7.94" in page
    assert 'href="../data/gacc-commodities.html"' in page
    assert not made.files
    assert "Red Censor" not in page


def test_earlier_verdicts_stand_below_the_one_of_today(root: Path, tmp_path: Path) -> None:
    kept = {
        "dataset": "gacc-commodities",
        "edition": "2024-06-07",
        "verdicts": [claim_sites.coal(verdict="close")],
    }
    project = tmp_path / "project"
    files.write_text(project / "data" / "verdicts" / "gacc-commodities-2024-06-07.json", json.dumps(kept))
    page = _pages(project, tmp_path / "build", [claim_sites.coal()]).sources["claims/coal-8.md"]
    assert re.search(r"## Earlier verdicts\n\n- On gacc-commodities 2024-06-07: .*close</span>, −7\.94", page)


def test_the_citation_names_version_edition_and_address(root: Path, tmp_path: Path) -> None:
    page = _pages(root, tmp_path, [claim_sites.coal()]).sources["claims/coal-8.md"]
    assert "data: gacc-commodities 2025-06-09" in page
    assert "url = {https://example.org/trade/claims/coal-8.html}" in page
    assert "year = {" in page
