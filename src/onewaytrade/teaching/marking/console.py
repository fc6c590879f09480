"""Tell on the console how the marking goes, and what came of it."""

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from onewaytrade.runner.report import Drawn
from onewaytrade.teaching import marking
from onewaytrade.teaching.marking.report import Class

_SHOWN = 10  # notebooks that need a look


class Bar(Drawn):
    """Progress as a bar over all notebooks, where there is a terminal."""

    def __init__(self) -> None:
        self._out = Console(highlight=False, soft_wrap=True)
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("marking"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("notebooks"),
            TimeElapsedColumn(),
            console=self._out,
            transient=True,
            disable=not self._out.is_terminal,
        )
        self._task = self._progress.add_task("", total=None)
        self.progress = marking.Progress(self._begin, lambda: self._progress.advance(self._task))

    def _begin(self, count: int, told: str) -> None:
        self._out.print(told, markup=False)
        self._progress.update(self._task, total=count)


def summarise(found: Class, place: Path) -> None:
    """Say how many were marked, which need a look, and where the marks lie."""
    marked = sum(bool(one.marks) for one in found.marked)
    print(f"Marked: {marked} of {len(found.marked)} notebooks.")
    troubled = [one for one in found.marked if one.remark]
    for one in troubled[:_SHOWN]:
        print(f"  {one.student}: {one.remark}")
    if len(troubled) > _SHOWN:
        print(f"  … and {len(troubled) - _SHOWN} more, in the report.")
    for name in found.restored:
        print(f"  {name} was changed while notebooks ran, and was put back as it was read.")
    print(f"Marks and report: {place / marking.MARKS}, {marking.REPORT}, {marking.DISCUSSION}")
