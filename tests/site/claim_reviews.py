"""What a `ClaimReview` must be, for the tests of the claims' pages."""

from typing import Any, Final

import jsonschema

_DATE: Final = {"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"}
_ADDRESS: Final = {"type": "string", "pattern": "^https?://[^ ]+$"}
_ORGANISATION: Final = {
    "type": "object",
    "required": ["@type", "name"],
    "properties": {
        "@type": {"enum": ["Organization", "Person"]},
        "name": {"type": "string", "minLength": 1},
        "url": _ADDRESS,
    },
}
# schema.org's types and properties (ClaimReview, Claim, Rating, Organization, CreativeWork), and what Google's
# guide "Fact check (ClaimReview) structured data" requires: claimReviewed, reviewRating with alternateName, url.
# Beyond it: a rating with a value has both ends of its scale, and nothing is there that schema.org does not know.
SCHEMA: Final = {
    "type": "object",
    "required": ["@context", "@type", "claimReviewed", "reviewRating", "url"],
    "additionalProperties": False,
    "properties": {
        "@context": {"const": "https://schema.org"},
        "@type": {"const": "ClaimReview"},
        "url": _ADDRESS,
        "claimReviewed": {"type": "string", "minLength": 1},
        "reviewBody": {"type": "string", "minLength": 1},
        "inLanguage": {"type": "string"},
        "datePublished": _DATE,
        "author": {"allOf": [_ORGANISATION, {"required": ["url"]}]},
        "reviewRating": {
            "type": "object",
            "required": ["@type", "alternateName"],
            "additionalProperties": False,
            "dependentRequired": {"ratingValue": ["bestRating", "worstRating"]},
            "properties": {
                "@type": {"const": "Rating"},
                "alternateName": {"type": "string", "minLength": 1},
                "ratingValue": {"type": "number", "minimum": 1, "maximum": 5},
                "bestRating": {"const": 5},
                "worstRating": {"const": 1},
            },
        },
        "itemReviewed": {
            "type": "object",
            "required": ["@type"],
            "additionalProperties": False,
            "properties": {
                "@type": {"const": "Claim"},
                "name": {"type": "string", "minLength": 1},
                "author": _ORGANISATION,
                "datePublished": _DATE,
                "appearance": {
                    "type": "object",
                    "required": ["@type", "name"],
                    "properties": {
                        "@type": {"const": "CreativeWork"},
                        "name": {"type": "string", "minLength": 1},
                        "datePublished": _DATE,
                        "publisher": _ORGANISATION,
                        "url": _ADDRESS,
                    },
                },
            },
        },
    },
}


def check(content: Any) -> None:
    """Raise if this is no `ClaimReview` that search engines take."""
    jsonschema.Draft202012Validator(SCHEMA).validate(content)
