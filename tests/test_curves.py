"""Specification curves, read from the artists: each definition in one column, with its value and its choices."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.text import Text

from onewaytrade import charts, curves, fmt, page
from onewaytrade.charts import Chart

NONE = math.nan
QUESTION = "The article’s question"
WINDOW = ["December 2022 to March 2025", "calendar years 2022 to 2024", "first quarters"]
MEASURE = ["volume", "value in dollars", "value in yuan", "unit value"]
CHOICES = {"Window": WINDOW, "Measure": MEASURE, "Edition": ["of May 2025", "latest"]}
WORDS = {
    "title": "The finding, in one sentence that is long enough to need a second line",
    "subtitle": "Growth of exports, per cent, by definition",
    "source": "CPB, World Trade Monitor, edition 2026-01 (published 2026-03-20)",
}
CASES = pd.DataFrame(
    [
        (QUESTION, NONE, 248, NONE, True, "article", "volume"),
        (QUESTION, 277, 277, 277, False, "neutral", "volume"),
        (QUESTION, NONE, 230, 262, True, "", "unit value"),
        (QUESTION, NONE, NONE, 240, False, "", "unit value"),
        ("Another window", NONE, 150, 190, False, None, "volume"),
        ("Another window", 210, NONE, NONE, False, None, "volume"),
    ],
    columns=["panel", "value", "low", "high", "agrees", "role", "Measure"],
)


def rows(counts: Mapping[str, int], article: int = 0, neutral: int | None = None) -> pd.DataFrame:
    """Values and choices in a jumble; the article's and the neutral one are the given places from the lowest."""
    drawn = np.random.default_rng(7)
    panels = [panel for panel, count in counts.items() for _ in range(count)]
    value = drawn.normal(30, 8, len(panels)).round(2)
    first = np.argsort(value[: next(iter(counts.values()))])
    role = [""] * len(panels)
    role[first[article]] = "article"
    if neutral is not None:
        role[first[neutral]] = "article and neutral" if neutral == article else "neutral"
    options = {name: drawn.choice(labels, len(panels)) for name, labels in CHOICES.items()}
    known = {"panel": panels, "value": value, "low": value - 0.05, "high": value + 0.05, "role": role}
    return pd.DataFrame({**known, "agrees": np.abs(value - 33) < 1, **options})


def curve(table: pd.DataFrame, dimensions: Mapping[str, Sequence[str]] = CHOICES, **more: Any) -> Chart:
    return charts.specification_curve(table, dimensions, **{"unit": "%", "printed": 33.0, **WORDS, **more})


def cases(**more: Any) -> Chart:
    return curve(CASES, {"Measure": MEASURE}, **{"unit": "cases", "printed": 250.0, "decimals": 0, **more})


@pytest.fixture(scope="module")
def drawn() -> dict[str, Chart]:
    """Curves of every shape: few and many definitions, wide and narrow panels, values and bounds."""
    five = {QUESTION: 3, "Another window": 60, "Another measure": 3, "Another window and measure": 80}
    narrow = {QUESTION: 6, "Another window": 150, "Another measure": 2, "Both of them": 4, "After the article": 3}
    return {
        "three": curve(rows({QUESTION: 3}, 2, 1)),
        "five panels": curve(rows({**five, "After the article": 40}, 2, 0)),
        "two panels": curve(rows({QUESTION: 8, "Another window": 6}, 0, 7)),
        "narrow panels": curve(rows(narrow, 5, 4)),
        "direction": curve(rows({QUESTION: 40}, 11, 11), printed=None),
        "many": curve(rows({QUESTION: 400}, 200, 201)),
        "cases": cases(),
        "no choice": curve(rows({QUESTION: 1, "Another window": 9}), {}),
    }


def lines(chart: Chart, ending: str) -> list[Line2D]:
    return [line for axes in chart.figure.axes for line in axes.lines if str(line.get_label()).endswith(ending)]


def lines_of(chart: Chart, label: str) -> list[Line2D]:
    return [line for line in lines(chart, label) if line.get_label() == label]


def points(chart: Chart, panel: str = "") -> list[tuple[float, float]]:
    """Where the values of a panel, or of all, stand from left to right."""
    found = [line for ending in (", agrees", ", other") for line in lines(chart, panel + ending)]
    return sorted((float(x), float(y)) for line in found for x, y in np.column_stack(line.get_data()))


def plot(chart: Chart) -> Axes:
    return next(axes for axes in chart.figure.axes if axes.get_zorder() == 0)


