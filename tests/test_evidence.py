"""Every figure of a claim's evidence is where the register says, and the claim's own answer comes out of it."""

import csv
import functools
import hashlib
import importlib
import json
import pkgutil
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from copies import add_edition, copy_of
from onewaytrade import claims, cli, datasets, definitions, evidence, methods, project
from onewaytrade.choices import CHECKLISTS, find
from onewaytrade.claims import Claim, Evidence, Part, Selector, Stretch
from onewaytrade.errors import ClaimError, NoFigureError
from onewaytrade.evidence import Found
from onewaytrade.sources import safe

_NAMED = re.compile(r"\b([SA]\d{3})(?: to ([SA]\d{3}))?")
_GRADED = re.compile(r"\b([SA]\d{3}), (press|primary|implied|mirror)\b")
_MONTH = re.compile(r"\d{4}m\d{2}")
_CODE = re.compile(r"\b[mxt]gz_\w{2}_[qp]\w{3}_sn\b")
# Where the register grades its evidence below its rows: the article is the first hand for its words, and no more
# than press for what it reports; and ratios that follow from figures of the press.
BELOW = {
    ("headline-surge-stagnation", "article"),
    ("london-framework", "article"),
    ("cause-imbalance", "consumption"),
}


def entries() -> list[tuple[Claim, Evidence, tuple[Found, ...]]]:
    return [
        (claim, entry, evidence.of_entry(claim, entry))
        for claim in claims.register().values()
        for entry in claim.evidence
    ]


