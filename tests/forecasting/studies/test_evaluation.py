from datetime import date

import numpy as np
import pandas as pd
import pytest

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.forecasting import ModelConfig, fit_prophet
from stockcast_lib.forecasting.features import log_prices
from stockcast_lib.forecasting.studies import evaluate
from tests.factories import price_series

CONFIG = ModelConfig(training_years=2.0)


@pytest.fixture(scope="module")
def prices():
    return price_series(1300)


@pytest.fixture(scope="module")
def study(prices):
    return evaluate(prices, shares=10, config=CONFIG)


@pytest.fixture(scope="module")
def growing():
    """A price that grows by a tenth of a per cent every session, but for a little noise."""
    dates = pd.bdate_range(end="2017-02-27", periods=1300)
    noise = np.random.default_rng(1).normal(0, 1e-5, len(dates))
    return pd.Series(50 * np.exp(0.001 * np.arange(len(dates)) + noise), index=dates)


def test_the_model_has_not_seen_the_test(prices, study):
    model = fit_prophet(prices[: study.training["date"].iloc[-1]], CONFIG)
    predicted = np.exp(log_prices(model, pd.DatetimeIndex(study.test["date"])))
    assert study.test["price"].to_numpy() == pytest.approx(predicted)
    assert study.training["date"].iloc[-1] < study.test["date"].iloc[0]


def test_the_final_prices_are_of_the_same_date(prices, study):
    assert study.final_date == date(2017, 2, 27)
    assert study.final_actual == prices[pd.Timestamp(study.final_date)]
    last = study.test[study.test["date"] == pd.Timestamp(study.final_date)]
    assert study.final_predicted == last["price"].item()


def test_the_final_prices_are_of_the_test_s_last_session_where_it_ends_earlier(prices):
    study = evaluate(prices, end=date(2016, 10, 9), config=CONFIG)
    assert study.final_date == date(2016, 10, 7)
    assert study.final_actual == prices["2016-10-07"]


def test_errors_and_coverage_are_of_their_own_window(prices, study):
    for frame, error, coverage in (
        (study.training, study.train_error, study.train_coverage),
        (study.test, study.test_error, study.test_coverage),
    ):
        actual = prices[frame["date"]].to_numpy()
        assert error == pytest.approx(np.abs(frame["price"] - actual).mean())
        inside = (frame["lower"] <= actual) & (actual <= frame["upper"])
        assert coverage == pytest.approx(inside.mean())
    last = study.training["actual"].iloc[-1]
    assert study.naive_error == pytest.approx((study.test["actual"] - last).abs().mean())


def test_the_band_holds_about_its_share_of_the_training(study):
    assert study.train_coverage == pytest.approx(0.8, abs=0.1)


def test_directions_are_told_from_the_changes_since_the_session_before(study):
    test = study.test
    before = np.concatenate([[study.training["actual"].iloc[-1]], test["actual"].iloc[:-1]])
    rose = test["actual"] > before
    assert study.hit_rate == pytest.approx((test["held"] == rose).mean())
    assert study.rise_rate == pytest.approx(rose.mean())


def test_a_steady_rise_is_predicted_on_every_session_and_held_throughout(growing):
    config = ModelConfig(training_years=2.0, monthly_seasonality=False, yearly_seasonality=False)
    study = evaluate(growing, shares=3, config=config)
    assert study.hit_rate == study.rise_rate == 1
    assert study.trades == 2
    assert study.strategy_profit == study.buy_and_hold_profit > 0


def test_the_strategy_gains_on_the_sessions_held_and_pays_for_its_trades(prices, study):
    free = evaluate(prices, shares=10, cost_basis_points=0, config=CONFIG)
    gained = 10 * free.test.loc[free.test["held"], "actual_change"].sum()
    assert free.strategy_profit == pytest.approx(gained)
    assert study.strategy_profit < free.strategy_profit
    assert study.trades == free.trades


def test_buying_and_holding_runs_from_the_last_training_close_to_the_end(study):
    first, last = study.training["actual"].iloc[-1], study.final_actual
    costs = 10 * (first + last) * 5 / 10_000
    assert study.buy_and_hold_profit == pytest.approx(10 * (last - first) - costs)


def test_a_price_that_never_moves_has_no_directions():
    flat = pd.Series(50.0, index=price_series(1300).index)
    study = evaluate(flat, config=CONFIG)
    assert study.hit_rate is None
    assert study.rise_rate is None


def test_a_test_of_more_than_365_days_is_evaluated_whole(prices):
    study = evaluate(prices, start=date(2015, 3, 2), config=CONFIG)
    assert len(study.test) == len(prices["2015-03-02":])


@pytest.mark.parametrize("wrong", [{"shares": 0}, {"cost_basis_points": -1}])
def test_shares_and_costs_out_of_their_range_are_refused(prices, wrong):
    with pytest.raises(InvalidRequest):
        evaluate(prices, config=CONFIG, **wrong)
