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
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from onewaytrade import claims, datasets, files, fmt, measures, robustness
from onewaytrade.choices import (
    CHECKLISTS,
    choices_of,
    choices_of_part,
    evaluate_many,
    finding_of,
    flat,
    is_computed,
    laid_over,
    times,
)
from onewaytrade.claims import Claim, Dimension, Estimate, Exclusion, Finding, Option
from onewaytrade.errors import ClaimError, NoFigureError
from onewaytrade.robustness import Spread

OWN_QUESTION: Final = "The article’s question"
AFTER: Final = "After the article"
SEVERAL: Final = "Several of these at once"
# Dimensions that are told as one in a panel's name, and how many things a name may join.
_WINDOW: Final = frozenset({"start", "end"})
_THINGS: Final = 2
FILE: Final = "definitions.csv"
THIS_RUN: Final = "as this run asks"
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
_MONTH: Final = re.compile(r"\d{4}-\d{2}")
_ONLY_BOUNDED: Final = "The data only bound the value, so there is no figure with which others could agree."
# A number is agreed with when others round to it, a side or a direction when others show it; of several, and of
# one.
_AGREEING: Final = {
    False: ("round to the printed figure", "rounds to the printed figure"),
    True: ("agree with what is printed", "agrees with what is printed"),
}
_SAME_ANSWER: Final = ("give their part the same answer", "gives its part the same answer")
_STEADINESS: Final = ("alone", "fragile", "robust")
_TELLING: Final = 10


@dataclass(frozen=True, slots=True)
class Cell:
    """One definition: an option of each dimension, the part it is about ("" for the claim), what it computes."""

    options: tuple[Option, ...]
    part: str
    choices: Mapping[str, Any]
    question: str
    panel: str
    article: bool
    neutral: bool
    update: bool
    copy: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """All definitions of one claim, with their answers.

    `frame` has one row a definition: `part`; `panel` (the article's question, or what is asked instead),
    `question` (the options of all question dimensions, in words), `label` (the options that differ from the
    article's); one column for each dimension, by its id, with the option's id; `value`, `low`, `high` (in `unit`),
    `text` (as a reader would say it), `agrees` (it comes out as printed), `leaves_room` (it might), `keeps_sign`,
    `article`, `neutral`, `update`, `copy` (flags) and `sentence` (the definition in plain words). `left_out` has
    one row a combination: the options' ids, `kind` ("excluded"; "missing"; "repeated", an edition that gives the
    answer of an earlier row to the last digit) and `why`. `whose` the first definition is: the article's, or this
    run's where it departs from the article.
    """

    claim: Claim
    dimensions: tuple[Dimension, ...]
    frame: pd.DataFrame
    left_out: pd.DataFrame
    whose: str

    @property
    def same(self) -> pd.DataFrame:
        """The definitions of the article's question, its own among them."""
        return self.frame[(self.frame["panel"] == OWN_QUESTION) & ~self.frame["update"]]

    @property
    def voters(self) -> pd.DataFrame:
        """The definitions that vote on robustness: of the same question, no copy of the print, and decided."""
        same = self.same
        return same[~(same["article"] | same["copy"] | same["leaves_room"])]

    @property
    def bundled(self) -> bool:
        """Whether each definition answers a part of the claim rather than the claim."""
        return _is_bundle(self.claim)

    @property
    def by_answer(self) -> bool:
        """Whether what counts is which answer comes out, not by how much: of parts, and of a direction."""
        return self.bundled or self.claim.printed.direction is not None


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
    dimensions = tuple(_asked(dimension, base, article) for dimension in claim.dimensions)
    cells, left_out = _lay_out(claim, dimensions, base, moved=times(base) != times(article))
    whose = ARTICLES if base == article else RUNS
    rows = []
    for cell, computed in zip(cells, _computed(claim, cells), strict=True):
        if isinstance(computed, NoFigureError):
            left_out.append({**_ids(dimensions, cell.options), "kind": "missing", "why": str(computed)})
        else:
            rows.append(_row(claim, dimensions, cell, computed, whose))
    rows, repeated = _once(dimensions, rows)
    left_out += repeated
    names = [dimension.id for dimension in dimensions]
    frame = pd.DataFrame(rows, columns=[*_LEADING, *names, *_TRAILING])
    return Grid(
        claim,
        dimensions,
        frame.astype(dict.fromkeys(_FLAGS, bool) | dict.fromkeys(("value", "low", "high"), float)),
        pd.DataFrame(left_out, columns=[*names, "kind", "why"]),
        whose,
    )


def definitions_of(claim: Claim) -> list[Mapping[str, Any]]:
    """Return the choices of every definition of a claim, as the article is judged; none without dimensions."""
    cells, _ = _lay_out(claim, claim.dimensions, choices_of(claim), moved=False) if claim.dimensions else ([], [])
    return [cell.choices for cell in cells]


_LEADING: Final = ["part", "panel", "question", "label"]
_TRAILING: Final = [
    "value", "low", "high", "unit", "text", "agrees", "leaves_room", "keeps_sign", "article", "neutral", "update",
    "copy", "sentence",
]  # fmt: skip


