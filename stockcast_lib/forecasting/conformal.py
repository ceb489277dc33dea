"""Bands that have held: by how far past forecasts of this very series were off.

Each row of the last years was an origin once. How far the price was from where the walk would
have put it some sessions later, in units of the volatility expected then, is a normalised error.
A share of them is no greater than the quantile at that level, so a band of so many volatilities
would have held that share. Errors over a few horizons are pooled; what makes a band wider with
the horizon is the expected volatility.

A short history has few errors. The quantiles are then drawn towards those of other shares, as if
a few months of them had been seen.

Source: Papadopoulos, Proedrou, Vovk and Gammerman, "Inductive confidence machines for regression",
ECML 2002, for conformal prediction with normalised errors.
"""

from collections.abc import Sequence
from functools import cache
from statistics import NormalDist

import numpy as np
from scipy.special import stdtrit

from stockcast_lib.forecasting.posterior import Array
from stockcast_lib.forecasting.random_walk import YEAR, Index, RandomWalk

POOLED_HORIZONS = range(1, 14)
CALIBRATION = 3 * YEAR // 2  # rows whose errors are pooled; tuned as those below
# The errors of many shares, pooled as here, are spread as this: tuned on origins before 2009 of
# the bundled series. As many rows' errors are added to those of the series itself.
_OTHERS_FREEDOM, _OTHERS_SCALE = 7.0, 0.86
_OTHERS_ROWS = 60
# Before them the volatility is hardly known, and any move may be many times what was expected.
_FIRST_ROWS = 10
# Central bands whose bounds are the quantiles 5 %, 10 % … 95 %: kept of every origin.
CENTRAL_LEVELS = tuple(round(0.1 * i, 1) for i in range(1, 10))


def normalised_errors(walk: RandomWalk) -> Array:
    """How far the walk's forecasts from each row were off, in expected volatilities.

    Returns:
        Shape (rows, pooled horizons); NaN where the outcome or the volatility is not known, or
        nothing moved.
    """
    rows = len(walk.log_price)
    errors = np.full((rows, len(POOLED_HORIZONS)), np.nan)
    for column, ahead in enumerate(POOLED_HORIZONS):
        origins = np.arange(rows - ahead)
        sessions = walk.clock[origins + ahead] - walk.clock[origins]
        moved = walk.log_price[origins + ahead] - walk.log_price[origins]
        error = np.abs(moved - walk.drift[origins] * sessions)
        expected = np.sqrt(walk.variance_ahead(origins, sessions))
        errors[: rows - ahead, column] = np.divide(
            error, expected, out=np.full_like(error, np.nan), where=expected > 0
        )
    errors[:_FIRST_ROWS] = np.nan
    return errors


def error_quantiles(errors: Array, row: int, levels: Sequence[float]) -> Array:
    """The normalised errors' quantiles as known at a row, shape (levels,).

    Args:
        errors: from `normalised_errors`.
        row: no outcome after it is used.
        levels: between 0 and 1.
    """
    others = np.asarray(_others_quantiles(tuple(levels)))
    window = errors[max(row - CALIBRATION, 0) : row]
    known = np.concatenate(
        [window[: max(len(window) - ahead + 1, 0), i] for i, ahead in enumerate(POOLED_HORIZONS)]
    )
    known = known[np.isfinite(known)]
    if not len(known):
        return others
    own = np.quantile(known, levels)
    weight = len(window) / (len(window) + _OTHERS_ROWS)
    return np.asarray(weight * own + (1 - weight) * others)


@cache
def _others_quantiles(levels: tuple[float, ...]) -> tuple[float, ...]:
    central = 0.5 + np.asarray(levels) / 2
    return tuple((stdtrit(_OTHERS_FREEDOM, central) * _OTHERS_SCALE).tolist())


def quantiles_at(errors: Array, rows: Index, levels: Sequence[float]) -> Array:
    """`error_quantiles` at each of some rows, shape (rows, levels)."""
    told = [error_quantiles(errors, int(row), levels) for row in rows]
    return np.asarray(told).reshape(len(rows), len(levels))


def half_widths(
    walk: RandomWalk,
    rows: Index | int,
    sessions: Array,
    quantiles: Array,
    levels: Sequence[float],
) -> Array:
    """Half the width of each level's band around the log price, shape (levels, sessions).

    Args:
        walk: of the series.
        rows: where to stand: one for all, or one for each of `sessions`.
        sessions: how far ahead. Beyond the pooled horizons the expected volatility and the doubt
            about the drift widen the band.
        quantiles: `error_quantiles` at the rows, shape (levels,) or (levels, sessions).
        levels: between 0 and 1.
    """
    normal = np.asarray([NormalDist().inv_cdf(0.5 + level / 2) for level in levels])[:, None]
    quantiles = quantiles.reshape(len(levels), -1)
    moves = quantiles**2 * walk.variance_ahead(rows, sessions)
    return np.asarray(np.sqrt(moves + normal**2 * walk.drift_variance[rows] * sessions**2))
