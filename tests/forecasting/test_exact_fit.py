"""The exact fit against Stan's and against the conditions of a minimum."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockcast_lib.adapters.vendors.sample import SampleVendor
from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.forecasting import ModelConfig, fit_path, fit_prophet
from stockcast_lib.forecasting.exact_fit import LEAST_SIGMA, map_estimate
from stockcast_lib.forecasting.features import log_prices
from stockcast_lib.forecasting.model import _unfitted
from stockcast_lib.forecasting.posterior import (
    design_of,
    hinges,
    mean,
    objective,
    parameters_of,
)
from stockcast_lib.forecasting.preparation import prepare
from stockcast_lib.forecasting.trading_calendar import sessions_ahead
from tests.factories import price_series

pytestmark = pytest.mark.long

ALL = 0
WHOLE_HISTORY = ModelConfig(training_years=60)
# FB has 196 rows.
BUNDLED = [
    *((ticker, rows) for ticker in ("AAPL", "MSFT", "XOM", "IBM", "GOOG") for rows in (756, 2_014)),
    *((ticker, ALL) for ticker in ("AAPL", "MSFT", "XOM", "IBM", "GOOG", "FB")),
]
# On a whole history of decades Stan goes on for minutes.
STAN_CONVERGES = [series for series in BUNDLED if series[1] or series[0] == "FB"]
BARE = {"monthly_seasonality": False, "yearly_seasonality": False}
L_BFGS_TO_THE_END = {
    "iter": 20_000,
    "tol_obj": 1e-12,
    "tol_rel_obj": 1,
    "tol_grad": 1e-12,
    "tol_rel_grad": 1,
    "tol_param": 1e-14,
    "history_size": 50,
    "require_converged": False,  # where no step is short enough it ends, and says so
}


@cache
def bundled(ticker: str, rows: int) -> pd.Series:
    return SampleVendor().daily_prices(ticker).adjusted_close.iloc[-rows:]


def fit_by_stan_to_convergence(prices: pd.Series, config: ModelConfig):
    """L-BFGS as far as it goes; then Newton's method, which the kinks of |delta| stop less."""
    rows = pd.DataFrame({"ds": prices.index, "y": np.log(prices.to_numpy())})
    first = _unfitted(config).fit(rows.copy(), seed=1, **L_BFGS_TO_THE_END)
    at = parameters_of(first)
    init = {name: getattr(at, name) for name in ("k", "m", "delta", "beta", "sigma_obs")}
    newton = {"algorithm": "Newton", "iter": 300, "require_converged": False}
    return _unfitted(config).fit(rows, seed=1, init=init, **newton)


@pytest.mark.parametrize(("ticker", "rows"), BUNDLED)
def test_the_objective_is_never_above_stans(ticker, rows):
    exact, stan = (
        fit_prophet(bundled(ticker, rows), WHOLE_HISTORY, engine) for engine in ("exact", "stan")
    )
    assert exact.negative_log_posterior <= stan.negative_log_posterior + 1e-3
    assert exact.negative_log_posterior <= 1e-3 - stan.stan_fit.optimized_params_dict["lp__"]


@pytest.mark.parametrize(("ticker", "rows"), STAN_CONVERGES)
def test_the_predictions_are_those_of_stan_run_to_convergence(ticker, rows):
    prices = bundled(ticker, rows)
    exact = fit_prophet(prices, WHOLE_HISTORY)
    stan = fit_by_stan_to_convergence(prices, exact.config)
    dates = prices.index.append(sessions_ahead(prices.index[-1].date(), 252))
    ratio = np.exp(log_prices(stan, dates) - log_prices(exact, dates))
    assert ratio == pytest.approx(1, abs=0.005)
    assert exact.negative_log_posterior <= stan.negative_log_posterior + 1e-3


def assert_stationary(model, tolerance=1e-6):
    """The subgradient of the objective has zero in it; written out anew from the model."""
    design, at = design_of(model), parameters_of(model)
    rows, variance = len(design.y), at.sigma_obs**2
    residuals = design.y - mean(design.t, design.changepoints, design.features, at)
    assert rows + 4 * variance == pytest.approx((residuals**2).sum() / variance, rel=tolerance)

    smooth = np.column_stack([design.t, np.ones(rows), design.features])
    coefficients = np.concatenate([[at.k, at.m], at.beta])
    scales = np.concatenate([[5, 5], design.beta_scales])
    pull = scales * (smooth.T @ residuals) / variance
    size = scales * np.abs(smooth.T).dot(np.abs(residuals)) / variance
    assert (np.abs(pull - coefficients / scales) <= tolerance * (1 + size)).all()

    columns, weight = hinges(design.t, design.changepoints).T, design.delta_scale / variance
    pull = weight * (columns @ residuals)
    # The sum's own rounding, which a great prior scale magnifies.
    slack = tolerance + 1e-11 * weight * (columns @ np.abs(residuals))
    assert (np.abs(pull) <= 1 + slack).all()
    changing = at.delta != 0
    assert (np.abs(pull - np.sign(at.delta)) <= slack)[changing].all()


