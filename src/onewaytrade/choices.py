"""Choices, and what the data say on them: the lowest layer of every definition.

A definition is a table of choices for one of the `METHODS`. A claim that bundles several things has choices for
each of its `parts`, laid over those of the claim; a cause has choices for its `premise` and, where it can be
looked at, its `effect`. A notebook's parameters enter as overrides.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from onewaytrade import claims, datasets
from onewaytrade.claims import Claim, Estimate, Finding, Part
from onewaytrade.errors import ClaimError, NoFigureError

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
    "household-spending": "onewaytrade.methods.consumption:spending",
    "house-prices": "onewaytrade.methods.consumption:house_prices",
    "implied-sales": "onewaytrade.methods.consumption:implied_sales",
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
# The functions that evaluate many definitions of a method at once.
_VECTORISED: Final[dict[str, str]] = {
    "cpb-growth": "onewaytrade.methods.cpb:growth_many",
    "customs-growth": "onewaytrade.methods.customs:growth_many",
    "trade-balance": "onewaytrade.methods.balance:change_many",
    "commodity-growth": "onewaytrade.methods.commodities:growth_many",
}
# Not computed: a row of a table that a checklist looks up, a list of parts, and what nothing at hand can tell.
ROW_CHECK: Final = "row-check"
CHECKLISTS: Final = frozenset({"checklist", "none"})
# In this order, since the order of a set changes from run to run, and a departure is told in the order of choices.
NESTED: Final = ("parts", "premise", "effect")
# The choice through which a method is pinned to an edition, and the dataset that it pins.
PINNED: Final[dict[str, tuple[str, str]]] = {
    "cpb-growth": ("edition", "cpb"),
    "commodity-growth": ("release", "gacc-commodities"),
}
_EDITIONED: Final[dict[str, str]] = dict(PINNED.values())
# The choices that say when; an alternative that sets one stays where it is when a run moves in time. A release of
# customs' commodities has one window, so that it says when as well.
_TIMES: Final = frozenset({"start", "end", "since", "period", "release", "minus_start", "minus_end"})
_NOTHING: Final = "Nothing at hand tells."
# Choices that say in words for readers what a row is, or what it says.
_WORDS: Final = frozenset({"named", "told"})


def evaluate(choices: Mapping[str, Any]) -> Estimate:
    """Return what the data say on one definition; raises ClaimError if its method is unknown."""
    estimate: Estimate = load(METHODS[_method(choices)])(choices)
    return estimate


def evaluate_many(definitions: Sequence[Mapping[str, Any]]) -> list[Estimate | NoFigureError]:
    """Return what the data say on each of many definitions, in their order; an error where they hold no figure.

    Methods of `_VECTORISED` compute all of their definitions at once; of the others each is evaluated by itself.
    Raises ClaimError if a method is unknown.
    """
    places: dict[str, list[int]] = {}
    for at, choices in enumerate(definitions):
        places.setdefault(_method(choices), []).append(at)
    answers: dict[int, Estimate | NoFigureError] = {}
    for method, own in places.items():
        several = load(_VECTORISED[method]) if method in _VECTORISED else _one_by_one
        answers |= zip(own, several([definitions[at] for at in own]), strict=True)
    return [answers[at] for at in range(len(definitions))]


def _one_by_one(definitions: Sequence[Mapping[str, Any]]) -> list[Estimate | NoFigureError]:
    answers: list[Estimate | NoFigureError] = []
    for choices in definitions:
        try:
            answers.append(evaluate(choices))
        except NoFigureError as error:
            answers.append(error)
    return answers


def _method(choices: Mapping[str, Any]) -> str:
    method = str(choices.get("method"))
    if method not in METHODS:
        raise ClaimError(f"The method {method!r} is unknown; there are {', '.join(METHODS)}.")
    return method


def choices_of(claim: Claim, **overrides: Any) -> dict[str, Any]:
    """Return the choices of a claim's definition, pinned to its edition, with `overrides` laid over them.

    An override of "pinned" stands for the claim's own pin, and "latest" for the newest edition. Overrides of
    `parts`, `premise` and `effect` are laid over those of the definition, choice by choice.
    """
    return laid_over(_pinned(claim, claim.definition.choices), _exact(overrides))


def find_parts(claim: Claim, choices: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return what the data say on each part of a claim, in the register's order; none for a claim without parts.

    A part's choices are laid over the claim's. It is looked up in a table (`row-check`), or computed and compared
    with its direction or with the `relation` that its choices name; what cannot be computed is unknown, for the
    reason that is `told`.
    """
    return tuple(find(claim, part, choices_of_part(choices, part.id)) for part in claim.parts)


