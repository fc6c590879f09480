import math

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from onewaytrade import measures
from onewaytrade.measures import Interval, MeasureError

finite = st.floats(-1e6, 1e6)
positive = st.floats(0.01, 1e6)
intervals = st.tuples(finite, finite).map(lambda ends: Interval(min(ends), max(ends)))
positive_intervals = st.tuples(positive, positive).map(lambda ends: Interval(min(ends), max(ends)))
months = st.integers(1990 * 12, 2040 * 12).map(measures.month_of)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (0.5, 1, 1.0),
        (-0.5, 1, -1.0),
        (2.5, 1, 3.0),
        (-2.5, 1, -3.0),
        (2.675, 0.01, 2.68),
        (33.4999, 1, 33.0),
        (-0.049, 0.1, 0.0),
        (45.0, 10, 50.0),
        (-45.0, 10, -50.0),
        (44.9, 10, 40.0),
    ],
)
def test_halves_round_away_from_zero(value, unit, expected):
    assert measures.round_half_away(value, unit) == expected


def test_rounding_never_gives_minus_zero():
    assert math.copysign(1, measures.round_half_away(-0.2)) == 1


@given(finite, st.sampled_from([10, 1, 0.1, 0.01]))
def test_rounding_moves_by_at_most_half_a_unit_and_is_odd(value, unit):
    rounded = measures.round_half_away(value, unit)
    assert abs(rounded - value) <= unit / 2 * (1 + 1e-9) + 1e-9
    assert measures.round_half_away(-value, unit) == -rounded


@pytest.mark.parametrize(
    ("period", "first", "last", "count"),
    [
        ("2022", "2022-01", "2022-12", 12),
        ("2022Q4", "2022-10", "2022-12", 3),
        ("2022Q1", "2022-01", "2022-03", 3),
        ("2025-03", "2025-03", "2025-03", 1),
        ("2024-06..2025-05", "2024-06", "2025-05", 12),
    ],
)
def test_periods_are_read(period, first, last, count):
    found = measures.months_of(period)
    assert (found[0], found[-1], len(found)) == (first, last, count)


@pytest.mark.parametrize("period", ["2022-13", "2022Q5", "22", "2025-05..2025-01", "2025-01..", "May 2025", ""])
def test_what_is_no_period_is_refused_in_one_sentence(period):
    with pytest.raises(MeasureError, match="is no period: write 2022, 2022Q4"):
        measures.months_of(period)


@given(months, st.integers(-400, 400))
def test_shifting_a_month_there_and_back_returns(month, by):
    assert measures.shift_month(measures.shift_month(month, by), -by) == month


def test_trailing_twelve_months_to_december_is_the_calendar_year():
    assert measures.months_of(measures.trailing("2022-12")) == measures.months_of("2022")


def test_leap_years_have_a_day_more():
    assert measures.days_of("2024-01..2024-05") == 152
    assert measures.days_of("2025-01..2025-05") == 151


@given(positive, positive)
def test_growth_there_and_back_cancels(start, end):
    there, back = measures.growth(start, end), measures.growth(end, start)
    assert (1 + there / 100) * (1 + back / 100) == pytest.approx(1)


@pytest.mark.parametrize(("start", "end"), [(0, 1), (-1, 1), (math.nan, 1), (1, math.nan), (1, math.inf)])
def test_growth_needs_a_positive_start_and_two_numbers(start, end):
    with pytest.raises(MeasureError, match="a positive start is needed"):
        measures.growth(start, end)


@given(st.floats(-90, 500), st.integers(6, 120))
def test_the_annual_rate_compounds_to_the_whole(pct, length):
    annual = measures.annual_rate(pct, length)
    assert (1 + annual / 100) ** (length / 12) == pytest.approx(1 + pct / 100)


def test_one_year_is_its_own_annual_rate():
    assert measures.annual_rate(7.0, 12) == pytest.approx(7.0)


def test_the_distance_of_periods_is_taken_between_their_middles():
    assert measures.months_apart("2022-12", "2025-03") == 27
    assert measures.months_apart("2022", "2024-04..2025-03") == 27
    assert measures.months_apart("2022Q4", "2025Q1") == 27


