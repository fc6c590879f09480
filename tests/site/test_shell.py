"""The frame of every page: what machines read of it, which files it loads, and what is shipped."""

import io
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from claim_sites import ADDRESS, STEM, run
from PIL import Image

from onewaytrade import site, starter


class _Head(HTMLParser):
    """What the head of a page says, and what the page loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.language = self.title = self.text = ""
        self.said: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self.loads: list[tuple[str, dict[str, str | None]]] = []
        self.landmarks: list[str] = []
        self._in = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self._in = tag
        if tag == "html":
            self.language = str(named["lang"])
        if tag == "meta" and (key := named.get("name") or named.get("property")):
            assert key not in self.said or key == "viewport", f"{key} is said twice"
            self.said[key] = str(named["content"])
        if tag == "link":
            self.links[str(named["rel"])] = str(named["href"])
        if tag == "script" or (tag == "link" and named["rel"] == "stylesheet"):
            self.loads.append((tag, named))
        if tag in {"main", "header", "footer"}:
            self.landmarks.append(tag)

    def handle_data(self, data: str) -> None:
        # Pictures within a page have titles too.
        self.title += data if self._in == "title" and not self.landmarks else ""
        self.text += data

    def handle_endtag(self, _tag: str) -> None:
        self._in = ""


@pytest.fixture(scope="module")
def built(small_site: Path) -> Path:
    return small_site


@pytest.fixture(scope="module")
def pages(built: Path) -> dict[str, _Head]:
    return {path.relative_to(built).as_posix(): _Head(path) for path in sorted(built.rglob("*.html"))}


def test_every_page_has_a_title_of_its_own_that_ends_with_the_site(pages: dict[str, _Head]) -> None:
    titles = {name: page.title for name, page in pages.items()}
    assert titles["index.html"].startswith("One-Way Trade")
    del titles["index.html"]
    assert [title for title in titles.values() if not title.endswith(" · One-Way Trade")] == []
    assert len(set(titles.values())) == len(titles)


def test_every_page_says_what_it_holds(pages: dict[str, _Head]) -> None:
    for name, page in pages.items():
        said = page.said
        assert page.language == "en"
        assert 0 < len(said["description"]) <= 320, name
        assert said["og:description"] == said["description"], name
        assert said["og:title"] in page.title
        assert (
            said["og:url"]
            == page.links["canonical"]
            == ADDRESS + name.removesuffix("index.html" if name == "index.html" else "")
        )
        assert page.links["alternate"].endswith("feed.xml")
    assert pages[f"notebooks/{STEM}.html"].said["og:type"] == "article"


def test_every_page_has_a_preview_that_is_there(pages: dict[str, _Head], built: Path) -> None:
    for name, page in pages.items():
        picture = page.said["og:image"]
        assert picture.startswith(ADDRESS)
        with Image.open(io.BytesIO((built / picture.removeprefix(ADDRESS)).read_bytes())) as found:
            assert (
                f"{found.width}x{found.height}" == f"{page.said['og:image:width']}x{page.said['og:image:height']}"
            )
            assert found.size == (1200, 630), name
    assert pages["claims/coal-8.html"].said["og:image"] == f"{ADDRESS}previews/claims/coal-8.png"
    assert pages["method.html"].said["og:image"] == f"{ADDRESS}previews/site.png"


def test_the_sitemap_lists_every_page_once_and_no_time(pages: dict[str, _Head], built: Path) -> None:
    tree = ET.parse(built / "sitemap.xml").getroot()  # noqa: S314 # our own
    listed = [str(place.text) for place in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    own = {name for name in pages if name != "search.html"}
    assert sorted(listed) == sorted(pages[name].links["canonical"] for name in own)
    assert b"lastmod" not in (built / "sitemap.xml").read_bytes()


def test_nothing_holds_up_the_text(pages: dict[str, _Head], built: Path) -> None:
    for name, page in pages.items():
        scripts = [named for tag, named in page.loads if tag == "script"]
        assert [named for named in scripts if named.get("src") and "defer" not in named] == [], name
        sheets = [Path(str(named["href"]).partition("?")[0]).name for tag, named in page.loads if tag == "link"]
        assert set(sheets) <= {"pygments.css"}, name
        # The text stands before the only sheet that may be loaded.
        text = (built / name).read_text("utf-8")
        assert text.rfind("</main>") < text.find('rel="stylesheet"') or not sheets, name
        # The font's address fits the page's place.
        fonts = re.findall(r'url\("([^"]+)"\)', text.partition("<style>")[2].partition("</style>")[0])
        assert fonts, name
        assert all((built / name).parent.joinpath(font).is_file() for font in fonts), name
    searching = [
        name for name, page in pages.items() if any("searchindex" in str(own.get("src")) for _, own in page.loads)
    ]
    assert searching == ["search.html"]


def test_every_page_has_one_of_each_landmark(pages: dict[str, _Head]) -> None:
    for name, page in pages.items():
        assert page.landmarks.count("main") == 1, name
        assert page.landmarks[0] == "header"
        assert page.landmarks[-1] == "footer"


def test_only_what_a_page_may_load_is_shipped(pages: dict[str, _Head], built: Path) -> None:
    names = {path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file()}
    assert [name for name in names if name.endswith(".map") or "fontawesome" in name or "bootstrap" in name] == []
    static = {path.name for path in (built / "_static").glob("*") if path.is_file()}
    loaded = {
        Path(str(own.get("src") or own.get("href")).partition("?")[0]).name
        for page in pages.values()
        for _, own in page.loads
    }
    assert static <= loaded | {"favicon.svg"}
    assert (built / "_static" / "fonts" / "source-serif-4-LICENSE.txt").is_file()


def test_the_footer_tells_licence_citation_project_and_feed(built: Path) -> None:
    text = (built / "claims" / "coal-8.html").read_text("utf-8").partition('class="owt-footer"')[2]
    assert "CC BY 4.0" in text
    assert "The One-Way Trade authors (2026). One-Way Trade, version" in text
    assert 'href="https://github.com/jane/trade"' in text
    assert 'href="../feed.xml"' in text


def test_the_current_section_is_marked(built: Path) -> None:
    html = (built / "claims" / "coal-8.html").read_text("utf-8")
    assert re.findall(r'<a href="([^"]*)"\s+aria-current="(\w+)"', html) == [("index.html", "true")]


def test_a_project_about_another_article_has_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "own"
    starter.lay_out(project)
    monkeypatch.setenv("ONEWAYTRADE_PROJECT", str(project))
    executed = run(tmp_path / "build", [])
    # As after a run of notebooks without claims.
    (executed.parent / "verdicts.json").unlink()
    site.build(executed, tmp_path / "site")
    name = (project / "index.md").read_text("utf-8").partition("\n")[0].removeprefix("# ")
    page = _Head(tmp_path / "site" / "method.html")
    assert page.title.endswith(f" · {name}")
    assert page.said["og:site_name"] == name
    assert page.said["og:image"] == "http://127.0.0.1:8000/previews/site.png"
    html = (tmp_path / "site" / "index.html").read_text("utf-8")
    assert "The One-Way Trade authors" not in html
    assert "github.com" not in html.partition('class="owt-footer"')[2]
    feed = ET.parse(tmp_path / "site" / "feed.xml").getroot()  # noqa: S314 # our own
    assert feed.findtext("{http://www.w3.org/2005/Atom}title") == f"{name}: changed verdicts"


def test_descriptions_are_cut_after_a_word() -> None:
    from onewaytrade.site import head

    assert head.shorten("One  line\nof text.") == "One line of text."
    cut = head.shorten("twelve words, " * 40)
    assert len(cut) <= 200
    assert cut.endswith(("words …", "twelve …"))


def test_titles_lose_their_marks() -> None:
    from onewaytrade.site import head

    assert head.page_title('Coal &amp; <em class="x">oil</em>', "Trade") == "Coal & oil · Trade"
    assert head.page_title("Trade", "Trade") == "Trade"
