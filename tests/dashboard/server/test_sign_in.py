"""Who may see the dashboard: the server as a process of its own."""

import subprocess
from contextlib import closing

import httpx
import pytest
import websocket

from stockcast_lib.core.tokens import Right, TokenHolder, token_digest
from stockcast_lib.dashboard.server.admission import COOKIE
from stockcast_lib.dashboard.server.command import Seats, dashboard_command
from tests.dashboard.server.running import WIDGET, kernel_id, served, write_notebook
from tests.servers import clean_environment

pytestmark = [pytest.mark.long, pytest.mark.kernels, pytest.mark.timeout(180)]

ADA, EVE = "a1" * 24, "e5" * 24
HOLDERS = (
    TokenHolder("ada", frozenset({Right.READ, Right.FORECAST}), token_digest(ADA)),
    # To whom the dashboard, where one asks and reads, is closed.
    TokenHolder("eve", frozenset({Right.READ, Right.PUBLISH}), token_digest(EVE)),
)
QUEUE = {"STOCKCAST_REDIS_URL": "redis://localhost:1", "STOCKCAST_FRAME_KEY": "k" * 32}
ASKING = {
    **QUEUE,
    "STOCKCAST_DASHBOARD_ASK_TOKEN": "true",
    "STOCKCAST_TOKENS": ",".join(map(str, HOLDERS)),
}
USER = {"X-Auth-Request-User": "ada@example.org"}
SEATS = Seats(sessions=8, waiting=1)
KERNEL = "01234567-0123-0123-0123-012345678901"
# Of every kind that the server has.
PATHS = (
    "", "?ticker=AAPL", "login", "logout", "stockcast/scripts/chunks.js", "voila/static/voila.js",
    "voila/templates/stockcast/static/stockcast.css", "voila/labextensions/anywidget/package.json",
    f"api/kernels/{KERNEL}", f"api/kernels/{KERNEL}/channels", f"voila/query/{KERNEL}",
    "voila/files/small.ipynb", "voila/api/themes/x", "nothing/here", "healthz/../",
    "readyz/", "//x",
)  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with served(tmp_path_factory.mktemp("asking"), SEATS, WIDGET, settings=ASKING) as running:
        yield running


@pytest.fixture
def signed_in(client):
    answer = client.post("", data={"token": ADA})
    assert answer.status_code == 303
    return client


def handshake(server, path, *headers):
    """Status of a websocket's opening."""
    address = f"{server.url.replace('http', 'ws')}{path}"
    try:
        with closing(websocket.create_connection(address, header=list(headers))) as opened:
            return opened.getstatus()
    except websocket.WebSocketBadStatusException as error:
        return error.status_code


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_nothing_is_to_be_had_without_a_token(client, method, path):
    answer = client.request(method, f"{client.base_url}{path}", headers=USER)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "jupyter-config-data" not in answer.text
    assert ("Token</label>" in answer.text) == (method == "GET")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_is_done_without_a_token(client, method):
    assert client.request(method, f"api/kernels/{KERNEL}").status_code == 405
    assert client.post(f"voila/api/shutdown/{KERNEL}").status_code == 401


def test_no_socket_is_opened_without_a_token(server, signed_in):
    path = f"api/kernels/{kernel_id(signed_in.get(''))}/channels"
    cookie = f"Cookie: {COOKIE}={signed_in.cookies[COOKIE]}"
    assert handshake(server, path) == 401
    assert handshake(server, path, f"Cookie: {COOKIE}={EVE}") == 401
    assert handshake(server, path, cookie) == 101


def test_probes_and_prometheus_need_none(client):
    for path in ("healthz", "readyz", "metrics"):
        assert client.get(path).status_code == 200


def test_a_token_is_exchanged_for_a_cookie_that_scripts_cannot_read(client):
    answer = client.post("?ticker=AAPL&days=30", data={"token": ADA})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?ticker=AAPL&days=30")
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert ADA not in cookie
    assert kernel_id(client.get(answer.headers["Location"]))
    assert client.get("voila/static/voila.js").status_code == 200


def test_over_tls_the_cookie_is_for_tls_alone(client):
    answer = client.post("", data={"token": ADA}, headers={"X-Forwarded-Proto": "https"})
    assert "Secure" in answer.headers["Set-Cookie"].split("; ")


def test_a_token_in_the_address_is_taken_out_of_it(client):
    answer = client.get("", params={"ticker": "AAPL", "token": ADA})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?ticker=AAPL")
    again = client.get("", params={"token": ADA})
    assert (again.status_code, again.headers["Location"]) == (303, "/")


def test_nobody_is_led_to_another_site(client):
    answer = client.get(f"{client.base_url}/evil.example/?token={ADA}")
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("token", ["", "guessed", EVE, token_digest(ADA)])
def test_a_token_that_does_not_let_in_is_told_so(client, token):
    for answer in (client.post("", data={"token": token}), client.get(f"?token={token}")):
        assert (answer.status_code, answer.headers.get("Set-Cookie")) == (401, None)
        assert "no token that lets you in" in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        assert "form-action 'self'" in answer.headers["Content-Security-Policy"]


