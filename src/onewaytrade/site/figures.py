"""The figures of executed notebooks as a page shows them: in light and dark, in words, with source and data.

A figure's files lie in `figures/`, by its notebook and its number there: `01-export-surge-3.png`, the picture,
`01-export-surge-3-dark.png`, the same for dark pages, and `01-export-surge-3.csv`, the plotted table.
"""

import base64
import functools
import posixpath
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from typing import Any, Final

from onewaytrade import colours
from onewaytrade.site.content import Content
from onewaytrade.site.executed import joined, read
from onewaytrade.site.text import typographic

_PNG: Final = "image/png"
_TABLE: Final = "text/csv"
_ABOUT: Final = "onewaytrade"
_WIDTH: Final = 720  # CSS pixels, where the notebook says nothing
_HEAD: Final = 8  # bytes before the first chunk of a PNG
_IMAGE: Final = re.compile(r"<img\b[^>]*>")
_ATTRIBUTE: Final = re.compile(r'([\w-]+)="([^"]*)"')
# What each colour of a chart becomes on dark pages, whose paper is `--owt-paper` of base.css. Text has a contrast
# of at least 4.5 there, marks of at least 3, and what stands out most from white stands out most from it.
DARK: Final = {
    colours.WHITE: "#14181E",
    colours.GRID: "#2E353D",
    colours.INK: "#E6E8EA",
    colours.QUIET: "#A9B0B8",
    colours.PALE: "#717B86",
    colours.BLACK: "#FFFFFF",
    "#6B6B6B": "#9AA1A9",
    "#0072B2": "#5AB1EB",
    "#00619A": "#6CB8EA",
    "#D55E00": "#F07F35",
    "#A84A00": "#F0925C",
    "#009E73": "#2DBD8C",
    "#00704F": "#45C79A",
    "#CC79A7": "#D98BB7",
    "#95436F": "#E3A0C6",
    "#444444": "#C0C5CB",
    "#333333": "#D0D4D8",
    "#E69F00": "#E3A72F",
    "#875D00": "#E6B454",
    "#56B4E9": "#3C78A0",
    "#22719F": "#5E9EC8",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a notebook: its picture, the same in words (`alt`), its table as CSV, and where all came from.

    `number` counts the figures of the notebook, as the runner does for their tables; `width` is in CSS pixels.
    At the `foot` of the picture so many of them hold the source line, which a page leaves out, since it stands in
    the caption. `claim` is the one claim that it is about, if so; what the notebook does not say is empty.
    """

    notebook: str
    number: int
    alt: str
    picture: bytes
    table: str
    width: int
    foot: int
    source: str
    drawn_by: str
    claim: str

    @property
    def name(self) -> str:
        """What its files are called, without their ends, from the top of the site."""
        return f"figures/{self.notebook}-{self.number}"

    @property
    def height(self) -> int:
        """Height of what a page shows of the picture, in CSS pixels, in proportion to its width."""
        wide, high = (int.from_bytes(self.picture[at : at + 4]) for at in (_HEAD + 8, _HEAD + 12))
        return round(high * self.width / wide) - self.foot

    def files(self) -> dict[str, bytes]:
        """Return the files of the figure, by their paths from the top of the site."""
        dark = darkened(self.picture)
        found = {f"{self.name}.png": self.picture, f"{self.name}.csv": self.table.encode()}
        return found | ({f"{self.name}-dark.png": dark} if dark else {})

    def html(self, up: str = "../") -> str:
        """Return the figure with its caption, for a page from which `up` leads to the top of the site."""
        source = f"<p>Source: {escape(typographic(self.source.rstrip('.')))}.</p>\n" if self.source else ""
        drawn = (
            f"<p>Drawn by <code>{escape(self.drawn_by)}</code> from this notebook.</p>\n" if self.drawn_by else ""
        )
        which = f'<span class="visually-hidden"> of figure {self.number}</span>'
        return (
            f'<figure class="owt-figure" id="figure-{self.number}">\n{self.images(up)}'
            f"<figcaption>\n{source}{drawn}"
            f'<div class="owt-figure-more">\n<a href="{up}{self.name}.csv" download>Data{which} (CSV)</a>\n'
            f'<a href="{up}{self.name}.png">Picture{which} (PNG)</a>\n'
            f'<details class="owt-words"><summary>In words{which}</summary>\n<p>{escape(self.alt)}</p>\n'
            "</details>\n</div>\n</figcaption>\n</figure>\n"
        )

    def images(self, up: str = "../") -> str:
        """Return the picture for light pages and the one for dark ones; style sheets show one of them.

        A browser neither loads nor reads out the other. A picture that we cannot repaint serves both.
        """
        size = (
            f'width="{self.width}" height="{self.height}" style="aspect-ratio: {self.width} / {self.height}" '
            'loading="lazy" decoding="async"'
        )
        alt = escape(self.alt)
        if darkened(self.picture) is None:
            return f'<img class="owt-both" src="{up}{self.name}.png" alt="{alt}" {size}>\n'
        return (
            f'<img class="owt-light" src="{up}{self.name}.png" alt="{alt}" {size}>\n'
            f'<img class="owt-dark" src="{up}{self.name}-dark.png" alt="{alt}" {size}>\n'
        )


def of_notebook(stem: str, notebook: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Figure]]:
    """Yield each figure of an executed notebook with the output that it is made of.

    A figure is a picture in words with its table; other pictures are the renderer's.
    """
    number = 0
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            data, metadata = output.get("data", {}), output.get("metadata", {})
            number += _TABLE in data
            told = metadata.get(_PNG, {})
            if _PNG not in data or _TABLE not in data or not told.get("alt"):
                continue
            about = metadata.get(_ABOUT, {})
            yield (
                output,
                Figure(
                    stem,
                    number,
                    told["alt"],
                    base64.b64decode(joined(data[_PNG])),
                    joined(data[_TABLE]),
                    int(told.get("width", _WIDTH)),
                    int(about.get("foot", 0)) if about.get("source") else 0,
                    *(about.get(name) or "" for name in ("source", "drawn_by", "claim")),
                ),
            )


def of_claims(content: Content) -> dict[str, list[Figure]]:
    """Return the figures that are about one claim, by its id."""
    found: dict[str, list[Figure]] = {}
    for path in content.notebooks:
        for _, figure in of_notebook(path.stem, read(path)):
            if figure.claim:
                found.setdefault(figure.claim, []).append(figure)
    return found


def darkened(picture: bytes) -> bytes | None:
    """Return a chart's PNG in colours for dark pages, or None if its colours are not those of our charts.

    Only the palette is written anew; the blends at the edges of letters and lines follow.
    """
    start = picture.find(b"PLTE", _HEAD)
    if start < 0:
        return None
    (length,) = struct.unpack(">I", picture[start - 4 : start])
    old = picture[start + 4 : start + 4 + length]
    known = _dark_palette()
    own = [known.get((red, green, blue)) for red, green, blue in zip(*[iter(old)] * 3, strict=True)]
    if None in own:
        return None
    chunk = b"PLTE" + b"".join(bytes(colour) for colour in own if colour)
    return picture[:start] + chunk + struct.pack(">I", zlib.crc32(chunk)) + picture[start + 8 + length :]


@functools.cache
def _dark_palette() -> dict[colours.Colour, colours.Colour]:
    """Return the colour on dark pages of each colour of the palette: a shade of the same strength."""
    both = list(zip(colours.palette(), colours.palette(DARK), strict=True))
    # Of shades that are the same on white a picture has the first.
    return dict(reversed(both))


def faults(pages: Path, content: Content) -> list[str]:
    """Return one clause for each figure that a page of the folder shows in other words than the composed ones.

    And one for each that its notebook's page does not show.
    """
    composed = {
        f"{figure.name}{end}.png": figure.alt
        for path in content.notebooks
        for _, figure in of_notebook(path.stem, read(path))
        for end in ("", "-dark")
    }
    told, shown = [], set()
    for page in sorted(pages.rglob("*.html")):
        name = page.relative_to(pages).as_posix()
        for picture, alt in _images(page.read_text(encoding="utf-8"), name):
            if picture in composed and alt != composed[picture]:
                told.append(f"{name} shows {picture} with another alternative text than the composed one")
            shown.add((name, picture))
    return told + [
        f"{name} does not show {picture}"
        for picture in composed
        if not picture.endswith("-dark.png")
        for name in [f"notebooks/{picture.removeprefix('figures/').rpartition('-')[0]}.html"]
        if (name, picture) not in shown
    ]


def _images(html: str, page: str) -> Iterator[tuple[str, str]]:
    """Yield each picture of a page, by its path from the top of the site, with its alternative text."""
    for tag in _IMAGE.findall(html):
        named = dict(_ATTRIBUTE.findall(tag))
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page), named.get("src", "")))
        yield path, unescape(named.get("alt", ""))
