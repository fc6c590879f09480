"""Find the pictures of the executed notebooks that are about one claim, to be shown on its page.

A chart says in its output's metadata, under `onewaytrade`, which claim it is about and which function drew it. A
notebook that was run before charts did so is read another way: a specification curve is about the claim whose grid
its cell asks for.
"""

import base64
import binascii
import hashlib
import json
import re
import struct
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from onewaytrade.site.content import Content

_PNG: Final = "image/png"
_OWN: Final = "onewaytrade"
_CURVE: Final = "Specification curve"
_ASKED: Final = re.compile(r"""definitions\.grid\(\s*["']([\w-]+)["']""")
_SOURCE: Final = "Source: "


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture of a notebook's page, by its address from the top of the site, with what stands beside it.

    `width` and `height` are in pixels; `table` is the plotted data as CSV ("" without), `source` the source line,
    `drawn_by` the function that drew it ("" where the notebook does not say).
    """

    picture: str
    width: int
    height: int
    alt: str
    source: str
    drawn_by: str
    table: str


def by_claim(content: Content) -> dict[str, list[Figure]]:
    """Return the figures about each claim, by its id, in the order of the notebooks."""
    found: defaultdict[str, list[Figure]] = defaultdict(list)
    for path in content.notebooks:
        for claim, figure in _figures(path.stem, json.loads(path.read_text(encoding="utf-8"))):
            found[claim].append(figure)
    return dict(found)


def _figures(stem: str, notebook: Mapping[str, Any]) -> Iterator[tuple[str, Figure]]:
    """Yield each picture that is about a claim; tables are numbered as the runner writes them."""
    number = 0
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            data, metadata = output.get("data", {}), output.get("metadata", {})
            number += "text/csv" in data
            if _PNG not in data:
                continue
            alt = str(metadata.get(_PNG, {}).get("alt", ""))
            claim = _claim_of(metadata, alt, _text(cell.get("source", "")))
            table = f"figures/{stem}-{number}.csv" if "text/csv" in data else ""
            if claim and alt and (figure := _figure(data, metadata, alt, table)):
                yield claim, figure


def _claim_of(metadata: Mapping[str, Any], alt: str, source: str) -> str:
    if _OWN in metadata:
        return str(metadata[_OWN].get("claim") or "")
    asked = _ASKED.search(source)
    return asked[1] if asked and alt.startswith(_CURVE) else ""


def _figure(data: Mapping[str, Any], metadata: Mapping[str, Any], alt: str, table: str) -> Figure | None:
    try:
        picture = base64.b64decode(_text(data[_PNG]))
    except binascii.Error:
        return None
    # The first chunk of a PNG begins with width and height.
    width, height = struct.unpack(">II", picture[16:24]) if len(picture) >= 24 else (0, 0)
    own = metadata.get(_OWN, {})
    told = _text(data.get("text/plain", "")).rpartition(_SOURCE)
    return Figure(
        # As MyST-NB names the picture that it takes from a notebook; so it lies in the site once.
        picture=f"_images/{hashlib.sha256(picture).hexdigest()}.png",
        width=width,
        height=height,
        alt=alt,
        source=str(own.get("source") or (told[2] if told[1] else "")),
        drawn_by=str(own.get("drawn_by") or ""),
        table=table,
    )


def _text(content: str | Sequence[str]) -> str:
    return content if isinstance(content, str) else "".join(content)
