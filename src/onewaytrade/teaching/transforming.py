"""Make of a master what `otter assign` makes of it: a notebook with solutions, and one without.

Otter's own transformer does the work. What it is given is prepared (a gap of code becomes a solution block, so
that a student may edit it), and what it returns is tidied: cells that it adds get steady names, and its comments
for filtered PDFs go, since nothing here is printed by otter.
"""

import copy
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from onewaytrade import startup
from onewaytrade.errors import TeachingError
from onewaytrade.teaching import masters
from onewaytrade.teaching.masters import SLIDES, TEACHER, Cell, Master

Notebook = dict[str, Any]

ASK: Final = "ask"
ANSWER: Final = "answer"
MODEL: Final = "model"
CHECK: Final = "check"
RESPONSE: Final = "response"
_COMMENT: Final = re.compile(r"<!-- (?:BEGIN|END) QUESTION -->\n*")
_CHECK: Final = re.compile(r'grader\.check\("(\w+)"\)')
_PROMPT: Final = re.compile(
    r'^[ \t]*""?"?\s*;?\s*# BEGIN PROMPT.*?# END PROMPT[ \t]*\n?', re.MULTILINE | re.DOTALL
)
_LINE_MARKER: Final = re.compile(r"[ \t]*# ?SOLUTION(?: NO PROMPT)?[ \t]*$", re.MULTILINE)
_BLOCK_MARKER: Final = re.compile(r"^[ \t]*# (?:BEGIN|END) SOLUTION(?: NO PROMPT)?[ \t]*\n?", re.MULTILINE)
# Otter's word for a cell that waits for an answer.
_ANSWER_TAG: Final = "otter_answer_cell"
_OWN_TAGS: Final = frozenset({"otter_assign_solution_cell", _ANSWER_TAG})


@dataclass(frozen=True, slots=True)
class Transformed:
    """The two notebooks of a master: `solutions` has every cell but otter's own, `student` no answer.

    In the metadata of a cell, `onewaytrade` says of which `question` it is a `part`: what is asked (ask), a gap or
    its solution (answer), a model answer (model), a check (check), or the place for a student's words (response).
    """

    solutions: Notebook
    student: Notebook


def load_otter() -> None:
    """Import otter-grader, which takes a second, without what one of its own imports warns its authors of."""
    startup.leave_out_grammars()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import otter.assign  # noqa: F401


def transform(master: Master) -> Transformed:
    """Return the notebooks of a master; raises TeachingError if otter does not take it."""
    load_otter()
    import nbformat
    from otter.assign.assignment import Assignment
    from otter.assign.notebook_transformer import NotebookTransformer
    from otter.assign.solutions import strip_solutions_and_output
    from otter.assign.tests_manager import AssignmentTestsManager

    class Tests(AssignmentTestsManager):  # type: ignore[misc] # otter has no types
        """Knows that every question marked by machine has tests, which lie elsewhere."""

        def has_tests(self, question: Any) -> bool:
            return not question.manual

        def any_public_tests(self, question: Any) -> bool:
            return not question.manual

    assignment = Assignment(require_valid_keys=True)
    assignment.master, assignment.lang = master.path, "python"
    try:
        made = NotebookTransformer(assignment, Tests(assignment)).transform_notebook(
            nbformat.from_dict(_prepared(master))  # type: ignore[no-untyped-call]
        )
        student = strip_solutions_and_output(assignment, made.transformed_nb)
    except Exception as error:  # otter raises what it stumbles on: its own errors, ValueError, AssertionError
        raise TeachingError(f"{master.path.name}: otter does not take it: {error}") from error
    whole, open_ = (_named(_plain(notebook["cells"])) for notebook in (made.transformed_nb, student))
    return Transformed(
        solutions=_notebook(master, "solutions", [_without_markers(cell) for cell in whole]),
        student=_notebook(master, "student", [_for_students(cell) for cell in open_ if _is_for_students(cell)]),
    )


def is_tagged(cell: Cell, *wanted: str) -> bool:
    """Return whether a cell carries one of the tags."""
    return not set(wanted).isdisjoint(masters.tags(cell))


def part(cell: Cell) -> str:
    """Return which part of a question a cell is, or ""."""
    return str(cell["metadata"].get("onewaytrade", {}).get("part", ""))


def question(cell: Cell) -> str:
    """Return the name of the question that a cell belongs to, or ""."""
    return str(cell["metadata"].get("onewaytrade", {}).get("question", ""))


