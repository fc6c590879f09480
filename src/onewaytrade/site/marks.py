"""How a verdict is written on a page: its word, its shape, and a class that gives the colour in light and dark."""

from html import escape
from typing import Final

from onewaytrade import fmt

# The classes of base.css, by what a reader may do with a claim.
TONES: Final = {
    "reproduced": "stands",
    "close": "stands",
    "attested": "attested",
    "not excluded": "attested",
    "partly reproduced": "part",
    "depends on definition": "part",
    "not reproduced": "fails",
    "contradicted": "fails",
    "cause not testable here": "untold",
    "cannot be checked with open data": "untold",
}
# The markers of fmt.MARKS as corners around a middle, for a radius of 1, each with the area of a like circle.
_CORNERS: Final = {
    "^": ((0, -1.15), (1.15, 0.95), (-1.15, 0.95)),
    "v": ((0, 1.15), (1.15, -0.95), (-1.15, -0.95)),
    "D": ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
    "s": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "X": (
        (0, -0.38), (0.62, -1), (1, -0.62), (0.38, 0), (1, 0.62), (0.62, 1),
        (0, 0.38), (-0.62, 1), (-1, 0.62), (-0.38, 0), (-1, -0.62), (-0.62, -1),
    ),
}  # fmt: skip


def badge(word: str) -> str:
    """Return a verdict's word with its shape before it, in its colour, as HTML."""
    return f'<span class="owt-verdict owt-{TONES[word]}">{icon(word)} {escape(word)}</span>'


def icon(word: str) -> str:
    """Return a verdict's shape as a small picture in the colour of the text around it, silent to screen readers.

    Drawn, since each system's font has these characters in another size and place, and some have none.
    """
    return (
        '<svg class="owt-shape" viewBox="-6 -6 12 12" width="12" height="12" aria-hidden="true" focusable="false">'
        f"{shape(word)}</svg>"
    )


def shape(word: str, x: float = 0, y: float = 0, radius: float = 4.5) -> str:
    """Return a verdict's shape as a piece of SVG around (x, y), in the current colour."""
    mark = fmt.MARKS[word]
    if mark.marker == "o":
        drawn = f'<circle cx="{short(x)}" cy="{short(y)}" r="{short(radius)}" {fill(word)}/>'
        return drawn + _left_half(x, y, radius) if mark.fill == "left" else drawn
    corners = "L".join(f"{short(x + radius * dx)} {short(y + radius * dy)}" for dx, dy in _CORNERS[mark.marker])
    return f'<path d="M{corners}Z" {fill(word)}/>'


def fill(word: str) -> str:
    """Return the class that fills a verdict's shape: with the current colour, or hollow, with the paper's."""
    return f'class="owt-{"full" if fmt.MARKS[word].fill == "full" else "hollow"}"'


def short(number: float) -> str:
    """Return a coordinate in as few characters as place it to a hundredth of a pixel."""
    return f"{round(number, 2) + 0:g}"


def _left_half(x: float, y: float, radius: float) -> str:
    top, bottom, own = short(y - radius), short(y + radius), short(radius)
    return f'<path d="M{short(x)} {top}A{own} {own} 0 0 0 {short(x)} {bottom}Z" class="owt-full"/>'
