"""All verdicts side by side: read from the last run or judged afresh, in sentences, as a table, as Markdown."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from onewaytrade import claims, datasets, definitions, fmt
from onewaytrade.errors import ClaimError, ParameterError

VARIABLE: Final = "ONEWAYTRADE_VERDICTS"
_COMES_OUT: Final = ("reproduced", "close")
_FAILS: Final = ("not reproduced", "contradicted")
_STEADY: Final = "Right, and steady: at least half of the other definitions of the same question agree"
_ON_ONE_READING: Final = "Right on the article’s definition, while others of the same question give another figure"
_SINGLE: Final = "Right, with no independent second definition of the same question at hand"
_ATTESTED: Final = "Found as the article has it, in a source that gives no way to recompute it"
_IN_PART: Final = "Right in part, while the rest is wrong or not known"
_BY_DEFINITION: Final = "Right or wrong by the definition, of which the article gives none"
_LEFT_OPEN: Final = "Undecided: the data give a range or a bound, which does not rule out what is printed"
_NOT_REFUTED: Final = "Not reproduced in the edition at hand, and not refuted by it"
_FAILING: Final = "Not what the data give"
_CAUSE: Final = "A cause, which no series of this kind can test"
_BEYOND: Final = "Beyond the data at hand"
_DEPARTING: Final = "Asked with other parameters than the article’s, and so no verdict on it"
_GROUPS: Final = (
    _STEADY, _ON_ONE_READING, _SINGLE, _ATTESTED, _IN_PART, _BY_DEFINITION, _LEFT_OPEN, _NOT_REFUTED, _FAILING,
    _CAUSE, _BEYOND, _DEPARTING,
)  # fmt: skip
# The kinds of verdicts that the first sentence counts, each as it is told of one claim and of many.
_KINDS: Final = {
    ("reproduced", "close"): ("comes out of the data", "come out of the data"),
    ("attested",): ("stands in a source as printed", "stand in a source as printed"),
    ("partly reproduced",): ("holds in part", "hold in part"),
    ("not excluded",): ("stays undecided", "stay undecided"),
    ("depends on definition",): ("depends on the definition", "depend on the definition"),
    ("not reproduced", "contradicted"): ("does not come out", "do not come out"),
    ("cause not testable here",): ("is a cause that nobody can test here", "are causes that nobody can test here"),
    ("cannot be checked with open data",): (
        "cannot be checked with what was found",
        "cannot be checked with what was found",
    ),
}
_GROUP_OF: Final = {
    "attested": _ATTESTED,
    "partly reproduced": _IN_PART,
    "depends on definition": _BY_DEFINITION,
    "not excluded": _LEFT_OPEN,
    "cause not testable here": _CAUSE,
    "cannot be checked with open data": _BEYOND,
}
_CUSTOMS: Final = "China’s {} by customs, on the year before"
_VOLUME: Final = "{} by volume, end of 2022 to March 2025"
_PARTNERS: Final = "China’s imports by partner, since 2022"
_WEIGHTS: Final = "China’s imports by weight, January to May 2025"
_MONEY: Final = "China’s imports by value, January to May 2025"
_OTHERS: Final = "One firm’s sales, and sums and counts"
# Where the picture puts a claim, and its name there, which is short, since the heading says the rest.
_PICTURED: Final = {
    "cpb-exports-33": (_VOLUME.format("China’s trade"), "Exports"),
    "cpb-imports-0": (_VOLUME.format("China’s trade"), "Imports"),
    "asia-imports-11": (_VOLUME.format("Others’ imports"), "Other Asia"),
    "us-imports-36": (_VOLUME.format("Others’ imports"), "United States"),
    "customs-imports-2025-may": (_CUSTOMS.format("imports"), "Jan–May 2025"),
    "customs-imports-2024": (_CUSTOMS.format("imports"), "2024"),
    "customs-imports-2023": (_CUSTOMS.format("imports"), "2023"),
    "customs-imports-2022": (_CUSTOMS.format("imports"), "2022"),
    "customs-exports-2025-may": (_CUSTOMS.format("exports"), "Jan–May 2025"),
    "customs-exports-2024": (_CUSTOMS.format("exports"), "2024"),
    "customs-exports-2023": (_CUSTOMS.format("exports"), "2023"),
    "customs-exports-2022": (_CUSTOMS.format("exports"), "2022"),
    "imports-from-us-11": (_PARTNERS, "United States"),
    "imports-from-japan-17": (_PARTNERS, "Japan"),
    "imports-from-germany-18": (_PARTNERS, "Germany"),
    "iron-ore-5": (_WEIGHTS, "Iron ore"),
    "coal-8": (_WEIGHTS, "Coal"),
    "crude-quantity-0": (_WEIGHTS, "Crude oil"),
    "natural-gas-10": (_WEIGHTS, "Natural gas"),
    "farm-goods-12": (_MONEY, "Farm goods"),
    "crude-value-11": (_MONEY, "Crude oil"),
    "draeger-50": (_OTHERS, "Dräger in China"),
    "procurement-48trn": (_OTHERS, "Procurement"),
    "trade-remedies-250": (_OTHERS, "Trade remedies"),
    "eu-87-percent": (_OTHERS, "Restricted"),
}
_ORDERS: Final = ("article", "verdict")
_CHOICE: Final = fmt.join((repr(order) for order in _ORDERS), "or")


def verdicts() -> list[dict[str, Any]]:
    """Return the verdicts of this run, or, where none are at hand, those judged from the register.

    A run of the collection names its file in the environment variable `ONEWAYTRADE_VERDICTS`. Raises ClaimError
    if that file is not readable.
    """
    place = os.environ.get(VARIABLE)
    return (read(Path(place)) if place and Path(place).is_file() else []) or judged()


def article() -> str:
    """Return title, publisher and month of the article in a sentence, from the dataset on it; "" without one."""
    if "article" not in datasets.names():
        return ""
    rows = {row["measure"]: row for row in datasets.rows("article") if row["entity"] == "article"}
    title, publisher = rows["title"], rows["publisher"]["value_text"]
    return f"The article: “{title['value_text'].rstrip('.')}”, {publisher}, {fmt.month(title['period'])}."


def read(path: Path) -> list[dict[str, Any]]:
    """Return the verdicts that a run has written; raises ClaimError if the file is not a list of verdicts."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ClaimError(f"{path} is not readable as verdicts ({error}); run the notebooks again.") from error
    if not isinstance(content, list) or not all(
        isinstance(v, dict) and {"claim", "verdict"} <= v.keys() for v in content
    ):
        raise ClaimError(f"{path} is no list of verdicts, each with its claim; run the notebooks again.")
    return content


