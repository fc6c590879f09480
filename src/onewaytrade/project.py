"""Find the project: the folder that holds `data/` with its manifest and register."""

import functools
import os
from pathlib import Path

from onewaytrade.errors import ProjectError

VARIABLE = "ONEWAYTRADE_PROJECT"
MANIFEST = Path("data") / "datapackage.json"
_PACKAGED = Path(__file__).parent / "_project"
# Where the data lie if the package runs from its own repository.
_CHECKOUT = Path(__file__).parents[2]


def use(path: Path) -> None:
    """Take `path` as the project from now on, here and in every process started from here.

    Raises ProjectError if the folder holds no `data/datapackage.json`.
    """
    os.environ[VARIABLE] = str(_checked(path.resolve(), f"--project {path}"))


def root() -> Path:
    """Return the project's folder: the one set, or the nearest upward, or the copy in the package.

    Raises ProjectError if the environment variable names a folder that is no project, or none is found.
    """
    if named := os.environ.get(VARIABLE):
        folder, manifest = _named(named)
        # As texts, since whoever looks up a figure asks for this first.
        if os.path.isfile(manifest):  # noqa: PTH113
            return folder
        return _checked(folder, f"the environment variable {VARIABLE}={named}")
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if (folder / MANIFEST).is_file():
            return folder
    if (_PACKAGED / MANIFEST).is_file():
        return _PACKAGED
    raise ProjectError(
        f"No project was found in {here} or above it: run from a folder that holds {MANIFEST.as_posix()}, "
        f"or name one with --project or {VARIABLE}."
    )


def packaged() -> Path:
    """Return the project that came with the package; raises ProjectError if it came without its data."""
    for folder in (_PACKAGED, _CHECKOUT):
        if (folder / MANIFEST).is_file():
            return folder
    raise ProjectError(f"The package in {Path(__file__).parent} came without its data: install it again.")


def own_root() -> Path:
    """Return the project's folder to write into; raises ProjectError if it is the copy in the package."""
    folder = root()
    if folder == _PACKAGED:
        raise ProjectError(
            f"No project was found in {Path.cwd()} or above it, and the copy in the package stays as it is: run "
            f"from a folder that holds {MANIFEST.as_posix()}, or name one with --project or {VARIABLE}."
        )
    return folder


def data_dir() -> Path:
    """Return the project's `data/` folder."""
    return root() / "data"


@functools.lru_cache(maxsize=16)
def _named(place: str) -> tuple[Path, str]:
    return Path(place), str(Path(place) / MANIFEST)


def _checked(folder: Path, origin: str) -> Path:
    if not (folder / MANIFEST).is_file():
        raise ProjectError(f"{origin} is no project: {MANIFEST.as_posix()} is missing there.")
    return folder
