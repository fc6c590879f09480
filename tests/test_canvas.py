"""Charts are painted, and words measured, exactly as matplotlib alone would do it."""

import io
import os
import threading
import warnings
from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from onewaytrade import canvas

WORDS = ("Exports grew by 33 %", "AVAST, To. fi", "Δ ≥ −5", "中 is not in this font")


def figure(kind: type[FigureCanvasAgg]) -> Figure:
    """Return a figure with text in several sizes, weights and angles, some of it outlined."""
    drawn = Figure(figsize=(4, 3), dpi=100)
    kind(drawn)
    axes = drawn.add_subplot(title=WORDS[0], xlabel="months", ylabel="per cent")
    axes.plot([1, 2, 3], [1, 4, 2])
    for at, word in enumerate(WORDS):
        axes.text(1, 1 + at / 2, word, rotation=10 * at, weight="bold" if at % 2 else "normal", fontsize=9 + at)
    return drawn


def pixels(drawn: Figure) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        drawn.canvas.draw()
    return np.asarray(drawn.canvas.buffer_rgba()).copy()


def test_a_figure_is_painted_as_by_matplotlib() -> None:
    plain, ours = figure(FigureCanvasAgg), figure(canvas.Canvas)
    expected = pixels(plain)
    assert (pixels(ours) == expected).all()
    assert (pixels(ours) == expected).all(), "also the second time, with the letters where they were left"
    assert len(np.unique(expected)) > 50
    assert isinstance(ours.canvas.get_renderer(), canvas.Renderer)
    plain.set_size_inches(5, 2)
    ours.set_size_inches(5, 2)
    assert (pixels(ours) == pixels(plain)).all()


@pytest.mark.parametrize("word", WORDS[:3])
@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_words_are_as_wide_as_matplotlib_says(word: str, weight: str) -> None:
    font = FontProperties(family="DejaVu Sans", size=11.5, weight=weight)
    plain = RendererAgg(8, 8, 72)
    assert canvas.scale().get_text_width_height_descent(word, font, False) == (
        plain.get_text_width_height_descent(word, font, False)
    )


def test_files_for_print_can_still_be_made() -> None:
    drawn = figure(canvas.Canvas)
    pixels(drawn)
    for kind, begins in (("pdf", b"%PDF"), ("svg", b"<?xml"), ("png", b"\x89PNG")):
        stream = io.BytesIO()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            drawn.savefig(stream, format=kind)
        assert stream.getvalue().startswith(begins)


@pytest.fixture
def expected() -> np.ndarray:
    return pixels(figure(canvas.Canvas))


def test_fonts_are_of_a_thread_and_do_not_outlive_a_fork(expected: np.ndarray) -> None:
    found: list[bool] = []

    def look(tell: Callable[[bool], object]) -> None:
        tell(bool((pixels(figure(canvas.Canvas)) == expected).all()))

    thread = threading.Thread(target=look, args=(found.append,))
    thread.start()
    thread.join()
    assert found == [True]
    if hasattr(os, "fork"):
        child = os.fork()
        if child == 0:
            look(lambda same: os._exit(0 if same else 1))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
