"""Workers, gateway and command line run where dashboard, lab and traces are not installed."""

import subprocess
import sys

import pytest

from tests.servers import REPOSITORY, clean_environment

pytestmark = pytest.mark.long

LEFT_OUT = (
    "anywidget",
    "ipywidgets",
    "jupyter_server",
    "jupyterlab",
    "nbconvert",
    "nbdime",
    "opentelemetry",
    "voila",
)
# As where they are missing: each import of one raises ModuleNotFoundError.
PROGRAM = f"""
import importlib.abc, importlib.metadata, sys
class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {LEFT_OUT}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing())
"""


def run(code):
    return subprocess.run(
        [sys.executable, "-c", PROGRAM + code],
        cwd=REPOSITORY,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.parametrize("name", LEFT_OUT)
def test_the_program_that_proves_it_lacks_them(name):
    tried = run(f"import {name}")
    assert tried.returncode == 1
    assert f"ModuleNotFoundError: No module named '{name}'" in tried.stderr


@pytest.mark.parametrize(
    "code",
    [
        "import server.worker",
        "import server.gateway",
        "import stockcast_lib.cli; sys.argv[1:] = ['--help']; stockcast_lib.cli.main()",
        "import stockcast_lib.stack.up, stockcast_lib.stack.doctor",
        "import stockcast_lib.execution.fork_server, stockcast_lib.warm as w; w.warm_up()",
        "from papermill.engines import papermill_engines as e; e.get_engine('stockcast')",
    ],
    ids=["worker", "gateway", "command line", "stack", "fork server", "papermill's engine"],
)
def test_they_start_without_dashboard_and_lab(code):
    done = run(code)
    assert done.returncode == 0, done.stderr
