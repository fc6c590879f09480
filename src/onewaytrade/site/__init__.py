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

from onewaytrade import project
from onewaytrade.errors import SiteError

_HERE: Final = Path(__file__).parent
_NEEDED: Final = {"sphinx": "Sphinx", "myst_nb": "MyST-NB", "pydata_sphinx_theme": "the PyData theme"}
_VERDICTS: Final = "<!-- verdicts -->"
_OPENING: Final = re.compile(r"\A.*?(?=^## Findings)", re.DOTALL | re.MULTILINE)
_TITLE: Final = "ONEWAYTRADE_SITE_TITLE"
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
        title = _assemble(notebooks, verdicts, scratch / "source")
        _sphinx(scratch, title)
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


def _assemble(notebooks: Sequence[Path], verdicts: Sequence[dict[str, Any]], source: Path) -> str | None:
    """Lay out what Sphinx reads, our pages and the notebooks as they are; return the project's own title, if any.

    A project that is about another article has its title and opening in `index.md`, which take the place of ours.
    """
    shutil.copytree(_HERE / "pages", source)
    for path in notebooks:
        shutil.copyfile(path, source / "notebooks" / path.name)
    index, own = source / "index.md", project.root() / "index.md"
    text, title = index.read_text("utf-8"), None
    if own.is_file():
        opening = own.read_text("utf-8").strip()
        if not opening.startswith("# "):
            raise SiteError(f"{own} must open with the site's title, a line like '# My article'.")
        title = opening.partition("\n")[0].removeprefix("# ").strip()
        text = _OPENING.sub(lambda _: f"{opening}\n\n", text)
    index.write_text(text.replace(_VERDICTS, _scoreboard(verdicts)), "utf-8", newline="\n")
    return title


def _scoreboard(verdicts: Sequence[dict[str, Any]]) -> str:
    from onewaytrade import scoreboard

    if not verdicts:
        return "No claim has been judged yet."
    # As HTML, since MyST knows no place inside a page that an output of a notebook makes.
    told = _LINK.sub(r'<a href="\2.html\3">\1</a>', scoreboard.markdown(verdicts))
    return f"{scoreboard.article()}\n\n{told}".lstrip()


def _sphinx(scratch: Path, title: str | None) -> None:
    """Run Sphinx in a process of its own: it changes global state, and needs a fixed order of hashes."""
    options = ["-q", "-W", "--keep-going", "-b", "html", "-c", str(_HERE), "-d", str(scratch / "doctrees")]
    environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "NO_COLOR": "1", _TITLE: title or ""}
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
