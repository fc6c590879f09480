import csv
from pathlib import Path

import pytest

from onewaytrade import datasets, definitions, grids
from onewaytrade.errors import NoFigureError, ParameterError
from onewaytrade.methods import suppliers

DATA = Path(__file__).parents[2] / "data"
PARAMETERS = {
    "base": "2021",
    "commodity": "Iron ore",
    "window": "2025-01..2025-05",
    "partner": "Australia",
}


def read(name: str, edition: str = "2026-11-23") -> list[dict[str, str]]:
    with (DATA / name / f"{edition}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def trade() -> dict[tuple[str, str, str], dict[str, str]]:
    """Rows on imports by partner, currency and period, by the standard library alone."""
    own = [row for row in read("gacc-partners") if row["flow"] == "imports" and row["value"]]
    return {(row["partner"], row["currency"], row["period"]): row for row in own}


@pytest.fixture(scope="module")
def buildings() -> dict[tuple[str, str], dict[str, str]]:
    return {(row["indicator"], row["period"]): row for row in read("property")}


def grown(partner: str, period: str, currency: str = "any"):
    return suppliers.growth({"partner": partner, "period": period, "currency": currency})


def ten_thousands(trade, partner, *periods):
    return [float(trade[partner, "CNY", period]["value"]) for period in periods]


# Brazil and South Africa


def test_what_customs_printed_comes_first_and_keeps_its_currency():
    found = grown("Brazil", "2025-01..2025-05")
    printed = next(
        row
        for row in read("gacc-partners")
        if (row["partner"], row["currency"], row["period"]) == ("Brazil", "USD", "2025-01..2025-05")
    )
    assert found.value == float(printed["yoy_published_pct"]) == -21.3
    assert not found.recomputed
    assert found.grade == "press"
    assert " in dollars" in found.sentence
    # Both ends are printed as well, to a tenth of a billion, and agree.
    before = float(trade_value("Brazil", "USD", "2024-01..2024-05"))
    assert 100 * (float(printed["value"]) / before - 1) == pytest.approx(-21.3, abs=0.05)


def trade_value(partner: str, currency: str, period: str) -> str:
    return next(
        row["value"]
        for row in read("gacc-partners")
        if (row["partner"], row["flow"], row["currency"], row["period"]) == (partner, "imports", currency, period)
    )


@pytest.mark.parametrize(("partner", "expected"), [("Brazil", -32.1), ("South Africa", -46.0)])
def test_two_months_stand_as_printed(partner, expected):
    row = next(
        row
        for row in read("gacc-commodities-other")
        if (row["commodity"], row["period"]) == (f"TOTAL imports from {partner}", "2025-01..2025-02")
    )
    assert grown(partner, "2025-01..2025-02").value == float(row["yoy_published_pct"]) == expected


@pytest.mark.parametrize(("partner", "rate", "expected"), [("Brazil", 27.2, -15.5), ("South Africa", 17.2, -13.5)])
def test_the_half_year_is_implied_by_the_print_of_2026(trade, partner, rate, expected):
    later = trade[partner, "CNY", "2026-01..2026-06"]
    assert float(later["yoy_published_pct"]) == rate
    now = float(later["value"]) / (1 + rate / 100) * 1e4  # from 100M CNY to 10k CNY
    (before,) = ten_thousands(trade, partner, "2024-01..2024-06")
    found = grown(partner, "2025-01..2025-06")
    assert found.value == pytest.approx(100 * (now / before - 1))
    assert round(found.value, 1) == expected
    assert found.grade == "implied"
    assert found.low < found.value < found.high


def test_the_second_quarter_is_the_half_year_less_the_first_quarter(trade):
    for partner, expected in (("Brazil", 1.8), ("South Africa", 21.2)):
        april, fourth, half = ten_thousands(trade, partner, "2024-04", "2024-01..2024-04", "2024-01..2024-06")
        before = half - (fourth - april)
        first = next(
            row
            for row in read("gacc-commodities-other")
            if (row["commodity"], row["period"]) == (f"TOTAL imports from {partner}", "2026-01..2026-03")
        )
        later = trade[partner, "CNY", "2026-01..2026-06"]
        sums = [float(row["value"]) / (1 + float(row["yoy_published_pct"]) / 100) * 1e4 for row in (later, first)]
        found = grown(partner, "2025-04..2025-06")
        assert found.value == pytest.approx(100 * ((sums[0] - sums[1]) / before - 1))
        assert round(found.value, 1) == expected


def test_south_africas_five_months_stay_bounds_and_are_a_fall(trade):
    before = ten_thousands(trade, "South Africa", "2024-01..2024-05")[0]
    later = trade["South Africa", "CNY", "2026-01..2026-06"]
    most = (float(later["value"]) + 5e-9) / (1 + (17.2 - 0.05) / 100) * 1e4
    found = grown("South Africa", "2025-01..2025-05")
    assert found.value is None
    assert found.high == pytest.approx(100 * (most / before - 1), abs=1e-4)
    assert found.low < found.high < -2
    table = suppliers.workings("South Africa", "2025-01..2025-05").set_index("Sum")
    assert table.loc["January to May 2025, so", "At least"] == table.loc["January to March 2025", "At least"]
    assert table.loc["January to May 2025, so", "At most"] == table.loc["January to June 2025", "At most"]


def test_two_years_are_chained_and_nothing_else():
    table = suppliers.two_years().set_index(["partner", "period"])
    row = table.loc[("Brazil", "2025-01..2025-02")]
    assert row["both"] == pytest.approx(100 * (1.371 * 0.679 - 1))
    assert (row["before"], row["now"]) == (37.1, -32.1)


def test_every_window_offered_tells_something_of_both_countries():
    for period in (*suppliers.WINDOWS, *suppliers.LATER[2:]):
        for partner in suppliers.BOTH:
            assert grown(partner, period).range


def test_dollars_of_later_months_use_the_rate_of_all_imports(trade):
    yuan, world = (ten_thousands(trade, name, "2024-01..2024-11")[0] for name in ("Brazil", "World"))
    dollars = next(
        float(row["value"])
        for row in read("gacc-totals")
        if (row["flow"], row["currency"], row["period"], row["print"])
        == ("imports", "USD", "2024-01..2024-11", "revised")
    )
    before = yuan / world * dollars / 1e3  # thousand dollars to million
    now = float(trade_value("Brazil", "USD", "2025-01..2025-11"))
    assert grown("Brazil", "2025-01..2025-11").value == pytest.approx(100 * (now / before - 1))


def test_the_latest_month_is_what_one_sum_of_the_press_adds_to_the_other(trade):
    fourth, fifth = (
        next(
            row
            for row in read("gacc-partners")
            if (row["partner"], row["flow"], row["currency"], row["period"])
            == ("Brazil", "imports", "USD", f"2025-01..2025-0{month}")
        )
        for month in (4, 5)
    )
    before = float(trade_value("Brazil", "USD", "2024-01..2024-05")) - float(fourth["value"]) / (
        1 + float(fourth["yoy_published_pct"]) / 100
    )
    found = grown("Brazil", "2025-05")
    assert found.value == pytest.approx(100 * ((float(fifth["value"]) - float(fourth["value"])) / before - 1))
    assert " in dollars" in found.sentence
    # Four figures of a tenth of a billion leave some points of room, and none for a fall.
    assert 5 < found.low < found.value < found.high < 15
    with pytest.raises(NoFigureError, match="South Africa these months and those of the year before"):
        grown("South Africa", "2025-05")


def test_the_other_currency_is_the_one_that_does_not_come_first(trade):
    assert " in yuan" in grown("Brazil", "2025-01..2025-05", "other").sentence
    february = grown("Brazil", "2025-01..2025-02", "other")
    assert " in dollars" in february.sentence
    assert february.value != grown("Brazil", "2025-01..2025-02").value
    with pytest.raises(NoFigureError, match="In the other currency"):
        grown("South Africa", "2025-01..2025-05", "other")


def test_amounts_stand_beside_a_printed_rate_only_where_they_are_not_made_of_it(trade):
    def by_amounts(partner, period):
        return suppliers.growth({"partner": partner, "period": period, "currency": "any", "by": "amounts"})

    before, now = ten_thousands(trade, "Brazil", "2024-01..2024-02")[0], trade["Brazil", "CNY", "2025-01..2025-02"]
    assert by_amounts("Brazil", "2025-01..2025-02").value == pytest.approx(
        100 * (float(now["value"]) * 1e4 / before - 1)
    )
    with pytest.raises(NoFigureError, match="known through the printed rate alone"):
        by_amounts("Brazil", "2024")
    with pytest.raises(NoFigureError, match="amounts are all there is"):
        by_amounts("Brazil", "2025-01..2025-03")


def test_twelve_months_stand_against_a_calendar_year_in_either_currency(trade):
    def since_2022(partner, currency):
        return suppliers.growth({"partner": partner, "period": "2024", "currency": currency, "base": "2022"})

    base = float(trade_value("Brazil", "USD", "2022"))
    share = ten_thousands(trade, "Brazil", "2024")[0] / ten_thousands(trade, "World", "2024")[0]
    dollars = share * next(
        float(row["value"])
        for row in read("gacc-totals")
        if (row["flow"], row["currency"], row["period"], row["print"]) == ("imports", "USD", "2024", "revised")
    )
    # Month by month the rates of the year differ from that of the whole year by less than a half per cent.
    assert since_2022("Brazil", "other").value == pytest.approx(100 * (dollars / 1e6 / base - 1), abs=0.5)
    # In yuan, which lost value, the same goods grew by more.
    assert since_2022("Brazil", "any").value > since_2022("Brazil", "other").value + 5
    with pytest.raises(NoFigureError, match="South Africa these twelve months and calendar 2022"):
        since_2022("South Africa", "any")


def test_no_figure_is_made_up():
    with pytest.raises(NoFigureError, match="not both at hand in yuan or dollars"):
        grown("Africa", "2025-01..2025-06")
    with pytest.raises(NoFigureError, match="no sums on both sides"):
        suppliers.workings("Africa", "2025-01..2025-05")


def test_the_verdict_on_the_two_countries_leaves_the_goods_open_and_the_quarter_against_it():
    verdict = definitions.judge("brazil-south-africa-decline")
    assert [finding.stands for finding in verdict.findings] == [True, True, None]
    quarter = next(one for one in verdict.readings if one.alternative.id == "second-quarter")
    assert [finding.stands for finding in quarter.findings] == [False, False, None]
    assert verdict.robustness == "fragile"


def test_only_the_latest_month_turns_the_answer_on_brazil_before_the_article():
    found = definitions.grid("brazil-south-africa-decline")
    assert set(found.frame["part"]) == {"brazil", "south-africa"}, "the goods have no figure"
    same = found.same
    against = same[~same["keeps_sign"].astype(bool) & (same["high"] > 0) & (same["low"] > 0)]
    assert list(zip(against["part"], against["end"], strict=True)) == [("brazil", "2025-05")]
    assert not set(found.frame.loc[found.frame["update"], "end"]) & set(same["end"])
    neutral = found.frame[found.frame["neutral"]]
    assert neutral["part"].item() == "brazil"
    assert neutral["value"].item() > 0
    assert "twelve months to May 2025 against calendar 2022" in neutral["sentence"].item()


def test_the_curve_of_one_part_holds_its_definitions_alone():
    found = definitions.grid("brazil-south-africa-decline")
    table, options = grids.curve(found, "brazil")
    assert len(table) == (found.frame["part"] == "brazil").sum()
    assert table.loc[table["role"] == "article", "panel"].tolist() == [grids.OWN_QUESTION]
    assert set(table["Months"]) == set(options["Months"])
    # Of South Africa nothing is known against 2022, so that there is no choice to show.
    assert "Compared with" in options
    assert "Compared with" not in grids.curve(found, "south-africa")[1]


def test_a_run_on_other_months_is_its_own_first_definition():
    found = definitions.grid("brazil-south-africa-decline", period="2024")
    own = found.frame[found.frame["article"]].set_index("part")["value"]
    assert dict(own) == {"brazil": -4.4, "south-africa": -3.0}
    assert set(found.frame["end"]) == {found.dimensions[0].options[0].id}
    assert not found.frame.duplicated(["part", "sentence"]).any()


# Property


def test_starts_by_hand(buildings):
    first, last = (float(buildings["Floor space newly started", year]["value"]) for year in ("2021", "2024"))
    moved = suppliers.since("2021", "Iron ore").set_index(["label", "series"])["value"]
    assert moved["Floor space started", "to 2024"] == pytest.approx(100 * (last / first - 1))
    assert round(moved["Floor space started", "to 2024"], 1) == -62.8
    premise = next(
        one for one in definitions.judge("property-slump-commodities").findings if one.part == "premise"
    )
    assert premise.stands
    assert premise.computed.startswith("−62.8")


def test_printed_rates_are_not_ratios_of_levels(buildings):
    table = suppliers.rates_beside_levels().set_index(["label", "group"])
    assert len(table) == 12
    row = table.loc[("Investment in property", "2023")]
    by_hand = 100 * (110913.0 / 132895.41 - 1)
    assert float(buildings["Real estate development investment", "2023"]["value"]) == 110913.0
    assert row["levels"] == pytest.approx(by_hand)
    assert row["published"] == -9.6
    assert row["gap"] == pytest.approx(by_hand + 9.6)


def test_chained_rates_take_levels_only_where_nothing_was_printed():
    chain = 132895.41 / 147602.08 * (1 - 0.096) * (1 - 0.106)
    assert suppliers.chained(suppliers.INVESTMENT, "2021") == pytest.approx(100 * (chain - 1))


def test_units_are_those_on_the_panels(buildings):
    table = suppliers.stacked(("Iron ore",)).set_index(["panel", "period"])
    assert table.loc[("Floor space started", "2019"), "value"] == pytest.approx(2271.5358)  # million m²
    assert table.loc[("Investment in property", "2021"), "value"] == pytest.approx(14.760208)  # trn CNY
    assert table.groupby("panel")["unit"].nunique().eq(1).all()
    assert suppliers.peaks(table.reset_index())["Floor space started"] == "2019"


# Imports by quantity


def test_ore_over_the_years_rose_by_hand():
    first = next(
        float(row["value"])
        for row in read("gacc-commodities-other")
        if (row["commodity"], row["measure"], row["period"]) == ("Iron ore", "quantity", "2021")
    )
    prints = [
        float(row["value"])
        for release in ("2025-01-13", "2026-01-14")
        for row in read("gacc-commodities", release)
        if (row["commodity"], row["measure"], row["period"]) == ("Iron ore", "quantity", "2024")
    ]
    found = suppliers.years_growth({"commodity": "Iron ore", "start": "2021", "end": "2024"})
    assert found.value == pytest.approx(100 * (prints[-1] / first - 1))
    assert found.low <= 100 * (min(prints) / first - 1) <= 100 * (max(prints) / first - 1) <= found.high
    assert found.grade == "press"
    with pytest.raises(NoFigureError, match="natural gas in 2021"):
        suppliers.years_growth({"commodity": "Natural gas", "start": "2021", "end": "2024"})


def test_coal_before_2021_is_the_sum_of_twelve_months():
    months = [
        float(row["value"])
        for row in read("gacc-commodities-other")
        if row["commodity"] == "Coal and lignite"
        and (row["measure"], row["frequency"], row["basis"]) == ("quantity", "monthly", "printed")
        and row["period"].startswith("2020-")
    ]
    table = suppliers.import_years(("Coal and lignite",)).set_index("period")
    assert len(months) == 12
    assert table.loc["2020", "value"] == pytest.approx(sum(months) / 100)
    assert table.loc["2020", "where"] == "sum of months"
    assert table.loc["2021", "where"] != "sum of months"


def test_rates_of_the_same_months_stand_side_by_side():
    table = suppliers.together("Iron ore").set_index("period")
    assert list(table.index)[:3] == ["2023-01..2023-10", "2024-01..2024-03", "2024"]
    row = table.loc["2025-01..2025-05"]
    assert row["started"] == -22.8
    assert row["imported"] == pytest.approx(100 * (48640.9234079 / 51298.0817122 - 1))
    assert (table["started"] < 0).all()
    assert table.loc["2025", "imported"] > 0


def test_a_first_year_after_the_base_is_named():
    labels = set(suppliers.since("2021", "Natural gas")["label"])
    assert "Natural gas, from 2023" in labels
    assert "Iron ore" in labels
    lower, higher = suppliers.split(suppliers.since("2021", "Natural gas"))
    assert "floor space started" in lower
    assert {"iron ore imports", "natural gas imports (from 2023)"} <= set(higher)


def test_pairs_keep_the_order_of_rows_and_series():
    rates = suppliers.rates_beside_levels()
    long = suppliers.in_pairs(rates, {"published": "printed", "levels": "by levels"})
    assert long["series"].tolist()[:4] == ["printed", "by levels"] * 2
    assert long["label"].tolist()[:4] == ["Floor space started"] * 2 + ["Floor space sold"] * 2


def test_brazils_crude_is_read_from_a_row_and_its_note():
    assert suppliers.brazilian_crude() == {"2024": 36.84, "2025": 47.08}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"base": "2014"}, "the nearest is '2015'"),
        ({"base": "2024"}, "the nearest is '2023'"),
        ({"base": "long ago"}, "all are 2015, .*, 2023"),
        ({"commodity": "Iron"}, "the nearest is 'Iron ore'"),
        ({"window": "2025-01..2025-04"}, "the nearest is '2025-0"),
        ({"partner": "Austria"}, "the nearest is 'Australia'"),
        ({"partner": "Africa"}, "is not one of"),
    ],
)
def test_parameters_outside_the_data_are_refused(changes, sentence):
    suppliers.check_parameters(PARAMETERS)
    with pytest.raises(ParameterError, match=sentence):
        suppliers.check_parameters(PARAMETERS | changes)


def test_the_main_figures_stand_where_the_table_of_sources_says():
    by_source = {"S082": ("Brazil", "2025-01..2025-05"), "S092": ("Africa", "2025-01..2025-05")}
    table = datasets.load("gacc-partners")
    for source, (partner, period) in by_source.items():
        rows = table[(table["source_id"] == source) & (table["partner"] == partner) & (table["period"] == period)]
        assert len(rows) >= 1
    assert suppliers.sources()["Source"].is_unique
