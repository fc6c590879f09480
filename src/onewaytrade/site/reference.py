"""The pages on method and words."""

from onewaytrade.site.content import Content, Pages


def make(content: Content) -> Pages:
    """Return `method` and `glossary`."""
    return Pages(
        {"method.md": "# Method\n\nHow claims are judged.\n", "glossary.md": "# Glossary\n\nWords.\n"}, {}
    )
