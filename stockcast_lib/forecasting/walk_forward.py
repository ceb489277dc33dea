"""What would have been forecast at past origins, with only what was known then, and what came."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stockcast_lib.forecasting.backtest import OriginFits
from stockcast_lib.forecasting.combination import (
    earned_share,
    earned_shares,
    origin_weights,
    separate_windows,
)
from stockcast_lib.forecasting.conformal import (
    CENTRAL_LEVELS,
    half_widths,
    normalised_errors,
    quantiles_at,
)
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
        dates = pd.DatetimeIndex(prices.index)
        self._days = dates.to_numpy().astype("datetime64[D]").astype(float)
        self._prices = prices.to_numpy(dtype=float)
        self._features, self._fits = term_features(model, dates), fits
        self._other_quantiles: dict[float, Array] = {}
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
        days = self._days[ends] - self._days[origins]
        return self._fits.log_price(known, days, self._features[ends] - self._features[origins])

    def _half_widths(self, known: Index, ahead: Array, levels: tuple[float, ...]) -> Array:
        """Each origin's band so many sessions ahead, shape (levels, origins)."""
        rows = self._fits.origins[known]
        quantiles = np.stack([self._quantiles(level)[known] for level in levels])
        return half_widths(self.walk, rows, ahead, quantiles, levels)

    def _quantiles(self, level: float) -> Array:
        """The normalised errors' quantiles at every origin, shape (origins,)."""
        if level in CENTRAL_LEVELS:
            return self._fits.quantiles[:, CENTRAL_LEVELS.index(level)]
        if level not in self._other_quantiles:
            told = quantiles_at(self.errors, self._fits.origins, [level])
            self._other_quantiles[level] = told[:, 0]
        return self._other_quantiles[level]

    def _naive_scales(self, origins: Index) -> tuple[Array, Array]:
        """Standard deviation of log returns, and mean absolute change, up to each origin."""
        first, last = np.maximum(origins - LONG_RUN, 0), origins
        returns, moves = np.diff(self.walk.log_price), np.abs(np.diff(self._prices))
        mean, square, change = (
            _window_means(each, first, last) for each in (returns, returns**2, moves)
        )
        return np.sqrt(np.maximum(square - mean**2, 0.0)), change


def _window_means(values: Array, first: Index, last: Index) -> Array:
    """The means of `values[first:last]`, window by window."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray((total[last] - total[first]) / (last - first))


def _shares(origins: Index, said: Array, came: Array, sessions: int) -> Array:
    """At each origin, the share that the outcomes known by then had earned."""
    separate = np.zeros(len(origins), dtype=np.intp)
    separate[separate_windows(origins, sessions)] = 1
    weights = origin_weights(origins, sessions)
    shares = earned_shares(said, came, weights, np.cumsum(separate))
    return shares[np.searchsorted(origins, origins - sessions, side="right")]
