"""Shared by all tests: where the project lies, and hypothesis without chance."""

from pathlib import Path

import pytest
from hypothesis import settings

from onewaytrade import startup

startup.leave_out_grammars()

ROOT = Path(__file__).resolve().parents[1]
# They take longest, and begin first, so that the last process to end does not work alone for long.
LONG = (
    "test_execution.py",
    "test_variants.py",
    "test_lessons.py",
    "test_pages.py",
    "test_nbval.py",
    "test_site.py",
)

# The same examples in every run: a test that fails now and then is a defect.
settings.register_profile("steady", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = {
        str(report.longrepr[2]) for report in terminalreporter.getreports("skipped") if "browser" in report.nodeid
    }
    for reason in sorted(reasons):
        terminalreporter.write_line(f"The tests in a browser were skipped: {reason.removeprefix('Skipped: ')}.")


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
