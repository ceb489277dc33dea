"""Ten thousand idle connections at each server: all serve on, and end them in time."""

import json
import resource
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from dotenv import dotenv_values

from tests.chain.client import ask, call, parts, until
from tests.chain.crowd import crowd
from tests.servers import unwatched_stack

pytestmark = [pytest.mark.long, pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(600)]

# Of the test's process, and of each server's, besides what they need themselves.
_, DESCRIPTORS = resource.getrlimit(resource.RLIMIT_NOFILE)
COUNT = min(10_000, DESCRIPTORS - 2048)
SILENCE_SECONDS = 60
# As docs/operations.md says.
IDLE_SECONDS = 75
# For all of them to come, and to be noticed.
MORE_SECONDS = 45
KILOBYTE = 1024


@pytest.fixture
def few_descriptors():
    """What many systems give a process that asks for no more."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture
def stack(tmp_path, few_descriptors):  # noqa: ARG001  # the stack inherits them
    silence = {"STOCKCAST_SILENCE_SECONDS": str(SILENCE_SECONDS)}
    with unwatched_stack(tmp_path, **silence) as running:
        yield running


def servers(stack):
    """Of each its process, its port, for how long it waits, and half of what it might be told."""
    settings = dotenv_values(stack.folder / "data" / "stack.env")
    request, line = "GET /healthz HTTP/1.1\r\nHost: ", '{"v":1,"type":'
    (gateway,) = parts(stack, "server.gateway")
    (worker,) = parts(stack, "--stage ingest")
    (dashboard,) = parts(stack, "stockcast_lib.dashboard.server")
    port = int(settings["STOCKCAST_INGEST_ADDRESS"].rpartition(":")[2])
    return {
        "gateway": (gateway, urlsplit(stack.api).port, IDLE_SECONDS, request),
        "ingest worker": (worker, port, SILENCE_SECONDS, line),
        "dashboard": (dashboard, urlsplit(stack.dashboard).port, IDLE_SECONDS, request),
    }


def test_all_serve_on_and_end_them_in_the_documented_time(stack, figures):
    ask(stack.api, {"ticker": "AAPL", "days": 30})
    told = []
    with ExitStack() as leaving:
        crowds = [Crowd(name, *each, leaving) for name, each in servers(stack).items()]
        told += [each.size() for each in crowds]
        told.append(f"a new forecast beside them: {served(stack):.2f} s")
        told += [each.end() for each in crowds]
    figures.append("\n".join(told))


class Crowd:
    """One server's."""

    def __init__(self, name, server, port, seconds, begin, leaving):
        self._name, self._server, self._seconds = name, server, seconds
        self._memory, self._descriptors = server.memory_info().rss, server.num_fds()
        self._running = leaving.enter_context(crowd(port, COUNT, begin))

    def size(self):
        """What each takes, once all are open."""
        assert self._told()["opened"] == COUNT
        until(lambda: self._server.num_fds() >= COUNT)
        each = (self._server.memory_info().rss - self._memory) / COUNT / KILOBYTE
        return f"{self._name}: {each:.1f} KB for each of {COUNT} connections"

    def end(self):
        """How long the last was open."""
        seconds = self._told()["seconds"]
        assert seconds < self._seconds + MORE_SECONDS
        until(lambda: self._server.num_fds() <= self._descriptors + 16)
        return f"{self._name}: the last had ended after {seconds:.0f} s"

    def _told(self):
        return json.loads(self._running.stdout.readline())


def served(stack):
    """Seconds of a new forecast, while each server answers."""
    began = time.monotonic()
    status, job = ask(stack.api, {"ticker": "AAPL", "days": 31})
    seconds = time.monotonic() - began
    assert (status, job["state"]) == (200, "done")
    assert call(f"{stack.api}/readyz")[0] == 200
    status, _, page = call(stack.dashboard)
    assert (status, b"</html>" in page) == (200, True)
    return seconds
