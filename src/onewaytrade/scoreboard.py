"""All verdicts side by side: read from the last run or judged afresh, in sentences, as a table, as Markdown."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from onewaytrade import claims, definitions, fmt
from onewaytrade.errors import ClaimError, ParameterError

VARIABLE: Final = "ONEWAYTRADE_VERDICTS"
_HOLDS: Final = ("reproduced", "close", "attested")
_OPEN: Final = ("not excluded", "partly reproduced", "depends on definition")
_FAILS: Final = ("not reproduced", "contradicted")
_STEADY: Final = "Right, and steady: at least half of the other estimates of the same thing agree"
_ON_ONE_READING: Final = "Right on the article’s reading, while other estimates give another figure"
_SINGLE: Final = "Right, with no other estimate at hand"
_LEFT_OPEN: Final = "Left open by the data"
_NOT_REFUTED: Final = "Not reproduced in the edition at hand, and not refuted by it"
_FAILING: Final = "Not what the data give"
_BEYOND: Final = "Beyond these data"
_DEPARTING: Final = "Asked with other parameters than the article’s, and so no verdict on it"
_GROUPS: Final = (_STEADY, _ON_ONE_READING, _SINGLE, _LEFT_OPEN, _NOT_REFUTED, _FAILING, _BEYOND, _DEPARTING)
_ORDERS: Final = ("article", "verdict")
_CHOICE: Final = fmt.join((repr(order) for order in _ORDERS), "or")


def verdicts() -> list[dict[str, Any]]:
    """Return the verdicts of this run, or, where none are at hand, those judged from the register.

    A run of the collection names its file in the environment variable `ONEWAYTRADE_VERDICTS`. Raises ClaimError
    if that file is not readable.
    """
    place = os.environ.get(VARIABLE)
    return (read(Path(place)) if place and Path(place).is_file() else []) or judged()


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
    """Return one row a verdict, in words: Claim, Printed, Computed, Verdict, Robustness, Evidence, Paragraph."""
    return pd.DataFrame(
        {
            "Claim": [label(v) for v in found],
            "Printed": [v["printed_text"] for v in found],
            "Computed": [v["computed_text"] or fmt.MISSING for v in found],
            "Verdict": [v["verdict"] for v in found],
            "Other estimates": [v["robustness"] or fmt.MISSING for v in found],
            "Evidence": [v["evidence"] for v in found],
            "Paragraph": [v["paragraph"] for v in found],
        }
    )


def numbers(found: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return the claims that print a number: label, printed, computed, low, high, difference, verdict, unit."""
    rows = [
        {
            "label": label(v),
            "printed": v["printed"],
            "computed": v["computed"],
            "low": v["computed_low"],
            "high": v["computed_high"],
            "difference": v["difference"],
            "verdict": v["verdict"],
            "unit": v["unit"],
        }
        for v in found
        if v["printed"] is not None
    ]
    return pd.DataFrame(rows)


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
    counts = fmt.join(f"{n} {'is' if n == 1 else 'are'} {word}" for word, n in _counts(found).items())
    holding = [v for v in found if v["verdict"] in _HOLDS]
    steady = sum(v["robustness"] == "robust" for v in holding)
    wanting = [f"{label(v)} ({v['verdict']})" for v in found if v["verdict"] not in _HOLDS]
    return (
        f"Of the {len(found)} claims judged here, {counts}.{departs}",
        f"Of the {len(holding)} that come out on the article’s reading, {steady} also do on at least half of the "
        f"other fair estimates of the same thing; {len(holding) - steady} do not, or have no other estimate.",
        f"What does not come out, or stays open: {fmt.join(wanting) if wanting else 'nothing'}.",
    )


def groups(found: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return the claims, with their printed figures and what others give, by what a reader may do with them."""
    chosen: dict[str, list[str]] = {}
    for verdict in found:
        chosen.setdefault(_group(verdict), []).append(_named(verdict))
    return {heading: f"{'; '.join(chosen[heading])}." for heading in _GROUPS if heading in chosen}


def _group(verdict: dict[str, Any]) -> str:
    if verdict["variant"]:
        return _DEPARTING
    if verdict["verdict"] in _HOLDS:
        return {"robust": _STEADY, None: _SINGLE}.get(verdict["robustness"], _ON_ONE_READING)
    if verdict["verdict"] in _OPEN:
        return _LEFT_OPEN
    if verdict["verdict"] in _FAILS:
        return _NOT_REFUTED if verdict["band_holds_printed"] else _FAILING
    return _BEYOND


def _named(verdict: dict[str, Any]) -> str:
    """Return a claim's name with the printed figure, and the span of the other estimates if they disagree."""
    others = [reading for reading in verdict["alternatives"] if reading["asks"] == "same"]
    told = f"{label(verdict)} ({verdict['printed_text']}"
    if not others or verdict["robustness"] in {"robust", None}:
        return f"{told})"
    low = min(reading["computed_low"] for reading in others)
    high = max(reading["computed_high"] for reading in others)
    return f"{told}; others {fmt.interval(low, high, _decimals(low, high), unit=verdict['unit'])})"


def _decimals(low: float, high: float) -> int:
    return 1 if high - low >= 0.1 else 2


def waiting_sentence(waiting: Sequence[str]) -> str:
    """Return a sentence on the claims of the register that have no verdict yet."""
    if not waiting:
        return "Every claim of the register has its verdict."
    left_out = [name for name in waiting if definitions.can_judge(claims.get(name))]
    later = f"The register holds {len(waiting) - len(left_out)} more claims, whose notebooks are still to come."
    if not left_out:
        return later
    return f"{later} This run gave no verdict on {fmt.join(left_out)}: run all notebooks to have them."


def check_parameters(values: Mapping[str, Any]) -> None:
    """Raise ParameterError if the scoreboard is asked for in an order that it does not have."""
    if values["order"] not in _ORDERS:
        raise ParameterError(f"order={values['order']!r} is unknown; the scoreboard is ordered by {_CHOICE}.")


def label(verdict: dict[str, Any]) -> str:
    """Return a claim's short name."""
    return str(verdict["label"])


def markdown(found: Sequence[dict[str, Any]]) -> str:
    """Return the findings and the table as Markdown, with each claim linked to its notebook."""
    lines = [
        *(f"- {sentence}" for sentence in findings(found)),
        "",
        "| Claim | Printed | Computed | Verdict | Other estimates | Evidence |",
    ]
    lines += ["|---|--:|--:|---|---|---|"]
    for verdict in found:
        mark = fmt.MARKS[verdict["verdict"]].glyph
        cells = [
            f"[{label(verdict)}](notebooks/{verdict['notebook']}.ipynb)",
            verdict["printed_text"],
            verdict["computed_text"] or fmt.MISSING,
            f"{mark} {verdict['verdict']}",
            verdict["robustness"] or fmt.MISSING,
            verdict["evidence"],
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n\n" + waiting_sentence(missing(found)) + "\n"


def _counts(found: Sequence[dict[str, Any]]) -> dict[str, int]:
    words = [verdict["verdict"] for verdict in found]
    return {word: words.count(word) for word in claims.REPLICATION if word in words}
