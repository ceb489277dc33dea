"""What a search finds, and in which order."""

import pytest

from stockcast_lib.core.symbols import Symbol, SymbolDirectory, unknown_ticker
from tests.core.symbols.listings import KNOWN, directory

SMALL = SymbolDirectory(KNOWN, complete=True)
CROWDED = 30_000


def tickers(query, limit=10, among=SMALL):
    return [symbol.ticker for symbol in among.search(query, limit)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("APPL", "AAPL"),
        ("aapll", "AAPL"),
        ("microsft", "MSFT"),
        ("Microsoft Corporation", "MSFT"),
        ("berkshire b", "BRK.B"),
        ("berkshire a", "BRK.A"),
        ("berkshir hathway b", "BRK.B"),
        ("BRK-B", "BRK.B"),
        ("brk/b", "BRK.B"),
        ("brkb", "BRK.B"),
        ("brk b", "BRK.B"),
        ("at&t", "T"),
        ("mcdonalds", "MCD"),
        ("mcdonald's", "MCD"),
        ("jp morgan", "JPM"),
        ("exxonmobil", "XOM"),
        ("exxon mobile", "XOM"),
        ("goldman", "GS"),
        ("sachs goldman", "GS"),
        ("bank amer", "BAC"),
        ("nestle", "NSRGY"),
        ("NESTLÉ", "NSRGY"),
        ("nvdia", "NVDA"),
        ("mircos", "MSFT"),
    ],
)
def test_it_finds_what_is_meant(query, first):
    assert first in tickers(query, 3)


@pytest.mark.parametrize("query", ["microsft", "berkshire b", "goldman", "jp morgan", "nvdia"])
def test_it_finds_it_first_among_thousands_too(query):
    assert tickers(query, 1, directory(CROWDED)) == tickers(query, 1)


def test_the_order_is_ticker_then_its_beginning_then_names_then_words_then_typos():
    listed = SymbolDirectory(
        [
            Symbol("CAT", "Caterpillar"),
            Symbol("CATX", "Perspective"),
            Symbol("ZZ", "Catalent"),
            Symbol("YY", "Big Cat Foods"),
            Symbol("XX", "Big Catering"),
            Symbol("CAR", "Avis"),
        ],
        complete=True,
    )
    assert tickers("cat", among=listed) == ["CAT", "CATX", "ZZ", "YY", "XX", "CAR"]


def test_each_symbol_is_found_once():
    found = tickers("app", 100, directory(CROWDED))
    assert len(set(found)) == len(found)


def test_of_several_listings_one_is_found():
    listed = SymbolDirectory(
        [Symbol("ABC", "Old", "PINK", active=False), Symbol("ABC", "New", "NYSE")], complete=True
    )
    assert [symbol.name for symbol in listed.search("abc")] == ["New"]
    assert len(listed) == 1


def test_what_is_no_longer_traded_comes_last():
    listed = SymbolDirectory([Symbol("AB", active=False), Symbol("ABCD")], complete=True)
    assert tickers("a", among=listed) == ["ABCD", "AB"]
    assert tickers("ab", among=listed) == ["AB", "ABCD"]


@pytest.mark.parametrize("limit", [-1, 0, 1, 3, 100])
def test_it_finds_at_most_so_many(limit):
    assert len(tickers("", limit)) == min(max(limit, 0), len(KNOWN))


@pytest.mark.parametrize("query", ["qqqqqqq", "!!!", "\0", "😀", "-", "%_*", "' OR 1=1"])
def test_what_is_like_nothing_finds_nothing(query):
    assert tickers(query) == []


def test_an_empty_directory_finds_nothing():
    empty = SymbolDirectory([], complete=True)
    assert [empty.search(query) for query in ("", "a", "apple", "apple b")] == [[]] * 4
    assert empty.nearest("AAPL") == []


def test_membership_is_by_the_canonical_spelling():
    assert "BRK.B" in SMALL
    assert [text in SMALL for text in ("BRK-B", "brk.b", "", None, 5)] == [False] * 5


@pytest.mark.parametrize(
    ("ticker", "nearest"),
    [
        ("APPL", "AAPL"),
        ("AAPLL", "AAPL"),
        ("APPLE", "AAPL"),
        ("MSTF", "MSFT"),
        ("BRKB", "BRK.B"),
        ("NVIDIA", "NVDA"),
        ("EXXON", "XOM"),
    ],
)
def test_the_nearest_tickers_come_with_the_error(ticker, nearest):
    error = unknown_ticker(ticker, SMALL)
    assert error.details["nearest"][0] == nearest
    assert f"Did you mean {nearest}" in error.message


def test_a_ticker_like_none_has_no_hint():
    assert unknown_ticker("QQQQQQ", SMALL).message == "No ticker is called QQQQQQ."


def test_the_nearest_of_a_crowd_is_the_one_with_the_same_letters():
    assert directory(CROWDED).nearest("APPL", 2)[0] == "AAPL"
