"""JupyterLite of two lessons, built and opened: some twenty seconds, so only where every variant is asked for."""

import json
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from browser import browsing
from onewaytrade.teaching import lite, wheels

pytestmark = pytest.mark.skipif(
    not os.environ.get("ONEWAYTRADE_EVERY_VARIANT"), reason="make variants builds JupyterLite and opens it"
)
NAMES = ("1-apples.ipynb", "2-pears.ipynb")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lite")
    (folder / "student" / "data").mkdir(parents=True)
    (folder / "student" / "data" / "prices.csv").write_text("year,price\n2024,3\n", encoding="utf-8")
    for name in NAMES:
        cell = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": f"# All about {name}"}
        notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (folder / "student" / name).write_text(json.dumps(notebook), encoding="utf-8")
    lite.build(folder / "student", folder / "lite")
    return folder / "lite"


@pytest.fixture
def opened(browser: Browser, made: Path) -> Iterator[tuple[Page, browsing.Log]]:
    with browsing.serving(made) as home, browser.new_context(viewport={"width": 360, "height": 740}) as context:
        page, log = context.new_page(), browsing.Log(home)
        log.follow(page)
        yield page, log


def test_a_second_build_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    content = {path.relative_to(made).as_posix(): path.read_bytes() for path in made.rglob("*") if path.is_file()}
    lite.build(made.parent / "student", tmp_path / "again")
    again = tmp_path / "again"
    assert {
        path.relative_to(again).as_posix(): path.read_bytes() for path in again.rglob("*") if path.is_file()
    } == content
    assert not any(str(made.parent).encode() in own for own in content.values())


def test_the_settings_name_our_wheels_and_no_other_host(made: Path) -> None:
    settings = json.loads((made / "jupyter-lite.json").read_text(encoding="utf-8"))["jupyter-config-data"]
    kernel = settings["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]
    assert kernel["disablePyPIFallback"] is True
    assert all(url.startswith("./") for url in kernel["pipliteUrls"])
    assert "http" not in json.dumps(settings)
    # What the kernel has by itself: there alone it asks for Python.
    scripts = "".join(path.read_text("utf-8") for path in (made / "extensions").rglob("*.js"))
    assert f"https://{lite.PYODIDE}/pyodide/" in scripts
    index = json.loads((made / "pypi" / "all.json").read_text(encoding="utf-8"))
    assert set(index) == {wheels.NAME, *lite.LACKING}
    ((release,),) = index[wheels.NAME]["releases"].values()
    assert release["digests"]["sha256"] == sha256((made / "pypi" / release["filename"]).read_bytes()).hexdigest()


def test_the_lessons_are_listed(opened: tuple[Page, browsing.Log]) -> None:
    page, log = opened
    page.goto(log.home)
    page.wait_for_selector(".jp-DirListing-item")
    names = [item.inner_text() for item in page.query_selector_all(".jp-DirListing-itemText")]
    assert set(NAMES) <= set(names)
    assert log.elsewhere == []


def test_a_lesson_opens_and_asks_for_python_alone(opened: tuple[Page, browsing.Log]) -> None:
    page, log = opened
    with page.expect_request(lambda request: not request.url.startswith((log.home, "blob:", "data:"))):
        page.goto(f"{log.home}notebooks/index.html?path={NAMES[0]}")
        page.wait_for_selector(".jp-Notebook h1")
    assert page.locator(".jp-Notebook strong").first.inner_text() == "This copy runs in your browser."
    assert page.query_selector_all(".jp-Dialog") == [], "nobody is asked for a kernel"
    assert {urlsplit(address).hostname for address in log.elsewhere} == {lite.PYODIDE}
