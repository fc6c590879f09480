"""Make the editions of lessons: for students, with solutions, for an autograder, as slides and on paper.

A lesson's master is executed once, with its solutions; slides and pages are made of that. What is written of a
lesson is written together, and only if its own solutions earn full marks: until then its old edition stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from onewaytrade import files, fmt
from onewaytrade.errors import TeachingError
from onewaytrade.runner import normalise
from onewaytrade.teaching import autograder, executing, handouts, marking_up, masters, slides, transforming
from onewaytrade.teaching.autograder import Wheel
from onewaytrade.teaching.executing import Executed
from onewaytrade.teaching.lesson import open_lesson, tables
from onewaytrade.teaching.masters import SLIDES, Cell, Master
from onewaytrade.teaching.transforming import Notebook, Transformed

INDEX: Final = "index.html"


@dataclass(frozen=True, slots=True)
class Made:
    """What came of one lesson: the files written, by their place in the folder, or why there are none."""

    master: Master
    files: tuple[str, ...]
    fault: str = ""


def make(root: Path, names: Sequence[str], out: Path, jobs: int, progress: executing.Progress) -> tuple[Made, ...]:
    """Write the editions of the lessons of that name, or of all, into the folder `out`, with an index of it.

    Raises TeachingError, before anything is executed, if a name is unknown or a master is not sound. A lesson
    whose solutions stop or do not earn full marks is told of in its `fault`, and nothing of it is written.
    """
    chosen = [masters.read(path) for path in masters.choose(root, names)]
    for master in chosen:
        masters.require_sound(master)
    transformed = {master.stem: transforming.transform(master) for master in chosen}
    with progress:
        executed = executing.execute(
            root, {stem: one.solutions for stem, one in transformed.items()}, jobs, progress
        )
    wheel = autograder.build_wheel(Path(__file__).parents[3])
    made = tuple(_make(master, transformed[master.stem], executed[master.stem], wheel, out) for master in chosen)
    _index(root, out, wheel)
    return made


def _make(master: Master, transformed: Transformed, executed: Executed, wheel: Wheel | None, out: Path) -> Made:
    if executed.fault:
        return Made(master, (), executed.fault)
    contents = editions(master, transformed, executed.notebook, wheel)
    files.write_together({out / name: content for name, content in contents.items()})
    return Made(master, tuple(contents))


def editions(
    master: Master, transformed: Transformed, executed: Notebook, wheel: Wheel | None
) -> dict[str, bytes]:
    """Return the files of a lesson by their place in the folder of editions."""
    stem = master.stem
    exercises = open_lesson(master.number).exercises
    own = tuple(exercises.values())
    solutions = [_kept(cell) for cell in executed["cells"] if not transforming.is_tagged(cell, SLIDES)]
    return {
        f"student/{stem}.ipynb": normalise.encode(transformed.student),
        **_data(master),
        f"solutions/{stem}.ipynb": normalise.encode({**executed, "cells": solutions}),
        f"autograder/{stem}.zip": autograder.make(master, exercises, wheel, version("onewaytrade")),
        f"slides/{stem}.html": slides.make(master, executed),
        f"handout/{stem}.html": handouts.handout(master, executed, own),
        f"handout/{stem}-teacher.html": handouts.sheet(master, executed, own),
    }


def _kept(cell: Cell) -> Cell:
    """Return a cell of the solutions with what a reader's notebook needs of its metadata."""
    dropped = {"slideshow", "onewaytrade", "editable", "deletable"}
    metadata: dict[str, Any] = {key: value for key, value in cell["metadata"].items() if key not in dropped}
    return {**cell, "metadata": metadata}


def _data(master: Master) -> dict[str, bytes]:
    """Return the lesson's tables as CSV, and a page that says where each comes from."""
    folder = f"student/data/{master.stem}"
    said = [f"# Data of lesson {master.number}: {master.title}", ""]
    contents = {}
    for name, table in tables(master.number).items():
        frame = table()
        contents[f"{folder}/{name}.csv"] = frame.to_csv(lineterminator="\n").encode()
        rows = fmt.counted(len(frame), "row")
        said.append(f"- `{name}.csv` ({rows}). Source: {frame.attrs.get('source', 'see the lesson')}")
    contents[f"{folder}/README.md"] = ("\n".join(said) + "\n").encode()
    return contents


def _index(root: Path, out: Path, wheel: Wheel | None) -> None:
    """Write the page that says what is what, for every lesson of which the folder holds an edition."""
    there = [
        masters.read(path) for path in masters.paths(root) if (out / "student" / f"{path.stem}.ipynb").is_file()
    ]
    if not there:
        return
    said = (
        f"The package is in it ({wheel.name}); everything else comes from the network when Gradescope builds it."
        if wheel
        else f"It asks for onewaytrade {version('onewaytrade')} from the network, which must be published there."
    )
    files.replace(out / INDEX, marking_up.page("index.html.j2", lessons=there, wheel=said))


def require_all(made: Sequence[Made]) -> None:
    """Raise TeachingError, in one sentence a lesson, if anything could not be made."""
    faults = [f"{one.master.path.name}: {one.fault}" for one in made if one.fault]
    if faults:
        raise TeachingError(f"{'; '.join(faults)}. Nothing of that was written.")
