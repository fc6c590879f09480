"""The layout below the charts: words wrap, labels keep clear of each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from onewaytrade import page

places = st.lists(st.tuples(st.floats(-50, 150), st.floats(1, 12)), min_size=1, max_size=8)


@given(places)
def test_labels_never_overlap_and_keep_their_order(wanted: list[tuple[float, float]]):
    heights = [height for _, height in wanted]
    found = page.spread(sorted(place for place, _ in wanted), heights, 0, 100)
    for at in range(len(found) - 1):
        assert found[at + 1] - found[at] >= (heights[at] + heights[at + 1]) / 2 - 1e-6
    assert found[0] - heights[0] / 2 >= -1e-6
    assert found[-1] + heights[-1] / 2 <= 100 + 1e-6


def test_labels_with_room_stay_where_they_want_to_be():
    assert page.spread([10, 50, 90], [5, 5, 5], 0, 100) == pytest.approx([10, 50, 90])
    assert page.spread([50, 51], [10, 10], 0, 100) == pytest.approx([45.5, 55.5])


def test_lines_are_as_wide_as_there_is_room_and_break_at_no_no_break_space():
    text = "Imports fell by 5.2\N{NO-BREAK SPACE}% in quantity and by 20.7\N{NO-BREAK SPACE}% in value"
    wrapped = page.wrap(text, 1.5)
    assert wrapped.split() == text.split()
    assert all(page.text_width(line) <= 1.5 for line in wrapped.split("\n"))
    assert "5.2\N{NO-BREAK SPACE}%" in wrapped
    assert page.wrap("Unbreakable", 0.1) == "Unbreakable"


def test_a_balanced_text_has_no_last_line_of_one_word():
    text = "Most of China’s large suppliers sold it less in the first half of 2025"
    room = page.text_width(text) * 0.95
    greedy, balanced = page.wrap(text, room).split("\n"), page.balance(text, room).split("\n")
    assert len(greedy) == len(balanced) == 2
    assert len(greedy[1]) < len(balanced[1])


def test_ticks_show_only_the_decimals_that_they_need():
    assert page.tick_texts([2.8, 3.0], "") == ["2.8", "3.0"]
    assert page.tick_texts([-20.0, 0.0], "%") == ["−20\N{NO-BREAK SPACE}%", "0\N{NO-BREAK SPACE}%"]
    assert page.tick_texts([0.25], "", sign=True) == ["+0.25"]
    assert page.tick_texts([0.675, 0.7], "", most=3) == ["0.675", "0.700"]


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("ink", [page.INK, page.QUIET, *(style.ink for style in page.STYLES)])
def test_text_has_the_contrast_that_wcag_asks_for(ink: str):
    assert 1.05 / (_luminance(ink) + 0.05) >= 4.5
