import dataclasses
import functools
import itertools
import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onewaytrade import choices, claims, definitions, fmt, grids
from onewaytrade.claims import Claim, Definition, Dimension, Estimate, Exclusion, Option, Part, Printed
from onewaytrade.errors import ClaimError, NoFigureError

GRIDDED = [claim for claim in claims.register().values() if claim.dimensions]
SINGLE = [claim for claim in GRIDDED if not claim.parts or claim.printed.value is not None]
each_claim = pytest.mark.parametrize("claim", GRIDDED, ids=lambda claim: claim.id)
each_single = pytest.mark.parametrize("claim", SINGLE, ids=lambda claim: claim.id)
MANY = 60


# A claim of our own, whose "data" are a base and what each option adds to it


def dimension(name: str, kind: str, *adds: float, neutral: int = 0, updates: int = 0) -> Dimension:
    options = [
        Option(
            f"o{at}",
            f"option {at}",
            "Fair.",
            {name: add} if at else {},
            neutral=bool(at and at == neutral),
            update=at >= len(adds) - updates,
        )
        for at, add in enumerate(adds)
    ]
    return Dimension(name, name.capitalize(), kind, tuple(options))


def own_claim(*dimensions: Dimension, printed: Printed | None = None, **changes) -> Claim:
    plain = Claim(
        id="a-claim", label="A claim", kind="number", notebook="01-a-notebook", paragraph=1, paraphrase="Grew.",
        printed=printed or Printed(value=10, unit="%"), measured="", window="", stated=(), pins={},
        definition=Definition("One.", "It fits.", {"method": "sum"}), alternatives=(), evidence=(),
        dimensions=dimensions,
    )  # fmt: skip
    return dataclasses.replace(plain, **changes)


@pytest.fixture
def added(monkeypatch):
    """Let the method of `own_claim` add up its choices to ten; 99 stands for what is not at hand."""

    def one(asked):
        numbers = [value for value in asked.values() if isinstance(value, int | float)]
        if 99 in numbers:
            return NoFigureError("The table ends before.")
        return Estimate(10.0 + sum(numbers), "primary", "data 1", f"The sum of {numbers}.", unit="%")

    monkeypatch.setattr(grids, "evaluate_many", lambda many: [one(asked) for asked in many])
    monkeypatch.setattr(grids, "is_computed", lambda asked: asked.get("method") == "sum")


@pytest.mark.usefixtures("added")
def test_a_grid_is_the_product_less_what_makes_no_sense_and_what_is_not_at_hand():
    subject = own_claim(
        dimension("averaging", "measurement", 0, 1, 2),
        dimension("edition", "measurement", 0, 5, 99),
        excluded=(Exclusion({"averaging": ("o1", "o2"), "edition": ("o1",)}, "They do not fit."),),
    )
    found = grids.grid(subject)
    assert sorted(zip(found.frame["averaging"], found.frame["edition"], found.frame["value"], strict=True)) == [
        ("o0", "o0", 10.0), ("o0", "o1", 15.0), ("o1", "o0", 11.0), ("o2", "o0", 12.0),
    ]  # fmt: skip
    assert found.left_out.groupby(["kind", "why"]).size().to_dict() == {
        ("excluded", "They do not fit."): 2,
        ("missing", "The table ends before."): 3,
    }


@pytest.mark.usefixtures("added")
def test_another_question_has_a_panel_of_its_own_and_no_vote():
    votes = dimension("averaging", "measurement", 0, 0.2, 0.3)
    alone = grids.spread(grids.grid(own_claim(votes)))
    found = grids.grid(own_claim(votes, dimension("measure", "question", 0, -60)))
    beside = grids.spread(found)
    assert list(found.frame["panel"].unique()) == ["The article’s question", "Another measure"]
    assert (beside.word, beside.share_agreeing, beside.low, beside.high) == ("robust", 1.0, 10.0, 10.3)
    assert (alone.word, alone.share_agreeing, alone.others, beside.others) == ("robust", 1.0, 0, 3)


@pytest.mark.usefixtures("added")
def test_what_ends_after_the_article_counts_for_nothing():
    found = grids.grid(own_claim(dimension("end", "question", 0, 1, 70, updates=1)))
    spread = grids.spread(found)
    assert (spread.same, spread.others, spread.updates) == (1, 1, 1)
    assert found.frame.loc[found.frame["update"], "panel"].tolist() == ["After the article"]
    assert grids.sensitivity(found)["moves"].tolist() == [1.0], "the update is not compared"


