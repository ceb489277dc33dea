"""The index against a scan of the same directory: a ratio, for machines differ."""

import statistics
import time

import pytest

from tests.core.symbols.listings import directory

COUNT = 30_000
QUERIES = {
    "one letter": list("abcdefghijklmnopqrstuvwxyz"),
    "a ticker": ["AAPL", "BRK-B", "t", "msft", "jpm"] * 5,
    "a beginning": ["ap", "micr", "bank o", "go", "ber"] * 5,
    "a common word": ["inc", "corp", "holdings", "fund", "international"] * 5,
    "common words": ["inc corp", "a b c d e f g h", "i c", "holdings international", "b in"] * 5,
    "a typo": ["appl", "microsft", "holdigns", "berkshir", "nvdia"] * 5,
    "typos": ["berkshir hathway b", "bnak of amreica", "goldmann sacks", "a typo inx"] * 6,
    "nothing": ["qqqqqqq", "!!!", "\0", "😀" * 50, "qwertyuiop"] * 5,
    "a long text": ["x" * 10_000, "a " * 5_000, "aeiou" * 2_000, "É" * 10_000] * 6,
    "an empty text": [""] * 25,
}


def scan(symbols, query):
    """The matches by looking at each symbol, without typos."""
    wanted = query.strip().casefold()
    found = []
    for symbol in symbols:
        ticker, name = symbol.ticker.casefold(), symbol.name.casefold()
        if ticker.startswith(wanted) or any(word.startswith(wanted) for word in name.split()):
            found.append((ticker != wanted, not ticker.startswith(wanted), ticker, symbol))
    found.sort(key=lambda each: each[:3])
    return [each[3] for each in found[:10]]


def seconds(call, queries):
    """What each query takes of the processor; others on the machine do not count."""
    taken = []
    for query in queries:
        began = time.thread_time()
        call(query)
        taken.append(time.thread_time() - began)
    return taken


@pytest.mark.parametrize("queries", QUERIES.values(), ids=QUERIES)
def test_the_slowest_search_is_several_times_faster_than_a_scan(queries):
    listed = directory(COUNT)
    scanned = statistics.median(seconds(lambda query: scan(listed.symbols, query), queries[:3]))
    assert max(seconds(listed.search, queries)) < scanned / 3


def test_looking_a_ticker_up_does_not_depend_on_how_many_there_are():
    small, large = directory(1_000), directory(COUNT)
    times = [
        min(seconds(lambda _, listed=listed: ["XXXXX" in listed for _ in range(2_000)], range(9)))
        for listed in (small, large)
    ]
    assert times[1] < 5 * times[0]
