"""Moving a pin: in the manifest and the register alike, with the old verdicts kept, or not at all."""

import json
import shutil
import sys

import pytest
import yaml

from copies import add_edition, copy_of
from onewaytrade import claims, cli, datasets, definitions, files, pinning
from onewaytrade.errors import ClaimError, DatasetError


def lower(rows):
    """The same table, with China's export volume of March 2025 a hundredth lower."""
    for row in rows:
        if (row["flow"], row["region"], row["measure"], row["month"]) == ("exports", "China", "volume", "2025-03"):
            row["index"] = repr(float(row["index"]) * 0.99)
    return rows


@pytest.fixture(scope="module")
def copied(root, tmp_path_factory):
    place = copy_of(root, tmp_path_factory.mktemp("project"))
    add_edition(place, "cpb", "2026-01", "2026-02", lower)
    shutil.copytree(place / "data", place / "untouched", ignore=shutil.ignore_patterns("*.csv"))
    return place


@pytest.fixture
def project(copied, monkeypatch):
    monkeypatch.setenv("ONEWAYTRADE_PROJECT", str(copied))
    # All twenty claims that pin this dataset would take long to judge.
    monkeypatch.setattr(definitions, "can_judge", lambda claim: claim.id == "cpb-exports-33")
    yield copied
    put_back(copied)
    shutil.rmtree(copied / "data" / "verdicts", ignore_errors=True)


def put_back(project):
    """Restore register and manifest, with their dates, by which a register that was read is known again."""
    for path in (project / "untouched").glob("*.*"):
        shutil.copy2(path, project / "data" / path.name)


def texts_of(project):
    return {path.name: path.read_text("utf-8") for path in (project / "data").glob("*.*")}


def test_a_pin_moves_in_both_files_and_leaves_all_else_as_written(project):
    before = texts_of(project)
    told = pinning.pin("cpb", "2026-02")
    after = texts_of(project)
    for name, text in before.items():
        lines = list(zip(text.splitlines(), after[name].splitlines(), strict=True))
        changed = [(old, new) for old, new in lines if old != new]
        assert changed
        assert all(old.replace('cpb: "2026-01"', 'cpb: "2026-02"') == new for old, new in changed) or [
            (old.strip(), new.strip()) for old, new in changed
        ] == [('"cpb": "2026-01",', '"cpb": "2026-02",')]
    pins = {claim.pins["cpb"] for claim in claims.register().values() if "cpb" in claim.pins}
    assert pins == {"2026-02"} == {datasets.resolve("cpb", "pinned")}
    assert "“Exports, volume” (reproduced before, not reproduced now)" in told
    # A project of one's own has no tests that could hold old verdicts.
    assert "The notebooks and the README still hold the old ones" in told
    expected = project / "tests" / "notebooks" / "expected.yml"
    expected.parent.mkdir(parents=True)
    expected.touch()
    back = pinning.pin("cpb", "2026-01", keep_verdicts=False)
    shutil.rmtree(project / "tests")
    assert "The notebooks, the README and tests/notebooks/expected.yml still hold" in back
    pinning.pin("cpb", "2026-02", keep_verdicts=False)
    assert definitions.judge("cpb-exports-33").word == "not reproduced"


def test_the_old_verdicts_are_kept_and_never_written_over(project):
    old = definitions.judge("cpb-exports-33").to_dict()
    assert "judged afresh on the old pins, are kept in data/verdicts/cpb-2026-01.json" in pinning.pin(
        "cpb", "latest"
    )
    kept = project / "data" / "verdicts" / "cpb-2026-01.json"
    first = kept.read_bytes()
    whole = json.loads(first)
    assert (whole["dataset"], whole["edition"]) == ("cpb", "2026-01")
    assert whole["verdicts"] == json.loads(json.dumps([old]))
    put_back(project)
    pinning.pin("cpb", "2026-02")
    assert [path.name for path in kept.parent.iterdir()] == [kept.name], "the same verdicts are kept once"
    put_back(project)
    kept.write_text("{}", "utf-8")
    assert "cpb-2026-01-2.json" in pinning.pin("cpb", "2026-02")
    assert kept.read_text("utf-8") == "{}"
    assert (kept.parent / "cpb-2026-01-2.json").read_bytes() == first


