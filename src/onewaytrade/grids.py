"""Every defensible definition of a claim: the grid, what it leaves out, and what its answers come to.

A claim of the register declares *dimensions* (edition, months at each end, measure, currency, window, ...), each
with its options, the article's own first. The grid is their product, less combinations that make no sense and less
those for which no figure is at hand; both are kept, with the reason. This is the specification curve (Simonsohn,
Simmons and Nelson, *Nature Human Behaviour* 2020) and the multiverse (Steegen and others, *Perspectives on
Psychological Science* 2016), applied to claims that describe.

*Measurement* dimensions give other estimates of the same thing. *Question* dimensions ask another thing: shares,
ranges and the word for robustness are taken within the article's question, and every other question stands in a
panel beside it. *Open* dimensions are questions that the article leaves to its reader. Each part of a bundle is a
question of its own. What ends after the article is an update, with no vote.

The *neutral* definition follows one rule for all claims: the last twelve months to the article's end month on
calendar 2022 (a year or a year to date on the one before where that is asked), in the publisher's own currency. A
claim about a level, a count or a list has none.
"""

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from onewaytrade import claims, fmt
from onewaytrade.answers import (
    Answer,
    Grid,
    distance,
    is_single_change,
    moving_most,
    overturning,
    rivals,
    sensitivity,
    shares,
    single_changes,
    split,
    spread,
)
from onewaytrade.choices import choices_of, evaluate_many, finding_of, is_computed, times
from onewaytrade.claims import Claim, Dimension, Estimate, Finding, Option
from onewaytrade.combinations import (
    AFTER,
    OWN_QUESTION,
    SEVERAL,
    THIS_RUN,
    Cell,
    LeftOut,
    asked_for,
    check,
    ids_of,
    lay_out,
)
from onewaytrade.errors import ClaimError, NoFigureError

__all__ = [
    "ARTICLES",
    "FILE",
    "OWN_QUESTION",
    "THIS_RUN",
    "Grid",
    "check",
    "csv",
    "curve",
    "definitions_of",
    "grid",
    "notes",
    "overturning",
    "reasons",
    "rivals",
    "sensitivity",
    "shares",
    "single_changes",
    "split",
    "spread",
    "table",
    "telling",
    "text",
]

FILE: Final = "definitions.csv"
ARTICLES: Final = "the article’s"
RUNS: Final = "this run’s"
# The rule of the module's first lines, for readers.
_NEUTRAL: Final = (
    "Neutral: the last twelve months to the article’s end month on calendar 2022 (a year or a year to date on the "
    "one before where that is asked), in the publisher’s own currency; one rule for all claims."
)
_LEFT_OUT: Final = {
    "excluded": ("combination that makes no sense", "combinations that make no sense"),
    "missing": ("not at hand", "not at hand"),
    "repeated": ("repeated", "repeated"),
}
_TELLING: Final = 10
# What is drawn of an answer, besides its panel, its role and its options.
_DRAWN: Final = ("value", "low", "high", "unit", "agrees", "leaves_room", "text", "sentence")


def grid(claim: Claim, **overrides: Any) -> Grid | None:
    """Return the grid of a claim, its options laid over the choices of `choices_of`; None without dimensions.

    With overrides, the first option of each dimension is what the run asks; options that name a time of their own
    are left out when the run asks about another time. Raises ClaimError for a dimension or an exclusion that the
    register declares wrongly.
    """
    if not claim.dimensions:
        return None
    check(claim)
    base, article = choices_of(claim, **overrides), choices_of(claim)
    dimensions = tuple(asked_for(dimension, base, article) for dimension in claim.dimensions)
    cells, left_out = lay_out(claim, dimensions, base, moved=times(base) != times(article))
    whose = ARTICLES if base == article else RUNS
    answers = []
    for cell, computed in zip(cells, _computed(claim, cells), strict=True):
        if isinstance(computed, NoFigureError):
            left_out.append(LeftOut(ids_of(dimensions, cell.options), "missing", str(computed)))
        else:
            answers.append(_answer(claim, dimensions, cell, computed, whose))
    kept, repeated = _once(dimensions, answers)
    return Grid(claim, dimensions, tuple(kept), (*left_out, *repeated), whose)


