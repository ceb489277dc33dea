import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from stockcast_lib.forecasting.combination import (
    LEAST_WINDOWS,
    earned_share,
    separate_windows,
)


@pytest.mark.parametrize(
    ("origins", "sessions", "windows"),
    [
        ([], 5, 0),
        ([0], 5, 1),
        ([3, 3 + 5], 5, 2),  # the second begins where the first ends
        ([3, 3 + 4], 5, 1),
        (range(0, 70, 7), 7, 10),
        (range(0, 70, 7), 8, 5),
        (range(10), 1, 10),
        ([0, 63, 126, 133, 140, 189], 63, 4),
    ],
)
def test_windows_that_do_not_overlap_are_counted(origins, sessions, windows):
    assert separate_windows(np.array(list(origins), dtype=np.intp), sessions) == windows


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
    assert separate_windows(np.array(ordered, dtype=np.intp), sessions) == best[0]


def outcomes(slope, noise, count=200, seed=1):
    rng = np.random.default_rng(seed)
    said = rng.normal(0, 0.02, count)
    return said, slope * said + rng.normal(0, noise, count)


def test_fewer_windows_than_needed_earn_nothing():
    said, came = outcomes(1.0, 0.0)
    assert earned_share(said, came, LEAST_WINDOWS - 1) == 0
    assert earned_share(said, came, LEAST_WINDOWS) == pytest.approx(1)


def test_a_model_that_says_nothing_beyond_the_walk_earns_nothing():
    _, came = outcomes(0.0, 0.02)
    assert earned_share(np.zeros(200), came, 50) == 0
    assert earned_share(np.zeros(200), np.zeros(200), 50) == 0


def test_noise_earns_next_to_nothing():
    shares = [earned_share(*outcomes(0.0, 0.05, seed=seed), 40) for seed in range(20)]
    assert np.mean(shares) < 0.03


def test_a_clear_signal_earns_its_slope():
    assert earned_share(*outcomes(0.6, 1e-5), 40) == pytest.approx(0.6, abs=0.01)
    assert earned_share(*outcomes(3.0, 1e-5), 40) == 1


def test_a_model_that_is_wrong_every_time_earns_nothing():
    assert earned_share(*outcomes(-1.0, 0.001), 40) == 0


def test_the_share_grows_with_the_windows_and_falls_with_the_noise():
    by_windows = [earned_share(*outcomes(0.5, 0.03), windows) for windows in (8, 20, 100, 1_000)]
    by_noise = [earned_share(*outcomes(0.5, noise), 40) for noise in (0.0, 0.005, 0.02, 0.1)]
    assert by_windows == sorted(by_windows)
    assert by_noise == sorted(by_noise, reverse=True)
    assert by_windows[0] < by_windows[-1] <= 0.6


_LOGS = st.floats(-2, 2, allow_subnormal=False)


@given(
    said=arrays.arrays(float, 30, elements=_LOGS),
    came=arrays.arrays(float, 30, elements=_LOGS),
    windows=st.integers(0, 30),
)
@settings(deadline=None)
def test_a_share_is_never_less_than_nothing_or_more_than_all(said, came, windows):
    assert 0 <= earned_share(said, came, windows) <= 1
