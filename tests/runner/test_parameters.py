"""Reading the parameters cell, and refusing what does not fit before anything runs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from onewaytrade.errors import ParameterError
from onewaytrade.runner import parameters

CELL = 'edition: str = "pinned"  # "pinned" or "YYYY-MM"\nmonths: int = 5\nshare: float = 0.5\nraw: bool = False'


@pytest.fixture
def notebook(make_notebook: Callable[..., Path]) -> Path:
    return make_notebook("# Title", CELL)


def test_type_default_and_comment_are_read(notebook: Path) -> None:
    assert parameters.declared(notebook) == {
        "edition": parameters.Parameter("edition", "str", "pinned", '"pinned" or "YYYY-MM"'),
        "months": parameters.Parameter("months", "int", 5, ""),
        "share": parameters.Parameter("share", "float", 0.5, ""),
        "raw": parameters.Parameter("raw", "bool", False, ""),
    }


def test_papermill_reads_the_same(notebook: Path) -> None:
    papermill = pytest.importorskip("papermill")
    theirs = papermill.inspect_notebook(notebook)
    ours = parameters.declared(notebook)
    assert {name: (p["inferred_type_name"], p["help"]) for name, p in theirs.items()} == {
        name: (p.type, p.help) for name, p in ours.items()
    }


def test_a_notebook_without_the_cell_has_no_parameters(make_notebook: Callable[..., Path]) -> None:
    assert parameters.declared(make_notebook("# Title", "1")) == {}


@pytest.mark.parametrize(
    "line", ["x = 1", "x: int = 'a'", "x: int = y", "x: list = []", "x: int", "x: int = (", "f()"]
)
def test_a_cell_that_is_not_plain_typed_values_is_refused(make_notebook: Callable[..., Path], line: str) -> None:
    with pytest.raises(ParameterError, match=r"01-made: .*parameters cell"):
        parameters.declared(make_notebook(f"months: int = 5\n{line}"))


def test_texts_become_values_of_the_declared_types_and_defaults_drop_out(notebook: Path) -> None:
    texts = ["edition=2025-03", "months=3", "share=1", "raw=true"]
    values: dict[str, Any] = {"edition": "2025-03", "months": 3, "share": 1.0, "raw": True}
    assert parameters.assign([notebook], texts) == {"01-made": values}
    assert parameters.assign([notebook], ["months=5", "raw=False"]) == {"01-made": {}}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("month=3", r"No parameter 'month' is known to 01-made; the nearest is 'months' of 01-made\."),
        ("months=some", r"01-made: parameter months=some must be a whole number, for example 5\."),
        ("raw=1", r"01-made: parameter raw=1 must be True or False, for example False\."),
        ("months", r"-p months sets nothing: write -p NAME=VALUE\."),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(notebook: Path, text: str, sentence: str) -> None:
    with pytest.raises(ParameterError, match=sentence):
        parameters.assign([notebook], [text])


def test_a_parameter_goes_to_the_notebooks_that_have_it(project: Path) -> None:
    paths = [project / "notebooks" / f"{stem}.ipynb" for stem in ("01-good", "04-parameters")]
    assert parameters.assign(paths, ["start=2021-01"]) == {"01-good": {}, "04-parameters": {"start": "2021-01"}}


def test_values_are_checked_by_name_by_type_and_by_the_check(notebook: Path) -> None:
    with pytest.raises(ParameterError, match="the nearest is 'months'"):
        parameters.validate(notebook, {"monts": 3})
    with pytest.raises(ParameterError, match="must be a whole number"):
        parameters.validate(notebook, {"months": True})
    seen: list[Any] = []
    parameters.validate(notebook, {"months": 3}, lambda *told: seen.append(told))
    assert seen == [("01-made", {"edition": "pinned", "months": 3, "share": 0.5, "raw": False})]


def test_other_values_have_other_folders() -> None:
    assert parameters.slug({"01-a": {}, "02-b": {}}) == ""
    assert parameters.slug({"01-a": {"start": "2021-01"}, "02-b": {"months": 3}}) == "months-3_start-2021-01"
    one, other = (parameters.slug({"01-a": {"economy": name}}) for name in ("Euro Area", "Euro/Area"))
    assert one != other
    assert "/" not in other
    assert len(parameters.slug({"01-a": {"economy": "x" * 300}})) < 100


def test_a_notebook_may_name_its_own_check(make_notebook: Callable[..., Path]) -> None:
    path = make_notebook("# Title", 'economy: str = "Japan"')
    assert parameters.own_check(path) is None
    content = json.loads(path.read_text(encoding="utf-8"))
    content["metadata"]["onewaytrade"] = {"check": "onewaytrade.methods.cpb:check_parameters"}
    path.write_text(json.dumps(content), encoding="utf-8")
    check = parameters.own_check(path)
    assert check is not None
    values = {"edition": "pinned", "economy": "Jpan", "start": "2022-12", "end": "2024-12"}
    with pytest.raises(ParameterError, match="the nearest is 'Japan'"):
        check(path.stem, dict(values))
    content["metadata"]["onewaytrade"] = {"check": "onewaytrade.methods.nothing"}
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ParameterError, match="write module:function"):
        parameters.own_check(path)
