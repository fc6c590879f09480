"""A page for each dataset, the list of them, and the files themselves."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final

from onewaytrade import datasets, fmt, grids, project
from onewaytrade.claims import Claim
from onewaytrade.runner import verdicts
from onewaytrade.site import coverage, executed, guides
from onewaytrade.site.about import ABOUT
from onewaytrade.site.content import REGISTER, Content, Pages
from onewaytrade.site.coverage import Coverage, Table
from onewaytrade.site.marks import badge
from onewaytrade.site.text import (
    breakable,
    capital,
    front_matter,
    json_ld,
    linked,
    prose,
    prose_html,
    scrolling,
    typographic,
)
from onewaytrade.site.words import GRADES

SOURCES: Final = "sources"
NOT_ESTABLISHED: Final = "not established"
_MIXED: Final = "The grade is that of the table as a whole; the column `grade` has the one of each figure."
_NO_LICENCE: Final = (
    "**Not established.** We found no terms that allow or forbid using these figures, so we grant none: ask "
    "the publisher before you republish the table. Our own code and text have licences of their own."
)
_KINDS: Final = {"string": "text", "number": "number", "integer": "whole number", "boolean": "true or false"}
# What the files that tell of everything hold.
_WHOLE: Final = {
    "datapackage.json": "the manifest: each file with columns, units, publisher, licence, caveats and checksum",
    "claims.yml": "the register: each claim with its definitions, the choices others could make, and its evidence",
    "verdicts.json": "the verdicts of this run, with the figures behind them",
    "definitions.csv": "every definition of every claim, with what it gives",
}
_PREVIEW: Final = 5  # rows shown of a table
_FOLDED: Final = 12  # rows beyond which a list of sources is folded
_NAMED: Final = 6  # values of a column beyond which they are folded
_SHORT: Final = 24  # letters that a cell keeps on one line
_LONG: Final = 120  # letters from which a cell wants more width
_SOURCE_ID: Final = re.compile(r"[A-Z]\d{3}")
_COMPILED: Final = "several publishers"
_ROW_BY_ROW: Final = ", named row by row"
_HOW: Final = "../guides/new-data.md"
_DAY: Final = re.compile(r"\d{4}-\d{2}(-\d{2})?")

Resource = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table of the manifest: its editions, oldest first, with their rows, the pinned one, and what rests on it.

    `covered` is what the pinned edition covers, or None if it holds no periods; `notebooks` are the titles, by
    their names, of those that show the table or judge a claim on it.
    """

    name: str
    editions: Sequence[Resource]
    tables: Mapping[str, Table]
    pin: str
    covered: Coverage | None
    notebooks: Mapping[str, str]
    claims: Sequence[Claim]

    @property
    def pinned(self) -> Resource:
        """The edition that the claims are judged on."""
        return next(own for own in self.editions if own["edition"] == self.pin)

    @property
    def table(self) -> Table:
        """The rows of the pinned edition."""
        return self.tables[self.pin]

    @property
    def fields(self) -> Sequence[Mapping[str, Any]]:
        """The columns of the pinned edition."""
        fields: Sequence[Mapping[str, Any]] = self.pinned["schema"]["fields"]
        return fields


def make(content: Content) -> Pages:
    """Return `data/<dataset>` for each dataset, `data/index`, and the files themselves.

    Raises DatasetError if a file of `data/` is not what the manifest says.
    """
    found = _datasets(content)
    where = _sources(found)
    pages = {f"data/{own.name}.md": _page(content, own, where, found) for own in found}
    return Pages({"data/index.md": _index(content, found), **pages}, _files(content, found))


