"""Notebooks' pages: the essay that a reader gets, what can be downloaded, and the copy that runs elsewhere."""

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
import pytest

from onewaytrade.runner.verdicts import VERDICT_MIME
from onewaytrade.site import marks, notebook_pages
from onewaytrade.site.content import Content, Pages
from onewaytrade.site.settings import Settings

ROOT = Path(__file__).parents[2]
VERDICT = {"claim": "coal-8", "label": "Coal [tonnes]", "verdict": "reproduced", "notebook": "05-coal"}
CARD = (
    '<div id="coal-8" style="border-left: 0.4em solid #009E73; padding-left: 1em">\n'
    '<p><strong><span aria-hidden="true" style="color: #009E73">●</span> Reproduced.</strong> Less coal.</p>\n'
    '<table>\n<caption style="x">How it was judged</caption>\n<tbody>\n'
    '<tr><th scope="row">Printed</th><td>−7.9</td></tr>\n</tbody>\n</table>\n</div>\n'
)
LONG = "a sentence that would be squeezed into a column of single words, if nobody gave it room"
PLAIN = (
    '<table>\n<caption style="x">Tonnes &amp; yuan</caption>\n'
    f'<tr><th scope="row">coal</th><td align="left">{LONG}</td><td>1</td></tr></table>\n'
)


def _code(source: str, *outputs: dict[str, Any]) -> nbformat.NotebookNode:
    shown = [nbformat.v4.new_output("display_data", data=data) for data in outputs]
    return nbformat.v4.new_code_cell(source, outputs=shown, metadata={"tags": ["own"]})


def _content(folder: Path, settings: Settings, *cells: nbformat.NotebookNode) -> Content:
    title = nbformat.v4.new_markdown_cell("# Did China buy *less* coal?\n\n" + "word " * 450)
    path = folder / "notebooks" / "05-coal.ipynb"
    path.parent.mkdir()
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=[title, *cells])), encoding="utf-8")
    return Content(folder, path.parent, [path], [VERDICT], settings)


@pytest.fixture
def content(tmp_path: Path) -> Content:
    return _content(
        tmp_path,
        Settings(),
        _code("import a"),
        _code("b()", {"text/html": PLAIN}, {"text/html": PLAIN}),
        nbformat.v4.new_markdown_cell("More."),
        _code("c()"),
        nbformat.v4.new_markdown_cell("And more."),
        _code("d()", {"text/markdown": "It fell.", "text/plain": "x"}, {VERDICT_MIME: VERDICT, "text/html": CARD}),
    )


def _cells(pages: Pages) -> list[dict[str, Any]]:
    notebook = json.loads(pages.sources["notebooks/05-coal.ipynb"])
    nbformat.validate(nbformat.from_dict(notebook))
    return list(notebook["cells"])


def _html(pages: Pages) -> list[str]:
    outputs = [output for cell in _cells(pages) for output in cell.get("outputs", ())]
    return [output["data"]["text/html"] for output in outputs if "text/html" in output["data"]]


def test_all_code_is_folded_and_what_shows_nothing_is_told_with_what_follows(content: Content) -> None:
    code = [cell for cell in _cells(notebook_pages.make(content)) if cell["cell_type"] == "code"]
    assert ["".join(cell["source"]) for cell in code] == ["import a\n\nb()", "c()", "d()"]
    assert all(cell["metadata"]["tags"] == ["own", "hide-input"] for cell in code)
    assert [len(cell["outputs"]) for cell in code] == [2, 0, 2]


def test_downloads_and_claims_stand_below_the_title_and_downloads_at_the_end(content: Content) -> None:
    first, top, *_, end = ("".join(cell["source"]) for cell in _cells(notebook_pages.make(content)))
    assert first.startswith("# Did China")
    assert "- [Coal \\[tonnes\\]](../claims/coal-8.md) <span" in top
    for text in (top, end):
        assert re.findall('href="([^"]+)"', text) == ["05-coal.ipynb", "colab/05-coal.ipynb"]
    assert top.count("<button") == 1
    assert "<button" not in end


def test_with_a_repository_there_are_buttons_that_open_the_notebook_elsewhere(tmp_path: Path) -> None:
    settings = Settings(repository="owner/name", branch="main")
    *_, end = _cells(notebook_pages.make(_content(tmp_path, settings)))
    links = re.findall('href="(https[^"]+)"', "".join(end["source"]))
    assert links == [
        # Colab opens what lies on GitHub: the published site, on a branch of its own.
        "https://colab.research.google.com/github/owner/name/blob/gh-pages/notebooks/colab/05-coal.ipynb",
        "https://mybinder.org/v2/gh/owner/name/main?urlpath=lab%2Ftree%2Fnotebooks%2F05-coal.ipynb",
        "https://github.com/owner/name",
    ]


