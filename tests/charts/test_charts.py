import io
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import matplotlib.image
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from matplotlib.colors import to_rgb

from stockcast_lib.charts import appearance
from stockcast_lib.charts.interactive import forecast_document
from stockcast_lib.charts.picture import forecast_png
from stockcast_lib.forecasting import make_forecast
from tests.factories import price_history

DAYS = 60


@pytest.fixture(scope="module")
def forecast():
    return make_forecast(price_history(sessions=400, sample=True), DAYS)


@pytest.fixture(scope="module")
def document(forecast):
    return forecast_document(forecast)


def _trace(document, name):
    return next(trace for trace in document["data"] if trace["name"] == name)


def _pixels(png):
    return matplotlib.image.imread(io.BytesIO(png))


def _shows(png, colour):
    near = np.abs(_pixels(png)[:, :, :3] - np.array(to_rgb(colour))).max(axis=2) < 0.02
    return near.any()


def test_the_figure_is_json_and_asks_for_nothing_from_the_network(document):
    text = json.dumps(document, allow_nan=False)
    assert json.loads(text) == document
    assert "http" not in text


def test_the_figure_shows_the_forecast_path_itself(forecast, document):
    line = _trace(document, "forecast (median)")
    assert line["x"][0] == "2017-02-28"
    assert line["x"][-1] == forecast.target_date.isoformat()
    assert line["y"] == forecast.path["price"].tolist()


def test_the_observations_are_a_line(forecast, document):
    observed = _trace(document, "adjusted close")
    assert observed["mode"] == "lines"
    assert observed["y"] == forecast.observations.tolist()


def test_every_trace_says_what_it_is(document):
    parts = {trace["meta"]["part"] for trace in document["data"]}
    assert parts == {"band", "observations", "fit", "model", "forecast", "naive", "target"}


def test_the_layout_says_what_a_page_s_range_buttons_count_from(forecast, document):
    assert document["layout"]["meta"] == {
        "asOf": "2017-02-27",
        "targetDate": forecast.target_date.isoformat(),
        "windowStart": document["layout"]["xaxis"]["range"][0],
    }
    assert "rangeselector" not in document["layout"]["xaxis"]


def test_the_naive_forecast_is_a_dotted_line_at_the_last_price(forecast, document):
    naive = _trace(document, "naive forecast (last price)")
    assert naive["line"]["dash"] == "dot"
    assert set(naive["y"]) == {forecast.observations.iloc[-1]}
    assert naive["x"][0] == forecast.as_of.isoformat()


def test_the_target_is_marked(forecast, document):
    target = _trace(document, "target")
    assert target["x"] == [forecast.target_date.isoformat()]
    assert target["y"] == [forecast.path["price"].iloc[-1]]


def test_plotly_accepts_every_attribute_and_adds_none(document):
    figure = go.Figure({"data": document["data"], "layout": document["layout"]})
    assert json.loads(figure.to_json())["data"] == document["data"]


def test_hover_is_unified(document):
    assert document["layout"]["hovermode"] == "x unified"


def test_the_first_price_range_is_that_of_the_first_dates(forecast):
    prices = forecast.observations.copy()
    prices.iloc[:20] *= 10  # more than a year before the end
    layout = forecast_document(replace(forecast, observations=prices))["layout"]
    low, high = layout["yaxis"]["range"]
    seen = prices[prices.index >= layout["meta"]["windowStart"]]
    assert low < min(seen.min(), forecast.fan["lower"].min())
    assert max(seen.max(), forecast.fan["upper"].max()) < high < prices.max()


def test_a_logarithmic_axis_has_its_first_range_in_powers_of_ten(forecast):
    wide = replace(forecast, path=forecast.path.assign(upper=forecast.path["upper"] * 1e6))
    low, high = forecast_document(wide)["layout"]["yaxis"]["range"]
    assert 10**low < forecast.fan["lower"].min()
    assert 10**high > wide.path["upper"].max()


def test_the_axis_leaves_out_days_without_a_session(document):
    weekends, closed = document["layout"]["xaxis"]["rangebreaks"]
    assert weekends == {"bounds": ["sat", "mon"]}
    assert "2017-04-14" in closed["values"]  # Good Friday, which is ahead


def test_the_legend_stands_below_the_dates_whatever_the_figure_s_height(document):
    legend = document["layout"]["legend"]
    assert (legend["yref"], legend["y"], legend["yanchor"]) == ("container", 0, "bottom")
    assert document["layout"]["xaxis"]["automargin"]


def test_the_title_names_the_ticker_and_the_sample_with_its_last_date(document):
    text = document["layout"]["title"]["text"]
    assert "TEST" in text
    assert "sample data to 27 Feb 2017" in text
    assert "not enough history to test" in text


def test_data_that_is_no_sample_is_not_called_one(forecast):
    text = appearance.subtitle(replace(forecast, sample=False))
    assert "sample" not in text
    assert "data to 27 Feb 2017" in text


def test_a_band_too_wide_for_a_linear_axis_gets_a_logarithmic_one(forecast):
    far = forecast.path.assign(upper=forecast.path["upper"] * 1e6)
    wide = replace(forecast, path=far)
    assert forecast_document(forecast)["layout"]["yaxis"]["type"] == "linear"
    assert forecast_document(wide)["layout"]["yaxis"]["type"] == "log"


def test_a_short_horizon_shows_a_year_and_a_long_one_more(forecast):
    long_ago = pd.Series(1.0, index=pd.bdate_range("2000", "2017-02-27"))
    old = replace(forecast, observations=long_ago)
    assert appearance.window_start(old) == date(2016, 2, 28)
    assert appearance.window_start(replace(old, days=1000)) == date(2008, 12, 11)
    assert appearance.window_start(forecast) >= forecast.observations.index[0].date()


@pytest.mark.parametrize(
    ("price", "text"),
    [(136.93, "136.93"), (1234567.891, "1,234,567.89"), (0.00123456, "0.001235"), (0.0, "0.00")],
)
def test_prices_are_readable_at_every_size(price, text):
    assert appearance.price_text(price) == text


def test_the_picture_is_a_png_with_every_part_in_it(forecast):
    png = forecast_png(forecast)
    assert png.startswith(b"\x89PNG")
    assert _pixels(png).shape == (672, 1200, 4)
    for colour in (appearance.INK, appearance.MODEL, appearance.NAIVE):
        assert _shows(png, colour)


def test_the_same_forecast_gives_the_same_picture_in_every_thread(forecast):
    expected = forecast_png(forecast)
    with ThreadPoolExecutor(4) as threads:
        pictures = list(threads.map(forecast_png, [forecast] * 12))
    assert all(picture == expected for picture in pictures)


def test_a_name_with_a_formula_sign_is_drawn_as_it_stands(forecast):
    assert forecast_png(replace(forecast, ticker="A$B$_C"))


def test_the_paper_is_exactly_white(forecast):
    assert (_pixels(forecast_png(forecast))[0, 0, :3] == 1).all()


@pytest.mark.parametrize("days", [1, 10_000])
def test_the_shortest_and_the_longest_horizon_can_be_drawn(days):
    forecast = make_forecast(price_history(sessions=800), days)
    assert forecast_png(forecast).startswith(b"\x89PNG")
    json.dumps(forecast_document(forecast), allow_nan=False)
