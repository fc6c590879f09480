"""What a student's browser gets: our wheel, the settings, and packages that its Python has in that version."""

import ast
import base64
import hashlib
import io
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from jupyter_core.utils import run_sync
from jupyterlite_pyodide_kernel import constants
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name, parse_wheel_filename

from onewaytrade import datasets
from onewaytrade.errors import TeachingError
from onewaytrade.teaching import lite, wheels
from onewaytrade.teaching.lesson import LESSONS

HERE = Path(__file__).parent
PYODIDE: dict[str, Any] = json.loads((HERE / "pyodide.json").read_text(encoding="utf-8"))
PACKAGES: dict[str, Any] = PYODIDE["packages"]
NOTEBOOK = {
    "cells": [{"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# Apples"}],
    "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@pytest.fixture(scope="module")
def made() -> tuple[str, bytes]:
    return wheels.of_lessons()


@pytest.fixture(scope="module")
def wheel(made: tuple[str, bytes]) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(made[1]))


def told(wheel: zipfile.ZipFile) -> str:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return wheel.read(name).decode()


def needs(text: str) -> list[Requirement]:
    found = [Requirement(need) for need in re.findall(r"^Requires-Dist: (.+)$", text, re.MULTILINE)]
    return [need for need in found if need.marker is None or need.marker.evaluate({"extra": ""})]


def student(folder: Path) -> Path:
    """Write a folder as `onewaytrade teach` does for students, and return it."""
    (folder / "data" / "1-apples").mkdir(parents=True)
    (folder / "1-apples.ipynb").write_text(json.dumps(NOTEBOOK), encoding="utf-8")
    (folder / "data" / "1-apples" / "prices.csv").write_text("year,price\n2024,3\n", encoding="utf-8")
    return folder


# The versions


def test_the_list_of_packages_is_of_the_version_that_the_kernel_pins() -> None:
    assert PYODIDE["pyodide"] == constants.PYODIDE_VERSION
    assert PYODIDE["python"].startswith(f"{constants.PYODIDE_PYTHON_VERSION}.")
    assert lite.PYODIDE in constants.PYODIDE_CDN_URL


