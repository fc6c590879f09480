"""What the charts draw, read from the artists: the table's numbers, nothing bridged, nothing cut off."""

import itertools
import math
from typing import cast

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from onewaytrade import charts, fmt
from onewaytrade.charts import Chart
from onewaytrade.measures import month_number, months_between

SOURCE = "CPB, World Trade Monitor, edition 2026-01 (published 2026-03-20); data/cpb/2026-01.csv, sha256 1a2b3c4d"
WORDS = {"title": "The finding, in one sentence that is long enough to need a second line", "source": SOURCE}


def monthly(missing: tuple[str, ...] = ()) -> pd.DataFrame:
    months = months_between("2021-01", "2025-03")
    return pd.DataFrame(
        [
            (month, name, 100 + slope * at)
            for name, slope in (("exports", 0.7), ("imports", 0.02), ("world exports", 0.03))
            for at, month in enumerate(months)
            if not (name == "imports" and month in missing)
        ],
        columns=["month", "series", "value"],
    )


def lines(table: pd.DataFrame | None = None, **more: object) -> Chart:
    shown = monthly() if table is None else table
    return charts.lines(shown, subtitle="Volume, 2021 = 100", unit="index", **WORDS, **more)  # type: ignore[arg-type]


def starts() -> Chart:
    table = pd.DataFrame(
        [
            ("2022-11", "exports", 29.1),
            ("2022-12", "exports", 33.2),
            ("2023-01", "exports", 29.6),
            ("2022-11", "imports", 0.5),
            ("2022-12", "imports", 4.8),
            ("2023-01", "imports", 3.1),
        ],
        columns=["start", "series", "growth_pct"],
    )
    printed = {"exports": 33.0, "imports": 0.0}
    return charts.starts(table, subtitle="Growth, per cent", article="2022-12", printed=printed, **WORDS)


COMMODITIES = pd.DataFrame(
    [
        ("iron ore", "quantity", -5.18, -5.2),
        ("iron ore", "value", -20.7, -5.2),
        ("crude oil", "quantity", 0.26, -11.4),
        ("crude oil", "value", -10.38, -11.4),
        ("agricultural products", "value", -11.48, math.nan),
    ],
    columns=["label", "series", "value", "printed"],
)
PARTNERS = pd.DataFrame(
    [
        ("United States", "to May 2025", -10.7, -11.1, -10.0, "printed"),
        ("Japan", "to March 2025", -16.4, math.nan, math.nan, "implied"),
        ("Japan", "to May 2025", math.nan, -20.1, -14.9, "bound"),
        ("Germany", "to May 2025", math.nan, -19.8, math.nan, "bound"),
    ],
    columns=["group", "label", "value", "low", "high", "grade"],
)
BRIDGE = pd.DataFrame(
    [
        ("December 2022 to March 2025", "volume", 28.7, 33.2),
        ("December 2022 to March 2025", "unit value", -15.2, -14.1),
        ("December 2022 to March 2025", "value", 13.5, 14.4),
    ],
    columns=["window", "part", "log_points", "pct"],
)
YEARS = pd.DataFrame(
    [(f"{year}-{month:02d}", 3 + 0.1 * month) for year in (2023, 2024) for month in range(3, 13)]
    + [(f"{year}-01..{year}-02", 3.4 + year / 1e4) for year in (2023, 2024, 2025)],
    columns=["period", "value"],
)
VERDICTS = pd.DataFrame(
    [
        ("Export surge", 33, 33.2, None, None, 0.2, "reproduced", "%"),
        ("Imports from Japan", -17, None, -20.1, -14.9, None, "not excluded", "%"),
        ("Import standstill", 0, 4.8, None, None, 4.8, "not reproduced", "%"),
        ("Cases of trade defence", 250, 277, None, None, 27, "partly reproduced", "investigations"),
    ],
    columns=["label", "printed", "computed", "low", "high", "difference", "verdict", "unit"],
)


