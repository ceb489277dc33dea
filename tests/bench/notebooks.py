"""Notebooks as a worker runs them, and what their outcomes tell."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from stockcast_lib.core.cancellation import Cancellation
from stockcast_lib.core.results import PRICES_MIME
from stockcast_lib.execution.counts import COUNTS
from stockcast_lib.execution.fork_client import shared_fork_server
from stockcast_lib.execution.limits import Limits
from stockcast_lib.execution.runner import PapermillRunner
from stockcast_lib.ports import NotebookRun
from stockcast_lib.wiring.workers import SETTLE_IN
from tests.bench.figures import Figure
from tests.factories import notebook_file
from tests.servers import REPOSITORY, clean_environment

NOTEBOOKS = REPOSITORY / "notebooks"
FORECAST = NOTEBOOKS / "forecast.ipynb"
TICKER = "AAPL"
# As in the kernelspec: one fork server a process and warm module.
_WARM = "stockcast_lib.warm"


@contextmanager
def running_notebooks(store: Mapping[str, str]) -> Iterator[PapermillRunner]:
    """A runner whose kernels reach a store; its fork server ends with the context."""
    environment = {**clean_environment(), **store, "STOCKCAST_ENV_FILES": "off"}
    runner = PapermillRunner(environment=environment, limits=Limits(), prelude=SETTLE_IN)
    try:
        runner.wait_until_ready()
        yield runner
    finally:
        runner.close()
        shared_fork_server(_WARM).close()


def executed(runner: PapermillRunner, notebook: Path, **parameters: Any) -> NotebookRun:
    """A run that went well."""
    run = runner.run(notebook, parameters, lambda _: None, Cancellation())
    if run.error is not None:
        raise run.error
    return run


def ingested(runner: PapermillRunner) -> str:
    """The key of the prices that the ingest notebook stores."""
    run = executed(runner, NOTEBOOKS / "ingest.ipynb", ticker=TICKER)
    return run.outputs[-1][PRICES_MIME]["key"]


def printed(run: NotebookRun) -> str:
    """What the cells of a run printed."""
    cells = json.loads(run.executed)["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    return "".join("".join(output["text"]) for output in outputs if "text" in output)


def seconds_in_cells(notebook: bytes) -> float:
    """How long an executed notebook's kernel was busy with its cells."""
    timings = [
        cell["metadata"]["execution"]
        for cell in json.loads(notebook)["cells"]
        if cell["cell_type"] == "code"
    ]
    return sum(_moment(each, "idle") - _moment(each, "busy") for each in timings)


def _moment(timing: Mapping[str, str], status: str) -> float:
    return datetime.fromisoformat(timing[f"iopub.status.{status}"]).timestamp()


def fork_server() -> psutil.Process:
    """This process's fork server."""
    pid = shared_fork_server(_WARM).pid
    if pid is None:
        raise RuntimeError("No fork server runs: kernels were started plainly.")
    return psutil.Process(pid)


def forked_kernels() -> list[psutil.Process]:
    """The kernels that the fork server keeps now."""
    living = fork_server().children()
    return [kernel for kernel in living if kernel.status() != psutil.STATUS_ZOMBIE]


def parent_notebook(folder: Path) -> Path:
    """A notebook that prints who its kernel's parent is."""
    return notebook_file(folder, "run = 0", "import os", "print(os.getppid())", name="tiny.ipynb")


def not_forked(strangers: int) -> Figure:
    """The check that no figure was got with kernels that were started plainly.

    Args:
        strangers: kernels whose parent was not the fork server.
    """
    count = max(COUNTS.fallbacks, strangers)
    return Figure("fallbacks: kernels that were not forked", count, at_most=0)


def not_forked_by_servers(logs: Path) -> Figure:
    """The same check by the logs of servers that were started for a measurement."""
    texts = [log.read_text(errors="replace") for log in logs.glob("*.log")]
    if not any("fork_server.ready" in text for text in texts):
        raise RuntimeError(f"No log in {logs} tells of a fork server.")
    count = sum(text.count("kernel.started_plainly") for text in texts)
    return Figure("fallbacks: kernels that were not forked", count, at_most=0)
