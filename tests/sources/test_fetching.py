"""Fetching from a publisher: a site that the test starts misbehaves, and nothing half done is ever left."""

import datetime as dt
import json
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from onewaytrade import cli
from onewaytrade.errors import FetchError, OneWayTradeError
from onewaytrade.sources import addresses, downloading
from onewaytrade.sources.downloading import Limits
from onewaytrade.sources.fetching import Fetched, Order, assigned, fetch
from sources import site, small
from sources import workbook as book
from sources.site import Site, sends, status

QUICK = Limits(connect=1, read=0.3, total=5, attempts=3, back_off=0.01, longest_wait=0.5, pause=0)
SECRET = "0123456789abcdef-not-for-anyone"  # noqa: S105 # of a site that the test starts
ESCAPED = "".join(f"\\u{ord(letter):04x}" for letter in SECRET).encode()
SERIES = b"observation_date,EXCHUS\n2023-01-01,6.79\n2023-02-01,6.83\n"
SCRIPT = b"<!DOCTYPE html><html><head><script>location.reload()</script></head><body></body></html>"
PAGE = b"<html><head><title>The page \n was moved</title></head><body><p>Look elsewhere.</p></body></html>"
WORKBOOK, FRED, API, GACC = "/cpb-2022-02.xlsx", "/fred.csv", "/api", "/gacc.html"


@pytest.fixture
def publisher() -> Iterator[Site]:
    with Site() as made:
        yield made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small project, to be copied."""
    return small.project(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def february(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return CPB's workbook of the month after the one that the small project has."""
    cells = book.grid(2021, (*book.MONTHS, "2022m02"))
    return book.write(tmp_path_factory.mktemp("book") / "made.xlsx", {"trade_out": cells}).read_bytes()


