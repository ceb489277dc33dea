"""The vendors, and the tickers that are known."""

from collections.abc import Mapping
from functools import cache, partial
from typing import TYPE_CHECKING

from pydantic import SecretStr

from stockcast_lib.core.symbols import SymbolDirectory
from stockcast_lib.ports import MarketData
from stockcast_lib.settings import VendorName, VendorSettings
from stockcast_lib.wiring.stores import bucket

if TYPE_CHECKING:
    from stockcast_lib.adapters.symbol_list import ReloadingDirectory, S3SymbolLists, SymbolSource


def vendors(calls_allowed: Mapping[str, int] | None = None) -> tuple[MarketData, ...]:
    """Whom to ask for prices, in order.

    Args:
        calls_allowed: how often each; who may not be asked is left out. Without it, at will.

    Raises:
        BadSettings: those that are named lack their keys.
    """
    settings = VendorSettings.read()
    allowed = calls_allowed or {}
    return tuple(
        _vendor(name, settings, allowed.get(name))
        for name in settings.askable()
        if allowed.get(name) != 0
    )


def asked_vendors() -> tuple[VendorName, ...]:
    """Whom the workers ask, in order; also for who has not their keys."""
    settings = VendorSettings.read()
    return settings.vendors or settings.order


def _vendor(name: VendorName, settings: VendorSettings, calls_allowed: int | None) -> MarketData:
    if name == "tiingo":
        from stockcast_lib.adapters.vendors import tiingo

        return tiingo.Tiingo(
            _plain(settings.tiingo_api_key),
            settings.tiingo_url or tiingo.DEFAULT_URL,
            calls_allowed=calls_allowed,
        )
    if name == "nasdaq_data_link":
        from stockcast_lib.adapters.vendors import nasdaq_data_link

        return nasdaq_data_link.NasdaqDataLink(
            _plain(settings.nasdaq_data_link_api_key),
            settings.nasdaq_data_link_url or nasdaq_data_link.DEFAULT_URL,
            database=settings.nasdaq_data_link_database,
            table=settings.nasdaq_data_link_table,
            calls_allowed=calls_allowed,
        )
    if name == "yahoo":
        from stockcast_lib.adapters.vendors.yahoo import Yahoo

        return Yahoo()
    from stockcast_lib.adapters.vendors.sample import SampleVendor

    return SampleVendor()


def _plain(key: SecretStr | None) -> str:
    return key.get_secret_value() if key else ""


def symbol_lists() -> "S3SymbolLists":
    """Where symbol lists are kept."""
    from stockcast_lib.adapters.symbol_list import S3SymbolLists

    return S3SymbolLists(bucket())


def symbol_sources() -> "tuple[SymbolSource, ...]":
    """The configured vendors' lists of symbols, the one to be believed most first."""
    from stockcast_lib.adapters.vendors.tiingo_tickers import supported_tickers

    url = VendorSettings.read().tiingo_tickers_url
    return (partial(supported_tickers, url),) if url else ()


def _bundled_symbols() -> SymbolDirectory:
    from stockcast_lib.adapters.vendors.sample_symbols import bundled_symbols

    # Every other vendor knows more tickers than any list that we have.
    alone = asked_vendors() == ("sample",)
    return SymbolDirectory(bundled_symbols().symbols, complete=alone)


@cache
def symbol_directory() -> "ReloadingDirectory":
    """The directory over the newest symbol list and what the vendors bring along."""
    from stockcast_lib.adapters.symbol_list import ReloadingDirectory

    return ReloadingDirectory(symbol_lists(), _bundled_symbols())
