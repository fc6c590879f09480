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

The *neutral* definition follows one rule for all claims: the last twelve months to the article's end month against
calendar 2022, in the publisher's own currency; the year to date against the year to date where that is asked. A
claim about a level, a count or a list has none.
"""

import itertools
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from onewaytrade import claims, files, fmt, measures, robustness
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
from onewaytrade.claims import Claim, Dimension, Estimate, Finding, Option
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


@dataclass(frozen=True, slots=True)
class Grid:
    """All definitions of one claim, with their answers.

    `frame` has one row a definition: `part`; `panel` (the article's question, or what is asked instead),
    `question` (the options of all question dimensions, in words), `label` (the options that differ from the
    article's); one column for each dimension, by its id, with the option's id; `value`, `low`, `high` (in `unit`),
    `text` (as a reader would say it), `agrees` (it comes out as printed), `keeps_sign`, `article`, `neutral`,
    `update` (flags) and `sentence` (the definition in plain words). `left_out` has one row a combination: the
    options' ids, `kind` ("excluded" or "missing") and `why`.
    """

    claim: Claim
    dimensions: tuple[Dimension, ...]
    frame: pd.DataFrame
    left_out: pd.DataFrame

    @property
    def same(self) -> pd.DataFrame:
        """The definitions of the article's question, its own among them."""
        return self.frame[(self.frame["panel"] == OWN_QUESTION) & ~self.frame["update"]]

    @property
    def bundled(self) -> bool:
        """Whether each definition answers a part of the claim rather than the claim."""
        return _is_bundle(self.claim)


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
    rows = []
    for cell, computed in zip(cells, _computed(claim, cells), strict=True):
        if isinstance(computed, NoFigureError):
            left_out.append({**_ids(dimensions, cell.options), "kind": "missing", "why": str(computed)})
        else:
            rows.append(_row(claim, dimensions, cell, computed))
    names = [dimension.id for dimension in dimensions]
    frame = pd.DataFrame(rows, columns=[*_LEADING, *names, *_TRAILING])
    return Grid(
        claim,
        dimensions,
        frame.astype(dict.fromkeys(_FLAGS, bool) | dict.fromkeys(("value", "low", "high"), float)),
        pd.DataFrame(left_out, columns=[*names, "kind", "why"]),
    )


def definitions_of(claim: Claim) -> list[Mapping[str, Any]]:
    """Return the choices of every definition of a claim, as the article is judged; none without dimensions."""
    cells, _ = _lay_out(claim, claim.dimensions, choices_of(claim), moved=False) if claim.dimensions else ([], [])
    return [cell.choices for cell in cells]


_LEADING: Final = ["part", "panel", "question", "label"]
_TRAILING: Final = [
    "value", "low", "high", "unit", "text", "agrees", "keeps_sign", "article", "neutral", "update", "sentence",
]  # fmt: skip


_FLAGS: Final = ("agrees", "keeps_sign", "article", "neutral", "update")


def check(claim: Claim) -> None:
    """Raise ClaimError, naming the claim and what is wrong, for dimensions or exclusions that cannot be meant."""
    known = {dimension.id: {option.id for option in dimension.options} for dimension in claim.dimensions}
    for dimension in claim.dimensions:
        where = f"Claim {claim.id}, dimension {dimension.id}"
        if len(known[dimension.id]) < len(dimension.options):
            raise ClaimError(f"{where}: an option stands twice; its id names one option.")
        if dimension.options[0].choices or not all(option.choices for option in dimension.options[1:]):
            raise ClaimError(f"{where}: the first option, the article's, has no choices; all others have some.")
        if dimension.kind == "open" and not claim.definition.undetermined:
            raise ClaimError(f"{where}: only a claim that names no definition can leave a dimension open.")
        if sum(option.neutral for option in dimension.options) > 1:
            raise ClaimError(f"{where}: two options are neutral; one is, or the article's own if none is marked.")
    for exclusion in claim.excluded:
        for name, ids in exclusion.when.items():
            if unknown := sorted(set(ids) - known.get(name, set())):
                raise ClaimError(
                    f"Claim {claim.id}: an exclusion names {name} {fmt.join(unknown)}, no option of it."
                )


# Laying out


def _asked(dimension: Dimension, base: Mapping[str, Any], article: Mapping[str, Any]) -> Dimension:
    """Return a dimension as a run asks it: without options that name a time when the run moved in time.

    Its first option, which is what the run asks, is renamed where the run departs in what the dimension is about.
    """
    moved = times(base) != times(article)
    first, *others = dimension.options
    kept = [_dated(option, base, article) for option in others if not (moved and times(option.choices))]
    before, after = flat(article), flat(base)
    departs = {_about(name) for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if departs & {_about(name) for option in others for name in flat(option.choices)}:
        first = Option(first.id, THIS_RUN, first.why, first.choices)
    return Dimension(dimension.id, dimension.name, dimension.kind, (first, *kept))


def _dated(option: Option, base: Mapping[str, Any], article: Mapping[str, Any]) -> Option:
    """Return an option that is so many months earlier or later by the month that this makes it in a run."""
    end = next((name for name in ("start", "end") if set(option.choices) == {f"{name}_shift"}), "")
    if not end or base[end] == article[end]:
        return option
    month = measures.shift_month(base[end], int(option.choices[f"{end}_shift"]))
    update = end == "end" and month > max(base["end"], article["end"])
    return replace(option, label=fmt.month(month), update=update)


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
    for options in itertools.product(*(dimension.options for dimension in dimensions)):
        ids = _ids(dimensions, options)
        why = next((own.why for own in claim.excluded if _fits(own.when, ids)), None)
        if why is not None:
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


def _fits(when: Mapping[str, Sequence[str]], ids: Mapping[str, str]) -> bool:
    return all(ids.get(name) in wanted for name, wanted in when.items())


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
        article=all(option is own.options[0] for own, option in pairs),
        neutral=neutral,
        update=update,
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
    answers = iter(evaluate_many([cell.choices for cell, wanted in zip(cells, asked, strict=True) if wanted]))
    return [next(answers) if wanted else None for wanted in asked]


def _row(claim: Claim, dimensions: Sequence[Dimension], cell: Cell, computed: Estimate | None) -> dict[str, Any]:
    finding = None
    if cell.part:
        part = next(part for part in claim.parts if part.id == cell.part)
        finding = finding_of(claim, part, cell.choices, computed)
    return {
        "part": cell.part,
        "panel": cell.panel,
        "question": cell.question,
        "label": _label(dimensions, cell.options),
        **_ids(dimensions, cell.options),
        **_figures(claim, computed),
        **_agreement(claim, computed, finding),
        "article": cell.article,
        "neutral": cell.neutral,
        "update": cell.update,
    }


def _label(dimensions: Sequence[Dimension], options: Sequence[Option]) -> str:
    """Return what differs from the article's definition, in words."""
    differ = [
        f"{own.name.lower()}: {option.label}"
        for own, option in zip(dimensions, options, strict=True)
        if option is not own.options[0]
    ]
    return "; ".join(differ) or "the article’s definition"


def _figures(claim: Claim, computed: Estimate | None) -> dict[str, Any]:
    if computed is None:
        return {"value": np.nan, "low": np.nan, "high": np.nan, "unit": "", "text": ""}
    low, high = (np.nan if np.isinf(end) else end for end in computed.range)
    return {
        "value": np.nan if computed.value is None else computed.value,
        "low": low,
        "high": high,
        "unit": claim.printed.unit if computed.unit is None else computed.unit,
        "text": claims.text_of(claim.printed, computed),
    }


def _agreement(claim: Claim, computed: Estimate | None, finding: Finding | None) -> dict[str, Any]:
    if finding is not None:
        answer = {True: "stands", False: "does not stand", None: "unknown"}[finding.stands]
        told = {"text": finding.computed or answer, "sentence": finding.note}
        return {"agrees": finding.stands is True, "keeps_sign": finding.stands is not False, **told}
    if computed is None:
        raise ClaimError(f"Claim {claim.id}: a definition gives neither a figure nor a finding.")
    return {
        "agrees": claims.agrees(claim, computed),
        "keeps_sign": claims.keeps_sign(claim, computed),
        "sentence": computed.sentence,
    }


# What the answers come to


def spread(found: Grid) -> Spread:
    """Return what all definitions of a claim say together, and how robust its verdict is by that."""
    same, voting = found.same, found.frame[~found.frame["update"]]
    others = same[~same["article"]]
    agreeing, keeping = _votes(found, others)
    word, reason = _word(found, others, agreeing, keeping)
    low, high, median = _span(same, found.claim.printed.unit)
    moved_by, moves = _most_sensitive(found)
    counts = found.left_out["kind"].value_counts()
    return Spread(
        word=word,
        reason=reason,
        same=len(same),
        others=len(voting) - len(same),
        agreeing=int(agreeing.sum()),
        keeping=int(keeping.sum()),
        own=len(same) - len(others),
        excluded=int(counts.get("excluded", 0)),
        missing=int(counts.get("missing", 0)),
        updates=int(found.frame["update"].sum()),
        low=low,
        high=high,
        median=median,
        moved_by=moved_by,
        moves=moves,
        breaks=tuple(f"{row.label} ({row.text})" for row in overturning(found).itertuples()),
    )


def _votes(found: Grid, others: pd.DataFrame) -> tuple["pd.Series[bool]", "pd.Series[bool]"]:
    """Return which definitions agree and which keep the sign; of a bundle, by the answer that each part has here.

    A definition of a part agrees if it gives the part the same answer, and keeps its sign unless the part stands
    here and fails there.
    """
    if not found.bundled:
        return others["agrees"].astype(bool), others["keeps_sign"].astype(bool)
    own = found.frame[found.frame["article"]].set_index("part")
    stands, fails = own["agrees"], ~own["keeps_sign"].astype(bool)
    known = others[others["part"].isin(own.index)]
    here, denied = known["part"].map(stands), known["part"].map(fails)
    alike = (known["agrees"] == here) & (~known["keeps_sign"].astype(bool) == denied)
    return alike, ~(here.astype(bool) & ~known["keeps_sign"].astype(bool))


def _word(
    found: Grid, others: pd.DataFrame, agreeing: "pd.Series[bool]", keeping: "pd.Series[bool]"
) -> tuple[str | None, str]:
    own = found.frame[found.frame["article"]]
    if others.empty or own.empty:
        return None, ""
    if found.bundled:
        parts = others.loc[agreeing.index, "part"]
        each = [
            robustness.word(int(agreeing[rows].sum()), int(keeping[rows].sum()), len(rows))
            for rows in parts.groupby(parts).groups.values()
        ]
        # A bundle is no more robust than its weakest part.
        weakest = min((one for one in each if one), key=_STEADINESS.index, default=None)
        return weakest, _reason(found, agreeing, keeping)
    if found.claim.printed.value is not None and own["value"].isna().all() and not own["agrees"].any():
        return None, _ONLY_BOUNDED
    return robustness.word(int(agreeing.sum()), int(keeping.sum()), len(others)), _reason(found, agreeing, keeping)


def _reason(found: Grid, agreeing: "pd.Series[bool]", keeping: "pd.Series[bool]") -> str:
    agree, kept, total = int(agreeing.sum()), int(keeping.sum()), len(agreeing)
    by_side = found.claim.printed.direction is not None or found.claim.kind == "bound"
    told = _how_many(agree, total, _SAME_ANSWER if found.bundled else _AGREEING[by_side])
    if found.bundled:
        if total > kept:
            told += f"; in {total - kept} of them a part fails that stands here"
        return f"{told}."
    # Who agrees with a direction or a side keeps its sign; a printed zero has none.
    if not by_side and found.claim.printed.value and agree < total:
        some = f"{kept} of {total} {'keeps' if kept == 1 else 'keep'}"
        told += f"; {'all keep' if kept == total else some} its sign"
    others = found.same[~found.same["article"]]
    if others["unit"].nunique() == 1:
        told += f"; {'it gives' if total == 1 else 'together they give'} {_span_text(found.claim, others)}"
    return f"{told}."


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
    value; of a bundle the share of pairs with unlike answers), `flips` (the share of pairs of which one agrees
    with what is printed and one does not). Measurement dimensions are compared within the article's question,
    others over all; updates are left out.
    """
    voting = found.frame[~found.frame["update"]]
    rows = []
    for dimension in found.dimensions:
        own = voting if dimension.kind == "question" else found.same
        rest = ["part", "unit", *(other.id for other in found.dimensions if other is not dimension)]
        pairs, moves, flips = _pairs(own, rest)
        if pairs:
            moved = flips if found.bundled else moves
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


def _most_sensitive(found: Grid) -> tuple[str, float | None]:
    table = sensitivity(found).dropna(subset=["moves"])
    table = table[table["moves"] > 0]
    return ("", None) if table.empty else (str(table["name"].iloc[0]), float(table["moves"].iloc[0]))


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
    differ = sum(
        (found.frame[dimension.id] != dimension.options[0].id).astype(int) for dimension in found.dimensions
    )
    return found.frame[(differ == 1) & ~found.frame["update"]]


def overturning(found: Grid) -> pd.DataFrame:
    """Return the single changes that overturn the answer of the article's definition (it agrees or does not)."""
    own = found.frame[found.frame["article"]].set_index("part")["agrees"]
    changes = single_changes(found)
    changes = changes[changes["part"].isin(own.index)]
    return changes[changes["agrees"] != changes["part"].map(own)]


def rivals(found: Grid) -> list[tuple[str, Estimate]]:
    """Return the other definitions of the article's question, each by what differs and with its estimate."""
    rows = found.same[~found.same["article"] & (found.same["part"] == "")]
    ends = rows[["value", "low", "high"]].to_numpy(float)
    return [
        (label, Estimate(_closed(value), "", "", sentence, _closed(low), _closed(high), unit=unit))
        for label, sentence, unit, (value, low, high) in zip(
            rows["label"], rows["sentence"], rows["unit"], ends, strict=True
        )
    ]


# What is shown


def curve(found: Grid, part: str = "") -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Return what `charts.specification_curve` draws: a table, and the options of each dimension by label.

    Of a bundle it is one `part`, by its id, that can be drawn; without one each part is a panel. Columns `panel`,
    `value`, `low`, `high`, `agrees`, `role`, `text`, `sentence` and one for each dimension that has more than one
    option in the grid, by its name.
    """
    frame = found.frame[found.frame["part"] == part] if part else found.frame
    used = [dimension for dimension in found.dimensions if frame[dimension.id].nunique() > 1]
    table = frame[["panel", "value", "low", "high", "agrees", "text", "sentence"]].copy()
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
    return table.sort_values("panel", key=lambda own: own.map(order), kind="stable", ignore_index=True), options


def _panels(names: "pd.Series[str]") -> list[str]:
    """Return the panels in order: the article's question, single others, several at once, what came after."""
    known = list(dict.fromkeys(names))
    return sorted(known, key=lambda name: (name != OWN_QUESTION, name == AFTER, name == SEVERAL, " and " in name))


def telling(found: Grid, most: int = _TELLING) -> pd.DataFrame:
    """Return the definitions that tell most, at most so many, by value: rows of `frame` with `role`, in words.

    First the article's and the neutral one; then the lowest, the middle and the highest of the article's question;
    then, for each dimension, the single change that moves the answer furthest; then the ends of all other
    questions. Where a grid has no more than so many, all are returned, some of them without a role.
    """
    roles: dict[Any, list[str]] = {}
    for row, role in _candidates(found):
        if row in roles or len(roles) < most:
            roles.setdefault(row, []).append(role)
    if len(found.frame) <= most:
        roles |= {row: [""] for row in found.frame.index if row not in roles}
    table = found.frame.loc[list(roles)].assign(role=[fmt.join(dict.fromkeys(own)) for own in roles.values()])
    place = table["value"].fillna(table["low"]).fillna(table["high"])
    return table.loc[place.sort_values(kind="stable").index]


def notes(found: Grid) -> list[str]:
    """Return what a reader needs beside a table of definitions: how many, what moves them, what is left out."""
    total, own = spread(found), len(found.same)
    told = [f"{own} {'definition answers' if own == 1 else 'definitions answer'} the article’s question"]
    if total.others:
        told.append(f"{total.others} {'asks' if total.others == 1 else 'ask'} another")
    if total.updates:
        told.append(f"{total.updates} {'ends' if total.updates == 1 else 'end'} after the article")
    told = [f"{', '.join(told)}."]
    moving = sensitivity(found).dropna(subset=["moves"])
    moving = moving[moving["moves"] > 0]
    if len(moving):
        each = [
            f"{name.lower()} {_moves(found, by)}" for name, by in zip(moving["name"], moving["moves"], strict=True)
        ]
        how = (
            "share of answers that change"
            if found.bundled
            else "mean distance of two definitions that differ in it alone"
        )
        told.append(f"What moves the answer ({how}): {'; '.join(each)}.")
    left = found.left_out.groupby("why", sort=False).size()
    return told + [f"Left out, {count}: {why}" for why, count in left.items()]


def _moves(found: Grid, by: float) -> str:
    if found.bundled:
        return fmt.number(100 * by, 0) + f"{fmt.SPACE}%"
    printed = found.claim.printed
    unit = "points" if printed.unit == "%" else printed.unit
    return fmt.with_unit(by, unit, printed.decimals + 1)


def _candidates(found: Grid) -> Iterator[tuple[Any, str]]:
    """Yield rows of the grid with what makes them telling, the most telling first; a row may come again."""
    frame = found.frame
    for row in frame.index[frame["article"]]:
        yield row, "the article’s"
    for row in frame.index[frame["neutral"]]:
        yield row, "neutral"
    yield from _ends(found.same, "of its question", middle=True)
    changes = single_changes(found)
    apart = _from_the_articles(found, changes)
    for dimension in found.dimensions:
        moved = apart[changes[dimension.id] != dimension.options[0].id].dropna()
        if moved.max() > 0:
            yield moved.idxmax(), f"furthest by {dimension.name.lower()} alone"
    voting = frame[~frame["update"]]
    yield from _ends(voting, "of all")
    yield from _ends(frame[frame["update"]], "after the article")


def _from_the_articles(found: Grid, rows: pd.DataFrame) -> "pd.Series[float]":
    """Return how far each answer lies from the article's on the same part, at least; missing without a figure."""
    frame = found.frame.assign(**dict(zip(("low", "high"), _reach(found.frame), strict=True)))
    own = frame[frame["article"]].set_index("part")
    low, high = (frame.loc[rows.index, end] for end in ("low", "high"))
    above, below = low - rows["part"].map(own["high"]), rows["part"].map(own["low"]) - high
    apart: pd.Series[float] = above.where(above > below, below).clip(lower=0)
    return apart.where(np.isfinite(low) | np.isfinite(high))


def _ends(rows: pd.DataFrame, of: str, *, middle: bool = False) -> Iterator[tuple[Any, str]]:
    """Yield the lowest and the highest of some rows, where they differ and are known; of each part of a bundle."""
    for _, own in rows.groupby("part", sort=False):
        low, high = (end.sort_values(kind="stable") for end in _reach(own))
        if np.isfinite(low.iloc[0]) and low.iloc[0] < high.iloc[-1]:
            yield low.index[0], f"lowest {of}"
        if np.isfinite(high.iloc[-1]) and low.iloc[0] < high.iloc[-1]:
            yield high.index[-1], f"highest {of}"
        values = own["value"].dropna().sort_values(kind="stable")
        if middle and len(values) > 2:
            yield values.index[(len(values) - 1) // 2], f"middle {of}"


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
    """Write all definitions of some claims, in the register's order, to a file as CSV; none without a grid."""
    found = [grid(claim) for claim in claims.register().values() if claim.id in claim_ids]
    if every := [one for one in found if one is not None]:
        files.write_text(path, csv(every))


def csv(found: Sequence[Grid]) -> str:
    """Return `table` as CSV, figures in ten digits, where machines agree."""
    return table(found).to_csv(index=False, lineterminator="\n", float_format="%.10g")