def test_old_verdicts_need_not_be_kept(project):
    assert "are kept in" not in pinning.pin("cpb", "2026-02", keep_verdicts=False)
    assert not (project / "data" / "verdicts").exists()


@pytest.mark.parametrize("broken", ["claims.yml", "cpb-2026-01.json"])
def test_what_cannot_be_written_whole_is_not_written_at_all(project, monkeypatch, broken):
    before, write = texts_of(project), files.write_bytes

    def fail_once(path, content):
        if path.name == broken:
            monkeypatch.setattr(files, "write_bytes", write)
            raise OSError("no space left on device")
        write(path, content)

    monkeypatch.setattr(files, "write_bytes", fail_once)
    with pytest.raises(OSError, match="no space"):
        pinning.pin("cpb", "2026-02")
    assert texts_of(project) == before
    assert not list((project / "data" / "verdicts").glob("*.json"))
    assert datasets.resolve("cpb", "pinned") == "2026-01"


def test_a_pin_that_stands_already_writes_nothing(project):
    before = texts_of(project)
    assert pinning.pin("cpb", "2026-01") == "cpb is pinned to 2026-01 already; nothing was written."
    assert texts_of(project) == before


@pytest.mark.parametrize(
    ("dataset", "edition", "sentence"),
    [
        ("cpb", "2026-03", "cpb has no edition '2026-03'; the nearest is 2026-02"),
        ("cbp", "2026-02", "There is no dataset 'cbp'; the nearest is 'cpb'"),
        ("gacc-commodities", "2026-06-09", "holds January to May 2026 against January to May 2025"),
    ],
)
def test_what_cannot_be_pinned_is_refused_in_one_sentence(
    project, monkeypatch, capsys, dataset, edition, sentence
):
    before = texts_of(project)
    monkeypatch.setattr(sys, "argv", ["onewaytrade", "pin", dataset, edition])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert texts_of(project) == before


def test_pins_are_moved_however_they_are_written():
    text = (
        "claims:\n"
        '  - id: a  # pins: {cpb: "2026-01"}\n'
        "    note: “cpb 2026-01” in words\n"
        "    pins: {cpb: '2026-01', other: \"2026-01\"}  # kept\n"
        "  - id: b\n"
        "    pins:\n"
        "      # the table\n"
        '      cpb: "2026-01"\n'
        "  - {id: c, pins: {}}\n"
    )
    edited = pinning.with_pins(text, "cpb", "2026-02")
    assert [claim["pins"] for claim in yaml.safe_load(edited)["claims"]] == [
        {"cpb": "2026-02", "other": "2026-01"}, {"cpb": "2026-02"}, {},
    ]  # fmt: skip
    assert edited.replace("2026-02", "2026-01") == text.replace("'2026-01'", '"2026-01"')


def test_a_pin_that_is_an_alias_moves_once_with_its_anchor():
    text = 'claims:\n  - {id: a, pins: &all {cpb: "2026-01"}}\n  - {id: b, pins: *all}\n'
    assert pinning.with_pins(text, "cpb", "2026-02") == text.replace("2026-01", "2026-02")


def test_a_pin_that_is_shared_with_something_else_is_left_to_its_owner():
    text = 'claims:\n  - id: &one "2026-01"\n    pins:\n      cpb: *one\n'
    with pytest.raises(ClaimError, match="move it by hand"):
        pinning.with_pins(text, "cpb", "2026-02")


def test_a_manifest_without_the_pin_is_not_edited():
    with pytest.raises(DatasetError, match="was not found"):
        pinning.with_pin('{"pins": {"other": "1"}, "cpb": "2026-01"}', "cpb", "2026-02")
