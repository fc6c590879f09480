"""Run in a process of its own with a folder and a list of lessons: open lessons as a browser's Python would.

The folder holds our wheel unpacked; `pyodide.json` says which packages and modules there are. Whatever else a
lesson asks for is not found, as there. Prints where each of our modules came from, as JSON.
"""

import json
import sys
from contextlib import suppress
from importlib.abc import MetaPathFinder
from pathlib import Path


class Elsewhere(MetaPathFinder):
    """Finds nothing, and says so of what a browser's Python has not."""

    def __init__(self, there: set[str]) -> None:
        self.there = there

    def find_spec(self, name: str, *_: object) -> None:
        # The second tells CPython how it was built; Pyodide has its own.
        if name.partition(".")[0] not in self.there and not name.startswith("_sysconfigdata"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def main(folder: Path, numbers: list[int]) -> None:
    told = json.loads((Path(__file__).parent / "pyodide.json").read_text(encoding="utf-8"))
    packages = {top for package in told["packages"].values() for top in package["imports"]}
    # The standard library of Windows does not work without its own modules.
    lacking = set() if sys.platform == "win32" else set(told["lacking"])
    sys.meta_path.insert(0, Elsewhere(packages | set(sys.stdlib_module_names) - lacking | {"onewaytrade"}))
    sys.path.insert(0, str(folder))
    # Installed here and not there: without this, all would pass with nobody at the door.
    with suppress(ModuleNotFoundError):
        import pandera  # noqa: F401

        sys.exit("What a browser has not was found.")
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    from onewaytrade import teaching

    plt.close(plt.figure())
    for number in numbers:
        lesson = teaching.open_lesson(number)
        for name in sys.modules[f"onewaytrade.teaching.exercises.lesson{number}"].TABLES:
            lesson.table(name)
        for exercise in lesson.exercises:
            assert lesson.look_at(exercise, {exercise: "not this"}).state == "wrong", exercise
    own = {name: sys.modules[name].__file__ for name in sys.modules if name.partition(".")[0] == "onewaytrade"}
    print(json.dumps(own))


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(number) for number in sys.argv[2].split(",")])
