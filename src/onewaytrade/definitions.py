"""From a claim's choices to what the data say: the register's definitions, evaluated.

The register declares for each claim the definition it is judged on and the alternatives that a fair reader would
try, as choices for one of the `METHODS`. A notebook's parameters enter as overrides of those choices.
"""

import contextlib
import importlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from onewaytrade import claims, datasets
from onewaytrade.claims import Claim, Estimate, Reading, Verdict
from onewaytrade.errors import ClaimError, NoFigureError

# "module:function", imported when first used: a notebook on volumes need not load the partners' tables.
METHODS: Final[dict[str, str]] = {
    "cpb-growth": "onewaytrade.methods.cpb:growth",
    "partner-growth": "onewaytrade.methods.partners:growth",
    "commodity-growth": "onewaytrade.methods.commodities:growth",
}
_CHECKS: Final[dict[str, str]] = {
    "00-scoreboard": "onewaytrade.scoreboard:check_parameters",
    "01-export-surge": "onewaytrade.methods.cpb:check_parameters",
    "04-partner-imports": "onewaytrade.methods.partners:check_parameters",
    "05-commodities": "onewaytrade.methods.commodities:check_parameters",
}
_BANDS: Final[dict[str, str]] = {"cpb-growth": "onewaytrade.methods.cpb:band"}
# The choice through which a method is pinned to an edition, and the dataset that it pins.
_PINNED: Final[dict[str, tuple[str, str]]] = {
    "cpb-growth": ("edition", "cpb"),
    "commodity-growth": ("release", "gacc-commodities"),
}


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

    An override of "pinned" stands for the claim's own pin.
    """
    choices = dict(claim.definition.choices)
    if pin := _PINNED.get(str(choices.get("method"))):
        choices.setdefault(pin[0], claim.pins[pin[1]])
    chosen = {name: value for name, value in overrides.items() if value != "pinned"}
    if pin and chosen.get(pin[0]) == "latest":
        chosen[pin[0]] = datasets.resolve(pin[1], "latest")
    return choices | chosen


def readings(claim: Claim, **overrides: Any) -> tuple[Reading, ...]:
    """Return what each alternative of a claim gives, its choices laid over those of `choices_of`.

    With overrides, an alternative is left out for which the data hold no figure, that is what the run asks anyway,
    or that names an edition when the run asks for another than the pinned one.
    """
    base, article = choices_of(claim, **overrides), choices_of(claim)
    pin = _PINNED.get(str(base["method"]), ("", ""))[0]
    found = []
    for alternative in claim.alternatives:
        if base | dict(alternative.choices) == base or (pin in alternative.choices and base[pin] != article[pin]):
            continue
        with contextlib.suppress(NoFigureError):
            found.append(Reading(alternative, evaluate({**base, **alternative.choices})))
    return tuple(found)


def judge(claim_id: str, **overrides: Any) -> Verdict:
    """Judge one claim on the data: its definition, its alternatives, and the band of neighbouring editions.

    `overrides` are the choices that a notebook's parameters set; where they depart from the article's own,
    the verdict says so in `variant`.
    """
    claim = claims.get(claim_id)
    choices = choices_of(claim, **overrides)
    variant = _variant(choices_of(claim), choices)
    try:
        estimate = evaluate(choices)
    except NoFigureError as error:
        return claims.cannot_check(claim, str(error), variant)
    pin = _PINNED.get(str(choices["method"]), ("", ""))[0]
    # The band is that of the editions around the article's; another edition has other neighbours.
    at_pin = choices.get(pin) == choices_of(claim).get(pin)
    finder = _BANDS.get(str(choices["method"])) if at_pin else None
    band, reason = _function(finder)(choices) if finder else (None, "")
    return claims.judge(
        claim,
        estimate,
        readings=readings(claim, **overrides),
        band=band,
        band_reason=reason,
        variant=variant,
    )


def check_parameters(notebook: str, values: Mapping[str, Any]) -> None:
    """Refuse a notebook's parameter values that the data cannot answer.

    Raises ParameterError (or MeasureError, DatasetError) whose sentence names the range or the nearest value.
    """
    if check := _CHECKS.get(notebook):
        _function(check)(values)


def _variant(article: Mapping[str, Any], asked: Mapping[str, Any]) -> str | None:
    departures = [
        f"{name.replace('_', ' ')} {value} instead of {article.get(name)}"
        for name, value in asked.items()
        if value != article.get(name)
    ]
    return f"This run departs from the article: {', '.join(departures)}." if departures else None


def _function(place: str) -> Callable[..., Any]:
    module, _, name = place.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function
