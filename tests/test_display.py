"""What a notebook's outputs say in HTML, in plain text and to the runner."""

import csv
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from onewaytrade import definitions, display, fmt
from onewaytrade.charts import dots

ROOT = Path(__file__).parents[1]
VERDICT = {
    "claim": "imports-0",
    "title": "China’s imports have not grown <at all>.",
    "printed": 0.0,
    "printed_text": "0 %",
    "computed": 4.8,
    "computed_low": None,
    "computed_high": None,
    "computed_text": "+4.8 %",
    "unit": "%",
    "difference": 4.8,
    "tolerance": 1.0,
    "tolerance_reason": "one unit of the printed precision",
    "verdict": "not reproduced",
    "reason": "The computed value is +4.8 %.",
    "robustness": "fragile",
    "robustness_reason": "2 of 5 agree.",
    "alternatives": [
        {"label": "quarters", "asks": "same", "computed": -0.1, "computed_text": "−0.1 %"},
        {"label": "world", "asks": "other", "computed": None, "computed_text": "+1 to +2 %"},
    ],
    "parts": [
        {"part": "falling", "stands": False, "note": "it rose"},
        {"part": "since 2022", "stands": None, "note": ""},
    ],
    "band": [2.3, 7.9],
    "band_reason": "editions on either side",
    "definition": "Volume, December 2022 to March 2025.",
    "edition": "cpb 2026-01",
    "evidence": "primary",
    "variant": None,
}


@dataclass(frozen=True)
class Judged:
    content: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        return self.content


@dataclass(frozen=True)
class Source:
    """As `datasets.Provenance`."""

    dataset: str = "cpb"
    edition: str = "2026-01"
    title: str = "World Trade Monitor"
    publisher: str = "CPB"
    released: str = "2026-03-20"
    where: str = "cpb.nl"
    licence: str = "not established"
    grade: str = "primary"
    dated: str = "published"
    path: str = "data/cpb/2026-01.csv"
    sha256: str = "1a2b3c4d" + 56 * "0"
    caveats: tuple[str, ...] = ("The last month is provisional.",)


