"""Verdicts then and now: every claim judged on two sets of editions, with the cause of each difference.

A claim's committed verdict rests on the editions that it pins, and no new edition changes it. What a new one would
make of it stands here, beside the old: the word, the figure, the robustness, and why they differ. Nothing is
written; `pinning` moves the pins.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from onewaytrade import claims, datasets, definitions, fmt, measures
from onewaytrade.charts import Chart, dots
from onewaytrade.choices import (
    NESTED,
    choices_of,
    choices_of_part,
    evaluate,
    is_computed,
)
from onewaytrade.claims import Claim, Estimate, Verdict
from onewaytrade.errors import NoFigureError, ParameterError
from onewaytrade.methods import commodities, cpb

Editions = Mapping[str, str]
_Answer = tuple[str, Estimate | NoFigureError]

REVISION: Final = "revision"
NEW_MONTHS: Final = "new months"
MONTHS_OUTSIDE: Final = "new months outside the window"
ANOTHER_DEFINITION: Final = "another definition"
SAME_FIGURES: Final = "same figures"
NO_OTHER: Final = "no other edition"
CAUSES: Final[dict[str, str]] = {
    REVISION: "the same window, and other figures in it",
    NEW_MONTHS: "the newer edition holds months of the window that the older did not",
    MONTHS_OUTSIDE: "what one edition has beyond the other lies outside the claim’s window, so nothing changes",
    ANOTHER_DEFINITION: "an edition does not hold the claim’s window, and can only answer on another definition",
    SAME_FIGURES: "both editions hold the same of all that the claim rests on",
    NO_OTHER: "nothing that the claim rests on differs between then and now",
}
# What tells of the other definitions, as far as figures in it may have been revised.
_SPREAD: Final = ("robustness", "range", "median", "share_agreeing", "share_same_sign", "band")
# What a row keeps of a verdict.
_KEPT: Final = (
    "verdict", "computed", "computed_low", "computed_high", "computed_text", "robustness", "reason", "edition",
)  # fmt: skip
_REPRINT: Final = {"end_print": "reprint"}


@dataclass(frozen=True, slots=True)
class Change:
    """One claim then and now: both verdicts, a word of `CAUSES`, and the reason in plain sentences."""

    claim: Claim
    then: Verdict
    now: Verdict
    cause: str
    because: str

    @property
    def rank(self) -> int:
        """How much changes: 0 another verdict, 1 another figure or robustness, 2 nothing, 3 nothing could."""
        if self.then.word != self.now.word:
            return 0
        if (self.then.computed_text, self.then.robustness) != (self.now.computed_text, self.now.robustness):
            return 1
        return 3 if self.cause == NO_OTHER else 2

    def to_dict(self) -> dict[str, Any]:
        """Return the row of this claim, with both verdicts in words and numbers, as plain JSON values."""
        row: dict[str, Any] = {"claim": self.claim.id, "label": self.claim.label}
        row["printed_text"] = self.claim.printed_text
        for name, verdict in {"then": self.then, "now": self.now}.items():
            whole = verdict.to_dict()
            row[name] = {key: whole[key] for key in _KEPT}
        return {**row, "cause": self.cause, "because": self.because, "changed": self.rank < 2}


@dataclass(frozen=True, slots=True)
class Comparison:
    """All claims then and now, the changed ones first, and the editions that were compared (all datasets)."""

    then: Editions
    now: Editions
    changes: tuple[Change, ...]

    @property
    def moved(self) -> tuple[str, ...]:
        """The datasets whose edition differs."""
        return tuple(name for name in self.then if self.then[name] != self.now[name])

    @property
    def touched(self) -> tuple[Change, ...]:
        """The claims that rest on something that differs."""
        return tuple(change for change in self.changes if change.cause != NO_OTHER)


def editions_of(words: Sequence[str], default: str) -> Editions:
    """Return the edition of every dataset that some words ask for.

    A word is "pinned" or "latest" (of all datasets), DATASET=EDITION, or an edition of CPB's table; what no word
    names is pinned. `default` stands for no words. Raises DatasetError with the nearest for what is unknown.
    """
    found = {name: datasets.resolve(name, "pinned") for name in datasets.names()}
    for word in words or [default]:
        name, equals, edition = word.partition("=")
        if equals:
            found[name] = datasets.resolve(name, edition)
        elif word in {"pinned", "latest"}:
            found |= {name: datasets.resolve(name, word) for name in datasets.names()}
        else:
            found[cpb.DATASET] = datasets.resolve(cpb.DATASET, word)
    return found


def compare(then: Editions, now: Editions) -> Comparison:
    """Judge every claim with the editions of `then` and of `now` (of every dataset, as from `editions_of`)."""
    found = [_change(claim, then, now) for claim in claims.register().values() if definitions.can_judge(claim)]
    return Comparison(then, now, tuple(sorted(found, key=lambda change: change.rank)))


# One claim


@dataclass(frozen=True, slots=True)
class _Sight:
    """How editions see a claim: which to read instead of the pinned, choices to lay over, and why it is blind."""

    editions: Editions
    overrides: Mapping[str, Any]
    told: str = ""
    reprint: str = ""
    blind: bool = False

    def judge(self, claim: Claim) -> Verdict:
        if self.blind and claim.kind == "number":
            return claims.cannot_check(claim, self.told)
        with datasets.using(self.editions):
            return definitions.judge(claim.id, **self.overrides)

    def answers(self, claim: Claim) -> list[_Answer]:
        """Return what each figure of the claim's definition gives, with its name."""
        with datasets.using(self.editions):
            asked = list(_computed(claim, choices_of(claim, **self.overrides)))
            return [(name, _answer(own)) for name, own in asked]