@functools.cache
def lines_of(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").split("\n")


def test_every_piece_of_evidence_is_found_and_stands_in_its_line():
    for claim, entry, found in entries():
        assert found, f"{claim.id}: {entry.place} selects no rows"
        for own in found:
            header, cells = (next(csv.reader([lines_of(own.file.path)[at - 1]])) for at in (1, own.line))
            row = defaultdict(str, zip(header, cells, strict=True))
            figures = [row[name] for name in ("value_text", "value", "index", "rate", "where") if row[name]]
            assert own.value == next(iter(figures), "")
            assert own.value or own.rate, (claim.id, own.place)
            assert own.period == row["period"] or row["month"]
            assert (own.source_id, own.rate) == (row["source_id"], row["yoy_published_pct"])
            assert own.file.dataset == entry.dataset
            assert own.label or entry.dataset == "sources"


def test_the_sources_that_a_place_names_are_those_of_its_rows():
    for claim, entry, found in entries():
        named = _NAMED.findall(entry.place)
        ends = {end for pair in named for end in pair if end}
        between = {
            f"{first[0]}{number:03}"
            for first, last in named
            for number in range(int(first[1:]), int((last or first)[1:]) + 1)
        }
        have = {own.source_id for own in found}
        assert not named or ends <= have <= between, (claim.id, entry.place, have)


def test_a_piece_of_evidence_has_the_weakest_grade_of_its_rows():
    below = set()
    for claim, entry, found in entries():
        apart = dict(_GRADED.findall(entry.place))
        assert all(own.grade == apart.get(own.source_id, own.grade) for own in found)
        # What is implied follows from figures of any grade.
        if entry.grade == "implied":
            continue
        weakest = claims.weakest_of(*(own.grade for own in found if own.source_id not in apart))
        if entry.grade != weakest:
            assert claims.weakest_of(entry.grade, weakest) == entry.grade, (claim.id, entry.place)
            below.add((claim.id, entry.dataset))
    assert below == BELOW


def test_each_row_says_who_published_it_where_it_was_found_and_the_checksum_of_its_file():
    with Path("data/sources/2026-11-23.csv").open(encoding="utf-8", newline="") as stream:
        sources = {row["source_id"]: row for row in csv.DictReader(stream)}
    hashes = {}
    for own in (own for _, _, found in entries() for own in found):
        path = own.file.path
        hashes.setdefault(path, hashlib.sha256(Path(path).read_bytes()).hexdigest())
        assert own.file.sha256 == hashes[path]
        assert own.file.released
        assert own.publisher
        assert own.where == (sources[own.source_id]["where"] if own.source_id else own.file.where)


def test_the_rows_of_a_workbook_are_those_that_the_place_names():
    known = 0
    for claim, entry, found in entries():
        codes = set(_CODE.findall(entry.place))
        if entry.dataset != "cpb" or not codes:
            continue
        sheets = [own.sheet for own in found]
        assert codes <= {code for sheet in sheets for code in _CODE.findall(sheet)}, claim.id
        assert all("sheet trade_out, row " in sheet for sheet in sheets)
        columns = _MONTH.findall(entry.place)
        assert {f"column {column}" for column in columns} <= {sheet.split(", ")[-1] for sheet in sheets}
        known += 1
    assert known > 5
    first, last = evidence.rows("cpb-exports-33")
    assert first.sheet == "sheet trade_out, row 34 (xgz_cn_qnmi_sn), column 2022m12"
    assert (first.unit, last.when) == ("index, 2021 = 100", "March 2025")


def test_each_index_stands_in_the_cell_of_the_publishers_workbook(shared: Path):
    cells = safe.workbook(shared / "workbooks" / "cpb-world-trade-monitor-2026-01.xlsx")["trade_out"].cells
    columns = {str(name): at for row in cells[:8] for at, name in enumerate(row) if _MONTH.fullmatch(str(name))}
    rows = [own for _, _, found in entries() for own in found if own.file.path == "data/cpb/2026-01.csv"]
    assert len(rows) > 100
    for own in rows:
        number, code, month = re.findall(r"row (\d+) \((\w+)\), column (\w+)", own.sheet)[0]
        row = cells[int(number) - 1]
        assert code in [str(cell) for cell in row[:8]]
        assert float(row[columns[month]]) == pytest.approx(float(own.value), rel=1e-14)


# The answer from the rows alone


def _own_answer(claim: Claim) -> list[Any]:
    """Return what the claim's own definition gives: its estimate, and what was found on its parts."""
    choices = definitions.choices_of(claim)
    if claim.kind == "cause":
        own = {name: choices.get(name, {"method": "none"}) for name in ("effect", "premise")}
        return [find(claim, Part(name, name, what.get("direction")), what) for name, what in own.items()]
    answer: list[Any] = list(definitions.find_parts(claim, choices))
    if (not answer or claim.printed.value is not None) and choices["method"] not in CHECKLISTS:
        answer.append(definitions.evaluate(choices))
    return answer


def _forget() -> None:
    """Empty what the methods remember, since they read other figures from now on."""
    for found in pkgutil.iter_modules(methods.__path__):
        for own in vars(importlib.import_module(f"{methods.__name__}.{found.name}")).values():
            if hasattr(own, "cache_clear"):
                own.cache_clear()


@pytest.fixture
def _methods_forget() -> Iterator[None]:
    _forget()
    yield
    _forget()


@pytest.mark.usefixtures("_methods_forget")
def test_the_answer_of_every_claim_comes_out_of_its_rows_alone(monkeypatch: pytest.MonkeyPatch):
    register = claims.register()
    expected = {name: _own_answer(claim) for name, claim in register.items()}
    whole = functools.cache(datasets.load)
    keep: dict[tuple[str, str], set[int]] = {}

    def load(name: str, edition: str = "pinned") -> Any:
        exact = datasets.resolve(name, edition)
        frame = whole(name, exact)
        unnamed = ~frame.index.isin([line - 2 for line in keep.get((name, exact), ())])
        if exact == datasets.resolve(name, "pinned"):
            own = frame[~unnamed].reset_index(drop=True)
        else:  # other releases say which windows there are; their figures are made useless
            own = frame.copy()
            own.loc[unnamed, frame.select_dtypes("float").columns] *= 3
        own.attrs = frame.attrs
        return own

    monkeypatch.setattr(datasets, "load", load)
    for name, claim in register.items():
        keep.clear()
        for own in evidence.rows(name):
            keep.setdefault((own.file.dataset, own.file.edition), set()).add(own.line)
        _forget()
        try:
            assert _own_answer(claim) == expected[name], name
        except (LookupError, ClaimError, NoFigureError) as error:
            pytest.fail(f"{name}: its rows are not enough ({error}).")


# The same figures by simple arithmetic on what is written

_SCALE = {"10k CNY": 10**4, "100M CNY": 10**8, "trn CNY": 10**12, "k USD": 10**3, "10 kt": 10**7, "count": 1}
Rows = list[Found]


def _level(row: Found) -> Decimal:
    return Decimal(row.value) * _SCALE.get(row.unit, 1)


def _growth(rows: Rows) -> Decimal:
    first, last = sorted(rows, key=lambda row: row.period)
    return (_level(last) / _level(first) - 1) * 100


def _of(rows: Rows, **wanted: str) -> Rows:
    """Return the rows whose label, period, grade or source begins as wanted."""
    return [row for row in rows if all(getattr(row, name).startswith(text) for name, text in wanted.items())]


def _first_entry(rows: Rows) -> Rows:
    return [row for row in rows if row.evidence == rows[0].evidence]


def _rate(rows: Rows) -> Decimal:
    return Decimal(rows[0].rate)


def _value(rows: Rows) -> Decimal:
    return Decimal(rows[0].value)


def _to_may(flow: str) -> Callable[[Rows], Decimal]:
    return lambda rows: _growth(_of(rows, label=f"{flow}, CNY"))


def _one_way(rows: Rows) -> Decimal:
    then, now = (
        _level(_of(rows, label="exports", period=year, source_id="S001")[0])
        / _level(_of(rows, label="imports", period=year, source_id="S001")[0])
        for year in ("2022", "2024")
    )
    return (now / then - 1) * 100


def _counted(rows: Rows) -> Rows:
    return _of(rows, label="China (as exporter), trade investigations initiated, incl", source_id="S188")


BY_HAND: Mapping[str, Callable[[Rows], Decimal]] = {
    **dict.fromkeys(("cpb-exports-33", "cpb-imports-0", "asia-imports-11", "us-imports-36"), _growth),
    **dict.fromkeys(("iron-ore-5", "coal-8", "crude-quantity-0", "natural-gas-10"), _growth),
    **dict.fromkeys(("customs-imports-2024", "customs-exports-2024"), lambda rows: _growth(_first_entry(rows))),
    **{f"customs-{flow}-{year}": _rate for flow in ("imports", "exports") for year in (2022, 2023)},
    "customs-imports-2025-may": _to_may("imports"),
    "customs-exports-2025-may": _to_may("exports"),
    "one-way-trade": _one_way,
    "house-prices-fall": lambda rows: _value(_of(rows, label="China, 70 cities", period="2025-05")),
    "consumption-decline": lambda rows: _value(
        _of(rows, label="China, retail sales of consumer goods, nominal", period="2025-05")
    ),
    "draeger-50": _value,
    "eu-87-percent": _value,
    "resistance-grows": lambda rows: _growth(_counted(rows)),
}


@pytest.mark.parametrize("name", sorted(BY_HAND))
def test_simple_arithmetic_on_the_rows_gives_the_computed_value(name: str):
    computed = definitions.evaluate(definitions.choices_of(claims.get(name))).value
    assert float(BY_HAND[name](list(evidence.rows(name)))) == pytest.approx(computed, rel=1e-9)


def test_a_bound_is_the_sum_of_its_rows():
    counts = [_level(row) for row in _counted(list(evidence.rows("trade-remedies-250")))]
    assert definitions.evaluate(claims.get("trade-remedies-250").definition.choices).low == sum(counts) == 248


@pytest.mark.parametrize("name", ["farm-goods-12", "crude-value-11"])
def test_values_in_dollars_follow_from_the_line_in_yuan_and_the_growth_of_all_imports(name: str):
    rows = list(evidence.rows(name))
    ratio = 1 + _growth(_first_entry(rows)) / 100
    dollars = _of(rows, label="imports, USD")
    yuan = _of(rows, label="imports, CNY")[0]
    printed = [Decimal(row.rate) for row in dollars if row.period.startswith("2025")]
    usd = [rate + half for rate in printed for half in (Decimal("-0.05"), Decimal("0.05"))] + [_growth(dollars)]
    cny = [Decimal(yuan.rate) + half for half in (Decimal("-0.05"), Decimal("0.05"))]
    ends = [(ratio * (1 + one / 100) / (1 + other / 100) - 1) * 100 for one in usd for other in cny]
    estimate = definitions.evaluate(claims.get(name).definition.choices)
    assert (float(min(ends)), float(max(ends))) == pytest.approx((estimate.low, estimate.high), abs=1e-6)


# Selectors


@pytest.fixture
def coal() -> Claim:
    return claims.get("coal-8")


def select(claim: Claim, edition: str | None = None, **columns: Any) -> tuple[Found, ...]:
    """Return the rows that a selector of texts finds for a claim."""
    texts = {name: own if isinstance(own, Stretch) else tuple(own) for name, own in columns.items()}
    entry = replace(claim.evidence[0], rows=(Selector(texts, edition),))
    return evidence.of_entry(claim, entry)


@pytest.mark.parametrize(
    ("columns", "edition", "sentence"),
    [
        (
            {"comodity": ["Coal and lignite"]},
            None,
            "Claim 'coal-8', evidence in data/gacc-commodities/2025-06-09.csv: there is no column 'comodity'; the "
            "nearest is 'commodity'.",
        ),
        (
            {"commodity": ["Coal and lignit"]},
            None,
            "Claim 'coal-8', evidence in data/gacc-commodities/2025-06-09.csv: no commodity is 'Coal and "
            "lignit'; the nearest is 'Coal and lignite'.",
        ),
        (
            {"commodity": ["Coal and lignite"], "measure": ["quantity"], "currency": ["CNY"]},
            None,
            "Claim 'coal-8', evidence in data/gacc-commodities/2025-06-09.csv: no row has commodity 'Coal and "
            "lignite', measure 'quantity' and currency 'CNY'.",
        ),
        (
            {"period": Stretch("2030-01", "2030-12")},
            None,
            "Claim 'coal-8', evidence in data/gacc-commodities/2025-06-09.csv: no row has period from "
            "'2030-01' to '2030-12'.",
        ),
        (
            {"commodity": ["Coal and lignite"]},
            "2025-06-08",
            "Claim 'coal-8', evidence: gacc-commodities has no edition '2025-06-08'; the nearest is 2025-06-09",
        ),
    ],
)
def test_a_selector_that_finds_nothing_says_why(coal, columns, edition, sentence):
    with pytest.raises(ClaimError) as error:
        select(coal, edition, **columns)
    assert str(error.value).startswith(sentence)


def test_evidence_without_an_edition_is_refused(coal):
    with pytest.raises(ClaimError, match="'coal-8' takes evidence from gacc-commodities without an edition"):
        select(replace(coal, pins={}), commodity=["Coal and lignite"])


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'month: ["2022-12", "2025-03"]}',
            "month: 202212}",
            "claim 'headline-surge-stagnation', evidence, 0, rows, 0, month: 202212 is not of type 'string', "
            "'array', 'object'.",
        ),
        ('month: ["2022-12", "2025-03"]}', 'month: {from: "2022-12"}}', "'to' is a required property."),
        ('month: ["2022-12", "2025-03"]}', "month: []}", "rows, 0, month: [] should be non-empty."),
        (
            'month: ["2022-12", "2025-03"]}',
            'month: "2022-12", edition: March}',
            "rows, 0, edition: 'March' does not match",
        ),
    ],
)
def test_a_malformed_selector_is_named(tmp_path, root, old, new, sentence):
    text = (root / "data" / "claims.yml").read_text(encoding="utf-8")
    start = text.index("  - id: one-way-trade\n")  # one claim is enough, and quick to read
    broken = tmp_path / "claims.yml"
    broken.write_text(text[:start].replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ClaimError) as error:
        claims.register(broken)
    assert sentence in str(error.value)


