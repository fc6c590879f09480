import dataclasses
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onewaytrade import claims
from onewaytrade.claims import Alternative, Claim, Definition, Estimate, Evidence, Finding, Part, Printed, Reading
from onewaytrade.errors import ClaimError, NoFigureError

PERCENT = Printed(value=33, unit="%", precision=1)


def claim(printed: Printed = PERCENT, kind: claims.Kind = "number", **changes) -> Claim:
    plain = Claim(
        id="a-claim",
        label="A claim",
        kind=kind,
        notebook="01-a-notebook",
        paragraph=1,
        paraphrase="Something grew.",
        printed=printed,
        measured="something",
        window="then to now",
        stated=(),
        pins={},
        definition=Definition("One reading.", "It fits.", {"method": "none"}),
        alternatives=(),
        evidence=(Evidence("data", "primary", "row 1"),),
    )
    return dataclasses.replace(plain, **changes)


def estimate(value: float | None, low: float | None = None, high: float | None = None, **changes) -> Estimate:
    return Estimate(value=value, low=low, high=high, grade="primary", edition="data 1", sentence="So.", **changes)


def word(subject: Claim, *args, **kwargs) -> str:
    return claims.judge(subject, *args, **kwargs).word


@pytest.mark.parametrize(
    ("printed", "precision", "computed", "expected"),
    [
        (33, 1, 33.23, "reproduced"),
        (33, 1, 32.5, "reproduced"),  # a half rounds away from zero, up to 33
        (33, 1, 33.49999, "reproduced"),
        (33, 1, 33.5, "close"),  # ... and this half up to 34
        (33, 1, 34.0, "close"),
        (33, 1, 34.001, "not reproduced"),
        (33, 1, 32.0, "close"),
        (-11, 1, -10.5, "reproduced"),  # the half goes away from zero
        (-11, 1, -11.5, "close"),
        (-11, 1, 10.7, "contradicted"),
        (-11, 1, 0.4, "not reproduced"),  # rounds to no change: not the opposite
        (-11.4, 0.1, -11.35, "reproduced"),
        (-11.4, 0.1, -11.3, "close"),
        (-11.4, 0.1, -11.29, "not reproduced"),
        (-50, 10, -45, "reproduced"),  # "about 50" has a precision of ten
        (-50, 10, -44.9, "close"),
        (-50, 10, -39.9, "not reproduced"),
        (0, 1, 0.49, "reproduced"),
        (0, 1, -0.49, "reproduced"),
        (0, 1, 0.5, "close"),
        (0, 1, 4.8, "not reproduced"),  # nothing is the opposite of no growth
    ],
)
def test_a_number_is_judged_by_its_printed_precision(printed, precision, computed, expected):
    assert word(claim(Printed(value=printed, unit="%", precision=precision)), estimate(computed)) == expected


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (33.0, 32.8, 33.2, "reproduced"),
        (33.0, 32.0, 33.2, "close"),  # the value fits, the interval reaches further
        (34.0, 33.6, 34.4, "close"),
        (36.0, 33.0, 39.0, "not excluded"),
        (36.0, 35.0, 37.0, "not reproduced"),
        (None, 32.6, 33.4, "reproduced"),
        (None, 32.1, 33.9, "close"),
        (None, 31.0, 36.0, "not excluded"),
        (None, 33.4, 36.0, "not excluded"),  # 33.4 rounds to 33
        (None, 33.6, 36.0, "not reproduced"),
        (None, -9.0, -2.0, "contradicted"),
        (None, -9.0, 2.0, "not reproduced"),
    ],
)
def test_an_interval_is_judged_by_everything_it_allows(value, low, high, expected):
    assert word(claim(), estimate(value, low, high)) == expected


def test_a_stated_tolerance_replaces_one_unit():
    lenient = claim(tolerance=3, tolerance_reason="the text says roughly")
    assert word(lenient, estimate(36.0)) == "close"
    verdict = claims.judge(lenient, estimate(36.0)).to_dict()
    assert (verdict["tolerance"], verdict["tolerance_reason"]) == (3, "the text says roughly")


