"""Draw specification curves: what every defensible definition gives, and which choices each of them makes.

After Simonsohn, Simmons and Nelson, "Specification curve analysis", Nature Human Behaviour 4 (2020). Everything
is laid out in inches from the top left of the page's body, so that values and marks stand in the same columns.
"""

import itertools
import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patheffects import withStroke

from onewaytrade import fmt, page
from onewaytrade.drawing import (
    Chart,
    check_bounds,
    check_columns,
    completed,
    is_signed,
    limits_of,
    records,
    sentence,
    signed,
    tick_unit,
    unit_heading,
    value_axis,
)
from onewaytrade.page import Page, Words

_HEIGHT: Final = 2.5  # inches of the plot of values
_PAD: Final = 0.2  # between the outermost values and the ends of their axis
_ARROW: Final = 0.26  # length of a bar's open end
_FIRST: Final = 0.3  # least share of the width for the article's question
_PANEL_GAP: Final = 0.13
_LEAST_PANEL: Final = 0.2
_OPTION: Final = 1.9  # width that an option's label may take
_FLAG: Final = 2.6  # width of a heading that stands above its narrow panel
_HEADING_LINES: Final = 3  # of a heading that is as narrow as its panel
_SMALL: Final = 11.0
_LINE: Final = 0.235  # height of a line of labels
_TICKED: Final = 0.1  # columns narrower than that have ticks in the matrix, not dots
_BAND: Final = "#F4F4F4"
_WHOSE: Final = "the article’s"
_IN: Final = ", in "  # between a panel's name and a unit that is not the article's
# What a role is called, with whose the first definition is.
_ROLES: Final = {"article": "{}", "neutral": "the neutral", "article and neutral": "{} and neutral"}
# What a definition answers: not what is printed, perhaps, or what is printed; drawn in this order.
_Answer = Literal["no", "room", "yes"]
_ANSWERS: Final[tuple[_Answer, ...]] = ("no", "room", "yes")
# The first panel's definitions in a strong colour, by their answer, then those of the others.
_COLOURS: Final = {
    (True, "yes"): page.STYLES[0].colour,
    (True, "room"): page.STYLES[0].colour,
    (True, "no"): page.STYLES[4].colour,
    (False, "yes"): page.STYLES[6].colour,
    (False, "room"): page.STYLES[6].colour,
    (False, "no"): page.PALE,
}
_MARKERS: Final = {"yes": "D", "room": "D", "no": "o"}
_LEAST_BAR: Final = 5.0  # points that a bar is high at least, lest it be taken for a speck


@signed
def specification_curve(
    table: pd.DataFrame,
    dimensions: Mapping[str, Sequence[str]],
    *,
    title: str,
    subtitle: str,
    unit: str,
    source: str,
    printed: float | None = None,
    decimals: int = 1,
) -> Chart:
    """Draw one column for each definition: its value, from the lowest to the highest, over the choices it makes.

    Columns: `panel` (the rows of the first answer the article's question), `value`, `agrees` (it comes out as
    the article says), and one for each of the `dimensions`, which give the labels of its options in order, the
    article's own first; where present, `low` and `high` (with a value, its range, a whisker; without one,
    bounds, a bar, with an arrow where one is missing), `leaves_room` (it does not agree, but might), `role`
    ("article", "neutral", "article and neutral", or empty) and `unit` (rows in another unit than the article's
    definition stand in panels of their own). A dimension of which one option alone occurs is left out. `printed`
    is the number that the article prints; without one the line at zero takes its place. Where the first definition
    is not the article's own, the table's `attrs` say in `whose` that it is "this run’s", and so the chart calls it
    and its question; in `claim` they name the claim that the chart is about. The table of the chart is sorted as
    it is drawn.

    Raises ValueError for a missing column, a row without value or bound or with bounds that do not fit, an
    option or role that is unknown, and unless the article's definition stands once, in the first panel.
    """
    whose, claim = str(table.attrs.get("whose", _WHOSE)), table.attrs.get("claim")
    table = _panelled(table, whose)
    order, definitions = _sorted(_definitions_of(table, dimensions, whose))
    groups = _groups_of(definitions, dimensions)
    told = _teller(unit, decimals)
    level = _Level.of(printed, unit)
    limits = _limits(definitions, level.at)
    left = max(_option_room(groups), _tick_room(limits, level, unit), _role_room(definitions, told))
    panels = _laid_out(definitions, left, page.WIDTH - page.MARGIN - 0.05)
    key, headings = _Key.of(definitions, groups, printed, whose), _Headings.of(panels)
    top = key.height + headings.height + _LINE * sum(bool(one.role) for one in definitions) + 0.04
    matrix = top + _HEIGHT + 0.16
    body = matrix + sum(group.height for group in groups)
    with page.theme():
        sheet = Page.new(Words(title, subtitle, source), body)
        under = _underlay(sheet, body)
        key.write(sheet)
        headings.write(sheet, under, key.height)
        axes = sheet.axes(left, top, page.WIDTH - panels[-1].right, _HEIGHT)
        axes.set_xlim(left, panels[-1].right)
        value_axis(axes, _known(definitions, level.at), tick_unit(unit), sign=is_signed(unit), limits=limits)
        _bare(axes, panels)
        _draw_level(sheet, axes, under, level, top)
        for panel in panels:
            _draw_values(axes, panel)
        _write_roles(sheet, axes, under, panels, top, told)
        _draw_matrix(sheet, under, panels, groups, matrix)
    alt = _alt(panels, title, unit, told, printed)
    return Chart(sheet.figure, alt, table.iloc[order].reset_index(drop=True), source, claim)


