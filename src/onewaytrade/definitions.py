"""From a claim's choices to what the data say: the register's definitions, evaluated.

The register declares for each claim the definition it is judged on and the alternatives that a fair reader would
try, as choices for one of the `METHODS`. A notebook's parameters enter as overrides of those choices. A claim that
bundles several things has choices for each of its `parts`, laid over those of the claim; a cause has choices for
its `premise` and, where it can be looked at, its `effect`.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from onewaytrade import claims, grids
from onewaytrade.choices import (
    CHECKLISTS,
    METHODS,
    PINNED,
    ROW_CHECK,
    choices_of,
    evaluate,
    find,
    find_parts,
    flat,
    laid_over,
    load,
    times,
)
from onewaytrade.claims import Alternative, Claim, Finding, Part, Reading, Verdict
from onewaytrade.errors import ClaimError, NoFigureError, ParameterError

__all__ = [
    "can_judge",
    "check_parameters",
    "choices_of",
    "evaluate",
    "find_parts",
    "grid",
    "judge",
    "readings",
]

_CHECKS: Final[dict[str, str]] = {
    "00-scoreboard": "onewaytrade.scoreboard:check_parameters",
    "01-export-surge": "onewaytrade.methods.cpb:check_parameters",
    "02-customs-growth": "onewaytrade.methods.customs:check_parameters",
    "03-import-comparison": "onewaytrade.methods.comparison:check_parameters",
    "04-partner-imports": "onewaytrade.methods.partners:check_parameters",
    "05-commodities": "onewaytrade.methods.commodities:check_parameters",
    "06-property-and-suppliers": "onewaytrade.methods.suppliers:check_parameters",
    "07-consumption-and-luxury": "onewaytrade.methods.consumption:check_parameters",
    "08-trade-remedies": "onewaytrade.methods.remedies:check_parameters",
    "09-procurement": "onewaytrade.methods.procurement:check_parameters",
    "10-localisation": "onewaytrade.methods.localisation:check_parameters",
    "11-one-way-trade": "onewaytrade.methods.balance:check_parameters",
    "12-since-then": "onewaytrade.since:check_parameters",
}
# The parameters that are whole numbers; all others are texts.
_NUMBERS: Final = frozenset(
    {("04-partner-imports", "window"), ("05-commodities", "months"), ("09-procurement", "about")}
)
_BANDS: Final[dict[str, str]] = {"cpb-growth": "onewaytrade.methods.cpb:band"}
_YEAR: Final = re.compile(r"\b20\d\d\b")
# How a departure is told where the name of the choice alone would not be understood.
_CHOICE_WORDS: Final = {
    "minus start": "start of what it is compared with",
    "minus end": "end of what it is compared with",
}


def can_judge(claim: Claim) -> bool:
    """Tell whether the claim can be judged from the register, without its notebook: its method is a known one."""
    return str(claim.definition.choices["method"]) in METHODS.keys() | CHECKLISTS


def readings(claim: Claim, **overrides: Any) -> tuple[Reading, ...]:
    """Return what each alternative of a claim gives, its choices laid over those of `choices_of`.

    An alternative that is a reading in words, or for which no method exists, is told in words. With overrides, an
    alternative is left out for which the data hold no figure, that is what the run asks anyway, that names an
    edition when the run asks for another than the pinned one, or that answers the same question at a time of its
    own when the run asks about another time. None of them has a vote: robustness comes from the grid.
    """
    base, article = choices_of(claim, **overrides), choices_of(claim)
    pin = PINNED.get(str(base["method"]), ("", ""))[0]
    moved = times(base) != times(article)
    found = []
    for alternative in claim.alternatives:
        laid = laid_over(base, alternative.choices)
        if laid == base or (pin in alternative.choices and base[pin] != article[pin]):
            continue
        if moved and alternative.asks == "same" and times(alternative.choices):
            continue
        with contextlib.suppress(NoFigureError):
            reading = _reading(claim, alternative, base, laid)
            if base != article and reading.findings and all(part.stands is None for part in reading.findings):
                continue
            found.append(_told_by_itself(reading) if moved else reading)
    return tuple(found)


def _told_by_itself(reading: Reading) -> Reading:
    """Return a reading whose label, if it names years that it does not choose, is what it computes in this run."""
    alternative, chosen = reading.alternative, str(reading.alternative.choices)
    named = [year for year in _YEAR.findall(alternative.label) if year not in chosen]
    if reading.estimate is None or alternative.asks == "other" or not named:
        return reading
    return replace(reading, alternative=replace(alternative, label=reading.estimate.sentence.rstrip(".")))


def judge(claim_id: str, **overrides: Any) -> Verdict:
    """Judge one claim on the data: its definition, all others in its grid, and the band of neighbouring editions.

    `overrides` are the choices that a notebook's parameters set; where they depart from the article's own,
    the verdict says so in `variant`.
    """
    claim = claims.get(claim_id)
    choices = choices_of(claim, **overrides)
    others = readings(claim, **overrides)
    variant = _variant(choices_of(claim), choices)
    if claim.kind == "cause":
        facts = tuple(_facts(claim, choices))
        premise = next((fact.stands for fact in facts if fact.part == "premise"), None)
        judged = claims.judge(claim, findings=facts, premise=premise, readings=others)
        return replace(judged, variant=variant)
    findings = find_parts(claim, choices)
    estimate, band, reason = None, None, ""
    if not findings or claim.printed.value is not None:
        if choices["method"] in CHECKLISTS:
            return claims.cannot_check(claim, "", variant, others)
        try:
            estimate = evaluate(choices)
        except NoFigureError as error:
            return claims.cannot_check(claim, str(error), variant, others)
        band, reason = _band(claim, choices)
    claim = _about(claim, choices)
    every = grids.grid(claim, **overrides)
    judged = claims.judge(
        claim,
        estimate,
        readings=others,
        findings=findings,
        others=() if every is None else grids.rivals(every),
        band=band,
        band_reason=reason,
    )
    if every is None:
        return replace(judged, variant=variant)
    ruling = judged.ruling
    if ruling.word == "depends on definition" and (told := grids.split(every)):
        ruling = replace(ruling, reason=f"{ruling.reason} {told}")
    return replace(judged, ruling=ruling, spread=grids.spread(every), variant=variant)


def grid(claim_id: str, **overrides: Any) -> grids.Grid:
    """Return every definition of a claim with its answer; raises ClaimError for a claim that declares none."""
    claim = claims.get(claim_id)
    found = grids.grid(_about(claim, choices_of(claim, **overrides)), **overrides)
    if found is None:
        raise ClaimError(
            f"Claim {claim_id} declares no dimensions in the register, and so has one definition alone."
        )
    return found


def check_parameters(notebook: str, values: Mapping[str, Any]) -> None:
    """Refuse a notebook's parameter values that the data cannot answer; a notebook unknown here may have any.

    Raises ParameterError (or MeasureError, DatasetError) whose sentence names the range or the nearest value.
    """
    check = _CHECKS.get(notebook)
    if check is None:
        return
    for name, value in values.items():
        if (notebook, name) in _NUMBERS:
            if type(value) is not int:
                raise ParameterError(f"{name}={value!r} must be a whole number, without quotes.")
        elif not isinstance(value, str):
            # papermill -p makes a number of 2024; its option -r leaves it a text.
            raise ParameterError(
                f"{name}={value!r} must be a text: write {name}={str(value)!r}, or with papermill alone "
                f"-r {name} {value}."
            )
    load(check)(values)


def _facts(claim: Claim, choices: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what is known of the effect and the premise of a cause, by the direction that each should show."""
    for name in ("effect", "premise"):
        own = choices.get(name, {"method": "none"})
        if "direction" in own or own["method"] in CHECKLISTS | {ROW_CHECK}:
            yield find(claim, Part(name, name, own.get("direction")), own)
        else:
            raise ClaimError(f"Claim {claim.id}: its {name} needs a direction.")


