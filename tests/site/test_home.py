"""The front page: its sentences, its counts, and a row for each claim with the numbers of its verdict."""

import re
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import nbformat
import pytest

from onewaytrade import fmt, scoreboard, starter
from onewaytrade.site import claim_table, home, marks, small_pictures
from onewaytrade.site.content import Content
from onewaytrade.site.settings import Settings

SPACE = fmt.SPACE
# Claim, verdict, robustness, printed, computed: at least one of each group, in the order of the article.
FACTS = (
    ("headline", "partly reproduced", None, None, None),
    ("exports", "reproduced", "alone", 33.0, 33.2),
    ("imports", "not reproduced", "fragile", 0.0, 4.8),
    ("coal", "reproduced", "robust", -7.9, -7.94),
    ("ore", "close", None, -5.2, -5.1),
    ("medicine", "contradicted", None, None, None),
    ("houses", "attested", "robust", -3.0, -3.5),
    ("japan", "not excluded", None, -17.0, None),
    ("asia", "depends on definition", "fragile", 11.0, 15.0),
    ("america", "not reproduced", "alone", 36.0, 32.6),
    ("blame", "cause not testable here", None, None, None),
    ("notice", "cannot be checked with open data", None, None, None),
)
OTHER_NOTEBOOK = {"coal", "ore"}


def _verdict(
    place: int, name: str, word: str, robustness: str | None, printed: float | None, computed: float | None
) -> dict[str, Any]:
    interval = word == "not excluded"
    return {
        "claim": name,
        "label": f"The {name}",
        "kind": "text" if printed is None else "number",
        "title": f'What the article says of "{name}", by 5 % & more: it\'s here.',
        "paragraph": place,
        "notebook": "02-goods" if name in OTHER_NOTEBOOK else "01-trade",
        "unit": "" if printed is None else "%",
        "printed": printed,
        "printed_text": "in words" if printed is None else fmt.pct(printed),
        "computed": computed,
        "computed_low": -17.0 if interval else None,
        "computed_high": -14.6 if interval else None,
        "computed_text": f"−17.0 to −14.6{SPACE}%"
        if interval
        else ""
        if computed is None
        else fmt.pct(computed, 2),
        "difference": None if printed is None or computed is None else computed - printed,
        "verdict": word,
        "reason": "It is so.",
        "robustness": robustness,
        "share_agreeing": {"robust": 1.0, "fragile": 0.5, "alone": 0.0}.get(robustness or ""),
        "definitions": {"same": 3, "voting": 2},
        "range": None if computed is None else [computed - 3, computed],
        "band_holds_printed": name == "imports",
        "evidence": "" if name == "notice" else "primary",
        "alternatives": [],
        "telling": "",
        "parts": [],
        "variant": None,
    }


@pytest.fixture(scope="module")
def verdicts() -> list[dict[str, Any]]:
    return [_verdict(place, *facts) for place, facts in enumerate(FACTS)]


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("build") / "notebooks"
    folder.mkdir()
    for stem, title in (("01-trade", "Did trade grow?"), ("02-goods", "Which goods?"), ("03-rest", "The rest")):
        cells = [nbformat.v4.new_code_cell("# no title"), nbformat.v4.new_markdown_cell(f"# {title}\n\nText.")]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"{stem}.ipynb")
    return sorted(folder.glob("*.ipynb"))


@pytest.fixture(scope="module")
def page(root: Path, notebooks: list[Path], verdicts: list[dict[str, Any]]) -> str:
    return _page(root, notebooks, verdicts)


def _page(root: Path, notebooks: list[Path], verdicts: list[dict[str, Any]]) -> str:
    made = home.make(Content(root, notebooks[0].parent, notebooks, verdicts, Settings()))
    assert dict(made.files) == {}
    return made.sources["index.md"]


class _Table:
    """What a browser makes of the page's HTML: the rows in their order, the headings, and the counts."""

    def __init__(self, page: str) -> None:
        html = "\n".join(line for line in page.splitlines() if line.startswith("<div"))
        tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
        self.rows = [_cells(row) for row in tree.findall(".//tr[@data-place]")]
        self.headings = [_text(head) for head in tree.findall(".//th[@scope='rowgroup']")]
        counts = tree.findall(".//a[@class='owt-count']")
        self.counts = {count.attrib["data-verdict"]: int(_text(count.find("b"))) for count in counts}
        self.links = [count.attrib["href"] for count in counts]
        styles = [part.attrib["style"] for part in tree.findall(".//div[@class='owt-stack']/span")]
        self.flows = [int(style.removeprefix("flex-grow:")) for style in styles]
        self.ids = [part.attrib["id"] for part in tree.iter() if "id" in part.attrib]


def _cells(row: Element) -> dict[str, Any]:
    pictures = row.findall(".//{http://www.w3.org/2000/svg}svg[@role='img']")
    return {
        "attributes": row.attrib,
        "link": row.find("th/a").attrib["href"],
        "picture": pictures[0].attrib["aria-label"] if pictures else "",
        "th": _text(row.find("th")),
        **{cell.attrib["class"]: _text(cell) for cell in row.findall("td")},
    }


