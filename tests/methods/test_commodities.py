"""Commodity growth: against plain arithmetic on the compiled figures, and what must hold in every release."""

import csv
import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onewaytrade import choices, claims, datasets, definitions, grids, measures
from onewaytrade.errors import DatasetError, NoFigureError, ParameterError
from onewaytrade.methods import commodities

FOLDER = Path(__file__).resolve().parents[2] / "data" / "gacc-commodities"
RELEASES = sorted(path.stem for path in FOLDER.glob("*.csv"))
EXPECTED = {
    "iron-ore-5": "reproduced",
    "coal-8": "reproduced",
    "farm-goods-12": "not excluded",
    "crude-value-11": "not excluded",
    "crude-quantity-0": "reproduced",
    "natural-gas-10": "reproduced",
}


@pytest.fixture(scope="module")
def article() -> commodities.Window:
    return commodities.window()


def growth(commodity: str, measure: str = "quantity", **choices: object) -> float:
    value = commodities.growth({"commodity": commodity, "measure": measure, **choices}).value
    assert value is not None
    return value


def compiled(shared: Path, release: str, commodity: str, measure: str) -> dict[str, float]:
    """Return the figures of one line by period, read with nothing but the csv module."""
    with (shared / "figures" / "customs_commodities.csv").open(encoding="utf-8", newline="") as stream:
        return {
            row["period"]: float(row["value"])
            for row in csv.DictReader(stream)
            if (row["release"], row["commodity"], row["measure"]) == (release, commodity, measure)
            and row["frequency"] == "ytd"
        }


@pytest.mark.parametrize(
    ("commodity", "measure", "known"),
    [
        ("Iron ore", "quantity", -5.18),
        ("Coal and lignite", "quantity", -7.94),
        ("Natural gas", "quantity", -9.52),
        ("Crude oil", "quantity", 0.26),
        ("Iron ore", "value", -20.69),
        ("Coal and lignite", "value", -28.68),
        ("Natural gas", "value", -15.64),
        ("Crude oil", "value", -10.38),
        ("Agricultural products*", "value", -11.48),
        ("Grain (incl. soybeans)", "quantity", -29.67),
        ("Meat (incl. offal)", "quantity", -3.90),
        ("Meat (incl. offal)", "value", -0.36),
    ],
)
def test_growth_is_the_ratio_of_the_two_printed_figures(
    shared: Path, commodity: str, measure: str, known: float
) -> None:
    name = "quantity" if measure == "quantity" else "value_rmb"
    figures = compiled(shared, "2025-06-09", commodity, name)
    plain = 100 * (figures["2025-01..2025-05"] / figures["2024-01..2024-05"] - 1)
    found = growth(commodity, measure)
    assert found == pytest.approx(plain, abs=1e-6)
    assert round(found, 2) == known


def test_growth_agrees_with_the_rate_that_customs_prints_beside_it(article: commodities.Window) -> None:
    frame = datasets.load("gacc-commodities", article.release)
    printed = frame[(frame["period"] == article.end) & frame["yoy_published_pct"].notna()]
    assert len(printed) > 40
    for row in printed[printed["commodity"].isin(commodities.BASKETS[0].lines)].itertuples():
        assert growth(row.commodity, row.measure) == pytest.approx(row.yoy_published_pct, abs=0.0501)


def test_growth_per_day_makes_up_for_the_leap_day() -> None:
    in_all, daily = growth("Iron ore"), growth("Iron ore", per_day=True)
    assert (1 + daily / 100) / (1 + in_all / 100) == pytest.approx(152 / 151)


def test_growth_on_the_first_print_divides_by_the_release_of_the_year_before(shared: Path) -> None:
    before = compiled(shared, "2024-06-07", "Iron ore", "quantity")["2024-01..2024-05"]
    after = compiled(shared, "2025-06-09", "Iron ore", "quantity")["2025-01..2025-05"]
    assert growth("Iron ore", base_print="first") == pytest.approx(100 * (after / before - 1), abs=1e-6)


def test_growth_with_the_later_reprint_takes_this_years_figure_from_the_next_year(shared: Path) -> None:
    before = compiled(shared, "2025-06-09", "Iron ore", "quantity")["2024-01..2024-05"]
    after = compiled(shared, "2026-06-09", "Iron ore", "quantity")["2025-01..2025-05"]
    assert growth("Iron ore", end_print="reprint") == pytest.approx(100 * (after / before - 1), abs=1e-6)


