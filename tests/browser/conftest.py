"""The whole site, made once of the notebooks as they are committed, and a browser that shows it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from browser import browsing
from onewaytrade import claims, grids, site
from onewaytrade.runner import collection, normalise, notebooks, verdicts
from onewaytrade.runner.execute import Outcome


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
    """Return the folder of the built site."""
    run = collection.Results(tmp_path_factory.mktemp("whole"), tuple(claims.register()))
    for path in notebooks.collection(root):
        notebook = notebooks.read(path)
        run.record(Outcome(path.stem, 0, normalise.normalise(notebook, notebook, root), None))
    grids.write(run.folder / grids.FILE, {verdict["claim"] for verdict in verdicts.read(run.verdicts)})
    site.build(run.folder / "notebooks", run.folder / "site")
    return run.folder / "site"


@pytest.fixture(scope="session")
def address(built: Path) -> Iterator[str]:
    """Return the address at which the site is served on this machine."""
    with browsing.serving(built) as home:
        yield home
