"""The combinations of a claim's options: which make sense, which are left out and why, and which are the same.

`grids` computes what is laid out here, and says what the words mean.
"""

import itertools
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from onewaytrade import datasets, fmt, measures
from onewaytrade.choices import CHECKLISTS, choices_of, choices_of_part, flat, laid_over, times
from onewaytrade.claims import Claim, Dimension, Exclusion, Option
from onewaytrade.errors import ClaimError

OWN_QUESTION: Final = "The article’s question"
AFTER: Final = "After the article"
SEVERAL: Final = "Several of these at once"
THIS_RUN: Final = "as this run asks"
# Dimensions that are told as one in a panel's name, and how many things a name may join.
_WINDOW: Final = frozenset({"start", "end"})
_THINGS: Final = 2
_MONTH: Final = re.compile(r"\d{4}-\d{2}")


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
class LeftOut:
    """A combination that is no definition: the ids of its options, by dimension, the kind, and the reason.

    The kind is "excluded" (it makes no sense), "missing" (no figure is at hand) or "repeated" (it gives the answer
    of an earlier edition to the last digit).
    """

    options: Mapping[str, str]
    kind: str
    why: str


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


def asked_for(dimension: Dimension, base: Mapping[str, Any], article: Mapping[str, Any]) -> Dimension:
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


def lay_out(
    claim: Claim, dimensions: Sequence[Dimension], base: Mapping[str, Any], *, moved: bool
) -> tuple[list[Cell], list[LeftOut]]:
    """Return the combinations that make sense, each definition once, and those that do not, with the reason."""
    cells: list[Cell] = []
    left_out: list[LeftOut] = []
    seen: set[str] = set()
    excluded = [(_anywhen(claim, own) if moved else own.when, own.why) for own in claim.excluded]
    neutral = claim.neutral and not moved
    for options in itertools.product(*(dimension.options for dimension in dimensions)):
        ids = ids_of(dimensions, options)
        why = next((why for when, why in excluded if _fits(when, ids)), None)
        # What the run itself asks for it gets, be it a single January.
        if why is not None and not _is_first(dimensions, options):
            left_out.append(LeftOut(ids, "excluded", why))
            continue
        laid: Mapping[str, Any] = base
        for option in options:
            if option.choices:
                laid = laid_over(laid, option.choices)
        for part, choices in _asked_of(claim, laid):
            key = f"{part} {json.dumps(choices, sort_keys=True, default=str)}"
            if key not in seen:
                seen.add(key)
                own = neutral and _is_neutral(dimensions, options)
                cells.append(_cell(dimensions, options, part, choices, neutral=own))
    return cells, left_out


def _fits(when: Mapping[str, Collection[str]], ids: Mapping[str, str]) -> bool:
    """Tell whether each option that an exclusion names is there: by its id, or by its month of any year."""
    for name, wanted in when.items():
        option = ids.get(name, "")
        if option not in wanted and _month_of_year(option) not in wanted:
            return False
    return True


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
    if not claim.is_bundle:
        yield "", choices
        return
    for part in claim.parts:
        own = choices_of_part(choices, part.id)
        if own["method"] not in CHECKLISTS:
            yield part.id, own


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


def ids_of(dimensions: Sequence[Dimension], options: Sequence[Option]) -> dict[str, str]:
    """Return the ids of options, by their dimensions."""
    return {dimension.id: option.id for dimension, option in zip(dimensions, options, strict=True)}
