import csv
import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from onewaytrade import claims, definitions
from onewaytrade.errors import NoFigureError, ParameterError
from onewaytrade.methods import remedies

ARTICLE = {"count": "all cases", "since": "2023"}
LIMIT = 250


@pytest.fixture(scope="module")
def table() -> list[dict[str, str]]:
    """Read the table by the standard library alone."""
    path = Path(__file__).parents[2] / "data" / "trade-remedies" / "2026-11-23.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def printed(table, measure, entity="China (as exporter)") -> Iterator[tuple[str, str]]:
    return (
        (row["period"], row["value_text"]) for row in table if (row["entity"], row["measure"]) == (entity, measure)
    )


def test_the_articles_sum_by_hand(table):
    rows = dict(printed(table, "trade investigations initiated, incl. cases naming several countries"))
    assert rows == {"2023": "79", "2024": "169"}
    found = remedies.cumulative_count(ARTICLE)
    assert found.range == (79 + 169, math.inf)
    assert found.value is None, "2025 has no figure, so the sum is a bound"


def test_250_is_neither_proved_nor_excluded_and_three_cases_would_do():
    verdict = definitions.judge("trade-remedies-250")
    assert (verdict.word, verdict.computed_text) == ("not excluded", "at least 248\N{NO-BREAK SPACE}cases")
    sums = remedies.sums("2023", LIMIT).set_index("name")
    assert sums["short"].to_dict() == {"all cases": 3, "China only": 22, "half-years": 27, "research": 53}
    assert ((sums["low"] + sums["short"]) == LIMIT + 1).all(), "over 250 begins at 251"


def test_the_range_of_half_years_counts_once_and_only_after_the_end_of_2022(table):
    per_half = dict(printed(table, 'AD+CVD investigations initiated, per half-year, stated as a range ("20-30")'))
    assert per_half == {"2021-01..2023-06": "20-30"}
    halves = dict(printed(table, "AD+CVD investigations initiated, all WTO members, half-year"))
    later = sum(int(text) for text in halves.values())
    assert later == 125 + 79
    assert remedies.cumulative_count({"count": "half-years", "since": "2023"}).low == 20 + later
    assert remedies.cumulative_count({"count": "half-years", "since": "2021"}).low == 5 * 20 + later


def test_the_gaps_of_each_count():
    gaps = {name: remedies.missing(count, "2023") for name, count in remedies.COUNTS.items()}
    assert gaps["all cases"] == gaps["China only"] == ("2025-01..2025-06",)
    assert gaps["half-years"] == ("2023-07..2023-12", "2024-01..2024-06")
    assert gaps["research"] == ("2023", "2025-01..2025-06")


def test_a_count_without_gaps_is_a_number_and_closes_the_bound():
    whole = remedies.cumulative_count({"count": "half-years", "since": "2025"})
    assert (whole.value, whole.range) == (79, (79, 79))
    assert definitions.judge("trade-remedies-250", count="half-years", since="2025").word == "contradicted"


def test_the_floor_for_2025_is_half_of_another_count_and_not_the_count():
    found = remedies.cumulative_count({**ARTICLE, "floor_from": "half-years"})
    assert found.low == 79 + 169 + 40, "79 investigations are at least 40 cases, if each case has two"
    assert found.high is None
    for count in ("China only", "half-years", "research"):
        with pytest.raises(NoFigureError, match="pairs of cases are counted once"):
            remedies.cumulative_count({"count": count, "since": "2023", "floor_from": "half-years"})


def test_double_the_year_before_allows_a_range():
    found = remedies.cumulative_count({"count": "research", "since": "2023", "with_implied": True})
    before = [n for n in range(1, 400) if 1.5 <= 198 / n <= 2.5]
    assert found.low == 198 + min(before)
    assert f"from {min(before)} to {max(before)}" in found.sentence
    with pytest.raises(NoFigureError):
        remedies.cumulative_count({"count": "research", "since": "2024", "with_implied": True})


def test_the_build_up_ends_at_the_sums_and_shows_every_gap():
    chart = remedies.build_up("2023", LIMIT)
    ends = chart[chart["front"]].set_index("group")["low"]
    assert ends.drop("Inferred, not printed").tolist() == remedies.sums("2023", LIMIT)["low"].tolist()
    assert chart["low"].isna().sum() == 1 + 1 + 2 + 2
    for _, own in chart[chart["group"] != "Inferred, not printed"].groupby("group"):
        assert own["low"].dropna().is_monotonic_increasing


