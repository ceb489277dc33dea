import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from stockcast_lib.core.errors import BadSettings
from stockcast_lib.stack.network import accepts, answers_ok, free_ports, require_free


@pytest.fixture
def listening():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_free_ports_are_different_and_usable():
    ports = free_ports(20)
    assert len(set(ports)) == 20
    for port in ports:
        require_free(port, "anything", "--port")


def test_a_port_in_use_is_told_with_the_option_to_change(listening):
    with pytest.raises(BadSettings) as raised:
        require_free(listening, "the dashboard", "--port")
    assert raised.value.message == (
        f"Port {listening} for the dashboard is in use: choose another with --port PORT."
    )


def test_a_port_on_every_interface_counts_as_in_use():
    with socket.socket() as server:
        server.bind(("0.0.0.0", 0))  # noqa: S104  # the case under test
        server.listen()
        with pytest.raises(BadSettings, match="is in use"):
            require_free(server.getsockname()[1], "the gateway", "--api-port")


def test_a_port_that_waits_for_old_connections_is_free():
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = server.accept()
        accepted.close()  # the side that closes first keeps the port in TIME_WAIT
        client.close()
    require_free(port, "the gateway", "--api-port")


def test_a_listener_accepts(listening):
    assert accepts(listening)
    assert not accepts(free_ports(1)[0])


def test_only_200_is_ok():
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/good" else 503)
            self.end_headers()

        def log_message(self, *_args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_port
        assert answers_ok(port, "/good")
        assert not answers_ok(port, "/bad")
        server.shutdown()


def test_a_listener_that_says_nothing_is_not_ok_and_not_waited_for(listening):
    assert not answers_ok(listening, "/readyz")
