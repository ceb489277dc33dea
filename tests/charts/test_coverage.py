import numpy as np
import pytest

from stockcast_lib.charts import appearance as look
from stockcast_lib.charts import palettes
from stockcast_lib.charts.coverage import coverage_figure
from stockcast_lib.charts.interactive import figure_document
from stockcast_lib.charts.past_windows import past_windows
from stockcast_lib.forecasting import ModelConfig, make_forecast
from stockcast_lib.forecasting.backtest import fit_origins
from stockcast_lib.forecasting.trading_calendar import sessions_between
from tests.charts.colours import colours_of
from tests.factories import price_history

DAYS = 30


@pytest.fixture(scope="module")
def history():
    return price_history(sessions=1300)


@pytest.fixture(scope="module")
def windows(history):
    return past_windows(history, DAYS)


@pytest.fixture(scope="module")
def document(windows):
    return figure_document(coverage_figure(windows))


def _trace(document, name):
    (trace,) = [each for each in document["data"] if each["name"] == name]
    return trace


def test_the_windows_are_those_that_the_forecast_s_coverage_counts(history, windows):
    forecast = make_forecast(history, DAYS)
    assert (windows.held, len(windows.frame)) == (forecast.coverage.held, forecast.coverage.windows)
    assert windows.level == forecast.coverage.level
    assert windows.sessions == len(sessions_between(forecast.as_of, forecast.target_date))


def test_windows_do_not_overlap_and_hold_what_came(history, windows):
    frame = windows.frame
    assert (frame["origin"].iloc[1:].to_numpy() >= frame["target"].iloc[:-1].to_numpy()).all()
    closes = history.adjusted_close
    assert frame["last"].tolist() == pytest.approx(closes[frame["origin"]].tolist())
    assert frame["actual"].tolist() == pytest.approx(closes[frame["target"]].tolist())
    inside = (frame["lower"] <= frame["actual"]) & (frame["actual"] <= frame["upper"])
    assert (frame["held"] == inside).all()


def test_fits_that_are_given_are_not_made_again(history, windows, monkeypatch):
    fits = fit_origins(history.adjusted_close)
    monkeypatch.setattr("stockcast_lib.charts.past_windows.fit_origins", None)
    assert past_windows(history, DAYS, fits=fits).frame.equals(windows.frame)


def test_another_level_has_another_band(history, windows):
    narrow = past_windows(history, DAYS, ModelConfig(interval=0.5))
    assert narrow.level == 0.5
    assert narrow.held < windows.held


def test_each_window_has_a_bar_from_its_lower_to_its_upper_bound(windows, document):
    bars, frame = _trace(document, "80 % band"), windows.frame
    assert bars["base"] == pytest.approx((100 * (frame["lower"] / frame["last"] - 1)).tolist())
    tops = np.add(bars["base"], bars["y"])
    assert tops == pytest.approx((100 * (frame["upper"] / frame["last"] - 1)).to_numpy())


def test_what_came_is_marked_by_shape_and_colour(windows, document):
    held, missed = _trace(document, "came inside"), _trace(document, "came outside")
    assert len(held["x"]) == windows.held
    assert len(missed["x"]) == len(windows.frame) - windows.held > 0
    assert held["marker"]["symbol"] != missed["marker"]["symbol"]
    assert (held["marker"]["color"], missed["marker"]["color"]) == (look.INK, look.FALL)
    change = 100 * (windows.frame["actual"] / windows.frame["last"] - 1)
    assert missed["y"] == pytest.approx(change[~windows.frame["held"]].tolist())


def test_the_naive_forecast_is_no_change(windows, document):
    assert _trace(document, "naive forecast")["y"] == [0] * len(windows.frame)
    assert document["layout"]["meta"] == {"held": windows.held, "windows": len(windows.frame)}


def test_windows_stand_side_by_side_under_few_ticks(windows, document):
    axis = document["layout"]["xaxis"]
    labels = [look.day_text(day.date()) for day in windows.frame["target"]]
    assert axis["categoryarray"] == labels
    assert len(axis["tickvals"]) <= 4
    assert axis["ticktext"][0] == labels[0].split(" ", 1)[1]


def test_a_horizon_without_a_window_is_an_empty_figure():
    windows = past_windows(price_history(sessions=120), 3000)
    assert windows.frame.empty
    document = figure_document(coverage_figure(windows))
    assert document["layout"]["meta"] == {"held": 0, "windows": 0}


def test_every_colour_has_its_counterpart_on_dark_paper(document):
    assert colours_of(document) <= set(palettes.DARK)
