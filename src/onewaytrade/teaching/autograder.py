"""Make the zip from which otter-grader marks a lesson, on Gradescope or elsewhere: the same bytes each time."""

import json
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from onewaytrade import files
from onewaytrade.teaching import autotests, transforming
from onewaytrade.teaching.checking import Exercise
from onewaytrade.teaching.masters import Master

_SCRIPTS: Final = frozenset({"setup.sh", "run_autograder"})
# Where Gradescope unpacks the zip.
_UNPACKED: Final = "/autograder/source"


@dataclass(frozen=True, slots=True)
class Wheel:
    """The package as it is installed elsewhere: the name of the file, and what is in it."""

    name: str
    content: bytes


def build_wheel(checkout: Path) -> Wheel | None:
    """Return the package's wheel built from its repository, or None where that or what builds it is missing."""
    try:
        from hatchling.builders.wheel import WheelBuilder
    except ImportError:
        return None
    if not (checkout / "pyproject.toml").is_file() or not (checkout / "src" / "onewaytrade").is_dir():
        return None
    with tempfile.TemporaryDirectory(prefix="onewaytrade-wheel-") as folder:
        path = Path(next(WheelBuilder(str(checkout)).build(directory=folder, versions=["standard"])))
        return Wheel(path.name, path.read_bytes())


def make(master: Master, exercises: Mapping[str, Exercise], wheel: Wheel | None, version: str) -> bytes:
    """Return the zip of a lesson.

    It holds a test file for each exercise, otter's scripts and the environment that they set up, which installs
    otter and, of this package, `wheel`, or the published `version` if there is no wheel.
    """
    transforming.load_otter()
    from otter import generate

    needed = f"onewaytrade @ file://{_UNPACKED}/files/{wheel.name}" if wheel else f"onewaytrade=={version}"
    with tempfile.TemporaryDirectory(prefix="onewaytrade-autograder-") as name:
        folder = Path(name)
        tests = folder / "tests"
        tests.mkdir()
        for question in master.exercises:
            text = autotests.text(master.number, exercises[question.name], question.points)
            (tests / f"{question.name}.py").write_text(text, encoding="utf-8")
        (folder / "config.json").write_text(json.dumps({"assignment_name": master.stem}), encoding="utf-8")
        (folder / "requirements.txt").write_text(f"{needed}\n", encoding="utf-8")
        generate.main(
            tests_dir=str(tests),
            output_path=str(folder / "autograder.zip"),
            config=str(folder / "config.json"),
            lang="python",
            requirements=str(folder / "requirements.txt"),
            no_environment=True,
        )
        with zipfile.ZipFile(folder / "autograder.zip") as made:
            contents = {one: made.read(one) for one in made.namelist()}
    if wheel:
        contents[f"files/{wheel.name}"] = wheel.content
    return files.packed(dict(sorted(contents.items())), _SCRIPTS)
