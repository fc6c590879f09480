import csv
import hashlib
import json
from pathlib import Path

import pytest

from onewaytrade import datasets, definitions, measures, project, starter
from onewaytrade.errors import NoFigureError, ParameterError
from onewaytrade.methods import cpb

CHOICES = {"flow": "exports", "region": "China", "measure": "volume", "start": "2022-12", "end": "2025-03"}


def cells(root: Path, edition: str = "2026-01") -> dict[tuple[str, str, str, str], float]:
    """Read an edition by the standard library alone: flow, region, measure, month → index."""
    with (root / "data" / "cpb" / f"{edition}.csv").open(encoding="utf-8", newline="") as stream:
        return {
            (row["flow"], row["region"], row["measure"], row["month"]): float(row["index"])
            for row in csv.DictReader(stream)
        }


@pytest.fixture(scope="module")
def table() -> dict[tuple[str, str, str, str], float]:
    return cells(Path(__file__).parents[2])


def mean(table, flow, measure, months, region="China"):
    return sum(table[flow, region, measure, month] for month in months) / len(months)


@pytest.mark.parametrize(("flow", "expected"), [("exports", 33.2), ("imports", 4.8)])
def test_the_articles_window_by_hand(table, flow, expected):
    start, end = (table[flow, "China", "volume", month] for month in ("2022-12", "2025-03"))
    by_hand = (end - start) / start * 100
    assert cpb.growth({**CHOICES, "flow": flow}).value == pytest.approx(by_hand)
    assert round(by_hand, 1) == expected


def test_averaging_by_hand(table):
    quarter = mean(table, "exports", "volume", ["2025-01", "2025-02", "2025-03"]) / mean(
        table, "exports", "volume", ["2022-10", "2022-11", "2022-12"]
    )
    assert cpb.growth({**CHOICES, "average": "quarter"}).value == pytest.approx(100 * quarter - 100)
    year = mean(table, "exports", "volume", measures.months_of("2024-04..2025-03")) / mean(
        table, "exports", "volume", measures.months_of("2022")
    )
    assert cpb.growth({**CHOICES, "average": "year"}).value == pytest.approx(100 * year - 100)


def test_value_is_volume_times_unit_value(table):
    def value(month):
        return table["exports", "China", "volume", month] * table["exports", "China", "unit_value", month]

    found = cpb.growth({**CHOICES, "measure": "value"}).value
    assert found == pytest.approx(100 * value("2025-03") / value("2022-12") - 100)


def test_the_parts_of_the_decomposition_add_up_and_multiply_up():
    frame = cpb.decomposition("2026-01", "China", "exports", {"w": ("2022-12", "2025-03")}).set_index("part")
    assert frame.loc["Volume", "log_points"] + frame.loc["Unit value", "log_points"] == pytest.approx(
        frame.loc["Value", "log_points"]
    )
    assert frame.loc["Value", "pct"] == pytest.approx(cpb.growth({**CHOICES, "measure": "value"}).value)


def test_every_start_of_two_years_is_tried():
    starts = cpb.growth_from_starts("2026-01", "China", "2022-12", "2025-03")
    exports = starts[starts["series"] == "Exports"].set_index("start")["growth_pct"]
    assert (exports.index[0], exports.index[-1], len(exports)) == ("2022-01", "2023-12", 24)
    assert exports["2022-12"] == pytest.approx(cpb.growth(CHOICES).value)
    assert exports.idxmax() == "2022-12"


def test_the_articles_edition_is_not_at_hand():
    assert "2025-03" not in datasets.editions("cpb")
    assert [name for name in datasets.editions("cpb") if cpb.months(name)[1] >= "2025-03"] == ["2026-01"]


def test_the_band_is_as_wide_as_the_neighbouring_editions_differ(root):
    choices = {**CHOICES, "flow": "imports", "wanted_edition": "2025-03"}
    older, newer = cells(root, "2025-01"), cells(root, "2026-01")
    rates = [
        100 * t["imports", "China", "volume", "2025-01"] / t["imports", "China", "volume", "2022-12"] - 100
        for t in (older, newer)
    ]
    (low, high), reason = cpb.band(choices)
    assert (high - low) / 2 == pytest.approx(abs(rates[1] - rates[0]))
    assert "2025-01 and 2026-01" in reason


def test_an_edition_at_hand_needs_no_band():
    assert cpb.band({**CHOICES, "wanted_edition": "2026-01"}) == (None, "")


