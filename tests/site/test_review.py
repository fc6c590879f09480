"""The `ClaimReview` of each verdict: what search engines require, and no number where a number would mislead."""

import json
from pathlib import Path
from typing import Any, Final

import claim_sites
import jsonschema
import pytest
from claim_reviews import check

from onewaytrade import claims
from onewaytrade.site import review, text
from onewaytrade.site.review import Article

ARTICLE: Final = Article(
    "Imports stagnate", "A Paper", "2025-06", "paper.example", "https://paper.example/a", "2026-11-23"
)


def _review(
    verdict: dict[str, Any], tmp_path: Path, root: Path, article: Article | None = ARTICLE
) -> dict[str, Any]:
    content = claim_sites.content(root, claim_sites.run(tmp_path, [verdict]))
    return review.review(verdict, content, article, "2026-11-23")


@pytest.mark.parametrize("article", [ARTICLE, None])
@pytest.mark.parametrize("verdict", claim_sites.of_each_word(), ids=lambda verdict: verdict["verdict"])
def test_each_word_gives_a_valid_review(
    verdict: dict[str, Any], article: Article | None, tmp_path: Path, root: Path
) -> None:
    found = _review(verdict, tmp_path, root, article)
    check(found)
    assert found["reviewRating"]["alternateName"].lower() == verdict["verdict"]
    assert found["claimReviewed"] == verdict["title"]
    assert found["url"] == f"https://example.org/trade/claims/{verdict['claim']}.html"


def test_a_check_of_reviews_finds_what_is_missing(tmp_path: Path, root: Path) -> None:
    whole = _review(claim_sites.coal(), tmp_path, root)
    for name in ("url", "claimReviewed", "reviewRating"):
        with pytest.raises(jsonschema.ValidationError, match="required property"):
            check({key: value for key, value in whole.items() if key != name})


def test_only_agreement_with_data_is_a_number_and_more_of_it_a_higher_one() -> None:
    values = {
        word: review.rating(claim_sites.coal(verdict=word)).get("ratingValue") for word in claims.REPLICATION
    }
    rated = {word: value for word, value in values.items() if value is not None}
    assert sorted(rated, key=lambda word: -rated[word]) == [
        "reproduced", "close", "partly reproduced", "not reproduced", "contradicted",
    ]  # fmt: skip
    assert (max(rated.values()), min(rated.values())) == (review.BEST, review.WORST)


def test_a_miss_that_other_editions_would_allow_is_not_rated_as_wrong() -> None:
    missed = claim_sites.coal(verdict="not reproduced", band_holds_printed=True)
    assert set(review.rating(missed)) == {"@type", "alternateName"}
    assert review.rating({**missed, "band_holds_printed": False})["ratingValue"] == 2


def test_a_statement_with_parts_that_nobody_knows_has_no_number() -> None:
    parts = [{"part": "a", "text": "A", "stands": True}, {"part": "b", "text": "B", "stands": False}]
    half = claim_sites.coal(verdict="partly reproduced", parts=parts)
    assert review.rating(half)["ratingValue"] == 3
    unknown = {"part": "c", "text": "C", "stands": None}
    assert set(review.rating({**half, "parts": [*parts, unknown]})) == {"@type", "alternateName"}


def test_the_article_is_the_claims_author_with_its_month(tmp_path: Path, root: Path) -> None:
    own = review.article(root)
    assert own is not None
    claim = _review(claim_sites.coal(), tmp_path, root, own)["itemReviewed"]
    assert claim["author"] == {"@type": "Organization", "name": "Red Censor", "url": "https://redcensor.com/"}
    assert claim["datePublished"] == claim["appearance"]["datePublished"] == "2025-06"
    assert claim["appearance"]["name"].startswith("Imports growth stagnates")
    assert claim["appearance"]["url"].startswith("https://redcensor.com/imports-growth-stagnates")


def test_without_an_article_the_claim_has_no_author(tmp_path: Path, root: Path) -> None:
    assert review.article(tmp_path) is None
    assert set(_review(claim_sites.coal(), tmp_path, root, None)["itemReviewed"]) == {"@type", "name"}


def test_the_date_is_that_of_the_newest_data_and_none_where_none_is_known(root: Path, tmp_path: Path) -> None:
    claim = claims.get("coal-8")
    pinned = dict(claim.pins)
    released = {
        entry["released"]
        for entry in json.loads((root / "data" / "datapackage.json").read_text(encoding="utf-8"))["resources"]
        if pinned.get(entry["dataset"]) == entry["edition"]
    }
    assert review.date(claim, None, root) == max(released)
    assert review.date(claim, ARTICLE, root) == ARTICLE.dated
    assert review.date(claim, None, tmp_path) == ""
    assert review.date(None, None, root) == ""


def test_no_text_can_close_the_element() -> None:
    evil = {"claimReviewed": 'a </script><script>alert("x")</script> <!-- b'}
    element = text.json_ld(evil)
    assert element.count("</script>") == 1
    assert "<!--" not in element
    assert json.loads(element.removesuffix("</script>").partition(">")[2]) == evil
