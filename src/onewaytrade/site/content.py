"""What the pages of the site are made of; whoever makes a page takes it, and reads nothing else of a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from onewaytrade import claims
from onewaytrade.claims import Claim
from onewaytrade.errors import SiteError
from onewaytrade.site.settings import Settings

TITLE: Final = "One-Way Trade"

# The register of claims, from the top of the project.
REGISTER: Final = Path("data") / "claims.yml"

Verdict = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """A project's folder, its executed notebooks, the verdicts they gave (in the register's order), and settings.

    `executed` is the folder of the executed notebooks; `definitions.csv`, `verdicts.json` and `figures/` lie
    beside it.
    """

    root: Path
    executed: Path
    notebooks: Sequence[Path]
    verdicts: Sequence[Verdict]
    settings: Settings

    @property
    def opening(self) -> str:
        """Title and opening of a project that is about another article, from its `index.md`; nothing without one.

        Raises SiteError if it does not open with a title.
        """
        own = self.root / "index.md"
        if not own.is_file():
            return ""
        opening = own.read_text("utf-8").strip()
        if not opening.startswith("# "):
            raise SiteError(f"{own} must open with the site's title, a line like '# My article'.")
        return opening

    @property
    def title(self) -> str:
        """The title of the site."""
        return self.opening.partition("\n")[0].removeprefix("# ").strip() or TITLE

    @property
    def run(self) -> Path:
        """The folder that a run writes to."""
        return self.executed.parent

    @property
    def register(self) -> Mapping[str, Claim]:
        """The claims of the register, by their ids; none in a project without one."""
        path = self.root / REGISTER
        return claims.register(path) if path.is_file() else {}

    def of_notebook(self, stem: str) -> list[Verdict]:
        """Return the verdicts that a notebook gave."""
        return [verdict for verdict in self.verdicts if verdict["notebook"] == stem]


@dataclass(frozen=True, slots=True)
class Pages:
    """What a maker of pages gives: sources for Sphinx, and files that go into the site as they are.

    Both by their paths from the top of the site; a source is MyST Markdown, a file is bytes or the path of one.
    What goes in `beside` the pages is put there once they are sound, and is not looked at: other programs' pages.
    """

    sources: Mapping[str, str]
    files: Mapping[str, bytes | Path]
    beside: Mapping[str, bytes | Path] = field(default_factory=dict)