def _datasets(content: Content) -> list[Dataset]:
    manifest = datasets.manifest(content.root)
    judged = content.register.values()
    texts = {path.stem: path.read_text(encoding="utf-8") for path in content.notebooks}
    titles = {path.stem: prose(executed.title(path)) for path in content.notebooks}
    found = []
    for name in sorted({resource["dataset"] for resource in manifest["resources"]}):
        editions = sorted(
            (own for own in manifest["resources"] if own["dataset"] == name), key=lambda own: str(own["edition"])
        )
        tables = {own["edition"]: coverage.read(datasets.content(content.root, own)) for own in editions}
        pin = datasets.resolve(name, "pinned")
        key = next(own["schema"]["primaryKey"] for own in editions if own["edition"] == pin)
        resting = [claim for claim in judged if _rests_on(claim, name)]
        judging = {claim.notebook for claim in resting}
        # A notebook shows each file that it loads.
        using = {stem: titles[stem] for stem in texts if stem in judging or f"data/{name}/" in texts[stem]}
        covered = coverage.by_subject(tables[pin], key)
        found.append(Dataset(name, editions, tables, pin, covered, using, resting))
    # Those that matter most come first.
    return sorted(found, key=lambda own: (-len(own.claims), own.pinned["title"]))


def _rests_on(claim: Claim, dataset: str) -> bool:
    return dataset in claim.pins or any(own.dataset == dataset for own in claim.evidence)


def _sources(found: Iterable[Dataset]) -> Mapping[str, Mapping[str, str]]:
    """Return the rows of the table of sources by their ids; none in a project without one."""
    table = next((own.table for own in found if own.name == SOURCES), None)
    if table is None or not {"source_id", "publisher", "where"} <= set(table.columns):
        return {}
    rows = (dict(zip(table.columns, row, strict=True)) for row in table.rows)
    return {row["source_id"]: row for row in rows}


def _files(content: Content, found: Iterable[Dataset]) -> dict[str, bytes | Path]:
    data = content.root / project.MANIFEST.parent
    files = {
        f"files/{own['dataset']}/{own['edition']}.csv": data / own["path"] for one in found for own in one.editions
    }
    more = {path.name: path for path in _whole(content)}
    return {**files, **{f"files/{name}": path for name, path in more.items()}}


def _whole(content: Content) -> list[Path]:
    """Return the files that tell of everything, as far as they are there."""
    paths = (
        content.root / project.MANIFEST,
        content.root / REGISTER,
        content.run / verdicts.FILE,
        content.run / grids.FILE,
    )
    return [path for path in paths if path.is_file()]


# The page of a dataset


