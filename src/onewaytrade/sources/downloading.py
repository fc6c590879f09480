"""Download one file by HTTP, politely and within bounds: whole or not at all, into a cache that pooch keeps.

A download is one request at a time, with a pause between two to the same host; it says who asks, waits as long as
the host wishes (within reason), gives up after a few attempts, and stops at a size and a time. Nothing here knows
a publisher.
"""

import datetime as dt
import hashlib
import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urljoin, urlsplit

import pooch
import requests
from requests import exceptions

from onewaytrade.errors import OneWayTradeError

CACHE: Final = "ONEWAYTRADE_CACHE"

_MB: Final = 1_000_000
_CHUNK: Final = 65_536
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_TOO_MANY: Final = 429
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a download may take, how large it may be, and how often it is tried; times in seconds.

    `connect`, `read` (from one piece to the next) and `total` (all attempts and waits) are time limits; after a
    failure there is a wait of `back_off`, then twice that, and so on, or as long as the host asks, but not longer
    than `longest_wait`; `pause` lies between two requests to one host. `size_mb` is in 10^6 bytes.
    """

    connect: float = 10
    read: float = 30
    total: float = 300
    size_mb: float = 20
    attempts: int = 4
    back_off: float = 2
    longest_wait: float = 60
    pause: float = 1
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Secret:
    """A header that only the host asked sees; its value is shown nowhere."""

    header: str
    value: str = field(repr=False)


class Progress(Protocol):
    """What is told while a download runs."""

    def received(self, done: int, total: int | None) -> None:
        """Take how many bytes have come, and of how many, if that is known."""

    def waiting(self, why: str, seconds: float) -> None:
        """Take that there will be another attempt: why, and in how many seconds."""


class Silent:
    """Progress that tells nothing."""

    def received(self, done: int, total: int | None) -> None:
        """Say nothing."""

    def waiting(self, why: str, seconds: float) -> None:
        """Say nothing."""


class DownloadError(OneWayTradeError):
    """A download failed: the problem as a clause without its full stop, and the host's status, if that is it."""

    def __init__(self, problem: str, status: int | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.status = status


class _PassingError(DownloadError):
    """A failure that may be over soon, and the seconds that the host asks to wait."""

    def __init__(self, problem: str, status: int | None = None, wait: float | None = None) -> None:
        super().__init__(problem, status)
        self.wait = wait


def cache() -> Path:
    """Return the folder of downloads: the one that ONEWAYTRADE_CACHE names, or the system's for such files."""
    named = os.environ.get(CACHE)
    return Path(named).expanduser() if named else pooch.os_cache("onewaytrade")


def place(source: str, url: str, name: str) -> Path:
    """Return where the download of an address lies in the cache."""
    return cache() / source / hashlib.sha256(url.encode()).hexdigest()[:12] / name


def agent(contact: str = "") -> str:
    """Return what the host reads of who asks and what for; `contact` is an address for questions."""
    told = "; ".join(filter(None, ("reads published trade tables", contact)))
    return f"onewaytrade/{version('onewaytrade')} ({told})"


def download(
    url: str,
    path: Path,
    check: Callable[[Path], None],
    *,
    limits: Limits,
    contact: str = "",
    secret: Secret | None = None,
    progress: Progress | None = None,
) -> None:
    """Write what lies at `url` to `path`, in place of what may be there, once `check` has seen the whole of it.

    `check` gets the file under another name, and raises DownloadError if it is not what it should be. Raises
    DownloadError, and leaves `path` as it was, whatever goes wrong.
    """
    headers = {"User-Agent": agent(contact), "Accept": "*/*", "Accept-Encoding": "identity"}
    request = _Request(url, headers, secret, limits, progress or Silent())
    if secret and urlsplit(url).scheme != "https" and _host(url) not in _LOOPBACK:
        raise DownloadError(
            f"the key would be sent to {_host(url)} for all to read, since the address is no https"
        )

    def downloader(_: str, output: str, __: object) -> None:
        Path(output).write_bytes(_content(request))
        check(Path(output))

    # The name tells pooch that there is nothing yet, so that what is there stays until the whole of the new is.
    fresh = path.with_name(f"{path.name}.new")
    logger = pooch.get_logger()
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        fresh.unlink(missing_ok=True)
        pooch.retrieve(url, known_hash=None, fname=fresh.name, path=fresh.parent, downloader=downloader)
        fresh.replace(path)
    except OSError as error:
        raise DownloadError(f"{path.parent} cannot be written ({error.strerror or error})") from error
    finally:
        logger.setLevel(before)
        with suppress(OSError):
            fresh.unlink()


@dataclass(frozen=True, slots=True)
class _Request:
    url: str
    headers: Mapping[str, str]
    secret: Secret | None
    limits: Limits
    progress: Progress

    def headers_for(self, url: str) -> dict[str, str]:
        """Return the headers for an address: whoever the host hands on to never gets the secret."""
        first, now = urlsplit(self.url), urlsplit(url)
        if self.secret is None or (now.scheme, now.netloc) != (first.scheme, first.netloc):
            return dict(self.headers)
        return {**self.headers, self.secret.header: self.secret.value}


class _Session(requests.Session):
    """A session that leaves redirects alone: even if told not to follow, requests reads them to their end."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # the library's signature
        """Say that there is none."""


# One download at a time in this process, and when each host was asked last.
_ONE: Final = threading.Lock()
_ASKED: Final[dict[str, float]] = {}


def _content(request: _Request) -> bytes:
    """Return the bytes at the address, after as many attempts as the limits allow."""
    limits, end = request.limits, time.monotonic() + request.limits.total
    with _ONE:
        for attempt in range(1, limits.attempts + 1):
            try:
                return _within(end, request)
            except _PassingError as error:
                wait = limits.back_off * 2 ** (attempt - 1) if error.wait is None else error.wait
                if error.wait is not None and wait > limits.longest_wait:
                    problem = (
                        f"{error.problem}, and wishes to be asked again in {wait:,.0f} seconds at the earliest"
                    )
                    raise DownloadError(problem, error.status) from None
                if attempt == limits.attempts or time.monotonic() + wait >= end:
                    times = "" if attempt == 1 else f" ({attempt} attempts)"
                    raise DownloadError(error.problem + times, error.status) from None
                request.progress.waiting(error.problem, wait)
                time.sleep(wait)
    raise DownloadError("no attempt was allowed")


def _within(end: float, request: _Request) -> bytes:
    """Return the bytes that one attempt brings, or raise at the end of the time, whatever the host is doing then.

    A socket's time limit begins anew with each byte, and looking up a name has none: hence a thread, which is left
    behind where it hangs, and gives up at its next byte.
    """
    outcome: queue.SimpleQueue[bytes | BaseException] = queue.SimpleQueue()
    stop = threading.Event()

    def work() -> None:
        try:
            outcome.put(_attempt(request, stop))
        except BaseException as error:  # it is raised below, where someone listens
            outcome.put(error)

    threading.Thread(target=work, daemon=True, name="download").start()
    try:
        got = outcome.get(timeout=max(end - time.monotonic(), 0))
    except queue.Empty:
        host = _host(request.url)
        raise DownloadError(f"{host} had not sent the whole file after {request.limits.total:g} seconds") from None
    finally:
        stop.set()
    if isinstance(got, BaseException):
        raise got
    return got


def _attempt(request: _Request, stop: threading.Event) -> bytes:
    """Return the bytes at the address or at the one that it leads to."""
    url, limits = request.url, request.limits
    with _Session() as session:
        for _ in range(limits.redirects + 1):
            _wait_for(_host(url), limits.pause, stop)
            try:
                response = session.get(
                    url,
                    headers=request.headers_for(url),
                    timeout=(limits.connect, limits.read),
                    allow_redirects=False,
                    stream=True,
                )
                with response:
                    if response.status_code in _MOVED and "Location" in response.headers:
                        url = _next(url, response.headers["Location"])
                        continue
                    _check_status(_host(url), response)
                    return _body(_host(url), response, request, stop)
            except (exceptions.RequestException, ValueError) as error:
                raise _told(_host(url), error, limits) from None
    raise DownloadError(
        f"{_host(request.url)} leads from one address to another more than {limits.redirects} times"
    )


def _wait_for(host: str, pause: float, stop: threading.Event) -> None:
    since = time.monotonic() - _ASKED.get(host, float("-inf"))
    if since < pause:
        stop.wait(pause - since)
    _ASKED[host] = time.monotonic()


def _next(url: str, location: str) -> str:
    try:
        target = urljoin(url, location)
        parts = urlsplit(target)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise DownloadError(f"{_host(url)} leads to an address that is none of the web")
    if urlsplit(url).scheme == "https" and parts.scheme == "http":
        raise DownloadError(f"{_host(url)} leads from https to an address without encryption")
    return target


def _check_status(host: str, response: requests.Response) -> None:
    status = response.status_code
    if status == requests.codes.ok:
        return
    problem = f"{host} answered with status {status}"
    if status == _TOO_MANY or status in {500, 502, 503, 504}:
        raise _PassingError(problem, status, _retry_after(response.headers.get("Retry-After", "")))
    raise DownloadError(problem, status)


def _retry_after(text: str) -> float | None:
    """Return the seconds that a Retry-After header asks to wait: a number, or until a date."""
    if text.strip().isdecimal():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=dt.UTC)
    return max((until - dt.datetime.now(dt.UTC)).total_seconds(), 0.0)


def _body(host: str, response: requests.Response, request: _Request, stop: threading.Event) -> bytes:
    """Return the body, read no further than the size limit."""
    limit = int(request.limits.size_mb * _MB)
    too_large = DownloadError(f"{host} offers more than {request.limits.size_mb:g} MB, and nothing of it was kept")
    told = response.headers.get("Content-Length", "")
    total = int(told) if told.isdecimal() else None
    if total is not None and total > limit:
        raise too_large
    encoded = response.headers.get("Content-Encoding", "identity") != "identity"
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        if stop.is_set():
            raise DownloadError("the time was over")
        body += chunk
        if len(body) > limit:
            raise too_large
        request.progress.received(len(body), None if encoded else total)
    if total is not None and not encoded and len(body) < total:
        raise _PassingError(f"{host} broke off in the middle of the file")
    return bytes(body)


def _told(host: str, error: Exception, limits: Limits) -> DownloadError:
    """Return the failure in words of our own: those of the libraries may quote what is nobody's business."""
    text = repr(error)
    if "NameResolutionError" in text or "getaddrinfo" in text:
        return DownloadError(f"{host} cannot be found; this machine is probably offline")
    if "ENETUNREACH" in text or "Network is unreachable" in text or "No route to host" in text:
        return DownloadError(f"there is no way to {host}; this machine is probably offline")
    if isinstance(error, exceptions.SSLError):
        return DownloadError(f"{host} has no certificate that this machine trusts")
    if isinstance(error, exceptions.ProxyError):
        return DownloadError(f"the proxy on the way to {host} does not answer")
    if isinstance(error, exceptions.ConnectTimeout):
        return _PassingError(f"{host} could not be reached within {limits.connect:g} seconds")
    if isinstance(error, exceptions.ReadTimeout) or "Read timed out" in text:
        return _PassingError(f"{host} sent nothing for {limits.read:g} seconds")
    if isinstance(error, exceptions.ChunkedEncodingError):
        return _PassingError(f"{host} broke off in the middle of the file")
    if isinstance(error, exceptions.ConnectionError):
        return _PassingError(f"{host} does not take connections, or breaks them off")
    return DownloadError(f"{host} cannot be asked, or its answer is no sound HTTP")


def _host(url: str) -> str:
    return urlsplit(url).hostname or "the host"
