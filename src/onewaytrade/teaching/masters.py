"""Read the master of a lesson, from which all its editions are made, and say what is wrong with it.

A master is a notebook of `notebooks/lessons/` in the form of otter-grader's `otter assign`: raw cells begin and
end a question, and markers in its code say what a student does not see. Two things differ from otter's own form:
the tests are not in it, since they follow from the lesson's exercises (`onewaytrade.teaching.autotests`), and
cells may be tagged `teacher` (in no student's copy), `slides` (on the slides alone) or `master` (in no edition).
"""

import ast
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from onewaytrade.errors import TeachingError
from onewaytrade.nearest import nearest
from onewaytrade.runner import notebooks
from onewaytrade.teaching.checking import Choice, Exercise, Function
from onewaytrade.teaching.lesson import LESSONS, open_lesson

Cell = dict[str, Any]

FOLDER: Final = "notebooks/lessons"
TEACHER: Final = "teacher"
SLIDES: Final = "slides"
OWN: Final = "master"  # the tag of what is said to whoever opens the master itself
HOUR: Final = 60
LONGEST_CELL: Final = 12
FEWEST_EXERCISES: Final = 6
FEWEST_DISCUSSIONS: Final = 2
MOST_CHOICES: Final = 2
# What `otter assign` is told in the first cell of a master's editions; its name is that of the notebook, which an
# autograder compares with that of the copy handed in.
SETTINGS: Final[dict[str, Any]] = {
    "init_cell": False,
    "check_all_cell": False,
    "export_cell": False,
    "generate": True,
    "tests": {"ok_format": False},
}
SECTIONS: Final = (
    "After this you can",
    "What you should know already",
    "Time plan",
    "Warm-up",
    "The data",
    "Discussion",
    "What you found",
    "References",
    "Notes for the teacher",
)
_OF_THE_TEACHER: Final = ("Time plan", "Notes for the teacher")
_IMPORTS: Final = frozenset({"pandas", "numpy", "matplotlib", "math", "onewaytrade.teaching"})
_BOUNDARY: Final = re.compile(r"#\s*(BEGIN|END)\s+(QUESTION|SOLUTION|PROMPT|TESTS)\b", re.IGNORECASE)
_CONFIG: Final = re.compile(r"#\s*ASSIGNMENT\s+CONFIG\b", re.IGNORECASE)
_HEADING: Final = re.compile(r"^(#{1,6})\s+(.+?)\s*$", re.MULTILINE)
_BULLET: Final = re.compile(r"^\s*(?:[-*+]|\d+\.)\s+(.+(?:\n[ \t]+\S.*)*)", re.MULTILINE)
_DRAWS: Final = re.compile(r"\bplt\.(?!rc)\w+\(|\.plot\b|\bax(?:es|is)?\.(?:plot|bar|barh|scatter|fill_between)\(")
_SOLUTION: Final = re.compile(r"#\s*(?:BEGIN\s+)?SOLUTION\b")
_MARKER: Final = re.compile(r'^\s*(?:#.*|""?"?\s*;?\s*#\s*(?:BEGIN|END)\s+PROMPT.*)?$')
_PICTURE_WITHOUT_ALT: Final = re.compile(r"!\[\s*\]\(")
_MADE_UP_ID: Final = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a time plan: how many minutes, what is done, and how (alone, in pairs, together)."""

    minutes: int
    what: str
    how: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a lesson: an exercise that is marked by machine, or (`manual`) one for discussion.

    `heading` is its heading without signs, `prompt` the Markdown below it, and `model` the model answer of a
    question for discussion, "" for an exercise.
    """

    name: str
    points: float
    manual: bool
    heading: str
    prompt: str
    model: str


@dataclass(frozen=True, slots=True)
class Master:
    """A lesson's master: what it says of itself, its questions in order, and its cells as they lie in the file."""

    path: Path
    number: int
    title: str
    hook: str
    aims: tuple[str, ...]
    prior: tuple[str, ...]
    plan: tuple[Step, ...]
    questions: tuple[Question, ...]
    references: tuple[str, ...]
    notebook: dict[str, Any]

    @property
    def stem(self) -> str:
        """The name of its file without the ending, and of all its editions."""
        return self.path.stem

    @property
    def exercises(self) -> tuple[Question, ...]:
        """The questions that are marked by machine."""
        return tuple(question for question in self.questions if not question.manual)

    @property
    def discussions(self) -> tuple[Question, ...]:
        """The questions that are talked about."""
        return tuple(question for question in self.questions if question.manual)

    @property
    def cells(self) -> list[Cell]:
        """The cells, raw ones included."""
        found: list[Cell] = self.notebook["cells"]
        return found

    def section(self, heading: str) -> str:
        """Return the Markdown below a heading of the second level, up to the next one; "" if there is none."""
        return "\n\n".join(text for cell, text in _sections(self.cells).get(heading, ()) if text)


