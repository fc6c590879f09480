"""Notice what a notebook reads, writes and asks for, and tell the run, so that its result is reused rightly.

An extension of IPython that the run loads into each of its kernels. Python says what it is about to do by audit
events (PEP 578); what is heard goes into a file, a line for each thing, at the moment it happens. What nobody else
could repeat, a file from outside the project or an answer from the network, is refused there and then.
"""

import contextlib
import importlib.util
import json
import os
import site
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

EXTENSION: Final = "onewaytrade.runner.watch"
# Names the file that a kernel tells in.
VARIABLE: Final = "ONEWAYTRADE_WATCH"
VERDICTS: Final = "ONEWAYTRADE_VERDICTS"
PROJECT: Final = "ONEWAYTRADE_PROJECT"
PACKAGE: Final = Path(__file__).resolve().parents[1]
# Whoever iterates over the environment has read every variable.
EVERY: Final = "*"

# What a kernel finds in its environment because it is one, or because the run has put it there.
_KERNELS_OWN: Final = frozenset(
    {"IPYTHONDIR", "JPY_PARENT_PID", "JPY_SESSION_NAME", "MPLBACKEND", "PYTHONHASHSEED", "COLUMNS", "TERM",
     "PAGER", "GIT_PAGER", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", PROJECT, VARIABLE}
)  # fmt: skip
_FONTS: Final = (".ttf", ".otf", ".ttc", ".afm", ".pfb")
# Of the machine, and of no consequence.
_HARMLESS: Final = (
    "/dev/null",
    "/etc/mime.types",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/usr/share/fonts",
    "/sys/fs/cgroup",  # pandas asks there how many cores it may use
)
_IMPORTLIB: Final = os.path.dirname(importlib.util.__file__)  # noqa: PTH120 # as a frame has it, a text
_CREATED: Final = os.O_TRUNC | os.O_EXCL
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | _CREATED
_CHANGES: Final = frozenset(
    {
        "os.rename",
        "os.remove",
        "os.mkdir",
        "os.rmdir",
        "os.link",
        "os.symlink",
        "os.truncate",
        "os.chmod",
        "os.utime",
    }
)
_PROGRAMS: Final = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn"})

Signature = tuple[int, int, int] | None


class UndeclaredInput(Exception):  # noqa: N818 # it stands above a traceback, where it is read as a sentence
    """A notebook asks for what lies outside its project."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What a kernel did: files read, each with its state then, folders listed, variables read.

    `undeclared` are the sentences of what was refused; `unrepeatable` says, once, what a reused result would leave
    out, such as a file written.
    """

    files: Mapping[str, Signature] = field(default_factory=dict)
    folders: frozenset[str] = frozenset()
    variables: frozenset[str] = frozenset()
    undeclared: tuple[str, ...] = ()
    unrepeatable: str = ""


def signature(path: str | Path) -> Signature:
    """Return what changes when a file is written: time, size and number of its inode; None if there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 # of texts, in a kernel's every open
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def report(path: Path) -> Observed | None:
    """Return what a kernel has told in the file at `path`; None if it has told nothing, or was cut off."""
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError):
        return None
    told: dict[str, dict[str, Any]] = {}
    for kind, what, more in lines:
        told.setdefault(kind, {}).setdefault(what, tuple(more) if isinstance(more, list) else more)
    return Observed(
        told.get("read", {}),
        frozenset(told.get("listed", ())),
        frozenset(told.get("variable", ())),
        tuple(told.get("undeclared", ())),
        next(iter(told.get("unrepeatable", ())), ""),
    )


def load_ipython_extension(_shell: Any) -> None:
    """Begin to watch this process, if a run has asked for it."""
    place = os.environ.pop(VARIABLE, None)
    if place is not None:
        sys.addaudithook(_Watch(Path(place), os.environ.get(PROJECT, ".")).hear)


class _Watch:
    """Hears the audit events of this process until it ends."""

    def __init__(self, place: Path, root: str) -> None:
        # Opened once: a file opened in a hook would be heard by it. Children that are forked write here as well.
        self._told = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._known: set[tuple[str, str]] = set()
        self._own: set[str] = set()
        self._began = time.time_ns()
        self._folders = _folders(root)
        self._hearers: dict[str, Callable[..., None]] = {
            "open": self._opened,
            "os.listdir": self._listed,
            "os.scandir": self._listed,
            "sqlite3.connect": self._database,
            "socket.connect": self._connected,
            "socket.getaddrinfo": self._looked_up,
            "socket.gethostbyname": self._looked_up,
        }
        self._hearers |= dict.fromkeys(_CHANGES, self._changed) | dict.fromkeys(_PROGRAMS, self._started)
        _watch_environment(lambda name: self._tell("variable", name))

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Hear one event; raises UndeclaredInput, at the place of the event, for what a notebook may not ask."""
        hearer = self._hearers.get(event)
        if hearer is not None:
            hearer(*arguments)

    def _tell(self, kind: str, what: str, more: Any = None) -> None:
        if (kind, what) not in self._known:
            self._known.add((kind, what))
            os.write(self._told, json.dumps([kind, what, more]).encode() + b"\n")

    def _refuse(self, sentence: str) -> None:
        self._tell("undeclared", sentence)
        raise UndeclaredInput(sentence)

    def _opened(self, name: Any, _mode: Any, flags: int) -> None:
        path = _path(name)
        if path is None:
            return
        kind = self._kind(path)
        if kind == "own":
            return
        if flags & _WRITING:
            # What an import compiles and keeps for the next one is no result of the notebook.
            if kind != "temporary" and not _from_an_import():
                self._tell("unrepeatable", f"it writes {path}")
            if flags & _CREATED:
                self._own.add(path)
            if flags & (_CREATED | os.O_WRONLY):
                return
        self._read(path, kind)

    def _read(self, path: str, kind: str) -> None:
        # A module is read when it is imported, and again for the lines of a warning.
        if path in self._own or ("read", path) in self._known or path.lower().endswith(_FONTS):
            return
        state = signature(path)
        # What is temporary and not there is the file that a cell of the notebook is named after.
        if kind == "temporary" and (state is None or state[0] >= self._began):
            return
        imported = _from_an_import()
        if imported and path.endswith(".pyc"):
            with contextlib.suppress(ValueError):
                path = importlib.util.source_from_cache(path)
                state = signature(path)
        if kind == "project" or imported:
            self._tell("read", path, state)
            return
        self._refuse(
            f"{path} lies outside the project, where nobody else has it: put it into data/ and name it from there."
        )

    def _listed(self, name: Any) -> None:
        path = _path("." if name is None else name)
        if path is None or _from_an_import():
            return
        kind = self._kind(path)
        if kind == "project":
            self._tell("listed", path)
        elif kind == "other" and os.path.isdir(path):  # noqa: PTH112 # a text, in a hook
            self._refuse(f"{path} lies outside the project: a notebook reads what lies in data/ alone.")

    def _database(self, name: Any) -> None:
        if name not in {":memory:", ""}:
            self._tell("unrepeatable", f"it opens the database {name}")

    def _changed(self, *names: Any) -> None:
        for path in map(_path, names):
            if path is not None and self._kind(path) in {"project", "other"} and not _from_an_import():
                self._tell("unrepeatable", f"it changes {path}")

    def _started(self, program: Any, *_: Any) -> None:
        self._tell("unrepeatable", f"it starts {os.fsdecode(program) if program else 'a program'}")

    def _connected(self, _socket: Any, address: Any) -> None:
        # On Windows, Python makes a pair of sockets by a connection to itself.
        if sys._getframe(2).f_code.co_name not in {"socketpair", "_fallback_socketpair"}:  # noqa: SLF001
            self._ask(address[0] if isinstance(address, tuple) else address)

    def _looked_up(self, host: Any, *_: Any) -> None:
        self._ask(host)

    def _ask(self, host: Any) -> None:
        name = host.decode(errors="replace") if isinstance(host, bytes) else str(host)
        self._refuse(
            f"The notebook asks {name} over the network, where tomorrow's answer is another: onewaytrade fetch or "
            "onewaytrade add brings figures into data/."
        )

    def _kind(self, path: str) -> str:
        """Return whose a file is, by the innermost folder known: "own", "project", "temporary" or "other"."""
        for whole in (path, os.path.realpath(path)):
            folder = os.path.normcase(whole)
            while True:
                if folder in self._folders:
                    return self._folders[folder]
                above = os.path.dirname(folder)  # noqa: PTH120 # texts, for speed
                if above == folder:
                    break
                folder = above
        return "other"


def _folders(root: str) -> dict[str, str]:
    """Return whose the known folders are: the interpreter's and the package's own, the project's, temporary."""
    paths = sysconfig.get_paths()
    own = {*(paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")), os.path.dirname(os.__file__)}  # noqa: PTH120
    own |= {*site.getsitepackages(), site.getusersitepackages(), *_HARMLESS, *_caches(), str(PACKAGE)}
    # Python looks for modules in an archive that is not there, and what asks for packages does too.
    own |= {path for path in sys.path if path.endswith(".zip")}
    found = dict.fromkeys(own, "own")
    found |= {tempfile.gettempdir(): "temporary", str(PACKAGE / "_project"): "project", root: "project"}
    if place := os.environ.get(VERDICTS):
        found[place] = "project"
    both = [
        (function(path), kind) for path, kind in found.items() for function in (os.path.abspath, os.path.realpath)
    ]
    return {os.path.normcase(path): kind for path, kind in both}


def _caches() -> set[str]:
    """Return where matplotlib keeps its list of fonts and the user's settings, which are part of the key."""
    homes = [os.environ.get(name) or Path.home() / other for name, other in _MATPLOTLIB_HOMES.items()]
    own = os.environ.get("MPLCONFIGDIR")
    return {str(Path(home) / "matplotlib") for home in homes} | ({own} if own else set())


_MATPLOTLIB_HOMES: Final = {"XDG_CACHE_HOME": ".cache", "XDG_CONFIG_HOME": ".config", "": ".matplotlib/.."}


def _path(name: Any) -> str | None:
    """Return the whole path of what was opened, or None where it is an open file already."""
    if isinstance(name, int):
        return None
    try:
        return os.path.abspath(os.fsdecode(name))  # noqa: PTH100 # texts, for speed
    except TypeError:
        return None


def _from_an_import() -> bool:
    """Tell whether the event that is being heard comes from Python's own machinery of imports."""
    frame = sys._getframe(1)  # noqa: SLF001
    while frame.f_code.co_filename == __file__ and frame.f_back is not None:
        frame = frame.f_back
    return frame.f_code.co_filename.startswith(("<frozen importlib", _IMPORTLIB))


def _watch_environment(tell: Callable[[str], None]) -> None:
    """Have each variable told that is read from now on; no audit event says so."""

    class Environment(type(os.environ)):  # type: ignore[misc] # os names its class with an underscore
        def __getitem__(self, name: str) -> str:
            if name not in _KERNELS_OWN:
                tell(str(name))
            value: str = super().__getitem__(name)
            return value

        def __iter__(self) -> Any:
            tell(EVERY)
            return super().__iter__()

    os.environ.__class__ = Environment
