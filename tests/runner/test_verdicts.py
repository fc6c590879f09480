"""Collecting verdicts, and merging them into what is kept."""

import json
from pathlib import Path

import pytest

from onewaytrade import display
from onewaytrade.runner import verdicts


def test_runner_and_notebooks_mean_the_same_media_type() -> None:
    assert verdicts.VERDICT_MIME == display.VERDICT_MIME


def test_claims_that_the_register_does_not_list_come_last() -> None:
    kept = [{"claim": "unknown", "notebook": "01-a"}, {"claim": "b", "notebook": "01-a"}]
    merged = verdicts.merge(kept, "02-b", [{"claim": "a", "notebook": "02-b"}], order=("a", "b"))
    assert [verdict["claim"] for verdict in merged] == ["a", "b", "unknown"]


def test_the_file_holds_plain_json_numbers_and_nulls(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.json"
    kept = [{"claim": "ä", "computed": 33.2, "computed_low": None}]
    verdicts.write(path, kept)
    assert json.loads(path.read_text("utf-8")) == verdicts.read(path) == kept
    assert "ä" in path.read_text("utf-8")
    with pytest.raises(ValueError, match="not JSON compliant"):
        verdicts.write(path, [{"computed": float("nan")}])


def test_without_a_file_there_are_no_verdicts(tmp_path: Path) -> None:
    assert verdicts.read(tmp_path / "verdicts.json") == []
