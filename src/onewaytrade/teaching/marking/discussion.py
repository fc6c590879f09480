"""Collect what students wrote to the questions for discussion, which no machine marks."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from onewaytrade.teaching.marking.plain import clean
from onewaytrade.teaching.marking.submissions import Cell
from onewaytrade.teaching.masters import SLIDES, Master, Question, tags

_HEADING: Final = re.compile(r"#{1,6}\s+(?=\S)(.+)")
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_PLACEHOLDER: Final = "_Type your answer here, replacing this text._"
_CHECK: Final = re.compile(r"\bgrader\s*\.\s*check\(")
# Nobody reads more than that, and it is what keeps an endless text from stopping the others' marking.
_LONGEST: Final = 10_000


def headings(master: Master) -> frozenset[str]:
    """Return the headings that a lesson has, so that a student's own are told from them."""
    sources = (
        cell["source"] for cell in master.cells if cell["cell_type"] == "markdown" and SLIDES not in tags(cell)
    )
    return frozenset(heading for source in sources for heading in _headings(source))


def answer(cells: Sequence[Cell], question: Question, known: Iterable[str]) -> str:
    """Return what stands below a question, without the question, up to the next heading of the lesson.

    `known` are the headings of the lesson. What is far longer than an answer is cut, and says so.
    """
    others = frozenset(known) - {question.heading}
    asked = {line.strip() for line in question.prompt.splitlines()} | {""}
    said: list[str] = []
    inside = False
    for cell in cells:
        if cell.kind != "markdown":
            inside = inside and not _CHECK.search(cell.source)
            continue
        found = _headings(cell.source)
        if question.heading in found:
            inside = True
            lines = cell.source.splitlines()
            said += [line for line in lines if line.strip() not in asked and _heading(line) != question.heading]
            said.append("")
        elif inside:
            if others.intersection(found):
                break
            said += [*cell.source.splitlines(), ""]
    whole = "\n".join(line for line in said if line.strip() != _PLACEHOLDER)
    text = re.sub(r"\n{3,}", "\n\n", _COMMENT.sub("", whole[:_LONGEST]))
    cut = f"\n\n[… cut: {len(whole):,} characters in all]" if len(whole) > _LONGEST else ""
    return clean(text + cut).strip()


def _headings(source: str) -> list[str]:
    return [heading for line in source.splitlines() if (heading := _heading(line))]


def _heading(line: str) -> str:
    """Return the heading that a line is, "" if it is none."""
    found = _HEADING.match(line)
    return found[1].rstrip() if found else ""
