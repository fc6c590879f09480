"""The folder that a notebook runs in: how much lies in it, and how it goes, whatever a student has made there."""

import contextlib
import os
import secrets
from pathlib import Path
from typing import Final

# What a file or folder takes at least, so that very many empty ones are too much as well.
_LEAST: Final = 4096


def holds_more(room: Path, most: int) -> bool:
    """Return whether more than `most` bytes lie in a folder, or it hides what it holds."""
    total = 0
    folders = [str(room)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    found = entry.stat(follow_symlinks=False)
                    total += max(_LEAST, found.st_blocks * 512)
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    if total > most:
                        return True
        except FileNotFoundError:
            # It has gone since it was seen.
            continue
        except OSError:
            # Too deep for a path, or without permission: nobody does this to work with it.
            return True
    return False


def clear(folder: Path) -> None:
    """Remove a folder with all that is in it, also what is too deep for a path or has no permissions.

    Each folder inside is emptied by moving its folders up, so that no path grows long. What the system does not
    let go of stays.
    """
    with contextlib.suppress(OSError):
        while inside := _emptied(folder):
            for one in inside:
                for deeper in _emptied(one):
                    Path(deeper).rename(folder / secrets.token_hex(16))
                Path(one).rmdir()
        folder.rmdir()


def _emptied(folder: str | Path) -> list[str]:
    """Remove the files in a folder, and return the folders in it."""
    Path(folder).chmod(0o700)
    with os.scandir(folder) as entries:
        found = list(entries)
    folders = [entry.path for entry in found if entry.is_dir(follow_symlinks=False)]
    for entry in found:
        if not entry.is_dir(follow_symlinks=False):
            Path(entry.path).unlink()
    return folders
