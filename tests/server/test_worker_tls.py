"""TLS on the way to a worker, over real sockets."""

import contextlib
import socket
import ssl
import time

import pytest

from stockcast_lib.adapters.tls import client_context, server_context
from stockcast_lib.adapters.worker_client import WorkerClient, reach
from stockcast_lib.core.errors import BadSettings, WorkerUnavailable
from stockcast_lib.core.protocol import (
    HandOver,
    Reply,
    Status,
    encode_message,
)
from tests.certificates import certificates
from tests.listening import KEY, listening

MESSAGE = HandOver("job", "prices/AAPL/x.json")
SILENCE = 1.0


def accepted(frame):
    return Reply(Status.ACCEPTED, frame.message.job_id)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def address(files):
    tls = server_context(files.certificate, files.key)
    with listening(accepted, SILENCE, tls=tls) as found:
        yield found


@pytest.fixture
def send():
    """Sends a message to an address, with some trust, or in plain."""
    return lambda address, tls=None: WorkerClient(address, KEY, tls=tls).send(MESSAGE)


def line():
    return encode_message(MESSAGE, key=KEY, nonce="n", at=time.time())


def test_a_client_that_knows_the_ca_is_answered(address, files, send):
    trust = client_context(files.ca)
    assert send(address, trust) == send(address, trust) == Reply(Status.ACCEPTED, "job")


def test_a_plain_peer_is_refused_and_the_listener_lives_on(address, files, send):
    with pytest.raises(WorkerUnavailable, match="plain TCP"):
        send(address)
    with socket.create_connection(address, 5) as connection:
        connection.sendall(line())
        # An alert of TLS, or nothing: no answer to the message.
        with contextlib.suppress(ConnectionError):
            assert b"accepted" not in connection.recv(1000)
    assert send(address, client_context(files.ca)).status is Status.ACCEPTED


def test_a_peer_that_shakes_no_hands_is_cut_off_and_holds_up_nobody(address, files, send):
    with socket.create_connection(address, 5) as silent:
        assert send(address, client_context(files.ca)).status is Status.ACCEPTED
        silent.settimeout(4 * SILENCE + 5)
        with contextlib.suppress(ConnectionError):
            assert silent.recv(1000) == b""


def test_a_worker_that_another_ca_vouches_for_is_not_told_anything(address, tmp_path, send):
    stranger = certificates(tmp_path)
    with pytest.raises(WorkerUnavailable, match="STOCKCAST_WORKER_CA"):
        send(address, client_context(stranger.ca))


def test_a_worker_with_another_host_s_certificate_is_not_told_anything(tmp_path, send):
    other = certificates(tmp_path, "example.org")
    with (
        listening(accepted, SILENCE, tls=server_context(other.certificate, other.key)) as address,
        pytest.raises(WorkerUnavailable, match="STOCKCAST_WORKER_CA"),
    ):
        send(address, client_context(other.ca))


def test_a_client_that_wants_tls_tells_a_plain_worker_nothing(files, send):
    with listening(accepted, SILENCE) as address:
        with pytest.raises(WorkerUnavailable, match="STOCKCAST_WORKER_CA"):
            send(address, client_context(files.ca))
        assert send(address).status is Status.ACCEPTED


def test_old_versions_of_tls_are_refused(address, files):
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.load_verify_locations(files.ca)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(address, 5) as plain, pytest.raises((ssl.SSLError, OSError)):
        old.wrap_socket(plain, server_hostname=address[0])


def test_it_is_seen_without_tls_whether_somebody_listens(address):
    reach(address)


@pytest.mark.parametrize("content", ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAA=="])
def test_what_is_no_certificate_is_told_in_one_line(tmp_path, files, content):
    path = tmp_path / "file.pem"
    path.write_text(content)
    for make in (
        lambda: server_context(path, files.key),
        lambda: server_context(files.certificate, path),
        lambda: client_context(path),
    ):
        with pytest.raises(BadSettings, match="STOCKCAST_WORKER_C") as caught:
            make()
        assert "\n" not in caught.value.message


def test_a_key_of_another_certificate_is_told(tmp_path, files):
    with pytest.raises(BadSettings, match="STOCKCAST_WORKER_KEY"):
        server_context(files.certificate, certificates(tmp_path).key)
