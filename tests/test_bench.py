"""What `make bench` measures with: turns, medians, ratios, extrapolation, and the file that it appends to."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="module")
def modules(root: Path) -> Iterator[tuple[ModuleType, ...]]:
    """Return the modules `measuring`, `inside` and `bench`, which are no package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(root / "benchmarks")
        import bench
        import inside
        import measuring

        yield measuring, inside, bench


@pytest.fixture
def measuring(modules: tuple[ModuleType, ...]) -> ModuleType:
    return modules[0]


@pytest.fixture
def bench(modules: tuple[ModuleType, ...]) -> ModuleType:
    return modules[2]


def test_variants_are_measured_in_turn(measuring: ModuleType) -> None:
    order: list[str] = []

    def measure(name: str, value: float) -> Any:
        return lambda: (order.append(name), measuring.Sample(value + len(order)))[1]

    found = measuring.in_turn({"a": measure("a", 0.0), "b": measure("b", 10.0)}, 3)
    assert order == ["a", "b", "a", "b", "a", "b"]
    assert [sample.value for sample in found["a"]] == [1, 3, 5]
    assert [sample.value for sample in found["b"]] == [12, 14, 16]


def test_a_spread_is_median_and_range_and_cpu_needs_every_sample(measuring: ModuleType) -> None:
    own = (measuring.Sample(9.0, 3.0), measuring.Sample(1.0, 1.0), measuring.Sample(2.0, 2.0))
    row = measuring.Row("part", "what", "s", own)
    assert row.value == measuring.Spread(2.0, 1.0, 9.0)
    assert row.cpu == measuring.Spread(2.0, 1.0, 3.0)
    assert row.value.text() == "2.00 (1.00 to 9.00)"
    assert measuring.Row("part", "what", "s", (*own, measuring.Sample(1.0))).cpu is None


def test_ratios_are_of_the_same_round(measuring: ModuleType) -> None:
    slow = (measuring.Sample(8.0, 6.0), measuring.Sample(30.0, 9.0))
    quick = (measuring.Sample(2.0, 3.0), measuring.Sample(3.0))
    assert measuring.ratios(slow, quick) == (measuring.Sample(4.0, 2.0), measuring.Sample(10.0))


def test_what_is_extrapolated_says_so(measuring: ModuleType) -> None:
    samples, note = measuring.extrapolated([measuring.Sample(3.0, 1.5)], 4, 200)
    assert samples == (measuring.Sample(150.0, 75.0),)
    assert note == "extrapolated: 4 of 200 runs measured, times 50"
    assert measuring.extrapolated([measuring.Sample(3.0)], 200, 200) == ((measuring.Sample(3.0),), "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no account of what children use")
def test_time_is_told_with_that_of_children_of_children(measuring: ModuleType, tmp_path: Path) -> None:
    busy = "import time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
    nested = f"import subprocess, sys; subprocess.run([sys.executable, '-Sc', {busy!r}])"
    sample = measuring.timed([sys.executable, "-Sc", nested], tmp_path)
    assert 0.3 <= sample.cpu <= sample.value


