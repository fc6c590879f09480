import csv
import itertools
import math
from decimal import Decimal
from pathlib import Path

import pytest

from onewaytrade import definitions, measures
from onewaytrade.errors import NoFigureError, ParameterError
from onewaytrade.methods import consumption

PARAMETERS = {"start": "2019-01", "end": "2025-05", "base": "2019", "year": "2024"}
TEN = ("06", "07", "08", "09", "10", "11", "12", "03", "04", "05")


def column(dataset: str, entity: str, measure: str) -> dict[str, Decimal]:
    """Read one series by the standard library alone: period → value."""
    path = Path(__file__).parents[2] / "data" / dataset / "2026-11-23.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return {
            row["period"]: Decimal(row["value"])
            for row in csv.DictReader(stream)
            if row["value"] and row["entity"] == entity and row["measure"] == measure
        }


@pytest.fixture(scope="module")
def rate():
    return column("consumption", "China", consumption.RATE)


@pytest.fixture(scope="module")
def level():
    return column("consumption", "China", "retail sales of consumer goods, level")


def sales(**choices):
    return consumption.retail({"end": "2025-05", **choices})


def growth_of_head(**choices):
    return consumption.spending({"end": "2025-05", **choices})


def mean(rate, first_year):
    months = [f"{first_year + (month < '06')}-{month}" for month in TEN]
    return sum(rate[month] for month in months) / 10


# What people spend


def test_the_published_rate_is_the_definition_and_is_a_rise(rate):
    verdict = definitions.judge("consumption-decline")
    assert verdict.estimate.value == float(rate["2025-05"]) == 6.4
    assert (verdict.word, verdict.robustness) == ("depends on definition", "fragile")


def test_levels_by_hand(level, rate):
    three_years = float(100 * (level["2025-05"] / level["2022-05"] - 1))
    by_year, by_count = sales(figures="amounts", base="2022"), sales(figures="amounts", years=3)
    assert by_year.value == by_count.value == pytest.approx(three_years)
    assert by_year.low < three_years < by_year.high
    assert round(three_years, 1) == 23.2
    ten = {year: sum(level[f"{year + (month < '06')}-{month}"] for month in TEN) for year in (2023, 2024)}
    found = sales(figures="amounts", average="year").value
    assert found == pytest.approx(float(100 * (ten[2024] / ten[2023] - 1)))
    assert sales(average="year").value == pytest.approx(float(mean(rate, 2024)))
    assert sales(average="quarter").value == pytest.approx(
        float((rate["2025-03"] + rate["2025-04"] + rate["2025-05"]) / 3)
    )


def test_growth_over_several_years_chains_the_rates_of_the_same_month(rate):
    by_hand = math.prod(1 + float(rate[f"{year}-05"]) / 100 for year in (2023, 2024, 2025))
    found = sales(base="2022")
    assert found.value == pytest.approx(100 * (by_hand - 1))
    lowest = math.prod(1 + (float(rate[f"{year}-05"]) - 0.05) / 100 for year in (2023, 2024, 2025))
    assert found.low == pytest.approx(100 * (lowest - 1))
    # The same calendar months of 2022, though they are two years away for some and three for others.
    autumn = [float(rate["2023-11"]), float(rate["2024-11"])]
    assert consumption.retail({"end": "2024-11", "base": "2022"}).value == pytest.approx(
        measures.compound(*autumn)
    )


def test_the_last_three_months_with_a_figure_reach_over_the_new_year(rate):
    found = consumption.retail({"end": "2025-05", "end_shift": -1, "average": "quarter"})
    assert found.value == pytest.approx(float((rate["2024-12"] + rate["2025-03"] + rate["2025-04"]) / 3))
    assert "December 2024 to April 2025 (3 months with a figure)" in found.sentence


def test_no_month_is_compared_with_itself():
    with pytest.raises(NoFigureError, match="lie in 2025 themselves"):
        sales(base="2025")
    with pytest.raises(NoFigureError, match="lie in 2024 themselves"):
        sales(base="2024", average="year")