def texts(chart: Chart) -> list[str]:
    """The lines of all words around the plots."""
    return [text.get_text() for text in chart.figure.texts]


def words(chart: Chart) -> str:
    return f" {' '.join(texts(chart))} "


@pytest.mark.parametrize("name", ["three", "five panels", "narrow panels", "many", "no choice"])
def test_values_ascend_within_each_panel_and_the_table_has_their_order(drawn: dict[str, Chart], name: str):
    chart = drawn[name]
    assert [y for _, y in points(chart)] == list(chart.table["value"])
    reached = 0.0
    for panel, own in chart.table.groupby("panel", sort=False):
        found = points(chart, str(panel))
        assert [y for _, y in found] == sorted(own["value"])
        assert found[0][0] > reached
        reached = found[-1][0]


def test_the_articles_question_is_never_a_sliver(drawn: dict[str, Chart]):
    for name in ("five panels", "narrow panels"):
        spans = [
            [float(x) for x in line.get_xdata()]
            for panel in drawn[name].table["panel"].unique()
            for line in lines_of(drawn[name], panel)
        ]
        left, right = spans[0]
        assert right - left >= 0.25 * (spans[-1][1] - left)
        assert all(one[1] < other[0] for one, other in itertools.pairwise(spans))
        found = points(drawn[name], QUESTION)
        assert left < found[0][0] < found[-1][0] < right


@given(st.lists(st.integers(1, 400), min_size=1, max_size=7))
def test_panels_share_the_width_by_their_columns_with_none_too_small(counts: list[int]):
    first, *others = curves._widths(counts, 5.0)
    assert first + sum(others) == pytest.approx(5.0)
    assert first >= 0.25 * 5.0
    assert all(width >= 0.2 - 1e-9 for width in others)
    assert first >= 5.0 * counts[0] / sum(counts) - 1e-9
    for (one, width), (other, breadth) in itertools.permutations(zip(counts[1:], others, strict=True), 2):
        assert one <= other or width >= breadth - 1e-9


@pytest.mark.parametrize("name", ["three", "five panels", "many"])
def test_each_mark_stands_in_the_column_of_a_definition_that_takes_the_option(drawn: dict[str, Chart], name: str):
    chart = drawn[name]
    columns = [x for x, _ in points(chart)]
    heights: dict[str, set[float]] = {}
    for dimension, options in CHOICES.items():
        for option in options:
            label = f"{dimension}: {option}"
            marks = [line for line in lines(chart, label) if len(line.get_xdata())]
            taken = [x for x, own in zip(columns, chart.table[dimension], strict=True) if own == option]
            assert sorted(float(x) for line in marks for x in line.get_xdata()) == taken
            if taken:
                heights[label] = {float(y) for line in marks for y in line.get_ydata()}
                assert f" {option} " in words(chart)
    # One row each, in the order of the options.
    rows = [height for own in heights.values() for height in own]
    assert rows == sorted(rows)
    assert len(set(rows)) == len(heights)


def test_the_choices_of_marked_definitions_are_found_among_many_ticks(drawn: dict[str, Chart]):
    chart = drawn["many"]
    columns = [x for x, _ in points(chart)]
    for role in ("article", "neutral"):
        (at,) = chart.table.index[chart.table["role"] == role]
        for dimension, options in CHOICES.items():
            found = [
                (o, line.get_xdata()[0]) for o in options for line in lines(chart, f"{dimension}: {o}, {role}")
            ]
            assert found == [(chart.table.loc[at, dimension], columns[at])]


def test_a_dimension_or_an_option_that_tells_nothing_apart_is_not_drawn(drawn: dict[str, Chart]):
    table = rows({QUESTION: 8}).assign(Edition="latest", Window=[WINDOW[0], WINDOW[2]] * 4)
    chart = curve(table)
    assert all(f" {name} " in words(chart) for name in ("Window", WINDOW[0], WINDOW[2]))
    assert not any(f" {name} " in words(chart) for name in ("Edition", "latest", WINDOW[1]))
    assert "Each column is one definition." in texts(drawn["no choice"])


