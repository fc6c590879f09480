import csv
import functools
import math
from pathlib import Path

import pandas as pd
import pytest

from onewaytrade import definitions, measures
from onewaytrade.errors import ClaimError, NoFigureError, ParameterError
from onewaytrade.methods import balance, partners

DATA = Path(__file__).parents[2] / "data"
RATIO = {"method": "trade-balance", "measure": "ratio", "currency": "USD", "start": "2022", "end": "2024"}
ASKED = {"currency": "USD", "start": "2022", "end": "2024"}


@functools.cache
def rows_of(table: str) -> list[dict[str, str]]:
    with (DATA / table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_hand(table: str, **wanted: str) -> list[dict[str, str]]:
    return [row for row in rows_of(table) if all(row[name] == cell for name, cell in wanted.items())]


def customs(flow: str, year: str) -> float:
    found = by_hand("gacc-totals/2026-11-23.csv", flow=flow, currency="USD", period=year, source_id="S001")
    return float(found[0]["value"]) / 1e6


def cpb(flow: str, measure: str, year: str, region: str = "China") -> float:
    found = by_hand("cpb/2026-01.csv", flow=flow, region=region, measure=measure)
    months = [float(row["index"]) for row in found if row["month"].startswith(year)]
    assert len(months) == 12
    return sum(months) / 12


def price(flow: str, year: str) -> float:
    return cpb(flow, "unit_value", year)


# Customs' money


def test_the_ratio_is_that_of_customs_own_rows():
    ratio = {year: customs("exports", year) / customs("imports", year) for year in ("2022", "2024")}
    estimate = balance.change(RATIO)
    assert estimate.value == pytest.approx(100 * (ratio["2024"] / ratio["2022"] - 1))
    assert estimate.value == pytest.approx(5.70, abs=0.005)
    assert estimate.grade == "primary"


def test_the_surplus_and_the_share_are_those_of_the_same_rows():
    surplus = {year: customs("exports", year) - customs("imports", year) for year in ("2022", "2024")}
    assert balance.change({**RATIO, "measure": "surplus"}).value == pytest.approx(
        100 * (surplus["2024"] / surplus["2022"] - 1)
    )
    share = balance.change({**RATIO, "measure": "import-share"})
    assert share.value == pytest.approx(100 * customs("imports", "2024") / customs("exports", "2024"))
    assert share.unit == "cents per dollar"


def test_twelve_months_are_added_up_from_single_months():
    months = [f"2024-{month:02d}" for month in range(6, 13)] + [f"2025-{month:02d}" for month in range(1, 6)]
    flows = {
        flow: sum(
            float(row["value"])
            for row in by_hand(
                "gacc-totals/2026-11-23.csv", flow=flow, currency="USD", frequency="monthly", source_id="S001"
            )
            if row["period"] in months
        )
        for flow in balance.FLOWS
    }
    before = customs("exports", "2022") / customs("imports", "2022")
    expected = 100 * (flows["exports"] / flows["imports"] / before - 1)
    assert balance.change({**RATIO, "end": "2024-06..2025-05"}).value == pytest.approx(expected)


def test_months_add_up_to_what_customs_printed_for_them_together():
    for flow in balance.FLOWS:
        printed = partners.total(flow, "USD", "2025-01..2025-05", "revised")
        months = [partners.total(flow, "USD", f"2025-{month:02d}", "revised") for month in range(1, 6)]
        assert printed.value == pytest.approx(sum(month.value for month in months), rel=1e-3)


def test_the_first_print_agrees_with_the_surplus_that_the_press_printed():
    table = balance.prints().set_index("2022")
    printed = by_hand(
        "surplus-prices/2026-11-23.csv", measure="goods trade surplus, as first published", period="2022"
    )
    assert table["Surplus, bn"]["USD, first print"] == pytest.approx(float(printed[0]["value"]), abs=0.05)
    assert table["Exports, bn"]["CNY, first print"] == pytest.approx(23970)
    # 23.77 trn is +0.6 % on the revised 2022.
    assert table["Exports, bn"]["CNY, as revised, implied"] == pytest.approx(23770 / 1.006)


def test_yuan_carry_the_rounding_of_the_press():
    estimate = balance.change({**RATIO, "currency": "CNY", "base_print": "first"})
    lowest = (254545 / 183923) / (23.975 / 18.095)
    assert estimate.low == pytest.approx(100 * (lowest - 1), abs=0.002)
    assert estimate.low < estimate.value < estimate.high
    assert estimate.grade == "press"


def test_the_currency_nearly_cancels_in_the_ratio():
    dollars = balance.change({**RATIO, "start": "2023"}).value
    yuan = balance.change({**RATIO, "start": "2023", "currency": "CNY"}).value
    assert dollars == pytest.approx(yuan, abs=0.1)


# Without prices


def test_the_surplus_at_prices_of_2021_is_two_sources_multiplied():
    real = {
        flow: customs(flow, "2021") * cpb(flow, "volume", "2024") / cpb(flow, "volume", "2021")
        for flow in balance.FLOWS
    }
    row = balance.by_year().set_index("year").loc["2024"]
    assert row["real_surplus"] == pytest.approx(real["exports"] - real["imports"])
    estimate = balance.change({**RATIO, "measure": "surplus", "prices": "2021"})
    assert estimate.value == pytest.approx(53.6, abs=0.05)
    assert estimate.grade == "implied"
    assert estimate.edition == "gacc-totals 2026-11-23 and cpb 2026-01"


def test_in_the_base_year_both_surpluses_are_one():
    table = balance.by_year().set_index("year")
    assert table["real_surplus"]["2021"] == pytest.approx(table["surplus"]["2021"])
    assert table[["exports_apart", "imports_apart"]].loc["2021"].abs().max() < 1e-9
    assert table[["exports_apart", "imports_apart"]].abs().max().max() < 2


def test_no_base_year_turns_the_direction():
    assert (balance.by_base("2022", "2024")["pct"] > 0).all()


def test_prices_of_a_year_are_implied_in_dollars_only():
    with pytest.raises(NoFigureError, match="implied in dollars"):
        balance.change({**RATIO, "measure": "surplus", "prices": "2021", "currency": "CNY"})


# Prices


def test_terms_of_trade_are_export_over_import_prices():
    found = balance.price_changes("2022", "2024")
    expected = (price("exports", "2024") / price("imports", "2024")) / (
        price("exports", "2022") / price("imports", "2022")
    )
    assert found["terms"] == pytest.approx(100 * (expected - 1))
    assert (1 + found["exports"] / 100) * (1 + found["rate"] / 100) == pytest.approx(
        1 + found["exports_yuan"] / 100
    )
    assert "rate" not in balance.price_changes("2019", "2024")


@pytest.mark.parametrize(("start", "end"), [("2022", "2024"), ("2019", "2025"), ("2020", "2021")])
def test_the_parts_of_the_ratio_add_up(start, end):
    bridge = balance.bridge(start, end).set_index("part")
    assert bridge["log_points"].iloc[:-1].sum() == pytest.approx(bridge["log_points"]["Ratio"])
    ratio = balance.change({**RATIO, "start": start, "end": end}).value
    assert bridge["log_points"]["Ratio"] == pytest.approx(100 * math.log1p(ratio / 100))
    assert bridge["pct"]["Ratio"] == pytest.approx(ratio)


def test_quarters_of_capacity_are_not_filled_in():
    quarters = balance.capacity()
    assert {"2021Q1", "2022Q1"}.isdisjoint(quarters.index)
    assert quarters["2025Q2"] == 74.0


# How one-sided


def test_the_long_line_meets_customs_in_the_base_year():
    wide = balance.long_view().pivot(index="month", columns="series", values="value")
    assert wide["Implied by CPB"]["2021-12"] == pytest.approx(wide["Customs"]["2021-12"])
    assert (wide["Implied by CPB"] / wide["Customs"] - 1).abs().max() < 0.03


def test_the_grid_holds_what_single_definitions_give():
    grid = balance.grid("2024").set_index("measure")
    assert grid["2022"]["Exports over imports, dollars"] == balance.change(RATIO).value
    assert math.isnan(grid["2019"]["Surplus, yuan"])
    gap = [100 * cpb(flow, "volume", "2024") / cpb(flow, "volume", "2022") for flow in balance.FLOWS]
    assert grid["2022"]["Growth gap in volume, CPB"] == pytest.approx(gap[0] - gap[1])
    assert balance.directions(balance.grid("2024")) == {"rise": 31, "fall": 0, "same": 0, "missing": 4}


def test_directions_count_falls_and_standstills():
    cells = pd.DataFrame({"measure": ["a", "b"], "unit": "%", "2019": [-1.0, 0.04], "2020": [2.0, None]})
    assert balance.directions(cells) == {"rise": 1, "fall": 1, "same": 1, "missing": 1}


def test_regions_are_ranked_by_their_gap():
    table = balance.regions("2022", "2024")
    own = table[table["group"] == "Economies and regions"]
    assert own["label"].iloc[0] == "China"
    assert own["gap"].is_monotonic_decreasing
    assert own["value"].iloc[0] - own["value"].iloc[1] == pytest.approx(own["gap"].iloc[0])


def test_a_partner_is_judged_by_both_printed_rates():
    choices = {**RATIO, "partner": "United States", "start": "2024-01..2024-05", "end": "2025-01..2025-05"}
    estimate = balance.change(choices)
    # The press printed −9.7 % for exports and −7.4 % for imports.
    assert estimate.value == pytest.approx(100 * (0.903 / 0.926 - 1))
    assert estimate.low < estimate.value < estimate.high < 0


def test_coverage_by_partner_follows_from_the_table_of_2024():
    first = balance.coverage().query("series == '2024 on 2023'").set_index("label")
    for partner in ("Germany", "South Korea", "World"):
        rates = [
            float(
                by_hand(
                    "gacc-partners/2026-11-23.csv",
                    partner=partner, flow=flow, currency="CNY", period="2024", source_id="S027",
                )[0]["yoy_published_pct"]
            )
            for flow in balance.FLOWS
        ]  # fmt: skip
        expected = 100 * ((1 + rates[0] / 100) / (1 + rates[1] / 100) - 1)
        assert first["value"][partner] == pytest.approx(expected)
        assert first["low"][partner] < expected < first["high"][partner]


def test_a_higher_ratio_is_nearer_to_balance_for_who_sells_china_more():
    moved = balance.coverage().query("series == '2024 on 2023'").set_index("label")["moved"]
    assert moved["Brazil"] == "nearer to balance"
    assert moved["Germany"] == "China sells still more"
    assert moved["South Korea"] == "China buys still more"


def test_from_a_deficit_a_surplus_has_no_growth():
    with pytest.raises(NoFigureError, match="From a deficit in calendar 2023, with South Korea"):
        balance.change(
            {**RATIO, "measure": "surplus", "partner": "South Korea", "currency": "CNY", "start": "2023"}
        )


def test_what_is_not_at_hand_is_said():
    with pytest.raises(
        NoFigureError, match="exports in yuan, goods by Chinese customs, calendar 2019: not at hand"
    ):
        balance.change({**RATIO, "currency": "CNY", "start": "2019"})
    with pytest.raises(NoFigureError, match="its end must come after its start"):
        balance.change({**RATIO, "start": "2024", "end": "2024"})
    with pytest.raises(ClaimError, match="'share' of a trade balance is none of ratio"):
        balance.change({**RATIO, "measure": "share"})


# The register's claims


def test_the_headline_is_read_as_the_body_reads_it_and_a_looser_sense_stands_beside():
    found = by_hand("cpb/2026-01.csv", flow="imports", region="China", measure="volume")
    index = {row["month"]: float(row["index"]) for row in found}
    ratio = index["2025-03"] / index["2022-12"]
    verdict = definitions.judge("headline-surge-stagnation")
    assert (
        verdict.findings[0].computed == f"+{measures.round_half_away(100 * (ratio - 1), 0.1)}\N{NO-BREAK SPACE}%"
    )
    assert [finding.stands for finding in verdict.findings] == [False, True, True]
    looser = next(reading for reading in verdict.readings if reading.alternative.id == "little-growth")
    yearly = measures.round_half_away(100 * (ratio ** (12 / 27) - 1), 0.1)
    assert looser.findings[0].computed == f"+{yearly}\N{NO-BREAK SPACE}%"
    assert looser.findings[0].stands is True


def test_the_fastest_year_that_the_article_counts_as_standstill_is_the_looser_mark():
    claim = definitions.claims.get("headline-surge-stagnation")
    looser = next(a for a in claim.alternatives if a.id == "little-growth").choices["parts"]["imports"]
    rows = by_hand("gacc-totals/2026-11-23.csv", flow="imports", currency="CNY")
    printed = {
        row["period"]: float(row["yoy_published_pct"])
        for row in rows
        if row["period"] in {"2023", "2024", "2025-01..2025-05"} and row["yoy_published_pct"]
    }
    assert looser["expected"] == max(printed.values()) == printed["2024"]


def test_trade_has_become_more_one_sided_by_every_other_estimate():
    verdict = definitions.judge("one-way-trade")
    assert (verdict.word, verdict.robustness) == ("reproduced", "robust")
    same = [reading.estimate for reading in verdict.readings if reading.alternative.asks == "same"]
    assert all(estimate.range[0] > 0 for estimate in same)


def test_the_cause_is_left_open_while_its_effect_stands():
    verdict = definitions.judge("cause-imbalance")
    assert verdict.word == "cause not testable here"
    assert {finding.part: finding.stands for finding in verdict.findings} == {"effect": True, "premise": None}
    found = {reading.alternative.id: reading.estimate for reading in verdict.readings}
    assert found["weak-demand"].value == pytest.approx(31.7 - 33.5)
    assert found["cheaper-imports"].value < 0


def test_every_rival_explanation_shows_something():
    table = balance.explanations("2022", "2024")
    assert len(table) == 6
    assert (table["The series at hand"].str.len() > 0).all()
    assert "not at hand for both years" in balance.explanations("2019", "2025")["The series at hand"][3]


# What a reader may ask


@pytest.mark.parametrize(
    "values", [ASKED, {**ASKED, "currency": "CNY"}, {**ASKED, "start": "2019", "end": "2025"}]
)
def test_what_can_be_answered_is_let_through(values):
    balance.check_parameters(values)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"currency": "EUR"}, "currency='EUR' is not one of 'USD', 'CNY'; the nearest is"),
        ({"currency": "usd"}, "the nearest is 'USD'"),
        ({"start": "2016"}, "start='2016' is no calendar year at hand in dollars; the nearest is '2019'"),
        ({"currency": "CNY", "start": "2019"}, "at hand in yuan; the nearest is '2022'"),
        ({"end": "2031"}, "end='2031' is no calendar year at hand in dollars; the nearest is '2025'"),
        ({"start": "2022-12"}, "start='2022-12' is no calendar year"),
        ({"start": "2024"}, "start='2024' must come before end='2024'; the nearest is end='2025'."),
        ({"start": "2025", "end": "2025"}, "the nearest is start='2024'."),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_nearest(change, told):
    with pytest.raises(ParameterError) as caught:
        balance.check_parameters({**ASKED, **change})
    assert told in str(caught.value)