def test_spending_per_head_by_hand():
    head = column("consumption", "China", "per capita consumption expenditure")
    for year in ("2019", "2022"):
        found = growth_of_head(figures="amounts", base=year).value
        assert found == pytest.approx(float(100 * (head["2024"] / head[year] - 1)))
    printed = column("consumption", "China", "per capita consumption expenditure, nominal change")["2024"]
    assert growth_of_head().value == float(printed)
    of_2023 = 100 * (head["2024"] / (1 + printed / 100) / head["2022"] - 1)
    slower = growth_of_head(read_as="rate")
    assert slower.value == pytest.approx(float(printed - of_2023))
    assert slower.low < slower.value < slower.high < 0
    for choices in (
        {"base": "2022"},
        {"figures": "amounts"},
        {"figures": "amounts", "base": "2022", "read_as": "rate"},
    ):
        with pytest.raises(NoFigureError, match="amounts of 2019, 2022 and 2024"):
            growth_of_head(**choices)
    with pytest.raises(NoFigureError, match="amounts of 2019, 2022 and 2024"):
        consumption.spending({"end": "2026-07"})


def test_rates_against_earlier_rates_by_hand(rate):
    year_2019 = sum(value for month, value in rate.items() if month.startswith("2019")) / 10
    since_2019 = sales(read_as="rate", average="year", base="2019")
    since_before = sales(read_as="rate", average="year")
    month = sales(read_as="rate")
    assert since_2019.value == pytest.approx(float(mean(rate, 2024) - year_2019))
    assert since_before.value == pytest.approx(float(mean(rate, 2024) - mean(rate, 2023)))
    assert month.value == pytest.approx(float(rate["2025-05"] - rate["2024-05"]))
    assert [math.copysign(1, one.value) for one in (since_2019, since_before, month)] == [-1, -1, 1]
    # A mean of figures rounded to a tenth is known to half a tenth, and a difference of two to a tenth.
    assert since_2019.high - since_2019.low == pytest.approx(0.2)


# Every definition


GRIDS = ("consumption-decline", "house-prices-fall", "luxury-weak")


@pytest.fixture(scope="module")
def grids_of():
    return {name: definitions.grid(name) for name in GRIDS}


def cell(found, part="", **options):
    """Return the one definition with these options, and the article's in all else."""
    rows = found.frame[found.frame["part"] == part]
    for dimension in found.dimensions:
        rows = rows[rows[dimension.id] == options.get(dimension.id, dimension.options[0].id)]
    return rows.iloc[0]


def test_no_level_of_spending_falls_and_some_rates_do(grids_of):
    same = grids_of["consumption-decline"].same
    agreeing = same.groupby("comparison")["agrees"].mean()
    assert agreeing["level"] == 0 < agreeing["rate"] < 1
    assert set(same["unit"]) == {"%", "points"}
    # Whether the growth of 2022, a year of lockdowns, or that of 2019 is "before" turns the answer.
    rates = same[same["comparison"] == "rate"].groupby("start")["agrees"].mean()
    assert (rates["2022"], rates["2019"]) == (0, 1)


def test_corner_cells_of_spending_by_hand(grids_of, rate, level):
    found = grids_of["consumption-decline"]
    corner = cell(found, comparison="rate", start="2019", end="earlier", averaging="year")
    months = [*(f"2024-{month}" for month in ("05", *TEN[:7])), "2025-03", "2025-04"]
    same_of_2019 = sum(value for month, value in rate.items() if month.startswith("2019")) / 10
    assert corner["value"] == pytest.approx(float(sum(rate[month] for month in months) / 10 - same_of_2019))
    own = cell(found, start="2019", end="earlier", print="amounts")
    assert own["value"] == pytest.approx(float(100 * (level["2025-04"] / level["2019-04"] - 1)))
    neutral = found.frame[found.frame["neutral"]].iloc[0]
    chains = [
        measures.compound(*(float(rate[f"{year}-{month}"]) for year in range(2023, 2025 + (month < "06"))))
        for month in TEN
    ]
    assert neutral["value"] == pytest.approx(sum(chains) / 10)


def test_what_spending_became_after_the_article_has_no_vote(grids_of, rate):
    found = grids_of["consumption-decline"]
    later = found.frame[found.frame["update"]]
    assert set(later["end"]) == {"2026-07"}
    assert cell(found, end="2026-07")["value"] == float(rate["2026-07"])
    assert found.left_out["why"].str.contains("run from March 2019 to September 2025").any()


