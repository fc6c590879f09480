"""Lesson 5: its answers agree with the project's own methods, and its rules say what they seem to say."""

import functools
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from onewaytrade import datasets, measures
from onewaytrade.methods import cpb
from onewaytrade.teaching import open_lesson
from onewaytrade.teaching.checking import Function, Number, Numbers
from onewaytrade.teaching.exercises import lesson5

if TYPE_CHECKING:
    import pandas as pd

LESSON = open_lesson(5)


def right(name: str) -> Any:
    exercise = LESSON.exercises[name]
    assert isinstance(exercise, Number | Numbers)
    return exercise.right()


@functools.cache
def by_the_project(column: str) -> "pd.Series[float]":
    """Return a series by the project's own methods; in yuan from its dollars and the file of exchange rates."""
    flow, measure = column.split()
    if measure == "customs":
        return cpb.customs_value(flow)
    if measure != "yuan":
        return cpb.series("pinned", flow, "China", {"dollars": "value"}.get(measure, measure))
    rates = datasets.load("exchange-rates").query(
        "pair == 'CNY per USD' and statistic == 'monthly average of daily'"
    )
    return (cpb.series("pinned", flow, "China", "value") * rates.set_index("period")["rate"]).dropna()


def grow(column: str, start: str, end: str, months: int) -> float:
    windows = (measures.trailing(start, months), measures.trailing(end, months))
    return measures.window_growth(by_the_project(column), *windows)


def grid() -> list[tuple[str, str, str, int]]:
    everything = product(
        ("volume", "dollars", "yuan", "customs"),
        ("2022-11", "2022-12", "2023-01"),
        ("2025-02", "2025-03"),
        (1, 3, 12),
    )
    return [
        (measure, start, end, months)
        for measure, start, end, months in everything
        if not (months == 1 and start == "2023-01")
        and not (months == 1 and end == "2025-02")
        and not (measure == "customs" and months != 12)
    ]


def test_twelve_months_are_the_projects_own_average() -> None:
    assert right("twelve_months") == pytest.approx(grow("exports volume", "2022-12", "2025-03", 12))


@pytest.mark.parametrize("flow", ["exports", "imports"])
def test_every_definition_of_the_grid_agrees_with_the_projects_method(flow: str) -> None:
    tool = LESSON.exercises["window_growth"]
    assert isinstance(tool, Function)
    for measure, *window in grid():
        column = f"{flow} {measure}"
        assert tool.right(column, *window) == pytest.approx(grow(column, *window))


def test_what_may_vote_and_what_it_supports() -> None:
    kept = grid()
    assert right("defensible") == len(kept)
    exports, imports = ([grow(f"{flow} {one[0]}", *one[1:]) for one in kept] for flow in ("exports", "imports"))
    supporting = right("supporting")
    assert supporting == pytest.approx(
        {
            "rounds to 33": 100 * sum(32.5 <= value < 33.5 for value in exports) / len(kept),
            "exports rose": 100 * sum(value > 0 for value in exports) / len(kept),
            "exports outgrew imports": 100
            * sum(one > other for one, other in zip(exports, imports, strict=True))
            / len(kept),
        }
    )
    # What the text and the model answers rest on.
    assert supporting["exports outgrew imports"] == 100
    assert 0 < supporting["exports rose"] < 100
    volumes = [value for value, one in zip(exports, kept, strict=True) if one[0] == "volume"]
    assert 15 < min(volumes) < 17
    assert 33 < max(volumes) < 34


def test_the_oecd_copies_and_customs_does_not() -> None:
    value = cpb.series("pinned", "exports", "China", "value")
    oecd = datasets.load("oecd-fred-trade").query("flow == 'exports'").set_index("period")["value"]
    customs = cpb.customs_value("exports")
    ends = [f"{year}-{month}" for year in (2023, 2024) for month in ("03", "06", "09", "12")] + ["2025-03"]
    apart = {"OECD": 0.0, "customs": 0.0}
    for end in ends:
        window = (measures.trailing(measures.shift_month(end, -12), 3), measures.trailing(end, 3))
        own = measures.window_growth(value, *window)
        for name, series in {"OECD": oecd, "customs": customs}.items():
            apart[name] = max(apart[name], abs(measures.window_growth(series, *window) - own))
    assert right("apart") == pytest.approx(apart, abs=1e-9)
    assert apart["OECD"] < 1e-6
    assert apart["customs"] > 1


def test_revisions_are_those_of_the_editions() -> None:
    volumes = {edition: cpb.series(edition, "imports", "China", "volume") for edition in ("2025-01", "2026-01")}
    for end, points in right("revised_by").items():
        rates = {edition: measures.growth(volume["2022-12"], volume[end]) for edition, volume in volumes.items()}
        assert points == pytest.approx(rates["2026-01"] - rates["2025-01"])


def test_the_january_is_no_usual_revision_as_the_text_says() -> None:
    table = LESSON.table("vintages")
    rates = 100 * (table / table.loc["2022-12"] - 1)
    moved = (rates["2026-01"] - rates["2025-01"]).abs()
    assert moved["2023-01":"2024-12"].max() < 2.5
    assert moved["2025-01"] > 5


def test_a_student_may_change_a_table_without_changing_the_answers() -> None:
    before = right("twelve_months")
    for name in lesson5.TABLES:
        table = LESSON.table(name)
        table.iloc[:, :] = 1.0
    assert right("twelve_months") == before
