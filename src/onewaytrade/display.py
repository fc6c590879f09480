"""Show sentences, tables, charts and verdicts in a notebook.

Each function makes one output that reads well wherever the notebook lies: in JupyterLab light or dark, on
GitHub (which drops classes and most styles), printed, as plain text, and to a screen reader. Hence tables with
captions and scopes, words and shapes beside colours, and no colour behind any text.
"""

import math
import os
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from html import escape
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Final, Protocol

import pandas as pd
from IPython.display import display

from onewaytrade import fmt

if TYPE_CHECKING:
    from onewaytrade.charts import Chart
    from onewaytrade.grids import Grid

VERDICT_MIME: Final = "application/vnd.onewaytrade.verdict+json"
# Where an output's metadata say what its figure is about.
ABOUT: Final = "onewaytrade"

# Whoever sets this to 0 keeps no pictures of what it runs: they are composed, but not painted.
PICTURES: Final = "ONEWAYTRADE_PICTURES"

# How a column is written: a number of decimals, or a function of the value.
Format = int | Callable[[Any], str]

_CHART_WIDTH: Final = 720
_BREAKS: Final = 4  # single changes that a card names before it counts the rest
_SHORT: Final = 12  # letters that a cell never breaks
_LONG: Final = 24  # letters of a word that may be broken
_FIGURE: Final = re.compile(r"[+−-]?\d[\d,]*(\.\d+)?(\s?(%|points))?( to [+−-]?\d[\d,]*(\.\d+)?\s?%?)?")
_SOURCES: Final = re.compile(r"\bS(\d{3})\b(?: to S(\d{3})\b)?")
_ADDRESS: Final = re.compile(r"https?://[^\s;,)]+")
_MISSING_HTML: Final = f'<span role="img" aria-label="no figure">{fmt.MISSING}</span>'