@pytest.mark.usefixtures("added")
def test_a_print_outside_every_definition_stands_alone():
    spread = grids.spread(
        grids.grid(own_claim(dimension("averaging", "measurement", 0, 5, 6), printed=Printed(40, "%")))
    )
    assert (spread.word, spread.share_agreeing, spread.breaks) == ("alone", 0.0, ())
    assert spread.reason.startswith(
        "Neither of the 2 other definitions of the same question rounds to the printed"
    )


@pytest.mark.usefixtures("added")
def test_the_sign_is_asked_of_every_definition_of_the_question():
    spread = grids.spread(grids.grid(own_claim(dimension("averaging", "measurement", 0, 0.1, -30))))
    assert (spread.word, spread.share_same_sign) == ("fragile", 0.5)
    assert "1 of 2 keeps its sign; together they give −20.0 % to +10.1 %" in spread.reason.replace("\u00a0", " ")


@pytest.mark.usefixtures("added")
def test_what_moves_the_answer_is_measured_on_pairs_that_differ_in_one_thing():
    found = grids.grid(
        own_claim(dimension("averaging", "measurement", 0, 1, 3), dimension("edition", "measurement", 0, 10))
    )
    table = grids.sensitivity(found).set_index("dimension")
    assert table.loc["averaging", ["pairs", "moves"]].tolist() == [6, pytest.approx((1 + 2 + 3) / 3)]
    assert table.loc["edition", ["pairs", "moves", "flips"]].tolist() == [3, 10.0, pytest.approx(1 / 3)]
    spread = grids.spread(found)
    assert (spread.moved_by, spread.moves) == ("Edition", 10.0)
    assert [text.replace("\u00a0", " ") for text in spread.breaks] == [
        "edition: option 1 (+20.0 %)", "averaging: option 1 (+11.0 %)", "averaging: option 2 (+13.0 %)",
    ]  # fmt: skip


# What the data only bound


def bounded(monkeypatch, printed: Printed, *answers: Estimate, **changes) -> grids.Grid:
    """Return a grid of a claim whose definitions have these answers, in the order of its one dimension."""
    monkeypatch.setattr(grids, "evaluate_many", lambda _: list(answers))
    monkeypatch.setattr(grids, "is_computed", lambda _: True)
    subject = own_claim(dimension("source", "measurement", *range(len(answers))), printed=printed, **changes)
    return grids.grid(subject)


def ends(low: float | None, high: float | None, **changes) -> Estimate:
    return Estimate(None, "press", "data 1", f"From {low} to {high}.", low, high, unit="%", **changes)


def test_bounds_move_the_answer_by_the_least_that_they_leave(monkeypatch):
    found = bounded(monkeypatch, Printed(10, "%"), ends(0, 10), ends(30, 40), ends(35, None))
    # Between the first and each other lie 20 and 25; the others overlap.
    assert grids.sensitivity(found)["moves"].tolist() == [pytest.approx((20 + 25 + 0) / 3)]


def test_a_bound_that_stands_can_be_agreed_with_and_one_that_does_not_cannot(monkeypatch):
    over = Printed(48, "%", side="over")
    stands = bounded(monkeypatch, over, ends(48, None, exclusive=True), ends(49, None), kind="bound")
    assert grids.spread(stands).word == "robust"
    open_still = bounded(monkeypatch, over, ends(47, None), ends(49, None), kind="bound")
    assert grids.spread(open_still).word is None
    assert grids.spread(open_still).reason == (
        "Whether the article’s definition agrees is open; the one other does."
    )


def test_the_ends_of_a_grid_are_told_by_bounds_too_where_they_are_known(monkeypatch):
    found = bounded(
        monkeypatch, Printed(10, "%"), Estimate(10.0, "press", "data 1", "Ten."), ends(20, 60), ends(5, None)
    )
    roles = dict(zip(grids.telling(found)["source"], grids.telling(found)["role"], strict=True))
    assert "lowest of its question" in roles["o2"]
    assert "farthest if only this changes: source" in roles["o1"], (
        "20 to 60 lies ten from ten, 5 and more may be ten"
    )
    assert not any("highest" in role for role in roles.values()), "one end is open, so the highest is not known"


@pytest.mark.parametrize(("near", "expected"), [(True, "robust"), (False, None)])
def test_almost_a_number_rounds_as_that_number_does(monkeypatch, near, expected):
    about = Printed(-50, "%", precision=10)
    said = Estimate(-50.0, "press", "data 1", "About half.", unit="%")
    assert grids.spread(bounded(monkeypatch, about, said, ends(-50, None, near=near))).word == expected


