"""`stockcast lab`: JupyterLab beside a running stack, with a kernel that reaches it."""

import asyncio
import json
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request

import pytest
from tornado.websocket import websocket_connect

from stockcast_lib.core.errors import BadSettings
from stockcast_lib.stack import lab
from stockcast_lib.stack.network import LOOPBACK, accepts, free_ports
from tests.commands import refusal, stockcast
from tests.servers import clean_environment

_READY = re.compile(r"http://(?:localhost|127\.0\.0\.1):\d+/lab\?token=(\w+)")
_SECONDS = 120
CODE = """
import os, pathlib
from stockcast_lib import forecast, models
print(repr(models()))
print(forecast("MSFT", 32))
print(sorted(name for name in os.environ if name.endswith("_API_KEY")))
print(pathlib.Path("my_prices.csv").exists())
"""


class Lab:
    """A running `stockcast lab`."""

    def __init__(self, folder):
        (port,) = free_ports(1)
        own = {name: str(folder / name) for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "stockcast_lib.cli", "lab", "--no-browser", "--port", str(port)],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env={**clean_environment(), **own, "TIINGO_API_KEY": "secret"},
        )  # fmt: skip
        self.port, self.address = port, f"{LOOPBACK}:{port}"
        self.token, self.log = None, []
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_until_ready(self):
        assert self._ready.wait(_SECONDS), "".join(self.log)
        assert self.token, "".join(self.log)
        deadline = time.monotonic() + _SECONDS
        while not accepts(self.port):
            assert time.monotonic() < deadline, "".join(self.log)
            time.sleep(0.05)

    def _read(self):
        for line in self.process.stderr:
            self.log.append(line)
            found = _READY.search(line)
            if found:
                self.token = found[1]
                self._ready.set()
        self._ready.set()

    def ask(self, path, body=None):
        request = urllib.request.Request(
            f"http://{self.address}/api/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            return json.load(answer)

    def printed(self, code):
        """What code prints in a kernel of its own."""
        session = {"path": "x.ipynb", "name": "x", "type": "notebook"}
        made = self.ask("sessions", {**session, "kernel": {"name": "stockcast"}})
        kernel = made["kernel"]["id"]
        url = f"ws://{self.address}/api/kernels/{kernel}/channels?token={self.token}"
        return asyncio.run(asyncio.wait_for(_printed(url, code), _SECONDS))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self._reader.join(10)
        self.process.stderr.close()


async def _printed(url, code):
    socket = await websocket_connect(url)
    header = {"msg_id": "1", "session": "1", "username": "", "msg_type": "execute_request",
              "version": "5.3"}  # fmt: skip
    content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
    parts = {"parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    await socket.write_message(json.dumps({"header": header, **parts}))
    told = ""
    while True:
        message = json.loads(await socket.read_message())
        if message["parent_header"].get("msg_id") != "1":
            continue
        content = message["content"]
        told += content.get("text", "") + "".join(content.get("traceback", ()))
        if message["msg_type"] == "status" and content["execution_state"] == "idle":
            socket.close()
            return told


@pytest.mark.stack
@pytest.mark.kernels
@pytest.mark.timeout(400)
def test_a_kernel_in_jupyterlab_reaches_the_stack_and_has_no_vendor_s_key(beside):
    running = Lab(beside)
    try:
        running.wait_until_ready()
        specs = running.ask("kernelspecs")
        assert specs["default"] == "stockcast"
        names = {each["name"] for each in running.ask("contents")["content"]}
        assert {"quickstart.ipynb", "tweak_model.ipynb", "studies.ipynb"} <= names
        lines = running.printed(CODE).splitlines()
        assert lines[0].startswith("default: Stockcast, revision ")
        assert lines[1].startswith("MSFT: ")
        assert lines[2:] == ["[]", "True"]
    finally:
        running.stop()
    assert not [line for line in running.log if "started_plainly" in line]


def test_without_a_running_stack_it_says_where_to_run_it(tmp_path):
    status, line = refusal(stockcast(tmp_path, "lab", "--no-browser"))
    assert status == 2
    assert "No running stack was found" in line


def test_without_jupyterlab_or_notebooks_it_says_so(tmp_path, monkeypatch):
    with pytest.raises(BadSettings, match="STOCKCAST_NOTEBOOKS_DIR"):
        lab.lab_argv(tmp_path / "none", 8888, browser=False)
    monkeypatch.setattr(lab, "find_spec", lambda _: None)
    with pytest.raises(BadSettings, match=r"stockcast\[lab\]"):
        lab.lab_argv(tmp_path, 8888, browser=False)
