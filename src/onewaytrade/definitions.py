"""From a claim's choices to what the data say: the register's definitions, evaluated.

The register declares for each claim the definition it is judged on and the alternatives that a fair reader would
try, as choices for one of the `METHODS`. A notebook's parameters enter as overrides of those choices. A claim that
bundles several things has choices for each of its `parts`, laid over those of the claim; a cause has choices for
its `premise` and, where it can be looked at, its `effect`.
"""

import contextlib
import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from onewaytrade import claims, datasets
from onewaytrade.claims import Alternative, Claim, Estimate, Finding, Part, Reading, Verdict
from onewaytrade.errors import ClaimError, NoFigureError, ParameterError

# "module:function", imported when first used: a notebook on volumes need not load the partners' tables.
METHODS: Final[dict[str, str]] = {
    "cpb-growth": "onewaytrade.methods.cpb:growth",
    "customs-growth": "onewaytrade.methods.customs:growth",
    "chained-rates": "onewaytrade.methods.customs:chained",
    "trade-balance": "onewaytrade.methods.balance:change",
    "partner-growth": "onewaytrade.methods.partners:growth",
    "commodity-growth": "onewaytrade.methods.commodities:growth",
    "retail-sales": "onewaytrade.methods.consumption:retail",
    "household-budget": "onewaytrade.methods.consumption:budget",
    "procurement-value": "onewaytrade.methods.procurement:value",
    "listed-ratio": "onewaytrade.methods.procurement:listed_ratio",
    "commodity-years": "onewaytrade.methods.suppliers:years_growth",
    "supplier-growth": "onewaytrade.methods.suppliers:growth",
    "cumulative-count": "onewaytrade.methods.remedies:cumulative_count",
    "count-growth": "onewaytrade.methods.remedies:growth",
    "series-value": "onewaytrade.methods.rows:value",
    "series-growth": "onewaytrade.methods.rows:growth",
    "published-rate": "onewaytrade.methods.rows:published_rate",
}
# Not computed: a row of a table that a checklist looks up, a list of parts, and what nothing at hand can tell.
ROW_CHECK: Final = "row-check"
_CHECKLISTS: Final = frozenset({"checklist", "none"})
# In this order, since the order of a set changes from run to run, and a departure is told in the order of choices.
_NESTED: Final = ("parts", "premise", "effect")
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
}
# The parameters that are whole numbers; all others are texts.
_NUMBERS: Final = frozenset(
    {("04-partner-imports", "window"), ("05-commodities", "months"), ("09-procurement", "about")}
)
_BANDS: Final[dict[str, str]] = {"cpb-growth": "onewaytrade.methods.cpb:band"}
# The choice through which a method is pinned to an edition, and the dataset that it pins.
_PINNED: Final[dict[str, tuple[str, str]]] = {
    "cpb-growth": ("edition", "cpb"),
    "commodity-growth": ("release", "gacc-commodities"),
}
_EDITIONED: Final[dict[str, str]] = dict(_PINNED.values())
# The choices that say when; an alternative that sets one stays where it is when a run moves in time.
_TIMES: Final = frozenset({"start", "end", "since", "period", "minus_start", "minus_end"})
_YEAR: Final = re.compile(r"\b20\d\d\b")
# How a departure is told where the name of the choice alone would not be understood.
_CHOICE_WORDS: Final = {
    "rows start": "source of the start",
    "rows end": "source of the end",
    "minus start": "start of what it is compared with",
    "minus end": "end of what it is compared with",
}
_NOTHING: Final = "Nothing at hand tells."
# Choices that say in words for readers what a row is, or what it says.
_WORDS: Final = frozenset({"named", "told"})


def can_judge(claim: Claim) -> bool:
    """Tell whether the claim's notebook is among those that the package can judge without running it."""
    return claim.notebook in _CHECKS


def evaluate(choices: Mapping[str, Any]) -> Estimate:
    """Return what the data say on one definition; raises ClaimError if its method is unknown."""
    method = str(choices.get("method"))
    if method not in METHODS:
        raise ClaimError(f"The method {method!r} is unknown; there are {', '.join(METHODS)}.")
    estimate: Estimate = _function(METHODS[method])(choices)
    return estimate


