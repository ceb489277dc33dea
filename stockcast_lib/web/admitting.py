"""Whether a call is for its caller, before anything else of it is done.

Its body has come by then: whoever is answered before that finds the connection closed.
"""

from stockcast_lib.core.addresses import one_owner
from stockcast_lib.core.cross_site import is_cross_site
from stockcast_lib.core.errors import CrossSite, RateLimited, StockcastError
from stockcast_lib.core.tokens import Right, TokenHolder, holder_of, require
from stockcast_lib.ports import ServerMetrics
from stockcast_lib.web.access import Access
from stockcast_lib.web.base import Handler

_ONLY_READ = frozenset({"GET", "HEAD"})


async def admit(here: Handler, right: Right) -> None:
    """Let a call through whose caller may use a right, and name the caller.

    Raises:
        RateLimited: the caller calls too often.
        CrossSite: a page of another site would change something.
        TokenNeeded: there is no valid token with it.
        RightNeeded: its holder has not the right.
    """
    access: Access = here.application.settings["access"]
    holder = holder_of(here.request.headers.get("Authorization"), access.holders)
    try:
        await _count(here, access, holder)
        _refuse_other_sites(here, access)
        if access.takes_token(right):
            require(holder, right)
    except StockcastError as refusal:
        metrics: ServerMetrics = here.application.settings["metrics"]
        metrics.requests.refused(refusal.code)
        # So that an operator finds out who tries tokens.
        here.subject |= {"refused": refusal.code, "client": here.client}
        raise
    if holder is not None:
        here.caller = holder.name


async def _count(here: Handler, access: Access, holder: TokenHolder | None) -> None:
    if access.limit is None:
        return
    caller = f"token:{holder.name}" if holder else f"address:{one_owner(here.client)}"
    wait = await here.in_thread(access.limit.wait, caller)
    if wait > 0:
        whose = "with this token" if holder else "from this address without a token"
        raise RateLimited(
            f"Too many calls {whose}: ask again in {wait:.3g} seconds.", retry_after=wait
        )


def _refuse_other_sites(here: Handler, access: Access) -> None:
    # A form needs no leave to be sent: it may bring the cookie of a sign-in before the gateway, or
    # reach what only its reader's machine can.
    if here.request.method in _ONLY_READ or not is_cross_site(here.request.headers, access.origins):
        return
    raise CrossSite(
        "A page of another site may change nothing here. Its origin can be named in "
        "STOCKCAST_CORS_ORIGINS."
    )