def _change(claim: Claim, then: Editions, now: Editions) -> Change:
    sights = [_sight(claim, editions) for editions in (then, now)]
    own = [name for name in claim.pins if then[name] != now[name] and _rests_on(claim, name)]
    if not own:
        verdict = sights[0].judge(claim)
        return Change(claim, verdict, verdict, NO_OTHER, _nothing_else(claim, then))
    before, after = (sight.judge(claim) for sight in sights)
    cause, because = _cause(claim, sights, (before, after), [(name, then[name], now[name]) for name in own])
    return Change(claim, before, after, cause, because)


def _sight(claim: Claim, editions: Editions) -> _Sight:
    """Return how editions see a claim.

    A release of customs' commodities has one window. Where that is not the claim's, the same months may stand in
    it, or in an earlier one, as reprinted a year later: that is the later print of the same window.
    """
    dataset = commodities.DATASET
    own = {name: editions[name] for name, pin in claim.pins.items() if name != dataset and editions[name] != pin}
    pin, release = claim.pins.get(dataset), editions.get(dataset, "")
    if pin is None or release == pin or not _rests_on(claim, dataset):
        return _Sight(own, {})
    wanted, held = commodities.window(pin), commodities.window(release)
    if (wanted.start, wanted.end) == (held.start, held.end):
        return _Sight({**own, dataset: release}, {})
    later = [name for name in datasets.editions(dataset) if pin < name <= release]
    reprint = next((name for name in later if commodities.window(name).start == wanted.end), None)
    if reprint is not None:
        told = f"The release {reprint} reprints {fmt.period(wanted.end)}, a year after the first print."
        return _Sight(own, _over_commodities(claim.definition.choices), told, reprint)
    told = f"The release {release} holds {held.text}, and none up to it reprints {fmt.period(wanted.end)}."
    return _Sight(own, {}, f"{told} The nearest that holds the claim’s window is {pin}.", blind=True)


def _rests_on(claim: Claim, dataset: str) -> bool:
    """Tell whether a dataset can move a claim: not one of commodities that only its readings are taken from."""
    return dataset != commodities.DATASET or bool(_over_commodities(claim.definition.choices))


def _over_commodities(choices: Mapping[str, Any]) -> dict[str, Any]:
    """Return the overrides that take this year's figure of commodities as it was reprinted a year later."""
    found: dict[str, Any] = dict(_REPRINT) if choices.get("method") == "commodity-growth" else {}
    for name, own in choices.items():
        if isinstance(own, Mapping) and (inner := _over_commodities(own)):
            found[name] = inner
    return found


