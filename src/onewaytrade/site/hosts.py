"""Find what the pages of a built site would load from other hosts."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

# What a browser fetches by itself; a link (`a href`) waits for the reader's click.
_LOADED: Final = ("src", "srcset", "data", "poster", "background")
_HARMLESS_LINKS: Final = {"author", "canonical", "help", "index", "license", "next", "prev", "search", "top"}
_ELSEWHERE: Final = re.compile(r"(?:[a-z]+:)?//[^/]", re.IGNORECASE)
_STYLE: Final = re.compile(r"(?:url\(|@import)\s*[\"']?\s*([^\"')\s;]+)", re.IGNORECASE)


class _Loads(HTMLParser):
    """Collects the addresses that a page loads, from attributes and from styles within the page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.found += [part for name in _LOADED for part in values.get(name, "").split()]
        self.found += _STYLE.findall(values.get("style", ""))
        if tag == "link" and not set(values.get("rel", "").lower().split()) <= _HARMLESS_LINKS:
            self.found.append(values.get("href", ""))
        self._in_style = tag == "style"

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.found += _STYLE.findall(data)

    def handle_endtag(self, tag: str) -> None:
        self._in_style = self._in_style and tag != "style"


def foreign(site: Path) -> list[str]:
    """Return one clause for each address of another host that a page or a style sheet of the folder loads."""
    return [
        f"{path.relative_to(site).as_posix()} loads {address}"
        for path in sorted(site.rglob("*"))
        if path.suffix in {".html", ".css", ".svg"}
        for address in _loads(path)
        if _ELSEWHERE.match(address)
    ]


def _loads(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".css":
        return _STYLE.findall(text)
    page = _Loads()
    page.feed(text)
    return page.found
