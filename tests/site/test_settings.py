"""What the site cannot know by itself: read from the project's file, laid over by options, or refused."""

from pathlib import Path

import pytest

from onewaytrade.errors import SiteError
from onewaytrade.site import settings


def write(folder: Path, text: str) -> Path:
    (folder / settings.FILE).write_text(text, encoding="utf-8")
    return folder


def test_without_a_file_the_site_is_this_machine_s(tmp_path: Path) -> None:
    found = settings.load(tmp_path)
    assert (found.address, found.repository, found.branch) == ("http://127.0.0.1:8000/", "", "main")
    assert (found.project_page, found.colab("a.ipynb"), found.binder("a.ipynb")) == ("", "", "")


def test_an_address_follows_from_the_repository_unless_it_is_given(tmp_path: Path) -> None:
    root = write(tmp_path, "repository: Jane-Doe/trade\n")
    assert settings.load(root).address == "https://jane-doe.github.io/trade/"
    assert settings.load(root).project_page == "https://github.com/Jane-Doe/trade"
    assert settings.load(root, address="https://trade.example/").address == "https://trade.example/"


def test_an_option_goes_before_the_file_and_none_leaves_it(tmp_path: Path) -> None:
    root = write(tmp_path, "address: https://one.example/\nrepository: a/b\nbranch: trunk\n")
    found = settings.load(root, address=None, repository="c/d")
    assert (found.address, found.repository, found.branch) == ("https://one.example/", "c/d", "trunk")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("address: [", r"site\.yml is not readable as YAML"),
        ("adress: https://a.example/", r"holds other names than address, repository, branch\.$"),
        ("- a", "holds other names"),
        (
            "address: https://a.example",
            r"site\.yml: address 'https://a\.example' must begin .* end with a slash\.$",
        ),
        ("address: ftp://a.example/", "must begin with http:// or https://"),
        ("repository: onlyname", r"site\.yml: repository 'onlyname' must be owner/name"),
    ],
)
def test_what_is_written_wrongly_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SiteError, match=told):
        settings.load(write(tmp_path, text))


def test_a_wrong_option_is_told_as_an_option(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match=r"^--repository 'a' must be owner/name"):
        settings.load(tmp_path, repository="a")
    with pytest.raises(SiteError, match=r"^--address 'a' must begin"):
        settings.load(tmp_path, address="a")