def test_a_found_figure_has_its_own_decimals_but_no_fewer_than_printed_and_no_more_than_a_computed_one():
    falling = claims.Printed(unit="%", direction="down", precision=0.1)
    texts = [claims.text_of(falling, estimate(value, recomputed=False)) for value in (-4.0, -3.5, -7.5194)]
    assert texts == ["−4.0\xa0%", "−3.5\xa0%", "−7.52\xa0%"]


def test_a_bundle_of_which_nothing_is_known_has_no_count():
    subject = claim(kind="text", printed=claims.Printed(), parts=(claims.Part("who", "who it was"),))
    assert claims.judge(subject, findings=[Finding("who", None, "")]).computed_text == ""
    assert claims.judge(subject, findings=[Finding("who", False, "")]).computed_text == "0 of 1 parts stand"


def test_a_figure_that_was_only_found_is_attested():
    assert word(claim(), estimate(33.0, recomputed=False)) == "attested"
    assert word(claim(), estimate(40.0, recomputed=False)) == "not reproduced"


@given(st.floats(-3, 3), st.integers(-100, 100), st.sampled_from([10, 1, 0.1]))
def test_reproduced_means_that_a_reader_who_rounds_gets_the_printed_figure(units_off, steps, unit):
    goal = round(steps * unit, 1)
    computed = goal + unit * units_off
    verdict = word(claim(Printed(value=goal, unit="%", precision=unit)), estimate(computed))
    if verdict == "reproduced":
        assert abs(computed - goal) <= unit / 2 + 1e-6
    if verdict in {"not reproduced", "contradicted"}:
        assert abs(computed - goal) > unit / 2 - 1e-6


@given(st.floats(31.4, 34.6), st.floats(0, 5), st.floats(0, 5))
def test_widening_an_interval_never_makes_a_verdict_stronger(value, less, more):
    order = ["reproduced", "close", "not excluded", "not reproduced", "contradicted"]
    narrow = word(claim(), estimate(None, value, value))
    wide = word(claim(), estimate(None, value - less, value + more))
    if narrow in order[:2]:
        assert order.index(wide) >= order.index(narrow)
    if narrow == "reproduced":
        assert wide in order[:3]


@pytest.mark.parametrize(
    ("side", "low", "high", "expected"),
    [
        ("over", 251, 300, "reproduced"),
        ("over", 251, 251, "reproduced"),
        ("over", 240, 300, "not excluded"),
        ("over", 240, 250, "close"),  # 250 is not over 250, but a single one more would be
        ("over", 200, 249, "close"),
        ("over", 200, 248, "contradicted"),
        ("under", 200, 249, "reproduced"),
        ("under", 200, 250, "not excluded"),
        ("under", 250, 260, "close"),
        ("under", 252, 260, "contradicted"),
    ],
)
def test_a_bound_is_judged_on_its_far_end(side, low, high, expected):
    printed = Printed(value=250, unit="cases", precision=1, side=side)
    assert word(claim(printed, "bound"), estimate(None, low, high)) == expected


@pytest.mark.parametrize(
    ("direction", "low", "high", "expected"),
    [
        ("down", -3, -2, "reproduced"),
        ("down", -0.4, -0.4, "not reproduced"),  # rounds to no change
        ("down", -3, 2, "not excluded"),
        ("down", 2, 3, "contradicted"),
        ("up", 2, 3, "reproduced"),
        ("up", -3, -2, "contradicted"),
        ("flat", -0.4, 0.4, "reproduced"),
        ("flat", -3, 3, "not excluded"),
        ("flat", 2, 3, "not reproduced"),
        ("up", -3, 0.2, "not reproduced"),
    ],
)
def test_a_direction_is_judged_by_the_rounded_sign(direction, low, high, expected):
    printed = Printed(direction=direction, unit="%", precision=1)
    assert word(claim(printed, "direction"), estimate(None, low, high)) == expected


PARTS = (Part("who", "who did it"), Part("when", "when it was done"))


