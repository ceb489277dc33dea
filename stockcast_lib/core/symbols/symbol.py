"""A listed security, and which of several listings stands for a ticker."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from stockcast_lib.core.tickers import canonical_ticker

# Where a share of a US company is listed first; elsewhere the same ticker is often another's.
_PRIMARY_EXCHANGES = frozenset(
    {"NYSE", "NASDAQ", "AMEX", "NYSE MKT", "NYSE AMERICAN", "NYSE ARCA", "ARCA", "BATS", "IEX"}
)
_STOCKS = frozenset({"", "stock", "common stock", "equity"})


@dataclass(frozen=True, slots=True)
class Symbol:
    """A listed security.

    Attributes:
        ticker: in the canonical spelling, whatever it was made from.
        name: the company's or fund's, or "" where the source has none.
        exchange: as the source calls it, or "".
        asset: such as "stock" or "etf", or "".
        active: whether it is still traded, as far as the source knows.
    """

    ticker: str
    name: str = ""
    exchange: str = ""
    asset: str = "stock"
    active: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "ticker", canonical_ticker(self.ticker))


Preference = tuple[bool, bool, bool, int, str]


def preference(symbol: Symbol) -> Preference:
    """Sorts what people ask for most first: active, on a primary exchange, a stock, short."""
    elsewhere = symbol.exchange != "" and symbol.exchange.upper() not in _PRIMARY_EXCHANGES
    fund = symbol.asset.lower() not in _STOCKS
    return not symbol.active, elsewhere, fund, len(symbol.ticker), symbol.ticker


def one_per_ticker(symbols: Iterable[Symbol]) -> list[Symbol]:
    """The preferred listing of each ticker, the first of equals, in the order of preference.

    A forecast is asked for by ticker alone, so only one listing can be meant.
    """
    chosen: dict[str, tuple[Preference, Symbol]] = {}
    for symbol in symbols:
        rank = preference(symbol)
        held = chosen.get(symbol.ticker)
        if held is None or rank < held[0]:
            chosen[symbol.ticker] = rank, symbol
    return [symbol for _, symbol in sorted(chosen.values(), key=lambda pair: pair[0])]


def merge_lists(lists: Iterable[Iterable[Symbol]]) -> list[Symbol]:
    """One list of several, the one to believe most first.

    The first list that has a ticker gives its symbol; what is blank there is filled from the
    next that has it. So a vendor's list without names and a list of names go together.
    """
    merged: dict[str, Symbol] = {}
    for each in lists:
        for symbol in one_per_ticker(each):
            held = merged.get(symbol.ticker)
            merged[symbol.ticker] = _filled(held, symbol) if held else symbol
    return sorted(merged.values(), key=preference)


def _filled(held: Symbol, other: Symbol) -> Symbol:
    if held.name and held.exchange and held.asset:
        return held
    return replace(
        held,
        name=held.name or other.name,
        exchange=held.exchange or other.exchange,
        asset=held.asset or other.asset,
    )
