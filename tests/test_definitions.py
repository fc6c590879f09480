import re

import pytest

from onewaytrade import choices, claims, datasets, definitions
from onewaytrade.errors import ClaimError, ParameterError


def judged():
    return [claim for claim in claims.register().values() if definitions.can_judge(claim)]


def test_claims_and_data_are_pinned_to_the_same_editions():
    for claim in claims.register().values():
        for name, edition in claim.pins.items():
            assert datasets.resolve(name, "pinned") == edition, f"{claim.id}: {name}"


@pytest.mark.parametrize("claim", judged(), ids=lambda claim: claim.id)
def test_every_alternative_gives_a_figure_findings_or_words(claim):
    found = definitions.readings(claim)
    assert [reading.alternative.id for reading in found] == [a.id for a in claim.alternatives]
    for reading in found:
        assert sum(map(bool, (reading.estimate, reading.findings, reading.told))) == 1, reading.alternative.id


@pytest.mark.parametrize("claim", judged(), ids=lambda claim: claim.id)
def test_every_alternative_is_another_definition(claim):
    verdict = definitions.judge(claim.id)
    for reading in verdict.readings:
        if reading.estimate and claim.kind != "cause":
            assert reading.estimate != verdict.estimate, reading.alternative.id


def test_pinned_stands_for_the_claims_own_edition():
    claim = claims.get("cpb-exports-33")
    assert definitions.choices_of(claim, edition="pinned")["edition"] == claim.pins["cpb"]
    assert definitions.choices_of(claim, edition="2025-01")["edition"] == "2025-01"


def test_what_has_a_method_of_its_own_is_pinned_by_its_claim():
    headline = definitions.choices_of(claims.get("headline-surge-stagnation"))["parts"]
    assert headline["imports"]["edition"] == headline["exports"]["edition"] == "2026-01"
    assert definitions.choices_of(claims.get("cause-policies-resistance"))["premise"]["edition"] == "2026-01"
    inherits = definitions.choices_of(claims.get("imports-slowdown-contrast"), edition="2025-01")
    assert inherits["edition"] == "2025-01"
    assert not any("edition" in part for part in inherits["parts"].values()), "a run's edition reaches its parts"


def test_pinned_and_latest_are_understood_in_parts_too():
    claim = claims.get("headline-surge-stagnation")
    pinned = definitions.choices_of(claim, parts={"imports": {"edition": "pinned"}})
    assert pinned == definitions.choices_of(claim)
    latest = definitions.choices_of(claim, parts={"imports": {"edition": "latest"}})
    assert latest["parts"]["imports"]["edition"] == datasets.editions("cpb")[-1]


def test_a_run_that_departs_from_the_article_says_how():
    verdict = definitions.judge("cpb-exports-33", region="Japan")
    assert verdict.variant == "This run departs from the article: region Japan instead of China."
    assert definitions.judge("cpb-exports-33", region="China").variant is None


def test_an_estimate_of_the_articles_own_time_has_no_vote_on_another():
    article = definitions.judge("resistance-grows")
    moved = definitions.judge("resistance-grows", count="half-years", since="2024")
    assert (article.robustness, moved.word, moved.robustness) == ("robust", "contradicted", None)
    assert any("start" in reading.alternative.choices for reading in article.readings)
    assert not any(
        reading.alternative.asks == "same" and "start" in reading.alternative.choices for reading in moved.readings
    )


def test_a_label_that_names_the_articles_years_is_told_anew_in_another_time():
    article, moved = (definitions.judge("us-imports-36", **run) for run in ({}, {"end": "2026-01"}))
    assert any("calendar 2022" in reading.alternative.label for reading in article.readings)
    labels = [reading.alternative.label for reading in moved.readings]
    assert not any("March 2025" in label for label in labels)
    assert any("to January 2026, the mean of the twelve months" in label for label in labels)


