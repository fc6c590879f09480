"""Write a verdict for machines: a schema.org `ClaimReview`, as JSON-LD inside a claim's page.

Google's guide to fact checks requires `claimReviewed`, `reviewRating` with `alternateName`, and `url`; it
recommends `author`, `datePublished`, `itemReviewed` (a `Claim` with `author`, `datePublished` and `appearance`),
and `ratingValue` between `worstRating` and `bestRating`. A number is given only where a verdict says how far a
claim agrees with the data (`RATINGS`); all others have their word alone, since no place on a scale from wrong to
right would be honest. A run that asked something else than the article reviews nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from onewaytrade import datasets
from onewaytrade.claims import Claim
from onewaytrade.errors import DatasetError
from onewaytrade.site import plainly
from onewaytrade.site.content import Content, Verdict
from onewaytrade.site.text import capital, first_address

ARTICLE: Final = "article"
SOURCES: Final = "sources"
# How far a claim agrees with the data, from 1 (the opposite) to 5 (the same figure).
RATINGS: Final[Mapping[str, int]] = {
    "reproduced": 5,
    "close": 4,
    "partly reproduced": 3,
    "not reproduced": 2,
    "contradicted": 1,
}
WORST: Final = min(RATINGS.values())
BEST: Final = max(RATINGS.values())


@dataclass(frozen=True, slots=True)
class Article:
    """The article that is read: its title, its publisher, the month it appeared in ("2025-06"), and where it is.

    `host` is the publisher's site ("example.com"), `address` the article's own; either may be empty. `dated` is
    the date of the dataset that says so.
    """

    title: str
    publisher: str
    month: str
    host: str
    address: str
    dated: str


def article(root: Path) -> Article | None:
    """Return the article of the project at `root`, as its dataset `article` has it, or None without one."""
    known = {entry["dataset"] for entry in _resources(root)}
    if ARTICLE not in known:
        return None
    rows = {row["measure"]: row for row in datasets.rows(ARTICLE) if row["entity"] == ARTICLE}
    if not {"title", "publisher"} <= set(rows):
        return None
    title = rows["title"]
    name, _, host = rows["publisher"]["value_text"].rstrip(")").partition(" (")
    address = _address(title["source_id"]) if SOURCES in known else ""
    dated = datasets.written(ARTICLE)[0].released
    return Article(title["value_text"].rstrip("."), name, title["period"], host, address, dated)


def _address(source_id: str) -> str:
    """Return the first address that the list of sources has for one of them, or nothing."""
    found = (row["where"] for row in datasets.rows(SOURCES) if row["source_id"] == source_id)
    return first_address(next(found, ""))


def released(pins: Iterable[tuple[str, str]], root: Path) -> str:
    """Return the newest date (or month) of release among some editions of datasets, or nothing."""
    dates = {(entry["dataset"], entry["edition"]): entry["released"] for entry in _resources(root)}
    found = [dates.get(pin, "") for pin in pins]
    # "not established" is no date.
    return max((date for date in found if date[:4].isdigit()), default="")


def _resources(root: Path) -> list[Mapping[str, Any]]:
    try:
        return list(datasets.manifest(root)["resources"])
    except DatasetError:
        return []


def date(claim: Claim | None, read: Article | None, root: Path) -> str:
    """Return the date of a review: the newest among the data it rests on and the article; "" where none is known.

    No clock is asked, so that the same data give the same page.
    """
    pins = released(claim.pins.items(), root) if claim else ""
    return max(pins, read.dated if read and read.dated[:4].isdigit() else "")


def rating(verdict: Verdict) -> dict[str, Any]:
    """Return the `Rating` of a verdict: its word, and a number where the word is a place on the scale.

    A figure that is not reproduced, while other editions of the data allow it, has no number either, nor has a
    statement of which some part is not known: it may be wrong as a whole or right.
    """
    word = verdict["verdict"]
    named = {"@type": "Rating", "alternateName": capital(word)}
    unknown = word == "partly reproduced" and any(part["stands"] is None for part in verdict.get("parts") or ())
    if word not in RATINGS or unknown or (word == "not reproduced" and verdict.get("band_holds_printed")):
        return named
    return {**named, "ratingValue": RATINGS[word], "bestRating": BEST, "worstRating": WORST}


def review(verdict: Verdict, content: Content, read: Article | None, dated: str) -> dict[str, Any]:
    """Return the `ClaimReview` of a verdict; without an article its claim has no author, date or appearance."""
    own = {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": f"{content.settings.address}claims/{verdict['claim']}.html",
        "claimReviewed": verdict["title"],
        "reviewBody": plainly.in_one_sentence(verdict),
        "inLanguage": "en",
        "author": {"@type": "Organization", "name": content.title, "url": content.settings.address},
        "reviewRating": rating(verdict),
        "itemReviewed": {"@type": "Claim", "name": verdict["label"], **(_origin(read) if read else {})},
    }
    return {**own, **({"datePublished": dated} if dated else {})}


def _origin(read: Article) -> dict[str, Any]:
    publisher = {"@type": "Organization", "name": read.publisher}
    if read.host:
        publisher["url"] = f"https://{read.host}/"
    work = {
        "@type": "CreativeWork",
        **({"url": read.address} if read.address else {}),
        "name": read.title,
        "headline": read.title,
        "datePublished": read.month,
        "publisher": publisher,
    }
    return {"author": publisher, "datePublished": read.month, "appearance": work}
