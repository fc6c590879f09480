"""Sweeps: which runs there are, what is kept of them whatever happens, and the table that comes of it."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest
from rich.console import Console

from onewaytrade import cli
from onewaytrade.errors import OneWayTradeError, ParameterError
from onewaytrade.runner import (
    fingerprint,
    grid_arguments,
    journal,
    notebooks,
    parameters,
    sweep,
    sweep_report,
    warm,
)
from onewaytrade.runner.journal import Entry, JournalError

from .conftest import alive, write_notebook

PARAMETERS = (
    'months: int = 12\neconomy: str = "China"\nweight: float = 1.0\nlast: str = "2025-03"\nverdict: bool = True\n'
)
CELLS = (
    PARAMETERS,
    "import os\nwith open('ran.txt', 'a') as stream:\n    stream.write(f'{months} {economy}\\n')",
    "if economy == 'fails':\n    raise ValueError(f'no luck with {months}\\nin two lines')",
    "import time, pathlib\nwhile pathlib.Path('wait').exists() and months > 2:\n    time.sleep(0.02)",
    "from IPython.display import display\n"
    "for claim, by in (('first', 0.1), ('second', 3)):\n"
    "    display({'application/vnd.onewaytrade.verdict+json': {'claim': claim, 'verdict': 'close', 'unit': '%',\n"
    "             'computed': months * by, 'computed_low': None, 'robustness': 'robust'}}, raw=True)",
)


@dataclass
class Told:
    """A progress that remembers what it was told."""

    waiting: int = 0
    torn: bool = False
    runs: list[int] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def begin(self, _planned: sweep.Plan, waiting: int, *, torn: bool) -> None:
        self.waiting, self.torn = waiting, torn

    def run_done(self, run: sweep.Run, _entry: Entry) -> None:
        self.runs.append(run.number)

    def say(self, sentence: str) -> None:
        self.said.append(sentence)


@pytest.fixture(autouse=True, scope="module")
def light_kernels() -> Iterator[None]:
    """Have kernels forked from a process that imports what these notebooks use, which is little."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(warm.Provisioner, "modules", [name for name in warm.MODULES if name.startswith("ipykernel")])
        yield


def make(root: Path, *cells: str) -> Path:
    (root / "data").mkdir(parents=True)
    (root / "data" / "datapackage.json").write_text("{}", encoding="utf-8")
    return write_notebook(root / "notebooks" / "01-swept.ipynb", cells or CELLS)


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    return make(tmp_path / "project")


def swept(notebook: Path, *grids: str, out: str = "sweep", **options: Any) -> tuple[sweep.Results, Told]:
    told = Told()
    root = notebook.parents[1]
    planned = sweep.plan(notebook, grids, ())
    return sweep.sweep(planned, root, root / out, sweep.Options(count=2, **options), told), told


def lines(folder: Path) -> list[dict[str, Any]]:
    path = folder / journal.FILE
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def ran(root: Path) -> list[str]:
    """Return what the runs of the project have written about themselves."""
    path = root / "ran.txt"
    return sorted(path.read_text("utf-8").split("\n")[:-1]) if path.exists() else []


@pytest.mark.parametrize(
    ("grid", "values"),
    [
        ("last=2022-11:2023-02", ["2022-11", "2022-12", "2023-01", "2023-02"]),
        ("last=2022-01:2023-01:6", ["2022-01", "2022-07", "2023-01"]),
        ("last=2020-05,2022-01:2022-02", ["2020-05", "2022-01", "2022-02"]),
        ("last=2015:2017", ["2015", "2016", "2017"]),
        ("months=1:10:4", [1, 5, 9]),
        ("months=-1:1,1,7", [-1, 0, 1, 7]),
        ('economy=China, Japan,"United States"', ["China", "Japan", "United States"]),
        ('economy="Korea, South","a ""b"""', ["Korea, South", 'a "b"']),
        ("economy=a=b:c", ["a=b:c"]),
        ("weight=1:2,0.5", [1.0, 2.0, 0.5]),
        ("verdict=true,False", [True, False]),
    ],
)
def test_a_grid_is_read(notebook: Path, grid: str, values: list[Any]) -> None:
    read = grid_arguments.read("01-swept", parameters.declared(notebook), [grid])
    assert [list(found) for found in read.values()] == [values]


