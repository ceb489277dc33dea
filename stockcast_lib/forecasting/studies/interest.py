"""An interest series of one's own, as a table of dates and values."""

from io import StringIO

import pandas as pd

from stockcast_lib.core.errors import InvalidRequest


def interest_from_csv(text: str, name: str) -> "pd.Series[float]":
    """The series of a CSV with the columns date and value, ascending.

    Args:
        text: of the table.
        name: what an error calls it.

    Raises:
        InvalidRequest: it lacks such columns.
    """
    try:
        frame = pd.read_csv(StringIO(text), dtype={"value": float})
        dates = pd.to_datetime(frame["date"], format="%Y-%m-%d")
        values = frame["value"].to_numpy(dtype=float)
    except (ValueError, KeyError):
        raise InvalidRequest(
            f"{name} must be a CSV with the columns date (as 2016-01-31) and value (a number).",
            fields=[],
        ) from None
    return pd.Series(values, index=pd.DatetimeIndex(dates)).sort_index()
