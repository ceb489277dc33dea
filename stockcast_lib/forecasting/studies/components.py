"""What the fitted model is made of: its trend and its seasonal terms."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.forecasting.model import DEFAULT_CONFIG, LogPriceModel, fit_prophet
from stockcast_lib.forecasting.posterior import Array
from stockcast_lib.forecasting.studies.curves import training_dates

_CYCLE_DAYS = {"yearly": 365, "monthly": 31, "weekly": 7}
_WEEKDAYS = 5


@dataclass(frozen=True)
class Components:
    """The parts whose product is the model's price.

    The model adds its terms on the log scale, so each multiplies the price: with the effects as
    shares, price = trend x (1 + yearly) x (1 + monthly) x ... Each term's mean over the training
    sessions is the trend's: the fit itself can hardly tell a level of the one from the other's,
    and not at all in weeks without weekends.

    Attributes:
        config: what was fitted: the configuration asked for, less what the history cannot bear.
        terms: the seasonal terms of the fit, the slowest first, and "holidays" where it has them.
        frame: columns date, actual, price, trend (price units), each term's effect and remainder
            (what the actual price adds to the model's), in per cent; a row a training session.
        cycles: by seasonal term, columns date and effect in per cent, over the days of the term's
            last cycle up to the last session; of a week Monday to Friday.
    """

    config: ModelConfig
    terms: tuple[str, ...]
    frame: pd.DataFrame
    cycles: dict[str, pd.DataFrame]


def model_components(
    prices: "pd.Series[float]", config: ModelConfig = DEFAULT_CONFIG
) -> Components:
    """Fit the model and take it apart.

    Args:
        prices: adjusted closes over an ascending DatetimeIndex of trading days.
        config: the model's parameters.

    Raises:
        NotEnoughHistory, BadVendorData, ModelDiverged: see `fit_prophet`.
    """
    model = fit_prophet(prices, config)
    seasonal = tuple(name for name in _CYCLE_DAYS if name in model.seasonalities)
    terms = seasonal if model.config.holidays is None else (*seasonal, "holidays")
    dates = training_dates(model)
    said = _said(model, dates)
    means = {term: float(said[term].mean()) for term in terms}
    price = np.exp(said["yhat"].to_numpy())
    actual = prices.loc[dates].to_numpy(dtype=float)
    frame = pd.DataFrame({"date": dates, "actual": actual, "price": price})
    frame["trend"] = np.exp(said["trend"].to_numpy() + sum(means.values()))
    for term in terms:
        frame[term] = _percent(said[term] - means[term])
    frame["remainder"] = 100 * (actual / price - 1)
    cycles = {term: _cycle(model, term, dates[-1], means[term]) for term in seasonal}
    return Components(model.config, terms, frame, cycles)


def _cycle(model: LogPriceModel, term: str, last: pd.Timestamp, mean: float) -> pd.DataFrame:
    dates = pd.date_range(end=last, periods=_CYCLE_DAYS[term])
    if term == "weekly":
        dates = dates[np.argsort(dates.day_of_week)][:_WEEKDAYS]
    return pd.DataFrame({"date": dates, "effect": _percent(_said(model, dates)[term] - mean)})


def _said(model: LogPriceModel, dates: pd.DatetimeIndex) -> pd.DataFrame:
    """The model's parts on its log scale; Prophet gives them in the dates' ascending order."""
    said = model.predict(pd.DataFrame({"ds": dates})).set_index("ds")
    return said.select_dtypes("number").astype(float).loc[dates]


def _percent(effect: "pd.Series[float]") -> Array:
    """A term of the log price as what it does to the price."""
    return np.asarray(100 * np.expm1(effect.to_numpy(dtype=float)))
