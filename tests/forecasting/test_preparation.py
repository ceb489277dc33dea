"""Our design, predictions and fitted models against what Prophet itself makes."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from prophet.serialize import model_from_json, model_to_json

from stockcast_lib.forecasting import ModelConfig, fit_prophet
from stockcast_lib.forecasting.features import log_prices
from stockcast_lib.forecasting.model import _unfitted, bearable
from stockcast_lib.forecasting.posterior import design_of
from stockcast_lib.forecasting.preparation import prepare
from stockcast_lib.forecasting.trading_calendar import sessions_ahead
from tests.factories import LAST_SESSION, price_series

CONFIGS = {
    "default": ModelConfig(),
    "every term": ModelConfig(weekly_seasonality=True, seasonality_prior_scale=0.5),
    "no term": ModelConfig(monthly_seasonality=False, yearly_seasonality=False),
    "no changepoint": ModelConfig(n_changepoints=0),
    "neither": ModelConfig(n_changepoints=0, monthly_seasonality=False, yearly_seasonality=False),
    "many changepoints": ModelConfig(n_changepoints=150, changepoint_range=0.95),
    "given changepoints": ModelConfig(changepoints=["2017-02-01", "2017-02-11"]),
    "holidays": ModelConfig(holidays="US", holidays_prior_scale=0.5),
    "holidays alone": ModelConfig(
        holidays="US", monthly_seasonality=False, yearly_seasonality=False
    ),
    "other orders": ModelConfig(
        weekly_seasonality=True, weekly_order=1, monthly_order=2, yearly_order=3
    ),
}
ATTRIBUTES = [
    "start", "t_scale", "y_scale", "y_min", "logistic_floor", "growth", "n_changepoints",
    "seasonalities", "component_modes", "specified_changepoints", "scaling",
]  # fmt: skip


def _names(series):
    return None if series is None else series.tolist()


@pytest.fixture(params=CONFIGS.values(), ids=CONFIGS)
def config(request):
    return request.param


@pytest.mark.parametrize("sessions", [30, 780])
def test_a_prepared_model_is_what_prophets_preprocessing_leaves(config, sessions):
    prices = price_series(sessions)
    y = np.log(prices.to_numpy())
    ours, theirs = (_unfitted(bearable(config, prices)) for _ in range(2))
    design = prepare(ours, prices.index, y)
    inputs = theirs.preprocess(pd.DataFrame({"ds": prices.index, "y": y}))

    for name in ATTRIBUTES:
        assert getattr(ours, name) == getattr(theirs, name), name
    assert _names(ours.train_holiday_names) == _names(theirs.train_holiday_names)
    pd.testing.assert_frame_equal(ours.history, theirs.history)
    pd.testing.assert_series_equal(ours.history_dates, theirs.history_dates)
    pd.testing.assert_series_equal(ours.changepoints, theirs.changepoints)
    pd.testing.assert_frame_equal(ours.train_component_cols, theirs.train_component_cols)
    assert (ours.changepoints_t == theirs.changepoints_t).all()

    assert (design.y == inputs.y).all()
    assert (design.t == inputs.t).all()
    assert (design.features == inputs.X.to_numpy()).all()
    assert design.beta_scales.tolist() == inputs.sigmas
    assert design.delta_scale == inputs.tau
    has_changepoints = len(theirs.changepoints) > 0
    assert design.changepoints.tolist() == (inputs.t_change.tolist() if has_changepoints else [])


@pytest.mark.parametrize("engine", ["exact", "stan"])
def test_log_prices_are_prophets_predictions(config, engine):
    prices = price_series(780)
    model = fit_prophet(prices, config, engine)
    dates = prices.index.append(sessions_ahead(LAST_SESSION, 300))
    predicted = model.predict(pd.DataFrame({"ds": dates}))["yhat"]
    assert np.abs(log_prices(model, dates) - predicted.to_numpy()).max() < 1e-9


def test_a_model_read_back_from_prophets_json_predicts_the_same(config):
    model = fit_prophet(price_series(780), config)
    again = model_from_json(model_to_json(model))
    dates = sessions_ahead(LAST_SESSION, 300)
    predicted = again.predict(pd.DataFrame({"ds": dates}))["yhat"]
    assert np.abs(log_prices(model, dates) - predicted.to_numpy()).max() < 1e-9
    assert np.abs(log_prices(again, dates) - predicted.to_numpy()).max() < 1e-9


def test_the_parameters_have_the_shapes_of_prophets(config):
    exact, stan = (fit_prophet(price_series(780), config, engine) for engine in ("exact", "stan"))
    for name, values in exact.params.items():
        assert values.shape == stan.params[name].shape, name


def test_the_objective_by_prophets_own_features_is_that_of_ours(config):
    model = fit_prophet(price_series(780), config)
    assert design_of(model).features.shape[1] == model.params["beta"].size
    assert np.isfinite(model.negative_log_posterior)


def test_prophet_draws_the_components_of_an_exact_fit():
    mpl.use("Agg")
    model = fit_prophet(price_series(780))
    forecast = model.predict(model.make_future_dataframe(periods=30, freq="B"))
    figure = model.plot_components(forecast)
    assert len(figure.axes) == 3  # the trend, the month, the year
    mpl.pyplot.close(figure)


def test_prophet_draws_its_own_intervals_around_an_exact_fit():
    model = fit_prophet(price_series(400))
    model.uncertainty_samples = 50
    forecast = model.predict(pd.DataFrame({"ds": sessions_ahead(LAST_SESSION, 20)}))
    assert (forecast["yhat_lower"] < forecast["yhat_upper"]).all()
