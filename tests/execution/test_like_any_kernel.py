"""A notebook finds in a forked kernel what it finds in one that Jupyter itself starts."""

import os

import pytest

from tests.execution.kernels import jupyter_kernel, outputs

pytestmark = [pytest.mark.kernels, pytest.mark.timeout(60)]
OPTIONS = ("max_columns", "max_rows", "max_colwidth", "width", "notebook_repr_html")


@pytest.fixture(scope="module")
def kernels(tmp_path_factory):
    """The clients of a forked kernel and a plain one, in one folder with a module."""
    folder = tmp_path_factory.mktemp("notebooks")
    (folder / "beside_the_notebook.py").write_text("VALUE = 1\n")
    options = {"cwd": str(folder), "env": {**os.environ, "XYZ": "1"}}
    with (
        jupyter_kernel("stockcast", **options) as (_, forked),
        jupyter_kernel("python3", **options) as (_, plain),
    ):
        for client in (forked, plain):
            outputs(client, f"OPTIONS = {OPTIONS}")
        yield forked, plain


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import matplotlib.pyplot as p; p.plot([1, 2]); p.show()", id="matplotlib"),
        pytest.param("import plotly.graph_objects as go; go.Figure()", id="plotly"),
        pytest.param("go.Figure().show()", id="plotly-show"),
        pytest.param("import pandas as pd; pd.DataFrame([range(50)])", id="wide-frame"),
        pytest.param("import ipywidgets; ipywidgets.IntSlider()", id="widget"),
    ],
)
def test_displays_come_in_the_same_forms(kernels, code):
    forked, plain = ([sorted(output["data"]) for output in outputs(client, code)]
                     for client in kernels)  # fmt: skip
    assert forked == plain
    assert forked


@pytest.mark.parametrize(
    "code",
    [
        "import beside_the_notebook; beside_the_notebook.VALUE",
        "import ipywidgets; sorted(get_ipython().kernel.comm_manager.targets)",
        "import os; os.getcwd(), os.environ['XYZ'], os.environ['MPLBACKEND']",
        "import pandas as pd; [pd.get_option(f'display.{name}') for name in OPTIONS]",
        "__name__, In[:1], get_ipython().__class__",
        "import signal; signal.getsignal(signal.SIGCHLD)",
        "import subprocess; subprocess.run(['false']).returncode",
        "import multiprocessing.pool as m; m.Pool(2).map(len, ['a', 'bc'])",
        "import asyncio; await asyncio.sleep(0, 5)",
        "from concurrent.futures import ThreadPoolExecutor as T; list(T().map(len, ['a', 'bc']))",
    ],
)
def test_expressions_have_the_same_value(kernels, code):
    forked, plain = (outputs(client, code) for client in kernels)
    assert [output["data"] for output in forked] == [output["data"] for output in plain]
    assert forked
