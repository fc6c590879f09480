"""What stands around a notebook's page: downloads, buttons, and the tables of its figures."""

from onewaytrade.site.content import Content, Pages


def make(content: Content) -> Pages:
    """Return the files that a notebook's page offers: the notebook, one for Colab, and its figures' tables."""
    return Pages({}, {})
