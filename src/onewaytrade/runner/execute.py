"""Execute one notebook, and say what became of it."""

import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from onewaytrade import startup
from onewaytrade.runner import notebooks, product, watch
from onewaytrade.runner.normalise import Notebook, normalise
from onewaytrade.runner.parameters import Value
from onewaytrade.runner.product import Product

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from onewaytrade.runner.engine import Execution

    # It imports jupyter_client, which a run that reuses everything does without.
    from onewaytrade.runner.kernels import Kernels

PICTURES = "ONEWAYTRADE_PICTURES"  # as display.PICTURES, which takes a second to import
# What would change the outputs of a notebook, and what pandera sets for pyspark wherever it is imported: a result
# kept by a process that has not imported it yet would not be known to one that has.
_NOT_INHERITED = {"MPLBACKEND", "LINES", PICTURES, "PYARROW_IGNORE_TIMEZONE", "SPARK_LOCAL_IP"}
# Kernels that die before they are ready have done nothing yet, and are replaced so often at most.
_STARTS = 3
# No name that an error of a notebook can have.
_NOT_READY = "The kernel did not start"
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
_FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a notebook stopped: the error in one line, and the last heading above the cell, if there is one."""

    error: str
    heading: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one notebook: how long it took, its normalised copy, and why it stopped, if it did.

    `observed` is what it has read and done, None if that is not known; `reason` is why it was executed, and `note`
    why its result cannot be kept, if it cannot.
    """

    stem: str
    seconds: float
    notebook: Notebook
    failure: Failure | None
    observed: watch.Observed | None = None
    reason: str = ""
    note: str = ""

    @property
    def product(self) -> Product:
        """What is kept of it."""
        return product.of(self.stem, self.notebook, sound=self.failure is None)


@dataclass(frozen=True, slots=True)
class Setting:
    """What the notebooks of a run share: the project, their environment, and the seconds a cell may take."""

    root: Path
    environment: Mapping[str, str]
    timeout: int


def environment(root: Path, verdicts: Path) -> dict[str, str]:
    """Return the environment in which notebooks run: this one, less what would change outputs or reuse."""
    inherited = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    return inherited | {
        "PYTHONHASHSEED": "0",
        "COLUMNS": "100",
        "ONEWAYTRADE_PROJECT": str(root),
        "ONEWAYTRADE_VERDICTS": str(verdicts),
    }


def execute(
    path: Path,
    parameters: Mapping[str, Value],
    setting: Setting,
    kernels: "Kernels",
    on_cell: Callable[[], None],
) -> Outcome:
    """Execute the notebook at `path` in a kernel of its own; call `on_cell` after each of its code cells.

    The notebook works in the project's folder. Nothing is raised for what the notebook does: a cell that
    raises, runs out of time or ends the kernel is a failure of the outcome. Raises Interrupted once
    `kernels.end()` has been called.
    """
    from jupyter_core.utils import ensure_event_loop

    start = time.monotonic()
    source = notebooks.without_outputs(notebooks.read(path))
    loop = ensure_event_loop(prefer_selector_loop=True)
    try:
        for _ in range(_STARTS):
            execution, error = _once(path.stem, source, parameters, setting, kernels, on_cell, loop)
            if error is None or error[0] != _NOT_READY:
                break
    finally:
        loop.close()
    observed = kernels.observed(path.stem)
    if error is None and observed is not None and observed.undeclared:
        # The notebook has caught what it was told, and gone on with another result than it would have elsewhere.
        error = watch.UndeclaredInput.__name__, observed.undeclared[0]
    executed = execution.notebook or source
    failure = None if error is None else _failure(executed, *error)
    result = normalise(executed, source, setting.root)
    return Outcome(path.stem, time.monotonic() - start, result, failure, observed)


def _once(
    name: str,
    source: Notebook,
    parameters: Mapping[str, Value],
    setting: Setting,
    kernels: "Kernels",
    on_cell: Callable[[], None],
    loop: "AbstractEventLoop",
) -> tuple["Execution", tuple[str, str] | None]:
    """Execute a notebook in a new kernel; return how far it came, and the error, if there was one."""
    try:
        kernel = kernels.start(loop, name, setting.root, dict(setting.environment))
        import_engine()
        from onewaytrade.runner import engine

        kernels.check()
        execution = engine.Execution(kernel, setting.timeout, on_cell)
        return execution, _error(lambda: execution.run(source, dict(parameters)))
    finally:
        kernels.release(loop, name)


def import_engine() -> None:
    """Import papermill, which takes a second or two, for those who need it next."""
    startup.leave_out_grammars()
    from onewaytrade.runner import engine  # noqa: F401


def _error(run: Callable[[], None]) -> tuple[str, str] | None:
    """Return the name and the first line of what `run` raises, or None."""
    from onewaytrade.runner import engine
    from onewaytrade.runner.kernels import NotReady

    try:
        run()
    except NotReady as error:
        return _NOT_READY, _first_line(str(error))
    except engine.PapermillExecutionError as error:
        return error.ename, _first_line(error.evalue)
    except Exception as error:  # whatever it is, the other notebooks go on
        return type(error).__name__, _first_line(str(error))
    return None


def _failure(executed: Notebook, name: str, message: str) -> Failure:
    """Describe the failure, and leave it in the outputs of the cell that was running, if it is not there."""
    heading = None
    running = None
    for cell in executed["cells"]:
        if not cell["metadata"].get("papermill", {}).get("start_time"):
            continue
        if cell["cell_type"] == "markdown":
            heading = _last_heading(cell["source"]) or heading
        else:
            running = cell
    if running is not None and not any(output["output_type"] == "error" for output in running["outputs"]):
        running["outputs"].append({"output_type": "error", "ename": name, "evalue": message, "traceback": []})
    return Failure(f"{name}: {message}".removesuffix(": "), heading)


def _last_heading(markdown: str) -> str | None:
    headings = _HEADING.findall(_FENCED.sub("", markdown))
    return headings[-1] if headings else None


def _first_line(message: str) -> str:
    lines = _ANSI.sub("", message).strip().splitlines()
    return lines[0].strip() if lines else ""
