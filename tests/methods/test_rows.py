"""Single rows of the compiled tables: what is read off them, against the same rows read with csv alone."""

import csv
import re

import pandas as pd
import pytest

from onewaytrade import datasets
from onewaytrade.claims import Estimate
from onewaytrade.errors import ClaimError, NoFigureError
from onewaytrade.measures import Interval
from onewaytrade.methods import rows

PORSCHE = {"dataset": "luxury", "entity": "Porsche AG, China", "measure": "deliveries"}


def printed(root, dataset, **wanted):
    with (root / "data" / dataset / "2026-11-23.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if all(row[name] == text for name, text in wanted.items())]


def test_a_value_is_found_with_its_grade_and_publisher(root):
    found = rows.value({**PORSCHE, "period": "2024"})
    row, *others = printed(root, "luxury", entity="Porsche AG, China", measure="deliveries", period="2024")
    assert not others
    assert found.value == float(row["value"])
    assert (found.grade, found.unit, found.recomputed) == (row["grade"], "vehicles", False)
    assert row["publisher"] in found.sentence
    assert found.edition == "luxury 2026-11-23"


def test_growth_of_counts_is_exact_and_its_sources_are_named(root):
    found = rows.growth({**PORSCHE, "start": "2021", "end": "2024"})
    start, end = (
        float(printed(root, "luxury", entity="Porsche AG, China", measure="deliveries", period=p)[0]["value"])
        for p in ("2021", "2024")
    )
    assert found.value == found.low == found.high == pytest.approx(100 * (end - start) / start)
    assert (1 + found.annual_rate / 100) ** 3 == pytest.approx(end / start)
    assert found.unit == "%"


def test_the_rounding_of_printed_values_is_carried():
    chips = {"dataset": "localisation", "entity": "China, integrated circuits", "measure": "import value"}
    found = rows.growth({**chips, "start": "2023", "end": "2024"})
    # 349.4 is anything from 349.35 to 349.45, and 385 anything from 384.5 to 385.5.
    assert found.low == pytest.approx(100 * (384.5 / 349.45 - 1))
    assert found.high == pytest.approx(100 * (385.5 / 349.35 - 1))
    assert found.low < found.value < found.high


def test_values_in_different_units_do_not_grow_into_each_other():
    chips = {"dataset": "localisation", "entity": "China, integrated circuits", "measure": "import value"}
    with pytest.raises(ClaimError, match=re.escape("are in bn USD and trn CNY: no growth")):
        rows.growth({**chips, "start": "2024", "end": "2025"})


def test_an_open_bound_stays_open_and_excludes_its_end():
    found = rows.value(
        {
            "dataset": "procurement",
            "measure": "total public procurement incl. state sector (more than)",
            "period": "2022",
        }
    )
    assert (found.value, found.low, found.high, found.exclusive) == (None, 48.0, None, True)


def test_a_difference_of_two_rows_is_in_points():
    named = "retail sales of consumer goods, nominal, change on year as first published (no Jan/Feb values)"
    retail = {"dataset": "consumption", "entity": "China", "measure": named, "period": "2025-05"}
    before, now = (rows.value({**retail, "period": period}).value for period in ("2019-05", "2025-05"))
    found = rows.value({**retail, "minus_period": "2019-05"})
    assert found.value == pytest.approx(now - before)
    assert found.unit == "points"


def test_a_window_less_another_and_a_rate_per_year():
    income = {"dataset": "consumption", "entity": "China", "measure": "per capita disposable income"}
    later = rows.growth({**income, "start": "2022", "end": "2024", "per_year": True})
    earlier = rows.growth({**income, "start": "2019", "end": "2022", "per_year": True})
    found = rows.growth(
        {**income, "start": "2022", "end": "2024", "per_year": True, "minus_start": "2019", "minus_end": "2022"}
    )
    assert found.value == pytest.approx(later.value - earlier.value)
    assert (found.low, found.high) == (later.low - earlier.high, later.high - earlier.low)


def test_a_rate_per_year_is_not_taken_per_year_again():
    income = {"dataset": "consumption", "entity": "China", "measure": "per capita disposable income"}
    whole = rows.growth({**income, "start": "2022", "end": "2024"})
    yearly = rows.growth({**income, "start": "2022", "end": "2024", "per_year": True})
    assert (1 + yearly.value / 100) ** 2 == pytest.approx(1 + whole.value / 100)
    assert yearly.annual_rate == whole.annual_rate == pytest.approx(yearly.value)


@pytest.mark.parametrize(
    ("ends", "relation", "expected", "stands"),
    [
        ((60.0, 70.0), "above", 50, True),
        ((40.0, 60.0), "above", 50, None),
        ((30.0, 50.0), "above", 50, False),
        ((248.0, None), "above", 250, None),
        ((30.0, 40.0), "below", 50, True),
        ((40.0, 60.0), "below", 50, None),
        ((50.0, 60.0), "below", 50, False),
        ((24.6, 25.4), "rounds-to", 25, True),
        ((24.6, 25.6), "rounds-to", 25, None),
        ((24.6, None), "rounds-to", 25, None),
        ((26.0, None), "rounds-to", 25, False),
    ],
)
def test_what_the_range_leaves_open_is_unknown_and_not_false(ends, relation, expected, stands):
    estimate = Estimate(None, "press", "", "", *ends)
    assert rows.compare(estimate, {"relation": relation, "expected": expected}) is stands


def test_more_than_a_number_is_above_it():
    more = Estimate(None, "press", "", "", low=48.0, exclusive=True)
    assert rows.compare(more, {"relation": "above", "expected": 48}) is True
    with pytest.raises(ClaimError, match="no relation 'near'"):
        rows.compare(more, {"relation": "near", "expected": 48})


def test_a_published_rate_is_read_off_not_computed(root):
    found = rows.published_rate(
        {"dataset": "gacc-commodities-other", "commodity": "TOTAL imports from Brazil", "measure": "value",
         "currency": "CNY", "period": "2025-01..2025-02"}
    )  # fmt: skip
    row = printed(
        root,
        "gacc-commodities-other",
        commodity="TOTAL imports from Brazil",
        period="2025-01..2025-02",
        currency="CNY",
    )[0]
    assert found.value == float(row["yoy_published_pct"])
    assert not found.recomputed


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"entity": "Porsche, China", "period": "2024"},
            "'Porsche, China' here; the nearest is 'Porsche AG, China'",
        ),
        ({"period": "2026"}, "No figure of 2026 is at hand here, though one of "),
    ],
)
def test_a_row_that_is_not_there_is_named_with_the_nearest(changes, sentence):
    with pytest.raises(NoFigureError, match=re.escape(sentence)):
        rows.value({**PORSCHE, **changes})


