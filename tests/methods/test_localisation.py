"""Localisation: chips, vendors and accounts against plain arithmetic on the rows of the tables."""

import csv
import math
from pathlib import Path

import pytest

from onewaytrade import claims, datasets, definitions
from onewaytrade.errors import DatasetError, ParameterError
from onewaytrade.methods import commodities, localisation, rows

DATA = Path(__file__).resolve().parents[2] / "data"
EXPECTED = {
    "us-technology-purged": ("partly reproduced", {"order": True, "american": True, "removed": None}),
    "localisation-trade-war": (
        "cannot be checked with open data",
        {"replacing": None, "accelerated": None},
    ),
    "self-sufficiency": (
        "partly reproduced",
        {"technology": True, "chips": None, "jets": None, "farm": None, "west": None},
    ),
    "document-79-2027": (
        "partly reproduced",
        {
            "issuer": False, "date": True, "addressees": True, "year": True, "software": True, "chips": None,
            "share": None, "name": True, "aim": True,
        },
    ),
    "harzone-substitution": (
        "cannot be checked with open data",
        {"company": None, "notice": None, "plan": None, "reason": None},
    ),
    "vendors-replaced": (
        "partly reproduced",
        {"dell": None, "ibm": True, "cisco": None, "microsoft": None, "oracle": None, "successors": None},
    ),
}  # fmt: skip


