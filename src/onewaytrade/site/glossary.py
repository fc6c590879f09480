"""Link the first use of each term on a page to the glossary, when Sphinx writes the page.

Notebooks hold no such links, since these would read badly elsewhere. Only running text is linked: no heading,
link, code, formula, caption or table, and nothing that is HTML already.
"""

import functools
import itertools
import re
from collections.abc import Iterator
from typing import Any, Final

from docutils import nodes  # type: ignore[import-untyped]
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

from onewaytrade.site.words import PAGE, Entry, entries

CLASS: Final = "owt-term"
_LOGGER: Final = logging.getLogger(__name__)
_CLOSED: Final = (
    nodes.FixedTextElement, nodes.Titular, nodes.caption, nodes.comment, nodes.legend, nodes.literal, nodes.math,
    nodes.reference, nodes.table, nodes.term, addnodes.pending_xref, addnodes.toctree,
)  # fmt: skip
# A tag in a piece of HTML, with its slash if it closes one; lines and pictures have no end.
_TAG: Final = re.compile(r"<(/?)(?!br|img|wbr)[a-z][^>]*>", re.IGNORECASE)


class LinkTerms(SphinxPostTransform):
    """Link terms to their entries; warn, which fails the build, if the page of the glossary lacks one."""

    # After MyST-NB has chosen among the forms of an output (4), before links are resolved (9).
    default_priority = 8

    def run(self, **_: Any) -> None:
        """Link the first use of each term on the page."""
        here = self.env.docname
        linked: set[str] = set()
        for text, sections in list(_running(self.document)):
            found = []
            for start, end, entry in _uses(text):
                own = here == PAGE and entry.slug in sections  # no entry leads to itself
                if entry.slug not in linked and not own:
                    linked.add(entry.slug)
                    found.append((start, end, entry))
            if found:
                text.parent.replace(text, self._parts(text, found))

    def _parts(self, text: nodes.Text, found: list[tuple[int, int, Entry]]) -> list[nodes.Node]:
        whole, parts, done = str(text), [], 0
        for start, end, entry in found:
            parts += [nodes.Text(whole[done:start]), self._link(whole[start:end], entry)]
            done = end
        return [part for part in (*parts, nodes.Text(whole[done:])) if part.astext()]

    def _link(self, words: str, entry: Entry) -> nodes.Node:
        places = self.env.metadata[PAGE].get("myst_slugs", {})
        if entry.slug not in places:
            message = "the glossary has no entry %r, which a term would lead to"
            _LOGGER.warning(message, entry.slug, type="glossary", location=self.env.docname)
            return nodes.Text(words)
        place = places[entry.slug][1]
        link = make_refnode(self.app.builder, self.env.docname, PAGE, place, nodes.Text(words), entry.short)
        link["classes"].append(CLASS)
        return link


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform."""
    app.add_post_transform(LinkTerms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _running(
    node: nodes.Element, sections: frozenset[str] = frozenset(), *, inside: bool = False
) -> Iterator[tuple[nodes.Text, frozenset[str]]]:
    """Yield each text of the paragraphs below a node, with the names of the sections around it."""
    if inside:
        _join(node)
    open_tags = 0
    for child in node.children:
        if isinstance(child, nodes.raw):
            # A link or code written as HTML within a sentence: "<a href=...>", its text, "</a>".
            open_tags += sum(-1 if close else 1 for close in _TAG.findall(child.astext())) if inside else 0
        elif isinstance(child, nodes.Text):
            if inside and not open_tags:
                yield child, sections
        elif not isinstance(child, _CLOSED):
            around = sections | set(child["ids"]) if isinstance(child, nodes.section) else sections
            yield from _running(child, around, inside=inside or isinstance(child, nodes.paragraph))


def _join(node: nodes.Element) -> None:
    """Make one text of several in a row: each line of the source gives its own, and a term may go over two."""
    if any(isinstance(child, nodes.Text) for child in node.children[1:]):
        runs = itertools.groupby(node.children, lambda child: isinstance(child, nodes.Text))
        node[:] = [
            part
            for is_text, run in runs
            for part in ([nodes.Text("".join(map(str, run)))] if is_text else list(run))
        ]


def _uses(text: nodes.Text) -> list[tuple[int, int, Entry]]:
    """Return start, end and entry of each term in a text, the longest where several begin."""
    forms, bold, pattern = _index()
    whole = str(text)
    if isinstance(text.parent, nodes.strong) and (entry := bold.get(_plain(whole))):
        return [(0, len(whole), entry)]
    return [(*match.span(), forms[_plain(match[0])]) for match in pattern.finditer(whole)]


@functools.cache
def _index() -> tuple[dict[str, Entry], dict[str, Entry], re.Pattern[str]]:
    """Return the entries by form and by bold form, and a pattern that finds any form, the longest first."""
    forms = {_plain(form): entry for entry in entries() for form in entry.forms}
    bold = {_plain(form): entry for entry in entries() for form in entry.bold}
    written = sorted((form for entry in entries() for form in entry.forms), key=len, reverse=True)
    either = "|".join(map(_pattern, written))
    return forms, bold, re.compile(rf"(?<![\w-])(?:{either})(?![\w-])")


def _pattern(form: str) -> str:
    """Return a pattern of a form as it is, or at the start of a sentence: "Trade Remedies" is somebody's name."""
    first, others = form[0], form[1:]
    head = f"[{first}{first.upper()}]" if form == form.lower() else re.escape(first)
    return head + re.escape(others).replace(r"\ ", r"\s+")


def _plain(words: str) -> str:
    return " ".join(words.lower().split())
