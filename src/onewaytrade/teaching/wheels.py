"""Wheels for a student's browser: ours with what a lesson needs, and others as they are installed here."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Any, Final

from onewaytrade import datasets, project
from onewaytrade.errors import TeachingError
from onewaytrade.files import packed

NAME: Final = "onewaytrade"
# What a lesson imports of the package; everything else needs packages that a browser's Python has not.
MODULES: Final = ("__init__", "datasets", "errors", "measures", "project")
TEACHING: Final = ("__init__", "checking", "lesson", "tables")
# What it imports besides, which a browser's Python has; `teaching/pyodide.json` says in which version.
NEEDED: Final = ("matplotlib", "pandas")
_HERE: Final = Path(__file__).parent
_TAG: Final = "py3-none-any"
# What pip writes beside a distribution once it is installed, and no wheel holds.
_OF_THE_INSTALLER: Final = frozenset({"INSTALLER", "RECORD", "REQUESTED", "direct_url.json"})
_WHEEL: Final = f"Wheel-Version: 1.0\nGenerator: onewaytrade\nRoot-Is-Purelib: true\nTag: {_TAG}\n"


def file_name(name: str, version: str) -> str:
    """Return the name of a wheel's file."""
    return f"{name.replace('-', '_')}-{version}-{_TAG}.whl"


def of_lessons() -> tuple[str, bytes]:
    """Return the name and the bytes of our wheel with the lessons' checks, their tables' data, and nothing else.

    It needs pandas and matplotlib alone, of the versions that the whole package asks for. The same package and
    data give the same bytes.
    """
    own = metadata.distribution(NAME)
    told = f"{NAME}-{own.version}.dist-info"
    files = {f"{NAME}/{path.relative_to(_HERE.parent).as_posix()}": path.read_bytes() for path in _modules()}
    files |= {f"{NAME}/_project/{name}": content for name, content in _data().items()}
    files |= {f"{told}/licenses/{name}": text.encode() for name, text in _licences(own).items()}
    files[f"{told}/METADATA"] = _described(own).encode()
    files[f"{told}/WHEEL"] = _WHEEL.encode()
    return file_name(NAME, own.version), _packed(files, told)


def as_installed(name: str) -> tuple[str, bytes]:
    """Return the name and the bytes of a wheel of a package of pure Python that is installed here.

    Raises TeachingError if it is not installed, or not of pure Python.
    """
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        raise TeachingError(f"{name} is not installed here, and a browser's Python needs it.") from None
    if f"Tag: {_TAG}" not in (found.read_text("WHEEL") or ""):
        raise TeachingError(f"{name} is not of pure Python, and no browser can run it as it is installed here.")
    kept = {
        path.as_posix(): path.read_binary()
        for path in found.files or ()
        if ".." not in path.parts and "__pycache__" not in path.parts and path.name not in _OF_THE_INSTALLER
    }
    told = next(PurePosixPath(path).parts[0] for path in kept if path.endswith(".dist-info/METADATA"))
    return file_name(found.metadata["Name"], found.version), _packed(kept, told)


def _modules() -> Iterator[Path]:
    package = _HERE.parent
    yield from (package / f"{name}.py" for name in MODULES)
    yield from (_HERE / f"{name}.py" for name in TEACHING)
    yield from sorted((_HERE / "exercises").glob("*.py"))


def _data() -> dict[str, bytes]:
    """Return the manifest and all files that it lists, by their paths from the top of the project."""
    root = project.root()
    files: dict[str, bytes] = {project.MANIFEST.as_posix(): (root / project.MANIFEST).read_bytes()}
    for resource in datasets.manifest(root)["resources"]:
        files[f"{project.MANIFEST.parent.as_posix()}/{resource['path']}"] = datasets.content(root, resource)
    return files


def _licences(own: metadata.Distribution) -> dict[str, str]:
    names = own.metadata.get_all("License-File") or []
    texts = {name: own.read_text(f"licenses/{name}") for name in names}
    return {name: text for name, text in texts.items() if text}


def _described(own: metadata.Distribution) -> str:
    """Return the metadata of our wheel: the package's, with those of its needs that a lesson has."""
    needs = [need for need in own.requires or () if need.startswith(NEEDED) and "extra" not in need]
    fields: list[tuple[str, Any]] = [
        ("Metadata-Version", "2.1"),
        ("Name", NAME),
        ("Version", own.version),
        ("Summary", own.metadata["Summary"]),
        ("License", own.metadata["License-Expression"] or own.metadata["License"]),
        ("Requires-Python", own.metadata["Requires-Python"]),
        *(("Requires-Dist", need) for need in sorted(needs)),
    ]
    return "".join(f"{name}: {value}\n" for name, value in fields if value)


def _packed(files: Mapping[str, bytes], told: str) -> bytes:
    """Return a wheel of files, with the record of their checksums; the same files give the same bytes."""
    record = f"{told}/RECORD"
    lines = [f"{name},sha256={_digest(files[name])},{len(files[name])}\n" for name in sorted(files)]
    return packed({**dict(sorted(files.items())), record: "".join([*lines, f"{record},,\n"]).encode()})


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