def test_growth_carries_the_rounding_of_a_release_that_prints_one_decimal() -> None:
    estimate = commodities.growth(
        {"commodity": "Rare earths", "measure": "value", "release": "2026-01-14", "months": 12}
    )
    low, high = estimate.range
    assert low < estimate.value < high
    assert 0.05 < high - low < 0.5


def test_growth_in_dollars_is_an_interval_without_a_value() -> None:
    estimate = commodities.growth({"commodity": "Crude oil", "measure": "value", "currency": "USD"})
    low, high = estimate.range
    assert estimate.value is None
    assert estimate.grade == "implied"
    # By hand: 88,730,720 over 99,002,800 in yuan; all imports −4.8 in dollars and −3.8 in yuan, ±0.05 each.
    assert low == pytest.approx(100 * (0.896245 * 0.9515 / 0.9625 - 1), abs=1e-3)
    assert high == pytest.approx(100 * (0.896245 * 0.9525 / 0.9615 - 1), abs=1e-3)


@pytest.fixture(scope="module")
def ratio(article: commodities.Window) -> measures.Interval:
    return commodities.dollar_ratio(article)


@given(dollars=st.floats(-4.85, -4.75), yuan=st.floats(-3.85, -3.75))
def test_no_rates_that_round_to_the_published_ones_leave_the_interval(
    ratio: measures.Interval, dollars: float, yuan: float
) -> None:
    assert ratio.low - 1e-12 <= (1 + dollars / 100) / (1 + yuan / 100) <= ratio.high + 1e-12


def test_total_growth_spans_first_print_and_revision() -> None:
    known = commodities.total_growth(commodities.window("2024-06-07"), "USD")
    assert (known.low, known.high) == pytest.approx((2.85, 3.05))


def test_the_way_into_dollars_holds_where_the_dollar_table_is_known() -> None:
    check = commodities.dollar_check()
    outside = (check["low"] - check["printed"]).clip(lower=0) + (check["printed"] - check["high"]).clip(lower=0)
    assert check["holds"].mean() > 0.8
    assert outside.max() < 0.15


def test_window_of_the_article() -> None:
    window = commodities.window()
    assert (window.start, window.end, window.months) == ("2024-01..2024-05", "2025-01..2025-05", 5)
    assert window.days == (152, 151)


