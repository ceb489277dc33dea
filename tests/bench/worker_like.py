"""Many runs in one process, as a worker makes them; prints what it held before and after.

Run as `python -m tests.bench.worker_like FOLDER WARM_UP RUNS`.
"""

import json
import logging
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from stockcast_lib.execution import provisioner
from stockcast_lib.execution.runner import PapermillRunner
from stockcast_lib.logs import configure_logs
from tests.bench.notebooks import (
    executed,
    fork_server,
    forked_kernels,
    parent_notebook,
    printed,
    running_notebooks,
)

_SETTLE_SECONDS = 30.0
_SAMPLES = 10


@dataclass(frozen=True)
class Holding:
    """What a process holds; `descriptors` is None where others may not look at them."""

    memory: int
    threads: int
    descriptors: int | None


def worker() -> Holding:
    """What this process holds now."""
    me = psutil.Process()
    return Holding(me.memory_full_info().uss, me.num_threads(), me.num_fds())


def server() -> Holding:
    """What the fork server holds now.

    Its memory with what it shares: which page is its own alone changes with what the kernels that
    live just now have written to.
    """
    process = fork_server()
    try:
        descriptors = process.num_fds()
    except psutil.AccessDenied:  # only root may look into it
        descriptors = None
    return Holding(process.memory_info().rss, process.num_threads(), descriptors)


def settled(runner: PapermillRunner) -> dict[str, dict[str, int | None]]:
    """What this process and its fork server hold when one kernel waits, and none is ending."""
    runner.wait_until_ready()
    deadline = time.monotonic() + _SETTLE_SECONDS
    while len(forked_kernels()) != 1:
        if time.monotonic() > deadline:
            raise TimeoutError("Ended kernels are still there.")
        time.sleep(0.05)
    time.sleep(0.3)  # the owner's own tidying up
    return {"worker": asdict(worker()), "fork server": asdict(server())}


def main() -> None:
    """Run the notebook again and again, and look now and then."""
    configure_logs(logging.WARNING)
    folder, warm_up, runs = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    notebook = parent_notebook(folder)
    strangers, looks = 0, []
    with running_notebooks({}) as runner:
        for each in range(warm_up + runs + 1):
            if each >= warm_up and (each - warm_up) % max(1, runs // _SAMPLES) == 0:
                looks.append(settled(runner))
            told = int(printed(executed(runner, notebook, run=each)))
            strangers += told != fork_server().pid
    json.dump(
        {"looks": looks, "strangers": strangers, "fallbacks": provisioner.fallbacks}, sys.stdout
    )


if __name__ == "__main__":
    main()