NONE = math.nan
COMPANIES = pd.DataFrame(
    [
        ("Deliveries in China", "vehicles", "2022", "by year", 93286, NONE, NONE),
        ("Deliveries in China", "vehicles", "2023", "by year", 79283, NONE, NONE),
        ("Deliveries in China", "vehicles", "2025", "by year", 41938, NONE, NONE),
        ("Deliveries in China", "vehicles", "2022-01..2022-06", "half-years", 40681, NONE, NONE),
        ("Deliveries in China", "vehicles", "2023-01..2023-06", "half-years", 43832, NONE, NONE),
        ("Deliveries in China", "vehicles", "2025-01..2025-06", "half-years", 21302, NONE, NONE),
        ("Deliveries in China", "vehicles", "2025Q1", "quarters", 9471, NONE, NONE),
        ("Organic growth", "%", "2023Q4", "growth", -8.0, NONE, NONE),
        ("Organic growth", "%", "2024Q1", "growth", 6.0, 5.5, 6.5),
        ("Cases", "cases", "2021-01..2021-06", "stated", NONE, 20, 30),
        ("Cases", "cases", "2021-07..2021-12", "stated", NONE, 20, 30),
        ("Cases", "cases", "2024", "stated", NONE, 30, NONE),
        ("Cases", "cases", "2025", "stated", NONE, NONE, 90),
        ("Cases", "cases", "2024", "counted", 69, NONE, NONE),
        ("Cases", "cases", "2025", "counted", 70, NONE, NONE),
    ],
    columns=["panel", "unit", "period", "series", "value", "low", "high"],
)
CONFIDENCE = pd.DataFrame(
    [
        ("Confidence", "index", month, "confidence", 90 + at)
        for at, month in enumerate(months_between("2021-03", "2025-05"))
    ],
    columns=["panel", "unit", "period", "series", "value"],
)
MAGNITUDES = pd.DataFrame(
    [
        ("GDP", "All", 120.7, 118.6, 122.8, "implied by a share that is printed"),
        ("Procurement, state-owned enterprises included", "Part", NONE, 48, NONE, "press"),
        ("Government procurement", "Part", 3.49931, NONE, NONE, None),
        ("Cases per half-year", "Part", NONE, 20, 30, None),
        ("Deficit", "Other", -30.25, NONE, NONE, None),
        ("Fall", "Other", NONE, NONE, -10, "open to the left"),
        ("Loss", "Other", NONE, -20, -5, None),
    ],
    columns=["label", "group", "value", "low", "high", "note"],
)
RANKING = pd.DataFrame(
    [(f"region {at}", 27.0 - 2 * at, at in {3, 25}) for at in range(27)], columns=["label", "value", "front"]
)


def panels(table: pd.DataFrame, **more: object) -> Chart:
    return charts.panels(table, subtitle="By year and quarter", **WORDS, **more)  # type: ignore[arg-type]


def scale(table: pd.DataFrame = MAGNITUDES, unit: str = "trn CNY", decimals: int = 1) -> Chart:
    return charts.scale(table, subtitle="Trillion yuan", unit=unit, decimals=decimals, **WORDS)


def dots(table: pd.DataFrame, unit: str = "%") -> Chart:
    return charts.dots(table, subtitle="Growth, per cent", unit=unit, **WORDS)


@pytest.fixture(scope="module")
def drawn() -> dict[str, Chart]:
    """Every builder once, with the marks and columns that it can take."""
    marks = [("2022-12", "Dec 2022"), ("2023-01..2023-03", "reopening"), ("2025-03", "Mar 2025")]
    parts = pd.concat([monthly().assign(panel="China"), monthly().assign(panel="Emerging Asia excluding China")])
    return {
        "lines": lines(marks=marks, growth={"exports": 33.2, "imports": 4.8}),
        "panels": lines(parts),
        "starts": starts(),
        "seasons": charts.seasons(YEARS, subtitle="Million tonnes a day", unit="million tonnes a day", **WORDS),
        "dots": dots(COMMODITIES),
        "intervals": dots(PARTNERS),
        "decomposition": charts.decomposition(BRIDGE, subtitle="Log points", **WORDS),
        "scoreboard": charts.scoreboard(VERDICTS, subtitle="Printed and computed", **WORDS),
        "companies": panels(COMPANIES, marks=[("2023-01..2023-03", "reopening"), ("2025-05", "hearing")]),
        "months": panels(pd.concat([CONFIDENCE, COMPANIES.tail(2)])),
        "short": panels(CONFIDENCE.tail(14)),
        "quarters": panels(COMPANIES[7:9]),
        "scale": scale(),
        "negative scale": scale(MAGNITUDES[4:6]),
        "ranking": dots(RANKING),
    }


def line_data(axes: Axes, label: str) -> tuple[list[float], list[float]]:
    found = [line for line in axes.lines if line.get_label() == label]
    return (
        [float(x) for line in found for x in np.asarray(line.get_xdata())],
        [float(y) for line in found for y in np.asarray(line.get_ydata())],
    )


