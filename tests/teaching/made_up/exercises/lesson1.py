"""A made-up lesson: an orchard that sells apples, so that a test knows every right answer by heart."""

import pandas as pd

from onewaytrade.teaching.checking import PER_CENT, Choice, Function, Mistake, Number, Numbers


def orchard() -> pd.DataFrame:
    table = pd.DataFrame({"apples": [80.0, 100.0], "pears": [50.0, 40.0]}, index=["2020", "2021"])
    table.attrs["source"] = "Made up for a test"
    return table.rename_axis(index="year")


def growth(base: float, end: float) -> float:
    return 100 * (end / base - 1)


EXERCISES = (
    Number(
        "apple_growth", PER_CENT, 1, lambda: 25.0,
        lambda: (Mistake("divided by the end", 20.0, "By which level do you divide?"),), "Which years?",
    ),
    Number("pear_growth", PER_CENT, 1, lambda: -20.0, lambda: (), "Which years?"),
    Number("fruit_growth", PER_CENT, 2, lambda: 7.69, lambda: (), "Add first, then compare."),
    Numbers(
        "contributions", "points", 2, lambda: {"apples": 15.38, "pears": -7.69}, lambda: (), "Divide by the sum.",
    ),
    Choice(
        "why", "abc", lambda: "b",
        lambda: (Mistake("took a", "a", "And the pears?"), Mistake("took c", "c", "And the apples?")),
    ),
    Function(
        "growth", PER_CENT, 1, growth, ((80.0, 100.0),), ((50.0, 40.0), (10.0, 30.0)),
        lambda: (Mistake("divided by the end", lambda base, end: 100 * (end - base) / end, "By which level?"),),
        "Compare end and base.",
    ),
)  # fmt: skip
TABLES = {"orchard": orchard}