@given(intervals, intervals, st.floats(0, 1), st.floats(0, 1))
def test_interval_arithmetic_holds_every_result(a, b, s, t):
    x, y = a.low + s * (a.high - a.low), b.low + t * (b.high - b.low)
    assume(x in a and y in b)
    slack = 1e-6 * (1 + abs(x) + abs(y)) ** 2
    for whole, part in ((a + b, x + y), (a - b, x - y), (a * b, x * y)):
        assert whole.low - slack <= part <= whole.high + slack


@given(positive_intervals, positive_intervals, st.floats(0, 1), st.floats(0, 1))
def test_the_growth_interval_holds_the_growth_of_any_two_levels(a, b, s, t):
    x, y = a.low + s * (a.high - a.low), b.low + t * (b.high - b.low)
    whole = measures.growth_interval(a, b)
    point = measures.growth(x, y)
    slack = 1e-6 * (1 + abs(point))
    assert whole.low - slack <= point <= whole.high + slack


def test_an_interval_cannot_stand_on_its_head_nor_be_divided_by_zero():
    with pytest.raises(ValueError, match="low <= high"):
        Interval(2, 1)
    with pytest.raises(ZeroDivisionError):
        Interval(1, 2) / Interval(-1, 1)


def test_a_printed_number_stands_for_all_that_round_to_it():
    assert measures.rounded(7.27, 0.01).low == pytest.approx(7.265)
    assert measures.rounded(-3.8, 0.1).high == pytest.approx(-3.75)


def test_an_implied_base_gives_the_published_growth_back():
    base = measures.implied_base(measures.exact(62.29), -7.4)
    growth = measures.growth_interval(base, measures.exact(62.29))
    assert growth.low == pytest.approx(-7.45)
    assert growth.high == pytest.approx(-7.35)


@pytest.fixture
def series() -> pd.Series:
    return pd.Series([100.0, 110.0, 120.0, 132.0], index=["2022-11", "2022-12", "2023-01", "2023-02"])


def test_window_growth_by_hand(series):
    assert measures.window_growth(series, "2022-12", "2023-02") == pytest.approx(20.0)
    assert measures.window_growth(series, "2022-11..2022-12", "2023-01..2023-02") == pytest.approx(20.0)


def test_a_month_outside_the_data_is_named_with_the_range(series):
    with pytest.raises(MeasureError, match=r"do not have 2023-03: they hold 2022-11 to 2023-02\."):
        measures.window_growth(series, "2022-12", "2023-03")


def test_a_gap_is_never_bridged(series):
    with pytest.raises(MeasureError, match="needs 2022-12"):
        measures.mean_over(series.drop("2022-12"), "2022-11..2023-01")
    with pytest.raises(MeasureError, match="needs 2022-12"):
        measures.mean_over(series.replace(110.0, math.nan), "2022-11..2023-01")
    with pytest.raises(MeasureError, match="they hold no month"):
        measures.mean_over(series[:0], "2022-11..2023-01")
    with pytest.raises(MeasureError, match="2022-12 stands twice"):
        measures.mean_over(pd.concat([series, series[["2022-12"]]]), "2022-11..2023-01")


def test_growth_from_every_start(series):
    table = measures.growth_from_starts(series, ["2022-11", "2022-12"], "2023-02")
    assert table["growth_pct"].tolist() == pytest.approx([32.0, 20.0])


@given(st.floats(-90, 300), st.floats(-90, 300))
def test_logs_add_up_to_the_product(volume, price):
    parts = measures.decompose_logs({"volume": volume, "unit_value": price})
    value = 100 * ((1 + volume / 100) * (1 + price / 100) - 1)
    assert parts["volume"] + parts["unit_value"] == pytest.approx(parts["product"])
    assert parts["product"] == pytest.approx(100 * math.log1p(value / 100), abs=1e-9)


levels = st.floats(1, 1000)
basket_lines = st.lists(st.tuples(levels, levels, levels, levels), min_size=1, max_size=6)


def frame_of(lines):
    return pd.DataFrame(lines, columns=["quantity_start", "quantity_end", "value_start", "value_end"])


def ratio(pct):
    return 1 + pct / 100


