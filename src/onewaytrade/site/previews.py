"""The pictures that stand beside a link to a page: 1200 by 630 pixels, drawn with Pillow."""

import io
import re
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from onewaytrade import fmt
from onewaytrade.errors import SiteError
from onewaytrade.site import executed
from onewaytrade.site.content import Content, Pages, Verdict
from onewaytrade.site.marks import TONES
from onewaytrade.site.text import typographic

SIZE: Final = (1200, 630)  # what the networks that show previews ask for
FOLDER: Final = "previews"
SITE: Final = f"{FOLDER}/site.png"  # for pages without one of their own
_MARGIN: Final = 72
_WIDTH: Final = SIZE[0] - 2 * _MARGIN
_COLUMN: Final = _WIDTH // 2 - 24
# A picture has a palette: from paper to each of eight inks in 32 steps, which are the smooth edges of letters.
_STEPS: Final = 32
_FIGURES: Final = 466  # where what the article and the data say begins
_INKS: Final = ("ink", "quiet", "accent", *dict.fromkeys(TONES.values()))
_TOKEN: Final = re.compile(r"--owt-(\w+): light-dark\((#[0-9a-f]{6}),")
_BASE: Final = Path(__file__).parent / "static" / "base.css"
_MARKS: Final = re.compile(r"[*_`]")  # of Markdown in a title
_TOLD_IN_WORDS: Final = {"text", "cause"}  # kinds of claims without a figure


def make(content: Content) -> Pages:
    """Return `previews/claims/<id>.png`, `previews/notebooks/<stem>.png`, and one for every other page."""
    pictures = {
        f"{FOLDER}/claims/{verdict['claim']}.png": _of_claim(content, verdict) for verdict in content.verdicts
    }
    pictures |= {f"{FOLDER}/notebooks/{path.stem}.png": _of_notebook(content, path) for path in content.notebooks}
    return Pages({}, {**pictures, SITE: _of_site(content)})