@pytest.mark.parametrize(
    ("grids", "sentence"),
    [
        (["months"], "--grid months spans nothing: write --grid NAME=VALUE,VALUE or NAME=FIRST:LAST."),
        (["month=1:2"], "No parameter 'month' is known to 01-swept; the nearest is 'months' of 01-swept."),
        (["months=1", "months=2"], "--grid months is given twice"),
        (["months="], "a value is missing between the commas, or there is none"),
        (["months=1,,2"], "a value is missing between the commas"),
        (["months=1,two"], "months=two must be a whole number, for example 12."),
        (["months=3:1"], "3:1 runs backwards; write the smaller end first."),
        (["months=1:9:0"], "1:9:0 has a step of 0"),
        (["months=1:x"], "1:x is no range; write 2022-01:2023-06 or 1:12"),
        (["months=0:99999999"], "0:99999999 has 100,000,000 values"),
        (["last=2022-01:2022-13"], "names a month 13; months are 01 to 12."),
        (["last=2022-01:"], "2022-01: is no range"),
        (['economy="China'], "a quotation mark is not closed"),
        (["months=1:2000", "last=1:2000"], "The grids span 4,000,000 runs"),
        ([f"months={2**63}"], f"months={2**63} is a larger number than a table of results can hold."),
        (["economy=\udcff"], "economy=\udcff must be a text, for example 'China'."),
    ],
)
def test_a_grid_that_is_wrong_is_refused_in_a_sentence(notebook: Path, grids: list[str], sentence: str) -> None:
    with pytest.raises(ParameterError, match=re.escape(sentence)):
        sweep.plan(notebook, grids, ())


def test_a_parameter_is_set_or_spanned_and_not_both(notebook: Path) -> None:
    with pytest.raises(ParameterError, match="months is set by -p and spanned by --grid"):
        sweep.plan(notebook, ["months=1:3"], ["months=2"])
    with pytest.raises(ParameterError, match=rf"months=-{2**63} is a larger number"):
        sweep.plan(notebook, ["weight=1"], [f"months=-{2**63}"])


def test_every_combination_is_a_run_and_the_last_grid_turns_fastest(notebook: Path) -> None:
    planned = sweep.plan(notebook, ["economy=China,Japan", "months=12:13"], ["weight=2"])
    assert [planned.label(run) for run in planned.runs] == [
        "economy=China, months=12",
        "economy=China, months=13",
        "economy=Japan, months=12",
        "economy=Japan, months=13",
    ]
    assert planned.runs[0].given == {"weight": 2.0}
    assert planned.runs[3].parameters == {
        "months": 13, "economy": "Japan", "weight": 2.0, "last": "2025-03", "verdict": True
    }  # fmt: skip


def test_combinations_that_the_notebook_refuses_are_told_and_not_run(root: Path) -> None:
    path = root / "notebooks" / "01-export-surge.ipynb"
    planned = sweep.plan(path, ["end=2025-12:2026-02", "economy=Japan,Jpan"], ())
    assert [run.number for run in planned.runs if run.refusal is None] == [1, 3]
    assert "the nearest is 'Japan'" in str(planned.runs[1].refusal)
    assert str(planned.runs[4].refusal).startswith("end='2026-02' lies outside CPB's edition")
    assert [row["result"] for row in sweep.rows(planned, {})] == ["refused"] * 4
    with pytest.raises(ParameterError, match=r"Every one of the 2 combinations is refused; the first: .*nearest"):
        sweep.plan(path, ["economy=Jpan,Chna"], ())


def test_the_sweeps_in_the_guides_can_be_run(root: Path) -> None:
    texts = [(root / "docs" / "guides" / name).read_text(encoding="utf-8") for name in ("rerun.md", "cluster.md")]
    found = re.findall(r"^(?:\$ )?onewaytrade sweep (.+)$", "\n".join(texts), re.MULTILINE)
    assert len(found) > 3
    for line in found:
        name, *words = shlex.split(line)
        (path,) = notebooks.choose(root, [name])
        options = {
            word: [after for before, after in pairwise(words) if before == word] for word in ("--grid", "-p")
        }
        assert sweep.plan(path, options["--grid"], options["-p"]).refused == []


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, sweep.Results, Told]:
    """Return a sweep of four runs, of which two fail."""
    notebook = make(tmp_path_factory.mktemp("whole") / "project")
    return notebook, *swept(notebook, "economy=Japan,fails", "months=1:2")