# Definitions and their columns


@dataclass(frozen=True, slots=True)
class _Definition:
    """What one definition gives, with the option that it takes in each dimension."""

    panel: str
    value: float
    low: float
    high: float
    answer: _Answer
    role: str
    name: str  # of the role, in words
    unit: str  # where it is not that of the chart
    options: Mapping[str, str]

    @property
    def agrees(self) -> bool:
        return self.answer == "yes"

    @property
    def is_bound(self) -> bool:
        return math.isnan(self.value)

    @property
    def ends(self) -> list[float]:
        """All known numbers."""
        return [number for number in (self.low, self.value, self.high) if not math.isnan(number)]

    @property
    def at(self) -> float:
        """The value, or the middle of the bounds, or the only bound: the height that a definition is sorted by."""
        return sum(self.ends) / len(self.ends) if self.is_bound else self.value


# How the value or the bounds of a definition are written.
_Teller = Callable[[_Definition], str]


@dataclass(frozen=True, slots=True)
class _Column:
    """A definition with the middle and the width of its column."""

    definition: _Definition
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class _Panel:
    """The columns of a panel from its left to its right end; the first one stands out, in whichever unit."""

    name: str
    left: float
    right: float
    columns: tuple[_Column, ...]
    first: bool

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def step(self) -> float:
        """Width of a column."""
        return self.columns[0].width

    @property
    def definitions(self) -> list[_Definition]:
        return [column.definition for column in self.columns]

    def split(self) -> list[tuple[_Answer, list[_Column]]]:
        """Return the columns by their answer, those that agree last, so that they lie above the others."""
        parts = [(answer, [one for one in self.columns if one.definition.answer == answer]) for answer in _ANSWERS]
        return [(answer, columns) for answer, columns in parts if columns]


def _panelled(table: pd.DataFrame, whose: str) -> pd.DataFrame:
    """Return the table with panels that say whose question they answer, each of one unit, the article's first."""
    check_columns(table, ("panel",))
    panels = table["panel"].astype(str)
    if whose != _WHOSE:
        panels = panels.str.replace(_capital(_WHOSE), _capital(whose), regex=False)
    others = _other_units(table)
    split = table.assign(panel=panels.where(others == "", panels + _IN + others))
    if (others == "").all():
        return split
    # What is in the article's unit stands before what is not, since the first panel holds its definition.
    ranks = pd.DataFrame({"panel": pd.factorize(panels)[0], "other": (others != "").to_numpy()})
    return split.iloc[ranks.sort_values(["panel", "other"], kind="stable").index]


def _other_units(table: pd.DataFrame) -> "pd.Series[str]":
    """Return the unit of each row that is in another one than the article's definition, and "" for all others."""
    if "unit" not in table or "role" not in table:
        return pd.Series("", index=table.index)
    units = table["unit"].fillna("").astype(str)
    own = set(units[table["role"].fillna("").str.contains("article")])
    return units.where(~units.isin(own), "")


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _definitions_of(table: pd.DataFrame, dimensions: Mapping[str, Sequence[str]], whose: str) -> list[_Definition]:
    check_columns(table, ("panel", "value", "agrees", *dimensions))
    found, units = [], list(_other_units(table))
    for at, row in enumerate(records(completed(table, ("role",), ("value", "low", "high")))):
        value, low, high = (float(row[name]) for name in ("value", "low", "high"))
        check_bounds(f"Row {at} of the chart", value, low, high)
        for name, options in dimensions.items():
            if row[name] not in options:
                known = fmt.join(map(repr, options), "or")
                raise ValueError(f"Row {at} of the chart has {row[name]!r} as its {name!r}, which is not {known}.")
        if row["role"] and row["role"] not in _ROLES:
            known = fmt.join(map(repr, _ROLES), "or")
            raise ValueError(f"Row {at} of the chart has the role {row['role']!r}, which is not {known}.")
        chosen = {name: str(row[name]) for name in dimensions}
        answer: _Answer = "yes" if row["agrees"] else "room" if row.get("leaves_room") else "no"
        name = _ROLES[row["role"]].format(whose) if row["role"] else ""
        found.append(
            _Definition(str(row["panel"]), value, low, high, answer, row["role"], name, units[at], chosen)
        )
    _check_roles(found)
    return found


def _check_roles(definitions: Sequence[_Definition]) -> None:
    first = definitions[0].panel
    where = [one.panel for one in definitions if "article" in one.role]
    if where != [first]:
        raise ValueError(
            f"The article's definition must stand exactly once, in the first panel {first!r}; "
            f"it stands in {fmt.join(map(repr, where)) if where else 'none'}."
        )
    if sum("neutral" in one.role for one in definitions) > 1:
        raise ValueError("More than one row of the chart has the role 'neutral'.")


def _sorted(definitions: Sequence[_Definition]) -> tuple[list[int], list[_Definition]]:
    """Return the places of the definitions in the table, and the definitions, in the order of their columns."""
    panels = list(dict.fromkeys(one.panel for one in definitions))
    order = sorted(
        range(len(definitions)), key=lambda at: (panels.index(definitions[at].panel), definitions[at].at)
    )
    return order, [definitions[at] for at in order]


def _laid_out(definitions: Sequence[_Definition], left: float, right: float) -> list[_Panel]:
    """Return the panels side by side between two places."""
    groups = [(name, list(own)) for name, own in itertools.groupby(definitions, key=lambda one: one.panel)]
    room = right - left - _PANEL_GAP * (len(groups) - 1)
    panels: list[_Panel] = []
    question = groups[0][0]
    x = left
    for width, (name, own) in zip(_widths([len(own) for _, own in groups], room), groups, strict=True):
        step = width / len(own)
        columns = tuple(_Column(one, x + (at + 0.5) * step, step) for at, one in enumerate(own))
        panels.append(
            _Panel(name, x, x + width, columns, first=name == question or name.startswith(f"{question}{_IN}"))
        )
        x += width + _PANEL_GAP
    return panels


def _widths(counts: Sequence[int], room: float) -> list[float]:
    """Share out a width by the numbers of columns; the first panel has a least share, the others a least width."""
    first, *others = counts
    if not others:
        return [room]
    # What the least widths take is taken from the widest of the others, not from the article's question.
    rest = room - max(_FIRST, first / sum(counts)) * room
    least = min(_LEAST_PANEL, rest / len(others))
    narrow: set[int] = set()
    while True:
        wide = [at for at in range(len(others)) if at not in narrow]
        step = (rest - least * len(narrow)) / sum(others[at] for at in wide) if wide else 0.0
        more = {at for at in wide if others[at] * step < least}
        if not more:
            return [room - rest, *(least if at in narrow else count * step for at, count in enumerate(others))]
        narrow |= more


# The dimensions


@dataclass(frozen=True, slots=True)
class _Group:
    """A dimension with its heading and the options that occur, with their labels and heights."""

    name: str
    heading: str
    options: tuple[str, ...]
    labels: tuple[str, ...]
    own: str

    @property
    def head(self) -> float:
        return page.text_height(self.heading) + 0.1

    @property
    def heights(self) -> list[float]:
        return [max(_LINE, page.text_height(label, _SMALL) + 0.05) for label in self.labels]

    @property
    def height(self) -> float:
        return self.head + sum(self.heights)

    def weight(self, option: str) -> str:
        """Return the weight of an option's label: the article's own is bold."""
        return "bold" if option == self.own else "normal"


