"""The compiled tables: how rows are spelt in our datasets, and that none is lost, changed or invented."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from onewaytrade.errors import SourceError
from onewaytrade.sources import figures
from onewaytrade.sources.build import build, main
from onewaytrade.sources.tables import SPECS
from sources import workbook as book

STATEMENT = "entity,measure,period,value,unit,publisher,source_id"
TRADE = "flow,currency,frequency,period,value,unit,published_yoy_pct,publisher,note,source_id"
RELEASED = "same period last year as reprinted (revised) in this release"
INPUT: Mapping[str, Sequence[str]] = {
    "customs_totals.csv": (
        TRADE,
        "exports,USD,ytd,2025-05,10.0,k USD,6.0,GACC via Eastmoney,,S001",
        "exports,USD,ytd,2024-12,20.0,k USD,5.9,GACC via Eastmoney,,S001",
        "exports,USD,monthly,2026-03,1.50,k USD,2.5,GACC via Eastmoney,,S001",
        "imports,USD,annual,2022,2716.0,bn USD,1.1,GACC (press),first print; low grade,S015",
        'imports,USD,"monthly, seasonally adjusted",2018-01,1e3,USD,,OECD MEI via FRED,,S003',
    ),
    "customs_partners.csv": (
        f"reporter,partner,{TRADE}",
        "China,Japan,imports,USD,ytd,2025-06,,,0.1,GACC (press),growth only,S012",
        "China,Japan,imports,CNY,ytd,2025-03,2788.3,100M CNY,,DERIVED from GACC,base revised,S026",
        "China,Japan,imports,CNY,monthly,2024-03,7.1,100M CNY,,DERIVED from GACC,includes revisions,S028",
        "Japan,China,exports,JPY,partial year,2026,4877.1,bn JPY,,Japan MoF,2026 is Jan-Mar,S054",
        'Germany,China,exports,EUR,"monthly, seasonally adjusted",2023-05,8.6,bn EUR,,Destatis (press),,S061',
        "Germany,China,exports,EUR,monthly,2022-12,8.25,bn EUR,,DERIVED from Destatis,unadjusted; +-0.06,S026",
        "Australia,CHN,exports,USD,annual,2018,82806419229,USD,,Harvard Atlas (reconciled),,S053",
    ),
    "customs_commodities.csv": (
        "commodity,measure,frequency,period,value,unit,published_yoy_pct,release,derived,publisher,note,source_id",
        "Coal,quantity,ytd,2025-01..2025-05,188.0,10 kt,-7.9,2025-06-09,,GACC,,S127",
        f"Coal,quantity,ytd,2024-01..2024-05,204.0,10 kt,,2025-06-09,,GACC,{RELEASED},S127",
        "Coal,value_rmb,monthly,2025-05,1.5,10k CNY,,2025-06-09,,GACC,,S127",
        "Coal,avg_price,ytd,2025-01..2025-05,600.0,CNY/t,,2025-06-09,computed value/quantity,GACC,,S127",
        "Coal,quantity,annual,2023,9.0,10 kt,,2023-12 (release),,GACC,,S119",
        "Coal,quantity,2-month,2024-01..2024-02,7.0,10 kt,,,YTD minus March,GACC (derived),,S136",
        "Coal,quantity,2-month,2026-03..2026-04,7.5,10 kt,,,YTD minus May,GACC (derived),,S136",
        "Gas,quantity,ytd,2022-01..2022-06,630.0,100M m3,,a file,,China Customs via Wind (CREA),do not use,S141",
        "Total,value_usd,ytd,2025-01..2025-05,38.4,bn US$,-21.3,,,GACC via Forum Macao,,S171",
    ),
    "exchange_rates.csv": (
        "pair,series,statistic,period,value,n_days,note,source_id",
        "CNY per USD,FRED DEXCHUS,monthly average of daily,2021-01,6.4672,18,averaged here,S110",
        "CNY per USD,implied by GACC,monthly (derived),2023-01,6.9,,,S117",
        "CNY per USD,market close,month-end close,2021-01,6.42,,,S116",
    ),
    "property.csv": (
        "indicator,frequency,period,value,unit,published_yoy_pct,publisher,note,source_id",
        "Land purchased,ytd,2015-01..2015-02,2772.76,10k m2,,NBS,,S175",
    ),
    "sources.csv": (
        "source_id,publisher,where",
        "S026,DERIVED from GACC,derived: 2026 cumulative / (1+published cumulative yoy)",
        "S028,DERIVED from GACC,derived: cum(Apr)-Apr-cum(Feb) of the rows above",
        "S119,GACC,the release of December",
        "S127,GACC,the release of June",
        "S143,GACC,(repo name not shown by a_tool)",
    ),
    "luxury.csv": (
        STATEMENT,
        "A,net sales (about) ; change,2025-H1,3.1 bn; -11.2 %,CHF bn; percent,AFP,S254",
        "A,hearing,2025-05-28,2025-05-28,date,Assemblee nationale (primary),S250",
    ),
    "public_procurement.csv": (
        STATEMENT,
        "China,total (more than),2022,>48,USD trn (as stated),Xinhua,S205",
        "China,per half-year,2021-H1..2023-H1,20-30,count,Nikkei,S186",
        "China,share (calculated),2023 basis,7.3,percent,calculated,S206",
        "China,business,from 2025-06-30,almost -50,percent,Call,S217",
        "China,masks,2020 (from March),224,bn pieces,Customs,S285",
        "China,capacity,2025-2030,5,years,FT,S198",
        "China,sales,2019-Q3,1.4-1.5,percent,FT,S199",
    ),
}
EMPTY = sorted(set(figures.STATEMENTS.values()) - set(INPUT))


def write(folder: Path, change: Mapping[str, Sequence[str]] | None = None) -> Path:
    """Write the compiled tables, some of them changed; those not named hold nothing but their header."""
    folder.mkdir(exist_ok=True)
    for name, lines in (dict.fromkeys(EMPTY, (STATEMENT,)) | dict(INPUT) | dict(change or {})).items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Sequence[figures.Record]]:
    folder = write(tmp_path_factory.mktemp("figures") / "input")
    return {(table.dataset, table.edition): table.rows for table in figures.tables(folder)}


Made = Mapping[tuple[str, str], Sequence[figures.Record]]


def column(made: Made, dataset: str, name: str, edition: str = figures.COMPILED) -> list[str]:
    return [row[name] for row in made[dataset, edition]]


def test_year_to_date_is_a_range_and_a_whole_year_a_year(made: Made) -> None:
    assert column(made, "gacc-totals", "period") == ["2025-01..2025-05", "2024", "2026-03", "2022"]
    assert column(made, "gacc-totals", "frequency") == ["ytd", "annual", "monthly", "annual"]
    assert column(made, "mirror", "period") == ["2026-01..2026-03", "2023-05", "2022-12"]
    assert column(made, "gacc-commodities-other", "period")[:2] == ["2024-01..2024-02", "2026-03..2026-04"]
    assert column(made, "gacc-commodities-other", "frequency")[:2] == ["ytd", "2-month"]


def test_numbers_stand_as_they_were_found(made: Made) -> None:
    assert column(made, "gacc-totals", "value") == ["10.0", "20.0", "1.50", "2716.0"]
    assert column(made, "gacc-totals", "yoy_published_pct") == ["6.0", "5.9", "2.5", "1.1"]


def test_prints_are_told_apart(made: Made) -> None:
    assert column(made, "gacc-totals", "print") == ["revised", "revised", "as published", "first"]
    assert column(made, "gacc-commodities", "print", "2025-06-09") == ["first", "reprint", "first"]
    assert column(made, "gacc-commodities", "note", "2025-06-09") == ["", "", ""]


def test_each_release_is_an_edition_without_computed_prices(made: Made) -> None:
    editions = [edition for dataset, edition in made if dataset == "gacc-commodities"]
    assert editions == ["2023-12", "2025-06-09"]
    assert column(made, "gacc-commodities", "measure", "2025-06-09") == ["quantity", "quantity", "value"]
    assert column(made, "gacc-commodities", "currency", "2025-06-09") == ["", "", "CNY"]


def test_printed_implied_and_computed_are_told_apart(made: Made) -> None:
    assert column(made, "gacc-partners", "basis") == ["printed", "implied", "computed"]
    assert column(made, "gacc-partners", "grade") == ["press", "implied", "implied"]
    assert column(made, "gacc-partners", "publisher")[1] == "GACC (derived)"
    assert column(made, "mirror", "basis") == ["printed", "printed", "implied"]
    assert column(made, "exchange-rates", "basis") == ["computed", "implied", "printed"]
    assert column(made, "procurement", "basis").count("computed") == 1


def test_each_kind_of_trade_row_goes_where_it_belongs(made: Made) -> None:
    assert column(made, "mirror", "adjustment") == ["not stated", "seasonally adjusted", "unadjusted"]
    assert column(made, "mirror", "grade") == ["mirror", "press", "implied"]
    assert column(made, "oecd-fred-trade", "adjustment") == ["seasonally adjusted"]
    assert [(row["reporter"], row["partner"]) for row in made["atlas", figures.COMPILED]] == [
        ("Australia", "China")
    ]


def test_a_suspect_cell_stays_and_is_flagged(made: Made) -> None:
    rows = [row for row in made["gacc-commodities-other", figures.COMPILED] if row["suspect"] == "true"]
    assert [(row["commodity"], row["value"]) for row in rows] == [("Gas", "630.0")]


def test_bounds_and_ranges_are_no_numbers(made: Made) -> None:
    found = {
        row["value_text"]: (row["value"], row["low"], row["high"]) for row in made["procurement", figures.COMPILED]
    }
    assert found == {
        ">48": ("", "48", ""),
        "20-30": ("", "20", "30"),
        "7.3": ("7.3", "", ""),
        "almost -50": ("", "-50", ""),
        "224": ("224", "", ""),
        "5": ("5", "", ""),
        "1.4-1.5": ("", "1.4", "1.5"),
    }


def test_periods_of_every_spelling_become_ours(made: Made) -> None:
    assert column(made, "procurement", "period") == [
        "2022",
        "2021-01..2023-06",
        "2023",
        "2025-06-30..",
        "2020-03..2020-12",
        "2025..2030",
        "2019Q3",
    ]
    assert column(made, "procurement", "note") == ["as stated", "", "2023 basis", "", "2020 (from March)", "", ""]
    assert column(made, "procurement", "unit")[0] == "trn USD"


def test_two_figures_in_one_breath_become_two_rows(made: Made) -> None:
    sales, change, hearing = made["luxury", figures.COMPILED]
    assert [sales[name] for name in ("measure", "value", "unit", "note")] == [
        "net sales (about)",
        "3.1",
        "bn CHF",
        "about",
    ]
    assert [change[name] for name in ("measure", "value", "unit", "note")] == ["change", "-11.2", "percent", ""]
    assert sales["value_text"] == change["value_text"] == "3.1 bn; -11.2 %"
    assert {row["period"] for row in (sales, change)} == {"2025-01..2025-06"}
    assert (hearing["value"], hearing["value_text"], hearing["grade"]) == ("", "2025-05-28", "primary")


def test_places_speak_to_any_reader(made: Made) -> None:
    assert column(made, "sources", "where")[-1] == "(name of the repository not established)"


def test_every_row_has_the_columns_of_its_dataset(made: Made) -> None:
    for (dataset, _), rows in made.items():
        names = {field.name for field in SPECS[dataset].fields}
        assert all(names <= row.keys() for row in rows)


def without(name: str, line: int, old: str, new: str) -> Mapping[str, Sequence[str]]:
    lines = list(INPUT[name])
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new)
    return {name: lines}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            without("customs_totals.csv", 2, "10.0", "1O.0"),
            "customs_totals.csv, line 2, column value: '1O.0' is not",
        ),
        (without("customs_totals.csv", 2, "10.0", "nan"), "column value: 'nan' is not a number"),
        (without("customs_totals.csv", 2, "2025-05", "2025-5"), "line 2, column period: '2025-5' is not a period"),
        (
            without("customs_totals.csv", 1, "flow", "direction"),
            "customs_totals.csv, line 1: the columns are direction",
        ),
        (
            without("customs_totals.csv", 3, ",k USD", ""),
            "customs_totals.csv, line 3: there are 9 cells; 10 are expected",
        ),
        (
            without("customs_commodities.csv", 2, "quantity", "mass"),
            "line 2, column measure: 'mass' is not one of",
        ),
        (
            without("luxury.csv", 3, "2025-05-28,2025", "May,2025"),
            "luxury.csv, line 3, column period: 'May' is not a year",
        ),
        (
            without("luxury.csv", 2, "3.1 bn; -11.2 %", "3.1 bn"),
            "luxury.csv, line 2, column value: '3.1 bn' is not",
        ),
        (
            without("customs_commodities.csv", 4, ",,GACC", ",sum,GACC"),
            "line 4, column derived: 'sum' is not empty",
        ),
    ],
)
def test_a_fault_is_one_sentence_with_file_line_and_column(
    tmp_path: Path, change: Mapping[str, Sequence[str]], sentence: str
) -> None:
    with pytest.raises(SourceError) as error:
        figures.tables(write(tmp_path / "input", change))
    assert sentence in str(error.value)
    assert str(error.value).endswith(".")


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path / "input")
    (folder / "property.csv").unlink()
    with pytest.raises(SourceError, match=r"property\.csv: there is no such file"):
        figures.tables(folder)


@pytest.fixture
def inputs(tmp_path: Path) -> tuple[Path, Path]:
    workbooks = tmp_path / "workbooks"
    workbooks.mkdir()
    # A manifest pins editions of its own: those are the ones that must be there.
    book.write(workbooks / "any-name.xlsx", {"trade_out": book.grid(months=("2025m11", "2025m12", "2026m01"))})
    return write(tmp_path / "figures"), workbooks


def test_building_twice_gives_the_same_bytes(tmp_path: Path, inputs: tuple[Path, Path]) -> None:
    contents = []
    for name in ("one", "two"):
        paths = build(*inputs, tmp_path / name / "data")
        contents.append({path.relative_to(tmp_path / name): path.read_bytes() for path in paths})
    assert contents[0] == contents[1]
    assert Path("data/cpb/2026-01.csv") in contents[0]


def test_the_command_builds_and_checks(
    tmp_path: Path, inputs: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*map(str, inputs), str(tmp_path / "data")]) == 0
    assert "files written" in capsys.readouterr().out
    assert main([str(tmp_path / "nowhere"), str(inputs[1]), str(tmp_path / "data")]) == 1
    assert "customs_totals.csv: there is no such file" in capsys.readouterr().err
    assert main([]) == 2


@pytest.mark.parametrize("name", ["customs_totals.csv", "luxury.csv"])
def test_a_row_that_stands_twice_is_reported_and_nothing_written(
    tmp_path: Path, inputs: tuple[Path, Path], name: str
) -> None:
    write(inputs[0], {name: [*INPUT[name], INPUT[name][-1]]})
    with pytest.raises(SourceError, match=r"the key \(.*\) stands in two rows"):
        build(*inputs, tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_a_folder_without_workbooks_is_told(tmp_path: Path, inputs: tuple[Path, Path]) -> None:
    with pytest.raises(SourceError, match="there is no workbook"):
        build(inputs[0], inputs[0], tmp_path / "data")


# --- the originals --------------------------------------------------------------------------------------------


def test_the_committed_data_are_built_from_the_originals(root: Path, shared: Path, tmp_path: Path) -> None:
    made = tmp_path / "data"
    names = [path.relative_to(made) for path in build(shared / "figures", shared / "workbooks", made)]
    assert sorted(name.as_posix() for name in names if name.suffix == ".csv") == sorted(
        path.relative_to(root / "data").as_posix() for path in (root / "data").rglob("*.csv")
    )
    assert [name for name in names if (made / name).read_bytes() != (root / "data" / name).read_bytes()] == []


def test_no_row_of_the_originals_is_lost_or_changed(shared: Path) -> None:
    rows: dict[str, list[figures.Record]] = {}
    for table in figures.tables(shared / "figures"):
        rows.setdefault(table.dataset, []).extend(table.rows)

    def values(*names: str) -> list[tuple[str, str]]:
        return sorted((row["source_id"], row["value"]) for name in names for row in rows[name])

    def found(name: str) -> list[tuple[str, str]]:
        with (shared / "figures" / name).open(encoding="utf-8", newline="") as stream:
            kept = [row for row in csv.DictReader(stream) if row.get("derived") != "computed value/quantity"]
        return sorted((row["source_id"], row["value"]) for row in kept)

    assert values("gacc-totals", "oecd-fred-trade") == found("customs_totals.csv")
    assert values("gacc-partners", "mirror", "atlas") == found("customs_partners.csv")
    assert values("gacc-commodities", "gacc-commodities-other") == found("customs_commodities.csv")
    assert values("property") == found("property.csv")
    for name, file in figures.STATEMENTS.items():
        texts = sorted({(row["source_id"], row["value_text"]) for row in rows[name]})
        assert texts == sorted(set(found(file)))
        # One row holds two figures ("3.1 bn; -11.2 %").
        assert len(rows[name]) == len(found(file)) + (name == "luxury")
