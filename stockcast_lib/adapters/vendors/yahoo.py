"""Yahoo Finance through the package yfinance (extra `yahoo`), which is imported when first asked.

Yahoo has no documented API, and yfinance follows its pages. This is tested against a stand-in
module with the recorded shape of yfinance's answers and errors, never against the real one.

Yahoo's prices and dividends allow for splits already, so that no split is left to apply: the
dividends alone adjust the closes. After a split all earlier rows differ from those before it.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from importlib import import_module
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from stockcast_lib.adapters.vendors.rows import checked_history, since, vendor_symbol
from stockcast_lib.core.errors import (
    BadSettings,
    BadVendorData,
    StockcastError,
    VendorUnavailable,
)
from stockcast_lib.core.price_checks import ADJUSTED_CLOSE
from stockcast_lib.core.price_history import DATE, PriceHistory
from stockcast_lib.core.symbols import SymbolDirectory
from stockcast_lib.core.vendors import shown_vendor, throttled

_SHOWN = shown_vendor("yahoo")
_EXCHANGE = ZoneInfo("America/New_York")
# During a session Yahoo gives a row for it that still changes.
_SESSION_IS_FINAL = time(18)
_COLUMNS = {
    "Open": "open",
    "High": "high",
    "Low": "low",
    "Close": "close",
    "Volume": "volume",
    "Dividends": "dividend",
    "Adj Close": ADJUSTED_CLOSE,
}


class Yahoo:
    """`MarketData` over yfinance.

    Args:
        timeout_seconds: of each of its requests.
        now: the time, in the exchange's time zone.
    """

    name = "yahoo"
    calls_made = 0  # Yahoo names no limit, and yfinance does not count

    def __init__(
        self,
        *,
        timeout_seconds: float = 20.0,
        now: Callable[[], datetime] = lambda: datetime.now(_EXCHANGE),
    ) -> None:
        self._timeout = timeout_seconds
        self._now = now

    def daily_prices(self, ticker: str, start: date | None = None) -> PriceHistory:
        """The history from `start` on, or the whole one, without a session under way.

        Raises:
            BadSettings: yfinance is not installed.
            Throttled: Yahoo asks to wait.
            BadVendorData: no prices, which for Yahoo may or may not mean an unknown ticker.
            VendorUnavailable: all else that fails.
        """
        symbol = vendor_symbol(_SHOWN, ticker, "-")
        frame = self._ask(_yfinance(), symbol, start)
        absent = [name for name in _COLUMNS if name not in frame.columns]
        if absent or not isinstance(frame.index, pd.DatetimeIndex):
            raise BadVendorData(f"{_SHOWN}'s answer lacks {', '.join(absent) or 'dates'}.")
        parts = frame[list(_COLUMNS)].rename(columns=_COLUMNS)
        # What is no number becomes NaN, and is refused as that.
        parts = parts.apply(pd.to_numeric, errors="coerce").assign(split=1.0)
        parts.index = frame.index.tz_localize(None).normalize().as_unit("us").rename(DATE)
        return checked_history(ticker, self.name, since(self._final(parts), start))

    def directory(self) -> SymbolDirectory:
        """No ticker, and not complete: Yahoo has no list."""
        return SymbolDirectory((), complete=False)

    def _ask(self, yfinance: ModuleType, symbol: str, start: date | None) -> pd.DataFrame:
        span: dict[str, Any] = {"start": start.isoformat()} if start else {"period": "max"}
        try:
            frame = yfinance.Ticker(symbol).history(
                **span,
                interval="1d",
                auto_adjust=False,
                actions=True,
                timeout=self._timeout,
                raise_errors=True,
            )
        except Exception as error:  # it raises those of several HTTP packages
            raise _explain(error, symbol) from error
        if not isinstance(frame, pd.DataFrame):
            raise BadVendorData(f"{_SHOWN} gave no table of prices for {symbol}.")
        return frame

    def _final(self, frame: pd.DataFrame) -> pd.DataFrame:
        now = self._now()
        if now.time() >= _SESSION_IS_FINAL:
            return frame
        return frame[frame.index < pd.Timestamp(now.date())]


def _yfinance() -> ModuleType:
    try:
        return import_module("yfinance")
    except ImportError as error:
        raise BadSettings(
            "STOCKCAST_VENDORS names yahoo, which needs the package yfinance: "
            "install it with `pip install 'stockcast[yahoo]'`."
        ) from error


def _explain(error: Exception, symbol: str) -> StockcastError:
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if "YFRateLimitError" in kinds:
        return throttled(_SHOWN, None)
    if "YFTickerMissingError" in kinds:
        return BadVendorData(
            f"{_SHOWN} gave no prices of {symbol}: it may not know the ticker, or refuse to say."
        )
    return VendorUnavailable(f"{_SHOWN} cannot be read ({type(error).__name__}): try again later.")
