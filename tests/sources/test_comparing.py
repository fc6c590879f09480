"""Comparing editions: what changed, counted another way, and told in a sentence."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onewaytrade import datasets, project
from onewaytrade.errors import DatasetError
from onewaytrade.sources import comparing
from onewaytrade.sources.comparing import compare

KEYS = st.tuples(st.sampled_from("abc"), st.integers(0, 3))
TABLES = st.dictionaries(KEYS, st.none() | st.integers(-4, 4).map(float), max_size=9)


def frame(table: dict[tuple[str, int], float | None]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "series": pd.Series([key[0] for key in table], dtype="str"),
            "month": pd.Series([key[1] for key in table], dtype="int64"),
            "value": pd.Series(
                [math.nan if value is None else value for value in table.values()], dtype="float64"
            ),
        }
    )


@given(TABLES, TABLES)
def test_counts_and_extremes_are_those_of_a_plain_loop(
    old: dict[tuple[str, int], float | None], new: dict[tuple[str, int], float | None]
) -> None:
    found = compare(frame(old), frame(new), ["series", "month"], "value")
    both = old.keys() & new.keys()
    changed = {key for key in both if old[key] != new[key]}
    assert (found.both, found.changed) == (len(both), len(changed))
    assert (found.added, found.gone) == (len(new.keys() - both), len(old.keys() - both))
    told = found.changes
    assert set(zip(told["series"], told["month"], strict=True)) == changed
    sizes = [abs(new[key] - old[key]) for key in changed if None not in (old[key], new[key])]
    assert (abs(found.largest_absolute.change) if found.largest_absolute else 0) == max(sizes, default=0)
    shares = [abs(new[key] / old[key] - 1) * 100 for key in changed if old[key] and new[key] is not None]
    relative = abs(found.largest_relative.change) if found.largest_relative else 0
    assert relative == pytest.approx(max(shares, default=0))


def test_the_sentence_says_what_a_person_wants_to_know() -> None:
    old = frame({("a", 1): 100.0, ("a", 2): 50.0, ("b", 1): 1.0, ("b", 2): 7.0})
    new = frame({("a", 1): 101.0, ("a", 2): 40.0, ("b", 1): 1.0, ("c", 1): 3.0})
    found = compare(old, new, ["series", "month"], "value", names=("trade", "2023-01", "2023-02"))
    assert found.sentence.replace("\u00a0", " ") == (
        "trade 2023-02 against 2023-01: 2 of 3 values of value in both changed (66.7 %), the most by −20.00 % "
        "(a, 2: from 50 to 40); 1 row new, 1 gone."
    )
    assert found.largest_absolute is not None
    assert (found.largest_absolute.key, found.largest_absolute.change) == (("a", "2"), -10)
    same = compare(old, old, ["series", "month"], "value", names=("trade", "one", "two"))
    assert same.sentence == "trade two against one: the 4 rows in both have the same value; 0 rows new, 0 gone."
    other = compare(old, frame({("z", 1): 1.0}), ["series", "month"], "value", names=("trade", "one", "two"))
    assert other.sentence == "trade two against one: no row is in both; 1 row new, 4 gone."


def test_rows_of_text_are_compared_as_a_whole() -> None:
    old = pd.DataFrame({"id": ["S1", "S2"], "where": ["here", "there"], "who": ["a", "b"]})
    new = old.assign(where=["here", "elsewhere"])
    found = compare(old, new, ["id"], None)
    assert (found.both, found.changed, found.changes["id"].tolist()) == (2, 1, ["S2"])
    assert found.largest_relative is None
    assert "1 of 2 values of cells" in found.sentence


def of_china() -> pd.DataFrame:
    return datasets.load("cpb").query("region == 'China'")


def test_another_base_year_alone_is_no_change() -> None:
    china = of_china()
    factor = china["flow"].map({"imports": 0.73, "exports": 1.31}) * china["measure"].map(len)
    rebased = china.assign(index=china["index"] * factor)
    entries = datasets.manifest(project.root())["resources"]
    schema = next(entry["schema"] for entry in entries if entry["dataset"] == "cpb")
    names = ("cpb", "old", "new")
    apart = comparing.tables(china, rebased, schema, names, (2010, 2021))
    months = china["month"].nunique()
    assert (apart.changed, apart.both) == (0, 4 * (months - 1))
    assert "The base years differ (2010 and 2021)" in apart.sentence
    assert "month-on-month growth" in apart.sentence
    assert comparing.tables(china, rebased, schema, names, (2021, 2021)).changed == 4 * months


def test_a_revised_month_changes_its_growth_and_the_next() -> None:
    china = of_china().query("flow == 'exports' and measure == 'volume'")
    at = china["month"] == "2023-04"
    revised = china.assign(index=(china["index"] * 2).where(~at, china["index"] * 2.2))
    found = comparing.compare(
        comparing.growth(china), comparing.growth(revised), ["flow", "region", "measure", "month"], "growth"
    )
    assert found.changes["month"].tolist() == ["2023-04", "2023-05"]
    level = china.set_index("month")["index"]
    expected = (level["2023-04"] * 1.1 / level["2023-03"] - level["2023-04"] / level["2023-03"]) * 100
    assert found.changes["change"].iloc[0] == pytest.approx(expected)


def test_committed_editions_are_compared_by_growth_where_their_bases_differ() -> None:
    root = project.root()
    apart = comparing.editions("cpb", "2024-01", "2025-01", root)
    assert apart.is_growth
    assert apart.largest_absolute is not None
    old, new = (
        datasets.load("cpb", edition)
        .query("flow == 'imports' and region == 'Eastern Europe / CIS' and measure == 'volume'")
        .set_index("month")["index"]
        for edition in ("2024-01", "2025-01")
    )
    growth = [(index["2023-03"] / index["2023-02"] - 1) * 100 for index in (old, new)]
    assert apart.largest_absolute.key == ("imports", "Eastern Europe / CIS", "volume", "2023-03")
    assert apart.largest_absolute.change == pytest.approx(growth[1] - growth[0])
    assert not comparing.editions("cpb", "2023-04", "2023-06", root).is_growth
    with pytest.raises(DatasetError, match="has no edition before 2022-04"):
        datasets.before("cpb", "2022-04")
    assert datasets.before("cpb", "2023-06") == "2023-04"