@pytest.mark.parametrize(
    ("low", "high", "voting", "agreeing"),
    [
        (9.6, 10.4, 1, 1),  # all of it rounds to ten
        (9.4, 10.4, 0, 0),  # some of it does: neither for nor against
        (10.6, 11.4, 1, 0),
        (8.0, None, 0, 0),
    ],
)
def test_what_only_leaves_room_for_the_print_has_no_vote(monkeypatch, low, high, voting, agreeing):
    own = Estimate(10.0, "primary", "data 1", "Ten.", unit="%")
    spread = grids.spread(bounded(monkeypatch, Printed(10, "%"), own, ends(low, high)))
    assert (spread.same, spread.voting, spread.agreeing) == (2, voting, agreeing)
    assert ("leaves room for the printed figure" in spread.reason) is (voting == 0)


@pytest.mark.usefixtures("added")
def test_a_copy_of_the_print_is_shown_without_a_vote():
    same, copy, other = (
        Option(f"o{at}", f"option {at}", "Fair.", {"source": at} if at else {}) for at in range(3)
    )
    sources = Dimension("source", "Source", "measurement", (same, dataclasses.replace(copy, copy=True), other))
    found = grids.grid(own_claim(sources, printed=Printed(11, "%")))
    assert found.frame["agrees"].tolist() == [False, True, False]
    spread = grids.spread(found)
    assert (spread.word, spread.same, spread.voting, spread.agreeing) == ("alone", 3, 1, 0)
    assert spread.reason.endswith("Without a vote: 1 only tells the printed figure again.")


@pytest.mark.usefixtures("added")
def test_figures_of_unlike_size_vote_but_have_no_common_range():
    measure = dataclasses.replace(dimension("measure", "open", 0, 300), unlike=True)
    undetermined = Definition("One.", "It fits.", {"method": "sum"}, undetermined=True)
    rising = Printed(direction="up", unit="%")
    subject = own_claim(
        measure,
        dimension("averaging", "measurement", 0, 2),
        printed=rising,
        kind="direction",
        definition=undetermined,
    )
    spread = grids.spread(grids.grid(subject))
    assert (spread.same, spread.agreeing, spread.low, spread.high) == (4, 3, 10.0, 12.0)


@pytest.mark.usefixtures("added")
def test_shares_are_counted_by_option():
    found = grids.grid(
        own_claim(dimension("averaging", "measurement", 0, 1), dimension("edition", "measurement", 0, 0.2, 9))
    )
    table = grids.shares(found).set_index(["dimension", "option"])["share"].to_dict()
    assert table["averaging", "option 0"] == pytest.approx(2 / 3)
    assert table["averaging", "option 1"] == 0.0
    assert table["edition", "option 2"] == 0.0


@pytest.mark.usefixtures("added")
def test_the_most_telling_definitions_hold_the_articles_and_the_neutral_and_are_ten_at_most():
    found = grids.grid(
        own_claim(
            dimension("averaging", "measurement", 0, 1, 2, 3, 4, 5, neutral=4),
            dimension("start", "question", 0, 10, 20, 30),
        )
    )
    telling = grids.telling(found)
    assert len(telling) == 10 or len(telling) < len(found.frame)
    assert telling["value"].is_monotonic_increasing
    assert telling.loc[telling["article"], "role"].item().startswith("the article’s")
    assert telling.loc[telling["neutral"], "value"].tolist() == [14.0]
    assert telling["value"].iloc[-1] == found.frame["value"].max() == 45.0


@pytest.mark.usefixtures("added")
def test_a_grid_of_a_few_is_told_whole():
    found = grids.grid(own_claim(dimension("averaging", "measurement", *range(9))))
    telling = grids.telling(found)
    assert telling["value"].tolist() == found.frame["value"].sort_values().tolist()
    assert "" in set(telling["role"]), "some tell nothing by themselves"


@pytest.mark.usefixtures("added")
def test_the_table_of_all_definitions_has_a_column_for_each_dimension_and_no_hole():
    first = grids.grid(own_claim(dimension("averaging", "measurement", 0, 1)))
    other = grids.grid(own_claim(dimension("edition", "measurement", 0, 2), id="another"))
    table = grids.table([first, other])
    assert table["claim"].tolist() == ["a-claim", "a-claim", "another", "another"]
    assert table["edition"].tolist() == ["", "", "o0", "o1"]
    assert table["computed"].tolist() == [10.0, 11.0, 10.0, 12.0]
    assert table["article"].tolist() == [True, False, True, False]


