"""What the charts show of the model, and what only who asks for it sees."""

import pytest

from stockcast_lib.charts.interactive import forecast_figure
from stockcast_lib.forecasting import make_forecast
from tests.factories import price_history


@pytest.fixture(scope="module")
def figure():
    return forecast_figure(make_forecast(price_history(sessions=300), 60))


def test_the_model_alone_is_drawn_only_for_who_asks(figure):
    (alone,) = [trace for trace in figure.data if trace.name == "model alone"]
    assert alone.visible == "legendonly"


def test_there_is_one_band_and_it_is_the_forecast_s(figure):
    (band,) = [trace for trace in figure.data if trace.fill]
    (median,) = [trace for trace in figure.data if trace.name == "forecast (median)"]
    assert band.x == median.x
