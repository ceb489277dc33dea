"""The measures against figures worked out by hand, and the verdicts drawn from them."""

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats

from stockcast_lib.core.results import Coverage
from stockcast_lib.forecasting import ModelConfig
from stockcast_lib.forecasting.backtest import backtest_origins, fit_origins
from stockcast_lib.forecasting.combination import (
    LEAST_WINDOWS,
    origin_weights,
    separate_windows,
)
from stockcast_lib.forecasting.forecast import SKILL_SESSIONS, skill_card
from stockcast_lib.forecasting.model import prepared_model
from stockcast_lib.forecasting.skill import (
    CRPS_LEVELS,
    diebold_mariano,
    horizon_skill,
    pinball,
    skill,
    winkler,
)
from stockcast_lib.forecasting.walk_forward import Outcomes, WalkForward
from tests.factories import walked_series

LEVEL = 0.8


def outcomes(actual, forecast, **changes) -> Outcomes:
    """Outcomes ten sessions apart, of a horizon of ten, from a last price of 100."""
    actual, forecast = np.asarray(actual, dtype=float), np.asarray(forecast, dtype=float)
    count = len(actual)
    half = np.array([NormalDist().inv_cdf(0.5 + level / 2) for level in CRPS_LEVELS])
    made = Outcomes(
        sessions=10,
        origins=10 * np.arange(count),
        weights=np.ones(count),
        separate=np.arange(count),
        last=np.full(count, 100.0),
        actual=actual,
        forecast=forecast,
        model=forecast,
        levels=CRPS_LEVELS,
        lower=forecast - 5 * half[:, None],
        upper=forecast + 5 * half[:, None],
        naive_half_width=np.full(count, 0.05),
        scale=np.full(count, 2.0),
    )
    return replace(made, **changes)


def past_of(prices, config=None):
    config = config or ModelConfig()
    return WalkForward(prices, prepared_model(prices, config), fit_origins(prices, config))


def card(prices, asked, config=None):
    return skill_card(past_of(prices, config), asked, LEVEL, 0.0)


def test_the_winkler_score_is_the_width_and_a_penalty_outside():
    lower, upper = np.full(3, 90.0), np.full(3, 110.0)
    assert winkler(lower, upper, np.array([100.0, 89.0, 113.0]), 0.8) == pytest.approx(
        [20, 20 + 10, 20 + 30]
    )


def test_the_pinball_loss_weighs_either_side_by_the_probability():
    told = pinball(np.full(3, 100.0), np.array([110.0, 100.0, 90.0]), 0.9)
    assert told == pytest.approx([9, 0, 1])


def test_the_measures_are_in_mean_changes_a_session():
    at = horizon_skill(outcomes([104, 98, 101], [102, 102, 101]), LEVEL)
    assert at.mase == pytest.approx((2 + 4 + 0) / 3 / 2)
    assert at.naive_mase == pytest.approx((4 + 2 + 1) / 3 / 2)
    assert at.rmsse == pytest.approx(np.sqrt((4 + 16 + 0) / 3) / 2)
    assert at.naive_rmsse == pytest.approx(np.sqrt((16 + 4 + 1) / 3) / 2)
    assert (at.sessions, at.origins, at.windows) == (10, 3, 3)


def test_each_origin_is_measured_by_the_scale_there():
    at = horizon_skill(outcomes([104, 104], [102, 102], scale=np.array([1.0, 4.0])), LEVEL)
    assert at.mase == pytest.approx((2 / 1 + 2 / 4) / 2)


def test_the_model_alone_is_measured_beside_the_forecast():
    at = horizon_skill(outcomes([104, 98], [104, 98], model=np.array([110.0, 110.0])), LEVEL)
    assert at.mase == 0
    assert at.model_mase == pytest.approx((6 + 12) / 2 / 2)


def test_the_band_held_where_the_price_was_within_or_on_it():
    band = CRPS_LEVELS.index(LEVEL)
    told = outcomes([90, 100, 110, 110.01], [100] * 4)
    told.lower[band], told.upper[band] = 90.0, 110.0
    at = horizon_skill(told, LEVEL)
    assert at.coverage == Coverage(level=LEVEL, held=3, windows=4)
    assert at.winkler == pytest.approx((20 * 4 + 10 * 0.01) / 4 / 2)


def test_the_naive_band_is_a_gaussian_walks():
    half = NormalDist().inv_cdf(0.9) * 0.05
    at = horizon_skill(outcomes([100], [100]), LEVEL)
    assert at.naive_winkler == pytest.approx(100 * (np.exp(half) - np.exp(-half)) / 2)


