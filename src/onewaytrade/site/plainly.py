"""Say in plain sentences what a verdict says, and what would change it, for a claim's page.

Nothing is judged here: each sentence is put together from what a verdict of `verdicts.json` holds, and from what
the register says of its claim.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from onewaytrade import fmt
from onewaytrade.claims import Claim
from onewaytrade.site.content import Verdict
from onewaytrade.site.text import plural

UNCHECKED: Final = "cannot be checked with open data"
UNTESTED: Final = "cause not testable here"
_COMES_OUT: Final = ("reproduced", "close", "attested")
_CHANGES: Final = {"rising": "a rise", "falling": "a fall", "no change": "no change"}
_NEEDED: Final = "What would settle it: "
# How many parts of a statement are named, and how many single changes, before they are counted.
_PARTS: Final = 2
_NAMED: Final = 5
_ARTICLE: Final = re.compile(r"(The|An?)\b")


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that would change a verdict, or would not, in a sentence; what it lists stands in `items`."""

    sentence: str
    items: tuple[str, ...] = ()


def title(verdict: Verdict) -> str:
    """Return a page's title: the claim and its verdict."""
    return f"{verdict['label']}: {'asked with other choices' if departs(verdict) else verdict['verdict']}"


def departs(verdict: Verdict) -> bool:
    """Tell whether a run asked something else than the article, so that its word is no verdict on it."""
    return bool(verdict.get("variant"))


def is_measured(verdict: Verdict) -> bool:
    """Tell whether the article prints a figure, or a rise or fall, that can be set beside a computed one."""
    return verdict.get("printed") is not None or verdict.get("printed_text") in _CHANGES


def in_one_sentence(verdict: Verdict) -> str:
    """Return why a verdict is what it is, in one sentence for a reader who knows no statistics."""
    kind, word = verdict.get("kind", "number"), verdict["verdict"]
    if departs(verdict):
        return f"This run asked something else than the article ({verdict['variant']}), and judges nothing here."
    if word == UNCHECKED:
        return _of_what_is_needed(verdict)
    if word == "depends on definition":
        return f"{_first_sentence(verdict)}."
    if kind == "cause":
        return _of_a_cause(verdict)
    if verdict.get("parts"):
        return _of_parts(verdict)
    return _of_a_direction(verdict) if kind == "direction" else _of_a_figure(verdict)


def _first_sentence(verdict: Verdict) -> str:
    return str(verdict.get("reason", "")).partition(". ")[0].rstrip(".")


def _of_what_is_needed(verdict: Verdict) -> str:
    needed = str(verdict.get("reason", "")).partition(_NEEDED)[2]
    if not needed:
        return str(verdict.get("reason") or "Nothing that was found settles this.")
    return f"Nothing that was found settles this; it would take {_inside(needed)}"


def _inside(text: str) -> str:
    """Return a text as it stands inside a sentence: an article at its head is small."""
    return _ARTICLE.sub(lambda found: found[0].lower(), text, count=1) if _ARTICLE.match(text) else text


def _of_a_cause(verdict: Verdict) -> str:
    if verdict["verdict"] != UNTESTED:
        said = f": {verdict['computed_text']}" if verdict.get("computed_text") else ""
        return f"This could only be so if {_premise(verdict)}, and the figures at hand say otherwise{said}."
    told = [
        f"{verb} {fmt.join(f'{how} {text}' for text in texts)}"
        for stands, verb, how in (
            (True, "bear out", "that"),
            (False, "deny", "that"),
            (None, "do not show", "whether"),
        )
        if (texts := [part["text"] for part in verdict.get("parts", ()) if part["stands"] is stands])
    ]
    before = f"{', '.join(told)}, and " if told else ""
    return f"The figures {before}cannot tell whether the one led to the other."


def _premise(verdict: Verdict) -> str:
    parts: Sequence[Mapping[str, Any]] = verdict.get("parts") or ()
    return next((str(part["text"]) for part in parts if part["part"] == "premise"), "the cause took place")


def _of_parts(verdict: Verdict) -> str:
    parts = verdict["parts"]
    texts = {
        stands: [f"“{part['text']}”" for part in parts if part["stands"] is stands]
        for stands in (True, False, None)
    }
    standing = len(texts[True])
    if standing == len(parts):
        on = ", on evidence that includes press reports" if verdict["verdict"] == "attested" else ""
        return f"All {standing} parts of the statement stand{on}."
    told = [
        f"{standing or 'None'} of the {len(parts)} parts of the statement {plural(standing, 'stands', 'stand')}"
    ]
    for stands, one, many in ((False, "does not", "do not"), (None, "is not known", "are not known")):
        if own := texts[stands]:
            told.append(f"{fmt.join(own) if len(own) <= _PARTS else len(own)} {plural(len(own), one, many)}")
    return f"{'; '.join(told)}."


