import csv
import functools
import math
from pathlib import Path

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


@pytest.mark.parametrize("choices", [{"prices": "2021"}, {"source": "cpb"}])
def test_what_cpb_counts_is_in_dollars_only(choices):
    with pytest.raises(NoFigureError, match="implied in dollars"):
        balance.change({**RATIO, "measure": "surplus", **choices, "currency": "CNY"})


def test_in_a_ratio_the_prices_cancel_and_volumes_are_left():
    gap = [cpb(flow, "volume", "2024") / cpb(flow, "volume", "2022") for flow in balance.FLOWS]
    for base in ("2021", "2023"):
        estimate = balance.change({**RATIO, "prices": base})
        assert estimate.value == pytest.approx(100 * (gap[0] / gap[1] - 1))
    assert estimate.edition == "cpb 2026-01"


def test_months_of_cpb_can_be_set_against_each_other_and_those_of_an_edition_end():
    index = {
        (flow, month): float(
            by_hand("cpb/2026-01.csv", flow=flow, region="China", measure="volume", month=month)[0]["index"]
        )
        for flow in balance.FLOWS
        for month in ("2022-12", "2025-03")
    }
    grown = {flow: index[flow, "2025-03"] / index[flow, "2022-12"] for flow in balance.FLOWS}
    asked = {**RATIO, "prices": "2021", "start": "2022-12", "end": "2025-03"}
    assert balance.change(asked).value == pytest.approx(100 * (grown["exports"] / grown["imports"] - 1))
    with pytest.raises(NoFigureError, match="Edition 2025-01 of CPB’s table holds January 2000 to January 2025"):
        balance.change({**asked, "edition": "2025-01"})


def test_what_is_asked_of_many_definitions_at_once_is_what_each_gives():
    asked = [
        {**RATIO, "measure": measure, "currency": currency, "start": start, "base_print": kind}
        for measure in ("ratio", "surplus")
        for currency in balance.CURRENCIES
        for start in ("2019", "2022", "2023")
        for kind in ("revised", "first")
    ]
    answers = balance.change_many(asked)
    for choices, answer in zip(asked, answers, strict=True):
        if isinstance(answer, NoFigureError):
            with pytest.raises(NoFigureError) as one:
                balance.change(choices)
            assert str(one.value) == str(answer)
        else:
            assert balance.change(choices) == answer
    assert any(isinstance(answer, NoFigureError) for answer in answers)


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


def test_trade_has_become_more_one_sided_by_every_definition():
    verdict = definitions.judge("one-way-trade")
    assert (verdict.word, verdict.robustness) == ("reproduced", "robust")
    found = definitions.grid("one-way-trade")
    assert len(found.same) > 100
    assert (found.same["low"] > 0).all()


def test_the_neutral_definition_is_in_yuan_and_joins_months_of_one_year_to_a_print_of_the_next():
    def yuan(flow: str, period: str, **wanted: str) -> float:
        found = by_hand("gacc-totals/2026-11-23.csv", flow=flow, currency="CNY", period=period, **wanted)
        scale = {"100M CNY": 0.1, "trn CNY": 1e3}
        return min(float(row["value"]) * scale[row["unit"]] for row in found)

    ratio = {}
    for name, flow in zip(("last", "first"), ("exports", "imports"), strict=True):
        months = [yuan(flow, f"2024-{month:02d}", source_id="S002") for month in range(6, 13)]
        this_year = yuan(flow, "2025-01..2025-05", source_id="S009")
        year = by_hand("gacc-totals/2026-11-23.csv", flow=flow, currency="CNY", period="2023", source_id="S006")[0]
        ratio[name] = (sum(months) + this_year) / (
            1e3 * float(year["value"]) / (1 + float(year["yoy_published_pct"]) / 100)
        )
    neutral = definitions.grid("one-way-trade").frame.query("neutral")
    assert neutral["value"].item() == pytest.approx(100 * (ratio["last"] / ratio["first"] - 1))
    assert "yuan" in neutral["sentence"].item()
    assert "June 2024 to May 2025 against calendar 2022" in neutral["sentence"].item()


def test_another_run_asks_of_its_own_years_alone():
    found = definitions.grid("one-way-trade", start="2020", end="2021")
    assert set(found.frame["start"]) == {"2022"}, "the first option, which is what the run asks"
    assert found.frame["sentence"].str.contains("calendar 2021 against calendar 2020").all()
    assert not found.frame["neutral"].any()


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