def test_failures_are_collected_and_stop_no_other_run(whole: tuple[Path, sweep.Results, Told]) -> None:
    notebook, results, told = whole
    assert sorted(told.runs) == [1, 2, 3, 4]
    assert [(run.number, entry.error) for run, entry in results.failed] == [
        (3, "ValueError: no luck with 1"),
        (4, "ValueError: no luck with 2"),
    ]
    assert len(ran(notebook.parents[1])) == 4
    assert all(line["seconds"] > 0 for line in lines(results.table.parent)[1:])


def test_the_table_has_a_row_for_each_run_and_claim(whole: tuple[Path, sweep.Results, Told]) -> None:
    _, results, _ = whole
    table = pd.read_csv(results.text)
    assert list(table["run"]) == [1, 1, 2, 2, 3, 4]
    # A parameter that has the name of a column of the table keeps its own.
    assert table["parameter_verdict"].all()
    row = table[(table["run"] == 2) & (table["claim"] == "first")].iloc[0]
    assert (row["economy"], row["months"], row["verdict"], row["computed"]) == ("Japan", 2, "close", 0.2)
    assert Counter(table["result"]) == {"done": 4, "failed": 2}
    assert "seconds" not in table


def test_parquet_and_csv_are_the_same_table(whole: tuple[Path, sweep.Results, Told]) -> None:
    pytest.importorskip("pyarrow")
    _, results, _ = whole
    packed = pd.read_parquet(results.table)
    assert packed.dtypes["months"] == "int64"
    assert packed.dtypes["weight"] == packed.dtypes["computed_low"] == "float64"
    types = packed.dtypes.to_dict()
    text = pd.read_csv(results.text, dtype=types)
    pd.testing.assert_frame_equal(packed, text)


