"""Time how many definitions a second are evaluated, all at once and one by one: `make benchmark`.

Prints a row for each method that the register's grids use: how many definitions it computes, and how many a second
in the best of several runs, after a first run that has read the data.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from onewaytrade import choices, claims, grids
from onewaytrade.errors import NoFigureError

RUNS = 5


def main() -> None:
    """Print the table."""
    table = Table("method", title="Definitions a second")
    for heading in ("definitions", "all at once", "one by one", "times faster"):
        table.add_column(heading, justify="right")
    for method, asked in asked_by_method().items():
        at_once, singly = (
            len(asked) / best_of(function, asked) for function in (choices.evaluate_many, one_by_one)
        )
        table.add_row(method, f"{len(asked)}", f"{at_once:,.0f}", f"{singly:,.0f}", f"{at_once / singly:.1f}")
    Console(width=100).print(table)


def asked_by_method() -> dict[str, list[Mapping[str, Any]]]:
    """Return the choices of all definitions of the register that are computed, by method."""
    asked = defaultdict(list)
    for claim in claims.register().values():
        for own in grids.definitions_of(claim):
            if choices.is_computed(own):
                asked[own["method"]].append(own)
    return dict(asked)


def one_by_one(asked: Sequence[Mapping[str, Any]]) -> None:
    """Evaluate definitions in a plain loop."""
    for own in asked:
        try:
            choices.evaluate(own)
        except NoFigureError:
            continue


def best_of(
    function: Callable[[Sequence[Mapping[str, Any]]], object], asked: Sequence[Mapping[str, Any]]
) -> float:
    """Return the seconds of the fastest of several runs; the first run reads the data and is not timed."""
    function(asked)
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        function(asked)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


if __name__ == "__main__":
    main()
