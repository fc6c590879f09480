"""The engine through which papermill executes a notebook in a kernel that we started.

Importing this module imports papermill: it is imported once kernels are on their way.
"""

import logging
from collections.abc import Callable
from typing import Any

import nbformat
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import execute_notebook

from onewaytrade.runner.kernels import Kernel

__all__ = ["Execution", "PapermillExecutionError"]

_NAME = "onewaytrade"
# Generous, for busy machines: seconds until a kernel answers, and until its last outputs have arrived.
_START_TIMEOUT = 120
_OUTPUT_TIMEOUT = 60
_LOG = logging.getLogger("onewaytrade.runner")


class Execution:
    """One notebook's way through papermill; `notebook` is what has come of it so far, at any time."""

    def __init__(self, kernel: Kernel, timeout: int, on_cell: Callable[[], None]) -> None:
        self.notebook: Any = None
        self._kernel = kernel
        self._timeout = timeout
        self._on_cell = on_cell

    def run(self, source: dict[str, Any], parameters: dict[str, Any]) -> None:
        """Execute the notebook `source`, writing no file; raise what papermill and nbclient raise."""
        execute_notebook(
            nbformat.from_dict(source),  # type: ignore[no-untyped-call]
            None,
            parameters,
            engine_name=_NAME,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            execution=self,
        )

    def execute(self, manager: Any) -> None:
        """Execute the cells of papermill's managed notebook, and end the kernel whatever happens."""
        self.notebook = manager.nb
        client = PapermillNotebookClient(
            manager,
            km=self._kernel.manager,
            timeout=self._timeout,
            startup_timeout=_START_TIMEOUT,
            iopub_timeout=_OUTPUT_TIMEOUT,
            shutdown_kernel="immediate",
            record_timing=False,
            on_cell_executed=lambda **_: self._on_cell(),
            log=_LOG,
        )
        client.execute(cleanup_kc=True)


class _Engine(NBClientEngine):  # type: ignore[misc] # papermill has no types
    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,  # noqa: ARG003 # the kernel runs already
        *,
        execution: Execution,
        **_: Any,
    ) -> None:
        execution.execute(nb_man)


# What goes wrong is reported by the runner; their loggers would say it a second time on stderr.
for name in (_LOG.name, "papermill"):
    logging.getLogger(name).addHandler(logging.NullHandler())
    logging.getLogger(name).propagate = False
papermill_engines.register(_NAME, _Engine)
