"""Loopback ports, and whether something answers on them."""

import contextlib
import errno
import http.client
import socket

from stockcast_lib.core.errors import BadSettings

LOOPBACK = "127.0.0.1"
_PROBE_SECONDS = 1.0
_OK = 200


def free_ports(count: int) -> list[int]:
    """As many different ports that nothing listens on."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]


def require_free(port: int, what: str, option: str) -> None:
    """Check that a port can be listened on.

    Raises:
        BadSettings: it cannot; names the port and the option that chooses another.
    """
    with socket.socket() as probe:
        # A port that only waits for its last connections to time out is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            why = (
                "is in use"
                if error.errno == errno.EADDRINUSE
                else f"cannot be used ({error.strerror})"
            )
            raise BadSettings(
                f"Port {port} for {what} {why}: choose another with {option} PORT."
            ) from None


def accepts(port: int) -> bool:
    """Whether something listens on a loopback port."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=_PROBE_SECONDS).close()
    except OSError:
        return False
    return True


def answers_ok(port: int, path: str) -> bool:
    """Whether GET of the path on a loopback port gives 200."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_PROBE_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == _OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
