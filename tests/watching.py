"""A proxy before the gateway that holds every answer against the OpenAPI document.

It hands bytes on as they come, and reads them once the connection has ended: so whatever a test
asks with, raw sockets among it, is checked, and no test has to think of it.
"""

import contextlib
import http.client
import io
import selectors
import socket
import struct
import threading
from urllib.parse import urlsplit

from tests.documented import check_documented

# Little is held between the two sides, so that a slow reader stays a slow one.
_BYTES = 64 * 1024
_RESET = struct.pack("ii", 1, 0)
_found: list[str] = []


def refuse_undocumented():
    """Fail for what was answered since the last time, and is not documented."""
    found, _found[:] = list(_found), []
    if found:
        raise AssertionError("; ".join(found))


@contextlib.contextmanager
def watched(url, prefix=""):
    """A URL by which the gateway at `url` is asked.

    Args:
        url: of the gateway.
        prefix: that it knows itself to be shown under.
    """
    target = urlsplit(url)
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    threads = []
    accepting = threading.Thread(
        target=_accept, args=(listener, (target.hostname, target.port), prefix, threads)
    )
    accepting.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in (accepting, *threads):
            thread.join(30)
    refuse_undocumented()


def _accept(listener, target, prefix, threads):
    while True:
        try:
            near, _ = listener.accept()
        except OSError:
            return
        threads[:] = [thread for thread in threads if thread.is_alive()]
        threads.append(threading.Thread(target=_serve, args=(near, target, prefix), daemon=True))
        threads[-1].start()


def _serve(near, target, prefix):
    with near:
        try:
            far = socket.create_connection(target, 10)
        except OSError:
            _reset(near)
            return
        with far:
            far.settimeout(None)
            asked, answered = _passed_on(near, far)
    try:
        _check(io.BytesIO(asked), answered, prefix)
    except Exception as error:  # noqa: BLE001  # it is told to the test
        _found.append(f"{type(error).__name__}: {str(error).splitlines()[0]}")


def _passed_on(near, far):
    """What both sides said until one of them had gone."""
    said = {near: bytearray(), far: bytearray()}
    to = {near: far, far: near}
    # Not `select`: where hundreds wait, descriptors are beyond what it takes.
    ready = selectors.PollSelector()
    for each in to:
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ready.register(each, selectors.EVENT_READ)
    while True:
        for each in [key.fileobj for key, _ in ready.select()]:
            try:
                data = each.recv(_BYTES)
                said[each] += data
                to[each].sendall(data)
            except OSError:
                _reset(near)
                _reset(far)
                data = b""
            if not data:
                return bytes(said[near]), bytes(said[far])


def _reset(side):
    with contextlib.suppress(OSError):
        side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)


class _Bytes:
    """Looks like a socket to `HTTPResponse`."""

    def __init__(self, file):
        self._file = file

    def makefile(self, *_):
        return self._file


class _Kept(io.BytesIO):
    """Stays open for the next answer on the same connection."""

    def close(self):
        """Nothing."""


def _check(asked, answered, prefix):
    answers = _Kept(answered)
    while answers.tell() < len(answered):
        method, url, body_follows = _request(asked)
        answer = http.client.HTTPResponse(_Bytes(answers), method=method)
        try:
            answer.begin()
            body = answer.read()
        except (http.client.HTTPException, ConnectionError):
            if answer.status == "UNKNOWN" or not hasattr(answer, "headers"):
                return
            body = None
        path = url and "/" + url.split("/", 3)[3] if url and "://" in url else url
        if path and prefix and path.startswith(prefix + "/"):
            path = path.removeprefix(prefix)
        check_documented(method, path, answer.status, answer.headers or {}, body)
        if body is None or not body_follows:
            return


def _request(asked):
    """Method and target of the next request, None where it is none; and whether another may follow.

    Its body is skipped.
    """
    try:
        method, url, _ = asked.readline(_BYTES).decode("latin-1").split()
        headers = http.client.parse_headers(asked)
        length = int(headers.get("Content-Length", "0"))
        assert length >= 0
    except (ValueError, AssertionError, http.client.HTTPException):
        return None, None, False
    if "Transfer-Encoding" in headers:
        return method, url, False
    return method, url, len(asked.read(length)) == length
