"""Load on the HTTP face: requests at set times, by clients that keep their connections.

Run as `python -m tests.bench.load`, so that the interpreter's lock of whoever measures plays no
part. Reads its plan as JSON from standard input and prints the latencies in seconds as JSON.
"""

import json
import random
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from typing import Any

from tests.bench.api_client import ApiClient

_LEAD_SECONDS = 0.5


def arrival_times(a_second: float, seconds: float, seed: int) -> list[float]:
    """When requests come that know nothing of each other, in seconds from the start."""
    chance = random.Random(seed)  # noqa: S311  # nothing is to be kept secret
    gaps = (chance.expovariate(a_second) for _ in range(int(a_second * seconds)))
    return list(accumulate(gaps))


class _Load:
    """The clients' shared list of arrivals."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan = plan
        self._arrivals = iter(
            arrival_times(plan["requests_a_second"], plan["seconds"], plan["seed"])
        )
        self._lock = threading.Lock()
        self._latencies: list[float] = []

    def run(self) -> Sequence[float]:
        """All latencies; raises what any request raised."""
        clients = self._plan["clients"]
        start = time.perf_counter() + _LEAD_SECONDS
        with ThreadPoolExecutor(clients) as pool:
            for done in [pool.submit(self._client, start) for _ in range(clients)]:
                done.result()
        return self._latencies

    def _client(self, start: float) -> None:
        client = ApiClient(self._plan["api"])
        # Opens the connection: those of a page that is open are there already.
        client.forecast(self._plan["ticker"], self._plan["days"])
        while (arrival := self._next()) is not None:
            due = start + arrival
            time.sleep(max(0.0, due - time.perf_counter()))
            client.forecast(self._plan["ticker"], self._plan["days"])
            # From when it was due: a request that had to wait for a free client counts as late.
            latency = time.perf_counter() - due
            with self._lock:
                self._latencies.append(latency)
        client.close()

    def _next(self) -> float | None:
        with self._lock:
            return next(self._arrivals, None)


if __name__ == "__main__":
    json.dump(_Load(json.load(sys.stdin)).run(), sys.stdout)
