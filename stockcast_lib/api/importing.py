"""Prices of one's own."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stockcast_lib.core.jobs import MIN_DAYS, parse_request

if TYPE_CHECKING:
    from stockcast_lib.core.price_history import PriceHistory
    from stockcast_lib.core.prices import PriceVersion


class ImportedPrices:
    """Prices of one's own in the store; JupyterLab shows their last rows.

    Attributes:
        version: what is stored; its notes say what was guessed to read the file.
        history: the rows.
    """

    def __init__(self, version: "PriceVersion", history: "PriceHistory") -> None:
        self.version = version
        self.history = history

    def __repr__(self) -> str:
        version = self.version
        return f"{version.rows:,} sessions of {version.ticker} to {version.last_session}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        from stockcast_lib.core.budgets import VendorRecord
        from stockcast_lib.report.prices_words import prices_html

        html = prices_html(self.version, self.history, VendorRecord())
        return {"text/html": html, "text/plain": repr(self)}


def import_prices(file: Path | str, ticker: str) -> ImportedPrices:
    """Store the prices in a CSV file; forecasts use them until a vendor has newer ones.

    Args:
        file: its path; as Yahoo, Stooq, Tiingo or WIKI export it, with open, high, low and close.
        ticker: whose prices they are.

    Raises:
        InvalidRequest: it is no ticker.
        BadVendorData: the file holds no such prices; names the line.
        StockcastError: a part of the service is away.
    """
    from stockcast_lib import wiring
    from stockcast_lib.adapters.symbol_list import refresh
    from stockcast_lib.adapters.vendors.csv_file import read_price_csv
    from stockcast_lib.core.symbols import Symbol
    from stockcast_lib.ingestion import keep_history

    now = datetime.now(UTC)
    wanted = parse_request({"ticker": ticker, "days": MIN_DAYS}).ticker
    history, guessed = read_price_csv(Path(file), wanted)
    version = keep_history(history, store=wiring.price_store(), now=now)
    wiring.price_board().publish(version)
    directory = wiring.symbol_directory()
    if wanted not in directory():
        refresh(wiring.symbol_lists(), [lambda: [Symbol(wanted)]], now)
        directory.renewed()
    notes = tuple(dict.fromkeys((*guessed, *version.notes)))
    return ImportedPrices(version.model_copy(update={"notes": notes}), history)
