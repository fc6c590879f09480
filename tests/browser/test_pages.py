"""The site as its readers meet it: in a browser, light and dark, on a phone, by keyboard, in print."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import html5lib
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from browser import browsing
from browser.browsing import Log
from onewaytrade.runner import notebooks, verdicts

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 760}
CLAIM = "claims/coal-8.html"
NOTEBOOK = "notebooks/03-import-comparison.html"
# One page of every kind; of the claims, one of every kind of claim.
KINDS = {
    "home": "index.html",
    "claims": "claims/index.html",
    "number": CLAIM,
    "bound": "claims/trade-remedies-250.html",
    "direction": "claims/consumption-decline.html",
    "cause": "claims/cause-exports-2022-medical.html",
    "text": "claims/document-79-2027.html",
    "notebooks": "notebooks/index.html",
    "notebook": NOTEBOOK,
    "data": "data/index.html",
    "dataset": "data/gacc-commodities.html",
    "method": "method.html",
    "glossary": "glossary.html",
    "guides": "guides/index.html",
    "guide": "guides/rerun.html",
    "teaching": "teach.html",
    "changes": "changes.html",
    "search": "search.html?q=coal",
}
MEGABYTE = 1_000_000
# A slow phone, as Lighthouse has it: 150 ms there and back, 1.6 Mbit a second.
ROUND_TRIP, RATE = 0.150, 1_600_000 / 8


@dataclass(frozen=True)
class Visit:
    """What was seen when a page was opened on a phone."""

    name: str
    wide: list[str]
    elsewhere: list[str]
    complaints: list[str]
    weight: int


@pytest.fixture(scope="module")
def judged(root: Path) -> list[verdicts.Verdict]:
    paths = notebooks.collection(root)
    return [verdict for path in paths for verdict in verdicts.collect(path.stem, notebooks.read(path))]


@pytest.fixture(scope="module")
def visits(browser: Browser, built: Path, address: str) -> list[Visit]:
    """Return a visit to each page of the site."""
    context = browser.new_context(viewport=PHONE)
    page, log = context.new_page(), Log(address)
    log.follow(page)
    found = []
    for path in sorted(built.rglob("*.html")):
        name = path.relative_to(built).as_posix()
        log.clear()
        page.goto(address + name)
        wide = browsing.sideways(page)
        weight = sum(map(browsing.weight, filter(Path.is_file, log.files(built))))
        found.append(Visit(name, wide, log.elsewhere, list(log.complaints), weight))
    context.close()
    return found


@pytest.fixture(scope="module")
def desk(browser: Browser) -> Iterator[Page]:
    """Yield a page on a desk in light, for whoever leaves it as it was found: a window costs a second."""
    context = browser.new_context(viewport=DESK, color_scheme="light")
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module", params=KINDS.values(), ids=KINDS)
def opened(desk: Page, address: str, request: pytest.FixtureRequest) -> Page:
    """Return a page of each kind, opened on a desk in light; all tests of it look at the same."""
    desk.goto(address + request.param)
    if request.param.startswith("search"):
        desk.locator("#search-results li a").first.wait_for()
    return desk


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """Yield a window on a desk, in which nothing glides to its place while we look."""
    context = browser.new_context(viewport=DESK, color_scheme="light", reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def context(window: BrowserContext) -> Iterator[BrowserContext]:
    """Yield a window in which nothing is open and nothing remembered."""
    yield window
    for page in window.pages:
        page.evaluate("localStorage.clear(), sessionStorage.clear()")
        page.close()
    window.clear_cookies()


def test_the_claims_looked_at_are_of_every_kind(judged: list[verdicts.Verdict]) -> None:
    looked_at = {verdict["kind"] for verdict in judged if f"claims/{verdict['claim']}.html" in KINDS.values()}
    assert looked_at == {verdict["kind"] for verdict in judged}


@pytest.mark.parametrize("name", KINDS.values(), ids=KINDS)
def test_a_page_is_valid_html(built: Path, name: str) -> None:
    parser = html5lib.HTMLParser()
    parser.parse((built / name.partition("?")[0]).read_text(encoding="utf-8"))
    assert parser.errors == []


def test_no_page_asks_anything_of_another_host(visits: list[Visit]) -> None:
    assert {visit.name: visit.elsewhere for visit in visits if visit.elsewhere} == {}


def test_no_page_misses_a_file_or_complains(visits: list[Visit]) -> None:
    assert {visit.name: visit.complaints for visit in visits if visit.complaints} == {}


def test_no_page_scrolls_sideways_on_a_phone(visits: list[Visit]) -> None:
    assert {visit.name: visit.wide for visit in visits if visit.wide} == {}


def test_no_page_costs_a_megabyte(visits: list[Visit]) -> None:
    assert {visit.name: visit.weight for visit in visits if visit.weight >= MEGABYTE} == {}


def test_axe_finds_nothing_in_light(opened: Page) -> None:
    assert browsing.violations(opened) == []


def test_axe_finds_nothing_in_dark(opened: Page) -> None:
    browsing.darken(opened)
    try:
        assert browsing.violations(opened, browsing.OF_COLOUR) == []
    finally:
        opened.emulate_media(color_scheme="light")


def test_text_of_twice_the_size_fits(opened: Page) -> None:
    size = "parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)"
    before = opened.evaluate(size)
    with browsing.font_size(opened, 32):
        assert opened.evaluate(size) == 2 * before
        assert browsing.sideways(opened) == []


def test_in_print_there_is_the_text_and_no_navigation(opened: Page) -> None:
    opened.emulate_media(media="print")
    try:
        assert opened.locator("h1").first.is_visible()
        # What a button within the text says, as how many claims stand, is of use on paper too.
        shown = opened.locator("nav, [role=navigation], [role=search], button:not(main button)")
        assert [one.evaluate("e => e.outerHTML.slice(0, 100)") for one in shown.all() if one.is_visible()] == []
    finally:
        opened.emulate_media(media="screen")


def test_a_page_becomes_a_pdf(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.goto(address + CLAIM)
    pdf = page.pdf(format="A4", tagged=True)
    assert pdf.startswith(b"%PDF-")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 6


def test_axe_finds_nothing_where_code_is_unfolded(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.goto(address + NOTEBOOK)
    code = page.locator("div.cell_input pre")
    assert code.count() > 3
    assert not any(one.is_visible() for one in code.all()), "code is folded at first"
    page.get_by_role(
        "button", name=re.compile(r"\ball\b.*\bcode\b|\bcode\b.*\ball\b", re.IGNORECASE)
    ).first.click()
    assert all(one.is_visible() for one in code.all()), "one switch unfolds all"
    assert browsing.sideways(page) == []
    # The colours of code are everywhere the same, and axe needs a second for some hundred words.
    assert browsing.violations(page, within="div.cell_input pre") == []
    browsing.darken(page)
    assert browsing.violations(page, browsing.OF_COLOUR, within="div.cell_input pre") == []


@pytest.mark.parametrize("claim", ["coal-8", "cause-luxury-spending"])
def test_search_finds_a_claim_by_its_words(
    context: BrowserContext, address: str, judged: list[verdicts.Verdict], claim: str
) -> None:
    label = next(verdict["label"] for verdict in judged if verdict["claim"] == claim)
    page = context.new_page()
    page.goto(address)
    page.keyboard.press("Control+k")
    page.keyboard.type(label)
    page.keyboard.press("Enter")
    results = page.locator("#search-results li a")
    results.first.wait_for()
    assert urls(results.all()[:3], address).count(f"claims/{claim}.html") == 1
    # No result but those of our pages, and the first leads there.
    results.first.click()
    page.wait_for_load_state()
    assert page.locator("h1").is_visible()


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("over 250", "claims/trade-remedies-250.html"),
        ("imports from japan", "claims/imports-from-japan-17.html"),
        ("seasonally adjusted", "glossary.html"),
    ],
)
def test_search_understands_what_readers_type(
    context: BrowserContext, address: str, judged: list[verdicts.Verdict], words: str, place: str
) -> None:
    claim = re.sub(r"claims/|\.html", "", place)
    if place.startswith("claims/") and claim not in {verdict["claim"] for verdict in judged}:
        pytest.skip(f"this site has no page on {claim}")
    page = context.new_page()
    page.goto(f"{address}search.html?q={words}")
    first = page.locator("#search-results li").first
    first.locator(".context").wait_for()
    assert urls([first.locator("a")], address) == [place]
    described = first.locator(".context").inner_text()
    # What stands first is what was found, or the entry; no code, and no list of menus.
    expected = "Seasonal adjustment" if place == "glossary.html" else "Not excluded: The data give"
    assert described.strip().startswith(expected)


def urls(links: list[Locator], address: str) -> list[str]:
    """Return where links lead, from the top of the site, without what is marked there."""
    resolved = [str(link.evaluate("a => a.href")) for link in links]
    return [re.sub(r"[?#].*", "", url.removeprefix(address)) for url in resolved]


FOCUS = """() => {
  // A link may go on in the next line, so that its box has empty corners.
  const e = document.activeElement, box = e.getClientRects()[0], style = getComputedStyle(e);
  const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
  const ring = outlined || style.boxShadow !== 'none';
  const x = box.left + Math.min(box.width, 20) / 2, y = box.top + Math.min(box.height, 20) / 2;
  const top = document.elementFromPoint(x, y);
  return {
    what: e.outerHTML.slice(0, 120), filter: e.matches('main [aria-pressed], main select, main input'),
    href: e.closest('main tbody') ? e.href || '' : '', ring, seen: !!top && (e.contains(top) || top.contains(e)),
  };
}"""


def tab(page: Page) -> dict[str, str | bool]:
    """Go on to the next stop of the keyboard, where the focus must be seen."""
    page.keyboard.press("Tab")
    stop: dict[str, str | bool] = page.evaluate(FOCUS)
    assert stop["ring"], f"the focus is not shown on {stop['what']}"
    assert stop["seen"], f"the focus is hidden on {stop['what']}"
    return stop


def test_the_scoreboard_is_filtered_and_a_claim_opened_by_keyboard(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.goto(address)
    rows = page.locator("main tbody tr:has(a[href*='claims/'])")
    every = rows.count()
    said = page.locator("main [aria-live], main [role=status]")
    before = said.all_inner_texts()
    assert any(tab(page)["filter"] for _ in range(60)), "no filter is reached"
    if page.evaluate("document.activeElement.tagName") == "SELECT":
        page.keyboard.press("ArrowDown")
    else:
        page.keyboard.press("Space")
    shown = [row for row in rows.all() if row.is_visible()]
    assert 0 < len(shown) < every
    assert said.all_inner_texts() != before
    assert re.search(rf"\b{len(shown)}\b", " ".join(said.all_inner_texts())), "a screen reader hears how many"
    stops = (tab(page)["href"] for _ in range(60))
    target = next((str(href) for href in stops if "claims/" in str(href)), "")
    assert target, "no claim is reached"
    page.keyboard.press("Enter")
    page.wait_for_url(target)
    assert page.locator("h1").is_visible()


def test_every_stop_of_the_keyboard_is_seen(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.goto(address + CLAIM)
    first = tab(page)["what"]
    assert "#" in str(first), "the first stop skips to the content"
    for _ in range(40):
        if page.evaluate("document.activeElement === document.body"):
            break
        tab(page)


@pytest.mark.parametrize("width", [DESK, PHONE], ids=["desk", "phone"])
def test_without_scripts_everything_is_readable(
    browser: Browser, address: str, judged: list[verdicts.Verdict], width: dict[str, int]
) -> None:
    context = browser.new_context(viewport=width, java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    links = page.locator("main tbody a[href*='claims/']")
    shown = [link for link in links.all() if link.is_visible()]
    assert set(urls(shown, address)) == {f"claims/{verdict['claim']}.html" for verdict in judged}
    # What only a script could answer is not offered.
    assert [one for one in page.locator("main button, main select, main input").all() if one.is_visible()] == []
    page.goto(address + CLAIM)
    verdict = next(verdict for verdict in judged if verdict["claim"] == "coal-8")
    text = page.locator("main").inner_text()
    for part in (verdict["verdict"], verdict["computed_text"], verdict["printed_text"]):
        assert part in text
    context.close()


def test_the_theme_is_chosen_and_remembered(context: BrowserContext, address: str) -> None:
    page = context.new_page()
    page.goto(address)
    theme = "document.documentElement.dataset.theme"
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(theme) == "light"
    light = page.evaluate(ground)
    switch = page.get_by_role("button", name=re.compile(r"colou?r|theme|dark", re.IGNORECASE)).first
    for _ in range(3):
        if page.evaluate(theme) == "dark":
            break
        switch.click()
    assert page.evaluate(theme) == "dark"
    assert page.evaluate(ground) != light
    page.goto(address + CLAIM)
    assert page.evaluate(theme) == "dark"


def test_of_each_figure_only_the_picture_for_this_light_is_loaded(
    browser: Browser, built: Path, address: str
) -> None:
    light, dark = (_pictures(browser, built, address, scheme) for scheme in ("light", "dark"))
    assert light
    assert len(dark) == len(light)
    assert not light & dark


def _pictures(browser: Browser, built: Path, address: str, scheme: str) -> set[Path]:
    """Return the pictures that a notebook's page loads until its end is reached."""
    context = browser.new_context(viewport=DESK, color_scheme=scheme)
    page, log = context.new_page(), Log(address)
    log.follow(page)
    page.goto(address + NOTEBOOK)
    for figure in page.locator("main img").all():
        if figure.is_visible():
            figure.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    context.close()
    found = {path for path in log.files(built) if path.suffix in {".png", ".svg", ".webp"}}
    return {path for path in found if "_static" not in path.parts}


@pytest.mark.parametrize("name", ["index.html", CLAIM])
def test_text_is_shown_within_a_second_on_a_slow_phone(
    context: BrowserContext, built: Path, address: str, name: str
) -> None:
    # Reckoned from what the first paint waits for, since a clock would measure how busy this machine is.
    page, log = context.new_page(), Log(address)
    log.follow(page)
    page.goto(address + name)
    blocking = page.evaluate(BLOCKING)
    waited_for = {built / url.removeprefix(address).partition("?")[0] for url in blocking} | {built / name}
    bytes_ = sum(map(browsing.weight, waited_for))
    # To connect; to ask for the page; to ask for all that it names, at once. A tenth is for drawing.
    assert 3 * ROUND_TRIP + bytes_ / RATE < 0.9


BLOCKING = """() => performance.getEntriesByType('resource')
  .filter(entry => entry.renderBlockingStatus === 'blocking').map(entry => entry.name)"""
