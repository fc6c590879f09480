"""Find what was handed in: whose notebook it is, of which lesson, and its cells.

Everything is read before anything is run, so that no notebook can change what another one is marked on.
"""

import io
import json
import re
import stat
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

from onewaytrade.errors import TeachingError
from onewaytrade.teaching.marking.plain import clean

LARGEST: Final = 20 << 20  # bytes of one notebook
LARGEST_ARCHIVE: Final = 64 * LARGEST  # as it lies there, and of all that is unpacked from it
MOST: Final = 5_000  # notebooks in a folder
MOST_PACKED: Final = 1_000  # in the archive of a class
MOST_OF_ONE: Final = (
    5  # of each lesson in the archive of one student, who may have packed copies and earlier tries
)
# A lesson's notebook has some fifty cells with as many thousand characters.
_MOST_CELLS: Final = 1_000
_MOST_TEXT: Final = 1 << 20
_ENDING: Final = ".ipynb"
_ARCHIVE: Final = ".zip"
# How Moodle, Canvas and Blackboard name what they export, each with the student's name in front.
_EXPORTS: Final = (
    re.compile(r"^(?P<who>.+?)_\d+_assignsubmission_(?:file|onlinetext)_?"),
    re.compile(r"^(?P<who>[^_]+)_(?:LATE_)?\d+_\d+_"),
    re.compile(r"^.+?_(?P<who>[^_]+)_attempt_\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d_?"),
)
# Whatever a student writes, these are read in a time that grows with its length alone: no two parts of a pattern
# take the same character.
_COPY: Final = re.compile(r"(?:[ _-]*(?:(?:copy|kopie|copie)(?:\s*\d+)?|\(\d+\))|-\d+)+$", re.IGNORECASE)
_OPENS: Final = re.compile(r"^[ \t]*grader[ \t]*=[ \t]*open_lesson\([ \t]*(\d+)[ \t]*\)", re.MULTILINE)
_UNREADABLE: Final = "The file cannot be read, or it is far larger than a lesson’s notebook."


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a notebook: its kind ("code", "markdown") and its text."""

    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class Submission:
    """One notebook that was handed in.

    `place` is its path below the folder; a notebook in an archive has the archive's in front. `lesson` is 0, and
    `fault` a sentence, if it cannot be marked.
    """

    student: str
    place: str
    lesson: int
    cells: tuple[Cell, ...]
    fault: str = ""

    @property
    def code(self) -> tuple[str, ...]:
        """The texts of its code cells."""
        return tuple(cell.source for cell in self.cells if cell.kind == "code")


@dataclass(frozen=True, slots=True)
class HandedIn:
    """All that was handed in, in the order of students, and the bytes of every file that it was read from."""

    submissions: tuple[Submission, ...]
    originals: Mapping[Path, bytes]

    def altered(self) -> list[Path]:
        """Return the files that are no longer what was read."""
        return [path for path, content in self.originals.items() if _content(path) != content]


def find(folder: Path, lesson: int | None, stems: Sequence[str]) -> HandedIn:
    """Return what was handed in below a folder.

    `lesson` is that of notebooks that do not say theirs, and `stems` are the names that lessons have. An archive
    that lies there alone may hold those of a class; any other is one student's, of whom no more are taken than
    anybody hands in. Raises TeachingError if there is no folder or no notebook in it.
    """
    if not folder.is_dir():
        raise TeachingError(f"There is no folder {folder}: name the folder with the students' notebooks.")
    originals: dict[Path, bytes] = {}
    read: list[Submission] = []
    paths = list(_files(folder))
    for path in paths:
        content = _content(path)
        if content is not None:
            originals[path] = content
        at = path.relative_to(folder)
        most = MOST_PACKED if len(paths) == 1 and not _is_export(at) else MOST_OF_ONE * len(stems)
        # Each is read before the next is unpacked, so that no more than one lies in memory as a whole.
        for place, found in _notebooks(path, at.as_posix(), content, most):
            read.append(_read(place, found, lesson, stems))
            if len(read) > MOST:
                raise TeachingError(f"There are more than {MOST:,} notebooks in {folder}: mark them in parts.")
    if not read:
        raise TeachingError(f"There is no notebook (*{_ENDING}) in {folder}, nor in a folder or zip file in it.")
    named = _named(read, stems)
    return HandedIn(
        tuple(sorted(named, key=lambda one: (one.student.casefold(), one.lesson, one.place))), originals
    )


def numbers(stems: Iterable[str]) -> tuple[int, ...]:
    """Return the numbers of the lessons of these names."""
    return tuple(int(stem.partition("-")[0]) for stem in stems)


def _files(folder: Path) -> Iterator[Path]:
    """Yield the notebooks and archives below a folder; a link leads out of it, and is none."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in (_ENDING, _ARCHIVE) or _is_hidden(path.relative_to(folder).parts):
            continue
        if stat.S_ISREG(path.lstat().st_mode):
            yield path


