"""Execute a few notebooks as nbval does it, and compare each output with the committed one.

`test_execution` compares all of them with what our own command gives; here another runner must agree, on notebooks
with every kind of output: curves and cards, bounds and counts, and the one that judges nothing.
"""

import os
import shutil
import subprocess
import sys

from notebooks.executing import ROOT

STEMS = ("08-trade-remedies", "12-since-then")
# As users of nbval do, but that jsonschema leaves out what it would compile for two seconds.
PYTEST = "from onewaytrade import startup; startup.leave_out_grammars(); import pytest; exit(pytest.main())"


def test_nbval_agrees_with_the_committed_outputs(tmp_path):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    (tmp_path / "notebooks").mkdir()
    for stem in STEMS:
        shutil.copy(ROOT / "notebooks" / f"{stem}.ipynb", tmp_path / "notebooks")
    done = subprocess.run(
        [sys.executable, "-c", PYTEST, "--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "-q",
         "-c", os.devnull, "--rootdir", str(tmp_path), "notebooks"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout
