"""Writing files of data/ with their manifest: both or neither, and as the build formats them."""

import json
import os
from pathlib import Path

import pytest

from onewaytrade import datasets
from onewaytrade.errors import SourceError
from onewaytrade.sources import store
from sources import small


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small.project(tmp_path / "project")


def manifest(folder: Path) -> store.Manifest:
    return json.loads((folder / "data" / "datapackage.json").read_text("utf-8"))


NEW = (
    small.file("mirror", "2026-12-10", [*small.MIRROR, small.mirror("2023-02", "400")]),
    small.file("exchange-rates", "2026-12-10", []),
)


def test_files_are_written_with_the_manifest_that_describes_them(folder: Path) -> None:
    before = manifest(folder)
    paths = store.write(folder / "data", NEW, store.with_files(before, NEW))
    assert [path.relative_to(folder / "data").as_posix() for path in paths] == [
        "mirror/2026-12-10.csv",
        "exchange-rates/2026-12-10.csv",
        "datapackage.json",
    ]
    assert datasets.check(folder) == []
    after = manifest(folder)
    assert [entry for entry in after["resources"] if entry["edition"] != "2026-12-10"] == before["resources"]
    # A pin stays where it is; a dataset that is new is pinned to what there is of it.
    assert after["pins"] == {**before["pins"], "exchange-rates": "2026-12-10"}
    assert after["remark"] == "kept"
    listed = [(entry["dataset"], entry["edition"]) for entry in after["resources"]]
    assert listed == sorted(listed)


@pytest.mark.parametrize("failing", range(3))
def test_a_failure_at_any_file_leaves_the_data_as_they_were(
    folder: Path, failing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A stray of an earlier crash lies where the first file goes.
    stray = folder / "data" / "mirror" / "2026-12-10.csv"
    stray.write_bytes(b"half a file")
    before, replaced = small.contents(folder), []
    original = Path.replace

    def replace(self: Path, target: Path) -> Path:
        replaced.append(target)
        if len(replaced) == failing + 1:
            raise OSError(28, os.strerror(28))
        return original(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(OSError, match="No space left"):
        store.write(folder / "data", NEW, store.with_files(manifest(folder), NEW))
    assert small.contents(folder) == before
    assert not (folder / "data" / "exchange-rates").exists()


def test_a_crash_before_the_manifest_leaves_a_stray_that_the_check_names_and_the_next_writing_mends(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A process that is killed puts nothing back.
    monkeypatch.setattr(store, "_put_back", lambda *_: None)
    original = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if target.suffix == ".json":
            raise KeyboardInterrupt
        return original(self, target)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", replace)
        with pytest.raises(KeyboardInterrupt):
            store.write(folder / "data", NEW[:1], store.with_files(manifest(folder), NEW[:1]))
    assert datasets.check(folder) == ["data/mirror/2026-12-10.csv: the manifest does not know this file."]
    store.write(folder / "data", NEW[:1], store.with_files(manifest(folder), NEW[:1]))
    assert datasets.check(folder) == []


def test_a_manifest_that_lost_an_edition_and_gets_it_back_is_the_built_one(root: Path) -> None:
    text = (root / "data" / "datapackage.json").read_text("utf-8")
    built = json.loads(text)
    path = "mirror/2026-11-23.csv"
    less = {**built, "resources": [entry for entry in built["resources"] if entry["path"] != path]}
    content = (root / "data" / path).read_bytes()
    again = store.File("mirror", "2026-11-23", content, "2026-11-23", "compiled", "", ())
    assert store.formatted(store.with_files(less, [again])) == text


def test_rows_are_those_that_the_bytes_were_made_of() -> None:
    rows = [small.mirror("2022-11", "100.5", note='a "note", of\ntwo lines'), small.mirror("2022-12", "")]
    assert store.rows(store.content("mirror", "x", rows)) == [
        {field.name: row[field.name] for field in store.SPECS["mirror"].fields} for row in rows
    ]


def test_a_key_twice_and_a_note_without_a_column_are_refused() -> None:
    with pytest.raises(
        SourceError, match=r"mirror x: the key \(United States, .*2022-11, S050\) stands in two rows"
    ):
        store.content("mirror", "x", [small.MIRROR[0], small.MIRROR[0]])
    row = {"source_id": "A001", "publisher": "one", "where": "here", "note": "lost"}
    with pytest.raises(SourceError, match="has a note, for which there is no column"):
        store.content("sources", "x", [row])