def _groups_of(definitions: Sequence[_Definition], dimensions: Mapping[str, Sequence[str]]) -> list[_Group]:
    article = next(one for one in definitions if "article" in one.role)
    groups = []
    for name, options in dimensions.items():
        found = {one.options[name] for one in definitions}
        kept = tuple(option for option in dict.fromkeys(options) if option in found)
        if len(kept) > 1:
            own = article.options[name]
            labels = [
                page.balance(option, _OPTION, _SMALL, "bold" if option == own else "normal") for option in kept
            ]
            heading = page.balance(name, _FLAG)
            groups.append(_Group(name, heading, kept, tuple(labels), own))
    return groups


# What stands left of the columns, in inches


def _option_room(groups: Sequence[_Group]) -> float:
    widths = [
        page.text_width(label, _SMALL, group.weight(option))
        for group in groups
        for option, label in zip(group.options, group.labels, strict=True)
    ]
    return page.MARGIN + max(widths, default=0.0) + 0.14


def _tick_room(limits: tuple[float, float], level: "_Level", unit: str) -> float:
    return page.tick_room(*limits, tick_unit(unit), sign=is_signed(unit)) + level.width + 0.06


def _role_room(definitions: Sequence[_Definition], told: _Teller) -> float:
    """Return the room for the first of two marked definitions' names, which goes left from its line."""
    marked = [one for one in definitions if one.role]
    if len(marked) < 2:
        return 0.0
    return page.MARGIN + page.text_width(_role_text(marked[0], told), page.TEXT, "bold")


# The values


@dataclass(frozen=True, slots=True)
class _Level:
    """The level that values are compared with, and its label."""

    at: float
    label: str
    is_zero: bool

    @classmethod
    def of(cls, printed: float | None, unit: str) -> "_Level":
        if printed is None:
            return cls(0.0, "zero", is_zero=True)
        return cls(printed, f"printed\n{_printed_text(printed, unit)}", is_zero=False)

    @property
    def width(self) -> float:
        return page.text_width(self.label, page.TEXT, "bold")


def _printed_text(printed: float, unit: str) -> str:
    return page.tick_texts([printed], tick_unit(unit), sign=is_signed(unit))[0]


def _known(definitions: Sequence[_Definition], level: float) -> list[float]:
    return [level, *(end for one in definitions for end in one.ends)]


def _limits(definitions: Sequence[_Definition], level: float) -> tuple[float, float]:
    """Return the ends of the axis of values, with room for the open ends of bars."""
    low, high = limits_of(_known(definitions, level))
    extent = high - low or abs(high) or 1.0
    bounds = [one for one in definitions if one.is_bound]
    below = _PAD + _ARROW * any(math.isnan(one.low) for one in bounds)
    above = _PAD + _ARROW * any(math.isnan(one.high) for one in bounds)
    inch = extent / (_HEIGHT - below - above)
    return low - below * inch, high + above * inch


def _bare(axes: Axes, panels: Sequence[_Panel]) -> None:
    """Leave of the plot of values what belongs to the panels: no ticks below, and no grid between them."""
    axes.patch.set_visible(False)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    for one, other in itertools.pairwise(panels):
        axes.axvspan(one.right, other.left, color="white", linewidth=0, zorder=1.4)


def _draw_level(sheet: Page, axes: Axes, under: Axes, level: _Level, top: float) -> None:
    """Draw the level through the ticks to its label, in place of ticks that it would cross."""
    low, high = axes.get_ylim()
    y = top + (high - level.at) / (high - low) * _HEIGHT
    near = 0.13 * (high - low) / _HEIGHT
    for tick, text in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True):
        text.set_visible(abs(tick - level.at) > near)
    look: dict[str, Any] = {"color": page.INK, "linewidth": 1.8 if level.is_zero else 1.5}
    look |= {} if level.is_zero else {"linestyle": (0, (4, 2))}
    left, right = axes.get_xlim()
    axes.plot([left, right], [level.at] * 2, label="level", zorder=2.5, **look)
    sheet.text(page.MARGIN, y, level.label, anchor=0.5, fontweight="bold")
    under.plot([page.MARGIN + level.width + 0.06, left], [y, y], label="_level", **look)


