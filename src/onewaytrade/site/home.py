"""The front page: what the article says and what was found, and all claims side by side."""

from collections.abc import Sequence
from typing import Final

from onewaytrade import fmt, scoreboard
from onewaytrade.site import claim_table, executed, guides, lessons
from onewaytrade.site.content import Content, Pages, Verdict
from onewaytrade.site.text import front_matter, markdown, plural

# The page has no list of its headings beside it: the table needs the room.
_SETTINGS: Final = front_matter(wide=True) + "\n"
_OPENING: Final = """# One-Way Trade

{.owt-lead}
A news article about China’s trade, checked claim by claim against published data.
"""
_NONE_YET: Final = (
    "No claim has been judged yet. `onewaytrade run` judges those of the register, and this page shows them."
)
_NAMED: Final = 4  # claims that fail which the findings name before they count the rest
_TOCTREE: Final = """```{{toctree}}
:hidden:

claims/index
notebooks/index
data/index
method
glossary
guides/index
{taught}changes
```
"""
_TEACHING: Final = (
    "Every notebook ends with questions for class, and shows how a number depends on its definition."
)
_LESSONS: Final = (
    "Lessons of one class hour: exercises that mark themselves, slides, handouts. Every notebook also ends with "
    "questions for class."
)
# For whom each door is, what stands behind it, and the pages that it leads to.
_DOORS: Final = (
    (
        "To read",
        "A page for each claim: the reason for its verdict, the chart, and the exact place of every figure.",
        (("claims/index", "All claims"), ("method", "How we judge")),
    ),
    (
        "To recompute",
        "Run the notebooks again, change a choice, or put newer data or another country in.",
        (
            ("notebooks/index", "Notebooks"),
            ("guides/rerun", "Run it again"),
            ("guides/new-data", "Add new data"),
            ("data/index", "The data"),
        ),
    ),
    (
        "To teach",
        _TEACHING,
        (
            ("teach", "Teach with this"),
            ("notebooks/index", "Notebooks with questions"),
            ("glossary", "Glossary"),
            ("guides/index", "Guides"),
        ),
    ),
)


# Pages that a project may not have.
_IF_THERE: Final = ("guides/", lessons.PAGE)


def make(content: Content) -> Pages:
    """Return the front page; a project about another article has its own title and opening there."""
    parts = [content.opening or _OPENING, _article(content), *_board(content), _doors(content), _toctree(content)]
    return Pages({"index.md": _SETTINGS + "\n\n".join(part.strip() for part in parts if part) + "\n"}, {})


def _article(content: Content) -> str:
    """Return which article it is and what it says, in our words, as far as data and register tell."""
    told = [scoreboard.article().removeprefix("The article: ")]
    if not content.opening:
        told += [
            f"It says, in our words: {verdict['title'].removeprefix('The headline: ')}"
            for verdict in content.verdicts
            if verdict["paragraph"] == 0
        ]
    text = markdown(" ".join(filter(None, told)))
    return f"```{{container}} owt-article\n**The article.** {text}\n```" if text else ""


def _board(content: Content) -> list[str]:
    if not content.verdicts:
        return ["## What we found", _NONE_YET]
    found = "\n".join(f"- {sentence}" for sentence in findings(content.verdicts))
    return [
        "## What we found",
        f"{{.owt-findings}}\n{found}",
        claim_table.strip(content.verdicts),
        "## Claim by claim",
        claim_table.table(content.verdicts, {path.stem: executed.title(path) for path in content.notebooks}),
    ]


def findings(verdicts: Sequence[Verdict]) -> list[str]:
    """Return up to three sentences, as Markdown: what stands, what does not, and what is no plain yes or no.

    Verdicts on other parameters than the article's judge nothing here; a last sentence counts them, if any.
    """
    judged = [verdict for verdict in verdicts if not verdict["variant"]]
    told = [_what_stands(judged), _what_fails(judged), _what_is_open(judged)] if judged else []
    if others := len(verdicts) - len(judged):
        told.append(f"{_count(others, 'more was', 'more were')} asked with other parameters than the article’s.")
    return [sentence for sentence in told if sentence]