def definitions_of(claim: Claim) -> list[Mapping[str, Any]]:
    """Return the choices of every definition of a claim, as the article is judged; none without dimensions."""
    cells, _ = lay_out(claim, claim.dimensions, choices_of(claim), moved=False) if claim.dimensions else ([], [])
    return [cell.choices for cell in cells]


# Answers


def _computed(claim: Claim, cells: Sequence[Cell]) -> list[Estimate | NoFigureError | None]:
    """Return the estimate of each definition; None where a part is looked up instead of computed."""
    asked = [is_computed(cell.choices) for cell in cells]
    if not claim.is_bundle and not all(asked):
        raise ClaimError(f"Claim {claim.id}: a definition of it is not computed, so it has no place in a grid.")
    answers = iter(_evaluated(claim, [cell for cell, wanted in zip(cells, asked, strict=True) if wanted]))
    return [next(answers) if wanted else None for wanted in asked]


def _evaluated(claim: Claim, cells: Sequence[Cell]) -> list[Estimate | NoFigureError]:
    """Return the estimates of many definitions; raises ClaimError, naming the one, where choices cannot be meant.

    A method meets a value that it does not know in the middle of its tables, so that the plain error says little.
    """
    try:
        return evaluate_many([cell.choices for cell in cells])
    except (KeyError, TypeError, ValueError):
        for cell in cells:
            try:
                evaluate_many([cell.choices])
            except (KeyError, TypeError, ValueError) as error:
                raise ClaimError(
                    f"Claim {claim.id}, definition {_differing(cell)}: choices "
                    f"{dict(cell.choices)} cannot be computed ({type(error).__name__} {error})."
                ) from error
        raise


def _differing(cell: Cell) -> str:
    """Return the definition by the options that choose something."""
    chosen = [option.label for option in cell.options if option.choices]
    return f"“{'; '.join(chosen)}”" if chosen else "of the article"


def _once(dimensions: Sequence[Dimension], answers: Sequence[Answer]) -> tuple[list[Answer], list[LeftOut]]:
    """Return the answers without those that repeat another edition's to the last digit, and those left out.

    A new edition that leaves the past as it was is no other estimate of it. The first of them stands for all.
    """
    edition = next((own for own in dimensions if own.id == "edition"), None)
    if edition is None:
        return list(answers), []
    labels = {option.id: option.label for option in edition.options}
    others = [own.id for own in dimensions if own is not edition]
    first: dict[tuple[Any, ...], int] = {}
    kept: list[Answer] = []
    repeated = []
    for answer in answers:
        figures = [None if math.isnan(number) else number for number in (answer.value, answer.low, answer.high)]
        key = (answer.part, answer.unit, *(answer.options[name] for name in others), *figures)
        at = first.setdefault(key, len(kept))
        if at == len(kept) or not any(number is not None for number in figures):
            kept.append(answer)
            continue
        kept[at] = replace(kept[at], neutral=kept[at].neutral or answer.neutral)
        newer, older = (labels[own.options["edition"]] for own in (answer, kept[at]))
        why = f"Edition {newer} repeats the past of {older} to the last digit."
        repeated.append(LeftOut(answer.options, "repeated", why))
    return kept, repeated


def _answer(
    claim: Claim, dimensions: Sequence[Dimension], cell: Cell, computed: Estimate | None, whose: str
) -> Answer:
    finding = None
    if cell.part:
        part = next(part for part in claim.parts if part.id == cell.part)
        finding = finding_of(claim, part, cell.choices, computed)
    return Answer(
        part=cell.part,
        panel=cell.panel,
        question=cell.question,
        label=_label(dimensions, cell.options, whose),
        options=ids_of(dimensions, cell.options),
        **(_figures(claim, computed) | _agreement(claim, computed, finding, _edition(dimensions, cell.options))),
        article=cell.article,
        neutral=cell.neutral,
        update=cell.update,
        copy=cell.copy,
    )


