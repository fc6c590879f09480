"""What a run keeps of one notebook, in the form in which it lies in its files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onewaytrade.runner import normalise
from onewaytrade.runner.verdicts import Verdict, collect


@dataclass(frozen=True, slots=True)
class Product:
    """The bytes of the executed notebook, the tables behind its pictures, and its verdicts."""

    notebook: bytes
    tables: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


def of(stem: str, notebook: Mapping[str, Any], *, sound: bool) -> Product:
    """Return what is kept of an executed, normalised notebook; of one that failed, its copy alone."""
    content = normalise.encode(dict(notebook))
    if not sound:
        return Product(content)
    return Product(content, tuple(normalise.tables(dict(notebook))), tuple(collect(stem, notebook)))