@pytest.mark.parametrize(
    ("values", "release"),
    [
        ({"release": "pinned", "months": 5}, "2025-06-09"),
        ({"release": "latest", "months": 0}, RELEASES[-1]),
        ({"release": "latest", "months": 5}, "2026-06-09"),
        ({"release": "2025-10-13", "months": 9}, "2025-10-13"),
    ],
)
def test_parameters_that_the_data_can_answer(values: dict[str, object], release: str) -> None:
    definitions.check_parameters("05-commodities", values)
    assert commodities.window(**values).release == release


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"release": "pinned", "months": 4},
            "months=4 is not what the release 2025-06-09 holds, January to May 2025: it must be 5, or 0 for what "
            "a release holds; 4 stand in 2024-05-09 and 2025-05-09.",
        ),
        (
            {"release": "latest", "months": 6},
            "months=6 is not what the release 2026-08-07 holds, January to July 2026: it must be 7, or 0 for what "
            "a release holds; the releases hold 2, 3, 4, 5, 7, 9, 10, 11 or 12 months, and 5 is nearest.",
        ),
    ],
)
def test_months_that_a_release_does_not_hold_get_the_nearest(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(ParameterError) as caught:
        definitions.check_parameters("05-commodities", values)
    assert str(caught.value) == sentence


def test_an_unknown_release_gets_the_nearest_and_the_range() -> None:
    with pytest.raises(DatasetError, match=r"nearest is 2025-06-09.*from 2023-11-07 to 2026-08-07"):
        definitions.check_parameters("05-commodities", {"release": "2025-06-10", "months": 0})


@pytest.mark.parametrize(("claim", "word"), EXPECTED.items())
def test_verdicts_of_the_article(claim: str, word: str) -> None:
    verdict = definitions.judge(claim)
    assert verdict.word == word
    assert verdict.variant is None
    assert len(verdict.readings) == len(verdict.claim.alternatives)


def test_a_claim_without_a_figure_cannot_be_checked_and_says_why() -> None:
    verdict = definitions.judge("crude-value-11", release="2026-08-07", months=7)
    assert verdict.word == "cannot be checked with open data"
    assert verdict.reason.startswith("The growth of all imports in USD, January to July 2026 against")
    assert verdict.variant is not None


def test_a_line_that_a_release_does_not_hold_is_named() -> None:
    with pytest.raises(NoFigureError, match="2025-11-07 prints no quantity of unwrought copper"):
        growth("Unwrought copper and copper products", release="2025-11-07")


@pytest.mark.parametrize("release", RELEASES)
def test_in_every_release_the_parts_add_up(release: str) -> None:
    window = commodities.window(release)
    table = commodities.decomposed(window)
    assert (table["quantity_log"] + table["unit_value_log"] - table["value_log"]).abs().max() < 1e-9
    baskets = commodities.baskets(window)
    fisher = (1 + baskets["fisher_quantity"] / 100) * (1 + baskets["fisher_unit_value"] / 100)
    assert (fisher - (1 + baskets["value"] / 100)).abs().max() < 1e-9
    farm = commodities.farm_goods(window)
    assert farm["points"].iloc[1:].sum() == pytest.approx(farm["points"].iloc[0])
    assert farm["share_pct"].iloc[1:].sum() == pytest.approx(100)


def test_baskets_hold_no_line_within_a_line() -> None:
    for basket in commodities.BASKETS:
        assert max(Counter(basket.lines).values()) == 1
        assert not any(name.endswith("*") for name in basket.lines)
        for outer, inner in commodities.NESTED.items():
            assert not ({outer} & set(basket.lines) and set(inner) & set(basket.lines))
        # What is left of grain is grain less soybeans, so that the two may stand side by side.
        assert commodities.GRAIN not in basket.lines


@pytest.mark.parametrize(
    ("basket", "quantity", "unit_value", "share"),
    [
        ("Four energy and ore lines", -2.79, -12.58, 23.3),
        ("Energy and metals", -3.18, -9.05, 29.2),
        ("Primary goods", -4.36, -7.83, 35.9),
        ("Primary goods and basic materials", -4.43, -7.35, 38.3),
    ],
)
def test_index_numbers_of_the_article(
    article: commodities.Window, basket: str, quantity: float, unit_value: float, share: float
) -> None:
    found = commodities.baskets(article).set_index("basket").loc[basket]
    assert found["fisher_quantity"] == pytest.approx(quantity, abs=0.005)
    assert found["fisher_unit_value"] == pytest.approx(unit_value, abs=0.005)
    assert found["share_pct"] == pytest.approx(share, abs=0.05)
    assert found["missing"] == ""


def test_a_basket_says_which_lines_a_release_does_not_hold() -> None:
    missing = commodities.baskets(commodities.window("2025-11-07")).set_index("basket")["missing"]
    assert missing["Four energy and ore lines"] == ""
    assert missing["Energy and metals"] == "unwrought copper and copper products"


def test_contributions_add_up_to_the_growth_of_all_imports(article: commodities.Window) -> None:
    table = commodities.contributions(article)
    apart = table[table["group"] != "Of which"].set_index("commodity")["points"]
    assert apart.sum() == pytest.approx(-3.8)
    assert apart["Crude oil"] == pytest.approx(100 * (887.3072 - 990.028) / 7558.5, abs=0.001)
    split = table.dropna(subset="quantity_points")
    assert (split["quantity_points"] + split["unit_value_points"] - split["points"]).abs().max() < 1e-9


def test_contributions_stay_open_where_the_total_is_not_at_hand() -> None:
    assert commodities.contributions(commodities.window("2026-08-07")).empty
    assert "Everything else" not in set(commodities.contributions(commodities.window("2025-08-07"))["commodity"])


def test_every_number_of_the_article_is_marked_once(article: commodities.Window) -> None:
    table = commodities.measured(article, EXPECTED)
    marked = table.dropna(subset="printed").set_index(["group", "label"])["printed"]
    assert marked.to_dict() == {
        ("Iron ore", "Quantity"): -5.2,
        ("Coal and lignite", "Quantity"): -7.9,
        ("Agricultural products", "Value in dollars"): -12.5,
        ("Crude oil", "Quantity"): 0.3,
        ("Crude oil", "Value in dollars"): -11.4,
        ("Natural gas", "Quantity"): -9.5,
    }


@pytest.mark.parametrize("commodity", commodities.FOUR)
def test_spells_never_split_what_is_printed_as_one_and_lose_nothing(commodity: str) -> None:
    table = commodities.spells(commodity)
    months = [month for period in table["period"] for month in measures.months_of(period)]
    assert max(Counter(months).values()) == 1
    assert not {"2024-01", "2024-02", "2025-01", "2025-02", "2026-01", "2026-02"} & set(table["period"])
    days = table["period"].map(measures.days_of)
    for year, release in (("2024", "2025-01-13"), ("2025", "2026-01-14")):
        of_year = table["period"].str.startswith(year)
        whole = (
            commodities.lines(commodities.window(release)).set_index("commodity").loc[commodity, "quantity_end"]
        )
        # Months as first printed need not add up to the year as printed at its end, but nearly do.
        assert (table["value"] * days)[of_year].sum() / 10 == pytest.approx(whole, rel=0.005)


def test_iron_ore_of_2025_is_the_most_of_the_years_at_hand() -> None:
    ore = commodities.years(["Iron ore"]).set_index("year")["value"]
    assert list(ore.index) == ["2021", "2022", "2023", "2024", "2025"]
    assert ore.idxmax() == "2025"
    assert round(measures.growth(ore["2024"], ore["2025"]), 1) == 1.8


def test_revisions_are_small_and_named(article: commodities.Window) -> None:
    table = commodities.revisions(article).set_index("commodity")
    assert table.loc["Iron ore", "revision_pct"] == pytest.approx(-0.15, abs=0.005)
    assert table["revision_pct"].abs().max() < 2
    assert commodities.revisions(commodities.window("2024-06-07")).empty


def test_logs_run_from_tonnes_to_dollars(article: commodities.Window) -> None:
    table = commodities.in_logs(article).set_index("commodity")
    iron = table.loc["Iron ore"]
    dollars = commodities.growth({"commodity": "Iron ore", "measure": "value", "currency": "USD"})
    for end, pct in zip(("low", "high"), dollars.range, strict=True):
        total = iron["quantity_log"] + iron["unit_value_log"] + iron[f"rate_{end}_log"]
        assert total == pytest.approx(iron[f"value_usd_{end}_log"])
        assert total == pytest.approx(100 * math.log1p(pct / 100), abs=1e-6)


# Every definition


CLAIMS = [claims.get(name) for name in EXPECTED]
each_claim = pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)


