"""Past forecasts: nothing of them may know what came later."""

import numpy as np
import pandas as pd
import pytest

from stockcast_lib.forecasting import ModelConfig, forecast_series
from stockcast_lib.forecasting.backtest import OriginFits, backtest_origins, fit_origins
from stockcast_lib.forecasting.combination import origin_weights, separate_windows
from stockcast_lib.forecasting.model import prepared_model
from stockcast_lib.forecasting.random_walk import LONG_RUN
from stockcast_lib.forecasting.walk_forward import WalkForward
from tests.factories import changed_after, price_series

LEVELS = (0.5, 0.8, 0.95)
BARE = ModelConfig(monthly_seasonality=False, yearly_seasonality=False)
KNOWN_AT_THE_ORIGIN = ("last", "forecast", "model", "naive_half_width", "scale")


def past_of(prices, config=BARE):
    return WalkForward(prices, prepared_model(prices, config), fit_origins(prices, config))


def told_by_a_prophet(prices, slope=1.0, noise=0.0, sessions=21):
    """Past forecasts of a model that knows what comes, as far as its rate can tell it."""
    origins = backtest_origins(len(prices))
    ahead = np.minimum(origins + sessions, len(prices) - 1)
    logs = np.log(prices.to_numpy())
    days = (prices.index[ahead] - prices.index[origins]).days.to_numpy()
    rng = np.random.default_rng(4)
    rate = slope * (logs[ahead] - logs[origins]) / days + rng.normal(0, noise, len(origins))
    quantiles = fit_origins(prices, BARE).quantiles
    fits = OriginFits(origins, logs[origins], rate, np.zeros((len(origins), 1)), quantiles)
    return WalkForward(prices, prepared_model(prices, BARE), fits)


@pytest.mark.parametrize("sessions", [1, 5, 21, 63])
@pytest.mark.parametrize(
    ("rows", "row"), [(60, 45), (90, 75), (196, 160), (800, 500), (1_700, 800)]
)
def test_later_prices_change_nothing_of_a_past_forecast(rows, row, sessions):
    prices = price_series(rows)
    known, other = (
        past_of(series, ModelConfig()).outcomes(sessions, LEVELS)
        for series in (prices, changed_after(prices, row))
    )
    assert (known.origins == other.origins).all()
    standing = known.origins <= row
    ended = known.origins + sessions <= row
    for name in KNOWN_AT_THE_ORIGIN:
        assert (getattr(known, name)[standing] == getattr(other, name)[standing]).all(), name
    for name in ("lower", "upper"):
        assert (getattr(known, name)[:, standing] == getattr(other, name)[:, standing]).all(), name
    assert (known.actual[ended] == other.actual[ended]).all()
    assert (known.actual != other.actual).any() or ended.all()


def test_a_share_at_an_origin_is_of_the_outcomes_known_there():
    prices, row = price_series(800, seed=3), 600
    known, other = (
        told_by_a_prophet(series).outcomes(21, LEVELS)
        for series in (prices, changed_after(prices, row))
    )
    # The model at an origin knows 21 sessions more; before `row - 21` nothing has changed.
    early = known.origins <= row - 21
    assert (known.forecast[early] == other.forecast[early]).all()
    took_over = np.abs(np.log(known.forecast / known.model)) < 1e-3
    assert took_over[early][-10:].all()


def test_the_first_past_forecasts_take_nothing_over():
    prices = price_series(800)
    past = told_by_a_prophet(prices)
    told = past.outcomes(21, LEVELS)
    eight_windows = told.origins[0] + 8 * 21
    walked = told.last * np.exp(
        past.walk.drift[told.origins]
        * (past.walk.clock[told.origins + 21] - past.walk.clock[told.origins])
    )
    early = told.origins < eight_windows
    assert early.sum() > 20
    assert told.forecast[early] == pytest.approx(walked[early], rel=1e-12)
    assert (np.abs(told.forecast / walked - 1)[~early] > 1e-6).any()


@pytest.mark.parametrize("sessions", [1, 21])
def test_a_past_forecast_is_what_would_have_been_published_then(sessions):
    prices = price_series(756)
    told = past_of(prices).outcomes(sessions, LEVELS)
    walk = past_of(prices).walk
    for which in (0, 20, -1):
        origin = told.origins[which]
        then = forecast_series(prices.iloc[: origin + 1], sessions, config=BARE, interval=0.8)
        published = then.iloc[-1]
        drifted = told.last[which] * np.exp(walk.drift[origin] * sessions)
        assert published["price"] == pytest.approx(told.forecast[which], rel=0.01)
        assert published["price"] == pytest.approx(drifted, rel=0.01)
        width = np.log(published["upper"] / published["price"])
        then_width = np.log(told.upper[1, which] / told.forecast[which])
        assert width == pytest.approx(then_width, rel=0.05)