def choices_of(claim: Claim, **overrides: Any) -> dict[str, Any]:
    """Return the choices of a claim's definition, pinned to its edition, with `overrides` laid over them.

    An override of "pinned" stands for the claim's own pin, and "latest" for the newest edition. Overrides of
    `parts`, `premise` and `effect` are laid over those of the definition, choice by choice.
    """
    return _laid_over(_pinned(claim, claim.definition.choices), _exact(overrides))


def readings(claim: Claim, **overrides: Any) -> tuple[Reading, ...]:
    """Return what each alternative of a claim gives, its choices laid over those of `choices_of`.

    An alternative that is a reading in words, or for which no method exists, is told in words. With overrides, an
    alternative is left out for which the data hold no figure, that is what the run asks anyway, that names an
    edition when the run asks for another than the pinned one, or that would have a vote on a time of its own when
    the run asks about another time.
    """
    base, article = choices_of(claim, **overrides), choices_of(claim)
    pin = _PINNED.get(str(base["method"]), ("", ""))[0]
    moved = _times(base) != _times(article)
    found = []
    for alternative in claim.alternatives:
        laid = _laid_over(base, alternative.choices)
        if laid == base or (pin in alternative.choices and base[pin] != article[pin]):
            continue
        if moved and alternative.asks == "same" and _times(alternative.choices):
            continue
        with contextlib.suppress(NoFigureError):
            reading = _reading(claim, alternative, base, laid)
            if base != article and reading.findings and all(part.stands is None for part in reading.findings):
                continue
            found.append(_told_by_itself(reading) if moved else reading)
    return tuple(found)


def _times(choices: Mapping[str, Any]) -> dict[str, Any]:
    """Return the choices that say when, by their full names; the source of a figure is none."""
    names = {name: name.split() for name in _flat(choices)}
    return {
        name: value
        for name, value in _flat(choices).items()
        if names[name][-1] in _TIMES and "rows" not in names[name]
    }


def _told_by_itself(reading: Reading) -> Reading:
    """Return a reading whose label, if it names years that it does not choose, is what it computes in this run."""
    alternative, chosen = reading.alternative, str(reading.alternative.choices)
    named = [year for year in _YEAR.findall(alternative.label) if year not in chosen]
    if reading.estimate is None or alternative.asks == "other" or not named:
        return reading
    return replace(reading, alternative=replace(alternative, label=reading.estimate.sentence.rstrip(".")))


def judge(claim_id: str, **overrides: Any) -> Verdict:
    """Judge one claim on the data: its definition, its alternatives, and the band of neighbouring editions.

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
        return claims.judge(claim, findings=facts, premise=premise, readings=others, variant=variant)
    findings = find_parts(claim, choices)
    estimate, band, reason = None, None, ""
    if not findings or claim.printed.value is not None:
        if choices["method"] in _CHECKLISTS:
            return claims.cannot_check(claim, "", variant, others)
        try:
            estimate = evaluate(choices)
        except NoFigureError as error:
            return claims.cannot_check(claim, str(error), variant, others)
        band, reason = _band(claim, choices)
    return claims.judge(
        claim,
        estimate,
        readings=others,
        findings=findings,
        band=band,
        band_reason=reason,
        variant=variant,
    )


def find_parts(claim: Claim, choices: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return what the data say on each part of a claim, in the register's order; none for a claim without parts.

    A part's choices are laid over the claim's. It is looked up in a table (`row-check`), or computed and compared
    with its direction or with the `relation` that its choices name; what cannot be computed is unknown, for the
    reason that is `told`.
    """
    return tuple(_finding(claim, part, _choices_of_part(choices, part.id)) for part in claim.parts)


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
    _function(check)(values)


def _pinned(claim: Claim, choices: Mapping[str, Any]) -> dict[str, Any]:
    """Return choices with the edition that the claim pins, also where a part, a premise or an effect has a method.

    What inherits its method from the claim inherits the edition as well.
    """
    name, dataset = _PINNED.get(str(choices.get("method")), ("", ""))
    pin = {name: claim.pins[dataset]} if dataset in claim.pins else {}
    return pin | {key: _pinned(claim, own) if isinstance(own, Mapping) else own for key, own in choices.items()}


