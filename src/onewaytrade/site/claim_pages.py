"""A page for each claim, and the list of them.

What a search shall find (the claim, the verdict's reason, definitions) is Markdown; figures, tables and what only
looks are HTML.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from onewaytrade import claims, fmt, pinning, scoreboard
from onewaytrade.claims import Claim
from onewaytrade.site import (
    claim_definitions,
    claim_evidence,
    figures,
    marks,
    plainly,
    review,
    small_pictures,
)
from onewaytrade.site.claim_definitions import Definitions
from onewaytrade.site.content import Content, Pages, Verdict
from onewaytrade.site.figures import Figure
from onewaytrade.site.review import Article
from onewaytrade.site.small_pictures import Scale
from onewaytrade.site.text import capital, front_matter, json_ld, markdown, scrolling, typographic

# How the answer on one part is told: its word, and the verdict that has the same shape and colour.
_ANSWERS: Final = {
    True: ("stands", "reproduced"),
    False: ("does not stand", "not reproduced"),
    None: ("not known", "cannot be checked with open data"),
}
_GROUPED: Final = """# Claims

Each checkable statement of the article, in our words, by what a reader may do with it. The
[front page](../index.md) has them side by side, in the article’s order and to be sorted.
"""


@dataclass(frozen=True, slots=True)
class _Told:
    """All that a claim's page is made of besides its verdict."""

    content: Content
    claim: Claim | None
    article: Article | None
    date: str
    titles: Mapping[str, str]
    scale: Scale | None
    definitions: Definitions | None
    figures: Sequence[Figure]
    earlier: Sequence[tuple[str, Mapping[str, Any]]]


def make(content: Content) -> Pages:
    """Return `claims/<id>` for each verdict, its definitions as `claims/<id>.csv`, and `claims/index`."""
    told = _gather(content)
    pages = {
        f"claims/{verdict['claim']}.md": _page(verdict, told[verdict["claim"]]) for verdict in content.verdicts
    }
    tables: dict[str, bytes | Path] = {
        f"claims/{name}.csv": own.definitions.csv() for name, own in told.items() if own.definitions is not None
    }
    return Pages({"claims/index.md": _index(content), **pages}, tables)


def _gather(content: Content) -> dict[str, _Told]:
    register, article = content.register, review.article(content.root)
    definitions, pictured = claim_definitions.read(content.run), figures.of_claims(content)
    earlier, titles = _earlier(content.root / pinning.FOLDER), claim_evidence.titles(content.root)
    scales = small_pictures.scales(content.verdicts)
    return {
        name: _Told(
            content=content,
            claim=(claim := register.get(name)),
            article=article,
            date=review.date(claim, article, content.root),
            titles=titles,
            scale=scales.get(name),
            definitions=definitions.get(name),
            figures=pictured.get(name, ()),
            earlier=[(edition, verdict) for edition, verdict in earlier if verdict["claim"] == name],
        )
        for name in (verdict["claim"] for verdict in content.verdicts)
    }