def _label(dimensions: Sequence[Dimension], options: Sequence[Option], whose: str) -> str:
    """Return what differs from the first definition, in words."""
    differ = [
        f"{own.name.lower()}: {option.label}"
        for own, option in zip(dimensions, options, strict=True)
        if option is not own.options[0]
    ]
    return "; ".join(differ) or f"{whose} definition"


def _figures(claim: Claim, computed: Estimate | None) -> dict[str, Any]:
    if computed is None:
        return {"value": math.nan, "low": math.nan, "high": math.nan, "unit": "", "text": ""}
    ends = claims.ends(computed)
    low, high = (math.nan if math.isinf(end) else float(end) for end in (min(ends), max(ends)))
    return {
        "value": math.nan if computed.value is None else float(computed.value),
        "low": low,
        "high": high,
        "unit": claim.printed.unit if computed.unit is None else computed.unit,
        "text": claims.text_of(claim.printed, computed),
    }


def _edition(dimensions: Sequence[Dimension], options: Sequence[Option]) -> str:
    """Return the edition of a definition as a sentence where it is not the first; methods' own name none."""
    return next(
        (
            f" In edition {option.label}."
            for own, option in zip(dimensions, options, strict=True)
            if own.id == "edition" and option is not own.options[0]
        ),
        "",
    )


def _agreement(claim: Claim, computed: Estimate | None, finding: Finding | None, edition: str) -> dict[str, Any]:
    if finding is not None:
        answer = {True: "stands", False: "does not stand", None: "unknown"}[finding.stands]
        told = {"text": finding.computed or answer, "sentence": f"{finding.note}{edition}"}
        flags = {"agrees": finding.stands is True, "leaves_room": False, "keeps_sign": finding.stands is not False}
        return {**flags, **told}
    if computed is None:
        raise ClaimError(f"Claim {claim.id}: a definition gives neither a figure nor a finding.")
    return {
        "agrees": claims.agrees(claim, computed),
        "leaves_room": claims.leaves_room(claim, computed),
        "keeps_sign": claims.keeps_sign(claim, computed),
        "sentence": f"{computed.sentence}{edition}",
    }


# What is shown


def curve(found: Grid, part: str = "") -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Return what `charts.specification_curve` draws: a table, and the options of each dimension by label.

    Of a bundle it is one `part`, by its id, that can be drawn; without one each part is a panel. Columns `panel`,
    `value`, `low`, `high`, `unit`, `agrees`, `leaves_room`, `role`, `text`, `sentence` and one for each dimension
    that has more than one option in the grid, by its name. The table's `attrs` say in `whose` whose the first
    definition is, the article's or this run's, and name the `claim`.
    """
    by_part = found.bundled and not part
    placed = [(_panel_of(own, by_part=by_part), own) for own in found.answers if not part or own.part == part]
    order = _panels(panel for panel, _ in placed)
    placed.sort(key=lambda pair: order.index(pair[0]))
    answers = [own for _, own in placed]
    taken = {one.id: {own.options[one.id] for own in answers} for one in found.dimensions}
    used = [one for one in found.dimensions if len(taken[one.id]) > 1]
    options = {one.name: [option.label for option in one.options if option.id in taken[one.id]] for one in used}
    columns: dict[str, list[Any]] = {"panel": [panel for panel, _ in placed]}
    columns |= {name: [getattr(own, name) for own in answers] for name in _DRAWN}
    columns["role"] = [_role_of(own) for own in answers]
    for one in used:
        labels = {option.id: option.label for option in one.options}
        columns[one.name] = [labels[own.options[one.id]] for own in answers]
    table = pd.DataFrame(columns)
    table.attrs.update(whose=found.whose, claim=found.claim.id)
    return table, options


def _panel_of(own: Answer, *, by_part: bool) -> str:
    """Return the panel of an answer, which is that of its part where parts stand side by side."""
    if not by_part:
        return own.panel
    told = own.part.replace("-", " ")
    return told if own.panel == OWN_QUESTION else f"{told}; {own.panel.lower()}"


def _role_of(own: Answer) -> str:
    return " and ".join(name for name, flag in (("article", own.article), ("neutral", own.neutral)) if flag)


def _panels(names: Iterable[str]) -> list[str]:
    """Return the panels in order: the article's question, single others, several at once, what came after."""
    known = list(dict.fromkeys(names))
    return sorted(known, key=lambda name: (name != OWN_QUESTION, name == AFTER, name == SEVERAL, " and " in name))