def paths(root: Path) -> tuple[Path, ...]:
    """Return the paths of a project's masters, in the order of the lessons."""
    return tuple(sorted((root / FOLDER).glob("*.ipynb")))


def choose(root: Path, names: Sequence[str]) -> tuple[Path, ...]:
    """Return the masters named by number, stem or the beginning of a stem; no name stands for all of them.

    Raises TeachingError, with the known names, if there are none or a name fits none or several.
    """
    known = {path.stem: path for path in paths(root)}
    if not known:
        raise TeachingError(f"There are no lessons in {root / FOLDER}.")
    return tuple(dict.fromkeys(_find(name, known) for name in names)) or tuple(known.values())


def _find(name: str, known: dict[str, Path]) -> Path:
    wanted = Path(name).stem if name.endswith(".ipynb") else name
    fitting = [stem for stem in known if stem == wanted or stem.startswith(f"{wanted}-")]
    fitting = fitting or [stem for stem in known if stem.startswith(wanted)]
    if len(fitting) == 1:
        return known[fitting[0]]
    if fitting:
        raise TeachingError(f"{name!r} could be {' or '.join(fitting)}: write a little more of the name.")
    listed = ", ".join(known)
    raise TeachingError(
        f"There is no lesson {name!r}; the nearest is {nearest(wanted, known)}, and the lessons are {listed}."
    )


def number(path: Path) -> int:
    """Return the number of the lesson at `path`; raises TeachingError if its name does not begin with one."""
    digits, dash, _ = path.stem.partition("-")
    if not (dash and digits.isdecimal()):
        raise TeachingError(f"{path.name}: the name of a lesson begins with its number and a dash.")
    return int(digits)


def read(path: Path) -> Master:
    """Return the master at `path`, without the cells that speak of the master itself.

    Raises NotebookError if the file is no notebook, and TeachingError, with file and cell, if its name does not
    begin with its number or its questions do not begin and end as they must. What else is wrong with it `faults`
    tells.
    """
    notebook = notebooks.read(path)
    for cell in notebook["cells"]:
        cell["source"] = notebooks.source(cell)
    cells = notebook["cells"] = [cell for cell in notebook["cells"] if not _is_own(path, cell)]
    sections = _sections(cells)

    def text(heading: str) -> str:
        return "\n\n".join(part for _, part in sections.get(heading, ()))

    title, hook = _title(cells)
    return Master(
        path=path,
        number=number(path),
        title=title,
        hook=hook,
        aims=_bullets(text("After this you can")),
        prior=_bullets(text("What you should know already")),
        plan=_plan(text("Time plan")),
        questions=tuple(_questions(path, cells)),
        references=_bullets(text("References")),
        notebook=notebook,
    )


def tags(cell: Cell) -> tuple[str, ...]:
    """Return the tags of a cell."""
    return tuple(cell["metadata"].get("tags", ()))


def is_config(cell: Cell) -> bool:
    """Return whether a cell is the one that tells `otter assign` what to do."""
    return cell["cell_type"] == "raw" and bool(_CONFIG.match(cell["source"]))


def boundary(cell: Cell) -> tuple[str, str] | None:
    """Return what a raw cell begins or ends, as ("BEGIN", "QUESTION"), or None if it is no such cell."""
    found = _BOUNDARY.match(cell["source"]) if cell["cell_type"] == "raw" else None
    return (found[1].upper(), found[2].upper()) if found else None


def _is_own(path: Path, cell: Cell) -> bool:
    """Tell whether a cell is of the master alone; raises TeachingError if it is more than words."""
    if OWN not in tags(cell):
        return False
    if cell["cell_type"] != "markdown":
        raise TeachingError(
            f"{path.name}: cell {cell['id']} is tagged {OWN}, which no edition has: only Markdown may be."
        )
    return True


def has_solution(cell: Cell) -> bool:
    """Return whether a cell of code holds a solution, which a student does not see."""
    return bool(_SOLUTION.search(cell["source"]))


