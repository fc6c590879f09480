"""What a run says on the console."""

import io
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from onewaytrade.runner import report, warm
from onewaytrade.runner.cache import Reused
from onewaytrade.runner.collection import Results
from onewaytrade.runner.execute import Failure, Outcome
from onewaytrade.runner.product import Product
from onewaytrade.sources import comparing

GOOD = Outcome("01-good", 4.2, {"cells": []}, None)
BAD = Outcome("02-bad", 0.1, {"cells": []}, Failure("ValueError: [no] luck", "The part that fails"))


def terminal() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, highlight=False, width=100)


def plain() -> Console:
    return Console(file=io.StringIO(), width=100)


def text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_without_a_terminal_each_notebook_is_a_line() -> None:
    console = plain()
    with report.Lines(console) as progress:
        progress.cell_done("01-good")
        progress.notebook_done(GOOD)
        progress.notebook_done(BAD)
    assert text(console) == "01-good … done in 4.2 s\n02-bad … failed after 0.1 s\n"


def test_on_a_terminal_a_bar_counts_the_cells_and_ends_full() -> None:
    console = terminal()
    with report.Bar(console, {"01-good": 3, "02-bad": 5}) as progress:
        progress.cell_done("01-good")
        progress.notebook_done(GOOD)
        progress.notebook_done(BAD)
        progress.cell_done("02-bad")
    assert "8/8" in text(console)
    assert "01-good … done in 4.2 s" in text(console)


def test_a_failure_names_heading_error_and_copy(tmp_path: Path) -> None:
    console = plain()
    report.summarise(console, [GOOD, BAD], Results(tmp_path, ()))
    said = text(console)
    assert "02-bad, under “The part that fails”: ValueError: [no] luck\n" in said
    assert str(tmp_path / "failed" / "02-bad.ipynb") in said


@pytest.mark.parametrize("system", ["linux", "win32"])
def test_a_run_says_once_that_its_kernels_were_ordinary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    reasons = {"linux": "ONEWAYTRADE_WARM is 0", "win32": "a process cannot be forked safely on this system"}
    monkeypatch.setenv("ONEWAYTRADE_WARM", "0")
    monkeypatch.setattr(warm.sys, "platform", system)
    console = plain()
    report.summarise(console, [GOOD, BAD], Results(tmp_path, ()))
    said = text(console)
    assert said.count("Ordinary kernels were used") == 1
    assert f"than a forked one: {reasons[system]}.\n" in said


def test_a_run_that_started_no_kernel_or_forked_them_says_nothing_of_kernels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reused = Reused("01-good", 0.1, Product(b"{}"))
    for forked, outcome in ((False, reused), (True, GOOD)):
        monkeypatch.setattr(warm, "why_not", lambda forked=forked: "" if forked else "it is so")
        console = plain()
        report.summarise(console, [outcome], Results(tmp_path, ()))
        assert "kernels" not in text(console)


def test_the_scoreboard_has_a_row_for_each_verdict() -> None:
    console = plain()
    verdict = {
        "claim": "cpb-exports-33",
        "printed_text": "+33 %",
        "computed_text": "+33.2 %",
        "verdict": "reproduced",
        "robustness": None,
        "notebook": "01-export-surge",
    }
    report.scoreboard(
        console, [verdict, verdict | {"claim": "coal-8", "notebook": "05-commodities"}], {"01-export-surge"}
    )
    assert all(part in text(console) for part in ("cpb-exports-33", "+33 %", "+33.2 %", "reproduced"))
    assert "coal-8" not in text(console), "it may be of other data than those of this run"
    report.scoreboard(console, [verdict | {"claim": "coal-8", "notebook": "05-commodities"}], {"00-scoreboard"})
    assert "coal-8" in text(console)


def test_of_large_numbers_and_a_long_key_no_digit_is_cut_off() -> None:
    key = ["reporter", "partner", "flow", "currency", "frequency", "adjustment", "period"]
    same = ("United States", "China", "exports", "USD", "monthly", "not stated")
    old = pd.DataFrame([(*same, f"2025-{n:02d}", 209_023_180_217.4 + n) for n in (1, 2)], columns=[*key, "value"])
    new = old.assign(value=old["value"] - 1_000_000)
    console = plain()
    report.comparison(console, comparing.compare(old, new, key, "value"))
    said = text(console)
    assert "│ 2025-02 │ 209,023,180,219 │ 209,022,180,219 │ −1,000,000 │" in said
    assert "In each of these rows: reporter United States; partner China; flow exports; currency USD" in said
    assert "…" not in said
