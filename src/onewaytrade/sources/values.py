"""Spell numbers as `data/` holds them, and read months: what the readers of single publishers share."""

from typing import Final

from onewaytrade.sources.safe import Cells

# The digits that a spreadsheet keeps; more are noise of the binary number.
_DIGITS: Final = 15


def shortest(value: float) -> str:
    """Return a number in its shortest form, without an exponent: "153837.1", "12", "11678394417"."""
    text = f"{value:.{_DIGITS}g}"
    if "e" in text:
        text = f"{value:.{_DIGITS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def number(cells: Cells, row: int, column: int, right: str = "a number is expected") -> str:
    """Return the cell's number in its shortest form; raises SourceError, with what is right, if it is none."""
    return shortest(float(cells.number(row, column, right)))


def end(cells: Cells, right: str) -> int:
    """Return the number of rows down to the last that is not blank, of a table whose first row is its header.

    Raises SourceError, with what is right, if there is no row below the header, or if a cell has no header above
    it. A column without a name is passed over where it holds nothing: some files end each row with a comma.
    """
    filled = [
        row for row in range(cells.rows) if not all(cells.blank(row, column) for column in range(cells.columns))
    ]
    if not filled:
        raise cells.fault("there is nothing but blanks", right)
    if filled[-1] == 0:
        raise cells.fault("there is no row below the header", right)
    for row in filled[1:] if filled[0] == 0 else filled:
        for column in range(cells.columns):
            if cells.blank(0, column) and not cells.blank(row, column):
                problem = f"{cells.shown(row, column)} has no header above it"
                raise cells.fault(problem, "each row must have as many cells as the header", row, column)
    return filled[-1] + 1


def columns(cells: Cells, wanted: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, int]:
    """Return where the columns stand that the first row names, those wanted and those optional.

    Raises SourceError if one that is wanted is missing or if one stands twice.
    """
    names = [cells.text(0, column) for column in range(cells.columns)]
    for name in wanted:
        if name not in names:
            found = ", ".join(filter(None, names)) or "nothing"
            right = f"columns {', '.join(wanted)} are expected, and {found[:200]} stand there"
            raise cells.fault(f"the column {name} is missing", right, 0)
    for name in (*wanted, *optional):
        if names.count(name) > 1:
            raise cells.fault(f"the column {name} stands twice", "each is expected once", 0)
    return {name: names.index(name) for name in (*wanted, *optional) if name in names}
