"""Adding files to data/: what is new, what stays, what is refused, and that nothing is ever half done."""

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from onewaytrade import datasets, project
from onewaytrade.errors import DatasetError, OneWayTradeError, ProjectError, SourceError
from onewaytrade.sources import reading, store
from onewaytrade.sources.adding import Added, add
from sources import gacc_files, small, test_gacc_totals
from sources import workbook as book
from sources.test_tidy import CSV, SCHEMA
from sources.test_tidy import write as write_table

DAY = "2026-12-10"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small.project(tmp_path / "project")


def manifest(folder: Path) -> Mapping[str, Any]:
    return json.loads((folder / "data" / "datapackage.json").read_text("utf-8"))


def rows(folder: Path, dataset: str, edition: str) -> list[dict[str, str]]:
    return store.rows((folder / "data" / dataset / f"{edition}.csv").read_bytes())


def monitor(
    folder: Path, months: Sequence[str] = ("2021m11", "2021m12", "2022m01", "2022m02"), **other: Any
) -> Path:
    cells = book.grid(other.get("base_year", 2021), months)
    if change := other.get("change"):
        change(cells)
    return book.write(folder / "next.xlsx", {"trade_out": cells})


def comtrade(folder: Path, values: Mapping[str, float], name: str = "answer.json") -> Path:
    data = [
        {
            "period": period,
            "flowCode": "X",
            "cmdCode": "TOTAL",
            "reporterDesc": "USA",
            "partnerDesc": "China",
            "primaryValue": value,
        }
        for period, value in values.items()
    ]
    path = folder / name
    path.write_text(json.dumps({"data": data}), "utf-8")
    return path