def config(stem: str) -> str:
    """Return the text of the first cell of a master's editions."""
    import yaml

    return "# ASSIGNMENT CONFIG\n" + yaml.safe_dump({"name": stem, **SETTINGS}, sort_keys=False).rstrip()


def faults(master: Master, exercises: Iterable[Exercise] | None = None) -> list[str]:
    """Return what is wrong with a master, one sentence each with its file and cell; nothing if it is sound.

    `exercises` are those of the lesson of its number if they are not given.
    """
    if master.number not in LESSONS:
        return [f"{master.path.name}: there is no lesson {master.number}."]
    known = tuple(open_lesson(master.number).exercises.values() if exercises is None else exercises)
    checks: tuple[Callable[[Master], Iterator[str]], ...] = (
        _faults_of_opening,
        _faults_of_sections,
        _faults_of_plan,
        lambda one: _faults_of_names(one, [exercise.name for exercise in known]),
        lambda one: _faults_of_kinds(one, known),
        _faults_of_answers,
        _faults_of_code,
        _faults_of_cells,
    )
    return [f"{master.path.name}: {fault}" for check in checks for fault in check(master)]


def require_sound(master: Master) -> None:
    """Raise TeachingError, in one sentence with its first fault and the number of others, unless it is sound."""
    found = faults(master)
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise TeachingError(f"{found[0]}{more}")


def _faults_of_opening(master: Master) -> Iterator[str]:
    first = master.cells[0] if master.cells else None
    if first is None or not is_config(first):
        yield f"its first cell is not the raw cell # ASSIGNMENT CONFIG (those tagged {OWN} do not count)."
    elif _yaml(first) != {"name": master.stem, **SETTINGS}:
        told = json.dumps({"name": master.stem, **SETTINGS})
        yield f"cell {first['id']} sets otter otherwise than every lesson does: {told}."
    if not master.title:
        yield "it has no title (a Markdown cell that begins with # and a space)."
    elif not master.hook:
        yield "its title has no sentence below it that says which claim or question it is about."
    if master.notebook["metadata"].get("kernelspec", {}).get("name") != "python3":
        yield "its kernel is not called python3."


def _faults_of_sections(master: Master) -> Iterator[str]:
    found = _sections(master.cells)
    missing = [heading for heading in SECTIONS if heading not in found]
    for heading in missing:
        yield f"it has no section “## {heading}”."
    here = [heading for heading in found if heading in SECTIONS]
    if not missing and here != list(SECTIONS):
        yield f"its sections are not in the order {', '.join(SECTIONS)}."
    for heading in _OF_THE_TEACHER:
        for cell, _ in found.get(heading, ()):
            if TEACHER not in tags(cell):
                yield f"cell {cell['id']} (“{heading}”) is not tagged {TEACHER}."
    if "Warm-up" in found and not any(TEACHER in tags(cell) for cell, _ in found["Warm-up"]):
        yield f"its warm-up has no cell tagged {TEACHER} with the common wrong answer."
    for what, items, fewest, most in (
        ("aims", master.aims, 3, 5),
        ("points of prior knowledge", master.prior, 1, 6),
        ("references", master.references, 1, 12),
    ):
        if not fewest <= len(items) <= most:
            yield f"it has {len(items)} {what}, and should have {fewest} to {most} as a list."


def _faults_of_plan(master: Master) -> Iterator[str]:
    if not master.plan:
        yield "its time plan is no table of Minutes, What and How with whole minutes."
        return
    total = sum(step.minutes for step in master.plan)
    if total != HOUR:
        yield f"the minutes of its time plan sum to {total}, not to {HOUR}."


def _faults_of_names(master: Master, known: Sequence[str]) -> Iterator[str]:
    """Yield where the questions and the lesson's exercises differ."""
    asked = [question.name for question in master.exercises]
    for name in known:
        if name not in asked:
            yield f"exercise {name} of the lesson has no question."
    for name in asked:
        if name not in known:
            yield f"question {name} is no exercise of the lesson; those are {', '.join(known)}."
    if set(asked) == set(known) and asked != list(known):
        yield f"its questions are not in the order of the lesson's exercises: {', '.join(known)}."
    for name, count in Counter(question.name for question in master.questions).items():
        if count > 1:
            yield f"question {name} is there {count} times."


