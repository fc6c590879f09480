"""Mark a folder of students' notebooks, offline and in parallel, each in a process of its own.

`mark` reads all notebooks before it runs any (`submissions`), has each run by a `crew` within `walls` (`guest`),
judges in this process what they send back (`judging`), and writes the marks at the end (`report`). A lesson's
notebook imports nothing of this.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from onewaytrade import files, project
from onewaytrade.errors import TeachingError
from onewaytrade.teaching import masters
from onewaytrade.teaching.marking import crew as crews
from onewaytrade.teaching.marking import discussion, plain, report, server, submissions, walls
from onewaytrade.teaching.marking.judging import Judge
from onewaytrade.teaching.marking.report import Class, Marked
from onewaytrade.teaching.marking.submissions import HandedIn, Submission

MARKS: Final = "marks.csv"
GRADEBOOK: Final = "gradebook.csv"
REPORT: Final = "report.html"
DISCUSSION: Final = "discussion.html"
SECONDS: Final = 10.0
MEMORY: Final = 1024  # megabytes


@dataclass(frozen=True, slots=True)
class Order:
    """What to mark and how: the folder, the lesson of notebooks that do not say theirs, where the marks go.

    `jobs` notebooks run at a time, each for at most `limits`. `out` is a folder beside that of the notebooks if it
    is None.
    """

    folder: Path
    out: Path | None
    lesson: int | None
    jobs: int
    limits: walls.Limits

    @property
    def place(self) -> Path:
        """The folder that the marks are written to."""
        folder = self.folder.resolve()
        return (self.out or folder.with_name(f"{folder.name}-marks")).resolve()


@dataclass(frozen=True, slots=True)
class Progress:
    """What is told: first how many notebooks there are and which walls stand, then each that is done."""

    begun: Callable[[int, str], None]
    one: Callable[[], None]


def mark(order: Order, progress: Progress | None = None) -> Class:
    """Mark the notebooks of a folder, write marks and report to `order.place`, and return what was found.

    Nothing is written if it is interrupted. Raises TeachingError if there is no notebook, no such lesson, or no
    place to write to.
    """
    told = progress or Progress(begun=lambda _count, _walls: None, one=lambda: None)
    paths = {masters.number(path): path for path in masters.choose(project.root(), [])}
    stems = [path.stem for path in paths.values()]
    if order.lesson is not None and order.lesson not in paths:
        raise TeachingError(f"There is no lesson {order.lesson}; the lessons are {', '.join(map(str, paths))}.")
    handed = submissions.find(order.folder, order.lesson, stems)
    _check_place(order)
    place = order.place
    lessons = {one.lesson for one in handed.submissions if not one.fault}
    read = {number: masters.read(paths[number]) for number in sorted(lessons)}
    judges = {number: _judge(master) for number, master in read.items()}
    try:
        with contextlib.closing(crews.crew(order.limits)) as crew:
            standing = _standing(crew, lessons)
            told.begun(len(handed.submissions), report.isolation(standing))
            ran = _run_all(crew, handed.submissions, standing, order.jobs, told)
    finally:
        # Also after an interruption: the walls that a system lacks keep nobody from the others' files.
        restored = _restore(handed, order.folder)
    if order.place != place:
        raise TeachingError(f"{place} leads elsewhere since notebooks have run: no marks were written.")
    found = Class(
        tuple(
            _marked(one, ran.get(one.place), standing, order.limits, read, judges) for one in handed.submissions
        ),
        read,
        standing,
        restored,
    )
    files.write_together(
        {
            place / MARKS: report.table(found),
            place / GRADEBOOK: report.gradebook(found),
            place / REPORT: report.page(found).encode(),
            place / DISCUSSION: report.discussion(found).encode(),
        }
    )
    return found


def _check_place(order: Order) -> None:
    """Raise TeachingError if the marks would lie among the notebooks, or where no folder can be."""
    folder, place = order.folder.resolve(), order.place
    if place == folder or folder in place.parents:
        raise TeachingError(
            f"The marks cannot lie in {order.folder}, among the notebooks: name another folder by --out."
        )
    if place.exists() and not place.is_dir():
        raise TeachingError(f"{place} is no folder: name one for the marks by --out.")


def _judge(master: masters.Master) -> Judge:
    return Judge(master.number, {question.name: question.points for question in master.exercises})


def _standing(crew: crews.Crew, lessons: set[int]) -> tuple[str, ...]:
    """Return the walls that stand on this machine, tried by a notebook without a cell."""
    if not lessons:
        return ()
    tried = crew.run(crews.Job(min(lessons), ()))
    if not tried.finished:
        raise TeachingError("No notebook can be run on this machine: not even an empty one came to its end.")
    return tried.walls


def _run_all(
    crew: crews.Crew, handed: Sequence[Submission], standing: Sequence[str], jobs: int, told: Progress
) -> dict[str, crews.Ran]:
    ran: dict[str, crews.Ran] = {}
    with ThreadPoolExecutor(jobs) as pool:
        try:
            waiting = {
                pool.submit(crew.run, crews.Job(one.lesson, one.code), standing): one
                for one in handed
                if not one.fault
            }
            for _ in range(len(handed) - len(waiting)):
                told.one()
            for future in as_completed(waiting):
                ran[waiting[future].place] = future.result()
                told.one()
        except BaseException:
            # Before the pool waits for its threads, what they wait for has to end.
            pool.shutdown(wait=False, cancel_futures=True)
            crew.close()
            raise
    return ran


def _restore(handed: HandedIn, folder: Path) -> tuple[str, ...]:
    """Put back the notebooks that were changed while others ran; return their names."""
    altered = handed.altered()
    for path in altered:
        files.write_bytes(path, handed.originals[path])
    return tuple(plain.clean(path.relative_to(folder).as_posix()) for path in altered)


def _marked(
    one: Submission,
    ran: crews.Ran | None,
    standing: Sequence[str],
    limits: walls.Limits,
    read: Mapping[int, masters.Master],
    judges: Mapping[int, Judge],
) -> Marked:
    place = plain.clean(one.place)
    if ran is None:
        return Marked(one.student, place, one.lesson, (), one.fault, {})
    master = read[one.lesson]
    headings = discussion.headings(master)
    texts = {question.name: discussion.answer(one.cells, question, headings) for question in master.discussions}
    if ran.how == server.GONE or not set(standing) <= set(ran.walls):
        why = "It was not run: its process could not be shut in."
        return Marked(one.student, place, one.lesson, (), why, texts)
    marks = judges[one.lesson].marks(ran.answers)
    return Marked(one.student, place, one.lesson, marks, _remark(ran, limits), texts)


def _remark(ran: crews.Ran, limits: walls.Limits) -> str:
    """Return what the teacher should know of how a notebook ended; "" if it ended as it should."""
    by_then = "what it had answered by then is marked."
    if ran.how == server.SLOW:
        return (
            f"It had not ended after {limits.seconds:g} s of computing (or three times that of waiting); {by_then}"
        )
    if ran.how == server.LOUD:
        return f"It sent more than answers can be; {by_then}"
    if ran.how == server.FULL:
        return f"It wrote more than {server.MOST_WRITTEN >> 20} MB of files; {by_then}"
    if not ran.finished:
        return f"Its process ended before its last cell, by itself or out of memory; {by_then}"
    if ran.stopped:
        cells = ", ".join(map(str, ran.stopped[:10]))
        noun = "cell" if len(ran.stopped) == 1 else "cells"
        return f"Code {noun} {cells} took too long and had to be stopped; the others are marked."
    return ""
