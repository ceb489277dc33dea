"""What a reader should know about a price series before believing a forecast of it."""

import numpy as np
import pandas as pd

from stockcast_lib.forecasting.posterior import Array
from stockcast_lib.forecasting.trading_calendar import session_numbers

_HALVED = np.log(2) * 0.9  # a split of two for one and a day's move
_LONG_GAP = 10
_MOSTLY_STILL = 0.5
_MOST = 5


def oddities(prices: "pd.Series[float]") -> tuple[str, ...]:
    """Sentences on jumps like a split's, on gaps, and on prices that do not move.

    Args:
        prices: adjusted closes over an ascending DatetimeIndex of trading days.
    """
    returns = np.diff(np.log(prices.to_numpy(dtype=float)))
    dates = pd.DatetimeIndex(prices.index)
    found = [*_still(returns), *_jumps(returns, dates), *_gaps(dates)]
    more = [f"And {len(found) - _MOST} more such."] if len(found) > _MOST else []
    return (*found[:_MOST], *more)


def _jumps(returns: Array, dates: pd.DatetimeIndex) -> list[str]:
    large = np.abs(returns) >= _HALVED
    return [
        f"The price went to {times:.3g} times itself on {day.date()}: "
        "if that was a split, the prices are not adjusted for it."
        for times, day in zip(np.exp(returns[large]), dates[1:][large], strict=True)
    ]


def _gaps(dates: pd.DatetimeIndex) -> list[str]:
    missing = np.diff(session_numbers(dates)) - 1
    long = missing >= _LONG_GAP
    return [
        f"{count} sessions are missing before {day.date()}."
        for count, day in zip(missing[long], dates[1:][long], strict=True)
    ]


def _still(returns: Array) -> list[str]:
    share = float(np.mean(returns == 0))
    if share < _MOSTLY_STILL:
        return []
    return [f"The price did not move in {share:.0%} of the sessions."]