def test_a_command_that_fails_is_told_with_its_words(measuring: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(measuring.BenchmarkError, match=r"ended with status 3: no luck$"):
        measuring.timed([sys.executable, "-Sc", "import sys; print('no luck'); sys.exit(3)"], tmp_path)


def test_lines_are_appended_under_one_header(measuring: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    measuring.append(path, [{"a": 1, "b": "x, y"}])
    # As an editor may leave it.
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    measuring.append(path, [{"a": 2, "b": ""}, {"a": 3, "b": "z"}])
    assert path.read_bytes() == b'a,b\n1,"x, y"\n2,\n3,z\n'
    with pytest.raises(measuring.BenchmarkError, match=r"other columns \(a, b\)"):
        measuring.append(path, [{"a": 1, "c": 2}])
    assert path.read_bytes() == b'a,b\n1,"x, y"\n2,\n3,z\n'
    assert list(tmp_path.iterdir()) == [path]


def test_cells_have_a_kind_and_the_seconds_of_their_kernel(modules: tuple[ModuleType, ...]) -> None:
    def cell(source: str, *types: str, seconds: int = 1) -> dict[str, Any]:
        stamp = "2026-01-31T10:00:0{}.500000Z"
        told = {"iopub.status.busy": stamp.format(0), "iopub.status.idle": stamp.format(seconds)}
        outputs = [{"output_type": "display_data", "data": {name: ""}} for name in types]
        return {"cell_type": "code", "source": source, "outputs": outputs, "metadata": {"execution": told}}

    cells = [
        cell("from onewaytrade import charts", seconds=4),
        cell("import seaborn\nseaborn.lineplot()", "text/plain", "image/png", seconds=3),
        cell("table = datasets.load('cpb')", seconds=2),
        cell("1 + 1", "text/plain"),
        {"cell_type": "markdown", "source": "from a", "metadata": {}},
        {"cell_type": "code", "source": "never_run()", "outputs": [], "metadata": {}},
    ]
    told = [(seconds, kind) for _, seconds, kind in modules[1].timings({"cells": cells})]
    assert told == [(4, "import"), (3, "draw"), (2, "load"), (1, "compute")]


def made_up(bench: ModuleType, sample: Any, place: Path) -> Any:
    """Return a benchmark of two notebooks whose commands take as long as is said here."""
    (place / "notebooks" / "lessons").mkdir(parents=True)
    for name in ("00-board", "01-one", "lessons/1-lesson"):
        code = {"cell_type": "code", "id": "c", "metadata": {}, "source": "1", "outputs": []}
        content = {"cells": [code], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (place / "notebooks" / f"{name}.ipynb").write_text(json.dumps(content), encoding="utf-8")
    seconds = {"run": 2.5, "--help": 0.25, "sweep": 6.0, "site": 9.0, "teach": 3.0, "mark": 2.0}

    class MadeUp(bench.Bench):
        def run(self, *arguments: Any) -> Any:
            if arguments[0] == "teach":
                (arguments[-1] / "solutions").mkdir(parents=True)
                (arguments[-1] / "solutions" / "1-lesson.ipynb").write_text("{}", encoding="utf-8")
            return sample(0.5 if arguments == ("run",) else seconds[arguments[0]], 1.0)

        def papermill(self, paths: Any, *_: str) -> Any:
            return sample(15.0 * len(paths), 8.0)

        def nbmake(self) -> Any:
            return sample(20.0, 8.0)

        def inside(self, kind: str, *_: Any) -> Any:
            one = {"ready": 0.2, "result": 0.25, "cpu": 0.1}
            slow = {"ready": 1.0, "result": 5.0, "cpu": 2.0}
            return {
                "kernels": {"server": 3.0, "warm": [one, one], "ordinary": [slow, slow]},
                "memory": {"warm": 200.0, "ordinary": 300.0},
                "cells": {
                    "warm_up": 1.0,
                    "beyond": [0.5, 0.25, 0.75],
                    "cells": [{"seconds": 3.0, "kind": "draw"}, {"seconds": 1.0, "kind": "load"}],
                },
                "definitions": [{"method": "m", "definitions": 4, "rates": {"all at once": [9.0, 7.0]}}],
            }[kind]

    return MadeUp(place, place, quick=True)


def test_every_part_is_measured_and_every_target_judged(
    modules: tuple[ModuleType, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measuring, _, bench = modules
    monkeypatch.setattr(bench, "cores", lambda: 2)
    rows, faults = bench.measure(made_up(bench, measuring.Sample, tmp_path), list(bench.PARTS), lambda _: None)
    assert faults == []
    parts = {row.part for row in rows}
    # Where the system does not tell what processes share, there is no memory to measure.
    assert parts | {"memory"} == set(bench.PARTS)
    assert all(row.note.startswith("extrapolated") for row in rows if " 200 runs" in row.variant)
    found = {target.name: target.verdict for target in bench.targets(rows)}
    assert list(found.values()) == [
        "short by 0.20 s",
        "reached",  # 2.5 s, of at most 1.3 × 4 s ÷ 2 + 1 s = 3.6 s
        "reached",
        "reached",
        "short by 0.05 s",
        "reached",  # 30 s ÷ 2.5 s
        "short by 3.00 times",  # 15 s × 200 ÷ (6 s × 100)
    ]
    assert {target.verdict for target in bench.targets([])} == {"not measured"}


def test_a_part_that_fails_stops_no_other(
    modules: tuple[ModuleType, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measuring, _, bench = modules
    own = made_up(bench, measuring.Sample, tmp_path)

    def fail(_: Any) -> Any:
        raise measuring.BenchmarkError("it is broken")

    monkeypatch.setattr(bench, "PARTS", {**bench.PARTS, "site": fail})
    rows, faults = bench.measure(own, ["site", "help"], lambda _: None)
    assert faults == ["site was not measured to the end: it is broken"]
    assert [row.part for row in rows] == ["help"]


def test_a_quick_run_leaves_nothing_but_its_lines(root: Path, tmp_path: Path) -> None:
    project, temporary, results = tmp_path / "project", tmp_path / "tmp", tmp_path / "results.csv"
    for folder in (project / "data", project / "build", temporary):
        folder.mkdir(parents=True)
    (project / "data" / "datapackage.json").write_text("{}", encoding="utf-8")
    options = ["--project", project, "--results", results]
    done = subprocess.run(
        [sys.executable, root / "benchmarks" / "bench.py", "--quick", "--only", "help", *options],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(temporary), "TEMP": str(temporary), "TMP": str(temporary)},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert "onewaytrade --help" in done.stdout
    assert list(temporary.iterdir()) == []
    assert list((project / "build").iterdir()) == []
    lines = list(csv.DictReader(results.read_text(encoding="utf-8").splitlines()))
    assert [(line["part"], line["unit"], line["mode"]) for line in lines] == [
        ("help", "s", "quick"),
        ("target", "s", "quick"),
    ]
    assert all(line["machine"] and int(line["cores"]) > 0 and line["pandas"] and line["commit"] for line in lines)
    assert 0 < float(lines[0]["low"]) <= float(lines[0]["median"]) <= float(lines[0]["high"])
    assert lines[1]["note"].startswith("at most 0.2: ")


def test_nbmake_is_run_whatever_our_own_tests_are_run_with(bench: ModuleType, tmp_path: Path) -> None:
    code = {"cell_type": "code", "id": "c", "metadata": {}, "source": "1 + 1", "outputs": [], "execution_count": 1}
    content = {"cells": [code], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01-one.ipynb").write_text(json.dumps(content), encoding="utf-8")
    options = '[tool.pytest.ini_options]\naddopts = "-p no:nbmake"\n'
    (tmp_path / "pyproject.toml").write_text(options, encoding="utf-8")
    assert bench.Bench(tmp_path, tmp_path, quick=True).nbmake().value > 0