def telling(found: Grid, most: int = _TELLING) -> pd.DataFrame:
    """Return the definitions that tell most, at most so many, by value: rows of `frame` with `role`, in words.

    First the article's and the neutral one; then the lowest, the middle and the highest of the article's question,
    and for each dimension the single change that moves the answer furthest (these first for a bundle, whose parts
    have ends each); then the end of all other questions that lies furthest off. What ends after the article is
    among them only where there is nothing else. Where a grid has no more than so many, all are returned, some of
    them without a role. Parts of a bundle follow each other as in the register.
    """
    roles: dict[int, list[str]] = {}
    for at, role in _candidates(found):
        if at in roles or len(roles) < most:
            roles.setdefault(at, []).append(role)
    if len(found.answers) <= most:
        roles |= {at: [""] for at in range(len(found.answers)) if at not in roles}
    parts = {part.id: at for at, part in enumerate(found.claim.parts)}

    def place(at: int) -> tuple[int, bool, float]:
        own = found.answers[at]
        known = [number for number in (own.value, own.low, own.high) if not math.isnan(number)]
        return parts.get(own.part, 0), not known, known[0] if known else 0.0

    order = sorted(roles, key=place)
    return found.frame.loc[order].assign(role=[fmt.join(dict.fromkeys(roles[at])) for at in order])


def notes(found: Grid) -> list[str]:
    """Return what a reader needs beside a table of definitions: how many, what moves them, what is left out.

    Why something is left out, `reasons` says.
    """
    own, updates = len(found.fellows), len(found.answers) - len(found.voting)
    others = len(found.voting) - own
    told = [f"{own} {'definition answers' if own == 1 else 'definitions answer'} {found.whose} question"]
    if others:
        told.append(f"{others} {'asks' if others == 1 else 'ask'} another")
    if updates:
        told.append(f"{updates} {'ends' if updates == 1 else 'end'} after the article")
    told = [*([_NEUTRAL] if any(one.neutral for one in found.answers) else []), f"{', '.join(told)}."]
    moving = moving_most(found)
    if moving:
        each = [f"{one.name.lower()} {_moves(found, one.moves)}" for one in moving]
        how = (
            "share of answers that change"
            if found.by_answer
            else "mean distance of two definitions that differ in it alone"
        )
        told.append(f"What moves the answer ({how}): {'; '.join(each)}.")
    counts = Counter(one.kind for one in found.lost)
    left = [f"{counts[kind]} {words[counts[kind] > 1]}" for kind, words in _LEFT_OUT.items() if counts[kind]]
    return told + ([f"Left out: {fmt.join(left)}."] if left else [])


def reasons(found: Grid) -> list[str]:
    """Return why combinations are left out of a grid, each reason after the number of those that it is about."""
    counts = Counter(one.why for one in found.lost)
    return [f"{count}: {why}" for why, count in counts.items()]


def _moves(found: Grid, by: float) -> str:
    if found.by_answer:
        return fmt.number(100 * by, 0) + f"{fmt.SPACE}%"
    printed = found.claim.printed
    unit = "points" if printed.unit == "%" else printed.unit
    return fmt.with_unit(by, unit, printed.decimals + 1)


def _candidates(found: Grid) -> Iterator[tuple[int, str]]:
    """Yield places of answers with what makes them telling, the most telling first; a place may come again."""
    answers = found.answers
    yield from ((at, found.whose) for at, one in enumerate(answers) if one.article)
    yield from ((at, "neutral") for at, one in enumerate(answers) if one.neutral)
    voting = [at for at, one in enumerate(answers) if not one.update]
    same = [at for at in voting if answers[at].panel == OWN_QUESTION]
    inside = _ends(found, same, "of its question", middle=True)
    yield from itertools.chain(*((_farthest(found), inside) if found.bundled else (inside, _farthest(found))))

    def apart(end: tuple[int, str]) -> float:
        distance = _from_the_articles(found, answers[end[0]])
        return -1.0 if distance is None else distance

    yield from sorted(_ends(found, voting, "of all"), key=apart, reverse=True)[:1]
    if all(one.update or one.article for one in answers):
        yield from _ends(found, [at for at, one in enumerate(answers) if one.update], "after the article")


