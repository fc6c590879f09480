"""A notebook that uses terms of the glossary, in running text and where they are none."""

from typing import Final

import nbformat

STEM: Final = "01-export-surge"
PROSE: Final = """# Exports by volume

## Unit value, a heading

The [unit value](https://example.org) and `unit value` and <a href="#exports-by-volume">unit value</a> are no
running text.

| unit value | b |
|---|---|
| unit value | 2 |

Unit values, then a unit value again, seasonally
adjusted; the value of a friend, a revision of the text, its volume, its release.

- **Volume** is bold here, and the year-to-date sum too.

The Directorate General of Trade Remedies is a name, and Trade
remedies are a term.

It cost $3 and then $4, from US$5 to US$6, or $7-$8. A formula is $x_1 / x_0$ in a line.

$$
g = 100\\,\\frac{x_1}{x_0} - 100
$$
"""


def text() -> str:
    """Return the notebook as it is written to a file."""
    told = {
        "text/markdown": "By base effect, `GACC`.\n\n# CIF\n\nFOB, and the base effect again.",
        "text/plain": "x",
    }
    shown = {"text/html": "<p>terms of trade</p>", "text/plain": "terms of trade"}
    outputs = [nbformat.v4.new_output("display_data", data=data) for data in (told, shown)]
    cells = [
        nbformat.v4.new_markdown_cell(PROSE),
        nbformat.v4.new_code_cell("log_points = 1  # log points", outputs=outputs, execution_count=1),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata.update(kernelspec={"name": "python3", "display_name": "Python 3", "language": "python"})
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    return str(nbformat.writes(notebook))
