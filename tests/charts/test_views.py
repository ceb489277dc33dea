from copy import deepcopy

import pandas as pd
import plotly.graph_objects as go
import pytest

from stockcast_lib.charts import appearance as look
from stockcast_lib.charts import views
from stockcast_lib.charts.interactive import forecast_document
from stockcast_lib.charts.parts import part_of
from stockcast_lib.charts.writing import Writing
from stockcast_lib.forecasting import make_forecast
from tests.factories import price_history


@pytest.fixture(scope="module")
def history():
    history = price_history(sessions=500)
    # As after a dividend of a tenth: what was before is adjusted.
    history.frame.loc[history.frame.index < "2016-06-01", "adjusted_close"] *= 0.9
    return history


@pytest.fixture(scope="module")
def document(history):
    return forecast_document(make_forecast(history, 60))


@pytest.fixture(autouse=True)
def unchanged(document):
    """No view changes what it is given."""
    before = deepcopy(document)
    yield
    assert document == before


def _observed(document):
    (trace,) = [each for each in document["data"] if part_of(each) == "observations"]
    return trace


def _old(document):
    """As documents were before traces said what they are."""
    data = [{k: v for k, v in each.items() if k != "meta"} for each in document["data"]]
    return {**document, "data": data}


def test_candles_are_adjusted_as_the_close_is_over_the_observations_dates(document, history):
    candles = _observed(views.as_candles(document, history.frame))
    assert candles["type"] == "candlestick"
    assert candles["x"] == _observed(document)["x"]
    assert candles["close"] == pytest.approx(_observed(document)["y"])
    rows = history.frame.loc[candles["x"]]
    for name in ("open", "high", "low"):
        assert candles[name][0] == pytest.approx(0.9 * rows[name].iloc[0])
        assert candles[name][-1] == pytest.approx(rows[name].iloc[-1])


def test_candles_are_told_apart_without_colours_and_name_their_prices(document, history):
    candles = _observed(views.as_candles(document, history.frame))
    assert candles["increasing"]["fillcolor"] == look.PAPER
    assert candles["decreasing"]["fillcolor"] == candles["decreasing"]["line"]["color"]
    assert candles["increasing"]["line"]["color"] == look.CANDLE_UP
    for name in ("open", "high", "low", "close"):
        assert f"{name} %{{{name}:,.2f}}" in candles["hovertemplate"]


def test_candles_have_no_slider_and_only_sessions_with_every_price(document, history):
    frame = history.frame.copy()
    frame.loc["2017-01-10", "low"] = float("nan")
    candled = views.as_candles(document, frame)
    assert candled["layout"]["xaxis"]["rangeslider"] == {"visible": False}
    assert candled["layout"]["xaxis"]["range"] == document["layout"]["xaxis"]["range"]
    missing = set(_observed(document)["x"]) - set(_observed(candled)["x"])
    assert missing == {"2017-01-10"}


def test_a_price_axis_of_another_type_has_no_range_of_the_old_one(document):
    log = views.on_axis(document, "log")["layout"]["yaxis"]
    assert log["type"] == "log"
    assert "range" not in log
    assert views.on_axis(document, "linear")["layout"]["yaxis"] == document["layout"]["yaxis"]
    assert views.on_axis(document, "auto") is document


def test_parts_can_be_hidden(document):
    shown = views.without(document, {"naive", "fit"})
    parts = [part_of(trace) for trace in document["data"]]
    kept = [part for part in parts if part not in {"naive", "fit"}]
    assert [part_of(trace) for trace in shown["data"]] == kept
    assert len(kept) == len(parts) - 2


def test_numbers_and_days_are_written_as_the_reader_does(document):
    writing = Writing(",.", hover="%a, %-d. %b %Y", day_tick="%-d. %b")
    layout = views.localised(document, writing)["layout"]
    assert layout["separators"] == ",."
    assert layout["xaxis"]["hoverformat"] == "%a, %-d. %b %Y"
    ticks = [each["value"] for each in layout["xaxis"]["tickformatstops"]]
    assert ticks == ["%-d. %b\n%Y", "%b\n%Y"]
    assert layout["xaxis"]["range"] == document["layout"]["xaxis"]["range"]
    assert document["layout"]["xaxis"]["hoverformat"] == "%a %-d %b %Y"


def test_a_page_with_a_heading_needs_no_title(document):
    layout = views.without_title(document)["layout"]
    assert "title" not in layout
    assert layout["margin"] == {**document["layout"]["margin"], "t": 16}


def test_older_documents_are_shown_as_they_were_made(document, history):
    old = _old(document)
    assert views.as_candles(old, history.frame)["data"] == old["data"]
    assert views.without(old, {"naive"})["data"] == old["data"]


def test_every_view_is_a_figure_to_plotly(document, history):
    for view in (
        views.as_candles(document, history.frame),
        views.on_axis(document, "log"),
        views.without_title(views.localised(document, Writing(",\N{NO-BREAK SPACE}"))),
    ):
        figure = go.Figure(data=view["data"], layout=view["layout"])
        assert len(figure.data) == len(document["data"])


def test_no_candles_where_no_session_is_known(document, history):
    nothing = history.frame[history.frame.index < pd.Timestamp("2000-01-01")]
    assert views.as_candles(document, nothing)["data"] == document["data"]
