"""The feed of changed verdicts: an entry for each that another edition changed, and one for those at the start."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from onewaytrade import pinning, project, scoreboard
from onewaytrade.errors import OneWayTradeError
from onewaytrade.site.content import Content, Pages, Verdict

FILE: Final = "feed.xml"
# A day that no publisher gives is the first of its month, or of its year.
_DAY: Final = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_UNDATED: Final = "1970-01-01"
# What makes a verdict another one: its word, its figure, and how it stands over the definitions.
_TOLD: Final = ("verdict", "computed_text", "robustness")


@dataclass(frozen=True, slots=True)
class Move:
    """A pin that was moved: the day its new edition was released, both editions, and the verdicts until then."""

    day: str
    dataset: str
    old: str
    new: str
    verdicts: Mapping[str, Verdict]


@dataclass(frozen=True, slots=True)
class Entry:
    """What the feed says: a day, a page of the site, what tells entries on it apart, a title, and a text."""

    day: str
    page: str
    key: str
    title: str
    text: str


def make(content: Content) -> Pages:
    """Return `feed.xml`; its dates are the data's own, since a build knows no clock."""
    return Pages({}, {FILE: atom(content, entries(content)).encode()})


def entries(content: Content) -> list[Entry]:
    """Return the entries, the newest first: each changed verdict, and what was found at the start."""
    found = moves(content)
    changed = [entry for move in found for entry in _changed(content, found, move)]
    return [*sorted(changed, key=lambda entry: (entry.day, entry.page), reverse=True), _first(content, found)]


def moves(content: Content) -> list[Move]:
    """Return the pins that were moved, in the order of the days of their new editions."""
    pins = _manifest(content)["pins"]
    kept: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((content.root / pinning.FOLDER).glob("*.json")):
        whole = json.loads(path.read_text(encoding="utf-8"))
        kept.setdefault(whole["dataset"], []).append(whole)
    days, found = _days(content), []
    for dataset, own in kept.items():
        own.sort(key=lambda whole: days.get((dataset, whole["edition"]), _UNDATED))
        following = [*(whole["edition"] for whole in own[1:]), pins.get(dataset, "")]
        for whole, new in zip(own, following, strict=True):
            verdicts = {verdict["claim"]: verdict for verdict in whole["verdicts"]}
            found.append(Move(days.get((dataset, new), _UNDATED), dataset, whole["edition"], new, verdicts))
    return sorted(found, key=lambda move: (move.day, move.dataset))


def _changed(content: Content, found: list[Move], move: Move) -> Iterator[Entry]:
    """Give an entry for each claim whose verdict after a move differs from the one before it."""
    later = found[found.index(move) + 1 :]
    now = {verdict["claim"]: verdict for verdict in content.verdicts}
    pairs = [
        (before, next((own.verdicts[name] for own in later if name in own.verdicts), now.get(name)))
        for name, before in move.verdicts.items()
    ]
    differing = [
        (before, after)
        for before, after in pairs
        if after is not None and any(before[key] != after[key] for key in _TOLD)
    ]
    reasons = _reasons(move) if differing else {}
    for before, after in differing:
        reason = reasons.get(before["claim"], "")
        editions = f"{move.dataset} is now read in its edition {move.new} instead of {move.old}."
        yield Entry(
            move.day,
            f"claims/{before['claim']}.html",
            f"{move.dataset}-{move.new}",
            f"{before['label']}: {_turn(before, after)}",
            " ".join(filter(None, (f"Before: {_state(before)}. Now: {_state(after)}.", editions, reason))),
        )


def _turn(before: Verdict, after: Verdict) -> str:
    if before["verdict"] != after["verdict"]:
        return f"{before['verdict']} before, {after['verdict']} now"
    return f"still {after['verdict']}, by other figures"


def _state(verdict: Verdict) -> str:
    told = (verdict["verdict"], verdict["computed_text"], verdict["robustness"])
    return ", ".join(str(part) for part in told if part)


def _reasons(move: Move) -> dict[str, str]:
    """Return why verdicts differ, by claim; nothing if an edition is no longer at hand to judge on."""
    # It draws too, and what draws takes a second to import.
    from onewaytrade import verdict_changes

    try:
        pinned = verdict_changes.editions_of([], "pinned")
        compared = verdict_changes.compare({**pinned, move.dataset: move.old}, {**pinned, move.dataset: move.new})
    except OneWayTradeError:
        return {}
    return {change.claim.id: change.because for change in compared.touched}


def _first(content: Content, found: list[Move]) -> Entry:
    """Return the entry for the verdicts at the start, dated by the editions that they rested on."""
    pins = dict(_manifest(content)["pins"])
    for move in reversed(found):
        pins[move.dataset] = move.old
    days = _days(content)
    day = max((days.get(pin, _UNDATED) for pin in pins.items()), default=_UNDATED)
    told = scoreboard.findings([dict(verdict) for verdict in content.verdicts])[0] if content.verdicts else ""
    return Entry(
        day, "index.html", "first-verdicts", "The first verdicts", told or "No claim has been judged yet."
    )


def _manifest(content: Content) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((content.root / project.MANIFEST).read_text(encoding="utf-8"))
    return found


def _days(content: Content) -> dict[tuple[str, str], str]:
    """Return the day on which each edition of each dataset was released, or else the one its name holds."""
    found = {}
    for entry in _manifest(content)["resources"]:
        given = _DAY.fullmatch(entry["released"]) or _DAY.fullmatch(entry["edition"])
        if given is not None:
            found[(entry["dataset"], entry["edition"])] = "-".join(part or "01" for part in given.groups())
    return found


def atom(content: Content, listed: list[Entry]) -> str:
    """Return a feed as Atom (RFC 4287); every address in it is absolute."""
    address = content.settings.address
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">',
        f"  <title>{escape(content.title)}: changed verdicts</title>",
        f"  <id>{escape(address + FILE)}</id>",
        f'  <link rel="self" type="application/atom+xml" href={quoteattr(address + FILE)}/>',
        f'  <link rel="alternate" type="text/html" href={quoteattr(address)}/>',
        f"  <updated>{max(entry.day for entry in listed)}T00:00:00Z</updated>",
        f"  <author><name>The authors of {escape(content.title)}</name></author>",
    ]
    for entry in listed:
        place = address + entry.page
        lines += [
            "  <entry>",
            f"    <title>{escape(entry.title)}</title>",
            f"    <id>{escape(f'{place}#{entry.key}')}</id>",
            f'    <link rel="alternate" type="text/html" href={quoteattr(place)}/>',
            f"    <updated>{entry.day}T00:00:00Z</updated>",
            f"    <summary>{escape(entry.text)}</summary>",
            "  </entry>",
        ]
    return "\n".join([*lines, "</feed>", ""])
