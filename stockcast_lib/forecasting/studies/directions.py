"""The rises and falls that the model predicts for the next sessions."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
import pandas as pd

from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.forecasting.model import DEFAULT_CONFIG, fit_prophet
from stockcast_lib.forecasting.studies.curves import forecast_curve
from stockcast_lib.forecasting.trading_calendar import sessions_ahead


class Direction(StrEnum):
    """Which way a price goes from one session to the next."""

    RISE = "rise"
    FALL = "fall"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class NextDays:
    """What the fitted model alone says of the next sessions.

    Attributes:
        config: what was fitted: the configuration asked for, less what the history cannot bear.
        as_of: the last session in the data.
        last_price: its close, which is the naive forecast as well.
        frame: columns date, price, change, direction, lower, upper, a row a session of the
            exchange. `change` is from the session before, in price units: of the first from
            the last close, so it holds the way back to the model's curve too. lower and upper
            bound the band of `config.interval`.
    """

    config: ModelConfig
    as_of: date
    last_price: float
    frame: pd.DataFrame


def next_days(
    prices: "pd.Series[float]", sessions: int = 10, config: ModelConfig = DEFAULT_CONFIG
) -> NextDays:
    """Let the model predict the next sessions' prices and directions.

    Args:
        prices: adjusted closes over an ascending DatetimeIndex of trading days.
        sessions: of the exchange, after the last in the data.
        config: the model's parameters.

    Raises:
        InvalidRequest: `sessions` is less than one, or the calendar ends before them.
        NotEnoughHistory, BadVendorData, ModelDiverged: see `fit_prophet`.
    """
    model = fit_prophet(prices, config)
    as_of = prices.index[-1].date()
    curve = forecast_curve(model, sessions_ahead(as_of, sessions))
    change = np.diff(curve["price"].to_numpy(), prepend=float(prices.iloc[-1]))
    frame = curve.assign(change=change, direction=[_direction(each) for each in change])
    ordered = frame[["date", "price", "change", "direction", "lower", "upper"]]
    return NextDays(model.config, as_of, float(prices.iloc[-1]), ordered)


def _direction(change: float) -> str:
    if change == 0:
        return Direction.UNCHANGED.value
    return (Direction.RISE if change > 0 else Direction.FALL).value
