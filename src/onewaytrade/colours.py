"""The colours of the charts, and the palette in which their pictures are kept.

Apart from what draws, so that a picture can be repainted without the libraries that drew it.
"""

import itertools
from collections.abc import Mapping
from typing import Final

from onewaytrade import fmt

# Red, green and blue, from 0 to 255.
Colour = tuple[int, int, int]

WHITE: Final = "#FFFFFF"
BLACK: Final = "#000000"
INK: Final = "#222222"
QUIET: Final = "#595959"
PALE: Final = "#A8A8A8"
GRID: Final = "#DDDDDD"
# Okabe and Ito's, those that stand out best from white first, each with an ink of a contrast of at least 4.5.
SERIES: Final = (
    ("#0072B2", "#00619A"),
    ("#D55E00", "#A84A00"),
    ("#009E73", "#00704F"),
    ("#CC79A7", "#95436F"),
    ("#444444", "#333333"),
    ("#E69F00", "#875D00"),
    ("#56B4E9", "#22719F"),
)
_MARKS: Final = tuple(mark.colour for mark in fmt.MARKS.values())
# All colours but white and the grid's, each once; a picture has shades of them.
STRONG: Final = tuple(dict.fromkeys((INK, QUIET, PALE, BLACK, *_MARKS, *itertools.chain.from_iterable(SERIES))))
_STEPS: Final = 8


def palette(painted: Mapping[str, str] | None = None) -> list[Colour]:
    """Return white, the grid's grey, and all other colours with shades from each to white.

    `painted` gives other colours for all of these, white among them.
    """
    own = painted or {colour: colour for colour in (WHITE, GRID, *STRONG)}
    shades = [mixed(own[colour], own[WHITE], step / _STEPS) for colour in STRONG for step in range(1, _STEPS + 1)]
    return [rgb(own[WHITE]), rgb(own[GRID]), *shades]


def mixed(colour: str, ground: str, share: float) -> Colour:
    """Return a shade between a ground (share 0) and a colour (share 1)."""
    parts = [(below / 255, above / 255) for below, above in zip(rgb(ground), rgb(colour), strict=True)]
    red, green, blue = (round(255 * (below - share * (below - above))) for below, above in parts)
    return red, green, blue


def rgb(colour: str) -> Colour:
    """Return the parts of a colour that is written "#RRGGBB"."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
