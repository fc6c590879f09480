"""Every definition of each claim, from a run's `definitions.csv`: written for one claim, and told on its page."""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from onewaytrade import claims, fmt, grids, robustness, scoreboard
from onewaytrade.claims import Claim, Estimate
from onewaytrade.site import plainly
from onewaytrade.site.content import Verdict
from onewaytrade.site.text import capital, markdown, scrolling, typographic

_TRUE: Final = "True"
# The kinds of claims whose answer is a figure; of others it is whether they agree.
_FIGURES: Final = ("number", "bound")


@dataclass(frozen=True, slots=True)
class Definitions:
    """All definitions of one claim, as rows of `definitions.csv` with its columns (see `grids.table`)."""

    columns: Sequence[str]
    rows: Sequence[Mapping[str, str]]

    @property
    def same(self) -> list[Mapping[str, str]]:
        """The definitions of the article's question, its own among them, none that ends after the article."""
        asked = {(row["part"], row["question"]) for row in self.rows if row["article"] == _TRUE}
        return [row for row in self.rows if (row["part"], row["question"]) in asked and row["update"] != _TRUE]

    @property
    def ends(self) -> tuple[Mapping[str, str], Mapping[str, str]] | None:
        """The definitions of the article's question with the lowest and the highest value.

        None where they are of several parts or units, where some of them only bound the value, or where all give
        the same.
        """
        same = self.same
        if len({(row["part"], row["unit"]) for row in same}) != 1 or not all(row["computed"] for row in same):
            return None
        low, high = (choose(same, key=lambda row: float(row["computed"])) for choose in (min, max))
        return None if low["computed"] == high["computed"] else (low, high)

    def csv(self) -> bytes:
        """Return the rows as CSV, as they stand in `definitions.csv`, below its header."""
        text = io.StringIO()
        writer = csv.DictWriter(text, self.columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return text.getvalue().encode()


def read(run: Path) -> dict[str, Definitions]:
    """Return the definitions of each claim, by its id, from the folder of a run; none if it has no such file."""
    path = run / grids.FILE
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file)
        columns = list(table.fieldnames or ())
        rows: defaultdict[str, list[Mapping[str, str]]] = defaultdict(list)
        for row in table:
            rows[row["claim"]].append(row)
    return {claim: Definitions(columns, own) for claim, own in rows.items()}


def show(verdict: Verdict, claim: Claim | None, every: Definitions | None) -> str:
    """Return what other definitions than the article's give, as Markdown and HTML; nothing where none is known.

    `claim` is the register's, `every` all definitions of the run's table, with which the page offers them as CSV.
    """
    lines = [f"- {markdown(text)}" for text in _spread(verdict, every, claim)]
    if every is not None:
        told = f"All {len(every.rows)} definitions" if len(every.rows) > 1 else "The one definition"
        link = f'<a href="{escape(verdict["claim"])}.csv" download>{told}</a>'
        lines.append(f"- {link}, with what each computes and whether it agrees, as CSV.")
    return "\n\n".join(text for text in ("\n".join(lines), _alternatives(verdict)) if text)


def _spread(verdict: Verdict, every: Definitions | None, claim: Claim | None) -> list[str]:
    """Return how many definitions there are, how many agree, their range, and what moves the answer most."""
    counts, word = verdict.get("definitions") or {}, verdict.get("robustness")
    reason = verdict.get("robustness_reason") or ""
    told = []
    if word:
        told.append(f"{capital(word)}: {reason} {_meaning(word, verdict)}")
    elif reason:
        told.append(_of_an_open_bound(verdict) or reason)
    if counts.get("same", 0) + counts.get("others", 0) > 1:
        told.append(_counted(counts))
    if scoreboard.span(dict(verdict)):
        told.append(
            f"Over all definitions of the article’s question: {_range(verdict, claim)}.{_ends(every, claim)}"
        )
    told += _moved(verdict)
    return told


