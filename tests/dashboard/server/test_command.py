import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from jupyter_core.paths import jupyter_path

from stockcast_lib import wiring
from stockcast_lib.core.errors import BadSettings
from stockcast_lib.dashboard.server.command import (
    Seats,
    dashboard_command,
    dashboard_environment,
)
from stockcast_lib.stack.servers import Ports, server_children

REPOSITORY = Path(__file__).resolve().parents[3]
TEMPLATE = REPOSITORY / "stockcast_lib" / "dashboard" / "voila" / "templates" / "stockcast"
LOADED = (
    "import sys, stockcast_lib.stack.servers; print(*{m.partition('.')[0] for m in sys.modules})"
)


def test_the_command_serves_one_notebook_on_loopback():
    command = dashboard_command(Path("dashboard.ipynb"), 8866, Seats(7))
    assert command[1:4] == ["-m", "stockcast_lib.dashboard.server", "dashboard.ipynb"]
    assert {
        "--no-browser",
        "--DashboardApp.ip=127.0.0.1",
        "--DashboardApp.port=8866",
        "--DashboardApp.port_retries=0",
        "--DashboardApp.session_limit=7",
        "--VoilaConfiguration.show_tracebacks=False",
        "--VoilaConfiguration.strip_sources=True",
        "--VoilaConfiguration.template=stockcast",
        "--VoilaConfiguration.preheat_kernel=True",
    } <= set(command)


def test_without_waiting_kernels_none_is_made_beforehand():
    command = dashboard_command(Path("dashboard.ipynb"), 8866, Seats(7, waiting=0))
    assert "--VoilaConfiguration.preheat_kernel=False" in command


def test_the_setting_says_how_many_may_come(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dashboard.ipynb").touch()

    def argv():
        return server_children(Ports(1, 2, 3, dashboard=4), 1, tmp_path, {})[-1].argv

    assert "--DashboardApp.session_limit=30" in argv()
    monkeypatch.setenv("STOCKCAST_DASHBOARD_SESSIONS", "3")
    assert "--DashboardApp.session_limit=3" in argv()
    monkeypatch.setenv("STOCKCAST_DASHBOARD_SESSIONS", "0")
    with pytest.raises(BadSettings, match="STOCKCAST_DASHBOARD_SESSIONS is wrong"):
        argv()


def test_the_setting_says_when_an_unused_page_loses_its_kernel(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dashboard.ipynb").touch()
    monkeypatch.setenv("STOCKCAST_DASHBOARD_UNUSED_SECONDS", "90")
    argv = server_children(Ports(1, 2, 3, dashboard=4), 1, tmp_path, {})[-1].argv
    assert "--DashboardApp.unused_seconds=90" in argv
    assert wiring.unused_seconds() == 90


def test_the_settings_say_how_many_connections_it_takes(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dashboard.ipynb").touch()
    monkeypatch.setenv("STOCKCAST_CONNECTIONS", "50")
    monkeypatch.setenv("STOCKCAST_CONNECTIONS_PER_PEER", "5")
    argv = server_children(Ports(1, 2, 3, dashboard=4), 1, tmp_path, {})[-1].argv
    assert "--DashboardApp.connections=50" in argv
    assert "--DashboardApp.connections_per_peer=5" in argv


def test_who_starts_the_server_imports_nothing_of_it():
    found = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert not set(found.stdout.split()) & {"voila", "tornado", "jupyter_server", "ipywidgets"}


def test_the_template_is_found_and_voilas_own_files_stay_first(monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", dashboard_environment({})["JUPYTER_PATH"])
    folders = [Path(folder) for folder in jupyter_path("voila", "templates")]
    found = [folder for folder in folders if (folder / "stockcast").is_dir()]
    assert found == [TEMPLATE.parent]
    assert folders.index(TEMPLATE.parent) == 1


def test_an_inherited_jupyter_path_is_kept_once(tmp_path):
    once = dashboard_environment({"JUPYTER_PATH": str(tmp_path)})
    twice = dashboard_environment(once)
    assert twice == once
    assert once["JUPYTER_PATH"].split(":")[2:] == [str(tmp_path)]


@pytest.mark.parametrize(
    "path", [p for p in TEMPLATE.rglob("*") if p.is_file()], ids=lambda path: path.name
)
def test_the_template_names_no_other_host(path):
    text = path.read_text().replace("xmlns='http://www.w3.org/2000/svg'", "")
    text = text.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"(https?:)?//[\w.-]+\.\w{2,}", text)


def test_the_notebook_only_imports_calls_and_displays():
    notebook = nbformat.read(REPOSITORY / "notebooks" / "dashboard.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert len(notebook.cells) <= 6
    assert notebook.metadata.kernelspec.name == "stockcast"
    for cell in notebook.cells:
        assert cell.cell_type == "code"
        assert not cell.outputs
        assert cell.execution_count is None
        assert "def " not in cell.source
