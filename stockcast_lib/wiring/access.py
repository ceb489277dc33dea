"""Who may call."""

import hashlib
import hmac
from typing import TYPE_CHECKING

from stockcast_lib.core.errors import BadSettings
from stockcast_lib.core.tokens import MAY_BE_OPEN
from stockcast_lib.settings import AccessSettings, QueueSettings, VisitorSettings
from stockcast_lib.wiring.queue import rate_limit

if TYPE_CHECKING:
    from stockcast_lib.dashboard.server.admission import Admission
    from stockcast_lib.web.access import Access

# What the frame key's own use must not make, too.
_COOKIES = b"dashboard-cookies"


def access() -> "Access":
    """To the gateway's calls."""
    from stockcast_lib.web.access import Access

    settings = AccessSettings.read()
    return Access(
        settings.holders,
        settings.require_tokens,
        settings.trust_proxy,
        rate_limit(settings.rate_limit) if settings.rate_limit else None,
        settings.cors_origins,
    )


def dashboard_admission() -> "Admission | None":
    """To the dashboard; None for everybody.

    Raises:
        BadSettings: nobody could come in.
    """
    settings = VisitorSettings.read()
    if not (settings.dashboard_ask_token or settings.dashboard_proxies):
        return None
    from stockcast_lib.dashboard.server.admission import Admission

    holders = AccessSettings.read().holders if settings.dashboard_ask_token else ()
    visitors = tuple(each for each in holders if all(map(each.may, MAY_BE_OPEN)))
    if not (visitors or settings.dashboard_proxies):
        raise BadSettings(
            "STOCKCAST_DASHBOARD_ASK_TOKEN lets nobody in: name somebody in STOCKCAST_TOKENS who "
            "has the rights read and forecast."
        )
    return Admission(
        visitors,
        # Of all pods the same, so that each knows who has signed in at another.
        hmac.digest(QueueSettings.read().frame_key_bytes, _COOKIES, hashlib.sha256),
        settings.dashboard_proxies,
        settings.dashboard_user_header,
    )
