"""The sessions ahead: the forecast's path and its bands, on the logarithm of the price."""

from collections.abc import Sequence

import numpy as np

from stockcast_lib.forecasting.conformal import error_quantiles, half_widths
from stockcast_lib.forecasting.posterior import Array
from stockcast_lib.forecasting.walk_forward import WalkForward

# Where the share of the model's word is learned; between them it is a straight line.
_KNOTS = (1, 3, 5, 10, 21, 42, 63, 126, 252, 504, 1008)


class Outlook:
    """What is forecast from the last row.

    Attributes:
        past: the past forecasts that it learns from.
        model: what the model alone says, shape (sessions,).
        shares: of what the model says beyond the walk, how much is taken over, shape (sessions,).
        centre: the forecast, shape (sessions,): it begins at the last price.
    """

    def __init__(self, past: WalkForward, said: Array) -> None:
        """Combine the walk and the model.

        Args:
            past: the past forecasts.
            said: the model's log price at the last row and at each session ahead.
        """
        self.past, self.model = past, said[1:]
        self._sessions = np.arange(1.0, len(said))
        walked = past.walk.drift[-1] * self._sessions
        self.shares = self._earned()
        beyond = self.model - said[0] - walked
        self.centre = past.walk.log_price[-1] + walked + self.shares * beyond

    def half_widths(self, levels: Sequence[float]) -> Array:
        """Half the width of each level's band, shape (levels, sessions)."""
        last = len(self.past.walk.log_price) - 1
        quantiles = error_quantiles(self.past.errors, last, levels)
        return half_widths(self.past.walk, last, self._sessions, quantiles, levels)

    def _earned(self) -> Array:
        knots = [*_KNOTS, 2 * _KNOTS[-1]]
        earned = [self.past.share(knot) for knot in knots]
        return np.asarray(np.interp(self._sessions, knots, earned))