def test_two_rows_that_differ_need_a_source():
    confidence = {"dataset": "trade-remedies", "entity": "China (as exporter)", "period": "2024"}
    with pytest.raises(ClaimError, match=r"rows of trade-remedies fit .* name one of .*S188"):
        rows.find(confidence)


def test_two_rows_that_differ_in_their_words_alone_need_a_source():
    words = {"dataset": "documents", "entity": "Document 79"}
    with pytest.raises(ClaimError, match="rows of documents fit"):
        rows.check({**words, "field": "value_text", "relation": "contains", "expected": "2022"})


def test_a_row_told_in_words_has_no_value():
    with pytest.raises(NoFigureError, match="is told in words: quarterly"):
        rows.value({"dataset": "documents", "entity": "Document 79", "measure": "progress reports required"})


@pytest.mark.parametrize(
    ("field", "relation", "expected", "stands"),
    [
        ("value_text", "equals", "2022-09", True),
        ("value_text", "contains", "2022", True),
        ("value_text", "lacks", "2022", False),
        ("value_text", "lacks", "2023", True),
        ("entity", "equals", "Document 551", False),
    ],
)
def test_a_checklist_looks_at_one_field(field, relation, expected, stands):
    choices = {"dataset": "documents", "entity": "Document 79", "measure": "issue date", "field": field}
    found, note = rows.check({**choices, "relation": relation, "expected": expected})
    assert found is stands
    assert "2022-09" in note
    assert "(press)" in note


