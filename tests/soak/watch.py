"""What a stack's processes hold while it is calm, and how much that grows."""

import contextlib
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import psutil
import redis

from tests.chain.client import parts
from tests.servers import Stack

DASHBOARD = "stockcast_lib.dashboard.server"
REDIS = "Redis without data and clients"
PARTS = {
    "gateway": "server.gateway",
    "ingest workers": "--stage ingest",
    "forecast workers": "--stage forecast",
    "dashboard": DASHBOARD,
}
KINDS = ("MB", "descriptors", "threads")
# What a process makes of itself in its first runs is no leak.
_YOUNG_SECONDS = 60.0
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Sample:
    """What one process held at a moment; descriptors None where this user may not see them."""

    moment: float
    part: str
    pid: int
    age: float
    megabytes: float
    descriptors: int | None
    threads: int

    def value(self, kind: str) -> float | None:
        """Of one of `KINDS`."""
        return {"MB": self.megabytes, "descriptors": self.descriptors, "threads": self.threads}[
            kind
        ]


def samples(stack: Stack, client: "redis.Redis") -> Iterator[Sample]:
    """One of each process that lives."""
    for part, words in PARTS.items():
        for process in parts(stack, words):
            with contextlib.suppress(psutil.NoSuchProcess):
                yield _sample(part, process)
    with contextlib.suppress(redis.RedisError, psutil.NoSuchProcess):
        yield _of_redis(client)


def _sample(part: str, process: psutil.Process) -> Sample:
    with process.oneshot():
        return Sample(
            moment=time.monotonic(),
            part=part,
            pid=process.pid,
            age=time.time() - process.create_time(),
            megabytes=process.memory_info().rss / _MEGABYTE,
            descriptors=_descriptors(process),
            threads=process.num_threads(),
        )


def _of_redis(client: "redis.Redis") -> Sample:
    """By its own account: what its process has besides, its allocator keeps for more data.

    Its descriptors are its clients' connections, which are watched where they are opened.
    """
    process = psutil.Process(client.info("server")["process_id"])
    told = client.memory_stats()
    besides = told["overhead.total"] - told["clients.normal"] - sum(told.get("db.0", {}).values())
    return Sample(
        moment=time.monotonic(),
        part=REDIS,
        pid=process.pid,
        age=time.time() - process.create_time(),
        megabytes=besides / _MEGABYTE,
        descriptors=None,
        threads=process.num_threads(),
    )


def _descriptors(process: psutil.Process) -> int | None:
    # Servers hide from their own user, though not from root.
    with contextlib.suppress(psutil.AccessDenied):
        return process.num_fds()
    return None


@dataclass(frozen=True)
class Growth:
    """How one kind of thing of one part's processes grew.

    Attributes:
        mean: over all samples.
        by: in the same unit, from the first sample to the last, by the slope within each process.
    """

    mean: float
    by: float

    @property
    def share(self) -> float:
        """Of the mean."""
        return self.by / self.mean


def growth(taken: Iterable[Sample], kind: str) -> Growth | None:
    """By least squares with one slope for all processes, and a level for each.

    So a process that was killed and began anew low hides no growth, and shows none. None without
    two samples of one process.
    """
    points: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for each in taken:
        value = each.value(kind)
        if value is not None and each.age >= _YOUNG_SECONDS:
            points[each.pid].append((each.moment, value))
    spread = sum(_products(life, 0, 0) for life in points.values())
    if not spread:
        return None
    slope = sum(_products(life, 0, 1) for life in points.values()) / spread
    whole = [point for life in points.values() for point in life]
    moments = [moment for moment, _ in whole]
    mean = sum(value for _, value in whole) / len(whole)
    return Growth(mean, slope * (max(moments) - min(moments)))


def _products(life: Sequence[tuple[float, float]], left: int, right: int) -> float:
    means = [sum(point[axis] for point in life) / len(life) for axis in (0, 1)]
    return sum((point[left] - means[left]) * (point[right] - means[right]) for point in life)
