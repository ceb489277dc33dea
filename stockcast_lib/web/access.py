"""Who may call, and how often."""

from dataclasses import dataclass

from stockcast_lib.core.addresses import NO_PROXIES, Proxies
from stockcast_lib.core.tokens import ALWAYS_ASKED, Right, TokenHolder
from stockcast_lib.ports import RateLimit


@dataclass(frozen=True)
class Access:
    """Who may call, and how often.

    Attributes:
        holders: of all tokens.
        asked: the rights for which a token is asked, besides those for which it always is.
        proxies: who is believed about the address of whoever calls.
        limit: on the calls with each token, and from each address without one; None for none.
        origins: of other sites, such as `https://example.org`, whose pages may call.
    """

    holders: tuple[TokenHolder, ...] = ()
    asked: frozenset[Right] = frozenset()
    proxies: Proxies = NO_PROXIES
    limit: RateLimit | None = None
    origins: frozenset[str] = frozenset()

    def takes_token(self, right: Right) -> bool:
        """Whether only who has the right may use it."""
        return right in self.asked | ALWAYS_ASKED


OPEN = Access()
