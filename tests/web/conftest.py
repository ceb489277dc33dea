"""The HTTP calls over a service that a test makes up, on a real server."""

import asyncio
import contextlib
import json
import threading
import urllib.error
import urllib.request
from datetime import UTC, datetime

import pytest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from stockcast_lib.core.jobs import Job, JobState, Stage, parse_request
from stockcast_lib.web.application import application
from tests.documented import check_documented


@pytest.fixture
def job():
    """Makes a job."""

    def job(state=JobState.QUEUED, **changes):
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

    return job


class Service:
    """Has one job."""

    def __init__(self):
        self.held = None
        self.events = self

    def submit(self, *_):
        return self.held.id

    def job(self, _):
        return self.held

    def forecast(self, _):
        return None

    def watch(self, *_):
        return contextlib.nullcontext()


@pytest.fixture
def service():
    return Service()


@pytest.fixture
def ask(service):
    """Asks the gateway's calls; gives status, headers and document."""
    loop = asyncio.new_event_loop()
    sockets = bind_sockets(0, "127.0.0.1")
    url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"

    async def start():
        server = HTTPServer(application(service, dict))
        server.add_sockets(sockets)
        return server

    server = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield lambda path, body=None: _asked(f"{url}{path}", body)
    asyncio.run_coroutine_threadsafe(_closed(server), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def _closed(server):
    server.stop()
    await server.close_all_connections()


def _asked(url, body):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data)  # noqa: S310
    status, headers, answered = _answer(request)
    check_documented(request.get_method(), url, status, headers, answered)
    return status, headers, json.loads(answered)


def _answer(request):
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()
