"""What prices must be before they are kept, and what is merely worth a note."""

import math

import numpy as np
import pandas as pd

from stockcast_lib.core.errors import BadVendorData

ADJUSTED_CLOSE = "adjusted_close"
COLUMNS = ("open", "high", "low", "close", "volume", "dividend", "split", ADJUSTED_CLOSE)
_POSITIVE = ("open", "high", "low", "close", "split", ADJUSTED_CLOSE)
_NOT_NEGATIVE = ("volume", "dividend")
# Old records have an open or a close slightly outside the day's range.
_OUTSIDE_RANGE = 0.02
# A smaller change of the share count cannot be told from a day's move.
_CLEAR_SPLIT = math.log(1.25)
# Halts and lost records happen, even to large companies; a longer hole is not a history.
LONGEST_GAP = 5
_ROWS_NAMED = 5


def check_prices(frame: pd.DataFrame) -> pd.DataFrame:
    """Give back the frame when it keeps the schema of `PriceHistory.frame`.

    Raises:
        BadVendorData: naming the column or the first rows that break it; of rows,
            `details["rows"]` is their number.
    """
    missing = [name for name in COLUMNS if name not in frame.columns]
    if missing:
        raise BadVendorData(f"The prices lack the columns {', '.join(missing)}.")
    if frame.empty:
        raise BadVendorData("The prices have no rows.")
    _check_dates(frame)
    for name in _POSITIVE:
        _refuse(frame, ~(frame[name].gt(0) & frame[name].lt(math.inf)), f"a bad {name}")
    for name in _NOT_NEGATIVE:
        _refuse(frame, ~(frame[name].ge(0) & frame[name].lt(math.inf)), f"a bad {name}")
    _refuse(frame, frame["high"] < frame["low"], "a high below the low")
    for name in ("open", "close"):
        outside = (frame[name] / frame["high"] > 1 + _OUTSIDE_RANGE) | (
            frame[name] / frame["low"] < 1 - _OUTSIDE_RANGE
        )
        _refuse(frame, outside, f"{'an' if name == 'open' else 'a'} {name} outside high and low")
    _refuse(frame, _without_their_jump(frame), "a split that the close does not show")
    return frame


def _check_dates(frame: pd.DataFrame) -> None:
    index = frame.index
    if not isinstance(index, pd.DatetimeIndex) or index.tz is not None or index.hasnans:
        raise BadVendorData("The prices' index must be dates without a time zone.")
    _refuse(frame, pd.Series(index != index.normalize(), index), "a time of day")
    _refuse(frame, index.to_series().diff().dt.days <= 0, "a date not after the one before")


def _without_their_jump(frame: pd.DataFrame) -> pd.Series:
    """The splits at which the close moved as if there were none: somebody has adjusted it."""
    close, split = (_logarithm(frame[name]) for name in ("close", "split"))
    move = close.diff()
    return (split.abs() > _CLEAR_SPLIT) & ((move + split).abs() > move.abs())


def _logarithm(positive: pd.Series) -> pd.Series:
    return pd.Series(np.log(positive.to_numpy(dtype=float)), index=positive.index)


def missing_sessions(frame: pd.DataFrame, sessions: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The New York exchange's sessions between the first row and the last that have no row.

    Raises:
        BadVendorData: more than `LONGEST_GAP` of them follow each other.
    """
    expected = sessions[(sessions >= frame.index[0]) & (sessions <= frame.index[-1])]
    present = expected.isin(frame.index)
    gap = np.diff(np.flatnonzero(present), prepend=-1) - 1
    after = expected[present][gap > LONGEST_GAP]
    if len(after):
        named = ", ".join(str(day.date()) for day in after[:_ROWS_NAMED])
        raise BadVendorData(
            f"More than {LONGEST_GAP} sessions of the New York calendar in a row are missing "
            f"before {named}."
        )
    return pd.DatetimeIndex(expected[~present])


def _refuse(frame: pd.DataFrame, bad: pd.Series, what: str) -> None:
    if bad.any():
        dates = pd.DatetimeIndex(frame.index[bad.to_numpy()])
        named = ", ".join(str(day.date()) for day in dates[:_ROWS_NAMED])
        more = f" and {len(dates) - _ROWS_NAMED} more" if len(dates) > _ROWS_NAMED else ""
        count = "1 row has" if len(dates) == 1 else f"{len(dates)} rows have"
        raise BadVendorData(f"{count} {what}: {named}{more}.", rows=len(dates))