def _of_claim(content: Content, verdict: Verdict) -> bytes:
    word = verdict["verdict"]
    tone = TONES[word]
    sheet = _Sheet(content.title, tone)
    sheet.write((_MARGIN, 144), fmt.MARKS[word].glyph, _font("DejaVuSans", 62), tone)
    sheet.write((_MARGIN + 78, 156), word, _font("DejaVuSans-Bold", 48), tone)
    end = sheet.write_lines(250, verdict["label"], _font("DejaVuSerif-Bold", 64), "ink", most=2)
    # Shared without a word of ours, a claim must be seen to be one.
    claim, font = f"The claim: “{typographic(verdict['title']).rstrip('.')}”", _font("DejaVuSans", 30)
    in_words = verdict["kind"] in _TOLD_IN_WORDS
    room = (SIZE[1] - _MARGIN if in_words else _FIGURES - 24) - (end + 16)
    if lines := int(room // (font.size * 1.25)):
        sheet.write_lines(end + 16, claim, font, "quiet", most=lines)
    if in_words:
        return sheet.png()
    told = {"The article says": verdict["printed_text"], "The data say": verdict["computed_text"]}
    told = {name: value for name, value in told.items() if value}
    # In one size, so that neither figure weighs more than the other.
    font = min((_fitting(value, _COLUMN) for value in told.values()), key=lambda own: own.size)
    for number, (name, value) in enumerate(told.items()):
        left = _MARGIN + number * _WIDTH // 2
        sheet.write((left, _FIGURES), name, _font("DejaVuSans", 30), "quiet")
        sheet.write((left, _FIGURES + 44), _cut(value, font, _COLUMN), font, "ink")
    return sheet.png()


def _of_notebook(content: Content, path: Path) -> bytes:
    sheet = _Sheet(content.title, "accent")
    sheet.write((_MARGIN, 160), "Notebook", _font("DejaVuSans", 34), "quiet")
    title = typographic(_MARKS.sub("", executed.title(path)))
    sheet.write_lines(220, title, _font("DejaVuSerif-Bold", 64), "ink", most=4)
    return sheet.png()


def _of_site(content: Content) -> bytes:
    """Return the site's own: its name, and the marks of all verdicts in the order of the register."""
    sheet = _Sheet(content.title, "accent")
    end = sheet.write_lines(170, content.title, _font("DejaVuSerif-Bold", 92), "ink", most=2)
    if number := len(content.verdicts):
        told = f"{number} claim{'s' * (number > 1)} of a news article, checked against published data"
        end = sheet.write_lines(end + 4, told, _font("DejaVuSans", 34), "quiet", most=2)
    font, left, top = _font("DejaVuSans", 40), _MARGIN, end + 30
    for verdict in content.verdicts:
        if left + 48 > SIZE[0] - _MARGIN:
            left, top = _MARGIN, top + 56
        if top > SIZE[1] - 2 * _MARGIN:
            break
        sheet.write((left, top), fmt.MARKS[verdict["verdict"]].glyph, font, TONES[verdict["verdict"]])
        left += 48
    return sheet.png()


class _Sheet:
    """A picture on white with the site's name on it and a band of one ink at its left."""

    def __init__(self, site: str, band: str) -> None:
        self._image = Image.new("P", SIZE, 0)
        self._image.putpalette(_palette())
        self._image.paste(_index(band, 255), (0, 0, 24, SIZE[1]))
        self._image.paste(_logo(), (_MARGIN, 60))
        self.write(
            (_MARGIN + 66, 62),
            _cut(site, _font("DejaVuSerif-Bold", 34), _WIDTH - 66),
            _font("DejaVuSerif-Bold", 34),
            "ink",
        )

    def write(self, at: tuple[int, int], text: str, font: ImageFont.FreeTypeFont, ink: str) -> None:
        """Write one line with its top left corner `at` a place that is white."""
        _, _, right, bottom = font.getbbox(text)
        mask = Image.new("L", (int(right) + 1, int(bottom) + 1))
        ImageDraw.Draw(mask).text((0, 0), text, fill=255, font=font)
        self._image.paste(mask.point([_index(ink, level) for level in range(256)]), at)

    def write_lines(self, top: int, text: str, font: ImageFont.FreeTypeFont, ink: str, *, most: int) -> int:
        """Write a text in at most so many lines of the full width from `top` on; return where it ends."""
        height = int(font.size * 1.25)
        for line in _lines(text, font, most):
            self.write((_MARGIN, top), line, font, ink)
            top += height
        return top

    def png(self) -> bytes:
        """Return the picture as a file."""
        buffer = io.BytesIO()
        self._image.save(buffer, "PNG", compress_level=6)
        return buffer.getvalue()


def _lines(text: str, font: ImageFont.FreeTypeFont, most: int) -> list[str]:
    """Return a text broken between words into lines of the full width; what goes beyond `most` lines is cut."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= _WIDTH:
            lines[-1] = longer
        else:
            lines.append(word)
    kept = lines[:most]
    if len(lines) > most:
        kept[-1] = f"{kept[-1]} …"
    return [_cut(line, font, _WIDTH) for line in kept]


def _cut(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _fitting(text: str, width: int) -> ImageFont.FreeTypeFont:
    """Return the font of figures in the largest of some sizes in which a text takes at most a width."""
    fonts = [_font("DejaVuSans-Bold", size) for size in range(56, 24, -4)]
    return next((font for font in fonts if font.getlength(text) <= width), fonts[-1])


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Return a font of those that matplotlib carries, which need not be imported for it."""
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise SiteError("The site’s previews need matplotlib’s fonts: pip install matplotlib adds them.")
    path = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" / f"{name}.ttf"
    # The simple layout is the same wherever Pillow was built.
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


@cache
def _index(ink: str, level: int) -> int:
    """Return the palette's index of an ink that covers the paper by `level` of 255."""
    return _INKS.index(ink) * _STEPS + level * (_STEPS - 1) // 255


@cache
def _palette() -> bytes:
    """Return the palette: the inks are the colours of a light page, from its style sheet."""
    colours = dict(_TOKEN.findall(_BASE.read_text(encoding="utf-8")))
    found = bytearray()
    for ink in _INKS:
        rgb: Sequence[int] = bytes.fromhex(colours[ink].removeprefix("#"))
        for step in range(_STEPS):
            found += bytes(255 - (255 - value) * step // (_STEPS - 1) for value in rgb)
    return bytes(found)


@cache
def _logo() -> Image.Image:
    """Return the site's sign, as in favicon.svg: a long arrow one way, and a short line back."""
    large = Image.new("L", (192, 192), 255)
    draw = ImageDraw.Draw(large)
    for points in ([(36, 72), (126, 72)], [(93, 39), (126, 72), (93, 105)], [(72, 129), (156, 129)]):
        draw.line(points, fill=0, width=18, joint="curve")
    return (
        large.resize((48, 48), Image.Resampling.LANCZOS)
        .point([_index("accent", level) for level in range(256)])
        .copy()
    )