@pytest.mark.usefixtures("added")
def test_an_edition_that_repeats_the_past_is_no_definition_of_its_own():
    older = Option("older", "2024-01", "Fair.", {"edition": "2024-01"})
    edition = Dimension("edition", "Edition", "measurement", (Option("newest", "2026-01"), older))
    differs = Option("differs", "2023-06", "Fair.", {"edition": 0.25})
    revised = dataclasses.replace(edition, options=(*edition.options, differs))
    found = grids.grid(own_claim(dimension("averaging", "measurement", 0, 1), revised))
    assert sorted(found.frame["value"]) == [10.0, 10.25, 11.0, 11.25]
    assert set(found.frame["edition"]) == {"newest", "differs"}
    assert found.left_out.groupby(["kind", "why"]).size().to_dict() == {
        ("repeated", "Edition 2024-01 repeats the past of 2026-01 to the last digit."): 2
    }
    assert (grids.spread(found).same, grids.spread(found).repeated) == (4, 2)
    assert "Left out: 2 repeated." in grids.notes(found)
    assert grids.reasons(found) == ["2: Edition 2024-01 repeats the past of 2026-01 to the last digit."]
    assert "older" not in set(grids.table([found])["edition"])


@pytest.mark.usefixtures("added")
def test_what_moves_the_answer_within_its_question_stands_apart_from_other_questions():
    found = grids.grid(
        own_claim(dimension("averaging", "measurement", 0, 1), dimension("measure", "question", 0, 50))
    )
    spread = grids.spread(found)
    assert (spread.moved_by, spread.moves, spread.asked_by) == ("Averaging", 1.0, "Measure")
    only = grids.spread(grids.grid(own_claim(dimension("measure", "question", 0, 50)))).to_dict()
    assert (only["most_sensitive_to"], only["most_sensitive_question"]) == (None, "Measure")


def test_of_a_direction_the_answer_moves_also_from_one_unit_to_another(monkeypatch):
    rise, fall = (
        Estimate(value, "primary", "data 1", "So.", unit=unit) for value, unit in ((5, "%"), (-2, "points"))
    )
    found = bounded(monkeypatch, Printed(direction="up", unit="%"), rise, fall, kind="direction")
    assert grids.sensitivity(found)[["pairs", "moves", "flips"]].to_numpy().tolist() == [[1, 1.0, 1.0]]
    assert any("share of answers that change): source 100" in note for note in grids.notes(found))
    number = bounded(monkeypatch, Printed(5, "%"), rise, fall)
    assert grids.sensitivity(number).empty, "per cent and points have no distance"


def test_bounds_that_hold_all_others_are_told_once(monkeypatch):
    found = bounded(
        monkeypatch, Printed(10, "%"), Estimate(10.0, "press", "data 1", "Ten."), ends(5, 60), ends(8, 9)
    )
    roles = dict(zip(grids.telling(found)["source"], grids.telling(found)["role"], strict=True))
    assert roles["o1"] == "the widest bounds of its question and the widest bounds of all"
    assert not any("lowest" in role or "highest" in role for role in roles.values())


@pytest.mark.usefixtures("added")
def test_one_end_of_all_is_told_and_what_came_after_only_where_there_is_nothing_else():
    wide = dimension("start", "question", 0, *range(-9, 30, 3), 90, updates=1)
    roles = grids.telling(grids.grid(own_claim(dimension("averaging", "measurement", 0, 2), wide)))["role"]
    assert roles.str.contains("of all").sum() == 1
    assert not roles.str.contains("after").any()
    later = grids.telling(grids.grid(own_claim(dimension("end", "question", 0, 1, 2, updates=2))))["role"]
    assert list(later) == ["the article’s and neutral", "lowest after the article", "highest after the article"]


@pytest.mark.usefixtures("added")
def test_what_neutral_means_is_told_where_a_neutral_definition_is_shown():
    plain = own_claim(dimension("averaging", "measurement", 0, 1))
    assert grids.notes(grids.grid(plain))[0].startswith("Neutral: the last twelve months")
    without = grids.notes(grids.grid(dataclasses.replace(plain, neutral=False)))
    assert not any("eutral" in note for note in without)


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize(
    ("add", "told"),
    [(5, "+10 to +15 %"), (0.3, "+10.0 to +10.3 %"), (0.004, "+10.000 to +10.004 %"), (1e-13, "+10.0 %")],
)
def test_a_range_has_as_many_decimals_as_tell_its_ends_apart(add, told):
    found = grids.grid(own_claim(dimension("averaging", "measurement", 0, add)))
    spread = grids.spread(found)
    assert fmt.span(spread.low, spread.high, "%").replace("\u00a0", " ") == told


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(adds=st.lists(st.integers(-40, 40), min_size=1, max_size=4), wider=st.integers(-40, 40))
@pytest.mark.usefixtures("added")
def test_a_wider_grid_never_narrows_the_range_and_another_question_never_changes_it(adds, wider):
    own = dimension("averaging", "measurement", 0, *adds)
    narrow = grids.spread(grids.grid(own_claim(own)))
    wide = grids.spread(grids.grid(own_claim(dimension("averaging", "measurement", 0, *adds, wider))))
    beside = grids.spread(grids.grid(own_claim(own, dimension("measure", "question", 0, wider))))
    assert wide.low <= narrow.low <= narrow.high <= wide.high
    assert (beside.low, beside.high, beside.share_agreeing) == (narrow.low, narrow.high, narrow.share_agreeing)
    assert (beside.word, beside.share_same_sign) == (narrow.word, narrow.share_same_sign)