def _farthest(found: Grid) -> Iterator[tuple[int, str]]:
    """Yield, for each dimension, the single change that moves the answer furthest."""
    changes = {at: one for at, one in enumerate(found.answers) if is_single_change(found, one)}
    apart = {at: _from_the_articles(found, one) or 0.0 for at, one in changes.items()}
    for dimension in found.dimensions:
        moved = [at for at, one in changes.items() if one.options[dimension.id] != dimension.options[0].id]
        farthest = max(moved, key=apart.__getitem__, default=None)
        if farthest is not None and apart[farthest] > 0:
            yield farthest, f"farthest if only this changes: {dimension.name.lower()}"


def _from_the_articles(found: Grid, one: Answer) -> float | None:
    """Return how far an answer lies from the article's on the same part, at least; None without a figure."""
    own = found.own.get(one.part)
    if own is None or own.unit != one.unit or not any(map(math.isfinite, one.reach)):
        return None
    return distance(one, own)


def _ends(found: Grid, places: Sequence[int], of: str, *, middle: bool = False) -> Iterator[tuple[int, str]]:
    """Yield the lowest and the highest of some answers, where they differ and are known; of each part and unit.

    Of several that are equal it is the one with the fewest changes; bounds that hold all others are told once.
    """
    answers = found.answers
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at in sorted(places, key=lambda at: found.changes(answers[at])):
        groups[answers[at].part, answers[at].unit].append(at)
    for (_, unit), own in groups.items():
        where = f"{of}, in {unit}" if unit == "points" != found.claim.printed.unit else of
        first, last = min(own, key=lambda at: answers[at].reach[0]), max(own, key=lambda at: answers[at].reach[1])
        least, most = answers[first].reach[0], answers[last].reach[1]
        if least < most and first == last and math.isfinite(least) and math.isfinite(most):
            yield first, f"the widest bounds {where}"
        elif least < most:
            if math.isfinite(least):
                yield first, f"lowest {where}"
            if math.isfinite(most):
                yield last, f"highest {where}"
        valued = [at for at in own if not math.isnan(answers[at].value)]
        if middle and len(valued) > 2:
            valued.sort(key=lambda at: answers[at].value)
            yield valued[(len(valued) - 1) // 2], f"middle {where}"


def table(found: Sequence[Grid]) -> pd.DataFrame:
    """Return the definitions of many claims in one table, as `build/definitions.csv` holds it.

    Columns `claim`, `part`, `question`, one for each dimension of the register ("" where a claim has none),
    `computed`, `low`, `high`, `unit`, `agrees`, `article`, `neutral`, `update`, `definition` (in plain words).
    """
    names = dict.fromkeys(dimension.id for one in found for dimension in one.dimensions)
    columns = [
        "claim", "part", "question", *names, "computed", "low", "high", "unit", "agrees", "article", "neutral",
        "update", "definition",
    ]  # fmt: skip
    parts = [
        one.frame.rename(columns={"value": "computed", "sentence": "definition"}).assign(claim=one.claim.id)
        for one in found
    ]
    whole = pd.concat([part.reindex(columns=columns) for part in parts], ignore_index=True)
    return whole.astype(dict.fromkeys(names, object)).fillna(dict.fromkeys(names, ""))


def text(claim_ids: Collection[str]) -> str:
    """Return all definitions of some claims as CSV, in the register's order; "" if none of them has a grid."""
    found = [grid(claim) for claim in claims.register().values() if claim.id in claim_ids]
    every = [one for one in found if one is not None]
    return csv(every) if every else ""


def csv(found: Sequence[Grid]) -> str:
    """Return `table` as CSV, figures in ten digits, where machines agree."""
    return table(found).to_csv(index=False, lineterminator="\n", float_format="%.10g")