@st.composite
def configurations(draw):
    return ModelConfig(
        training_years=60,
        changepoint_prior_scale=draw(st.sampled_from([1e-4, 0.01, 0.05, 0.5, 10.0, 100.0])),
        n_changepoints=draw(st.sampled_from([1, 5, 25, 60])),
        changepoint_range=draw(st.sampled_from([0.3, 0.8, 0.95])),
        seasonality_prior_scale=draw(st.sampled_from([1e-4, 0.01, 1.0, 10.0, 100.0])),
        weekly_seasonality=draw(st.booleans()),
        monthly_seasonality=draw(st.booleans()),
        yearly_seasonality=draw(st.booleans()),
    )


@settings(deadline=None, max_examples=80)
@given(seed=st.integers(0, 10_000), sessions=st.integers(120, 900), config=configurations())
def test_the_parameters_are_a_stationary_point(seed, sessions, config):
    assert_stationary(fit_prophet(price_series(sessions, seed), config))


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10_000), sessions=st.integers(60, 200), config=configurations())
def test_stan_finds_nothing_better_on_random_series(seed, sessions, config):
    prices = price_series(sessions, seed)
    exact, stan = (fit_prophet(prices, config, engine) for engine in ("exact", "stan"))
    assert exact.negative_log_posterior <= stan.negative_log_posterior + 1e-3


def test_one_path_gives_the_fits_of_all_changepoint_prior_scales():
    prices = bundled("AAPL", 756)
    scales = [100.0, 0.5, 0.05, 0.001, 1e-9]
    for scale, model in zip(scales, fit_path(prices, scales, WHOLE_HISTORY), strict=True):
        alone = fit_prophet(
            prices, WHOLE_HISTORY.model_copy(update={"changepoint_prior_scale": scale})
        )
        assert model.config == alone.config
        assert model.changepoint_prior_scale == scale
        assert model.negative_log_posterior == pytest.approx(alone.negative_log_posterior, abs=1e-6)
        assert_stationary(model)


def test_a_greater_prior_scale_lets_the_trend_change_more():
    models = fit_path(bundled("AAPL", 756), [0.001, 0.01, 0.1, 1.0])
    changes = [np.abs(parameters_of(model).delta).sum() for model in models]
    assert changes == sorted(changes)
    assert changes[0] < changes[-1]


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan")])
def test_a_scale_that_is_not_positive_is_refused(scale):
    with pytest.raises(InvalidRequest, match="positive"):
        fit_path(price_series(100), [0.05, scale])


def test_a_path_of_no_scales_has_no_fits():
    assert fit_path(price_series(100), []) == []


@pytest.mark.parametrize("price", [50.0, 1.0])  # the logarithm of 1 is 0, which scales to 0
def test_a_constant_price_is_fitted_as_prophet_does(price):
    flat = pd.Series(price, index=price_series(300).index)
    exact, stan = (fit_prophet(flat, engine=engine) for engine in ("exact", "stan"))
    assert parameters_of(exact).sigma_obs == parameters_of(stan).sigma_obs == LEAST_SIGMA
    assert exact.negative_log_posterior <= stan.negative_log_posterior + 1e-3
    assert log_prices(exact, flat.index) == pytest.approx(np.log(price), abs=1e-9)


@pytest.mark.parametrize("sessions", [30, 60, 300, 800])
@pytest.mark.parametrize("bare", [True, False])
def test_growth_without_noise_is_met_by_the_least_sigma(sessions, bare):
    dates = price_series(sessions).index
    days = (dates - dates[0]).days.to_numpy()
    prices = pd.Series(np.exp(4 + 0.001 * days), index=dates)
    model = fit_prophet(prices, ModelConfig(training_years=60, **(BARE if bare else {})))
    ahead = sessions_ahead(dates[-1].date(), 60)
    growth = 4 + 0.001 * (ahead - dates[0]).days.to_numpy()
    assert parameters_of(model).sigma_obs == LEAST_SIGMA
    assert log_prices(model, ahead) == pytest.approx(growth, abs=1e-6)


