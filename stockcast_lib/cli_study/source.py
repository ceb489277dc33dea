"""What a study is made from: stored prices, a checked configuration, a file of one's own."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.core.jobs import MIN_DAYS, parse_request
from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.core.price_history import PriceHistory

if TYPE_CHECKING:
    import pandas as pd


def asked(ticker: str, **params: Any) -> tuple[PriceHistory, ModelConfig]:
    """The prices and the model asked for, both checked by the rules for a forecast.

    Raises:
        InvalidRequest: with every wrong field.
        StockcastError: why there are no prices.
    """
    request = parse_request({"ticker": ticker, "days": MIN_DAYS, "params": params})
    return stored_history(request.ticker), request.params


def stored_history(ticker: str) -> PriceHistory:
    """A ticker's newest stored prices; the service is asked to fetch them where there are none.

    Raises:
        StockcastError: why there are none.
    """
    from rich.console import Console

    from stockcast_lib.api import stored_prices

    console = Console(stderr=True)
    # Disabled elsewhere: it would print an empty line.
    reading = console.status(f"Reading the prices of {ticker}")
    with reading if console.is_interactive else nullcontext():
        return stored_prices(ticker)[1]


def read_interest(path: Path) -> "pd.Series[float]":
    """A CSV of dates and values.

    Raises:
        InvalidRequest: it cannot be read, or lacks such columns.
    """
    from stockcast_lib.forecasting.studies.interest import interest_from_csv

    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror}.", fields=[]) from None
    return interest_from_csv(text, str(path))