def boxes(chart: Chart) -> dict[Text, Bbox]:
    """Where each text of a chart stands, in pixels."""
    canvas = cast("FigureCanvasAgg", chart.figure.canvas)
    canvas.draw()
    renderer = canvas.get_renderer()
    texts = [text for text in chart.figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    hidden = {
        text for axes in chart.figure.axes if not axes.yaxis.get_visible() for text in axes.yaxis.get_ticklabels()
    }
    return {text: text.get_window_extent(renderer) for text in texts if text not in hidden}


def test_a_chart_names_what_drew_it_as_a_notebook_calls_it(drawn: dict[str, Chart]):
    assert {drawn[name].drawn_by for name in ("starts", "companies", "scale")} == {
        "charts.starts", "charts.panels", "charts.scale",
    }  # fmt: skip
    assert all(callable(getattr(charts, chart.drawn_by.removeprefix("charts."))) for chart in drawn.values())


def test_lines_show_the_tables_values_month_by_month():
    table = monthly()
    (axes,) = lines(table).figure.axes
    for name, rows in table.groupby("series"):
        x, y = line_data(axes, str(name))
        assert x == [month_number(month) for month in rows["month"]]
        assert y == list(rows["value"])


def test_a_gap_in_the_months_is_a_gap_in_the_line():
    (axes,) = lines(monthly(missing=("2022-03", "2022-04", "2022-06"))).figure.axes
    x, y = line_data(axes, "imports")
    gaps = [month for month, value in zip(x, y, strict=True) if math.isnan(value)]
    assert gaps == [month_number(month) for month in ("2022-03", "2022-04", "2022-06")]
    (line,) = (line for line in axes.lines if line.get_label() == "imports")
    assert x.index(month_number("2022-05")) in line.get_markevery()  # a month between gaps is seen


@pytest.mark.parametrize("kind", ["str", "category", "object"])
def test_groups_are_right_whatever_type_the_names_have(kind: str):
    """What seaborn 0.13.2 gets wrong under pandas 3; here the last category is never used."""
    table = monthly()
    names = pd.CategoricalDtype(["world exports", "imports", "exports", "unused"]) if kind == "category" else kind
    (axes,) = lines(table.astype({"series": names})).figure.axes
    assert line_data(axes, "exports")[1] == list(table.loc[table["series"] == "exports", "value"])
    (axes,) = dots(COMMODITIES.astype({"series": "category", "label": "category"})).figure.axes
    assert line_data(axes, "quantity")[0] == [-5.18, 0.26]


def test_growth_is_written_at_two_marked_months():
    marks = [("2022-12", "from"), ("2025-03", "to")]
    chart = lines(marks=marks, growth={"exports": 33.2})
    assert fmt.pct(33.2) in [text.get_text() for text in chart.figure.axes[0].texts]
    assert f"{fmt.pct(33.2)} between the marked months" in chart.alt
    for wrong in ([], marks[:1], [("2020-12", "before the data"), *marks[1:]]):
        with pytest.raises(ValueError, match="The growth of exports needs two marked months"):
            lines(marks=wrong, growth={"exports": 33.2})


def test_panels_share_their_months(drawn: dict[str, Chart]):
    first, second = drawn["panels"].figure.axes
    assert first.get_xlim() == second.get_xlim()
    assert not any(text.get_visible() and text.get_text() for text in first.get_xticklabels())


def test_starts_show_every_start_and_what_is_printed(drawn: dict[str, Chart]):
    (axes,) = drawn["starts"].figure.axes
    assert line_data(axes, "exports")[1] == [29.1, 33.2, 29.6]
    levels = [line.get_ydata()[0] for line in axes.lines if list(line.get_xdata()) == [0, 1]]
    assert {33.0, 0.0} <= {float(level) for level in levels}
    assert "+33.2\xa0% from December 2022" in drawn["starts"].alt
    assert "(the article prints +33\xa0%)" in drawn["starts"].alt


def test_january_and_february_are_one_level_where_they_stand_as_a_pair(drawn: dict[str, Chart]):
    (axes,) = drawn["seasons"].figure.axes
    x, y = line_data(axes, "2024-01..2024-02")
    assert y == [3.4 + 2024 / 1e4] * 2
    assert -0.5 < x[0] < 0
    assert 1 < x[1] < 1.5
    months, values = line_data(axes, "2024")
    assert [month for month, value in zip(months, values, strict=True) if math.isnan(value)] == [0, 1]
    assert values[2] == pytest.approx(3.3)


def test_dots_stand_at_their_values_each_in_its_row(drawn: dict[str, Chart]):
    (axes,) = drawn["dots"].figure.axes
    quantity, value, article = (line_data(axes, name) for name in ("quantity", "value", "article"))
    assert quantity[0] == [-5.18, 0.26]
    assert value[0] == [-20.7, -10.38, -11.48]
    assert article[0][:2] == [-5.2, -11.4]
    assert quantity[1] == value[1][:2]
    assert value[1] == sorted(value[1])  # rows in the order of the table, downward


def test_points_that_would_hide_each_other_step_aside():
    table = pd.DataFrame({"label": ["US"] * 3, "series": ["dollars", "yuan", "own"], "value": [-30.0, -5.7, -5.7]})
    (axes,) = dots(table).figure.axes
    assert line_data(axes, "yuan")[1] != line_data(axes, "own")[1]
    assert line_data(axes, "dollars")[1] == [np.mean([line_data(axes, name)[1] for name in ("yuan", "own")])]


def test_bounds_are_drawn_as_bounds(drawn: dict[str, Chart]):
    (axes,) = drawn["intervals"].figure.axes
    ends = [sorted(map(float, line.get_xdata())) for line in axes.lines if line.get_marker() == "|"]
    assert [-20.1, -14.9] in ends
    assert [-19.8] in ends  # open upward: an arrow instead of a second end
    assert len([text for text in axes.texts if text.get_text() == ""]) == 1
    implied = [line for line in axes.lines if list(line.get_xdata()) == [-16.4]]
    assert implied[0].get_markerfacecolor() == "white"
    assert "−20.1 to −14.9 (bound)" in drawn["intervals"].alt
    assert "at least −19.8 (bound)" in drawn["intervals"].alt


def spans(axes: Axes, *, label: str = "") -> dict[str, tuple[list[float], list[float]]]:
    """The lines of a panel that are levels, bounds or markers, by their names."""
    return {
        str(line.get_label()): line_data(axes, str(line.get_label()))
        for line in axes.lines
        if label in str(line.get_label()) and not str(line.get_label()).startswith("_")
    }


def test_a_period_is_a_level_over_exactly_its_months(drawn: dict[str, Chart]):
    deliveries, growth, _ = drawn["companies"].figure.axes
    levels = spans(deliveries)
    january = month_number("2025-01")
    assert levels["by year, 2025"] == ([january - 0.5, january + 11.5], [41938] * 2)
    assert levels["half-years, 2025-01..2025-06"] == ([january - 0.5, january + 5.5], [21302] * 2)
    assert levels["quarters, 2025Q1"] == ([january - 0.5, january + 2.5], [9471] * 2)
    assert levels["by year, 2025, marker"] == ([january + 5.5], [41938])
    assert spans(growth)["growth, 2024Q1, range"][1] == [5.5, 6.5]


def test_panels_share_one_axis_of_months_and_have_value_axes_of_their_own(drawn: dict[str, Chart]):
    deliveries, growth, cases = drawn["companies"].figure.axes
    assert deliveries.get_xlim() == growth.get_xlim() == cases.get_xlim()
    assert deliveries.get_ylim()[0] == 0  # a level that would be misread without its zero
    assert growth.get_ylim()[0] < -8
    assert cases.get_ylim()[1] > 90
    (confidence, *_) = drawn["months"].figure.axes
    assert confidence.get_ylim()[0] > 80
    names = [text.get_text() for text in cases.get_xticklabels(minor=True)]
    assert names == ["2021", "2022", "2023", "2024", "2025"]
    assert not any(text.get_visible() for text in growth.get_xticklabels(minor=True))


def test_values_that_are_nearly_the_same_look_so_and_ticks_are_never_rounded(drawn: dict[str, Chart]):
    low, high = drawn["months"].figure.axes[1].get_ylim()
    assert high - low >= 0.1 * 70
    (axes,) = panels(COMPANIES.tail(2).assign(value=[0.701, 0.729])).figure.axes
    texts = [text.get_text() for text in axes.get_yticklabels()]
    assert [float(text) for text in texts] == pytest.approx(list(axes.get_yticks()))


def test_a_panel_may_hold_nothing_but_zero_or_one_bound():
    zero = COMPANIES.tail(2).assign(value=[0.0, NONE], low=[NONE, 0.0])
    (axes,) = panels(zero).figure.axes
    assert axes.get_ylim()[0] == 0 < axes.get_ylim()[1]
    (axes,) = panels(COMPANIES[11:12]).figure.axes
    assert axes.get_ylim()[0] == 0
    assert arrows_of(axes)[0][0][1] == 30 < axes.get_ylim()[1]


def test_only_neighbours_of_the_same_length_and_series_are_joined(drawn: dict[str, Chart]):
    deliveries, growth, cases = drawn["companies"].figure.axes
    assert line_data(deliveries, "_joint") == ([month_number("2023-01") - 0.5] * 2, [93286, 79283])
    assert line_data(growth, "_joint") == ([month_number("2024-01") - 0.5] * 2, [-8, 6])
    assert line_data(cases, "_joint")[1] == [69, 70]  # never the bounds


def test_months_are_a_line_that_breaks_where_one_is_missing():
    (axes,) = panels(CONFIDENCE[~CONFIDENCE["period"].isin(["2023-01", "2023-02", "2023-04"])]).figure.axes
    x, y = line_data(axes, "confidence")
    gaps = [month for month, value in zip(x, y, strict=True) if math.isnan(value)]
    assert gaps == [month_number(month) for month in ("2023-01", "2023-02", "2023-04")]
    (line,) = (line for line in axes.lines if line.get_label() == "confidence")
    assert x.index(month_number("2023-03")) in line.get_markevery()
    assert not spans(axes, label=", ")


def test_bounds_in_panels_are_areas_or_arrows_and_never_points(drawn: dict[str, Chart]):
    *_, cases = drawn["companies"].figure.axes
    areas = [
        patch for patch in cases.patches if isinstance(patch, Rectangle) and "stated" in str(patch.get_label())
    ]
    assert [(area.get_x(), area.get_width()) for area in areas] == [
        (month_number(month) - 0.5, 6) for month in ("2021-01", "2021-07")
    ]
    assert all((area.get_y(), area.get_height()) == (20, 10) for area in areas)
    stated = [line for line in cases.lines if str(line.get_label()).startswith("stated")]
    assert all(line.get_marker() == "None" and str(line.get_label()).endswith("bound") for line in stated)
    assert [(start[1], way[1]) for start, way in arrows_of(cases)] == [(30, 1), (90, -1)]
    alt = drawn["companies"].alt
    assert "stated 20–30 in January to June 2021, 20–30 in July to December 2021" in alt
    assert "more than 30 in 2024, less than 90 in 2025" in alt


def test_panels_of_few_points_write_their_values_and_other_panels_do_not(drawn: dict[str, Chart]):
    deliveries, growth, cases = (
        [text.get_text() for text in axes.texts if text.get_text()] for axes in drawn["companies"].figure.axes
    )
    assert sorted(deliveries) == ["by year", "half-years", "quarters"]
    assert sorted(growth) == ["+6\xa0%", "−8\xa0%"]  # and no name, since the heading has it
    assert sorted(cases) == ["20–30", "69", "70", "counted", "less than 90", "more than 30", "stated"]


def test_a_value_is_never_nearer_to_the_level_of_another_year():
    ore = dict(zip(map(str, range(2021, 2026)), (1126, 1107, 1178, 1236, 1259), strict=True))
    starts = {str(year): 2000 - 80 * (year - 2015) for year in range(2015, 2026)}
    table = pd.DataFrame(
        [
            (panel, "million", year, panel, value)
            for panel, own in {"Ore": ore, "Starts": starts}.items()
            for year, value in own.items()
        ],
        columns=["panel", "unit", "period", "series", "value"],
    )
    chart = panels(table, marks=[("2025-05", "the article")])
    axes = chart.figure.axes[0]
    to_inches = axes.transData - chart.figure.dpi_scale_trans
    levels = {
        str(value): to_inches.transform(
            [(month_number(f"{year}-01") - 0.5, value), (month_number(f"{year}-12") + 0.5, value)]
        )
        for year, value in ore.items()
    }

    def apart(box: Bbox, level: np.ndarray) -> float:
        (left, height), (right, _) = level
        return math.hypot(max(0.0, left - box.x1, box.x0 - right), max(0.0, box.y0 - height, height - box.y1))

    written = {text: box for text, box in boxes(chart).items() if text.get_text().replace(",", "") in levels}
    assert len(written) == 5
    for text, box in written.items():
        inches = Bbox(np.array(box) / chart.figure.dpi)
        distances = {value: apart(inches, level) for value, level in levels.items()}
        assert min(distances, key=distances.__getitem__) == text.get_text().replace(",", "")


def test_marks_that_are_close_have_their_labels_on_either_side_of_both_lines():
    chart = lines(marks=[("2024-02", "first tariffs"), ("2024-04", "tariffs on nearly all")])
    axes = chart.figure.axes[0]
    found = {text.get_text(): box for text, box in boxes(chart).items()}
    first, last = (axes.transData.transform((month_number(month), 0))[0] for month in ("2024-02", "2024-04"))
    assert found["first tariffs"].x1 <= first + 2
    assert found["tariffs on nearly all"].x0 >= last - 2
    assert found["first tariffs"].y0 == pytest.approx(found["tariffs on nearly all"].y0, abs=3)


def test_the_line_at_zero_stops_at_a_heading(drawn: dict[str, Chart]):
    (axes,) = drawn["scale"].figure.axes
    zero = next(line for line in axes.lines if set(line.get_xdata()) == {0})
    covers = [patch for patch in axes.patches if patch.get_facecolor() == (1, 1, 1, 1) and not patch.get_hatch()]
    assert covers
    assert all(patch.get_zorder() > zero.get_zorder() for patch in covers)


def test_a_value_with_a_wide_range_has_no_decimals_that_say_nothing():
    rough = pd.DataFrame(
        {"label": ["About", "Exact"], "value": [-50.0, -6.0], "low": [-55.0, NONE], "high": [-45.0, NONE]}
    )
    words = [text.get_text() for text in boxes(scale(rough, unit="%"))]
    assert f"−50{fmt.SPACE}%" in words
    assert f"−6.0{fmt.SPACE}%" in words
    told = dots(pd.DataFrame({"label": ["A", "B"], "value": [-30.0, -4.3], "text": ["about −30", ""]}))
    assert {"about −30", "−4.3"} <= {text.get_text() for text in boxes(told)}
    assert "about −30; B" in told.alt


def test_markers_of_levels_that_nearly_coincide_step_aside(drawn: dict[str, Chart]):
    table = COMPANIES[COMPANIES["series"].eq("counted")]
    (axes,) = panels(pd.concat([table, table.assign(series="also counted")])).figure.axes
    (first,), (second,) = (line_data(axes, f"{name}, 2024, marker")[0] for name in ("counted", "also counted"))
    assert (first + second) / 2 == month_number("2024-01") + 5.5
    assert first < second


def test_alternative_texts_of_panels_tell_ends_and_extremes_of_long_series(drawn: dict[str, Chart]):
    assert "Deliveries in China, vehicles: by year 93,286 in 2022, 79,283 in 2023" in drawn["companies"].alt
    assert (
        "growth −8\xa0% in fourth quarter of 2023, +6\xa0% in first quarter of 2024 (+5.5 to +6.5"
        in drawn["companies"].alt
    )
    assert "Marked: reopening (January to March 2023) and hearing (May 2025)." in drawn["companies"].alt
    words = "confidence monthly from 90 in March 2021 to 140 in May 2025 (lowest 90, highest 140)"
    assert f"Confidence, index: {words}." in drawn["months"].alt


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"unit": ["%", "index"]}, "the units '%' and 'index'"),
        ({"period": ["2024", "2024-01..2024-12"]}, "counted in 2024-01..2024-12 twice"),
        ({"period": ["2024", "2025H1"]}, "'2025H1' is no period"),
        ({"value": [1.0, NONE]}, "no value and no bound"),
        ({"low": [10.0, NONE], "high": [5.0, NONE]}, "lower bound of 10 above its upper one of 5"),
        ({"low": [80.0, NONE], "high": [90.0, NONE]}, "value of 69 outside its range of 80 to 90"),
        ({"low": [60.0, NONE]}, "a value and one bound"),
        ({"value": [NONE, 1.0], "low": [3.0, NONE], "high": [math.inf, NONE]}, "leave out the bound"),
        ({"panel": ["Cases", None]}, "has no 'panel'"),
    ],
)
def test_panels_say_what_is_wrong_with_a_table(change: dict[str, list[object]], says: str):
    table = COMPANIES.tail(2).assign(**change)
    with pytest.raises(ValueError, match=says):
        panels(table)
    with pytest.raises(ValueError, match="lacks 'unit' and 'series'"):
        panels(table.drop(columns=["unit", "series"]))
    with pytest.raises(ValueError, match="no rows"):
        panels(table.head(0))


