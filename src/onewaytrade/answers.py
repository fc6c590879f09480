"""What the answers of all definitions of a claim come to: their spread, what moves and what overturns them.

The answers are counted and compared as plain values, a few hundred at most; tables are made for readers alone.
`grids` makes the answers, and says what the words mean.
"""

import functools
import itertools
import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from onewaytrade import claims, fmt, robustness
from onewaytrade.claims import Claim, Dimension, Estimate
from onewaytrade.combinations import OWN_QUESTION, LeftOut
from onewaytrade.robustness import Spread

_ONLY_BOUNDED: Final = "The data only bound the value, so there is no figure with which others could agree."
# A number is agreed with when others round to it, a side or a direction when others show it; of several, and of
# one.
_AGREEING: Final = {
    False: ("round to the printed figure", "rounds to the printed figure"),
    True: ("agree with what is printed", "agrees with what is printed"),
}
_SAME_ANSWER: Final = ("give their part the same answer", "gives its part the same answer")
_STEADINESS: Final = ("alone", "fragile", "robust")
_FIGURES: Final = ("value", "low", "high")
_FLAGS: Final = ("agrees", "leaves_room", "keeps_sign", "article", "neutral", "update", "copy")
# The columns of a grid's frame before and after those of the dimensions.
_LEADING: Final = ("part", "panel", "question", "label")
_TRAILING: Final = (
    "value", "low", "high", "unit", "text", "agrees", "leaves_room", "keeps_sign", "article", "neutral", "update",
    "copy", "sentence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What one definition gives: a row of a grid's `frame`, by the names of its columns.

    `options` are the ids of its options, by dimension; `value`, `low` and `high` are NaN where there is none.
    """

    part: str
    panel: str
    question: str
    label: str
    options: Mapping[str, str]
    value: float
    low: float
    high: float
    unit: str
    text: str
    agrees: bool
    leaves_room: bool
    keeps_sign: bool
    article: bool
    neutral: bool
    update: bool
    copy: bool
    sentence: str

    @property
    def reach(self) -> tuple[float, float]:
        """The value twice, or where the data only bound it both ends (infinite if open)."""
        if not math.isnan(self.value):
            return self.value, self.value
        return (
            -math.inf if math.isnan(self.low) else self.low,
            math.inf if math.isnan(self.high) else self.high,
        )


@dataclass(frozen=True)
class Grid:
    """All definitions of one claim, with their answers, and what is left out.

    `frame` has one row a definition: `part`; `panel` (the article's question, or what is asked instead),
    `question` (the options of all question dimensions, in words), `label` (the options that differ from the
    article's); one column for each dimension, by its id, with the option's id; `value`, `low`, `high` (in `unit`),
    `text` (as a reader would say it), `agrees` (it comes out as printed), `leaves_room` (it might), `keeps_sign`,
    `article`, `neutral`, `update`, `copy` (flags) and `sentence` (the definition in plain words). `left_out` has
    one row a combination: the options' ids, `kind` ("excluded"; "missing"; "repeated", an edition that gives the
    answer of an earlier row to the last digit) and `why`. `answers` and `lost` hold the same as plain values.
    `whose` the first definition is: the article's, or this run's where it departs from the article.
    """

    claim: Claim
    dimensions: tuple[Dimension, ...]
    answers: tuple[Answer, ...]
    lost: tuple[LeftOut, ...]
    whose: str

    @functools.cached_property
    def frame(self) -> pd.DataFrame:
        """One row a definition."""
        columns: dict[str, list[object]] = {
            name: [getattr(own, name) for own in self.answers] for name in _LEADING
        }
        columns |= {one.id: [own.options[one.id] for own in self.answers] for one in self.dimensions}
        columns |= {name: [getattr(own, name) for own in self.answers] for name in _TRAILING}
        types = dict.fromkeys(_FLAGS, bool) | dict.fromkeys(_FIGURES, float)
        return pd.DataFrame({name: pd.Series(column, dtype=types.get(name)) for name, column in columns.items()})

    @functools.cached_property
    def left_out(self) -> pd.DataFrame:
        """One row a combination that is no definition."""
        names = [one.id for one in self.dimensions]
        rows = [(*(own.options[name] for name in names), own.kind, own.why) for own in self.lost]
        return pd.DataFrame(rows, columns=[*names, "kind", "why"])

    @property
    def same(self) -> pd.DataFrame:
        """The definitions of the article's question, its own among them, as rows of `frame`."""
        return self.frame[(self.frame["panel"] == OWN_QUESTION) & ~self.frame["update"]]

    @property
    def voters(self) -> pd.DataFrame:
        """The definitions that vote on robustness: of the same question, no copy of the print, and decided."""
        same = self.same
        return same[~(same["article"] | same["copy"] | same["leaves_room"])]

    @property
    def bundled(self) -> bool:
        """Whether each definition answers a part of the claim rather than the claim."""
        return self.claim.is_bundle

    @property
    def by_answer(self) -> bool:
        """Whether what counts is which answer comes out, not by how much: of parts, and of a direction."""
        return self.bundled or self.claim.printed.direction is not None

    @property
    def own(self) -> dict[str, Answer]:
        """The answers of the first definition, the article's or this run's, by part."""
        return {answer.part: answer for answer in self.answers if answer.article}

    @property
    def voting(self) -> list[Answer]:
        """The answers of all definitions but those that end after the article."""
        return [answer for answer in self.answers if not answer.update]

    @property
    def fellows(self) -> list[Answer]:
        """The answers of `same`."""
        return [answer for answer in self.answers if answer.panel == OWN_QUESTION and not answer.update]

    def changes(self, answer: Answer) -> int:
        """Return in how many dimensions a definition differs from the first."""
        return sum(answer.options[one.id] != one.options[0].id for one in self.dimensions)


@dataclass(frozen=True, slots=True)
class _Vote:
    """Whether a definition agrees and whether it keeps the sign, as far as robustness goes."""

    answer: Answer
    agrees: bool
    keeps: bool


@dataclass(frozen=True, slots=True)
class _Move:
    """How far a dimension moves the answer: a row of `sensitivity`."""

    dimension: str
    name: str
    kind: str
    pairs: int
    moves: float
    flips: float


def spread(found: Grid) -> Spread:
    """Return what all definitions of a claim say together, and how robust its verdict is by that."""
    same, votes = len(found.fellows), _votes(found)
    word, reason = _word(found, votes)
    low, high, median = _span_of_one(found)
    moving = moving_most(found)
    within, among = ([one for one in moving if (one.kind == "question") == asks] for asks in (False, True))
    kinds = [one.kind for one in found.lost]
    own = found.own
    changes = [one for one in found.answers if _overturns(found, own, one)]
    return Spread(
        word=word,
        reason=reason,
        same=same,
        others=len(found.voting) - same,
        voting=len(votes),
        agreeing=sum(vote.agrees for vote in votes),
        keeping=sum(vote.keeps for vote in votes),
        excluded=kinds.count("excluded"),
        missing=kinds.count("missing"),
        repeated=kinds.count("repeated"),
        updates=len(found.answers) - len(found.voting),
        low=low,
        high=high,
        median=median,
        moved_by=within[0].name if within else "",
        moves=within[0].moves if within else None,
        asked_by=among[0].name if among else "",
        breaks=_told(one for one in changes if one.panel == OWN_QUESTION),
        turns=_told(one for one in changes if one.panel != OWN_QUESTION),
    )


def _told(changes: Iterable[Answer]) -> tuple[str, ...]:
    return tuple(f"{own.label} ({own.text})" for own in changes)


def _votes(found: Grid) -> list[_Vote]:
    """Return which definitions agree and which keep the sign; of a bundle, by the answer that each part has here.

    A definition of a part agrees if it gives the part the same answer, and keeps its sign unless it turns the
    part: from standing to failing, or the other way.
    """
    voters = [one for one in found.fellows if not (one.article or one.copy or one.leaves_room)]
    if not found.bundled:
        return [_Vote(one, one.agrees, one.keeps_sign) for one in voters]
    own = found.own
    return [_vote_on_part(one, own[one.part]) for one in voters if one.part in own]


def _vote_on_part(one: Answer, own: Answer) -> _Vote:
    alike = one.agrees == own.agrees and one.keeps_sign == own.keeps_sign
    turned = (own.agrees and not one.keeps_sign) or (not own.keeps_sign and one.agrees)
    return _Vote(one, alike, not turned)


def _word(found: Grid, votes: Sequence[_Vote]) -> tuple[str | None, str]:
    own = list(found.own.values())
    if not own:
        return None, ""
    if not found.bundled and found.claim.printed.value is not None and _only_bounded(own):
        if found.claim.kind == "bound":
            return None, _open_bound(found, votes)
        return None, _ONLY_BOUNDED
    if not votes:
        return None, _without_votes(found)
    reason = f"{_reason(found, votes)}{_abstaining(found)}"
    parts: dict[str, list[_Vote]] = defaultdict(list)
    for vote in votes:
        parts[vote.answer.part].append(vote)
    each = [
        robustness.word(sum(vote.agrees for vote in own), sum(vote.keeps for vote in own), len(own))
        for own in parts.values()
    ]
    # A bundle is no more robust than its weakest part.
    return min((one for one in each if one), key=_STEADINESS.index, default=None), reason


def _only_bounded(own: Sequence[Answer]) -> bool:
    return all(math.isnan(one.value) and not one.agrees for one in own)


def _open_bound(found: Grid, votes: Sequence[_Vote]) -> str:
    """Return that a definition leaves open whether it is over or under a bound, and how many others do not."""
    agree, total = sum(vote.agrees for vote in votes), len(votes)
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
    others = [one for one in found.fellows if not one.article]
    copies = sum(one.copy for one in others)
    open_ones = sum(one.leaves_room and not one.copy for one in others)
    told = []
    if copies:
        told.append(f"{copies} only {'tells' if copies == 1 else 'tell'} the printed figure again")
    if open_ones:
        told.append(
            f"{open_ones} {'leaves' if open_ones == 1 else 'leave'} room for the printed figure among others"
        )
    return f" Without a vote: {fmt.join(told)}." if told else ""


def _reason(found: Grid, votes: Sequence[_Vote]) -> str:
    agree, kept, total = sum(vote.agrees for vote in votes), sum(vote.keeps for vote in votes), len(votes)
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
    alike, voters = _alike(found, found.fellows), [vote.answer for vote in votes]
    if len({one.unit for one in alike}) == 1 and len(_alike(found, voters)) == total:
        told += f"; {'it gives' if total == 1 else 'together they give'} {_span_text(found.claim, voters)}"
    return f"{told}."


def _sign_words(kept: int, total: int) -> str:
    if total == 1:
        return "it keeps its sign" if kept else "it does not keep its sign"
    return (
        "all keep its sign" if kept == total else f"{kept} of {total} {'keeps' if kept == 1 else 'keep'} its sign"
    )


def _alike(found: Grid, answers: Sequence[Answer]) -> list[Answer]:
    """Return the answers whose figures are of the size of the article's: none of unlike options."""
    own = {one.id: one.options[0].id for one in found.dimensions if one.unlike}
    return [one for one in answers if all(one.options[name] == option for name, option in own.items())]


def _how_many(agree: int, total: int, verb: tuple[str, str]) -> str:
    """Say how many of the other definitions agree, with the verb for several and for one."""
    many, one = verb
    if total == 1:
        return f"The one other definition of the same question {one if agree else f'does not {many}'}"
    if agree == total:
        return f"{'Both' if total == 2 else f'All {total}'} other definitions of the same question {many}"
    share = agree or ("Neither" if total == 2 else "None")
    return f"{share} of the {total} other definitions of the same question {one if agree < 2 else many}"


def _span_text(claim: Claim, answers: Sequence[Answer]) -> str:
    first = answers[0]
    if len(answers) == 1:
        return first.text
    low, high, _ = _span(answers, first.unit)
    only = low if low == high and low is not None and math.isfinite(low) else None
    shown = Estimate(only, "", "", "", _closed(low), _closed(high), unit=first.unit)
    return claims.text_of(claim.printed, shown)


def _closed(end: float | None) -> float | None:
    """Return an end of a range, or None where it is open or unknown."""
    return None if end is None or not math.isfinite(end) else end


def _span_of_one(found: Grid) -> tuple[float | None, float | None, float | None]:
    """Return the span of the article's question; none of several parts, or of growth beside a change of growth."""
    alike = _alike(found, found.fellows)
    if found.bundled or len({one.unit for one in alike}) != 1:
        return None, None, None
    return _span(alike, found.claim.printed.unit)


def _span(answers: Sequence[Answer], unit: str) -> tuple[float | None, float | None, float | None]:
    """Return the lowest, highest and median value in a unit, bounds taken at their ends (infinite if open)."""
    own = [one for one in answers if one.unit == unit]
    if not own:
        return None, None, None
    lows, highs = zip(*(one.reach for one in own), strict=True)
    values = [one.value for one in own if not math.isnan(one.value)]
    return min(lows), max(highs), statistics.median(values) if values else None


def sensitivity(found: Grid) -> pd.DataFrame:
    """Return how far each dimension moves the answer, all else alike: one row a dimension, the strongest first.

    Columns `dimension`, `name`, `kind`, `pairs` (of definitions that differ in it alone), `moves` (the mean
    absolute difference of their values, in the claim's unit, or the least that bounds leave where there is no
    value), `flips` (the share of pairs of which one agrees with what is printed and one does not). Of a bundle and
    of a direction the answer is what moves: there `moves` is `flips`, and a pair may be in two units, as growth
    and its change are. Measurement dimensions are compared within the article's question, others over all;
    updates are left out.
    """
    return pd.DataFrame(_moves(found), columns=["dimension", "name", "kind", "pairs", "moves", "flips"])


def moving_most(found: Grid) -> list[_Move]:
    """Return the dimensions that move the answer at all, the strongest first, as rows of `sensitivity`."""
    return [one for one in _moves(found) if one.moves > 0]


def _moves(found: Grid) -> list[_Move]:
    moves = []
    fellows, voting = found.fellows, found.voting
    for dimension in found.dimensions:
        others = [one.id for one in found.dimensions if one is not dimension]
        answers = voting if dimension.kind == "question" else fellows
        pairs = _pairs(answers, others, same_unit=not found.by_answer)
        if pairs:
            flips = sum(one.agrees != other.agrees for one, other in pairs) / len(pairs)
            moved = flips if found.by_answer else float(np.mean([distance(one, other) for one, other in pairs]))
            rows = (dimension.id, dimension.name, dimension.kind)
            moves.append(_Move(*rows, len(pairs), moved, flips))
    # What is not a number, the distance of two answers without an end, comes last.
    return sorted(moves, key=lambda one: -math.inf if math.isnan(one.moves) else one.moves, reverse=True)


def _pairs(answers: Sequence[Answer], others: Sequence[str], *, same_unit: bool) -> list[tuple[Answer, Answer]]:
    """Return the pairs, in the order of the answers, that are about one part and take the same other options."""
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, one in enumerate(answers):
        places[one.part, one.unit if same_unit else "", *(one.options[name] for name in others)].append(at)
    pairs = sorted(itertools.chain.from_iterable(itertools.combinations(alike, 2) for alike in places.values()))
    return [(answers[at], answers[other]) for at, other in pairs]


def distance(one: Answer, other: Answer) -> float:
    """Return how far two answers lie apart, at least."""
    (low, high), (floor, ceiling) = one.reach, other.reach
    return max(max(low, floor) - min(high, ceiling), 0.0)


def shares(found: Grid) -> pd.DataFrame:
    """Return how many definitions of the article's question agree, by option of each dimension they differ in.

    Columns `dimension`, `name`, `option` (its label), `definitions`, `agreeing`, `share`, `median`.
    """
    rows = []
    for dimension in found.dimensions:
        taken: dict[str, list[Answer]] = defaultdict(list)
        for one in found.fellows:
            taken[one.options[dimension.id]].append(one)
        for option in dimension.options if len(taken) > 1 else ():
            if own := taken.get(option.id):
                agree = sum(one.agrees for one in own)
                values = [one.value for one in own if not math.isnan(one.value)]
                median = statistics.median(values) if values else math.nan
                counted = (len(own), agree, agree / len(own), median)
                rows.append((dimension.id, dimension.name, option.label, *counted))
    return pd.DataFrame(
        rows, columns=["dimension", "name", "option", "definitions", "agreeing", "share", "median"]
    )


def single_changes(found: Grid) -> pd.DataFrame:
    """Return the definitions that differ from the article's in one dimension alone, as rows of `frame`."""
    return found.frame.iloc[[at for at, one in enumerate(found.answers) if is_single_change(found, one)]]


def is_single_change(found: Grid, answer: Answer) -> bool:
    """Tell whether a definition differs from the article's in one dimension alone, and is no update."""
    return not answer.update and found.changes(answer) == 1


def overturning(found: Grid) -> pd.DataFrame:
    """Return the single changes that overturn the answer of the article's definition (it agrees or does not)."""
    own = found.own
    return found.frame.iloc[[at for at, one in enumerate(found.answers) if _overturns(found, own, one)]]


def _overturns(found: Grid, own: Mapping[str, Answer], one: Answer) -> bool:
    return one.part in own and one.agrees != own[one.part].agrees and is_single_change(found, one)


def rivals(found: Grid) -> list[Estimate]:
    """Return what the other definitions of the article's question say; copies of the print are none."""
    return [
        Estimate(_closed(one.value), "", "", one.sentence, _closed(one.low), _closed(one.high), unit=one.unit)
        for one in found.fellows
        if not (one.article or one.copy or one.part)
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
