"""The lessons as a class meets them: solved and open, on the wall, on a telephone and on paper."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize
from rich.console import Console

from browser import browsing
from browser.browsing import Log
from onewaytrade.runner import collection, report
from onewaytrade.site import markup
from onewaytrade.teaching import editions, executing, masters, transforming
from onewaytrade.teaching.checking import Number, Numbers
from onewaytrade.teaching.executing import Executed
from onewaytrade.teaching.lesson import open_lesson
from onewaytrade.teaching.masters import Master
from onewaytrade.teaching.transforming import Transformed

LESSONS = masters.paths(Path(__file__).parents[2])
WALL: ViewportSize = {"width": 1280, "height": 720}
PHONE: ViewportSize = {"width": 360, "height": 640}
OF_CONTENT = ["heading-order", "image-alt", "list", "listitem", "empty-heading", "empty-table-header", "region"]
# Every slide in turn, as it is after it was set to fit: what of it is cut off, how small its text is.
SLIDES = """() => { const found = [];
  for (const slide of Reveal.getSlides()) {
    const at = Reveal.getIndices(slide); Reveal.slide(at.h, at.v, 99);
    const sideways = slide.scrollWidth > slide.clientWidth + 1;
    found.push({heading: slide.innerText.slice(0, 40), sideways, high: slide.scrollHeight > slide.clientHeight + 1,
      size: parseFloat(getComputedStyle(slide).fontSize)});
  }
  return found; }"""
# Where the first slide is that shows something of a kind.
FIRST = """(kind) => { const slide = Reveal.getSlides().find((one) => one.querySelector(kind));
  return slide ? Reveal.getIndices(slide) : null; }"""


@dataclass(frozen=True)
class Built:
    """A lesson, its editions on disk, and how its solutions and its open copy ran."""

    master: Master
    transformed: Transformed
    folder: Path
    solved: Executed
    still_open: Executed

    def page(self, name: str) -> Path:
        return self.folder / name.format(self.master.stem)


@pytest.fixture(scope="module")
def every(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Built]:
    """Return all lessons, each executed twice, with its answers and without."""
    found = [masters.read(path) for path in LESSONS]
    transformed = {master.stem: transforming.transform(master) for master in found}
    solutions = {stem: one.solutions for stem, one in transformed.items()}
    copies = {f"{stem}-open": one.student for stem, one in transformed.items()}
    quiet = report.Lines(Console(quiet=True))
    executed = executing.execute(root, solutions | copies, collection.cores(), quiet)
    folder = tmp_path_factory.mktemp("teaching")
    for master in found:
        done = executed[master.stem].notebook
        for name, content in editions.editions(master, transformed[master.stem], done, None).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return {
        master.stem: Built(
            master, transformed[master.stem], folder, executed[master.stem], executed[f"{master.stem}-open"]
        )
        for master in found
    }


@pytest.fixture(params=LESSONS, ids=lambda path: path.stem)
def lesson(request: pytest.FixtureRequest, every: dict[str, Built]) -> Built:
    return every[request.param.stem]


def test_the_solutions_earn_everything_and_the_open_copy_nothing(lesson: Built) -> None:
    assert lesson.solved.fault == ""
    assert set(lesson.solved.states) == {question.name for question in lesson.master.exercises}
    assert lesson.still_open.failure == "", "a cell after a gap must run while it is open"
    assert set(lesson.still_open.states.values()) == {"open"}


def test_no_word_of_an_answer_is_in_the_students_copy_or_on_paper(lesson: Built) -> None:
    secret, public = _told_apart(lesson.master)
    told = _words(secret) - _words(public)
    assert told
    student = json.loads(lesson.page("student/{}.ipynb").read_text(encoding="utf-8"))
    assert not told & _words("\n".join("".join(cell["source"]) for cell in student["cells"]))
    # On paper there are also the outputs that a student gets from the open copy.
    told -= _words(json.dumps(lesson.still_open.notebook, ensure_ascii=False))
    paper = _words(re.sub(r"<[^>]+>", " ", _main(lesson.page("handout/{}.html"))))
    assert not {word for word in told & paper if not word[0].isdigit()}


def _told_apart(master: Master) -> tuple[str, str]:
    """Return what a master keeps from students and what it tells them, read from its own marks alone."""
    # What otter and our pages say besides.
    secret, public = [], ['Type your answer here, replacing this text. grader.check("") Lesson point points']
    inside, within = False, False
    for cell in master.cells:
        match masters.boundary(cell):
            case (side, "SOLUTION"):
                inside = side == "BEGIN"
            case None if inside or {masters.TEACHER, masters.SLIDES} & {*masters.tags(cell)}:
                secret.append(cell["source"])
            case None if cell["cell_type"] == "markdown":
                public.append(cell["source"])
            case None if cell["cell_type"] == "code":
                for line in cell["source"].splitlines():
                    within = "# BEGIN SOLUTION" in line or (within and "# END SOLUTION" not in line)
                    head, equals, answer = line.partition("=")
                    if line.rstrip().endswith("# SOLUTION") and equals:
                        public.append(head)
                        secret.append(answer)
                    else:
                        (secret if within or "SOLUTION" in line else public).append(line)
    return "\n".join(secret), "\n".join(public)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d]{3,}|\d+(?:\.\d+)?", text)) - {"SOLUTION", "BEGIN", "END", "NO", "PROMPT"}


def _main(path: Path) -> str:
    return path.read_text(encoding="utf-8").partition("<main>")[2].partition("</main>")[0]


def test_no_right_answer_stands_in_the_students_copy(lesson: Built) -> None:
    student = json.loads(lesson.page("student/{}.ipynb").read_text(encoding="utf-8"))
    said = "\n".join("".join(cell["source"]) for cell in student["cells"]).replace("−", "-")
    for exercise in open_lesson(lesson.master.number).exercises.values():
        if not isinstance(exercise, Number | Numbers) or exercise.places < 1:
            continue
        right = exercise.right()
        values = right.values() if hasattr(right, "values") else [right]
        for value in values:
            written = f"{abs(value):.{exercise.places}f}"
            if len(written) < 4:
                continue  # by chance such a number stands anywhere
            assert not re.search(rf"(?<![\d.]){re.escape(written)}(?!\d)", said), f"{exercise.name}: {written}"


def test_what_the_handout_shows_is_what_the_open_copy_shows(lesson: Built) -> None:
    """Nothing on paper was computed from an answer: every output of it is there with all gaps open, too."""
    open_outputs = {cell["id"]: _shown(cell) for cell in lesson.still_open.notebook["cells"]}
    main = _main(lesson.page("handout/{}.html"))
    for cell in lesson.solved.notebook["cells"]:
        for shown in _shown(cell) - open_outputs.get(cell["id"], set()):
            assert shown not in main, cell["id"]


def _shown(cell: dict[str, Any]) -> set[str]:
    found = set()
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        if "image/png" in data:
            found.add("".join(data["image/png"].split()))
        elif "text" in output:
            found |= {line for line in output["text"].splitlines() if len(line) > 8}
    return found


def test_its_pages_load_nothing_and_are_well_made(lesson: Built) -> None:
    for name in ("slides/{}.html", "handout/{}.html", "handout/{}-teacher.html"):
        page = markup.read_page(lesson.page(name).read_text(encoding="utf-8"))
        assert [address for address in page.loads if not address.startswith("data:")] == [], name
        assert page.faults == [], name


@contextmanager
def _opened(browser: Browser, path: Path, size: ViewportSize) -> Iterator[Page]:
    """Open a file as a teacher does, by a double click, and let it neither ask for anything nor complain."""
    context = browser.new_context(viewport=size, color_scheme="light")
    page, log = context.new_page(), Log(path.as_uri())
    log.follow(page)
    page.goto(path.as_uri())
    yield page
    assert log.elsewhere == []
    assert log.complaints == []
    context.close()


@pytest.fixture(scope="module", params=LESSONS, ids=lambda path: path.stem)
def on_the_wall(browser: Browser, every: dict[str, Built], request: pytest.FixtureRequest) -> Iterator[Page]:
    """Yield the slides of a lesson on a wall in light, for whoever leaves them so: to open them costs a second."""
    with _opened(browser, every[request.param.stem].page("slides/{}.html"), WALL) as page:
        page.wait_for_function("Reveal.isReady()")
        yield page


def test_no_slide_is_cut_off_or_too_small(on_the_wall: Page) -> None:
    _require_fitting(on_the_wall, 20)


def test_no_slide_is_cut_off_or_too_small_on_a_phone(browser: Browser, lesson: Built) -> None:
    with _opened(browser, lesson.page("slides/{}.html"), PHONE) as page:
        page.wait_for_function("Reveal.isReady()")
        _require_fitting(page, 12)


def _require_fitting(page: Page, smallest: int) -> None:
    found = page.evaluate(SLIDES)
    assert len(found) >= 10
    assert [one["heading"] for one in found if one["sideways"] or one["high"]] == []
    assert [one["heading"] for one in found if one["size"] < smallest] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_slides_are_accessible(on_the_wall: Page, scheme: Literal["light", "dark"]) -> None:
    on_the_wall.emulate_media(color_scheme=scheme)
    found = set()
    try:
        for kind in ("h2", "figure", "table", ".math"):
            at = on_the_wall.evaluate(FIRST, kind)
            if at is None:
                continue
            on_the_wall.evaluate("(at) => Reveal.slide(at.h, at.v, 99)", at)
            # What is around the slides is the same at each of them.
            within = "" if kind == "h2" else ".slides section.present"
            found |= set(
                browsing.violations(on_the_wall, None if scheme == "light" else browsing.OF_COLOUR, within)
            )
    finally:
        on_the_wall.emulate_media(color_scheme="light")
    assert found == set()


def test_pages_are_accessible_and_never_scroll_sideways(browser: Browser, lesson: Built) -> None:
    for name in ("handout/{}.html", "handout/{}-teacher.html"):
        with _opened(browser, lesson.page(name), PHONE) as page:
            assert browsing.sideways(page) == [], name
            # All pages are of two templates; what differs is their headings, lists, pictures, tables and colours.
            rules = None if lesson.master.path == LESSONS[0] else [*OF_CONTENT, *browsing.OF_COLOUR]
            assert browsing.violations(page, rules) == [], name