def _prepared(master: Master) -> Notebook:
    """Return the master with each gap of code in a block of its own, and each cell of a question saying so."""
    cells: list[Cell] = []
    name, inside = "", False
    for original in master.cells:
        cell = copy.deepcopy(original)
        match masters.boundary(cell):
            case ("BEGIN", "QUESTION"):
                name = masters.settings(master.path, cell)["name"]
            case ("END", "QUESTION"):
                name = ""
            case (side, "SOLUTION"):
                inside = side == "BEGIN"
            case None if name:
                is_gap = cell["cell_type"] == "code" and masters.has_solution(cell)
                own = cell["metadata"].setdefault("onewaytrade", {})
                own["question"] = name
                if cell["cell_type"] == "markdown":
                    own["part"] = MODEL if inside else ASK
                elif is_gap or inside:
                    own["part"] = ANSWER
                if is_gap and not inside:
                    cells += [_raw(cell, "BEGIN"), cell, _raw(cell, "END")]
                    continue
        cells.append(cell)
    return {**copy.deepcopy(master.notebook), "cells": cells}


def _raw(cell: Cell, side: str) -> Cell:
    return {
        "cell_type": "raw",
        "id": f"{side.lower()}-{cell['id']}",
        "metadata": {},
        "source": f"# {side} SOLUTION",
    }


def _plain(cells: Iterable[Any]) -> list[Cell]:
    """Return otter's cells as plain dicts, without its comments and without the cells that held nothing else."""
    found = []
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "raw" or (_COMMENT.search(source) and not _COMMENT.sub("", source).strip()):
            continue
        plain = {**cell, "source": _COMMENT.sub("", source), "metadata": _metadata(cell["metadata"])}
        if cell["cell_type"] == "code":
            plain |= {"outputs": [], "execution_count": None}
        found.append(plain)
    return found


def _metadata(metadata: Any) -> dict[str, Any]:
    plain = {key: dict(value) if isinstance(value, dict) else value for key, value in metadata.items()}
    if "tags" in plain:
        plain["tags"] = [tag for tag in plain["tags"] if tag not in _OWN_TAGS]
    return plain


def _named(cells: list[Cell]) -> list[Cell]:
    """Return the cells with those that otter has added named after their question, and marked as its parts."""
    named = []
    asked = ""
    for cell in cells:
        asked = question(cell) or asked
        found = _CHECK.fullmatch(cell["source"]) if cell["cell_type"] == "code" else None
        if found:
            check = _as_part(cell, found[1], CHECK)
            # An autograder of otter's then looks at the answer here, as the student does, and not at the end.
            check["metadata"]["otter"] = {"tests": [found[1]]}
            named.append(check)
        elif cell["source"] == "_Type your answer here, replacing this text._":
            named.append(_as_part(cell, asked, RESPONSE))
        else:
            named.append(cell)
    return named


def _as_part(cell: Cell, name: str, which: str) -> Cell:
    metadata = {**cell["metadata"], "onewaytrade": {"question": name, "part": which}}
    return {**cell, "id": f"{which}-{name}", "metadata": metadata}


def _without_markers(cell: Cell) -> Cell:
    """Return a cell of the solutions as it reads best: without the markers that otter needed."""
    if cell["cell_type"] != "code":
        return cell
    source = _PROMPT.sub("", cell["source"])
    return {**cell, "source": _LINE_MARKER.sub("", _BLOCK_MARKER.sub("", source)).rstrip()}


def _is_for_students(cell: Cell) -> bool:
    return not is_tagged(cell, TEACHER, SLIDES) and part(cell) != MODEL


def _for_students(cell: Cell) -> Cell:
    """Return a cell with what a student's notebook needs of its metadata, and nothing that tells of an answer."""
    kept: dict[str, Any] = {}
    if part(cell) in {ASK, CHECK}:
        kept = {
            key: cell["metadata"][key] for key in ("editable", "deletable", "otter") if key in cell["metadata"]
        }
    elif part(cell):
        kept = {"tags": [_ANSWER_TAG]}
    return {**cell, "metadata": kept}


def _notebook(master: Master, edition: str, cells: list[Cell]) -> Notebook:
    metadata = {
        "kernelspec": master.notebook["metadata"]["kernelspec"],
        "language_info": {"name": "python"},
        "onewaytrade": {"lesson": master.number, "edition": edition},
        # Otter's autograder takes a copy of this lesson and no other.
        "otter": {"assignment_name": master.stem},
    }
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