@pytest.mark.parametrize(
    ("stands", "expected"),
    [
        ((True, True), "reproduced"),
        ((True, False), "partly reproduced"),
        ((True, None), "partly reproduced"),
        ((False, False), "contradicted"),
        ((False, None), "not reproduced"),
        ((None, None), "cannot be checked with open data"),
    ],
)
def test_a_text_is_a_checklist(stands, expected):
    subject = claim(Printed(), "text", parts=PARTS)
    found = [Finding(part.id, s, "seen") for part, s in zip(PARTS, stands, strict=True)]
    assert word(subject, findings=found) == expected


def test_a_text_that_only_the_press_reports_is_attested():
    subject = claim(Printed(), "text", parts=PARTS, evidence=(Evidence("press", "press", "page 1"),))
    assert word(subject, findings=[Finding("who", True, ""), Finding("when", True, "")]) == "attested"


def test_findings_must_be_on_the_claims_own_parts():
    with pytest.raises(ClaimError, match="has the parts who, when; the findings are on who"):
        claims.judge(claim(Printed(), "text", parts=PARTS), findings=[Finding("who", True, "")])


@pytest.mark.parametrize(
    ("premise", "expected"),
    [(True, "cause not testable here"), (None, "cause not testable here"), (False, "contradicted")],
)
def test_a_cause_is_never_confirmed(premise, expected):
    subject = claim(Printed(effect="exports rose", because="medical supplies were in demand"), "cause")
    assert word(subject, premise=premise) == expected


def reading(value: float, asks: str = "same") -> Reading:
    return Reading(Alternative(f"at-{value}", asks, "Another", "Fair.", {}), estimate(value))


def test_where_no_definition_can_be_singled_out_disagreement_is_the_verdict():
    subject = claim(definition=Definition("One of two.", "None is named.", {}, undetermined=True))
    verdict = claims.judge(subject, estimate(33.0), others=[estimate(20.0), estimate(33.1)])
    assert verdict.word == "depends on definition"
    assert verdict.reason.endswith("of 3 it comes out on 2.")
    assert word(subject, estimate(33.0), others=[estimate(33.1)]) == "reproduced"
    assert word(subject, estimate(20.0), others=[estimate(21.0)]) == "not reproduced"
    assert word(subject, estimate(33.0), readings=[reading(20.0)]) == "reproduced", "named readings have no vote"


def test_no_growth_is_told_with_the_annual_rate():
    verdict = claims.judge(claim(Printed(value=0, unit="%")), estimate(4.8, annual_rate=2.1))
    assert "+2.1\u00a0% a year" in verdict.reason
    assert verdict.to_dict()["annual_rate"] == 2.1


def test_a_claim_without_data_is_said_to_be_beyond_them():
    verdict = claims.judge(claim(would_settle="the contract"), None)
    assert verdict.word == "cannot be checked with open data"
    assert "the contract" in verdict.reason
    assert verdict.to_dict()["computed"] is None


def test_a_verdict_is_plain_json_with_numbers_as_numbers():
    verdict = claims.judge(claim(), estimate(33.234567891234, 33.0, 33.4), readings=[reading(20.0)])
    content = json.loads(json.dumps(verdict.to_dict(), allow_nan=False))
    assert content["computed"] == 33.234567891
    assert content["difference"] == pytest.approx(0.234567891)
    assert content["tolerance"] == 1
    assert content["alternatives"][0]["computed"] == 20.0
    assert {"claim", "printed", "computed_low", "computed_high", "unit", "verdict", "robustness"} <= content.keys()
    assert {"definition", "edition", "evidence", "notebook"} <= content.keys()


def test_every_word_that_the_rules_can_give_is_explained():
    source = Path(claims.__file__).read_text(encoding="utf-8")
    given = set(re.findall(r'Ruling\(\s*"([^"]+)"', source)) | set(re.findall(r'word = "([a-z ]+)"', source))
    assert len(given) >= 8
    assert given <= claims.REPLICATION.keys()


@pytest.fixture
def register_text(root: Path) -> str:
    return (root / "data" / "claims.yml").read_text(encoding="utf-8")


def test_the_register_is_whole(root: Path):
    register = claims.register()
    lines = (root / "data" / "claims.yml").read_text(encoding="utf-8").splitlines()
    assert len(register) == sum(line.startswith("  - id: ") for line in lines)
    for subject in register.values():
        assert subject.evidence or subject.looked_at, subject.id
        assert subject.label, subject.id
        assert 0 <= subject.paragraph <= 25, subject.id


