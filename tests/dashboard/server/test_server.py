"""The server as a process of its own, asked over HTTP."""

import gzip
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx
import psutil
import pytest
import websocket

from stockcast_lib.dashboard.server.command import Seats
from tests.dashboard.server.running import PAGE_SECONDS, WIDGET, kernel_id, served
from tests.k8s.checks.monitoring import exported
from tests.scraping import described, scraped, total

pytestmark = [pytest.mark.long, pytest.mark.kernels, pytest.mark.timeout(180)]

SEATS = Seats(sessions=4, waiting=1)
SHORT = {"alone_seconds": 3, "reap_seconds": 0.5, "retry_seconds": 7}


def until(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "in vain"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """With sessions that end soon."""
    with served(tmp_path_factory.mktemp("short"), SEATS, WIDGET, **SHORT) as running:
        yield running


@pytest.fixture
def client(server):
    with httpx.Client(base_url=server.url, timeout=PAGE_SECONDS) as each:
        until(lambda: each.get("healthz").json()["sessions"] == 0)
        until(lambda: len(server.kernels()) == SEATS.waiting)
        yield each


def test_asking_whether_it_serves_takes_no_kernel(client, server):
    for path in ("readyz", "healthz", "metrics"):
        for method in ("GET", "HEAD"):
            assert client.request(method, path).status_code == 200
    assert client.head("").status_code == 405
    assert len(server.kernels()) == SEATS.waiting


def test_visitors_requests_and_kernels_are_told_to_prometheus(client, server):
    client.get("nothing/here")
    told = scraped(server.url)
    assert told["stockcast_dashboard_sessions",] == 0
    assert told["stockcast_dashboard_sessions_limit",] == SEATS.sessions
    assert told["stockcast_kernel_forks_total",] >= SEATS.waiting
    assert told["stockcast_kernels_ready",] == SEATS.waiting
    requests = "stockcast_http_requests_total"
    assert total(told, requests, route="StateHandler", method="GET", status="200") > 0
    assert total(told, requests, status="404") > 0


def test_it_exports_what_rules_and_dashboards_may_name_of_it(server):
    told = described(httpx.get(f"{server.url}metrics").text)
    assert told.keys() <= exported().keys()
    assert {name for name in exported() if name.startswith("stockcast_dashboard_")} <= told.keys()


def test_every_line_of_its_log_is_a_json_object(client, server):
    client.get("nothing/here")
    lines = [json.loads(line) for line in server.log.read_text("utf-8").splitlines()]
    assert "http.request" in {line["event"] for line in lines}
    assert all({"event", "level", "timestamp"} <= line.keys() for line in lines)


def test_a_kernel_that_nobody_connects_to_is_gone_soon(client, server):
    path = f"api/kernels/{kernel_id(client.get(''))}"
    model = client.get(path).json()
    assert model["connections"] == 0
    assert model["execution_state"]
    until(lambda: client.get(path).status_code == 404, 6)
    until(lambda: len(server.kernels()) == SEATS.waiting)


def test_a_kernel_lives_as_long_as_somebody_is_connected(client, server):
    path = f"api/kernels/{kernel_id(client.get(''))}"
    channels = f"{server.url.replace('http', 'ws')}{path}/channels?session_id=test"
    with closing(websocket.create_connection(channels)):
        until(lambda: client.get(path).json()["connections"] == 1)
        time.sleep(SHORT["alone_seconds"] + 2)
        assert client.get(path).status_code == 200
    until(lambda: client.get(path).status_code == 404, 6)


def test_a_kernel_that_dies_is_not_started_again(client, server):
    waiting = set(server.kernels())
    path = f"api/kernels/{kernel_id(client.get(''))}"
    channels = f"{server.url.replace('http', 'ws')}{path}/channels?session_id=test"
    with closing(websocket.create_connection(channels)):
        for kernel in waiting & set(server.kernels()):
            kernel.kill()
        until(lambda: client.get(path).status_code == 404, 2.5)


def test_a_waiting_kernel_that_dies_is_replaced(client, server):
    (waiting,) = server.kernels()
    waiting.kill()
    until(lambda: server.kernels() not in ([], [waiting]))
    until(lambda: client.get("readyz").status_code == 200)
    assert kernel_id(client.get(""))


def test_of_many_at_once_no_more_get_in_than_there_are_seats(client, server):
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: client.get("?ticker=AAPL"), range(10)))
    refused = [answer for answer in answers if answer.status_code != 200]
    assert len({kernel_id(answer) for answer in answers if answer not in refused}) == 4
    assert len(refused) == 6
    assert len(server.kernels()) <= SEATS.sessions + SEATS.waiting
    for answer in refused:
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
        assert 'data-state-url="/healthz" data-retry-seconds="7"' in answer.text
        # Without an address the browser loads the page's own again, with its query.
        assert 'href="">Try now</a>' in answer.text
        assert "http-equiv" not in answer.text
        assert "Every seat is taken" in answer.text
        assert client.get("readyz").status_code == 200
    until(lambda: client.get("").status_code == 200, 15)


