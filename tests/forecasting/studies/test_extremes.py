from datetime import date

import pandas as pd
import pytest

from stockcast_lib.core.errors import InvalidRequest, NotEnoughHistory
from stockcast_lib.forecasting.studies import price_extremes
from tests.factories import price_history


@pytest.fixture
def frame():
    return price_history(sessions=300).frame


def _row(study, column):
    return study.extremes.set_index("column").loc[column]


def test_each_column_s_extremes_have_the_dates_at_which_they_were(frame):
    study = price_extremes(frame, ["close", "high"])
    assert list(study.frame.columns) == ["close", "high"]
    for name in ("close", "high"):
        row = _row(study, name)
        assert frame[name].min() == row["minimum"] == frame.loc[row["minimum_date"], name]
        assert frame[name].max() == row["maximum"] == frame.loc[row["maximum_date"], name]
        assert (row["current"], row["current_date"]) == (frame[name].iloc[-1], frame.index[-1])


def test_the_change_is_in_per_cent_of_the_period_s_first_session(frame):
    study = price_extremes(frame, ["close"], percent=True, start=date(2017, 1, 1))
    shown = frame.loc["2017-01-01":, "close"]
    assert study.frame["close"].iloc[0] == 0
    assert study.frame["close"].iloc[-1] == pytest.approx(
        100 * (shown.iloc[-1] / shown.iloc[0] - 1)
    )
    assert _row(study, "close")["maximum_date"] == shown.idxmax()


def test_days_without_a_session_narrow_the_period_to_the_sessions_inside(frame):
    study = price_extremes(frame, start=date(2017, 1, 7), end=date(2017, 1, 15))
    assert list(study.frame.index[[0, -1]]) == [
        pd.Timestamp("2017-01-09"),
        pd.Timestamp("2017-01-13"),
    ]


def test_of_equal_extremes_the_first_date_counts(frame):
    study = price_extremes(frame, ["volume"])
    assert _row(study, "volume")["maximum_date"] == frame.index[0]


def test_what_is_passed_in_stays_as_it_was(frame):
    before = frame.copy()
    price_extremes(frame, ["close", "volume"], percent=True)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("columns", [["spam"], ["close", "spam"], []])
def test_a_column_that_does_not_exist_is_refused_and_those_that_do_are_named(frame, columns):
    with pytest.raises(InvalidRequest, match="Choose columns of these: open, high"):
        price_extremes(frame, columns)


def test_nothing_is_a_percentage_of_zero(frame):
    with pytest.raises(InvalidRequest, match="dividend begins with zero"):
        price_extremes(frame, ["dividend"], percent=True)


def test_a_period_without_sessions_is_refused(frame):
    with pytest.raises(InvalidRequest, match="no session from 2020-01-01 on"):
        price_extremes(frame, start=date(2020, 1, 1))


def test_an_empty_frame_is_refused(frame):
    with pytest.raises(NotEnoughHistory):
        price_extremes(frame.iloc[:0])
