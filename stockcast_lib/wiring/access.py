"""Who may call."""

from typing import TYPE_CHECKING

from stockcast_lib.settings import AccessSettings

if TYPE_CHECKING:
    from stockcast_lib.web.access import Access


def access() -> "Access":
    """To the gateway's calls."""
    from stockcast_lib.web.access import Access

    settings = AccessSettings.read()
    return Access(settings.holders, settings.require_tokens)
