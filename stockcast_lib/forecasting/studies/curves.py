"""What a fitted model says of sessions, as frames of prices."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.forecasting.features import log_prices
from stockcast_lib.forecasting.intervals import half_widths, noise_half_width, price_band
from stockcast_lib.forecasting.model import LogPriceModel
from stockcast_lib.forecasting.posterior import Array

LARGEST_SCALE = 100.0  # as in `ModelConfig`


def fitted_curve(model: LogPriceModel) -> pd.DataFrame:
    """Columns date, price, lower, upper over the training sessions, with the band of its level."""
    dates = training_dates(model)
    return _frame(model, dates, noise_half_width(model, model.config.interval))


def forecast_curve(model: LogPriceModel, dates: pd.DatetimeIndex) -> pd.DataFrame:
    """The same columns over sessions after the training, ascending."""
    return _frame(model, dates, half_widths(model, dates, [model.config.interval])[0])


def training_dates(model: LogPriceModel) -> pd.DatetimeIndex:
    """The sessions that a model was fitted to."""
    history: Any = model.history  # set by the fit
    return pd.DatetimeIndex(np.asarray(history["ds"]))


def with_actual(curve: pd.DataFrame, prices: "pd.Series[float]") -> pd.DataFrame:
    """A curve with the column `actual`, the price of the same session."""
    frame = curve.copy()
    frame.insert(1, "actual", prices.reindex(frame["date"]).to_numpy(dtype=float))
    return frame


def mean_absolute_error(frame: pd.DataFrame) -> float:
    """Of a curve with its actual prices, in price units."""
    return float((frame["price"] - frame["actual"]).abs().mean())


def coverage(frame: pd.DataFrame) -> float:
    """The share of the actual prices that lie inside the band, from 0 to 1."""
    return float(frame["actual"].between(frame["lower"], frame["upper"]).mean())


def band_width(frame: pd.DataFrame) -> float:
    """The mean of upper less lower, in price units."""
    return float((frame["upper"] - frame["lower"]).mean())


def distinct_scales(scales: Sequence[float]) -> list[float]:
    """Changepoint prior scales in their order, each once.

    Raises:
        InvalidRequest: there is none, or one is out of its range.
    """
    chosen = [float(scale) for scale in dict.fromkeys(scales)]
    if not chosen or not all(0 < scale <= LARGEST_SCALE for scale in chosen):
        raise InvalidRequest(
            f"Give changepoint prior scales above 0 and up to {LARGEST_SCALE:g}, such as 0.05.",
            fields=[],
        )
    return chosen


def _frame(
    model: LogPriceModel, dates: pd.DatetimeIndex, half_width: Array | float
) -> pd.DataFrame:
    price, lower, upper = price_band(log_prices(model, dates), half_width)
    return pd.DataFrame({"date": dates, "price": price, "lower": lower, "upper": upper})
