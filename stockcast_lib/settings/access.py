"""Who may call, and how often, by the settings."""

import re
from typing import Annotated, Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from stockcast_lib.core.addresses import (
    NO_PROXIES,
    Network,
    Proxies,
    parse_networks,
    parse_proxies,
)
from stockcast_lib.core.tokens import Right, TokenHolder, parse_asked, parse_holders
from stockcast_lib.settings.role import Role

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]+)?")
_MOST_A_MINUTE = 1_000_000


class AccessSettings(Role):
    """Who may call, and how often.

    Attributes:
        tokens: whose tokens have which rights; see `core.tokens`.
        require_tokens: for which of `read` and `forecast` a token is asked, too.
        rate_limit: how many calls a minute may come with each token, and from each address without
            one; 0 for any number. So it is by default, since behind a proxy that is not trusted
            all have one address.
        cors_origins: of other sites whose pages may call, such as `https://example.org`.
        trust_proxy: networks whose proxies are believed about the addresses of those who call; or
            true, for whoever connects: only where nobody but proxies can.
    """

    tokens: SecretStr = SecretStr("")
    require_tokens: Annotated[frozenset[Right], NoDecode] = frozenset()
    rate_limit: int = Field(0, ge=0, le=_MOST_A_MINUTE)
    cors_origins: Annotated[frozenset[str], NoDecode] = frozenset()
    trust_proxy: Annotated[Proxies, NoDecode] = NO_PROXIES

    @field_validator("tokens")
    @classmethod
    def _check_tokens(cls, value: SecretStr) -> SecretStr:
        parse_holders(value.get_secret_value())
        return value

    @field_validator("require_tokens", mode="before")
    @classmethod
    def _parse_asked(cls, value: Any) -> Any:
        return parse_asked(value) if isinstance(value, str) else value

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _parse_origins(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        origins = frozenset(part.strip() for part in value.split(",") if part.strip())
        wrong = sorted(each for each in origins if not _ORIGIN.fullmatch(each))
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no origin such as https://example.org")
        return origins

    @field_validator("trust_proxy", mode="before")
    @classmethod
    def _parse_proxies(cls, value: Any) -> Any:
        return parse_proxies(value) if isinstance(value, str) else value

    @property
    def holders(self) -> tuple[TokenHolder, ...]:
        """Of all tokens."""
        return parse_holders(self.tokens.get_secret_value())


class VisitorSettings(Role):
    """Who may see the dashboard; everybody by default.

    Attributes:
        dashboard_ask_token: whether whoever shows a token may that has the rights to read and to
            forecast.
        dashboard_proxies: networks of the proxies that sign visitors in; whom one names may.
        dashboard_user_header: by which they name a visitor.
    """

    dashboard_ask_token: bool = False
    dashboard_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    dashboard_user_header: str = Field("X-Auth-Request-User", pattern=r"^[A-Za-z0-9-]+$")

    @field_validator("dashboard_proxies", mode="before")
    @classmethod
    def _parse_networks(cls, value: Any) -> Any:
        return parse_networks(value) if isinstance(value, str) else value
