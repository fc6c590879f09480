"""Customs' growth rates by a second way: the rows of the CSV files in decimals, without our own functions."""

import csv
import functools
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from onewaytrade import choices, claims, datasets, definitions, grids
from onewaytrade.errors import NoFigureError, ParameterError
from onewaytrade.methods import commodities, customs

ROOT = Path(__file__).parents[2]
MINE = [claim for claim in claims.register().values() if claim.notebook == "02-customs-growth"]
NUMBERS = [claim for claim in MINE if claim.printed.value is not None]


def read(dataset: str) -> list[dict[str, str]]:
    with (ROOT / "data" / dataset / "2026-11-23.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


TOTALS = read("gacc-totals")


def cell(flow: str, currency: str, period: str, source: str, column: str = "value") -> Decimal:
    """Return one cell, levels in billions."""
    [row] = [
        row
        for row in TOTALS
        if (row["flow"], row["currency"], row["period"], row["source_id"]) == (flow, currency, period, source)
    ]
    number = Decimal(row[column])
    if column != "value":
        return number
    factor = {"100M CNY": "0.1", "trn CNY": "1000", "trn USD": "1000", "bn USD": "1", "k USD": "0.000001"}
    return number * Decimal(factor[row["unit"]])


def pct(end: Decimal, start: Decimal) -> float:
    return float(100 * (end / start - 1))


def test_each_printed_rate_stands_in_a_publication_of_customs_in_yuan():
    places = {"2022": "S005", "2023": "S006", "2024": "S007", "2025-01..2025-05": "S009"}
    assert len(NUMBERS) == 8
    for claim in NUMBERS:
        choices = claim.definition.choices
        source = places[choices["end"]]
        rate = float(cell(choices["flow"], "CNY", choices["end"], source, "yoy_published_pct"))
        assert rate == claim.printed.value, claim.id
        assert cell(choices["flow"], "USD", choices["end"], "S001", "yoy_published_pct") != Decimal(str(rate))


@pytest.mark.parametrize("flow", customs.FLOWS)
def test_2024_by_hand(flow):
    by_hand = pct(cell(flow, "CNY", "2024", "S002"), cell(flow, "CNY", "2023", "S002"))
    verdict = definitions.judge(f"customs-{flow}-2024")
    assert verdict.estimate.value == pytest.approx(by_hand)
    assert verdict.word == "reproduced"


@pytest.mark.parametrize(("flow", "other"), [("imports", "exports"), ("exports", "imports")])
def test_january_to_may_2025_is_narrowed_by_the_sum_of_both_flows(flow, other):
    start = cell(flow, "CNY", "2024-01..2024-05", "S002")
    half, small = Decimal(5), Decimal("0.005")  # half of 0.01 trillion, and of 0.1 of 100 million, in billions
    own, rest = (cell(name, "CNY", "2025-01..2025-05", "S009") for name in (flow, other))
    both = cell("total", "CNY", "2025-01..2025-05", "S021")
    low = max(own - half, both - small - rest - half)
    high = min(own + half, both + small - rest + half)
    estimate = definitions.judge(f"customs-{flow}-2025-may").estimate
    base = Decimal("0.05")
    assert estimate.low == pytest.approx(pct(low, start + base))
    assert estimate.high == pytest.approx(pct(high, start - base))
    assert estimate.low <= estimate.value <= estimate.high
    assert estimate.high - estimate.low < pct(own + half, start - base) - pct(own - half, start + base)


def test_rounded_levels_of_the_press_miss_the_printed_rate():
    # 7.27 on 7.55 trillion.
    assert round(7.27 / 7.55 * 100 - 100, 1) == -3.7
    later = {reading.alternative.id: reading for reading in definitions.judge("customs-imports-2025-may").readings}
    estimate = later["rounded-levels"].estimate
    assert estimate.value == pytest.approx(7.27 / 7.55 * 100 - 100)
    assert estimate.low < -3.75 < estimate.high
    # The later table's level no longer rounds to what the press printed.
    assert round(cell("imports", "CNY", "2024-01..2024-05", "S002") / 1000, 2) != Decimal("7.55")


def test_first_prints_of_2022_and_2023_have_the_other_sign_for_exports():
    first = {"2022": "S005", "2023": "S006"}
    by_hand = {
        flow: pct(*(cell(flow, "CNY", year, first[year]) for year in ("2023", "2022"))) for flow in customs.FLOWS
    }
    assert round(by_hand["exports"], 2) == -0.83
    assert round(by_hand["imports"], 2) == -0.61
    for flow, value in by_hand.items():
        found = {one.alternative.id: one.estimate for one in definitions.judge(f"customs-{flow}-2023").readings}
        assert found["first-levels"].value == pytest.approx(value)
        factor = cell(flow, "USD", "2022", "S001") / cell(flow, "USD", "2022", "S015")
        revised = pct(cell(flow, "CNY", "2023", "S006"), cell(flow, "CNY", "2022", "S005") * factor)
        assert found["revised-as-dollars"].value == pytest.approx(revised)


def test_the_revision_implied_in_yuan_holds_the_one_seen_in_dollars():
    table = customs.revision().set_index(["flow", "currency"])
    for flow in customs.FLOWS:
        seen = pct(cell(flow, "USD", "2022", "S001"), cell(flow, "USD", "2022", "S015"))
        yuan, dollars = table.loc[(flow, "CNY")], table.loc[(flow, "USD")]
        assert yuan["low_pct"] < seen < yuan["high_pct"]
        assert dollars["low_pct"] <= seen <= dollars["high_pct"]
        rate = 1 + cell(flow, "CNY", "2023", "S006", "yoy_published_pct") / 100
        implied = cell(flow, "CNY", "2023", "S006") / rate
        assert yuan["later"] == pytest.approx(float(implied))
        assert yuan["grade"] == "implied"


def test_growth_in_yuan_is_growth_in_dollars_times_that_of_customs_own_rate():
    table = customs.identity()
    exact = table[table["period"] == "2024"]
    for row in exact.to_dict("records"):
        for end in ("low", "high"):
            product = (1 + row[f"usd_{end}_pct"] / 100) * (1 + row[f"rate_{end}_pct"] / 100)
            assert product == pytest.approx(1 + row[f"cny_{end}_pct"] / 100)
        levels = [
            cell(row["flow"], "CNY", year, "S002") / cell(row["flow"], "USD", year, "S001")
            for year in ("2023", "2024")
        ]
        assert row["rate_low_pct"] - 1e-9 <= pct(levels[1], levels[0]) <= row["rate_high_pct"] + 1e-9
    assert table.loc[table["period"] == "2022", "month_before_pct"].isna().all()


def test_the_markets_rate_is_weighted_by_the_trade_of_each_month():
    rates = {
        row["period"]: float(row["rate"])
        for row in read("exchange-rates")
        if row["series"] == "FRED DEXCHUS" and row["statistic"].startswith("monthly")
    }
    means = []
    for year, months in (("2024", ("2023-12", "2024-04")), ("2025", ("2024-12", "2025-04"))):
        own = [f"{year}-{month:02d}" for month in range(1, 6)]
        before = [months[0], *own[:4]]
        assert before[-1] == months[1]
        weights = [float(cell("exports", "USD", month, "S001")) for month in own]
        means.append(sum(w * rates[month] for w, month in zip(weights, before, strict=True)) / sum(weights))
    table = customs.identity().set_index(["flow", "period"])
    assert table.loc[("exports", "2025-01..2025-05"), "month_before_pct"] == pytest.approx(
        100 * (means[1] / means[0] - 1)
    )


def test_customs_rate_follows_the_market_of_the_month_before():
    table = customs.monthly_rates()
    assert len(table) == 3 * 24
    follows, away = customs.follows(table), customs.distance(table)
    assert follows["Market, month before"] > 0.8 > follows["Market"]
    assert away["Market, month before"] < away["Market"]


def test_rates_one_upon_the_other_by_hand():
    expected = {"imports": 0.997 * 1.023 * 0.962, "exports": 1.006 * 1.071 * 1.072}
    verdict = definitions.judge("customs-confirms-cpb")
    choices = verdict.claim.definition.choices
    found = {flow: definitions.evaluate({**choices, "flow": flow}) for flow in customs.FLOWS}
    for flow, factor in expected.items():
        assert found[flow].value == pytest.approx(100 * factor - 100)
        assert found[flow].low < found[flow].value < found[flow].high
    gap = definitions.evaluate({**choices, "flow": "exports", "minus_flow": "imports"})
    assert gap.value == pytest.approx(found["exports"].value - found["imports"].value)
    assert [finding.stands for finding in verdict.findings] == [True, True, True]


def test_twelve_months_on_an_implied_year_by_hand():
    months = [f"2024-{month:02d}" for month in range(6, 13)]
    for flow in customs.FLOWS:
        end = sum(cell(flow, "CNY", month, "S002") for month in months) + cell(
            flow, "CNY", "2025-01..2025-05", "S009"
        )
        base = cell(flow, "CNY", "2023", "S006") / (
            1 + cell(flow, "CNY", "2023", "S006", "yoy_published_pct") / 100
        )
        claim = claims.get("customs-confirms-cpb")
        [other] = [one for one in claim.alternatives if one.id == "cny-twelve-months"]
        found = definitions.evaluate({**claim.definition.choices, **other.choices, "flow": flow})
        assert found.value == pytest.approx(pct(end, base))
        assert found.grade in {"implied", "press"}


def test_contributions_to_the_growth_of_imports_add_up():
    release = datasets.resolve("gacc-commodities", "pinned")
    for basket in commodities.BASKETS[::2]:
        parts = customs.import_parts(release, basket.name).set_index("label")["value"]
        assert parts.drop("All imports").sum() == pytest.approx(parts["All imports"])
    assert round(parts["All imports"], 1) == -3.8
    assert round(parts[customs.COMPUTERS], 2) == 1.63
    assert round(parts[customs.CHIPS], 2) == 1.01


def test_the_calendar_of_january_to_may():
    assert customs.calendar_of("2024-01..2024-05") == (152, 110)
    assert customs.calendar_of("2025-01..2025-05") == (151, 108)
    per_day = customs.by_calendar("USD").set_index("Flow")["Per calendar day, %"]
    rate = cell("imports", "USD", "2025-01..2025-05", "S001") / cell("imports", "USD", "2024-01..2024-05", "S001")
    assert per_day["Imports"] == pytest.approx(float(100 * (rate * 152 / 151 - 1)))


def test_medical_exports_by_hand():
    rows = {(row["measure"], row["period"]): row["value"] for row in read("medical-exports")}
    nine = "2022-01..2022-09"
    value = Decimal(rows["pharma+medical products exports", nine])
    before = value / (1 + Decimal(rows["pharma+medical products exports, change", nine]) / 100)
    everything = [cell("exports", "USD", period, "S001") for period in ("2021-01..2021-09", nine)]
    weight = customs.medical_weight()
    assert weight["points"] == pytest.approx(float(100 * (value - before) / everything[0]))
    assert weight["share_pct"] == pytest.approx(float(100 * value / everything[1]))
    rose = Decimal(rows["PPE exports", "2020"]) - Decimal(rows["PPE exports", "2019"])
    assert weight["ppe_points"] == pytest.approx(float(100 * rose / cell("exports", "USD", "2019", "S001")))
    # In dollars the year grew less than its first nine months: the last quarter fell.
    assert all(cell("exports", "USD", f"2022-{month}", "S001", "yoy_published_pct") < 0 for month in (10, 11, 12))
    assert weight["nine_pct"] > weight["year_pct"] > 0


def test_the_two_causes():
    medical = definitions.judge("cause-exports-2022-medical")
    assert [finding.stands for finding in medical.findings] == [True, False]
    assert medical.word == "contradicted"
    assert all(one.estimate.value < 0 for one in medical.readings if one.estimate)
    reopening = definitions.judge("cause-exports-2023-reopening")
    assert [finding.stands for finding in reopening.findings] == [True, None]
    signs = {one.alternative.id: one.estimate.value > 0 for one in reopening.readings if one.estimate}
    assert signs == {"usd-published": False, "first-levels": False, "volume": True}


@pytest.mark.parametrize("claim", MINE, ids=lambda claim: claim.id)
def test_asked_in_dollars_every_claim_is_a_variant_of_which_the_figure_is_that_in_dollars(claim):
    assert customs.in_currency(claim.id, "CNY") == {}
    verdict = definitions.judge(claim.id, **customs.in_currency(claim.id, "USD"))
    assert "currency USD instead of CNY" in verdict.variant
    assert "{" not in verdict.variant
    if claim.printed.value is not None:
        choices = claim.definition.choices
        published = float(cell(choices["flow"], "USD", choices["end"], "S001", "yoy_published_pct"))
        assert verdict.estimate.value == pytest.approx(published, abs=0.11)
        assert verdict.word in {"not reproduced", "contradicted"}


def test_a_level_that_no_source_prints_is_no_figure():
    with pytest.raises(NoFigureError, match="2021"):
        customs.level("exports", "CNY", "2021-01")
    with pytest.raises(NoFigureError, match="source S002 prints no"):
        customs.level("exports", "USD", "2024", "S002")
    with pytest.raises(NoFigureError, match="No growth rate"):
        customs.published("exports", "CNY", "2021")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"currency": "EUR"}, "currency='EUR' is not one of 'CNY', 'USD'; the nearest is"),
        ({"currency": "cny"}, "the nearest is 'CNY'"),
        ({"basket": "Energy"}, "the nearest is 'Energy and metals'"),
    ],
)
def test_parameters_outside_the_data_are_refused(changes, sentence):
    values = {"currency": "CNY", "basket": "Primary goods"} | changes
    with pytest.raises(ParameterError, match=sentence):
        customs.check_parameters(values)


