"""Render notebooks as MyST-NB does, but keep the alternative texts of pictures, and fold code in plain words."""

import re
from typing import TYPE_CHECKING, Any, Final

from docutils import nodes  # type: ignore[import-untyped]
from myst_nb.core.render import MimeData, NbElementRenderer
from myst_nb.sphinx_ import HideCodeCellNode

from onewaytrade.runner.verdicts import VERDICT_MIME

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# For the runner and for readers who download; each stands beside a form that a page can show.
_NOTEBOOK: Final = re.compile(r"^((?:\w+/)?[\w-]+)\.ipynb(?=#|$)")
_NOT_SHOWN: Final = {VERDICT_MIME, "text/csv"}


def page_of(address: str) -> str:
    """Return the address of the page that is made of a notebook, and any other address as it is."""
    return _NOTEBOOK.sub(r"\1.html", address)


class Renderer(NbElementRenderer):  # type: ignore[misc] # MyST-NB ships no types
    """MyST-NB's renderer, with the `alt` of an output's metadata, and silent on the media types of our own.

    Registered as the entry point `onewaytrade` of the group `myst_nb.renderers`.
    """

    def render_image(self, data: MimeData) -> list[nodes.Element]:
        """Return the picture with its alternative text; warn, which fails the build, if it has none."""
        pictures: list[nodes.Element] = super().render_image(data)
        alt = data.output_metadata.get(data.mime_type, {}).get("alt")
        if not alt:
            self.logger.warning("a picture has no alternative text", subtype="image", line=data.line)
        for picture in pictures:
            picture["alt"] = alt or ""
        return pictures

    def render_markdown(self, data: MimeData) -> list[nodes.Element]:
        """Return the text with its links to other notebooks leading to their pages."""
        text: list[nodes.Element] = super().render_markdown(data)
        for link in (link for part in text for link in part.findall(nodes.reference)):
            link["refuri"] = page_of(link.get("refuri", ""))
        return text

    def render_unhandled(self, data: MimeData) -> list[nodes.Element]:
        """Return nothing, with a warning for a media type that is not ours."""
        unhandled: list[nodes.Element] = [] if data.mime_type in _NOT_SHOWN else super().render_unhandled(data)
        return unhandled


def setup(app: "Sphinx") -> dict[str, Any]:
    """Set up the extension of Sphinx: how code is folded, and the script of notebooks' pages."""
    app.add_node(HideCodeCellNode, override=True, html=(_open_fold, _close_fold))
    app.add_js_file("notebooks.js", defer="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}


# MyST-NB names its folds "Toggle hidden content" to a screen reader, which is not what is written on them.
def _open_fold(writer: Any, _: nodes.Element) -> None:
    # Thirty folds of one name are noise in a list of a page's buttons; Sphinx has a writer for each page.
    writer.owt_folds = getattr(writer, "owt_folds", 0) + 1
    told = f'Code<span class="visually-hidden"> {writer.owt_folds}</span>'
    writer.body.append(f'<details class="owt-code">\n<summary>{told}</summary>\n')


def _close_fold(writer: Any, _: nodes.Element) -> None:
    writer.body.append("</details>\n")
