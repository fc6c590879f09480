"""What the site cannot know by itself: where it will lie, and where the project's repository is."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from onewaytrade.errors import SiteError

FILE: Final = "site.yml"
SERVED: Final = "http://127.0.0.1:8000/"  # where `onewaytrade serve` shows it
_NAMES: Final = ("address", "repository", "branch")
_REPOSITORY: Final = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_ADDRESS: Final = re.compile(r"https?://[^\s?#]+/")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the site lies (`address` ends with a slash) and whose repository (`owner/name`) it is made from.

    Without a repository, `project_page`, `colab` and `binder` are empty, and no page shows them.
    """

    address: str = SERVED
    repository: str = ""
    branch: str = "main"

    @property
    def project_page(self) -> str:
        """The address of the repository, or nothing."""
        return f"https://github.com/{self.repository}" if self.repository else ""

    def colab(self, path: str) -> str:
        """Return the address that opens a notebook of the published site in Colab, or nothing."""
        if not self.repository:
            return ""
        return f"https://colab.research.google.com/github/{self.repository}/blob/{self.branch}/{quote(path)}"

    def binder(self, path: str) -> str:
        """Return the address that opens a notebook of the repository in Binder, or nothing."""
        if not self.repository:
            return ""
        return (
            f"https://mybinder.org/v2/gh/{self.repository}/{quote(self.branch, safe='')}"
            f"?urlpath={quote(f'lab/tree/{path}', safe='')}"
        )


def load(root: Path, **given: str | None) -> Settings:
    """Return the settings of the project's `site.yml`, if it has one, with those that are `given` laid over.

    Raises SiteError for a name or a value that is not what it should be.
    """
    import yaml

    path = root / FILE
    content: dict[str, Any] = {}
    if path.is_file():
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except yaml.YAMLError as error:
            raise SiteError(f"{path} is not readable as YAML: {' '.join(str(error).split())}") from error
        if not isinstance(content, dict) or not set(content) <= set(_NAMES):
            raise SiteError(f"{path} holds other names than {', '.join(_NAMES)}.")
    own = {name: value for name, value in given.items() if value is not None}
    told = {name: str(content.get(name) or "") for name in _NAMES} | own
    return _settings(told, {name: f"--{name}" if name in own else f"{path}: {name}" for name in _NAMES})


def _settings(told: dict[str, str], places: dict[str, str]) -> Settings:
    """Return settings from their texts; `places` says where each was written, for whoever has to mend it."""
    repository, address = told["repository"], told["address"]
    if repository and not _REPOSITORY.fullmatch(repository):
        raise SiteError(f"{places['repository']} {repository!r} must be owner/name, as GitHub has it.")
    if not address and repository:
        owner, _, name = repository.partition("/")
        address = f"https://{owner.lower()}.github.io/{name}/"
    if address and not _ADDRESS.fullmatch(address):
        raise SiteError(
            f"{places['address']} {address!r} must begin with http:// or https:// and end with a slash."
        )
    return Settings(address or SERVED, repository, told["branch"] or "main")
