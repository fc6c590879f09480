"""The command as a user meets it: what it prints, what it refuses, and with which status."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from onewaytrade import claims, cli, datasets, definitions, readme, site
from onewaytrade.site.settings import Settings
from onewaytrade.sources import reading
from sources import small
from sources import workbook as book

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {
    "IPython", "asyncio", "jsonschema", "jupyter_client", "matplotlib", "nbclient", "nbformat", "numpy", "pandas",
    "pandera", "papermill", "rich", "seaborn", "sphinx", "yaml", "zmq",
}  # fmt: skip

Command = Callable[..., int]


@pytest.fixture
def onewaytrade(monkeypatch: pytest.MonkeyPatch) -> Command:
    """Return a function that calls the command, and returns its status."""

    def command(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["onewaytrade", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0)

    # What --project sets would otherwise outlive the test.
    monkeypatch.setenv("ONEWAYTRADE_PROJECT", str(ROOT))
    return command


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with the register of the real one, and a notebook that waits if it is told to."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "datapackage.json").write_text("{}", encoding="utf-8")
    shutil.copy(ROOT / "data" / "claims.yml", tmp_path / "data")
    cells = [
        {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": "months: int = 5"},
        {
            "cell_type": "code",
            "metadata": {},
            "source": "import os, pathlib, time\npathlib.Path('pid').write_text(str(os.getpid()))\n"
            "time.sleep(60 if months == 60 else 0)",
        },
    ]
    notebook = {
        "cells": [cell | {"outputs": [], "execution_count": None} for cell in cells],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01-waits.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return tmp_path


def test_help_imports_nothing_heavy() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "onewaytrade", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True, cwd=ROOT)
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "typer" in imported
    assert imported & HEAVY == set()
    assert "publish" in done.stdout


def test_version(onewaytrade: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert onewaytrade("--version") == 0
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", capsys.readouterr().out)


def test_a_folder_that_is_no_project_is_one_sentence_and_status_2(
    onewaytrade: Command, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert onewaytrade("--project", tmp_path, "claims") == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"onewaytrade: --project {tmp_path} is no project")
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "01-wait5"], "There is no notebook '01-wait5'; the nearest is 01-waits."),
        (
            ["run", "-p", "month=3"],
            "No parameter 'month' is known to 01-waits; the nearest is 'months'",
        ),
        (["run", "01", "-p", "months=x"], "01-waits: parameter months=x must be a whole number, for example 5."),
        (["publish"], "01-waits has no executed copy in "),
        (["readme"], "There are no verdicts in build/"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_runs(
    onewaytrade: Command,
    capsys: pytest.CaptureFixture[str],
    project: Path,
    arguments: list[str],
    sentence: str,
) -> None:
    assert onewaytrade("--project", project, *arguments) == 2
    assert capsys.readouterr().err.startswith(f"onewaytrade: {sentence}")
    assert not (project / "build").exists()


def test_other_parameters_never_write_over_the_defaults(
    onewaytrade: Command, capsys: pytest.CaptureFixture[str], project: Path
) -> None:
    assert onewaytrade("--project", project, "run", "01", "-p", "months=3") == 0
    assert re.match(r"01-waits … done in \d+\.\d s\n", capsys.readouterr().out)
    assert {path.name for path in (project / "build").iterdir()} == {"cache", "runs"}
    assert (project / "build" / "runs" / "months-3" / "notebooks" / "01-waits.ipynb").is_file()
    assert onewaytrade("--project", project, "run", "01", "-p", "months=5") == 0
    assert "01-waits … done" in capsys.readouterr().out
    assert (project / "build" / "notebooks" / "01-waits.ipynb").is_file()


def test_every_definition_of_a_claim_is_shown_and_written(
    onewaytrade: Command, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert onewaytrade("definitions", "cpb-exports-33", "--csv", tmp_path / "all.csv") == 0
    told = capsys.readouterr().out.replace("\u00a0", " ")
    assert told.startswith("cpb-exports-33: printed +33 %; reproduced; the article’s definition gives +33.2 %.")
    for expected in (
        "all keep its sign",
        "the article’s and highest of its question",
        "What moves the answer",
        "Left out",
    ):
        assert expected in told
    lines = (tmp_path / "all.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("claim,part,question,measure,start,end,averaging,edition,source,computed,")
    assert len(lines) == 1 + len(definitions.grid("cpb-exports-33").frame)
    assert onewaytrade("definitions", "cpb-exports-34") == 2
    assert "the nearest is 'cpb-exports-33'" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no way to send Ctrl-C to one process alone")
def test_ctrl_c_ends_the_kernel_and_leaves_nothing_half_done(project: Path) -> None:
    # A test run started in the background ignores Ctrl-C, and what it starts would inherit that.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run = subprocess.Popen(
            [sys.executable, "-m", "onewaytrade", "run", "-p", "months=60"],
            cwd=project,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
    finally:
        signal.signal(signal.SIGINT, handler)
    with run:
        try:
            kernel = _kernel(run, project / "pid")
            run.send_signal(signal.SIGINT)
            out, err = run.communicate(timeout=300)  # it is over as soon as the run has ended
        finally:
            run.kill()
    assert (run.returncode, out) == (130, "")
    assert err == "onewaytrade: interrupted; the notebooks that had ended are kept.\n"
    with pytest.raises(ProcessLookupError):
        os.kill(kernel, 0)
    # Kept is no result; only the order of the claims is, unless a package was installed meanwhile.
    assert {path.name for path in project.glob("build/*/*")} <= {"order-of-claims"}


def _kernel(run: subprocess.Popen[str], path: Path) -> int:
    """Wait until the notebook has written its kernel's process number, and return it.

    A run ends by itself if its kernel does not start; the limit is for one that hangs.
    """
    deadline = time.monotonic() + 300
    while run.poll() is None and time.monotonic() < deadline:
        if path.is_file() and (text := path.read_text("utf-8")):
            return int(text)
        time.sleep(0.05)
    pytest.fail("the kernel has not started")


def test_claims_are_listed_with_their_last_verdicts(
    onewaytrade: Command, capsys: pytest.CaptureFixture[str], project: Path
) -> None:
    first, second, *_ = claims.register()
    (project / "build").mkdir()
    verdicts = [{"claim": first, "verdict": "reproduced"}]
    (project / "build" / "verdicts.json").write_text(json.dumps(verdicts), encoding="utf-8")
    assert onewaytrade("--project", project, "claims") == 0
    said = capsys.readouterr().out
    assert re.search(rf"^{first} \(.*\): reproduced$", said, re.MULTILINE)
    assert re.search(rf"^{second} \(.*\): not yet run$", said, re.MULTILINE)
    assert onewaytrade("--project", project, "claims", "--json") == 0
    listed = {entry["claim"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert list(listed) == list(claims.register())
    assert listed[first]["verdict"] == verdicts[0]
    assert listed[second]["verdict"] is None


def test_a_stale_readme_is_told_by_its_status_and_brought_up_to_date(
    onewaytrade: Command, capsys: pytest.CaptureFixture[str], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readme, "render", lambda _text, found: found[0]["claim"])
    (project / "README.md").write_text("old", encoding="utf-8")
    (project / "build").mkdir()
    (project / "build" / "verdicts.json").write_text('[{"claim": "new"}]', encoding="utf-8")
    assert onewaytrade("--project", project, "readme", "--check") == 1
    assert capsys.readouterr().err == "README.md is stale: onewaytrade readme brings it up to date.\n"
    assert onewaytrade("--project", project, "readme") == 0
    assert (project / "README.md").read_text("utf-8") == "new"
    assert onewaytrade("--project", project, "readme", "--check") == 0


def test_the_site_is_made_of_what_was_executed(
    onewaytrade: Command, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(site, "build", lambda *places: asked.append(places))
    assert onewaytrade("--project", project, "site") == 0
    assert asked == [(project / "build" / "notebooks", project / "build" / "site", Settings())]
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "http://127.0.0.1:8000/" in told
    assert "--address" in told
    assert onewaytrade("--project", project, "site", "--repository", "a/b") == 0
    assert asked[1][2] == Settings("https://a.github.io/b/", "a/b")
    assert onewaytrade("--project", project, "site", "--address", "https://c.example/") == 0
    assert asked[2][2] == Settings("https://c.example/")
    assert capsys.readouterr().err == ""


def test_sound_data_is_one_line(
    onewaytrade: Command, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "check", list)
    assert onewaytrade("data", "check") == 0
    assert re.fullmatch(r"All \d+ files of \d+ datasets are sound\.\n", capsys.readouterr().out)


def test_each_fault_of_the_data_is_a_line_and_status_1(
    onewaytrade: Command, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "check", lambda: ["One fault.", "Another."])
    assert onewaytrade("data", "check") == 1
    assert capsys.readouterr().out == "One fault.\nAnother.\n"


def test_datasets_are_listed_with_their_editions(onewaytrade: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert onewaytrade("data", "list") == 0
    assert re.search(
        r"^cpb: \d+ editions, 20\d\d-\d\d to .*; pinned 2026-01$", capsys.readouterr().out, re.MULTILINE
    )


def test_a_file_is_added_and_editions_are_compared(
    onewaytrade: Command, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = small.project(tmp_path / "project")
    months = ("2021m11", "2021m12", "2022m01", "2022m02")
    cells = book.grid(months=months)
    cells[book.row_of(cells, "mgz_cn_qnmi_sn")][book.FIRST_MONTH] = 220.0
    workbook = book.write(tmp_path / "next.xlsx", {"trade_out": cells})
    assert onewaytrade("--project", folder, "add", "cpb", workbook, "--dry-run") == 0
    assert "would be added; nothing was written" in capsys.readouterr().out
    assert not (folder / "data" / "cpb" / "2022-02.csv").exists()
    assert onewaytrade("--project", folder, "add", "cpb", workbook) == 0
    told = capsys.readouterr().out
    assert "cpb 2022-02 against 2022-01: 1 of 174 values of index in both changed" in told
    assert re.search(r"imports +│ China +│ volume +│ 2021-11 +│ 110.00 │ 220.00 │ \+110.00 │ +\+100.00", told)
    assert told.endswith("  data/cpb/2022-02.csv\n  data/cpb-series/2022-02.csv\n  data/datapackage.json\n")
    assert onewaytrade("--project", folder, "add", "cpb", workbook) == 0
    assert capsys.readouterr().out == "next.xlsx: nothing to do; the data hold the same already.\n"
    assert onewaytrade("--project", folder, "data", "compare", "cpb") == 0
    assert capsys.readouterr().out.startswith("cpb 2022-02 against 2022-01: 1 of 174 values")
    assert onewaytrade("--project", folder, "data", "compare", "cpb", "--from", "latest", "--to", "pinned") == 0
    assert capsys.readouterr().out.startswith("cpb 2022-01 against 2022-02: 1 of 174 values")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["add", "cbp", "next.xlsx"], "There is no source 'cbp'; the nearest is 'cpb'"),
        (["add", "cpb", "absent.xlsx"], "absent.xlsx: there is no such file"),
        (["data", "compare", "mirrors"], "There is no dataset 'mirrors'; the nearest is 'mirror'"),
        (["data", "compare", "mirror"], "mirror has no edition before 2026-11-23; it is the only one."),
        (["data", "compare", "mirror", "--from", "2026-11-22"], "mirror has no edition '2026-11-22'"),
    ],
)
def test_what_cannot_be_added_or_compared_is_one_sentence(
    onewaytrade: Command, capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    folder = small.project(tmp_path / "project")
    before = small.contents(folder)
    assert onewaytrade("--project", folder, *arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"onewaytrade: {sentence}")
    assert captured.err.count("\n") == 1
    assert small.contents(folder) == before


def test_help_names_every_source(onewaytrade: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert onewaytrade("add", "--help") == 0
    told = re.sub(r"-\s+", "-", capsys.readouterr().out)
    assert [source for source in reading.READERS if not re.search(rf"\b{source}\b", told)] == []
