"""What papermill, the kernel's messages and the notebook file add to a run of the notebook."""

import time

from stockcast_lib.execution.runner import PapermillRunner
from tests.bench.figures import Figure, Task, median, percentile
from tests.bench.notebooks import (
    FORECAST,
    TICKER,
    executed,
    fork_server,
    ingested,
    not_forked,
    parent_notebook,
    printed,
    running_notebooks,
    seconds_in_cells,
)
from tests.servers import running_s3

_PAUSE_SECONDS = 0.4
_WARM_UP_RUNS = 3


def measure(task: Task) -> list[Figure]:
    """Each run: its wall time less the time its kernel was busy with cells."""
    runs = task.times(40, 8)
    with running_s3(task.subfolder("s3")) as store, running_notebooks(store) as runner:
        version = ingested(runner)
        for each in range(_WARM_UP_RUNS):
            _overhead(runner, version, 20 + each)
        paused, hurried = [], []
        for each in range(runs):
            task.tell(f"{each + 1} of {runs}")
            # In service the next job comes when the next kernel is ready.
            time.sleep(_PAUSE_SECONDS)
            paused.append(_overhead(runner, version, 30 + each))
            hurried.append(_overhead(runner, version, 30 + each))
        told = printed(executed(runner, parent_notebook(task.folder)))
        strangers = int(int(told) != fork_server().pid)
        check = not_forked(strangers)
    return [
        Figure("notebook overhead, p50", median(paused), "ms", at_most=60, samples=paused),
        Figure("notebook overhead, p90", percentile(paused, 90), "ms"),
        Figure("notebook overhead without a pause, p50", median(hurried), "ms", samples=hurried),
        Figure("notebook overhead without a pause, p90", percentile(hurried, 90), "ms"),
        check,
    ]


def _overhead(runner: PapermillRunner, version: str, days: int) -> float:
    began = time.perf_counter()
    run = executed(runner, FORECAST, ticker=TICKER, days=days, price_version=version)
    seconds = time.perf_counter() - began
    return 1000 * (seconds - seconds_in_cells(run.executed))
