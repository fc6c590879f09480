"""The scoreboard of the front page as HTML: how many claims have which verdict, and a row for each claim.

Everything is in the page and in order without a script; `static/home.js` adds filters and sorting to it.
"""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import chain, groupby
from typing import Any, Final

from onewaytrade import fmt, scoreboard
from onewaytrade.site import marks, small_pictures
from onewaytrade.site.content import Verdict
from onewaytrade.site.text import typographic

# The verdicts' words from what stands to what nobody can tell: the order of the strip, and of sorting by verdict.
WORDS: Final = tuple(marks.TONES)
_CHANGES: Final = {"rising": "a rise", "falling": "a fall"}
_NONE: Final = f'<span aria-hidden="true">{fmt.MISSING}</span><span class="visually-hidden">none</span>'
# Loaded here, since no other page needs it.
_SCRIPT: Final = '<script src="_static/home.js" defer></script>'
# Each order of the table, as the list of orders names it.
_ORDERS: Final = {
    "finding": "by finding",
    "article": "as in the article",
    "verdict": "by verdict",
    "distance": "by distance from the printed figure",
}


def strip(verdicts: Sequence[Verdict]) -> str:
    """Return the counts by verdict as a bar and a list, whose entries lead to the first claim with a verdict."""
    counts = {word: sum(verdict["verdict"] == word for verdict in verdicts) for word in WORDS}
    found = {word: number for word, number in counts.items() if number}
    bar = "".join(
        f'<span class="owt-{marks.TONES[word]}" style="flex-grow:{number}">{marks.icon(word)}</span>'
        for word, number in found.items()
    )
    listed = "".join(
        f'<li><a class="owt-count" href="#verdict-{_slug(word)}" data-verdict="{word}">'
        f"{marks.badge(word)} <b>{number}</b></a></li>"
        for word, number in found.items()
    )
    return (
        f'<div class="owt-strip"><div class="owt-stack" aria-hidden="true">{bar}</div>'
        f'<ul class="owt-counts" role="list" aria-label="Claims by verdict">{listed}</ul></div>'
    )


def table(verdicts: Sequence[Verdict], topics: Mapping[str, str]) -> str:
    """Return the controls, hidden until the script shows them, the key to the pictures, and the table of claims.

    `topics` has the title of each notebook by its stem. The claims stand under headings that say what a reader may
    do with them: what fails first, then the strongest.
    """
    scales = small_pictures.scales(verdicts)
    shared = next((scale for scale in scales.values() if scale.shared), None)
    places = {verdict["claim"]: place for place, verdict in enumerate(verdicts)}
    firsts = _firsts(verdicts)
    bodies = "".join(
        f'<tbody role="rowgroup">{_heading(heading, members)}'
        + "".join(_row(own, places[own["claim"]], scales.get(own["claim"]), firsts) for own in members)
        + "</tbody>"
        for heading, members in groups(verdicts).items()
    )
    ruler = small_pictures.ruler(shared) if shared else ""
    columns = (
        ("Claim", "article", ""),
        ("Printed", "", ""),
        ("Computed", "", ""),
        ("Both, with the range", "distance", ruler),
        ("Verdict", "verdict", ""),
        ("Evidence", "", ""),
    )
    head = "".join(
        f'<th scope="col" role="columnheader"{f" data-order={order}" if order else ""}>'
        f"<span>{name}</span>{drawn}</th>"
        for name, order, drawn in columns
    )
    return (
        f'<div class="owt-board" id="scoreboard">{_controls(verdicts, topics)}{_key(scales)}'
        f'<table class="owt-claims" role="table"><caption class="visually-hidden">{_caption(verdicts)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>{bodies}</table>{_SCRIPT}</div>'
    )


def groups(verdicts: Sequence[Verdict]) -> dict[str, list[dict[str, Any]]]:
    """Return the verdicts as `scoreboard.groups` does, but what fails first, the plainly wrong before the rest."""
    found = scoreboard.groups([dict(verdict) for verdict in verdicts])
    return dict(sorted(found.items(), key=lambda group: _after_failing(group[1][0])))


def _after_failing(verdict: Verdict) -> tuple[bool, bool]:
    fails = marks.TONES[verdict["verdict"]] == "fails"
    return not fails, fails and bool(verdict["band_holds_printed"])


def _slug(word: str) -> str:
    return word.replace(" ", "-")


def _firsts(verdicts: Sequence[Verdict]) -> dict[str, str]:
    """Return, of each verdict, its word by the claim that stands first in the table with it."""
    shown = chain.from_iterable(groups(verdicts).values())
    ranked = sorted(shown, key=lambda verdict: WORDS.index(verdict["verdict"]))
    return {next(own)["claim"]: word for word, own in groupby(ranked, key=lambda verdict: str(verdict["verdict"]))}


def _caption(verdicts: Sequence[Verdict]) -> str:
    number = len(verdicts)
    return (
        f"{number} claim{'s' if number != 1 else ''}: what the article prints, what the data give, and the verdict"
    )


