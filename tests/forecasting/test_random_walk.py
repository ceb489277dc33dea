import numpy as np
import pandas as pd
import pytest

from stockcast_lib.forecasting.random_walk import (
    DRIFT_MEAN,
    DRIFT_SCALE,
    LONG_RUN,
    YEAR,
    random_walk,
)
from tests.factories import changed_after, price_series, walked_series

ESTIMATES = ("drift", "drift_variance", "current", "long_run")


@pytest.mark.parametrize("row", [1, 2, 29, 45, 60, 300, 1099])
def test_no_estimate_knows_of_later_prices(row):
    prices = price_series(1_100)
    known, other = random_walk(prices), random_walk(changed_after(prices, row))
    for name in ESTIMATES:
        ours, theirs = getattr(known, name)[: row + 1], getattr(other, name)[: row + 1]
        assert (ours == theirs).all(), name


@pytest.mark.parametrize("row", [29, 100, 900])
def test_a_row_is_estimated_as_if_it_were_the_last(row):
    prices = price_series(1_100)
    whole, part = random_walk(prices), random_walk(prices.iloc[: row + 1])
    for name in ESTIMATES:
        assert getattr(part, name)[-1] == pytest.approx(getattr(whole, name)[row], rel=1e-9), name


def test_the_volatilities_are_those_of_a_steady_walk():
    walk = random_walk(walked_series(np.random.default_rng(1).normal(0, 0.015, 3_000)))
    assert walk.long_run[-1] ** 0.5 == pytest.approx(0.015, rel=0.1)
    assert (walk.current[500:] ** 0.5).mean() == pytest.approx(0.015, rel=0.05)


def test_the_current_volatility_follows_a_change_and_the_long_run_lags():
    steps = np.random.default_rng(2).normal(0, 0.01, 1_500)
    steps[-60:] *= 3
    walk = random_walk(walked_series(steps))
    assert walk.current[-1] ** 0.5 == pytest.approx(0.03, rel=0.3)
    assert walk.long_run[-1] ** 0.5 < 0.015


def test_the_volatility_ahead_goes_from_the_current_towards_the_long_run():
    steps = np.random.default_rng(2).normal(0, 0.01, 1_500)
    steps[-60:] *= 3
    walk = random_walk(walked_series(steps))
    sessions = np.array([1.0, 5.0, 21.0, 63.0, 252.0, 2_520.0])
    a_session = walk.variance_ahead(len(steps) - 1, sessions) / sessions
    assert (np.diff(a_session) < 0).all()
    assert walk.long_run[-1] < a_session[0] < walk.current[-1]
    assert a_session[-1] == pytest.approx(walk.long_run[-1], rel=0.05)


@pytest.mark.parametrize("factor", [0.05, 1.0, 20.0])
def test_the_variance_ahead_grows_with_every_session(factor):
    steps = np.random.default_rng(3).normal(0, 0.01, 1_000)
    steps[-80:] *= factor
    ahead = random_walk(walked_series(steps)).variance_ahead(999, np.arange(1.0, 6_900.0))
    assert (np.diff(ahead) > 0).all()
    assert ahead[0] > 0


def test_a_shock_beyond_belief_says_no_more_than_a_great_one():
    steps = np.random.default_rng(4).normal(0, 0.01, 1_000)
    volatilities = []
    for shock in (0.1, 0.3, 3.0):
        steps[-2] = shock
        volatilities.append(random_walk(walked_series(steps)).current[-1])
    assert volatilities[0] == pytest.approx(volatilities[1], rel=1e-9)
    assert volatilities[1] == pytest.approx(volatilities[2], rel=1e-9)


def test_a_row_after_missing_sessions_holds_the_moves_of_them_all():
    prices = walked_series(np.random.default_rng(5).normal(0, 0.01, 2_000))
    sparse = random_walk(prices.iloc[::5])
    assert sparse.clock[-1] == pytest.approx(2_000 * 0.965, abs=15)
    assert sparse.long_run[-1] ** 0.5 == pytest.approx(0.01, rel=0.1)


def test_the_drift_of_a_short_noisy_series_is_that_of_shares_in_general():
    steps = np.random.default_rng(6).normal(0.004, 0.03, 60)
    walk = random_walk(walked_series(steps))
    measured = YEAR * steps[1:].mean()
    assert abs(measured) > 0.5
    assert YEAR * walk.drift[-1] == pytest.approx(DRIFT_MEAN, abs=0.05)
    assert YEAR * walk.drift_variance[-1] ** 0.5 == pytest.approx(DRIFT_SCALE, rel=0.05)


def test_the_drift_of_growth_without_noise_is_the_growth():
    steps = 0.0008 + np.random.default_rng(7).normal(0, 1e-7, 800)
    walk = random_walk(walked_series(steps))
    elapsed = walk.clock[-1] - walk.clock[-1 - LONG_RUN]
    measured = (walk.log_price[-1] - walk.log_price[-1 - LONG_RUN]) / elapsed
    # The noise is judged by the size of the moves, growth included.
    assert walk.drift[-1] == pytest.approx(measured, rel=0.02)
    assert walk.drift_variance[-1] < 0.02 * (DRIFT_SCALE / YEAR) ** 2


def test_the_drift_lies_between_the_measured_one_and_that_of_shares_in_general():
    steps = np.random.default_rng(8).normal(0.001, 0.01, 800)
    walk = random_walk(walked_series(steps))
    measured = YEAR * steps[-LONG_RUN:].mean()
    assert DRIFT_MEAN < YEAR * walk.drift[-1] < measured
    assert (walk.drift_variance <= (DRIFT_SCALE / YEAR) ** 2).all()


def test_what_is_older_than_three_years_is_forgotten():
    steps = np.random.default_rng(9).normal(0, 0.01, 1_600)
    recent = random_walk(walked_series(steps[-LONG_RUN - 1 :]))
    whole = random_walk(walked_series(np.concatenate([steps + 0.002, steps])))
    assert whole.drift[-1] == pytest.approx(recent.drift[-1], abs=5e-6)
    steps[100 : -LONG_RUN - 1] *= 9
    once_loud = random_walk(walked_series(steps))
    assert once_loud.long_run[-1] == pytest.approx(recent.long_run[-1], rel=0.05)


def test_a_price_that_never_moves_has_neither_volatility_nor_drift():
    walk = random_walk(pd.Series(7.0, index=price_series(100).index))
    for name in ESTIMATES:
        assert (getattr(walk, name)[1:] == 0).all(), name


def test_two_prices_are_enough():
    walk = random_walk(price_series(2))
    assert all(np.isfinite(getattr(walk, name)).all() for name in ESTIMATES)
