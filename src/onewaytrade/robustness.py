"""How robust a verdict is: the words, the two thresholds behind them, and what all definitions together say."""

import math
from dataclasses import dataclass
from typing import Any, Final

ROBUSTNESS: Final[dict[str, str]] = {
    "robust": "all other definitions of the same question keep the sign, and at least half agree with the print "
    "(of a claim in parts: none turns a part, and at least half give it the same answer)",
    "fragile": "some agree, but fewer than half, or not all keep the sign (a printed zero has none: all would "
    "have to agree)",
    "alone": "none agrees",
}
# Half: a reader who picks another fair definition blindly is then at least as likely as not to meet the figure.
ROBUST_SHARE: Final = 0.5
# All: one fair definition with the other sign is enough to make the direction itself a matter of choice.
ROBUST_SAME_SIGN: Final = 1.0


@dataclass(frozen=True, slots=True)
class Spread:
    """What the definitions of a claim say together, those of the article's own question apart from all others.

    `word` is one of `ROBUSTNESS`, or None where nothing can agree; `reason` says why in a sentence. `same` counts
    the definitions of the article's question, its own among them, and `others` those of other questions; `voting`
    those of the same question that have a vote: not the article's own, no copy of the print, and none that only
    leaves room for it. `agreeing` and `keeping` count those among them that agree and that keep the sign. `low`,
    `high` and `median` are of the same question, the article's own among them (infinite where open, None where no
    figure is computed). `excluded` counts combinations that make no sense, `missing` those for which no figure is
    at hand, `repeated` those that only repeat the figure of another edition, `updates` those that end after the
    article. `moved_by` is the dimension that moves the answer most within the article's question, and `moves` by
    how much on average (in the claim's unit; of a bundle or a direction the share of answers that change);
    `asked_by` is the one that moves it most by asking another question. `breaks` are the single changes within the
    article's question that overturn its answer, `turns` those that ask another question.
    """

    word: str | None
    reason: str
    same: int
    others: int
    voting: int
    agreeing: int
    keeping: int
    excluded: int = 0
    missing: int = 0
    repeated: int = 0
    updates: int = 0
    low: float | None = None
    high: float | None = None
    median: float | None = None
    moved_by: str = ""
    moves: float | None = None
    asked_by: str = ""
    breaks: tuple[str, ...] = ()
    turns: tuple[str, ...] = ()

    @property
    def share_agreeing(self) -> float | None:
        """Share of the definitions with a vote that agree; None where none has one."""
        return self.agreeing / self.voting if self.voting else None

    @property
    def share_same_sign(self) -> float | None:
        """Share of the definitions with a vote that keep the sign; None where none has one."""
        return self.keeping / self.voting if self.voting else None

    def to_dict(self) -> dict[str, Any]:
        """Return what `verdicts.json` holds of it, as plain JSON values."""
        return {
            "range": None if self.low is None or self.high is None else [_finite(self.low), _finite(self.high)],
            "median": _finite(self.median),
            "share_agreeing": _finite(self.share_agreeing),
            "share_same_sign": _finite(self.share_same_sign),
            "definitions": {
                "same": self.same,
                "voting": self.voting,
                "others": self.others,
                "updates": self.updates,
                "excluded": self.excluded,
                "missing": self.missing,
                "repeated": self.repeated,
            },
            "most_sensitive_to": self.moved_by or None,
            "most_sensitive_question": self.asked_by or None,
            "moves": _finite(self.moves),
            "breaks": list(self.breaks),
            "turns": list(self.turns),
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
