"""The tables of the lessons: each project and each edition gets its own, though all are kept in one process."""

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from copies import copy_of
from onewaytrade import datasets, project
from onewaytrade.teaching import lesson
from onewaytrade.teaching.tables import once, read


def doubled(content: bytes, columns: set[str]) -> bytes:
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {key: str(2 * float(row[key])) if key in columns and row[key] else row[key] for key in row}
        )
    return text.getvalue().encode("utf-8")


@pytest.fixture(scope="module")
def twice(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project in which every figure is twice what it is."""
    place = copy_of(root, tmp_path_factory.mktemp("twice"))
    manifest_path = place / project.MANIFEST
    manifest: dict[str, Any] = json.loads(manifest_path.read_text(encoding="utf-8"))
    for resource in manifest["resources"]:
        path = manifest_path.parent / resource["path"]
        numbers = {field["name"] for field in resource["schema"]["fields"] if field["type"] == "number"}
        content = doubled(path.read_bytes(), numbers)
        path.write_bytes(content)
        resource |= {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
    manifest_path.write_text(json.dumps(manifest), encoding="utf-8")
    return place


@pytest.mark.parametrize("number", lesson.LESSONS)
def test_another_project_gets_its_own_figures(number: int, twice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = lesson.tables(number)
    here = {name: table() for name, table in tables.items()}
    monkeypatch.setenv(project.VARIABLE, str(twice))
    for name, table in tables.items():
        assert not table().equals(here[name]), name
    monkeypatch.delenv(project.VARIABLE)
    for name, table in tables.items():
        assert table().equals(here[name]), name


def test_a_right_answer_is_that_of_the_project(twice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = lesson.open_lesson(6).exercises["opened"]
    here = opened.right()
    monkeypatch.setenv(project.VARIABLE, str(twice))
    assert opened.right() == 2 * here


def test_an_edition_instead_of_the_pinned_one_gets_its_own_figures() -> None:
    asia = lesson.tables(7)["asia"]
    pinned = asia()
    with datasets.using({"cpb": "2025-01"}):
        other = asia()
    assert other["volume"].equals(other["volume, older edition"].rename("volume"))
    assert not pinned["volume"].equals(other["volume"])
    assert asia().equals(pinned)


def test_a_table_is_made_once_and_nobody_changes_it_for_the_next() -> None:
    made = []

    @once
    def halves(of: int) -> dict[str, list[int]]:
        made.append(of)
        return {"halves": [of // 2]}

    halves(4)["halves"].append(0)
    assert halves(4) == {"halves": [2]}
    assert halves(6) == {"halves": [3]}
    assert made == [4, 6]


def test_a_dataset_is_read_with_the_sentence_that_cites_it() -> None:
    frame = read("cpb", "2025-01")
    assert frame.attrs["source"] == datasets.provenance(datasets.load("cpb", "2025-01")).cite()
    assert frame["index"].dtype == "float64"