def test_the_crps_is_near_that_of_the_distribution_told():
    # Of a normal distribution in closed form: Gneiting and Raftery, JASA, 2007.
    z = (103 - 100) / 5
    exact = 5 * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert 2 * horizon_skill(outcomes([103], [100]), LEVEL).crps == pytest.approx(exact, rel=0.05)


def test_directions_count_only_where_there_is_one():
    # Right, wrong, right, none forecast, none came.
    told = outcomes([101, 99, 95, 120, 100], [102, 103, 99, 100, 90])
    at = horizon_skill(told, LEVEL)
    assert (at.direction.right, at.direction.windows) == (2, 3)


def test_of_the_outcomes_with_a_direction_some_rose():
    # Both said and came: a rise, a fall, a rise said to be a fall; then none said, none came.
    told = outcomes([101, 99, 105, 120, 100], [102, 98, 99, 100, 110])
    at = horizon_skill(told, LEVEL)
    assert (at.direction.right, at.direction.rose, at.direction.windows) == (2, 2, 3)


def test_only_windows_apart_are_counted_and_all_are_measured():
    band = CRPS_LEVELS.index(LEVEL)
    told = outcomes(
        [104, 111, 120, 96, 97, 80],
        [102] * 6,
        origins=np.array([0, 5, 8, 10, 12, 20]),
        weights=np.array([1, 0.5, 0.3, 0.2, 0.2, 0.8]),
        separate=np.array([0, 3, 5]),
    )
    told.lower[band], told.upper[band] = 95.0, 110.0
    at = horizon_skill(told, LEVEL)
    assert (at.origins, at.windows) == (6, 3)
    # 104 and 96 are within the band, 80 is not; 104 alone rose. 97, not apart, held too.
    assert at.coverage == Coverage(level=LEVEL, held=2, windows=3)
    assert (at.direction.right, at.direction.rose, at.direction.windows) == (1, 1, 3)
    errors = 2 * 1 + 9 * 0.5 + 18 * 0.3 + 6 * 0.2 + 5 * 0.2 + 22 * 0.8
    assert at.mase == pytest.approx(errors / 3 / 2)


def test_every_measure_is_a_mean_by_weight():
    weights, scale = np.array([1.0, 0.25, 0.75]), np.array([2.0, 1.0, 4.0])
    told = outcomes(
        [104, 98, 101], [102, 102, 102], weights=weights, scale=scale, model=np.full(3, 100.0)
    )
    at = horizon_skill(told, LEVEL)
    assert at.mase == pytest.approx((1 * 2 / 2 + 0.25 * 4 / 1 + 0.75 * 1 / 4) / 2)
    assert at.naive_mase == pytest.approx((1 * 4 / 2 + 0.25 * 2 / 1 + 0.75 * 1 / 4) / 2)
    assert at.model_mase == pytest.approx(at.naive_mase)
    assert at.rmsse == pytest.approx(np.sqrt((1 * 1 + 0.25 * 16 + 0.75 / 16) / 2))
    assert at.naive_rmsse == pytest.approx(np.sqrt((1 * 4 + 0.25 * 4 + 0.75 / 16) / 2))
    alone = [
        horizon_skill(outcomes([came], [102], scale=each[None]), LEVEL)
        for came, each in zip([104, 98, 101], scale, strict=True)
    ]
    for name in ("crps", "naive_crps", "winkler", "naive_winkler"):
        each = [getattr(one, name) for one in alone]
        assert getattr(at, name) == pytest.approx(np.average(each, weights=weights)), name


def test_weights_of_origins_without_a_scale_do_not_count():
    told = outcomes(
        [104, 98, 101],
        [102, 102, 102],
        weights=np.array([1.0, 0.25, 0.75]),
        scale=np.array([0.0, 2.0, 2.0]),
    )
    at = horizon_skill(told, LEVEL)
    assert at.mase == pytest.approx((0.25 * 4 + 0.75 * 1) / 2)
    assert at.rmsse == pytest.approx(np.sqrt(0.25 * 16 + 0.75 * 1) / 2)


def test_each_stretch_of_a_clustered_backtest_counts_the_same():
    # Ten windows of 66 sessions one after the other, then ten more with an origin every sixth.
    origins = np.r_[0:600:66, 600:1_255:6]
    old = origins < 600
    assert (old.sum(), (~old).sum()) == (10, 110)
    actual = 100 + np.where(old, 2.0, 4.0)
    told = outcomes(
        actual,
        np.full(120, 100.0),
        sessions=66,
        origins=origins,
        weights=origin_weights(origins, 66),
        separate=separate_windows(origins, 66),
        scale=np.ones(120),
    )
    at = horizon_skill(told, LEVEL)
    assert (at.origins, at.windows, at.coverage.windows) == (120, 20, 20)
    assert at.mase == pytest.approx((2 + 4) / 2)
    assert at.rmsse == pytest.approx(np.sqrt((4 + 16) / 2))