def _draw_values(axes: Axes, panel: _Panel) -> None:
    """Draw values as points with their ranges, bounds as bars, those that agree larger and above the others."""
    room = 72 * panel.step
    for answer, columns in panel.split():
        colour, rank = _COLOURS[panel.first, answer], _ANSWERS.index(answer)
        label = f"{panel.name}, { {'yes': 'agrees', 'room': 'leaves room', 'no': 'other'}[answer] }"
        points = [one for one in columns if not one.definition.is_bound]
        # One line with gaps is drawn much faster than a line for each.
        ranges = [end for one in points for end in (one.definition.low, one.definition.high, math.nan)]
        axes.plot(
            [x for one in points for x in (one.x, one.x, math.nan)], ranges, label=f"{label}, range", color=colour,
            linewidth=min(1.2, 0.5 * room), marker="_", markersize=min(0.6 * room, 6.0), zorder=3,
        )  # fmt: skip
        larger = rank > 0
        least = (4.2 if panel.first else 3.2) + 1.6 * larger
        axes.plot(
            [one.x for one in points], [one.definition.value for one in points], label=label, linestyle="",
            color=colour, marker=_MARKERS[answer], markersize=max(least, min(0.6 * room, 7.0) + 0.6 * larger),
            zorder=4 + rank / 2, clip_on=False, **_face(answer, colour, rim=0.5 if room > 8 else 0.0),
        )  # fmt: skip
        for one in columns:
            if one.definition.is_bound:
                _draw_bar(axes, one, colour, f"{label}, bounds")


def _face(answer: _Answer, colour: str, *, rim: float) -> dict[str, Any]:
    """Return how a mark is filled: what leaves room is hollow, all else has a white rim."""
    if answer == "room":
        return {"markerfacecolor": "white", "markeredgecolor": colour, "markeredgewidth": 1.4}
    return {"markeredgecolor": "white", "markeredgewidth": rim}


def _draw_bar(axes: Axes, column: _Column, colour: str, label: str) -> None:
    """Draw bounds as a bar, a wider one if they agree, or as an arrow from the only bound."""
    one, room = column.definition, 72 * column.width
    look: dict[str, Any] = {"label": label, "color": colour, "zorder": 3 + one.agrees}
    (bottom, top), inches = axes.get_ylim(), _HEIGHT
    if len(one.ends) == 2:
        width = min(max(0.7 * room, 1.2), 9.0) if one.agrees else min(max(0.3 * room, 0.7), 3.5)
        axes.plot([column.x] * 2, one.ends, linewidth=width, solid_capstyle="butt", **look)
        if 72 * inches * (one.ends[1] - one.ends[0]) / (top - bottom) < _LEAST_BAR:
            look |= {"label": f"{label}, narrow", "marker": "_", "markersize": min(max(0.6 * room, 3.0), 9.0)}
            axes.plot([column.x], [one.at], linestyle="", markeredgewidth=2.2, **look)
        return
    head = min(max(0.8 * room, 3.0), 10.0 if one.agrees else 8.0)
    upward = math.isnan(one.high)
    away = (_ARROW if upward else -_ARROW) * (axes.get_ylim()[1] - axes.get_ylim()[0]) / _HEIGHT
    (bound,) = one.ends
    axes.plot([column.x] * 2, [bound, bound + away], linewidth=head / 3, solid_capstyle="butt", **look)
    look |= {"linestyle": "", "label": f"{label}, end"}
    axes.plot([column.x], [bound], marker="_", markersize=head + 1, markeredgewidth=head / 4, **look)
    axes.plot(
        [column.x], [bound + away], marker="^" if upward else "v", markersize=head, markeredgewidth=0, **look
    )  # fmt: skip


# Words around the values


