"""Execute notebooks with other parameters: their pages must read as if written for them."""

import functools
import os
import re

import nbformat
import pytest

from notebooks.executing import ROOT, command_here, text_of
from onewaytrade import claims
from onewaytrade.runner import collection, notebooks
from onewaytrade.runner.verdicts import FILE, Verdict, collect
from onewaytrade.runner.verdicts import read as read_verdicts
from onewaytrade.runner.verdicts import write as write_verdicts

# Each as far from the article's own values as the data allow; the pages must read as if written for them.
VARIANTS = [
    (
        "01-export-surge",
        {"economy": "Japan", "end": "2025-12"},
        ["This run asks the article’s question of Japan", "December 2025", "No verdict on the article"],
    ),
    (
        "01-export-surge",
        {"edition": "2022-04", "start": "2000-01", "end": "2000-03"},
        ["January 2000 to March 2000", "edition 2022-04"],
    ),
    ("04-partner-imports", {"currency": "own", "window": 1}, ["yen", "euro"]),
    ("05-commodities", {"release": "latest"}, ["January to July 2026"]),
    (
        "02-customs-growth",
        {"currency": "USD", "basket": "Four energy and ore lines"},
        [
            "judged in dollars",
            "Four energy and ore lines: unit values",
            "as customs published it later, in dollars",
        ],
    ),
    (
        "03-import-comparison",
        {"edition": "2022-04", "economy": "Euro Area", "start": "2000-01", "end": "2022-04"},
        ["Imports of the Euro Area", "in 1 of 1 window,", "It is the only one of its length in the edition"],
    ),
    (
        "06-property-and-suppliers",
        {"commodity": "Natural gas", "base": "2016", "window": "2026-01..2026-06", "partner": "Vietnam"},
        ["natural gas", "(from 2023)", "January to June 2026", "Vietnam", "Even the sign hangs on it"],
    ),
    (
        "07-consumption-and-luxury",
        {"start": "2021-06", "end": "2023-03", "base": "2022", "year": "2021"},
        ["growth is not below that of 2022 either", "no sign of weak sales in that year"],
    ),
    (
        "08-trade-remedies",
        {"count": "research", "since": "2024"},
        ["at least 198", "has a single figure from 2024"],
    ),
    ("09-procurement", {"year": "2021"}, ["For 2021 the report gives more than 45", "Of 2021 no share was found"]),
    (
        "10-localisation",
        {"currency": "USD", "release": "latest"},
        ["billion dollars", "January to July 2026", "later than the article"],
    ),
    (
        "11-one-way-trade",
        {"start": "2020", "end": "2021"},
        [
            "2020 to 2021",
            "so yuan are left out",
            "say more one-sided, 1 does not",
            "they are no explanation over these years",
        ],
    ),
    (
        "12-since-then",
        {"until": "2025-03"},
        ["Nothing at hand up to March 2025 goes beyond", "nothing is carried"],
    ),
    ("00-scoreboard", {"order": "verdict"}, ["in the order of the verdict"]),
]
# More of the same, for whoever changes a notebook or its methods: make variants runs them all.
MORE = [
    (
        "01-export-surge",
        {"economy": "World", "edition": "2024-01", "start": "2019-12", "end": "2023-12"},
        ["World", "December 2019 to December 2023", "edition 2024-01"],
    ),
    ("01-export-surge", {"edition": "latest", "end": "2026-01"}, ["January 2026"]),
    (
        "03-import-comparison",
        {"economy": "Japan", "end": "2025-12"},
        [
            "the volume of Japan’s imports",
            "December 2025",
            "Japan’s imports grew less than those of the United States",
        ],
    ),
    ("04-partner-imports", {"currency": "CNY"}, ["in yuan"]),
    ("05-commodities", {"release": "2023-11-07"}, ["January to October 2023"]),
    (
        "06-property-and-suppliers",
        {"commodity": "Coal and lignite", "base": "2019", "window": "2025-04..2025-06"},
        ["coal and lignite", "From 2019 to 2024", "April to June 2025", "Neither fell"],
    ),
    (
        "07-consumption-and-luxury",
        {"end": "2026-07", "base": "2021", "year": "2025"},
        [
            "In July 2026 retail sales rose by",
            "The level of July 2026 is not at hand",
            "In 2025 Porsche did worse in China",
        ],
    ),
    ("08-trade-remedies", {"count": "half-years", "since": "2021"}, ["more than 250, with", "at least 304"]),
    ("09-procurement", {"about": 2}, ["49–51", "96 to 104"]),
    ("10-localisation", {"release": "2023-11-07"}, ["January to October 2023", "earlier than the article"]),
    (
        "11-one-way-trade",
        {"currency": "CNY", "start": "2023", "end": "2025"},
        ["In 2023 China exported", "fen for each yuan", "2023 to 2025"],
    ),
    (
        "12-since-then",
        {"until": "2025-12"},
        ["carried forward to December 2025", "By December 2025: exports", "The year 2025 ended as the largest"],
    ),
]
if os.environ.get("ONEWAYTRADE_EVERY_VARIANT"):
    VARIANTS += MORE


# Where a page about another economy may speak of China: in a region's name, in what the article says, in the name
# of a source, and in the row of a table or picture that is China's own.
OF_CHINA = [
    r"excl(uding|\.) China",
    r"(The article(?!’s)|it says,)[^.]*China[^.]*[.]",
    r"The article [^.]*speaks of China",
    r"economy: str = \"China\"",
    r"region [\w /]+ instead of China",
    r"Chinese customs counts China’s values alone",
    r"those of China are at hand|The OECD's series for China would be no check",
    r"GACC, China's total exports and imports",
    r"Regions, China [−+\d.]+",
]


