"""The page for teachers: what the site holds of the lessons, what it keeps back, and how they are handed out."""

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from onewaytrade import claims
from onewaytrade.errors import SiteError
from onewaytrade.site import home, lessons, notebook_pages, teach_page
from onewaytrade.site.content import Content, Pages
from onewaytrade.site.settings import Settings
from onewaytrade.teaching import masters

ROOT = Path(__file__).parents[2]
STEMS = [path.stem for path in masters.paths(ROOT)]
WHEEL = "onewaytrade-0.1.0-py3-none-any.whl"
NOTEBOOK = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
GITHUB = Settings("https://example.github.io/trade/", "example/trade", "main")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def content(run: Path, settings: Settings = Settings(), root: Path = ROOT) -> Content:  # noqa: B008 # it is frozen
    verdicts = [
        {"claim": claim, "label": f"The claim {claim}", "notebook": "01-export-surge", "verdict": "reproduced"}
        for claim in ("cpb-exports-33", "cpb-imports-0")
    ]
    return Content(root, run / "notebooks", [], verdicts, settings)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Return the folder of a run with all that teach and site-lite write, as far as a page can tell."""
    for stem in STEMS:
        write(tmp_path / "teaching" / "student" / f"{stem}.ipynb", json.dumps(NOTEBOOK))
        write(tmp_path / "teaching" / "student" / "data" / stem / "prices.csv", "year,price\n")
        slide = '<section>Ask.<aside class="notes">It is (c).\n</aside></section><section>Go on.</section>'
        write(tmp_path / "teaching" / "slides" / f"{stem}.html", slide)
        write(tmp_path / "teaching" / "handout" / f"{stem}.html", "To print")
        for secret in (f"handout/{stem}-teacher.html", f"solutions/{stem}.ipynb", f"autograder/{stem}.zip"):
            write(tmp_path / "teaching" / secret, "The answer is 42")
        write(tmp_path / "lite" / "files" / f"{stem}.ipynb", json.dumps(NOTEBOOK))
    for name in ("index.html", "notebooks/index.html", f"pypi/{WHEEL}"):
        write(tmp_path / "lite" / name, name)
    return tmp_path


def page(pages: Pages) -> str:
    (text,) = pages.sources.values()
    return text


def links(pages: Pages) -> list[str]:
    return [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', page(pages))]


def test_a_project_without_lessons_has_no_such_page(tmp_path: Path) -> None:
    own = replace(content(tmp_path, root=tmp_path), verdicts=[])
    assert teach_page.make(own) == Pages({}, {})
    assert "teach" not in home.make(own).sources["index.md"].replace("To teach", "")


def test_each_lesson_stands_there_with_what_can_be_taken(run: Path) -> None:
    pages = teach_page.make(content(run))
    for master in map(masters.read, masters.paths(ROOT)):
        assert f"(lesson-{master.number})=\n### {master.number}. {master.title}" in page(pages)
        assert " ".join(master.hook.split()) in page(pages)
        assert all(f"- {aim}" in page(pages) for aim in master.aims)
        assert f"<caption>Time plan of lesson {master.number}</caption>" in page(pages)
        there = [link for link in links(pages) if master.stem in link]
        assert there == [
            f"lite/notebooks/index.html?path={master.stem}.ipynb", f"teach/student/{master.stem}.ipynb",
            f"teach/slides/{master.stem}.html", f"teach/handout/{master.stem}.html",
        ]  # fmt: skip
    own = {link.partition("?")[0] for link in links(pages)}
    assert own <= set(pages.beside)


def test_students_who_read_the_site_find_no_answers(run: Path) -> None:
    pages = teach_page.make(content(run, GITHUB))
    written = {name: own if isinstance(own, bytes) else own.read_bytes() for name, own in pages.beside.items()}
    assert f"teach/student/data/{STEMS[0]}/prices.csv" in written
    assert not any(word in name for name in written for word in ("solution", "autograder", "teacher"))
    assert not any(b"42" in own or b"(c)" in own for own in written.values())
    assert written[f"teach/slides/{STEMS[0]}.html"] == b"<section>Ask.</section><section>Go on.</section>"
    assert "`onewaytrade teach` writes them" in page(pages)


def test_what_a_browser_loads_is_said_before_the_first_link_to_it(run: Path) -> None:
    text = page(teach_page.make(content(run)))
    told = text.index("`cdn.jsdelivr.net`")
    assert told < text.index("could not be tried") < text.index('href="lite/')


def test_without_editions_the_page_says_how_to_make_them(tmp_path: Path) -> None:
    pages = teach_page.make(content(tmp_path))
    assert "`make site-lite`" in page(pages)
    assert (links(pages), pages.beside, pages.files) == ([], {}, {})


def test_without_a_repository_there_are_no_links_to_others_and_the_page_says_why(run: Path) -> None:
    pages = teach_page.make(content(run))
    assert "this copy of the site names none" in page(pages)
    assert not any("://" in link for link in links(pages))
    assert not any("colab" in name or "binder" in name for name in pages.files)


def test_colab_and_binder_open_a_copy_that_installs_the_wheel_of_the_site(run: Path) -> None:
    pages = teach_page.make(content(run, GITHUB))
    name = f"teach/colab/{STEMS[0]}.ipynb"
    copy = json.loads(pages.files[name])
    address = f"https://example.github.io/trade/lite/pypi/{WHEEL}"
    assert f'requirement = "onewaytrade @ {address}"' in "".join(copy["cells"][0]["source"])
    assert copy["cells"][0]["metadata"]["tags"] == ["install-onewaytrade"]
    assert f"onewaytrade @ {address}\n" in pages.files["teach/binder/requirements.txt"].decode()
    assert f"https://colab.research.google.com/github/example/trade/blob/gh-pages/{name}" in links(pages)
    assert (
        f"https://mybinder.org/v2/gh/example/trade/gh-pages?urlpath=lab%2Ftree%2Fteach%2Fcolab%2F{STEMS[0]}.ipynb"
        in links(pages)
    )


def test_the_link_for_a_hub_pulls_the_copies_and_opens_the_first(run: Path) -> None:
    (link,) = re.findall(r"https://HUB/\S+", page(teach_page.make(content(run, GITHUB))))[-1:]
    asked = parse_qs(urlsplit(link).query)
    assert asked == {
        "repo": ["https://github.com/example/trade"],
        "branch": ["gh-pages"],
        "urlpath": [f"lab/tree/trade/teach/colab/{STEMS[0]}.ipynb"],
    }


def test_the_plan_for_monday_takes_the_half_hour_that_it_promises(run: Path) -> None:
    text = page(teach_page.make(content(run)))
    (promised,) = re.findall(r"^## Start on Monday: (\d+) minutes", text, re.MULTILINE)
    steps = [int(minutes) for minutes in re.findall(r"^1\. \*\*.+?\*\* \((\d+)\s", text, re.MULTILINE)]
    assert (sum(steps), int(promised)) == (30, 30)


def test_what_is_told_of_lessons_names_lessons_and_claims_that_exist() -> None:
    told = yaml.safe_load((ROOT / lessons.ABOUT).read_text(encoding="utf-8"))
    assert list(told) == STEMS
    named = [claim for own in told.values() for claim in own["claims"]]
    assert [claim for claim in named if claim not in claims.register()] == []
    assert all(lesson.topics for lesson in lessons.found(ROOT))


def test_a_lesson_leads_to_its_claims_and_a_notebook_to_its_lessons(run: Path) -> None:
    own = content(run)
    assert "[The claim cpb-exports-33](claims/cpb-exports-33.md)" in page(teach_page.make(own))
    essay = notebook_pages._Essay("01-export-surge", "Exports", {"cells": []}, own.verdicts)
    (line,) = (line for line in notebook_pages._taught(essay, own).splitlines() if line.startswith("Taught"))
    assert line.startswith("Taught in lessons [1. Where you start decides where you end](../teach.md#lesson-1)")
    assert notebook_pages._taught(notebook_pages._Essay("02", "Other", {"cells": []}, ()), own) == ""


def test_what_is_told_of_lessons_must_be_readable(tmp_path: Path) -> None:
    write(
        tmp_path / masters.FOLDER / f"{STEMS[0]}.ipynb",
        (ROOT / masters.FOLDER / f"{STEMS[0]}.ipynb").read_text("utf-8"),
    )
    assert [lesson.claims for lesson in lessons.found(tmp_path)] == [()]
    write(tmp_path / lessons.ABOUT, f"{STEMS[0]}: {{claim: [coal-8]}}")
    with pytest.raises(SiteError, match=r"about\.yml must hold, by the names of lessons, claims and topics\.$"):
        lessons.found(tmp_path)
    write(tmp_path / lessons.ABOUT, "a: [")
    with pytest.raises(SiteError, match=r"about\.yml is not readable as YAML"):
        lessons.found(tmp_path)
