"""Verdicts then and now: what a new edition would make of the claims, and why."""

import json
import sys
from dataclasses import replace

import pytest

from copies import add_edition, copy_of
from onewaytrade import charts, claims, cli, datasets, definitions, verdict_changes
from onewaytrade.errors import DatasetError, ParameterError
from onewaytrade.verdict_changes import (
    ANOTHER_DEFINITION,
    MONTHS_OUTSIDE,
    NEW_MONTHS,
    NO_OTHER,
    REVISION,
    SAME_FIGURES,
)

SERIES = {"flow": "exports", "region": "China", "measure": "volume"}


def is_series(row):
    return all(row[name] == value for name, value in SERIES.items())


def revised(rows):
    """One month more for every series, and China's export volume of March 2025 a hundredth lower."""
    more = [{**row, "month": "2026-02"} for row in rows if row["month"] == "2026-01"]
    for row in rows:
        if is_series(row) and row["month"] == "2025-03":
            row["index"] = repr(float(row["index"]) * 0.99)
    return rows + more


def revised_inside(rows):
    """A month of 2024, which only means over quarters and years hold, a fifth lower."""
    for row in rows:
        if is_series(row) and row["month"] == "2024-08":
            row["index"] = repr(float(row["index"]) * 0.8)
    return rows


def extended(rows):
    return rows + [{**row, "month": "2026-02"} for row in rows if row["month"] == "2026-01"]


@pytest.fixture(scope="module")
def other(root, tmp_path_factory):
    """A project with editions of CPB's table that only go on, that revise a month, and that repeat."""
    project = copy_of(root, tmp_path_factory.mktemp("project"))
    add_edition(project, "cpb", "2026-01", "2026-02", extended)
    add_edition(project, "cpb", "2026-01", "2026-03", revised)
    add_edition(project, "cpb", "2026-01", "2026-04", list)
    add_edition(project, "cpb", "2026-01", "2026-05", revised_inside)
    return project


@pytest.fixture
def few(other, monkeypatch):
    """The project with the claims that the test is about, since all would take long to judge."""
    monkeypatch.setenv("ONEWAYTRADE_PROJECT", str(other))
    whole = claims.register()

    def keep(*names):
        monkeypatch.setattr(claims, "register", lambda: {name: whole[name] for name in names})

    return keep


def compared(then, now):
    found = verdict_changes.compare(
        verdict_changes.editions_of(then, "pinned"), verdict_changes.editions_of(now, "latest")
    )
    return found, {change.claim.id: change for change in found.changes}


def test_a_revised_month_of_the_window_is_a_revision(few):
    few("cpb-exports-33", "iron-ore-5")
    found, rows = compared([], ["2026-03"])
    change = rows["cpb-exports-33"]
    # The level at the end a hundredth lower, so the ratio is a hundredth lower.
    before = change.then.estimate.number
    assert change.now.estimate.number == pytest.approx(100 * ((1 + before / 100) * 0.99 - 1))
    assert change.cause == REVISION
    assert (change.then.word, change.now.word) == ("reproduced", "not reproduced")
    assert change.because == "+33.2\N{NO-BREAK SPACE}% then, +31.9\N{NO-BREAK SPACE}% now."
    assert rows["iron-ore-5"].cause == NO_OTHER
    assert [one.claim.id for one in found.changes] == ["cpb-exports-33", "iron-ore-5"]
    assert "1 of 2 claims rests on what differs" in verdict_changes.sentence(found)
    assert "“Exports, volume” (reproduced then, not reproduced now)" in verdict_changes.sentence(found)


def test_a_month_more_outside_the_window_changes_nothing(few):
    few("cpb-exports-33", "cpb-imports-0")
    found, rows = compared([], ["2026-02"])
    for change in rows.values():
        assert change.cause == MONTHS_OUTSIDE
        assert "goes on to February 2026, after January 2026 in 2026-01" in change.because
        old, new = change.then.to_dict(), change.now.to_dict()
        assert {**old, "edition": ""} == {**new, "edition": ""} | {"variant": old["variant"]}
    assert "No verdict changes its word" in verdict_changes.sentence(found)


def test_an_edition_that_repeats_all_is_called_that(few):
    few("us-imports-36")
    _, rows = compared([], ["2026-04"])
    assert rows["us-imports-36"].cause == SAME_FIGURES


def test_a_revision_outside_the_window_is_told_as_one_of_other_definitions(few):
    few("cpb-exports-33")
    _, rows = compared([], ["2026-05"])
    change = rows["cpb-exports-33"]
    assert change.cause == REVISION
    assert change.now.estimate == replace(change.then.estimate, edition="cpb 2026-05")
    assert change.because.startswith("The claim’s own window gives the same; other definitions of it do not")


