"""A made-up lesson, small and whole, whose right answers a test knows by heart."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from onewaytrade.teaching import masters

MADE_UP = Path(__file__).parent / "made_up"
STEM = "1-orchard"
NAMES = ("apple_growth", "pear_growth", "fruit_growth", "contributions", "why", "growth")
SOLUTIONS = {
    "apple_growth": "apple_growth = 100 * (100 / 80 - 1)  # SOLUTION",
    "pear_growth": "pear_growth = 100 * (40 / 50 - 1)  # SOLUTION",
    "fruit_growth": "total = table.sum(axis=1)  # SOLUTION NO PROMPT\n"
    'fruit_growth = 100 * (total["2021"] / total["2020"] - 1)  # SOLUTION',
    "contributions": "contributions = table.diff().iloc[-1] / 1.3  # SOLUTION",
    "why": 'why = "b"  # SOLUTION',
    "growth": "def growth(base, end):\n    # BEGIN SOLUTION\n    ratio_of_levels = end / base\n"
    "    return 100 * (ratio_of_levels - 1)\n    # END SOLUTION",
}
CHART = """figure, axes = plt.subplots(figsize=(7, 4))
table.plot(ax=axes, color=["#0072B2", "#D55E00"])
axes.set_title("Fruit by year")"""


def markdown(name: str, source: str, *tags: str, slide: str = "") -> dict[str, Any]:
    metadata: dict[str, Any] = {"tags": list(tags)} if tags else {}
    if slide:
        metadata["slideshow"] = {"slide_type": slide}
    return {"cell_type": "markdown", "id": name, "metadata": metadata, "source": source}


def raw(name: str, source: str) -> dict[str, Any]:
    return {"cell_type": "raw", "id": name, "metadata": {}, "source": source}


def code(name: str, source: str, *, alt: str = "", slide: str = "skip") -> dict[str, Any]:
    metadata: dict[str, Any] = {"slideshow": {"slide_type": slide}}
    if alt:
        metadata["onewaytrade"] = {"alt": alt}
    cell = {"cell_type": "code", "id": name, "metadata": metadata, "source": source}
    return cell | {"outputs": [], "execution_count": None}


def exercise(number: int, name: str) -> list[dict[str, Any]]:
    return [
        raw(f"begin-{name}", f"# BEGIN QUESTION\nname: {name}\npoints: 2"),
        markdown(f"ask-{name}", f"### Exercise {number}: {name}\n\nCompute `{name}`.", slide="slide"),
        code(f"answer-{name}", SOLUTIONS[name]),
        raw(f"end-{name}", "# END QUESTION"),
    ]


def discussion(name: str, model: str) -> list[dict[str, Any]]:
    return [
        raw(f"begin-{name}", f"# BEGIN QUESTION\nname: {name}\nmanual: true"),
        markdown(f"ask-{name}", f"### Talk: {name}\n\nWhat would you ask the gardener?", slide="slide"),
        raw(f"begin-model-{name}", "# BEGIN SOLUTION"),
        markdown(f"model-{name}", model, slide="skip"),
        raw(f"end-model-{name}", "# END SOLUTION"),
        raw(f"end-{name}", "# END QUESTION"),
    ]


def notebook() -> dict[str, Any]:
    """Return the master of the made-up lesson, sound in every respect."""
    cells = [
        markdown("about-this-master", "This master grows no *kumquats*.", "master"),
        raw("config", masters.config(STEM)),
        markdown("title", "# The orchard\n\nDid it *thrive*? The gardener says so.", slide="slide"),
        markdown("aims", "## After this you can\n\n- add\n- divide\n- doubt a gardener", slide="slide"),
        markdown("prior", "## What you should know already\n\n- what an apple is", slide="skip"),
        markdown(
            "plan",
            "## Time plan\n\n| Minutes | What | How |\n| --- | --- | --- |\n| 10 | Warm-up | together |\n"
            "| 40 | Exercises | in pairs |\n| 10 | Talk | together |",
            "teacher",
            slide="skip",
        ),
        markdown("warm-up", "## Warm-up\n\nIs a pear an apple? (a) yes (b) no", slide="slide"),
        markdown("warm-up-teacher", "Most say yes, since *pome* covers both.", "teacher", slide="notes"),
        markdown("data", "## The data\n\nTwo years of fruit.", slide="skip"),
        code(
            "set-up",
            "import matplotlib.pyplot as plt\nimport pandas as pd\n\n"
            "from onewaytrade.teaching import answered, open_lesson\n\ngrader = open_lesson(1)\n"
            'table = grader.table("orchard")\ntable',
            slide="slide",
        ),
        code("chart", CHART, alt="Two lines: apples rise and pears fall.", slide="slide"),
        markdown("short", "The gardener, in short: **more fruit**", "slides", slide="slide"),
        markdown("exercises", "## Growth\n\nGrowth compares an end with a base.", slide="slide"),
        *(cell for number, name in enumerate(NAMES, start=1) for cell in exercise(number, name)),
        code("shown-later", 'if answered(apple_growth):\n    print(f"Apples: {apple_growth:.0f}")'),
        markdown("discussion", "## Discussion", slide="skip"),
        *discussion("talk_weather", "A model answer mentions hailstorms."),
        *discussion("talk_price", "A model answer mentions wholesalers."),
        markdown("found", "## What you found\n\nA base decides.", slide="slide"),
        markdown("references", "## References\n\n- The Book of Apples", slide="skip"),
        markdown("notes", "## Notes for the teacher\n\nBring *windfalls* along.", "teacher", slide="skip"),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def write(folder: Path, content: dict[str, Any] | None = None, stem: str = STEM) -> Path:
    """Write the master into a project's folder of lessons, and return its path."""
    path = folder / masters.FOLDER / f"{stem}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content or notebook()), encoding="utf-8")
    return path


def exercises() -> ModuleType:
    """Return the module of the lesson's exercises."""
    specification = importlib.util.spec_from_file_location("orchard_lesson", MADE_UP / "exercises" / "lesson1.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the made-up lesson 1 in the place of the real one, in this process and in each kernel it starts."""
    monkeypatch.setitem(sys.modules, "onewaytrade.teaching.exercises.lesson1", exercises())
    source = Path(masters.__file__).parents[2]
    monkeypatch.setenv("PYTHONPATH", f"{MADE_UP}:{source}")
