"""Measure the whole of it side by side, say what the targets are short by, and keep the results: `make bench`.

Everything is done in a copy of the project that is removed afterwards. What is compared is measured in turn, so
that a change of load hits both; each figure is a median with its range, in wall time and in CPU time, that of
children included. `--quick` measures less of each; `--only` some parts.
"""

import argparse
import functools
import importlib.metadata
import importlib.util
import json
import os
import platform
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

import inside
from measuring import (
    BenchmarkError,
    Row,
    Sample,
    append,
    cores,
    extrapolated,
    in_turn,
    output,
    ratios,
    timed,
)
from onewaytrade.runner import notebooks

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = ROOT / "benchmarks" / "results.csv"
_PACKAGES: Final = ("papermill", "nbclient", "ipykernel", "pandas", "numpy", "matplotlib", "seaborn", "nbmake")
_LEFT_OUT: Final = ("build", "src", "tests", "benchmarks", "dist", "__pycache__", ".*")
_COMMAND: Final = (sys.executable, "-m", "onewaytrade")
_OURS: Final = "onewaytrade"
_PLAIN: Final = "plain loop"
_NBMAKE: Final = "pytest --nbmake -n auto"
_SWEEP: Final = 200  # runs
_TIMES: Final = "times"
# Of the issue, by what they are of; all are upper bounds in seconds, but for ratios, which are lower bounds.
_BEYOND, _SLACK, _RERUN, _READY, _HELP, _RATIO = 0.3, 1.3, 1.0, 0.3, 0.2, 8.0


@dataclass(frozen=True)
class Bench:
    """The copy of the project that everything is measured in, and how much is measured."""

    root: Path
    scratch: Path
    quick: bool

    @property
    def rounds(self) -> int:
        """Rounds of what takes minutes."""
        return 1 if self.quick else 3

    @property
    def many(self) -> int:
        """Rounds of what takes a second."""
        return 3 if self.quick else 7

    @functools.cached_property
    def environment(self) -> dict[str, str]:
        """The environment of every command: nothing of it writes outside of the copy."""
        private = {"IPYTHONDIR": "ipython", "JUPYTER_RUNTIME_DIR": "jupyter", "TMPDIR": "tmp"}
        for name in private.values():
            (self.scratch / name).mkdir(exist_ok=True)
        # With the second, what is imported would be compiled by each process anew.
        dropped = ("ONEWAYTRADE_", "PYTHONDONTWRITEBYTECODE")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        return kept | {name: str(self.scratch / folder) for name, folder in private.items()}

    @functools.cached_property
    def notebooks(self) -> tuple[Path, ...]:
        """The notebooks that a run executes."""
        return notebooks.collection(self.root)

    def run(self, *arguments: str | Path) -> Sample:
        """Time a command of onewaytrade."""
        return timed((*_COMMAND, *arguments), self.root, self.environment)

    def papermill(self, paths: Sequence[Path], *arguments: str) -> Sample:
        """Time the plain loop over notebooks: a process of papermill for each."""
        samples = [
            timed(
                (sys.executable, "-m", "papermill", path, self.scratch / "plain" / path.name, *arguments),
                self.root,
                self.environment,
            )
            for path in paths
        ]
        cpu = [sample.cpu for sample in samples if sample.cpu is not None]
        return Sample(sum(sample.value for sample in samples), sum(cpu) if len(cpu) == len(samples) else None)

    def nbmake(self) -> Sample:
        """Time pytest's run of all notebooks, without the options that our own tests are run with."""
        command = (sys.executable, "-m", *_NBMAKE.split(), "-q", "-p", "no:cacheprovider", "-o", "addopts=")
        return timed((*command, *self.notebooks), self.root, self.environment)

    def inside(self, *arguments: str | Path | int) -> Any:
        """Return what `inside.py` prints of its arguments."""
        command = (sys.executable, Path(inside.__file__), *map(str, arguments))
        return json.loads(output(command, self.root, self.environment)[1].splitlines()[-1])

    @functools.cached_property
    def executed(self) -> Sample:
        """A first run, so that there are results to reuse; what it imports has been compiled by then."""
        return self.run("run", "--fresh")


def helping(bench: Bench) -> Iterator[Row]:
    """Measure the command's answer to --help."""
    samples = in_turn({_OURS: lambda: bench.run("--help")}, bench.many)[_OURS]
    yield Row("help", "onewaytrade --help", "s", samples)


