"""Write the marks: a table for a gradebook, a page on the class, and the answers that the teacher reads.

All are made of sorted rows without a time in them: the same notebooks give the same bytes.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from onewaytrade import fmt
from onewaytrade.teaching.marking import walls
from onewaytrade.teaching.marking.judging import Mark
from onewaytrade.teaching.masters import Master

COLUMNS: Final = ("student", "lesson", "exercise", "points", "of", "answer", "mistake", "hint")
NOT_MARKED: Final = "not marked"
_COMMONEST: Final = 10
# What begins a formula, also in the wide letters of East Asia, or is passed over in front of one.
_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
_NUMBER: Final = re.compile(r"-[0-9]+(\.[0-9]+)?(e[-+][0-9]+)?")


@dataclass(frozen=True, slots=True)
class Marked:
    """One notebook: whose, where it lies, its lesson (0: unknown), its marks, and what else is to be said of it.

    `marks` is empty, and `remark` says why, if it could not be marked. `texts` are its answers to the questions
    for discussion by their names.
    """

    student: str
    place: str
    lesson: int
    marks: tuple[Mark, ...]
    remark: str
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Class:
    """All notebooks of a folder, the masters of their lessons by number, and how the marking went.

    `standing` are the walls around each, and `restored` the files that had to be put back.
    """

    marked: tuple[Marked, ...]
    masters: Mapping[int, Master]
    standing: tuple[str, ...]
    restored: tuple[str, ...]


def table(found: Class) -> bytes:
    """Return the marks as CSV, as a spreadsheet opens it (UTF-8 with a mark of it), one row for each exercise."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in found.marked:
        for row in _rows(one, found.masters):
            writer.writerow([_cell(value) for value in row])
    return stream.getvalue().encode("utf-8-sig")


def gradebook(found: Class) -> bytes:
    """Return one row for each student, with the points of each lesson, as CSV that a spreadsheet opens.

    The best counts where somebody handed in a lesson more than once; a lesson is empty where no notebook of it
    came that could be marked.
    """
    full = {number: sum(question.points for question in own.exercises) for number, own in found.masters.items()}
    best: dict[str, dict[int, float]] = {one.student: {} for one in found.marked}
    for one in found.marked:
        if one.marks:
            points = best[one.student]
            points[one.lesson] = max(points.get(one.lesson, 0.0), sum(mark.points for mark in one.marks))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["student", *(f"lesson {number} (of {full[number]:g})" for number in sorted(full))])
    for student in sorted(best):
        own = (f"{best[student][number]:g}" if number in best[student] else "" for number in sorted(full))
        writer.writerow([_cell(student), *own])
    return stream.getvalue().encode("utf-8-sig")


def _rows(one: Marked, masters: Mapping[int, Master]) -> Iterable[tuple[str, ...]]:
    lesson = str(one.lesson or "")
    for mark in one.marks:
        points = (f"{mark.points:g}", f"{mark.of:g}")
        yield (one.student, lesson, mark.exercise, *points, mark.answer, mark.mistake, mark.hint)
    if not one.marks:
        # Whoever could not be marked has no 0, and is not missing either.
        questions = masters[one.lesson].exercises if one.lesson else ()
        for name, of in [(question.name, f"{question.points:g}") for question in questions] or [("", "")]:
            yield (one.student, lesson, name, "", of, "", NOT_MARKED, one.remark)


def _cell(value: str) -> str:
    """Return a text that no spreadsheet takes for a formula; a number with its sign is none."""
    return f"'{value}" if value.startswith(_FORMULA) and not _NUMBER.fullmatch(value) else value


def page(found: Class) -> str:
    """Return the page on the class: how many, points by exercise, the commonest mistakes, and who needs a look."""
    parts = [_summary(found), *(_lesson(found, number) for number in sorted(found.masters)), _troubles(found)]
    if any(master.discussions for master in found.masters.values()):
        parts.append(
            "<h2>Questions for discussion</h2>"
            '<p>No machine marks them: <a href="discussion.html">what the class wrote</a>.</p>'
        )
    return _page("Class report", "".join([*parts, _isolation(found.standing)]))


def discussion(found: Class) -> str:
    """Return the page with what the class wrote to the questions for discussion, question by question."""
    parts = []
    for number, master in sorted(found.masters.items()):
        parts.append(f"<h2>Lesson {number}: {escape(master.title)}</h2>")
        for question in master.discussions:
            parts.append(f"<h3>{escape(question.heading)}</h3>")
            written = [
                (one.student, one.texts[question.name])
                for one in found.marked
                if one.lesson == number and one.texts.get(question.name)
            ]
            parts += [f"<h4>{escape(who)}</h4><p class=said>{escape(text)}</p>" for who, text in written]
            silent = sum(one.lesson == number for one in found.marked) - len(written)
            if silent:
                parts.append(f"<p>Nothing written: {silent}.</p>")
    return _page("Questions for discussion", "".join(parts))


def _summary(found: Class) -> str:
    students = len({one.student for one in found.marked})
    marked = sum(bool(one.marks) for one in found.marked)
    left = len(found.marked) - marked
    told = f"{fmt.counted(len(found.marked), 'notebook')} from {fmt.counted(students, 'student')}: {marked} marked"
    return f"<p>{told}, {left} not.</p>" if left else f"<p>{told}.</p>"