def plain(release: str, commodity: str, period: str, measure: str = "quantity") -> float:
    """Return one figure of a release, read with nothing but the csv module."""
    with (FOLDER / f"{release}.csv").open(encoding="utf-8", newline="") as stream:
        (found,) = {
            float(row["value"])
            for row in csv.DictReader(stream)
            if (row["commodity"], row["measure"], row["period"]) == (commodity, measure, period)
        }
    return found


def cell(found: grids.Grid, **options: str) -> dict[str, object]:
    """Return the one definition that takes these options, and the article's in every other dimension."""
    rows = found.frame
    for own in found.dimensions:
        rows = rows[rows[own.id] == options.get(own.id, own.options[0].id)]
    assert len(rows) == 1
    return rows.iloc[0].to_dict()


@each_claim
def test_all_definitions_at_once_are_those_of_a_plain_loop(claim: claims.Claim) -> None:
    asked = list(grids.definitions_of(claim))
    for own, found in zip(asked, commodities.growth_many(asked), strict=True):
        alone = by_itself(own)
        if isinstance(alone, NoFigureError):
            assert str(found) == str(alone)
            continue
        assert (found.sentence, found.grade, found.edition) == (alone.sentence, alone.grade, alone.edition)
        assert found.range == pytest.approx(alone.range, abs=1e-9)
        assert found.value == (None if alone.value is None else pytest.approx(alone.value, abs=1e-9))


def by_itself(own: Mapping[str, object]) -> claims.Estimate | NoFigureError:
    try:
        return choices.evaluate(own)
    except NoFigureError as error:
        return error


def test_no_definitions_have_no_answers() -> None:
    assert commodities.growth_many([]) == []


@pytest.mark.parametrize(
    ("commodity", "known"), [("Iron ore", -0.15), ("Coal and lignite", 5.86), ("Natural gas", -1.10)]
)
def test_twelve_months_are_years_less_their_first_months_plus_the_next(commodity: str, known: float) -> None:
    may_2025 = plain("2025-06-09", commodity, "2025-01..2025-05")
    may_2024 = plain("2025-06-09", commodity, "2024-01..2024-05")
    may_2023 = plain("2024-06-07", commodity, "2023-01..2023-05")
    year_2024, year_2023 = plain("2026-01-14", commodity, "2024"), plain("2025-01-13", commodity, "2023")
    by_hand = 100 * ((year_2024 - may_2024 + may_2025) / (year_2023 - may_2023 + may_2024) - 1)
    found = growth(commodity, span="year")
    assert found == pytest.approx(by_hand, abs=1e-3)
    assert round(found, 2) == known


def test_twelve_months_take_no_first_print_and_no_whole_year() -> None:
    with pytest.raises(ParameterError, match="summed from reprints"):
        growth("Iron ore", span="year", base_print="first")
    with pytest.raises(NoFigureError, match="2026-01-14 holds twelve months already"):
        growth("Iron ore", span="year", release="2026-01-14")


