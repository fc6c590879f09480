"""Showing the site: what is sent, compressed or not, and what a user is told when nothing can be shown."""

import gzip
import http.client
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from onewaytrade import cli
from onewaytrade.errors import SiteError
from onewaytrade.site import serving

PAGE = "<!DOCTYPE html><title>Trade</title>" + "<p>−7.9 %</p>" * 200
PICTURE = b"\x89PNG" + bytes(range(256))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (folder / "claims").mkdir()
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    (folder / "claims" / "index.html").write_text(PAGE, encoding="utf-8")
    (folder / "feed.xml").write_text("<feed/>", encoding="utf-8")
    (folder / "picture.png").write_bytes(PICTURE)
    return folder


@pytest.fixture(scope="module")
def port(site: Path) -> Iterator[int]:
    with serving.server(site, 0) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running.server_port
        running.shutdown()
        thread.join()


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(serving.HOST, port, timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


@pytest.mark.parametrize("path", ["/", "/index.html", "/claims/", "/index.html?q=coal"])
def test_text_is_compressed_where_the_browser_takes_it(port: int, path: str) -> None:
    answer, body = ask(port, path, **{"Accept-Encoding": "br, gzip;q=0.8"})
    assert (answer.status, answer.headers["Content-Encoding"]) == (200, "gzip")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert int(answer.headers["Content-Length"]) == len(body) < len(PAGE) / 4
    assert gzip.decompress(body).decode("utf-8") == PAGE


@pytest.mark.parametrize("offered", ["", "br", "gzip;q=0"])
def test_text_is_sent_as_it_is_to_any_other(port: int, offered: str) -> None:
    answer, body = ask(port, "/", **{"Accept-Encoding": offered})
    assert answer.headers["Content-Encoding"] is None
    assert body.decode("utf-8") == PAGE


def test_pictures_are_not_compressed_again(port: int) -> None:
    answer, body = ask(port, "/picture.png", **{"Accept-Encoding": "gzip"})
    assert (answer.headers["Content-Encoding"], answer.headers["Content-Type"]) == (None, "image/png")
    assert body == PICTURE


def test_only_the_headers_are_sent_if_they_alone_are_asked_for(port: int) -> None:
    answer, body = ask(port, "/feed.xml", "HEAD", **{"Accept-Encoding": "gzip"})
    assert (answer.status, answer.headers["Content-Type"], body) == (200, "application/xml", b"")


@pytest.mark.parametrize("path", ["/nowhere.html", "/../conftest.py", "/%2e%2e/secret.txt"])
def test_what_is_not_in_the_folder_is_not_found(port: int, path: str) -> None:
    assert ask(port, path, **{"Accept-Encoding": "gzip"})[0].status == 404


def test_a_new_build_is_seen(port: int, site: Path) -> None:
    (site / "new.html").write_text("old", encoding="utf-8")
    assert gzip.decompress(ask(port, "/new.html", **{"Accept-Encoding": "gzip"})[1]) == b"old"
    (site / "new.html").write_text("newer", encoding="utf-8")
    assert gzip.decompress(ask(port, "/new.html", **{"Accept-Encoding": "gzip"})[1]) == b"newer"


def test_without_a_site_the_user_is_told_what_makes_it(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match=r"holds no website yet: onewaytrade site makes it\.$"):
        serving.server(tmp_path, 0)


def test_a_port_that_is_taken_is_told(site: Path) -> None:
    with socket.create_server((serving.HOST, 0)) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(SiteError, match=rf"^Port {number} .*cannot be used.*serve --port 8001\.$"):
            serving.server(site, number)


def test_the_command_says_where_the_site_is_and_ends_quietly(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_self: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(serving.ThreadingHTTPServer, "serve_forever", interrupt)
    monkeypatch.setattr(sys, "argv", ["onewaytrade", "serve", "--port", "0", str(site)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    told = capsys.readouterr()
    assert not end.value.code
    assert told.out.startswith("The website: http://127.0.0.1:")
    assert told.err == ""
