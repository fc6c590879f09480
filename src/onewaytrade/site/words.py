"""The words that pages explain: the grades of evidence, and the entries of the glossary, `glossary.yml`."""

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from onewaytrade.errors import SiteError

PAGE: Final = "glossary"
# What each grade of evidence means, in a clause, the strongest first; the glossary says more.
GRADES: Final = {
    "primary": "the publisher’s own table or text, or an unchanged copy of it",
    "mirror": "the partner’s count of the same trade, in place of the country’s own",
    "implied": "printed by nobody, but it follows from figures that are",
    "press": "quoted or transcribed by somebody else, as a newspaper does",
}
_FILE: Final = Path(__file__).with_name("glossary.yml")


@dataclass(frozen=True, slots=True)
class Entry:
    """A term with its definition; the comment at the top of `glossary.yml` says what each field is for."""

    term: str
    theme: str
    short: str
    text: str
    forms: tuple[str, ...] = ()
    bold: tuple[str, ...] = ()
    see: tuple[str, ...] = ()
    notebooks: tuple[str, ...] = ()
    example: str = ""
    source: str = ""

    @property
    def slug(self) -> str:
        """The name of its place on the page, as MyST makes it of a heading."""
        return re.sub(r"[^\w -]", "", self.term.lower()).replace(" ", "-")

    @property
    def word(self) -> str:
        """The word of `claims.py` or `robustness.py` that it explains, if it explains one."""
        return self.term.removesuffix(" evidence").lower()


@functools.cache
def entries() -> tuple[Entry, ...]:
    """Return all entries by alphabet. Raises SiteError if a term stands twice, or is to be seen and missing."""
    import yaml

    # The same safe loader in C, where libyaml is at hand, takes a tenth of the time.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found = [_entry(own) for own in yaml.load(_FILE.read_text(encoding="utf-8"), Loader=loader)]  # noqa: S506
    terms = [entry.term for entry in found]
    for entry in found:
        if terms.count(entry.term) > 1:
            raise SiteError(f"{_FILE.name}: the term {entry.term!r} stands twice.")
        if missing := [term for term in entry.see if term not in terms]:
            raise SiteError(f"{_FILE.name}, {entry.term!r}: there is no term {missing[0]!r} to see.")
    return tuple(sorted(found, key=lambda entry: entry.term.lower()))


def _entry(own: dict[str, Any]) -> Entry:
    texts: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value.strip() for name, value in own.items()
    }
    return Entry(**texts)