def test_prices_that_have_never_moved_have_no_measures():
    at = horizon_skill(outcomes([100, 100], [100, 100], scale=np.zeros(2)), LEVEL)
    measures = at.model_dump(include={"mase", "naive_mase", "crps", "winkler", "rmsse", "p_value"})
    assert set(measures.values()) == {None}
    assert at.coverage.held == 2


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


def test_a_forecast_that_is_nearer_every_time_is_better():
    rng = np.random.default_rng(1)
    actual = 100 + rng.normal(0, 5, 20)
    measured = horizon_skill(outcomes(actual, actual + rng.normal(0, 1, 20)), LEVEL)
    told = skill((measured,), 10, 0.5)
    assert (told.standing, told.windows, told.share) == ("better", 20, 0.5)
    assert told.value == pytest.approx(1 - measured.mase / measured.naive_mase)
    assert told.value > 0.5
    assert told.verdict == (
        f"Better than yesterday's price: its errors were {told.value:.1%} smaller, "
        "judged by 20 separate windows."
    )


def test_a_forecast_that_is_further_off_every_time_is_worse():
    rng = np.random.default_rng(2)
    actual = 100 + rng.normal(0, 1, 20)
    told = skill((horizon_skill(outcomes(actual, np.full(20, 109.0)), LEVEL),), 10, 0.0)
    assert told.standing == "worse"
    assert told.value < -1
    assert f"errors were {-told.value:.1%} larger" in told.verdict


def test_a_forecast_that_is_as_near_as_the_last_price_is_the_same():
    rng = np.random.default_rng(3)
    actual = 100 + rng.normal(0, 5, 20)
    told = skill((horizon_skill(outcomes(actual, 100 + rng.normal(0, 1, 20)), LEVEL),), 10, 0.0)
    assert told.standing == "same"
    assert told.value is not None
    assert told.verdict == "No better than yesterday's price, judged by 20 separate windows."


@pytest.mark.parametrize("windows", [1, LEAST_WINDOWS - 1])
def test_too_few_windows_leave_a_forecast_untested(windows):
    actual = 100 + np.random.default_rng(4).normal(0, 5, 20)
    measured = horizon_skill(outcomes(actual, actual, separate=np.arange(windows)), LEVEL)
    told = skill((measured,), 10, 0.0)
    assert (told.standing, told.value, told.windows) == ("untested", None, windows)
    assert told.verdict == "Not enough history to test this horizon."
    tested = horizon_skill(outcomes(actual, actual, separate=np.arange(LEAST_WINDOWS)), LEVEL)
    assert skill((tested,), 10, 0.0).standing == "better"


def test_a_horizon_without_any_outcome_is_untested():
    told = skill((), 10, 0.0)
    assert (told.standing, told.value, told.windows, told.horizons) == ("untested", None, 0, ())


def test_the_verdict_is_on_the_horizon_asked_for():
    actual = 100 + np.random.default_rng(5).normal(0, 5, 20)
    good = horizon_skill(outcomes(actual, actual, sessions=21, origins=21 * np.arange(20)), LEVEL)
    bad = horizon_skill(outcomes(actual, np.full(20, 130.0)), LEVEL)
    assert skill((bad, good), 10, 0.0).standing == "worse"
    assert skill((bad, good), 21, 0.0).standing == "better"


def test_growth_that_the_model_foresees_is_better():
    steps = 0.003 + np.random.default_rng(6).normal(0, 0.002, 1_000)
    told = card(walked_series(steps), 21)
    assert told.standing == "better"
    assert told.value > 0.5


def test_a_year_that_repeats_itself_is_foreseen_by_the_model():
    days = np.arange(2_400)
    wave = 0.15 * np.sin(2 * np.pi * days / 261)
    steps = np.diff(wave, prepend=0) + np.random.default_rng(7).normal(0, 0.001, len(days))
    past = past_of(walked_series(steps))
    assert past.share(63) > 0.5
    assert skill_card(past, 63, LEVEL, past.share(63)).standing == "better"


def test_walks_without_a_drift_are_hardly_ever_found_better():
    standings = [
        card(walked_series(np.random.default_rng(seed).normal(0, 0.01, 756)), asked).standing
        for seed in range(6)
        for asked in (1, 21)
    ]
    assert standings.count("better") <= 1


def test_a_card_has_the_usual_horizons_and_the_one_asked_for():
    prices = walked_series(np.random.default_rng(8).normal(0, 0.01, 400))
    told = card(prices, 40)
    assert [each.sessions for each in told.horizons] == sorted({*SKILL_SESSIONS, 40})
    assert all(each.coverage.level == LEVEL for each in told.horizons)
    assert [each.sessions for each in card(prices, 5_000).horizons] == list(SKILL_SESSIONS)
