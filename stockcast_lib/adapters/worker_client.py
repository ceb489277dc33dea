"""The TCP road to a worker: one message, one reply, one connection."""

import secrets
import socket
import ssl
import time
from dataclasses import replace

from stockcast_lib.adapters.redis_connection import LONGEST_COMMAND
from stockcast_lib.core.errors import BadFrame, WorkerUnavailable, error_from_report
from stockcast_lib.core.protocol import (
    MAX_LINE,
    Message,
    Reply,
    Status,
    decode_reply,
    encode_message,
    span_name,
)
from stockcast_lib.ports import UNTRACED, SpanKind, Tracer

_CONNECT_TIMEOUT = 2.0
# Longer than the worker itself waits for Redis: it can then say that Redis is away, where a client
# that gave up first would say it of the worker.
_REPLY_TIMEOUT = LONGEST_COMMAND + 4.0


class WorkerClient:
    """The `JobSubmitter` port over TCP. Safe to share between threads.

    Sending the same message twice is harmless: each time it is a frame of its own, and the worker
    joins or finds what is there.
    """

    def __init__(
        self,
        address: tuple[str, int],
        key: bytes,
        tracer: Tracer = UNTRACED,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._address = address
        self._key = key
        self._tracer = tracer
        self._tls = tls

    def send(self, message: Message) -> Reply:
        """See `JobSubmitter.send`.

        Raises:
            WorkerUnavailable: nobody answers, or not in the protocol.
            StockcastError: the one that a rejection names.
        """
        with self._tracer.span(span_name(message), SpanKind.CLIENT) as span:
            reply = self._answer(replace(message, traceparent=span.traceparent))
            span.note(job=reply.job_id, answer=reply.status)
            return reply

    def _answer(self, message: Message) -> Reply:
        line = encode_message(message, key=self._key, nonce=secrets.token_hex(12), at=time.time())
        host, port = self._address
        try:
            with self._connection() as connection:
                connection.sendall(line)
                reply = decode_reply(_read_line(connection))
        except (OSError, BadFrame) as error:
            spoken = "TLS with a certificate of STOCKCAST_WORKER_CA" if self._tls else "plain TCP"
            raise WorkerUnavailable(
                f"The worker at {host}:{port} does not answer ({error}): is it running, "
                f"and does it speak {spoken}?"
            ) from error
        if reply.status is Status.REJECTED and reply.reason is not None:
            raise error_from_report(reply.reason)
        return reply

    def _connection(self) -> socket.socket:
        connection = socket.create_connection(self._address, _CONNECT_TIMEOUT)
        connection.settimeout(_REPLY_TIMEOUT)
        if self._tls is None:
            return connection
        # Closes it itself where it fails.
        return self._tls.wrap_socket(connection, server_hostname=self._address[0])


def reach(address: tuple[str, int]) -> None:
    """Raise WorkerUnavailable unless somebody listens."""
    host, port = address
    try:
        socket.create_connection(address, _CONNECT_TIMEOUT).close()
    except OSError as error:
        raise WorkerUnavailable(f"No worker listens at {host}:{port} ({error}).") from error


def _read_line(connection: socket.socket) -> bytes:
    deadline = time.monotonic() + _REPLY_TIMEOUT
    received = bytearray()
    while not received.endswith(b"\n"):
        if len(received) > MAX_LINE or time.monotonic() > deadline:
            raise BadFrame("the reply is too long or too slow")
        chunk = connection.recv(MAX_LINE)
        if not chunk:
            raise BadFrame("the connection was closed before a reply came")
        received += chunk
    return bytes(received)