def test_customs_and_cpb_are_compared_on_equal_months_without_the_new_year():
    check = cpb.customs_check("2026-01", "exports", "2025-03")
    assert not any(label.startswith(("Jan", "Feb")) for label in check["label"])
    december = check[check["label"] == "Dec 2024"].set_index("series")["value"]
    assert round(december["Customs"], 1) == 13.1
    assert round(december["CPB"], 1) == 9.8


def test_a_window_outside_the_edition_is_no_figure():
    with pytest.raises(NoFigureError, match="holds January 2000 to January 2026"):
        cpb.growth({**CHOICES, "start": "2000-01", "average": "year"})


def test_a_window_of_one_month_can_be_asked_and_loses_only_what_it_cannot_answer():
    verdict = definitions.judge("cpb-exports-33", start="2025-12", end="2026-01")
    kept = {reading.alternative.id for reading in verdict.readings}
    assert {"one-month-later-start", "one-month-earlier-end", "edition-2025-01"}.isdisjoint(kept)
    assert {"quarters", "twelve-months"} <= kept


def test_another_edition_has_no_band_and_no_neighbour_that_votes():
    verdict = definitions.judge("cpb-exports-33", edition="2023-06", end="2023-06")
    assert verdict.band is None
    assert "edition-2025-01" not in {reading.alternative.id for reading in verdict.readings}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"economy": "Chian"}, "the nearest is 'China'"),
        ({"end": "2027-01"}, "which holds 2000-01 to 2026-01"),
        ({"start": "2025-03"}, "must come before"),
    ],
)
def test_parameters_outside_the_data_are_refused(changes, sentence):
    values = {"edition": "pinned", "economy": "China", "start": "2022-12", "end": "2025-03"} | changes
    with pytest.raises(ParameterError, match=sentence):
        cpb.check_parameters(values)


def test_growth_per_year_compounds_to_the_growth_of_the_window(table):
    start, end = (table["imports", "China", "volume", month] for month in ("2022-12", "2025-03"))
    estimate = cpb.growth({**CHOICES, "flow": "imports", "per_year": True})
    assert (1 + estimate.value / 100) ** (27 / 12) == pytest.approx(end / start)
    assert estimate.sentence.endswith(", per year.")


def test_a_run_says_whose_question_it_asks():
    own = cpb.question("cpb-exports-33", "China", "2022-12", "2025-03")
    assert (
        own
        == "With these values the notebook asks what the article says: of China from December 2022 to March 2025."
    )
    other = cpb.question("cpb-exports-33", "United States", "2022-12", "2025-03")
    assert "question of the United States from December 2022" in other
    assert "The article itself speaks of China" in other
    later = cpb.question("cpb-exports-33", "China", "2022-12", "2025-12")
    assert "This run asks of China from December 2022 to December 2025" in later
    assert "the time from December 2022 to March 2025" in later


def test_regions_are_named_as_they_stand_in_a_sentence():
    assert cpb.owned("United States", "exports") == "the United States’ exports"
    assert cpb.owned("Emerging Asia excluding China", "imports") == "the imports of Emerging Asia excluding China"
    assert cpb.owned("Eastern Europe / CIS", "exports") == "the exports of Eastern Europe and the CIS"
    assert cpb.named("Other advanced economies") == "the other advanced economies"


def test_what_is_done_to_a_series_does_not_reach_the_next():
    first = cpb.series("pinned", "exports", "China", "volume")
    value = first.iloc[0]
    first.iloc[0] = 0.0
    assert cpb.series("pinned", "exports", "China", "volume").iloc[0] == value


def test_new_figures_are_noticed_by_a_process_that_has_computed_from_older_ones(tmp_path, monkeypatch):
    starter.lay_out(tmp_path)
    monkeypatch.setenv(project.VARIABLE, str(tmp_path))
    asked = ("latest", "exports", "Japan", "volume")
    before = cpb.series(*asked)
    manifest = tmp_path / project.MANIFEST
    content = json.loads(manifest.read_text(encoding="utf-8"))
    edition = datasets.resolve("cpb", "latest")
    resource = next(own for own in content["resources"] if (own["dataset"], own["edition"]) == ("cpb", edition))
    path = manifest.parent / resource["path"]
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | {"index": str(2 * float(row["index"]))} for row in rows)
    changed = path.read_bytes()
    resource |= {"bytes": len(changed), "hash": f"sha256:{hashlib.sha256(changed).hexdigest()}"}
    manifest.write_text(json.dumps(content), encoding="utf-8")
    assert cpb.series(*asked).tolist() == (2 * before).tolist()