def test_what_agrees_has_a_colour_and_a_shape_of_its_own_stronger_in_the_first_panel():
    table = rows({QUESTION: 40, "Another window": 40})
    chart = curve(table.assign(agrees=table["value"] > 30))
    looks = []
    for panel, own in chart.table.groupby("panel", sort=False):
        (agreeing,), (other,) = (lines(chart, f"{panel}, {ending}") for ending in ("agrees", "other"))
        assert list(agreeing.get_ydata()) == list(own.loc[own["agrees"], "value"])
        assert (agreeing.get_marker(), other.get_marker()) == ("D", "o")
        assert agreeing.get_markersize() > other.get_markersize()
        looks.append([sum(to_rgb(line.get_color())) for line in (agreeing, other)])
        assert agreeing.get_color() != other.get_color()
    assert all(strong < pale for strong, pale in zip(*looks, strict=True))
    key = ["comes out as printed", "does not"]
    assert [text for text in texts(chart) if text in key] == key


def test_bounds_are_bars_and_open_ends_are_arrows_never_points(drawn: dict[str, Chart]):
    chart = drawn["cases"]
    assert [y for _, y in points(chart)] == [277, 210]
    bars = {tuple(map(float, line.get_ydata())): line.get_linewidth() for line in lines(chart, ", bounds")}
    assert {(230, 262), (150, 190)} <= set(bars)
    assert bars[230, 262] > bars[150, 190]  # which agrees, and which does not
    ends = {float(line.get_ydata()[0]): line.get_marker() for line in lines(chart, "bounds, end")}
    assert (ends.pop(248), ends.pop(240)) == ("_", "_")
    low, high = plot(chart).get_ylim()
    assert [(low < end < 240, marker) for end, marker in ends.items() if end < 240] == [(True, "v")]
    assert [(248 < end < high, marker) for end, marker in ends.items() if end > 248] == [(True, "^")]
    assert "bounds only" in texts(chart)
    # In order: by the middle of the bounds, or the only one.
    assert list(chart.table["high"].fillna(0)) == [240, 262, 0, 277, 190, 0]


def test_values_have_the_range_that_rounding_leaves(drawn: dict[str, Chart]):
    chart = drawn["three"]
    found = [xy for line in lines(chart, ", range") for xy in line.get_xydata().tolist() if math.isfinite(xy[0])]
    ends = [(x, end) for (x, value) in points(chart) for end in (value - 0.05, value + 0.05)]
    assert sorted(map(tuple, found)) == sorted(ends)


def test_what_is_printed_is_a_level_with_its_label_in_place_of_ticks(drawn: dict[str, Chart]):
    said = {
        "many": (33, "printed +33\N{NO-BREAK SPACE}%"),
        "direction": (0, "zero"),
        "cases": (250, "printed 250"),
    }
    for name, (at, label) in said.items():
        chart = drawn[name]
        (level,) = lines_of(chart, "level")
        assert set(level.get_ydata()) == {at}
        assert tuple(level.get_xdata()) == plot(chart).get_xlim()
        assert f" {label} " in words(chart)
        shown = [tick.get_position()[1] for tick in plot(chart).get_yticklabels() if tick.get_visible()]
        assert at not in shown
        assert len(shown) >= 2


def test_the_articles_and_the_neutral_definition_are_named_in_their_columns(drawn: dict[str, Chart]):
    names = {"article": "article’s: ", "neutral": "neutral: ", "article and neutral": "article’s and neutral: "}
    for chart in drawn.values():
        columns = dict(zip(chart.table.index[chart.table["value"].notna()], points(chart), strict=True))
        for role, name in names.items():
            found = chart.table.index[chart.table["role"] == role]
            assert sum(text.startswith(name) for text in texts(chart)) == len(found)
            for at in found.intersection(list(columns)):
                leader, ring = sorted(lines_of(chart, role), key=lambda line: len(line.get_xdata()), reverse=True)
                assert set(leader.get_xdata()) == {columns[at][0]}
                assert (ring.get_xdata()[0], ring.get_ydata()[0]) == columns[at]
    assert {"article’s: at least 248", "neutral: 277"} <= set(texts(drawn["cases"]))


def test_every_panel_has_a_heading_with_its_number_of_definitions(drawn: dict[str, Chart]):
    for name, chart in drawn.items():
        for panel, own in chart.table.groupby("panel"):
            assert f"{panel} ({len(own)})" in words(chart), name