def _of_a_direction(verdict: Verdict) -> str:
    given, said = verdict.get("computed_text", ""), _CHANGES.get(verdict["printed_text"], verdict["printed_text"])
    stands = f"The data show {said}, as the article says: {given}."
    return {
        "reproduced": stands,
        "close": stands,
        "attested": f"A source prints {said}, as the article says ({given}), but nothing to recompute it from.",
        "not excluded": f"The data allow {given}: {said} is possible, and not shown.",
        "contradicted": f"The data show the opposite of {said}: {given}.",
    }.get(verdict["verdict"], f"The data show {given}, which is not {said}.")


def _of_a_figure(verdict: Verdict) -> str:
    word, given, printed = verdict["verdict"], verdict.get("computed_text", ""), verdict.get("printed_text", "")
    if word == "attested":
        return f"A source gives the same figure, {given}, but nothing from which it could be recomputed."
    if word == "not excluded":
        if verdict.get("computed") is not None:
            return f"The data give {given}, and leave room for the printed {printed}."
        if verdict.get("kind") == "bound":
            return f"The data give {given}, which neither confirms nor rules out “{printed}”."
        where = "at the end of it" if _at_an_end(verdict) else "within what it allows"
        return f"The data give only a range, {given}, and the printed {printed} lies {where}."
    reason = _first_sentence(verdict)
    if not reason:
        return f"The data give {given}, and the article prints {printed}."
    told = reason.removeprefix(f"{given} ")
    sentence = reason if told == reason else f"The data give {given}, which {told}"
    if word == "not reproduced" and verdict.get("band_holds_printed"):
        sentence += "; but editions of the data differ so much that the printed figure may have been right"
    return f"{sentence}."


def _at_an_end(verdict: Verdict) -> bool:
    """Tell whether of all that the data allow only one end comes to the printed figure, and not the middle."""
    printed, low, high = (verdict.get(name) for name in ("printed", "computed_low", "computed_high"))
    if printed is None or low is None or high is None:
        return False
    return not low + (high - low) / 4 < printed < high - (high - low) / 4


# What would change a verdict


def what_would_change(verdict: Verdict, claim: Claim | None) -> list[Condition]:
    """Return what would change a verdict; `claim` is the register's, None where it has none of that name.

    First how far the figure lies from where the word turns, then other editions, then single changes of the
    definition, then what is missing.
    """
    conditions = [
        *_at_the_edges(verdict, claim),
        *_by_editions(verdict),
        *_by_definitions(verdict),
        *_by_parts(verdict),
        *_by_word(verdict),
        *_by_what_is_missing(verdict, claim),
    ]
    return conditions or [Condition("Nothing that was tried changes it.")]


def _at_the_edges(verdict: Verdict, claim: Claim | None) -> list[Condition]:
    """Return how far the computed figure lies from where it would round to another printed one."""
    given = verdict.get("computed_text")
    if claim is None or claim.printed.value is None or not given or verdict["verdict"] == "attested":
        return []
    if claim.kind == "bound":
        way = "above" if claim.printed.side == "over" else "below"
        limit = claim.printed.show(claim.printed.value)
        return [Condition(f"“{claim.printed_text}” needs a figure {way} {limit}; the data give {given}.")]
    if claim.kind != "number":
        return []
    half = claim.printed.precision / 2
    ends = claim.printed.value - half, claim.printed.value + half
    between = f"between {fmt.join(claim.printed.show(end, more=1) for end in ends)}"
    value = verdict.get("computed")
    if value is None:
        return [
            Condition(
                f"Only figures {between} round to the printed {claim.printed_text}; the data allow {given}, so "
                "that narrower bounds would decide it."
            )
        ]
    apart = finely(min(abs(value - end) for end in ends), claim.printed.unit)
    only = "Figures" if ends[0] <= value <= ends[1] else "Only figures"
    told = (
        f"{only} {between} round to the printed {claim.printed_text}; the computed one lies {apart} from the "
        "nearer of these ends."
    )
    if (tolerance := verdict.get("tolerance")) and abs(value - claim.printed.value) > tolerance:
        told += f" Within {finely(tolerance, claim.printed.unit)} of the printed figure it would count as close."
    return [Condition(told)]


