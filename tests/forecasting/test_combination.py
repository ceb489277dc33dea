import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from stockcast_lib.forecasting.combination import (
    LEAST_WINDOWS,
    SHARE_SCALE,
    earned_share,
    origin_weights,
    separate_windows,
)


@pytest.mark.parametrize(
    ("origins", "sessions", "positions"),
    [
        ([], 5, []),
        ([0], 5, [0]),
        ([3, 3 + 5], 5, [0, 1]),  # the second begins where the first ends
        ([3, 3 + 4], 5, [0]),
        (range(0, 70, 7), 7, range(10)),
        (range(0, 70, 7), 8, [0, 2, 4, 6, 8]),
        (range(10), 1, range(10)),
        ([0, 63, 126, 133, 140, 189], 63, [0, 1, 2, 5]),
    ],
)
def test_windows_that_do_not_overlap_are_found_by_position(origins, sessions, positions):
    found = separate_windows(np.array(list(origins), dtype=np.intp), sessions)
    assert found.dtype == np.intp
    assert list(found) == list(positions)


@given(
    origins=st.sets(st.integers(0, 60), max_size=12),
    sessions=st.integers(1, 20),
)
@settings(deadline=None)
def test_no_choice_of_windows_has_more_that_do_not_overlap(origins, sessions):
    ordered = sorted(origins)
    best = [0] * (len(ordered) + 1)
    for i in reversed(range(len(ordered))):
        after = next(
            (j for j in range(i, len(ordered)) if ordered[j] >= ordered[i] + sessions),
            len(ordered),
        )
        best[i] = max(best[i + 1], 1 + best[after])
    rows = np.array(ordered, dtype=np.intp)
    found = separate_windows(rows, sessions)
    assert len(found) == best[0]
    assert (np.diff(rows[found]) >= sessions).all()


@pytest.mark.parametrize(
    ("origins", "sessions", "weights"),
    [
        ([], 5, []),
        ([40], 5, [1]),
        ([0, 66, 132], 63, [1, 1, 1]),
        ([0, 7, 14, 21], 21, [1, 1 / 3, 1 / 3, 1 / 3]),
        ([0, 7, 14, 21], 7, [1, 1, 1, 1]),
        ([0, 7, 14, 21], 1, [1, 1, 1, 1]),
        ([5, 71, 137, 144, 151, 300], 70, [1, 66 / 70, 66 / 70, 0.1, 0.1, 1]),
    ],
)
def test_an_origin_weighs_its_distance_from_the_one_before_up_to_a_window(
    origins, sessions, weights
):
    told = origin_weights(np.array(origins, dtype=np.intp), sessions)
    assert told == pytest.approx(np.array(weights, dtype=float))


@pytest.mark.parametrize("sessions", [1, 7, 21, 63, 126, 252])
def test_weights_of_a_clustered_backtest_sum_to_about_its_separate_windows(sessions):
    origins = np.r_[0:3_168:66, 3_168:3_924:7]
    total = origin_weights(origins, sessions).sum()
    assert total == pytest.approx(len(separate_windows(origins, sessions)), rel=0.12)


@given(
    origins=st.sets(st.integers(0, 200), min_size=1, max_size=40),
    sessions=st.integers(1, 60),
)
@settings(deadline=None)
def test_weights_sum_to_no_less_than_the_separate_windows_and_less_than_twice(origins, sessions):
    rows = np.array(sorted(origins), dtype=np.intp)
    weights, windows = origin_weights(rows, sessions), len(separate_windows(rows, sessions))
    assert ((weights > 0) & (weights <= 1)).all()
    assert windows - 1e-9 <= weights.sum() < 2 * windows


def outcomes(slope, noise, count=200, seed=1):
    rng = np.random.default_rng(seed)
    said = rng.normal(0, 0.02, count)
    return said, slope * said + rng.normal(0, noise, count)


def share(said, came, windows):
    """The share that origins earn which all tell as much."""
    return earned_share(said, came, np.ones(len(said)), windows)


def test_fewer_windows_than_needed_earn_nothing():
    said, came = outcomes(1.0, 0.0)
    assert share(said, came, LEAST_WINDOWS - 1) == 0
    assert share(said, came, LEAST_WINDOWS) == pytest.approx(1)


def test_a_model_that_says_nothing_beyond_the_walk_earns_nothing():
    _, came = outcomes(0.0, 0.02)
    assert share(np.zeros(200), came, 50) == 0
    assert share(np.zeros(200), np.zeros(200), 50) == 0


def test_noise_earns_next_to_nothing():
    shares = [share(*outcomes(0.0, 0.05, seed=seed), 40) for seed in range(20)]
    assert np.mean(shares) < 0.03


def test_a_clear_signal_earns_its_slope():
    assert share(*outcomes(0.6, 1e-5), 40) == pytest.approx(0.6, abs=0.01)
    assert share(*outcomes(3.0, 1e-5), 40) == 1


def test_a_model_that_is_wrong_every_time_earns_nothing():
    assert share(*outcomes(-1.0, 0.001), 40) == 0


def test_the_share_grows_with_the_windows_and_falls_with_the_noise():
    by_windows = [share(*outcomes(0.5, 0.03), windows) for windows in (8, 20, 100, 1_000)]
    by_noise = [share(*outcomes(0.5, noise), 40) for noise in (0.0, 0.005, 0.02, 0.1)]
    assert by_windows == sorted(by_windows)
    assert by_noise == sorted(by_noise, reverse=True)
    assert by_windows[0] < by_windows[-1] <= 0.6


def test_a_share_is_the_weighted_slope_drawn_to_nothing_by_doubt():
    said, came = np.array([0.1, 0.2, -0.1]), np.array([0.05, 0.02, -0.03])
    weights = np.array([1.0, 0.25, 0.5])
    # Sums by hand: of squares 0.025, of products 0.0075, and of squared errors from the slope 0.3:
    # 0.02² + 0.04² / 4 + 0 = 0.0008.
    doubt = 0.0008 / 0.025 / 10
    expected = 0.3 * SHARE_SCALE**2 / (SHARE_SCALE**2 + doubt)
    assert earned_share(said, came, weights, 10) == pytest.approx(expected)


def test_an_era_of_close_origins_earns_no_more_than_one_of_distant_ones():
    origins = np.r_[0:600:66, 600:1_255:6]  # ten windows of 66 sessions, and ten once more
    old = origins < 600
    weights = origin_weights(origins, 66)
    assert weights[old].sum() == pytest.approx(weights[~old].sum())
    said = np.full(len(origins), 0.05)
    for right in (old, ~old):
        came = np.where(right, said, 0)
        doubt = 0.25 / 20
        expected = 0.5 * SHARE_SCALE**2 / (SHARE_SCALE**2 + doubt)
        assert earned_share(said, came, weights, 20) == pytest.approx(expected)


_LOGS = st.floats(-2, 2, allow_subnormal=False)


@given(
    said=arrays.arrays(float, 30, elements=_LOGS),
    came=arrays.arrays(float, 30, elements=_LOGS),
    weights=arrays.arrays(float, 30, elements=st.floats(0.01, 1)),
    windows=st.integers(0, 30),
)
@settings(deadline=None)
def test_a_share_is_never_less_than_nothing_or_more_than_all(said, came, weights, windows):
    assert 0 <= earned_share(said, came, weights, windows) <= 1
