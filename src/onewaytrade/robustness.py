"""How robust a verdict is: the words, the two thresholds behind them, and what all definitions together say."""

import math
from dataclasses import dataclass
from typing import Any, Final

ROBUSTNESS: Final[dict[str, str]] = {
    "robust": "all other definitions of the same question keep the sign, and at least half agree with the print",
    "fragile": "some agree with the print, but fewer than half, or not all keep the sign",
    "alone": "none agrees with the print",
}
# Half: a reader who picks another fair definition blindly is then at least as likely as not to meet the figure.
ROBUST_SHARE: Final = 0.5
# All: one fair definition with the other sign is enough to make the direction itself a matter of choice.
ROBUST_SAME_SIGN: Final = 1.0


@dataclass(frozen=True, slots=True)
class Spread:
    """What the definitions of a claim say together, those of the article's own question apart from all others.

    `word` is one of `ROBUSTNESS`, or None where nothing can agree; `reason` says why in a sentence. `same` counts
    the definitions of the article's question, its own among them (`own`: of a bundle one for each of its parts
    that can be looked up), and `others` those of other questions;
    `agreeing` and `keeping` count, of the same question without the article's own, those that agree and those that
    keep the sign. `low`, `high` and `median` are of the same question, the article's own among them (infinite
    where open, None where no figure is computed). `excluded` counts combinations that make no sense, `missing`
    those for which no figure is at hand, `updates` those that end after the article. `moved_by` is the dimension
    that moves the answer most, and `moves` by how much on average (in the claim's unit; of a bundle the share of
    its answers). `breaks` are the single changes that overturn the answer of the article's definition.
    """

    word: str | None
    reason: str
    same: int
    others: int
    agreeing: int
    keeping: int
    own: int = 1
    excluded: int = 0
    missing: int = 0
    updates: int = 0
    low: float | None = None
    high: float | None = None
    median: float | None = None
    moved_by: str = ""
    moves: float | None = None
    breaks: tuple[str, ...] = ()

    @property
    def share_agreeing(self) -> float | None:
        """Share of the other definitions of the same question that agree; None where there is no other."""
        return self.agreeing / (self.same - self.own) if self.same > self.own else None

    @property
    def share_same_sign(self) -> float | None:
        """Share of the other definitions of the same question that keep the sign; None where there is no other."""
        return self.keeping / (self.same - self.own) if self.same > self.own else None

    def to_dict(self) -> dict[str, Any]:
        """Return what `verdicts.json` holds of it, as plain JSON values."""
        return {
            "range": None if self.low is None or self.high is None else [_finite(self.low), _finite(self.high)],
            "median": _finite(self.median),
            "share_agreeing": _finite(self.share_agreeing),
            "share_same_sign": _finite(self.share_same_sign),
            "definitions": {
                "same": self.same,
                "own": self.own,
                "others": self.others,
                "updates": self.updates,
                "excluded": self.excluded,
                "missing": self.missing,
            },
            "most_sensitive_to": self.moved_by or None,
            "moves": _finite(self.moves),
            "breaks": list(self.breaks),
        }


def word(agreeing: int, keeping: int, total: int) -> str | None:
    """Return the word for so many of `total` other definitions that agree and that keep the sign; None of none."""
    if total == 0:
        return None
    if agreeing == 0:
        return "alone"
    return "robust" if agreeing / total >= ROBUST_SHARE and keeping / total >= ROBUST_SAME_SIGN else "fragile"


def _finite(value: float | None) -> float | None:
    """Cut binary noise at nine decimals, and turn an open end into None."""
    return None if value is None or not math.isfinite(value) else round(value, 9) + 0.0