def test_homes_by_another_compiler_and_since_2022_by_hand(grids_of):
    found, rates = grids_of["house-prices-fall"], column("consumption", "China", consumption.HOMES)
    year = ["2024-06", "2024-09", "2024-12", "2025-03"]
    assert cell(found, source="bis-year")["value"] == pytest.approx(float(sum(rates[month] for month in year) / 4))
    since = [
        measures.compound(*(float(rates[f"{one}{month[4:]}"]) for one in range(2023, int(month[:4]) + 1)))
        for month in year
    ]
    neutral = found.frame[found.frame["neutral"]]
    assert neutral["value"].item() == pytest.approx(sum(since) / 4)
    assert found.frame["agrees"].all()
    assert len(found.same) == 3


def test_a_quarter_that_was_not_over_is_not_used():
    quarters = [
        consumption.house_prices({"end": end, "prices": "bis", "cities": "70"}).value
        for end in ("2025-02", "2025-03")
    ]
    rates = column("consumption", "China", consumption.HOMES)
    assert quarters == [float(rates["2024-12"]), float(rates["2025-03"])]


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"prices": "new", "cities": "70", "base": "2022"}, "only growth on the year"),
        ({"prices": "existing", "cities": "70"}, "Of all cities prices of new homes"),
        ({"prices": "bis", "cities": "tier-1"}, "one figure for the whole country"),
    ],
)
def test_prices_that_are_not_at_hand_are_refused_in_a_sentence(choices, sentence):
    with pytest.raises(NoFigureError, match=sentence):
        consumption.house_prices({"end": "2025-05", **choices})


def test_every_definition_of_luxury_sales_falls_and_only_porsche_reaches_back(grids_of):
    found = grids_of["luxury-weak"]
    assert found.frame["agrees"].all()
    cars = column("luxury", "Porsche AG, China", "deliveries")
    since = cell(found, "porsche", start="2022")
    assert since["value"] == pytest.approx(float(100 * (cars["2024"] / cars["2022"] - 1)))
    assert since["neutral"]
    assert list(found.frame.loc[found.frame["neutral"], "part"]) == ["porsche"]
    assert cell(found, "swatch", source="shares")["value"] == pytest.approx(consumption.swatch_implied("2024")[0])
    assert cell(found, "lvmh", comparison="all-markets")["text"] == "−2\xa0points"


def test_a_year_without_swatchs_shares_is_refused():
    with pytest.raises(NoFigureError, match="for 2023 and the year before are not both at hand"):
        consumption.implied_sales({"period": "2023"})


def test_no_level_declines_but_rates_and_the_mood_do():
    found = consumption.readings("2025-05", "2019")
    assert set(found.loc[found["Read as"] == "a level", "A decline"]) == {"no"}
    assert list(found.loc[found["Read as"] == "a rate", "A decline"]) == ["yes", "yes", "no"]
    assert list(found.loc[found["Read as"] == "a mood", "A decline"]) == ["yes", "flat"]
    assert list(found.loc[found["Read as"] == "a habit", "A decline"]) == ["yes", "no"]


def test_a_year_that_is_not_over_is_no_reading_yet():
    assert not consumption.readings("2024-05", "2019")["Measure"].str.contains("2024").any()


def test_january_and_february_are_never_filled_in():
    drawn = consumption.course("2019-01", "2025-05", "2019")
    sales = drawn[drawn["panel"].str.startswith("Retail")]["period"]
    assert not sales.str[5:].isin(["01", "02"]).any()
    with pytest.raises(NoFigureError, match="without January and February"):
        consumption.retail({"figure": "level", "end": "2025-02", "years": 1})


def test_the_level_is_100_in_the_base_year_and_compares_like_months(level):
    drawn = consumption.course("2019-01", "2025-05", "2021")
    index = drawn[drawn["panel"] == "Retail sales, level"].set_index("period")["value"]
    assert set(index["2021-03":"2021-12"]) == {100.0}
    assert index["2025-05"] == pytest.approx(float(100 * level["2025-05"] / level["2021-05"]))


def test_a_period_that_reaches_out_of_the_window_is_left_out():
    drawn = consumption.course("2019-02", "2024-11", "2019")
    assert list(drawn.loc[drawn["panel"] == "Household saving", "period"]) == ["2022"]
    months = drawn["period"].map(measures.months_of)
    assert months.str[0].min() >= "2019-02"
    assert months.str[-1].max() <= "2024-11"


def test_the_printed_levels_miss_the_published_rate_only_after_a_revision(level, rate):
    def gap(month):
        before = f"{int(month[:4]) - 1}{month[4:]}"
        return abs(100 * (level[month] / level[before] - 1) - rate[month])

    assert gap("2023-05") < Decimal("0.1") > gap("2024-05")
    sales = consumption.sales("2025-05", "2019")
    assert sales["published"] - sales["ratio"] == pytest.approx(float(gap("2025-05")))
    assert round(gap("2025-05")) == 1


