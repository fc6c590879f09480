"""Write a formula as MathML, which a browser shows without any script."""

import functools
from html import escape
from typing import Final
from xml.etree import ElementTree

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
