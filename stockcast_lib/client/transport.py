"""Calls of the gateway over HTTP.

1. Every call has a deadline, by which it has ended whatever the other side does.
2. What may pass (no connection, 429, 502, 503, 504) is tried again until then; `Retry-After` is
   obeyed. So every call has to be one that may arrive twice.
3. The token travels in a header and appears nowhere else; so no redirect is followed.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import httpx

from stockcast_lib import __version__
from stockcast_lib.adapters.http_values import checked_url, media_type, retry_after
from stockcast_lib.client.pauses import Pauses
from stockcast_lib.client.problems import Refusal
from stockcast_lib.core.errors import BadAnswer, BadSettings, GatewayUnavailable, StockcastError

API = "/api/v1"
# Longer than the gateway itself waits for a worker: its answer then names the part that is away.
SILENCE = 25.0
_CONNECT = 5.0
MAX_BODY = 64 * 1024 * 1024


@dataclass(frozen=True)
class Call:
    """One call of the API.

    Attributes:
        path: below the API.
        silence: seconds for which the gateway may say nothing.
        patient: whether only the deadline limits how often it is tried.
    """

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    silence: float = SILENCE
    patient: bool = False


class MayPassError(Exception):
    """Carries an error that another try may cure; `asked` is `Retry-After`, in seconds."""

    def __init__(self, error: StockcastError, asked: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.asked = asked


class Transport:
    """One gateway. Safe to share between threads.

    Raises:
        BadSettings: the URL or the token cannot be one.
    """

    def __init__(self, base_url: str, token: str | None, pauses: Pauses) -> None:
        base = checked_url("the gateway", base_url)
        self._prefix = base.path.rstrip("/")
        self._origin = str(base.copy_with(raw_path=b"/")).rstrip("/")
        self.pauses = pauses
        headers = {"User-Agent": f"stockcast/{__version__}", "Accept-Encoding": "gzip"}
        if token:
            headers["Authorization"] = f"Bearer {_checked_token(token)}"
        self._http = httpx.Client(base_url=base, headers=headers)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def absolute(self, link: str) -> str:
        """The URL of a link, whether or not its path has the base URL's prefix."""
        if not link.startswith("/"):
            return link
        whole = link.startswith(f"{self._prefix}{API}/")
        return self._origin + (link if whole else self._prefix + link)

    def ask(self, call: Call, until: float) -> bytes:
        """The body of a successful answer, after as many tries as it takes.

        Args:
            call: what to ask.
            until: the deadline, by the clock of `pauses`.

        Raises:
            GatewayUnavailable: there was none in time.
            StockcastError: what the gateway refuses with.
        """
        for tried in count(1):
            try:
                with self.opened(call, until) as response:
                    return _whole(response)
            except MayPassError as failed:
                pause = self._pause(call, tried, failed, until)
                if pause is None:
                    raise failed.error from failed.__cause__
            self.pauses.sleep(pause)
        raise AssertionError("counting never ends")

    def _pause(self, call: Call, tried: int, failed: MayPassError, until: float) -> float | None:
        """Seconds before the next try, or None when there is none."""
        if tried >= self.pauses.tries and not call.patient:
            return None
        asked = failed.asked
        pause = self.pauses.before(tried) if asked is None else self.pauses.as_asked(asked)
        return pause if pause < until - self.pauses.clock() else None

    @contextlib.contextmanager
    def opened(self, call: Call, until: float) -> Iterator[httpx.Response]:
        """A successful answer whose body is still to be read; one try.

        Raises:
            MayPassError: another try may succeed.
            StockcastError: what the gateway refuses with.
        """
        left = max(until - self.pauses.clock(), 0.001)
        try:
            with (
                closing(self._sent(call, left)) as response,
                _cut_off(response, until, self.pauses),
            ):
                if not response.is_success:
                    _refuse(response)
                yield response
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise MayPassError(self._away(error)) from error

    def _sent(self, call: Call, left: float) -> httpx.Response:
        silence, connect = min(call.silence, left), min(_CONNECT, left)
        request = self._http.build_request(
            call.method,
            API + call.path,
            params=dict(call.query),
            content=call.body,
            headers=dict(call.headers),
            timeout=httpx.Timeout(silence, connect=connect),
        )
        return self._http.send(request, stream=True)

    def _away(self, error: Exception) -> GatewayUnavailable:
        where = f"{self._origin}{self._prefix}"
        return GatewayUnavailable(
            f"The gateway at {where} does not answer ({type(error).__name__}): check the URL, and "
            "whether it runs."
        )


def _refuse(response: httpx.Response) -> None:
    headers = response.headers
    refusal = Refusal(
        status=response.status_code,
        media=media_type(headers.get("content-type")),
        retry_after=retry_after(headers.get("retry-after"), datetime.now(UTC)),
        body=_whole(response),
    )
    if refusal.may_pass:
        raise MayPassError(refusal.error(), refusal.retry_after)
    raise refusal.error()


def _whole(response: httpx.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > MAX_BODY:
            raise BadAnswer(f"The gateway's answer has more than {MAX_BODY} bytes.")
    return bytes(body)


@contextlib.contextmanager
def _cut_off(response: httpx.Response, until: float, pauses: Pauses) -> Iterator[None]:
    """End an answer at the deadline, however steadily it trickles in.

    httpx limits only the time between two reads.
    """
    connection = response.extensions["network_stream"].get_extra_info("socket")

    def cut() -> None:
        with contextlib.suppress(OSError):
            # Not the method of a TLS socket, which forgets the encryption that a reader is using.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

    timer = threading.Timer(max(until - pauses.clock(), 0), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _checked_token(token: str) -> str:
    text = token.strip()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise BadSettings("The token for the gateway holds what no token may: set a valid one.")
    return text