# Bundles


PARTS = (Part("first", "the first", "up"), Part("second", "the second", "up"))


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize(
    ("add", "expected"),
    [(1, "robust"), (-40, "alone")],  # each part stands still; each fails where it stood
)
def test_a_bundle_is_as_robust_as_its_weakest_part(add, expected):
    subject = own_claim(dimension("averaging", "measurement", 0, add), printed=Printed(), kind="text", parts=PARTS)
    found = grids.grid(subject)
    assert found.frame["part"].tolist() == ["first", "second"] * 2
    spread = grids.spread(found)
    assert (spread.word, spread.same) == (expected, 4)
    assert ("a part comes out the other way" in spread.reason) is (expected == "alone")


@pytest.mark.usefixtures("added")
def test_the_parts_of_a_bundle_follow_each_other_in_the_table_each_by_value():
    lower = Option("o1", "other", "Fair.", {"parts": {"first": {"averaging": 70}, "second": {"averaging": -40}}})
    dims = Dimension("averaging", "Averaging", "measurement", (Option("o0", "own"), lower))
    telling = grids.telling(grids.grid(own_claim(dims, printed=Printed(), kind="text", parts=PARTS)))
    rows = list(zip(telling["part"], telling["value"], strict=True))
    assert rows == [("first", 10.0), ("first", 80.0), ("second", -30.0), ("second", 10.0)]


@pytest.mark.usefixtures("added")
def test_an_option_of_one_part_leaves_the_other_alone():
    only_first = Option("o1", "other", "Fair.", {"parts": {"first": {"averaging": -40}}})
    dims = Dimension("averaging", "Averaging", "measurement", (Option("o0", "own"), only_first))
    found = grids.grid(own_claim(dims, printed=Printed(), kind="text", parts=PARTS))
    assert sorted(found.frame["part"]) == ["first", "first", "second"]
    assert grids.spread(found).word == "alone"


# What the register may not declare


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        ({"dimensions": (dimension("averaging", "open", 0, 1),)}, "only a claim that names no definition"),
        (
            {"dimensions": (Dimension("averaging", "A", "measurement", (Option("o0", "own", "", {"x": 1}),)),)},
            "the first option, the article's, has no choices",
        ),
        (
            {
                "dimensions": (
                    Dimension("averaging", "A", "measurement", (Option("o0", "own"), Option("o0", "own"))),
                )
            },
            "an option stands twice",
        ),
        (
            {"dimensions": (dimension("averaging", "measurement", 0, 1),) * 2},
            "a dimension stands twice",
        ),
        (
            {"dimensions": (dimension("averaging", "measurement", 0, 1, updates=2),)},
            "cannot end after the article",
        ),
        (
            {
                "dimensions": (
                    Dimension(
                        "averaging", "A", "measurement", (Option("o0", "one"), Option("o1", "one", "", {"x": 1}))
                    ),
                )
            },
            "two options have one label",
        ),
        (
            {"excluded": (Exclusion({"averaging": ("o0", "o1")}, "No."),)},
            "an exclusion leaves out the article's own definition: No.",
        ),
        (
            {"excluded": (Exclusion({"lag": ("o1",)}, "No."),)},
            "an exclusion names a dimension 'lag' that the claim does not declare.",
        ),
        (
            {
                "dimensions": (
                    Dimension(
                        "averaging",
                        "A",
                        "measurement",
                        (Option("o0", "own"), Option("o1", "x", "", {"method": "sum"})),
                    ),
                )
            },
            "averaging: the option o1 chooses what the article's definition has anyway, and would vanish.",
        ),
        (
            {"excluded": (Exclusion({"averaging": ("o7",)}, "No."),)},
            "an exclusion names averaging o7",
        ),
    ],
)
def test_a_fault_in_the_dimensions_is_named(broken, sentence):
    subject = dataclasses.replace(own_claim(dimension("averaging", "measurement", 0, 1)), **broken)
    with pytest.raises(ClaimError, match=re.escape(sentence)):
        grids.check(subject)


def test_a_choice_that_no_method_knows_is_named_with_its_definition():
    claim = claims.get("cpb-exports-33")
    (odd,) = (Option("odd", "odd months", "Fair.", {"average": "quater"}),)
    averaging = Dimension("averaging", "Averaging", "measurement", (Option("month", "one month"), odd))
    subject = dataclasses.replace(claim, dimensions=(averaging,), excluded=())
    with pytest.raises(
        ClaimError, match=r"cpb-exports-33, definition “odd months”: choices .*'quater'.* cannot be"
    ):
        grids.grid(subject)