def test_numbers_have_three_to_ten_alternatives():
    for subject in claims.register().values():
        if subject.kind == "number":
            assert 3 <= len(subject.alternatives) <= 10, subject.id


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("kind: number", "kind: guess", "claim 'cpb-exports-33', kind: 'guess' is not one of"),
        (
            "paragraph: 3",
            "paragraph: three",
            "claim 'cpb-exports-33', paragraph: 'three' is not of type 'integer'",
        ),
        (
            "label: volume,",
            f"label: {'v' * 45},",
            f"label: '{'v' * 45}' has 45 characters, and 44 at most fit",
        ),
        ("  - id: cpb-imports-0", "  - id: cpb-exports-33", "the claim 'cpb-exports-33' stands twice"),
        ("claims:", "claims: [", "is not readable as YAML"),
    ],
)
def test_a_fault_in_the_register_is_named(tmp_path, register_text, old, new, sentence):
    broken = tmp_path / "claims.yml"
    broken.write_text(register_text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ClaimError) as error:
        claims.register(broken)
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_register_is_named(tmp_path):
    with pytest.raises(ClaimError, match="is missing: it lists the claims"):
        claims.register(tmp_path / "claims.yml")


def test_an_unknown_claim_is_refused_with_the_nearest():
    with pytest.raises(ClaimError, match="nearest is 'cpb-exports-33'"):
        claims.get("cpb-export-33")


def test_a_miss_inside_the_band_of_neighbouring_editions_says_so():
    nothing = claim(Printed(value=0, unit="%"))
    inside = claims.judge(nothing, estimate(4.8), band=(-0.8, 10.4), band_reason="editions")
    outside = claims.judge(nothing, estimate(4.8), band=(2.0, 7.6), band_reason="editions")
    assert inside.word == outside.word == "not reproduced"
    assert "Nor can the printed figure be called wrong" in inside.reason
    assert "Nor can" not in outside.reason
    assert inside.to_dict()["band"] == [-0.8, 10.4]


OVER = Printed(value=250, unit="cases", precision=1, side="over")


@pytest.mark.parametrize(
    ("low", "high", "exclusive", "expected", "said"),
    [
        (248, None, False, "not excluded", "at least 248"),
        (251, None, False, "reproduced", "at least 251"),
        (
            250,
            None,
            True,
            "reproduced",
            "more than 250",
        ),  # "more than 250" is over 250, "at least 250" need not be
        (250, None, False, "not excluded", "at least 250"),
        (None, 240, False, "contradicted", "at most 240"),
        (None, 300, True, "not excluded", "less than 300"),
    ],
)
def test_a_bound_with_an_open_end_is_judged_and_told_as_one(low, high, exclusive, expected, said):
    verdict = claims.judge(claim(OVER, "bound"), estimate(None, low, high, exclusive=exclusive))
    assert verdict.word == expected
    assert said in verdict.computed_text
    content = json.loads(json.dumps(verdict.to_dict(), allow_nan=False))
    assert (content["computed_low"], content["computed_high"]) == (low, high)


def test_a_difference_in_points_has_its_sign():
    falling = claim(Printed(direction="down", unit="%", precision=0.1), "direction")
    assert claims.judge(falling, estimate(2.2, unit="points")).computed_text == "+2.20\u00a0points"


def parts_reading(*stands: bool | None) -> Reading:
    alternative = Alternative(f"as-{stands}", "same", "Another", "Fair.", {})
    found = [Finding(part.id, s, "seen") for part, s in zip(PARTS, stands, strict=True)]
    return Reading(alternative, findings=tuple(found))


def test_a_bundle_says_how_many_of_its_parts_stand():
    found = [Finding("who", True, "seen"), Finding("when", None, "not found")]
    assert (
        claims.judge(claim(Printed(), "text", parts=PARTS), findings=found).computed_text == "1 of 2 parts stand"
    )


