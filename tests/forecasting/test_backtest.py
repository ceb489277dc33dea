"""The fits at past origins against fits of the prices that were known there."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from stockcast_lib.adapters.vendors.sample import SampleVendor
from stockcast_lib.core.errors import BadVendorData, NotEnoughHistory
from stockcast_lib.forecasting import ModelConfig, fit_prophet
from stockcast_lib.forecasting.backtest import (
    EARLIER_STEP,
    LEAST_TRAINING,
    MOST_EARLIER,
    RECENT_STEP,
    backtest_history,
    backtest_origins,
    fit_origins,
)
from stockcast_lib.forecasting.combination import separate_windows
from stockcast_lib.forecasting.exact_fit import map_estimate
from stockcast_lib.forecasting.features import log_prices, term_features
from stockcast_lib.forecasting.model import MIN_SESSIONS, prepared_model
from stockcast_lib.forecasting.random_walk import LONG_RUN
from tests.factories import changed_after, price_series

CONFIGS = {
    "default": ModelConfig(),
    "a changepoint in each window": ModelConfig(changepoints=["2010-06-02", "2016-03-05"]),
    "no changepoint": ModelConfig(n_changepoints=0),
    "a weekly term": ModelConfig(weekly_seasonality=True),
    "holidays": ModelConfig(holidays="US", holidays_prior_scale=0.5),
    "holidays alone": ModelConfig(
        holidays="US", monthly_seasonality=False, yearly_seasonality=False
    ),
    "other orders": ModelConfig(yearly_order=3, monthly_order=2, training_years=1.7),
    "no term": ModelConfig(monthly_seasonality=False, yearly_seasonality=False),
}


@cache
def apple(rows: int) -> pd.Series:
    return SampleVendor().daily_prices("AAPL").adjusted_close.iloc[-rows:]


def told(prices, config, fits, which, sessions):
    """What the fits say at an origin of a session so many rows later."""
    features = term_features(prepared_model(prices, config), pd.DatetimeIndex(prices.index))
    origin = fits.origins[which]
    change = features[[origin + sessions]] - features[[origin]]
    days = (prices.index[origin + sessions] - prices.index[origin]).days
    return fits.log_price(np.array([which]), np.array([float(days)]), change)[0]


@pytest.mark.parametrize("rows", [120, 900, 1_900])
@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_an_origins_fit_is_that_of_the_prices_known_there(config, rows):
    prices = apple(rows)
    fits = fit_origins(prices, config)
    for which in {0, 1, len(fits.origins) // 2, len(fits.origins) - 30}:
        origin = fits.origins[which]
        model = fit_prophet(prices.iloc[: origin + 1], config)
        at_origin = log_prices(model, prices.index[[origin]])[0]
        assert fits.level[which] == pytest.approx(at_origin, abs=1e-8)
        for sessions in (1, 21, 63):
            if origin + sessions < rows:
                alone = log_prices(model, prices.index[[origin + sessions]])[0]
                together = told(prices, config, fits, which, sessions)
                assert together == pytest.approx(alone, abs=1e-8), (origin, sessions)


def test_the_engine_makes_no_difference():
    prices = price_series(200)
    ours, stan = (fit_origins(prices, ModelConfig(engine=name)) for name in ("exact", "stan"))
    assert (ours.level == stan.level).all()
    assert (ours.effects == stan.effects).all()


@pytest.mark.parametrize("row", [100, 450, 700])
def test_later_prices_change_nothing_at_an_origin(row):
    prices = price_series(756)
    known, other = fit_origins(prices), fit_origins(changed_after(prices, row))
    before = known.origins <= row
    assert (known.origins == other.origins).all()
    for name in ("level", "rate", "effects"):
        assert (getattr(known, name)[before] == getattr(other, name)[before]).all(), name


def test_a_start_changes_nothing_of_an_estimate(monkeypatch):
    prices, whole = price_series(600), []

    def alone(design, start=None):
        whole.append(start)
        return map_estimate(design)

    started = fit_origins(prices)
    monkeypatch.setattr("stockcast_lib.forecasting.backtest.map_estimate", alone)
    fresh = fit_origins(prices)
    assert sum(start is not None for start in whole) > 40
    assert started.level == pytest.approx(fresh.level, abs=1e-8)
    assert started.rate == pytest.approx(fresh.rate, abs=1e-8)
    assert started.effects == pytest.approx(fresh.effects, abs=1e-8)


@pytest.mark.parametrize("rows", [*range(30, 130), 196, 300, 511, 756, 757, 900, 2_014, 9_000])
def test_origins_ascend_and_have_enough_history_and_an_outcome(rows):
    origins = backtest_origins(rows)
    assert (np.diff(origins) > 0).all()
    assert (origins >= MIN_SESSIONS - 1).all()
    assert (origins < rows - 1).all()
    assert len(origins) <= LONG_RUN // RECENT_STEP + MOST_EARLIER
    assert len(origins) >= min(rows - MIN_SESSIONS, 30)


def test_three_years_hold_eight_separate_quarters_and_many_origins():
    origins = backtest_origins(756)
    known = origins[origins + 63 < 756]
    assert len(known) >= 40
    assert len(separate_windows(known, 63)) >= 8
    assert origins[0] >= LEAST_TRAINING - 1


def test_a_long_history_has_a_quarters_origins_before_the_last_three_years():
    rows = 6_000
    origins = backtest_origins(rows)
    recent = origins[origins >= rows - 1 - LONG_RUN]
    earlier = origins[origins < rows - 1 - LONG_RUN]
    assert set(np.diff(recent)) == {RECENT_STEP}
    assert set(np.diff(earlier)) == {EARLIER_STEP}
    assert len(earlier) == MOST_EARLIER
    known = origins[origins + 252 < rows]
    assert len(separate_windows(known, 252)) >= 8


def test_the_history_of_a_backtest_holds_every_training_window():
    prices, config = apple(6_000), ModelConfig()
    history = backtest_history(prices, config)
    first = history.index[backtest_origins(len(history))[0]]
    assert len(history) < len(prices)
    assert history.index[0] < first - pd.Timedelta(days=365.25 * config.training_years)
    assert (backtest_history(prices.iloc[:800], config) == prices.iloc[:800]).all()


@pytest.mark.parametrize("rows", [30, 31, 32, 60])
def test_the_shortest_histories_have_origins_too(rows):
    fits = fit_origins(price_series(rows))
    assert len(fits.origins) == min(rows - 30, len(backtest_origins(rows)))
    assert fits.level.shape == fits.rate.shape == fits.origins.shape
    assert fits.effects.shape[0] == len(fits.origins)
    assert np.isfinite(fits.level).all()


def test_the_bundled_series_of_196_rows_has_origins():
    facebook = SampleVendor().daily_prices("FB").adjusted_close
    fits = fit_origins(facebook)
    assert len(fits.origins) >= 40
    assert np.isfinite(fits.rate).all()


def test_a_term_that_an_early_window_is_too_short_for_has_no_effect_there():
    prices = price_series(756)
    fits = fit_origins(prices, ModelConfig(monthly_seasonality=False))
    spans = (prices.index[fits.origins] - prices.index[0]).days
    bears = np.abs(fits.effects).max(axis=1) > 0
    assert not bears[spans < 725].any()
    assert bears[spans >= 725].all()


def test_a_gap_of_months_before_an_origin_leaves_rows_to_fit():
    prices = price_series(900)
    gapped = pd.concat([prices.iloc[:300], prices.iloc[600:]])
    fits = fit_origins(gapped, ModelConfig(training_years=0.5))
    assert np.isfinite(fits.level).all()


def test_prices_that_cannot_be_fitted_are_refused():
    with pytest.raises(NotEnoughHistory):
        fit_origins(price_series(29))
    prices = price_series(100)
    prices.iloc[3] = np.nan
    with pytest.raises(BadVendorData):
        fit_origins(prices)
