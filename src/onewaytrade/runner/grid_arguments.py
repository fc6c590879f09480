"""Read what `--grid NAME=VALUES` says: lists, and ranges of months and of whole numbers."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence

from onewaytrade.errors import ParameterError
from onewaytrade.runner.parameters import Parameter, Value, convert, unknown

_MONTH = r"(\d{4})-(\d{2})"
_MONTHS = re.compile(rf"{_MONTH}:{_MONTH}(?::(\d+))?")
_NUMBERS = re.compile(r"(-?\d+):(-?\d+)(?::(\d+))?")
# A text with a colon is a text, unless it begins as a range does.
_BEGINS = re.compile(rf"({_MONTH}|-?\d+):")
# A slip of the keyboard (0:20230601) is refused before it fills the memory.
_MOST = 1_000_000


def read(stem: str, known: Mapping[str, Parameter], arguments: Sequence[str]) -> dict[str, tuple[Value, ...]]:
    """Return the values of each grid by its parameter, in the order given, each value once.

    A grid is `NAME=VALUES`: values by comma, quoted as in a CSV file where one holds a comma, and each a value or
    a range of months (`2022-01:2023-06`) or of whole numbers (`1:12`), both ends included, with a step behind
    another colon if it is not one. `known` are the parameters that the notebook `stem` declares. Raises
    ParameterError if a grid names no parameter or one twice, has no values, or one of another type.
    """
    grids: dict[str, tuple[Value, ...]] = {}
    for argument in arguments:
        name, equals, text = argument.partition("=")
        if not equals or not name:
            raise ParameterError(
                f"--grid {argument} spans nothing: write --grid NAME=VALUE,VALUE or NAME=FIRST:LAST."
            )
        if name not in known:
            raise unknown(name, {stem: known})
        if name in grids:
            raise ParameterError(f"--grid {name} is given twice: put all its values behind one, by comma.")
        values = [
            convert(stem, known[name], one) for item in _items(argument, text) for one in _expand(name, item)
        ]
        grids[name] = tuple(dict.fromkeys(values))
    return grids


def _items(argument: str, text: str) -> list[str]:
    """Return the values between the commas."""
    try:
        rows = list(csv.reader([text], skipinitialspace=True, strict=True))
    except csv.Error:
        raise ParameterError(
            f"--grid {argument}: a quotation mark is not closed, or stands within a value."
        ) from None
    items = [item.strip() for item in rows[0]] if rows else []
    if not items or not all(items):
        raise ParameterError(f"--grid {argument}: a value is missing between the commas, or there is none at all.")
    return items


def _expand(name: str, item: str) -> Iterator[str]:
    """Yield the values of a range, or the one value that an item is."""
    if found := _MONTHS.fullmatch(item):
        first_year, first, last_year, last = map(int, found.group(1, 2, 3, 4))
        for month in (first, last):
            if not 1 <= month <= 12:
                raise ParameterError(f"--grid {name}: {item} names a month {month:02d}; months are 01 to 12.")
        for count in _range(name, item, first_year * 12 + first - 1, last_year * 12 + last - 1, found[5]):
            yield f"{count // 12:04d}-{count % 12 + 1:02d}"
    elif found := _NUMBERS.fullmatch(item):
        yield from map(str, _range(name, item, int(found[1]), int(found[2]), found[3]))
    elif _BEGINS.match(item):
        raise ParameterError(
            f"--grid {name}: {item} is no range; write 2022-01:2023-06 or 1:12, with a step as in 1:12:3."
        )
    else:
        yield item


def _range(name: str, item: str, first: int, last: int, step: str | None) -> range:
    if step is not None and int(step) == 0:
        raise ParameterError(f"--grid {name}: {item} has a step of 0; the smallest is 1.")
    if last < first:
        raise ParameterError(f"--grid {name}: {item} runs backwards; write the smaller end first.")
    found = range(first, last + 1, int(step or 1))
    if len(found) > _MOST:
        raise ParameterError(f"--grid {name}: {item} has {len(found):,} values, more than {_MOST:,}.")
    return found