class Reader(HTMLParser):
    """Collects tags, cells with their attributes, and checks that what opens is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[tuple[str, str]] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and data.strip():
            self.words.append((self.open[-1], data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[dict[str, Any], dict[str, Any]]]]:
    """The outputs of a cell, each as its bundle and metadata."""
    outputs: list[tuple[dict[str, Any], dict[str, Any]]] = []
    monkeypatch.setattr(
        display, "display", lambda bundle, *, raw, metadata: outputs.append((bundle, metadata)) if raw else None
    )
    yield outputs
    assert outputs, "nothing was shown"


TABLE = pd.DataFrame(
    {
        "Line": ["iron ore", "crude <oil>"],
        "Quantity, %": [-5.18, None],
        "Rate": ["+33.2\N{NO-BREAK SPACE}%", "−0.5\N{NO-BREAK SPACE}%"],
        "Rows": [1200, 7],
        "Grade": ["primary", "press"],
    }
)


def test_a_sentence_is_markdown_and_reads_as_text(shown: list[Any]):
    display.say("Exports grew by **+33.2 %**.")
    assert shown == [
        ({"text/markdown": "Exports grew by **+33.2 %**.", "text/plain": "Exports grew by **+33.2 %**."}, {})
    ]


def test_a_table_has_caption_scopes_and_figures_to_the_right(shown: list[Any]):
    display.table(TABLE, "What fell", formats={"Quantity, %": 2}, notes="In yuan.")
    html = Reader(shown[0][0]["text/html"])
    assert ("caption", "What fell") in html.words
    assert [cell["scope"] for cell in html.all("th")] == ["col"] * 5 + ["row"] * 2
    assert [cell["align"] for cell in html.all("td")] == ["right", "right", "right", "left"] * 2
    assert [text for tag, text in html.words if tag == "td"] == [
        "−5.18", "+33.2\xa0%", "1,200", "primary", "−0.5\xa0%", "7", "press",
    ]  # fmt: skip
    assert not html.all("style")
    assert not any("class" in attributes or "background" in str(attributes) for _, attributes in html.tags)


def test_a_missing_figure_is_said_aloud_and_explained(shown: list[Any]):
    display.table(TABLE, "What fell")
    html = Reader(shown[0][0]["text/html"])
    assert {"role": "img", "aria-label": "no figure"} in html.all("span")
    assert "– means that no figure is at hand." in shown[0][0]["text/plain"]
    display.table(TABLE[["Line", "Rows"]], "Complete")
    assert "no figure" not in shown[1][0]["text/html"]


def test_a_table_as_text_is_aligned(shown: list[Any]):
    display.table(TABLE, "What fell", formats={"Rows": lambda value: f"{value} rows"}, notes=["One.", "Two."])
    lines = shown[0][0]["text/plain"].split("\n")
    assert lines[0] == "What fell"
    assert lines[-3:] == ["One.", "Two.", "– means that no figure is at hand."]
    assert lines[2].index("Grade") == lines[4].index("primary") == lines[5].index("press")
    assert lines[4].index("−5.2") + 4 == lines[2].index("Quantity, %") + len("Quantity, %")
    assert "1200 rows" in lines[4]


def test_the_index_may_name_the_rows_and_a_wrong_format_is_refused(shown: list[Any]):
    display.table(TABLE.set_index("Line")[["Rows"]], "By index", index=True)
    assert [text for tag, text in Reader(shown[0][0]["text/html"]).words if tag == "th"] == [
        "Line", "Rows", "iron ore", "crude <oil>",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="Formats name Rws, which is no column"):
        display.table(TABLE, "Wrong", formats={"Rws": 1})


def test_a_chart_travels_with_its_alt_text_and_table(shown: list[Any]):
    table = pd.DataFrame({"label": ["a", "b"], "value": [1 / 3, -2.0]})
    picture = dots(table, title="A finding", subtitle="Per cent", unit="%", source="CPB, sha256 1a2b3c4d")
    display.chart(picture)
    ((bundle, metadata),) = shown
    assert bundle["image/png"] == picture.png()
    assert metadata["image/png"] == {"alt": picture.alt, "width": 720}
    told = metadata["onewaytrade"]
    foot = told.pop("foot")
    assert told == {"claim": None, "drawn_by": "charts.dots", "source": picture.source}
    with Image.open(io.BytesIO(picture.png())) as image:
        inked = np.flatnonzero((np.asarray(image.convert("L")) < 250).any(axis=1)) * 720 / image.width
        cut = image.height * 720 / image.width - foot
    below = inked[inked > cut]
    assert below.max() - below.min() < 18, "one line of type, and nothing else"
    assert np.abs(inked - cut).min() > 3, "it is cut between what is drawn and what is written"
    assert bundle["text/csv"] == "label,value\na,0.3333333333\nb,-2\n"
    assert bundle["text/plain"] == f"{picture.alt}\nSource: CPB, sha256 1a2b3c4d"


def test_a_chart_that_nobody_keeps_is_not_painted(shown: list[Any], monkeypatch: pytest.MonkeyPatch):
    table = pd.DataFrame({"label": ["a"], "value": [1.0]})
    picture = dots(table, title="A finding", subtitle="Per cent", unit="%", source="CPB")
    display.chart(picture)
    monkeypatch.setenv(display.PICTURES, "0")
    monkeypatch.setattr(type(picture), "png", lambda _: pytest.fail("painted"))
    display.chart(picture)
    (painted, metadata), (unpainted, same) = shown
    assert unpainted == {kind: content for kind, content in painted.items() if kind != "image/png"}
    assert same == metadata


def test_a_verdict_is_one_output_for_reader_and_runner(shown: list[Any]):
    display.verdict(Judged(VERDICT))
    ((bundle, _),) = shown
    assert bundle[display.VERDICT_MIME] == VERDICT
    html = Reader(bundle["text/html"])
    words = " ".join(text for _, text in html.words)
    for said in ("Not reproduced, fragile.", "<at all>", "The computed value is +4.8 %.", "primary", "cpb 2026-01",
                 "+4.8\xa0points", "within 1\xa0point", "+2.3 to +7.9\xa0%", "does not stand: it rose", "unknown",
                 "fragile: 2 of 5 agree."):  # fmt: skip
        assert said in words
        if said not in ("Not reproduced, fragile.", "fragile: 2 of 5 agree."):
            assert said in bundle["text/plain"]
    assert bundle["text/plain"].startswith("✕ Not reproduced, fragile. China’s imports")
    assert "\n" not in bundle["text/plain"]
    assert [cell["scope"] for cell in html.all("th")] == ["row"] * len(html.all("th"))


def test_the_shape_of_a_verdict_is_not_read_aloud(shown: list[Any]):
    for word, mark in fmt.MARKS.items():
        display.verdict(Judged(VERDICT | {"verdict": word}))
        html = Reader(shown[-1][0]["text/html"])
        assert html.all("span")[0]["aria-hidden"] == "true"
        assert ("span", mark.glyph) in html.words


def test_a_run_that_asks_something_else_gives_no_verdict_on_the_article(shown: list[Any]):
    display.verdict(Judged(VERDICT | {"variant": "Run with region Japan.", "places": ["data/cpb: row mgz_cn"]}))
    html, text = Reader(shown[0][0]["text/html"]), shown[0][0]["text/plain"]
    assert text.startswith(
        "↷ No verdict on the article. Run with region Japan. By the rule of the article’s claim"
    )
    assert ("span", "↷") in html.words
    assert ("strong", " No verdict on the article.") in html.words
    assert f"this would be: not reproduced, fragile. {VERDICT['reason']}" in text
    assert f"The claim as the article has it: {VERDICT['title'].rstrip('.')}." in text
    # The rows listed in the register are those of the article's own definition.
    assert "Evidence for the article’s own definition: data/cpb: row mgz_cn." in text


def test_what_a_verdict_does_not_have_is_left_out(shown: list[Any]):
    bare = {"claim": "a-text", "verdict": "attested", "printed": None, "computed": None, "robustness": None}
    display.verdict(Judged(bare))
    assert shown[0][0]["text/plain"] == "■ Attested. a-text."
    assert "None" not in shown[0][0]["text/html"]


def test_the_evidence_of_a_verdict_says_where_its_numbers_lead(shown: list[Any]):
    display.verdict(
        Judged(VERDICT | {"places": ["data/draeger: sales (S218) (primary)", "a range (S002 to S004)"]})
    )
    html, text = (shown[0][0][mime] for mime in ("text/html", "text/plain"))
    assert "data/draeger: sales (S218) (primary); a range (S002 to S004)" in text
    with (ROOT / "data" / "sources" / "2026-11-23.csv").open(encoding="utf-8") as file:
        known = {row["source_id"]: row for row in csv.DictReader(file)}
    for key in ("S002", "S003", "S004", "S218"):
        assert f"{key}: {known[key]['publisher']}" in text
        assert f"<li>{key}: " in html
    assert "S001" not in text
    address = known["S218"]["where"]
    assert f'<a href="{address}">{address}</a>' in html, "an address can be followed"
    assert '<div id="imports-0"' in html, "a link can lead to the card"


def test_a_verdict_without_numbered_sources_lists_none(shown: list[Any]):
    display.verdict(Judged(VERDICT | {"places": ["data/cpb: SASAC, row 1 (primary)"]}))
    assert "sources named here" not in shown[0][0]["text/html"]


def test_other_definitions_stand_beside_the_articles_own(shown: list[Any]):
    display.alternatives(Judged(VERDICT))
    text = shown[0][0]["text/plain"]
    assert "quarters" in text
    assert "−0.1 %" in text
    assert "another question" in text
    assert "The article prints 0 %; its own definition gives +4.8 %." in text


def test_claims_that_are_read_in_the_same_ways_stand_side_by_side(shown: list[Any]):
    reading = {"label": "quarters", "asks": "same", "computed": 24.2, "computed_text": "+24.2 %"}
    own = {"label": "years", "asks": "other", "computed": 18.6, "computed_text": "+18.6 %"}
    exports = VERDICT | {
        "claim": "exports-33",
        "label": "Exports",
        "printed_text": "+33 %",
        "alternatives": [reading, own],
    }
    display.alternatives(Judged(VERDICT), Judged(exports))
    lines = shown[0][0]["text/plain"].splitlines()
    assert lines[0] == "“imports-0” and “Exports” by other definitions"
    cells = {line.split("  ")[0]: line.split() for line in lines}
    assert cells["quarters"][1:5] == ["−0.1", "%", "+24.2", "%"]
    assert cells["world"][1:6] == ["+1", "to", "+2", "%", "–"]
    assert cells["years"][1:4] == ["–", "+18.6", "%"]
    assert "“Exports”: The article prints +33 %; its own definition gives +4.8 %." in lines


def test_other_definitions_that_are_bounds_alone_have_no_distance(shown: list[Any]):
    bounds = [reading | {"computed": None} for reading in VERDICT["alternatives"]]
    display.alternatives(Judged(VERDICT | {"alternatives": bounds}))
    assert "quarters" in shown[0][0]["text/plain"]
    assert "Less the article" not in shown[0][0]["text/plain"]


def test_the_definitions_of_a_bundle_are_told_by_its_parts_and_the_reasons_are_folded(shown: list[Any]):
    found = definitions.grid("headline-surge-stagnation")
    display.definitions(found, {"imports": "Japan’s imports stood still"})
    html, text = (shown[0][0][mime] for mime in ("text/html", "text/plain"))
    assert "Japan’s imports stood still: the article’s definition" in text
    assert "Exports have surged" in text, "the register's text, where no other is given"
    table, folded = html.split("<details><summary>Why each of them is left out</summary>")
    reason = "A partner counts once, whichever of the cases it opened."
    assert reason in folded
    assert reason in text
    assert reason not in table
    assert "combinations that make no sense" in table


def test_the_definitions_of_a_run_ask_what_the_run_asks(shown: list[Any]):
    display.definitions(definitions.grid("draeger-50"))
    run = definitions.grid("cpb-exports-33", start="2023-06")
    display.definitions(run)
    article, varied = (bundle["text/plain"] for bundle, _ in shown)
    assert "  the same  " in article
    assert "  the same  " not in varied
    assert "this run’s question" in varied


@pytest.mark.parametrize(
    ("within", "among", "says"),
    [
        (
            "Edition",
            "Measure",
            "Within its question the answer moves most with edition; by asking another, with measure.",
        ),
        ("Edition", None, "Within its question the answer moves most with edition."),
        (None, "Measure", "By asking another question the answer moves most with measure."),
    ],
)
def test_a_card_says_what_moves_the_answer_within_its_question_and_beyond(
    shown: list[Any], within: str | None, among: str | None, says: str
):
    counts = {"same": 3, "others": 9}
    moved = {"definitions": counts, "most_sensitive_to": within, "most_sensitive_question": among}
    display.verdict(Judged(VERDICT | moved))
    assert f"3 of the article’s question, 9 of others. {says}" in shown[0][0]["text/plain"]
    display.verdict(Judged(VERDICT | moved | {"variant": "Run with end 2025-12."}))
    assert "3 of this run’s question, 9 of others." in shown[1][0]["text/plain"]


def test_provenance_names_file_checksum_and_caveats_once_for_each_dataset(shown: list[Any]):
    frames = [pd.DataFrame(), pd.DataFrame()]
    for frame in frames:
        frame.attrs["provenance"] = Source()
    display.provenance(*frames)
    text = shown[0][0]["text/plain"]
    for said in ("World Trade Monitor (CPB)", "2026-01", "2026-03-20", "data/cpb/2026-01.csv", "1a2b3c4d",
                 "primary", "licence not established", "The last month is provisional."):  # fmt: skip
        assert said in text
    assert "1a2b3c4d0" not in text
    assert text.count("World Trade Monitor (CPB)") == 1
    html = shown[0][0]["text/html"]
    table, folded = html.split("<details><summary>")
    assert "data/cpb/2026-01.csv, 1a2b3c4d" in table.replace("<wbr>", "")
    assert "The last month is provisional." not in table
    assert "The last month is provisional." in folded
    assert folded.rstrip().endswith("</details>")


def test_a_long_address_may_break_and_a_figure_may_not(shown: list[Any]):
    address = "https://example.org/a/long/address/of/a/page.html"
    display.table(pd.DataFrame({"Source": ["One"], "Where": [address], "Rate": ["+4.8 %"]}), "Sources")
    html, text = shown[0][0]["text/html"], shown[0][0]["text/plain"]
    assert address in text
    assert "<wbr>" not in text
    assert re.search(r"overflow-wrap: anywhere[^>]*>https:/<wbr>/<wbr>example.org/<wbr>", html)
    assert re.search(r"white-space: nowrap[^>]*>\+4.8 %<", html)


def test_the_claims_of_a_notebook_are_told_with_what_was_printed(shown: list[Any]):
    display.claims("cpb-exports-33", "cpb-imports-0")
    text = shown[0][0]["text/plain"]
    assert "+33\xa0%" in text
    assert "0\xa0%" in text
    assert "Paragraph" in text


def test_display_itself_draws_nothing():
    """Notebooks without charts do not wait for matplotlib."""
    code = "import sys, onewaytrade.display; print('matplotlib.figure' in sys.modules, 'seaborn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