def test_no_word_is_cut_off_small_under_another_or_crossed_by_a_line(drawn: dict[str, Chart]):
    near = {
        f"{one} {other}": curve(rows({QUESTION: 12}, one, other)) for one, other in ((0, 1), (11, 10), (0, 11))
    }
    for name, chart in {**drawn, **near}.items():
        chart.figure.draw_without_rendering()
        renderer = cast("FigureCanvasAgg", chart.figure.canvas).get_renderer()
        found = [text for text in chart.figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
        hidden = {tick for axes in chart.figure.axes for tick in axes.xaxis.get_ticklabels()}
        boxes = {text: text.get_window_extent(renderer) for text in found if text not in hidden}
        for text, box in boxes.items():
            assert chart.figure.bbox.x0 <= box.x0 <= box.x1 <= chart.figure.bbox.x1, (name, text.get_text())
            assert chart.figure.bbox.y0 <= box.y0 <= box.y1 <= chart.figure.bbox.y1, (name, text.get_text())
            assert text.get_fontsize() >= 11, (name, text.get_text())
        for (one, first), (other, second) in itertools.combinations(boxes.items(), 2):
            across = min(first.x1, second.x1) - max(first.x0, second.x0)
            upward = min(first.y1, second.y1) - max(first.y0, second.y0)
            assert across <= 1 or upward <= 4, (name, one.get_text(), other.get_text())
        under = next(axes for axes in chart.figure.axes if axes.get_zorder() < 0)
        upright = [line for line in under.lines if len(set(line.get_xdata())) == 1 < len(line.get_xdata())]
        for line, (text, box) in itertools.product(upright, boxes.items()):
            (x, low), (_, high) = sorted(map(tuple, line.get_transform().transform(line.get_xydata())))
            if not text.get_path_effects():  # which have a rim against lines
                crossed = box.x0 + 1 < x < box.x1 - 1 and min(high, box.y1) - max(low, box.y0) > 4
                assert not crossed, (name, text.get_text(), line.get_label())


def test_the_alternative_text_tells_numbers_ranges_and_where_the_article_stands(drawn: dict[str, Chart]):
    values = {
        QUESTION: [33.2, 30.0, 31.54, 29.96],
        "Another window": [-4.0, 32.6, 32.71],
        "After the article": [5.0],
    }
    table = rows({panel: len(own) for panel, own in values.items()})
    table = table.assign(value=[value for own in values.values() for value in own], low=NONE, high=NONE, role="")
    table.loc[:1, "role"] = ["article", "neutral"]
    chart = curve(table.assign(agrees=(table["value"] - 33).abs() < 0.5))
    assert chart.alt.replace("\N{NO-BREAK SPACE}", " ") == (
        f"Specification curve, per cent: {WORDS['title']}. "
        "The article’s question: 4 definitions, +30.0 to +33.2 %, median +30.8 %; 1 comes out as printed (+33 %). "
        "Another window: 3 definitions, −4.0 to +32.7 %; 2 come out as printed. "
        "After the article: 1 definition, +5.0 %; none comes out as printed. "
        "The article’s definition gives +33.2 %, the highest of 4. "
        "The neutral definition gives +30.0 %, the 2nd lowest of 4."
    )
    assert "agree with the article. The article’s and neutral definition gives" in drawn["direction"].alt
    told = "4 definitions, 230 to 277, open below and above, 3 of them bounds only; 2 come out as printed (250)."
    assert told in drawn["cases"].alt
    assert drawn["cases"].alt.endswith("gives at least 248. The neutral definition gives 277.")
    more = pd.concat([CASES, CASES.loc[[1]].assign(value=250, low=NONE, high=NONE, role="")])
    known = charts.specification_curve(more, {}, unit="cases", printed=250.0, decimals=0, **WORDS).alt
    assert "median of the 2 with a value 264, 3 of them bounds only; " in known
    assert known.endswith("gives 277, the highest of the 2 with a value.")


def test_a_run_with_other_parameters_has_a_question_of_its_own():
    table = rows({QUESTION: 4, "Another window": 3}, 1, 1)
    table.attrs["whose"] = "this run’s"
    chart = curve(table)
    assert list(chart.table["panel"].unique()) == ["This run’s question", "Another window"]
    assert "This run’s question: 4 definitions" in chart.alt
    assert "This run’s and neutral definition gives" in chart.alt
    assert any(text.startswith("this run’s and neutral: ") for text in texts(chart))
    assert "(bold: this run’s)" in words(chart)
    # What is printed stays the article's.
    assert "article’s" not in f"{words(chart)} {chart.alt}"


def test_a_curve_is_of_the_claim_that_its_table_names():
    table = rows({QUESTION: 4, "Another window": 3}, 1, 1)
    assert (curve(table).claim, curve(table).drawn_by) == (None, "charts.specification_curve")
    table.attrs["claim"] = "cpb-exports-33"
    assert curve(table).claim == "cpb-exports-33"


def test_what_is_in_another_unit_has_a_panel_of_its_own_and_is_told_in_it():
    table = rows({QUESTION: 6, "Another window": 2}, 3).assign(unit=["points", *["%"] * 5, "%", "points"])
    table.loc[table["role"] == "article", "unit"] = "%"
    chart = curve(table.assign(low=NONE, high=NONE))
    split = [QUESTION, f"{QUESTION}, in points", "Another window", "Another window, in points"]
    assert list(chart.table["panel"].unique()) == split
    points_of = chart.table.loc[chart.table["panel"] == split[1], "value"].item()
    assert f"{split[1]}: 1 definition, {fmt.points(points_of)};" in chart.alt
    per_cent = table.loc[table["unit"].eq("%") & table["panel"].eq(QUESTION), "value"]
    assert (
        f"5 definitions, {fmt.interval(per_cent.min(), per_cent.max())}, median {fmt.pct(per_cent.median())}"
        in chart.alt
    )
    assert " of 5." in chart.alt, "the rank is among those in its unit"


@pytest.mark.parametrize(
    ("own", "others", "says"),
    [
        (32.0, [30, 31, 33, 34, 35], "the 3rd lowest of 6"),
        (35.0, [30, 31, 33, 34, 36, 32], "the 2nd highest of 7"),
        (32.0, [30, 33], "in the middle of 3"),
        (20.5, range(10, 50), "the 12th lowest of 41"),
        (30.1 + 0.2, [30.3, 29, 33, 31, 32], "the joint 2nd lowest of 6"),  # the same but for the last bit
        (30.0, [30.0, 30.0], "as do all 3"),
    ],
)
def test_ranks_are_counted_from_the_nearer_end_and_shared(own: float, others: Sequence[float], says: str):
    values = [own, *others]
    table = rows({QUESTION: len(values)}).assign(value=values, low=NONE, high=NONE, role="")
    table.loc[0, "role"] = "article"
    assert f", {says}." in curve(table, {}).alt


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"value": NONE, "low": NONE, "high": NONE}, "Row 0 of the chart has no value and no bound"),
        ({"value": NONE, "low": 5.0, "high": 4.0}, "a lower bound of 5 above its upper one of 4"),
        (
            {"Window": "a window of nowhere"},
            "Row 0 of the chart has 'a window of nowhere' as its 'Window', which is not",
        ),
        ({"role": "Article"}, "Row 0 of the chart has the role 'Article', which is not 'article', 'neutral' or"),
        ({"role": ""}, "must stand exactly once, in the first panel 'The article’s question'; it stands in none"),
        (
            {"role": ["article", "article", ""]},
            "it stands in 'The article’s question' and 'The article’s question'",
        ),
        (
            {"role": ["article", "", "article and neutral"]},
            "it stands in 'The article’s question' and 'Another window'",
        ),
        (
            {"role": ["", "", "article"]},
            "in the first panel 'The article’s question'; it stands in 'Another window'",
        ),
        ({"role": ["article", "neutral", "neutral"]}, "More than one row of the chart has the role 'neutral'"),
        ({"agrees": [True, None, False]}, "Row 1 of the chart has no 'agrees'"),
    ],
)
def test_curves_say_what_is_wrong_with_a_table(change: dict[str, object], says: str):
    table = rows({QUESTION: 2, "Another window": 1}).assign(role=["article", "", ""])
    if not any(isinstance(value, list) for value in change.values()):
        table = table.astype(dict.fromkeys(change, object))
        for name, value in change.items():
            table.loc[0, name] = value
    else:
        table = table.assign(**change)
    with pytest.raises(ValueError, match=says):
        curve(table)


def test_curves_ask_for_rows_and_columns():
    table = rows({QUESTION: 3})
    with pytest.raises(ValueError, match="has no rows"):
        curve(table.head(0))
    for name in ("panel", "value", "agrees", "Edition"):
        with pytest.raises(ValueError, match=f"The table of the chart lacks '{name}'"):
            curve(table.drop(columns=name))


def test_a_curve_of_four_hundred_is_a_small_picture_the_same_in_two_runs(drawn: dict[str, Chart]):
    content = drawn["many"].png()
    assert len(content) < 80_000
    assert int.from_bytes(content[16:20], "big") == round(page.WIDTH * page.DPI)
    assert curve(rows({QUESTION: 400}, 200, 201)).png() == content