def kernel(bench: Bench) -> Iterator[Row]:
    """Measure a kernel's start until it is ready and until a first result, warm and ordinary."""
    told = bench.inside("kernels", bench.root, bench.many)
    yield Row("kernel", "server of the warm ones, once a run", "s", (Sample(told["server"]),))
    for key, until in (("ready", "ready"), ("result", "first result")):
        found = {
            name: tuple(Sample(one[key], one["cpu"] if key == "result" else None) for one in told[name])
            for name in ("warm", "ordinary")
        }
        for name, samples in found.items():
            yield Row("kernel", f"{name}, {until}", "s", samples)
        yield _ratio("kernel", f"{until}, ordinary ÷ warm", found["ordinary"], found["warm"])


def collection(bench: Bench) -> Iterator[Row]:
    """Measure the whole collection, cold, against the plain loop and against nbmake."""
    plain = bench.scratch / "plain"
    plain.mkdir(exist_ok=True)
    _ = bench.executed
    variants = {
        _OURS: lambda: bench.run("run", "--fresh"),
        _PLAIN: lambda: bench.papermill(bench.notebooks),
    }
    if importlib.util.find_spec("nbmake") is not None:
        variants[_NBMAKE] = bench.nbmake
    samples = in_turn(variants, bench.rounds)
    for name, own in samples.items():
        yield Row("collection", name, "s", own, f"notebooks: {len(bench.notebooks)}")
    for name in variants:
        if name != _OURS:
            yield _ratio("collection", f"{name} ÷ {_OURS}", samples[name], samples[_OURS])
    if _NBMAKE not in variants:
        print(f"{_NBMAKE} was not measured, since nbmake is not installed.", file=sys.stderr)
    yield from _by_kind(
        "cells of the plain loop", [notebooks.read(path) for path in sorted(plain.glob("*.ipynb"))]
    )


def rerun(bench: Bench) -> Iterator[Row]:
    """Measure a run in which nothing changed."""
    _ = bench.executed
    bench.run("run")
    samples = in_turn({_OURS: lambda: bench.run("run")}, bench.many)[_OURS]
    yield Row("rerun", "nothing changed", "s", samples, f"notebooks: {len(bench.notebooks)}")


def changed(bench: Bench) -> Iterator[Row]:
    """Measure a run in which one notebook changed, against papermill on that notebook."""
    (bench.scratch / "plain").mkdir(exist_ok=True)
    _ = bench.executed
    path = next(path for path in bench.notebooks if not path.stem.startswith("00"))
    original = path.read_bytes()
    edits = iter(range(1000))

    def ours() -> Sample:
        edited = json.loads(original)
        cell = next(cell for cell in reversed(edited["cells"]) if cell["cell_type"] == "code")
        cell["source"] = f"{''.join(cell['source'])}\n# edit {next(edits)}"
        path.write_text(json.dumps(edited), encoding="utf-8")
        return bench.run("run")

    try:
        samples = in_turn({_OURS: ours, "papermill": lambda: bench.papermill([path])}, bench.rounds)
    finally:
        path.write_bytes(original)
        bench.run("run")
    yield Row("changed", f"{_OURS}, one notebook changed", "s", samples[_OURS], path.stem)
    yield Row("changed", "papermill, that notebook", "s", samples["papermill"], path.stem)
    yield _ratio("changed", f"papermill ÷ {_OURS}", samples["papermill"], samples[_OURS])