class Verdict(Protocol):
    """What `verdict` shows: anything that gives the keys of `verdicts.json`."""

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as plain JSON values."""
        ...


def say(markdown: str) -> None:
    """Show a sentence, or more, that holds computed numbers."""
    _show({"text/markdown": markdown, "text/plain": markdown})


def table(
    frame: pd.DataFrame,
    caption: str,
    *,
    formats: Mapping[str, Format] | None = None,
    notes: str | Sequence[str] | None = None,
    index: bool = False,
) -> None:
    """Show a frame as a table, its columns named (with units) as the reader shall see them.

    The first column, or the index if `index` is set, names the rows. `formats` gives a column's decimals or a
    function that writes its values; other numbers have one decimal, whole ones none. Missing values are dashes.
    Raises ValueError for a format of a column that the frame does not have.
    """
    texts = _texts(frame.reset_index() if index else frame, formats or {})
    remarks = _remarks_of(texts, notes)
    _show(
        {
            "text/html": _table_html(texts, caption, remarks),
            "text/plain": _table_text(texts, caption, remarks),
        }
    )


def table_html(
    frame: pd.DataFrame,
    caption: str,
    *,
    formats: Mapping[str, Format] | None = None,
    notes: str | Sequence[str] | None = None,
) -> str:
    """Return a frame as the HTML table that `table` shows: with caption, and headers of columns and rows.

    Raises ValueError as `table` does.
    """
    texts = _texts(frame, formats or {})
    return _table_html(texts, caption, _remarks_of(texts, notes))


def chart(picture: "Chart") -> None:
    """Show a chart as one output: the picture with its alternative text, and the plotted table as CSV.

    The output's metadata say under `onewaytrade` of which `claim` it is (or none), what it was `drawn_by`, its
    `source`, and how many pixels of the picture as shown the source line takes at its `foot`, for whoever makes
    pages of the notebook. Where the variable `PICTURES` is 0, the picture is left out.
    """
    told = {
        "claim": picture.claim,
        "drawn_by": picture.drawn_by,
        "source": picture.source,
        "foot": round(picture.foot * _CHART_WIDTH),
    }
    painted = {} if os.environ.get(PICTURES) == "0" else {"image/png": picture.png()}
    _show(
        {
            **painted,
            "text/csv": picture.table.to_csv(index=False, lineterminator="\n", float_format="%.10g"),
            "text/plain": f"{picture.alt}\nSource: {picture.source}",
        },
        metadata={"image/png": {"alt": picture.alt, "width": _CHART_WIDTH}, ABOUT: told},
    )


def verdict(judged: Verdict) -> None:
    """Show a verdict as a card; the same output carries it to the runner as `VERDICT_MIME`."""
    content = judged.to_dict()
    rows, cited = _verdict_rows(content), _cited(content)
    _show(
        {
            VERDICT_MIME: content,
            "text/html": _card_html(content, rows, cited),
            "text/plain": _card_text(content, rows, cited),
        }
    )


def alternatives(*judged: Verdict) -> None:
    """Show what each other definition of a verdict's claim gives, and how far that lies from what is printed.

    Several verdicts, whose claims are read in the same ways, stand side by side, a column for each.
    """
    contents = [verdict.to_dict() for verdict in judged]
    rows = _side_by_side(contents) if len(contents) > 1 else _readings(contents[0])
    notes = [
        f"“{_label(content)}”: {_own_definition(content)}" if len(contents) > 1 else _own_definition(content)
        for content in contents
        if content["printed"] is not None
    ]
    table(
        pd.DataFrame(rows),
        f"{fmt.join(f'“{_label(content)}”' for content in contents)} by other definitions",
        notes=notes,
    )


def definitions(found: "Grid", parts: Mapping[str, str] | None = None) -> None:
    """Show the definitions of a claim that tell most, lowest first, each in words, with what it gives and asks.

    The notes count all of them, and say what moves the answer most and how many are left out; the reasons are
    folded on a page and stand open in plain text. `parts` gives texts for the parts of a bundle, by their ids, in
    place of the register's, for a run that asks about something else.
    """
    from onewaytrade import grids
    from onewaytrade.drawing import records

    telling = grids.telling(found)
    words = {part.id: part.text for part in found.claim.parts} | dict(parts or {})
    same = "the same" if found.whose == grids.ARTICLES else f"{found.whose} question"
    rows = [
        {
            "Definition": _defined(own, words.get(own["part"], "")),
            "Gives": own["text"],
            "Asks": same if own["panel"] == grids.OWN_QUESTION else own["panel"].lower(),
            "Why it stands here": own["role"],
        }
        for own in records(telling)
    ]
    told = "The definitions that tell most" if len(telling) < len(found.frame) else "Every definition"
    _folded(
        _texts(pd.DataFrame(rows), {}),
        f"{told}: {found.claim.label}",
        grids.notes(found),
        "Why each of them is left out",
        grids.reasons(found),
    )


def provenance(*frames: pd.DataFrame) -> None:
    """Show what was loaded: publisher, edition, dates, file, checksum and grade, with licence and caveats.

    Takes frames as `datasets.load` returns them; a dataset loaded twice stands once. Licences and caveats are
    folded on a page and stand open in plain text.
    """
    records = list(dict.fromkeys(frame.attrs["provenance"] for frame in frames))
    rows = [
        {
            "Dataset": f"{record.title} ({record.publisher})",
            "Edition": record.edition,
            "Dated": f"{record.dated} {record.released}",
            "Evidence": record.grade,
            "File, SHA-256": f"{record.path}, {record.sha256[:8]}",
        }
        for record in records
    ]
    notes = [
        f"{record.dataset}: {' '.join([f'found at {record.where}; licence {record.licence}.', *record.caveats])}"
        for record in records
    ]
    summary = "Where each was found, its licence, and what to know before using it"
    _folded(_texts(pd.DataFrame(rows), {}), "The data, as published", (), summary, notes)


def claims(*claim_ids: str) -> None:
    """Show the claims that a notebook answers: what the article says, the printed figure, the paragraph.

    Raises ClaimError for an unknown claim.
    """
    from onewaytrade.claims import get

    rows = [
        {"Claim": claim.paraphrase, "Printed": claim.printed_text, "Paragraph": claim.paragraph}
        for claim in map(get, claim_ids)
    ]
    table(pd.DataFrame(rows), "What the article says, in our words")


def _show(bundle: dict[str, Any], metadata: dict[str, Any] | None = None) -> None:
    display(bundle, raw=True, metadata=metadata or {})  # type: ignore[no-untyped-call]


# Tables


def _remarks_of(texts: Mapping[str, list[str]], notes: str | Sequence[str] | None) -> list[str]:
    """Return the notes of a table, with what a dash means if there is one."""
    remarks = [notes] if isinstance(notes, str) else list(notes or ())
    if any(fmt.MISSING in column for column in texts.values()):
        remarks.append(f"{fmt.MISSING} means that no figure is at hand.")
    return remarks


def _texts(frame: pd.DataFrame, formats: Mapping[str, Format]) -> dict[str, list[str]]:
    unknown = sorted(set(formats) - set(map(str, frame.columns)))
    if unknown:
        raise ValueError(f"Formats name {fmt.join(unknown)}, which is no column of the table.")
    return {str(name): [_text(value, formats.get(str(name))) for value in frame[name]] for name in frame}


def _text(value: Any, how: Format | None) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return fmt.MISSING
    if callable(how):
        return how(value)
    if isinstance(value, bool) or not isinstance(value, Real):
        return str(value)
    if how is None:
        how = 0 if isinstance(value, Integral) else 1
    return fmt.number(float(value), how)


def _sides(texts: Mapping[str, list[str]]) -> list[str]:
    """Return "right" for each column of figures, "left" for the row names and other words."""
    return [
        "right" if at and all(text == fmt.MISSING or _FIGURE.fullmatch(text) for text in column) else "left"
        for at, column in enumerate(texts.values())
    ]


def _table_html(texts: Mapping[str, list[str]], caption: str, notes: Sequence[str]) -> str:
    sides = _sides(texts)
    head = "".join(_cell(name, side, scope="col") for name, side in zip(texts, sides, strict=True))
    rows = "\n".join(
        f"<tr>{_cell(row[0], 'left', scope='row', weight='normal')}"
        + "".join(_cell(text, side) for text, side in zip(row[1:], sides[1:], strict=True))
        + "</tr>"
        for row in zip(*texts.values(), strict=True)
    )
    return (
        f"<table>\n{_caption(caption)}\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n"
        + _notes_html(notes)
    )


def _notes_html(notes: Sequence[str]) -> str:
    return "".join(f"<p><small>{escape(note)}</small></p>\n" for note in notes)


def _caption(text: str) -> str:
    style = "caption-side: top; text-align: left; font-weight: bold; padding: 0.3em 0"
    return f'<caption style="{style}">{escape(text)}</caption>'


def _cell(text: str, side: str, *, scope: str = "", weight: str = "bold") -> str:
    # Dates and figures stay on one line; `align` says it again for GitHub, which drops `style`.
    style = f"text-align: {side}; vertical-align: top{'; white-space: nowrap' if len(text) <= _SHORT else ''}"
    content = _MISSING_HTML if text == fmt.MISSING else escape(text)
    if max(map(len, text.split()), default=0) >= _LONG:
        # An address or a path may break, after a slash if it can, so that no table is much wider than a page.
        style += "; overflow-wrap: anywhere; min-width: 8em"
        content = content.replace("/", "/<wbr>")
    elif scope == "row" and len(text) > _LONG:
        style += "; min-width: 9em"
    if scope:
        return f'<th scope="{scope}" align="{side}" style="{style}; font-weight: {weight}">{content}</th>'
    return f'<td align="{side}" style="{style}">{content}</td>'


def _folded(
    texts: Mapping[str, list[str]], caption: str, notes: Sequence[str], summary: str, more: Sequence[str]
) -> None:
    """Show a table with its notes, and more of them, if any, that are folded on a page and open in plain text."""
    folded = f"<details><summary>{summary}</summary>\n{_notes_html(more)}</details>\n" if more else ""
    _show(
        {
            "text/html": f"{_table_html(texts, caption, notes)}{folded}",
            "text/plain": _table_text(texts, caption, [*notes, *more]),
        }
    )


def _table_text(texts: Mapping[str, list[str]], caption: str, notes: Sequence[str]) -> str:
    columns = [
        [text.rjust(width) if side == "right" else text.ljust(width) for text in (name, *column)]
        for (name, column), side in zip(texts.items(), _sides(texts), strict=True)
        for width in [max(map(len, (name, *column)))]
    ]
    lines = ["  ".join(row).rstrip() for row in zip(*columns, strict=True)]
    rule = "-" * max(map(len, lines), default=0)
    return "\n".join([caption, rule, *lines[:1], rule, *lines[1:], rule, *notes])


# Verdicts


def _verdict_rows(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a card says about a verdict, as pairs of a name and a text; empty texts are left out."""
    rows = [
        ("The article prints", content.get("printed_text")),
        ("The data give", content.get("computed_text")),
        ("Difference", _difference(content)),
        *((_part_name(content, part), _part(part)) for part in content.get("parts") or ()),
        ("Definition used", content.get("definition")),
        ("Edition", content.get("edition")),
        ("Neighbouring editions", _band(content)),
        ("Grade of the evidence", content.get("evidence")),
        (
            "Evidence for the article’s own definition" if content.get("variant") else "Evidence at hand",
            _places(content),
        ),
        ("Other definitions", _sentence(content.get("robustness"), content.get("robustness_reason"))),
        ("In all", _in_all(content)),
    ]
    return [(name, text) for name, text in rows if text]