def _faults_of_kinds(master: Master, exercises: Sequence[Exercise]) -> Iterator[str]:
    """Yield what the questions lack: enough of each kind, a heading, a model answer, points."""
    marked, talked = len(master.exercises), len(master.discussions)
    if marked < FEWEST_EXERCISES:
        yield f"{marked} of its exercises are marked by machine, and at least {FEWEST_EXERCISES} should be."
    if talked < FEWEST_DISCUSSIONS:
        yield f"it has {talked} questions for discussion, and should have at least {FEWEST_DISCUSSIONS}."
    if not any(isinstance(exercise, Function) for exercise in exercises):
        yield "none of its exercises asks for a function."
    if sum(isinstance(exercise, Choice) for exercise in exercises) > MOST_CHOICES:
        yield f"more than {MOST_CHOICES} of its exercises are choices."
    for question in master.questions:
        if not question.heading:
            yield f"question {question.name} has no heading."
        if question.manual and not question.model:
            yield f"question {question.name} is for discussion and has no model answer."
        if not question.manual and question.points <= 0:
            yield f"question {question.name} is worth no points."


def _faults_of_answers(master: Master) -> Iterator[str]:
    """Yield the exercises whose code has no gap, or whose gap is not for the name that is checked."""
    code = _code_of_questions(master)
    for question in master.exercises:
        cells = code.get(question.name, [])
        solutions = [cell["source"] for cell in cells if has_solution(cell)]
        if not solutions:
            yield f"question {question.name} has no code with a line ending in # SOLUTION."
        elif not any(re.search(rf"^(?:def\s+)?{question.name}\b", source, re.MULTILINE) for source in solutions):
            yield f"the solution of question {question.name} does not define {question.name}."


def _faults_of_code(master: Master) -> Iterator[str]:
    code = [cell for cell in master.cells if cell["cell_type"] == "code"]
    answers = {cell["id"] for cells in _code_of_questions(master).values() for cell in cells}
    for cell in code:
        where = f"cell {cell['id']}"
        lines = [line for line in cell["source"].splitlines() if not _MARKER.match(line)]
        if len(lines) > LONGEST_CELL:
            yield f"{where} has {len(lines)} lines of code, and at most {LONGEST_CELL} are read in one go."
        if cell.get("outputs") or cell.get("execution_count"):
            yield f"{where} holds outputs: a master is kept without."
        if _DRAWS.search(cell["source"]) and not cell["metadata"].get("onewaytrade", {}).get("alt", "").strip():
            yield f"{where} draws a figure and has no alternative text (metadata onewaytrade.alt)."
        try:
            tree = ast.parse(cell["source"])
        except SyntaxError as error:
            yield f"{where} is no Python: {error.msg}."
            continue
        if cell["id"] not in answers and any(isinstance(node, ast.FunctionDef) for node in ast.walk(tree)):
            yield f"{where} defines a function outside a student's own answer."
        for module in _imported(tree):
            if not any(module == allowed or module.startswith(f"{allowed}.") for allowed in _IMPORTS):
                yield f"{where} imports {module}, which a lesson in a browser may not."
    opening = rf"^grader = open_lesson\({master.number}\)"
    if not any(re.search(opening, cell["source"], re.MULTILINE) for cell in code):
        yield f"no cell says grader = open_lesson({master.number})."


def _faults_of_cells(master: Master) -> Iterator[str]:
    seen: set[str] = set()
    for position, cell in enumerate(master.cells, start=1):
        if cell["id"] in seen:
            yield f"two cells are called {cell['id']}."
        seen.add(cell["id"])
        if _MADE_UP_ID.fullmatch(cell["id"]) or cell["id"] == f"cell-{position:02d}":
            yield f"cell {position} has no readable name ({cell['id']})."
        if cell["cell_type"] == "markdown" and _PICTURE_WITHOUT_ALT.search(cell["source"]):
            yield f"cell {cell['id']} shows a picture without alternative text."
        if cell["cell_type"] == "raw" and not (is_config(cell) or boundary(cell)):
            yield f"cell {cell['id']} is raw and neither begins nor ends anything."


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def _title(cells: Sequence[Cell]) -> tuple[str, str]:
    for cell in cells:
        if cell["cell_type"] == "markdown" and cell["source"].startswith("# "):
            first, _, rest = cell["source"].partition("\n")
            return first[2:].strip(), rest.strip()
    return "", ""


