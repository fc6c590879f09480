"""The claims carried forward: the same definition with a later end, and what single months deserve."""

import sys

import pytest

from copies import add_edition, copy_of
from onewaytrade import claims, cli, datasets, measures, since
from onewaytrade.choices import choices_of, flat
from onewaytrade.errors import ParameterError
from onewaytrade.runner import notebooks, parameters

# Choices in which a definition carried forward may differ from the claim's: when, and from which print.
MOVING = {"end", "start", "edition", "release", "months", "periods", "period", "source", "rows"}


@pytest.fixture(scope="module")
def found():
    return since.carried()


def level(edition, flow, region):
    frame = datasets.load("cpb", edition)
    own = frame[(frame["flow"] == flow) & (frame["region"] == region) & (frame["measure"] == "volume")]
    return own.set_index("month")["index"]


def one_of(found, claim, kind=""):
    (one,) = (own for own in found if own.claim.id == claim and own.heading.endswith(kind))
    return one


def test_only_when_is_asked_anew(found):
    assert found
    for one in found:
        own = flat({**choices_of(one.claim), **choices_of(one.claim).get("parts", {}).get(one.part, {})})
        differs = {
            name for name, value in one.choices.items() if not isinstance(value, dict) and own.get(name) != value
        }
        assert differs <= MOVING, one.label


def test_what_is_carried_ends_later_than_the_article(found):
    for one in found:
        if "end" in one.choices:
            before = flat(one.claim.definition.choices)["end"]
            ends = [measures.months_of(str(end))[-1] for end in (before, one.choices["end"])]
            assert ends[0] < ends[1], one.label
    assert len({(one.label, one.heading) for one in found}) == len(found)


def test_a_single_january_is_taken_back_to_december_and_said(found):
    one = one_of(found, "cpb-exports-33")
    own = level("2026-01", "exports", "China")
    assert one.choices["end"] == "2025-12"
    assert one.now.number == pytest.approx(100 * (own["2025-12"] / own["2022-12"] - 1))
    rate = 100 * (own["2026-01"] / own["2022-12"] - 1)
    assert "Taken back to December 2025" in one.caution
    assert f"to January 2026 it is +{rate:.1f}\N{NO-BREAK SPACE}%" in one.caution


@pytest.mark.parametrize(
    ("until", "end"),
    [
        ("2026-02", "2025-12"),
        ("2026-01", "2025-12"),
        ("2025-12", "2025-12"),
        ("2025-10", "2025-10"),
        ("2099-01", "2025-12"),
    ],
)
def test_until_ends_a_count_of_volumes(until, end):
    (one,) = since.carry(claims.get("us-imports-36"), until)
    assert one.choices["end"] == end
    assert bool(one.caution) == (until >= "2026-01")


def test_nothing_newer_than_the_article_is_nothing():
    assert since.carried("2025-03") == ()


def test_the_year_to_date_and_the_whole_year_of_commodities(found):
    for kind, release, start, end in (
        ("this year so far", "2026-08-07", "2025-01..2025-07", "2026-01..2026-07"),
        ("whole year", "2026-01-14", "2024", "2025"),
    ):
        one = one_of(found, "iron-ore-5", kind)
        frame = datasets.load("gacc-commodities", release)
        own = frame[(frame["commodity"] == "Iron ore") & (frame["measure"] == "quantity")].set_index("period")[
            "value"
        ]
        assert one.now.number == pytest.approx(100 * (own[end] / own[start] - 1), abs=1e-3)
    assert [one.choices["months"] for one in since.carry(claims.get("iron-ore-5"), "2025-09")] == [9]
    # The dollar totals of 2026 are at hand and those in yuan are not, so that only the whole year is implied.
    assert [one.choices["release"] for one in found if one.claim.id == "crude-value-11"] == ["2026-01-14"]


def test_customs_rates_run_to_the_newest_sum(found):
    one = one_of(found, "customs-imports-2025-may")
    totals = datasets.load("gacc-totals")
    own = totals[(totals["flow"] == "imports") & (totals["currency"] == "CNY")].set_index(["source_id", "period"])[
        "value"
    ]
    assert one.now.number == pytest.approx(100 * (own["S008", "2025"] * 1e4 / own["S002", "2024"] - 1))
    assert "The rate that customs printed is +0.5" in one.caution


