"""Forecasts without our model, to judge one by: the naive one, classical ones, and bare Prophet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from stockcast_lib.core.errors import BadSettings
from stockcast_lib.core.results import Baseline
from stockcast_lib.forecasting.posterior import Array
from stockcast_lib.forecasting.trading_calendar import sessions_ahead


@dataclass(frozen=True)
class BaselineForecast:
    """Prices ahead; the bands are central.

    Attributes:
        price: shape (sessions,).
        lower, upper: shape (levels, sessions).
    """

    price: Array
    lower: Array
    upper: Array


def naive(prices: "pd.Series[float]") -> Baseline:
    """The last price, for every session ahead."""
    return Baseline(name="naive", price=float(prices.iloc[-1]))


def baseline_forecast(
    name: str, prices: "pd.Series[float]", sessions: int, levels: Sequence[float]
) -> BaselineForecast:
    """Forecast by a method that is not ours.

    Args:
        name: one of `BASELINES`.
        prices: positive, over an ascending DatetimeIndex of trading days.
        sessions: trading days ahead.
        levels: of the bands, between 0 and 1.

    Raises:
        BadSettings: the library that has the method is not installed.
    """
    return BASELINES[name](prices, sessions, levels)


def _by_statsforecast(
    model: str, **settings: Any
) -> Callable[["pd.Series[float]", int, Sequence[float]], BaselineForecast]:
    """A method of statsforecast, on the logarithm of the price."""

    def forecast(
        prices: "pd.Series[float]", sessions: int, levels: Sequence[float]
    ) -> BaselineForecast:
        try:
            from statsforecast import models
        except ImportError:
            raise BadSettings(
                "The classical baselines need statsforecast: install it with `make install-dev`."
            ) from None
        percentages = [100 * level for level in levels]
        told = getattr(models, model)(**settings).forecast(
            y=np.log(prices.to_numpy(dtype=float)), h=sessions, level=percentages
        )
        return BaselineForecast(
            price=np.exp(told["mean"]),
            lower=np.exp([told[f"lo-{each}"] for each in percentages]),
            upper=np.exp([told[f"hi-{each}"] for each in percentages]),
        )

    return forecast


def _bare_prophet(
    prices: "pd.Series[float]", sessions: int, levels: Sequence[float]
) -> BaselineForecast:
    """Prophet as it comes, on the price itself; it may go below zero."""
    from prophet import Prophet

    model = Prophet()
    model.fit(pd.DataFrame({"ds": prices.index, "y": prices.to_numpy(dtype=float)}), seed=1)
    ahead = pd.DataFrame({"ds": sessions_ahead(prices.index[-1].date(), sessions)})
    price = model.predict(ahead)["yhat"].to_numpy(dtype=float)
    draws = np.asarray(model.predictive_samples(ahead)["yhat"])
    below = 0.5 - np.asarray(levels) / 2
    return BaselineForecast(
        price=price,
        lower=np.quantile(draws, below, axis=1),
        upper=np.quantile(draws, 1 - below, axis=1),
    )


BASELINES: Mapping[str, Callable[["pd.Series[float]", int, Sequence[float]], BaselineForecast]] = (
    MappingProxyType(
        {
            "naive": _by_statsforecast("Naive"),
            "drift": _by_statsforecast("RandomWalkWithDrift"),
            "AutoETS": _by_statsforecast("AutoETS", season_length=1),
            "AutoTheta": _by_statsforecast("AutoTheta", season_length=1),
            "Prophet": _bare_prophet,
        }
    )
)