def test_nothing_changes_per_day_where_both_periods_have_as_many_days() -> None:
    with pytest.raises(NoFigureError, match="Both periods have 212 days"):
        growth("Iron ore", release="2026-08-07", per_day=True)


def test_dollars_by_the_market_are_yuan_times_the_mean_rates_of_the_months() -> None:
    folder = FOLDER.parent / "exchange-rates"
    (path,) = folder.glob("*.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        rates = [
            (row["period"], float(row["rate"]))
            for row in csv.DictReader(stream)
            if row["series"] == "FRED DEXCHUS"
        ]
    months = [f"{month:02d}" for month in range(1, 6)]
    sums = [
        sum(rate for period, rate in rates if period in {f"{year}-{m}" for m in months}) for year in (2024, 2025)
    ]
    yuan = 1 + growth("Crude oil", "value") / 100
    found = growth("Crude oil", "value", currency="USD", dollars="market")
    assert found == pytest.approx(100 * (yuan * sums[0] / sums[1] - 1), abs=1e-6)


def test_dollars_by_the_market_need_a_rate_for_every_month() -> None:
    with pytest.raises(NoFigureError, match="market’s rate is not at hand for all of 2025"):
        growth("Crude oil", "value", currency="USD", dollars="market", release="2026-01-14")


def test_corner_definitions_against_the_printed_figures() -> None:
    found = definitions.grid("iron-ore-5")
    before, after = (
        plain("2024-05-09", "Iron ore", "2024-01..2024-04"),
        plain("2025-05-09", "Iron ore", "2025-01..2025-04"),
    )
    april = cell(found, end="april", base="first", calendar="daily")
    assert april["value"] == pytest.approx(100 * (after / before * 121 / 120 - 1), abs=1e-3)
    price = [
        plain(release, "Iron ore", period, "value") / plain(release, "Iron ore", period)
        for release, period in (("2025-08-07", "2024-01..2024-07"), ("2026-08-07", "2025-01..2025-07"))
    ]
    july = cell(found, end="july", measure="unit-value", print="reprint")
    assert july["value"] == pytest.approx(100 * (price[1] / price[0] - 1), abs=1e-3)
    assert july["update"]


def test_a_definition_of_another_question_lies_far_from_the_printed_value() -> None:
    found = definitions.grid("coal-8")
    longer = cell(found, end="twelve")
    assert longer["value"] > 5 > found.claim.printed.value
    assert not longer["agrees"]
    assert not longer["keeps_sign"]
    assert longer["panel"] != grids.OWN_QUESTION


@each_claim
def test_neutral_is_the_year_to_date_in_the_currency_of_the_release(claim: claims.Claim) -> None:
    (sentence,) = definitions.grid(claim.id).frame.query("neutral")["sentence"]
    assert "January to May 2025 against January to May 2024 as reprinted in the same release." in sentence
    assert "dollars" not in sentence
    assert sentence.startswith("Quantity" if "dollars" not in claim.measured else "Value in yuan")


@pytest.mark.parametrize(
    ("claim", "options", "reason"),
    [
        ("coal-8", {"measure": "quantity", "currency": "dollars"}, "A quantity has no currency."),
        ("coal-8", {"measure": "unit-value", "calendar": "daily"}, "A price has no days"),
        ("coal-8", {"base": "first", "print": "reprint"}, "is not like with like."),
        ("coal-8", {"base": "first", "end": "twelve"}, "only their reprints fit together."),
        ("coal-8", {"end": "april", "print": "reprint"}, "No release at hand holds January to April 2025"),
        ("farm-goods-12", {"scope": "group", "measure": "quantity"}, "Tonnes of unlike goods do not add up"),
        ("farm-goods-12", {"currency": "yuan", "source": "market"}, "Yuan need not be turned"),
    ],
)
def test_what_is_left_out_says_why(claim: str, options: dict[str, str], reason: str) -> None:
    found = definitions.grid(claim)
    rows = found.left_out
    for own in found.dimensions:
        rows = rows[rows[own.id] == options.get(own.id, own.options[0].id)]
    assert [reason in why for why in rows["why"]] == [True]


def test_a_run_of_another_release_has_no_months_of_the_article_and_nothing_neutral() -> None:
    found = definitions.grid("iron-ore-5", release="2024-06-07", months=5)
    assert set(found.frame["end"]) == {"may"}
    assert not found.frame["neutral"].any()
    assert not found.frame["update"].any()
