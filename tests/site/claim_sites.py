"""Verdicts and small sites of them, for the tests of the claims' pages."""

import base64
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import nbformat

from onewaytrade import claims
from onewaytrade.claims import Estimate
from onewaytrade.runner.verdicts import VERDICT_MIME
from onewaytrade.site.content import Content
from onewaytrade.site.settings import Settings

STEM: Final = "05-commodities"
ADDRESS: Final = "https://example.org/trade/"
ALT: Final = "Specification curve, per cent: Coal by 3 definitions. It is −7.94 %."
COLUMNS: Final = (
    "claim", "part", "question", "measure", "computed", "low", "high", "unit", "agrees", "article", "neutral",
    "update", "definition",
)  # fmt: skip


def coal(**changes: Any) -> dict[str, Any]:
    """Return a verdict on the register's claim on coal, by its own rule, with some keys changed."""
    estimate = Estimate(-7.937653, "primary", "gacc-commodities 2025-06-09", "Quantity of coal, year to date.")
    return {**claims.judge(claims.get("coal-8"), estimate).to_dict(), **changes}


EVIL: Final = coal(
    claim="evil",
    label='A "quoted" <b>claim</b> of `code` and $5, *not* in bold',
    title="It says </script><script>alert(1)</script> & 5 < 6, at {a}`b` and <!-- more.",
    reason="<i>Reasons</i> *abound*.",
    verdict="not reproduced",
    definition="1. A definition | with ~marks~ and #signs.",
)


def of_each_word() -> list[dict[str, Any]]:
    """Return one verdict for each word, on claims that the register does not know."""
    return [
        coal(
            claim=f"claim-{number}", label=f"Claim {number}", verdict=word, reason=f"Reason {number} of the rule."
        )
        for number, word in enumerate(claims.REPLICATION)
    ]


def definitions(rows: Sequence[Mapping[str, str]]) -> str:
    """Return a run's `definitions.csv`, every cell in quotation marks only where it must be."""
    lines = [",".join(COLUMNS)]
    for row in rows:
        cells = [row.get(name, "") for name in COLUMNS]
        lines.append(",".join(f'"{cell}"' if set(cell) & {",", '"'} else cell for cell in cells))
    return "\n".join(lines) + "\n"


def coal_rows() -> list[dict[str, str]]:
    """Return three definitions of the article's question, one that came after it, and one that asks another."""
    same = {"claim": "coal-8", "question": "quantity", "unit": "%", "article": "False", "update": "False"}
    return [
        {**same, "computed": "-7.94", "article": "True", "definition": "As reprinted, in one release."},
        {**same, "computed": "-7.99", "definition": "As first printed."},
        {**same, "computed": "-7.90", "definition": "As corrected, later."},
        {**same, "computed": "-1.0", "update": "True", "definition": "Of the whole year."},
        {**same, "computed": "-28.7", "question": "value", "definition": "Value in yuan."},
    ]


def png(width: int = 8, height: int = 4) -> bytes:
    """Return a white picture."""
    rows = b"".join(b"\0" + b"\xff" * (3 * width) for _ in range(height))
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def cell(claim: str) -> Any:
    """Return a cell with a chart about a claim."""
    told = {"claim": claim, "drawn_by": "charts.specification_curve", "source": "GACC; a file, sha256 12345678"}
    output = nbformat.v4.new_output(
        "display_data",
        data={
            "image/png": base64.b64encode(png()).decode(),
            "text/csv": "a,b\n1,2\n",
            "text/plain": f"{ALT}\nSource: {told['source']}",
        },
        metadata={"image/png": {"alt": ALT, "width": 720}, "onewaytrade": told},
    )
    return nbformat.v4.new_code_cell("show()", outputs=[output], execution_count=1)


def _card(verdict: Mapping[str, Any]) -> Any:
    """Return a cell with a verdict's card, at the place to which its page leads."""
    table = "<table><caption>How it was judged</caption><tr><th scope='row'>Printed</th></tr></table>"
    card = {VERDICT_MIME: dict(verdict), "text/html": f"<div id='{verdict['claim']}'></div>{table}"}
    output = nbformat.v4.new_output("display_data", data={**card, "text/plain": verdict["verdict"]})
    return nbformat.v4.new_code_cell("display.verdict(judged)", outputs=[output], execution_count=1)


def run(
    folder: Path, verdicts: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, str]] = (), *cells: Any
) -> Path:
    """Lay out what a run leaves in a folder, and return that of the executed notebooks."""
    judged = [_card(verdict) for verdict in verdicts]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Goods"), *cells, *judged])
    notebook.metadata.update(
        kernelspec={"name": "python3", "display_name": "Python 3", "language": "python"},
        language_info={"name": "python", "pygments_lexer": "ipython3"},
    )
    for number, one in enumerate(notebook.cells):
        one["id"] = f"cell-{number}"
    executed = folder / "notebooks"
    executed.mkdir(parents=True)
    (executed / f"{STEM}.ipynb").write_text(nbformat.writes(notebook), encoding="utf-8")
    (folder / "verdicts.json").write_text(json.dumps(list(verdicts)), encoding="utf-8")
    if rows:
        (folder / "definitions.csv").write_text(definitions(rows), encoding="utf-8")
    return executed


def content(root: Path, executed: Path) -> Content:
    """Return what the makers of pages take, of a run that `run` laid out."""
    verdicts = json.loads((executed.parent / "verdicts.json").read_text(encoding="utf-8"))
    return Content(root, executed, sorted(executed.glob("*.ipynb")), verdicts, Settings(ADDRESS))
