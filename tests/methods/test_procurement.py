"""Public procurement: each figure against the same rows read with csv alone, by hand."""

import csv
import json
import math

import nbformat
import pytest

from onewaytrade import claims, definitions, measures
from onewaytrade.errors import NoFigureError, ParameterError
from onewaytrade.methods import procurement

FIRST = "number of medical device types with required domestic share of {} percent"
SECOND = "number of device types at {} percent (second source)"


def cells(root, dataset, **wanted):
    """Return the rows of a compiled table that have these cells, by the standard library alone."""
    with (root / "data" / dataset / "2026-11-23.csv").open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if all(row[name] == text for name, text in wanted.items())]


def cell(root, dataset, measure, period, column="value", **wanted):
    (row,) = cells(root, dataset, measure=measure, period=period, **wanted)
    return float(row[column])


def purchases(root, period):
    return cell(root, "procurement", procurement.GOVERNMENT, period)


# How large


def test_the_total_is_an_open_bound_and_stays_one(root):
    bound = cell(root, "procurement", procurement.TOTAL, "2022", "low")
    (drawn,) = procurement.magnitudes("2022").query("note == 'open bound'").to_dict("records")
    assert drawn["low"] == bound == 48
    assert math.isnan(drawn["value"])
    assert math.isnan(drawn["high"])
    verdict = definitions.judge("procurement-48trn")
    assert (verdict.word, verdict.computed_text) == ("attested", "more than 48\u00a0trn CNY")


def test_gdp_and_fiscal_spending_follow_from_the_ministrys_own_figures(root):
    found = procurement.implied("2022").set_index("whole")
    for whole, measure in (
        ("GDP", "share of GDP"),
        ("All fiscal spending", "share of national fiscal expenditure"),
    ):
        share = cell(root, "procurement", measure, "2022")
        # 34993.1 and 2.9 % were rounded at a tenth: of a hundred million, and of a point.
        low = (purchases(root, "2022") - 0.05) / 1e4 / ((share + 0.05) / 100)
        high = (purchases(root, "2022") + 0.05) / 1e4 / ((share - 0.05) / 100)
        assert list(found.loc[whole, ["low", "high"]]) == pytest.approx([low, high])
        assert low < found.loc[whole, "value"] < high
    # The compilers' own arithmetic, which is not used, comes to the same.
    (calculated,) = (row for row in cells(root, "procurement") if row["measure"].startswith("GDP implied by"))
    assert round(found.loc["GDP", "value"], 1) == float(calculated["value"]) == 120.7
    assert [round(end, 1) for end in found.loc["GDP", ["low", "high"]]] == [118.6, 122.8]


def test_how_many_times_as_large_is_a_lower_bound_itself(root):
    found = procurement.at_least("2022").set_index("beside")["ratio"]
    assert found["Government procurement"] == pytest.approx(48 / ((purchases(root, "2022") + 0.05) / 1e4))
    assert found["GDP"] == pytest.approx(48 / ((purchases(root, "2022") + 0.05) / 1e4 / 0.0285))
    assert found["All fiscal spending"] > 1
    assert list(procurement.at_least("2021")["beside"]) == ["Government procurement"]


def test_goods_services_and_works_add_up_to_government_procurement(root):
    parts = [cell(root, "procurement", measure, "2022") for measure in procurement.SPLIT]
    assert sum(parts) == pytest.approx(purchases(root, "2022"))
    drawn = procurement.magnitudes("2022").set_index("label")["value"]
    assert drawn[["Goods", "Services", "Works"]].sum() == pytest.approx(drawn["Government procurement"])


def test_2021_fits_what_2022_and_its_growth_imply(root):
    rate = cell(root, "procurement", "change on year", "2022")
    implied = procurement.year_before("2022")
    assert implied.low < purchases(root, "2022") / 1e4 / (1 + rate / 100) < implied.high
    assert measures.round_half_away(implied.low, 0.01) == measures.round_half_away(implied.high, 0.01) == 3.64
    assert purchases(root, "2021") == 3.64
    assert procurement.year_before("2021") is None


