import pytest

from onewaytrade.errors import ParameterError
from onewaytrade.nearest import check_choice, nearest


@pytest.mark.parametrize(
    ("wanted", "known", "near"),
    [
        ("Chian", ("Japan", "China"), "China"),
        ("usd", ("CNY", "USD", "own"), "USD"),
        ("2031", ("2019", "2020", "2025"), "2025"),
        ("2016", ("2019", "2020", "2025"), "2019"),
        (1999, ("2019", "2020"), "2019"),
        ("2O20", ("2019", "2020"), "2020"),
    ],
)
def test_the_nearest_is_by_distance_of_years_or_by_spelling(wanted, known, near):
    assert nearest(wanted, known) == near


def test_a_known_value_passes_and_another_is_refused_with_the_nearest():
    check_choice("currency", "USD", ("CNY", "USD"))
    told = r"^currency='usd' is not one of 'CNY', 'USD'; the nearest is 'USD'\.$"
    with pytest.raises(ParameterError, match=told):
        check_choice("currency", "usd", ("CNY", "USD"))
    told = r"^year='2020' is no year of the count; the nearest is '2021', and all are 2021, 2022\.$"
    with pytest.raises(ParameterError, match=told):
        check_choice("year", "2020", ("2021", "2022"), why="no year of the count")