def _page(
    content: Content, own: Dataset, where: Mapping[str, Mapping[str, str]], all_of_them: Sequence[Dataset]
) -> str:
    title = own.pinned["title"]
    description = _summary(own)
    sections = [
        front_matter(description),
        f"# {prose(title)}",
        prose(description),
        _facts(own),
        _downloads(own),
        f"## What to know before using it\n\n{_caveats(own)}",
        _covered(own),
        f"## Columns\n\n{_columns(own)}",
        _preview(own),
        f"## Who uses it\n\n{_users(content, own)}",
        _drawn_from(own, where, all_of_them),
        f"## Editions\n\n{_editions(content, own)}",
        f"## Load and cite it\n\n{_loading(own)}",
        json_ld(_dataset_ld(content, own)),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _summary(own: Dataset) -> str:
    """Return what the table is, and how many rows it holds, by what and over which time."""
    about = ABOUT.get(own.name, f"{own.pinned['title']}.")
    names = [name.replace("_", " ") for name in own.pinned["schema"]["primaryKey"] if name != "source_id"]
    by = fmt.join(names) or "id"
    rows = (
        f"{fmt.number(len(own.table.rows))} rows, each known by its {by}" if len(own.table.rows) > 1 else "One row"
    )
    when = (
        f", from {coverage.words(own.covered.first)} to {coverage.words(own.covered.last)}" if own.covered else ""
    )
    return f"{about} {rows}{when}."


def _facts(own: Dataset) -> str:
    pinned = own.pinned
    rows = [
        ("Publisher", prose_html(pinned["publisher"])),
        ("Pinned edition", f"{escape(own.pin)}, {_dated(pinned)}"),
        ("Evidence", f"<strong>{escape(pinned['grade'])}</strong>: {escape(GRADES.get(pinned['grade'], ''))}"),
        ("Licence", escape(_licence(pinned))),
        ("Claims that rest on it", _count(own)),
    ]
    items = "\n".join(f"<div><dt>{name}</dt><dd>{text}</dd></div>" for name, text in rows)
    return f'<dl class="owt-data-facts simple">\n{items}\n</dl>'


def _licence(resource: Resource) -> str:
    text = str(resource["licence"])
    return "Not established: ask the publisher before you republish it" if text == NOT_ESTABLISHED else text


def _count(own: Dataset) -> str:
    return f'<a href="#who-uses-it">{len(own.claims)}</a>' if own.claims else "none"


def _downloads(own: Dataset) -> str:
    pinned = own.pinned
    size = _size(pinned["bytes"])
    return (
        '<p class="owt-data-actions">\n'
        f'<a class="owt-data-download" href="../{_address(pinned)}" download="{own.name}-{own.pin}.csv">'
        f"Download the pinned edition <small>CSV, {size}</small></a>\n"
        + (
            f'<a class="owt-data-download owt-data-plain" href="#editions">All {len(own.editions)} editions</a>\n'
            if len(own.editions) > 1
            else ""
        )
        + '<a class="owt-data-download owt-data-plain" href="../files/datapackage.json" download>'
        "What each column means <small>JSON, for all tables</small></a>\n</p>"
    )


def _caveats(own: Dataset) -> str:
    listed = [f"- {prose(caveat)}" for caveat in own.pinned["caveats"]]
    if any(field["name"] == "grade" for field in own.fields):
        listed.append(f"- {_MIXED}")
    listed.append(
        f"- Licence: {_NO_LICENCE if own.pinned['licence'] == NOT_ESTABLISHED else prose(own.pinned['licence'])}"
    )
    return "\n".join(listed)


def _covered(own: Dataset) -> str:
    """Return the pictures of what is covered: by edition, if there are several, and within the pinned one."""
    found = own.covered
    editions = coverage.by_edition(own.tables, own.pin) if len(own.editions) > 1 else None
    parts = []
    if editions:
        parts.append(_figure(own, editions, "editions", "Which months each edition holds"))
    if found:
        name = found.by.replace("_", " ")
        of = f"the pinned edition {own.pin}" if editions else "the table"
        parts.append(_figure(own, found, "subjects", f"Which months {of} covers, by {name}"))
    return "## What it covers\n\n" + "\n\n".join(parts) if parts else ""


def _figure(own: Dataset, found: Coverage, which: str, title: str) -> str:
    name = f"coverage-{which}"
    kinds = [
        ("owt-cover-single", "a figure for the month itself", any(row.single for row in found.rows)),
        (
            "owt-cover-spanned",
            "only within a quarter, a year or another longer period",
            any(r.spanned for r in found.rows),
        ),
        ("", "no figure", any(row.missing for row in found.rows)),
    ]
    legend = " ".join(
        f'<span class="owt-cover-key"><span class="owt-cover-swatch {kind}" aria-hidden="true"></span>'
        f"{text}</span>"
        for kind, text, seen in kinds
        if seen
    )
    rest = f" {found.left_out} more, with fewer figures, are not drawn." if found.left_out else ""
    source = f"Counted from {_short_hash(own)}." if which == "subjects" else "Counted from the files below."
    head = [found.by.replace("_", " ").capitalize(), "Figures", "First month", "Last month", "Months without any"]
    rows = [
        [
            escape("; ".join(row.names)),
            fmt.number(row.figures),
            coverage.words(row.first),
            coverage.words(row.last),
            fmt.number(row.missing),
        ]
        for row in found.rows
    ]
    table = _table(title, head, rows, numbers=(1, 4))
    return (
        f'<figure class="owt-covered">\n<p class="owt-cover-title">{escape(title)}</p>\n'
        f"{coverage.svg(found, name, title)}\n"
        f'<figcaption><p class="owt-cover-legend">{legend}</p>'
        f"<p>{escape(source)}{rest}</p></figcaption>\n"
        f"<details><summary>The same as a table</summary>\n{table}\n</details>\n"
        "</figure>"
    )


def _short_hash(own: Dataset) -> str:
    return f"data/{own.pinned['path']}, SHA-256 {_hash(own.pinned)[:8]}"


def _columns(own: Dataset) -> str:
    key = own.pinned["schema"]["primaryKey"]
    rows = [
        [
            f"<code>{escape(field['name'])}</code>{_beneath(_kind(field))}",
            prose_html(field.get("description", "")) + _beneath(_rules(field, key)),
        ]
        for field in own.fields
    ]
    caption = f"The {len(rows)} columns of {own.name}"
    head = ["Column, with type and unit", "Meaning, and what it may hold"]
    return _table(caption, head, rows)


def _beneath(text: str) -> str:
    return f'<div class="owt-column-rules">{text}</div>'


def _kind(field: Mapping[str, Any]) -> str:
    unit = prose_html(field.get("unit", ""))
    return f"{_KINDS[field['type']]}; {unit}" if unit else _KINDS[field["type"]]


def _rules(field: Mapping[str, Any], key: Sequence[str]) -> str:
    limits = field.get("constraints", {})
    told = ["part of the key"] if field["name"] in key else []
    told.append("never empty" if limits.get("required") else "may be empty")
    if "pattern" in limits:
        told.append(f"written as <code>{escape(limits['pattern'])}</code>")
    told += [
        f"{word} {escape(str(limits[name]))}"
        for name, word in {"minimum": "at least", "maximum": "at most"}.items()
        if name in limits
    ]
    if "enum" in limits:
        values = ", ".join(f"<code>{escape(str(value))}</code>" for value in limits["enum"])
        count = len(limits["enum"])
        folded = f"<details><summary>one of {count} values</summary>{values}</details>"
        told.append(folded if count > _NAMED else f"one of {values}")
    return capital("; ".join(told))


def _preview(own: Dataset) -> str:
    if own.name == SOURCES:
        return ""
    shown = own.table.rows[:_PREVIEW]
    names = [field["name"] for field in own.fields]
    numbers = [at for at, field in enumerate(own.fields) if at and field["type"] in {"number", "integer"}]
    rows = [[_cell(name, text) for name, text in zip(names, row, strict=True)] for row in shown]
    whole = fmt.number(len(own.table.rows))
    caption = f"The first {len(rows)} of {whole} rows of edition {own.pin}, as they stand in the file"
    return _table(caption, names, rows, numbers=numbers)


def _cell(name: str, text: str) -> str:
    if not text:
        return '<span role="img" aria-label="empty">–</span>'
    return _source_link(text) if name == "source_id" and _SOURCE_ID.fullmatch(text) else breakable(text)


def _source_link(source: str) -> str:
    return f'<a href="{SOURCES}.html#{source}">{source}</a>'


def _users(content: Content, own: Dataset) -> str:
    words = {str(verdict["claim"]): str(verdict["verdict"]) for verdict in content.verdicts}
    rows = [
        [
            f'<a href="../claims/{claim.id}.html">{prose_html(claim.label)}</a>'
            if claim.id in words
            else prose_html(claim.label),
            badge(words[claim.id]) if claim.id in words else "not judged in this run",
            "; ".join(prose_html(place.place) for place in claim.evidence if place.dataset == own.name)
            or "only its other definitions take from it",
        ]
        for claim in own.claims
    ]
    count = f"{len(rows)} claims rest" if len(rows) > 1 else "One claim rests"
    caption = f"{count} on {own.name}, in the order of the article"
    parts = [
        _table(caption, ["Claim", "Verdict", "What it takes"], rows) if rows else "No claim rests on it directly."
    ]
    if own.name == SOURCES:
        parts.append("Every table with a column `source_id` points into it.")
    if own.notebooks:
        listed = "\n".join(f"- [{title}](../notebooks/{stem}.ipynb)" for stem, title in own.notebooks.items())
        parts.append(
            f"The steps are in {'these notebooks' if len(own.notebooks) > 1 else 'this notebook'}:\n\n{listed}"
        )
    return "\n\n".join(parts)


def _drawn_from(own: Dataset, where: Mapping[str, Mapping[str, str]], all_of_them: Sequence[Dataset]) -> str:
    """Return the section on sources: those of the rows, and on the page of sources all of them."""
    if own.name == SOURCES and where:
        return f"## All sources\n\n{_all_sources(where, all_of_them)}"
    counts = Counter(key for key in _source_ids(own.table) if key in where)
    if not counts:
        return ""
    rows = [
        [
            _source_link(key),
            fmt.number(counts[key]),
            prose_html(where[key]["publisher"]),
            linked(where[key]["where"]),
        ]
        for key in sorted(counts)
    ]
    count = f"{len(rows)} sources" if len(rows) > 1 else "One source"
    caption = f"{count} of the rows of {own.name}"
    table = _table(caption, ["Source", "Rows", "Publisher", "Where it was found"], rows, numbers=(1,))
    if len(rows) > _FOLDED:
        table = (
            f"<details><summary>All {len(rows)} sources, with where each was found</summary>\n{table}\n</details>"
        )
    many = Counter(where[key]["publisher"] for key in counts.elements())
    most, share = many.most_common(1)[0]
    told = (
        f"Each row names its source in `source_id`. The {fmt.number(counts.total())} rows come from {len(rows)} "
        f"sources; most rows ({fmt.number(share)}) are by {prose(most)}."
        if len(rows) > 1
        else f"All rows come from one source, by {prose(most)}."
    )
    return f"## Where the rows come from\n\n{told}\n\n{table}"


def _source_ids(table: Table) -> list[str]:
    return table.column("source_id") if "source_id" in table.columns else []


def _all_sources(where: Mapping[str, Mapping[str, str]], all_of_them: Sequence[Dataset]) -> str:
    using: dict[str, list[str]] = {}
    for own in all_of_them:
        if own.name != SOURCES:
            for key in sorted({key for table in own.tables.values() for key in _source_ids(table)}):
                using.setdefault(key, []).append(f'<a href="{own.name}.html">{own.name}</a>')
    rows = [
        [
            f'<span id="{key}">{key}</span>',
            prose_html(row["publisher"]),
            linked(row["where"]),
            ", ".join(using.get(key, ["–"])),
        ]
        for key, row in where.items()
    ]
    return _table(f"{len(rows)} sources", ["Source", "Publisher", "Where it was found", "Tables"], rows)


def _editions(content: Content, own: Dataset) -> str:
    kinds = {str(resource["dated"]) for resource in own.editions}
    rows = []
    for resource in reversed(own.editions):
        digest = _hash(resource)
        mark = ' <strong class="owt-pin">pinned</strong>' if resource["edition"] == own.pin else ""
        rows.append(
            [
                f"{escape(resource['edition'])}{mark}",
                escape(_date(resource["released"])) if len(kinds) == 1 else _dated(resource),
                fmt.number(len(own.tables[resource["edition"]].rows)),
                f'<a href="../{_address(resource)}" download="{own.name}-{escape(resource["edition"])}.csv">'
                f'CSV<span class="visually-hidden"> of edition {escape(resource["edition"])}</span></a>, '
                f"{_size(resource['bytes'])}",
                f"<details><summary><code>{digest[:8]}</code></summary><code>{digest}</code></details>",
                linked(_where(resource)),
            ]
        )
    caption = (
        f"{len(rows)} editions of {own.name}, the newest first"
        if len(rows) > 1
        else f"The one edition of {own.name}"
    )
    told = (
        "The claims are judged on the **pinned** edition. A new edition is a new file: it stands beside the old "
        "ones and changes no verdict until the pin is moved"
    )
    told += f" ([how]({_HOW}))." if _says_how(content) else "."
    dated = own.pinned["dated"].capitalize() if len(kinds) == 1 else "Dated"
    head = ["Edition", dated, "Rows", "File", "SHA-256", "Where it was found"]
    return f"{told}\n\n{_table(caption, head, rows, numbers=(2,))}"


def _loading(own: Dataset) -> str:
    others = [resource["edition"] for resource in own.editions if resource["edition"] != own.pin]
    more = f'\nolder = datasets.load("{own.name}", "{others[0]}")' if others else ""
    pinned = own.pinned
    record = datasets.Provenance(
        **{
            name: pinned[name]
            for name in (
                "dataset",
                "edition",
                "title",
                "publisher",
                "released",
                "where",
                "licence",
                "grade",
                "dated",
            )
        },
        path=f"data/{pinned['path']}",
        sha256=_hash(pinned),
        caveats=tuple(pinned["caveats"]),
    )
    cited = record.cite()
    return (
        "In Python, with One-Way Trade installed; every load checks the file’s checksum, columns and types:\n\n"
        f'```python\nfrom onewaytrade import datasets\nframe = datasets.load("{own.name}"){more}\n```\n\n'
        "To cite it, name the publisher and the edition, for every edition differs:\n\n"
        f"> {prose(capital(cited))}"
    )


def _says_how(content: Content) -> bool:
    """Tell whether the project has the guide to new data: one with guides of its own may have none."""
    return Path(_HOW).stem in guides.found(content.root)


# The list


def _index(content: Content, found: Sequence[Dataset]) -> str:
    editions = sum(len(own.editions) for own in found)
    rows_of_all = sum(len(table.rows) for own in found for table in own.tables.values())
    description = (
        f"{len(found)} tables in {editions} editions, {fmt.number(rows_of_all)} rows: the figures that the claims "
        "are judged on, as their publishers printed them, each with its checksum."
    )
    rows = [
        [
            f'<a href="{own.name}.html">{prose_html(own.pinned["title"])}</a>',
            fmt.number(len(own.claims)),
            escape(own.pinned["grade"]),
            prose_html(own.pinned["publisher"].removesuffix(_ROW_BY_ROW)),
            fmt.number(len(own.editions)),
            escape(str(own.editions[-1]["edition"])),
            fmt.number(len(own.table.rows)),
        ]
        for own in found
    ]
    head = ["Table", "Claims", "Evidence", "Publisher", "Editions", "Newest", "Rows"]
    caption = f"{len(found)} tables, those on which most claims rest first; rows are those of the pinned edition"
    table = _table(caption, head, rows, numbers=(1, 4, 6))
    listed = "\n".join(own.name for own in found)
    unlicensed = sum(own.pinned["licence"] == NOT_ESTABLISHED for own in found)
    sections = [
        front_matter(description, wide=True),
        f"# Data\n\n{description}",
        f"## The tables\n\n{table}",
        f"## How they are kept\n\n{_principles(content, len(found), unlicensed)}",
        f"## Everything at once\n\n{_everything(content, editions)}",
        f"```{{toctree}}\n:hidden:\n\n{listed}\n```",
        json_ld(_catalogue_ld(content, found, description)),
    ]
    return "\n\n".join(sections) + "\n"


def _principles(content: Content, count: int, unlicensed: int) -> str:
    grades = "; ".join(f"*{name}*: {text}" for name, text in GRADES.items())
    which = "none of them" if unlicensed == count else f"{count - unlicensed} of the {count} tables only"
    licences = (
        f"For {which} could a licence be established, and where none was, none is claimed: ask the publisher "
        "before you republish a table."
        if unlicensed
        else "Each table’s page names its own."
    )
    told = [
        "**Nothing is interpolated.** A figure that nobody printed is not there. What was computed or implied "
        "says so in its row.",
        "**One file for each edition.** A revised table is a new file; the old one stays, and so do the verdicts "
        "that rest on it.",
        "**Every file has a checksum.** It is compared at every load, and a file that differs is not loaded.",
        f"**Every figure has a grade.** {grades}.",
        f"**Licences.** {licences}",
    ]
    if _says_how(content):
        told.append(
            f"**Newer data.** [A guide]({_HOW}) shows how to add an edition, and what it would do to the verdicts."
        )
    return "\n".join(f"- {line}" for line in told)


def _everything(content: Content, editions: int) -> str:
    items = "\n".join(
        f'<li><a href="../files/{path.name}" download>{path.name}</a>, {_size(path.stat().st_size)}: '
        f"{_WHOLE[path.name]}</li>"
        for path in _whole(content)
    )
    return (
        f"<ul>\n{items}\n</ul>\n\nThe {editions} CSV files are UTF-8 with a line of column names, linked from "
        "each table’s page. With One-Way Trade installed, `onewaytrade data list` names them, and `onewaytrade "
        "data check` checks them all."
    )


# For machines: schema.org


def _dataset_ld(content: Content, own: Dataset) -> dict[str, Any]:
    base, pinned = content.settings.address, own.pinned
    found = own.covered
    released = {"datePublished": pinned["released"]} if _DAY.fullmatch(pinned["released"]) else {}
    spatial = {"temporalCoverage": f"{_iso(found.first)}/{_iso(found.last)}"} if found else {}
    return {
        "@context": "https://schema.org",
        **_brief_ld(content, own),
        "isAccessibleForFree": True,
        "version": own.pin,
        **released,
        **spatial,
        "variableMeasured": [_variable(field) for field in own.fields],
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "url": f"{base}data/index.html",
            "name": f"{content.title}: data",
        },
        "distribution": [
            {
                "@type": "DataDownload",
                "name": f"Edition {resource['edition']}",
                "contentUrl": f"{base}{_address(resource)}",
                "encodingFormat": "text/csv",
                "contentSize": f"{resource['bytes']} B",
                "sha256": _hash(resource),
            }
            for resource in reversed(own.editions)
        ],
    }


