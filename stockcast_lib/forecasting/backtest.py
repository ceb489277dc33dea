"""The model as it would have been fitted at past origins of the same series.

Origins are seven sessions apart over the last three years, and a quarter apart for up to thirteen
years before, so that short horizons are judged on recent times and long ones on enough of it. At
each the model is fitted exactly to the `training_years` that were known then. What is kept of a
fit tells its forecast for any horizon, so one backtest serves them all.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.forecasting.conformal import CENTRAL_LEVELS, normalised_errors, quantiles_at
from stockcast_lib.forecasting.exact_fit import map_estimate
from stockcast_lib.forecasting.features import term_features
from stockcast_lib.forecasting.model import (
    DAYS_A_YEAR,
    DEFAULT_CONFIG,
    MIN_SESSIONS,
    MIN_SPAN_DAYS,
    LogPriceModel,
    prepared_model,
)
from stockcast_lib.forecasting.posterior import Array, Design, Parameters, hinges
from stockcast_lib.forecasting.random_walk import LONG_RUN, YEAR, Index, random_walk

# Archived backtests carry it: raise it when the same prices would give other fits.
METHOD = 2
RECENT_STEP, EARLIER_STEP = 7, 66
MOST_EARLIER = 48
# A short history has its origins closer together, so that there are as many.
_ENOUGH_ORIGINS = 50
# Before the first origin, where the history is long enough: nearly a year, so that three years
# hold eight windows of a quarter after it.
LEAST_TRAINING = YEAR - 12
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class OriginFits:
    """What the model said at past origins; `log_price` tells it for any session.

    Attributes:
        origins: rows of the series, ascending, shape (origins,).
        level: the model's log price at each.
        rate: its log return a day from there on, without seasonal terms.
        effects: coefficients of the terms on the log price, shape (origins, terms).
        quantiles: of the walk's normalised errors as known at each, by the levels of
            `conformal.CENTRAL_LEVELS`, shape (origins, levels).
    """

    origins: Index
    level: Array
    rate: Array
    effects: Array
    quantiles: Array

    def log_price(self, which: Index, days: Array, change: Array) -> Array:
        """The model's forecasts, shape (which,).

        Args:
            which: fits, by position.
            days: calendar days from each one's origin to the session forecast for.
            change: the terms at that session less those at the origin, shape (which, terms).
        """
        seasonal = np.einsum("ij,ij->i", self.effects[which], change)
        return np.asarray(self.level[which] + self.rate[which] * days + seasonal)


def backtest_origins(rows: int) -> Index:
    """Where to stand in a series of so many rows, the last of which is now."""
    first = max(min(LEAST_TRAINING, rows // 2), MIN_SESSIONS) - 1
    step = max(1, min(RECENT_STEP, (rows - 1 - first) // _ENOUGH_ORIGINS))
    recent_first = max(first, rows - 1 - LONG_RUN)
    recent = np.arange(rows - 1 - step, recent_first - 1, -step)
    earlier = np.arange(rows - 1 - LONG_RUN - EARLIER_STEP, first - 1, -EARLIER_STEP)
    return np.concatenate([recent, earlier[:MOST_EARLIER]])[::-1].astype(np.intp)


def backtest_history(prices: "pd.Series[float]", config: ModelConfig) -> "pd.Series[float]":
    """The rows that origins and their training windows reach back to."""
    training = round(config.training_years * YEAR) + YEAR // 12
    return prices.iloc[-(training + LONG_RUN + EARLIER_STEP * MOST_EARLIER) :]


def fit_origins(prices: "pd.Series[float]", config: ModelConfig = DEFAULT_CONFIG) -> OriginFits:
    """Fit the model at every origin.

    Args:
        prices: adjusted closes over an ascending DatetimeIndex of trading days; the origins are
            rows of its `backtest_history`.
        config: the model's parameters; whatever its engine, these fits are exact. One that
            cannot be solved for would take minutes: it has no origins.

    Raises:
        NotEnoughHistory, BadVendorData: see `fit_prophet`.
    """
    model = prepared_model(prices, config)
    prices = backtest_history(prices, config)
    dates = pd.DatetimeIndex(prices.index)
    features = term_features(model, dates)
    log_price = np.log(prices.to_numpy(dtype=float))
    windows = _Windows(model, config.changepoints, dates, log_price, features)
    origins = backtest_origins(len(prices) if config.solvable else 0)
    level, rate, effects = [], [], []
    before: Parameters | None = None
    for origin in origins:
        design, scale, days = windows.design(int(origin))
        before = map_estimate(design, before if len(design.y) >= LEAST_TRAINING else None)
        slope = (before.k + before.delta.sum()) * scale / days
        last = _mean_at_last(design, before) * scale
        level.append(last)
        rate.append(slope)
        effects.append(before.beta * scale)
    shape = (len(origins), features.shape[1])
    return OriginFits(
        origins,
        np.asarray(level),
        np.asarray(rate),
        np.asarray(effects).reshape(shape),
        quantiles_at(normalised_errors(random_walk(prices)), origins, CENTRAL_LEVELS),
    )


def _mean_at_last(design: Design, at: Parameters) -> float:
    trend = at.k + at.m + float(hinges(design.t[-1:], design.changepoints)[0] @ at.delta)
    return trend + float(design.features[-1] @ at.beta)


@dataclass(frozen=True)
class _Windows:
    """Slices of one table of terms, and the designs that they make."""

    model: LogPriceModel
    # As asked for: the model's own are those that the last window holds.
    explicit: tuple[date, ...] | None
    dates: pd.DatetimeIndex
    log_price: Array
    features: Array

    @property
    def _config(self) -> ModelConfig:
        return self.model.config

    def design(self, origin: int) -> tuple[Design, float, float]:
        """The design at an origin, the log price it calls 1, and the days it calls 1."""
        days = self.dates.to_numpy()
        years = self._config.training_years
        cutoff = days[origin] - np.timedelta64(round(DAYS_A_YEAR * years * 86_400), "s")
        first = int(np.searchsorted(days, cutoff, side="right"))
        window = slice(min(first, max(origin + 1 - MIN_SESSIONS, 0)), origin + 1)
        y, when = self.log_price[window], days[window]
        scale, span = float(np.abs(y).max()) or 1.0, float((when[-1] - when[0]) / _DAY)
        t = (when - when[0]) / _DAY / span
        design = Design(
            y=y / scale,
            t=np.asarray(t, dtype=float),
            changepoints=self._changepoints(when, t),
            features=self.features[window] * self._borne(span),
            beta_scales=self._prior_scales(),
            delta_scale=self._config.changepoint_prior_scale,
        )
        return design, scale, span

    def _changepoints(self, when: npt.NDArray[np.datetime64], t: Array) -> Array:
        """Scaled times, as Prophet chooses them."""
        if self.explicit is not None:
            wanted = np.asarray(self.explicit, dtype=when.dtype)
            inside = wanted[(wanted > when[0]) & (wanted < when[-1])]
            return np.asarray((inside - when[0]) / (when[-1] - when[0]), dtype=float)
        candidates = int(np.floor(len(t) * self._config.changepoint_range))
        count = min(self._config.n_changepoints, max(candidates - 1, 0))
        chosen = np.linspace(0, candidates - 1, count + 1).round().astype(int)[1:]
        return np.asarray(t[chosen], dtype=float)

    def _borne(self, span: float) -> Array:
        """1 for each term that a history of so many days can bear, else 0."""
        kept = [
            np.full(2 * term["fourier_order"], span >= MIN_SPAN_DAYS.get(name, 0), dtype=float)
            for name, term in self.model.seasonalities.items()
        ]
        whole = np.concatenate(kept) if kept else np.ones(0)
        return np.append(whole, np.ones(self.features.shape[1] - len(whole)))

    def _prior_scales(self) -> Array:
        terms = self.model.seasonalities.values()
        scales = [np.full(2 * term["fourier_order"], term["prior_scale"]) for term in terms]
        seasonal = np.concatenate(scales) if scales else np.ones(0)
        others = self.features.shape[1] - len(seasonal)
        holiday_scale = self._config.holidays_prior_scale if self._config.holidays else 1.0
        return np.append(seasonal, np.full(others, holiday_scale)).astype(float)
