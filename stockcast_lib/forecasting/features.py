"""What a fitted model says of any dates, computed from arrays.

Prophet's own `predict` gives the same numbers, through data frames and some ten times slower.
"""

from typing import Any

import numpy as np
import pandas as pd
from prophet import Prophet

from stockcast_lib.forecasting.posterior import Array, mean, parameters_of

_EPOCH = pd.Timestamp("1970-01-01")
_DAY_SECONDS = 86_400


def log_prices(model: Prophet, dates: pd.DatetimeIndex) -> Array:
    """The point forecast of the log price, shape (dates,).

    Args:
        model: fitted to log prices.
        dates: in the history or after it.
    """
    if not _is_plain(model):
        return _predicted(model, dates)
    changepoints = np.asarray(model.changepoints_t, dtype=float)
    features = term_features(model, dates)
    at = parameters_of(model)
    return mean(scaled_times(model, dates), changepoints, features, at) * y_scale(model)


def _is_plain(model: Prophet) -> bool:
    """Whether the trend is linear, all terms are added, and there is one set of parameters."""
    added = model.growth == "linear" and model.seasonality_mode == "additive"
    return added and model.mcmc_samples == 0


def _predicted(model: Prophet, dates: pd.DatetimeIndex) -> Array:
    """By Prophet itself: of many draws the mean."""
    rows = pd.DataFrame({"ds": dates})
    bounds = getattr(model, "bounds", None)
    if bounds is not None:
        rows = rows.assign(floor=bounds[0], cap=bounds[1])
    return model.predict(rows)["yhat"].to_numpy(dtype=float)


def scaled_times(model: Prophet, dates: pd.DatetimeIndex) -> Array:
    """Dates as the model counts time: 0 is the history's first, 1 its last."""
    start: Any = model.start  # set by the fit, as is the scale
    scale: Any = model.t_scale
    return np.asarray((dates - start) / scale, dtype=float)


def y_scale(model: Prophet) -> float:
    """The log price that the model calls 1."""
    return float(np.asarray(model.y_scale))


def term_features(model: Prophet, dates: pd.DatetimeIndex) -> Array:
    """The terms that are added to the trend, in Prophet's order: seasonalities, then holidays.

    Args:
        model: fitted, or made ready for it.
        dates: in the history or after it.

    Returns:
        Shape (dates, terms): of each seasonality sine and cosine of each order in turn. Without
        any one column of zeros, which Prophet's Stan program needs.
    """
    if model.country_holidays is not None:
        # Which days are holidays is Prophet's to know; it takes milliseconds more.
        features: pd.DataFrame = model.make_all_seasonality_features(pd.DataFrame({"ds": dates}))[0]
        return features.to_numpy(dtype=float)
    if not model.seasonalities:
        return np.zeros((len(dates), 1))
    days = np.asarray((dates - _EPOCH).total_seconds(), dtype=float) / _DAY_SECONDS
    terms = [
        _fourier_terms(days, term["period"], term["fourier_order"])
        for term in model.seasonalities.values()
    ]
    return np.concatenate(terms, axis=1)


def _fourier_terms(days: Array, period: float, order: int) -> Array:
    frequencies = np.arange(1, order + 1) / period
    angles = frequencies * (2 * np.pi * days)[:, None]
    pairs = np.stack([np.sin(angles), np.cos(angles)], axis=2)
    return pairs.reshape(len(days), 2 * order)
