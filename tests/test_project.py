import zipfile
from pathlib import Path

import pytest

from onewaytrade import project
from onewaytrade.errors import ProjectError


@pytest.fixture
def other(tmp_path: Path) -> Path:
    (tmp_path / "other" / "data").mkdir(parents=True)
    (tmp_path / "other" / "data" / "datapackage.json").write_text("{}", encoding="utf-8")
    return tmp_path / "other"


def test_it_is_found_upward_from_the_working_directory(other, monkeypatch):
    deep = other / "notebooks" / "deep"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert project.root() == other
    assert project.data_dir() == other / "data"


def test_the_environment_variable_goes_before_the_working_directory(other, monkeypatch):
    monkeypatch.setenv(project.VARIABLE, str(other))
    assert project.root() == other


def test_a_folder_that_is_no_project_is_refused_in_one_sentence(tmp_path, monkeypatch):
    with pytest.raises(
        ProjectError, match=r"--project .* is no project: data/datapackage\.json is missing there\."
    ):
        project.use(tmp_path)
    monkeypatch.setenv(project.VARIABLE, str(tmp_path))
    with pytest.raises(ProjectError, match="the environment variable ONEWAYTRADE_PROJECT="):
        project.root()


def test_without_any_project_the_sentence_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(project, "_PACKAGED", tmp_path / "nowhere")
    with pytest.raises(ProjectError, match="name one with --project or ONEWAYTRADE_PROJECT"):
        project.root()


def test_the_wheel_carries_the_data_so_that_a_notebook_works_in_an_empty_folder(root, tmp_path):
    from hatchling.builders.wheel import WheelBuilder

    wheel = next(iter(WheelBuilder(str(root)).build(directory=str(tmp_path), versions=["standard"])))
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "onewaytrade/_project/data/datapackage.json" in names
    assert "onewaytrade/_project/data/claims.yml" in names
    assert "onewaytrade/_project/docs/guides/new-data.md" in names
    assert "onewaytrade/_project/data/cpb/2026-01.csv" in names
    assert "onewaytrade/claims.schema.json" in names
    assert {"onewaytrade/templates/01-example.ipynb", "onewaytrade/templates/gitignore"} <= names
