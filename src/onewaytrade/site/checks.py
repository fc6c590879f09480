"""What must hold of the built pages, before they take the place of the old ones."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from onewaytrade.site import figures, hosts, markup
from onewaytrade.site.content import Content
from onewaytrade.site.markup import Page

_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
# They name pages by their whole addresses.
_LISTS: Final = ("sitemap.xml", "feed.xml")


def faults(pages: Path, content: Content, beside: Iterable[str] = ()) -> list[str]:
    """Return one clause for each thing that is not as it must be in the folder of built pages.

    Links may also lead to the files that will lie `beside` them, by their paths from the top of the site.
    """
    read = markup.pages(pages)
    return [
        *_missing(read, content),
        *(f"{found}, but a page may load nothing from other hosts" for found in hosts.foreign(pages, read)),
        *(f"{name}: {fault}" for name, page in read.items() for fault in page.faults),
        *figures.faults(pages, content),
        *_broken(pages, read, content.settings.address, beside),
    ]


def _missing(read: Mapping[str, Page], content: Content) -> list[str]:
    return [
        f"the claim {verdict['claim']} has no page"
        for verdict in content.verdicts
        if f"claims/{verdict['claim']}.html" not in read
    ]


def _broken(site: Path, read: Mapping[str, Page], address: str, beside: Iterable[str]) -> Iterator[str]:
    """Yield a clause for each link within the site that leads to no file, or to no place on a page."""
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()} | set(beside)
    places = {name: set(page.ids) for name, page in read.items()}
    links = {name: page.links for name, page in read.items()}
    for name in _LISTS:
        if name in files:
            listed = (site / name).read_text(encoding="utf-8")
            # What a feed calls the id of an entry is a name, and need not lead anywhere.
            links[name] = re.findall(rf"(?:<loc>|href=\")({re.escape(address)}[^<\"]*)", listed)
    for name, own in links.items():
        for link in dict.fromkeys(own):
            path, place = _meant(link, name, address)
            if path is None:
                continue
            if path not in files:
                yield f"{name} leads to {link}, which is not there"
            elif place not in {"", "top"} and path in places and place not in places[path]:
                yield f"{name} leads to {link}, but there is no such place on that page"


def _meant(link: str, name: str, address: str) -> tuple[str | None, str]:
    """Return the file of the site that a link on the page `name` means, if it means one, and the place there."""
    if link.startswith(address):
        link, name = link.removeprefix(address), "index.html"
    if _SCHEME.match(link) or link.startswith("//"):
        return None, ""
    target, _, place = link.partition("#")
    target = unquote(target.partition("?")[0])
    if not target:
        return name, unquote(place)
    path = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
    return (posixpath.normpath(f"{path}/index.html") if target.endswith("/") else path), unquote(place)
