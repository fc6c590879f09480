"""The pages on method and words."""

import re
from collections import Counter
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Final

from onewaytrade import claims, fmt, robustness
from onewaytrade.site import marks, words
from onewaytrade.site.content import Content, Pages, Verdict
from onewaytrade.site.text import markdown, plural, typographic
from onewaytrade.site.worked import example

_HERE: Final = Path(__file__).parent
_INTRODUCTION: Final = """# Glossary

Words that trade statisticians take for granted, and words that mean something narrow on these pages. The first
time that one is used on a page, a dotted line under it leads here.
"""
# What this project doubts about its own results; a project about another article has its own or none.
_DOUBTS: Final = "docs/doubts.md"
_KINDS: Final = {
    "number": (
        "a figure, such as 33\N{NO-BREAK SPACE}%",
        "by the computed value and all that the data leave open around it",
    ),
    "bound": ("“over 250”", "by the end of the interval that lies on the wrong side"),
    "direction": ("a rise, a fall, no growth", "by the sign of the change, rounded as it was printed"),
    "text": (
        "who, what, when, where",
        "part by part, each against a source; what was not found is unknown, not false",
    ),
    "cause": (
        "because of …",
        "by its facts alone; only a cause that is known not to have happened is contradicted",
    ),
}
_VARIABLE: Final = re.compile(r"\{\{(\w+)\}\}")
_FIGURE: Final = re.compile(r"\{([\w-]+)\.([\w.-]+)\}")
_CODE: Final = re.compile(r"`([\w-]+)`")


def make(content: Content) -> Pages:
    """Return `method` and `glossary`."""
    return Pages({"method.md": _method(content), "glossary.md": _glossary(content)}, {})


def _glossary(content: Content) -> str:
    entries = words.entries()
    themes: dict[str, list[str]] = {}
    for entry in entries:
        themes.setdefault(entry.theme, []).append(f"[{entry.term}](#{entry.slug})")
    listed = "\n".join(f"- **{theme}:** {', '.join(links)}" for theme, links in sorted(themes.items()))
    return "\n".join([_INTRODUCTION, listed, "", *(_entry(content, entry) for entry in entries)])


def _entry(content: Content, entry: words.Entry) -> str:
    parts = [f"## {entry.term}", f"{entry.short} {entry.text}"]
    if ruled := _ruled(content, entry.word):
        parts.append(ruled)
    if shown := _shown(content, entry.example):
        parts.append(f"{{.owt-example}}\n{shown}")
    stems = {path.stem for path in content.notebooks}
    books = [f"[](notebooks/{stem}.ipynb)" for stem in entry.notebooks if stem in stems]
    last = [
        f"See also {fmt.join(f'[{term}](#{_slug(term)})' for term in entry.see)}." if entry.see else "",
        f"It matters in {fmt.join(f'“{book}”' for book in books)}." if books else "",
        f"After: {entry.source}." if entry.source else "",
    ]
    parts.append(f"{{.owt-see}}\n{' '.join(filter(None, last))}")
    return "\n\n".join(parts) + "\n"


def _slug(term: str) -> str:
    return next(entry.slug for entry in words.entries() if entry.term == term)


def _ruled(content: Content, word: str) -> str:
    """Return the rule behind a word of verdicts or grades, and how many claims have it."""
    rules = claims.REPLICATION | robustness.ROBUSTNESS
    key = "verdict" if word in claims.REPLICATION else "robustness" if word in rules else "evidence"
    if word not in rules and word not in claims.GRADES:
        return ""
    rule = f"The rule: {_prose(rules[word])}. " if word in rules else ""
    having = [own for own in content.verdicts if own.get(key) == word]
    if not having:
        return rule.strip()
    told = f"It stands beside {len(having)} of {_counted(content.verdicts)}"
    return f"{rule}{told}, {'namely' if len(having) == 1 else 'for example'} {_link(having[0])}."


def _shown(content: Content, text: str) -> str:
    """Return an example with its figures; nothing where a claim is missing, or has no figure."""
    by_id = {own["claim"]: own for own in content.verdicts if not own.get("variant")}
    named = list(dict.fromkeys(claim for claim, _ in _FIGURE.findall(text)))
    figures = {match[0]: _figure(by_id.get(match[1], {}), match[2]) for match in _FIGURE.finditer(text)}
    if not figures or not all(figures.values()):
        return ""
    told = _FIGURE.sub(lambda match: figures[match[0]], text)
    return f"{told} See {fmt.join(_link(by_id[claim]) for claim in named)}."


