"""Nasdaq Data Link, formerly Quandl: its time series and its tables (docs.data.nasdaq.com).

1. A database of daily prices is named by its code: WIKI, which ends on 2018-03-27, EOD, ...
2. A time series comes whole; a table comes in pages, each with the cursor of the next.
3. Errors carry a code, QE and a letter: limits, authentication, permission, syntax, codes.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from stockcast_lib.adapters.vendors.http_answer import Answer, bad_key
from stockcast_lib.adapters.vendors.http_client import (
    DEFAULT_LIMITS,
    Limits,
    VendorClient,
    checked_key,
)
from stockcast_lib.adapters.vendors.rows import history, known_column, vendor_symbol
from stockcast_lib.core.errors import (
    BadSettings,
    BadVendorData,
    NotInPlan,
    StockcastError,
    UnknownTicker,
)
from stockcast_lib.core.price_history import DATE, PriceHistory
from stockcast_lib.core.symbols import SymbolDirectory
from stockcast_lib.core.vendors import shown_vendor, throttled

DEFAULT_URL = "https://data.nasdaq.com"
_SHOWN = shown_vendor("nasdaq_data_link")
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,31}", re.ASCII)
_ERROR_CODE = re.compile(r"QE[A-Z]x[0-9]{2}", re.ASCII)
# Seconds until a limit of calls is surely there again.
_LIMITS = {
    **dict.fromkeys(("QELx01", "QELx02", "QELx03"), 24 * 3600.0),
    **dict.fromkeys(("QELx04", "QELx05"), 600.0),
}
# A page has up to 10,000 rows; no share has been traded on a million days.
_PAGES = 100
_CLASS_MARK = "_"

Rows = list[Mapping[str, Any]]


class NasdaqDataLink:
    """`MarketData` over one database of Nasdaq Data Link.

    Args:
        key: the API key; without it the limits are narrow.
        base_url: of the API.
        database: its code.
        table: of that database, such as PRICES; without it, its time series are read.
        limits: of time and size.
        calls_allowed: how many requests may be sent; without it, any number.

    Raises:
        BadVendorKey: the key cannot be one.
        BadSettings: `base_url`, `database` or `table` cannot be one.
    """

    name = "nasdaq_data_link"

    def __init__(
        self,
        key: str | None,
        base_url: str = DEFAULT_URL,
        *,
        database: str = "WIKI",
        table: str | None = None,
        limits: Limits = DEFAULT_LIMITS,
        calls_allowed: int | None = None,
    ) -> None:
        headers = {"x-api-token": checked_key(_SHOWN, key)} if key else {}
        self.client = VendorClient(
            _SHOWN, base_url, headers=headers, limits=limits, calls_allowed=calls_allowed
        )
        self._database = _checked_code(database)
        self._table = _checked_code(table) if table else None

    @property
    def calls_made(self) -> int:
        """How many requests were sent."""
        return self.client.calls_made

    def daily_prices(self, ticker: str, start: date | None = None) -> PriceHistory:
        """The history from `start` on, or the whole one; prices as paid.

        Raises:
            UnknownTicker: the database has no such code.
            Throttled: a limit is used up; says for how long where that is known.
            NotInPlan: the account may not read the database.
            BadVendorKey: the key is refused.
            BadVendorData: the answer is not a price history.
            VendorUnavailable: no answer, a server error or a web page.
        """
        rows = self._pages(ticker, start) if self._table else self._series(ticker, start)
        return history(ticker, self.name, rows, start)

    def directory(self) -> SymbolDirectory:
        """No ticker, and not complete: the lists of codes are not fetched."""
        return SymbolDirectory((), complete=False)

    def _series(self, ticker: str, start: date | None) -> Rows:
        code = vendor_symbol(_SHOWN, ticker, _CLASS_MARK)
        params = {"order": "asc"} | ({"start_date": start.isoformat()} if start else {})
        path = f"/api/v3/datasets/{self._database}/{code}/data.json"
        data = _object(self._json(path, params, ticker), "dataset_data")
        return _rows(data.get("column_names"), data.get("data"))

    def _pages(self, ticker: str, start: date | None) -> Rows:
        code = vendor_symbol(_SHOWN, ticker, _CLASS_MARK)
        asked = {"ticker": code} | ({"date.gte": start.isoformat()} if start else {})
        path = f"/api/v3/datatables/{self._database}/{self._table}.json"
        rows: Rows = []
        cursor: str | None = None
        for _ in range(_PAGES):
            next_page = {"qopts.cursor_id": cursor} if cursor else {}
            page = self._json(path, asked | next_page, ticker)
            rows += _table_rows(page)
            cursor = _next_cursor(page)
            if cursor is None:
                if not rows and start is None:
                    # A table has no other way to say so.
                    raise _unknown(ticker)
                # Tables promise no order.
                return sorted(rows, key=lambda row: str(row.get(DATE)))
        raise BadVendorData(f"{_SHOWN} gave more than {_PAGES} pages, which no history has.")

    def _json(self, path: str, params: Mapping[str, str], ticker: str) -> Any:
        return self.client.get(path, params, lambda answer: _explain(answer, ticker)).json()


def _rows(names: Any, data: Any) -> Rows:
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise BadVendorData(f"{_SHOWN} gave no names of columns.")
    ours = [known_column(name) for name in names]
    if not isinstance(data, list) or not all(
        isinstance(row, list) and len(row) == len(names) for row in data
    ):
        raise BadVendorData(f"{_SHOWN} gave rows that do not fit its columns.")
    return [
        {name: value for name, value in zip(ours, row, strict=True) if name is not None}
        for row in data
    ]


def _table_rows(page: Any) -> Rows:
    table = _object(page, "datatable")
    columns = table.get("columns")
    if not isinstance(columns, list) or not all(isinstance(column, dict) for column in columns):
        raise BadVendorData(f"{_SHOWN} gave no names of columns.")
    return _rows([column.get("name") for column in columns], table.get("data"))


def _next_cursor(page: Any) -> str | None:
    cursor = _object(page, "meta").get("next_cursor_id")
    if cursor is not None and not isinstance(cursor, str):
        raise BadVendorData(f"{_SHOWN} gave a cursor that is no text.")
    return cursor or None


def _object(document: Any, name: str) -> dict[str, Any]:
    inner = document.get(name) if isinstance(document, dict) else None
    if not isinstance(inner, dict):
        raise BadVendorData(f"{_SHOWN} gave JSON without {name}.")
    return inner


def _explain(answer: Answer, ticker: str) -> StockcastError | None:
    error = _error_code(answer)
    # What may pass (QEM, QEX) is known by its status.
    if error is None or (answer.may_pass and not error.startswith("QEL")):
        return None
    if error in _LIMITS:
        told = answer.retry_after
        return throttled(_SHOWN, _LIMITS[error] if told is None else told)
    if error == "QECx02":
        return _unknown(ticker)
    return _refusal(error, ticker)


def _refusal(error: str, ticker: str) -> StockcastError:
    if error.startswith("QEA"):
        return bad_key(_SHOWN)
    if error.startswith("QEP"):
        return NotInPlan(f"The account with {_SHOWN} may not read {ticker} ({error}).")
    return BadVendorData(
        f"{_SHOWN} refuses the request for {ticker} ({error}): check the database's code."
    )


def _error_code(answer: Answer) -> str | None:
    """The code of an error document, whatever its status."""
    if "quandl_error" not in answer.text:
        return None
    try:
        code = _object(answer.json(), "quandl_error").get("code")
    except BadVendorData:
        return None
    return code if isinstance(code, str) and _ERROR_CODE.fullmatch(code) else None


def _unknown(ticker: str) -> UnknownTicker:
    return UnknownTicker(f"{_SHOWN} knows no ticker {ticker}.", nearest=[])


def _checked_code(code: str) -> str:
    if not _CODE.fullmatch(code):
        raise BadSettings(f"The code of a {_SHOWN} database or table is like WIKI, not {code!r}.")
    return code
