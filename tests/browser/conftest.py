"""The whole site, made once, and a browser that shows it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from browser import browsing
from notebooks.executing import command_here
from onewaytrade import site


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a browser with nothing remembered, or skip: it is a program of its own."""
    path = browsing.executable()
    if path is None:
        pytest.skip(f"there is no Chromium or Chrome (apt-get install chromium, or set {browsing.CHOSEN})")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=path, args=browsing.ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the built site, made of what a run writes now; what is kept of one serves."""
    run = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        assert command_here(patch, "run", "--out", str(run)) == 0
    site.build(run / "notebooks", run / "site")
    return run / "site"


@pytest.fixture(scope="session")
def address(built: Path) -> Iterator[str]:
    """Return the address at which the site is served on this machine."""
    with browsing.serving(built) as home:
        yield home
