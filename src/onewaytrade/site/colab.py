"""Copies of notebooks for Colab, and for any Jupyter that has not installed the project: a first cell does it."""

from collections.abc import Mapping
from typing import Any, Final

# Colab opens what lies on GitHub: there the workflow that publishes the site keeps its copies on this branch.
PUBLISHED: Final = "gh-pages"
_INSTALL: Final = "install-onewaytrade"
# Colab has its own pandas, older than ours, and may have loaded it before the first cell runs.
_INSTALLING: Final = """\
    loaded = "pandas" in sys.modules
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", requirement], check=True)
    if loaded:
        print("Restart the session now (menu Runtime), since an older pandas was loaded, and go on from here.")
"""
_FROM_ADDRESS: Final = """\
# Only in this copy, for Colab and the like: install One-Way Trade with its data, unless it is at hand.
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("onewaytrade") is None:
    requirement = "{requirement}"
"""
_FROM_WHEEL: Final = """\
# Only in this copy, for Colab: install One-Way Trade with its data from its wheel, unless it is at hand.
# `pip wheel --no-deps .` in the project's folder makes the wheel; lay it beside this notebook (in Colab: Files).
import importlib.util
import pathlib
import subprocess
import sys

if importlib.util.find_spec("onewaytrade") is None:
    wheels = sorted(pathlib.Path().glob("onewaytrade-*.whl"))
    if not wheels:
        raise FileNotFoundError("First lay the wheel of One-Way Trade, onewaytrade-….whl, beside this notebook.")
    requirement = str(wheels[-1])
"""


def installing(requirement: str = "") -> str:
    """Return code that installs what pip calls `requirement`; without one, a wheel that lies beside."""
    return (_FROM_ADDRESS.format(requirement=requirement) if requirement else _FROM_WHEEL) + _INSTALLING


def copy(notebook: Mapping[str, Any], code: str) -> dict[str, Any]:
    """Return a notebook with code in a first cell of its own."""
    cell = {
        "cell_type": "code",
        "execution_count": None,
        "id": _INSTALL,
        "metadata": {"tags": [_INSTALL]},
        "outputs": [],
        "source": code.splitlines(keepends=True),
    }
    return {**notebook, "cells": [cell, *notebook["cells"]]}
