"""Which tickers the bundled sample has."""

from functools import cache
from importlib.resources import files

from stockcast_lib.core.symbols import SymbolDirectory, read_symbols

DATA = files(__package__) / "sample_data"


@cache
def bundled_symbols() -> SymbolDirectory:
    """The bundled tickers, and no others."""
    symbols = (DATA / "symbols.csv").read_text("utf-8")
    return SymbolDirectory(read_symbols(symbols, "symbols.csv"), complete=True)