# The register's own grids


@functools.cache
def grid_of(claim_id: str) -> grids.Grid:
    """Return a claim's grid, computed once; no test changes it."""
    return definitions.grid(claim_id)


def slow_loop(claim: Claim) -> dict[tuple[str, ...], dict[str, object]]:
    """Lay out every combination that is not excluded, in the most obvious way: its choices, each once."""
    base = choices.choices_of(claim)
    laid, seen = {}, set()
    for options in itertools.product(*(own.options for own in claim.dimensions)):
        ids = {own.id: option.id for own, option in zip(claim.dimensions, options, strict=True)}
        if any(all(ids[name] in wanted for name, wanted in one.when.items()) for one in claim.excluded):
            continue
        asked = base
        for option in options:
            asked = choices.laid_over(asked, option.choices)
        if repr(sorted(asked.items())) not in seen:
            seen.add(repr(sorted(asked.items())))
            laid[tuple(ids.values())] = asked
    return laid


@each_single
def test_a_grid_gives_what_each_definition_gives_by_itself(claim):
    found = grid_of(claim.id)
    names = [own.id for own in claim.dimensions]
    laid = slow_loop(claim)
    editions = [option for own in claim.dimensions if own.id == "edition" for option in own.options[1:]]
    lost = {kind: set(map(tuple, own[names].to_numpy())) for kind, own in found.left_out.groupby("kind")}
    missing, repeated = (lost.get(kind, set()) for kind in ("missing", "repeated"))
    rows = {tuple(row[name] for name in names): row for row in found.frame.to_dict("records")}
    assert len(rows) + len(missing) + len(repeated) == len(laid)
    assert rows.keys() | missing | repeated == laid.keys()
    # Of large grids every third: what computes them is the same for all of a method.
    for ids, asked in list(laid.items())[:: 3 if len(laid) > MANY else 1]:
        try:
            estimate = choices.evaluate(asked)
        except NoFigureError:
            assert ids in missing, ids
            continue
        assert ids not in missing, ids
        if ids in repeated:
            continue
        row = rows[ids]
        own = (
            next((option.label for option in editions if option.id == row["edition"]), None) if editions else None
        )
        assert row["sentence"] == estimate.sentence + (f" In edition {own}." if own else "")
        ends = [end for end in estimate.range if math.isfinite(end)] if estimate.near else estimate.range
        expected = [np.nan if estimate.value is None else estimate.value, min(ends), max(ends)]
        got = [row["value"], *(end if not math.isnan(end) else math.inf for end in (row["low"], row["high"]))]
        got[1] = -math.inf if math.isnan(row["low"]) else got[1]
        assert got == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True), ids


@each_claim
def test_the_articles_definition_is_in_the_grid_once_and_is_what_the_verdict_rests_on(claim, monkeypatch):
    found = grid_of(claim.id)
    monkeypatch.setattr(grids, "grid", lambda _: found)
    verdict = definitions.judge(claim.id)
    own = found.frame[found.frame["article"]]
    assert set(own["panel"]) == {grids.OWN_QUESTION}
    assert own["part"].is_unique
    if not found.bundled:
        assert len(own) == 1
        assert own["sentence"].item() == verdict.estimate.sentence
        assert own["text"].item() == verdict.computed_text
    else:
        stands = {finding.part: finding.stands is True for finding in verdict.findings}
        assert all(stands[part] == agrees for part, agrees in zip(own["part"], own["agrees"], strict=True))


@each_claim
def test_every_definition_says_in_words_of_its_own_what_it_is(claim):
    frame = grid_of(claim.id).frame
    assert (frame["sentence"].str.len() > 20).all()
    told = frame[["part", "sentence", *(["edition"] if "edition" in frame else [])]]
    twice = frame.loc[told.duplicated(keep=False), ["label", "sentence"]]
    assert twice.empty, twice.to_string()


@each_claim
def test_no_sentence_stands_for_two_answers(claim):
    answers = grid_of(claim.id).frame.groupby(["part", "sentence", "unit"])["text"].nunique()
    assert answers.max() == 1, answers.idxmax()


@pytest.mark.parametrize("claim", ["luxury-weak", "brazil-south-africa-decline"])
def test_what_cannot_be_set_side_by_side_has_no_range(claim):
    spread = grids.spread(grid_of(claim))
    assert (spread.low, spread.high, spread.median) == (None, None, None)
    assert spread.same > 1