@dataclass(frozen=True, slots=True)
class _Key:
    """How to read the picture, and what its points mean."""

    text: str
    items: tuple[tuple[fmt.Mark, str], ...]  # what stands in the picture, and what it means

    @classmethod
    def of(
        cls, definitions: Sequence[_Definition], groups: Sequence[_Group], printed: float | None, whose: str
    ) -> "_Key":
        below = f"; the marks below say which (bold: {whose})." if groups else "."
        agreed = "agrees with the article" if printed is None else "comes out as printed"
        blue, grey = _COLOURS[True, "yes"], _COLOURS[True, "no"]
        answers = {one.answer for one in definitions}
        items = []
        if "yes" in answers:
            items.append((fmt.Mark("", _MARKERS["yes"], blue), agreed))
        if "room" in answers:
            mark = fmt.Mark("", _MARKERS["room"], blue, "none")
            items.append((mark, "leaves room for it" if items else "leaves room for what is printed"))
        if "no" in answers:
            items.append((fmt.Mark("", _MARKERS["no"], grey), "does not" if items else f"none {agreed}"))
        if any(one.is_bound for one in definitions):
            items.append((fmt.Mark("", "|", grey), "bounds only"))
        return cls(
            page.balance(f"Each column is one definition{below}", page.WIDTH - 2 * page.MARGIN), tuple(items)
        )

    @property
    def height(self) -> float:
        return page.text_height(self.text) + _LINE + 0.12

    def write(self, sheet: Page) -> None:
        sheet.text(page.MARGIN, 0.0, self.text)
        y = page.text_height(self.text) + _LINE / 2 + 0.02
        x = page.MARGIN + 0.07
        for mark, meaning in self.items:
            sheet.marker(x, y, mark)
            sheet.text(x + 0.14, y, meaning, anchor=0.5)
            x += page.text_width(meaning) + 0.4


@dataclass(frozen=True, slots=True)
class _Heading:
    """A panel's heading: right above it, or raised, where it is too wide, at the end of a line."""

    panel: _Panel
    text: str
    x: float
    raised: bool

    @property
    def height(self) -> float:
        return page.text_height(self.text)

    @property
    def weight(self) -> str:
        return _weight(self.panel)


def _weight(panel: _Panel) -> str:
    return "bold" if panel.first else "normal"


@dataclass(frozen=True, slots=True)
class _Headings:
    """The headings of all panels, from left to right."""

    headings: tuple[_Heading, ...]

    @classmethod
    def of(cls, panels: Sequence[_Panel]) -> "_Headings":
        placed: list[_Heading] = []
        edge = page.WIDTH - page.MARGIN
        # From the right, so that a raised heading keeps left of the lines of those that stand above it.
        for panel in reversed(panels):
            told = f"{panel.name} ({len(panel.columns)})".strip()
            text = page.balance(told, panel.right - panel.left + 0.05, page.TEXT, _weight(panel))
            width = page.text_width(text, page.TEXT, _weight(panel))
            if width <= panel.right - panel.left + 0.05 and text.count("\n") < _HEADING_LINES:
                placed.append(_Heading(panel, text, panel.left, raised=False))
                continue
            text = page.balance(told, _FLAG, page.TEXT, _weight(panel))
            width = page.text_width(text, page.TEXT, _weight(panel))
            x = max(page.MARGIN, min(panel.middle - width / 2, edge - width))
            placed.append(_Heading(panel, text, x, raised=True))
            edge = panel.middle - 0.08
        return cls(tuple(reversed(placed)))

    @property
    def low(self) -> float:
        """Height of those that stand right above their panels."""
        return max((heading.height for heading in self.headings if not heading.raised), default=0.0)

    @property
    def height(self) -> float:
        return self.low + sum(heading.height + 0.04 for heading in self.headings if heading.raised) + 0.12

    def write(self, sheet: Page, under: Axes, top: float) -> None:
        """Write the headings, each with the line that spans its panel; those further right stand higher."""
        foot = top + self.height - 0.06
        raised = foot - 0.04 - self.low
        for heading in self.headings:
            panel = heading.panel
            ink = page.INK if panel.first else page.QUIET
            look: dict[str, Any] = {"color": ink, "linewidth": 2.2 if panel.first else 1.0}
            under.plot([panel.left, panel.right], [foot, foot], label=panel.name, solid_capstyle="butt", **look)
            bottom = raised if heading.raised else foot - 0.04
            sheet.text(heading.x, bottom, heading.text, anchor=1, color=ink, fontweight=heading.weight)
            if heading.raised:
                under.plot([panel.middle] * 2, [bottom, foot], label="_leader", color=ink, linewidth=1.0)
                raised -= heading.height + 0.04