_FLAGS: Final = ("agrees", "leaves_room", "keeps_sign", "article", "neutral", "update", "copy")


def check(claim: Claim) -> None:
    """Raise ClaimError, naming the claim and what is wrong, for dimensions or exclusions that cannot be meant."""
    known = {dimension.id: {option.id for option in dimension.options} for dimension in claim.dimensions}
    if len(known) < len(claim.dimensions):
        raise ClaimError(f"Claim {claim.id}: a dimension stands twice; its id names one column.")
    for dimension in claim.dimensions:
        if fault := _fault(dimension, undetermined=claim.definition.undetermined) or _idle(claim, dimension):
            raise ClaimError(f"Claim {claim.id}, dimension {dimension.id}: {fault}")
    own = {dimension.id: dimension.options[0].id for dimension in claim.dimensions}
    for exclusion in claim.excluded:
        for name, ids in exclusion.when.items():
            if name not in known:
                raise ClaimError(
                    f"Claim {claim.id}: an exclusion names a dimension {name!r} that the claim does not declare."
                )
            if unknown := sorted(set(ids) - known[name]):
                raise ClaimError(
                    f"Claim {claim.id}: an exclusion names {name} {fmt.join(unknown)}, no option of it."
                )
        if _fits(exclusion.when, own):
            raise ClaimError(
                f"Claim {claim.id}: an exclusion leaves out the article's own definition: {exclusion.why}"
            )


def _fault(dimension: Dimension, *, undetermined: bool) -> str:
    """Return what is wrong with a dimension, in a sentence; nothing where all is well."""
    first, *others = dimension.options
    faults = {
        "an option stands twice; its id names one option.": _repeats([own.id for own in dimension.options]),
        "two options have one label, so that no reader can tell them apart.": _repeats(
            [own.label for own in dimension.options]
        ),
        "the first option, the article's, has no choices; all others have some.": bool(first.choices)
        or not all(own.choices for own in others),
        "the first option, the article's, cannot end after the article.": first.update,
        "only a claim that names no definition can leave a dimension open.": dimension.kind == "open"
        and not undetermined,
        "two options are neutral; one is, or the article's own if none is marked.": sum(
            own.neutral for own in dimension.options
        )
        > 1,
    }
    return next((sentence for sentence, found in faults.items() if found), "")


def _idle(claim: Claim, dimension: Dimension) -> str:
    """Return, in a sentence, which option chooses nothing but what the article's definition has; nothing if none.

    The claim's own pin is what counts: where a newer edition stands in for it, an option may well name that one.
    """
    if any(map(datasets.instead_of_pinned, claim.pins)):
        return ""
    base = choices_of(claim)
    for option in dimension.options[1:]:
        if list(_asked_of(claim, laid_over(base, option.choices))) == list(_asked_of(claim, base)):
            return f"the option {option.id} chooses what the article's definition has anyway, and would vanish."
    return ""


def _repeats(names: Sequence[str]) -> bool:
    return len(set(names)) < len(names)


# Laying out


def _asked(dimension: Dimension, base: Mapping[str, Any], article: Mapping[str, Any]) -> Dimension:
    """Return a dimension as a run asks it: without options that name a time when the run moved in time.

    Its first option is what the run asks: it goes by the name of the option that the run takes, or by a name for
    this run where it departs in what the dimension is about.
    """
    moved = times(base) != times(article)
    first, *others = dimension.options
    before, after = flat(article), flat(base)
    departs = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    asked = next((option for option in others if _is_asked(option, departs, after)), None)
    if asked is not None:
        # It keeps the place of the first, and takes the name it has in the register.
        first = replace(first, label=asked.label, why=asked.why, neutral=asked.neutral)
    elif {_about(name) for name in departs} & _own_names(others):
        first = replace(first, label=THIS_RUN)
    kept = [_dated(option, base, article) for option in others if not (moved and times(option.choices))]
    return replace(dimension, options=(_dated_first(dimension, first, base), *kept))


def _dated_first(dimension: Dimension, first: Option, base: Mapping[str, Any]) -> Option:
    """Return the first option by the month that a run asks for, where months name the options of a dimension."""
    month = str(base.get(dimension.id, ""))
    named = dimension.id in _WINDOW and _MONTH.fullmatch(first.id) and _MONTH.fullmatch(month)
    return replace(first, id=month) if named else first


def _is_asked(option: Option, departs: Collection[str], after: Mapping[str, Any]) -> bool:
    """Tell whether an option is what a run asks where it departs from the article."""
    own = flat(option.choices)
    return any(name in departs for name in own) and all(after.get(name) == value for name, value in own.items())


def _own_names(options: Sequence[Option]) -> set[str]:
    """Return what a dimension is about: the choices that an option of it makes alone, or else all of them."""
    each = [[_about(name) for name in flat(option.choices)] for option in options]
    return {names[0] for names in each if len(names) == 1} or set(itertools.chain.from_iterable(each))