@pytest.mark.parametrize(
    ("notebook", "values", "sentence"),
    [
        ("08-trade-remedies", {"count": "all cases", "since": 2023}, "-r since 2023"),
        ("03-import-comparison", {"edition": None}, "edition=None must be a text"),
        ("09-procurement", {"year": "2022", "about": "10"}, "about='10' must be a whole number"),
        ("09-procurement", {"year": "2022", "about": True}, "about=True must be a whole number"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_in_a_sentence(notebook, values, sentence):
    with pytest.raises(ParameterError, match=re.escape(sentence)):
        definitions.check_parameters(notebook, values)


def test_an_unknown_method_is_named():
    with pytest.raises(ClaimError, match="'guess' is unknown; there are cpb-growth"):
        definitions.evaluate({"method": "guess"})


def test_words_for_one_row_are_not_told_of_another():
    own = {"parts": {"a": {"method": "series-value", "measure": "sales", "period": "2024", "named": "Its sales"}}}
    same = choices.laid_over(own, {"parts": {"a": {"period": "2023"}}})
    other = choices.laid_over(own, {"parts": {"a": {"measure": "share"}}})
    assert same["parts"]["a"]["named"] == "Its sales"
    assert "named" not in other["parts"]["a"]


def test_the_choices_of_parts_are_laid_over_one_by_one():
    claim = claims.get("headline-surge-stagnation")
    changed = definitions.choices_of(claim, parts={"imports": {"average": "year"}})
    article = definitions.choices_of(claim)
    assert changed["parts"]["imports"] == {**article["parts"]["imports"], "average": "year"}
    assert changed["parts"]["exports"] == article["parts"]["exports"]
    assert "average" not in claim.definition.choices["parts"]["imports"], "the register itself stays as it is"


def test_a_run_says_which_part_departs():
    verdict = definitions.judge("headline-surge-stagnation", parts={"imports": {"average": "year"}})
    departs = "parts imports average year instead of the default"
    assert verdict.variant == f"This run departs from the article: {departs}."
    assert definitions.judge("headline-surge-stagnation").variant is None


def test_each_part_is_judged_by_its_own_choices():
    verdict = definitions.judge("headline-surge-stagnation")
    found = {finding.part: finding for finding in verdict.findings}
    imports, exports = (definitions.judge(f"cpb-{name}").estimate for name in ("imports-0", "exports-33"))
    assert (found["imports"].stands, found["exports"].stands) == (False, True)
    assert f"{imports.value:.1f}" in found["imports"].computed
    assert f"{exports.value:.1f}" in found["exports"].computed


def test_a_cause_is_judged_by_its_premise_alone():
    known = definitions.judge("property-slump-commodities")
    assert [finding.part for finding in known.findings] == ["effect", "premise"]
    assert known.word == "cause not testable here"
    turned = definitions.judge("property-slump-commodities", premise={"direction": "up"})
    assert turned.word == "contradicted"


def test_what_nothing_at_hand_can_tell_is_unknown_and_not_false():
    verdict = definitions.judge("london-framework")
    assert {finding.stands for finding in verdict.findings} == {None}
    assert verdict.word == "cannot be checked with open data"
    assert claims.get("london-framework").would_settle in verdict.reason
    assert all(reading.told.startswith("in words: ") for reading in verdict.readings)


def test_a_part_that_nothing_tells_may_say_why():
    claim = claims.get("document-551-ratios")
    why = claim.definition.choices["parts"]["binding"]["told"]
    found = {finding.part: finding for finding in definitions.judge(claim.id).findings}["binding"]
    assert (found.stands, found.note) == (None, why)


def test_the_gap_of_two_flows_is_their_difference():
    volume = {"method": "cpb-growth", "region": "China", "measure": "volume", "start": "2022-12", "end": "2025-03"}
    exports, imports = (definitions.evaluate({**volume, "flow": flow}) for flow in ("exports", "imports"))
    gap = definitions.evaluate({**volume, "flow": "exports", "minus_flow": "imports"})
    assert gap.value == pytest.approx(exports.value - imports.value)
    assert gap.unit == "points"
