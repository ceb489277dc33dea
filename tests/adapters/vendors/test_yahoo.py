"""Yahoo through a stand-in module with the recorded shape of yfinance's answers and errors.

The real package asks Yahoo itself and cannot be pointed elsewhere, so it is not tested here.
"""

import sys
from datetime import date, datetime
from types import ModuleType
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from stockcast_lib.adapters.vendors.yahoo import Yahoo
from stockcast_lib.core.errors import (
    BadSettings,
    BadVendorData,
    Throttled,
    UnknownTicker,
    VendorUnavailable,
)
from stockcast_lib.core.price_checks import check_prices
from stockcast_lib.ports import MarketData

NEW_YORK = ZoneInfo("America/New_York")
EVENING = datetime(2024, 1, 4, 19, 0, tzinfo=NEW_YORK)
NOON = datetime(2024, 1, 4, 12, 0, tzinfo=NEW_YORK)


class YFRateLimitError(Exception):
    pass


class YFTickerMissingError(Exception):
    pass


class YFPricesMissingError(YFTickerMissingError):
    pass


def table():
    """As `Ticker.history(auto_adjust=False)` gives it."""
    days = pd.DatetimeIndex(["2024-01-02", "2024-01-03", "2024-01-04"], tz=NEW_YORK, name="Date")
    return pd.DataFrame(
        {
            "Open": [100.0, 101.0, 102.0],
            "High": [102.0, 103.0, 104.0],
            "Low": [99.0, 100.0, 101.0],
            "Close": [101.0, 102.0, 103.0],
            "Adj Close": [101.0 * 102 / 103, 102.0, 103.0],
            "Volume": [1000, 1100, 1200],
            "Dividends": [0.0, 1.0, 0.0],
            "Stock Splits": [0.0, 4.0, 0.0],
        },
        index=days,
    )


@pytest.fixture
def yfinance(monkeypatch):
    """A module that answers what its `answer` says and keeps what it was asked."""
    module = ModuleType("yfinance")
    module.answer, module.asked = table(), []

    class Ticker:
        def __init__(self, symbol):
            module.asked.append(symbol)

        def history(self, **options):
            module.asked.append(options)
            if isinstance(module.answer, Exception):
                raise module.answer
            return module.answer

    module.Ticker = Ticker
    monkeypatch.setitem(sys.modules, "yfinance", module)
    return module


def test_dividends_adjust_and_splits_are_not_applied_again(yfinance):
    market: MarketData = Yahoo(now=lambda: EVENING)
    history = market.daily_prices("BRK.B")
    check_prices(history.frame)
    assert (history.vendor, history.sample, history.notes) == ("yahoo", False, ())
    assert list(history.frame["split"]) == [1, 1, 1]
    assert list(history.frame["adjusted_close"]) == pytest.approx([101.0 * 102 / 103, 102, 103])
    assert history.frame.index[0] == pd.Timestamp("2024-01-02")
    assert yfinance.asked[0] == "BRK-B"
    assert yfinance.asked[1] == {
        "period": "max", "interval": "1d", "auto_adjust": False, "actions": True,
        "timeout": 20.0, "raise_errors": True,
    }  # fmt: skip


def test_a_start_is_inclusive(yfinance):
    frame = Yahoo(now=lambda: EVENING).daily_prices("AAPL", date(2024, 1, 3)).frame
    assert len(frame) == 2
    assert yfinance.asked[1]["start"] == "2024-01-03"
    assert "period" not in yfinance.asked[1]


@pytest.mark.usefixtures("yfinance")
def test_a_session_under_way_is_left_out():
    frame = Yahoo(now=lambda: NOON).daily_prices("AAPL").frame
    assert frame.index[-1] == pd.Timestamp("2024-01-03")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (YFRateLimitError("Too Many Requests."), Throttled),
        (YFPricesMissingError("possibly delisted"), BadVendorData),
        (ConnectionError("no route"), VendorUnavailable),
        (KeyError("chart"), VendorUnavailable),
        (table().iloc[:0], BadVendorData),
        (table().drop(columns="Close"), BadVendorData),
        (table().reset_index(drop=True), BadVendorData),
        (table().assign(Close=float("nan")), BadVendorData),
        (table().assign(Close="n/a"), BadVendorData),
        (None, BadVendorData),
    ],
)
def test_what_goes_wrong_is_typed(yfinance, answer, expected):
    yfinance.answer = answer
    with pytest.raises(expected):
        Yahoo(now=lambda: EVENING).daily_prices("AAPL")


def test_what_can_be_no_ticker_is_never_asked_for(yfinance):
    with pytest.raises(UnknownTicker):
        Yahoo().daily_prices("A B")
    assert yfinance.asked == []


def test_a_missing_package_is_one_line_that_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "yfinance", None)
    with pytest.raises(BadSettings, match=r"pip install 'stockcast\[yahoo\]'") as caught:
        Yahoo().daily_prices("AAPL")
    assert "\n" not in caught.value.message
