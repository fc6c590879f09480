"""Turn an executed notebook into bytes that are the same in every run on one platform."""

import json
import re
import sysconfig
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from onewaytrade.runner import notebooks

Notebook = dict[str, Any]
Output = dict[str, Any]

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")
# Code compiled by a kernel is named after the kernel's process: "/tmp/ipykernel_4711/123456.py".
_CELL_FILE = re.compile(r"[^\s\"'<>]*ipykernel_\d+[\\/]\d+\.py")
_FONT_CACHE = re.compile(r"^Matplotlib is building the font cache; this may take a moment\.\n?", re.MULTILINE)
_PAPERMILL_NOTE = "papermill-error-cell-tag"


def normalise(executed: Notebook, source: Notebook, root: Path) -> Notebook:
    """Return the executed notebook without what differs from run to run.

    Taken out are times, papermill's records and notes, memory addresses, process numbers and the paths of
    this machine; streams that arrived in pieces are joined, and the injected cell gets a fixed id. The
    notebook's own metadata are those of `source`, except papermill's.
    """
    places = _places(root)
    cells = [
        _cell(cell, places)
        for cell in executed["cells"]
        if _PAPERMILL_NOTE not in cell["metadata"].get("tags", ())
    ]
    metadata = {key: value for key, value in source["metadata"].items() if key != "papermill"}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": source["nbformat_minor"]}


def encode(notebook: Notebook) -> bytes:
    """Return the notebook as the bytes of its file, laid out as Jupyter does: keys sorted, one space of indent."""
    split = {**notebook, "cells": [_split(cell) for cell in notebook["cells"]]}
    return (json.dumps(split, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8")


def tables(notebook: Notebook) -> list[str]:
    """Return the tables behind the notebook's pictures: every `text/csv` among its outputs, in order."""
    return [
        output["data"]["text/csv"]
        for cell in notebook["cells"]
        for output in cell.get("outputs", ())
        if "text/csv" in output.get("data", ())
    ]


def _cell(cell: Notebook, places: dict[str, str]) -> Notebook:
    metadata = {key: value for key, value in cell["metadata"].items() if key not in {"papermill", "execution"}}
    if not metadata.get("tags", True):
        del metadata["tags"]
    identity = notebooks.INJECTED if notebooks.INJECTED in metadata.get("tags", ()) else cell["id"]
    clean = {**cell, "id": identity, "metadata": metadata, "source": notebooks.source(cell)}
    if cell["cell_type"] == "code":
        clean["outputs"] = list(_outputs(cell["outputs"], places))
    return clean


def _outputs(outputs: list[Output], places: dict[str, str]) -> Iterator[Output]:
    """Yield the outputs, each unbroken row of streams as one stdout and one stderr.

    A kernel sends what is printed in pieces, whenever a timer rings, and its two streams in no fixed order.
    """
    for is_stream, row in groupby(outputs, key=lambda output: output["output_type"] == "stream"):
        if not is_stream:
            yield from (_bundle(output, places) for output in row)
            continue
        pieces = list(row)
        for name in ("stdout", "stderr"):
            text = "".join(_joined(piece["text"]) for piece in pieces if piece["name"] == name)
            if text := _FONT_CACHE.sub("", _steady(text, places)):
                yield {"output_type": "stream", "name": name, "text": text}


def _bundle(output: Output, places: dict[str, str]) -> Output:
    if output["output_type"] == "error":
        return {
            **output,
            "evalue": _steady(output["evalue"], places),
            "traceback": [_steady(line, places) for line in output["traceback"]],
        }
    data = {
        kind: _steady(_joined(value), places) if _is_text(kind) else value
        for kind, value in output["data"].items()
    }
    return {**output, "data": data}


def _steady(text: str, places: dict[str, str]) -> str:
    text = _CELL_FILE.sub("cell.py", _ADDRESS.sub("0x…", text))
    for place, name in places.items():
        text = text.replace(place, name)
    return text


def _places(root: Path) -> dict[str, str]:
    """Return what stands for this machine's folders, the innermost first."""
    paths = sysconfig.get_paths()
    places = {paths["purelib"]: "site-packages", paths["stdlib"]: "python", str(root): "."}
    return dict(sorted(places.items(), key=lambda item: -len(item[0])))


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _split(cell: Notebook) -> Notebook:
    """Return the cell with its texts as lists of lines, the form in which notebooks are kept."""
    split = {**cell, "source": cell["source"].splitlines(keepends=True)}
    if "outputs" in cell:
        split["outputs"] = [_split_output(output) for output in cell["outputs"]]
    return split


def _split_output(output: Output) -> Output:
    if "text" in output:
        return {**output, "text": output["text"].splitlines(keepends=True)}
    if "data" in output:
        lines = {
            kind: value.splitlines(keepends=True) if _is_text(kind) else value
            for kind, value in output["data"].items()
        }
        return {**output, "data": lines}
    return output


def _is_text(kind: str) -> bool:
    return kind.startswith("text/") or kind in {"image/svg+xml", "application/javascript"}
