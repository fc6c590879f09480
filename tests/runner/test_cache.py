"""What is reused, what is executed again, and why; and that a reused result is the one that a run would give."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from onewaytrade import starter
from onewaytrade.runner import cache, collection, notebooks
from onewaytrade.runner.execute import environment

from .conftest import VERDICT, Record, write_notebook

STEM = "01-reads"
CELLS = (
    "# Reads",
    "months: int = 12  # how many",
    "import os, pathlib\nopen('data/datapackage.json').close()\n"
    "print(open('data/figures.csv').read(), months, os.environ.get('OWN_MARK'))",
    "print(pathlib.Path('data/claims.yml').read_text(), sorted(os.listdir('data/editions')))",
    "try:\n    print(open('data/extra.csv').read())\nexcept FileNotFoundError:\n    print('no extra')",
    VERDICT.format(claim="first", index=1),
)
SCOREBOARD = ("# Scoreboard", "import os; print(open(os.environ['ONEWAYTRADE_VERDICTS']).read())")


def lay_out(root: Path, **cells: tuple[str, ...]) -> Path:
    for name, text in (("datapackage.json", "{}"), ("figures.csv", "1\n"), ("claims.yml", "claims: []\n")):
        write(root / "data" / name, text)
    write(root / "data" / "editions" / "2025.csv", "1\n")
    write(root / "package" / "charts.py", "blue = 1\n")
    write(root / "requirements.lock", "pandas==3.0\n")
    for stem, texts in cells.items():
        write_notebook(root / "notebooks" / f"{stem}.ipynb", texts)
    return root


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def results(root: Path) -> collection.Results:
    return collection.Results(root / "build", order=("first", "second"))


def kept(root: Path, **more: Any) -> cache.Cache:
    place = results(root).verdicts
    return cache.Cache(root, environment(root, place), place, **{"package": root / "package", **more})


class Ran:
    """A run, what became of each notebook, and how many of their cells were executed."""

    def __init__(self, root: Path, *stems: str, parameters: dict[str, Any] | None = None, **more: Any) -> None:
        self.progress = Record()
        chosen = {path: parameters or {} for path in notebooks.choose(root, stems)}
        done = collection.run(
            root,
            chosen,
            results(root),
            workers=collection.threads(2),
            timeout=60,
            progress=self.progress,
            cache=kept(root, **more),
        )
        self.outcomes = {outcome.stem: outcome for outcome in done}

    @property
    def cells(self) -> int:
        return len(self.progress.cells)

    def reason(self, stem: str = STEM) -> str:
        return self.outcomes[stem].reason


def entries(root: Path) -> list[Path]:
    return sorted((root / cache.FOLDER).glob("*/*"))


def files_of(root: Path) -> dict[str, bytes]:
    build = root / "build"
    return {
        str(path.relative_to(build)): path.read_bytes()
        for path in build.rglob("*")
        if path.is_file() and "cache" not in path.parts
    }


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project that was run once."""
    root = lay_out(tmp_path_factory.mktemp("once") / "project", **{STEM: CELLS, "00-scoreboard": SCOREBOARD})
    ran = Ran(root)
    assert {outcome.failure for outcome in ran.outcomes.values()} == {None}
    assert [outcome.note for outcome in ran.outcomes.values()] == ["", ""]
    assert ran.reason() == "no kept result"
    return root


@pytest.fixture
def project(once: Path, tmp_path: Path) -> Path:
    """Return a copy of the project that was run, with all that was kept; elsewhere, and reused all the same."""
    return Path(shutil.copytree(once, tmp_path / "moved"))


def found(root: Path, parameters: dict[str, Any] | None = None, **more: Any) -> str:
    """Return what a run would say of the notebook."""
    place = kept(root, **more)
    answer = place.find(STEM, place.key(root / "notebooks" / f"{STEM}.ipynb", parameters or {}))
    return answer.reason if isinstance(answer, cache.Missing) else cache.UNCHANGED