def test_outcomes_are_the_prices_so_many_rows_later():
    prices = price_series(400)
    told = past_of(prices).outcomes(21, LEVELS)
    assert told.actual == pytest.approx(prices.to_numpy()[told.origins + 21])
    assert told.last == pytest.approx(prices.to_numpy()[told.origins])
    assert told.origins.max() + 21 < 400
    assert told.lower.shape == told.upper.shape == (3, len(told.origins))
    assert (np.diff(told.lower, axis=0) < 0).all()
    assert (told.lower[0] < told.forecast).all()
    assert (told.forecast < told.upper[0]).all()


def test_the_last_price_is_an_outcome():
    prices = price_series(756)
    told = past_of(prices).outcomes(7, LEVELS)
    assert told.origins[-1] == 748
    assert told.actual[-1] == pytest.approx(prices.iloc[-1])


def test_the_scales_are_those_of_the_sessions_before():
    prices = price_series(1_100)
    told = past_of(prices).outcomes(5, LEVELS)
    origin = told.origins[-1]
    before = prices.iloc[origin - LONG_RUN : origin + 1]
    assert told.scale[-1] == pytest.approx(before.diff().abs().mean())
    deviation = np.log(before).diff().std(ddof=0)
    assert told.naive_half_width[-1] >= deviation * np.sqrt(5) * (1 - 1e-9)
    assert told.naive_half_width[-1] <= deviation * np.sqrt(7)  # a holiday or two among them


def test_a_model_that_knows_what_comes_earns_its_whole_share():
    assert told_by_a_prophet(price_series(1_500)).share(21) > 0.9


def test_a_model_of_noise_earns_nothing_to_speak_of():
    shares = [
        told_by_a_prophet(price_series(756, seed), slope=0.0, noise=0.002).share(21)
        for seed in range(6)
    ]
    assert np.mean(shares) < 0.1


def test_a_share_is_earned_alike_by_every_stretch_of_time():
    """Twelve years of quarters in which the model was right outweigh three of weeks."""
    prices = price_series(LONG_RUN + 66 * 50)
    origins = backtest_origins(len(prices))
    recent = origins >= len(prices) - 1 - LONG_RUN
    assert recent.sum() > 2 * (~recent).sum()
    right_before = told_by_a_prophet(prices, np.where(recent, -1.0, 1.0), sessions=63)
    right_lately = told_by_a_prophet(prices, np.where(recent, 1.0, -1.0), sessions=63)
    assert right_before.share(63) > 0.2
    assert right_lately.share(63) == 0
    took_over = right_before.outcomes(63, LEVELS)
    drifted = took_over.last * np.exp(
        right_before.walk.drift[took_over.origins]
        * (
            right_before.walk.clock[took_over.origins + 63]
            - right_before.walk.clock[took_over.origins]
        )
    )
    assert np.abs(took_over.forecast / drifted - 1)[-10:].min() > 1e-3


@pytest.mark.parametrize("sessions", [1, 21, 63, 252])
def test_outcomes_weigh_their_distance_and_know_which_windows_are_apart(sessions):
    prices = price_series(LONG_RUN + 66 * 20)
    told = told_by_a_prophet(prices).outcomes(sessions, LEVELS)
    assert (told.weights == origin_weights(told.origins, sessions)).all()
    assert (told.separate == separate_windows(told.origins, sessions)).all()
    assert told.windows == len(told.separate)
    assert (np.diff(told.origins[told.separate]) >= sessions).all()
    assert told.weights[1] == pytest.approx(min(66 / sessions, 1))
    assert told.weights[-1] == pytest.approx(min(7 / sessions, 1))


@pytest.mark.parametrize("sessions", [21, 70, 799, 800, 5_000])
def test_where_few_outcomes_are_known_nothing_is_earned(sessions):
    past = told_by_a_prophet(price_series(800))
    if sessions > 70:
        assert past.share(sessions) == 0
    told = past.outcomes(sessions, LEVELS)
    assert len(told.origins) == (told.origins + sessions < 800).sum()
    assert told.lower.shape == (3, len(told.origins))


def test_half_widths_are_those_of_the_levels_asked_for():
    past = past_of(price_series(400))
    one, other = past.outcomes(5, (0.9,)), past.outcomes(5, (0.5, 0.9))
    assert (one.lower[0] == other.lower[1]).all()


def test_a_price_that_never_moves_is_forecast_without_a_doubt():
    flat = pd.Series(50.0, index=price_series(200).index)
    told = past_of(flat).outcomes(5, LEVELS)
    for prices in (told.forecast, told.lower, told.upper, told.actual):
        assert prices == pytest.approx(50.0)
    assert (told.scale == 0).all()