def _is_export(path: Path) -> bool:
    """Return whether a platform has named a file, or a folder that it lies in, after a student."""
    return any(pattern.match(part) for part in path.parts for pattern in _EXPORTS)


def _is_hidden(parts: Iterable[str]) -> bool:
    """Return whether a path is that of a file which no student has written: a checkpoint, or a Mac's own."""
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


def _content(path: Path) -> bytes | None:
    """Return the bytes of a file, or None if it cannot be read or is far too large."""
    largest = LARGEST if path.suffix.lower() == _ENDING else LARGEST_ARCHIVE
    try:
        return None if path.is_symlink() or path.stat().st_size > largest else path.read_bytes()
    except OSError:
        return None


def _notebooks(path: Path, place: str, content: bytes | None, most: int) -> Iterator[tuple[str, bytes | str]]:
    """Yield the place and the bytes of each notebook in a file; of what is none, a sentence instead of bytes.

    An archive of more than `most` is one that nobody hands in: running it could take hours from the class.
    """
    if content is None:
        yield place, _UNREADABLE
    elif path.suffix.lower() == _ENDING:
        yield place, content
    else:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                yield from _members(archive, place, most)
        except Exception:  # zipfile raises what it stumbles on: its own errors, ValueError, NotImplementedError
            yield place, _UNREADABLE


def _members(archive: zipfile.ZipFile, place: str, most: int) -> Iterator[tuple[str, bytes | str]]:
    """Yield what `_notebooks` does of an archive that can be opened; of members of one name, the last."""
    # Windows writes paths in its own way.
    members = {member.filename.replace("\\", "/"): member for member in archive.infolist()}
    names = [
        name
        for name in sorted(members)
        if name.lower().endswith((_ENDING, _ARCHIVE)) and not _is_hidden(PurePosixPath(name).parts)
    ]
    if len(names) > most:
        yield place, f"It holds more than {most:,} notebooks, and none was run: if they are of a class, unpack it."
        return
    left = LARGEST_ARCHIVE
    for name in names:
        if not name.lower().endswith(_ENDING):
            yield f"{place}/{name}", "It is an archive in an archive: unpack the outer one, and mark again."
            continue
        content = _unpacked(archive, members[name], min(LARGEST, left))
        left -= len(content or b"")
        yield f"{place}/{name}", _UNREADABLE if content is None else content
    if not names:
        yield place, f"There is no notebook (*{_ENDING}) in the archive."


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes | None:
    """Return the bytes of a member, or None if they cannot be read or are more than `most`."""
    try:
        with archive.open(member) as stream:
            content = stream.read(most + 1)
    except Exception:  # also what the libraries that unpack raise: zlib.error, LZMAError
        return None
    return content if len(content) <= most else None


