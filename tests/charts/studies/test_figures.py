"""Each study's figure against the frames that it is drawn from."""

import json

import numpy as np
import pandas as pd
import pytest

from stockcast_lib.charts import palettes, views
from stockcast_lib.charts import studies as charts
from stockcast_lib.charts.interactive import figure_document
from stockcast_lib.charts.studies import canvas
from stockcast_lib.charts.writing import Writing
from stockcast_lib.forecasting import ModelConfig, studies
from tests.charts.colours import colours_of
from tests.factories import price_history

CONFIG = ModelConfig(training_years=2.0)
SCALES = (0.001, 0.01, 0.05, 0.1, 0.2, 0.5)


@pytest.fixture(scope="module")
def history():
    return price_history(sessions=1100, sample=True)


@pytest.fixture(scope="module")
def drawn(history):
    """Every study with its figure, as JSON values."""
    prices = history.adjusted_close
    monthly = pd.date_range("2015-06-30", "2017-01-31", freq="ME")
    interest = pd.Series(np.arange(len(monthly)) % 4 + 1.0, index=monthly)
    columns = ["adjusted_close", "close", "volume"]
    made = {
        "history": (studies.price_extremes(history.frame, columns), charts.extremes_figure),
        "holding": (studies.buy_and_hold(prices, 10), charts.holding_figure),
        "priors": (studies.compare_priors(prices, SCALES, 30, CONFIG), charts.comparison_figure),
        "validation": (
            studies.validate_priors(prices, SCALES, config=CONFIG), charts.validation_figure,
        ),
        "evaluation": (
            studies.evaluate(prices, shares=10, config=CONFIG), charts.evaluation_figure,
        ),
        "changepoints": (
            studies.largest_changepoints(prices, interest=interest), charts.changepoints_figure,
        ),
        "next days": (studies.next_days(prices, 40), charts.next_days_figure),
        "components": (
            studies.model_components(prices, ModelConfig(weekly_seasonality=True)),
            charts.components_figure,
        ),
    }  # fmt: skip
    return {
        name: (study, figure_document(figure(study, history)))
        for name, (study, figure) in made.items()
    }


NAMES = (
    "history", "holding", "priors", "validation", "evaluation", "changepoints", "next days",
    "components",
)  # fmt: skip


def _traces(document, name):
    return [trace for trace in document["data"] if trace.get("name") == name]


def _trace(document, name):
    (trace,) = _traces(document, name)
    return trace


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_is_json_names_the_ticker_and_the_sample_and_needs_no_network(drawn, name):
    _, document = drawn[name]
    text = json.dumps(document, allow_nan=False)
    assert "http" not in text
    title = document["layout"]["title"]["text"]
    assert title.startswith("<b>TEST: ")
    assert "sample data to 27 Feb 2017" in title


@pytest.mark.parametrize("name", NAMES)
def test_every_colour_has_its_counterpart_on_dark_paper(drawn, name):
    _, document = drawn[name]
    assert colours_of(document)
    assert colours_of(document) <= set(palettes.DARK)


def test_prices_share_a_panel_and_volume_has_its_own(drawn):
    study, document = drawn["history"]
    axes = {name: _trace(document, name)["yaxis"] for name in ("adjusted close", "close", "volume")}
    assert axes["adjusted close"] == axes["close"] != axes["volume"]
    marks = _trace(document, "adjusted close, extremes")
    row = study.extremes.iloc[0]
    assert marks["y"] == [row["minimum"], row["maximum"]]
    assert marks["x"] == [f"{row['minimum_date']:%Y-%m-%d}", f"{row['maximum_date']:%Y-%m-%d}"]


def test_profits_are_filled_in_the_colour_of_rises_and_losses_in_that_of_falls(drawn):
    study, document = drawn["holding"]
    rises, falls = _trace(document, "rises"), _trace(document, "falls")
    assert rises["fillcolor"] == canvas.see_through(canvas.RISE)
    assert falls["fillcolor"] == canvas.see_through(canvas.FALL)
    assert min(rises["y"]) == 0
    assert max(falls["y"]) == 0
    assert _trace(document, "profit")["y"] == study.frame["profit"].tolist()


def test_every_prior_has_a_line_of_its_own_colour(drawn):
    study, document = drawn["priors"]
    lines = [_trace(document, f"prior {scale:g}") for scale in SCALES]
    assert len({line["line"]["color"] for line in lines}) == len(SCALES)
    for scale, line in zip(SCALES, lines, strict=True):
        assert line["y"] == study.curves.loc[study.curves["prior"] == scale, "price"].tolist()


def test_the_priors_errors_and_bands_stand_side_by_side(drawn):
    study, document = drawn["validation"]
    errors, bands = _traces(document, "test")
    assert errors["x"] == [f"{scale:g}" for scale in SCALES]
    assert errors["y"] == study.frame["test_error"].tolist()
    assert bands["y"] == study.frame["test_band"].tolist()
    assert set(_trace(document, "naive forecast (last price), test")["y"]) == {study.naive_error}


