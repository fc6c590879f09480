"""What is tracked by git, and what the files at the top of the project promise."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

# Hosts that packages or conda channels are fetched from, in two parts lest this file name them.
REGISTRIES = [
    f"{name}.{domain}"
    for name, domain in (("pypi", "org"), ("pythonhosted", "org"), ("anaconda", "org"), ("anaconda", "com"))
]
HOMES = re.compile(r"(?<![\w.])/(?:home|Users|root|work)/(?!somebody\b)\w|[A-Z]:\\Users\\")
ORIGINALS = {".xls", ".xlsx", ".xlsm", ".pdf", ".html", ".htm", ".zip"}


@pytest.fixture(scope="module")
def tracked(root: Path) -> list[Path]:
    if shutil.which("git") is None or not (root / ".git").exists():
        pytest.skip("this is no checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, check=False, encoding="utf-8"
    )
    if listed.returncode:
        pytest.skip(f"git does not read this checkout: {listed.stderr.strip()}")
    return [root / name for name in listed.stdout.split("\0") if name and (root / name).is_file()]


@pytest.fixture(scope="module")
def makefile(root: Path) -> str:
    return (root / "Makefile").read_text(encoding="utf-8")


def test_no_tracked_file_names_a_registry_or_a_home(root: Path, tracked: list[Path]) -> None:
    faults = []
    for path in tracked:
        text = path.read_bytes().decode("utf-8", errors="replace")
        found = [host for host in REGISTRIES if host in text] + HOMES.findall(text)
        faults += [f"{path.relative_to(root).as_posix()}: {what}" for what in found]
    assert faults == []


def test_no_publishers_original_is_tracked(root: Path, tracked: list[Path]) -> None:
    source, docs = root / "src", root / "docs"
    found = [path for path in tracked if path.suffix in ORIGINALS and not path.is_relative_to(source)]
    assert [path for path in found if path.suffix != ".html" or not path.is_relative_to(docs)] == []


def test_there_is_one_lock(tracked: list[Path]) -> None:
    others = {"uv.lock", "poetry.lock", "Pipfile.lock", "conda-lock.yml", "pdm.lock"}
    assert [path for path in tracked if path.name in others] == []


def test_commands_of_make_in_the_documents_exist(root: Path, makefile: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md"):
        text = (root / name).read_text(encoding="utf-8")
        named = set(re.findall(r"^(?: {4})?make ([a-z]+)|`make ([a-z]+)", text, flags=re.MULTILINE))
        assert {a or b for a, b in named} <= targets, name


def test_the_check_of_changes_calls_the_tests_of_the_readme(root: Path) -> None:
    script = root / ".ci" / "run"
    assert "make test" in script.read_text(encoding="utf-8")
    assert "make test" in (root / "README.md").read_text(encoding="utf-8")


def test_windows_does_what_make_does(root: Path, makefile: str) -> None:
    workflow = yaml.safe_load((root / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    (windows,) = (s["run"] for s in workflow["jobs"]["test"]["steps"] if s.get("if") == "runner.os == 'Windows'")
    (tests,) = re.findall(r"^TESTS \?= (.+)$", makefile, flags=re.MULTILINE)
    assert f"-m pytest {tests}\n" in windows
    for options in re.findall(r"^\t\$\(INSTALL\) (.+)$", makefile, flags=re.MULTILINE):
        assert options in windows
    (run,) = re.findall(r"^run:.*\n((?:\t.+\n)+)", makefile, flags=re.MULTILINE)
    for command in re.findall(r"^\t\$\(BIN\)/(onewaytrade .+)$", run, flags=re.MULTILINE):
        # The variable is for what whoever makes the site by hand adds.
        assert command.removesuffix(" $(SITE)") in windows


def test_actions_are_pinned_and_may_only_read(root: Path) -> None:
    text = (root / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert all(re.search(r"@(v\d+|[0-9a-f]{40})$", used) for used in re.findall(r"uses: (\S+)", text))
    assert yaml.safe_load(text)["permissions"] == {"contents": "read"}


def test_the_citation_is_of_this_version(root: Path) -> None:
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(citation)
    for key in ("version", "license", "authors"):
        assert citation[key] == project[key]


def in_words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9%]+", text.lower())


def test_the_article_is_paraphrased(root, shared):
    most = 10  # words in a row: what it takes to name the window, "from the end of 2022 to the end of March"
    article = in_words((shared / "article.txt").read_text("utf-8"))
    runs = {tuple(article[at : at + most + 1]) for at in range(len(article) - most)}
    texts = {path.name: path.read_text("utf-8") for path in (root / "README.md", root / "data" / "claims.yml")}
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        texts[path.name] = "\n".join("".join(cell["source"]) for cell in cells)
    for name, text in texts.items():
        words = in_words(text)
        found = (words[at : at + most + 1] for at in range(len(words)))
        copied = [" ".join(run) for run in found if tuple(run) in runs]
        assert not copied, f"{name}: {copied[0]}"
