"""Sweeps: one notebook with every combination of many parameters, and one table of what its verdicts become."""

import csv
import importlib.util
import io
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from onewaytrade import definitions, files
from onewaytrade.errors import OneWayTradeError, ParameterError
from onewaytrade.runner import (
    cluster,
    collection,
    fingerprint,
    grid_arguments,
    jobs,
    journal,
    parameters,
    verdicts,
)
from onewaytrade.runner.execute import Outcome
from onewaytrade.runner.journal import Entry, Journal, JournalError, key
from onewaytrade.runner.parameters import Parameter, Value

FOLDER: Final = Path("build") / "sweeps"
TABLE: Final = "results"
KEPT: Final = "executed"
# What the table says besides the parameters: of the run, and then of one claim.
_RUN: Final = ("run", "notebook", "result", "error")
_CLAIM: Final = {
    "claim": str,
    "printed": float,
    "verdict": str,
    "computed": float,
    "computed_low": float,
    "computed_high": float,
    "unit": str,
    "robustness": str,
    "edition": str,
    "variant": str,
}
_MOST = 1_000_000  # runs of a sweep: more is a slip, and would take weeks
_LARGEST = 2**63  # what a column of whole numbers holds is smaller


@dataclass(frozen=True, slots=True)
class Run:
    """One combination: its place in the grid from 1, all parameters, those given, and why it is refused, if so."""

    number: int
    parameters: Mapping[str, Value]
    given: Mapping[str, Value]
    refusal: str | None

    @property
    def key(self) -> str:
        """What tells this run from the others of its notebook."""
        return key(self.parameters)


@dataclass(frozen=True, slots=True)
class Plan:
    """A notebook with its parameters, the grids, and the runs in the order of the grids, the last the fastest."""

    path: Path
    declared: Mapping[str, Parameter]
    grids: Mapping[str, Sequence[Value]]
    runs: Sequence[Run]

    @property
    def refused(self) -> list[Run]:
        """The combinations that the data cannot answer."""
        return [run for run in self.runs if run.refusal is not None]

    def label(self, run: Run) -> str:
        """Return in words which run of the sweep it is."""
        return ", ".join(f"{name}={run.parameters[name]}" for name in self.grids)


def plan(path: Path, grids: Sequence[str], assignments: Sequence[str]) -> Plan:
    """Lay out the runs of a notebook for `--grid` and `-p` arguments, each checked as `onewaytrade run` would.

    Raises ParameterError if an argument is wrong, and if every combination is refused.
    """
    declared = parameters.declared(path)
    given = parameters.assign([path], assignments)[path.stem]
    read = grid_arguments.read(path.stem, declared, grids)
    if twice := [name for name in read if any(text.startswith(f"{name}=") for text in assignments)]:
        raise ParameterError(f"{twice[0]} is set by -p and spanned by --grid: one of the two is needed.")
    count = math.prod(map(len, read.values()))
    if count > _MOST:
        raise ParameterError(f"The grids span {count:,} runs, more than {_MOST:,}: make them smaller.")
    for name, values in ({name: (value,) for name, value in given.items()} | read).items():
        if large := [value for value in values if isinstance(value, int) and abs(value) >= _LARGEST]:
            raise ParameterError(f"{name}={large[0]} is a larger number than a table of results can hold.")
    check = parameters.own_check(path) or definitions.check_parameters
    defaults = {name: parameter.default for name, parameter in declared.items()}
    runs = []
    for number, values in enumerate(itertools.product(*read.values()), start=1):
        own = given | dict(zip(read, values, strict=True))
        every = defaults | own
        departing = {name: value for name, value in own.items() if value != defaults[name]}
        runs.append(Run(number, every, departing, _refusal(check, path.stem, every)))
    if all(run.refusal is not None for run in runs):
        raise ParameterError(f"Every one of the {count} combinations is refused; the first: {runs[0].refusal}")
    return Plan(path, declared, read, runs)


def _refusal(check: parameters.Check, stem: str, values: Mapping[str, Value]) -> str | None:
    try:
        check(stem, dict(values))
    except OneWayTradeError as error:
        return str(error)
    return None


def inputs(path: Path, root: Path) -> dict[str, bytes]:
    """Return what a notebook reads besides the data, by name: the scoreboard, the verdicts of all others."""
    board = root / "build" / verdicts.FILE
    return {verdicts.FILE: board.read_bytes()} if path.stem == collection.LAST and board.is_file() else {}


