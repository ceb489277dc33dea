import numpy as np
import pandas as pd
import pytest
from scipy import stats

from stockcast_lib.forecasting.conformal import (
    CALIBRATION,
    POOLED_HORIZONS,
    error_quantiles,
    half_widths,
    normalised_errors,
)
from stockcast_lib.forecasting.random_walk import random_walk
from tests.factories import changed_after, price_series, walked_series

LEVELS = (0.01, 0.5, 0.8, 0.95, 0.99, 0.9999)


def band(prices, sessions, levels=(0.8,)):
    """Half widths from the last row, shape (levels, sessions)."""
    walk, last = random_walk(prices), len(prices) - 1
    quantiles = error_quantiles(normalised_errors(walk), last, levels)
    return half_widths(walk, last, np.asarray(sessions, dtype=float), quantiles, levels)


def gaussian(rng, rows):
    return rng.normal(2e-4, 0.012, rows)


def heavy_tailed(rng, rows):
    return 0.009 * rng.standard_t(5, rows)


def clustered(rng, rows):
    """GARCH(1, 1)."""
    steps, variance = np.zeros(rows), 1e-4
    for i, shock in enumerate(rng.standard_normal(rows)):
        steps[i] = np.sqrt(variance) * shock
        variance = 2e-6 + 0.08 * steps[i] ** 2 + 0.9 * variance
    return steps


@pytest.mark.parametrize("steps", [gaussian, heavy_tailed, clustered])
def test_the_bands_hold_their_share_of_simulated_walks(steps):
    held = {sessions: [] for sessions in (1, 5, 21, 63)}
    for seed in range(24):
        walk = random_walk(walked_series(steps(np.random.default_rng(seed), 1_500)))
        errors, rows = normalised_errors(walk), np.arange(400, 1_437, 21)
        quantiles = np.array([error_quantiles(errors, row, [0.8]) for row in rows]).T
        for sessions, hits in held.items():
            ahead = (walk.clock[rows + sessions] - walk.clock[rows]).astype(float)
            moved = walk.log_price[rows + sessions] - walk.log_price[rows]
            widths = half_widths(walk, rows, ahead, quantiles, [0.8])[0]
            hits.extend(np.abs(moved - walk.drift[rows] * ahead) <= widths)
    for sessions, hits in held.items():
        assert np.mean(hits) == pytest.approx(0.8, abs=0.05), sessions


@pytest.mark.parametrize("row", [11, 30, 59, 400, 1_000])
def test_neither_errors_nor_quantiles_know_of_later_prices(row):
    prices = price_series(1_100)
    known, other = (
        normalised_errors(random_walk(series)) for series in (prices, changed_after(prices, row))
    )
    for column, ahead in enumerate(POOLED_HORIZONS):
        rows = slice(0, max(row - ahead + 1, 0))
        ours, theirs = known[rows, column], other[rows, column]
        assert ((ours == theirs) | np.isnan(ours) & np.isnan(theirs)).all()
    ours, theirs = (error_quantiles(errors, row, LEVELS) for errors in (known, other))
    assert (ours == theirs).all()


def test_the_newest_outcome_known_at_a_row_is_used_and_the_next_is_not():
    walk = random_walk(price_series(300))
    errors, row = normalised_errors(walk), 200
    told = error_quantiles(errors, row, [0.8])
    for column, ahead in enumerate(POOLED_HORIZONS):
        for origin, used in ((row - ahead, True), (row - ahead + 1, False)):
            changed = errors.copy()
            changed[origin, column] = 1e6 if errors[origin, column] < told else 0.0
            assert (error_quantiles(changed, row, [0.8]) != told) == used, (origin, ahead)


def test_errors_older_than_the_calibration_window_are_forgotten():
    errors = normalised_errors(random_walk(price_series(1_500)))
    row = 1_400
    changed = errors.copy()
    changed[: row - CALIBRATION] = 1e6
    assert (error_quantiles(changed, row, LEVELS) == error_quantiles(errors, row, LEVELS)).all()


def test_an_error_is_the_move_beyond_the_drift_in_expected_volatilities():
    walk = random_walk(price_series(300))
    row, ahead = 150, 5
    sessions = walk.clock[row + ahead] - walk.clock[row]
    moved = walk.log_price[row + ahead] - walk.log_price[row] - sessions * walk.drift[row]
    expected = np.sqrt(walk.variance_ahead(row, np.array([sessions])))[0]
    column = list(POOLED_HORIZONS).index(ahead)
    assert normalised_errors(walk)[row, column] == pytest.approx(abs(moved) / expected)


