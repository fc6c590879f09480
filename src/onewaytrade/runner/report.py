"""Tell on the console how a run goes, and what came of it."""

import threading
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from onewaytrade import fmt
from onewaytrade.runner.cache import Reused
from onewaytrade.runner.collection import LAST, Done, Results
from onewaytrade.runner.verdicts import Verdict, collect

if TYPE_CHECKING:
    from onewaytrade.claims import Verdict as Judged
    from onewaytrade.grids import Grid
    from onewaytrade.sources.adding import Added
    from onewaytrade.sources.comparing import Comparison
    from onewaytrade.teaching.editions import Made
    from onewaytrade.verdict_changes import Comparison as Changes

_PLAIN_WIDTH = 120
_NUMBERS = ("old", "new", "change", "change_pct")
_HEADINGS = {"change_pct": "change, %"}
_SHOWN = 10  # changes in a table
_KEYS = 4  # columns of a key that a table has room for, even those that say the same in each row
_LARGE = 1e6  # a number whose decimals nobody reads


def console() -> Console:
    """Return the console of the command: as wide as the terminal, or 120 columns where there is none."""
    ours = Console(highlight=False)
    return ours if ours.is_terminal else Console(highlight=False, width=_PLAIN_WIDTH)


class Lines:
    """Progress as plain lines: one for each notebook that has ended."""

    def __init__(self, out: Console) -> None:
        self._out = out

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def cell_done(self, stem: str) -> None:
        """Say nothing: a line for each cell would be too many."""

    def notebook_done(self, outcome: Done) -> None:
        """Say how the notebook ended, and how long it took."""
        if isinstance(outcome, Reused):
            self._out.print(f"{outcome.stem} … reused", markup=False)
            return
        word = "done in" if outcome.failure is None else "failed after"
        self._out.print(f"{outcome.stem} … {word} {outcome.seconds:.1f} s", markup=False)


class Drawn:
    """Progress that is drawn on the console for as long as a `with` lasts."""

    _progress: Progress

    def __enter__(self) -> Self:
        self._progress.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.__exit__(kind, value, trace)


class Bar(Drawn):
    """Progress as one bar over all code cells, with the notebooks that have ended above it."""

    def __init__(self, out: Console, cells: Mapping[str, int]) -> None:
        self._lines = Lines(out)
        self._left = dict(cells)
        self._lock = threading.Lock()
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("cells"),
            TimeElapsedColumn(),
            console=out,
            transient=True,
        )
        self._task = self._progress.add_task(self._description(), total=sum(cells.values()))

    def cell_done(self, stem: str) -> None:
        """Move the bar by one cell."""
        with self._lock:
            if self._left.get(stem):
                self._left[stem] -= 1
                self._progress.advance(self._task)

    def notebook_done(self, outcome: Done) -> None:
        """Say how the notebook ended, and move the bar by the cells that it did not reach."""
        self._lines.notebook_done(outcome)
        with self._lock:
            self._progress.advance(self._task, self._left.pop(outcome.stem, 0))
            self._progress.update(self._task, description=self._description())

    def _description(self) -> str:
        return f"{len(self._left)} to go"


