"""A notebook's page, an essay with its code folded, with what stands around it; and the list of all notebooks."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape, unescape
from pathlib import Path
from typing import Any, Final

from onewaytrade import fmt
from onewaytrade.runner.verdicts import VERDICT_MIME
from onewaytrade.site import colab, executed, figures, lessons, marks
from onewaytrade.site.content import Content, Pages, Verdict
from onewaytrade.site.executed import Notebook, joined
from onewaytrade.site.text import markdown, plural, scrolling

_HTML: Final = "text/html"
_FOLDED: Final = "hide-input"
_WORDS_A_MINUTE: Final = 230
_TABLE: Final = re.compile(r"<table>.*?</table>", re.DOTALL)
_CELL: Final = re.compile(r"<td (?=[^>]*>([^<]*)</td>)")
_PROSE: Final = 60  # letters of a cell that wants the width of a sentence
_CAPTION: Final = re.compile(r"<caption[^>]*>(.*?)</caption>", re.DOTALL)
_CARD: Final = re.compile(r'<div id="([^"]+)"[^>]*>\n(.*)</div>\n', re.DOTALL)
_GLYPH: Final = re.compile(r'(<span aria-hidden="true") style="[^"]*"')
# Within a word; what quotes an attribute or a name in code is none.
_APOSTROPHE: Final = re.compile(r"(?<=[a-z])(?:'|&#x27;|&#39;)(?=[a-z]{1,2}\b)")
# A browser that lays a table out as blocks no longer tells a screen reader what they are.
_ROLES: Final = {
    "<table>": '<table role="table">',
    "<tbody>": '<tbody role="rowgroup">',
    "<tr>": '<tr role="row">',
    "<th ": '<th role="rowheader" ',
    "<td ": '<td role="cell" ',
}

Cell = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Essay:
    """An executed notebook, by its stem, with its title in Markdown and the verdicts that it gave."""

    stem: str
    title: str
    notebook: Notebook
    verdicts: Sequence[Verdict]

    @property
    def minutes(self) -> int:
        """How long it takes to read the text, with the sentences that were computed, in minutes."""
        words = sum(len(text.split()) for text in self._texts())
        return max(1, round(words / _WORDS_A_MINUTE))

    def _texts(self) -> Iterator[str]:
        for cell in self.notebook["cells"]:
            if cell["cell_type"] == "markdown":
                yield joined(cell["source"])
            for output in cell.get("outputs", ()):
                yield joined(output.get("data", {}).get("text/markdown", ""))


def make(content: Content) -> Pages:
    """Return a page for each notebook and `notebooks/index`, with all files that they offer.

    These are each notebook as it was executed, one that installs what it needs in Colab, and the figures.
    """
    essays = [
        _Essay(path.stem, executed.title(path), executed.read(path), content.of_notebook(path.stem))
        for path in content.notebooks
    ]
    sources = {"notebooks/index.md": _index(essays)}
    files: dict[str, bytes | Path] = {f"notebooks/{path.name}": path for path in content.notebooks}
    for essay in essays:
        shown = list(figures.of_notebook(essay.stem, essay.notebook))
        files |= {name: own for _, figure in shown for name, own in figure.files().items()}
        sources[f"notebooks/{essay.stem}.ipynb"] = _json(_page(essay, shown, content))
        if install := _install(content):
            files[f"notebooks/colab/{essay.stem}.ipynb"] = _json(colab.copy(essay.notebook, install)).encode()
    return Pages(sources, files)


def _json(notebook: Notebook) -> str:
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


# The list


def _index(essays: Sequence[_Essay]) -> str:
    parts = [_entry(essay) for essay in essays]
    listed = "\n".join(essay.stem for essay in essays)
    return (
        "# Notebooks\n\nEach notebook answers one question about the article, from the data to the verdict, in a "
        "text with figures. Its code is folded between the paragraphs.\n\n"
        + "\n".join(parts)
        + f"\n```{{toctree}}\n:hidden:\n:maxdepth: 1\n\n{listed}\n```\n"
    )


def _entry(essay: _Essay) -> str:
    facts = f"{essay.minutes} {plural(essay.minutes, 'minute', 'minutes')} to read"
    claims = f"{_answers(essay.verdicts)}\n" if essay.verdicts else ""
    return f"## [{markdown(essay.title)}]({essay.stem}.ipynb)\n\n{{.owt-facts}}\n{facts}\n\n{claims}"


def _answers(verdicts: Iterable[Verdict]) -> str:
    """Return a list of claims with their verdicts, as Markdown, each leading to its page."""
    return "{.owt-answers}\n" + "".join(
        f"- [{markdown(verdict['label'])}](../claims/{verdict['claim']}.md) {marks.badge(verdict['verdict'])}\n"
        for verdict in verdicts
    )


# The page


def _page(essay: _Essay, shown: Iterable[tuple[Mapping[str, Any], figures.Figure]], content: Content) -> Notebook:
    """Return the notebook as Sphinx shall read it: its code folded, its outputs as HTML of our own."""
    pictures = {id(output): figure.html() for output, figure in shown}
    claims = {verdict["claim"] for verdict in content.verdicts}
    labels: dict[str, int] = {}

    def rewritten(output: Mapping[str, Any]) -> Mapping[str, Any]:
        data = output.get("data", {})
        if id(output) in pictures:
            return _html(output, pictures[id(output)])
        if _HTML not in data:
            return output
        html = _APOSTROPHE.sub("’", joined(data[_HTML]))
        if VERDICT_MIME in data:
            return _html(output, _card(html, data[VERDICT_MIME], claims))
        return _html(output, _scrolling(html, labels))

    first, *others = [
        {**cell, "outputs": [rewritten(output) for output in cell["outputs"]]} if "outputs" in cell else cell
        for cell in _joined(essay.notebook["cells"])
    ]
    top = _text("owt-top", _top(essay, content))
    end = _text("owt-end", _links(essay.stem, content, "End of the notebook"))
    cells = [first, top] if first["cell_type"] == "markdown" else [top, first]
    return {**essay.notebook, "cells": [*cells, *others, end]}


def _joined(cells: Iterable[Cell]) -> Iterator[Cell]:
    """Yield the cells, all code folded; code without output is told with the code that follows it."""
    held: list[str] = []
    last: Cell = {}
    for cell in cells:
        if cell["cell_type"] != "code":
            if held:
                yield _folded(last, held)
                held = []
            yield cell
            continue
        held, last = [*held, joined(cell["source"])], cell
        if cell["outputs"]:
            yield _folded(cell, held)
            held = []
    if held:
        yield _folded(last, held)


def _folded(cell: Cell, sources: Sequence[str]) -> Cell:
    tags = [*cell["metadata"].get("tags", ()), _FOLDED]
    return {**cell, "source": "\n\n".join(sources), "metadata": {**cell["metadata"], "tags": tags}}


def _text(name: str, markdown: str) -> Cell:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": markdown}


def _html(output: Mapping[str, Any], html: str) -> Mapping[str, Any]:
    return {**output, "data": {_HTML: html}, "metadata": {}}


def _scrolling(html: str, labels: dict[str, int]) -> str:
    """Return the HTML with each table in a box that scrolls by itself, named after the table's caption.

    `labels` counts the captions of a page, so that no two boxes have the same name.
    """

    def boxed(found: re.Match[str]) -> str:
        caption = _CAPTION.search(found[0])
        label = re.sub(r"<[^>]+>", "", caption[1]).strip() if caption else "Table"
        labels[label] = labels.get(label, 0) + 1
        name = label if labels[label] == 1 else f"{label} ({labels[label]})"
        table = _CELL.sub(lambda cell: cell[0] + 'class="owt-prose" ' * (len(cell[1]) > _PROSE), found[0])
        return scrolling(table, unescape(name))

    return _TABLE.sub(boxed, html)


def _card(html: str, verdict: Verdict, claims: set[str]) -> str:
    """Return a verdict's card in the page's colours, with rows that can stack, and a link to the claim's page."""
    found = _CARD.fullmatch(html)
    name, inner = found.groups() if found else (verdict["claim"], html)
    tone = "untold" if verdict.get("variant") else marks.TONES[verdict["verdict"]]
    inner = _GLYPH.sub(rf'\1 class="owt-{tone}"', inner)
    for tag, told in _ROLES.items():
        inner = inner.replace(tag, told)
    about = f'<span class="visually-hidden">: {escape(str(verdict.get("label") or name))}</span>'
    more = (
        f'<p class="owt-more"><a href="../claims/{name}.html">All about this claim{about}</a></p>\n'
        if name in claims
        else ""
    )
    place = f' id="{name}"' if found else ""
    return f'<div class="owt-card owt-card-{tone}"{place}>\n{inner}{more}</div>\n'