def _controls(verdicts: Sequence[Verdict], topics: Mapping[str, str]) -> str:
    """Return the form that the script works with, if there is more than one claim to sort."""
    if len(verdicts) < 2:
        return ""
    counts = {stem: sum(verdict["notebook"] == stem for verdict in verdicts) for stem in topics}
    choices = "".join(
        f'<option value="{stem}">{escape(typographic(topics[stem]))} ({number})</option>'
        for stem, number in counts.items()
        if number
    )
    orders = "".join(f'<option value="{order}">{told}</option>' for order, told in _ORDERS.items())
    return (
        '<form class="owt-controls" hidden>'
        '<label>Find in the claims <input type="search" name="words" autocomplete="off"></label>'
        f'<label>Question <select name="topic"><option value="">all questions</option>{choices}</select></label>'
        f'<label>Order <select name="order">{orders}</select></label>'
        f'<p class="owt-shown" role="status">{len(verdicts)} of {len(verdicts)} claims shown</p>'
        '<button type="reset">Show all</button></form>'
    )


def _key(scales: Mapping[str, small_pictures.Scale]) -> str:
    """Return what the marks in the pictures mean, and on which scale they stand."""
    if not scales:
        return ""
    shared = next((scale for scale in scales.values() if scale.shared), None)
    told = [f"All rates stand on one scale, from {shared.words}; an arrow points beyond it."] if shared else []
    if not all(scale.shared for scale in scales.values()):
        told.append("What is counted in anything else has a scale of its own, named below it.")
    parts = (
        (_sample('<path class="owt-tick" d="M10 2V14"/>'), "as printed"),
        (_sample(marks.shape("reproduced", 10, 8), "owt-stands"), "as computed, in the verdict’s shape"),
        (
            _sample('<rect class="owt-band" x="0" y="4" width="20" height="8"/>', "owt-stands"),
            "range over all fair definitions",
        ),
        (_sample('<path class="owt-zero" d="M10 0V16"/>'), "zero"),
    )
    listed = "".join(f"<span>{drawn} {meaning}</span>" for drawn, meaning in parts)
    return f'<p class="owt-key">{listed}<span>{" ".join(told)}</span></p>'


def _sample(drawn: str, tone: str = "") -> str:
    return (
        f'<svg class="owt-picture {tone}" viewBox="0 0 20 16" width="20" height="16" aria-hidden="true" '
        f'focusable="false">{drawn}</svg>'
    )


def _heading(heading: str, members: Sequence[Verdict]) -> str:
    return (
        f'<tr class="owt-group" role="row"><th colspan="6" scope="rowgroup" role="rowheader">{escape(heading)} '
        f"<span>({len(members)})</span></th></tr>"
    )


def _row(verdict: Verdict, place: int, scale: small_pictures.Scale | None, firsts: Mapping[str, str]) -> str:
    name, word = verdict["claim"], str(verdict["verdict"])
    mark = f' id="verdict-{_slug(firsts[name])}"' if name in firsts else ""
    return (
        f'<tr role="row"{mark} data-verdict="{word}" data-topic="{verdict["notebook"]}" data-place="{place}" '
        f'data-distance="{_distance(verdict)}">'
        f'<th scope="row" role="rowheader">'
        f'<a href="claims/{name}.html">{escape(typographic(verdict["label"]))}</a> '
        f'<span class="owt-where">{_where(verdict)}</span>'
        f'<span class="owt-said">{escape(typographic(_said(verdict)))}</span></th>'
        f"{_cell('Printed', escape(verdict['printed_text']))}"
        f"{_cell('Computed', _found(verdict))}"
        f"{_cell('Picture', _picture(verdict, scale))}"
        f"{_cell('Verdict', marks.badge(word) + _steadiness(verdict))}"
        f"{_cell('Evidence', escape(verdict['evidence'] or '') or _NONE)}</tr>"
    )


def _cell(name: str, content: str) -> str:
    return f'<td role="cell" class="owt-at-{name.lower()}">{content}</td>'


def _where(verdict: Verdict) -> str:
    return f"paragraph {verdict['paragraph']}" if verdict["paragraph"] else "headline"


def _said(verdict: Verdict) -> str:
    """Return the claim in our words; the headline's place is already told."""
    return str(verdict["title"]).removeprefix("The headline: ")


def _found(verdict: Verdict) -> str:
    """Return the computed figure; that of a cause is of what is called the cause, and none of the effect."""
    told = escape(verdict["computed_text"]) or _NONE
    return (
        f"{told} <small>for the cause</small>" if verdict["kind"] == "cause" and verdict["computed_text"] else told
    )


def _picture(verdict: Verdict, scale: small_pictures.Scale | None) -> str:
    if scale is None:
        return ""
    own = "" if scale.shared else f'<span class="owt-scale">scale: {escape(scale.words)}</span>'
    return small_pictures.draw(verdict, scale) + own


def _steadiness(verdict: Verdict) -> str:
    """Return the word for robustness, with how many of the other definitions give what is printed."""
    word, agreeing = verdict["robustness"], scoreboard.agreeing(dict(verdict))
    if not word:
        return ""
    told = f"{word}: {agreeing} other definitions {_what_they_give(verdict)}" if agreeing else str(word)
    return f'<span class="owt-steady">{escape(told)}</span>'


def _what_they_give(verdict: Verdict) -> str:
    """Return with what definitions agree: "agree" alone could be with the article or with the computed figure."""
    if verdict["parts"]:
        return "give the same answer"
    return f"give {_CHANGES.get(verdict['printed_text'], verdict['printed_text'])}"


def _distance(verdict: Verdict) -> str:
    """Return how far the computed rate is from the printed one, in points; nothing for what is no single rate."""
    difference = verdict["difference"]
    return "" if difference is None or verdict["unit"] != "%" else f"{abs(difference):g}"