def test_government_procurement_of_unlike_units_is_one_series(root):
    found = procurement.government_by_year().set_index("year")["value"]
    hundreds = [purchases(root, year) / 1e4 for year in ("2020", "2022", "2023")]
    assert list(found[["2020", "2022", "2023"]]) == pytest.approx(hundreds)
    assert found["2021"] == purchases(root, "2021")


def test_the_total_in_dollars_is_the_total_in_yuan_again(root):
    rates = procurement.dollars("2022").set_index("rate")["yuan"]
    dollars = cell(root, "procurement", procurement.IN_DOLLARS, "2022", "low")
    market = [
        float(row["rate"])
        for period in ("2022", "2023-07")
        for row in cells(root, "exchange-rates", pair="CNY per USD", period=period, series="FRED DEXCHUS")
    ]
    assert list(rates) == pytest.approx([48 / dollars, *market])
    assert abs(rates.iloc[0] - rates.iloc[2]) < 0.05 < abs(rates.iloc[0] - rates.iloc[1])
    assert procurement.dollars("2021").empty


def test_a_sum_in_trillions_keeps_its_rounding():
    found = procurement.value({"measure": procurement.GOVERNMENT, "period": "2022"})
    assert (found.value, found.low, found.high) == pytest.approx((3.49931, 3.499305, 3.499315))
    assert found.unit == "trn CNY"
    with pytest.raises(NoFigureError, match="open bound"):
        procurement.value({"measure": procurement.TOTAL, "period": "2022"})


# Shares


def test_the_list_by_hand_and_its_two_copies(root):
    found = procurement.ratios().set_index("ratio")
    for ratio in (25, 50, 75, 100):
        assert found.loc[ratio, "first"] == cell(root, "documents", FIRST.format(ratio), "2021")
    for ratio in (50, 75, 100):
        assert found.loc[ratio, "second"] == cell(root, "documents", SECOND.format(ratio), "2021")
    assert math.isnan(found.loc[25, "second"])
    assert list(found["first"]) == [5, 24, 12, 137]
    (calculated,) = (row for row in cells(root, "documents") if row["measure"].startswith("sum of device types"))
    assert found["first"].sum() == float(calculated["value"])
    assert list(procurement.listed_types()["note"]) == ["first copy only", *["second copy agrees"] * 3]


@pytest.mark.parametrize(
    ("end", "copy", "expected"),
    [("lowest", "first", 25), ("highest", "first", 100), ("lowest", "second", 50), ("highest", "second", 100)],
)
def test_the_ends_of_the_list(end, copy, expected):
    found = procurement.listed_ratio({"end": end, "copy": copy})
    assert (found.value, found.recomputed) == (expected, False)


def test_what_the_document_is_said_to_be_stands_but_its_force():
    verdict = definitions.judge("document-551-ratios")
    assert {finding.part: finding.stands for finding in verdict.findings} == {
        "issuers": True, "year": True, "scope": True, "lowest": True, "highest": True, "binding": None,
    }  # fmt: skip
    assert "guidance" in verdict.findings[-1].note


def test_87_percent_stands_in_two_accounts(root):
    found = procurement.restricted_tenders()
    assert list(found["percent"]) == [87, 87]
    assert found["publisher"].nunique() == 2
    measure = "number of tender notices analysed (more than)"
    assert procurement.notices() == cell(root, "eu-ipi", measure, "2017-01..2024-05", "low")
    assert definitions.judge("eu-87-percent").word == "attested"


# Europe's answer


@pytest.mark.parametrize("about", procurement.ROUNDINGS)
def test_a_tender_over_the_threshold_by_hand(root, about):
    number = cell(root, "eu-ipi", procurement.BY_NUMBER, "2023") / 100
    worth = cell(root, "eu-ipi", procurement.BY_VALUE, "2023") / 100
    times, allowed = procurement.size_ratio(about)
    # Of 100 tenders worth 100, `number` are worth `worth`: their mean over the mean of the others.
    assert times == pytest.approx((worth / number) / ((1 - worth) / (1 - number)))
    half = about / 200
    corners = [
        ((worth + a) / (number + b)) / ((1 - worth - a) / (1 - number - b))
        for a in (-half, half)
        for b in (-0.005, 0.005)
    ]
    assert (allowed.low, allowed.high) == pytest.approx((min(corners), max(corners)))