def test_numbers_are_compared_as_numbers():
    row = {"dataset": "luxury", "entity": "Porsche AG, China", "measure": "deliveries", "period": "2024"}
    above = {**row, "field": "value", "relation": "above"}
    assert rows.check({**above, "expected": 56886})[0]
    assert not rows.check({**above, "expected": 56887})[0]
    assert rows.check({**row, "field": "value", "relation": "equals", "expected": 56887})[0]
    with pytest.raises(ClaimError, match="relation 'near' is unknown"):
        rows.check({**row, "field": "value", "relation": "near", "expected": 1})


@pytest.mark.parametrize(
    ("value", "text", "unit", "interval"),
    [
        (7.27, "7.27", "trn CNY", (7.265, 7.275)),
        (88.0, "88.0", "index", (87.95, 88.05)),
        (159.0, "159", "bn USD", (158.5, 159.5)),
        (3.1, "3.1 bn; -11.2 %", "bn CHF", (3.05, 3.15)),
        (37000.0, "", "10k m2", (36999.5, 37000.5)),
        (160.0, "160", "count", (160.0, 160.0)),
    ],
)
def test_a_print_stands_for_all_that_rounds_to_it(value, text, unit, interval):
    row = pd.Series({"value": value, "value_text": text, "unit": unit, "low": None, "high": None})
    found = rows.interval_of(row)
    assert (found.low, found.high) == pytest.approx(interval)


def test_a_printed_range_is_its_interval():
    rows_of = datasets.load("trade-remedies")
    row = rows_of[rows_of["value_text"] == "20-30"].iloc[0]
    assert rows.interval_of(row) == Interval(20, 30)
    with pytest.raises(NoFigureError, match="open bound"):
        rows.interval_of(rows_of[rows_of["value_text"] == ">30"].iloc[0])


def test_almost_is_near_its_bound_and_a_check_tells_numbers_with_their_units():
    almost = rows.value({"dataset": "draeger", "entity": "Draegerwerk, China business", "period": "2024"})
    assert (almost.value, almost.low, almost.near) == (None, -50, True)
    limit = {"dataset": "eu-ipi", "entity": "Implementing Regulation (EU) 2025/1197", "source_id": "S196"}
    amount = {**limit, "field": "value", "relation": "above", "expected": 10**6}
    assert ": 5,000,000\N{NO-BREAK SPACE}EUR. By" in rows.check(amount)[1]
    year = {"dataset": "documents", "entity": "Document 79", "period": "2027", "field": "value"}
    assert re.search(r": 2027\. By", rows.check({**year, "relation": "equals", "expected": 2027})[1])


def test_a_source_is_named_by_its_site_or_repository():
    table = rows.places({"S009": "five months", "S001": "dollars"})
    assert table["Read at"][0].startswith("news.cnwest.com (Xinhua 2025-06-09)")
    assert table["Read at"][1].startswith("GitHub, yuping3222/akshare-data-service (")
    with pytest.raises(KeyError):
        rows.places({"S999": "nothing"})


def test_a_row_is_named_in_words_and_tells_its_own_figure():
    row = {"dataset": "trade-remedies", "entity": "World steel AD cases naming China", "period": "2024"}
    named = {**row, "measure": "new AD investigations on steel products naming China (more than)"}
    assert rows.value({**named, "named": "Steel cases"}).sentence == "Steel cases, 2024, by Japan Metal Daily."
    looked = {**named, "field": "low", "relation": "above", "expected": 0, "told": "Of steel: {value}."}
    assert rows.check(looked) == (True, "Of steel: more than 30. Source: Japan Metal Daily (press).")