def _earlier(folder: Path) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the verdicts that were kept when a pin was moved, each with the dataset and edition it rested on."""
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    return [(f"{whole['dataset']} {whole['edition']}", verdict) for whole in kept for verdict in whole["verdicts"]]


def _page(verdict: Verdict, told: _Told) -> str:
    sections = {
        "": _finding(verdict, told),
        "Parts of the statement": _parts(verdict),
        "All definitions in one picture": _pictures(told.figures),
        "How it was judged": _judged(verdict, told),
        "By other definitions": claim_definitions.show(verdict, told.claim, told.definitions),
        "Evidence": claim_evidence.show(verdict, told.claim, told.titles),
        "What would change the verdict": _conditions(verdict, told.claim),
        "Earlier verdicts": _history(told.earlier),
        "Cite this page": _cite(verdict, told),
        "More on this": _onward(verdict, told.content),
    }
    body = "\n\n".join(
        f"## {heading}\n\n{text}" if heading else text for heading, text in sections.items() if text
    )
    ld = "" if plainly.departs(verdict) else json_ld(review.review(verdict, told.content, told.article, told.date))
    return f"{_front_matter(verdict)}\n# {markdown(verdict['label'])}\n\n{body}\n\n{ld}\n"


def _front_matter(verdict: Verdict) -> str:
    # The verdict first: cut off by a search engine, the claim alone would read as what we say.
    word = capital(plainly.title(verdict).rpartition(": ")[2])
    said = f"{word}: {plainly.in_one_sentence(verdict)} The claim: “{verdict['title'].rstrip('.')}”."
    named = " ".join(plainly.title(verdict).replace("`", "’").split())
    return f"{front_matter(typographic(said))}\n\n```{{title}} {named}\n```\n"


# What is found


def _finding(verdict: Verdict, told: _Told) -> str:
    return "\n\n".join(
        text
        for text in (
            f'<p class="owt-claim-verdict">{_badge(verdict)} {_where(verdict, told.article)}</p>',
            f"{{.owt-claim-statement}}\n**The claim, in our words.** {markdown(verdict['title'])}",
            _figures(verdict, told.scale),
            f"{{.owt-claim-reason}}\n{markdown(plainly.in_one_sentence(verdict))}",
            _counted(verdict, told.claim),
        )
        if text
    )


def _counted(verdict: Verdict, claim: Claim | None) -> str:
    """Return what a bound's cases are: quoted without it, "at least 248 cases" could be of anything."""
    return f"What was counted: {markdown(claim.measured)}." if claim and verdict.get("kind") == "bound" else ""


def _badge(verdict: Verdict) -> str:
    if plainly.departs(verdict):
        glyph = f'<span aria-hidden="true">{fmt.DEPARTS.glyph}</span>'
        return f'<span class="owt-verdict owt-untold">{glyph} no verdict on the article</span>'
    return marks.badge(verdict["verdict"])


def _where(verdict: Verdict, article: Article | None) -> str:
    paragraph = verdict.get("paragraph")
    place = f"Paragraph {paragraph}" if paragraph else "Headline" if paragraph == 0 else ""
    said = escape(place)
    if article:
        name = f"“{escape(typographic(article.title))}”"
        name = f'<a href="{escape(article.address)}">{name}</a>' if article.address else name
        said += f" of {name}, {escape(article.publisher)}, {fmt.month(article.month)}"
    return f'<span class="owt-claim-where">{said}</span>'


def _figures(verdict: Verdict, scale: Scale | None) -> str:
    """Return the printed and the computed figure, big, with the small picture of both where there is one."""
    measured = plainly.is_measured(verdict)
    pairs = []
    if measured:
        said = "The article says" if verdict.get("printed") is None else "The article prints"
        pairs.append((said, verdict["printed_text"]))
    # The one figure of a cause is that of its premise, which the reason names.
    if verdict.get("computed_text") and verdict.get("kind") != "cause":
        pairs.append(("We find" if _in_parts(verdict) else "The data give", verdict["computed_text"]))
    if not pairs:
        return ""
    shown = "".join(f"<div><dt>{name}</dt><dd>{escape(text)}</dd></div>" for name, text in pairs)
    picture = _small_picture(verdict, scale) if measured and scale else ""
    return f'<div class="owt-claim-figures"><dl>{shown}</dl>{picture}</div>'


def _in_parts(verdict: Verdict) -> bool:
    """Tell whether what was found is a number of parts, and no figure."""
    return bool(verdict.get("parts")) and verdict.get("printed") is None


def _small_picture(verdict: Verdict, scale: Scale) -> str:
    """Return the picture of the scoreboard with its scale, and what its marks mean."""
    told = ["Upright: printed" if verdict.get("printed") is not None else "Arrow: what the article says"]
    told += ["shape: computed"] if verdict.get("computed_text") else []
    told += ["band: all definitions of the same question"] if scoreboard.span(dict(verdict)) else []
    return (
        f'<div class="owt-claim-small">{small_pictures.ruler(scale)}{small_pictures.draw(verdict, scale)}'
        f"<small>{'; '.join(told)}.</small></div>"
    )


