"""Requests for forecasts that are there already, at a steady rate, whatever becomes of each.

Run as `python -m tests.soak.repeated`, so that the interpreter's lock of whoever measures plays no
part. Reads its plan as JSON from standard input; prints, once it is over, each request's moment on
the monotonic clock, its latency in seconds and whether it was answered, as JSON.
"""

import contextlib
import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.bench.api_client import ApiClient
from tests.bench.load import arrival_times
from tests.servers import REPOSITORY, clean_environment

DAYS = 90
_CLIENTS = 32
_MORE_SECONDS = 120.0
_FAILURES = (OSError, http.client.HTTPException, RuntimeError)


@dataclass(frozen=True)
class Answered:
    """One request: when it was due, how long until its answer, and whether that was the result."""

    moment: float
    latency: float
    well: bool


class Repeated:
    """The load as a process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def end(self) -> list[Answered]:
        """What became of all requests, once the last is answered."""
        told, _ = self._process.communicate(timeout=_MORE_SECONDS)
        assert self._process.returncode == 0, "the repeated forecasts broke off"
        return [Answered(*each) for each in json.loads(told)]


@contextlib.contextmanager
def repeating(api: str, tickers: list[str], a_second: float, seconds: float) -> Iterator[Repeated]:
    """The load, from now on."""
    plan = {"api": api, "tickers": tickers, "a_second": a_second, "seconds": seconds}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.soak.repeated"], cwd=REPOSITORY, env=clean_environment(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        process.stdin.write(json.dumps(plan))
        process.stdin.close()
        process.stdin = None
        try:
            yield Repeated(process)
        finally:
            process.kill()


class _Load:
    """The clients' shared list of arrivals."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan = plan
        self._arrivals = zip(
            arrival_times(plan["a_second"], plan["seconds"], seed=1), count(), strict=False
        )
        self._lock = threading.Lock()
        self._answered: list[tuple[float, float, bool]] = []

    def run(self) -> list[tuple[float, float, bool]]:
        start = time.monotonic()
        with ThreadPoolExecutor(_CLIENTS) as pool:
            for done in [pool.submit(self._client, start) for _ in range(_CLIENTS)]:
                done.result()
        return self._answered

    def _client(self, start: float) -> None:
        client = ApiClient(self._plan["api"])
        while (arrival := self._next()) is not None:
            after, number = arrival
            moment = start + after
            time.sleep(max(0.0, moment - time.monotonic()))
            well = True
            try:
                client.forecast(self._plan["tickers"][number % len(self._plan["tickers"])], DAYS)
            except _FAILURES:
                well = False
                client.close()
            # From when it was due: a request that had to wait for a free client counts as late.
            latency = time.monotonic() - moment
            with self._lock:
                self._answered.append((moment, latency, well))
        client.close()

    def _next(self) -> tuple[float, int] | None:
        with self._lock:
            return next(self._arrivals, None)


if __name__ == "__main__":
    json.dump(_Load(json.load(sys.stdin)).run(), sys.stdout)
