"""Many who listen to a job in which nothing happens: their memory, and a request beside them."""

import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import psutil
from dotenv import dotenv_values

from stockcast_lib.adapters.redis_connection import connect
from stockcast_lib.adapters.redis_queue import RedisJobQueue
from stockcast_lib.core.jobs import Asker, parse_request
from tests.bench.api_client import ApiClient
from tests.bench.figures import Figure, Task, median
from tests.bench.notebooks import TICKER
from tests.chain.client import frozen, parts
from tests.servers import Stack, unwatched_stack

_DAYS = 90
_KILOBYTE = 1024
_WARM_UP = 20
_SILENCE_SECONDS = 10
_FIRST_EVENT = b"\n\n"
# Longer than from one comment to the next: what those take is measured, too.
_IDLE_SECONDS = 20


def measure(task: Task) -> list[Figure]:
    """The gateway before and after they have come, under the same requests."""
    count, requests = task.times(1000, 100), task.times(400, 50)
    with unwatched_stack(task.folder, "--no-dashboard") as stack:
        (gateway,) = parts(stack, "server.gateway")
        client = ApiClient(stack.api)
        client.forecast(TICKER, _DAYS)
        with _waiting_job(stack) as path:
            # What the gateway makes once for all listeners, and what it takes to answer at all.
            with _listeners(stack.api, path, _WARM_UP):
                pass
            _latencies(client, requests)
            alone, before = _latencies(client, requests), _kilobytes(gateway)
            with _listeners(stack.api, path, count):
                task.tell(f"{count} listen")
                time.sleep(_IDLE_SECONDS)
                after = _kilobytes(gateway)
                beside = _latencies(client, requests)
        client.close()
    peer = f"alone {median(alone):.1f} ms"
    each = (after - before) / count
    return [
        Figure(f"memory of an idle listener, of {count}", each, "KB", at_most=50),
        Figure(
            f"repeated forecast beside {count} listeners, p50",
            median(beside), "ms", at_most=5, peer=peer, samples=beside,
        ),
    ]  # fmt: skip


@contextmanager
def _waiting_job(stack: Stack) -> Iterator[str]:
    """The path of a job whose worker hangs; requests for what is there are answered meanwhile."""
    settings = dotenv_values(stack.folder / "data" / "stack.env")
    client = connect(settings["STOCKCAST_REDIS_URL"] or "")
    queue, job_id = RedisJobQueue(client, client), secrets.token_hex(16)
    with frozen(stack, "--stage forecast"):
        with frozen(stack, "--stage ingest"):
            request = parse_request({"ticker": TICKER, "days": 9999})
            queue.submit(request, job_id, job_id, Asker(client="bench", token="0" * 8))
            queue.hand_over(job_id, "none")
        yield f"/api/v1/forecasts/{job_id}/events"
        queue.withdraw(job_id, "0" * 8)
    client.close()


@contextmanager
def _listeners(api: str, path: str, count: int) -> Iterator[None]:
    """So many connections, each of which has had the first event."""
    url = urlsplit(api)
    request = f"GET {path} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n".encode()
    with ExitStack() as opened:
        for _ in range(count):
            listener = socket.create_connection((url.hostname, url.port), _SILENCE_SECONDS)
            opened.enter_context(listener)
            listener.sendall(request)
            answer = b""
            while not answer.endswith(_FIRST_EVENT + b"\r\n"):
                answer += listener.recv(4096) or _ended(answer)
        yield


def _ended(answer: bytes) -> bytes:
    raise RuntimeError(f"The stream ended: {answer[:300]!r}")


def _latencies(client: ApiClient, count: int) -> list[float]:
    return [_latency(client) for _ in range(count)]


def _latency(client: ApiClient) -> float:
    began = time.perf_counter()
    client.forecast(TICKER, _DAYS)
    return 1000 * (time.perf_counter() - began)


def _kilobytes(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / _KILOBYTE
