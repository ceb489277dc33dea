"""What Tiingo and Nasdaq Data Link answer, as their documents and recorded answers show it.

Each function gives an `Answer`; the sentences and codes are the vendors' own.
"""

import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

JSON = "application/json"
PAGE_ROWS = 5_000
_TIINGO = {
    "Close": "close", "High": "high", "Low": "low", "Open": "open", "Volume": "volume",
    "Adj. Close": "adjClose", "Adj. High": "adjHigh", "Adj. Low": "adjLow",
    "Adj. Open": "adjOpen", "Adj. Volume": "adjVolume", "Ex-Dividend": "divCash",
    "Split Ratio": "splitFactor",
}  # fmt: skip
_WIKI = [
    "Open", "High", "Low", "Close", "Volume", "Ex-Dividend", "Split Ratio", "Adj. Open",
    "Adj. High", "Adj. Low", "Adj. Close", "Adj. Volume",
]  # fmt: skip
_TABLE = [
    "open", "high", "low", "close", "volume", "ex-dividend", "split_ratio", "adj_open",
    "adj_high", "adj_low", "adj_close", "adj_volume",
]  # fmt: skip
LISTED = """\
ticker,exchange,assetType,priceCurrency,startDate,endDate
AAPL,NASDAQ,Stock,USD,1980-12-12,2026-01-02
BRK-A,NYSE,Stock,USD,1980-03-17,2026-01-02
MSFT,NASDAQ,Stock,USD,1986-03-13,2026-01-02
SPY,NYSE ARCA,ETF,USD,1993-01-29,2026-01-02
XOM,NYSE,Stock,USD,1970-01-02,2026-01-02
REUSED,NYSE,Stock,USD,1990-01-02,2001-05-01
REUSED,NASDAQ,Stock,USD,2010-01-04,2026-01-02
VFINX,NMFQS,Mutual Fund,USD,1980-01-02,2026-01-02
NEVER,NYSE,Stock,USD,,
-P-S,NYSE,Stock,USD,2018-08-22,2023-05-05
000001,SHE,Stock,CNY,2007-01-04,2026-01-02
"""


@dataclass
class Answer:
    """One HTTP answer."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": JSON})


def as_json(document: Any, status: int = 200, **headers: str) -> Answer:
    """A document as JSON."""
    return Answer(status, json.dumps(document).encode(), {"Content-Type": JSON, **headers})


def plain(text: str, status: int = 200) -> Answer:
    """A sentence as plain text."""
    return Answer(status, text.encode(), {"Content-Type": "text/plain; charset=utf-8"})


def page(status: int = 200) -> Answer:
    """A challenge as a web page."""
    body = b"<!DOCTYPE html><html><body>Checking your browser before access.</body></html>"
    return Answer(status, body, {"Content-Type": "text/html; charset=utf-8"})


def tiingo_prices(history: pd.DataFrame) -> Answer:
    """Rows as Tiingo gives them."""
    days = history.index.strftime("%Y-%m-%dT00:00:00.000Z")
    named = history[list(_TIINGO)].rename(columns=_TIINGO)
    rows = [{"date": day, **row} for day, row in zip(days, named.to_dict("records"), strict=True)]
    return as_json(rows)


def tiingo_error(detail: str, status: int, **headers: str) -> Answer:
    """An error of Tiingo's."""
    return as_json({"detail": detail}, status, **headers)


def tiingo_list() -> Answer:
    """The list of tickers, as a zip file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("supported_tickers.csv", LISTED)
    return Answer(200, packed.getvalue(), {"Content-Type": "application/zip"})


def nasdaq_series(history: pd.DataFrame, order: str) -> Answer:
    """A time series of Nasdaq Data Link."""
    wanted = history.iloc[::-1] if order == "desc" else history
    span = history.index.strftime("%Y-%m-%d")
    return as_json({
        "dataset_data": {
            "limit": None, "transform": None, "column_index": None,
            "column_names": ["Date", *_WIKI],
            "start_date": span[0] if len(span) else None,
            "end_date": span[-1] if len(span) else None,
            "frequency": "daily",
            "data": _rows(wanted, _WIKI),
            "collapse": None, "order": order,
        }
    })  # fmt: skip


def nasdaq_table(history: pd.DataFrame, ticker: str, cursor: str) -> Answer:
    """One page of a table of Nasdaq Data Link."""
    begin = int(cursor or 0)
    rows = _rows(history.iloc[begin : begin + PAGE_ROWS], _WIKI)
    after = begin + PAGE_ROWS
    columns = [("ticker", "String"), ("date", "Date"), *((name, "double") for name in _TABLE)]
    return as_json({
        "datatable": {
            "data": [[ticker, *row] for row in rows],
            "columns": [{"name": name, "type": kind} for name, kind in columns],
        },
        "meta": {"next_cursor_id": str(after) if after < len(history) else None},
    })  # fmt: skip


def nasdaq_error(code: str, message: str, status: int, **headers: str) -> Answer:
    """An error of Nasdaq Data Link's."""
    return as_json({"quandl_error": {"code": code, "message": message}}, status, **headers)


def _rows(history: pd.DataFrame, names: list[str]) -> list[list[Any]]:
    days = history.index.strftime("%Y-%m-%d")
    values = history[names].to_numpy().tolist()
    return [[day, *row] for day, row in zip(days, values, strict=True)]