def test_almost_half_is_a_range_of_its_own_end():
    spread = grids.spread(grid_of("draeger-50"))
    assert (spread.low, spread.high) == (-50, -50)


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize(("add", "told"), [(5, "; it keeps its sign"), (-40, "; it does not keep its sign")])
def test_one_other_definition_is_told_in_the_singular(add, told):
    assert told in grids.spread(grids.grid(own_claim(dimension("averaging", "measurement", 0, add)))).reason


@each_claim
def test_every_exclusion_excludes_something(claim):
    left_out = grid_of(claim.id).left_out
    ids = left_out.loc[left_out["kind"] == "excluded"]
    for exclusion in claim.excluded:
        fits = pd.Series(True, index=ids.index)
        for name, wanted in exclusion.when.items():
            fits &= ids[name].isin(wanted)
        assert fits.any(), exclusion
    assert left_out["why"].str.match(r"^[A-Z“].*\.$").all(), set(left_out["why"])


@each_claim
def test_every_option_is_in_some_definition(claim):
    found = grid_of(claim.id)
    repeated = found.left_out[found.left_out["kind"] == "repeated"]
    for own in claim.dimensions:
        unused = {option.id for option in own.options} - {*found.frame[own.id], *repeated[own.id]}
        assert not unused, f"{own.id}: {unused}"


@each_claim
def test_one_definition_is_neutral_where_the_rule_has_a_meaning(claim):
    found = grid_of(claim.id)
    neutral = found.frame[found.frame["neutral"]]
    assert neutral["part"].is_unique
    assert (len(neutral) > 0) is claim.neutral


# The rule of the neutral definition, by method: what its choices must be, where they are given.
NEUTRAL = {
    "cpb-growth": {"average": "year", "end": "2025-03", "start": "2022-12", "start_shift": 0, "end_shift": 0},
    "customs-growth": {"currency": "CNY"},
    "chained-rates": {"currency": "CNY"},
    "partner-growth": {"currency": "CNY", "window": 12, "end": "2025-05", "base": "2022", "source": "customs"},
    "trade-balance": {"currency": "CNY", "start": "2022", "end": "2024-06..2025-05"},
    "commodity-growth": {"currency": "CNY", "release": "2025-06-09", "per_day": False},
    "count-growth": {"start": "2022", "end": "2024-07..2025-06"},
}


@each_single
def test_the_neutral_definition_follows_the_one_rule(claim):
    found = grid_of(claim.id)
    asked = choices.choices_of(claim)
    for own in claim.dimensions:
        ids = found.frame.loc[found.frame["neutral"], own.id]
        for option in own.options:
            if option.id in set(ids):
                asked = choices.laid_over(asked, option.choices)
    rule = NEUTRAL.get(asked["method"], {}) if claim.neutral else {}
    for name, wanted in rule.items():
        assert asked.get(name, wanted) == wanted, name


@each_claim
def test_named_readings_of_the_same_question_are_among_its_definitions(claim):
    found = grid_of(claim.id)
    for reading in definitions.readings(claim):
        if reading.estimate is None or reading.alternative.asks != "same" or found.bundled:
            continue
        assert reading.estimate.sentence in set(found.same["sentence"]), reading.alternative.id


def test_an_undetermined_claim_declares_what_it_leaves_open():
    for claim in claims.register().values():
        if claim.definition.undetermined:
            assert any(own.kind == "open" for own in claim.dimensions), claim.id


def test_every_claim_on_a_figure_has_a_grid():
    for claim in claims.register().values():
        if claim.kind in {"number", "bound", "direction"}:
            assert claim.dimensions, claim.id


# Corner cells by hand


def cpb_index(edition: str, measure: str, month: str, flow: str = "exports") -> float:
    """Read one number of China from CPB's table, line by line."""
    from onewaytrade import project

    for line in (project.root() / "data" / "cpb" / f"{edition}.csv").read_text(encoding="utf-8").splitlines():
        cells = line.split(",")
        if {flow, "China", measure, month} <= set(cells):
            return float(cells[-1])
    raise AssertionError((edition, measure, month))


def test_corners_of_the_grid_of_exports_by_hand():
    frame = grid_of("cpb-exports-33").frame.set_index(
        ["measure", "start", "end", "averaging", "edition", "source"]
    )["value"]
    plain = cpb_index("2026-01", "volume", "2025-03") / cpb_index("2026-01", "volume", "2022-12")
    assert frame["volume", "2022-12", "2025-03", "month", "2026-01", "cpb"] == pytest.approx(100 * (plain - 1))
    months = {"2022-11": ["2022-09", "2022-10", "2022-11"], "2025-01": ["2024-11", "2024-12", "2025-01"]}
    value = {
        end: sum(cpb_index("2025-01", "volume", m) * cpb_index("2025-01", "unit_value", m) for m in own)
        for end, own in months.items()
    }
    expected = 100 * (value["2025-01"] / value["2022-11"] - 1)
    assert frame["value", "2022-11", "2025-01", "quarter", "2025-01", "cpb"] == pytest.approx(expected)


