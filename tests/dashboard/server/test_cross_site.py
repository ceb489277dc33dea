"""What pages of other sites may do with the dashboard: nothing."""

from contextlib import closing

import pytest
import websocket

from stockcast_lib.dashboard.server.command import Seats
from tests.dashboard.server.running import WIDGET, kernel_id, served

pytestmark = [pytest.mark.long, pytest.mark.kernels, pytest.mark.timeout(180)]

EVIL = "https://evil.example"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("open")
    with served(folder, Seats(sessions=8, waiting=1), WIDGET) as running:
        yield running


@pytest.fixture
def kernel(client):
    return kernel_id(client.get(""))


def test_no_answer_lets_another_site_read_it(client, kernel):
    for path in ("", "healthz", "voila/static/voila.js", f"api/kernels/{kernel}"):
        for method in ("GET", "OPTIONS"):
            told = client.request(method, path, headers={"Origin": EVIL}).headers
            assert [name for name in told if name.startswith("access-control-allow-o")] == []


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_another_site_ends_no_kernel(client, kernel, method):
    path = f"voila/api/shutdown/{kernel}" if method == "POST" else f"api/kernels/{kernel}"
    # A form of another site brings the cookies, but cannot know what they say.
    sent = [{"headers": {"Origin": EVIL}}, {"data": {"_xsrf": "guessed"}}, {}]
    for how in sent if method == "POST" else sent[::2]:
        client.cookies.set("_xsrf", "a" * 32)
        assert client.request(method, path, **how).status_code in {403, 404}
    assert client.get(f"api/kernels/{kernel}").status_code == 200


def test_the_page_itself_may_end_its_kernel(client, kernel):
    client.cookies.set("_xsrf", "a" * 32)
    own = {"Origin": str(client.base_url).rstrip("/")}
    answer = client.post(f"voila/api/shutdown/{kernel}", data={"_xsrf": "a" * 32}, headers=own)
    assert answer.status_code == 204
    assert client.get(f"api/kernels/{kernel}").status_code == 404


@pytest.mark.parametrize("path", ["api/kernels/{}/channels", "voila/query/{}"])
def test_another_site_opens_no_socket(server, kernel, path):
    address = f"{server.url.replace('http', 'ws')}{path.format(kernel)}"
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        websocket.create_connection(address, origin=EVIL)
    with closing(websocket.create_connection(address)) as own:
        assert own.getstatus() == 101
