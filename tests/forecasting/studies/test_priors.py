from datetime import date

import numpy as np
import pandas as pd
import pytest

from stockcast_lib.core.errors import InvalidRequest, NotEnoughHistory
from stockcast_lib.forecasting import ModelConfig, fit_prophet
from stockcast_lib.forecasting.features import log_prices
from stockcast_lib.forecasting.studies import compare_priors, validate_priors
from tests.factories import price_series

SCALES = (0.5, 0.001, 0.05, 0.1, 0.2, 1.0)
CONFIG = ModelConfig(training_years=2.0, changepoint_prior_scale=0.07)


@pytest.fixture(scope="module")
def prices():
    return price_series(1300)


@pytest.fixture(scope="module")
def comparison(prices):
    return compare_priors(prices, SCALES, 60, CONFIG)


@pytest.fixture(scope="module")
def validation(prices):
    return validate_priors(prices, SCALES, config=CONFIG)


def test_any_number_of_priors_is_compared_in_the_order_asked_for(comparison):
    assert comparison.scales == SCALES
    assert tuple(comparison.curves["prior"].unique()) == SCALES


def test_each_prior_has_a_fit_over_the_training_and_a_forecast_beyond(comparison):
    for _, curve in comparison.curves.groupby("prior"):
        fit, ahead = (curve[curve["part"] == part] for part in ("fit", "forecast"))
        assert list(fit["date"]) == list(comparison.observations.index)
        assert ahead["date"].iloc[0] == pd.Timestamp("2017-02-28")
        assert ahead["date"].iloc[-1] == pd.Timestamp("2017-04-28")
        assert (curve["lower"] < curve["price"]).all()
        assert (curve["price"] < curve["upper"]).all()


def test_a_curve_is_that_of_a_fit_with_its_prior_alone(prices, comparison):
    model = fit_prophet(prices, CONFIG.model_copy(update={"changepoint_prior_scale": 0.2}))
    curve = comparison.curves.query("prior == 0.2 and part == 'forecast'")
    expected = np.exp(log_prices(model, pd.DatetimeIndex(curve["date"])))
    assert curve["price"].to_numpy() == pytest.approx(expected, rel=1e-6)


def test_a_larger_prior_fits_the_training_more_closely(validation):
    by_scale = validation.frame.sort_values("prior")
    assert by_scale["train_error"].is_monotonic_decreasing


def test_errors_and_bands_are_in_price_units(prices, validation):
    split = validation
    model = fit_prophet(split.training, CONFIG.model_copy(update={"changepoint_prior_scale": 0.05}))
    predicted = np.exp(log_prices(model, pd.DatetimeIndex(split.test.index)))
    row = split.frame.set_index("prior").loc[0.05]
    assert row["test_error"] == pytest.approx(np.abs(predicted - split.test.to_numpy()).mean())
    assert (split.frame[["train_band", "test_band"]] > 0).all(axis=None)
    naive = (prices[split.test.index] - split.training.iloc[-1]).abs().mean()
    assert split.naive_error == pytest.approx(naive)


def test_the_best_prior_has_the_smallest_test_error(validation):
    errors = validation.frame.set_index("prior")["test_error"]
    assert errors[validation.best] == errors.min()


def test_a_test_of_more_than_365_days_is_measured_whole(prices):
    study = validate_priors(prices, [0.05], date(2015, 3, 2), config=CONFIG)
    assert len(study.test) == len(prices["2015-03-02":])


def test_the_config_passed_in_keeps_its_own_prior(comparison, validation):
    assert comparison.config is validation.config is CONFIG
    assert CONFIG.changepoint_prior_scale == 0.07


def test_a_prior_given_twice_counts_once(prices):
    assert compare_priors(prices, [0.05, 0.05], 5, CONFIG).scales == (0.05,)


@pytest.mark.parametrize("scales", [[], [0.0], [0.05, -1], [float("nan")], [float("inf")]])
def test_priors_out_of_their_range_are_refused(prices, scales):
    for study in (compare_priors, validate_priors):
        with pytest.raises(InvalidRequest, match="changepoint prior scales above 0"):
            study(prices, scales)


def test_a_history_too_short_to_hold_a_year_out_is_refused(prices):
    with pytest.raises(NotEnoughHistory, match="train on fewer years"):
        validate_priors(prices.iloc[-600:], [0.05], config=CONFIG)
