"""The project's data as plain pandas reads them, for lessons that run where pandera does not."""

import io
from typing import TYPE_CHECKING, Final

from onewaytrade import datasets, project

if TYPE_CHECKING:
    import pandas as pd

_TYPES: Final = {"number": "float64", "integer": "Int64", "boolean": "boolean"}


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