def test_the_forecast_and_what_came_are_drawn_over_the_same_sessions(drawn):
    study, document = drawn["evaluation"]
    forecast, closes = _trace(document, "forecast"), _trace(document, "adjusted close")
    assert forecast["y"] == study.test["price"].tolist()
    assert closes["x"][-1] == forecast["x"][-1] == study.final_date.isoformat()
    assert closes["y"][-1] == study.final_actual
    assert _trace(document, "strategy")["y"] == study.test["strategy"].tolist()
    assert _trace(document, "buy and hold")["y"] == study.test["buy_and_hold"].tolist()


def test_rate_changes_are_bars_up_for_rises_and_down_for_falls(drawn):
    study, document = drawn["changepoints"]
    rises, falls = (
        next(trace for trace in _traces(document, f"rate {way}") if trace["type"] == "bar")
        for way in ("rises", "falls")
    )
    changes = study.changepoints["rate_change"]
    assert rises["y"] == changes[changes > 0].tolist()
    assert falls["y"] == changes[changes < 0].tolist()
    assert (rises["marker"]["color"], falls["marker"]["color"]) == (canvas.RISE, canvas.FALL)


def test_interest_has_an_axis_of_its_own(drawn):
    study, document = drawn["changepoints"]
    interest = _trace(document, "interest")
    assert interest["y"] == study.interest.tolist()
    assert interest["yaxis"] != _trace(document, "model fit")["yaxis"]


@pytest.mark.parametrize(
    ("direction", "colour", "symbol"),
    [("rise", canvas.RISE, "triangle-up"), ("fall", canvas.FALL, "triangle-down")],
)
def test_rises_have_the_colour_of_rises_and_falls_that_of_falls(drawn, direction, colour, symbol):
    study, document = drawn["next days"]
    rows = study.frame[study.frame["direction"] == direction]
    assert (np.sign(rows["change"]) == (1 if direction == "rise" else -1)).all()
    marks, bars = _trace(document, direction), _trace(document, f"band, {direction}")
    assert (marks["marker"]["color"], marks["marker"]["symbol"]) == (colour, symbol)
    assert marks["y"] == rows["price"].tolist()
    assert bars["marker"]["color"].startswith(canvas.see_through(colour)[:-5])


def test_each_bar_is_the_band_itself_from_its_lower_to_its_upper_bound(drawn):
    study, document = drawn["next days"]
    for direction, rows in study.frame.groupby("direction"):
        bars = _trace(document, f"band, {direction}")
        assert bars["base"] == rows["lower"].tolist()
        tops = np.add(bars["base"], bars["y"])
        assert tops == pytest.approx(rows["upper"].to_numpy())


def test_sessions_stand_side_by_side_in_their_order(drawn):
    study, document = drawn["next days"]
    axis = document["layout"]["xaxis"]
    days = _trace(document, "naive forecast (last price)")["x"]
    assert axis["type"] == "date"
    assert axis["rangebreaks"][0] == {"bounds": ["sat", "mon"]}
    assert days[:2] == ["2017-02-28", "2017-03-01"]
    assert days == sorted(set(days))
    assert len(days) == len(study.frame)


def test_sessions_are_written_as_the_reader_does(drawn):
    _, document = drawn["next days"]
    written = views.localised(document, Writing(hover="%d.%m.%Y", day_tick="%d.%m."))
    axis = written["layout"]["xaxis"]
    assert axis["hoverformat"] == "%d.%m.%Y"
    assert axis["tickformatstops"][0]["value"].startswith("%d.%m.")


def test_each_component_has_a_panel(drawn):
    study, document = drawn["components"]
    assert len({_trace(document, name)["yaxis"] for name in ("trend", *study.terms)}) == 4
    assert _trace(document, "trend")["y"] == study.frame["trend"].tolist()
    assert _trace(document, "yearly")["y"] == study.cycles["yearly"]["effect"].tolist()
    weekly = _trace(document, "weekly")
    assert pd.Timestamp(weekly["x"][0]).day_name() == "Monday"
    axis = document["layout"][weekly["xaxis"].replace("x", "xaxis")]
    # The browser names the days, and no hover text dates them.
    assert axis["tickformat"] == "%A"
    assert "hoverformat" not in axis


def test_prices_too_far_apart_for_a_linear_axis_get_a_logarithmic_one():
    assert canvas.price_axis(10, 200)["type"] == "linear"
    wide = canvas.price_axis(3, 90)
    assert wide["type"] == "log"
    assert wide["ticktext"] == ["1", "2", "5", "10", "20", "50", "100", "200", "500"]
    assert canvas.price_axis(0.0, 1e200) == {"type": "log"}


def test_a_name_with_markup_in_it_is_shown_as_it_stands():
    odd = price_history("<b>&", sessions=100)
    figure = charts.holding_figure(studies.buy_and_hold(odd.adjusted_close), odd)
    assert "&lt;b&gt;&amp;" in figure.layout.title.text
    assert "<title>&lt;b&gt;</title>" in charts.figure_page(figure, "<b>")


def test_a_page_holds_all_that_it_needs(drawn, history):
    figure = charts.next_days_figure(drawn["next days"][0], history)
    page = charts.figure_page(figure, "TEST: next days")
    assert "<title>TEST: next days</title>" in page
    assert 'src="http' not in page
    assert "Plotly.newPlot" in page
    assert len(page) > 1_000_000
