"""Write formulas as MathML when the site is made, so that a page needs no script, from here or from elsewhere."""

import functools
from html import escape
from typing import Any, Final
from xml.etree import ElementTree

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.util import logging

_LOGGER: Final = logging.getLogger(__name__)
_SPACE: Final = "{http://www.w3.org/1998/Math/MathML}"
# How many parts these elements must have (MathML Core); the converter leaves out those that were forgotten.
_PARTS: Final = {
    "mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3,
}  # fmt: skip


class FormulaError(ValueError):
    """A formula is not LaTeX that the converter can read."""


@functools.lru_cache(maxsize=256)
def mathml(latex: str, *, block: bool = False) -> str:
    """Return a formula as a `math` element that says its LaTeX in `alttext`.

    Raises FormulaError, in one clause, if the formula cannot be read.
    """
    from latex2mathml.converter import convert

    source = " ".join(latex.split())
    try:
        written = convert(source, display="block" if block else "inline")
        # What is parsed here is what the converter wrote from a page of ours.
        element = ElementTree.fromstring(written)  # noqa: S314
    except (
        Exception
    ) as error:  # the converter raises whatever it stumbles on: its own errors, IndexError, KeyError
        raise FormulaError(f"the formula “{source}” cannot be read") from error
    for part in element.iter():
        name = part.tag.removeprefix(_SPACE)
        if "\\" in (part.text or ""):
            raise FormulaError(f"the formula “{source}” holds “{part.text}”, which is not known")
        if len(part) != _PARTS.get(name, len(part)):
            raise FormulaError(f"the formula “{source}” lacks a part of a fraction, a root or an index")
    return written.replace("<math ", f'<math alttext="{escape(source)}" ', 1)


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
