"""Previews: their size, what tells them apart, and the same bytes each time."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from claim_sites import coal, content, run
from PIL import Image

from onewaytrade.site import executed, previews
from onewaytrade.site.marks import TONES

LONG = " ".join(["A claim with a label of many words"] * 12)


def pictures(folder: Path, *verdicts: dict[str, Any]) -> dict[str, bytes]:
    root = folder / "root"
    root.mkdir()
    files = previews.make(content(root, run(folder, verdicts))).files
    assert all(isinstance(own, bytes) for own in files.values())
    return {name: own for name, own in files.items() if isinstance(own, bytes)}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return pictures(
        tmp_path_factory.mktemp("run"),
        coal(),
        coal(claim="failed", verdict="not reproduced"),
        coal(claim="other-figure", computed_text="−99.9 %"),
        coal(claim="long", label=LONG, computed_text="more than " * 20),
        coal(claim="words", kind="text", printed_text="in words", computed_text="", title=LONG),
        coal(claim="empty", computed_text=""),
    )


def test_each_claim_each_notebook_and_the_site_have_a_picture(drawn: dict[str, bytes]) -> None:
    claims = ("coal-8", "failed", "other-figure", "long", "words", "empty")
    expected = [f"previews/claims/{name}.png" for name in claims]
    assert sorted(drawn) == sorted([*expected, "previews/notebooks/05-commodities.png", "previews/site.png"])


def test_pictures_have_the_size_that_networks_ask_for_and_a_margin(drawn: dict[str, bytes]) -> None:
    for name, own in drawn.items():
        with Image.open(io.BytesIO(own)) as picture:
            assert (picture.format, picture.mode, picture.size) == ("PNG", "P", (1200, 630)), name
            edge = picture.convert("L").crop((1200 - 40, 0, 1200, 630))
            assert edge.getextrema() == (255, 255), f"{name} runs over its edge"
            foot = picture.convert("L").crop((24, 630 - 24, 1200, 630))
            assert foot.getextrema() == (255, 255), f"{name} runs over its foot"
        assert len(own) < 60_000


def test_the_band_has_the_verdict_s_colour_of_a_light_page(drawn: dict[str, bytes]) -> None:
    css = (Path(previews.__file__).parent / "static" / "base.css").read_text("utf-8")
    for claim, word in {"coal-8": "reproduced", "failed": "not reproduced"}.items():
        told = re.search(rf"--owt-{TONES[word]}: light-dark\(#(\w{{6}})", css)
        assert told is not None
        with Image.open(io.BytesIO(drawn[f"previews/claims/{claim}.png"])) as picture:
            assert picture.convert("RGB").getpixel((5, 300)) == tuple(bytes.fromhex(told.group(1)))


def test_what_differs_is_seen(drawn: dict[str, bytes]) -> None:
    assert len(set(drawn.values())) == len(drawn)


def test_the_same_verdict_gives_the_same_bytes(drawn: dict[str, bytes], tmp_path: Path) -> None:
    again = pictures(tmp_path, coal())
    assert again["previews/claims/coal-8.png"] == drawn["previews/claims/coal-8.png"]


def test_a_notebook_without_a_heading_has_its_stem(tmp_path: Path) -> None:
    path = tmp_path / "07-untitled.ipynb"
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": []}]}), encoding="utf-8")
    assert executed.title(path) == "07-untitled"
