"""Tiingo's list of tickers: a zip file with one CSV, which needs no key.

Its columns are ticker, exchange, assetType, priceCurrency, startDate and endDate. It names no
companies, and a ticker that was given to another company has a row for each.
"""

import csv
import io
import zipfile
import zlib
from datetime import date, timedelta
from http import HTTPStatus

from stockcast_lib.adapters.vendors.http_answer import Answer
from stockcast_lib.adapters.vendors.http_client import DEFAULT_LIMITS, Limits, VendorClient
from stockcast_lib.adapters.vendors.tiingo import DEFAULT_URL
from stockcast_lib.core.errors import BadVendorData, StockcastError
from stockcast_lib.core.symbols import Symbol
from stockcast_lib.core.tickers import is_ticker
from stockcast_lib.core.vendors import shown_vendor

LIST_PATH = "/docs/tiingo/daily/supported_tickers.zip"
_SHOWN = shown_vendor("tiingo")
_KINDS = ("stock", "etf")
_CSV_BYTES = 64 * 1024 * 1024
_COLUMNS = ("ticker", "exchange", "assetType", "startDate", "endDate")
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# The list is some days old; what is suspended for longer is hardly traded again.
_STILL_TRADED = timedelta(days=30)


def supported_tickers(
    base_url: str = DEFAULT_URL, *, limits: Limits = DEFAULT_LIMITS
) -> list[Symbol]:
    """Every listing of a stock or ETF that has prices, on all exchanges, without names.

    Tickers that a request could not name are left out. What has had no prices for a month is not
    active.

    Args:
        base_url: of the host that has the list, which need not be that of the API.
        limits: of time and size.

    Raises:
        BadVendorData: the answer is not such a list.
        Throttled: the host asks to wait.
        VendorUnavailable: no answer, a server error or a web page.
    """
    client = VendorClient(_SHOWN, base_url, headers={}, limits=limits)
    answer = client.get(LIST_PATH, {}, _explain)
    try:
        return _symbols(_text(answer.body))
    except (
        ValueError,
        zipfile.BadZipFile,
        zlib.error,
        csv.Error,
        RuntimeError,
        OSError,
        EOFError,
    ) as error:
        # RuntimeError: it asks for a password; NotImplementedError, a kind of it, for a method.
        raise BadVendorData(
            f"{_SHOWN} gave a list of tickers that cannot be read ({type(error).__name__})."
        ) from error


def _explain(answer: Answer) -> StockcastError | None:
    if answer.status == HTTPStatus.OK and not answer.body.startswith(b"PK"):
        return BadVendorData(f"{_SHOWN} gave something other than a zip file of tickers.")
    return None


def _only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    (member,) = archive.infolist()
    if member.compress_type not in _PACKED:
        raise zipfile.BadZipFile("packed by an unusual method")
    return member


def _text(packed: bytes) -> str:
    with (
        zipfile.ZipFile(io.BytesIO(packed)) as archive,
        archive.open(_only_member(archive)) as source,
    ):
        content = source.read(_CSV_BYTES + 1)
    if len(content) > _CSV_BYTES:
        raise BadVendorData(f"{_SHOWN}'s list of tickers is larger than {_CSV_BYTES} bytes.")
    return content.decode("utf-8-sig")


def _symbols(text: str) -> list[Symbol]:
    reader = csv.DictReader(io.StringIO(text), restval="")
    if not set(_COLUMNS) <= set(reader.fieldnames or ()):
        raise BadVendorData(f"{_SHOWN}'s list of tickers has other columns than it had.")
    listed = [row for row in reader if row["assetType"].lower() in _KINDS and row["startDate"]]
    latest = max((row["endDate"] for row in listed), default="")
    since = str(date.fromisoformat(latest) - _STILL_TRADED) if latest else ""
    symbols = [
        Symbol(
            ticker=row["ticker"],
            exchange=row["exchange"],
            asset=row["assetType"].lower(),
            active=not row["endDate"] or row["endDate"] >= since,
        )
        for row in listed
    ]
    return [symbol for symbol in symbols if is_ticker(symbol.ticker)]
