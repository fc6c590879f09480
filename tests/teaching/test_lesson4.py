"""Lesson 4: its right answers are those of the project's own methods, and its slips have their hints."""

import csv
from collections.abc import Iterator

import pytest

from onewaytrade import project
from onewaytrade.methods import partners
from onewaytrade.teaching import Lesson, open_lesson
from onewaytrade.teaching.exercises import lesson4


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return open_lesson(4)


def rows(dataset: str, **cells: str) -> Iterator[dict[str, str]]:
    """Read rows of a dataset as plain text, without pandas."""
    with (project.root() / "data" / dataset / "2026-11-23.csv").open(encoding="utf-8") as file:
        yield from (row for row in csv.DictReader(file) if cells.items() <= row.items())


def assert_right(lesson: Lesson, name: str, answer: object) -> None:
    told = lesson.look_at(name, {name: answer}, elsewhere=True)
    assert told.state == "right", told.hint


def customs(**choices: object) -> float:
    asked = {"partner": "United States", "currency": "USD", "end": "2025-05", "window": 12, "base": "2022"}
    found = partners.growth({**asked, **choices}).value
    assert found is not None
    return found


def test_the_american_gap_is_that_of_the_two_counts(lesson: Lesson) -> None:
    annual = next(rows("mirror", reporter="United States", period="2022"))
    here = next(rows("gacc-partners", partner="United States", flow="imports", currency="USD", period="2022"))
    assert_right(lesson, "us_gap", 100 * (float(here["value"]) - float(annual["value"]) / 1e3) / 153.8371)
    assert partners.two_sides()["ratio_start"][0] == pytest.approx(1 + lesson.exercises["us_gap"].right() / 100)


def test_growth_and_the_lag_are_those_of_the_notebook(lesson: Lesson) -> None:
    assert_right(lesson, "us_growth", customs())
    assert_right(lesson, "lagged_growth", customs(source="mirror", currency="own", lag=2))
    assert lesson.look_at("lagged_growth", {"lagged_growth": customs(currency="own")}).mistake == "no lag"


def test_a_margin_that_stays_cancels(lesson: Lesson) -> None:
    def in_levels(export_growth: float, before: float, after: float) -> float:
        exports = (200.0, 200.0 + 2 * export_growth)
        imports = (exports[0] * (100 + before), exports[1] * (100 + after))
        return 100 * (imports[1] - imports[0]) / imports[0]

    assert_right(lesson, "import_growth", in_levels)
    assert in_levels(-20, 10, 10) == pytest.approx(-20)


def test_japan_is_that_of_the_mirror_in_both_moneys(lesson: Lesson) -> None:
    asked = {"partner": "Japan", "end": "2024-12", "source": "mirror"}
    assert_right(
        lesson,
        "japan_growth",
        {"yen": customs(**asked, currency="own"), "dollars": customs(**asked, currency="USD")},
    )


def test_the_two_sides_are_those_of_the_notebook(lesson: Lesson) -> None:
    table, known = lesson.table("two_sides"), partners.two_sides().set_index("partner")
    ratio = table["imports_2022"] / table["exports_2022"]
    assert ratio[["United States", "Japan"]].to_dict() == pytest.approx(
        known["ratio_start"][["United States", "Japan"]].to_dict(), rel=1e-3
    )
    prints = {row["value"] for row in rows("mirror", reporter="Germany", period="2022")}
    assert prints == {"107", "106.8"}
    euro = next(rows("exchange-rates", pair="USD per EUR", statistic="annual average of daily", period="2022"))
    assert table["exports_2022"]["Germany"] == pytest.approx(106.8 * float(euro["rate"]))


def test_germany_is_bounded_as_in_the_notebook(lesson: Lesson) -> None:
    known = partners.workings("Germany", "USD").set_index("item")["value"]
    june = partners.june("Germany", "USD")
    assert june is not None
    base, last_june = known["Year 2022, first print"], june.last_year.value
    to_june = known["June to December 2024, month by month"] - last_june + known["plus January to June 2025"]
    ends = {
        name: 100 * ((to_june - sign * lesson4.STRAY / 100 * last_june) / base - 1)
        for name, sign in (("low", 1), ("high", -1))
    }
    assert_right(lesson, "germany_bounds", ends)
    # The notebook gives the least and the most of June for a figure that rounds to the printed one.
    least, most = (
        partners.june_needed("USD").set_index("partner").loc["Germany", ["needed_pct", "needed_high_pct"]]
    )
    assert_right(lesson, "june_needed", (least + most) / 2)


def june_for(lesson: Lesson, growth: float) -> float:
    """Return the growth of June, in per cent, that leads to a growth of the year, off the line of the bounds."""
    bounds = lesson.exercises["germany_bounds"].right()
    slope = (bounds["low"] - bounds["high"]) / (2 * lesson4.STRAY)
    return (growth - (bounds["low"] + bounds["high"]) / 2) / slope


def test_the_printed_figure_is_inside_the_wide_bounds_alone(lesson: Lesson) -> None:
    bounds = lesson.exercises["germany_bounds"].right()
    middle, half = (bounds["low"] + bounds["high"]) / 2, (bounds["high"] - bounds["low"]) / 2
    rounds_to = lesson4.PRINTED + 0.5
    reached = {stray: middle - half * stray / lesson4.STRAY <= rounds_to for stray in (20, 10, 5, 2)}
    assert reached == {20: True, 10: True, 5: False, 2: False}
    # The model answer tells in words what June takes for 18 exactly, and for a figure that rounds to it.
    assert lesson.exercises["june_needed"].right() == pytest.approx(12.5, abs=0.5)
    assert 5 < june_for(lesson, rounds_to) < 6


@pytest.mark.parametrize(
    ("name", "answer", "mistake"),
    [
        ("us_growth", 100 * (62.29 / 177.6 - 1), "mixed windows"),
        ("import_growth", lambda growth, before, after: growth + after - before, "percentages added"),
        ("japan_growth", {"yen": -0.7, "dollars": -0.7}, "one rate for both years"),
        ("germany_bounds", {"low": -17.1, "high": -17.1}, "bound taken for value"),
        ("hong_kong", "a", "last port taken for origin"),
        ("june_needed", 5.2, "edge of the rounding"),
    ],
)
def test_a_slip_made_by_hand_is_named(lesson: Lesson, name: str, answer: object, mistake: str) -> None:
    assert lesson.look_at(name, {name: answer}).mistake == mistake
