"""The directory of known tickers, and the search in it."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from stockcast_lib.core.errors import UnknownTicker


@dataclass(frozen=True)
class Symbol:
    """A listed security."""

    ticker: str
    name: str


@dataclass(frozen=True)
class SymbolDirectory:
    """All symbols that the configured vendors know.

    Attributes:
        complete: whether a ticker that is not here is certainly unknown.
    """

    symbols: tuple[Symbol, ...]
    complete: bool

    def __contains__(self, ticker: object) -> bool:
        return any(symbol.ticker == ticker for symbol in self.symbols)

    def search(self, query: str, limit: int = 10) -> list[Symbol]:
        """The symbols that match best: by ticker, then by the start of a word, then inside."""
        wanted = query.strip().casefold()
        ranked = sorted(
            (rank, symbol.ticker, symbol)
            for symbol in self.symbols
            if (rank := _rank(symbol, wanted)) is not None
        )
        return [symbol for _, _, symbol in ranked[:limit]]

    def nearest(self, ticker: str, limit: int = 3) -> list[str]:
        """Tickers that look like a mistyped one, or whose company is called so."""
        tickers = {symbol.ticker: symbol.ticker for symbol in self.symbols}
        names = {symbol.name.upper(): symbol.ticker for symbol in self.symbols}
        candidates = tickers | names
        close = difflib.get_close_matches(ticker.upper(), candidates, n=limit, cutoff=0.45)
        return list(dict.fromkeys(candidates[match] for match in close))


def unknown_ticker(ticker: str, directory: SymbolDirectory) -> UnknownTicker:
    """The error for a ticker outside a complete directory, with the nearest matches."""
    nearest = directory.nearest(ticker)
    hint = f" Did you mean {' or '.join(nearest)}?" if nearest else ""
    return UnknownTicker(f"No ticker is called {ticker}.{hint}", nearest=nearest)


def _rank(symbol: Symbol, wanted: str) -> int | None:
    ticker, name = symbol.ticker.casefold(), symbol.name.casefold()
    ranks: Iterable[bool] = (
        ticker == wanted,
        ticker.startswith(wanted),
        any(word.startswith(wanted) for word in name.split()),
        wanted in name,
    )
    return next((rank for rank, holds in enumerate(ranks) if holds), None)