def test_every_source_that_a_table_names_by_its_number_is_explained():
    named = set()
    for currency in ("CNY", "USD"):
        shown = customs.recomputed_shown(currency)
        named |= set(re.findall(r"S\d{3}", " ".join(shown["Levels"])))
    table = customs.sources()
    assert named <= set(table["Source"])
    assert not table["Read at"].str.contains(r"@[0-9a-f]{7}").any()


# All definitions

GRIDDED = [claim for claim in MINE if claim.dimensions]


@functools.cache
def grid_of(claim_id: str) -> grids.Grid:
    return definitions.grid(claim_id)


def option(claim_id: str, part: str = "", **ids: str):
    """Return the definition that takes these options, and else the article's."""
    found = grid_of(claim_id)
    taken = {own.id: own.options[0].id for own in found.dimensions} | ids
    rows = found.frame[found.frame["part"] == part]
    for name, wanted in taken.items():
        rows = rows[rows[name] == wanted]
    [row] = rows.to_dict("records")
    return row


def why(claim_id: str, **ids: str) -> set[str]:
    left_out = grid_of(claim_id).left_out
    for name, wanted in ids.items():
        left_out = left_out[left_out[name] == wanted]
    return set(left_out["why"])


@pytest.mark.parametrize("claim", GRIDDED, ids=lambda claim: claim.id)
def test_all_definitions_at_once_are_those_one_by_one(claim):
    asked = grids.definitions_of(claim)
    assert len(asked) > 30
    for own, found in zip(asked, choices.evaluate_many(asked), strict=True):
        if isinstance(found, NoFigureError):
            with pytest.raises(NoFigureError, match=re.escape(str(found))):
                choices.evaluate(own)
        else:
            alone = choices.evaluate(own)
            assert found.range == pytest.approx(alone.range)
            assert replace(found, value=0, low=0, high=0, annual_rate=0) == replace(
                alone, value=0, low=0, high=0, annual_rate=0
            )


