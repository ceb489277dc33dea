"""The fan's ribbons, in the figure and in the picture."""

import io
from itertools import pairwise

import matplotlib.image
import numpy as np
import pytest

from stockcast_lib.charts import appearance as look
from stockcast_lib.charts.interactive import forecast_document
from stockcast_lib.charts.picture import forecast_png
from stockcast_lib.forecasting import ModelConfig, make_forecast
from tests.factories import price_history


@pytest.fixture(scope="module")
def forecast():
    return make_forecast(price_history(sessions=400), 60)


@pytest.fixture(scope="module")
def traces(forecast):
    return forecast_document(forecast)["data"]


def _ribbons(traces):
    """Each level's lower edge, which is filled up to the upper one before it."""
    return [
        (upper, lower)
        for upper, lower in pairwise(traces)
        if lower.get("fill") == "tonexty" and len(lower["x"]) > 2
    ]


def _opacity(trace):
    return float(trace["fillcolor"].rstrip(")").rpartition(",")[2])


def test_ribbons_are_nested_and_the_narrower_the_denser(traces):
    ribbons = _ribbons(traces)
    assert [lower["meta"]["level"] for _, lower in ribbons] == [0.95, 0.8, 0.5]
    opacities = [_opacity(lower) for _, lower in ribbons]
    assert opacities == sorted(opacities)
    assert len(set(opacities)) == 3
    ends = [(lower["y"][-1], upper["y"][-1]) for upper, lower in ribbons]
    assert ends == sorted(ends, key=lambda pair: pair[0] - pair[1])


def test_the_asked_ribbon_is_the_path_s_and_tells_its_bounds(forecast, traces):
    (asked,) = [pair for pair in _ribbons(traces) if "customdata" in pair[1]]
    upper, lower = asked
    assert lower["name"] == "80 % band"
    assert lower["y"] == forecast.path["lower"].tolist()
    assert upper["y"] == forecast.path["upper"].tolist()
    assert lower["customdata"] == forecast.path[["lower", "upper"]].to_numpy().tolist()
    assert lower["hovertemplate"] == "%{customdata[0]:,.2f} to %{customdata[1]:,.2f}"


def test_the_other_ribbons_are_silent_and_begin_at_the_last_price(forecast, traces):
    others = [pair for pair in _ribbons(traces) if "customdata" not in pair[1]]
    assert [lower["name"] for _, lower in others] == ["95 %", "50 %"]
    for upper, lower in others:
        assert upper["hoverinfo"] == lower["hoverinfo"] == "skip"
        assert lower["y"][0] == upper["y"][0] == forecast.observations.iloc[-1]
        rows = forecast.fan[forecast.fan["level"] == lower["meta"]["level"]]
        assert lower["y"][1:] == rows["lower"].tolist()


def test_the_asked_level_is_first_in_the_legend(traces):
    listed = [trace for trace in traces if trace.get("showlegend", True)]
    first = sorted(listed, key=lambda trace: trace.get("legendrank", 1000))[:3]
    assert [trace["name"] for trace in first] == ["80 % band", "50 %", "95 %"]


def test_a_level_of_ones_own_is_a_ribbon_more():
    forecast = make_forecast(price_history(sessions=300), 5, ModelConfig(interval=0.99))
    ribbons = _ribbons(forecast_document(forecast)["data"])
    assert [lower["name"] for _, lower in ribbons] == ["99 % band", "95 %", "80 %", "50 %"]


def test_a_single_session_s_bands_can_be_seen():
    forecast = make_forecast(price_history(sessions=300), 1)
    traces = forecast_document(forecast)["data"]
    ribbons = [trace for trace in traces if trace.get("fill") and len(trace["x"]) == 2]
    assert [trace["meta"]["level"] for trace in ribbons] == [0.95, 0.8, 0.5]


def test_a_long_path_s_silent_ribbons_are_thinned_from_end_to_end():
    forecast = make_forecast(price_history(sessions=800), 4000)
    ribbons = _ribbons(forecast_document(forecast)["data"])
    for upper, lower in ribbons:
        assert lower["x"][-1] == upper["x"][-1] == forecast.target_date.isoformat()
        told = "customdata" in lower
        assert len(lower["x"]) == (len(forecast.path) if told else 401)


def test_prices_below_one_are_told_to_four_digits():
    frame = price_history(sessions=300)
    frame.frame["adjusted_close"] *= 1e-4
    forecast = make_forecast(frame, 5)
    assert look.price_format(forecast) == ",.4~g"


# The picture has 256 colours.
_ROUNDED = 0.015


def test_the_picture_shows_every_level(forecast):
    pixels = matplotlib.image.imread(io.BytesIO(forecast_png(forecast)))[:, :, :3]
    model = np.array([int(look.MODEL[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    shade = np.ones(3)
    for _, opacity, _ in look.fan(forecast):
        shade = shade + opacity * (model - shade)
        assert (np.abs(pixels - shade).max(axis=2) < _ROUNDED).sum() > 100
