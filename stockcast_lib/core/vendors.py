"""What vendors are called where people read it, and how one that asks to wait is quoted."""

from stockcast_lib.core.errors import Throttled
from stockcast_lib.core.words import wait_text

_SHOWN = {
    "tiingo": "Tiingo",
    "nasdaq_data_link": "Nasdaq Data Link",
    "yahoo": "Yahoo",
    "sample": "the bundled sample",
}


def shown_vendor(name: str) -> str:
    """A vendor's own name, for the one that the settings use."""
    return _SHOWN.get(name, name)


def throttled(vendor: str, seconds: float | None) -> Throttled:
    """The error of a vendor that asks to wait.

    Args:
        vendor: the name to show.
        seconds: from now on, where it is known for how long.
    """
    if seconds is None:
        return Throttled(f"{vendor} has had too many calls: try again later.")
    return Throttled(
        f"{vendor} has had too many calls: try again in {wait_text(seconds)}.",
        retry_after=seconds,
    )