def test_chinas_threshold_in_euros(root):
    (answer,) = cells(root, "eu-ipi", entity=procurement.ANSWER)
    rates = [
        float(row["rate"])
        for pair, series in (("CNY per USD", "FRED DEXCHUS"), ("USD per EUR", "FRED DEXUSEU"))
        for row in cells(root, "exchange-rates", pair=pair, series=series, period="2025-07")
    ]
    found = procurement.thresholds().set_index("whose")["euros"]
    assert found["European Union"] == 5
    assert found["China"] == pytest.approx(float(answer["value"]) / 1e6 / math.prod(rates))


def test_what_happened_is_in_order_and_the_answer_came_last():
    dates = list(procurement.calendar()["date"])
    assert dates == sorted(dates)
    assert dates[-1] == "2025-07-06"
    assert procurement.most_from_china() == 50


def test_the_vote_is_attested_and_not_of_any_contract():
    verdict = definitions.judge("eu-ipi-5m")
    assert verdict.word == "attested"
    (reading,) = (reading for reading in verdict.readings if reading.alternative.id == "any-contract")
    assert {finding.part for finding in reading.findings if finding.stands is False} == {"sector"}


# Dräger


def test_the_changes_of_the_firm_by_hand(root):
    found = procurement.changes(10).set_index(["group", "label"])
    year = {"2023": 3373.5, "2024": 3370.9}
    assert {p: cell(root, "draeger", "net sales", p, entity=procurement.GROUP) for p in year} == year
    assert found.loc[("2024 on 2023", "Group, sales"), "value"] == pytest.approx(100 * (3370.9 / 3373.5 - 1))
    before = 1000 * cell(root, "draeger", procurement.SALES_2022, "2022")
    own = found.loc[("2023 on 2022", "Group, sales")]
    assert own["value"] == pytest.approx(100 * (3373.5 / before - 1))
    # 3.04 billion is anything from 3,035 to 3,045 million.
    assert (own["low"], own["high"]) == pytest.approx((100 * (3373.45 / 3045 - 1), 100 * (3373.55 / 3035 - 1)))
    first = cell(root, "draeger", procurement.QUARTER, "2022Q1")
    second = cell(root, "draeger", procurement.QUARTER_2023, "2023Q1")
    assert found.loc[("2023 on 2022", "Group, first quarter"), "value"] == pytest.approx(
        100 * (second / first - 1)
    )


@pytest.mark.parametrize("about", procurement.ROUNDINGS)
def test_about_half_has_the_width_that_was_chosen(about):
    china = procurement.changes(about).iloc[0]
    assert (china["value"], china["high"] - china["low"]) == (-50, about)
    index = procurement.levels(about).query("series == 'China'")
    assert list(index["period"]) == ["2023", "2024"]  # nothing is at hand for 2022, and nothing is drawn
    assert list(index["value"]) == [100, 50]
    undone = procurement.undoing(about)
    # After this growth in 2023, and the fall in 2024, the business is where it was in 2022.
    assert (1 + undone.low / 100) * (1 + china["high"] / 100) == pytest.approx(1)
    assert (1 + undone.high / 100) * (1 + china["low"] / 100) == pytest.approx(1)


def test_the_words_almost_half_are_told_as_such():
    verdict = definitions.judge("draeger-50")
    told = {reading["id"]: reading["computed_text"] for reading in verdict.to_dict()["alternatives"]}
    assert told["call"] == "a fall of a little less than 50\u00a0%"
    assert {finding.part: finding.stands for finding in verdict.findings} == {
        "size": True, "year": True, "products": None,
    }  # fmt: skip