def sweep(bench: Bench) -> Iterator[Row]:
    """Measure a sweep of 200 runs against the plain loop, both on a sample."""
    (bench.scratch / "plain").mkdir(exist_ok=True)
    path = next(path for path in bench.notebooks if not path.stem.startswith("00"))
    months = [f"{year}-{month:02d}" for year in (2022, 2023) for month in range(1, 13)][: 2 if bench.quick else 8]
    economies = ["Japan"] if bench.quick else ["China", "Japan", "United States"]
    ours, plain = len(months) * len(economies), 1 if bench.quick else 3
    grid = ("--grid", f"start={','.join(months)}", "--grid", f"economy={','.join(economies)}")
    attempts = iter(range(1000))

    def loop() -> Sample:
        each = [
            bench.papermill([path], "-r", "start", month, "-p", "economy", "Japan") for month in months[:plain]
        ]
        return functools.reduce(_sum, each)

    samples = in_turn(
        {
            _OURS: lambda: bench.run(
                "sweep", path.stem, *grid, "--out", bench.scratch / f"sweep-{next(attempts)}"
            ),
            _PLAIN: loop,
        },
        bench.rounds,
    )
    told = {}
    for name, count in ((_OURS, ours), (_PLAIN, plain)):
        told[name], note = extrapolated(samples[name], count, _SWEEP)
        yield Row("sweep", f"{name}, {_SWEEP} runs of {path.stem}", "s", told[name], note)
    yield _ratio("sweep", f"{_PLAIN} ÷ {_OURS}", told[_PLAIN], told[_OURS], "of extrapolated figures")


def site(bench: Bench) -> Iterator[Row]:
    """Measure the making of the website."""
    _ = bench.executed
    out = bench.scratch / "site"
    samples = in_turn({_OURS: lambda: bench.run("site", "--out", out)}, bench.rounds)[_OURS]
    pages = sum(1 for _ in out.rglob("*.html"))
    yield Row("site", "onewaytrade site", "s", samples, f"{pages} pages")


def marking(bench: Bench) -> Iterator[Row]:
    """Measure the marking of a class, of copies of a lesson's solutions, in seconds a notebook."""
    if not list((bench.root / notebooks.FOLDER / "lessons").glob("*.ipynb")):
        return
    editions, handed, count = bench.scratch / "teaching", bench.scratch / "handed", 4 if bench.quick else 20
    yield Row("marking", "onewaytrade teach 1", "s", (bench.run("teach", "1", "--out", editions),))
    (solutions,) = (editions / "solutions").glob("*.ipynb")
    handed.mkdir(exist_ok=True)
    for number in range(count):
        shutil.copy(solutions, handed / f"student-{number:02d}.ipynb")
    samples = in_turn({_OURS: lambda: bench.run("mark", handed)}, bench.rounds)[_OURS]
    each = tuple(sample.times(1 / count) for sample in samples)
    yield Row("marking", f"{_OURS}, one of {count} notebooks", "s", each, f"{solutions.stem}, start included")


def memory(bench: Bench) -> Iterator[Row]:
    """Measure the memory of as many kernels as there are cores, with what they are forked from."""
    if not Path("/proc/self/smaps_rollup").is_file():
        print("Memory was not measured, since this system does not tell what processes share.", file=sys.stderr)
        return
    told = bench.inside("memory", bench.root, cores())
    for name, megabytes in told.items():
        kernels = f"{cores()} {name} kernels" + (" and their server" if name == "warm" else "")
        yield Row("memory", kernels, "MB", (Sample(megabytes),), "proportional set size, after imports")


def cells(bench: Bench) -> Iterator[Row]:
    """Measure what a run is spent on: its start, the cells by kind, and what is beyond them."""
    attempts = iter(range(1000))

    def executed(jobs: int) -> Any:
        out = bench.scratch / f"cells-{next(attempts)}"
        return bench.inside("cells", bench.root, out, f"{time.time():.3f}", jobs)

    told, together = zip(*[(executed(1), executed(cores())) for _ in range(bench.rounds)], strict=True)
    yield Row("cells", "warm-up, until the first cell", "s", tuple(Sample(one["warm_up"]) for one in told))
    sums, shared = (
        tuple(Sample(sum(cell["seconds"] for cell in one["cells"])) for one in group) for group in (told, together)
    )
    yield Row("cells", "all cells, one notebook at a time", "s", sums, "by the kernels' own account")
    yield Row("cells", f"the same, {cores()} notebooks at a time", "s", shared, "cores share memory and caches")
    for kind in inside.KINDS:
        own = tuple(Sample(sum(cell["seconds"] for cell in one["cells"] if cell["kind"] == kind)) for one in told)
        yield Row("cells", f"cells that {kind}", "s", own, inside.RULE if kind == inside.KINDS[0] else "")
    if beyond := [Sample(seconds) for one in told for seconds in one["beyond"]]:
        yield Row("cells", "beyond its cells, a warm notebook", "s", tuple(beyond), "the first one left out")


