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


def test_shares_leave_the_articles_own_definition_out():
    spread = Spread("fragile", "So.", same=5, others=9, agreeing=1, keeping=4)
    assert (spread.share_agreeing, spread.share_same_sign) == (0.25, 1.0)
    bundle = Spread("robust", "So.", same=7, others=0, agreeing=2, keeping=2, own=5)
    assert (bundle.share_agreeing, bundle.share_same_sign) == (1.0, 1.0), "each part has an own definition"
    alone = Spread(None, "", same=1, others=9, agreeing=0, keeping=0)
    assert (alone.share_agreeing, alone.share_same_sign) == (None, None)


def test_a_spread_is_plain_json_with_an_open_end_as_null():
    spread = Spread("robust", "So.", same=2, others=0, agreeing=1, keeping=1, low=248.0, high=float("inf"))
    content = json.loads(json.dumps(spread.to_dict(), allow_nan=False))
    assert content["range"] == [248.0, None]
    assert {"range", "median", "share_agreeing", "definitions", "most_sensitive_to"} <= content.keys()
