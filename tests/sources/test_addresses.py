"""The addresses of publishers' files: what follows from an edition, and what a setting may change."""

from pathlib import Path

import pytest

from onewaytrade.errors import FetchError
from onewaytrade.sources import addresses, reading


def test_each_source_that_has_a_publisher_has_an_address() -> None:
    assert set(addresses.ORIGINS) == set(reading.READERS) - {"table"}


@pytest.mark.parametrize(
    ("edition", "address"),
    [
        (
            "2025-01",
            "https://www.cpb.nl/sites/default/files/omnidownload/CPB-World-Trade-Monitor-January-2025.xlsx",
        ),
        ("2025-02", "https://www.cpb.nl/system/files/cpbmedia/cpb-world-trade-monitor-february-2025.xlsx"),
        ("2026-12", "https://www.cpb.nl/system/files/cpbmedia/cpb-world-trade-monitor-december-2026.xlsx"),
    ],
)
def test_cpb_changed_its_addresses_once(edition: str, address: str) -> None:
    assert addresses.published("cpb", addresses.of_edition(edition)) == address


def test_every_address_of_ours_would_pass_as_a_setting(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text("".join(f"{name}: '{made.address}'\n" for name, made in addresses.ORIGINS.items()), "utf-8")
    assert addresses.setting(path) == {name: made.address for name, made in addresses.ORIGINS.items()}


def test_an_option_goes_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.yml").write_text(f"fred: https://{name}.example.org/{{series}}\n", "utf-8")
    assert addresses.setting() == {}
    monkeypatch.setenv(addresses.VARIABLE, str(tmp_path / "one.yml"))
    values = {"series": "EXCHUS"}
    assert addresses.address("fred", values, addresses.setting()) == "https://one.example.org/EXCHUS"
    chosen = addresses.setting(tmp_path / "two.yml")
    assert addresses.address("fred", values, chosen) == "https://two.example.org/EXCHUS"
    assert addresses.address("census", {}, chosen) == addresses.published("census", {})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("cbp: https://example.org/a", "there is no source 'cbp'; the nearest is 'cpb'."),
        ("cpb: ftp://example.org/a", "cpb: 'ftp://example.org/a' is no address"),
        ("cpb: https://example.org:port/a", "is no address; one that begins with https:// or http://"),
        ("cpb: https://me:word@example.org/a", "example.org holds a name or a password; leave it out."),
        ("cpb: https://example.org/{mnth}", "{mnth} is no placeholder of this address; all are Month, edition,"),
        ("cpb: 'https://example.org/{month.real}'", "{month.real} is no placeholder of this address"),
        ("census: 'https://example.org/{year}'", "{year} is no placeholder of this address; it takes none."),
        ("cpb: 'https://example.org/{month'", "braces are not closed"),
        ("- cpb", "this is no table of addresses"),
        ("cpb: 7", "this is no table of addresses"),
        ("cpb: [", "the file is no YAML in UTF-8"),
        ("!!python/object/apply:os.getcwd []", "the file is no YAML in UTF-8"),
        ("", "this is no table of addresses"),
    ],
)
def test_a_setting_that_makes_no_sense_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "a.yml"
    path.write_text(text, "utf-8")
    with pytest.raises(FetchError) as caught:
        addresses.setting(path)
    assert sentence in str(caught.value)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_setting_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="cannot be opened"):
        addresses.setting(tmp_path / "none.yml")