def test_a_stretch_takes_both_ends_and_only_periods_written_like_them():
    claim = claims.get("cpb-exports-33")
    entry = replace(
        claim.evidence[0],
        rows=(
            Selector(
                {
                    "region": ("China",),
                    "measure": ("volume",),
                    "flow": ("exports",),
                    "month": Stretch("2022-12", "2023-02"),
                }
            ),
        ),
    )
    assert [own.period for own in evidence.of_entry(claim, entry)] == ["2022-12", "2023-01", "2023-02"]
    houses = claims.get("property-slump-commodities")
    years = select(houses, indicator=["Floor space newly started"], period=Stretch("2023", "2024"))
    assert [own.period for own in years] == ["2023", "2024"]


def test_a_row_that_two_selectors_find_is_listed_once(coal):
    twice = replace(coal.evidence[0], rows=coal.evidence[0].rows * 2)
    assert [own.line for own in evidence.of_entry(coal, twice)] == [14, 15]


def test_lines_are_counted_as_an_editor_does_where_a_cell_has_a_line_break(tmp_path, root, monkeypatch):
    copied = copy_of(root, tmp_path)

    def broken(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        rows[0]["note"] = "one line,\nand another"
        return rows

    add_edition(copied, "draeger", "2026-11-23", "2026-11-24", broken)
    monkeypatch.setenv(project.VARIABLE, str(copied))
    found = select(claims.get("draeger-50"), "2026-11-24", source_id=["S216", "S217"])
    lines = (copied / "data" / "draeger" / "2026-11-24.csv").read_text(encoding="utf-8").split("\n")
    assert len(found) > 2
    assert all(own.value in lines[own.line - 1] and own.source_id in lines[own.line - 1] for own in found)
    assert found[0].file.path == "data/draeger/2026-11-24.csv"


# What an analyst sees


@pytest.mark.parametrize(
    ("row", "figure"),
    [
        (("customs-imports-2023", 0), "17.99 trn CNY, -0.3 % on the year"),
        (("coal-8", 0), "20493.8006744 × 10 kt"),
        (("draeger-50", 0), "-50 %"),
        (("tourist-shopping-decline", 0), "2025-05-28"),
        (("headline-surge-stagnation", -1), "Imports growth stagnates, exports surge, China's policies provoke"),
    ],
)
def test_a_figure_is_told_with_its_unit_where_it_has_one(row, figure):
    name, at = row
    assert evidence.rows(name)[at].figure.replace("\N{NO-BREAK SPACE}", " ").startswith(figure)


def test_the_evidence_of_a_claim_is_printed(capsys):
    cli.app(["claims", "coal-8"], standalone_mode=False)
    place, first, last = capsys.readouterr().out.splitlines()
    assert place.startswith("gacc-commodities (primary): release 2025-06-09, line Coal and lignite")
    assert "January to May 2024: 20493.8006744" in first
    assert last.endswith("data/gacc-commodities/2025-06-09.csv, line 15 (S127, GACC, primary)")
    cli.app(["claims", "coal-8", "--json"], standalone_mode=False)
    rows = json.loads(capsys.readouterr().out)
    assert [(row["line"], row["value"]) for row in rows] == [(14, "20493.8006744"), (15, "18867.0738156")]
    assert rows[0]["sha256"] == datasets.provenance(datasets.load("gacc-commodities", "2025-06-09")).sha256


def test_a_claim_on_which_nothing_was_found_says_so():
    assert evidence.rows("harzone-substitution") == ()
    assert evidence.told("harzone-substitution") == "Nothing was found on harzone-substitution."
    with pytest.raises(ClaimError, match="the nearest is 'coal-8'"):
        evidence.rows("coal-9")