def _what_stands(judged: Sequence[Verdict]) -> str:
    computed, attested = _of(judged, "reproduced", "close"), _of(judged, "attested")
    # Not “stand”: what is only attested may be wrong in its source.
    number, total = len(computed) + len(attested), len(judged)
    if not number:
        whose = "The one claim does not match" if total == 1 else f"None of the {total} claims matches"
        return f"**{whose} the record.**"
    parts = []
    if computed:
        parts.append(
            _count(len(computed), "comes", "come") + f" out when recomputed from published data{_except(computed)}"
        )
    if attested:
        parts.append(
            _count(len(attested), "is", "are")
            + " in a source just as printed, which gives no way to recompute "
            + plural(len(attested), "it", "them")
        )
    return f"**{_how_many_of(number, total)}:** {fmt.join(parts)}."


def _except(computed: Sequence[Verdict]) -> str:
    """Return how many of the claims that come out do so on few definitions but the article's, in brackets."""
    alone = sum(own["robustness"] in {"fragile", "alone"} for own in computed)
    if not alone:
        return ""
    which = "not" if len(computed) == 1 else "none" if alone == len(computed) else f"{alone} of them not"
    return f" (though {which} by most other fair definitions)"


def _how_many_of(number: int, total: int) -> str:
    if number < total:
        return f"{number} of the {total} claims {plural(number, 'matches', 'match')} the record"
    matching = {1: "The one claim matches", 2: "Both claims match"}.get(total, f"All {total} claims match")
    return f"{matching} the record"


def _what_fails(judged: Sequence[Verdict]) -> str:
    failing = _of(judged, "not reproduced", "contradicted")
    if not failing:
        return "**None fails:** the data contradict no claim that they can test."
    named = [_failure(verdict) for verdict in failing[:_NAMED]]
    if len(failing) > _NAMED:
        named.append(f"{len(failing) - _NAMED} more")
    return f"**{_count(len(failing), 'does', 'do')} not come out:** {fmt.join(named)}."


def _failure(verdict: Verdict) -> str:
    name = f"[{markdown(scoreboard.label(dict(verdict)))}](claims/{verdict['claim']}.md)"
    if verdict["printed"] is None:
        return f"{name} ({verdict['verdict']})"
    kept = ", though revisions of the data could explain it" if verdict["band_holds_printed"] else ""
    return f"{name} (printed {verdict['printed_text']}, computed {verdict['computed_text']}{kept})"


def _what_is_open(judged: Sequence[Verdict]) -> str:
    """Return how many claims hold in part, stay open, or are beyond the data."""
    causes, beyond = _of(judged, "cause not testable here"), _of(judged, "cannot be checked with open data")
    kinds = (
        (_of(judged, "partly reproduced"), "holds in part", "hold in part"),
        (_of(judged, "not excluded"), "is left open by the data", "are left open by the data"),
        (_of(judged, "depends on definition"), "turns on a definition", "turn on a definition"),
        (causes, "claims a cause that no such data can test", "claim causes that no such data can test"),
        (
            beyond,
            "needs data that are not public or were not found",
            "need data that are not public or were not found",
        ),
    )
    parts = [_count(len(own), one, many) for own, one, many in kinds if own]
    number = sum(len(own) for own, _, _ in kinds)
    if not number:
        return ""
    rest = "" if number == len(judged) else "other "
    return f"**The {rest}{plural(number, 'one is', f'{number} are')} no plain yes or no:** {fmt.join(parts)}."


def _of(verdicts: Sequence[Verdict], *words: str) -> list[Verdict]:
    return [verdict for verdict in verdicts if verdict["verdict"] in words]


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {plural(number, one, many)}"


def _doors(content: Content) -> str:
    """Return where to go from here, for readers, analysts and teachers; guides only as far as there are any."""
    there = {"guides/index", *(f"guides/{name}" for name in guides.found(content.root))}
    there |= {"teach"} if lessons.found(content.root) else set()
    doors = []
    for heading, text, pages in _DOORS:
        links = "\n".join(
            f"- [{name}]({page}.md)" for page, name in pages if not page.startswith(_IF_THERE) or page in there
        )
        told = _LESSONS if text == _TEACHING and lessons.PAGE in there else text
        doors.append(f"### {heading}\n\n{told}\n\n{links}")
    return "## Where to go from here\n\n" + "\n\n".join(doors)


def _toctree(content: Content) -> str:
    taught = f"{lessons.PAGE}\n" if lessons.found(content.root) else ""
    return _TOCTREE.format(taught=taught)
