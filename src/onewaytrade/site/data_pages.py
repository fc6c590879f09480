"""A page for each dataset, and the list of them."""

from onewaytrade.site.content import Content, Pages


def make(content: Content) -> Pages:
    """Return `data/<dataset>` for each dataset, `data/index`, and the files themselves."""
    return Pages({"data/index.md": "# Data\n\nThe figures, as published.\n"}, {})
