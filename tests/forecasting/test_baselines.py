import sys
import warnings

import numpy as np
import pytest

from stockcast_lib.core.errors import BadSettings
from stockcast_lib.forecasting.baselines import BASELINES, baseline_forecast, naive
from tests.factories import price_series

LEVELS = (0.5, 0.8, 0.95)


@pytest.fixture(scope="module")
def prices():
    return price_series(300)


def test_the_naive_forecast_is_the_last_price(prices):
    assert naive(prices).name == "naive"
    assert naive(prices).price == prices.iloc[-1]
    told = baseline_forecast("naive", prices, 10, LEVELS)
    assert told.price == pytest.approx(prices.iloc[-1])


def test_the_drift_goes_on_as_from_the_first_price_to_the_last(prices):
    told = baseline_forecast("drift", prices, 10, LEVELS)
    a_session = (np.log(prices.iloc[-1]) - np.log(prices.iloc[0])) / 299
    assert np.log(told.price / prices.iloc[-1]) == pytest.approx(a_session * np.arange(1, 11))


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_has_nested_bands_around_its_price(prices, name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what other libraries say of one another
        told = baseline_forecast(name, prices, 10, LEVELS)
    assert told.price.shape == (10,)
    assert told.lower.shape == told.upper.shape == (3, 10)
    for each in (told.price, told.lower, told.upper):
        assert np.isfinite(each).all()
    assert (np.diff(told.lower, axis=0) < 0).all()
    assert (np.diff(told.upper, axis=0) > 0).all()
    assert (told.lower[0] < told.price).all()
    assert (told.price < told.upper[0]).all()
    assert told.price[0] == pytest.approx(prices.iloc[-1], rel=0.2)


def test_a_naive_band_widens_with_the_root_of_the_sessions(prices):
    told = baseline_forecast("naive", prices, 16, [0.8])
    half = np.log(told.upper[0] / told.price)
    assert half[15] == pytest.approx(4 * half[0], rel=0.02)


def test_without_the_library_it_is_said_what_to_install(monkeypatch, prices):
    monkeypatch.setitem(sys.modules, "statsforecast", None)
    with pytest.raises(BadSettings, match="install-dev"):
        baseline_forecast("naive", prices, 5, LEVELS)
