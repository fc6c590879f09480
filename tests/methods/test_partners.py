import csv
import math

import pytest

from onewaytrade import claims, datasets, definitions, grids
from onewaytrade.errors import NoFigureError, ParameterError
from onewaytrade.measures import Interval
from onewaytrade.methods import partners

US, JAPAN, GERMANY = partners.CLAIMS


def choices(partner=US, currency="USD", end="2025-05", window=12, **more):
    return {"partner": partner, "currency": currency, "end": end, "window": window, "base": "2022", **more}


@pytest.fixture(scope="module")
def found(shared):
    """Return the compiled figures as they were found, by what they are figures of."""
    with (shared / "figures" / "customs_partners.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return {
        (row["reporter"], row["partner"], row["currency"], row["frequency"], row["period"], row["source_id"]): row
        for row in rows
        if row["flow"] == ("imports" if row["reporter"] == "China" else "exports")
    }


def value(found, *key):
    return float(found[key]["value"])


# Known answers, with a pencil


def test_the_american_figure_is_the_sum_of_three_printed_ones():
    year = 139.697 / (1 - 0.146)
    first = 62.29 / (1 - 0.074)
    months = year - first + 62.29
    estimate = partners.growth(choices())
    assert estimate.value == pytest.approx(100 * (months / 177.6 - 1), abs=1e-9)
    assert estimate.value == pytest.approx(-10.7, abs=0.05)
    revised = partners.growth(choices(base_print="revised"))
    assert revised.value == pytest.approx(100 * (months / (164.16 / (1 - 0.068)) - 1), abs=1e-9)
    assert revised.value == pytest.approx(-10.0, abs=0.05)


def test_its_interval_takes_in_rounding_and_the_revised_base():
    estimate, revised = partners.growth(choices()), partners.growth(choices(base_print="revised"))
    most = 139.6975 / 0.8535 - 62.285 / 0.9265 + 62.295
    assert estimate.low < estimate.value < revised.value < estimate.high
    assert estimate.high >= 100 * (most / (164.165 / (1 - 0.0675)) - 1)
    assert estimate.low <= 100 * ((139.6965 / 0.8545 - 62.295 / 0.9255 + 62.285) / 177.65 - 1) + 1e-9
    assert revised.low > estimate.low


def test_months_are_turned_into_dollars_at_customs_own_rate(found):
    key = ("China", US, "CNY", "monthly")
    rates = datasets.load("exchange-rates").query("series == 'implied by GACC imports RMB/USD'")
    rate = rates.set_index("period")["rate"]
    months = ["2024-07", "2024-08", "2024-10", "2024-11", "2024-12"]
    rest = sum(value(found, *key, month, "S027") / 1e5 / rate[month] for month in months)
    rest += value(found, "China", US, "USD", "monthly", "2024-09", "S027") / 1e6
    half = 530.35 / (10737.201903915 / 1.221 / 1224.022566429)
    expected = 100 * ((rest + half) / 177.6 - 1)
    assert partners.growth(choices(end="2025-06")).value == pytest.approx(expected, abs=0.01)
    assert expected == pytest.approx(-11.8, abs=0.05)


@pytest.mark.parametrize(
    ("partner", "base", "implied", "expected"),
    [(US, 177.6, 5303.5, -5.7), (JAPAN, 184.830702, 6649.67336446 / 1.246, -9.4),
     (GERMANY, 111.42237, 3132.33145777 / 0.983, -11.0)],
)  # fmt: skip
def test_in_yuan_the_base_is_at_customs_rate_of_the_year(found, partner, base, implied, expected):
    key = ("China", partner, "CNY", "ytd")
    year, half = (value(found, *key, end, "S027") / 1e5 for end in ("2024-12", "2024-06"))
    by_hand = 100 * ((year - half + implied / 10) / (base * 18100 / 2716) - 1)
    estimate = partners.growth(choices(partner, "CNY", "2025-06"))
    assert estimate.value == pytest.approx(by_hand, abs=1e-6)
    assert estimate.value == pytest.approx(expected, abs=0.05)


