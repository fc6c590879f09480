"""Read a built page once: its places, where it leads, what it loads, and what is wrong with its own markup."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Final

# A comment, an element whose content is text and not markup, or a tag. This is far quicker than html.parser,
# and what makes our pages quotes and escapes as it should.
_ATTRIBUTES: Final = r"[^>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^>\"']*)*"
_TOKEN: Final = re.compile(
    rf"<!--.*?-->|<(script|style|title|textarea)\b({_ATTRIBUTES})>(.*?)</\1\s*>|<(/?)([a-z][\w:-]*)({_ATTRIBUTES})>",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE: Final = re.compile(r"([^\s=\"'/>]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
# Most tags have nothing but a class, and are passed over.
_TELLING: Final = re.compile(
    r"\b(?:id|href|src|srcset|data|poster|background|style|alt|lang|name|property|rel)\s*=", re.IGNORECASE
)
_VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
# A browser ends the paragraph before any of these.
_BLOCKS: Final = frozenset(
    {
        "address", "article", "aside", "blockquote", "details", "div", "dl", "fieldset", "figure", "footer",
        "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre", "section",
        "table", "ul",
    }
)  # fmt: skip
# What a browser fetches by itself; a link (`a href`) waits for the reader's click.
_LOADED: Final = ("src", "data", "poster", "background")
_HARMLESS_LINKS: Final = frozenset(
    {"alternate", "author", "canonical", "help", "index", "license", "next", "prev", "search", "top"}
)
_PREVIEWS: Final = frozenset({"og:image", "twitter:image"})
_STYLE: Final = re.compile(r"(?:url\(|@import)\s*[\"']?\s*([^\"')\s;]+)", re.IGNORECASE)
_SCRIPT: Final = re.compile(
    r"(?:\bimport\b[^;\"'`\n]*|\b(?:fetch|importScripts|Worker|EventSource|WebSocket|sendBeacon)\s*\(\s*|\.src\s*=\s*)"
    r"[\"'`]([^\"'`\s]+)"
)
_BASE64: Final = re.compile(r"(data:[^\"',;\s]*(?:;[^\"',\s]*)?,)[^\"']{200,}")


@dataclass(slots=True)
class Page:
    """What one page is made of.

    `ids` are its places; `links` where its links, pictures and styles lead; `loads` what a browser fetches by
    itself; `faults` one clause for each thing that is wrong with the page by itself.
    """

    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def read(text: str) -> Page:
    """Return what a page in HTML, or a picture in SVG, is made of; `faults` are those of its nesting alone."""
    return _Reader(text).page


def read_page(text: str) -> Page:
    """Return what a whole page is made of, with all that is wrong with it as a page."""
    reader = _Reader(text)
    page = reader.page
    page.faults += reader.lacking()
    page.faults += [f"the id {name} stands twice" for name in _repeated(page.ids)]
    return page


def of_style(text: str) -> list[str]:
    """Return the addresses that a style sheet loads."""
    return _STYLE.findall(text)


def of_script(text: str) -> list[str]:
    """Return the addresses that a script loads, where they stand written out."""
    return _SCRIPT.findall(text)


def _repeated(names: list[str]) -> Iterator[str]:
    if len(set(names)) < len(names):
        yield from dict.fromkeys(name for name in names if names.count(name) > 1)


class _Reader:
    """Goes through the tags of a page once."""

    def __init__(self, text: str) -> None:
        self.page = Page()
        self._open: list[str] = []
        self._title = ""
        self._headings = 0
        self._language = self._description = False
        # A picture in the page itself is long, and holds no tag.
        for match in _TOKEN.finditer(_BASE64.sub(r"\1", text)):
            raw, raw_attributes, content, end, tag, attributes = match.groups()
            if raw:
                self._raw(raw.lower(), raw_attributes, content)
            elif tag:
                self._tag(tag if tag.islower() else tag.lower(), end, attributes)
        if self._open:
            self._fault(f"<{self._open[-1]}> is not closed")

    def lacking(self) -> Iterator[str]:
        """Yield a clause for each thing that a page must have and this has not."""
        if not self._title:
            yield "it has no title"
        if not self._description:
            yield "it has no description"
        if not self._language:
            yield "its language is not told"
        if self._headings != 1:
            yield f"it has {self._headings} headings h1, not one"

    def _tag(self, tag: str, end: str, attributes: str) -> None:
        if end:
            self._close(tag)
            return
        if tag in _BLOCKS and self._open and self._open[-1] == "p":
            self._fault(f"<{tag}> stands in a paragraph")
        if tag not in _VOID and not attributes.endswith("/"):
            self._open.append(tag)
        if tag == "h1":
            self._headings += 1
        if tag == "img" or _TELLING.search(attributes):
            self._attributes(tag, _parsed(attributes))

    def _close(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()
        elif tag in self._open:
            self._fault(f"</{tag}> ends <{self._open[-1]}>, which is not closed")
            while self._open.pop() != tag:
                pass
        else:
            self._fault(f"</{tag}> ends nothing")

    def _fault(self, clause: str) -> None:
        # What comes after the first is mostly its consequence.
        if not self.page.faults:
            self.page.faults.append(clause)

    def _attributes(self, tag: str, values: dict[str, str]) -> None:
        page = self.page
        if name := values.get("id"):
            page.ids.append(name)
        if tag in {"a", "area"}:
            page.links += filter(None, [values.get("href")])
            return
        sources = [values[name] for name in _LOADED if values.get(name) and (name != "data" or tag == "object")]
        sources += [part.split()[0] for part in re.split(r",\s+", values.get("srcset", "")) if part.split()]
        sources += _STYLE.findall(values.get("style", ""))
        if tag == "link":
            page.links.append(values.get("href", ""))
            if not set(values.get("rel", "").lower().split()) <= _HARMLESS_LINKS:
                page.loads.append(values.get("href", ""))
        elif tag in {"image", "use"}:
            sources += [values[name] for name in ("href", "xlink:href") if values.get(name)]
        elif tag == "img" and "alt" not in values:
            page.faults.append(f"the picture {values.get('src', '')[:80]} has no alternative text")
        elif tag == "html":
            self._language = bool(values.get("lang"))
        elif tag == "meta":
            self._description = self._description or bool(
                values.get("name") == "description" and values.get("content")
            )
            if values.get("property", values.get("name")) in _PREVIEWS:
                page.links.append(values.get("content", ""))
        page.loads += sources
        page.links += sources

    def _raw(self, tag: str, attributes: str, content: str) -> None:
        values = _parsed(attributes)
        if tag == "title":
            # Pictures have titles of their own.
            self._title = self._title or ("" if "svg" in self._open else content.strip())
        elif tag == "style":
            self.page.loads += of_style(content)
        elif tag == "script":
            self._script(values, content)
        if name := values.get("id"):
            self.page.ids.append(name)

    def _script(self, values: dict[str, str], content: str) -> None:
        if source := values.get("src"):
            self.page.loads.append(source)
            self.page.links.append(source)
        if values.get("type", "").endswith("json"):
            try:
                json.loads(content)
            except ValueError as error:
                self.page.faults.append(f"its {values['type']} is not readable: {error}")
        else:
            self.page.loads += of_script(content)


def _parsed(attributes: str) -> dict[str, str]:
    """Return the attributes of a tag; of two with one name, the first counts, as in a browser."""
    values: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(attributes):
        values.setdefault(name.lower(), unescape(double or single or bare))
    return values


def pages(site: Path) -> dict[str, Page]:
    """Return all pages of the folder by their paths from its top, but for what lies with its styles."""
    return {
        name: read_page(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
        if not (name := path.relative_to(site).as_posix()).startswith("_static/")
    }
