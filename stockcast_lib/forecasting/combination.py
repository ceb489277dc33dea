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


def separate_windows(origins: Index, sessions: int) -> int:
    """How many windows of so many sessions from these origins do not overlap.

    Args:
        origins: rows, ascending; each window's outcome is known.
        sessions: each window's length.
    """
    count, free = 0, -1
    for origin in origins:
        if origin >= free:
            count, free = count + 1, int(origin) + sessions
    return count


def earned_share(said: Array, came: Array, windows: int) -> float:
    """The share of the model's word to take over, 0 to 1.

    Args:
        said: what the model said beyond the walk, log returns, shape (origins,).
        came: what came beyond the walk, shape (origins,).
        windows: how many of the origins' windows do not overlap.
    """
    squares = float(said @ said)
    if windows < LEAST_WINDOWS or squares == 0:
        return 0.0
    slope = float(said @ came) / squares
    noise = float(np.mean((came - slope * said) ** 2))
    doubt = noise / (squares / len(said) * windows)
    return float(np.clip(slope * SHARE_SCALE**2 / (SHARE_SCALE**2 + doubt), 0.0, 1.0))
