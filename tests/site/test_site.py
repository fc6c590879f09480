"""The site: what a reader, a screen reader and a phone find in the pages, and how a build fails."""

import base64
import hashlib
import json
import re
import struct
import zlib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest

from onewaytrade import site, starter
from onewaytrade.errors import SiteError
from onewaytrade.runner import verdicts
from onewaytrade.runner.verdicts import VERDICT_MIME
from onewaytrade.site import figures, hosts

ALT = 'Exports, "China", rose by +33.2 % from December 2022 to March 2025; imports by −0.3 % <see table>.'
COMMITTED = Path(__file__).parents[2] / "notebooks" / "01-export-surge.ipynb"
VERDICT = next(
    verdict
    for verdict in verdicts.collect(COMMITTED.stem, json.loads(COMMITTED.read_text(encoding="utf-8")))
    if verdict["claim"] == "cpb-exports-33"
)


def _png() -> str:
    """Return a white picture of 8 by 4 pixels, in base64."""
    rows = b"".join(b"\0" + b"\xff" * 24 for _ in range(4))
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 8, 4, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()


def _cell(data: dict[str, Any], metadata: dict[str, Any] | None = None) -> nbformat.NotebookNode:
    output = nbformat.v4.new_output("display_data", data=data, metadata=metadata or {})
    return nbformat.v4.new_code_cell("show()", outputs=[output], execution_count=1)


def _notebook(title: str, *cells: nbformat.NotebookNode) -> str:
    heading = nbformat.v4.new_markdown_cell(f"# {title}\n\nIt cost $3 and then $4.")
    notebook = nbformat.v4.new_notebook(cells=[heading, *cells])
    notebook.metadata.update(
        kernelspec={"name": "python3", "display_name": "Python 3", "language": "python"},
        language_info={"name": "python", "pygments_lexer": "ipython3"},
        papermill={"parameters": {"end": "2025-03"}},
    )
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    return str(nbformat.writes(notebook))


def _picture(alt: str | None = ALT) -> nbformat.NotebookNode:
    bundle = {"image/png": _png(), "text/csv": "month,index\n2025-03,133.2\n", "text/plain": ALT}
    return _cell(bundle, {"image/png": {"alt": alt, "width": 720} if alt else {}})


def _executed(folder: Path, notebooks: dict[str, str], verdicts: list[dict[str, Any]]) -> Path:
    executed = folder / "notebooks"
    executed.mkdir()
    for stem, content in notebooks.items():
        (executed / f"{stem}.ipynb").write_text(content, encoding="utf-8")
    (folder / "verdicts.json").write_text(json.dumps(verdicts), encoding="utf-8")
    return executed


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    card = {
        VERDICT_MIME: VERDICT,
        "text/html": "<div id='cpb-exports-33'></div>"
        "<table><caption>How it was judged</caption><tr><th scope='row'>Printed</th></tr></table>",
        "text/plain": "reproduced",
    }
    sentence = {"text/markdown": "It was **+33.2 %**.\n\n| a | b |\n|---|---|\n| 1 | 2 |", "text/plain": "x"}
    listed = {"text/markdown": "- [Exports](01-export-surge.ipynb#cpb-exports-33), reproduced", "text/plain": "x"}
    notebooks = {
        "00-scoreboard": _notebook("Which claims hold?", _cell(listed)),
        "01-export-surge": _notebook("Did exports surge?", _cell(sentence), _picture(), _cell(card)),
    }
    return _executed(tmp_path_factory.mktemp("build"), notebooks, [VERDICT])


@pytest.fixture(scope="module")
def built(executed: Path) -> Path:
    out = executed.parent / "site"
    site.build(executed, out)
    return out


class _Page(HTMLParser):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self.pictures: list[dict[str, str | None]] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "img":
            self.pictures.append(named)
        if tag == "a" and named.get("href"):
            self.links.append(str(named["href"]))
        if named.get("id"):
            self.ids.add(str(named["id"]))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_every_link_leads_to_a_page_and_a_place_on_it(built: Path) -> None:
    pages = {path: _Page(path) for path in sorted(built.rglob("*.html"))}
    leading = set()
    for path, page in pages.items():
        for address in page.links:
            target, _, place = address.partition("#")
            if "://" in target or target.startswith(("mailto:", "javascript:")):
                continue
            leads = (path.parent / target).resolve() if target else path
            assert leads.is_file(), f"{path.name}: {address}"
            if place and leads in pages:
                assert place in pages[leads].ids, f"{path.name}: {address}"
            if leads == built / "claims" / "cpb-exports-33.html":
                leading.add(path.relative_to(built).as_posix())
    assert {"index.html", "claims/index.html"} <= leading


