"""Texts of register, manifest and notebooks as a page shows them: as Markdown, as HTML, and for machines."""

import json
import re
from collections.abc import Mapping
from html import escape
from typing import Any, Final

from onewaytrade import fmt

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>#|~$&!^@])")
_PARTED: Final = re.compile(r"(?<=\d) %")
# What would begin a list, a definition or a quotation at the head of a line.
_LISTED: Final = re.compile(r"^(\d+)([.)])(?=\s)|^([-+:])(?=\s)")
_CODE: Final = re.compile(r"`([^`]*)`")
_ADDRESS: Final = re.compile(r"https?://[^\s;,<>\"]+[^\s;,<>\".)]")
_SHORT: Final = 24  # letters of a text that needs no place to break


def capital(text: str) -> str:
    """Return a text as it stands at the head of a sentence."""
    return f"{text[:1].upper()}{text[1:]}"


def plural(number: int, one: str, many: str) -> str:
    """Return the words for one thing or for many."""
    return one if number == 1 else many


def typographic(text: str) -> str:
    """Return a text with the quotation marks and apostrophes of print, and no "%" parted from its number."""
    text = re.sub(r"(?<=\w)'(?=\w)|(?<=s)'(?=\s)", "’", text)
    text = re.sub(r"'([^']*)'", r"‘\1’", text)
    text = re.sub(r'"([^"]*)"', r"“\1”", text)
    return _PARTED.sub(f"{fmt.SPACE}%", text.replace("'", "’"))


def markdown(text: str) -> str:
    """Return a text as MyST Markdown that shows it as it is, on one line, no "%" parted from its number."""
    line = _MARKUP.sub(r"\\\1", _PARTED.sub(f"{fmt.SPACE}%", re.sub(r"\s*\n\s*", " ", text.strip())))
    return _LISTED.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", line)


def prose(text: str) -> str:
    """Return a text of the manifest as Markdown that says just this; what it has in back-ticks stays code."""
    parts = _CODE.split(text)
    return "".join(
        f"`{part}`" if number % 2 else _MARKUP.sub(r"\\\1", typographic(part)) for number, part in enumerate(parts)
    )


def prose_html(text: str) -> str:
    """Return a text of the manifest as HTML; what it has in back-ticks is code."""
    return _CODE.sub(r"<code>\1</code>", escape(typographic(text), quote=False))


def linked(text: str) -> str:
    """Return where something was found as HTML, with its addresses as links that may break on a narrow page."""
    parts: list[str] = []
    at = 0
    for found in _ADDRESS.finditer(text):
        parts += [breakable(text[at : found.start()]), f'<a href="{escape(found[0])}">{breakable(found[0])}</a>']
        at = found.end()
    return "".join([*parts, breakable(text[at:])])


def first_address(text: str) -> str:
    """Return the first address of the web in a text, or nothing."""
    found = _ADDRESS.search(text)
    return found[0] if found else ""


def breakable(text: str) -> str:
    """Return a text as HTML that may break within a long word, after a slash or the like."""
    if len(text) <= _SHORT:
        return escape(text)
    return "<wbr>".join(map(escape, re.split(r"(?<=[/_=&?@-])(?=\w)", text)))


def front_matter(description: str = "", *, wide: bool = False) -> str:
    """Return a page's front matter: what search engines and previews say of it.

    A `wide` page has no list of its headings beside it, so that its table has the room.
    """
    told = f"myst:\n  html_meta:\n    description: {json.dumps(description, ensure_ascii=False)}\n"
    room = "html_theme.sidebar_secondary.remove: true\n"
    return f"---\n{told * bool(description)}{room * wide}---"


def scrolling(html: str, label: str) -> str:
    """Return a piece of HTML in a box with a name, which scrolls sideways and can be reached by keyboard."""
    return f'<div class="owt-scroll" role="region" tabindex="0" aria-label="{escape(label)}">{html}</div>'


def json_ld(content: Mapping[str, Any]) -> str:
    """Return JSON-LD as an HTML element that no text in it can close."""
    text = json.dumps(content, ensure_ascii=False, indent=1).replace("<", "\\u003c").replace("\u2028", "\\u2028")
    return f'<script type="application/ld+json">\n{text}\n</script>'