def _text(part: Element) -> str:
    return "".join(part.itertext())


def test_each_claim_stands_once_with_the_numbers_of_its_verdict(page: str, verdicts: list[dict[str, Any]]) -> None:
    rows = {row["link"]: row for row in _Table(page).rows}
    assert len(rows) == len(_Table(page).rows) == len(verdicts)
    for verdict in verdicts:
        row = rows[f"claims/{verdict['claim']}.html"]
        assert row["th"].startswith(f"{verdict['label']} ")
        assert row["owt-at-printed"] == verdict["printed_text"]
        assert row["owt-at-computed"] == (verdict["computed_text"] or "–none")
        assert verdict["verdict"] in row["owt-at-verdict"]
        assert row["owt-at-evidence"] == (verdict["evidence"] or "–none")
        assert row["attributes"]["data-verdict"] == verdict["verdict"]
        assert row["attributes"]["data-topic"] == verdict["notebook"]
        assert bool(row["picture"]) == (verdict["printed"] is not None)


def test_a_row_says_the_claim_in_print_and_how_steady_its_verdict_is(page: str) -> None:
    rows = {row["link"]: row for row in _Table(page).rows}
    exports, headline = rows["claims/exports.html"], rows["claims/headline.html"]
    assert (
        exports["th"]
        == f"The exports paragraph 1What the article says of “exports”, by 5{SPACE}% & more: it’s here."
    )
    assert f"alone: 0 of 2 other definitions give +33.0{SPACE}%" in exports["owt-at-verdict"]
    assert (
        rows["claims/imports.html"]["owt-at-verdict"].strip()
        == f"not reproducedfragile: 1 of 2 other definitions give 0.0{SPACE}%"
    )
    assert " headline" in headline["th"]
    assert headline["owt-at-verdict"].strip() == "partly reproduced"


def test_counts_add_up_and_lead_to_the_first_claim_of_their_verdict(
    page: str, verdicts: list[dict[str, Any]]
) -> None:
    table = _Table(page)
    assert table.counts == Counter(verdict["verdict"] for verdict in verdicts)
    assert list(table.counts) == [word for word in marks.TONES if word in table.counts]
    assert table.flows == list(table.counts.values())
    first: dict[str, str] = {}
    for row in table.rows:
        first.setdefault(row["attributes"]["data-verdict"], row["attributes"].get("id", ""))
    assert [f"#{first[word]}" for word in table.counts] == table.links
    assert len(table.ids) == len(set(table.ids))


def test_without_a_script_what_fails_stands_first_then_the_strongest(page: str) -> None:
    table = _Table(page)
    names = [row["link"].removeprefix("claims/").removesuffix(".html") for row in table.rows]
    assert names == [
        "medicine", "america", "imports", "coal", "exports", "ore", "houses", "headline",
        "asia", "japan", "blame", "notice",
    ]  # fmt: skip
    assert table.headings[0] == "Not what the data give (2)"
    assert sum(int(re.findall(r"\((\d+)\)", heading)[-1]) for heading in table.headings) == len(FACTS)
    assert '<form class="owt-controls" hidden>' in page
    places = {row["link"]: int(row["attributes"]["data-place"]) for row in table.rows}
    assert [places[f"claims/{name}.html"] for name, *_ in FACTS] == list(range(len(FACTS)))


def test_the_distance_is_that_of_single_rates_alone(page: str) -> None:
    far = {row["link"]: row["attributes"]["data-distance"] for row in _Table(page).rows}
    assert float(far["claims/imports.html"]) == pytest.approx(4.8)
    assert float(far["claims/america.html"]) == pytest.approx(3.4)
    assert (far["claims/japan.html"], far["claims/medicine.html"]) == ("", "")


def test_questions_can_be_chosen_where_there_are_claims(page: str) -> None:
    chosen = dict(re.findall(r'<option value="(\d\d-\w+)">([^<]+)</option>', page))
    assert chosen == {"01-trade": "Did trade grow? (10)", "02-goods": "Which goods? (2)"}