def test_outcomes_that_are_not_known_yet_are_no_errors():
    errors = normalised_errors(random_walk(price_series(100)))
    unknown = [int(np.isnan(errors[20:, column]).sum()) for column in range(errors.shape[1])]
    assert unknown == list(POOLED_HORIZONS)


@pytest.mark.parametrize("seed", [1, 2])
def test_bands_nest_in_the_level_and_widen_with_the_horizon(seed):
    widths = band(price_series(800, seed), np.arange(1, 6_901), LEVELS)
    assert np.isfinite(widths).all()
    assert (widths > 0).all()
    assert (np.diff(widths, axis=0) > 0).all()
    assert (np.diff(widths, axis=1) > 0).all()


def test_a_band_is_wider_after_a_volatile_spell_and_the_more_the_nearer():
    steps = gaussian(np.random.default_rng(1), 1_000)
    calm = band(walked_series(steps), [1, 5, 21, 63, 252])[0]
    steps[-40:] *= 3
    ratio = band(walked_series(steps), [1, 5, 21, 63, 252])[0] / calm
    assert (np.diff(ratio) < 0).all()
    assert ratio[0] > 1.7
    assert 1 < ratio[-1] < 1.5


@pytest.mark.parametrize("ago", [1, 5, 20, 100])
@pytest.mark.parametrize("shock", [np.log(0.7), np.log(1.3)])
def test_one_shock_of_thirty_percent_hardly_widens_the_band(shock, ago):
    steps = gaussian(np.random.default_rng(2), 1_000)
    calm = band(walked_series(steps), [1, 5, 21, 63])[0]
    steps[-ago] = shock
    ratio = band(walked_series(steps), [1, 5, 21, 63])[0] / calm
    assert (ratio < 1.3).all()
    assert (ratio > 0.97).all()


def test_without_errors_the_quantiles_are_those_of_other_shares():
    errors = np.full((31, len(POOLED_HORIZONS)), np.nan)
    told = error_quantiles(errors, 30, [0.5, 0.8, 0.95])
    normal = stats.norm.ppf([0.75, 0.9, 0.975])
    assert told == pytest.approx(normal, rel=0.25)


def test_a_short_history_has_less_weight_than_a_long_one():
    others = error_quantiles(np.full((800, len(POOLED_HORIZONS)), np.nan), 700, [0.8])[0]
    great = np.full((800, len(POOLED_HORIZONS)), 10.0)
    told = [error_quantiles(great, row, [0.8])[0] for row in (30, 60, 120, 700)]
    assert told == sorted(told)
    assert others < told[0] < (others + 10) / 2
    assert told[-1] > 8


def test_the_first_rows_of_a_history_do_not_rule_its_band():
    # A first return of nearly nothing makes every later move a great surprise.
    steps = gaussian(np.random.default_rng(3), 60)
    usual = band(walked_series(steps), [1, 21], [0.8, 0.99])
    steps[1:4] = 1e-9
    assert band(walked_series(steps), [1, 21], [0.8, 0.99]) == pytest.approx(usual, rel=0.3)


def test_far_ahead_it_is_the_doubt_about_the_drift_that_widens_a_band():
    prices = price_series(800)
    walk, sessions = random_walk(prices), np.array([1.0, 6_900.0])
    one = np.sqrt(walk.variance_ahead(799, sessions))
    doubt = np.sqrt(walk.drift_variance[799]) * sessions
    normal = stats.norm.ppf(0.9)
    widths = half_widths(walk, 799, sessions, np.array([1.5]), [0.8])[0]
    assert widths == pytest.approx(np.sqrt((1.5 * one) ** 2 + (normal * doubt) ** 2))
    assert widths[0] == pytest.approx(1.5 * one[0], rel=0.01)
    assert widths[1] > 1.2 * 1.5 * one[1]


def test_a_price_that_never_moves_has_a_band_of_no_width():
    flat = pd.Series(50.0, index=price_series(300).index)
    assert (band(flat, [1, 63, 6_900], LEVELS) == 0).all()


def test_each_row_gets_its_own_quantiles():
    walk = random_walk(price_series(400))
    errors, rows = normalised_errors(walk), np.array([100, 250, 399])
    levels = [0.5, 0.9]
    quantiles = np.array([error_quantiles(errors, row, levels) for row in rows])
    together = half_widths(walk, rows, np.array([5.0, 10.0, 21.0]), quantiles.T, levels)
    for i, (row, ahead) in enumerate(zip(rows, (5.0, 10.0, 21.0), strict=True)):
        alone = half_widths(walk, int(row), np.array([ahead]), quantiles[i], levels)
        assert together[:, i] == pytest.approx(alone[:, 0])
