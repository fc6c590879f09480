"""Shared by all tests: where the project lies, and hypothesis without chance."""

from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

# The same examples in every run: a test that fails now and then is a defect.
settings.register_profile("steady", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the project's folder."""
    return ROOT


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("ONEWAYTRADE_PROJECT", raising=False)
    monkeypatch.delenv("ONEWAYTRADE_VERDICTS", raising=False)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder with the publishers' originals, or skip: they are never part of the project."""
    place = ROOT.parent / "shared"
    if not place.is_dir():
        pytest.skip("the publishers' original files do not lie beside the project")
    return place
