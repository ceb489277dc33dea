"""What a vendor answered over HTTP, and what it takes to believe it.

1. A body is read up to a limit in bytes and in time, unpacked as it comes.
2. A status of 200 proves nothing: limits come as plain text and challenges as web pages.
3. No text of an answer goes into an error: a vendor may repeat the key there.
"""

import json
import re
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from stockcast_lib.core.errors import (
    BadVendorData,
    BadVendorKey,
    StockcastError,
    VendorUnavailable,
)
from stockcast_lib.core.vendors import throttled

_PAGE_STARTS = (b"<!doctype", b"<html")
_TEXT_BYTES = 2_000
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,40}")
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, whole.

    Attributes:
        vendor: the name to show.
        content_type: the media type in small letters, without parameters.
        retry_after: seconds to wait, where it says so.
    """

    vendor: str
    status: int
    content_type: str
    retry_after: float | None
    body: bytes

    @property
    def is_page(self) -> bool:
        """Whether it is a web page: a challenge, a proxy's or a maintenance page."""
        start = self.body[:_TEXT_BYTES].lstrip().lower()
        return "html" in self.content_type or start.startswith(_PAGE_STARTS)

    @property
    def text(self) -> str:
        """The beginning of the body in small letters, to look for known phrases."""
        return self.body[:_TEXT_BYTES].decode("utf-8", errors="replace").lower()

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            BadVendorData: it is empty, cut short, or not JSON.
        """
        if not self.body.strip():
            raise BadVendorData(f"{self.vendor} gave an empty answer: try again later.")
        if "json" not in self.content_type:
            raise BadVendorData(f"{self.vendor} gave {self._kind()} where JSON was asked for.")
        try:
            return json.loads(self.body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            # The parser's own text quotes the body.
            raise BadVendorData(
                f"{self.vendor} gave JSON that is cut short or broken: try again later."
            ) from None

    def general_error(self) -> StockcastError | None:
        """The error that any vendor's answer with this status means; None for a 200."""
        if self.status == HTTPStatus.TOO_MANY_REQUESTS:
            return throttled(self.vendor, self.retry_after)
        if self.may_pass or self.is_page:
            what = "a web page" if self.is_page else f"status {self.status}"
            return VendorUnavailable(
                f"{self.vendor} answers with {what} and no data: try again later."
            )
        if self.status == HTTPStatus.UNAUTHORIZED:
            return bad_key(self.vendor)
        if self.status != HTTPStatus.OK:
            return BadVendorData(
                f"{self.vendor} refuses the request with status {self.status}: check its URL."
            )
        return None

    @property
    def may_pass(self) -> bool:
        """Whether the same request may do better soon."""
        return self.status >= HTTPStatus.INTERNAL_SERVER_ERROR or self.status in (
            HTTPStatus.TOO_MANY_REQUESTS,
            HTTPStatus.REQUEST_TIMEOUT,
        )

    def _kind(self) -> str:
        known = _MEDIA_TYPE.fullmatch(self.content_type)
        return self.content_type if known else "something without a known type"


def bad_key(vendor: str) -> BadVendorKey:
    """The error of a vendor that does not know the key."""
    return BadVendorKey(f"{vendor} does not accept the key: the operator must set a valid one.")


def read_body(
    vendor: str, chunks: Iterable[bytes], encoding: str, *, limit: int, deadline: float
) -> bytes:
    """The whole body, unpacked.

    Args:
        vendor: the name to show.
        chunks: as they come.
        encoding: the `Content-Encoding` header.
        limit: bytes, unpacked.
        deadline: by `time.monotonic`.

    Raises:
        BadVendorData: too large, or packed in a way that was not asked for.
        VendorUnavailable: too slow, or cut short.
    """
    if encoding.strip().lower() not in ("", "identity", "gzip"):
        raise BadVendorData(f"{vendor} packs its answer in a way that was not asked for.")
    unpack = zlib.decompressobj(_GZIP) if encoding.strip().lower() == "gzip" else None
    body = bytearray()
    for chunk in chunks:
        body += _unpacked(vendor, unpack, chunk, limit + 1 - len(body)) if unpack else chunk
        if len(body) > limit:
            raise BadVendorData(f"{vendor} gave more than {limit} bytes, which no history has.")
        if time.monotonic() > deadline:
            raise VendorUnavailable(f"{vendor} answers too slowly: try again later.")
    if unpack and not unpack.eof:
        raise VendorUnavailable(f"{vendor} broke off its answer: try again later.")
    return bytes(body)


def _unpacked(vendor: str, unpack: "zlib._Decompress", chunk: bytes, at_most: int) -> bytes:
    try:
        return unpack.decompress(chunk, at_most)
    except zlib.error:
        raise BadVendorData(f"{vendor} gave an answer that cannot be unpacked.") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
