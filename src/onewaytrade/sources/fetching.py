"""Fetch a publisher's file from its address and add it: what to ask for, and what may have come in its place."""

import datetime as dt
import io
import os
import re
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from onewaytrade import datasets, files, fmt, project
from onewaytrade.errors import FetchError, SourceError
from onewaytrade.nearest import nearest
from onewaytrade.sources import adding, addresses, downloading, safe
from onewaytrade.sources.adding import Added
from onewaytrade.sources.addresses import ORIGINS, Key, Origin
from onewaytrade.sources.downloading import DownloadError, Limits, Progress, Secret

_MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])(\.\d\d)?")
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{8,200}")
_FILE: Final = re.compile(r"[A-Za-z0-9][\w.-]{0,99}\.(xlsx|csv|json|html?)")
_NOT_THERE: Final = frozenset({404, 410})
_REFUSED: Final = frozenset({401, 403})
_KINDS: Final = {
    "page": "a page",
    "workbook": "a workbook",
    "old workbook": "a workbook of the old format (.xls)",
    "json": "JSON",
    "text": "text",
}


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be fetched.

    `values` stand for placeholders of the address, `address` for the whole of it; `setting` is a file of other
    addresses, in place of the one that the environment names.
    """

    source: str
    edition: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    address: str | None = None
    setting: Path | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What fetching came to.

    `file` is the download, in the cache or in the folder asked for, and `day` the day (UTC) on which it came, by
    now or earlier (`from_cache`). `added` is what adding the file came to, None if it was only downloaded.
    """

    source: str
    address: str
    file: Path
    day: dt.date
    from_cache: bool
    added: Added | None = None

    @property
    def sentence(self) -> str:
        """Where the file is from, in plain words."""
        text = f"{self.file.name}: downloaded from {self.address}."
        if self.from_cache:
            text = (
                f"{self.file.name}: from the cache, where it has been since {self.day} (from {self.address}); "
                "--again downloads it anew."
            )
        return text if self.added else f"{text} To add it: onewaytrade add {self.source} {self.file}"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A file that is asked for: its address, name and edition, and whether someone named the edition."""

    source: str
    origin: Origin
    address: str
    name: str
    edition: str | None
    guessed: bool
    secret: Secret | None

    def fault(self, problem: str) -> FetchError:
        """Return the error with the problem, and what can be done by hand; the key never stands in it."""
        text = f"{self.source}: {problem}; {_by_hand(self.source, self.origin)}"
        return FetchError(text.replace(self.secret.value, "…") if self.secret else text)


def fetch(
    order: Order,
    *,
    again: bool = False,
    dry_run: bool = False,
    keep: Path | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Fetched:
    """Download what is ordered and add it to the project, or only keep it in the folder `keep`.

    A file that was downloaded before is taken from the cache, unless it is wanted `again`. Raises FetchError, in
    one sentence that says what can be done by hand, if the file does not come, is too large or too late, or is not
    what it should be; else what `adding.add` raises. Nothing half done is left behind.
    """
    _check(order)
    root = project.root() if keep else project.own_root()
    setting = addresses.setting(order.setting)
    wanted = _wanted(order, setting)
    path = downloading.place(order.source, wanted.address, wanted.name)
    held = path.is_file() and not again
    if not held:
        _download(wanted, path, setting.get(addresses.CONTACT, ""), limits or Limits(), progress)
    day = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).date()
    if keep:
        return Fetched(order.source, wanted.address, _kept(path, keep), day, held)
    # A file that does not say of when it is, is of the day on which it was downloaded.
    edition = wanted.edition if wanted.origin.dated else wanted.edition or day.isoformat()
    try:
        added = adding.add(order.source, path, edition=edition, root=root, dry_run=dry_run)
    except SourceError as error:
        # Another attempt shall not meet the same file again.
        path.unlink(missing_ok=True)
        problem = f"what {urlsplit(wanted.address).hostname} sent is not the table ({str(error).rstrip('.')})"
        raise wanted.fault(problem) from None
    return Fetched(order.source, wanted.address, path, day, held, added)


def assigned(assignments: Iterable[str]) -> Mapping[str, str]:
    """Return the values of assignments like "series=EXCHUS", by name."""
    made: dict[str, str] = {}
    for text in assignments:
        name, sign, value = text.partition("=")
        if not sign or not name or name in made:
            problem = "stands twice" if name in made else "is no assignment"
            raise FetchError(f"-p {text}: '{name}' {problem}; NAME=VALUE is expected, each name once.")
        made[name] = value
    return made


def _check(order: Order) -> None:
    if order.source == "table":
        raise FetchError("A table of your own has no publisher's address; type: onewaytrade add table FILE")
    if order.source not in ORIGINS:
        near = nearest(order.source, ORIGINS)
        raise FetchError(
            f"There is no source '{order.source}' to fetch; the nearest is '{near}', and all are "
            f"{fmt.join(ORIGINS)}."
        )
    if order.edition is not None:
        adding.check_edition(order.edition)
    for name, value in order.values.items():
        addresses.check_value(order.source, name, value)
    if order.address is not None:
        addresses.checked(order.address, "--address")
        if order.values:
            raise FetchError("--address is the whole address; leave -p out beside it.")


def _by_hand(source: str, origin: Origin) -> str:
    return f"open {origin.page} in a browser, save the file, and type: onewaytrade add {source} FILE"


# --- what to ask for ------------------------------------------------------------------------------------------


def _wanted(order: Order, setting: Mapping[str, str]) -> _Wanted:
    source, origin, edition = order.source, ORIGINS[order.source], order.edition
    guessed = source == "cpb" and edition is None and order.address is None
    if guessed:
        edition = _next_month("cpb")
    if order.address is not None:
        usual = urlsplit(setting.get(source, origin.address)).hostname
        is_usual = urlsplit(order.address).hostname == usual
        last = urlsplit(order.address).path.rpartition("/")[2]
        name = last if _FILE.fullmatch(last) else f"{source}{Path(origin.file).suffix}"
        secret = _secret(source, origin.key) if origin.key and is_usual else None
        return _Wanted(source, origin, order.address, name, edition, guessed, secret)
    values = {**origin.defaults, **order.values, **_derived(source, edition, order.values)}
    name = re.sub(r"[^\w.-]", "+", origin.file.format_map(values))
    secret = _secret(source, origin.key) if origin.key else None
    return _Wanted(source, origin, addresses.address(source, values, setting), name, edition, guessed, secret)


def _derived(source: str, edition: str | None, given: Mapping[str, str]) -> Mapping[str, str]:
    """Return the placeholders that follow from others."""
    if source == "cpb" and edition is not None:
        if not (found := _MONTH.fullmatch(edition)):
            raise FetchError(
                f"cpb: '{edition}' is no edition of CPB; the last month of one (2026-02) is expected."
            )
        return addresses.of_edition(f"{found[1]}-{found[2]}")
    if source == "comtrade":
        # A year is complete at Comtrade in the course of the next one.
        year = int(edition[:4]) if edition else dt.datetime.now(dt.UTC).year
        period = given.get("period", str(year - 1))
        periods = period.split(",")
        if not (all(map(_is_year, periods)) or all(map(_is_month, periods))):
            raise FetchError(
                f"comtrade: period is '{period}'; years (2024) or months (202401,202402) are expected."
            )
        return {"period": period, "frequency": "A" if _is_year(periods[0]) else "M"}
    return {}


def _is_year(text: str) -> bool:
    return re.fullmatch(r"(19|20)\d\d", text) is not None


def _is_month(text: str) -> bool:
    return re.fullmatch(r"(19|20)\d\d(0[1-9]|1[0-2])", text) is not None


def _next_month(dataset: str) -> str:
    """Return the month after the newest edition of a dataset."""
    year, month = map(int, datasets.editions(dataset)[-1][:7].split("-"))
    return f"{year + month // 12}-{month % 12 + 1:02d}"


def _secret(source: str, key: Key) -> Secret:
    value = os.environ.get(key.variable, "").strip()
    right = f"put the one that you get at {key.page} into the environment variable {key.variable}"
    if not value:
        raise FetchError(f"{source}: {ORIGINS[source].publisher} asks for a key; {right}.")
    if not _KEY.fullmatch(value):
        raise FetchError(f"{source}: what {key.variable} holds is no key; {right}.")
    return Secret(key.header, value)


# --- what has come --------------------------------------------------------------------------------------------


def _download(wanted: _Wanted, path: Path, contact: str, limits: Limits, progress: Progress | None) -> None:
    try:
        downloading.download(
            wanted.address,
            path,
            lambda file: _check_content(wanted, file),
            limits=limits,
            contact=contact,
            secret=wanted.secret,
            progress=progress,
        )
    except DownloadError as error:
        raise wanted.fault(_explained(wanted, error)) from None


def _explained(wanted: _Wanted, error: DownloadError) -> str:
    origin, status = wanted.origin, error.status
    if status in origin.turns_away:
        return f"{origin.publisher}'s site turns programs away (status {status})"
    if status in _REFUSED and origin.key and wanted.secret:
        return f"{origin.publisher} does not take the key that {origin.key.variable} holds (status {status})"
    if status in _NOT_THERE and wanted.guessed:
        newest = datasets.editions("cpb")[-1]
        return (
            f"{wanted.edition}, the month after the newest edition at hand ({newest}), is not at "
            f"{wanted.address} (status {status}), so that it is either not out yet or lies elsewhere, which "
            "--address can say"
        )
    if status in _NOT_THERE:
        return f"nothing lies at {wanted.address} (status {status}); --address names another"
    return error.problem


def _check_content(wanted: _Wanted, path: Path) -> None:
    """Raise DownloadError if the file that has come cannot be the one that was asked for."""
    host, origin = urlsplit(wanted.address).hostname, wanted.origin
    content = path.read_bytes()
    if not content:
        raise DownloadError(f"{host} sent an empty file")
    if wanted.secret and wanted.secret.value.encode() in content:
        raise DownloadError(f"what {host} sent repeats the key, and was not kept")
    found = safe.kind(content)
    title = ""
    if found == "page":
        with suppress(SourceError):
            page = safe.page(path)
            title = _shown(page.title)
            if page.scripted:
                raise DownloadError(
                    f"{origin.publisher}'s site turns programs away (it sent a script in place of a page)"
                )
    if found not in origin.kinds:
        raise DownloadError(f"{host} sent {_KINDS[found]}{title} in place of {origin.what}")
    if found == "workbook" and not zipfile.is_zipfile(io.BytesIO(content)):
        raise DownloadError(f"the workbook that {host} sent breaks off before its end")


def _shown(title: str) -> str:
    """Return a page's title as a sentence quotes it: on one line, cut where it is long."""
    plain = "".join(sign if sign.isprintable() else " " for sign in title)
    text = " ".join(plain.split())
    return f" (“{text if len(text) <= 60 else text[:57] + '…'}”)" if text else ""


def _kept(path: Path, folder: Path) -> Path:
    """Copy a download into a folder, and return where it lies; what lies there already with other bytes stays."""
    target, content = folder / path.name, path.read_bytes()
    try:
        if target.exists():
            if target.is_file() and target.read_bytes() == content:
                return target
            raise FetchError(
                f"{target} is there already with other content; name another folder, or move it away."
            )
        files.write_bytes(target, content)
    except OSError as error:
        raise FetchError(f"{target} cannot be written ({error.strerror}); name another folder.") from error
    return target
