"""The load test: the gateway and one worker of each stage, by what a forecast's every kind uses."""

import json
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from stockcast_lib.adapters.redis_connection import connect
from stockcast_lib.adapters.vendors.sample import SampleVendor
from stockcast_lib.stack.binaries import find_redis_server, redis_major_version
from tests.bench.api_client import ApiClient
from tests.bench.load import arrival_times
from tests.bench.repeated_forecast import under_load
from tests.scaling.metering import CallCounter, Meter, Use
from tests.scaling.queueing import Queue, Service
from tests.servers import running_redis, running_s3, unwatched_stack

_TICKER, _DAYS = "AAPL", 90
_HALF_BUSY = 0.5
_CLIENTS = 32
_TIMED_STAGES = ("ingest", "forecast")


@dataclass(frozen=True)
class Measured:
    """What the load test found.

    Attributes:
        first: a ticker's first forecast, with its prices and its backtest.
        new: a new horizon, the prices and the backtest being there.
        repeated: one that is there.
        services: by stage, of jobs with a new horizon that come one after the other.
    busy: of the forecast stage's, where its worker is half busy, and the next job's kernel and the
        other parts take their share of the cores.
        first_services: the same of first forecasts.
        memory: by part, in MB.
        predicted_wait, waited: mean seconds behind one worker that is half busy.
    """

    first: Use
    new: Use
    repeated: Use
    services: dict[str, Service]
    busy: Service
    first_services: dict[str, Service]
    memory: dict[str, float]
    predicted_wait: float
    waited: float

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)


def measure(folder: Path, tell: Callable[[str], None], jobs: int, seconds: int) -> Measured:
    """Run all loads on a stack of its own.

    Args:
        folder: an empty one.
        tell: called with what is under way.
        jobs: new forecasts for each figure.
        seconds: of repeated forecasts.
    """
    with _metered_stack(folder) as (stack, meter):
        logs = stack.folder / "data" / "logs"
        tell("first forecasts")
        tickers = [symbol.ticker for symbol in SampleVendor().directory().symbols]
        first = _used(meter, len(tickers), lambda: _forecasts(stack.api, tickers))
        first_services = _services(logs, len(tickers))
        tell("new forecasts")
        alone: list[float] = []
        new = _used(meter, jobs, lambda: alone.extend(_new(stack.api, range(100, 100 + jobs))))
        services = _services(logs, jobs)
        tell("repeated forecasts")
        asked = 100 * seconds
        repeated = _used(meter, asked, lambda: under_load(stack.api, seconds))
        tell("a worker that is half busy")
        rate = _HALF_BUSY / services["forecast"].mean
        crowd = _open_loop(stack.api, rate, range(100 + jobs, 100 + 2 * jobs))
        busy = _services(logs, jobs)["forecast"]
        memory = meter.memory()
    queue = Queue(rate, busy, 1)
    waited = statistics.mean(crowd) - statistics.mean(alone)
    return Measured(
        first=first,
        new=new,
        repeated=repeated,
        services=services,
        busy=busy,
        first_services=first_services,
        memory=memory,
        predicted_wait=queue.mean_wait,
        waited=waited,
    )


@contextmanager
def _metered_stack(folder: Path) -> Iterator[tuple[Any, Meter]]:
    version = redis_major_version(find_redis_server())
    parts = [folder / name for name in ("redis", "s3", "stack")]
    for part in parts:
        part.mkdir()
    with (
        running_redis(parts[0], version) as url,
        running_s3(parts[1]) as store,
        CallCounter(urlsplit(store["STOCKCAST_S3_ENDPOINT_URL"]).port) as calls,
        closing(connect(url)) as client,
    ):
        store["STOCKCAST_S3_ENDPOINT_URL"] = f"http://127.0.0.1:{calls.port}"
        with unwatched_stack(parts[2], "--no-dashboard", STOCKCAST_REDIS_URL=url, **store) as stack:
            yield stack, Meter(stack.pid, client, calls, parts[1])


def _used(meter: Meter, jobs: int, load: Callable[[], Any]) -> Use:
    before = meter.read()
    load()
    # Kernels that are being disposed of still belong to their jobs.
    time.sleep(2)
    return meter.read().since(before, jobs)


def _forecasts(api: str, tickers: list[str]) -> None:
    with closing(ApiClient(api)) as client:
        for ticker in tickers:
            client.forecast(ticker, _DAYS)


def _new(api: str, horizons: range) -> list[float]:
    """Seconds of each, one after the other."""
    with closing(ApiClient(api)) as client:
        return [_seconds(client, days) for days in horizons]


def _open_loop(api: str, rate: float, horizons: range) -> list[float]:
    """Seconds from when each was due, at times that know nothing of each other."""
    start = time.perf_counter() + 0.5
    due = arrival_times(rate, len(horizons) / rate, seed=1)

    def ask(days: int, moment: float) -> float:
        time.sleep(max(0.0, start + moment - time.perf_counter()))
        with closing(ApiClient(api)) as client:
            client.forecast(_TICKER, days)
        return time.perf_counter() - start - moment

    with ThreadPoolExecutor(_CLIENTS) as pool:
        return list(pool.map(ask, horizons, due))


def _seconds(client: ApiClient, days: int) -> float:
    began = time.perf_counter()
    client.forecast(_TICKER, days)
    return time.perf_counter() - began


def _services(logs: Path, jobs: int) -> dict[str, Service]:
    """Of each stage's last jobs, as its worker has logged them."""
    left: dict[str, list[float]] = {stage: [] for stage in _TIMED_STAGES}
    for line in _lines(logs):
        if line.get("event") == "job.left":
            left[line["stage"]].append(line["seconds"])
    return {stage: _service(seconds[-jobs:]) for stage, seconds in left.items()}


def _lines(logs: Path) -> Iterator[dict[str, Any]]:
    for log in sorted(logs.glob("*worker*.log")):
        for line in log.read_text(errors="replace").splitlines():
            if line.startswith("{"):
                yield json.loads(line)


def _service(seconds: list[float]) -> Service:
    mean = statistics.mean(seconds)
    return Service(mean, statistics.pvariance(seconds) / mean**2)
