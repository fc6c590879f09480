"""Import volumes side by side, against the same figures taken from the CSV by hand."""

import csv
import re

import pandas as pd
import pytest

from onewaytrade import claims, definitions, fmt, grids, measures
from onewaytrade.choices import evaluate, evaluate_many
from onewaytrade.errors import NoFigureError, ParameterError
from onewaytrade.methods import comparison, cpb

EDITION = "2026-01"
WINDOW = ("2022-12", "2025-03")


@pytest.fixture(scope="module")
def volumes(root):
    with (root / "data" / "cpb" / f"{EDITION}.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if (row["flow"], row["measure"]) == ("imports", "volume")]
    return {(row["region"], row["month"]): float(row["index"]) for row in rows}


def by_hand(volumes, region, start, end):
    return 100 * (volumes[region, end] / volumes[region, start] - 1)


@pytest.mark.parametrize(
    ("claim", "region"),
    [("asia-imports-11", "Emerging Asia excluding China"), ("us-imports-36", "United States")],
)
def test_the_two_comparisons_by_hand(volumes, claim, region):
    verdict = definitions.judge(claim)
    assert verdict.estimate.value == pytest.approx(by_hand(volumes, region, *WINDOW))
    year = [f"2022-{month:02d}" for month in range(1, 13)]
    last = [f"2024-{month:02d}" for month in range(4, 13)] + ["2025-01", "2025-02", "2025-03"]
    twelve = next(r.estimate.value for r in verdict.readings if r.alternative.id == "twelve-months")
    sums = (sum(volumes[region, month] for month in months) for months in (last, year))
    assert twelve == pytest.approx(100 * (next(sums) / next(sums) - 1))


def test_the_contrast_is_a_difference_of_growth_rates(volumes):
    found = {f.part: f.computed for f in definitions.judge("imports-slowdown-contrast").findings}
    china = by_hand(volumes, "China", *WINDOW)
    others = {
        "asia": by_hand(volumes, "Emerging Asia excluding China", *WINDOW),
        "us": by_hand(volumes, "United States", *WINDOW),
        "slowdown": by_hand(volumes, "China", "2020-09", "2022-12"),
    }
    for part, other in others.items():
        assert f"{abs(china - other):.1f}" in found[part], part


def test_the_window_before_is_as_long_and_touches():
    assert comparison.before("2022-12", "2025-03") == ("2020-09", "2022-12")
    assert comparison.before("2022-12", "2023-12") == ("2021-12", "2022-12")


def test_the_articles_own_window_is_no_variant():
    choices = {"region": "China", "start": WINDOW[0], "end": WINDOW[1]}
    assert definitions.judge("imports-slowdown-contrast", **choices).variant is None
    other = definitions.judge("imports-slowdown-contrast", **{**choices, "region": "Japan"})
    assert "region Japan instead of China" in other.variant


def test_a_moved_window_is_set_against_as_many_months_before_it(volumes):
    asked = {"region": "Japan", "start": "2020-06", "end": "2021-06"}
    verdict = definitions.judge("imports-slowdown-contrast", **asked)
    own, before = (by_hand(volumes, "Japan", *ends) for ends in (("2020-06", "2021-06"), ("2019-06", "2020-06")))
    slowdown = {finding.part: finding.computed for finding in verdict.findings}["slowdown"]
    assert slowdown == fmt.points(own - before)


# All definitions


def mean_growth(volumes, region, first, last):
    return 100 * (
        sum(volumes[region, month] for month in last) / sum(volumes[region, month] for month in first) - 1
    )


def test_the_slowdown_against_the_calm_years_by_hand(volumes):
    found = definitions.grid("imports-slowdown-contrast").frame
    place = {"part": "slowdown", "measure": "volume", "start": "2022-12", "end": "2024-12", "edition": "2026-01"}
    row = found[(found[list(place)] == pd.Series(place)).all(axis=1)].set_index(["averaging", "comparison"])
    own = mean_growth(volumes, "China", measures.months_of("2022Q4"), measures.months_of("2024Q4"))
    past = mean_growth(volumes, "China", measures.months_of("2017Q4"), measures.months_of("2019Q4"))
    assert row["value"]["quarter", "2019-12"] == pytest.approx(own - past)
    whole = [
        mean_growth(volumes, "China", *map(measures.months_of, ends))
        for ends in (("2022", "2024"), ("2020", "2022"))
    ]
    assert row["value"]["year", "before"] == pytest.approx(whole[0] - whole[1])


def test_an_earlier_edition_and_the_first_quarter_by_hand(root):
    with (root / "data" / "cpb" / "2025-01.csv").open(encoding="utf-8") as file:
        rows = [
            row for row in csv.DictReader(file) if (row["flow"], row["region"]) == ("imports", "United States")
        ]
    index = {(row["measure"], row["month"]): float(row["index"]) for row in rows}
    ends = [
        sum(index["volume", month] * index["unit_value", month] for month in measures.months_of(quarter))
        for quarter in ("2022Q1", "2024Q4")
    ]
    found = definitions.grid("us-imports-36").frame.set_index(["measure", "start", "end", "averaging", "edition"])
    value = found["value"]["value", "2022-03", "2024-12", "quarter", "2025-01"]
    assert value == pytest.approx(100 * (ends[1] / ends[0] - 1))


def test_the_american_figure_lies_outside_every_definition_up_to_the_article():
    found = definitions.grid("us-imports-36")
    spread = grids.spread(found)
    assert (spread.word, spread.agreeing, spread.breaks) == ("alone", 0, ())
    assert found.frame.loc[~found.frame["update"], "value"].max() < 35.5


def test_twelve_months_that_lie_before_2022_are_not_from_2022():
    left_out = definitions.grid("asia-imports-11").left_out
    why = left_out[(left_out["start"] == "2021-12") & (left_out["averaging"] == "year")]["why"]
    assert why.str.contains("not “from 2022”").all()
    assert len(why) > 0


def test_all_parts_of_a_contrast_at_once_are_what_each_gives_by_itself():
    asked = grids.definitions_of(claims.get("imports-slowdown-contrast"))[::7]
    for choices, answer in zip(asked, evaluate_many(asked), strict=True):
        if isinstance(answer, NoFigureError):
            with pytest.raises(NoFigureError, match=re.escape(str(answer))):
                evaluate(choices)
            continue
        one = evaluate(choices)
        assert one.sentence[:60] == answer.sentence[:60]
        assert one.value == pytest.approx(answer.value)


def test_a_past_that_has_not_ended_yet_is_none():
    choices = {"flow": "imports", "region": "China", "measure": "volume", "start": "2018-06", "end": "2020-06"}
    with pytest.raises(NoFigureError, match="December 2019 is no past of a window that starts in June 2018"):
        cpb.growth({**choices, "past": "2019-12"})


def test_the_ranking_falls_and_holds_every_region_once(volumes):
    ranked = comparison.ranking(EDITION, *WINDOW, front=["China"])
    own = ranked[ranked["group"] == "Regions"]
    assert own["value"].is_monotonic_decreasing
    assert set(own["label"]) == set(cpb.regions(EDITION)) - {"World", "Advanced economies", "Emerging economies"}
    assert ranked.loc[ranked["front"], "label"].tolist() == ["China"]
    for label, value in zip(ranked["label"], ranked["value"], strict=True):
        assert value == pytest.approx(by_hand(volumes, label, *WINDOW))


def test_the_articles_figures_stand_beside_its_own_window_only():
    assert comparison.printed(*WINDOW) == {"Emerging Asia excluding China": 11, "United States": 36}
    assert comparison.printed("2022-12", "2025-12") == {}


def test_shifted_windows_are_as_long_and_end_with_the_edition():
    found = list(comparison.windows(EDITION, *WINDOW).values())
    assert found == [("2021-12", "2024-03"), WINDOW, ("2023-10", "2026-01")]
    # Nothing later is left in an edition that ends with the window, and nothing earlier at its beginning.
    assert list(comparison.windows(EDITION, "2000-06", "2026-01").values()) == [("2000-06", "2026-01")]


def test_places_count_the_regions_that_did_better(volumes):
    ranks = comparison.ranks(EDITION, {"it": WINDOW}, "China")
    rates = [by_hand(volumes, region, *WINDOW) for region in comparison.economies(EDITION)]
    assert ranks.loc[0, "economy"] == 1 + sum(rate > by_hand(volumes, "China", *WINDOW) for rate in rates)
    assert comparison.ranks(EDITION, {"it": WINDOW}, "World")["economy"].isna().all()


def test_the_rolling_growth_passes_through_the_window(volumes):
    rolling = comparison.rolling(EDITION, ["China"], *WINDOW).set_index("month")["value"]
    assert rolling["2025-03"] == pytest.approx(by_hand(volumes, "China", *WINDOW))
    assert rolling["2022-12"] == pytest.approx(by_hand(volumes, "China", "2020-09", "2022-12"))
    assert rolling.index[0] == "2002-04"


def test_the_path_runs_from_the_january_before_as_far_as_the_edition_does(volumes):
    path = comparison.path(EDITION, "United States", "2025-03").set_index("month")["value"]
    assert (path.index[0], path.index[-1], len(path)) == ("2024-01", "2025-12", 24)
    assert path["2025-03"] == volumes["United States", "2025-03"]
    assert comparison.path(EDITION, "United States", "2026-01")["month"].iloc[-1] == "2026-01"
    assert comparison.path(EDITION, "United States", "2000-03")["month"].iloc[0] == "2000-01"


@pytest.mark.parametrize("economy", ["United States", "Emerging Asia excluding China"])
def test_a_yardstick_is_not_measured_against_itself(economy):
    asked = {"edition": "pinned", "economy": economy, "start": "2022-12", "end": "2025-03"}
    with pytest.raises(ParameterError, match="is one of the two that the others are set beside; the nearest is"):
        comparison.check_parameters(asked)


@pytest.mark.parametrize("economy", ["World", "Advanced economies", "Emerging economies"])
def test_a_sum_of_regions_has_no_place_in_the_ranking(economy):
    asked = {"edition": "pinned", "economy": economy, "start": "2022-12", "end": "2025-03"}
    with pytest.raises(ParameterError, match="is a sum of several; the nearest is"):
        comparison.check_parameters(asked)