def depends_on(path: Path, root: Path) -> fingerprint.Fingerprint:
    """Return what the results of a sweep depend on."""
    return fingerprint.take(root, path, inputs(path, root))


def check_libraries() -> None:
    """Raise OneWayTradeError if the library that writes the table of results is not installed."""
    if importlib.util.find_spec("pyarrow") is None:
        raise OneWayTradeError(
            "A sweep writes its results as Parquet, for which pyarrow is needed: pip install 'onewaytrade[sweep]'."
        )


@dataclass(frozen=True, slots=True)
class Options:
    """How the runs are done.

    `timeout` is in seconds for a cell; `scheduler` the address of a Dask cluster, None for this machine; `count`
    how many run here at a time; `keep` asks for the executed notebooks, `again` for another try of those that
    failed, `fresh` for all runs anew.
    """

    timeout: int = 600
    scheduler: str | None = None
    count: int | None = None
    keep: bool = False
    again: bool = False
    fresh: bool = False


class Progress(Protocol):
    """What is told of a sweep while it goes on."""

    def begin(self, planned: Plan, waiting: int, *, torn: bool) -> None:
        """Hear how many runs are to be done, and whether a half-written line of the journal was dropped."""

    def run_done(self, run: Run, entry: Entry) -> None:
        """Hear that a run has ended and is kept."""

    def say(self, sentence: str) -> None:
        """Hear something that the user should know."""


@dataclass(frozen=True, slots=True)
class Results:
    """What a sweep came to: its runs with what is kept of them, how many ran now, and the files written."""

    planned: Plan
    entries: Mapping[str, Entry]
    ran: int
    table: Path
    text: Path

    @property
    def others(self) -> int:
        """How many runs are kept that are none of this sweep, and so not in its table."""
        return len(set(self.entries) - {run.key for run in self.planned.runs})

    @property
    def departing(self) -> int:
        """How many runs ask something else than the article."""
        own = [self.entries[run.key] for run in self.planned.runs if run.key in self.entries]
        return sum(any(verdict.get("variant") for verdict in entry.verdicts) for entry in own)

    @property
    def failed(self) -> list[tuple[Run, Entry]]:
        """The runs of this sweep that failed, now or before."""
        found = ((run, self.entries.get(run.key)) for run in self.planned.runs if run.refusal is None)
        return [(run, entry) for run, entry in found if entry is not None and entry.error is not None]


def sweep(planned: Plan, root: Path, folder: Path, options: Options, progress: Progress) -> Results:
    """Do what is left of a sweep, with its journal in `folder`, and write the table of its results there.

    Raises OneWayTradeError before anything runs if a library is missing, the folder is in use or was made of
    other inputs, or the cluster does not answer. On Ctrl-C the runs that had ended are kept.
    """
    check_libraries()
    if options.scheduler is not None:
        cluster.check_libraries()
    table, text = folder / f"{TABLE}.parquet", folder / f"{TABLE}.csv"
    with journal.opened(folder, depends_on(planned.path, root), fresh=options.fresh) as book:
        waiting = to_do(planned, book, folder, options)
        progress.begin(planned, len(waiting), torn=book.torn)
        if waiting:
            with _pool(root, options, progress) as pool:
                # An older table would pass for that of the runs that are now to come.
                for old in (table, text):
                    old.unlink(missing_ok=True)
                for run, entry in _execute(planned, waiting, root, pool, book, options, folder):
                    progress.run_done(run, entry)
        files.write_together(dict(zip((table, text), encode(planned, book.entries), strict=True)))
        return Results(planned, book.entries, len(waiting), table, text)


def to_do(planned: Plan, book: Journal, folder: Path, options: Options) -> list[Run]:
    """Return the runs that the journal does not hold, and those that failed or left no notebook, if asked for."""

    def is_open(run: Run) -> bool:
        entry = book.entries.get(run.key)
        return run.refusal is None and (
            entry is None
            or (options.again and entry.error is not None)
            or (options.keep and not _executed(planned, run, folder).is_file())
        )

    return [run for run in planned.runs if is_open(run)]


def _pool(root: Path, options: Options, progress: Progress) -> AbstractContextManager[jobs.Pool]:
    if options.scheduler is not None:
        return cluster.connected(options.scheduler, root, progress.say)
    return jobs.threads(root, options.count or collection.cores())


