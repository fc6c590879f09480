"""The front page: what the article says and what was found, and all claims side by side."""

import re
from typing import Final

from onewaytrade import scoreboard
from onewaytrade.site.content import Content, Pages

_OPENING: Final = """# One-Way Trade

A news article about China's trade, read sentence by sentence: what it says, what published data say, and how the answer
moves when a defensible choice is changed. Every number on these pages was computed, or looked up in a source that is named, by a notebook that can be run again.
"""
_END: Final = """```{toctree}
:hidden:

claims/index
notebooks/index
data/index
method
glossary
guides/index
changes
```
"""
_LINK: Final = re.compile(r"\[([^\]]+)\]\((notebooks/[\w-]+)\.ipynb(#[\w-]+)\)")


def make(content: Content) -> Pages:
    """Return the front page; a project about another article has its own title and opening there."""
    text = f"{content.opening or _OPENING}\n## Findings\n\n{_scoreboard(content)}\n\n{_END}"
    return Pages({"index.md": text}, {})


def _scoreboard(content: Content) -> str:
    if not content.verdicts:
        return "No claim has been judged yet."
    found = [dict(verdict) for verdict in content.verdicts]
    # As HTML, since MyST knows no place inside a page that an output of a notebook makes.
    told = _LINK.sub(r'<a href="\2.html\3">\1</a>', scoreboard.markdown(found))
    return f"{scoreboard.article()}\n\n{told}".lstrip()
