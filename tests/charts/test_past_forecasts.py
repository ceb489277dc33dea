from copy import deepcopy
from datetime import date, timedelta

import plotly.graph_objects as go
import pytest

from stockcast_lib.charts import views
from stockcast_lib.charts.interactive import forecast_document
from stockcast_lib.charts.parts import part_of
from stockcast_lib.charts.past_forecasts import MOST, with_past_forecasts
from stockcast_lib.forecasting import make_forecast
from tests.factories import forecast_result, price_history


@pytest.fixture(scope="module")
def document():
    return forecast_document(make_forecast(price_history(sessions=400), 60))


def _observed(document):
    (trace,) = [each for each in document["data"] if part_of(each) == "observations"]
    return dict(zip(trace["x"], trace["y"], strict=True))


def _past(as_of, **changes):
    """A result made then, on a scale of its own."""
    made = forecast_result(days=10)
    shift = as_of - made.as_of
    path = tuple(each.model_copy(update={"date": each.date + shift}) for each in made.path)
    dates = {"as_of": as_of, "target_date": made.target_date + shift, "path": path}
    return made.model_copy(update={**dates, **changes})


def _drawn(document):
    return [each for each in document["data"] if part_of(each) == "past forecast"]


WEDNESDAYS = [date(2016, 6, 1) + timedelta(weeks=week) for week in range(20)]


def test_a_past_forecast_is_a_line_from_its_last_price_in_today_s_prices(document):
    result = _past(date(2016, 6, 1))
    line, targets = _drawn(with_past_forecasts(document, [result]))
    observed = _observed(document)["2016-06-01"]
    assert line["x"] == ["2016-06-01", *(each.date.isoformat() for each in result.path)]
    assert line["y"][0] == pytest.approx(observed)
    factor = observed / result.last_price
    assert line["y"][1:] == pytest.approx([factor * each.price for each in result.path])
    assert targets["y"] == pytest.approx([factor * result.price])
    whisker = targets["error_y"]
    assert targets["y"][0] + whisker["array"][0] == pytest.approx(factor * result.upper)
    assert targets["y"][0] - whisker["arrayminus"][0] == pytest.approx(factor * result.lower)


def test_the_newest_are_drawn_under_one_entry_of_the_legend(document):
    drawn = _drawn(with_past_forecasts(document, [_past(day) for day in WEDNESDAYS]))
    *lines, targets = drawn
    assert [line["x"][0] for line in lines] == [day.isoformat() for day in WEDNESDAYS[-MOST:]]
    listed = [trace for trace in drawn if trace.get("showlegend", True)]
    assert listed == [targets]
    assert targets["name"] == "past forecasts"
    assert {trace["legendgroup"] for trace in drawn} == {"past forecasts"}
    assert targets["customdata"][-1][:2] == ["12 Oct 2016", "80 %"]


def test_neither_the_forecast_itself_nor_later_or_unshown_ones_are_past(document):
    made = [_past(day) for day in (date(2001, 1, 3), date(2017, 2, 27), date(2017, 3, 1))]
    assert with_past_forecasts(document, made) is document
    assert with_past_forecasts(document, []) is document


def test_of_two_made_at_one_session_the_last_is_drawn(document):
    first, second = (_past(date(2016, 6, 1), price=price) for price in (90.0, 110.0))
    _, targets = _drawn(with_past_forecasts(document, [first, second]))
    factor = _observed(document)["2016-06-01"] / second.last_price
    assert targets["y"] == pytest.approx([factor * 110.0])


def test_the_document_is_left_as_it_was_and_its_traces_in_their_order(document):
    before = deepcopy(document)
    drawn = with_past_forecasts(document, [_past(date(2016, 6, 1))])
    assert document == before
    assert drawn["data"][2:] == document["data"]
    go.Figure(data=drawn["data"], layout=drawn["layout"])


@pytest.mark.parametrize("log", [False, True])
def test_the_price_axis_has_room_for_the_whiskers(document, log):
    axis = {"type": "log", "range": [1.0, 2.0]} if log else {"range": [10.0, 100.0]}
    narrow = views.with_layout(document, yaxis=axis)
    wide = _past(date(2016, 6, 1), upper=10_000.0, lower=0.0)
    low, high = with_past_forecasts(narrow, [wide])["layout"]["yaxis"]["range"]
    assert high > (3.9 if log else 9_000)
    assert low == (1.0 if log else 0.0)


def test_past_forecasts_are_drawn_beside_candles_and_into_no_older_document(document):
    history = price_history(sessions=400)
    candled = views.as_candles(document, history.frame)
    results = [_past(date(2016, 6, 1))]
    line, _ = _drawn(with_past_forecasts(candled, results))
    assert line["y"][0] == pytest.approx(_observed(document)["2016-06-01"])
    old = views.with_layout(document, meta={})
    assert with_past_forecasts(old, results) is old
