"""What would have been forecast at past origins, with only what was known then, and what came."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stockcast_lib.forecasting.backtest import OriginFits
from stockcast_lib.forecasting.combination import earned_share, origin_weights, separate_windows
from stockcast_lib.forecasting.conformal import error_quantiles, half_widths, normalised_errors
from stockcast_lib.forecasting.features import term_features
from stockcast_lib.forecasting.model import LogPriceModel
from stockcast_lib.forecasting.posterior import Array
from stockcast_lib.forecasting.random_walk import LONG_RUN, Index, RandomWalk, random_walk


@dataclass(frozen=True)
class Outcomes:
    """Past forecasts at one horizon beside what came; prices, shape (origins,) unless said.

    Attributes:
        sessions: the horizon.
        origins: rows of the series whose outcome is known.
        weights: how much each origin tells.
        separate: which of the windows do not overlap, by position.
        last: the price at the origin, which is the naive forecast.
        actual: the price that came.
        forecast: what would have been published.
        model: what the model alone would have said, its level included.
        levels: of the central bands.
        lower, upper: of the bands, shape (levels, origins).
        naive_half_width: of the naive forecast's Gaussian band at one standard deviation, in
            log price.
        scale: mean absolute change a session over the sessions before the origin.
    """

    sessions: int
    origins: Index
    weights: Array
    separate: Index
    last: Array
    actual: Array
    forecast: Array
    model: Array
    levels: tuple[float, ...]
    lower: Array
    upper: Array
    naive_half_width: Array
    scale: Array

    @property
    def windows(self) -> int:
        """How many of the windows do not overlap."""
        return len(self.separate)


class WalkForward:
    """A series' past forecasts, for any horizon."""

    def __init__(self, prices: "pd.Series[float]", model: LogPriceModel, fits: OriginFits) -> None:
        """Stand at every origin of a backtest.

        Args:
            prices: the `backtest_history` of the series that was backtested.
            model: with its terms.
            fits: from `fit_origins` on the series with the model's configuration.
        """
        self.walk: RandomWalk = random_walk(prices)
        self.errors = normalised_errors(self.walk)
        self._dates = pd.DatetimeIndex(prices.index)
        self._prices = prices.to_numpy(dtype=float)
        self._features, self._fits = term_features(model, self._dates), fits
        self._quantiles: dict[tuple[float, ...], Array] = {}
        self._deviation, self._change = self._naive_scales(fits.origins)

    def share(self, sessions: int) -> float:
        """How much of the model's word the outcomes so many rows ahead have earned."""
        known, said, came = self._beyond_the_walk(sessions)
        origins = self._fits.origins[known]
        windows = len(separate_windows(origins, sessions))
        return earned_share(said, came, origin_weights(origins, sessions), windows)

    def outcomes(self, sessions: int, levels: Sequence[float]) -> Outcomes:
        """The past forecasts so many rows ahead, with central bands of these levels."""
        known, said, came = self._beyond_the_walk(sessions)
        origins = self._fits.origins[known]
        ends = origins + sessions
        ahead = (self.walk.clock[ends] - self.walk.clock[origins]).astype(float)
        last = self.walk.log_price[origins]
        walked = self.walk.drift[origins] * ahead
        centre = last + walked + _shares(origins, said, came, sessions) * said
        widths = self._half_widths(known, ahead, tuple(levels))
        return Outcomes(
            sessions=sessions,
            origins=origins,
            weights=origin_weights(origins, sessions),
            separate=separate_windows(origins, sessions),
            last=np.exp(last),
            actual=np.exp(self.walk.log_price[ends]),
            forecast=np.exp(centre),
            model=np.exp(self._fits.level[known] + walked + said),
            levels=tuple(levels),
            lower=np.exp(centre - widths),
            upper=np.exp(centre + widths),
            naive_half_width=self._deviation[known] * np.sqrt(ahead),
            scale=self._change[known],
        )

    def _beyond_the_walk(self, sessions: int) -> tuple[Index, Array, Array]:
        """Which fits' outcomes are known; what the model said beyond the walk; what came."""
        known = np.flatnonzero(self._fits.origins + sessions < len(self._prices))
        origins = self._fits.origins[known]
        ends = origins + sessions
        walked = self.walk.drift[origins] * (self.walk.clock[ends] - self.walk.clock[origins])
        said = self._model(known, origins, ends) - self._fits.level[known] - walked
        came = self.walk.log_price[ends] - self.walk.log_price[origins] - walked
        return known, said, came

    def _model(self, known: Index, origins: Index, ends: Index) -> Array:
        days = np.asarray((self._dates[ends] - self._dates[origins]).days, dtype=float)
        return self._fits.log_price(known, days, self._features[ends] - self._features[origins])

    def _half_widths(self, known: Index, ahead: Array, levels: tuple[float, ...]) -> Array:
        """Each origin's band so many sessions ahead, shape (levels, origins)."""
        if levels not in self._quantiles:
            self._quantiles[levels] = np.asarray(
                [error_quantiles(self.errors, int(row), levels) for row in self._fits.origins]
            ).reshape(len(self._fits.origins), len(levels))
        rows = self._fits.origins[known]
        return half_widths(self.walk, rows, ahead, self._quantiles[levels][known].T, levels)

    def _naive_scales(self, origins: Index) -> tuple[Array, Array]:
        """Standard deviation of log returns, and mean absolute change, up to each origin."""
        deviation, change = np.zeros(len(origins)), np.zeros(len(origins))
        for i, origin in enumerate(origins):
            rows = slice(max(int(origin) - LONG_RUN, 0), int(origin) + 1)
            deviation[i] = np.diff(self.walk.log_price[rows]).std()
            change[i] = np.abs(np.diff(self._prices[rows])).mean()
        return deviation, change


def _shares(origins: Index, said: Array, came: Array, sessions: int) -> Array:
    """At each origin, the share that the outcomes known by then had earned."""
    shares, weights = np.zeros(len(origins)), origin_weights(origins, sessions)
    for i, origin in enumerate(origins):
        known = int(np.searchsorted(origins, origin - sessions, side="right"))
        windows = len(separate_windows(origins[:known], sessions))
        shares[i] = earned_share(said[:known], came[:known], weights[:known], windows)
    return shares
