"""Finding notebooks."""

from collections.abc import Callable
from pathlib import Path

import pytest

from onewaytrade.runner import notebooks


@pytest.mark.parametrize("name", ["04-parameters", "04", "notebooks/04-parameters.ipynb", "04-parameters.ipynb"])
def test_a_notebook_is_found_by_stem_prefix_or_path(project: Path, name: str) -> None:
    assert [path.stem for path in notebooks.choose(project, [name])] == ["04-parameters"]


def test_no_name_stands_for_all(project: Path) -> None:
    assert [path.stem[:2] for path in notebooks.choose(project, [])] == ["00", "01", "02", "03", "04", "05"]


def test_a_notebook_named_twice_runs_once(project: Path) -> None:
    assert len(notebooks.choose(project, ["04", "04-parameters"])) == 1


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("04-paramters", r"no notebook '04-paramters'; the nearest is 04-parameters\."),
        ("elsewhere/01-god.ipynb", r"no notebook '01-god'; the nearest is 01-good\."),
        ("0", r"'0' could be 00-scoreboard or 01-good or"),
    ],
)
def test_an_unknown_notebook_is_refused_with_the_nearest(project: Path, name: str, sentence: str) -> None:
    with pytest.raises(notebooks.NotebookError, match=sentence):
        notebooks.choose(project, [name])


def test_two_notebooks_of_one_name_are_refused(project: Path, make_notebook: Callable[..., Path]) -> None:
    other = make_notebook("1")
    other = other.rename(other.with_name("01-good.ipynb"))
    with pytest.raises(notebooks.NotebookError, match="would overwrite"):
        notebooks.choose(project, ["01-good", str(other)])


def test_a_project_without_notebooks_says_so(tmp_path: Path) -> None:
    with pytest.raises(notebooks.NotebookError, match="There are no notebooks in"):
        notebooks.choose(tmp_path, [])


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"nbformat": 3, "cells": []}'])
def test_what_is_no_notebook_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(notebooks.NotebookError, match=r"x\.ipynb is"):
        notebooks.read(path)


def test_cells_without_ids_get_them_by_position(make_notebook: Callable[..., Path]) -> None:
    path = make_notebook("1", "2")
    path.write_text(path.read_text("utf-8").replace('"id"', '"old"'), encoding="utf-8")
    assert [cell["id"] for cell in notebooks.read(path)["cells"]] == ["cell-01", "cell-02"]