@functools.cache
def committed() -> list[Verdict]:
    """Return the verdicts in the outputs of the notebooks as they are committed."""
    return [verdict for path in notebooks.collection(ROOT) for verdict in collect(path.stem, notebooks.read(path))]


def told_of_china(notebook) -> list[str]:
    """Return the lines of a page on another economy that speak of China where they should not."""
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    page = f"{prose}\n{text_of(notebook)}".replace("\n", " ¶ ")
    for claim in claims.register().values():
        page = page.replace(claim.paraphrase, "")
    for phrase in OF_CHINA:
        page = re.sub(phrase, "", page)
    return [line for line in page.split("¶") if re.search(r"Chin(a|ese)", line)]


@pytest.mark.parametrize(("stem", "values", "spoken"), VARIANTS, ids=[f"{v[0]}-{v[1]}" for v in VARIANTS])
def test_other_parameters_give_a_page_that_speaks_of_them(tmp_path, monkeypatch, stem, values, spoken):
    options = [part for name, value in values.items() for part in ("-p", f"{name}={value}")]
    if stem == collection.LAST:
        # As in a run of all; what it shows where there was none is what test_execution judges afresh.
        write_verdicts(tmp_path / FILE, committed())
    assert command_here(monkeypatch, "run", stem, *options, "--out", str(tmp_path)) == 0
    notebook = nbformat.read(tmp_path / "notebooks" / f"{stem}.ipynb", as_version=4)
    page = text_of(notebook)
    for words in spoken:
        assert words in page
    if values.get("economy", "China") != "China":
        assert not told_of_china(notebook)
    # What the parameters do not touch is judged as the article's own; all else says how it departs. That the
    # committed ones are what the register judges is what test_execution shows.
    own = {verdict["claim"]: verdict for verdict in committed()}
    for verdict in [verdict for verdict in read_verdicts(tmp_path / FILE) if verdict["notebook"] == stem]:
        assert verdict["variant"] or verdict == own[verdict["claim"]], verdict["claim"]


@pytest.mark.parametrize(
    ("stem", "values", "sentence"),
    [
        ("01-export-surge", {"economy": "Chian"}, "the nearest is 'China'"),
        ("01-export-surge", {"end": "2027-01"}, "which holds 2000-01 to 2026-01"),
        ("01-export-surge", {"end": "May 2025"}, "write YYYY-MM"),
        ("01-export-surge", {"start": "2025-03"}, "must come before end="),
        ("01-export-surge", {"edition": "2025-03"}, "2025-03"),
        ("04-partner-imports", {"currency": "EUR"}, "currency="),
        ("04-partner-imports", {"window": 7}, "window="),
        ("05-commodities", {"release": "2025-06-10"}, "2025-06-09"),
        ("05-commodities", {"months": 4}, "2025-05-09"),
        ("02-customs-growth", {"currency": "EUR"}, "currency='EUR' is not one of 'CNY', 'USD'; the nearest is"),
        ("02-customs-growth", {"basket": "Energy"}, "the nearest is 'Energy and metals'"),
        ("03-import-comparison", {"economy": "United States"}, "one of the two that the others are set beside"),
        ("03-import-comparison", {"economy": "World"}, "economy='World' is a sum of several; the nearest is"),
        ("03-import-comparison", {"end": "2026-02"}, "which holds 2000-01 to 2026-01; the nearest is '2026-01'"),
        ("06-property-and-suppliers", {"base": "2014"}, "the nearest is '2015'"),
        ("06-property-and-suppliers", {"window": "2025-01..2025-04"}, "window='2025-01..2025-04' is not one of"),
        ("06-property-and-suppliers", {"commodity": "Iron"}, "the nearest is 'Iron ore'"),
        ("06-property-and-suppliers", {"partner": "Austria"}, "the nearest is 'Australia'"),
        ("07-consumption-and-luxury", {"end": "2025-02"}, "the nearest is '2025-03'"),
        ("07-consumption-and-luxury", {"base": "2025"}, "the nearest is '2024'"),
        ("07-consumption-and-luxury", {"year": "2019"}, "the nearest is '2021'"),
        ("08-trade-remedies", {"count": "all case"}, "the nearest is 'all cases'"),
        ("08-trade-remedies", {"since": "2020"}, "is no year of the count 'all cases'"),
        ("09-procurement", {"year": "2020"}, "the nearest is '2021'"),
        ("09-procurement", {"about": 7}, "about=7 is none of 2, 5, 10"),
        ("10-localisation", {"currency": "EUR"}, "currency='EUR' is not one of 'CNY', 'USD'"),
        ("10-localisation", {"release": "2025-06-10"}, "the nearest is 2025-06-09"),
        ("11-one-way-trade", {"currency": "EUR"}, "currency='EUR' is not one of 'USD', 'CNY'; the nearest is"),
        ("11-one-way-trade", {"currency": "CNY", "start": "2019"}, "at hand in yuan; the nearest is '2022'"),
        ("11-one-way-trade", {"end": "2022"}, "must come before end='2022'; the nearest is end='2023'"),
        ("12-since-then", {"until": "2025-02"}, "lies before March 2025"),
        ("12-since-then", {"until": "Dec 2025"}, "is no month: write YYYY-MM"),
        ("00-scoreboard", {"order": "size"}, "order='size'"),
    ],
)
def test_a_value_outside_the_data_is_refused_in_one_sentence(monkeypatch, capsys, stem, values, sentence):
    options = [part for name, value in values.items() for part in ("-p", f"{name}={value}")]
    assert command_here(monkeypatch, "run", stem, *options) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert len(said.strip().splitlines()) == 1, said
