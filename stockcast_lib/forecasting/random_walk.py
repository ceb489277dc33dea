"""The walk that a price takes: how fast it drifts and how much it moves, at every session.

Prices are taken as a random walk in the logarithm. What is said of a session comes from that
session and those before it, so that any of them can be an origin of a backtest.

The drift is a posterior mean: a few years of prices say little of it, less than is known of
shares in general. The volatility is an average of absolute returns, which a single shock moves
less than it does an average of squares; ahead of an origin it goes back towards its long run.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from stockcast_lib.forecasting.posterior import Array
from stockcast_lib.forecasting.trading_calendar import session_numbers

YEAR = 252
Index = npt.NDArray[np.intp]

# Of the yearly log return of a large share, by the long record of stock markets: its mean, and
# how much shares differ in it. Tuned no further.
DRIFT_MEAN, DRIFT_SCALE = 0.06, 0.08
# Tuned on origins before 2009 of the bundled series.
_DECAY = 0.97
_LONG_RUN_SHARE = 0.3
_PERSISTENCE = 0.95
LONG_RUN = 3 * YEAR
_SETTLING = 60  # sessions that the first estimates are made of
# Of the current volatility: what is beyond tells of an event and not of the sessions to come.
_GREATEST_SURPRISE = 8.0
_MEAN_TO_DEVIATION = np.sqrt(np.pi / 2)


@dataclass(frozen=True)
class RandomWalk:
    """A price series as a walk in the logarithm; all arrays are over its rows.

    Attributes:
        log_price: natural logarithms.
        clock: sessions since the first row: rows may lack some.
        drift: expected log return a session.
        drift_variance: of that expectation.
        current: volatility of a session's log return now, as a variance.
        long_run: the same over the last `LONG_RUN` rows.
    """

    log_price: Array
    clock: Index
    drift: Array
    drift_variance: Array
    current: Array
    long_run: Array

    def variance_ahead(self, rows: Index | int, sessions: Array | Index) -> Array:
        """Of the log return over the sessions after a row, without the drift's own uncertainty.

        Args:
            rows: where to stand.
            sessions: how far to look, broadcast against `rows`.
        """
        fading = (1 - _PERSISTENCE**sessions) / (1 - _PERSISTENCE)
        excess = (1 - _LONG_RUN_SHARE) * (self.current[rows] - self.long_run[rows])
        return np.asarray(sessions * self.long_run[rows] + fading * excess)


def random_walk(prices: "pd.Series[float]") -> RandomWalk:
    """Estimate the walk at every row.

    Args:
        prices: positive, over ascending dates; two or more.
    """
    log_price = np.log(prices.to_numpy(dtype=float))
    clock = session_numbers(pd.DatetimeIndex(prices.index))
    elapsed = np.diff(clock)
    # Rows after a gap hold the moves of all the sessions that are missing.
    size = np.abs(np.diff(log_price)) / np.sqrt(elapsed)
    current, long_run = _volatilities(size)
    drift, drift_variance = _drifts(log_price, clock, long_run**2)
    return RandomWalk(log_price, clock, drift, drift_variance, current**2, long_run**2)


def _volatilities(size: Array) -> tuple[Array, Array]:
    """Current and long-run standard deviations of a session's return at every row."""
    start = _first_estimates(size)
    calm = _without_shocks(size, start)
    current = _fading_mean(calm, start)
    total = np.concatenate([[0.0], np.cumsum(calm)])
    last = np.arange(len(total))
    first = np.maximum(last - LONG_RUN, 0)
    long_run = (total[last] - total[first]) / np.maximum(last - first, 1)
    return current * _MEAN_TO_DEVIATION, long_run * _MEAN_TO_DEVIATION


def _first_estimates(size: Array) -> Array:
    """The mean of the first `_SETTLING` absolute returns, as far as known at every row."""
    known = np.minimum(np.arange(len(size) + 1), _SETTLING)
    total = np.concatenate([[0.0], np.cumsum(size[:_SETTLING])])
    return np.asarray(total[known] / np.maximum(known, 1))


def _fading_mean(size: Array, start: Array) -> Array:
    """Of the absolute returns up to every row; what is before the first is `start`."""
    # It takes a second and 40 MB to import, which who only asks for forecasts need not pay.
    from scipy.signal import lfilter

    mean = np.append(0.0, lfilter([1 - _DECAY], [1, -_DECAY], size))
    return np.asarray(mean + _DECAY ** np.arange(len(start)) * start)


def _without_shocks(size: Array, start: Array) -> Array:
    """Absolute returns, each at most `_GREATEST_SURPRISE` times what was expected of it."""
    expected = _fading_mean(size, start)[:-1]
    bearable = np.where(expected > 0, _GREATEST_SURPRISE * expected, np.inf)
    return np.minimum(size, bearable)


def _drifts(log_price: Array, clock: Index, variance: Array) -> tuple[Array, Array]:
    """Posterior mean and variance of the log return a session at every row."""
    first = np.maximum(np.arange(len(log_price)) - LONG_RUN, 0)
    years = np.maximum(clock - clock[first], 1) / YEAR
    measured = (log_price - log_price[first]) / years
    # Of the measured drift; where prices stand still there is nothing to doubt.
    doubt = YEAR * variance / years
    weight = DRIFT_SCALE**2 / (DRIFT_SCALE**2 + doubt)
    weight[0] = 0.0
    mean = weight * measured + (1 - weight) * DRIFT_MEAN
    return mean / YEAR, DRIFT_SCALE**2 * (1 - weight) / YEAR**2