# What people earn, save and fear


def test_the_share_saved_by_hand():
    income = column("consumption", "China", "per capita disposable income")
    spent = column("consumption", "China", "per capita consumption expenditure")
    saved = {year: 100 - 100 * spent[year] / income[year] for year in ("2019", "2022", "2024")}
    for start, end in (("2019", "2024"), ("2022", "2024")):
        found = consumption.budget({"start": start, "end": end})
        assert (found.value, found.unit) == (pytest.approx(float(saved[end] - saved[start])), "points")
    printed = column("consumption", "China", consumption.SAVING)
    assert all(abs(printed[year] - share) <= Decimal("0.05") for year, share in saved.items())
    with pytest.raises(NoFigureError, match="2019, 2022 and 2024, not 2023"):
        consumption.budget({"start": "2023", "end": "2024"})


def test_growth_per_year_compounds_to_the_whole():
    growth = consumption.budget_growth().set_index(["label", "series"])["value"]
    whole = (1 + growth["2022 to 2024", "Income"] / 100) ** 2
    assert whole == pytest.approx(41314 / 36883)
    assert growth["2022 to 2024", "Spending"] > growth["2022 to 2024", "Income"]
    assert growth["2019 to 2022", "Spending"] < growth["2019 to 2022", "Income"]


def test_a_worry_about_incomes_is_not_judged_by_incomes():
    verdict = definitions.judge("household-income")
    assert verdict.word == "cannot be checked with open data"
    assert verdict.computed_text == ""
    assert {reading.alternative.asks for reading in verdict.readings} == {"other"}


def test_confidence_broke_in_one_month():
    index = column("consumption", "China", "NBS consumer confidence index, monthly")
    months = sorted(index)
    drops = {month: index[before] - index[month] for before, month in itertools.pairwise(months)}
    assert consumption.confidence_break() == max(drops, key=drops.__getitem__) == "2022-04"
    mood = consumption.confidence_since("2025-05")
    after = [float(value) for month, value in index.items() if "2022-04" <= month <= "2025-05"]
    assert (mood.lowest, mood.highest, mood.last) == (min(after), max(after), after[-1])
    assert mood.drop == pytest.approx(float(drops["2022-04"]))
    assert consumption.confidence_since("2026-07").month == "2026-02"


def test_the_press_quotes_the_same_confidence():
    twice = consumption.confidence_twice()
    assert len(twice) == 3
    assert (twice["In the series"] == twice["In the press"]).all()


def test_a_cause_is_known_by_both_its_facts_and_not_judged_by_them():
    verdict = definitions.judge("cause-consumption-worries")
    assert [(fact.part, fact.stands) for fact in verdict.findings] == [("effect", True), ("premise", True)]
    assert verdict.word == "cause not testable here"
    later = definitions.judge("cause-consumption-worries", premise={"end": "2026-07"})
    assert later.findings[1].stands is None


# Homes


def test_house_prices_chain_by_hand():
    rates = column("consumption", "China", consumption.HOMES)
    whole = math.prod(1 + float(rates[f"{year}-03"]) / 100 for year in (2022, 2023, 2024, 2025))
    assert rates["2021-03"] > 0
    assert consumption.homes_chained() == ("2021-03", pytest.approx(100 * (whole - 1)), 4)


def test_every_measure_of_house_prices_fell():
    assert (consumption.homes_by_city()["value"] < 0).all()
    verdict = definitions.judge("house-prices-fall")
    assert (verdict.word, verdict.robustness) == ("attested", "robust")


# Luxury


@pytest.fixture(scope="module")
def cars():
    return {name: column("luxury", f"Porsche AG, {name}", "deliveries") for name in ("China", "world")}


def test_porsche_in_china_and_elsewhere_add_up_to_the_world(cars):
    drawn = consumption.china_and_elsewhere("2024")
    found = drawn[drawn["group"] == "Porsche, deliveries"].set_index("label")["value"]
    china, world = ({year: cars[name][year] for year in ("2023", "2024")} for name in ("China", "world"))
    assert found["China"] == pytest.approx(float(100 * (china["2024"] / china["2023"] - 1)))
    share = float(china["2023"] / world["2023"])
    assert found["World"] == pytest.approx(share * found["China"] + (1 - share) * found["Elsewhere"])
    assert round(found["China"], 1) == -28.2
    assert found["Elsewhere"] > 0