class Download(Drawn):
    """Progress of a download: a bar where there is a terminal, and a line for each wait."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            console=out,
            transient=True,
            disable=not out.is_terminal,
        )
        self._task = self._progress.add_task("downloading", total=None)

    def received(self, done: int, total: int | None) -> None:
        """Move the bar to the bytes that have come, of those that are to come if that is known."""
        self._progress.update(self._task, completed=done, total=total)

    def waiting(self, why: str, seconds: float) -> None:
        """Say why there is a wait, and how long it is."""
        self._out.print(f"{why}; another attempt in {seconds:.0f} s …", markup=False, soft_wrap=True)


def summarise(out: Console, outcomes: Sequence[Done], results: Results) -> None:
    """Print the table of the notebooks, each with why it ran, and then what is to be known of some.

    That is of each failure where, under which heading, why, and its copy; and why a result is not kept.
    """
    table = Table("notebook", "result", "verdicts")
    table.add_column("seconds", justify="right")
    table.add_column("why")
    for outcome in outcomes:
        counts = Counter(verdict["verdict"] for verdict in _verdicts(outcome))
        told = ", ".join(f"{count} {word}" for word, count in counts.most_common())
        table.add_row(outcome.stem, _word(outcome), told, f"{outcome.seconds:.1f}", escape(outcome.reason))
    out.print(table)
    if outcomes and all(isinstance(outcome, Reused) for outcome in outcomes):
        out.print(f"Nothing has changed: all results were reused ({len(outcomes)}); --fresh executes them again.")
    _tell_of_ordinary_kernels(out, outcomes)
    for outcome in outcomes:
        if outcome.note:
            out.print(outcome.note, markup=False, soft_wrap=True)
    for outcome in outcomes:
        if outcome.failure is not None:
            under = f", under “{outcome.failure.heading}”" if outcome.failure.heading else ""
            out.print(f"{outcome.stem}{under}: {outcome.failure.error}", markup=False, soft_wrap=True)
            copy = near(results.failed(outcome.stem))
            out.print(f"  executed as far as it went: {copy}", markup=False, soft_wrap=True)


def _tell_of_ordinary_kernels(out: Console, outcomes: Sequence[Done]) -> None:
    """Say once why notebooks took seconds to start, if any was executed by a kernel that is no fork."""
    if all(isinstance(outcome, Reused) for outcome in outcomes):
        return
    # It imports jupyter_client, which has been imported where a kernel was started.
    from onewaytrade.runner import warm

    if reason := warm.why_not():
        sentence = f"Ordinary kernels were used, each some seconds slower to start than a forked one: {reason}."
        out.print(sentence, markup=False, soft_wrap=True)


def _word(outcome: Done) -> str:
    if isinstance(outcome, Reused):
        return "reused"
    return "done" if outcome.failure is None else "failed"


def _verdicts(outcome: Done) -> Sequence[Verdict]:
    if isinstance(outcome, Reused):
        return outcome.product.verdicts
    return collect(outcome.stem, outcome.notebook) if outcome.failure is None else []


def scoreboard(out: Console, verdicts: Sequence[Verdict], stems: Container[str]) -> None:
    """Print the scoreboard: a row for each verdict of these notebooks; of others they may be of older data."""
    columns = ("claim", "printed_text", "computed_text", "verdict", "robustness")
    table = Table(*(column.removesuffix("_text") for column in columns))
    for verdict in verdicts:
        if verdict["notebook"] in stems or LAST in stems:
            table.add_row(*(escape(verdict[column] or "") for column in columns))
    if table.row_count:
        out.print(table)


def definitions(out: Console, found: "Grid", verdict: "Judged") -> None:
    """Print what the definitions of a claim come to: the verdict, how robust it is, and the most telling ones."""
    from onewaytrade import grids

    claim = found.claim
    printed = f"printed {claim.printed_text}; " if claim.printed_text else ""
    computed = f"; the article’s definition gives {verdict.computed_text}" if verdict.computed_text else ""
    out.print(f"{claim.id}: {printed}{verdict.word}{computed}.", markup=False, soft_wrap=True)
    if verdict.robustness_reason:
        word = f"{verdict.robustness}: " if verdict.robustness else ""
        out.print(f"{word}{verdict.robustness_reason}", markup=False, soft_wrap=True)
    table = Table("gives", "definition", "why it stands here")
    for row in grids.telling(found).to_dict("records"):
        table.add_row(*(escape(str(row[column])) for column in ("text", "sentence", "role")))
    out.print(table)
    for note in (*grids.notes(found), *grids.reasons(found)):
        out.print(note, markup=False, soft_wrap=True)


def changes(out: Console, found: "Changes") -> None:
    """Print verdicts then and now: the sentence, the claims touched with their cause, and why they change."""
    from onewaytrade import verdict_changes

    frame = verdict_changes.table(found.touched)
    if len(frame):
        table = Table("claim", "printed", "then", "now", "cause")
        for row in frame.to_dict("records"):
            table.add_row(*(escape(str(row[name])) for name in ("Claim", "Printed", "Then", "Now", "Cause")))
        out.print(table)
    for change in found.touched:
        if change.rank < 2:
            out.print(f"{change.claim.label}: {change.because}", markup=False, soft_wrap=True)
    for cause in dict.fromkeys(change.cause for change in found.touched):
        out.print(f"{cause}: {verdict_changes.CAUSES[cause]}.", markup=False, soft_wrap=True)
    out.print(verdict_changes.sentence(found), markup=False, soft_wrap=True)


def added(out: Console, done: "Added") -> None:
    """Print what adding a file came to: what changed, the sentence, and the files written."""
    for found in done.comparisons:
        comparison(out, found)
    out.print(done.sentence, markup=False, soft_wrap=True)
    for path in done.written:
        out.print(f"  {path}", markup=False, soft_wrap=True)


def comparison(out: Console, found: "Comparison") -> None:
    """Print what changed between two editions: the sentence, and the largest changes as a table."""
    out.print(found.sentence, markup=False, soft_wrap=True)
    if not found.changed:
        return
    # Of a growth rate, a change in per cent says nothing.
    numbers = [
        name for name in _NUMBERS if name in found.changes and not (found.is_growth and name == "change_pct")
    ]
    key = [str(name) for name in found.changes if name not in _NUMBERS]
    rows = found.changes
    if numbers:
        order = rows[numbers[-1]].abs().sort_values(ascending=False, kind="stable").index
        rows = rows.loc[order]
    rows = rows.head(_SHOWN)
    if len(key) > _KEYS and len(rows) > 1:
        same = {name: text for name in key if len(texts := set(rows[name].astype(str))) == 1 for text in texts}
        key = [name for name in key if name not in same]
        each = "; ".join(f"{name.replace('_', ' ')} {text}" for name, text in same.items() if text)
        if each:
            out.print(f"In each of these rows: {each}.", markup=False, soft_wrap=True)
    cells = {name: [_change(value, name) for value in rows[name]] for name in numbers}
    table = Table(*key)
    for name in numbers:
        # A number that is cut off is another number: rather a name is folded.
        widest = max(map(len, cells[name]))
        table.add_column(_HEADINGS.get(name, name), justify="right", no_wrap=True, min_width=widest)
    for position, row in enumerate(rows[key].to_dict("records")):
        shown = [cells[name][position] for name in numbers]
        table.add_row(*(escape(str(row[name])) for name in key), *shown)
    out.print(table)
    if found.changed > _SHOWN:
        which = "largest" if numbers else "first"
        out.print(f"These are the {_SHOWN} {which} of {found.changed:,} changes.")


def _change(value: float, name: str) -> str:
    return fmt.number(value, 0 if abs(value) >= _LARGE else 2, sign=name.startswith("change"))


def near(path: Path) -> Path:
    """Return the path from the working folder, where it lies inside."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def taught(out: Console, made: "Sequence[Made]", folder: Path) -> None:
    """Show what was made of each lesson, and where to begin."""
    table = Table(box=None, pad_edge=False)
    for heading, justify in (("lesson", "left"), ("exercises", "right"), ("points", "right"), ("written", "left")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    for one in made:
        editions = ", ".join(dict.fromkeys(name.partition("/")[0] for name in one.files))
        points = sum(question.points for question in one.master.exercises)
        table.add_row(
            escape(one.master.stem), str(len(one.master.exercises)), f"{points:g}", editions or "nothing"
        )
    out.print(table)
    if any(one.files for one in made):
        out.print(f"What is what: {folder / 'index.html'}", markup=False, soft_wrap=True)
