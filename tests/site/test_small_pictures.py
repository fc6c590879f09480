"""The small pictures: where tick, shape and band stand, on which scale, and what they are called."""

import math
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from onewaytrade import fmt
from onewaytrade.site import marks, small_pictures

LEFT, RIGHT, MIDDLE = 12, 148, 14  # of 160 by 28 pixels, without the margins


def _verdict(claim: str = "one", **own: Any) -> dict[str, Any]:
    plain = {
        "claim": claim,
        "unit": "%",
        "printed": None,
        "printed_text": "in words",
        "computed": None,
        "computed_low": None,
        "computed_high": None,
        "computed_text": "",
        "verdict": "reproduced",
        "range": None,
        "definitions": None,
    }
    return plain | own


def _rate(claim: str, printed: float, computed: float, **own: Any) -> dict[str, Any]:
    told = {"printed_text": fmt.pct(printed, 0), "computed_text": fmt.pct(computed)}
    return _verdict(claim, printed=printed, computed=computed, **(told | own))


def _parsed(drawn: str) -> ET.Element:
    return ET.fromstring(drawn)  # noqa: S314 # our own picture


def _drawn(verdict: dict[str, Any], *others: dict[str, Any]) -> ET.Element:
    scale = small_pictures.scales([verdict, *others])[verdict["claim"]]
    return _parsed(small_pictures.draw(verdict, scale))


def _of(picture: ET.Element, name: str) -> list[ET.Element]:
    return [part for part in picture if part.get("class") == name]


def _place(value: float, low: float, high: float) -> float:
    """Return where a value must stand on a line from `low` to `high`."""
    return LEFT + (RIGHT - LEFT) * (value - low) / (high - low)


def _upright(part: ET.Element) -> float:
    """Return the x of an upright line, which is all it holds."""
    start, _, rest = part.attrib["d"].removeprefix("M").partition(" ")
    assert "V" in rest
    return float(start)


def test_tick_shape_band_and_zero_stand_where_the_scale_puts_them() -> None:
    several = {"range": [10.0, 33.2], "definitions": {"same": 3, "voting": 2}}
    picture = _drawn(_rate("exports", 33.0, 33.2, **several), _rate("imports", -17.0, -16.0))
    (tick,), (zero,), (band,), (dot,) = (_of(picture, f"owt-{name}") for name in ("tick", "zero", "band", "full"))
    assert _upright(tick) == pytest.approx(_place(33, -20, 40), abs=0.01)
    assert _upright(zero) == pytest.approx(_place(0, -20, 40), abs=0.01)
    assert float(dot.attrib["cx"]) == pytest.approx(_place(33.2, -20, 40), abs=0.01)
    assert float(dot.attrib["cy"]) == MIDDLE
    left, width = float(band.attrib["x"]), float(band.attrib["width"])
    assert left == pytest.approx(_place(10, -20, 40), abs=0.01)
    assert left + width == pytest.approx(_place(33.2, -20, 40), abs=0.02)


def test_all_rates_share_one_scale_and_anything_else_has_its_own() -> None:
    count = _verdict("cases", unit="cases", printed=250.0, computed_low=248.0)
    found = [_rate("exports", 33.0, 33.2), _rate("imports", -17.0, -16.0), count]
    scales = small_pictures.scales(found)
    assert scales["exports"] is scales["imports"]
    assert scales["exports"].shared
    assert scales["exports"].words == "−20 to +40\N{NO-BREAK SPACE}%"
    assert scales["exports"].steps == (-20, -10, 0, 10, 20, 30, 40)
    # At least 248: the line goes on beyond, so that the open end is seen.
    assert (scales["cases"].words, scales["cases"].shared) == ("0 to 300\N{NO-BREAK SPACE}cases", False)


def test_one_far_rate_does_not_press_the_others_together_but_is_an_arrow() -> None:
    near = [_rate(f"near-{number}", number, number + 0.5) for number in range(10)]
    far = _rate("far", -50.0, 400.0)
    scale = small_pictures.scales([*near, far])["far"]
    assert (scale.low, scale.high) == (0, 10)
    picture = _parsed(small_pictures.draw(far, scale))
    tick, pointing = _of(picture, "owt-tick")
    assert _upright(tick) == LEFT
    assert float(pointing.attrib["d"].removeprefix("M").split()[0]) < LEFT
    (beyond,) = _of(picture, "owt-arrow")
    assert float(beyond.attrib["d"].removeprefix("M").split()[0]) > RIGHT
    assert not _of(_parsed(small_pictures.draw(near[3], scale)), "owt-arrow")