def test_a_second_run_executes_nothing_and_leaves_the_same_bytes(project: Path) -> None:
    before = files_of(project)
    assert {"verdicts.json", f"notebooks/{STEM}.ipynb", f"figures/{STEM}-1.csv"} < set(before)
    ran = Ran(project)
    assert ran.cells == 0
    assert {outcome.reason for outcome in ran.outcomes.values()} == {cache.UNCHANGED}
    assert ran.progress.done == [STEM, "00-scoreboard"]
    assert files_of(project) == before


def test_what_is_missing_or_was_changed_in_the_results_is_put_back(project: Path) -> None:
    before = files_of(project)
    (project / "build" / "figures" / f"{STEM}-1.csv").unlink()
    (project / "build" / "verdicts.json").unlink()
    write(project / "build" / "notebooks" / f"{STEM}.ipynb", "changed")
    write(project / "build" / "figures" / f"{STEM}-2.csv", "stale")
    assert Ran(project).cells == 0
    assert files_of(project) == before


def edit(position: int, text: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        texts = list(CELLS)
        texts[position] = text
        write_notebook(root / "notebooks" / f"{STEM}.ipynb", texts)

    return change


def add_cell(root: Path) -> None:
    write_notebook(root / "notebooks" / f"{STEM}.ipynb", [*CELLS, "print('more')"])


def move_cell(root: Path) -> None:
    path = root / "notebooks" / f"{STEM}.ipynb"
    content = json.loads(path.read_text("utf-8"))
    content["cells"].append(content["cells"].pop(2))
    write(path, json.dumps(content))


def change_tags(root: Path) -> None:
    path = root / "notebooks" / f"{STEM}.ipynb"
    write(path, path.read_text("utf-8").replace('"metadata": {}', '"metadata": {"tags": ["x"]}', 1))


def change_data(root: Path) -> None:
    """Change a file of data, and with it the manifest, which this notebook reads as well."""
    for name in ("datapackage.json", "figures.csv"):
        write(root / "data" / name, '{"changed": 1}')


def text_of(name: str, text: str) -> Callable[[Path], None]:
    return lambda root: write(root / name, text)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (edit(2, "print(2)"), "cell 'c2' changed"),
        (edit(0, "# Another title"), "cell 'c0' changed"),
        (change_tags, "cell 'c0' changed"),
        (add_cell, "cell 'c6' is new"),
        (move_cell, "the order of its cells changed"),
        (text_of("data/figures.csv", "2\n"), "data/figures.csv changed"),
        (text_of("data/claims.yml", "claims: [a]\n"), "data/claims.yml changed"),
        (change_data, "data/figures.csv changed (and 1 more)"),
        (text_of("data/extra.csv", "1\n"), "data/extra.csv is new"),
        (text_of("data/editions/2026.csv", "1\n"), "the list of files in data/editions changed"),
        # That a notebook looks whether a file is there cannot be heard.
        (text_of("data/others/2026.csv", "1\n"), "data/others/2026.csv is new"),
        (lambda root: (root / "data" / "figures.csv").unlink(), "data/figures.csv is gone"),
        (text_of("package/charts.py", "blue = 2\n"), "the package: charts.py changed"),
        (text_of("package/more/lines.py", ""), "the package: more/lines.py is new"),
        (text_of("requirements.lock", "pandas==4.0\n"), "requirements.lock changed"),
        (lambda root: (root / "requirements.lock").unlink(), "requirements.lock is gone"),
    ],
)  # fmt: skip
def test_each_thing_that_a_result_depends_on_is_noticed(
    project: Path, change: Callable[[Path], None], reason: str
) -> None:
    assert found(project) == cache.UNCHANGED
    change(project)
    assert found(project) == reason