def refusal(kind: type[OneWayTradeError], make: Callable[[], Added]) -> str:
    with pytest.raises(kind) as error:
        make()
    sentence = str(error.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


# --- an edition of its own ------------------------------------------------------------------------------------


def test_a_new_edition_stands_beside_the_old_and_no_pin_moves(folder: Path, tmp_path: Path) -> None:
    before = small.contents(folder)
    done = add("cpb", monitor(tmp_path), root=folder)
    assert dict(done.editions) == {"cpb": "2022-02", "cpb-series": "2022-02"}
    assert done.written == ("data/cpb/2022-02.csv", "data/cpb-series/2022-02.csv", "data/datapackage.json")
    assert done.sentence == "next.xlsx: cpb 2022-02 and cpb-series 2022-02 added; no pin has moved."
    assert datasets.check(folder) == []
    after = small.contents(folder)
    assert {name for name in after if after[name] != before.get(name)} == set(done.written)
    assert manifest(folder)["pins"]["cpb"] == small.CPB
    assert manifest(folder)["remark"] == "kept"
    entry = next(entry for entry in manifest(folder)["resources"] if entry["name"] == "cpb-2022-02")
    assert entry["where"].endswith("CPB-World-Trade-Monitor-February-2022.xlsx")
    assert entry["released"] == "2022-03-21"


def test_it_is_compared_with_the_newest_over_what_both_have(folder: Path, tmp_path: Path) -> None:
    def revise(cells: book.Grid) -> None:
        cells[book.row_of(cells, "mgz_cn_qnmi_sn")][book.FIRST_MONTH + 1] = 121.11

    index, series = add("cpb", monitor(tmp_path, change=revise), root=folder).comparisons
    assert (index.old, index.new) == ("2022-01", "2022-02")
    assert (index.both, index.changed, index.added, index.gone) == (58 * 3, 1, 58, 0)
    assert index.largest_relative is not None
    assert index.largest_relative.key == ("imports", "China", "volume", "2021-12")
    assert index.largest_relative.change == pytest.approx(10)
    assert (series.both, series.changed) == (58, 0)


def test_across_base_years_growth_is_compared(folder: Path, tmp_path: Path) -> None:
    def rebase(cells: book.Grid) -> None:
        for row in cells[book.FIRST_SERIES :]:
            numbers = [cell for cell in row[book.FIRST_MONTH :] if isinstance(cell, float)]
            row[book.FIRST_MONTH : book.FIRST_MONTH + len(numbers)] = [number * 1.25 for number in numbers]

    index, _ = add("cpb", monitor(tmp_path, base_year=2010, change=rebase), root=folder).comparisons
    assert index.is_growth
    assert (index.both, index.changed) == (58 * 2, 0)
    assert "The base years differ (2021 and 2010)" in index.sentence


def test_the_same_bytes_again_are_nothing_to_do(folder: Path, tmp_path: Path) -> None:
    path = monitor(tmp_path)
    add("cpb", path, root=folder)
    before = small.contents(folder)
    again = add("cpb", path, root=folder)
    assert again.nothing
    assert again.sentence == "next.xlsx: nothing to do; the data hold the same already."
    assert small.contents(folder) == before


def test_an_edition_that_is_there_with_other_figures_is_refused_and_may_be_numbered(
    folder: Path, tmp_path: Path
) -> None:
    def revise(cells: book.Grid) -> None:
        cells[book.row_of(cells, "xgz_us_qnmi_sn")][book.FIRST_MONTH] = 1.5

    path, before = monitor(tmp_path, book.MONTHS, change=revise), small.contents(folder)
    sentence = refusal(DatasetError, lambda: add("cpb", path, root=folder))
    assert sentence.startswith("next.xlsx: cpb 2022-01 is there already with other figures")
    assert "--edition 2022-01.02" in sentence
    assert small.contents(folder) == before
    assert add("cpb", path, edition="2022-01.02", root=folder).editions["cpb"] == "2022-01.02"
    assert datasets.check(folder) == []
    third = refusal(
        DatasetError, lambda: add("cpb", monitor(tmp_path, book.MONTHS), edition="2022-01.02", root=folder)
    )
    assert "--edition 2022-01.03" in third


@pytest.mark.parametrize(
    ("edition", "fragment"),
    [
        ("2022-03", "the file says that it is edition 2022-02, not 2022-03"),
        ("next", "'next' is no edition"),
        ("../2022-02", "'../2022-02' is no edition"),
        ("2022-13", "'2022-13' is no edition"),
    ],
)
def test_an_edition_that_cannot_be_is_refused(folder: Path, tmp_path: Path, edition: str, fragment: str) -> None:
    sentence = refusal(DatasetError, lambda: add("cpb", monitor(tmp_path), edition=edition, root=folder))
    assert fragment in sentence


def test_a_dry_run_says_the_same_and_writes_nothing(folder: Path, tmp_path: Path) -> None:
    path, before = monitor(tmp_path), small.contents(folder)
    dry = add("cpb", path, root=folder, dry_run=True)
    assert "would be added; nothing was written" in dry.sentence
    assert small.contents(folder) == before
    wet = add("cpb", path, root=folder)
    assert (dry.editions, dry.comparisons, dry.written) == (wet.editions, wet.comparisons, wet.written)


def test_adding_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        folder = small.project(tmp_path / name)
        add("cpb", monitor(tmp_path), root=folder)
        add("comtrade", comtrade(tmp_path, {"202302": 400e6}), edition=DAY, root=folder)
        found.append(small.contents(folder))
    assert found[0] == found[1]


def test_a_failure_at_the_manifest_leaves_the_data_as_they_were(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, original = small.contents(folder), Path.replace

    def replace(self: Path, target: Path) -> Path:
        if target.name == "datapackage.json":
            raise OSError(28, os.strerror(28))
        return original(self, target)

    path = monitor(tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", replace)
        sentence = refusal(DatasetError, lambda: add("cpb", path, root=folder))
    assert sentence.startswith("next.xlsx: the data cannot be written (No space left on device)")
    assert small.contents(folder) == before
    assert not add("cpb", path, root=folder).nothing


def test_a_stray_of_a_crash_is_overwritten(folder: Path, tmp_path: Path) -> None:
    stray = folder / "data" / "cpb" / "2022-02.csv"
    stray.write_text("half", "utf-8")
    add("cpb", monitor(tmp_path), root=folder)
    assert datasets.check(folder) == []


def test_a_damaged_file_of_the_data_is_found_before_anything_is_written(folder: Path, tmp_path: Path) -> None:
    path = folder / "data" / "cpb" / f"{small.CPB}.csv"
    path.write_bytes(path.read_bytes().replace(b"100.0", b"100.1", 1))
    before = small.contents(folder)
    sentence = refusal(DatasetError, lambda: add("cpb", monitor(tmp_path), root=folder))
    assert "data/cpb/2022-01.csv: the file is not the one that the manifest describes" in sentence
    assert small.contents(folder) == before


# --- rows of another source -----------------------------------------------------------------------------------


def test_rows_are_added_to_the_newest_edition_with_a_source_of_their_own(folder: Path, tmp_path: Path) -> None:
    path = comtrade(tmp_path, {"202301": 300e6, "202302": 400e6})
    done = add("comtrade", path, edition=DAY, root=folder)
    assert dict(done.editions) == {"mirror": DAY, "sources": DAY}
    assert datasets.check(folder) == []
    old, new = rows(folder, "mirror", "2026-11-23"), rows(folder, "mirror", DAY)
    assert [row for row in new if row["source_id"] != "A001"] == old
    added = [(row["period"], row["value"], row["publisher"]) for row in new if row["source_id"] == "A001"]
    assert added == [("2023-01", "300000000", "UN Comtrade"), ("2023-02", "400000000", "UN Comtrade")]
    *known, source = sorted(rows(folder, "sources", DAY), key=lambda row: row["source_id"], reverse=True)
    assert [row["source_id"] for row in known] == ["S050"]
    assert (source["source_id"], source["publisher"]) == ("A001", "UN Comtrade")
    assert source["where"].startswith(
        "https://comtradeapi.un.org/; UN Comtrade, total trade, 2023-01 to 2023-02; "
    )
    assert "file answer.json; sha256 " in source["where"]
    entry = next(entry for entry in manifest(folder)["resources"] if entry["name"] == f"mirror-{DAY}")
    assert "2 rows added from the file answer.json (source A001)" in entry["caveats"][0]
    assert manifest(folder)["pins"]["mirror"] == "2026-11-23"


def test_numbers_in_other_units_are_compared_in_one(folder: Path, tmp_path: Path) -> None:
    path = comtrade(tmp_path, {"202212": 200e6, "202301": 303e6, "202302": 1.0})
    (found,) = add("comtrade", path, edition=DAY, root=folder).comparisons
    assert (found.both, found.changed, found.added, found.gone) == (2, 1, 1, 0)
    assert found.largest_relative is not None
    assert found.largest_relative.change == pytest.approx(1)
    assert "brought to one unit" in found.sentence


def test_each_file_has_its_own_source_and_builds_on_the_last(folder: Path, tmp_path: Path) -> None:
    first = comtrade(tmp_path, {"202302": 400e6}, "first.json")
    second = comtrade(tmp_path, {"202303": 500e6}, "second.json")
    add("comtrade", first, edition=DAY, root=folder)
    sentence = refusal(DatasetError, lambda: add("comtrade", second, edition=DAY, root=folder))
    assert f"--edition {DAY}.02" in sentence
    assert dict(add("comtrade", second, edition=f"{DAY}.02", root=folder).editions) == {
        "mirror": f"{DAY}.02",
        "sources": f"{DAY}.02",
    }
    assert [row["source_id"] for row in rows(folder, "mirror", f"{DAY}.02")].count("A002") == 1
    assert datasets.check(folder) == []
    # A file that was added is known by its bytes, whatever its name and the edition asked for.
    for path in (first, shutil.copy(first, tmp_path / "renamed.json"), second):
        assert add("comtrade", Path(path), root=folder).nothing


def test_the_edition_must_be_named_and_later_than_the_newest(folder: Path, tmp_path: Path) -> None:
    path, before = comtrade(tmp_path, {"202302": 400e6}), small.contents(folder)
    sentence = refusal(DatasetError, lambda: add("comtrade", path, root=folder))
    assert sentence.startswith(
        "answer.json: the newest edition of mirror is 2026-11-23, and the file does not say"
    )
    assert "--edition" in sentence
    sentence = refusal(DatasetError, lambda: add("comtrade", path, edition="2026-01-05", root=folder))
    assert "would stand before 2026-11-23" in sentence
    assert small.contents(folder) == before


@pytest.mark.parametrize(("released", "edition"), [("2026-12-07", "2026-12-07"), ("2025-03-07", None)])
def test_the_release_date_of_the_file_is_the_edition_if_it_is_later(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, released: str, edition: str | None
) -> None:
    row = small.mirror("2023-02", "400", source="")
    table = reading.Table("mirror", (row,), released, released, "https://example.org")
    monkeypatch.setattr("onewaytrade.sources.adding.reader", lambda _source: lambda _path: (table,))
    path = tmp_path / "page.html"
    path.write_text("<p>a page", "utf-8")
    if edition:
        assert add("census", path, root=folder).editions["mirror"] == edition
    else:
        sentence = refusal(DatasetError, lambda: add("census", path, root=folder))
        assert "the file is of 2025-03-07, which is not later" in sentence


def test_sources_keep_their_order_whichever_dataset_is_added_to(folder: Path, tmp_path: Path) -> None:
    add("comtrade", comtrade(tmp_path, {"202302": 400e6}), edition="2026-12-20", root=folder)
    series = tmp_path / "series.csv"
    series.write_text("DATE,ABC\n2023-01-01,1\n2023-02-01,.\n", "utf-8")
    done = add("fred", series, edition=DAY, root=folder)
    # The rows of A001 are in the newest sources, of 2026-12-20: those with A002 come after it.
    assert dict(done.editions) == {"fred": DAY, "sources": "2026-12-20.02"}
    assert [row["source_id"] for row in rows(folder, "sources", "2026-12-20.02")] == ["A001", "A002", "S050"]
    assert manifest(folder)["pins"]["fred"] == DAY
    assert done.sentence.endswith(" added; fred pinned, being its first edition; no other pin has moved.")
    assert datasets.check(folder) == []


def test_a_unit_a_tenth_as_large_is_refused_and_a_large_revision_is_not(folder: Path, tmp_path: Path) -> None:
    tenfold = comtrade(tmp_path, {"202211": 1005e6, "202212": 2000e6, "202301": 3000e6})
    sentence = refusal(DatasetError, lambda: add("comtrade", tenfold, edition=DAY, root=folder))
    assert "the values are about 10 times those of mirror 2026-11-23" in sentence
    revised = comtrade(tmp_path, {"202211": 201e6, "202212": 400e6, "202301": 600e6})
    assert add("comtrade", revised, edition=DAY, root=folder).comparisons[0].changed == 3


def test_a_unit_that_changed_is_refused(folder: Path, tmp_path: Path) -> None:
    # Thousands of dollars, where the API has dollars.
    path, before = comtrade(tmp_path, {"202211": 100.5e3, "202212": 200e3}), small.contents(folder)
    sentence = refusal(DatasetError, lambda: add("comtrade", path, edition=DAY, root=folder))
    assert "the values are about a 1,000th of those of mirror 2026-11-23" in sentence
    assert "the unit seems to have changed" in sentence
    assert small.contents(folder) == before


def totals(folder: Path, year: int, unit: str) -> Path:
    """Write customs' page of March, of 100 millions of yuan, under the year and unit given."""
    cells = test_gacc_totals.page(f"(1) China's Total Export & Import Values, Mar {year} (in CNY)")
    cells[test_gacc_totals.UNIT][0] = f"Unit: {unit}"
    return gacc_files.write(folder, cells, released=f"{year}/04/14")


def test_a_new_month_under_another_unit_is_refused(folder: Path, tmp_path: Path) -> None:
    add("gacc-totals", totals(tmp_path, 2025, "CNY 100 million"), root=folder)
    before = small.contents(folder)
    path = totals(tmp_path, 2026, "CNY 10 thousand")
    sentence = refusal(DatasetError, lambda: add("gacc-totals", path, root=folder))
    assert "a 10,000th of the latest of gacc-totals 2025-04-14 for the same series" in sentence
    assert small.contents(folder) == before
    done = add("gacc-totals", totals(tmp_path, 2026, "CNY 100 million"), root=folder)
    assert done.editions["gacc-totals"] == "2026-04-14"


# --- a table of one's own -------------------------------------------------------------------------------------


def test_a_table_becomes_a_dataset_with_its_schema(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_table(tmp_path)
    done = add("table", path, edition=DAY, root=folder)
    assert dict(done.editions) == {"steel-prices": DAY}
    assert done.sentence.endswith(f": steel-prices {DAY} added; pinned, being its first edition.")
    assert done.comparisons == ()
    assert datasets.check(folder) == []
    monkeypatch.setenv("ONEWAYTRADE_PROJECT", str(folder))
    frame = datasets.load("steel-prices")
    assert frame["price"].tolist()[0] == 650.5
    about = datasets.provenance(frame)
    assert (about.licence, about.publisher, about.grade) == ("CC BY 4.0", "An exchange", "press")
    later = write_table(tmp_path, CSV.replace("650.50", "660") + "2023-03,HRC,700,9,true\n")
    (found,) = add("table", later, edition="2027-01-10", root=folder).comparisons
    assert (found.both, found.changed, found.added) == (2, 1, 1)
    other = write_table(tmp_path, CSV, SCHEMA | {"key": ["month"]})
    sentence = refusal(DatasetError, lambda: add("table", other, edition="2027-02-10", root=folder))
    assert "the key is month, and that of steel-prices 2027-01-10 is month, grade_of_steel" in sentence


def test_a_table_that_fails_the_checks_of_the_data_is_refused(folder: Path, tmp_path: Path) -> None:
    before = small.contents(folder)
    twice = write_table(tmp_path, CSV + CSV.splitlines()[1] + "\n")
    sentence = refusal(SourceError, lambda: add("table", twice, edition=DAY, root=folder))
    assert "the key (2023-01, HRC) stands in two rows" in sentence
    assert "--edition" in refusal(DatasetError, lambda: add("table", write_table(tmp_path), root=folder))
    endless = write_table(tmp_path, CSV.replace("650.50", "1e999"))
    sentence = refusal(DatasetError, lambda: add("table", endless, edition=DAY, root=folder))
    assert sentence.startswith("steel-prices.csv: what was read from it does not pass the checks of the data")
    assert small.contents(folder) == before


# --- what is no source, no project ----------------------------------------------------------------------------


def test_an_unknown_source_is_told_the_nearest(folder: Path, tmp_path: Path) -> None:
    sentence = refusal(SourceError, lambda: add("comtrad", monitor(tmp_path), root=folder))
    assert sentence.startswith("There is no source 'comtrad'; the nearest is 'comtrade', and all are cpb, ")


def test_a_missing_file_is_told(folder: Path, tmp_path: Path) -> None:
    sentence = refusal(SourceError, lambda: add("fred", tmp_path / "absent.csv", edition=DAY, root=folder))
    assert sentence.startswith("absent.csv: there is no such file")


def test_the_copy_in_the_package_is_not_written_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "_PACKAGED", folder)
    monkeypatch.chdir(folder.parent)
    assert project.root() == folder
    with pytest.raises(ProjectError, match="the copy in the package stays as it is"):
        project.own_root()


# --- the originals --------------------------------------------------------------------------------------------


def test_an_original_gives_the_committed_bytes_back(root: Path, shared: Path, tmp_path: Path) -> None:
    """Without an edition of CPB, and with its workbook added: every file as it was, and the manifest too."""
    shutil.copytree(root / "data", tmp_path / "data")
    before = small.contents(tmp_path)
    built = manifest(tmp_path)
    gone = {"cpb/2026-01.csv", "cpb-series/2026-01.csv"}
    less = {**built, "resources": [entry for entry in built["resources"] if entry["path"] not in gone]}
    (tmp_path / "data" / "datapackage.json").write_text(store.formatted(less), "utf-8")
    for path in gone:
        (tmp_path / "data" / path).unlink()
    add("cpb", shared / "workbooks" / "cpb-world-trade-monitor-2026-01.xlsx", root=tmp_path)
    assert small.contents(tmp_path) == before


@pytest.mark.parametrize("edition", ["2022-04", "2022-12", "2023-04", "2023-06", "2024-01", "2025-01", "2026-01"])
def test_every_original_is_known_already(root: Path, shared: Path, edition: str) -> None:
    path = shared / "workbooks" / f"cpb-world-trade-monitor-{edition}.xlsx"
    assert add("cpb", path, root=root, dry_run=True).nothing
