"""Lesson 6: its answers agree with the project's own methods, or with the printed rows themselves."""

from typing import Any

import pytest

from onewaytrade import claims, datasets
from onewaytrade.methods import customs, procurement, remedies
from onewaytrade.teaching import open_lesson
from onewaytrade.teaching.checking import Choice, Function, Number, Numbers
from onewaytrade.teaching.exercises import lesson6

LESSON = open_lesson(6)


def right(name: str) -> Any:
    exercise = LESSON.exercises[name]
    assert isinstance(exercise, Number | Numbers | Choice)
    return exercise.right()


def printed(dataset: str, measure: str, period: str) -> float:
    """Return one printed number, straight from the dataset that the project checks."""
    rows = datasets.load(dataset).query("measure == @measure and period == @period and basis == 'printed'")
    return float(rows["value"].iloc[0])


def test_the_target_rose_from_a_half_to_seven_tenths() -> None:
    measure = "domestic share target for mid/high-end devices in hospital procurement"
    early, late = printed("eu-ipi", measure, "2020"), printed("eu-ipi", measure, "2025")
    assert right("target") == pytest.approx({"points": late - early, "per cent": 100 * (late - early) / early})


def test_cases_are_those_that_the_project_adds_up() -> None:
    sums = remedies.sums("2023", lesson6.PRINTED).set_index("name")["low"]
    assert right("opened") == sums["all cases"]
    # The text says that the sum lies just below the article's figure.
    assert sums["China only"] < right("opened") < lesson6.PRINTED


def test_the_article_prints_what_is_spread_over_the_months() -> None:
    article = claims.get("trade-remedies-250").printed.value
    years = 2025 - 2023 + 6 / 12
    assert right("per_year") == pytest.approx(article / years)


def test_the_government_buys_a_small_part() -> None:
    least = procurement.at_least("2022").set_index("beside")["ratio"]
    assert right("government_share") == pytest.approx(100 / least["Government procurement"], rel=1e-5)


@pytest.mark.parametrize(("whole", "share"), [("GDP", 2.9), ("All fiscal spending", 9.4)])
def test_the_whole_behind_a_share_is_the_one_that_the_project_implies(whole: str, share: float) -> None:
    tool = LESSON.exercises["implied_whole"]
    assert isinstance(tool, Function)
    part = printed("procurement", "government procurement (budget entities)", "2022") / 10_000
    implied = procurement.implied("2022").set_index("whole")
    assert tool.right(part, share) == pytest.approx(implied.loc[whole, "value"])
    # The interval that the notebook prints for GDP; the project also rounds the part.
    if whole == "GDP":
        assert tool.right(part, share + 0.05) == pytest.approx(implied.loc[whole, "low"], rel=1e-5)
        assert tool.right(part, share - 0.05) == pytest.approx(implied.loc[whole, "high"], rel=1e-5)


def test_large_tenders_are_as_many_times_larger_as_the_project_says() -> None:
    times, allowed = procurement.size_ratio(10)
    assert right("size_ratio") == pytest.approx(times)
    # The teacher is told where the answer may lie.
    assert (round(allowed.low), round(allowed.high)) == (26, 51)


def test_medical_exports_took_away_from_growth() -> None:
    assert right("medical_points") == pytest.approx(customs.medical_weight()["points"])
    assert right("medical_points") < 0


def test_numbers_in_the_text_are_those_of_the_tables() -> None:
    cases = LESSON.table("cases")
    assert cases.groupby("count")["cases"].agg(list).to_dict() == {
        "China only": [69, 160],
        "all cases": [79, 169],
        "half-years": [125, 79],
        "with safeguards": [131, 46],
    }
    bought = LESSON.table("procurement").set_index("what")["value"]
    assert bought["all public procurement (more than)"] == claims.get("procurement-48trn").printed.value
    usual = datasets.load("trade-remedies").query("period == '2002..2023'")
    assert usual[["low", "high"]].to_numpy().tolist() == [[70, 105]]
    notices = datasets.load("eu-ipi").query("measure == 'number of tender notices analysed (more than)'")
    assert notices["low"].tolist() == [380_000]
    assert printed("eu-ipi", "share of tenders >= EUR 5m by number", "2023") == 4
    assert printed("eu-ipi", "share of tenders >= EUR 5m by value (about)", "2023") == 60


@pytest.mark.parametrize(
    ("name", "answer", "mistake"),
    [
        ("opened", 250, "printed for counted"),
        ("opened", 131 + 46 + 69 + 79 + 160 + 169 + 125 + 79, "all counts in one sum"),
        ("size_ratio", (60 / 4) / (40 / 100), "all for the small"),
    ],
)
def test_a_slip_made_by_hand_is_named(name: str, answer: float, mistake: str) -> None:
    assert LESSON.look_at(name, {name: answer}).mistake == mistake