def _sections(cells: Sequence[Cell]) -> dict[str, list[tuple[Cell, str]]]:
    """Return, by heading of the second level, each Markdown cell below it with what it says there.

    Cells for slides alone are left out: their headings are those of slides.
    """
    found: dict[str, list[tuple[Cell, str]]] = {}
    current: list[tuple[Cell, str]] | None = None
    for cell in cells:
        if cell["cell_type"] != "markdown" or SLIDES in tags(cell):
            continue
        before, *parts = re.split(r"^## (.+?)\s*$", cell["source"], flags=re.MULTILINE)
        if current is not None and before.strip():
            current.append((cell, before.strip()))
        for heading, text in zip(parts[::2], parts[1::2], strict=True):
            current = found.setdefault(heading, [])
            current.append((cell, text.strip()))
    return found


def _bullets(text: str) -> tuple[str, ...]:
    return tuple(" ".join(item.split()) for item in _BULLET.findall(text))


def _plan(text: str) -> tuple[Step, ...]:
    """Return the rows of a Markdown table whose first column is a whole number."""
    rows = [
        [part.strip() for part in line.strip().strip("|").split("|")] for line in text.splitlines() if "|" in line
    ]
    return tuple(Step(int(row[0]), row[1], row[2]) for row in rows if len(row) == 3 and row[0].isdigit())


def _code_of_questions(master: Master) -> dict[str, list[Cell]]:
    """Return the code cells of each question by its name."""
    return {
        settings(master.path, opening)["name"]: [cell for cell, _ in body if cell["cell_type"] == "code"]
        for opening, body in _blocks(master.path, master.cells)
    }


def _questions(path: Path, cells: Sequence[Cell]) -> Iterator[Question]:
    for opening, body in _blocks(path, cells):
        told = settings(path, opening)
        said = [
            (cell["source"], answer)
            for cell, answer in body
            if cell["cell_type"] == "markdown" and not {TEACHER, SLIDES} & {*tags(cell)}
        ]
        asked = "\n\n".join(text for text, answer in said if not answer)
        heading = _HEADING.search(asked)
        manual = bool(told.get("manual", False))
        yield Question(
            name=told["name"],
            points=float(told.get("points", 0 if manual else 1)),
            manual=manual,
            heading=heading[2] if heading else "",
            prompt=(asked[: heading.start()] + asked[heading.end() :]).strip() if heading else asked,
            model="\n\n".join(text for text, answer in said if answer),
        )


def _blocks(path: Path, cells: Sequence[Cell]) -> Iterator[tuple[Cell, list[tuple[Cell, bool]]]]:
    """Yield the first cell of each question and the cells in it, each with whether it is in a solution."""
    inside: list[str] = []
    opening: Cell | None = None
    body: list[tuple[Cell, bool]] = []
    for cell in cells:
        found = boundary(cell)
        where = f"{path.name}: cell {cell['id']}"
        if found is None:
            body.append((cell, inside[-1:] == ["SOLUTION"]))
            continue
        side, block = found
        if block == "TESTS":
            raise TeachingError(f"{where} writes tests into the master: they are made of the lesson's exercises.")
        if side == "BEGIN":
            if inside != ([] if block == "QUESTION" else ["QUESTION"]):
                raise TeachingError(f"{where} begins a {block.lower()} where none can begin.")
            inside.append(block)
            if block == "QUESTION":
                opening, body = cell, []
        elif not inside or inside.pop() != block:
            raise TeachingError(f"{where} ends a {block.lower()} that is not the one that has begun.")
        elif block == "QUESTION" and opening is not None:
            yield opening, body
    if inside:
        raise TeachingError(f"{path.name}: the {inside[0].lower()} begun last does not end.")


def settings(path: Path, opening: Cell) -> dict[str, Any]:
    """Return what the first cell of a question says.

    Raises TeachingError if it gives no name of one word, or points that are no number.
    """
    found = _yaml(opening)
    where = f"{path.name}: cell {opening['id']}"
    if not isinstance(found, dict) or not str(found.get("name", "")).isidentifier():
        raise TeachingError(f"{where} begins a question that has no name of one word.")
    points = found.get("points", 0)
    if isinstance(points, bool) or not isinstance(points, int | float):
        raise TeachingError(f"{where} begins a question whose points are no number.")
    return found


def _yaml(cell: Cell) -> Any:
    """Return what the YAML in a cell says, None if it is none."""
    import yaml

    try:
        return yaml.safe_load(cell["source"])
    except yaml.YAMLError:
        return None
