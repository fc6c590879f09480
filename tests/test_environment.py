"""pyproject.toml, requirements.lock and environment.yml say the same, and the lock is complete and hashed."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# What conda-forge calls differently: two by an underscore, and four that leave out what is not needed here.
CONDA_NAMES = {
    "dask": "dask-core",
    "jupyter-client": "jupyter_client",
    "jupyter-core": "jupyter_core",
    "matplotlib": "matplotlib-base",
    "pyarrow": "pyarrow-core",
    "seaborn": "seaborn-base",
}
CONDA_ONLY = {"pip", "python"}

PLATFORMS = [
    {"python_version": version, "python_full_version": f"{version}.9", "sys_platform": system, "os_name": os_name}
    for version in ("3.11", "3.12", "3.13", "3.14")
    for system, os_name in (("linux", "posix"), ("darwin", "posix"), ("win32", "nt"))
]


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    with (root / "pyproject.toml").open("rb") as stream:
        return dict(tomllib.load(stream)["project"])


@pytest.fixture(scope="module")
def needed(project: dict[str, Any]) -> list[Requirement]:
    extras = project["optional-dependencies"].values()
    return [Requirement(text) for group in (project["dependencies"], *extras) for text in group]


@pytest.fixture(scope="module")
def lock(root: Path) -> str:
    return (root / "requirements.lock").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def locked(lock: str) -> list[tuple[Requirement, int]]:
    """Return each entry of the lock with the number of its hashes."""
    entries = re.split(r"\n(?=[a-z0-9])", "\n" + re.sub(r"^\s*#.*\n", "", lock, flags=re.MULTILINE))
    return [
        (Requirement(entry.partition("\\")[0].strip()), entry.count("--hash=sha256:"))
        for entry in entries
        if entry.strip()
    ]


@pytest.fixture(scope="module")
def conda(root: Path) -> dict[str, str]:
    content = yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))
    assert content["channels"] == ["conda-forge"]
    own = [entry for entry in content["dependencies"] if isinstance(entry, str)]
    # What conda-forge may not have comes from pip, in one last entry.
    ((_, by_pip),) = (entry.popitem() for entry in content["dependencies"] if isinstance(entry, dict))
    return {name: bound for name, _, bound in (entry.partition(" ") for entry in (*own, *by_pip))}


def test_conda_has_the_same_packages_and_lower_bounds(needed: list[Requirement], conda: dict[str, str]) -> None:
    names = {entry.name: canonicalize_name(entry.name) for entry in needed}
    wanted = {CONDA_NAMES.get(names[entry.name], names[entry.name]): str(entry.specifier) for entry in needed}
    assert {name: bound for name, bound in conda.items() if name not in CONDA_ONLY} == wanted


def test_conda_has_the_same_python(project: dict[str, Any], conda: dict[str, str]) -> None:
    assert conda["python"] == project["requires-python"]


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda p: f"{p['sys_platform']}-{p['python_version']}")
def test_the_lock_covers_every_dependency_once_on_each_platform(
    needed: list[Requirement], locked: list[tuple[Requirement, int]], platform: dict[str, str]
) -> None:
    versions: dict[str, list[str]] = {}
    for entry, _ in locked:
        if _applies(entry.marker, platform):
            versions.setdefault(canonicalize_name(entry.name), []).append(str(entry.specifier).removeprefix("=="))
    twice = {name: found for name, found in versions.items() if len(found) > 1}
    assert not twice
    for entry in needed:
        (version,) = versions.get(canonicalize_name(entry.name), [""])
        assert version, f"{entry.name} is not in the lock"
        assert entry.specifier.contains(version), f"the lock's {entry.name} {version} is not {entry.specifier}"


def _applies(marker: Marker | None, platform: dict[str, str]) -> bool:
    return marker is None or marker.evaluate(platform)


def test_every_entry_of_the_lock_is_pinned_and_hashed(locked: list[tuple[Requirement, int]]) -> None:
    assert len(locked) > 100
    loose = [entry.name for entry, _ in locked if not re.fullmatch(r"==[^*,]+", str(entry.specifier))]
    unhashed = [entry.name for entry, hashes in locked if not hashes]
    assert (loose, unhashed) == ([], [])


def test_the_lock_names_no_index(lock: str, root: Path) -> None:
    text = lock + (root / "environment.yml").read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links|\.org\b|\.com\b", text)


def test_the_lock_was_made_by_make_lock(lock: str, root: Path) -> None:
    header = re.search(r"via the following command:\n#\s+(uv .*)", lock)
    recipe = re.search(r"^\t(uv .*)$", (root / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert header is not None
    assert recipe is not None
    assert header[1] == recipe[1]
