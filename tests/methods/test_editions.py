"""Editions by a second way: the CSV files read in plain loops, without our own functions."""

import csv
import itertools
import json
import re
import statistics
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onewaytrade.errors import ParameterError
from onewaytrade.measures import MeasureError, month_of
from onewaytrade.methods import editions

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.stem for path in (ROOT / "data" / "cpb").glob("*.csv"))
LENGTH = 27
ROUND = 0.1  # customs prints its rates to a tenth of a per cent


def read(name: str) -> dict[str, dict[str, float]]:
    """Return China's volumes of an edition: flow → month → index, months in order."""
    found: dict[str, dict[str, float]] = {"exports": {}, "imports": {}}
    with (ROOT / "data" / "cpb" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        for flow, region, measure, month, index in csv.reader(stream):
            if region == "China" and measure == "volume":
                found[flow][month] = float(index)
    return found


FILES = {name: read(name) for name in NAMES}


def by_hand(name: str, flow: str, end: str, months: int) -> float | None:
    """Return growth over the article's length to a month, with the mean of so many months at both ends."""
    known = list(FILES[name][flow])
    if end not in known or (last := known.index(end) + 1) < LENGTH + months:
        return None
    values = list(FILES[name][flow].values())
    after, before = values[last - months : last], values[last - LENGTH - months : last - LENGTH]
    return 100 * (sum(after) / sum(before) - 1)


def all_changes(flow: str, months: int) -> dict[tuple[str, str, str], tuple[int, float]]:
    """Return for each window's end and pair of neighbouring editions the end's age and the change of growth."""
    found = {}
    for end in FILES[NAMES[-1]][flow]:
        for older, newer in itertools.pairwise(NAMES):
            old, new = (by_hand(name, flow, end, months) for name in (older, newer))
            if old is not None and new is not None:
                known = list(FILES[older][flow])
                found[end, older, newer] = (len(known) - 1 - known.index(end), new - old)
    return found


@pytest.fixture(scope="module", params=editions.FLOWS)
def flow(request):
    return request.param


@pytest.fixture(scope="module")
def table(flow):
    return editions.volumes("China", flow)


@pytest.mark.parametrize(("average", "months"), editions.AVERAGES.items())
def test_the_corners_of_the_triangle_by_hand(table, flow, average, months):
    found = editions.triangle(table, LENGTH, average).set_index(["end", "edition"])
    for end, edition, age in [
        ("2022-04", "2022-04", 0),  # the oldest edition in its last month
        ("2022-04", "2026-01", 45),  # the same window in the newest
        ("2025-01", "2025-01", 0),  # the last month that two editions hold
        ("2025-01", "2026-01", 12),
        ("2004-01", "2022-04", 219),
    ]:
        cell = found.loc[(end, edition)]
        assert cell["growth_pct"] == pytest.approx(by_hand(edition, flow, end, months)), (end, edition)
        assert cell["age"] == age
    assert "2025-02" not in found.index.get_level_values("end")


@pytest.mark.parametrize(("average", "months"), editions.AVERAGES.items())
def test_every_change_between_neighbouring_editions_by_hand(table, flow, average, months):
    moved = editions.changes(editions.triangle(table, LENGTH, average))
    found = {(row.end, row.older, row.newer): (row.age, row.points) for row in moved.itertuples()}
    expected = all_changes(flow, months)
    assert found.keys() == expected.keys()
    for key, (age, points) in expected.items():
        assert found[key] == (age, pytest.approx(points, abs=1e-9)), key


def test_the_band_is_the_spread_of_fresh_windows_over_the_steps_that_revised(table, flow):
    repeated = {
        (older, newer)
        for older, newer in itertools.pairwise(NAMES)
        if all(FILES[newer][flow][month] == value for month, value in FILES[older][flow].items())
    }
    assert repeated, "the test needs an edition that only added months"
    fresh = {
        key: abs(points)
        for key, (age, points) in all_changes(flow, 1).items()
        if age < 12 and key[1:] not in repeated
    }
    one = editions.band(editions.changes(editions.triangle(table, LENGTH)))
    assert (set(one.repeated), set(one.steps)) == (repeated, {key[1:] for key in fresh})
    assert one.windows == len(fresh) == 12 * len(one.steps)
    assert one.median == pytest.approx(statistics.median(fresh.values()))
    assert one.p90 == pytest.approx(statistics.quantiles(fresh.values(), n=10, method="inclusive")[-1])
    assert one.largest == pytest.approx(max(fresh.values()))
    assert one.p90_least <= one.p90 <= one.p90_most <= one.largest
    assert one.around(10.0) == pytest.approx((10 - one.p90, 10 + one.p90))


def test_old_windows_are_judged_by_old_windows(table, flow):
    moved = editions.changes(editions.triangle(table, LENGTH))
    fresh, old = editions.band(moved, age=11), editions.band(moved, age=12)
    assert fresh == editions.band(moved, age=0)
    assert fresh.windows + old.windows == len(editions.revised(moved)) == editions.by_age(moved)["windows"].sum()
    assert list(editions.by_age(moved)["age"]) == list(editions.AGES)
    assert editions.by_age(moved)["windows"].iloc[:2].sum() == fresh.windows


# The sentence about the only edition


def test_only_one_edition_reaches_the_articles_last_month():
    holding = [name for name in NAMES if "2025-03" in FILES[name]["exports"]]
    assert list(editions.reaching("2025-03")) == holding
    assert len(holding) == 1, (
        f"Editions {holding} reach March 2025: notebook 01 says so by itself, but its Markdown (“was not found”, "
        "“Which figures stood in CPB's edition of March 2025”), the caveats of data/cpb and `wanted_edition` in "
        "data/claims.yml speak of one still: change these, the expected verdicts, and this test."
    )


@pytest.mark.parametrize(
    ("month", "words"),
    [
        ("2025-03", "Only one of the {count} editions at hand, 2026-01, reaches March 2025"),
        (
            "2023-06",
            "{holding} of the {count} editions at hand reach June 2023 (2023-06, 2024-01, 2025-01 and 2026-01): ",
        ),
        ("2000-01", "All {count} editions at hand reach January 2000 (2022-04, 2022-12, "),
        ("2026-02", "None of the {count} editions at hand reaches February 2026."),
        ("1999-12", "None of the {count} editions at hand reaches December 1999."),
    ],
)
def test_the_sentence_says_which_editions_reach_a_month(month, words):
    holding = sum(month in FILES[name]["imports"] for name in NAMES)
    assert words.format(count=len(NAMES), holding=holding) in editions.reach(month)


# Base years


def test_base_years_are_those_that_the_manifest_tells():
    manifest = json.loads((ROOT / "data" / "datapackage.json").read_text("utf-8"))
    [caveat] = {
        caveat
        for resource in manifest["resources"]
        if resource["dataset"] == "cpb"
        for caveat in resource["caveats"]
        if "base year (" in caveat
    }
    old, until, new, since = re.search(r"\((\d+) to edition (\S+), (\d+) from (\S+)\)", caveat).groups()
    for name in NAMES:
        assert editions.base_year(name) == (old if name <= until else new if name >= since else None)


def test_levels_are_compared_within_a_base_year_only():
    with pytest.raises(MeasureError, match=r"base years 2010 and 2021: .* in growth, and not in level\.$"):
        editions.level_change("China", "exports", "2022-12", "2024-01", "2025-01")
    with pytest.raises(MeasureError, match="do not have 2025-03"):
        editions.level_change("China", "exports", "2025-03", "2025-01", "2026-01")
    old, new = (FILES[name]["imports"]["2022-12"] for name in ("2025-01", "2026-01"))
    found = editions.level_change("China", "imports", "2022-12", "2025-01", "2026-01")
    assert found == pytest.approx(100 * new / old - 100)


# Properties


@st.composite
def drawn_tables(draw):
    """Draw monthly volumes through a few editions that begin together and end one after the other."""
    lasts = sorted(draw(st.lists(st.integers(1, 30), min_size=1, max_size=4)))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    values = rng.uniform(50, 150, size=(lasts[-1], len(lasts)))
    values[np.arange(lasts[-1])[:, None] >= lasts] = np.nan
    months = [month_of(24000 + at) for at in range(lasts[-1])]
    return pd.DataFrame(values, index=months, columns=[f"edition {at}" for at in range(len(lasts))])


@given(drawn_tables(), st.integers(1, 12), st.sampled_from(["month", "year"]))
def test_a_window_is_there_where_two_editions_hold_it(drawn, length, average):
    rates = editions.triangle(drawn, length, average)
    reach = length + editions.AVERAGES[average]  # months that a window needs
    holders = {
        month: [name for name in drawn if at + 1 >= reach and not np.isnan(drawn[name].iloc[at])]
        for at, month in enumerate(drawn.index)
    }
    expected = [(month, name) for month, names in holders.items() if len(names) > 1 for name in names]
    assert list(zip(rates["end"], rates["edition"], strict=True)) == expected
    assert len(editions.changes(rates)) == len(rates) - rates["end"].nunique()


@given(drawn_tables(), st.integers(1, 12), st.lists(st.floats(0.1, 10), min_size=4, max_size=4))
def test_another_base_changes_no_growth(drawn, length, factors):
    rates = editions.triangle(drawn, length)
    again = editions.triangle(drawn * factors[: drawn.shape[1]], length)
    pd.testing.assert_frame_equal(rates, again)


def test_a_window_needs_a_length(table):
    with pytest.raises(
        MeasureError, match=r"A window of 0 months has no growth: its end must come after its start\."
    ):
        editions.triangle(table, 0)


def test_an_unknown_economy_is_refused():
    with pytest.raises(ParameterError, match="the nearest is 'China'"):
        editions.volumes("Chian", "exports")


# What the notebook shows


def test_the_shown_triangle_is_empty_below_its_diagonal(flow):
    shown = editions.shown("China", flow, LENGTH)
    assert list(shown.index) == NAMES
    for column in shown.columns.drop("Base year"):
        own = shown[column].dropna()
        assert len(own) >= 2
        assert list(own.index) == NAMES[-len(own) :], "once reached, a month stays in every later edition"
    assert shown.loc["2025-01", "to Jan 2025, %"] == pytest.approx(by_hand("2025-01", flow, "2025-01", 1))
    assert np.isnan(shown.loc["2024-01", "to Jan 2025, %"])


def test_a_window_that_no_two_editions_hold_gives_no_band():
    longest = len(FILES[NAMES[-1]]["exports"]) - 1
    assert list(editions.shown("China", "exports", longest)) == ["Base year"]
    assert editions.spreads("China", longest).empty
    one = editions.bands("China", longest)["exports", "month"]
    assert one.windows == 0
    assert editions.compared(5.0, one, (4.0, 6.0)) == ""


def test_the_chart_tells_the_same_as_the_bands():
    rows = editions.spreads("Japan", 12)
    assert len(rows) == len(editions.FLOWS) * len(editions.AGES) * len(editions.AVERAGES)
    one = editions.bands("Japan", 12)["imports", "year"]
    own = rows[(rows["group"] == "Imports") & (rows["series"] == "twelve-month means")].set_index("label")
    assert own["windows"].iloc[:2].sum() == one.windows
    assert own["value"].iloc[:2].min() <= one.p90 <= own["value"].iloc[:2].max()


def test_a_band_of_many_windows_is_set_beside_that_of_one():
    one = editions.bands("China", LENGTH)["exports", "month"]
    assert ", wider, since the one window moved by 0.1" in editions.compared(5.0, one, (4.9, 5.1))
    assert ", narrower, since the one window moved by 50.0" in editions.compared(5.0, one, (-45.0, 55.0))
    told = editions.steps_told(one)
    assert "2024-01 to 2025-01 and 2025-01 to 2026-01" in told
    assert "Left out: 2023-04 to 2023-06 and 2023-06 to 2024-01, where the newer edition repeats the past." in told


# Prints of customs' base


@pytest.fixture(scope="module")
def prints():
    return editions.prints()


def printed(flow: str, currency: str, period: str, source: str) -> tuple[Decimal, Decimal]:
    """Return a level in billions, and half of its last printed digit."""
    with (ROOT / "data" / "gacc-totals" / "2026-11-23.csv").open(encoding="utf-8", newline="") as stream:
        [row] = [
            row
            for row in csv.DictReader(stream)
            if (row["flow"], row["currency"], row["period"], row["source_id"]) == (flow, currency, period, source)
        ]
    factor, digit = {
        "trn CNY": (1000, "0.01"),
        "100M CNY": (Decimal("0.1"), "1"),
        "bn USD": (1, "0.1"),
        "k USD": (Decimal("1e-6"), "0"),
    }[row["unit"]]
    return Decimal(row["value"]) * factor, Decimal(digit) * factor / 2


@pytest.mark.parametrize(
    ("flow", "currency", "period", "base", "column", "sources"),
    [
        ("exports", "CNY", "2024", "2023", "first", ("S006", "S002")),
        ("exports", "CNY", "2024", "2023", "revised", ("S002", "S002")),
        ("exports", "USD", "2023", "2022", "first", ("S015", "S001")),
        ("imports", "USD", "2023", "2022", "revised", ("S001", "S001")),
        ("imports", "CNY", "2023", "2022", "first", ("S005", "S006")),
        ("exports", "CNY", "2025", "2024", "first", ("S002", "S008")),
    ],
)
def test_growth_on_either_print_of_the_base_by_hand(prints, flow, currency, period, base, column, sources):
    found = prints.set_index(["flow", "currency", "period"]).loc[(flow, currency, period)]
    (start, around), (end, about) = (
        printed(flow, currency, when, source) for when, source in zip((base, period), sources, strict=True)
    )
    low, high = ((end + side * about) / (start - side * around) * 100 - 100 for side in (-1, 1))
    assert found[f"{column}_low_pct"] == pytest.approx(float(low))
    assert found[f"{column}_high_pct"] == pytest.approx(float(high))
    assert found["base"] == base


def test_a_base_that_is_only_implied_is_no_print(prints):
    own = prints[(prints["currency"] == "CNY") & (prints["period"] == "2023")]
    assert own["revised_low_pct"].isna().all()
    assert not editions.fitting(own, "revised").any()
    # No level of 2021 in yuan is at hand, and none of 2021 in dollars as first printed.
    assert "2022" not in set(prints["period"])


def test_the_revised_base_brings_the_dollars_of_2023_to_the_published_rate(prints):
    own = prints[(prints["currency"] == "USD") & (prints["period"] == "2023")]
    assert not editions.fitting(own, "first").any()
    assert (editions.away(own, "revised") < ROUND).all()
    assert (editions.away(own, "first") > 3 * ROUND).all()
    assert set(editions.prints_shown(prints)["On revised base, %"]) > {"–"}
