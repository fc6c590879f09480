"""Run the command on notebooks, and read what a reader would, for the tests beside this file."""

import subprocess
import sys
from pathlib import Path

import pytest

from onewaytrade import cli

ROOT = Path(__file__).parents[2]


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "onewaytrade", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def command_here(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command in this process, which has imported all that it needs, and return its status."""
    monkeypatch.setattr(sys, "argv", ["onewaytrade", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0)


def text_of(notebook) -> str:
    return "\n".join(
        str(output.get("data", {}).get("text/plain", "")) + str(output.get("text", ""))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    )
