"""`stockcast dashboard`: the server alone, where it is told to listen."""

import os
import subprocess
import sys
import time

import pytest

from stockcast_lib.cli_dashboard import dashboard
from stockcast_lib.core.errors import BadSettings
from stockcast_lib.dashboard.server.command import READY_PATH
from stockcast_lib.stack import dashboard as stack_dashboard
from stockcast_lib.stack.network import accepts, free_ports
from tests.commands import refusal, stockcast
from tests.dashboard.server.running import WIDGET, write_notebook
from tests.gateway import fetch
from tests.servers import clean_environment

# Loopback as well, and not the one that is listened on by default.
HOST = "127.0.0.2"


@pytest.fixture
def notebooks(tmp_path):
    write_notebook(tmp_path, WIDGET).rename(tmp_path / "dashboard.ipynb")
    return tmp_path


@pytest.fixture
def started(notebooks):
    """The argv, and the environment, of what takes the command's place."""

    class Started(Exception):
        pass

    def execve(path, argv, environment):
        assert path == argv[0]
        raise Started(argv, environment)

    def start(**options):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "execve", execve)
            patch.setenv("STOCKCAST_NOTEBOOKS_DIR", str(notebooks))
            patch.setenv("STOCKCAST_DASHBOARD_HOST", "127.0.0.3")
            patch.setenv("STOCKCAST_DASHBOARD_SESSIONS", "7")
            with pytest.raises(Started) as found:
                dashboard(**options)
        return found.value.args

    return start


def test_it_goes_by_the_settings(started):
    argv, environment = started()
    assert {
        "--DashboardApp.ip=127.0.0.3",
        "--DashboardApp.port=8866",
        "--DashboardApp.session_limit=7",
    } <= set(argv)
    assert "stockcast_lib/dashboard" in environment["JUPYTER_PATH"]


def test_a_host_on_the_command_line_comes_before_the_setting(started):
    argv, _ = started(host=HOST, port=1234)
    assert {f"--DashboardApp.ip={HOST}", "--DashboardApp.port=1234"} <= set(argv)


def test_without_its_notebook_it_says_where_it_looked(tmp_path):
    process = subprocess.run(
        [sys.executable, "-m", "stockcast_lib.cli", "dashboard"], cwd=tmp_path, text=True,
        env=clean_environment() | {"STOCKCAST_NOTEBOOKS_DIR": str(tmp_path)},
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    status, said = refusal(process)
    assert status == 2
    assert f"{tmp_path}/dashboard.ipynb is missing: set STOCKCAST_NOTEBOOKS_DIR" in said


def test_where_voila_is_not_installed_it_says_what_to_install(notebooks, monkeypatch):
    monkeypatch.setattr(stack_dashboard, "find_spec", lambda _: None)
    with pytest.raises(BadSettings, match=r"install stockcast\[dashboard\]"):
        stack_dashboard.dashboard_argv(notebooks, HOST, 1234)


def test_a_port_that_is_none_is_refused(tmp_path):
    assert refusal(stockcast(tmp_path, "dashboard", "--port", "0"))[0] == 2


@pytest.mark.kernels
def test_it_serves_on_the_host_alone_and_ends_on_sigterm(notebooks):
    (port,) = free_ports(1)
    address = ["--host", HOST, "--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, "-m", "stockcast_lib.cli", "dashboard", *address],
        cwd=notebooks,
        env=clean_environment() | {"STOCKCAST_NOTEBOOKS_DIR": str(notebooks)},
        stderr=subprocess.DEVNULL,
    )
    try:
        assert _ready_at(f"http://{HOST}:{port}/{READY_PATH}")
        assert not accepts(port)
        # As a Service's clients ask it: by a name that is not this machine's.
        assert fetch(f"http://{HOST}:{port}/healthz", Host="dashboard.example").status == 200
        process.terminate()
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()


def _ready_at(url):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if fetch(url).status == 200:
                return True
        except OSError:
            time.sleep(0.1)
    return False
