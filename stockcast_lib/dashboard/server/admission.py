"""Who may see the dashboard: whoever has a token, or whom a proxy has signed in."""

from dataclasses import dataclass

from tornado.httputil import HTTPServerRequest
from tornado.web import create_signed_value, decode_signed_value

from stockcast_lib.core.addresses import Network, within
from stockcast_lib.core.tokens import TokenHolder, holder_of, holder_with

COOKIE = "stockcast-visitor"
COOKIE_DAYS = 7


@dataclass(frozen=True)
class Admission:
    """Asked of each request: every file and every message to a kernel is behind it.

    Attributes:
        holders: whose tokens let in; none where a proxy alone does.
        key: signs the cookies of whoever has shown a token.
        proxies: from where a header is believed.
        header: by which a proxy names whom it has signed in.
    """

    holders: tuple[TokenHolder, ...]
    key: bytes
    proxies: tuple[Network, ...] = ()
    header: str = ""

    def admits(self, request: HTTPServerRequest) -> bool:
        """Whether its sender may come in."""
        return self._named(request) or self._signed_in(request) or self._shows_token(request)

    def cookie(self, token: str) -> bytes | None:
        """What a token's holder keeps and sends from then on; None where the token is nobody's."""
        holder = holder_with(token, self.holders)
        return create_signed_value(self.key, COOKIE, holder.digest) if holder else None

    def _named(self, request: HTTPServerRequest) -> bool:
        named = request.headers.get(self.header, "").strip() if self.header else ""
        return bool(named) and within(request.remote_ip or "", self.proxies)

    def _signed_in(self, request: HTTPServerRequest) -> bool:
        sent = request.cookies.get(COOKIE)
        value = sent.value if sent else None
        digest = decode_signed_value(self.key, COOKIE, value, max_age_days=COOKIE_DAYS)
        # A holder who has been taken out since is let in no more.
        return digest is not None and digest.decode() in {each.digest for each in self.holders}

    def _shows_token(self, request: HTTPServerRequest) -> bool:
        return holder_of(request.headers.get("Authorization"), self.holders) is not None
