"""Write files so that a reader sees the old bytes or the new ones, never half of them."""

import os
import tempfile
from pathlib import Path


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