def evaluation(bench: Bench) -> Iterator[Row]:
    """Measure how many definitions a second are evaluated."""
    for own in bench.inside("definitions", bench.many):
        told = {name: tuple(map(Sample, rates)) for name, rates in own["rates"].items()}
        for name, samples in told.items():
            yield Row(
                "definitions", f"{own['method']}, {name}", "a second", samples, f"{own['definitions']} of them"
            )


# In this order: later parts use what earlier ones have executed.
PARTS: Final[Mapping[str, Callable[[Bench], Iterator[Row]]]] = {
    "help": helping,
    "kernel": kernel,
    "memory": memory,
    "collection": collection,
    "cells": cells,
    "rerun": rerun,
    "changed": changed,
    "sweep": sweep,
    "site": site,
    "marking": marking,
    "definitions": evaluation,
}


def _ratio(part: str, variant: str, slow: Sequence[Sample], quick: Sequence[Sample], note: str = "") -> Row:
    return Row(part, variant, _TIMES, ratios(slow, quick), note)


def _sum(one: Sample, other: Sample) -> Sample:
    cpu = None if one.cpu is None or other.cpu is None else one.cpu + other.cpu
    return Sample(one.value + other.value, cpu)


def _by_kind(title: str, executed: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    spent = [told for notebook in executed for told in inside.timings(notebook)]
    for kind in inside.KINDS:
        seconds = sum(seconds for _, seconds, own in spent if own == kind)
        yield Row("collection", f"{title} that {kind}", "s", (Sample(seconds),), "of the last round")


@dataclass(frozen=True, slots=True)
class Target:
    """A target of the issue: what it is of, its bound, whether that is the least or the most, what it came to."""

    name: str
    bound: float
    measured: float | None
    at_least: bool = False

    @property
    def verdict(self) -> str:
        """Whether it is reached, or what is missing."""
        if self.measured is None:
            return "not measured"
        short = self.bound - self.measured if self.at_least else self.measured - self.bound
        unit = _TIMES if self.at_least else "s"
        return "reached" if short <= 0 else f"short by {short:.2f} {unit}"


def targets(rows: Sequence[Row]) -> list[Target]:
    """Return the targets of the issue with what was measured."""
    known = {
        (row.part, row.variant.partition(",")[0] if row.part == "cells" else row.variant): row for row in rows
    }

    def median(part: str, variant: str) -> float | None:
        row = known.get((part, variant))
        return None if row is None else row.value.median

    plain = f"{_PLAIN} ÷ {_OURS}"
    cold, all_cells, warm_up = (
        median("collection", _OURS),
        median("cells", "all cells"),
        median("cells", "warm-up"),
    )
    bound = None if all_cells is None or warm_up is None else _SLACK * all_cells / cores() + warm_up
    return [
        Target("beyond its cells, a warm notebook", _BEYOND, median("cells", "beyond its cells")),
        Target(
            f"cold run, at most {_SLACK} × cells ÷ {cores()} cores + warm-up",
            bound or 0,
            None if bound is None else cold,
        ),
        Target("rerun of everything, nothing changed", _RERUN, median("rerun", "nothing changed")),
        Target("kernel ready", _READY, median("kernel", "warm, ready")),
        Target("onewaytrade --help", _HELP, median("help", "onewaytrade --help")),
        Target(f"collection, {plain}", _RATIO, median("collection", plain), at_least=True),
        Target(f"sweep, {plain}", _RATIO, median("sweep", plain), at_least=True),
    ]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """When and where it was measured: what each line of the results begins with."""

    mode: str
    load: float | None = field(default_factory=lambda: os.getloadavg()[0] if hasattr(os, "getloadavg") else None)

    def columns(self) -> dict[str, Any]:
        """Return the columns."""
        return {
            "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "commit": commit(ROOT),
            "mode": self.mode,
            "machine": _processor(),
            "cores": cores(),
            "load": "" if self.load is None else f"{self.load:.1f}",
            "python": platform.python_version(),
            **{name: _version(name) for name in _PACKAGES},
        }


def commit(folder: Path) -> str:
    """Return the short hash of the commit that is checked out, with "+" if tracked files have been changed."""
    try:
        head = output(("git", "rev-parse", "--short", "HEAD"), folder)[1]
        # What is measured does not depend on what was measured before.
        changes = ("git", "status", "--porcelain", "--untracked-files=no", "--", ".", ":!benchmarks/results.csv")
        state = output(changes, folder)[1]
    except (OSError, BenchmarkError):
        return "unknown"
    return head.strip() + ("+" if state.strip() else "")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def lines(rows: Sequence[Row], found: Sequence[Target], surroundings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the results as the lines of the file."""

    def line(
        part: str, variant: str, unit: str, rounds: int, numbers: Sequence[float], note: str
    ) -> dict[str, Any]:
        names = ("median", "low", "high", "cpu_median", "cpu_low", "cpu_high")
        told = [f"{number:.4g}" for number in numbers]
        values = dict(zip(names, [*told, *[""] * (len(names) - len(told))], strict=True))
        own = {"part": part, "variant": variant, "unit": unit, "rounds": rounds}
        return {**surroundings, **own, **values, "note": note}

    written = []
    for row in rows:
        numbers = [
            getattr(spread, name)
            for spread in (row.value, row.cpu)
            if spread
            for name in ("median", "low", "high")
        ]
        written.append(line(row.part, row.variant, row.unit, len(row.samples), numbers, row.note))
    for target in found:
        bound = f"at {'least' if target.at_least else 'most'} {target.bound:.4g}"
        if target.measured is not None:
            unit = _TIMES if target.at_least else "s"
            written.append(line("target", target.name, unit, 1, [target.measured], f"{bound}: {target.verdict}"))
    return written


def show(console: Console, rows: Sequence[Row], found: Sequence[Target]) -> None:
    """Print the results, and what became of the targets."""
    table = Table("part", "what", "unit")
    for heading in ("median (range)", "CPU, median (range)"):
        table.add_column(heading, justify="right")
    table.add_column("note")
    for row in rows:
        digits = 0 if row.unit in {"MB", "a second"} else 2
        table.add_row(
            row.part, row.variant, row.unit, row.value.text(digits), row.cpu.text() if row.cpu else "", row.note
        )
    console.print(table)
    board = Table("target", "bound", "measured", "verdict")
    for target in found:
        told = "" if target.measured is None else f"{target.measured:.2f}"
        bound = "" if target.measured is None else f"{'≥' if target.at_least else '≤'} {target.bound:.2f}"
        board.add_row(target.name, bound, told, target.verdict)
    console.print(board)


def copy_of(project: Path, place: Path) -> Path:
    """Copy what a run, the site and lessons are made of, and return the project that it makes."""
    shutil.copytree(project, place, ignore=shutil.ignore_patterns(*_LEFT_OUT))
    return place


def measure(bench: Bench, names: Sequence[str], tell: Callable[[str], None]) -> tuple[list[Row], list[str]]:
    """Measure the parts of that name; return the rows, and a sentence for each part that failed."""
    rows: list[Row] = []
    faults = []
    for name in names:
        tell(f"{datetime.now(UTC):%H:%M:%S} {name} ...")
        try:
            rows += PARTS[name](bench)
        except BenchmarkError as error:
            faults.append(f"{name} was not measured to the end: {error}")
    return rows, faults


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and keep; return 1 if something could not be measured."""
    parser = argparse.ArgumentParser(description="Measure One-Way Trade side by side with plain papermill.")
    parser.add_argument(
        "--quick", action="store_true", help="measure less of each; keep nothing without --results"
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="measure these parts")
    parser.add_argument("--project", type=Path, default=ROOT, help="the project whose copy is measured")
    parser.add_argument(
        "--results", type=Path, help=f"append to this file; {RESULTS.name} beside this if not given"
    )
    given = parser.parse_args(arguments)
    surroundings = Surroundings("quick" if given.quick else "full").columns()
    results = given.results or (None if given.quick else RESULTS)
    # Whoever ends us politely finds nothing left as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="onewaytrade-bench-") as folder:
        scratch = Path(folder).resolve()
        bench = Bench(copy_of(given.project.resolve(), scratch / "project"), scratch, given.quick)
        rows, faults = measure(bench, given.only, lambda line: print(line, file=sys.stderr))
    found = targets(rows)
    console = Console(highlight=False)
    show(console if console.is_terminal else Console(highlight=False, width=180), rows, found)
    for fault in faults:
        print(fault, file=sys.stderr)
    if results is not None and rows:
        append(results, lines(rows, found, surroundings))
        print(f"Appended to {results}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