def finely(value: float, unit: str) -> str:
    """Return a distance, that of rates in points, with two digits at least; a whole one without decimals."""
    unit = unit.replace("%", "point" if value == 1 else "points")
    whole = float(value).is_integer()
    return fmt.with_unit(value, unit, 0 if whole else max(1, 1 - math.floor(math.log10(abs(value)))))


def _by_editions(verdict: Verdict) -> list[Condition]:
    band, unit = verdict.get("band"), verdict.get("unit") or ""
    if not band:
        return []
    reach = fmt.interval(*band, unit=unit, sign=unit in {"%", "points"})
    told = f"The edition that the article used is not at hand; going by its neighbours, it may give {reach}"
    if verdict["verdict"] in _COMES_OUT or verdict.get("band_holds_printed") is None:
        return [Condition(f"{told}.")]
    lies = (
        "and the printed figure lies among these"
        if verdict["band_holds_printed"]
        else ("and the printed figure does not lie among these")
    )
    return [Condition(f"{told}, {lies}.")]


def _by_definitions(verdict: Verdict) -> list[Condition]:
    """Return the single changes of the definition that overturn the answer, or that none does."""
    if verdict["verdict"] == "depends on definition":
        rest = str(verdict.get("reason", "")).partition(". ")[2]
        told = f"A definition in the article would settle it. {rest}".strip()
        return [Condition(told), *_single_changes(verdict)]
    if found := _single_changes(verdict):
        return found
    counts = verdict.get("definitions") or {}
    others = counts.get("same", 0) + counts.get("others", 0) - 1
    if others < 1 or verdict["verdict"] == "not excluded" or verdict.get("range") is None:
        return []
    if others == 1:
        return [Condition("The one other definition tried does not overturn it.")]
    return [Condition(f"None of the {others} other definitions tried overturns it by changing one choice alone.")]


def _single_changes(verdict: Verdict) -> list[Condition]:
    asked = {
        "breaks": "Within the article’s question, each of these changes alone would overturn the answer:",
        "turns": "These changes ask another question, and each alone would give another answer:",
    }
    alone = {
        "breaks": "Within the article’s question, one change alone would overturn the answer:",
        "turns": "One change asks another question, and alone would give another answer:",
    }
    if verdict["verdict"] == "not excluded":
        # There is no answer yet that a change could overturn.
        alone, asked = (
            {**words, "breaks": words["breaks"].replace("overturn the answer", "decide it")}
            for words in (alone, asked)
        )
    return [
        Condition((alone if len(changes) == 1 else asked)[key], _named(changes))
        for key in asked
        if (changes := verdict.get(key) or ())
    ]


def _named(changes: Sequence[str]) -> tuple[str, ...]:
    rest = len(changes) - _NAMED
    return (*changes[:_NAMED], *([f"and {rest} more"] if rest > 0 else []))


def _by_parts(verdict: Verdict) -> list[Condition]:
    if verdict.get("kind") == "cause" or verdict["verdict"] == UNCHECKED:
        return []
    parts: Sequence[Mapping[str, Any]] = verdict.get("parts") or ()
    failing, unknown = (
        [f"“{part['text']}”" for part in parts if part["stands"] is stands] for stands in (False, None)
    )
    told = []
    if failing:
        told.append(
            f"As long as {fmt.join(failing)} {plural(len(failing), 'does', 'do')} not stand, the whole does not."
        )
    if unknown:
        told.append(f"What is not known needs evidence: {fmt.join(unknown)}.")
    return [Condition(sentence) for sentence in told]


def _by_word(verdict: Verdict) -> list[Condition]:
    if verdict["verdict"] == "attested" and not verdict.get("parts"):
        return [Condition("It would be reproduced if the figures were public from which the source computed it.")]
    if verdict["verdict"] == UNTESTED:
        return [
            Condition(
                f"If it turned out to be wrong that {_premise(verdict)}, the claim would be contradicted; no "
                "figure of this kind could confirm it."
            )
        ]
    return []


def _by_what_is_missing(verdict: Verdict, claim: Claim | None) -> list[Condition]:
    if claim is None:
        return []
    aim = "What would make it firmer: " if verdict["verdict"] in _COMES_OUT else _NEEDED
    told = [
        f"{aim}{_inside(_ended(claim.would_settle))}" if claim.would_settle else "",
        f"What stays open: {_inside(_ended(claim.open))}" if claim.open else "",
    ]
    return [
        *(Condition(sentence) for sentence in told if sentence),
        *([Condition("Where we looked:", claim.looked_at)] if claim.looked_at else []),
    ]


def _ended(text: str) -> str:
    return f"{text.strip().rstrip('.')}."
