"""Every figure of a claim's evidence is where the register says, and the claim's own answer comes out of it."""

import csv
import functools
import hashlib
import importlib
import io
import json
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from copies import add_edition, copy_of

from onewaytrade import claims, cli, datasets, definitions, evidence, methods, project
from onewaytrade.choices import CHECKLISTS, find
from onewaytrade.claims import Claim, Evidence, Part, Selector, Stretch
from onewaytrade.errors import ClaimError, NoFigureError
from onewaytrade.evidence import Found

REGISTER = claims.register()
ENTRIES = [(name, number) for name, own in REGISTER.items() for number in range(len(own.evidence))]
_NAMED = re.compile(r"\b([SA]\d{3})(?: to ([SA]\d{3}))?")
_OTHERWISE = re.compile(r"\b([SA]\d{3}), (press|primary|implied|mirror)\b")
# Where the register grades its evidence below what the rows' own source is: the article is the first hand for its
# words and no more than press for what it reports; a ratio from press figures, and a claim read off another's.
BELOW = {("headline-surge-stagnation", 2), ("london-framework", 0), ("eu-ipi-5m", 2), ("cause-imbalance", 1)} | {
    ("cause-luxury-spending", 1)
}


def found_in(name: str, number: int) -> tuple[Found, ...]:
    return evidence.of_entry(REGISTER[name], REGISTER[name].evidence[number])


@functools.cache
def lines_of(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").split("\n")


@pytest.mark.parametrize(("name", "number"), ENTRIES)
def test_every_piece_of_evidence_is_found_in_its_line(name: str, number: int):
    found = found_in(name, number)
    assert found, "the entry selects no rows"
    for own in found:
        header, line = (next(csv.reader([lines_of(own.file.path)[at - 1]])) for at in (1, own.line))
        row = dict(zip(header, line, strict=True))
        assert own.value == next(row[column] for column in ("value_text", "value", "index", "rate", "where") if row.get(column)) or own.rate
        assert own.period == row.get("period", row.get("month", ""))
        assert (own.source_id, own.rate) == (row.get("source_id", ""), row.get("yoy_published_pct", ""))
        assert own.file.dataset == REGISTER[name].evidence[number].dataset
        assert own.label or own.file.dataset == "sources"


@pytest.mark.parametrize(("name", "number"), ENTRIES)
def test_the_sources_that_a_place_names_are_those_of_its_rows(name: str, number: int):
    place = REGISTER[name].evidence[number].place
    named = _NAMED.findall(place)
    if not named:
        return
    ends = {end for pair in named for end in pair if end}
    allowed = {
        f"{first[0]}{count:03}" for first, last in named for count in range(int(first[1:]), int((last or first)[1:]) + 1)
    }
    found = {own.source_id for own in found_in(name, number)}
    assert ends <= found <= allowed
