"""The page for teachers: the lessons, how to hand them out and mark them, and where a course has room for them.

What students may see is put on the site: their notebooks, slides and handouts. Solutions, the teacher's sheet and
the tests are not, since students read the site as well; the page says which command writes them.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Final
from urllib.parse import quote

from onewaytrade import fmt
from onewaytrade.site import colab, executed, guides, lessons
from onewaytrade.site.content import Content, Pages
from onewaytrade.site.lessons import Lesson
from onewaytrade.site.text import capital, front_matter, markdown, plural, scrolling
from onewaytrade.teaching.lite import PYODIDE

# Where `onewaytrade teach` and `onewaytrade site-lite` write, in the folder of a run.
_EDITIONS: Final = "teaching"
_LITE: Final = "lite"
# What a teacher says to a slide, with answers in it: students read the site as well.
_NOTES: Final = re.compile(r'<aside class="notes">.*?</aside>\s*', re.DOTALL)
_WHEELS: Final = "lite/pypi/onewaytrade-*.whl"
_HUB: Final = "https://HUB"
_WORDS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
# What Binder installs; its own Python is older than ours may be.
_PYTHON: Final = "python-3.12\n"
# Minutes, what is done in them, and which guide tells more.
_PLAN: Final = (
    (5, "Choose", "Read what each lesson asks and what it is for, below, and take the one next to your chapter."),
    (
        10,
        "Be a student",
        "Open its notebook and do the first exercises, once rightly and once wrongly: a wrong answer gets a hint "
        "that names the slip.",
    ),
    (
        10,
        "See the hour",
        "Go through the slides and the time plan. `onewaytrade teach` writes them with your notes (key S shows "
        "them), the solutions, and a sheet for your desk with what students get wrong.",
    ),
    (5, "Hand out", "Put the link or the file where your class finds it, and say when you collect."),
)
_MARKED: Final = (
    "In the notebook each answer is checked as soon as it is given: right, not answered yet, or wrong with a "
    "hint. Any sound rounding passes. `onewaytrade mark FOLDER` marks a whole class offline and writes one "
    "table of points and a page with the commonest mistakes. The tests are part of the package, so whoever "
    "wants to read them can: they are for learning, and no examination."
)


@dataclass(frozen=True, slots=True)
class _Offer:
    """What the site holds of the lessons: files by their place, the wheel's name, and JupyterLite or not."""

    beside: Mapping[str, bytes | Path]
    files: Mapping[str, bytes]
    wheel: str

    def has(self, place: str) -> bool:
        """Return whether a file lies at this place of the site."""
        return place in self.beside or place in self.files


def make(content: Content) -> Pages:
    """Return the page `teach` with the editions that lie in the run's folder; nothing without lessons.

    Editions and JupyterLite go in beside the pages: other programs made them, and they are not ours to check.
    """
    taught = lessons.found(content.root)
    if not taught:
        return Pages({}, {})
    offer = _offer(content, taught)
    parts = [
        _opening(taught),
        _monday(content),
        "## The lessons",
        _about_the_browser(offer),
        *(_lesson(lesson, content, offer) for lesson in taught),
        _course(taught),
        _students(content, taught, offer),
        _marking(content),
        _licence(content),
    ]
    page = "\n\n".join(part.strip() for part in parts if part) + "\n"
    return Pages({f"{lessons.PAGE}.md": page}, offer.files, offer.beside)


def _offer(content: Content, taught: Sequence[Lesson]) -> _Offer:
    """Return what there is to put on the site: editions for students, and copies that install what they need."""
    made = content.run / _EDITIONS
    beside: dict[str, bytes | Path] = {}
    for lesson in taught:
        own = {f"student/{lesson.stem}.ipynb", f"handout/{lesson.stem}.html"}
        own |= {path.relative_to(made).as_posix() for path in (made / f"student/data/{lesson.stem}").glob("*")}
        beside |= {f"teach/{name}": made / name for name in sorted(own) if (made / name).is_file()}
        if (slides := made / "slides" / f"{lesson.stem}.html").is_file():
            beside[f"teach/slides/{slides.name}"] = _NOTES.sub("", slides.read_text(encoding="utf-8")).encode()
    wheel = next(content.run.glob(_WHEELS), None)
    if wheel is not None:
        lite = content.run / _LITE
        files = sorted(path for path in lite.rglob("*") if path.is_file())
        beside |= {f"{_LITE}/{path.relative_to(lite).as_posix()}": path for path in files}
    if wheel is None or not content.settings.repository:
        return _Offer(beside, {}, wheel.name if wheel else "")
    address = f"{content.settings.address}{_LITE}/pypi/{wheel.name}"
    copies = {
        f"teach/colab/{lesson.stem}.ipynb": _copy(made / "student" / f"{lesson.stem}.ipynb", address)
        for lesson in taught
        if f"teach/student/{lesson.stem}.ipynb" in beside
    }
    binder = {
        "teach/binder/requirements.txt": f"jupyterlab\nonewaytrade @ {address}\n".encode(),
        "teach/binder/runtime.txt": _PYTHON.encode(),
    }
    return _Offer(beside, copies | binder if copies else {}, wheel.name)