def _reading(claim: Claim, alternative: Alternative, base: Mapping[str, Any], laid: Mapping[str, Any]) -> Reading:
    choices = alternative.choices
    if "reading" in choices:
        return Reading(alternative, told=f"in words: {choices['reading']}")
    if claim.kind == "cause":
        name = next((name for name in ("premise", "effect") if name in choices), None)
        if name is None:
            raise ClaimError(f"Claim {claim.id}, alternative {alternative.id}: it names no premise and no effect.")
        laid = laid[name]
    elif claim.parts and claim.printed.value is None and not _is_single(base, choices):
        return Reading(alternative, findings=find_parts(claim, laid))
    if laid["method"] in CHECKLISTS:
        return Reading(alternative, told="no figure at hand")
    if laid["method"] == ROW_CHECK:
        stands, note = load("onewaytrade.methods.rows:check")(laid)
        return Reading(alternative, told=f"{'found' if stands else 'not found'}: {note}")
    return Reading(alternative, evaluate(laid))


def _is_single(base: Mapping[str, Any], choices: Mapping[str, Any]) -> bool:
    """Tell whether an alternative to a checklist is one figure of its own instead of another list of parts."""
    return base["method"] in CHECKLISTS and "method" in choices


def _band(claim: Claim, choices: Mapping[str, Any]) -> tuple[tuple[float, float] | None, str]:
    pin = PINNED.get(str(choices["method"]), ("", ""))[0]
    # The band is that of the editions around the article's; another edition has other neighbours.
    at_pin = choices.get(pin) == choices_of(claim).get(pin)
    finder = _BANDS.get(str(choices["method"])) if at_pin else None
    return load(finder)(choices) if finder else (None, "")


def _about(claim: Claim, choices: Mapping[str, Any]) -> Claim:
    """Return a claim whose parts name the region that a run asks about, where they name the article's."""
    article, asked = claim.definition.choices.get("region"), choices.get("region")
    if article is None or asked is None or article == asked:
        return claim
    owner, name = (load(f"onewaytrade.methods.cpb:{how}") for how in ("owned", "named"))
    own = rf"(?<!excluding ){re.escape(article)}"

    def told(text: str) -> str:
        return re.sub(own, name(asked), re.sub(rf"{own}['’]s (\w+)", lambda found: owner(asked, found[1]), text))

    return replace(claim, parts=tuple(replace(part, text=told(part.text)) for part in claim.parts))


def _variant(article: Mapping[str, Any], asked: Mapping[str, Any]) -> str | None:
    before, after = flat(article), flat(asked)
    departures = [
        f"{_choice_words(name)} {value} instead of {before.get(name, 'the default')}"
        for name, value in after.items()
        if value != before.get(name)
    ]
    return f"This run departs from the article: {', '.join(departures)}." if departures else None


def _choice_words(name: str) -> str:
    told = name.replace("_", " ")
    for ending, words in _CHOICE_WORDS.items():
        if told.endswith(ending):
            return f"{told.removesuffix(ending)}{words}"
    return told
