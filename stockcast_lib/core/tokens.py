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
    """What a token may do."""

    PUBLISH = "publish"
    PROMOTE = "promote"


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
        known = " and ".join(Right)
        raise ValueError(f"the rights of {name} must be some of {known}, joined by +") from None
    return TokenHolder(name, found, digest)


def allowed(authorization: str | None, right: Right, holders: Iterable[TokenHolder]) -> str:
    """The name of whoever calls, who has the right.

    Args:
        authorization: the call's header of this name.
        right: that the call needs.
        holders: of all tokens.

    Raises:
        TokenNeeded: there is no valid token in it.
        RightNeeded: its holder has not this right.
    """
    scheme, _, token = (authorization or "").partition(" ")
    digest = token_digest(token.strip())
    # All are compared, so that the time says nothing of which one was near.
    matching = [each for each in holders if hmac.compare_digest(each.digest, digest)]
    if scheme.lower() != "bearer" or not matching:
        raise TokenNeeded(f"This call needs a valid token with the right to {right}.")
    if right not in matching[0].rights:
        raise RightNeeded(f"The token of {matching[0].name} has not the right to {right}.")
    return matching[0].name
