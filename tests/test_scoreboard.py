import json

import pytest

from onewaytrade import claims, readme, scoreboard
from onewaytrade.errors import ClaimError, ParameterError, ProjectError


@pytest.fixture(scope="module")
def found():
    return scoreboard.judged()


def test_the_counts_of_the_first_sentence_add_up(found):
    counts = [int(word) for word in scoreboard.findings(found)[0].split() if word.isdigit()]
    assert counts[0] == sum(counts[1:]) == len(found)


def test_every_claim_stands_in_exactly_one_group(found):
    text = " ".join(scoreboard.groups(found).values())
    for verdict in found:
        assert text.count(f"{verdict['label']} (") == 1


def test_a_verdict_of_a_run_with_other_parameters_is_not_one_on_the_article(found):
    changed = [dict(verdict) for verdict in found]
    changed[0]["variant"] = "This run departs from the article: region Japan instead of China."
    assert scoreboard.findings(changed)[0].startswith(f"Of the {len(found) - 1} claims judged here,")
    assert scoreboard.groups(changed)["Asked with other parameters than the article’s, and so no verdict on it"]


def test_by_verdict_the_strongest_come_first(found):
    words = [verdict["verdict"] for verdict in scoreboard.ordered(found, "verdict")]
    assert words == sorted(words, key=list(claims.REPLICATION).index)
    assert scoreboard.ordered(found, "article") == found


def test_the_verdicts_of_a_run_are_read_from_its_file(tmp_path, monkeypatch, found):
    place = tmp_path / "verdicts.json"
    place.write_text(json.dumps(found[:1]), encoding="utf-8")
    monkeypatch.setenv(scoreboard.VARIABLE, str(place))
    assert [verdict["claim"] for verdict in scoreboard.verdicts()] == [found[0]["claim"]]


@pytest.mark.parametrize("text", ["{", '{"claim": 1}', "[1]", '[{"claim": 1}]'])
def test_a_file_that_holds_no_verdicts_is_refused(tmp_path, text):
    place = tmp_path / "verdicts.json"
    place.write_text(text, encoding="utf-8")
    with pytest.raises(ClaimError, match="run the notebooks again"):
        scoreboard.read(place)


def test_the_readme_keeps_what_stands_around_its_table(found):
    text = f"Before\n{readme.BEGIN}\nstale words\n{readme.END}\nAfter\n"
    fresh = readme.render(text, found)
    assert fresh.startswith("Before\n")
    assert fresh.endswith("After\n")
    assert "stale words" not in fresh
    assert readme.render(fresh, found) == fresh


def test_a_readme_without_its_marks_is_refused(found):
    with pytest.raises(ProjectError, match="needs the lines"):
        readme.render("nothing", found)


def test_an_unknown_order_is_refused():
    with pytest.raises(ParameterError, match="ordered by 'article' or 'verdict'"):
        scoreboard.check_parameters({"order": "size"})