def _write_roles(
    sheet: Page, axes: Axes, under: Axes, panels: Sequence[_Panel], top: float, told: _Teller
) -> None:
    """Name the article's and the neutral definition above their columns, with a line from the name downward.

    The one further to the right stands higher, and the name of the other keeps left of its own line.
    """
    marked = [(panel, one) for panel in panels for one in panel.columns if one.definition.role]
    for at, (panel, one) in enumerate(marked):
        name = one.definition.role
        ink = _role_ink(one.definition)
        text = _role_text(one.definition, told)
        width = page.text_width(text, page.TEXT, "bold")
        if at == len(marked) - 1:
            right = min(max(panel.right, one.x + 0.04), one.x + width / 2)
        else:
            # The line of the next one passes to the right of this name.
            right = min(one.x, marked[at + 1][1].x - 0.08) + 0.04
        y = top - 0.02 - _LINE * (at + 0.5)
        sheet.text(max(page.MARGIN, right - width), y, text, anchor=0.5, color=ink, fontweight="bold")
        under.plot([one.x] * 2, [y + _LINE / 2 - 0.02, under.get_ylim()[0]], label=name, color=ink, linewidth=1.0)
        if not one.definition.is_bound:
            axes.plot(
                [one.x], [one.definition.value], label=name, linestyle="", marker="o", markersize=12,
                markerfacecolor="none", markeredgecolor=ink, markeredgewidth=1.6, zorder=6, clip_on=False,
            )  # fmt: skip


def _role_text(one: _Definition, told: _Teller) -> str:
    return f"{one.name.removeprefix('the ')}: {told(one)}"


def _role_ink(one: _Definition) -> str:
    return page.STYLES[1].ink if one.role == "neutral" else page.INK


# The matrix


def _underlay(sheet: Page, body: float) -> Axes:
    """Return a plot below all others whose units are inches from the top left of the page's body."""
    axes = sheet.axes(0.0, 0.0, 0.0, body)
    axes.set(xlim=(0, page.WIDTH), ylim=(body, 0), xticks=[], yticks=[], zorder=-1)
    axes.axis("off")
    return axes


def _draw_matrix(sheet: Page, under: Axes, panels: Sequence[_Panel], groups: Sequence[_Group], top: float) -> None:
    """Draw a row for each option, with a mark in the column of each definition that takes it."""
    bands = []
    for group in groups:
        # A heading may be longer than the labels: a white rim parts it from the lines of the roles.
        rim = [withStroke(linewidth=4, foreground="white")]
        sheet.text(
            page.MARGIN, top + group.head - 0.03, group.heading, anchor=1, color=page.QUIET, path_effects=rim
        )  # fmt: skip
        top += group.head
        for at, (option, label, height) in enumerate(zip(group.options, group.labels, group.heights, strict=True)):
            middle = top + height / 2
            for panel in panels:
                if at % 2 == 0:
                    bands.append(_rectangle(panel.left, panel.right, top, top + height))
                _draw_marks(under, panel, group.name, option, middle)
            sheet.text(page.MARGIN, middle, label, anchor=0.5, fontsize=_SMALL, fontweight=group.weight(option))
            top += height
    # As one artist, they are drawn much faster than each by itself.
    under.add_collection(PolyCollection(bands, color=_BAND, linewidth=0, zorder=0), autolim=False)


def _rectangle(left: float, right: float, top: float, bottom: float) -> list[tuple[float, float]]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _draw_marks(under: Axes, panel: _Panel, name: str, option: str, y: float) -> None:
    width = min(max(50 * panel.step, 0.7), 2.4)
    for answer, columns in panel.split():
        x = [one.x for one in columns if one.definition.options[name] == option]
        if not x:
            continue
        larger = answer != "no"
        if panel.step < _TICKED:
            look: dict[str, Any] = {"marker": "|", "markersize": 12 if larger else 8.5, "markeredgewidth": width}
        else:
            look = {"marker": _MARKERS[answer], "markersize": 6.5 if larger else 6.0, "markeredgewidth": 0}
            look |= _face(answer, _COLOURS[panel.first, answer], rim=0) if answer == "room" else {}
        look |= {"color": _COLOURS[panel.first, answer], "zorder": 3 + larger}
        under.plot(x, [y] * len(x), label=f"{name}: {option}", linestyle="", **look)
    for one in panel.columns:
        # Among ticks, those of a marked definition would be lost on its line.
        if panel.step < _TICKED and one.definition.role and one.definition.options[name] == option:
            label = f"{name}: {option}, {one.definition.role}"
            ink = _role_ink(one.definition)
            under.plot([one.x], [y], label=label, color=ink, marker="o", markersize=6.5, zorder=5)


