"""The sessions of a period that somebody chooses."""

from datetime import date
from typing import TypeVar

import pandas as pd

from stockcast_lib.core.errors import InvalidRequest, NotEnoughHistory

Rows = TypeVar("Rows", "pd.Series[float]", pd.DataFrame)


def between(rows: Rows, start: date | None = None, end: date | None = None) -> Rows:
    """The rows from the first session on or after `start` to the last on or before `end`.

    Args:
        rows: over an ascending DatetimeIndex of sessions.
        start: any day; None is the first session.
        end: any day; None is the last session.

    Raises:
        InvalidRequest: there is no session in between.
        NotEnoughHistory: there are no rows at all.
    """
    if rows.empty:
        raise NotEnoughHistory("The price series is empty.", sessions=0)
    first, last = rows.index[0], rows.index[-1]
    begin = first if start is None else pd.Timestamp(start)
    finish = last if end is None else pd.Timestamp(end)
    chosen: Rows = rows[(rows.index >= begin) & (rows.index <= finish)]
    if start and end and start > end:
        raise InvalidRequest(f"The start, {start}, lies after the end, {end}.", fields=[])
    if chosen.empty:
        raise InvalidRequest(
            f"There is no session {_period_text(start, end)}: the prices run from "
            f"{first.date()} to {last.date()}.",
            fields=[],
        )
    return chosen


def _period_text(start: date | None, end: date | None) -> str:
    if start is None:
        return f"up to {end}"
    return f"from {start} on" if end is None else f"from {start} to {end}"
