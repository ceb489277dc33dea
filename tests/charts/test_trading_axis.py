import pandas as pd
import pytest

from stockcast_lib.charts.trading_axis import range_breaks
from stockcast_lib.forecasting.trading_calendar import all_sessions

WEEKENDS = {"bounds": ["sat", "mon"]}


def _sessions(start, end):
    sessions = all_sessions()
    return sessions[(sessions >= start) & (sessions <= end)]


def test_weekends_and_the_exchange_s_holidays_take_no_room():
    weekends, closed = range_breaks(_sessions("2001-08-01", "2002-01-31"))
    assert weekends == WEEKENDS
    assert closed["values"] == [
        "2001-09-03", "2001-09-11", "2001-09-12", "2001-09-13", "2001-09-14", "2001-11-22",
        "2001-12-25", "2002-01-01", "2002-01-21",
    ]  # fmt: skip


def test_no_day_that_is_drawn_is_left_out():
    shown = _sessions("2014-01-01", "2018-12-31")
    _, closed = range_breaks(shown)
    assert not set(closed["values"]) & set(shown.strftime("%Y-%m-%d"))


def test_a_hole_in_the_data_can_be_seen():
    shown = _sessions("2015-01-05", "2015-12-31")
    hole = (shown >= "2015-06-01") & (shown <= "2015-06-19")
    _, closed = range_breaks(shown[~hole])
    assert not [day for day in closed["values"] if day.startswith("2015-06")]
    assert "2015-07-03" in closed["values"]


def test_holidays_are_left_in_over_many_years_and_weekends_over_very_many():
    assert range_breaks(_sessions("2008-01-02", "2016-12-30")) == [WEEKENDS]
    assert range_breaks(_sessions("1990-01-02", "2016-12-30")) == []


def test_prices_of_weekends_and_weekly_ones_have_no_such_axis():
    assert range_breaks(pd.date_range("2015-01-01", "2015-12-31")) == []
    assert range_breaks(pd.date_range("2010-01-06", "2015-12-30", freq="7D")) == [WEEKENDS]


@pytest.mark.parametrize("days", [[], ["2015-01-05"]])
def test_next_to_no_days_have_next_to_no_breaks(days):
    assert len(range_breaks(pd.DatetimeIndex(days))) == len(days)