def test_parameters_variables_and_what_is_installed_are_noticed(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(project, {"months": 6}) == "not run with these parameters before"
    with monkeypatch.context() as changed:
        changed.setenv("OWN_MARK", "a variable that the notebook reads")
        assert found(project) == "the variable OWN_MARK is new"
    with monkeypatch.context() as changed:
        changed.setenv("NUMEXPR_MAX_THREADS", "1")
        assert found(project) == "the variable NUMEXPR_MAX_THREADS is new"
    with monkeypatch.context() as changed:
        (tmp_path / "site" / "pandas-9.0.dist-info").mkdir(parents=True)
        changed.syspath_prepend(str(tmp_path / "site"))
        assert found(project) == "installed: pandas-9.0 is new"
    with monkeypatch.context() as changed:
        changed.setattr(sys, "version", "4.0")
        assert found(project) == "Python changed"
    monkeypatch.setenv("NEVER_READ", "1")
    assert found(project) == cache.UNCHANGED


def test_a_result_is_known_whether_or_not_pandera_was_imported_before(tmp_path: Path) -> None:
    script = f"""
from pathlib import Path
from onewaytrade.runner.execute import environment
before = environment(Path({str(tmp_path)!r}), Path({str(tmp_path)!r}))
import pandera.pandas
assert environment(Path({str(tmp_path)!r}), Path({str(tmp_path)!r})) == before
"""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYARROW_", "SPARK_"))}
    done = subprocess.run([sys.executable, "-c", script], env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_outputs_and_times_of_the_source_do_not_count(project: Path) -> None:
    path = project / "notebooks" / f"{STEM}.ipynb"
    shutil.copy(project / "build" / "notebooks" / f"{STEM}.ipynb", path)
    assert found(project) == cache.UNCHANGED


def test_a_changed_verdict_has_the_scoreboard_executed_again_and_nothing_else(project: Path) -> None:
    stored = project / "build" / "verdicts.json"
    other = [{"claim": "x", "verdict": "close", "notebook": "09-other"}]
    stored.write_text(json.dumps(other + json.loads(stored.read_text("utf-8"))), "utf-8")
    ran = Ran(project)
    assert ran.reason("00-scoreboard") == "the verdicts of the others changed"
    assert set(ran.progress.cells) == {"00-scoreboard"}
    assert "09-other" in (project / "build" / "notebooks" / "00-scoreboard.ipynb").read_text("utf-8")


def test_an_older_state_is_still_known(project: Path) -> None:
    write(project / "data" / "figures.csv", "2\n")
    assert Ran(project, STEM).reason() == "data/figures.csv changed"
    write(project / "data" / "figures.csv", "1\n")
    assert Ran(project, STEM).cells == 0


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-9], lambda content: content.replace(b"no", b"on"), lambda _: b""]
)
def test_a_damaged_entry_is_noticed_and_made_again(project: Path, damage: Callable[[bytes], bytes]) -> None:
    (path,) = (project / cache.FOLDER / STEM).iterdir()
    sound = path.read_bytes()
    path.write_bytes(damage(sound))
    assert found(project) == "the kept result was damaged"
    assert not path.exists()


def test_fresh_executes_all_the_same_and_refreshes_what_is_kept(project: Path) -> None:
    (path,) = (project / cache.FOLDER / STEM).iterdir()
    sound = path.read_bytes()
    path.write_bytes(b"")
    ran = Ran(project, STEM, fresh=True)
    assert (ran.cells, ran.reason()) == (5, "--fresh")
    assert path.read_bytes() == sound


def test_the_folder_is_bounded_and_what_was_used_last_stays(project: Path) -> None:
    write(project / "data" / "figures.csv", "2\n")
    size = sum(path.stat().st_size for path in entries(project))
    Ran(project, STEM, limit=size)
    assert sum(path.stat().st_size for path in entries(project)) <= size
    assert found(project) == cache.UNCHANGED


def made(root: Path, *texts: str) -> Path:
    return lay_out(root, **{STEM: ("# Made", *texts)})


def test_what_fails_is_executed_again(tmp_path: Path) -> None:
    root = made(tmp_path / "p", "1 / 0")
    for _ in range(2):
        assert Ran(root).outcomes[STEM].failure is not None
    assert entries(root) == []


OUTSIDE = "try:\n    open({!r}).read()\nexcept Exception:\n    print('caught')"
ASKING = "import urllib.request\nurllib.request.urlopen('http://figures.example/today.csv')"