def test_a_picture_keeps_its_alternative_text(built: Path) -> None:
    page = _Page(built / "notebooks" / "01-export-surge.html")
    # A picture in other colours than those of our charts has no dark edition.
    assert [picture["alt"] for picture in page.pictures] == [ALT]
    assert page.pictures[0]["loading"] == "lazy"
    assert (built / "notebooks" / str(page.pictures[0]["src"])).read_bytes() == base64.b64decode(_png())
    assert (built / "figures" / "01-export-surge-1.csv").read_bytes() == b"month,index\n2025-03,133.2\n"


def test_code_is_folded_below_what_is_written_on_it(built: Path) -> None:
    html = (built / "notebooks" / "01-export-surge.html").read_text(encoding="utf-8")
    folds = re.findall(r'<details class="owt-code">\s*<summary>(.*?)</summary>', html)
    # A reader sees "Code"; a list of a page's folds has their numbers.
    numbered = [re.sub("<[^>]+>", "", fold).removeprefix("Code ") for fold in folds]
    assert numbered == ["1", "2", "3"]
    assert "Toggle hidden content" not in html


def test_another_alternative_text_than_the_composed_one_fails_the_build(
    executed: Path, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures.Figure, "images", lambda own, up: f'<img src="{up}{own.name}.png" alt="A chart.">')
    with pytest.raises(SiteError, match=r"01-export-surge.*another alternative text than the composed one"):
        site.build(executed, built)


def test_verdicts_and_sentences_are_shown_as_html(built: Path) -> None:
    html = (built / "notebooks" / "01-export-surge.html").read_text(encoding="utf-8")
    assert "<caption>How it was judged</caption>" in html
    assert "<strong>+33.2 %</strong>" in html
    assert "It cost $3 and then $4." in html
    assert "month,index" not in html
    assert VERDICT_MIME not in html


def test_the_front_page_has_the_verdicts_and_each_notebook_is_listed(built: Path) -> None:
    front = _Page(built / "index.html").text
    assert VERDICT["computed_text"].lstrip("+") in front
    assert VERDICT["verdict"] in front
    listed = _Page(built / "notebooks" / "index.html")
    assert "Which claims hold?" in listed.text
    assert "Did exports surge?" in listed.text
    assert {"00-scoreboard.html", "01-export-surge.html"} <= set(listed.links)


def test_no_page_loads_anything_from_another_host(built: Path) -> None:
    assert hosts.foreign(built) == []


def test_a_second_build_gives_the_same_bytes_and_no_trace_of_this_machine(executed: Path, built: Path) -> None:
    before = _hashes(built)
    site.build(executed, built)
    assert _hashes(built) == before
    here = str(executed.parent).encode()
    assert [path for path in built.rglob("*") if path.is_file() and here in path.read_bytes()] == []
    assert sorted(path.name for path in executed.parent.iterdir()) == ["notebooks", "site", "verdicts.json"]


def _hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_warning_fails_the_build_and_the_old_site_stays(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A small project, since its pages are made before Sphinx warns of one.
    small = tmp_path_factory.mktemp("project") / "small"
    starter.lay_out(small)
    monkeypatch.setenv("ONEWAYTRADE_PROJECT", str(small))
    executed = _executed(tmp_path, {"01-export-surge": _notebook("A title", _picture(alt=None))}, [])
    out = tmp_path / "site"
    out.mkdir()
    (out / "index.html").write_text("old", encoding="utf-8")
    with pytest.raises(
        SiteError, match=r"^The site was not built: notebooks.01-export-surge\.ipynb.*no alternative text"
    ):
        site.build(executed, out)
    assert (out / "index.html").read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notebooks", "site", "verdicts.json"]


def test_without_notebooks_the_user_is_told_what_writes_them(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="holds no executed notebook: onewaytrade run writes them there"):
        site.build(_executed(tmp_path, {}, []), tmp_path / "site")


def test_a_verdict_without_its_notebook_is_told(tmp_path: Path) -> None:
    executed = _executed(tmp_path, {"00-scoreboard": _notebook("A title")}, [VERDICT])
    with pytest.raises(SiteError, match=r"cpb-exports-33.*onewaytrade run 01-export-surge"):
        site.build(executed, tmp_path / "site")


def test_a_folder_that_is_no_site_is_not_replaced(executed: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(SiteError, match="is no website, and would be replaced whole: name another folder"):
        site.build(executed, tmp_path)
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "years of work"