def test_no_two_ways_of_counting_share_a_panel_and_ranges_stay_ranges():
    course = remedies.course()
    assert course.groupby("panel")["unit"].nunique().eq(1).all()
    assert set(course["panel"]) == set(course["series"])
    bound = course[course["value"].isna()]
    assert bound[["period", "low", "high"]].to_numpy().tolist() == [["2021-01..2023-06", 20, 30]]
    assert (remedies.with_safeguards("2020"), remedies.with_safeguards("2022")) == (131, 46)
    assert remedies.usual() == (70, 105)


def test_growth_by_hand():
    assert remedies.growth(ARTICLE).value == pytest.approx(100 * (169 / 79 - 1))
    assert remedies.growth({"count": "half-years", "since": "2024"}).value == pytest.approx(100 * (79 / 125 - 1))
    ranged = remedies.growth({"count": "half-years", "since": "2023"})
    assert ranged.value is None
    assert ranged.range == pytest.approx((100 * (79 / 30 - 1), 100 * (79 / 20 - 1)))


def test_growth_and_the_headlines_growth_agree():
    headline = claims.get("headline-surge-stagnation").definition.choices["parts"]["resistance"]
    assert definitions.evaluate(headline).value == remedies.growth(ARTICLE).value


def test_a_count_of_one_period_has_no_growth():
    verdict = definitions.judge("resistance-grows", count="research", since="2024")
    assert verdict.word == "cannot be checked with open data"
    assert "single figure" in verdict.reason


# All definitions


@pytest.fixture(scope="module")
def halves(table) -> dict[str, tuple[int, int]]:
    """Return the least and the most of each half-year, one number for those that were printed as one."""
    one = dict(printed(table, "AD+CVD investigations initiated, all WTO members, half-year"))
    ranged = {f"{year}-{half}": (20, 30) for year in (2021, 2022) for half in ("01", "07")} | {"2023-01": (20, 30)}
    return ranged | {period[:7]: (int(text), int(text)) for period, text in one.items()}


def growth_by_hand(first: list[tuple[int, int]], last: list[tuple[int, int]]) -> tuple[float, float]:
    (low, high), (least, most) = ([sum(ends) for ends in zip(*own, strict=True)] for own in (first, last))
    return 100 * (least / high - 1), 100 * (most / low - 1)


@pytest.mark.parametrize(
    ("window", "first", "last"),
    [
        ("since-2022", ["2023-01"], ["2025-01"]),
        ("second-halves", ["2022-07"], ["2024-07"]),
        ("year-on-2022", ["2022-01", "2022-07"], ["2024-07", "2025-01"]),
    ],
)
def test_every_window_of_the_half_years_by_hand(halves, window, first, last):
    frame = definitions.grid("resistance-grows").frame.set_index(["count", "scope", "comparison"])
    row = frame.loc[("half-years", "cases", window)]
    expected = growth_by_hand([halves[own] for own in first], [halves[own] for own in last])
    assert (row["low"], row["high"]) == pytest.approx(expected)
    assert row["agrees"] == (expected[0] > 0)
    assert row["neutral"] == (window == "year-on-2022"), "the last twelve months against calendar 2022"


def test_a_word_of_growth_is_every_ratio_that_rounds_to_it(table):
    ratios = [n / 1000 for n in range(1, 9000)]
    for choices, times in (
        ({"count": "research"}, 2),
        ({"count": "all cases", "scope": "Brazil"}, 5),
    ):
        found = remedies.growth({**choices, "since": "2023"})
        allowed = [100 * (ratio - 1) for ratio in ratios if round(ratio) == times]
        assert found.range == pytest.approx((min(allowed), max(allowed)), abs=0.2)
        assert (found.value, found.recomputed) == (None, False)
    assert {"double", "fivefold"} <= {word for row in table for word in row["measure"].split()}


def test_partners_and_the_union_by_hand(table):
    frame = definitions.grid("resistance-grows").frame.set_index("scope")["value"]
    partners = {period: int(text) for period, text in printed(table, "number of initiating trading partners")}
    assert frame["partners"] == pytest.approx(100 * (partners["2024"] / partners["2023"] - 1))
    union = dict(printed(table, "trade investigations initiated", "China (as exporter), by European Union"))
    assert frame["european-union"] == pytest.approx(100 * (int(union["2024"]) / int(union["2023"]) - 1))


def test_growth_stands_by_every_count_and_only_the_step_to_the_newest_half_year_denies_it():
    found = definitions.grid("resistance-grows")
    assert found.frame["agrees"].all()
    assert len(found.same) == 6
    verdict = definitions.judge("resistance-grows")
    assert (verdict.word, verdict.robustness, verdict.spread.breaks) == ("reproduced", "robust", ())
    step = next(own for own in verdict.readings if own.alternative.id == "newest-half-year")
    assert step.estimate.number < 0, "it compares unlike halves of a year, and stands beside as a named reading"