def _dated(option: Option, base: Mapping[str, Any], article: Mapping[str, Any]) -> Option:
    """Return an option that is so many months earlier or later as the month that this makes it in a run."""
    end = next((name for name in ("start", "end") if set(option.choices) == {f"{name}_shift"}), "")
    if not end or base[end] == article[end]:
        return option
    month = measures.shift_month(base[end], int(option.choices[f"{end}_shift"]))
    update = end == "end" and month > max(base["end"], article["end"])
    return replace(option, id=month, label=fmt.month(month), update=update)


def _about(name: str) -> str:
    """Return what a choice is about: its own name, without what leads to it; a shift is about its month."""
    return name.rsplit(maxsplit=1)[-1].removesuffix("_shift")


def _lay_out(
    claim: Claim, dimensions: Sequence[Dimension], base: Mapping[str, Any], *, moved: bool
) -> tuple[list[Cell], list[dict[str, Any]]]:
    """Return the combinations that make sense, each definition once, and those that do not, with the reason."""
    cells: list[Cell] = []
    left_out: list[dict[str, Any]] = []
    seen: set[str] = set()
    excluded = [(_anywhen(claim, own) if moved else own.when, own.why) for own in claim.excluded]
    for options in itertools.product(*(dimension.options for dimension in dimensions)):
        ids = _ids(dimensions, options)
        why = next((why for when, why in excluded if _fits(when, ids)), None)
        # What the run itself asks for it gets, be it a single January.
        if why is not None and not _is_first(dimensions, options):
            left_out.append({**ids, "kind": "excluded", "why": why})
            continue
        laid: Mapping[str, Any] = base
        for option in options:
            laid = laid_over(laid, option.choices)
        for part, choices in _asked_of(claim, laid):
            key = f"{part} {json.dumps(choices, sort_keys=True, default=str)}"
            if key not in seen:
                seen.add(key)
                neutral = claim.neutral and not moved and _is_neutral(dimensions, options)
                cells.append(_cell(dimensions, options, part, choices, neutral=neutral))
    return cells, left_out


def _fits(when: Mapping[str, Collection[str]], ids: Mapping[str, str]) -> bool:
    """Tell whether each option that an exclusion names is there: by its id, or by its month of any year."""
    return all(
        {ids.get(name, ""), _month_of_year(ids.get(name, ""))} & set(wanted) for name, wanted in when.items()
    )


def _month_of_year(option: str) -> str:
    """Return the month that an option's id names without its year ("2025-01" gives "-01"), or nothing."""
    return option[4:] if _MONTH.fullmatch(option) else ""


def _anywhen(claim: Claim, exclusion: Exclusion) -> Mapping[str, Sequence[str]]:
    """Return when an exclusion applies in a run in another time: by months of the year, if it is about these.

    It is if it says how months may be averaged, and spares no other option of the same calendar month: "a single
    January or February", whichever year. What is excluded at one end for the same reason is at the other as well.
    All other exclusions mean the very month that they name.
    """
    when = exclusion.when
    ends = {own.id: own.options for own in claim.dimensions if own.id in _WINDOW & when.keys()}
    spared = any(
        option.id not in when[name] and _month_of_year(option.id) in {*map(_month_of_year, when[name])} - {""}
        for name, options in ends.items()
        for option in options
    )
    if "averaging" not in when or spared:
        return when
    alike = [other.when for other in claim.excluded if other.why == exclusion.why and "averaging" in other.when]
    months = {_month_of_year(one) for other in alike for name in _WINDOW & other.keys() for one in other[name]} - {
        ""
    }
    return {
        name: (*months, *(one for one in ids if not _month_of_year(one))) if name in ends else ids
        for name, ids in when.items()
    }


