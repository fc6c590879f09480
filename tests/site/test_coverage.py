"""Coverage: the months that a picture shows are those of the file, counted here in another way."""

import csv
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from onewaytrade.site import coverage

DATA = Path(__file__).parents[2] / "data"
SVG = "{http://www.w3.org/2000/svg}"


def _rows(dataset: str, edition: str = "2026-11-23") -> list[dict[str, str]]:
    with (DATA / dataset / f"{edition}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _table(dataset: str, edition: str = "2026-11-23") -> coverage.Table:
    return coverage.read((DATA / dataset / f"{edition}.csv").read_bytes())


def _counted(period: str) -> set[str]:
    """Return the months of a period as "2022-03", by writing out all months and comparing texts."""
    first, dots, last = period.partition("..")
    last = last if dots and last else first
    quarters = {"Q1": ("-01", "-03"), "Q2": ("-04", "-06"), "Q3": ("-07", "-09"), "Q4": ("-10", "-12")}

    def end(text: str, which: int) -> str:
        if text[4:6] in quarters:
            return text[:4] + quarters[text[4:6]][which]
        return text[:7] if len(text) > 4 else text + ("-01", "-12")[which]

    every = [f"{year}-{month:02d}" for year in range(1990, 2040) for month in range(1, 13)]
    return {month for month in every if end(first, 0) <= month <= end(last, 1)}


def _name(month: int) -> str:
    return f"{month // 12}-{month % 12 + 1:02d}"


@pytest.mark.parametrize(
    ("period", "first", "count"),
    [
        ("2024", "2024-01", 12),
        ("2022Q4", "2022-10", 3),
        ("2022-12", "2022-12", 1),
        ("2025-06-19", "2025-06", 1),
        ("2024-01..2024-05", "2024-01", 5),
        ("2012..2014", "2012-01", 36),
        ("2023Q4..2024Q1", "2023-10", 6),
        ("2025-07-06..", "2025-07", 1),
    ],
)
def test_a_period_covers_its_months_and_an_open_one_where_it_begins(period, first, count):
    found = coverage.months(period)
    assert (_name(found[0]), len(found)) == (first, count)


@pytest.mark.parametrize("period", ["", "last year", "2024-13", "2024..May", "20245"])
def test_what_is_no_period_covers_nothing(period):
    assert not coverage.months(period)


@pytest.mark.parametrize(
    "dataset", ["consumption", "gacc-totals", "property", "mirror", "trade-remedies", "luxury"]
)
def test_every_row_covers_what_the_file_holds_for_its_names(dataset):
    rows = _rows(dataset)
    keys = [name for name in ("entity", "indicator", "reporter", "flow", "measure") if name in rows[0]]
    found = coverage.by_subject(_table(dataset), [*keys, "period", "source_id"])
    assert found is not None
    assert found.left_out == 0
    assert sum(row.figures for row in found.rows) == len(rows)
    assert {name for row in found.rows for name in row.names} == {row[found.by] for row in rows}
    for row in found.rows:
        for name in row.names:
            own = [_counted(other["period"]) for other in rows if other[found.by] == name]
            single = {month for months in own if len(months) == 1 for month in months}
            every = {month for months in own for month in months}
            assert {_name(month) for month in row.single} == single
            assert {_name(month) for month in row.spanned} == every - single


def test_of_many_rows_those_with_most_figures_are_drawn_and_the_rest_is_counted():
    rows = _rows("gacc-commodities-other")
    found = coverage.by_subject(_table("gacc-commodities-other"), ["commodity", "measure", "unit", "period"])
    assert found is not None
    assert found.by == "commodity"
    drawn = {name for row in found.rows for name in row.names}
    assert len(found.rows) == coverage.LIMIT
    assert len(drawn) + found.left_out == len({row["commodity"] for row in rows})
    assert f"{found.left_out} more are not drawn" in coverage.sentence(found)


def test_names_that_cover_the_same_share_a_row():
    rows = _rows("cpb", "2026-01")
    found = coverage.by_subject(_table("cpb", "2026-01"), ["flow", "region", "measure", "month"])
    assert found is not None
    (row,) = found.rows
    assert set(row.names) == {own["region"] for own in rows}
    assert row.label == f"{row.names[0]} and {len(row.names) - 1} more"
    assert {_name(month) for month in row.single} == {own["month"] for own in rows}


def test_each_edition_is_a_row_the_newest_first_and_the_pinned_one_marked():
    editions = ["2024-01", "2025-01", "2026-01"]
    found = coverage.by_edition({edition: _table("cpb", edition) for edition in editions}, "2025-01")
    assert found is not None
    assert [row.label for row in found.rows] == ["2026-01", "2025-01 (pinned)", "2024-01"]
    assert [_name(row.last) for row in found.rows] == [
        max(row["month"] for row in _rows("cpb", edition)) for edition in reversed(editions)
    ]


def test_a_table_without_periods_has_no_coverage():
    assert coverage.by_subject(_table("sources"), ["source_id"]) is None
    assert coverage.by_edition({"2026-11-23": _table("sources")}, "2026-11-23") is None


def test_ends_of_a_series_in_two_columns_are_a_period_too():
    found = coverage.by_subject(_table("cpb-series", "2026-01"), ["series"])
    assert found is not None
    ends = [(row["first_month"], row["last_month"]) for row in _rows("cpb-series", "2026-01")]
    assert _name(found.first) == min(first for first, _ in ends)
    assert _name(found.last) == max(last for _, last in ends)


def _picture(found: coverage.Coverage) -> ET.Element:
    text = coverage.svg(found, "one", "A title")
    return ET.fromstring(text.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))  # noqa: S314


