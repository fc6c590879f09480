"""Make two printable pages of a lesson: the students' handout, and the teacher's sheet with plan and answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from onewaytrade import fmt
from onewaytrade.teaching import marking_up, masters
from onewaytrade.teaching.checking import Choice, Exercise, Function, Mistake, Number, Numbers
from onewaytrade.teaching.masters import SLIDES, TEACHER, Cell, Master
from onewaytrade.teaching.transforming import ANSWER, ASK, MODEL, Notebook, is_tagged, part, question

# Lines to write on: for a number, for a function, for what is talked about.
_ROOM: Final = {"number": 2, "function": 5, "discussion": 6}


@dataclass(frozen=True, slots=True)
class _Block:
    """A piece of a page: its kind, its HTML, and for a question its name, points and lines to write on."""

    kind: str
    html: str
    name: str = ""
    points: str = ""
    room: int = 0


@dataclass(frozen=True, slots=True)
class _Slip:
    """A known slip as the teacher's sheet lists it: the answer that betrays it, its name, and the hint."""

    answer: str
    name: str
    hint: str


@dataclass(frozen=True, slots=True)
class _Answered:
    """A question with its answer: what it asks, the answer, the code that gives it, the slips, or the model."""

    heading: str
    html: str
    points: str
    answer: str
    code: str
    slips: Sequence[_Slip]
    model: str


def handout(master: Master, executed: Notebook, exercises: Sequence[Exercise]) -> bytes:
    """Return the students' page: aims, exposition, figures and exercises with room to write, and no answer."""
    return marking_up.page(
        "handout.html.j2",
        master=master,
        hook=marking_up.markdown(master.hook),
        blocks=list(_blocks(master, executed, exercises)),
        points=_points(sum(question.points for question in master.exercises)),
    )


def sheet(master: Master, executed: Notebook, exercises: Sequence[Exercise]) -> bytes:
    """Return the teacher's page: time plan, notes, and each question with its answer and its known slips."""
    return marking_up.page(
        "teacher.html.j2",
        master=master,
        hook=marking_up.markdown(master.hook),
        parts=list(_parts(master, executed, exercises)),
        points=_points(sum(question.points for question in master.exercises)),
        minutes=sum(step.minutes for step in master.plan),
    )


def _blocks(master: Master, executed: Notebook, exercises: Sequence[Exercise]) -> Iterator[_Block]:
    kinds = {exercise.name: "function" if isinstance(exercise, Function) else "number" for exercise in exercises}
    asked = {one.name: one for one in master.questions}
    for name, group in groupby(filter(_is_printed, executed["cells"]), key=question):
        html = [_printed(cell) for cell in group]
        if not name:
            yield from (_Block("prose", one) for one in html if one)
            continue
        kind = kinds.get(name, "discussion")
        yield _Block(kind, "\n".join(html), name, _points(asked[name].points), _ROOM[kind])


def _is_printed(cell: Cell) -> bool:
    """Return whether students get a cell on paper: not what waits for an answer, since here all are given."""
    if is_tagged(cell, TEACHER, SLIDES) or part(cell) not in {"", ASK}:
        return False
    if cell["cell_type"] == "code":
        return "answered(" not in cell["source"]
    return not cell["source"].startswith("# ")


def _printed(cell: Cell) -> str:
    return marking_up.outputs(cell) if cell["cell_type"] == "code" else marking_up.markdown(cell["source"])


def _parts(master: Master, executed: Notebook, exercises: Sequence[Exercise]) -> Iterator[str | _Answered]:
    """Yield what a teacher reads, in order: headings, cells for the teacher, and questions with their answers."""
    known = {exercise.name: exercise for exercise in exercises}
    asked = {one.name: one for one in master.questions}
    for name, group in groupby(executed["cells"], key=question):
        cells = [cell for cell in group if not is_tagged(cell, SLIDES)]
        if not name:
            yield from filter(None, map(_for_teacher, cells))
            continue
        one = asked[name]
        yield _Answered(
            heading=marking_up.inline(one.heading),
            html=marking_up.markdown(one.prompt, top=2),
            points=_points(one.points),
            answer=_right(known[name]) if name in known else "",
            code="\n\n".join(cell["source"] for cell in cells if part(cell) == ANSWER),
            slips=_slips(known[name]) if name in known else (),
            model="\n".join(marking_up.markdown(cell["source"], top=2) for cell in cells if part(cell) == MODEL),
        )
        yield from (_for_teacher(cell) for cell in cells if is_tagged(cell, TEACHER))


def _for_teacher(cell: Cell) -> str:
    """Return a cell for the teacher and the warm-up whole, and of the rest the headings."""
    source = cell["source"]
    if cell["cell_type"] != "markdown" or source.startswith("# "):
        return ""
    if is_tagged(cell, TEACHER):
        own = marking_up.markdown(source)
        # The plan is at the head of the sheet.
        return "" if source.startswith("## Time plan") else f'<div class="note">{own}</div>'
    if source.startswith("## Warm-up"):
        return marking_up.markdown(source)
    headings = [line for line in source.splitlines() if line.startswith("## ")]
    return marking_up.markdown("\n".join(line for line in headings if line[3:] not in masters.SECTIONS))


def _right(exercise: Exercise) -> str:
    """Return the right answer as a teacher reads it; of a function what it returns for the cases shown."""
    match exercise:
        case Function():
            return ""
        case Choice():
            return exercise.right()
        case _:
            return _written(exercise, exercise.right())


def _slips(exercise: Exercise) -> list[_Slip]:
    return [_Slip(_betrayed(exercise, slip), slip.name, slip.hint) for slip in exercise.mistakes()]


def _betrayed(exercise: Exercise, slip: Mistake) -> str:
    return "" if isinstance(exercise, Function) else _written(exercise, slip.answer)


def _written(exercise: Exercise, answer: object) -> str:
    if isinstance(exercise, Numbers) and isinstance(answer, Mapping):
        each = (f"{label} {_number(value, exercise.places)}" for label, value in answer.items())
        return f"{'; '.join(each)} {exercise.unit}"
    if isinstance(exercise, Number) and isinstance(answer, int | float):
        return f"{_number(answer, exercise.places)} {exercise.unit}"
    return str(answer)


def _number(value: float, places: int) -> str:
    return fmt.number(round(float(value), places) if places < 0 else float(value), max(0, places))


def _points(points: float) -> str:
    return "" if points == 0 else f"{points:g} point{'' if points == 1 else 's'}"
