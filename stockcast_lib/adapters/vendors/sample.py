"""The bundled price sample as a vendor: no key, no network, and no prices after its last date."""

from datetime import date

import pandas as pd

from stockcast_lib.adapters.vendors.rows import since
from stockcast_lib.adapters.vendors.sample_symbols import DATA, bundled_symbols
from stockcast_lib.core.price_history import DATE, PriceHistory, price_history
from stockcast_lib.core.symbols import SymbolDirectory, unknown_ticker

VENDOR = "sample"
_FROM_WIKI = {
    "Open": "open",
    "High": "high",
    "Low": "low",
    "Close": "close",
    "Volume": "volume",
    "Ex-Dividend": "dividend",
    "Split Ratio": "split",
}


class SampleVendor:
    """`MarketData` over the files in `sample_data`, whose README says where they come from."""

    name = VENDOR
    calls_made = 0

    def daily_prices(self, ticker: str, start: date | None = None) -> PriceHistory:
        """The history of a bundled ticker, from a date on or whole.

        Raises:
            UnknownTicker: it is not bundled; names the nearest that are.
        """
        directory = self.directory()
        if ticker not in directory:
            raise unknown_ticker(ticker, directory)
        raw = since(_read(ticker), start)
        parts = raw[[name for name in _FROM_WIKI if name in raw]].rename(columns=_FROM_WIKI)
        return price_history(ticker, VENDOR, parts, vendors_adjusted=raw["Adj. Close"], sample=True)

    def directory(self) -> SymbolDirectory:
        """The bundled tickers."""
        return bundled_symbols()


def _read(ticker: str) -> pd.DataFrame:
    with (DATA / f"{ticker}.csv.gz").open("rb") as source:
        raw = pd.read_csv(source, compression="gzip", parse_dates=["Date"], index_col="Date")
    return raw.rename_axis(DATE)
