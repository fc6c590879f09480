"""The guides, the decisions and the list of changes, from the files that lie in the project."""

import posixpath
import re
from collections.abc import Mapping
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Final

from onewaytrade import project
from onewaytrade.errors import ProjectError
from onewaytrade.site import feeds
from onewaytrade.site.content import Content, Pages
from onewaytrade.site.text import capital, front_matter

GUIDES: Final = Path("docs") / "guides"
DECISIONS: Final = Path("docs") / "decisions"
CHANGELOG: Final = Path("CHANGELOG.md")
# The guides in the order in which a newcomer needs them; others follow by name.
_ORDER: Final = ("rerun", "new-data", "another-article", "teach", "marking")
_FENCE: Final = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"^(#+ )", re.MULTILINE)


def make(content: Content) -> Pages:
    """Return `guides/<name>`, `guides/index` and `changes`, and `guides/decisions` where the project has any."""
    guides = found(content.root)
    pages = {f"guides/{name}.md": _guide(content, text) for name, text in guides.items()}
    decisions = sorted((content.root / DECISIONS).glob("*.md"))
    if decisions:
        pages["guides/decisions.md"] = _decisions(content, decisions)
    index = _index(guides, has_decisions=bool(decisions))
    return Pages({"guides/index.md": index, **pages, "changes.md": _changes(content)}, {})


def found(root: Path) -> dict[str, str]:
    """Return the guides by name: the project's own, or else those that came with the package, if it has any."""
    folders = [root / GUIDES]
    with suppress(ProjectError):
        folders.append(project.packaged() / GUIDES)
    folder = next((one for one in folders if one.is_dir()), None)
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))} if folder else {}
    order = [name for name in _ORDER if name in texts]
    return {name: texts[name] for name in [*order, *(name for name in texts if name not in order)]}


def _guide(content: Content, text: str) -> str:
    return f"{_front(_opening(text))}\n\n{_with_links(content, text, GUIDES)}"


def _index(guides: Mapping[str, str], *, has_decisions: bool) -> str:
    description = "Step by step: ask a notebook something else, bring newer data, or check an article of your own."
    if not guides:
        return f"{_front('Guides')}\n\n# Guides\n\nThere are none here.\n"
    cards = "\n\n".join(_card(name, text) for name, text in guides.items())
    why = (
        "\n\n## [Why things are as they are](decisions.md)\n\n"
        "The choices that shaped the project, each with what we decided against."
        if has_decisions
        else ""
    )
    named = [f"{_named(text)[0]} <{name}>" for name, text in guides.items()]
    listed = "\n".join([*named, *(["decisions"] if has_decisions else [])])
    return (
        f"{_front(description)}\n\n# Guides\n\n{description}\n\n{cards}{why}\n\n"
        f"```{{toctree}}\n:hidden:\n\n{listed}\n```\n"
    )


def _card(name: str, text: str) -> str:
    short, more = _named(text)
    more = f"*{capital(more)}.* " if more else ""
    return f"## [{short}]({name}.md)\n\n{more}{_opening(text)}"


def _named(text: str) -> tuple[str, str]:
    """Return the name of a guide and what its title says beyond, e.g. "New data" and "bring them in"."""
    short, *more = re.split(r"[:,] ", _title(text), maxsplit=1)
    return short, more[0] if more else ""


def _decisions(content: Content, paths: list[Path]) -> str:
    description = "The choices that shaped this project, and what was decided against."
    whole = [_demoted(_with_links(content, path.read_text(encoding="utf-8"), DECISIONS)).strip() for path in paths]
    return "\n\n".join([_front(description), "# Why things are as they are", description, *whole]) + "\n"


def _changes(content: Content) -> str:
    description = "What changed: verdicts that moved when a newer edition was pinned, and the project itself."
    path = content.root / CHANGELOG
    # Its title is ours.
    log = re.sub(r"\A# .*\n+", "", path.read_text(encoding="utf-8")) if path.is_file() else ""
    # A version's heading stands in brackets, for a link that is not there.
    log = re.sub(r"^(## )\[(.+?)\]", r"\1\2", log, flags=re.MULTILINE)
    told = f"## The project\n\n{_demoted(_with_links(content, log, Path()))}" if log else ""
    verdicts = f"## Verdicts\n\n{_changed_verdicts(content)}" if content.verdicts else ""
    if not verdicts and not told:
        return f"{_front(description)}\n\n# Changes\n\nNothing has changed yet.\n"
    parts = (_front(description), f"# Changes\n\n{description}", verdicts, told.strip())
    return "\n\n".join(part for part in parts if part) + "\n"


