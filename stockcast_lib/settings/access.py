"""Who may call, by the settings."""

from typing import Annotated, Any

from pydantic import SecretStr, field_validator
from pydantic_settings import NoDecode

from stockcast_lib.core.tokens import Right, TokenHolder, parse_asked, parse_holders
from stockcast_lib.settings.role import Role


class AccessSettings(Role):
    """Who may call.

    Attributes:
        tokens: whose tokens have which rights; see `core.tokens`.
        require_tokens: for which of `read` and `forecast` a token is asked, too.
    """

    tokens: SecretStr = SecretStr("")
    require_tokens: Annotated[frozenset[Right], NoDecode] = frozenset()

    @field_validator("tokens")
    @classmethod
    def _check_tokens(cls, value: SecretStr) -> SecretStr:
        parse_holders(value.get_secret_value())
        return value

    @field_validator("require_tokens", mode="before")
    @classmethod
    def _parse_asked(cls, value: Any) -> Any:
        return parse_asked(value) if isinstance(value, str) else value

    @property
    def holders(self) -> tuple[TokenHolder, ...]:
        """Of all tokens."""
        return parse_holders(self.tokens.get_secret_value())
