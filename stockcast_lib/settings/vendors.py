"""Whom to ask for prices."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from stockcast_lib.core.budgets import CallLimit
from stockcast_lib.core.errors import BadSettings
from stockcast_lib.settings.role import Role
from stockcast_lib.settings.source import files_are_off, running_stack

VendorName = Literal["tiingo", "nasdaq_data_link", "yahoo", "sample"]
KEYED_VENDORS: tuple[VendorName, ...] = ("tiingo", "nasdaq_data_link")
_CALL_LIMITS = tuple(
    f"{name}_calls_per_{window}" for name in KEYED_VENDORS for window in ("hour", "day")
)


class VendorSettings(Role):
    """Whom to ask for prices, in order; with which key, how often; how long an answer serves."""

    vendors: Annotated[tuple[VendorName, ...], NoDecode] = ()
    tiingo_url: str | None = None
    tiingo_tickers_url: str | None = None
    tiingo_api_key: SecretStr | None = Field(None, validation_alias="TIINGO_API_KEY")
    nasdaq_data_link_url: str | None = None
    nasdaq_data_link_api_key: SecretStr | None = Field(
        None, validation_alias="NASDAQ_DATA_LINK_API_KEY"
    )
    nasdaq_data_link_database: str = "WIKI"
    nasdaq_data_link_table: str | None = None
    max_age_days: float = Field(7, gt=0, le=3650)
    # By third parties' figures for the plans that cost nothing.
    tiingo_calls_per_hour: int = Field(50, ge=0)
    tiingo_calls_per_day: int = Field(1000, ge=0)
    nasdaq_data_link_calls_per_hour: int = Field(2000, ge=0)
    nasdaq_data_link_calls_per_day: int = Field(50_000, ge=0)

    @field_validator("vendors", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value

    @property
    def max_age(self) -> timedelta:
        """How long prices serve before a vendor is asked again."""
        return timedelta(days=self.max_age_days)

    @property
    def order(self) -> tuple[VendorName, ...]:
        """Whom to ask: those that were named, else each with a key, else the bundled sample.

        One that needs a key and has none is left out.
        """
        keys = {
            "tiingo": self.tiingo_api_key,
            "nasdaq_data_link": self.nasdaq_data_link_api_key,
        }
        if self.vendors:
            return tuple(name for name in self.vendors if keys.get(name, True))
        keyed = tuple(name for name in KEYED_VENDORS if keys[name])
        return keyed or ("sample",)

    @property
    def without_key(self) -> tuple[VendorName, ...]:
        """Those that were named, and cannot be asked."""
        return tuple(name for name in self.vendors if name not in self.order)

    def askable(self) -> tuple[VendorName, ...]:
        """The order, with at least one in it.

        Raises:
            BadSettings: those that were named lack their keys.
        """
        if self.order:
            return self.order
        keys = " or ".join(key_variable(name) for name in self.without_key)
        raise BadSettings(
            f"There is no key for {', '.join(self.without_key)}: set {keys}, "
            "or STOCKCAST_VENDORS=sample."
        )

    def announced(self) -> dict[str, str]:
        """What clients are told, who have not the keys that say who is asked, nor the limits.

        Raises:
            BadSettings: as `askable` does.
        """
        limits = ((name, getattr(self, name)) for name in _CALL_LIMITS)
        told = {f"STOCKCAST_{name.upper()}": str(limit) for name, limit in limits}
        return {**told, "STOCKCAST_VENDORS": ",".join(self.askable())}

    @property
    def call_limits(self) -> Mapping[str, tuple[CallLimit, ...]]:
        """Of the vendors that limit their calls, by name."""
        return {
            "tiingo": _hour_and_day(self.tiingo_calls_per_hour, self.tiingo_calls_per_day),
            "nasdaq_data_link": _hour_and_day(
                self.nasdaq_data_link_calls_per_hour, self.nasdaq_data_link_calls_per_day
            ),
        }


def announced_vendors() -> tuple[str, ...]:
    """Whom a running local stack asks for prices; none where there is none."""
    stack = None if files_are_off() else running_stack(Path.cwd())
    told = dotenv_values(stack).get("STOCKCAST_VENDORS") if stack else None
    return tuple(told.split(",")) if told else ()


def key_variable(vendor: VendorName) -> str:
    """Where a vendor's key is looked for."""
    return f"{vendor.upper()}_API_KEY"


def _hour_and_day(hour: int, day: int) -> tuple[CallLimit, ...]:
    return CallLimit(hour, 3600), CallLimit(day, 24 * 3600)
