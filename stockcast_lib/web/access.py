"""Whether a call is for its caller."""

from dataclasses import dataclass

from stockcast_lib.core.tokens import ALWAYS_ASKED, Right, TokenHolder, holder_of, require
from stockcast_lib.web.base import Handler


@dataclass(frozen=True)
class Access:
    """Who may call.

    Attributes:
        holders: of all tokens.
        asked: the rights for which a token is asked, besides those for which it always is.
    """

    holders: tuple[TokenHolder, ...] = ()
    asked: frozenset[Right] = frozenset()

    def takes_token(self, right: Right) -> bool:
        """Whether only who has the right may use it."""
        return right in self.asked | ALWAYS_ASKED


OPEN = Access()


def admit(here: Handler, right: Right) -> None:
    """Let a call through whose caller may use a right, and name the caller.

    Raises:
        TokenNeeded: there is no valid token with it.
        RightNeeded: its holder has not the right.
    """
    access: Access = here.application.settings["access"]
    holder = holder_of(here.request.headers.get("Authorization"), access.holders)
    if access.takes_token(right):
        require(holder, right)
    if holder is not None:
        here.caller = holder.name
