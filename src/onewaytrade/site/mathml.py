"""Write formulas as MathML when the site is made, so that a page needs no script, from here or from elsewhere."""

from html import escape
from typing import Any, Final

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.util import logging

from onewaytrade.formulas import FormulaError, mathml

_LOGGER: Final = logging.getLogger(__name__)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer `mathml` of formulas."""
    app.add_html_math_renderer("mathml", (_write_inline, None), (_write_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _write_inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(_written(node, block=False))
    raise nodes.SkipNode


def _write_block(writer: Any, node: nodes.math_block) -> None:
    place = f' id="{escape(node["ids"][0])}"' if node["ids"] else ""
    number = f'<span class="owt-formula-number">({node["number"]})</span>' if node.get("number") else ""
    # A formula that is wider than a telephone scrolls by itself, and so must be reachable by keyboard.
    frame = f'<div class="owt-formula" role="group" aria-label="Formula" tabindex="0"{place}>'
    writer.body.append(f"{frame}{_written(node, block=True)}{number}</div>\n")
    raise nodes.SkipNode


def _written(node: nodes.Element, *, block: bool) -> str:
    try:
        return mathml(node.astext(), block=block)
    except FormulaError as error:
        _LOGGER.warning("%s", error, type="math", location=node)
        return f"<code>{escape(node.astext())}</code>"
