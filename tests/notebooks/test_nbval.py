"""Execute every notebook once more, as nbval does it, and compare each output with the committed one."""

import os
import shutil
import subprocess
import sys

from notebooks.executing import ROOT


def test_nbval_agrees_with_the_committed_outputs(tmp_path):
    for name in ("notebooks", "data"):
        shutil.copytree(ROOT / name, tmp_path / name)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "-q",
         "-c", os.devnull, "--rootdir", str(tmp_path), "notebooks"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout
