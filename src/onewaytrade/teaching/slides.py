"""Make the slides of a lesson: reveal.js by nbconvert, in a template of ours, in one file that asks no other host.

Reveal.js (MIT, its licence beside it and at the top of its files) is kept in `templates/slides/reveal`.
"""

import re
from typing import Any, Final

from onewaytrade.teaching import marking_up
from onewaytrade.teaching.masters import TEACHER, Cell, Master
from onewaytrade.teaching.transforming import ASK, Notebook, is_tagged, part

_REVEAL: Final = marking_up.TEMPLATES / "slides" / "reveal"
_SHOWN: Final = frozenset({"slide", "subslide", "fragment", "-"})
# A script must not end the element that it stands in.
_END: Final = re.compile(r"</(script|style)", re.IGNORECASE)


def make(master: Master, executed: Notebook) -> bytes:
    """Return the slides of a lesson, made of its executed solutions; none of its answers is on them."""
    import nbformat
    from nbconvert.exporters import SlidesExporter

    cells = [_on_slide(cell) for cell in executed["cells"] if _is_shown(cell)]
    exporter = SlidesExporter(  # type: ignore[no-untyped-call]
        template_name="slides",
        extra_template_basedirs=[str(marking_up.TEMPLATES)],
        filters={"shown": _shown},
    )
    notebook = nbformat.from_dict({**executed, "cells": cells})  # type: ignore[no-untyped-call]
    written, _ = exporter.from_notebook_node(
        notebook,
        resources={
            "lesson": {
                "title": marking_up.inline(master.title),
                "plain": _plain(master.title),
                "number": master.number,
            },
            "style": f"{_asset('reveal.css')}\n{marking_up.tokens()}\n{_own('slides.css')}",
            "script": f"{_asset('reveal.js')}\n{_asset('notes.js')}\n{_own('slides.js')}",
        },
    )
    return (re.sub(r"\n\s*\n+", "\n", str(written)).rstrip() + "\n").encode()


def _is_shown(cell: Cell) -> bool:
    """Return whether a cell is on a slide or in the speaker's notes: what is not marked so is on neither."""
    slide = _slide(cell)
    if slide == "notes":
        return bool(cell["cell_type"] == "markdown")
    if is_tagged(cell, TEACHER) or part(cell) not in {"", ASK} or slide not in _SHOWN:
        return False
    return bool(cell["cell_type"] == "markdown" or cell.get("outputs"))


def _slide(cell: Cell) -> str:
    return str(cell["metadata"].get("slideshow", {}).get("slide_type", ""))


def _on_slide(cell: Cell) -> Cell:
    return {**cell, "metadata": {"slideshow": {"slide_type": _slide(cell)}}}


def _shown(cell: Any) -> str:
    """Return a cell as it is on a slide: whatever headings it has, the highest is one of the second level."""
    if cell["cell_type"] == "code":
        return marking_up.outputs(cell)
    levels = [len(found) for found in re.findall(r"^(#{1,6}) ", cell["source"], re.MULTILINE)]
    return marking_up.markdown(cell["source"], top=3 - min(levels, default=2))


def _plain(text: str) -> str:
    return re.sub(r"<[^>]+>", "", marking_up.inline(text))


def _asset(name: str) -> str:
    return _END.sub(r"<\\/\1", (_REVEAL / name).read_text(encoding="utf-8").strip())


def _own(name: str) -> str:
    return (marking_up.TEMPLATES / "slides" / name).read_text(encoding="utf-8").strip()
