"""A project of one's own is laid out whole, or not at all, and everything works in it."""

import re
import sys

import pytest
import yaml

from onewaytrade import claims as register
from onewaytrade import cli, datasets, definitions, project, scoreboard, starter
from onewaytrade.errors import ProjectError


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("starter") / "mine"
    return folder, starter.lay_out(folder)


@pytest.fixture
def inside(laid_out, monkeypatch):
    monkeypatch.setenv(project.VARIABLE, str(laid_out[0]))
    return laid_out[0]


def test_all_files_are_there_and_the_manifest_was_written_last(laid_out):
    folder, written = laid_out
    assert sorted(written) == sorted(path for path in folder.rglob("*") if path.is_file())
    assert written[-1] == folder / project.MANIFEST


def test_its_data_are_sound_and_say_nothing_of_the_article_of_this_project(inside):
    assert datasets.check() == []
    assert datasets.resolve("cpb", "pinned") == datasets.editions("cpb")[-1]
    for name in datasets.names():
        assert not any("article" in caveat for caveat in datasets.provenance(datasets.load(name)).caveats)


def test_its_examples_are_marked_as_invented_and_judged_without_any_other_data(inside):
    claims = register.register()
    assert {claim.kind for claim in claims.values()} == {"number", "direction"}
    assert all(claim.paraphrase.startswith("Example sentence, invented: ") for claim in claims.values())
    judged = {verdict["claim"]: verdict for verdict in scoreboard.judged()}
    assert {name: (own["verdict"], own["robustness"]) for name, own in judged.items()} == {
        "example-exports-6": ("reproduced", "alone"),
        "example-imports-fell": ("reproduced", "robust"),
    }
    assert scoreboard.article() == ""


def test_the_picture_of_another_article_has_one_heading(inside):
    table = scoreboard.numbers(scoreboard.judged())
    assert list(table["group"]) == ["In the order of the article"]


def test_its_register_and_notebook_name_each_other(inside):
    content = yaml.safe_load((inside / "data" / "claims.yml").read_text(encoding="utf-8"))
    notebook = (inside / "notebooks" / "01-example.ipynb").read_text(encoding="utf-8")
    for claim in content["claims"]:
        assert (inside / "notebooks" / f"{claim['notebook']}.ipynb").is_file()
        assert claim["id"] in notebook


def test_what_the_readme_tells_to_type_are_commands_and_claims(inside):
    text = (inside / "README.md").read_text(encoding="utf-8")
    typed = [line.split("#")[0].split()[1:] for line in re.findall(r"^onewaytrade .+$", text, re.MULTILINE)]
    assert len(typed) > 5
    known = {command.name or command.callback.__name__ for command in cli.app.registered_commands} | {"data"}
    assert {words[0] for words in typed} <= known
    assert all(definitions.grid(words[1]) for words in typed if words[0] == "definitions")


@pytest.mark.parametrize("kind", ["full", "file", "begun"])
def test_only_a_new_or_an_empty_folder_is_taken(tmp_path, kind):
    folder = tmp_path / "mine"
    if kind == "file":
        folder.write_text("a", encoding="utf-8")
    else:
        (folder / (".git" if kind == "begun" else "notes")).mkdir(parents=True)
    if kind == "begun":
        assert starter.lay_out(folder)
        return
    with pytest.raises(ProjectError, match=r"new or an empty folder\.$"):
        starter.lay_out(folder)
    assert not (folder / "data").exists()


def test_a_disk_that_takes_no_more_is_told_in_one_sentence(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(starter.files, "write_bytes", refuse)
    with pytest.raises(ProjectError, match=r"cannot be written \(No space left on device\)\.$"):
        starter.lay_out(tmp_path / "mine")


@pytest.mark.parametrize("words", [["--project", "DIR", "data", "list"], ["data", "list", "--project", "DIR"]])
def test_the_project_is_named_on_either_side_of_a_command(laid_out, monkeypatch, capsys, words):
    monkeypatch.setenv(project.VARIABLE, "")  # so that what the command sets is undone
    monkeypatch.setattr(sys, "argv", ["onewaytrade", *(word.replace("DIR", str(laid_out[0])) for word in words)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 0
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == ["cpb", "cpb-series"]


def test_a_wrong_value_is_refused_before_the_example_runs(inside, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["onewaytrade", "run", "-p", "economy=Jpan"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 2
    assert "the nearest is 'Japan'" in capsys.readouterr().err
    assert not (inside / "build").exists()
