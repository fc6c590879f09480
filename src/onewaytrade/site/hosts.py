"""Find what a built site would load from other hosts."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from onewaytrade.site import markup
from onewaytrade.site.markup import Page

_ELSEWHERE: Final = re.compile(r"(?:[a-z]+:)?//[^/]", re.IGNORECASE)


def foreign(site: Path, pages: Mapping[str, Page] | None = None) -> list[str]:
    """Return one clause for each address of another host that a page, a style sheet or a script loads.

    The `pages` by their paths from the top of the folder may be given, if they have been read before.
    """
    read = markup.pages(site) if pages is None else pages
    loads = {name: page.loads for name, page in read.items()} | dict(_loads_of_files(site))
    return [
        f"{name} loads {address}" for name in sorted(loads) for address in loads[name] if _ELSEWHERE.match(address)
    ]


def _loads_of_files(site: Path) -> Iterator[tuple[str, list[str]]]:
    for path in site.rglob("*"):
        if reader := _READERS.get(path.suffix):
            yield path.relative_to(site).as_posix(), reader(path.read_text(encoding="utf-8"))


def _of_picture(text: str) -> list[str]:
    return markup.read(text).loads


_READERS: Final[Mapping[str, Callable[[str], list[str]]]] = {
    ".css": markup.of_style,
    ".js": markup.of_script,
    ".svg": _of_picture,
}
