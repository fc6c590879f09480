import pytest

from onewaytrade import claims, datasets, definitions
from onewaytrade.errors import ClaimError


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
        if reading.findings:
            assert reading.findings != verdict.findings, reading.alternative.id
        if reading.estimate and claim.kind != "cause":
            assert reading.estimate != verdict.estimate, reading.alternative.id


def test_pinned_stands_for_the_claims_own_edition():
    claim = claims.get("cpb-exports-33")
    assert definitions.choices_of(claim, edition="pinned")["edition"] == claim.pins["cpb"]
    assert definitions.choices_of(claim, edition="2025-01")["edition"] == "2025-01"


def test_a_run_that_departs_from_the_article_says_how():
    verdict = definitions.judge("cpb-exports-33", region="Japan")
    assert verdict.variant == "This run departs from the article: region Japan instead of China."
    assert definitions.judge("cpb-exports-33", region="China").variant is None


def test_an_unknown_method_is_named():
    with pytest.raises(ClaimError, match="'guess' is unknown; there are cpb-growth"):
        definitions.evaluate({"method": "guess"})