@pytest.fixture
def folder(made: Path, tmp_path: Path, publisher: Site, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a small project; all addresses are the test's own, and so is the cache."""
    copy = Path(shutil.copytree(made, tmp_path / "project"))
    places = {
        "cpb": f"{publisher.url}/cpb-{{edition}}.xlsx",
        "fred": f"{publisher.url}{FRED}?id={{series}}",
        "comtrade": f"{publisher.url}{API}?years={{period}}&kind={{frequency}}",
        "census": f"{publisher.url}/census.xlsx",
        "gacc-partners": f"{publisher.url}{GACC}",
        "contact": "https://example.org/class",
    }
    (tmp_path / "addresses.yml").write_text(json.dumps(places), "utf-8")
    monkeypatch.setenv(addresses.VARIABLE, str(tmp_path / "addresses.yml"))
    monkeypatch.setenv(downloading.CACHE, str(tmp_path / "cache"))
    monkeypatch.setenv("ONEWAYTRADE_PROJECT", str(copy))
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.delenv("COMTRADE_API_KEY", raising=False)
    downloading._ASKED.clear()
    return copy


def left(folder: Path) -> list[Path]:
    """Return every file in the cache, hidden ones too."""
    return [path for path in folder.with_name("cache").rglob("*") if path.is_file()]


def refused(folder: Path, order: Order, **other: object) -> str:
    """Return the sentence by which fetching is refused, having checked that data and cache are as before."""
    before, kept = small.contents(folder), [(path, path.read_bytes()) for path in left(folder)]
    with pytest.raises(FetchError) as caught:
        fetch(order, **{"limits": QUICK, **other})  # type: ignore[arg-type]
    assert small.contents(folder) == before
    assert [(path, path.read_bytes()) for path in left(folder)] == kept
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert SECRET not in sentence
    return sentence


def fred(**other: object) -> Fetched:
    return fetch(Order("fred", "2026-12-10"), limits=QUICK, **other)  # type: ignore[arg-type]


class Told:
    """Progress that is kept."""

    def __init__(self) -> None:
        self.bytes: list[tuple[int, int | None]] = []
        self.waits: list[tuple[str, float]] = []

    def received(self, done: int, total: int | None) -> None:
        self.bytes.append((done, total))

    def waiting(self, why: str, seconds: float) -> None:
        self.waits.append((why, seconds))


# --- all goes well --------------------------------------------------------------------------------------------


def test_the_month_after_the_newest_is_fetched_and_added(folder: Path, publisher: Site, february: bytes) -> None:
    publisher.answers[WORKBOOK] = [sends(february)]
    told = Told()
    done = fetch(Order("cpb"), limits=QUICK, progress=told)
    assert done.added is not None
    assert done.added.editions == {"cpb": "2022-02", "cpb-series": "2022-02"}
    assert (folder / "data" / "cpb" / "2022-02.csv").is_file()
    assert told.bytes[-1] == (len(february), len(february))
    assert [path.read_bytes() for path in left(folder)] == [february]


def test_the_publishers_address_is_recorded_and_not_that_of_the_setting(
    folder: Path, publisher: Site, february: bytes
) -> None:
    publisher.answers[WORKBOOK] = [sends(february)]
    fetch(Order("cpb"), limits=QUICK)
    manifest = (folder / "data" / "datapackage.json").read_text("utf-8")
    assert "omnidownload/CPB-World-Trade-Monitor-February-2022.xlsx" in manifest
    assert "127.0.0.1" not in manifest


def test_a_file_that_does_not_say_when_it_is_from_is_of_the_day_of_the_download(
    folder: Path, publisher: Site
) -> None:
    publisher.answers[FRED] = [sends(SERIES)]
    before = dt.datetime.now(dt.UTC).date()
    done = fetch(Order("fred"), limits=QUICK)
    assert done.added is not None
    assert before.isoformat() <= done.added.editions["fred"] <= dt.datetime.now(dt.UTC).date().isoformat()


def test_what_is_asked_for_stands_in_the_address_and_in_the_name(folder: Path, publisher: Site) -> None:
    publisher.answers[FRED] = [sends(SERIES)]
    done = fetch(Order("fred", "2026-12-10", assigned(["series=EXCHUS,DEXCHUS"])), limits=QUICK)
    assert publisher.asked[0].path == "/fred.csv?id=EXCHUS,DEXCHUS"
    assert done.file.name == "fred-EXCHUS+DEXCHUS.csv"


def test_the_site_reads_who_asks(folder: Path, publisher: Site) -> None:
    publisher.answers[FRED] = [sends(SERIES)]
    fred()
    agent = publisher.asked[0].headers["User-Agent"]
    assert agent.startswith("onewaytrade/")
    assert agent.endswith(" (reads published trade tables; https://example.org/class)")


def test_without_a_contact_the_site_still_reads_what_for() -> None:
    assert downloading.agent() == f"onewaytrade/{version('onewaytrade')} (reads published trade tables)"


def test_a_file_is_asked_for_once_and_then_in_the_cache(folder: Path, publisher: Site) -> None:
    publisher.answers[FRED] = [sends(SERIES)]
    assert not fred().from_cache
    done = fred()
    assert done.from_cache
    assert done.added is not None
    assert done.added.nothing
    assert "--again" in done.sentence
    assert len(publisher.asked) == 1


def test_again_brings_the_new_file(folder: Path, publisher: Site) -> None:
    newer = SERIES + b"2023-03-01,6.9\n"
    publisher.answers[FRED] = [sends(SERIES), sends(newer)]
    fred(dry_run=True)
    done = fred(dry_run=True, again=True)
    assert (done.from_cache, done.file.read_bytes()) == (False, newer)
    assert len(left(folder)) == 1


def test_again_keeps_the_old_file_if_the_new_one_does_not_come(folder: Path, publisher: Site) -> None:
    publisher.answers[FRED] = [sends(SERIES), sends(SERIES, length=1000)]
    file = fred(dry_run=True).file
    refused(folder, Order("fred", "2026-12-10"), again=True)
    assert file.read_bytes() == SERIES


def test_a_file_is_only_kept_where_nothing_else_lies(folder: Path, publisher: Site, tmp_path: Path) -> None:
    publisher.answers[FRED] = [sends(SERIES)]
    before = small.contents(folder)
    kept = fred(keep=tmp_path / "mine")
    assert (kept.file.parent, kept.file.read_bytes()) == (tmp_path / "mine", SERIES)
    assert f"onewaytrade add fred {kept.file}" in kept.sentence
    assert fred(keep=tmp_path / "mine").file == kept.file
    kept.file.write_bytes(b"my own")
    assert "is there already with other content" in refused(
        folder, Order("fred", "2026-12-10"), keep=tmp_path / "mine"
    )
    assert kept.file.read_bytes() == b"my own"
    assert small.contents(folder) == before


def test_an_address_of_ones_own_is_asked_in_place_of_the_usual(
    folder: Path, publisher: Site, february: bytes
) -> None:
    publisher.answers["/elsewhere/wtm.xlsx"] = [sends(february)]
    done = fetch(Order("cpb", address=f"{publisher.url}/elsewhere/wtm.xlsx"), limits=QUICK)
    assert done.file.name == "wtm.xlsx"
    assert (folder / "data" / "cpb" / "2022-02.csv").is_file()


# --- a site that is busy or broken ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "first",
    [
        status(503),
        status(429, Retry_After="0"),
        status(429, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"),
        sends(SERIES, length=1000),
        site.broken(SERIES),
        site.hangs_up,
        site.slowly(0.5, sends(SERIES)),
    ],
    ids=["503", "429", "429 until a date", "short", "chunk missing", "hung up", "silent at first"],
)
def test_what_passes_is_tried_again(folder: Path, publisher: Site, first: site.Answer) -> None:
    publisher.answers[FRED] = [first, sends(SERIES)]
    told = Told()
    assert fred(progress=told).file.read_bytes() == SERIES
    assert (len(publisher.asked), len(told.waits)) == (2, 1)


def test_the_waits_grow_and_the_attempts_end(folder: Path, publisher: Site) -> None:
    publisher.answers[FRED] = [status(503)]
    told = Told()
    sentence = refused(folder, Order("fred"), progress=told)
    assert sentence.startswith("fred: 127.0.0.1 answered with status 503 (3 attempts); open https://")
    assert sentence.endswith("save the file, and type: onewaytrade add fred FILE")
    assert [seconds for _, seconds in told.waits] == [0.01, 0.02]


def test_the_host_says_how_long_to_wait(folder: Path, publisher: Site) -> None:
    publisher.answers[FRED] = [status(429, Retry_After="1"), sends(SERIES)]
    fetch(Order("fred", "2026-12-10"), limits=replace(QUICK, longest_wait=2))
    first, second = (asked.at for asked in publisher.asked)
    assert second - first >= 1


@pytest.mark.parametrize("after", ["120", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_no_host_is_waited_for_too_long(folder: Path, publisher: Site, after: str) -> None:
    publisher.answers[FRED] = [status(429, Retry_After=after)]
    start = time.monotonic()
    assert "wishes to be asked again in" in refused(folder, Order("fred"))
    assert time.monotonic() - start < 2
    assert len(publisher.asked) == 1


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (site.silent, "127.0.0.1 sent nothing for 0.1 seconds (3 attempts)"),
        (site.drips, "127.0.0.1 had not sent the whole file after 0.6 seconds"),
        (site.hangs_up, "127.0.0.1 does not take connections, or breaks them off (3 attempts)"),
        (site.broken(b"x" * 100), "127.0.0.1 broke off in the middle of the file (3 attempts)"),
        (sends(b"x" * 100, length=200), "127.0.0.1 broke off in the middle of the file (3 attempts)"),
        (sends(b""), "127.0.0.1 sent an empty file"),
        (status(404), "nothing lies at http://127.0.0.1:"),
        (status(403), "127.0.0.1 answered with status 403;"),
        (status(302, Location="ftp://127.0.0.1/fred.csv"), "leads to an address that is none of the web"),
        (status(302, Location="file:///etc/hostname"), "leads to an address that is none of the web"),
        (status(302, Location="/fred.csv"), "leads from one address to another more than 5 times"),
        (site.leads_on, "leads from one address to another more than 5 times"),
    ],
    ids=[
        *("silent", "drips", "hung up", "chunk missing", "short", "empty", "404", "403", "to ftp", "to a file"),
        *("a loop", "a loop with endless pages"),
    ],
)
def test_each_way_to_fail_is_one_sentence(
    folder: Path, publisher: Site, answer: site.Answer, sentence: str
) -> None:
    publisher.answers[FRED] = [answer]
    start = time.monotonic()
    assert sentence in refused(folder, Order("fred"), limits=replace(QUICK, read=0.1, total=0.6))
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("length", [-1, None], ids=["as it says", "without saying so"])
def test_a_file_that_is_too_large_is_not_read_to_its_end(
    folder: Path, publisher: Site, length: int | None
) -> None:
    publisher.answers[FRED] = [sends(b"x" * 3_000_000, length=length)]
    told = Told()
    sentence = refused(folder, Order("fred"), limits=replace(QUICK, size_mb=0.2), progress=told)
    assert "offers more than 0.2 MB, and nothing of it was kept" in sentence
    assert max((done for done, _ in told.bytes), default=0) <= 200_000
    assert len(publisher.asked) == 1


def test_a_redirect_is_followed(folder: Path, publisher: Site) -> None:
    publisher.answers[FRED] = [status(301, Location="/new/fred.csv?x=1")]
    publisher.answers["/new/fred.csv"] = [sends(SERIES)]
    assert fred().file.read_bytes() == SERIES


def test_without_a_network_it_is_said_at_once(
    folder: Path, publisher: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*_: object, **__: object) -> None:
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", offline)
    order = Order("cpb", address="http://www.example.org/a.xlsx")
    told = Told()
    assert "cpb: www.example.org cannot be found; this machine is probably offline; open" in refused(
        folder, order, progress=told
    )
    assert told.waits == []


def test_a_host_that_takes_no_connections(folder: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    order = Order("cpb", address=f"http://127.0.0.1:{port}/a.xlsx")
    assert "does not take connections, or breaks them off (3 attempts)" in refused(folder, order)


def test_a_cache_that_cannot_be_written_is_said(
    folder: Path, publisher: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher.answers[FRED] = [sends(SERIES)]
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv(downloading.CACHE, str(tmp_path / "taken"))
    assert "cannot be written" in refused(folder, Order("fred"))


# --- politeness -----------------------------------------------------------------------------------------------


def test_there_is_a_pause_between_two_requests_to_a_host(folder: Path, publisher: Site) -> None:
    publisher.answers[FRED] = [status(302, Location="/b.csv")]
    publisher.answers["/b.csv"] = [status(503), sends(SERIES)]
    start = time.monotonic()
    fetch(Order("fred", "2026-12-10"), limits=replace(QUICK, pause=0.2))
    waited = [asked.at - start for asked in publisher.asked]
    assert len(waited) == 4
    # From the start, since a busy machine may let the site hear late of one request, and at once of the next.
    assert [at for number, at in enumerate(waited) if at < 0.19 * number] == []


def test_no_two_requests_run_at_once(folder: Path, publisher: Site, tmp_path: Path) -> None:
    publisher.answers[FRED] = [site.slowly(0.05, sends(SERIES))]

    def one(series: str) -> None:
        fetch(Order("fred", None, {"series": series}), limits=QUICK, keep=tmp_path / series)

    threads = [threading.Thread(target=one, args=(series,)) for series in ("A1", "B2", "C3")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(publisher.asked), publisher.at_once) == (3, 1)


# --- something else in its place ------------------------------------------------------------------------------


def test_a_page_in_place_of_a_workbook_is_recognised(folder: Path, publisher: Site) -> None:
    publisher.answers[WORKBOOK] = [sends(PAGE)]
    sentence = refused(folder, Order("cpb"))
    assert "127.0.0.1 sent a page (“The page was moved”) in place of a workbook; open https://www.cpb" in sentence


def test_a_workbook_that_ends_too_early_is_recognised(folder: Path, publisher: Site, february: bytes) -> None:
    publisher.answers[WORKBOOK] = [sends(february[: len(february) * 2 // 3], length=None)]
    assert "the workbook that 127.0.0.1 sent breaks off before its end" in refused(folder, Order("cpb"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{}", "127.0.0.1 sent JSON in place of a CSV file"),
        (b"\xd0\xcf\x11\xe0rest", "127.0.0.1 sent a workbook of the old format (.xls) in place of a CSV file"),
        (
            b"a,b\n1,2\n",
            "is not the table (fred-EXCHUS.csv, row 1, column A: 'a' stands first",
        ),
    ],
    ids=["JSON", "an old workbook", "another table"],
)
def test_wrong_content_is_told_and_not_met_again(
    folder: Path, publisher: Site, content: bytes, sentence: str
) -> None:
    publisher.answers[FRED] = [sends(content), sends(SERIES)]
    order = Order("fred", "2026-12-10", {"series": "EXCHUS"})
    assert sentence in refused(folder, order)
    assert fetch(order, limits=QUICK).added is not None


def test_another_edition_than_the_one_asked_for_is_refused(folder: Path, publisher: Site, february: bytes) -> None:
    publisher.answers["/cpb-2022-03.xlsx"] = [sends(february)]
    before = small.contents(folder)
    with pytest.raises(OneWayTradeError, match="the file says that it is edition 2022-02, not 2022-03"):
        fetch(Order("cpb", "2022-03"), limits=QUICK)
    assert small.contents(folder) == before


def test_an_edition_that_is_not_out_is_told_with_the_newest_at_hand(folder: Path, publisher: Site) -> None:
    sentence = refused(folder, Order("cpb"))
    assert sentence.startswith(
        "cpb: 2022-02, the month after the newest edition at hand (2022-01), is not at "
        f"{publisher.url}{WORKBOOK} (status 404)"
    )
    assert "nothing lies at" in refused(folder, Order("cpb", "2022-05"))


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (status(412), "status 412"),
        (status(521), "status 521"),
        (sends(SCRIPT), "it sent a script in place of a page"),
    ],
    ids=["412", "521", "a script"],
)
def test_customs_turn_programs_away_and_a_person_is_told_what_to_do(
    folder: Path, publisher: Site, answer: site.Answer, why: str
) -> None:
    publisher.answers[GACC] = [answer]
    assert refused(folder, Order("gacc-partners")) == (
        f"gacc-partners: GACC's site turns programs away ({why}); open "
        "http://english.customs.gov.cn/statics/report/preliminary.html in a browser, save the file, and type: "
        "onewaytrade add gacc-partners FILE"
    )
    assert len(publisher.asked) == 1


def test_the_list_of_customs_tables_is_not_taken_for_a_table(folder: Path, publisher: Site) -> None:
    publisher.answers[GACC] = [sends(PAGE)]
    sentence = refused(folder, Order("gacc-partners"))
    assert "what 127.0.0.1 sent is not the table (" in sentence
    assert sentence.endswith("onewaytrade add gacc-partners FILE")


# --- the key --------------------------------------------------------------------------------------------------


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COMTRADE_API_KEY", SECRET)
    return SECRET


def total(**other: object) -> bytes:
    row = {"period": "2025", "flowCode": "X", "cmdCode": "TOTAL", "reporterDesc": "USA", "partnerDesc": "China"}
    return json.dumps({"data": [{**row, "primaryValue": 1.5e9}], **other}).encode()


def test_the_key_is_sent_as_a_header_and_stands_nowhere_else(
    folder: Path, publisher: Site, key: str, tmp_path: Path
) -> None:
    publisher.answers[API] = [sends(total())]
    done = fetch(Order("comtrade", "2026-12-10"), limits=QUICK)
    (asked,) = publisher.asked
    assert asked.headers["Ocp-Apim-Subscription-Key"] == key
    assert asked.path == "/api?years=2025&kind=A"
    assert key not in repr(done) + done.sentence
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 5
    assert not [path for path in written if key.encode() in path.read_bytes() or key in str(path)]


def test_no_other_host_ever_gets_the_key(folder: Path, publisher: Site, key: str) -> None:
    publisher.answers[API] = [status(302, Location=f"http://localhost:{publisher.port}/copy")]
    publisher.answers["/copy"] = [sends(total())]
    fetch(Order("comtrade", "2026-12-10"), limits=QUICK)
    first, second = publisher.asked
    assert first.headers["Ocp-Apim-Subscription-Key"] == key
    assert key not in str(second)


def test_another_host_that_is_asked_on_purpose_gets_no_key(folder: Path, publisher: Site, key: str) -> None:
    publisher.answers["/copy"] = [sends(total())]
    order = Order("comtrade", "2026-12-10", address=f"http://localhost:{publisher.port}/copy")
    fetch(order, limits=QUICK)
    assert key not in str(publisher.asked)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (status(401), "UN Comtrade does not take the key that COMTRADE_API_KEY holds (status 401)"),
        (sends(total(asked=SECRET)), "what 127.0.0.1 sent repeats the key, and was not kept"),
        (status(302, Location=f"ftp://{SECRET}/"), "leads to an address that is none of the web"),
        (status(302, Location=f"http://{SECRET}:99999/"), "leads to an address that is none of the web"),
        (status(500, SECRET.encode()), "127.0.0.1 answered with status 500 (3 attempts)"),
        (sends(json.dumps({"error": "no such year"}).encode()), "Comtrade answered with an error (no such year)"),
        (sends(b'{"error": "no such key: %s"}' % ESCAPED), "Comtrade answered with an error (no such key: …)"),
    ],
    ids=["401", "echo", "redirect", "redirect to a host", "500", "error", "escaped"],
)
def test_no_error_shows_the_key(
    folder: Path, publisher: Site, key: str, answer: site.Answer, sentence: str
) -> None:
    publisher.answers[API] = [answer]
    assert sentence in refused(folder, Order("comtrade", "2026-12-10"))


def test_the_key_is_not_sent_where_all_can_read_it(
    folder: Path, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other.yml").write_text("comtrade: http://comtrade.example.org/{period}\n", "utf-8")
    sentence = refused(folder, Order("comtrade", setting=tmp_path / "other.yml"))
    assert "would be sent to comtrade.example.org for all to read" in sentence


@pytest.mark.parametrize("value", ["", "two words", "a\nb: c", "ключ-ключ"])
def test_what_is_no_key_is_not_shown_either(
    folder: Path, publisher: Site, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("COMTRADE_API_KEY", value)
    sentence = refused(folder, Order("comtrade"))
    assert sentence.endswith(
        "put the one that you get at https://comtradedeveloper.un.org/ into the environment variable "
        "COMTRADE_API_KEY."
    )
    assert not value or value not in sentence
    assert publisher.asked == []


# --- orders that make no sense --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        (Order("cbp"), "There is no source 'cbp' to fetch; the nearest is 'cpb'"),
        (Order("table"), "A table of your own has no publisher's address; type: onewaytrade add table FILE"),
        (Order("cpb", "2022-02-10"), "cpb: '2022-02-10' is no edition of CPB; the last month of one"),
        (Order("fred", None, {"serie": "A1"}), "fred: there is no 'serie' to set; the nearest is 'series'"),
        (Order("fred", None, {"series": "A1&b=2"}), "fred: series is 'A1&b=2'; codes of letters and digits"),
        (Order("census", None, {"year": "2023"}), "census: there is nothing to set with -p"),
        (Order("comtrade", None, {"period": "2024,202401"}), "comtrade: period is '2024,202401'; years (2024)"),
        (Order("cpb", address="file:///etc/hostname"), "--address: 'file:///etc/hostname' is no address"),
        (Order("cpb", address="https://me:word@www.cpb.nl/a"), "www.cpb.nl holds a name or a password"),
        (
            Order("fred", None, {"series": "A1"}, address="https://example.org/a.csv"),
            "--address is the whole address; leave -p out beside it.",
        ),
    ],
    ids=lambda value: value.source if isinstance(value, Order) else "",
)
def test_an_order_that_makes_no_sense_is_refused_before_anyone_is_asked(
    folder: Path, publisher: Site, order: Order, sentence: str
) -> None:
    assert sentence in refused(folder, order)
    assert publisher.asked == []


@pytest.mark.parametrize("text", ["series", "=EXCHUS"])
def test_an_assignment_needs_a_name_and_a_value(text: str) -> None:
    with pytest.raises(FetchError, match="is no assignment; NAME=VALUE is expected"):
        assigned([text])


# --- the command ----------------------------------------------------------------------------------------------


def command(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["onewaytrade", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0)


def test_the_command_says_where_the_file_is_from_and_what_it_changed(
    folder: Path,
    publisher: Site,
    february: bytes,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    publisher.answers[WORKBOOK] = [sends(february)]
    assert command(monkeypatch, "fetch", "cpb", "--edition", "2022-02") == 0
    said = capsys.readouterr()
    assert f"cpb-world-trade-monitor-2022-02.xlsx: downloaded from {publisher.url}{WORKBOOK}.\n" in said.out
    assert "cpb 2022-02 and cpb-series 2022-02 added; no pin has moved." in said.out
    assert said.err == ""


def test_the_command_fails_with_one_sentence(
    folder: Path, publisher: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "fetch", "census") == 2
    said = capsys.readouterr()
    assert said.err.startswith("onewaytrade: census: nothing lies at")
    assert said.err.count("\n") == 1
    assert said.out.strip() == ""
