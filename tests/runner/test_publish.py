"""Executed notebooks go back over their sources only when they are the same notebooks."""

from pathlib import Path

import pytest

from onewaytrade.runner import normalise, notebooks
from onewaytrade.runner.publish import publish

from .conftest import make_project


@pytest.fixture
def sources(tmp_path: Path) -> tuple[Path, ...]:
    return notebooks.collection(make_project(tmp_path / "project", ["01-good"]))


@pytest.fixture
def executed(tmp_path: Path, sources: tuple[Path, ...]) -> Path:
    """Return a folder with the executed copy, in which one cell has said something."""
    notebook = notebooks.read(sources[0])
    notebook["cells"][2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "said\n"}]
    folder = tmp_path / "executed"
    folder.mkdir()
    (folder / sources[0].name).write_bytes(normalise.encode(notebook))
    return folder


def test_outputs_are_taken_over_once(sources: tuple[Path, ...], executed: Path) -> None:
    assert publish(sources, executed) == ["01-good"]
    assert "said" in sources[0].read_text("utf-8")
    assert publish(sources, executed) == []


def test_a_notebook_edited_since_is_refused(sources: tuple[Path, ...], executed: Path) -> None:
    sources[0].write_text(sources[0].read_text("utf-8").replace("# Good", "# Better"), encoding="utf-8")
    with pytest.raises(notebooks.NotebookError, match="edited since"):
        publish(sources, executed)


def test_a_run_with_other_parameters_is_refused(sources: tuple[Path, ...], executed: Path) -> None:
    copy = executed / sources[0].name
    copy.write_text(copy.read_text("utf-8").replace('"parameters"', '"injected-parameters"'), encoding="utf-8")
    with pytest.raises(notebooks.NotebookError, match="other parameters"):
        publish(sources, executed)


def test_a_notebook_that_was_not_run_is_refused(sources: tuple[Path, ...], tmp_path: Path) -> None:
    with pytest.raises(notebooks.NotebookError, match="run it first"):
        publish(sources, tmp_path)
