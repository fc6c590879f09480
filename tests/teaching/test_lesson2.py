"""The right answers of lesson 2 by another way: the methods of the project's notebooks, and arithmetic by hand."""

from statistics import fmean
from typing import Any

import pytest

from onewaytrade import measures
from onewaytrade.methods import cpb, customs
from onewaytrade.teaching import open_lesson

EDITION = "2026-01"


def right(name: str) -> Any:
    return open_lesson(2).exercises[name].right()  # type: ignore[call-arg]


def of_china(measure: str, year: str) -> float:
    series = cpb.series(EDITION, "exports", "China", measure)
    return fmean(series[month] for month in measures.months_of(year))


def test_one_year_in_two_currencies() -> None:
    asked = {"flow": "exports", "start": "2023", "end": "2024", "source": "gacc-totals"}
    grown = {
        name: customs.growth({**asked, "currency": currency}).value
        for currency, name in customs.CURRENCIES.items()
    }
    assert right("two_growths") == pytest.approx(grown)


@pytest.mark.parametrize(
    ("dollars", "rate", "yuan"), [(50.0, 50.0, 125.0), (10.0, 20.0, 32.0), (-50.0, 100.0, 0.0)]
)
def test_factors_are_multiplied(dollars: float, rate: float, yuan: float) -> None:
    assert open_lesson(2).exercises["in_yuan"].right(dollars, rate) == pytest.approx(yuan)  # type: ignore[call-arg]


def test_the_rate_behind_2023_is_that_of_the_notebook_on_customs() -> None:
    split = customs.identity().set_index(["flow", "period"]).loc[("exports", "2023")]
    assert split["rate_low_pct"] < right("dearer_dollar") < split["rate_high_pct"]
    assert right("dearer_dollar") == pytest.approx(100 * (1.006 / 0.954 - 1))


def test_unit_values_are_those_of_cpb() -> None:
    unit_values = cpb.series(EDITION, "exports", "China", "unit_value")
    assert right("price_change") == pytest.approx(measures.window_growth(unit_values, "2022-12", "2025-03"))


def test_real_growth_of_2023() -> None:
    prices = of_china("unit_value", "2023") / of_china("unit_value", "2022")
    assert right("real_growth") == pytest.approx(100 * (0.954 / prices - 1))


def test_levels_of_the_first_prints() -> None:
    found = customs.recomputed("CNY").set_index(["flow", "period"])
    for flow, rate in right("first_print").items():
        row = found.loc[(flow, "2023")]
        assert row["low_pct"] < rate < row["high_pct"]
    by_hand = {"exports": 100 * (23.77 / 23.97 - 1), "imports": 100 * (17.99 / 18.10 - 1)}
    assert right("first_print") == pytest.approx(by_hand)


def test_rounding_does_not_explain_the_puzzle() -> None:
    found = customs.recomputed("CNY").set_index(["flow", "period"]).loc[("exports", "2023")]
    assert found["high_pct"] - found["low_pct"] < 0.1  # “a few hundredths” either way
    assert found["high_pct"] < 0 < found["published_pct"]


def test_the_revision_is_that_of_the_notebook_on_customs() -> None:
    found = customs.revision().set_index(["flow", "currency"])
    low, high = found.loc[("exports", "CNY"), ["low_pct", "high_pct"]]
    assert low < right("revision") < high
    seen = found.loc[("exports", "USD"), ["low_pct", "high_pct"]]
    assert right("revision") == pytest.approx(seen.mean(), abs=0.1)  # what is inferred in yuan is seen in dollars


def test_chained_rates_as_the_notebook_on_customs_chains_them() -> None:
    product, levels = customs.chained_and_levels("exports")
    assert right("chained") == ("a" if product > levels else "b")
    assert abs(product - levels) > 0.2  # more than what the rounding of two rates can do


def test_what_the_lesson_says_in_words() -> None:
    rates = open_lesson(2).table("published")
    assert list(rates.loc["2023", ["exports_yuan", "exports_dollars"]]) == [0.6, -4.6]
    assert of_china("volume", "2023") > of_china("volume", "2022")
    assert right("real_growth") > 0
    for flow in customs.FLOWS:  # “in yuan every rate is higher than in dollars”
        assert (rates[f"{flow}_yuan"] > rates[f"{flow}_dollars"]).all()
    follows = customs.follows(customs.monthly_rates())  # customs’ rate follows the market’s a month later
    assert follows["Market, month before"] > follows["Market"]


@pytest.mark.parametrize(
    ("name", "answer", "mistake"),
    [
        ("real_growth", 100 * (0.954 / (1 - 0.141) - 1), "deflator of another time"),
        ("real_growth", -4.6 / 0.925, "a rate divided by an index"),
        ("revision", 23.77 / 1.006 - 23.97, "trillions for per cent"),
    ],
)
def test_a_slip_made_by_hand_is_named(name: str, answer: float, mistake: str) -> None:
    assert open_lesson(2).look_at(name, {name: answer}).mistake == mistake