def judged() -> list[dict[str, Any]]:
    """Return the verdicts of all claims that the data and methods at hand can judge, in the register's order."""
    return [
        definitions.judge(claim.id).to_dict()
        for claim in claims.register().values()
        if definitions.can_judge(claim)
    ]


def missing(found: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Return the ids of the register's claims that have no verdict here."""
    have = {verdict["claim"] for verdict in found}
    return tuple(name for name in claims.register() if name not in have)


def table(found: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return one row a verdict, in words, as a reader sees it.

    Columns Claim, Printed, Computed, Verdict; Other definitions (the word for robustness, and how many agree) and
    Range over all definitions of the same question; Evidence.
    """
    return pd.DataFrame(
        {
            "Claim": [label(v) for v in found],
            "Printed": [v["printed_text"] for v in found],
            "Computed": [v["computed_text"] or fmt.MISSING for v in found],
            "Verdict": [v["verdict"] for v in found],
            "Other definitions": [_steadiness(v) for v in found],
            "Range": [span(v) or fmt.MISSING for v in found],
            "Evidence": [v["evidence"] or fmt.MISSING for v in found],
        }
    )


def numbers(found: Sequence[dict[str, Any]], order: str = "article") -> pd.DataFrame:
    """Return the claims that print a number, with the columns that `charts.scoreboard` draws.

    They stand under headings that say what was counted, or, ordered by verdict, under their verdicts.
    """
    rows = [
        {
            "group": f"{v['verdict'][:1].upper()}{v['verdict'][1:]}",
            "label": label(v),
            "printed": v["printed"],
            "computed": v["computed"],
            "low": v["computed_low"],
            "high": v["computed_high"],
            **dict(zip(("range_low", "range_high"), _ends(v), strict=True)),
            "text": v["computed_text"].replace(f"{fmt.SPACE}{v['unit']}", ""),
            "difference": v["difference"],
            "verdict": v["verdict"],
            "unit": v["unit"],
        }
        for v in found
        if v["printed"] is not None
    ]
    table = pd.DataFrame(rows).astype(dict.fromkeys(("range_low", "range_high") if rows else (), float))
    if order == "article" and rows:
        # Another article's claims have no place in the picture of this one: they stand under one heading.
        rest = "Others" if any(v["claim"] in _PICTURED for v in found) else "In the order of the article"
        placed = [_PICTURED.get(v["claim"], (rest, label(v))) for v in found if v["printed"] is not None]
        table["group"], table["label"] = zip(*placed, strict=True)
        headings = list(dict.fromkeys(heading for heading, _ in (*_PICTURED.values(), (rest, ""))))
        table = table.sort_values("group", key=lambda own: own.map(headings.index), kind="stable")
    other = table["unit"] != "%"
    table.loc[other, "label"] += ", " + table.loc[other, "unit"]
    return table.reset_index(drop=True)


def headline(found: Sequence[dict[str, Any]]) -> str:
    """Return how many of the printed figures come out, as a title."""
    words = [v["verdict"] for v in found if v["printed"] is not None]
    stand, fail = (sum(word in group for word in words) for group in ((*_COMES_OUT, "attested"), _FAILS))
    return (
        f"Of {len(words)} printed figures {stand} come out or are attested, "
        f"{len(words) - stand - fail} stay open or hold in part, {fail} do not come out"
    )


def ordered(found: Sequence[dict[str, Any]], order: str) -> list[dict[str, Any]]:
    """Return the verdicts as the article brings its claims, or by kind of verdict, the strongest first."""
    if order == "verdict":
        words = list(claims.REPLICATION)
        return sorted(found, key=lambda verdict: words.index(verdict["verdict"]))
    return list(found)


def findings(found: Sequence[dict[str, Any]]) -> tuple[str, str, str]:
    """Return three sentences: how many claims have which verdict, how steady those are that hold, what is left."""
    others = len(found)
    found = [verdict for verdict in found if not verdict["variant"]]
    others -= len(found)
    departs = f" {others} more were asked with other parameters, and judge nothing here." if others else ""
    return f"{_how_many(found)}{departs}", _how_steady(found), _what_is_left(found)


def _how_many(found: Sequence[dict[str, Any]]) -> str:
    counts = _counts(found)
    kinds = [
        (sum(counts.get(word, 0) for word in words), *told)
        for words, told in _KINDS.items()
        if any(word in counts for word in words)
    ]
    told = fmt.join(_verb(number, one, many) for number, one, many in kinds)
    return f"Of the {len(found)} claims judged here, {told}."


def _how_steady(found: Sequence[dict[str, Any]]) -> str:
    holding = [verdict for verdict in found if verdict["verdict"] in _COMES_OUT]
    single, steady = (sum(_group(v) == group for v in holding) for group in (_SINGLE, _STEADY))
    # In quotation marks, since labels hold commas.
    alone = [f"“{label(v)}”{_in_brackets(span(v))}" for v in holding if _group(v) == _ON_ONE_READING]
    named = f": {fmt.join(alone)}" if alone else ""
    without = f", {_verb(single, 'has', 'have')} no independent second one at hand" if single else ""
    return (
        f"Of the {len(holding)} that come out on the article’s definition, "
        f"{_verb(steady, 'also does', 'also do')} on at least half of the other fair definitions of the same "
        f"question{without}, and "
        f"{_verb(len(alone), 'does', 'do')} not{named}."
    )


def _in_brackets(text: str) -> str:
    return f" ({text})" if text else ""


def _what_is_left(found: Sequence[dict[str, Any]]) -> str:
    failing = [
        f"“{label(v)}” ({v['verdict']}{', and not refuted either' if v['band_holds_printed'] else ''})"
        for v in found
        if v["verdict"] in _FAILS
    ]
    return f"What does not come out: {fmt.join(failing) if failing else 'nothing'}."


def _verb(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def groups(found: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return the verdicts by what a reader may do with them, the strongest group first."""
    members = {heading: [verdict for verdict in found if _group(verdict) == heading] for heading in _GROUPS}
    return {heading: own for heading, own in members.items() if own}


def bullets(verdicts: Sequence[dict[str, Any]], folder: str = "") -> str:
    """Return verdicts as a Markdown list: the claim, linked to its notebook below `folder`, and the reason."""
    return "\n".join(
        f"- [{label(v)}]({folder}{_place(v)}), {_paragraph(v)}"
        f"{_printed(v)}: {v['reason']}{_measured(v)}{_spread(v)}{_telling(v)}"
        for v in verdicts
    )


def _group(verdict: dict[str, Any]) -> str:
    if verdict["variant"]:
        return _DEPARTING
    if verdict["verdict"] in _COMES_OUT:
        return {"robust": _STEADY, None: _SINGLE}.get(verdict["robustness"], _ON_ONE_READING)
    if verdict["verdict"] in _FAILS:
        return _NOT_REFUTED if verdict["band_holds_printed"] else _FAILING
    return _GROUP_OF[verdict["verdict"]]


def _printed(verdict: dict[str, Any]) -> str:
    return "" if verdict["printed"] is None else f", printed {verdict['printed_text']}"


def _place(verdict: dict[str, Any]) -> str:
    return f"{verdict['notebook']}.ipynb#{verdict['claim']}"


def _paragraph(verdict: dict[str, Any]) -> str:
    return f"paragraph {verdict['paragraph']}" if verdict["paragraph"] else "the headline"


def _telling(verdict: dict[str, Any]) -> str:
    """Return what the alternative gives that the register wants told beside the verdict."""
    told = next((reading for reading in verdict["alternatives"] if reading["id"] == verdict["telling"]), None)
    return f" But “{told['label']}”: {told['computed_text']}." if told else ""


def _measured(verdict: dict[str, Any]) -> str:
    """Return what was measured, where the article prints no figure and the reason is a bare rise or fall."""
    bare = verdict["kind"] == "direction" and not verdict["parts"]
    return f" Measured by: {verdict['definition']}" if bare else ""


def _spread(verdict: dict[str, Any]) -> str:
    """Return what the definitions of the same question span, in a sentence, if a figure is printed and they do."""
    told = span(verdict)
    if verdict["printed"] is None or not told or not agreeing(verdict):
        return ""
    return f" Over all definitions of the same question: {told}; {agreeing(verdict)} others agree."


def agreeing(verdict: dict[str, Any]) -> str:
    """Return how many of the other definitions of the same question agree, as "1 of 2"; nothing if none can."""
    share, counts = verdict.get("share_agreeing"), verdict.get("definitions")
    if share is None or not counts or not verdict["robustness"]:
        return ""
    return f"{round(share * counts['voting'])} of {counts['voting']}"


def _steadiness(verdict: dict[str, Any]) -> str:
    word, votes = verdict["robustness"], agreeing(verdict)
    return fmt.MISSING if not word else f"{word}, {votes}" if votes else str(word)


def span(verdict: dict[str, Any]) -> str:
    """Return the range over all definitions of the article's question, in words; nothing of a single one."""
    ends, counts = verdict.get("range"), verdict.get("definitions")
    if not ends or not counts or counts["same"] < 2:
        return ""
    low, high = ends
    return fmt.span(low, high, verdict["unit"])


def _ends(verdict: dict[str, Any]) -> tuple[float | None, float | None]:
    """Return the ends of the range over the definitions of the article's question, where there are several."""
    ends, counts = verdict.get("range"), verdict.get("definitions")
    return (ends[0], ends[1]) if ends and counts and counts["same"] > 1 else (None, None)


def waiting_sentence(waiting: Sequence[str]) -> str:
    """Return a sentence on the claims of the register that have no verdict yet."""
    if not waiting:
        return "Every claim of the register has its verdict."
    left_out = [name for name in waiting if definitions.can_judge(claims.get(name))]
    told = []
    if later := len(waiting) - len(left_out):
        told.append(f"The register holds {later} more claims, whose notebooks are still to come.")
    if left_out:
        names = fmt.join(f"“{claims.get(name).label}”" for name in left_out)
        told.append(f"This run gave no verdict on {names}: run all notebooks to have them.")
    return " ".join(told)


def check_parameters(values: Mapping[str, Any]) -> None:
    """Raise ParameterError if the scoreboard is asked for in an order that it does not have."""
    if values["order"] not in _ORDERS:
        raise ParameterError(f"order={values['order']!r} is unknown; the scoreboard is ordered by {_CHOICE}.")


def label(verdict: dict[str, Any]) -> str:
    """Return a claim's short name."""
    return str(verdict["label"])


def markdown(found: Sequence[dict[str, Any]]) -> str:
    """Return the findings, the claims by kind of verdict, and the table in the article's order, as Markdown."""
    lines = [*(f"- {sentence}" for sentence in findings(found)), ""]
    for heading, members in groups(found).items():
        lines += [f"**{heading}** ({len(members)}): {'; '.join(map(_short, members))}.", ""]
    lines += [
        f"<details><summary>All {len(found)} claims, in the order of the article</summary>",
        "",
        "| Claim | Paragraph | Printed | Computed | Verdict | Other definitions | Range | Evidence |",
        "|---|--:|--:|---|---|---|---|---|",
        *map(_markdown_row, found),
        "",
        "</details>",
    ]
    waiting = missing(found)
    return "\n".join([*lines, "", *([waiting_sentence(waiting), ""] if waiting else [])])


def _short(verdict: dict[str, Any]) -> str:
    printed = "" if verdict["printed"] is None else f" ({verdict['printed_text']})"
    return f"[{label(verdict)}](notebooks/{_place(verdict)}){printed}"


def _markdown_row(verdict: dict[str, Any]) -> str:
    cells = [
        f"[{label(verdict)}](notebooks/{_place(verdict)})",
        str(verdict["paragraph"]),
        verdict["printed_text"],
        verdict["computed_text"] or fmt.MISSING,
        f"{fmt.MARKS[verdict['verdict']].glyph} {verdict['verdict']}",
        _steadiness(verdict),
        span(verdict) or fmt.MISSING,
        verdict["evidence"] or fmt.MISSING,
    ]
    return f"| {' | '.join(cells)} |"


def _counts(found: Sequence[dict[str, Any]]) -> dict[str, int]:
    words = [verdict["verdict"] for verdict in found]
    return {word: words.count(word) for word in claims.REPLICATION if word in words}
