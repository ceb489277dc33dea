"""What every vendor gives when all is well, and what its market brings."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from stockcast_lib.adapters.vendors.nasdaq_data_link import NasdaqDataLink
from stockcast_lib.core.errors import UnknownTicker
from stockcast_lib.core.price_checks import COLUMNS, check_prices
from stockcast_lib.ports import MarketData
from tests.standins.vendor_answers import PAGE_ROWS
from tests.standins.vendors import KEYS


def test_a_whole_history_keeps_the_schema_and_ends_with_the_last_session(make, vendors):
    vendors.control(sessions=None)
    market: MarketData = make()
    history = market.daily_prices("AAPL")
    assert (history.ticker, history.vendor, history.sample) == ("AAPL", market.name, False)
    assert tuple(history.frame.columns) == COLUMNS
    assert len(check_prices(history.frame)) > PAGE_ROWS
    last = history.frame.index[-1].date()
    assert str(last) == vendors.as_of()
    assert timedelta(0) < datetime.now(UTC).date() - last < timedelta(days=6)
    assert (history.frame["split"] != 1).sum() == 4
    assert history.frame["adjusted_close"].iloc[-1] == history.frame["close"].iloc[-1]


def test_both_vendors_agree(tiingo, nasdaq):
    pd.testing.assert_frame_equal(
        tiingo.daily_prices("MSFT").frame, nasdaq.daily_prices("MSFT").frame
    )


def test_our_adjusted_closes_grow_as_the_vendors_own_do(make, vendors):
    vendors.control(sessions=None)
    assert make().daily_prices("MSFT").notes == ()


def test_a_start_is_inclusive(make, vendors):
    vendors.control(as_of="2024-06-28")
    frame = make().daily_prices("XOM", date(2024, 6, 20)).frame
    assert [str(day.date()) for day in frame.index] == [
        "2024-06-20", "2024-06-21", "2024-06-24", "2024-06-25", "2024-06-26", "2024-06-27",
        "2024-06-28",
    ]  # fmt: skip


def test_a_later_answer_has_the_same_rows_and_more(make, vendors):
    vendors.control(as_of="2024-06-27", sessions=None)
    before = make().daily_prices("XOM").frame
    vendors.control(as_of="2024-06-28")
    after = make().daily_prices("XOM").frame
    assert len(after) == len(before) + 1
    raw = ["open", "high", "low", "close", "volume", "dividend", "split"]
    pd.testing.assert_frame_equal(after.loc[before.index, raw], before[raw])


def test_a_split_changes_adjusted_closes_and_no_price_as_paid(make, vendors):
    before = make().daily_prices("MSFT").frame
    vendors.control(split={"ticker": "MSFT", "ratio": 4})
    history = make().daily_prices("MSFT")
    after = history.frame
    assert after["split"].iloc[-1] == 4
    np.testing.assert_allclose(after["close"].iloc[:-1], before["close"].iloc[:-1])
    np.testing.assert_allclose(after["close"].iloc[-1], before["close"].iloc[-1] / 4)
    np.testing.assert_allclose(after["adjusted_close"] * 4, before["adjusted_close"])
    assert history.notes == ()


def test_a_dividend_lowers_all_earlier_adjusted_closes(make, vendors):
    before = make().daily_prices("MSFT").frame
    vendors.control(dividend={"ticker": "MSFT", "cash": 2.0})
    history = make().daily_prices("MSFT")
    close = before["close"].iloc[-1]
    assert history.frame["dividend"].iloc[-1] == 2
    ratio = history.frame["adjusted_close"] / before["adjusted_close"]
    np.testing.assert_allclose(ratio.iloc[:-1], close / (close + 2))
    assert history.notes == ()


def test_a_restatement_changes_one_session(make, vendors):
    before = make().daily_prices("MSFT").frame
    day = before.index[-100]
    vendors.control(restate={"ticker": "MSFT", "day": str(day.date()), "close": 99.0})
    after = make().daily_prices("MSFT").frame
    assert after.loc[day, "close"] == pytest.approx(99)
    assert list(after.index[(after["close"] - before["close"]).abs() > 1e-9]) == [day]


def test_one_call_is_made_and_counted(tiingo, nasdaq, vendors):
    tiingo.daily_prices("AAPL")
    nasdaq.daily_prices("AAPL")
    assert vendors.calls() == {"tiingo": {"AAPL": 1}, "nasdaq_data_link": {"AAPL": 1}}
    assert (tiingo.client.calls_made, nasdaq.client.calls_made) == (1, 1)


def test_a_table_is_read_page_by_page(vendors):
    vendors.control(sessions=2 * PAGE_ROWS + 1)
    market = NasdaqDataLink(KEYS["nasdaq_data_link"], vendors.url, table="PRICES")
    assert len(market.daily_prices("XOM").frame) == 2 * PAGE_ROWS + 1
    assert market.client.calls_made == 3


@pytest.mark.parametrize("ticker", ["BRK.A", "BRK-A", "brk.a"])
def test_a_share_class_is_written_as_the_vendor_writes_it(make, vendors, ticker):
    market = make()
    with pytest.raises(UnknownTicker):
        market.daily_prices(ticker)
    written = "BRK-A" if market.name == "tiingo" else "BRK_A"
    assert vendors.calls()[market.name] == {written: 1}


@pytest.mark.parametrize("ticker", ["", "../AAPL", "A/B/C", "A B", "AAPL\n", "Ä", "..", "A?x=1"])
def test_what_can_be_no_ticker_is_never_asked_for(make, vendors, ticker):
    with pytest.raises(UnknownTicker):
        make().daily_prices(ticker)
    assert vendors.calls() == {"tiingo": {}, "nasdaq_data_link": {}}


def test_a_directory_claims_nothing(make):
    directory = make().directory()
    assert (len(directory.symbols), directory.complete) == (0, False)