def _figure(verdict: Verdict, key: str) -> str:
    name, _, reading = key.partition(".")
    if name != "alternatives":
        return str(verdict.get(key) or "")
    return next((own["computed_text"] for own in verdict.get(name, ()) if own["id"] == reading), "")


def _link(verdict: Verdict) -> str:
    return f"[{markdown(verdict['label'])}](claims/{verdict['claim']}.md)"


def _method(content: Content) -> str:
    found = content.verdicts
    values = {
        "count": _counted(found),
        "kinds": _table(
            "What kinds of claims there are, and how each is judged",
            ("Kind", "How it is judged", "Claims"),
            [
                (f"{kind}: <small>{escape(printed)}</small>", escape(rule), _many(found, "kind", kind))
                for kind, (printed, rule) in _KINDS.items()
            ],
        ),
        "words": _table(
            "The words for the article’s own definition",
            ("Verdict", "Rule", "Claims"),
            [
                (
                    _to_glossary(word, marks.badge(word)),
                    _prose(claims.REPLICATION[word]),
                    _many(found, "verdict", word),
                )
                for word in fmt.MARKS
            ],
        ),
        "robustness": _table(
            "The words for other definitions",
            ("Word", "Rule", "Claims"),
            [
                (_to_glossary(word), _prose(rule), _many(found, "robustness", word))
                for word, rule in robustness.ROBUSTNESS.items()
            ]
            + [("none", "no other definition of the question has a vote", _many(found, "robustness", None))],
        ),
        "grades": _table(
            "Grades of evidence, the strongest first",
            ("Grade", "Where the figure stands", "Claims"),
            [
                (
                    _to_glossary(grade, place=f"{grade}-evidence"),
                    escape(words.GRADES[grade]),
                    _many(found, "evidence", grade),
                )
                for grade in claims.GRADES
            ],
        ),
        "share": fmt.pct(100 * robustness.ROBUST_SHARE, 0, sign=False),
        "same_sign": fmt.pct(100 * robustness.ROBUST_SAME_SIGN, 0, sign=False),
        "attested": fmt.number(_having(found, "verdict", "attested")),
        "press": fmt.number(_having(found, "evidence", "press")),
        "example": example(content),
        "doubts": _doubts(content),
        "objections": _objections(content),
    }
    text = (_HERE / "pages" / "method.md").read_text(encoding="utf-8")
    return _VARIABLE.sub(lambda match: values[match[1]], text)


def _counted(found: Iterable[Verdict]) -> str:
    count = len(list(found))
    return f"{count} {plural(count, 'claim', 'claims')}"


def _having(found: Iterable[Verdict], key: str, value: str | None) -> int:
    return Counter(own.get(key) for own in found)[value]


def _many(found: Iterable[Verdict], key: str, value: str | None) -> str:
    return fmt.number(_having(found, key, value))


def _prose(rule: str) -> str:
    return escape(typographic(rule), quote=False)


def _to_glossary(word: str, shown: str = "", place: str = "") -> str:
    return f'<a href="glossary.html#{place or word.replace(" ", "-")}">{shown or escape(word)}</a>'


def _table(caption: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table whose first column names the rows and whose last holds counts; cells are HTML."""
    head = "".join(f'<th scope="col"{_side(heads, number)}>{name}</th>' for number, name in enumerate(heads))
    body = "\n".join(
        f'<tr><th scope="row">{first}</th>'
        + "".join(f"<td{_side(heads, number)}>{cell}</td>" for number, cell in enumerate(others, start=1))
        + "</tr>"
        for first, *others in rows
    )
    return (
        f'<table class="owt-rulebook">\n<caption>{caption}</caption>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody>\n</table>"
    )


def _side(heads: tuple[str, ...], number: int) -> str:
    return ' class="owt-rulebook-count"' if number == len(heads) - 1 else ""


def _doubts(content: Content) -> str:
    """Return the project's own doubts, with the claims in them linked; nothing without such a file."""
    path = content.root / _DOUBTS
    if not path.is_file():
        return ""
    own = {verdict["claim"]: verdict for verdict in content.verdicts}
    _, _, text = path.read_text(encoding="utf-8").strip().partition("\n")
    linked = _CODE.sub(lambda match: _link(own[match[1]]) if match[1] in own else match[0], text.strip())
    return f"## Open doubts\n\n{linked}\n"


def _objections(content: Content) -> str:
    page = content.settings.project_page
    where = (
        f"Open an issue on [the project’s page]({page}/issues)"
        if page
        else "Write to whoever publishes these pages"
    )
    return (
        f"{where}, and name the claim and the figure. What helps most is a table, with the address where it lies, "
        "or a definition that we did not think of."
    )
