"""Keep the results of notebooks, and hand one back where a run would give the same.

An entry is one file, `build/cache/NAME/KEY-STATE`. The key is all that is known before a run: the notebook's
cells, its parameters, the package, the lock, what is installed, Python, and the variables that libraries read
when they are imported. The state is what the run was seen to read (`watch`): files, folders and variables, with
the hash of each. An entry holds as long as both are what they were.
"""

import contextlib
import hashlib
import json
import os
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from onewaytrade import files, project
from onewaytrade.runner import notebooks, watch
from onewaytrade.runner.parameters import Value
from onewaytrade.runner.product import Product

FOLDER: Final = Path("build") / "cache"
UNCHANGED: Final = "nothing changed"
FRESH: Final = "--fresh"
LIMIT: Final = 256 * 2**20  # bytes
_COMPARED: Final = 16  # entries that fit no more, read for what has changed
_FORMAT: Final = "onewaytrade-cache-1"
_LOCK: Final = "requirements.lock"
# Read by libraries, often in C, when they are imported: before anybody watches.
_READ_AT_IMPORT: Final = (
    "PYTHON", "MPL", "OMP_", "OPENBLAS_", "MKL_", "BLIS_", "NUMEXPR_", "NPY_", "PANDAS_", "LANG", "LC_", "TZ",
)  # fmt: skip
_NO_MATTER: Final = {"PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONUNBUFFERED"}
_MANIFEST: Final = project.MANIFEST.as_posix()
_DAMAGED: Final = "the kept result was damaged"
_NONE_KEPT: Final = "no kept result"

