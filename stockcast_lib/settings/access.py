"""Who may call, and how often, by the settings."""

from typing import Annotated, Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from stockcast_lib.core.addresses import NO_PROXIES, Proxies, parse_proxies
from stockcast_lib.core.tokens import Right, TokenHolder, parse_asked, parse_holders
from stockcast_lib.settings.role import Role

_MOST_A_MINUTE = 1_000_000


class AccessSettings(Role):
    """Who may call, and how often.

    Attributes:
        tokens: whose tokens have which rights; see `core.tokens`.
        require_tokens: for which of `read` and `forecast` a token is asked, too.
        rate_limit: how many calls a minute may come with each token, and from each address without
            one; 0 for any number. So it is by default, since behind a proxy that is not trusted
            all have one address.
        trust_proxy: networks whose proxies are believed about the addresses of those who call; or
            true, for whoever connects: only where nobody but proxies can.
    """

    tokens: SecretStr = SecretStr("")
    require_tokens: Annotated[frozenset[Right], NoDecode] = frozenset()
    rate_limit: int = Field(0, ge=0, le=_MOST_A_MINUTE)
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

    @field_validator("trust_proxy", mode="before")
    @classmethod
    def _parse_proxies(cls, value: Any) -> Any:
        return parse_proxies(value) if isinstance(value, str) else value

    @property
    def holders(self) -> tuple[TokenHolder, ...]:
        """Of all tokens."""
        return parse_holders(self.tokens.get_secret_value())