def test_the_neighbours_of_the_missing_months():
    rates = {
        (partner, end): partners.growth(choices(partner, end=end)).value
        for partner in (JAPAN, GERMANY)
        for end in ("2025-03", "2025-06")
    }
    known = {(JAPAN, "2025-03"): -16.4, (JAPAN, "2025-06"): -15.6, (GERMANY, "2025-03"): -15.9,
             (GERMANY, "2025-06"): -17.1}  # fmt: skip
    # September 2024 is printed in dollars; the tenth is what differs from turning its yuan into dollars.
    assert rates == pytest.approx(known, abs=0.11)


def test_single_months_fell_by_a_third():
    assert partners.growth(choices(window=1)).value == pytest.approx(100 * (10.81 / 15.9 - 1), abs=0.02)


# The partners' own count


@pytest.mark.parametrize(("lag", "expected"), [(0, -15.6), (1, -12.2), (2, -10.2)])
def test_american_exports_are_shifted_at_both_ends(found, lag, expected):
    months = {}
    for (reporter, _, _, frequency, period, _), row in found.items():
        if (reporter, frequency) == (US, "monthly"):
            months[period] = float(row["value"]) / (1e9 if row["unit"] == "USD" else 1e3)
    ordered = sorted(months)

    def year_to(end):
        last = ordered.index(end) + 1
        return sum(months[month] for month in ordered[last - 12 : last])

    ends = [("2022-12", "2025-05"), ("2022-11", "2025-04"), ("2022-10", "2025-03")][lag]
    by_hand = 100 * (year_to(ends[1]) / year_to(ends[0]) - 1)
    estimate = partners.growth(choices(currency="own", lag=lag))
    assert estimate.value == pytest.approx(by_hand, abs=0.001)
    assert estimate.value == pytest.approx(expected, abs=0.05)
    assert estimate.grade == "mirror"


def test_yen_and_euros():
    japan = partners.growth(choices(JAPAN, "own", "2024-12"))
    assert japan.value == pytest.approx(100 * (18862.458 / 19003.741 - 1))
    assert japan.value == pytest.approx(-0.7, abs=0.05)
    germany = partners.growth(choices(GERMANY, "own"))
    assert germany.value is None
    for april in (7.2, 9.3):
        guess = 100 * ((90.0 - 0.14 * (24.0 + april + 7.5)) / 106.8 - 1)
        assert germany.low <= guess <= germany.high
    # 2022 is told twice, as 107 and as 106.8: the one with a fraction is the figure that the other rounds.
    year = partners.growth(choices(GERMANY, "own", "2024-12"))
    assert year.value == pytest.approx(100 * (90.0 / 106.8 - 1))


def test_the_atlas_is_not_used():
    editions = {partners.growth(choices(partner, "own", "2024-12")).edition for partner in partners.CLAIMS}
    assert editions == {"mirror 2026-11-23"}


def test_a_constant_margin_cancels_in_growth():
    sides = partners.two_sides()
    assert sides["imports_log"].tolist() == pytest.approx((sides["exports_log"] + sides["ratio_log"]).tolist())
    same = sides["exports_pct"].map(lambda pct: 100 * math.log1p(pct / 100))
    assert same.tolist() == pytest.approx(sides["exports_log"].tolist())
    assert sides["ratio_start"].iloc[0] == pytest.approx(177.6 / 153.8371, abs=1e-4)


# Bounds


@pytest.mark.parametrize("partner", [JAPAN, GERMANY])
@pytest.mark.parametrize("currency", ["USD", "CNY"])
def test_what_was_not_found_is_bounded_and_never_a_value(partner, currency):
    estimate = partners.growth(choices(partner, currency))
    assert estimate.value is None
    assert estimate.low < estimate.high
    assert "only bounds" in estimate.sentence
    # A June like June 2024 is among all that are allowed, and gives the twelve months to June.
    assert partners.growth(choices(partner, currency, "2025-06")).value in Interval(estimate.low, estimate.high)