def test_a_script_may_show_its_token(client):
    headers = {"Authorization": f"Bearer {ADA}"}
    assert client.get("voila/static/voila.js", headers=headers).status_code == 200


def test_a_page_of_another_site_signs_nobody_in(client):
    headers = {"Origin": "https://evil.example"}
    answer = client.post("", data={"token": ADA}, headers=headers)
    assert (answer.status_code, answer.headers.get("Set-Cookie")) == (401, None)


def test_whoever_signs_out_needs_a_token_again(signed_in):
    asked = signed_in.get("sign-out")
    assert (asked.status_code, asked.headers.get("Set-Cookie")) == (200, None)
    assert signed_in.get("voila/static/voila.js").status_code == 200
    assert "You have signed out" in signed_in.post("sign-out").text
    assert signed_in.get("voila/static/voila.js").status_code == 401
    # The way out is behind the door, too.
    assert signed_in.get("sign-out").status_code == 401


def test_a_page_of_another_site_signs_nobody_out(signed_in):
    answer = signed_in.post("sign-out", headers={"Origin": "https://evil.example"})
    assert answer.headers.get("Set-Cookie") is None
    assert "You have signed out" not in answer.text
    assert signed_in.get("voila/static/voila.js").status_code == 200


def test_the_page_shows_the_way_out_to_whoever_has_come_in_by_a_token(signed_in):
    assert '<a href="/sign-out">' in signed_in.get("").text


def test_no_page_at_the_door_asks_for_a_file_that_is_not_there(client, signed_in):
    for page in (signed_in.get("sign-out"), signed_in.post("sign-out"), client.get("")):
        # Else a browser asks for one of its own accord.
        assert '<link rel="icon" href="data:,">' in page.text
        assert "src=" not in page.text


def test_a_cookie_that_was_changed_lets_nobody_in(signed_in):
    value = signed_in.cookies[COOKIE]
    changed = f"{value[:-1]}{'0' if value[-1] != '0' else '1'}"
    for forged in (changed, token_digest(ADA), ""):
        headers = {"Cookie": f"{COOKIE}={forged}"}
        assert httpx.get(signed_in.base_url, headers=headers).status_code == 401


def test_a_cookie_counts_at_another_server_as_long_as_its_holder_is_named(tmp_path, signed_in):
    cookie = {"Cookie": f"{COOKIE}={signed_in.cookies[COOKIE]}"}
    for name, holders, status in (("same", HOLDERS, 200), ("without", HOLDERS[1:], 403)):
        told = {**ASKING, "STOCKCAST_TOKENS": ",".join(map(str, holders))}
        # That nobody is left would be refused at the start.
        told |= {"STOCKCAST_DASHBOARD_PROXIES": "192.0.2.1"}
        folder = tmp_path / name
        folder.mkdir()
        with served(folder, Seats(sessions=1, waiting=0), WIDGET, settings=told) as other:
            assert (
                httpx.get(f"{other.url}voila/static/voila.js", headers=cookie).status_code == status
            )


@pytest.mark.parametrize(("proxies", "status"), [("127.0.0.0/8", 200), ("192.0.2.0/24", 403)])
def test_whom_a_trusted_proxy_names_comes_in(tmp_path, proxies, status):
    told = {**QUEUE, "STOCKCAST_DASHBOARD_PROXIES": proxies}
    with served(tmp_path, SEATS, WIDGET, settings=told) as running:
        for path in ("", "voila/static/voila.js"):
            address = f"{running.url}{path}"
            assert httpx.get(address, headers=USER, timeout=30).status_code == status
            assert httpx.get(address).status_code == 403
            assert httpx.get(address, headers={"X-Auth-Request-User": ""}).status_code == 403
            forwarded = {**USER, "X-Forwarded-For": "127.0.0.1"}
            assert httpx.get(address, headers=forwarded, timeout=30).status_code == status
        page = httpx.get(running.url).text
    assert "Token</label>" not in page
    assert "for the address" in page


def test_whom_a_proxy_has_signed_in_is_shown_no_way_out(tmp_path):
    told = {**QUEUE, "STOCKCAST_DASHBOARD_PROXIES": "127.0.0.1"}
    with served(tmp_path, SEATS, WIDGET, settings=told) as running:
        assert "sign-out" not in httpx.get(running.url, headers=USER, timeout=30).text


def test_it_does_not_start_where_nobody_could_come_in(tmp_path):
    command = dashboard_command(write_notebook(tmp_path, WIDGET), 0, SEATS)
    told = {**ASKING, "STOCKCAST_TOKENS": str(HOLDERS[1])}
    done = subprocess.run(
        command, env={**clean_environment(), **told}, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("dashboard: STOCKCAST_DASHBOARD_ASK_TOKEN lets nobody in")
    assert "Traceback" not in done.stderr
