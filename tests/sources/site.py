"""A publisher's site on 127.0.0.1, which answers as a test tells it to, and remembers how it was asked."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

Answer = Callable[["_Handler"], None]


@dataclass
class Asked:
    """A request as the site saw it: `at` is the time of a clock that only goes on, in seconds."""

    path: str
    headers: Mapping[str, str]
    at: float


@dataclass
class Site:
    """The site: for each path the answers to one request after another, the last of them for all that follow."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    at_once: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._lock, self._open = threading.Lock(), 0
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.site = self
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, handler: "_Handler") -> None:
        with self._lock:
            self.asked.append(Asked(handler.path, dict(handler.headers.items()), time.monotonic()))
            self._open += 1
            self.at_once = max(self.at_once, self._open)
            left = self.answers.get(handler.path.partition("?")[0], [status(404)])
            answer = left.pop(0) if len(left) > 1 else left[0]
        try:
            answer(handler)
        finally:
            with self._lock:
                self._open -= 1


class _Server(ThreadingHTTPServer):
    site: Site

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that went away."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:  # the standard library's name
        self.server.site.answer(self)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def sends(content: bytes, *, length: int | None = -1, **headers: str) -> Answer:
    """Send the content; `length` is what is said of it: -1 for the truth, None for nothing."""

    def answer(handler: _Handler) -> None:
        handler.send_response(200)
        if length is not None:
            handler.send_header("Content-Length", str(len(content) if length == -1 else length))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def status(code: int, content: bytes = b"<html><title>No</title></html>", **headers: str) -> Answer:
    """Answer with a status, and headers such as Retry_After or Location."""

    def answer(handler: _Handler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def broken(content: bytes) -> Answer:
    """Send pieces that are announced one by one, and break off before the last."""

    def answer(handler: _Handler) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))
        handler.close_connection = True

    return answer


def silent(handler: _Handler) -> None:
    """Say nothing until the test is over."""
    handler.server.site.over.wait(5)


def drips(handler: _Handler) -> None:
    """Send a byte now and then, without an end."""
    handler.send_response(200)
    handler.end_headers()
    while not handler.server.site.over.wait(0.02):
        handler.wfile.write(b"x")
        handler.wfile.flush()


def leads_on(handler: _Handler) -> None:
    """Send on to the same place, with a page that never ends."""
    handler.send_response(302)
    handler.send_header("Location", handler.path)
    handler.end_headers()
    while not handler.server.site.over.wait(0.02):
        handler.wfile.write(b"x")
        handler.wfile.flush()


def hangs_up(handler: _Handler) -> None:
    """Close the connection without an answer."""
    handler.close_connection = True


def slowly(seconds: float, then: Answer) -> Answer:
    """Wait, and then answer."""

    def answer(handler: _Handler) -> None:
        handler.server.site.over.wait(seconds)
        then(handler)

    return answer