def test_twelve_months_per_calendar_day_by_hand():
    months = [f"{year}-{month:02d}" for year in (2023, 2024) for month in range(6, 13)]
    flow, claim = "imports", "customs-imports-2025-may"
    then, now = (
        sum(cell(flow, "CNY", month, "S002") for month in months if month[:4] == year) for year in ("2023", "2024")
    )
    then += cell(flow, "CNY", "2024-01..2024-05", "S002")
    now += cell(flow, "CNY", "2025-01..2025-05", "S009")
    assert option(claim, window="year")["value"] == pytest.approx(pct(now, then))
    assert option(claim, window="year", calendar="day")["value"] == pytest.approx(pct(now * 366, then * 365))


@pytest.mark.parametrize(
    ("claim", "ids", "now", "then"),
    [
        ("customs-imports-2024", {"window": "month"}, ("CNY", "2024-12", "S002"), ("CNY", "2023-12", "S002")),
        ("customs-exports-2024", {"print": "press"}, ("CNY", "2024", "S007"), ("CNY", "2023", "S006")),
        (
            "customs-exports-2023",
            {"source": "levels", "currency": "dollars", "base": "first"},
            ("USD", "2023", "S001"),
            ("USD", "2022", "S015"),
        ),
        (
            "customs-exports-2022",
            {"source": "levels", "currency": "dollars"},
            ("USD", "2022", "S015"),
            ("USD", "2021", "S001"),
        ),
        ("customs-imports-2025-may", {"end": "2025-12"}, ("CNY", "2025", "S008"), ("CNY", "2024", "S002")),
    ],
)
def test_definitions_between_two_levels_by_hand(claim, ids, now, then):
    flow = claim.split("-")[1]
    assert option(claim, **ids)["value"] == pytest.approx(pct(cell(flow, *now), cell(flow, *then)))