# Named hashes by kind: what a result depends on.
Parts = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Reused:
    """What became of a notebook that need not be executed: its kept result, found in some seconds."""

    stem: str
    seconds: float
    product: Product
    reason: str = UNCHANGED
    failure: None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A kept result: what it depends on, known before its run and seen in it, and the result."""

    key: Parts
    state: Parts
    product: Product


@dataclass(frozen=True, slots=True)
class Missing:
    """That nothing kept can be used, and why, in a few words."""

    reason: str


class Cache:
    """The results kept for a project; `environment` is that of its notebooks, `verdicts` a file they may read."""

    def __init__(
        self,
        root: Path,
        environment: Mapping[str, str],
        verdicts: Path,
        *,
        fresh: bool = False,
        limit: int = LIMIT,
        package: Path = watch.PACKAGE,
    ) -> None:
        self._root = root
        self._folder = root / FOLDER
        self._environment = environment
        self._verdicts = verdicts
        self._fresh = fresh
        self._limit = limit
        self._package = package
        self._hashes: dict[Path, tuple[watch.Signature, str]] = {}
        # As they are when the run begins: what is kept was made from these, whatever has been changed since.
        self._surroundings = self._look_around()
        self._data = {self._shown(path): "" for path in _sorted_files(root / "data")}

    def is_stale(self) -> bool:
        """Tell whether package, lock or installed packages have changed since this run began."""
        return self._look_around() != self._surroundings

    def key(self, path: Path, parameters: Mapping[str, Value]) -> Parts:
        """Return what the result of a notebook depends on, as far as it is known before its run."""
        notebook = notebooks.unexecuted(path)
        cells = {cell["id"]: _hash(_cell(cell)) for cell in notebook["cells"]}
        others = {name: value for name, value in notebook.items() if name != "cells"}
        others["metadata"] = {name: value for name, value in others["metadata"].items() if name != "papermill"}
        return {
            "cell": cells,
            "order": {"": _hash(list(cells))},
            "notebook": {"metadata": _hash(others)},
            "parameter": {name: repr(value) for name, value in parameters.items()},
            **self._surroundings,
        }

    def find(self, name: str, key: Parts) -> Product | Missing:
        """Return the kept result of `name` that holds now, or why there is none."""
        if self._fresh:
            return Missing(FRESH)
        others, damaged = [], False
        wanted = _hash(key)
        paths = self._entries(name)
        fitting = [path for path in paths if path.name.startswith(wanted)]
        for path in (*fitting, *[path for path in paths if path not in fitting][:_COMPARED]):
            entry = _read(path)
            if entry is None:
                damaged = True
                path.unlink(missing_ok=True)
            elif path in fitting and self._changed(entry.state) is None:
                with contextlib.suppress(OSError):
                    os.utime(path)
                return entry.product
            else:
                others.append(entry)
        if damaged:
            return Missing(_DAMAGED)
        same = [entry for entry in others if entry.key.get("parameter") == key.get("parameter")]
        if not same:
            return Missing("not run with these parameters before" if others else _NONE_KEPT)
        return Missing(_difference(same[0].key, key) or self._changed(same[0].state) or _NONE_KEPT)

    def keep(self, name: str, key: Parts, observed: watch.Observed | None, product: Product) -> str:
        """Keep a result by what its run was seen to read; return "", or a sentence on why it cannot be kept."""
        if observed is None:
            return f"{name} is not kept: its kernel could not tell what it reads."
        unrepeatable = observed.unrepeatable
        if watch.EVERY in observed.variables:
            unrepeatable = unrepeatable or "it looks at all variables of its environment"
        if unrepeatable:
            place = unrepeatable.replace(f"{self._root}{os.sep}", "")
            return f"{name} is not kept, since a kept result would leave this out: {place}."
        for path, then in observed.files.items():
            if watch.signature(path) != then and Path(path) != self._verdicts:
                return f"{name} is not kept: {self._shown(path)} changed while it ran."
        state: Parts = {
            "file": {
                self._shown(path): self._file(path) for path in observed.files if path != str(self._verdicts)
            },
            "folder": {self._shown(path): _names(Path(path)) for path in observed.folders},
            "variable": {
                variable: self._variable(variable) for variable in observed.variables if variable != watch.VERDICTS
            },
            # No audit event says that a file was looked for, only that it was opened.
            "data": self._data,
        }
        if watch.VERDICTS in observed.variables:
            state["verdicts"] = {"": self._file(self._verdicts)}
        self._write(name, Entry(key, state, product))
        return ""

    def remember(self, name: str, inputs: Mapping[str, str], make: Callable[[], bytes]) -> bytes:
        """Return what `make` returns, made anew only if inputs, package, data or a module of the project changed.

        It is kept unless `make` raises.
        """
        key = {"parameter": dict(inputs), **self._surroundings}
        found = self.find(name, key)
        if isinstance(found, Product):
            return found.notebook
        seen = {str(path): watch.signature(path) for path in _sorted_files(self._root / "data")}
        content = make()
        seen |= {str(path): watch.signature(path) for path in _modules_of(self._root)}
        if not self.is_stale():
            self.keep(name, key, watch.Observed(seen), Product(content))
        return content

    def _look_around(self) -> Parts:
        """Return what all results depend on, whatever they read."""
        variables = {name for name in self._environment if name.startswith(_READ_AT_IMPORT)} - _NO_MATTER
        return {
            "package": {
                path.relative_to(self._package).as_posix(): self._file(path) for path in _sources(self._package)
            },
            "lock": {_LOCK: self._file(self._root / _LOCK)},
            "installed": dict.fromkeys(_installed(), ""),
            "Python": {"": f"{sys.version} {sysconfig.get_platform()}"},
            "variable": {name: self._variable(name) for name in sorted(variables)},
            "setting": {path.name: self._file(path) for path in _settings(self._environment)},
        }

    def _changed(self, state: Parts) -> str | None:
        """Return in words the first thing that is not what it was when a result was kept; None if all is."""
        now: Parts = {
            "file": {shown: self._file(self._root / shown) for shown in state["file"]},
            "folder": {shown: _names(self._root / shown) for shown in state["folder"]},
            "variable": {variable: self._variable(variable) for variable in state["variable"]},
            "data": self._data,
        }
        if "verdicts" in state:
            now["verdicts"] = {"": self._file(self._verdicts)}
        return _difference(state, now)

    def _file(self, path: str | Path) -> str:
        """Return the hash of a file, "" if there is none; it is read once as long as it stays as it is."""
        place = Path(path)
        now = watch.signature(place)
        known = self._hashes.get(place)
        if known is None or known[0] != now:
            try:
                content = hashlib.sha256(place.read_bytes()).hexdigest()[:32]
            except OSError:
                content = ""
            known = self._hashes[place] = (now, content)
        return known[1]

    def _variable(self, name: str) -> str:
        """Return a variable's hash and not its value, which may be a secret."""
        value = self._environment.get(name)
        return "" if value is None else _hash(value)

    def _shown(self, path: str | Path) -> str:
        """Return a path from the project's folder, so that entries hold where it has moved; else the whole."""
        place = Path(path)
        return place.relative_to(self._root).as_posix() if place.is_relative_to(self._root) else str(place)

    def _entries(self, name: str) -> list[Path]:
        """Return the files of a name's entries, the newest first."""
        found = [
            (signature, path)
            for path in (self._folder / name).glob("[!.]*")
            if (signature := watch.signature(path))
        ]
        return [path for _, path in sorted(found, key=lambda pair: pair[0], reverse=True)]

    def _write(self, name: str, entry: Entry) -> None:
        path = self._folder / name / f"{_hash(entry.key)}-{_hash(entry.state)}"
        product = entry.product
        header = {
            "key": entry.key,
            "state": entry.state,
            "tables": product.tables,
            "verdicts": product.verdicts,
        }
        body = json.dumps(header, ensure_ascii=False).encode() + b"\n" + product.notebook
        # Without room or permission, a run is as good as before there was a cache.
        with contextlib.suppress(OSError):
            files.write_bytes(path, f"{_FORMAT} {hashlib.sha256(body).hexdigest()}\n".encode() + body)
            self._prune(path)

    def _prune(self, newest: Path) -> None:
        """Remove the entries that were used longest ago, as long as all together are too large."""
        found = [(signature, path) for path in self._folder.glob("*/*") if (signature := watch.signature(path))]
        left = sum(signature[1] for signature, _ in found)
        for signature, path in sorted(found, key=lambda pair: pair[0]):
            if left <= self._limit:
                return
            if path != newest:
                path.unlink(missing_ok=True)
                left -= signature[1]