def test_what_is_no_page_takes_no_seat(client):
    for _ in range(SEATS.sessions + 1):
        assert client.get("favicon.ico").status_code == 404
    assert kernel_id(client.get(""))


def test_a_strict_policy_comes_with_pages_errors_and_files(client):
    page = client.get("")
    paths = ("nothing-of-the-kind/there", "voila/static/voila.js", "api/kernels/no", "healthz")
    for answer in (page, *(client.get(path, follow_redirects=True) for path in paths)):
        policy = answer.headers["Content-Security-Policy"]
        directives = dict(each.strip().split(" ", 1) for each in policy.split(";")[:10])
        assert directives["script-src"] == "'self' blob:", answer.url
        assert directives["frame-ancestors"] == "'self'"
        assert directives["form-action"] == directives["object-src"] == "'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
    scripts = re.findall(r"<script(?![^>]*(?: src=|json))[^>]*>", page.text)
    assert scripts == []
    # A second policy, in a tag, would keep browsers from looking ahead.
    assert "http-equiv" not in page.text


def test_files_that_change_under_their_name_are_asked_for_again(client):
    answer = client.get("voila/static/voila.js")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Encoding"] == "gzip"
    tag = {"If-None-Match": answer.headers["ETag"]}
    again = client.get("voila/static/voila.js", headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    plain = client.get("voila/static/voila.js", headers={"Accept-Encoding": "identity"})
    assert plain.content == answer.content
    assert "Content-Encoding" not in plain.headers


def test_files_that_never_change_are_kept(client):
    html = client.get("").text
    versioned = re.findall(r'(?:src|href)="/([^"]+\?v=[^"]+)"', html)
    assert len(versioned) >= 4
    for path in versioned:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "immutable" in answer.headers["Cache-Control"], path


def test_the_page_names_the_installed_plotly(client):
    path = re.search(r'<meta name="stockcast-plotly" content="/([^"]+)">', client.get("").text)[1]
    with client.stream("GET", path) as answer:
        packed = b"".join(answer.iter_raw())
    assert "javascript" in answer.headers["Content-Type"]
    assert "immutable" in answer.headers["Cache-Control"]
    assert b"plotly.js v" in gzip.decompress(packed)[:300]
    assert client.head(path).content == b""


@pytest.mark.parametrize(
    "path",
    [
        "voila/static/../../../../../pyproject.toml",
        "voila/static/%2e%2e/%2e%2e/conf.json",
        "voila/static/%2Fetc%2Fpasswd",
        "voila/labextensions/..%2f..%2fetc",
        "stockcast/scripts/other.js",
        "voila/static/",
    ],
)
def test_nothing_outside_the_folders_is_served(client, path):
    assert client.get(path).status_code == 404


def test_a_page_that_could_not_be_made_gives_its_seat_back(tmp_path):
    with served(tmp_path, Seats(sessions=1, waiting=0), WIDGET) as server:
        (tmp_path / "small.ipynb").rename(tmp_path / "away.ipynb")
        assert httpx.get(server.url, timeout=PAGE_SECONDS).status_code == 404
        (tmp_path / "away.ipynb").rename(tmp_path / "small.ipynb")
        assert kernel_id(httpx.get(server.url, timeout=PAGE_SECONDS))
        assert httpx.get(server.url, timeout=PAGE_SECONDS).status_code == 503


def test_it_serves_again_once_kernels_can_be_made_again(tmp_path):
    def ready():
        return httpx.get(f"{server.url}readyz").status_code

    with served(tmp_path, SEATS, WIDGET, reap_seconds=0.5) as server:
        until(lambda: len(server.kernels()) == SEATS.waiting)
        (tmp_path / "small.ipynb").rename(tmp_path / "away.ipynb")
        server.kernels()[0].kill()
        until(lambda: ready() == 503)
        (tmp_path / "away.ipynb").rename(tmp_path / "small.ipynb")
        until(lambda: ready() == 200)
        until(lambda: len(server.kernels()) == SEATS.waiting)


def test_jupyter_itself_starts_no_dead_kernel_again(tmp_path):
    with served(tmp_path, SEATS, WIDGET, reap_seconds=60) as server:
        until(lambda: len(server.kernels()) == SEATS.waiting)
        server.kernels()[0].kill()
        time.sleep(7)  # it looks every three seconds
        assert server.kernels() == []


def test_it_ends_within_seconds_with_all_kernels(tmp_path):
    with served(tmp_path, Seats(sessions=3, waiting=2), WIDGET) as server:
        for _ in range(3):
            kernel_id(httpx.get(server.url, timeout=PAGE_SECONDS))
        until(lambda: len(server.kernels()) == 5)
        everybody = [server.process, *server.process.children(recursive=True)]
        server.process.terminate()
        _gone, left = psutil.wait_procs(everybody, 5)
        assert [each for each in left if each.status() != psutil.STATUS_ZOMBIE] == []