def test_what_a_count_does_not_tell_apart_is_left_out_with_who_does():
    left_out = definitions.grid("resistance-grows").left_out
    missing = set(left_out.loc[left_out["kind"] == "missing", "why"])
    assert missing == {
        f"{what} are at hand for two years in {who} alone."
        for what, who in (
            ("Trading partners that opened cases", "the South China Morning Post’s count"),
            ("Cases of Brazil", "the South China Morning Post’s count"),
            ("Cases of the European Union", "research at Peking University"),
        )
    }
    with pytest.raises(NoFigureError, match="has no figure of 2023"):
        remedies.growth({"count": "half-years", "start": "2022", "end": "2023"})


def test_sums_to_the_end_of_2024_have_no_gap_and_are_not_over_250():
    frame = definitions.grid("trade-remedies-250").frame.set_index(["count", "pieces", "start", "end"])
    row = frame.loc[("all-cases", "left-out", "2023-01", "2024-12")]
    assert (row["value"], row["agrees"], row["panel"]) == (79 + 169, False, "Another window")
    closed = frame.loc[("research", "implied", "2023-01", "2024-12")]
    before = [n for n in range(1, 400) if 1.5 <= 198 / n <= 2.5]
    assert (closed["low"], closed["high"]) == (198 + min(before), 198 + max(before))
    with pytest.raises(NoFigureError, match="lacks no month"):
        remedies.cumulative_count({**ARTICLE, "until": "2024-12", "floor_from": "half-years"})


def test_the_half_year_that_holds_the_end_of_2022_adds_its_range():
    frame = definitions.grid("trade-remedies-250").frame.set_index(["count", "start", "end"])["low"]
    assert frame["half-years", "2022-07", "2025-06"] - frame["half-years", "2023-01", "2025-06"] == 20


def test_only_what_is_inferred_lies_over_250_and_no_word_is_given():
    found, verdict = definitions.grid("trade-remedies-250"), definitions.judge("trade-remedies-250")
    over = found.same[found.same["agrees"]]
    assert set(over["pieces"]) == {"floor", "implied"}
    assert verdict.robustness is None
    assert len(verdict.spread.breaks) == 1
    assert not found.frame["neutral"].any(), "a count has no neutral definition"


def test_the_names_that_were_found_and_those_that_were_not():
    findings = {f.part: f.stands for f in definitions.judge("remedies-countries-products").findings}
    assert findings == dict.fromkeys(("india", "brazil", "steel"), True) | dict.fromkeys(
        ("vietnam", "turkey", "aluminium-foil", "gloves")
    )
    notes = {f.part: f.note for f in definitions.judge("remedies-countries-products").findings}
    assert notes["brazil"].startswith("Brazil opened 18 trade investigations against China in 2024. Source: ")
    assert "in 2024: more than 30. Source: " in notes["steel"]
    assert list(findings) == [part.id for part in claims.get("remedies-countries-products").parts]


def test_users_are_named_or_not_and_steel_stays_a_bound(table):
    users = remedies.users()
    assert set(users.loc[~users["named"], "label"]) == {"European Union", "United States"}
    assert set(users.loc[users["note"] == "named", "label"]) == {"Brazil", "India"}
    steel = users[users["value"].isna()].set_index("label")["low"]
    assert steel.to_dict() == {"naming anyone": 40, "naming China": 30}
    assert {row["value_text"] for row in table if row["entity"].startswith("World steel")} == {">40", ">30"}


def test_the_cause_is_not_testable_though_its_facts_stand():
    verdict = definitions.judge("cause-policies-resistance")
    assert verdict.word == "cause not testable here"
    assert [finding.stands for finding in verdict.findings] == [True, True]


@pytest.mark.parametrize("name", remedies.COUNTS)
@pytest.mark.parametrize("since", ["2021", "2022", "2023", "2024", "2025"])
def test_what_is_told_is_whole_for_every_choice(name, since):
    if name not in remedies.sums(since, LIMIT)["name"].tolist():
        return
    text = remedies.told(name, since, LIMIT)
    assert text.endswith(".")
    assert "nan" not in text
    assert f"more than {LIMIT}" in text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"count": "all case"}, "'half-years', 'research'; the nearest is 'all cases'"),
        ({"since": "2020"}, "the nearest is '2023', and all are 2023, 2024"),
        ({"count": "research", "since": "2023"}, "no year of the count 'research'; the nearest is '2024'"),
    ],
)
def test_parameters_outside_the_data_are_refused(changes, sentence):
    with pytest.raises(ParameterError, match=sentence):
        remedies.check_parameters(ARTICLE | changes)
