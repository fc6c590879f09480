"""The lessons of a project as its site tells of them: each one's master, and what it is about."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from onewaytrade.errors import SiteError
from onewaytrade.teaching import masters
from onewaytrade.teaching.masters import Master

# What no master says of itself: the claims behind a lesson, and the topics of a course that have room for it.
ABOUT: Final = Path(masters.FOLDER) / "about.yml"
PAGE: Final = "teach"


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson's master, the ids of the claims behind it, and topics of a course by their field."""

    master: Master
    claims: tuple[str, ...]
    topics: Mapping[str, str]

    @property
    def stem(self) -> str:
        """The name of all its editions."""
        return self.master.stem

    @property
    def place(self) -> str:
        """Its place on the page of lessons."""
        return f"lesson-{self.master.number}"

    @property
    def points(self) -> tuple[float, float]:
        """What its exercises are worth that are marked by machine, and what its discussions are."""
        return (
            sum(question.points for question in self.master.exercises),
            sum(question.points for question in self.master.discussions),
        )


def found(root: Path) -> tuple[Lesson, ...]:
    """Return the lessons of a project in their order; most projects have none.

    Raises TeachingError for a master that cannot be read, and SiteError if `about.yml` is not what it must be.
    """
    paths = masters.paths(root)
    about = root / ABOUT
    seen = tuple((path, path.stat().st_mtime_ns) for path in (*paths, *([about] if about.is_file() else [])))
    return _read(seen) if paths else ()


@functools.lru_cache(maxsize=4)
def _read(seen: tuple[tuple[Path, int], ...]) -> tuple[Lesson, ...]:
    told: Mapping[str, Any] = {}
    for path, _ in seen:
        if path.name == ABOUT.name:
            told = _about(path)
    read = [masters.read(path) for path, _ in seen if path.suffix == ".ipynb"]
    return tuple(
        Lesson(master, tuple(own.get("claims") or ()), own.get("topics") or {})
        for master, own in ((master, told.get(master.stem, {})) for master in read)
    )


def _about(path: Path) -> Mapping[str, Any]:
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise SiteError(f"{path} is not readable as YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict) or not all(
        isinstance(own, dict) and set(own) <= {"claims", "topics"} for own in content.values()
    ):
        raise SiteError(f"{path} must hold, by the names of lessons, claims and topics.")
    return content