def _pinned(claim: Claim, choices: Mapping[str, Any]) -> dict[str, Any]:
    """Return choices with the edition that the claim pins, also where a part, a premise or an effect has a method.

    What inherits its method from the claim inherits the edition as well.
    """
    name, dataset = PINNED.get(str(choices.get("method")), ("", ""))
    pin = {name: datasets.instead_of_pinned(dataset) or claim.pins[dataset]} if dataset in claim.pins else {}
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


def choices_of_part(choices: Mapping[str, Any], part: str) -> dict[str, Any]:
    """Return the choices of one part, laid over those of its claim."""
    own = {name: value for name, value in choices.items() if name not in NESTED}
    return own | dict(choices.get("parts", {}).get(part, {}))


def finding_of(
    claim: Claim, part: Part, choices: Mapping[str, Any], computed: Estimate | NoFigureError | None
) -> Finding:
    """Return what is known of one part: looked up in a table, or `computed` and compared with what is claimed.

    `computed` is what `evaluate` gave for the choices, or None where they ask for nothing to be computed. Raises
    ClaimError for a computed part with neither a direction nor a `relation`.
    """
    if computed is None:
        return _looked_up(part, choices)
    if isinstance(computed, NoFigureError):
        return Finding(part.id, None, str(computed))
    text = claims.text_of(claims.Printed(unit="%", precision=claim.printed.precision), computed)
    if "relation" in choices:
        stands = load("onewaytrade.methods.rows:compare")(computed, choices)
        return Finding(part.id, stands, f"{computed.sentence} It is {text}.", text)
    if part.direction is None:
        raise ClaimError(f"Claim {claim.id}, part {part.id}: a computed part needs a direction or a relation.")
    ruling = claims.judge_direction(part.direction, computed, claim.printed.precision)
    return Finding(part.id, _stands(ruling.word), f"{ruling.reason} {computed.sentence}", text)


def is_computed(choices: Mapping[str, Any]) -> bool:
    """Tell whether choices ask for a figure, rather than for a row that is looked up or for nothing."""
    return choices["method"] not in CHECKLISTS | {ROW_CHECK}


def find(claim: Claim, part: Part, choices: Mapping[str, Any]) -> Finding:
    """Return what the data say on one part, a premise or an effect, by choices of its own."""
    computed = _one_by_one([choices])[0] if is_computed(choices) else None
    return finding_of(claim, part, choices, computed)


def _looked_up(part: Part, choices: Mapping[str, Any]) -> Finding:
    if choices["method"] in CHECKLISTS:
        return Finding(part.id, None, str(choices.get("told", _NOTHING)))
    try:
        stands, note = load("onewaytrade.methods.rows:check")(choices)
    except NoFigureError as error:
        return Finding(part.id, None, str(error))
    return Finding(part.id, stands, note)


def _stands(word: str) -> bool | None:
    return None if word == "not excluded" else word in {"reproduced", "attested"}


def laid_over(base: Mapping[str, Any], choices: Mapping[str, Any]) -> dict[str, Any]:
    """Return choices with others laid over them; those of parts, premise and effect choice by choice."""
    laid = _without_stale_words(base, {name: value for name, value in choices.items() if name not in NESTED})
    for name in (name for name in NESTED if name in choices):
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


def flat(choices: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested choices in one table, each by the names that lead to it."""
    table: dict[str, Any] = {}
    for name, value in choices.items():
        table |= flat(value, f"{prefix}{name} ") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return table


def times(choices: Mapping[str, Any]) -> dict[str, Any]:
    """Return the choices that say when, by their full names."""
    names = {name: name.split() for name in flat(choices)}
    return {name: value for name, value in flat(choices).items() if names[name][-1] in _TIMES}


def load(place: str) -> Callable[..., Any]:
    """Return the function that stands at "module:function"; its module is imported when first needed."""
    module, _, name = place.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function
