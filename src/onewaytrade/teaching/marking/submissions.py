"""Find what was handed in: whose notebook it is, of which lesson, and its cells.

Everything is read before anything is run, so that no notebook can change what another one is marked on.
"""

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
MOST: Final = 5_000  # notebooks in a folder
_ENDING: Final = ".ipynb"
# How Moodle, Canvas and Blackboard name what they export, each with the student's name in front.
_EXPORTS: Final = (
    re.compile(r"^(?P<who>.+?)_\d+_assignsubmission_(?:file|onlinetext)_?"),
    re.compile(r"^(?P<who>[^_]+)_(?:LATE_)?\d+_\d+_"),
    re.compile(r"^.+?_(?P<who>[^_]+)_attempt_\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d_?"),
)
_COPY: Final = re.compile(r"(?:[ _-]*(?:copy|kopie|copie)\s*\d*|\s*\(\d+\)|-\d+)+$", re.IGNORECASE)
_OPENS: Final = re.compile(r"^\s*grader\s*=\s*open_lesson\(\s*(\d+)\s*\)", re.MULTILINE)


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

    `lesson` is that of notebooks that do not say theirs, and `stems` are the names that lessons have. Raises
    TeachingError if there is no folder or no notebook in it.
    """
    if not folder.is_dir():
        raise TeachingError(f"There is no folder {folder}: name the folder with the students' notebooks.")
    originals: dict[Path, bytes] = {}
    found: list[tuple[str, bytes | None]] = []
    for path in _files(folder):
        place = path.relative_to(folder).as_posix()
        content = _content(path)
        if content is not None:
            originals[path] = content
        if path.suffix.lower() == ".zip" and content is not None:
            found += _members(path, place)
        else:
            found.append((place, content))
        if len(found) > MOST:
            raise TeachingError(f"There are more than {MOST:,} notebooks in {folder}: mark them in parts.")
    if not found:
        raise TeachingError(f"There is no notebook (*{_ENDING}) in {folder}, nor in a folder or zip file in it.")
    read = [_read(place, content, lesson, stems) for place, content in found]
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
        parts = path.relative_to(folder).parts
        if any(part.startswith(".") or part == "__MACOSX" for part in parts):
            continue
        if path.suffix.lower() in (_ENDING, ".zip") and stat.S_ISREG(path.lstat().st_mode):
            yield path


def _content(path: Path) -> bytes | None:
    """Return the bytes of a file, or None if it cannot be read or is far too large."""
    try:
        if path.is_symlink() or path.stat().st_size > (
            LARGEST if path.suffix.lower() == _ENDING else 64 * LARGEST
        ):
            return None
        return path.read_bytes()
    except OSError:
        return None


def _members(path: Path, place: str) -> Iterator[tuple[str, bytes | None]]:
    """Yield the notebooks in an archive, with None for one that is too large or damaged."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError):
        yield place, None
        return
    with archive:
        for member in sorted(archive.infolist(), key=lambda one: one.filename)[:MOST]:
            parts = PurePosixPath(member.filename).parts
            if not member.filename.lower().endswith(_ENDING) or any(part[0] in "._" for part in parts):
                continue
            try:
                with archive.open(member) as stream:
                    content = stream.read(LARGEST + 1)
            except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError):
                content = None
            whole = content is not None and len(content) <= LARGEST
            yield f"{place}/{member.filename}", content if whole else None


def _read(place: str, content: bytes | None, lesson: int | None, stems: Sequence[str]) -> Submission:
    """Return a notebook as far as it is one; its student is told later."""
    faulty = Submission("", place, 0, ())
    if content is None:
        return replace(faulty, fault="The file cannot be read, or it is far larger than a lesson’s notebook.")
    try:
        notebook = json.loads(content)
        cells = tuple(map(_cell, notebook["cells"]))
        metadata = notebook.get("metadata") or {}
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return replace(faulty, fault="The file is no notebook: it is damaged, or something else under that name.")
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
    return Cell(str(cell["cell_type"]), text.encode("utf-8", "replace").decode("utf-8"))


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
    names = [_student(PurePosixPath(one.place), stems, shared) for one in read]
    taken = Counter(zip(names, (one.lesson for one in read), strict=True))
    return [
        replace(one, student=clean(name if taken[name, one.lesson] == 1 else f"{name} ({one.place})"))
        for name, one in zip(names, read, strict=True)
    ]


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
            return folder.name.removesuffix(".zip")
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