def test_june_strays_as_far_as_large_suppliers_months_did():
    strays = partners.strays(large=True)
    sizes = datasets.load("gacc-partners").query(
        "flow == 'imports' and currency == 'CNY' and period == '2024'"
    ).set_index("partner")["value"]  # fmt: skip
    assert set(strays["partner"]) == {
        name for name, size in sizes.items() if size >= sizes[GERMANY] and name not in partners.GROUPS
    }
    june = partners.june(JAPAN, "USD")
    assert june.low_pct < june.quarter_pct + strays["stray_points"].min()
    assert june.high_pct > june.quarter_pct + strays["stray_points"].max()
    assert june.high_pct - june.low_pct < strays["stray_points"].max() - strays["stray_points"].min() + 1


def test_a_stray_by_hand(found):
    def sums(end):
        row = found["China", US, "CNY", "ytd", end, "S027"]
        return float(row["value"]) / (1 + float(row["published_yoy_pct"]) / 100)

    before = [sums(f"2024-0{month}") - sums(f"2024-0{month - 1}") for month in (5, 6, 7)]
    now = [value(found, "China", US, "CNY", "monthly", f"2024-0{month}", "S027") for month in (5, 6, 7)]
    stray = 100 * (now[2] / before[2] - sum(now) / sum(before))
    strays = partners.strays(large=True).set_index(["partner", "month", "stretch"])["stray_points"]
    assert strays[US, "2024-07", partners.STRETCHES[0]] == pytest.approx(stray)
    assert strays.max() == pytest.approx(stray)


@pytest.mark.parametrize(("partner", "least"), [(JAPAN, 14.0), (GERMANY, 5.2)])
def test_the_june_that_the_printed_figure_needs_gives_it(partner, least):
    row = partners.june_needed("USD").set_index("partner").loc[partner]
    assert row["needed_pct"] == pytest.approx(least, abs=0.8)
    june, claim = partners.june(partner, "USD"), claims.get(partners.CLAIMS[partner])
    to_june = partners.growth(choices(partner, end="2025-06"))
    base = partners.amount(partner, "USD", "2022").value
    to_may = base * (1 + to_june.value / 100) - june.last_year.value * row["needed_pct"] / 100
    assert 100 * (to_may / base - 1) == pytest.approx(claim.printed.value + 0.5, abs=1e-6)


def test_the_verdict_hangs_on_the_rule_for_june():
    rules = partners.june_rules("USD")
    held = (rules["low"] <= rules["printed"] + 0.5) & (rules["high"] >= rules["printed"] - 0.5)
    assert dict(zip(zip(rules["group"], rules["label"], strict=True), held, strict=True)) == {
        (partner, label): label != "its own months"
        for partner in (JAPAN, GERMANY)
        for label in rules["label"].unique()
    }


# Every definition


@pytest.fixture(scope="module")
def every():
    """Return the grids of the three claims, as the article is judged."""
    return {partner: definitions.grid(claim) for partner, claim in partners.CLAIMS.items()}


def given(grid, **options):
    """Return the one definition that takes these options, and of every other dimension the article's."""
    rows = grid.frame
    for dimension in grid.dimensions:
        rows = rows[rows[dimension.id] == options.get(dimension.id, dimension.options[0].id)]
    assert len(rows) == 1
    return rows.iloc[0]


def left_out(grid, **options):
    """Return why combinations with these options were left out."""
    rows = grid.left_out
    for name, option in options.items():
        rows = rows[rows[name] == option]
    assert not len(grid.frame.query(" and ".join(f"{name} == '{option}'" for name, option in options.items())))
    return set(rows["why"])


def test_the_neutral_american_figure_is_in_yuan_at_customs_rates(every):
    months = 1164.06088 - 480.44877 + 62.29 * 7270 / 1013.192666717
    by_hand = 100 * (months / (177.6 * 18100 / 2716) - 1)
    (neutral,) = every[US].frame.loc[every[US].frame["neutral"], "value"]
    assert neutral == pytest.approx(by_hand, abs=1e-6)
    assert neutral == pytest.approx(-4.5, abs=0.05)
    assert not given(every[US], currency="cny")["agrees"]