def _copy(path: Path, wheel: str) -> bytes:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    copy = colab.copy(notebook, colab.installing(f"onewaytrade @ {wheel}"))
    return (json.dumps(copy, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


# The opening


def _opening(taught: Sequence[Lesson]) -> str:
    exercises = sum(len(lesson.master.exercises) for lesson in taught)
    discussions = sum(len(lesson.master.discussions) for lesson in taught)
    hours = "of one class hour" if len(taught) == 1 else "of one class hour each"
    description = (
        f"{capital(_in_words(len(taught)))} {plural(len(taught), 'lesson', 'lessons')} {hours} "
        "for second-year students of economics, on this "
        f"article’s claims and the data behind them: {_count(exercises, 'exercise', 'exercises')} that "
        f"{plural(exercises, 'marks itself', 'mark themselves')}, "
        f"{_count(discussions, 'question', 'questions')} to talk about, slides, and a page to hand out."
    )
    return f"{front_matter(description)}\n\n# Teach with this\n\n{{.owt-lead}}\n{description}"


def _monday(content: Content) -> str:
    steps = "\n".join(
        f"1. **{what}** ({fmt.SPACE.join((str(minutes), 'minutes'))}). {how}" for minutes, what, how in _PLAN
    )
    total = sum(minutes for minutes, _, _ in _PLAN)
    more = _guide(content, "teach", "the guide for teachers")
    told = f"\n\nEach step at length: {more}." if more else ""
    return f"## Start on Monday: {total} minutes\n\n{steps}{told}"


def _about_the_browser(offer: _Offer) -> str:
    """Return what is in the editions and what a browser loads, which is said before the links to it."""
    if not any(name.startswith("teach/student/") for name in offer.beside):
        return (
            "Notebooks, slides and handouts are not on this copy of the site: `make site-lite`, or `onewaytrade "
            "teach` and then `onewaytrade site`, puts them here."
        )
    told = (
        "Students get the notebook; slides and handout are for the hour. Solutions, your notes to the slides, a "
        "sheet for your desk and the tests are not on this site, since students read it too: `onewaytrade teach` "
        "writes them."
    )
    if not offer.wheel:
        return told
    return (
        f"{told}\n\n**Open in the browser** needs nothing installed. What students write stays in their "
        "own browser until they save it, and nothing is sent to us. Python for the browser "
        f"([Pyodide](https://pyodide.org), with pandas and matplotlib) is loaded from `{PYODIDE}` when a "
        "notebook is opened, which can take a minute the first time. That download is the one part that could not "
        "be tried where this site was made: try it on a machine of your classroom before the class."
    )


# A lesson


def _lesson(lesson: Lesson, content: Content, offer: _Offer) -> str:
    master = lesson.master
    parts = [
        f"({lesson.place})=\n### {master.number}. {markdown(master.title)}",
        " ".join(master.hook.split()),
        f"{{.owt-facts}}\n{_facts(lesson)}",
        _tools(lesson, content, offer),
        "After it, students can\n\n" + "\n".join(f"- {aim}" for aim in master.aims),
        _behind(lesson, content),
        _folded(lesson),
    ]
    return "\n\n".join(part for part in parts if part)


def _facts(lesson: Lesson) -> str:
    master = lesson.master
    minutes = sum(step.minutes for step in master.plan)
    marked, talked = lesson.points
    return (
        f"{minutes}{fmt.SPACE}minutes · {_count(len(master.exercises), 'exercise', 'exercises')} marked by "
        f"machine ({_points(marked)}) · {_count(len(master.discussions), 'discussion', 'discussions')} "
        f"({_points(talked)})"
    )


def _tools(lesson: Lesson, content: Content, offer: _Offer) -> str:
    """Return the links to what the site holds of a lesson."""
    published = replace(content.settings, branch=colab.PUBLISHED)
    copy = f"teach/colab/{lesson.stem}.ipynb"
    offered = [
        (f"{_LITE}/files/{lesson.stem}.ipynb", _in_browser(lesson), "Open in the browser", ""),
        (f"teach/student/{lesson.stem}.ipynb", "", "Student’s notebook (.ipynb)", " download"),
        (f"teach/slides/{lesson.stem}.html", "", "Slides", ""),
        (f"teach/handout/{lesson.stem}.html", "", "Handout", ""),
        (copy, published.colab(copy), "Open in Colab", ""),
        (copy, published.binder(copy), "Open in Binder", ""),
    ]
    about = f'<span class="visually-hidden"> (lesson {lesson.master.number})</span>'
    items = "".join(
        f'<li><a href="{escape(address or place)}"{kind}>{words}{about}</a></li>\n'
        for place, address, words, kind in offered
        if offer.has(place)
    )
    label = f"Lesson {lesson.master.number}"
    return f'<nav class="owt-tools" aria-label="{label}">\n<ul>\n{items}</ul>\n</nav>' if items else ""


def _in_browser(lesson: Lesson) -> str:
    return f"{_LITE}/notebooks/index.html?path={quote(lesson.stem)}.ipynb"


def _behind(lesson: Lesson, content: Content) -> str:
    """Return the claims behind a lesson and the notebooks that judge them, as far as the site has their pages."""
    judged = [verdict for verdict in content.verdicts if verdict["claim"] in lesson.claims]
    if not judged:
        return ""
    claims = "; ".join(f"[{markdown(one['label'])}](claims/{one['claim']}.md)" for one in judged)
    stems = dict.fromkeys(one["notebook"] for one in judged)
    titles = {path.stem: executed.title(path) for path in content.notebooks}
    deeper = fmt.join(f"[{markdown(titles[stem])}](notebooks/{stem}.ipynb)" for stem in stems if stem in titles)
    return f"**Claims behind it:** {claims}. **To go deeper:** {deeper}"


def _folded(lesson: Lesson) -> str:
    """Return the time plan, the list of exercises and what must be known already, folded away."""
    master = lesson.master
    plan = [(str(step.minutes), step.what, step.how) for step in master.plan]
    questions = [(question.heading, f"{question.points:g}") for question in master.questions]
    number = master.number
    known = "\n".join(f"- {item}" for item in master.prior)
    return (
        '<details class="owt-plan">\n<summary>Time plan, exercises, and what they should know already'
        f'<span class="visually-hidden"> (lesson {number})</span></summary>\n\n'
        f"{_table(f'Time plan of lesson {number}', ('Minutes', 'What', 'How'), plan)}\n"
        f"{_table(f'Exercises of lesson {number}', ('Exercise', 'Points'), questions)}\n\n"
        f"Students should know already\n\n{known}\n\n</details>"
    )


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "\n".join(
        f'<tr><th scope="row">{_inline(first)}</th>'
        + "".join(f"<td>{_inline(cell)}</td>" for cell in others)
        + "</tr>"
        for first, *others in rows
    )
    head = f"<caption>{caption}</caption>\n<thead><tr>{top}</tr></thead>"
    return scrolling(f"<table>\n{head}\n<tbody>\n{body}\n</tbody>\n</table>", caption)


def _inline(text: str) -> str:
    """Return a text of a master as HTML, its code as code; emphasis is left out."""
    parts = text.replace("*", "").split("`")
    return "".join(
        f"<code>{escape(part, quote=False)}</code>" if number % 2 else escape(part, quote=False)
        for number, part in enumerate(parts)
    )


# A course, and students


def _course(taught: Sequence[Lesson]) -> str:
    """Return by fields which topics each lesson serves: textbooks differ in chapters and agree in topics."""
    fields = list(dict.fromkeys(field for lesson in taught for field in lesson.topics))
    if not fields:
        return ""
    parts = [
        f"### {markdown(field)}\n\n"
        + "\n".join(
            f"- [Lesson {lesson.master.number}](#{lesson.place}): {markdown(lesson.topics[field])}"
            for lesson in taught
            if field in lesson.topics
        )
        for field in fields
    ]
    opening = "Look for these topics in your own textbook: standard ones have them, each in its own chapters."
    return "\n\n".join([f"## Where they fit in a course\n\n{opening}", *parts])


def _students(content: Content, taught: Sequence[Lesson], offer: _Offer) -> str:
    first = taught[0]
    ways = list(_ways(content, first, offer))
    listed = "\n".join(f"- **{name}.** {told}" for name, told in ways)
    return f"## Getting them to students\n\n{listed}"


def _ways(content: Content, first: Lesson, offer: _Offer) -> Iterator[tuple[str, str]]:
    """Yield the ways by which a class gets a notebook, each with what has to be done for it."""
    settings = content.settings
    if offer.wheel:
        yield (
            "A browser",
            f'Give the link <a href="{_LITE}/index.html">to all lessons</a>, or to one of them above. Nothing is '
            "installed and nobody logs in. Work lies in that one browser, and *File → Download* saves it.",
        )
    wheel = (
        f'<a href="{_LITE}/pypi/{offer.wheel}" download>the lessons’ package</a> (`pip install {offer.wheel}`)'
        if offer.wheel
        else "the project (`pip install .` in its folder)"
    )
    yield (
        "JupyterLab on their machines",
        f"Give them the notebook and {wheel}, with JupyterLab. From the project’s own folder, "
        "`jupyter lab build/teaching/student` opens all.",
    )
    if not settings.repository:
        yield (
            "Colab, Binder and a JupyterHub",
            "Their links need a repository on GitHub, and this copy of the site names none: set `repository` in "
            "`site.yml`, and publish the site from there.",
        )
        return
    if not offer.files:
        return
    yield (
        "Colab and Binder",
        "The links stand with each lesson. The copy that they open installs what it needs in its first cell; "
        "Colab asks for a Google account, and Binder takes minutes to start.",
    )
    name = settings.repository.partition("/")[2]
    path = f"lab/tree/{name}/teach/colab/{first.stem}.ipynb"
    link = (
        f"{_HUB}/hub/user-redirect/git-pull?repo={quote(settings.project_page, safe='')}"
        f"&branch={colab.PUBLISHED}&urlpath={quote(path, safe='')}"
    )
    yield (
        "A JupyterHub with nbgitpuller",
        f"This link, with the address of your hub for `{_HUB}`, brings lesson {first.master.number} into each "
        f"student’s folder and opens it:\n\n  ```text\n  {link}\n  ```\n",
    )


def _marking(content: Content) -> str:
    more = _guide(content, "marking", "How marking works, and what it keeps apart")
    return f"## Marking\n\n{_MARKED}" + (f" {more}." if more else "")


def _licence(content: Content) -> str:
    settings = content.settings
    base = f"{settings.project_page}/blob/{settings.branch}/" if settings.project_page else ""

    def named(file: str, words: str) -> str:
        return f"[{words}]({base}{file})" if base else f"{words} (`{file}`)"

    there = [
        named(file, words)
        for file, words in (("LICENSE-text.md", "CC BY 4.0"), ("LICENSE", "the MIT licence"))
        if (content.root / file).is_file()
    ]
    if len(there) < 2:
        return ""
    return (
        "## Take them and change them\n\n"
        f"Texts, slides and figures are under {there[0]}, code under {there[1]}: use them in your course, print "
        "them, translate them, change them, and say where they come from and what you changed. The data have "
        "the licences of their publishers, which [the pages of the data](data/index.md) name. A master of a "
        f"lesson is one notebook, in `{lessons.ABOUT.parent.as_posix()}/`, and all editions are made from it: "
        "change that, and run `onewaytrade teach`."
    )


def _guide(content: Content, name: str, words: str) -> str:
    return f"[{words}](guides/{name}.md)" if name in guides.found(content.root) else ""


def _in_words(number: int) -> str:
    return _WORDS[number - 1] if number <= len(_WORDS) else str(number)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {plural(number, one, many)}"


def _points(points: float) -> str:
    return f"{points:g} {plural(1 if points == 1 else 2, 'point', 'points')}"
