"""URLs and headers, as whoever asks over HTTP reads them."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from stockcast_lib.core.errors import BadSettings

_LONGEST_RETRY_AFTER = 31 * 24 * 3600.0


def checked_url(name: str, base_url: str) -> httpx.URL:
    """A base URL that can be asked.

    Args:
        name: whose it is.
        base_url: as somebody has set it.

    Raises:
        BadSettings: it is not an http(s) URL, or holds a user name, a query or a fragment.
    """
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host:
        raise BadSettings(f"The URL for {name} must begin with http:// or https:// and a host.")
    if url.userinfo or url.query or url.fragment:
        raise BadSettings(f"The URL for {name} must hold no user name, query or fragment.")
    return url


def retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds to wait by a `Retry-After` header (RFC 9110, 10.2.3), or None for none."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdecimal():
        return min(float(text), _LONGEST_RETRY_AFTER)
    try:
        until = parsedate_to_datetime(text)
        # The zone "-0000" is read as none; HTTP dates are always in UTC.
        wait = (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, 0.0), _LONGEST_RETRY_AFTER)


def media_type(header: str | None) -> str:
    """A `Content-Type` header without its parameters, in small letters."""
    return (header or "").partition(";")[0].strip().lower()
