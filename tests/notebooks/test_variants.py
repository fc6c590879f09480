"""Execute notebooks with other parameters: their pages must read as if written for them."""

import nbformat
import pytest

from notebooks.executing import command, text_of
from onewaytrade.runner.verdicts import read as read_verdicts

# Each as far from the article's own values as the data allow; the pages must read as if written for them.
VARIANTS = [
    ("01-export-surge", {"economy": "Japan", "end": "2025-12"}, ["Japan", "December 2025"]),
    (
        "01-export-surge",
        {"economy": "World", "edition": "2024-01", "start": "2019-12", "end": "2023-12"},
        ["World", "December 2019 to December 2023", "edition 2024-01"],
    ),
    (
        "01-export-surge",
        {"edition": "2022-04", "start": "2000-01", "end": "2000-03"},
        ["January 2000 to March 2000", "edition 2022-04"],
    ),
    ("01-export-surge", {"edition": "latest", "end": "2026-01"}, ["January 2026"]),
    ("04-partner-imports", {"currency": "CNY"}, ["in yuan"]),
    ("04-partner-imports", {"currency": "own", "window": 1}, ["yen", "euro"]),
    ("05-commodities", {"release": "latest"}, ["January to July 2026"]),
    ("05-commodities", {"release": "2023-11-07"}, ["January to October 2023"]),
    ("00-scoreboard", {"order": "verdict"}, ["in the order of the verdict"]),
]


@pytest.mark.parametrize(("stem", "values", "spoken"), VARIANTS, ids=[f"{v[0]}-{v[1]}" for v in VARIANTS])
def test_other_parameters_give_a_page_that_speaks_of_them(tmp_path, stem, values, spoken):
    options = [part for name, value in values.items() for part in ("-p", f"{name}={value}")]
    done = command("run", stem, *options, "--out", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    page = text_of(nbformat.read(tmp_path / "notebooks" / f"{stem}.ipynb", as_version=4))
    for words in spoken:
        assert words in page
    for verdict in read_verdicts(tmp_path / "verdicts.json"):
        assert verdict["variant"], verdict["claim"]


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
        ("00-scoreboard", {"order": "size"}, "order='size'"),
    ],
)
def test_a_value_outside_the_data_is_refused_in_one_sentence(stem, values, sentence):
    options = [part for name, value in values.items() for part in ("-p", f"{name}={value}")]
    done = command("run", stem, *options)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
