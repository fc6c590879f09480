"""Warm kernels: they behave as ordinary ones, share nothing, and leave nothing behind."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

from copies import copy_of
from onewaytrade.runner import collection, warm

pytestmark = pytest.mark.skipif(not warm.available(), reason="kernels are forked on Linux only")


@contextmanager
def kernel(folder: Path, *, warmed: bool = True, **environment: str) -> Iterator[tuple[KernelManager, Any]]:
    manager = KernelManager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
    if warmed:
        manager.kernel_spec.metadata["kernel_provisioner"] = {"provisioner_name": warm.NAME}
    told = os.environ | {"IPYTHONDIR": str(folder / "ipython"), **environment}
    manager.start_kernel(cwd=str(folder), env=told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def outputs(client: Any, code: str) -> list[tuple[str, Any]]:
    """Execute a cell; return what it showed, as pairs of the kind and the content."""
    shown: list[tuple[str, Any]] = []

    def hear(message: dict[str, Any]) -> None:
        kind, content = message["msg_type"], message["content"]
        if kind == "stream":
            shown.append((content["name"], content["text"]))
        elif kind in {"display_data", "execute_result"}:
            shown.append((kind, content["data"]))
        elif kind == "error":
            shown.append((kind, content["ename"]))

    client.execute_interactive(code, output_hook=hear, timeout=60)
    return shown


def printed(client: Any, code: str) -> str:
    return "".join(text for kind, text in outputs(client, code) if kind == "stdout").strip()


def _gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists() or "State:\tZ" in Path(f"/proc/{pid}/status").read_text("utf-8")


def _eventually(holds: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


def test_a_warm_kernel_is_a_fork_that_has_imported_what_notebooks_use(tmp_path: Path) -> None:
    with kernel(tmp_path) as (manager, client):
        told = printed(
            client, "import os, sys; print(os.getpid(), os.getcwd(), 'pandas' in sys.modules, os.getppid())"
        )
        pid, folder, imported, parent = told.split()
        assert int(pid) == manager.provisioner.pid != os.getpid()
        assert (folder, imported) == (str(tmp_path), "True")
        assert "warm_server" in Path(f"/proc/{parent}/cmdline").read_text("utf-8")


def test_a_kernel_is_forked_from_what_was_prepared_for_it(tmp_path: Path) -> None:
    mark = {"MPL_OF_THIS_TEST": "1"}  # kernels whose libraries were imported with other settings are another's
    collection.prepare(os.environ | mark)
    started = psutil.Process().children()
    with kernel(tmp_path, **mark) as (manager, _):
        assert psutil.Process(manager.provisioner.pid).parent() in started
        assert len(psutil.Process().children()) == len(started)


def test_two_kernels_share_no_state(tmp_path: Path) -> None:
    change = "import os, pandas, matplotlib, random, numpy; os.environ['MARK'] = 'x'; pandas.mark = 1; mark = 2\n"
    look = "import os, pandas\nprint('MARK' in os.environ, hasattr(pandas, 'mark'), 'mark' in globals())"
    numbers = "import random, numpy; print(random.random(), numpy.random.random())"
    with kernel(tmp_path) as (_, one), kernel(tmp_path, OWN="mine") as (_, other):
        printed(one, f"{change}matplotlib.rcParams['font.size'] = 99; os.chdir('/')")
        assert printed(other, look) == "False False False"
        told = printed(
            other, "import matplotlib; print(matplotlib.rcParams['font.size'], os.getcwd(), os.environ['OWN'])"
        )
        assert told == f"10.0 {tmp_path} mine"
        assert printed(one, "print('OWN' in os.environ)") == "False"
        assert not set(printed(one, numbers).split()) & set(printed(other, numbers).split())


@pytest.mark.parametrize(
    "code",
    [
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])",
        "import pandas\npandas.DataFrame({'a': [1]})",
        "import sys\nprint(sys.argv[0].rpartition('/')[2], sys.flags.hash_randomization, sys.path[0], __name__)",
        "print(hash('a'))\n1 / 0",
        "import warnings\nwarnings.warn('mind this')",
        "import matplotlib\nprint(matplotlib.get_backend())",
    ],
)
def test_a_warm_kernel_shows_what_an_ordinary_one_shows(tmp_path: Path, code: str) -> None:
    shown = []
    for warmed in (True, False):
        with kernel(tmp_path, warmed=warmed, PYTHONHASHSEED="0") as (manager, client):
            own = str(manager.provisioner.pid)
            told = [(kind, str(content).replace(own, "PID")) for kind, content in outputs(client, code)]
            shown.append([(kind, re.sub(r"0x[0-9a-f]+|ipykernel_PID/\d+", "", text)) for kind, text in told])
    assert shown[0] == shown[1]
    assert shown[0]


def test_what_was_read_ahead_is_read_again_by_its_content(tmp_path: Path, root: Path) -> None:
    project = copy_of(root, tmp_path)
    register = project / "data" / "claims.yml"
    ask = "from onewaytrade import claims, datasets\nprint(claims.get('coal-8').label, len(datasets.load('cpb')))"
    kept = "print(claims.parse.cache_info().currsize, len(datasets._CACHE))"
    # A server is one for each environment of its kind, and so this one is of this project alone.
    environment = {"ONEWAYTRADE_PROJECT": str(project), "PYTHONPATH": str(Path(warm.__file__).parents[2])}
    with kernel(tmp_path, **environment, MPLTEST=str(tmp_path)) as (manager, client):
        before = printed(client, ask)
        claims_kept, frames_kept = map(int, printed(client, kept).split())
        assert claims_kept == 1
        label = before.rpartition(" ")[0]
        register.write_text(register.read_text("utf-8").replace(label, "Another label"), "utf-8")
        manager.restart_kernel(now=True)
        client.wait_for_ready(timeout=60)
        printed(client, "from onewaytrade import claims, datasets")
        # The first was forked before the datasets were read, and this one after some or all of them.
        assert int(printed(client, kept).split()[1]) >= frames_kept
        assert printed(client, ask) == before.replace(label, "Another label")


def test_an_interrupt_stops_the_cell_and_the_kernel_goes_on(tmp_path: Path) -> None:
    with kernel(tmp_path) as (manager, client):
        client.execute("import time; time.sleep(60)")
        time.sleep(0.5)
        start = time.monotonic()
        manager.interrupt_kernel()
        assert client.get_shell_msg(timeout=20)["content"]["ename"] == "KeyboardInterrupt"
        assert time.monotonic() - start < 20
        assert printed(client, "print('still here')") == "still here"


def test_a_restart_gives_a_fresh_fork(tmp_path: Path) -> None:
    with kernel(tmp_path) as (manager, client):
        printed(client, "mark = 1")
        before = manager.provisioner.pid
        manager.restart_kernel(now=True)
        client.wait_for_ready(timeout=60)
        assert printed(client, "print('mark' in globals())") == "False"
        assert manager.provisioner.pid != before
        assert _eventually(lambda: _gone(before))


@pytest.mark.parametrize(
    ("code", "exit_code"), [("import os; os._exit(7)", 7), ("import os; os.kill(os.getpid(), 9)", -9)]
)
def test_a_death_is_noticed_with_its_exit_code(tmp_path: Path, code: str, exit_code: int) -> None:
    with kernel(tmp_path) as (manager, client):
        process = manager.provisioner.process
        client.execute(code)
        assert _eventually(lambda: not manager.is_alive())
        assert process.returncode == exit_code


def test_shutdown_ends_the_kernel_and_what_it_has_started(tmp_path: Path) -> None:
    with kernel(tmp_path) as (manager, client):
        child = int(printed(client, "import subprocess; print(subprocess.Popen(['sleep', '600']).pid)"))
        pid = manager.provisioner.pid
    assert _eventually(lambda: _gone(pid) and _gone(child))


def test_nothing_outlives_a_process_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, sys, time; from onewaytrade.runner import warm\n"
        "server = warm.start(dict(os.environ), ['json'])\n"
        f"asked = ['-f', {str(tmp_path / 'c.json')!r}]\n"
        "order = dict(arguments=asked, folder='/', environment=dict(os.environ), quiet=True)\n"
        "print(server._process.pid, server.fork(order).pid, flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    server, forked = map(int, process.stdout.readline().split())
    process.kill()
    process.wait()
    process.stdout.close()
    assert _eventually(lambda: _gone(server) and _gone(forked))


def test_the_caller_s_main_module_is_not_imported(tmp_path: Path) -> None:
    with kernel(tmp_path) as (_, client):
        told = printed(
            client,
            "import sys; print({'pytest', '__mp_main__'} & set(sys.modules))",
        )
    assert told == "set()"


def test_a_command_that_a_fork_could_not_follow_gets_an_ordinary_process(monkeypatch: pytest.MonkeyPatch) -> None:
    ordinary = ["/another/python", "-m", "ipykernel_launcher", "-f", "c.json"]
    assert warm._fork(ordinary, [], {"stdout": None, "stderr": None}) is None
    assert warm._fork([sys.executable, "kernel.py"], [], {}) is None
    assert warm._fork([sys.executable, "-m", "ipykernel_launcher"], [], {"stdout": subprocess.PIPE}) is None
    monkeypatch.setenv("ONEWAYTRADE_WARM", "0")
    assert not warm.available()
