"""Which listing stands for a ticker, and how lists become one."""

from hypothesis import given
from hypothesis import strategies as st

from stockcast_lib.core.symbols import Symbol, merge_lists, one_per_ticker

SYMBOLS = st.lists(
    st.builds(
        Symbol,
        st.sampled_from(["AAPL", "BRK.A", "BRK-A", "F", "FB"]),
        st.sampled_from(["", "One", "Two"]),
        st.sampled_from(["", "NYSE", "PINK"]),
        st.sampled_from(["", "stock", "etf"]),
        st.booleans(),
    ),
    max_size=8,
)


def test_a_symbols_ticker_is_canonical():
    assert Symbol("brk-a").ticker == "BRK.A"
    assert Symbol("BRK/A") == Symbol("BRK.A")


def test_the_active_listing_on_a_primary_exchange_stands_for_the_ticker():
    listed = [
        Symbol("META", "Roundhill", "NYSE ARCA", "etf", active=False),
        Symbol("META", "Some other", "PINK"),
        Symbol("META", "Meta Platforms", "NASDAQ"),
    ]
    assert [symbol.name for symbol in one_per_ticker(listed)] == ["Meta Platforms"]


def test_of_equal_listings_the_first_stands_for_the_ticker():
    listed = [Symbol("F", "First"), Symbol("F", "Second")]
    assert [symbol.name for symbol in one_per_ticker(listed)] == ["First"]


def test_the_order_is_active_primary_stock_short():
    listed = [
        Symbol("GONE", active=False),
        Symbol("OTCX", exchange="PINK"),
        Symbol("FUND", exchange="NYSE", asset="ETF"),
        Symbol("LONG", exchange="NYSE"),
        Symbol("AB", exchange="nasdaq"),
        Symbol("XY"),
    ]
    tickers = [symbol.ticker for symbol in one_per_ticker(listed)]
    assert tickers == ["AB", "XY", "LONG", "FUND", "OTCX", "GONE"]


def test_the_first_list_is_believed_and_its_blanks_are_filled():
    own = [Symbol("AAPL", "My Apple", asset=""), Symbol("MINE", "My Own", asset="")]
    vendor = [Symbol("AAPL", "", "NASDAQ"), Symbol("IBM", "", "NYSE", active=False)]
    names = [Symbol("AAPL", "Apple Inc."), Symbol("IBM", "Business Machines", "PINK")]
    assert {symbol.ticker: symbol for symbol in merge_lists([own, vendor, names])} == {
        "AAPL": Symbol("AAPL", "My Apple", "NASDAQ", "stock"),
        "MINE": Symbol("MINE", "My Own", "", ""),
        "IBM": Symbol("IBM", "Business Machines", "NYSE", "stock", active=False),
    }


@given(st.lists(SYMBOLS, max_size=4))
def test_a_merged_list_has_each_ticker_once_and_merges_into_itself(lists):
    merged = merge_lists(lists)
    tickers = [symbol.ticker for symbol in merged]
    assert len(set(tickers)) == len(tickers)
    assert set(tickers) == {symbol.ticker for each in lists for symbol in each}
    assert merge_lists([merged, *lists]) == merged
    assert merge_lists([merged]) == merged
