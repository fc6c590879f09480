"""Read ahead of the kernels what notebooks read: the register of claims, and the datasets, pinned editions first.

Nothing is decided by it. What is kept is found again by the content of a file alone, which each kernel still opens
and reads by itself, so that whoever watches it hears the same as without.
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from onewaytrade import claims, datasets, project


def steps(root: Path) -> Iterator[Callable[[], object]]:
    """Yield what is to be read of the project at `root`, each in a moment; what fails, notebooks will tell."""
    register = root / project.MANIFEST.parent / "claims.yml"
    yield lambda: claims.parse(register.name, register.read_text(encoding="utf-8"))
    manifest = datasets.manifest(root)
    pins = manifest["pins"]
    for resource in sorted(manifest["resources"], key=lambda own: pins.get(own["dataset"]) != own["edition"]):
        yield functools.partial(_check, root, resource)


def _check(root: Path, resource: Mapping[str, Any]) -> None:
    datasets.frame_of(resource, datasets.content(root, resource))