def test_a_newer_edition_that_holds_the_window_brings_its_months(few):
    few("cpb-exports-33", "headline-surge-stagnation")
    found, rows = compared(["2025-01"], ["2026-01"])
    change = rows["cpb-exports-33"]
    assert change.cause == NEW_MONTHS
    assert "*new months*: the newer edition holds months of the window" in verdict_changes.markdown(found)
    assert change.then.word == "cannot be checked with open data"
    # What the nearest window gives, computed another way.
    for edition in ("2025-01", "2026-01"):
        frame = datasets.load("cpb", edition)
        own = frame[(frame["flow"] == "exports") & (frame["region"] == "China") & (frame["measure"] == "volume")]
        level = own.set_index("month")["index"]
        rate = 100 * (level["2025-01"] / level["2022-12"] - 1)
        assert f"+{rate:.1f}\N{NO-BREAK SPACE}% by {edition}" in change.because
    assert "exports: " in rows["headline-surge-stagnation"].because


def test_an_edition_without_the_window_answers_on_another_definition(few):
    few("cpb-exports-33")
    _, rows = compared(["2026-01"], ["2025-01"])
    assert rows["cpb-exports-33"].cause == ANOTHER_DEFINITION
    assert rows["cpb-exports-33"].now.word == "cannot be checked with open data"


def test_a_release_of_the_window_after_one_without_it_brings_its_months(few):
    few("iron-ore-5")
    _, rows = compared(["gacc-commodities=2025-05-09"], ["pinned"])
    assert rows["iron-ore-5"].cause == NEW_MONTHS
    # A release of later months was there before: the window did not come with new ones.
    _, rows = compared(["gacc-commodities=2025-08-07"], ["pinned"])
    assert rows["iron-ore-5"].cause == ANOTHER_DEFINITION


def test_a_release_reprinted_a_year_later_is_the_later_print(few):
    few("iron-ore-5", "property-slump-commodities", "self-sufficiency")
    _, rows = compared([], ["gacc-commodities=2026-08-07"])
    change = rows["iron-ore-5"]
    assert change.cause == REVISION
    assert "The release 2026-06-09 reprints January to May 2025" in change.because

    def quantity(release, period):
        frame = datasets.load("gacc-commodities", release)
        own = frame[(frame["commodity"] == "Iron ore") & (frame["measure"] == "quantity")]
        return own.set_index("period")["value"][period]

    rate = quantity("2026-06-09", "2025-01..2025-05") / quantity("2025-06-09", "2024-01..2024-05") - 1
    assert change.now.estimate.number == pytest.approx(100 * rate, abs=1e-3)
    assert rows["property-slump-commodities"].because.startswith("The release 2026-06-09 reprints")
    # It rests on no figure of these tables: only readings of it do.
    assert rows["self-sufficiency"].cause == NO_OTHER


def test_a_release_of_other_months_is_no_later_print(few):
    few("iron-ore-5")
    _, rows = compared([], ["gacc-commodities=2025-08-07"])
    assert rows["iron-ore-5"].cause == ANOTHER_DEFINITION
    assert rows["iron-ore-5"].now.word == "cannot be checked with open data"
    assert rows["iron-ore-5"].because.endswith("The nearest that holds the claim’s window is 2025-06-09.")


def test_the_same_editions_leave_nothing_to_compare(few):
    few("cpb-exports-33")
    found, rows = compared(["pinned"], ["cpb=2026-01"])
    assert rows["cpb-exports-33"].cause == NO_OTHER
    assert "nothing to compare" in verdict_changes.sentence(found)
    with pytest.raises(ParameterError, match="nothing to draw"):
        verdict_changes.chart(found)


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("2025-03", "cpb has no edition '2025-03'; the nearest is 2025-01"),
        ("cbp=2025-01", "There is no dataset 'cbp'; the nearest is 'cpb'"),
        ("gacc-commodities=2025-06-10", "the nearest is 2025-06-09"),
    ],
)
def test_an_unknown_edition_is_refused_with_the_nearest(word, sentence):
    with pytest.raises(DatasetError, match=sentence.replace("(", r"\(")):
        verdict_changes.editions_of([word], "pinned")