def _brief_ld(content: Content, own: Dataset) -> dict[str, Any]:
    pinned, page = own.pinned, f"{content.settings.address}data/{own.name}.html"
    # A compilation of many publishers has been made by those who compiled it.
    publisher = content.title if str(pinned["publisher"]).startswith(_COMPILED) else pinned["publisher"]
    return {
        "@type": "Dataset",
        "@id": page,
        "url": page,
        "name": pinned["title"],
        "description": " ".join([_summary(own), *(typographic(caveat) for caveat in pinned["caveats"])]),
        "creator": {"@type": "Organization", "name": publisher},
        "license": {
            "@type": "CreativeWork",
            "name": _licence(pinned),
            "url": f"{page}#what-to-know-before-using-it",
        },
    }


def _variable(field: Mapping[str, Any]) -> dict[str, str]:
    told = {"name": field["name"], "description": field.get("description"), "unitText": field.get("unit")}
    return {"@type": "PropertyValue", **{name: str(value) for name, value in told.items() if value}}


def _catalogue_ld(content: Content, found: Sequence[Dataset], description: str) -> dict[str, Any]:
    page = f"{content.settings.address}data/index.html"
    return {
        "@context": "https://schema.org",
        "@type": "DataCatalog",
        "@id": page,
        "url": page,
        "name": f"{content.title}: data",
        "description": description,
        "dataset": [_brief_ld(content, own) for own in found],
    }


