"""Tell on the console which runs a sweep has, how it goes, and what came of it."""

from collections import Counter

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from onewaytrade import fmt
from onewaytrade.runner.journal import Entry
from onewaytrade.runner.report import Drawn, near
from onewaytrade.runner.sweep import Plan, Results, Run

_SHOWN = 10  # refusals and failures that are told one by one


def tell(out: Console, planned: Plan) -> None:
    """Print how many runs a sweep has, and which, with those that are refused."""
    for run in planned.runs:
        why = "" if run.refusal is None else f" … refused: {run.refusal}"
        out.print(f"{run.number} {planned.label(run)}{why}", markup=False, soft_wrap=True)
    refused = len(planned.refused)
    out.print(
        f"{fmt.counted(len(planned.runs) - refused, 'run')} of {planned.path.stem}, and {refused} refused; "
        "nothing was run."
    )


class Bar(Drawn):
    """Progress as one bar over all runs with the time left; where there is no terminal, a line for each run."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._planned: Plan | None = None
        self._ended = 0
        self._waiting = 0
        self._failed = 0
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left:"),
            TimeRemainingColumn(),
            console=out,
            transient=True,
            disable=not out.is_terminal,
            # The estimate looks back over ten minutes, since runs end by ones and twos.
            speed_estimate_period=600,
        )
        self._task = self._progress.add_task("runs", total=None)

    def begin(self, planned: Plan, waiting: int, *, torn: bool) -> None:
        """Say which combinations are refused, and how many runs are reused."""
        self._planned, self._waiting = planned, waiting
        if torn:
            self.say("The last line of the journal was torn, and is dropped: its run is done again.")
        refused = planned.refused
        for run in refused[:_SHOWN]:
            self.say(f"refused: {planned.label(run)}: {run.refusal}")
        if len(refused) > _SHOWN:
            self.say(f"… and {len(refused) - _SHOWN} more are refused; the table of results has them all.")
        reused = len(planned.runs) - len(refused) - waiting
        self.say(
            f"{fmt.counted(waiting, 'run')} of {planned.path.stem} to do, {reused} kept from before, "
            f"{len(refused)} refused."
        )
        self._progress.update(self._task, total=waiting)

    def run_done(self, run: Run, entry: Entry) -> None:
        """Move the bar; without one, say how the run ended."""
        self._ended += 1
        self._failed += entry.error is not None
        told = f"runs, {self._failed} failed" if self._failed else "runs"
        self._progress.update(self._task, completed=self._ended, description=told)
        if not self._out.is_terminal and self._planned is not None:
            word = "done in" if entry.error is None else "failed after"
            label = self._planned.label(run)
            self.say(f"{self._ended}/{self._waiting} {label} … {word} {entry.seconds:.1f} s")

    def say(self, sentence: str) -> None:
        """Print a line above the bar."""
        self._out.print(sentence, markup=False, soft_wrap=True)


def summarise(out: Console, results: Results) -> None:
    """Print how many runs ended in which way, the verdicts of each claim, each failure, and where the table is."""
    planned, failed = results.planned, results.failed
    refused = len(planned.refused)
    reused = len(planned.runs) - refused - results.ran
    table = Table("ran now", "kept from before", "refused", "failed of all")
    table.add_row(*(str(count) for count in (results.ran, reused, refused, len(failed))))
    out.print(table)
    words: dict[str, Counter[str]] = {}
    for run in planned.runs:
        entry = results.entries.get(run.key) if run.refusal is None else None
        for verdict in entry.verdicts if entry is not None else ():
            words.setdefault(str(verdict["claim"]), Counter())[str(verdict["verdict"])] += 1
    if words:
        table = Table("claim", "verdicts")
        for claim, counts in words.items():
            table.add_row(escape(claim), escape(", ".join(f"{n} {word}" for word, n in counts.most_common())))
        out.print(table)
    if results.departing:
        out.print(
            f"{fmt.counted(results.departing, 'run')} asked something else than the article: their verdicts say "
            "what its rule would give there (column variant), and nothing on the article."
        )
    for run, entry in failed[:_SHOWN]:
        under = f", under “{entry.heading}”" if entry.heading else ""
        out.print(f"failed: {planned.label(run)}{under}: {entry.error}", markup=False, soft_wrap=True)
    if len(failed) > _SHOWN:
        out.print(f"… and {len(failed) - _SHOWN} more failed; the table of results has them all.")
    if failed:
        out.print("--retry-failed does the failed runs once more.")
    out.print(f"Results: {near(results.table)} and {near(results.text)}", markup=False, soft_wrap=True)
    if results.others:
        out.print(
            f"They are of these grids alone; the journal keeps {fmt.counted(results.others, 'other run')}, "
            "which grids that hold them bring back."
        )