@pytest.mark.parametrize(
    "changes",
    [
        {"n_changepoints": 0},
        {"n_changepoints": 0, "changepoint_prior_scale": 100.0},
        {"n_changepoints": 0, **BARE},
        {"n_changepoints": 200},
        {"changepoint_range": 1.0},  # the last changepoint is the last row: it can change nothing
        {"changepoint_range": 0.001},
        {"changepoint_prior_scale": 5e-324},
        {"changepoint_prior_scale": 1e-9},
        {"changepoint_prior_scale": 100.0},
        {"seasonality_prior_scale": 1e-300},
        {"seasonality_prior_scale": 100.0},
        {"weekly_seasonality": True},  # five weekdays cannot tell its six terms apart
        BARE,
    ],
    ids=str,
)
@pytest.mark.parametrize("sessions", [60, 700])
def test_the_ends_of_the_configuration_are_stationary_too(changes, sessions):
    model = fit_prophet(price_series(sessions), ModelConfig(**changes))
    assert np.isfinite(model.negative_log_posterior)
    assert_stationary(model)


def test_without_changepoints_the_objective_is_not_above_stans():
    config = ModelConfig(n_changepoints=0, changepoint_prior_scale=100.0)
    exact, stan = (fit_prophet(price_series(300), config, engine) for engine in ("exact", "stan"))
    assert exact.negative_log_posterior <= stan.negative_log_posterior + 1e-3


@pytest.mark.parametrize(
    "changes",
    [
        {"holidays": "US"},
        {"holidays": "US", "holidays_prior_scale": 0.01, **BARE},
        {"changepoints": ["2015-03-02", "2016-01-20", "2016-11-08"]},
        {"changepoints": []},
        {"weekly_seasonality": True, "weekly_order": 2, "monthly_order": 9, "yearly_order": 3},
        {"holidays": "US", "changepoints": ["2016-01-20"], "weekly_seasonality": True},
    ],
    ids=str,
)
def test_holidays_given_changepoints_and_orders_are_fitted_no_worse_than_by_stan(changes):
    prices, config = bundled("AAPL", 756), ModelConfig(**changes)
    exact, stan = (fit_prophet(prices, config, engine) for engine in ("exact", "stan"))
    assert exact.negative_log_posterior <= stan.negative_log_posterior + 1e-3
    ahead = sessions_ahead(prices.index[-1].date(), 30)
    assert log_prices(exact, ahead) == pytest.approx(log_prices(stan, ahead), abs=0.02)


@pytest.mark.parametrize("start_seed", [1, 2])
@pytest.mark.parametrize("config", [ModelConfig(), ModelConfig(weekly_seasonality=True)])
def test_a_start_changes_nothing_of_the_estimate(config, start_seed):
    model = _unfitted(config)
    prices = price_series(800)
    design = prepare(model, prices.index, np.log(prices.to_numpy()))
    start = parameters_of(fit_prophet(price_series(800, start_seed), config))
    cold, warm = map_estimate(design), map_estimate(design, start)
    assert objective(design, warm) == pytest.approx(objective(design, cold), abs=1e-6)
    assert warm.delta == pytest.approx(cold.delta, abs=1e-7)
    assert warm.beta == pytest.approx(cold.beta, abs=1e-7)
    assert warm.sigma_obs == pytest.approx(cold.sigma_obs, rel=1e-7)


def test_a_start_with_other_changepoints_is_no_start():
    model = _unfitted(ModelConfig())
    prices = price_series(800)
    design = prepare(model, prices.index, np.log(prices.to_numpy()))
    other = parameters_of(fit_prophet(prices, ModelConfig(n_changepoints=3)))
    assert (map_estimate(design, other).delta == map_estimate(design).delta).all()


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("scale", [0.05, 100.0])
def test_more_parameters_than_rows_give_a_bounded_fit(seed, scale):
    config = ModelConfig(
        n_changepoints=200,
        changepoint_range=1.0,
        changepoint_prior_scale=scale,
        weekly_seasonality=True,
    )
    prices = price_series(30 + 5 * seed, seed)
    model = fit_prophet(prices, config)
    assert parameters_of(model).sigma_obs >= LEAST_SIGMA
    assert np.isfinite(model.negative_log_posterior)
    fitted = np.exp(log_prices(model, prices.index))
    assert fitted == pytest.approx(prices.to_numpy(), rel=0.2)


def test_of_two_minima_the_one_with_noise_is_taken():
    # So many changepoints can also go through every price, with a sigma of nothing.
    config = ModelConfig(n_changepoints=200, changepoint_range=1.0)
    model = fit_prophet(price_series(90), config)
    assert parameters_of(model).sigma_obs > 1e-4
    assert_stationary(model)