def _changed_verdicts(content: Content) -> str:
    """Return what the feed tells, the newest first: each verdict that changed, and those at the start."""
    entries = feeds.entries(content)
    items = "\n".join(
        f'<li><span class="owt-date">{escape(entry.day)}</span> '
        f'<a href="{escape(entry.page)}">{escape(entry.title)}</a><br>{escape(entry.text)}</li>'
        for entry in entries
    )
    none = "No verdict has changed since the first were given. " if len(entries) == 1 else ""
    how = (
        "A verdict changes only if a newer edition of a table is [pinned on purpose](guides/new-data.md); what it "
        "was before stays here. "
        if "new-data" in found(content.root)
        else ""
    )
    return (
        f"{none}{how}The days are those of the data: of the edition that a change came with. There is also "
        f'<a href="{feeds.FILE}">a feed</a> of them.\n\n<ul class="owt-changes">\n{items}\n</ul>'
    )


# Texts


def _front(description: str) -> str:
    """Return a page's front matter from a text in Markdown."""
    plain = re.sub(r"\[([^\]]+)\]\([^)]*\)|[*`]", r"\1", description)
    return front_matter(re.sub(r"\s+", " ", plain))


def _title(text: str) -> str:
    return text.partition("\n")[0].removeprefix("# ").strip()


def _opening(text: str) -> str:
    """Return the first paragraph below a title."""
    paragraphs = [part.strip() for part in text.split("\n\n")]
    return next((part for part in paragraphs if part and not part.startswith("#")), "")


def _demoted(text: str) -> str:
    """Return a text with each heading one level lower; comments in code stay what they are."""
    parts = _FENCE.split(text)
    return "".join(part if part.startswith("```") else _HEADING.sub(r"#\1", part) for part in parts)


def _with_links(content: Content, text: str, folder: Path) -> str:
    """Return a text of the repository with its links led to where the same thing lies on the site."""
    parts = _FENCE.split(text)
    return "".join(
        part
        if part.startswith("```")
        else _LINK.sub(lambda found: _link(content, found[1], found[2], folder), part)
        for part in parts
    )


def _link(content: Content, words: str, target: str, folder: Path) -> str:
    """Return a link to a page or a file of the site, to the project's page, or, without one, the words alone."""
    if re.match(r"[a-z]+:|#", target):
        return f"[{words}]({target})"
    path, hash_, place = target.partition("#")
    whole = posixpath.normpath(posixpath.join(folder.as_posix(), path))
    up = "../" if folder.parts else ""
    name = Path(whole)
    if name.parent == GUIDES and name.suffix == ".md":
        return f"[{words}]({up}guides/{name.name}{hash_}{place})"
    if name.parent == DECISIONS and name.suffix == ".md":
        return f"[{words}]({up}guides/decisions.md)"
    if name.parent.name == "notebooks" and name.stem in {own.stem for own in content.notebooks}:
        return f'<a href="{up}notebooks/{name.stem}.html{hash_}{place}">{_inline(words)}</a>'
    if whole in _FILES:
        return f'<a href="{up}{_FILES[whole]}">{_inline(words)}</a>'
    if whole == CHANGELOG.as_posix():
        return f"[{words}]({up}changes.md)"
    if content.settings.project_page:
        return f"[{words}]({content.settings.project_page}/blob/{content.settings.branch}/{whole}{hash_}{place})"
    return words if words.startswith("`") else f"{words} (`{whole}`)"


_FILES: Final = {
    "data/claims.yml": "files/claims.yml",
    "data/datapackage.json": "files/datapackage.json",
    "build/verdicts.json": "files/verdicts.json",
    "build/definitions.csv": "files/definitions.csv",
}


def _inline(words: str) -> str:
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(words, quote=False))
