"""The memory that a forked kernel has for itself: all else it shares with the fork server."""

import time
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from stockcast_lib.execution.runner import PapermillRunner
from tests.bench.figures import Figure, Task
from tests.bench.notebooks import (
    FORECAST,
    TICKER,
    executed,
    forked_kernels,
    ingested,
    not_forked,
    printed,
    running_notebooks,
)
from tests.servers import running_s3

_MEGABYTE = 1024 * 1024
_SETTLE_SECONDS = 30.0
_TELL_OWN_MEMORY = "import psutil\nprint(psutil.Process().memory_full_info().uss)"


def measure(task: Task) -> list[Figure]:
    """A kernel that waits, and one at the end of a forecast; the greatest of some."""
    count = task.times(8, 3)
    notebook = _telling_notebook(task.folder)
    with running_s3(task.subfolder("s3")) as store, running_notebooks(store) as runner:
        version = ingested(runner)
        waiting, ended = [], []
        for each in range(count):
            task.tell(f"{each + 1} of {count}")
            waiting.append(_spare_megabytes(runner))
            days, key = 30 + each, version
            run = executed(runner, notebook, ticker=TICKER, days=days, price_version=key)
            ended.append(int(printed(run)) / _MEGABYTE)
        check = not_forked(strangers=0)
    return [
        Figure("own memory of a kernel that waits", max(waiting), "MB", 60, samples=waiting),
        # Of its own is then what the forecast itself holds, too: for the size of a pod, no bar.
        Figure("own memory of a kernel after a forecast", max(ended), "MB", samples=ended),
        check,
    ]


def _spare_megabytes(runner: PapermillRunner) -> float:
    runner.wait_until_ready()
    deadline = time.monotonic() + _SETTLE_SECONDS
    # The kernel of the run before is still being ended.
    while len(kernels := forked_kernels()) != 1:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(kernels)} kernels, where one should wait.")
        time.sleep(0.05)
    return float(kernels[0].memory_full_info().uss) / _MEGABYTE


def _telling_notebook(folder: Path) -> Path:
    """The forecast notebook with a last cell in which the kernel tells its own memory."""
    notebook = nbformat.read(FORECAST, as_version=4)
    notebook.cells.append(new_code_cell(_TELL_OWN_MEMORY))
    path = folder / FORECAST.name
    nbformat.write(notebook, path)
    return path
