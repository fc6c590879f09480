"""The project's data as plain pandas reads them, for lessons that run where pandera does not."""

import copy
import functools
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from onewaytrade import datasets, project

if TYPE_CHECKING:
    import pandas as pd

_TYPES: Final = {"number": "float64", "integer": "Int64", "boolean": "boolean"}
_Asked = ParamSpec("_Asked")
_Made = TypeVar("_Made")


def once(make: Callable[_Asked, _Made]) -> Callable[_Asked, _Made]:
    """Return `make`, which makes something of the project's data, such that it is made once and then copied.

    Once for each project, editions that are read instead of the pinned ones, and arguments: an answer is set
    beside a dozen slips, each from several tables. Whoever gets a copy may change it.
    """

    @functools.lru_cache(maxsize=32)
    def kept(_view: datasets.View, *args: _Asked.args, **kwargs: _Asked.kwargs) -> _Made:
        return make(*args, **kwargs)

    @functools.wraps(make)
    def copied(*args: _Asked.args, **kwargs: _Asked.kwargs) -> _Made:
        return copy.deepcopy(kept(datasets.view(), *args, **kwargs))  # type: ignore[arg-type]

    return copied


@once
def read(name: str, edition: str = "pinned") -> "pd.DataFrame":
    """Return a dataset of `data/` with its texts, numbers and the sentence that cites it in `attrs["source"]`.

    Its checksum is checked, its columns are not: `onewaytrade.datasets.load` does that, and the project's own
    tests do for every file. An empty text is "". Raises DatasetError if there is no such dataset or edition, or if
    its file was changed.
    """
    import pandas as pd

    provenance, content = datasets.written(name, edition)
    manifest = datasets.manifest(project.root())
    fields = next(
        resource["schema"]["fields"]
        for resource in manifest["resources"]
        if (resource["dataset"], resource["edition"]) == (name, provenance.edition)
    )
    types = {field["name"]: _TYPES[field["type"]] for field in fields if field["type"] in _TYPES}
    frame = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    for column, kind in types.items():
        frame[column] = frame[column].replace("", None).astype(kind)
    frame.attrs["source"] = provenance.cite()
    return frame
