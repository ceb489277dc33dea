"""Jupyter's own tools with the kernelspec `stockcast`: they get forked kernels, or plain ones."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import psutil
import pytest
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from stockcast_lib.execution import fork_client
from stockcast_lib.execution.counts import COUNTS
from tests.execution.kernels import SECONDS, environment, jupyter_kernel, outputs
from tests.factories import notebook_file

pytestmark = [pytest.mark.long, pytest.mark.kernels, pytest.mark.timeout(90)]
PARENT = "import os; os.getppid()"
LONGEST_SOCKET_PATH = 107


@pytest.fixture(autouse=True)
def fallbacks():
    """How many kernels were started plainly before the test."""
    return COUNTS.fallbacks


@pytest.fixture
def kernel():
    with jupyter_kernel() as (manager, client):
        yield manager, client


def server():
    return fork_client.shared_fork_server("stockcast_lib.warm").pid


def result(client, code):
    return outputs(client, code)[-1]["data"]["text/plain"]


def test_nbclient_gets_a_forked_kernel(fallbacks):
    notebook = new_notebook(cells=[new_code_cell(PARENT)])
    NotebookClient(notebook, kernel_name="stockcast", timeout=SECONDS).execute()
    assert notebook.cells[0].outputs[0]["data"] == {"text/plain": str(server())}
    assert COUNTS.fallbacks == fallbacks


def test_the_papermill_command_gets_a_forked_kernel(tmp_path):
    cell = f"{PARENT}\nx, open(f'/proc/{{os.getppid()}}/cmdline').read()"
    notebook, executed = notebook_file(tmp_path, "x = 1", cell), tmp_path / "executed.ipynb"
    command = Path(sys.executable).with_name("papermill")
    done = subprocess.run(
        [command, notebook, executed, "-k", "stockcast", "-p", "x", "5"], check=True,
        capture_output=True, text=True, env=environment(HOME=str(tmp_path)), timeout=60,
    )  # fmt: skip
    assert "started_plainly" not in done.stdout + done.stderr
    shown = nbformat.read(executed, as_version=4).cells[-1].outputs[0]["data"]["text/plain"]
    assert shown.startswith("(5,")
    assert "stockcast_lib.execution.fork_server" in shown


def test_the_blocking_manager_gets_a_forked_kernel(kernel, fallbacks):
    manager, client = kernel
    assert result(client, PARENT) == str(server())
    assert result(client, "os.getpid()") == str(manager.provisioner.pid)
    assert COUNTS.fallbacks == fallbacks


def test_a_shutdown_ends_the_kernel_as_python_ends_with_a_thread_busy(kernel, tmp_path):
    manager, client = kernel
    said = tmp_path / "said"
    outputs(client, f"import atexit; atexit.register(open({str(said)!r}, 'w').write, 'bye')")
    outputs(client, BUSY)
    process = manager.provisioner.process
    manager.shutdown_wait_time = 40  # after half of it comes SIGTERM
    manager.shutdown_kernel()
    assert process.returncode == 0
    assert said.read_text() == "bye"
    assert not manager.has_kernel


BUSY = """
import threading
threading.Thread(target=exec, args=["while True: pass"], daemon=True).start()
"""


def test_a_restarted_kernel_is_a_new_one_at_the_same_sockets(kernel, fallbacks):
    manager, client = kernel
    outputs(client, "x = 1")
    before, connection = manager.provisioner.pid, manager.get_connection_info()
    for now in (True, False):
        manager.restart_kernel(now=now)
        client.wait_for_ready(timeout=SECONDS)
        assert manager.get_connection_info() == connection
        assert result(client, PARENT) == str(server())
        assert result(client, "'x' in globals()") == "False"
        assert manager.provisioner.pid != before
    assert COUNTS.fallbacks == fallbacks


def test_an_interrupt_ends_the_cell_and_not_the_kernel(kernel):
    manager, client = kernel
    outputs(client, "x = 1")
    code = "import time; print('began', flush=True); time.sleep(60)"
    # Else the kernel drops what comes right after an error.
    asked = client.execute(code, stop_on_error=False)
    while client.get_iopub_msg(timeout=SECONDS)["content"].get("text") != "began\n":
        pass
    manager.interrupt_kernel()
    reply = client.get_shell_msg(timeout=SECONDS)
    assert reply["parent_header"]["msg_id"] == asked
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    assert result(client, "x") == "1"


@pytest.mark.parametrize(
    ("ends", "status"),
    [("import os; os._exit(7)", 7), ("import os; os.kill(os.getpid(), 9)", -9), ("exit()", 0)],
)
def test_the_exit_status_is_the_kernel_s_own(ends, status):
    async def told():
        manager = AsyncKernelManager(kernel_name="stockcast")
        await manager.start_kernel()
        client = manager.client()
        client.start_channels()
        await client.wait_for_ready(timeout=SECONDS)
        client.execute(ends)
        process = manager.provisioner.process
        waited = await asyncio.wait_for(manager.provisioner.wait(), SECONDS)
        client.stop_channels()
        await manager.shutdown_kernel(now=True)
        return waited, process.returncode

    assert asyncio.run(told()) == (status, status)


LOOKS = """
import json, os, stat, sys
from tests.execution.kernels import jupyter_kernel
with jupyter_kernel() as (manager, client):
    folder, name = os.path.split(manager.ip)
    mode = stat.S_IMODE(os.stat(folder).st_mode)
    used = [path for path in os.listdir(folder) if path.startswith(name)]
    print("told", json.dumps([manager.transport, folder, mode, used]))
"""


def test_sockets_are_files_in_a_short_private_folder_that_goes_with_its_process():
    printed = subprocess.check_output(
        [sys.executable, "-c", LOOKS], env=environment(), text=True, timeout=60
    )
    (line,) = (line for line in printed.splitlines() if line.startswith("told"))
    transport, folder, mode, used = json.loads(line.removeprefix("told"))
    assert transport == "ipc"
    assert mode == 0o700
    assert len(used) == 5
    assert len(os.fsencode(folder)) < LONGEST_SOCKET_PATH / 2
    assert not Path(folder).exists()


@pytest.mark.parametrize(
    ("module", "warm"),
    [("ipykernel_launcher", "broken_warm"), ("ipykernel", "stockcast_lib.warm")],
)
def test_a_kernel_that_cannot_be_forked_is_started_plainly_and_counted(
    tmp_path, monkeypatch, caplog, fallbacks, module, warm
):
    folder = tmp_path / "kernels" / "other"
    folder.mkdir(parents=True)
    provided = {"provisioner_name": "stockcast-fork", "config": {"warm": warm}}
    spec = {
        "argv": ["python", "-m", module, "-f", "{connection_file}"],
        "display_name": "Other",
        "language": "python",
        "metadata": {"kernel_provisioner": provided},
    }
    (folder / "kernel.json").write_text(json.dumps(spec))
    (tmp_path / "broken_warm.py").write_text("def warm_up():\n    raise RuntimeError('broken')\n")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    with jupyter_kernel("other", env=env) as (manager, client):
        assert COUNTS.fallbacks == fallbacks + 1
        assert isinstance(manager.provisioner.process, subprocess.Popen)
        assert result(client, PARENT) == str(psutil.Process().pid)
        assert result(client, "6 * 7") == "42"
    assert "kernel.started_plainly" in caplog.text