def _parts(verdict: Verdict) -> str:
    """Return the parts of a bundle, or the two sides of a cause, each with its answer and what was found."""
    sides = {"effect": "Said to have happened: ", "premise": "Said to be the cause: "}
    names = sides if verdict.get("kind") == "cause" else {}
    items = []
    for part in verdict.get("parts") or ():
        word, like = _ANSWERS[part["stands"]]
        answer = f'<span class="owt-verdict owt-{marks.TONES[like]}">{marks.icon(like)} {word}</span>'
        items.append(
            f"{markdown(capital(names.get(part['part'], '') + part['text']))} {answer}\n: {_or_none(part)}"
        )
    return "{.owt-claim-parts}\n" + "\n\n".join(items) if items else ""


def _or_none(part: Mapping[str, Any]) -> str:
    return markdown(part.get("note") or "Nothing more was found.")


def _pictures(shown: Sequence[Figure]) -> str:
    return "\n".join(map(_picture, shown))


def _picture(figure: Figure) -> str:
    """Return a notebook's figure, whose files lie in the site once, with where it came from."""
    told = [f"Source: {escape(typographic(figure.source.rstrip('.')))}."] if figure.source else []
    told += [f"Drawn by <code>{escape(figure.drawn_by)}</code>."] if figure.drawn_by else []
    return (
        '<figure class="owt-figure owt-claim-chart">'
        f"{scrolling(figure.images(), 'Chart of the definitions')}\n<figcaption><p>{' '.join(told)}</p>"
        f'<p><a href="../{figure.name}.csv" download>Data (CSV)</a> '
        f'<a href="../{figure.name}.png">Picture (PNG)</a></p></figcaption></figure>'
    )


# How it was judged


def _judged(verdict: Verdict, told: _Told) -> str:
    claim = told.claim
    rows = [
        ("Definition used", markdown(verdict.get("definition") or "")),
        ("Why this one", markdown(claim.definition.why) if claim else ""),
        ("What is measured", markdown(claim.measured) if claim else ""),
        ("The rule", markdown(_rule(verdict))),
        ("Difference", markdown(_difference(verdict, claim))),
        ("Tolerance", markdown(_tolerance(verdict))),
        ("Edition", _edition(verdict, told)),
        ("Neighbouring editions", markdown(_band(verdict))),
        ("Weakest evidence", markdown(claim_evidence.graded(verdict.get("evidence") or ""))),
    ]
    return "{.owt-claim-judged}\n" + "\n\n".join(f"{name}\n: {text}" for name, text in rows if text)


def _rule(verdict: Verdict) -> str:
    word, reason = verdict["verdict"], verdict.get("reason") or ""
    # A bound is not rounded to.
    open_bound = verdict.get("kind") == "bound" and word == "not excluded"
    meaning = "the data neither show nor rule out what is printed" if open_bound else claims.REPLICATION[word]
    return f"“{capital(word)}” means: {meaning}. {reason}".strip()


def _difference(verdict: Verdict, claim: Claim | None) -> str:
    difference, unit = verdict.get("difference"), verdict.get("unit") or ""
    if difference is None or claim is None or claim.kind != "number":
        return ""
    unit = "points" if unit == "%" else unit
    return fmt.with_unit(difference, unit, claim.printed.decimals + 1, sign=True)


def _tolerance(verdict: Verdict) -> str:
    tolerance, why = verdict.get("tolerance"), verdict.get("tolerance_reason")
    if not tolerance:
        return ""
    unit = "points" if verdict.get("unit") == "%" else verdict.get("unit", "")
    unit = unit.removesuffix("s") if tolerance == 1 else unit
    whole = float(tolerance).is_integer()
    allowed = fmt.with_unit(tolerance, unit, 0 if whole else len(repr(tolerance).partition(".")[2]))
    return f"Within {allowed} it counts as close{f': {why}' if why else ''}."


def _edition(verdict: Verdict, told: _Told) -> str:
    dataset, _, edition = (verdict.get("edition") or "").partition(" ")
    return f"{claim_evidence.link(dataset, told.titles)}, {markdown(edition)}" if edition else ""


def _band(verdict: Verdict) -> str:
    band, unit = verdict.get("band"), verdict.get("unit") or ""
    if not band:
        return ""
    reach = fmt.interval(*band, unit=unit, sign=unit in {"%", "points"})
    return f"They leave room from {reach}. {verdict.get('band_reason') or ''}".strip()


# Evidence, and what it leaves open


