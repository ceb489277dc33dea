"""The test whether two forecasts differ."""

import numpy as np
import pytest
from scipy import stats

from stockcast_lib.forecasting.backtest import backtest_origins
from stockcast_lib.forecasting.combination import (
    origin_weights,
)
from stockcast_lib.forecasting.skill import (
    diebold_mariano,
    horizon_skill,
)
from tests.forecasting.past_outcomes import LEVEL, outcomes


def test_for_one_session_the_test_is_students():
    difference = np.random.default_rng(1).normal(0.3, 1, 30)
    told = diebold_mariano(difference, 7 * np.arange(30), 1)
    assert told == pytest.approx(stats.ttest_1samp(difference, 0).pvalue)


def test_windows_that_just_do_not_overlap_are_independent():
    difference = np.random.default_rng(2).normal(0.3, 1, 12)
    told = diebold_mariano(difference, 21 * np.arange(12), 21)
    # The correction for few windows is that of a horizon of 21 out of 252 sessions.
    few = 1 + (1 - 42) / 252 + 21 * 20 / 252**2
    statistic = difference.mean() / np.sqrt(difference.var() / 12) * np.sqrt(few)
    assert told == pytest.approx(2 * stats.t.sf(abs(statistic), 11))


def test_overlapping_windows_have_bartletts_weights():
    difference = np.array([1.0, 3.0, 2.0, 6.0])
    centred = difference - 3
    origins, sessions = np.array([0, 7, 14, 40]), 21
    weight = {7: 1 - 7 / 21, 14: 1 - 14 / 21}
    squares = (centred**2).sum() + 2 * (
        weight[7] * (centred[0] * centred[1] + centred[1] * centred[2])
        + weight[14] * centred[0] * centred[2]
    )
    few = 1 + (1 - 42) / 42 + 21 * 20 / 42**2
    statistic = 3 / np.sqrt(squares / 16) * np.sqrt(few)
    told = diebold_mariano(difference, origins, sessions)
    assert told == pytest.approx(2 * stats.t.sf(statistic, 1))
    assert diebold_mariano(difference, origins, sessions, np.full(4, 0.5)) == pytest.approx(told)


def test_weights_are_of_the_mean_difference_and_of_its_variance():
    difference, weights = np.array([1.0, 3.0, 2.0, 6.0]), np.array([1, 1 / 3, 1 / 3, 1])
    # The weighted mean is (1 + 1 + 2/3 + 6) / (8/3) = 3.25, and what is centred on it weighs:
    a, b, c, d = -2.25, -0.25 / 3, -1.25 / 3, 2.75
    squares = a**2 + b**2 + c**2 + d**2 + 2 * (2 / 3 * (a * b + b * c) + 1 / 3 * a * c)
    few = 1 + (1 - 42) / 42 + 21 * 20 / 42**2
    statistic = 3.25 / np.sqrt(squares / (8 / 3) ** 2) * np.sqrt(few)
    told = diebold_mariano(difference, np.array([0, 7, 14, 40]), 21, weights)
    assert told == pytest.approx(2 * stats.t.sf(statistic, 1))


def test_the_p_value_of_a_horizon_is_that_of_its_weighted_losses():
    rng = np.random.default_rng(3)
    origins = np.r_[0:660:66, 660:900:6]
    actual, forecast = 100 + rng.normal(0, 5, 50), 100 + rng.normal(0, 5, 50)
    scale = rng.uniform(1, 3, 50)
    scale[:2] = 0
    weights = origin_weights(origins, 66)
    told = outcomes(actual, forecast, sessions=66, origins=origins, weights=weights, scale=scale)
    losses = (np.abs(actual - forecast) - np.abs(actual - 100))[2:] / scale[2:]
    expected = diebold_mariano(losses, origins[2:], 66, weights[2:])
    assert horizon_skill(told, LEVEL).p_value == pytest.approx(expected)
    assert expected != pytest.approx(diebold_mariano(losses, origins[2:], 66), rel=0.01)


def test_losses_that_do_not_differ_or_one_window_tell_nothing():
    origins = 7 * np.arange(20)
    assert diebold_mariano(np.zeros(20), origins, 5) is None
    assert diebold_mariano(np.full(20, 0.25), origins, 5) is None
    noise = np.random.default_rng(1).normal(size=20)
    assert diebold_mariano(noise, origins, 7 * 19 + 1) is None
    assert diebold_mariano(noise, origins, 7 * 19) is not None
    assert diebold_mariano(noise[:0], origins[:0], 5) is None
    assert horizon_skill(outcomes([101] * 9, [100] * 9), LEVEL).p_value is None


@pytest.mark.parametrize(
    ("sessions", "step", "rows"),
    [(1, 7, 516), (5, 7, 516), (21, 7, 516), (63, 7, 516), (63, 7, 2_000)],
)
def test_equal_forecasts_are_rarely_found_to_differ(sessions, step, rows):
    origins = np.arange(0, rows - sessions, step)
    assert_equal_forecasts_rarely_differ(origins, sessions, rows)


@pytest.mark.parametrize("sessions", [1, 5, 21, 63])
@pytest.mark.parametrize("rows", [1_600, 4_000])
def test_equal_forecasts_of_a_clustered_backtest_are_rarely_found_to_differ(sessions, rows):
    origins = backtest_origins(rows)
    origins = origins[origins + sessions < rows]
    weights = origin_weights(origins, sessions)
    assert_equal_forecasts_rarely_differ(origins, sessions, rows, weights)


def assert_equal_forecasts_rarely_differ(origins, sessions, rows, weights=None):
    found = []
    for seed in range(400):
        walk = np.cumsum(np.random.default_rng(seed).normal(size=rows + 1))
        came, said = walk[origins + sessions] - walk[origins], 0.3 * np.sqrt(sessions)
        difference = np.abs(came - said) - np.abs(came + said)
        found.append(diebold_mariano(difference, origins, sessions, weights))
    p_values = np.array(found)
    assert 0.02 < np.mean(p_values < 0.05) <= 0.12
    assert np.mean(p_values < 0.5) == pytest.approx(0.5, abs=0.1)
