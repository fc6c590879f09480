"""Make JupyterLite of the lessons: a folder of files in which a browser alone runs a student's notebook.

Python itself is none of them. A browser fetches Pyodide, with pandas and matplotlib, from its publisher's address
at run time (`PYODIDE`); nothing else comes from elsewhere, since the fall-back to the Python Package Index is off.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from onewaytrade import files
from onewaytrade.errors import TeachingError
from onewaytrade.teaching import wheels

# The host that a browser asks for Python, as the kernel has it by itself.
PYODIDE: Final = "cdn.jsdelivr.net"
# What Python in the browser needs to be a kernel, and its publisher does not offer.
LACKING: Final = ("comm",)
INSTALL: Final = "install-onewaytrade"
_NEEDED: Final = ("jupyterlite-core", "jupyterlite-pyodide-kernel")
# The lessons' tables, beside the notebooks.
_DATA: Final = "data"
_KERNEL: Final = "@jupyterlite/pyodide-kernel-extension"
# Under any other name, a student would first be asked for a kernel.
_KERNELSPEC: Final = {"display_name": "Python (Pyodide)", "language": "python", "name": "python"}
# One notebook by itself, which fits a telephone; their list; and JupyterLab with all its windows.
_APPS: Final = ("notebooks", "tree", "lab")
_EPOCH: Final = 315532800  # 1980, as in a wheel: no build knows when it was
# Nothing that a browser loads.
_NOT_SHIPPED: Final = ("package.json", "rspack.config.js", "rspack.config.analyze.js", "rspack.config.watch.js")
_TOLD: Final = """\
**This copy runs in your browser.** Run the next cell first: it brings Python and the lesson’s data, which can take
a minute the first time. Your work is kept in this browser alone: save it with *File → Download* and hand that in.
"""
# Elsewhere, as where it is marked, a copy that was handed in passes this over.
_INSTALLING: Final = """\
import sys

if sys.platform == "emscripten":
    import piplite

    await piplite.install("onewaytrade")
"""


def build(student: Path, out: Path) -> None:
    """Make JupyterLite of a folder of students' notebooks in the folder `out`, which is replaced whole; offline.

    Raises TeachingError, and leaves `out` as it was, if it holds no notebooks, a package is missing, `out` is
    anything but JupyterLite or an empty folder, or the build fails. Two builds give the same bytes.
    """
    if missing := [name for name in _NEEDED if find_spec(name.replace("-", "_")) is None]:
        needs = " and ".join(missing)
        raise TeachingError(f"The lessons in a browser need {needs}: pip install 'onewaytrade[lite]' adds them.")
    if not any(student.glob("*.ipynb")):
        raise TeachingError(f"{student} holds no students' notebooks: onewaytrade teach writes them.")
    out = out.resolve()
    ours = (out / "jupyter-lite.json").is_file() or (out.is_dir() and not any(out.iterdir()))
    if out.exists() and not ours:
        raise TeachingError(f"{out} is no JupyterLite, and would be replaced whole: name another folder.")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-", ignore_cleanup_errors=True) as name:
        scratch = Path(name)
        _lay_out(student, scratch)
        _run(scratch)
        _finish(scratch / "lite")
        files.replace_folder(out, scratch / "lite", scratch / "old")


def in_browser(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a student's notebook that, in a browser, first installs what the lesson needs, and says so."""
    told = {"cell_type": "markdown", "id": "in-the-browser", "metadata": {}, "source": _lines(_TOLD)}
    install = {
        "cell_type": "code",
        "execution_count": None,
        "id": INSTALL,
        "metadata": {"tags": [INSTALL]},
        "outputs": [],
        "source": _lines(_INSTALLING),
    }
    return {
        **notebook,
        "metadata": {**notebook["metadata"], "kernelspec": _KERNELSPEC},
        "cells": [told, install, *notebook["cells"]],
    }


def _lay_out(student: Path, scratch: Path) -> None:
    """Write what the build reads: notebooks with their data, wheels and settings."""
    content, own = scratch / "content", scratch / "wheels"
    content.mkdir()
    own.mkdir()
    if (student / _DATA).is_dir():
        shutil.copytree(student / _DATA, content / _DATA)
    for path in sorted(student.glob("*.ipynb")):
        notebook = in_browser(json.loads(path.read_text(encoding="utf-8")))
        (content / path.name).write_text(_json(notebook), encoding="utf-8", newline="\n")
    for name, packed in (wheels.of_lessons(), *map(wheels.as_installed, LACKING)):
        (own / name).write_bytes(packed)
        # The index of wheels tells the time of the file.
        os.utime(own / name, (_EPOCH, _EPOCH))
    (scratch / "jupyter-lite.json").write_text(_json(_settings()), encoding="utf-8")
    (scratch / "jupyter_lite_config.json").write_text(_json(_config(scratch)), encoding="utf-8")


def _settings() -> dict[str, Any]:
    """Return what JupyterLite reads in the browser."""
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "One-Way Trade: lessons",
            "appUrl": "./tree",
            "litePluginSettings": {f"{_KERNEL}:kernel": {"disablePyPIFallback": True}},
        },
    }


def _config(scratch: Path) -> dict[str, Any]:
    """Return what the build reads: nothing that happens to be installed here but the kernel."""
    return {
        "LiteBuildConfig": {
            "apps": list(_APPS),
            "contents": [str(scratch / "content")],
            "output_dir": str(scratch / "lite"),
            "cache_dir": str(scratch / "cache"),
            "federated_extensions": [str(_kernel())],
            "ignore_sys_prefix": True,
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
            "source_date_epoch": _EPOCH,
        },
        "PipliteAddon": {"piplite_urls": [str(path) for path in sorted((scratch / "wheels").iterdir())]},
    }


def _kernel() -> Path:
    """Return the folder of the kernel for a browser, as it is installed here."""
    from jupyter_core.paths import jupyter_path

    for folder in jupyter_path("labextensions"):
        if (found := Path(folder, _KERNEL)).is_dir():
            return found
    raise TeachingError(
        "The kernel of JupyterLite is not where Jupyter looks for it: install jupyterlite-pyodide-kernel again."
    )


def _run(scratch: Path) -> None:
    """Run the build in a process of its own: it reads variables and settings, of which it shall see ours alone."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    environment |= {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "JUPYTER_NO_CONFIG": "1", "NO_COLOR": "1"}
    environment["SOURCE_DATE_EPOCH"] = str(_EPOCH)
    done = subprocess.run(
        [sys.executable, "-P", "-W", "ignore", "-m", "jupyterlite_core", "build"],
        cwd=scratch,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        last = next((line.strip() for line in reversed(done.stdout.splitlines()) if line.strip()), "no reason")
        raise TeachingError(f"JupyterLite was not built: {last.rstrip('.')}.")


def _finish(built: Path) -> None:
    """Order what the file system has not ordered, and take away what no browser loads."""
    for path in built.glob("api/contents/**/all.json"):
        listing = json.loads(path.read_text(encoding="utf-8"))
        listing["content"].sort(key=lambda entry: entry["path"])
        path.write_text(_json(listing), encoding="utf-8", newline="\n")
    for name in _NOT_SHIPPED:
        (built / name).unlink(missing_ok=True)
    for folder in _empty(built):
        folder.rmdir()


def _empty(built: Path) -> Iterator[Path]:
    folders = sorted((path for path in built.rglob("*") if path.is_dir()), reverse=True)
    yield from (folder for folder in folders if not any(folder.iterdir()))


def _lines(text: str) -> list[str]:
    return text.rstrip().splitlines(keepends=True)


def _json(content: Any) -> str:
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