def _computed(claim: Claim, choices: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the choices of every figure that a claim's definition computes, with the name of its part."""
    own = [(part.id.replace("-", " "), choices_of_part(choices, part.id)) for part in claim.parts]
    own += [(name, choices[name]) for name in ("premise", "effect") if name in choices]
    if not own or claim.printed.value is not None:
        own.append(("", {name: value for name, value in choices.items() if name not in NESTED}))
    yield from ((name, one) for name, one in own if is_computed(one))


def _answer(choices: Mapping[str, Any]) -> Estimate | NoFigureError:
    try:
        return evaluate(choices)
    except NoFigureError as error:
        return error


# Causes


def _cause(
    claim: Claim,
    sights: Sequence[_Sight],
    verdicts: tuple[Verdict, Verdict],
    own: Sequence[tuple[str, str, str]],
) -> tuple[str, str]:
    """Return the cause of what changes, or does not, and the reason in sentences."""
    told = " ".join(dict.fromkeys(sight.told for sight in sights if sight.told))
    answers = [sight.answers(claim) for sight in sights]
    gaps = [[str(answer) for _, answer in one if isinstance(answer, NoFigureError)] for one in answers]
    without = [sight.blind or bool(one) for sight, one in zip(sights, gaps, strict=True)]
    if any(without):
        # An edition that goes on no further has not gained the window by its months.
        is_gained = without == [True, False] and any(_goes_on(*one) for one in own)
        cause = NEW_MONTHS if is_gained else ANOTHER_DEFINITION
        if any(sight.blind for sight in sights):
            return cause, told
        return cause, " ".join(dict.fromkeys([*gaps[0], *gaps[1], *_nearest(claim, sights)]))
    if _figures(answers[0]) != _figures(answers[1]):
        return REVISION, f"{told} {_told_figures(claim, answers)}".strip()
    before, after = (verdict.to_dict() for verdict in verdicts)
    if any(before[name] != after[name] for name in _SPREAD):
        return REVISION, f"{told} {_told_spread(before, after)}".strip()
    if _readings(before, after):
        rest = "The claim’s own question gets the same answer; readings that ask another do not"
        return REVISION, f"{told} {rest}.".strip()
    added = [text for name, then, now in own if (text := _added(name, then, now))]
    if added:
        rest = "what the claim rests on is as it was"
        return MONTHS_OUTSIDE, f"{told} {fmt.join(added)}; {rest}.".strip()
    which = fmt.join(f"{name} {then} and {now}" for name, then, now in own)
    return SAME_FIGURES, f"{told} What the claim rests on is the same in {which}.".strip()


def _figures(answers: Sequence[_Answer]) -> list[tuple[float | None, ...]]:
    return [
        tuple(None if end is None else round(end, 9) for end in (own.value, own.low, own.high))
        for _, own in answers
        if isinstance(own, Estimate)
    ]


def _told_figures(claim: Claim, answers: Sequence[Sequence[_Answer]]) -> str:
    told = []
    for old, new in zip(*answers, strict=True):
        if _figures([old]) != _figures([new]):
            before, after = (_text(claim, answer) for _, answer in (old, new))
            same = f"{before} both times, apart in further digits"
            told.append(_named(old[0], same if before == after else f"{before} then, {after} now"))
    return " ".join(told)


def _told_spread(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Say that other definitions moved, and from where to where, if they have a range."""
    told = "The claim’s own window gives the same; other definitions of it do not"
    old, new = before["range"], after["range"]
    if old and new and None not in [*old, *new] and old != new:
        unit = str(before["unit"])
        spans = [fmt.interval(low, high, 2, unit=unit, sign=unit == "%") for low, high in (old, new)]
        told += f": they span {spans[0]} then and {spans[1]} now"
    return f"{told}."


def _readings(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Tell whether a reading that both verdicts have gives another figure."""
    old, new = ({own["id"]: own["computed"] for own in one["alternatives"]} for one in (before, after))
    return any(None not in (old[name], new[name]) and old[name] != new[name] for name in old.keys() & new.keys())


def _nearest(claim: Claim, sights: Sequence[_Sight]) -> Iterator[str]:
    """Yield what the nearest window that both editions of CPB's table hold gives in both."""
    names = [sight.editions.get(cpb.DATASET, claim.pins.get(cpb.DATASET, "")) for sight in sights]
    if "" in names:
        return
    last = min(cpb.months(name)[1] for name in names)
    for part, own in _computed(claim, choices_of(claim)):
        if own["method"] == "cpb-growth" and str(own["end"]) > last:
            found = [_answer({**own, "end": last, "edition": name}) for name in names]
            if all(isinstance(answer, Estimate) for answer in found):
                texts = [f"{_text(claim, answer)} by {name}" for answer, name in zip(found, names, strict=True)]
                window = f"{fmt.month(str(own['start']))} to {fmt.month(last)}"
                yield f"The nearest window that both hold, {window}, gives {_named(part, fmt.join(texts))}"


def _named(part: str, text: str) -> str:
    return f"{part}: {text}." if part else f"{text}."


def _text(claim: Claim, answer: Estimate | NoFigureError) -> str:
    if isinstance(answer, NoFigureError):
        return str(answer)
    printed = claim.printed if claim.printed.value is not None else claims.Printed(unit="%", precision=1)
    return claims.text_of(printed, answer)


def _added(name: str, then: str, now: str) -> str:
    """Return in words which months one edition has beyond the other, "" for none."""
    ends = {edition: _last_month(name, edition) for edition in (then, now)}
    if "" in ends.values() or ends[then] == ends[now]:
        return ""
    further, other = (then, now) if ends[then] > ends[now] else (now, then)
    return f"{name} {further} goes on to {fmt.month(ends[further])}, after {fmt.month(ends[other])} in {other}"


def _goes_on(name: str, then: str, now: str) -> bool:
    """Tell whether the later of two editions holds months after the last of the other."""
    return _last_month(name, now) > _last_month(name, then)


def _last_month(name: str, edition: str) -> str:
    frame = datasets.load(name, edition)
    column = next((column for column in ("month", "period") if column in frame), None)
    if column is None:
        return ""
    months = []
    for period in frame[column].astype(str).unique():
        try:
            months.append(measures.months_of(period)[-1])
        except measures.MeasureError:
            continue
    return max(months, default="")


def _nothing_else(claim: Claim, editions: Editions) -> str:
    held = fmt.join(f"{name} {editions[name]}" for name in claim.pins)
    return f"It rests on {held} both times." if held else "It rests on no dataset."


# What is shown


def sentence(found: Comparison) -> str:
    """Return what changes, in sentences."""
    if not found.moved:
        return "Then and now are the same editions of all datasets: there is nothing to compare."
    which = fmt.join(f"{name} {found.then[name]} and {found.now[name]}" for name in found.moved)
    words = [change for change in found.changes if change.rank == 0]
    figures = [change for change in found.changes if change.rank == 1]
    told = f"Between {which}, {_count(len(found.touched), len(found.changes))} on what differs."
    if words:
        each = [f"“{one.claim.label}” ({one.then.word} then, {one.now.word} now)" for one in words]
        told += f" Another verdict: {fmt.join(each)}."
    else:
        told += " No verdict changes its word."
    if figures:
        named = fmt.join(f"“{one.claim.label}”" for one in figures)
        told += f" The same word, on another figure or with another robustness: {named}."
    return told


def _count(touched: int, total: int) -> str:
    return f"{touched} of {total} claims {'rests' if touched == 1 else 'rest'}"


def table(changes: Sequence[Change]) -> pd.DataFrame:
    """Return changes in words: `Claim`, `Printed`, `Then`, `Now` (figure, verdict, robustness), `Cause`, `Why`."""
    rows = [
        (
            change.claim.label,
            change.claim.printed_text,
            _in_words(change.then),
            _in_words(change.now) if change.rank < 2 else "as then",
            change.cause,
            change.because,
        )
        for change in changes
    ]
    return pd.DataFrame(rows, columns=["Claim", "Printed", "Then", "Now", "Cause", "Why"])


def _in_words(verdict: Verdict) -> str:
    return "; ".join(part for part in (verdict.computed_text, verdict.word, verdict.robustness) if part)


def markdown(found: Comparison) -> str:
    """Return the comparison as a page in Markdown: the sentence, the claims touched, the causes explained."""
    frame = table(found.touched)
    lines = ["# Verdicts then and now", "", sentence(found), ""]
    if len(frame):
        lines += [
            f"| {' | '.join(frame.columns)} |",
            f"|{'---|' * len(frame.columns)}",
            *(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in frame.itertuples(index=False)),
            "",
        ]
    shown = dict.fromkeys(change.cause for change in found.touched)
    lines += [f"- *{cause}*: {CAUSES[cause]}." for cause in shown]
    return "\n".join(lines).rstrip() + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def as_json(found: Comparison) -> str:
    """Return the comparison as JSON: both sets of editions, the sentence, and a row for each claim."""
    whole = {
        "then": dict(found.then),
        "now": dict(found.now),
        "sentence": sentence(found),
        "claims": [change.to_dict() for change in found.changes],
    }
    return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def chart(found: Comparison) -> Chart:
    """Draw the printed percentages that move, then and now, beside what the article prints.

    Raises ParameterError where no such figure moves: an empty picture says nothing.
    """
    rows: list[dict[str, Any]] = []
    drawn = [change for change in found.touched if change.rank < 2 and _drawable(change)]
    for change in drawn:
        for name, verdict in {"then": change.then, "now": change.now}.items():
            if verdict.estimate is not None:
                own = verdict.to_dict()
                rows.append(
                    {
                        "label": change.claim.label,
                        "series": name,
                        "value": own["computed"],
                        "low": own["computed_low"] if own["computed"] is None else None,
                        "high": own["computed_high"] if own["computed"] is None else None,
                        "printed": change.claim.printed.value,
                    }
                )
    if not rows:
        raise ParameterError("No printed figure moves between these editions, so that there is nothing to draw.")
    columns = ["value", "low", "high", "printed"]
    words = sum(change.rank == 0 for change in drawn)
    verdicts = "no verdict changes" if not words else f"{words} {'gets' if words == 1 else 'get'} another verdict"
    silent = next((name for name in ("then", "now") if all(row["series"] != name for row in rows)), "")
    told = _counted(len(drawn), silent)
    which = fmt.join(f"{name} {found.then[name]}, {found.now[name]}" for name in found.moved)
    subtitle = f"What each claim’s own definition gives then and now ({which})"
    if silent:
        editions = found.then if silent == "then" else found.now
        names = fmt.join(editions[name] for name in found.moved)
        subtitle += f"; {'edition' if len(found.moved) == 1 else 'editions'} {names} "
        subtitle += f"{'holds' if len(found.moved) == 1 else 'hold'} none of these windows"
    fine = all(change.claim.printed.decimals for change in drawn)
    frame = pd.DataFrame(rows).astype(dict.fromkeys(columns, float))
    if frame[["low", "high"]].isna().all(axis=None):
        frame = frame.drop(columns=["low", "high"])
    return dots(
        frame,
        title=f"{told}, and {verdicts}",
        subtitle=subtitle,
        unit="%",
        source="; ".join(dict.fromkeys(_cited(found, drawn))),
        decimals=2 if fine else 1,
    )


def _counted(drawn: int, silent: str) -> str:
    """Say how many figures move, or that one of the editions (`silent`) gives none, so that nothing can move."""
    figures = "1 recomputed figure" if drawn == 1 else f"{drawn} recomputed figures"
    if silent:
        return f"{figures} can only be had from one of the editions"
    return f"{figures} {'moves' if drawn == 1 else 'move'}"


def _drawable(change: Change) -> bool:
    either = change.then.estimate is not None or change.now.estimate is not None
    return change.claim.printed.value is not None and change.claim.printed.unit == "%" and either


def _cited(found: Comparison, drawn: Sequence[Change]) -> Iterator[str]:
    for name in found.moved:
        for editions in (found.then, found.now):
            # What stands in a reprint is cited from the release that prints it.
            reprints = {_sight(change.claim, editions).reprint for change in drawn} - {""}
            for edition in sorted(reprints) if name == commodities.DATASET and reprints else [editions[name]]:
                yield datasets.provenance(datasets.load(name, edition)).cite()
