import json

import pytest

from onewaytrade import robustness
from onewaytrade.robustness import Spread


@pytest.mark.parametrize(
    ("agreeing", "keeping", "total", "expected"),
    [
        (0, 0, 0, None),
        (2, 2, 2, "robust"),
        (1, 2, 2, "robust"),  # half of them agree, all have the sign
        (1, 3, 3, "fragile"),
        (2, 2, 3, "fragile"),  # the sign itself is a matter of choice
        (0, 2, 2, "alone"),
    ],
)
def test_the_word_follows_from_two_thresholds(agreeing, keeping, total, expected):
    assert robustness.word(agreeing, keeping, total) == expected
    assert expected is None or expected in robustness.ROBUSTNESS


def test_shares_are_of_the_definitions_that_vote():
    spread = Spread("fragile", "So.", same=6, others=9, voting=4, agreeing=1, keeping=4)
    assert (spread.share_agreeing, spread.share_same_sign) == (0.25, 1.0)
    alone = Spread(None, "", same=2, others=9, voting=0, agreeing=0, keeping=0)
    assert (alone.share_agreeing, alone.share_same_sign) == (None, None)


def test_a_spread_is_plain_json_with_an_open_end_as_null():
    spread = Spread(
        "robust", "So.", same=2, others=0, voting=1, agreeing=1, keeping=1, low=248.0, high=float("inf")
    )
    content = json.loads(json.dumps(spread.to_dict(), allow_nan=False))
    assert content["range"] == [248.0, None]
    assert {"range", "median", "share_agreeing", "definitions", "most_sensitive_to"} <= content.keys()
