"""Execute every notebook through papermill once and nbval once, and compare what comes out."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

from onewaytrade import claims, definitions, readme, scoreboard
from onewaytrade.runner.verdicts import read as read_verdicts

ROOT = Path(__file__).parents[2]
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


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "onewaytrade", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def text_of(notebook) -> str:
    return "\n".join(
        str(output.get("data", {}).get("text/plain", "")) + str(output.get("text", ""))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    out = tmp_path_factory.mktemp("build")
    done = command("run", "--out", str(out))
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="module")
def verdicts(built):
    return json.loads((built / "verdicts.json").read_text(encoding="utf-8"))


def test_every_claim_of_these_notebooks_is_judged_exactly_once(verdicts):
    stems = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    asked = [claim.id for claim in claims.register().values() if claim.notebook in stems]
    assert [verdict["claim"] for verdict in verdicts] == asked


def test_every_verdict_is_the_expected_one_and_each_miss_has_its_reason(verdicts):
    expected = yaml.safe_load((Path(__file__).parent / "expected.yml").read_text(encoding="utf-8"))
    found = {v["claim"]: {"verdict": v["verdict"], "robustness": v["robustness"]} for v in verdicts}
    assert found == {name: {key: row[key] for key in ("verdict", "robustness")} for name, row in expected.items()}
    assert all(row["verdict"] == "reproduced" or row["why"].endswith(".") for row in expected.values())


def test_the_notebooks_judge_as_the_register_does(verdicts):
    judged = {verdict["claim"]: verdict for verdict in scoreboard.judged()}
    assert {verdict["claim"]: verdict for verdict in verdicts} == judged


def test_the_readme_shows_these_verdicts(verdicts):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.render(text, verdicts) == text, "run `onewaytrade readme`"


def test_verdicts_are_numbers_with_their_place(verdicts):
    for verdict in verdicts:
        assert isinstance(verdict["printed"], int | float)
        assert verdict["definition"]
        assert verdict["edition"]
        assert verdict["evidence"] in {"primary", "press", "mirror", "implied"}
        if verdict["computed"] is not None:
            assert verdict["difference"] == pytest.approx(verdict["computed"] - verdict["printed"])


def test_a_second_run_writes_the_same_bytes(built, tmp_path):
    done = command("run", "--out", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    written = [path for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    assert len(written) > 10
    for path in written:
        assert path.read_bytes() == (built / path.relative_to(tmp_path)).read_bytes(), path.name


def test_the_committed_notebooks_are_those_of_this_run(built):
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        fresh = nbformat.read(built / "notebooks" / path.name, as_version=4)
        committed = nbformat.read(path, as_version=4)
        assert text_of(committed) == text_of(fresh), f"run `onewaytrade publish {path.stem}`"


def test_nbval_agrees_with_the_committed_outputs(tmp_path):
    for name in ("notebooks", "data"):
        shutil.copytree(ROOT / name, tmp_path / name)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "-q",
         "-c", os.devnull, "--rootdir", str(tmp_path), "notebooks"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout


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


def test_papermill_alone_works_too(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "papermill", "--kernel", "python3", "--no-progress-bar",
         "notebooks/01-export-surge.ipynb", str(tmp_path / "out.ipynb"), "-p", "end", "2025-12"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert "December 2025" in text_of(nbformat.read(tmp_path / "out.ipynb", as_version=4))


def test_the_register_is_judged_where_there_was_no_run():
    assert [verdict["claim"] for verdict in scoreboard.verdicts()] == [
        claim.id for claim in claims.register().values() if definitions.can_judge(claim)
    ]