def _lesson(found: Class, number: int) -> str:
    master = found.masters[number]
    own = [one for one in found.marked if one.lesson == number and one.marks]
    heading = f"<h2>Lesson {number}: {escape(master.title)}</h2>"
    if not own:
        return f"{heading}<p>No notebook of it could be marked.</p>"
    titles = {question.name: question.heading for question in master.exercises}
    by_exercise: dict[str, list[Mark]] = {}
    for one in own:
        for mark in one.marks:
            by_exercise.setdefault(mark.exercise, []).append(mark)
    rows = [(_titled(titles.get(name, ""), name), *_figures(marks)) for name, marks in by_exercise.items()]
    full = sum(mark.of for mark in own[0].marks)
    mean = sum(mark.points for one in own for mark in one.marks) / len(own)
    heads = ("Exercise", "Points", "Mean", "Right", "Wrong", "Open")
    return (
        f"{heading}<p>{fmt.counted(len(own), 'notebook')}; mean: {mean:.1f} of {full:g} points.</p>"
        + _table("Points by exercise", heads, rows, numbers=range(1, 6))
        + _mistakes(by_exercise, titles)
        + _students(own)
    )


def _figures(marks: Sequence[Mark]) -> tuple[str, ...]:
    states = Counter(mark.state for mark in marks)
    mean = sum(mark.points for mark in marks) / len(marks)
    return (f"{marks[0].of:g}", f"{mean:.2f}", *(str(states[state]) for state in ("right", "wrong", "open")))


def _mistakes(by_exercise: Mapping[str, Sequence[Mark]], titles: Mapping[str, str]) -> str:
    """Return the table of the commonest mistakes that have a name, each with the hint that most were given."""
    hints: dict[tuple[str, str], Counter[str]] = {}
    unnamed = 0
    for name, marks in by_exercise.items():
        for mark in marks:
            if mark.state == "wrong" and mark.mistake:
                hints.setdefault((name, mark.mistake), Counter())[mark.hint] += 1
            unnamed += mark.state == "wrong" and not mark.mistake
    rest = f"<p>No known slip explains {fmt.counted(unnamed, 'wrong answer')}.</p>" if unnamed else ""
    if not hints:
        return rest
    order = sorted(hints, key=lambda key: (-hints[key].total(), key))[:_COMMONEST]
    rows = [
        (
            escape(mistake),
            str(hints[name, mistake].total()),
            _titled(titles.get(name, ""), name),
            escape(min(hints[name, mistake].items(), key=lambda item: (-item[1], item[0]))[0]),
        )
        for name, mistake in order
    ]
    return _table("Commonest mistakes", ("Mistake", "Students", "Exercise", "Hint"), rows, numbers=(1,)) + rest


def _students(own: Sequence[Marked]) -> str:
    """Return the sum of each notebook's points, folded up: the page is also shown to a class."""
    rows = [
        (
            escape(one.student),
            f"{sum(mark.points for mark in one.marks):g}",
            f"{sum(mark.of for mark in one.marks):g}",
        )
        for one in own
    ]
    sums = _table("Points by student", ("Student", "Points", "Of"), rows, numbers=(1, 2))
    return f"<details><summary>Points by student</summary>{sums}</details>"


def _troubles(found: Class) -> str:
    rows = [(escape(one.student), escape(one.place), escape(one.remark)) for one in found.marked if one.remark]
    parts = []
    if rows:
        parts.append(_table("Not marked, or not in full", ("Student", "File", "Why"), rows, numbers=()))
    if found.restored:
        named = ", ".join(f"<code>{escape(name)}</code>" for name in found.restored)
        parts.append(
            f"<p><strong>Changed while notebooks ran, and put back as they were read: {named}.</strong></p>"
        )
    return f"<h2>To look at</h2>{''.join(parts)}" if parts else ""


def _isolation(standing: Sequence[str]) -> str:
    return f"<h2>How the notebooks were run</h2><p>{escape(isolation(standing))}</p>"


def isolation(standing: Sequence[str]) -> str:
    """Return in words which walls stood around each notebook, and which did not."""
    kept = [walls.STANDING[name] for name in walls.STANDING if name in standing]
    lost = [walls.MISSING[name] for name in walls.STANDING if name not in standing]
    told = "Each notebook ran in a process of its own, and was judged outside of it"
    if kept:
        told += f": {'; '.join(kept)}"
    return f"{told}. Not on this machine: {'; '.join(lost)}." if lost else f"{told}."


def _titled(title: str, name: str) -> str:
    return f"{escape(title)} <code>{escape(name)}</code>".strip()


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int]) -> str:
    """Return a table of cells that are HTML; the first of each row is its heading."""
    right = frozenset(numbers)

    def kind(position: int) -> str:
        return " class=number" if position in right else ""

    head = "".join(f"<th scope=col{kind(at)}>{escape(text)}</th>" for at, text in enumerate(heads))
    body = "".join(
        f"<tr><th scope=row>{row[0]}</th>"
        + "".join(f"<td{kind(at)}>{cell}</td>" for at, cell in enumerate(row[1:], start=1))
        + "</tr>\n"
        for row in rows
    )
    return (
        f'<div class=wide tabindex=0 role=region aria-label="{escape(caption)}"><table><caption>{escape(caption)}'
        f"</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n"
    )


_STYLE: Final = """\
:root { color-scheme: light dark; --line: #8a8a8a; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 2rem; }
.wide { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem 1rem .3rem 0; }
td:last-child:not(.number) { min-width: 12rem; }
tr { border-bottom: 1px solid var(--line); }
tbody th { font-weight: 400; } .number { text-align: right; font-variant-numeric: tabular-nums; }
code { overflow-wrap: anywhere; } .said { white-space: pre-wrap; overflow-wrap: anywhere; }
@media print { body { font-size: 9pt; max-width: none; padding: 0; } tr { break-inside: avoid; } }
"""


def _page(title: str, body: str) -> str:
    return (
        "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n<meta name=viewport "
        f'content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n'
        f"<style>\n{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{escape(title)}</h1>\n{body}\n</main>\n"
        "</body>\n</html>\n"
    )
