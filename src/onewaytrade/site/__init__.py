"""Make the website of the executed notebooks: Sphinx with MyST-NB, offline, the same bytes each time."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from onewaytrade import files, project
from onewaytrade.errors import SiteError
from onewaytrade.site.content import Content, Pages
from onewaytrade.site.settings import Settings

_HERE: Final = Path(__file__).parent
_NEEDED: Final = {
    "sphinx": "Sphinx",
    "myst_nb": "MyST-NB",
    "pydata_sphinx_theme": "the PyData theme",
    "latex2mathml": "latex2mathml",
}
# The parts of the style sheet: tokens and type, then home, claims, notebooks, data and reference.
_STYLES: Final = ("base.css", "home.css", "claims.css", "notebooks.css", "data.css", "reference.css", "teach.css")
_COMMENT: Final = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
_INDENT: Final = re.compile(r"\n\s*")
_STYLED: Final = "site.css"
# What conf.py is told, as JSON.
_CONTEXT: Final = "ONEWAYTRADE_SITE"


def build(executed: Path, out: Path, settings: Settings | None = None) -> None:
    """Make the site of the notebooks in the folder `executed`, with the verdicts beside it, in the folder `out`.

    Nothing is executed, and no page loads anything from another host. The folder `out` is replaced whole, and
    only once the site is sound. Without `settings` those of the project's `site.yml` hold. Raises SiteError, and
    leaves `out` as it was, if it is anything but a site or an empty folder, there are no executed notebooks, a
    verdict's notebook is not among them, Sphinx warns of anything, or a page is not as it must be
    (`checks.faults`).
    """
    from onewaytrade.site import checks
    from onewaytrade.site import settings as own

    _require_sphinx()
    notebooks = sorted(executed.glob("*.ipynb"))
    if not notebooks:
        raise SiteError(f"{executed} holds no executed notebook: onewaytrade run writes them there.")
    verdicts = _verdicts(executed.parent / "verdicts.json", {path.stem for path in notebooks})
    root = project.root()
    content = Content(root, executed, notebooks, verdicts, settings or own.load(root))
    out = out.resolve()
    if out.exists() and not (out / "index.html").is_file() and not (out.is_dir() and not any(out.iterdir())):
        raise SiteError(f"{out} is no website, and would be replaced whole: name another folder.")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-", ignore_cleanup_errors=True) as name:
        scratch = Path(name)
        beside = _assemble(content, scratch)
        _sphinx(content, scratch)
        pages = scratch / "html"
        # These only help Sphinx to build again in the same place, which we never do, and to show sources.
        (pages / ".buildinfo").unlink()
        shutil.rmtree(pages / "_sources", ignore_errors=True)
        if faults := checks.faults(pages, content, beside):
            more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
            raise SiteError(f"The site was not built: {faults[0]}{more}.")
        for place, found in beside.items():
            _lay(pages / place, found if isinstance(found, bytes) else found.read_bytes())
        files.replace_folder(out, pages, scratch / "old")


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


def _assemble(content: Content, scratch: Path) -> dict[str, bytes | Path]:
    """Lay out what Sphinx reads, our pages and the notebooks as they are, and what goes into the site unread.

    Returns what goes in beside the pages once they are sound, by its place.
    """
    source, extra = scratch / "source", scratch / "extra"
    shutil.copytree(_HERE / "pages", source)
    for path in content.notebooks:
        shutil.copyfile(path, source / "notebooks" / path.name)
    _lay_static(scratch)
    extra.mkdir()
    beside: dict[str, bytes | Path] = {}
    for pages in _made(content):
        for name, text in pages.sources.items():
            _lay(source / name, text.encode())
        for name, own in pages.files.items():
            _lay(extra / name, own if isinstance(own, bytes) else own.read_bytes())
        beside |= pages.beside
    return beside


def _lay_static(scratch: Path) -> None:
    """Lay out scripts and fonts, and the styles, which stand in each page.

    A telephone waits for each file before it shows text: a quarter of a second for a style sheet, and more than
    its nine kilobytes on the page cost.
    """
    shutil.copytree(_HERE / "static", scratch / "static", ignore=shutil.ignore_patterns("*.css"))
    styles = "".join((_HERE / "static" / name).read_text(encoding="utf-8") for name in _STYLES)
    _lay(scratch / _STYLED, _INDENT.sub("\n", _COMMENT.sub("", styles)).strip().encode())


def _made(content: Content) -> list[Pages]:
    from onewaytrade.site import (
        claim_pages,
        data_pages,
        feeds,
        guides,
        home,
        notebook_pages,
        previews,
        reference,
        teach_page,
    )

    makers = (
        home, claim_pages, notebook_pages, data_pages, reference, guides, teach_page, feeds, previews,
    )  # fmt: skip
    return [maker.make(content) for maker in makers]


def _lay(path: Path, own: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(own)


def _sphinx(content: Content, scratch: Path) -> None:
    """Run Sphinx in a process of its own: it changes global state, and needs a fixed order of hashes."""
    options = ["-q", "-W", "--keep-going", "-b", "html", "-c", str(_HERE), "-d", str(scratch / "doctrees")]
    # Pages are read and written by two processes where the system can fork, with the same bytes as by one.
    options += ["-j", "2"]
    told = {
        "title": content.title if content.opening else "",
        "extra": str(scratch / "extra"),
        "static": str(scratch / "static"),
        "styles": str(scratch / _STYLED),
        "address": content.settings.address,
        "repository": content.settings.repository,
        "branch": content.settings.branch,
        "project_page": content.settings.project_page,
        "root": str(content.root),
        "run": str(content.run),
    }
    environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "NO_COLOR": "1"}
    environment[_CONTEXT] = json.dumps(told)
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
