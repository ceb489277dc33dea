"""What the charts show of the model, and what only who asks for it sees."""

import plotly.graph_objects as go
import pytest

from stockcast_lib.charts.interactive import forecast_document
from stockcast_lib.forecasting import make_forecast
from tests.factories import price_history


@pytest.fixture(scope="module")
def figure():
    document = forecast_document(make_forecast(price_history(sessions=300), 60))
    return go.Figure(data=document["data"], layout=document["layout"])


def test_the_model_alone_is_drawn_only_for_who_asks(figure):
    (alone,) = [trace for trace in figure.data if trace.name == "model alone"]
    assert alone.visible == "legendonly"


def test_every_ribbon_is_the_forecast_s(figure):
    ribbons = [trace for trace in figure.data if trace.fill]
    (median,) = [trace for trace in figure.data if trace.name == "forecast (median)"]
    as_of = figure.layout.meta["asOf"]
    for ribbon in ribbons:
        assert ribbon.meta["part"] == "band"
        assert set(ribbon.x) <= {as_of, *median.x}


def test_nothing_is_said_of_what_is_drawn_between_the_last_price_and_the_first_session(figure):
    as_of = figure.layout.meta["asOf"]
    silent = [trace for trace in figure.data if as_of in trace.x and trace.x[-1] != as_of]
    told = [trace for trace in silent if trace.hoverinfo != "skip"]
    assert [trace.name for trace in told] == ["naive forecast (last price)"]
