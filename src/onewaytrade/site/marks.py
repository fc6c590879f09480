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


def badge(word: str) -> str:
    """Return a verdict's word with its shape before it, in its colour, as HTML."""
    glyph = f'<span aria-hidden="true">{fmt.MARKS[word].glyph}</span>'
    return f'<span class="owt-verdict owt-{TONES[word]}">{glyph} {escape(word)}</span>'