# Other runs


def test_a_run_with_other_parameters_is_its_own_first_definition():
    found = definitions.grid("cpb-exports-33", region="Japan", start="2023-06")
    own = found.frame[found.frame["article"]]
    assert own["sentence"].item().startswith("Volume of Japan’s exports, June 2023 to March 2025")
    assert not found.frame["neutral"].any(), "the rule of the neutral definition is about the article's months"
    assert found.dimensions[1].options[0].label == grids.THIS_RUN
    assert found.dimensions[0].options[0].label == "volume"


def test_a_run_that_takes_another_option_calls_it_by_its_name():
    found = definitions.grid("one-way-trade", currency="CNY")
    measure, currency, *_ = (own.options[0].label for own in found.dimensions)
    # Several measures fix a currency too, yet a run in another one does not ask for another measure.
    assert (measure, currency) == ("exports over imports", "yuan, by customs")
    assert found.frame["neutral"].sum() == 1, "yuan is the neutral option, whoever asks for it"
    own = found.frame[found.frame["article"]]
    assert own["label"].item() == "this run’s definition"
    assert "this run’s" in grids.telling(found)["role"].str.cat(sep="; ")


def test_months_counted_from_those_of_a_run_are_named_by_what_they_are_there():
    asked = definitions.grid("cpb-exports-33", end="2024-06").dimensions[2]
    assert [option.label for option in asked.options] == [
        grids.THIS_RUN, "May 2024", "April 2024", "September 2024", "March 2025"
    ]  # fmt: skip
    assert not any(option.update for option in asked.options), "none of them ends after the article"
    later = definitions.grid("cpb-exports-33", end="2025-06").dimensions[2]
    assert [option.update for option in later.options] == [False, False, False, True, True]


SINGLE_JANUARY = "A single January or February says where the Lunar New Year fell, adjusted or not."


def single_months(found: grids.Grid) -> dict[str, set[str]]:
    """Return the first months that stand in a grid as single ones, and those that are left out as such."""
    left = found.left_out[found.left_out["why"] == SINGLE_JANUARY]
    return {
        "kept": set(found.frame.loc[found.frame["averaging"] == "month", "start"]),
        "left": set(left["start"]) if len(left) else set(),
    }


def test_an_exclusion_is_about_the_months_that_a_run_has_and_not_those_of_the_article():
    summer = definitions.grid("cpb-exports-33", start="2023-06", end="2024-12")
    assert single_months(summer) == {"kept": {"2023-05", "2023-06", "2023-07"}, "left": set()}
    assert {"2024-10", "2024-11"} <= set(summer.frame.loc[summer.frame["averaging"] == "month", "end"])
    winter = definitions.grid("cpb-exports-33", start="2024-02", end="2024-12")
    own = winter.frame[winter.frame["article"]]
    assert own[["start", "averaging"]].to_numpy().tolist() == [["2024-02", "month"]], "a run gets what it asks for"
    assert "2024-01" not in single_months(winter)["kept"]
    assert single_months(winter)["left"] == {"2024-01", "2024-02"}


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize(
    ("named", "start", "excluded"),
    [
        ("2023-01", "2023-12", {"2024-01"}),  # the same month of another year
        ("2023-01", "2023-06", set()),  # a July, a June before
        ("2021-12", "2023-12", set()),  # that December alone, since another one is spared
        ("2021-12", "2022-12", {"2021-12"}),
    ],
)
def test_a_month_stands_for_all_years_if_no_other_of_its_name_is_spared(named, start, excluded):
    shifted = [
        Option(month, month, "Fair.", {"start_shift": by}) for month, by in (("2023-01", 1), ("2021-12", -12))
    ]
    subject = own_claim(
        Dimension("start", "First month", "question", (Option("2022-12", "December 2022"), *shifted)),
        dimension("averaging", "measurement", 0, 1),
        definition=Definition("One.", "It fits.", {"method": "sum", "start": "2022-12"}),
        excluded=(Exclusion({"start": (named,), "averaging": ("o1",)}, "No."),),
    )
    assert set(grids.grid(subject, start=start).left_out["start"]) == excluded


def test_a_run_for_which_nothing_is_at_hand_has_an_empty_grid():
    found = definitions.grid("imports-from-us-11", currency="CNY", window=1)
    assert found.frame.empty
    assert (grids.spread(found).word, grids.spread(found).same) == (None, 0)


def test_a_claim_without_dimensions_has_no_grid():
    assert grids.grid(claims.get("london-framework")) is None
    with pytest.raises(ClaimError, match="london-framework declares no dimensions"):
        definitions.grid("london-framework")
