"""What every notebook of the collection must be, before anything is executed."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

from onewaytrade import claims
from onewaytrade.runner import parameters

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
EIGHT_MEGABYTES = 8 * 2**20
# What stands in Markdown may hold the article's own figures, dates, and the arithmetic of a definition.
HARMLESS = re.compile(
    r"\b(19|20)\d\d\b"  # years
    r"|\b\d{1,2} (January|February|March|April|May|June|July|August|September|October|November|December)\b"
    r"|^\d+\. "  # a numbered list
    r"|\b100 times\b|= 100\b|\bis 100\b"
    r"|`[^`]*`"
    r"|\]\([^)]*\)",
    re.MULTILINE,
)


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return request.param, nbformat.read(request.param, as_version=4)


def cells(content, kind):
    return [cell for cell in content.cells if cell.cell_type == kind]


def markdown(content):
    return "\n\n".join(cell.source for cell in cells(content, "markdown"))


def test_there_are_notebooks():
    assert [path.stem[:2] for path in NOTEBOOKS][:2] == ["00", "01"]


def test_it_opens_with_one_title_that_is_a_question(notebook):
    _, content = notebook
    titles = re.findall(r"^# (.+)$", markdown(content), re.MULTILINE)
    assert content.cells[0].source.startswith("# ")
    assert len(titles) == 1
    assert titles[0].endswith("?")


def test_its_parts_come_in_the_order_of_the_design(notebook):
    _, content = notebook
    whole = "\n".join(cell.source for cell in content.cells)
    steps = [
        "you can",
        "import",
        "definitions.check_parameters(",
        "## What this cannot show",
        "## Questions for class",
    ]
    places = [whole.lower().find(step.lower()) for step in steps]
    assert -1 not in places, dict(zip(steps, places, strict=True))
    assert places[2:] == sorted(places[2:])
    assert whole.rstrip().splitlines()[-1].strip(), "the questions come last"


def test_it_has_one_cell_of_typed_and_commented_parameters(notebook):
    path, content = notebook
    tagged = [cell for cell in content.cells if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    for line in tagged[0].source.splitlines():
        assert re.fullmatch(r"[a-z_]+: (str|int|float|bool) = .+  # .+", line), line
    assert len(parameters.declared(path)) == len(tagged[0].source.splitlines())


def test_its_cells_are_short_and_define_nothing(notebook):
    _, content = notebook
    for cell in cells(content, "code"):
        lines = [line for line in cell.source.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        assert len(lines) <= 12, f"{cell.id} has {len(lines)} lines"
        forbidden = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        assert not any(isinstance(node, forbidden) for node in ast.walk(ast.parse(cell.source))), cell.id


def test_its_prose_holds_no_number_that_code_should_have_made(notebook):
    path, content = notebook
    mine = [claim for claim in claims.register().values() if claim.notebook == path.stem]
    printed = {f"{abs(claim.printed.value):g}" for claim in mine if claim.printed.value is not None}
    for cell in cells(content, "markdown"):
        figures = re.findall(r"\d+(?:[.,]\d+)?", HARMLESS.sub(" ", cell.source))
        assert set(figures) <= printed, f"{cell.id}: {sorted(set(figures) - printed)}"


def test_it_uses_no_sphinx_role(notebook):
    _, content = notebook
    assert not re.search(r"\{[a-z:]+\}`", markdown(content))


def test_it_runs_on_any_python_3_and_its_cells_have_names(notebook):
    _, content = notebook
    assert content.metadata.kernelspec.name == "python3"
    ids = [cell.id for cell in content.cells]
    assert len(set(ids)) == len(ids)


def test_its_committed_outputs_are_whole(notebook):
    _, content = notebook
    assert any(cell.outputs for cell in cells(content, "code")), "no outputs: it reads as empty where it lies"
    for cell in cells(content, "code"):
        for output in cell.outputs:
            assert output.output_type not in {"error", "stream"}, cell.id
            data, metadata = output.get("data", {}), output.get("metadata", {})
            for mime in (name for name in data if name.startswith("image/")):
                assert metadata[mime]["alt"].strip(), f"{cell.id}: a picture without alternative text"
                assert data["text/csv"].count("\n") > 1, f"{cell.id}: a picture without its table"


def test_the_folder_stays_small():
    assert sum(path.stat().st_size for path in NOTEBOOKS) < EIGHT_MEGABYTES


def test_each_notebook_says_which_claims_it_answers(notebook):
    path, content = notebook
    mine = {claim.id for claim in claims.register().values() if claim.notebook == path.stem}
    code = "\n".join(cell.source for cell in cells(content, "code"))
    assert all(f'"{name}"' in code for name in mine)