def _conditions(verdict: Verdict, claim: Claim | None) -> str:
    return "\n".join(
        "\n".join([f"- {markdown(one.sentence)}", *(f"  - {markdown(item)}" for item in one.items)])
        for one in plainly.what_would_change(verdict, claim)
    )


def _history(earlier: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    return "\n".join(
        f"- On {markdown(edition)}: {marks.badge(verdict['verdict'])}"
        f"{markdown(_comma(verdict.get('computed_text') or ''))}"
        for edition, verdict in earlier
    )


def _comma(text: str) -> str:
    return f", {text}" if text else ""


# Where to go from here


def _cite(verdict: Verdict, told: _Told) -> str:
    content = told.content
    address = f"{content.settings.address}claims/{verdict['claim']}.html"
    author = content.title if content.opening else "The One-Way Trade authors"
    edition = verdict.get("edition") or fmt.join(f"{name} {pin}" for name, pin in _pins(told.claim))
    noted = f"made with onewaytrade {version('onewaytrade')}{f'; data: {edition}' if edition else ''}"
    named = plainly.title(verdict)
    dated = f" ({told.date})" if told.date else ""
    text = f"{author}{dated}, “{named}”, {content.title}, {noted}. {address}"
    fields = {
        "author": f"{{{author}}}",
        "title": f"{{{named}}}",
        "howpublished": content.title,
        "year": told.date[:4],
        "note": capital(noted),
        "url": address,
    }
    entry = ",\n".join(
        f"  {name} = {{{value if name == 'url' else _tex(value)}}}" for name, value in fields.items() if value
    )
    return (
        f"<p>{escape(text, quote=False)}</p>\n<details><summary>BibTeX</summary>\n"
        f'<pre class="owt-claim-bibtex" tabindex="0">@misc{{onewaytrade-{escape(verdict["claim"])},\n'
        f"{escape(entry, quote=False)}\n}}</pre>\n</details>"
    )


def _tex(text: str) -> str:
    """Return a text as BibTeX has it: "%" would begin a comment, and the others mean something too."""
    return re.sub(r"([%&#$_])", r"\\\1", text)


def _pins(claim: Claim | None) -> list[tuple[str, str]]:
    return list(claim.pins.items()) if claim else []


def _onward(verdict: Verdict, content: Content) -> str:
    stem = verdict["notebook"]
    links = [
        f'- <a href="../notebooks/{escape(stem)}.html#{escape(verdict["claim"])}">'
        "The notebook that computes this</a>, with every step."
    ]
    related = [own for own in content.of_notebook(stem) if own["claim"] != verdict["claim"]]
    if related:
        links.append(f"- From the same notebook: {fmt.join(map(_link, related))}.")
    return "\n".join(links)


def _link(verdict: Verdict, folder: str = "") -> str:
    return f"[{markdown(verdict['label'])}]({folder}{verdict['claim']}.md)"


def _index(content: Content) -> str:
    groups = scoreboard.groups([dict(verdict) for verdict in content.verdicts])
    told = (
        "\n\n".join(f"## {heading} ({len(members)})\n\n{_listed(members)}" for heading, members in groups.items())
        or "No claim has been judged yet."
    )
    order = "\n".join(verdict["claim"] for verdict in content.verdicts)
    return f"{_GROUPED}\n{told}\n\n```{{toctree}}\n:hidden:\n\n{order}\n```\n"


def _listed(members: Sequence[Verdict]) -> str:
    return "{.owt-claim-list}\n" + "\n".join(
        f"- **{_link(verdict)}** {_badge(verdict)}\\\n  {markdown(verdict['title'])}{_compared(verdict)}"
        for verdict in members
    )


def _compared(verdict: Verdict) -> str:
    """Return what is printed and what the data give, in a few words."""
    computed = verdict.get("computed_text") or ""
    if plainly.is_measured(verdict):
        said = "prints" if verdict.get("printed") is not None else "says"
        found = computed if _in_parts(verdict) else f"the data give {computed or 'no figure'}"
        told = f"The article {said} {verdict['printed_text']}; {found}."
    else:
        told = f"{computed}." if computed and verdict.get("kind") != "cause" else ""
    return f' <span class="owt-claim-compared">{markdown(told)}</span>' if told else ""
