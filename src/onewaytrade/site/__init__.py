"""Make the website of the executed notebooks: Sphinx with MyST-NB, offline, the same bytes each time."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from onewaytrade.errors import SiteError

_HERE: Final = Path(__file__).parent
_NEEDED: Final = {"sphinx": "Sphinx", "myst_nb": "MyST-NB", "pydata_sphinx_theme": "the PyData theme"}
_VERDICTS: Final = "<!-- verdicts -->"
_LINK: Final = re.compile(r"\[([^\]]+)\]\((notebooks/[\w-]+)\.ipynb(#[\w-]+)\)")


def build(executed: Path, out: Path) -> None:
    """Make the site of the notebooks in the folder `executed`, with the verdicts beside it, in the folder `out`.

    Nothing is executed, and no page loads anything from another host. The folder `out` is replaced whole, and
    only once the site is sound. Raises SiteError, and leaves `out` as it was, if there are no executed
    notebooks, a verdict's notebook is not among them, Sphinx warns of anything, or a page would load something
    from elsewhere.
    """
    from onewaytrade.site import hosts

    _require_sphinx()
    notebooks = sorted(executed.glob("*.ipynb"))
    if not notebooks:
        raise SiteError(f"{executed} holds no executed notebook: onewaytrade run writes them there.")
    verdicts = _verdicts(executed.parent / "verdicts.json", {path.stem for path in notebooks})
    out = out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-", ignore_cleanup_errors=True) as name:
        scratch = Path(name)
        _assemble(notebooks, verdicts, scratch / "source")
        _sphinx(scratch)
        pages = scratch / "html"
        # These only help Sphinx to build again in the same place, which we never do, and to show sources.
        (pages / ".buildinfo").unlink()
        shutil.rmtree(pages / "_sources", ignore_errors=True)
        if loads := hosts.foreign(pages):
            raise SiteError(f"The site was not built: {loads[0]}, but a page may load nothing from other hosts.")
        _replace(out, pages, scratch / "old")


def _require_sphinx() -> None:
    missing = [name for module, name in _NEEDED.items() if find_spec(module) is None]
    if missing:
        raise SiteError(f"The site needs {' and '.join(missing)}: pip install 'onewaytrade[site]' adds them.")


def _verdicts(path: Path, stems: set[str]) -> list[dict[str, Any]]:
    from onewaytrade import scoreboard

    found = scoreboard.read(path) if path.is_file() else []
    for verdict in found:
        if verdict["notebook"] not in stems:
            raise SiteError(
                f"{path} holds a verdict on {verdict['claim']}, but not the executed notebook that gave it: "
                f"onewaytrade run {verdict['notebook']} writes it."
            )
    return found


def _assemble(notebooks: Sequence[Path], verdicts: Sequence[dict[str, Any]], source: Path) -> None:
    """Lay out what Sphinx reads: our pages, and the notebooks as they are."""
    shutil.copytree(_HERE / "pages", source)
    for path in notebooks:
        shutil.copyfile(path, source / "notebooks" / path.name)
    index = source / "index.md"
    index.write_text(index.read_text("utf-8").replace(_VERDICTS, _scoreboard(verdicts)), "utf-8", newline="\n")


def _scoreboard(verdicts: Sequence[dict[str, Any]]) -> str:
    from onewaytrade import scoreboard

    if not verdicts:
        return "No claim has been judged yet."
    # As HTML, since MyST knows no place inside a page that an output of a notebook makes.
    told = _LINK.sub(r'<a href="\2.html\3">\1</a>', scoreboard.markdown(verdicts))
    return f"{scoreboard.article()}\n\n{told}"


def _sphinx(scratch: Path) -> None:
    """Run Sphinx in a process of its own: it changes global state, and needs a fixed order of hashes."""
    options = ["-q", "-W", "--keep-going", "-b", "html", "-c", str(_HERE), "-d", str(scratch / "doctrees")]
    environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "NO_COLOR": "1"}
    # It would set the year of the copyright.
    environment.pop("SOURCE_DATE_EPOCH", None)
    done = subprocess.run(  # noqa: S603 # our own interpreter, and paths that we made
        [sys.executable, "-P", "-m", "sphinx", *options, str(scratch / "source"), str(scratch / "html")],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise SiteError(f"The site was not built: {_complaint(done.stderr, scratch / 'source')}.")


def _complaint(stderr: str, source: Path) -> str:
    """Return the first warning that Sphinx gave, or else its last line, without the temporary folder's name."""
    lines = [line.strip().replace(f"{source}{os.sep}", "") for line in stderr.splitlines() if line.strip()]
    marked = [line for line in lines if "WARNING" in line or "ERROR" in line]
    more = f" (and {len(marked) - 1} more)" if len(marked) > 1 else ""
    return (marked or lines[-1:] or ["Sphinx gave no reason"])[0].rstrip(".") + more


def _replace(out: Path, new: Path, old: Path) -> None:
    """Put the folder `new` in the place of `out`, or leave `out` where it is."""
    if out.exists():
        out.rename(old)
    try:
        new.rename(out)
    except BaseException:
        if old.exists():
            old.rename(out)
        raise
