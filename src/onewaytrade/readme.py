"""Keep the verdict table of the README in step with the verdicts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from onewaytrade import files, scoreboard
from onewaytrade.errors import ProjectError

BEGIN: Final = "<!-- verdicts: written by `onewaytrade readme`, not by hand -->"
END: Final = "<!-- end of verdicts -->"


def render(text: str, found: Sequence[dict[str, Any]]) -> str:
    """Return the README's text with the findings and the table between its two marks made anew.

    Raises ProjectError if a mark is missing or the two stand in the wrong order.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ProjectError(
            f"README.md needs the lines {BEGIN!r} and {END!r}, in this order, around its verdict table."
        )
    return f"{before}{BEGIN}\n\n{scoreboard.markdown(found)}\n{END}{after}"


def update(root: Path, found: Sequence[dict[str, Any]]) -> bool:
    """Rewrite the project's README where its table is stale, and tell whether it was; raises as `render`."""
    place = root / "README.md"
    text = place.read_text(encoding="utf-8")
    fresh = render(text, found)
    if fresh != text:
        files.write_text(place, fresh)
    return fresh != text
