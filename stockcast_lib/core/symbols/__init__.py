"""The symbol directory: listed securities, and the search in them by ticker and name."""

from stockcast_lib.core.symbols.directory import SymbolDirectory, unknown_ticker
from stockcast_lib.core.symbols.symbol import Symbol, merge_lists, one_per_ticker
from stockcast_lib.core.symbols.table import read_symbols, write_symbols

__all__ = [
    "Symbol",
    "SymbolDirectory",
    "merge_lists",
    "one_per_ticker",
    "read_symbols",
    "unknown_ticker",
    "write_symbols",
]
