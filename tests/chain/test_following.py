"""Following a forecast over HTTP: its events, its place in line, and what was asked for last."""

import contextlib
import secrets
import signal
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import psutil
import pytest
from dotenv import dotenv_values

from stockcast_lib.adapters.redis_connection import connect
from stockcast_lib.adapters.redis_queue import RedisJobQueue
from stockcast_lib.core.jobs import parse_request
from stockcast_lib.stack.network import accepts, free_ports
from tests.chain.client import ask, call, ended, frozen, get, until
from tests.event_stream import EventReader
from tests.factories import asker
from tests.servers import clean_environment

pytestmark = [pytest.mark.stack, pytest.mark.kernels, pytest.mark.timeout(400)]

FORECAST, INGEST = "--stage forecast", "--stage ingest"


@pytest.fixture
def api(stack):
    return stack.api


@pytest.fixture(scope="module")
def settings(stack):
    return dotenv_values(stack.folder / "data" / "stack.env")


@pytest.fixture
def redis_of_stack(settings):
    client = connect(settings["STOCKCAST_REDIS_URL"])
    yield client
    client.close()


@pytest.fixture
def gateway(settings, tmp_path):
    """A second gateway of the stack: its process and its URL. What it says is in `gateway.log`."""
    (port,) = free_ports(1)
    environment = {
        **clean_environment(), **settings,
        "STOCKCAST_ENV_FILES": "off", "STOCKCAST_GATEWAY_PORT": str(port),
    }  # fmt: skip
    command = [sys.executable, "-m", "server.gateway"]
    log = (tmp_path / "gateway.log").open("w")
    with log, subprocess.Popen(command, env=environment, stdout=log, stderr=log) as process:
        try:
            until(lambda: accepts(port))
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.kill()


@pytest.fixture
def waiting_job(stack, redis_of_stack):
    """The path of a job that nobody takes."""
    queue = RedisJobQueue(redis_of_stack, redis_of_stack)
    with frozen(stack, INGEST):
        request = parse_request({"ticker": "AAPL", "days": 4321})
        job_id, _ = queue.submit(request, secrets.token_hex(8), secrets.token_hex(8), asker())
        yield f"/api/v1/forecasts/{job_id}"
        queue.withdraw(job_id, "0" * 8)


def listen(url, path, **options):
    return EventReader(f"{url}{path}/events", **options)


def test_a_forecast_is_followed_from_the_line_to_its_end(stack, api):
    with contextlib.ExitStack() as held:
        # Until somebody listens: it may be done sooner.
        held.enter_context(frozen(stack, FORECAST))
        _, job = ask(api, {"ticker": "AAPL", "days": 1234}, wait=0)
        here = job["links"]["self"]
        with listen(api, here) as stream:
            assert stream.answer.status == 200
            held.close()
            events = list(stream)
    with listen(api, here) as stream:
        assert list(stream) == [events[-1]]
    assert {each.data["id"] for each in events} == {job["id"]}
    assert (events[-1].name, events[-1].data["state"]) == ("done", "done")
    moves = [(each.name, each.data["stage"]) for each in events if each.name != "progress"]
    # A worker may have taken it before anybody listened.
    assert moves[-2:] == [("running", "forecast"), ("done", "forecast")]
    assert moves[:-2] == sorted(moves[:-2], key=lambda move: move[1] == "forecast")
    assert events[-1].data["position"] is None
    cells = [each.data["progress"] for each in events if each.name == "progress"]
    of_forecast = [each["cell"] for each in cells[-cells[-1]["cells"] :]]
    assert of_forecast == list(range(1, cells[-1]["cells"] + 1))


def test_a_reader_that_comes_back_is_told_exactly_the_rest(api):
    _, job = ask(api, {"ticker": "AAPL", "days": 1235}, wait=0)
    here = job["links"]["self"]
    with listen(api, here) as stream:
        events = list(stream)
    for number, event in enumerate(events[:-1]):
        with listen(api, here, last=event.id) as stream:
            assert list(stream) == events[number + 1 :]
    with EventReader(f"{api}{here}/events?lastEventId={events[0].id}") as stream:
        assert list(stream) == events[1:]
    with listen(api, here, last=events[-1].id) as stream:
        assert stream.answer.status == 204
    with listen(api, here, last="1-0") as stream:
        whole = list(stream)
    assert whole[-len(events) + 1 :] == events[1:]
    assert whole[0].name == "queued"


def blocked_readers(redis_client, pid):
    """How many connections of a process wait for entries of a stream."""
    ports = {each.laddr.port for each in psutil.Process(pid).net_connections()}
    return sum(
        each["cmd"] == "xread" and int(each["addr"].rpartition(":")[2]) in ports
        for each in redis_client.client_list()
    )


def test_many_listeners_share_one_reader(gateway, waiting_job, redis_of_stack):
    process, url = gateway
    with contextlib.ExitStack() as streams:
        for _ in range(20):
            stream = streams.enter_context(listen(url, waiting_job))
            assert next(iter(stream)).name == "queued"
        until(lambda: blocked_readers(redis_of_stack, process.pid))
        assert blocked_readers(redis_of_stack, process.pid) == 1


def test_streams_end_with_their_gateway(gateway, waiting_job, tmp_path):
    process, url = gateway
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), 10) as stream:
        stream.sendall(f"GET {waiting_job}/events HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        answer = b""
        while b"event: queued" not in answer:
            answer += stream.recv(4096)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        answer += b"".join(iter(lambda: stream.recv(4096), b""))
        assert answer.endswith(b"\r\n0\r\n\r\n")  # the last chunk
        assert process.wait(10) == 0
        assert time.monotonic() - began < 5
    said = (tmp_path / "gateway.log").read_text().splitlines()
    assert '"gateway.stopped"' in said[-1]
    assert f"{waiting_job}/events" in said[-2]


def test_a_job_that_waits_knows_its_place(stack, api):
    with frozen(stack, FORECAST):
        # The ingest worker waits with the first for the forecast worker.
        jobs = [ask(api, {"ticker": "AAPL", "days": days}, wait=0)[1] for days in (771, 772, 773)]
        here = [job["links"]["self"] for job in jobs]
        until(lambda: get(api, here[0])[1]["state"] == "running")
        shown = [get(api, path)[1] for path in here]
        assert [(job["state"], job["position"]) for job in shown] == [
            ("running", None), ("queued", 1), ("queued", 2),
        ]  # fmt: skip
        assert shown[2]["expectedSeconds"] >= 0
        with listen(api, here[2]) as stream:
            assert next(iter(stream)).data["position"] == 2
    assert {ended(api, job)["state"] for job in jobs} == {"done"}
    assert get(api, here[2])[1]["position"] is None


def test_the_recent_forecasts_are_listed(api):
    jobs = [ask(api, {"ticker": ticker, "days": 901})[1] for ticker in ("XOM", "IBM", "XOM")]
    assert jobs[2]["id"] == jobs[0]["id"]  # it was there already, and is no newer for it
    newest = get(api, "/api/v1/forecasts?limit=2")[1]["forecasts"]
    assert [each["id"] for each in newest] == [jobs[1]["id"], jobs[0]["id"]]
    of_one = get(api, "/api/v1/forecasts?ticker=xom")[1]["forecasts"]
    assert of_one[0]["id"] == jobs[0]["id"]
    assert {each["request"]["ticker"] for each in of_one} == {"XOM"}
    expected = {name: jobs[0][name] for name in of_one[0]}
    assert of_one[0] == expected
    assert call(f"{api}/api/v1/forecasts?ticker=..%2Fx")[0] == 422