def test_a_quarter_of_a_year_is_the_sum_of_its_months():
    ends = [
        sum(cell("exports", "USD", f"{year}-{month}", "S001") for month in (10, 11, 12)) for year in (2024, 2023)
    ]
    found = option("customs-exports-2024", currency="dollars", window="quarter")
    assert found["value"] == pytest.approx(pct(*ends))


def test_published_rates_by_hand():
    alone = option("customs-imports-2025-may", window="month", source="published")
    assert alone["value"] == float(cell("imports", "CNY", "2025-05", "S010", "yoy_published_pct"))
    december = option("customs-exports-2022", currency="dollars", window="month")
    assert december["value"] == float(cell("exports", "USD", "2022-12", "S001", "yoy_published_pct"))


def test_volumes_of_another_edition_by_hand():
    with (ROOT / "data" / "cpb" / "2024-01.csv").open(encoding="utf-8", newline="") as stream:
        index = {
            row["month"]: float(row["index"])
            for row in csv.DictReader(stream)
            if (row["flow"], row["region"], row["measure"]) == ("exports", "China", "volume")
        }
    years = [sum(value for month, value in index.items() if month[:4] == year) for year in ("2022", "2021")]
    found = option("customs-exports-2022", measure="volume", source="cpb", edition="2024-01")
    assert found["value"] == pytest.approx(100 * years[0] / years[1] - 100)


