"""Who may do what over HTTP: tokens, of which only hashes are kept.

A token is random and long, so a plain SHA-256 of it tells nobody what it is. Written as
`NAME:RIGHT+RIGHT:HASH`, one behind the other with commas, in `STOCKCAST_TOKENS`.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from stockcast_lib.core.errors import RightNeeded, TokenNeeded

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HASH = re.compile(r"[0-9a-f]{64}")


class Right(StrEnum):
    """What a token may do; `ADMIN` all of it."""

    READ = "read"
    FORECAST = "forecast"
    PUBLISH = "publish"
    PROMOTE = "promote"
    ADMIN = "admin"


# For these a token is asked only where a setting says so.
MAY_BE_OPEN = (Right.READ, Right.FORECAST)
ALWAYS_ASKED = frozenset(Right) - set(MAY_BE_OPEN)


@dataclass(frozen=True)
class TokenHolder:
    """Whoever has a token.

    Attributes:
        name: under which what they do is recorded.
        rights: what they may do.
        digest: of the token.
    """

    name: str
    rights: frozenset[Right]
    digest: str

    def may(self, right: Right) -> bool:
        """Whether they have a right."""
        return bool(self.rights & {right, Right.ADMIN})

    def __str__(self) -> str:
        return f"{self.name}:{'+'.join(sorted(self.rights))}:{self.digest}"


def new_token() -> str:
    """A token, of characters that need no quoting anywhere."""
    return secrets.token_hex(24)


def token_digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def parse_holders(text: str) -> tuple[TokenHolder, ...]:
    """The holders in a setting's text.

    Raises:
        ValueError: what is wrong; no part of a token is repeated.
    """
    return tuple(_holder(part.strip()) for part in text.split(",") if part.strip())


def _holder(text: str) -> TokenHolder:
    name, _, rest = text.partition(":")
    rights, _, digest = rest.partition(":")
    if not _NAME.fullmatch(name):
        raise ValueError("each token is NAME:RIGHTS:SHA256, and one has no valid name")
    if not _HASH.fullmatch(digest):
        raise ValueError(f"the token of {name} must be given as its SHA-256 in 64 hex digits")
    try:
        found = frozenset(Right(right) for right in rights.split("+"))
    except ValueError:
        known = ", ".join(Right)
        raise ValueError(f"the rights of {name} must be some of {known}, joined by +") from None
    return TokenHolder(name, found, digest)


def parse_asked(text: str) -> frozenset[Right]:
    """The rights for which a token is asked, besides those for which it always is.

    Raises:
        ValueError: what is wrong.
    """
    named = {part.strip() for part in text.split(",") if part.strip()}
    if not named <= set(MAY_BE_OPEN):
        raise ValueError(f"must name some of {' and '.join(MAY_BE_OPEN)}, separated by commas")
    # Who asks for a forecast is answered with it.
    if named == {Right.READ}:
        raise ValueError("where reading takes a token, asking for forecasts must: read,forecast")
    return frozenset(map(Right, named))


def holder_of(authorization: str | None, holders: Iterable[TokenHolder]) -> TokenHolder | None:
    """Whose token came with a call; None where there is none that is valid.

    Args:
        authorization: the call's header of this name.
        holders: of all tokens.
    """
    scheme, _, token = (authorization or "").partition(" ")
    found = holder_with(token.strip(), holders)
    return found if scheme.lower() == "bearer" else None


def holder_with(token: str, holders: Iterable[TokenHolder]) -> TokenHolder | None:
    """Whose token it is; None where it is nobody's."""
    digest = token_digest(token)
    # All are compared, so that the time says nothing of which one was near.
    matching = [each for each in holders if hmac.compare_digest(each.digest, digest)]
    return matching[0] if matching else None


def require(holder: TokenHolder | None, right: Right) -> None:
    """Refuse whoever has not a right.

    Raises:
        TokenNeeded: there was no valid token.
        RightNeeded: its holder has not this right.
    """
    if holder is None:
        raise TokenNeeded(f"This call needs a valid token with the right to {right}.")
    if not holder.may(right):
        raise RightNeeded(f"The token of {holder.name} has not the right to {right}.")
