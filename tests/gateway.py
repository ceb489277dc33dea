"""The gateway over a service that a test makes up, on a real server."""

import asyncio
import contextlib
import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from tornado.netutil import bind_sockets
from tornado.web import Application

from stockcast_lib.connections import Places
from stockcast_lib.core.jobs import Job, JobState, Stage, parse_request
from stockcast_lib.web.application import application, end_streams
from stockcast_lib.web.server import GatewayServer
from tests.watching import watched


def made_job(state: JobState = JobState.QUEUED, **changes: Any) -> Job:
    """A job."""
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    made = Job(
        id="a" * 32,
        request=parse_request({"ticker": "TEST", "days": 5}),
        state=state,
        stage=Stage.FORECAST,
        created_at=moment,
        updated_at=moment,
    )
    return made.model_copy(update=changes)


class Service:
    """Has one job, and what that made."""

    def __init__(self):
        self.held = None
        self.made = None
        self.executed = None
        self.placed = None
        self.past = []
        self.withdrawn = []
        self.listeners = []
        self.events = self.queue = self

    def submit(self, *_):
        return self.held.id

    def job(self, _):
        return self.held

    def forecast(self, _):
        return self.made

    def notebook(self, *_):
        return self.executed

    def withdraw(self, job_id, token):
        self.withdrawn.append((job_id, token))

    def place(self, _):
        return self.placed

    def recent(self, ticker, limit):
        return [self.held] * (self.held.request.ticker == (ticker or "TEST")) * limit

    @contextmanager
    def listen(self, _, told):
        self.listeners.append(told)
        try:
            yield
        finally:
            self.listeners.remove(told)

    def missed(self, _, after):
        return self.past and [each for each in self.past if after is None or each.id > after]

    def watch(self, *_):
        return contextlib.nullcontext()


@contextmanager
def running_gateway(service: Any, prefix: str = "", **options: Any) -> Iterator[str]:
    """Its URL; whatever it answers there is held against the document."""
    with unwatched_gateway(service, prefix, **options) as url, watched(url, prefix) as shown:
        yield shown


@contextmanager
def unwatched_gateway(
    service: Any, prefix: str = "", places: Places | None = None, **options: Any
) -> Iterator[str]:
    """Its own URL, for those who must feel each byte that it holds back."""
    loop = asyncio.new_event_loop()
    sockets = bind_sockets(0, "127.0.0.1")

    async def start() -> GatewayServer:
        server = GatewayServer(calls, places=places)
        server.add_sockets(sockets)
        return server

    calls = application(service, dict, prefix, **options)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    # Not in this thread: where Playwright is, it has a loop that runs already.
    server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    finally:
        asyncio.run_coroutine_threadsafe(_closed(server, calls), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _closed(server: GatewayServer, calls: Application) -> None:
    server.stop()
    await end_streams(calls, 5)
    await server.close_all_connections()


@dataclass(frozen=True)
class Answered:
    """What came back, byte for byte."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


def fetch(url: str, *, method: str = "GET", body: bytes | None = None, **headers: str) -> Answered:
    """Ask once: follows no redirect, unpacks nothing.

    Headers are named with `_` for `-`.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, url.removeprefix(f"http://{parts.netloc}"), body, named)
        answer = connection.getresponse()
        return Answered(answer.status, answer.headers, answer.read())
    finally:
        connection.close()