@pytest.mark.parametrize("dataset", ["consumption", "property"])
def test_the_bars_of_the_picture_lie_over_the_months_that_the_file_holds(dataset):
    rows = _rows(dataset)
    key = ["entity", "measure"] if dataset == "consumption" else ["indicator"]
    found = coverage.by_subject(_table(dataset), key)
    assert found is not None
    picture = _picture(found)
    every = sorted(month for row in rows for month in _counted(row["period"]))
    begin, end = int(every[0][:4]) * 12, (int(every[-1][:4]) + 1) * 12
    drawn: dict[str, set[str]] = {}
    label = ""
    for element in picture:
        kind = element.get("class")
        if kind == "owt-cover-label":
            label = str(element.text)
        elif kind in {"owt-cover-single", "owt-cover-spanned"}:
            at, width = (
                float(str(element.get(name)).removesuffix("%")) / 100 * (end - begin) for name in ("x", "width")
            )
            months = range(round(begin + at), round(begin + at + width))
            assert months, "every bar is a month wide at least"
            drawn.setdefault(label, set()).update(map(_name, months))
    assert len(drawn) == len(found.rows)
    for row in found.rows:
        own = {month for other in rows if other[found.by] == row.names[0] for month in _counted(other["period"])}
        assert drawn[coverage.shortened(row.label)] == own


def test_the_picture_is_told_in_words_to_somebody_who_does_not_see_it():
    rows = _rows("property")
    found = coverage.by_subject(_table("property"), ["indicator"])
    assert found is not None
    picture = _picture(found)
    assert picture.get("role") == "img"
    ids = {element.get("id"): str(element.text) for element in picture if element.get("id")}
    assert str(picture.get("aria-labelledby")).split() == list(ids)
    title, told = ids.values()
    assert title.startswith("A title: 8 rows, named by indicator, from ")
    for row in found.rows:
        count = sum(own["indicator"] in row.names for own in rows)
        assert all(name in told for name in row.names)
        assert f"{row.names[-1]}: {count} figures " in told


def test_the_picture_holds_no_colour_of_its_own_and_nothing_wider_than_its_page():
    found = coverage.by_subject(_table("consumption"), ["entity", "measure"])
    assert found is not None
    text = coverage.svg(found, "one", "A title")
    assert not re.search(r"#[0-9a-f]{3}|rgb|fill=|style=|viewBox", text)
    for element in _picture(found):
        if element.get("width"):
            x, width = (float(element.get(name, "").removesuffix("%")) for name in ("x", "width"))
            assert x + width < 100.01
    assert "\n\n" not in text, "an empty line would end the HTML in Markdown"
