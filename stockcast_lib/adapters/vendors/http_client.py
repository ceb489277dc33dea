"""The one HTTP client for all vendors.

1. Every wait is limited: to connect, for the next bytes, and for all tries together.
2. What may pass (429, 5xx, a lost connection) is tried again after growing waits; a short
   `Retry-After` is obeyed, a long one is the caller's to wait for.
3. The key travels in a header and appears nowhere else. A redirect to another host, which would
   be given the key, is refused.
"""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import stamina

from stockcast_lib import __version__
from stockcast_lib.adapters.http_values import checked_url, media_type, retry_after
from stockcast_lib.adapters.vendors.http_answer import Answer, read_body
from stockcast_lib.core.errors import (
    BadVendorKey,
    StockcastError,
    Throttled,
    VendorUnavailable,
)

# What is tried again is told by its end; a notebook's output is no place for each try.
stamina.instrumentation.set_on_retry_hooks([])

Explain = Callable[[Answer], StockcastError | None]
_REDIRECTS = 3


@dataclass(frozen=True)
class Limits:
    """How long and how much: seconds, and bytes of an unpacked body."""

    connect_seconds: float = 5.0
    read_seconds: float = 10.0
    total_seconds: float = 30.0
    attempts: int = 3
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 10.0
    body_bytes: int = 32 * 1024 * 1024


DEFAULT_LIMITS = Limits()


class _MayPassError(Exception):
    """Carries an error that another try may cure."""

    def __init__(self, error: StockcastError) -> None:
        super().__init__(error.message)
        self.error = error


class VendorClient:
    """GET requests to one vendor. Safe to share between threads.

    Args:
        vendor: the name to show.
        base_url: of the API.
        headers: for every request; the key is here.
        limits: of time and size.
        calls_allowed: how many requests may be sent; without it, any number.

    Raises:
        BadSettings: `base_url` is not an http(s) URL, or holds a user name, a query or a fragment.
    """

    def __init__(
        self,
        vendor: str,
        base_url: str,
        *,
        headers: Mapping[str, str],
        limits: Limits = DEFAULT_LIMITS,
        calls_allowed: int | None = None,
    ) -> None:
        self._vendor = vendor
        self._limits = limits
        self._lock = threading.Lock()
        self.calls_allowed = calls_allowed
        self.calls_made = 0
        # What else httpx would accept by itself may unpack to any size.
        sent = {
            "Accept-Encoding": "gzip",
            "User-Agent": f"stockcast/{__version__}",
            **headers,
        }
        self._http = httpx.Client(
            base_url=checked_url(vendor, base_url),
            headers=sent,
            # Calls are rare; so nothing is left open, in a forked process either.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def get(self, path: str, params: Mapping[str, str], explain: Explain) -> Answer:
        """A believable answer with status 200.

        Args:
            path: below the base URL, percent-encoded.
            params: of the query.
            explain: the error that an answer means for this vendor, or None for none it knows.

        Raises:
            Throttled: the vendor asks to wait longer than the client does, or `calls_allowed`
                is used up.
            VendorUnavailable: no answer, a server error, or a web page in place of data.
            BadVendorData: an answer too large, or with a status that nobody expects.
            BadVendorKey: status 401.
            StockcastError: what `explain` gives.
        """
        deadline = time.monotonic() + self._limits.total_seconds
        tries = stamina.retry_context(
            on=lambda error: self._pause(error, deadline),
            attempts=self._limits.attempts,
            timeout=self._limits.total_seconds,
            wait_initial=self._limits.first_wait_seconds,
            wait_max=self._limits.longest_wait_seconds,
            wait_jitter=self._limits.first_wait_seconds,
        )
        try:
            for attempt in tries:
                with attempt:
                    return self._attempt(path, params, explain, deadline)
        except _MayPassError as failed:
            raise failed.error from failed.__cause__
        raise AssertionError("the last try returns or raises")

    def _pause(self, error: Exception, deadline: float) -> bool | float:
        """Whether to try again, or after how many seconds."""
        if not isinstance(error, _MayPassError):
            return False
        left = deadline - time.monotonic()
        asked = error.error.details.get("retry_after")
        if asked is None:
            return left > self._limits.longest_wait_seconds
        return float(asked) if asked < min(left, self._limits.longest_wait_seconds) else False

    def _attempt(
        self, path: str, params: Mapping[str, str], explain: Explain, deadline: float
    ) -> Answer:
        answer = self._exchange(path, params, deadline)
        known = None if answer.is_page else explain(answer)
        error = known or answer.general_error()
        if error is None:
            return answer
        if answer.may_pass and error.retryable:
            raise _MayPassError(error)
        raise error

    def _exchange(self, path: str, params: Mapping[str, str], deadline: float) -> Answer:
        try:
            request = self._http.build_request(
                "GET", path, params=dict(params), timeout=self._timeout(deadline)
            )
            for _ in range(_REDIRECTS):
                self._count()
                with closing(self._http.send(request, stream=True)) as response:
                    if response.next_request is None:
                        return self._answer(response, deadline)
                    request = self._checked_redirect(request, response.next_request)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _MayPassError(
                VendorUnavailable(
                    f"{self._vendor} cannot be reached ({type(error).__name__}): try again later."
                )
            ) from error
        raise VendorUnavailable(f"{self._vendor} redirects without end: check its URL.")

    def _timeout(self, deadline: float) -> httpx.Timeout:
        left = max(deadline - time.monotonic(), 0.001)
        read = min(self._limits.read_seconds, left)
        return httpx.Timeout(read, connect=min(self._limits.connect_seconds, left))

    def _answer(self, response: httpx.Response, deadline: float) -> Answer:
        headers = response.headers
        body = read_body(
            self._vendor,
            response.iter_raw(),
            headers.get("content-encoding", ""),
            limit=self._limits.body_bytes,
            deadline=deadline,
        )
        return Answer(
            vendor=self._vendor,
            status=response.status_code,
            content_type=media_type(headers.get("content-type")),
            retry_after=retry_after(headers.get("retry-after"), datetime.now(UTC)),
            body=body,
        )

    def _checked_redirect(self, request: httpx.Request, next_one: httpx.Request) -> httpx.Request:
        here, there = request.url, next_one.url
        if (here.scheme, here.host, here.port) != (there.scheme, there.host, there.port):
            raise VendorUnavailable(
                f"{self._vendor} redirects to another host, which is not followed: check its URL."
            )
        return next_one

    def _count(self) -> None:
        with self._lock:
            if self.calls_allowed is not None and self.calls_made >= self.calls_allowed:
                # It is this run that may ask no more: the vendor itself has refused nobody.
                raise Throttled(
                    f"No more calls to {self._vendor} are allowed now: try again later.",
                    retry_after=0,
                )
            self.calls_made += 1


def checked_key(vendor: str, key: str) -> str:
    """The key, when it can be one.

    Raises:
        BadVendorKey: it is empty, or has characters that no header may hold.
    """
    if not key.strip() or not key.strip().isascii() or not key.strip().isprintable():
        raise BadVendorKey(f"The key for {vendor} cannot be one: the operator must set it.")
    return key.strip()
