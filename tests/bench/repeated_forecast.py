"""A forecast that is there already, over HTTP: one client, then many."""

import json
import subprocess
import sys
import time

from tests.bench.api_client import ApiClient
from tests.bench.figures import Figure, Task, median, percentile
from tests.bench.notebooks import TICKER, not_forked_by_servers
from tests.servers import REPOSITORY, clean_environment, unwatched_stack

_DAYS = 90
_CLIENTS = 32
_REQUESTS_A_SECOND = 100
_WARM_UP = 20
_MORE_SECONDS = 60


def measure(task: Task) -> list[Figure]:
    """The same request again and again."""
    count, seconds = task.times(200, 50), task.times(20, 5)
    with unwatched_stack(task.folder, "--no-dashboard") as stack:
        client = ApiClient(stack.api)
        client.forecast(TICKER, _DAYS)
        task.tell("one client")
        for _ in range(_WARM_UP):
            _latency(client)
        alone = [_latency(client) for _ in range(count)]
        client.close()
        task.tell(f"{_CLIENTS} clients")
        crowd = [1000 * latency for latency in under_load(stack.api, seconds)]
        check = not_forked_by_servers(stack.folder / "data" / "logs")
    among = f"repeated forecast, {_CLIENTS} clients, {_REQUESTS_A_SECOND}/s"
    return [
        Figure("repeated forecast, p50", median(alone), "ms", at_most=5, samples=alone),
        Figure(f"{among}, p50", median(crowd), "ms"),
        Figure(f"{among}, p99", percentile(crowd, 99), "ms", at_most=50, samples=crowd),
        check,
    ]


def _latency(client: ApiClient) -> float:
    began = time.perf_counter()
    client.forecast(TICKER, _DAYS)
    return 1000 * (time.perf_counter() - began)


def under_load(api: str, seconds: int) -> list[float]:
    plan = {
        "api": api,
        "ticker": TICKER,
        "days": _DAYS,
        "clients": _CLIENTS,
        "requests_a_second": _REQUESTS_A_SECOND,
        "seconds": seconds,
        "seed": 1,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        input=json.dumps(plan),
        cwd=REPOSITORY,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        timeout=seconds + _MORE_SECONDS,
        check=True,
        text=True,
    )
    latencies: list[float] = json.loads(done.stdout)
    return latencies