def _top(essay: _Essay, content: Content) -> str:
    """Return what stands below the title: the downloads, the switch for the code, and the claims answered."""
    switch = '<button type="button" class="owt-all-code" hidden>Show all code</button>\n'
    claims = (
        f"````{{container}} owt-box\n{{.owt-box-title}}\nClaims answered here\n\n{_answers(essay.verdicts)}````\n"
        if essay.verdicts
        else ""
    )
    return f"{_links(essay.stem, content, 'This notebook', switch)}\n{claims}{_taught(essay, content)}"


def _taught(essay: _Essay, content: Content) -> str:
    """Return in which lessons the claims answered here are taught, as Markdown; nothing where none are."""
    answered = {verdict["claim"] for verdict in essay.verdicts}
    named = [
        f"[{lesson.master.number}. {markdown(lesson.master.title)}](../{lessons.PAGE}.md#{lesson.place})"
        for lesson in lessons.found(content.root)
        if answered & set(lesson.claims)
    ]
    return (
        f"\n{{.owt-facts}}\nTaught in {plural(len(named), 'lesson', 'lessons')} {fmt.join(named)}\n"
        if named
        else ""
    )


def _links(stem: str, content: Content, label: str, more: str = "") -> str:
    copy = f"notebooks/colab/{stem}.ipynb"
    settings = content.settings
    offered = [
        (f"{stem}.ipynb", "Download notebook (.ipynb)", " download"),
        (f"colab/{stem}.ipynb" if _install(content) else "", "Download for Colab", " download"),
        (replace(settings, branch=colab.PUBLISHED).colab(copy), "Open in Colab", ""),
        (settings.binder(f"notebooks/{stem}.ipynb"), "Open in Binder", ""),
        (settings.project_page, "Project page", ""),
    ]
    items = "".join(
        f'<li><a href="{escape(address)}"{kind}>{words}</a></li>\n' for address, words, kind in offered if address
    )
    return f'<nav class="owt-tools" aria-label="{label}">\n<ul>\n{items}</ul>\n{more}</nav>\n'


# The copy for Colab


def _install(content: Content) -> str:
    """Return the code that installs the package with the project's data; nothing for a project of its own data.

    Such a project's data are not in the package, so its notebooks run in its folder alone.
    """
    if content.opening:
        return ""
    settings = content.settings
    if not settings.repository:
        return colab.installing()
    return colab.installing(f"onewaytrade @ git+{settings.project_page}@{settings.branch}")
