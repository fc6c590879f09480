import io
import os
import stat
import zipfile

import pytest

from onewaytrade import files


def test_text_is_written_as_utf8_with_plain_line_ends(tmp_path):
    place = tmp_path / "new" / "folder" / "note.txt"
    files.write_text(place, "−1 %\nsecond\n")
    assert place.read_bytes() == "−1 %\nsecond\n".encode()


def test_what_was_there_survives_a_crash(tmp_path, monkeypatch):
    place = tmp_path / "table.csv"
    files.write_text(place, "old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        files.write_text(place, "new")
    assert place.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]  # no half-written file is left beside it


def test_the_same_files_make_the_same_zip_and_a_script_can_be_run() -> None:
    contents = {"b.txt": b"b", "a/run": b"#!/bin/sh"}
    first = files.packed(contents, {"a/run"})
    assert first == files.packed(contents, {"a/run"})
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == contents
        modes = [stat.filemode(entry.external_attr >> 16) for entry in archive.infolist()]
    assert modes == ["-rw-r--r--", "-rwxr-xr-x"]
