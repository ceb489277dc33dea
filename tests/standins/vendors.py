"""A stand-in for Tiingo and Nasdaq Data Link: a real HTTP server on loopback.

    python -m tests.standins.vendors --port 7600

It serves the bundled histories of AAPL, MSFT and XOM, moved so that they end with yesterday's
session. `POST /control` takes a JSON object with any of:

    {"reset": true}                                   as at the start; the counters too
    {"as_of": "2025-01-31"}                           the last session
    {"sessions": 300}                                 the latest only; null for all
    {"calls_an_hour": 50}                             of each vendor; null for no limit
    {"split": {"ticker": "AAPL", "ratio": 4}}         on the last session
    {"dividend": {"ticker": "AAPL", "cash": 0.5}}     on the last session
    {"restate": {"ticker": "AAPL", "day": "2025-01-02", "close": 99.0}}
    {"fault": {"vendor": "tiingo", "ticker": "AAPL", "kind": "throttled", "retry_after": "2",
               "times": 1}}                           "*" for all; "kind": null takes it away

and `GET /control` counts the calls: {"calls": {"tiingo": {"AAPL": 3}}, "as_of": ...}.
"""

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from tests.servers import REPOSITORY, clean_environment
from tests.standins.vendor_handlers import application
from tests.standins.vendor_world import KEYS, NASDAQ, TIINGO

_READY = "vendors: ready at "


async def _serve(port: int) -> None:
    (socket,) = bind_sockets(port, "127.0.0.1")
    server = HTTPServer(application())
    server.add_sockets([socket])
    print(f"{_READY}http://127.0.0.1:{socket.getsockname()[1]}", flush=True)  # noqa: T201
    await asyncio.Event().wait()


@dataclass(frozen=True)
class Vendors:
    """A running stand-in: `url` is the base URL of both vendors."""

    url: str

    def control(self, **changes: Any) -> None:
        """Change it; see the module."""
        httpx.post(f"{self.url}/control", json=changes).raise_for_status()

    def fault(self, kind: str | None, **values: Any) -> None:
        """Set a fault, for all vendors and tickers by default."""
        self.control(fault={"kind": kind, **values})

    def calls(self) -> dict[str, dict[str, int]]:
        """The calls so far, by vendor and ticker."""
        return httpx.get(f"{self.url}/control").json()["calls"]

    def as_of(self) -> str:
        """The last session."""
        return httpx.get(f"{self.url}/control").json()["as_of"]

    @property
    def environment(self) -> dict[str, str]:
        """The settings that lead a stack here."""
        return {
            "STOCKCAST_TIINGO_URL": self.url,
            "STOCKCAST_NASDAQ_DATA_LINK_URL": self.url,
            "TIINGO_API_KEY": KEYS[TIINGO],
            "NASDAQ_DATA_LINK_API_KEY": KEYS[NASDAQ],
        }


@contextmanager
def running_vendors(port: int = 0) -> Iterator[Vendors]:
    """The stand-in as a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.standins.vendors", "--port", str(port)],
        cwd=REPOSITORY, env=clean_environment(), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        line = process.stdout.readline()
        assert line.startswith(_READY), line
        yield Vendors(line.removeprefix(_READY).strip())
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=7600)
    asyncio.run(_serve(parser.parse_args().port))