@pytest.mark.parametrize("warm", ["1", "0"])
def test_a_read_from_elsewhere_or_from_the_network_fails_in_a_sentence(
    tmp_path: Path, warm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEWAYTRADE_WARM", warm)
    write(tmp_path / "elsewhere.csv", "1\n")
    root = lay_out(
        tmp_path / "p",
        **{STEM: ("# Outside", OUTSIDE.format(str(tmp_path / "elsewhere.csv"))), "02-asks": ("# Asks", ASKING)},
    )
    outcomes = Ran(root).outcomes
    assert outcomes[STEM].failure.error == (
        f"UndeclaredInput: {tmp_path / 'elsewhere.csv'} lies outside the project, where nobody else has it: "
        "put it into data/ and name it from there."
    )
    assert outcomes["02-asks"].failure.error.startswith(
        "UndeclaredInput: The notebook asks figures.example over the network"
    )
    assert entries(root) == []


def test_what_a_kept_result_would_leave_out_is_not_kept_and_told(tmp_path: Path) -> None:
    root = made(tmp_path / "p", "open('table.csv', 'w').write('1')")
    write_notebook(
        root / "notebooks" / "02-starts.ipynb", ["# Starts", "import subprocess; subprocess.run(['true'])"]
    )
    write_notebook(root / "notebooks" / "03-all.ipynb", ["# All", "import os; print(len(dict(os.environ)) > 1)"])
    outcomes = Ran(root).outcomes
    assert [outcome.failure for outcome in outcomes.values()] == [None] * 3
    told = " is not kept, since a kept result would leave this out: it "
    assert [outcome.note for outcome in outcomes.values()] == [
        f"{STEM}{told}writes table.csv.",
        f"02-starts{told}starts true.",
        f"03-all{told}looks at all variables of its environment.",
    ]
    assert entries(root) == []


def test_a_file_of_the_run_s_own_and_a_module_of_the_project_may_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)  # it is compiled, and kept, beside itself
    code = (
        "import tempfile, pathlib, own\n"
        "place = pathlib.Path(tempfile.mkdtemp()) / 'x.csv'\n"
        "place.write_text('1'); print(place.read_text(), own.number)"
    )
    root = made(tmp_path / "p", code)
    write(root / "own.py", "number = 1\n")
    ran = Ran(root)
    assert (ran.outcomes[STEM].failure, ran.outcomes[STEM].note) == (None, "")
    assert Ran(root).cells == 0
    write(root / "own.py", "number = 2\n")
    assert found(root) == "own.py changed"


def test_two_runs_at_once_do_not_harm_each_other(project: Path) -> None:
    before = {path: path.read_bytes() for path in entries(project)}
    errors: list[BaseException] = []

    def run() -> None:
        try:
            Ran(project, STEM, fresh=True)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert {path: path.read_bytes() for path in entries(project)} == before


def test_a_value_is_made_anew_only_when_the_data_or_the_package_changed(tmp_path: Path) -> None:
    root = lay_out(tmp_path / "p")
    made_values: list[bytes] = []

    def make() -> bytes:
        made_values.append(b"x")
        return (root / "data" / "figures.csv").read_bytes()

    def value(**inputs: str) -> bytes:
        return kept(root).remember("table", inputs, make)

    assert [value(), value()] == [b"1\n"] * 2
    assert len(made_values) == 1
    write(root / "data" / "figures.csv", "2\n")
    assert value() == b"2\n"
    write(root / "package" / "charts.py", "blue = 3\n")
    value()
    value(claim="first")
    assert len(made_values) == 4


def test_the_command_reuses_without_importing_what_it_does_not_need(tmp_path: Path) -> None:
    root = tmp_path / "p"
    starter.lay_out(root)
    for path in (root / "notebooks").glob("*.ipynb"):
        path.unlink()
    write_notebook(root / "notebooks" / f"{STEM}.ipynb", ["# Small", "print(1)"])
    code = (
        "import sys\nfrom onewaytrade import cli\ntry:\n    cli.main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'nbformat', 'papermill', 'jupyter_client', 'zmq', 'jsonschema'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    said = []
    for _ in range(2):
        command = [sys.executable, "-c", code, "run", "--project", str(root)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
        assert done.returncode == 0, done.stderr
        said.append(done.stdout)
    assert f"{STEM} … done in" in said[0]
    assert "no kept result" in said[0]
    assert f"{STEM} … reused" in said[1]
    assert "all results were reused (1)" in said[1]
    assert said[1].splitlines()[-1] == "[]"