def test_two_sweeps_leave_the_same_bytes_and_a_finished_one_runs_nothing(
    whole: tuple[Path, sweep.Results, Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook, results, _ = whole
    before = [path.read_bytes() for path in (results.table, results.text)]
    kept, told = swept(notebook, "economy=Japan,fails", "months=1:2")
    assert (told.waiting, told.runs, kept.ran) == (0, [], 0)
    assert [path.read_bytes() for path in (kept.table, kept.text)] == before
    other, told = swept(notebook, "economy=Japan,fails", "months=1:2", out="other", keep=True)
    assert len(told.runs) == 4
    assert [path.read_bytes() for path in (other.table, other.text)] == before
    # Notebooks take room: they are kept where it is asked for.
    assert not (results.table.parent / sweep.KEPT).exists()
    names = sorted(path.name for path in (other.table.parent / sweep.KEPT).iterdir())
    assert names[0] == "economy-Japan_months-1.ipynb"
    assert len(names) == 4


def test_a_larger_grid_reuses_what_is_kept_and_failures_are_tried_again_if_asked_for(notebook: Path) -> None:
    swept(notebook, "economy=fails", "months=1")
    results, told = swept(notebook, "months=1:2", "economy=fails,Japan")
    assert (told.waiting, len(results.failed)) == (3, 2)
    results, told = swept(notebook, "economy=fails", "months=1", again=True)
    assert (told.waiting, len(results.failed)) == (1, 1)
    assert ran(notebook.parents[1]) == ["1 Japan", "1 fails", "1 fails", "2 Japan", "2 fails"]


def test_a_smaller_grid_says_what_the_journal_keeps_besides(notebook: Path, capsys: Any) -> None:
    swept(notebook, "months=1:3")
    results, told = swept(notebook, "months=2")
    assert (told.waiting, results.others) == (0, 2)
    assert list(pd.read_csv(results.text)["run"]) == [1, 1]
    sweep_report.summarise(Console(width=200), results)
    assert "of these grids alone; the journal keeps 2 other runs" in capsys.readouterr().out


def test_notebooks_are_kept_of_runs_that_had_left_none(notebook: Path) -> None:
    swept(notebook, "months=1:2")
    for waiting in (2, 0):
        results, told = swept(notebook, "months=1:2", keep=True)
        assert told.waiting == waiting
    assert len(list((results.table.parent / sweep.KEPT).iterdir())) == 2
    assert list(pd.read_csv(results.text)["run"]) == [1, 1, 2, 2]


def test_the_table_tells_what_was_printed_on_which_edition_and_what_departs(tmp_path: Path, capsys: Any) -> None:
    more = "{'claim': 'first', 'verdict': 'close', 'printed': 33.0, 'edition': 'cpb 2026-01', 'variant': who}"
    shown = (
        "from IPython.display import display\nwho = None if economy == 'China' else economy\n"
        f"display({{'application/vnd.onewaytrade.verdict+json': {more}}}, raw=True)"
    )
    results, _ = swept(make(tmp_path / "project", PARAMETERS, shown), "economy=China,Japan")
    table = pd.read_csv(results.text, keep_default_na=False)
    assert list(table["printed"].astype(float)) == [33.0, 33.0]
    assert set(table["edition"]) == {"cpb 2026-01"}
    assert list(table["variant"]) == ["", "Japan"]
    sweep_report.summarise(Console(width=200), results)
    assert "1 run asked something else than the article" in capsys.readouterr().out


def test_a_torn_last_line_is_dropped_and_its_run_done_again(notebook: Path) -> None:
    results, _ = swept(notebook, "months=1:2")
    before = results.text.read_bytes()
    path = results.table.parent / journal.FILE
    content = path.read_bytes()
    path.write_bytes(content[:-20])
    results, told = swept(notebook, "months=1:2")
    assert (told.torn, told.waiting) == (True, 1)
    assert len(lines(path.parent)) == 3
    assert results.text.read_bytes() == before


def test_a_journal_that_is_damaged_elsewhere_is_refused(tmp_path: Path) -> None:
    with journal.opened(tmp_path, {}) as book:
        for months in (1, 2):
            book.append(Entry({"months": months}, [], 1.0))
    path = tmp_path / journal.FILE
    head, first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(head + first[:9] + b"\n" + second)
    with (
        pytest.raises(JournalError, match=r"is not what a sweep writes; --fresh starts anew"),
        journal.opened(tmp_path, {}),
    ):
        pass


def test_kept_runs_are_refused_once_the_notebook_or_the_data_have_changed(notebook: Path) -> None:
    swept(notebook, "months=1")
    root = notebook.parents[1]
    kept = (root / "sweep" / journal.FILE).read_bytes()
    (root / "data" / "prices.csv").write_text("1", encoding="utf-8")
    write_notebook(notebook, [*CELLS, "print('more')"])
    changed = r"what changed is notebook \(01-swept\.ipynb\), data \(prices\.csv\); --fresh starts anew"
    with pytest.raises(JournalError, match=changed):
        swept(notebook, "months=1")
    assert (root / "sweep" / journal.FILE).read_bytes() == kept
    results, told = swept(notebook, "months=1", fresh=True)
    assert told.waiting == 1
    assert len(lines(results.table.parent)) == 2


def test_a_sweep_stops_when_the_data_change_under_it(notebook: Path) -> None:
    more = "import pathlib; pathlib.Path('data/more.csv').write_text('1')"
    write_notebook(notebook, [*CELLS, more])
    with pytest.raises(JournalError, match=r"changed while it ran: data \(more\.csv\)"):
        swept(notebook, "months=1:2")
    assert not (notebook.parents[1] / "sweep" / journal.FILE).exists()


def test_outputs_of_a_notebook_are_nothing_that_results_depend_on(notebook: Path) -> None:
    before = sweep.depends_on(notebook, notebook.parents[1])
    content = json.loads(notebook.read_text("utf-8"))
    content["cells"][1] |= {
        "execution_count": 7,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}],
    }
    notebook.write_text(json.dumps(content), encoding="utf-8")
    assert fingerprint.differences(before, sweep.depends_on(notebook, notebook.parents[1])) == ""


