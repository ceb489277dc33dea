from datetime import date

import numpy as np
import pandas as pd
import pytest

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.forecasting import ModelConfig, fit_prophet
from stockcast_lib.forecasting.features import log_prices
from stockcast_lib.forecasting.intervals import half_widths
from stockcast_lib.forecasting.studies import next_days
from stockcast_lib.forecasting.trading_calendar import all_sessions
from tests.factories import price_series


@pytest.fixture(scope="module")
def prices():
    return price_series(800)


@pytest.fixture(scope="module")
def study(prices):
    return next_days(prices, 40)


def test_every_row_is_a_session_of_the_exchange(study):
    assert len(study.frame) == 40
    assert study.frame["date"].isin(all_sessions()).all()
    assert (study.frame["date"].dt.day_of_week < 5).all()


def test_holidays_are_left_out(study):
    good_friday = pd.Timestamp("2017-04-14")
    assert good_friday not in set(study.frame["date"])
    assert study.frame["date"].iloc[0] == pd.Timestamp("2017-02-28")


def test_directions_are_the_signs_of_the_changes_from_the_last_close_on(prices, study):
    frame = study.frame
    expected = np.diff(np.concatenate([prices.iloc[-1:], frame["price"]]))
    assert frame["change"].to_numpy() == pytest.approx(expected)
    assert (frame["direction"] == np.where(expected > 0, "rise", "fall")).all()
    assert {"rise", "fall"} == set(frame["direction"])


def test_a_price_that_stays_is_neither_a_rise_nor_a_fall():
    flat = pd.Series(50.0, index=price_series(100).index)
    plain = ModelConfig(monthly_seasonality=False, yearly_seasonality=False, n_changepoints=0)
    frame = next_days(flat, 3, plain).frame
    directions = np.where(
        frame["change"] > 0, "rise", np.where(frame["change"] < 0, "fall", "unchanged")
    )
    assert list(frame["direction"]) == list(directions)


def test_prices_are_the_model_s(prices, study):
    expected = np.exp(log_prices(fit_prophet(prices), pd.DatetimeIndex(study.frame["date"])))
    assert study.frame["price"].to_numpy() == pytest.approx(expected)


def test_the_bounds_are_those_of_the_model_s_band_at_its_level(prices, study):
    model = fit_prophet(prices)
    dates = pd.DatetimeIndex(study.frame["date"])
    half = half_widths(model, dates, [0.8])[0]
    assert study.frame["upper"].to_numpy() == pytest.approx(study.frame["price"] * np.exp(half))
    assert study.frame["lower"].to_numpy() == pytest.approx(study.frame["price"] * np.exp(-half))
    narrow = next_days(prices, 40, ModelConfig(interval=0.5)).frame
    assert (narrow["upper"] < study.frame["upper"]).all()


def test_the_last_close_is_told_beside_them(prices, study):
    assert (study.as_of, study.last_price) == (date(2017, 2, 27), prices.iloc[-1])


def test_no_sessions_are_refused(prices):
    with pytest.raises(InvalidRequest, match="at least one session"):
        next_days(prices, 0)
