"""Evaluate all definitions of the claims that notebooks judge, beside those notebooks, in a kernel as they have.

What is executed is a notebook in this folder, which belongs to the package and not to a project; nor has a project
one of that name.
"""

from collections.abc import Collection
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Final

from onewaytrade import files
from onewaytrade.errors import OneWayTradeError
from onewaytrade.runner.cache import Cache, Parts
from onewaytrade.runner.collection import Begin, Submit
from onewaytrade.runner.execute import Outcome, Setting
from onewaytrade.runner.parameters import Value
from onewaytrade.runner.product import Product

# As grids.FILE, which takes half a second to import.
FILE: Final = "definitions.csv"
NOTEBOOK: Final = Path(__file__).with_name("onewaytrade-definitions.ipynb")
_PATIENCE: Final = 3600  # seconds that the evaluation may take, however little a cell of a notebook may


class DefinitionsError(OneWayTradeError):
    """The definitions of some claims could not be evaluated."""


class Evaluation:
    """The definitions of a run's claims, found in the cache, or evaluated by whoever begins with them."""

    def __init__(self, cache: Cache, *, is_kept: bool) -> None:
        self._cache = cache
        self._is_kept = is_kept
        self._asked: frozenset[str] = frozenset()
        self._key: Parts = {}
        self._content = b""
        self._future: Future[Outcome] | None = None
        # Why they are not kept for the next run, if they cannot be.
        self.note = ""

    def of(self, claim_ids: Collection[str]) -> Begin | None:
        """Ask for the definitions of some claims; return what begins to evaluate them, None if nothing need be."""
        if self._asked == set(claim_ids):
            return None
        self._asked, self._content, self._future = frozenset(claim_ids), b"", None
        if not claim_ids:
            return None
        self._key = self._cache.key(NOTEBOOK, self._parameters)
        found = self._cache.find(FILE, self._key)
        if isinstance(found, Product):
            self._content = found.notebook
            return None
        return self._begin

    def content(self) -> bytes:
        """Return the definitions asked for as a file holds them, empty if no claim has any.

        Raises DefinitionsError if those of a claim cannot be evaluated.
        """
        if self._future is None:
            return self._content
        outcome = self._future.result()
        if outcome.failure is not None:
            raise DefinitionsError(f"{FILE} was not written: {outcome.failure.error}")
        (table,) = outcome.product.tables
        content = table.encode()
        if self._is_kept and not self._cache.is_stale():
            self.note = self._cache.keep(FILE, self._key, outcome.observed, Product(content))
        return content

    def write(self, folder: Path) -> None:
        """Replace the file in a folder by what `content` returns, which leaves it alone if no claim has any."""
        if content := self.content():
            files.replace(folder / FILE, content)

    @property
    def _parameters(self) -> dict[str, Value]:
        return {"claims": ",".join(sorted(self._asked))}

    def _begin(self, submit: Submit, setting: Setting) -> Future[Outcome]:
        patient = replace(setting, timeout=_PATIENCE)
        self._future = submit(NOTEBOOK, self._parameters, patient, lambda: None)
        return self._future
