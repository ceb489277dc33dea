from datetime import date

import pytest

from stockcast_lib.core.errors import InvalidRequest, NotEnoughHistory
from stockcast_lib.forecasting.studies import buy_and_hold
from tests.factories import price_series


@pytest.fixture
def prices():
    return price_series(300)


def test_the_profit_is_that_of_the_shares_from_the_first_close_to_the_last(prices):
    study = buy_and_hold(prices, 10)
    assert study.profit == pytest.approx(10 * (prices.iloc[-1] - prices.iloc[0]))
    assert study.profit_percent == pytest.approx(100 * (prices.iloc[-1] / prices.iloc[0] - 1))


def test_days_without_a_session_move_inwards(prices):
    saturday, sunday = date(2017, 1, 7), date(2017, 2, 5)
    study = buy_and_hold(prices, 1, saturday, sunday)
    assert (study.start, study.end) == (date(2017, 1, 9), date(2017, 2, 3))
    assert study.profit == pytest.approx(prices["2017-02-03"] - prices["2017-01-09"])


def test_days_outside_the_prices_move_inwards_too(prices):
    study = buy_and_hold(prices, 1, date(1990, 1, 1), date(2030, 1, 1))
    assert (study.start, study.end) == (prices.index[0].date(), prices.index[-1].date())


def test_the_running_value_is_one_row_a_session(prices):
    frame = buy_and_hold(prices, 3).frame
    assert list(frame.columns) == ["date", "price", "value", "profit", "profit_percent"]
    assert list(frame["date"]) == list(prices.index)
    assert (frame["value"] == 3 * prices.to_numpy()).all()
    assert frame["profit"].iloc[0] == frame["profit_percent"].iloc[0] == 0


@pytest.mark.parametrize("shares", [0, -1, float("nan"), float("inf")])
def test_a_number_of_shares_that_is_none_is_refused(prices, shares):
    with pytest.raises(InvalidRequest, match="must be positive"):
        buy_and_hold(prices, shares)


def test_a_start_after_the_end_is_refused(prices):
    with pytest.raises(InvalidRequest, match="2017-02-01, lies after the end, 2017-01-01"):
        buy_and_hold(prices, 1, date(2017, 2, 1), date(2017, 1, 1))


def test_a_period_without_sessions_is_refused_and_says_what_there_is(prices):
    with pytest.raises(InvalidRequest, match=r"from 2017-01-07 to 2017-01-08: .* to 2017-02-27"):
        buy_and_hold(prices, 1, date(2017, 1, 7), date(2017, 1, 8))


def test_no_prices_at_all_are_refused(prices):
    with pytest.raises(NotEnoughHistory):
        buy_and_hold(prices.iloc[:0])