def test_a_table_scrolls_in_a_box_named_by_its_caption(content: Content) -> None:
    first, second, _ = _html(notebook_pages.make(content))
    box = '<div class="owt-scroll" role="region" tabindex="0" aria-label="Tonnes &amp; yuan{}"><table>'
    assert first.startswith(box.format(""))
    assert second.startswith(box.format(" (2)")), "no two places of a page have the same name"
    assert f'<td class="owt-prose" align="left">{LONG}</td>' in first
    assert "<td>1</td>" in first


def test_a_card_keeps_its_place_takes_the_pages_colours_and_leads_to_the_claim(content: Content) -> None:
    card = _html(notebook_pages.make(content))[-1]
    assert card.startswith('<div class="owt-card owt-card-stands" id="coal-8">')
    assert "#009E73" not in card
    assert '<a href="../claims/coal-8.html">All about this claim' in card
    # Rows are stacked on a telephone, which would hide from a screen reader that this is a table.
    assert '<tr role="row"><th role="rowheader" scope="row">Printed</th>' in card
    assert card.count("<div") == card.count("</div>")


def test_the_list_has_each_question_with_its_reading_time_and_verdicts(content: Content) -> None:
    index = notebook_pages.make(content).sources["notebooks/index.md"]
    assert "## [Did China buy \\*less\\* coal?](05-coal.ipynb)" in index
    assert "2 minutes to read" in index, "of 450 words"
    assert "(../claims/coal-8.md)" in index
    assert marks.badge("reproduced") in index


def test_what_is_downloaded_is_the_notebook_as_it_was_executed(content: Content) -> None:
    files = notebook_pages.make(content).files
    assert files["notebooks/05-coal.ipynb"] == content.notebooks[0]
    copy = json.loads(bytes(files["notebooks/colab/05-coal.ipynb"]))  # type: ignore[arg-type]
    nbformat.validate(nbformat.from_dict(copy))
    own = json.loads(content.notebooks[0].read_bytes())
    assert copy["cells"][1:] == own["cells"]
    assert copy["cells"][0]["metadata"] == {"tags": ["install-onewaytrade"]}


def _install(folder: Path, settings: Settings, patch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """Execute the first cell of the copy for Colab where the package is missing, and return what it calls."""
    files = notebook_pages.make(_content(folder, settings)).files
    copy = json.loads(bytes(files["notebooks/colab/05-coal.ipynb"]))  # type: ignore[arg-type]
    called: list[Sequence[str]] = []
    patch.chdir(folder)
    patch.setattr(importlib.util, "find_spec", lambda _: None)
    patch.setattr(subprocess, "run", lambda command, **_: called.append(command))
    exec(compile("".join(copy["cells"][0]["source"]), "install", "exec"), {})  # noqa: S102
    return called


PIP = [sys.executable, "-m", "pip", "install", "--quiet"]


def test_the_copy_for_colab_installs_the_package_from_its_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = _install(tmp_path, Settings(repository="owner/name", branch="main"), monkeypatch)
    assert called == [[*PIP, "onewaytrade @ git+https://github.com/owner/name@main"]]


def test_without_a_repository_it_takes_the_wheel_that_lies_beside_it_or_asks_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "without").mkdir()
    with monkeypatch.context() as patch, pytest.raises(FileNotFoundError, match="First lay the wheel of One-Way"):
        _install(tmp_path / "without", Settings(), patch)
    (tmp_path / "with").mkdir()
    (tmp_path / "with" / "onewaytrade-0.1.0-py3-none-any.whl").touch()
    assert _install(tmp_path / "with", Settings(), monkeypatch) == [[*PIP, "onewaytrade-0.1.0-py3-none-any.whl"]]


def test_a_project_of_its_own_data_offers_no_copy_that_could_not_run(tmp_path: Path) -> None:
    (tmp_path / "index.md").write_text("# Another article\n", encoding="utf-8")
    pages = notebook_pages.make(_content(tmp_path, Settings()))
    assert sorted(pages.files) == ["notebooks/05-coal.ipynb"]
    assert "Colab" not in pages.sources["notebooks/05-coal.ipynb"]


RUN = """
import json, pathlib, sys
from onewaytrade import project
project._PACKAGED = pathlib.Path(sys.argv[2])
cells = json.loads(pathlib.Path(sys.argv[1]).read_bytes())["cells"]
# The first of them load the register and the data, and draw; the rest would take seconds.
for cell in [cell for cell in cells if cell["cell_type"] == "code"][:6]:
    exec("".join(cell["source"]))
"""


def test_the_copy_for_colab_runs_in_an_empty_folder_with_the_packages_own_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ONEWAYTRADE_PROJECT", raising=False)
    path = ROOT / "notebooks" / "08-trade-remedies.ipynb"
    content = Content(tmp_path, path.parent, [path], [], Settings(repository="owner/name"))
    copy = tmp_path / "copy.ipynb"
    copy.write_bytes(bytes(notebook_pages.make(content).files["notebooks/colab/08-trade-remedies.ipynb"]))  # type: ignore[arg-type]
    command = [sys.executable, "-c", RUN, str(copy), str(ROOT)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