def test_a_gap_between_levels_on_a_base_revised_as_in_dollars_by_hand():
    growth = {}
    for flow in customs.FLOWS:
        factor = cell(flow, "USD", "2022", "S001") / cell(flow, "USD", "2022", "S015")
        growth[flow] = pct(cell(flow, "CNY", "2024", "S002"), cell(flow, "CNY", "2022", "S005") * factor)
    ids = {"source": "levels", "base": "dollars", "window": "whole-years"}
    assert option("customs-confirms-cpb", "gap", **ids)["value"] == pytest.approx(
        growth["exports"] - growth["imports"]
    )


def test_the_year_before_is_the_later_print_where_there_is_one_and_else_the_implied():
    assert customs.later_level("imports", "USD", "2022").value == pytest.approx(
        float(cell("imports", "USD", "2022", "S001"))
    )
    implied = cell("imports", "CNY", "2023", "S006") / Decimal("0.997")
    assert customs.later_level("imports", "CNY", "2022").value == pytest.approx(float(implied))


@pytest.mark.parametrize(
    ("claim", "ids", "sentence"),
    [
        (
            "customs-imports-2022",
            {"source": "levels", "currency": "yuan", "window": "year"},
            "No imports in yuan for 2021 are at hand.",
        ),
        (
            "customs-exports-2022",
            {"source": "levels", "currency": "dollars", "window": "month"},
            "2021 was not revised with them",
        ),
        (
            "customs-exports-2023",
            {"source": "levels", "base": "revised", "currency": "yuan"},
            "No revised exports in yuan for 2022 stand in a table at hand.",
        ),
        ("customs-exports-2023", {"source": "published", "base": "first"}, "the base that customs took"),
        ("customs-imports-2024", {"source": "cpb", "currency": "yuan"}, "CPB counts values in dollars."),
        (
            "customs-imports-2024",
            {"print": "press", "currency": "dollars"},
            "No newspaper’s imports in dollars for 2023 are at hand.",
        ),
        ("customs-imports-2025-may", {"source": "published", "calendar": "day"}, "from customs’ own levels alone"),
        ("customs-imports-2025-may", {"window": "month", "calendar": "day"}, "as many days in one year"),
        ("customs-confirms-cpb", {"source": "levels", "window": "from-2021"}, "revised 2022 and not 2021"),
    ],
)
def test_what_has_no_place_in_a_grid_says_why(claim, ids, sentence):
    assert any(sentence in reason for reason in why(claim, **ids))


