"""Prices that break the schema are refused, with the rows named."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockcast_lib.core.errors import BadVendorData
from stockcast_lib.core.price_checks import (
    COLUMNS,
    LONGEST_GAP,
    check_prices,
    missing_sessions,
)
from tests.factories import price_history


@pytest.fixture
def frame():
    return price_history(sessions=40).frame


def refused(frame):
    with pytest.raises(BadVendorData) as caught:
        check_prices(frame)
    return caught.value.message


def named(frame, row):
    return str(frame.index[row].date())


def test_good_prices_pass_as_they_are(frame):
    assert check_prices(frame) is frame


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("value", [math.nan, math.inf, -1.0])
def test_a_value_that_is_no_price_is_refused_with_its_date(frame, column, value):
    frame.iloc[7, frame.columns.get_loc(column)] = value
    message = refused(frame)
    assert message == f"1 row has a bad {column}: {named(frame, 7)}."


def test_of_many_bad_rows_the_first_are_named_and_all_counted(frame):
    frame.iloc[10:17, frame.columns.get_loc("volume")] = -1.0
    first = ", ".join(named(frame, row) for row in range(10, 15))
    with pytest.raises(BadVendorData) as caught:
        check_prices(frame)
    assert caught.value.message == f"7 rows have a bad volume: {first} and 2 more."
    assert caught.value.details == {"rows": 7}


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_is_named(frame, column):
    assert column in refused(frame.drop(columns=column))


def test_an_empty_frame_is_refused(frame):
    assert "no rows" in refused(frame.iloc[:0])


def test_a_date_twice_is_refused(frame):
    assert "a date not after the one before" in refused(frame.iloc[[0, 1, 1, 2]])


def test_descending_dates_are_refused(frame):
    assert "a date not after the one before" in refused(frame.iloc[::-1])


def test_a_time_of_day_is_refused(frame):
    assert "a time of day" in refused(frame.set_axis(frame.index + pd.Timedelta(hours=16)))


def test_a_time_zone_is_refused(frame):
    assert "without a time zone" in refused(frame.tz_localize("UTC"))


def test_a_high_below_the_low_is_refused(frame):
    frame.iloc[3, frame.columns.get_loc("high")] = frame["low"].iloc[3] * 0.9
    assert named(frame, 3) in refused(frame)


@pytest.mark.parametrize("column", ["open", "close"])
@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_a_price_far_outside_the_day_s_range_is_refused(frame, column, factor):
    side = "high" if factor > 1 else "low"
    frame.iloc[3, frame.columns.get_loc(column)] = frame[side].iloc[3] * factor
    assert f"{column} outside high and low: {named(frame, 3)}" in refused(frame)


@pytest.mark.parametrize("ratio", [7.0, 2.0, 0.1])
def test_a_split_that_the_closes_do_not_show_is_refused(frame, ratio):
    frame.iloc[5, frame.columns.get_loc("split")] = ratio
    assert f"a split that the close does not show: {named(frame, 5)}" in refused(frame)


@pytest.mark.parametrize("ratio", [7.0, 2.0, 0.1])
def test_a_split_that_the_closes_show_passes(frame, ratio):
    frame.iloc[5, frame.columns.get_loc("split")] = ratio
    prices = ["open", "high", "low", "close"]
    frame.loc[frame.index[5] :, prices] /= ratio
    assert check_prices(frame) is frame


@given(st.sets(st.integers(1, 38), max_size=30))
def test_a_gap_is_refused_exactly_if_it_is_too_long(dropped):
    frame = price_history(sessions=40).frame
    kept = frame.drop(frame.index[sorted(dropped)])
    runs = "".join("x" if each in dropped else " " for each in range(40)).split()
    if any(len(run) > LONGEST_GAP for run in runs):
        with pytest.raises(BadVendorData, match="in a row are missing before"):
            missing_sessions(kept, frame.index)
    else:
        assert list(missing_sessions(kept, frame.index)) == [
            frame.index[n] for n in sorted(dropped)
        ]


def test_days_that_are_no_sessions_do_not_count_as_a_gap(frame):
    sessions = frame.index.delete(range(10, 20))
    assert missing_sessions(frame.drop(frame.index[10:20]), sessions).empty