def _read(path: Path) -> Entry | None:
    """Return an entry; None if it is not whole."""
    try:
        first, body = path.read_bytes().split(b"\n", 1)
        if first.decode() != f"{_FORMAT} {hashlib.sha256(body).hexdigest()}":
            return None
        head, content = body.split(b"\n", 1)
        header = json.loads(head)
        product = Product(content, tuple(header["tables"]), tuple(header["verdicts"]))
        return Entry(header["key"], header["state"], product)
    except (OSError, ValueError, KeyError):
        return None


def _difference(old: Parts, new: Parts) -> str | None:
    """Return the first difference between two tables of hashes in a few words, None if there is none."""
    for kind, now in new.items():
        then = old.get(kind, {})
        # Of a file or a variable, "" says that there was none.
        differing = [name for name in now if name in then and then[name] != now[name]]
        changed = [name for name in differing if then[name] and now[name]]
        added = [name for name in now if name not in then or (name in differing and not then[name])]
        gone = [name for name in then if name not in now or (name in differing and not now[name])]
        # Every change of data changes the manifest as well: the other file says more.
        changed.sort(key=_MANIFEST.__eq__)
        if changed or added or gone:
            return _told(kind, changed, added, gone)
    return None


def _told(kind: str, changed: Sequence[str], added: Sequence[str], gone: Sequence[str]) -> str:
    name, verb = next(
        (names[0], verb) for names, verb in ((changed, "changed"), (added, "is new"), (gone, "is gone")) if names
    )
    more = len(changed) + len(added) + len(gone) - 1
    others = f" (and {more} more)" if more else ""
    subjects = {
        "cell": f"cell {name!r}",
        "order": "the order of its cells",
        "notebook": "its metadata",
        "parameter": f"parameter {name!r}",
        "package": f"the package: {name}",
        "installed": f"installed: {name}",
        "Python": "Python",
        "variable": f"the variable {name}",
        "folder": f"the list of files in {name}",
        "verdicts": "the verdicts of the others",
    }
    subject = subjects.get(kind, name)
    if kind == "verdicts":
        return f"{subject} changed"
    return f"{subject} {verb}{others}"


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]


def _cell(cell: Mapping[str, Any]) -> list[Any]:
    """Return what of a cell goes into the executed notebook."""
    metadata = {name: value for name, value in cell["metadata"].items() if name not in {"papermill", "execution"}}
    others = {name: cell[name] for name in sorted(cell) if name not in {"metadata", "source"}}
    return [metadata, notebooks.source(dict(cell)), others]


def _hidden(path: Path) -> bool:
    return path.name.startswith(".")


def _names(folder: Path) -> str:
    """Return the hash of the names in a folder, "" if there is none; hidden ones come and go with editors."""
    try:
        return _hash(sorted(path.name for path in folder.iterdir() if not _hidden(path)))
    except OSError:
        return ""


def _sorted_files(folder: Path, without: str = "") -> Iterator[Path]:
    """Yield the files in a folder and all below it, hidden ones, compiled modules and one folder left out."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__pycache__")))
        if without in folders and Path(place) == folder:
            folders.remove(without)
        yield from (Path(place) / name for name in sorted(names) if not name.startswith("."))


def _sources(package: Path) -> Iterator[Path]:
    """Yield the files of a package, without the project in it, whose files are watched as any other's."""
    return _sorted_files(package, without="_project")


def _installed() -> list[str]:
    """Return the name and version of everything that is installed, as its folder says."""
    found: set[str] = set()
    for place in {*sysconfig.get_paths().values(), *sys.path}:
        with contextlib.suppress(OSError):
            found |= {name for name in os.listdir(place or ".") if name.endswith((".dist-info", ".egg-info"))}  # noqa: PTH208
    return sorted(name.removesuffix(".dist-info") for name in found)


def _settings(environment: Mapping[str, str]) -> list[Path]:
    """Return where the user's own settings of matplotlib may stand."""
    home = Path(environment.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "matplotlib"
    return [Path(environment.get("MPLCONFIGDIR") or home) / "matplotlibrc"]


def _modules_of(root: Path) -> list[Path]:
    """Return the files of the modules imported from the project's folder, other than installed ones."""
    own = {watch.PACKAGE, *(Path(place) for place in sysconfig.get_paths().values())}
    places = [Path(place) for module in list(sys.modules.values()) if (place := getattr(module, "__file__", None))]
    return [path for path in places if root in path.parents and not own & set(path.parents)]
