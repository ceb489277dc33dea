"""A date axis on which days without a session take no room."""

from typing import Any

import numpy as np
import pandas as pd

# Plotly compares each break with all before it, and each point with the breaks, on every redraw:
# the weekends of thirty years would take half a second of it.
_LONGEST_WITH_HOLIDAYS = pd.Timedelta(days=6 * 366)
_LONGEST = pd.Timedelta(days=16 * 366)
# A longer hole in the data is to be seen. The exchange itself was never closed for longer.
_LONGEST_CLOSURE = 5
_MOST = 12 * 7  # twelve a year; more are not holidays but data that has no daily rows
_FIRST_WEEKEND_DAY = 5


def range_breaks(shown: pd.DatetimeIndex) -> list[dict[str, Any]]:
    """Plotly's `rangebreaks` for an axis.

    Args:
        shown: every day that anything is drawn for, ascending: the history's sessions, then the
            calendar's up to the target.

    Returns:
        Weekends, and weekdays without a session, each as far as the span is short enough for so
        many. Nothing where the prices are not those of weekdays.
    """
    if len(shown) == 0 or (shown.day_of_week >= _FIRST_WEEKEND_DAY).any():
        return []
    span = shown[-1] - shown[0]
    if span > _LONGEST:
        return []
    weekends: dict[str, Any] = {"bounds": ["sat", "mon"]}
    closed = _closed_weekdays(shown) if span <= _LONGEST_WITH_HOLIDAYS else []
    if not closed or len(closed) > _MOST:
        return [weekends]
    return [weekends, {"values": closed}]


def _closed_weekdays(shown: pd.DatetimeIndex) -> list[str]:
    """Weekdays without a row, of holes no longer than an exchange is closed for."""
    weekdays = pd.bdate_range(shown[0], shown[-1])
    has_row = weekdays.isin(shown)
    # Each run of days without a row has the number of the last day before it that has one.
    run = np.cumsum(has_row)
    lengths = np.bincount(run[~has_row], minlength=int(run[-1]) + 1)
    closed = weekdays[~has_row & (lengths[run] <= _LONGEST_CLOSURE)]
    return closed.strftime("%Y-%m-%d").tolist()
