"""How long a search in a directory of an exchange's size takes, whatever is typed."""

import time

from stockcast_lib.core.symbols import SymbolDirectory
from tests.bench.figures import Figure, Task, median, percentile
from tests.core.symbols.listings import directory

_SYMBOLS = 30_000
_QUERIES = (
    "a", "t", "ap", "AAPL", "BRK-B", "msft", "appl", "nvdia", "apple", "microsft", "inc",
    "bank of america", "bnak of amreica", "berkshir hathway b", "goldmann sacks", "holdings inc",
    "exxonmobil", "qqqqqqq", "!!!", "x" * 10_000, "",
)  # fmt: skip


def measure(task: Task) -> list[Figure]:
    """Every query in turn."""
    listed = directory(_SYMBOLS)
    listed.prepare()
    rounds = task.times(50, 10)
    searches = [_milliseconds(listed, query) for _ in range(rounds) for query in _QUERIES]
    what = f"search in {_SYMBOLS:,} symbols"
    return [
        Figure(f"{what}, p50", median(searches), "ms"),
        Figure(f"{what}, p99", percentile(searches, 99), "ms", at_most=5, samples=searches),
    ]


def _milliseconds(listed: SymbolDirectory, query: str) -> float:
    began = time.perf_counter()
    listed.search(query)
    return 1000 * (time.perf_counter() - began)