def _execute(
    planned: Plan,
    waiting: Sequence[Run],
    root: Path,
    pool: jobs.Pool,
    book: Journal,
    options: Options,
    folder: Path,
) -> Iterator[tuple[Run, Entry]]:
    """Do the runs, and yield each as it ends, once the journal holds it."""
    stem, source = planned.path.stem, planned.path.read_bytes()
    board = inputs(planned.path, root).get(verdicts.FILE)
    runs = {key(run.given): run for run in waiting}
    before = fingerprint.place(root)
    made = (jobs.Job(stem, source, run.given, options.timeout, board, whole=options.keep) for run in waiting)
    for job, outcome in jobs.completed(pool, made):
        if changed := fingerprint.differences(before, fingerprint.place(root)):
            raise JournalError(f"The sweep has stopped, since what it rests on changed while it ran: {changed}.")
        run = runs[key(job.parameters)]
        if options.keep:
            jobs.keep(_executed(planned, run, folder), outcome)
        entry = _entry(run, outcome)
        book.append(entry)
        yield run, entry


def _executed(planned: Plan, run: Run, folder: Path) -> Path:
    """Return where the executed notebook of a run is kept."""
    return folder / KEPT / f"{parameters.slug({planned.path.stem: run.given}) or 'defaults'}.ipynb"


def _entry(run: Run, outcome: Outcome) -> Entry:
    seconds = round(outcome.seconds, 3)
    if outcome.failure is not None:
        return Entry(run.parameters, [], seconds, outcome.failure.error, outcome.failure.heading)
    found = verdicts.collect(outcome.stem, outcome.notebook)
    return Entry(run.parameters, [{name: verdict.get(name) for name in _CLAIM} for verdict in found], seconds)


def rows(planned: Plan, entries: Mapping[str, Entry]) -> list[dict[str, Any]]:
    """Return the results: a row for each run and claim, in the order of the grid and of the notebook.

    A run that was refused, that failed or that judges no claim has one row, without a claim.
    """
    found = []
    names = _names(planned)
    for run in planned.runs:
        entry = entries.get(run.key)
        common: dict[str, Any] = {"run": run.number, "notebook": planned.path.stem}
        common |= {names[name]: value for name, value in run.parameters.items()}
        if run.refusal is not None:
            found.append(common | {"result": "refused", "error": run.refusal})
        elif entry is not None and entry.error is not None:
            found.append(common | {"result": "failed", "error": entry.error})
        elif entry is not None:
            found += [common | {"result": "done"} | dict(verdict) for verdict in entry.verdicts or [{}]]
    return found


def encode(planned: Plan, entries: Mapping[str, Entry]) -> tuple[bytes, bytes]:
    """Return the results as Parquet and as CSV.

    Columns: run (place in the grid), notebook, the notebook's parameters (one that has the name of another column
    as parameter_NAME), result (done, failed, refused), error; and for a claim its id, the printed figure, verdict,
    computed value with its ends, unit, robustness, the editions that it rests on, and what the run asks instead of
    the article's question (variant). No times: the same sweep gives the same bytes.
    """
    import pyarrow
    from pyarrow import parquet

    kinds = {str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64(), bool: pyarrow.bool_()}
    columns = _columns(planned)
    typed = [
        {name: _typed(row.get(name), kind) for name, kind in columns.items()} for row in rows(planned, entries)
    ]
    schema = pyarrow.schema([(name, kinds[kind]) for name, kind in columns.items()])
    packed = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.Table.from_pylist(typed, schema=schema), packed)
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(typed)
    return packed.getvalue().to_pybytes(), text.getvalue().encode("utf-8")


def _names(planned: Plan) -> dict[str, str]:
    """Return the columns of the parameters."""
    taken = {*_RUN, *_CLAIM}
    return {name: f"parameter_{name}" if name in taken else name for name in planned.declared}


def _columns(planned: Plan) -> dict[str, type]:
    types = {"str": str, "int": int, "float": float, "bool": bool}
    own = {column: types[planned.declared[name].type] for name, column in _names(planned).items()}
    return {"run": int, "notebook": str, **own, "result": str, "error": str, **_CLAIM}


def _typed(value: Any, kind: type) -> Any:
    # A number of JSON may have lost its decimals, and a parameter declared as float may be given as 2.
    return None if value is None else kind(value)