def _read(place: str, found: bytes | str, lesson: int | None, stems: Sequence[str]) -> Submission:
    """Return a notebook as far as it is one; its student is told later."""
    faulty = Submission("", place, 0, ())
    if isinstance(found, str):
        return replace(faulty, fault=found)
    try:
        notebook = json.loads(found)
        if "worksheets" in notebook:
            fault = "The notebook is in Jupyter’s format of before 2015: open it in Jupyter, and save it anew."
            return replace(faulty, fault=fault)
        cells = tuple(map(_cell, notebook["cells"]))
        metadata = notebook.get("metadata") or {}
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return replace(faulty, fault="The file is no notebook: it is damaged, or something else under that name.")
    if len(cells) > _MOST_CELLS or sum(len(cell.source) for cell in cells) > _MOST_TEXT:
        return replace(faulty, fault="The notebook has far more cells, or far more in them, than a lesson’s.")
    number = _lesson(metadata, cells, place, stems) or lesson
    if number is None:
        fault = "The notebook does not say which lesson it is: name it with --lesson."
        return replace(faulty, cells=cells, fault=fault)
    if number not in numbers(stems):
        return replace(
            faulty, cells=cells, fault=f"The notebook says that it is lesson {number}, which there is not."
        )
    return Submission("", place, number, cells)


def _cell(cell: Any) -> Cell:
    source = cell["source"]
    text = source if isinstance(source, str) else "".join(source)
    sound = text.encode("utf-8", "replace").decode("utf-8")
    return Cell(str(cell["cell_type"]), sound.replace("\r\n", "\n"))


def _lesson(metadata: Any, cells: Iterable[Cell], place: str, stems: Sequence[str]) -> int | None:
    """Return the number that a notebook, its name or its code tells."""
    match metadata:
        case {"onewaytrade": {"lesson": int() as number}} if not isinstance(number, bool):
            return number
    for stem in stems:
        if stem in PurePosixPath(place).name:
            return int(stem.partition("-")[0])
    for cell in cells:
        if cell.kind == "code" and (found := _OPENS.search(cell.source)):
            return int(found[1][:3])
    return None


def _named(read: Sequence[Submission], stems: Sequence[str]) -> list[Submission]:
    """Return notebooks with their students' names, each name once for each lesson.

    A folder or a file as Moodle, Canvas or Blackboard export it says whose it is. Else it is the outermost folder
    with no more than one notebook of a lesson; where there is none, the file's own name without the lesson's.
    """
    shared = _shared(read)
    names = [_line(_student(PurePosixPath(one.place), stems, shared)) for one in read]
    taken = Counter(zip(names, (one.lesson for one in read), strict=True))
    return [
        replace(one, student=name if taken[name, one.lesson] == 1 else f"{name} ({_line(one.place)})")
        for name, one in zip(names, read, strict=True)
    ]


def _line(name: str) -> str:
    """Return the name of a file as it can be written on one line."""
    return clean(name).replace("\n", " ")


def _shared(read: Iterable[Submission]) -> frozenset[PurePosixPath]:
    """Return the folders and archives with several notebooks of a lesson; one without a lesson may be of any."""
    held: dict[PurePosixPath, Counter[int]] = {}
    for one in read:
        for folder in PurePosixPath(one.place).parents:
            held.setdefault(folder, Counter())[one.lesson] += 1
    return frozenset(folder for folder, lessons in held.items() if _most(lessons) > 1)


def _most(lessons: Counter[int]) -> int:
    return lessons[0] + max((count for lesson, count in lessons.items() if lesson), default=0)


def _student(path: PurePosixPath, stems: Sequence[str], shared: frozenset[PurePosixPath]) -> str:
    for part in path.parts:
        for pattern in _EXPORTS:
            if found := pattern.match(part):
                return found["who"].strip()
    for folder in reversed(path.parents):
        if folder.parts and folder not in shared:
            return folder.name.removesuffix(_ARCHIVE)
    return _without(path.stem, stems) or (
        path.stem if len(path.parts) == 1 else f"{path.parent.name} ({path.stem})"
    )


def _without(stem: str, stems: Sequence[str]) -> str:
    """Return a file's name without that of a lesson and what tells a copy; "" if nothing is left."""
    for known in stems:
        if known in stem:
            before, _, after = stem.partition(known)
            return f"{before.rstrip(' _-')} {_COPY.sub('', after).strip(' _-')}".strip()
    return stem
