"""A browser without a network, a server of the built site, and what a visit to a page finds."""

import functools
import gzip
import http.server
import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import axe_playwright_python
from playwright.sync_api import ConsoleMessage, Page, Request, Response

CHOSEN = "ONEWAYTRADE_BROWSER"
# No name but the server's is resolved: what a page asks of others cannot even leave this machine.
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Nothing else of a page differs between light and dark.
OF_COLOUR = ["color-contrast", "link-in-text-block"]
_ZIPPED = {".html", ".css", ".js", ".svg", ".json", ".xml", ".csv", ".txt", ".ipynb"}


def executable() -> str | None:
    """Return the browser that was chosen, or Debian's, or one on the path."""
    if chosen := os.environ.get(CHOSEN):
        return chosen
    debian = Path("/usr/bin/chromium")
    if debian.is_file():
        return str(debian)
    return next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve the folder on a free port of this machine, and yield the address of its top."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 # its name there
        pass


@dataclass
class Log:
    """What a page asked for and complained of, since the log was last cleared."""

    home: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        page.on("request", self._request)
        page.on("response", self._response)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def clear(self) -> None:
        self.asked.clear()
        self.complaints.clear()

    @property
    def elsewhere(self) -> list[str]:
        """What was asked of other hosts; addresses that hold their content ask nobody."""
        own = (self.home, "data:", "blob:", "about:")
        return [address for address in self.asked if not address.startswith(own)]

    def files(self, site: Path) -> set[Path]:
        """Return the files of the site that were asked for."""
        paths = {unquote(urlsplit(address).path) for address in self.asked if address.startswith(self.home)}
        found = {site / path.lstrip("/") for path in paths}
        return {path / "index.html" if path.is_dir() else path for path in found}

    def _request(self, request: Request) -> None:
        self.asked.append(request.url)

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"console: {message.text}")


@functools.cache
def weight(path: Path) -> int:
    """Return how many bytes a file of a built site costs when it is transferred, texts being compressed."""
    body = path.read_bytes()
    return len(gzip.compress(body, 6)) if path.suffix in _ZIPPED else len(body)


def darken(page: Page) -> None:
    """Let evening come, as the reader's system tells the page."""
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")


@contextmanager
def font_size(page: Page, size: int) -> Iterator[None]:
    """Set the size of text in the browser's own settings; 16 is what it has by itself."""
    session = page.context.new_cdp_session(page)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": size, "fixed": size * 13 // 16}})
    try:
        yield
    finally:
        session.send("Page.setFontSizes", {"fontSizes": {"standard": 16, "fixed": 13}})
        session.detach()


def violations(page: Page, rules: list[str] | None = None, within: str = "") -> list[str]:
    """Return one line for each rule that axe-core finds broken, with the places.

    All rules are asked, or some; of the whole page, or of the first five elements that are chosen by `within`. The
    rules of colour, which take longer than all others together, are asked of what is alike by its names and place
    only three times a page: a style sheet gives colours by these.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    chosen = "[...document.querySelectorAll(within)].slice(0, 5)" if within else "[document.documentElement]"
    found = []
    if others := rules and [rule for rule in rules if rule not in OF_COLOUR]:
        found += _broken(page, {"runOnly": {"type": "rule", "values": others}}, chosen, within)
    if rules is None:
        # It is off by default, being younger than the others.
        changed = {"target-size": {"enabled": True}} | {rule: {"enabled": False} for rule in OF_COLOUR}
        found += _broken(page, {"runOnly": {"type": "tag", "values": TAGS}, "rules": changed}, chosen, within)
    if colours := [rule for rule in OF_COLOUR if rules is None or rule in rules]:
        kinds = f"({_KINDS})({chosen})"
        found += _broken(page, {"runOnly": {"type": "rule", "values": colours}}, kinds, within)
    return found


def _broken(page: Page, options: dict[str, Any], chosen: str, within: str) -> list[str]:
    asked = f"([options, within]) => {{ const e = {chosen}; return e.length ? axe.run(e, options) : null; }}"
    answer = page.evaluate(asked, [{"resultTypes": ["violations"], **options}, within])
    found = answer["violations"] if answer else []
    return [f"{one['id']}: {one['help']}: {_places(one['nodes'])}" for one in found]


# Of the elements with a text of their own, the first three of each kind; rows of a table may be of two colours.
_KINDS = """(tops) => {
  const name = e => [e.tagName, e.className, e.getAttribute('style'), e.getAttribute('aria-current'),
    e.getAttribute('aria-pressed'), e.tagName === 'TR' && e.rowIndex % 2].join();
  const seen = new Map();
  return tops.flatMap(top => [top, ...top.querySelectorAll('body *')]).filter(e => {
    if (![...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim())) return false;
    if (!e.getClientRects().length) return false;
    let kind = '';
    for (let p = e; p; p = p.parentElement) kind += name(p) + '/';
    seen.set(kind, (seen.get(kind) || 0) + 1);
    return seen.get(kind) <= 3;
  });
}"""


def _places(nodes: list[dict[str, Any]]) -> str:
    told = [f"{json.dumps(node['target'])} {node['html'][:160]}" for node in nodes[:3]]
    return f"{len(nodes)}: " + " | ".join(told)


def sideways(page: Page) -> list[str]:
    """Return what makes the page wider than the window: nothing if it needs no sideways scroll."""
    return list(page.evaluate(_SIDEWAYS))


# What lies inside something that scrolls or cuts is no fault, unless that is the page itself.
_SIDEWAYS = """() => {
  const root = document.documentElement, width = root.clientWidth;
  if (root.scrollWidth <= width) return [];
  const cut = e => {
    for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
      if (getComputedStyle(p).overflowX !== 'visible') return true;
    return false;
  };
  const wide = [...document.body.querySelectorAll('*')]
    .filter(e => e.getBoundingClientRect().right > width + 1 && !cut(e))
    .map(e => [e.tagName, ...e.classList, Math.round(e.getBoundingClientRect().right)].join(' '));
  return [`${root.scrollWidth} > ${width}`, ...wide.slice(-3)];
}"""
