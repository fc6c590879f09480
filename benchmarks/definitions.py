"""How many definitions a second are evaluated, all at once and one by one, by the methods of the register."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from measuring import Sample, in_turn
from onewaytrade import choices, claims, grids
from onewaytrade.errors import NoFigureError

Asked = Sequence[Mapping[str, Any]]


def rates(rounds: int) -> list[dict[str, Any]]:
    """Return for each method how many definitions there are, and so many rates of each of two ways.

    A first run of each, which reads the data, is not timed.
    """
    found = []
    for method, asked in asked_by_method().items():
        ways = {"all at once": choices.evaluate_many, "one by one": one_by_one}
        in_turn({name: _rate(way, asked) for name, way in ways.items()}, 1)
        samples = in_turn({name: _rate(way, asked) for name, way in ways.items()}, rounds)
        own = {name: [sample.value for sample in told] for name, told in samples.items()}
        found.append({"method": method, "definitions": len(asked), "rates": own})
    return found


def asked_by_method() -> dict[str, list[Mapping[str, Any]]]:
    """Return the choices of all definitions of the register that are computed, by method."""
    asked = defaultdict(list)
    for claim in claims.register().values():
        for own in grids.definitions_of(claim):
            if choices.is_computed(own):
                asked[own["method"]].append(own)
    return dict(asked)


def one_by_one(asked: Asked) -> None:
    """Evaluate definitions in a plain loop."""
    for own in asked:
        try:
            choices.evaluate(own)
        except NoFigureError:
            continue


def _rate(way: Callable[[Asked], object], asked: Asked) -> Callable[[], Sample]:
    def measure() -> Sample:
        start = time.perf_counter()
        way(asked)
        return Sample(len(asked) / (time.perf_counter() - start))

    return measure
