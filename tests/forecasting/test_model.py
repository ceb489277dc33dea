import logging

import numpy as np
import pandas as pd
import pytest

from stockcast_lib.core.errors import BadVendorData, InvalidRequest, NotEnoughHistory
from stockcast_lib.forecasting import ModelConfig, fit_prophet
from stockcast_lib.forecasting.model import MIN_SESSIONS
from tests.factories import price_series


@pytest.mark.parametrize("engine", ["exact", "stan"])
def test_the_model_is_of_the_log_price(engine):
    prices = price_series(300)
    model = fit_prophet(prices, engine=engine)
    assert model.history["y"].to_numpy() == pytest.approx(np.log(prices.to_numpy()))


def test_only_the_last_training_years_are_fitted():
    prices = price_series(1500)
    model = fit_prophet(prices, ModelConfig(training_years=2))
    assert model.history["ds"].iloc[-1] == prices.index[-1]
    assert model.history["ds"].iloc[0] >= prices.index[-1] - pd.Timedelta(days=731)
    assert len(model.history) == pytest.approx(2 * 261, abs=2)


def test_the_default_terms_are_monthly_and_yearly():
    model = fit_prophet(price_series(800))
    assert {name: term["fourier_order"] for name, term in model.seasonalities.items()} == {
        "monthly": 5,
        "yearly": 10,
    }
    assert model.seasonalities["monthly"]["period"] == 30.5


def test_terms_can_be_chosen():
    config = ModelConfig(
        weekly_seasonality=True, monthly_seasonality=False, yearly_seasonality=False
    )
    assert list(fit_prophet(price_series(300), config).seasonalities) == ["weekly"]


def test_two_training_years_are_enough_for_a_yearly_term():
    model = fit_prophet(price_series(1500), ModelConfig(training_years=2))
    assert "yearly" in model.seasonalities


def test_a_term_that_the_history_does_not_show_twice_is_left_out_and_said_so():
    model = fit_prophet(price_series(200))
    assert list(model.seasonalities) == ["monthly"]
    assert not model.config.yearly_seasonality


def test_changepoints_are_limited_by_the_rows_and_said_so():
    model = fit_prophet(price_series(40), ModelConfig(n_changepoints=200))
    assert model.config.n_changepoints == len(model.changepoints) == 31


def test_no_changepoints_and_no_terms_still_fit_a_line():
    config = ModelConfig(n_changepoints=0, monthly_seasonality=False, yearly_seasonality=False)
    assert fit_prophet(price_series(200), config).params["delta"].sum() == 0


def test_too_few_sessions_are_refused():
    with pytest.raises(NotEnoughHistory, match="hold 29"):
        fit_prophet(price_series(MIN_SESSIONS - 1))


def test_the_fewest_sessions_allowed_do_fit():
    assert len(fit_prophet(price_series(MIN_SESSIONS)).history) == MIN_SESSIONS


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
def test_a_price_that_is_not_a_positive_number_is_named(bad):
    prices = price_series(100)
    prices.iloc[50] = bad
    with pytest.raises(BadVendorData, match=str(prices.index[50].date())):
        fit_prophet(prices)


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(100),
        pd.bdate_range("2016", periods=100, tz="UTC"),
        pd.bdate_range("2016", periods=100)[::-1],
        pd.DatetimeIndex(["2016-01-04"] * 100),
    ],
    ids=["no dates", "a time zone", "descending", "repeated"],
)
def test_an_index_that_is_not_ascending_dates_is_refused(index):
    with pytest.raises(BadVendorData):
        fit_prophet(price_series(100).set_axis(index))


def test_an_engine_that_does_not_exist_is_refused():
    with pytest.raises(InvalidRequest, match="choose of exact, stan"):
        fit_prophet(price_series(100), engine="abacus")


def test_the_model_says_what_fitted_it():
    assert fit_prophet(price_series(100)).engine == "exact"
    assert fit_prophet(price_series(100), engine="stan").engine == "stan"


@pytest.mark.parametrize("engine", ["exact", "stan"])
def test_a_fit_logs_nothing(caplog, capfd, engine):
    with caplog.at_level(logging.INFO):
        fit_prophet(price_series(100), engine=engine)
    assert not caplog.records
    assert capfd.readouterr() == ("", "")