def test_the_months_of_2024_added_up(every):
    rows = datasets.load("gacc-partners").query("partner == @US and flow == 'imports' and currency == 'CNY'")
    months = rows[rows["period"].str.fullmatch(r"2024-\d\d")].set_index("period")["value"]
    assert len(months) == 12
    total = months.sum() / 1e5
    december = given(every[US], currency="cny", end="2024-12", pieces="months")
    assert december["value"] == pytest.approx(100 * (total / (177.6 * 18100 / 2716) - 1), abs=1e-6)
    may = given(every[US], pieces="months")
    assert may["leaves_room"], "the rounding of the months reaches to both sides of −10.5 %"
    assert may["value"] > given(every[US])["value"]


@pytest.mark.parametrize(
    ("partner", "options", "by_hand"),
    [
        (US, {"averaging": "one", "end": "2024-12"}, 100 * (10999.605 / 718.95 / 15.9 - 1)),
        (US, {"source": "mirror", "end": "2024-12"}, -6.9465),
        (JAPAN, {"currency": "own", "source": "mirror", "end": "2024-12"}, 100 * (18862.458 / 19003.741 - 1)),
        (JAPAN, {"end": "2024-12"}, 100 * (156.45525 / 184.830702 - 1)),
        (GERMANY, {"currency": "cny", "end": "2024-12"}, 100 * (674.66162 / (111.42237 * 18100 / 2716) - 1)),
    ],
)
def test_corners_of_the_grids_by_hand(every, partner, options, by_hand):
    assert given(every[partner], **options)["value"] == pytest.approx(by_hand, abs=0.005)


def test_no_american_definition_that_is_decided_agrees(every):
    spread = grids.spread(every[US])
    assert (spread.word, spread.same, spread.voting, spread.agreeing, spread.keeping) == ("alone", 6, 4, 0, 4)
    assert spread.low == pytest.approx(-15.6, abs=0.05)
    assert spread.high == pytest.approx(-10.0, abs=0.05)
    assert (spread.moved_by, spread.asked_by) == ("Counted by", "Currency")
    assert "1 leaves room for the printed figure among others" in spread.reason


def test_what_makes_no_sense_is_left_out_with_its_reason(every):
    other_month = "Months that are not adjusted can be compared with the same calendar month only."
    for end in ("2025-05", "2025-03", "2025-06"):
        assert other_month in left_out(every[US], averaging="one", end=end)
    as_growth = "What was first printed, on a base revised since, would show the revision as growth."
    assert as_growth in left_out(every[US], base="revised", pieces="months")
    assert as_growth in left_out(every[US], base="revised", currency="cny")
    assert left_out(every[US], source="mirror-1", currency="cny") >= {"The exporter does not count in yuan."}
    assert "Chinese customs prints dollars and yuan alone." in left_out(
        every[JAPAN], source="customs", currency="own"
    )


@pytest.mark.parametrize("partner", [JAPAN, GERMANY])
def test_a_wider_rule_for_june_gives_wider_bounds_and_more_room(every, partner):
    own, large, suppliers = (given(every[partner], comparison=rule) for rule in ("own", "large", "all"))
    assert suppliers["low"] < large["low"] < own["low"] < own["high"] < large["high"] < suppliers["high"]
    found = every[partner]
    room = partners.leave_room(found.claim, found.same)
    assert dict(zip(found.same["comparison"], room, strict=True)) == {"own": False, "large": True, "all": True}


