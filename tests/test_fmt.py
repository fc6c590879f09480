"""Numbers and periods as the reader sees them."""

import math

import pytest

from onewaytrade import fmt


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (2.675, 2, "2.68"),  # 2.67 in binary
        (-2.675, 2, "−2.68"),
        (-0.05, 1, "−0.1"),
        (-0.04, 1, "0.0"),
        (-0.4, 0, "0"),
        (0.5, 0, "1"),
        (1.5, 0, "2"),
        (2.5, 0, "3"),
        (1234567.25, 1, "1,234,567.3"),
        (1e16, 0, "10,000,000,000,000,000"),
        (3, 1, "3.0"),
    ],
)
def test_numbers_round_half_away_from_zero_and_never_to_minus_zero(value: float, decimals: int, expected: str):
    assert fmt.number(value, decimals) == expected


@pytest.mark.parametrize("missing", [None, math.nan])
def test_a_missing_number_is_a_dash_without_a_unit(missing: float | None):
    assert fmt.number(missing) == fmt.pct(missing) == fmt.interval(missing, missing) == "–"


def test_per_cent_and_points_keep_their_unit_on_the_line():
    assert fmt.pct(33.2) == "+33.2\N{NO-BREAK SPACE}%"
    assert fmt.pct(-11.36, 0) == "−11\N{NO-BREAK SPACE}%"
    assert fmt.pct(0.04) == "0.0\N{NO-BREAK SPACE}%"
    assert fmt.pct(4.8, sign=False) == "4.8\N{NO-BREAK SPACE}%"
    assert fmt.points(-0.73) == "−0.7\N{NO-BREAK SPACE}points"
    assert fmt.with_unit(48.2, "trn yuan") == "48.2\N{NO-BREAK SPACE}trn yuan"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-11.38, -11.25, "−11.4 to −11.3 %"),
        (-11.34, -11.26, "−11.3 %"),
        (3.0, None, "at least +3.0 %"),
        (None, 3.0, "at most +3.0 %"),
    ],
)
def test_intervals(low: float | None, high: float | None, expected: str):
    assert fmt.interval(low, high).replace(fmt.SPACE, " ") == expected


@pytest.mark.parametrize(
    ("text", "long", "short"),
    [
        ("2022", "2022", "2022"),
        ("2022Q4", "fourth quarter of 2022", "Q4 2022"),
        ("2022-12", "December 2022", "Dec 2022"),
        ("2025-01..2025-05", "January to May 2025", "Jan–May 2025"),
        ("2024-06..2025-05", "June 2024 to May 2025", "Jun 2024 to May 2025"),
        ("2024-06..2024-06", "June 2024", "Jun 2024"),
    ],
)
def test_periods(text: str, long: str, short: str):
    assert (fmt.period(text), fmt.period(text, short=True)) == (long, short)


@pytest.mark.parametrize("text", ["", "2022-13", "2022Q5", "May 2025", "2025-01..", "..2025-01", "2025-01..2025"])
def test_what_is_no_period_is_refused_by_name(text: str):
    with pytest.raises(ValueError, match="is no month"):
        fmt.period(text)


def test_join():
    assert [fmt.join(list("abc")[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert fmt.join(["up", "down"], "or") == "up or down"


def test_a_change_is_told_by_its_verb_and_not_by_a_sign():
    assert fmt.change(4.84) == "rose by 4.8\N{NO-BREAK SPACE}%"
    assert fmt.change(-100, 0) == "fell by 100\N{NO-BREAK SPACE}%"
    assert fmt.change(-0.04) == "did not change"


def test_every_verdict_has_a_shape_of_its_own():
    assert len({mark.glyph for mark in fmt.MARKS.values()}) == len(fmt.MARKS)
    assert len({(mark.marker, mark.fill, mark.colour) for mark in fmt.MARKS.values()}) == len(fmt.MARKS)


def test_a_count_agrees_with_its_noun() -> None:
    assert [fmt.counted(count, "row") for count in (0, 1, 1200)] == ["0 rows", "1 row", "1,200 rows"]
