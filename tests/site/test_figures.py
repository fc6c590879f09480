"""Figures on pages: the dark edition of a picture, its caption and files, and alternative texts that are wrong."""

import base64
import io
import re
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from onewaytrade import charts, colours, display, page, site
from onewaytrade.site import figures
from onewaytrade.site.content import Content
from onewaytrade.site.figures import Figure
from onewaytrade.site.settings import Settings

TABLE = pd.DataFrame({"label": ["coal", "oil & gas"], "value": [-7.94, 0.26], "printed": [-7.9, 0.3]})
SOURCE = "GACC, <imports>, edition 2025-06-09; sha256 7d0e793a"


@pytest.fixture(scope="module")
def bundle() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the data and the metadata of an output that shows a chart."""
    chart = charts.dots(TABLE, title="Less coal, “more” oil", subtitle="Per cent", unit="%", source=SOURCE)
    shown: list[tuple[dict[str, Any], dict[str, Any]]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(display, "_show", lambda data, metadata: shown.append((data, metadata)))
        display.chart(chart)
    return shown[0]


def _executed(bundle: tuple[dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    data, metadata = bundle
    kept = {**data, "image/png": base64.b64encode(data["image/png"]).decode()}
    table = nbformat.v4.new_output("display_data", data={"text/csv": "a\n1\n"})
    picture = nbformat.v4.new_output("display_data", data=kept, metadata=metadata)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=[table, picture])])
    return dict(notebook)


@pytest.fixture(scope="module")
def figure(bundle: tuple[dict[str, Any], dict[str, Any]]) -> Figure:
    ((_, found),) = figures.of_notebook("05-commodities", _executed(bundle))
    return found


def _rgb(picture: bytes) -> "np.ndarray[Any, Any]":
    with Image.open(io.BytesIO(picture)) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def test_a_dark_picture_has_the_same_drawing_in_the_colours_of_dark_pages(figure: Figure) -> None:
    light, dark = _rgb(figure.picture), _rgb(figures.darkened(figure.picture) or b"")
    assert light.shape == dark.shape
    pairs = np.unique(np.concatenate([light, dark], axis=2).reshape(-1, 6), axis=0)
    became = {tuple(map(int, pair[:3])): tuple(map(int, pair[3:])) for pair in pairs}
    assert len(pairs) == len(became), "each colour becomes one other"
    assert became[(255, 255, 255)] == colours.rgb(figures.DARK[colours.WHITE])
    assert became[colours.rgb(page.INK)] == colours.rgb(figures.DARK[page.INK])
    assert became[colours.rgb(page.STYLES[0].colour)] == colours.rgb(figures.DARK[page.STYLES[0].colour])
    # What was darker than the paper is now lighter than it, blends at the edges of letters too.
    assert (light.sum(axis=2) < 765).sum() == (dark.sum(axis=2) > dark[0, 0].sum()).sum()


def test_a_picture_in_other_colours_is_not_repainted() -> None:
    stream = io.BytesIO()
    Image.new("RGB", (4, 4), "white").save(stream, "PNG")
    assert figures.darkened(stream.getvalue()) is None
    stream = io.BytesIO()
    Image.new("RGB", (4, 4), "#123456").quantize(4).save(stream, "PNG")
    assert figures.darkened(stream.getvalue()) is None


def _contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [part / 255 for part in colours.rgb(colour)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_on_dark_pages_text_and_marks_have_the_contrast_that_readers_need() -> None:
    paper = figures.DARK[colours.WHITE]
    inks = [page.INK, page.QUIET, colours.BLACK, *(style.ink for style in page.STYLES)]
    assert {
        ink: _contrast(figures.DARK[ink], paper) for ink in inks if _contrast(figures.DARK[ink], paper) < 4.5
    } == {}
    assert [colour for colour in colours.STRONG if _contrast(figures.DARK[colour], paper) < 3] == []
    assert len({figures.DARK[style.colour] for style in page.STYLES}) == len(page.STYLES)


def test_the_paper_of_dark_pictures_is_that_of_dark_pages() -> None:
    css = (Path(site.__file__).parent / "static" / "base.css").read_text(encoding="utf-8")
    papers = re.findall(r"--owt-paper: *(?:light-dark\()?([^;]*);", css)
    assert figures.DARK[colours.WHITE].lower() in papers[-1].lower()


def test_a_figure_is_numbered_as_its_table_is_and_tells_where_it_comes_from(
    bundle: tuple[dict[str, Any], dict[str, Any]], figure: Figure
) -> None:
    assert figure.name == "figures/05-commodities-2", "the table before it counts"
    assert (figure.source, figure.drawn_by, figure.claim) == (SOURCE, "charts.dots", "")
    files = figure.files()
    assert sorted(files) == [f"{figure.name}-dark.png", f"{figure.name}.csv", f"{figure.name}.png"]
    assert files[f"{figure.name}.csv"].decode() == TABLE.to_csv(index=False, float_format="%.10g")
    html = figure.html()
    assert "Source: GACC, &lt;imports&gt;, edition 2025-06-09; sha256 7d0e793a." in html
    assert "Drawn by <code>charts.dots</code> from this notebook." in html
    for end in (".png", "-dark.png"):
        assert f'src="../{figure.name}{end}" alt="{figure.alt.replace("&", "&amp;")}"' in html
    assert f'href="../{figure.name}.csv"' in html
    # The source line at the foot of the picture is left out: it stands in the caption.
    foot = bundle[1]["onewaytrade"]["foot"]
    assert figure.height == round(len(_rgb(figure.picture)) * 720 / 1080) - foot
    assert 20 < foot < 60


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("", ""), []),
        (('alt="Dot chart', 'alt="Chart'), ["another alternative text", "another alternative text"]),
        (("-2.png", "-3.png"), ["does not show figures/05-commodities-2.png"]),
    ],
)
def test_a_page_must_show_each_figure_in_its_composed_words(
    bundle: tuple[dict[str, Any], dict[str, Any]],
    figure: Figure,
    tmp_path: Path,
    change: tuple[str, str],
    says: list[str],
) -> None:
    notebook = tmp_path / "run" / "05-commodities.ipynb"
    notebook.parent.mkdir()
    notebook.write_text(nbformat.writes(nbformat.from_dict(_executed(bundle))), encoding="utf-8")
    assert change[0] in figure.html()
    html = figure.html().replace(*change)
    pages = tmp_path / "site"
    (pages / "notebooks").mkdir(parents=True)
    (pages / "notebooks" / "05-commodities.html").write_text(html, encoding="utf-8")
    found = figures.faults(pages, Content(tmp_path, notebook.parent, [notebook], [], Settings()))
    assert len(found) == len(says)
    assert all(clause in fault for clause, fault in zip(says, found, strict=True))
