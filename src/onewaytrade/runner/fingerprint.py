"""What the results of a notebook depend on besides its parameters, as checksums that can be compared."""

import functools
import hashlib
import json
import platform
import re
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from onewaytrade.runner import notebooks

# By part (notebook, package, lock, data, Python), the checksum of each file, or the version of each library.
Fingerprint = dict[str, dict[str, str]]

_PACKAGE = Path(__file__).parents[1]
# Bytecode, the copy of the project in an installed package, and pages, on which no verdict depends.
_APART = ("__pycache__", "_project", "site")
_NAMED = 3  # differences that a sentence names


def take(root: Path, notebook: Path, others: Mapping[str, bytes] | None = None) -> Fingerprint:
    """Return the fingerprint of a notebook of the project at `root`; `others` are inputs besides, by name."""
    source = notebooks.without_outputs(notebooks.read(notebook))
    own = {notebook.name: _digest(json.dumps(source, sort_keys=True).encode())}
    own |= {name: _digest(content) for name, content in (others or {}).items()}
    return {"notebook": own, **place(root)}


def place(root: Path) -> Fingerprint:
    """Return what all notebooks of the project at `root` depend on, with the package that runs here."""
    lock = root / "requirements.lock"
    return {
        "package": _files(_PACKAGE, leave_out=_APART),
        "lock": {lock.name: _file(lock)} if lock.is_file() else {},
        "data": _files(root / "data"),
        "libraries": {"Python": platform.python_version(), **_versions()},
    }


def digest(content: Any) -> str:
    """Return one checksum of all that can be written as JSON, whatever the order of its keys."""
    return _digest(json.dumps(content, sort_keys=True).encode())


def differences(one: Mapping[str, Mapping[str, str]], other: Mapping[str, Mapping[str, str]]) -> str:
    """Return in words what two fingerprints differ in, for example "data (claims.yml)"; "" if in nothing."""
    told = []
    for part in dict.fromkeys((*one, *other)):
        ours, theirs = one.get(part, {}), other.get(part, {})
        names = sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
        if names:
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            told.append(f"{part} ({', '.join(names[:_NAMED])}{more})")
    return ", ".join(told)


def _files(folder: Path, leave_out: tuple[str, ...] = ()) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): _file(path) for path in sorted(_walk(folder, leave_out))}


def _walk(folder: Path, leave_out: tuple[str, ...]) -> Iterator[Path]:
    for path in folder.iterdir():
        # A file that is being written, or that a file manager left, is none of the data.
        if path.name.startswith(".") or path.name in leave_out:
            continue
        if path.is_dir():
            yield from _walk(path, leave_out)
        elif path.suffix != ".pyc":
            yield path


def _file(path: Path) -> str:
    state = path.stat()
    return _content(path, state.st_size, state.st_mtime_ns)


@functools.lru_cache(maxsize=4096)
def _content(path: Path, _size: int, _changed: int) -> str:
    """Return the checksum of a file, read again only if its size or its time has changed."""
    return _digest(path.read_bytes())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@functools.cache
def _versions() -> dict[str, str]:
    """Return the versions of the libraries that the package needs, as they are installed."""
    try:
        needed = metadata.requires("onewaytrade") or []
    except metadata.PackageNotFoundError:
        needed = []
    names = {re.split(r"[^A-Za-z0-9._-]", text, maxsplit=1)[0] for text in needed if "extra ==" not in text}
    found = {}
    for name in sorted(names):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "none"
    return found