def test_the_findings_are_three_sentences_made_from_the_verdicts(verdicts: list[dict[str, Any]]) -> None:
    assert home.findings(verdicts) == [
        "**4 of the 12 claims match the record:** 3 come out when recomputed from published data (though 1 of them "
        "not by "
        "most other fair definitions) and 1 is in a source just as printed, which gives no way to recompute it.",
        f"**3 do not come out:** [The imports](claims/imports.md) (printed 0.0{SPACE}%, computed +4.80{SPACE}%, "
        "though revisions of the data could explain it), [The medicine](claims/medicine.md) (contradicted) and "
        f"[The america](claims/america.md) (printed +36.0{SPACE}%, computed +32.60{SPACE}%).",
        "**The other 5 are no plain yes or no:** 1 holds in part, 1 is left open by the data, 1 turns on a "
        "definition, 1 claims a cause that no such data can test and 1 needs data that are not public or were not "
        "found.",
    ]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ("coal", ["**The one claim matches the record:** 1 comes out", "**None fails:**"]),
        ("coal houses", ["**Both claims match the record:** 1 comes out", "**None fails:**"]),
        (
            "exports",
            [
                "**The one claim matches the record:** 1 comes out when recomputed from published data (though not "
                "by"
            ],
        ),
        ("imports", ["**The one claim does not match the record.**", "**1 does not come out:** [The imports]"]),
        (
            "blame japan",
            [
                "**None of the 2 claims matches the record.**",
                "**None fails:**",
                "**The 2 are no plain yes or no:** 1 is",
            ],
        ),
        (
            "coal blame",
            [
                "**1 of the 2 claims matches the record:**",
                "**None fails:**",
                "**The other one is no plain yes or no:**",
            ],
        ),
    ],
)
def test_the_findings_agree_with_their_number(names: str, told: list[str], verdicts: list[dict[str, Any]]) -> None:
    found = home.findings([verdict for verdict in verdicts if verdict["claim"] in names.split()])
    assert [sentence.startswith(begin) for sentence, begin in zip(found, told, strict=False)] == [True] * len(
        told
    ), found


def test_many_failures_are_named_in_part_and_counted(verdicts: list[dict[str, Any]]) -> None:
    failing = [verdicts[2] | {"claim": f"own-{number}", "label": f"Own {number}"} for number in range(6)]
    sentence = home.findings(failing)[1]
    assert sentence.startswith("**6 do not come out:** [Own 0]")
    assert sentence.endswith("and 2 more.")


def test_a_verdict_on_other_parameters_is_counted_apart(verdicts: list[dict[str, Any]]) -> None:
    asked = [*verdicts[:4], verdicts[4] | {"variant": {"end": "2025-04"}}]
    found = home.findings(asked)
    assert found[0].startswith("**2 of the 4 claims match the record:**")
    assert found[-1] == "1 more was asked with other parameters than the article’s."


def test_the_opening_names_the_article_and_its_thesis(page: str) -> None:
    assert page.startswith("---\nhtml_theme.sidebar_secondary.remove: true\n---\n# One-Way Trade\n")
    assert scoreboard.article().removeprefix("The article: ") in page
    assert 'It says, in our words: What the article says of "headline"' in page


def test_without_verdicts_the_page_says_how_to_get_them(root: Path, notebooks: list[Path]) -> None:
    text = _page(root, notebooks, [])
    assert "No claim has been judged yet. `onewaytrade run` judges those of the register" in text
    assert "<table" not in text
    assert "## Where to go from here" in text


def test_a_single_claim_has_a_row_but_nothing_to_sort(
    root: Path, notebooks: list[Path], verdicts: list[dict[str, Any]]
) -> None:
    text = _page(root, notebooks, verdicts[1:2])
    assert len(_Table(text).rows) == 1
    assert "<form" not in text
    assert "scale of its own" not in text


def test_a_project_about_another_article_has_its_own_opening(
    tmp_path: Path, notebooks: list[Path], verdicts: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    starter.lay_out(tmp_path)
    monkeypatch.setenv("ONEWAYTRADE_PROJECT", str(tmp_path))
    text = _page(tmp_path, notebooks, verdicts)
    assert "\n# My article\n" in text
    assert "One-Way Trade" not in text
    assert "The article." not in text
    assert "In our words" not in text
    assert len(_Table(text).rows) == len(verdicts)


def test_the_markup_is_one_block_and_light(page: str) -> None:
    """MyST ends raw HTML at an empty line; and a front page of fifty such claims must stay under 150 kB."""
    html = next(line for line in page.splitlines() if line.startswith('<div class="owt-board"'))
    assert html.endswith("</div>")
    assert html.count("<tr") == html.count("</tr>") == len(FACTS) + len(_Table(page).headings) + 1
    assert len(html.encode()) / len(FACTS) * 55 < 150_000


def test_labels_and_texts_cannot_break_out_of_the_page(
    root: Path, notebooks: list[Path], verdicts: list[dict[str, Any]]
) -> None:
    sharp = verdicts[1] | {"label": "<b>bold</b>", "title": "<script>", "printed_text": '"<i>'}
    text = _page(root, notebooks, [sharp])
    html = text[text.index('<div class="owt-board"') :]
    assert "[\\<b\\>" in _page(root, notebooks, [verdicts[2] | {"label": "<b>"}])
    assert "<b>bold" not in html
    assert "<script>" not in html
    assert "<i>" not in html


def test_the_pictures_of_the_page_are_those_of_the_claim_pages(page: str, verdicts: list[dict[str, Any]]) -> None:
    scales = small_pictures.scales(verdicts)
    for verdict in verdicts:
        if verdict["claim"] in scales:
            assert small_pictures.draw(verdict, scales[verdict["claim"]]) in page
    assert list(claim_table.groups(verdicts)) == [heading.rpartition(" (")[0] for heading in _Table(page).headings]
