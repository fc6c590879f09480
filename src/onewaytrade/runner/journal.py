"""The journal of a sweep: a line of JSON for each run that has ended, kept whatever ends the sweep itself."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from onewaytrade import files
from onewaytrade.errors import OneWayTradeError
from onewaytrade.runner import fingerprint
from onewaytrade.runner.parameters import Value
from onewaytrade.runner.verdicts import Verdict

FILE: Final = "journal.jsonl"
LOCK: Final = "lock"
_FORMAT: Final = 1
# Windows locks bytes, which then nobody else can read: one far behind the process id that stands in the file.
_FAR: Final = 1 << 30


class JournalError(OneWayTradeError):
    """A sweep's folder is in use, was made of something else, or holds a journal that cannot be read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one run: all its parameters, its verdicts, the seconds it took, and why it stopped, if so."""

    parameters: Mapping[str, Value]
    verdicts: list[Verdict]
    seconds: float
    error: str | None = None
    heading: str | None = None

    @property
    def key(self) -> str:
        """What tells this run from the others of its notebook."""
        return key(self.parameters)

    def encode(self) -> bytes:
        """Return the line of the journal."""
        content = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps(content, ensure_ascii=False).encode("utf-8") + b"\n"


def key(parameters: Mapping[str, Value]) -> str:
    """Return a text that is the same for the same parameters, in whatever order, and for no others."""
    return json.dumps(parameters, sort_keys=True, ensure_ascii=False)


@dataclass(slots=True)
class Journal:
    """The journal in a sweep's folder, open to be added to.

    `torn` tells that a half-written line was dropped; `head` is the first line, as long as it is not written.
    """

    path: Path
    entries: dict[str, Entry] = field(default_factory=dict)
    torn: bool = False
    head: str | None = None

    def append(self, entry: Entry) -> None:
        """Add a run: once this returns, it outlives the process and a loss of power."""
        if self.head is not None:
            # Only now: what was kept before is not given up for a sweep that never begins.
            files.write_text(self.path, self.head)
            _keep_name(self.path.parent)
            self.head = None
        _append(self.path, entry.encode())
        self.entries[entry.key] = entry


@contextmanager
def opened(folder: Path, depends_on: fingerprint.Fingerprint, *, fresh: bool = False) -> Iterator[Journal]:
    """Yield the journal in `folder`, begun anew if there is none or `fresh` is asked for.

    Raises JournalError if another sweep works in the folder, or if what is kept there depends on something else
    than `depends_on`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    with _locked(folder):
        if fresh or not path.exists() or not path.stat().st_size:
            yield Journal(path, head=json.dumps({"journal": _FORMAT, "depends_on": depends_on}) + "\n")
        else:
            yield _resumed(path, depends_on)


def _resumed(path: Path, depends_on: fingerprint.Fingerprint) -> Journal:
    anew = f"--fresh starts anew in {path.parent}, and --out DIR elsewhere"
    *lines, rest = path.read_bytes().split(b"\n")
    journal = Journal(path, torn=bool(rest))
    try:
        head = json.loads(lines[0])
        kept, form = head["depends_on"], head["journal"]
        for number, line in enumerate(lines[1:], start=1):
            try:
                entry = Entry(**json.loads(line))
            except ValueError:
                # A loss of power may leave the last line without its bytes, but with its end.
                if rest or number + 1 < len(lines):
                    raise
                journal.torn = True
                lines.pop()
                break
            journal.entries[entry.key] = entry  # of a run that was tried again, the last try
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise JournalError(f"{path} is not what a sweep writes; {anew}.") from None
    if form != _FORMAT:
        raise JournalError(f"{path} was written by another version of the package; {anew}.")
    if changed := fingerprint.differences(kept, depends_on):
        raise JournalError(
            f"The runs in {path} were made with other inputs, since what changed is {changed}; {anew}."
        )
    if journal.torn:
        with path.open("r+b") as stream:
            stream.truncate(sum(len(line) + 1 for line in lines))
            os.fsync(stream.fileno())
    return journal


def _append(path: Path, line: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
    try:
        written = os.write(handle, line)
        if written != len(line):
            # No half line is left in front of the next.
            os.ftruncate(handle, os.fstat(handle).st_size - written)
            raise OSError(28, "no room for the next line", str(path))
        os.fsync(handle)
    finally:
        os.close(handle)


def _keep_name(folder: Path) -> None:
    """Make sure that a loss of power leaves the name of the journal in its folder."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the system lets go of however this process ends."""
    path = folder / LOCK
    with path.open("a+", encoding="ascii") as stream:
        try:
            _take(stream)
        except OSError:
            stream.seek(0)
            owner = stream.read(20).strip() or "unknown"
            raise JournalError(
                f"Another sweep works in {folder} (process {owner}): wait for it, or take another folder by --out."
            ) from None
        stream.truncate(0)
        stream.write(f"{os.getpid()}\n")
        stream.flush()
        yield


if sys.platform == "win32":
    import msvcrt

    def _take(stream: Any) -> None:
        stream.seek(_FAR)
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        stream.seek(0)
else:
    import fcntl

    def _take(stream: Any) -> None:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
