"""The executed notebooks that the site is made from, each read once."""

import functools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Notebook = Mapping[str, Any]


def read(path: Path) -> Notebook:
    """Return an executed notebook as it is kept, its texts as lists of lines; not to be changed."""
    return _read(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=32)
def _read(path: Path, _modified: int) -> Notebook:
    notebook: Notebook = json.loads(path.read_bytes())
    return notebook


def joined(text: str | list[str]) -> str:
    """Return a text of a notebook, which is kept as a list of lines, in one piece."""
    return text if isinstance(text, str) else "".join(text)


def texts(notebook: Notebook) -> Iterator[str]:
    """Yield the text of each cell of text."""
    return (joined(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")


def title(path: Path) -> str:
    """Return the title of a notebook, in Markdown: its first heading, or its stem where there is none."""
    lines = (line for text in texts(read(path)) for line in text.splitlines())
    return next((line[2:].strip() for line in lines if line.startswith("# ")), path.stem)