def arrows_of(axes: Axes) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Where the arrows of a plot begin, and which way they go."""
    arrows = [text for text in axes.texts if isinstance(text, Annotation) and text.arrow_patch]
    return [(arrow.xy, tuple(np.sign(arrow.xyann))) for arrow in arrows]


def bars(axes: Axes) -> dict[str, tuple[float, float]]:
    """Where the bars of a chart begin and end."""
    found = [bar for group in axes.containers for bar in group if isinstance(bar, Rectangle)]
    names = [str(group.get_label()) for group in axes.containers]
    return {name: (bar.get_x(), bar.get_x() + bar.get_width()) for name, bar in zip(names, found, strict=True)}


def test_magnitudes_are_bars_from_zero_solid_as_far_as_they_are_certain(drawn: dict[str, Chart]):
    (axes,) = drawn["scale"].figure.axes
    found = bars(axes)
    assert found["GDP"] == (0, 120.7)
    assert line_data(axes, "GDP, range")[0] == [118.6, 122.8]
    assert found["Government procurement"] == (0, 3.49931)
    assert found["Procurement, state-owned enterprises included"] == (0, 48)
    assert found["Cases per half-year"] == (0, 20)
    assert found["Cases per half-year, bounds"] == (20, 30)
    assert found["Deficit"] == (0, -30.25)
    assert found["Loss"] == (0, -5)
    assert found["Loss, bounds"] == (-20, -5)
    assert "Fall, bounds" not in found
    assert [(start[0], way[0]) for start, way in arrows_of(axes)] == [(48, 1), (-10, -1)]


def test_magnitudes_are_written_at_the_ends_of_their_bars(drawn: dict[str, Chart]):
    (axes,) = drawn["scale"].figure.axes
    places = {text.get_text(): text.xy[0] for text in axes.texts if isinstance(text, Annotation)}
    assert places["120.7"] == 122.8
    assert places["3.5"] == 3.49931
    assert places["more than 48"] == 48
    assert places["20–30"] == 30
    assert places["−30.3"] == -30.25
    assert places["less than −10"] == -10
    assert places["−20 to −5"] == -20
    left, right = axes.get_xlim()
    assert all(-30.25 <= tick <= 122.8 for tick in axes.get_xticks())
    assert left < -30.25
    assert right > 122.8
    words = "All, GDP 120.7 (118.6–122.8; implied by a share that is printed); Part, Procurement"
    assert f"Bar chart from zero, trn CNY: {WORDS['title']}. {words}" in drawn["scale"].alt


def test_shares_carry_the_sign_of_per_cent_and_no_plus():
    chart = scale(pd.DataFrame({"label": ["by number", "by value"], "value": [4, 60.4]}), "% of tenders", 0)
    assert {"4\xa0%", "60\xa0%"} <= {text.get_text() for text in chart.figure.axes[0].texts}
    assert "per cent of tenders" in chart.alt


@pytest.mark.parametrize(
    ("value", "low", "high", "says"),
    [
        (NONE, NONE, NONE, "no value and no bound"),
        (NONE, -5, NONE, "either side of zero"),
        (NONE, NONE, 5, "give it a low of 0"),
        (3, 1, NONE, "a value and one bound"),
        (3, 4, 5, "outside its range"),
        (NONE, 5, 4, "above its upper"),
    ],
)
def test_a_magnitude_that_no_bar_can_show_is_refused(value: float, low: float, high: float, says: str):
    with pytest.raises(ValueError, match=f"The row 'it'.*{says}"):
        scale(pd.DataFrame({"label": ["it"], "value": [value], "low": [low], "high": [high]}))


def test_rows_at_the_front_stand_out_and_are_told(drawn: dict[str, Chart]):
    (axes,) = drawn["ranking"].figure.axes
    weights = {text.get_text(): text.get_fontweight() for text in drawn["ranking"].figure.texts}
    assert weights["region 3"] == weights["region 25"] == "bold"
    assert weights["region 4"] == "normal"
    colours = {line.get_label(): line.get_color() for line in axes.lines if line.get_marker() == "o"}
    assert colours["region 3"] == colours["region 25"] != colours["region 4"]
    assert "region 25 −23.0 and 11 rows more" in drawn["ranking"].alt
    (axes,) = dots(RANKING.assign(front=False)).figure.axes
    assert {line.get_color() for line in axes.lines if line.get_marker() == "o"} == {colours["region 3"]}


def test_a_row_cannot_have_one_series_twice():
    with pytest.raises(ValueError, match="iron ore"):
        dots(pd.concat([COMMODITIES, COMMODITIES.head(1)]))


def test_the_parts_of_a_bridge_add_up_to_its_total(drawn: dict[str, Chart]):
    (axes,) = drawn["decomposition"].figure.axes
    bars = [bar for group in axes.containers for bar in group if isinstance(bar, Rectangle)]
    volume, unit_value, value = ((bar.get_x(), bar.get_x() + bar.get_width()) for bar in bars)
    assert volume == (0, 28.7)
    assert unit_value == pytest.approx((28.7, 13.5))
    assert value == (0, 13.5)
    with pytest.raises(ValueError, match="December 2022"):
        charts.decomposition(BRIDGE.assign(log_points=[28.7, -15.2, 14.0]), subtitle="", **WORDS)


def test_the_scoreboard_has_an_axis_for_each_unit_and_a_shape_for_each_verdict(drawn: dict[str, Chart]):
    percent, count = drawn["scoreboard"].figure.axes
    assert line_data(percent, "reproduced")[0] == [33.2]
    assert line_data(percent, "not reproduced")[0] == [4.8]
    assert line_data(percent, "article")[0] == [33, -17, 0]
    assert line_data(count, "partly reproduced")[0] == [277]
    shapes = {line.get_label(): line.get_marker() for axes in (percent, count) for line in axes.lines}
    assert all(shapes[verdict] == fmt.MARKS[verdict].marker for verdict in VERDICTS["verdict"])
    assert "1 reproduced, 1 not excluded, 1 partly reproduced and 1 not reproduced" in drawn["scoreboard"].alt


def test_no_word_is_cut_off_small_or_under_another(drawn: dict[str, Chart]):
    for name, chart in drawn.items():
        page = chart.figure.bbox
        texts = boxes(chart)
        for text, box in texts.items():
            assert page.x0 <= box.x0 <= box.x1 <= page.x1, (name, text.get_text())
            assert page.y0 <= box.y0 <= box.y1 <= page.y1, (name, text.get_text())
            assert text.get_fontsize() >= 11, (name, text.get_text())
        for (one, first), (other, second) in itertools.combinations(texts.items(), 2):
            across = min(first.x1, second.x1) - max(first.x0, second.x0)
            upward = min(first.y1, second.y1) - max(first.y0, second.y0)
            # Boxes of lines that follow each other may share a pixel or two of leading.
            assert across <= 1 or upward <= 4, (name, one.get_text(), other.get_text())


def test_every_chart_says_its_finding_its_source_and_its_numbers(drawn: dict[str, Chart]):
    for chart in drawn.values():
        words = " ".join(text.get_text() for text in chart.figure.texts)
        assert WORDS["title"] in words
        assert f"Source: {SOURCE}" in words
        assert WORDS["title"] in chart.alt
        assert any(character.isdigit() for character in chart.alt.replace(WORDS["title"], ""))
    assert drawn["lines"].alt.startswith("Line chart: ")
    assert "exports from 100.0 in January 2021 to 135.0 in March 2025" in drawn["lines"].alt
    assert "iron ore quantity −5.2, value −20.7 (article −5.2)" in drawn["dots"].alt
    assert "volume +28.7 and unit value −15.2 make value +13.5 log points" in drawn["decomposition"].alt


def test_a_picture_is_small_sharp_on_white_and_the_same_in_two_runs(drawn: dict[str, Chart]):
    for name, chart in drawn.items():
        content = chart.png()
        assert content[:8] == b"\x89PNG\r\n\x1a\n"
        assert b"Software" not in content
        assert len(content) < 60_000, name
        assert int.from_bytes(content[16:20], "big") == 1080
    again = dots(COMMODITIES)
    assert again.png() == drawn["dots"].png() == again.png()


def test_drawing_leaves_matplotlib_as_it_was():
    before = dict(mpl.rcParams)
    dots(COMMODITIES).png()
    assert dict(mpl.rcParams) == before


def test_a_users_settings_do_not_change_a_picture(drawn: dict[str, Chart]):
    with mpl.rc_context({"font.size": 30, "axes.grid": False, "lines.linestyle": ":"}):
        assert dots(COMMODITIES).png() == drawn["dots"].png()
