"""The right answers of lesson 1 by another way: the methods of the project's notebooks, and sums over files."""

import csv
import statistics
from collections.abc import Mapping
from pathlib import Path

import pytest

from onewaytrade import measures
from onewaytrade.methods import cpb
from onewaytrade.teaching import open_lesson

ROOT = Path(__file__).parents[2]
WINDOW = ("2022-12", "2025-03")


def right(name: str) -> float:
    answer: float = open_lesson(1).exercises[name].right()  # type: ignore[union-attr, assignment, call-arg]
    return answer


def volume(flow: str) -> Mapping[str, float]:
    return cpb.series("2026-01", flow, "China", "volume")


def in_dollars(dataset: str, flow: str, months: tuple[str, ...], source: str) -> float:
    """Add up a flow over some months, in the unit of the file."""
    with next((ROOT / "data" / dataset).glob("*.csv")).open(encoding="utf-8") as file:
        rows = [
            float(row["value"])
            for row in csv.DictReader(file)
            if (row["flow"], row["frequency"], row["source_id"]) == (flow, "monthly", source)
            and row["period"] in months
        ]
    assert len(rows) == len(months)
    return sum(rows)


def test_the_window_of_the_article() -> None:
    grown = {flow: measures.window_growth(volume(flow), *WINDOW) for flow in ("exports", "imports")}
    assert right("export_growth") == pytest.approx(grown["exports"])
    assert right("growth_gap") == pytest.approx(grown["exports"] - grown["imports"])


def test_all_starts_as_the_notebook_on_the_export_surge_has_them() -> None:
    starts = cpb.growth_from_starts("2026-01", "China", *WINDOW)
    rates = starts.loc[starts["series"] == "Exports", "growth_pct"].tolist()
    assert len(rates) == 24
    expected = {"lowest": min(rates), "median": statistics.median(rates), "highest": max(rates)}
    assert right("starts") == pytest.approx(expected)


def test_years_against_years() -> None:
    averages = cpb.averages("2026-01", "China", *WINDOW)
    last = [volume("exports")[month] for month in measures.months_between("2024-04", "2025-03")]
    base = [volume("exports")[month] for month in measures.months_between("2022-01", "2022-12")]
    assert right("year_growth") == pytest.approx(100 * (statistics.fmean(last) / statistics.fmean(base) - 1))
    assert right("year_growth") == pytest.approx(averages["Exports, %"].iloc[-1], abs=0.05)


def test_the_adjusted_window_in_dollars() -> None:
    start, end = (in_dollars("oecd-fred-trade", "exports", (month,), "S003") for month in WINDOW)
    assert right("adjusted_growth") == pytest.approx(100 * (end - start) / start)


def test_january_and_february_together_and_per_day() -> None:
    before, after = (
        in_dollars("gacc-totals", "imports", (f"{year}-01", f"{year}-02"), "S001") for year in (2023, 2024)
    )
    assert right("both_months") == pytest.approx(100 * (after - before) / before)
    days = [measures.days_of(f"{year}-01..{year}-02") for year in (2023, 2024)]
    assert days == [59, 60]
    assert right("per_day") == pytest.approx(100 * (after * 59 / (before * 60) - 1))


def test_what_the_model_answers_say_in_words() -> None:
    starts = cpb.growth_from_starts("2026-01", "China", *WINDOW)
    wide = starts.pivot(index="start", columns="series", values="growth_pct")
    assert (wide["Exports"] > wide["Imports"]).all()
    assert wide["Exports"].idxmax() == WINDOW[0]  # the start that gives the largest number
    assert (wide["Exports"].min(), wide["Exports"].max()) == (
        pytest.approx(12.5, abs=1),
        pytest.approx(100 / 3, abs=1),
    )
    assert (wide["Imports"].min(), wide["Imports"].max()) == (pytest.approx(-5, abs=1), pytest.approx(10, abs=1))
    assert 18 < right("year_growth") < 20  # “not quite a fifth”


@pytest.mark.parametrize(
    ("name", "answer", "mistake"),
    [
        ("growth_gap", (123.52 - 92.71) - (97.71 - 93.24), "index points for percentage points"),
        ("growth_gap", 33.2 - 4.6, "rounded on the way"),
    ],
)
def test_a_slip_made_by_hand_is_named(name: str, answer: float, mistake: str) -> None:
    assert open_lesson(1).look_at(name, {name: answer}).mistake == mistake


def test_a_gap_of_two_rounded_rates_is_right() -> None:
    assert open_lesson(1).look_at("growth_gap", {"growth_gap": 33.2 - 4.8}).state == "right"