def _defined(own: Mapping[str, Any], part: str) -> str:
    """Return what differs from the article's definition, after the part that is asked about; that one in full."""
    words = f"{own['label']}: {own['sentence'].rstrip('.')}" if own["article"] and not part else own["label"]
    words = f"{part}: {words}" if part else words
    return f"{words[:1].upper()}{words[1:]}"


def _difference(content: Mapping[str, Any]) -> str:
    difference, tolerance = content.get("difference"), content.get("tolerance")
    if difference is None:
        return ""
    unit = _point_unit(content)
    text = fmt.with_unit(difference, unit, _decimals(tolerance) + 1, sign=True)
    if tolerance is None:
        return text
    why = content.get("tolerance_reason")
    allowed = fmt.with_unit(
        tolerance, "point" if (tolerance, unit) == (1, "points") else unit, _decimals(tolerance)
    )
    return f"{text}; close means within {allowed}{f' ({why})' if why else ''}"


def _in_all(content: Mapping[str, Any]) -> str:
    """Return how many definitions there are, what moves the answer most, and which single change overturns it."""
    counts = content.get("definitions")
    if not counts or counts["same"] + counts["others"] < 2:
        return ""
    whose = "this run’s" if content.get("variant") else "the article’s"
    told = [f"{counts['same']} of {whose} question, {counts['others']} of others", *_moved(content)]
    for changes, what in (("breaks", "single changes within it"), ("turns", "single changes to another question")):
        if found := content.get(changes):
            more = f" and {len(found) - _BREAKS} more" if len(found) > _BREAKS else ""
            told.append(f"overturned by {what}: {'; '.join(found[:_BREAKS])}{more}")
    return f"{'. '.join(own[:1].upper() + own[1:] for own in told)}."


