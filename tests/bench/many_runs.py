"""What hundreds of forecasts leave behind in a worker and in its fork server."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice

import psutil

from tests.bench.figures import Figure, Task
from tests.bench.notebooks import not_forked_by_servers
from tests.bench.workers import Stores, running_stores, running_workers

_WARM_UP_RUNS = 30
_LOOKS = 10
# Each run asks for a day less: what grows is not the forecasts.
_LONGEST_HORIZON = 600
_SETTLE_SECONDS = 30.0
_TIDY_SECONDS = 0.5
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Holding:
    """What a process holds."""

    memory: int
    threads: int
    descriptors: int


def measure(task: Task) -> list[Figure]:
    """Growth of a real worker from the end of its warm-up to the end of its forecasts."""
    runs = task.times(500, 50)
    horizons = count(_LONGEST_HORIZON, -1)
    core = min(os.sched_getaffinity(0))
    with running_stores(task) as stores:
        with running_workers(stores, [core]) as (worker,):
            _work(stores, horizons, _WARM_UP_RUNS)
            looks = [_settled(worker)]
            for each in range(_LOOKS):
                task.tell(f"{each * runs // _LOOKS} of {runs}")
                _work(stores, horizons, runs // _LOOKS)
                looks.append(_settled(worker))
        check = not_forked_by_servers(stores.logs)
    return [
        *_growth("worker", [look[0] for look in looks], runs),
        *_growth("fork server", [look[1] for look in looks], runs),
        check,
    ]


def _work(stores: Stores, horizons: Iterator[int], runs: int) -> None:
    stores.ends(stores.hand_over(list(islice(horizons, runs))))


def _settled(worker: psutil.Process) -> tuple[Holding, Holding]:
    """What a worker and its fork server hold when one kernel waits, and none is ending."""
    (server,) = worker.children()
    deadline = time.monotonic() + _SETTLE_SECONDS
    while len(server.children()) != 1:
        if time.monotonic() > deadline:
            raise TimeoutError("Ended kernels are still there.")
        time.sleep(0.05)
    time.sleep(_TIDY_SECONDS)  # the worker's own
    return _holding(worker), _holding(server)


def _holding(process: psutil.Process) -> Holding:
    """Memory with what is shared: which page is its own changes with what kernels write to.

    Raises:
        psutil.AccessDenied: only root may count the descriptors of a process that hides itself.
    """
    return Holding(process.memory_info().rss, process.num_threads(), process.num_fds())


def _growth(name: str, looks: list[Holding], runs: int) -> list[Figure]:
    what = f"{name} after {runs} runs"
    memory = [look.memory / _MEGABYTE for look in looks]
    growth = 100 * (memory[-1] - memory[0]) / memory[0]
    of = f"of {memory[0]:.1f} MB"
    figures = [Figure(f"{what}: growth", growth, "%", 5, peer=of, samples=memory)]
    for thing in ("threads", "descriptors"):
        held = [getattr(look, thing) for look in looks]
        more = held[-1] - held[0]
        figures.append(Figure(f"{what}: more {thing}", more, at_most=0, samples=held))
    return figures