def test_an_interval_is_drawn_from_end_to_end_and_a_bound_to_the_end_of_the_line() -> None:
    radius = 4.5
    between = _verdict(printed=-17.0, computed_low=-17.0, computed_high=-14.6)
    (drawn,) = _of(_drawn(between | {"verdict": "not excluded"}), "owt-hollow")
    left = float(drawn.attrib["x"])
    assert left + radius == pytest.approx(_place(-17, -20, 0), abs=0.01)
    assert left + float(drawn.attrib["width"]) - radius == pytest.approx(_place(-14.6, -20, 0), abs=0.02)
    several = {"range": [198.0, None], "definitions": {"same": 2, "voting": 1}}
    bound = _verdict(unit="cases", printed=250.0, computed_low=248.0, **several)
    picture = _drawn(bound)
    (drawn,), (band,) = _of(picture, "owt-full"), _of(picture, "owt-band")
    assert float(drawn.attrib["x"]) + float(drawn.attrib["width"]) - radius == pytest.approx(RIGHT, abs=0.02)
    assert float(band.attrib["x"]) == pytest.approx(_place(198, 0, 300), abs=0.01)
    assert float(band.attrib["x"]) + float(band.attrib["width"]) == pytest.approx(RIGHT, abs=0.02)
    assert len(_of(picture, "owt-arrow")) == 1


def test_a_direction_is_an_arrow_from_zero() -> None:
    rising = _verdict(printed_text="rising", computed=5.7, computed_text="+5.7 %")
    falling = _verdict(printed_text="falling", computed=6.4, computed_text="+6.4 %")
    ways = []
    for verdict in (rising, falling):
        (arrow,) = _of(_drawn(verdict, _rate("low", -9.0, -9.0)), "owt-tick")
        start, _, rest = arrow.attrib["d"].removeprefix("M").partition(" ")
        assert float(start) == pytest.approx(_place(0, -10, 10), abs=0.01)
        ways.append(float(rest.partition("H")[2].partition("M")[0]) - float(start))
    assert ways[0] == -ways[1] > 0


def test_what_has_no_figure_has_no_picture() -> None:
    assert small_pictures.scales([_verdict(computed_text="2 of 3 parts stand")]) == {}


def test_a_picture_says_in_words_what_it_shows() -> None:
    several = {"range": [18.6, 33.2], "definitions": {"same": 3, "voting": 2}}
    picture = _drawn(_rate("exports", 33.0, 33.2, **several))
    assert picture.attrib["role"] == "img"
    space = "\N{NO-BREAK SPACE}"
    assert picture.attrib["aria-label"] == (
        f"Printed +33{space}%, computed +33.2{space}%; "
        f"over all definitions of the same question +18.6 to +33.2{space}%"
    )


def test_a_range_of_a_single_definition_is_not_drawn() -> None:
    alone = _rate("exports", 33.0, 33.2, range=[33.2, 33.2], definitions={"same": 1, "voting": 0})
    assert not _of(_drawn(alone), "owt-band")
    assert "definitions" not in _drawn(alone).attrib["aria-label"]


@pytest.mark.parametrize(
    ("values", "ends"),
    [([3.0], (0, 3)), ([0.0], (0, 1)), ([-0.4, 0.3], (-0.4, 0.4)), ([-7.0, 36.0], (-10, 40)), ([87.0], (0, 100))],
)
def test_a_scale_holds_zero_and_all_values_in_round_steps(values: list[float], ends: tuple[float, float]) -> None:
    found = [_rate(f"own-{place}", value, value) for place, value in enumerate(values)]
    scale = next(iter(small_pictures.scales(found).values()))
    assert (scale.low, scale.high) == pytest.approx(ends)
    assert len(scale.steps) <= 7
    assert any(math.isclose(step, 0, abs_tol=1e-9) for step in scale.steps)


def test_the_ruler_names_the_steps_where_they_stand() -> None:
    scale = small_pictures.scales([_rate("exports", 33.0, 33.2), _rate("imports", -17.0, -16.0)])["exports"]
    labels = [part for part in _parsed(small_pictures.ruler(scale)) if part.tag == "text"]
    told = {label.text: float(label.attrib["x"]) for label in labels}
    expected = {name: _place(value, -20, 40) for name, value in (("−20", -20), ("0", 0), ("+20", 20), ("+40", 40))}
    assert told == pytest.approx(expected, abs=0.01)


def test_each_verdict_has_a_shape_of_its_own_and_a_colour() -> None:
    words = list(fmt.MARKS)
    assert set(words) == set(marks.TONES)
    assert len({marks.shape(word) for word in words}) == len(words)
    for word in words:
        badge = _parsed(marks.badge(word))
        assert badge.attrib["class"] == f"owt-verdict owt-{marks.TONES[word]}"
        assert "".join(badge.itertext()).strip() == word
        assert badge[0].attrib["aria-hidden"] == "true"
