"""The guides say what happens: their shell blocks are run as written, and what they show must be printed."""

import contextlib
import io
import json
import re
import shlex
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from onewaytrade import cli, definitions
from onewaytrade.runner import notebooks, parameters

ROOT = Path(__file__).parents[1]
GUIDES = ROOT / "docs" / "guides"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Reader:
    """A reader who copies the blocks of a guide one after the other, starting in an empty folder."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.place = folder / "work"
        self.place.mkdir()
        self.monkeypatch = monkeypatch

    def type(self, block: str) -> str:
        """Type a block into the shell, and return what it prints; the folder is the next block's too."""
        # Our command runs here, where all that it needs is imported, with one process that all kernels are forked
        # from; what a shell does besides, a shell does.
        parts = re.split(r"^(onewaytrade .*\n)", block, flags=re.MULTILINE)
        return "".join(self._command(part) if at % 2 else self._shell(part) for at, part in enumerate(parts))

    def _command(self, line: str) -> str:
        self.monkeypatch.chdir(self.place)
        self.monkeypatch.setattr(sys, "argv", shlex.split(line, comments=True))
        printed, said = io.StringIO(), io.StringIO()
        with (
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(said),
            pytest.raises(SystemExit) as end,
        ):
            cli.main()
        assert not end.value.code, f"{line}\n{printed.getvalue()}{said.getvalue()}"
        return printed.getvalue()

    def _shell(self, lines: str) -> str:
        if not lines.strip():
            return ""
        marked = f"{lines}\nprintf '\\n@@%s' \"$PWD\"\n"
        done = subprocess.run(
            ["sh", "-e", "-c", marked], cwd=self.place, capture_output=True, check=False, encoding="utf-8"
        )
        assert done.returncode == 0, f"{lines}\n{done.stdout}{done.stderr}"
        printed, _, place = done.stdout.rpartition("\n@@")
        self.place = Path(place)
        return printed

    def add_cell(self, source: str) -> None:
        """Add a cell of code below the verdicts of the example."""
        path = self.place / "notebooks" / "01-example.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        after = [cell["id"] for cell in notebook["cells"]].index("verdict-imports")
        cell = {"cell_type": "code", "id": "own", "metadata": {}, "outputs": [], "execution_count": None}
        notebook["cells"].insert(after + 1, cell | {"source": source})
        path.write_text(json.dumps(notebook), encoding="utf-8")


def told(text: str) -> str:
    """Return what a command prints without the seconds that it took, and with single spaces."""
    return re.sub(r"[ \xa0]+", " ", re.sub(r"\b\d+\.\d(?= s$| │)", "…", text, flags=re.MULTILINE))


def follow(guide: str, reader: Reader) -> None:
    printed = ""
    for language, block in BLOCK.findall((GUIDES / guide).read_text(encoding="utf-8")):
        if language == "sh":
            printed = told(reader.type(block))
        elif language == "python":
            reader.add_cell(block)
        elif language == "text":
            for line in block.splitlines():
                assert told(line).strip() in printed, f"{guide} shows, but nothing printed: {line}"


@pytest.mark.skipif(shutil.which("sh") is None, reason="the guides are written for a shell")
def test_another_article_goes_from_an_empty_folder_to_its_verdicts_as_the_guide_says(tmp_path, monkeypatch):
    reader = Reader(tmp_path, monkeypatch)
    follow("another-article.md", reader)
    index = (reader.place / "build" / "site" / "index.html").read_text(encoding="utf-8")
    assert "<h1>My article" in index
    assert "euro-imports-9" in index
    assert not re.search("One-Way Trade authors|news article about China", index)


@pytest.mark.skipif(shutil.which("sh") is None, reason="the guides are written for a shell")
def test_a_series_of_ones_own_gets_a_claim_as_the_guide_on_new_data_says(tmp_path, monkeypatch):
    reader = Reader(tmp_path, monkeypatch)
    reader.type("onewaytrade new my-article\ncd my-article\n")
    follow("new-data.md", reader)


def test_what_the_guide_on_reruns_asks_for_is_there():
    text = (GUIDES / "rerun.md").read_text(encoding="utf-8")
    commands = [shlex.split(line) for line in re.findall(r"^onewaytrade run (.+)$", text, re.MULTILINE)]
    assert len(commands) > 5
    for words in commands:
        values = [word for before, word in pairwise(words) if before == "-p"]
        paths = notebooks.choose(ROOT, words[: words.index("-p")])
        given = parameters.assign(paths, values)
        assert sum(map(len, given.values())) >= len(values), f"{words} asks for what is asked anyway"
        for path in paths:
            parameters.validate(path, given[path.stem], definitions.check_parameters)


def test_what_the_guide_on_reruns_says_is_refused_is_refused_in_these_words(monkeypatch, capsys):
    text = (GUIDES / "rerun.md").read_text(encoding="utf-8")
    refused = re.findall(r"^\$ (onewaytrade .+)\n(onewaytrade: .+)$", text, re.MULTILINE)
    assert refused
    for line, sentence in refused:
        monkeypatch.setattr(sys, "argv", shlex.split(line))
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert end.value.code == 2
        assert capsys.readouterr().err.startswith(sentence.removesuffix("...")), line


def test_the_table_of_parameters_names_all_of_them():
    text = (GUIDES / "rerun.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d\d)-[^|]*\| ([^|]*)\|", text, re.MULTILINE)
    table = {number: set(re.findall(r"`(\w+)`", names)) for number, names in rows}
    held = {path.stem[:2]: set(parameters.declared(path)) for path in notebooks.collection(ROOT)}
    assert table == held