def read(dataset: str, edition: str) -> list[dict[str, str]]:
    with (DATA / dataset / f"{edition}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def press(entity: str, measure: str, period: str) -> float:
    """Return a figure of the press with nothing but the csv module."""
    (value,) = (
        float(row["value"])
        for row in read("localisation", "2026-11-23")
        if (row["entity"], row["measure"], row["period"]) == (entity, measure, period)
    )
    return value


def customs(release: str, commodity: str, measure: str, period: str) -> float:
    (value,) = (
        float(row["value"])
        for row in read("gacc-commodities", release)
        if (row["commodity"], row["measure"], row["period"]) == (commodity, measure, period)
    )
    return value


def panel(currency: str, heading: str) -> dict[str, dict[str, object]]:
    table = localisation.chips(currency)
    return table[table["panel"] == heading].set_index("period").to_dict("index")


@pytest.mark.parametrize("name", EXPECTED)
def test_the_verdicts_and_what_stands(name):
    verdict = definitions.judge(name)
    word, parts = EXPECTED[name]
    assert verdict.word == word
    assert {finding.part: finding.stands for finding in verdict.findings} == parts


def test_every_claim_of_the_notebook_is_tested_here():
    assert {claim.id for claim in claims.register().values() if claim.notebook == "10-localisation"} == set(
        EXPECTED
    )


def test_what_a_verdict_tells_is_written_for_readers():
    for name in EXPECTED:
        for finding in definitions.judge(name).findings:
            assert "FOREIGN SOFTWARE" not in finding.note, finding.part
            assert finding.note.endswith("."), finding.part


def test_the_elements_of_the_directive_by_hand():
    accounts = [row for row in read("documents", "2026-11-23") if row["entity"] == "Document 79"]
    text = " ".join(f"{row['measure']} {row['value_text']}" for row in accounts)
    assert "SASAC" in text
    assert "State Council" not in text
    assert {row["period"] for row in accounts if row["measure"] == "issue date"} == {"2022-09"}
    assert {row["value"] for row in accounts if "FOREIGN SOFTWARE" in row["measure"]} == {"2027"}
    assert not any(word in text.lower() for word in ("chips", "database", "dis-a", "american"))


def test_titles_name_america_and_the_vendor_does_not():
    accounts = localisation.accounts().set_index("source_id")["names_america"]
    assert accounts.to_dict() == {"S212": True, "S213": True, "S214": True, "S308": True, "S215": False}


def test_a_checklist_shows_the_articles_wording_beside_what_is_reported():
    table = localisation.checklist(definitions.judge("document-79-2027")).set_index("Element")
    assert table.loc["Issuer", "The article"] == "issued by the State Council"
    assert table.loc["Issuer", "Stands?"] == "does not stand"
    assert "SASAC" in table.loc["Issuer", "As reported"]
    assert table.loc["Chips", "Stands?"] == "unknown"


def test_the_notice_is_nowhere_and_the_search_can_find():
    assert localisation.search("harzone")["hits"].sum() == 0
    found = localisation.search("ibm").set_index("dataset")["hits"]
    by_hand = sum("ibm" in " ".join(row.values()).lower() for row in read("localisation", "2026-11-23"))
    assert found["localisation"] == by_hand > 0


def test_pieces_and_yuan_are_customs_newest_print():
    pieces, paid, each = (panel("CNY", name) for name in ("Pieces imported", "Paid for them", "Paid for a piece"))
    for year, release in (("2023", "2025-01-13"), ("2024", "2026-01-14"), ("2025", "2026-01-14")):
        quantity = customs(release, "Integrated circuits", "quantity", year) / 10
        value = customs(release, "Integrated circuits", "value", year) / 1e5
        assert pieces[year]["value"] == pytest.approx(quantity)
        assert paid[year]["value"] == pytest.approx(value)
        assert each[year]["value"] == pytest.approx(value / quantity, rel=1e-5)
    assert set(paid) == {"2023", "2024", "2025"}


def test_what_rates_imply_has_bounds_and_no_value():
    pieces = panel("CNY", "Pieces imported")
    level, rate = press("China, integrated circuits", "import units", "2023"), -10.8
    for year, following in (("2022", rate), ("2021", -15.3)):
        level /= 1 + following / 100
        own = pieces[year]
        assert math.isnan(own["value"])
        assert own["low"] < level < own["high"]
        assert own["series"] == "implied"


def test_a_price_in_dollars_lies_between_the_prices_that_rounding_allows():
    each = panel("USD", "Paid for a piece")
    value, pieces = (
        press("China, integrated circuits", name, "2024") for name in ("import value", "import units")
    )
    assert each["2024"]["value"] == pytest.approx(100 * value / pieces, rel=1e-5)
    assert each["2024"]["low"] == pytest.approx(100 * (value - 0.5) / (pieces + 0.05))
    assert each["2024"]["high"] == pytest.approx(100 * (value + 0.5) / (pieces - 0.05))
    assert math.isnan(each["2022"]["value"])


def test_no_panel_mixes_units_and_no_series_two_sources():
    for currency in localisation.CURRENCIES:
        table = localisation.chips(currency)
        assert (table.groupby("panel")["unit"].nunique() == 1).all()
        assert not (table["low"] > table["high"]).any()
        assert ("customs" in set(table["series"])) is (currency == "CNY")
        assert ("newspapers" in set(table["series"])) is (currency == "USD")


def test_newspapers_print_customs_figures():
    check = localisation.press_check().set_index(["what", "period"])
    assert check["agrees"].all()
    first = customs("2025-01-13", "Integrated circuits", "quantity", "2024") / 10
    assert check.loc[("Pieces", "2024"), "customs"] == pytest.approx(first)
    ends = [customs("2026-01-14", "Integrated circuits", "value", year) for year in ("2024", "2025")]
    assert check.loc[("Value in yuan, growth", "2025"), "customs"] == pytest.approx(100 * ends[1] / ends[0] - 100)


def test_chips_from_the_united_states_by_hand():
    first, last = (
        press("China, integrated circuits from United States", "import value", year) for year in ("2024", "2025")
    )
    everywhere = [customs("2026-01-14", "Integrated circuits", "value", year) / 1e5 for year in ("2024", "2025")]
    by_hand = {
        "growth": 100 * last / first - 100,
        "rise": last - first,
        "share_start": 100 * first / everywhere[0],
        "share_end": 100 * last / everywhere[1],
        "part_of_rise": 100 * (last - first) / (everywhere[1] - everywhere[0]),
    }
    found = localisation.american()
    assert found.keys() == by_hand.keys()
    for name, value in by_hand.items():
        assert found[name].low < value < found[name].high, name
    assert found["growth"].high - found["growth"].low < 1


def test_the_parts_of_growth_add_up_in_every_window():
    bridge = localisation.bridge(localisation.windows(commodities.window()))
    table = bridge.pivot(index="window", columns="part", values="log_points")
    assert len(table) == 5
    assert (table["Quantity"] + table["Unit value"]).to_list() == pytest.approx(table["Value"].to_list())


def test_windows_hold_the_one_asked_and_the_articles_own():
    shown = localisation.windows(commodities.window("2025-05-09"))
    assert {"2025-05-09", "2025-06-09"} <= {one.release for one in shown}
    assert [localisation.is_later(one) for one in shown] == sorted(localisation.is_later(one) for one in shown)


def test_grain_without_soybeans_is_a_difference():
    periods = ("2024-01..2024-05", "2025-01..2025-05")
    ends = [
        customs("2025-06-09", "Grain (incl. soybeans)", "quantity", period)
        - customs("2025-06-09", "Soybeans", "quantity", period)
        for period in periods
    ]
    choices = {"commodity": commodities.OTHER_GRAIN, "measure": "quantity", "release": "2025-06-09"}
    by_hand = 100 * ends[1] / ends[0] - 100
    found = commodities.growth(choices)
    assert found.value == pytest.approx(by_hand, abs=1e-3)
    assert found.low < by_hand < found.high
    lines = commodities.decomposed(commodities.window()).set_index("commodity")
    assert lines.loc[commodities.OTHER_GRAIN, "quantity_pct"] == pytest.approx(by_hand)


def test_a_trace_is_the_growth_of_its_line():
    table = localisation.traces(commodities.window()).set_index("label")["value"]
    for line in ("Integrated circuits", "Soybeans", "Iron ore"):
        ends = [
            customs("2025-06-09", line, "quantity", period) for period in ("2024-01..2024-05", "2025-01..2025-05")
        ]
        assert table[line] == pytest.approx(100 * ends[1] / ends[0] - 100)


def test_vendors_of_whom_nothing_is_known_stay_in_the_table_without_a_value():
    table = localisation.vendors()
    assert list(dict.fromkeys(table["group"])) == ["IBM", "Cisco", "Dell", "Microsoft", "Oracle"]
    assert set(table.loc[table["value"].isna(), "group"]) == {"Dell", "Microsoft", "Oracle"}
    assert "1.4 to 1.5 %" in table.set_index("group").loc["Microsoft", "label"]
    assert table.loc[table["group"] == "IBM", "value"].to_list() == [
        press("IBM", "China revenue, change on year", year) for year in ("2022", "2023")
    ]


def test_every_rate_of_a_vendor_is_a_fall_and_only_one_answers_the_question():
    found = definitions.grid("vendors-replaced")
    rates = found.frame.set_index("end")["value"].to_dict()
    measure = "China revenue, change on year"
    assert rates == {
        "newest": press("IBM", measure, "2023"),
        "year-before": press("IBM", measure, "2022"),
        "decade-before": press("Cisco", 'China sales "halved during the past two years"', "2012..2014"),
    }
    assert found.frame["agrees"].all()
    assert len(found.same) == 1
    assert definitions.judge("vendors-replaced").robustness is None, "there is no other definition of the question"


def test_two_falls_in_a_row_multiply():
    both = localisation.two_years()
    by_hand = 100 * (1 - 0.227) * (1 - 0.196) - 100
    assert both.low < by_hand < both.high


def test_turns_are_told_year_by_year():
    assert localisation.turns(localisation.rates()) == (
        "rose in 2021, fell in 2022 and 2023 and rose in 2024 and 2025"
    )


@pytest.mark.parametrize(
    ("values", "error", "sentence"),
    [
        ({"currency": "CNH"}, ParameterError, "currency='CNH' is not one of 'CNY', 'USD'; the nearest is 'CNY'"),
        ({"release": "2025-06-10"}, DatasetError, "2025-06-09"),
    ],
)
def test_parameters_that_the_data_cannot_answer_are_refused(values, error, sentence):
    with pytest.raises(error, match=sentence):
        definitions.check_parameters("10-localisation", {"currency": "CNY", "release": "pinned", **values})


def test_a_row_may_be_told_in_words_and_an_unknown_may_have_its_reason():
    choices = {
        "dataset": "sources", "source_id": "S213", "field": "where", "relation": "contains", "expected": "america",
    }  # fmt: skip
    stands, note = rows.check({**choices, "told": "The title says so."})
    publisher = datasets.load("sources").set_index("source_id").loc["S213", "publisher"]
    assert stands
    assert note == f"The title says so. Source: {publisher} (press)."
    notice = definitions.judge("harzone-substitution").findings[1]
    assert notice.note.startswith("The notice was looked for")
