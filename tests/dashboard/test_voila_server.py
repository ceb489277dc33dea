import re
from pathlib import Path

import nbformat
import pytest
from jupyter_core.paths import jupyter_path

from stockcast_lib.dashboard import voila_server

REPOSITORY = Path(__file__).resolve().parents[2]
TEMPLATE = Path(voila_server.__file__).parent / "voila" / "templates" / "stockcast"


def test_the_command_serves_one_notebook_on_loopback():
    command = voila_server.voila_command(Path("dashboard.ipynb"), 8866)
    assert "dashboard.ipynb" in command
    assert {
        "--no-browser",
        "--Voila.ip=127.0.0.1",
        "--Voila.port=8866",
        "--Voila.port_retries=0",
        "--VoilaConfiguration.show_tracebacks=False",
        "--VoilaConfiguration.strip_sources=True",
        "--VoilaConfiguration.template=stockcast",
    } <= set(command)


def test_the_template_is_found_and_voilas_own_files_stay_first(monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", voila_server.voila_environment({})["JUPYTER_PATH"])
    folders = [Path(folder) for folder in jupyter_path("voila", "templates")]
    found = [folder for folder in folders if (folder / "stockcast").is_dir()]
    assert found == [TEMPLATE.parent]
    assert folders.index(TEMPLATE.parent) == 1


def test_an_inherited_jupyter_path_is_kept_once(tmp_path):
    once = voila_server.voila_environment({"JUPYTER_PATH": str(tmp_path)})
    twice = voila_server.voila_environment(once)
    assert twice == once
    assert once["JUPYTER_PATH"].split(":")[2:] == [str(tmp_path)]


@pytest.mark.parametrize(
    "path", [p for p in TEMPLATE.rglob("*") if p.is_file()], ids=lambda path: path.name
)
def test_the_template_names_no_other_host(path):
    text = path.read_text().replace('xmlns="http://www.w3.org/2000/svg"', "")
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