def test_the_printed_figure_is_possible_in_dollars_alone(every):
    for partner in (JAPAN, GERMANY):
        rooms = partners.rooms(every[partner]).set_index("currency")
        assert rooms.loc["dollars", "possible"] == 2
        assert rooms.drop("dollars")["possible"].sum() == 0
        voting = every[partner].frame.query("not update")
        assert rooms["definitions"].sum() == len(voting)
    american = every[US]
    low, high = american.claim.printed.value - 0.5, american.claim.printed.value + 0.5
    known = american.frame[~american.frame["update"]]
    assert partners.rooms(american)["possible"].sum() == known["value"].between(low, high).sum()


@pytest.mark.parametrize("currency", partners.CURRENCIES)
@pytest.mark.parametrize("window", partners.WINDOWS)
def test_no_definition_of_a_run_comes_twice(currency, window):
    for claim in partners.CLAIMS.values():
        frame = definitions.grid(claim, **partners.overrides(currency, window)).frame
        assert frame["sentence"].is_unique, claim


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (choices(source="mirror", base_print="revised"), "of one table in one print"),
        (choices(source="mirror", currency="CNY"), "The exporter does not count in yuan"),
        (choices(window=1, pieces="months"), "A single month is one figure"),
        (choices(end="2025-03", pieces="months"), "the months are what is added up anyway"),
        (choices(JAPAN, end="2025-03", strays="own"), "the amount is known, whatever June 2025 was"),
        (choices(source="mirror", end="2024-12", lag=1), "December 2023 to November 2024 and for December 2021"),
    ],
)
def test_a_choice_that_changes_nothing_or_has_no_figure_says_so(asked, sentence):
    with pytest.raises(NoFigureError, match=sentence):
        partners.growth(asked)


# Everybody else


def test_who_gained_in_the_first_half_of_2025():
    rates = partners.suppliers().set_index("label")["value"].round(1).to_dict()
    known = {"Australia": -17.1, "Brazil": -15.5, "South Africa": -13.5, US: -8.2, GERMANY: -4.1, JAPAN: 0.8,
             "Taiwan": 13.7}  # fmt: skip
    assert {name: rates[name] for name in known} == known


def test_what_is_implied_is_told_from_what_is_printed():
    suppliers = partners.suppliers().set_index("label")["grade"]
    assert suppliers["United States"] == "printed"
    assert suppliers.drop("United States").eq("implied").all()
    windows = partners.windows("USD", 12).set_index(["group", "label"])["grade"]
    assert windows[JAPAN, "to December 2024"] == "printed"
    assert windows[JAPAN, "to May 2025"] == "implied"


# Choices


@pytest.mark.parametrize("currency", partners.CURRENCIES)
@pytest.mark.parametrize("window", partners.WINDOWS)
def test_every_allowed_choice_gives_a_verdict_or_says_what_is_missing(currency, window):
    partners.check_parameters({"currency": currency, "window": window})
    for claim in partners.CLAIMS.values():
        verdict = definitions.judge(claim, **partners.overrides(currency, window))
        assert (verdict.estimate is None) == (verdict.word == "cannot be checked with open data")
    assert len(partners.windows(currency, window)) or (currency, window) == ("CNY", 1)


def test_what_is_missing_is_named():
    with pytest.raises(NoFigureError, match="from Japan for May 2025 and for December 2022 are not both at hand"):
        partners.growth(choices(JAPAN, window=1))
    with pytest.raises(NoFigureError, match="total of all imports in yuan of December 2022"):
        partners.growth(choices(currency="CNY", window=1))
    with pytest.raises(NoFigureError, match="Japan’s MoF on exports to China for June 2024 to May 2025"):
        partners.growth(choices(JAPAN, "own"))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"currency": "usd", "window": 12}, "currency='usd' is not one of 'USD', 'CNY', 'own'; the nearest is"),
        ({"currency": "USD", "window": 9}, "the whole year \\(12\\); the nearest is 12"),
        ({"currency": "own", "window": 0}, "December alone \\(1\\) .* the nearest is 1"),
    ],
)
def test_other_choices_are_refused_with_the_nearest(values, sentence):
    with pytest.raises(ParameterError, match=sentence):
        definitions.check_parameters("04-partner-imports", values)
