"""What a page would load from other hosts."""

from pathlib import Path

import pytest

from onewaytrade.site import hosts


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://example.org/a.js"></script>',
        '<script src="//example.org/a.js"></script>',
        '<link rel="stylesheet" href="https://example.org/a.css">',
        '<link rel="preconnect" href="HTTPS://example.org">',
        '<img alt="" src="a.png" srcset="a.png 1x, https://example.org/a.png 2x">',
        "<p style=\"background: url('http://example.org/a.png')\">",
        "<style>@import 'https://example.org/a.css';</style>",
        '<iframe src="https://example.org"></iframe>',
    ],
)
def test_a_load_is_found(tmp_path: Path, html: str) -> None:
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    assert len(hosts.foreign(tmp_path)) == 1
    assert hosts.foreign(tmp_path)[0].startswith("page.html loads ")


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://example.org">a source</a>',
        '<link rel="canonical" href="https://example.org/page.html">',
        '<script src="_static/a.js"></script><img alt="" src="data:image/png;base64,AAAA//BB">',
        "<p>See https://example.org, or url(https://example.org).</p>",
        '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
    ],
)
def test_a_link_or_a_local_file_is_no_load(tmp_path: Path, html: str) -> None:
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    assert hosts.foreign(tmp_path) == []


def test_style_sheets_are_read_too(tmp_path: Path) -> None:
    (tmp_path / "site.css").write_text("@font-face {src: url(https://example.org/a.woff2)}", encoding="utf-8")
    assert hosts.foreign(tmp_path) == ["site.css loads https://example.org/a.woff2"]
