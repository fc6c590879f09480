"""Collect what students wrote to the questions for discussion, which no machine marks."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from onewaytrade.teaching.marking.plain import clean
from onewaytrade.teaching.marking.submissions import Cell
from onewaytrade.teaching.masters import SLIDES, Master, Question, tags

_HEADING: Final = re.compile(r"^#{1,6}\s+(.+?)\s*$", re.MULTILINE)
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_PLACEHOLDER: Final = re.compile(r"^\s*_Type your answer here, replacing this text\._\s*$", re.MULTILINE)
_CHECK: Final = re.compile(r"\bgrader\s*\.\s*check\(")


def headings(master: Master) -> frozenset[str]:
    """Return the headings that a lesson has, so that a student's own are told from them."""
    sources = (
        cell["source"] for cell in master.cells if cell["cell_type"] == "markdown" and SLIDES not in tags(cell)
    )
    return frozenset(heading for source in sources for heading in _HEADING.findall(source))


def answer(cells: Sequence[Cell], question: Question, known: Iterable[str]) -> str:
    """Return what stands below a question, without the question, up to the next heading of the lesson.

    `known` are the headings of the lesson.
    """
    others = frozenset(known) - {question.heading}
    asked = {line.strip() for line in question.prompt.splitlines()} | {""}
    said: list[str] = []
    inside = False
    for cell in cells:
        if cell.kind != "markdown":
            inside = inside and not _CHECK.search(cell.source)
            continue
        found = _HEADING.findall(cell.source)
        if question.heading in found:
            inside = True
            lines = cell.source.splitlines()
            said += [line for line in lines if line.strip() not in asked and not _is(line, question.heading)]
            said.append("")
        elif inside:
            if others.intersection(found):
                break
            said += [*cell.source.splitlines(), ""]
    text = _PLACEHOLDER.sub("", _COMMENT.sub("", "\n".join(said)))
    return clean(re.sub(r"\n{3,}", "\n\n", text)).strip()


def _is(line: str, heading: str) -> bool:
    found = _HEADING.match(line)
    return bool(found) and found[1] == heading  # type: ignore[index] # it is one
