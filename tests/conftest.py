"""Shared by all tests: where the project lies, and hypothesis without chance."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from onewaytrade import startup

startup.leave_out_grammars()

ROOT = Path(__file__).resolve().parents[1]
# They take longest, and begin first, so that the last process to end does not work alone for long.
LONG = (
    "test_execution.py", "test_pages.py", "test_variants.py", "test_lessons.py", "test_guides.py", "test_nbval.py",
    "test_site.py", "test_claim_pages.py", "test_glossary.py", "test_shell.py",
)  # fmt: skip

# The same examples in every run: a test that fails now and then is a defect.
settings.register_profile("steady", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("steady")


# Files whose tests look at the same: what was run and judged, and a small site. Each other file is its own group.
GROUPS = {
    "test_execution.py": "run", "test_pages.py": "run", "test_scoreboard.py": "run",
    "test_claim_pages.py": "site", "test_glossary.py": "site", "test_shell.py": "site",
}  # fmt: skip


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Give each group to one process. Marks would say the same, but xdist 3.8 loses them under pytest 9.2."""
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.partition("::")[0]
            return GROUPS.get(path.rpartition("/")[2], path)

    return Groups(config, log) if config.getoption("dist") == "loadgroup" else None


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


@pytest.fixture(scope="session")
def judged_afresh() -> list[dict[str, Any]]:
    """Return the verdicts of all claims, judged by the register once in a process; not to be changed."""
    from onewaytrade import scoreboard

    return scoreboard.judged()


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
