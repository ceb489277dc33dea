import numpy as np
import pandas as pd
import pytest

from stockcast_lib.forecasting import ModelConfig, fit_prophet
from stockcast_lib.forecasting.backtest import fit_origins
from stockcast_lib.forecasting.features import log_prices
from stockcast_lib.forecasting.forecast import outlook_of
from stockcast_lib.forecasting.outlook import Outlook
from stockcast_lib.forecasting.trading_calendar import sessions_ahead
from stockcast_lib.forecasting.walk_forward import WalkForward
from tests.factories import LAST_SESSION, price_series

LEVELS = (0.5, 0.8, 0.95)


@pytest.fixture(scope="module")
def prices():
    return price_series(756)


@pytest.fixture(scope="module")
def model(prices):
    return fit_prophet(prices)


@pytest.fixture(scope="module")
def past(prices, model):
    return WalkForward(prices, model, fit_origins(prices))


@pytest.fixture
def said(prices, model):
    dates = sessions_ahead(LAST_SESSION, 300)
    return log_prices(model, pd.DatetimeIndex([prices.index[-1], *dates]))


def earning(monkeypatch, past, share):
    monkeypatch.setattr(past, "share", share)
    return past


def test_without_an_earned_share_the_path_is_the_last_price_and_the_drift(
    monkeypatch, prices, past, said
):
    outlook = Outlook(earning(monkeypatch, past, lambda _: 0.0), said)
    drift = past.walk.drift[-1]
    assert drift != 0
    expected = np.log(prices.iloc[-1]) + drift * np.arange(1, 301)
    assert outlook.centre == pytest.approx(expected, abs=1e-12)


def test_with_the_whole_share_the_path_moves_as_the_model_from_the_last_price(
    monkeypatch, prices, past, said
):
    outlook = Outlook(earning(monkeypatch, past, lambda _: 1.0), said)
    expected = np.log(prices.iloc[-1]) + said[1:] - said[0]
    assert outlook.centre == pytest.approx(expected, abs=1e-12)
    assert (outlook.model == said[1:]).all()


def test_the_share_is_learned_at_each_horizon_and_a_straight_line_between(monkeypatch, past, said):
    outlook = Outlook(earning(monkeypatch, past, lambda sessions: min(sessions / 100, 1.0)), said)
    assert outlook.shares[[0, 20, 62]] == pytest.approx([0.01, 0.21, 0.63])
    assert outlook.shares[30] == pytest.approx(0.31)
    assert outlook.shares[-1] == 1


@pytest.mark.parametrize("seed", range(5))
def test_the_path_begins_at_the_last_close(seed):
    prices = price_series(400, seed)
    outlook = outlook_of(prices, sessions_ahead(LAST_SESSION, 5), fit_prophet(prices))
    deviation = np.log(prices).diff().std()
    assert abs(outlook.centre[0] - np.log(prices.iloc[-1])) < 0.25 * deviation


def test_the_nearer_part_of_a_path_does_not_depend_on_how_far_it_goes(prices, model):
    near, far = (outlook_of(prices, sessions_ahead(LAST_SESSION, n), model) for n in (10, 600))
    assert near.centre == pytest.approx(far.centre[:10], abs=1e-12)
    assert near.half_widths(LEVELS) == pytest.approx(far.half_widths(LEVELS)[:, :10])


def test_given_fits_are_used_as_if_they_had_been_made(prices, model):
    dates = sessions_ahead(LAST_SESSION, 100)
    made, given = (outlook_of(prices, dates, model, fits) for fits in (None, fit_origins(prices)))
    assert (made.centre == given.centre).all()
    assert (made.shares == given.shares).all()


def test_the_bands_of_the_longest_path_are_finite_and_widen():
    prices = price_series(800)
    outlook = outlook_of(prices, sessions_ahead(LAST_SESSION, 6_900), fit_prophet(prices))
    widths = outlook.half_widths((0.01, *LEVELS, 0.9999))
    assert np.isfinite(outlook.centre).all()
    assert np.isfinite(widths).all()
    assert (np.diff(widths, axis=0) > 0).all()
    assert (np.diff(widths, axis=1) > 0).all()


def test_a_price_that_never_moves_stays():
    flat = pd.Series(50.0, index=price_series(300).index)
    outlook = outlook_of(flat, sessions_ahead(LAST_SESSION, 100), fit_prophet(flat))
    assert np.exp(outlook.centre) == pytest.approx(50.0, rel=1e-9)
    assert (outlook.half_widths(LEVELS) == 0).all()


def test_shares_never_leave_their_range():
    config = ModelConfig(changepoint_prior_scale=10.0)
    for seed in range(3):
        prices = price_series(1_000, seed)
        outlook = outlook_of(prices, sessions_ahead(LAST_SESSION, 80), fit_prophet(prices, config))
        assert ((outlook.shares >= 0) & (outlook.shares <= 1)).all()
