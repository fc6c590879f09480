"""The editions of a lesson: the solutions earn everything, the students' copy nothing, and nothing leaks there."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib
import orchard
import pytest
from rich.console import Console

from onewaytrade import cli
from onewaytrade.errors import TeachingError
from onewaytrade.runner import report
from onewaytrade.runner.execute import Outcome
from onewaytrade.site import markup
from onewaytrade.teaching import autograder, autotests, editions, executing, marking_up, masters, transforming
from onewaytrade.teaching.autograder import Wheel
from onewaytrade.teaching.executing import Executed
from onewaytrade.teaching.lesson import open_lesson
from onewaytrade.teaching.masters import Master
from onewaytrade.teaching.transforming import Transformed

STEM = orchard.STEM
WHEEL = Wheel("onewaytrade-0-py3-none-any.whl", b"a wheel")
Lines = report.Lines


@pytest.fixture(autouse=True)
def _made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    orchard.use(monkeypatch)


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Master:
    root = tmp_path_factory.mktemp("orchard")
    (root / "data").mkdir()
    (root / "data" / "datapackage.json").write_text("{}", encoding="utf-8")
    return masters.read(orchard.write(root))


@pytest.fixture(scope="module")
def transformed(master: Master) -> Transformed:
    return transforming.transform(master)


@pytest.fixture(scope="module")
def executed(master: Master, transformed: Transformed) -> Iterator[dict[str, Executed]]:
    """Return the solutions, executed twice, and the students' copy as it is handed out."""
    notebooks = {STEM: transformed.solutions, "again": transformed.solutions, "open": transformed.student}
    with pytest.MonkeyPatch.context() as patch:
        orchard.use(patch)
        yield executing.execute(master.path.parents[2], notebooks, 2, Lines(Console(quiet=True)))


@pytest.fixture(scope="module")
def made(master: Master, transformed: Transformed, executed: dict[str, Executed]) -> dict[str, bytes]:
    with pytest.MonkeyPatch.context() as patch:
        orchard.use(patch)
        return editions.editions(master, transformed, executed[STEM].notebook, WHEEL)


def notebook(content: bytes) -> dict[str, Any]:
    return dict(json.loads(content))


def sources(content: dict[str, Any], kind: str = "code") -> list[str]:
    return ["".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == kind]


def words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_]{3,}|\d+(?:\.\d+)?", text))


def answers(content: dict[str, Any]) -> dict[str, Any]:
    """Return the variables that a notebook leaves behind, run from top to bottom without a kernel."""
    matplotlib.use("agg")
    variables: dict[str, Any] = {}
    for source in sources(content):
        exec(source, variables)  # noqa: S102 # a notebook of our own
    matplotlib.pyplot.close("all")
    return variables


def test_otters_own_tests_give_the_solutions_everything_and_the_open_copy_nothing(
    master: Master, made: dict[str, bytes]
) -> None:
    transforming.load_otter()
    from otter.test_files import ExceptionTestFile

    solved, still_open = (
        answers(notebook(made[f"{edition}/{STEM}.ipynb"])) for edition in ("solutions", "student")
    )
    exercises = open_lesson(1).exercises.values()
    for question, exercise in zip(master.exercises, exercises, strict=True):
        test = ExceptionTestFile.from_string(autotests.text(1, exercise, question.points))
        test.run(solved)
        assert test.score == test.possible == question.points, test.summary()
        test.run(still_open)
        assert test.score == 0
        assert "not answered yet" in test.summary()


def test_a_lucky_function_earns_half() -> None:
    transforming.load_otter()
    from otter.test_files import ExceptionTestFile

    test = ExceptionTestFile.from_string(autotests.text(1, open_lesson(1).exercises["growth"], 3))
    test.run({"growth": lambda base, end: 25.0})
    assert (test.score, test.possible) == (1.5, 3)


def test_in_a_kernel_the_solutions_are_right_and_the_open_copy_runs_to_its_end(
    executed: dict[str, Executed],
) -> None:
    assert executed[STEM].fault == ""
    assert set(executed[STEM].states.values()) == {"right"}
    assert executed["open"].failure == ""
    assert set(executed["open"].states.values()) == {"open"}


def test_the_solutions_show_every_check_as_right(made: dict[str, bytes]) -> None:
    cells = notebook(made[f"solutions/{STEM}.ipynb"])["cells"]
    shown = {
        cell["id"]: "".join(output["data"]["text/plain"])
        for cell in cells
        for output in cell.get("outputs", ())
        if cell["id"].startswith("check-")
    }
    assert shown == {f"check-{name}": f"✔ {name}: right." for name in orchard.NAMES}
    counts = [cell["execution_count"] for cell in cells if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1))
    assert not any("SOLUTION" in source for source in sources({"cells": cells}))