def _asked_of(claim: Claim, choices: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield what one combination computes: the claim's figure, or that of each part of a bundle."""
    if not _is_bundle(claim):
        yield "", choices
        return
    for part in claim.parts:
        own = choices_of_part(choices, part.id)
        if own["method"] not in CHECKLISTS:
            yield part.id, own


def _is_bundle(claim: Claim) -> bool:
    return bool(claim.parts) and claim.printed.value is None


def _cell(
    dimensions: Sequence[Dimension],
    options: tuple[Option, ...],
    part: str,
    choices: Mapping[str, Any],
    *,
    neutral: bool,
) -> Cell:
    pairs = list(zip(dimensions, options, strict=True))
    asked = [(own, option) for own, option in pairs if own.kind == "question"]
    update = any(option.update for option in options)
    question = "; ".join([*([part] if part else []), *(option.label for _, option in asked)])
    return Cell(
        options=options,
        part=part,
        choices=choices,
        question=question or OWN_QUESTION,
        panel=AFTER if update else _panel(asked),
        article=_is_first(dimensions, options),
        neutral=neutral,
        update=update,
        copy=any(option.copy for option in options),
    )


def _panel(asked: Sequence[tuple[Dimension, Option]]) -> str:
    """Return the panel of a question by what it asks instead; both ends of a window are one thing."""
    things = list(dict.fromkeys(_thing(own) for own, _ in asked))
    other = list(dict.fromkeys(_thing(own) for own, option in asked if option is not own.options[0]))
    if len(other) > 1 and len(things) > _THINGS:
        return SEVERAL
    return f"Another {fmt.join(other)}" if other else OWN_QUESTION


def _thing(dimension: Dimension) -> str:
    return "window" if dimension.id in _WINDOW else dimension.name.lower()


def _is_first(dimensions: Sequence[Dimension], options: Sequence[Option]) -> bool:
    return all(option is own.options[0] for own, option in zip(dimensions, options, strict=True))


def _is_neutral(dimensions: Sequence[Dimension], options: Sequence[Option]) -> bool:
    """Tell whether a combination takes, of each dimension, the option marked as neutral, or else the first.

    What a run asks in place of the article's option is neutral to nobody.
    """
    return all(
        option is next((one for one in dimension.options if one.neutral), dimension.options[0])
        and option.label != THIS_RUN
        for dimension, option in zip(dimensions, options, strict=True)
    )


def _ids(dimensions: Sequence[Dimension], options: Sequence[Option]) -> dict[str, str]:
    return {dimension.id: option.id for dimension, option in zip(dimensions, options, strict=True)}


# Answers


def _computed(claim: Claim, cells: Sequence[Cell]) -> list[Estimate | NoFigureError | None]:
    """Return the estimate of each definition; None where a part is looked up instead of computed."""
    asked = [is_computed(cell.choices) for cell in cells]
    if not _is_bundle(claim) and not all(asked):
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


def _once(
    dimensions: Sequence[Dimension], rows: Sequence[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the rows without those that repeat another edition's answer to the last digit, and those left out.

    A new edition that leaves the past as it was is no other estimate of it. The first of them stands for all.
    """
    edition = next((own for own in dimensions if own.id == "edition"), None)
    if edition is None:
        return list(rows), []
    labels = {option.id: option.label for option in edition.options}
    names = [own.id for own in dimensions]
    first: dict[tuple[Any, ...], dict[str, Any]] = {}
    kept, repeated = [], []
    for row in rows:
        answer = [None if np.isnan(row[name]) else row[name] for name in ("value", "low", "high")]
        key = (row["part"], row["unit"], *(row[name] for name in names if name != "edition"), *answer)
        earlier = first.setdefault(key, row)
        if earlier is row or not any(number is not None for number in answer):
            kept.append(row)
            continue
        earlier["neutral"] |= row["neutral"]
        why = (
            f"Edition {labels[row['edition']]} repeats the past of {labels[earlier['edition']]} to the last digit."
        )
        repeated.append({**{name: row[name] for name in names}, "kind": "repeated", "why": why})
    return kept, repeated


def _row(
    claim: Claim, dimensions: Sequence[Dimension], cell: Cell, computed: Estimate | None, whose: str
) -> dict[str, Any]:
    finding = None
    if cell.part:
        part = next(part for part in claim.parts if part.id == cell.part)
        finding = finding_of(claim, part, cell.choices, computed)
    return {
        "part": cell.part,
        "panel": cell.panel,
        "question": cell.question,
        "label": _label(dimensions, cell.options, whose),
        **_ids(dimensions, cell.options),
        **_figures(claim, computed),
        **_agreement(claim, computed, finding, _edition(dimensions, cell.options)),
        "article": cell.article,
        "neutral": cell.neutral,
        "update": cell.update,
        "copy": cell.copy,
    }


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
        return {"value": np.nan, "low": np.nan, "high": np.nan, "unit": "", "text": ""}
    ends = claims.ends(computed)
    low, high = (np.nan if np.isinf(end) else end for end in (min(ends), max(ends)))
    return {
        "value": np.nan if computed.value is None else computed.value,
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


# What the answers come to


def spread(found: Grid) -> Spread:
    """Return what all definitions of a claim say together, and how robust its verdict is by that."""
    same, every = found.same, found.frame[~found.frame["update"]]
    voters = found.voters
    agreeing, keeping = _votes(found, voters)
    word, reason = _word(found, voters, agreeing, keeping)
    low, high, median = _span_of_one(found)
    moving = _moving(found)
    within, among = (moving[(moving["kind"] == "question") == asks] for asks in (False, True))
    counts = found.left_out["kind"].value_counts()
    changes = overturning(found)
    inside = changes["panel"] == OWN_QUESTION
    return Spread(
        word=word,
        reason=reason,
        same=len(same),
        others=len(every) - len(same),
        voting=len(agreeing),
        agreeing=int(agreeing.sum()),
        keeping=int(keeping.sum()),
        excluded=int(counts.get("excluded", 0)),
        missing=int(counts.get("missing", 0)),
        repeated=int(counts.get("repeated", 0)),
        updates=int(found.frame["update"].sum()),
        low=low,
        high=high,
        median=median,
        moved_by=next(iter(within["name"]), ""),
        moves=next(iter(within["moves"]), None),
        asked_by=next(iter(among["name"]), ""),
        breaks=_told(changes[inside]),
        turns=_told(changes[~inside]),
    )


def _told(changes: pd.DataFrame) -> tuple[str, ...]:
    return tuple(f"{row.label} ({row.text})" for row in changes.itertuples())


def _votes(found: Grid, voters: pd.DataFrame) -> tuple["pd.Series[bool]", "pd.Series[bool]"]:
    """Return which definitions agree and which keep the sign; of a bundle, by the answer that each part has here.

    A definition of a part agrees if it gives the part the same answer, and keeps its sign unless it turns the
    part: from standing to failing, or the other way.
    """
    if not found.bundled:
        return voters["agrees"], voters["keeps_sign"]
    own = found.frame[found.frame["article"]].set_index("part")
    known = voters[voters["part"].isin(own.index)]
    stands, holds = (
        known["part"].map(own["agrees"]).astype(bool),
        known["part"].map(own["keeps_sign"]).astype(bool),
    )
    alike = (known["agrees"] == stands) & (known["keeps_sign"] == holds)
    turned = (stands & ~known["keeps_sign"]) | (~holds & known["agrees"])
    return alike, ~turned


def _word(
    found: Grid, voters: pd.DataFrame, agreeing: "pd.Series[bool]", keeping: "pd.Series[bool]"
) -> tuple[str | None, str]:
    own = found.frame[found.frame["article"]]
    if own.empty:
        return None, ""
    if not found.bundled and found.claim.printed.value is not None and _only_bounded(own):
        if found.claim.kind == "bound":
            return None, _open_bound(found, agreeing)
        return None, _ONLY_BOUNDED
    if not len(agreeing):
        return None, _without_votes(found)
    reason = f"{_reason(found, voters, agreeing, keeping)}{_abstaining(found)}"
    if not found.bundled:
        return robustness.word(int(agreeing.sum()), int(keeping.sum()), len(agreeing)), reason
    parts = voters.loc[agreeing.index, "part"]
    each = [
        robustness.word(int(agreeing[rows].sum()), int(keeping[rows].sum()), len(rows))
        for rows in parts.groupby(parts).groups.values()
    ]
    # A bundle is no more robust than its weakest part.
    return min((one for one in each if one), key=_STEADINESS.index, default=None), reason


def _only_bounded(own: pd.DataFrame) -> bool:
    return bool(own["value"].isna().all() and not own["agrees"].any())


def _open_bound(found: Grid, agreeing: "pd.Series[bool]") -> str:
    """Return that a definition leaves open whether it is over or under a bound, and how many others do not."""
    agree, total = int(agreeing.sum()), len(agreeing)
    told = f"Whether {found.whose} definition agrees is open"
    if total == 1:
        told += f"; the one other {'does' if agree else 'does not'}"
    elif total:
        told += f"; {agree or 'none'} of {total} others {'do' if agree > 1 else 'does'}"
    return f"{told}.{_abstaining(found)}"


def _without_votes(found: Grid) -> str:
    """Return why no other definition of the same question has a vote; nothing where there is no other."""
    told = _abstaining(found).strip()
    return f"No other definition of the same question has a vote. {told}" if told else ""


def _abstaining(found: Grid) -> str:
    """Return in a sentence how many others of the same question have no vote, and why; nothing if all have."""
    others = found.same[~found.same["article"]]
    copies, open_ones = int(others["copy"].sum()), int((others["leaves_room"] & ~others["copy"]).sum())
    told = []
    if copies:
        told.append(f"{copies} only {'tells' if copies == 1 else 'tell'} the printed figure again")
    if open_ones:
        told.append(
            f"{open_ones} {'leaves' if open_ones == 1 else 'leave'} room for the printed figure among others"
        )
    return f" Without a vote: {fmt.join(told)}." if told else ""


def _reason(found: Grid, voters: pd.DataFrame, agreeing: "pd.Series[bool]", keeping: "pd.Series[bool]") -> str:
    agree, kept, total = int(agreeing.sum()), int(keeping.sum()), len(agreeing)
    by_side = found.claim.printed.direction is not None or found.claim.kind == "bound"
    told = _how_many(agree, total, _SAME_ANSWER if found.bundled else _AGREEING[by_side])
    if found.bundled:
        if total > kept:
            told += f"; in {total - kept} of them a part comes out the other way"
        return f"{told}."
    # Who agrees with a direction or a side keeps its sign.
    if not by_side and agree < total:
        told += (
            f"; {_sign_words(kept, total)}"
            if found.claim.printed.value
            else "; a zero has no sign to keep, so all would have to"
        )
    if _alike(found)["unit"].nunique() == 1 and voters.index.isin(_alike(found).index).all():
        told += f"; {'it gives' if total == 1 else 'together they give'} {_span_text(found.claim, voters)}"
    return f"{told}."


def _sign_words(kept: int, total: int) -> str:
    if total == 1:
        return "it keeps its sign" if kept else "it does not keep its sign"
    return (
        "all keep its sign" if kept == total else f"{kept} of {total} {'keeps' if kept == 1 else 'keep'} its sign"
    )


def _alike(found: Grid) -> pd.DataFrame:
    """Return the definitions of the article's question whose figures are of one size: none of unlike options."""
    same = found.same
    for dimension in found.dimensions:
        if dimension.unlike:
            same = same[same[dimension.id] == dimension.options[0].id]
    return same


def _how_many(agree: int, total: int, verb: tuple[str, str]) -> str:
    """Say how many of the other definitions agree, with the verb for several and for one."""
    many, one = verb
    if total == 1:
        return f"The one other definition of the same question {one if agree else f'does not {many}'}"
    if agree == total:
        return f"{'Both' if total == 2 else f'All {total}'} other definitions of the same question {many}"
    share = agree or ("Neither" if total == 2 else "None")
    return f"{share} of the {total} other definitions of the same question {one if agree < 2 else many}"


def _span_text(claim: Claim, rows: pd.DataFrame) -> str:
    if len(rows) == 1:
        return str(rows["text"].iloc[0])
    low, high, _ = _span(rows, str(rows["unit"].iloc[0]))
    only = low if low == high and low is not None and np.isfinite(low) else None
    shown = Estimate(only, "", "", "", _closed(low), _closed(high), unit=str(rows["unit"].iloc[0]))
    return claims.text_of(claim.printed, shown)


def _closed(end: float | None) -> float | None:
    """Return an end of a range, or None where it is open or unknown."""
    return None if end is None or not np.isfinite(end) else float(end)


def _span_of_one(found: Grid) -> tuple[float | None, float | None, float | None]:
    """Return the span of the article's question; none of several parts, or of growth beside a change of growth."""
    alike = _alike(found)
    if found.bundled or alike["unit"].nunique() != 1:
        return None, None, None
    return _span(alike, found.claim.printed.unit)


def _span(rows: pd.DataFrame, unit: str) -> tuple[float | None, float | None, float | None]:
    """Return the lowest, highest and median value in a unit, bounds taken at their ends (infinite if open)."""
    own = rows[rows["unit"] == unit]
    if own.empty:
        return None, None, None
    low, high = _reach(own)
    median = None if own["value"].isna().all() else float(own["value"].median())
    return float(low.min()), float(high.max()), median


def sensitivity(found: Grid) -> pd.DataFrame:
    """Return how far each dimension moves the answer, all else alike: one row a dimension, the strongest first.

    Columns `dimension`, `name`, `kind`, `pairs` (of definitions that differ in it alone), `moves` (the mean
    absolute difference of their values, in the claim's unit, or the least that bounds leave where there is no
    value), `flips` (the share of pairs of which one agrees with what is printed and one does not). Of a bundle and
    of a direction the answer is what moves: there `moves` is `flips`, and a pair may be in two units, as growth
    and its change are. Measurement dimensions are compared within the article's question, others over all;
    updates are left out.
    """
    voting = found.frame[~found.frame["update"]]
    alike = ["part"] if found.by_answer else ["part", "unit"]
    rows = []
    for dimension in found.dimensions:
        own = voting if dimension.kind == "question" else found.same
        rest = [*alike, *(other.id for other in found.dimensions if other is not dimension)]
        pairs, moves, flips = _pairs(own, rest)
        if pairs:
            moved = flips if found.by_answer else moves
            rows.append((dimension.id, dimension.name, dimension.kind, pairs, moved, flips))
    table = pd.DataFrame(rows, columns=["dimension", "name", "kind", "pairs", "moves", "flips"])
    return table.sort_values("moves", ascending=False, kind="stable", ignore_index=True)


def _pairs(rows: pd.DataFrame, rest: Sequence[str]) -> tuple[int, float, float]:
    """Return how many pairs agree in `rest`, their mean distance, the share of unlike answers."""
    low, high = _reach(rows)
    left = rows[[*rest, "agrees"]].assign(low=low, high=high).reset_index(names="at")
    both = left.merge(left, on=list(rest), suffixes=("", "_other"))
    both = both[both["at"] < both["at_other"]]
    if both.empty:
        return 0, np.nan, np.nan
    lows, highs = (both[[end, f"{end}_other"]].to_numpy(float) for end in ("low", "high"))
    apart = np.maximum(lows.max(axis=1) - highs.min(axis=1), 0)
    return len(both), float(apart.mean()), float((both["agrees"] != both["agrees_other"]).mean())


def _reach(rows: pd.DataFrame) -> tuple["pd.Series[float]", "pd.Series[float]"]:
    """Return the value of each definition twice, or where the data only bound it both ends (infinite if open)."""
    bounded = rows["value"].isna()
    low = rows["value"].where(~bounded, rows["low"].fillna(-np.inf))
    return low, rows["value"].where(~bounded, rows["high"].fillna(np.inf))


def _moving(found: Grid) -> pd.DataFrame:
    """Return the rows of `sensitivity` whose dimensions move the answer at all."""
    table = sensitivity(found)
    return table[table["moves"] > 0]


def shares(found: Grid) -> pd.DataFrame:
    """Return how many definitions of the article's question agree, by option of each dimension they differ in.

    Columns `dimension`, `name`, `option` (its label), `definitions`, `agreeing`, `share`, `median`.
    """
    rows = []
    for dimension in found.dimensions:
        if found.same[dimension.id].nunique() < 2:
            continue
        for option in dimension.options:
            own = found.same[found.same[dimension.id] == option.id]
            if len(own):
                agree = int(own["agrees"].sum())
                counted = (len(own), agree, agree / len(own), own["value"].median())
                rows.append((dimension.id, dimension.name, option.label, *counted))
    return pd.DataFrame(
        rows, columns=["dimension", "name", "option", "definitions", "agreeing", "share", "median"]
    )


def single_changes(found: Grid) -> pd.DataFrame:
    """Return the definitions that differ from the article's in one dimension alone, as rows of `frame`."""
    return found.frame[(_changes(found) == 1) & ~found.frame["update"]]


def _changes(found: Grid) -> "pd.Series[int]":
    """Return in how many dimensions each definition differs from the article's."""
    own = {dimension.id: dimension.options[0].id for dimension in found.dimensions}
    changes: pd.Series[int] = found.frame[list(own)].ne(pd.Series(own)).sum(axis="columns")
    return changes


def overturning(found: Grid) -> pd.DataFrame:
    """Return the single changes that overturn the answer of the article's definition (it agrees or does not)."""
    own = found.frame[found.frame["article"]].set_index("part")["agrees"]
    changes = single_changes(found)
    changes = changes[changes["part"].isin(own.index)]
    return changes[changes["agrees"] != changes["part"].map(own)]


def rivals(found: Grid) -> list[Estimate]:
    """Return what the other definitions of the article's question say; copies of the print are none."""
    rows = found.same[~(found.same["article"] | found.same["copy"]) & (found.same["part"] == "")]
    return [
        Estimate(_closed(value), "", "", sentence, _closed(low), _closed(high), unit=unit)
        for sentence, unit, (value, low, high) in zip(
            rows["sentence"], rows["unit"], rows[["value", "low", "high"]].to_numpy(float), strict=True
        )
    ]


def split(found: Grid) -> str:
    """Return in a sentence under which option no definition agrees, where some agree under another."""
    table = shares(found)
    for name, own in table.groupby("name", sort=False):
        none = own[own["agreeing"] == 0]
        if len(none) and len(none) < len(own):
            worst = none.sort_values("definitions", ascending=False, kind="stable").iloc[0]
            return f"With “{str(name).lower()}: {worst['option']}” it comes out on none of {worst['definitions']}."
    return ""


# What is shown


def curve(found: Grid, part: str = "") -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Return what `charts.specification_curve` draws: a table, and the options of each dimension by label.

    Of a bundle it is one `part`, by its id, that can be drawn; without one each part is a panel. Columns `panel`,
    `value`, `low`, `high`, `unit`, `agrees`, `leaves_room`, `role`, `text`, `sentence` and one for each dimension
    that has more than one option in the grid, by its name. The table's `attrs` say in `whose` whose the first
    definition is, the article's or this run's, and name the `claim`.
    """
    frame = found.frame[found.frame["part"] == part] if part else found.frame
    used = [dimension for dimension in found.dimensions if frame[dimension.id].nunique() > 1]
    table = frame[["panel", "value", "low", "high", "unit", "agrees", "leaves_room", "text", "sentence"]].copy()
    if found.bundled and not part:
        table["panel"] = frame["part"].str.replace("-", " ") + np.where(
            frame["panel"] == OWN_QUESTION, "", "; " + frame["panel"].str.lower()
        )
    roles = {"article": frame["article"], "neutral": frame["neutral"]}
    table["role"] = [
        " and ".join(name for name, flag in zip(roles, flags, strict=True) if flag)
        for flags in zip(*roles.values(), strict=True)
    ]
    options = {
        dimension.name: [one.label for one in dimension.options if one.id in set(frame[dimension.id])]
        for dimension in used
    }
    for dimension in used:
        labels = {option.id: option.label for option in dimension.options}
        table[dimension.name] = frame[dimension.id].map(labels)
    order = {name: at for at, name in enumerate(_panels(table["panel"]))}
    table = table.sort_values("panel", key=lambda own: own.map(order), kind="stable", ignore_index=True)
    table.attrs.update(whose=found.whose, claim=found.claim.id)
    return table, options


def _panels(names: "pd.Series[str]") -> list[str]:
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
    roles: dict[Any, list[str]] = {}
    for row, role in _candidates(found):
        if row in roles or len(roles) < most:
            roles.setdefault(row, []).append(role)
    if len(found.frame) <= most:
        roles |= {row: [""] for row in found.frame.index if row not in roles}
    table = found.frame.loc[list(roles)].assign(role=[fmt.join(dict.fromkeys(own)) for own in roles.values()])
    parts = {part.id: at for at, part in enumerate(found.claim.parts)}
    place = table["value"].fillna(table["low"]).fillna(table["high"])
    order = pd.DataFrame({"part": table["part"].map(parts), "place": place})
    return table.loc[order.sort_values(["part", "place"], kind="stable").index]


def notes(found: Grid) -> list[str]:
    """Return what a reader needs beside a table of definitions: how many, what moves them, what is left out.

    Why something is left out, `reasons` says.
    """
    total, own = spread(found), len(found.same)
    told = [f"{own} {'definition answers' if own == 1 else 'definitions answer'} {found.whose} question"]
    if total.others:
        told.append(f"{total.others} {'asks' if total.others == 1 else 'ask'} another")
    if total.updates:
        told.append(f"{total.updates} {'ends' if total.updates == 1 else 'end'} after the article")
    told = [*([_NEUTRAL] if found.frame["neutral"].any() else []), f"{', '.join(told)}."]
    moving = _moving(found)
    if len(moving):
        each = [
            f"{name.lower()} {_moves(found, by)}" for name, by in zip(moving["name"], moving["moves"], strict=True)
        ]
        how = (
            "share of answers that change"
            if found.by_answer
            else "mean distance of two definitions that differ in it alone"
        )
        told.append(f"What moves the answer ({how}): {'; '.join(each)}.")
    counts = found.left_out["kind"].value_counts()
    left = [
        f"{counts[kind]} {words[int(counts[kind] > 1)]}" for kind, words in _LEFT_OUT.items() if kind in counts
    ]
    return told + ([f"Left out: {fmt.join(left)}."] if left else [])


def reasons(found: Grid) -> list[str]:
    """Return why combinations are left out of a grid, each reason after the number of those that it is about."""
    return [f"{count}: {why}" for why, count in found.left_out.groupby("why", sort=False).size().items()]


def _moves(found: Grid, by: float) -> str:
    if found.by_answer:
        return fmt.number(100 * by, 0) + f"{fmt.SPACE}%"
    printed = found.claim.printed
    unit = "points" if printed.unit == "%" else printed.unit
    return fmt.with_unit(by, unit, printed.decimals + 1)


def _candidates(found: Grid) -> Iterator[tuple[Any, str]]:
    """Yield rows of the grid with what makes them telling, the most telling first; a row may come again."""
    frame = found.frame
    for row in frame.index[frame["article"]]:
        yield row, found.whose
    for row in frame.index[frame["neutral"]]:
        yield row, "neutral"
    inside = _ends(found, found.same, "of its question", middle=True)
    yield from itertools.chain(*((_farthest(found), inside) if found.bundled else (inside, _farthest(found))))
    voting = frame[~frame["update"]]
    apart = _from_the_articles(found, voting)
    yield from sorted(_ends(found, voting, "of all"), key=lambda end: -apart.fillna(-1)[end[0]])[:1]
    if (frame["update"] | frame["article"]).all():
        yield from _ends(found, frame[frame["update"]], "after the article")


def _farthest(found: Grid) -> Iterator[tuple[Any, str]]:
    """Yield, for each dimension, the single change that moves the answer furthest."""
    changes = single_changes(found)
    apart = _from_the_articles(found, changes)
    for dimension in found.dimensions:
        moved = apart[changes[dimension.id] != dimension.options[0].id].dropna()
        if moved.max() > 0:
            yield moved.idxmax(), f"farthest if only this changes: {dimension.name.lower()}"


def _from_the_articles(found: Grid, rows: pd.DataFrame) -> "pd.Series[float]":
    """Return how far each answer lies from the article's on the same part, at least; missing without a figure."""
    frame = found.frame.assign(**dict(zip(("low", "high"), _reach(found.frame), strict=True)))
    own = frame[frame["article"]].set_index("part")
    low, high = (frame.loc[rows.index, end] for end in ("low", "high"))
    above = low - measures.look_up(rows["part"], own["high"])
    below = measures.look_up(rows["part"], own["low"]) - high
    apart: pd.Series[float] = above.where(above > below, below).clip(lower=0)
    alike = rows["unit"] == rows["part"].map(own["unit"])
    return apart.where((np.isfinite(low) | np.isfinite(high)) & alike)


def _ends(found: Grid, rows: pd.DataFrame, of: str, *, middle: bool = False) -> Iterator[tuple[Any, str]]:
    """Yield the lowest and the highest of some rows, where they differ and are known; of each part and unit.

    Of several that are equal it is the one with the fewest changes; bounds that hold all others are told once.
    """
    nearest_first = rows.loc[_changes(found)[rows.index].sort_values(kind="stable").index]
    for (_, unit), own in nearest_first.groupby(["part", "unit"], sort=False):
        where = f"{of}, in {unit}" if unit == "points" != found.claim.printed.unit else of
        low, high = _reach(own)
        (first, least), (last, most) = (low.idxmin(), low.min()), (high.idxmax(), high.max())
        if least < most and first == last and np.isfinite([least, most]).all():
            yield first, f"the widest bounds {where}"
        elif least < most:
            if np.isfinite(least):
                yield first, f"lowest {where}"
            if np.isfinite(most):
                yield last, f"highest {where}"
        values = own["value"].dropna().sort_values(kind="stable")
        if middle and len(values) > 2:
            yield values.index[(len(values) - 1) // 2], f"middle {where}"


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


def write(path: Path, claim_ids: Collection[str]) -> None:
    """Write all definitions of some claims to a file, as `text` gives them; none without a grid."""
    if content := text(claim_ids):
        files.write_text(path, content)


def text(claim_ids: Collection[str]) -> str:
    """Return all definitions of some claims as CSV, in the register's order; "" if none of them has a grid."""
    found = [grid(claim) for claim in claims.register().values() if claim.id in claim_ids]
    every = [one for one in found if one is not None]
    return csv(every) if every else ""


def csv(found: Sequence[Grid]) -> str:
    """Return `table` as CSV, figures in ten digits, where machines agree."""
    return table(found).to_csv(index=False, lineterminator="\n", float_format="%.10g")
