"""Show the built site on this machine, compressed as a real host would send it."""

import gzip
import io
from functools import lru_cache, partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO, Final

from onewaytrade.errors import SiteError

HOST: Final = "127.0.0.1"
_TEXT: Final = (
    ".html", ".css", ".js", ".json", ".svg", ".xml", ".csv", ".txt", ".yml", ".ipynb", ".inv",
)  # fmt: skip
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ipynb": "application/x-ipynb+json",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
    ".yml": "text/plain; charset=utf-8",
}


class _Handler(SimpleHTTPRequestHandler):
    """Sends files of a folder, text compressed where the browser takes it, and says nothing on the terminal."""

    protocol_version = "HTTP/1.1"
    # Ours alone: the system's table of types differs from machine to machine.
    extensions_map: dict[str, str] = {**_TYPES, "": "application/octet-stream"}  # noqa: RUF012 # as its base has it

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # its base's name
        """Say nothing: every file of every page would be a line."""

    def send_head(self) -> io.BytesIO | BinaryIO | None:
        """Send the headers, and return the body: a compressed one for text."""
        path = Path(self.translate_path(self.path))
        if path.is_dir() and self.path.partition("?")[0].endswith("/"):
            path /= "index.html"
        if not (path.suffix in _TEXT and path.is_file() and self._takes_gzip()):
            return super().send_head()
        content = _compressed(path, path.stat().st_mtime_ns)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Vary", "Accept-Encoding")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return io.BytesIO(content)

    def _takes_gzip(self) -> bool:
        offered = self.headers.get("Accept-Encoding", "").replace(" ", "").lower().split(",")
        return any(name.partition(";")[0] == "gzip" and not name.endswith(";q=0") for name in offered)


@lru_cache(maxsize=512)
def _compressed(path: Path, _changed: int) -> bytes:
    """Return a file compressed; `_changed` is its time of change, so that a new build is seen."""
    return gzip.compress(path.read_bytes(), mtime=0)


def server(folder: Path, port: int) -> ThreadingHTTPServer:
    """Return a server of the site in `folder` at a port of this machine (0: any that is free), not yet running.

    Raises SiteError if there is no site in the folder, or the port is taken.
    """
    if not (folder / "index.html").is_file():
        raise SiteError(f"{folder} holds no website yet: onewaytrade site makes it.")
    try:
        return ThreadingHTTPServer((HOST, port), partial(_Handler, directory=str(folder)))
    except OSError as error:
        raise SiteError(
            f"Port {port} of this machine cannot be used ({(error.strerror or str(error)).lower()}): "
            "name another, as in onewaytrade serve --port 8001."
        ) from error


def address(serving: ThreadingHTTPServer) -> str:
    """Return where a server shows the site."""
    return f"http://{HOST}:{serving.server_port}/"


def serve(folder: Path, port: int) -> None:
    """Show the site in `folder` until the user interrupts; say where. Raises SiteError as `server` does."""
    with server(folder, port) as serving:
        print(f"The website: {address(serving)} (Ctrl-C ends this)", flush=True)
        try:
            serving.serve_forever()
        except KeyboardInterrupt:
            print()
