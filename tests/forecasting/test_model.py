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


def test_the_configuration_says_which_engine_fits():
    config = ModelConfig(engine="stan")
    assert fit_prophet(price_series(100), config).engine == "stan"
    assert fit_prophet(price_series(100), config, engine="exact").config.engine == "exact"


def test_orders_are_those_of_the_terms():
    config = ModelConfig(weekly_seasonality=True, weekly_order=1, monthly_order=2, yearly_order=7)
    model = fit_prophet(price_series(800), config)
    orders = {name: term["fourier_order"] for name, term in model.seasonalities.items()}
    assert orders == {"monthly": 2, "weekly": 1, "yearly": 7}
    assert model.params["beta"].shape == (1, 2 * (2 + 1 + 7))


def test_the_trend_changes_at_the_changepoints_given_and_nowhere_else():
    prices = price_series(600)
    inside = ["2015-06-01", "2016-03-05"]  # the second is a Saturday
    config = ModelConfig(changepoints=["2001-01-02", *inside, "2017-02-27", "2018-01-02"])
    model = fit_prophet(prices, config)
    assert [str(day.date()) for day in model.changepoints] == inside
    assert [str(day) for day in model.config.changepoints] == inside
    assert model.params["delta"].shape == (1, 2)


def test_a_bend_at_a_given_changepoint_is_found():
    dates = price_series(600).index
    bend = pd.Timestamp("2016-03-07")
    days = (dates - dates[0]).days.to_numpy()
    after = np.maximum((dates - bend).days.to_numpy(), 0)
    noise = np.random.default_rng(1).normal(0, 1e-3, 600)
    prices = pd.Series(np.exp(4 + 0.0005 * days - 0.002 * after + noise), index=dates)
    bare = {"monthly_seasonality": False, "yearly_seasonality": False}
    model = fit_prophet(prices, ModelConfig(changepoints=["2015-09-01", "2016-03-07"], **bare))
    changes = model.params["delta"][0] * float(model.y_scale) / model.t_scale.days
    assert changes == pytest.approx([0, -0.002], abs=2e-4)


@pytest.mark.parametrize("changepoints", [[], ["2001-01-02"]])
def test_without_a_changepoint_in_the_history_the_trend_is_a_line(changepoints):
    model = fit_prophet(price_series(300), ModelConfig(changepoints=changepoints))
    assert model.params["delta"].sum() == 0


def test_a_holidays_effect_is_found():
    prices = price_series(780)
    columbus = [day for day in prices.index if day.month == 10 and day.weekday() == 0]
    columbus = [day for day in columbus if 8 <= day.day <= 14]
    prices.loc[columbus] *= 1.3
    model = fit_prophet(prices, ModelConfig(holidays="US"))
    told = model.predict(pd.DataFrame({"ds": pd.DatetimeIndex(["2017-10-09", "2017-10-10"])}))
    assert told["holidays"].to_numpy() == pytest.approx([np.log(1.3), 0], abs=0.03)


@pytest.mark.parametrize("country", ["ZZ", "XX", "MON", "DEC", "QQQ"])
def test_a_country_without_known_holidays_is_refused_by_its_code(country):
    with pytest.raises(InvalidRequest, match=country):
        fit_prophet(price_series(100), ModelConfig(holidays=country))


@pytest.mark.parametrize("engine", ["exact", "stan"])
def test_a_fit_logs_nothing(caplog, capfd, engine):
    with caplog.at_level(logging.INFO):
        fit_prophet(price_series(100), engine=engine)
    assert not caplog.records
    assert capfd.readouterr() == ("", "")