def _exact(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return overrides without those that ask for what is pinned, and with the newest edition by its name."""
    exact: dict[str, Any] = {}
    for name, value in overrides.items():
        if isinstance(value, Mapping):
            exact[name] = _exact(value)
        elif value != "pinned":
            newest = value == "latest" and name in _EDITIONED
            exact[name] = datasets.resolve(_EDITIONED[name], "latest") if newest else value
    return exact


def _choices_of_part(choices: Mapping[str, Any], part: str) -> dict[str, Any]:
    own = {name: value for name, value in choices.items() if name not in _NESTED}
    return own | dict(choices.get("parts", {}).get(part, {}))


def _finding(claim: Claim, part: Part, choices: Mapping[str, Any]) -> Finding:
    method = choices["method"]
    if method in _CHECKLISTS:
        return Finding(part.id, None, str(choices.get("told", _NOTHING)))
    try:
        if method == ROW_CHECK:
            stands, note = _function("onewaytrade.methods.rows:check")(choices)
            return Finding(part.id, stands, note)
        estimate = evaluate(choices)
    except NoFigureError as error:
        return Finding(part.id, None, str(error))
    computed = claims.text_of(claims.Printed(unit="%", precision=claim.printed.precision), estimate)
    if "relation" in choices:
        stands = _function("onewaytrade.methods.rows:compare")(estimate, choices)
        return Finding(part.id, stands, f"{estimate.sentence} It is {computed}.", computed)
    if part.direction is None:
        raise ClaimError(f"Claim {claim.id}, part {part.id}: a computed part needs a direction or a relation.")
    ruling = claims.judge_direction(part.direction, estimate, claim.printed.precision)
    return Finding(part.id, _stands(ruling.word), f"{ruling.reason} {estimate.sentence}", computed)


def _facts(claim: Claim, choices: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what is known of the effect and the premise of a cause, by the direction that each should show."""
    for name in ("effect", "premise"):
        own = choices.get(name, {"method": "none"})
        if "direction" in own or own["method"] in _CHECKLISTS | {ROW_CHECK}:
            yield _finding(claim, Part(name, name, own.get("direction")), own)
        else:
            raise ClaimError(f"Claim {claim.id}: its {name} needs a direction.")


def _stands(word: str) -> bool | None:
    return None if word == "not excluded" else word in {"reproduced", "attested"}


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
    if laid["method"] in _CHECKLISTS:
        return Reading(alternative, told="no figure at hand")
    if laid["method"] == ROW_CHECK:
        stands, note = _function("onewaytrade.methods.rows:check")(laid)
        return Reading(alternative, told=f"{'found' if stands else 'not found'}: {note}")
    return Reading(alternative, evaluate(laid))


def _is_single(base: Mapping[str, Any], choices: Mapping[str, Any]) -> bool:
    """Tell whether an alternative to a checklist is one figure of its own instead of another list of parts."""
    return base["method"] in _CHECKLISTS and "method" in choices


def _band(claim: Claim, choices: Mapping[str, Any]) -> tuple[tuple[float, float] | None, str]:
    pin = _PINNED.get(str(choices["method"]), ("", ""))[0]
    # The band is that of the editions around the article's; another edition has other neighbours.
    at_pin = choices.get(pin) == choices_of(claim).get(pin)
    finder = _BANDS.get(str(choices["method"])) if at_pin else None
    return _function(finder)(choices) if finder else (None, "")


def _laid_over(base: Mapping[str, Any], choices: Mapping[str, Any]) -> dict[str, Any]:
    """Return choices with others laid over them; those of parts, premise and effect choice by choice."""
    laid = _without_stale_words(base, {name: value for name, value in choices.items() if name not in _NESTED})
    for name in (name for name in _NESTED if name in choices):
        own = base.get(name, {})
        if name != "parts":
            laid[name] = _without_stale_words(own, choices[name])
            continue
        parts = {part: _without_stale_words(own.get(part, {}), chosen) for part, chosen in choices[name].items()}
        laid[name] = {**own, **parts}
    return laid


def _without_stale_words(own: Mapping[str, Any], chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Lay choices over others, and drop the words for a row where another row is chosen without words for it."""
    stale = _WORDS - chosen.keys() if chosen.keys() & {"method", "dataset", "entity", "measure"} else frozenset()
    return {name: value for name, value in {**own, **chosen}.items() if name not in stale}


def _variant(article: Mapping[str, Any], asked: Mapping[str, Any]) -> str | None:
    before, after = _flat(article), _flat(asked)
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


def _flat(choices: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in choices.items():
        flat |= _flat(value, f"{prefix}{name} ") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return flat


def _function(place: str) -> Callable[..., Any]:
    module, _, name = place.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function