def test_what_was_found_on_parts_and_causes_is_told_in_the_registers_words():
    text = claims.judge(
        claim(Printed(), "text", parts=PARTS),
        findings=[Finding("who", True, "seen", "two"), Finding("when", None, "")],
        readings=[parts_reading(True, False)],
    ).to_dict()
    assert [part["text"] for part in text["parts"]] == ["who did it", "when it was done"]
    assert text["alternatives"][0]["computed_text"] == "1 of 2 parts stand (who: stands; when: does not stand)"
    cause = claims.judge(
        claim(Printed(effect="exports rose", because="masks were sold"), "cause"),
        findings=[Finding("effect", True, "they did"), Finding("premise", None, "")],
    )
    assert [part["text"] for part in cause.to_dict()["parts"]] == ["exports rose", "masks were sold"]
    assert (cause.computed_text, cause.to_dict()["printed_text"]) == ("", "a cause")


def test_a_reading_in_words_is_told():
    words = Reading(Alternative("words", "same", "Another", "Fair.", {}), told="in words: as a plan")
    verdict = claims.judge(claim(), estimate(33.0), readings=[words, reading(33.2)])
    first = verdict.to_dict()["alternatives"][0]
    assert (first["computed"], first["computed_low"], first["computed_text"]) == (
        None,
        None,
        "in words: as a plan",
    )


@pytest.mark.parametrize(
    ("unit", "low", "high", "changes", "words"),
    [
        ("%", -50, None, {"near": True, "recomputed": False}, "a fall of a little less than 50 %"),
        ("%", -50, None, {"exclusive": True, "recomputed": False}, "a fall of less than 50 %"),
        ("%", -50, None, {}, "a fall of at most 50.0 %"),
        ("%", None, -50, {}, "a fall of at least 50.0 %"),
        ("%", None, -50, {"exclusive": True}, "a fall of more than 50.0 %"),
        ("%", 50, None, {"exclusive": True}, "more than +50.0 %"),
        ("%", None, 50, {"near": True}, "a little less than +50.0 %"),
        ("count", -3, None, {}, "at least −3 count"),
    ],
)
def test_an_open_bound_is_told_so_that_a_fall_is_not_misread(unit, low, high, changes, words):
    told = claims.text_of(Printed(unit=unit, precision=1), estimate(None, low, high, **changes))
    assert told.replace("\N{NO-BREAK SPACE}", " ") == words


def test_a_list_of_which_nothing_is_known_shows_no_count():
    subject = claim(kind="text", printed=Printed(), parts=(Part("a", "one"), Part("b", "two")))
    unknown, known = Finding("a", None, "."), Finding("b", True, ".")
    assert claims.judge(subject, findings=[unknown, Finding("b", None, ".")]).computed_text == ""
    assert claims.judge(subject, findings=[unknown, known]).computed_text == "1 of 2 parts stand"


def test_points_carry_their_sign_as_per_cent_do():
    estimate = claims.Estimate(2.5, "primary", "", "", unit="points")
    assert claims.text_of(claims.Printed(unit="%"), estimate) == "+2.5\N{NO-BREAK SPACE}points"


def test_a_difference_carries_both_ranges_and_the_weaker_grade():
    press = dataclasses.replace(estimate(3.0, 2.5, 3.5, unit="%"), grade="press", sentence="Other.")
    found = estimate(10.0, 9.0, 12.0, unit="%").less(press, "Less the other.")
    assert (found.value, found.low, found.high) == (7.0, 5.5, 9.5)
    assert (found.unit, found.grade, found.sentence) == ("points", "press", "So. Less the other.")
    opened = estimate(None, 9.0, unit="cases").less(estimate(2.0, unit="cases"), "Less two.")
    assert (opened.value, opened.range, opened.unit) == (None, (7.0, float("inf")), "cases")


def test_what_is_in_unlike_units_is_not_subtracted():
    with pytest.raises(ClaimError, match="% less cases is nothing"):
        estimate(1.0, unit="%").less(estimate(1.0, unit="cases"), "Less that.")


def test_bounds_alone_are_no_number():
    assert estimate(1.0).number == 1.0
    with pytest.raises(NoFigureError, match=r"only bound this: So\."):
        _ = estimate(None, 1.0, 2.0).number