def test_no_word_of_an_answer_is_in_the_students_copy(master: Master, made: dict[str, bytes]) -> None:
    kept, secret = "", ""
    for cell in transforming.transform(master).solutions["cells"]:
        is_secret = transforming.is_tagged(cell, "teacher", "slides") or transforming.part(cell) in {
            "model",
            "answer",
        }
        if is_secret:
            secret += "\n" + cell["source"]
        else:
            kept += "\n" + cell["source"]
    told = words(secret) - words(kept) - {"def", "base", "end"}
    assert {"hailstorms", "windfalls", "pome", "ratio_of_levels", "sum", "short"} <= told
    text = made[f"student/{STEM}.ipynb"].decode()
    assert not told & words(text)
    assert not re.search(r"require|elsewhere|hidden|slideshow|SOLUTION", text)


def test_what_a_master_says_of_itself_is_in_no_edition(master: Master, made: dict[str, bytes]) -> None:
    assert b"kumquats" in master.path.read_bytes()
    assert [name for name, content in made.items() if b"kumquats" in content] == []
    with zipfile.ZipFile(io.BytesIO(made[f"autograder/{STEM}.zip"])) as packed:
        assert not [name for name in packed.namelist() if b"kumquats" in packed.read(name)]


def test_the_students_copy_says_which_lesson_it_is_and_leaves_its_gaps_to_be_filled(
    made: dict[str, bytes],
) -> None:
    content = notebook(made[f"student/{STEM}.ipynb"])
    assert content["metadata"]["onewaytrade"] == {"lesson": 1, "edition": "student"}
    assert "apple_growth = ..." in sources(content)
    assert "def growth(base, end):\n    ..." in sources(content)
    for cell in content["cells"]:
        if cell["id"].startswith(("answer-", "response-")):
            assert cell["metadata"].get("editable", True), "a student must be able to write here"
        assert not cell.get("outputs")


def test_the_same_bytes_come_twice(
    master: Master, transformed: Transformed, executed: dict[str, Executed], made: dict[str, bytes]
) -> None:
    again = editions.editions(master, transforming.transform(master), executed["again"].notebook, WHEEL)
    assert [name for name in made if made[name] != again[name]] == []
    assert again.keys() == made.keys()


def test_the_autograders_zip_has_the_tests_one_date_and_nothing_of_this_machine(made: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(made[f"autograder/{STEM}.zip"])) as packed:
        names = packed.namelist()
        assert names == sorted(names)
        assert {f"tests/{name}.py" for name in orchard.NAMES} <= set(names)
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        texts = "\n".join(packed.read(name).decode() for name in names)
    assert "require_elsewhere" in texts
    assert f"onewaytrade @ file:///autograder/source/files/{WHEEL.name}" in texts
    source = Path(masters.__file__).parents[3]
    assert not [place for place in (str(source), str(Path.cwd()), "onewaytrade-autograder-") if place in texts]
    settings = json.loads(re.search(r"\{[^{}]*assignment_name[^{}]*\}", texts)[0])  # type: ignore[index]
    assert (
        settings["assignment_name"]
        == notebook(made[f"student/{STEM}.ipynb"])["metadata"]["otter"]["assignment_name"]
    )


def test_without_a_wheel_the_autograder_asks_for_the_published_package(master: Master) -> None:
    content = autograder.make(master, open_lesson(1).exercises, None, "1.2.3")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert "onewaytrade==1.2.3" in packed.read("environment.yml").decode()


@pytest.mark.parametrize("name", ["slides/{}.html", "handout/{}.html", "handout/{}-teacher.html"])
def test_a_page_loads_nothing(made: dict[str, bytes], name: str) -> None:
    page = markup.read_page(made[name.format(STEM)].decode())
    assert [address for address in page.loads if not address.startswith("data:")] == []
    assert page.faults == []


def test_slides_have_notes_and_words_for_pictures_and_no_answer(made: dict[str, bytes]) -> None:
    text = made[f"slides/{STEM}.html"].decode()
    slides = text[text.index('<div class="slides">') : text.rindex("<script>")]
    assert re.search(r'<aside class="notes">\s*<p>Most say yes', slides)
    assert 'alt="Two lines: apples rise and pears fall."' in slides
    assert "more fruit" in slides, "a cell for slides alone"
    assert not re.search("hailstorms|windfalls|ratio_of_levels|100 / 80|right\\.", slides)


def test_the_handout_has_room_and_no_answer(made: dict[str, bytes]) -> None:
    text = made[f"handout/{STEM}.html"].decode()
    main = text[text.index("<main>") :]
    assert main.count('<div class="room">') == 8
    assert 'alt="Two lines: apples rise and pears fall."' in main
    assert not re.search("hailstorms|windfalls|pome|ratio_of_levels|more fruit|Apples: 25|right\\.|25\\.0", main)


def test_the_teachers_sheet_has_plan_answers_slips_and_notes(made: dict[str, bytes]) -> None:
    main = made[f"handout/{STEM}-teacher.html"].decode().partition("<main>")[2]
    for part in ("25.0 per cent", "apples 15.38; pears −7.69 points", "By which level do you divide?", "20.0"):
        assert part in main
    for part in ("hailstorms", "windfalls", "pome", "ratio_of_levels", '<th scope="row">Exercises</th>'):
        assert part in main


