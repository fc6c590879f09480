"""What fails a build: each fault is put into a small site that is sound without it, and told in one clause."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from onewaytrade.site import checks
from onewaytrade.site.content import Content
from onewaytrade.site.settings import Settings

ADDRESS = "https://example.org/trade/"
VERDICT = {"claim": "coal-8", "notebook": "05-commodities"}
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="description" content="What it is about.">
<link rel="canonical" href="https://example.org/trade/{name}">
<script type="application/ld+json">{{"@type": "ClaimReview"}}</script>
</head><body><h1 id="top-of-it">{title}</h1>{body}</body></html>
"""
# Each attribute and element that a page may well have, and none of which is a fault.
SOUND = (
    """<p>See <a href="claims/coal-8.html#verdict-of%20it">coal</a> &lt;p&gt;
and <a href='#top-of-it'>above</a>.<br/></p>
<!-- <p>an old <a href="gone.html">link</a> -->
<a href="files/">files</a> <a href="search.html?q=coal">search</a> <a href="mailto:a@example.org">write</a>
<a href="https://example.org/elsewhere.html">elsewhere</a> <a href="#">up</a>
<img src="data:image/png;base64,AAAA//BB" alt=""><img alt="Coal" src="p.png" srcset="p.png 1x, p.png?2 2x">
<svg viewBox="0 0 1 1"><title>Dot</title><path d="M0 0"/></svg><script>if (1 < 2 && a > "</p>") b();</script>
<ul><li>One<ul><li>Two</li></ul></li></ul>
<p>Where to look for data: in tables, """
    + "and then elsewhere " * 20
    + "</p><table></table>"
)


@pytest.fixture
def found(tmp_path: Path) -> Callable[..., list[str]]:
    """Return a function that writes the small site, with other text on its first page, and returns its faults."""
    content = Content(tmp_path, tmp_path, [], [VERDICT], Settings(address=ADDRESS))

    def faults(body: str = SOUND, old: str = "", new: str = "", **other: str) -> list[str]:
        page = PAGE.format(title="Home", name="index.html", body=body)
        assert old in page
        claim = PAGE.format(title="Coal", name="claims/coal-8.html", body='<p id="verdict-of it">8 %</p>')
        files = {
            "index.html": page.replace(old, new) if old else page,
            "claims/coal-8.html": claim,
            "files/index.html": PAGE.format(title="Files", name="files/index.html", body=""),
            "search.html": PAGE.format(title="Search", name="search.html", body=""),
            "p.png": "",
            "sitemap.xml": f"<url><loc>{ADDRESS}claims/coal-8.html</loc></url>",
        }
        for name, text in (files | other).items():
            path = tmp_path / "html" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return checks.faults(tmp_path / "html", content)

    return faults


def test_a_sound_site_has_no_fault(found: Callable[..., list[str]]) -> None:
    assert found() == []


def test_a_long_sentence_about_data_is_no_picture(found: Callable[..., list[str]]) -> None:
    assert found(f"<p>Made with this; data: cpb 2026-01, {'and more of it ' * 20}</p>\n<h2>Below</h2>") == []


def test_a_link_may_lead_to_what_will_lie_beside(tmp_path: Path) -> None:
    page = PAGE.format(title="Home", name="index.html", body='<a href="lite/tree/?path=a.ipynb">all</a>')
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "index.html").write_text(page, encoding="utf-8")
    content = Content(tmp_path, tmp_path, [], [], Settings(address=ADDRESS))
    assert checks.faults(tmp_path / "html", content, ["lite/tree/index.html"]) == []
    (fault,) = checks.faults(tmp_path / "html", content)
    assert fault.startswith("index.html leads to lite/tree/?path=a.ipynb, which is not there")


@pytest.mark.parametrize(
    ("body", "clause"),
    [
        ('<a href="claims/coal-9.html">coal</a>', "index.html leads to claims/coal-9.html, which is not there"),
        ('<a href="../index.html">up</a>', "index.html leads to ../index.html, which is not there"),
        ('<a href="claims/">claims</a>', "index.html leads to claims/, which is not there"),
        (f'<a href="{ADDRESS}gone.html">gone</a>', f"index.html leads to {ADDRESS}gone.html, which is not there"),
        ('<img src="q.png" alt="">', "index.html leads to q.png, which is not there"),
        ('<script src="a.js" defer></script>', "index.html leads to a.js, which is not there"),
        (
            '<a href="claims/coal-8.html#printed">coal</a>',
            "index.html leads to claims/coal-8.html#printed, but there is no such place on that page",
        ),
        ('<a href="#below">below</a>', "index.html leads to #below, but there is no such place on that page"),
        ('<p id="a">A</p><p id="b">B</p><p id="a">C</p>', "index.html: the id a stands twice"),
        ('<img src="p.png">', "index.html: the picture p.png has no alternative text"),
        ("<p>One<div>two</div></p>", "index.html: <div> stands in a paragraph"),
        ("<ul><li>One</ul>", "index.html: </ul> ends <li>, which is not closed"),
        ("<p>One</p></div>", "index.html: </div> ends nothing"),
        ("<h1>Another</h1>", "index.html: it has 2 headings h1, not one"),
        (
            '<link rel="stylesheet" href="https://example.org/a.css">',
            "index.html loads https://example.org/a.css, but a page may load nothing from other hosts",
        ),
    ],
)
def test_a_fault_of_a_page_is_told_in_one_clause(found: Callable[..., list[str]], body: str, clause: str) -> None:
    assert found(body) == [clause]


@pytest.mark.parametrize(
    ("old", "new", "clause"),
    [
        ("<title>Home</title>", "<title> </title>", "it has no title"),
        ('content="What it is about."', 'content=""', "it has no description"),
        (' lang="en"', "", "its language is not told"),
        ("h1", "h2", "it has 0 headings h1, not one"),
        ('{"@type": "ClaimReview"}', '{"@type": ClaimReview}', "its application/ld+json is not readable: "),
        ("</body>", "", "</html> ends <body>, which is not closed"),
        ("</body></html>", "</body>", "<html> is not closed"),
    ],
)
def test_what_every_page_must_have(found: Callable[..., list[str]], old: str, new: str, clause: str) -> None:
    (fault,) = found(old=old, new=new)
    assert fault.startswith(f"index.html: {clause}")


def test_a_claim_must_have_its_page(found: Callable[..., list[str]], tmp_path: Path) -> None:
    found()
    (tmp_path / "html" / "claims" / "coal-8.html").unlink()
    content = Content(tmp_path, tmp_path, [], [VERDICT], Settings(address=ADDRESS))
    assert checks.faults(tmp_path / "html", content)[0] == "the claim coal-8 has no page"


@pytest.mark.parametrize("name", ["sitemap.xml", "feed.xml"])
def test_what_a_list_of_pages_names_must_be_there(found: Callable[..., list[str]], name: str) -> None:
    listed = f'<link href="{ADDRESS}claims/coal-8.html#gone"/><loc>{ADDRESS}gone.html</loc><id>{ADDRESS}#x</id>'
    assert [re.sub(r".*(leads)", r"\1", fault) for fault in found(**{name: listed})] == [
        f"leads to {ADDRESS}claims/coal-8.html#gone, but there is no such place on that page",
        f"leads to {ADDRESS}gone.html, which is not there",
    ]