def test_only_china_fell_by_half_and_both_accounts_say_so(root):
    frame = definitions.grid("draeger-50").frame.set_index(["source", "scope"])
    assert set(frame.index[frame["agrees"]]) == {("press-conference", "china"), ("call", "china")}
    orders = [
        cell(root, "draeger", "order intake", year, entity="Draegerwerk medical division")
        for year in ("2023", "2024")
    ]
    by_hand = 100 * (orders[1] / orders[0] - 1)
    assert frame.loc[("press-conference", "medical-orders"), "value"] == pytest.approx(by_hand)
    wider = frame[frame["panel"] != "The article’s question"]
    assert wider["value"].between(-10, 1).all(), "where China is one country of several, nothing fell by half"
    verdict = definitions.judge("draeger-50")
    assert (verdict.robustness, verdict.spread.breaks, len(verdict.spread.turns)) == (None, (), len(wider))
    assert "1 only tells the printed figure again" in verdict.robustness_reason


def test_the_total_has_a_second_account_and_its_part_is_another_question(root):
    frame = definitions.grid("procurement-48trn").frame.set_index(["source", "scope", "end"])
    assert frame["agrees"].sum() == 2
    assert frame.loc[("xinhua", "government", "2023"), "value"] == pytest.approx(purchases(root, "2023") / 1e4)
    assert frame.loc[("xinhua", "all", "2021"), "low"] == cell(
        root, "procurement", procurement.TOTAL, "2021", "low"
    )
    assert definitions.judge("procurement-48trn").robustness is None, "a second account of one total is no vote"


@pytest.mark.parametrize("claim", ["document-551-ratios", "eu-ipi-5m"])
def test_a_second_account_gives_each_part_that_it_tells_the_same_answer(claim):
    found = definitions.grid(claim)
    own = found.same[found.same["article"]].set_index("part")["agrees"]
    others = found.same[~found.same["article"]]
    assert len(others)
    assert (others["agrees"] == others["part"].map(own)).all()
    assert others["copy"].all()
    assert definitions.judge(claim).spread.share_agreeing is None


def test_contracts_of_any_kind_overturn_the_sector_alone():
    (told,) = definitions.judge("eu-ipi-5m").spread.turns
    assert told.startswith("kind of contract: of any kind")


def test_the_cause_has_its_effect_and_its_premise_and_stays_open():
    verdict = definitions.judge("cause-draeger-procurement")
    assert {finding.part: finding.stands for finding in verdict.findings} == {"effect": True, "premise": True}
    assert verdict.word == "cause not testable here"


def test_a_statement_that_was_not_found_shows_no_count_of_parts():
    verdict = definitions.judge("draeger-spokesperson")
    assert (verdict.word, verdict.computed_text) == ("cannot be checked with open data", "")


# The notebook


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"year": "2020", "about": 10}, "the nearest is '2021', and all are 2021, 2022"),
        ({"year": "2024", "about": 10}, "the nearest is '2022'"),
        ({"year": "last", "about": 10}, "year='last' is no year for which"),
        ({"year": "2022", "about": 7}, "about=7 is none of 2, 5, 10"),
        ({"year": "2022", "about": 100}, "the nearest is 10"),
    ],
)
def test_a_parameter_that_the_data_cannot_answer_is_refused_in_a_sentence(values, sentence):
    with pytest.raises(ParameterError, match=sentence):
        definitions.check_parameters("09-procurement", values)


@pytest.mark.parametrize("year", procurement.YEARS)
def test_every_year_offered_has_a_total_and_a_chart(year):
    definitions.check_parameters("09-procurement", {"year": year, "about": 10})
    assert {"open bound", "ministry"} <= set(procurement.magnitudes(year)["note"])


def test_the_notebook_judges_its_claims_in_the_order_of_the_register(root):
    mine = [claim.id for claim in claims.register().values() if claim.notebook == "09-procurement"]
    content = nbformat.read(root / "notebooks" / "09-procurement.ipynb", as_version=4)
    code = "\n".join(cell.source for cell in content.cells if cell.cell_type == "code")
    places = [code.index(json.dumps(claim)) for claim in mine]
    assert places == sorted(places)
