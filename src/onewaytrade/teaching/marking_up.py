"""Write the cells of a lesson as HTML that asks no other host for anything."""

import base64
import functools
import re
from collections.abc import Mapping
from html import escape
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from onewaytrade.errors import TeachingError
from onewaytrade.formulas import FormulaError, mathml

if TYPE_CHECKING:
    import jinja2
    from markdown_it import MarkdownIt

TEMPLATES: Final = Path(__file__).parent / "templates"
_STYLE: Final = re.compile(r"<style.*?</style>\s*", re.DOTALL)
_TABLE: Final = re.compile(r"<table\b[^>]*>(.*?)</table>", re.DOTALL)
_HEAD: Final = re.compile(r"<thead>.*?</thead>", re.DOTALL)
_ROW: Final = re.compile(r"<tr\b[^>]*>(.*?)</tr>", re.DOTALL)
_CELL: Final = re.compile(r"<t[hd]\b[^>]*>\s*(.*?)\s*</t[hd]>", re.DOTALL)
_OPEN_HEADING: Final = re.compile(r"<(/?)h([1-6])>")
# What is wider than a telephone scrolls in its own box, and so must be reachable by keyboard.
_FORMULA: Final = '<div class="math" role="group" aria-label="Formula" tabindex="0">'
_BOX: Final = '<div class="scroll" role="group" aria-label="Table" tabindex="0">'


def markdown(text: str, *, top: int = 1) -> str:
    """Return Markdown as HTML, with formulas as MathML, and its headings of the first level as those of `top`.

    Raises TeachingError if a formula cannot be read.
    """
    try:
        written: str = _renderer().render(text)
    except FormulaError as error:
        raise TeachingError(f"A lesson cannot be written as a page: {error}.") from error
    written = _OPEN_HEADING.sub(lambda found: f"<{found[1]}h{min(6, int(found[2]) + top - 1)}>", written)
    written = written.replace('<div class="math block">', _FORMULA)
    return _TABLE.sub(lambda found: _table(found[1]), written)


def inline(text: str) -> str:
    """Return one line of Markdown as HTML, without a paragraph around it."""
    written: str = _renderer().renderInline(text)
    return written


def outputs(cell: Mapping[str, Any]) -> str:
    """Return what a cell of code has shown: pictures with their words, tables, and text.

    What a cell that draws returns besides (`Text(0.5, 1.0, …)`) is left out.
    """
    found = list(cell.get("outputs", ()))
    if any("image/png" in output.get("data", ()) for output in found):
        found = [output for output in found if set(output.get("data", ())) != {"text/plain"}]
    return "\n".join(filter(None, map(_output, found)))


def _output(output: Mapping[str, Any]) -> str:
    if output["output_type"] == "stream":
        return f"<pre>{escape(output['text'].rstrip())}</pre>"
    data, metadata = output.get("data", {}), output.get("metadata", {})
    if "image/png" in data:
        return _picture("".join(data["image/png"].split()), metadata.get("image/png", {}))
    if "text/html" in data:
        return _TABLE.sub(lambda found: _table(found[1], "data"), _STYLE.sub("", data["text/html"]))
    if "text/plain" in data:
        return f"<pre>{escape(data['text/plain'])}</pre>"
    return ""


def _picture(content: str, metadata: Mapping[str, Any]) -> str:
    size = "".join(f' {side}="{metadata[side]}"' for side in ("width", "height") if side in metadata)
    alt = escape(str(metadata.get("alt", "")))
    return f'<figure><img src="data:image/png;base64,{content}" alt="{alt}"{size}></figure>'


def _table(content: str, kind: str = "text") -> str:
    """Return a table in a box of its own, with scopes, and without an empty heading in its corner."""
    head = _HEAD.search(content)
    rest = re.sub(r"<th\b", '<th scope="row"', content[head.end() :] if head else content)
    top = _headings(head[0]) if head else ""
    return f'{_BOX}<table class="{kind}">{top}{rest}</table></div>'


def _headings(head: str) -> str:
    """Return the head of a table; the row in which pandas names the index alone goes into the corner above it."""
    rows = [_CELL.findall(row) for row in _ROW.findall(head)]
    if len(rows) == 2 and not rows[0][0] and rows[1][0] and not any(rows[1][1:]):
        rows = [[rows[1][0], *rows[0][1:]]]
    written = ("".join(f'<th scope="col">{cell}</th>' if cell else "<td></td>" for cell in row) for row in rows)
    return f"<thead>{''.join(f'<tr>{row}</tr>' for row in written)}</thead>"


@functools.cache
def _renderer() -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    found = MarkdownIt("commonmark").enable("table")
    found.use(
        dollarmath_plugin,
        renderer=lambda formula, options: mathml(formula, block=options["display_mode"]),
        allow_space=False,
        allow_digits=False,
    )
    return found


@functools.cache
def tokens() -> str:
    """Return the website's colours, sizes and type as a style sheet, its one font included."""
    static = resources.files("onewaytrade.site") / "static"
    base = (static / "base.css").read_text(encoding="utf-8")
    font = base64.b64encode((static / "fonts" / "source-serif-4-600.woff2").read_bytes()).decode()
    faces = "\n".join(re.findall(r"^@font-face \{.*?^\}", base, re.DOTALL | re.MULTILINE))
    faces = faces.replace("fonts/source-serif-4-600.woff2", f"data:font/woff2;base64,{font}")
    names = re.search(r"^html \{\n(.*?)^\}", base, re.DOTALL | re.MULTILINE)
    if names is None:
        raise TeachingError("The website's style sheet has no tokens.")
    own = "\n".join(line for line in names[1].splitlines() if re.match(r"\s*--owt-", line))
    return f"{faces}\n:root {{ color-scheme: light dark; }}\nhtml {{\n{own}\n}}"


@functools.cache
def _environment() -> "jinja2.Environment":
    import jinja2
    from markupsafe import Markup

    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    found.filters["inline"] = lambda text: Markup(inline(text))  # noqa: S704 # Markdown of our own
    return found


def page(template: str, **values: Any) -> bytes:
    """Return a page made of one of our templates."""
    written = _environment().get_template(template).render(tokens=tokens(), **values)
    return (written.rstrip() + "\n").encode()