def test_what_is_newest_is_read_from_the_newest_edition_and_what_was_from_the_pinned(root, tmp_path, monkeypatch):
    project = copy_of(root, tmp_path)

    def with_june(rows):
        whole = {
            "flow": "imports",
            "currency": "CNY",
            "frequency": "annual",
            "period": "2025",
            "source_id": "S008",
        }
        (row,) = (row for row in rows if all(row[name] == cell for name, cell in whole.items()))
        return [*rows, {**row, "frequency": "ytd", "period": "2026-01..2026-06", "yoy_published_pct": "7.7"}]

    add_edition(project, "gacc-totals", "2026-11-23", "2026-12-24", with_june)
    monkeypatch.setenv("ONEWAYTRADE_PROJECT", str(project))
    (one,) = since.carry(claims.get("customs-imports-2025-may"))
    assert one.window == "January to June 2026 against January to June 2025"
    assert one.now.edition == "gacc-totals 2026-12-24"
    assert one.then.edition == "gacc-totals 2026-11-23"
    table = since.customs_rates("latest")
    newest = table[(table["panel"] == "In yuan") & (table["series"] == "Imports")].set_index("month")["value"]
    assert newest["2026-06"] == 7.7


def test_partners_end_where_both_ends_are_known(found):
    ends = {
        one.choices["partner"]: one.choices["end"] for one in found if one.claim.id.startswith("imports-from-")
    }
    assert ends == {"United States": "2025-12", "Japan": "2025-11", "Germany": "2025-06"}


def test_what_is_only_bounded_is_said(found):
    for one in found:
        assert (one.now.value is None) == ("only bound it" in one.caution), one.label


def test_years_that_are_over_and_causes_are_not_carried():
    for name in ("customs-imports-2024", "customs-exports-2022", "cause-imbalance", "london-framework"):
        assert since.carry(claims.get(name)) == ()


def test_a_part_that_another_claim_asks_by_itself_is_left_to_it(found):
    assert [one for one in since.carry(claims.get("headline-surge-stagnation")) if one.part == "exports"]
    assert not [one for one in found if one.claim.id == "headline-surge-stagnation"]


def test_signs_that_turned_are_named(found):
    turned = since.turned(found)
    assert "Iron ore imports" in turned
    assert "Exports, volume" not in turned
    for one in found:
        if one.then is not None and one.then.value and one.now.value and one.label not in turned:
            assert one.then.value * one.now.value > 0 or min(abs(one.then.value), abs(one.now.value)) < 0.5, (
                one.label
            )


def test_the_picture_has_both_figures_of_every_printed_percentage(found):
    table = since.drawn(found)
    assert set(table["series"]) == {"as of the article", "since then"}
    assert not table.duplicated(["group", "label", "series"]).any()
    own = table[(table["label"] == "Imports from Japan") & (table["series"] == "as of the article")].iloc[0]
    assert own["value"] != own["value"]
    assert own["low"] < own["high"] < 0
    assert own["printed"] == -17


def test_courses_stop_at_until():
    assert since.volumes("2025-06")["month"].max() == "2025-06"
    assert since.imports_of(["Japan"], "2025-06")["month"].max() == "2025-06"
    assert since.customs_rates("2025-09")["month"].max() == "2025-09"
    assert since.ore_years("2025-11")["period"].max() == "2024"
    assert since.ore_years("2025-12")["period"].max() == "2025"
    assert "to November 2025" not in set(since.partner_course("2025-10")["label"])
    at = since.imports_of(["Japan"], "latest").set_index("month")["value"]
    assert at["2022-12"] == pytest.approx(100)
    # Sums of January alone stand in the table, and are no course.
    assert "2026-01" not in set(since.customs_rates("latest")["month"])


@pytest.mark.parametrize(
    ("until", "sentence"),
    [("2025-02", "lies before March 2025, up to which the article itself counts; the nearest is '2025-03'"),
     ("March", "until='March' is no month: write YYYY-MM"), ("2025-13", "the nearest is '2025-1")],
)  # fmt: skip
def test_a_month_that_is_none_or_too_early_is_refused(until, sentence):
    with pytest.raises(ParameterError, match=sentence):
        since.check_parameters({"until": until})


def test_until_goes_to_the_notebooks_that_have_it(root, monkeypatch):
    chosen = parameters.takers(notebooks.collection(root), "until")
    assert [path.stem for path in chosen] == ["12-since-then"]
    asked = {}

    def run(_root, given, results, **_):
        asked.update({path.stem: dict(values) for path, values in given.items()}, out=results.folder.name)
        return []

    monkeypatch.setattr("onewaytrade.runner.collection.run", run)
    monkeypatch.setattr(sys, "argv", ["onewaytrade", "run", "--until", "2026-09"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert not end.value.code
    assert asked == {"12-since-then": {"until": "2026-09"}, "out": "until-2026-09"}


def test_until_of_a_notebook_that_has_none_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["onewaytrade", "run", "01", "--until", "2026-09"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 2
    assert "No parameter 'until' is known to 01-export-surge" in capsys.readouterr().err