def test_our_python_and_the_floors_of_what_we_need_admit_what_is_there(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert SpecifierSet(project["requires-python"]).contains(PYODIDE["python"])
    ours = {canonicalize_name(need.name): need.specifier for need in map(Requirement, project["dependencies"])}
    shared = {name: ours[name] for name in PACKAGES if name in ours}
    assert {"pandas", "numpy", "matplotlib"} <= set(shared)
    assert [name for name, floor in shared.items() if not floor.contains(PACKAGES[name]["version"])] == []


def test_the_list_holds_whatever_its_packages_need() -> None:
    assert {need for package in PACKAGES.values() for need in package["needs"]} <= set(PACKAGES)
    assert {"pandas", "matplotlib"} == set(wheels.NEEDED) <= set(PACKAGES)


def test_a_kernel_starts_without_the_package_index() -> None:
    """The kernel's own wheels, ours, and Pyodide's packages are all that its first seconds ask for."""
    bundled = sorted((lite._kernel() / "static" / "pypi").glob("*.whl"))
    own = [zipfile.ZipFile(path) for path in bundled]
    own += [zipfile.ZipFile(io.BytesIO(packed)) for _, packed in map(wheels.as_installed, lite.LACKING)]
    there = {parse_wheel_filename(path.name)[0] for path in bundled}
    asked = {canonicalize_name(need.name) for one in own for need in needs(told(one))} | {"jedi", "micropip"}
    assert asked - there - set(PACKAGES) == set(lite.LACKING)


# The wheel


def test_the_wheel_is_whole_and_the_same_each_time(made: tuple[str, bytes], wheel: zipfile.ZipFile) -> None:
    (record,) = (name for name in wheel.namelist() if name.endswith(".dist-info/RECORD"))
    lines = [line.rsplit(",", 2) for line in wheel.read(record).decode().splitlines()]
    assert sorted(name for name, _, _ in lines) == sorted(wheel.namelist())
    for name, digest, size in lines:
        if name != record:
            content = wheel.read(name)
            kind, _, expected = digest.partition("=")
            found = base64.urlsafe_b64encode(hashlib.new(kind, content).digest()).decode().rstrip("=")
            assert (found, len(content)) == (expected, int(size)), name
    assert wheels.of_lessons() == made


def test_the_wheel_is_of_this_version_and_needs_what_a_lesson_needs(
    made: tuple[str, bytes], wheel: zipfile.ZipFile
) -> None:
    distribution, version, _, tags = parse_wheel_filename(made[0])
    assert (distribution, str(version)) == ("onewaytrade", metadata.version("onewaytrade"))
    assert [str(tag) for tag in tags] == ["py3-none-any"]
    text = told(wheel)
    assert {need.name for need in needs(text)} == set(wheels.NEEDED)
    assert "Requires-Python: >=3.11" in text
    assert any(name.endswith("/licenses/LICENSE") for name in wheel.namelist())


def test_the_data_in_the_wheel_are_those_of_the_project(wheel: zipfile.ZipFile, root: Path) -> None:
    top = "onewaytrade/_project/"
    found = {name.removeprefix(top): wheel.read(name) for name in wheel.namelist() if name.startswith(top)}
    listed = {f"data/{resource['path']}" for resource in datasets.manifest(root)["resources"]}
    assert set(found) == {"data/datapackage.json", *listed}
    assert {name: (root / name).read_bytes() for name in found} == found


def test_lessons_open_from_the_wheel_with_what_a_browser_has(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path / "unpacked")
    there = [n for n in LESSONS if f"onewaytrade/teaching/exercises/lesson{n}.py" in wheel.namelist()]
    done = subprocess.run(
        [sys.executable, "-P", "-W", "error::SyntaxWarning", str(HERE / "alone.py"), str(tmp_path / "unpacked"),
         ",".join(map(str, there))],
        cwd=tmp_path, env={"MPLCONFIGDIR": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    own = json.loads(done.stdout)
    assert {f"onewaytrade.teaching.exercises.lesson{number}" for number in there} <= set(own)
    assert [name for name, path in own.items() if not path.startswith(str(tmp_path / "unpacked"))] == []


def test_a_package_is_packed_as_it_is_installed() -> None:
    (name, packed), again = wheels.as_installed("comm"), wheels.as_installed("comm")
    assert again == (name, packed)
    wheel = zipfile.ZipFile(io.BytesIO(packed))
    assert name == f"comm-{metadata.version('comm')}-py3-none-any.whl"
    assert {"comm/__init__.py", "comm/base_comm.py"} <= set(wheel.namelist())
    assert not any(name.endswith((".pyc", "/INSTALLER")) for name in wheel.namelist())


@pytest.mark.parametrize(
    ("name", "sentence"), [("numpy", "not of pure Python"), ("no-such", "not installed here")]
)
def test_a_package_that_no_browser_could_run_is_told(name: str, sentence: str) -> None:
    with pytest.raises(TeachingError, match=f"^{name} is {sentence}.*\\.$"):
        wheels.as_installed(name)


# What JupyterLite is made of


def test_a_notebook_for_a_browser_first_installs_and_stays_as_it_was() -> None:
    made = lite.in_browser(NOTEBOOK)
    told, install, *rest = made["cells"]
    assert rest == NOTEBOOK["cells"]
    assert "File → Download" in "".join(told["source"])
    assert made["metadata"]["kernelspec"]["name"] == "python"
    assert install["metadata"]["tags"] == [lite.INSTALL]
    code = "".join(install["source"])
    assert 'await piplite.install("onewaytrade")' in code
    # Elsewhere it does nothing, whoever runs it and however.
    assert "emscripten" in code
    assert sys.platform != "emscripten"
    cell = compile(code, "cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)

    async def run() -> None:
        await eval(cell)  # noqa: S307 # our own

    run_sync(run)()  # also where the tests in a browser have left an event loop running


def test_nothing_but_pyodide_comes_from_elsewhere(made: tuple[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    lite._lay_out(student(tmp_path / "student"), tmp_path / "scratch")
    settings = json.loads((tmp_path / "scratch" / "jupyter-lite.json").read_text(encoding="utf-8"))
    plugins = settings["jupyter-config-data"]["litePluginSettings"]
    assert plugins == {"@jupyterlite/pyodide-kernel-extension:kernel": {constants.DISABLE_PYPI_FALLBACK: True}}
    laid = {path.relative_to(tmp_path / "scratch").as_posix() for path in (tmp_path / "scratch").rglob("*.*")}
    assert laid == {
        "content/1-apples.ipynb", "content/data/1-apples/prices.csv", "jupyter-lite.json",
        "jupyter_lite_config.json", f"wheels/{made[0]}", f"wheels/{wheels.as_installed('comm')[0]}",
    }  # fmt: skip
    for name in ("jupyter-lite.json", "jupyter_lite_config.json"):
        assert "http" not in (tmp_path / "scratch" / name).read_text(encoding="utf-8")


def test_without_notebooks_the_user_is_told_what_writes_them(tmp_path: Path) -> None:
    with pytest.raises(TeachingError, match=r"holds no students' notebooks: onewaytrade teach writes them\.$"):
        lite.build(tmp_path, tmp_path / "lite")


def test_a_folder_that_is_something_else_is_not_replaced(tmp_path: Path) -> None:
    folder = student(tmp_path / "student")
    with pytest.raises(TeachingError, match="is no JupyterLite, and would be replaced whole"):
        lite.build(folder, tmp_path)
    assert (folder / "1-apples.ipynb").is_file()
