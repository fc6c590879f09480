"""What must hold of the built pages, before they take the place of the old ones."""

from pathlib import Path

from onewaytrade.site import figures, hosts
from onewaytrade.site.content import Content


def faults(pages: Path, content: Content) -> list[str]:
    """Return one clause for each thing that is not as it must be in the folder of built pages."""
    loads = [f"{found}, but a page may load nothing from other hosts" for found in hosts.foreign(pages)]
    missing = [
        f"the claim {verdict['claim']} has no page"
        for verdict in content.verdicts
        if not (pages / "claims" / f"{verdict['claim']}.html").is_file()
    ]
    return loads + missing + figures.faults(pages, content)
