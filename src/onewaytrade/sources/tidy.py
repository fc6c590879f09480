"""Read a tidy CSV of one's own with the schema that lies beside it: NAME.csv and NAME.schema.json.

The schema is a Frictionless Table Schema with what the manifest wants besides:

    {"title": …, "publisher": …, "where": address or place, "licence": … (optional), "grade": primary | press | …,
     "key": [columns], "caveats": [sentences] (optional), "edition": …, "released": … (both optional),
     "fields": [{"name": …, "type": string | number | integer | boolean, "description": …, "unit": …,
                 "constraints": {"required": true, "enum": […], "pattern": …}}]}

A number states its unit. The dataset is called as the file is.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from onewaytrade.errors import SourceError
from onewaytrade.nearest import nearest
from onewaytrade.sources.figures import Record
from onewaytrade.sources.reading import Table
from onewaytrade.sources.safe import Cells, csv_cells, json_of
from onewaytrade.sources.tables import NOT_ESTABLISHED, SPECS, Field, Spec
from onewaytrade.sources.values import end

_TYPES: Final = ("string", "number", "integer", "boolean")
_GRADES: Final = ("primary", "press", "mirror", "implied")
_CONSTRAINTS: Final = ("required", "enum", "pattern")
_TEXTS: Final = ("title", "publisher", "where", "grade")
# What a Table Schema may say of a field without a meaning for the checks.
_REMARKS: Final = frozenset({"name", "type", "description", "unit", "constraints", "title", "format", "example"})
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_COLUMN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_EDITION: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?")
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_EXPECTED: Final[Mapping[str, tuple[re.Pattern[str], str]]] = {
    "number": (_NUMBER, "a number like 1234.5, without separators of thousands, is expected"),
    "integer": (re.compile(r"-?\d+"), "a whole number is expected"),
    "boolean": (re.compile(r"true|false"), "true or false is expected"),
}


def tables(path: Path) -> tuple[Table, ...]:
    """Return the table at `path` as a dataset of its own, named as the file is.

    Raises SourceError if the schema is missing or incomplete, or names a dataset that the project has a reader
    for; if a column is missing or unknown; or if a cell is not of its type, or empty where it is required.
    """
    name = path.stem
    if not _NAME.fullmatch(name):
        raise SourceError(
            f"{path.name}: the file's name becomes that of the dataset, and '{name}' cannot be one; small "
            "letters, digits and hyphens are expected, such as 'steel-prices.csv'."
        )
    if name in SPECS:
        raise SourceError(f"{path.name}: '{name}' is a dataset of the project; give the file another name.")
    cells = csv_cells(path)
    beside = path.with_suffix(".schema.json")
    if not beside.is_file():
        raise SourceError(
            f"{path.name}: there is no {beside.name} beside it; a schema is expected there that names title, "
            "publisher, where, grade, key and fields."
        )
    schema = json_of(beside, 1)
    if not isinstance(schema, dict):
        raise SourceError(f"{beside.name}: this is no JSON object; a Table Schema is expected.")
    spec = _spec(beside.name, schema)
    rows = _rows(cells, spec)
    edition, released = (_date(beside.name, schema, part) for part in ("edition", "released"))
    return (Table(name, rows, edition or released, released, spec.where, (), spec.title, spec),)


def _spec(file: str, schema: Mapping[str, Any]) -> Spec:
    texts = {part: schema.get(part) for part in _TEXTS}
    for part, text in texts.items():
        if not isinstance(text, str) or not text.strip():
            raise SourceError(f"{file}: '{part}' is missing or no text; a schema names {', '.join(_TEXTS)}.")
    if texts["grade"] not in _GRADES:
        raise SourceError(f"{file}: the grade is '{texts['grade']}'; one of {', '.join(_GRADES)} is expected.")
    fields = schema.get("fields")
    if not isinstance(fields, list) or not fields:
        raise SourceError(f"{file}: 'fields' is missing or empty; a list of the columns is expected.")
    made = tuple(_field(file, number, field) for number, field in enumerate(fields, start=1))
    names = [field.name for field in made]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise SourceError(f"{file}: the field '{twice}' stands twice; each column is expected once.")
    key = _key(file, schema, made)
    licence, caveats = schema.get("licence", schema.get("license", NOT_ESTABLISHED)), schema.get("caveats", [])
    if not isinstance(licence, str) or not licence.strip():
        raise SourceError(f"{file}: 'licence' is no text; a name such as 'CC BY 4.0' is expected, or nothing.")
    if not isinstance(caveats, list) or not all(isinstance(text, str) for text in caveats):
        raise SourceError(f"{file}: 'caveats' is no list of sentences; one is expected, or nothing.")
    title, publisher, where, grade = (str(texts[part]).strip() for part in _TEXTS)
    return Spec(title, publisher, grade, where, key, made, tuple(caveats), licence.strip())


def _key(file: str, schema: Mapping[str, Any], fields: Sequence[Field]) -> tuple[str, ...]:
    known = [field.name for field in fields]
    key = schema.get("key", schema.get("primaryKey"))
    key = [key] if isinstance(key, str) else key
    if not isinstance(key, list) or not key or not all(isinstance(name, str) for name in key):
        raise SourceError(f"{file}: 'key' is missing; the columns that tell one row from all others are expected.")
    if unknown := next((name for name in key if name not in known), None):
        hint = f"the nearest is '{nearest(unknown, known)}', and all are {', '.join(known)}"
        raise SourceError(f"{file}: the key names '{unknown}', which is no field; {hint}.")
    if optional := next((field.name for field in fields if field.name in key and not field.required), None):
        raise SourceError(f"{file}: '{optional}' is in the key; it must be required in its constraints.")
    return tuple(key)


def _field(file: str, number: int, field: object) -> Field:
    if not isinstance(field, dict) or not _COLUMN.fullmatch(str(field.get("name", ""))):
        raise SourceError(
            f"{file}, field {number}: the name is missing or has other characters than letters, digits and '_'; "
            "an object with name, type and description is expected."
        )
    where = f"{file}, field {field['name']}"
    if field.get("type") not in _TYPES:
        kind = field.get("type")
        raise SourceError(
            f"{where}: the type is '{kind}'; one of {', '.join(_TYPES)} is expected (a date or month is a string, "
            "with a pattern)."
        )
    for part, right in (("description", "what the column means"), ("unit", "the unit of its numbers")):
        if (part == "description" or field["type"] == "number") and not str(field.get(part) or "").strip():
            raise SourceError(f"{where}: '{part}' is missing; it says {right}.")
    constraints = field.get("constraints", {})
    if not isinstance(constraints, dict):
        raise SourceError(f"{where}: 'constraints' is no object; one with {', '.join(_CONSTRAINTS)} is expected.")
    unknown = [name for name in constraints if name not in _CONSTRAINTS]
    if unknown or (others := [name for name in field if name not in _REMARKS]):
        what = f"the constraint '{unknown[0]}'" if unknown else f"'{others[0]}'"
        raise SourceError(f"{where}: {what} would not be checked; only {', '.join(_CONSTRAINTS)} are.")
    return Field(
        str(field["name"]),
        str(field["type"]),
        str(field["description"]).strip(),
        str(field["unit"]).strip() if field.get("unit") else None,
        constraints.get("required", False) is True,
        _enum(where, constraints),
        _pattern(where, constraints),
    )


def _enum(where: str, constraints: Mapping[str, Any]) -> tuple[str, ...]:
    enum = constraints.get("enum", [])
    if not isinstance(enum, list) or not all(isinstance(word, str) for word in enum):
        raise SourceError(f"{where}: 'enum' is no list of texts; one is expected.")
    return tuple(enum)


def _pattern(where: str, constraints: Mapping[str, Any]) -> str | None:
    pattern = constraints.get("pattern")
    if pattern is None:
        return None
    try:
        re.compile(pattern)
    except (re.error, TypeError) as error:
        raise SourceError(f"{where}: the pattern is no regular expression ({error}); one is expected.") from error
    return str(pattern)


def _date(file: str, schema: Mapping[str, Any], part: str) -> str | None:
    text = schema.get(part)
    if text is not None and not (isinstance(text, str) and _EDITION.fullmatch(text)):
        raise SourceError(f"{file}: the {part} is '{text}'; a day or a month is expected, such as 2026-12-10.")
    return text


def _rows(cells: Cells, spec: Spec) -> tuple[Record, ...]:
    right = f"columns {', '.join(field.name for field in spec.fields)} are expected, as the schema has them"
    last = end(cells, right)
    header = [cells.text(0, column) for column in range(cells.columns)]
    known = [field.name for field in spec.fields]
    for name in known:
        if name not in header:
            raise cells.fault(f"the column {name} is missing", right, 0)
    for column, name in enumerate(header):
        if name and (name not in known or header.index(name) < column):
            raise cells.fault(f"the column {cells.shown(0, column)} does not belong there", right, 0, column)
    return tuple(
        {field.name: _cell(cells, row, header.index(field.name), field) for field in spec.fields}
        for row in range(1, last)
    )


def _cell(cells: Cells, row: int, column: int, field: Field) -> str:
    text = cells.text(row, column)
    if not text:
        if field.required:
            raise cells.fault(f"{field.name} is empty", "the schema requires it", row, column)
        return ""
    if field.type in _EXPECTED:
        pattern, right = _EXPECTED[field.type]
        if not pattern.fullmatch(text):
            raise cells.fault(f"{cells.shown(row, column)} stands in {field.name}", right, row, column)
    if field.enum and text not in field.enum:
        right = f"one of {', '.join(field.enum)} is expected; the nearest is '{nearest(text, field.enum)}'"
        raise cells.fault(f"{cells.shown(row, column)} stands in {field.name}", right, row, column)
    if field.pattern and field.type == "string" and not re.fullmatch(field.pattern, text):
        raise cells.fault(
            f"{cells.shown(row, column)} stands in {field.name}",
            f"text like {field.pattern} is expected",
            row,
            column,
        )
    return text
