"""How much of what the model says a forecast takes over: as much as it has earned.

The forecast is the random walk's, and a share `w` of what the model says beyond it. At a horizon,
with `x` what the model said beyond the walk at past origins and `e` what came of it, the share
that would have been best is the slope of `e` on `x`. Few windows that do not overlap tell it, so
it is a posterior mean: the prior is that the model adds nothing.
"""

import numpy as np

from stockcast_lib.forecasting.posterior import Array
from stockcast_lib.forecasting.random_walk import Index

# How far from zero the best shares of shares' models are: tuned on origins before 2009 of the
# bundled series.
SHARE_SCALE = 0.15
LEAST_WINDOWS = 8


def separate_windows(origins: Index, sessions: int) -> Index:
    """The most windows of so many sessions from these origins that do not overlap.

    Args:
        origins: rows, ascending; each window's outcome is known.
        sessions: each window's length.

    Returns:
        Their origins, by position.
    """
    chosen, free = [], -1
    for position, origin in enumerate(origins):
        if origin >= free:
            chosen.append(position)
            free = int(origin) + sessions
    return np.asarray(chosen, dtype=np.intp)


def origin_weights(origins: Index, sessions: int) -> Array:
    """How much each origin tells, so that no stretch of time counts for more than another.

    Where origins are close together their windows overlap, and each tells as much as it is apart
    from the one before; it tells 1 where that is a whole window.

    Args:
        origins: rows, ascending.
        sessions: each window's length.
    """
    apart = np.diff(origins, prepend=origins[:1] - sessions)
    return np.asarray(np.minimum(apart / sessions, 1.0))


def earned_share(said: Array, came: Array, weights: Array, windows: int) -> float:
    """The share of the model's word to take over, 0 to 1.

    Args:
        said: what the model said beyond the walk, log returns, shape (origins,).
        came: what came beyond the walk, shape (origins,).
        weights: of the origins.
        windows: how many of the origins' windows do not overlap.
    """
    counts = np.zeros(len(said), dtype=np.intp)
    counts[-1:] = windows
    return float(earned_shares(said, came, weights, counts)[-1])


def earned_shares(said: Array, came: Array, weights: Array, windows: Index) -> Array:
    """The share after each number of outcomes, none of them included, shape (origins + 1,).

    Args:
        said: as for `earned_share`.
        came: as for `earned_share`.
        weights: of the origins.
        windows: up to and with each origin, how many windows do not overlap, shape (origins,).
    """
    squares, products, outcomes = (
        np.cumsum(weights * each) for each in (said**2, said * came, came**2)
    )
    told = (windows >= LEAST_WINDOWS) & (squares > 0)
    divisor = np.where(told, squares, 1.0)
    slope = products / divisor
    noise = np.maximum(outcomes - slope * products, 0.0)
    doubt = noise / divisor / np.maximum(windows, 1)
    share = np.clip(slope * SHARE_SCALE**2 / (SHARE_SCALE**2 + doubt), 0.0, 1.0)
    return np.append(0.0, np.where(told, share, 0.0))
