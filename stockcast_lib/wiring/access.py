"""Who may call."""

from typing import TYPE_CHECKING

from stockcast_lib.settings import AccessSettings
from stockcast_lib.wiring.queue import rate_limit

if TYPE_CHECKING:
    from stockcast_lib.web.access import Access


def access() -> "Access":
    """To the gateway's calls."""
    from stockcast_lib.web.access import Access

    settings = AccessSettings.read()
    return Access(
        settings.holders,
        settings.require_tokens,
        settings.trust_proxy,
        rate_limit(settings.rate_limit) if settings.rate_limit else None,
    )
