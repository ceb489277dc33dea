"""Forecast workers on cores of their own, and what they cost."""

import resource
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from stockcast_lib.stack.binaries import find_redis_server, redis_major_version
from stockcast_lib.stack.network import LOOPBACK, accepts, free_ports
from stockcast_lib.stack.supervisor import Child, Supervisor
from tests.bench import forecast_jobs
from tests.bench.figures import Task
from tests.bench.notebooks import ingested, running_notebooks
from tests.servers import clean_environment, running_redis, running_s3

_FRAME_KEY = "0123456789abcdef" * 2
_SECONDS_A_JOB = 5
_GRACE_SECONDS = 30.0
# What a worker starts stays on its core as well.
_PINNED = (
    "import os, sys; os.sched_setaffinity(0, {int(sys.argv[1])}); os.execv(sys.argv[2], "
    "sys.argv[2:])"
)


@dataclass(frozen=True)
class Stores:
    """Where the workers find their jobs and their prices."""

    environment: Mapping[str, str]
    redis_url: str
    price_version: str
    logs: Path

    def hand_over(self, horizons: Sequence[int]) -> list[str]:
        """Have one job a horizon wait for the workers; their ids."""
        return forecast_jobs.handed_over(self.redis_url, _FRAME_KEY, self.price_version, horizons)

    def ends(self, ids: Sequence[str]) -> list[float]:
        """When the workers that run have done the jobs, in order."""
        return forecast_jobs.ends(self.redis_url, ids, _SECONDS_A_JOB * len(ids))


@contextmanager
def running_stores(task: Task) -> Iterator[Stores]:
    """A Redis without jobs, and an S3 that holds a ticker's prices."""
    version = redis_major_version(find_redis_server())
    with (
        running_redis(task.subfolder("redis"), version) as url,
        running_s3(task.subfolder("s3")) as store,
    ):
        with running_notebooks(store) as runner:
            prices = ingested(runner)
        environment = {
            **clean_environment(),
            **store,
            "STOCKCAST_REDIS_URL": url,
            "STOCKCAST_FRAME_KEY": _FRAME_KEY,
            "STOCKCAST_ENV_FILES": "off",
        }
        yield Stores(environment, url, prices, task.folder / "logs")


@contextmanager
def running_workers(stores: Stores, cores: Sequence[int]) -> Iterator[list[psutil.Process]]:
    """Workers that have a kernel ready, each on a core with all that it starts."""
    supervisor = Supervisor(stores.logs, print)
    try:
        ports = free_ports(len(cores))
        supervisor.start([_worker(stores, *each) for each in zip(cores, ports, strict=True)])
        yield [psutil.Process(pid) for pid in supervisor.pids().values()]
    finally:
        supervisor.stop()
    _require_orderly_end(stores.logs)


def processor_seconds() -> float:
    """What this process's children have used that have ended, with all that they waited for."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


def _worker(stores: Stores, core: int, port: int) -> Child:
    worker = [sys.executable, "-m", "server.worker", "--stage", "forecast"]
    return Child(
        name=f"forecast-worker-{core}",
        argv=[sys.executable, "-c", _PINNED, str(core), *worker],
        env={**stores.environment, "STOCKCAST_FORECAST_ADDRESS": f"{LOOPBACK}:{port}"},
        ready=lambda: accepts(port),
        grace=_GRACE_SECONDS,
    )


def _require_orderly_end(logs: Path) -> None:
    # The processor time of one that was killed would lack that of its kernels.
    for log in logs.glob("forecast-worker-*.log"):
        text = log.read_text(errors="replace")
        if text.count('"worker.ready"') != text.count('"worker.stopped"'):
            raise RuntimeError(f"A worker did not end in order: {text.splitlines()[-1]}")
