"""The directory of known tickers, and the search in it."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stockcast_lib.core.errors import UnknownTicker
from stockcast_lib.core.symbols.prefixes import PrefixIndex
from stockcast_lib.core.symbols.symbol import Symbol, one_per_ticker
from stockcast_lib.core.symbols.typos import COMMON, TypoIndex
from stockcast_lib.core.symbols.words import ticker_words, words_of
from stockcast_lib.core.tickers import canonical_ticker

_LONGEST_QUERY = 100
_MOST_WORDS = 8
_COMMON_WORD = 20  # in so many symbols a word, such as ETF, is less likely the one that was meant
_NO_MATCH = np.int16(1000)


class SymbolDirectory:
    """Symbols, one a ticker, with an index for their search. Immutable, safe between threads.

    Attributes:
        symbols: in the order of preference; a symbol's place in it is its number in the index.
        complete: whether a ticker that is not here is certainly unknown.
    """

    def __init__(self, symbols: Iterable[Symbol], *, complete: bool) -> None:
        self.symbols: tuple[Symbol, ...] = tuple(one_per_ticker(symbols))
        self.complete = complete
        self._numbers = {symbol.ticker: number for number, symbol in enumerate(self.symbols)}

    def __contains__(self, ticker: object) -> bool:
        """Whether a ticker in the canonical spelling is listed."""
        return ticker in self._numbers

    def __len__(self) -> int:
        return len(self.symbols)

    def prepare(self) -> None:
        """Build the search's index now rather than at the first search."""
        self._index  # noqa: B018 - made where it is first read

    def search(self, query: str, limit: int = 10) -> list[Symbol]:
        """The symbols that match best.

        In this order, and in the order of preference within each: the ticker itself; tickers
        that begin so; names that begin so; symbols in which each word of the query begins a
        word, whole words first; the same with typos, fewest first.
        """
        query = query.strip()[:_LONGEST_QUERY]
        words = words_of(query)[:_MOST_WORDS]
        found: dict[int, None] = {}
        ways: tuple[Callable[[int], Iterable[int]], ...] = (
            lambda count: self._by_ticker(canonical_ticker(query), count),
            lambda count: self._by_name(words, count),
            lambda count: self._by_words(words, count),
            # Several words that are all found somewhere are meant as they stand.
            lambda count: self._by_typos(words, count) if len(words) == 1 or not found else (),
        )
        for way in ways:
            if len(found) < limit:
                # Some of these may be among those found already.
                found |= dict.fromkeys(way(limit + len(found)))
        return [self.symbols[number] for number in list(found)[: max(limit, 0)]]

    def nearest(self, ticker: str, limit: int = 3) -> list[str]:
        """The tickers that an unknown one may stand for.

        The company that is called so comes first, then tickers by their typos, then whatever
        the search finds.
        """
        words = words_of(ticker[:_LONGEST_QUERY])
        called_so = [
            number
            for number in self._by_name(words, 1)
            if words[0] in words_of(self.symbols[number].name)
        ]
        tickers = [self.symbols[number].ticker for number in called_so + self._mistyped(ticker)]
        tickers += [symbol.ticker for symbol in self.search(ticker, limit)]
        return list(dict.fromkeys(tickers))[: max(limit, 0)]

    def _by_ticker(self, ticker: str, count: int) -> list[int]:
        exact = self._numbers.get(ticker)
        begun: list[int] = np.sort(self._index.tickers.beginning(ticker))[:count].tolist()
        return begun if exact is None else [exact, *begun]

    def _by_name(self, words: Sequence[str], count: int) -> list[int]:
        if not words:
            return []
        return self._whole_words_first(self._index.names.beginning("".join(words)), words, count)

    def _by_words(self, words: Sequence[str], count: int) -> list[int]:
        if not words:
            return []
        matching = np.ones(len(self.symbols), np.bool_)
        for word in words:
            begun = np.zeros(len(self.symbols), np.bool_)
            begun[self._index.words.beginning(word)] = True
            matching &= begun
        return self._whole_words_first(np.flatnonzero(matching), words, count)

    def _by_typos(self, words: Sequence[str], count: int) -> list[int]:
        if not words:
            return []
        costs = np.sum([self._costs(word) for word in words], axis=0)
        numbers = np.flatnonzero(costs < _NO_MATCH)
        best = np.argsort(costs[numbers], kind="stable")[:count]
        chosen: list[int] = numbers[best].tolist()
        return chosen

    def _mistyped(self, ticker: str) -> list[int]:
        """The symbols whose tickers are close to one, the closest first."""
        compact = ticker_words(canonical_ticker(ticker[:_LONGEST_QUERY]))[0]
        words = self._index.words
        places, costs = self._index.typos.close(compact)
        return [
            number
            for place in places[np.argsort(costs, kind="stable")].tolist()
            for number in words.at(place).tolist()
            if ticker_words(self.symbols[number].ticker)[0] == words.texts[place]
        ]

    def _costs(self, word: str) -> NDArray[np.int16]:
        """What matching the word costs each symbol."""
        costs = np.full(len(self.symbols), _NO_MATCH, np.int16)
        places, close = self._index.typos.close(word)
        if len(places):
            counts = self._index.words.counts
            close += COMMON * (counts[places] > _COMMON_WORD)
            dearest_first = np.argsort(-close, kind="stable")
            places, close = places[dearest_first], close[dearest_first]
            numbers = np.concatenate(self._index.words.each_at(places.tolist()))
            # A symbol with several such words keeps what is assigned last.
            costs[numbers] = np.repeat(close, counts[places])
        costs[self._index.words.beginning(word)] = 0
        return costs

    def _whole_words_first(
        self, numbers: NDArray[np.integer], words: Sequence[str], count: int
    ) -> list[int]:
        whole = np.zeros(len(self.symbols), np.int8)
        for word in words:
            whole[self._index.words.exactly(word)] += 1
        best = np.lexsort((numbers, -whole[numbers]))[:count]
        chosen: list[int] = numbers[best].tolist()
        return chosen

    @cached_property
    def _index(self) -> "_Index":
        # At the first search: a worker that only looks tickers up needs none.
        return _Index(self.symbols)


class _Index:
    def __init__(self, symbols: Sequence[Symbol]) -> None:
        names = [words_of(symbol.name) for symbol in symbols]
        self.tickers = PrefixIndex((symbol.ticker, number) for number, symbol in enumerate(symbols))
        self.names = PrefixIndex(("".join(words), number) for number, words in enumerate(names))
        self.words = PrefixIndex(
            (word, number)
            for number, symbol in enumerate(symbols)
            for word in {*names[number], *ticker_words(symbol.ticker)}
        )
        self.typos = TypoIndex(self.words.texts)


def unknown_ticker(ticker: str, directory: SymbolDirectory) -> UnknownTicker:
    """The error for a ticker outside a complete directory, with the nearest matches."""
    nearest = directory.nearest(ticker)
    hint = f" Did you mean {' or '.join(nearest)}?" if nearest else ""
    return UnknownTicker(f"No ticker is called {ticker}.{hint}", nearest=nearest)
