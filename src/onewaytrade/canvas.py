"""The canvas that charts are painted on: matplotlib's Agg, with fonts that lie in memory.

matplotlib asks a font's file for every letter that it measures or paints, which comes to a third of the time of a
chart. Files for print (PDF, SVG) are made by other renderers of matplotlib's, which embed those files.
"""

import functools
import io
import os
import threading
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.font_manager import FontProperties

# How fonts are opened is no promise of matplotlib's: by any other version they are opened as it does.
_IS_KNOWN: Final = mpl.__version_info__[:2] == (3, 11)


class Renderer(RendererAgg):
    """Paints and measures as the one it is made of does, to the last pixel."""

    def _prepare_font(self, font_prop: FontProperties) -> Any:
        if not _IS_KNOWN:
            return super()._prepare_font(font_prop)  # type: ignore[no-untyped-call]
        manager: Any = font_manager.fontManager
        found = tuple((path.path, path.face_index) for path in manager._find_fonts_by_props(font_prop))  # noqa: SLF001
        kerning, last_resort = (mpl.rcParams[name] for name in ("text.kerning_factor", "font.enable_last_resort"))
        font = _in_memory(found, threading.get_ident(), kerning, last_resort)
        font.clear()
        font.set_size(font_prop.get_size_in_points(), self.dpi)
        # Where a letter was painted last does not matter to the next text.
        font._set_transform([[0x10000, 0], [0, 0x10000]], [0, 0])  # noqa: SLF001
        return font


class Canvas(FigureCanvasAgg):
    """The canvas of such a renderer."""

    renderer: Renderer

    def get_renderer(self) -> Renderer:
        """Return the renderer, the same one as long as the figure keeps its size."""
        asked = *self.get_width_height(physical=True), self.figure.dpi
        if self._lastKey != asked:
            self.renderer = Renderer(*asked)  # type: ignore[no-untyped-call]
            self._lastKey = asked
        return self.renderer


@functools.cache
def scale() -> Any:
    """Return the renderer that words are measured on, in points."""
    return Renderer(8, 8, 72)  # type: ignore[no-untyped-call]


@functools.lru_cache(maxsize=64)
def _in_memory(paths: tuple[tuple[str, int], ...], thread: int, kerning: Any, last_resort: bool) -> Any:
    """Return matplotlib's font of these files and faces; each stands in for letters that those before it lack."""
    opened: Any = font_manager
    return opened._get_font(  # noqa: SLF001
        tuple((io.BytesIO(Path(path).read_bytes()), face) for path, face in paths),
        _kerning_factor=kerning,
        thread_id=thread,
        enable_last_resort=last_resort,
    )


if hasattr(os, "register_at_fork"):
    # As matplotlib does with its own fonts, which do not outlive a fork.
    os.register_at_fork(after_in_child=_in_memory.cache_clear)