@given(basket_lines)
def test_index_numbers_have_the_properties_of_the_textbook(lines):
    index = {name: ratio(pct) for name, pct in measures.index_numbers(frame_of(lines)).items()}
    value = sum(line[3] for line in lines) / sum(line[2] for line in lines)
    assert index["value"] == pytest.approx(value, rel=1e-6)
    for kind in ("quantity", "unit_value"):
        low, high = sorted((index[f"laspeyres_{kind}"], index[f"paasche_{kind}"]))
        assert low * (1 - 1e-9) <= index[f"fisher_{kind}"] <= high * (1 + 1e-9)
    assert index["fisher_quantity"] * index["fisher_unit_value"] == pytest.approx(value, rel=1e-6)
    assert index["laspeyres_quantity"] * index["paasche_unit_value"] == pytest.approx(value, rel=1e-6)


@given(basket_lines, st.floats(0.001, 1000))
def test_index_numbers_do_not_depend_on_units(lines, scale):
    other = [(q0 * scale, q1 * scale, v0, v1) for q0, q1, v0, v1 in lines[:1]] + lines[1:]
    before, after = measures.index_numbers(frame_of(lines)), measures.index_numbers(frame_of(other))
    for name, pct in before.items():
        assert ratio(after[name]) == pytest.approx(ratio(pct), rel=1e-6)


@given(basket_lines)
def test_an_unchanged_basket_has_no_growth(lines):
    same = [(q0, q0, v0, v0) for q0, _, v0, _ in lines]
    assert list(measures.index_numbers(frame_of(same)).values()) == pytest.approx([0] * 7, abs=1e-6)


def test_index_numbers_by_hand():
    # Two goods: quantities 10→20 and 10→10 at prices 1→1 and 2→3.
    index = measures.index_numbers(frame_of([(10, 20, 10, 20), (10, 10, 20, 30)]))
    assert index["laspeyres_quantity"] == pytest.approx(100 * (40 / 30 - 1))
    assert index["paasche_quantity"] == pytest.approx(100 * (50 / 40 - 1))
    assert index["laspeyres_unit_value"] == pytest.approx(100 * (40 / 30 - 1))
    assert index["value"] == pytest.approx(100 * (50 / 30 - 1))


def test_index_numbers_refuse_a_missing_quantity():
    with pytest.raises(MeasureError, match="positive quantity and value"):
        measures.index_numbers(frame_of([(10, math.nan, 10, 20)]))


@given(basket_lines)
def test_values_split_into_quantity_and_unit_value(lines):
    split = measures.decompose_value(frame_of(lines))
    assert (split["quantity_log"] + split["unit_value_log"]).tolist() == pytest.approx(
        split["value_log"].tolist(), abs=1e-6
    )


def test_contributions_add_up_to_the_growth_of_the_total():
    start, end = pd.Series([30.0, 70.0]), pd.Series([33.0, 63.0])
    points = measures.contributions(start, end, 100.0)
    assert points.tolist() == pytest.approx([3.0, -7.0])
    assert points.sum() == pytest.approx(measures.growth(100.0, 96.0))


def test_a_day_more_lowers_the_rate_per_day():
    assert measures.growth_at_day_rate(0.0, "2024-01..2024-05", "2025-01..2025-05") == pytest.approx(
        100 * (152 / 151 - 1)
    )


@pytest.mark.parametrize(
    ("period", "by", "shifted"),
    [
        ("2022", 1, "2023"),
        ("2022Q4", -1, "2021Q4"),
        ("2024-02", -2, "2022-02"),
        ("2024-06..2025-05", 1, "2025-06..2026-05"),
    ],
)
def test_a_period_moves_by_whole_years_at_both_ends(period, by, shifted):
    assert measures.shift_years(period, by) == shifted


def test_rates_compound_and_a_ratio_is_a_growth():
    assert measures.compound(10, -10) == pytest.approx(-1)
    assert measures.compound() == 0
    assert measures.as_growth(Interval(0.5, 1.25)) == Interval(-50, 25)


@pytest.mark.parametrize("figures", [{"a": 1, "b": 2.5}, pd.Series([1.0, 2.5], index=["a", "b"])])
def test_figures_are_looked_up_by_name_and_are_numbers_even_of_no_names(figures):
    names = pd.Series(["b", "c", "a"], index=[7, 8, 9])
    expected = pd.Series([2.5, float("nan"), 1.0], index=[7, 8, 9])
    pd.testing.assert_series_equal(measures.look_up(names, figures), expected)
    assert (100 * measures.look_up(names[:0], figures)).dtype == float
