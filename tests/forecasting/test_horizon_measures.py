"""What is measured of past forecasts at one horizon."""

from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats

from stockcast_lib.core.results import Coverage
from stockcast_lib.forecasting.combination import (
    origin_weights,
    separate_windows,
)
from stockcast_lib.forecasting.conformal import CENTRAL_LEVELS
from stockcast_lib.forecasting.skill import (
    horizon_skill,
    pinball,
    winkler,
)
from tests.forecasting.past_outcomes import LEVEL, outcomes


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
    band = CENTRAL_LEVELS.index(LEVEL)
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
    band = CENTRAL_LEVELS.index(LEVEL)
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
