"""The bundled price sample as a vendor: no key, no network, and no prices after its last date."""

import csv
from functools import cache
from importlib.resources import files

import pandas as pd

from stockcast_lib.core.prices import ADJUSTED_CLOSE, COLUMNS, DATE, PriceHistory, check_prices
from stockcast_lib.core.symbols import Symbol, SymbolDirectory, unknown_ticker

VENDOR = "sample"
_DATA = files(__package__) / "sample_data"
_FROM_WIKI = {
    "Date": DATE,
    "Open": "open",
    "High": "high",
    "Low": "low",
    "Close": "close",
    "Volume": "volume",
    "Ex-Dividend": "dividend",
    "Split Ratio": "split",
    "Adj. Close": ADJUSTED_CLOSE,
}
# For the files without these columns: their adjusted closes allow for both already.
_WHERE_ABSENT = {"dividend": 0.0, "split": 1.0}


class SampleVendor:
    """`MarketData` over the files in `sample_data`, whose README says where they come from."""

    def daily_prices(self, ticker: str) -> PriceHistory:
        """The whole history of a bundled ticker.

        Raises:
            UnknownTicker: it is not bundled; names the nearest that are.
        """
        directory = self.directory()
        if ticker not in directory:
            raise unknown_ticker(ticker, directory)
        return PriceHistory(ticker, VENDOR, sample=True, frame=check_prices(_read(ticker)))

    def directory(self) -> SymbolDirectory:
        """The bundled tickers."""
        return _directory()


@cache
def _directory() -> SymbolDirectory:
    with (_DATA / "symbols.csv").open("r", encoding="utf-8") as source:
        symbols = tuple(Symbol(**row) for row in csv.DictReader(source))
    return SymbolDirectory(symbols, complete=True)


def _read(ticker: str) -> pd.DataFrame:
    with (_DATA / f"{ticker}.csv.gz").open("rb") as source:
        raw = pd.read_csv(source, compression="gzip", parse_dates=["Date"])
    named = raw.rename(columns=_FROM_WIKI).set_index(DATE)
    for name, value in _WHERE_ABSENT.items():
        if name not in named:
            named[name] = value
    frame = named[list(COLUMNS)].astype(float)
    # Some files are adjusted for splits and dividends after their last row as well.
    adjusted = frame[ADJUSTED_CLOSE]
    frame[ADJUSTED_CLOSE] = adjusted / adjusted.iloc[-1] * frame["close"].iloc[-1]
    return frame