def _of_an_open_bound(verdict: Verdict) -> str:
    """Return how many other definitions decide whether a bound holds that the article's leaves open."""
    share, voting = verdict.get("share_agreeing"), (verdict.get("definitions") or {}).get("voting", 0)
    if verdict.get("kind") != "bound" or not voting or share is None:
        return ""
    holding = round(share * voting)
    whose = "This run’s" if plainly.departs(verdict) else "The article’s"
    abstaining = str(verdict["robustness_reason"]).partition(". ")[2]
    return (
        f"{whose} own definition leaves open whether it is {verdict['printed_text']}; "
        f"of the {voting} other{'s' * (voting > 1)} that can tell, "
        f"{holding or 'none'} say{'s' * (holding < 2)} so. "
        f"{abstaining}"
    ).strip()


def _counted(counts: Mapping[str, int]) -> str:
    kinds = [
        f"{number} {one if number == 1 else many}"
        for number, one, many in (
            (counts["same"], "answers the article’s question", "answer the article’s question"),
            (counts["others"], "asks another", "ask another"),
            (
                counts.get("updates", 0),
                "ends after the article and has no vote",
                "end after the article and have no vote",
            ),
        )
        if number
    ]
    return f"Of the definitions that can be computed, {fmt.join(kinds)}."


def _meaning(word: str, verdict: Verdict) -> str:
    meaning = robustness.ROBUSTNESS[word]
    # What stands in brackets there is about bundles, or about a printed zero.
    plain = not verdict.get("parts") and verdict.get("printed") != 0
    return f"The word means: {meaning.partition(' (')[0] if plain else meaning}."


def _range(verdict: Verdict, claim: Claim | None) -> str:
    """Return the range of the article's question, one decimal finer than printed where the register says how."""
    if claim is None or claim.printed.value is None:
        return scoreboard.span(dict(verdict))
    low, high = verdict["range"]
    if low == high:
        return claim.printed.show(low, more=1)
    return claims.text_of(claim.printed, Estimate(None, "", "", "", low, high))


def _ends(every: Definitions | None, claim: Claim | None) -> str:
    """Return by which definitions the ends of the range come about."""
    if every is None or every.ends is None:
        return ""
    decimals = claim.printed.decimals + 1 if claim else 1
    return "".join(
        f" {name}, {fmt.with_unit(float(row['computed']), row['unit'], decimals, sign=row['unit'] == '%')}: "
        f"{row['definition']}"
        for name, row in zip(("Lowest", "Highest"), every.ends, strict=True)
    )


def _moved(verdict: Verdict) -> list[str]:
    inside, among = (verdict.get(f"most_sensitive_{name}") for name in ("to", "question"))
    told = []
    if inside:
        told.append(f"Within that question the answer moves most with: {inside.lower()}{_by_how_much(verdict)}.")
    if among:
        told.append(f"By asking another question it moves most with: {among.lower()}.")
    return told


def _by_how_much(verdict: Verdict) -> str:
    """Return how far two definitions lie apart that differ in this alone, or how often their answers differ."""
    moves, unit = verdict.get("moves"), verdict.get("unit") or ""
    if moves is None:
        return ""
    if verdict.get("kind") in _FIGURES:
        apart = plainly.finely(moves, unit)
        return f" (two definitions that differ in nothing else lie {apart} apart on average)"
    share = fmt.number(100 * moves)
    return f" (of two definitions that differ in nothing else the answers differ in {share}{fmt.SPACE}% of cases)"


def _shown(text: str) -> str:
    return escape(typographic(text))


def _alternatives(verdict: Verdict) -> str:
    """Return the definitions that a fair reader would try first, with why, and what each gives."""
    readings = verdict.get("alternatives") or ()
    if not readings:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{_shown(reading["label"])} <small>{_shown(reading["why"])}</small></th>'
        f'<td class="text-right">{escape(reading["computed_text"] or fmt.MISSING)}</td>'
        f"<td>{'the same' if reading['asks'] == 'same' else 'another'}</td></tr>"
        for reading in readings
    )
    own = verdict.get("computed_text")
    first = (
        f'<tr><th scope="row">{"This run’s" if plainly.departs(verdict) else "The article’s"} own definition</th>'
        f'<td class="text-right">{escape(own)}</td><td>the same</td></tr>'
        if own
        else ""
    )
    table = (
        '<table class="owt-claim-table"><caption>Definitions that a fair reader would try</caption>'
        '<thead><tr><th scope="col">Definition</th><th scope="col" class="text-right">Gives</th>'
        f'<th scope="col">Question</th></tr></thead><tbody>{first}{rows}</tbody></table>'
    )
    return scrolling(table, "Other definitions")
