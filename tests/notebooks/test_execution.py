"""Execute every notebook through papermill, and compare what comes out with what came out before."""

import json
import platform
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import yaml

from notebooks.executing import ROOT, command, command_here, text_of
from onewaytrade import claims, definitions, readme, scoreboard


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    out = tmp_path_factory.mktemp("build")
    done = command("run", "--fresh", "--out", str(out))
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


def test_the_notebooks_judge_as_the_register_does(verdicts, judged_afresh):
    judged = {verdict["claim"]: verdict for verdict in judged_afresh}
    assert {verdict["claim"]: verdict for verdict in verdicts} == judged


def test_the_readme_shows_these_verdicts(verdicts):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.render(text, verdicts) == text, "run `onewaytrade readme`"


def test_every_definition_is_written_beside_the_verdicts(built, verdicts):
    table = pd.read_csv(built / "definitions.csv", keep_default_na=False, na_values={"computed": [""]})
    gridded = [claim.id for claim in claims.register().values() if claim.dimensions]
    assert list(dict.fromkeys(table["claim"])) == gridded
    counts = {v["claim"]: v["definitions"] for v in verdicts}
    for claim, own in table.groupby("claim"):
        assert len(own) == sum(counts[claim][kind] for kind in ("same", "others", "updates")), claim
    own = table[table["article"] & (table["part"] == "")].set_index("claim")["computed"]
    for verdict in verdicts:
        if verdict["claim"] in own.index and verdict["computed"] is not None:
            assert own[verdict["claim"]] == pytest.approx(verdict["computed"], rel=1e-8)


def test_verdicts_have_their_place_and_numbers_their_difference(verdicts):
    for verdict in verdicts:
        assert verdict["definition"]
        assert verdict["reason"]
        # Where nothing at all was found, there is nothing to be graded either.
        assert verdict["evidence"] in {"primary", "press", "mirror", "implied"} or not verdict["computed_text"]
        if verdict["kind"] in {"number", "bound"}:
            assert isinstance(verdict["printed"], int | float)
            assert verdict["edition"]
        if verdict["difference"] is not None:
            assert verdict["difference"] == pytest.approx(verdict["computed"] - verdict["printed"])


def test_a_second_run_writes_the_same_bytes(built, tmp_path, monkeypatch):
    # One with every kind of output, in another process; the committed copies stand for an earlier run of all.
    assert command_here(monkeypatch, "run", "--fresh", "05", "--out", str(tmp_path)) == 0
    written = [
        path for path in sorted(tmp_path.rglob("*")) if path.is_file() and path.suffix in {".ipynb", ".csv"}
    ]
    written = [path for path in written if path.name != "definitions.csv"]
    assert len(written) > 5
    for path in written:
        assert path.read_bytes() == (built / path.relative_to(tmp_path)).read_bytes(), path.name


def test_the_committed_notebooks_are_those_of_this_run(built):
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        fresh = nbformat.read(built / "notebooks" / path.name, as_version=4)
        committed = nbformat.read(path, as_version=4)
        assert text_of(committed) == text_of(fresh), f"run `onewaytrade publish {path.stem}`"
        # On another kind of machine a picture may be encoded in other bytes.
        if (sys.platform, platform.machine(), sys.version_info[:2]) == ("linux", "x86_64", (3, 11)):
            assert path.read_bytes() == (built / "notebooks" / path.name).read_bytes(), path.name


def test_papermill_alone_works_too(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "papermill", "--kernel", "python3", "--no-progress-bar",
         "notebooks/01-export-surge.ipynb", str(tmp_path / "out.ipynb"), "-p", "end", "2025-12"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert "December 2025" in text_of(nbformat.read(tmp_path / "out.ipynb", as_version=4))


def test_the_register_is_judged_where_there_was_no_run(monkeypatch, judged_afresh):
    monkeypatch.setattr(scoreboard, "judged", lambda: judged_afresh)
    assert [verdict["claim"] for verdict in scoreboard.verdicts()] == [
        claim.id for claim in claims.register().values() if definitions.can_judge(claim)
    ]
