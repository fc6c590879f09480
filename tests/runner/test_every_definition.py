"""The table of all definitions that a run writes: of which claims, when it is made anew, and what errors say."""

import json
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path

import pytest

from onewaytrade import grids, starter
from onewaytrade.runner import cache, every_definition
from onewaytrade.runner.collection import Submit
from onewaytrade.runner.execute import Failure, Outcome, Setting, environment

from .conftest import write_notebook

JUDGES = (
    "# Judges",
    "from onewaytrade import definitions, display\ndisplay.verdict(definitions.judge('example-exports-6'))",
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project of two claims and two notebooks, of which one judges one of the claims alone."""
    root = tmp_path_factory.mktemp("every") / "p"
    starter.lay_out(root)
    write_notebook(root / "notebooks" / "definitions.ipynb", JUDGES)
    return root


def run(root: Path, *names: str) -> str:
    command = [sys.executable, "-m", "onewaytrade", "run", *names, "--project", str(root)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_table_holds_the_claims_that_are_judged_whatever_was_run_before(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEWAYTRADE_PROJECT", str(root))
    written = root / "build" / "definitions.csv"
    run(root, "definitions")
    assert written.read_text(encoding="utf-8") == grids.text(["example-exports-6"])
    assert len({line.split(",")[0] for line in written.read_text(encoding="utf-8").splitlines()}) == 2
    run(root)
    assert written.read_text(encoding="utf-8") == grids.text(["example-exports-6", "example-imports-fell"])
    kept = written.read_bytes()
    written.unlink()
    assert "all results were reused (2)" in run(root)
    assert written.read_bytes() == kept


class Done:
    """Whoever does what it is handed at once, always with the same outcome, and counts."""

    def __init__(self, outcome: Outcome) -> None:
        self.asked: list[object] = []
        self._outcome = outcome

    def __call__(self, path: Path, parameters: object, setting: Setting, _on_cell: object) -> Future[Outcome]:
        self.asked.append((path.name, parameters))
        assert setting.timeout >= 600, "however short a cell of a notebook has to be"
        future: Future[Outcome] = Future()
        future.set_result(self._outcome)
        return future


def evaluated(root: Path, submit: Submit, *claims: str) -> every_definition.Evaluation:
    place = root / "build" / "verdicts.json"
    found = every_definition.Evaluation(cache.Cache(root, environment(root, place), place), is_kept=False)
    begin = found.of(claims)
    assert begin is not None
    begin(submit, Setting(root, {}, 1))
    return found


def test_what_was_asked_for_once_is_not_begun_again(root: Path) -> None:
    output = {"output_type": "display_data", "data": {"text/csv": "claim\nnew-a\n"}}
    notebook = {"cells": [{"cell_type": "code", "outputs": [output], "source": ""}]}
    workers = Done(Outcome("definitions", 1.0, notebook, None))
    found = evaluated(root, workers, "new-b", "new-a")
    assert found.of(["new-a", "new-b"]) is None
    assert found.content() == b"claim\nnew-a\n"
    assert workers.asked == [("onewaytrade-definitions.ipynb", {"claims": "new-a,new-b"})]
    assert found.of([]) is None
    assert found.content() == b""


def test_a_claim_whose_definitions_cannot_be_evaluated_is_told_in_a_sentence(root: Path) -> None:
    failure = Failure("ClaimError: Claim new-a: a choice is unknown.", None)
    found = evaluated(root, Done(Outcome("definitions", 1.0, {"cells": []}, failure)), "new-a")
    with pytest.raises(every_definition.DefinitionsError) as told:
        found.content()
    assert str(told.value) == "definitions.csv was not written: ClaimError: Claim new-a: a choice is unknown."


def test_the_notebook_that_evaluates_is_as_a_new_one() -> None:
    notebook = json.loads(every_definition.NOTEBOOK.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["outputs"] for cell in code] == [[], []]
    assert code[0]["metadata"]["tags"] == ["parameters"]
