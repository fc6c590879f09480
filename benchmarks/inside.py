"""What can only be measured from inside a process of its own: kernels, their memory, and the time of cells.

`python benchmarks/inside.py KIND ...` prints one line of JSON; `bench.py` reads it.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import psutil

from onewaytrade.runner import collection, execute, notebooks, warm
from onewaytrade.runner.kernels import Kernel

_SWITCH: Final = "ONEWAYTRADE_WARM"
# What a notebook's first cell does, as a rule; its value shows that it has been done.
_FIRST: Final = (
    "import matplotlib.pyplot, pandas, seaborn\n"
    "from onewaytrade import charts, claims, datasets, definitions, display, fmt, grids, measures\n"
    "len(claims.register())"
)
_PATIENCE: Final = 120  # seconds for an answer
KINDS: Final = ("draw", "import", "load", "compute")
RULE: Final = (
    "a cell that leaves a picture is draw; else one with an import statement is import; else one that calls "
    "datasets. or a loader (series, load, table) is load; every other is compute"
)
_LOADERS: Final = ("datasets.", ".series(", ".load(", ".table(")


def main() -> None:
    """Measure what the arguments ask for, and print it."""
    kind, *arguments = sys.argv[1:]
    measure = {"kernels": kernels, "memory": memory, "cells": cells, "definitions": rates}[kind]
    print(json.dumps(measure(*arguments)))


def rates(rounds: str) -> list[dict[str, Any]]:
    """Return the rates of the two ways of evaluating definitions, by method."""
    import definitions

    return definitions.rates(int(rounds))


def kernels(root: str, rounds: str) -> dict[str, Any]:
    """Return, for warm and ordinary kernels in turn, seconds until ready and first result, and the CPU of it.

    `server` is the seconds until the first warm kernel of a run is ready, with what it is forked from.
    """
    with _started(Path(root), is_warm=True) as first:
        server = first["ready"]
    found: dict[str, list[dict[str, float]]] = {"warm": [], "ordinary": []}
    for _ in range(int(rounds)):
        for name, own in found.items():
            with _started(Path(root), is_warm=name == "warm") as told:
                own.append({key: told[key] for key in ("ready", "result", "cpu")})
    return {"server": server, **found}


def memory(root: str, count: str) -> dict[str, float]:
    """Return the megabytes (proportional set size) of so many kernels that have imported, warm and ordinary."""
    found = {}
    for name in ("warm", "ordinary"):
        with _several(Path(root), int(count), is_warm=name == "warm"):
            found[name] = sum(map(_pss, psutil.Process().children(recursive=True)))
        warm.close()
    return found


def cells(root: str, out: str, since: str, jobs: str) -> dict[str, Any]:
    """Execute all notebooks, so many at a time, as a run does, and return what the time was spent on.

    `warm_up` is in seconds from `since` (the clock's, in seconds) to the first cell; `beyond` has the seconds of
    each notebook beyond its cells, the first left out, if one at a time is executed; `cells` has seconds and kind
    of each.
    """
    executed: list[dict[str, Any]] = []
    _record(executed)
    place, results = Path(root), collection.Results(Path(out), order=())
    paths = notebooks.choose(place, [])
    progress = _Clock()
    outcomes = collection.run(
        place,
        {path: {} for path in paths},
        results,
        workers=collection.threads(int(jobs)),
        timeout=600,
        progress=progress,
    )
    if failed := [outcome.stem for outcome in outcomes if outcome.failure is not None]:
        raise RuntimeError(f"{failed[0]} failed")
    spent = [list(timings(notebook)) for notebook in executed]
    sums = [sum(seconds for _, seconds, _ in own) for own in spent]
    ended = progress.ended
    beyond = [ended[at] - ended[at - 1] - sums[at] for at in range(1, len(ended))] if jobs == "1" else []
    return {
        "warm_up": min(start for own in spent for start, _, _ in own) - float(since),
        "beyond": beyond,
        "cells": [{"seconds": seconds, "kind": kind} for own in spent for _, seconds, kind in own],
    }


def timings(notebook: Mapping[str, Any]) -> Iterator[tuple[float, float, str]]:
    """Yield start (the clock's, in seconds), seconds and kind of each code cell, by the kernel's own account."""
    for cell in notebook["cells"]:
        told = cell["metadata"].get("execution", {})
        if cell["cell_type"] == "code" and {"iopub.status.busy", "iopub.status.idle"} <= told.keys():
            start, end = (_seconds(told[f"iopub.status.{state}"]) for state in ("busy", "idle"))
            yield start, end - start, kind_of(cell)


def kind_of(cell: Mapping[str, Any]) -> str:
    """Return the kind of an executed cell by `RULE`."""
    source = "".join(cell["source"])
    if any(name.startswith("image/") for output in cell["outputs"] for name in output.get("data", ())):
        return "draw"
    if any(line.startswith(("import ", "from ")) for line in source.splitlines()):
        return "import"
    return "load" if any(name in source for name in _LOADERS) else "compute"


class _Clock:
    """A progress that notes when each notebook had ended and its results were written."""

    def __init__(self) -> None:
        self.ended: list[float] = []

    def cell_done(self, stem: str) -> None:
        pass

    def notebook_done(self, outcome: collection.Done) -> None:  # noqa: ARG002
        self.ended.append(time.time())


def _record(executed: list[dict[str, Any]]) -> None:
    """Have kernels tell when cells began and ended, and keep the notebooks before that is taken out of them."""
    from onewaytrade.runner import engine

    class Timing(engine.PapermillNotebookClient):  # type: ignore[misc] # papermill has no types
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **(options | {"record_timing": True}))

    def keeping(notebook: dict[str, Any], *others: Any) -> dict[str, Any]:
        executed.append(json.loads(json.dumps(notebook)))
        return normalise(notebook, *others)

    normalise = execute.normalise
    engine.PapermillNotebookClient = Timing  # type: ignore[misc]
    execute.normalise = keeping


@contextmanager
def _started(root: Path, *, is_warm: bool) -> Iterator[dict[str, float]]:
    """Start a kernel, ask it for a first result, and yield the seconds that it took; end it afterwards."""
    os.environ[_SWITCH] = "1" if is_warm else "0"
    with tempfile.TemporaryDirectory(prefix="onewaytrade-") as scratch:
        loop = asyncio.new_event_loop()
        kernel = None
        try:
            start = time.perf_counter()
            kernel = Kernel(Path(scratch) / "kernel.json")
            loop.run_until_complete(kernel.start(root, _environment(root, scratch)))
            client = kernel.manager.client()
            client.start_channels()
            loop.run_until_complete(_answer(client, client.kernel_info))
            ready = time.perf_counter() - start
            loop.run_until_complete(_answer(client, lambda: client.execute(_FIRST)))
            result = time.perf_counter() - start
            used = psutil.Process(kernel.manager.provisioner.pid).cpu_times()
            yield {"ready": ready, "result": result, "cpu": used.user + used.system}
            client.stop_channels()
        finally:
            if kernel is not None:
                loop.run_until_complete(kernel.close())
            loop.close()


@contextmanager
def _several(root: Path, count: int, *, is_warm: bool) -> Iterator[None]:
    """Have so many kernels at once."""
    if count == 0:
        yield
        return
    with _started(root, is_warm=is_warm), _several(root, count - 1, is_warm=is_warm):
        yield


async def _answer(client: Any, ask: Any) -> None:
    asked = ask()
    while True:
        message = await client.get_shell_msg(timeout=_PATIENCE)
        if message["parent_header"].get("msg_id") == asked:
            if message["content"]["status"] != "ok":
                raise RuntimeError(message["content"].get("evalue"))
            return


def _environment(root: Path, scratch: str) -> dict[str, str]:
    private = {"IPYTHONDIR": str(Path(scratch) / "ipython")}
    return execute.environment(root, root / "build" / "verdicts.json") | private


def _pss(process: psutil.Process) -> float:
    """Return a process's share of memory in megabytes: its own, and of what it shares its part."""
    text = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
    kilobytes = next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return kilobytes / 1024


def _seconds(stamp: str) -> float:
    return datetime.fromisoformat(stamp).timestamp()


if __name__ == "__main__":
    main()
