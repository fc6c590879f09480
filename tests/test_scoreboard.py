import json
import re

import pytest

from onewaytrade import claims, fmt, readme, scoreboard
from onewaytrade.errors import ClaimError, ParameterError, ProjectError


@pytest.fixture(scope="module")
def found(judged_afresh):
    return judged_afresh


def test_the_counts_of_the_sentences_add_up(found):
    counts, steady = (
        [int(word) for word in re.findall(r"\b\d+\b", re.sub(r"\(.*?\)", "", sentence))]
        for sentence in scoreboard.findings(found)[:2]
    )
    assert counts[0] == sum(counts[1:]) == len(found)
    assert steady[0] == sum(steady[1:]) == counts[1]
    assert scoreboard.findings(found)[2].count("“") == sum(
        verdict["verdict"] in {"not reproduced", "contradicted"} for verdict in found
    )


def test_what_a_reader_must_know_too_is_told_beside(found):
    verdict = next(v for v in found if v["claim"] == "resistance-grows")
    told = next(a for a in verdict["alternatives"] if a["id"] == verdict["telling"])
    assert told["computed_text"] in scoreboard.bullets([verdict])
    for verdict in found:
        assert not verdict["telling"] or verdict["telling"] in {a["id"] for a in verdict["alternatives"]}


def test_every_claim_stands_in_exactly_one_group(found):
    members = [verdict["claim"] for own in scoreboard.groups(found).values() for verdict in own]
    assert sorted(members) == sorted(verdict["claim"] for verdict in found)


def test_a_claim_is_right_on_one_reading_only_where_others_disagree(found):
    groups = {v["claim"]: heading for heading, own in scoreboard.groups(found).items() for v in own}
    for verdict in found:
        right, robustness = verdict["verdict"] in {"reproduced", "close"}, verdict["robustness"]
        assert groups[verdict["claim"]].startswith("Right, and steady") is (right and robustness == "robust")
        on_one = right and robustness in {"fragile", "alone"}
        assert groups[verdict["claim"]].startswith("Right on the article’s definition") is on_one


def test_every_bullet_says_where_the_claim_stands_and_why(found):
    lines = scoreboard.bullets(found, "notebooks/").splitlines()
    assert len(lines) == len(found)
    for line, verdict in zip(lines, found, strict=True):
        assert f"[{verdict['label']}](notebooks/{verdict['notebook']}.ipynb#{verdict['claim']})" in line
        assert (f"paragraph {verdict['paragraph']}" if verdict["paragraph"] else "the headline") in line
        assert verdict["reason"] in line
        if verdict["printed"] is not None:
            assert f"printed {verdict['printed_text']}" in line


def test_the_range_over_all_definitions_of_the_question_stands_beside_the_verdict(found):
    number = next(v for v in found if v["claim"] == "cpb-exports-33")
    low, high = number["range"]
    told = f"{fmt.number(low, 1, sign=True)} to {fmt.number(high, 1, sign=True)}\u00a0%"
    others = number["definitions"]["voting"]
    assert low <= number["computed"] <= high
    assert f"Over all definitions of the same question: {told}; 0 of {others} others agree." in scoreboard.bullets(
        [number]
    )
    row = scoreboard.table([number]).iloc[0]
    assert (row["Other definitions"], row["Range"]) == (f"alone, 0 of {others}", told)


def test_an_open_range_is_said_to_be_open_and_a_single_definition_has_none(found):
    number = next(v for v in found if v["claim"] == "cpb-exports-33")
    assert scoreboard.span({**number, "range": [248.0, None], "unit": "cases"}) == "at least 248\u00a0cases"
    single = {**number, "share_agreeing": None, "definitions": {**number["definitions"], "same": 1}}
    assert (scoreboard.span(single), scoreboard.agreeing(single)) == ("", "")
    assert "Over all definitions" not in scoreboard.bullets([single])


def test_a_verdict_of_a_run_with_other_parameters_is_not_one_on_the_article(found):
    changed = [dict(verdict) for verdict in found]
    changed[0]["variant"] = "This run departs from the article: region Japan instead of China."
    assert scoreboard.findings(changed)[0].startswith(f"Of the {len(found) - 1} claims judged here,")
    departing = "Asked with other parameters than the article’s, and so no verdict on it"
    assert scoreboard.groups(changed)[departing] == changed[:1]


def test_the_markdown_table_has_every_claim_in_the_order_of_the_article(found):
    text = scoreboard.markdown(found)
    rows = [line for line in text.splitlines() if line.startswith("| [")]
    assert [row.split("](")[0].removeprefix("| [") for row in rows] == [verdict["label"] for verdict in found]
    assert len({row.count("|") for row in rows}) == 1


def test_the_article_is_named_with_publisher_and_month():
    said = scoreboard.article()
    assert said.startswith("The article: “Imports growth stagnates")
    assert said.endswith("Red Censor (redcensor.com), June 2025.")


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


def test_the_picture_groups_every_printed_number_and_counts_them(found):
    printed = [verdict for verdict in found if verdict["printed"] is not None]
    table = scoreboard.numbers(found)
    assert len(table) == len(printed)
    assert "Others" not in set(table["group"])
    assert not table.duplicated(["group", "label"]).any()
    assert len(table["group"].drop_duplicates()) == (table["group"] != table["group"].shift()).sum()
    by_verdict = scoreboard.numbers(scoreboard.ordered(found, "verdict"), "verdict")
    assert list(by_verdict["group"].str.lower()) == list(by_verdict["verdict"])
    total, *parts = map(int, re.findall(r"\b\d+\b", scoreboard.headline(found)))
    assert total == sum(parts) == len(printed)
