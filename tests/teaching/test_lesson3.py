"""Lesson 3: its right answers are those of the project's own methods, and its slips have their hints."""

import pytest

from onewaytrade import measures
from onewaytrade.methods import commodities
from onewaytrade.teaching import Lesson, open_lesson
from onewaytrade.teaching.exercises import lesson3


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return open_lesson(3)


@pytest.fixture(scope="module")
def window() -> commodities.Window:
    return commodities.window("2025-06-09")


def assert_right(lesson: Lesson, name: str, answer: object) -> None:
    told = lesson.look_at(name, {name: answer}, elsewhere=True)
    assert told.state == "right", told.hint


def test_the_table_holds_what_the_release_prints(lesson: Lesson, window: commodities.Window) -> None:
    table, lines = lesson.table("lines"), commodities.lines(window).set_index("commodity")
    assert table["value_2025"].to_dict() == pytest.approx(lines["value_end"].drop(lesson3.OTHER_GRAIN).to_dict())
    # 10 kt in the release, million tonnes in the lesson.
    assert 100 * table.loc["Iron ore", "quantity_2024"] == pytest.approx(lines.loc["Iron ore", "quantity_start"])
    assert table["quantity_2025"].isna()["Machine tools"]
    assert "2025-06-09" in table.attrs["source"]


def test_all_imports_are_customs_own(lesson: Lesson, window: commodities.Window) -> None:
    table = lesson.table("all_imports")
    assert table.loc[window.start, "value"] == commodities.total_start(window)
    for currency, word in (("CNY", "yuan"), ("USD", "dollars")):
        known = commodities.total_growth(window, currency)
        assert table.loc[window.end, f"growth_in_{word}"] == pytest.approx(known.middle)


def test_growth_and_logs_are_those_of_the_decomposition(lesson: Lesson, window: commodities.Window) -> None:
    line = commodities.decomposed(window).set_index("commodity")
    ore, coal = line.loc["Iron ore"], line.loc["Coal and lignite"]
    assert_right(lesson, "iron_ore", {"quantity": ore["quantity_pct"], "value": ore["value_pct"]})
    assert_right(lesson, "coal_unit_value", coal["unit_value_pct"])
    logs = {"quantity": coal["quantity_log"], "unit value": coal["unit_value_log"], "value": coal["value_log"]}
    assert_right(lesson, "coal_logs", logs)
    assert logs["quantity"] + logs["unit value"] == pytest.approx(logs["value"])


def test_printed_values_fit_dollars_and_not_yuan(lesson: Lesson, window: commodities.Window) -> None:
    assert_right(lesson, "which_measure", "c")
    values = commodities.values(window).set_index("commodity")
    for line, printed in lesson3.PRINTED_VALUES.items():
        own = values.loc[line]
        assert own["value_usd_low_pct"] - 0.05 <= printed <= own["value_usd_high_pct"] + 0.05
        assert abs(own["value_pct"] - printed) > 0.5


def test_contributions_are_those_of_the_farm_goods(lesson: Lesson, window: commodities.Window) -> None:
    farm = commodities.farm_goods(window).set_index("commodity")["points"]
    assert_right(lesson, "farm_points", farm.iloc[0] - farm["Other farm goods"])

    def contribution(before: float, after: float, total: float) -> float:
        return (after / total - before / total) * 100

    assert_right(lesson, "contribution", contribution)


def test_index_numbers_are_the_projects_own(lesson: Lesson, window: commodities.Window) -> None:
    line = commodities.decomposed(window).set_index("commodity")
    found = measures.index_numbers(line.loc[list(lesson3.FOOD)])
    answer = {name: found[f"{name.lower()}_quantity"] for name in ("Laspeyres", "Paasche", "Fisher")}
    assert_right(lesson, "quantity_indices", answer)
    assert_right(lesson, "price_index", found["fisher_unit_value"])


@pytest.mark.parametrize(
    ("name", "answer", "mistake"),
    [
        ("coal_unit_value", -28.68 + 7.94, "percentages subtracted"),
        ("coal_logs", {"quantity": -7.9, "unit value": -22.5, "value": -28.7}, "per cent for log points"),
        ("contribution", lambda before, after, _total: 100 * (after / before - 1), "per cent for points"),
        ("farm_points", -10.9 - 3.1, "nested line counted twice"),
        ("farm_points", 94.9, "share of the change for points"),
        ("farm_points", 100 * (295.5 / 366.3 - 1), "growth of the parts for points"),
        ("quantity_indices", {"Laspeyres": -13.5, "Paasche": -15.2, "Fisher": 14.3}, "mean of per cents"),
        (
            "quantity_indices",
            {"Laspeyres": -15.2, "Paasche": -13.5, "Fisher": -14.3},
            "end weights for base weights",
        ),
    ],
)
def test_a_slip_made_by_hand_is_named(lesson: Lesson, name: str, answer: object, mistake: str) -> None:
    assert lesson.look_at(name, {name: answer}).mistake == mistake


def test_a_price_by_way_of_a_rounded_quantity_is_right(lesson: Lesson) -> None:
    price = 100 * ((1 - 0.1932) / (1 - 0.143) - 1)
    assert lesson.look_at("price_index", {"price_index": price}).state == "right"
