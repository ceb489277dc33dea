"""A vendor's rows to a price history: each value is checked before pandas sees it."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from stockcast_lib.core.errors import BadVendorData, UnknownTicker
from stockcast_lib.core.price_checks import ADJUSTED_CLOSE
from stockcast_lib.core.price_history import DATE, PriceHistory, price_history
from stockcast_lib.core.tickers import CLASS_MARK, canonical_ticker, is_ticker
from stockcast_lib.core.vendors import shown_vendor

# Tiingo writes midnight in two ways; the tables of Nasdaq Data Link write only the day.
_SESSION = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T00:00:00(?:\.0{1,6})?(?:Z|\+00:00)?)?", re.ASCII)

_SMALLEST, _LARGEST = 1e-12, 1e15
NEEDED = ("open", "high", "low", "close", "volume")

# How WIKI, EOD, Tiingo, Yahoo and Stooq call a column: without case, blanks and signs.
_KNOWN = {
    **dict.fromkeys(("date", "data"), DATE),
    **dict.fromkeys(("open", "otwarcie"), "open"),
    **dict.fromkeys(("high", "najwyzszy"), "high"),
    **dict.fromkeys(("low", "najnizszy"), "low"),
    **dict.fromkeys(("close", "zamkniecie"), "close"),
    **dict.fromkeys(("volume", "vol", "wolumen"), "volume"),
    **dict.fromkeys(("exdividend", "dividend", "divcash"), "dividend"),
    **dict.fromkeys(("splitratio", "split", "splitfactor"), "split"),
    **dict.fromkeys(("adjclose", "adjustedclose"), ADJUSTED_CLOSE),
}


def known_column(name: str) -> str | None:
    """Our name for a vendor's column, or None for one that is not needed."""
    return _KNOWN.get(plain_name(name))


def plain_name(name: str) -> str:
    """A column's name without case, blanks and signs."""
    return re.sub(r"[\W_]", "", name).lower()


def vendor_symbol(vendor: str, ticker: str, separator: str) -> str:
    """The ticker as a vendor writes it: BRK.A with its own sign for the class.

    Raises:
        UnknownTicker: no vendor has a ticker of this shape.
    """
    canonical = canonical_ticker(ticker)
    if not is_ticker(canonical):
        raise UnknownTicker(f"{vendor} knows no ticker {ticker!r}.", nearest=[])
    return canonical.replace(CLASS_MARK, separator)


def history(
    ticker: str, vendor: str, rows: Sequence[Mapping[str, Any]], start: date | None = None
) -> PriceHistory:
    """The rows as a checked history.

    Args:
        ticker: as asked for.
        vendor: its name in the settings.
        rows: JSON values by our column names, ascending.
        start: rows before it are left out.

    Raises:
        BadVendorData: there are no rows, or they are no prices; names the first ones.
    """
    frame = _frame(rows) if rows else pd.DataFrame()
    return checked_history(ticker, vendor, since(frame, start))


def checked_history(ticker: str, vendor: str, frame: pd.DataFrame) -> PriceHistory:
    """`price_history`, from a frame with the vendor's adjusted closes in it.

    Raises:
        BadVendorData: the frame is empty or breaks the schema.
    """
    if frame.empty:
        raise BadVendorData(
            f"{shown_vendor(vendor)} has no prices of {ticker} for the time asked for."
        )
    absent = [name for name in NEEDED if name not in frame.columns]
    if absent:
        lacks = ", ".join(absent)
        raise BadVendorData(f"The prices of {shown_vendor(vendor)} lack the columns {lacks}.")
    _refuse_impossible(frame)
    parts = frame.drop(columns=ADJUSTED_CLOSE, errors="ignore")
    adjusted = frame.get(ADJUSTED_CLOSE)
    # What overflows or divides by zero is not finite, and is refused as that.
    with np.errstate(all="ignore"):
        return price_history(ticker, vendor, parts, vendors_adjusted=adjusted)


def _refuse_impossible(frame: pd.DataFrame) -> None:
    """No price, volume or ratio is of such a size, and what follows would overflow."""
    size = frame.abs()
    wrong = ((size > _LARGEST) | ((size < _SMALLEST) & (size > 0))).any(axis=1)
    if wrong.any():
        day = pd.DatetimeIndex(frame.index[wrong])[0].date()
        raise BadVendorData(f"The row of {day} has a number of an impossible size.", rows=1)


def since(frame: pd.DataFrame, start: date | None) -> pd.DataFrame:
    """The rows from a date on."""
    return frame if start is None or frame.empty else frame[frame.index >= pd.Timestamp(start)]


def date_index(dates: Iterable[date]) -> pd.DatetimeIndex:
    """The sessions as the index of a price frame."""
    return pd.DatetimeIndex(list(dates), name=DATE).as_unit("us")


def _frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    sessions = [_session(row, line) for line, row in enumerate(rows, 1)]
    names = [name for name in rows[0] if name != DATE]
    columns = {
        name: [_number(row, name, day) for row, day in zip(rows, sessions, strict=True)]
        for name in names
    }
    return pd.DataFrame(columns, index=date_index(sessions), dtype=float)


def _session(row: Mapping[str, Any], line: int) -> date:
    value = row.get(DATE)
    found = _SESSION.fullmatch(value) if isinstance(value, str) else None
    try:
        return date.fromisoformat(found[1] if found else "")
    except ValueError:
        raise BadVendorData(f"Row {line} of the answer has no date.") from None


def _number(row: Mapping[str, Any], name: str, day: date) -> float:
    value = row.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number
    raise BadVendorData(f"The row of {day} has no number as its {name.replace('_', ' ')}.")
