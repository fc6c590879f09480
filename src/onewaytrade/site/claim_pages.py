"""A page for each claim, and the list of them."""

from onewaytrade.site.content import Content, Pages, Verdict


def make(content: Content) -> Pages:
    """Return `claims/<id>` for each verdict, and `claims/index`."""
    pages = {f"claims/{verdict['claim']}.md": _page(verdict) for verdict in content.verdicts}
    listed = "\n".join(verdict["claim"] for verdict in content.verdicts)
    index = f"# Claims\n\nEach claim of the article, with its verdict.\n\n```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```\n"
    return Pages({"claims/index.md": index, **pages}, {})


def _page(verdict: Verdict) -> str:
    return f"# {verdict['label']}\n\n{verdict['title']}\n\n{verdict['reason']}\n"