def _iso(month: int) -> str:
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


# Words and tables


def _address(resource: Resource) -> str:
    return f"files/{resource['dataset']}/{resource['edition']}.csv"


def _hash(resource: Resource) -> str:
    return str(resource["hash"]).removeprefix("sha256:")


def _where(resource: Resource) -> str:
    return str(resource["where"])


def _date(text: str) -> str:
    """Return a day or a month of the manifest in words, and anything else as it is."""
    if not _DAY.fullmatch(text):
        return text
    month = fmt.month(text[:7])
    return f"{int(text[8:])} {month}" if len(text) > 7 else month


def _dated(resource: Resource) -> str:
    return f"{escape(resource['dated'])} {escape(_date(resource['released']))}"


def _size(count: int) -> str:
    if count < 1_000:
        return f"{count} bytes"
    return (
        fmt.with_unit(count / 1_000, "kB", 0) if count < 1_000_000 else fmt.with_unit(count / 1_000_000, "MB", 1)
    )


def _table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = ()
) -> str:
    """Return a table of HTML cells in a frame that scrolls by itself; the first cell of a row is its header."""
    return scrolling("\n".join(_table_lines(caption, head, rows, frozenset(numbers))), caption)


def _table_lines(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], numbers: frozenset[int]
) -> Iterator[str]:
    def kind(at: int, text: str) -> str:
        bare = html.unescape(re.sub(r"<[^>]*>", "", text))
        short, long = len(bare) <= _SHORT, len(bare) > _LONG
        name = "owt-number" if at in numbers else "owt-short" if short else "owt-long" if long else ""
        return f' class="{name}"' if name else ""

    yield f'<table class="owt-table">\n<caption><span>{escape(caption)}</span></caption>'
    cells = "".join(f'<th scope="col"{kind(at, name)}>{escape(name)}</th>' for at, name in enumerate(head))
    yield f"<thead><tr>{cells}</tr></thead>\n<tbody>"
    for first, *others in rows:
        cells = "".join(f"<td{kind(at, text)}>{text}</td>" for at, text in enumerate(others, start=1))
        yield f'<tr><th scope="row"{kind(0, first)}>{first}</th>{cells}</tr>'
    yield "</tbody>\n</table>"
