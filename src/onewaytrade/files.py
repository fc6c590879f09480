"""Write files so that a reader sees the old bytes or the new ones, never half of them; pack some into a zip."""

import io
import os
import tempfile
import zipfile
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Final

_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)  # of those that a zip can tell


def write_bytes(path: Path, content: bytes) -> None:
    """Replace the file at `path` by `content` atomically, making its folder if need be.

    Raises OSError if the folder cannot be written; the file that was there before is then untouched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes the file private; a published file is readable by all, as umask would have it.
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    r"""Replace the file at `path` by `text` atomically, as UTF-8 with "\n" line ends on every system."""
    write_bytes(path, text.encode("utf-8"))


def replace(path: Path, content: bytes) -> None:
    """Write `content` as `write_bytes` does, unless the file at `path` holds it already."""
    if not path.is_file() or path.read_bytes() != content:
        write_bytes(path, content)


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Replace several files, or none: if one cannot be written, all are put back, and the error is raised."""
    before = {path: path.read_bytes() if path.is_file() else None for path in contents}
    try:
        for path, content in contents.items():
            write_bytes(path, content)
    except BaseException:
        for path, old in before.items():
            if old is None:
                # What could not be written may be a folder, or lie where there can be no file.
                if path.is_file():
                    path.unlink()
            elif path.read_bytes() != old:
                write_bytes(path, old)
        raise


def replace_folder(out: Path, new: Path, old: Path) -> None:
    """Put the folder `new` in the place of `out`, whose content goes to `old`; or leave `out` where it is.

    All three lie on one file system.
    """
    if out.exists():
        out.rename(old)
    try:
        new.rename(out)
    except BaseException:
        if old.exists():
            old.rename(out)
        raise


def packed(contents: Mapping[str, bytes], scripts: Container[str] = ()) -> bytes:
    """Return a zip of files in their order, those of the names `scripts` to be run; always the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if name in scripts else 0o100644) << 16
            entry.create_system = 3  # as on Unix, wherever it is made
            archive.writestr(entry, content)
    return buffer.getvalue()