def test_the_tables_come_as_csv_with_their_sources(made: dict[str, bytes]) -> None:
    assert made[f"student/data/{STEM}/orchard.csv"].decode().splitlines()[:2] == [
        "year,apples,pears",
        "2020,80.0,50.0",
    ]
    assert "`orchard.csv` (2 rows). Source: Made up for a test" in made[f"student/data/{STEM}/README.md"].decode()


def test_a_lesson_is_written_whole_or_not_at_all(
    master: Master, executed: dict[str, Executed], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = master.path.parents[2]
    monkeypatch.setattr(autograder, "build_wheel", lambda checkout: WHEEL)
    monkeypatch.setattr(executing, "execute", lambda *_: {STEM: executed[STEM]})
    out = Console(record=True, width=120, file=io.StringIO())
    made = editions.make(root, ["1"], tmp_path, 1, Lines(out))
    report.taught(out, made, tmp_path)
    assert "student, solutions, autograder, slides, handout" in out.export_text()
    editions.require_all(made)
    written = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.relative_to(tmp_path).as_posix() for path in written} == {*made[0].files, "index.html"}
    index = markup.read_page((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert all((tmp_path / link).is_file() for link in index.links)

    wrong = Executed(executed[STEM].notebook, {**executed[STEM].states, "why": "wrong"}, "")
    monkeypatch.setattr(executing, "execute", lambda *_: {STEM: wrong})
    with pytest.raises(TeachingError, match=r"1-orchard.ipynb: its own solution of why is not right\. Nothing"):
        editions.require_all(editions.make(root, [], tmp_path, 1, Lines(out)))
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == written


def test_solutions_that_stop_are_told_with_their_place() -> None:
    stopped = Executed({}, {}, "its solutions stop under “Growth”: KeyError: 'plums'")
    assert stopped.fault == "its solutions stop under “Growth”: KeyError: 'plums'"


def test_a_warning_beside_the_answers_hides_none_that_is_wrong() -> None:
    printed = [
        {"output_type": "stream", "name": "stderr", "text": "DeprecationWarning: soon"},
        {"output_type": "stream", "name": "stdout", "text": '{"growth": "wrong"}'},
    ]
    last = {"cell_type": "code", "id": "teach-last", "metadata": {}, "source": "", "outputs": printed}
    one = executing._executed(Outcome(STEM, 0.0, {"cells": [last]}, None))
    assert one.fault == "its own solution of growth is not right"


def test_a_master_with_a_fault_is_refused_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = orchard.notebook()
    content["cells"] = [cell for cell in content["cells"] if cell["id"] != "references"]
    orchard.write(tmp_path, content)
    monkeypatch.setattr(executing, "execute", lambda *_: pytest.fail("nothing may run"))
    with pytest.raises(TeachingError, match=r"1-orchard\.ipynb: it has no section “## References”"):
        editions.make(tmp_path, [], tmp_path / "out", 1, Lines(Console(quiet=True)))
    with pytest.raises(TeachingError, match="There is no lesson 'apples'"):
        editions.make(tmp_path, ["apples"], tmp_path / "out", 1, Lines(Console(quiet=True)))
    assert not (tmp_path / "out").exists()


def test_what_otter_cannot_read_is_told_in_a_sentence(tmp_path: Path) -> None:
    content = orchard.notebook()
    cell = next(cell for cell in content["cells"] if cell["id"] == "answer-growth")
    cell["source"] = cell["source"].replace("# END SOLUTION", "")
    with pytest.raises(
        TeachingError, match=r"1-orchard\.ipynb: otter does not take it: BEGIN SOLUTION without END"
    ):
        transforming.transform(masters.read(orchard.write(tmp_path, content)))


def test_a_table_has_scopes_and_its_index_is_named_in_the_corner() -> None:
    frame = orchard.exercises().TABLES["orchard"]()
    shown = {"output_type": "execute_result", "data": {"text/html": frame._repr_html_()}}
    cell = {"outputs": [shown]}
    written = marking_up.outputs(cell)
    assert '<tr><th scope="col">year</th><th scope="col">apples</th><th scope="col">pears</th></tr>' in written
    assert '<th scope="row">2020</th>' in written
    assert "<style" not in written


def test_formulas_are_mathml_and_a_broken_one_is_told() -> None:
    assert "<msub>" in marking_up.markdown("Growth is $p_1 / p_0$.")
    assert "$5 is" in marking_up.markdown("It cost $5 is all.")
    with pytest.raises(TeachingError, match="lacks a part of a fraction"):
        marking_up.markdown(r"$\frac{1$")


def test_the_command_tells_an_unknown_lesson_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["onewaytrade", "teach", "99"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith("onewaytrade: There is no lesson '99'; the nearest is ")
    assert all(path.stem in told for path in masters.paths(Path(__file__).parents[2]))
