import subprocess
import sys
from datetime import date

import numpy as np
import pandas as pd
import pytest

from stockcast_lib.core.errors import InvalidRequest, ModelDiverged
from stockcast_lib.core.price_history import ADJUSTED_CLOSE, PriceHistory
from stockcast_lib.forecasting import ModelConfig, forecast_series, make_forecast
from tests.factories import price_history, price_series

PATH_COLUMNS = ["date", "price", "lower", "upper"]


@pytest.fixture(scope="module")
def forecast():
    return make_forecast(price_history(), days=45)


def test_a_series_forecast_has_one_row_for_every_trading_day_ahead():
    frame = forecast_series(price_series(300), 10)
    assert list(frame.columns) == PATH_COLUMNS
    assert len(frame) == 10
    assert frame["date"].iloc[0] == pd.Timestamp("2017-02-28")
    assert frame["date"].is_monotonic_increasing
    assert all(day.weekday() < 5 for day in frame["date"])


def test_a_forecast_continues_a_steady_growth():
    dates = pd.bdate_range(end="2017-02-27", periods=600)
    steady = pd.Series(100 * np.exp(0.001 * np.arange(600)), index=dates)
    steady *= np.exp(np.random.default_rng(1).normal(0, 1e-3, 600))
    target = forecast_series(steady, 20).iloc[-1]
    assert target["price"] == pytest.approx(100 * np.exp(0.001 * 619), rel=0.01)
    assert target["lower"] < target["price"] < target["upper"]


def test_a_wider_interval_gives_a_wider_band_around_the_same_price():
    narrow, wide = (forecast_series(price_series(300), 5, interval=level) for level in (0.5, 0.95))
    assert (narrow["price"] == wide["price"]).all()
    assert (narrow["lower"] > wide["lower"]).all()
    assert (narrow["upper"] < wide["upper"]).all()


def test_the_same_series_gives_the_same_forecast():
    first, second = (forecast_series(price_series(300), 5) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


def test_a_constant_price_is_forecast_to_stay():
    flat = pd.Series(50.0, index=price_series(300).index)
    assert forecast_series(flat, 5)["price"].to_numpy() == pytest.approx(50.0)


@pytest.mark.parametrize("interval", [0, 1, -0.1, float("nan")])
def test_an_interval_that_is_no_share_is_refused(interval):
    with pytest.raises(InvalidRequest, match="interval"):
        forecast_series(price_series(300), 5, interval=interval)


def test_days_are_counted_from_the_last_session_and_end_on_a_session(forecast):
    assert forecast.as_of == date(2017, 2, 27)
    assert forecast.target_date == date(2017, 4, 13)
    assert forecast.path["date"].iloc[-1] == pd.Timestamp(forecast.target_date)


def test_the_bands_nest_around_the_target_and_include_the_configured_level(forecast):
    target = forecast.path.iloc[-1]
    levels = {band.level: band for band in forecast.bands}
    assert list(levels) == [0.5, 0.8, 0.95]
    assert (levels[0.8].lower, levels[0.8].upper) == (target["lower"], target["upper"])
    ordered = [levels[0.95].lower, levels[0.8].lower, levels[0.5].lower, target["price"]]
    assert ordered == sorted(ordered)


def test_a_level_of_ones_own_is_added_to_the_bands():
    forecast = make_forecast(price_history(sessions=300), 5, ModelConfig(interval=0.9))
    assert [band.level for band in forecast.bands] == [0.5, 0.8, 0.9, 0.95]
    assert forecast.path["lower"].iloc[-1] == forecast.bands[2].lower


def test_the_fan_has_every_level_at_every_session_of_the_path(forecast):
    sessions = len(forecast.path)
    assert list(forecast.fan.columns) == ["date", "level", "lower", "upper"]
    assert forecast.fan["level"].tolist() == np.repeat([0.5, 0.8, 0.95], sessions).tolist()
    for _, band in forecast.fan.groupby("level"):
        assert band["date"].tolist() == forecast.path["date"].tolist()


def test_the_fan_nests_holds_the_path_and_ends_in_the_bands(forecast):
    by_level = {level: rows.set_index("date") for level, rows in forecast.fan.groupby("level")}
    inner, asked, outer = (by_level[level] for level in (0.5, 0.8, 0.95))
    assert (outer["lower"] < asked["lower"]).all()
    assert (asked["lower"] < inner["lower"]).all()
    assert (inner["upper"] < asked["upper"]).all()
    assert (asked["upper"] < outer["upper"]).all()
    path = forecast.path.set_index("date")
    pd.testing.assert_frame_equal(asked[["lower", "upper"]], path[["lower", "upper"]])
    ends = [(band["lower"].iloc[-1], band["upper"].iloc[-1]) for band in (inner, asked, outer)]
    assert ends == [(band.lower, band.upper) for band in forecast.bands]


def test_a_level_of_ones_own_is_in_the_fan():
    forecast = make_forecast(price_history(sessions=300), 5, ModelConfig(interval=0.9))
    assert forecast.fan["level"].unique().tolist() == [0.5, 0.8, 0.9, 0.95]


def test_the_naive_forecast_is_the_last_price(forecast):
    assert forecast.baseline.name == "naive"
    assert forecast.baseline.price == forecast.observations.iloc[-1]


def test_the_fit_covers_the_training_sessions_and_holds_about_its_share_of_them(forecast):
    inside = forecast.observations.between(
        forecast.fit["lower"].set_axis(forecast.observations.index),
        forecast.fit["upper"].set_axis(forecast.observations.index),
    )
    assert len(forecast.fit) == len(forecast.observations)
    assert inside.mean() == pytest.approx(forecast.config.interval, abs=0.1)


def test_the_longest_horizon_gives_positive_finite_prices():
    history = price_history(sessions=1200)
    forecast = make_forecast(history, 10_000, ModelConfig(training_years=4))
    prices = forecast.path[["price", "lower", "upper"]].to_numpy()
    assert len(forecast.path) > 6_800
    assert np.isfinite(prices).all()
    assert (prices >= 0).all()
    assert (forecast.path["price"] > 0).all()


def test_a_model_that_runs_off_to_infinity_is_refused():
    dates = pd.bdate_range(end="2017-02-27", periods=60)
    doubling = pd.Series(np.exp(0.5 * np.arange(60)), index=dates)
    frame = price_history(sessions=60).frame.assign(**{ADJUSTED_CLOSE: doubling})
    history = PriceHistory("TEST", "sample", sample=False, frame=frame)
    with pytest.raises(ModelDiverged, match="nearer"):
        make_forecast(history, 10_000)


def test_the_package_loads_prophet_only_when_a_forecast_is_asked_for():
    code = (
        "import sys, stockcast_lib.forecasting as f; assert 'prophet' not in sys.modules;"
        "f.forecast_series; assert 'prophet' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
