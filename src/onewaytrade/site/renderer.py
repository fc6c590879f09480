"""Render the outputs of notebooks as MyST-NB does, but keep the alternative texts of pictures."""

from typing import Final

from docutils import nodes  # type: ignore[import-untyped]
from myst_nb.core.render import MimeData, NbElementRenderer

from onewaytrade.runner.verdicts import VERDICT_MIME

# For the runner and for readers who download; each stands beside a form that a page can show.
_NOT_SHOWN: Final = {VERDICT_MIME, "text/csv"}


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

    def render_unhandled(self, data: MimeData) -> list[nodes.Element]:
        """Return nothing, with a warning for a media type that is not ours."""
        unhandled: list[nodes.Element] = [] if data.mime_type in _NOT_SHOWN else super().render_unhandled(data)
        return unhandled
