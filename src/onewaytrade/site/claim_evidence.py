"""Show what a claim rests on: each place with its grade, and the rows of the files in which its figures stand."""

import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Final

from onewaytrade import datasets, evidence
from onewaytrade.claims import Claim
from onewaytrade.errors import DatasetError
from onewaytrade.evidence import Found
from onewaytrade.site.content import Verdict
from onewaytrade.site.text import linked, markdown, scrolling, typographic
from onewaytrade.site.words import GRADES

# How the places of a verdict are written in `verdicts.json`.
_PLACE: Final = re.compile(r"data/(?P<dataset>[\w-]+): (?P<place>.*) \((?P<grade>\w+)\)", re.DOTALL)
_OPEN: Final = 8  # rows that stand open; a longer table is folded


def titles(root: Path) -> dict[str, str]:
    """Return the title of each dataset of the project at `root`; none without a manifest."""
    try:
        resources = datasets.manifest(root)["resources"]
    except DatasetError:
        return {}
    return {entry["dataset"]: entry["title"] for entry in resources}


def graded(grade: str) -> str:
    """Return a grade of evidence with what it means."""
    return f"{grade}, {GRADES[grade]}" if grade in GRADES else grade


def link(dataset: str, names: Mapping[str, str]) -> str:
    """Return a dataset's title, which leads to its page."""
    return f'<a href="../data/{escape(dataset)}.html">{escape(names.get(dataset, dataset))}</a>'


def show(verdict: Verdict, claim: Claim | None, names: Mapping[str, str]) -> str:
    """Return each place of a claim's evidence with its rows, as Markdown and HTML; nothing where there is none.

    `claim` is the register's; without one the verdict's own places stand alone. Raises ClaimError or DatasetError
    as `evidence.of_entry` does.
    """
    if claim is None:
        found = (_PLACE.fullmatch(place) for place in verdict.get("places") or ())
        return "\n\n".join(_place(m["dataset"], m["place"], m["grade"], names) for m in found if m)
    return "\n\n".join(
        _place(entry.dataset, entry.place, entry.grade, names)
        + _rows(evidence.of_entry(claim, entry), entry.place)
        for entry in claim.evidence
    )


def _place(dataset: str, place: str, grade: str, names: Mapping[str, str]) -> str:
    return f"**{link(dataset, names)}** ({markdown(graded(grade))}): {markdown(place)}."


def _rows(found: Sequence[Found], place: str) -> str:
    """Return the rows as a table for each file, folded if there are many."""
    by_file: dict[str, list[Found]] = {}
    for row in found:
        by_file.setdefault(row.file.path, []).append(row)
    tables = "\n".join(_table(rows, place) for rows in by_file.values())
    if len(found) > _OPEN:
        tables = f"<details><summary>The {len(found)} rows of the files</summary>\n{tables}\n</details>"
    return f"\n\n{tables}" if tables else ""


def _table(rows: Sequence[Found], place: str) -> str:
    file = rows[0].file
    body = "".join(
        f'<tr><th scope="row">{escape(typographic(row.label or f"Row {row.line}"))}{_small(row.sheet)}</th>'
        f"<td>{escape(row.when)}</td>"
        f'<td>{escape(row.figure.replace(" count", ""))}</td><td class="owt-number">{row.line}</td></tr>'
        for row in rows
    )
    table = (
        f'<table class="owt-claim-table owt-claim-rows"><caption>{escape(typographic(file.title))}, edition '
        f"{escape(file.edition)} ({escape(file.dated)} {escape(file.released)})</caption>"
        '<thead><tr><th scope="col">Figure</th><th scope="col">Period</th><th scope="col">As written</th>'
        f'<th scope="col" class="owt-number">Line</th></tr></thead><tbody>{body}</tbody></table>'
    )
    return (
        f"{scrolling(table, f'Rows: {place}')}\n"
        f'<ul class="owt-claim-source">{"".join(_sources(rows))}<li>File: '
        f'<a href="../files/{escape(file.dataset)}/{escape(file.edition)}.csv" download>{escape(file.path)}</a>, '
        f"SHA-256 <code>{escape(file.sha256)}</code></li></ul>"
    )


def _small(text: str) -> str:
    return f" <small>{escape(text)}</small>" if text else ""


def _sources(rows: Sequence[Found]) -> list[str]:
    """Return publisher and place of each source once, by its number in the dataset `sources` where it has one."""
    told = dict.fromkeys((row.source_id, row.publisher, row.where) for row in rows)
    return [
        f"<li>{f'{escape(number)}: ' if number else ''}{escape(publisher)}; {linked(where)}</li>"
        for number, publisher, where in told
    ]