def test_neutral_are_the_rates_themselves_and_for_the_trend_twelve_months_on_2022():
    for claim in NUMBERS:
        [row] = grid_of(claim.id).frame.query("neutral").to_dict("records")
        assert row["article"], claim.id
    neutral = grid_of("customs-confirms-cpb").frame.query("neutral").set_index("part")["value"]
    claim = claims.get("customs-confirms-cpb")
    [months] = [one for one in claim.alternatives if one.id == "cny-twelve-months"]
    for flow in customs.FLOWS:
        asked = {**claim.definition.choices, **months.choices, "flow": flow}
        assert neutral[flow] == pytest.approx(definitions.evaluate(asked).value)


def test_what_ends_after_the_article_has_no_vote():
    found = grid_of("customs-confirms-cpb")
    assert set(found.frame.loc[found.frame["window"] == "to-2025", "update"]) == {True}
    assert not found.same["update"].any()


def test_where_the_print_stands_among_its_definitions():
    words = {claim.id.removeprefix("customs-"): customs.standing(grid_of(claim.id)) for claim in NUMBERS}
    assert words == {
        "imports-2022": "what the one definition gives",
        "imports-2023": "the highest of 3 definitions",
        "imports-2024": "the highest of 3 definitions",
        "imports-2025-may": "the lowest of 3 definitions",
        "exports-2022": "what the one definition gives",
        "exports-2023": "the highest of 3 definitions",
        "exports-2024": "given by all 3 definitions",
        "exports-2025-may": "given by all 3 definitions",
    }
    in_dollars = definitions.grid("customs-exports-2023", **customs.in_currency("customs-exports-2023", "USD"))
    assert customs.standing(in_dollars) == "above all 6 definitions"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([7.0, 7.3, 7.3], "between those of 3 definitions"),
        ([7.0, 7.1, 7.3], "in the middle of 3 definitions"),
        ([7.2, 7.3, 7.4], "below all 3 definitions"),
        ([7.0], "not what the one definition gives"),
    ],
)
def test_where_a_print_stands_among_other_values(values, words):
    found = grid_of("customs-exports-2024")
    same = [own for own in found.answers if own.panel == grids.OWN_QUESTION and not own.update]
    own = tuple(replace(answer, value=value) for answer, value in zip(same, values, strict=False))
    assert customs.standing(replace(found, answers=own)) == words


def test_how_far_the_definitions_of_a_rate_lie_apart():
    found = grid_of("customs-imports-2023")
    [row] = customs.spreads([found]).to_dict("records")
    assert row["Same question"].startswith("3: −0.61")
    voting = found.frame[found.frame["panel"] != grids.OWN_QUESTION]
    assert row["Other questions"].startswith(f"{len(voting)}: {voting['value'].min():.2f}".replace("-", "−"))


def test_what_is_done_to_the_markets_rate_does_not_reach_the_next():
    first = customs.market_rate()
    value = first.iloc[0]
    first.iloc[0] = 0.0
    assert customs.market_rate().iloc[0] == value
