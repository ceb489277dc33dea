"""Tiingo's end-of-day prices, as its documentation describes them (api.tiingo.com, "End-of-Day").

1. The answer is a JSON array of rows; without a start it holds the latest session only.
2. Allowances that are used up come as 429, but also as 200 with a sentence.
3. A ticker is unknown only where Tiingo says so; any other 404 is something else.
4. Earlier adjusted closes change with every split and dividend; prices as paid do not.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any

from stockcast_lib.adapters.vendors.http_answer import Answer, bad_key
from stockcast_lib.adapters.vendors.http_client import (
    DEFAULT_LIMITS,
    Limits,
    VendorClient,
    checked_key,
)
from stockcast_lib.adapters.vendors.rows import history, vendor_symbol
from stockcast_lib.core.errors import BadVendorData, NotInPlan, StockcastError, UnknownTicker
from stockcast_lib.core.price_checks import ADJUSTED_CLOSE
from stockcast_lib.core.price_history import DATE, PriceHistory
from stockcast_lib.core.symbols import SymbolDirectory
from stockcast_lib.core.vendors import shown_vendor, throttled

DEFAULT_URL = "https://api.tiingo.com"
_SHOWN = shown_vendor("tiingo")
_FIRST_DAY = date(1900, 1, 1)
_COLUMNS = {
    "date": DATE,
    "open": "open",
    "high": "high",
    "low": "low",
    "close": "close",
    "volume": "volume",
    "divCash": "dividend",
    "splitFactor": "split",
    "adjClose": ADJUSTED_CLOSE,
}
_NOT_FOUND = re.compile(r"ticker .{0,40}not found")
_NO_TOKEN = re.compile(r"(supply a|invalid) token|credentials were not provided")
_HOUR, _DAY = 3600.0, 24 * 3600.0


class Tiingo:
    """`MarketData` over Tiingo's HTTP API.

    Args:
        key: the API token.
        base_url: of the API.
        limits: of time and size.
        calls_allowed: how many requests may be sent; without it, any number.

    Raises:
        BadVendorKey: the key cannot be one.
        BadSettings: `base_url` cannot be one.
    """

    name = "tiingo"

    def __init__(
        self,
        key: str,
        base_url: str = DEFAULT_URL,
        *,
        limits: Limits = DEFAULT_LIMITS,
        calls_allowed: int | None = None,
    ) -> None:
        headers = {"Authorization": f"Token {checked_key(_SHOWN, key)}"}
        self.client = VendorClient(
            _SHOWN, base_url, headers=headers, limits=limits, calls_allowed=calls_allowed
        )

    @property
    def calls_made(self) -> int:
        """How many requests were sent."""
        return self.client.calls_made

    def daily_prices(self, ticker: str, start: date | None = None) -> PriceHistory:
        """The history from `start` on, or the whole one; prices as paid, in the listing's currency.

        Raises:
            UnknownTicker: Tiingo says that it has no such ticker.
            Throttled: an allowance is used up; says for how long where that is known.
            NotInPlan: the plan does not cover the ticker.
            BadVendorKey: the token is refused.
            BadVendorData: the answer is not a price history.
            VendorUnavailable: no answer, a server error or a web page.
        """
        symbol = vendor_symbol(_SHOWN, ticker, "-")
        params = {
            "startDate": (start or _FIRST_DAY).isoformat(),
            "resampleFreq": "daily",
            "sort": "date",
            "format": "json",
        }
        answer = self.client.get(
            f"/tiingo/daily/{symbol}/prices", params, lambda answer: _explain(answer, ticker)
        )
        return history(ticker, self.name, _rows(answer.json()), start)

    def directory(self) -> SymbolDirectory:
        """No ticker, and not complete: `tiingo_tickers` fetches the list, which is large."""
        return SymbolDirectory((), complete=False)


def _rows(document: Any) -> list[Mapping[str, Any]]:
    if not isinstance(document, list) or not all(isinstance(row, dict) for row in document):
        raise BadVendorData(f"{_SHOWN} gave something other than a list of rows.")
    return [{ours: row.get(theirs) for theirs, ours in _COLUMNS.items()} for row in document]


def _explain(answer: Answer, ticker: str) -> StockcastError | None:
    # Every list begins so; all else is a sentence, bare or in an object.
    if answer.text.lstrip().startswith("[") or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return None
    if "run over" in answer.text or "allocation" in answer.text:
        told = answer.retry_after
        return throttled(_SHOWN, _allowance_returns(answer.text) if told is None else told)
    if _NOT_FOUND.search(answer.text):
        return UnknownTicker(f"{_SHOWN} knows no ticker {ticker}.", nearest=[])
    if _NO_TOKEN.search(answer.text):
        return bad_key(_SHOWN)
    if answer.status == HTTPStatus.FORBIDDEN:
        return NotInPlan(f"The plan with {_SHOWN} does not cover {ticker}.")
    return None


def _allowance_returns(text: str) -> float | None:
    """Seconds until an allowance is surely there again; the documents name no exact time."""
    now = datetime.now(UTC)
    if "hour" in text:
        return _HOUR
    if "month" in text:
        next_month = (now.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=0)
        return (next_month - now).total_seconds() + _DAY
    return _DAY if "daily" in text else None
