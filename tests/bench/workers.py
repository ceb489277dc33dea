"""Forecast workers on cores of their own, and what they cost."""

import os
import resource
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

import psutil

from stockcast_lib.stack.network import LOOPBACK, accepts, free_ports
from stockcast_lib.stack.supervisor import Child, Supervisor
from tests.bench.forecast_jobs import seconds_for_jobs

FRAME_KEY = "0123456789abcdef" * 2
_READY_SECONDS = 60
_SECONDS_A_JOB = 5
_WARM_UP_JOBS_A_WORKER = 4
_GRACE_SECONDS = 30.0
# Nobody has asked for these before.
_warm_up_horizons = count(2000)


@dataclass(frozen=True)
class Stores:
    """Where the workers find their jobs and their prices."""

    environment: Mapping[str, str]
    redis_url: str
    price_version: str
    logs: Path


def seconds_for(stores: Stores, horizons: Sequence[int]) -> float:
    """How long the workers that run take for one job a horizon."""
    limit = _SECONDS_A_JOB * len(horizons)
    return seconds_for_jobs(stores.redis_url, FRAME_KEY, stores.price_version, horizons, limit)


@contextmanager
def running_workers(stores: Stores, cores: Sequence[int]) -> Iterator[None]:
    """Workers, each on a core with all it starts, that have done their first jobs."""
    supervisor = Supervisor(stores.logs, print)
    try:
        for core, port in zip(cores, free_ports(len(cores)), strict=True):
            with _pinned(core):
                supervisor.start([_worker(stores, core, port)])
        for pid in supervisor.pids().values():
            _wait_for_kernel(psutil.Process(pid))
        jobs = _WARM_UP_JOBS_A_WORKER * len(cores)
        seconds_for(stores, list(islice(_warm_up_horizons, jobs)))
        yield
    finally:
        supervisor.stop()
    _require_orderly_end(stores.logs)


def processor_seconds() -> float:
    """What this process's children have used that have ended, with all that they waited for."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


def _worker(stores: Stores, core: int, port: int) -> Child:
    return Child(
        name=f"forecast-worker-{core}",
        argv=[sys.executable, "-m", "server.worker", "--stage", "forecast"],
        env={**stores.environment, "STOCKCAST_FORECAST_ADDRESS": f"{LOOPBACK}:{port}"},
        ready=lambda: accepts(port),
        grace=_GRACE_SECONDS,
    )


@contextmanager
def _pinned(core: int) -> Iterator[None]:
    """What is started meanwhile stays on a core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _wait_for_kernel(worker: psutil.Process) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    # The fork server, and its first kernel.
    while len(worker.children(recursive=True)) < 2:
        if time.monotonic() > deadline:
            raise TimeoutError("The worker has no kernel.")
        time.sleep(0.1)


def _require_orderly_end(logs: Path) -> None:
    # The processor time of one that was killed would lack that of its kernels.
    for log in logs.glob("forecast-worker-*.log"):
        text = log.read_text(errors="replace")
        if text.count('"worker.ready"') != text.count('"worker.stopped"'):
            raise RuntimeError(f"A worker did not end in order: {text.splitlines()[-1]}")
