"""What only Stan fits: logistic growth, multiplicative terms, draws of the posterior."""

import numpy as np
import pytest
from pydantic import ValidationError

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.core.price_history import PriceHistory
from stockcast_lib.forecasting import fit_prophet, make_forecast
from stockcast_lib.forecasting.features import log_prices
from tests.factories import price_history, price_series

PRICES = price_series(200)
CAPACITY = 3 * float(PRICES.max())
LOGISTIC = {"growth": "logistic", "capacity": CAPACITY}
KINDS = [LOGISTIC, {"seasonality_mode": "multiplicative"}, {"mcmc_samples": 20}]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_stan_fits_it_and_the_exact_engine_says_who_does(kind):
    config = ModelConfig(engine="stan", **kind)
    centre = log_prices(fit_prophet(PRICES, config), PRICES.index)
    assert np.abs(centre - np.log(PRICES)).mean() < 0.1
    with pytest.raises(ValidationError, match="need the engine 'stan'"):
        ModelConfig(**kind)
    with pytest.raises(InvalidRequest, match="engine 'stan'"):
        fit_prophet(PRICES, config, engine="exact")


def test_logistic_growth_stays_below_its_capacity():
    history: PriceHistory = price_history(sessions=200)
    capacity = 1.05 * float(history.adjusted_close.max())
    config = ModelConfig(
        engine="stan", growth="logistic", capacity=capacity, monthly_seasonality=False
    )
    forecast = make_forecast(history, 2_000, config)
    assert forecast.model_path["price"].max() <= capacity


def test_a_capacity_below_the_prices_is_refused():
    config = ModelConfig(engine="stan", growth="logistic", capacity=float(PRICES.min()))
    with pytest.raises(InvalidRequest, match="must lie above every price"):
        fit_prophet(PRICES, config)


@pytest.mark.parametrize("fields", [{"growth": "logistic"}, {"capacity": 5.0}], ids=str)
def test_capacity_and_logistic_growth_come_together(fields):
    with pytest.raises(ValidationError, match="needs a capacity"):
        ModelConfig(engine="stan", **fields)


def test_its_forecast_says_that_it_was_not_tested_and_takes_nothing_over():
    history = price_history(sessions=300)
    tested = make_forecast(history, 30)
    config = ModelConfig(engine="stan", seasonality_mode="multiplicative")
    forecast = make_forecast(history, 30, config)
    assert forecast.skill.standing == "untested"
    assert forecast.coverage is None
    assert "of this configuration are not made" in forecast.skill.verdict
    assert "are not made" not in tested.skill.verdict
    assert forecast.notes == tested.notes == ()
    assert "the model" not in forecast.basis
    walked = np.log(forecast.path["price"]) - np.log(history.adjusted_close.iloc[-1])
    np.testing.assert_allclose(np.diff(walked), walked.iloc[0], rtol=1e-6)
