"""Measure things in turn, so that a change of load hits all of them, and tell them by median and range."""

import csv
import io
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from onewaytrade import files

try:
    import resource
except ImportError:  # Windows has no such account of its processes
    resource = None  # type: ignore[assignment]

_TOLD: Final = 400  # characters of what a command that failed has said


class BenchmarkError(Exception):
    """Something could not be measured; the sentence says what and why."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one run came to, mostly wall seconds, and the CPU seconds of it and its children, None if unknown."""

    value: float
    cpu: float | None = None

    def times(self, factor: float) -> "Sample":
        """Return the sample of so many times as much."""
        return Sample(self.value * factor, None if self.cpu is None else self.cpu * factor)


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, least and greatest of several numbers."""

    median: float
    low: float
    high: float

    def text(self, digits: int = 2) -> str:
        """Return it as words: "1.20 (1.10 to 1.30)"."""
        return f"{self.median:,.{digits}f} ({self.low:,.{digits}f} to {self.high:,.{digits}f})"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the results: what was measured, in which unit, all samples, and what to know of it."""

    part: str
    variant: str
    unit: str
    samples: tuple[Sample, ...]
    note: str = ""

    @property
    def value(self) -> Spread:
        """The spread of the values."""
        return spread([sample.value for sample in self.samples])

    @property
    def cpu(self) -> Spread | None:
        """The spread of the CPU seconds, None unless all samples know theirs."""
        known = [sample.cpu for sample in self.samples if sample.cpu is not None]
        return spread(known) if len(known) == len(self.samples) else None


def spread(values: Sequence[float]) -> Spread:
    """Return median and range of at least one number."""
    return Spread(statistics.median(values), min(values), max(values))


def in_turn(variants: Mapping[str, Callable[[], Sample]], rounds: int) -> dict[str, tuple[Sample, ...]]:
    """Measure each variant once a round, one after the other (A B A B ...); return the samples by variant."""
    samples: dict[str, list[Sample]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, measure in variants.items():
            samples[name].append(measure())
    return {name: tuple(own) for name, own in samples.items()}


def ratios(slow: Sequence[Sample], quick: Sequence[Sample]) -> tuple[Sample, ...]:
    """Return how many times one takes the other's time, round by round, in wall and in CPU time."""
    return tuple(
        Sample(one.value / other.value, one.cpu / other.cpu if one.cpu and other.cpu else None)
        for one, other in zip(slow, quick, strict=True)
    )


def extrapolated(samples: Sequence[Sample], measured: int, wanted: int) -> tuple[tuple[Sample, ...], str]:
    """Return samples of so many runs made those of `wanted` runs in proportion, and the sentence that says so.

    The time to start is multiplied as well, which favours whoever starts quickly.
    """
    if measured == wanted:
        return tuple(samples), ""
    note = f"extrapolated: {measured} of {wanted} runs measured, times {wanted / measured:g}"
    return tuple(sample.times(wanted / measured) for sample in samples), note


def timed(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None) -> Sample:
    """Run a command in a folder and return its time; raises BenchmarkError with its last words if it fails."""
    return output(command, folder, environment)[0]


def output(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None
) -> tuple[Sample, str]:
    """Run a command as `timed` does, and return its time and what it printed."""
    before, start = _cpu_of_children(), time.perf_counter()
    done = subprocess.run(  # noqa: S603 # our own commands
        [str(part) for part in command],
        cwd=folder,
        env=dict(environment) if environment is not None else None,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
        errors="replace",
    )
    wall, after = time.perf_counter() - start, _cpu_of_children()
    if done.returncode:
        words = " ".join((done.stderr + done.stdout)[-_TOLD:].split())
        shown = " ".join(str(part) for part in command[:6])
        raise BenchmarkError(f"{shown} ... ended with status {done.returncode}: {words}")
    return Sample(wall, None if before is None or after is None else after - before), done.stdout


def _cpu_of_children() -> float | None:
    """Return the CPU seconds of all processes that were waited for, with those that they waited for."""
    if resource is None:
        return None
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def append(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append rows, which all have the same columns, to a CSV file: all of them or, whatever happens, none.

    Raises BenchmarkError if the file has other columns.
    """
    columns = list(rows[0])
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    if not before.strip():
        before = ""
        writer.writeheader()
    elif (there := next(csv.reader(io.StringIO(before)))) != columns:
        raise BenchmarkError(f"{path} has other columns ({', '.join(there)}): move it away, and a new one begins.")
    elif not before.endswith("\n"):
        before += "\n"
    writer.writerows(rows)
    files.write_text(path, before + text.getvalue())


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
