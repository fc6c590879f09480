"""Read a notebook's parameters cell, and check given values against it before anything runs."""

import ast
import hashlib
import importlib
import io
import re
import tokenize
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from onewaytrade.errors import ParameterError
from onewaytrade.nearest import nearest
from onewaytrade.runner import notebooks

Value = str | int | float | bool
Check = Callable[[str, dict[str, Value]], None]

_TYPES: dict[str, type[Value]] = {"str": str, "int": int, "float": float, "bool": bool}
_EXAMPLES = {"str": "a text", "int": "a whole number", "float": "a number", "bool": "True or False"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One line of a parameters cell: `name: type = default  # help`."""

    name: str
    type: str
    default: Value
    help: str


def declared(path: Path) -> dict[str, Parameter]:
    """Return the parameters that the notebook at `path` declares, by name, in their order.

    Raises ParameterError if a line of the cell is not a typed assignment of a plain value.
    """
    cell = notebooks.tagged(notebooks.unexecuted(path), "parameters")
    if cell is None:
        return {}
    source = notebooks.source(cell)
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise ParameterError(f"{path.stem}: the parameters cell is not Python: {error}.") from error
    comments = _comments(source)
    found = [_parameter(path.stem, statement, comments) for statement in statements]
    return {parameter.name: parameter for parameter in found}


def assign(paths: Sequence[Path], assignments: Sequence[str]) -> dict[str, dict[str, Value]]:
    """Return for each notebook's stem the values that `NAME=VALUE` strings give it, other than its defaults.

    A parameter goes to every notebook that declares it. Raises ParameterError, naming the nearest valid name,
    if none does, and if a string has no "=" or a value is not of the declared type.
    """
    parameters = {path.stem: declared(path) for path in paths}
    given: dict[str, dict[str, Value]] = {path.stem: {} for path in paths}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise ParameterError(f"-p {assignment} sets nothing: write -p NAME=VALUE.")
        takers = {stem: known[name] for stem, known in parameters.items() if name in known}
        if not takers:
            raise unknown(name, parameters)
        for stem, parameter in takers.items():
            given[stem][name] = convert(stem, parameter, text)
    return {
        stem: {name: value for name, value in values.items() if value != parameters[stem][name].default}
        for stem, values in given.items()
    }


def takers(paths: Sequence[Path], name: str) -> tuple[Path, ...]:
    """Return the notebooks that declare a parameter; all of them if none does, so that `assign` says so."""
    found = tuple(path for path in paths if name in declared(path))
    return found or tuple(paths)


def convert(stem: str, parameter: Parameter, text: str) -> Value:
    """Return `text` as a value of the parameter's declared type.

    Raises ParameterError if it is none.
    """
    if parameter.type == "bool":
        if text.lower() in {"true", "false"}:
            return text.lower() == "true"
    else:
        try:
            text.encode()  # a console may hand on bytes that are no text, which no file of results would take
            return _TYPES[parameter.type](text)
        except ValueError:
            pass
    raise ParameterError(
        f"{stem}: parameter {parameter.name}={text} must be {_EXAMPLES[parameter.type]}, "
        f"for example {parameter.default!r}."
    )


def validate(path: Path, values: Mapping[str, Value], check: Check | None = None) -> None:
    """Check names, types and, by `check(stem, all values)`, the values themselves.

    Raises ParameterError at the first fault, naming the nearest valid name, or the type needed.
    """
    known = declared(path)
    for name, value in values.items():
        if name not in known:
            raise unknown(name, {path.stem: known})
        if not _fits(value, known[name].type):
            raise ParameterError(
                f"{path.stem}: parameter {name}={value!r} must be {_EXAMPLES[known[name].type]}, "
                f"for example {known[name].default!r}."
            )
    if check is not None:
        check(path.stem, {name: parameter.default for name, parameter in known.items()} | dict(values))


def own_check(path: Path) -> Check | None:
    """Return the check that the notebook at `path` names in its metadata, as `"onewaytrade": {"check": ...}`.

    It is "module:function", called with all values by name, and raises ParameterError for those that the data
    cannot answer. None if the notebook names none. Raises ParameterError if there is no such function.
    """
    place = notebooks.unexecuted(path).get("metadata", {}).get("onewaytrade", {}).get("check")
    if place is None:
        return None
    module, _, name = str(place).partition(":")
    try:
        function: Callable[[dict[str, Value]], None] = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError):
        raise ParameterError(
            f"{path.stem}: the check {place!r} in its metadata is not there; write module:function."
        ) from None
    return lambda _stem, values: function(values)


def slug(parameters: Mapping[str, Mapping[str, Value]]) -> str:
    """Return a folder name for values other than the defaults, and "" if there are none.

    Different values give different names: where letters had to be replaced or cut, a checksum is added.
    """
    pairs = sorted({f"{name}-{value}" for values in parameters.values() for name, value in values.items()})
    exact = "_".join(pairs)
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", exact)[:80]
    return safe if safe == exact else f"{safe}-{hashlib.sha256(exact.encode()).hexdigest()[:8]}"


def _parameter(stem: str, statement: ast.stmt, comments: Mapping[int, str]) -> Parameter:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
        type_name = ast.unparse(statement.annotation)
        try:
            default = ast.literal_eval(statement.value)
        except ValueError:
            default = None
        if type_name in _TYPES and _fits(default, type_name):
            return Parameter(statement.target.id, type_name, default, comments.get(statement.end_lineno or 0, ""))
    raise ParameterError(
        f"{stem}: line {statement.lineno} of the parameters cell, {ast.unparse(statement)!r}, must read "
        f"NAME: TYPE = VALUE with a plain value of type {', '.join(_TYPES)}."
    )


def _fits(value: object, type_name: str) -> bool:
    if type_name == "float":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is _TYPES[type_name]


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("# ").strip() for token in tokens if token.type == tokenize.COMMENT
    }


def unknown(name: str, parameters: Mapping[str, Mapping[str, Parameter]]) -> ParameterError:
    """Return the error that no notebook has a parameter of this name; `parameters` are those known, by stem."""
    owners = {known: stem for stem, names in parameters.items() for known in names}
    stems = ", ".join(parameters)
    if not owners:
        return ParameterError(f"{stems} has no parameter {name!r}: it takes none.")
    near = nearest(name, owners)
    return ParameterError(f"No parameter {name!r} is known to {stems}; the nearest is {near!r} of {owners[near]}.")
