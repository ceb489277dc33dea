from datetime import date

import numpy as np
import pytest

from stockcast_lib.adapters.vendors.sample import SampleVendor
from stockcast_lib.core.errors import UnknownTicker
from stockcast_lib.core.price_checks import COLUMNS, check_prices
from stockcast_lib.ports import MarketData

TICKERS = {"AAPL": 9130, "FB": 196, "GOOG": 2148, "IBM": 3270, "MSFT": 7805, "XOM": 11881}
VENDOR: MarketData = SampleVendor()


@pytest.mark.parametrize(("ticker", "rows"), TICKERS.items())
def test_every_bundled_history_keeps_the_schema(ticker, rows):
    history = VENDOR.daily_prices(ticker)
    assert (history.ticker, history.vendor, history.sample) == (ticker, "sample", True)
    assert tuple(history.frame.columns) == COLUMNS
    assert history.frame.index.name == "date"
    assert len(check_prices(history.frame)) == rows


@pytest.mark.parametrize("ticker", TICKERS)
def test_the_last_adjusted_close_is_the_last_close(ticker):
    last = VENDOR.daily_prices(ticker).frame.iloc[-1]
    assert last["adjusted_close"] == last["close"]


def test_splits_and_dividends_are_those_of_the_files():
    frame = VENDOR.daily_prices("AAPL").frame
    assert (frame["split"] != 1).sum() == 4
    assert (frame["dividend"] > 0).sum() == 50
    assert frame.loc["2014-06-09", "split"] == 7
    assert frame.index[-1].date() == date(2017, 2, 27)


def test_a_split_leaves_no_jump_in_the_adjusted_closes():
    frame = VENDOR.daily_prices("AAPL").frame
    steps = np.log(frame[["close", "adjusted_close"]]).diff().loc["2014-06-09"]
    assert steps["close"] < -1.9
    assert abs(steps["adjusted_close"]) < 0.02


def test_adjustment_keeps_the_returns_of_a_file_without_splits():
    frame = VENDOR.daily_prices("IBM").frame
    growth = frame["adjusted_close"].iloc[-1] / frame["adjusted_close"].iloc[0]
    assert growth == pytest.approx(175.27118333217 / 73.667718762847)


def test_a_file_without_dividends_and_splits_says_none():
    frame = VENDOR.daily_prices("GOOG").frame
    assert (frame["dividend"] == 0).all()
    assert (frame["split"] == 1).all()


def test_the_directory_is_complete_and_names_the_companies():
    directory = VENDOR.directory()
    assert directory.complete
    assert {symbol.ticker for symbol in directory.symbols} == set(TICKERS)
    assert [symbol.ticker for symbol in directory.search("exxon")] == ["XOM"]


@pytest.mark.parametrize("ticker", ["APPL", "aapl", "../AAPL", "ZZZZ", ""])
def test_any_other_ticker_is_unknown(ticker):
    with pytest.raises(UnknownTicker):
        VENDOR.daily_prices(ticker)


def test_an_unknown_ticker_comes_with_the_nearest():
    with pytest.raises(UnknownTicker, match="Did you mean AAPL") as caught:
        VENDOR.daily_prices("APPL")
    assert caught.value.details["nearest"] == ["AAPL"]


def test_a_caller_that_changes_a_frame_changes_nobody_elses():
    frame = VENDOR.daily_prices("FB").frame
    frame["close"] = 0.0
    assert (VENDOR.daily_prices("FB").frame["close"] > 0).all()


def test_a_start_gives_the_sessions_from_it_on():
    frame = VENDOR.daily_prices("AAPL", date(2017, 2, 18)).frame  # a Saturday before a holiday
    assert [str(day.date()) for day in frame.index[[0, -1]]] == ["2017-02-21", "2017-02-27"]
