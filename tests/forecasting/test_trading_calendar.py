from datetime import date, datetime

import pandas as pd
import pytest

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.forecasting.trading_calendar import (
    all_sessions,
    last_closed_session,
    session_numbers,
    sessions_ahead,
    sessions_between,
    target_session,
)

FRIDAY = date(2017, 2, 24)


@pytest.mark.parametrize(
    ("as_of", "days", "target"),
    [
        (FRIDAY, 1, date(2017, 2, 27)),  # a Saturday
        (FRIDAY, 3, date(2017, 2, 27)),  # a session itself
        (date(2017, 4, 13), 1, date(2017, 4, 17)),  # Good Friday, then a weekend
        (date(2016, 12, 30), 1, date(2017, 1, 3)),  # New Year observed on a Monday
    ],
)
def test_the_target_is_the_first_session_on_or_after_the_day_asked_for(as_of, days, target):
    assert target_session(as_of, days) == target


def test_the_longest_horizon_is_covered_from_data_of_today():
    assert target_session(date(2028, 1, 3), 10_000) >= date(2055, 1, 1)


def test_the_path_excludes_the_last_session_and_includes_the_target():
    path = sessions_between(date(2017, 4, 12), date(2017, 4, 18))
    assert [str(day.date()) for day in path] == ["2017-04-13", "2017-04-17", "2017-04-18"]


def test_sessions_ahead_start_after_a_day_that_is_no_session_too():
    sunday = date(2017, 2, 26)
    assert [str(day.date()) for day in sessions_ahead(sunday, 2)] == ["2017-02-27", "2017-02-28"]


def test_the_calendar_reaches_back_to_the_first_vendor_data():
    assert all_sessions()[0].date() == date(1962, 1, 2)


@pytest.mark.parametrize(("as_of", "n"), [(FRIDAY, 0), (FRIDAY, -1), (date(2059, 6, 2), 1000)])
def test_sessions_that_do_not_exist_are_refused(as_of, n):
    with pytest.raises(InvalidRequest):
        sessions_ahead(as_of, n)


def test_a_target_after_the_calendar_is_refused():
    with pytest.raises(InvalidRequest, match="outside the New York calendar"):
        target_session(date(2059, 6, 2), 1000)


@pytest.mark.parametrize(
    ("now", "session"),
    [
        ("2024-07-02T19:59:59Z", "2024-07-01"),
        ("2024-07-02T20:00:00Z", "2024-07-02"),
        ("2024-07-03T17:00:00Z", "2024-07-03"),  # closes early, at 13:00 in New York
        ("2024-07-04T23:00:00Z", "2024-07-03"),
        ("2024-07-07T12:00:00+02:00", "2024-07-05"),
        ("2024-12-02T20:30:00Z", "2024-11-29"),  # 21:00 in winter
    ],
)
def test_the_last_closed_session_is_known_to_the_minute(now, session):
    assert str(last_closed_session(datetime.fromisoformat(now))) == session


@pytest.mark.parametrize(
    ("days", "numbers"),
    [
        (["2017-02-24"], [0]),
        (["2017-02-23", "2017-02-24", "2017-02-27"], [0, 1, 2]),  # a weekend
        (["2017-04-13", "2017-04-17", "2017-04-18"], [0, 1, 2]),  # Good Friday, then a weekend
        (["2017-02-17", "2017-02-24", "2017-02-27"], [0, 4, 5]),  # Presidents' Day
        (["2017-02-24", "2017-02-25", "2017-02-26", "2017-02-27"], [0, 1, 2, 3]),  # no sessions
        (["2017-02-27", "2017-03-13"], [0, 10]),
    ],
)
def test_sessions_are_counted_and_each_date_counts_one_at_least(days, numbers):
    assert session_numbers(pd.DatetimeIndex(days)).tolist() == numbers