def _moved(content: Mapping[str, Any]) -> list[str]:
    """Return in words what moves the answer most, within its question and by asking another."""
    inside, among = (content.get(f"most_sensitive_{name}", "") for name in ("to", "question"))
    if inside:
        more = f"; by asking another, with {among.lower()}" if among else ""
        return [f"within its question the answer moves most with {inside.lower()}{more}"]
    return [f"by asking another question the answer moves most with {among.lower()}"] if among else []


def _places(content: Mapping[str, Any]) -> str:
    return "; ".join(content.get("places") or ())


def _cited(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the sources whose numbers a verdict's evidence names: each number, with publisher and address."""
    numbers: set[int] = set()
    for first, last in _SOURCES.findall(_places(content)):
        numbers.update(range(int(first), int(last or first) + 1))
    if not numbers:
        return []
    from onewaytrade import datasets

    table = datasets.load("sources")
    known = dict(zip(table["source_id"], table["publisher"] + "; " + table["where"], strict=True))
    cited = [f"S{number:03d}" for number in sorted(numbers)]
    return [(key, str(known[key])) for key in cited if key in known]


def _band(content: Mapping[str, Any]) -> str:
    if not content.get("band"):
        return ""
    low, high = content["band"]
    unit = content.get("unit") or ""
    return _sentence(fmt.interval(low, high, unit=unit, sign=unit == "%"), content.get("band_reason"))


def _part(part: Mapping[str, Any]) -> str:
    word = {True: "stands", False: "does not stand", None: "unknown"}[part["stands"]]
    return _sentence(word, part.get("note"))


def _part_name(content: Mapping[str, Any], part: Mapping[str, Any]) -> str:
    kinds = {"effect": "Said to have happened", "premise": "Said to be the cause"}
    heading = kinds.get(part["part"], "Part") if content.get("kind") == "cause" else "Part"
    return f"{heading}: {part.get('text') or part['part']}"


def _label(content: Mapping[str, Any]) -> str:
    return str(content.get("label") or content["claim"])


def _readings(content: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the other definitions of one claim, with their distances from what is printed, if any has one."""
    gap = f"Less the article's, {_point_unit(content)}".rstrip(", ")
    rows = [
        {
            "Definition": reading["label"],
            "Gives": reading["computed_text"],
            gap: _gap(content, reading),
            "Asks": _asks(reading),
        }
        for reading in content["alternatives"]
    ]
    # Without a printed figure there is nothing to be less than, and bounds alone have no distance to one.
    if content["printed"] is None or all(row[gap] == fmt.MISSING for row in rows):
        return [{name: text for name, text in row.items() if name != gap} for row in rows]
    return rows


def _side_by_side(contents: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return the other definitions of several claims, by their labels, with what each gives for each claim."""
    rows: dict[str, dict[str, str]] = {}
    for content in contents:
        for reading in content["alternatives"]:
            empty = {"Definition": reading["label"], **{_label(other): fmt.MISSING for other in contents}}
            row = rows.setdefault(reading["label"], {**empty, "Asks": _asks(reading)})
            row[_label(content)] = reading["computed_text"]
    return list(rows.values())


def _asks(reading: Mapping[str, Any]) -> str:
    return "the same" if reading["asks"] == "same" else "another question"


def _own_definition(content: Mapping[str, Any]) -> str:
    computed, whose = content["computed_text"], "this run’s" if content["variant"] else "its own"
    told = f"; {whose} definition gives {computed}" if computed else ""
    return f"The article prints {content['printed_text']}{told}."


def _point_unit(content: Mapping[str, Any]) -> str:
    unit = content.get("unit") or ""
    return "points" if unit == "%" else unit


def _gap(content: Mapping[str, Any], reading: Mapping[str, Any]) -> str:
    printed, value = content.get("printed"), reading.get("computed")
    if printed is None or value is None:
        return fmt.MISSING
    return fmt.number(value - printed, _decimals(content.get("tolerance")) + 1, sign=True)


def _decimals(value: float | None) -> int:
    return 0 if value is None else max(0, -int(Decimal(repr(float(value))).normalize().as_tuple().exponent))


def _sentence(word: str | None, more: str | None) -> str:
    return f"{word}: {more}" if word and more else word or more or ""


def _heading(content: Mapping[str, Any]) -> str:
    if content.get("variant"):
        return "No verdict on the article"
    word = _word(content)
    return f"{word[:1].upper()}{word[1:]}"


def _word(content: Mapping[str, Any]) -> str:
    word, robustness = content["verdict"], content.get("robustness")
    return f"{word}{f', {robustness}' if robustness else ''}"


def _title(content: Mapping[str, Any]) -> str:
    """Return what stands beside the heading: the claim, or, where it was not asked, what was asked instead."""
    return str(content.get("variant") or content.get("title") or content["claim"])


def _remarks(content: Mapping[str, Any]) -> list[str]:
    """Return the sentences below a card's heading; a run that departs is told what the same rule would give."""
    reason = content.get("reason") or ""
    if not content.get("variant"):
        return [reason] if reason else []
    claim = str(content.get("title") or content["claim"])
    return [
        f"By the rule of the article’s claim this would be: {_word(content)}. {reason}".strip(),
        f"The claim as the article has it: {claim}",
    ]


def _mark(content: Mapping[str, Any]) -> fmt.Mark:
    return fmt.DEPARTS if content.get("variant") else fmt.MARKS[content["verdict"]]


def _card_html(
    content: Mapping[str, Any], rows: Sequence[tuple[str, str]], cited: Sequence[tuple[str, str]]
) -> str:
    mark = _mark(content)
    glyph = f'<span aria-hidden="true" style="color: {mark.colour}">{mark.glyph}</span>'
    how = "asked with other choices" if content.get("variant") else "judged"
    caption = f"How the claim {content['claim']} was {how}"
    lines = "\n".join(f"<tr>{_cell(name, 'left', scope='row')}{_cell(text, 'left')}</tr>" for name, text in rows)
    return (
        f'<div id="{escape(content["claim"])}" '
        f'style="border-left: 0.4em solid {mark.colour}; padding-left: 1em">\n'
        f"<p><strong>{glyph} {escape(_heading(content))}.</strong> {escape(_title(content))}</p>\n"
        + "".join(f"<p>{escape(text)}</p>\n" for text in _remarks(content))
        + f"<table>\n{_caption(caption)}\n"
        f"<tbody>\n{lines}\n</tbody>\n</table>\n{_cited_html(cited)}</div>\n"
    )


def _link(found: "re.Match[str]") -> str:
    address = found.group()
    return f'<a href="{address}">{address}</a>'


def _cited_html(cited: Sequence[tuple[str, str]]) -> str:
    if not cited:
        return ""
    items = "".join(f"<li>{key}: {_ADDRESS.sub(_link, escape(where))}</li>\n" for key, where in cited)
    return f"<details><summary>The sources named here</summary>\n<ul>\n{items}</ul>\n</details>\n"


def _card_text(
    content: Mapping[str, Any], rows: Sequence[tuple[str, str]], cited: Sequence[tuple[str, str]]
) -> str:
    mark, remarks = _mark(content), _remarks(content)
    told = [f"{name}: {text.rstrip('.')}." for name, text in rows]
    sources = [f"{key}: {where}." for key, where in cited]
    title = _title(content).rstrip(".") + "."
    return " ".join([f"{mark.glyph} {_heading(content)}.", title, *remarks, *told, *sources])