# What the picture shows, in words


def _teller(unit: str, decimals: int) -> _Teller:
    """Return how a definition's value or bounds are written."""

    def told(one: _Definition) -> str:
        shown, sign = one.unit or tick_unit(unit), is_signed(one.unit or unit)
        if one.is_bound:
            return fmt.interval(one.low, one.high, decimals, unit=shown, sign=sign)
        return fmt.with_unit(one.value, shown, decimals, sign=sign)

    return told


def _alt(panels: Sequence[_Panel], title: str, unit: str, told: _Teller, printed: float | None) -> str:
    if printed is None:
        number, verbs = "", ("agrees with the article", "agree with the article")
    else:
        number, verbs = f" ({_printed_text(printed, unit)})", ("comes out as printed", "come out as printed")
    texts = [f"{_panel_words(panel, told, verbs)}{number if panel.first else ''}." for panel in panels]
    roles = sorted(
        ((one, panel) for panel in panels for one in panel.definitions if one.role), key=lambda pair: pair[0].role
    )
    texts += [
        f"{_capital(one.name)} definition gives {told(one)}{_rank_words(one, panel)}." for one, panel in roles
    ]
    return f"Specification curve, {unit_heading(unit)}: {sentence(title)} {' '.join(texts)}"


def _panel_words(panel: _Panel, told: _Teller, verbs: tuple[str, str]) -> str:
    """Return how many definitions a panel has, their range, how many agree, and, of the first, the median."""
    own = panel.definitions
    values = [one.value for one in own if not one.is_bound]
    bounds = [one for one in own if one.is_bound]
    low, high = limits_of([*values, *(end for one in bounds for end in one.ends)])
    parts = [
        f"{len(own)} definition{'s' if len(own) > 1 else ''}",
        told(replace(own[0], value=math.nan, low=low, high=high)),
    ]
    opens = [
        word
        for word, end in (("below", "low"), ("above", "high"))
        if any(math.isnan(getattr(one, end)) for one in bounds)
    ]
    parts += [f"open {fmt.join(opens)}"] if opens else []
    if panel.first and len(values) > 1:
        among = f" of the {len(values)} with a value" if bounds else ""
        parts.append(f"median{among} {told(replace(own[0], value=statistics.median(values)))}")
    if bounds:
        parts.append(f"{len(bounds)} of them bounds only" if values else "bounds only")
    agreeing, room = (sum(one.answer == answer for one in own) for answer in ("yes", "room"))
    perhaps = f", {room} {'leaves' if room == 1 else 'leave'} room for it" if room else ""
    return f"{panel.name}: {', '.join(parts)}; {agreeing or 'none'} {verbs[agreeing > 1]}{perhaps}"


def _rank_words(one: _Definition, panel: _Panel) -> str:
    """Return where a definition's value stands among those of its panel, as ", the 3rd lowest of 12"."""
    values = [other.value for other in panel.definitions if not other.is_bound]
    if one.is_bound or len(values) == 1:
        return ""
    # Values that differ in their last bit alone are the same.
    others = [value for value in values if not math.isclose(value, one.value, rel_tol=1e-9, abs_tol=1e-12)]
    same = len(values) - len(others)
    below, above = sum(value < one.value for value in others), sum(value > one.value for value in others)
    among = f"{len(values)}" if len(values) == len(panel.columns) else f"the {len(values)} with a value"
    if same == len(values):
        return f", as do all {among.removeprefix('the ')}"
    if below == above:
        return f", in the middle of {among}"
    rank, end = (below + 1, "lowest") if below < above else (above + 1, "highest")
    return f", the {'joint ' if same > 1 else ''}{_ordinal(rank)}{end} of {among}"


def _ordinal(rank: int) -> str:
    """Return a rank before "lowest" or "highest": nothing for the first, else "2nd " and so on."""
    if rank == 1:
        return ""
    ending = "th" if rank % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending} "