def test_without_the_library_for_parquet_nothing_runs(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(OneWayTradeError, match=r"pyarrow is needed: pip install 'onewaytrade\[sweep\]'"):
        swept(notebook, "months=1")
    assert not (notebook.parents[1] / "sweep").exists()


@contextmanager
def half_done(root: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Yield a sweep of two runs in a process of its own, of which one has ended and one waits, and its folder."""
    (root / "wait").touch()
    folder = root / sweep.FOLDER / "01-swept"
    process = subprocess.Popen(
        [sys.executable, "-m", "onewaytrade", "sweep", "01", "--grid", "months=2:3", "--jobs", "2"],
        cwd=root,
        env=os.environ | {"ONEWAYTRADE_PROJECT": str(root), "ONEWAYTRADE_WARM": "0"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            deadline = time.monotonic() + 60
            while len(ran(root)) < 2 or len(lines(folder)) < 2:
                assert process.poll() is None, process.communicate()[1]
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield process, folder
        finally:
            process.kill()
    (root / "wait").unlink()


def test_a_sweep_killed_in_the_middle_goes_on_without_loss_or_repetition(notebook: Path) -> None:
    root = notebook.parents[1]
    planned = sweep.plan(notebook, ["months=2:3"], ())
    with half_done(root) as (process, folder):
        kept = lines(folder)
        kernels = psutil.Process(process.pid).children(recursive=True)
        in_use = rf"Another sweep works in .* \(process {process.pid}\)"
        with pytest.raises(JournalError, match=in_use):
            sweep.sweep(planned, root, folder, sweep.Options(), Told())
    assert kernels
    assert alive(kernels) == []
    told = Told()
    sweep.sweep(planned, root, folder, sweep.Options(count=2), told)
    assert told.runs == [2]
    assert lines(folder)[:2] == kept
    assert [line["parameters"]["months"] for line in lines(folder)[1:]] == [2, 3]


def test_ctrl_c_keeps_what_has_ended(notebook: Path) -> None:
    with half_done(notebook.parents[1]) as (process, folder):
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    told = "onewaytrade: interrupted; the same command goes on with the runs that are left.\n"
    assert (process.returncode, errors) == (130, told)
    assert len(lines(folder)) == 2
    assert not (folder / "results.csv").exists()


@pytest.fixture
def command(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("ONEWAYTRADE_PROJECT", str(notebook.parents[1]))

    def call(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["onewaytrade", "sweep", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0)

    return call


def test_pictures_are_painted_where_executed_notebooks_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONEWAYTRADE_PICTURES", "0")  # of whoever calls, and nothing that a run asks for
    told = CELLS[-1].replace("'close'", "os.environ.get('ONEWAYTRADE_PICTURES', 'painted')")
    notebook = make(tmp_path / "project", PARAMETERS, f"import os\n{told}")
    rows = {}
    for kept in (False, True):
        results, _ = swept(notebook, "months=2", out=f"kept-{kept}", keep=kept)
        rows[kept] = {
            verdict["verdict"] for line in lines(results.table.parent)[1:] for verdict in line["verdicts"]
        }
    assert rows == {False: {"0"}, True: {"painted"}}


def test_a_dry_run_says_how_many_and_which(
    command: Any, notebook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("01", "--grid", "months=1:2", "--grid", "economy=China", "--dry-run") == 0
    assert capsys.readouterr().out.splitlines() == [
        "1 months=1, economy=China",
        "2 months=2, economy=China",
        "2 runs of 01-swept, and 0 refused; nothing was run.",
    ]
    assert ran(notebook.parents[1]) == []


def test_the_command_tells_what_came_of_it(command: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("01", "--grid", "economy=Japan,fails", "--jobs", "1") == 1
    out = capsys.readouterr().out
    assert re.search(r"^2/2 economy=fails … failed after \d+\.\d s$", out, re.MULTILINE)
    assert re.search(r"│ 2 +│ 0 +│ 0 +│ 1 +│", out)
    assert re.search(r"│ first +│ 1 close +│", out)
    assert "failed: economy=fails: ValueError: no luck with 12\n" in out
    assert "results.parquet and " in out
