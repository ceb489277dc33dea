from datetime import date

import pandas as pd
import pytest

from stockcast_lib.charts import appearance as look
from stockcast_lib.charts import palettes
from stockcast_lib.charts.comparison import MOST, Compared, comparison_figure
from stockcast_lib.charts.interactive import figure_document
from tests.charts.colours import colours_of
from tests.factories import forecast_result, price_series

NAMES = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF")


def _compared(ticker, seed=1, scale=1.0, sessions=500, last=date(2017, 2, 27)):
    history = scale * price_series(sessions, seed, last)
    return Compared(ticker, history, forecast_result(ticker, days=20, as_of=last))


def _all():
    return [_compared(name, seed) for seed, name in enumerate(NAMES)]


def _document(series, **options):
    return figure_document(comparison_figure(series, **options))


def _trace(document, name):
    (trace,) = [each for each in document["data"] if each["name"] == name]
    return trace


def test_changes_count_from_the_first_session_that_all_have():
    young = _compared("BBB", 2, sessions=100)
    document = _document([_compared("AAA"), young])
    first = young.history.index[0].date()
    for name in ("AAA", "BBB"):
        line = _trace(document, name)
        assert line["x"][0] == first.isoformat()
        assert line["y"][0] == 0
    last = _trace(document, "AAA")["y"][-1]
    old = _compared("AAA").history
    assert last == pytest.approx(100 * (old.iloc[-1] / old[pd.Timestamp(first)] - 1))
    assert document["layout"]["yaxis"]["title"]["text"] == f"Change since {look.day_text(first)}"


def test_a_forecast_goes_on_from_the_last_close_in_the_history_s_prices():
    one = _compared("AAA", scale=7.0)
    document = _document([one], percent=False)
    factor = one.history.iloc[-1] / one.result.last_price
    ahead = _trace(document, "AAA forecast")
    assert ahead["y"] == pytest.approx([factor * each.price for each in one.result.path])
    upper, lower = [each for each in document["data"] if each["name"] == "AAA band"]
    assert lower["y"][0] == upper["y"][0] == pytest.approx(one.history.iloc[-1])
    assert upper["y"][1:] == pytest.approx([factor * each.upper for each in one.result.path])
    assert ahead["customdata"][-1] == pytest.approx([lower["y"][-1], upper["y"][-1]])


def test_each_ticker_has_one_colour_a_dash_of_its_own_and_one_entry_in_the_legend():
    document = _document(_all())
    lines = [_trace(document, name) for name in NAMES]
    ahead = [_trace(document, f"{name} forecast") for name in NAMES]
    assert [line["line"]["color"] for line in lines] == list(look.TICKERS)
    assert [line["line"]["color"] for line in ahead] == list(look.TICKERS)
    assert len({line["line"]["dash"] for line in ahead}) == len(NAMES)
    listed = [each["name"] for each in document["data"] if each.get("showlegend", True)]
    assert listed == list(NAMES)
    for line in lines:
        group = [each for each in document["data"] if each["legendgroup"] == line["name"]]
        assert len(group) == 4


def test_only_the_last_year_is_shown_counted_from_who_ends_first():
    late, early = _compared("AAA"), _compared("BBB", 2, last=date(2016, 12, 30))
    document = _document([late, early])
    assert _trace(document, "AAA")["x"][0] == _trace(document, "BBB")["x"][0] == "2016-01-01"
    assert _trace(document, "AAA")["x"][-1] == "2017-02-27"


def test_tickers_without_a_common_session_begin_each_at_its_own():
    gone = _compared("BBB", 2, sessions=50, last=date(2014, 6, 30))
    document = _document([_compared("AAA", sessions=300), gone])
    for name in ("AAA", "BBB"):
        assert _trace(document, name)["y"][0] == 0
    assert document["layout"]["yaxis"]["title"]["text"] == "Change since its first session here"


def test_prices_far_apart_are_on_a_logarithmic_axis():
    near, far = ([_compared("AAA"), _compared("BBB", scale=scale)] for scale in (2, 50))
    assert _document(near, percent=False)["layout"]["yaxis"]["type"] == "linear"
    assert _document(far, percent=False)["layout"]["yaxis"]["type"] == "log"
    assert "type" not in _document(far)["layout"]["yaxis"]


@pytest.mark.parametrize("count", [0, MOST + 1])
def test_no_tickers_and_too_many_are_refused(count):
    with pytest.raises(ValueError, match=f"1 to {MOST}"):
        comparison_figure([_compared("AAA")] * count)


def test_every_colour_has_its_counterpart_on_dark_paper():
    assert colours_of(_document(_all())) <= set(palettes.DARK)
