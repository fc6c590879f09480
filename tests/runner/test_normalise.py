"""What is taken out of an executed notebook, and what is not."""

import sys
import sysconfig
from pathlib import Path
from typing import Any

import nbformat

from onewaytrade.runner import normalise

ROOT = Path("/home/somebody/project")


def stream(name: str, text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def outputs(*given: dict[str, Any]) -> list[dict[str, Any]]:
    cell = {
        "cell_type": "code",
        "id": "a",
        "metadata": {"papermill": {"duration": 1}, "execution": {}, "tags": []},
        "source": "1",
        "outputs": list(given),
        "execution_count": 1,
    }
    source = {"cells": [], "metadata": {"kernelspec": {"name": "python3"}, "papermill": {}}, "nbformat_minor": 5}
    notebook = normalise.normalise({"cells": [cell]}, source, ROOT)
    assert notebook["metadata"] == {"kernelspec": {"name": "python3"}}
    assert notebook["cells"][0]["metadata"] == {}
    found: list[dict[str, Any]] = notebook["cells"][0]["outputs"]
    return found


def test_pieces_of_streams_are_joined_whatever_their_order() -> None:
    pieces = [stream("stdout", "a\n"), stream("stderr", "x\n"), stream("stdout", "b\n")]
    joined = [stream("stdout", "a\nb\n"), stream("stderr", "x\n")]
    assert outputs(*pieces) == outputs(pieces[1], pieces[0], pieces[2]) == joined


def test_streams_do_not_pass_a_display() -> None:
    display = {"output_type": "display_data", "data": {"text/plain": "d"}, "metadata": {}}
    given = [stream("stdout", "a\n"), display, stream("stdout", "b\n")]
    assert outputs(*given) == given


def test_addresses_processes_and_places_go_and_all_else_stays() -> None:
    library = sysconfig.get_paths()["purelib"]
    text = f"<A at 0x7f3c2e5d1a90> 640x480 0x1F /tmp/ipykernel_4711/123.py:1: {library}/x.py {ROOT}/data/a.csv"
    (found,) = outputs(stream("stderr", text))
    assert found["text"] == "<A at 0x…> 640x480 0x1F cell.py:1: site-packages/x.py ./data/a.csv"
    assert sys.prefix not in found["text"]


def test_the_note_of_a_first_run_on_a_machine_goes() -> None:
    assert outputs(stream("stderr", "Matplotlib is building the font cache; this may take a moment.\n")) == []


def test_json_and_pictures_are_not_touched() -> None:
    data = {"application/json": {"b": "0x7f3c2e5d1a90", "a": [1]}, "image/png": "0x7f3c2e5d1a90"}
    (found,) = outputs({"output_type": "display_data", "data": data, "metadata": {}})
    assert found["data"] == data


def test_the_file_is_what_jupyter_would_write() -> None:
    cell = nbformat.v4.new_code_cell("a = 1\nprint(a)", id="a", execution_count=1)
    cell.outputs = [nbformat.v4.new_output("display_data", {"text/plain": "é\nf", "image/png": "aGk="})]
    notebook = nbformat.v4.new_notebook(cells=[cell, nbformat.v4.new_markdown_cell("# Ü", id="b")])
    assert normalise.encode(notebook).decode("utf-8") == nbformat.writes(notebook) + "\n"