def test_what_is_written_is_what_was_found(few, tmp_path, monkeypatch, capsys):
    few("cpb-exports-33", "cpb-imports-0")
    paths = {name: tmp_path / f"changes.{name}" for name in ("markdown", "json", "chart")}
    options = [part for name, path in paths.items() for part in (f"--{name}", str(path))]
    monkeypatch.setattr(sys, "argv", ["onewaytrade", "compare", "--to", "2026-03", *options])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert not end.value.code
    said = capsys.readouterr().out
    assert "Exports, volume: +33.2\N{NO-BREAK SPACE}% then, +31.9\N{NO-BREAK SPACE}% now." in said
    rows = json.loads(paths["json"].read_text("utf-8"))["claims"]
    assert [(row["claim"], row["cause"], row["changed"]) for row in rows] == [
        ("cpb-exports-33", REVISION, True), ("cpb-imports-0", MONTHS_OUTSIDE, False),
    ]  # fmt: skip
    assert rows[0]["then"]["edition"] == "cpb 2026-01"
    page = paths["markdown"].read_text("utf-8")
    assert page.count("\n| ") == 3
    assert "*revision*: the same window" in page
    assert paths["chart"].read_bytes().startswith(b"\x89PNG")


def asked(monkeypatch, *arguments):
    """Return the status with which the command `compare` ends."""
    monkeypatch.setattr(sys, "argv", ["onewaytrade", "compare", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return end.value.code or 0


def test_where_nothing_moves_only_the_picture_is_left_out(few, tmp_path, monkeypatch, capsys):
    few("cpb-exports-33")
    page, picture = tmp_path / "changes.md", tmp_path / "changes.png"
    assert asked(monkeypatch, "--from", "latest", "--markdown", page, "--chart", picture) == 0
    said = capsys.readouterr().out
    assert f"there is nothing to draw; {picture} was not written." in said
    assert f"Written: {page}\n" in said
    assert (page.is_file(), picture.exists()) == (True, False)


def test_a_file_that_cannot_be_written_is_one_sentence_and_no_other_is(few, tmp_path, monkeypatch, capsys):
    few("cpb-exports-33")
    page, folder = tmp_path / "changes.md", tmp_path / "folder"
    folder.mkdir()
    for place in (folder, page / "changes.json"):
        assert asked(monkeypatch, "--from", "latest", "--markdown", page, "--json", place) == 2
        captured = capsys.readouterr()
        assert captured.err.startswith(f"onewaytrade: {tmp_path}")
        assert "cannot be read or written" in captured.err
        assert captured.err.count("\n") == 1
        assert [path.name for path in tmp_path.rglob("*.*") if path.name.startswith("changes")] == []


def test_the_picture_shows_both_figures_beside_the_printed_one(few):
    few("cpb-exports-33", "cpb-imports-0")
    found, rows = compared([], ["2026-03"])
    drawn = verdict_changes.chart(found)
    own = drawn.table.set_index("series")
    assert list(own.index) == ["then", "now"]
    assert own["value"]["then"] == pytest.approx(rows["cpb-exports-33"].then.estimate.number)
    assert set(own["printed"]) == {33.0}
    assert "2026-03" in drawn.source
    assert "1 recomputed figure moves, and 1 gets another verdict" in drawn.alt


def test_the_picture_says_which_edition_holds_none_of_the_windows(few, monkeypatch):
    subtitles = []

    def dots(*arguments, **options):
        subtitles.append(options["subtitle"])
        return charts.dots(*arguments, **options)

    monkeypatch.setattr(verdict_changes, "dots", dots)
    few("cpb-exports-33", "cpb-imports-0")
    found, _ = compared(["2025-01"], ["2026-01"])
    drawn = verdict_changes.chart(found)
    assert set(drawn.table["series"]) == {"now"}
    assert "2 recomputed figures can only be had from one of the editions" in drawn.alt
    assert subtitles[0].endswith("; edition 2025-01 holds none of these windows")


def test_what_is_cached_is_of_the_editions_that_are_read(root, tmp_path, monkeypatch):
    project = copy_of(root, tmp_path)

    def dearer(rows):
        wanted = {"partner": "United States", "flow": "imports", "currency": "USD", "period": "2025-01..2025-05"}
        for row in rows:
            if row["value"] and all(row[name] == value for name, value in wanted.items()):
                row["value"] = "72.29"
        return rows

    add_edition(project, "gacc-partners", "2026-11-23", "2026-12-24", dearer)
    monkeypatch.setenv("ONEWAYTRADE_PROJECT", str(project))
    before = definitions.judge("imports-from-us-11").estimate.number
    with datasets.using({"gacc-partners": "latest"}):
        inside = definitions.judge("imports-from-us-11").estimate.number
    assert abs(inside - before) > 0.4
    assert definitions.judge("imports-from-us-11").estimate.number == before