def test_swatch_by_its_shares_agrees_with_its_own_about_30():
    middle, allowed = consumption.swatch_implied("2024")
    assert middle == pytest.approx(100 * (27 / 33 * 0.878 - 1))
    assert allowed.low == pytest.approx(100 * (26.5 / 33.5 * 0.8775 - 1))
    assert allowed.low < -30 < middle < allowed.high
    rest, bounds = consumption.swatch_implied("2024", elsewhere=True)
    assert 0.33 * middle + 0.67 * rest == pytest.approx(-12.2)
    assert bounds.low < rest < bounds.high < 0


def test_what_is_not_at_hand_is_left_out_and_what_is_implied_says_so():
    drawn = consumption.china_and_elsewhere("2025")
    assert set(drawn["group"]) == {"Porsche, deliveries", "LVMH, organic sales"}
    assert set(drawn.loc[drawn["label"] == "Elsewhere", "grade"]) == {"implied"}
    assert drawn["low"].isna().all()


def test_the_course_ends_before_the_article_and_counts_per_month(cars):
    course = consumption.luxury_course()
    assert course["period"].map(measures.months_of).str[-1].max() <= "2025-05"
    own = course[course["panel"] == "Porsche, deliveries"].set_index(["series", "period"])["value"]
    assert own["China", "2024"] == pytest.approx(float(cars["China"]["2024"]) / 12000)
    assert own["China, quarter", "2025Q1"] == pytest.approx(float(cars["China"]["2025Q1"]) / 3000)
    assert not course["value"].isna().any()


def test_the_first_quarters_by_hand(cars):
    found = consumption.quarters()
    own = [float(cars["China"][f"{year}Q1"]) for year in (2023, 2024, 2025)]
    assert list(found.iloc[:, 1]) == pytest.approx([100 * own[1] / own[0] - 100, 100 * own[2] / own[1] - 100])


def test_what_came_later_is_not_before():
    periods = set(consumption.later()["Period"])
    assert "2024" not in periods
    assert {"2025", "January to June 2025", "third quarter of 2025"} <= periods
    assert consumption.after("2025-05")["month"].min() == "2024-03"


def test_the_luxury_verdict_follows_the_year():
    assert definitions.judge("luxury-weak", parts=consumption.parts_of("2024")).variant is None
    found = definitions.judge("luxury-weak", parts=consumption.parts_of("2025")).findings
    assert [finding.stands for finding in found] == [None, True, True]


def test_only_the_office_of_the_speaker_fails():
    found = definitions.judge("tourist-shopping-decline").findings
    assert [(f.part, f.stands) for f in found] == [("hearing", True), ("office", False), ("statement", True)]
    assert found[0].note.endswith("Source: Assemblee nationale (primary).")


# Parameters


def test_the_articles_own_parameters_and_the_last_month_are_allowed():
    consumption.check_parameters(PARAMETERS)
    consumption.check_parameters({**PARAMETERS, "end": "2026-07", "base": "2024", "year": "2025"})


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"end": "2025-02"}, "the nearest is '2025-03'"),
        ({"end": "2030-01"}, "the nearest is '2026-07'"),
        ({"end": "May 2025"}, "is not a month with published retail sales"),
        ({"start": "2025-01"}, "a year before end='2025-05'; the nearest is '2024-05'"),
        ({"start": "2018"}, "is no month"),
        ({"base": "2025"}, "the nearest is '2024'"),
        ({"year": "2019"}, "the nearest is '2021'"),
    ],
)
def test_a_wrong_parameter_is_refused_with_the_nearest(wrong, sentence):
    with pytest.raises(ParameterError, match=sentence):
        consumption.check_parameters({**PARAMETERS, **wrong})


def test_every_allowed_month_has_its_readings(rate):
    ends = [month for month in rate if month >= consumption.FIRST_END]
    for end in ends[::3]:
        assert {"a level", "a rate"} <= set(consumption.readings(end, "2019")["Read as"]), end
    assert len(ends) > 30


def test_where_a_month_stands_among_its_year_and_how_low_it_started():
    assert consumption.place("2025-05") == "the highest of the 10 rates"
    assert consumption.place("2024-12") == "neither the highest nor the lowest of the 10 rates"
    assert consumption.three_years_before("2025-05") == -6.7
    assert math.isnan(consumption.three_years_before("2024-02"))
