"""What a run leaves behind, whatever its notebooks do."""

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from onewaytrade.runner import collection, kernels

from .conftest import Run, make_project, run


def test_the_scoreboard_runs_last_and_reads_the_fresh_verdicts(ran: Run) -> None:
    assert sorted(ran.progress.done) == sorted(ran.outcomes)
    assert ran.progress.done[-1] == "00-scoreboard"
    assert json.loads(ran.printed("00-scoreboard")) == json.loads(ran.results.verdicts.read_text("utf-8"))


def test_verdicts_stand_in_the_order_of_the_claims_and_only_those_run_are_replaced(ran: Run) -> None:
    verdicts = json.loads(ran.results.verdicts.read_text("utf-8"))
    assert [(verdict["claim"], verdict["notebook"]) for verdict in verdicts] == [
        ("first", "01-good"),
        ("second", "01-good"),
        ("x", "09-other"),
    ]


def test_tables_of_figures_are_numbered_and_stale_ones_go(ran: Run) -> None:
    folder = ran.results.folder / "figures"
    assert sorted(path.name for path in folder.iterdir()) == ["01-good-1.csv", "01-good-2.csv", "09-other-1.csv"]
    assert (folder / "01-good-2.csv").read_bytes() == b"month,index\n2022-12,2\n"


def test_a_notebook_works_in_the_project_with_this_interpreter(ran: Run) -> None:
    lines = ran.printed("01-good").splitlines()
    assert lines[0] == "True"
    interpreter, _, parent = lines[1].split()
    assert (interpreter, parent) == (sys.executable, "True")


def test_a_notebook_that_raises_tells_heading_and_error_and_stops_no_other(ran: Run) -> None:
    failure = ran.outcomes["02-raises"].failure
    assert failure is not None
    assert failure.heading == "The part that fails"
    assert failure.error == "ValueError: no luck"
    assert ran.outcomes["01-good"].failure is None
    copy = ran.results.failed("02-raises").read_text("utf-8")
    assert "no luck" in copy
    assert "papermill" not in copy
    assert not ran.results.notebook("02-raises").exists()


def test_a_kernel_that_dies_is_a_failure_like_others(ran: Run) -> None:
    failure = ran.outcomes["03-dies"].failure
    assert failure is not None
    assert (failure.heading, failure.error) == ("Dies", "DeadKernelError: Kernel died")
    assert "DeadKernelError" in ran.results.failed("03-dies").read_text("utf-8")


def test_a_cell_that_takes_too_long_is_a_failure_like_others(again: Run) -> None:
    failure = again.outcomes["05-sleeps"].failure
    assert failure is not None
    assert failure.heading == "Sleeps"
    assert re.fullmatch(r"CellTimeoutError: .*after 2 seconds\.", failure.error)


def test_parameters_reach_the_notebook(ran: Run) -> None:
    assert ran.printed("04-parameters") == "2021-01 12\n"
    injected = ran.notebook("04-parameters")["cells"][2]
    assert injected["id"] == "injected-parameters"


def test_two_runs_leave_the_same_bytes(ran: Run, again: Run) -> None:
    one, other = (run.results.notebook("01-good").read_bytes() for run in (ran, again))
    assert one == other
    text = one.decode("utf-8")
    assert not re.search(r"0x[0-9a-f]{6}|ipykernel_\d|\"papermill\"|iopub", text)
    assert "careful" in text


def test_every_code_cell_moves_the_progress(ran: Run) -> None:
    assert ran.progress.cells.count("01-good") == 6


def test_no_kernel_and_no_scratch_file_is_left(again: Run) -> None:
    kernel = int((again.root / "kernel.pid").read_text("utf-8"))
    if sys.platform != "win32":
        with pytest.raises(ProcessLookupError):
            os.kill(kernel, 0)
    assert not list(again.root.rglob("*.tmp"))


def test_a_run_of_the_scoreboard_alone_invents_no_verdicts(tmp_path: Path) -> None:
    results = collection.Results(tmp_path, order=())
    outcome = collection.Outcome("00-scoreboard", 1.0, {"cells": []}, None)
    results.record(outcome)
    assert not results.verdicts.exists()


@pytest.mark.parametrize(("deaths", "error"), [(2, None), (3, "The kernel did not start: no port")])
def test_a_kernel_that_dies_before_it_is_ready_is_replaced_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deaths: int, error: str | None
) -> None:
    ready, left = kernels.Client.wait_for_ready, [True] * deaths

    async def wait_for_ready(client: kernels.Client, timeout: float | None = None) -> None:
        if left and left.pop():
            raise kernels.NotReady("no port")
        await ready(client, timeout)

    monkeypatch.setattr(kernels.Client, "wait_for_ready", wait_for_ready)
    root = make_project(tmp_path / "project", ["01-good"])
    failure = run(root, tmp_path / "out", "01-good").outcomes["01-good"].failure
    assert (failure and failure.error) == error
    assert left == []


def test_a_notebook_is_not_run_again_for_an_error_of_its_own(make_notebook: Callable[..., Path]) -> None:
    path = make_notebook(
        "open('ran.txt', 'a').write('once ')", "class NotReady(Exception):\n    pass\nraise NotReady('mine')"
    )
    root = path.parents[1]
    (root / "data").mkdir()
    (root / "data" / "datapackage.json").write_text("{}", encoding="utf-8")
    failure = run(root, root / "out", "01-made").outcomes["01-made"].failure
    assert failure is not None
    assert failure.error == "NotReady: mine"
    assert (root / "ran.txt").read_text(encoding="utf-8") == "once "
