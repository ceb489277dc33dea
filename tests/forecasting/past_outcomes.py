"""Past forecasts beside what came, made up or of a series."""

from dataclasses import replace
from statistics import NormalDist

import numpy as np

from stockcast_lib.forecasting import ModelConfig
from stockcast_lib.forecasting.backtest import fit_origins
from stockcast_lib.forecasting.conformal import CENTRAL_LEVELS
from stockcast_lib.forecasting.forecast import skill_card
from stockcast_lib.forecasting.model import prepared_model
from stockcast_lib.forecasting.walk_forward import Outcomes, WalkForward

LEVEL = 0.8


def outcomes(actual, forecast, **changes) -> Outcomes:
    """Outcomes ten sessions apart, of a horizon of ten, from a last price of 100."""
    actual, forecast = np.asarray(actual, dtype=float), np.asarray(forecast, dtype=float)
    count = len(actual)
    half = np.array([NormalDist().inv_cdf(0.5 + level / 2) for level in CENTRAL_LEVELS])
    made = Outcomes(
        sessions=10,
        origins=10 * np.arange(count),
        weights=np.ones(count),
        separate=np.arange(count),
        last=np.full(count, 100.0),
        actual=actual,
        forecast=forecast,
        model=forecast,
        levels=CENTRAL_LEVELS,
        lower=forecast - 5 * half[:, None],
        upper=forecast + 5 * half[:, None],
        naive_half_width=np.full(count, 0.05),
        scale=np.full(count, 2.0),
    )
    return replace(made, **changes)


def past_of(prices, config=None):
    config = config or ModelConfig()
    return WalkForward(prices, prepared_model(prices, config), fit_origins(prices, config))


def card(prices, asked, config=None):
    return skill_card(past_of(prices, config), asked, LEVEL, 0.0)
